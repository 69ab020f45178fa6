#include "testing.h"

#include "base/json.h"

static char *canonical(const json_t *doc)
{
    struct lt_buf out = LT_BUF_INIT(1 << 20);
    assert_int_equal(lt_json_canonical(doc, &out, NULL), 0);
    return lt_buf_take(&out, NULL);
}

static json_t *parsed(const char *text)
{
    json_t *doc = NULL;
    struct lt_error err = {0};
    if (lt_json_parse(text, strlen(text), 1 << 20, &doc, &err) < 0)
        fail_msg("%s at %s:%s", err.code, lt_error_param(&err, "line"), lt_error_param(&err, "column"));
    return doc;
}

static void canonical_form_is_exact(void **state)
{
    (void)state;
    json_t *doc =
        parsed("{\"title\":\"Олимпиада \\u2014 \\\"А\\\"\\n/\",\"b\":[],\"a\":{},\"B\":[1,true,null,[2]],"
               "\"я\":-5,\"r\":0.1,\"w\":2.0,\"big\":1e300,\"tab\":\"\\t\\u0001\\\\\"}");
    char *text = canonical(doc);
    assert_string_equal(text, "{\n"
                              "  \"B\": [\n"
                              "    1,\n"
                              "    true,\n"
                              "    null,\n"
                              "    [\n"
                              "      2\n"
                              "    ]\n"
                              "  ],\n"
                              "  \"a\": {},\n"
                              "  \"b\": [],\n"
                              "  \"big\": 1e+300,\n"
                              "  \"r\": 0.1,\n"
                              "  \"tab\": \"\\t\\u0001\\\\\",\n"
                              "  \"title\": \"Олимпиада — \\\"А\\\"\\n/\",\n"
                              "  \"w\": 2.0,\n"
                              "  \"я\": -5\n"
                              "}\n");
    free(text);
    json_decref(doc);
}

static void same_document_same_bytes(void **state)
{
    (void)state;
    /* keys put in opposite orders, more of them than are sorted on the stack */
    json_t *a = json_object(), *b = json_object();
    for (int i = 0; i < 100; i++) {
        lt_json_put_int(a, LT_NUM(i * 7919 % 100), i * 7919 % 100);
        lt_json_put_int(b, LT_NUM(99 - i), 99 - i);
    }
    char *x = canonical(a), *y = canonical(b);
    assert_string_equal(x, y);
    json_t *back = parsed(x);
    assert_true(json_equal(a, back));
    char *z = canonical(back);
    assert_string_equal(x, z);
    free(x);
    free(y);
    free(z);
    json_decref(a);
    json_decref(b);
    json_decref(back);
}

static void numbers_come_back_whole(void **state)
{
    (void)state;
    static const double reals[] = {0.1,  1.0 / 3,           87.5, 1e22, 123456789.123456789, 5e-324,
                                   -0.0, 9007199254740993.0};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        json_t *doc = json_pack("[f]", reals[i]);
        char *text = canonical(doc);
        json_t *back = parsed(text);
        assert_true(json_is_real(json_array_get(back, 0)));
        double value = json_real_value(json_array_get(back, 0));
        assert_memory_equal(&value, &reals[i], sizeof value);
        free(text);
        json_decref(doc);
        json_decref(back);
    }
    json_t *doc = parsed("[9223372036854775807,-9223372036854775808]");
    char *text = canonical(doc);
    assert_string_equal(text, "[\n  9223372036854775807,\n  -9223372036854775808\n]\n");
    free(text);
    json_decref(doc);
}

static void compact_is_one_line(void **state)
{
    (void)state;
    struct lt_buf out = LT_BUF_INIT(100);
    json_t *doc = parsed("{ \"b\" : [ 1 , 2 ] , \"a\" : \"x\" }");
    assert_int_equal(lt_json_compact(doc, &out, NULL), 0);
    assert_string_equal(out.data, "{\"a\":\"x\",\"b\":[1,2]}");
    lt_buf_free(&out);
    json_decref(doc);
}

