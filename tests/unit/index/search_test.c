/* Word forms, names, hostile queries, kinds, pages. */
#include "world.h"

#define E1 "01980000-0000-7000-8000-0000000000e1"
#define E2 "01980000-0001-7000-8000-0000000000e2"
#define E3 "01980000-0002-7000-8000-0000000000e3"
#define P1 "01970000-0000-7000-8000-0000000000b1"
#define P2 "01970000-0000-7000-8000-0000000000b2"
#define A1 "01960000-0000-7000-8000-0000000000a1"

static int setup(void **state)
{
    if (world_setup(state))
        return -1;
    struct world *w = *state;
    put(w, P1, "pupil.json", "{'surname':'Олимпиев','name':'Пётр','former_names':[{'surname':'Сидоркин'}]}");
    put(w, P2, "pupil.json", "{'surname':'Петров-Водкин','name':'Алёна'}");
    put(w, "school", "people/" A1 ".json", "{'surname':'Петренко','name':'Анна'}");
    put_entry(w, P1, E1, "entry",
              ",'state':'submitted','title':'Всероссийская олимпиада школьников по физике','organiser':'Сириус',"
              "'files':[{'path':'files/01.pdf','name':'Грамота финал.pdf'}]");
    put_entry(w, P1, E2, "entry", ",'state':'verified','title':'Конкурс «Ёлка желаний»','description':'Robotics olympiads, best project'");
    put_entry(w, P2, E3, "entry", ",'state':'verified','title':'Научно-практическая конференция','sensitive':true");
    return 0;
}

static void test_forms(void **state)
{
    struct world *w = *state;
    expect_found(w, "олимпиады", "{}", E1);
    expect_found(w, "ОЛИМПИАДОЙ школьника", "{}", E1);
    expect_found(w, "олимпиа*", "{'kinds':['entry']}", E1);
    expect_found(w, "олимпиада*", "{}", E1);
    expect_found(w, "олимпиады*", "{}", "");
    expect_found(w, "елка", "{}", E2);
    expect_found(w, "ЁЛКЕ", "{}", E2);
    expect_found(w, "olympiad", "{}", E2);
    expect_found(w, "projects", "{}", E2);
    expect_found(w, "грамоты", "{}", E1);
    expect_found(w, "олимпиада конкурс", "{}", "");
    expect_found(w, "\"олимпиада школьников\"", "{}", E1);
    expect_found(w, "\"школьников олимпиада\"", "{}", "");
    expect_found(w, "практическая", "{'scope':{'all':true,'sensitive':{}}}", "");
    expect_found(w, "практическая", "{}", E3);
    /* a letter and its mark apart */
    expect_found(w, "е\xCC\x88лка", "{}", E2);
}

static void test_names(void **state)
{
    struct world *w = *state;
    expect_found(w, "петр", "{}", P1 " " A1 " " P2);
    expect_found(w, "петр", "{'kinds':['pupil']}", P1 " " P2);
    expect_found(w, "алена водк", "{}", P2);
    expect_found(w, "сидоркин", "{}", P1);
    expect_found(w, "сид", "{'kinds':['pupil'],'scope':{'pupils':['" P2 "']}}", "");
    /* no stems: the genitive is another name */
    expect_found(w, "петренками", "{}", "");
    expect_found(w, "олимпиев", "{'kinds':['pupil']}", P1);
    expect_found(w, "олимпиевы", "{'kinds':['pupil']}", "");
    /* with a condition on entries names are not looked for */
    expect_found(w, "петр", "{'state':'verified'}", "");
}

