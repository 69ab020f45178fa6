/* The table that misbehaves on demand. One lock orders all calls, so that the record and the count fit what
 * happened; only flushes run outside it, for concurrent writers are there to share one. */
#include "base/fs.h"

#include "base/fs_record.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct lt_fs_test {
    struct lt_fs table;
    pthread_mutex_t lock;
    uint64_t calls, flushes;
    enum lt_fs_fault fault;
    uint64_t fault_at; /* number of the first call that misbehaves; 0 none */
    struct fs_record *record;
};

/* Takes the lock. False when this call must fail, with errno. */
static bool enter(struct lt_fs_test *t, int error)
{
    pthread_mutex_lock(&t->lock);
    t->calls++;
    if (!t->fault_at || t->calls < t->fault_at) return true;
    if (t->fault == LT_FS_KILL) raise(SIGKILL);
    errno = error;
    return false;
}

static void leave(struct lt_fs_test *t)
{
    int why = errno;
    pthread_mutex_unlock(&t->lock);
    errno = why;
}

static int test_open(void *ctx, const char *path, int flags, mode_t mode)
{
    struct lt_fs_test *t = ctx;
    int fd = -1;
    if (enter(t, EIO)) {
        struct stat st;
        bool existed = lstat(path, &st) == 0;
        fd = lt_fs_system()->open(NULL, path, flags, mode);
        if (fd >= 0 && t->record) fs_record_opened(t->record, path, fd, existed, flags & O_TRUNC);
    }
    leave(t);
    return fd;
}

static int test_close(void *ctx, int fd)
{
    struct lt_fs_test *t = ctx;
    bool good = enter(t, EIO);
    int why = errno;
    /* a close that fails has closed all the same */
    int r = lt_fs_system()->close(NULL, fd);
    if (!good) {
        errno = why;
        r = -1;
    }
    leave(t);
    return r;
}

static ssize_t test_write(void *ctx, int fd, const void *data, size_t len)
{
    struct lt_fs_test *t = ctx;
    ssize_t n = -1;
    if (enter(t, ENOSPC)) {
        n = lt_fs_system()->write(NULL, fd, data, len);
        if (n > 0 && t->record) fs_record_wrote(t->record, fd, data, (size_t)n, lseek(fd, 0, SEEK_CUR) - n);
    }
    leave(t);
    return n;
}

static ssize_t test_pwrite(void *ctx, int fd, const void *data, size_t len, off_t off)
{
    struct lt_fs_test *t = ctx;
    ssize_t n = -1;
    if (enter(t, ENOSPC)) {
        n = lt_fs_system()->pwrite(NULL, fd, data, len, off);
        if (n > 0 && t->record) fs_record_wrote(t->record, fd, data, (size_t)n, off);
    }
    leave(t);
    return n;
}

static int test_ftruncate(void *ctx, int fd, off_t len)
{
    struct lt_fs_test *t = ctx;
    int r = -1;
    if (enter(t, ENOSPC)) {
        r = lt_fs_system()->ftruncate(NULL, fd, len);
        if (r == 0 && t->record) fs_record_truncated(t->record, fd, len);
    }
    leave(t);
    return r;
}

static int flush(struct lt_fs_test *t, int fd, int (*call)(void *, int), bool all)
{
    bool good = enter(t, EIO);
    uint64_t mark = t->record ? fs_record_mark(t->record) : 0;
    t->flushes += good;
    leave(t);
    if (!good || call(NULL, fd) < 0) return -1;
    pthread_mutex_lock(&t->lock);
    if (t->record && all)
        fs_record_flushed_all(t->record, mark);
    else if (t->record)
        fs_record_flushed(t->record, fd, mark);
    leave(t);
    return 0;
}

static int test_fdatasync(void *ctx, int fd)
{
    return flush(ctx, fd, lt_fs_system()->fdatasync, false);
}

static int test_fsync(void *ctx, int fd)
{
    return flush(ctx, fd, lt_fs_system()->fsync, false);
}

static int test_syncfs(void *ctx, int fd)
{
    return flush(ctx, fd, lt_fs_system()->syncfs, true);
}

