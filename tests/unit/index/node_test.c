/* The quick reader of documents accepts what lt_json_parse accepts and reads the same values. */
#include "world.h"

#include "index/node.h"

static void expect_same(struct node_doc *d, const char *text, size_t len)
{
    json_t *json = NULL;
    const struct node *n = NULL;
    struct lt_error err = {0};
    int status = lt_json_parse(text, len, SIZE_MAX, &json, &err);
    /* exactly as long as the text, so that a reader that passes its end is seen */
    char *copy = malloc(len ? len : 1);
    memcpy(copy, text, len);
    int found = node_parse(d, copy, len, &n);
    free(copy);
    assert_true(found >= 0);
    if ((status == 0) != (found == 1))
        fail_msg("%d %d for %.*s", status, found, (int)(len > 200 ? 200 : len), text);
    if (found) {
        json_t *made = node_json(n);
        assert_non_null(made);
        if (!json_equal(made, json))
            fail_msg("another value of %.*s", (int)len, text);
        json_decref(made);
    }
    json_decref(json);
    lt_error_clear(&err);
}

static const char *const TEXTS[] = {
    "", " ", "{}", "[]", " {} \n", "{}x", "{} {}", "{\"a\":1}", "{\"a\":1,}", "{,}", "[,]", "[1,]", "[1 2]", "{\"a\" 1}", "{\"a\":}", "{a:1}", "{\"a\":1",
    "[", "]", "[]]", "{\"a\":1,\"a\":2}", "{\"b\":1,\"a\":2,\"b\":3}", "{\"b\":1,\"a\":2}", "{\"\":1}", "\"text\"", "1", "null", "[null,true,false]", "[nul]",
    "[truex]", "[TRUE]", "[0,-0,1,-1,10]", "[01]", "[-]", "[+1]", "[.5]", "[1.]", "[1.5,-2.25e3,1e-3,1E+2]", "[1e]", "[1e400]", "[-1e400]", "[1e-400]",
    "[9223372036854775807,-9223372036854775808]", "[9223372036854775808]", "[99999999999999999999999]", "[1a]", "[0x10]", "[1,2,[3,{\"a\":[4]}],5]",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\u0041\\u044F\\u20ac\\ud83d\\ude00\"]", "[\"\\ud83d\"]", "[\"\\ude00\"]", "[\"\\ud83d\\u0041\"]", "[\"\\ud83d\\\"]",
    "[\"\\u0000\"]", "{\"\\u0000\":1}", "[\"\\u00\"]", "[\"\\u00zz\"]", "[\"\\x\"]", "[\"\\", "[\"", "[\"a", "[\"a\nb\"]", "[\"a\tb\"]", "[\"\x7F\"]", "['a']",
    "{\"\\u0061\":1,\"a\":2}", "{\"surname\":\"Ёлкин\",\"nested\":{\"z\":[],\"a\":{}}}", "[\"\xC0\x80\"]", "[\"\xE0\x80\x80\"]", "[\"\xED\xA0\x80\"]",
    "[\"\xF4\x90\x80\x80\"]", "[\"\xF0\x9F\x98\x80\"]", "[\"\xF0\x9F\x98\"]", "[\"\xE2\x82\"]", "[\"\xFF\"]", "\xEF\xBB\xBF{}", "[1]//x", "{\"a\":\"\xD0\xAF", "\f[]"};

static void test_same(void **state)
{
    struct node_doc d = {0};
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        expect_same(&d, TEXTS[i], strlen(TEXTS[i]));
    static const char nul[] = "{\"a\":\"b\0c\"}", tail[] = "{}\0";
    expect_same(&d, nul, sizeof nul - 1);
    expect_same(&d, tail, sizeof tail - 1);
    for (int depth = 60; depth < 70; depth++) {
        char deep[160] = "";
        memset(deep, '[', (size_t)depth);
        memset(deep + depth, ']', (size_t)depth);
        expect_same(&d, deep, (size_t)depth * 2);
    }
    node_free(&d);
}

