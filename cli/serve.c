/* letopis serve: holds the data folder and answers until SIGTERM or SIGINT. */
#include "cli.h"

#include "base/log.h"
#include "base/text.h"
#include "http/server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_WAIT_MS = 10000, LEAVE_SECONDS = 20, WORKERS_MAX = 256 };

static int tell_where(const struct cli *c, const char *path)
{
    struct lt_buf text = LT_BUF_INIT(8192);
    if (c->json) lt_buf_addf(&text, "{\"socket\": ");
    if (c->json)
        out_json_str(&text, path), lt_buf_addc(&text, '}');
    else
        lt_msg_add(&text, c->lang, "cli.listening", "path", path, (char *)NULL);
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

static int serve_app(const struct cli *c, struct lt_app *app, const char *user, const sigset_t *ends,
                     struct lt_error *err)
{
    char path[4096];
    if (!lt_print(path, sizeof path, "%s/run/letopis.sock", c->dir))
        return lt_fail(err, LT_USAGE, "cli.path_long", (char *)NULL);
    struct lt_log log = {.fd = STDERR_FILENO, .level = LT_LOG_INFO};
    struct http_config config = {
        .app = app, .dir = c->dir, .log = &log, .workers = c->workers ? (unsigned)atoi(c->workers) : 0};
    struct http_server *server = NULL;
    int rc = http_server_new(&config, &server, err);
    if (!rc) rc = http_server_listen_unix(server, path, geteuid(), user, err);
    if (!rc) {
        tell_where(c, path);
        wait_for_end(app, user, ends, &log);
        /* a second Ctrl-C does not want to wait: it ends the program, and the journal keeps what was accepted
         */
        sigset_t again;
        sigemptyset(&again);
        sigaddset(&again, SIGINT);
        pthread_sigmask(SIG_UNBLOCK, &again, NULL);
        http_server_stop(server, LEAVE_SECONDS);
    }
    http_server_free(server);
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
    hold_signals(&ends);
    rc = cli_open_app(c, &place, LOCK_WAIT_MS, false, &app, err);
    if (!rc) rc = serve_app(c, app, place.user, &ends, err);
    lt_app_close(app);
    return rc;
}
