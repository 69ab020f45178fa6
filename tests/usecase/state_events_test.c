/* Around results: the list of events for gifted pupils, given by the school in editions, and what bears its mark; the participant's statement and the
 * organiser's list; what the family says of an imported row. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES LETOPIS_BINARY_DIR "/testdata/olympiads/"

static struct school *s;
static char made_file[6][300];
static size_t made_files;

static int setup(void **state)
{
    (void)state;
    s = school_bare();
    ok(s, "local", "import", "apply", "{'format':'roster','file':'<=" FILES "school.xlsx'}");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < made_files; i++) unlink(made_file[i]);
    made_files = 0;
    school_close(s);
    return 0;
}

static const char *file(const char *name, const char *words)
{
    assert_true(made_files < 6);
    char *path = made_file[made_files++];
    snprintf(path, sizeof made_file[0], "%s-%s", s->dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(words, f);
    fclose(f);
    return path;
}

/* The edition on the one entry of that title; NULL: no such entry. */
static const char *mark_of(const char *title)
{
    const json_t *e = item(ok(s, "local", "entry", "list", "{'limit':100}"), "title", title);
    return text(ok(s, "local", "entry", "show", "{'id':'%s'}", text(e, "id")), "source/state_list");
}

static void events_are_marked_by_the_edition_of_their_day(void **state)
{
    (void)state;
    assert_int_equal(json_array_size(json_object_get(ok(s, "local", "olympiad", "events", "{}"), "events")), 0);
    const char *json = file("list.json", "{\"edition\":\"2025/26\",\"source\":\"приказ\",\"from\":\"2025-09-01\",\"to\":\"2026-08-31\","
                                         "\"events\":[{\"title\":\"Фестиваль науки\"},{\"title\":\"Конкурс «Кит»\"}]}");
    const char *lines = file("list.txt", "\xEF\xBB\xBF" "ФЕСТИВАЛЬ  НАУКИ\r\n\r\nконкурс чтецов \"Живая классика\" | всероссийский\r\n");
    ok(s, "local", "olympiad", "events_set", "{'file':'<=%s','edition':'2026/27','source':'приказ № 1','from':'2026-09-01'}", lines);
    json_t *a = ok(s, "local", "olympiad", "events_set", "{'file':'<=%s'}", json); /* an older one comes later and stands behind */
    assert_string_equal(text(a, "edition"), "2026/27");
    assert_string_equal(text(a, "earlier/0/edition"), "2025/26");
    assert_string_equal(text(a, "events/1/level"), "national");
    assert_int_equal(json_array_size(json_object_get(a, "events")), 2);
    ok(s, "local", "import", "apply", "{'format':'olympiad-other','file':'<=" FILES "openpyxl/16-other.xlsx'}");
    assert_string_equal(mark_of("Фестиваль науки"), "2026/27");
    assert_string_equal(mark_of("Конкурс чтецов «Живая классика»"), ""); /* of the municipal level */
    assert_string_equal(mark_of("Конкурс «Кит»"), "");                   /* of the year before alone */
}

static void a_contest_of_the_list_is_known_without_its_profile(void **state)
{
    (void)state;
    ok(s, "local", "olympiad", "events_set",
       "{'edition':'Е','source':'приказ','from':'2020-09-01','events':'Высшая проба\\nВсероссийская олимпиада школьников | всероссийский'}");
    ok(s, "local", "import", "apply", "{'format':'olympiad-list','file':'<=" FILES "openpyxl/15-list.xlsx'}");
    assert_string_equal(mark_of("«Высшая проба» («история»)"), "Е");
    assert_string_equal(mark_of("Турнир городов («математика»)"), "");
    ok(s, "local", "import", "apply", "{'format':'olympiad','file':'<=" FILES "openpyxl/09-appeal-право-муниципальный.xlsx'}");
    const char *final = file("астрономия-заключительный-этап.csv", "ФИО;Школа;Класс;Балл\nГромов Пётр Олегович;Школа № 7;9А;30\n");
    ok(s, "local", "import", "apply", "{'format':'olympiad','file':'<=%s'}", final);
    assert_string_equal(mark_of("Всероссийская олимпиада школьников по праву"), "");
    assert_string_equal(mark_of("Всероссийская олимпиада школьников по астрономии"), "Е");
}

static void a_list_is_refused_with_what_it_lacks(void **state)
{
    (void)state;
    const char *bad = file("bad.json", "{\"edition\":\"Е\",\"source\":\"приказ\",\"from\":\"2026-09-01\",\"events\":[]}");
    refused(s, LT_USAGE, "olympiad.events_lack", "local", "olympiad", "events_set", "{'file':'<=%s'}", bad);
    refused(s, LT_USAGE, "olympiad.events_lack", "local", "olympiad", "events_set", "{'edition':'Е','from':'2026-09-01','events':'А'}");
    refused(s, LT_USAGE, "olympiad.events_lack", "local", "olympiad", "events_set",
            "{'edition':'Е','source':'п','from':'2026-09-01','to':'2026-08-01','events':'А'}");
    refused(s, LT_USAGE, "olympiad.events_level", "local", "olympiad", "events_set",
            "{'edition':'Е','source':'п','from':'2026-09-01','events':'А | районный кубок'}");
    const char *binary = file("list.xlsx", "PK\x03\x04\xff\xfe");
    refused(s, LT_USAGE, "olympiad.events_file", "local", "olympiad", "events_set", "{'file':'<=%s','edition':'Е','source':'п','from':'2026-09-01'}", binary);
    assert_int_equal(json_array_size(json_object_get(ok(s, "local", "olympiad", "events", "{}"), "events")), 0);
}

