/* The access log cannot be cut off at its end unseen. */
#include "support.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define HOUR INT64_C(3600000)

static void hourly(struct school *s, const char *code)
{
    int rc = lt_app_hourly(s->app, "root", &s->err);
    assert_string_equal(rc ? s->err.code : "", code);
    lt_error_clear(&s->err);
}

/* system.db as it stands on disk, put aside or put back. */
static void sh(struct school *s, const char *command)
{
    lt_app_close(s->app);
    setenv("D", s->dir, 1);
    assert_int_equal(system(command), 0);
    school_open_with(s, NULL);
}

static size_t anchors(struct school *s)
{
    json_t *all = ok(s, "local", "log", "changes", "{'limit':500}"), *one;
    size_t i, n = 0;
    json_array_foreach(json_object_get(all, "items"), i, one) n += strcmp(text(one, "use_case"), "log.anchor") == 0;
    return n;
}

static void test_cut(void **state)
{
    (void)state;
    struct school *s = school_open();
    ok(s, "teacher", "pupil", "show", "{'id':'@ivan'}");
    sh(s, "cp \"$D/system.db\" \"$D-system.db\"");
    ok(s, "teacher", "pupil", "show", "{'id':'@olga'}"); /* what somebody would like to be forgotten */
    hourly(s, "");
    hourly(s, "");
    assert_int_equal(anchors(s), 1);
    assert_int_equal(number(ok(s, "local", "system", "fsck", "{}"), "faults"), 0);
    sh(s, "rm -f \"$D\"/system.db* && mv \"$D-system.db\" \"$D/system.db\"");
    refused(s, LT_REFUSED, "log.cut", "local", "system", "fsck", "{}");
    s->now += 24 * HOUR;
    hourly(s, "log.cut"); /* and it is not noted away */
    assert_int_equal(anchors(s), 1);
    refused(s, LT_REFUSED, "log.cut", "local", "system", "fsck", "{}");
    /* whoever took it from a backup says so, under his name */
    ok(s, "local", "log", "anchor", "{}");
    assert_int_equal(number(ok(s, "local", "system", "fsck", "{}"), "faults"), 0);
    school_close(s);
}

static void test_each_day(void **state)
{
    (void)state;
    struct school *s = school_open();
    hourly(s, "");
    s->now += 5 * HOUR;
    hourly(s, "");
    assert_int_equal(anchors(s), 1);
    s->now += 9 * HOUR; /* past midnight at the school */
    hourly(s, "");
    hourly(s, "");
    assert_int_equal(anchors(s), 2);
    assert_int_equal(number(ok(s, "local", "system", "fsck", "{}"), "faults"), 0);
    school_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cut), cmocka_unit_test(test_each_day)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
