/* Events, reviews, portfolio pages: records of many pupils and what belongs to one. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANY = 30 };

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static long long changes_of(const char *pupil)
{
    return (long long)count(ok(s, "local", "log", "changes", "{'pupil':'@%s','limit':500}", pupil));
}

static void closed_for_thirty_at_once(void **state)
{
    (void)state;
    char name[16], list[3000] = "";
    for (int i = 0; i < MANY; i++) {
        lt_print(name, sizeof name, "p%d", i);
        pupil(s, name, "Участников", "2011-01-01", i % 2 ? "9А" : "9Б");
        char piece[40];
        lt_print(piece, sizeof piece, "%s'@%s'", i ? "," : "", name);
        strcat(list, piece);
    }
    json_t *e = ok(s, "teacher", "event", "add",
                   "{'title':'Турнир городов','organiser':'Лицей','activity':'contest','level':'municipal','participation':'team',"
                   "'from':'2026-11-01','to':'2026-11-02'}");
    name_it(s, "cup", text(e, "id"));
    refused(s, LT_REFUSED, "event.empty", "teacher", "event", "close", "{'id':'@cup'}");
    ok(s, "teacher", "event", "participants", "{'id':'@cup','pupil':[%s]}", list);
    ok(s, "teacher", "event", "participants", "{'id':'@cup','pupil':['@p3'],'result':'winner','place':1}");
    refused(s, LT_DENIED, "denied.right", "teacher_b", "event", "participants", "{'id':'@cup','pupil':['@petr']}");
    refused(s, LT_DENIED, "denied.right", "math", "event", "close", "{'id':'@cup'}");
    assert_null(at(ok(s, "math", "event", "show", "{'id':'@cup'}"), "participants"));
    /* another's class is closed over by who leads the event */
    long long before = changes_of("p0");
    e = ok(s, "deputy", "event", "close", "{'id':'@cup'}");
    assert_string_equal(text(e, "state"), "closed");
    refused(s, LT_REFUSED, "event.closed", "deputy", "event", "close", "{'id':'@cup'}");
    refused(s, LT_REFUSED, "event.closed", "teacher", "event", "participants", "{'id':'@cup','pupil':['@petr']}");
    assert_int_equal(json_array_size(at(e, "participants")), MANY);
    for (int i = 0; i < MANY; i++) {
        const json_t *p = json_array_get(at(e, "participants"), (size_t)i);
        lt_print(name, sizeof name, "p%d", i);
        json_t *entry = ok(s, name, "entry", "show", "{'id':'%s'}", text(p, "entry"));
        assert_string_equal(text(entry, "pupil"), id_of(s, name));
        assert_string_equal(text(entry, "state"), "verified");
        assert_string_equal(text(entry, "source/event"), id_of(s, "cup"));
        assert_string_equal(text(entry, "verification/act"), "event");
        assert_string_equal(text(entry, "class_name"), i % 2 ? "9А" : "9Б");
        assert_int_equal(number(entry, "team_size"), MANY);
        assert_string_equal(text(entry, "result"), i == 3 ? "winner" : "participant");
        /* no other pupil is named, in any form */
        char *all = json_dumps(entry, 0);
        for (int k = 0; k < MANY; k++) {
            char other[16];
            lt_print(other, sizeof other, "p%d", k);
            if (k != i && strstr(all, id_of(s, other))) fail_msg("the entry of p%d names p%d", i, k);
        }
        free(all);
        /* nor is it in what the access log tells the family */
        if (i == 5) {
            char *log = json_dumps(ok(s, name, "log", "access", "{'pupil':'@%s'}", name), 0);
            assert_null(strstr(log, id_of(s, "p6")));
            free(log);
        }
    }
    assert_int_equal(changes_of("p0"), before + 1);
    /* one opinion built on it, and it stays */
    name_it(s, "of0", text(e, "participants/0/entry"));
    ok(s, "teacher_b", "review", "add", "{'pupil':'@p0','entry':'@of0','text':'Молодец'}");
    refused(s, LT_REFUSED, "event.built_on", "deputy", "event", "undo", "{'id':'@cup'}");
    assert_string_equal(text(ok(s, "deputy", "event", "show", "{'id':'@cup'}"), "state"), "closed");
}

