/* vault_erase: a portfolio as a whole is taken away. First its folder gets another name, in one step, so that at no moment a half of it stands where
 * portfolios are looked for; then the bytes go. */
#include "vault/copy.h"
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/pass.h"
#include "vault/state.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct naming {
    const char *objects;
    int (*cb)(void *user, const char *object);
    void *user;
    struct lt_error *err;
};

static int name_object(void *user, const git_oid *oid)
{
    struct naming *n = user;
    char hex[VAULT_OID];
    git_oid_tostr(hex, sizeof hex, oid);
    return n->cb(n->user, hex);
}

/* A pack that cannot be read has no names to tell; it goes like the others. */
static int name_packed(void *user, const char *name)
{
    struct naming *n = user;
    struct pack_file *f = NULL;
    struct lt_error ignored = {0};
    int rc = 0;
    if (pack_file_open(n->objects, name, &f, &ignored) == 0) {
        for (uint32_t i = 0; rc == 0 && i < pack_file_count(f); i++) {
            git_oid oid;
            pack_file_oid(f, i, &oid);
            rc = name_object(n, &oid);
        }
        pack_file_close(f);
    }
    lt_error_clear(&ignored);
    return rc;
}

static int name_objects(const char *gone, int (*cb)(void *user, const char *object), void *user, struct lt_error *err)
{
    struct stat st;
    char *objects = repo_objects(gone);
    struct naming n = {.objects = objects, .cb = cb, .user = user, .err = err};
    int rc = objects ? 0 : lt_fail_memory(err);
    if (rc == 0 && cb && stat(objects, &st) == 0) {
        rc = loose_each(objects, name_object, &n, err);
        if (rc == 0) rc = pack_each(objects, name_packed, &n, err);
    }
    free(objects);
    return rc;
}

static int flush_parent(struct vault *v, const char *dir, struct lt_error *err)
{
    struct stat st;
    char *copy = lt_strdup(dir);
    if (!copy) return lt_fail_memory(err);
    char *parent = dirname(copy);
    int rc = stat(parent, &st) == 0 && lt_fs_sync_dir(v->fs, parent) < 0 ? lt_fail_errno(err, "flush", parent) : 0;
    free(copy);
    return rc;
}

/* Both the portfolio and what a killed attempt has left may be there: then the rest of that attempt goes first. */
static int take_away(struct vault *v, const char *dir, const char *gone, int (*cb)(void *user, const char *object), void *user,
                     struct lt_error *err)
{
    struct stat st;
    int rc = 0;
    for (int round = 0; rc == 0 && round < 2; round++) {
        if (stat(gone, &st) == 0) {
            rc = name_objects(gone, cb, user, err);
            if (rc == 0 && lt_fs_remove_tree(v->fs, gone) < 0) rc = lt_fail_errno(err, "remove", gone);
        }
        if (rc == 0 && round == 0) {
            if (v->fs->rename(v->fs->ctx, dir, gone) < 0 && errno != ENOENT) rc = lt_fail_errno(err, "rename", dir);
            repo_forget(v->repos, dir);
        }
        if (rc == 0) rc = flush_parent(v, gone, err);
    }
    return rc;
}

/* From now on no transaction is accepted for it. What was accepted before still stands in the journal, and a start after a kill would want to write it into a
 * repository that is no more, or make half of one anew: so the journal is settled between this and the taking away. */
static int bar(struct vault *v, struct vault_repo *r, struct lt_error *err)
{
    int rc = vault_entry_lock(v, r, err);
    if (rc) return rc;
    pthread_mutex_lock(&v->mu);
    r->erased = r->known = true;
    r->born = r->described = false;
    r->head = r->tree = (git_oid){{0}};
    r->packs = 0;
    pthread_mutex_unlock(&v->mu);
    vault_entry_unlock(v, r);
    return 0;
}

int vault_erase(struct vault *v, const char *repo, int (*cb)(void *user, const char *object), void *user, struct lt_error *err)
{
    struct vault_repo *r = NULL;
    char *dir = NULL;
    if (repo && strcmp(repo, VAULT_SCHOOL) == 0) return lt_fail(err, LT_USAGE, "vault.bad_repo", "repo", repo, (char *)NULL);
    int rc = vault_writable(v, err);
    if (rc == 0) rc = vault_entry(v, repo, &r, err);
    if (rc == 0) rc = vault_repo_dir(v, repo, &dir, err);
    if (rc) return rc;
    char *gone = lt_format("%.*s.gone", (int)(strlen(dir) - strlen(".git")), dir);
    if (!gone) rc = lt_fail_memory(err);
    if (rc == 0) rc = bar(v, r, err);
    if (rc == 0) rc = vault_settle(v, err);
    if (rc == 0) rc = vault_entry_lock(v, r, err);
    if (rc == 0 && !vault_take_begin(v)) {
        rc = lt_fail(err, LT_CONFLICT, "vault.held", (char *)NULL);
        vault_entry_unlock(v, r);
    } else if (rc == 0) {
        rc = take_away(v, dir, gone, cb, user, err);
        vault_caches_clear(v);
        vault_take_end(v);
        vault_entry_unlock(v, r);
    }
    free(gone);
    free(dir);
    return rc;
}
