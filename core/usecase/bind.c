#include "usecase/bind.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/values.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 500, LINES_MAX = 10000, MANY_MAX = 1000, SECRET_MAX = 200 };

/* Fields every list and every revised use case has without naming them. */
static const struct uc_field list_fields[] = {
    {.name = "limit", .type = UC_INT, .min = 1, .max = 500},
    {.name = "cursor", .type = UC_TEXT},
    {.name = "xlsx", .type = UC_BOOL},
};
static const struct uc_field revision_field = {.name = "revision", .type = UC_INT, .min = 1, .max = 1000000};

static const struct uc_field *find_field(const struct uc_row *row, const char *name)
{
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        if (strcmp(f->name, name) == 0) return f;
    }
    if (row->reply == UC_LIST) {
        for (size_t i = 0; i < LT_COUNT(list_fields); i++) {
            if (strcmp(list_fields[i].name, name) == 0) return &list_fields[i];
        }
    }
    if ((row->flags & UC_REVISION) && strcmp(name, "revision") == 0) return &revision_field;
    return NULL;
}

static int malformed(struct lt_error *err, const struct uc_field *f, const char *expected)
{
    char code[64];
    lt_print(code, sizeof code, "field.malformed.%s", expected);
    return lt_fail_field(err, LT_USAGE, f->name, code, "field", f->name, (char *)NULL);
}

static int bind_text(const struct uc_field *f, const char *s, json_t **out, struct lt_error *err)
{
    if (!lt_utf8_valid(s, strlen(s))) return malformed(err, f, "text");
    char *tidy = f->type == UC_LINES ? lt_tidy_lines(s) : lt_tidy(s);
    if (!tidy) return lt_fail_memory(err);
    long long max = f->max ? f->max : f->type == UC_LINES ? LINES_MAX : TEXT_MAX;
    size_t n = lt_utf8_count(tidy);
    if ((long long)n > max || (long long)n < f->min) {
        free(tidy);
        return lt_fail_field(err, LT_USAGE, f->name, "field.length", "field", f->name, "min", LT_NUM(f->min), "max",
                             LT_NUM(max), (char *)NULL);
    }
    *out = json_string(tidy);
    free(tidy);
    return *out ? 0 : lt_fail_memory(err);
}

static int bind_word(const struct uc_field *f, const char *s, json_t **out, struct lt_error *err)
{
    if (f->values && !model_value_known(f->values, s)) {
        struct lt_buf words = LT_BUF_INIT(500);
        size_t n = 0;
        const char *const *set = model_values(f->values, &n);
        for (size_t i = 0; i < n; i++) {
            if (lt_buf_adds(&words, i ? ", " : "") || lt_buf_adds(&words, set[i])) break;
        }
        int rc = lt_fail_field(err, LT_USAGE, f->name, "field.value", "field", f->name, "value", s, "values",
                               words.data ? words.data : "", (char *)NULL);
        lt_buf_free(&words);
        return rc;
    }
    *out = json_string(s);
    return *out ? 0 : lt_fail_memory(err);
}

static int bind_login(const struct uc_field *f, const char *s, json_t **out, struct lt_error *err)
{
    size_t n = strlen(s);
    bool good = n >= 2 && n <= 60 && isalpha((unsigned char)s[0]);
    char low[64];
    for (size_t i = 0; good && i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        good = c < 128 && (isalnum(c) || c == '.' || c == '-' || c == '_');
        low[i] = (char)tolower(c);
    }
    if (!good) return malformed(err, f, "login");
    low[n] = 0;
    *out = json_string(low);
    return *out ? 0 : lt_fail_memory(err);
}

static int bind_number(const struct uc_field *f, const json_t *v, const char *s, json_t **out, struct lt_error *err)
{
    double d = 0;
    long long n = 0;
    if (json_is_number(v)) {
        d = json_number_value(v);
        if (d > 9e15 || d < -9e15) return malformed(err, f, "number");
        n = (long long)d;
        if (f->type == UC_INT && !json_is_integer(v)) return malformed(err, f, "number");
    } else {
        if (!s || !*s || strlen(s) > 30) return malformed(err, f, "number");
        char copy[32], *end = NULL;
        lt_print(copy, sizeof copy, "%s", s);
        for (char *c = copy; *c; c++) {
            if (*c == ',') *c = '.';
            else if (!strchr("+-.0123456789", *c)) return malformed(err, f, "number");
        }
        errno = 0;
        if (f->type == UC_INT) n = strtoll(copy, &end, 10);
        else d = strtod(copy, &end);
        if (errno || *end) return malformed(err, f, "number");
    }
    if (f->min || f->max) {
        double x = f->type == UC_INT ? (double)n : d;
        if (x < (double)f->min || x > (double)f->max)
            return lt_fail_field(err, LT_USAGE, f->name, "field.range", "field", f->name, "min", LT_NUM(f->min), "max",
                                 LT_NUM(f->max), (char *)NULL);
    }
    *out = f->type == UC_INT ? json_integer(n) : json_real(d);
    return *out ? 0 : lt_fail_memory(err);
}

int uc_bool_word(const char *s)
{
    static const char *const yes[] = {"true", "yes", "on", "1", "да"};
    static const char *const no[] = {"false", "no", "off", "0", "нет"};
    for (size_t i = 0; i < LT_COUNT(yes); i++) {
        if (strcmp(s, yes[i]) == 0) return 1;
        if (strcmp(s, no[i]) == 0) return 0;
    }
    return -1;
}

static int bind_bool(const struct uc_field *f, const json_t *v, const char *s, json_t **out, struct lt_error *err)
{
    int word = json_is_boolean(v) ? json_is_true(v) : s ? uc_bool_word(s) : -1;
    if (word < 0) return malformed(err, f, "bool");
    *out = json_boolean(word);
    return 0;
}

