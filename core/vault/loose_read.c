/* Reading of loose objects: at computed places in our form, by bounded inflation in any other. */
#include "vault/loose.h"
#include "vault/loose_form.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zlib.h>

#define IN_SIZE 16384u
#define AT_ONCE 16 /* blocks asked of the kernel by one call */

struct loose_file {
    int fd;
    git_oid oid;
    git_object_t type;
    uint64_t size;     /* of the content */
    uint64_t head_len; /* of the object header, its NUL included */
    uint64_t file_len;
    bool stored;
    /* the rest only for other forms */
    z_stream z;
    bool z_on, z_end;
    uint64_t z_at;     /* bytes of header and content produced so far */
    uint64_t z_fed;    /* bytes of the file read so far */
    unsigned char *in; /* IN_SIZE */
};

int loose_damaged(struct lt_error *err, const git_oid *oid, const char *what)
{
    char hex[41];
    git_oid_tostr(hex, sizeof hex, oid);
    return lt_fail(err, LT_REFUSED, "vault.damaged", "object", hex, "what", what, (char *)NULL);
}

static int damaged(const struct loose_file *f, const char *what, struct lt_error *err)
{
    return loose_damaged(err, &f->oid, what);
}

/* Bytes read, fewer than len at the end of the file; -1 with errno. */
static ssize_t pread_full(int fd, void *out, size_t len, uint64_t off)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, (char *)out + done, len - done, (off_t)(off + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

/* "blob 123\0": type and size as git writes them, no leading zeros. False for anything else. */
static bool parse_head(struct loose_file *f, const unsigned char *p, size_t len)
{
    static const struct {
        const char *word;
        git_object_t type;
    } kinds[] = {{"blob ", GIT_OBJECT_BLOB},
                 {"tree ", GIT_OBJECT_TREE},
                 {"commit ", GIT_OBJECT_COMMIT},
                 {"tag ", GIT_OBJECT_TAG}};
    size_t i = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t n = strlen(kinds[k].word);
        if (len > n && memcmp(p, kinds[k].word, n) == 0) {
            f->type = kinds[k].type;
            i = n;
        }
    }
    if (i == 0 || (p[i] == '0' && i + 1 < len && p[i + 1] != 0)) return false;
    uint64_t size = 0;
    size_t digits = 0;
    for (; i < len && p[i] >= '0' && p[i] <= '9' && digits < 18; i++, digits++)
        size = size * 10 + (uint64_t)(p[i] - '0');
    if (digits == 0 || i >= len || p[i] != 0) return false;
    f->size = size;
    f->head_len = i + 1;
    return true;
}

static uint64_t stored_blocks(uint64_t total)
{
    return (total + LOOSE_BLOCK - 1) / LOOSE_BLOCK;
}

/* Our form, judged by the first bytes and the file's length. */
static bool is_stored(struct loose_file *f, const unsigned char *p, size_t len)
{
    if (len < 2 + LOOSE_BLOCK_HEAD + 7 || p[0] != LOOSE_ZLIB_0 || p[1] != LOOSE_ZLIB_1 ||
        !parse_head(f, p + 2 + LOOSE_BLOCK_HEAD, len - 2 - LOOSE_BLOCK_HEAD))
        return false;
    uint64_t total = f->head_len + f->size;
    unsigned char head[LOOSE_BLOCK_HEAD];
    loose_put_block_head(head, total < LOOSE_BLOCK ? (size_t)total : LOOSE_BLOCK, total <= LOOSE_BLOCK);
    return memcmp(head, p + 2, sizeof head) == 0 &&
           f->file_len == 2 + total + stored_blocks(total) * LOOSE_BLOCK_HEAD + 4;
}

/* --- other forms --- */

static int inflate_begin(struct loose_file *f, struct lt_error *err)
{
    if (f->in == NULL && (f->in = malloc(IN_SIZE)) == NULL) return lt_fail_memory(err);
    if (!f->z_on) {
        f->z = (z_stream){0};
        if (inflateInit(&f->z) != Z_OK) return lt_fail_memory(err);
        f->z_on = true;
    } else {
        inflateReset(&f->z);
    }
    f->z.avail_in = 0;
    f->z_at = 0;
    f->z_fed = 0;
    f->z_end = false;
    return 0;
}

