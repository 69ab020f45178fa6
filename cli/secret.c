/* Passwords: from the terminal without echo, from a file, from LETOPIS_PASSWORD. Never from the command line,
 * where every process of the machine and the history of the shell would see them. */
#include "cli.h"

#include "base/fs.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { SECRET_MAX = 200, FILE_MAX = 4096, CTRL_C = 3, CTRL_D = 4, BACKSPACE = 8, CTRL_U = 21, DELETE = 127 };

void cli_secret_free(char *secret)
{
    if (secret) explicit_bzero(secret, strlen(secret));
    free(secret);
}

/* --- asking --- */

static void rub_out(char *text, size_t *len)
{
    while (*len > 0 && ((unsigned char)text[*len - 1] & 0xC0) == 0x80)
        (*len)--;
    if (*len > 0) (*len)--;
}

/* Reads one line key by key: the terminal gives no signals meanwhile, so that Ctrl-C cannot leave it without
 * echo. */
static int read_keys(int tty, char text[SECRET_MAX + 1], struct lt_error *err)
{
    size_t len = 0;
    for (;;) {
        unsigned char key;
        ssize_t n = read(tty, &key, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || key == CTRL_C || (key == CTRL_D && len == 0))
            return lt_fail(err, LT_USAGE, "cli.secret_cancelled", (char *)NULL);
        if (key == '\n' || key == '\r') break;
        if (key == BACKSPACE || key == DELETE)
            rub_out(text, &len);
        else if (key == CTRL_U)
            len = 0;
        else if (key >= 32 && len < SECRET_MAX)
            text[len++] = (char)key;
    }
    text[len] = 0;
    return 0;
}

static int ask_once(int tty, const char *prompt, char **out, struct lt_error *err)
{
    struct termios before, quiet;
    if (tcgetattr(tty, &before)) return lt_fail_errno(err, "read", "/dev/tty");
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    if (tcsetattr(tty, TCSAFLUSH, &quiet)) return lt_fail_errno(err, "read", "/dev/tty");
    cli_write_all(tty, prompt, strlen(prompt));
    char text[SECRET_MAX + 1] = "";
    int rc = read_keys(tty, text, err);
    tcsetattr(tty, TCSAFLUSH, &before);
    cli_write_all(tty, "\n", 1);
    if (!rc && !text[0]) rc = lt_fail(err, LT_USAGE, "cli.secret_empty", (char *)NULL);
    if (!rc) {
        *out = lt_strdup(text);
        if (!*out) rc = lt_fail_memory(err);
    }
    explicit_bzero(text, sizeof text);
    return rc;
}

static int ask(const struct cli *c, const char *what, bool twice, char **out, struct lt_error *err)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) return lt_fail(err, LT_USAGE, "cli.secret_needed", (char *)NULL);
    struct lt_buf prompt = LT_BUF_INIT(1000);
    lt_msg_add(&prompt, c->lang, "cli.secret_prompt", "what", what, (char *)NULL);
    char *again = NULL;
    int rc = ask_once(tty, prompt.data ? prompt.data : "", out, err);
    if (!rc && twice) {
        lt_buf_reset(&prompt);
        lt_msg_add(&prompt, c->lang, "cli.secret_again", "what", what, (char *)NULL);
        rc = ask_once(tty, prompt.data ? prompt.data : "", &again, err);
        if (!rc && strcmp(*out, again) != 0) rc = lt_fail(err, LT_USAGE, "cli.secret_differs", (char *)NULL);
        if (rc) {
            cli_secret_free(*out);
            *out = NULL;
        }
    }
    cli_secret_free(again);
    lt_buf_free(&prompt);
    close(tty);
    return rc;
}

/* --- the password file: one secret a line --- */

/* Line `nth` of the file, or NULL in *out where it has fewer. */
static int from_file(const char *path, size_t nth, char **out, struct lt_error *err)
{
    char *text = NULL;
    size_t len = 0;
    if (lt_fs_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, FILE_MAX, &text, &len))
        return lt_fail(err, LT_USAGE, "cli.file_open", "path", path, "reason", strerror(errno), "errno",
                       LT_NUM(errno), (char *)NULL);
    const char *s = text;
    for (size_t i = 0; i < nth && s; i++) {
        s = strchr(s, '\n');
        if (s) s++;
    }
    int rc = 0;
    *out = NULL;
    size_t n = s ? strcspn(s, "\r\n") : 0;
    if (n > SECRET_MAX) {
        rc = lt_fail(err, LT_USAGE, "cli.secret_long", "limit", LT_NUM(SECRET_MAX), (char *)NULL);
    } else if (n) {
        *out = strndup(s, n);
        if (!*out) rc = lt_fail_memory(err);
    }
    explicit_bzero(text, len);
    free(text);
    return rc;
}

static size_t secret_count(const struct uc_row *row)
{
    size_t n = 0;
    for (const struct uc_field *f = row->fields; f && f->name; f++)
        n += f->type == UC_SECRET;
    return n;
}

int cli_sign_in_password(const struct cli *c, char **out, struct lt_error *err)
{
    const char *env = getenv("LETOPIS_PASSWORD");
    if (env && *env) {
        *out = lt_strdup(env);
        return *out ? 0 : lt_fail_memory(err);
    }
    if (c->password_file && secret_count(c->row) == 0) {
        int rc = from_file(c->password_file, 0, out, err);
        if (rc || *out) return rc;
        return lt_fail(err, LT_USAGE, "cli.secret_empty", (char *)NULL);
    }
    return ask(c, c->login, false, out, err);
}

/* A secret that exists already is asked once; one that is being chosen twice. */
static bool is_new(const struct uc_row *row, const struct uc_field *f)
{
    return strcmp(row->noun, "session") != 0 && !lt_starts(f->name, "old_") &&
           !lt_starts(f->name, "current_") && (row->flags & UC_WRITE);
}

static int field_secret(const struct cli *c, const struct uc_field *f, size_t nth, char **out,
                        struct lt_error *err)
{
    const char *env = getenv("LETOPIS_PASSWORD");
    *out = NULL;
    if (c->password_file) {
        int rc = from_file(c->password_file, nth, out, err);
        if (rc || *out) return rc;
    } else if (env && *env && !c->login && secret_count(c->row) == 1) {
        *out = lt_strdup(env);
        return *out ? 0 : lt_fail_memory(err);
    }
    if (!(f->flags & UC_REQUIRED) && !c->ask_secrets) return 0;
    int rc = ask(c, cli_field_label(c->lang, c->row, f->name), is_new(c->row, f), out, err);
    if (rc && err) lt_print(err->field, sizeof err->field, "%s", f->name);
    return rc;
}

int cli_secret_fields(const struct cli *c, json_t *values, struct lt_error *err)
{
    size_t nth = 0;
    for (const struct uc_field *f = c->row->fields; f && f->name; f++) {
        if (f->type != UC_SECRET) continue;
        char *secret = NULL;
        int rc = field_secret(c, f, nth++, &secret, err);
        if (!rc && secret) {
            json_t *v = json_string(secret);
            if (!v)
                rc = lt_fail_field(err, LT_USAGE, f->name, "cli.not_utf8", (char *)NULL);
            else if (json_object_set_new(values, f->name, v))
                rc = lt_fail_memory(err);
        }
        cli_secret_free(secret);
        if (rc) return rc;
    }
    return 0;
}
