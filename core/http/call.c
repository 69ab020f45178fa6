/* POST /call on the Unix socket: a use case of the command line, for the program that does not hold the data
 * folder. */
#include "http/inside.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/wire.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 65536 };

struct call {
    struct wire_call wire;
    char prefix[WIRE_PREFIX];
    size_t prefix_have;
    char *header;
    size_t header_len, header_have;
    bool decoded;
    size_t file; /* the one whose bytes come next */
    uint64_t left;
};

static int malformed(struct lt_error *err)
{
    return lt_fail(err, LT_USAGE, "http.malformed_call", (char *)NULL);
}

static int too_large(uint64_t max, struct lt_error *err)
{
    return lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(max), (char *)NULL);
}

int http_call_begin(struct http_exchange *x, struct lt_error *err)
{
    /* the socket stands for the owner of the data folder: nobody else's process may speak through it */
    if (x->conn->uid != x->listener->peer) return lt_fail(err, LT_DENIED, "http.other_user", (char *)NULL);
    uint64_t max = x->server->config.upload_max;
    if (x->length != UINT64_MAX && x->length > max + WIRE_HEADER_MAX + WIRE_PREFIX)
        return too_large(max, err);
    x->state = lt_calloc(1, sizeof(struct call));
    return x->state ? 0 : lt_fail_memory(err);
}

/* --- the body --- */

/* Comes to the next file that has bytes; every file gets a descriptor. */
static int next_file(struct http_exchange *x, struct call *c, struct lt_error *err)
{
    while (c->left == 0 && c->file < c->wire.files_len) {
        int fd = http_spool_file(x->server, err);
        if (fd < 0) return fd;
        c->wire.files[c->file].fd = fd;
        c->left = c->wire.sizes[c->file];
        if (c->left == 0) c->file++;
    }
    return 0;
}

static int decode(struct http_exchange *x, struct call *c, struct lt_error *err)
{
    int rc = wire_call_decode(c->header, c->header_len, &c->wire, err);
    explicit_bzero(c->header, c->header_len);
    free(c->header);
    c->header = NULL;
    if (rc) return rc;
    c->decoded = true;
    uint64_t total = 0, max = x->server->config.upload_max;
    for (size_t i = 0; i < c->wire.files_len; i++) {
        if (c->wire.sizes[i] > max - total) return too_large(max, err);
        total += c->wire.sizes[i];
    }
    return next_file(x, c, err);
}

static int take_head(struct http_exchange *x, struct call *c, const char **data, size_t *len,
                     struct lt_error *err)
{
    if (c->prefix_have < WIRE_PREFIX) {
        size_t n = WIRE_PREFIX - c->prefix_have < *len ? WIRE_PREFIX - c->prefix_have : *len;
        memcpy(c->prefix + c->prefix_have, *data, n);
        c->prefix_have += n;
        *data += n;
        *len -= n;
        if (c->prefix_have < WIRE_PREFIX) return 0;
        int64_t header = wire_prefix(c->prefix, "LTC1", WIRE_HEADER_MAX);
        if (header <= 0) return malformed(err);
        c->header_len = (size_t)header;
        c->header = malloc(c->header_len);
        if (!c->header) return lt_fail_memory(err);
    }
    size_t n = c->header_len - c->header_have < *len ? c->header_len - c->header_have : *len;
    memcpy(c->header + c->header_have, *data, n);
    c->header_have += n;
    *data += n;
    *len -= n;
    return c->header_have == c->header_len ? decode(x, c, err) : 0;
}

int http_call_take(struct http_exchange *x, const char *data, size_t len, struct lt_error *err)
{
    struct call *c = x->state;
    int rc = 0;
    while (len && !rc && !c->decoded)
        rc = take_head(x, c, &data, &len, err);
    while (len && !rc) {
        if (c->file >= c->wire.files_len) return malformed(err);
        size_t n = c->left < len ? (size_t)c->left : len;
        rc = http_write_all(c->wire.files[c->file].fd, data, n, err);
        data += n;
        len -= n;
        c->left -= n;
        if (!rc && c->left == 0) {
            c->file++;
            rc = next_file(x, c, err);
        }
    }
    return rc;
}

