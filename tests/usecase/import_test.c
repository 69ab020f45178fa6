/* Import of rosters: the demonstration school and the traps of tests/data, row by row as their expectations say. */
#include "support.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEMO LETOPIS_BINARY_DIR "/testdata/demo/"
#define TRAPS LETOPIS_BINARY_DIR "/testdata/traps/"

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_bare();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static json_t *load(const char *path)
{
    char *data = NULL;
    size_t len = 0;
    json_t *doc = NULL;
    assert_int_equal(lt_fs_read(path, 8 << 20, &data, &len), 0);
    assert_int_equal(lt_json_parse(data, len, 8 << 20, &doc, &s->err), 0);
    free(data);
    return doc;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One file applied in one step. */
static json_t *apply(const char *file, const char *more)
{
    return ok(s, "local", "import", "apply", "{'format':'roster','file':'<=%s'%s}", file, more);
}

static json_t *preview(const char *file)
{
    return ok(s, "local", "import", "preview", "{'format':'roster','file':'<=%s'}", file);
}

static size_t number_of(const char *list, const char *params)
{
    json_t *p = json_loads(params, 0, NULL);
    int n = 0;
    assert_int_equal(index_count(s->app->index, list, p, 100000, &n, &s->err), 0);
    json_decref(p);
    return (size_t)n;
}

/* The spool holds nothing but what waits. */
static int waiting(void)
{
    char dir[300];
    lt_print(dir, sizeof dir, "%s/spool", s->dir);
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *e; d && (e = readdir(d));) n += e->d_name[0] != '.';
    if (d) closedir(d);
    return n;
}

static void print_open_rows(const json_t *answer)
{
    size_t i, k;
    json_t *row, *p;
    json_array_foreach(json_object_get(answer, "rows"), i, row) {
        const char *o = text(row, "outcome");
        if (strcmp(o, "doubtful") && strcmp(o, "error") && strcmp(o, "not_found") && strcmp(o, "contradiction")) continue;
        printf("  %s %lld %s (%s)\n", text(row, "sheet"), number(row, "row"), o, text(row, "why"));
        json_array_foreach(json_object_get(row, "problems"), k, p) printf("     %s\n", text(p, "message"));
    }
}

static void the_demo_school_comes_from_one_file(void **state)
{
    (void)state;
    json_t *want = load(DEMO "roster.expect.json");
    double begin = seconds();
    json_t *p = preview(DEMO "roster.xlsx");
    double seen = seconds();
    print_open_rows(p);
    assert_int_equal(number(p, "by_kind/pupils/new"), number(want, "pupils"));
    assert_int_equal(number_of("pupils", "{}"), 0);
    assert_int_equal(waiting(), 1);
    double from = seconds();
    json_t *a = ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    printf("preview %.2f s, apply %.2f s\n", seen - begin, seconds() - from);
    assert_string_equal(text(a, "state"), "applied");
    assert_int_equal(waiting(), 0);
    assert_int_equal(number_of("pupils", "{}"), number(want, "pupils"));
    assert_int_equal(number_of("classes", "{}"), json_object_size(json_object_get(want, "classes")));
    assert_int_equal(number_of("people", "{}"), number(want, "persons") + 1); /* and the director of school init */
    assert_int_equal(number_of("guardians", "{}"), number(want, "guardian_links"));
    assert_int_equal(number_of("groups", "{}"), json_object_size(json_object_get(want, "groups")));
    json_decref(want);
}

/* --- traps --- */

static const json_t *row_of(const json_t *answer, const char *sheet, json_int_t row)
{
    size_t i;
    const json_t *r;
    json_array_foreach(json_object_get(answer, "rows"), i, r) {
        if (json_integer_value(json_object_get(r, "row")) == row && strcmp(text(r, "sheet"), sheet) == 0) return r;
    }
    return NULL;
}

static bool has_code(const json_t *row, const char *code)
{
    size_t i;
    const json_t *p;
    json_array_foreach(json_object_get(row, "problems"), i, p) {
        if (strcmp(text(p, "code"), code) == 0) return true;
    }
    return false;
}

/* Words of the expectations beside ours. */
static const char *our_key(const char *key)
{
    return strcmp(key, "first_name") == 0 ? "name" : strcmp(key, "birth_date") == 0 ? "birth" : key;
}

static const char *our_value(const char *value)
{
    return strcmp(value, "м") == 0 ? "m" : strcmp(value, "ж") == 0 ? "f" : value;
}

static bool same_pupil(const json_t *want, const char *id)
{
    json_t *card = NULL;
    if (index_get(s->app->index, "pupil", id, &card, NULL, &s->err)) return false;
    bool same = true;
    static const char *const keys[] = {"surname", "first_name", "patronymic", "birth_date"};
    for (size_t i = 0; i < 4; i++) {
        const char *w = text(want, keys[i]);
        same = same && (strcmp(keys[i], "patronymic") == 0 && !*w ? true : strcmp(w, text(card, our_key(keys[i]))) == 0);
    }
    json_decref(card);
    return same;
}

