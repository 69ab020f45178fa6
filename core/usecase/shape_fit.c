/* Holds answers against their shapes. */
#include "usecase/shape.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/text.h"

#include <string.h>

struct judging {
    char path[240];
    bool withheld; /* a repeated answer without its secrets */
    char *why;
};

static bool amiss(struct judging *j, const char *what)
{
    lt_print(j->why, UC_SHAPE_WHY, "%s: %s", *j->path ? j->path : "the answer", what);
    return false;
}

/* The path grows by a step and shrinks to `len` after it. */
static size_t step(struct judging *j, const char *name, size_t i)
{
    size_t len = strlen(j->path);
    if (name) lt_print(j->path + len, sizeof j->path - len, "%s%.60s", len ? "." : "", name);
    else lt_print(j->path + len, sizeof j->path - len, "[%zu]", i);
    return len;
}

static bool fits_fields(struct judging *j, const char *fields, bool beside, const json_t *v);

static bool fits_text(struct judging *j, const struct uc_shape_field *f, const char *s)
{
    struct lt_date date;
    int64_t at;
    switch (f->kind) {
    case UC_SHAPE_ID:
        return lt_id_valid(s) || amiss(j, "no id");
    case UC_SHAPE_ACTOR:
        return lt_id_valid(s) || (lt_starts(s, "local:") && s[6]) || amiss(j, "no actor");
    case UC_SHAPE_DATE:
        return lt_date_parse(s, &date) || amiss(j, "no date");
    case UC_SHAPE_AT:
        return (strlen(s) == LT_INSTANT_SIZE - 1 && lt_instant_parse(s, &at)) || amiss(j, "no instant");
    case UC_SHAPE_SHA256:
        return (strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64) || amiss(j, "no SHA-256");
    case UC_SHAPE_WORD:
        return uc_shape_word(f, s) || amiss(j, "a word that is not of its set");
    default:
        return true;
    }
}

static bool fits_value(struct judging *j, const struct uc_shape_field *f, const json_t *v)
{
    switch (f->kind) {
    case UC_SHAPE_ANY:
        return true;
    case UC_SHAPE_INT:
        return json_is_integer(v) || amiss(j, "no whole number");
    case UC_SHAPE_NUMBER:
        return json_is_number(v) || amiss(j, "no number");
    case UC_SHAPE_BOOL:
        return json_is_boolean(v) || amiss(j, "neither true nor false");
    case UC_SHAPE_PART:
        return fits_fields(j, f->part->fields, false, v);
    case UC_SHAPE_WRONG:
        return amiss(j, "its shape cannot be read");
    default:
        return json_is_string(v) ? fits_text(j, f, json_string_value(v)) : amiss(j, "no text");
    }
}

static bool fits_many(struct judging *j, const struct uc_shape_field *f, const json_t *v)
{
    size_t i, len;
    const json_t *one;
    const char *key;
    if (f->many) {
        if (!json_is_array(v)) return amiss(j, "no array");
        json_array_foreach(v, i, one) {
            len = step(j, NULL, i);
            if (!fits_value(j, f, one)) return false;
            j->path[len] = '\0';
        }
        return true;
    }
    if (!json_is_object(v)) return amiss(j, "no object");
    json_object_foreach((json_t *)v, key, one) {
        len = step(j, key, 0);
        if (!fits_value(j, f, one)) return false;
        j->path[len] = '\0';
    }
    return true;
}

static bool fits_field(struct judging *j, const struct uc_shape_field *f, const json_t *v)
{
    size_t len = step(j, f->name, 0);
    bool good;
    if (!v) good = f->optional || (f->secret && j->withheld) || amiss(j, "absent, and its shape says it is always there");
    else if (json_is_null(v)) good = f->null || amiss(j, "null");
    else good = f->many || f->map ? fits_many(j, f, v) : fits_value(j, f, v);
    if (good) j->path[len] = '\0';
    return good;
}

/* Is the key of an object one of the fields? */
static bool known(const char *fields, bool beside, const char *key)
{
    struct uc_shape_walk w;
    struct uc_shape_field f;
    uc_shape_begin(&w, fields);
    while (uc_shape_next(&w, &f)) {
        if (f.beside == beside && strcmp(f.name, key) == 0) return true;
    }
    return false;
}

static bool fits_fields(struct judging *j, const char *fields, bool beside, const json_t *v)
{
    struct uc_shape_walk w;
    struct uc_shape_field f;
    const char *key;
    const json_t *value;
    if (!fields) return true;
    if (!json_is_object(v)) return amiss(j, "no object");
    uc_shape_begin(&w, fields);
    while (uc_shape_next(&w, &f)) {
        if (f.beside == beside && !fits_field(j, &f, json_object_get(v, f.name))) return false;
    }
    json_object_foreach((json_t *)v, key, value) {
        bool page = beside && (strcmp(key, "items") == 0 || strcmp(key, "next") == 0);
        if (page || known(fields, beside, key) || (!*j->path && j->withheld && strcmp(key, "withheld") == 0)) continue;
        step(j, key, 0);
        return amiss(j, "its shape does not know it");
    }
    return true;
}

static bool fits_list(struct judging *j, const char *fields, const json_t *body)
{
    const json_t *items = lt_json_array(body, "items"), *next = json_object_get(body, "next"), *item;
    size_t i;
    if (!items) return amiss(j, "a list without items");
    if (!json_is_null(next) && !json_is_string(next)) return amiss(j, "`next` is neither null nor a text");
    if (!fits_fields(j, fields, true, body)) return false;
    json_array_foreach(items, i, item) {
        lt_print(j->path, sizeof j->path, "items[%zu]", i);
        if (!fits_fields(j, fields, false, item)) return false;
    }
    return true;
}

bool uc_answer_fits(const struct uc_row *row, const json_t *body, char why[UC_SHAPE_WHY])
{
    struct judging j = {.why = why, .withheld = lt_json_bool(body, "withheld", false)};
    const char *fields = uc_row_gives(row, NULL);
    if ((row->flags & UC_LONG) && json_object_get(body, "job")) return fits_fields(&j, uc_shape_find("job")->fields, false, body);
    if (json_is_true(json_object_get(body, "repeated"))) return fits_fields(&j, uc_shape_find("repeated")->fields, false, body);
    if (row->reply == UC_LIST && body) return fits_list(&j, fields, body);
    if (row->reply == UC_ONE) return fits_fields(&j, fields, false, body);
    return !body || json_is_null(body) || amiss(&j, "a document where its row tells of none");
}
