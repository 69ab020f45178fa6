#include "shared.h"

#include "base/json.h"
#include "base/mem.h"
#include "print/print.h"

#include <string.h>
#include <sys/mman.h>

int shared_malformed(struct lt_error *err, const char *what)
{
    return lt_fail(err, LT_REFUSED, "print.malformed", "what", what, (char *)NULL);
}

int shared_failed(struct lt_error *err, const char *reason)
{
    return lt_fail(err, LT_SYSTEM, "print.failed", "reason", reason, (char *)NULL);
}

int shared_document(const json_t *args, int fd, json_t **out, struct lt_error *err)
{
    int64_t size = lt_json_int(args, "size", 0);
    if (size <= 0 || (size_t)size > PRINT_MAX_DOC) return shared_malformed(err, "size");
    void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) return lt_fail_memory(err);
    struct lt_error why = {0};
    int rc = lt_json_parse(map, (size_t)size, PRINT_MAX_DOC, out, &why);
    munmap(map, (size_t)size);
    return rc ? shared_malformed(err, why.code) : 0;
}

int shared_write(struct shared_out *o, const void *data, size_t len)
{
    for (const char *p = data; len && !o->gone;) {
        size_t n = sizeof o->bytes - o->len < len ? sizeof o->bytes - o->len : len;
        memcpy(o->bytes + o->len, p, n);
        o->len += n;
        p += n;
        len -= n;
        if (o->len < sizeof o->bytes) break;
        if (o->io->send(o->io->ctx, PRINT_OUT, o->bytes, o->len)) o->gone = true;
        o->len = 0;
    }
    return o->gone ? -1 : 0;
}

int shared_end(struct shared_out *o, uint32_t pages)
{
    struct lt_buf b = LT_BUF_INIT(16);
    if (!o->gone && o->len && o->io->send(o->io->ctx, PRINT_OUT, o->bytes, o->len)) o->gone = true;
    o->len = 0;
    if (!o->gone && (sandbox_put_u32(&b, pages) || o->io->send(o->io->ctx, PRINT_LAST, b.data, b.len))) o->gone = true;
    lt_buf_free(&b);
    return o->gone ? -1 : 0;
}
