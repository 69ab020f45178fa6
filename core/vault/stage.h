/* Files of a transaction before and after it is accepted. Before: under temporary names, so that what was
 * never accepted is known by its names and taken away at the next start. After: renamed. dir: of the
 * repository; objects: its objects/. */
#ifndef LT_VAULT_STAGE_H
#define LT_VAULT_STAGE_H

#include "base/error.h"
#include "base/fs.h"
#include "vault/loose.h"
#include "vault/pack.h"

/* Functions called ..._discard remove what may be there, also after a failure half-way; -1 when something
 * stays. */

/* Unflushed. */
int stage_pack(const struct lt_fs *fs, const char *objects, const struct pack_image *image,
               struct lt_error *err);
/* Pack, then index; a file that is in its place already is fine. */
int stage_pack_publish(const struct lt_fs *fs, const char *objects, const char *name, struct lt_error *err);
int stage_pack_discard(const struct lt_fs *fs, const char *objects, const char *name);

/* refs/heads/main.lock with the new head. LT_CONFLICT "vault.ref_locked" (repo) when somebody else's is
 * there. */
int stage_ref(const struct lt_fs *fs, const char *dir, const char *repo, const git_oid *head,
              struct lt_error *err);
int stage_ref_publish(const struct lt_fs *fs, const char *dir, struct lt_error *err);
int stage_ref_discard(const struct lt_fs *fs, const char *dir);
/* At start, when nobody else writes: over whatever is there. */
int stage_ref_force(const struct lt_fs *fs, const char *dir, const git_oid *head, struct lt_error *err);

/* Flushes a temporary file of loose_write; its folder is the caller's to flush. */
int stage_file_flush(const struct lt_fs *fs, const char *temp, struct lt_error *err);
int stage_file_discard(const struct lt_fs *fs, struct loose_new *n);

#endif
