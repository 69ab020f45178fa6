#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int show_help(const struct cli *c, struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT((size_t)4 << 20);
    int rc = cli_help(c, &text, err);
    if (!rc) cli_write_all(STDOUT_FILENO, text.data, text.len);
    lt_buf_free(&text);
    return rc;
}

static int call(const struct cli *c, struct lt_error *err)
{
    struct cli_input in;
    struct cli_session session = {0};
    int rc = cli_input_build(c, &in, err);
    if (!rc) rc = cli_run(c, &in, &session, err);
    if (!rc) rc = cli_answer(c, &session, err);
    cli_session_close(&session);
    cli_input_clear(&in);
    return rc;
}

static int version(const struct cli *c)
{
    static const char text[] = "letopis " LETOPIS_VERSION "\n",
                      json[] = "{\"version\": \"" LETOPIS_VERSION "\"}\n";
    return cli_write_all(STDOUT_FILENO, c->json ? json : text, c->json ? sizeof json - 1 : sizeof text - 1);
}

int cli_main(int argc, char *const *argv, const struct uc_ports *ports)
{
    struct cli c = {.argc = argc, .argv = argv, .ports = ports};
    struct lt_error err = {0};
    const char *dir = getenv("LETOPIS_DATA");
    c.dir = dir && *dir ? dir : "letopis-data";
    /* a reader of our output that leaves early must not end us in the middle of a change */
    signal(SIGPIPE, SIG_IGN);
    cli_term_look(STDOUT_FILENO, &c.term_out);
    cli_term_look(STDERR_FILENO, &c.term_err);
    int rc = cli_parse(&c, &err);
    if (!rc) {
        switch (c.command) {
        case CLI_VERSION:
            version(&c);
            break;
        case CLI_HELP:
            rc = show_help(&c, &err);
            break;
        case CLI_SERVE:
            rc = cli_serve(&c, &err);
            break;
        case CLI_CALL:
            rc = call(&c, &err);
            break;
        }
    }
    int code = rc ? cli_error(&c, &err) : 0;
    lt_error_clear(&err);
    free(c.given);
    free(c.bare);
    return code;
}
