#include "base/json.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64
#define FEW_KEYS  32 /* sorted without an allocation */

/* --- writing: one writer for both forms, so that a number or a string looks the same in each --- */

struct writer {
    struct lt_buf *out;
    bool pretty;
    bool too_deep;
    bool null_character;
};

static void write_value(struct writer *w, const json_t *v, int depth);

static void new_line(struct writer *w, int depth)
{
    if (!w->pretty) return;
    lt_buf_addc(w->out, '\n');
    for (int i = 0; i < depth; i++)
        lt_buf_add(w->out, "  ", 2);
}

/* The shortest digits that read back as the same number: 0.1 stays 0.1 in a diff. */
static void write_real(struct writer *w, double number)
{
    char text[40] = "";
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) break;
    }
    /* a module may have set a locale with a decimal comma */
    char *comma = strchr(text, ',');
    if (comma) *comma = '.';
    lt_buf_adds(w->out, text);
    if (!strpbrk(text, ".e")) lt_buf_adds(w->out, ".0");
}

static void write_string(struct writer *w, const char *s, size_t len)
{
    if (strlen(s) != len)
        w->null_character = true;
    else
        out_json_str(w->out, s);
}

static void write_array(struct writer *w, const json_t *v, int depth)
{
    size_t n = json_array_size(v);
    lt_buf_addc(w->out, '[');
    for (size_t i = 0; i < n && !w->out->failed; i++) {
        if (i) lt_buf_addc(w->out, ',');
        new_line(w, depth + 1);
        write_value(w, json_array_get(v, i), depth + 1);
    }
    if (n) new_line(w, depth);
    lt_buf_addc(w->out, ']');
}

static int key_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_object(struct writer *w, const json_t *v, int depth)
{
    size_t n = json_object_size(v), i = 0;
    const char *few[FEW_KEYS], **keys = few;
    if (n > FEW_KEYS && !(keys = malloc(n * sizeof *keys))) {
        lt_buf_reserve(w->out, SIZE_MAX);
        return;
    }
    json_t *object = (json_t *)(uintptr_t)v;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        keys[i++] = key;
    }
    qsort(keys, n, sizeof *keys, key_order);
    lt_buf_addc(w->out, '{');
    for (i = 0; i < n && !w->out->failed; i++) {
        if (i) lt_buf_addc(w->out, ',');
        new_line(w, depth + 1);
        write_string(w, keys[i], strlen(keys[i]));
        lt_buf_add(w->out, ": ", w->pretty ? 2 : 1);
        write_value(w, json_object_get(v, keys[i]), depth + 1);
    }
    if (n) new_line(w, depth);
    lt_buf_addc(w->out, '}');
    if (keys != few) free(keys);
}

static void write_value(struct writer *w, const json_t *v, int depth)
{
    if ((json_is_array(v) || json_is_object(v)) && depth >= DEPTH_MAX) {
        w->too_deep = true;
        return;
    }
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        write_object(w, v, depth);
        break;
    case JSON_ARRAY:
        write_array(w, v, depth);
        break;
    case JSON_STRING:
        write_string(w, json_string_value(v), json_string_length(v));
        break;
    case JSON_INTEGER:
        lt_buf_addf(w->out, "%lld", (long long)json_integer_value(v));
        break;
    case JSON_REAL:
        write_real(w, json_real_value(v));
        break;
    case JSON_TRUE:
        lt_buf_adds(w->out, "true");
        break;
    case JSON_FALSE:
        lt_buf_adds(w->out, "false");
        break;
    default:
        lt_buf_adds(w->out, "null");
        break;
    }
}

static int write_document(const json_t *doc, struct lt_buf *out, bool pretty, struct lt_error *err)
{
    /* a document that could not be built for want of memory arrives as NULL */
    if (!doc) return lt_fail_memory(err);
    struct writer w = {.out = out, .pretty = pretty};
    write_value(&w, doc, 0);
    if (pretty) lt_buf_addc(out, '\n');
    if (w.too_deep)
        return lt_fail(err, LT_REFUSED, "json.too_deep", "limit", LT_NUM(DEPTH_MAX), (char *)NULL);
    if (w.null_character) return lt_fail(err, LT_REFUSED, "json.null_character", (char *)NULL);
    if (out->failed)
        return lt_fail(err, LT_REFUSED, "json.too_large", "limit", LT_NUM((long long)out->max), (char *)NULL);
    return LT_OK;
}