static void undone_while_nothing_was_built(void **state)
{
    (void)state;
    json_t *e = ok(s, "deputy", "event", "add", "{'title':'Кросс','activity':'sport','level':'school','from':'2026-10-01'}");
    name_it(s, "run", text(e, "id"));
    ok(s, "deputy", "event", "participants", "{'id':'@run','pupil':['@ivan','@petr']}");
    e = ok(s, "deputy", "event", "close", "{'id':'@run'}");
    name_it(s, "ivans_run", text(e, "participants/0/entry"));
    assert_string_equal(text(ok(s, "ivan", "entry", "show", "{'id':'@ivans_run'}"), "class_name"), "9А");
    refused(s, LT_DENIED, "denied.right", "teacher", "event", "undo", "{'id':'@run'}");
    e = ok(s, "deputy", "event", "undo", "{'id':'@run'}");
    assert_string_equal(text(e, "state"), "open");
    assert_null(at(e, "participants/0/entry"));
    refused(s, LT_NOTFOUND, "entry.absent", "ivan", "entry", "show", "{'id':'@ivans_run'}");
    refused(s, LT_REFUSED, "event.open", "deputy", "event", "undo", "{'id':'@run'}");
    ok(s, "deputy", "event", "participants", "{'id':'@run','remove':['@petr']}");
    e = ok(s, "deputy", "event", "close", "{'id':'@run'}");
    assert_int_equal(json_array_size(at(e, "participants")), 1);
    name_it(s, "ivans_run", text(e, "participants/0/entry"));
    ok(s, "ivan", "entry", "dispute", "{'id':'@ivans_run','kind':'not_me','text':'Болел'}");
    refused(s, LT_REFUSED, "event.built_on", "deputy", "event", "undo", "{'id':'@run'}");
}

static void nobody_enters_the_own_child_by_an_event(void **state)
{
    (void)state;
    json_t *e = ok(s, "math", "event", "add", "{'title':'Бой','activity':'contest','level':'school','from':'2026-10-01'}");
    name_it(s, "fight", text(e, "id"));
    ok(s, "math", "event", "participants", "{'id':'@fight','pupil':['@olga']}");
    int rc = call(s, "math", "event", "close", NULL, "{'id':'@fight'}");
    assert_int_equal(rc, LT_DENIED);
    assert_int_equal(count(ok(s, "olga", "entry", "list", "{}")), 0);
    refused(s, LT_NOTFOUND, "pupil.absent", "math", "event", "participants", "{'id':'@fight','pupil':['0190a6f0-0000-7000-8000-000000000000']}");
}

