/* The matrix of rights through the door: every use case × role × relation against matrix.table; lists, search and show agree; a role
 * that ends while a call runs. */
#include "support.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const actors[] = {"local",    "director", "deputy",   "deputy_noo", "deputy_sport", "teacher", "teacher_b",
                                     "math",     "coach",    "clerk",    "sysadmin",   "olympiads",    "gto",     "publisher",
                                     "personal", "t_ended",  "t_today",  "t_tomorrow", "mother",       "g_blind", "g_ended",
                                     "g_today",  "g_tomorrow", "mother_b", "stranger", "ivan",         "olga",    "petr"};

static struct school *s;

static void entry(const char *name, const char *who, const char *values)
{
    name_it(s, name, text(ok(s, who, "entry", "add", "{%s}", values), "id"));
}

static void entries(void)
{
    entry("e_mine", "ivan",
          "'pupil':'@ivan','activity':'olympiad','title':'Первенство по математике','level':'municipal','result':'winner',"
          "'date':'2026-10-10','subject':'математика','submit':true,'file':['<scans/13-essay.txt']");
    ok(s, "teacher", "entry", "verify", "{'id':'@e_mine'}");
    entry("e_draft", "ivan", "'pupil':'@ivan','activity':'olympiad','title':'Первенство, черновик','subject':'математика'");
    entry("e_gto", "teacher_b",
          "'pupil':'@petr','activity':'gto','title':'Первенство ГТО','level':'school','result':'badge','badge':'gold','date':'2026-10-10'");
    entry("e_group", "coach",
          "'pupil':'@petr','activity':'contest','title':'Первенство роботов','level':'school','result':'winner','date':'2026-10-10','group':'@robots'");
    entry("e_personal", "deputy_noo",
          "'pupil':'@masha','kind':'experience','activity':'volunteering','title':'Первенство добрых дел','date':'2026-10-10','hours':3");
    ok(s, "clerk", "consent", "give", "{'pupil':'@masha','purpose':'sensitive','by':'@mother_m','paper':'<scans/01-olympiad-diploma.pdf'}");
    entry("e_sensitive", "deputy",
          "'pupil':'@masha','activity':'sport','title':'Первенство, адаптивный спорт','level':'school','result':'winner','date':'2026-10-10','sensitive':true");
    entry("e_olga", "teacher",
          "'pupil':'@olga','activity':'olympiad','title':'Первенство Ольги','level':'school','result':'winner','date':'2026-10-10',"
          "'subject':'математика','submit':true");
}

/* The teacher's export of ivan's portfolio, done without a runner. */
static void jobs(void)
{
    name_it(s, "job", text(ok(s, "teacher", "portfolio", "export", "{'id':'@ivan','format':'zip','background':true}"), "job"));
}

/* The clerk's batches of a roster: one that waits because a date is wrong, one that is applied. */
static void batch(const char *name, const char *row, const char *verb, const char *key)
{
    char path[300];
    lt_print(path, sizeof path, "%s/%s.csv", s->dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "Класс;Фамилия;Имя;Отчество;Дата рождения;Пол\n%s\n", row);
    fclose(f);
    name_it(s, name, text(ok(s, "clerk", "import", verb, "{'format':'roster','file':'<=%s'}", path), key));
}

static void batches(void)
{
    batch("waiting", "9А;Ждущий;Олег;Олегович;41.13.2011;м", "preview", "batch");
    batch("applied", "9А;Принятый;Олег;Олегович;02.02.2011;м", "apply", "batch");
}

