#include "base/i18n.h"
#include "model/klass.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *text;
    enum model_klass_certainty certainty;
    const char *name, *profile, *hint; /* hint without its prefix */
};

static const struct row rows[] = {
    {"9А", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9 А", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9-А", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9 – а", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9«А»", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9 \"А\"", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9'А'", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9а", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9\u00A0А", MODEL_KLASS_SURE, "9А", "", NULL},
    {" 9\u200BА\n", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9 a", MODEL_KLASS_SURE, "9А", "", "latin_letter"},
    {"9A", MODEL_KLASS_SURE, "9А", "", "latin_letter"},
    {"9B", MODEL_KLASS_MAYBE, "9В", "", "latin_b"},
    {"9C", MODEL_KLASS_SURE, "9С", "", "latin_letter"},
    {"9А класс", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9 кл. А", MODEL_KLASS_SURE, "9А", "", NULL},
    {"9 класс «А»", MODEL_KLASS_SURE, "9А", "", NULL},
    {"класс 9А", MODEL_KLASS_SURE, "9А", "", NULL},
    {"09А", MODEL_KLASS_SURE, "9А", "", NULL},
    {"IX А", MODEL_KLASS_SURE, "9А", "", NULL},
    {"IXА", MODEL_KLASS_SURE, "9А", "", NULL},
    {"ХI Б", MODEL_KLASS_SURE, "11Б", "", NULL},
    {"VIII-В", MODEL_KLASS_SURE, "8В", "", NULL},
    {"IV", MODEL_KLASS_SURE, "4", "", "number_only"},
    {"10/1", MODEL_KLASS_SURE, "10/1", "", NULL},
    {"10 / 1", MODEL_KLASS_SURE, "10/1", "", NULL},
    {"10-1", MODEL_KLASS_SURE, "10/1", "", NULL},
    {"10-12", MODEL_KLASS_SURE, "10/12", "", NULL},
    {"10.1", MODEL_KLASS_MAYBE, "10/1", "", "decimal"},
    {"10,1", MODEL_KLASS_MAYBE, "10/1", "", "decimal"},
    {"9.0", MODEL_KLASS_SURE, "9", "", "number_only"},
    {"9", MODEL_KLASS_SURE, "9", "", "number_only"},
    {"9 класс", MODEL_KLASS_SURE, "9", "", "number_only"},
    {"9-й класс", MODEL_KLASS_MAYBE, "9", "", "ordinal"},
    {"9Й", MODEL_KLASS_SURE, "9Й", "", NULL},
    {"9й", MODEL_KLASS_MAYBE, "9", "", "ordinal"},
    {"9 класс Й", MODEL_KLASS_SURE, "9Й", "", NULL},
    {"5ё", MODEL_KLASS_SURE, "5Ё", "", NULL},
    {"5Ъ", MODEL_KLASS_SURE, "5Ъ", "", NULL},
    {"9М", MODEL_KLASS_SURE, "9М", "", NULL},
    {"9Ж", MODEL_KLASS_SURE, "9Ж", "", NULL},
    {"10А физ. мат.", MODEL_KLASS_SURE, "10А", "физ. мат.", NULL},
    {"10А (физ.-мат.)", MODEL_KLASS_SURE, "10А", "физ.-мат.", NULL},
    {"10-К 10К группа", MODEL_KLASS_SURE, "10К", "10К группа", NULL},
    {"10 физмат", MODEL_KLASS_SURE, "10", "физмат", "number_only"},
    {"10ФМ", MODEL_KLASS_MAYBE, "10ФМ", "", "unusual"},
    {"9А1", MODEL_KLASS_MAYBE, "9А1", "", "unusual"},
    {"9D", MODEL_KLASS_MAYBE, "9D", "", "unusual"},
    {"10.01.2026", MODEL_KLASS_MAYBE, "10/1", "", "date"},
    {"2026-10-01", MODEL_KLASS_MAYBE, "10/1", "", "date"},
    {"2026-01-10 00:00:00", MODEL_KLASS_MAYBE, "10/1", "", "date"},
    {"10.янв", MODEL_KLASS_MAYBE, "10/1", "", "date"},
    {"01-окт", MODEL_KLASS_MAYBE, "10/1", "", "date"},
    {"Jan-10", MODEL_KLASS_NO, "", "", "unreadable"},
    {"13А", MODEL_KLASS_NO, "", "", "number"},
    {"0А", MODEL_KLASS_NO, "", "", "number"},
    {"101", MODEL_KLASS_NO, "", "", "number"},
    {"46032", MODEL_KLASS_NO, "", "", "number"},
    {"", MODEL_KLASS_NO, "", "", "unreadable"},
    {"А9", MODEL_KLASS_NO, "", "", "unreadable"},
    {"выпускной", MODEL_KLASS_NO, "", "", "unreadable"},
    {"Хор", MODEL_KLASS_NO, "", "", "unreadable"},
    {"10-1-3", MODEL_KLASS_NO, "", "", "unreadable"},
    {"-", MODEL_KLASS_NO, "", "", "unreadable"},
};

static void test_forms(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct model_klass k;
        model_klass_parse(rows[i].text, &k);
        const char *hint = k.hint ? k.hint + strlen("remark.class.") : "";
        if (k.certainty != rows[i].certainty || strcmp(k.name, rows[i].name) ||
            strcmp(k.profile, rows[i].profile) || strcmp(hint, rows[i].hint ? rows[i].hint : "")) {
            print_error("«%s»: %d «%s» «%s» %s\n", rows[i].text, (int)k.certainty, k.name, k.profile, hint);
            wrong++;
        }
        if (k.hint && !(lt_msg_known(LT_RU, k.hint) && lt_msg_known(LT_EN, k.hint))) {
            print_error("no message %s\n", k.hint);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* A canonical name is read as itself. */
static void test_canonical(void **state)
{
    (void)state;
    static const char *const letters[] = {"А", "Б", "В", "Ё", "Я", "1", "12"};
    for (int n = 1; n <= 12; n++) {
        for (size_t l = 0; l < sizeof letters / sizeof letters[0]; l++) {
            char name[24];
            struct model_klass k;
            model_klass_name(n, letters[l], name);
            model_klass_parse(name, &k);
            assert_int_equal(k.certainty, MODEL_KLASS_SURE);
            assert_string_equal(k.name, name);
            assert_int_equal(k.number, n);
        }
    }
}

static void test_next_and_order(void **state)
{
    (void)state;
    char out[24];
    assert_true(model_klass_next("8А", out));
    assert_string_equal(out, "9А");
    assert_true(model_klass_next("10/1", out));
    assert_string_equal(out, "11/1");
    assert_false(model_klass_next("9А", out));
    assert_false(model_klass_next("11А", out));
    static const char *const sorted[] = {"1А",  "5Е",   "5Ё",   "5Ж",    "9А", "9Б",
                                         "10А", "10/1", "10/2", "10/10", "11А"};
    for (size_t i = 0; i < sizeof sorted / sizeof sorted[0]; i++) {
        for (size_t k = 0; k < sizeof sorted / sizeof sorted[0]; k++) {
            int c = model_klass_cmp(sorted[i], sorted[k]);
            assert_int_equal(c < 0, i < k);
            assert_int_equal(c > 0, i > k);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_canonical),
                                       cmocka_unit_test(test_next_and_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
