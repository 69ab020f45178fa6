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
/* Batches and files in the spool; reports of what was applied stand there too, in a folder of their own. */
static int waiting(void)
{
    char dir[300];
    lt_print(dir, sizeof dir, "%s/spool", s->dir);
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *e; d && (e = readdir(d));) n += e->d_name[0] != '.' && strcmp(e->d_name, "rows") != 0;
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

/* --- the year goes on --- */

static void names_and_dates_of_odd_files(void **state)
{
    (void)state;
    static const struct { const char *want, *file; bool csv; } files[] = {
        {"roster-1904", "roster-1904.xlsx", false}, {"roster-1904", "roster-1904.xls", false}, {"formula-names", "formula-names.csv", true}};
    int faults = 0;
    for (size_t i = 0; i < 3; i++) {
        char path[400];
        lt_print(path, sizeof path, TRAPS "%s.expect.json", files[i].want);
        json_t *want = load(path);
        lt_print(path, sizeof path, TRAPS "%s", files[i].file);
        if (access(path, R_OK) == 0) faults += compare_all(want, preview(path), files[i].csv ? "CSV" : NULL, 0, files[i].csv);
        json_decref(want);
    }
    assert_int_equal(faults, 0);
}

static const char *pupil_named(const char *name)
{
    json_t *list = ok(s, "local", "pupil", "list", "{'query':'%s','limit':'10'}", name);
    assert_int_equal(count(list), 1);
    return text(at(list, "items/0"), "id");
}

static json_t *card(const char *name)
{
    return ok(s, "local", "pupil", "show", "{'id':'%s'}", pupil_named(name));
}

static void dump_line(char *sum, const char *line, size_t len)
{
    char one[65];
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    lt_buf_adds(&b, sum);
    lt_buf_add(&b, line, len);
    unsigned h = 2166136261u;
    for (size_t i = 0; i < b.len; i++) h = (h ^ (unsigned char)b.data[i]) * 16777619u;
    lt_print(one, sizeof one, "%08x", h);
    memcpy(sum, one, sizeof one);
    lt_buf_free(&b);
}

static int add_line(void *user, const char *line, size_t len)
{
    dump_line(user, line, len);
    return 0;
}

/* A sum over all rows of the index: equal before and after when nothing was changed. */
static void sum_of_all(char sum[65])
{
    sum[0] = 0;
    assert_int_equal(index_dump(s->app->index, add_line, sum, &s->err), 0);
}

static void the_same_file_again_changes_nothing(void **state)
{
    (void)state;
    char before[65], after[65];
    apply(DEMO "roster.xlsx", "");
    sum_of_all(before);
    json_t *a = apply(DEMO "roster.xlsx", "");
    sum_of_all(after);
    assert_string_equal(before, after);
    assert_string_equal(text(a, "state"), "unchanged");
    assert_int_equal(number(a, "counts/unchanged"), 300 + 36 + 182 + 107);
    assert_int_equal(json_object_size(at(a, "counts")), 1);
    /* part of the school in another form: nothing new, and nobody of the other classes has left */
    for (int i = 0; i < 2; i++) {
        json_t *p = preview(i ? DEMO "roster-small-1251.csv" : DEMO "roster-small.csv");
        assert_int_equal(number(p, "counts/unchanged"), 25);
        assert_int_equal(json_object_size(at(p, "counts")), 1);
    }
    assert_int_equal(number_of("imports", "{}"), 1);
}

