/* Signing in: slips, passwords, locks, tokens; and the access log of everything. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

#define MINUTE 60000
#define DAY (INT64_C(86400) * 1000)

static int as(const char *login, const char *password, const char *noun, const char *verb, json_t **out, const char *values)
{
    struct uc_request r = {.noun = noun, .verb = verb, .login = login, .password = password};
    return ask(s, &r, out, values);
}

static int with_token(const char *token, const char *noun, const char *verb, json_t **out, const char *values)
{
    struct uc_request r = {.noun = noun, .verb = verb, .token = token};
    return ask(s, &r, out, values);
}

/* A guardian of ivan without an account yet; returns the slip's password. */
static char *newcomer(const char *name, const char *login)
{
    json_t *p = ok(s, "director", "person", "add", "{'surname':'Новая','name':'Ирина'}");
    name_it(s, name, text(p, "id"));
    guardian(s, "ivan", name, "");
    json_t *a = ok(s, "teacher", "account", "create", "{'id':'@%s','login':'%s'}", name, login);
    assert_string_equal(text(a, "state"), "issued");
    assert_true(json_is_true(at(a, "must_change")));
    assert_int_equal(strlen(text(a, "password")), 14);
    return lt_strdup(text(a, "password"));
}

static void from_slip_to_own_password(void **state)
{
    (void)state;
    char *slip = newcomer("irina", "Irina.N");
    refused(s, LT_CONFLICT, "account.exists", "teacher", "account", "create", "{'id':'@irina'}");
    json_t *me = NULL;
    assert_int_equal(as("IRINA.n", slip, "session", "me", &me, "{}"), 0);
    assert_string_equal(text(me, "kind"), "guardian");
    assert_true(json_is_false(at(me, "confirmed")));
    assert_string_equal(text(me, "children/0/pupil"), id_of(s, "ivan"));
    /* until the password is the owner's own, nobody can say whose acts these are */
    assert_int_equal(as("irina.n", slip, "pupil", "show", NULL, "{'id':'@ivan'}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.must_change");
    assert_int_equal(as("irina.n", slip, "account", "password", NULL, "{'new_password':'коротко'}"), LT_USAGE);
    assert_string_equal(s->err.code, "password.short");
    assert_int_equal(as("irina.n", slip, "account", "password", NULL, "{'new_password':'я-irina.n-тут'}"), LT_USAGE);
    assert_string_equal(s->err.code, "password.login");
    assert_int_equal(as("irina.n", slip, "account", "password", NULL, "{'new_password':'зимний вечер'}"), 0);
    assert_int_equal(as("irina.n", slip, "session", "me", NULL, "{}"), LT_DENIED);
    assert_int_equal(as("irina.n", "зимний вечер", "pupil", "show", NULL, "{'id':'@ivan'}"), 0);
    ok(s, "teacher", "account", "confirm", "{'id':'@irina'}");
    assert_int_equal(as("irina.n", "зимний вечер", "session", "me", &me, "{}"), 0);
    assert_true(json_is_true(at(me, "confirmed")));
    free(slip);
    /* no password is written anywhere in the clear */
    char command[400];
    lt_print(command, sizeof command, "grep -raqF 'зимний вечер' '%s'", s->dir);
    assert_int_not_equal(system(command), 0);
}

static void a_slip_runs_out(void **state)
{
    (void)state;
    char *slip = newcomer("vera", "vera");
    int64_t then = s->now;
    s->now += 31 * DAY;
    assert_int_equal(as("vera", slip, "session", "me", NULL, "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.slip_expired");
    json_t *a = ok(s, "teacher", "account", "reset", "{'id':'@vera'}");
    assert_int_equal(as("vera", slip, "session", "me", NULL, "{}"), LT_DENIED);
    free(slip);
    slip = lt_strdup(text(a, "password"));
    assert_int_equal(as("vera", slip, "session", "me", NULL, "{}"), 0);
    free(slip);
    s->now = then + MINUTE;
}

static void guessing_is_slowed_down(void **state)
{
    (void)state;
    char *slip = newcomer("lock", "lock");
    for (int i = 0; i < 5; i++) assert_int_equal(as("lock", "неверный пароль", "session", "me", NULL, "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.wrong_login");
    assert_int_equal(as("lock", slip, "session", "me", NULL, "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.locked");
    assert_string_equal(lt_error_param(&s->err, "seconds"), "30");
    s->now += 31000;
    assert_int_equal(as("lock", "неверный пароль", "session", "me", NULL, "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.wrong_login");
    s->now += 31000; /* twice as long now */
    assert_int_equal(as("lock", slip, "session", "me", NULL, "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.locked");
    s->now += 31000;
    assert_int_equal(as("lock", slip, "session", "me", NULL, "{}"), 0);
    /* a stranger is answered alike whether there is such a login or not */
    assert_int_equal(as("nobody.here", "неверный пароль", "session", "me", NULL, "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.wrong_login");
    free(slip);
}

static void disabled_at_once(void **state)
{
    (void)state;
    person(s, "out", "Закрытая");
    role(s, "out", "'role':'class_teacher','class':'@9Б'");
    ok(s, "out", "pupil", "show", "{'id':'@petr'}");
    refused(s, LT_DENIED, "denied.right", "deputy_noo", "account", "disable", "{'id':'@out'}");
    ok(s, "sysadmin", "account", "disable", "{'id':'@out'}");
    refused(s, LT_DENIED, "session.unknown", "out", "pupil", "show", "{'id':'@petr'}");
    refused(s, LT_REFUSED, "account.own", "director", "account", "disable", "{'id':'@director'}");
    ok(s, "director", "account", "disable", "{'id':'@out','undo':true}");
    account(s, "out", true);
    ok(s, "out", "pupil", "show", "{'id':'@petr'}");
}

static void whose_account_it_is(void **state)
{
    (void)state;
    /* not the class teacher's of another class, not of staff, not of the own child */
    pupil(s, "kid", "Ребёнков", "2011-04-04", "9А");
    refused(s, LT_NOTFOUND, "account.absent", "teacher_b", "account", "reset", "{'id':'@kid'}");
    ok(s, "teacher", "account", "reset", "{'id':'@kid'}");
    refused(s, LT_NOTFOUND, "account.absent", "teacher", "account", "reset", "{'id':'@director'}");
    refused(s, LT_DENIED, "denied.right", "clerk", "account", "reset", "{'id':'@director'}");
    json_t *list = ok(s, "teacher", "account", "list", "{'limit':500}");
    assert_true(holds(list, "subject", id_of(s, "olga")));
    assert_true(holds(list, "subject", id_of(s, "mother")));
    assert_false(holds(list, "subject", id_of(s, "petr")));
    assert_false(holds(list, "subject", id_of(s, "director")));
    assert_false(holds(list, "subject", id_of(s, "mother_b")));
    assert_int_equal(count(ok(s, "mother", "account", "list", "{'limit':500}")), 0);
    /* the language a person chose is said at every sign-in, to them alone */
    assert_null(json_object_get(ok(s, "teacher", "session", "me", "{}"), "language"));
    ok(s, "teacher", "account", "set", "{'language':'en'}");
    assert_string_equal(text(ok(s, "teacher", "session", "me", "{}"), "language"), "en");
    assert_null(json_object_get(ok(s, "mother", "session", "me", "{}"), "language"));
    /* one person's account is asked for by whose it is, and only by those who may know of it */
    list = ok(s, "director", "account", "list", "{'subject':'@teacher','limit':1}");
    assert_int_equal(count(list), 1);
    assert_string_equal(text(list, "items/0/subject"), id_of(s, "teacher"));
    assert_string_equal(text(list, "items/0/kind"), "person");
    assert_string_equal(text(list, "items/0/state"), "confirmed");
    ok(s, "director", "account", "disable", "{'id':'@petr'}");
    assert_string_equal(text(ok(s, "director", "account", "list", "{'subject':'@petr'}"), "items/0/state"), "disabled");
    assert_int_equal(count(ok(s, "teacher", "account", "list", "{'subject':'@director'}")), 0);
    assert_int_equal(count(ok(s, "director", "account", "list", "{'subject':'01a2b3c4-0000-7000-8000-000000000000'}")), 0);
}

static void tokens_do_what_they_say(void **state)
{
    (void)state;
    char *slip = newcomer("tok", "tok");
    json_t *t = NULL;
    assert_int_equal(as("tok", slip, "account", "password", NULL, "{'new_password':'длинный пароль'}"), 0);
    free(slip);
    assert_int_equal(as("tok", "длинный пароль", "account", "tokens", &t, "{'title':'скрипт','scope':'pupil.list session.me','days':2}"), 0);
    char *token = lt_strdup(text(t, "token"));
    assert_int_equal(with_token(token, "session", "me", NULL, "{}"), 0);
    assert_int_equal(with_token(token, "pupil", "list", NULL, "{}"), 0);
    assert_int_equal(with_token(token, "pupil", "show", NULL, "{'id':'@ivan'}"), LT_DENIED);
    assert_string_equal(s->err.code, "right.scope");
    assert_int_equal(with_token(token, "account", "tokens", NULL, "{'title':'ещё'}"), LT_DENIED);
    int64_t then = s->now;
    s->now += 3 * DAY;
    assert_int_equal(with_token(token, "session", "me", NULL, "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.unknown");
    s->now = then + MINUTE;
    free(token);
    /* a session ends when it is ended, and all of them with the password */
    assert_int_equal(as("tok", "длинный пароль", "session", "login", &t, "{}"), 0);
    token = lt_strdup(text(t, "token"));
    assert_int_equal(with_token(token, "pupil", "show", NULL, "{'id':'@ivan'}"), 0);
    assert_int_equal(with_token(token, "account", "tokens", NULL, "{'title':'из сеанса'}"), LT_USAGE); /* not without the password */
    assert_int_equal(with_token(token, "session", "logout", NULL, "{}"), 0);
    assert_int_equal(with_token(token, "session", "me", NULL, "{}"), LT_DENIED);
    free(token);
    assert_int_equal(as("tok", "длинный пароль", "session", "login", &t, "{}"), 0);
    token = lt_strdup(text(t, "token"));
    assert_int_equal(as("tok", "длинный пароль", "account", "password", NULL, "{'new_password':'другой пароль'}"), 0);
    assert_int_equal(with_token(token, "session", "me", NULL, "{}"), LT_DENIED);
    free(token);
    assert_int_equal(with_token("lt_nonsense", "session", "me", NULL, "{}"), LT_DENIED);
    /* nobody ends another's session */
    assert_int_equal(as("tok", "другой пароль", "session", "login", &t, "{}"), 0);
    refused(s, LT_NOTFOUND, "session.unknown", "mother", "session", "logout", "{'id':'%s'}", text(t, "id"));
}

/* --- the access log --- */

static void a_row_for_every_read_and_change(void **state)
{
    (void)state;
    entry_in(s, "logged", "olga", "teacher", "submitted");
    static const struct {
        const char *who, *noun, *verb, *values, *outcome;
    } acts[] = {
        {"teacher", "pupil", "show", "{'id':'@olga'}", "done"},
        {"olga", "pupil", "show", "{'id':'@olga'}", "done"},
        {"math", "portfolio", "show", "{'id':'@olga'}", "done"},
        {"math", "portfolio", "timeline", "{'id':'@olga'}", "done"},
        {"teacher", "entry", "show", "{'id':'@logged'}", "done"},
        {"teacher", "entry", "history", "{'id':'@logged'}", "done"},
        {"teacher", "entry", "verify", "{'id':'@logged'}", "done"},
        {"teacher", "pupil", "list", "{}", "done"},
        {"teacher", "entry", "list", "{'query':'олимпиада'}", "done"},
        {"olga", "log", "access", "{'pupil':'@olga'}", "done"},
        {"olga", "log", "changes", "{'pupil':'@olga'}", "done"},
        {"math", "portfolio", "export", "{'id':'@olga','format':'zip'}", "done"},
        {"local", "pupil", "show", "{'id':'@olga'}", "done"},
        {"teacher_b", "pupil", "show", "{'id':'@olga'}", "denied"},
        {"mother_b", "entry", "show", "{'id':'@logged'}", "denied"},
        {"math", "entry", "return", "{'id':'@logged','reason':'Нет'}", "denied"},
        {"olga", "entry", "withdraw", "{'id':'@logged'}", "denied"},
        {"teacher", "entry", "verify", "{'id':'@logged'}", "refused"},
    };
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        char use_case[64];
        lt_print(use_case, sizeof use_case, "%s.%s", acts[i].noun, acts[i].verb);
        int rc = call(s, acts[i].who, acts[i].noun, acts[i].verb, NULL, "%s", acts[i].values);
        if ((rc == 0) != (strcmp(acts[i].outcome, "done") == 0)) fail_msg("%s: %s → %d %s", acts[i].who, use_case, rc, s->err.code);
        json_t *row = at(log_of(s, "olga"), "items/0");
        const char *actor = strcmp(acts[i].who, "local") == 0 ? "local:anna" : id_of(s, acts[i].who);
        if (strcmp(text(row, "use_case"), use_case) != 0 || strcmp(text(row, "actor"), actor) != 0 ||
            strcmp(text(row, "outcome"), acts[i].outcome) != 0)
            fail_msg("%s: %s → the log says %s by %s: %s", acts[i].who, use_case, text(row, "use_case"), text(row, "actor"), text(row, "outcome"));
        assert_string_equal(text(row, "door"), "cli");
    }
}

static void a_list_is_one_row_with_its_pupils(void **state)
{
    (void)state;
    ok(s, "teacher", "pupil", "list", "{}");
    json_t *rows = ok(s, "director", "log", "access", "{'action':'pupil.list','actor':'%s','limit':1}", id_of(s, "teacher"));
    json_t *pupils = at(rows, "items/0/pupils");
    assert_true(lt_json_array_has(pupils, id_of(s, "ivan")) && lt_json_array_has(pupils, id_of(s, "olga")));
    assert_false(lt_json_array_has(pupils, id_of(s, "petr")));
    /* the family is not told who else was in the list */
    rows = ok(s, "ivan", "log", "access", "{'pupil':'@ivan','action':'pupil.list'}");
    assert_int_equal(json_array_size(at(rows, "items/0/pupils")), 1);
    assert_string_equal(text(rows, "items/0/pupils/0"), id_of(s, "ivan"));
    refused(s, LT_DENIED, "denied.right", "teacher", "log", "access", "{'pupil':'@ivan'}");
    refused(s, LT_DENIED, "denied.right", "mother", "log", "access", "{}");
    refused(s, LT_NOTFOUND, "pupil.absent", "mother_b", "log", "access", "{'pupil':'@ivan'}");
    /* by day, and page by page */
    assert_int_equal(count(ok(s, "director", "log", "access", "{'pupil':'@ivan','to':'" YESTERDAY "'}")), 0);
    json_t *page = ok(s, "director", "log", "access", "{'pupil':'@ivan','limit':2}");
    json_t *more = ok(s, "director", "log", "access", "{'pupil':'@ivan','limit':2,'cursor':'%s'}", text(page, "next"));
    assert_int_equal(count(more), 2);
}

/* As it is after a kill: the files as they stand, opened by another process. */
static void the_log_survives_a_kill(void **state)
{
    (void)state;
    char copy[240], command[600];
    ok(s, "teacher", "pupil", "show", "{'id':'@ivan'}");
    name_it(s, "last", text(ok(s, "teacher", "entry", "add", "{'pupil':'@ivan','title':'Перед сбоем'}"), "id"));
    lt_print(copy, sizeof copy, "%s-killed", s->dir);
    lt_print(command, sizeof command, "cp -a '%s' '%s'", s->dir, copy);
    assert_int_equal(system(command), 0);
    struct school other = *s;
    lt_print(other.dir, sizeof other.dir, "%s", copy);
    other.app = NULL;
    other.answer = (struct uc_answer){0};
    other.err = (struct lt_error){0};
    school_reopen(&other);
    size_t adds = 0, shows = 0;
    const char *request = NULL;
    json_t *rows = ok(&other, "director", "log", "access", "{'pupil':'@ivan','limit':500}"), *row;
    size_t i;
    json_array_foreach(lt_json_array(rows, "items"), i, row) {
        if (strcmp(text(row, "actor"), id_of(s, "teacher")) != 0) continue;
        if (strcmp(text(row, "use_case"), "entry.add") == 0 && (!request || strcmp(request, text(row, "request")) == 0)) {
            request = text(row, "request");
            adds++;
        }
        shows += strcmp(text(row, "use_case"), "pupil.show") == 0;
    }
    assert_true(shows > 0);
    assert_int_equal(adds, 1); /* it came both by the journal and by the file beside it, and is kept once */
    ok(&other, "teacher", "entry", "show", "{'id':'@last'}");
    assert_int_equal(number(ok(&other, "local", "system", "fsck", "{}"), "faults"), 0);
    uc_answer_clear(&other.answer);
    lt_error_clear(&other.err);
    lt_app_close(other.app);
    lt_print(command, sizeof command, "rm -rf '%s'", copy);
    assert_int_equal(system(command), 0);
}

/* --- system, jobs --- */

static void the_index_is_made_anew(void **state)
{
    (void)state;
    static const char *const lists[][3] = {{"pupil", "list", "{'limit':500}"}, {"entry", "list", "{'limit':500}"}, {"person", "list", "{'limit':500}"},
                                           {"class", "list", "{'limit':500}"}, {"consent", "list", "{'limit':500}"}, {"review", "list", "{'limit':500}"},
                                           {"event", "list", "{'limit':500}"}, {"group", "list", "{'limit':500}"}};
    json_t *before[8];
    for (size_t i = 0; i < 8; i++) before[i] = ok(s, "director", lists[i][0], lists[i][1], "%s", lists[i][2]);
    refused(s, LT_DENIED, "denied.right", "director", "system", "reindex", "{}");
    json_t *r = ok(s, "sysadmin", "system", "reindex", "{}");
    assert_true(number(r, "repositories") >= 6);
    for (size_t i = 0; i < 8; i++) assert_true(json_equal(before[i], ok(s, "director", lists[i][0], lists[i][1], "%s", lists[i][2])));
    char command[400];
    uc_answer_clear(&s->answer);
    lt_app_close(s->app);
    s->app = NULL;
    lt_print(command, sizeof command, "rm -f '%s'/index.db*", s->dir);
    assert_int_equal(system(command), 0);
    school_reopen(s);
    for (size_t i = 0; i < 8; i++) assert_true(json_equal(before[i], ok(s, "director", lists[i][0], lists[i][1], "%s", lists[i][2])));
    /* whoever runs the installation sees that it is well and nothing of what is in it */
    json_t *st = ok(s, "sysadmin", "system", "status", "{}");
    assert_int_equal(number(st, "pupils"), 6);
    assert_int_equal(number(ok(s, "sysadmin", "system", "fsck", "{}"), "faults"), 0);
    refused(s, LT_DENIED, "denied.right", "sysadmin", "pupil", "list", "{}");
    refused(s, LT_DENIED, "denied.right", "sysadmin", "entry", "list", "{}");
    assert_int_equal(number(ok(s, "sysadmin", "portfolio", "check", "{'id':'@ivan'}"), "faults"), 0);
}

static void jobs(void **state)
{
    (void)state;
    struct sys_job j = {.kind = "import", .state = "running", .done = 3, .total = 10, .created = s->now, .changed = s->now};
    lt_id_next(s->app->ids, j.id);
    lt_print(j.owner, sizeof j.owner, "%s", id_of(s, "clerk"));
    assert_int_equal(sysdb_job_add(s->app->sys, &j, NULL, &s->err), 0);
    name_it(s, "job", j.id);
    assert_true(holds(ok(s, "clerk", "job", "list", "{}"), "id", j.id));
    assert_int_equal(count(ok(s, "teacher", "job", "list", "{}")), 0);
    assert_int_equal(number(ok(s, "clerk", "job", "show", "{'id':'@job'}"), "done"), 3);
    refused(s, LT_NOTFOUND, "job.absent", "teacher", "job", "show", "{'id':'@job'}");
    refused(s, LT_NOTFOUND, "job.absent", "teacher", "job", "cancel", "{'id':'@job'}");
    ok(s, "director", "job", "show", "{'id':'@job'}");
    refused(s, LT_DENIED, "denied.right", "director", "job", "cancel", "{'id':'@job'}");
    assert_string_equal(text(ok(s, "clerk", "job", "cancel", "{'id':'@job'}"), "state"), "cancelled");
    refused(s, LT_REFUSED, "job.ended", "clerk", "job", "cancel", "{'id':'@job'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_slip_to_own_password),
        cmocka_unit_test(a_slip_runs_out),
        cmocka_unit_test(guessing_is_slowed_down),
        cmocka_unit_test(disabled_at_once),
        cmocka_unit_test(whose_account_it_is),
        cmocka_unit_test(tokens_do_what_they_say),
        cmocka_unit_test(a_row_for_every_read_and_change),
        cmocka_unit_test(a_list_is_one_row_with_its_pupils),
        cmocka_unit_test(the_log_survives_a_kill),
        cmocka_unit_test(the_index_is_made_anew),
        cmocka_unit_test(jobs),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
