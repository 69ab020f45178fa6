/* Being signed in: who one is, how long it lasts, what a browser left open can do. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static struct school *s;

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define PASSWORD "длинный пароль"

static int setup(void **state)
{
    (void)state;
    s = school_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static int as(const char *login, const char *password, const char *noun, const char *verb, json_t **out, const char *values)
{
    struct uc_request r = {.noun = noun, .verb = verb, .login = login, .password = password};
    return ask(s, &r, out, values);
}

static int with(const char *token, const char *noun, const char *verb, const char *values)
{
    struct uc_request r = {.noun = noun, .verb = verb, .token = token};
    return ask(s, &r, NULL, values);
}

/* A person with an account and an own password; staff where a role is given. */
static void member(const char *name, const char *staff_role)
{
    person(s, name, "Новикова");
    if (staff_role) role(s, name, staff_role);
    else guardian(s, "ivan", name, "");
    json_t *a = ok(s, "director", "account", "reset", "{'id':'@%s'}", name);
    char *slip = lt_strdup(text(a, "password"));
    assert_int_equal(as(text(a, "login"), slip, "account", "password", NULL, "{'new_password':'" PASSWORD "'}"), 0);
    free(slip);
}

static char *sign_in(const char *login)
{
    json_t *answer = NULL;
    assert_int_equal(as(login, PASSWORD, "session", "login", &answer, "{}"), 0);
    return lt_strdup(text(answer, "token"));
}

static void who_one_is(void **state)
{
    (void)state;
    json_t *me = ok(s, "ivan", "session", "me", "{}");
    assert_string_equal(text(me, "kind"), "pupil");
    assert_true(strstr(text(me, "name"), "Иван") != NULL);
    assert_string_equal(text(me, "class"), "9А");
    assert_string_equal(text(me, "places/0"), "pupil");
    assert_string_equal(text(me, "today"), TODAY);
    assert_int_equal(number(me, "year"), 2026);
    assert_true(*text(me, "school/name"));
    assert_string_equal(text(me, "school/accent"), "#1f4d6b");
    me = ok(s, "mother", "session", "me", "{}");
    assert_string_equal(text(me, "kind"), "guardian");
    assert_string_equal(text(me, "children/0/pupil"), id_of(s, "ivan"));
    assert_string_equal(text(me, "children/0/class"), "9А");
    assert_true(strstr(text(me, "children/0/name"), "Иван") != NULL);
    assert_true(json_is_true(at(me, "children/0/rights/see")));
    assert_string_equal(text(me, "places/0"), "guardian");
    assert_null(at(me, "places/1"));
    me = ok(s, "director", "session", "me", "{}");
    assert_string_equal(text(me, "kind"), "staff");
    assert_string_equal(text(me, "places/0"), "office");
    me = ok(s, "sysadmin", "session", "me", "{}");
    assert_string_equal(text(me, "places/0"), "sysadmin");
    /* a teacher whose own child is here has both, the work first */
    me = ok(s, "math", "session", "me", "{}");
    assert_string_equal(text(me, "places/0"), "teacher");
    assert_string_equal(text(me, "places/1"), "guardian");
}

/* Who may not see the portfolio is told the child's name and no more; a relation that ended is none. */
static void children_of_today(void **state)
{
    (void)state;
    person(s, "blind", "Слепова");
    guardian(s, "ivan", "blind", ",'without':['see']");
    account(s, "blind", true);
    json_t *me = ok(s, "blind", "session", "me", "{}");
    assert_string_equal(text(me, "children/0/pupil"), id_of(s, "ivan"));
    assert_null(at(me, "children/0/class"));
    person(s, "former", "Прошлова");
    guardian(s, "ivan", "former", ",'from':'2026-01-01','to':'" YESTERDAY "'");
    account(s, "former", true);
    me = ok(s, "former", "session", "me", "{}");
    assert_int_equal(json_array_size(at(me, "children")), 0);
    assert_int_equal(json_array_size(at(me, "places")), 0);
}

