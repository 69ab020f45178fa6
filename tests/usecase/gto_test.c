/* The GTO: results judged, what is missing, who may see it, the number and the admission, papers, imports of protocols and orders. */
#include "support.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    ok(s, "local", "pupil", "edit", "{'id':'@ivan','sex':'m','birth':'2011-03-05'}");
    ok(s, "local", "pupil", "edit", "{'id':'@olga','sex':'f','birth':'2011-11-20'}");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

/* A verified result of the pupil. */
static const char *result(const char *pupil, const char *test, const char *value, const char *on)
{
    json_t *e = ok(s, "local", "gto", "add", "{'pupil':'@%s','test':'%s','value':'%s','on':'%s'}", pupil, test, value, on);
    ok(s, "local", "entry", "verify", "{'id':'%s','act':'seen_copy'}", text(e, "id"));
    return text(e, "id");
}

static void silver_but_the_sprint(void)
{
    result("ivan", "run_60", "9,5", "2026-10-01");
    result("ivan", "run_2000", "9,27", "2026-10-01");
    result("ivan", "pull_ups", "9", "2026-10-02");
    result("ivan", "flexibility", "+6", "2026-10-02");
    result("ivan", "long_jump", "193", "2026-10-02");
}

/* --- one result --- */

static void one_result_needs_no_pupil(void **state)
{
    (void)state;
    json_t *a = ok(s, "local", "gto", "evaluate",
                   "{'sex':'M','birth':'2011-03-05','on':'2026-03-05','test':'Бег на 2000 м (мин, с)','value':'9,11'}");
    assert_string_equal(text(a, "level"), "V");
    assert_string_equal(text(a, "quality"), "endurance");
    assert_string_equal(text(a, "badge"), "silver");
    assert_string_equal(text(a, "edition"), "2023");
    assert_int_equal(number(a, "sources"), 2);
    assert_string_equal(text(a, "value"), "9:11");
    /* none of the school's people is needed for it, and none is noted */
    a = ok(s, "mother", "gto", "evaluate", "{'sex':'ж','birth':'2011-03-05','on':'2026-03-05','test':'наклон вперёд','value':'-3'}");
    assert_string_equal(text(a, "badge"), "none");
    refused(s, LT_REFUSED, "gto.test_unclear", "local", "gto", "evaluate",
            "{'sex':'M','birth':'2011-03-05','on':'2026-03-05','test':'подтягивание','value':'9'}");
    assert_int_equal(json_array_size(at(s->err.details, "candidates")), 2);
    refused(s, LT_REFUSED, "gto.test_unknown", "local", "gto", "evaluate",
            "{'sex':'M','birth':'2011-03-05','on':'2026-03-05','test':'шахматы','value':'9'}");
    assert_true(json_array_size(at(s->err.details, "candidates")) > 5);
    refused(s, LT_REFUSED, "gto.value_form", "local", "gto", "evaluate",
            "{'sex':'M','birth':'2011-03-05','on':'2026-03-05','test':'run_60','value':'быстро'}");
    refused(s, LT_REFUSED, "gto.birth_later", "local", "gto", "evaluate",
            "{'sex':'M','birth':'2027-03-05','on':'2026-03-05','test':'run_60','value':'9'}");
    refused(s, LT_REFUSED, "gto.no_edition", "local", "gto", "evaluate",
            "{'sex':'M','birth':'2008-03-05','on':'2020-03-05','test':'run_60','value':'9'}");
    refused(s, LT_USAGE, "gto.sex", "local", "gto", "evaluate", "{'sex':'X','birth':'2011-03-05','test':'run_60','value':'9'}");
    refused(s, LT_USAGE, "field.required", "local", "gto", "evaluate", "{'sex':'M','birth':'2011-03-05','test':'run_60'}");
}

