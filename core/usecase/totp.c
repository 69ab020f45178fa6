#include "usecase/totp.h"

#include "base/text.h"

#include <nettle/hmac.h>
#include <sodium.h>
#include <string.h>

void totp_code(const unsigned char *secret, size_t len, uint64_t step, int digits, char *out)
{
    struct hmac_sha1_ctx ctx;
    unsigned char counter[8], mac[SHA1_DIGEST_SIZE];
    for (int i = 7; i >= 0; i--, step >>= 8) counter[i] = (unsigned char)step;
    hmac_sha1_set_key(&ctx, len, secret);
    hmac_sha1_update(&ctx, sizeof counter, counter);
    hmac_sha1_digest(&ctx, sizeof mac, mac);
    unsigned at = mac[19] & 15u;
    uint32_t number = ((uint32_t)mac[at] & 127u) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    for (int i = digits - 1; i >= 0; i--, number /= 10) out[i] = (char)('0' + number % 10);
    out[digits] = 0;
    sodium_memzero(&ctx, sizeof ctx);
    sodium_memzero(mac, sizeof mac);
}

int64_t totp_match(const unsigned char secret[TOTP_SECRET], const char *code, int64_t now_step)
{
    char given[TOTP_DIGITS + 1] = "", right[TOTP_DIGITS + 1];
    int64_t found = -1;
    bool whole = strlen(code) == TOTP_DIGITS && lt_print(given, sizeof given, "%s", code);
    for (int64_t step = now_step - 1; step <= now_step + 1; step++) {
        totp_code(secret, TOTP_SECRET, (uint64_t)step, TOTP_DIGITS, right);
        if (sodium_memcmp(given, right, sizeof right) == 0 && whole) found = step;
    }
    sodium_memzero(right, sizeof right);
    return found;
}

void totp_base32(const unsigned char secret[TOTP_SECRET], char out[TOTP_BASE32])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    for (size_t i = 0; i < TOTP_SECRET / 5; i++) {
        uint64_t five = 0;
        for (size_t k = 0; k < 5; k++) five = five << 8 | secret[5 * i + k];
        for (size_t k = 0; k < 8; k++) out[8 * i + k] = letters[five >> (35 - 5 * k) & 31];
    }
    out[TOTP_BASE32 - 1] = 0;
}
