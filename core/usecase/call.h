/* What a use case's function gets to work with. Private to usecase/ and plugin/. */
#ifndef LT_USECASE_CALL_H
#define LT_USECASE_CALL_H

#include "usecase/usecase.h"

#include "base/fs.h"
#include "index/index.h"
#include "index/system.h"
#include "model/rights.h"
#include "model/year.h"
#include "sandbox/child.h"
#include "vault/vault.h"

#include <pthread.h>
#include <stdatomic.h>

struct lt_app {
    struct vault *vault;
    struct index *index;
    struct sysdb *sys;
    struct lt_clock clock;
    const struct lt_fs *fs;
    struct lt_id_source *ids;
    bool judge_answers;           /* lt_app_config */
    char *dir;
    char *program, *modules, *plugins_dir;
    const struct uc_ports *ports; /* plugins and other things of the folders above (usecase/ports.h); never NULL */
    struct sandbox_config sandbox;
    struct guesses *guesses;      /* wrong passwords and codes of late (guess.h) */
    struct lt_log_ring *log;      /* lt_app_log; NULL: no server */
    struct previews *previews;    /* pictures of files being made (file.h) */
    struct jobs *jobs;            /* long work (job.h) */
    struct repeats *repeats;      /* writes under way with an id of the caller (repeat.h) */
    atomic_bool backup_busy;      /* a backup is made, checked or removed (backup.h) */
    atomic_bool index_behind;     /* a change was accepted that the index could not take: mended before the next call */
    bool at_rest;                 /* a folder that is being restored: nothing outside it is touched, no site, no mail */
    atomic_bool erase_due;        /* an act of erasure is not carried out yet: done before the next call (erase.h) */
    atomic_uint share_minute, share_wrong; /* wrong tokens of links, by minute (share_view.c) */
    pthread_mutex_t drain;        /* one thread at a time moves rows of the access log to system.db */
    atomic_uint rows_waiting;     /* of the access log, appended since the start */
    struct judged_docs *judged;   /* documents that rights were judged by lately (judged.h) */
    struct kept *kept;            /* answers as they were given lately (kept.h) */
    struct emitted *emitted;      /* what plugins made of the files that wait (emitted.h) */
    struct known *known;          /* documents of people who called lately (known.h) */
    atomic_ulong feeds;           /* how often the index took a change */
    atomic_ulong fed[256];        /* and when it last took one of the repositories of that slot (uc_feed_slot) */
    atomic_uint school_turn;      /* grows when the index took a change of school.git or of whose guardian somebody is */
    pthread_mutex_t settings_lock;
    json_t *settings;             /* of school.json as of settings_turn; NULL: not read yet */
    unsigned settings_turn;
    char installation[LT_ID_SIZE]; /* id of the school: right of the @ in authors' addresses */
};

struct uc_actor {
    char id[80];          /* person id, pupil id or "local:<user>"; "" for nobody */
    char kind[24];        /* word for the commit's author: local, pupil, guardian, staff, nobody */
    bool local, is_pupil, confirmed;
    bool program;         /* signed in with an API token */
    bool factor_on, factor_needed; /* second factor (factor.h): known where it matters */
    bool must_change;     /* signed in with the password of a slip, which others have seen */
    char account[LT_ID_SIZE], session[LT_ID_SIZE];
    json_t *person;       /* person document, NULL for pupils and local */
    json_t *relations;    /* of a guardian: [{pupil, kind, rights, from, to, pupil_birth}] */
    json_t *programme_groups, *events; /* struct model_actor */
    char scope[256];      /* of a token; "" = all */
    unsigned turn;        /* app->school_turn before the documents above were read */
    struct lt_date day;   /* and the day for which */
};

/* The documents a right is judged by. */
struct uc_target_docs {
    char pupil_id[LT_ID_SIZE], entry_id[LT_ID_SIZE];
    json_t *pupil, *classes, *entry;
    json_t *verified, *dispute; /* of the entry, when there are such */
    json_t *object;             /* document of another target: review, class, person, event, account … */
};
void uc_target_clear(struct uc_target_docs *t);

