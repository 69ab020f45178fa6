/* Everything reachable from a commit, whole or not: for checking and for bundles. */
#ifndef LT_VAULT_REACH_H
#define LT_VAULT_REACH_H

#include "vault/commitobj.h"
#include "vault/oidmap.h"
#include "vault/repo.h"

struct reach_commit {
    git_oid oid, tree;
    int64_t committer_s;
    enum commit_verdict verdict;    /* COMMIT_GOOD when no signers were given */
    size_t parents_at, parents_len; /* in struct reach parents: places in list */
    int status;    /* 0, LT_NOTFOUND or LT_REFUSED: its object could not be read; the rest is empty */
    char what[64]; /* why */
};

struct reach {
    struct reach_commit *list; /* in the order they were met */
    size_t len, cap;
    size_t *parents, parents_len, parents_cap;
    size_t *order; /* places in list, parents before children */
    struct oidmap by_oid;
};

/* Zero out before. A commit that cannot be read is noted and ends its line of history; only LT_SYSTEM fails.
 */
int reach_commits(struct repo *r, const git_oid *head, const struct sign_signers *signers, struct reach *out,
                  struct lt_error *err);
void reach_free(struct reach *h);

struct reach_visit {
    void *user;
    /* An object met for the first time; non-zero stops the walk and is returned. */
    int (*object)(void *user, const git_oid *oid, git_object_t type, const char *path);
    /* A tree that cannot be read: status is LT_NOTFOUND or LT_REFUSED. Non-zero stops the walk. */
    int (*failed)(void *user, const git_oid *oid, const char *path, int status, const struct lt_error *why);
};
/* The tree and all below it that is not in seen yet, which grows by it. */
int reach_tree(struct repo *r, const git_oid *tree, struct oidmap *seen, const struct reach_visit *visit,
               struct lt_error *err);

#endif
