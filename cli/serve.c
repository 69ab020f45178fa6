/* letopis serve: holds the data folder and answers until SIGTERM or SIGINT. */
#include "cli.h"

#include "base/log.h"
#include "base/logring.h"
#include "base/text.h"
#include "http/server.h"
#include "http/socket.h"
#include "vault/config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_WAIT_MS = 10000, LEAVE_SECONDS = 20, WORKERS_MAX = 256, BACKLOG = 512, LOG_LINES = 2000 };
#define LISTEN_DEFAULT "127.0.0.1:8080"

/* What the installation says of its server: DATA/letopis.conf, section http. */
struct serving {
    struct conf *conf;
    const char *listen; /* "none": no web */
    const char *web;
    bool tls;
    char address[128]; /* of the web, for people; "" where it has none */
};

static int tell_where(const struct cli *c, const char *path, const struct serving *s)
{
    struct lt_buf text = LT_BUF_INIT(8192);
    if (c->json) {
        lt_buf_addf(&text, "{\"socket\": ");
        out_json_str(&text, path);
        if (*s->address) {
            lt_buf_adds(&text, ", \"address\": ");
            out_json_str(&text, s->address);
        }
        lt_buf_addc(&text, '}');
    } else if (*s->address) {
        lt_msg_add(&text, c->lang, "cli.listening_web", "address", s->address, (char *)NULL);
    } else {
        lt_msg_add(&text, c->lang, "cli.listening", "path", path, (char *)NULL);
    }
    lt_buf_addc(&text, '\n');
    int rc = text.failed ? -1 : cli_write_all(STDOUT_FILENO, text.data, text.len);
    lt_buf_free(&text);
    return rc;
}

/* The signals are blocked before any thread begins, so that only this one gets them, at a place where it
 * waits. */
static void hold_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

/* Until a signal comes; at the start and every hour what falls due is done. A failure is told and tried again. */
static void wait_for_end(struct lt_app *app, const char *user, const sigset_t *ends, const struct lt_log *log)
{
    const struct timespec hour = {.tv_sec = 3600};
    do {
        struct lt_error due = {0};
        if (lt_app_hourly(app, user, &due)) lt_log_write(log, LT_LOG_ERROR, "hourly", "what fell due was not done code=%s", due.code);
        lt_error_clear(&due);
    } while (sigtimedwait(ends, NULL, &hour) < 0);
}

/* --- the web --- */

static int read_settings(const struct cli *c, const struct cli_place *place, struct serving *s, struct http_config *config, struct lt_error *err)
{
    char path[4096];
    if (!lt_print(path, sizeof path, "%s/letopis.conf", c->dir)) return lt_fail(err, LT_USAGE, "cli.path_long", (char *)NULL);
    int rc = conf_read(path, &s->conf, err);
    if (!rc) rc = conf_bool(s->conf, "http.proxy", false, &config->proxy, err);
    if (rc) return rc;
    config->tls_cert = conf_str(s->conf, "http.tlscert", NULL);
    s->tls = config->tls_cert != NULL;
    config->tls_key = conf_str(s->conf, "http.tlskey", NULL);
    config->metrics_open = strcmp(conf_str(s->conf, "http.metrics", "local"), "open") == 0;
    s->listen = c->listen ? c->listen : conf_str(s->conf, "http.listen", LISTEN_DEFAULT);
    s->web = c->web ? c->web : conf_str(s->conf, "http.web", *place->web ? place->web : NULL);
    config->web = strcmp(s->listen, "none") == 0 ? NULL : s->web;
    return 0;
}

/* Sockets that systemd opened for us (sd_listen_fds(3)): how many, from descriptor 3 on. */
static int handed_sockets(void)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    if (!pid || !count || strtol(pid, NULL, 10) != (long)getpid()) return 0;
    long n = strtol(count, NULL, 10);
    return n > 0 && n <= 4 ? (int)n : 0;
}

static int listen_handed(struct http_server *server, struct serving *s, int count, struct lt_error *err)
{
    int rc = 0;
    for (int fd = 3; !rc && fd < 3 + count; fd++) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        rc = http_server_listen_web(server, fd, NULL, err);
    }
    lt_print(s->address, sizeof s->address, "systemd:%d", count);
    return rc;
}

