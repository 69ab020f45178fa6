#include "base/fs.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN(result, call)                                                                                  \
    do {                                                                                                     \
        (result) = (call);                                                                                   \
    } while ((result) < 0 && errno == EINTR)

static int sys_open(void *ctx, const char *path, int flags, mode_t mode)
{
    (void)ctx;
    int fd;
    AGAIN(fd, open(path, flags | O_CLOEXEC, mode));
    return fd;
}

static int sys_close(void *ctx, int fd)
{
    (void)ctx;
    /* Linux frees the descriptor even when close is interrupted; again would close somebody else's */
    return close(fd) < 0 && errno != EINTR ? -1 : 0;
}

static ssize_t sys_write(void *ctx, int fd, const void *data, size_t len)
{
    (void)ctx;
    ssize_t n;
    AGAIN(n, write(fd, data, len));
    return n;
}

static ssize_t sys_pwrite(void *ctx, int fd, const void *data, size_t len, off_t off)
{
    (void)ctx;
    ssize_t n;
    AGAIN(n, pwrite(fd, data, len, off));
    return n;
}

static int sys_ftruncate(void *ctx, int fd, off_t len)
{
    (void)ctx;
    int r;
    AGAIN(r, ftruncate(fd, len));
    return r;
}

static int sys_fdatasync(void *ctx, int fd)
{
    (void)ctx;
    int r;
    AGAIN(r, fdatasync(fd));
    return r;
}

static int sys_fsync(void *ctx, int fd)
{
    (void)ctx;
    int r;
    AGAIN(r, fsync(fd));
    return r;
}

static int sys_syncfs(void *ctx, int fd)
{
    (void)ctx;
    int r;
    AGAIN(r, syncfs(fd));
    return r;
}

static int sys_rename(void *ctx, const char *from, const char *to)
{
    (void)ctx;
    int r;
    AGAIN(r, rename(from, to));
    return r;
}

static int sys_link(void *ctx, const char *from, const char *to)
{
    (void)ctx;
    int r;
    AGAIN(r, link(from, to));
    return r;
}

static int sys_unlink(void *ctx, const char *path)
{
    (void)ctx;
    int r;
    AGAIN(r, unlink(path));
    return r;
}

static int sys_mkdir(void *ctx, const char *path, mode_t mode)
{
    (void)ctx;
    int r;
    AGAIN(r, mkdir(path, mode));
    return r;
}

static int sys_rmdir(void *ctx, const char *path)
{
    (void)ctx;
    int r;
    AGAIN(r, rmdir(path));
    return r;
}

static int sys_symlink(void *ctx, const char *to, const char *path)
{
    (void)ctx;
    int r;
    AGAIN(r, symlink(to, path));
    return r;
}

const struct lt_fs *lt_fs_system(void)
{
    static const struct lt_fs table = {
        .ctx = NULL,
        .open = sys_open,
        .close = sys_close,
        .write = sys_write,
        .pwrite = sys_pwrite,
        .ftruncate = sys_ftruncate,
        .fdatasync = sys_fdatasync,
        .fsync = sys_fsync,
        .syncfs = sys_syncfs,
        .rename = sys_rename,
        .link = sys_link,
        .unlink = sys_unlink,
        .mkdir = sys_mkdir,
        .rmdir = sys_rmdir,
        .symlink = sys_symlink,
    };
    return &table;
}

