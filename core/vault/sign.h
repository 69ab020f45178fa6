/* SSH signatures (SSHSIG, PROTOCOL.sshsig of OpenSSH) with Ed25519, namespace "git", and the file
 * allowed_signers by which stock git judges them. */
#ifndef LT_VAULT_SIGN_H
#define LT_VAULT_SIGN_H

#include "base/buf.h"
#include "base/error.h"
#include "base/fs.h"

#include <stdbool.h>
#include <stdint.h>

#define SIGN_PUBLIC      32
#define SIGN_LINE        96  /* "ssh-ed25519 AAAA…" and NUL */
#define SIGN_FINGERPRINT 64  /* "SHA256:…" and NUL */
#define SIGN_ARMOR       384 /* armoured signature and NUL */
#define SIGN_PRINCIPAL   128

/* A secret key in locked memory, zeroed when freed. Usable by several threads at once. */
struct sign_key;

/* Makes a key and its file (0600, flushed). LT_CONFLICT "key.exists" when there is a file. */
int sign_key_create(const struct lt_fs *fs, const char *path, struct sign_key **out, struct lt_error *err);
/* LT_REFUSED "key.readable" when others may read the file, "key.malformed". */
int sign_key_load(const char *path, struct sign_key **out, struct lt_error *err);
struct sign_key *sign_key_of_seed(const uint8_t seed[32]); /* NULL: memory. For tests and restored keys. */
void sign_key_free(struct sign_key *k);
const uint8_t *sign_key_public(const struct sign_key *k);
const char *sign_key_line(const struct sign_key *k);        /* "ssh-ed25519 AAAA…" */
const char *sign_key_fingerprint(const struct sign_key *k); /* "SHA256:…" */

void sign_public_line(const uint8_t key[SIGN_PUBLIC], char out[SIGN_LINE]);
void sign_public_fingerprint(const uint8_t key[SIGN_PUBLIC], char out[SIGN_FINGERPRINT]);
bool sign_public_parse(const char *line, uint8_t out[SIGN_PUBLIC]); /* "ssh-ed25519 AAAA… [comment]" */

/* Armour without an LF at its end. Cannot fail. */
void sign_make(const struct sign_key *k, const void *data, size_t len, char out[SIGN_ARMOR]);
/* True when armour is a good signature of data in namespace "git"; key: the one that made it. */
bool sign_verify(const char *armor, size_t armor_len, const void *data, size_t len, uint8_t key[SIGN_PUBLIC]);
/* The same in another namespace (a short word, "letopis-backup"): what was signed for one is no signature for another. */
void sign_make_in(const struct sign_key *k, const char *space, const void *data, size_t len, char out[SIGN_ARMOR]);
bool sign_verify_in(const char *armor, size_t armor_len, const char *space, const void *data, size_t len,
                    uint8_t key[SIGN_PUBLIC]);

/* --- allowed_signers --- */

struct sign_signer {
    char principal[SIGN_PRINCIPAL]; /* patterns with * and ?, comma separated, as ssh-keygen(1) has it */
    uint8_t key[SIGN_PUBLIC];
    int64_t after_s, before_s; /* seconds; 0: open */
    bool git;                  /* namespaces absent or naming git */
};
struct sign_signers {
    struct sign_signer *list;
    size_t len, cap;
};

/* Appends `principal namespaces="git"[,valid-after="…Z"][,valid-before="…Z"] ssh-ed25519 AAAA…` LF. LT_USAGE
 * for a principal with blanks, quotes or commas. */
int sign_signer_line(struct lt_buf *out, const char *principal, const uint8_t key[SIGN_PUBLIC],
                     int64_t after_s, int64_t before_s, struct lt_error *err);
/* Comments and keys of other kinds are passed over; times without Z count in UTC here. A line that cannot be
 * understood is LT_REFUSED "signers.malformed" (line). */
int sign_signers_parse(const char *text, size_t len, struct sign_signers *out, struct lt_error *err);
int sign_signers_load(const char *path, struct sign_signers *out, struct lt_error *err);
void sign_signers_free(struct sign_signers *s);
/* May this key sign for git as this principal at this time (the commit's own committer date)? valid-after and
 * valid-before are inclusive as in OpenSSH. */
bool sign_signers_allow(const struct sign_signers *s, const uint8_t key[SIGN_PUBLIC], const char *principal,
                        int64_t at_s);

#endif
