/* Reading one commit's tree. */
#include "base/mem.h"
#include "base/text.h"
#include "vault/loose.h"
#include "vault/packed.h"
#include "vault/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct vault_snapshot {
    struct vault *v;
    char repo[VAULT_NAME];
    char commit[VAULT_OID];
    char *dir, *objects;
    struct tree *root;
};

int vault_commit_read(struct vault *v, const char *dir, const git_oid *oid, struct commit_view *out,
                      struct lt_error *err)
{
    struct repo *r;
    git_odb_object *obj = NULL;
    int rc = repo_acquire(v->repos, dir, &r, err);
    if (rc) return rc;
    rc = repo_read(r, oid, COMMIT_MAX, &obj, err);
    if (rc == 0 && git_odb_object_type(obj) != GIT_OBJECT_COMMIT)
        rc = loose_damaged(err, oid, "not a commit");
    if (rc == 0) rc = commit_parse(oid, git_odb_object_data(obj), git_odb_object_size(obj), out, err);
    git_odb_object_free(obj);
    repo_release(r);
    return rc;
}

/* The tree of a commit; known by heart for heads that a transaction of ours made. */
static int tree_of(struct vault *v, const char *repo, const char *dir, const git_oid *commit, git_oid *out,
                   struct lt_error *err)
{
    struct vault_repo *r;
    struct commit_view c = {0};
    int rc = vault_entry(v, repo, &r, err);
    if (rc) return rc;
    pthread_mutex_lock(&v->mu);
    bool hit = r->described && git_oid_equal(&r->head, commit);
    if (hit) *out = r->tree;
    pthread_mutex_unlock(&v->mu);
    if (hit) return 0;
    rc = vault_commit_read(v, dir, commit, &c, err);
    if (rc) return rc;
    *out = c.tree;
    pthread_mutex_lock(&v->mu);
    if (r->known && git_oid_equal(&r->head, commit)) {
        r->tree = c.tree;
        r->committer_s = c.committer.at_s;
        r->described = true;
    }
    pthread_mutex_unlock(&v->mu);
    commit_view_free(&c);
    return 0;
}

static int no_commit(const char *repo, const char *commit, struct lt_error *err)
{
    return lt_fail(err, LT_NOTFOUND, "vault.no_commit", "repo", repo, "commit", commit, (char *)NULL);
}

int vault_snapshot_open(struct vault *v, const char *repo, const char *commit, struct vault_snapshot **out,
                        struct lt_error *err)
{
    git_oid oid, tree;
    int rc = commit ? vault_entry(v, repo, &(struct vault_repo *){NULL}, err)
                    : vault_entry_head(v, repo, NULL, &oid, err);
    if (rc) return rc;
    if (commit && (strlen(commit) != GIT_OID_HEXSZ || git_oid_fromstr(&oid, commit) < 0))
        return no_commit(repo, commit, err);
    struct vault_snapshot *s = lt_calloc(1, sizeof *s);
    if (!s) return lt_fail_memory(err);
    s->v = v;
    memcpy(s->repo, repo, strlen(repo) + 1);
    git_oid_tostr(s->commit, sizeof s->commit, &oid);
    rc = vault_repo_dir(v, repo, &s->dir, err);
    if (rc == 0 && !(s->objects = repo_objects(s->dir))) rc = lt_fail_memory(err);
    if (rc == 0 && commit && !repo_present(s->dir))
        rc = lt_fail(err, LT_NOTFOUND, "vault.no_repo", "repo", repo, (char *)NULL);
    if (rc == 0) {
        rc = tree_of(v, repo, s->dir, &oid, &tree, err);
        if (rc == LT_NOTFOUND)
            rc = commit ? no_commit(repo, s->commit, err) : loose_damaged(err, &oid, "missing commit");
    }
    if (rc == 0) {
        struct tree_source source = vault_trees_of(v, s->dir);
        rc = tree_load(&source, &tree, &s->root, err);
    }
    if (rc) {
        vault_snapshot_close(s);
        return rc;
    }
    *out = s;
    return 0;
}

void vault_snapshot_close(struct vault_snapshot *s)
{
    if (!s) return;
    tree_release(s->root);
    free(s->objects);
    free(s->dir);
    free(s);
}

const char *vault_snapshot_commit(const struct vault_snapshot *s)
{
    return s->commit;
}

static int find(struct vault_snapshot *s, const char *path, git_oid *oid, struct lt_error *err)
{
    uint32_t mode;
    struct tree_source source = vault_trees_of(s->v, s->dir);
    int rc = tree_lookup(&source, s->root, path, &mode, oid, err);
    if (rc == 0 && tree_is_dir(mode))
        rc = lt_fail(err, LT_NOTFOUND, "vault.no_path", "path", path, (char *)NULL);
    return rc;
}

bool vault_snapshot_has(struct vault_snapshot *s, const char *path)
{
    git_oid oid;
    return find(s, path, &oid, NULL) == 0;
}

