/* JSON documents as the vault keeps them, and short ways to read them. json_t is jansson's; references follow its
 * rules (functions that "steal" say so). */
#ifndef LT_BASE_JSON_H
#define LT_BASE_JSON_H

#include "base/buf.h"
#include "base/error.h"

#include <jansson.h>
#include <stdint.h>

/* Canonical form: keys sorted by byte, 2-space indent, UTF-8 unescaped, one LF at the end. The same document always
 * gives the same bytes. Both writers append to out. LT_REFUSED "json.too_large" where out has no room, "json.too_deep"
 * over 64 levels, "json.null_character"; LT_SYSTEM "system.memory" for a NULL doc, as a failed json_pack leaves it. */
int lt_json_canonical(const json_t *doc, struct lt_buf *out, struct lt_error *err);

/* One line, keys sorted. */
int lt_json_compact(const json_t *doc, struct lt_buf *out, struct lt_error *err);

/* Parses exactly one document (an object or an array) of at most max bytes and 64 levels; rejects duplicate keys and NUL
 * characters. LT_USAGE "json.malformed" with line, column and flaw (syntax, duplicate_key, encoding, null_character,
 * number, cut_off, depth; label.flaw.*), LT_USAGE "json.too_large" with limit. */
int lt_json_parse(const char *text, size_t len, size_t max, json_t **out, struct lt_error *err);

/* Value of a key, or the default when the key is absent, null or of another type. Strings are borrowed. */
const char *lt_json_str(const json_t *obj, const char *key); /* NULL by default */
const char *lt_json_str_or(const json_t *obj, const char *key, const char *dflt);
int64_t lt_json_int(const json_t *obj, const char *key, int64_t dflt);
bool lt_json_bool(const json_t *obj, const char *key, bool dflt);
json_t *lt_json_array(const json_t *obj, const char *key);  /* borrowed, NULL by default */
json_t *lt_json_object(const json_t *obj, const char *key); /* borrowed, NULL by default */

/* obj[key] = s, or the key removed when s is NULL or empty. 0 or -1 (memory). */
int lt_json_put_str(json_t *obj, const char *key, const char *s);
int lt_json_put_int(json_t *obj, const char *key, int64_t n);
int lt_json_put_bool(json_t *obj, const char *key, bool b);
int lt_json_put(json_t *obj, const char *key, json_t *steals); /* NULL value = memory failure, -1 */

/* Copies src[key] to dst[key] when present. */
int lt_json_copy_key(json_t *dst, const json_t *src, const char *key);

bool lt_json_array_has(const json_t *array, const char *s);

#endif
