/* Values of a door, judged by the fields of every use case: taken values are of the declared types and taken again unchanged, an error
 * names the field. */
#include "fuzz.h"

#include "base/json.h"
#include "usecase/bind.h"

static const struct uc_field *field_of(const struct uc_row *row, const char *name)
{
    for (const struct uc_field *f = row->fields; f && f->name; f++)
        if (strcmp(f->name, name) == 0) return f;
    return NULL;
}

static bool of_type(const struct uc_field *f, const json_t *v)
{
    switch (f->type) {
    case UC_INT: return json_is_integer(v) && (!(f->min || f->max) || (json_integer_value(v) >= f->min && json_integer_value(v) <= f->max));
    case UC_DEC: return json_is_real(v);
    case UC_BOOL: return json_is_boolean(v);
    case UC_FILE:
    case UC_OBJECT: return json_is_object(v) || json_is_array(v);
    default: return json_is_string(v);
    }
}

static void judge_bound(const struct uc_row *row, json_t *bound)
{
    const char *name;
    json_t *v, *again = NULL;
    bool files = false;
    struct lt_error err = {0};
    json_object_foreach(bound, name, v)
    {
        const struct uc_field *f = field_of(row, name);
        if (!f) continue; /* limit, cursor, revision: the binder's own */
        files |= f->type == UC_FILE;
        if ((f->flags & UC_MANY) || f->type == UC_WORDS) {
            size_t i;
            json_t *one;
            FUZZ_CHECK(json_is_array(v));
            json_array_foreach(v, i, one) FUZZ_CHECK(of_type(f, one));
        } else {
            FUZZ_CHECK(of_type(f, v));
        }
    }
    if (!files) {
        FUZZ_CHECK(uc_bind(row, bound, NULL, 0, &again, &err) == 0);
        FUZZ_CHECK(json_equal(again, bound));
        json_decref(again);
    }
}

static void bind(const struct uc_row *row, const json_t *values)
{
    static const struct uc_input_file files[] = {{.name = "диплом.pdf", .fd = -1}, {.name = "x", .fd = -1}};
    struct lt_error err = {0};
    json_t *out = NULL;
    int rc = uc_bind(row, values, files, 2, &out, &err);
    FUZZ_CHECK((rc == 0) == (out != NULL));
    if (rc != 0) {
        FUZZ_CHECK(rc == LT_USAGE);
        if (!*err.field) fprintf(stderr, "%s.%s: %s names no field\n", row->noun, row->verb, err.code);
        FUZZ_CHECK(*err.field || json_object_get(values, "")); /* an unknown field may be called "" */
    } else {
        judge_bound(row, out);
    }
    fuzz_judge(rc, &err);
    json_decref(out);
}

static const struct uc_row *row_at(size_t nth)
{
    size_t n, all = 0;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) all += nouns[i]->len;
    nth %= all;
    for (size_t i = 0; i < n; nth -= nouns[i++]->len)
        if (nth < nouns[i]->len) return &nouns[i]->rows[nth];
    abort();
}

/* Each field gets a line: as JSON where it is some, else as text. An empty line leaves the field out. */
static json_t *filled(const struct uc_row *row, const uint8_t *data, size_t size)
{
    json_t *values = json_object();
    FUZZ_CHECK(values);
    for (const struct uc_field *f = row->fields; f && f->name && size; f++) {
        char *line = fuzz_line(&data, &size);
        json_t *v = *line ? json_loads(line, JSON_DECODE_ANY, NULL) : NULL;
        if (!v && *line) v = json_string(line);
        if (v) json_object_set_new(values, f->name, v);
        free(line);
    }
    return values;
}

/* Input: a byte for the form, one for the row (which goes round), then a JSON object or a line a field. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t form = fuzz_byte(&data, &size), nth = fuzz_byte(&data, &size);
    json_t *values = NULL;
    if (form % 2 == 0) {
        values = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
        for (size_t i = 0; json_is_object(values) && i < 255; i++) bind(row_at(nth + i), values);
    } else {
        for (size_t i = 0; i < 8; i++) {
            values = filled(row_at(nth + 32 * i), data, size);
            bind(row_at(nth + 32 * i), values);
            json_decref(values);
            values = NULL;
        }
    }
    json_decref(values);
    return 0;
}