int lt_fs_write_all(const struct lt_fs *fs, int fd, const void *data, size_t len)
{
    const char *at = data;
    while (len) {
        ssize_t n = fs->write(fs->ctx, fd, at, len);
        if (n < 0) return -1;
        if (n == 0) {
            errno = ENOSPC;
            return -1;
        }
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static int make_dir(const struct lt_fs *fs, const char *path, mode_t mode)
{
    struct stat st;
    if (stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode)) return 0;
        errno = ENOTDIR;
        return -1;
    }
    if (fs->mkdir(fs->ctx, path, mode) == 0) return 0;
    /* another thread may have been faster */
    int why = errno;
    if (why == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return 0;
    errno = why;
    return -1;
}

int lt_fs_mkdirs(const struct lt_fs *fs, const char *path, mode_t mode)
{
    char part[PATH_MAX];
    if (!lt_print(part, sizeof part, "%s", path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *p = part + (part[0] == '/'); (p = strchr(p, '/')); p++) {
        *p = '\0';
        if (*part && make_dir(fs, part, mode) < 0) return -1;
        *p = '/';
    }
    return make_dir(fs, path, mode);
}

/* Closing must not hide why the step before it failed. */
static void close_keeping_errno(const struct lt_fs *fs, int fd)
{
    int why = errno;
    fs->close(fs->ctx, fd);
    errno = why;
}

int lt_fs_sync_dir(const struct lt_fs *fs, const char *dir)
{
    int fd = fs->open(fs->ctx, dir, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return -1;
    int r = fs->fsync(fs->ctx, fd);
    close_keeping_errno(fs, fd);
    return r;
}

static int sync_parent(const struct lt_fs *fs, const char *path)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = !slash ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (!slash) return lt_fs_sync_dir(fs, ".");
    memcpy(dir, path, len);
    dir[len] = '\0';
    return lt_fs_sync_dir(fs, dir);
}

static int write_new(const struct lt_fs *fs, const char *path, const void *data, size_t len, mode_t mode,
                     bool durable)
{
    int fd = fs->open(fs->ctx, path, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (fd < 0) return -1;
    int r = lt_fs_write_all(fs, fd, data, len);
    if (r == 0 && durable) r = fs->fdatasync(fs->ctx, fd);
    if (r < 0)
        close_keeping_errno(fs, fd);
    else
        r = fs->close(fs->ctx, fd);
    return r;
}

int lt_fs_replace(const struct lt_fs *fs, const char *path, const void *data, size_t len, mode_t mode,
                  bool durable)
{
    char temp[PATH_MAX], random[17];
    unsigned char bytes[8];
    lt_random(bytes, sizeof bytes);
    lt_hex(bytes, sizeof bytes, random);
    if (!lt_print(temp, sizeof temp, "%s.tmp-%s", path, random)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (write_new(fs, temp, data, len, mode, durable) < 0 || fs->rename(fs->ctx, temp, path) < 0) {
        int why = errno;
        fs->unlink(fs->ctx, temp);
        errno = why;
        return -1;
    }
    return durable ? sync_parent(fs, path) : 0;
}

static int remove_below(const struct lt_fs *fs, int parent, const char *name, struct lt_buf *path);

static int remove_entry(const struct lt_fs *fs, int dir, const char *name, struct lt_buf *path)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT ? 0 : -1;
    size_t len = path->len;
    if (lt_buf_addc(path, '/') < 0 || lt_buf_adds(path, name) < 0) {
        errno = ENOMEM;
        return -1;
    }
    int r = S_ISDIR(st.st_mode) ? remove_below(fs, dir, name, path) : fs->unlink(fs->ctx, path->data);
    path->len = len;
    path->data[len] = '\0';
    return r < 0 && errno == ENOENT ? 0 : r;
}

/* Removes the folder `name` of the open folder `parent`; path is its whole name. */
static int remove_below(const struct lt_fs *fs, int parent, const char *name, struct lt_buf *path)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return -1;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close_keeping_errno(lt_fs_system(), fd);
        return -1;
    }
    int r = 0;
    struct dirent *entry;
    while (r == 0 && (errno = 0, entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            r = remove_entry(fs, fd, entry->d_name, path);
    }
    if (r == 0 && errno) r = -1;
    int why = errno;
    closedir(dir);
    errno = why;
    return r < 0 ? r : fs->rmdir(fs->ctx, path->data);
}

int lt_fs_remove_tree(const struct lt_fs *fs, const char *path)
{
    struct stat st;
    if (lstat(path, &st) < 0) return errno == ENOENT ? 0 : -1;
    if (!S_ISDIR(st.st_mode)) return fs->unlink(fs->ctx, path);
    struct lt_buf whole = LT_BUF_INIT(PATH_MAX);
    if (lt_buf_adds(&whole, path) < 0) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int r = remove_below(fs, AT_FDCWD, path, &whole);
    int why = errno;
    lt_buf_free(&whole);
    errno = why;
    return r < 0 && errno == ENOENT ? 0 : r;
}

int lt_fs_read(const char *path, size_t max, char **out, size_t *out_len)
{
    int fd = sys_open(NULL, path, O_RDONLY, 0);
    if (fd < 0) return -1;
    struct stat st;
    struct lt_buf b = LT_BUF_INIT(max);
    ssize_t n = fstat(fd, &st);
    if (n == 0 && S_ISREG(st.st_mode) && (uintmax_t)st.st_size <= max) lt_buf_reserve(&b, (size_t)st.st_size);
    char chunk[65536];
    while (n >= 0 && !b.failed) {
        AGAIN(n, read(fd, chunk, sizeof chunk));
        if (n <= 0) break;
        if ((size_t)n > max - b.len)
            errno = EFBIG, n = -1;
        else if (lt_buf_add(&b, chunk, (size_t)n) < 0)
            errno = ENOMEM, n = -1;
    }
    close_keeping_errno(lt_fs_system(), fd);
    size_t len = b.len;
    char *text = n < 0 ? NULL : lt_buf_take(&b, NULL);
    if (!text) {
        int why = n < 0 ? errno : ENOMEM;
        lt_buf_free(&b);
        errno = why;
        return -1;
    }
    *out = text;
    if (out_len) *out_len = len;
    return 0;
}
