/* Entries: states, revisions, conflicts, disputes, hiding, history. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"

#include <pthread.h>
#include <string.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    processing(s, "petr");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

#define ENTRY "'activity':'olympiad','title':'%s','level':'municipal','result':'winner','date':'2026-10-10','subject':'математика'"

/* The row of an entry among those that may be shown to others; NULL: it is not among them. The caller's. */
static json_t *shown(const char *name)
{
    json_t *rows = NULL, *found = NULL, *params = json_pack("{s:s}", "today", TODAY);
    char *next = NULL;
    assert_int_equal(index_list(s->app->index, "showable", params, 500, NULL, &rows, &next, &s->err), 0);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        if (strcmp(text(row, "entry"), id_of(s, name)) == 0) found = json_incref(row);
    }
    json_decref(rows);
    json_decref(params);
    assert_null(next);
    return found;
}

static bool showable(const char *name)
{
    json_t *row = shown(name);
    json_decref(row);
    return row != NULL;
}

static void from_draft_to_verified(void **state)
{
    (void)state;
    json_t *e = ok(s, "ivan", "entry", "add", "{'pupil':'@ivan'," ENTRY "}", "Первая");
    assert_string_equal(text(e, "state"), "draft");
    assert_int_equal(number(e, "revision"), 1);
    assert_string_equal(text(e, "class_name"), "9А");
    assert_string_equal(text(e, "class"), id_of(s, "9А"));
    assert_string_equal(text(e, "school_year"), "2026/27");
    assert_string_equal(text(e, "ground"), "consent");
    assert_string_equal(text(e, "source/kind"), "pupil");
    assert_string_equal(text(e, "source/by"), id_of(s, "ivan"));
    assert_string_equal(text(e, "section"), "extracurricular");
    name_it(s, "e", text(e, "id"));
    /* the school does not know of a draft of the family */
    refused(s, LT_NOTFOUND, "entry.absent", "teacher", "entry", "show", "{'id':'@e'}");
    refused(s, LT_NOTFOUND, "entry.absent", "teacher", "entry", "verify", "{'id':'@e'}");
    assert_false(holds(ok(s, "teacher", "entry", "list", "{'limit':500}"), "id", id_of(s, "e")));
    assert_true(holds(ok(s, "mother", "entry", "list", "{'limit':500}"), "id", id_of(s, "e")));
    e = ok(s, "ivan", "entry", "submit", "{'id':'@e'}");
    assert_string_equal(text(e, "state"), "submitted");
    refused(s, LT_REFUSED, "entry.state", "ivan", "entry", "submit", "{'id':'@e'}");
    assert_true(holds(ok(s, "teacher", "entry", "list", "{'queue':true}"), "id", id_of(s, "e")));
    refused(s, LT_DENIED, "denied.right", "ivan", "entry", "verify", "{'id':'@e'}");
    refused(s, LT_DENIED, "denied.right", "mother", "entry", "verify", "{'id':'@e'}");
    e = ok(s, "teacher", "entry", "verify", "{'id':'@e','act':'seen_original','comment':'Подлинник видела'}");
    assert_string_equal(text(e, "state"), "verified");
    e = ok(s, "mother", "entry", "show", "{'id':'@e'}");
    assert_string_equal(text(e, "verification/act"), "seen_original");
    assert_string_equal(text(e, "verification/by"), id_of(s, "teacher"));
    assert_int_equal(number(e, "verified_revision"), 1);
    assert_false(holds(ok(s, "teacher", "entry", "list", "{'queue':true}"), "id", id_of(s, "e")));
}

