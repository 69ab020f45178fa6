/* The compiler of message catalogues, run as the build runs it. */
#include "testing.h"

#include "base/text.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct result {
    int exit_code;
    char *table;  /* NULL when refused */
    char *errors; /* what it said */
};

static void result_free(struct result *r)
{
    free(r->table);
    free(r->errors);
}

static struct result compile(const char *dir, const char *lang, const char *one, const char *two)
{
    char a[300], b[300], out[300], err[300], command[2000];
    lt_print(a, sizeof a, "%s/a.po", dir);
    lt_print(b, sizeof b, "%s/b.po", dir);
    lt_print(out, sizeof out, "%s/out.c", dir);
    lt_print(err, sizeof err, "%s/err", dir);
    assert_int_equal(lt_fs_replace(lt_fs_system(), a, one, strlen(one), 0644, false), 0);
    assert_int_equal(lt_fs_replace(lt_fs_system(), b, two, strlen(two), 0644, false), 0);
    unlink(out);
    assert_true(lt_print(command, sizeof command, "%s/core/po2c %s %s %s %s 2>%s", LETOPIS_BINARY_DIR, lang,
                         out, a, b, err));
    struct result r = {.table = NULL, .errors = NULL};
    r.exit_code = WEXITSTATUS(system(command));
    lt_fs_read(out, 1 << 20, &r.table, NULL);
    assert_int_equal(lt_fs_read(err, 1 << 20, &r.errors, NULL), 0);
    return r;
}

static void tables_are_sorted_and_whole(void **state)
{
    struct result r =
        compile(*state, "ru",
                "# Translators: be kind\n"
                "msgid \"\"\nmsgstr \"\"\n\"Language: ru\\n\"\n\n"
                "#. a remark\n#: file.c:1\n#, c-format\n"
                "msgid \"b.long\"\nmsgstr \"\"\n\"Первая \"\n  \"вторая\\n\"\n\"\\\"третья\\\" \\\\ ?\?!\"\n"
                "#~ msgid \"old\"\n#~ msgstr \"gone\"\n",
                "msgid \"a.count\"\nmsgid_plural \"a.count\"\nmsgstr[0] \"{n} запись\"\n"
                "msgstr[1] \"{n} записи\"\nmsgstr[2] \"{n} записей\"");
    assert_string_equal(r.errors, "");
    assert_int_equal(r.exit_code, 0);
    const char *a = strstr(r.table, "{\"a.count\", {\"{n} запись\", \"{n} записи\", \"{n} записей\"}}");
    const char *b =
        strstr(r.table, "{\"b.long\", {\"Первая вторая\\n\\\"третья\\\" \\\\ \\?\\?!\", NULL, NULL}}");
    assert_true(a && b && a < b);
    assert_non_null(strstr(r.table, "lt_catalogue_ru = {messages, 2}"));
    result_free(&r);
}

static void refuses(void **state, const char *lang, const char *one, const char *two, const char *why)
{
    struct result r = compile(*state, lang, one, two);
    assert_int_equal(r.exit_code, 1);
    assert_null(r.table);
    if (!strstr(r.errors, why)) fail_msg("said \"%s\", not \"%s\"", r.errors, why);
    result_free(&r);
}

static void what_readers_would_suffer_from_is_refused(void **state)
{
    refuses(state, "ru", "\n#, fuzzy\nmsgid \"x\"\nmsgstr \"y\"\n", "", "a.po:3: \"x\" is marked fuzzy");
    refuses(state, "ru", "msgid \"x\"\nmsgstr \"\"\n", "", "a.po:1: \"x\" has no text");
    refuses(state, "ru", "msgid \"x\"\n\nmsgid \"y\"\nmsgstr \"z\"\n", "", "a.po:1: \"x\" has no text");
    refuses(state, "ru", "msgid \"x\"\nmsgstr \"1\"\n", "\nmsgid \"x\"\nmsgstr \"2\"\n", "\"x\" is given in");
    refuses(state, "en", "msgid \"x\"\nmsgid_plural \"x\"\nmsgstr[0] \"one\"\n", "", "has no text for each");
    refuses(state, "en",
            "msgid \"x\"\nmsgid_plural \"x\"\nmsgstr[0] \"1\"\nmsgstr[1] \"2\"\nmsgstr[2] \"3\"\n", "",
            "more forms than the language");
    refuses(state, "ru", "msgid \"Some sentence\"\nmsgstr \"y\"\n", "", "not an id");
    refuses(state, "ru", "msgid \"x\nmsgstr \"y\"\n", "", "a.po:1: the string has no closing quote");
    refuses(state, "ru", "msgid \"x\" y\n", "", "a.po:1: something follows");
    refuses(state, "ru", "msgid \"x\\q\"\n", "", "a.po:1: unknown escape");
    refuses(state, "ru", "\"x\"\n", "", "a.po:1: a string that belongs to nothing");
    refuses(state, "ru", "msgstr \"x\"\n", "", "a.po:1: msgstr does not belong");
    refuses(state, "ru", "msgid \"x\"\nmsgstr[0] \"y\"\n", "", "a.po:2: msgstr[0] does not belong");
    refuses(state, "ru", "msgid \"x\"\nmsgstr \"y\"\nmsgstr \"z\"\n", "", "a.po:3: msgstr does not belong");
    refuses(state, "ru", "msgid \"x\"\nmsgstr \"y\"\nnonsense\n", "", "a.po:3: neither");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(tables_are_sorted_and_whole),
        SCRATCH_TEST(what_readers_would_suffer_from_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