/* Tells systemd how far it is (sd_notify(3)), where it asked to be told. */
static void notify(const char *state)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    if (!path || (*path != '/' && *path != '@') || !lt_print(to.sun_path, sizeof to.sun_path, "%s", path)) return;
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (*path == '@') to.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, len);
    close(fd);
}

static int listen_web(struct http_server *server, struct serving *s, struct lt_error *err)
{
    int given = handed_sockets();
    if (given) return listen_handed(server, s, given, err);
    if (strcmp(s->listen, "none") == 0) return 0;
    bool file = lt_starts(s->listen, "unix:");
    int fd = http_socket_listen_web(s->listen, BACKLOG);
    if (fd < 0 && errno == EINVAL) return lt_fail(err, LT_USAGE, "cli.listen", "value", s->listen, (char *)NULL);
    if (fd < 0 && errno == EADDRINUSE) return lt_fail(err, LT_CONFLICT, "cli.listen_taken", "value", s->listen, (char *)NULL);
    if (fd < 0) return lt_fail_errno(err, "listen", s->listen);
    int rc = http_server_listen_web(server, fd, file ? s->listen + 5 : NULL, err);
    if (rc) return rc;
    const char *colon = strrchr(s->listen, ':');
    if (file) lt_print(s->address, sizeof s->address, "%s", s->listen);
    else lt_print(s->address, sizeof s->address, "http%s://%.*s:%u/", s->tls ? "s" : "", (int)(colon - s->listen), s->listen, http_server_port(server));
    return 0;
}

/* A school of a thousand keeps many connections open. */
static void raise_files(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur >= 8192) return;
    r.rlim_cur = r.rlim_max == RLIM_INFINITY || r.rlim_max > 8192 ? 8192 : r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
}

static int serve_app(const struct cli *c, const struct cli_place *place, struct lt_app *app, const sigset_t *ends, struct lt_error *err)
{
    char path[4096];
    if (!lt_print(path, sizeof path, "%s/run/letopis.sock", c->dir))
        return lt_fail(err, LT_USAGE, "cli.path_long", (char *)NULL);
    struct lt_log_ring *ring = lt_log_ring_new(LOG_LINES);
    if (!ring) return lt_fail_memory(err);
    struct lt_log log = {.fd = STDERR_FILENO, .level = LT_LOG_INFO, .ring = ring};
    lt_app_log(app, ring);
    struct http_config config = {
        .app = app, .dir = c->dir, .log = &log, .workers = c->workers ? (unsigned)atoi(c->workers) : 0};
    struct http_server *server = NULL;
    struct serving s = {0};
    int rc = read_settings(c, place, &s, &config, err);
    if (!rc) rc = http_server_new(&config, &server, err);
    if (!rc) rc = lt_app_jobs_start(app, 0, err);
    if (!rc) rc = http_server_listen_unix(server, path, geteuid(), place->user, err);
    if (!rc) rc = listen_web(server, &s, err);
    if (!rc) {
        tell_where(c, path, &s);
        notify("READY=1");
        wait_for_end(app, place->user, ends, &log);
        /* a second Ctrl-C does not want to wait: it ends the program, and the journal keeps what was accepted
         */
        notify("STOPPING=1");
        sigset_t again;
        sigemptyset(&again);
        sigaddset(&again, SIGINT);
        pthread_sigmask(SIG_UNBLOCK, &again, NULL);
        http_server_stop(server, LEAVE_SECONDS);
    }
    lt_app_jobs_stop(app); /* what runs pauses, and goes on after the next start */
    http_server_free(server);
    conf_free(s.conf);
    lt_app_log(app, NULL);
    lt_log_ring_free(ring);
    return rc;
}

int cli_serve(const struct cli *c, struct lt_error *err)
{
    struct cli_place place;
    sigset_t ends;
    struct lt_app *app = NULL;
    if (c->workers && (atoi(c->workers) < 1 || atoi(c->workers) > WORKERS_MAX))
        return lt_fail(err, LT_USAGE, "cli.workers", "max", LT_NUM(WORKERS_MAX), (char *)NULL);
    int rc = cli_place(c, &place, err);
    if (!rc) rc = cli_check_owner(c, err);
    if (rc) return rc;
    raise_files();
    hold_signals(&ends);
    rc = cli_open_app(c, &place, LOCK_WAIT_MS, false, &app, err);
    if (!rc) rc = serve_app(c, &place, app, &ends, err);
    lt_app_close(app);
    return rc;
}
