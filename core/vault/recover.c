/* What happens before a data folder is written to: accepted changes are finished, unaccepted ones taken away.
 */
#include "vault/state.h"

#include "base/mem.h"
#include "base/text.h"
#include "vault/pass.h"
#include "vault/record.h"
#include "vault/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* journal/replayed: rows of number of the journal file (8), place in it (4), length (4), extra; in native
 * order: the file never leaves the machine before it is handed over. */
struct row {
    uint64_t number;
    uint32_t index, len;
};

#define REPLAYED_MAX (512u << 20)

struct recovery {
    struct vault *v;
    struct lt_buf extras;
    bool extras_new;
    struct row last; /* newest row of extras */
    uint64_t number; /* file being read, and the place in it */
    uint32_t index;
    struct vault_repo **moved; /* repositories whose head a record sets */
    size_t moved_len, moved_cap;
    struct lt_error *err;
};

/* --- records --- */

static int damaged(struct recovery *c, const char *repo, const char *object)
{
    return lt_fail(c->err, LT_REFUSED, "vault.journal_damaged", "repo", repo, "object", object, (char *)NULL);
}

static int finish_file(struct recovery *c, const char *repo, const char *objects, const struct record_file *f)
{
    struct loose_new n = {.oid = f->oid};
    git_oid_tostr(n.hex, sizeof n.hex, &f->oid);
    if (loose_exists(objects, &f->oid))
        return 0; /* the temporary file, if there still is one, goes with the others */
    if (strncmp(f->temp, LOOSE_TEMP, strlen(LOOSE_TEMP)) != 0 || strchr(f->temp, '/'))
        return damaged(c, repo, n.hex);
    n.temp = lt_format("%s/%s", objects, f->temp);
    if (!n.temp) return lt_fail_memory(c->err);
    int rc = access(n.temp, F_OK) == 0 ? loose_publish(c->v->fs, objects, &n, false, c->err)
                                       : damaged(c, repo, n.hex);
    free(n.temp); /* not loose_discard: a file that could not be renamed is still the only copy */
    return rc;
}

/* Packs are merged whole and the old ones go after the new one is flushed: where the head of this change is, all of its pack is. */
static bool is_merged(struct recovery *c, const char *dir, const struct record_repo *r)
{
    struct repo *repo = NULL;
    struct lt_error ignored = {0};
    bool there = repo_acquire(c->v->repos, dir, &repo, &ignored) == 0 && git_odb_exists(repo_odb(repo), &r->new_head) == 1;
    repo_release(repo);
    repo_forget(c->v->repos, dir);
    lt_error_clear(&ignored);
    return there;
}

static int publish_pack(struct recovery *c, const char *dir, const char *objects, const struct record_repo *r)
{
    struct lt_error why = {0};
    int rc = stage_pack_publish(c->v->fs, objects, r->pack, &why);
    if (rc && is_merged(c, dir, r)) rc = 0;
    else if (rc) rc = vault_pass(c->err, &why);
    lt_error_clear(&why);
    return rc;
}

static int finish_pack(struct recovery *c, const char *dir, const char *objects, const struct record_repo *r)
{
    struct pack_image image = {0};
    if (!r->pack_bytes) return publish_pack(c, dir, objects, r);
    /* Written even where it seems to be there: after a flush that failed, what is read need not be on the
     * disk. */
    int rc = pack_image_of(r->pack_bytes, r->pack_len, &image, c->err);
    if (rc == 0 && strcmp(image.name, r->pack) != 0) rc = damaged(c, r->name, r->pack);
    if (rc == 0) rc = pack_write(c->v->fs, objects, &image, false, c->err);
    pack_image_free(&image);
    return rc;
}

static int remember_head(struct recovery *c, const struct record_repo *r)
{
    struct vault_repo *e;
    int rc = vault_entry(c->v, r->name, &e, c->err);
    if (rc) return rc;
    if (!e->known) {
        struct vault_repo **grown = lt_array_grow(c->moved, &c->moved_cap, c->moved_len + 1, sizeof *grown);
        if (!grown) return lt_fail_memory(c->err);
        c->moved = grown;
        c->moved[c->moved_len++] = e;
    }
    e->known = e->born = true;
    e->head = r->new_head;
    return 0;
}

static int finish_repo(struct recovery *c, const struct record_repo *r)
{
    char *dir, *objects = NULL;
    struct record_file f;
    int rc = vault_repo_dir(c->v, r->name, &dir, c->err);
    if (rc) return rc;
    objects = repo_objects(dir);
    rc = objects ? repo_create(c->v->fs, dir, false, c->err) : lt_fail_memory(c->err);
    if (rc == 0) rc = finish_pack(c, dir, objects, r);
    for (size_t i = 0; rc == 0 && i < r->files_len; i++) {
        record_file_at(r, i, &f);
        rc = finish_file(c, r->name, objects, &f);
    }
    if (rc == 0) rc = remember_head(c, r);
    free(objects);
    free(dir);
    return rc;
}

