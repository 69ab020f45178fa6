/* Portfolios as git repositories.
 *
 * One data folder holds school.git and portfolios/<ab>/<pupil-id>.git (ab = last two digits of the id: the first ones of
 * a UUIDv7 are its birth time). A repository is named here by VAULT_SCHOOL or by the pupil's id. Text documents live in packs written by us,
 * file contents in loose objects made of stored zlib blocks, so that byte n lies at a computed place. A change is
 * accepted when its record is flushed to the journal; it may span several repositories and is then seen whole or not at all.
 *
 * One process holds the data folder (flock). Inside it every function may be called from any thread; one transaction or
 * snapshot belongs to one thread at a time. Errors: LT_CONFLICT where said, LT_NOTFOUND for an absent repository or path,
 * LT_REFUSED "vault.damaged" (repo, object, path) when bytes do not match their name, else LT_SYSTEM.
 *
 * Storage rules and their measurements: docs/architecture.md.
 */
#ifndef LT_VAULT_VAULT_H
#define LT_VAULT_VAULT_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/id.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define VAULT_SCHOOL "school"
#define VAULT_OID 41               /* hex SHA-1 and NUL */
#define VAULT_TEXT_MAX (4u << 20)  /* a text document is never larger */
#define VAULT_PATH_MAX 256

struct vault;

struct vault_config {
    const char *dir;               /* the data folder; copied */
    const struct lt_fs *fs;        /* NULL: the system's */
    const struct lt_clock *clock;  /* borrowed for the vault's life */
    bool read_only;                /* neither lock nor recovery; only reading and checking (offline tools, tests); heads are
                                      read from disk each time. Writing functions: LT_SYSTEM "vault.read_only" */
    const char *program, *modules; /* for the child that unpacks what a stranger's git packed (sandbox/child.h); copied. NULL (tests, fuzzers):
                                      unpacked here, up to 16 MiB */
    int lock_wait_ms;              /* how long to wait for another process's lock; then LT_CONFLICT "vault.locked" */
};

/* Makes the folder, its keys (signing key 0600, allowed_signers), school.git without a commit, journal/ spool/ run/ cache/.
 * An attempt that failed half-way can be repeated. LT_REFUSED "vault.exists" where there is a vault. installation: "letopis@<school-id>", the principal of all signatures and
 * the committer's e-mail. */
int vault_create(const struct vault_config *config, const char *school_id, struct lt_error *err);

/* Takes DATA/lock; after anything but a clean stop replays the journal, removes stale locks and temporary files and new
 * portfolios that were not accepted. LT_NOTFOUND "vault.absent"; LT_REFUSED "vault.newer" (made by a later version). */
int vault_open(const struct vault_config *config, struct vault **out, struct lt_error *err);
/* Settles the journal: empty after a clean stop. No transaction, snapshot or file may be open any more. */
void vault_close(struct vault *v);

const char *vault_dir(const struct vault *v);
const char *vault_installation(const struct vault *v); /* "letopis@<school-id>" */
const char *vault_school_id(const struct vault *v);
/* "ssh-ed25519 AAAA…" and "SHA256:…" of the signing key */
const char *vault_public_key(const struct vault *v);
const char *vault_fingerprint(const struct vault *v);

/* Every repository that has a commit, in id order, school first. cb returns non-zero to stop; that value is returned. */
int vault_repos(struct vault *v, int (*cb)(void *user, const char *repo, const char *head), void *user,
                struct lt_error *err);
int vault_head(struct vault *v, const char *repo, char out[VAULT_OID], struct lt_error *err);

/* --- reading: a snapshot is one commit's tree --- */

struct vault_snapshot;
/* commit NULL: the accepted head. */
int vault_snapshot_open(struct vault *v, const char *repo, const char *commit, struct vault_snapshot **out,
                        struct lt_error *err);
