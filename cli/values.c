/* Options and words → values by field name, as every door hands them to the table. What they mean is judged
 * there. */
#include "cli.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPOOL_MAX  ((int64_t)1 << 30) /* bytes taken from a pipe */
#define OBJECT_MAX ((size_t)4 << 20)  /* bytes of a JSON value in a file */

/* --- files --- */

/* A file without a name, so that nothing of a person's data stays behind; in the data folder where there is
 * one. */
static int nameless_file(const struct cli *c)
{
    char spool[4096];
    const char *tmp = getenv("TMPDIR");
    const char *places[] = {spool, tmp && *tmp ? tmp : "/tmp", "."};
    lt_print(spool, sizeof spool, "%s/spool", c->dir);
    for (size_t i = 0; i < 3; i++) {
        int fd = open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (fd >= 0) return fd;
    }
    return -1;
}

/* Copies a pipe to a file, since a use case may read at any place. */
static int spool(const struct cli *c, int from, int *out, struct lt_error *err)
{
    int fd = nameless_file(c);
    if (fd < 0) return lt_fail_errno(err, "open", "spool");
    char buf[65536];
    int64_t total = 0;
    int rc = 0;
    for (;;) {
        ssize_t n = read(from, buf, sizeof buf);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) rc = lt_fail_errno(err, "read", "-");
        if (n <= 0) break;
        total += n;
        if (total > SPOOL_MAX)
            rc = lt_fail(err, LT_USAGE, "cli.input_large", "limit", LT_NUM(SPOOL_MAX), (char *)NULL);
        else if (cli_write_all(fd, buf, (size_t)n))
            rc = lt_fail_errno(err, "write", "spool");
        if (rc) break;
    }
    if (!rc && lseek(fd, 0, SEEK_SET) != 0) rc = lt_fail_errno(err, "read", "spool");
    if (rc)
        close(fd);
    else
        *out = fd;
    return rc;
}

static int file_error(struct lt_error *err, const struct uc_field *f, const char *path)
{
    return lt_fail_field(err, LT_USAGE, f->name, "cli.file_open", "path", path, "reason", strerror(errno),
                         "errno", LT_NUM(errno), (char *)NULL);
}

static int open_file(const struct cli *c, const struct uc_field *f, const char *path, int *out,
                     struct lt_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return file_error(err, f, path);
    struct stat st;
    int rc = 0;
    if (fstat(fd, &st)) {
        rc = file_error(err, f, path);
    } else if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || (S_ISCHR(st.st_mode) && standard)) {
        int whole = -1;
        rc = spool(c, fd, &whole, err);
        close(fd);
        fd = whole;
    } else if (!S_ISREG(st.st_mode)) {
        rc = lt_fail_field(err, LT_USAGE, f->name, "cli.file_kind", "path", path, (char *)NULL);
    } else if (standard && lseek(fd, 0, SEEK_CUR) != 0) {
        /* "< file" may have been read in part by somebody before us: the rest is what counts */
        int whole = -1;
        rc = spool(c, fd, &whole, err);
        close(fd);
        fd = whole;
    }
    if (rc && fd >= 0) close(fd);
    if (!rc) *out = fd;
    return rc;
}

static void file_name(const char *path, char out[256])
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (strcmp(path, "-") == 0) name = "stdin";
    if (lt_utf8_valid(name, strlen(name))) {
        lt_print(out, 256, "%.*s", (int)lt_utf8_clip(name, 250), name);
        return;
    }
    char safe[LT_FILE_NAME];
    lt_safe_file_name(name, safe);
    lt_print(out, 256, "%s", safe);
}

static int file_value(const struct cli *c, struct cli_input *in, const struct cli_given *g, json_t **out,
                      struct lt_error *err)
{
    if (in->files_len >= CLI_FILES_MAX)
        return lt_fail_field(err, LT_USAGE, g->field->name, "cli.too_many_files", "limit",
                             LT_NUM(CLI_FILES_MAX), (char *)NULL);
    struct uc_input_file *file = &in->files[in->files_len];
    int rc = open_file(c, g->field, g->text, &file->fd, err);
    if (rc) return rc;
    file_name(g->text, file->name);
    *out = json_integer((json_int_t)in->files_len++);
    return *out ? 0 : lt_fail_memory(err);
}