static int keep_extra(struct recovery *c, const void *extra, size_t len)
{
    struct row row = {.number = c->number, .index = c->index, .len = (uint32_t)len};
    bool old = row.number < c->last.number || (row.number == c->last.number && row.index <= c->last.index);
    if (len == 0 || (old && c->last.number != 0)) return 0;
    lt_buf_add(&c->extras, &row, sizeof row);
    lt_buf_add(&c->extras, extra, len);
    c->extras_new = true;
    return c->extras.failed ? lt_fail_memory(c->err) : 0;
}

static int replay(void *user, uint64_t number, const void *payload, size_t len)
{
    struct recovery *c = user;
    struct record_reader reader;
    struct record_repo r;
    const void *extra;
    size_t extra_len;
    int more = -1, rc = 0;
    c->index = number == c->number ? c->index + 1 : 1;
    c->number = number;
    if (record_open(&reader, payload, len, &extra, &extra_len))
        while (rc == 0 && (more = record_next(&reader, &r)) > 0)
            rc = finish_repo(c, &r);
    if (rc == 0 && more < 0) rc = damaged(c, "", "record");
    return rc ? rc : keep_extra(c, extra, extra_len);
}

static int set_heads(struct recovery *c)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->moved_len; i++) {
        char *dir;
        rc = vault_repo_dir(c->v, c->moved[i]->name, &dir, c->err);
        if (rc == 0) {
            rc = stage_ref_force(c->v->fs, dir, &c->moved[i]->head, c->err);
            free(dir);
        }
    }
    return rc;
}

/* --- taking away what was never accepted --- */

static bool is_lock(const char *name)
{
    return lt_ends(name, ".lock") || strstr(name, ".tmp-");
}

static bool is_temp(const char *name)
{
    return lt_starts(name, "tmp_");
}

static int clean_folder(struct recovery *c, const char *dir, const char *below,
                        bool (*unwanted)(const char *name))
{
    char path[PATH_MAX];
    struct dirent *e;
    int rc = 0;
    if (!lt_print(path, sizeof path, "%s%s", dir, below)) {
        errno = ENAMETOOLONG;
        return lt_fail_errno(c->err, "read", dir);
    }
    size_t len = strlen(path);
    DIR *d = opendir(path);
    if (!d) return errno == ENOENT || errno == ENOTDIR ? 0 : lt_fail_errno(c->err, "read", path);
    while (rc == 0 && (errno = 0, e = readdir(d))) {
        if (!unwanted(e->d_name) || !lt_print(path + len, sizeof path - len, "/%s", e->d_name)) continue;
        if (c->v->fs->unlink(c->v->fs->ctx, path) < 0 && errno != ENOENT && errno != EISDIR && errno != EPERM)
            rc = lt_fail_errno(c->err, "remove", path);
    }
    if (rc == 0 && errno != 0) /* of readdir */
        rc = lt_fail_errno(c->err, "read", dir);
    closedir(d);
    return rc;
}

static int any_object(void *user, const git_oid *oid)
{
    (void)user;
    (void)oid;
    return 1;
}

/* A pupil's repository without a commit and without objects was to be made by a transaction that was not
 * accepted. */
static int drop_unborn(struct recovery *c, const char *dir, const char *objects)
{
    git_oid head;
    size_t packs = 0;
    struct lt_error why = {0};
    int rc = repo_present(dir) ? repo_main(dir, &head, &why) : LT_NOTFOUND;
    lt_error_clear(&why);
    if (rc != LT_NOTFOUND) return 0; /* has a head, or one that is for vault_check to complain of */
    if (access(objects, F_OK) == 0) {
        rc = loose_each(objects, any_object, NULL, c->err);
        if (rc == 0) rc = pack_each_count(objects, &packs, c->err);
        if (rc != 0 || packs > 0) return rc < 0 ? rc : 0;
    }
    return lt_fs_remove_tree(c->v->fs, dir) < 0 ? lt_fail_errno(c->err, "remove", dir) : 0;
}

static int clean_repo(struct recovery *c, const char *name)
{
    static const char *const lock_places[] = {"", "/refs", "/refs/heads"}, *const temp_places[] = {
                                                                               "/objects", "/objects/pack"};
    char *dir;
    int rc = vault_repo_dir(c->v, name, &dir, c->err);
    if (rc) return rc;
    for (size_t i = 0; rc == 0 && i < LT_COUNT(lock_places); i++)
        rc = clean_folder(c, dir, lock_places[i], is_lock);
    for (size_t i = 0; rc == 0 && i < LT_COUNT(temp_places); i++)
        rc = clean_folder(c, dir, temp_places[i], is_temp);
    if (rc == 0 && strcmp(name, VAULT_SCHOOL) != 0) {
        char *objects = repo_objects(dir);
        rc = objects ? drop_unborn(c, dir, objects) : lt_fail_memory(c->err);
        free(objects);
    }
    free(dir);
    return rc;
}

