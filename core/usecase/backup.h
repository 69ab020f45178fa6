/* Backups: sealed copies of the data folder on carriers (backup_store.h), taken while the server runs.
 *
 * A copy is what stood at one moment: the heads of all repositories at once, the files of each, system.db a moment later (so that its access log is
 * never shorter than the anchor in school.git says), letopis.conf, keys/ (without the key of the backups), plugins/. Not spool/, cache/, journal/, run/,
 * index.db. Git's objects never change under their names, so what is on the carrier is not read again, let alone written.
 *
 * A manifest (sealed JSON, and behind an LF the installation's signature over it in the namespace BACKUP_SPACE):
 * {format, id, at, school, installation, fingerprint, version, carrier, files:[file], repositories:[{repo, head, files, bytes, list:file}], erasures:[…],
 *  count, bytes}; file: {path, size, sha256, pieces:[name]}. list: a JSON array of the files of the repository, itself kept as pieces. */
#ifndef LT_USECASE_BACKUP_H
#define LT_USECASE_BACKUP_H

#include "usecase/backup_store.h"
#include "usecase/call.h"

#define BACKUP_SPACE "letopis-backup"
#define BACKUP_FORMAT 1
#define BACKUP_LIST_MAX (64u << 20)

/* --- carriers (carrier.c): school.git carriers/<id>.json --- */

/* The carrier of this id, inventory number or folder; new reference. LT_NOTFOUND "carrier.absent" (carrier). */
int carrier_find(struct uc_call *call, const char *field, const char *what, json_t **out, struct lt_error *err);
/* All, in order of their numbers: an array. */
int carrier_all(struct uc_call *call, bool removed_too, json_t **out, struct lt_error *err);
/* Opens what lies in its folder with the key of this data folder. */
int carrier_open(struct uc_call *call, const json_t *carrier, struct backup_key *key, struct store **out, struct lt_error *err);
/* Brings the copies its document knows of up to those that are there, and notes `about` {verified} at the copy `id` (both may be NULL). */
int carrier_note(struct uc_call *call, const char *carrier, struct store *s, const char *id, const json_t *verified, const char *subject,
                 struct lt_error *err);
/* One run, check or removal at a time. LT_CONFLICT "backup.busy". */
int backup_enter(struct uc_call *call, struct lt_error *err);
void backup_leave(struct uc_call *call);

/* --- taking (backup_take.c) --- */
/* *out: {id, at, file, files, bytes, written} */
int backup_take(struct uc_call *call, struct store *s, const json_t *carrier, json_t **out, struct lt_error *err);

/* --- reading (backup_read.c) --- */
/* The manifest of a copy, its signature judged by `vault` (NULL: not judged). LT_REFUSED "backup.copy_damaged", "backup.copy_signature",
 * "backup.newer". */
int backup_manifest(struct store *s, const char *file, struct vault *vault, json_t **out, struct lt_error *err);
/* The files of a repository of a manifest. */
int backup_list(struct store *s, const json_t *repository, json_t **files, struct lt_error *err);
/* A file's bytes, judged by size and SHA-256, written below dir (NULL: only judged) with its folders. LT_REFUSED "backup.file_damaged" (path) and those of
 * store_get. *bad: the piece at fault, or "". */
int backup_unpack(const struct lt_fs *fs, struct store *s, const json_t *file, const char *dir, char bad[STORE_NAME], struct lt_error *err);
/* The newest copy of a carrier, or that of the id. LT_NOTFOUND "backup.none", "backup.copy_absent". */
int backup_pick(const char *dir, const char *id, struct store_copy *out, struct lt_error *err);

/* --- checking (backup_check.c) --- */
/* *out: {id, files, bytes, repositories, commits, objects, faults, items:[{path, what, place}]}; 0 also with faults. */
int backup_check(struct uc_call *call, struct store *s, const struct store_copy *copy, json_t **out, struct lt_error *err);

/* --- keeping few (backup_prune.c) --- */
int backup_drop(struct uc_call *call, struct store *s, const char *id, uint64_t *freed, struct lt_error *err);
/* Leaves the `keep` newest. */
int backup_prune(struct uc_call *call, struct store *s, size_t keep, size_t *dropped, uint64_t *freed, struct lt_error *err);

/* --- restoring (backup_restore.c), the state (backup_state.c) --- */
int backup_run_restore(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int backup_run_status(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
/* Tells the director, sysadmin and whoever answers for storage that a copy is overdue. */
int backup_due(struct uc_call *call, struct lt_error *err);

#endif