void vault_snapshot_close(struct vault_snapshot *s);
const char *vault_snapshot_commit(const struct vault_snapshot *s);
bool vault_snapshot_has(struct vault_snapshot *s, const char *path);
/* Appends the document's bytes. */
int vault_snapshot_read(struct vault_snapshot *s, const char *path, struct lt_buf *out, struct lt_error *err);
/* Every file below the folder prefix ("" = all), or the file of that very path, in path order. */
struct vault_item {
    const char *path;
    const char *oid; /* of the blob */
};
int vault_snapshot_walk(struct vault_snapshot *s, const char *prefix, int (*cb)(void *user, const struct vault_item *),
                        void *user, struct lt_error *err);
/* Paths that differ; old_s NULL: everything is new. oid NULL: removed in new_s. */
int vault_snapshot_diff(struct vault_snapshot *old_s, struct vault_snapshot *new_s,
                        int (*cb)(void *user, const struct vault_item *), void *user, struct lt_error *err);

/* History from the head backwards. path_prefix: only commits that changed this folder or file (NULL: all). */
struct vault_commit_info {
    const char *commit;
    int64_t author_ms;       /* whole seconds in git */
    int64_t committer_ms;
    const char *author_name, *author_email;
    const char *subject;
    const char *body;        /* what follows the subject: trailers and all */
    char use_case[64], actor[80], entry[LT_ID_SIZE], request[80], batch[LT_ID_SIZE]; /* trailers; "" when absent */
};
int vault_history(struct vault *v, const char *repo, const char *path_prefix,
                  int (*cb)(void *user, const struct vault_commit_info *), void *user, struct lt_error *err);

/* --- file contents --- */

struct vault_file;
int vault_file_open(struct vault_snapshot *s, const char *path, struct vault_file **out, struct lt_error *err);
uint64_t vault_file_size(const struct vault_file *f);
/* Bytes read (0 at the end) or a negative status. Memory used does not grow with the file. */
ssize_t vault_file_pread(struct vault_file *f, void *out, size_t len, uint64_t off, struct lt_error *err);
void vault_file_close(struct vault_file *f);

/* --- writing --- */

struct vault_author {
    const char *name;  /* kind of person in words: "guardian"; never a person's name */
    const char *email; /* "<person-id>@<school-id>" */
};

/* The message of a commit: subject in words with ids, no names; trailers are written in this order, empty ones left out. */
struct vault_message {
    const char *subject;
    const char *use_case, *actor, *entry, *request, *batch;
};

struct vault_tx;

/* Takes the writer locks of repos[0..n) in id order (each once; duplicates allowed). A repository that does not exist yet is
 * made at the commit. The lock is held until vault_tx_end, so what is read through the transaction cannot change below it.
 * Waiters are served in order of arrival. One thread must not begin a second transaction on a repository it holds. After a
 * failure that left the state of the disk unknown, LT_SYSTEM "vault.reopen" until the vault is opened anew. */
int vault_tx_begin(struct vault *v, const struct vault_author *who, const char *const *repos, size_t n,
                   struct vault_tx **out, struct lt_error *err);
/* The same without locks, for changes that take long to make: what is read are the heads of this moment, and everything is written against them. Then
 * vault_tx_prepare, vault_tx_lock, vault_tx_commit, in this order; nobody waits for the first two of them. */
int vault_tx_begin_unlocked(struct vault *v, const struct vault_author *who, const char *const *repos, size_t n, struct vault_tx **out,
                            struct lt_error *err);
/* Seals what is open and puts all objects on disk under temporary names. Nothing can be changed after it but by vault_tx_lock. */
int vault_tx_prepare(struct vault_tx *tx, const struct vault_message *message, struct lt_error *err);
/* Takes all writer locks in id order. A repository whose head moved meanwhile begins anew from its head of now: `again` makes its changes once more (and
 * no others), or refuses. again NULL: LT_CONFLICT "vault.head_moved" (repo). */
