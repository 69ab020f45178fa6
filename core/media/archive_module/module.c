/* letopis-archive.so: libarchive writes a ZIP from frames into frames. */
#include "media/archive_wire.h"
#include "sandbox/module.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

static int module_open(struct lt_error *err)
{
    (void)err;
    /* Tables of the compressor and of character conversion are made by a first use, while files may still be read. */
    char buf[4096];
    size_t used;
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_set_options(a, "hdrcharset=UTF-8");
    archive_write_open_memory(a, buf, sizeof buf, &used);
    archive_write_free(a);
    return 0;
}

static la_ssize_t zip_out(struct archive *a, void *ctx, const void *data, size_t len)
{
    struct sandbox_io *io = ctx;
    for (size_t done = 0; done < len;) {
        size_t n = len - done < ARCHIVE_CHUNK ? len - done : ARCHIVE_CHUNK;
        if (io->send(io->ctx, ARCHIVE_OUT, (const char *)data + done, n)) {
            archive_set_error(a, ARCHIVE_FATAL, "the other side is gone");
            return -1;
        }
        done += n;
    }
    return (la_ssize_t)len;
}

static int failed(struct lt_error *err, const char *what)
{
    return lt_fail(err, LT_SYSTEM, "archive.failed", "reason", what ? what : "", (char *)NULL);
}

static int ask(struct sandbox_io *io, uint32_t question, uint32_t *type, const void **data, size_t *len, struct lt_error *err)
{
    if (io->send(io->ctx, question, "", 0) || io->receive(io->ctx, type, data, len)) return failed(err, "the other side is gone");
    return 0;
}

static int write_body(struct archive *a, struct sandbox_io *io, struct lt_error *err)
{
    for (;;) {
        uint32_t type;
        const void *data;
        size_t len;
        int rc = ask(io, ARCHIVE_PULL, &type, &data, &len, err);
        if (rc || type != ARCHIVE_DATA || !len) return rc;
        if (archive_write_data(a, data, len) < 0) return failed(err, archive_error_string(a));
    }
}

static int write_member(struct archive *a, struct sandbox_io *io, const void *data, size_t len, struct lt_error *err)
{
    struct sandbox_cursor c = {.data = data, .len = len};
    uint64_t size, modified;
    const char *text;
    size_t n;
    char name[400];
    if (!sandbox_get_u64(&c, &size) || !sandbox_get_u64(&c, &modified) || !sandbox_get_bytes(&c, &text, &n) || n >= sizeof name)
        return failed(err, "malformed member");
    memcpy(name, text, n);
    name[n] = 0;
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname_utf8(e, name);
    archive_entry_set_size(e, (int64_t)size);
    archive_entry_set_mtime(e, (time_t)modified, 0);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    int rc = archive_write_header(a, e) == ARCHIVE_OK ? write_body(a, io, err) : failed(err, archive_error_string(a));
    archive_entry_free(e);
    return rc;
}

static int module_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err)
{
    (void)args, (void)input_fd;
    struct archive *a = archive_write_new();
    if (!a || archive_write_set_format_zip(a) || archive_write_set_options(a, "hdrcharset=UTF-8") ||
        archive_write_open(a, io, NULL, zip_out, NULL))
        return failed(err, a ? archive_error_string(a) : "memory");
    int rc = 0;
    for (;;) {
        uint32_t type;
        const void *data;
        size_t len;
        rc = ask(io, ARCHIVE_NEXT, &type, &data, &len, err);
        if (rc || type == ARCHIVE_END) break;
        rc = type == ARCHIVE_MEMBER ? write_member(a, io, data, len, err) : failed(err, "unexpected frame");
        if (rc) break;
    }
    if (!rc && archive_write_close(a) != ARCHIVE_OK) rc = failed(err, archive_error_string(a));
    archive_write_free(a);
    return rc;
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC,
                                              .size = sizeof(struct sandbox_module),
                                              .name = "archive",
                                              .open = module_open,
                                              .run = module_run};
