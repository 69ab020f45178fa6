#include "usecase/state_events.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/values.h"
#include "usecase/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS_BYTES = 1 << 20, EVENTS_MAX = 5000, EDITIONS_MAX = 12, TITLE_MAX = 600 };

#define EVENTS_ID "state-events"
#define EVENTS_PATH "mappings/" EVENTS_ID ".json"

static const char *const parts[] = {"edition", "source", "from", "to", "events"};

/* --- titles as they are compared: without case, ё, quotes and other signs --- */

static void title_key(const char *text, char out[TITLE_MAX])
{
    char *tidy = lt_tidy(text ? text : ""), *low = tidy ? lt_fold(tidy) : NULL;
    size_t to = 0;
    for (const char *p = low ? low : ""; *p && to + 8 < TITLE_MAX;) {
        unsigned char c = (unsigned char)*p;
        bool letter = isalnum(c) || (c >= 0xC3 && c <= 0xDF);
        size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        if (letter) memcpy(out + to, p, n), to += n;
        else if (to && out[to - 1] != ' ') out[to++] = ' ';
        p += strnlen(p, n);
    }
    while (to && out[to - 1] == ' ') to--;
    out[to] = 0;
    free(tidy);
    free(low);
}

/* --- what is given --- */

static int lacks(struct uc_call *call, const char *key, struct lt_error *err)
{
    return lt_fail_field(err, LT_USAGE, key, "olympiad.events_lack", "label", uc_field_label(call->lang, "olympiad", key), (char *)NULL);
}

/* A word of the set level, or what people call it. */
static const char *level_of(struct uc_call *call, const char *text)
{
    size_t n = 0;
    const char *const *words = model_values("level", &n);
    for (size_t i = 0; i < n; i++) {
        char *said = lt_fold(text), *word = lt_fold(words[i]), *label = lt_fold(lt_label(call->lang, "level", words[i]));
        bool same = said && word && label && (strcmp(said, word) == 0 || strcmp(said, label) == 0);
        free(said);
        free(word);
        free(label);
        if (same) return words[i];
    }
    return NULL;
}

static int add_event(struct uc_call *call, json_t *events, size_t line, const char *title, const char *level, struct lt_error *err)
{
    char *tidy = lt_tidy(title), *said = level ? lt_tidy(level) : NULL;
    const char *word = said && *said ? level_of(call, said) : NULL;
    int rc = !tidy || (level && !said) ? lt_fail_memory(err) : 0;
    if (!rc && said && *said && !word)
        rc = lt_fail_field(err, LT_USAGE, "events", "olympiad.events_level", "row", LT_NUM(line), "value", said, (char *)NULL);
    if (!rc && json_array_size(events) >= EVENTS_MAX)
        rc = lt_fail_field(err, LT_USAGE, "events", "olympiad.events_many", "max", LT_NUM(EVENTS_MAX), (char *)NULL);
    if (!rc && strlen(tidy) >= TITLE_MAX)
        rc = lt_fail_field(err, LT_USAGE, "events", "olympiad.events_long", "row", LT_NUM(line), (char *)NULL);
    if (!rc && *tidy) {
        json_t *one = json_pack("{s:s}", "title", tidy);
        if (!one || lt_json_put_str(one, "level", word) || json_array_append(events, one)) rc = lt_fail_memory(err);
        json_decref(one);
    }
    free(tidy);
    free(said);
    return rc;
}

/* A title a line, behind «|» the level for which alone it counts. */
static int lines(struct uc_call *call, const char *text, json_t **out, struct lt_error *err)
{
    json_t *events = json_array();
    int rc = events ? 0 : lt_fail_memory(err);
    size_t line = 0;
    for (const char *p = lt_starts(text, "\xEF\xBB\xBF") ? text + 3 : text; !rc && *p;) {
        size_t n = strcspn(p, "\r\n");
        char *one = lt_format("%.*s", (int)(n < 4000 ? n : 4000), p), *bar = one ? strrchr(one, '|') : NULL;
        if (bar) *bar = 0;
        rc = one ? add_event(call, events, ++line, one, bar ? bar + 1 : NULL, err) : lt_fail_memory(err);
        free(one);
        p += n;
        p += *p == '\r' && p[1] == '\n' ? 2 : *p != 0;
    }
    if (rc) json_decref(events);
    else *out = events;
    return rc;
}

