/* Importers of strangers: what is not as docs/plugin-abi.md has it is told to their author by `plugin check`, and in an import does no harm. */
#include "support.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ODD LETOPIS_BINARY_DIR "/tests/plugins/odd"

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    free(s->app->plugins_dir);
    s->app->plugins_dir = lt_strdup(ODD);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static const char *param(const char *name)
{
    const char *v = lt_error_param(&s->err, name);
    return v ? v : "";
}

static void what_a_plugin_says_of_itself_is_judged(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {{"formats-text", "formats"}, {"formats-name", "formats[0].name"}, {"formats-title", "formats[0].title"}};
    for (size_t i = 0; i < LT_COUNT(wrong); i++) {
        refused(s, LT_REFUSED, "plugin.described", "local", "plugin", "check", "{'id':'%s'}", wrong[i][0]);
        assert_string_equal(param("place"), wrong[i][1]);
        refused(s, LT_REFUSED, "plugin.described", "local", "plugin", "enable", "{'id':'%s'}", wrong[i][0]);
    }
    json_t *a = ok(s, "local", "plugin", "check", "{'id':'extra-keys'}");
    assert_null(at(a, "formats/0/colour"));
    assert_null(at(a, "formats/0/columns/0/width"));
    assert_string_equal(text(a, "formats/0/columns/0/title/ru"), "Проба");
    assert_int_equal(number(a, "samples/0/results"), 1);
}

static void what_would_be_passed_over_is_told(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {{"emit-other", "pupil"}, {"emit-types", "class"}, {"emit-score", "score"}};
    for (size_t i = 0; i < LT_COUNT(wrong); i++) {
        refused(s, LT_REFUSED, "plugin.emitted", "local", "plugin", "check", "{'id':'%s'}", wrong[i][0]);
        assert_string_equal(param("place"), wrong[i][1]);
    }
    json_t *a = ok(s, "local", "plugin", "check", "{'id':'bare-sheet'}");
    assert_int_equal(number(a, "samples/0/sheets"), 1);
    assert_true(number(a, "samples/0/skipped") > 0);
}

/* Of a sheet and of rows that say nothing only what the program knows goes on, and what it shows is there. */
static void a_sheet_without_much_is_shown(void **state)
{
    (void)state;
    ok(s, "local", "plugin", "enable", "{'id':'bare-sheet'}");
    json_t *a = ok(s, "local", "import", "preview", "{'format':'bare-sheet','file':'<=%s'}", school_csv(s, "Кто;Что\nИванов Иван;1\n"));
    assert_string_equal(text(a, "sheets/0/columns/0/column"), "A");
    assert_string_equal(text(a, "sheets/0/columns/0/role"), "");
    assert_string_equal(text(a, "sheets/0/facts/subject"), "физика");
    assert_null(at(a, "sheets/0/facts/list"));
    assert_string_equal(text(a, "sheets/0/problems/0/message"), "x");
    assert_null(at(a, "sheets/0/own"));
    assert_int_equal(number(a, "skipped/0/row"), 2);
    assert_null(at(a, "skipped/0/by"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(what_a_plugin_says_of_itself_is_judged),
        T(what_would_be_passed_over_is_told),
        T(a_sheet_without_much_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