static int setup(void **state)
{
    (void)state;
    s = school_open();
    static const char *const people[] = {"t_ended", "t_today", "t_tomorrow", "g_blind", "g_ended", "g_today", "g_tomorrow", "retired", "spare"};
    for (size_t i = 0; i < LT_COUNT(people); i++) person(s, people[i], "Человекова");
    role(s, "t_ended", "'role':'class_teacher','class':'@9А','from':'2026-09-01','to':'" YESTERDAY "'");
    role(s, "t_today", "'role':'class_teacher','class':'@9А','from':'2026-09-01','to':'" TODAY "'");
    role(s, "t_tomorrow", "'role':'class_teacher','class':'@9А','from':'" TOMORROW "'");
    guardian(s, "ivan", "g_blind", ",'without':['see']");
    guardian(s, "ivan", "g_ended", "");
    ok(s, "local", "guardian", "unlink", "{'pupil':'@ivan','person':'@g_ended'}");
    guardian(s, "ivan", "g_today", ",'from':'2026-09-01','to':'" TODAY "'");
    guardian(s, "ivan", "g_tomorrow", ",'from':'" TOMORROW "'");
    guardian(s, "ivan", "spare", "");
    ok(s, "local", "person", "dismiss", "{'id':'@retired'}");
    pupil(s, "gone", "Ушедшая", "2011-02-02", "9А");
    ok(s, "local", "pupil", "leave", "{'id':'@gone','date':'" YESTERDAY "'}");
    processing(s, "ivan");
    processing(s, "masha");
    entries();
    name_it(s, "physics", text(ok(s, "clerk", "programme", "add", "{'title':'Физика'}"), "id"));
    name_it(s, "r_mother", text(ok(s, "mother", "review", "add", "{'pupil':'@ivan','text':'Первенство видела'}"), "id"));
    name_it(s, "r_asked", text(ok(s, "ivan", "review", "ask", "{'pupil':'@ivan','of':'@coach'}"), "id"));
    json_t *c = ok(s, "ivan", "consent", "give", "{'pupil':'@ivan','purpose':'image'}");
    name_it(s, "c_ivan", text(c, "id"));
    ok(s, "mother", "consent", "confirm", "{'id':'@c_ivan'}");
    name_it(s, "goal", text(ok(s, "ivan", "goal", "add", "{'pupil':'@ivan','title':'Первенство'}"), "id"));
    name_it(s, "skill", text(ok(s, "mother", "skill", "add", "{'pupil':'@ivan','kind':'personal','text':'Помогает'}"), "id"));
    name_it(s, "letter", text(ok(s, "deputy", "award", "kind", "{'title':'Похвальный лист'}"), "id"));
    name_it(s, "award", text(ok(s, "teacher", "award", "nominate", "{'pupil':'@ivan','kind':'@letter'}"), "id"));
    name_it(s, "share", text(ok(s, "ivan", "share", "create", "{'pupil':'@ivan'}"), "id"));
    name_it(s, "share_gone", text(ok(s, "ivan", "share", "create", "{'pupil':'@ivan'}"), "id"));
    ok(s, "ivan", "share", "revoke", "{'id':'@share_gone'}");
    static const char event[] = "{'title':'Сбор','activity':'contest','level':'school','from':'2026-11-01'}";
    name_it(s, "ev", text(ok(s, "teacher", "event", "add", event), "id"));
    ok(s, "teacher", "event", "participants", "{'id':'@ev','pupil':['@olga']}");
    ok(s, "teacher", "event", "close", "{'id':'@ev'}");
    name_it(s, "channel", text(ok(s, "local", "channel", "add", "{'title':'Сайт','plugin':'site','folder':'%s-site'}", s->dir), "id"));
    name_it(s, "ev_open", text(ok(s, "teacher", "event", "add", event), "id"));
    jobs();
    batches();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

/* --- the table --- */

struct row {
    char noun[40], verb[40], values[600], cells[LT_COUNT(actors) + 1];
};

static bool read_row(const char *line, struct row *r)
{
    const char *brace = strchr(line, '{'), *end = strrchr(line, '}');
    if (*line == '#' || !brace || !end) return false;
    assert_int_equal(sscanf(line, "%39[a-z].%39[a-z_]", r->noun, r->verb), 2);
    assert_true(lt_print(r->values, sizeof r->values, "%.*s", (int)(end - brace + 1), brace));
    size_t n = 0;
    for (const char *c = end + 1; *c && *c != '\n'; c++) {
        if (*c == ' ') continue;
        if (n == LT_COUNT(actors) || !strchr("+-.", *c)) fail_msg("%s: a cell too many", line);
        r->cells[n++] = *c;
    }
    if (n != LT_COUNT(actors)) fail_msg("%s%zu cells, not %zu", line, n, LT_COUNT(actors));
    r->cells[n] = 0;
    return true;
}

/* What the answer says of the right: a rule of the domain that refuses comes after it. */
static char verdict(int rc)
{
    static const char *const parts[] = {"role.absent", "guardian.absent", "file.absent", "entry.revision_absent", "carrier.absent", "backup.copy_absent"};
    if (rc == LT_DENIED) return '-';
    for (size_t i = 0; i < LT_COUNT(parts); i++) {
        if (strcmp(s->err.code, parts[i]) == 0) return '+';
    }
    return rc == LT_NOTFOUND ? '.' : rc == LT_SYSTEM ? '!' : '+';
}

static FILE *table(void)
{
    FILE *f = fopen(LETOPIS_SOURCE_DIR "/tests/usecase/matrix.table", "r");
    assert_non_null(f);
    return f;
}

static void every_cell(void **state)
{
    (void)state;
    FILE *f = table();
    char line[1200];
    unsigned wrong = 0, cells = 0;
    while (fgets(line, sizeof line, f)) {
        struct row r;
        if (!read_row(line, &r)) continue;
        for (size_t i = 0; i < LT_COUNT(actors); i++, cells++) {
            s->now = noon(TODAY) + (int64_t)cells * 100;
            char got = verdict(call(s, actors[i], r.noun, r.verb, NULL, "%s", r.values));
            if (got == r.cells[i]) continue;
            wrong++;
            print_message("%s: %s.%s %s → %c (%s), not %c\n", actors[i], r.noun, r.verb, r.values, got, s->err.code, r.cells[i]);
        }
    }
    fclose(f);
    assert_true(cells > 2000);
    assert_int_equal(wrong, 0);
}

static void every_use_case_has_a_row(void **state)
{
    (void)state;
    size_t n;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    FILE *f = table();
    char all[40000] = "";
    size_t len = fread(all, 1, sizeof all - 1, f);
    fclose(f);
    assert_true(len < sizeof all - 1);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            char id[100];
            bool known = !nouns[i]->rows[k].right;
            lt_print(id, sizeof id, "%s.%s", nouns[i]->word, nouns[i]->rows[k].verb);
            lt_print(id, sizeof id, "\n%s.%s {", nouns[i]->word, nouns[i]->rows[k].verb);
            if (!known && !strstr(all, id)) fail_msg("no row for%s", id);
        }
    }
}

