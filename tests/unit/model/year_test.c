#include "model/year.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct lt_date d(const char *s)
{
    struct lt_date out = {0, 0, 0};
    assert_true(lt_date_parse(s, &out));
    return out;
}

static void same_day(struct lt_date got, const char *wanted)
{
    char text[LT_DATE_SIZE];
    assert_string_equal(lt_date_format(got, text), wanted);
}

static void test_borders(void **state)
{
    (void)state;
    assert_int_equal(model_year_of(d("2026-08-31"), NULL), 2025);
    assert_int_equal(model_year_of(d("2026-09-01"), NULL), 2026);
    same_day(model_year_first(2026, NULL), "2026-09-01");
    same_day(model_year_last(2026, NULL), "2027-08-31");
    struct model_year_rule rule;
    assert_true(model_year_rule_parse("08-15", &rule));
    assert_int_equal(model_year_of(d("2026-08-20"), &rule), 2026);
    same_day(model_year_last(2026, &rule), "2027-08-14");
    assert_true(model_year_rule_parse("", &rule) && model_year_rule_parse(NULL, &rule));
    assert_int_equal(rule.month, 9);
    assert_false(model_year_rule_parse("02-29", &rule));
    assert_false(model_year_rule_parse("9-1", &rule));
    assert_false(model_year_rule_parse("13-01", &rule));
}

static void test_terms(void **state)
{
    (void)state;
    same_day(model_term_end(d("2026-11-22"), NULL), "2027-08-31");
    same_day(model_term_end(d("2027-08-31"), NULL), "2027-08-31");
    same_day(model_term_end(d("2027-09-01"), NULL), "2028-08-31");
    same_day(model_birthday(d("2012-02-29"), 14), "2026-03-01");
    same_day(model_birthday(d("2012-02-29"), 16), "2028-02-29");
    assert_int_equal(lt_date_age(d("2012-02-29"), model_birthday(d("2012-02-29"), 14)), 14);
}

static void test_text(void **state)
{
    (void)state;
    char text[MODEL_YEAR_SIZE];
    assert_string_equal(model_year_text(2026, text), "2026/27");
    assert_string_equal(model_year_text(1999, text), "1999/00");
    static const char *const good[] = {"2026/27",
                                       "2026/2027",
                                       "2026-27",
                                       "2026–2027",
                                       "2026 - 2027 уч. г.",
                                       "2026",
                                       "2026/2027 учебный год",
                                       " 2026−27 "};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int year = 0;
        if (!model_year_parse(good[i], &year) || year != 2026) fail_msg("%s", good[i]);
    }
    static const char *const bad[] = {"",    "2026/28",    "2026/2025", "26/27", "2026/271",
                                      "202", "2026 марта", "20261",     NULL};
    for (size_t i = 0; bad[i]; i++) {
        int year = 7;
        if (model_year_parse(bad[i], &year) || year != 7) fail_msg("%s", bad[i]);
    }
    int year;
    assert_true(model_year_parse("1999/00", &year));
    assert_false(model_year_parse(NULL, &year));
}

static void test_levels(void **state)
{
    (void)state;
    static const char *const levels[] = {NULL,  "noo", "noo", "noo", "noo", "ooo", "ooo",
                                         "ooo", "ooo", "ooo", "soo", "soo", "soo"};
    for (int i = 1; i <= 12; i++)
        assert_string_equal(model_study_level(i), levels[i]);
    assert_null(model_study_level(0));
    assert_null(model_study_level(13));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_borders), cmocka_unit_test(test_terms),
                                       cmocka_unit_test(test_text), cmocka_unit_test(test_levels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
