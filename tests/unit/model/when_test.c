#include "base/i18n.h"
#include "model/when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *text, *date; /* NULL: not read, reason without its prefix in why */
    unsigned remarks;
    const char *why;
};

static const struct row rows[] = {
    {"05.03.2010", "2010-03-05", 0, NULL},
    {"5.3.2010", "2010-03-05", 0, NULL},
    {"2010-03-05", "2010-03-05", 0, NULL},
    {"2010.03.05", "2010-03-05", 0, NULL},
    {"25/03/2010", "2010-03-25", 0, NULL},
    {"05-03-2010", "2010-03-05", 0, NULL},
    {"05–03–2010", "2010-03-05", 0, NULL},
    {"05 03 2010", "2010-03-05", 0, NULL},
    {"05.03.2010 г.", "2010-03-05", 0, NULL},
    {"05.03.2010г", "2010-03-05", 0, NULL},
    {"5 марта 2010 г.", "2010-03-05", 0, NULL},
    {"5 марта 2010 года", "2010-03-05", 0, NULL},
    {"«5» марта 2010 г.", "2010-03-05", 0, NULL},
    {"31 мая 2010", "2010-05-31", 0, NULL},
    {"05-мар-2010", "2010-03-05", 0, NULL},
    {"5\u00A0Марта\u00A02010", "2010-03-05", 0, NULL},
    {"March 5, 2010", "2010-03-05", 0, NULL},
    {"05032010", "2010-03-05", 0, NULL},
    {"20100305", "2010-03-05", 0, NULL},
    {"2010-03-05 00:00:00", "2010-03-05", 0, NULL},
    {"2010-03-05T10:11:12.345Z", "2010-03-05", MODEL_WHEN_TIME, NULL},
    {"05.03.2010 9:30", "2010-03-05", MODEL_WHEN_TIME, NULL},
    {"05.03.10", "2010-03-05", MODEL_WHEN_TWO_DIGIT, NULL},
    {"05.03.99", "1999-03-05", MODEL_WHEN_TWO_DIGIT | MODEL_WHEN_YEAR_UNSURE, NULL},
    {"05.03.25", "2025-03-05", MODEL_WHEN_TWO_DIGIT | MODEL_WHEN_YEAR_UNSURE, NULL},
    {"О5.ОЗ.2О1О", "2010-03-05", MODEL_WHEN_LETTERS, NULL},
    {"З1.12.2011", "2011-12-31", MODEL_WHEN_LETTERS, NULL},
    {"03/04/2010", "2010-04-03", MODEL_WHEN_AMBIGUOUS, NULL},
    {"04/04/2010", "2010-04-04", 0, NULL},
    {"03/25/2010", "2010-03-25", MODEL_WHEN_MONTH_FIRST_READ, NULL},
    {"29.02.2012", "2012-02-29", 0, NULL},
    {"29.02.2011", NULL, 0, "no_such_day"},
    {"03.25.2010", NULL, 0, "no_such_day"},
    {"31.04.2010", NULL, 0, "no_such_day"},
    {"05.03.1810", NULL, 0, "year"},
    {"", NULL, 0, "empty"},
    {"   ", NULL, 0, "unreadable"},
    {"5 марта", NULL, 0, "no_year"},
    {"05.03", NULL, 0, "no_year"},
    {"март 2010", NULL, 0, "no_day"},
    {"5 мартобря 2010", "2010-03-05", 0, NULL},
    {"5 слякоть 2010", NULL, 0, "month_name"},
    {"вчера", NULL, 0, "month_name"},
    {"40242", NULL, 0, "unreadable"},
    {"05.03.2010 и 06.03.2010", NULL, 0, "unreadable"},
    {"5/6", NULL, 0, "no_year"},
    {"05.03.210", NULL, 0, "unreadable"},
    {"11111111111111111111.1.1", NULL, 0, "unreadable"},
};

