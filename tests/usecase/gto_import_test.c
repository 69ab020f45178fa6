/* Files of the GTO as received: protocols wide and long, orders on badges, lists of numbers; written by openpyxl, xlsxwriter and LibreOffice. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES LETOPIS_BINARY_DIR "/testdata/gto/"

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    ok(s, "local", "pupil", "edit", "{'id':'@ivan','sex':'m','birth':'2011-03-05'}");
    ok(s, "local", "pupil", "edit", "{'id':'@olga','sex':'f','birth':'2011-11-20'}");
    ok(s, "local", "gto", "set", "{'pupil':'@ivan','uin':'23650012345'}");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static json_t *preview(const char *format, const char *file)
{
    return ok(s, "gto", "import", "preview", "{'format':'%s','file':'<=" FILES "%s'}", format, file);
}

static void print_rows(const json_t *answer)
{
    size_t i, k;
    json_t *row, *p;
    json_array_foreach(json_object_get(answer, "rows"), i, row) {
        printf("  %s %lld %s (%s) %s\n", text(row, "sheet"), number(row, "row"), text(row, "outcome"), text(row, "why"), text(row, "values/title"));
        json_array_foreach(json_object_get(row, "problems"), k, p) printf("     %s\n", text(p, "message"));
    }
}

/* How many rows have the outcome; all of them where the outcome is NULL. */
static int rows(const json_t *answer, const char *outcome, const char *pupil)
{
    size_t i;
    json_t *row;
    int n = 0;
    json_array_foreach(json_object_get(answer, "rows"), i, row) {
        if (outcome && strcmp(text(row, "outcome"), outcome) != 0) continue;
        n += !pupil || strcmp(text(row, "pupil"), id_of(s, pupil)) == 0;
    }
    return n;
}

static json_t *board(const char *pupil)
{
    return ok(s, "gto", "gto", "evaluate", "{'pupil':'@%s'}", pupil);
}

/* The result of the test on the pupil's board; "" where there is none. */
static const char *value_of(const json_t *b, const char *test)
{
    size_t i;
    json_t *r;
    json_array_foreach(at(b, "results"), i, r) {
        if (strcmp(text(r, "test"), test) == 0) return text(r, "value");
    }
    return "";
}

static void check_federal(const char *file)
{
    json_t *p = preview("gto-results", file);
    print_rows(p);
    assert_string_equal(text(p, "sheets/0/facts/level"), "V");
    assert_string_equal(text(p, "sheets/0/facts/sex"), "m");
    assert_int_equal(rows(p, "matched", "ivan"), 5);
    assert_int_equal(rows(p, "not_found", NULL), 5);
    json_t *a = ok(s, "gto", "import", "apply", "{'batch':'%s','skip_doubtful':true,'skip_errors':true}", text(p, "batch"));
    assert_string_equal(text(a, "state"), "applied");
    json_t *b = board("ivan");
    assert_string_equal(value_of(b, "run_60"), "9.5");
    assert_string_equal(value_of(b, "run_2000"), "9:27");
    assert_string_equal(value_of(b, "flexibility"), "6");
    assert_string_equal(text(b, "results/0/date"), "2026-10-05");
    assert_string_equal(text(b, "badge"), "bronze");
    assert_string_equal(text(b, "results/0/state"), "verified");
    /* the same file says nothing new */
    json_t *again = preview("gto-results", file);
    assert_int_equal(rows(again, "unchanged", "ivan"), 5);
    assert_int_equal(rows(again, "matched", NULL), 0);
    ok(s, "gto", "import", "undo", "{'batch':'%s'}", text(again, "batch"));
    /* undone, it was never there */
    ok(s, "gto", "import", "undo", "{'batch':'%s'}", text(p, "batch"));
    assert_int_equal(json_array_size(at(board("ivan"), "results")), 0);
}

static void the_federal_form(void **state)
{
    (void)state;
    check_federal("federal.xlsx");
}

static void the_federal_form_by_libreoffice(void **state)
{
    (void)state;
    check_federal("federal.ods");
}

