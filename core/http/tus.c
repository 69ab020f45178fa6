#include "http/tus.h"

#include "base/mem.h"
#include "base/text.h"
#include "http/guard.h"
#include "http/tus_store.h"
#include "usecase/who.h"

#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define TUS_VERSION "1.0.0"

enum checksum { NO_CHECKSUM, SHA_1, SHA_256 };

struct state {
    struct guard guard;
    struct uc_who who;
    char id[TUS_ID];
    struct tus_writer *writer;
    struct tus_upload up; /* a new one */
    enum checksum checksum;
    unsigned char wanted[SHA256_DIGEST_SIZE];
    struct sha1_ctx sha1;
    struct sha256_ctx sha256;
};

static const char *header(struct http_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);
}

static bool is(const struct http_exchange *x, const char *method)
{
    return strcmp(x->method, method) == 0;
}

static int malformed(struct lt_error *err, const char *name)
{
    return lt_fail(err, LT_USAGE, "upload.header", "header", name, (char *)NULL);
}

/* --- what the request says --- */

static bool number(const char *text, uint64_t *out)
{
    size_t n = text ? strlen(text) : 0;
    if (n < 1 || n > 18 || strspn(text, "0123456789") != n) return false;
    *out = strtoull(text, NULL, 10);
    return true;
}

/* "filename d29ybGQ=,filetype …": only the name is wanted. */
static int read_name(const char *metadata, char out[256], struct lt_error *err)
{
    *out = 0;
    for (const char *p = metadata; p && *p; p += strcspn(p, ","), p += *p == ',') {
        p += strspn(p, " ");
        size_t key = strcspn(p, " ,"), len = 0;
        if (key != 8 || strncmp(p, "filename", 8) != 0 || p[key] != ' ') continue;
        const char *value = p + key + 1;
        size_t n = strcspn(value, ", ");
        if (sodium_base642bin((unsigned char *)out, 255, value, n, NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL)) return malformed(err, "Upload-Metadata");
        out[len] = 0;
        if (!lt_utf8_valid(out, len)) return malformed(err, "Upload-Metadata");
    }
    return 0;
}

/* "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=" */
static int read_checksum(struct http_exchange *x, struct state *s, struct lt_error *err)
{
    const char *text = header(x, "Upload-Checksum");
    size_t len = 0;
    if (!text) return 0;
    bool one = lt_starts(text, "sha1 "), two = lt_starts(text, "sha256 ");
    const char *value = strchr(text, ' ');
    if ((!one && !two) || sodium_base642bin(s->wanted, sizeof s->wanted, value + 1, strlen(value + 1), NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) ||
        len != (one ? SHA1_DIGEST_SIZE : SHA256_DIGEST_SIZE))
        return malformed(err, "Upload-Checksum");
    s->checksum = one ? SHA_1 : SHA_256;
    sha1_init(&s->sha1);
    sha256_init(&s->sha256);
    return 0;
}

static bool has_bytes(struct http_exchange *x)
{
    const char *type = header(x, MHD_HTTP_HEADER_CONTENT_TYPE);
    return type && strcasecmp(type, "application/offset+octet-stream") == 0;
}

/* --- answers --- */

static void expires(struct http_exchange *x, int64_t ms)
{
    char text[64];
    time_t t = (time_t)(ms / 1000);
    struct tm utc;
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    gmtime_r(&t, &utc);
    lt_print(text, sizeof text, "%s, %02d %s %d %02d:%02d:%02d GMT", days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour,
             utc.tm_min, utc.tm_sec);
    http_header(x, "Upload-Expires", text);
}

static void reply(struct http_exchange *x, unsigned status, const struct tus_upload *up)
{
    http_reply_empty(x, status);
    http_header(x, "Upload-Offset", LT_NUM(up->offset));
    expires(x, up->expires);
}

static void refuse(struct http_exchange *x, struct lt_error *err)
{
    http_reply_problem(x, 0, err);
    lt_error_clear(err);
}

