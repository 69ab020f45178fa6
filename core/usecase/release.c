#include "usecase/release.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MARK ".letopis.json"
#define MARK_MAX (64u << 10)
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define LOCK_TRIES 200 /* ten seconds */
#define DEEPEST 8 /* folders inside a release; plugins are held to three */
#define UNDER (NAME_MAX + 64)

/* --- what changes the disk, by descriptors of folders through the table of functions: a name is looked up in the folder that is open, whatever
 * became of its path --- */

static const char *under(char out[UNDER], int folder, const char *name)
{
    if (lt_print(out, UNDER, "/proc/self/fd/%d/%s", folder, name)) return out;
    return "";
}

static int open_new(const struct lt_fs *fs, int folder, const char *name, int flags, mode_t mode)
{
    char path[UNDER];
    return fs->open(fs->ctx, under(path, folder, name), O_WRONLY | O_CREAT | O_NOFOLLOW | flags, mode);
}

static int make_folder(const struct lt_fs *fs, int folder, const char *name)
{
    char path[UNDER];
    return fs->mkdir(fs->ctx, under(path, folder, name), 0755);
}

static int unlink_in(const struct lt_fs *fs, int folder, const char *name)
{
    char path[UNDER];
    return fs->unlink(fs->ctx, under(path, folder, name));
}

static int rmdir_in(const struct lt_fs *fs, int folder, const char *name)
{
    char path[UNDER];
    return fs->rmdir(fs->ctx, under(path, folder, name));
}

static int rename_in(const struct lt_fs *fs, int folder, const char *from, const char *to)
{
    char old[UNDER], new[UNDER];
    return fs->rename(fs->ctx, under(old, folder, from), under(new, folder, to));
}

static int flush_folder(const struct lt_fs *fs, int folder)
{
    return fs->fsync(fs->ctx, folder);
}

static int access_error(struct lt_error *err, const char *what)
{
    char why[128];
    return lt_fail(err, LT_REFUSED, "channel.folder_access", "what", what, "why", strerror_r(errno, why, sizeof why), (char *)NULL);
}

static int taken(struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "channel.folder_taken", (char *)NULL);
}

/* --- which folder --- */

static bool inside(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    return strncmp(path, folder, n) == 0 && (path[n] == 0 || path[n] == '/');
}

int release_path_check(const char *folder, const char *data_dir, struct lt_error *err)
{
    char parent[PATH_MAX], real[PATH_MAX], whole[PATH_MAX + 256], data[PATH_MAX];
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    const char *slash = memrchr(folder, '/', n);
    size_t name_len = slash ? n - (size_t)(slash + 1 - folder) : 0;
    if (folder[0] != '/' || n < 2 || !slash || strstr(folder, "/../") || lt_ends(folder, "/..") || name_len > 200)
        return lt_fail_field(err, LT_REFUSED, "folder", "channel.folder_path", (char *)NULL);
    if (!lt_print(parent, sizeof parent, "%.*s", slash == folder ? 1 : (int)(slash - folder), folder) || !realpath(parent, real))
        return lt_fail_field(err, LT_REFUSED, "folder", "channel.folder_parent", (char *)NULL);
    lt_print(whole, sizeof whole, "%s/%.*s", strcmp(real, "/") == 0 ? "" : real, (int)name_len, slash + 1);
    if (!realpath(data_dir, data)) return lt_fail_errno(err, "open", data_dir);
    /* The target itself may be a link: where it leads is what counts. */
    if (realpath(whole, real)) lt_print(whole, sizeof whole, "%s", real);
    if (inside(whole, data) || inside(data, whole)) return lt_fail_field(err, LT_REFUSED, "folder", "channel.folder_inside", (char *)NULL);
    return 0;
}

/* --- the mark --- */

