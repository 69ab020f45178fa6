/* One request from its headers to its answer. Everything here runs on the threads of libmicrohttpd but
 * `work`. */
#include "http/exchange.h"

#include "base/mem.h"
#include "base/text.h"
#include "http/router.h"
#include "http/strict.h"
#include "http/tus.h"
#include "http/wire.h"

#include <stdlib.h>
#include <string.h>

/* How much of a refused body is read before the connection is simply closed: libmicrohttpd takes an answer
 * before a body or after it, not in its middle. Our own program is always heard out, so that it learns the
 * reason. */
#define DRAIN_MAX ((uint64_t)1 << 20)

/* The first one that fits counts. */
static const struct http_route routes[] = {
    {"POST", WIRE_PATH, HTTP_UNIX, http_call_begin, http_call_take, http_call_run, http_call_end},
    {"GET", HTTP_API "/meta", HTTP_WEB, http_plain_begin, http_no_body, http_meta_run, http_nothing_left},
    {"GET", HTTP_API "/openapi.json", HTTP_WEB, http_plain_begin, http_no_body, http_openapi_run, http_nothing_left},
    {"*", TUS_PATH, HTTP_WEB, http_tus_begin, http_tus_take, http_tus_run, http_tus_end},
    {"*", TUS_PATH "/*", HTTP_WEB, http_tus_begin, http_tus_take, http_tus_run, http_tus_end},
    {"*", HTTP_API "/*", HTTP_WEB, http_api_begin, http_api_take, http_api_run, http_api_end},
    {"GET", "/metrics", HTTP_WEB, http_metrics_begin, http_no_body, http_metrics_run, http_nothing_left},
    {"GET", "/healthz", HTTP_WEB, http_plain_begin, http_no_body, http_health_run, http_nothing_left},
    {"GET", "/*", HTTP_WEB, http_static_begin, http_no_body, NULL, http_nothing_left},
};

const struct http_route *http_routes(size_t *n)
{
    *n = LT_COUNT(routes);
    return routes;
}

/* --- connections --- */

static struct http_conn *conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

void http_on_connection(void *listener, struct MHD_Connection *mhd, void **conn,
                        enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        *conn = info ? http_watch_add(listener, info->connect_fd) : NULL;
    } else {
        http_watch_remove(*conn);
        *conn = NULL;
    }
}

void *http_on_uri(void *listener, const char *uri, struct MHD_Connection *mhd)
{
    (void)listener, (void)uri;
    struct http_conn *c = conn_of(mhd);
    /* the first request's time runs from the connection on, a later one's from its request line */
    if (c && atomic_load(&c->phase) == CONN_IDLE) http_conn_phase(c, CONN_HEADERS);
    return NULL;
}

size_t http_no_unescape(void *listener, struct MHD_Connection *mhd, char *s)
{
    (void)listener, (void)mhd;
    return strlen(s);
}

/* --- the first look --- */

static enum MHD_Result look_at_header(void *strict, enum MHD_ValueKind kind, const char *name,
                                      size_t name_len, const char *value, size_t value_len)
{
    (void)kind;
    http_strict_header(strict, name, name_len, value ? value : "", value ? value_len : 0);
    return MHD_YES;
}

static bool is_well_formed(struct http_exchange *x, const char *url, const char *version)
{
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0) return false;
    struct http_strict strict = HTTP_STRICT_INIT;
    MHD_get_connection_values_n(x->mhd, MHD_HEADER_KIND, look_at_header, &strict);
    x->length = strict.lengths ? strict.length : strict.encodings ? UINT64_MAX : 0;
    return http_strict_good(&strict, version[7] - '0') && http_strict_path(url);
}

static bool path_matches(const char *pattern, const char *url)
{
    size_t n = strlen(pattern);
    if (n && pattern[n - 1] == '*') return strncmp(pattern, url, n - 1) == 0;
    return strcmp(pattern, url) == 0;
}