int lt_json_canonical(const json_t *doc, struct lt_buf *out, struct lt_error *err)
{
    return write_document(doc, out, true, err);
}

int lt_json_compact(const json_t *doc, struct lt_buf *out, struct lt_error *err)
{
    return write_document(doc, out, false, err);
}

/* --- parsing --- */

static int malformed(struct lt_error *err, const char *flaw, int line, int column)
{
    return lt_fail(err, LT_USAGE, "json.malformed", "line", LT_NUM(line < 1 ? 1 : line), "column",
                   LT_NUM(column < 1 ? 1 : column), "flaw", flaw, (char *)NULL);
}

/* jansson's own limit is set when it is compiled (2048): too deep for those who walk a document by recursion.
 */
static int check_depth(const char *text, size_t len, struct lt_error *err)
{
    int depth = 0, line = 1;
    size_t line_start = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '\n') {
            line++;
            line_start = i + 1;
        }
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if ((c == '{' || c == '[') && ++depth > DEPTH_MAX) {
            return malformed(err, "depth", line, (int)(i - line_start + 1));
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return LT_OK;
}

static const char *flaw_word(enum json_error_code code)
{
    switch (code) {
    case json_error_duplicate_key:
        return "duplicate_key";
    case json_error_invalid_utf8:
        return "encoding";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "null_character";
    case json_error_numeric_overflow:
        return "number";
    case json_error_premature_end_of_input:
        return "cut_off";
    default:
        return "syntax";
    }
}

int lt_json_parse(const char *text, size_t len, size_t max, json_t **out, struct lt_error *err)
{
    if (len > max)
        return lt_fail(err, LT_USAGE, "json.too_large", "limit", LT_NUM((long long)max), (char *)NULL);
    int status = check_depth(text, len, err);
    if (status < 0) return status;
    json_error_t why;
    json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
    /* where the very first allocation fails jansson says nothing at all */
    if (!doc && (!*why.text || json_error_code(&why) == json_error_out_of_memory)) return lt_fail_memory(err);
    if (!doc) return malformed(err, flaw_word(json_error_code(&why)), why.line, why.column);
    *out = doc;
    return LT_OK;
}

/* --- reading and building --- */

const char *lt_json_str(const json_t *obj, const char *key)
{
    return json_string_value(json_object_get(obj, key));
}

const char *lt_json_str_or(const json_t *obj, const char *key, const char *dflt)
{
    const char *s = lt_json_str(obj, key);
    return s ? s : dflt;
}

int64_t lt_json_int(const json_t *obj, const char *key, int64_t dflt)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_integer(v) ? (int64_t)json_integer_value(v) : dflt;
}

bool lt_json_bool(const json_t *obj, const char *key, bool dflt)
{
    const json_t *v = json_object_get(obj, key);
    return json_is_boolean(v) ? json_is_true(v) : dflt;
}

json_t *lt_json_array(const json_t *obj, const char *key)
{
    json_t *v = json_object_get(obj, key);
    return json_is_array(v) ? v : NULL;
}

json_t *lt_json_object(const json_t *obj, const char *key)
{
    json_t *v = json_object_get(obj, key);
    return json_is_object(v) ? v : NULL;
}

int lt_json_put(json_t *obj, const char *key, json_t *steals)
{
    return json_object_set_new(obj, key, steals) == 0 ? 0 : -1;
}

int lt_json_put_str(json_t *obj, const char *key, const char *s)
{
    if (s && *s) return lt_json_put(obj, key, json_string(s));
    json_object_del(obj, key);
    return json_is_object(obj) ? 0 : -1;
}

int lt_json_put_int(json_t *obj, const char *key, int64_t n)
{
    return lt_json_put(obj, key, json_integer(n));
}

int lt_json_put_bool(json_t *obj, const char *key, bool b)
{
    return lt_json_put(obj, key, json_boolean(b));
}

int lt_json_copy_key(json_t *dst, const json_t *src, const char *key)
{
    json_t *v = json_object_get(src, key);
    return v ? lt_json_put(dst, key, json_incref(v)) : 0;
}

bool lt_json_array_has(const json_t *array, const char *s)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *item = json_string_value(json_array_get(array, i));
        if (item && strcmp(item, s) == 0) return true;
    }
    return false;
}
