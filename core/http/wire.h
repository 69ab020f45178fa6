/* A use case across the Unix socket, between two programs of one installation. It rides on HTTP:
 *
 *   POST /call, body:   "LTC1", length of the header (4 bytes, big-endian), header, bytes of the files one
 * after another 200, body:          "LTA1", length of the header, header, bytes of the answer's stream to the
 * end
 *
 * Header of a call:   {noun, verb, values, lang, request?, login?, password?, token?, files: [{name, size}]}
 * Header of an answer: {error: {status, code, field, params: [[name, value]…], details?}}
 *                   or {body?, stream?: {content_type, file_name, size}}
 *
 * Anything that goes wrong before a use case is reached is a plain HTTP error with a problem document. */
#ifndef LT_HTTP_WIRE_H
#define LT_HTTP_WIRE_H

#include "base/buf.h"
#include "usecase/usecase.h"

#define WIRE_PATH       "/call"
#define WIRE_TYPE       "application/x-letopis-call"
#define WIRE_PREFIX     8
#define WIRE_HEADER_MAX ((size_t)8 << 20)
#define WIRE_ANSWER_MAX ((size_t)256 << 20)
#define WIRE_FILES_MAX  64

/* The body up to the files' bytes. */
int wire_call_encode(const struct uc_request *request, const uint64_t *sizes, struct lt_buf *out,
                     struct lt_error *err);

/* A call as read back; the texts of `request` live in `doc`. Its files have names, and fd -1. */
struct wire_call {
    json_t *doc;
    struct uc_request request;
    struct uc_input_file files[WIRE_FILES_MAX];
    uint64_t sizes[WIRE_FILES_MAX];
    size_t files_len;
};
int wire_call_decode(const char *header, size_t len, struct wire_call *out, struct lt_error *err);
void wire_call_clear(struct wire_call *c); /* closes the files */

/* The body up to the stream's bytes. status 0 with the answer, else with the error. */
int wire_answer_encode(int status, const struct uc_answer *answer, const struct lt_error *failure,
                       struct lt_buf *out, struct lt_error *err);
/* Returns the status of the use case, with *err as it was there; out->stream has no functions yet. *streams:
 * bytes follow. */
int wire_answer_decode(const char *header, size_t len, struct uc_answer *out, bool *streams,
                       struct lt_error *err);

/* Length of the header that follows a prefix, or -1 where the prefix is not `magic`'s or the length over max.
 */
int64_t wire_prefix(const char prefix[WIRE_PREFIX], const char *magic, size_t max);

/* Parameters of an error as [[name, value]…] and back; one that does not fit is left out. */
json_t *wire_params(const struct lt_error *err);
void wire_params_read(const json_t *params, struct lt_error *err);

#endif
