#include "http/server.h"

#include "base/mem.h"
#include "base/text.h"
#include "http/exchange.h"
#include "http/inside.h"
#include "http/socket.h"
#include "http/tus_store.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 128, SILENT_SECONDS = 60, FRESH_MS = 1000, STEP_MS = 10 };
#define CONNECTION_MEMORY ((size_t)32 << 10)

static void fill_defaults(struct http_config *c)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (!c->threads) c->threads = cores > 0 ? (unsigned)cores : 1;
    if (!c->workers) c->workers = 16;
    if (!c->queue) c->queue = 128;
    if (!c->connections) c->connections = 1000;
    if (!c->header_seconds) c->header_seconds = 10;
    if (!c->idle_seconds) c->idle_seconds = 30;
    if (!c->body_rate) c->body_rate = 1024;
    if (!c->upload_max) c->upload_max = (uint64_t)1 << 30;
    if (!c->web_upload_max) c->web_upload_max = (uint64_t)128 << 20;
}

/* Certificate and key as PEM, with a limit. */
static int read_text(const char *path, char **out, struct lt_error *err)
{
    enum { MOST = 1 << 20 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = fd >= 0 ? lt_calloc(1, MOST + 1) : NULL;
    ssize_t n = text ? read(fd, text, MOST) : -1;
    int rc = n > 0 ? 0 : lt_fail_errno(err, "read", path);
    if (fd >= 0) close(fd);
    if (rc) free(text);
    else *out = text;
    return rc;
}

static void free_tls(struct http_server *s)
{
    if (s->tls_key) explicit_bzero(s->tls_key, strlen(s->tls_key));
    free(s->tls_key);
    free(s->tls_cert);
}

static int read_tls(struct http_server *s, struct lt_error *err)
{
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) return lt_fail(err, LT_REFUSED, "http.no_tls", (char *)NULL);
    int rc = read_text(s->config.tls_cert, &s->tls_cert, err);
    return rc ? rc : read_text(s->config.tls_key ? s->config.tls_key : s->config.tls_cert, &s->tls_key, err);
}

int http_server_new(const struct http_config *config, struct http_server **out, struct lt_error *err)
{
    struct http_server *s = lt_calloc(1, sizeof *s);
    if (!s) return lt_fail_memory(err);
    s->config = *config;
    fill_defaults(&s->config);
    s->config.dir = s->dir = lt_strdup(config->dir);
    s->web = -1;
    struct lt_clock clock;
    lt_clock_system(&clock, 0);
    s->clock = clock;
    s->ids = lt_id_source_new(&s->clock);
    s->packed = pack_cache_new();
    s->started = http_now_ms();
    int rc = s->dir && s->ids && s->packed ? 0 : lt_fail_memory(err);
    if (!rc && config->tls_cert) rc = read_tls(s, err);
    if (!rc && config->web) {
        s->web = open(config->web, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (s->web < 0) rc = lt_fail_errno(err, "open", config->web);
    }
    if (!rc) rc = tus_open(s->dir, &s->clock, &s->tus, err);
    if (!rc) s->pool = http_pool_new(s->config.workers, s->config.queue);
    if (!rc && (!s->pool || !http_watch_start(s))) rc = lt_fail(err, LT_SYSTEM, "http.threads", (char *)NULL);
    if (rc) {
        http_pool_free(s->pool);
        tus_close(s->tus);
        if (s->web >= 0) close(s->web);
        lt_id_source_free(s->ids);
        pack_cache_free(s->packed);
        free_tls(s);
        free(s->dir);
        free(s);
        return rc;
    }
    *out = s;
    return 0;
}

static void on_library_message(void *server, const char *format, va_list args)
{
    struct http_server *s = server;
    if (!s->config.log) return;
    char text[500];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\r\n")] = 0;
    lt_log_write(s->config.log, LT_LOG_DEBUG, "http", "%s", text);
}

/* Gives the listening socket to the library's threads. */
static int serve(struct http_listener *l, int fd, struct lt_error *err)
{
    struct http_server *s = l->server;
    /* behind a front server all connections come from one address */
    unsigned each = l->network && !s->config.proxy ? s->config.connections / 2 : 0;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, s->tls_cert},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, s->tls_key},
                                   {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
                                   {MHD_OPTION_END, 0, NULL}};
    if (!l->tls) tls[0] = tls[3];
    l->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG | (l->tls ? MHD_USE_TLS : 0u), 0, NULL,
        NULL, http_on_request, l, MHD_OPTION_EXTERNAL_LOGGER, on_library_message, s, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_THREAD_POOL_SIZE, s->config.threads, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT, s->config.connections, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SILENT_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, l,
        MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, l, MHD_OPTION_URI_LOG_CALLBACK, http_on_uri, l,
        MHD_OPTION_UNESCAPE_CALLBACK, http_no_unescape, l, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_PER_IP_CONNECTION_LIMIT, each,
        MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (l->daemon) return 0;
    close(fd);
    return lt_fail(err, LT_SYSTEM, "http.threads", (char *)NULL);
}