static void returned_with_a_reason(void **state)
{
    (void)state;
    entry_in(s, "r", "ivan", "mother", "submitted");
    refused(s, LT_USAGE, "field.required", "teacher", "entry", "return", "{'id':'@r'}");
    json_t *e = ok(s, "teacher", "entry", "return", "{'id':'@r','reason':'Не тот год'}");
    assert_string_equal(text(e, "state"), "returned");
    e = ok(s, "ivan", "entry", "show", "{'id':'@r'}");
    assert_string_equal(text(e, "returned/reason"), "Не тот год");
    assert_string_equal(text(e, "returned/by"), id_of(s, "teacher"));
    refused(s, LT_REFUSED, "entry.state", "teacher", "entry", "verify", "{'id':'@r'}");
    e = ok(s, "mother", "entry", "edit", "{'id':'@r','date':'2025-10-10','submit':true}");
    assert_string_equal(text(e, "state"), "submitted");
    assert_string_equal(text(e, "returned/reason"), "");
    assert_int_equal(number(e, "revision"), 2);
    ok(s, "teacher", "entry", "verify", "{'id':'@r'}");
    /* the reason is kept in the history */
    json_t *h = ok(s, "mother", "entry", "history", "{'id':'@r'}");
    assert_int_equal(count(h), 5);
    assert_string_equal(text(h, "items/0/use_case"), "entry.verify");
    assert_string_equal(text(h, "items/2/use_case"), "entry.return");
    assert_string_equal(text(h, "items/2/returned/reason"), "Не тот год");
    assert_string_equal(text(h, "items/4/use_case"), "entry.add");
    assert_string_equal(text(h, "items/4/actor"), id_of(s, "mother"));
}

static void edit_of_a_verified_entry_awaits_verification(void **state)
{
    (void)state;
    entry_in(s, "v", "ivan", "ivan", "verified");
    json_t *e = ok(s, "ivan", "entry", "edit", "{'id':'@v','title':'Олимпиада, исправлено'}");
    assert_string_equal(text(e, "state"), "submitted");
    assert_int_equal(number(e, "revision"), 2);
    e = ok(s, "ivan", "entry", "show", "{'id':'@v'}");
    assert_int_equal(number(e, "verified_revision"), 1);
    /* others are still shown what was verified */
    json_t *row = shown("v");
    assert_string_equal(text(row, "verified/title"), "Олимпиада v");
    json_decref(row);
    json_t *d = ok(s, "teacher", "entry", "diff", "{'id':'@v'}");
    assert_int_equal(number(d, "from"), 1);
    assert_int_equal(number(d, "to"), 2);
    assert_int_equal(json_array_size(at(d, "changes")), 1);
    assert_string_equal(text(d, "changes/0/field"), "title");
    assert_string_equal(text(d, "changes/0/from"), "Олимпиада v");
    assert_string_equal(text(d, "changes/0/to"), "Олимпиада, исправлено");
    refused(s, LT_NOTFOUND, "entry.revision_absent", "teacher", "entry", "diff", "{'id':'@v','from':1,'to':9}");
    ok(s, "teacher", "entry", "verify", "{'id':'@v'}");
    e = ok(s, "ivan", "entry", "show", "{'id':'@v'}");
    assert_int_equal(number(e, "verified_revision"), 2);
    refused(s, LT_REFUSED, "entry.no_change", "ivan", "entry", "edit", "{'id':'@v','title':'Олимпиада, исправлено'}");
    /* put aside by its owner, it stays verified for others */
    e = ok(s, "ivan", "entry", "edit", "{'id':'@v','title':'Ещё раз','draft':true}");
    assert_string_equal(text(e, "state"), "draft");
    e = ok(s, "teacher", "entry", "show", "{'id':'@v'}");
    assert_int_equal(number(e, "verified_revision"), 2);
}

static void the_second_writer_is_told_both_revisions(void **state)
{
    (void)state;
    entry_in(s, "c", "ivan", "ivan", "submitted");
    entry_in(s, "other", "ivan", "mother", "submitted");
    ok(s, "mother", "entry", "edit", "{'id':'@c','revision':1,'organiser':'Университет'}");
    /* another entry of the same portfolio disturbs nobody */
    ok(s, "mother", "entry", "edit", "{'id':'@other','organiser':'Лицей'}");
    refused(s, LT_CONFLICT, "entry.revision_moved", "ivan", "entry", "edit", "{'id':'@c','revision':1,'title':'Моя правка'}");
    assert_string_equal(lt_error_param(&s->err, "seen"), "1");
    assert_string_equal(lt_error_param(&s->err, "now"), "2");
    assert_string_equal(text(s->err.details, "entry/organiser"), "Университет");
    refused(s, LT_CONFLICT, "entry.revision_moved", "teacher", "entry", "verify", "{'id':'@c','revision':1}");
    json_t *e = ok(s, "ivan", "entry", "show", "{'id':'@c'}");
    assert_string_equal(text(e, "title"), "Олимпиада c");
    assert_string_equal(text(e, "organiser"), "Университет");
    ok(s, "ivan", "entry", "edit", "{'id':'@c','revision':2,'title':'Моя правка'}");
    e = ok(s, "ivan", "entry", "show", "{'id':'@c'}");
    assert_string_equal(text(e, "title"), "Моя правка");
    assert_string_equal(text(e, "organiser"), "Университет");
    ok(s, "ivan", "entry", "edit", "{'id':'@other','revision':2,'title':'Другая'}");
    ok(s, "teacher", "entry", "verify", "{'id':'@c','revision':3}");
}

