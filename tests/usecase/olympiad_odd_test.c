/* Workbooks of results as they come: several tables on a sheet, juries below them, hidden parts, what a person says of the columns. What must be said of
 * each row, each line left out and each sheet stands in tests/data/gen/olympiad_odd.py. */
#include "support.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES LETOPIS_BINARY_DIR "/testdata/olympiads/"

static struct school *s;
static json_t *numbers; /* own number → id of the pupil */
static char made_file[10][300];
static size_t made_files;

static int setup(void **state)
{
    (void)state;
    s = school_bare();
    ok(s, "local", "import", "apply", "{'format':'roster','file':'<=" FILES "school.xlsx'}");
    json_t *list = ok(s, "local", "pupil", "list", "{'limit':500}");
    size_t i;
    const json_t *p;
    numbers = json_object();
    json_array_foreach(json_object_get(list, "items"), i, p) {
        json_t *card = ok(s, "local", "pupil", "show", "{'id':'%s'}", text(p, "id"));
        json_object_set_new(numbers, text(card, "number"), json_string(text(p, "id")));
    }
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

static const json_t *row_of(const json_t *list, const char *sheet, long long row)
{
    size_t i;
    const json_t *r;
    json_array_foreach(list, i, r) {
        if (number(r, "row") == row && strcmp(text(r, "sheet"), sheet) == 0) return r;
    }
    return NULL;
}

static bool same(const json_t *want, const json_t *got)
{
    if (json_is_null(want)) return !got;
    if (json_is_number(want) && json_is_number(got)) return fabs(json_number_value(want) - json_number_value(got)) < 1e-9;
    return json_equal(want, got);
}

static int fault(const char *file, const char *sheet, long long row, const char *what, const char *got, const char *want)
{
    printf("%s %s!%lld: %s is «%s» in place of «%s»\n", file, sheet, row, what, got, want);
    return 1;
}

static int compare_row(const char *file, const json_t *want, const json_t *got)
{
    const char *sheet = text(want, "sheet"), *key, *number_of = text(want, "pupil");
    long long n = number(want, "row");
    json_t *v;
    int faults = 0;
    if (!got) return fault(file, sheet, n, "row", "", text(want, "outcome"));
    if (strcmp(text(got, "outcome"), text(want, "outcome")) != 0) faults += fault(file, sheet, n, "outcome", text(got, "outcome"), text(want, "outcome"));
    const char *id = *number_of ? text(numbers, number_of) : "";
    if (strcmp(text(got, "pupil"), id) != 0) faults += fault(file, sheet, n, "pupil", text(got, "pupil"), id);
    json_object_foreach(json_object_get(want, "values"), key, v) {
        const json_t *is = json_object_get(json_object_get(got, "values"), key);
        char *a = json_dumps(is, JSON_ENCODE_ANY), *b = json_dumps(v, JSON_ENCODE_ANY);
        if (!same(v, is)) faults += fault(file, sheet, n, key, a ? a : "", b);
        free(a);
        free(b);
    }
    const char *remark = text(want, "remark");
    char said[12];
    lt_print(said, sizeof said, " %lld:", n);
    bool found = false;
    size_t i;
    const json_t *p;
    json_array_foreach(json_object_get(got, "problems"), i, p) {
        found = found || lt_starts(text(p, "code"), remark);
        const char *at_row = strstr(text(p, "message"), said);
        /* the row is named, once */
        if (!at_row && !strstr(text(p, "message"), ", столбец")) faults += fault(file, sheet, n, "message without its row", text(p, "message"), said);
        if (at_row && (strstr(at_row + 1, said) || strstr(text(p, "message"), ", столбец"))) faults += fault(file, sheet, n, "row named twice", text(p, "message"), said);
        if (lt_starts(text(p, "code"), "field.") && !strstr(text(p, "message"), "Уровень")) faults += fault(file, sheet, n, "field", text(p, "message"), "Уровень");
    }
    if (*remark && !found) faults += fault(file, sheet, n, "remark", "", remark);
    return faults;
}

static int compare_sheets(const char *file, const json_t *want, const json_t *sheets)
{
    size_t i, k;
    const json_t *sheet, *p;
    int faults = 0;
    json_array_foreach(sheets, i, sheet) {
        json_t *codes = json_object_get(want, text(sheet, "sheet"));
        char got[300] = "";
        size_t n = 0;
        json_array_foreach(json_object_get(sheet, "problems"), k, p) {
            n += (size_t)snprintf(got + n, sizeof got - n, "%s%s", k ? " " : "", text(p, "code"));
            if (!*text(p, "message")) faults += fault(file, text(sheet, "sheet"), 0, "words of", text(p, "code"), "");
        }
        const char *wanted = codes ? json_string_value(json_array_get(codes, 0)) : "";
        if (strcmp(got, wanted) != 0) faults += fault(file, text(sheet, "sheet"), 0, "said", got, wanted);
    }
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)want, name, v) {
        bool there = false;
        json_array_foreach(sheets, i, sheet) there = there || strcmp(text(sheet, "sheet"), name) == 0;
        if (!there) faults += fault(file, name, 0, "sheet", "", name);
    }
    return faults;
}

