/* The reader against the files of tests/data/make: each *.expect.json says what its tables hold. The folder is made by
 *   tests/data/make BUILD/testdata
 * (or named by LETOPIS_TESTDATA); without it these tests are skipped. */
#include "table/table.h"

#include "base/json.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct table_env env = {.program = LETOPIS_BINARY_DIR "/tests/lt_child",
                                     .modules_dir = LETOPIS_BINARY_DIR "/modules"};

static const char *data_dir(void) {
    const char *dir = getenv("LETOPIS_TESTDATA");
    return dir ? dir : LETOPIS_BINARY_DIR "/testdata";
}

static int read_path(const char *path, struct table **out, struct lt_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    int rc = table_read(&env, fd, strrchr(path, '/') + 1, NULL, out, err);
    close(fd);
    return rc;
}

static uint32_t column_of(const char *name) {
    uint32_t c = 0;
    while (*name)
        c = c * 26 + (uint32_t)(*name++ - 'A' + 1);
    return c;
}

/* What the expectation calls by other words. */
static bool same_type(const char *want, const struct table_cell *c) {
    static const char *const names[] = {"empty", "text", "number", "date", "datetime", "time", "bool", "error"};
    if (strcmp(want, "percent") == 0)
        want = "number";
    if (strcmp(want, "duration") == 0)
        want = "time";
    return strcmp(want, names[c->type]) == 0;
}

static bool same_value(const json_t *want, const struct table_cell *c) {
    const json_t *v = json_object_get(want, "value");
    const char *type = lt_json_str_or(want, "type", "");
    if (!v || json_is_null(v))
        return true;
    if (strcmp(type, "duration") == 0)
        return fabs(c->number * 86400 - json_number_value(v)) < 0.5;
    if (json_is_boolean(v))
        return (c->number != 0) == json_is_true(v);
    if (json_is_number(v))
        return fabs(c->number - json_number_value(v)) <= 1e-12 * fabs(json_number_value(v));
    if (c->type == TABLE_DATE || c->type == TABLE_DATETIME || c->type == TABLE_TIME)
        return strcmp(json_string_value(v), c->iso) == 0;
    return strcmp(json_string_value(v), c->text) == 0;
}

static int check_cell(const char *file, const char *sheet, const char *format, const json_t *want, const struct table_cell *c) {
    const json_t *special = json_object_get(want, format);
    const json_t *w = special ? special : want;
    char name[TABLE_COLUMN_NAME];
    if (json_is_null(json_object_get(w, "value"))) /* a day that was not: any answer will do */
        return 0;
    bool formula = lt_json_bool(w, "formula", false);
    /* A CSV knows no formulas; LibreOffice makes =TRUE() of a logical value. */
    if (strcmp(format, "csv") == 0 || c->type == TABLE_BOOL)
        formula = c->flags & TABLE_FORMULA;
    if (same_type(lt_json_str_or(w, "type", "?"), c) && same_value(w, c) && formula == !!(c->flags & TABLE_FORMULA))
        return 0;
    char *dump = json_dumps(w, JSON_COMPACT);
    print_error("%s, %s!%s%u: want %s, got type %d flags %u «%s» %.17g %s\n", file, sheet, table_column_name(c->column, name),
                c->row, dump, c->type, c->flags, c->text, c->number, c->iso);
    free(dump);
    return 1;
}

static const json_t *row_of(const json_t *sheet, uint32_t number) {
    size_t i;
    json_t *row;
    json_array_foreach (lt_json_array(sheet, "rows"), i, row)
        if (lt_json_int(row, "row", 0) == number)
            return row;
    return NULL;
}

