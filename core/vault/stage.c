#include "vault/stage.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static int write_new(const struct lt_fs *fs, const char *path, int flags, const void *data, size_t len,
                     mode_t mode)
{
    int fd = fs->open(fs->ctx, path, O_WRONLY | O_CREAT | flags, mode);
    if (fd < 0) return -1;
    int rc = lt_fs_write_all(fs, fd, data, len), why = errno;
    if (fs->close(fs->ctx, fd) < 0 && rc == 0) return -1;
    errno = why;
    return rc;
}

static bool pack_path(char out[PATH_MAX], const char *objects, const char *prefix, const char *name,
                      const char *suffix)
{
    return lt_print(out, PATH_MAX, "%s/pack/%s%s.%s", objects, prefix, name, suffix);
}

static int stage_one(const struct lt_fs *fs, const char *objects, const char *name, const char *suffix,
                     const void *data, size_t len, struct lt_error *err)
{
    char path[PATH_MAX];
    if (!pack_path(path, objects, PACK_TEMP, name, suffix)) {
        errno = ENAMETOOLONG;
        return lt_fail_errno(err, "write", objects);
    }
    if (write_new(fs, path, O_EXCL, data, len, 0444) == 0) return 0;
    if (errno == EEXIST && fs->unlink(fs->ctx, path) == 0 &&
        write_new(fs, path, O_EXCL, data, len, 0444) == 0)
        return 0;
    return lt_fail_errno(err, "write", path);
}

int stage_pack(const struct lt_fs *fs, const char *objects, const struct pack_image *image,
               struct lt_error *err)
{
    int rc = stage_one(fs, objects, image->name, "pack", image->pack, image->pack_len, err);
    if (rc == 0) rc = stage_one(fs, objects, image->name, "idx", image->idx, image->idx_len, err);
    return rc;
}

static int publish_one(const struct lt_fs *fs, const char *objects, const char *name, const char *suffix,
                       struct lt_error *err)
{
    char from[PATH_MAX], to[PATH_MAX];
    if (!pack_path(from, objects, PACK_TEMP, name, suffix) ||
        !pack_path(to, objects, "pack-", name, suffix)) {
        errno = ENAMETOOLONG;
        return lt_fail_errno(err, "rename", objects);
    }
    if (fs->rename(fs->ctx, from, to) == 0) return 0;
    int why = errno;
    if (why == ENOENT && access(to, F_OK) == 0) return 0;
    errno = why;
    return lt_fail_errno(err, "rename", from);
}

int stage_pack_publish(const struct lt_fs *fs, const char *objects, const char *name, struct lt_error *err)
{
    int rc = publish_one(fs, objects, name, "pack", err);
    return rc ? rc : publish_one(fs, objects, name, "idx", err);
}

static int discard(const struct lt_fs *fs, const char *path)
{
    return fs->unlink(fs->ctx, path) < 0 && errno != ENOENT ? -1 : 0;
}

int stage_pack_discard(const struct lt_fs *fs, const char *objects, const char *name)
{
    char idx[PATH_MAX], pack[PATH_MAX];
    if (!pack_path(idx, objects, PACK_TEMP, name, "idx") ||
        !pack_path(pack, objects, PACK_TEMP, name, "pack"))
        return -1;
    int rc = discard(fs, idx);
    return discard(fs, pack) < 0 ? -1 : rc;
}

static bool ref_paths(const char *dir, char lock[PATH_MAX], char ref[PATH_MAX])
{
    return lt_print(lock, PATH_MAX, "%s/refs/heads/main.lock", dir) &&
           lt_print(ref, PATH_MAX, "%s/refs/heads/main", dir);
}

static int write_ref(const struct lt_fs *fs, const char *dir, int flags, const git_oid *head,
                     struct lt_error *err)
{
    char lock[PATH_MAX], ref[PATH_MAX], text[GIT_OID_HEXSZ + 2];
    if (!ref_paths(dir, lock, ref)) {
        errno = ENAMETOOLONG;
        return lt_fail_errno(err, "write", dir);
    }
    git_oid_tostr(text, sizeof text, head);
    text[GIT_OID_HEXSZ] = '\n';
    if (write_new(fs, lock, flags, text, GIT_OID_HEXSZ + 1, 0644) == 0) return 0;
    return lt_fail_errno(err, "write", lock);
}

int stage_ref(const struct lt_fs *fs, const char *dir, const char *repo, const git_oid *head,
              struct lt_error *err)
{
    errno = 0;
    int rc = write_ref(fs, dir, O_EXCL, head, err);
    if (rc && errno == EEXIST)
        return lt_fail(err, LT_CONFLICT, "vault.ref_locked", "repo", repo, (char *)NULL);
    return rc;
}

int stage_ref_publish(const struct lt_fs *fs, const char *dir, struct lt_error *err)
{
    char lock[PATH_MAX], ref[PATH_MAX];
    if (ref_paths(dir, lock, ref) && fs->rename(fs->ctx, lock, ref) == 0) return 0;
    return lt_fail_errno(err, "rename", dir);
}

int stage_ref_discard(const struct lt_fs *fs, const char *dir)
{
    char lock[PATH_MAX], ref[PATH_MAX];
    return ref_paths(dir, lock, ref) ? discard(fs, lock) : -1;
}

int stage_ref_force(const struct lt_fs *fs, const char *dir, const git_oid *head, struct lt_error *err)
{
    int rc = write_ref(fs, dir, O_TRUNC, head, err);
    return rc ? rc : stage_ref_publish(fs, dir, err);
}

int stage_file_flush(const struct lt_fs *fs, const char *temp, struct lt_error *err)
{
    int fd = fs->open(fs->ctx, temp, O_RDONLY, 0);
    if (fd < 0) return lt_fail_errno(err, "open", temp);
    int rc = fs->fdatasync(fs->ctx, fd) < 0 ? lt_fail_errno(err, "flush", temp) : 0;
    fs->close(fs->ctx, fd);
    return rc;
}

int stage_file_discard(const struct lt_fs *fs, struct loose_new *n)
{
    int rc = n->temp ? discard(fs, n->temp) : 0;
    free(n->temp);
    n->temp = NULL;
    return rc;
}