int vault_tx_lock(struct vault_tx *tx, int (*again)(void *user, const char *repo, struct lt_error *err), void *user, struct lt_error *err);
/* Reads see the transaction's own changes. Absent: LT_NOTFOUND. */
int vault_tx_read(struct vault_tx *tx, const char *repo, const char *path, struct lt_buf *out, struct lt_error *err);
bool vault_tx_has(struct vault_tx *tx, const char *repo, const char *path);
int vault_tx_head(struct vault_tx *tx, const char *repo, char out[VAULT_OID]); /* "" for a new repository */
int vault_tx_walk(struct vault_tx *tx, const char *repo, const char *prefix,
                  int (*cb)(void *user, const struct vault_item *), void *user, struct lt_error *err);
int vault_tx_put(struct vault_tx *tx, const char *repo, const char *path, const void *data, size_t len,
                 struct lt_error *err);
/* Copies the bytes of an existing blob of the same repository to another path without reading them. */
int vault_tx_copy(struct vault_tx *tx, const char *repo, const char *from, const char *to, struct lt_error *err);
int vault_tx_remove(struct vault_tx *tx, const char *repo, const char *path, struct lt_error *err);

/* Streams a file's content from a descriptor (from its current place to its end) into the repository; nothing of it
 * stays when the transaction is not committed. Size over max: LT_REFUSED "file.too_large". */
struct vault_stored {
    char oid[VAULT_OID];
    char sha256[65];
    uint64_t size;
};
int vault_tx_put_file(struct vault_tx *tx, const char *repo, const char *path, int fd, uint64_t max,
                      struct vault_stored *out, struct lt_error *err);

/* Ends one commit in one repository; further changes make the next. vault_tx_commit seals what is open with its message. */
int vault_tx_seal(struct vault_tx *tx, const char *repo, const struct vault_message *message, struct lt_error *err);

/* One document changed by the transaction, after all its commits. */
struct vault_change {
    const char *repo, *path;
    const char *oid;  /* NULL: removed */
    const void *data; /* bytes of a text document; NULL for file contents and removals */
    size_t len;
};
struct vault_moved {
    const char *repo;
    const char *old_head; /* "" for a new repository */
    const char *new_head;
};
struct vault_result {
    const struct vault_moved *moved; /* repositories whose head moved */
    size_t moved_len;
    const struct vault_change *changes; /* sorted by repo, path */
    size_t changes_len;
};
/* Accepted when 0 is returned (and only then; but see "vault.unsure"); the result lives until vault_tx_end. A transaction that changed nothing is
 * 0 with moved_len 0 and writes nothing. message applies to every repository with unsealed changes. `extra` (may be NULL) is a
 * record of at most 1 MiB that rides in the same flush and is handed to the replay callback after a crash: what it stands
 * for must be in its own database (written, not flushed) before vault_tx_end, for the journal forgets it after that.
 * LT_CONFLICT "vault.head_moved" or "vault.ref_locked" (repo) when a foreign git wrote; LT_SYSTEM "vault.unsure": the flush
 * failed, the next vault_open will show whether the change is there. After a failure only vault_tx_end may follow. */
int vault_tx_commit(struct vault_tx *tx, const struct vault_message *message, const void *extra, size_t extra_len,
                    const struct vault_result **result, struct lt_error *err);
void vault_tx_end(struct vault_tx *tx); /* releases the locks; without a commit nothing of it remains */

/* Extras of the records found in the journal at vault_open, oldest first; call before the first transaction. They are kept
 * until every cb of a call (and `all` after them, unless NULL) has returned 0, and come again when the machine stops before that: taking one twice must do no
 * harm. */
int vault_replayed(struct vault *v, int (*cb)(void *user, const void *extra, size_t len), int (*all)(void *user), void *user,
                   struct lt_error *err);

/* Switches the journal now (otherwise every 30 s or 64 MiB) and waits until it is flushed and gone, also from the folder on
 * disk. Waits for open transactions: not from a thread that has one. */
