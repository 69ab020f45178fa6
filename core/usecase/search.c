/* search: words in all that the person may see. Each kind of record is filtered by the right of its own lists. */
#include "usecase/call.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Names of pupils and people are one search, texts of records another: their rights differ. */
static const struct half {
    const char *right, *kinds;
} halves[] = {{"entry.list", "entry"}, {"review.read", "review"}, {"pupil.list", "pupil"}, {"person.read", "person"}, {"event.read", "event"}};

static json_t *kinds_of(const char *words)
{
    json_t *list = json_array();
    for (const char *w = words; list && *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        json_array_append_new(list, json_stringn(w, strcspn(w, " ")));
    }
    return list;
}

/* Appends at most `limit` finds of one half after the cursor (NULL: from its beginning); *next malloc'ed, NULL at its end. */
static int search_half(struct uc_call *call, const struct half *h, const json_t *in, int limit, const char *cursor, json_t *items,
                       char **next, struct lt_error *err)
{
    json_t *params = json_object(), *found = NULL;
    struct lt_error none = {0};
    int rc = params && !lt_json_put(params, "kinds", kinds_of(h->kinds)) ? uc_scope(call, h->right, params, &none) : lt_fail_memory(err);
    if (rc == LT_DENIED) { /* nothing of this kind is for this person */
        json_decref(params);
        lt_error_clear(&none);
        return 0;
    }
    if (!rc) rc = index_search(call->app->index, lt_json_str_or(in, "query", ""), params, limit, cursor, &found, next, err);
    if (!rc && json_array_extend(items, found)) rc = lt_fail_memory(err);
    json_decref(found);
    json_decref(params);
    return rc;
}

/* The halves follow one another; a cursor names the half and the place in it: "2" or "2.…". */
static int search(struct uc_call *call, const json_t *in, size_t from, size_t to, json_t **out, struct lt_error *err)
{
    json_t *items = json_array();
    int limit = (int)lt_json_int(in, "limit", 20), rc = items ? 0 : lt_fail_memory(err);
    const char *kind = lt_json_str(in, "kind"), *cursor = lt_json_str(in, "cursor"), *inner = NULL;
    char *next = NULL;
    size_t i = from;
    if (cursor) {
        char *dot = NULL;
        i = strtoul(cursor, &dot, 10);
        if (i < from || i >= to || (*dot && *dot != '.')) rc = lt_fail_field(err, LT_USAGE, "cursor", "cursor.malformed", (char *)NULL);
        else if (*dot) inner = dot + 1;
    }
    for (; !rc && !next && i < to && (int)json_array_size(items) < limit; i++) {
        if (!kind || strcmp(halves[i].kinds, kind) == 0)
            rc = search_half(call, &halves[i], in, limit - (int)json_array_size(items), inner, items, &next, err);
        inner = NULL;
        if (next) break; /* this half goes on */
    }
    if (!rc) {
        char *place = next ? lt_format("%zu.%s", i, next) : i < to ? lt_format("%zu", i) : NULL;
        uc_saw_items(call, items, "pupil");
        *out = json_pack("{s:O, s:s?}", "items", items, "next", place);
        free(place);
    }
    free(next);
    json_decref(items);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static int run_find(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return search(call, in, 0, sizeof halves / sizeof halves[0], out, err);
}

/* Suggestions while typing are names only. */
static int run_suggest(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return search(call, in, 2, 4, out, err);
}

static const struct uc_field find_fields[] = {{"query", UC_TEXT, UC_REQUIRED | UC_POSITIONAL, 1, 200, NULL}, {"kind", UC_ENUM, 0, 0, 0, "search_kind"}, {0}};
static const struct uc_field suggest_fields[] = {{"query", UC_TEXT, UC_REQUIRED | UC_POSITIONAL, 1, 100, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "search", .verb = "find", .method = "GET", .tail = "", .reply = UC_LIST, .flags = UC_KEPT, .right = "search", .target = UC_T_LIST,
     .fields = find_fields, .columns = "kind id title pupil_name snippet", .gives = "found", .run = run_find},
    {.noun = "search", .verb = "suggest", .method = "GET", .tail = "/suggest", .reply = UC_LIST, .flags = UC_KEPT, .right = "search",
     .target = UC_T_LIST, .fields = suggest_fields, .columns = "kind id title snippet", .gives = "found", .run = run_suggest},
};

const struct uc_noun uc_noun_search = UC_NOUN("search", NULL, NULL, rows);
