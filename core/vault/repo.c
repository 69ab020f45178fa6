/* Repositories on disk: making them, reading where main stands. */
#include "vault/repo.h"
#include "vault/loose.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKED_REFS_MAX (1u << 20)

/* gc.auto and maintenance.auto 0: a stranger's git must not move file contents into packs, from where they
 * cannot be read in part. */
static const char config_text[] = "[core]\n"
                                  "\trepositoryformatversion = 0\n"
                                  "\tfilemode = true\n"
                                  "\tbare = true\n"
                                  "\tlogAllRefUpdates = false\n"
                                  "[gc]\n"
                                  "\tauto = 0\n"
                                  "[maintenance]\n"
                                  "\tauto = false\n"
                                  "[receive]\n"
                                  "\tdenyDeletes = true\n"
                                  "\tdenyNonFastForwards = true\n";
static const char head_text[] = "ref: refs/heads/main\n";

char *repo_objects(const char *dir)
{
    return lt_format("%s/objects", dir);
}

char *repo_main_path(const char *dir)
{
    return lt_format("%s/refs/heads/main", dir);
}

static int make_dir(const struct lt_fs *fs, const char *dir, const char *name, struct lt_error *err)
{
    char *path = lt_format("%s%s", dir, name);
    int rc = 0;
    if (path == NULL)
        rc = lt_fail_memory(err);
    else if (fs->mkdir(fs->ctx, path, 0777) != 0 && errno != EEXIST)
        rc = lt_fail_errno(err, "mkdir", path);
    free(path);
    return rc;
}

/* The file with exactly this text; written only when it is not so. A config that was extended by hand stays:
 * only an empty or missing one is written. */
static int make_file(const struct lt_fs *fs, const char *dir, const char *name, const char *text, bool exact,
                     bool durable, struct lt_error *err)
{
    char *path = lt_format("%s/%s", dir, name), *there = NULL;
    size_t len = 0;
    int rc = 0;
    if (path == NULL) {
        rc = lt_fail_memory(err);
    } else {
        bool have = lt_fs_read(path, 1u << 16, &there, &len) == 0;
        bool good = have && len > 0 && (exact ? strcmp(there, text) == 0 : there[0] != 0);
        if (!good && lt_fs_replace(fs, path, text, strlen(text), 0644, durable) != 0)
            rc = lt_fail_errno(err, "write", path);
    }
    free(there);
    free(path);
    return rc;
}

static int flush_dirs(const struct lt_fs *fs, const char *dir, struct lt_error *err)
{
    static const char *const inner[] = {"/objects", "/refs", ""};
    for (size_t i = 0; i < LT_COUNT(inner); i++) {
        char *path = lt_format("%s%s", dir, inner[i]);
        int rc = path == NULL                    ? lt_fail_memory(err)
                 : lt_fs_sync_dir(fs, path) != 0 ? lt_fail_errno(err, "flush", path)
                                                 : 0;
        free(path);
        if (rc != 0) return rc;
    }
    char *parent = lt_strdup(dir);
    if (parent == NULL) return lt_fail_memory(err);
    size_t n = strlen(parent);
    while (n > 1 && parent[n - 1] == '/')
        parent[--n] = 0;
    char *slash = strrchr(parent, '/');
    const char *up = slash == NULL ? "." : slash == parent ? "/" : (*slash = 0, parent);
    int rc = lt_fs_sync_dir(fs, up) != 0 ? lt_fail_errno(err, "flush", up) : 0;
    free(parent);
    return rc;
}

int repo_create(const struct lt_fs *fs, const char *dir, bool durable, struct lt_error *err)
{
    static const char *const dirs[] = {"/objects", "/objects/info", "/objects/pack", "/refs", "/refs/heads"};
    int rc = lt_fs_mkdirs(fs, dir, 0777) != 0 ? lt_fail_errno(err, "mkdir", dir) : 0;
    for (size_t i = 0; i < LT_COUNT(dirs) && rc == 0; i++)
        rc = make_dir(fs, dir, dirs[i], err);
    if (rc == 0) rc = make_file(fs, dir, "config", config_text, false, durable, err);
    /* HEAD last: without it this is no repository yet (repo_present) */
    if (rc == 0) rc = make_file(fs, dir, "HEAD", head_text, true, durable, err);
    if (rc == 0 && durable) rc = flush_dirs(fs, dir, err);
    return rc;
}

bool repo_present(const char *dir)
{
    char *path = lt_format("%s/HEAD", dir);
    bool there = path != NULL && access(path, F_OK) == 0;
    free(path);
    return there;
}

static bool parse_oid(const char *s, size_t len, git_oid *out)
{
    if (len < 40 || strspn(s, "0123456789abcdef") < 40) return false;
    return git_oid_fromstrn(out, s, 40) == 0;
}

static int bad_reference(const char *dir, struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "vault.damaged", "object", "refs/heads/main", "what", "reference", "path",
                   dir, (char *)NULL);
}

static int packed_main(const char *dir, git_oid *out, struct lt_error *err)
{
    static const char name[] = " refs/heads/main";
    char *path = lt_format("%s/packed-refs", dir), *text = NULL;
    size_t len = 0;
    int rc = 0;
    if (path == NULL)
        rc = lt_fail_memory(err);
    else if (lt_fs_read(path, PACKED_REFS_MAX, &text, &len) != 0)
        rc = errno == ENOENT ? lt_fail(err, LT_NOTFOUND, "vault.unborn", (char *)NULL)
                             : lt_fail_errno(err, "read", path);
    if (rc == 0) {
        rc = LT_NOTFOUND;
        for (char *line = text; line != NULL && rc == LT_NOTFOUND;) {
            char *lf = strchr(line, '\n');
            if (lf != NULL) *lf = 0;
            if (strlen(line) == 40 + sizeof name - 1 && strcmp(line + 40, name) == 0)
                rc = parse_oid(line, 40, out) ? 0 : bad_reference(dir, err);
            line = lf == NULL ? NULL : lf + 1;
        }
        if (rc == LT_NOTFOUND) rc = lt_fail(err, LT_NOTFOUND, "vault.unborn", (char *)NULL);
    }
    free(text);
    free(path);
    return rc;
}

int repo_main(const char *dir, git_oid *out, struct lt_error *err)
{
    char *path = repo_main_path(dir);
    if (path == NULL) return lt_fail_memory(err);
    char text[48];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int rc = 0;
    if (fd < 0 && errno != ENOENT) rc = lt_fail_errno(err, "open", path);
    free(path);
    if (rc != 0) return rc;
    if (fd < 0) return packed_main(dir, out, err);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    /* exactly a name and LF: we and git write nothing else, and anything else is half a write */
    if (n != 41 || text[40] != '\n' || !parse_oid(text, 40, out)) return bad_reference(dir, err);
    return 0;
}
