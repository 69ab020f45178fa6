/* One call: in this process where the data folder is free, through the socket where a server holds it. */
#include "cli.h"

#include "base/text.h"
#include "http/client.h"
#include "usecase/ports.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_WAIT_MS = 10000, LOCK_SLICE_MS = 200 };

/* --- where things are --- */

static void user_name(uid_t uid, char *out, size_t size)
{
    struct passwd entry, *found = NULL;
    char buf[4096];
    if (getpwuid_r(uid, &entry, buf, sizeof buf, &found) == 0 && found)
        lt_print(out, size, "%s", found->pw_name);
    else
        lt_print(out, size, "%lu", (unsigned long)uid);
}

/* Beside the program in a build folder; in the lib folder that belongs to where the program is (an installation may be moved or staged); else
 * where it was meant to be installed. */
static bool beside(const char *program, const char *name, char *out, size_t size)
{
    static const char *const places[] = {".", "../" LETOPIS_LIBDIR_RELATIVE "/letopis"};
    const char *slash = strrchr(program, '/');
    struct stat st;
    for (size_t i = 0; slash && i < sizeof places / sizeof places[0]; i++) {
        if (lt_print(out, size, "%.*s/%s/%s", (int)(slash - program), program, places[i], name) && stat(out, &st) == 0)
            return true;
    }
    return lt_print(out, size, "%s/%s", LETOPIS_LIBDIR, name);
}

/* The client: beside the program in a build folder, in the share folder of the installation the program belongs to, where it was meant to be, in
 * the source the program was built from. */
static void find_web(const char *program, char *out, size_t size)
{
    static const char *const places[] = {"web", "../share/letopis/web"};
    static const char *const whole[] = {LETOPIS_DATADIR "/web", LETOPIS_SOURCE_WEB};
    const char *slash = strrchr(program, '/');
    char index[4200];
    for (size_t i = 0; slash && i < 2; i++) {
        if (lt_print(out, size, "%.*s/%s", (int)(slash - program), program, places[i]) && lt_print(index, sizeof index, "%s/index.html", out) &&
            access(index, R_OK) == 0)
            return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (lt_print(out, size, "%s", whole[i]) && lt_print(index, sizeof index, "%s/index.html", out) && access(index, R_OK) == 0) return;
    }
    *out = 0;
}

int cli_place(const struct cli *c, struct cli_place *out, struct lt_error *err)
{
    (void)c;
    ssize_t n = readlink("/proc/self/exe", out->program, sizeof out->program - 1);
    if (n < 0) return lt_fail_errno(err, "read", "/proc/self/exe");
    out->program[n] = 0;
    beside(out->program, "modules", out->modules, sizeof out->modules);
    beside(out->program, "plugins", out->plugins, sizeof out->plugins);
    find_web(out->program, out->web, sizeof out->web);
    user_name(geteuid(), out->user, sizeof out->user);
    return 0;
}

int cli_check_owner(const struct cli *c, struct lt_error *err)
{
    struct stat st;
    if (stat(c->dir, &st)) {
        if (errno == ENOENT) return lt_fail(err, LT_NOTFOUND, "cli.no_folder", "path", c->dir, (char *)NULL);
        return lt_fail_errno(err, "open", c->dir);
    }
    if (st.st_uid == geteuid()) return 0;
    char owner[64];
    user_name(st.st_uid, owner, sizeof owner);
    return lt_fail(err, LT_DENIED, "cli.folder_owner", "path", c->dir, "owner", owner, (char *)NULL);
}

/* --- the call --- */

