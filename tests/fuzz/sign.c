/* Signatures and the file allowed_signers. */
#include "fuzz.h"

#include "vault/sign.h"

static void signers(const uint8_t *data, size_t size)
{
    struct sign_signers s = {0};
    struct lt_error err = {0};
    int rc = sign_signers_parse((const char *)data, size, &s, &err);
    fuzz_judge(rc, &err);
    for (size_t i = 0; rc == 0 && i < s.len; i++) {
        FUZZ_CHECK(strnlen(s.list[i].principal, SIGN_PRINCIPAL) < SIGN_PRINCIPAL);
        sign_signers_allow(&s, s.list[i].key, s.list[i].principal, s.list[i].after_s);
        sign_signers_allow(&s, s.list[i].key, "letopis@school-1", INT64_MAX);
    }
    sign_signers_free(&s);
}

/* A line that we write is one that we read, and it says the same. */
static void line(const char *principal, uint8_t how)
{
    struct lt_buf out = LT_BUF_INIT(1 << 16);
    struct lt_error err = {0};
    struct sign_signers s = {0};
    uint8_t key[SIGN_PUBLIC] = {how, 2, 3};
    int64_t after = how & 1 ? 1780000000 : 0, before = how & 2 ? 1790000000 : 0;
    int rc = sign_signer_line(&out, principal, key, after, before, &err);
    fuzz_judge(rc, &err);
    if (rc == 0) {
        FUZZ_CHECK(sign_signers_parse(out.data, out.len, &s, &err) == 0 && s.len == 1);
        FUZZ_CHECK(strcmp(s.list[0].principal, principal) == 0 && memcmp(s.list[0].key, key, sizeof key) == 0);
        FUZZ_CHECK(s.list[0].after_s == after && s.list[0].before_s == before && s.list[0].git);
        sign_signers_free(&s);
    }
    lt_buf_free(&out);
}

/* A good signature with some of its letters changed: never good by another key, never a crash. */
static void armor(const uint8_t *data, size_t size)
{
    static const uint8_t seed[32] = {7};
    static const char signed_text[] = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
    struct sign_key *k = sign_key_of_seed(seed);
    char text[SIGN_ARMOR];
    uint8_t key[SIGN_PUBLIC];
    FUZZ_CHECK(k);
    sign_make(k, signed_text, sizeof signed_text - 1, text);
    size_t len = strlen(text);
    FUZZ_CHECK(sign_verify(text, len, signed_text, sizeof signed_text - 1, key));
    for (; size >= 3; data += 3, size -= 3) text[((size_t)data[0] << 8 | data[1]) % len] = (char)data[2];
    if (sign_verify(text, len, signed_text, sizeof signed_text - 1, key)) FUZZ_CHECK(memcmp(key, sign_key_public(k), SIGN_PUBLIC) == 0);
    FUZZ_CHECK(!sign_verify(text, len, signed_text, sizeof signed_text - 2, key));
    sign_key_free(k);
}

/* Input: a byte for what it is, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t key[SIGN_PUBLIC], form = fuzz_byte(&data, &size);
    char *text = fuzz_text(data, size);
    if (sign_public_parse(text, key)) {
        char again[SIGN_LINE];
        sign_public_line(key, again);
        FUZZ_CHECK(lt_starts(text, again));
    }
    if (form % 4 == 0) signers(data, size);
    else if (form % 4 == 1) armor(data, size);
    else if (form % 4 == 2) line(text, form / 4);
    else FUZZ_CHECK(!sign_verify(text, strlen(text), "", 0, key));
    free(text);
    return 0;
}