static void january(void **state)
{
    (void)state;
    apply(DEMO "roster.xlsx", "");
    s->now = noon("2027-01-12");
    json_t *p = preview(DEMO "roster-2.xlsx");
    assert_int_equal(number(p, "by_kind/pupils/new"), 1);
    assert_int_equal(number(p, "by_kind/pupils/moved"), 1);
    assert_int_equal(number(p, "by_kind/pupils/left"), 1);
    assert_int_equal(number(p, "by_kind/pupils/changed"), 1);
    assert_int_equal(number(p, "by_kind/pupils/unchanged"), 297);
    json_t *a = ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    /* «left» is a proposal: without the word of a person nobody leaves */
    assert_int_equal(number_of("pupils", "{\"state\":\"active\"}"), 301);
    json_t *moved = card("Баранова Виктория Максимовна");
    assert_string_equal(text(moved, "class_name"), "9Б");
    assert_string_equal(text(moved, "classes/0/to"), "2027-01-11");
    assert_string_equal(text(moved, "classes/1/basis"), "moved");
    json_t *changed = card("Кудрявцева Елена Святославовна");
    assert_string_equal(text(changed, "former_names/0/patronymic"), "Игоревна");
    assert_string_equal(text(card("Рябинина Стефания Глебовна"), "classes/0/from"), "2027-01-12");
    json_t *again = preview(DEMO "roster-2.xlsx");
    assert_int_equal(number(again, "counts/left"), 1);
    assert_int_equal(number(again, "by_kind/pupils/unchanged"), 300);
    ok(s, "local", "import", "apply", "{'format':'roster','file':'<=%s','apply_left':'true'}", DEMO "roster-2.xlsx");
    assert_int_equal(number_of("pupils", "{\"state\":\"active\"}"), 300);
    assert_string_equal(text(card("Дьяконов Макар Олегович"), "state"), "left");
    /* and the first list brings the leaver back into the same portfolio */
    json_t *back = preview(DEMO "roster.xlsx");
    print_open_rows(back);
    size_t i;
    const json_t *row;
    int returned = 0;
    json_array_foreach(json_object_get(back, "rows"), i, row) returned += has_code(row, "returned");
    assert_int_equal(returned, 1);
    (void)a;
}

static void many_leavers_are_asked_about_twice(void **state)
{
    (void)state;
    apply(DEMO "roster.xlsx", "");
    json_t *p = preview(DEMO "roster-removes-many.xlsx");
    assert_int_equal(number(p, "counts/left"), 22);
    assert_int_equal(number(p, "leaving"), 22);
    assert_true(lt_json_array_has(at(p, "needs"), "apply_left"));
    assert_true(lt_json_array_has(at(p, "needs"), "confirm_removal"));
    const char *batch = text(p, "batch");
    refused(s, LT_REFUSED, "import.removes_many", "local", "import", "apply", "{'batch':'%s','apply_left':'true'}", batch);
    assert_int_equal(number_of("pupils", "{\"state\":\"active\"}"), 300);
    ok(s, "local", "import", "apply", "{'batch':'%s','apply_left':'true','confirm_removal':'true'}", batch);
    assert_int_equal(number_of("pupils", "{\"state\":\"active\"}"), 278);
}

/* --- people --- */

static void one_person_once(void **state)
{
    (void)state;
    json_t *want = load(DEMO "roster.expect.json");
    apply(DEMO "roster.xlsx", "");
    size_t i;
    const json_t *name;
    /* a teacher who is a parent */
    json_array_foreach(json_object_get(want, "staff_who_are_guardians"), i, name) {
        json_t *p = json_pack("{s:s}", "query", json_string_value(name)), *found = NULL;
        char *next = NULL;
        assert_int_equal(index_list(s->app->index, "people", p, 10, NULL, &found, &next, &s->err), 0);
        assert_int_equal(json_array_size(found), 1);
        assert_true(json_is_true(json_object_get(json_array_get(found, 0), "guardian_flag")) ||
                    json_is_true(json_object_get(json_array_get(found, 0), "guardian")));
        json_decref(found);
        json_decref(p);
    }
    /* brothers and sisters of three classes, one mother */
    const json_t *child;
    char mother[64] = "";
    json_array_foreach(at(want, "example_of_shared_guardian/children"), i, child) {
        json_t *doc = NULL, *rows = ok(s, "local", "pupil", "list", "{'query':'%s'}", text(child, "name"));
        assert_int_equal(index_get(s->app->index, "pupil", text(rows, "items/0/id"), &doc, NULL, &s->err), 0);
        bool shared = !*mother;
        for (size_t k = 0; k < json_array_size(json_object_get(doc, "guardians")); k++) {
            json_t *person = NULL;
            const json_t *g = json_array_get(json_object_get(doc, "guardians"), k);
            assert_int_equal(index_get(s->app->index, "person", text(g, "person"), &person, NULL, &s->err), 0);
            if (lt_starts(text(at(want, "example_of_shared_guardian"), "guardian"), text(person, "surname")) && strcmp(text(person, "name"), "Людмила") == 0) {
                shared = shared && !*mother ? true : strcmp(mother, text(g, "person")) == 0;
                lt_print(mother, sizeof mother, "%s", text(g, "person"));
            }
            json_decref(person);
        }
        assert_true(shared);
        json_decref(doc);
    }
    assert_true(*mother);
    json_decref(want);
}

