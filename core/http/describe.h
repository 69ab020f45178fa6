/* The table of use cases described for programs and for people: openapi.json and docs/http-api.md are made from it. */
#ifndef LT_HTTP_DESCRIBE_H
#define LT_HTTP_DESCRIBE_H

#include "base/buf.h"
#include "usecase/usecase.h"

/* "text", "int", "file" … */
const char *http_type_word(enum uc_type type);
/* One value, or each of an array. */
bool http_field_many(const struct uc_field *f);
/* The row whose shape the answer over HTTP has: signing in answers who one is now, its token goes into the cookie. */
const struct uc_row *http_answer_row(const struct uc_row *row);
/* Every row that HTTP has, in the order of the table; stops at a non-zero answer, which is returned. */
int http_each_row(int (*each)(void *ctx, const struct uc_row *row), void *ctx);

/* OpenAPI 3.1; new reference, NULL: memory. */
json_t *http_openapi(enum lt_lang lang);
/* docs/http-api.md: English, with the Russian titles. */
int http_markdown(struct lt_buf *out);

#endif
