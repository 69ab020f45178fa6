/* The structures of letopis/plugin.h against tests/plugin/abi.txt: within a major version nothing moves, and things are only added at ends. */
#include "letopis/plugin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char made[8192];
static size_t len;

static void line(const char *name, size_t at)
{
    len += (size_t)snprintf(made + len, sizeof made - len, "%s %zu\n", name, at);
}

#define SIZE(type) line("sizeof " #type, sizeof(struct type))
#define AT(type, member) line(#type "." #member, offsetof(struct type, member))

static void measure(void)
{
    line("major", LETOPIS_ABI_MAJOR);
    line("minor", LETOPIS_ABI_MINOR);
    SIZE(letopis_host), AT(letopis_host, struct_size), AT(letopis_host, abi_major), AT(letopis_host, abi_minor), AT(letopis_host, ctx);
    AT(letopis_host, emit), AT(letopis_host, file), AT(letopis_host, log), AT(letopis_host, fail);
    SIZE(letopis_plugin), AT(letopis_plugin, magic), AT(letopis_plugin, struct_size), AT(letopis_plugin, abi_major);
    AT(letopis_plugin, abi_minor), AT(letopis_plugin, id), AT(letopis_plugin, version), AT(letopis_plugin, open);
    AT(letopis_plugin, close), AT(letopis_plugin, capability);
    SIZE(letopis_cell), AT(letopis_cell, column), AT(letopis_cell, kind), AT(letopis_cell, text), AT(letopis_cell, len);
    AT(letopis_cell, number), AT(letopis_cell, flags);
    SIZE(letopis_row), AT(letopis_row, struct_size), AT(letopis_row, row), AT(letopis_row, sheet), AT(letopis_row, sheet_len);
    AT(letopis_row, cells), AT(letopis_row, cells_len), AT(letopis_row, cell_size), AT(letopis_row, flags);
    SIZE(letopis_importer), AT(letopis_importer, flags), AT(letopis_importer, formats), AT(letopis_importer, begin), AT(letopis_importer, row);
    AT(letopis_importer, finish), AT(letopis_importer, end);
    SIZE(letopis_evaluator), AT(letopis_evaluator, flags), AT(letopis_evaluator, begin), AT(letopis_evaluator, item);
    AT(letopis_evaluator, finish), AT(letopis_evaluator, end);
    SIZE(letopis_workflow), AT(letopis_workflow, flags), AT(letopis_workflow, begin), AT(letopis_workflow, item);
    AT(letopis_workflow, finish), AT(letopis_workflow, end);
    SIZE(letopis_publisher), AT(letopis_publisher, flags), AT(letopis_publisher, settings), AT(letopis_publisher, begin);
    AT(letopis_publisher, item), AT(letopis_publisher, finish), AT(letopis_publisher, end);
}

static void nothing_has_moved(void **state)
{
    (void)state;
    char kept[8192] = "";
    FILE *f = fopen(LETOPIS_SOURCE_DIR "/tests/plugin/abi.txt", "r");
    assert_non_null(f);
    size_t n = fread(kept, 1, sizeof kept - 1, f);
    fclose(f);
    kept[n] = 0;
    measure();
    if (strcmp(kept, made) != 0) printf("%s", made);
    assert_string_equal(kept, made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_has_moved)};
    if (sizeof(void *) != 8) return 0; /* the page holds the figures of 64-bit machines */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