static void test_forms(void **state)
{
    (void)state;
    struct model_when_options o = {MODEL_WHEN_UNKNOWN, MODEL_WHEN_BIRTH, 2026};
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct model_when w;
        char text[LT_DATE_SIZE];
        bool ok = model_when_parse(rows[i].text, &o, &w);
        lt_date_format(w.date, text);
        const char *why = w.reason ? w.reason + strlen("error.date.") : "";
        if (ok != (rows[i].date != NULL) || strcmp(text, ok ? rows[i].date : "") ||
            (ok && w.remarks != rows[i].remarks) || strcmp(why, rows[i].why ? rows[i].why : "")) {
            print_error("«%s»: %s %x %s\n", rows[i].text, text, w.remarks, why);
            wrong++;
        }
        if (w.reason && !(lt_msg_known(LT_RU, w.reason) && lt_msg_known(LT_EN, w.reason))) {
            print_error("no message %s\n", w.reason);
            wrong++;
        }
    }
    for (unsigned bit = 1; bit <= MODEL_WHEN_MONTH_FIRST_READ; bit <<= 1)
        assert_true(lt_msg_known(LT_RU, model_when_remark_id(bit)) &&
                    lt_msg_known(LT_EN, model_when_remark_id(bit)));
    assert_int_equal(wrong, 0);
}

static void year_is(const char *text, enum model_when_window window, int file_year, int year, bool unsure)
{
    struct model_when_options o = {MODEL_WHEN_DAY_FIRST, window, file_year};
    struct model_when w;
    assert_true(model_when_parse(text, &o, &w));
    assert_int_equal(w.date.year, year);
    assert_int_equal((w.remarks & MODEL_WHEN_YEAR_UNSURE) != 0, unsure);
}

static void test_windows(void **state)
{
    (void)state;
    year_is("01.01.21", MODEL_WHEN_BIRTH, 2026, 2021, false);
    year_is("01.01.22", MODEL_WHEN_BIRTH, 2026, 2022, true);
    year_is("01.01.06", MODEL_WHEN_BIRTH, 2026, 2006, false);
    year_is("01.01.05", MODEL_WHEN_BIRTH, 2026, 2005, true);
    year_is("01.01.27", MODEL_WHEN_BIRTH, 2026, 1927, true);
    year_is("01.01.26", MODEL_WHEN_EVENT, 2026, 2026, false);
    year_is("01.01.27", MODEL_WHEN_EVENT, 2026, 2027, false);
    year_is("01.01.28", MODEL_WHEN_EVENT, 2026, 1928, true);
    year_is("01.01.12", MODEL_WHEN_EVENT, 0, 2012, true);
}

static enum model_when_order column(const char *const *texts)
{
    struct model_when_column c = {0, 0};
    for (; *texts; texts++)
        model_when_column_add(&c, *texts);
    return model_when_column_order(&c);
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(column((const char *const[]){"03/04/2010", "25/03/2010", NULL}), MODEL_WHEN_DAY_FIRST);
    assert_int_equal(column((const char *const[]){"03/04/2010", "03/25/2010", "", NULL}),
                     MODEL_WHEN_MONTH_FIRST);
    assert_int_equal(column((const char *const[]){"25/03/2010", "03/25/2010", NULL}), MODEL_WHEN_UNKNOWN);
    assert_int_equal(column((const char *const[]){"03/04/2010", "25.03.2010", NULL}), MODEL_WHEN_UNKNOWN);
    struct model_when_options o = {MODEL_WHEN_MONTH_FIRST, MODEL_WHEN_EVENT, 2026};
    struct model_when w;
    assert_true(model_when_parse("03/04/2010", &o, &w));
    assert_int_equal(w.date.month, 3);
    assert_int_equal(w.remarks, MODEL_WHEN_MONTH_FIRST_READ);
    assert_true(model_when_parse("03.04.2010", &o, &w));
    assert_int_equal(w.date.month, 4);
    assert_false(model_when_parse(NULL, NULL, &w));
    assert_false(model_when_parse("\xFF", NULL, &w));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_windows),
                                       cmocka_unit_test(test_columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
