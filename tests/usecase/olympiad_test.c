/* Import of olympiad results: the layouts of real files from every writer, what stays and what does not, and who may. */
#include "support.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILES LETOPIS_BINARY_DIR "/testdata/olympiads/"

static struct school *s;
static json_t *numbers; /* id → own number of the pupil */
static char made_file[20][300];
static size_t made_files;

static void load_school(const char *file)
{
    s = school_bare();
    json_t *a = ok(s, "local", "import", "apply", "{'format':'roster','file':'<=%s'}", file);
    assert_string_equal(text(a, "state"), "applied");
    json_t *items = NULL;
    char *cursor = NULL;
    numbers = json_object();
    do {
        char *next = NULL;
        json_t *params = json_pack("{s:[s]}", "kind", "pupil");
        assert_int_equal(index_list(s->app->index, "documents", params, 500, cursor, &items, &next, &s->err), 0);
        size_t i;
        const json_t *item;
        json_array_foreach(items, i, item) {
            const json_t *doc = json_object_get(item, "doc");
            json_object_set_new(numbers, text(doc, "id"), json_string(text(doc, "number")));
        }
        json_decref(params);
        json_decref(items);
        free(cursor);
        cursor = next;
    } while (cursor);
}

static int setup(void **state)
{
    (void)state;
    load_school(FILES "school.xlsx");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    json_decref(numbers);
    for (size_t i = 0; i < made_files; i++) unlink(made_file[i]);
    made_files = 0;
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

static const char *id_by_number(const char *number)
{
    const char *id;
    json_t *v;
    json_object_foreach(numbers, id, v) {
        if (strcmp(json_string_value(v), number) == 0) return id;
    }
    fail_msg("no pupil %s", number);
    return NULL;
}

static json_t *preview(const char *format, const char *file, const char *more)
{
    return ok(s, "local", "import", "preview", "{'format':'%s','file':'<=" FILES "%s'%s}", format, file, more);
}

static json_t *apply(const char *format, const char *file, const char *more)
{
    return ok(s, "local", "import", "apply", "{'format':'%s','file':'<=" FILES "%s'%s}", format, file, more);
}

static const json_t *row_of(const json_t *answer, const char *sheet, long long row)
{
    size_t i;
    const json_t *r;
    json_array_foreach(json_object_get(answer, "rows"), i, r) {
        if (number(r, "row") == row && (!sheet || strcmp(text(r, "sheet"), sheet) == 0)) return r;
    }
    return NULL;
}

static const char *facts_of(const json_t *layout, char out[400])
{
    size_t i, n = 0;
    const json_t *v;
    out[0] = 0;
    json_array_foreach(json_object_get(layout, "facts"), i, v)
        n += (size_t)snprintf(out + n, 400 - n, "%s'%s'", i ? "," : ",'fact':[", json_string_value(v));
    if (n) snprintf(out + n, 400 - n, "]");
    return out;
}

/* --- layouts --- */

static bool same(const json_t *want, const json_t *got)
{
    if (json_is_null(want)) return !got;
    if (json_is_number(want) && json_is_number(got)) return fabs(json_number_value(want) - json_number_value(got)) < 1e-9;
    return json_equal(want, got);
}

static int compare_row(const json_t *want, const json_t *got, const char *file)
{
    int faults = 0;
    const char *key, *pupil = text(want, "pupil");
    json_t *v;
    if (!got) return printf("%s %lld: no row\n", file, number(want, "row")), 1;
    if (strcmp(text(got, "outcome"), text(want, "outcome")) != 0)
        faults++, printf("%s %lld: %s in place of %s (%s)\n", file, number(want, "row"), text(got, "outcome"), text(want, "outcome"), text(got, "why"));
    if (*pupil && strcmp(text(numbers, text(got, "pupil")), pupil) != 0)
        faults++, printf("%s %lld: pupil %s in place of %s\n", file, number(want, "row"), text(numbers, text(got, "pupil")), pupil);
    json_object_foreach(json_object_get(want, "values"), key, v) {
        if (same(v, at(got, key) ? at(got, key) : json_object_get(json_object_get(got, "values"), key))) continue;
        char *a = json_dumps(json_object_get(json_object_get(got, "values"), key), JSON_ENCODE_ANY), *b = json_dumps(v, JSON_ENCODE_ANY);
        faults++, printf("%s %lld: %s is %s in place of %s\n", file, number(want, "row"), key, a ? a : "absent", b);
        free(a);
        free(b);
    }
    return faults;
}

static int compare_layout(const json_t *layout, const json_t *variant, json_t *counts)
{
    char facts[400];
    const char *file = text(variant, "file");
    bool csv = lt_ends(file, ".csv");
    size_t i;
    const json_t *want, *row;
    json_t *a = preview(text(layout, "format"), file, facts_of(layout, facts));
    int faults = 0;
    json_array_foreach(json_object_get(layout, "rows"), i, want)
        faults += compare_row(want, row_of(a, csv ? NULL : text(want, "sheet"), number(want, "row")), file);
    json_array_foreach(json_object_get(a, "rows"), i, row) {
        size_t k;
        bool known = false;
        json_array_foreach(json_object_get(layout, "rows"), k, want)
            known = known || (number(want, "row") == number(row, "row") && (csv || strcmp(text(want, "sheet"), text(row, "sheet")) == 0));
        if (!known) faults++, printf("%s %lld: is told of as %s\n", file, number(row, "row"), text(row, "outcome"));
    }
    if (json_array_size(json_object_get(a, "missing"))) faults++, printf("%s: facts missing\n", file);
    json_object_update(counts, json_object_get(a, "counts"));
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    return faults;
}

static void print_counts(FILE *f, const json_t *counts)
{
    static const char *const words[] = {"matched", "doubtful", "not_found", "not_ours"};
    for (size_t i = 0; i < 4; i++) {
        long long n = number(counts, words[i]);
        if (n > 0) fprintf(f, " %lld |", n);
        else fprintf(f, " |");
    }
}

/* docs/olympiad-layouts.md is what this makes: a change of the importer that moves a row shows there. */
static void every_layout_from_every_writer(void **state)
{
    (void)state;
    json_t *layouts = load(FILES "layouts.expect.json"), *layout, *variant;
    char path[] = LETOPIS_BINARY_DIR "/olympiad-layouts.md";
    FILE *f = fopen(path, "w");
    size_t i, k;
    int faults = 0, files = 0;
    fprintf(f, "# Layouts of olympiad files and what becomes of their rows\n\nMade by `tests/usecase/olympiad_test.c` from the files of"
               " `tests/data/gen/olympiads.py`: every layout as each of the programs writes it. All writers of a line give the same rows."
               " Made anew by `ctest --test-dir BUILD -R 'testdata|usecase_olympiad$'`, which compares it with `BUILD/olympiad-layouts.md`.\n\n"
               "| # | layout | written by | facts to be given | matched | doubtful | not found | not ours |\n|---|---|---|---|---|---|---|---|\n");
    json_array_foreach(layouts, i, layout) {
        json_t *counts = json_object();
        size_t n;
        const json_t *fact;
        fprintf(f, "| %s | %s |", text(layout, "layout"), text(layout, "what"));
        json_array_foreach(json_object_get(layout, "variants"), k, variant) {
            char full[400];
            lt_print(full, sizeof full, FILES "%s", text(variant, "file"));
            fprintf(f, "%s %s", k ? "," : "", text(variant, "writer"));
            if (access(full, F_OK) != 0) continue; /* no LibreOffice here: the generator said so */
            json_t *one = json_object();
            int bad = compare_layout(layout, variant, one);
            faults += bad;
            files++;
            if (json_object_size(counts) && !json_equal(counts, one)) faults++, printf("%s: counts differ\n", text(variant, "file"));
            json_object_update(counts, one);
            json_decref(one);
        }
        fprintf(f, " |");
        json_array_foreach(json_object_get(layout, "facts"), n, fact) fprintf(f, "%s %s", n ? "," : "", json_string_value(fact));
        fprintf(f, " |");
        print_counts(f, counts);
        fprintf(f, "\n");
        json_decref(counts);
    }
    fclose(f);
    printf("%d files, %d faults\n", files, faults);
    json_decref(layouts);
    assert_int_equal(faults, 0);
    assert_true(files >= 40);
    char *made = NULL, *kept = NULL;
    size_t made_len = 0, kept_len = 0;
    assert_int_equal(lt_fs_read(path, 1 << 20, &made, &made_len), 0);
    int rc = lt_fs_read(LETOPIS_SOURCE_DIR "/docs/olympiad-layouts.md", 1 << 20, &kept, &kept_len);
    bool same_page = !rc && made_len == kept_len && memcmp(made, kept, made_len) == 0;
    free(made);
    free(kept);
    if (!same_page) fail_msg("docs/olympiad-layouts.md is not %s: look, and copy it", path);
}

/* The file itself says what it is. */
static void a_file_is_recognised(void **state)
{
    (void)state;
    static const char *const files[][2] = {{"openpyxl/01-protocol.xlsx", "olympiad"}, {"openpyxl/11-web.xlsx", "olympiad"}, {"school.xlsx", "roster"},
                                           {"openpyxl/15-list.xlsx", "olympiad-list"}, {"openpyxl/16-other.xlsx", "olympiad-other"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        json_t *a = ok(s, "local", "import", "preview", "{'file':'<=" FILES "%s'}", files[i][0]);
        assert_string_equal(text(a, "format"), files[i][1]);
        ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    }
    assert_true(holds(ok(s, "local", "import", "formats", "{}"), "format", "olympiad-codes"));
}

/* --- applying --- */

static json_t *entries(const char *number)
{
    return ok(s, "local", "entry", "list", "{'pupil':'%s'}", id_by_number(number));
}

static size_t entries_of(const char *number)
{
    return count(entries(number));
}

static json_t *first_entry(const char *number)
{
    return ok(s, "local", "entry", "show", "{'id':'%s'}", text(entries(number), "items/0/id"));
}

static void expect_none_by(const char *oracle)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl(oracle, oracle, s->dir, "Титова", "Гимназия № 7", "Неизвестнова", "Чужов", (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Children of other schools and the words they were found by: the search looks into packs, databases and logs. A second one, written by others, is asked
 * where it lies beside the sources. */
static void expect_no_trace(void)
{
    static const char other[] = LETOPIS_SOURCE_DIR "/../shared/checks/no-trace";
    expect_none_by(LETOPIS_SOURCE_DIR "/tests/support/no-trace");
    if (access(other, X_OK) == 0) expect_none_by(other);
}

static const char two[] = "openpyxl/02-export-химия-школьный-этап.xlsx";

/* Rows become entries verified by the act of the import; the same again is nothing new; taken back, nothing of it is left. */
static void a_file_is_applied_once_and_taken_back(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "import.doubtful", "local", "import", "apply", "{'format':'olympiad','file':'<=" FILES "%s'}", two);
    json_t *a = apply("olympiad", two, ",'skip_doubtful':true");
    assert_string_equal(text(a, "state"), "applied");
    assert_int_equal(number(a, "counts/matched"), 3);
    school_reopen(s);
    expect_no_trace();
    json_t *e = first_entry("Л-0002");
    assert_string_equal(text(e, "state"), "verified");
    assert_string_equal(text(e, "source/kind"), "import");
    assert_string_equal(text(e, "source/batch"), text(a, "batch"));
    assert_string_equal(text(e, "verification/act"), "import");
    assert_string_equal(text(e, "title"), "Всероссийская олимпиада школьников по химии");
    assert_string_equal(text(e, "class_name"), "9А");
    assert_int_equal(entries_of("Л-0010"), 0); /* his class differs: a question, not an entry */
    json_t *again = apply("olympiad", two, ",'skip_doubtful':true");
    assert_string_equal(text(again, "state"), "unchanged");
    assert_int_equal(number(again, "counts/unchanged"), 3);
    assert_int_equal(entries_of("Л-0002"), 1);
    ok(s, "local", "system", "reindex", "{}");
    assert_string_equal(text(apply("olympiad", two, ",'skip_doubtful':true"), "state"), "unchanged");
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    assert_int_equal(entries_of("Л-0002"), 0);
    school_reopen(s);
    expect_no_trace();
}

static void what_waits_and_is_dropped_leaves_nothing(void **state)
{
    (void)state;
    json_t *p = preview("olympiad", two, "");
    assert_int_equal(number(p, "counts/not_ours"), 1);
    assert_string_equal(text(row_of(p, NULL, 4), "values/full_name"), "Титова Юлия Олеговна"); /* shown, and kept nowhere */
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(p, "batch"));
    school_reopen(s);
    expect_no_trace();
    apply("olympiad", two, ",'skip_doubtful':true");
    school_reopen(s);
    expect_no_trace();
}

/* The report of what was not taken is there after the application too: where and why, with no word of the file. */
static void what_was_not_taken_is_told_for_a_week(void **state)
{
    (void)state;
    json_t *p = preview("olympiad", two, "");
    json_t *before = ok(s, "local", "import", "rows", "{'batch':'%s'}", text(p, "batch"));
    assert_int_equal(count(before), 1);
    assert_true(strlen(text(before, "items/0/values")) > 10); /* as the file has it */
    assert_int_equal(number(ok(s, "local", "import", "apply", "{'batch':'%s','skip_doubtful':true}", text(p, "batch")), "not_taken"), 1);
    json_t *after = ok(s, "local", "import", "rows", "{'batch':'%s'}", text(p, "batch"));
    assert_int_equal(count(after), 1);
    assert_int_equal(number(after, "items/0/row"), number(before, "items/0/row"));
    assert_string_equal(text(after, "items/0/outcome"), "doubtful");
    assert_string_equal(text(after, "items/0/values"), ""); /* a doubtful one may be a stranger */
    assert_true(*text(after, "items/0/why"));
    person(s, "nobody_special", "Посторонний");
    account(s, "nobody_special", true);
    refused(s, LT_NOTFOUND, "import.absent", "nobody_special", "import", "rows", "{'batch':'%s'}", text(p, "batch"));
    school_reopen(s);
    expect_no_trace();
    s->now += INT64_C(8) * 86400000;
    ok(s, "local", "import", "list", "{}");
    assert_int_equal(count(ok(s, "local", "import", "rows", "{'batch':'%s'}", text(p, "batch"))), 0);
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(p, "batch"));
    school_reopen(s);
    expect_no_trace();
}

/* A table made on the spot. */
static const char *csv(const char *name, const char *rows)
{
    assert_true(made_files < 20);
    char *path = made_file[made_files++];
    assert_true(lt_print(path, sizeof made_file[0], "%s-%s", s->dir, name));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(rows, f);
    fclose(f);
    return path;
}

#define TABLE(points, status) "ФИО;Школа;Класс;Балл;Статус\nГромов Пётр Олегович;Школа № 7;9А;" points ";" status "\n"

static json_t *take(const char *verb, const char *path, const char *more)
{
    return ok(s, "local", "import", verb, "{'format':'olympiad','file':'<=%s'%s}", path, more);
}

static void a_corrected_file_makes_a_revision(void **state)
{
    (void)state;
    const char *path = csv("физика-школьный-этап.csv", TABLE("20", "участник"));
    json_t *first = take("apply", path, "");
    csv("физика-школьный-этап.csv", TABLE("25,5", "призер"));
    json_t *p = take("preview", path, ""), *changes = at(row_of(p, NULL, 2), "changes");
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "changed");
    assert_int_equal(json_array_size(changes), 2);
    json_t *a = ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    json_t *e = first_entry("Л-0002");
    assert_int_equal(number(e, "revision"), 2);
    assert_string_equal(text(e, "result"), "prize_winner");
    assert_string_equal(text(e, "state"), "verified");
    /* only the last word can be taken back, and then the one before */
    refused(s, LT_REFUSED, "import.built_on", "local", "import", "undo", "{'batch':'%s'}", text(first, "batch"));
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    e = first_entry("Л-0002");
    assert_int_equal(number(e, "revision"), 1);
    assert_string_equal(text(e, "result"), "participant");
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(first, "batch"));
    assert_int_equal(entries_of("Л-0002"), 0);
}