static int read_mark(struct release *r, struct lt_error *err)
{
    char text[MARK_MAX];
    int fd = openat(r->target, MARK, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        struct stat st;
        /* names we would use, made by somebody else */
        bool free_names = fstatat(r->target, "releases", &st, AT_SYMLINK_NOFOLLOW) != 0 && fstatat(r->target, "current", &st, AT_SYMLINK_NOFOLLOW) != 0;
        return free_names ? 0 : taken(err);
    }
    if (fd < 0) return taken(err);
    ssize_t n = read(fd, text, sizeof text);
    close(fd);
    json_t *mark = NULL;
    struct lt_error bad = {0};
    int rc = n < 0 ? LT_SYSTEM : lt_json_parse(text, (size_t)n, MARK_MAX, &mark, &bad);
    lt_error_clear(&bad);
    if (rc || strcmp(lt_json_str_or(mark, "channel", ""), r->channel) != 0) {
        json_decref(mark);
        return taken(err);
    }
    size_t i;
    const json_t *id;
    json_array_foreach(lt_json_array(mark, "releases"), i, id) {
        const char *s = json_string_value(id);
        if (s && lt_id_valid(s) && r->ids_len < RELEASE_MOST) lt_print(r->ids[r->ids_len++], LT_ID_SIZE, "%s", s);
    }
    json_decref(mark);
    return 0;
}

/* Whole file in one step; the folder is flushed by the caller's next fsync. */
static int write_mark(struct release *r, struct lt_error *err)
{
    struct lt_buf b = LT_BUF_INIT(MARK_MAX);
    json_t *mark = json_pack("{s:s, s:[]}", "channel", r->channel, "releases");
    for (size_t i = 0; mark && i < r->ids_len; i++) json_array_append_new(lt_json_array(mark, "releases"), json_string(r->ids[i]));
    int rc = lt_json_canonical(mark, &b, err);
    json_decref(mark);
    int fd = rc ? -1 : open_new(r->fs, r->target, MARK ".new", O_TRUNC, 0600);
    if (!rc && (fd < 0 || lt_fs_write_all(r->fs, fd, b.data, b.len) || flush_folder(r->fs, fd) || rename_in(r->fs, r->target, MARK ".new", MARK) ||
                flush_folder(r->fs, r->target)))
        rc = access_error(err, MARK);
    if (fd >= 0) r->fs->close(r->fs->ctx, fd);
    lt_buf_free(&b);
    return rc;
}

/* --- removing --- */

static int remove_below(const struct lt_fs *fs, int parent, const char *name, unsigned depth)
{
    int fd = openat(parent, name, FOLDER_FLAGS), rc = 0;
    if (fd < 0) return errno == ENOENT ? 0 : -1;
    DIR *d = fdopendir(fd);
    if (!d) {
        close(fd);
        return -1;
    }
    for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;) {
        struct stat st;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) rc = -1;
        else if (!S_ISDIR(st.st_mode)) rc = unlink_in(fs, dirfd(d), e->d_name);
        else rc = depth < DEEPEST ? remove_below(fs, dirfd(d), e->d_name, depth + 1) : -1;
    }
    closedir(d);
    return rc ? rc : rmdir_in(fs, parent, name);
}

static void forget(struct release *r, size_t i)
{
    memmove(r->ids[i], r->ids[i + 1], (r->ids_len - i - 1) * sizeof r->ids[0]);
    r->ids_len--;
}

/* --- opening --- */