struct uc_call {
    struct lt_app *app;
    const struct uc_row *row;
    const json_t *in;
    struct uc_actor actor;
    enum lt_lang lang;
    int64_t now;
    struct lt_date today;
    unsigned long feeds;      /* app->feeds before anything was read */
    bool text;                /* the door takes the answer as text */
    char request[80];
    const char *door;
    const char *peer;         /* address of the caller, or NULL */
    const struct uc_input_file *files;
    size_t files_len;
    struct uc_target_docs target;
    uint64_t standing;        /* of the actor to the target, when the call began */
    json_t *seen;             /* ids of pupils whose data this call gives out or changes: uc_saw */
    struct uc_stream *stream; /* to fill for UC_BYTES */
    bool committed;
    char imported[LT_ID_SIZE]; /* the batch that this call applied; "" */
    bool own_request;         /* the caller gave the id of the request: a repetition is not done twice */
    struct job_run *job;      /* done as a job (job.h); else NULL */
    struct repeat *repeat;    /* while a write with such an id runs (repeat.h); else NULL */
    json_t *notices;          /* for others, gathered until the change is accepted (notice.h); NULL: none */
    json_t *checks;           /* rights asked so far, asked once more before a change is accepted */
};

/* --- authorisation (authorise.c): the one place --- */

/* Is the right given for a target resolved by id? LT_DENIED or LT_NOTFOUND as the actor may know of it. Used by the dispatcher and by
 * use cases with several targets (UC_T_OWN). */
int uc_require(struct uc_call *call, const char *right, enum uc_target target, const char *id, struct lt_error *err);

/* Reads the actor's person, roles and relations anew; LT_DENIED when the account was disabled or the session ended meanwhile. */
int uc_actor_reload(struct uc_call *call, struct lt_error *err);
/* Who calls: local owner, login with password, or token. */
int uc_actor_find(struct uc_call *call, const struct uc_request *request, struct lt_error *err);
void uc_actor_clear(struct uc_actor *actor);
/* Judges an entry that does not exist yet: the draft about to be added to a pupil's portfolio. */
int uc_require_draft(struct uc_call *call, const char *right, const char *pupil, const json_t *entry, struct lt_error *err);
/* The same as uc_require without an error: may the actor? */
bool uc_may(struct uc_call *call, const char *right, enum uc_target target, const char *id);
/* May the actor know of the thing with this id that use cases of the noun answer with? True where nothing is judged by a document. */
bool uc_may_know(struct uc_call *call, const char *noun, const char *id);
/* Puts "scope" (left out where everything may be seen) and "today" into the parameters of a list. */
int uc_scope(struct uc_call *call, const char *right, json_t *params, struct lt_error *err);
/* Notes that a pupil's data was given out or changed, for the access log. */
void uc_saw(struct uc_call *call, const char *pupil);
void uc_saw_items(struct uc_call *call, const json_t *items, const char *key);

/* --- reading --- */

/* A document from the index by kind and id (index.h); LT_NOTFOUND "<kind>.absent" on absence. */
int uc_doc(struct uc_call *call, const char *kind, const char *id, json_t **out, struct lt_error *err);
/* Runs an index list with the call's limit and cursor; *out = {"items", "next"}. Takes params. */
int uc_list(struct uc_call *call, const char *list, json_t *params, json_t **out, struct lt_error *err);
/* All rows of a list, for rules (refuses above 20 000). Takes params. */
int uc_all(struct uc_call *call, const char *list, json_t *params, json_t **items, struct lt_error *err);
/* Setting of the school (school.json settings) or its default (usecase/settings.c). */
const char *uc_setting(struct uc_call *call, const char *name, char *buf, size_t len);
long long uc_setting_int(struct uc_call *call, const char *name);
/* First day of the school year as the school says. */
struct model_year_rule uc_year_rule(struct uc_call *call);

/* Through the network only below the folder that letopis.conf names under `key`: a director's account is no right to write anywhere on the disk.
 * `folder` has no part ".." (release_path_check). LT_REFUSED `code` (outside.c). */
int uc_folder_allowed(struct uc_call *call, const char *key, const char *folder, const char *code, struct lt_error *err);

/* --- changing (commit.c) --- */

struct uc_tx;
/* repos: VAULT_SCHOOL or pupil ids. */
int uc_tx_begin(struct uc_call *call, const char *const *repos, size_t n, struct uc_tx **out, struct lt_error *err);
int uc_tx_begin1(struct uc_call *call, const char *repo, struct uc_tx **out, struct lt_error *err);
/* For changes over many portfolios: no locks are taken, what is read are the documents of this moment. Then everything is written, uc_tx_prepare, uc_tx_lock
 * and uc_tx_commit follow; only between the last two does anybody wait (vault.h). subject and entry: of what is not sealed yet. */