static void the_family_is_told_of_what_came_in(void **state)
{
    (void)state;
    take("apply", csv("физика-школьный-этап.csv", TABLE("20", "участник")), "");
    name_it(s, "taken", text(first_entry("Л-0002"), "pupil"));
    account(s, "taken", true);
    json_t *n = ok(s, "taken", "notice", "list", "{'unread':true}");
    assert_int_equal(count(n), 1);
    assert_string_equal(text(n, "items/0/text"), "Школа добавила 1 запись в ваше портфолио.");
    ok(s, "local", "notice", "due", "{}"); /* derived anew it is the same one */
    assert_int_equal(count(ok(s, "taken", "notice", "list", "{}")), 1);
}

static void nothing_of_people_is_overwritten(void **state)
{
    (void)state;
    const char *path = csv("физика-школьный-этап.csv", TABLE("20", "призер"));
    /* by hand before the file came: the same, and something else */
    json_t *mine = ok(s, "local", "entry", "add",
                      "{'pupil':'%s','title':'Олимпиада по физике','activity':'olympiad','subject':'Физика','level':'school','stage':'school',"
                      "'result':'prize_winner','date':'2026-10-01','submit':true}", id_by_number("Л-0002"));
    assert_string_equal(text(row_of(take("preview", path, ""), NULL, 2), "outcome"), "duplicate");
    csv("физика-школьный-этап.csv", TABLE("20", "победитель"));
    json_t *p = take("preview", path, "");
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "contradiction");
    assert_string_equal(text(row_of(p, NULL, 2), "entry"), text(mine, "id"));
    refused(s, LT_REFUSED, "import.doubtful", "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    p = ok(s, "local", "import", "resolve", "{'batch':'%s','decision':['%s!2.entry=add']}", text(p, "batch"), text(row_of(p, NULL, 2), "sheet"));
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "matched");
    ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_int_equal(entries_of("Л-0002"), 2);
    /* an imported entry that somebody edited since */
    json_t *list = entries("Л-0002");
    const char *id = strcmp(text(list, "items/0/id"), text(mine, "id")) == 0 ? text(list, "items/1/id") : text(list, "items/0/id");
    ok(s, "local", "entry", "edit", "{'id':'%s','place':1}", id);
    csv("физика-школьный-этап.csv", TABLE("21", "победитель"));
    p = take("preview", path, "");
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "contradiction");
}