static void writing_reports_what_does_not_fit(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct lt_buf small = LT_BUF_INIT(10);
    json_t *doc = parsed("{\"a\":\"0123456789\"}");
    assert_int_equal(lt_json_canonical(doc, &small, &err), LT_REFUSED);
    assert_string_equal(err.code, "json.too_large");
    assert_string_equal(lt_error_param(&err, "limit"), "10");
    json_decref(doc);

    struct lt_buf out = LT_BUF_INIT(100000);
    assert_int_equal(lt_json_compact(NULL, &out, &err), LT_SYSTEM);
    assert_string_equal(err.code, "system.memory");

    doc = json_array();
    for (int i = 0; i < 64; i++) {
        json_t *outer = json_array();
        json_array_append_new(outer, doc);
        doc = outer;
    }
    assert_int_equal(lt_json_compact(doc, &out, &err), LT_REFUSED);
    assert_string_equal(err.code, "json.too_deep");
    json_decref(doc);

    lt_buf_reset(&out);
    doc = json_array();
    json_array_append_new(doc, json_stringn("a\0b", 3));
    assert_int_equal(lt_json_compact(doc, &out, &err), LT_REFUSED);
    assert_string_equal(err.code, "json.null_character");
    json_decref(doc);
    lt_buf_free(&out);
}

static void flawed(const char *text, size_t len, const char *flaw, const char *line)
{
    json_t *doc = NULL;
    struct lt_error err = {0};
    assert_int_equal(lt_json_parse(text, len, 1 << 20, &doc, &err), LT_USAGE);
    assert_null(doc);
    assert_string_equal(err.code, "json.malformed");
    assert_string_equal(lt_error_param(&err, "flaw"), flaw);
    assert_string_equal(lt_error_param(&err, "line"), line);
    assert_true(atoi(lt_error_param(&err, "column")) >= 1);
}

static void flawed_text(const char *text, const char *flaw, const char *line)
{
    flawed(text, strlen(text), flaw, line);
}

static void malformed_documents_are_refused(void **state)
{
    (void)state;
    flawed_text("", "cut_off", "1");
    flawed_text("{\"a\":1,\n\"a\":2}", "duplicate_key", "2");
    flawed_text("{\"a\":[{\"x\":1,\"x\":1}]}", "duplicate_key", "1");
    flawed_text("{\"a\":1}\n{}", "syntax", "2");
    flawed_text("{\"a\":1,}", "syntax", "1");
    flawed_text("{\"a\":", "cut_off", "1");
    flawed_text("[\"\\u0000\"]", "null_character", "1");
    flawed_text("{\"a\\u0000b\":1}", "null_character", "1");
    flawed("[\"a\0b\"]", 7, "syntax", "1");
    flawed("[1]\0", 4, "syntax", "1");
    flawed_text("[\"\xFF\"]", "encoding", "1");
    flawed_text("[\"\xED\xA0\x80\"]", "encoding", "1");
    flawed_text("[99999999999999999999]", "number", "1");
    flawed_text("[1e999]", "number", "1");
    flawed_text("'a'", "syntax", "1");
    flawed_text("\xEF\xBB\xBF{}", "syntax", "1");
    flawed_text("\"scalar\"", "syntax", "1");
    flawed_text("[NaN]", "syntax", "1");
}

static void depth_is_64(void **state)
{
    (void)state;
    char text[400];
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    json_t *doc = parsed(text);
    char *back = canonical(doc);
    free(back);
    json_decref(doc);

    memcpy(text, "\n\n ", 3);
    memset(text + 3, '[', 65);
    memset(text + 68, ']', 65);
    text[133] = '\0';
    flawed_text(text, "depth", "3");
    /* an attacker does not close what he opens */
    char *many = malloc(1000000);
    memset(many, '[', 1000000);
    flawed(many, 1000000, "depth", "1");
    free(many);
    /* brackets in strings, also behind escaped quotes, do not count; breadth does not either */
    struct lt_buf wide = LT_BUF_INIT(100000);
    lt_buf_adds(&wide, "[");
    for (int i = 0; i < 200; i++)
        lt_buf_adds(&wide, "\"\\\"[[{{\\\\\",{},");
    lt_buf_adds(&wide, "0]");
    doc = parsed(wide.data);
    assert_int_equal(json_array_size(doc), 401);
    json_decref(doc);
    lt_buf_free(&wide);
}

