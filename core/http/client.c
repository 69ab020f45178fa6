/* A small HTTP/1.1 client for one request a connection: enough for our own server, strict about everything
 * else. */
#include "http/client.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "http/socket.h"
#include "http/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 16384, INPUT = 65536, BUSY_MS = 10000, PAUSE_MS = 250, PROBLEM_MAX = 65536 };

struct http_client {
    int fd;
    char *path;
    char request[80];
    /* the answer as it comes in */
    char buf[INPUT];
    size_t pos, len;
    int status;
    bool chunked, ended;
    uint64_t left; /* of the body, or of the chunk */
};

static bool nobody(int why)
{
    return why == ENOENT || why == ECONNREFUSED || why == ENOTSOCK || why == ENOTDIR;
}

int http_client_open(const char *path, struct http_client **out, struct lt_error *err)
{
    int fd = http_socket_connect(path);
    if (fd < 0 && nobody(errno)) return lt_fail(err, LT_NOTFOUND, "http.no_server", (char *)NULL);
    if (fd < 0) return lt_fail_errno(err, "connect", path);
    struct http_client *c = lt_calloc(1, sizeof *c);
    char *copy = lt_strdup(path);
    if (!c || !copy) {
        close(fd);
        free(c);
        free(copy);
        return lt_fail_memory(err);
    }
    c->fd = fd;
    c->path = copy;
    *out = c;
    return 0;
}

void http_client_close(struct http_client *c)
{
    if (!c) return;
    if (c->fd >= 0) close(c->fd);
    free(c->path);
    free(c);
}

static int lost(const struct http_client *c, struct lt_error *err)
{
    return lt_fail(err, LT_SYSTEM, "http.lost", "request", c->request, (char *)NULL);
}

/* --- sending --- */

static bool send_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* 0: sent or the server closed (its answer tells why); a file that shrank meanwhile or cannot be read is an
 * error. */
static int send_file(struct http_client *c, const struct uc_input_file *file, uint64_t size, bool *open,
                     struct lt_error *err)
{
    char *piece = malloc(INPUT);
    if (!piece) return lt_fail_memory(err);
    int rc = 0;
    for (uint64_t off = 0; off < size && *open && !rc;) {
        size_t want = size - off < INPUT ? (size_t)(size - off) : INPUT;
        ssize_t n = pread(file->fd, piece, want, (off_t)off);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            rc = lt_fail_errno(err, "read", file->name);
        else if (n == 0)
            rc = lt_fail(err, LT_USAGE, "http.file_shrank", "name", file->name, (char *)NULL);
        else
            *open = send_all(c->fd, piece, (size_t)n);
        off += n > 0 ? (uint64_t)n : 0;
    }
    free(piece);
    return rc;
}

static int send_call(struct http_client *c, const struct uc_request *r, struct lt_error *err)
{
    uint64_t sizes[WIRE_FILES_MAX], total = 0;
    if (r->files_len > WIRE_FILES_MAX) return lt_fail(err, LT_USAGE, "http.malformed_call", (char *)NULL);
    for (size_t i = 0; i < r->files_len; i++) {
        struct stat st;
        if (fstat(r->files[i].fd, &st)) return lt_fail_errno(err, "read", r->files[i].name);
        sizes[i] = (uint64_t)st.st_size;
        total += sizes[i];
    }
    struct lt_buf body = LT_BUF_INIT(WIRE_HEADER_MAX * 2), head = LT_BUF_INIT(HEAD_MAX);
    int rc = wire_call_encode(r, sizes, &body, err);
    if (!rc) {
        lt_buf_addf(&head,
                    "POST %s HTTP/1.1\r\nHost: letopis\r\nContent-Type: %s\r\nContent-Length: "
                    "%llu\r\nConnection: close\r\n\r\n",
                    WIRE_PATH, WIRE_TYPE, (unsigned long long)(body.len + total));
        bool open =
            !head.failed && send_all(c->fd, head.data, head.len) && send_all(c->fd, body.data, body.len);
        for (size_t i = 0; i < r->files_len && open && !rc; i++)
            rc = send_file(c, &r->files[i], sizes[i], &open, err);
    }
    if (body.data) explicit_bzero(body.data, body.len);
    lt_buf_free(&body);
    lt_buf_free(&head);
    return rc;
}

/* --- receiving --- */

static bool fill(struct http_client *c)
{
    if (c->pos < c->len) return true;
    for (;;) {
        ssize_t n = recv(c->fd, c->buf, sizeof c->buf, 0);
        if (n < 0 && errno == EINTR) continue;
        c->pos = 0;
        c->len = n > 0 ? (size_t)n : 0;
        return n > 0;
    }
}

/* One line without its end; false at the end of the connection or above the limit. */
static bool line(struct http_client *c, char *out, size_t size)
{
    size_t n = 0;
    while (fill(c)) {
        char ch = c->buf[c->pos++];
        if (ch == '\n') {
            if (n && out[n - 1] == '\r') n--;
            out[n] = 0;
            return true;
        }
        if (n + 1 >= size) return false;
        out[n++] = ch;
    }
    return false;
}

static bool read_head(struct http_client *c)
{
    char text[2048];
    do { /* interim answers (100 Continue) are passed over */
        if (!line(c, text, sizeof text) || !lt_starts(text, "HTTP/1.1 ")) return false;
        c->status = atoi(text + 9);
        c->chunked = false;
        c->left = 0;
        for (;;) {
            if (!line(c, text, sizeof text)) return false;
            if (!text[0]) break;
            if (strncasecmp(text, "Content-Length:", 15) == 0) c->left = strtoull(text + 15, NULL, 10);
            if (strncasecmp(text, "Transfer-Encoding:", 18) == 0)
                c->chunked = strcasestr(text + 18, "chunked") != NULL;
        }
    } while (c->status / 100 == 1);
    c->ended = !c->chunked && c->left == 0;
    return true;
}