/* --- the answer --- */

struct sending {
    struct uc_answer answer;
    char *head;
    size_t head_len;
};

static void sending_free(void *ctx)
{
    struct sending *s = ctx;
    if (!s) return;
    uc_answer_clear(&s->answer);
    free(s->head);
    free(s);
}

static ssize_t sending_read(void *ctx, uint64_t pos, char *buf, size_t max)
{
    struct sending *s = ctx;
    if (pos < s->head_len) {
        size_t n = s->head_len - (size_t)pos < max ? s->head_len - (size_t)pos : max;
        memcpy(buf, s->head + pos, n);
        return (ssize_t)n;
    }
    struct lt_error ignored = {0};
    ssize_t n = s->answer.stream.read(s->answer.stream.ctx, buf, max, pos - s->head_len, &ignored);
    lt_error_clear(&ignored);
    if (n < 0) return MHD_CONTENT_READER_END_WITH_ERROR;
    return n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void reply_stream(struct http_exchange *x, struct sending *s)
{
    uint64_t size =
        s->answer.stream.size < 0 ? MHD_SIZE_UNKNOWN : s->head_len + (uint64_t)s->answer.stream.size;
    struct MHD_Response *r = MHD_create_response_from_callback(size, BLOCK, sending_read, s, sending_free);
    if (!r) sending_free(s);
    http_reply(x, MHD_HTTP_OK, "application/x-letopis-answer", r);
}

static void reply(struct http_exchange *x, int rc, struct sending *s, const struct lt_error *failure)
{
    struct lt_buf head = LT_BUF_INIT(WIRE_ANSWER_MAX + WIRE_PREFIX);
    struct lt_error err = {0};
    if (wire_answer_encode(rc, &s->answer, failure, &head, &err)) {
        http_reply_problem(x, 0, &err);
        lt_error_clear(&err);
        lt_buf_free(&head);
        sending_free(s);
        return;
    }
    s->head = lt_buf_take(&head, &s->head_len);
    if (!rc && s->answer.stream.read) {
        reply_stream(x, s);
        return;
    }
    http_reply_bytes(x, MHD_HTTP_OK, "application/x-letopis-answer", s->head, s->head_len);
    s->head = NULL;
    sending_free(s);
}

static int run(struct http_exchange *x, struct call *c, struct uc_answer *answer, struct lt_error *err)
{
    struct uc_request *r = &c->wire.request;
    const struct uc_row *row = uc_find(r->noun, r->verb);
    if (row && (row->flags & UC_EXCLUSIVE)) return lt_fail(err, LT_CONFLICT, "http.exclusive", (char *)NULL);
    for (size_t i = 0; i < c->wire.files_len; i++) {
        if (lseek(c->wire.files[i].fd, 0, SEEK_SET) != 0) return lt_fail_errno(err, "read", "spool");
    }
    if (!r->login && !r->token) r->local_user = x->listener->local_user;
    return uc_dispatch(x->server->config.app, r, answer, err);
}

void http_call_run(struct http_exchange *x)
{
    struct call *c = x->state;
    struct lt_error err = {0};
    struct sending *s = lt_calloc(1, sizeof *s);
    if (!s || !c->decoded || c->file < c->wire.files_len) {
        int rc = s ? malformed(&err) : lt_fail_memory(&err);
        http_reply_problem(x, http_status_of(rc), &err);
        free(s);
    } else {
        int rc = run(x, c, &s->answer, &err);
        reply(x, rc, s, &err);
    }
    lt_error_clear(&err);
}

void http_call_end(struct http_exchange *x)
{
    struct call *c = x->state;
    if (!c) return;
    if (c->header) explicit_bzero(c->header, c->header_len);
    free(c->header);
    wire_call_clear(&c->wire);
    free(c);
    x->state = NULL;
}