/* The level changes on the birthday. */
static void the_level_changes_on_the_birthday(void **state)
{
    (void)state;
    static const struct {
        const char *birth, *on, *level;
    } days[] = {{"2020-09-02", "2026-09-01", NULL}, {"2020-09-01", "2026-09-01", "I"},   {"2018-09-02", "2026-09-01", "I"},
                {"2018-09-01", "2026-09-01", "II"}, {"2016-09-02", "2026-09-01", "II"},  {"2016-09-01", "2026-09-01", "III"},
                {"2014-09-02", "2026-09-01", "III"}, {"2014-09-01", "2026-09-01", "IV"}, {"2012-09-02", "2026-09-01", "IV"},
                {"2012-09-01", "2026-09-01", "V"},  {"2010-09-02", "2026-09-01", "V"},   {"2010-09-01", "2026-09-01", "VI"},
                {"2008-09-02", "2026-09-01", "VI"}, {"2008-09-01", "2026-09-01", "VII"}, {"2006-09-02", "2026-09-01", "VII"},
                {"2006-09-01", "2026-09-01", NULL}, {"2008-02-29", "2026-02-28", "VI"},  {"2008-02-29", "2026-03-01", "VII"}};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        json_t *a = NULL;
        int rc = call(s, "local", "gto", "evaluate", &a, "{'sex':'F','birth':'%s','on':'%s','test':'long_jump','value':'150'}", days[i].birth,
                      days[i].on);
        if (!days[i].level) {
            assert_int_equal(rc, LT_REFUSED);
            assert_string_equal(s->err.code, "gto.no_level");
        } else {
            assert_int_equal(rc, 0);
            assert_string_equal(text(a, "level"), days[i].level);
        }
    }
}

/* --- a pupil --- */

static void the_board_says_what_is_missing(void **state)
{
    (void)state;
    silver_but_the_sprint();
    json_t *a = ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}");
    assert_string_equal(text(a, "badge"), "bronze");
    assert_string_equal(text(a, "level"), "V");
    assert_int_equal(json_array_size(at(a, "board/qualities")), 7);
    assert_int_equal(json_array_size(at(a, "results")), 5);
    assert_string_equal(text(a, "results/0/state"), "verified");
    a = ok(s, "local", "gto", "missing", "{'pupil':'@ivan'}");
    assert_int_equal(count(a), 2);
    assert_string_equal(text(a, "items/0/badge"), "silver");
    assert_string_equal(text(a, "items/0/text"), "Скоростные возможности: Бег на 60 м — быстрее на 0,4 с, нужно 9,1 с.");
    a = ok(s, "local", "gto", "missing", "{'pupil':'@ivan','badge':'gold'}");
    assert_int_equal(count(a), 1);
    /* the family sees the same; the access is noted */
    a = ok(s, "mother", "gto", "evaluate", "{'pupil':'@ivan'}");
    assert_string_equal(text(a, "badge"), "bronze");
    assert_true(holds(log_of(s, "ivan"), "use_case", "gto.evaluate"));
}

