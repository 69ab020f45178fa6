/* The participant's number of the GTO: its shape, whatever stands between the digits. */
#include "model/uin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_good(void **state)
{
    (void)state;
    static const char *const good[] = {"23-65-0012345", "23650012345", "23 65 0012345", "23–65–0012345", "23\u221265\u22120012345",
                                       " 23-65-0012345 ", "УИН 23-65-0012345", "УИН ГТО: 23-65-0012345", "UIN 23650012345", "ID номер 23-65-0012345",
                                       "23\u00A065\u00A00012345", "23 - 65 - 0012345", "№ 23-65-0012345", "2\u200B3-65-0012345"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char out[MODEL_UIN_SIZE] = "";
        if (!model_uin(good[i], out)) fail_msg("%s", good[i]);
        assert_string_equal(out, "23-65-0012345");
    }
}

static void test_bad(void **state)
{
    (void)state;
    static const char *const bad[] = {"",  "-", "23-65-001234", "23-65-00123456", "2-365-001234", "AB-65-0012345", "23.65.0012345", "23650012345x",
                                      "2.3650012345E+10", "23-65-0O12345", "нет", "23\u221265\u22110012345"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char out[MODEL_UIN_SIZE] = "?";
        if (model_uin(bad[i], out)) fail_msg("%s", bad[i]);
        assert_string_equal(out, "?");
    }
    char out[MODEL_UIN_SIZE];
    assert_false(model_uin(NULL, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_bad)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