static void reviews(void **state)
{
    (void)state;
    entry_in(s, "e", "ivan", "ivan", "verified");
    json_t *r = ok(s, "mother", "review", "add", "{'pupil':'@ivan','entry':'@e','text':'Сам решал'}");
    assert_string_equal(text(r, "by_kind"), "guardian");
    assert_string_equal(text(r, "ground"), "consent");
    name_it(s, "r", text(r, "id"));
    refused(s, LT_NOTFOUND, "pupil.absent", "mother_b", "review", "add", "{'pupil':'@ivan','text':'Чужая'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "stranger", "review", "add", "{'pupil':'@ivan','text':'Чужая'}");
    refused(s, LT_DENIED, "denied.right", "ivan", "review", "add", "{'pupil':'@ivan','text':'О себе'}");
    refused(s, LT_NOTFOUND, "entry.absent", "teacher_b", "review", "add", "{'pupil':'@petr','entry':'@e','text':'Не его'}");
    assert_true(holds(ok(s, "teacher", "review", "list", "{'pupil':'@ivan'}"), "id", id_of(s, "r")));
    assert_false(holds(ok(s, "teacher_b", "review", "list", "{}"), "id", id_of(s, "r")));
    refused(s, LT_DENIED, "denied.right", "teacher", "review", "retract", "{'id':'@r'}");
    refused(s, LT_NOTFOUND, "review.absent", "teacher_b", "review", "retract", "{'id':'@r'}");
    ok(s, "mother", "review", "retract", "{'id':'@r'}");
    refused(s, LT_REFUSED, "review.state", "mother", "review", "retract", "{'id':'@r'}");

    r = ok(s, "ivan", "review", "ask", "{'pupil':'@ivan','of':'@coach','kind':'recommendation'}");
    name_it(s, "asked", text(r, "id"));
    assert_true(holds(ok(s, "coach", "review", "list", "{}"), "id", id_of(s, "asked")));
    refused(s, LT_DENIED, "denied.right", "teacher", "review", "give", "{'id':'@asked','text':'Не просили'}");
    r = ok(s, "coach", "review", "give", "{'id':'@asked','text':'Умеет работать'}");
    assert_string_equal(text(r, "by"), id_of(s, "coach"));
    assert_string_equal(text(r, "by_kind"), "staff");
    refused(s, LT_REFUSED, "review.state", "coach", "review", "decline", "{'id':'@asked'}");
    r = ok(s, "mother", "review", "ask", "{'pupil':'@ivan','of':'@coach'}");
    assert_string_equal(text(ok(s, "coach", "review", "decline", "{'id':'%s'}", text(r, "id")), "state"), "declined");
}

static void the_page_of_a_portfolio(void **state)
{
    (void)state;
    entry_in(s, "mine", "ivan", "ivan", "verified");
    entry_in(s, "aside", "ivan", "ivan", "draft");
    json_t *p = ok(s, "mother", "portfolio", "show", "{'id':'@ivan'}");
    json_t *t = ok(s, "teacher", "portfolio", "show", "{'id':'@ivan'}");
    assert_string_equal(text(p, "pupil/class_name"), "9А");
    assert_true(number(p, "count") > number(t, "count"));
    char *all = json_dumps(t, 0);
    assert_null(strstr(all, id_of(s, "aside")));
    assert_null(strstr(all, "score"));
    free(all);
    refused(s, LT_NOTFOUND, "pupil.absent", "teacher_b", "portfolio", "show", "{'id':'@ivan'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "sysadmin", "portfolio", "show", "{'id':'@ivan'}");
    json_t *line = ok(s, "ivan", "portfolio", "timeline", "{'id':'@ivan','state':'verified','school_year':'2026/27'}");
    assert_true(holds(line, "id", id_of(s, "mine")));
    refused(s, LT_USAGE, "field.malformed.year", "ivan", "portfolio", "timeline", "{'id':'@ivan','school_year':'давно'}");
    ok(s, "ivan", "portfolio", "select", "{'id':'@ivan','entry':['@mine']}");
    assert_true(json_is_true(at(ok(s, "teacher", "entry", "show", "{'id':'@mine'}"), "significant")));
    refused(s, LT_NOTFOUND, "entry.absent", "teacher", "portfolio", "select", "{'id':'@ivan','entry':['@aside']}");
    entry_in(s, "petrs", "petr", "teacher_b", "verified");
    refused(s, LT_NOTFOUND, "entry.absent", "ivan", "portfolio", "select", "{'id':'@ivan','entry':['@petrs']}");
    ok(s, "ivan", "portfolio", "select", "{'id':'@ivan','entry':['@mine'],'undo':true}");
    assert_null(at(ok(s, "teacher", "entry", "show", "{'id':'@mine'}"), "significant"));
}

/* Does the answer's ZIP hold this name? */
static bool zip_names(const char *name)
{
    size_t len = 0;
    char *zip = bytes(s, &len);
    bool found = memmem(zip, len, name, strlen(name)) != NULL;
    free(zip);
    return found;
}

static void taken_away(void **state)
{
    (void)state;
    ok(s, "mother", "portfolio", "export", "{'id':'@ivan','format':'zip'}");
    assert_string_equal(s->answer.stream.content_type, "application/zip");
    assert_true(zip_names(id_of(s, "aside")));
    assert_true(zip_names("pupil.json"));
    /* the school does not carry away what the family keeps to itself */
    ok(s, "teacher", "portfolio", "export", "{'id':'@ivan','format':'zip'}");
    assert_true(zip_names(id_of(s, "mine")));
    assert_false(zip_names(id_of(s, "aside")));
    refused(s, LT_NOTFOUND, "pupil.absent", "mother_b", "portfolio", "export", "{'id':'@ivan'}");
    refused(s, LT_DENIED, "denied.right", "olympiads", "portfolio", "export", "{'id':'@ivan'}");
    refused(s, LT_DENIED, "denied.right", "director", "portfolio", "export", "{'id':'@ivan','format':'bundle'}");
    ok(s, "mother", "portfolio", "export", "{'id':'@ivan','format':'bundle'}");
    size_t len = 0;
    char *bundle = bytes(s, &len);
    assert_memory_equal(bundle, "# v2 git bundle\n", 16);
    free(bundle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_for_thirty_at_once),
        cmocka_unit_test(undone_while_nothing_was_built),
        cmocka_unit_test(nobody_enters_the_own_child_by_an_event),
        cmocka_unit_test(reviews),
        cmocka_unit_test(the_page_of_a_portfolio),
        cmocka_unit_test(taken_away),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