static void look_at_socket(struct http_listener *l, int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &len)) return;
    l->network = at.ss_family == AF_INET || at.ss_family == AF_INET6;
    if (at.ss_family == AF_INET) l->port = ntohs(((struct sockaddr_in *)&at)->sin_port);
    if (at.ss_family == AF_INET6) l->port = ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
}

int http_server_listen_web(struct http_server *s, int fd, const char *path, struct lt_error *err)
{
    struct http_listener *l = &s->listeners[s->listeners_len];
    int rc = s->listeners_len < HTTP_LISTENERS ? 0 : lt_fail(err, LT_SYSTEM, "http.threads", (char *)NULL);
    if (!rc) {
        *l = (struct http_listener){.server = s, .kind = HTTP_WEB, .path = lt_strdup(path)};
        if (path && !l->path) rc = lt_fail_memory(err);
    }
    if (rc) {
        close(fd);
        return rc;
    }
    look_at_socket(l, fd);
    l->tls = l->network && s->tls_cert;
    rc = serve(l, fd, err);
    if (rc) free(l->path);
    else s->listeners_len++;
    return rc;
}

unsigned http_server_port(const struct http_server *s)
{
    for (size_t i = s->listeners_len; i-- > 0;) {
        if (s->listeners[i].kind == HTTP_WEB) return s->listeners[i].port;
    }
    return 0;
}

static void listener_clear(struct http_listener *l)
{
    free(l->path);
    free(l->local_user);
    *l = (struct http_listener){0};
}

int http_server_listen_unix(struct http_server *s, const char *path, uid_t peer, const char *local_user,
                            struct lt_error *err)
{
    if (s->listeners_len >= HTTP_LISTENERS) return lt_fail(err, LT_SYSTEM, "http.threads", (char *)NULL);
    struct http_listener *l = &s->listeners[s->listeners_len];
    *l = (struct http_listener){.server = s, .kind = HTTP_UNIX, .peer = peer};
    l->path = lt_strdup(path);
    l->local_user = lt_strdup(local_user);
    if (!l->path || !l->local_user) {
        listener_clear(l);
        return lt_fail_memory(err);
    }
    int fd = http_socket_listen(path, BACKLOG);
    int rc = fd < 0 ? lt_fail_errno(err, "listen", path) : serve(l, fd, err);
    if (rc)
        listener_clear(l);
    else
        s->listeners_len++;
    return rc;
}

/* --- the end --- */

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L}, NULL);
}

static void stop_listening(struct http_server *s)
{
    for (size_t i = 0; i < s->listeners_len; i++) {
        if (s->listeners[i].path) unlink(s->listeners[i].path);
    }
    /* who connected before the file was gone is still heard (and told that we are stopping) */
    pause_ms(5 * STEP_MS);
    for (size_t i = 0; i < s->listeners_len; i++) {
        int fd = MHD_quiesce_daemon(s->listeners[i].daemon);
        if (fd >= 0) close(fd);
    }
}

void http_server_stop(struct http_server *s, unsigned seconds)
{
    if (atomic_exchange(&s->stopping, true)) return;
    stop_listening(s);
    int64_t began = http_now_ms(), last = began + (int64_t)seconds * 1000;
    for (;;) {
        int64_t now = http_now_ms();
        http_watch_count(s, CONN_IDLE, true);
        /* a use case that runs is always waited for: the application is closed after us */
        bool busy = atomic_load(&s->working) > 0;
        bool leaving = atomic_load(&s->active) > 0 && now < last;
        bool fresh = now - began < FRESH_MS && now < last && http_watch_count(s, CONN_HEADERS, false) > 0;
        if (!busy && !leaving && !fresh) break;
        pause_ms(STEP_MS);
    }
    for (size_t i = 0; i < s->listeners_len; i++)
        MHD_stop_daemon(s->listeners[i].daemon);
}

void http_server_free(struct http_server *s)
{
    if (!s) return;
    http_server_stop(s, 0);
    http_watch_end(s);
    http_pool_free(s->pool);
    tus_close(s->tus);
    for (size_t i = 0; i < s->listeners_len; i++)
        listener_clear(&s->listeners[i]);
    if (s->web >= 0) close(s->web);
    lt_id_source_free(s->ids);
    pack_cache_free(s->packed);
    free_tls(s);
    pthread_cond_destroy(&s->watch.wake);
    pthread_mutex_destroy(&s->watch.lock);
    free(s->dir);
    free(s);
}