/* Inflates up to len bytes; fewer only at the end of the stream. */
static ssize_t inflate_some(struct loose_file *f, unsigned char *out, size_t len, struct lt_error *err)
{
    f->z.next_out = out;
    f->z.avail_out = (uInt)len;
    while (f->z.avail_out > 0 && !f->z_end) {
        if (f->z.avail_in == 0) {
            ssize_t n = pread_full(f->fd, f->in, IN_SIZE, f->z_fed);
            if (n < 0) return lt_fail_errno(err, "read", "object");
            if (n == 0) return damaged(f, "cut short", err);
            f->z_fed += (uint64_t)n;
            f->z.next_in = f->in;
            f->z.avail_in = (uInt)n;
        }
        int z = inflate(&f->z, Z_NO_FLUSH);
        if (z == Z_STREAM_END)
            f->z_end = true;
        else if (z == Z_MEM_ERROR)
            return lt_fail_memory(err);
        else if (z != Z_OK)
            return damaged(f, "not a zlib stream", err);
    }
    size_t n = len - f->z.avail_out;
    f->z_at += n;
    return (ssize_t)n;
}

/* Reads the whole stream once: header, length, name, nothing behind it. */
static int inflate_verify(struct loose_file *f, struct lt_error *err)
{
    unsigned char *buf = malloc(IN_SIZE);
    if (buf == NULL) return lt_fail_memory(err);
    int rc = inflate_begin(f, err);
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    for (bool first = true; rc == 0; first = false) {
        ssize_t n = inflate_some(f, buf, IN_SIZE, err);
        if (n < 0)
            rc = (int)n;
        else if (first && !parse_head(f, buf, (size_t)n < LOOSE_HEAD_MAX ? (size_t)n : LOOSE_HEAD_MAX))
            rc = damaged(f, "no object header", err);
        else if (f->z_at > f->head_len + f->size)
            rc = damaged(f, "longer than its header says", err);
        if (rc != 0 || n == 0) break;
        sha1_update(&sha1, (size_t)n, buf);
    }
    if (rc == 0) {
        git_oid oid;
        sha1_digest(&sha1, sizeof oid.id, oid.id);
        if (f->z_at != f->head_len + f->size)
            rc = damaged(f, "shorter than its header says", err);
        else if (f->z.avail_in > 0 || f->z_fed != f->file_len)
            rc = damaged(f, "bytes behind its end", err);
        else if (!git_oid_equal(&oid, &f->oid))
            rc = damaged(f, "bytes do not match the name", err);
    }
    free(buf);
    return rc;
}

static ssize_t inflate_pread(struct loose_file *f, void *out, size_t len, uint64_t off, struct lt_error *err)
{
    uint64_t want = f->head_len + off;
    int rc = want < f->z_at ? inflate_begin(f, err) : 0;
    if (rc != 0) return rc;
    unsigned char skip[4096];
    while (f->z_at < want) {
        size_t n = want - f->z_at < sizeof skip ? (size_t)(want - f->z_at) : sizeof skip;
        ssize_t got = inflate_some(f, skip, n, err);
        if (got <= 0) return got < 0 ? got : damaged(f, "cut short", err);
    }
    ssize_t got = inflate_some(f, out, len, err);
    if (got >= 0 && (size_t)got != len) return damaged(f, "cut short", err);
    return got;
}

/* --- our form --- */

static bool block_head_ok(const struct loose_file *f, const unsigned char *p, uint64_t block)
{
    uint64_t total = f->head_len + f->size, left = total - block * LOOSE_BLOCK;
    unsigned char head[LOOSE_BLOCK_HEAD];
    loose_put_block_head(head, left < LOOSE_BLOCK ? (size_t)left : LOOSE_BLOCK, left <= LOOSE_BLOCK);
    return memcmp(head, p, sizeof head) == 0;
}

