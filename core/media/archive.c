#include "media/archive.h"
#include "media/archive_wire.h"

#include "base/fs.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct writing {
    const struct archive_source *source;
    int fd;
    char *chunk;
};

static int answer_next(struct writing *w, struct sandbox_child *child, struct lt_error *err)
{
    struct archive_member m = {0};
    int got = w->source->next(w->source->ctx, &m, err);
    if (got < 0) return got;
    if (!got) return sandbox_reply(child, ARCHIVE_END, "", 0, err);
    struct lt_buf b = LT_BUF_INIT(1024);
    int rc = sandbox_put_u64(&b, m.size) || sandbox_put_u64(&b, (uint64_t)m.modified) || sandbox_put_bytes(&b, m.name, strlen(m.name))
                 ? lt_fail_memory(err)
                 : sandbox_reply(child, ARCHIVE_MEMBER, b.data, b.len, err);
    lt_buf_free(&b);
    return rc;
}

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err)
{
    struct writing *w = ctx;
    ssize_t n;
    switch (type) {
    case ARCHIVE_NEXT: return answer_next(w, child, err);
    case ARCHIVE_PULL:
        n = w->source->read(w->source->ctx, w->chunk, ARCHIVE_CHUNK, err);
        return n < 0 ? (int)n : sandbox_reply(child, ARCHIVE_DATA, w->chunk, (size_t)n, err);
    case ARCHIVE_OUT: return lt_fs_write_all(lt_fs_system(), w->fd, data, len) ? lt_fail_errno(err, "write", "spool") : 0;
    default: return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    }
}

int archive_write(const struct archive_env *env, const struct archive_source *source, int fd, struct lt_error *err)
{
    static const char *const prefixes[] = {"archive.", "system.", NULL};
    struct writing w = {.source = source, .fd = fd, .chunk = lt_calloc(1, ARCHIVE_CHUNK)};
    struct sandbox_config config = {.program = env->program,
                                    .modules_dir = env->modules_dir,
                                    .cpu_seconds = 120,
                                    .deadline_ms = 300000,
                                    .max_answer = UINT64_C(8) << 30};
    struct sandbox_call call = {.kind = "module", .name = "archive", .error_prefixes = prefixes, .frame = on_frame, .ctx = &w};
    int rc = w.chunk ? sandbox_run(&config, &call, err) : lt_fail_memory(err);
    free(w.chunk);
    return rc;
}