static int find_route(struct http_exchange *x, const char *url, const char *method, unsigned *http,
                      struct lt_error *err)
{
    size_t n;
    const struct http_route *all = http_routes(&n);
    bool path = false;
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (size_t i = 0; i < n; i++) {
        if (!(all[i].kinds & x->listener->kind) || !path_matches(all[i].path, url)) continue;
        path = true;
        size_t used = strlen(x->allow);
        bool any = *all[i].method == '*';
        if (!any && !strstr(x->allow, all[i].method))
            lt_print(x->allow + used, sizeof x->allow - used, "%s%s%s", used ? ", " : "", all[i].method,
                     strcmp(all[i].method, "GET") == 0 ? ", HEAD, OPTIONS" : "");
        if (!any && strcmp(all[i].method, wanted) != 0) continue;
        x->route = &all[i];
        *x->allow = 0;
        return 0;
    }
    *http = path ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND;
    return lt_fail(err, path ? LT_USAGE : LT_NOTFOUND, path ? "http.method" : "http.no_page", (char *)NULL);
}

static int first_look(struct http_exchange *x, const char *url, const char *method, const char *version,
                      unsigned *http, struct lt_error *err)
{
    *http = 0;
    if (!is_well_formed(x, url, version)) {
        *http = MHD_HTTP_BAD_REQUEST;
        return lt_fail(err, LT_USAGE, "http.malformed", (char *)NULL);
    }
    int rc = find_route(x, url, method, http, err);
    if (rc) return rc;
    if (atomic_load(&x->server->stopping) || http_pool_full(x->server->pool)) {
        *http = MHD_HTTP_SERVICE_UNAVAILABLE;
        return lt_fail(err, LT_SYSTEM, atomic_load(&x->server->stopping) ? "http.stopping" : "http.busy",
                       (char *)NULL);
    }
    return x->route->begin(x, err);
}

/* --- answers --- */

static void refuse(struct http_exchange *x, unsigned http, struct lt_error *err)
{
    if (!http && strcmp(err->code, "http.too_large") == 0) http = MHD_HTTP_CONTENT_TOO_LARGE;
    if (strcmp(err->code, "http.method") == 0 && strcmp(x->method, MHD_HTTP_METHOD_OPTIONS) == 0)
        http_reply_empty(x, MHD_HTTP_NO_CONTENT);
    else
        http_reply_problem(x, http, err);
    if (x->status == MHD_HTTP_SERVICE_UNAVAILABLE) x->retry = 1;
    /* what is left of the body, or of a request that could not be read, is nobody's */
    if (x->length || x->status == MHD_HTTP_SERVICE_UNAVAILABLE || !x->route || x->listener->kind == HTTP_UNIX)
        http_header(x, MHD_HTTP_HEADER_CONNECTION, "close");
    x->refused = true;
    lt_error_clear(err);
}

/* MHD_NO closes the connection: all that is left where memory for an answer was not to be had. */
static enum MHD_Result answer(struct http_exchange *x)
{
    if (!x->response) return MHD_NO;
    x->queued = true;
    if (x->retry) http_header(x, MHD_HTTP_HEADER_RETRY_AFTER, lt_num((char[24]){0}, x->retry));
    if (*x->allow) http_header(x, MHD_HTTP_HEADER_ALLOW, x->allow);
    if (x->listener->kind == HTTP_WEB) http_web_headers(x);
    if (x->status < 600) atomic_fetch_add(&x->server->answered[x->status / 100], 1);
    http_conn_phase(x->conn, CONN_ANSWER);
    return MHD_queue_response(x->mhd, x->status, x->response);
}

static void work(void *ctx)
{
    struct http_exchange *x = ctx;
    struct http_server *s = x->server;
    x->route->run(x);
    /* x may be gone as soon as its connection goes on */
    MHD_resume_connection(x->mhd);
    atomic_fetch_sub(&s->working, 1);
}

static enum MHD_Result submit(struct http_exchange *x)
{
    x->complete = true;
    http_conn_phase(x->conn, CONN_WORK);
    MHD_suspend_connection(x->mhd);
    atomic_fetch_add(&x->server->working, 1);
    if (http_pool_add(x->server->pool, work, x)) return MHD_YES;
    struct lt_error err = {0};
    lt_fail(&err, LT_SYSTEM, "http.busy", (char *)NULL);
    refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE, &err);
    MHD_resume_connection(x->mhd);
    atomic_fetch_sub(&x->server->working, 1);
    return MHD_YES;
}

