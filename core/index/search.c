/* The search line: names, then texts. */
#include "index/index.h"

#include "index/list.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

struct halves {
    const struct list *names, *texts;
    bool in_names;
    bool shown; /* verified faces are asked for */
    json_t *name_params, *text_params, *after;
};

static bool names_know(const struct list *names, const char *key)
{
    if (strcmp(key, "today") == 0 || strcmp(key, "scope") == 0)
        return true;
    for (const struct list_filter *f = names->filters; f->name; f++)
        if (strcmp(f->name, key) == 0)
            return true;
    return false;
}

/* A condition on entries (activity, level…) speaks of no name, so with one names are not looked for. */
static bool about_names(const struct list *names, const json_t *params, json_t *out)
{
    const json_t *kinds = json_object_get(params, "kinds");
    bool wanted = !kinds || lt_json_array_has(kinds, "pupil") || lt_json_array_has(kinds, "person");
    const char *key;
    json_t *value, *object = (json_t *)(uintptr_t)params;
    json_object_foreach(object, key, value)
    {
        if (names_know(names, key))
            json_object_set(out, key, value);
        else
            wanted = false;
    }
    return wanted;
}

/* A row that stands for both faces is looked for under the name that was asked for. */
static int name_faces(struct halves *h)
{
    json_t *kinds = json_array(), *given = json_object_get(h->text_params, "kinds");
    bool entry = lt_json_array_has(given, "entry"), verified = lt_json_array_has(given, "verified");
    h->shown = verified && !entry;
    int failed = json_array_extend(kinds, given);
    if (entry || verified)
        failed |= json_array_append_new(kinds, json_string("both"));
    if (h->shown)
        failed |= json_object_set_new(h->text_params, "shown", json_true());
    return failed | json_object_set_new(h->text_params, "kinds", kinds);
}

static int rename_faces(const struct halves *h, json_t *items)
{
    size_t i;
    json_t *item;
    int failed = 0;
    json_array_foreach(items, i, item)
        if (strcmp(lt_json_str_or(item, "kind", ""), "both") == 0)
            failed |= lt_json_put_str(item, "kind", h->shown ? "verified" : "entry");
    return failed;
}

static int prepare(struct halves *h, const char *text, const json_t *params, const char *cursor, struct lt_error *err)
{
    h->names = list_find("search_names");
    h->texts = list_find("search_texts");
    h->name_params = json_object();
    h->text_params = params ? json_copy((json_t *)(uintptr_t)params) : json_object();
    /* not checked: words are looked for in any bytes, and what is no character is no word */
    h->in_names = about_names(h->names, params, h->name_params);
    int failed = json_object_set_new(h->name_params, "query", json_string_nocheck(text)) |
                 json_object_set_new(h->text_params, "query", json_string_nocheck(text));
    if (!json_object_get(params, "kinds"))
        failed |= json_object_set_new(h->text_params, "kinds",
                                      json_pack("[s,s,s,s,s]", "entry", "review", "event", "group", "programme"));
    failed |= name_faces(h);
    if (failed)
        return lt_fail_memory(err);
    if (!cursor || !*cursor)
        return LT_OK;
    if (h->in_names && cursor_read(h->names->name, h->names->types, cursor, &h->after, NULL) == LT_OK)
        return LT_OK;
    h->in_names = false;
    return cursor_read(h->texts->name, h->texts->types, cursor, &h->after, err);
}

static int read_halves(struct halves *h, struct db *db, int limit, json_t *items, char **next, struct lt_error *err)
{
    json_t *last = NULL;
    const struct list *l = h->in_names ? h->names : h->texts;
    int status = list_read(db, l, h->in_names ? h->name_params : h->text_params, limit, h->after, items, &last, err);
    int room = limit - (int)json_array_size(items);
    if (status == LT_OK && h->in_names && !last) {
        /* the names end here; texts fill the page, or begin the next one */
        l = h->texts;
        if (room > 0)
            status = list_read(db, l, h->text_params, room, NULL, items, &last, err);
        else
            last = json_pack("[I]", (json_int_t)INT64_MAX);
    }
    if (status == LT_OK && last)
        status = cursor_make(l->name, last, next, err);
    json_decref(last);
    return status;
}

int index_search(struct index *ix, const char *text, const json_t *params, int limit, const char *cursor, json_t **items,
                 char **next, struct lt_error *err)
{
    struct halves h = {0};
    struct db *db = NULL;
    json_t *found = json_array();
    char *more = NULL;
    int status = prepare(&h, text, params, cursor, err);
    if (status == LT_OK)
        status = index_reader(ix, &db, err);
    if (status == LT_OK) {
        status = read_halves(&h, db, list_limit(limit), found, &more, err);
        index_reader_done(ix, db);
    }
    if (status == LT_OK && rename_faces(&h, found))
        status = lt_fail_memory(err);
    if (status == LT_OK) {
        *items = json_incref(found);
        *next = more;
    }
    json_decref(found);
    json_decref(h.name_params);
    json_decref(h.text_params);
    json_decref(h.after);
    return status;
}
