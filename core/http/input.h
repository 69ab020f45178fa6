/* What a request says, as values of a use case. */
#ifndef LT_HTTP_INPUT_H
#define LT_HTTP_INPUT_H

#include "base/error.h"
#include "http/router.h"

#include <stdbool.h>
#include <stddef.h>

#define INPUT_JSON_MAX   ((size_t)1 << 20)
enum { INPUT_DEPTH_MAX = 16, INPUT_ARGS_MAX = 200 };

/* Percent-decoding of one component (plus: "+" is a space). False: a broken escape, no UTF-8, a NUL or no room. */
bool http_decode(const char *s, size_t len, bool plus, char *out, size_t size);

/* A JSON object of a body; an empty body is an empty object. LT_USAGE "json.malformed", "json.too_large", "json.too_deep", "http.object". */
int http_json_values(const char *text, size_t len, json_t **out, struct lt_error *err);

/* Adds one argument of a query; a repeated one becomes an array. Names and values as sent. LT_USAGE "http.malformed". */
int http_query_add(json_t *values, const char *name, size_t name_len, const char *value, size_t value_len, struct lt_error *err);

/* Adds what the path said. LT_USAGE "http.twice" where a value of the body or the query has the name too. */
int http_path_values(const struct http_match *m, json_t *values, struct lt_error *err);

#endif
