/* Resumable uploads: tus 1.0 below /api/v1/uploads with creation, creation-with-upload, termination, expiration and checksum. */
#ifndef LT_HTTP_TUS_H
#define LT_HTTP_TUS_H

#include "http/api.h"
#include "http/inside.h"

#define TUS_PATH HTTP_API "/uploads"

int http_tus_begin(struct http_exchange *x, struct lt_error *err);
int http_tus_take(struct http_exchange *x, const char *data, size_t len, struct lt_error *err);
void http_tus_run(struct http_exchange *x);
void http_tus_end(struct http_exchange *x);

/* In the values of a use case {"upload": id} stands in the place of a file: such a one becomes one of the call's files. Beside its
 * limits, the errors of lt_app_who and tus_take. */
int api_uploads_take(struct http_exchange *x, struct api *a, struct lt_error *err);
/* After the use case took them. */
void api_uploads_used(struct http_exchange *x, struct api *a);

#endif