/* plain: the file cannot say that a row is hidden or a formula has no result (CSV; LibreOffice reckons anew what it converts). */
static int compare(const json_t *want, const json_t *got, const char *sheet, json_int_t row, const char *trap, bool plain)
{
    int faults = 0;
    size_t i, k;
    const json_t *v, *c;
    const char *key;
#define FAULT(...) (faults++, printf("%s %d %s: ", sheet, (int)row, trap), printf(__VA_ARGS__), printf("\n"))
    if (!want || json_is_null(json_object_get(want, "outcome"))) {
        if (got) FAULT("should be passed over, is %s", text(got, "outcome"));
        return faults;
    }
    if (!got) return FAULT("no row"), faults;
    const char *outcome = text(got, "outcome");
    if (strcmp(outcome, text(want, "outcome")) != 0 && !lt_json_array_has(json_object_get(want, "or"), outcome))
        FAULT("%s in place of %s", outcome, text(want, "outcome"));
    json_array_foreach(json_object_get(want, "problems"), i, v) {
        bool absent = plain && (strcmp(json_string_value(v), "row_hidden") == 0 || strcmp(json_string_value(v), "formula_no_result") == 0);
        if (!absent && !has_code(got, json_string_value(v))) FAULT("lacks %s", json_string_value(v));
    }
    json_object_foreach(json_object_get(want, "values"), key, c) {
        if (strcmp(our_value(json_string_value(c)), text(at(got, "values"), our_key(key))) != 0)
            FAULT("%s is %s in place of %s", key, text(at(got, "values"), our_key(key)), json_string_value(c));
    }
    if (json_object_get(want, "pupil") && strcmp(outcome, "doubtful") != 0 && !same_pupil(json_object_get(want, "pupil"), text(got, "pupil")))
        FAULT("another pupil");
    json_array_foreach(json_object_get(want, "candidates"), i, v) {
        bool found = strcmp(outcome, "matched") == 0 && same_pupil(v, text(got, "pupil"));
        json_array_foreach(json_object_get(got, "candidates"), k, c) found = found || same_pupil(v, text(c, "id"));
        if (!found) FAULT("candidate %s %s missing", text(v, "surname"), text(v, "first_name"));
    }
#undef FAULT
    return faults;
}

/* Compares the rows of a preview with the expectation; only: the one sheet that a CSV file holds. */
static int compare_all(const json_t *want, const json_t *got, const char *only, int shift, bool plain)
{
    int faults = 0;
    size_t i, k;
    const json_t *sheet, *row;
    json_array_foreach(json_object_get(want, "sheets"), i, sheet) {
        const char *name = text(sheet, "name"), *real = only ? text(at(got, "sheets/0"), "sheet") : name;
        if (only && strcmp(name, only) != 0) continue;
        json_array_foreach(json_object_get(sheet, "rows"), k, row) {
            const json_t *roster = json_object_get(row, "roster"), *csv = only ? json_object_get(roster, "csv") : NULL;
            json_int_t n = json_integer_value(json_object_get(row, "row")) + shift;
            faults += compare(csv ? csv : roster, row_of(got, real, n), name, n, text(row, "trap"), plain);
        }
    }
    return faults;
}

static void traps_are_met_row_by_row(void **state)
{
    (void)state;
    static const struct { const char *file, *csv; int shift; } files[] = {
        {"roster-traps.xlsx", NULL, 0}, {"roster-traps-xw.xlsx", NULL, 0}, {"roster-traps.ods", NULL, 0},
        {"roster-traps.csv", "Имена", 0}, {"roster-traps-comma.csv", "Имена", 0}, {"roster-traps-utf16.csv", "Имена", 0},
        {"roster-traps-sep.csv", "Имена", 1}, {"roster-traps-mac.csv", "Имена", 0}};
    json_t *base = load(TRAPS "roster-traps-base.expect.json"), *want = load(TRAPS "roster-traps.expect.json");
    assert_int_equal(compare_all(base, preview(TRAPS "roster-traps-base.xlsx"), NULL, 0, false), 0);
    apply(TRAPS "roster-traps-base.xlsx", "");
    int faults = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[400];
        lt_print(path, sizeof path, TRAPS "%s", files[i].file);
        if (access(path, R_OK)) continue; /* .ods needs LibreOffice to be made */
        printf("-- %s\n", files[i].file);
        json_t *got = preview(path);
        faults += compare_all(want, got, files[i].csv, files[i].shift, files[i].csv || lt_ends(path, ".ods"));
        if (files[i].csv) continue;
        size_t k;
        const json_t *row;
        json_array_foreach(json_object_get(got, "rows"), k, row) {
            if (strcmp(text(row, "outcome"), "left") != 0) continue;
            if (strcmp(text(at(row, "values"), "surname"), "Фомин") != 0)
                faults++, printf("left: %s\n", text(at(row, "values"), "surname"));
        }
        assert_int_equal(number(got, "counts/left"), 1);
    }
    json_decref(base);
    json_decref(want);
    assert_int_equal(faults, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(the_demo_school_comes_from_one_file, setup, teardown),
    cmocka_unit_test_setup_teardown(traps_are_met_row_by_row, setup, teardown),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
