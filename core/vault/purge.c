/* vault_purge: only what main reaches stays on disk. */
#include "vault/copy.h"
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/pack_form.h"
#include "vault/pass.h"
#include "vault/reach.h"
#include "vault/stage.h"
#include "vault/state.h"

#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct purge {
    struct vault *v;
    char *dir, *objects;
    struct repo *repo;
    struct oidmap wanted;
    struct pack *into;
    char (*packs)[41];
    size_t packs_len, packs_cap;
    bool foreign; /* a pack has what is not wanted, or deltas */
    struct lt_error *err;
};

/* --- what is wanted --- */

static int want(void *user, const git_oid *oid, git_object_t type, const char *path)
{
    (void)user, (void)oid, (void)type, (void)path; /* reach_tree has put it into the map */
    return 0;
}

static int unreadable(void *user, const git_oid *oid, const char *path, int status, const struct lt_error *why)
{
    struct purge *p = user;
    (void)path, (void)status;
    const char *what = lt_error_param(why, "what");
    return loose_damaged(p->err, oid, what ? what : "missing tree");
}

static int gather(struct purge *p, const git_oid *head)
{
    struct reach h = {0};
    struct reach_visit visit = {.user = p, .object = want, .failed = unreadable};
    int rc = reach_commits(p->repo, head, NULL, &h, p->err);
    for (size_t i = 0; rc == 0 && i < h.len; i++) {
        const struct reach_commit *c = &h.list[i];
        if (c->status) rc = loose_damaged(p->err, &c->oid, c->what);
        else if (oidmap_put(&p->wanted, &c->oid, 0) < 0) rc = lt_fail_memory(p->err);
        else rc = reach_tree(p->repo, &c->tree, &p->wanted, &visit, p->err);
    }
    reach_free(&h);
    return rc;
}

/* --- packs --- */

static int list_pack(void *user, const char *name)
{
    struct purge *p = user;
    struct pack_file *f = NULL;
    void *grown = lt_array_grow(p->packs, &p->packs_cap, p->packs_len + 1, sizeof *p->packs);
    if (!grown) return lt_fail_memory(p->err);
    p->packs = grown;
    memcpy(p->packs[p->packs_len++], name, 41);
    int rc = pack_file_open(p->objects, name, &f, p->err);
    for (uint32_t i = 0; rc == 0 && !p->foreign && i < pack_file_count(f); i++) {
        git_oid oid;
        pack_file_oid(f, i, &oid);
        p->foreign = !oidmap_get(&p->wanted, &oid, NULL);
    }
    pack_file_close(f);
    return rc;
}

/* A delta of a stranger's git becomes a whole object. */
static int take_delta(struct purge *p, const git_oid *oid)
{
    git_odb_object *raw = NULL;
    git_oid name;
    int rc = repo_read(p->repo, oid, PACK_OBJECT_MAX, &raw, p->err);
    if (rc == 0) rc = pack_add(p->into, git_odb_object_type(raw), git_odb_object_data(raw), git_odb_object_size(raw), &name, p->err);
    git_odb_object_free(raw);
    return rc;
}

static int take(void *user, const struct pack_visit *e)
{
    struct purge *p = user;
    if (e->of_pack || e->wrong) return loose_damaged(p->err, &e->oid, e->wrong ? e->wrong : "pack");
    if (!oidmap_get(&p->wanted, &e->oid, NULL) || pack_has(p->into, &e->oid)) return 0;
    if (e->entry.type == PACK_OFS_DELTA || e->entry.type == PACK_REF_DELTA) return take_delta(p, &e->oid);
    return pack_copy(p->into, &e->entry, e->bytes, e->len, p->err);
}

static int remove_beside(struct purge *p, const char *name)
{
    static const char *const suffixes[] = {"keep", "rev", "bitmap", "mtimes", "promisor"};
    char path[PATH_MAX];
    pack_remove(p->v->fs, p->objects, name);
    for (size_t i = 0; i < LT_COUNT(suffixes); i++) {
        lt_print(path, sizeof path, "%s/pack/pack-%s.%s", p->objects, name, suffixes[i]);
        if (p->v->fs->unlink(p->v->fs->ctx, path) < 0 && errno != ENOENT) return lt_fail_errno(p->err, "remove", path);
    }
    lt_print(path, sizeof path, "%s/pack/pack-%s.pack", p->objects, name);
    return access(path, F_OK) == 0 ? lt_fail_errno(p->err, "remove", path) : 0;
}

static int renew_packs(struct purge *p)
{
    struct pack_image image = {0};
    int rc = pack_each(p->objects, list_pack, p, p->err);
    if (rc || !p->foreign) return rc;
    if (!(p->into = pack_new())) return lt_fail_memory(p->err);
    for (size_t i = 0; rc == 0 && i < p->packs_len; i++) {
        struct pack_file *f = NULL;
        rc = pack_file_open(p->objects, p->packs[i], &f, p->err);
        if (rc == 0) rc = pack_file_each(f, take, p, p->err);
        pack_file_close(f);
    }
    if (rc == 0 && pack_count(p->into) > 0) {
        rc = pack_finish(p->into, &image, p->err);
        if (rc == 0) rc = pack_write(p->v->fs, p->objects, &image, true, p->err);
    }
    for (size_t i = 0; rc == 0 && i < p->packs_len; i++)
        if (strcmp(p->packs[i], image.name) != 0) rc = remove_beside(p, p->packs[i]);
    pack_image_free(&image);
    return rc;
}