/* --- at the same time --- */

enum { WRITERS = 6 };

struct writer {
    pthread_t thread;
    char id[LT_ID_SIZE], organiser[40];
    int rc;
};

static void *write_once(void *arg)
{
    struct writer *w = arg;
    struct uc_answer answer;
    struct lt_error err = {0};
    json_t *values = json_pack("{s:s, s:i, s:s}", "id", w->id, "revision", 1, "organiser", w->organiser);
    struct uc_request r = {.noun = "entry", .verb = "edit", .values = values, .door = UC_CLI, .token = lt_json_str(s->tokens, "ivan")};
    w->rc = uc_dispatch(s->app, &r, &answer, &err);
    uc_answer_clear(&answer);
    lt_error_clear(&err);
    json_decref(values);
    return NULL;
}

static void write_together(struct writer *w)
{
    for (int i = 0; i < WRITERS; i++) {
        lt_print(w[i].organiser, sizeof w[i].organiser, "Организатор %d", i);
        assert_int_equal(pthread_create(&w[i].thread, NULL, write_once, &w[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) pthread_join(w[i].thread, NULL);
}

static void several_write_at_the_same_time(void **state)
{
    (void)state;
    struct writer w[WRITERS] = {0};
    const char *won = NULL;
    entry_in(s, "together", "ivan", "ivan", "submitted");
    for (int i = 0; i < WRITERS; i++) lt_print(w[i].id, sizeof w[i].id, "%s", id_of(s, "together"));
    write_together(w);
    for (int i = 0; i < WRITERS; i++) {
        assert_true(w[i].rc == 0 || w[i].rc == LT_CONFLICT);
        if (w[i].rc == 0) assert_null(won);
        if (w[i].rc == 0) won = w[i].organiser;
    }
    assert_non_null(won);
    json_t *e = ok(s, "ivan", "entry", "show", "{'id':'@together'}");
    assert_string_equal(text(e, "organiser"), won);
    assert_int_equal(number(e, "revision"), 2);
    /* entries beside each other in one portfolio are no conflict */
    for (int i = 0; i < WRITERS; i++) {
        char name[20];
        lt_print(name, sizeof name, "beside%d", i);
        lt_print(w[i].id, sizeof w[i].id, "%s", entry_in(s, name, "ivan", "ivan", "submitted"));
    }
    write_together(w);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(w[i].rc, 0);
        assert_string_equal(text(ok(s, "mother", "entry", "show", "{'id':'%s'}", w[i].id), "organiser"), w[i].organiser);
    }
}

static void the_family_takes_back_only_its_own(void **state)
{
    (void)state;
    entry_in(s, "w", "ivan", "ivan", "verified");
    refused(s, LT_DENIED, "denied.right", "teacher", "entry", "withdraw", "{'id':'@w'}");
    refused(s, LT_NOTFOUND, "entry.absent", "petr", "entry", "withdraw", "{'id':'@w'}");
    json_t *e = ok(s, "ivan", "entry", "withdraw", "{'id':'@w'}");
    assert_string_equal(text(e, "state"), "taken_back");
    e = ok(s, "mother", "entry", "show", "{'id':'@w'}");
    assert_null(at(e, "verification"));
    assert_int_equal(number(e, "verified_revision"), -1);
    refused(s, LT_NOTFOUND, "entry.absent", "teacher", "entry", "show", "{'id':'@w'}");
    refused(s, LT_REFUSED, "entry.taken_back", "ivan", "entry", "edit", "{'id':'@w','title':'Снова'}");
    entry_in(s, "school", "ivan", "teacher", "verified");
    refused(s, LT_DENIED, "denied.right", "ivan", "entry", "withdraw", "{'id':'@school'}");
    refused(s, LT_DENIED, "denied.right", "ivan", "entry", "edit", "{'id':'@school','title':'Лучше'}");
    assert_string_equal(text(ok(s, "ivan", "entry", "show", "{'id':'@school'}"), "ground"), "law");
}

static void hidden_from_showings(void **state)
{
    (void)state;
    entry_in(s, "h", "ivan", "teacher", "verified");
    assert_true(showable("h"));
    ok(s, "ivan", "entry", "hide", "{'id':'@h','reason':'Не хочу'}");
    assert_false(showable("h"));
    refused(s, LT_REFUSED, "entry.hidden", "ivan", "entry", "hide", "{'id':'@h'}");
    assert_string_equal(text(ok(s, "teacher", "entry", "show", "{'id':'@h'}"), "hidden/reason"), "Не хочу");
    assert_int_equal(number(ok(s, "teacher", "entry", "show", "{'id':'@h'}"), "verified_revision"), 1);
    ok(s, "ivan", "entry", "hide", "{'id':'@h','undo':true}");
    assert_true(showable("h"));
    refused(s, LT_REFUSED, "entry.not_hidden", "ivan", "entry", "hide", "{'id':'@h','undo':true}");
}

static void a_dispute_hides_at_once(void **state)
{
    (void)state;
    entry_in(s, "d", "ivan", "teacher", "verified");
    refused(s, LT_USAGE, "field.required", "mother", "entry", "dispute", "{'id':'@d','kind':'wrong_data'}");
    json_t *e = ok(s, "mother", "entry", "dispute", "{'id':'@d','kind':'wrong_data','text':'Место другое'}");
    assert_false(showable("d"));
    e = ok(s, "teacher", "entry", "show", "{'id':'@d'}");
    assert_string_equal(text(e, "dispute/text"), "Место другое");
    assert_string_equal(text(e, "dispute/due"), "2026-12-01"); /* seven working days from a Friday */
    refused(s, LT_REFUSED, "entry.disputed", "ivan", "entry", "dispute", "{'id':'@d','kind':'not_me','text':'Не я'}");
    refused(s, LT_DENIED, "denied.right", "mother", "entry", "answer", "{'id':'@d','outcome':'upheld','text':'Да'}");
    refused(s, LT_DENIED, "denied.right", "math", "entry", "answer", "{'id':'@d','outcome':'upheld','text':'Да'}");
    refused(s, LT_NOTFOUND, "entry.absent", "teacher_b", "entry", "answer", "{'id':'@d','outcome':'upheld','text':'Да'}");
    ok(s, "deputy", "entry", "answer", "{'id':'@d','outcome':'upheld','text':'По протоколу верно'}");
    assert_true(showable("d"));
    e = ok(s, "mother", "entry", "show", "{'id':'@d'}");
    assert_string_equal(text(e, "dispute/answer/text"), "По протоколу верно");
    assert_string_equal(text(e, "dispute/answer/by"), id_of(s, "deputy"));
    refused(s, LT_REFUSED, "entry.not_disputed", "deputy", "entry", "answer", "{'id':'@d','outcome':'upheld','text':'Ещё'}");
    ok(s, "ivan", "entry", "dispute", "{'id':'@d','kind':'not_me','text':'Не я'}");
    assert_false(showable("d"));
}

static void nobody_decides_on_an_own_child(void **state)
{
    (void)state;
    processing(s, "olga");
    entry_in(s, "own", "olga", "teacher", "submitted");
    refused(s, LT_DENIED, "denied.right", "math", "entry", "verify", "{'id':'@own'}");
    role(s, "math", "'role':'class_teacher','class':'@9А'");
    refused(s, LT_DENIED, "denied.own_child", "math", "entry", "verify", "{'id':'@own'}");
    refused(s, LT_DENIED, "denied.own_child", "math", "entry", "return", "{'id':'@own','reason':'Нет'}");
    ok(s, "olga", "entry", "dispute", "{'id':'@own','kind':'wrong_data','text':'Ошибка'}");
    refused(s, LT_DENIED, "denied.own_child", "math", "entry", "answer", "{'id':'@own','outcome':'upheld','text':'Так'}");
    entry_in(s, "notown", "ivan", "teacher", "submitted");
    ok(s, "math", "entry", "verify", "{'id':'@notown'}");
}

static void what_is_wrong_is_said_by_field(void **state)
{
    (void)state;
    refused(s, LT_USAGE, "field.value", "ivan", "entry", "add", "{'pupil':'@ivan','activity':'шахматы','title':'Т','date':'2026-10-10'}");
    assert_string_equal(s->err.field, "activity");
    refused(s, LT_USAGE, "field.unknown", "ivan", "entry", "add", "{'pupil':'@ivan','health':'здоров'}");
    refused(s, LT_USAGE, "field.malformed.date", "ivan", "entry", "add", "{'pupil':'@ivan','date':'10.10.2026'}");
    refused(s, LT_REFUSED, "entry.required", "ivan", "entry", "add", "{'pupil':'@ivan','activity':'olympiad'}");
    json_t *e = ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','title':'Потом допишу'}");
    name_it(s, "half", text(e, "id"));
    refused(s, LT_REFUSED, "entry.required", "ivan", "entry", "submit", "{'id':'@half'}");
    refused(s, LT_REFUSED, "entry.date_future", "ivan", "entry", "edit", "{'id':'@half','date':'2027-01-01'}");
    refused(s, LT_REFUSED, "entry.date_before_birth", "ivan", "entry", "edit", "{'id':'@half','date':'2010-01-01'}");
    refused(s, LT_REFUSED, "entry.link_scheme", "ivan", "entry", "edit", "{'id':'@half','link':'javascript:alert(1)'}");
}

static void lists_by_every_filter(void **state)
{
    (void)state;
    entry_in(s, "f", "petr", "petr", "verified");
    static const char *const good[] = {"'pupil':'@petr'",        "'class':'@9Б'",          "'section':'extracurricular'", "'activity':'olympiad'",
                                       "'level':'municipal'",    "'result':'winner'",      "'state':'verified'",          "'school_year':'2026-27'",
                                       "'source':'pupil'",       "'kind':'achievement'",   "'subject':'математика'",      "'query':'олимпиады'",
                                       "'from':'2026-10-10'",    "'to':'2026-10-10'",      "'disputed':false",            "'hidden':false"};
    static const char *const bad[] = {"'pupil':'@ivan'",      "'class':'@9А'",         "'section':'study'",     "'activity':'sport'",
                                      "'level':'school'",     "'result':'participant'", "'state':'draft'",      "'school_year':'2025-26'",
                                      "'source':'staff'",     "'kind':'work'",         "'subject':'физика'",    "'query':'спартакиада'",
                                      "'from':'2026-10-11'",  "'to':'2026-10-09'",     "'disputed':true",       "'hidden':true"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!holds(ok(s, "deputy", "entry", "list", "{%s,'limit':500}", good[i]), "id", id_of(s, "f"))) fail_msg("not found by %s", good[i]);
        if (holds(ok(s, "deputy", "entry", "list", "{%s,'limit':500}", bad[i]), "id", id_of(s, "f"))) fail_msg("found by %s", bad[i]);
    }
}

static void what_was_written_tells_the_story(void **state)
{
    (void)state;
    entry_in(s, "story", "petr", "petr", "verified");
    json_t *c = ok(s, "mother_b", "log", "changes", "{'pupil':'@petr','limit':3}");
    assert_string_equal(text(c, "items/0/subject"), "Verify entry");
    assert_string_equal(text(c, "items/0/actor"), id_of(s, "deputy"));
    assert_string_equal(text(c, "items/0/use_case"), "entry.verify");
    assert_string_equal(text(c, "items/0/entry"), id_of(s, "story"));
    assert_string_equal(text(c, "items/2/subject"), "Add entry");
    json_t *more = ok(s, "mother_b", "log", "changes", "{'pupil':'@petr','limit':500,'cursor':'%s'}", text(c, "next"));
    assert_true(count(more) > 3);
    assert_string_equal(text(more, "items/0/use_case"), "entry.verify");
    json_t *p = ok(s, "mother_b", "portfolio", "check", "{'id':'@petr'}");
    assert_int_equal(number(p, "faults"), 0);
    assert_int_equal((size_t)number(p, "commits"), count(c) + count(more));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_draft_to_verified),
        cmocka_unit_test(returned_with_a_reason),
        cmocka_unit_test(edit_of_a_verified_entry_awaits_verification),
        cmocka_unit_test(the_second_writer_is_told_both_revisions),
        cmocka_unit_test(several_write_at_the_same_time),
        cmocka_unit_test(the_family_takes_back_only_its_own),
        cmocka_unit_test(hidden_from_showings),
        cmocka_unit_test(a_dispute_hides_at_once),
        cmocka_unit_test(nobody_decides_on_an_own_child),
        cmocka_unit_test(what_is_wrong_is_said_by_field),
        cmocka_unit_test(lists_by_every_filter),
        cmocka_unit_test(what_was_written_tells_the_story),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