static void test_changes(void **state)
{
    struct world *w = *state;
    put_entry(w, P1, E2, "verified", ",'state':'verified','title':'Конкурс «Ёлка желаний»'");
    expect_found(w, "ёлка", "{}", E2);
    expect_found(w, "ёлка", "{'kinds':['verified']}", E2);
    put_entry(w, P1, E2, "entry", ",'state':'submitted','title':'Выставка'");
    expect_found(w, "ёлка", "{'kinds':['entry']}", "");
    expect_found(w, "выставки", "{'kinds':['entry']}", E2);
    expect_found(w, "ёлка", "{'kinds':['verified']}", E2);
    expect_found(w, "выставки", "{'kinds':['verified']}", "");
    put_entry(w, P1, E2, "dispute", ",'kind':'not_me'");
    expect_found(w, "ёлка", "{'kinds':['verified']}", "");
    put(w, P1, "entries/2026/" E2 "/dispute.json", NULL);
    put_entry(w, P1, E2, "entry", ",'state':'submitted','title':'Выставка','hidden':{'by':'x'}");
    expect_found(w, "ёлка", "{'kinds':['verified']}", "");
    put(w, P1, "entries/2026/" E2 "/entry.json", NULL);
    put(w, P1, "entries/2026/" E2 "/verified.json", NULL);
    expect_found(w, "ёлка", "{'kinds':['verified','entry']}", "");
    put(w, P1, "reviews/r1.json", "{'state':'given','text':'Вдумчивый исследователь','entry':'" E1 "'}");
    expect_found(w, "исследователи", "{}", "r1");
    put(w, P1, "reviews/r1.json", "{'state':'retracted','text':'Вдумчивый исследователь','entry':'" E1 "'}");
    expect_found(w, "исследователи", "{}", "");
    OK(w, index_check(w->ix, &w->err));
    OK(w, index_optimize(w->ix, &w->err));
    OK(w, index_check(w->ix, &w->err));
}

static void test_snippet(void **state)
{
    struct world *w = *state;
    json_t *items = NULL;
    char *next = NULL;
    OK(w, index_search(w->ix, "олимпиады физика", NULL, 10, NULL, &items, &next, &w->err));
    const char *s = lt_json_str(json_array_get(items, 0), "snippet");
    assert_non_null(s);
    assert_non_null(strstr(s, "\xEE\x80\x80олимпиада\xEE\x80\x81"));
    json_decref(items);
}

static void test_hostile(void **state)
{
    struct world *w = *state;
    static const char *const queries[] = {"",          "\"",       "*",          "\"\"",          "a\" OR \"b", "NEAR(a b)", "title:олимпиада", "-олимпиада",
                                          "(",         "{a b}: c", "^олимпиада", "AND OR NOT",    "a AND",      "'; DROP TABLE entry; --", "\"a", "a*b*\"c*",
                                          "\xFF\xFE",  "a\xD0",    "* * *",      "\"* \" \"*",    "олимпиада +", "\\", "%_", "\x01олимпиад", "☃ ☂", "١٢٣",
                                          "\"олимпиада\"\"школьников\"\"", "fts:олимпиада", "rank", "rowid:1"};
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        json_t *items = NULL;
        char *next = NULL;
        OK(w, index_search(w->ix, queries[i], NULL, 10, NULL, &items, &next, &w->err));
        free(next);
        json_decref(items);
        json_t *p = json_pack("{s:s%}", "query", queries[i], strlen(queries[i]));
        if (!p)
            continue; /* not UTF-8: cannot come through JSON */
        for (const char *const *l = (const char *const[]){"entries", "people", "pupils", "events", NULL}; *l; l++) {
            OK(w, index_list(w->ix, *l, p, 10, NULL, &items, &next, &w->err));
            free(next);
            json_decref(items);
        }
        json_decref(p);
    }
    expect_found(w, "-олимпиада", "{}", E1);
    expect_found(w, "title:олимпиада", "{}", "");
    expect_found(w, "олимпиада OR конкурс", "{}", "");
    char *longest = lt_format("%0*d", 500, 1);
    json_t *items = NULL;
    char *next = NULL;
    assert_int_equal(index_search(w->ix, longest, NULL, 10, NULL, &items, &next, &w->err), LT_USAGE);
    assert_string_equal(w->err.code, "index.query_long");
    free(longest);
    assert_int_equal(index_search(w->ix, "a b c d e f g h i j k l m n o p q", NULL, 10, NULL, &items, &next, &w->err), LT_USAGE);
    longest = lt_format("%0*d", 390, 1);
    OK(w, index_search(w->ix, longest, NULL, 10, NULL, &items, &next, &w->err));
    json_decref(items);
    free(longest);
}