static int open_folders(const char *folder, bool make, struct release *r, struct lt_error *err)
{
    if (make && r->fs->mkdir(r->fs->ctx, folder, 0755) != 0 && errno != EEXIST) return access_error(err, folder);
    r->target = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->target < 0 && errno == ENOENT) return lt_fail(err, LT_NOTFOUND, "channel.folder_absent", "folder", folder, (char *)NULL);
    if (r->target < 0) return access_error(err, folder);
    for (int i = 0; flock(r->target, LOCK_EX | LOCK_NB) != 0; i++) {
        static const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
        if (i == LOCK_TRIES) return lt_fail(err, LT_CONFLICT, "channel.folder_busy", (char *)NULL);
        nanosleep(&pause, NULL);
    }
    int rc = read_mark(r, err);
    if (rc) return rc;
    if (make) {
        rc = write_mark(r, err); /* before the folder of releases, so that the name is ours when it appears */
        if (!rc && make_folder(r->fs, r->target, "releases") != 0 && errno != EEXIST) rc = access_error(err, "releases");
    }
    if (rc) return rc;
    r->releases = openat(r->target, "releases", FOLDER_FLAGS);
    if (r->releases < 0 && (make || errno != ENOENT)) return access_error(err, "releases");
    return 0;
}

int release_open(const struct lt_fs *fs, const char *folder, const char *channel, bool make, struct release *out, struct lt_error *err)
{
    *out = (struct release){.fs = fs, .target = -1, .releases = -1, .root = -1, .file = -1};
    lt_print(out->channel, sizeof out->channel, "%s", channel);
    int rc = open_folders(folder, make, out, err);
    if (rc) release_close(out);
    return rc;
}

void release_close(struct release *r)
{
    if (r->file >= 0) r->fs->close(r->fs->ctx, r->file);
    if (r->root >= 0) close(r->root);
    if (*r->id && r->releases >= 0) {
        struct lt_error ignored = {0};
        if (remove_below(r->fs, r->releases, r->id, 0) == 0)
            for (size_t i = r->ids_len; i-- > 0;)
                if (strcmp(r->ids[i], r->id) == 0) {
                    forget(r, i);
                    write_mark(r, &ignored);
                }
        lt_error_clear(&ignored);
    }
    if (r->releases >= 0) close(r->releases);
    if (r->target >= 0) close(r->target);
    *r = (struct release){.target = -1, .releases = -1, .root = -1, .file = -1};
}

/* --- making one --- */

int release_begin(struct release *r, const char *id, struct lt_error *err)
{
    /* An id is written down before its folder is made: whatever happens, the folder is known as ours. */
    while (r->ids_len >= RELEASE_MOST) {
        if (remove_below(r->fs, r->releases, r->ids[0], 0)) return access_error(err, "releases");
        forget(r, 0);
    }
    lt_print(r->ids[r->ids_len++], LT_ID_SIZE, "%s", id);
    int rc = write_mark(r, err);
    if (rc) return rc;
    if (make_folder(r->fs, r->releases, id) != 0 || (r->root = openat(r->releases, id, FOLDER_FLAGS)) < 0) return access_error(err, "releases");
    lt_print(r->id, sizeof r->id, "%s", id);
    return 0;
}

static int open_file(struct release *r, const char *name, struct lt_error *err)
{
    char segment[256];
    int folder = dup(r->root);
    const char *slash;
    while (folder >= 0 && (slash = strchr(name, '/')) != NULL) {
        if (!lt_print(segment, sizeof segment, "%.*s", (int)(slash - name), name) || segment[0] == '.' || segment[0] == 0) errno = EINVAL;
        else if (make_folder(r->fs, folder, segment) == 0 || errno == EEXIST) errno = 0;
        int next = errno == 0 ? openat(folder, segment, FOLDER_FLAGS) : -1;
        close(folder);
        folder = next;
        name = slash + 1;
    }
    if (folder < 0) return access_error(err, name);
    if (name[0] == '.' || name[0] == 0) errno = EINVAL;
    else r->file = open_new(r->fs, folder, name, O_EXCL, 0644);
    int why = errno;
    close(folder);
    errno = why;
    if (r->file >= 0) return 0;
    return errno == EEXIST ? lt_fail(err, LT_REFUSED, "publication.same_name", "name", name, (char *)NULL) : access_error(err, name);
}