/* Reads [pos, pos + len) of header and content by one call; len reaches into at most AT_ONCE blocks. */
static int stored_read(struct loose_file *f, unsigned char *out, size_t len, uint64_t pos,
                       struct lt_error *err)
{
    unsigned char heads[AT_ONCE][LOOSE_BLOCK_HEAD];
    struct iovec iov[2 * AT_ONCE];
    uint64_t block = pos / LOOSE_BLOCK, in_block = pos % LOOSE_BLOCK;
    uint64_t at = 2 + block * (LOOSE_BLOCK + LOOSE_BLOCK_HEAD);
    /* From the middle of a block its header is not on the way. */
    if (in_block > 0 && (pread_full(f->fd, heads[0], LOOSE_BLOCK_HEAD, at) != (ssize_t)LOOSE_BLOCK_HEAD ||
                         !block_head_ok(f, heads[0], block)))
        return damaged(f, "a broken block", err);
    size_t blocks = 0, asked = 0, vecs = 0;
    for (size_t done = 0; done < len; blocks++) {
        size_t room = blocks == 0 ? LOOSE_BLOCK - (size_t)in_block : LOOSE_BLOCK;
        size_t n = len - done < room ? len - done : room;
        if (blocks > 0 || in_block == 0) {
            iov[vecs++] = (struct iovec){heads[blocks], LOOSE_BLOCK_HEAD};
            asked += LOOSE_BLOCK_HEAD;
        }
        iov[vecs++] = (struct iovec){out + done, n};
        asked += n;
        done += n;
    }
    ssize_t got;
    do
        got = preadv(f->fd, iov, (int)vecs, (off_t)(at + (in_block > 0 ? LOOSE_BLOCK_HEAD + in_block : 0)));
    while (got < 0 && errno == EINTR);
    if (got < 0) return lt_fail_errno(err, "read", "object");
    if ((size_t)got != asked) /* a regular file gives all there is */
        return damaged(f, "cut short", err);
    for (size_t i = 0; i < blocks; i++)
        if ((i > 0 || in_block == 0) && !block_head_ok(f, heads[i], block + i))
            return damaged(f, "a broken block", err);
    return 0;
}

static int stored_verify(struct loose_file *f, struct lt_error *err)
{
    unsigned char *buf = malloc(LOOSE_BLOCK), tail[4];
    if (buf == NULL) return lt_fail_memory(err);
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    uLong adler = adler32_z(0, NULL, 0);
    uint64_t total = f->head_len + f->size;
    int rc = 0;
    for (uint64_t pos = 0; pos < total && rc == 0; pos += LOOSE_BLOCK) {
        size_t n = total - pos < LOOSE_BLOCK ? (size_t)(total - pos) : LOOSE_BLOCK;
        rc = stored_read(f, buf, n, pos, err);
        if (rc == 0) {
            sha1_update(&sha1, n, buf);
            adler = adler32_z(adler, buf, n);
        }
    }
    git_oid oid;
    sha1_digest(&sha1, sizeof oid.id, oid.id);
    if (rc == 0 && !git_oid_equal(&oid, &f->oid)) rc = damaged(f, "bytes do not match the name", err);
    if (rc == 0 && (pread_full(f->fd, tail, 4, f->file_len - 4) != 4 ||
                    adler != ((uLong)tail[0] << 24 | (uLong)tail[1] << 16 | (uLong)tail[2] << 8 | tail[3])))
        rc = damaged(f, "wrong checksum", err);
    free(buf);
    return rc;
}

/* --- both --- */

int loose_open_path(const char *path, const git_oid *oid, struct loose_file **out, struct lt_error *err)
{
    char hex[41];
    git_oid_tostr(hex, sizeof hex, oid);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? lt_fail(err, LT_NOTFOUND, "vault.no_object", "object", hex, (char *)NULL)
                               : lt_fail_errno(err, "open", path);
    struct loose_file *f = calloc(1, sizeof *f);
    if (f == NULL) {
        close(fd);
        return lt_fail_memory(err);
    }
    f->fd = fd;
    f->oid = *oid;
    struct stat st;
    unsigned char start[2 + LOOSE_BLOCK_HEAD + LOOSE_HEAD_MAX];
    int rc = 0;
    ssize_t n = 0;
    if (fstat(fd, &st) != 0)
        rc = lt_fail_errno(err, "read", path);
    else if (!S_ISREG(st.st_mode))
        rc = damaged(f, "not a file", err);
    else if ((n = pread_full(fd, start, sizeof start, 0)) < 0)
        rc = lt_fail_errno(err, "read", path);
    if (rc == 0) {
        f->file_len = (uint64_t)st.st_size;
        f->stored = is_stored(f, start, (size_t)n);
        if (!f->stored) rc = inflate_verify(f, err);
    }
    if (rc != 0) {
        loose_close(f);
        return rc;
    }
    *out = f;
    return 0;
}

