#include "usecase/secret.h"

#include "base/id.h"
#include "base/text.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PASSWORD_MIN = 10 };

int secret_hash(const char *password, char hash[129], struct lt_error *err)
{
    _Static_assert(crypto_pwhash_STRBYTES <= 129, "the hash fits its column");
    if (sodium_init() < 0 ||
        crypto_pwhash_str_alg(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13))
        return lt_fail_memory(err);
    return 0;
}

bool secret_matches(const char *hash, const char *password)
{
    if (sodium_init() < 0 || !*hash) return false;
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

void secret_waste(const char *password)
{
    char hash[129];
    struct lt_error ignored = {0};
    secret_hash(password, hash, &ignored);
    lt_error_clear(&ignored);
    sodium_memzero(hash, sizeof hash);
}

int secret_check(const char *password, const char *login, struct lt_error *err)
{
    if (lt_utf8_count(password) < PASSWORD_MIN)
        return lt_fail_field(err, LT_USAGE, "password", "password.short", "min", LT_NUM(PASSWORD_MIN), (char *)NULL);
    if (login && *login && strcasestr(password, login))
        return lt_fail_field(err, LT_USAGE, "password", "password.login", (char *)NULL);
    return 0;
}

void secret_for_slip(char out[16])
{
    static const char letters[] = "abcdefghkmnprstuvwxyz23456789"; /* no i j l o q 0 1: read from paper */
    for (int i = 0; i < 14; i++) {
        out[i] = i == 4 || i == 9 ? '-' : letters[randombytes_uniform(sizeof letters - 1)];
    }
    out[14] = 0;
}

void secret_token(char out[48])
{
    unsigned char raw[32];
    lt_random(raw, sizeof raw);
    memcpy(out, "lt_", 3);
    sodium_bin2base64(out + 3, 45, raw, sizeof raw, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(raw, sizeof raw);
}

void secret_sha256(const char *secret, char out[65])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)secret, strlen(secret));
    lt_hex(digest, sizeof digest, out);
}
