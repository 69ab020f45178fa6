/* File operations behind a table of functions, so that a test can fail the nth one, kill the process at it, or replay only
 * what was flushed. Everything that must survive a power loss goes through this; reading in bulk may use plain calls.
 *
 * All functions return 0 (or a count) or -1 with errno. Paths are absolute or relative to the working directory. */
#ifndef LT_BASE_FS_H
#define LT_BASE_FS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct lt_fs {
    void *ctx;
    int (*open)(void *ctx, const char *path, int flags, mode_t mode); /* O_CLOEXEC is added */
    int (*close)(void *ctx, int fd);
    ssize_t (*write)(void *ctx, int fd, const void *data, size_t len);
    ssize_t (*pwrite)(void *ctx, int fd, const void *data, size_t len, off_t off);
    int (*ftruncate)(void *ctx, int fd, off_t len);
    int (*fdatasync)(void *ctx, int fd);
    int (*fsync)(void *ctx, int fd);
    int (*syncfs)(void *ctx, int fd);
    int (*rename)(void *ctx, const char *from, const char *to);
    int (*link)(void *ctx, const char *from, const char *to);
    int (*unlink)(void *ctx, const char *path);
    int (*mkdir)(void *ctx, const char *path, mode_t mode);
    int (*rmdir)(void *ctx, const char *path);
    int (*symlink)(void *ctx, const char *to, const char *path); /* lt_fs_test does not record it for power losses */
};

/* The system's calls, each repeated on EINTR. */
const struct lt_fs *lt_fs_system(void);

/* Conveniences over a table. */
int lt_fs_write_all(const struct lt_fs *fs, int fd, const void *data, size_t len);
int lt_fs_mkdirs(const struct lt_fs *fs, const char *path, mode_t mode); /* like mkdir -p */
int lt_fs_sync_dir(const struct lt_fs *fs, const char *dir);
/* Whole file in one step: temporary file <path>.tmp-<random> beside it, written, flushed when `durable`, renamed, folder flushed. */
int lt_fs_replace(const struct lt_fs *fs, const char *path, const void *data, size_t len, mode_t mode, bool durable);
/* Removes a folder and all below it; does not follow links. Missing is success. */
int lt_fs_remove_tree(const struct lt_fs *fs, const char *path);
/* Reads a whole file of at most max bytes; malloc'ed, NUL-terminated. */
int lt_fs_read(const char *path, size_t max, char **out, size_t *out_len);

/* --- for tests: a table that passes calls on to the system's and can misbehave --- */

enum lt_fs_fault {
    LT_FS_FAIL, /* the nth call and all after it fail with ENOSPC (writes) or EIO (the rest) */
    LT_FS_KILL  /* raise(SIGKILL) instead of the nth call */
};

struct lt_fs_test; /* counts every call; records what was written and flushed when a record folder is given */
struct lt_fs_test *lt_fs_test_new(void);
void lt_fs_test_free(struct lt_fs_test *t);
const struct lt_fs *lt_fs_test_table(struct lt_fs_test *t);
void lt_fs_test_fault(struct lt_fs_test *t, enum lt_fs_fault what, uint64_t nth); /* counted from here; 0: none */
uint64_t lt_fs_test_calls(const struct lt_fs_test *t);
uint64_t lt_fs_test_flushes(const struct lt_fs_test *t); /* fdatasync + fsync + syncfs */

/* Power loss: from lt_fs_test_record on, the table remembers below root what is only in memory (file data not fdatasync'ed,
 * names not fsync'ed with their folder) beside what is on disk. lt_fs_test_power_loss writes to `into` (an empty folder) a
 * tree that a disk could hold after the plug was pulled now: flushed data and names surely; of the rest a random choice made
 * by seed, the same for the same seed and calls (names may be there without data, data may be cut at a 512-byte boundary or be zeros). */
int lt_fs_test_record(struct lt_fs_test *t, const char *root);
int lt_fs_test_power_loss(struct lt_fs_test *t, const char *into, uint64_t seed);

#endif