static void check_wide(const char *file)
{
    json_t *p = preview("gto-results", file);
    print_rows(p);
    assert_int_equal(rows(p, "matched", "olga"), 4);
    assert_int_equal(rows(p, "not_found", NULL), 4);
    ok(s, "gto", "import", "apply", "{'batch':'%s','skip_errors':true}", text(p, "batch"));
    json_t *b = board("olga");
    /* «Подтягивание» of girls is the low bar; the points beside are no results; the age of fourteen is that of the day */
    assert_string_equal(value_of(b, "pull_ups_low"), "20");
    assert_string_equal(value_of(b, "run_60"), "9.4");
    assert_string_equal(value_of(b, "flexibility"), "16");
    assert_int_equal(json_array_size(at(b, "results")), 4);
    assert_string_equal(text(b, "results/0/date"), "2026-10-12");
    assert_string_equal(text(b, "results/0/badge"), "gold");
}

static void a_wide_table_with_points_beside(void **state)
{
    (void)state;
    check_wide("wide.xlsx");
}

static void the_same_as_an_old_workbook(void **state)
{
    (void)state;
    check_wide("wide.xls");
}

static void a_long_list(void **state)
{
    (void)state;
    json_t *p = preview("gto-results", "long.csv");
    print_rows(p);
    assert_int_equal(rows(p, "matched", "ivan"), 3);
    assert_int_equal(rows(p, "matched", "olga"), 1);
    ok(s, "gto", "import", "apply", "{'batch':'%s','skip_errors':true}", text(p, "batch"));
    json_t *b = board("ivan");
    assert_string_equal(value_of(b, "swim_50"), "1:10");
    assert_string_equal(value_of(b, "self_defence"), "26");
    assert_string_equal(value_of(b, "run_30"), "4.9");
    assert_string_equal(value_of(board("olga"), "run_2000"), "11:27");
    /* 11,3 can be 11:03 or 11:30, and chess is no test: told, with the row, and not taken */
    size_t i, k, told = 0;
    json_t *row, *problem;
    json_array_foreach(json_object_get(p, "rows"), i, row) {
        json_array_foreach(json_object_get(row, "problems"), k, problem) {
            told += strstr(text(problem, "message"), "11,3") != NULL || strstr(text(problem, "message"), "Шахматы") != NULL;
        }
    }
    assert_int_equal(told, 2);
}

static void an_order_on_badges(void **state)
{
    (void)state;
    json_t *p = preview("gto-awards", "award.xlsx");
    print_rows(p);
    assert_string_equal(text(p, "sheets/0/facts/order"), "45-нг");
    assert_int_equal(rows(p, "matched", NULL), 2);
    ok(s, "gto", "import", "apply", "{'batch':'%s','skip_errors':true}", text(p, "batch"));
    json_t *b = board("ivan");
    assert_string_equal(text(b, "badges/0/badge"), "gold");
    assert_string_equal(text(b, "badges/0/level"), "V");
    assert_string_equal(text(b, "badges/0/number"), "АА 000123");
    assert_string_equal(text(b, "badges/0/order"), "45-нг");
    assert_string_equal(text(b, "badges/0/order_date"), "2026-11-01");
    b = board("olga");
    assert_string_equal(text(b, "badges/0/badge"), "silver");
    ok(s, "gto", "gto", "issue", "{'order':'45-нг'}");
    json_t *again = preview("gto-awards", "award.xlsx");
    assert_int_equal(rows(again, "unchanged", NULL), 2);
}

static void a_list_of_numbers(void **state)
{
    (void)state;
    json_t *p = preview("gto-uin", "uin.xlsx");
    print_rows(p);
    assert_int_equal(rows(p, "unchanged", "ivan"), 1);
    assert_int_equal(rows(p, "matched", "olga"), 1);
    ok(s, "gto", "import", "apply", "{'batch':'%s','skip_errors':true}", text(p, "batch"));
    assert_string_equal(text(ok(s, "local", "pupil", "show", "{'id':'@olga'}"), "uin"), "23-65-0012347");
    /* a number of ten digits is told and not kept */
    assert_string_equal(text(ok(s, "local", "pupil", "show", "{'id':'@petr'}"), "uin"), "");
    ok(s, "gto", "import", "undo", "{'batch':'%s'}", text(p, "batch"));
    assert_string_equal(text(ok(s, "local", "pupil", "show", "{'id':'@olga'}"), "uin"), "");
}