/* A school whose year begins on another day: the lists of this autumn are those of the year before, and its classes begin with its year. */
static void the_year_begins_as_the_school_says(void **state)
{
    (void)state;
    ok(s, "local", "school", "set", "{'setting':['year.start=12-01']}");
    apply(DEMO "roster.xlsx", "");
    assert_int_equal(number_of("classes", "{\"year\":2025}"), 12);
    assert_int_equal(number_of("classes", "{\"year\":2026}"), 0);
    json_t *doc = NULL, *rows = ok(s, "local", "pupil", "list", "{'limit':1}");
    assert_int_equal(index_get(s->app->index, "classes", text(rows, "items/0/id"), &doc, NULL, &s->err), 0);
    assert_string_equal(text(doc, "classes/0/from"), "2025-12-01");
    json_decref(doc);
}

static void a_list_gives_posts_and_load(void **state)
{
    (void)state;
    apply(DEMO "roster.xlsx", "");
    assert_int_equal(number_of("roles", "{\"role\":\"class_teacher\"}"), 12);
    assert_int_equal(number_of("roles", "{\"role\":\"deputy_head\"}"), 3);
    assert_int_equal(number_of("roles", "{\"role\":\"director\"}"), 2); /* of the list, and of school init */
    assert_int_equal(number_of("roles", "{\"role\":\"clerk\"}"), 1);
    assert_int_equal(number_of("roles", "{\"role\":\"sysadmin\"}"), 1);
    assert_int_equal(number_of("group_members", "{}"), 107);
    assert_int_equal(number_of("programmes", "{}"), 8);
}

/* --- questions --- */

static void questions_are_answered(void **state)
{
    (void)state;
    apply(TRAPS "roster-traps-base.xlsx", "");
    json_t *p = preview(TRAPS "roster-traps.csv");
    const char *batch = text(p, "batch"), *sheet = text(at(p, "sheets/0"), "sheet");
    int doubts = (int)number(p, "counts/doubtful");
    assert_true(doubts > 5);
    refused(s, LT_REFUSED, "import.errors", "local", "import", "apply", "{'batch':'%s'}", batch);
    assert_true(json_array_size(s->err.details) > 0);
    refused(s, LT_REFUSED, "import.doubtful", "local", "import", "apply", "{'batch':'%s','skip_errors':'true'}", batch);
    refused(s, LT_USAGE, "import.decision_form", "local", "import", "resolve", "{'batch':'%s','decision':['nothing']}", batch);
    /* row 28: COBA AHHA is the pupil offered; row 41 is right and 42 is not; row 27 is put off */
    const char *sova = text(at(row_of(p, sheet, 28), "candidates/0"), "id");
    json_t *q = ok(s, "local", "import", "resolve", "{'batch':'%s','decision':['%s!28=%s','%s!41=new','%s!42=skip']}", batch, sheet, sova,
                   sheet, sheet);
    assert_string_equal(text(row_of(q, sheet, 28), "outcome"), "matched");
    assert_string_equal(text(row_of(q, sheet, 41), "outcome"), "new");
    assert_string_equal(text(row_of(q, sheet, 42), "outcome"), "unchanged");
    ok(s, "local", "import", "apply", "{'batch':'%s','skip_errors':'true','skip_doubtful':'true'}", batch);
    assert_int_equal(number_of("pupils", "{\"query\":\"Павлов Юрий\"}"), 1);
    assert_int_equal(number_of("pupils", "{\"query\":\"Чернова\"}"), 0); /* a question left open changes nothing */
    assert_int_equal(waiting(), 0);
}

static void a_preview_grows_old(void **state)
{
    (void)state;
    apply(TRAPS "roster-traps-base.xlsx", "");
    json_t *p = preview(TRAPS "roster-traps-base.xlsx");
    const char *batch = text(p, "batch");
    ok(s, "local", "pupil", "leave", "{'id':'%s'}", pupil_named("Фомин Глеб"));
    refused(s, LT_CONFLICT, "import.moved", "local", "import", "apply", "{'batch':'%s'}", batch);
    ok(s, "local", "import", "report", "{'batch':'%s'}", batch); /* looked at again */
    ok(s, "local", "import", "apply", "{'batch':'%s'}", batch);
    preview(TRAPS "roster-traps-base.xlsx");
    assert_int_equal(waiting(), 1);
    s->now += (int64_t)8 * 86400000;
    preview(TRAPS "roster-traps-base.xlsx"); /* the old file goes with the next one */
    assert_int_equal(waiting(), 1);
}

