#include "http/input.h"

#include "base/json.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool http_decode(const char *s, size_t len, bool plus, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        int c = (unsigned char)s[i];
        if (c == '%') {
            int high = i + 2 < len ? hex(s[i + 1]) : -1, low = high >= 0 ? hex(s[i + 2]) : -1;
            if (low < 0) return false;
            c = high << 4 | low;
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (n + 1 >= size) return false;
        out[n++] = (char)c;
    }
    out[n] = 0;
    return lt_utf8_valid(out, n);
}

static int malformed(struct lt_error *err)
{
    return lt_fail(err, LT_USAGE, "http.malformed", (char *)NULL);
}

/* --- JSON --- */

static bool deeper_than(const json_t *v, int levels)
{
    const char *key;
    json_t *item;
    size_t i;
    if (!json_is_object(v) && !json_is_array(v)) return false;
    if (levels == 0) return true;
    json_array_foreach(v, i, item)
    {
        if (deeper_than(item, levels - 1)) return true;
    }
    json_object_foreach((json_t *)v, key, item)
    {
        if (deeper_than(item, levels - 1)) return true;
    }
    return false;
}

int http_json_values(const char *text, size_t len, json_t **out, struct lt_error *err)
{
    json_t *doc = NULL;
    if (!len) {
        doc = json_object();
        if (!doc) return lt_fail_memory(err);
    } else {
        int rc = lt_json_parse(text, len, INPUT_JSON_MAX, &doc, err);
        if (rc) return rc;
    }
    int rc = 0;
    if (!json_is_object(doc)) rc = lt_fail(err, LT_USAGE, "http.object", (char *)NULL);
    else if (deeper_than(doc, INPUT_DEPTH_MAX)) rc = lt_fail(err, LT_USAGE, "json.too_deep", "limit", LT_NUM(INPUT_DEPTH_MAX), (char *)NULL);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* --- query --- */

int http_query_add(json_t *values, const char *name, size_t name_len, const char *value, size_t value_len, struct lt_error *err)
{
    char key[64], text[8192];
    if (!http_decode(name, name_len, true, key, sizeof key) || !*key) return malformed(err);
    if (!http_decode(value, value_len, true, text, sizeof text)) return malformed(err);
    json_t *had = json_object_get(values, key), *one = json_string(text);
    int bad;
    if (!had) {
        bad = json_object_set_new(values, key, one);
    } else if (json_is_array(had)) {
        bad = json_array_append_new(had, one);
    } else {
        json_t *both = json_pack("[O, o]", had, one);
        bad = json_object_set_new(values, key, both);
    }
    return bad ? lt_fail_memory(err) : 0;
}

/* --- path --- */

int http_path_values(const struct http_match *m, json_t *values, struct lt_error *err)
{
    for (size_t i = 0; i < m->len; i++) {
        if (json_object_get(values, m->names[i]))
            return lt_fail_field(err, LT_USAGE, m->names[i], "http.twice", "field", m->names[i], (char *)NULL);
        if (lt_json_put_str(values, m->names[i], m->values[i])) return lt_fail_memory(err);
    }
    return 0;
}
