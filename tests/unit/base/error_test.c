#include "testing.h"

#include "base/error.h"

#include <errno.h>

static void carries_code_and_parameters(void **state)
{
    (void)state;
    struct lt_error err = {0};
    int status = lt_fail(&err, LT_NOTFOUND, "entry.absent", "id", "42", "title", "Диплом", (char *)NULL);
    assert_int_equal(status, LT_NOTFOUND);
    assert_int_equal(err.status, LT_NOTFOUND);
    assert_string_equal(err.code, "entry.absent");
    assert_string_equal(err.field, "");
    assert_string_equal(lt_error_param(&err, "id"), "42");
    assert_string_equal(lt_error_param(&err, "title"), "Диплом");
    assert_null(lt_error_param(&err, "42"));
    assert_null(lt_error_param(&err, "i"));
}

static void works_without_a_place_to_describe(void **state)
{
    (void)state;
    assert_int_equal(lt_fail(NULL, LT_DENIED, "x", (char *)NULL), LT_DENIED);
    assert_int_equal(lt_fail_field(NULL, LT_USAGE, "f", "x", (char *)NULL), LT_USAGE);
    assert_int_equal(lt_fail_errno(NULL, "open", "/x"), LT_SYSTEM);
    assert_int_equal(lt_fail_memory(NULL), LT_SYSTEM);
    lt_error_details(NULL, json_object());
    lt_error_clear(NULL);
}

static void names_the_field_and_forgets_the_error_before(void **state)
{
    (void)state;
    struct lt_error err = {0};
    lt_fail(&err, LT_REFUSED, "first", "old", "1", (char *)NULL);
    lt_error_details(&err, json_pack("[s]", "row"));
    json_t *details = json_incref(err.details);
    lt_fail_field(&err, LT_USAGE, "birth", "field.date", "value", NULL, (char *)NULL);
    assert_int_equal(details->refcount, 1);
    json_decref(details);
    assert_null(err.details);
    assert_string_equal(err.field, "birth");
    assert_null(lt_error_param(&err, "old"));
    assert_string_equal(lt_error_param(&err, "value"), "");
    lt_fail(&err, LT_REFUSED, "next", (char *)NULL);
    assert_string_equal(err.field, "");
}

static void cuts_at_a_whole_pair(void **state)
{
    (void)state;
    struct lt_error err = {0};
    char big[550];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    lt_fail(&err, LT_REFUSED, "c", "a", big, "b", "123456789012345678901234567890123456789012345678", "c",
            "1", (char *)NULL);
    assert_string_equal(lt_error_param(&err, "a"), big);
    assert_null(lt_error_param(&err, "b"));
    assert_true(err.params_len <= LT_ERROR_PARAMS);

    /* exactly full */
    char fits[LT_ERROR_PARAMS - 2];
    memset(fits, 'y', sizeof fits - 1);
    fits[sizeof fits - 1] = '\0';
    lt_fail(&err, LT_REFUSED, "c", "n", fits, (char *)NULL);
    assert_int_equal(err.params_len, LT_ERROR_PARAMS);
    assert_string_equal(lt_error_param(&err, "n"), fits);
    assert_null(lt_error_param(&err, "m"));
}

static void tells_errno_and_path(void **state)
{
    (void)state;
    struct lt_error err = {0};
    errno = ENOSPC;
    assert_int_equal(lt_fail_errno(&err, "write", "/srv/data/x"), LT_SYSTEM);
    assert_int_equal(errno, ENOSPC);
    assert_string_equal(err.code, "system.io");
    assert_string_equal(lt_error_param(&err, "doing"), "write");
    assert_string_equal(lt_error_param(&err, "path"), "/srv/data/x");
    assert_string_equal(lt_error_param(&err, "errno"), "ENOSPC");
    assert_string_equal(lt_error_param(&err, "reason"), "No space left on device");

    errno = 99999;
    lt_fail_errno(&err, "write", NULL);
    assert_string_equal(lt_error_param(&err, "path"), "");
}

static void keeps_the_end_of_a_long_path(void **state)
{
    (void)state;
    struct lt_error err = {0};
    char path[3001];
    for (int i = 0; i < 3000; i += 2)
        memcpy(path + i, "ы", 2);
    path[3000] = '\0';
    memcpy(path + 2991, "/end.json", 9);
    errno = ENOENT;
    lt_fail_errno(&err, "open", path);
    const char *kept = lt_error_param(&err, "path");
    assert_non_null(kept);
    assert_string_equal(kept + strlen(kept) - 9, "/end.json");
    assert_memory_equal(kept, "…ы", 5);
}

static void details_are_owned(void **state)
{
    (void)state;
    struct lt_error err = {0};
    json_t *one = json_object();
    lt_error_details(&err, json_incref(one));
    lt_error_details(&err, json_array());
    assert_int_equal(one->refcount, 1);
    json_decref(one);
    lt_fail_memory(&err);
    assert_string_equal(err.code, "system.memory");
    lt_error_clear(&err);
    assert_int_equal(err.status, 0);
    assert_string_equal(err.code, "");
}

static void numbers_become_text(void **state)
{
    (void)state;
    struct lt_error err = {0};
    lt_fail(&err, LT_REFUSED, "c", "a", LT_NUM(20971520), "b", LT_NUM(INT64_MIN), (char *)NULL);
    assert_string_equal(lt_error_param(&err, "a"), "20971520");
    assert_string_equal(lt_error_param(&err, "b"), "-9223372036854775808");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_code_and_parameters),
        cmocka_unit_test(works_without_a_place_to_describe),
        cmocka_unit_test(names_the_field_and_forgets_the_error_before),
        cmocka_unit_test(cuts_at_a_whole_pair),
        cmocka_unit_test(tells_errno_and_path),
        cmocka_unit_test(keeps_the_end_of_a_long_path),
        cmocka_unit_test(details_are_owned),
        cmocka_unit_test(numbers_become_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