/* Points without a status stay so; the school's rule for the stage reckons it. */
static void a_status_is_reckoned_only_by_the_schools_rule(void **state)
{
    (void)state;
    const char *path = csv("физика-школьный-этап.csv", "ФИО;Школа;Класс;Макс. балл;Балл\nГромов Пётр Олегович;Школа № 7;9А;50;30\n"
                                                       "Соколова Алёна Игоревна;Школа № 7;9А;50;20\nКузнецов Артём Ильич;Школа № 7;9А;50;10\n"
                                                       "Жаров Глеб Романович;Школа № 7;7А;50;5\n");
    json_t *p = take("preview", path, "");
    assert_null(at(row_of(p, NULL, 2), "values/result"));
    json_t *a = ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_null(at(first_entry("Л-0002"), "result"));
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    setting(s, "olympiad.quota.school=50");
    p = take("preview", path, "");
    assert_string_equal(text(row_of(p, NULL, 2), "values/result"), "winner");
    assert_string_equal(text(row_of(p, NULL, 3), "values/result"), "prize_winner");
    assert_string_equal(text(row_of(p, NULL, 4), "values/result"), "participant");
}

static void facts_and_columns_are_given_by_people(void **state)
{
    (void)state;
    const char *path = csv("итоги.csv", "Кто;Где;Сколько\nГромов Пётр Олегович;Школа № 7;33\n");
    json_t *p = take("preview", path, "");
    assert_int_equal(json_array_size(json_object_get(p, "rows")), 0);
    const char *sheet = text(p, "sheets/0/sheet");
    p = ok(s, "local", "import", "map", "{'batch':'%s','column':['%s!header=1','%s!A=full_name','%s!B=school','%s!C=score']}", text(p, "batch"), sheet,
           sheet, sheet, sheet);
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "matched");
    refused(s, LT_REFUSED, "import.facts", "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    p = ok(s, "local", "import", "preview", "{'batch':'%s','fact':['stage=municipal','subject=Химия']}", text(p, "batch"));
    assert_int_equal(json_array_size(json_object_get(p, "missing")), 0);
    ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_string_equal(text(first_entry("Л-0002"), "subject"), "химия");
    /* the next file of this source is understood at once */
    const char *next = csv("итоги-2.csv", "Кто;Где;Сколько\nСоколова Алёна Игоревна;Школа № 7;12\n");
    p = take("preview", next, ",'fact':['stage=municipal','subject=Химия']");
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "matched");
    assert_true(*text(p, "sheets/0/remembered"));
}