static int compare(const json_t *one, const json_t *a)
{
    const char *file = text(one, "file");
    const json_t *rows = json_object_get(a, "rows"), *skipped = json_object_get(a, "skipped"), *want, *got;
    size_t i;
    int faults = 0;
    if (strcmp(text(a, "format"), text(one, "format")) != 0) faults += fault(file, "", 0, "format", text(a, "format"), text(one, "format"));
    json_array_foreach(json_object_get(one, "rows"), i, want)
        faults += compare_row(file, want, row_of(rows, text(want, "sheet"), number(want, "row")));
    json_array_foreach(rows, i, got) {
        if (!row_of(json_object_get(one, "rows"), text(got, "sheet"), number(got, "row")))
            faults += fault(file, text(got, "sheet"), number(got, "row"), "row", text(got, "outcome"), "");
    }
    json_array_foreach(json_object_get(one, "left"), i, want) {
        got = row_of(skipped, text(want, "sheet"), number(want, "row"));
        if (!got || strcmp(text(got, "skipped"), text(want, "skipped")) != 0)
            faults += fault(file, text(want, "sheet"), number(want, "row"), "left out", got ? text(got, "skipped") : "", text(want, "skipped"));
    }
    json_array_foreach(skipped, i, got) {
        if (!row_of(json_object_get(one, "left"), text(got, "sheet"), number(got, "row")))
            faults += fault(file, text(got, "sheet"), number(got, "row"), "left out", text(got, "skipped"), "");
    }
    return faults + compare_sheets(file, json_object_get(one, "said"), json_object_get(a, "sheets"));
}

static char *list_of(const json_t *values, const char *name)
{
    char *out = calloc(1, 600);
    size_t i, n = 0;
    const json_t *v;
    json_array_foreach(values, i, v) n += (size_t)snprintf(out + n, 600 - n, "%s'%s'", i ? "," : name, json_string_value(v));
    if (n) snprintf(out + n, 600 - n, "]");
    return out;
}

static void odd_workbooks_are_told_truly(void **state)
{
    (void)state;
    char *data = NULL;
    size_t len = 0, i;
    json_t *all = NULL, *one;
    int faults = 0;
    assert_int_equal(lt_fs_read(FILES "odd.expect.json", 1 << 20, &data, &len), 0);
    assert_int_equal(lt_json_parse(data, len, 1 << 20, &all, &s->err), 0);
    free(data);
    json_array_foreach(all, i, one) {
        const char *asked = text(one, "asked");
        char format[60] = "", *facts = list_of(json_object_get(one, "facts"), ",'fact':["), *columns = list_of(json_object_get(one, "column"), "'column':[");
        if (*asked) lt_print(format, sizeof format, ",'format':'%s'", asked);
        json_t *a = ok(s, "local", "import", "preview", "{'file':'<=" FILES "%s'%s%s}", text(one, "file"), format, facts);
        if (*columns) a = ok(s, "local", "import", "map", "{'batch':'%s',%s}", text(a, "batch"), columns);
        faults += compare(one, a);
        ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
        free(facts);
        free(columns);
    }
    printf("%zu workbooks, %d faults\n", json_array_size(all), faults);
    assert_true(json_array_size(all) >= 15);
    json_decref(all);
    assert_int_equal(faults, 0);
}

