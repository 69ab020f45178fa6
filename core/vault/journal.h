/* The journal: where a transaction is accepted.
 *
 * DATA/journal/<number>.log, numbers growing, 16 hex digits. A file is there as long as anything of a
 * transaction may be on disk that has not been flushed or taken away again; an empty folder therefore means a
 * clean stop. Transactions that append at the same time share one flush: the first becomes the leader and
 * flushes for all that came meanwhile.
 *
 * A record: head of 40 bytes (magic, flags 0, length of the payload, number of the file, BLAKE2b-128 of all
 * before and of the payload), payload. Numbers are little-endian. What follows the first record that is not
 * whole was never accepted.
 */
#ifndef LT_VAULT_JOURNAL_H
#define LT_VAULT_JOURNAL_H

#include "base/buf.h"
#include "base/error.h"
#include "base/fs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_INLINE (1u << 20) /* packs larger than this together are not carried, but flushed by syncfs  \
                                   */
#define JOURNAL_RECORD_MAX   (64u << 20) /* of a payload: heads of 100 000 repositories fit */
#define JOURNAL_EXTRA_MAX    (1u << 20)
#define JOURNAL_SWITCH_BYTES (64u << 20)
#define JOURNAL_SWITCH_MS    30000

struct journal;

/* dir: DATA/journal, exists. first: number of the first file, above all that are there. Makes no file yet. */
int journal_new(const struct lt_fs *fs, const char *dir, uint64_t first, struct journal **out,
                struct lt_error *err);
/* Removes nothing: what was not settled stays for the next start. */
void journal_free(struct journal *j);

/* A transaction pins the file it will write to before it puts anything on disk, and holds it until everything
 * that follows from its record is written (flushed or not). Makes the file when there is none. After a
 * failure that left the state of the disk unknown: LT_SYSTEM "vault.reopen". */
struct journal_file;
int journal_pin(struct journal *j, struct journal_file **out, struct lt_error *err);
void journal_unpin(struct journal *j, struct journal_file *f); /* NULL is fine */

enum journal_outcome {
    JOURNAL_ACCEPTED,
    JOURNAL_REFUSED, /* surely not on disk; err says why; the journal is usable */
    JOURNAL_UNSURE   /* nobody knows; LT_SYSTEM "vault.unsure"; no more writing until the vault is opened anew
                      */
};
/* Writes the payload and returns when it is flushed, by whichever thread. */
enum journal_outcome journal_append(struct journal *j, struct journal_file *f, const void *payload,
                                    size_t len, struct lt_error *err);

/* From now on journal_pin and journal_append refuse and no file is removed: an accepted change could not be
 * finished. */
void journal_break(struct journal *j);
bool journal_broken(struct journal *j);
/* Something of a failed transaction may be left under a temporary name: the next start is to look, even after
 * a clean stop. */
void journal_sweep(struct journal *j);

/* The current file takes no new transactions. */
void journal_switch(struct journal *j);
/* Flushes the file system and removes files that were switched and that nobody pins, the oldest first. wait:
 * until none is left. 0 also when there is nothing to do. */
int journal_settle(struct journal *j, bool wait, struct lt_error *err);
/* Is it time (age or size) to switch? */
bool journal_due(struct journal *j, int64_t now_ms);
/* Files that wait for journal_settle and could be removed now. */
bool journal_ripe(struct journal *j);

/* --- reading at start --- */

/* Numbers of the files in dir, growing; malloc'ed. */
int journal_list(const char *dir, uint64_t **out, size_t *n, struct lt_error *err);
/* Makes an empty one (it may be there already): the next start is to look for what was left. */
int journal_mark(const struct lt_fs *fs, const char *dir, uint64_t number, struct lt_error *err);
int journal_remove(const struct lt_fs *fs, const char *dir, uint64_t number, struct lt_error *err);
/* Whole records in order. */
int journal_scan(const char *dir, uint64_t number,
                 int (*cb)(void *user, uint64_t number, const void *payload, size_t len), void *user,
                 struct lt_error *err);

#endif
