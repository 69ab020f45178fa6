/* The template does its work through the runner: rows in, proposals out. LETOPIS_TEMPLATE_PLUGINS: the folder it was built into. */
#include "plugin/run.h"

#include "base/json.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sandbox_config config = {.program = LETOPIS_BINARY_DIR "/tests/plugin_child"};

struct world {
    uint32_t at;
    json_t *out;
    char log[200];
};

static int next(void *user, struct lt_buf *out, struct lt_error *err)
{
    static const char *const rows[][2] = {{"Иванова Анна", "Победитель \"Кенгуру\""}, {"Петров Пётр", ""}, {"", ""}};
    struct world *w = user;
    (void)err;
    if (w->at == 3000) return 0;
    const char *const *r = rows[w->at % 3];
    struct letopis_cell cells[2] = {{.column = 1, .kind = LETOPIS_CELL_TEXT, .text = r[0], .len = strlen(r[0])},
                                    {.column = 2, .kind = LETOPIS_CELL_TEXT, .text = r[1], .len = strlen(r[1])}};
    struct letopis_row row = {.struct_size = sizeof row, .row = ++w->at, .sheet = "Лист1", .sheet_len = strlen("Лист1"), .cells = cells,
                              .cells_len = 2, .cell_size = sizeof cells[0]};
    return plugin_put_row(out, &row) ? LT_SYSTEM : 1;
}

static int emit(void *user, const json_t *doc, struct lt_error *err)
{
    struct world *w = user;
    (void)err;
    return json_array_append(w->out, (json_t *)(uintptr_t)doc);
}

static void on_log(void *user, int level, const char *text)
{
    struct world *w = user;
    (void)level;
    lt_print(w->log, sizeof w->log, "%s", text);
}

static void test_rows(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct world w = {.out = json_array()};
    json_t *args = json_pack("{s:s}", "format", "two-columns");
    struct plugin_job job = {.config = &config, .cap = PLUGIN_IMPORTER, .id = "two-columns", .args = args, .next = next, .emit = emit,
                             .log = on_log, .user = &w};
    assert_int_equal(plugin_run_job(&job, &err), 0);
    assert_int_equal(json_array_size(w.out), 2000);
    const json_t *first = json_array_get(w.out, 0), *second = json_array_get(w.out, 1);
    assert_string_equal(lt_json_str(lt_json_object(first, "pupil"), "full_name"), "Иванова Анна");
    assert_string_equal(lt_json_str(lt_json_object(first, "values"), "title"), "Победитель \"Кенгуру\"");
    assert_string_equal(lt_json_str(first, "sheet"), "Лист1");
    assert_int_equal(lt_json_int(second, "row", 0), 2);
    assert_int_equal(json_array_size(lt_json_array(second, "problems")), 1);
    assert_string_equal(w.log, "2000 rows");
    json_decref(args);
    json_decref(w.out);
}

static void test_about(void **state)
{
    (void)state;
    struct lt_error err = {0};
    json_t *about = NULL;
    assert_int_equal(plugin_inspect(&config, "two-columns", &about, &err), 0);
    assert_int_equal(json_array_size(lt_json_array(about, "formats")), 1);
    json_decref(about);
    struct plugin_job job = {.config = &config, .cap = PLUGIN_PUBLISHER, .id = "two-columns"};
    assert_int_equal(plugin_run_job(&job, &err), LT_REFUSED);
    assert_string_equal(err.code, "plugin.not_capable");
}

int main(void)
{
    const char *dir = getenv("LETOPIS_TEMPLATE_PLUGINS");
    config.modules_dir = dir ? dir : LETOPIS_BINARY_DIR "/tests/plugins";
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_about)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
