/* File contents as loose objects that can be read at any offset.
 *
 * Form: the zlib header 78 01, stored deflate blocks of exactly 65535 bytes (the last one shorter), Adler-32.
 * Every git reads it; byte n of the content lies at a computed place. Objects in any other deflate form
 * (written by a stock git) are read too: they are inflated once when opened, to know that they are whole, and
 * then as a stream with fixed memory.
 *
 * objects: path of a repository's objects/ folder. Damage is LT_REFUSED "vault.damaged" with the parameters
 * object and what; callers who know more add repo and path. No function trusts a length found in a file. Not
 * for threads to share.
 */
#ifndef LT_VAULT_LOOSE_H
#define LT_VAULT_LOOSE_H

#include "base/error.h"
#include "base/fs.h"

#include <git2.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LOOSE_BLOCK 65535u     /* content of a stored block */
#define LOOSE_TEMP  "tmp_obj_" /* unfinished files directly in objects/ begin so; removed at start */

/* A blob written under a temporary name. Zero it before use. */
struct loose_new {
    git_oid oid;
    char hex[41];
    char sha256[65]; /* of the content alone */
    uint64_t size;
    char *temp; /* owned; NULL when nothing is there (discarded or published) */
};

/* Streams from fd, from its current place to its end, into a temporary file of objects/ (unflushed). The size
 * stands before the content and in its hash, so it must be known first: of a regular file it is taken from
 * fstat (a file that ends elsewhere while read is LT_CONFLICT "file.changed"); anything else (pipe, socket)
 * is first copied to an unnamed temporary file in objects/. More than max bytes: LT_REFUSED "file.too_large"
 * (limit), before or while reading. */
int loose_write(const struct lt_fs *fs, const char *objects, int fd, uint64_t max, struct loose_new *out,
                struct lt_error *err);

/* The same from memory (fresh exports, tests). */
int loose_write_bytes(const struct lt_fs *fs, const char *objects, const void *data, size_t len,
                      struct loose_new *out, struct lt_error *err);

/* Moves it to objects/xx/…; durable: file and folders are flushed, in that order, before it returns. An
 * object of that name which is there and whole stays, and the new file is removed; one that is damaged is
 * replaced. Two different contents of one name: LT_REFUSED "vault.collision" (object). */
int loose_publish(const struct lt_fs *fs, const char *objects, struct loose_new *n, bool durable,
                  struct lt_error *err);

/* Removes the temporary file; does nothing after loose_publish. */
void loose_discard(const struct lt_fs *fs, struct loose_new *n);

struct loose_file;

/* LT_NOTFOUND "vault.no_object" when there is no such file. An object of our form costs two reads whatever
 * its size. */
int loose_open(const char *objects, const git_oid *oid, struct loose_file **out, struct lt_error *err);
void loose_close(struct loose_file *f); /* NULL is fine */
git_object_t loose_type(const struct loose_file *f);
uint64_t loose_size(const struct loose_file *f);
/* Content bytes read, 0 at the end, or a negative status. Block headers met on the way are checked; the SHA-1
 * is not. */
ssize_t loose_pread(struct loose_file *f, void *out, size_t len, uint64_t off, struct lt_error *err);
/* Reads all of it and compares the name. */
int loose_verify(struct loose_file *f, struct lt_error *err);

bool loose_exists(const char *objects, const git_oid *oid);
/* Every loose object's name, in no order; other files are passed over. cb returns non-zero to stop; that is
 * returned. */
int loose_each(const char *objects, int (*cb)(void *user, const git_oid *oid), void *user,
               struct lt_error *err);

/* LT_REFUSED "vault.damaged"; what: a few English words. */
int loose_damaged(struct lt_error *err, const git_oid *oid, const char *what);

#endif