int cli_open_app(const struct cli *c, const struct cli_place *place, int lock_wait_ms, bool offline,
                 struct lt_app **out, struct lt_error *err)
{
    struct lt_app_config config = {.dir = c->dir,
                                   .program = place->program,
                                   .modules = place->modules,
                                   .plugins = place->plugins,
                                   .lock_wait_ms = lock_wait_ms,
                                   .offline = offline};
#ifdef LETOPIS_SANITIZED
    config.judge_answers = true;
#endif
    int rc = lt_app_open(&config, out, err);
    if (!rc && c->ports) lt_app_ports(*out, c->ports);
    return rc;
}

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* 0 with s->client set: somebody answers at the socket; 0 without: nobody does. */
static int try_server(const struct cli *c, struct cli_session *s, struct lt_error *err)
{
    char path[4096];
    if (!lt_print(path, sizeof path, "%s/run/letopis.sock", c->dir))
        return lt_fail(err, LT_USAGE, "cli.path_long", (char *)NULL);
    struct lt_error why = {0};
    int rc = http_client_open(path, &s->client, &why);
    if (rc && rc != LT_NOTFOUND) {
        if (err) *err = why;
        return rc;
    }
    lt_error_clear(&why);
    if (s->client && (c->row->flags & UC_EXCLUSIVE))
        return lt_fail(err, LT_CONFLICT, "http.exclusive", (char *)NULL);
    return 0;
}

/* Either the folder or a server that holds it, whichever comes first: a server that is starting has the lock
 * before its socket, one that is stopping gives up the socket before the lock. */
static int reach(const struct cli *c, const struct cli_place *place, struct cli_session *s,
                 struct lt_error *err)
{
    if (c->row->flags & UC_NO_DATA) return cli_open_app(c, place, 0, true, &s->app, err);
    int rc = cli_check_owner(c, err);
    int64_t deadline = monotonic_ms() + LOCK_WAIT_MS;
    while (!rc) {
        rc = try_server(c, s, err);
        if (rc || s->client) return rc;
        rc = cli_open_app(c, place, LOCK_SLICE_MS, false, &s->app, err);
        if (!rc || rc != LT_CONFLICT || strcmp(err->code, "vault.locked") != 0) return rc;
        if (monotonic_ms() >= deadline) return rc;
        lt_error_clear(err);
        rc = 0;
    }
    return rc;
}

static int dispatch(const struct cli *c, struct cli_session *s, const struct uc_request *request,
                    struct lt_error *err)
{
    int rc = s->client ? http_client_call(s->client, request, &s->answer, err)
                       : uc_dispatch(s->app, request, &s->answer, err);
    if (!rc && !s->answer.row) s->answer.row = c->row;
    return rc;
}

/* A server that stops before it takes the call leaves the folder to us. */
static int call(const struct cli *c, const struct cli_place *place, struct cli_session *s,
                const struct uc_request *request, struct lt_error *err)
{
    for (;;) {
        int rc = reach(c, place, s, err);
        if (!rc) rc = dispatch(c, s, request, err);
        if (!s->client || rc != LT_NOTFOUND || strcmp(err->code, "http.no_server") != 0) return rc;
        lt_error_clear(err);
        http_client_close(s->client);
        s->client = NULL;
    }
}

int cli_run(const struct cli *c, struct cli_input *in, struct cli_session *s, struct lt_error *err)
{
    *s = (struct cli_session){0};
    struct cli_place place;
    char *password = NULL;
    const char *token = getenv("LETOPIS_TOKEN");
    int rc = cli_place(c, &place, err);
    /* what must be asked is asked before the folder is locked */
    if (!rc && c->login) rc = cli_sign_in_password(c, &password, err);
    if (!rc) rc = cli_secret_fields(c, in->values, err);
    if (!rc) {
        struct uc_request request = {.noun = c->row->noun,
                                     .verb = c->row->verb,
                                     .values = in->values,
                                     .files = in->files,
                                     .files_len = in->files_len,
                                     .lang = c->lang,
                                     .door = UC_CLI,
                                     .request_id = c->request};
        if (c->login)
            request.login = c->login, request.password = password;
        else if (token && *token)
            request.token = token;
        else
            request.local_user = place.user;
        rc = call(c, &place, s, &request, err);
    }
    cli_secret_free(password);
    return rc;
}

void cli_session_close(struct cli_session *s)
{
    uc_answer_clear(&s->answer);
    http_client_close(s->client);
    lt_app_close(s->app);
    *s = (struct cli_session){0};
}
