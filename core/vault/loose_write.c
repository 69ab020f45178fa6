/* Writing of loose objects made of stored blocks. The form is described in loose.h and RFC 1950, RFC
 * 1951 3.2.4. */
#include "vault/loose.h"
#include "vault/loose_form.h"
#include "vault/pass.h"

#include "base/id.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Where the content comes from: a descriptor, or memory when fd is -1. */
struct source {
    int fd;
    const unsigned char *bytes;
    size_t left;
};

struct writer {
    const struct lt_fs *fs;
    int fd;
    const char *path;
    unsigned char *buf; /* zlib header, block header, block, Adler-32 */
    struct sha1_ctx sha1;
    struct sha256_ctx sha256;
    uLong adler;
};

/* Bytes read, fewer than len only at the end of the source; -1 with errno. */
static ssize_t source_read(struct source *s, unsigned char *out, size_t len)
{
    if (s->fd < 0) {
        size_t n = len < s->left ? len : s->left;
        if (n > 0) memcpy(out, s->bytes, n);
        s->bytes += n;
        s->left -= n;
        return (ssize_t)n;
    }
    size_t done = 0;
    while (done < len) {
        ssize_t n = read(s->fd, out + done, len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static char *temp_name(const char *objects)
{
    unsigned char r[8];
    char hex[2 * sizeof r + 1];
    lt_random(r, sizeof r);
    lt_hex(r, sizeof r, hex);
    return lt_format("%s/" LOOSE_TEMP "%s", objects, hex);
}

/* One block: head bytes of the object header (first block only), then content. */
static int write_block(struct writer *w, struct source *src, const char *head, size_t head_len, size_t len,
                       bool first, bool final, struct lt_error *err)
{
    unsigned char *p = w->buf;
    if (first) {
        *p++ = LOOSE_ZLIB_0;
        *p++ = LOOSE_ZLIB_1;
    }
    loose_put_block_head(p, len, final);
    unsigned char *data = p + LOOSE_BLOCK_HEAD;
    memcpy(data, head, head_len);
    ssize_t n = source_read(src, data + head_len, len - head_len);
    if (n < 0) return lt_fail_errno(err, "read", "upload");
    if ((size_t)n != len - head_len) return lt_fail(err, LT_CONFLICT, "file.changed", (char *)NULL);
    sha1_update(&w->sha1, len, data);
    sha256_update(&w->sha256, len - head_len, data + head_len);
    w->adler = adler32_z(w->adler, data, len);
    p = data + len;
    if (final) {
        for (int shift = 24; shift >= 0; shift -= 8)
            *p++ = (unsigned char)(w->adler >> shift);
    }
    if (lt_fs_write_all(w->fs, w->fd, w->buf, (size_t)(p - w->buf)) != 0)
        return lt_fail_errno(err, "write", w->path);
    return 0;
}

static int write_stream(struct writer *w, struct source *src, uint64_t size, struct loose_new *out,
                        struct lt_error *err)
{
    char head[LOOSE_HEAD_MAX];
    size_t head_len = (size_t)snprintf(head, sizeof head, "blob %llu", (unsigned long long)size) + 1;
    sha1_init(&w->sha1);
    sha256_init(&w->sha256);
    w->adler = adler32_z(0, NULL, 0);
    uint64_t left = head_len + size;
    for (bool first = true; left > 0; first = false) {
        size_t n = left < LOOSE_BLOCK ? (size_t)left : LOOSE_BLOCK;
        left -= n;
        int rc = write_block(w, src, head, first ? head_len : 0, n, first, left == 0, err);
        if (rc != 0) return rc;
    }
    unsigned char more;
    if (source_read(src, &more, 1) != 0) /* it grew meanwhile */
        return lt_fail(err, LT_CONFLICT, "file.changed", (char *)NULL);
    unsigned char digest[SHA256_DIGEST_SIZE];
    sha1_digest(&w->sha1, sizeof out->oid.id, out->oid.id);
    sha256_digest(&w->sha256, sizeof digest, digest);
    lt_hex(digest, sizeof digest, out->sha256);
    git_oid_tostr(out->hex, sizeof out->hex, &out->oid);
    out->size = size;
    return 0;
}

static int write_source(const struct lt_fs *fs, const char *objects, struct source *src, uint64_t size,
                        struct loose_new *out, struct lt_error *err)
{
    struct writer w = {.fs = fs, .fd = -1};
    char *temp = temp_name(objects);
    w.buf = malloc(2 + LOOSE_BLOCK_HEAD + LOOSE_BLOCK + 4);
    int rc = 0;
    if (temp == NULL || w.buf == NULL) {
        rc = lt_fail_memory(err);
        goto done;
    }
    w.path = temp;
    w.fd = fs->open(fs->ctx, temp, O_WRONLY | O_CREAT | O_EXCL, 0444);
    if (w.fd < 0) {
        rc = lt_fail_errno(err, "write", temp);
        goto done;
    }
    struct loose_new made = {0};
    rc = write_stream(&w, src, size, &made, err);
    if (fs->close(fs->ctx, w.fd) != 0 && rc == 0) rc = lt_fail_errno(err, "write", temp);
    if (rc != 0) {
        fs->unlink(fs->ctx, temp);
        goto done;
    }
    *out = made;
    out->temp = temp;
    temp = NULL;
done:
    free(w.buf);
    free(temp);
    return rc;
}

static int too_large(uint64_t max, struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "file.too_large", "limit", LT_NUM(max), (char *)NULL);
}

/* Copies what has no size of its own into an unnamed file, whose descriptor is returned at its beginning. */
static int spool(const struct lt_fs *fs, const char *objects, int fd, uint64_t max, int *ret_fd,
                 uint64_t *ret_size, struct lt_error *err)
{
    unsigned char *buf = malloc(LOOSE_BLOCK);
    char *temp = temp_name(objects);
    int to = -1, rc = 0;
    uint64_t size = 0;
    if (buf == NULL || temp == NULL) {
        rc = lt_fail_memory(err);
        goto done;
    }
    to = fs->open(fs->ctx, temp, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (to < 0 || fs->unlink(fs->ctx, temp) != 0) {
        rc = lt_fail_errno(err, "write", temp);
        goto done;
    }
    struct source src = {.fd = fd};
    for (;;) {
        ssize_t n = source_read(&src, buf, LOOSE_BLOCK);
        if (n < 0)
            rc = lt_fail_errno(err, "read", "upload");
        else if ((uint64_t)n > max - size)
            rc = too_large(max, err);
        else if (lt_fs_write_all(fs, to, buf, (size_t)n) != 0)
            rc = lt_fail_errno(err, "write", temp);
        if (rc != 0) goto done;
        size += (uint64_t)n;
        if (n < (ssize_t)LOOSE_BLOCK) break;
    }
    if (lseek(to, 0, SEEK_SET) != 0) {
        rc = lt_fail_errno(err, "read", temp);
        goto done;
    }
    *ret_fd = to;
    *ret_size = size;
    to = -1;
done:
    if (to >= 0) fs->close(fs->ctx, to);
    free(temp);
    free(buf);
    return rc;
}

int loose_write(const struct lt_fs *fs, const char *objects, int fd, uint64_t max, struct loose_new *out,
                struct lt_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return lt_fail_errno(err, "read", "upload");
    if (S_ISREG(st.st_mode)) {
        off_t at = lseek(fd, 0, SEEK_CUR);
        if (at < 0) return lt_fail_errno(err, "read", "upload");
        uint64_t size = at < st.st_size ? (uint64_t)(st.st_size - at) : 0;
        if (size > max) return too_large(max, err);
        return write_source(fs, objects, &(struct source){.fd = fd}, size, out, err);
    }
    int copy = -1;
    uint64_t size = 0;
    int rc = spool(fs, objects, fd, max, &copy, &size, err);
    if (rc != 0) return rc;
    rc = write_source(fs, objects, &(struct source){.fd = copy}, size, out, err);
    fs->close(fs->ctx, copy);
    return rc;
}

int loose_write_bytes(const struct lt_fs *fs, const char *objects, const void *data, size_t len,
                      struct loose_new *out, struct lt_error *err)
{
    return write_source(fs, objects, &(struct source){.fd = -1, .bytes = data, .left = len}, len, out, err);
}

void loose_discard(const struct lt_fs *fs, struct loose_new *n)
{
    if (n->temp == NULL) return;
    fs->unlink(fs->ctx, n->temp);
    free(n->temp);
    n->temp = NULL;
}

static int flush_file(const struct lt_fs *fs, const char *path, struct lt_error *err)
{
    int fd = fs->open(fs->ctx, path, O_RDONLY, 0);
    if (fd < 0) return lt_fail_errno(err, "open", path);
    int rc = fs->fsync(fs->ctx, fd) == 0 ? 0 : lt_fail_errno(err, "flush", path);
    fs->close(fs->ctx, fd);
    return rc;
}

/* Are the contents of both files, in whatever form, the same? 1, 0 or a negative status. */
static int same_content(struct loose_file *a, struct loose_file *b, struct lt_error *err)
{
    if (loose_type(a) != loose_type(b) || loose_size(a) != loose_size(b)) return 0;
    unsigned char *buf = malloc(2 * LOOSE_BLOCK);
    if (buf == NULL) return lt_fail_memory(err);
    int rc = 1;
    for (uint64_t at = 0; at < loose_size(a) && rc == 1;) {
        ssize_t n = loose_pread(a, buf, LOOSE_BLOCK, at, err);
        ssize_t m = n > 0 ? loose_pread(b, buf + LOOSE_BLOCK, (size_t)n, at, err) : n;
        if (m < 0)
            rc = (int)m;
        else if (n == 0 || m != n || memcmp(buf, buf + LOOSE_BLOCK, (size_t)n) != 0)
            rc = 0;
        else
            at += (uint64_t)n;
    }
    free(buf);
    return rc;
}

enum standing { ABSENT, WHOLE, BROKEN };

/* What stands under the name of the new object? */
static int judge_existing(const char *objects, const struct loose_new *n, enum standing *out,
                          struct lt_error *err)
{
    struct loose_file *there = NULL, *new_file = NULL;
    struct lt_error why = {0};
    int rc = loose_open(objects, &n->oid, &there, &why);
    if (rc == 0) rc = loose_verify(there, &why);
    if (rc == LT_NOTFOUND || rc == LT_REFUSED) {
        *out = rc == LT_NOTFOUND ? ABSENT : BROKEN;
        rc = 0;
    } else if (rc == 0) {
        *out = WHOLE;
        rc = loose_open_path(n->temp, &n->oid, &new_file, &why);
        if (rc == 0) rc = same_content(there, new_file, &why);
        if (rc == 0)
            rc = lt_fail(&why, LT_REFUSED, "vault.collision", "object", n->hex, (char *)NULL);
        else if (rc > 0)
            rc = 0;
    }
    loose_close(there);
    loose_close(new_file);
    if (rc != 0) return vault_pass(err, &why);
    lt_error_clear(&why);
    return 0;
}

int loose_publish(const struct lt_fs *fs, const char *objects, struct loose_new *n, bool durable,
                  struct lt_error *err)
{
    char *dir = lt_format("%s/%.2s", objects, n->hex);
    char *path = lt_format("%s/%.2s/%s", objects, n->hex, n->hex + 2);
    enum standing there = ABSENT;
    int rc = dir == NULL || path == NULL ? lt_fail_memory(err) : judge_existing(objects, n, &there, err);
    if (rc != 0) goto done;
    if (there == WHOLE) {
        loose_discard(fs, n);
    } else {
        if (fs->mkdir(fs->ctx, dir, 0777) != 0 && errno != EEXIST)
            rc = lt_fail_errno(err, "mkdir", dir);
        else if (durable)
            rc = flush_file(fs, n->temp, err);
        if (rc == 0 && fs->rename(fs->ctx, n->temp, path) != 0) rc = lt_fail_errno(err, "rename", path);
        if (rc != 0) goto done;
        free(n->temp);
        n->temp = NULL;
    }
    /* What stood there may come from a call that did not flush, the folder too: flushing all three is never
     * too much. objects/ comes first: with only the inner folder flushed, the name would have left objects/ for a folder
     * that a power loss takes away. */
    if (durable && there == WHOLE) rc = flush_file(fs, path, err);
    if (rc == 0 && durable && (lt_fs_sync_dir(fs, objects) != 0 || lt_fs_sync_dir(fs, dir) != 0))
        rc = lt_fail_errno(err, "flush", dir);
done:
    free(dir);
    free(path);
    return rc;
}