static int events_of_json(struct uc_call *call, const json_t *given, json_t **out, struct lt_error *err)
{
    json_t *events = json_array();
    const json_t *list = lt_json_array(given, "events"), *e;
    int rc = !events ? lt_fail_memory(err) : list ? 0 : lacks(call, "events", err);
    size_t i;
    json_array_foreach(list, i, e) {
        if (!rc && !lt_json_str(e, "title")) rc = lacks(call, "events", err);
        if (!rc) rc = add_event(call, events, i + 1, lt_json_str(e, "title"), lt_json_str(e, "level"), err);
    }
    if (rc) json_decref(events);
    else *out = events;
    return rc;
}

static int read_file(const struct uc_input_file *file, char **out, struct lt_error *err)
{
    char *text = malloc(EVENTS_BYTES + 1);
    size_t len = 0;
    ssize_t n = 1;
    if (!text) return lt_fail_memory(err);
    while (n > 0 && len <= EVENTS_BYTES) {
        n = pread(file->fd, text + len, EVENTS_BYTES + 1 - len, (off_t)len);
        if (n > 0) len += (size_t)n;
    }
    int rc = n < 0 ? lt_fail_errno(err, "read", file->name) : 0;
    if (!rc && (len > EVENTS_BYTES || memchr(text, 0, len)))
        rc = lt_fail_field(err, LT_USAGE, "file", "olympiad.events_file", "file", file->name, (char *)NULL);
    if (!rc) text[len] = 0;
    if (!rc && !lt_utf8_valid(text, len)) rc = lt_fail_field(err, LT_USAGE, "file", "olympiad.events_file", "file", file->name, (char *)NULL);
    if (rc) free(text);
    else *out = text;
    return rc;
}

/* The edition from the file, if there is one, and the fields, which stand over it. */
static int take(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char *text = NULL;
    json_t *given = NULL, *events = NULL, *one = json_object();
    const json_t *file = lt_json_object(in, "file");
    int rc = one ? 0 : lt_fail_memory(err);
    if (!rc && file) rc = read_file(&call->files[lt_json_int(file, "index", 0)], &text, err);
    const char *start = text ? text + strspn(text, "\xEF\xBB\xBF \t\r\n") : "";
    if (!rc && *start == '{') rc = lt_json_parse(start, strlen(start), EVENTS_BYTES, &given, err);
    for (size_t i = 0; !rc && i < LT_COUNT(parts) - 1; i++) {
        const json_t *from = lt_json_str(in, parts[i]) ? in : given;
        if (from && lt_json_copy_key(one, from, parts[i])) rc = lt_fail_memory(err);
    }
    if (!rc && lt_json_str(in, "events")) rc = lines(call, lt_json_str(in, "events"), &events, err);
    else if (!rc && given) rc = events_of_json(call, given, &events, err);
    else if (!rc) rc = lines(call, start, &events, err);
    if (!rc && lt_json_put(one, "events", json_incref(events))) rc = lt_fail_memory(err);
    free(text);
    json_decref(given);
    json_decref(events);
    if (rc) json_decref(one);
    else *out = one;
    return rc;
}

static int check(struct uc_call *call, const json_t *one, struct lt_error *err)
{
    struct lt_date from, to;
    const char *last = lt_json_str(one, "to");
    for (size_t i = 0; i < 3; i++) {
        if (!lt_json_str(one, parts[i]) || !*lt_json_str(one, parts[i])) return lacks(call, parts[i], err);
    }
    if (!lt_date_parse(lt_json_str(one, "from"), &from)) return lacks(call, "from", err);
    if (last && (!lt_date_parse(last, &to) || lt_date_cmp(to, from) < 0)) return lacks(call, "to", err);
    return json_array_size(lt_json_array(one, "events")) ? 0 : lacks(call, "events", err);
}

/* --- the document --- */

static json_t *known(struct uc_call *call)
{
    json_t *doc = NULL;
    struct lt_error none = {0};
    if (index_get(call->app->index, "mapping", EVENTS_ID, &doc, NULL, &none)) doc = NULL;
    lt_error_clear(&none);
    return doc;
}

/* All editions of a document, newest first. */
static json_t *editions(const json_t *doc)
{
    json_t *list = json_array(), *first = json_object();
    bool bad = !list || !first;
    for (size_t i = 0; !bad && i < LT_COUNT(parts); i++) bad = lt_json_copy_key(first, doc, parts[i]);
    if (!bad && lt_json_str(first, "edition")) bad = json_array_append(list, first);
    if (!bad && lt_json_array(doc, "earlier")) bad = json_array_extend(list, lt_json_array(doc, "earlier"));
    json_decref(first);
    if (bad) json_decref(list);
    return bad ? NULL : list;
}

