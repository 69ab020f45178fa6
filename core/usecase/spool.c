#include "usecase/spool.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "print/print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct spooled {
    int fd;
};

static ssize_t spooled_read(void *ctx, void *buf, size_t len, uint64_t off, struct lt_error *err)
{
    ssize_t n;
    do {
        n = pread(((struct spooled *)ctx)->fd, buf, len, (off_t)off);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? lt_fail_errno(err, "read", "spool") : n;
}

static void spooled_close(void *ctx)
{
    close(((struct spooled *)ctx)->fd);
    free(ctx);
}

int spool_open(struct uc_call *call, int *fd, struct lt_error *err)
{
    char dir[4096];
    lt_print(dir, sizeof dir, "%s/spool", call->app->dir);
    *fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    return *fd < 0 ? lt_fail_errno(err, "open", dir) : 0;
}

int spool_answer(struct uc_call *call, int fd, const char *type, const char *name, struct lt_error *err)
{
    struct stat st;
    struct spooled *s = lt_calloc(1, sizeof *s);
    if (!s || fstat(fd, &st)) {
        free(s);
        close(fd);
        return lt_fail_memory(err);
    }
    s->fd = fd;
    call->stream->ctx = s;
    call->stream->read = spooled_read;
    call->stream->close = spooled_close;
    call->stream->size = (int64_t)st.st_size;
    lt_print(call->stream->content_type, sizeof call->stream->content_type, "%s", type);
    lt_print(call->stream->file_name, sizeof call->stream->file_name, "%s", name);
    return 0;
}

char *spool_day(enum lt_lang lang, const char *date, char out[LT_DATE_SIZE])
{
    struct lt_date d;
    if (lang == LT_RU && lt_date_parse(date, &d)) lt_print(out, LT_DATE_SIZE, "%02d.%02d.%04d", d.day, d.month, d.year);
    else lt_print(out, LT_DATE_SIZE, "%s", date);
    return out;
}

static int spool_made(struct uc_call *call, json_t *doc, bool sheet, const char *name, struct lt_error *err)
{
    const struct print_env env = {.program = call->app->program, .modules_dir = call->app->modules};
    char made[LT_INSTANT_SIZE], file[200];
    int fd = -1, rc = doc ? spool_open(call, &fd, err) : lt_fail_memory(err);
    lt_print(file, sizeof file, "%s.%s", name, sheet ? "xlsx" : "pdf");
    if (!rc && (lt_json_put_str(doc, "made", lt_instant_format(call->now, made)) ||
                lt_json_put_str(doc, "lang", call->lang == LT_EN ? "en" : "ru") ||
                lt_json_put_int(doc, "offset", call->app->clock.offset_minutes)))
        rc = lt_fail_memory(err);
    if (!rc) rc = sheet ? print_xlsx(&env, doc, fd, err) : print_pdf(&env, doc, fd, NULL, err);
    json_decref(doc);
    if (rc && fd >= 0) close(fd);
    return rc ? rc : spool_answer(call, fd, sheet ? PRINT_XLSX_TYPE : PRINT_PDF_TYPE, file, err);
}

int spool_pdf(struct uc_call *call, json_t *doc, const char *name, struct lt_error *err)
{
    return spool_made(call, doc, false, name, err);
}

int spool_xlsx(struct uc_call *call, json_t *book, const char *name, struct lt_error *err)
{
    return spool_made(call, book, true, name, err);
}