static int setup_people(void **state)
{
    (void)state;
    s = school_open();
    return 0;
}

/* On the organiser's list stands who knows the rules and lets the organiser publish, as long as both hold. */
static void the_organisers_list(void **state)
{
    (void)state;
    json_t *all = ok(s, "teacher", "olympiad", "statements", "{'class':'@9А'}");
    size_t lacking = count(all);
    assert_true(lacking > 1);
    assert_int_equal(count(ok(s, "teacher", "olympiad", "statements", "{'class':'@9А','lacking':true}")), lacking);
    json_t *c = ok(s, "ivan", "consent", "give", "{'pupil':'@ivan','purpose':'olympiad'}");
    ok(s, "mother", "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    assert_int_equal(count(ok(s, "teacher", "olympiad", "statements", "{'class':'@9А','complete':true}")), 0); /* the rules are not yet signed */
    ok(s, "teacher", "olympiad", "enter", "{'pupil':['@ivan'],'signed':'" YESTERDAY "','who':'guardian'}");
    json_t *list = ok(s, "teacher", "olympiad", "statements", "{'class':'@9А','complete':true}");
    assert_int_equal(count(list), 1);
    assert_string_equal(text(list, "items/0/pupil"), id_of(s, "ivan"));
    assert_string_equal(text(list, "items/0/signed"), YESTERDAY);
    assert_int_equal(count(ok(s, "teacher", "olympiad", "statements", "{'class':'@9А','lacking':true}")), lacking - 1);
    assert_int_equal(count(ok(s, "deputy", "olympiad", "statements", "{'complete':true}")), 1);
    assert_int_equal(count(ok(s, "deputy", "olympiad", "statements", "{'complete':true,'year':2025}")), 0);
    assert_int_equal(count(ok(s, "teacher_b", "olympiad", "statements", "{'complete':true}")), 0);
    ok(s, "deputy", "olympiad", "statements", "{'complete':true,'xlsx':true}");
    size_t len = 0;
    char *book = bytes(s, &len);
    assert_true(len > 1000 && memcmp(book, "PK", 2) == 0);
    free(book);
    ok(s, "mother", "consent", "withdraw", "{'id':'%s'}", text(c, "id"));
    assert_int_equal(count(ok(s, "deputy", "olympiad", "statements", "{'complete':true}")), 0);
}

/* An imported row is seen by the family, disputed by it, and the dispute reaches the class teacher; the file does not overwrite what is disputed. */
static void an_imported_row_is_disputed(void **state)
{
    (void)state;
    char rows[300];
    json_t *card = ok(s, "local", "pupil", "show", "{'id':'@ivan'}");
    snprintf(rows, sizeof rows, "ФИО;Класс;Балл;Статус\n%s %s %s;9А;30;участник\n", text(card, "surname"), text(card, "name"), text(card, "patronymic"));
    const char *path = file("физика-школьный-этап.csv", rows);
    json_t *a = ok(s, "deputy", "import", "apply", "{'format':'olympiad','file':'<=%s'}", path);
    assert_int_equal(number(a, "counts/matched"), 1);
    json_t *seen = item(ok(s, "ivan", "entry", "list", "{'pupil':'@ivan'}"), "title", "Всероссийская олимпиада школьников по физике");
    assert_string_equal(text(seen, "state"), "verified");
    assert_non_null(item(ok(s, "mother", "entry", "list", "{'pupil':'@ivan'}"), "id", text(seen, "id")));
    name_it(s, "row", text(seen, "id"));
    ok(s, "mother", "entry", "dispute", "{'id':'@row','kind':'not_me','text':'Это однофамилец'}");
    assert_non_null(item(ok(s, "teacher", "entry", "disputes", "{}"), "entry", id_of(s, "row")));
    bool told = false;
    json_t *notices = ok(s, "teacher", "notice", "list", "{'unread':true}");
    for (size_t i = 0; i < count(notices); i++) {
        char at_id[40];
        snprintf(at_id, sizeof at_id, "items/%zu/about/entry", i);
        told = told || strcmp(text(notices, at_id), id_of(s, "row")) == 0;
    }
    assert_true(told);
    snprintf(rows, sizeof rows, "ФИО;Класс;Балл;Статус\n%s %s %s;9А;31;призёр\n", text(card, "surname"), text(card, "name"), text(card, "patronymic"));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(rows, f);
    fclose(f);
    json_t *p = ok(s, "deputy", "import", "preview", "{'format':'olympiad','file':'<=%s'}", path);
    assert_string_equal(text(p, "rows/0/outcome"), "contradiction");
    assert_string_equal(text(p, "rows/0/problems/0/code"), "disputed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(events_are_marked_by_the_edition_of_their_day), T(a_contest_of_the_list_is_known_without_its_profile), T(a_list_is_refused_with_what_it_lacks),
        cmocka_unit_test_setup_teardown(the_organisers_list, setup_people, teardown),
        cmocka_unit_test_setup_teardown(an_imported_row_is_disputed, setup_people, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
