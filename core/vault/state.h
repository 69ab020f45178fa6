/* struct vault, and what its parts share: the table of repositories with heads and writer locks. */
#ifndef LT_VAULT_STATE_H
#define LT_VAULT_STATE_H

#include "vault/commitobj.h"
#include "vault/inside.h"
#include "vault/journal.h"
#include "vault/text.h"
#include "vault/tree.h"

#include <pthread.h>

#define VAULT_FORMAT 1          /* of the data folder, in letopis.conf */
#define PACKS_SOON   48         /* new packs of one repository that are not left until the next quiet look */
#define VAULT_NAME   LT_ID_SIZE /* a repository's name and NUL */

struct vault_waiter; /* one thread that waits for a writer lock, on its own stack */

/* A repository that somebody asked for. Lives as long as the vault; fields belong to vault.mu. */
struct vault_repo {
    struct vault_repo *chain;
    char name[VAULT_NAME];
    bool known;     /* head was read; after that it is changed by our transactions alone */
    bool born;      /* has a commit */
    bool locked;    /* a writer holds it */
    bool described; /* tree and committer_s are those of head */
    bool erased;    /* for good: not born again */
    git_oid head, tree;
    int64_t committer_s;
    unsigned packs;                    /* written since somebody looked whether there are too many */
    struct vault_waiter *first, *last; /* in order of arrival */
};

struct vault {
    char *dir, *installation;
    char *program, *modules; /* NULL: there is no child */
    char school_id[SIGN_PRINCIPAL];
    const struct lt_fs *fs;
    struct lt_clock own_clock; /* when the caller gave none */
    const struct lt_clock *clock;
    bool read_only;
    bool git_started;
    int lock_fd;
    struct sign_key *key;
    struct sign_signers signers;
    char public_key[SIGN_LINE], fingerprint[SIGN_FINGERPRINT];
    struct repo_cache *repos;
    struct cache *trees, *texts;
    struct journal *journal; /* NULL when read_only */
    struct vault_side *side; /* NULL when read_only */

    pthread_mutex_t mu; /* table, heads, locks, keeper's fields */
    struct vault_repo **table;
    size_t table_cap, table_len; /* a power of two */

    pthread_cond_t still;    /* nothing is taken away any more */
    unsigned held, taking;   /* who reads the files as they lie there; who takes some away (copy.h) */
    pthread_cond_t wake;
    pthread_t keeper;
    bool keeper_runs, stop;
    bool crowded; /* a repository has got PACKS_SOON packs since it was looked at */
};

/* Entry of a repository, made when new. LT_USAGE "vault.bad_repo" for what is no name. */
int vault_entry(struct vault *v, const char *repo, struct vault_repo **out, struct lt_error *err);
/* As vault_entry with the head known: read from disk the first time (each time in a read-only vault). head
 * may be NULL. LT_NOTFOUND "vault.no_repo" (repo) when it has no commit; out and *unborn are set then, too.
 */
int vault_entry_head(struct vault *v, const char *repo, struct vault_repo **out, git_oid *head,
                     struct lt_error *err);
/* Waits for the writer lock, in order of arrival; LT_SYSTEM "vault.read_only". */
int vault_entry_lock(struct vault *v, struct vault_repo *r, struct lt_error *err);
void vault_entry_unlock(struct vault *v, struct vault_repo *r);
bool vault_repo_name_valid(const char *repo);

/* Reads and takes apart a commit. LT_NOTFOUND "vault.no_commit" (repo, commit). Free with commit_view_free.
 */
int vault_commit_read(struct vault *v, const char *dir, const git_oid *oid, struct commit_view *out,
                      struct lt_error *err);

/* Appends a text document's bytes; LT_REFUSED "vault.damaged" when the repository has no such blob. */
int vault_blob_read(struct vault *v, const char *dir, const git_oid *oid, struct lt_buf *out,
                    struct lt_error *err);

/* A tree_file_cb that calls a callback of vault.h; user: a struct vault_item_cb. */
struct vault_item_cb {
    int (*call)(void *user, const struct vault_item *item);
    void *user;
};
int vault_item_call(void *user, const char *path, const git_oid *oid);

/* Names in portfolios/, in id order, and VAULT_SCHOOL before them; malloc'ed rows of VAULT_NAME bytes. */
int vault_names(const struct vault *v, char (**out)[VAULT_NAME], size_t *n, struct lt_error *err);

/* Brings the folder to the state of its journal; the lock is held. next: number for the next journal file. */
int vault_recover(struct vault *v, uint64_t *next, struct lt_error *err);

/* accept.c: flushes the file system. */
int vault_flush(struct vault *v, struct lt_error *err);

/* Makes sure the thread is there that flushes and settles once a second. */
int vault_keeper_start(struct vault *v, struct lt_error *err);

/* side.c */
int vault_side_open(struct vault *v, struct lt_error *err);
void vault_side_close(struct vault *v);
int vault_side_flush(struct vault *v, struct lt_error *err); /* what was appended since the last time */

/* LT_SYSTEM "vault.read_only" when nothing may be written. */
int vault_writable(const struct vault *v, struct lt_error *err);

static inline struct tree_source vault_trees_of(struct vault *v, const char *dir)
{
    return (struct tree_source){.trees = v->trees, .repos = v->repos, .dir = dir};
}

#endif
