/* What a copy of the data folder is made of, while others go on writing.
 *
 * Packs and loose objects never change under their names, a head is a file of 41 bytes. So a copy of one moment is: the heads of that moment
 * (vault_repos gives them all at once) and all objects of each repository as they lie there when it is come to; those that came later do no
 * harm. What would harm is taking away: merging of packs, an erasure. Whoever copies holds the vault meanwhile. */
#ifndef LT_VAULT_COPY_H
#define LT_VAULT_COPY_H

#include "vault/vault.h"

/* Until vault_release nothing is taken away from the repositories; waits for what is being taken away just now. Several may hold. Changes go on as
 * always. LT_SYSTEM "vault.reopen" where an accepted change could not be finished on disk. */
int vault_hold(struct vault *v, struct lt_error *err);
void vault_release(struct vault *v);
/* Whoever takes objects away asks first: false while somebody holds the vault, do it another time. */
bool vault_take_begin(struct vault *v);
void vault_take_end(struct vault *v);

/* One file of a repository. */
struct vault_part {
    const char *path;    /* below the data folder: "portfolios/ab/<id>.git/objects/…" */
    bool fixed;          /* its bytes never change under this name */
    const char *text;    /* the bytes themselves, where they are not to be read from the file: the head; else NULL */
};
/* All files of a repository that stands at `head`: HEAD, config, the reference, objects. cb returns non-zero to stop; that is returned. */
int vault_parts(struct vault *v, const char *repo, const char *head, int (*cb)(void *user, const struct vault_part *), void *user,
                struct lt_error *err);
/* Its folder below the data folder: "school.git". */
bool vault_place(const char *repo, char *out, size_t size);

#define VAULT_ARMOR 384
/* A signature of the installation over bytes that are no commit (SSHSIG in a namespace of its own). Not of a read-only vault. */
int vault_sign(struct vault *v, const char *space, const void *data, size_t len, char out[VAULT_ARMOR], struct lt_error *err);
/* Is it one of a key that may sign as this installation at that time (ms)? */
bool vault_signed(struct vault *v, const char *space, const char *armor, const void *data, size_t len, int64_t at_ms);

#endif
