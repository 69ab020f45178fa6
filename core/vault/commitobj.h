/* Commit objects: text with signature, and back. */
#ifndef LT_VAULT_COMMITOBJ_H
#define LT_VAULT_COMMITOBJ_H

#include "base/buf.h"
#include "base/error.h"
#include "vault/sign.h"
#include "vault/vault.h"

#include <git2.h>

#define COMMIT_MAX     (1u << 20) /* bytes of a commit object */
#define COMMIT_PARENTS 16

struct commit_person {
    const char *name, *email;
    int64_t at_s;
    int offset_minutes; /* of the time zone written */
};

struct commit_draft {
    git_oid tree;
    const git_oid *parents;
    size_t parents_len;
    struct commit_person author, committer;
    const char *message; /* whole; ends with LF */
};

/* Appends subject, empty line and trailers (Use-Case, Actor, Entry, Request, Batch, then Rewritten when
 * given). Values with line breaks and an empty subject are LT_USAGE "vault.bad_message". */
int commit_message(struct lt_buf *out, const struct vault_message *m, const char *rewritten,
                   struct lt_error *err);

/* Appends the signed object (without git's "commit <size>" header). Names and e-mails with < > or control
 * characters: LT_USAGE "vault.bad_person". */
int commit_build(struct lt_buf *out, const struct commit_draft *d, const struct sign_key *key,
                 struct lt_error *err);

/* A commit taken apart; strings are its own. Zero it before use. */
struct commit_view {
    git_oid tree;
    git_oid parents[COMMIT_PARENTS];
    size_t parents_len;
    struct commit_person author, committer;
    const char *message;
    const char *subject; /* first line of it, NUL-terminated copy */
    char *signature;     /* armour, NULL when unsigned */
    size_t signature_len;
    char *payload; /* what was signed */
    size_t payload_len;
    char *strings;
};

/* LT_REFUSED "vault.damaged" (object) when it is not a commit as git's fsck wants it. */
int commit_parse(const git_oid *oid, const void *raw, size_t len, struct commit_view *out,
                 struct lt_error *err);
void commit_view_free(struct commit_view *c);

/* Value of a trailer of the message's last paragraph; "" when absent; cut to size. True when present. */
bool commit_trailer(const struct commit_view *c, const char *name, char *out, size_t size);

enum commit_verdict {
    COMMIT_GOOD,
    COMMIT_UNSIGNED,
    COMMIT_BAD,     /* the signature does not fit the bytes */
    COMMIT_STRANGER /* a good signature, but its key may not sign as this committer at that time */
};
/* The principal asked for is the committer's e-mail (stock git does not compare them; we do). */
enum commit_verdict commit_verify(const struct commit_view *c, const struct sign_signers *signers);

#endif
