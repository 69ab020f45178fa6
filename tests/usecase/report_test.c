/* Figures of the school and the sample for oversight: whose records are counted, and what is not. */
#include "support.h"

#include "base/text.h"

#include <string.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    processing(s, "petr");
    processing(s, "olga");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static void entered(const char *who, const char *pupil, const char *name, const char *more)
{
    json_t *e = ok(s, who, "entry", "add", "{'pupil':'@%s','activity':'olympiad','title':'%s',%s}", pupil, name, more);
    name_it(s, name, text(e, "id"));
    ok(s, who, "entry", "submit", "{'id':'@%s'}", name);
}

static void verified(const char *who, const char *pupil, const char *name, const char *more)
{
    entered("ivan", pupil, name, more);
    ok(s, who, "entry", "verify", "{'id':'@%s','act':'seen_copy'}", name);
}

static long long figure(const json_t *report, const char *side, const char *value, const char *which)
{
    json_t *rows = json_object_get(report, side);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        if (strcmp(text(json_array_get(rows, i), "value"), value) == 0) return number(json_array_get(rows, i), which);
    }
    return 0;
}

static void this_year_beside_the_last(void **state)
{
    (void)state;
    verified("teacher", "ivan", "a", "'level':'municipal','result':'winner','date':'2026-10-01'");
    verified("teacher", "ivan", "b", "'level':'municipal','result':'participant','date':'2026-10-02'");
    verified("teacher", "ivan", "c", "'level':'national','result':'winner','date':'2026-10-03'");
    entered("ivan", "ivan", "waits", "'level':'school','result':'participant','date':'2026-10-04'");
    json_t *r = ok(s, "director", "report", "school", "{}");
    assert_int_equal(number(r, "year"), 2026);
    assert_int_equal(number(r, "count"), 3);
    assert_int_equal(figure(r, "level", "municipal", "count"), 2);
    assert_int_equal(figure(r, "level", "national", "count"), 1);
    assert_int_equal(figure(r, "level", "school", "count"), 0);
    assert_int_equal(figure(r, "result", "winner", "count"), 2);
    assert_int_equal(figure(r, "class", "9А", "count"), 3);
    /* next year they are last year's */
    r = ok(s, "director", "report", "school", "{'year':2027}");
    assert_int_equal(number(r, "count"), 0);
    assert_int_equal(number(r, "before"), 3);
    assert_int_equal(figure(r, "level", "municipal", "before"), 2);
}

static void what_is_hidden_or_disputed_does_not_count(void **state)
{
    (void)state;
    ok(s, "mother", "entry", "dispute", "{'id':'@c','kind':'not_me','text':'Это не он'}");
    json_t *r = ok(s, "director", "report", "school", "{}");
    assert_int_equal(number(r, "count"), 2);
    assert_int_equal(number(r, "disputes/open"), 1);
    assert_int_equal(number(r, "disputes/late"), 0);
}

static void what_waits_and_with_whom(void **state)
{
    (void)state;
    json_t *r = ok(s, "director", "report", "school", "{}");
    json_t *row = at(r, "waiting/0");
    assert_string_equal(text(row, "class_name"), "9А");
    assert_int_equal(number(row, "count"), 1);
    assert_int_equal(number(row, "over_week"), 0);
    assert_true(json_array_size(json_object_get(row, "teachers")) > 0);
    s->now += (int64_t)8 * 24 * 3600 * 1000;
    r = ok(s, "director", "report", "school", "{}");
    assert_int_equal(number(at(r, "waiting/0"), "over_week"), 1);
    s->now -= (int64_t)8 * 24 * 3600 * 1000;
}

static void everybody_counts_what_is_theirs(void **state)
{
    (void)state;
    assert_int_equal(number(ok(s, "teacher", "report", "school", "{}"), "count"), 2);
    json_t *other = ok(s, "teacher_b", "report", "school", "{}");
    assert_int_equal(number(other, "count"), 0);
    assert_int_equal(json_array_size(json_object_get(other, "waiting")), 0);
    refused(s, LT_DENIED, "denied.right", "mother", "report", "school", "{}");
    refused(s, LT_DENIED, "denied.right", "ivan", "report", "school", "{}");
    refused(s, LT_DENIED, "denied.right", "sysadmin", "report", "school", "{}");
}

static void a_sample_of_what_others_verified(void **state)
{
    (void)state;
    json_t *r = ok(s, "director", "report", "sample", "{'count':1}");
    assert_int_equal(count(r), 1);
    const json_t *first = at(r, "items/0");
    char id[64];
    lt_print(id, sizeof id, "%s", text(first, "id"));
    assert_string_equal(text(first, "verified_by"), id_of(s, "teacher"));
    assert_string_equal(text(first, "act"), "seen_copy");
    /* the same all day */
    assert_string_equal(text(at(ok(s, "director", "report", "sample", "{'count':1}"), "items/0"), "id"), id);
    assert_int_equal(count(ok(s, "director", "report", "sample", "{}")), 2);
    refused(s, LT_DENIED, "denied.right", "teacher", "report", "sample", "{}");
    /* nobody oversees himself */
    verified("director", "ivan", "d", "'level':'school','result':'winner','date':'2026-10-05'");
    assert_false(holds(ok(s, "director", "report", "sample", "{}"), "id", id_of(s, "d")));
    assert_true(holds(ok(s, "deputy", "report", "sample", "{}"), "id", id_of(s, "d")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_year_beside_the_last),
        cmocka_unit_test(what_is_hidden_or_disputed_does_not_count),
        cmocka_unit_test(what_waits_and_with_whom),
        cmocka_unit_test(everybody_counts_what_is_theirs),
        cmocka_unit_test(a_sample_of_what_others_verified),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