/* Nobody says which format it is. */
static void formats_are_recognised(void **state)
{
    (void)state;
    static const char *const files[][2] = {{"federal.xlsx", "gto-results"}, {"wide.xlsx", "gto-results"}, {"long.csv", "gto-results"},
                                           {"award.xlsx", "gto-awards"}, {"uin.xlsx", "gto-uin"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        json_t *p = ok(s, "local", "import", "preview", "{'file':'<=" FILES "%s'}", files[i][0]);
        if (strcmp(text(p, "format"), files[i][1]) != 0) printf("%s: %s\n", files[i][0], text(p, "format"));
        assert_string_equal(text(p, "format"), files[i][1]);
    }
}

/* What a teacher wrote by hand is not written a second time by the file, and a difference is told. */
static void results_entered_by_hand(void **state)
{
    (void)state;
    ok(s, "local", "gto", "add", "{'pupil':'@ivan','test':'run_60','value':'9.5','on':'2026-10-05'}");
    ok(s, "local", "gto", "add", "{'pupil':'@ivan','test':'pull_ups','value':'8','on':'2026-10-05'}");
    json_t *p = preview("gto-results", "federal.xlsx");
    assert_int_equal(rows(p, "duplicate", "ivan"), 1);
    assert_int_equal(rows(p, "contradiction", "ivan"), 1);
    assert_int_equal(rows(p, "matched", "ivan"), 3);
}

#define HEADINGS "Ф.И.О.;УИН участника;Дата рождения;Пол;Ступень;Вид испытания;Результат;Дата выполнения\n"

static json_t *protocol(const char *verb, const char *lines, const char *more)
{
    char path[300];
    lt_print(path, sizeof path, "%s-protocol.csv", s->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, HEADINGS "%s", lines);
    fclose(f);
    json_t *a = ok(s, "gto", "import", verb, "{'format':'gto-results','file':'<=%s'%s}", path, more);
    unlink(path);
    return a;
}

static const char *uin_of(const char *pupil)
{
    return text(ok(s, "local", "pupil", "show", "{'id':'@%s'}", pupil), "uin");
}

/* The number of a protocol goes onto the card that has none: told in the preview, with the batch, and gone with it. */
static void a_protocol_brings_numbers(void **state)
{
    (void)state;
    static const char lines[] = "Петров Иван Петрович;23650012377;05.05.2011;М;V;Бег на 60 м;9,1;20.10.2026\n"
                                "Петров Иван Петрович;23650012377;05.05.2011;М;V;Подтягивание из виса на высокой перекладине;9;20.10.2026\n";
    json_t *p = protocol("preview", lines, "");
    print_rows(p);
    assert_int_equal(rows(p, "matched", "petr"), 2);
    assert_string_equal(text(p, "rows/0/problems/0/code"), "uin_new");
    assert_string_equal(text(p, "rows/0/changes/0/to"), "23-65-0012377");
    assert_int_equal(json_array_size(at(p, "rows/1/problems")), 0); /* told once */
    ok(s, "gto", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_string_equal(uin_of("petr"), "23-65-0012377");
    json_t *again = protocol("preview", lines, "");
    assert_int_equal(rows(again, "unchanged", "petr"), 2);
    ok(s, "gto", "import", "undo", "{'batch':'%s'}", text(p, "batch"));
    assert_string_equal(uin_of("petr"), "");
    /* another number than the card's: a question, and the card stays as it is whatever the answer */
    p = protocol("preview", "Иванов Иван Петрович;23650099999;05.03.2011;М;V;Бег на 60 м;9,1;20.10.2026\n", "");
    assert_string_equal(text(p, "rows/0/outcome"), "doubtful");
    assert_string_equal(text(p, "rows/0/candidates/0/id"), id_of(s, "ivan"));
    assert_true(strstr(text(p, "rows/0/problems/0/message"), "23-65-0012345") != NULL);
    p = ok(s, "gto", "import", "resolve", "{'batch':'%s','decision':['%s!2=%s']}", text(p, "batch"), text(p, "rows/0/sheet"), id_of(s, "ivan"));
    assert_string_equal(text(p, "rows/0/outcome"), "matched");
    assert_string_equal(text(p, "rows/0/problems/0/code"), "uin_differs");
    ok(s, "gto", "import", "apply", "{'batch':'%s'}", text(p, "batch"));
    assert_string_equal(uin_of("ivan"), "23-65-0012345");
    /* one number for two pupils: nobody gets it */
    p = protocol("preview", "Петров Иван Петрович;23650012388;05.05.2011;М;V;Бег на 60 м;9,1;21.10.2026\n"
                            "Ольгина Иван Петрович;23650012388;20.11.2011;Ж;V;Бег на 60 м;10,1;21.10.2026\n", "");
    print_rows(p);
    assert_string_equal(text(p, "rows/0/problems/0/code"), "uin_taken");
    assert_null(at(p, "rows/0/changes"));
}

/* --- what goes wrong is told --- */

/* The message of the row's problem of that code; "" where there is none. */
static const char *told_as(const json_t *row, const char *code)
{
    size_t i;
    json_t *p;
    json_array_foreach(at(row, "problems"), i, p) {
        if (strcmp(text(p, "code"), code) == 0) return text(p, "message");
    }
    return "";
}

/* The first row of the sheet's line with that test in its title. */
static const json_t *row_of(const json_t *answer, int line, const char *test)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(answer, "rows"), i, row) {
        if (number(row, "row") == line && strstr(text(row, "values/title"), test)) return row;
    }
    return NULL;
}

