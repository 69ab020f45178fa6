/* A caller that lost its connection asks again with the same id of the request: nothing is done twice. */
#include "support.h"

static int add_class(struct school *s, const char *request_id, const char *values)
{
    struct uc_request r = {.noun = "class", .verb = "add", .local_user = "root", .door = UC_CLI, .request_id = request_id};
    json_t *out = NULL;
    return ask(s, &r, &out, values);
}

static void test_once(void **state)
{
    (void)state;
    struct school *s = school_open();
    assert_int_equal(add_class(s, "r-1", "{'name':'7А'}"), 0);
    assert_int_equal(add_class(s, "r-1", "{'name':'7Б'}"), LT_CONFLICT);
    assert_string_equal(s->err.code, "request.done");
    assert_int_equal(add_class(s, "r-2", "{'name':'7Б'}"), 0);
    /* also after a start, when the rows have moved to system.db */
    school_reopen(s);
    assert_int_equal(add_class(s, "r-1", "{'name':'7В'}"), LT_CONFLICT);
    json_t *classes = ok(s, "local", "class", "list", "{}");
    assert_true(holds(classes, "name", "7А") && holds(classes, "name", "7Б"));
    assert_false(holds(classes, "name", "7В"));
    /* what was refused was not done and may be asked again */
    assert_int_equal(add_class(s, "r-3", "{'name':'7А'}"), LT_CONFLICT);
    assert_string_equal(s->err.code, "class.exists");
    assert_int_equal(add_class(s, "r-3", "{'name':'7Г'}"), 0);
    school_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