int vault_blob_read(struct vault *v, const char *dir, const git_oid *oid, struct lt_buf *out,
                    struct lt_error *err)
{
    struct repo *r;
    git_odb_object *obj = NULL;
    if (text_cache_get(v->texts, oid, out)) return out->failed ? lt_fail_memory(err) : 0;
    int rc = repo_acquire(v->repos, dir, &r, err);
    if (rc) return rc;
    rc = repo_read(r, oid, VAULT_TEXT_MAX, &obj, err);
    if (rc == LT_NOTFOUND) rc = loose_damaged(err, oid, "missing");
    if (rc == 0 && git_odb_object_type(obj) != GIT_OBJECT_BLOB) rc = loose_damaged(err, oid, "not a blob");
    if (rc == 0) {
        text_cache_put(v->texts, oid, git_odb_object_data(obj), git_odb_object_size(obj));
        if (lt_buf_add(out, git_odb_object_data(obj), git_odb_object_size(obj)) < 0) rc = lt_fail_memory(err);
    }
    git_odb_object_free(obj);
    repo_release(r);
    return rc;
}

int vault_snapshot_read(struct vault_snapshot *s, const char *path, struct lt_buf *out, struct lt_error *err)
{
    git_oid oid;
    int rc = find(s, path, &oid, err);
    return rc ? rc : vault_blob_read(s->v, s->dir, &oid, out, err);
}

/* --- walking --- */

int vault_item_call(void *user, const char *path, const git_oid *oid)
{
    const struct vault_item_cb *cb = user;
    char hex[VAULT_OID];
    if (oid) git_oid_tostr(hex, sizeof hex, oid);
    return cb->call(cb->user, &(struct vault_item){.path = path, .oid = oid ? hex : NULL});
}

int vault_snapshot_walk(struct vault_snapshot *s, const char *prefix,
                        int (*cb)(void *user, const struct vault_item *), void *user, struct lt_error *err)
{
    struct vault_item_cb call = {.call = cb, .user = user};
    struct tree_source source = vault_trees_of(s->v, s->dir);
    return tree_walk(&source, s->root, prefix, vault_item_call, &call, err);
}

int vault_snapshot_diff(struct vault_snapshot *old_s, struct vault_snapshot *new_s,
                        int (*cb)(void *user, const struct vault_item *), void *user, struct lt_error *err)
{
    struct vault_item_cb call = {.call = cb, .user = user};
    struct tree_source from = vault_trees_of(new_s->v, old_s ? old_s->dir : new_s->dir);
    struct tree_source to = vault_trees_of(new_s->v, new_s->dir);
    return tree_diff(&from, old_s ? old_s->root : NULL, &to, new_s->root, vault_item_call, &call, err);
}

/* --- file contents --- */

/* A loose object read in place; or, when a stranger's git packed it, a copy that a child unpacked; or, where there is no child, its bytes in
 * memory up to a limit. */
struct vault_file {
    struct loose_file *loose;
    int fd; /* of the copy; -1: none */
    uint64_t size;
    struct repo *repo;
    git_odb_object *packed;
};

static int open_packed(struct vault_snapshot *s, const git_oid *oid, struct vault_file *f,
                       struct lt_error *err)
{
    int rc;
    if (s->v->program && s->v->modules) {
        rc = packed_open(s->v, s->objects, oid, &f->fd, &f->size, err);
        return rc == LT_NOTFOUND ? loose_damaged(err, oid, "missing") : rc;
    }
    rc = repo_acquire(s->v->repos, s->dir, &f->repo, err);
    if (rc) return rc;
    rc = repo_read(f->repo, oid, REPO_READ_MAX, &f->packed, err);
    if (rc == LT_NOTFOUND) rc = loose_damaged(err, oid, "missing");
    if (rc == 0 && git_odb_object_type(f->packed) != GIT_OBJECT_BLOB)
        rc = loose_damaged(err, oid, "not a blob");
    return rc;
}

int vault_file_open(struct vault_snapshot *s, const char *path, struct vault_file **out, struct lt_error *err)
{
    git_oid oid;
    int rc = find(s, path, &oid, err);
    if (rc) return rc;
    struct vault_file *f = lt_calloc(1, sizeof *f);
    if (!f) return lt_fail_memory(err);
    f->fd = -1;
    rc = loose_open(s->objects, &oid, &f->loose, err);
    if (rc == LT_NOTFOUND) {
        f->loose = NULL;
        rc = open_packed(s, &oid, f, err);
    } else if (rc == 0 && loose_type(f->loose) != GIT_OBJECT_BLOB) {
        rc = loose_damaged(err, &oid, "not a blob");
    }
    if (rc) {
        vault_file_close(f);
        return rc;
    }
    *out = f;
    return 0;
}

uint64_t vault_file_size(const struct vault_file *f)
{
    return f->loose ? loose_size(f->loose) : f->fd >= 0 ? f->size : git_odb_object_size(f->packed);
}

ssize_t vault_file_pread(struct vault_file *f, void *out, size_t len, uint64_t off, struct lt_error *err)
{
    if (f->loose) return loose_pread(f->loose, out, len, off, err);
    uint64_t size = vault_file_size(f);
    if (off >= size) return 0;
    if (len > size - off) len = (size_t)(size - off);
    if (f->fd >= 0) {
        ssize_t n;
        do n = pread(f->fd, out, len, (off_t)off);
        while (n < 0 && errno == EINTR);
        return n < 0 ? lt_fail_errno(err, "read", "spool") : n;
    }
    memcpy(out, (const char *)git_odb_object_data(f->packed) + off, len);
    return (ssize_t)len;
}

void vault_file_close(struct vault_file *f)
{
    if (!f) return;
    loose_close(f->loose);
    if (f->fd >= 0) close(f->fd);
    git_odb_object_free(f->packed);
    repo_release(f->repo);
    free(f);
}
