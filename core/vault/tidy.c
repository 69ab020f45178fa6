/* vault_pack: many small packs of a repository into one, while the vault works. */
#include "vault/copy.h"
#include "vault/pack.h"
#include "vault/state.h"

#include <stdlib.h>

/* A kill in the middle leaves a copy of documents under a temporary name. The pin keeps a file in the journal, so that the next start looks for it: else the copy
 * would stay, and outlive an erasure. */
static int merge(struct vault *v, const char *dir, const char *objects, struct lt_error *err)
{
    struct journal_file *pin = NULL;
    size_t merged = 0;
    int rc = journal_pin(v->journal, &pin, err);
    if (rc == 0) rc = pack_merge(v->fs, objects, &merged, err);
    if (merged > 0) repo_forget(v->repos, dir);
    journal_unpin(v->journal, pin);
    return rc;
}

int vault_pack(struct vault *v, const char *repo, struct lt_error *err)
{
    char *dir = NULL, *objects = NULL;
    size_t packs = 0;
    int rc = vault_repo_dir(v, repo, &dir, err);
    if (rc == 0 && (objects = repo_objects(dir)) == NULL) rc = lt_fail_memory(err);
    if (rc == 0) rc = pack_each_count(objects, &packs, err);
    if (rc == 0 && packs > PACK_MANY && vault_take_begin(v)) {
        rc = vault_writer_lock(v, repo, err);
        if (rc == 0) {
            rc = merge(v, dir, objects, err);
            vault_writer_unlock(v, repo);
        }
        vault_take_end(v);
    }
    free(objects);
    free(dir);
    return rc;
}