static int test_rename(void *ctx, const char *from, const char *to)
{
    struct lt_fs_test *t = ctx;
    int r = -1;
    if (enter(t, EIO)) {
        r = lt_fs_system()->rename(NULL, from, to);
        if (r == 0 && t->record) fs_record_renamed(t->record, from, to);
    }
    leave(t);
    return r;
}

static int test_link(void *ctx, const char *from, const char *to)
{
    struct lt_fs_test *t = ctx;
    int r = -1;
    if (enter(t, EIO)) {
        r = lt_fs_system()->link(NULL, from, to);
        if (r == 0 && t->record) fs_record_made(t->record, to);
    }
    leave(t);
    return r;
}

static int test_unlink(void *ctx, const char *path)
{
    struct lt_fs_test *t = ctx;
    int r = -1;
    if (enter(t, EIO)) {
        r = lt_fs_system()->unlink(NULL, path);
        if (r == 0 && t->record) fs_record_removed(t->record, path);
    }
    leave(t);
    return r;
}

static int test_mkdir(void *ctx, const char *path, mode_t mode)
{
    struct lt_fs_test *t = ctx;
    int r = -1;
    if (enter(t, EIO)) {
        r = lt_fs_system()->mkdir(NULL, path, mode);
        if (r == 0 && t->record) fs_record_made(t->record, path);
    }
    leave(t);
    return r;
}

static int test_rmdir(void *ctx, const char *path)
{
    struct lt_fs_test *t = ctx;
    int r = -1;
    if (enter(t, EIO)) {
        r = lt_fs_system()->rmdir(NULL, path);
        if (r == 0 && t->record) fs_record_removed(t->record, path);
    }
    leave(t);
    return r;
}

static int test_symlink(void *ctx, const char *to, const char *path)
{
    struct lt_fs_test *t = ctx;
    int r = enter(t, EIO) ? lt_fs_system()->symlink(NULL, to, path) : -1;
    leave(t);
    return r;
}

struct lt_fs_test *lt_fs_test_new(void)
{
    struct lt_fs_test *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    pthread_mutex_init(&t->lock, NULL);
    t->table = (struct lt_fs){
        .ctx = t,
        .open = test_open,
        .close = test_close,
        .write = test_write,
        .pwrite = test_pwrite,
        .ftruncate = test_ftruncate,
        .fdatasync = test_fdatasync,
        .fsync = test_fsync,
        .syncfs = test_syncfs,
        .rename = test_rename,
        .link = test_link,
        .unlink = test_unlink,
        .mkdir = test_mkdir,
        .rmdir = test_rmdir,
        .symlink = test_symlink,
    };
    return t;
}

void lt_fs_test_free(struct lt_fs_test *t)
{
    if (!t) return;
    fs_record_free(t->record);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

const struct lt_fs *lt_fs_test_table(struct lt_fs_test *t)
{
    return &t->table;
}

void lt_fs_test_fault(struct lt_fs_test *t, enum lt_fs_fault what, uint64_t nth)
{
    pthread_mutex_lock(&t->lock);
    t->fault = what;
    t->fault_at = nth ? t->calls + nth : 0;
    pthread_mutex_unlock(&t->lock);
}

/* Counters are read while other threads call: the lock is part of the object, not of what it tells. */
static uint64_t counted(const struct lt_fs_test *t, const uint64_t *counter)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&t->lock;
    pthread_mutex_lock(lock);
    uint64_t n = *counter;
    pthread_mutex_unlock(lock);
    return n;
}

uint64_t lt_fs_test_calls(const struct lt_fs_test *t)
{
    return counted(t, &t->calls);
}

uint64_t lt_fs_test_flushes(const struct lt_fs_test *t)
{
    return counted(t, &t->flushes);
}

int lt_fs_test_record(struct lt_fs_test *t, const char *root)
{
    pthread_mutex_lock(&t->lock);
    struct fs_record *record = fs_record_new(root);
    if (record) {
        fs_record_free(t->record);
        t->record = record;
    }
    leave(t);
    return record ? 0 : -1;
}

int lt_fs_test_power_loss(struct lt_fs_test *t, const char *into, uint64_t seed)
{
    int r = -1;
    pthread_mutex_lock(&t->lock);
    if (t->record)
        r = fs_record_power_loss(t->record, into, seed);
    else
        errno = EINVAL;
    leave(t);
    return r;
}