/* Codes stay until the results are there: ids of pupils in the spool, no names. */
static void codes_become_names_and_go(void **state)
{
    (void)state;
    char dir[300];
    lt_print(dir, sizeof dir, "%s/spool/codes", s->dir);
    const char *codes = csv("шифры.csv", "Шифр;ФИО;Школа;Класс\nИ-9-001;Громов Пётр Олегович;Школа № 7;9А\nИ-9-002;Чужов Пётр Ильич;Гимназия № 3;9А\n");
    json_t *a = ok(s, "local", "import", "apply", "{'format':'olympiad-codes','file':'<=%s','fact':['subject=История']}", codes);
    assert_string_equal(text(a, "state"), "applied");
    assert_int_equal(entries_of("Л-0002"), 0);
    assert_int_equal(access(dir, F_OK), 0);
    json_t *p = preview("olympiad", "openpyxl/08-codes.xlsx", ",'fact':['stage=municipal','subject=История']");
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "matched");
    assert_string_equal(text(numbers, text(row_of(p, NULL, 2), "pupil")), "Л-0002");
    assert_string_equal(text(row_of(p, NULL, 3), "outcome"), "not_found");
    ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_int_equal(entries_of("Л-0002"), 1);
    p = preview("olympiad", "openpyxl/08-codes.xlsx", ",'fact':['stage=municipal','subject=История']");
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "not_found"); /* the list is gone */
    school_reopen(s);
    expect_no_trace();
}