int uc_tx_begin_unlocked(struct uc_call *call, const char *const *repos, size_t n, struct uc_tx **out, struct lt_error *err);
int uc_tx_prepare(struct uc_tx *tx, const char *subject, const char *entry, struct lt_error *err);
/* `again` makes the changes of one repository once more, from what stands there now. */
int uc_tx_lock(struct uc_tx *tx, int (*again)(void *user, const char *repo, struct lt_error *err), void *user, struct lt_error *err);
/* A document as it stands inside the writer lock; new reference. */
int uc_tx_get(struct uc_tx *tx, const char *repo, const char *path, json_t **out, struct lt_error *err);
/* Stamps changed (and created, when the document has none) and writes it in canonical form. doc is borrowed and changed by the stamps. */
int uc_tx_put(struct uc_tx *tx, const char *repo, const char *path, json_t *doc, struct lt_error *err);
/* The same without stamps: copies of verified revisions and the like. */
int uc_tx_put_bytes(struct uc_tx *tx, const char *repo, const char *path, const void *data, size_t len, struct lt_error *err);
int uc_tx_get_bytes(struct uc_tx *tx, const char *repo, const char *path, struct lt_buf *out, struct lt_error *err);
int uc_tx_put_file(struct uc_tx *tx, const char *repo, const char *path, int fd, uint64_t max, struct vault_stored *out,
                   struct lt_error *err);
int uc_tx_copy(struct uc_tx *tx, const char *repo, const char *from, const char *to, struct lt_error *err);
int uc_tx_remove(struct uc_tx *tx, const char *repo, const char *path, struct lt_error *err);
int uc_tx_walk(struct uc_tx *tx, const char *repo, const char *prefix, int (*cb)(void *user, const struct vault_item *), void *user, struct lt_error *err);
bool uc_tx_has(struct uc_tx *tx, const char *repo, const char *path);
/* The commit that the repository stands at; "" for a new one. */
int uc_tx_head(struct uc_tx *tx, const char *repo, char out[VAULT_OID], struct lt_error *err);
/* Names the batch of an import for the trailer of all commits. */
void uc_tx_batch(struct uc_tx *tx, const char *batch);
/* Ends one commit of one repository with an own subject and entry id. */
int uc_tx_seal(struct uc_tx *tx, const char *repo, const char *subject, const char *entry, struct lt_error *err);
/* What the call answers, kept for a repetition of it (repeat.h) from the moment of acceptance; for use cases that answer something else than the
 * document of their noun they wrote. Before uc_tx_commit; borrowed. */
void uc_tx_gives(struct uc_tx *tx, const json_t *answer);
/* Asks the right once more (a role may have ended meanwhile), accepts, feeds the index, writes the access rows. subject: words and
 * ids, no names: "Verify entry". */
int uc_tx_commit(struct uc_tx *tx, const char *subject, const char *entry, struct lt_error *err);
void uc_tx_end(struct uc_tx *tx);

/* Changes of system.db that are done whole or not at all, with the answer kept for a repetition. Nothing slow in between: others wait.
 * uc_sys_end takes the rc so far and gives it back, or its own failure. */
int uc_sys_begin(struct uc_call *call, struct lt_error *err);
int uc_sys_end(struct uc_call *call, int rc, const json_t *answer, struct lt_error *err);

/* Notes that the index took something of the repository, NULL: of any. */
void uc_fed(struct lt_app *app, const char *repo);
/* Whether it may have since feeds was `then`. Meaningful with the repository's writer lock held: whoever changes it feeds the index before
 * the lock is let go. */
bool uc_fed_since(struct lt_app *app, const char *repo, unsigned long then);

/* --- the application (app.c) --- */

/* Opens vault, index and system.db of app->dir into a handle opened offline (school init). */
int app_attach(struct lt_app *app, int lock_wait_ms, struct lt_error *err);
/* Feeds the index with every repository whose head is not the indexed one; all = true: with every repository. */
int app_mend_index(struct lt_app *app, bool all, struct lt_error *err);
/* The same with every repository, telling the job of the call how far it is. */
int app_reindex(struct uc_call *call, struct lt_error *err);

/* --- access log (access.c) --- */

/* One row for what the call gave out or changed; the text form rides in the journal record of a change. */
json_t *access_row(const struct uc_call *call, const char *outcome);
int access_append(struct lt_app *app, const json_t *row, struct lt_error *err);
/* Moves the rows gathered so far into system.db. */
int access_drain(struct lt_app *app, struct lt_error *err);
/* After a crash: rows that rode in journal records. */
int access_replay(struct lt_app *app, struct lt_error *err);

/* {"at": now, "by": actor}; new reference */
json_t *uc_stamp(struct uc_call *call);

#endif