int release_file(struct release *r, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err)
{
    int rc = 0;
    if (first) {
        if (r->file >= 0) r->fs->close(r->fs->ctx, r->file);
        r->file = -1;
        r->files++;
        rc = open_file(r, name, err);
    }
    if (!rc && (r->file < 0 || lt_fs_write_all(r->fs, r->file, data, len))) rc = access_error(err, name);
    r->bytes += len;
    if (!rc && last) {
        if (r->fs->close(r->fs->ctx, r->file)) rc = access_error(err, name);
        r->file = -1;
    }
    return rc;
}

/* One flush of the file system instead of one a file: a site has thousands. */
int release_settle(struct release *r, struct lt_error *err)
{
    return r->fs->syncfs(r->fs->ctx, r->root) ? access_error(err, "releases") : 0;
}

/* The marker and the link; what is older than the kept ones goes. A release that cannot be removed stays in the marker and is tried
 * again next time; that is told, as it may hold what was withdrawn. */
static int remove_old(struct release *r, size_t keep, struct lt_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < r->ids_len;) {
        bool old = strcmp(r->ids[i], r->id) != 0 && r->ids_len - i > keep + 1;
        if (old && remove_below(r->fs, r->releases, r->ids[i], 0) == 0) {
            forget(r, i);
            continue;
        }
        if (old) rc = access_error(err, "releases");
        i += 1;
        if (rc) break;
    }
    if (flush_folder(r->fs, r->releases) && !rc) rc = access_error(err, "releases");
    struct lt_error late = {0};
    int marked = write_mark(r, rc ? &late : err);
    lt_error_clear(&late);
    return rc ? rc : marked;
}

int release_switch(struct release *r, size_t keep, struct lt_error *err)
{
    char to[LT_ID_SIZE + 16], now[LT_ID_SIZE + 16];
    lt_print(to, sizeof to, "releases/%s", r->id);
    char path[UNDER];
    unlink_in(r->fs, r->target, "current.new");
    if (r->fs->symlink(r->fs->ctx, to, under(path, r->target, "current.new")) != 0 || rename_in(r->fs, r->target, "current.new", "current") != 0 ||
        flush_folder(r->fs, r->target))
        return access_error(err, "current");
    ssize_t n = readlinkat(r->target, "current", now, sizeof now - 1);
    if (n < 0 || (size_t)n != strlen(to) || memcmp(now, to, (size_t)n) != 0) return access_error(err, "current");
    close(r->root);
    r->root = -1;
    int rc = remove_old(r, keep, err);
    r->id[0] = 0;
    return rc;
}

/* --- taking down, trying --- */

int release_clear(struct release *r, struct lt_error *err)
{
    if (unlink_in(r->fs, r->target, "current") != 0 && errno != ENOENT) return access_error(err, "current");
    if (flush_folder(r->fs, r->target)) return access_error(err, "current");
    while (r->ids_len) {
        if (r->releases >= 0 && remove_below(r->fs, r->releases, r->ids[r->ids_len - 1], 0) != 0) return access_error(err, "releases");
        r->ids_len--;
    }
    if (r->releases >= 0 && flush_folder(r->fs, r->releases)) return access_error(err, "releases");
    rmdir_in(r->fs, r->target, "releases"); /* stays when somebody put something there */
    unlink_in(r->fs, r->target, MARK);
    return flush_folder(r->fs, r->target) ? access_error(err, "releases") : 0;
}

int release_try(struct release *r, struct lt_error *err)
{
    static const char name[] = ".letopis-try";
    int fd = open_new(r->fs, r->releases, name, O_TRUNC, 0600);
    if (fd < 0) return access_error(err, "releases");
    int rc = lt_fs_write_all(r->fs, fd, "try\n", 4) == 0 && flush_folder(r->fs, fd) == 0 ? 0 : access_error(err, "releases");
    r->fs->close(r->fs->ctx, fd);
    unlink_in(r->fs, r->releases, name);
    return rc;
}