/* Every cell that was read and is not a repeated one must be expected. */
static int check_extra(const char *file, const struct table *t, size_t s, const json_t *sheet, const char *format) {
    int bad = 0;
    for (size_t i = 0; i < table_rows(t, s); i++)
        for (size_t k = 0; k < table_row_cells(t, s, i); k++) {
            struct table_cell c;
            char name[TABLE_COLUMN_NAME];
            table_row_cell(t, s, i, k, &c);
            const json_t *cells = json_object_get(row_of(sheet, c.row), "cells");
            const json_t *want = json_object_get(cells, table_column_name(c.column, name));
            const json_t *special = json_object_get(want, format);
            bool empty = strcmp(lt_json_str_or(special ? special : want, "type", "empty"), "empty") == 0;
            if ((c.flags & TABLE_MERGED) || (want && !empty) || c.type == TABLE_EMPTY)
                continue;
            print_error("%s, %s!%s%u: unexpected «%s»\n", file, table_sheet_name(t, s), name, c.row, c.text);
            bad++;
        }
    return bad;
}

static int check_merged(const char *file, const struct table *t, size_t s, const json_t *sheet) {
    size_t i;
    json_t *ref;
    int bad = 0;
    json_array_foreach (lt_json_array(sheet, "merged"), i, ref) {
        char c1[4], c2[4];
        unsigned r1, r2;
        struct table_cell anchor, last;
        assert_int_equal(sscanf(json_string_value(ref), "%3[A-Z]%u:%3[A-Z]%u", c1, &r1, c2, &r2), 4);
        table_cell_at(t, s, r1, column_of(c1), &anchor);
        table_cell_at(t, s, r2, column_of(c2), &last);
        if (anchor.type == TABLE_EMPTY || column_of(c2) > table_last_column(t, s) || r2 > table_last_row(t, s))
            continue;
        if (!(last.flags & TABLE_MERGED) || strcmp(anchor.text, last.text) != 0) {
            print_error("%s: %s not repeated\n", file, json_string_value(ref));
            bad++;
        }
    }
    return bad;
}

static int check_hidden(const char *file, const struct table *t, size_t s, const json_t *sheet) {
    int bad = 0;
    for (size_t i = 0; i < table_rows(t, s); i++) {
        const json_t *row = row_of(sheet, table_row_number(t, s, i));
        if (row && table_row_hidden(t, s, i) != lt_json_bool(row, "hidden", false)) {
            print_error("%s: row %u hidden?\n", file, table_row_number(t, s, i));
            bad++;
        }
        for (size_t k = 0; k < table_row_cells(t, s, i); k++) {
            struct table_cell c;
            char name[TABLE_COLUMN_NAME];
            table_row_cell(t, s, i, k, &c);
            bool want = lt_json_array_has(lt_json_array(sheet, "hidden_columns"), table_column_name(c.column, name));
            if (want != !!(c.flags & TABLE_HIDDEN_COLUMN)) {
                print_error("%s: column %s hidden?\n", file, name);
                bad++;
            }
        }
    }
    return bad;
}

static int check_sheet(const char *file, const struct table *t, size_t s, const json_t *sheet, const char *format, bool csv) {
    const char *name = lt_json_str_or(sheet, "name", "");
    int bad = 0;
    size_t i;
    json_t *row;
    if (!csv && (strcmp(table_sheet_name(t, s), name) != 0 || table_sheet_hidden(t, s) != lt_json_bool(sheet, "hidden", false))) {
        print_error("%s: sheet %zu is %s\n", file, s, table_sheet_name(t, s));
        bad++;
    }
    json_array_foreach (lt_json_array(sheet, "rows"), i, row) {
        const char *column;
        json_t *want;
        json_object_foreach (json_object_get(row, "cells"), column, want) {
            struct table_cell c;
            table_cell_at(t, s, (uint32_t)lt_json_int(row, "row", 0), column_of(column), &c);
            bad += check_cell(file, name, format, want, &c);
        }
    }
    bad += check_extra(file, t, s, sheet, format);
    if (!csv)
        bad += check_merged(file, t, s, sheet) + check_hidden(file, t, s, sheet);
    return bad;
}

