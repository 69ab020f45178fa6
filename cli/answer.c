/* Where answers and errors go: JSON or text on stdout, errors on stderr, bytes to a file. */
#include "cli.h"

#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 65536 };
#define TEXT_MAX ((size_t)256 << 20)

static bool to_stdout(const struct cli *c)
{
    return !c->out || strcmp(c->out, "-") == 0;
}

/* --- a file beside its final name, renamed when whole --- */

struct target {
    int fd;
    char part[4096];
};

static int target_open(const struct cli *c, struct target *t, struct lt_error *err)
{
    if (to_stdout(c)) {
        t->fd = STDOUT_FILENO;
        return 0;
    }
    struct stat st;
    /* a device or a pipe is written in place */
    if (stat(c->out, &st) == 0 && !S_ISREG(st.st_mode)) {
        t->part[0] = 0;
        t->fd = open(c->out, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } else {
        if (!lt_print(t->part, sizeof t->part, "%s.part-%ld", c->out, (long)getpid()))
            errno = ENAMETOOLONG, t->fd = -1;
        else
            t->fd = open(t->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    return t->fd < 0 ? lt_fail_errno(err, "write", c->out) : 0;
}

static int target_close(const struct cli *c, struct target *t, int rc, struct lt_error *err)
{
    if (to_stdout(c)) return rc;
    if (!rc && fsync(t->fd) && errno != EINVAL && errno != EROFS) rc = lt_fail_errno(err, "flush", c->out);
    close(t->fd);
    if (!t->part[0]) return rc;
    /* files of pupils are readable by their owner only, as made; people widen that themselves */
    if (!rc && rename(t->part, c->out)) rc = lt_fail_errno(err, "rename", c->out);
    if (rc) unlink(t->part);
    return rc;
}

/* A reader that has seen enough (head, less) is not an error of ours. */
static int write_out(const struct cli *c, int fd, const void *data, size_t len, struct lt_error *err)
{
    if (cli_write_all(fd, data, len) == 0 || errno == EPIPE) return 0;
    return lt_fail_errno(err, "write", to_stdout(c) ? "stdout" : c->out);
}

static int write_text(const struct cli *c, struct lt_buf *text, struct lt_error *err)
{
    if (text->failed) return lt_fail_memory(err);
    struct target t;
    int rc = target_open(c, &t, err);
    if (rc) return rc;
    rc = write_out(c, t.fd, text->data ? text->data : "", text->len, err);
    return target_close(c, &t, rc, err);
}

/* --- bytes --- */

static bool is_text(const char *type)
{
    return lt_starts(type, "text/") || lt_starts(type, "application/json");
}

static int copy_stream(const struct cli *c, struct uc_stream *stream, int fd, uint64_t *size,
                       struct lt_error *err)
{
    char *piece = malloc(PIECE);
    if (!piece) return lt_fail_memory(err);
    uint64_t off = 0;
    int rc = 0;
    for (;;) {
        ssize_t n = stream->read(stream->ctx, piece, PIECE, off, err);
        if (n < 0) rc = (int)n;
        if (n <= 0) break;
        rc = write_out(c, fd, piece, (size_t)n, err);
        if (rc) break;
        off += (uint64_t)n;
    }
    free(piece);
    *size = off;
    return rc;
}

static int report_file(const struct cli *c, const struct uc_stream *stream, uint64_t size,
                       struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(TEXT_MAX);
    if (c->json) {
        json_t *doc = json_pack("{s:s, s:I, s:s}", "file", c->out, "size", (json_int_t)size, "content_type",
                                stream->content_type);
        if (!doc || lt_json_canonical(doc, &text, NULL)) text.failed = true;
        json_decref(doc);
    } else {
        lt_msg_add(&text, c->lang, "cli.saved", "path", c->out, "n", LT_NUM(size), (char *)NULL);
        lt_buf_addc(&text, '\n');
    }
    int rc = text.failed ? lt_fail_memory(err) : 0;
    /* where the bytes went to a file, stdout is free for the note */
    if (!rc) rc = write_out(c, c->json ? STDOUT_FILENO : STDERR_FILENO, text.data, text.len, err);
    lt_buf_free(&text);
    return rc;
}

static int answer_bytes(const struct cli *c, struct cli_session *s, struct lt_error *err)
{
    struct uc_stream *stream = &s->answer.stream;
    if (to_stdout(c) && c->json) return lt_fail(err, LT_USAGE, "cli.bytes_json", (char *)NULL);
    if (to_stdout(c) && c->term_out.tty && !is_text(stream->content_type))
        return lt_fail(err, LT_USAGE, "cli.bytes_tty", "name", stream->file_name[0] ? stream->file_name : "-",
                       (char *)NULL);
    struct target t;
    uint64_t size = 0;
    int rc = target_open(c, &t, err);
    if (rc) return rc;
    rc = copy_stream(c, stream, t.fd, &size, err);
    rc = target_close(c, &t, rc, err);
    return rc || to_stdout(c) ? rc : report_file(c, stream, size, err);
}

int cli_answer(const struct cli *c, struct cli_session *s, struct lt_error *err)
{
    if (s->answer.stream.read) return answer_bytes(c, s, err);
    struct lt_buf text = LT_BUF_INIT(TEXT_MAX);
    int rc = 0;
    if (c->json) {
        json_t *nothing = s->answer.body ? NULL : json_object();
        rc = lt_json_canonical(nothing ? nothing : s->answer.body, &text, err);
        json_decref(nothing);
    } else if (s->answer.body) {
        cli_show(c, to_stdout(c) ? &c->term_out : &(struct cli_term){0}, c->row, s->answer.body, &text);
    }
    if (!rc && !(c->json == false && text.len == 0 && to_stdout(c))) rc = write_text(c, &text, err);
    if (!rc && !c->json && !s->answer.body && c->term_err.tty) {
        const char *done = lt_msg(c->lang, "cli.done");
        cli_write_all(STDERR_FILENO, done, strlen(done));
        cli_write_all(STDERR_FILENO, "\n", 1);
    }
    lt_buf_free(&text);
    return rc;
}

/* --- errors --- */

static void add_param(struct lt_error *err, const char *name, const char *value)
{
    size_t n = strlen(name) + 1, m = strlen(value) + 1;
    if (err->params_len + n + m > sizeof err->params) return;
    memcpy(err->params + err->params_len, name, n);
    memcpy(err->params + err->params_len + n, value, m);
    err->params_len += n + m;
}

/* The field as a person knows it goes into the sentence; the option that gives it stands behind. */
static void name_field(const struct cli *c, const struct lt_error *err, struct lt_error *shown, bool *told)
{
    shown->params_len = 0;
    for (const char *p = err->params; p < err->params + err->params_len;) {
        const char *value = p + strlen(p) + 1;
        bool is_field = strcmp(p, "field") == 0;
        *told = *told || is_field;
        add_param(shown, p, is_field ? cli_field_label(c->lang, c->row, value) : value);
        p = value + strlen(value) + 1;
    }
}

static void sentence(const struct cli *c, const struct lt_error *err, struct lt_buf *out)
{
    struct lt_error shown = *err;
    bool told = false;
    name_field(c, err, &shown, &told);
    struct lt_buf raw = LT_BUF_INIT(16384);
    lt_error_text(&raw, c->lang, &shown);
    cli_add_plain(out, raw.data ? raw.data : err->code, true);
    lt_buf_free(&raw);
    const struct uc_field *f = err->field[0] && c->row ? cli_field(c->row, err->field) : NULL;
    bool option = f && f->type != UC_SECRET;
    char name[72];
    cli_option_name(err->field, name, sizeof name);
    if (told && option) lt_buf_addf(out, " (--%s)", name);
    if (told || !err->field[0]) return;
    lt_buf_addc(out, ' ');
    lt_msg_add(out, c->lang, option ? "cli.field_option" : "cli.field", "field",
               cli_field_label(c->lang, c->row, err->field), "option", name, (char *)NULL);
}

static void error_json(const struct lt_error *err, const char *message, struct lt_buf *out)
{
    json_t *doc = json_pack("{s:{s:s, s:s, s:s?, s:O?}}", "error", "code", err->code, "message", message,
                            "field", err->field[0] ? err->field : NULL, "details", err->details);
    struct lt_error ignored = {0};
    if (!doc || lt_json_canonical(doc, out, &ignored)) {
        lt_buf_reset(out);
        lt_buf_addf(out, "{\"error\": {\"code\": \"%s\"}}\n", err->code);
    }
    lt_error_clear(&ignored);
    json_decref(doc);
}

int cli_error(const struct cli *c, const struct lt_error *err)
{
    struct lt_buf message = LT_BUF_INIT(32768), out = LT_BUF_INIT(TEXT_MAX);
    sentence(c, err, &message);
    int fd = STDERR_FILENO;
    if (c->json) {
        fd = STDOUT_FILENO;
        error_json(err, message.data ? message.data : "", &out);
    } else {
        lt_buf_addf(&out, "%sletopis:%s %s\n", c->term_err.colour ? "\033[31m" : "",
                    c->term_err.colour ? "\033[0m" : "", message.data ? message.data : "");
        cli_show_details(c, &c->term_err, c->row, err->details, &out);
    }
    if (out.data) cli_write_all(fd, out.data, out.len);
    lt_buf_free(&message);
    lt_buf_free(&out);
    return err->status < 0 && err->status >= LT_SYSTEM ? -err->status : -LT_SYSTEM;
}