/* A table made on the spot. */
static const char *csv(const char *name, const char *rows)
{
    assert_true(made_files < 10);
    char *path = made_file[made_files++];
    assert_true(lt_print(path, sizeof made_file[0], "%s-%s", s->dir, name));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(rows, f);
    fclose(f);
    return path;
}

static json_t *codes(const char *verb, const char *path)
{
    return ok(s, "local", "import", verb, "{'format':'olympiad-codes','file':'<=%s','fact':['subject=История']}", path);
}

/* A code leads to one pupil: neither a later list nor a wrong one turns it to somebody else unseen, and a list taken back is gone. */
static void a_code_is_one_pupils(void **state)
{
    (void)state;
    const char *first = csv("шифры-1.csv", "Шифр;ФИО;Школа;Класс\nИ-1;Громов Пётр Олегович;Школа № 7;9А\n");
    const char *second = csv("шифры-2.csv", "Шифр;ФИО;Школа;Класс\nи 1;Яковлева Дарья Юрьевна;Школа № 7;8А\n");
    const char *results = csv("итоги.csv", "Шифр;Балл\nИ-1;33\n");
    json_t *a = codes("apply", first);
    assert_string_equal(text(codes("apply", first), "state"), "unchanged");
    assert_string_equal(text(row_of(json_object_get(codes("preview", second), "rows"), "", 2), "outcome"), "contradiction");
    refused(s, LT_REFUSED, "import.doubtful", "local", "import", "apply", "{'format':'olympiad-codes','file':'<=%s','fact':['subject=История']}", second);
    json_t *p = ok(s, "local", "import", "preview", "{'format':'olympiad','file':'<=%s','fact':['stage=school','subject=История']}", results);
    assert_string_equal(text(row_of(json_object_get(p, "rows"), "", 2), "pupil"), text(numbers, "Л-0002"));
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    p = ok(s, "local", "import", "preview", "{'batch':'%s'}", text(p, "batch"));
    assert_string_equal(text(row_of(json_object_get(p, "rows"), "", 2), "outcome"), "not_found");
    assert_string_equal(text(codes("apply", second), "state"), "applied");
}

/* Every answer names the file, the row and what to do, and does not say what was not done. */
static void answers_are_true(void **state)
{
    (void)state;
    struct lt_buf words = LT_BUF_INIT(4096);
    const char *path = csv("физика.csv", "ФИО;Школа;Класс;Балл;Наставник\nГромов Пётр;;9;3;Чужая Мария Ивановна\nКузнецов Артём Ильич;Школа № 7;9Б;4;\n"
                                         "Соколова Алёна Олеговна;Школа № 7;9А;4;\n");
    json_t *p = ok(s, "local", "import", "preview", "{'format':'olympiad','file':'<=%s','fact':['stage=school']}", path), *rows = json_object_get(p, "rows");
    assert_string_equal(text(row_of(rows, "", 2), "outcome"), "doubtful");
    assert_string_equal(text(row_of(rows, "", 2), "problems/0/code"), "patronymic_unsure");
    assert_null(strstr(text(row_of(rows, "", 2), "problems/0/message"), "узнан"));
    assert_string_equal(text(row_of(rows, "", 3), "outcome"), "matched");
    assert_string_equal(text(row_of(rows, "", 3), "why"), "совпали имя и класс; тёзка учится в другом классе");
    assert_string_equal(text(row_of(rows, "", 4), "problems/0/code"), "patronymic_other");
    assert_null(strstr(text(row_of(rows, "", 4), "problems/0/message"), "истории"));
    const char *strange = csv("опись.csv", "Шкаф;Полка\nдуб;3\nсосна;4\n");
    refused(s, LT_REFUSED, "import.unrecognised", "local", "import", "preview", "{'file':'<=%s'}", strange);
    assert_int_equal(lt_error_text(&words, LT_RU, &s->err), 0);
    assert_non_null(strstr(words.data, "опись.csv"));
    lt_buf_reset(&words);
    const char *scan = csv("скан.pdf", "%PDF-1.4\n");
    refused(s, LT_REFUSED, "table.not_a_table", "local", "import", "preview", "{'file':'<=%s'}", scan);
    assert_int_equal(lt_error_text(&words, LT_RU, &s->err), 0);
    assert_non_null(strstr(words.data, "скан.pdf"));
    lt_buf_free(&words);
}

