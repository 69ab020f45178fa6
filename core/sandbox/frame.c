#include "sandbox/frame.h"

#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int put(struct lt_buf *b, uint64_t v, size_t bytes) {
    unsigned char raw[8];
    for (size_t i = 0; i < bytes; i++)
        raw[i] = (unsigned char)(v >> (8 * i));
    return lt_buf_add(b, raw, bytes);
}

int sandbox_put_u8(struct lt_buf *b, uint8_t v) { return put(b, v, 1); }
int sandbox_put_u16(struct lt_buf *b, uint16_t v) { return put(b, v, 2); }
int sandbox_put_u32(struct lt_buf *b, uint32_t v) { return put(b, v, 4); }
int sandbox_put_u64(struct lt_buf *b, uint64_t v) { return put(b, v, 8); }

int sandbox_put_f64(struct lt_buf *b, double v) {
    uint64_t raw;
    memcpy(&raw, &v, sizeof raw);
    return put(b, raw, 8);
}

int sandbox_put_bytes(struct lt_buf *b, const char *s, size_t len) {
    if (len > UINT32_MAX) {
        b->failed = true;
        return -1;
    }
    sandbox_put_u32(b, (uint32_t)len);
    return lt_buf_add(b, s, len);
}

static bool get(struct sandbox_cursor *c, size_t bytes, uint64_t *out) {
    if (c->len - c->at < bytes)
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v |= (uint64_t)c->data[c->at + i] << (8 * i);
    c->at += bytes;
    *out = v;
    return true;
}

bool sandbox_get_u8(struct sandbox_cursor *c, uint8_t *out) {
    uint64_t v;
    if (!get(c, 1, &v))
        return false;
    *out = (uint8_t)v;
    return true;
}

bool sandbox_get_u16(struct sandbox_cursor *c, uint16_t *out) {
    uint64_t v;
    if (!get(c, 2, &v))
        return false;
    *out = (uint16_t)v;
    return true;
}

bool sandbox_get_u32(struct sandbox_cursor *c, uint32_t *out) {
    uint64_t v;
    if (!get(c, 4, &v))
        return false;
    *out = (uint32_t)v;
    return true;
}

bool sandbox_get_u64(struct sandbox_cursor *c, uint64_t *out) { return get(c, 8, out); }

bool sandbox_get_f64(struct sandbox_cursor *c, double *out) {
    uint64_t raw;
    double v;
    if (!get(c, 8, &raw))
        return false;
    memcpy(&v, &raw, sizeof v);
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}

bool sandbox_get_bytes(struct sandbox_cursor *c, const char **out, size_t *out_len) {
    uint32_t len;
    if (!sandbox_get_u32(c, &len) || c->len - c->at < len)
        return false;
    *out = (const char *)c->data + c->at;
    *out_len = len;
    c->at += len;
    return true;
}

char *sandbox_error_encode(const struct lt_error *err) {
    json_t *params = json_object();
    json_t *doc = json_pack("{s:i, s:s, s:s, s:o}", "status", err->status, "code", err->code, "field", err->field,
                            "params", params); /* steals params, also when it fails */
    if (!doc)
        return NULL;
    for (size_t at = 0; at < err->params_len;) {
        const char *name = err->params + at;
        const char *value = name + strlen(name) + 1;
        at += (size_t)(value - name) + strlen(value) + 1;
        if (at > err->params_len)
            break;
        json_object_set_new(params, name, json_string(value)); /* a value that is not UTF-8 is left out */
    }
    char *text = json_dumps(doc, JSON_COMPACT);
    json_decref(doc);
    return text;
}

static bool only(const char *s, size_t max, const char *also) {
    size_t len = strlen(s);
    if (len == 0 || len > max)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool plain = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_';
        if (!plain && !strchr(also, s[i]))
            return false;
    }
    return true;
}

static bool allowed_code(const char *code, const char *const *prefixes) {
    if (!code || !only(code, sizeof((struct lt_error *)0)->code - 1, "."))
        return false;
    for (size_t i = 0; prefixes && prefixes[i]; i++)
        if (lt_starts(code, prefixes[i]))
            return true;
    return false;
}

/* Appends one pair the way lt_fail lays them out; pairs that do not fit are dropped whole. */
static void add_param(struct lt_error *err, const char *name, const char *value) {
    size_t n = strlen(name) + 1, v = strlen(value) + 1;
    if (sizeof err->params - err->params_len < n + v)
        return;
    memcpy(err->params + err->params_len, name, n);
    memcpy(err->params + err->params_len + n, value, v);
    err->params_len += n + v;
}

int sandbox_error_decode(const void *data, size_t len, const char *const *prefixes, struct lt_error *err) {
    json_t *doc = NULL;
    if (lt_json_parse(data, len, 16384, &doc, NULL) != 0 || !json_is_object(doc))
        goto malformed;
    int64_t status = lt_json_int(doc, "status", 0);
    const char *code = lt_json_str(doc, "code");
    const char *field = lt_json_str_or(doc, "field", "");
    if (status > LT_REFUSED || status < LT_SYSTEM || !allowed_code(code, prefixes) ||
        (field[0] && !only(field, sizeof err->field - 1, ".")))
        goto malformed;
    lt_fail_field(err, (int)status, field, code, (char *)NULL);
    const char *name;
    json_t *value;
    if (err)
        json_object_foreach (lt_json_object(doc, "params"), name, value)
            if (only(name, 32, "") && json_is_string(value) && json_string_length(value) <= 300 &&
                lt_utf8_valid(json_string_value(value), json_string_length(value)))
                add_param(err, name, json_string_value(value));
    json_decref(doc);
    return (int)status;
malformed:
    json_decref(doc);
    return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
}