static void a_session_idles_out(void **state)
{
    (void)state;
    int64_t then = s->now;
    member("anna", "'role':'clerk'");
    member("berta", NULL);
    char *staff = sign_in("anna"), *family = sign_in("berta");
    s->now = then + 29 * MINUTE;
    assert_int_equal(with(staff, "session", "me", "{}"), 0);
    s->now += 29 * MINUTE; /* used meanwhile: it goes on */
    assert_int_equal(with(staff, "session", "me", "{}"), 0);
    s->now += 32 * MINUTE;
    assert_int_equal(with(staff, "session", "me", "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.idle");
    assert_int_equal(with(staff, "session", "me", "{}"), LT_DENIED); /* and for good */
    assert_string_equal(s->err.code, "session.unknown");
    s->now = then + 6 * DAY;
    assert_int_equal(with(family, "session", "me", "{}"), 0);
    s->now += 8 * DAY;
    assert_int_equal(with(family, "session", "me", "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.idle");
    free(staff);
    free(family);
    s->now = then;
}

static void a_session_ends_at_last(void **state)
{
    (void)state;
    int64_t then = s->now;
    member("clara", "'role':'clerk'");
    setting(s, "session.staff_idle_minutes=1440");
    char *staff = sign_in("clara");
    s->now = then + 11 * HOUR;
    assert_int_equal(with(staff, "session", "me", "{}"), 0);
    s->now = then + 12 * HOUR + MINUTE;
    assert_int_equal(with(staff, "session", "me", "{}"), LT_DENIED);
    assert_string_equal(s->err.code, "session.unknown");
    setting(s, "session.staff_idle_minutes=30");
    free(staff);
    s->now = then;
}

/* A browser left open does not give the account away. */
static void a_password_needs_the_one_before(void **state)
{
    (void)state;
    member("dora", NULL);
    char *here = sign_in("dora"), *there = sign_in("dora");
    assert_int_equal(with(here, "account", "password", "{'new_password':'совсем другой'}"), LT_USAGE);
    assert_string_equal(s->err.field, "current_password");
    assert_int_equal(with(here, "account", "password", "{'new_password':'совсем другой','current_password':'наугад и мимо'}"), LT_REFUSED);
    assert_string_equal(s->err.code, "password.wrong");
    assert_int_equal(with(here, "account", "password", "{'new_password':'совсем другой','current_password':'" PASSWORD "'}"), 0);
    assert_int_equal(with(here, "session", "me", "{}"), 0); /* who changed it goes on, the others do not */
    assert_int_equal(with(there, "session", "me", "{}"), LT_DENIED);
    for (int i = 0; i < 5; i++)
        assert_int_equal(with(here, "account", "password", "{'new_password':'ещё один пароль','current_password':'наугад и мимо'}"), LT_REFUSED);
    assert_int_equal(with(here, "session", "me", "{}"), LT_DENIED);
    free(here);
    free(there);
}

static void a_colour_is_a_colour(void **state)
{
    (void)state;
    setting(s, "school.accent=#a03050");
    assert_string_equal(text(ok(s, "ivan", "session", "me", "{}"), "school/accent"), "#a03050");
    refused(s, LT_USAGE, "setting.colour", "local", "school", "set", "{'setting':['school.accent=red;x']}");
    struct uc_request nobody = {.noun = "school", .verb = "about"};
    json_t *about = NULL;
    assert_int_equal(ask(s, &nobody, &about, "{}"), 0);
    assert_string_equal(text(about, "accent"), "#a03050");
    assert_null(at(about, "settings"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_one_is),
        cmocka_unit_test(children_of_today),
        cmocka_unit_test(a_session_idles_out),
        cmocka_unit_test(a_session_ends_at_last),
        cmocka_unit_test(a_password_needs_the_one_before),
        cmocka_unit_test(a_colour_is_a_colour),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