static void a_protocol_with_everything_wrong(void **state)
{
    (void)state;
    ok(s, "local", "pupil", "edit", "{'id':'@petr','sex':'m','birth':'2009-05-05'}");
    json_t *p = preview("gto-results", "odd.xlsx");
    print_rows(p);
    /* columns that are no test of the level, and a row that a filter hides, are not passed over in silence */
    const json_t *remarks = at(p, "sheets/0/problems");
    assert_int_equal(json_array_size(remarks), 3);
    assert_non_null(strstr(text(p, "sheets/0/problems/0/message"), "1 строка скрыта"));
    assert_non_null(strstr(text(p, "sheets/0/problems/1/message"), "Столбец E «Бег на 100 м (с)» не прочитан"));
    assert_non_null(strstr(text(p, "sheets/0/problems/1/message"), "на V ступени нет"));
    assert_non_null(strstr(text(p, "sheets/0/problems/2/message"), "Столбец F «Шахматы» не прочитан"));
    /* a girl among boys is a question; whoever is chosen, the row may be taken */
    const json_t *girl = row_of(p, 5, "60 м");
    assert_string_equal(text(girl, "outcome"), "doubtful");
    assert_string_equal(text(girl, "candidates/0/id"), id_of(s, "olga"));
    assert_non_null(strstr(told_as(girl, "sex_differs_f"), "Строка 5: по файлу пол мужской"));
    p = ok(s, "gto", "import", "resolve", "{'batch':'%s','decision':['Протокол!5=%s']}", text(p, "batch"), id_of(s, "olga"));
    assert_string_equal(text(row_of(p, 5, "60 м"), "outcome"), "matched");
    /* seventeen years old in a protocol of V: told, and judged by the age */
    const json_t *older = row_of(p, 6, "60 м");
    assert_string_equal(text(older, "outcome"), "matched");
    assert_non_null(strstr(told_as(older, "level_differs"), "в файле V ступень (14–15), а в день испытания исполнилось 17"));
    assert_string_equal(text(row_of(p, 6, "Прыжок"), "values/gto_value"), "205");
    /* 2:15 nobody runs, 9:5 is 9:05 or 9:50: row and column are named; «осв.» and «б/р» are no results and no errors */
    assert_int_equal(rows(p, "error", NULL), 4);
    assert_non_null(strstr(told_as(row_of(p, 5, "Челночный"), "value_form"), "«формула без результата»"));
    assert_non_null(strstr(told_as(row_of(p, 4, "Челночный"), "value_form"), "Строка 4, столбец I: Результат «#DIV/0!» не разобрать"));
    assert_non_null(strstr(told_as(row_of(p, 4, "2000"), "value_unlikely"), "Строка 4, столбец G: «2:15»"));
    assert_non_null(strstr(told_as(row_of(p, 6, "2000"), "value_time_digits"), "Строка 6, столбец G: «9:5»"));
    assert_null(row_of(p, 4, "Прыжок"));
    assert_null(row_of(p, 5, "Прыжок"));
}

