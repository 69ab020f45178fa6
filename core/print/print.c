#include "print/print.h"
#include "print/wire.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct printing {
    int fd;
    unsigned pages;
    bool done;
};

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err)
{
    struct printing *p = ctx;
    struct sandbox_cursor c = {.data = data, .len = len};
    uint32_t pages;
    (void)child;
    if (type == PRINT_OUT && !p->done)
        return lt_fs_write_all(lt_fs_system(), p->fd, data, len) ? lt_fail_errno(err, "write", "spool") : 0;
    if (type != PRINT_LAST || p->done || !sandbox_get_u32(&c, &pages) || pages > PRINT_MAX_PAGES)
        return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    p->pages = pages;
    p->done = true;
    return 0;
}

/* The document in memory that the child can map: it holds names of children and touches no disk. */
static int document_fd(const json_t *doc, int *out, size_t *size, struct lt_error *err)
{
    struct lt_buf b = LT_BUF_INIT(PRINT_MAX_DOC);
    int rc = lt_json_compact(doc, &b, err);
    if (rc == LT_REFUSED) rc = lt_fail(err, LT_REFUSED, "print.too_large", "limit", LT_NUM(PRINT_MAX_DOC >> 20), (char *)NULL);
    int fd = rc ? -1 : memfd_create("letopis-print", MFD_CLOEXEC);
    if (!rc && fd < 0) rc = lt_fail_errno(err, "open", "memfd");
    if (!rc && (lt_fs_write_all(lt_fs_system(), fd, b.data, b.len) || lseek(fd, 0, SEEK_SET) < 0))
        rc = lt_fail_errno(err, "write", "memfd");
    *size = b.len;
    lt_buf_free(&b);
    if (rc && fd >= 0) close(fd);
    if (!rc) *out = fd;
    return rc;
}

static int run(const struct print_env *env, const char *module, const json_t *doc, struct printing *p, struct lt_error *err)
{
    static const char *const prefixes[] = {"print.", "system.", NULL};
    size_t size;
    int input, rc = document_fd(doc, &input, &size, err);
    if (rc) return rc;
    json_t *args = json_pack("{s:I}", "size", (json_int_t)size);
    struct sandbox_config config = {.program = env->program,
                                    .modules_dir = env->modules_dir,
                                    .memory = ((uint64_t)512 << 20) + 16 * (uint64_t)size,
                                    .cpu_seconds = 120,
                                    .deadline_ms = 180000,
                                    .max_answer = UINT64_C(512) << 20};
    struct sandbox_call call = {.kind = "module", .name = module, .args = args, .fds = &input, .n_fds = 1,
                                .error_prefixes = prefixes, .frame = on_frame, .ctx = p};
    rc = args ? sandbox_run(&config, &call, err) : lt_fail_memory(err);
    if (!rc && !p->done) rc = lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    json_decref(args);
    close(input);
    return rc;
}

int print_pdf(const struct print_env *env, const json_t *doc, int fd, unsigned *pages, struct lt_error *err)
{
    struct printing p = {.fd = fd};
    int rc = run(env, "print", doc, &p, err);
    if (!rc && pages) *pages = p.pages;
    return rc;
}

int print_xlsx(const struct print_env *env, const json_t *book, int fd, struct lt_error *err)
{
    struct printing p = {.fd = fd};
    return run(env, "sheet", book, &p, err);
}
