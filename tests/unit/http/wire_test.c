/* A call and its answer across the socket come out as they went in; anything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "http/wire.h"

#include <string.h>

static void test_call(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct uc_input_file files[2] = {{.name = "скан.pdf", .fd = -1}, {.name = "b", .fd = -1}};
    uint64_t sizes[2] = {5, (uint64_t)1 << 40};
    json_t *values = json_pack("{s:s, s:i}", "title", "Первое место", "count", 3);
    struct uc_request r = {.noun = "entry",
                           .verb = "add",
                           .values = values,
                           .files = files,
                           .files_len = 2,
                           .lang = LT_EN,
                           .door = UC_CLI,
                           .login = "anna",
                           .password = "x y",
                           .request_id = "r1",
                           .local_user = "root"};
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    assert_int_equal(wire_call_encode(&r, sizes, &b, &err), 0);
    int64_t len = wire_prefix(b.data, "LTC1", WIRE_HEADER_MAX);
    assert_int_equal(len, (int64_t)b.len - WIRE_PREFIX);
    struct wire_call c;
    assert_int_equal(wire_call_decode(b.data + WIRE_PREFIX, (size_t)len, &c, &err), 0);
    assert_string_equal(c.request.noun, "entry");
    assert_string_equal(c.request.verb, "add");
    assert_true(json_equal(c.request.values, values));
    assert_string_equal(c.request.login, "anna");
    assert_string_equal(c.request.password, "x y");
    assert_string_equal(c.request.request_id, "r1");
    assert_null(c.request.token);
    assert_null(c.request.local_user); /* the server knows by the socket */
    assert_int_equal(c.request.lang, LT_EN);
    assert_int_equal(c.files_len, 2);
    assert_string_equal(c.files[0].name, "скан.pdf");
    assert_int_equal(c.sizes[1], sizes[1]);
    wire_call_clear(&c);
    json_decref(values);
    lt_buf_free(&b);
}

static void test_broken_calls(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"noun\":\"a\"}",
        "{\"noun\":1,\"verb\":\"b\"}",
        "{\"noun\":\"a\",\"verb\":\"b\",\"values\":[]}",
        "{\"noun\":\"a\",\"verb\":\"b\",\"files\":[{}]}",
        "{\"noun\":\"a\",\"verb\":\"b\",\"files\":[{\"name\":\"x\",\"size\":-1}]}",
        "{\"noun\":\"a\",\"verb\":\"b\",\"files\":[{\"name\":3,\"size\":1}]}",
        "{\"noun\":\"a\",\"noun\":\"c\",\"verb\":\"b\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct wire_call c;
        struct lt_error err = {0};
        assert_int_equal(wire_call_decode(bad[i], strlen(bad[i]), &c, &err), LT_USAGE);
        lt_error_clear(&err);
    }
    assert_int_equal(wire_prefix("LTC1\0\0\0\5", "LTC1", 100), 5);
    assert_int_equal(wire_prefix("LTA1\0\0\0\5", "LTC1", 100), -1);
    assert_int_equal(wire_prefix("LTC1\0\0\1\0", "LTC1", 100), -1);
    assert_int_equal(wire_prefix("LTC1\377\377\377\377", "LTC1", WIRE_HEADER_MAX), -1);
}

static void test_error(void **state)
{
    (void)state;
    struct lt_error err = {0}, back = {0}, ignored = {0};
    lt_fail_field(&err, LT_CONFLICT, "revision", "entry.revision_moved", "seen", "3", "now", "четыре",
                  (char *)NULL);
    lt_error_details(&err, json_pack("[{s:i}]", "row", 4));
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    assert_int_equal(wire_answer_encode(LT_CONFLICT, NULL, &err, &b, &ignored), 0);
    struct uc_answer a = {0};
    bool streams = false;
    assert_int_equal(wire_answer_decode(b.data + WIRE_PREFIX, b.len - WIRE_PREFIX, &a, &streams, &back),
                     LT_CONFLICT);
    assert_int_equal(back.status, LT_CONFLICT);
    assert_string_equal(back.code, err.code);
    assert_string_equal(back.field, "revision");
    assert_string_equal(lt_error_param(&back, "now"), "четыре");
    assert_string_equal(lt_error_param(&back, "seen"), "3");
    assert_true(json_equal(back.details, err.details));
    lt_error_clear(&err);
    lt_error_clear(&back);
    lt_buf_free(&b);
}

static void test_answer(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct uc_answer a = {.body = json_pack("{s:[s]}", "items", "ё")}, back = {0};
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    assert_int_equal(wire_answer_encode(0, &a, NULL, &b, &err), 0);
    bool streams = true;
    assert_int_equal(wire_answer_decode(b.data + WIRE_PREFIX, b.len - WIRE_PREFIX, &back, &streams, &err), 0);
    assert_false(streams);
    assert_true(json_equal(a.body, back.body));
    json_decref(a.body);
    json_decref(back.body);
    lt_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_call), cmocka_unit_test(test_broken_calls),
                                       cmocka_unit_test(test_error), cmocka_unit_test(test_answer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