/* A class teacher is told of pupils of the own class alone: neither a question nor a list of codes shows others. */
static void a_class_teacher_learns_nothing_of_others(void **state)
{
    (void)state;
    char grant[200];
    person(s, "anna", "Тихая");
    name_it(s, "9А", text(item(ok(s, "local", "class", "list", "{}"), "name", "9А"), "id"));
    lt_print(grant, sizeof grant, "'role':'class_teacher','class':'@9А','from':'2026-09-01'");
    role(s, "anna", grant);
    account(s, "anna", true);
    const char *path = csv("физика-школьный-этап.csv", "ФИО;Школа;Класс;Балл\nКузнецов Артём Ильич;Школа № 7;9;4\nМельник И. П.;Школа № 7;10А;4\n");
    json_t *p = ok(s, "anna", "import", "preview", "{'format':'olympiad','file':'<=%s'}", path), *rows = json_object_get(p, "rows");
    const json_t *twins = row_of(rows, "", 2);
    assert_string_equal(text(twins, "outcome"), "doubtful");
    assert_int_equal(json_array_size(json_object_get(twins, "candidates")), 1);
    assert_string_equal(text(twins, "candidates/0/id"), text(numbers, "Л-0003"));
    assert_non_null(strstr(text(twins, "problems/1/message"), "другого класса"));
    assert_string_equal(text(row_of(rows, "", 3), "outcome"), "waits");
    assert_int_equal(json_array_size(json_object_get(row_of(rows, "", 3), "candidates")), 0);
    const char *list = csv("шифры.csv", "Шифр;ФИО;Класс\nИ-1;Громов Пётр Олегович;9А\nИ-2;Мельник Иван Петрович;10А\n");
    p = ok(s, "anna", "import", "preview", "{'format':'olympiad-codes','file':'<=%s','fact':['subject=История']}", list);
    assert_string_equal(text(row_of(json_object_get(p, "rows"), "", 2), "outcome"), "matched");
    assert_string_equal(text(row_of(json_object_get(p, "rows"), "", 3), "outcome"), "waits");
    assert_string_equal(text(row_of(json_object_get(p, "rows"), "", 3), "pupil"), "");
    ok(s, "anna", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    const char *results = csv("итоги.csv", "Шифр;Балл\nИ-1;33\nИ-2;34\n");
    p = ok(s, "local", "import", "preview", "{'format':'olympiad','file':'<=%s','fact':['stage=school','subject=История']}", results);
    assert_string_equal(text(row_of(json_object_get(p, "rows"), "", 2), "outcome"), "matched");
    assert_string_equal(text(row_of(json_object_get(p, "rows"), "", 3), "outcome"), "not_found");
}

/* A browser names each of its requests, and answers to named requests are kept for a repetition: not those that show children of other schools. */
static void no_answer_keeps_children_of_other_schools(void **state)
{
    (void)state;
    const char *path = csv("физика-школьный-этап.csv", "ФИО;Школа;Класс;Балл\nГромов Пётр Олегович;Школа № 7;9А;4\nЧужаков Сила Титович;Гимназия № 3;9А;4\n"
                                                       "Инакова Рада Титовна;Школа № 7;9;1\n");
    char values[700];
    const char *const ids[] = {"01a00000-0000-7000-8000-000000000001", "01a00000-0000-7000-8000-000000000002", "01a00000-0000-7000-8000-000000000003"};
    json_t *p = NULL;
    person(s, "boss", "Директоров");
    role(s, "boss", "'role':'director','from':'2026-09-01'");
    account(s, "boss", true);
    struct uc_request named = {.noun = "import", .verb = "preview", .token = json_string_value(json_object_get(s->tokens, "boss")), .request_id = ids[0]};
    lt_print(values, sizeof values, "{'format':'olympiad','file':'<=%s'}", path);
    assert_int_equal(ask(s, &named, &p, values), 0);
    assert_int_equal(number(p, "counts/not_ours"), 1);
    char batch[40];
    lt_print(batch, sizeof batch, "%s", text(p, "batch"));
    struct uc_request said = {.noun = "import", .verb = "resolve", .token = named.token, .request_id = ids[1]};
    lt_print(values, sizeof values, "{'batch':'%s','decision':['*school!Гимназия № 3=others']}", batch);
    assert_int_equal(ask(s, &said, &p, values), 0);
    struct uc_request done = {.noun = "import", .verb = "apply", .token = named.token, .request_id = ids[2]};
    lt_print(values, sizeof values, "{'batch':'%s'}", batch);
    assert_int_equal(ask(s, &done, &p, values), 0);
    school_reopen(s);
    char command[600];
    lt_print(command, sizeof command, LETOPIS_SOURCE_DIR "/tests/support/no-trace %s Чужаков Инакова Титович", s->dir);
    assert_int_equal(system(command), 0);
}

/* The list goes with the results; what a class teacher does not apply can still be applied by the deputy head. */
static void codes_stay_for_those_who_wait(void **state)
{
    (void)state;
    char grant[200];
    person(s, "anna", "Тихая");
    name_it(s, "9А", text(item(ok(s, "local", "class", "list", "{}"), "name", "9А"), "id"));
    lt_print(grant, sizeof grant, "'role':'class_teacher','class':'@9А','from':'2026-09-01'");
    role(s, "anna", grant);
    account(s, "anna", true);
    codes("apply", csv("шифры.csv", "Шифр;ФИО;Класс\nИ-1;Громов Пётр Олегович;9А\nИ-2;Мельник Иван Петрович;10А\nИ-3;Жаров Глеб Романович;7А\n"));
    const char *results = csv("итоги.csv", "Шифр;Балл\nИ-1;33\nИ-2;34\n");
    json_t *a = ok(s, "anna", "import", "apply", "{'format':'olympiad','file':'<=%s','fact':['stage=school','subject=История']}", results);
    assert_int_equal(number(a, "counts/matched"), 1);
    assert_int_equal(number(a, "counts/waits"), 1);
    a = ok(s, "local", "import", "apply", "{'format':'olympiad','file':'<=%s','fact':['stage=school','subject=История'],'skip_doubtful':true}", results);
    assert_int_equal(number(a, "counts/matched"), 1);
    const char *late = csv("итоги-2.csv", "Шифр;Балл\nИ-3;1\n");
    json_t *p = ok(s, "local", "import", "preview", "{'format':'olympiad','file':'<=%s','fact':['stage=school','subject=История']}", late);
    assert_string_equal(text(row_of(json_object_get(p, "rows"), "", 2), "outcome"), "not_found"); /* the list is gone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(odd_workbooks_are_told_truly), T(a_code_is_one_pupils), T(answers_are_true), T(a_class_teacher_learns_nothing_of_others),
        T(codes_stay_for_those_who_wait), T(no_answer_keeps_children_of_other_schools),
    };
    const char *only = getenv("ONLY");
    if (only) cmocka_set_test_filter(only);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