static void options(struct http_exchange *x)
{
    http_reply_empty(x, MHD_HTTP_NO_CONTENT);
    http_header(x, "Tus-Extension", "creation,creation-with-upload,termination,expiration,checksum");
    http_header(x, "Tus-Checksum-Algorithm", "sha1,sha256");
    http_header(x, "Tus-Max-Size", LT_NUM(lt_app_file_max(x->server->config.app)));
    http_header(x, MHD_HTTP_HEADER_ALLOW, strcmp(x->url, TUS_PATH) == 0 ? "POST, OPTIONS" : "HEAD, PATCH, DELETE, OPTIONS");
}

/* --- the beginning --- */

static int begin_new(struct http_exchange *x, struct state *s, struct lt_error *err)
{
    uint64_t length = 0;
    char name[256];
    if (header(x, "Upload-Defer-Length") || !number(header(x, "Upload-Length"), &length)) return malformed(err, "Upload-Length");
    if (x->length && !has_bytes(x)) return lt_fail(err, LT_USAGE, "http.content_type", (char *)NULL);
    if (x->length != UINT64_MAX && x->length > length) return lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(length), (char *)NULL);
    int rc = read_name(header(x, "Upload-Metadata"), name, err);
    if (!rc) rc = read_checksum(x, s, err);
    if (!rc) rc = tus_create(x->server->tus, s->who.account, length, name, lt_app_file_max(x->server->config.app), &s->up, err);
    if (!rc && x->length) rc = tus_write_begin(x->server->tus, s->who.account, s->up.id, 0, &s->writer, err);
    return rc;
}

static int begin_more(struct http_exchange *x, struct state *s, struct lt_error *err)
{
    uint64_t offset = 0;
    if (!has_bytes(x)) return lt_fail(err, LT_USAGE, "http.content_type", (char *)NULL);
    if (!number(header(x, "Upload-Offset"), &offset)) return malformed(err, "Upload-Offset");
    int rc = read_checksum(x, s, err);
    if (!rc) rc = tus_find(x->server->tus, s->who.account, s->id, false, &s->up, err);
    if (!rc) rc = tus_write_begin(x->server->tus, s->who.account, s->id, offset, &s->writer, err);
    if (!rc && x->length != UINT64_MAX && x->length > s->up.length - offset)
        rc = lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(s->up.length), (char *)NULL);
    return rc;
}

static int read_path(struct http_exchange *x, struct state *s, struct lt_error *err)
{
    const char *id = x->url + strlen(TUS_PATH);
    bool list = !*id, post = is(x, MHD_HTTP_METHOD_POST);
    bool other = is(x, MHD_HTTP_METHOD_HEAD) || is(x, MHD_HTTP_METHOD_PATCH) || is(x, MHD_HTTP_METHOD_DELETE);
    if (!list && !lt_print(s->id, sizeof s->id, "%s", id + 1)) *s->id = 0;
    if (list ? post : other) return 0;
    lt_print(x->allow, sizeof x->allow, "%s", list ? "POST, OPTIONS" : "HEAD, PATCH, DELETE, OPTIONS");
    return lt_fail(err, LT_USAGE, "http.method", (char *)NULL);
}

/* Who writes must be known before a byte is taken, so this one question is asked on the thread that moves bytes: a look for the token
 * and its account, no more. */
