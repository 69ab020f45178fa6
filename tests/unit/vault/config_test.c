#include "vaulted.h"

#include "vault/config.h"

static struct conf *parse(const char *text)
{
    struct lt_error err = {0};
    struct conf *c = NULL;
    ok(conf_parse(text, strlen(text), "test.conf", &c, &err), &err);
    return c;
}

static int add_pair(void *user, const char *name, const char *value)
{
    lt_buf_addf(user, "%s=%s;", name, value);
    return 0;
}

static void values_are_read_as_git_reads_them(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf# comment\n"
                               "[Core]\n"
                               "\tName = a b  c  ; comment\n"
                               "  quoted = \" x ; y \"  # comment\r\n"
                               "escaped = a\\tb\\\"c\\\\d\n"
                               "long = one \\\n two\n"
                               "alone\n"
                               "empty =\n"
                               "[map \"Имя поля\"] col = 3\n"
                               "[map \"a\\\"b\"]\n col-2 = 4\n"
                               "[old.Style] x = 1\n"
                               "[core] name = later";
    struct conf *c = parse(text);
    assert_string_equal(conf_str(c, "core.name", NULL), "later");
    assert_string_equal(conf_str(c, "core.quoted", NULL), " x ; y ");
    assert_string_equal(conf_str(c, "core.escaped", NULL), "a\tb\"c\\d");
    assert_string_equal(conf_str(c, "core.long", NULL), "one  two");
    assert_string_equal(conf_str(c, "core.alone", NULL), "true");
    assert_string_equal(conf_str(c, "core.empty", NULL), "");
    assert_string_equal(conf_str(c, "map.Имя поля.col", NULL), "3");
    assert_string_equal(conf_str(c, "map.a\"b.col-2", NULL), "4");
    assert_string_equal(conf_str(c, "old.style.x", NULL), "1");
    assert_string_equal(conf_str(c, "core.none", "dflt"), "dflt");
    struct lt_buf b = LT_BUF_INIT(1000);
    conf_each(c, "map.", add_pair, &b);
    assert_string_equal(b.data, "map.Имя поля.col=3;map.a\"b.col-2=4;");
    lt_buf_free(&b);
    conf_free(c);
}

/* The same file through stock git. */
static void git_agrees(void **state)
{
    char *path = pathf(*state, "x.conf");
    static const char text[] =
        "[a]\n x = 1 ; c\n y = \"two  words\" tail\n[b \"C d\"]\n z = q\\\\w\\n\n flag\n w = \\\n  next\n";
    put_file(path, text, strlen(text));
    struct conf *c;
    struct lt_error err = {0};
    ok(conf_read(path, &c, &err), &err);
    static const char *const names[] = {"a.x", "a.y", "b.C d.z", "b.C d.w"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_sh("test \"$(git config -f %s '%s'; echo x)\" = \"$(printf '%%s\\nx' '%s')\"", path, names[i],
                  conf_str(c, names[i], "?"));
    assert_sh("test \"$(git config -f %s --type=bool 'b.C d.flag')\" = %s", path,
              conf_str(c, "b.C d.flag", "?"));
    conf_free(c);
    free(path);
}

static void errors_name_the_line(void **state)
{
    (void)state;
    static const char *const bad[] = {"x = 1\n",       "[a\nx = 1\n", "[a]\nx = \"open\n", "[a]\nx = \\q\n",
                                      "[a]\n1x = 2\n", "[]\nx = 1\n", "[a \"b]\nx = 1\n",  "[a]\nx y\n",
                                      "[a]\n= 3\n",    "[a] ]\n"};
    static const char *const line[] = {"1", "1", "2", "2", "2", "1", "1", "2", "2", "1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct conf *c = NULL;
        struct lt_error err = {0};
        assert_int_equal(conf_parse(bad[i], strlen(bad[i]), "test.conf", &c, &err), LT_REFUSED);
        assert_string_equal(err.code, "config.malformed");
        assert_string_equal(lt_error_param(&err, "line"), line[i]);
        assert_string_equal(lt_error_param(&err, "file"), "test.conf");
        lt_error_clear(&err);
    }
    struct conf *c = NULL;
    assert_int_equal(conf_parse("[a]\0", 4, "x", &c, NULL), LT_REFUSED);
}

/* Every beginning of a file, and every byte of it changed, is either read or refused. */
static void no_text_does_harm(void **state)
{
    (void)state;
    static const char text[] = "[a \"b\"]\n x = \"q\\n\" ; c\n y\n[c.d]z=\\\n 1k";
    for (size_t len = 0; len <= strlen(text); len++) {
        char *cut = malloc(len + 1);
        memcpy(cut, text, len);
        for (int flip = -1; flip < (int)len * 3; flip++) {
            struct conf *c = NULL;
            char kept = flip >= 0 ? cut[flip / 3] : 0;
            if (flip >= 0) cut[flip / 3] = "\"\\\n"[flip % 3];
            if (conf_parse(cut, len, "x", &c, NULL) == 0) conf_free(c);
            if (flip >= 0) cut[flip / 3] = kept;
        }
        free(cut);
    }
}

static void numbers_and_truth(void **state)
{
    (void)state;
    struct lt_error err = {0};
    int64_t n;
    bool t;
    struct conf *c = parse("[a]\nk = 20m\nplain = -5\nbad = 5x\nhuge = 99999999999999999999\nover = "
                           "9999999999g\nyes = On\nno = false\nwhat = maybe\n"
                           "empty =\n");
    ok(conf_int(c, "a.k", 0, INT64_MAX, 1, &n, &err), &err);
    assert_int_equal(n, 20 << 20);
    ok(conf_int(c, "a.plain", -10, 10, 1, &n, &err), &err);
    assert_int_equal(n, -5);
    ok(conf_int(c, "a.absent", 0, 10, 7, &n, &err), &err);
    assert_int_equal(n, 7);
    static const char *const bad[] = {"a.bad", "a.huge", "a.over", "a.empty"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(conf_int(c, bad[i], INT64_MIN, INT64_MAX, 1, &n, &err), LT_REFUSED);
        assert_string_equal(err.code, "config.value");
        assert_string_equal(lt_error_param(&err, "name"), bad[i]);
    }
    assert_int_equal(conf_int(c, "a.k", 0, 100, 1, &n, &err), LT_REFUSED);
    ok(conf_bool(c, "a.yes", false, &t, &err), &err);
    assert_true(t);
    ok(conf_bool(c, "a.no", true, &t, &err), &err);
    assert_false(t);
    ok(conf_bool(c, "a.none", true, &t, &err), &err);
    assert_true(t);
    assert_int_equal(conf_bool(c, "a.what", true, &t, &err), LT_REFUSED);
    lt_error_clear(&err);
    conf_free(c);
    c = NULL;
    ok(conf_read("/nonexistent/letopis.conf", &c, &err), &err);
    assert_null(conf_str(c, "a.b", NULL));
    conf_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_as_git_reads_them),
        SCRATCH_TEST(git_agrees),
        cmocka_unit_test(errors_name_the_line),
        cmocka_unit_test(no_text_does_harm),
        cmocka_unit_test(numbers_and_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