/* Every page size gives the same rows, names first. */
static void test_pages(void **state)
{
    struct world *w = *state;
    char id[40], all[6000], paged[6000];
    for (int i = 0; i < 30; i++) {
        snprintf(id, sizeof id, "01990000-%04x-7000-8000-0000000000c1", i % 7);
        id[35] = (char)('a' + i % 5);
        id[34] = (char)('0' + i / 5);
        put_entry(w, P1, id, "entry", ",'state':'submitted','title':'Олимпиев турнир'");
        snprintf(id, sizeof id, "01970000-%04x-7000-8000-0000000000f1", i);
        put(w, id, "pupil.json", "{'surname':'Олимпиев','name':'Иван'}");
    }
    search_ids(w, "олимпиев", "{}", all, sizeof all);
    assert_int_equal(strlen(all), 61 * 37 - 1);
    for (int limit = 1; limit < 40; limit += 3) {
        char *cursor = NULL;
        paged[0] = '\0';
        do {
            json_t *items = NULL;
            char *next = NULL, part[6000];
            OK(w, index_search(w->ix, "олимпиев", NULL, limit, cursor, &items, &next, &w->err));
            free(cursor);
            cursor = next;
            if (json_array_size(items) && paged[0])
                strcat(paged, " ");
            strcat(paged, column_of(items, "id", part, sizeof part));
            json_decref(items);
        } while (cursor);
        assert_string_equal(paged, all);
    }
    json_t *items = NULL;
    char *next = NULL;
    assert_int_equal(index_search(w->ix, "а", NULL, 5, "bm9uc2Vuc2U", &items, &next, &w->err), LT_USAGE);
    assert_string_equal(w->err.code, "cursor.malformed");
}

static size_t entries_in(struct world *w)
{
    char *cursor = NULL;
    size_t n = 0;
    do {
        json_t *items = list_page(w, "entries", "{}", 500, &cursor);
        n += json_array_size(items);
        json_decref(items);
    } while (cursor);
    return n;
}

/* An import makes thousands of documents in a few milliseconds, in the order of portfolios: all are found, in the order of their ids nearly. */
static void test_made_together(void **state)
{
    enum { PUPILS = 40, EACH = 60 };
    struct world *w = *state;
    char repo[PUPILS][40], id[40], path[PUPILS * EACH][80], doc[400];
    struct index_change *c = calloc(PUPILS * (EACH + 1), sizeof *c);
    struct index_batch b[PUPILS];
    int n = 0;
    for (int p = 0; p < PUPILS; p++) {
        snprintf(repo[p], sizeof repo[p], "01990000-0000-7%03x-8000-0000000000a1", p);
        b[p] = (struct index_batch){.repo = repo[p], .new_head = "1111111111111111111111111111111111111111", .changes = c + n, .len = EACH + 1};
        c[n++] = (struct index_change){.path = "pupil.json", .data = quoted("{'surname':'Иволгин','name':'Глеб'}"), .len = strlen("{'surname':'Иволгин','name':'Глеб'}")};
        for (int k = 0; k < EACH; k++, n++) {
            snprintf(id, sizeof id, "01990000-%04x-7%03x-8000-0000000000c1", k / 20, (k % 20) * PUPILS + p);
            snprintf(path[n - p - 1], sizeof path[0], "entries/2026/%s/entry.json", id);
            snprintf(doc, sizeof doc, "{'id':'%s','pupil':'%s','state':'submitted','date':'2026-11-10','title':'Олимпиада по химии'}", id, repo[p]);
            c[n] = (struct index_change){.path = path[n - p - 1], .data = quoted(doc), .len = strlen(doc)};
        }
    }
    size_t there = entries_in(w);
    OK(w, index_apply(w->ix, b, PUPILS, &w->err));
    assert_int_equal(entries_in(w), there + PUPILS * EACH);
    char *cursor = NULL;
    json_t *items = NULL;
    OK(w, index_search(w->ix, "химия", NULL, PUPILS * EACH, NULL, &items, &cursor, &w->err));
    assert_true(json_array_size(items) > 0);
    json_decref(items);
    free(cursor);
    while (n) free((char *)(uintptr_t)c[--n].data);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forms, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_changes, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_snippet, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_hostile, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_pages, setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_made_together, setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