static void mentors_are_matched_as_pupils_are(void **state)
{
    (void)state;
    json_t *p = preview("olympiad", "openpyxl/11-web.xlsx", "");
    const json_t *sure = row_of(p, NULL, 2), *initials = row_of(p, NULL, 3);
    assert_true(*text(sure, "person"));
    assert_string_equal(text(initials, "person"), "");
    assert_string_equal(text(initials, "outcome"), "matched"); /* the mentor's name holds nobody up */
    assert_string_equal(text(initials, "candidates/0/slot"), "mentor");
    p = ok(s, "local", "import", "resolve", "{'batch':'%s','decision':['%s!3.mentor=%s']}", text(p, "batch"), text(initials, "sheet"),
           text(initials, "candidates/0/id"));
    assert_true(*text(row_of(p, NULL, 3), "person"));
    ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_true(*text(first_entry("Л-0009"), "mentor/person"));
}

/* Our number in another town: asked once for the school's name, remembered for the files to come. */
static void a_school_of_our_number_is_asked_about(void **state)
{
    (void)state;
    const char *path = csv("физика-школьный-этап.csv", "ФИО;Школа;Класс;Балл\nГромов Пётр Олегович;МБОУ СОШ № 7 г. Дальнегорска;9А;3\n");
    json_t *p = take("preview", path, "");
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "doubtful");
    p = ok(s, "local", "import", "resolve", "{'batch':'%s','decision':['*school!МБОУ СОШ № 7 г. Дальнегорска=ours']}", text(p, "batch"));
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "matched");
    ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_string_equal(text(row_of(take("preview", path, ""), NULL, 2), "outcome"), "unchanged");
}