int http_tus_begin(struct http_exchange *x, struct lt_error *err)
{
    lt_print(x->what, sizeof x->what, "upload");
    if (is(x, MHD_HTTP_METHOD_OPTIONS)) {
        if (x->length) return http_no_body(x, NULL, 0, err);
        options(x);
        return 0;
    }
    const char *version = header(x, "Tus-Resumable");
    if (!version || strcmp(version, TUS_VERSION) != 0) return lt_fail(err, LT_USAGE, "upload.version", (char *)NULL);
    struct state *s = lt_calloc(1, sizeof *s);
    if (!s) return lt_fail_memory(err);
    x->state = s;
    int rc = read_path(x, s, err);
    if (!rc) rc = guard_read(x, &s->guard, err);
    if (!rc && !is(x, MHD_HTTP_METHOD_HEAD)) rc = guard_csrf(x, &s->guard, err);
    if (!rc) rc = lt_app_who(x->server->config.app, s->guard.token, &s->who, err);
    if (!rc && is(x, MHD_HTTP_METHOD_POST)) return begin_new(x, s, err);
    if (!rc && is(x, MHD_HTTP_METHOD_PATCH)) return begin_more(x, s, err);
    return rc || !x->length ? rc : http_no_body(x, NULL, 0, err);
}

int http_tus_take(struct http_exchange *x, const char *data, size_t len, struct lt_error *err)
{
    struct state *s = x->state;
    if (!s || !s->writer) return http_no_body(x, data, len, err);
    if (s->checksum == SHA_1) sha1_update(&s->sha1, len, (const uint8_t *)data);
    if (s->checksum == SHA_256) sha256_update(&s->sha256, len, (const uint8_t *)data);
    return tus_write(s->writer, data, len, err);
}

/* --- the end --- */

static bool checksum_right(struct state *s)
{
    unsigned char got[SHA256_DIGEST_SIZE];
    if (s->checksum == SHA_1) sha1_digest(&s->sha1, SHA1_DIGEST_SIZE, got);
    if (s->checksum == SHA_256) sha256_digest(&s->sha256, SHA256_DIGEST_SIZE, got);
    return !s->checksum || memcmp(got, s->wanted, s->checksum == SHA_1 ? SHA1_DIGEST_SIZE : SHA256_DIGEST_SIZE) == 0;
}

static void run_written(struct http_exchange *x, struct state *s)
{
    struct lt_error err = {0};
    int rc = 0;
    if (s->writer) {
        bool right = checksum_right(s);
        struct tus_writer *w = s->writer;
        s->writer = NULL;
        rc = tus_write_end(w, right, true, &s->up, &err);
        if (!rc && !right) rc = lt_fail(&err, LT_USAGE, "upload.checksum", (char *)NULL);
    }
    if (rc) {
        refuse(x, &err);
        return;
    }
    bool made = is(x, MHD_HTTP_METHOD_POST);
    reply(x, made ? MHD_HTTP_CREATED : MHD_HTTP_NO_CONTENT, &s->up);
    char place[100];
    lt_print(place, sizeof place, TUS_PATH "/%s", s->up.id);
    if (made) http_header(x, MHD_HTTP_HEADER_LOCATION, place);
}

void http_tus_run(struct http_exchange *x)
{
    struct state *s = x->state;
    struct lt_error err = {0};
    if (is(x, MHD_HTTP_METHOD_POST) || is(x, MHD_HTTP_METHOD_PATCH)) {
        run_written(x, s);
    } else if (is(x, MHD_HTTP_METHOD_DELETE)) {
        if (tus_remove(x->server->tus, s->who.account, s->id, &err)) refuse(x, &err);
        else http_reply_empty(x, MHD_HTTP_NO_CONTENT);
    } else if (tus_find(x->server->tus, s->who.account, s->id, true, &s->up, &err)) {
        refuse(x, &err);
    } else {
        reply(x, MHD_HTTP_OK, &s->up);
        http_header(x, "Upload-Length", LT_NUM(s->up.length));
    }
}

/* A connection that broke: what came is kept, unless it was to be compared with a checksum. */
void http_tus_end(struct http_exchange *x)
{
    struct state *s = x->state;
    if (!s) return;
    struct lt_error ignored = {0};
    if (s->writer) tus_write_end(s->writer, !s->checksum, false, NULL, &ignored);
    lt_error_clear(&ignored);
    explicit_bzero(s->guard.token, sizeof s->guard.token);
    free(s);
    x->state = NULL;
}