/* A pack goes index first: one without an index is what a kill has left of it. */
static int drop_strays(struct purge *p)
{
    char path[PATH_MAX], idx[PATH_MAX];
    struct dirent *e;
    int rc = 0;
    lt_print(path, sizeof path, "%s/pack", p->objects);
    DIR *d = opendir(path);
    if (!d) return errno == ENOENT ? 0 : lt_fail_errno(p->err, "list", path);
    while (rc == 0 && (e = readdir(d))) {
        const char *dot = strchr(e->d_name, '.');
        if (!lt_starts(e->d_name, "pack-") || !dot) continue;
        lt_print(idx, sizeof idx, "%s/pack/%.*s.idx", p->objects, (int)(dot - e->d_name), e->d_name);
        lt_print(path, sizeof path, "%s/pack/%s", p->objects, e->d_name);
        if (access(idx, F_OK) != 0 && p->v->fs->unlink(p->v->fs->ctx, path) < 0 && errno != ENOENT) rc = lt_fail_errno(p->err, "remove", path);
    }
    closedir(d);
    return rc;
}

/* --- loose objects, other references --- */

static int drop_loose(void *user, const git_oid *oid)
{
    struct purge *p = user;
    char hex[VAULT_OID], path[PATH_MAX];
    if (oidmap_get(&p->wanted, oid, NULL)) return 0;
    git_oid_tostr(hex, sizeof hex, oid);
    lt_print(path, sizeof path, "%s/%.2s/%s", p->objects, hex, hex + 2);
    return p->v->fs->unlink(p->v->fs->ctx, path) < 0 && errno != ENOENT ? lt_fail_errno(p->err, "remove", path) : 0;
}

static int drop_below(struct purge *p, const char *below, const char *but)
{
    char dir[PATH_MAX], path[PATH_MAX];
    struct dirent *e;
    int rc = 0;
    lt_print(dir, sizeof dir, "%s/%s", p->dir, below);
    DIR *d = opendir(dir);
    if (!d) return errno == ENOENT ? 0 : lt_fail_errno(p->err, "list", dir);
    while (rc == 0 && (errno = 0, e = readdir(d))) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || strcmp(e->d_name, but) == 0) continue;
        lt_print(path, sizeof path, "%s/%s", dir, e->d_name);
        struct stat st;
        bool folder = lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
        int gone = folder ? lt_fs_remove_tree(p->v->fs, path) : p->v->fs->unlink(p->v->fs->ctx, path);
        if (gone < 0 && errno != ENOENT) rc = lt_fail_errno(p->err, "remove", path);
    }
    closedir(d);
    return rc;
}

/* A stranger's git may have packed the reference of main with the others. */
static int drop_references(struct purge *p, const git_oid *head)
{
    static const char *const files[] = {"packed-refs", "ORIG_HEAD", "FETCH_HEAD", "objects/info/commit-graph", "objects/pack/multi-pack-index"};
    char path[PATH_MAX];
    int rc = 0;
    lt_print(path, sizeof path, "%s/refs/heads/main", p->dir);
    if (access(path, F_OK) != 0) rc = stage_ref_force(p->v->fs, p->dir, head, p->err);
    if (rc == 0) rc = vault_flush(p->v, p->err);
    for (size_t i = 0; rc == 0 && i < LT_COUNT(files); i++) {
        lt_print(path, sizeof path, "%s/%s", p->dir, files[i]);
        if (p->v->fs->unlink(p->v->fs->ctx, path) < 0 && errno != ENOENT) rc = lt_fail_errno(p->err, "remove", path);
    }
    if (rc == 0) rc = drop_below(p, "refs", "heads");
    if (rc == 0) rc = drop_below(p, "refs/heads", "main");
    if (rc == 0) rc = drop_below(p, "logs", "");
    return rc ? rc : drop_below(p, "objects/info/commit-graphs", "");
}

int vault_purge(struct vault *v, const char *repo, struct lt_error *err)
{
    struct purge p = {.v = v, .err = err};
    struct vault_repo *r = NULL;
    struct journal_file *pin = NULL;
    git_oid head;
    int rc = vault_writable(v, err);
    if (rc == 0) rc = vault_keeper_start(v, err);
    if (rc == 0) rc = vault_repo_dir(v, repo, &p.dir, err);
    if (rc == 0 && !(p.objects = repo_objects(p.dir))) rc = lt_fail_memory(err);
    if (rc == 0) rc = vault_entry(v, repo, &r, err);
    if (rc == 0) rc = vault_entry_lock(v, r, err);
    if (rc == 0 && !vault_take_begin(v)) {
        rc = lt_fail(err, LT_CONFLICT, "vault.held", (char *)NULL);
        vault_entry_unlock(v, r);
    } else if (rc == 0) {
        rc = journal_pin(v->journal, &pin, err); /* a kill in between: the next start looks for temporary files */
        if (rc == 0) rc = vault_entry_head(v, repo, NULL, &head, err);
        if (rc == 0) rc = repo_acquire(v->repos, p.dir, &p.repo, err);
        if (rc == 0) rc = gather(&p, &head);
        if (rc == 0) rc = drop_references(&p, &head);
        if (rc == 0) rc = renew_packs(&p);
        if (rc == 0) rc = drop_strays(&p);
        repo_release(p.repo);
        repo_forget(v->repos, p.dir);
        if (rc == 0) rc = loose_each(p.objects, drop_loose, &p, err);
        if (rc == 0) rc = vault_flush(v, err);
        vault_caches_clear(v);
        journal_unpin(v->journal, pin);
        vault_take_end(v);
        vault_entry_unlock(v, r);
    }
    oidmap_free(&p.wanted);
    pack_free(p.into);
    free(p.packs);
    free(p.objects);
    free(p.dir);
    return rc;
}
