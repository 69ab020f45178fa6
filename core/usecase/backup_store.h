/* A carrier: the folder (of a mounted disk) that holds sealed copies.
 *
 *     letopis-carrier.json    {format, carrier, school, number, key}: whose it is; nothing of any person
 *     README.txt              what this is and how it is restored
 *     objects/ab/<64 hex>     a piece of a file, at most 4 MiB, sealed; the same piece is kept once for all copies
 *     copies/<day>_<id>.copy  a manifest, sealed: written last, so a copy is there whole or not at all
 *     incoming/               pieces of a run under way, moved to objects/ when they are flushed
 *
 * Sealed: XChaCha20-Poly1305, nonce in front; the name is bound into it, so that pieces cannot change places. The name is a keyed BLAKE2b-256 of the
 * content: it tells nobody what is inside. Everything in objects/ and copies/ is on disk for sure; a run that broke off leaves at most incoming/. */
#ifndef LT_USECASE_BACKUP_STORE_H
#define LT_USECASE_BACKUP_STORE_H

#include "usecase/backup_key.h"

#include "base/buf.h"
#include "base/id.h"

#include <jansson.h>

#define STORE_PIECE (4u << 20)
#define STORE_NAME 65
#define STORE_MANIFEST_MAX (256u << 20)
#define STORE_MARK "letopis-carrier.json"

struct store;

/* Makes the folders and the mark in an existing folder. LT_REFUSED "backup.carrier_other" when it is another school's or another carrier;
 * "backup.carrier_absent" when the folder is not there (the disk is not mounted). */
int store_create(const struct lt_fs *fs, const char *dir, const json_t *mark, struct lt_error *err);
/* The mark of a carrier; LT_NOTFOUND "backup.carrier_absent" (path), LT_REFUSED "backup.carrier_none" (path: no carrier). */
int store_mark(const char *dir, json_t **out, struct lt_error *err);
/* key: borrowed for its life. LT_REFUSED "backup.code_wrong" when the carrier belongs to another code. */
int store_open(const struct lt_fs *fs, const char *dir, const struct backup_key *key, struct store **out, struct lt_error *err);
void store_close(struct store *s); /* what was not promoted is removed */
const char *store_dir(const struct store *s);

/* --- pieces --- */
/* For a run: which names are there. Removes what a broken run left. */
int store_begin(struct store *s, struct lt_error *err);
bool store_has(const struct store *s, const char *name);
/* Seals and writes a piece unless it is there. */
int store_put(struct store *s, const void *data, size_t len, char name[STORE_NAME], struct lt_error *err);
/* All written so far is flushed and counts. LT_REFUSED "backup.full" (path) here and in store_put. */
int store_promote(struct store *s, struct lt_error *err);
uint64_t store_written(const struct store *s); /* bytes of new pieces */
/* Appends the content. LT_NOTFOUND "backup.piece_missing", LT_REFUSED "backup.piece_damaged" (path: on the carrier). */
int store_get(struct store *s, const char *name, struct lt_buf *out, struct lt_error *err);
/* Puts a damaged piece aside as <name>.bad, so that the next run writes it anew. */
void store_set_aside(struct store *s, const char *name);

/* --- copies --- */
struct store_copy {
    char id[LT_ID_SIZE], file[80]; /* file: in copies/ */
};
/* The oldest first; malloc'ed. */
int store_copies(const char *dir, struct store_copy **out, size_t *n, struct lt_error *err);
int store_copy_write(struct store *s, const char *file, const void *data, size_t len, struct lt_error *err);
/* LT_REFUSED "backup.copy_damaged" (path). */
int store_copy_read(struct store *s, const char *file, struct lt_buf *out, struct lt_error *err);
int store_copy_remove(struct store *s, const char *file, struct lt_error *err);
/* Removes pieces that `keep` says no to. */
int store_sweep(struct store *s, bool (*keep)(void *user, const char *name), void *user, uint64_t *freed, struct lt_error *err);

#endif