/* --- lists, search and show agree --- */

/* Is it in the list, gone through page by page of one row? */
static bool listed(const char *who, const char *noun, const char *verb, const char *values, const char *name)
{
    char cursor[600] = "";
    for (int pages = 0; pages < 200; pages++) {
        json_t *page = NULL;
        if (call(s, who, noun, verb, &page, "{%s'limit':1%s%s%s}", values, *cursor ? ",'cursor':'" : "", cursor, *cursor ? "'" : "")) return false;
        assert_true(count(page) <= 1);
        if (holds(page, "id", id_of(s, name))) return true;
        if (!*text(page, "next")) return false;
        lt_print(cursor, sizeof cursor, "%s", text(page, "next"));
    }
    fail_msg("the list has no end");
    return false;
}

static void what_is_not_shown_is_not_listed(void **state)
{
    (void)state;
    static const char *const all[] = {"e_mine", "e_draft", "e_gto", "e_group", "e_personal", "e_sensitive", "e_olga"};
    s->now = noon(TODAY);
    unsigned shown = 0;
    for (size_t a = 0; a < LT_COUNT(actors); a++) {
        for (size_t e = 0; e < LT_COUNT(all); e++) {
            bool show = call(s, actors[a], "entry", "show", NULL, "{'id':'@%s'}", all[e]) == 0;
            bool list = listed(actors[a], "entry", "list", "", all[e]);
            bool query = listed(actors[a], "entry", "list", "'query':'первенства',", all[e]);
            bool search = listed(actors[a], "search", "find", "'query':'первенства',", all[e]);
            shown += show;
            if (show != list || show != query || show != search)
                fail_msg("%s, %s: shown %d, listed %d, found %d, searched %d", actors[a], all[e], show, list, query, search);
        }
    }
    assert_true(shown > 40);
}