static void columns_are_named_by_hand(void **state)
{
    (void)state;
    json_t *p = preview(TRAPS "roster-traps-base.xlsx");
    const char *batch = text(p, "batch"), *sheet = text(at(p, "sheets/0"), "sheet");
    json_t *q = ok(s, "local", "import", "map", "{'batch':'%s','column':['%s!F=ignored','%s!E=ignored']}", batch, sheet, sheet);
    assert_string_equal(text(at(row_of(q, sheet, 2), "values"), "sex"), "");
    assert_true(has_code(row_of(q, sheet, 2), "birth_date_missing"));
    q = ok(s, "local", "import", "map", "{'batch':'%s','column':['%s!F=sex','%s!E=birth']}", batch, sheet, sheet);
    assert_string_equal(text(at(row_of(q, sheet, 2), "values"), "sex"), "m");
    assert_int_equal(number(q, "counts/new"), 49);
    ok(s, "local", "import", "undo", "{'batch':'%s'}", batch); /* dropped */
    assert_int_equal(waiting(), 0);
    refused(s, LT_NOTFOUND, "import.absent", "local", "import", "apply", "{'batch':'%s'}", batch);
}

/* --- undo --- */

static void undo_takes_exactly_the_batch_back(void **state)
{
    (void)state;
    char before[65], after[65];
    apply(DEMO "roster.xlsx", "");
    s->now = noon("2027-01-12");
    size_t pupils = number_of("pupils", "{}"), people = number_of("people", "{}");
    json_t *moved = card("Баранова Виктория Максимовна");
    json_t *a = apply(DEMO "roster-2.xlsx", ",'apply_left':'true'");
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    assert_int_equal(number_of("pupils", "{}"), pupils);
    assert_int_equal(number_of("people", "{}"), people);
    assert_int_equal(number_of("pupils", "{\"state\":\"active\"}"), 300);
    json_t *now = card("Баранова Виктория Максимовна");
    assert_true(json_equal(moved, now));
    refused(s, LT_REFUSED, "import.undone", "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    /* the index is still a function of the repositories */
    sum_of_all(before);
    ok(s, "local", "system", "reindex", "{}");
    sum_of_all(after);
    assert_string_equal(before, after);
    /* a file taken back can be given again */
    json_t *again = preview(DEMO "roster-2.xlsx");
    assert_int_equal(number(again, "by_kind/pupils/new"), 1);
}

static void undo_stops_where_something_was_built(void **state)
{
    (void)state;
    json_t *a = apply(DEMO "roster.xlsx", "");
    const char *id = pupil_named("Баранова Виктория Максимовна");
    ok(s, "local", "entry", "add", "{'pupil':'%s','activity':'olympiad','title':'Физика','level':'school','result':'winner','date':'2026-10-10'}", id);
    refused(s, LT_REFUSED, "import.built_on", "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    json_t *list = json_pack("{s:O}", "items", s->err.details);
    assert_true(holds(list, "what", "portfolio_grown"));
    assert_true(holds(list, "what", "class_used")); /* the entry remembers its class */
    assert_int_equal(count(list), 2);
    json_decref(list);
    assert_int_equal(number_of("pupils", "{}"), 300);
}

static void a_whole_school_is_taken_back(void **state)
{
    (void)state;
    json_t *a = apply(TRAPS "roster-traps-base.xlsx", "");
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    assert_int_equal(number_of("pupils", "{}"), 0);
    assert_int_equal(number_of("classes", "{}"), 0);
    school_reopen(s);
    assert_int_equal(number_of("pupils", "{}"), 0);
    apply(TRAPS "roster-traps-base.xlsx", "");
    assert_int_equal(number_of("pupils", "{}"), 49);
}

/* --- rights, traces --- */

static void the_record_names_no_one(void **state)
{
    (void)state;
    json_t *a = apply(TRAPS "roster-traps-base.xlsx", "");
    json_t *r = ok(s, "local", "import", "report", "{'batch':'%s'}", text(a, "batch"));
    char *dump = json_dumps(r, 0);
    assert_null(strstr(dump, "Астахов"));
    assert_null(strstr(dump, "2011-05-02"));
    free(dump);
    assert_string_equal(text(r, "file_name"), "roster-traps-base.xlsx");
    assert_int_equal(strlen(text(r, "sha256")), 64);
    assert_int_equal(number(r, "counts/new"), 49);
    json_t *list = ok(s, "local", "import", "list", "{}");
    assert_true(holds(list, "id", text(a, "batch")));
    name_it(s, "astakhov", pupil_named("Астахов Илья"));
    json_t *log = log_of(s, "astakhov");
    assert_true(holds(log, "use_case", "import.apply"));
}

static void only_those_who_may(void **state)
{
    (void)state;
    person(s, "teacher", "Учителева");
    role(s, "teacher", "'role':'duty','duty':'books'");
    account(s, "teacher", true);
    refused(s, LT_DENIED, "denied.right", "teacher", "import", "preview", "{'format':'roster','file':'<=%s'}", TRAPS "roster-traps-base.xlsx");
    assert_int_equal(waiting(), 0);
    json_t *p = preview(TRAPS "roster-traps-base.xlsx");
    /* a batch one may not see is told as one that is not there */
    refused(s, LT_NOTFOUND, "import.absent", "teacher", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_int_equal(waiting(), 1);
}

/* --- a disk that fails at the nth call: all or nothing --- */

static void reopen_with(const struct lt_fs *fs)
{
    struct lt_app_config c = {.dir = s->dir, .clock = NULL, .fs = fs, .program = LETOPIS_BINARY_DIR "/letopis",
                              .modules = LETOPIS_BINARY_DIR "/modules", .plugins = LETOPIS_BINARY_DIR "/plugins",
                              .judge_answers = true};
    struct lt_clock clock = s->app->clock;
    c.clock = &clock;
    uc_answer_clear(&s->answer);
    lt_app_close(s->app);
    s->app = NULL;
    assert_int_equal(lt_app_open(&c, &s->app, &s->err), 0);
}

static void a_failing_disk_leaves_all_or_nothing(void **state)
{
    (void)state;
    struct lt_fs_test *disk = lt_fs_test_new();
    int refusals = 0;
    for (uint64_t nth = 1; nth < 2000; nth = nth * 2 + 1) {
        reopen_with(lt_fs_test_table(disk));
        lt_fs_test_fault(disk, LT_FS_FAIL, nth);
        json_t *out = NULL;
        int rc = call(s, "local", "import", "apply", &out, "{'format':'roster','file':'<=%s'}", TRAPS "roster-traps-base.xlsx");
        lt_fs_test_fault(disk, LT_FS_FAIL, 0);
        lt_error_clear(&s->err);
        reopen_with(NULL);
        size_t n = number_of("pupils", "{}");
        assert_true(n == 0 || n == 49);
        if (rc == 0) assert_int_equal(n, 49); /* what was answered "done" is there */
        refusals += rc != 0;
        if (n == 49) break;
        assert_int_equal(number_of("classes", "{}"), 0);
        assert_int_equal(number_of("imports", "{}"), 0);
    }
    assert_true(refusals > 2);
    lt_fs_test_free(disk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
static const struct CMUnitTest tests[] = {
    TEST(the_demo_school_comes_from_one_file),
    TEST(traps_are_met_row_by_row),
    TEST(names_and_dates_of_odd_files),
    TEST(the_same_file_again_changes_nothing),
    TEST(january),
    TEST(many_leavers_are_asked_about_twice),
    TEST(one_person_once),
    TEST(the_year_begins_as_the_school_says),
    TEST(a_list_gives_posts_and_load),
    TEST(questions_are_answered),
    TEST(a_preview_grows_old),
    TEST(columns_are_named_by_hand),
    TEST(undo_takes_exactly_the_batch_back),
    TEST(undo_stops_where_something_was_built),
    TEST(a_whole_school_is_taken_back),
    TEST(only_those_who_may),
    TEST(a_failing_disk_leaves_all_or_nothing),
    TEST(the_record_names_no_one),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
