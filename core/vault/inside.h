/* What the parts of vault/ know of a vault beyond vault.h. Implemented beside struct vault. */
#ifndef LT_VAULT_INSIDE_H
#define LT_VAULT_INSIDE_H

#include "vault/repo.h"
#include "vault/sign.h"
#include "vault/vault.h"

const struct lt_fs *vault_fs(const struct vault *v);
const struct lt_clock *vault_clock(const struct vault *v);
const struct sign_key *vault_key(const struct vault *v);         /* NULL in a read-only vault */
const struct sign_signers *vault_signers(const struct vault *v); /* parsed keys/allowed_signers */
struct repo_cache *vault_repos_cache(struct vault *v);
void vault_caches_clear(struct vault *v); /* forgets all trees and texts in memory: after an erasure */

/* Folder of a repository, malloc'ed; LT_USAGE "vault.bad_repo" for a name that is neither VAULT_SCHOOL nor an
 * id. */
int vault_repo_dir(const struct vault *v, const char *repo, char **out, struct lt_error *err);

/* The repository's writer lock, the one vault_tx_begin takes. */
int vault_writer_lock(struct vault *v, const char *repo, struct lt_error *err);
void vault_writer_unlock(struct vault *v, const char *repo);

#endif
