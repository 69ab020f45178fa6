/* What a request may look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/strict.h"

#include <string.h>

static bool good(int minor, const char *const *headers)
{
    struct http_strict s = HTTP_STRICT_INIT;
    for (size_t i = 0; headers[i]; i += 2)
        http_strict_header(&s, headers[i], strlen(headers[i]), headers[i + 1], strlen(headers[i + 1]));
    return http_strict_good(&s, minor);
}

#define H(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_headers(void **state)
{
    (void)state;
    assert_true(good(1, H("Host", "a", "content-length", "12")));
    assert_true(good(1, H("host", "a", "Transfer-Encoding", "Chunked")));
    assert_true(good(0, H("Content-Length", "0")));
    assert_false(good(1, H("Content-Length", "0")));
    assert_false(good(1, H("Host", "a", "HOST", "a")));
    assert_false(good(1, H("Host", "a", "Content-Length", "1", "Content-Length", "1")));
    assert_false(good(1, H("Host", "a", "Content-Length", "1", "Transfer-Encoding", "chunked")));
    assert_false(good(1, H("Host", "a", "Transfer-Encoding", "identity")));
    assert_false(good(1, H("Host", "a", "Transfer-Encoding", "chunked, chunked")));
    assert_false(good(0, H("Transfer-Encoding", "chunked")));
    static const char *const lengths[] = {"", "+1", "-1", "1,1", "1 ", "0x10", "9999999999999999999", "1e3"};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_false(good(1, H("Host", "a", "Content-Length", lengths[i])));
    static const char *const names[] = {"", "a b", "a:", "\xc3\xa9", "a\t", "a(b)", "a/b"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(good(1, H("Host", "a", names[i], "x")));
    assert_false(good(1, H("Host", "a\rb")));
    assert_false(good(1, H("Host", "a\x01")));
    assert_true(good(1, H("Host", "a", "X-Name", "\xd0\xb0\tb")));
}

static void test_nul(void **state)
{
    (void)state;
    struct http_strict s = HTTP_STRICT_INIT;
    http_strict_header(&s, "Host", 4, "a\0b", 3);
    assert_false(http_strict_good(&s, 1));
    s = (struct http_strict)HTTP_STRICT_INIT;
    http_strict_header(&s, "Ho\0st", 5, "a", 1);
    assert_false(http_strict_good(&s, 1));
}

static void test_paths(void **state)
{
    (void)state;
    static const char *const fine[] = {"/",      "/call", "/api/v1/pupils/x", "/a.b/..c", "/a%20b",
                                       "/.../x", "/a/"};
    static const char *const bad[] = {
        "",     "call", "/..",   "/.",     "/a/../b", "/a/%2e%2E/b", "/a/.%2e", "//a",  "/a//b", "/a\\b",
        "/a b", "/a%0", "/a%zz", "/a%00b", "/a\x7f",  "/\xd0",       "/%2e/x",  "/a#b", "*"};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
        assert_true(http_strict_path(fine[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(http_strict_path(bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_headers), cmocka_unit_test(test_nul),
                                       cmocka_unit_test(test_paths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