/* Documents with a byte changed, added or taken away. */
static void test_mutated(void **state)
{
    static const char base[] = "{\"id\":\"e1\",\"title\":\"Олимпиада \\u00ab\\n\\ud83d\\ude00\",\"n\":[-12,3.5e2,true,null],\"o\":{\"b\":{},\"a\":[\"x\",\"\"]}}";
    static const char bytes[] = "{}[]\",:\\u0189aeE+-. \n\x01\x80\xBF\xC3\xD0\xE0\xED\xF0\xFF";
    struct node_doc d = {0};
    uint32_t seed = 7;
    (void)state;
    for (int i = 0; i < 60000; i++) {
        char text[400];
        size_t len = sizeof base - 1;
        memcpy(text, base, len);
        for (int k = 0; k <= i % 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            size_t at = (seed >> 8) % len;
            char c = bytes[(seed >> 3) % (sizeof bytes - 1)];
            if (seed >> 30 == 0) {
                memmove(text + at, text + at + 1, len - at - 1);
                len--;
            } else if (seed >> 30 == 1) {
                memmove(text + at + 1, text + at, len - at);
                text[at] = c;
                len++;
            } else {
                text[at] = c;
            }
        }
        expect_same(&d, text, len);
    }
    node_free(&d);
}

static void test_reading(void **state)
{
    struct node_doc d = {0};
    const struct node *n = NULL;
    static const char text[] = "{\"s\":\"x\",\"i\":7,\"b\":true,\"a\":[1,{\"k\":\"v\"},[2,3],4],\"o\":{\"s\":\"y\"},\"e\":[]}";
    (void)state;
    assert_int_equal(node_parse(&d, text, sizeof text - 1, &n), 1);
    assert_string_equal(node_str(n, "s"), "x");
    assert_string_equal(node_str(n, "i"), "");
    assert_string_equal(node_str(node_get(n, "o"), "s"), "y");
    assert_string_equal(node_str(NULL, "s"), "");
    assert_int_equal(node_int(n, "i"), 7);
    assert_int_equal(node_int(n, "s"), 0);
    assert_true(node_bool(n, "b", false));
    assert_true(node_bool(n, "s", true));
    assert_null(node_object(n, "a"));
    assert_null(node_array(n, "o"));
    assert_null(node_first(node_array(n, "e")));
    const struct node *a = node_array(n, "a");
    int64_t sum = 0;
    size_t count = 0;
    for (const struct node *x = node_first(a); x; x = node_next(a, x), count++)
        sum += x->type == NODE_INT ? x->i : 0;
    assert_int_equal(sum, 5);
    assert_int_equal(count, node_count(a));
    node_free(&d);
}

/* A large document leaves no large memory behind; one with very many members out of order is read in good time. */
static void test_large(void **state)
{
    struct node_doc d = {0};
    struct lt_buf b;
    (void)state;
    lt_buf_init(&b, 16u << 20);
    lt_buf_adds(&b, "{");
    for (int i = 200000; i > 0; i--)
        lt_buf_addf(&b, "%s\"k%d\":%d", i < 200000 ? "," : "", i, i);
    lt_buf_adds(&b, "}");
    const struct node *n = NULL;
    assert_int_equal(node_parse(&d, b.data, b.len, &n), 1);
    assert_int_equal(node_count(n), 200000);
    b.data[b.len - 1] = ',';
    lt_buf_adds(&b, "\"k77\":1}");
    assert_int_equal(node_parse(&d, b.data, b.len, &n), 0);
    assert_int_equal(node_parse(&d, "{}", 2, &n), 1);
    assert_true(d.text_cap < 100000);
    node_free(&d);
    lt_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same), cmocka_unit_test(test_mutated), cmocka_unit_test(test_reading), cmocka_unit_test(test_large)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
