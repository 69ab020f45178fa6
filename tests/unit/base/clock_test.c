#include "testing.h"

#include "base/clock.h"

#include <time.h>

static int64_t set_time(void *ctx)
{
    return *(int64_t *)ctx;
}

static struct lt_date date(const char *s)
{
    struct lt_date d = {0};
    assert_true(lt_date_parse(s, &d));
    return d;
}

static const char *text(struct lt_date d, char out[LT_DATE_SIZE])
{
    return lt_date_format(d, out);
}

static void today_depends_on_the_zone(void **state)
{
    (void)state;
    int64_t now;
    char out[LT_DATE_SIZE];
    assert_true(lt_instant_parse("2026-08-31T21:30:00Z", &now));
    struct lt_clock moscow = {set_time, &now, 180}, utc = {set_time, &now, 0},
                    west = {set_time, &now, -60 * 22};
    assert_string_equal(text(lt_clock_today(&moscow), out), "2026-09-01");
    assert_string_equal(text(lt_clock_today(&utc), out), "2026-08-31");
    assert_string_equal(text(lt_clock_today(&west), out), "2026-08-30");
    now = -1;
    assert_string_equal(text(lt_clock_today(&utc), out), "1969-12-31");
}

static void system_clock_tells_the_time(void **state)
{
    (void)state;
    struct lt_clock c;
    lt_clock_system(&c, 180);
    int64_t before = (int64_t)time(NULL) * 1000;
    int64_t now = lt_clock_now(&c);
    assert_true(now >= before - 1000 && now < before + 60000);
    assert_int_equal(c.offset_minutes, 180);
}

static void dates_exist_or_are_refused(void **state)
{
    (void)state;
    static const char *const good[] = {"2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01", "9999-12-31"};
    static const char *const bad[] = {
        "2023-02-29", "1900-02-29", "2026-13-01", "2026-00-10",  "2026-04-31",          "2026-1-05",
        "26-01-05",   "2026-01-5",  "",           "2026-01-05 ", "2026-01-05T00:00:00", " 2026-01-05",
        "0000-01-01", "2026/01/05", "2026-01-00", "2026-01-32",  "+026-01-01",          "05.03.2026"};
    struct lt_date d = {7, 7, 7};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(lt_date_parse(bad[i], &d));
    assert_false(lt_date_parse(NULL, &d));
    assert_int_equal(d.year, 7);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char out[LT_DATE_SIZE];
        assert_true(lt_date_parse(good[i], &d));
        assert_string_equal(lt_date_format(d, out), good[i]);
    }
}

static void no_date_has_no_text(void **state)
{
    (void)state;
    char out[LT_DATE_SIZE] = "x";
    struct lt_date none = {0};
    assert_true(lt_date_none(none));
    assert_false(lt_date_valid(none));
    assert_string_equal(lt_date_format(none, out), "");
    assert_false(lt_date_none(date("2026-01-01")));
}

static void days_and_dates_agree(void **state)
{
    (void)state;
    assert_int_equal(lt_date_days(date("1970-01-01")), 0);
    assert_int_equal(lt_date_days(date("2000-03-01")), 11017);
    assert_int_equal(lt_date_days(date("1969-12-31")), -1);
    /* every day of the whole range follows the day before and comes back */
    struct lt_date d = {1, 1, 1};
    int32_t first = lt_date_days(d);
    for (int32_t n = 0; n < 3652059; n++) {
        struct lt_date next = lt_date_from_days(first + n);
        if (n && (lt_date_cmp(d, next) >= 0 || !lt_date_valid(next))) fail_msg("day %d", n);
        if (lt_date_days(next) != first + n) fail_msg("day %d does not come back", n);
        d = next;
    }
    assert_int_equal(d.year * 10000 + d.month * 100 + d.day, 99991231);
}

static void adding_days_crosses_months_and_stops_at_the_ends(void **state)
{
    (void)state;
    char out[LT_DATE_SIZE];
    assert_string_equal(text(lt_date_add_days(date("2024-02-28"), 1), out), "2024-02-29");
    assert_string_equal(text(lt_date_add_days(date("2023-02-28"), 1), out), "2023-03-01");
    assert_string_equal(text(lt_date_add_days(date("2026-01-01"), -1), out), "2025-12-31");
    assert_string_equal(text(lt_date_add_days(date("2026-01-01"), INT32_MAX), out), "9999-12-31");
    assert_string_equal(text(lt_date_add_days(date("2026-01-01"), INT32_MIN), out), "0001-01-01");
}