/* --- the other values --- */

/* JSON as written, or @FILE. */
static int object_value(const struct cli_given *g, json_t **out, struct lt_error *err)
{
    const char *text = g->text;
    char *held = NULL;
    size_t len = strlen(text);
    if (text[0] == '@') {
        if (lt_fs_read(text + 1, OBJECT_MAX, &held, &len)) return file_error(err, g->field, text + 1);
        text = held;
    }
    int rc = lt_json_parse(text, len, OBJECT_MAX, out, err);
    if (rc && err) lt_print(err->field, sizeof err->field, "%s", g->field->name);
    free(held);
    return rc;
}

static int one_value(const struct cli *c, struct cli_input *in, const struct cli_given *g, json_t **out,
                     struct lt_error *err)
{
    if (g->field->type == UC_FILE) return file_value(c, in, g, out, err);
    if (g->field->type == UC_OBJECT) return object_value(g, out, err);
    if (!g->text) {
        *out = json_true();
        return 0;
    }
    *out = json_string(g->text);
    if (*out) return 0;
    return lt_fail_field(err, LT_USAGE, g->field->name, "cli.not_utf8", (char *)NULL);
}

static int put(struct cli_input *in, const struct uc_field *f, json_t *v, struct lt_error *err)
{
    int bad;
    if ((f->flags & UC_MANY) || f->type == UC_WORDS) {
        json_t *list = json_object_get(in->values, f->name);
        bad = 0;
        if (!list) {
            list = json_array();
            bad = json_object_set_new(in->values, f->name, list);
        }
        if (bad)
            json_decref(v);
        else
            bad = json_array_append_new(list, v);
    } else {
        bad = json_object_set_new(in->values, f->name, v);
    }
    return bad ? lt_fail_memory(err) : 0;
}

/* --limit and --cursor may stand before the words, when the row is not known yet. */
static int put_early(const struct cli *c, struct cli_input *in, const char *name, const char *text,
                     struct lt_error *err)
{
    if (!text) return 0;
    const struct uc_field *f = cli_field(c->row, name);
    char option[32];
    lt_print(option, sizeof option, "--%s", name);
    if (!f) return lt_fail(err, LT_USAGE, "cli.option", "option", option, (char *)NULL);
    if (json_object_get(in->values, name))
        return lt_fail_field(err, LT_USAGE, name, "cli.twice", (char *)NULL);
    json_t *v = json_string(text);
    if (!v) return lt_fail_field(err, LT_USAGE, name, "cli.not_utf8", (char *)NULL);
    return put(in, f, v, err);
}

int cli_input_build(const struct cli *c, struct cli_input *in, struct lt_error *err)
{
    *in = (struct cli_input){.values = json_object()};
    if (!in->values) return lt_fail_memory(err);
    int standard = 0;
    for (size_t i = 0; i < c->given_len; i++) {
        const struct cli_given *g = &c->given[i];
        if (g->field->type == UC_FILE && strcmp(g->text, "-") == 0 && standard++)
            return lt_fail_field(err, LT_USAGE, g->field->name, "cli.stdin_twice", (char *)NULL);
        json_t *v = NULL;
        int rc = one_value(c, in, g, &v, err);
        if (!rc) rc = put(in, g->field, v, err);
        if (rc) return rc;
    }
    int rc = put_early(c, in, "limit", c->limit, err);
    return rc ? rc : put_early(c, in, "cursor", c->cursor, err);
}

void cli_input_clear(struct cli_input *in)
{
    for (size_t i = 0; i < in->files_len; i++)
        close(in->files[i].fd);
    json_decref(in->values);
    *in = (struct cli_input){0};
}