/* With the new edition in its place by the first day; one of the same name is replaced. */
static json_t *with_edition(const json_t *doc, json_t *one)
{
    json_t *old = editions(doc), *list = json_array();
    bool bad = !old || !list, placed = false;
    size_t i;
    json_t *e;
    json_array_foreach(old, i, e) {
        if (bad || strcmp(lt_json_str_or(e, "edition", ""), lt_json_str_or(one, "edition", "")) == 0) continue;
        if (!placed && strcmp(lt_json_str_or(one, "from", ""), lt_json_str_or(e, "from", "")) >= 0) placed = (bad = json_array_append(list, one)) == 0;
        if (!bad && json_array_size(list) < EDITIONS_MAX) bad = json_array_append(list, e);
    }
    if (!bad && !placed) bad = json_array_append(list, one);
    json_t *out = bad ? NULL : json_pack("{s:s, s:s}", "id", EVENTS_ID, "format", EVENTS_ID), *first = json_array_get(list, 0);
    bad = !out;
    for (i = 0; !bad && i < LT_COUNT(parts); i++) bad = lt_json_copy_key(out, first, parts[i]);
    if (!bad && json_array_size(list) > 1) bad = json_array_remove(list, 0) || json_object_set(out, "earlier", list);
    json_decref(old);
    json_decref(list);
    if (bad) json_decref(out);
    return bad ? NULL : out;
}

int state_events_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    *out = known(call);
    if (!*out) *out = json_pack("{s:s, s:[]}", "id", EVENTS_ID, "events");
    return *out ? 0 : lt_fail_memory(err);
}

int state_events_set(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *one = NULL, *doc = NULL, *before = NULL;
    struct uc_tx *tx = NULL;
    int rc = take(call, in, &one, err);
    if (!rc) rc = check(call, one, err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc && uc_tx_has(tx, VAULT_SCHOOL, EVENTS_PATH)) rc = uc_tx_get(tx, VAULT_SCHOOL, EVENTS_PATH, &before, err);
    if (!rc && !(doc = with_edition(before, one))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, EVENTS_PATH, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Set the list of state events", NULL, err);
    uc_tx_end(tx);
    json_decref(one);
    json_decref(before);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* --- for the marks --- */

static int index_edition(json_t *map, const json_t *edition)
{
    size_t i;
    const json_t *e;
    json_array_foreach(lt_json_array(edition, "events"), i, e) {
        char key[TITLE_MAX];
        title_key(lt_json_str_or(e, "title", ""), key);
        json_t *list = json_object_get(map, key), *one = json_object();
        if (!list && json_object_set_new(map, key, list = json_array())) return json_decref(one), -1;
        bool bad = !one || lt_json_copy_key(one, edition, "edition") || lt_json_copy_key(one, edition, "from") || lt_json_copy_key(one, edition, "to") ||
                   lt_json_copy_key(one, e, "level");
        if (json_array_append_new(list, one) || bad) return -1;
    }
    return 0;
}

json_t *state_events_by_title(struct uc_call *call)
{
    json_t *doc = known(call), *list = doc ? editions(doc) : NULL, *map = list ? json_object() : NULL;
    size_t i;
    const json_t *e;
    bool bad = false;
    json_array_foreach(list, i, e) bad = bad || index_edition(map, e);
    json_decref(doc);
    json_decref(list);
    if (bad) json_decref(map);
    return bad ? NULL : map;
}

static const char *named(const json_t *by_title, const char *title, const char *level, const char *date)
{
    char key[TITLE_MAX];
    size_t i;
    const json_t *e;
    title_key(title, key);
    json_array_foreach(*key ? json_object_get(by_title, key) : NULL, i, e) {
        const char *to = lt_json_str(e, "to"), *only = lt_json_str(e, "level");
        if (strcmp(date, lt_json_str_or(e, "from", "")) < 0 || (to && strcmp(date, to) > 0)) continue;
        if (!only || strcmp(only, level ? level : "") == 0) return lt_json_str(e, "edition");
    }
    return NULL;
}

const char *state_events_edition(const json_t *by_title, const char *title, const char *event, const char *level, const char *date)
{
    const char *edition = by_title ? named(by_title, title, level, date) : NULL;
    return edition || !event || !by_title ? edition : named(by_title, event, level, date);
}
