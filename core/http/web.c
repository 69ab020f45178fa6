/* What every request and every answer of the web has: who asks, and the headers that keep a browser safe. */
#include "http/inside.h"
#include "http/tus.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Memory for bodies of all connections together; beyond it callers are asked to come again. */
#define HELD_MAX ((uint64_t)96 << 20)

static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/* --- who asks --- */

/* The last address of the list: the one our proxy saw. Those before it anybody can write. */
static void forwarded(const char *list, char out[64])
{
    const char *last = strrchr(list, ',');
    unsigned char bytes[16];
    char address[64];
    last = last ? last + 1 : list;
    last += strspn(last, " \t");
    if (!lt_print(address, sizeof address, "%.*s", (int)strcspn(last, " \t"), last)) return;
    if (inet_pton(AF_INET, address, bytes) == 1 || inet_pton(AF_INET6, address, bytes) == 1) lt_print(out, 64, "%s", address);
}

void http_web_begin(struct http_exchange *x)
{
    lt_id_next(x->server->ids, x->id);
    lt_print(x->peer, sizeof x->peer, "%s", x->conn->peer);
    x->secure = x->listener->tls;
    if (!x->server->config.proxy) return;
    const char *from = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, "X-Forwarded-For");
    const char *proto = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, "X-Forwarded-Proto");
    if (from) forwarded(from, x->peer);
    if (proto && strcasecmp(proto, "https") == 0) x->secure = true;
}

/* --- headers --- */

void http_web_headers(struct http_exchange *x)
{
    static const char *const all[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(self), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()"},
        {"X-Robots-Tag", "noindex, nofollow"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        http_header(x, all[i][0], all[i][1]);
    if (!x->own_policy) http_header(x, "Content-Security-Policy", page_policy);
    if (x->secure) http_header(x, "Strict-Transport-Security", "max-age=31536000");
    if (*x->id) http_header(x, "X-Request-Id", x->id);
    if (lt_starts(x->url, TUS_PATH)) http_header(x, "Tus-Resumable", "1.0.0");
    if (lt_starts(x->url, TUS_PATH)) http_header(x, "Tus-Version", "1.0.0");
    /* nothing of a person may stay in a cache on the way; what may stay says so itself */
    if (!MHD_get_response_header(x->response, MHD_HTTP_HEADER_CACHE_CONTROL)) http_header(x, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
}

/* --- bodies --- */

int http_hold(struct http_server *s, size_t bytes, struct lt_error *err)
{
    if (atomic_fetch_add(&s->held, bytes) + bytes <= HELD_MAX) return 0;
    http_release(s, bytes);
    return lt_fail(err, LT_SYSTEM, "http.busy", (char *)NULL);
}

void http_release(struct http_server *s, size_t bytes)
{
    atomic_fetch_sub(&s->held, bytes);
}

/* Without a name, so that a kill leaves nothing of it. */
int http_spool_file(struct http_server *s, struct lt_error *err)
{
    char path[4096];
    if (!lt_print(path, sizeof path, "%s/spool", s->config.dir)) return lt_fail(err, LT_SYSTEM, "http.path_long", (char *)NULL);
    int fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return fd < 0 ? lt_fail_errno(err, "open", "spool") : fd;
}

int http_write_all(int fd, const char *data, size_t len, struct lt_error *err)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return lt_fail_errno(err, "write", "spool");
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

int http_no_body(struct http_exchange *x, const char *data, size_t len, struct lt_error *err)
{
    (void)x, (void)data, (void)len;
    return lt_fail(err, LT_USAGE, "http.no_body", (char *)NULL);
}

void http_nothing_left(struct http_exchange *x)
{
    (void)x;
}

int http_plain_begin(struct http_exchange *x, struct lt_error *err)
{
    lt_print(x->what, sizeof x->what, "%s", x->url);
    return x->length ? http_no_body(x, NULL, 0, err) : 0;
}