static void size_is_limited(void **state)
{
    (void)state;
    json_t *doc = NULL;
    struct lt_error err = {0};
    assert_int_equal(lt_json_parse("[1,2]", 5, 4, &doc, &err), LT_USAGE);
    assert_string_equal(err.code, "json.too_large");
    assert_string_equal(lt_error_param(&err, "limit"), "4");
    assert_int_equal(lt_json_parse("[1,2]", 5, 5, &doc, &err), 0);
    json_decref(doc);
}

static void values_or_defaults(void **state)
{
    (void)state;
    json_t *doc =
        parsed("{\"s\":\"text\",\"e\":\"\",\"n\":7,\"t\":true,\"z\":null,\"a\":[\"x\",1],\"o\":{\"k\":1}}");
    assert_string_equal(lt_json_str(doc, "s"), "text");
    assert_string_equal(lt_json_str(doc, "e"), "");
    assert_null(lt_json_str(doc, "n"));
    assert_null(lt_json_str(doc, "z"));
    assert_null(lt_json_str(doc, "absent"));
    assert_null(lt_json_str(NULL, "s"));
    assert_string_equal(lt_json_str_or(doc, "z", "d"), "d");
    assert_int_equal(lt_json_int(doc, "n", -1), 7);
    assert_int_equal(lt_json_int(doc, "s", -1), -1);
    assert_true(lt_json_bool(doc, "t", false));
    assert_true(lt_json_bool(doc, "n", true));
    assert_int_equal(json_array_size(lt_json_array(doc, "a")), 2);
    assert_null(lt_json_array(doc, "o"));
    assert_int_equal(lt_json_int(lt_json_object(doc, "o"), "k", 0), 1);
    assert_null(lt_json_object(doc, "a"));
    assert_true(lt_json_array_has(lt_json_array(doc, "a"), "x"));
    assert_false(lt_json_array_has(lt_json_array(doc, "a"), "y"));
    assert_false(lt_json_array_has(NULL, "y"));
    json_decref(doc);
}

static void building(void **state)
{
    (void)state;
    json_t *src = parsed("{\"keep\":[1]}"), *doc = json_object();
    assert_int_equal(lt_json_put_str(doc, "s", "x"), 0);
    assert_int_equal(lt_json_put_str(doc, "gone", "x"), 0);
    assert_int_equal(lt_json_put_str(doc, "gone", ""), 0);
    assert_int_equal(lt_json_put_str(doc, "never", NULL), 0);
    assert_int_equal(lt_json_put_str(doc, "bad", "\xFF"), -1);
    assert_int_equal(lt_json_put_int(doc, "n", 5), 0);
    assert_int_equal(lt_json_put_bool(doc, "b", false), 0);
    assert_int_equal(lt_json_put(doc, "v", NULL), -1);
    assert_int_equal(lt_json_copy_key(doc, src, "keep"), 0);
    assert_int_equal(lt_json_copy_key(doc, src, "absent"), 0);
    json_decref(src);
    struct lt_buf out = LT_BUF_INIT(1000);
    assert_int_equal(lt_json_compact(doc, &out, NULL), 0);
    assert_string_equal(out.data, "{\"b\":false,\"keep\":[1],\"n\":5,\"s\":\"x\"}");
    lt_buf_free(&out);
    json_decref(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_form_is_exact),
        cmocka_unit_test(same_document_same_bytes),
        cmocka_unit_test(numbers_come_back_whole),
        cmocka_unit_test(compact_is_one_line),
        cmocka_unit_test(writing_reports_what_does_not_fit),
        cmocka_unit_test(malformed_documents_are_refused),
        cmocka_unit_test(depth_is_64),
        cmocka_unit_test(size_is_limited),
        cmocka_unit_test(values_or_defaults),
        cmocka_unit_test(building),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