/* A file stands in the values as its number among the request's files. */
static int bind_file(const struct uc_field *f, const json_t *v, const struct uc_input_file *files, size_t files_len,
                     json_t **out, struct lt_error *err)
{
    json_int_t i = json_integer_value(v);
    if (!json_is_integer(v) || i < 0 || (size_t)i >= files_len) return malformed(err, f, "file");
    *out = json_pack("{s:s, s:I}", "name", files[i].name, "index", i);
    return *out ? 0 : lt_fail_field(err, LT_USAGE, f->name, "field.malformed.file", "field", f->name, (char *)NULL);
}

static int bind_value(const struct uc_field *f, const json_t *v, const struct uc_input_file *files, size_t files_len,
                      json_t **out, struct lt_error *err)
{
    const char *s = json_string_value(v);
    switch (f->type) {
    case UC_TEXT:
    case UC_LINES: return s ? bind_text(f, s, out, err) : malformed(err, f, "text");
    case UC_ID:
        if (!s || !lt_id_valid(s)) return malformed(err, f, "id");
        *out = json_string(s);
        return *out ? 0 : lt_fail_memory(err);
    case UC_INT:
    case UC_DEC: return bind_number(f, v, s, out, err);
    case UC_BOOL: return bind_bool(f, v, s, out, err);
    case UC_DATE: {
        struct lt_date d;
        if (!s || !lt_date_parse(s, &d)) return malformed(err, f, "date");
        *out = json_string(s);
        return *out ? 0 : lt_fail_memory(err);
    }
    case UC_ENUM:
    case UC_WORDS: return s ? bind_word(f, s, out, err) : malformed(err, f, "text");
    case UC_LOGIN: return s ? bind_login(f, s, out, err) : malformed(err, f, "login");
    case UC_SECRET:
        if (!s || !*s || strlen(s) > SECRET_MAX || !lt_utf8_valid(s, strlen(s))) return malformed(err, f, "secret");
        *out = json_string(s);
        return *out ? 0 : lt_fail_memory(err);
    case UC_FILE: return bind_file(f, v, files, files_len, out, err);
    case UC_OBJECT:
        if (!json_is_object(v) && !json_is_array(v)) {
            if (!s) return malformed(err, f, "object");
            int rc = lt_json_parse(s, strlen(s), 1 << 20, out, err);
            if (!rc || rc == LT_SYSTEM) return rc;
            lt_error_clear(err);
            return malformed(err, f, "object");
        }
        *out = json_deep_copy(v);
        return *out ? 0 : lt_fail_memory(err);
    }
    return malformed(err, f, "text");
}

static int add_bound(const struct uc_field *f, const json_t *v, const struct uc_input_file *files, size_t files_len,
                     json_t *list, struct lt_error *err)
{
    json_t *one = NULL;
    int rc = bind_value(f, v, files, files_len, &one, err);
    if (rc) return rc;
    return json_array_append_new(list, one) ? lt_fail_memory(err) : 0;
}

/* Words may come separated by commas, other repeatable fields as an array or as one value. */
static int bind_many(const struct uc_field *f, const json_t *v, const struct uc_input_file *files, size_t files_len,
                     json_t **out, struct lt_error *err)
{
    json_t *list = json_array();
    if (!list) return lt_fail_memory(err);
    int rc = 0;
    json_t *single = json_is_array(v) ? NULL : json_pack("[O]", v);
    const json_t *all = single ? single : v;
    if (json_array_size(all) > MANY_MAX) rc = malformed(err, f, "text");
    for (size_t i = 0; !rc && i < json_array_size(all); i++) {
        const json_t *item = json_array_get(all, i);
        const char *s = json_string_value(item);
        if (f->type != UC_WORDS || !s || !strchr(s, ',')) {
            rc = add_bound(f, item, files, files_len, list, err);
            continue;
        }
        while (!rc && s && *s) {
            size_t n = strcspn(s, ",");
            json_t *piece = json_stringn(s, n);
            rc = piece ? (n ? add_bound(f, piece, files, files_len, list, err) : 0) : malformed(err, f, "text");
            json_decref(piece);
            s += n + (s[n] == ',');
        }
    }
    json_decref(single);
    if (rc) json_decref(list);
    else *out = list;
    return rc;
}

static int check_required(const struct uc_row *row, const json_t *in, struct lt_error *err)
{
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        if (!(f->flags & UC_REQUIRED)) continue;
        const json_t *v = json_object_get(in, f->name);
        const char *s = json_string_value(v);
        if (!v || (s && !*s) || (json_is_array(v) && json_array_size(v) == 0))
            return lt_fail_field(err, LT_USAGE, f->name, "field.required", "field", f->name, (char *)NULL);
    }
    return 0;
}

int uc_bind(const struct uc_row *row, const json_t *values, const struct uc_input_file *files, size_t files_len,
            json_t **out, struct lt_error *err)
{
    json_t *in = json_object();
    if (!in) return lt_fail_memory(err);
    int rc = 0;
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)values, name, v) {
        const struct uc_field *f = find_field(row, name);
        if (!f) {
            rc = lt_fail_field(err, LT_USAGE, name, "field.unknown", "field", name, (char *)NULL);
            break;
        }
        if (json_is_null(v)) continue;
        json_t *bound = NULL;
        bool many = (f->flags & UC_MANY) || f->type == UC_WORDS;
        rc = many ? bind_many(f, v, files, files_len, &bound, err) : bind_value(f, v, files, files_len, &bound, err);
        if (!rc && json_object_set_new(in, name, bound)) rc = lt_fail_memory(err);
        if (rc) break;
    }
    if (!rc) rc = check_required(row, in, err);
    if (rc) json_decref(in);
    else *out = in;
    return rc;
}