/* --- around results --- */

static const char *class_id(const char *name)
{
    return text(item(ok(s, "local", "class", "list", "{}"), "name", name), "id");
}

/* The workbook of the last answer as another reader of such files has it, a line a row, cells between «|». */
static char *workbook(void)
{
    char path[300], command[700];
    size_t len = 0;
    char *data = bytes(s, &len), *lines = calloc(1, 1 << 16);
    assert_non_null(lines);
    lt_print(path, sizeof path, "%s-list.xlsx", s->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    fclose(f);
    free(data);
    lt_print(command, sizeof command,
             "/usr/bin/python3 -c 'import openpyxl,sys; [print(\"|\".join(\"\" if c is None else str(c) for c in r)) for w in"
             " openpyxl.load_workbook(sys.argv[1]).worksheets for r in w.iter_rows(values_only=True)]' %s", path);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    assert_true(fread(lines, 1, (1 << 16) - 1, p) > 0);
    assert_int_equal(pclose(p), 0);
    unlink(path);
    return lines;
}

/* What the organiser gets, and what becomes of the rows nobody took. */
static void lists_are_workbooks(void **state)
{
    (void)state;
    ok(s, "local", "olympiad", "enter", "{'pupil':['%s'],'signed':'2026-10-01'}", id_by_number("Л-0002"));
    ok(s, "local", "olympiad", "statements", "{'xlsx':true}");
    char *lines = workbook();
    printf("%s", lines);
    assert_non_null(strstr(lines, "Громов Пётр"));
    const char *row = strstr(lines, "Громов Пётр"), *end = strchr(row, '\n');
    assert_true(strstr(row, "2026-10-01") && strstr(row, "2026-10-01") < end);
    assert_true(strstr(row, "|да|") && strstr(row, "|да|") < end);
    free(lines);
    ok(s, "local", "olympiad", "statements", "{'complete':true,'xlsx':true}");
    lines = workbook();
    assert_null(strstr(lines, "Громов")); /* without consent to the publication nobody is on the organiser's list */
    free(lines);
    json_t *p = preview("olympiad", two, "");
    ok(s, "local", "import", "apply", "{'batch':'%s','skip_doubtful':true}", text(p, "batch"));
    ok(s, "local", "import", "rows", "{'batch':'%s','xlsx':true}", text(p, "batch"));
    lines = workbook();
    printf("%s", lines);
    assert_non_null(strstr(lines, "нужно решение"));
    assert_null(strstr(lines, "Титова"));
    free(lines);
}

static void statements_of_participants(void **state)
{
    (void)state;
    json_t *list = ok(s, "local", "olympiad", "statements", "{'lacking':true}");
    assert_int_equal(count(list), 10);
    ok(s, "local", "olympiad", "enter", "{'pupil':['%s'],'signed':'2026-10-01'}", id_by_number("Л-0002"));
    const json_t *row = item(ok(s, "local", "olympiad", "statements", "{}"), "pupil", id_by_number("Л-0002"));
    assert_true(lt_json_bool(row, "rules", false));
    assert_false(lt_json_bool(row, "publication", true)); /* a consent of its own */
    assert_string_equal(text(row, "signed"), "2026-10-01");
    assert_int_equal(count(ok(s, "local", "olympiad", "statements", "{'complete':true}")), 0);
    assert_int_equal(count(ok(s, "local", "olympiad", "statements", "{'lacking':true,'year':2025}")), 10); /* of one year alone */
    refused(s, LT_REFUSED, "consent.paper_future", "local", "olympiad", "enter", "{'pupil':['%s'],'signed':'2027-01-01'}", id_by_number("Л-0002"));
    ok(s, "local", "olympiad", "form", "{'class':'%s'}", class_id("9А"));
    size_t len = 0;
    char *pdf = bytes(s, &len);
    assert_true(len > 1000 && memcmp(pdf, "%PDF-", 5) == 0);
    free(pdf);
}

/* SHA-256 of «Фамилия Имя Отчество ГГГГ-ММ-ДД» in every spelling of е and ё; sums by sha256sum. */
static void the_hash_of_the_list_is_made_for_looking_by_hand(void **state)
{
    (void)state;
    json_t *a = ok(s, "local", "olympiad", "hash", "{'pupil':'%s'}", id_by_number("Л-0002"));
    const json_t *own = NULL, *one;
    size_t i;
    json_array_foreach(json_object_get(a, "hashes"), i, one) {
        if (strcmp(text(one, "spelling"), "Громов Пётр Олегович 2011-07-21") == 0) own = one;
    }
    assert_non_null(own);
    assert_string_equal(text(own, "sha256"), "9662e415693998de9732d0f3cc09fcbcf3bbbd1f29da575243335c1ef7bff065");
    assert_int_equal(json_array_size(json_object_get(a, "hashes")), 4);
}

#define BUILT LETOPIS_BINARY_DIR "/tests/plugins/"

/* A file not yet installed is looked at and tried in the child it will have. */
static void a_plugin_is_tried_on_samples(void **state)
{
    (void)state;
    person(s, "boss", "Настройкин");
    role(s, "boss", "'role':'sysadmin','from':'2026-09-01'");
    account(s, "boss", true);
    json_t *a = ok(s, "local", "plugin", "check", "{'id':'" BUILT "two-columns.so'}");
    assert_string_equal(text(a, "samples/0/state"), "done");
    assert_int_equal(number(a, "samples/0/emitted"), 4);
    a = ok(s, "local", "plugin", "check", "{'id':'olympiad'}");
    assert_int_equal(json_array_size(json_object_get(a, "samples")), 8); /* four formats, recognised and read */
    refused(s, LT_REFUSED, "plugin.crashed", "local", "plugin", "check", "{'id':'" BUILT "crash-item.so'}");
    refused(s, LT_NOTFOUND, "plugin.absent", "local", "plugin", "check", "{'id':'" BUILT "nothing.so'}");
    refused(s, LT_NOTFOUND, "plugin.absent", "boss", "plugin", "check", "{'id':'" BUILT "two-columns.so'}"); /* a path is for the machine's owner */
}

/* --- many rows --- */

/* No wrong match at all; of the rows that a careful person could settle from the file alone, at least 95 of 100. */
static void nobody_is_taken_for_somebody_else(void **state)
{
    (void)state;
    json_t *want = load(FILES "matching.expect.json"), *one, *wrongs = json_object();
    json_t *a = preview("olympiad", "matching-школьный-этап.xlsx", "");
    int sure = 0, found = 0, automatic = 0, wrong = 0;
    size_t i;
    json_array_foreach(want, i, one) {
        const json_t *row = row_of(a, NULL, number(one, "row"));
        const char *outcome = row ? text(row, "outcome") : "absent", *who = row ? text(numbers, text(row, "pupil")) : "";
        bool taken = strcmp(outcome, "matched") == 0 || strcmp(outcome, "duplicate") == 0 || (*who && strcmp(outcome, "contradiction") == 0);
        bool settled = taken ? strcmp(who, text(one, "pupil")) == 0 : json_is_null(json_object_get(one, "pupil")) && strcmp(outcome, "doubtful") != 0;
        automatic += taken;
        if (taken && !settled) wrong++, printf("WRONG row %lld (%s): %s is not %s\n", number(one, "row"), text(one, "trap"), who, text(one, "pupil"));
        if (!lt_json_bool(one, "sure", false)) continue;
        sure++;
        found += settled;
        if (!settled) json_object_set_new(wrongs, text(one, "trap"), json_integer(1 + json_integer_value(json_object_get(wrongs, text(one, "trap")))));
    }
    printf("matching: %zu rows, %d matched automatically, %d wrong (precision %.2f %%); %d of %d that can be settled (recall %.2f %%)\n",
           json_array_size(want), automatic, wrong, automatic ? 100.0 * (automatic - wrong) / automatic : 0.0, found, sure, 100.0 * found / sure);
    const char *trap;
    json_object_foreach(wrongs, trap, one) printf("  left to people: %s %lld\n", trap, (long long)json_integer_value(one));
    json_decref(want);
    json_decref(wrongs);
    assert_true(json_array_size(json_object_get(a, "rows")) >= 2000);
    assert_int_equal(wrong, 0);
    assert_true(found * 100 >= sure * 95);
}

/* How long it takes is told by tests/bench/run, row (i). */
static void ten_thousand_rows(void **state)
{
    (void)state;
    json_t *p = preview("olympiad", "large-муниципальный-этап.xlsx", ""), *all = json_object();
    assert_int_equal(number(p, "counts/matched"), 10000);
    assert_string_equal(text(ok(s, "local", "import", "apply", "{'batch':'%s'}", text(p, "batch")), "state"), "applied");
    int n = 0;
    assert_int_equal(index_count(s->app->index, "entries", all, 20000, &n, &s->err), 0);
    json_decref(all);
    assert_int_equal(n, 10000);
    p = preview("olympiad", "large-муниципальный-этап.xlsx", "");
    assert_int_equal(number(p, "counts/unchanged"), 10000);
}

static int setup_crowd(void **state)
{
    (void)state;
    load_school(FILES "crowd.xlsx");
    json_t *list = load(FILES "matching.former.json");
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one) ok(s, "local", "pupil", "edit", "{'id':'%s','surname':'%s'}", id_by_number(text(one, "number")), text(one, "now"));
    assert_true(json_array_size(list) > 0);
    json_decref(list);
    return 0;
}