/* --- callbacks --- */

static enum MHD_Result begin(struct http_listener *l, struct MHD_Connection *mhd, const char *url,
                             const char *method, const char *version, void **exchange)
{
    struct http_conn *conn = conn_of(mhd);
    struct http_exchange *x = conn ? lt_calloc(1, sizeof *x) : NULL;
    if (!x) return MHD_NO;
    x->server = l->server;
    x->listener = l;
    x->conn = conn;
    x->mhd = mhd;
    x->method = method;
    x->url = url;
    x->began = http_now_ms();
    *exchange = x;
    atomic_fetch_add(&x->server->active, 1);
    atomic_store(&conn->bytes, 0);
    http_conn_phase(conn, CONN_BODY);
    struct lt_error err = {0};
    unsigned http = 0;
    if (l->kind == HTTP_WEB) http_web_begin(x);
    if (first_look(x, url, method, version, &http, &err) == 0) return MHD_YES;
    refuse(x, http, &err);
    /* an answer given now ends the connection: only where there is a body that nobody wants to read */
    return x->length || !x->route ? answer(x) : MHD_YES;
}

static enum MHD_Result take(struct http_exchange *x, const char *data, size_t len)
{
    x->received += len;
    atomic_fetch_add(&x->conn->bytes, len);
    if (x->refused) return x->received > DRAIN_MAX && x->listener->kind != HTTP_UNIX ? MHD_NO : MHD_YES;
    struct lt_error err = {0};
    int rc = x->route->take(x, data, len, &err);
    if (!rc) return MHD_YES;
    refuse(x, 0, &err);
    x->received = 0; /* from here on it counts what is thrown away */
    return MHD_YES;
}

enum MHD_Result http_on_request(void *listener, struct MHD_Connection *mhd, const char *url,
                                const char *method, const char *version, const char *data, size_t *len,
                                void **exchange)
{
    struct http_exchange *x = *exchange;
    if (!x) return begin(listener, mhd, url, method, version, exchange);
    if (*len) {
        enum MHD_Result go = x->complete || x->queued ? MHD_NO : take(x, data, *len);
        *len = 0;
        return go;
    }
    if (x->queued) return MHD_YES;
    if (x->refused || x->complete || x->response) return answer(x);
    return submit(x);
}

/* One line a request: ids and words of ours, never an address of a page, a name or a value. Files of the client are not worth one. */
static void note(struct http_exchange *x, enum MHD_RequestTerminationCode how)
{
    const struct lt_log *log = x->server->config.log;
    int64_t ms = http_now_ms() - x->began;
    atomic_fetch_add(&x->server->spent_ms, (uint64_t)ms);
    if (!log) return;
    bool cut = how != MHD_REQUEST_TERMINATED_COMPLETED_OK;
    bool quiet = strcmp(x->what, "file") == 0 && x->status < 400 && !cut;
    lt_log_write(log, quiet ? LT_LOG_DEBUG : LT_LOG_INFO, "http", "request=%s peer=%s method=%s what=%s status=%u ms=%lld%s", x->id,
                 *x->peer ? x->peer : "-", x->method, *x->what ? x->what : "-", x->status, (long long)ms, cut ? " cut=1" : "");
}

void http_on_completed(void *listener, struct MHD_Connection *mhd, void **exchange,
                       enum MHD_RequestTerminationCode how)
{
    (void)listener, (void)mhd;
    struct http_exchange *x = *exchange;
    if (!x) return;
    *exchange = NULL;
    if (x->listener->kind == HTTP_WEB) note(x, how);
    if (x->route) x->route->end(x);
    if (x->response) MHD_destroy_response(x->response);
    http_conn_phase(x->conn, CONN_IDLE);
    atomic_fetch_sub(&x->server->active, 1);
    free(x);
}
