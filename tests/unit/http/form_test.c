/* Forms, ranges and what an address says: pure readers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "http/input.h"
#include "http/multipart.h"
#include "http/pack.h"
#include "http/range.h"

#include <stdlib.h>
#include <string.h>

/* --- forms --- */

struct heard {
    struct lt_buf log; /* "name|file|bytes;" a part */
};

static int on_part(void *ctx, const struct multipart_part *p, struct lt_error *err)
{
    (void)err;
    return lt_buf_addf(&((struct heard *)ctx)->log, "%s|%s|", p->name, p->is_file ? p->file_name : "-");
}

static int on_data(void *ctx, const char *data, size_t len, struct lt_error *err)
{
    (void)err;
    return lt_buf_add(&((struct heard *)ctx)->log, data, len);
}

static int on_end(void *ctx, struct lt_error *err)
{
    (void)err;
    return lt_buf_addc(&((struct heard *)ctx)->log, ';');
}

static const struct multipart_to to = {on_part, on_data, on_end};

/* The form in pieces of `step` bytes; NULL: refused or not whole. */
static char *read_form(const char *type, const char *form, size_t len, size_t step)
{
    struct heard h = {.log = LT_BUF_INIT(1 << 20)};
    struct multipart m;
    struct lt_error err = {0};
    int rc = multipart_begin(&m, type, &to, &h) ? 0 : LT_USAGE;
    for (size_t i = 0; !rc && i < len; i += step) rc = multipart_take(&m, form + i, len - i < step ? len - i : step, &err);
    if (rc) assert_int_equal(rc, LT_USAGE);
    char *text = !rc && multipart_whole(&m) ? lt_buf_take(&h.log, NULL) : NULL;
    lt_buf_free(&h.log);
    return text;
}

#define TYPE "multipart/form-data; boundary=x-Y"
#define PART(head) "--x-Y\r\n" head "\r\n\r\n"

