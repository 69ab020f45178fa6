/* A transaction in memory: what tx.c gathers and accept.c makes true. */
#ifndef LT_VAULT_TX_H
#define LT_VAULT_TX_H

#include "vault/edit.h"
#include "vault/loose.h"
#include "vault/record.h"
#include "vault/state.h"

struct tx_repo {
    struct vault_repo *repo;
    char *dir, *objects;
    git_oid base; /* head at the beginning; zero: none */
    git_oid base_tree;
    struct tree *base_root; /* NULL: none */
    git_oid head;           /* after the last sealed commit */
    git_oid head_tree;
    int64_t committer_s; /* of head */
    bool locked;         /* its writer lock is ours */
    bool opened;         /* edit is usable */
    bool made;           /* the folder was made by this transaction */
    struct edit edit;
    struct pack *pack;
    struct loose_new *files; /* contents under temporary names */
    size_t files_len, files_cap;
    /* of the commit */
    char pack_name[41];
    struct pack_image image; /* what is staged, until the record is made */
    bool prepared;           /* objects are on disk under temporary names */
    bool pack_staged, ref_staged;
};

enum tx_state { TX_OPEN, TX_ACCEPTED, TX_FAILED };

struct vault_tx {
    struct vault *v;
    enum tx_state state;
    char *author_name, *author_email;
    struct tx_repo *repos; /* in id order, all locked */
    size_t n;
    struct journal_file *pin;
    bool unlocked; /* begun without locks, and not locked yet */
    bool ready;    /* vault_tx_prepare was done */
    bool described; /* result is that of the heads */
    bool flushed;  /* all that is staged is on disk */
    bool leave; /* nobody knows whether it was accepted: what is on disk stays for the next start */
    struct vault_result result;
    struct vault_moved *moved;
    struct vault_change *changes;
    size_t changes_cap;
    struct tx_text *texts; /* memory of the result */
};

/* A piece of memory of the result. */
struct tx_text {
    struct tx_text *next;
    char bytes[];
};

/* The repository of the transaction by name; LT_USAGE "vault.not_locked" (repo). */
int tx_repo_of(struct vault_tx *tx, const char *repo, struct tx_repo **out, struct lt_error *err);
/* Makes r->edit usable. */
int tx_repo_open(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err);
/* Before anything is put on disk for it: pins the journal, makes the folder of a new repository. */
int tx_repo_touch(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err);
/* Seals what is open; nothing when the tree is that of the head. */
int tx_repo_seal(struct vault_tx *tx, struct tx_repo *r, const struct vault_message *message,
                 struct lt_error *err);
/* Head, its tree and time of the moment. */
int tx_repo_base(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err);
/* accept.c: forgets what was made of one repository, on disk too. */
void tx_repo_reset(struct vault_tx *tx, struct tx_repo *r);
/* accept.c: takes away what the transaction put on disk and that was not accepted. */
void tx_discard(struct vault_tx *tx);

#endif
