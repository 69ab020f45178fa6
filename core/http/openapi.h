/* Parts of openapi.json. Private to http/. All give new references, NULL: memory. */
#ifndef LT_HTTP_OPENAPI_H
#define LT_HTTP_OPENAPI_H

#include "usecase/usecase.h"

/* {"$ref": "#/components/<kind>/<name>"} */
json_t *openapi_ref(const char *kind, const char *name);
/* The same for the words of a value set. */
json_t *openapi_set(const char *set);

/* --- what comes out (openapi_out.c) --- */

/* Every shape as a schema. 0 or -1. */
int openapi_add_shapes(json_t *schemas);
json_t *openapi_responses(const struct uc_row *row);

/* --- what no row says (openapi_words.c) --- */

json_t *openapi_info(void);
json_t *openapi_parameters(void);
json_t *openapi_security_schemes(void);
/* Answers that are refusals, by status; headers of answers. */
json_t *openapi_problems(void);
json_t *openapi_headers(void);
/* Schemas of problems, uploads and what else is no shape. 0 or -1. */
int openapi_add_schemas(json_t *schemas);
/* Paths beside the table. 0 or -1. */
int openapi_add_paths(json_t *paths);
/* An example of what goes in and of what comes out, for those use cases that a client begins with. 0 or -1. */
int openapi_add_examples(const struct uc_row *row, json_t *operation);

#endif