static void ages_are_completed_years(void **state)
{
    (void)state;
    assert_int_equal(lt_date_age(date("2012-05-10"), date("2026-05-09")), 13);
    assert_int_equal(lt_date_age(date("2012-05-10"), date("2026-05-10")), 14);
    assert_int_equal(lt_date_age(date("2012-05-10"), date("2026-04-11")), 13);
    assert_int_equal(lt_date_age(date("2012-05-10"), date("2026-06-01")), 14);
    /* born on 29 February: 1 March in common years, the day itself in leap years */
    assert_int_equal(lt_date_age(date("2012-02-29"), date("2026-02-28")), 13);
    assert_int_equal(lt_date_age(date("2012-02-29"), date("2026-03-01")), 14);
    assert_int_equal(lt_date_age(date("2012-02-29"), date("2028-02-28")), 15);
    assert_int_equal(lt_date_age(date("2012-02-29"), date("2028-02-29")), 16);
    assert_int_equal(lt_date_age(date("2012-02-29"), date("2012-02-29")), 0);
    assert_int_equal(lt_date_age(date("2012-02-29"), date("2012-02-28")), -1);
    assert_int_equal(lt_date_age((struct lt_date){0}, date("2012-02-28")), -1);
}

static void instants_format_and_parse(void **state)
{
    (void)state;
    char out[LT_INSTANT_SIZE];
    int64_t ms = 5;
    assert_true(lt_instant_parse("2026-03-05T10:11:12.345Z", &ms));
    assert_string_equal(lt_instant_format(ms, out), "2026-03-05T10:11:12.345Z");
    assert_true(lt_instant_parse("2026-03-05T13:11:12+03:00", &ms));
    assert_string_equal(lt_instant_format(ms, out), "2026-03-05T10:11:12.000Z");
    assert_true(lt_instant_parse("2026-03-04T22:41:12.5-11:30", &ms));
    assert_string_equal(lt_instant_format(ms, out), "2026-03-05T10:11:12.500Z");
    assert_true(lt_instant_parse("2026-03-05T10:11:12.3456789Z", &ms));
    assert_string_equal(lt_instant_format(ms, out), "2026-03-05T10:11:12.345Z");
    assert_string_equal(lt_instant_format(-1, out), "1969-12-31T23:59:59.999Z");
    assert_string_equal(lt_instant_format(INT64_MAX, out), "9999-12-31T23:59:59.999Z");
    assert_string_equal(lt_instant_format(INT64_MIN, out), "0001-01-01T00:00:00.000Z");

    static const char *const bad[] = {"",
                                      "2026-03-05",
                                      "2026-03-05T10:11:12",
                                      "2026-03-05 10:11:12Z",
                                      "2026-03-05T24:00:00Z",
                                      "2026-03-05T10:60:00Z",
                                      "2026-03-05T10:11:60Z",
                                      "2026-03-05T10:11:12.Z",
                                      "2026-03-05T10:11:12Zx",
                                      "2026-02-30T10:11:12Z",
                                      "2026-03-05T10:11:12+3:00",
                                      "2026-03-05T10:11:12+24:00"};
    ms = 5;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(lt_instant_parse(bad[i], &ms));
    assert_false(lt_instant_parse(NULL, &ms));
    assert_int_equal(ms, 5);
}

static void terms_hold_both_ends(void **state)
{
    (void)state;
    struct lt_date d = date("2026-03-05");
    assert_true(lt_date_in(d, NULL, NULL));
    assert_true(lt_date_in(d, "2026-03-05", "2026-03-05"));
    assert_true(lt_date_in(d, "", "2026-03-05"));
    assert_true(lt_date_in(d, "2026-03-05", NULL));
    assert_false(lt_date_in(d, "2026-03-06", NULL));
    assert_false(lt_date_in(d, NULL, "2026-03-04"));
    assert_false(lt_date_in(d, "sometime", NULL));
    assert_false(lt_date_in(d, NULL, "2026-02-30"));
    assert_false(lt_date_in((struct lt_date){0}, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(today_depends_on_the_zone),
        cmocka_unit_test(system_clock_tells_the_time),
        cmocka_unit_test(dates_exist_or_are_refused),
        cmocka_unit_test(no_date_has_no_text),
        cmocka_unit_test(days_and_dates_agree),
        cmocka_unit_test(adding_days_crosses_months_and_stops_at_the_ends),
        cmocka_unit_test(ages_are_completed_years),
        cmocka_unit_test(instants_format_and_parse),
        cmocka_unit_test(terms_hold_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