/* Comes to the next byte of the body. 1: there is one; 0: the end; -1: broken off. */
static int more(struct http_client *c)
{
    if (c->ended) return 0;
    if (c->left) return fill(c) ? 1 : -1;
    char text[128], *end;
    if (!line(c, text, sizeof text)) return -1;
    if (!text[0] && !line(c, text, sizeof text)) return -1; /* the end of the chunk before */
    errno = 0;
    c->left = strtoull(text, &end, 16);
    if (end == text || errno) return -1;
    if (c->left) return fill(c) ? 1 : -1;
    c->ended = true;
    return 0;
}

static ssize_t body_read(struct http_client *c, void *out, size_t len)
{
    int state = more(c);
    if (state <= 0) return state;
    size_t n = c->len - c->pos;
    if (n > len) n = len;
    if (n > c->left) n = (size_t)c->left;
    memcpy(out, c->buf + c->pos, n);
    c->pos += n;
    c->left -= n;
    if (!c->left && !c->chunked) c->ended = true;
    return (ssize_t)n;
}

static bool body_read_all(struct http_client *c, char *out, size_t len)
{
    while (len) {
        ssize_t n = body_read(c, out, len);
        if (n <= 0) return false;
        out += n;
        len -= (size_t)n;
    }
    return true;
}

static ssize_t stream_read(void *ctx, void *buf, size_t len, uint64_t off, struct lt_error *err)
{
    (void)off;
    struct http_client *c = ctx;
    ssize_t n = body_read(c, buf, len);
    return n < 0 ? lost(c, err) : n;
}

static void stream_close(void *ctx)
{
    (void)ctx; /* the connection belongs to the client */
}

/* --- answers --- */

/* An answer of the server itself: {status, code, …} as a problem document. */
static int problem(struct http_client *c, struct lt_error *err)
{
    char *text = malloc(PROBLEM_MAX);
    size_t len = 0;
    while (text && len < PROBLEM_MAX) {
        ssize_t n = body_read(c, text + len, PROBLEM_MAX - len);
        if (n <= 0) break;
        len += (size_t)n;
    }
    json_t *doc = NULL;
    const char *code = NULL;
    struct lt_error ignored = {0};
    if (text && lt_json_parse(text, len, PROBLEM_MAX, &doc, &ignored) == 0) code = lt_json_str(doc, "code");
    int status = c->status == 403 ? LT_DENIED : c->status / 100 == 4 ? LT_USAGE : LT_SYSTEM;
    lt_fail(err, status, code ? code : "http.refused", "status", LT_NUM(c->status), (char *)NULL);
    if (err && code) wire_params_read(json_object_get(doc, "params"), err);
    lt_error_clear(&ignored);
    json_decref(doc);
    free(text);
    return status;
}

static int receive(struct http_client *c, struct uc_answer *out, struct lt_error *err)
{
    char prefix[WIRE_PREFIX];
    if (!body_read_all(c, prefix, sizeof prefix)) return lost(c, err);
    int64_t len = wire_prefix(prefix, "LTA1", WIRE_ANSWER_MAX);
    if (len < 0) return lt_fail(err, LT_SYSTEM, "http.malformed_answer", (char *)NULL);
    char *header = malloc((size_t)len + 1);
    if (!header) return lt_fail_memory(err);
    bool streams = false;
    int rc;
    if (!body_read_all(c, header, (size_t)len))
        rc = lost(c, err);
    else
        rc = wire_answer_decode(header, (size_t)len, out, &streams, err);
    free(header);
    if (rc || !streams) return rc;
    out->stream.ctx = c;
    out->stream.read = stream_read;
    out->stream.close = stream_close;
    return 0;
}

static int reconnect(struct http_client *c, struct lt_error *err)
{
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
    close(c->fd);
    c->pos = c->len = 0;
    c->fd = http_socket_connect(c->path);
    if (c->fd >= 0) return 0;
    return nobody(errno) ? lt_fail(err, LT_NOTFOUND, "http.no_server", (char *)NULL)
                         : lt_fail_errno(err, "connect", c->path);
}

/* An id of our own, so that a call whose answer was lost can be repeated. */
static void name_request(struct http_client *c, const struct uc_request *r)
{
    if (r->request_id) {
        lt_print(c->request, sizeof c->request, "%s", r->request_id);
        return;
    }
    struct lt_clock clock;
    lt_clock_system(&clock, 0);
    struct lt_id_source *ids = lt_id_source_new(&clock);
    if (ids) lt_id_next(ids, c->request);
    lt_id_source_free(ids);
}

int http_client_call(struct http_client *c, const struct uc_request *request, struct uc_answer *out,
                     struct lt_error *err)
{
    struct uc_request named = *request;
    name_request(c, request);
    if (c->request[0]) named.request_id = c->request;
    int waited = 0;
    for (;;) {
        int rc = send_call(c, &named, err);
        if (rc) return rc;
        if (!read_head(c)) return lost(c, err);
        if (c->status == 200) break;
        /* 503 is said before anything was done, so the call may simply be sent again */
        if (c->status != 503 || waited >= BUSY_MS) return problem(c, err);
        rc = reconnect(c, err);
        if (rc) return rc;
        waited += PAUSE_MS;
    }
    *out = (struct uc_answer){0};
    return receive(c, out, err);
}