static void forms(void **state)
{
    (void)state;
    static const struct {
        const char *form, *want; /* NULL: refused */
    } cases[] = {
        {PART("Content-Disposition: form-data; name=\"values\"") "{}\r\n--x-Y--\r\n", "values|-|{};"},
        {PART("content-disposition:form-data;name=\"a\";filename=\"b c.jpg\"\r\nContent-Type: image/jpeg") "\r\n--x-\r\r\n\r\n--x-Y--", "a|b c.jpg|\r\n--x-\r\r\n;"},
        {PART("Content-Disposition: form-data; name=\"a\"; filename=\"\"") "\r\n--x-Y\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n--x-Y--", "a||;b|-|1;"},
        {PART("Content-Disposition: form-data; name=\"a\"; filename=\"x%22y\\\"z%0d%0aq\"") "1\r\n--x-Y--", "a|x\"y\"z  q|1;"},
        {PART("Content-Disposition: form-data; name=\"a\"") "\r\n--x-Yz\r\n--x-Y--", NULL},
        {PART("Content-Disposition: form-data; name=\"a\"") "1", NULL},
        {PART("Content-Disposition: form-data; name=\"a\"") "1\r\n--x-Y\r\n", NULL},
        {PART("Content-Disposition: form-data; name=\"a\"") "1\r\n--x-Y--evil", NULL},
        {PART("Content-Disposition: form-data") "1\r\n--x-Y--", NULL},
        {PART("Content-Disposition: form-data; name=\"\"") "1\r\n--x-Y--", NULL},
        {PART("Content-Disposition: attachment; name=\"a\"") "1\r\n--x-Y--", NULL},
        {PART("Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"") "1\r\n--x-Y--", NULL},
        {PART("Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64") "1\r\n--x-Y--", NULL},
        {PART("Content-Disposition: form-data; name=\"a") "1\r\n--x-Y--", NULL},
        {PART("Content-Disposition: form-data; name=\"\xff\"") "1\r\n--x-Y--", NULL},
        {PART("X: y") "1\r\n--x-Y--", NULL},
        {"--x-Y\r\n\r\n1\r\n--x-Y--", NULL},
        {"--x-Y--", ""},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = strlen(cases[i].form);
        for (size_t step = 1; step <= len + 1; step++) {
            char *got = read_form(TYPE, cases[i].form, len, step);
            bool same = got && cases[i].want ? strcmp(got, cases[i].want) == 0 : !got == !cases[i].want;
            if (!same) fail_msg("case %zu in steps of %zu: %s", i, step, got ? got : "refused");
            free(got);
        }
    }
}

static void boundaries(void **state)
{
    (void)state;
    static const char form[] = "--a b\r\nContent-Disposition: form-data; name=\"v\"\r\n\r\n1\r\n--a b--";
    char *got = read_form("multipart/form-data; charset=utf-8; Boundary=\"a b\"", form, sizeof form - 1, 3);
    assert_string_equal(got, "v|-|1;");
    free(got);
    static const char *const bad[] = {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=a\tb\x01",
                                      "multipart/form-data; boundary=\"a \"",
                                      "multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct multipart m;
    for (size_t i = 0; i + 3 < sizeof bad / sizeof bad[0]; i++) assert_false(multipart_begin(&m, bad[i], &to, NULL));
    assert_false(multipart_begin(&m, bad[4], &to, NULL));
    assert_false(multipart_begin(&m, bad[5], &to, NULL));
}

/* --- ranges and tags --- */

static void ranges(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum http_range how;
        uint64_t first, len;
    } cases[] = {
        {"bytes=0-0", RANGE_PART, 0, 1},     {"bytes=5-", RANGE_PART, 5, 5},    {"bytes=-3", RANGE_PART, 7, 3},   {"bytes=-30", RANGE_PART, 0, 10},
        {"bytes=2-99", RANGE_PART, 2, 8},    {"Bytes=1-2", RANGE_PART, 1, 2},   {"bytes=10-", RANGE_BAD, 0, 0},   {"bytes=-0", RANGE_BAD, 0, 0},
        {"bytes=3-2", RANGE_NONE, 0, 0},     {"bytes=", RANGE_NONE, 0, 0},      {"bytes=-", RANGE_NONE, 0, 0},    {"bytes=1", RANGE_NONE, 0, 0},
        {"bytes=1-2,4-5", RANGE_NONE, 0, 0}, {"items=1-2", RANGE_NONE, 0, 0},   {"bytes=1-2x", RANGE_NONE, 0, 0}, {NULL, RANGE_NONE, 0, 0},
        {"bytes=99999999999999999999-", RANGE_NONE, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t first = 0, len = 0;
        enum http_range how = http_range_read(cases[i].text, 10, &first, &len);
        if (how != cases[i].how || first != cases[i].first || len != cases[i].len) fail_msg("%s: %d %llu+%llu", cases[i].text, how, (unsigned long long)first, (unsigned long long)len);
    }
    uint64_t first, len;
    assert_int_equal(http_range_read("bytes=0-", 0, &first, &len), RANGE_BAD);
    assert_int_equal(http_range_read("bytes=-1", 0, &first, &len), RANGE_BAD);
    assert_true(http_etag_listed("\"a\", W/\"b\"", "b") && http_etag_listed("*", "x") && http_etag_listed("\"b\"", "b"));
    assert_false(http_etag_listed("\"ab\"", "a") || http_etag_listed("a", "a") || http_etag_listed("", "a") || http_etag_listed("\"a", "b"));
}

static void packing(void **state)
{
    (void)state;
    assert_true(pack_wanted("gzip") && pack_wanted("br, GZIP;q=0.5") && pack_wanted("*") && pack_wanted("deflate,gzip;q=1.0"));
    assert_false(pack_wanted(NULL) || pack_wanted("") || pack_wanted("br") || pack_wanted("gzip;q=0") || pack_wanted("gzip; q=0.000") || pack_wanted("xgzip"));
    char *text = calloc(1, 100000);
    size_t len = 0;
    void *packed = pack_gzip(text, 100000, &len);
    assert_non_null(packed);
    assert_in_range(len, 20, 1000);
    free(packed);
    free(text);
    assert_null(pack_gzip("abc", 3, &len));
}

/* --- values --- */

static json_t *query(const char *name, const char *value, const char *again)
{
    struct lt_error err = {0};
    json_t *values = json_object();
    int rc = http_query_add(values, name, strlen(name), value, strlen(value), &err);
    if (!rc && again) rc = http_query_add(values, name, strlen(name), again, strlen(again), &err);
    if (!rc) return values;
    assert_string_equal(err.code, "http.malformed");
    json_decref(values);
    return NULL;
}

static void queries(void **state)
{
    (void)state;
    json_t *q = query("query", "%D0%BE%D0%BB+x%2By", NULL);
    assert_string_equal(lt_json_str(q, "query"), "ол x+y");
    json_decref(q);
    q = query("level", "school", "class");
    assert_int_equal(json_array_size(lt_json_array(q, "level")), 2);
    json_decref(q);
    static const char *const bad[] = {"%", "%4", "%zz", "%00", "%ff", "%ed%a0%80", "%c0%af"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_null(query("a", bad[i], NULL));
    assert_null(query("", "x", NULL));
}

static void bodies(void **state)
{
    (void)state;
    json_t *doc = NULL;
    struct lt_error err = {0};
    assert_int_equal(http_json_values("", 0, &doc, &err), 0);
    assert_int_equal(json_object_size(doc), 0);
    json_decref(doc);
    static const char *const bad[] = {"[]", "1", "null", "\"a\"", "{", "{\"a\":1}{", "{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_int_equal(http_json_values(bad[i], strlen(bad[i]), &doc, &err), LT_USAGE);
    assert_string_equal(err.code, "json.too_deep");
    static const char deep[] = "{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}";
    assert_int_equal(http_json_values(deep, sizeof deep - 1, &doc, &err), 0);
    json_decref(doc);
    lt_error_clear(&err);
}

static void paths(void **state)
{
    (void)state;
    struct http_match m;
    assert_true(http_match("GET", "/entries/abc/history", &m));
    assert_string_equal(m.row->verb, "history");
    assert_string_equal(m.values[0], "abc");
    assert_true(http_match("HEAD", "/entries", &m));
    assert_true(http_match("GET", "/imports/formats", &m)); /* a word before a place */
    assert_string_equal(m.row->verb, "formats");
    assert_true(http_match("POST", "/pupils/p/guardians/q", &m));
    assert_int_equal(m.len, 2);
    assert_string_equal(m.names[1], "person");
    assert_false(http_match("PUT", "/entries", &m));
    assert_string_equal(m.allow, "POST, GET, HEAD, OPTIONS");
    static const char *const none[] = {"", "/", "/entries/", "/entries//x", "/entry", "/entries/a/b/c/d/e", "/school/init", "entries"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (http_match("GET", none[i], &m) || *m.allow) fail_msg("%s is %s.%s", none[i], m.row ? m.row->noun : "?", m.row ? m.row->verb : m.allow);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),   cmocka_unit_test(boundaries), cmocka_unit_test(ranges), cmocka_unit_test(packing),
        cmocka_unit_test(queries), cmocka_unit_test(bodies),     cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
