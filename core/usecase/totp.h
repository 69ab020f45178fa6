/* One-time codes by time (RFC 6238: HMAC-SHA-1, steps of 30 seconds). Pure. */
#ifndef LT_USECASE_TOTP_H
#define LT_USECASE_TOTP_H

#include <stddef.h>
#include <stdint.h>

enum { TOTP_SECRET = 20, TOTP_STEP_SECONDS = 30, TOTP_DIGITS = 6 };
#define TOTP_BASE32 (TOTP_SECRET * 8 / 5 + 1)

/* The code of a step as decimal digits with leading zeros; digits 6 to 8, out holds digits + 1. */
void totp_code(const unsigned char *secret, size_t len, uint64_t step, int digits, char *out);
/* The step within one of `now_step` whose code this is (six digits), or -1. Takes the same time for every wrong code. */
int64_t totp_match(const unsigned char secret[TOTP_SECRET], const char *code, int64_t now_step);
/* RFC 4648, without padding. */
void totp_base32(const unsigned char secret[TOTP_SECRET], char out[TOTP_BASE32]);

#endif
