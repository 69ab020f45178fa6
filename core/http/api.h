/* A call of a use case through the web, between its parts: api.c takes it, upload.c its files, give.c answers. Private to core/http. */
#ifndef LT_HTTP_API_H
#define LT_HTTP_API_H

#include "http/guard.h"
#include "http/inside.h"
#include "http/multipart.h"
#include "http/router.h"

#include "base/buf.h"
#include "usecase/usecase.h"

enum api_body { API_NO_BODY, API_JSON, API_MULTIPART };
enum { API_FILES = 64 };

struct api {
    struct http_match match;
    struct guard guard;
    enum api_body body;
    struct lt_buf text; /* JSON: the body, or the part `values` */
    size_t held;        /* bytes of it that count in the server's budget */
    struct multipart multipart;
    bool values_seen;
    json_t *values;
    struct uc_input_file files[API_FILES];
    char fields[API_FILES][MULTIPART_NAME]; /* of the files */
    char uploads[API_FILES][33]; /* their ids where they were sent before; else "" */
    size_t files_len;
    int writing; /* what the part at hand is: -1 the values, else the number of a file */
    char key[65]; /* Idempotency-Key */
};

/* Takes bytes of a JSON text. */
int api_text(struct http_exchange *x, const char *data, size_t len, struct lt_error *err);

/* --- upload.c --- */
int api_upload_begin(struct http_exchange *x, const char *content_type, struct lt_error *err);
/* After the body: the files stand in the values by their numbers. */
int api_upload_values(struct api *a, struct lt_error *err);

/* --- give.c --- */
/* Takes the answer's stream or body. */
void api_give(struct http_exchange *x, struct uc_answer *answer);
/* The problem document of a refused call, with the status the code asks for. */
void api_refuse(struct http_exchange *x, struct lt_error *err);

/* --- signin.c: what the browser's cookie needs --- */
bool api_is_login(const struct uc_row *row);
void api_login(struct http_exchange *x, struct uc_request *request);
/* Adds the CSRF word to who one is, removes the cookie after signing out. */
void api_session_after(struct http_exchange *x, const struct uc_row *row, json_t *body);

#endif
