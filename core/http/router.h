/* From method and path to a row of the table of use cases. Pure. */
#ifndef LT_HTTP_ROUTER_H
#define LT_HTTP_ROUTER_H

#include "usecase/usecase.h"

#define HTTP_API "/api/v1"
enum { ROUTER_PARAMS = 4, ROUTER_VALUE = 256, ROUTER_PATH = 200 };

struct http_match {
    const struct uc_row *row; /* NULL: none of this method */
    size_t len;
    char names[ROUTER_PARAMS][32], values[ROUTER_PARAMS][ROUTER_VALUE];
    char allow[64]; /* methods of the path, for Allow; "" where the path is none */
};

/* path: what follows HTTP_API, percent-encoded as sent. HEAD counts as GET. False: nothing of the method is there. */
bool http_match(const char *method, const char *path, struct http_match *out);
/* "/entries/{id}/verify", below HTTP_API. */
void http_row_path(const struct uc_row *row, char out[ROUTER_PATH]);
/* Is the row one of HTTP's? */
bool http_row_open(const struct uc_row *row);
/* Does the path of the row name this field? */
bool http_path_names(const struct uc_row *row, const char *field);

#endif