int vault_settle(struct vault *v, struct lt_error *err);

/* A small append-only record file beside the journal, for rows of the access log that must survive a kill: appended before
 * the answer leaves, flushed every second. `drain` hands over all rows so far and empties the file once cb returned 0 for
 * each and `all` (may be NULL; called after the last row, so that many can be written together) returned 0, too; rows of a drain that failed come again, alone or with newer ones, and after a power loss so may the last drained
 * ones: they need a mark of their own to be known by. A row has at most 1 MiB. */
int vault_side_append(struct vault *v, const void *data, size_t len, struct lt_error *err);
int vault_side_drain(struct vault *v, int (*cb)(void *user, const void *data, size_t len), int (*all)(void *user),
                     void *user, struct lt_error *err);

/* --- checking, packing, taking away --- */

struct vault_fault {
    const char *repo, *commit, *path; /* path or object name; any may be "" */
    const char *code;                 /* "signature", "principal", "order", "object", "missing", "pack", "reference" */
    const char *what;                 /* in English, for the details */
};
struct vault_report {
    uint64_t commits, objects, faults;
};
/* Verifies one repository: every object's bytes, every commit's signature and principal, parents not later than children.
 * Faults go to cb, the oldest commit first. 0 even with faults (see report). */
int vault_check(struct vault *v, const char *repo, int (*cb)(void *user, const struct vault_fault *), void *user,
                struct vault_report *report, struct lt_error *err);
/* Merges packs where there are more than 6 (but not while somebody reads the files as they lie there: copy.h). The vault does so itself: every 30 s, after 48 transactions of one repository, and
 * at vault_close, a few repositories a second. */
int vault_pack(struct vault *v, const char *repo, struct lt_error *err);
/* Takes a portfolio away for good: from now on it is absent, and stays so (a transaction on it is LT_NOTFOUND "vault.no_repo"). cb gets the name of
 * every object it had, after nobody can find it any more and before the bytes go. To be repeated after a kill; an absent one is fine. LT_CONFLICT "vault.held" while a copy is
 * taken (copy.h); so vault_purge. Settles the journal before the bytes go, and so waits for transactions under way. Not from a thread that has one. */
int vault_erase(struct vault *v, const char *repo, int (*cb)(void *user, const char *object), void *user, struct lt_error *err);

enum vault_fate { VAULT_KEEP, VAULT_REPLACE, VAULT_DROP };
struct vault_rewriting {
    const char *id; /* of the erasure: trailer Rewritten */
    void *user;
    /* What is to become of the document or file at this path, in every commit that has it? VAULT_REPLACE: `document` is asked. */
    enum vault_fate (*fate)(void *user, const char *path);
    /* Appends what stands there instead; the same bytes are left alone. Nothing appended: it is dropped. */
    int (*document)(void *user, const char *path, const void *data, size_t len, struct lt_buf *out, struct lt_error *err);
};
/* Makes the history of main anew where `how` changes a tree: from the first such commit on each is written again with its author, author
 * date and message, the time of now as committer's, our signature and the trailer. The commits before it stay. One record of the journal: the old
 * head or the new one. *commits: how many were rewritten, 0 when nothing was to be changed. What the old ones said is on disk until
 * vault_settle and vault_purge. Nothing that somebody commits meanwhile is lost. */
int vault_rewrite(struct vault *v, const char *repo, const struct vault_rewriting *how, uint64_t *commits, struct lt_error *err);
/* Leaves on disk and in memory what main reaches and nothing else: other references, reflogs, packs and loose objects go. */
int vault_purge(struct vault *v, const char *repo, struct lt_error *err);

/* Writes a v2 bundle of main and HEAD to fd: all history, or with fresh = true one signed root commit of the head's tree. */
int vault_bundle(struct vault *v, const char *repo, bool fresh, int fd, struct lt_error *err);

#endif
