/* Every word of every set has a label in both languages, and the labels differ inside a set. */
#include "base/i18n.h"
#include "base/text.h"
#include "model/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_labels(void **state)
{
    (void)state;
    int missing = 0;
    for (size_t i = 0; model_value_set(i); i++) {
        const char *set = model_value_set(i);
        size_t n;
        const char *const *words = model_values(set, &n);
        assert_non_null(words);
        assert_true(n > 1 && words[n] == NULL);
        for (size_t w = 0; w < n; w++) {
            char id[120];
            assert_true(lt_print(id, sizeof id, "label.%s.%s", set, words[w]));
            for (enum lt_lang lang = LT_RU; lang <= LT_EN; lang++) {
                if (!lt_msg_known(lang, id) || !*lt_msg(lang, id)) {
                    print_error("%s: %s\n", lt_lang_word(lang), id);
                    missing++;
                }
                for (size_t k = 0; k < w; k++)
                    assert_string_not_equal(lt_label(lang, set, words[k]), lt_label(lang, set, words[w]));
            }
        }
    }
    assert_int_equal(missing, 0);
}

static void test_lookup(void **state)
{
    (void)state;
    assert_true(model_value_known("level", "municipal"));
    assert_false(model_value_known("level", "galactic"));
    assert_false(model_value_known("no_such_set", "municipal"));
    assert_false(model_value_known("level", NULL));
    assert_null(model_values("no_such_set", NULL));
    assert_null(model_values(NULL, NULL));
    for (size_t i = 1; model_value_set(i); i++)
        assert_true(strcmp(model_value_set(i - 1), model_value_set(i)) < 0);
    /* shown from near to far */
    assert_true(model_value_rank("level", "regional") < model_value_rank("level", "interregional"));
    assert_true(model_value_rank("level", "school") < model_value_rank("level", "municipal"));
    assert_string_equal(lt_label(LT_RU, "level", "national"), "всероссийский");
    assert_string_equal(lt_label(LT_RU, "consent_state", "waiting_second"), "ждёт второй подписи");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labels), cmocka_unit_test(test_lookup)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
