/* One-time codes against the vectors of RFC 6238, appendix B (HMAC-SHA-1), and RFC 4648. */
#include "usecase/totp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char secret[] = "12345678901234567890";

static void vectors_of_the_rfc(void **state)
{
    (void)state;
    static const struct {
        uint64_t seconds;
        const char *code;
    } rfc[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
               {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
    for (size_t i = 0; i < sizeof rfc / sizeof rfc[0]; i++) {
        char code[9];
        totp_code(secret, 20, rfc[i].seconds / 30, 8, code);
        assert_string_equal(code, rfc[i].code);
        totp_code(secret, 20, rfc[i].seconds / 30, 6, code);
        assert_string_equal(code, rfc[i].code + 2);
    }
}

static void a_step_to_each_side(void **state)
{
    (void)state;
    char code[7];
    for (int64_t off = -3; off <= 3; off++) {
        totp_code(secret, 20, (uint64_t)(1000 + off), 6, code);
        assert_int_equal(totp_match(secret, code, 1000), off >= -1 && off <= 1 ? 1000 + off : -1);
    }
    totp_code(secret, 20, 1000, 6, code);
    char longer[8];
    snprintf(longer, sizeof longer, "%s0", code);
    assert_int_equal(totp_match(secret, longer, 1000), -1);
    code[5] = 0;
    assert_int_equal(totp_match(secret, code, 1000), -1);
    assert_int_equal(totp_match(secret, "", 1000), -1);
}

static void base32(void **state)
{
    (void)state;
    char text[TOTP_BASE32];
    totp_base32(secret, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_the_rfc),
        cmocka_unit_test(a_step_to_each_side),
        cmocka_unit_test(base32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
