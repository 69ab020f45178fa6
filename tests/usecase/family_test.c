/* What the family writes and shows of itself: goals, links for strangers, notices, consents as questions, evidence for admission. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"
#include "usecase/notice.h"
#include "index/index.h"

#include <stdlib.h>
#include <string.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    processing(s, "masha");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static bool told(const char *who, const char *kind)
{
    return holds(ok(s, who, "notice", "list", "{'limit':200}"), "kind", kind);
}

static long long unread(const char *who)
{
    return number(ok(s, who, "notice", "new", "{}"), "unread");
}

static void read_all(const char *who)
{
    ok(s, who, "notice", "read", "{}");
    assert_int_equal(unread(who), 0);
}

/* An entry verified by the class teacher, of ivan, with fields of its own. */
static void verified(const char *name, const char *values)
{
    name_it(s, name, text(ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','submit':true,%s}", values), "id"));
    ok(s, "teacher", "entry", "verify", "{'id':'@%s'}", name);
}

static json_t *opened(const char *token)
{
    json_t *out = NULL;
    int rc = call(s, "nobody", "share", "open", &out, "{'token':'%s'}", token);
    if (rc) assert_string_equal(s->err.code, "share.absent");
    return rc ? NULL : out;
}

static bool says(const json_t *doc, const char *words)
{
    char *all = json_dumps(doc, JSON_ENCODE_ANY);
    bool found = strstr(all, words) != NULL;
    free(all);
    return found;
}

/* --- goals --- */

static void goals_are_the_pupils(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "consent.processing_missing", "petr", "goal", "add", "{'pupil':'@petr','title':'Бегать'}");
    json_t *g = ok(s, "ivan", "goal", "add", "{'pupil':'@ivan','title':'Сдать ГТО','plan':'Бегать по утрам','due':'2027-05-01'}");
    name_it(s, "goal", text(g, "id"));
    assert_string_equal(text(g, "state"), "active");
    assert_string_equal(text(g, "ground"), "consent");
    assert_true(holds(ok(s, "mother", "goal", "list", "{'pupil':'@ivan'}"), "title", "Сдать ГТО"));
    assert_false(holds(ok(s, "teacher_b", "goal", "list", "{}"), "title", "Сдать ГТО"));
    refused(s, LT_DENIED, "denied.right", "teacher", "goal", "edit", "{'id':'@goal','title':'Другая'}");
    refused(s, LT_NOTFOUND, "goal.absent", "teacher_b", "goal", "edit", "{'id':'@goal','comment':'Вижу'}");
    read_all("ivan");
    ok(s, "teacher", "goal", "edit", "{'id':'@goal','comment':'Начни с подтягиваний'}");
    assert_true(told("ivan", "goal_comment"));
    g = ok(s, "ivan", "goal", "edit", "{'id':'@goal','state':'reached','reflection':'Понял, что надо начинать раньше'}");
    assert_string_equal(text(g, "comments/0/text"), "Начни с подтягиваний");
    assert_string_equal(text(g, "comments/0/by"), id_of(s, "teacher"));
    refused(s, LT_REFUSED, "goal.no_title", "ivan", "goal", "edit", "{'id':'@goal','title':''}");
    refused(s, LT_USAGE, "goal.nothing", "ivan", "goal", "edit", "{'id':'@goal'}");
}

static void learning_actions_are_described_by_whoever_saw_them(void **state)
{
    (void)state;
    json_t *k = ok(s, "math", "skill", "add", "{'pupil':'@ivan','kind':'cognitive','text':'Сам находит ошибку в решении'}");
    name_it(s, "skill", text(k, "id"));
    assert_string_equal(text(k, "ground"), "law");
    assert_string_equal(text(k, "date"), TODAY);
    refused(s, LT_REFUSED, "entry.date_future", "math", "skill", "edit", "{'id':'@skill','date':'" TOMORROW "'}");
    ok(s, "math", "skill", "edit", "{'id':'@skill','text':'Находит и исправляет ошибки'}");
    refused(s, LT_DENIED, "denied.right", "teacher", "skill", "edit", "{'id':'@skill','text':'Не так'}");
    assert_true(holds(ok(s, "mother", "skill", "list", "{'pupil':'@ivan'}"), "text", "Находит и исправляет ошибки"));
    assert_true(holds(ok(s, "math", "skill", "list", "{}"), "kind", "cognitive"));
    assert_int_equal(count(ok(s, "coach", "skill", "list", "{}")), 0);
}

/* --- links --- */

static void under_14_a_guardian_makes_the_link(void **state)
{
    (void)state;
    refused(s, LT_DENIED, "consent.pupil_too_young", "masha", "share", "create", "{'pupil':'@masha'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "mother", "share", "create", "{'pupil':'@masha'}");
    refused(s, LT_REFUSED, "share.family_only", "local", "share", "create", "{'pupil':'@masha'}");
    json_t *l = ok(s, "mother_m", "share", "create", "{'pupil':'@masha','title':'Бабушке'}");
    assert_string_equal(text(l, "state"), "active");
    assert_string_equal(text(l, "to"), "2026-12-20"); /* 30 days */
    assert_true(lt_starts(text(l, "token"), "lt_"));
    assert_string_equal(text(opened(text(l, "token")), "portfolio/name"), "Машина Иван");
    refused(s, LT_USAGE, "field.range", "mother_m", "share", "create", "{'pupil':'@masha','days':366}");
}

static void from_14_the_pupil_and_then_a_guardian(void **state)
{
    (void)state;
    refused(s, LT_DENIED, "share.pupil_first", "mother", "share", "create", "{'pupil':'@ivan'}");
    read_all("mother");
    json_t *l = ok(s, "ivan", "share", "create", "{'pupil':'@ivan','days':60}");
    const char *token = text(l, "token");
    name_it(s, "link", text(l, "id"));
    assert_string_equal(text(l, "state"), "waiting");
    assert_null(opened(token));
    assert_true(told("mother", "share_waiting"));
    refused(s, LT_DENIED, "denied.right", "ivan", "share", "confirm", "{'id':'@link'}");
    refused(s, LT_NOTFOUND, "share.absent", "teacher", "share", "confirm", "{'id':'@link'}");
    assert_string_equal(text(ok(s, "mother", "share", "confirm", "{'id':'@link'}"), "state"), "active");
    assert_true(told("ivan", "share_active"));
    assert_non_null(opened(token));
    refused(s, LT_REFUSED, "share.state", "mother", "share", "confirm", "{'id':'@link'}");
    ok(s, "ivan", "share", "revoke", "{'id':'@link'}");
    assert_null(opened(token));
    assert_string_equal(text(item(ok(s, "mother", "share", "list", "{'pupil':'@ivan'}"), "id", id_of(s, "link")), "state"), "revoked");
}

static void from_18_the_pupil_alone(void **state)
{
    (void)state;
    json_t *c = ok(s, "sveta", "consent", "give", "{'pupil':'@sveta','purpose':'processing'}");
    json_t *l = ok(s, "sveta", "share", "create", "{'pupil':'@sveta'}");
    assert_string_equal(text(l, "state"), "active");
    assert_non_null(opened(text(l, "token")));
    /* the hash alone is kept, the token is answered once */
    json_t *kept = NULL;
    assert_int_equal(index_get(s->app->index, "share", text(l, "id"), &kept, NULL, &s->err), 0);
    assert_false(says(kept, text(l, "token")));
    assert_int_equal(strlen(text(kept, "sha256")), 64);
    json_decref(kept);
    assert_false(says(ok(s, "sveta", "share", "list", "{}"), "sha256"));
    ok(s, "sveta", "consent", "withdraw", "{'id':'%s'}", text(c, "id"));
    assert_null(opened(text(l, "token")));
}

/* What ends a link without anybody touching it. */
static void a_link_ends_with_what_it_rests_on(void **state)
{
    (void)state;
    pupil(s, "kostya", "Костин", "2016-03-03", "3В");
    person(s, "kmama", "Костина");
    person(s, "kpapa", "Костин");
    guardian(s, "kostya", "kmama", "");
    guardian(s, "kostya", "kpapa", "");
    json_t *c = ok(s, "kmama", "consent", "give", "{'pupil':'@kostya','purpose':'processing'}");
    name_it(s, "kc", text(c, "id"));
    char token[64];
    lt_print(token, sizeof token, "%s", text(ok(s, "kmama", "share", "create", "{'pupil':'@kostya','days':365}"), "token"));
    assert_non_null(opened(token));
    /* its term */
    s->now = noon("2027-12-01");
    assert_null(opened(token));
    s->now = noon(TODAY);
    /* the other guardian refuses all showing, then lifts it */
    json_t *no = ok(s, "kpapa", "consent", "give", "{'pupil':'@kostya','purpose':'dissemination','refuse':true}");
    assert_null(opened(token));
    assert_string_equal(text(at(ok(s, "kmama", "share", "list", "{'pupil':'@kostya'}"), "items/0"), "why"), "refused");
    ok(s, "kpapa", "consent", "withdraw", "{'id':'%s'}", text(no, "id"));
    assert_non_null(opened(token));
    /* the guardian who made it is none any more */
    ok(s, "local", "guardian", "unlink", "{'pupil':'@kostya','person':'@kmama'}");
    assert_null(opened(token));
}

static void a_link_shows_what_was_chosen_and_nothing_else(void **state)
{
    (void)state;
    verified("shown", "'activity':'contest','title':'Чтецы','level':'municipal','result':'winner','date':'2026-10-01','organiser':'Дворец'");
    verified("other", "'activity':'contest','title':'Лишняя','level':'school','result':'winner','date':'2026-10-02'");
    verified("later", "'activity':'contest','title':'Скрытая','level':'school','result':'winner','date':'2026-10-03'");
    ok(s, "mother", "review", "add", "{'pupil':'@ivan','text':'Семейный отзыв'}");
    json_t *l = ok(s, "ivan", "share", "create", "{'pupil':'@ivan','field':['name','title','result'],'entry':['@shown','@later']}");
    char token[64];
    lt_print(token, sizeof token, "%s", text(l, "token"));
    ok(s, "mother", "share", "confirm", "{'id':'%s'}", text(l, "id"));
    json_t *page = opened(token);
    assert_true(says(page, "Чтецы"));
    assert_true(says(page, "Скрытая"));
    assert_true(says(page, "winner"));
    assert_false(says(page, "Лишняя"));   /* not chosen */
    assert_false(says(page, "Дворец"));   /* field not chosen */
    assert_false(says(page, "2026-10-01"));
    assert_false(says(page, "9А"));
    assert_false(says(page, "Семейный отзыв"));
    assert_false(says(page, id_of(s, "ivan")));
    ok(s, "ivan", "entry", "hide", "{'id':'@later'}");
    assert_false(says(opened(token), "Скрытая"));
    ok(s, "mother", "entry", "dispute", "{'id':'@shown','kind':'wrong_data','text':'Не тот год'}");
    assert_false(says(opened(token), "Чтецы"));
    /* another's entry cannot be put into it */
    entry_in(s, "olgas", "olga", "teacher", "verified");
    refused(s, LT_NOTFOUND, "entry.absent", "ivan", "share", "create", "{'pupil':'@ivan','entry':['@olgas']}");
    /* a look through the link stands in the log */
    assert_true(holds(log_of(s, "ivan"), "use_case", "share.open"));
}

/* The archive holds what the asker may read: goals and links are the family's. */
static void the_archive_keeps_goals_for_those_who_may_read_them(void **state)
{
    (void)state;
    static const struct {
        const char *who;
        bool goals, links;
    } askers[] = {{"ivan", true, true}, {"teacher", true, false}, {"deputy", false, false}};
    for (size_t i = 0; i < sizeof askers / sizeof askers[0]; i++) {
        size_t len;
        ok(s, askers[i].who, "portfolio", "export", "{'id':'@ivan','format':'zip'}");
        char *zip = bytes(s, &len);
        bool goals = memmem(zip, len, "goals/", 6) != NULL, links = memmem(zip, len, "shares/", 7) != NULL;
        assert_true(memmem(zip, len, "skills/", 7) != NULL);
        free(zip);
        assert_int_equal(goals, askers[i].goals);
        assert_int_equal(links, askers[i].links);
    }
}

static void guessing_is_slowed_down(void **state)
{
    (void)state;
    s->now = noon(TODAY) + 3600000;
    int slow = 0;
    for (int i = 0; i < 200 && !slow; i++) {
        call(s, "nobody", "share", "open", NULL, "{'token':'lt_%d'}", i);
        slow = strcmp(s->err.code, "share.too_often") == 0;
    }
    assert_true(slow);
    assert_int_equal(s->err.status, LT_DENIED);
    assert_true(strtol(lt_error_param(&s->err, "seconds"), NULL, 10) > 0);
    s->now = noon(TODAY) + 2 * 3600000;
    refused(s, LT_NOTFOUND, "share.absent", "nobody", "share", "open", "{'token':'lt_x'}");
    s->now = noon(TODAY);
}

/* Every run of the path lies inside and the three corners are there: what a reader looks for first. */
static void a_code_is_drawn(void **state)
{
    (void)state;
    json_t *qr = ok(s, "mother", "share", "qr", "{'url':'https://letopis.example/s#lt_0123456789'}");
    long long size = number(qr, "size");
    char corner[40];
    assert_true(size >= 29);
    lt_print(corner, sizeof corner, "M%lld 4h7v1h-7z", size - 11);
    assert_non_null(strstr(text(qr, "path"), "M4 4h7v1h-7z"));
    assert_non_null(strstr(text(qr, "path"), corner));
}

/* --- notices --- */

static void acts_on_entries_are_told_to_the_family(void **state)
{
    (void)state;
    read_all("ivan");
    read_all("mother");
    name_it(s, "n1", text(ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','submit':true,'activity':'contest','title':'Рисунок','level':'school','result':'winner','date':'2026-10-05'}"), "id"));
    assert_int_equal(unread("ivan"), 0); /* the own act is no news */
    ok(s, "teacher", "entry", "return", "{'id':'@n1','reason':'не видна печать'}");
    json_t *n = item(ok(s, "ivan", "notice", "list", "{'unread':true}"), "kind", "entry_returned");
    assert_string_equal(text(n, "text"), "Вернули на доработку «Рисунок»: не видна печать");
    n = item(ok(s, "mother", "notice", "list", "{'unread':true}"), "kind", "entry_returned");
    assert_string_equal(text(n, "text"), "Иван: вернули на доработку «Рисунок»: не видна печать");
    assert_false(told("mother_b", "entry_returned"));
    assert_false(told("olga", "entry_returned"));
    ok(s, "ivan", "notice", "read", "{'id':'%s'}", text(item(ok(s, "ivan", "notice", "list", "{'unread':true}"), "kind", "entry_returned"), "id"));
    assert_int_equal(unread("ivan"), 0);
    assert_int_equal(unread("mother"), 1);
    refused(s, LT_NOTFOUND, "notice.absent", "ivan", "notice", "read", "{'id':'%s'}", text(n, "id")); /* another's */
    /* with the right to see goes what the notice says */
    ok(s, "local", "guardian", "unlink", "{'pupil':'@ivan','person':'@mother'}");
    s->now = noon(TOMORROW);
    assert_false(told("mother", "entry_returned"));
    s->now = noon(TODAY);
    guardian(s, "ivan", "mother", "");
}

static void nothing_is_told_of_what_was_refused(void **state)
{
    (void)state;
    entry_in(s, "n2", "ivan", "ivan", "submitted");
    read_all("ivan");
    refused(s, LT_CONFLICT, "entry.revision_moved", "teacher", "entry", "verify", "{'id':'@n2','revision':77}");
    assert_int_equal(unread("ivan"), 0);
    ok(s, "teacher", "entry", "verify", "{'id':'@n2'}");
    assert_int_equal(unread("ivan"), 1);
    school_reopen(s);
    assert_int_equal(unread("ivan"), 1); /* once, and still there */
}

/* A role that ends at midnight while the call runs: whatever was about to be told is not told when the change is refused. */
static void nothing_is_told_of_a_change_that_came_too_late(void **state)
{
    (void)state;
    int refusals = 0;
    person(s, "t_today", "Сегодняшняя");
    role(s, "t_today", "'role':'class_teacher','class':'@9А','from':'2026-09-01','to':'" TODAY "'");
    for (int tick = 4, done = 0; tick < 60 && !done; tick++) {
        char name[20];
        s->now = noon(TODAY);
        lt_print(name, sizeof name, "late%d", tick);
        entry_in(s, name, "ivan", "ivan", "submitted");
        long long before = unread("ivan");
        s->now = noon(TODAY) + 12 * 3600000 - 1000; /* the last second of the day at school */
        s->ticks = 0;
        s->jump_at = tick;
        s->jump_to = s->now + 2000;
        int rc = call(s, "t_today", "entry", "return", NULL, "{'id':'@%s','reason':'Нет'}", name);
        s->jump_at = 0;
        s->now = noon(TODAY);
        done = rc == 0;
        refusals += rc != 0;
        assert_int_equal(unread("ivan"), before + done);
    }
    assert_true(refusals > 0);
}

static void reviews_and_signatures_are_asked_for(void **state)
{
    (void)state;
    json_t *whom = ok(s, "ivan", "review", "whom", "{'pupil':'@ivan'}");
    assert_string_equal(text(item(whom, "person", id_of(s, "mother")), "as"), "guardian");
    assert_string_equal(text(item(whom, "person", id_of(s, "teacher")), "as"), "class_teacher");
    assert_string_equal(text(item(whom, "person", id_of(s, "math")), "subject"), "математика");
    assert_false(holds(whom, "person", id_of(s, "teacher_b")));
    json_t *r = ok(s, "ivan", "review", "ask", "{'pupil':'@ivan','of':'@math','note':'Расскажите про олимпиаду'}");
    assert_true(told("math", "review_asked"));
    assert_string_equal(text(item(ok(s, "math", "review", "list", "{'state':'asked'}"), "id", text(r, "id")), "note"), "Расскажите про олимпиаду");
    read_all("ivan");
    ok(s, "math", "review", "decline", "{'id':'%s'}", text(r, "id"));
    assert_true(told("ivan", "review_declined"));
    r = ok(s, "ivan", "review", "ask", "{'pupil':'@ivan','of':'@mother'}");
    ok(s, "mother", "review", "give", "{'id':'%s','text':'Горжусь'}", text(r, "id"));
    assert_true(told("ivan", "review_given"));
    read_all("mother");
    ok(s, "ivan", "consent", "give", "{'pupil':'@ivan','purpose':'image'}");
    assert_true(told("mother", "consent_second"));
}

static void objections_have_a_term(void **state)
{
    (void)state;
    entry_in(s, "d1", "ivan", "teacher", "verified");
    ok(s, "mother", "entry", "dispute", "{'id':'@d1','kind':'not_me','text':'Это не он'}");
    json_t *n = item(ok(s, "teacher", "notice", "list", "{'unread':true}"), "kind", "entry_disputed");
    assert_non_null(strstr(text(n, "text"), "2026-12-01")); /* 7 working days from Friday 20 November */
    json_t *row = item(ok(s, "deputy", "entry", "disputes", "{}"), "entry", id_of(s, "d1"));
    assert_string_equal(text(row, "due"), "2026-12-01");
    assert_string_equal(text(row, "text"), "Это не он");
    assert_true(json_is_false(at(row, "overdue")));
    assert_false(holds(ok(s, "teacher_b", "entry", "disputes", "{}"), "entry", id_of(s, "d1")));
    assert_true(holds(ok(s, "mother", "entry", "disputes", "{'pupil':'@ivan'}"), "entry", id_of(s, "d1")));
    s->now = noon("2026-12-01");
    ok(s, "local", "notice", "due", "{}");
    assert_false(told("deputy", "dispute_overdue"));
    s->now = noon("2026-12-02");
    ok(s, "local", "notice", "due", "{}");
    ok(s, "local", "notice", "due", "{}");
    json_t *list = ok(s, "deputy", "notice", "list", "{'unread':true}");
    size_t found = 0;
    for (size_t i = 0; i < count(list); i++) {
        const json_t *one = json_array_get(lt_json_array(list, "items"), i);
        found += strcmp(text(one, "kind"), "dispute_overdue") == 0 && strcmp(text(one, "about/entry"), id_of(s, "d1")) == 0;
    }
    assert_int_equal(found, 1);
    assert_false(told("deputy_noo", "dispute_overdue")); /* classes 1–4 only */
    assert_true(json_is_true(at(item(ok(s, "deputy", "entry", "disputes", "{}"), "entry", id_of(s, "d1")), "overdue")));
    ok(s, "teacher", "entry", "answer", "{'id':'@d1','outcome':'upheld','text':'Проверили: он'}");
    assert_true(told("mother", "entry_answered"));
    assert_false(holds(ok(s, "deputy", "entry", "disputes", "{}"), "entry", id_of(s, "d1")));
    assert_string_equal(text(item(ok(s, "deputy", "entry", "disputes", "{'answered':true}"), "entry", id_of(s, "d1")), "answer"), "Проверили: он");
    s->now = noon(TODAY);
}

static void birthdays_ask(void **state)
{
    (void)state;
    pupil(s, "teen", "Юный", "2012-11-25", "9А");
    person(s, "tmama", "Юная");
    guardian(s, "teen", "tmama", "");
    processing(s, "teen"); /* under 14 today: the guardian's paper */
    ok(s, "local", "notice", "due", "{}");
    assert_false(told("teen", "consent_14"));
    s->now = noon("2026-11-27"); /* the server was off on the day itself */
    assert_true(number(ok(s, "local", "notice", "due", "{}"), "notices") > 0);
    assert_true(told("teen", "consent_14"));
    assert_true(told("tmama", "consent_14"));
    assert_false(told("ivan", "consent_14"));
    read_all("teen");
    ok(s, "local", "notice", "due", "{}");
    assert_int_equal(unread("teen"), 0);
    s->now = noon(TODAY);
}

static void what_the_school_adds_is_told_once(void **state)
{
    (void)state;
    read_all("ivan");
    read_all("mother");
    json_t *e = ok(s, "teacher", "event", "add", "{'title':'Субботник','activity':'volunteering','level':'school','from':'2026-11-10'}");
    ok(s, "teacher", "event", "participants", "{'id':'%s','pupil':['@ivan','@olga'],'result':'participant'}", text(e, "id"));
    ok(s, "teacher", "event", "close", "{'id':'%s'}", text(e, "id"));
    json_t *n = item(ok(s, "mother", "notice", "list", "{'unread':true}"), "kind", "entries_added");
    assert_string_equal(text(n, "text"), "Иван: школа добавила 1 запись.");
    long long before = unread("ivan");
    ok(s, "local", "notice", "due", "{}");
    assert_int_equal(unread("ivan"), before);
}

static void letters_are_a_wish(void **state)
{
    (void)state;
    assert_string_equal(text(ok(s, "mother", "notice", "settings", "{}"), "digest"), "daily");
    ok(s, "mother", "notice", "settings", "{'digest':'off'}");
    assert_string_equal(text(ok(s, "mother", "notice", "settings", "{}"), "digest"), "off");
    assert_string_equal(text(ok(s, "ivan", "notice", "settings", "{}"), "digest"), "daily");
}

/* --- consents as questions --- */

static void questions_say_what_is_asked_and_what_a_stranger_sees(void **state)
{
    (void)state;
    name_it(s, "site", text(ok(s, "local", "channel", "add", "{'title':'Сайт школы','plugin':'site','folder':'%s-site'}", s->dir), "id"));
    verified("q1", "'activity':'contest','title':'Чистописание','level':'school','result':'winner','date':'" TODAY "','organiser':'Школа'");
    json_t *q = ok(s, "mother", "consent", "questions", "{'pupil':'@ivan'}");
    assert_string_equal(text(q, "signers"), "both");
    json_t *site = item(q, "target", id_of(s, "site"));
    assert_string_equal(text(site, "state"), "none");
    assert_true(json_is_true(at(site, "may")));
    assert_non_null(strstr(text(site, "text"), "Школа № 7"));
    assert_int_equal(json_array_size(at(site, "covered")), 0);
    assert_true(json_is_false(at(item(ok(s, "teacher", "consent", "questions", "{'pupil':'@ivan'}"), "purpose", "image"), "may")));
    json_t *seen = ok(s, "mother", "consent", "preview", "{'pupil':'@ivan','target':'@site','field':['name','title']}");
    assert_string_equal(text(seen, "card/name"), "Иванов Иван");
    assert_true(says(seen, "Чистописание"));
    assert_false(says(seen, "winner"));
    assert_false(says(seen, "9А"));
    seen = ok(s, "mother", "consent", "preview", "{'pupil':'@ivan','target':'@site','field':['title']}");
    assert_true(json_is_true(at(seen, "nobody")));
    assert_false(says(seen, "Чистописание"));
    refused(s, LT_CONFLICT, "consent.text_changed", "mother", "consent", "give",
            "{'pupil':'@ivan','purpose':'dissemination','target':'@site','field':['name'],'text_version':'2019-01'}");
    json_t *c = ok(s, "ivan", "consent", "give", "{'pupil':'@ivan','purpose':'dissemination','target':'@site','field':['name','title'],'text_version':'%s'}",
                   text(site, "text_version"));
    site = item(ok(s, "mother", "consent", "questions", "{'pupil':'@ivan'}"), "target", id_of(s, "site"));
    assert_string_equal(text(site, "state"), "waiting_second");
    assert_string_equal(text(site, "documents/0/id"), text(c, "id"));
    assert_true(json_is_false(at(site, "documents/0/acts/0/mine")));
    ok(s, "mother", "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    site = item(ok(s, "mother", "consent", "questions", "{'pupil':'@ivan'}"), "target", id_of(s, "site"));
    assert_int_equal(json_array_size(at(site, "covered")), 2);
}

/* --- the portfolio arranged --- */

static void cover_order_and_about(void **state)
{
    (void)state;
    verified("a1", "'activity':'contest','title':'Первая','level':'school','result':'winner','date':'2026-09-10'");
    verified("a2", "'activity':'contest','title':'Вторая','level':'school','result':'winner','date':'2026-09-11'");
    ok(s, "ivan", "portfolio", "arrange", "{'id':'@ivan','cover':'forest','about':'Люблю лес','order':['@a2','@a1']}");
    json_t *p = ok(s, "mother", "portfolio", "show", "{'id':'@ivan'}");
    assert_string_equal(text(p, "pupil/cover"), "forest");
    assert_string_equal(text(p, "pupil/about"), "Люблю лес");
    assert_string_equal(text(p, "pupil/order/0"), id_of(s, "a2"));
    refused(s, LT_REFUSED, "consent.processing_missing", "petr", "portfolio", "arrange", "{'id':'@petr','about':'Я'}");
    refused(s, LT_REFUSED, "consent.processing_missing", "petr", "pupil", "edit", "{'id':'@petr','about':'Я'}");
    refused(s, LT_DENIED, "denied.right", "teacher", "portfolio", "arrange", "{'id':'@ivan','about':'Он'}");
    ok(s, "teacher", "portfolio", "arrange", "{'id':'@ivan','order':['@a1']}");
    ok(s, "ivan", "portfolio", "arrange", "{'id':'@ivan','reset':true}");
    assert_null(at(ok(s, "ivan", "portfolio", "show", "{'id':'@ivan'}"), "pupil/order"));
}

static void the_next_level_keeps_the_significant(void **state)
{
    (void)state;
    ok(s, "ivan", "portfolio", "select", "{'id':'@ivan','entry':['@a1']}");
    ok(s, "teacher", "portfolio", "advance", "{'id':'@ivan'}");
    json_t *p = ok(s, "ivan", "portfolio", "show", "{'id':'@ivan'}");
    size_t i;
    json_t *e, *first = NULL, *second = NULL;
    json_array_foreach(at(p, "entries"), i, e) {
        if (strcmp(text(e, "id"), id_of(s, "a1")) == 0) first = e;
        if (strcmp(text(e, "id"), id_of(s, "a2")) == 0) second = e;
    }
    assert_true(json_is_true(at(second, "past")));
    assert_null(at(first, "past"));
    refused(s, LT_REFUSED, "portfolio.level_same", "ivan", "portfolio", "advance", "{'id':'@ivan'}");
    refused(s, LT_REFUSED, "portfolio.level_same", "mother_m", "portfolio", "advance", "{'id':'@masha'}"); /* classes 1–4 */
}

static const json_t *evidence(const json_t *page, const char *kind, const char *id)
{
    size_t i, k;
    json_t *group, *e;
    json_array_foreach(at(page, "kinds"), i, group) {
        if (strcmp(text(group, "kind"), kind) != 0) continue;
        json_array_foreach(at(group, "entries"), k, e) {
            if (strcmp(text(e, "id"), id) == 0) return e;
        }
    }
    return NULL;
}

static void evidence_for_admission_by_kinds_and_no_points(void **state)
{
    (void)state;
    name_it(s, "olymp", text(ok(s, "ivan", "entry", "add",
                                "{'pupil':'@ivan','submit':true,'activity':'olympiad','subject':'физика','title':'Олимпиада','level':'regional','result':'prize_winner',"
                                "'date':'2026-10-01','document_kind':'diploma','document_number':'77','organiser':'Университет','file':['<scans/01-olympiad-diploma.pdf']}"), "id"));
    verified("vol", "'kind':'experience','activity':'volunteering','section':'personal','title':'Приют','date':'2026-10-04','hours':10");
    verified("part", "'activity':'contest','title':'Участие','level':'school','result':'participant','date':'2026-10-04'");
    json_t *page = ok(s, "ivan", "portfolio", "admission", "{'id':'@ivan'}");
    const json_t *o = evidence(page, "contest", id_of(s, "olymp"));
    assert_non_null(o);
    assert_true(lt_json_array_has(at(o, "missing"), "verified"));
    assert_true(lt_json_array_has(at(o, "missing"), "class")); /* class 9 */
    assert_false(lt_json_array_has(at(o, "missing"), "file"));
    assert_string_equal(text(o, "until"), "2028-10-01");
    const json_t *v = evidence(page, "volunteering", id_of(s, "vol"));
    assert_true(lt_json_array_has(at(v, "missing"), "file"));
    assert_false(lt_json_array_has(at(v, "missing"), "verified"));
    assert_null(evidence(page, "contest", id_of(s, "part"))); /* taking part is no evidence */
    assert_false(says(page, "point"));
    refused(s, LT_REFUSED, "portfolio.admission_early", "mother_m", "portfolio", "admission", "{'id':'@masha'}");
    /* a teacher of another subject sees the page without what is not hers to see */
    assert_null(evidence(ok(s, "math", "portfolio", "admission", "{'id':'@ivan'}"), "volunteering", id_of(s, "vol")));
}

/* --- who looked --- */

static void the_family_reads_who_looked_in_words(void **state)
{
    (void)state;
    ok(s, "father", "pupil", "show", "{'id':'@ivan'}");
    ok(s, "math", "pupil", "show", "{'id':'@ivan'}");
    json_t *log = ok(s, "mother", "log", "access", "{'pupil':'@ivan','limit':500}");
    json_t *row = item(log, "actor", id_of(s, "math"));
    assert_string_equal(text(row, "actor_kind"), "staff");
    assert_string_equal(text(row, "actor_name"), "Числова Анна Петровна");
    assert_string_equal(text(row, "action_title"), "Показать карточку ученика");
    row = item(log, "actor", id_of(s, "father"));
    assert_string_equal(text(row, "actor_kind"), "guardian");
    assert_string_equal(text(row, "actor_name"), "");
    assert_string_equal(text(item(log, "actor", id_of(s, "mother")), "actor_kind"), "me");
    assert_false(holds(ok(s, "mother", "log", "access", "{'pupil':'@ivan','others':true,'limit':500}"), "actor", id_of(s, "mother")));
    assert_true(holds(ok(s, "mother", "log", "access", "{'pupil':'@ivan','others':true,'limit':500}"), "actor", id_of(s, "math")));
    assert_false(says(log, "+7998"));
}

/* --- git is the truth --- */

static int add_line(void *user, const char *line, size_t len)
{
    return lt_buf_add(user, line, len) || lt_buf_addc(user, '\n') ? LT_SYSTEM : 0;
}

static void all_of_it_comes_back_from_git(void **state)
{
    (void)state;
    struct lt_buf before = LT_BUF_INIT(64 << 20), after = LT_BUF_INIT(64 << 20);
    assert_int_equal(index_dump(s->app->index, add_line, &before, &s->err), 0);
    assert_non_null(strstr(before.data, "Сдать ГТО"));
    ok(s, "local", "system", "reindex", "{}");
    assert_int_equal(index_dump(s->app->index, add_line, &after, &s->err), 0);
    assert_string_equal(before.data, after.data);
    lt_buf_free(&before);
    lt_buf_free(&after);
    assert_true(holds(ok(s, "ivan", "goal", "list", "{}"), "title", "Сдать ГТО"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goals_are_the_pupils),
        cmocka_unit_test(learning_actions_are_described_by_whoever_saw_them),
        cmocka_unit_test(under_14_a_guardian_makes_the_link),
        cmocka_unit_test(from_14_the_pupil_and_then_a_guardian),
        cmocka_unit_test(from_18_the_pupil_alone),
        cmocka_unit_test(a_link_ends_with_what_it_rests_on),
        cmocka_unit_test(a_link_shows_what_was_chosen_and_nothing_else),
        cmocka_unit_test(the_archive_keeps_goals_for_those_who_may_read_them),
        cmocka_unit_test(guessing_is_slowed_down),
        cmocka_unit_test(a_code_is_drawn),
        cmocka_unit_test(acts_on_entries_are_told_to_the_family),
        cmocka_unit_test(nothing_is_told_of_what_was_refused),
        cmocka_unit_test(nothing_is_told_of_a_change_that_came_too_late),
        cmocka_unit_test(reviews_and_signatures_are_asked_for),
        cmocka_unit_test(objections_have_a_term),
        cmocka_unit_test(birthdays_ask),
        cmocka_unit_test(what_the_school_adds_is_told_once),
        cmocka_unit_test(letters_are_a_wish),
        cmocka_unit_test(questions_say_what_is_asked_and_what_a_stranger_sees),
        cmocka_unit_test(cover_order_and_about),
        cmocka_unit_test(the_next_level_keeps_the_significant),
        cmocka_unit_test(evidence_for_admission_by_kinds_and_no_points),
        cmocka_unit_test(the_family_reads_who_looked_in_words),
        cmocka_unit_test(all_of_it_comes_back_from_git),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
