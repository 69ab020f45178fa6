/* Packs of whole text objects, written in memory and put on disk as two files.
 *
 * We never write deltas: documents are small and a pack is read once per transaction. Formats:
 * gitformat-pack, version 2 of pack and index. A pack is called after its trailer, "pack-<sha1>". Errors:
 * damage is LT_REFUSED "vault.damaged" with object (the pack's or the object's name) and what. A struct pack
 * belongs to one thread at a time.
 */
#ifndef LT_VAULT_PACK_H
#define LT_VAULT_PACK_H

#include "base/buf.h"
#include "base/error.h"
#include "base/fs.h"

#include <git2.h>
#include <stdbool.h>
#include <stdint.h>

#define PACK_TEMP       "tmp_pack_"   /* unfinished files in objects/pack/ begin so; removed at start */
#define PACK_MAX        (1024u << 20) /* bytes of one pack in memory */
#define PACK_OBJECT_MAX (128u << 20)  /* an object that is read into memory is never larger */
#define PACK_MANY       6             /* more packs than this are merged */
#define PACK_MERGE_MAX  (64u << 20)   /* a larger pack is left alone */

struct pack;

struct pack *pack_new(void); /* NULL: memory */
void pack_free(struct pack *p);
void pack_clear(struct pack *p); /* empties it for reuse, keeps memory */

/* Adds an object once (the second time costs its hash only). out: its name. */
int pack_add(struct pack *p, git_object_t type, const void *data, size_t len, git_oid *out,
             struct lt_error *err);
bool pack_has(const struct pack *p, const git_oid *oid);
size_t pack_count(const struct pack *p);
size_t pack_bytes(const struct pack *p); /* so far */
/* An object of the pack, inflated again, appended to out (LT_NOTFOUND "vault.no_object"). */
int pack_get(const struct pack *p, const git_oid *oid, git_object_t *type, struct lt_buf *out,
             struct lt_error *err);

/* A finished pack with its index. */
struct pack_image {
    char name[41]; /* of the trailer, hex */
    const void *pack;
    size_t pack_len;
    const void *idx;
    size_t idx_len;
    void *owned; /* for pack_image_free; pack bytes of pack_finish belong to the struct pack */
};

/* Trailer and index. Bytes are valid until pack_clear, pack_free or the next pack_add; pack_image_free frees
 * the index. A pack without objects is LT_USAGE "vault.empty_pack". */
int pack_finish(struct pack *p, struct pack_image *out, struct lt_error *err);
/* Index of given pack bytes (borrowed) such as a journal record carries; every byte is checked. Packs with
 * deltas are refused: we write none. */
int pack_image_of(const void *pack, size_t len, struct pack_image *out, struct lt_error *err);
void pack_image_free(struct pack_image *image);

/* Puts objects/pack/pack-<name>.{pack,idx} there, the index last, over anything of that name. durable: files
 * and folder are flushed in the order pack, index, folder. Unflushed otherwise: the journal carries the
 * bytes. */
int pack_write(const struct lt_fs *fs, const char *objects, const struct pack_image *image, bool durable,
               struct lt_error *err);
void pack_remove(const struct lt_fs *fs, const char *objects, const char *name); /* index first */

/* Is this pack on disk byte for byte? For recovery. */
bool pack_on_disk(const char *objects, const struct pack_image *image);

/* --- packs on disk --- */

struct pack_file; /* both files mapped */
/* Structure of the index is checked against the pack's size before anything is read by it. */
int pack_file_open(const char *objects, const char *name, struct pack_file **out, struct lt_error *err);
void pack_file_close(struct pack_file *f);
uint32_t pack_file_count(const struct pack_file *f);
void pack_file_oid(const struct pack_file *f, uint32_t i, git_oid *out); /* in name order */
/* Both trailers, the CRC of each entry, each whole object's name; deltas are counted, their contents not
 * resolved. The first fault ends it. */
int pack_file_verify(struct pack_file *f, uint32_t *deltas, struct lt_error *err);
/* The same to the end: cb gets each fault, with the object it hit or NULL when it is the pack's. whole (may
 * be NULL) gets objects found good, delta those left to resolve. */
struct pack_faults {
    void *user;
    void (*fault)(void *user, const git_oid *oid, const char *what);
    void (*whole)(void *user, const git_oid *oid);
    void (*delta)(void *user, const git_oid *oid);
};
int pack_file_survey(struct pack_file *f, const struct pack_faults *cb, struct lt_error *err);

/* Names of the packs that have both files. cb returns non-zero to stop; that is returned. */
int pack_each(const char *objects, int (*cb)(void *user, const char *name), void *user, struct lt_error *err);
int pack_each_count(const char *objects, size_t *out, struct lt_error *err);

/* Merges all packs without deltas, without a .keep file and of at most PACK_MERGE_MAX bytes into one by
 * copying their compressed entries, each checked; the new one is flushed before the old ones are removed. A
 * damaged pack stops it and nothing is removed. merged: how many packs went into it (0: fewer than two). The
 * caller holds the repository's writer lock and afterwards calls repo_forget. */
int pack_merge(const struct lt_fs *fs, const char *objects, size_t *merged, struct lt_error *err);

#endif