/* Of a long list each row has its own day, sex and level. */
static void rows_without_a_day_or_level(void **state)
{
    (void)state;
    json_t *p = protocol("preview", "Иванов Иван Петрович;;05.03.2011;М;V;Бег на 60 м;9,1;32.10.2026\n"
                                    "Иванов Иван Петрович;;05.03.2011;М;V;Челночный бег;7,7;\n"
                                    "Иванов Иван Петрович;;05.03.2011;М;XX;Прыжок в длину;193;05.10.2026\n"
                                    "Иванов Иван Петрович;;05.03.2011;Ж;V;Наклон;-3;05.10.2026\n"
                                    "Иванов Иван Петрович;;05.03.2011;М;V;Бег на 2000 м;9:11;05.10.2036\n", "");
    print_rows(p);
    assert_non_null(strstr(told_as(json_array_get(at(p, "rows"), 0), "date_unread"), "столбец H: Дата испытания «32.10.2026» не прочитана"));
    assert_non_null(strstr(told_as(json_array_get(at(p, "rows"), 1), "date_missing"), "столбец H: Даты испытания нет"));
    assert_string_equal(text(p, "rows/2/outcome"), "matched");
    assert_non_null(strstr(told_as(json_array_get(at(p, "rows"), 2), "level_unread"), "Ступень «XX» не прочитана"));
    assert_string_equal(text(p, "rows/3/outcome"), "doubtful");
    assert_int_equal(rows(p, "error", NULL), 3);
    assert_non_null(strstr(told_as(json_array_get(at(p, "rows"), 4), "entry.date_future"), "Укажите сегодняшнюю или более раннюю."));
}

static void orders_as_they_are_written(void **state)
{
    (void)state;
    char path[300];
    lt_print(path, sizeof path, "%s-order.csv", s->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("ПРИКАЗ Министерства спорта от 25.03.2026 № 12-НГ\n"
          "Ф.И.О.;УИН;Ступень;Знак;Приказ;Номер удостоверения\n"
          "Иванов Иван Петрович;23650012345;V;золотой;№ 12-НГ от 24.03.2026;АБ 1\n"
          "Ольгина Иван Петрович;;VIII;серебряный;;АБ 2\n"
          "Петров Иван Петрович;;;бронза;13-нг;АБ 3\n", f);
    fclose(f);
    json_t *p = ok(s, "gto", "import", "preview", "{'format':'gto-awards','file':'<=%s'}", path);
    unlink(path);
    print_rows(p);
    assert_string_equal(text(p, "rows/0/values/gto_order"), "12-НГ");
    assert_string_equal(text(p, "rows/0/values/gto_order_date"), "2026-03-24");
    assert_string_equal(text(p, "rows/1/values/gto_order"), "12-НГ");
    assert_string_equal(text(p, "rows/1/values/gto_order_date"), "2026-03-25");
    assert_non_null(strstr(told_as(json_array_get(at(p, "rows"), 1), "level_unread"), "столбец C: Ступень «VIII» не прочитана"));
    assert_string_equal(text(p, "rows/2/values/gto_order"), "13-нг");
    assert_non_null(strstr(told_as(json_array_get(at(p, "rows"), 2), "level_missing"), "Ступень знака не указана"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_federal_form),      T(the_federal_form_by_libreoffice), T(a_wide_table_with_points_beside), T(the_same_as_an_old_workbook),
        T(a_long_list),           T(an_order_on_badges),              T(a_list_of_numbers),               T(formats_are_recognised),
        T(results_entered_by_hand), T(a_protocol_brings_numbers),
        T(a_protocol_with_everything_wrong), T(rows_without_a_day_or_level), T(orders_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