static int clean(struct recovery *c)
{
    char(*names)[VAULT_NAME];
    size_t n;
    int rc = vault_names(c->v, &names, &n, c->err);
    if (rc) return rc;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = clean_repo(c, names[i]);
    free(names);
    if (rc == 0) rc = clean_folder(c, c->v->dir, "", is_lock);
    if (rc == 0) rc = clean_folder(c, c->v->dir, "/keys", is_lock);
    if (rc == 0) rc = clean_folder(c, c->v->dir, "/journal", is_lock);
    return rc;
}

/* --- extras --- */

static int read_replayed(const struct vault *v, struct lt_buf *out, struct row *last, struct lt_error *err)
{
    char *path = lt_format("%s/journal/replayed", v->dir), *data = NULL;
    size_t len = 0;
    int rc = path ? 0 : lt_fail_memory(err);
    if (rc == 0 && lt_fs_read(path, REPLAYED_MAX, &data, &len) < 0 && errno != ENOENT)
        rc = lt_fail_errno(err, "read", path);
    for (size_t at = 0; rc == 0 && at < len;) {
        struct row row;
        if (len - at >= sizeof row) memcpy(&row, data + at, sizeof row);
        if (len - at < sizeof row || row.len > len - at - sizeof row) {
            rc = lt_fail(err, LT_REFUSED, "vault.journal_damaged", "repo", "", "object", "replayed",
                         (char *)NULL);
            break;
        }
        *last = row;
        at += sizeof row + row.len;
    }
    if (rc == 0 && len > 0 && lt_buf_add(out, data, len) < 0) rc = lt_fail_memory(err);
    free(data);
    free(path);
    return rc;
}

static int save_extras(struct recovery *c)
{
    char *path = lt_format("%s/journal/replayed", c->v->dir);
    int rc = path ? 0 : lt_fail_memory(c->err);
    if (rc == 0 && lt_fs_replace(c->v->fs, path, c->extras.data, c->extras.len, 0600, true) < 0)
        rc = lt_fail_errno(c->err, "write", path);
    free(path);
    return rc;
}

int vault_replayed(struct vault *v, int (*cb)(void *user, const void *extra, size_t len), int (*all)(void *user),
                   void *user, struct lt_error *err)
{
    struct lt_buf b = LT_BUF_INIT(REPLAYED_MAX);
    struct row row = {0};
    int rc = vault_writable(v, err);
    if (rc == 0) rc = read_replayed(v, &b, &row, err);
    for (size_t at = 0; rc == 0 && at < b.len; at += sizeof row + row.len) {
        memcpy(&row, b.data + at, sizeof row);
        rc = cb(user, b.data + at + sizeof row, row.len);
    }
    if (rc == 0 && b.len > 0 && all) rc = all(user);
    if (rc == 0 && b.len > 0) {
        char *path = lt_format("%s/journal/replayed", v->dir), *dir = lt_format("%s/journal", v->dir);
        if (!path || !dir)
            rc = lt_fail_memory(err);
        else if (v->fs->unlink(v->fs->ctx, path) < 0 || lt_fs_sync_dir(v->fs, dir) < 0)
            rc = lt_fail_errno(err, "remove", path);
        free(path);
        free(dir);
    }
    lt_buf_free(&b);
    return rc;
}

/* --- all of it --- */

static int flush_all(struct recovery *c, const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return lt_fail_errno(c->err, "open", dir);
    int rc = c->v->fs->syncfs(c->v->fs->ctx, fd) < 0 ? lt_fail_errno(c->err, "flush", dir) : 0;
    close(fd);
    return rc;
}

static int recover(struct recovery *c, const char *dir, const uint64_t *files, size_t n)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = journal_scan(dir, files[i], replay, c, c->err);
    if (rc == 0) rc = set_heads(c);
    if (rc == 0) rc = clean(c);
    if (rc == 0) rc = flush_all(c, dir);
    if (rc == 0 && c->extras_new) rc = save_extras(c);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = journal_remove(c->v->fs, dir, files[i], c->err);
    if (rc == 0 && lt_fs_sync_dir(c->v->fs, dir) < 0) rc = lt_fail_errno(c->err, "flush", dir);
    return rc;
}

int vault_recover(struct vault *v, uint64_t *next, struct lt_error *err)
{
    struct recovery c = {.v = v, .extras = LT_BUF_INIT(REPLAYED_MAX), .err = err};
    uint64_t *files = NULL;
    size_t n = 0;
    char *dir = lt_format("%s/journal", v->dir);
    int rc = dir ? 0 : lt_fail_memory(err);
    if (rc == 0 && v->fs->mkdir(v->fs->ctx, dir, 0700) < 0 && errno != EEXIST)
        rc = lt_fail_errno(err, "create", dir);
    if (rc == 0) rc = journal_list(dir, &files, &n, err);
    if (rc == 0) rc = read_replayed(v, &c.extras, &c.last, err);
    if (rc == 0 && n > 0) rc = recover(&c, dir, files, n);
    if (rc == 0) {
        uint64_t top = n > 0 ? files[n - 1] : 0;
        *next = (top > c.last.number ? top : c.last.number) + 1;
    }
    lt_buf_free(&c.extras);
    free(c.moved);
    free(files);
    free(dir);
    return rc;
}