/* --- who may --- */

static void a_class_teacher_applies_the_own_class(void **state)
{
    (void)state;
    char grant[200];
    person(s, "anna", "Тихая");
    name_it(s, "9А", class_id("9А"));
    lt_print(grant, sizeof grant, "'role':'class_teacher','class':'@9А','from':'2026-09-01'");
    role(s, "anna", grant);
    account(s, "anna", true);
    const char *path = csv("физика-школьный-этап.csv", "ФИО;Школа;Класс;Балл;Статус\nГромов Пётр Олегович;Школа № 7;9А;30;призёр\n"
                                                       "Мельник Иван Петрович;Школа № 7;10А;20;призёр\n");
    json_t *p = ok(s, "anna", "import", "preview", "{'format':'olympiad','file':'<=%s'}", path);
    assert_string_equal(text(row_of(p, NULL, 2), "outcome"), "matched");
    assert_string_equal(text(row_of(p, NULL, 3), "outcome"), "waits");
    assert_string_equal(text(row_of(p, NULL, 3), "pupil"), ""); /* of another class: not told who it is */
    json_t *a = ok(s, "anna", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_int_equal(number(a, "counts/waits"), 1);
    assert_int_equal(entries_of("Л-0002"), 1);
    assert_int_equal(entries_of("Л-0007"), 0);
    assert_string_equal(text(first_entry("Л-0002"), "state"), "verified"); /* a class teacher may verify */
    /* the deputy head's turn: the rest alone */
    a = take("apply", path, "");
    assert_int_equal(number(a, "counts/unchanged"), 1);
    assert_int_equal(number(a, "counts/matched"), 1);
    /* rosters are not hers, nor are other people's batches */
    refused(s, LT_DENIED, "denied.right", "anna", "import", "preview", "{'format':'roster','file':'<=" FILES "school.xlsx'}");
    json_t *other = take("preview", path, "");
    refused(s, LT_NOTFOUND, "import.absent", "anna", "import", "apply", "{'batch':'%s'}", text(other, "batch"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(every_layout_from_every_writer),
        T(a_file_is_recognised),
        T(a_file_is_applied_once_and_taken_back),
        T(what_waits_and_is_dropped_leaves_nothing),
        T(what_was_not_taken_is_told_for_a_week),
        T(a_corrected_file_makes_a_revision),
        T(the_family_is_told_of_what_came_in), T(nothing_of_people_is_overwritten),
        T(a_status_is_reckoned_only_by_the_schools_rule),
        T(facts_and_columns_are_given_by_people),
        T(codes_become_names_and_go),
        T(mentors_are_matched_as_pupils_are),
        T(a_school_of_our_number_is_asked_about),
        T(a_class_teacher_applies_the_own_class),
        T(statements_of_participants),
        T(lists_are_workbooks),
        T(the_hash_of_the_list_is_made_for_looking_by_hand),
        T(a_plugin_is_tried_on_samples),
        cmocka_unit_test_setup_teardown(nobody_is_taken_for_somebody_else, setup_crowd, teardown),
        cmocka_unit_test_setup_teardown(ten_thousand_rows, setup_crowd, teardown),
    };
    const char *only = getenv("ONLY");
    if (only) cmocka_set_test_filter(only);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
