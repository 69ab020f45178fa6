/* Passwords and tokens: Argon2id by libsodium, random secrets, SHA-256 of tokens. */
#ifndef LT_USECASE_SECRET_H
#define LT_USECASE_SECRET_H

#include "base/error.h"

#include <stdbool.h>

/* Argon2id with libsodium's interactive limits (64 MiB, 2 passes). hash holds 129 bytes. */
int secret_hash(const char *password, char hash[129], struct lt_error *err);
bool secret_matches(const char *hash, const char *password);
/* Takes as long as a real comparison, so that an unknown login is not told by the time of the answer. */
void secret_waste(const char *password);
/* At least 10 characters, not the login itself; LT_USAGE "password.short", "password.login". */
int secret_check(const char *password, const char *login, struct lt_error *err);
/* 12 characters without look-alikes, in groups: "kefa-8nru-w3pt", for printed slips. */
void secret_for_slip(char out[16]);
/* "lt_" and 43 characters of base64url: 256 bits. */
void secret_token(char out[48]);
void secret_sha256(const char *secret, char out[65]);

#endif