static int check_file(const char *folder, const char *file, const json_t *expect) {
    char path[4200];
    struct table *t = NULL;
    struct lt_error err = {0};
    int bad = 0;
    lt_print(path, sizeof path, "%s/%s", folder, file);
    if (access(path, R_OK) != 0) {
        print_message("%s is not there\n", file);
        return 0;
    }
    if (read_path(path, &t, &err) != 0) {
        print_error("%s: %s %s\n", file, err.code, lt_error_param(&err, "what") ? lt_error_param(&err, "what") : "");
        lt_error_clear(&err);
        return 1;
    }
    const char *format = table_format_name(table_format(t));
    bool csv = table_format(t) == TABLE_CSV;
    size_t i, s = 0;
    json_t *sheet;
    if (!csv && table_date_1904(t) != lt_json_bool(expect, "date1904", false)) {
        print_error("%s: 1904?\n", file);
        bad++;
    }
    json_array_foreach (lt_json_array(expect, "sheets"), i, sheet) {
        if (csv && strcmp(lt_json_str_or(sheet, "name", ""), lt_json_str_or(expect, "csv_sheet", "")) != 0)
            continue;
        if (s >= table_sheets(t)) {
            print_error("%s: %zu sheets\n", file, s);
            bad++;
            break;
        }
        bad += check_sheet(file, t, s++, sheet, format, csv);
    }
    table_free(t);
    return bad;
}

static void test_expectations(void **state) {
    char folder[4000], path[4200];
    (void)state;
    lt_print(folder, sizeof folder, "%s/traps", data_dir());
    DIR *dir = opendir(folder);
    if (!dir)
        fail_msg("no files to read: tests/data/make OUT, here done by the fixture testdata");
    int bad = 0, files = 0;
    for (struct dirent *e; (e = readdir(dir));) {
        json_error_t why;
        if (!lt_ends(e->d_name, ".expect.json"))
            continue;
        lt_print(path, sizeof path, "%s/%s", folder, e->d_name);
        json_t *expect = json_load_file(path, 0, &why);
        assert_non_null(expect);
        size_t i;
        json_t *name;
        json_array_foreach (lt_json_array(expect, "files"), i, name) {
            bad += check_file(folder, json_string_value(name), expect);
            files++;
        }
        json_decref(expect);
    }
    closedir(dir);
    assert_true(files > 10);
    assert_int_equal(bad, 0);
}

/* Hostile tables: none may crash the parent or be read where a refusal is expected. */
static void test_bad(void **state) {
    char path[4200];
    json_error_t why;
    (void)state;
    lt_print(path, sizeof path, "%s/bad/bad.expect.json", data_dir());
    json_t *expect = json_load_file(path, 0, &why);
    if (!expect)
        fail_msg("no files to read: tests/data/make OUT, here done by the fixture testdata");
    int wrong = 0;
    const char *file;
    json_t *item;
    json_object_foreach (expect, file, item) {
        const char *dot = strrchr(file, '.'), *must = lt_json_str_or(item, "must", "");
        if (!dot || (strcmp(dot, ".xlsx") != 0 && strcmp(dot, ".xls") != 0 && strcmp(dot, ".ods") != 0 && strcmp(dot, ".csv") != 0))
            continue;
        if (strcmp(file, "text.xlsx") == 0) /* a CSV by another name: here content decides, so it is read */
            must = "read";
        struct table *t = NULL;
        struct lt_error err = {0};
        lt_print(path, sizeof path, "%s/bad/%s", data_dir(), file);
        int rc = read_path(path, &t, &err);
        bool right = strcmp(must, "refuse") == 0 ? rc == LT_REFUSED : strcmp(must, "read") == 0 ? rc == 0 : rc == 0 || rc == LT_REFUSED;
        if (!right || lt_starts(err.code, "sandbox.")) {
            print_error("%s: %d %s; must %s: %s\n", file, rc, err.code, must, lt_json_str_or(item, "why", ""));
            wrong++;
        } else if (getenv("VERBOSE"))
            print_message("%s: %s, %s\n", file, rc == 0 ? "read" : err.code, lt_json_str_or(item, "why", ""));
        table_free(t);
        lt_error_clear(&err);
    }
    json_decref(expect);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_expectations), cmocka_unit_test(test_bad)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