static void who_is_not_shown_is_not_listed(void **state)
{
    (void)state;
    static const char *const all[] = {"ivan", "olga", "petr", "masha", "sveta", "gone"};
    for (size_t a = 0; a < LT_COUNT(actors); a++) {
        for (size_t p = 0; p < LT_COUNT(all); p++) {
            bool show = call(s, actors[a], "pupil", "show", NULL, "{'id':'@%s'}", all[p]) == 0;
            bool list = listed(actors[a], "pupil", "list", "", all[p]);
            bool query = listed(actors[a], "pupil", "list", "'query':'иван',", all[p]);
            bool search = listed(actors[a], "search", "find", "'query':'иван',", all[p]);
            /* who publishes needs the name and class of a pupil, not the card */
            bool names_only = strcmp(actors[a], "publisher") == 0;
            if ((names_only ? show || !list : show != list) || list != query || list != search)
                fail_msg("%s, %s: shown %d, listed %d, found %d, searched %d", actors[a], all[p], show, list, query, search);
        }
    }
}

static void reviews_and_people_too(void **state)
{
    (void)state;
    static const char *const people[] = {"mother", "teacher", "stranger", "mother_b", "g_ended"};
    for (size_t a = 0; a < LT_COUNT(actors); a++) {
        for (size_t p = 0; p < LT_COUNT(people); p++) {
            bool show = call(s, actors[a], "person", "show", NULL, "{'id':'@%s'}", people[p]) == 0;
            bool list = listed(actors[a], "person", "list", "", people[p]);
            bool query = listed(actors[a], "person", "list", "'query':'анна',", people[p]);
            if (show != list || show != query) fail_msg("%s, %s: shown %d, listed %d, found %d", actors[a], people[p], show, list, query);
        }
    }
}

/* --- a role that ends while a call runs --- */

static void a_role_that_ends_meanwhile(void **state)
{
    (void)state;
    enum { AT_THE_START = 3 }; /* looks at the clock before the right is judged for the first time: now, today, the request's id */
    int last_refusal = 0, done = 0;
    for (int tick = 1; tick < 60 && done < 3; tick++) {
        char name[20];
        s->now = noon(TODAY);
        lt_print(name, sizeof name, "race%d", tick);
        entry_in(s, name, "ivan", "ivan", "submitted");
        s->now = noon(TODAY) + 12 * 3600000 - 1000; /* the last second of the day at school */
        s->ticks = 0;
        s->jump_at = tick;
        s->jump_to = s->now + 2000;
        int rc = call(s, "t_today", "entry", "verify", NULL, "{'id':'@%s'}", name);
        bool jumped = s->ticks >= tick;
        s->jump_at = 0;
        s->now = noon(TODAY);
        bool verified = strcmp(text(ok(s, "deputy", "entry", "show", "{'id':'@%s'}", name), "state"), "verified") == 0;
        assert_int_equal(verified, rc == 0);
        if (rc) {
            assert_true(rc == LT_DENIED || rc == LT_NOTFOUND);
            assert_true(jumped);
            assert_int_equal(done, 0); /* once it is accepted, the end comes too late */
            last_refusal = tick;
        } else {
            done++;
        }
    }
    assert_true(last_refusal > AT_THE_START); /* begun rightly, refused before it was accepted */
    assert_true(done >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_use_case_has_a_row),
        cmocka_unit_test(what_is_not_shown_is_not_listed),
        cmocka_unit_test(who_is_not_shown_is_not_listed),
        cmocka_unit_test(reviews_and_people_too),
        cmocka_unit_test(a_role_that_ends_meanwhile),
        cmocka_unit_test(every_cell),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
