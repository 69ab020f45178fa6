/* The key that copies are sealed with, and the recovery code it is made from.
 *
 * DATA/keys/backup (0600) holds the code, 160 random bits in 32 letters and digits: "K7QM-2T9X-…". It never goes onto a carrier: whoever finds one cannot
 * read it, and whoever restores needs the code from the director's safe. Letters are Crockford's (no I, L, O, U), so that what was
 * written by hand can be read; i, l and o are taken for 1, 1, 0. */
#ifndef LT_USECASE_BACKUP_KEY_H
#define LT_USECASE_BACKUP_KEY_H

#include "base/error.h"
#include "base/fs.h"

#include <stdbool.h>
#include <stdint.h>

#define BACKUP_CODE 40 /* eight groups of four, hyphens, NUL */
#define BACKUP_FILE "keys/backup"

struct backup_key {
    uint8_t seal[32], names[32]; /* of contents; of the names contents are kept under */
    char id[17];                 /* tells which code belongs to a carrier; says nothing of it */
};

/* LT_USAGE "backup.code_form" for what is no code. Wipe the key after use. */
int backup_key_of(const char *code, struct backup_key *out, struct lt_error *err);
/* The code of a data folder; made and written (flushed) where there is none and `make`. LT_NOTFOUND "backup.no_code". */
int backup_code(const struct lt_fs *fs, const char *dir, bool make, char out[BACKUP_CODE], struct lt_error *err);
/* Writes a known one into a folder that was restored. */
int backup_code_put(const struct lt_fs *fs, const char *dir, const char *code, struct lt_error *err);
int backup_key_load(const struct lt_fs *fs, const char *dir, bool make, struct backup_key *out, struct lt_error *err);

#endif