static void what_waits_or_is_disputed_does_not_count(void **state)
{
    (void)state;
    silver_but_the_sprint();
    json_t *e = ok(s, "local", "gto", "add", "{'pupil':'@ivan','test':'run_60','value':'9.1','on':'2026-11-01'}");
    json_t *a = ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}");
    assert_string_equal(text(a, "badge"), "bronze");
    assert_int_equal(json_array_size(at(a, "results")), 6);
    assert_string_equal(text(a, "results/5/state"), "submitted");
    ok(s, "local", "entry", "verify", "{'id':'%s','act':'seen_copy'}", text(e, "id"));
    assert_string_equal(text(ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}"), "badge"), "silver");
    ok(s, "ivan", "entry", "dispute", "{'id':'%s','kind':'wrong_data','text':'Не моё время'}", text(e, "id"));
    assert_string_equal(text(ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}"), "badge"), "bronze");
}

static void a_result_can_be_corrected(void **state)
{
    (void)state;
    silver_but_the_sprint();
    const char *id = result("ivan", "run_60", "9.1", "2026-11-01");
    assert_string_equal(text(ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}"), "badge"), "silver");
    json_t *e = ok(s, "local", "gto", "correct", "{'id':'%s','value':'9,2'}", id);
    assert_string_equal(text(e, "gto/value"), "9.2");
    assert_string_equal(text(e, "title"), "Бег на 60 м: 9,2 с");
    /* the verified revision stands until the new one is verified */
    assert_string_equal(text(ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}"), "badge"), "silver");
    ok(s, "local", "entry", "verify", "{'id':'%s','act':'seen_copy'}", id);
    assert_string_equal(text(ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}"), "badge"), "bronze");
    refused(s, LT_REFUSED, "gto.value_unlikely", "local", "gto", "correct", "{'id':'%s','value':'92'}", id);
}

/* What is unclear is refused while the person is there; nothing is written. */
static void unclear_results_are_not_written(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "gto.value_time_digits", "local", "gto", "add", "{'pupil':'@ivan','test':'run_2000','value':'9,1'}");
    refused(s, LT_REFUSED, "gto.test_not_in_level", "local", "gto", "add", "{'pupil':'@ivan','test':'run_100','value':'14'}");
    assert_int_equal(json_array_size(at(ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}"), "results")), 0);
    name_it(s, "bare", text(ok(s, "local", "pupil", "add", "{'surname':'Безданных','name':'Пётр','sex':'m'}"), "id"));
    refused(s, LT_REFUSED, "gto.card", "local", "gto", "add", "{'pupil':'@bare','test':'run_60','value':'9'}");
    refused(s, LT_REFUSED, "gto.card", "local", "gto", "evaluate", "{'pupil':'@bare'}");
}

/* --- level I --- */

static void level_one_waits_for_the_school(void **state)
{
    (void)state;
    static const char *const tests[][2] = {{"run_10", "3,1"}, {"run_6min", "800"}, {"long_jump", "115"}, {"flexibility", "7"}};
    ok(s, "local", "pupil", "edit", "{'id':'@masha','sex':'m','birth':'2019-11-01'}");
    for (size_t i = 0; i < 4; i++) result("masha", tests[i][0], tests[i][1], "2026-11-10");
    json_t *a = ok(s, "local", "gto", "evaluate", "{'pupil':'@masha'}");
    assert_string_equal(text(a, "level"), "I");
    assert_true(json_is_false(at(a, "judged")));
    assert_non_null(strstr(text(a, "note"), "gto.first_bronze"));
    assert_string_equal(text(a, "results/0/badge"), "gold");
    refused(s, LT_REFUSED, "gto.level_unset", "local", "gto", "missing", "{'pupil':'@masha'}");
    setting(s, "gto.first_bronze=4");
    setting(s, "gto.first_silver=4");
    setting(s, "gto.first_gold=5");
    a = ok(s, "local", "gto", "evaluate", "{'pupil':'@masha'}");
    assert_true(json_is_true(at(a, "judged")));
    assert_string_equal(text(a, "badge"), "silver");
    assert_int_equal(number(ok(s, "local", "gto", "missing", "{'pupil':'@masha'}"), "items/0/choice"), 1);
}

/* --- editions of the school --- */

static void write_edition(const char *name, const char *words)
{
    char dir[300], path[400];
    lt_print(dir, sizeof dir, "%s/plugins/gto", s->dir);
    assert_int_equal(lt_fs_mkdirs(lt_fs_system(), dir, 0700), 0);
    lt_print(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(words, f);
    fclose(f);
}

static void the_school_adds_an_edition(void **state)
{
    (void)state;
    write_edition("next.csv", "edition;next;2026-11-01;;Придуманная редакция;Made-up edition\nquality;speed;Скорость;Speed\n"
                              "level;V;14;15;1;1;1;1;speed;S\nnorm;V;M;speed;run_60;9.0;8.5;8.0;1/1/1;S;\n");
    json_t *a = ok(s, "local", "gto", "evaluate", "{'sex':'M','birth':'2011-03-05','on':'2026-10-31','test':'run_60','value':'9.0'}");
    assert_string_equal(text(a, "edition"), "2023");
    assert_string_equal(text(a, "badge"), "silver");
    a = ok(s, "local", "gto", "evaluate", "{'sex':'M','birth':'2011-03-05','on':'2026-11-01','test':'run_60','value':'9.0'}");
    assert_string_equal(text(a, "edition"), "next");
    assert_string_equal(text(a, "badge"), "bronze");
    assert_int_equal(number(a, "sources"), 1);
    /* results keep the norms of their day */
    result("ivan", "run_60", "9.0", "2026-10-31");
    result("ivan", "run_60", "8.9", "2026-11-02");
    a = ok(s, "local", "gto", "evaluate", "{'pupil':'@ivan'}");
    assert_string_equal(text(a, "results/0/badge"), "silver");
    assert_string_equal(text(a, "results/1/badge"), "bronze");
    assert_string_equal(text(a, "badge"), "silver");
    /* a file with a mistake names the file and the line */
    write_edition("next.csv", "edition;next;2026-11-01;;Придуманная редакция;Made-up edition\nlevel;V;четыре;15;1;1;1;1;;S\n");
    refused(s, LT_REFUSED, "plugin.refused", "local", "gto", "evaluate", "{'sex':'M','birth':'2011-03-05','test':'run_60','value':'9.0'}");
    assert_non_null(strstr(lt_error_param(&s->err, "why"), "next.csv"));
    assert_non_null(strstr(lt_error_param(&s->err, "why"), "2"));
    write_edition("next.csv", "\xCD\xEE\xF0\xEC\xFB");
    refused(s, LT_REFUSED, "plugin.data", "local", "gto", "evaluate", "{'sex':'M','birth':'2011-03-05','test':'run_60','value':'9.0'}");
}

/* --- number and admission --- */

static void the_number_is_checked_and_normalised(void **state)
{
    (void)state;
    json_t *a = ok(s, "local", "gto", "set", "{'pupil':'@ivan','uin':'УИН 23 65 0012345','admitted_to':'2027-08-31'}");
    assert_string_equal(text(a, "uin"), "23-65-0012345");
    assert_string_equal(text(ok(s, "local", "pupil", "show", "{'id':'@ivan'}"), "uin"), "23-65-0012345");
    static const char *const bad[] = {"23-65-001234", "23-65-00123456", "AB-65-0012345", "23.65.0012345", "23650012345x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refused(s, LT_REFUSED, "gto.uin_form", "local", "gto", "set", "{'pupil':'@ivan','uin':'%s'}", bad[i]);
    refused(s, LT_CONFLICT, "gto.uin_taken", "local", "gto", "set", "{'pupil':'@olga','uin':'23650012345'}");
    ok(s, "local", "gto", "set", "{'pupil':'@ivan','no_admission':true}");
    assert_null(at(ok(s, "local", "pupil", "show", "{'id':'@ivan'}"), "gto_admitted_to"));
    ok(s, "local", "gto", "set", "{'pupil':'@ivan','uin':''}");
    ok(s, "local", "gto", "set", "{'pupil':'@olga','uin':'23650012345'}");
    /* editing the card leaves it alone */
    ok(s, "local", "pupil", "edit", "{'id':'@olga','number':'5'}");
    assert_string_equal(text(ok(s, "local", "pupil", "show", "{'id':'@olga'}"), "uin"), "23-65-0012345");
}

/* --- who may --- */

static void who_sees_results(void **state)
{
    (void)state;
    silver_but_the_sprint();
    static const char *const may[] = {"teacher", "gto", "director", "deputy", "ivan", "mother"};
    for (size_t i = 0; i < sizeof may / sizeof may[0]; i++) ok(s, may[i], "gto", "missing", "{'pupil':'@ivan'}");
    refused(s, LT_DENIED, "denied.right", "math", "gto", "missing", "{'pupil':'@ivan'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "mother_b", "gto", "missing", "{'pupil':'@ivan'}");
    /* the teacher of physical culture of the class, however the school writes the subject */
    person(s, "coach9", "Быстров");
    role(s, "coach9", "'role':'teacher','class':'@9А','subject':'Физическая культура'");
    account(s, "coach9", true);
    assert_int_equal(count(ok(s, "coach9", "gto", "missing", "{'pupil':'@ivan'}")), 2);
    json_t *rows = ok(s, "coach9", "gto", "class", "{'id':'@9А'}");
    assert_true(holds(rows, "pupil", id_of(s, "ivan")));
    /* who teaches another subject there sees the own daughter alone, and in other classes nobody */
    rows = ok(s, "math", "gto", "class", "{'id':'@9А'}");
    assert_int_equal(count(rows), 1);
    assert_string_equal(text(rows, "items/0/pupil"), id_of(s, "olga"));
    refused(s, LT_DENIED, "denied.right", "math", "gto", "class", "{'id':'@9Б'}");
    refused(s, LT_DENIED, "denied.right", "mother", "gto", "application", "{}");
}

static void the_class_table_finds_who_is_close(void **state)
{
    (void)state;
    silver_but_the_sprint();
    json_t *all = ok(s, "teacher", "gto", "class", "{'id':'@9А'}");
    const json_t *ivan = item(all, "pupil", id_of(s, "ivan"));
    assert_string_equal(text(ivan, "badge"), "bronze");
    assert_string_equal(text(ivan, "next"), "silver");
    assert_int_equal(number(ivan, "missing"), 1);
    assert_int_equal(json_array_size(at(ivan, "marks")), 7);
    json_t *close = ok(s, "teacher", "gto", "class", "{'id':'@9А','close':2}");
    assert_int_equal(count(close), 1);
    assert_string_equal(text(close, "items/0/pupil"), id_of(s, "ivan"));
    size_t len;
    ok(s, "teacher", "gto", "sheet", "{'id':'@9А'}");
    char *pdf = bytes(s, &len);
    assert_true(len > 1000 && memcmp(pdf, "%PDF-", 5) == 0);
    free(pdf);
    ok(s, "teacher", "gto", "class", "{'id':'@9А','xlsx':true}");
    char *xlsx = bytes(s, &len);
    assert_true(len > 1000 && memcmp(xlsx, "PK", 2) == 0);
    free(xlsx);
}

/* --- papers --- */

static void save(const char *path)
{
    size_t len;
    char *data = bytes(s, &len);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    fclose(f);
    free(data);
}

/* The workbook as a reader of such files would look at it. */
static void look(const char *path, const char *words)
{
    char command[900];
    lt_print(command, sizeof command,
             "/usr/bin/python3 -c 'import openpyxl,sys; b=openpyxl.load_workbook(sys.argv[1]); t=\"\\n\".join(\"|\".join([w.title]+"
             "[str(c) for c in r if c is not None]) for w in b.worksheets for r in w.iter_rows(values_only=True)); print(t); "
             "sys.exit(0 if all(x in t for x in sys.argv[2].split(\";\")) else 1)' '%s' '%s'",
             path, words);
    assert_int_equal(system(command), 0);
}

static void the_application_has_what_the_centre_reads(void **state)
{
    (void)state;
    char path[300];
    ok(s, "local", "gto", "set", "{'pupil':'@ivan','uin':'23650012345','admitted_to':'2027-08-31'}");
    ok(s, "local", "gto", "set", "{'pupil':'@olga','admitted_to':'2026-11-01'}");
    lt_print(path, sizeof path, "%s/application.xlsx", s->dir);
    ok(s, "gto", "gto", "application", "{'class':['@9А']}");
    save(path);
    look(path, "Заявка|№|Ф.И.О.|УИН участника|Пол|Место учебы|Ступень|Дата рождения|Возраст|Документ|Класс|Адрес|Медицинский допуск;"
               "23-65-0012345|М;есть, до 31.08.2027;Утверждено к допуску;Директор;Дата:;Ступени|V|1|1|2");
    size_t len;
    /* an admission that has run out is none */
    ok(s, "gto", "gto", "application", "{'class':['@9А']}");
    char *data = bytes(s, &len);
    free(data);
    ok(s, "gto", "gto", "uin", "{'class':['@9А']}");
    save(path);
    look(path, "9А|№|Ф.И.О.|Дата рождения|УИН участника;23-65-0012345");
    refused(s, LT_REFUSED, "gto.nobody", "gto", "gto", "application", "{'class':['@9А'],'level':'VII'}");
    /* whoever has no birth date on the card is named, not left out in silence; how many are admitted is for the hand that signs */
    ok(s, "local", "pupil", "add", "{'surname':'Безданных','name':'Пётр','sex':'m','class':'@9А'}");
    ok(s, "gto", "gto", "application", "{'class':['@9А']}");
    save(path);
    look(path, "Не вошли (1);Безданных Пётр;Утверждено к допуску: ______ из 2 чел.");
}

static void badges_are_issued_against_signature(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "gto.no_badges", "local", "gto", "issue", "{}");
    json_t *e = ok(s, "local", "entry", "add",
                   "{'pupil':'@ivan','kind':'achievement','activity':'gto','title':'Серебряный знак ГТО','level':'national','result':'badge',"
                   "'badge':'silver','date':'2026-06-01','gto_level':'V','gto_order':'45-нг','gto_order_date':'2026-06-01','document_number':'АА 123',"
                   "'document_kind':'id_certificate','submit':true}");
    refused(s, LT_REFUSED, "gto.no_badges", "local", "gto", "issue", "{}");
    ok(s, "local", "entry", "verify", "{'id':'%s','act':'order'}", text(e, "id"));
    ok(s, "local", "gto", "issue", "{}");
    size_t len;
    char *pdf = bytes(s, &len);
    assert_true(len > 1000 && memcmp(pdf, "%PDF-", 5) == 0);
    free(pdf);
    refused(s, LT_REFUSED, "gto.no_badges", "local", "gto", "issue", "{'order':'46'}");
    ok(s, "local", "gto", "issue", "{'order':'45-нг'}");
    refused(s, LT_REFUSED, "gto.no_badges", "local", "gto", "issue", "{'from':'2026-07-01'}");
    char path[300];
    lt_print(path, sizeof path, "%s/issue.xlsx", s->dir);
    ok(s, "local", "gto", "issue", "{'xlsx':true}");
    save(path);
    look(path, "Ведомость|Ведомость выдачи знаков ГТО и удостоверений;№|Ф.И.О.|Класс|Ступень|Знак|Удостоверение №|Приказ|Дата выдачи|Подпись;"
               "|V|серебряный|АА 123|№ 45-нг от 01.06.2026;Выдал: ___;Директор: ___");
    json_t *row = item(ok(s, "local", "gto", "class", "{'id':'@9А'}"), "pupil", id_of(s, "ivan"));
    assert_string_equal(text(row, "awarded"), "silver");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(one_result_needs_no_pupil),
        T(the_level_changes_on_the_birthday),
        T(the_board_says_what_is_missing),
        T(what_waits_or_is_disputed_does_not_count),
        T(a_result_can_be_corrected),
        T(unclear_results_are_not_written),
        T(level_one_waits_for_the_school),
        T(the_school_adds_an_edition),
        T(the_number_is_checked_and_normalised),
        T(who_sees_results),
        T(the_class_table_finds_who_is_close),
        T(the_application_has_what_the_centre_reads),
        T(badges_are_issued_against_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