static char *object_path(const char *objects, const git_oid *oid)
{
    char hex[41];
    git_oid_tostr(hex, sizeof hex, oid);
    return lt_format("%s/%.2s/%s", objects, hex, hex + 2);
}

int loose_open(const char *objects, const git_oid *oid, struct loose_file **out, struct lt_error *err)
{
    char *path = object_path(objects, oid);
    int rc = path == NULL ? lt_fail_memory(err) : loose_open_path(path, oid, out, err);
    free(path);
    return rc;
}

void loose_close(struct loose_file *f)
{
    if (f == NULL) return;
    if (f->z_on) inflateEnd(&f->z);
    close(f->fd);
    free(f->in);
    free(f);
}

git_object_t loose_type(const struct loose_file *f)
{
    return f->type;
}

uint64_t loose_size(const struct loose_file *f)
{
    return f->size;
}

ssize_t loose_pread(struct loose_file *f, void *out, size_t len, uint64_t off, struct lt_error *err)
{
    if (off >= f->size) return 0;
    size_t most = (AT_ONCE - 1) * (size_t)LOOSE_BLOCK;
    size_t done = 0;
    if (len > f->size - off) len = (size_t)(f->size - off);
    while (done < len) {
        size_t n = len - done < most ? len - done : most;
        int rc = 0;
        if (f->stored) {
            rc = stored_read(f, (unsigned char *)out + done, n, f->head_len + off + done, err);
        } else {
            ssize_t got = inflate_pread(f, (unsigned char *)out + done, n, off + done, err);
            rc = got < 0 ? (int)got : 0;
        }
        if (rc != 0) return rc;
        done += n;
    }
    return (ssize_t)done;
}

int loose_verify(struct loose_file *f, struct lt_error *err)
{
    return f->stored ? stored_verify(f, err) : inflate_verify(f, err);
}

bool loose_exists(const char *objects, const git_oid *oid)
{
    char *path = object_path(objects, oid);
    bool there = path != NULL && access(path, F_OK) == 0;
    free(path);
    return there;
}

/* The files of one of the 256 folders. */
static int each_in(const char *objects, const char *two, int (*cb)(void *user, const git_oid *oid),
                   void *user, struct lt_error *err)
{
    char *path = lt_format("%s/%s", objects, two);
    if (path == NULL) return lt_fail_memory(err);
    DIR *d = opendir(path);
    int rc = d != NULL || errno == ENOENT || errno == ENOTDIR ? 0 : lt_fail_errno(err, "list", path);
    free(path);
    for (struct dirent *e; rc == 0 && d != NULL && (e = readdir(d)) != NULL;) {
        char hex[41];
        git_oid oid;
        if (strlen(e->d_name) != 38) continue;
        memcpy(hex, two, 2);
        memcpy(hex + 2, e->d_name, 39);
        if (strspn(hex, "0123456789abcdef") == 40 && git_oid_fromstr(&oid, hex) == 0) rc = cb(user, &oid);
    }
    if (d != NULL) closedir(d);
    return rc;
}

int loose_each(const char *objects, int (*cb)(void *user, const git_oid *oid), void *user,
               struct lt_error *err)
{
    static const char digits[] = "0123456789abcdef";
    int rc = 0;
    for (int i = 0; i < 256 && rc == 0; i++)
        rc = each_in(objects, (const char[]){digits[i >> 4], digits[i & 15], 0}, cb, user, err);
    return rc;
}
