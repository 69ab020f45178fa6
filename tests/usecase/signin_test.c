/* Guessing is slowed down and keeps nobody out; codes of the second factor; tokens of programs. */
#include "support.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/guess.h"
#include "usecase/totp.h"

#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000)
#define DAY (86400 * SECOND)
#define DIRECTOR "весенняя капель"
#define DEPUTY "осенний листопад"

static struct school *s;
static char deputy[64]; /* login */

/* From an address; code may be NULL. */
static int from(const char *peer, const char *login, const char *password, const char *code, json_t **out)
{
    char values[100] = "{}";
    struct uc_request r = {.noun = "session", .verb = "login", .login = login, .password = password, .peer = peer, .door = UC_HTTP};
    if (code) lt_print(values, sizeof values, "{'code':'%s'}", code);
    return ask(s, &r, out, values);
}

static int with_token(const char *token, const char *noun, const char *verb, json_t **out, const char *values)
{
    struct uc_request r = {.noun = noun, .verb = verb, .token = token, .door = UC_HTTP};
    return ask(s, &r, out, values);
}

static void is(int rc, int status, const char *code)
{
    if (rc != status || strcmp(s->err.code, code) != 0) fail_msg("%d %s instead of %d %s", rc, s->err.code, status, code);
}

/* A session of the deputy head, kept under a name of its own. */
static const char *session_of(const char *login, const char *password, const char *code)
{
    json_t *a = NULL;
    if (from("198.51.100.1", login, password, code, &a)) fail_msg("%s is not let in: %s", login, s->err.code);
    return text(a, "token");
}

static int setup(void **state)
{
    (void)state;
    s = school_open();
    json_t *a = ok(s, "director", "account", "reset", "{'id':'@deputy'}");
    lt_print(deputy, sizeof deputy, "%s", text(a, "login"));
    const char *token = session_of(deputy, text(a, "password"), NULL);
    assert_int_equal(with_token(token, "account", "password", NULL, "{'new_password':'" DEPUTY "'}"), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

/* --- guessing --- */

static void a_stranger_stops_only_himself(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) is(from("203.0.113.7", "director", "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login");
    is(from("203.0.113.7", "director", "неверный пароль", NULL, NULL), LT_DENIED, "session.locked");
    is(from("203.0.113.7", "director", DIRECTOR, NULL, NULL), LT_DENIED, "session.locked"); /* a right one is answered alike */
    assert_string_equal(lt_error_param(&s->err, "seconds"), "30");
    assert_int_equal(from("203.0.113.8", "director", DIRECTOR, NULL, NULL), 0);
    s->now += 31 * SECOND;
    is(from("203.0.113.7", "director", "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login");
    s->now += 31 * SECOND; /* twice as long now */
    is(from("203.0.113.7", "director", DIRECTOR, NULL, NULL), LT_DENIED, "session.locked");
    s->now += 31 * SECOND;
    assert_int_equal(from("203.0.113.7", "director", DIRECTOR, NULL, NULL), 0);
    is(from("203.0.113.7", "director", "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login"); /* counted anew */
    /* a login that does not exist is answered in the same way */
    for (int i = 0; i < 5; i++) is(from("203.0.113.9", "no.such", "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login");
    is(from("203.0.113.9", "no.such", "неверный пароль", NULL, NULL), LT_DENIED, "session.locked");
    /* a new password given out at the school's desk opens at once */
    for (int i = 0; i < 6; i++) from("203.0.113.10", deputy, "неверный пароль", NULL, NULL);
    is(from("203.0.113.10", deputy, DEPUTY, NULL, NULL), LT_DENIED, "session.locked");
    json_t *a = ok(s, "director", "account", "reset", "{'id':'@deputy'}");
    json_t *in = NULL;
    assert_int_equal(from("203.0.113.10", deputy, text(a, "password"), NULL, &in), 0);
    assert_int_equal(with_token(text(in, "token"), "account", "password", NULL, "{'new_password':'" DEPUTY "'}"), 0);
}

/* Whoever was stopped stays stopped when the program begins anew, and whoever was not is let in. */
static void a_restart_opens_no_door(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) is(from("203.0.113.31", "director", "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login");
    for (int i = 0; i < 5; i++) is(from("203.0.113.32", deputy, "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login");
    char slip[40];
    lt_print(slip, sizeof slip, "%s", text(ok(s, "director", "account", "reset", "{'id':'@deputy'}"), "password"));
    is(from("203.0.113.34", "director", "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login");
    school_reopen(s);
    is(from("203.0.113.31", "director", DIRECTOR, NULL, NULL), LT_DENIED, "session.locked");
    assert_int_equal(from("203.0.113.33", "director", DIRECTOR, NULL, NULL), 0);
    json_t *in = NULL;
    assert_int_equal(from("203.0.113.32", deputy, slip, NULL, &in), 0); /* forgiven with the new password */
    assert_int_equal(with_token(text(in, "token"), "account", "password", NULL, "{'new_password':'" DEPUTY "'}"), 0);
    /* counted on from where it was: the wait is twice as long */
    s->now += 31 * SECOND;
    is(from("203.0.113.31", "director", "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login");
    school_reopen(s);
    s->now += 31 * SECOND;
    is(from("203.0.113.31", "director", DIRECTOR, NULL, NULL), LT_DENIED, "session.locked");
    s->now += 31 * SECOND;
    assert_int_equal(from("203.0.113.31", "director", DIRECTOR, NULL, NULL), 0);
    school_reopen(s);
    for (int i = 0; i < 4; i++) is(from("203.0.113.31", "director", "неверный пароль", NULL, NULL), LT_DENIED, "session.wrong_login"); /* anew */
    assert_int_equal(from("203.0.113.31", "director", DIRECTOR, NULL, NULL), 0);
}

/* An address that was stopped, too; and nothing of whom it was about can be read in the file. */
static int wrong(const char *peer, const char *login);
static void an_address_stays_stopped(void **state)
{
    (void)state;
    char login[24], path[300];
    for (int i = 0; i < 100; i++) {
        lt_print(login, sizeof login, "somebody%d", i);
        assert_int_equal(wrong("203.0.113.77", login), 0);
    }
    is(wrong("203.0.113.77", "director"), LT_DENIED, "session.address_locked");
    school_reopen(s);
    is(wrong("203.0.113.77", "director"), LT_DENIED, "session.address_locked");
    assert_int_equal(wrong("203.0.113.78", "director"), 0);
    lt_app_close(s->app);
    for (int i = 0; i < 2; i++) {
        char *bytes = NULL;
        size_t len = 0;
        lt_print(path, sizeof path, "%s/system.db%s", s->dir, i ? "-wal" : "");
        if (lt_fs_read(path, 64 << 20, &bytes, &len)) continue;
        assert_null(memmem(bytes, len, "somebody7", 9));
        assert_null(memmem(bytes, len, "203.0.113.77", 12));
        free(bytes);
    }
    s->app = NULL;
    school_open_with(s, NULL);
}

/* One wrong try without the slow work on a password. */
static int wrong(const char *peer, const char *login)
{
    struct uc_call call = {.app = s->app, .now = s->now, .peer = peer};
    struct guess g;
    lt_error_clear(&s->err);
    return guess_begin(&call, login, &g, &s->err);
}

static void one_address_many_logins(void **state)
{
    (void)state;
    char login[20];
    for (int i = 0; i < 100; i++) {
        lt_print(login, sizeof login, "pupil%d", i);
        assert_int_equal(wrong(i % 2 ? "2001:db8:1:2::7" : "2001:db8:1:2:ffff::1", login), 0); /* one network */
    }
    is(wrong("2001:db8:1:2::9", "director"), LT_DENIED, "session.address_locked");
    assert_string_equal(lt_error_param(&s->err, "seconds"), "7");
    is(from("2001:db8:1:2::9", "director", DIRECTOR, NULL, NULL), LT_DENIED, "session.address_locked");
    assert_int_equal(from("2001:db8:1:3::9", "director", DIRECTOR, NULL, NULL), 0); /* the neighbours */
    s->now += 7 * SECOND;
    assert_int_equal(from("2001:db8:1:2::9", "director", DIRECTOR, NULL, NULL), 0); /* no guess: takes nothing */
    assert_int_equal(wrong("2001:db8:1:2::9", "x1"), 0);
    is(wrong("2001:db8:1:2::9", "x2"), LT_DENIED, "session.address_locked");
    /* a proxy that does not say for whom it asks must not close the school */
    for (int i = 0; i < 300; i++) {
        lt_print(login, sizeof login, "proxy%d", i);
        assert_int_equal(wrong("127.0.0.1", login), 0);
    }
    /* lower case letters of an address in another form are the same place */
    for (int i = 0; i < 100; i++) {
        lt_print(login, sizeof login, "six%d", i);
        wrong("2001:0DB8:0009::1", login);
    }
    is(wrong("2001:db8:9::2", "x3"), LT_DENIED, "session.address_locked");
}

static void many_addresses_one_login(void **state)
{
    (void)state;
    char peer[40];
    assert_int_equal(from("192.0.2.1", deputy, DEPUTY, NULL, NULL), 0); /* at home */
    for (int i = 0; i < 50; i++) {
        lt_print(peer, sizeof peer, "198.18.0.%d", i);
        assert_int_equal(wrong(peer, deputy), 0);
    }
    is(from("198.18.1.1", deputy, DEPUTY, NULL, NULL), LT_DENIED, "session.locked");
    assert_int_equal(from("192.0.2.1", deputy, DEPUTY, NULL, NULL), 0); /* known there: nobody is kept out for ever */
    /* the same for a login nobody has: the lock says nothing of who exists */
    for (int i = 0; i < 50; i++) {
        lt_print(peer, sizeof peer, "198.18.0.%d", i);
        assert_int_equal(wrong(peer, "no.such.one"), 0);
    }
    is(from("198.18.1.1", "no.such.one", DEPUTY, NULL, NULL), LT_DENIED, "session.locked");
    s->now += 61 * SECOND;
    assert_int_equal(from("198.18.1.1", deputy, DEPUTY, NULL, NULL), 0);
    school_reopen(s); /* the count and the known places survive */
    is(wrong("198.18.1.2", deputy), LT_DENIED, "session.locked");
    assert_int_equal(from("192.0.2.1", deputy, DEPUTY, NULL, NULL), 0);
    s->now += DAY;
}

/* --- the second factor --- */

static unsigned char secret[TOTP_SECRET];

static void read_secret(const char *base32)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    assert_int_equal(strlen(base32), 32);
    for (size_t i = 0; i < 4; i++) {
        uint64_t five = 0;
        for (size_t k = 0; k < 8; k++) five = five << 5 | (uint64_t)(strchr(letters, base32[8 * i + k]) - letters);
        for (size_t k = 0; k < 5; k++) secret[5 * i + k] = (unsigned char)(five >> (32 - 8 * k));
    }
}

/* What the app shows now, or some steps from now. */
static const char *shown(int steps)
{
    static char code[7];
    totp_code(secret, sizeof secret, (uint64_t)(s->now / 1000 / 30 + steps), 6, code);
    return code;
}

static char spare[16], other_spare[16];

static void set_up(void **state)
{
    (void)state;
    json_t *a = NULL;
    char values[100];
    char *token = lt_strdup(session_of(deputy, DEPUTY, NULL));
    assert_int_equal(with_token(token, "factor", "show", &a, "{}"), 0);
    assert_string_equal(text(a, "state"), "off");
    is(with_token(token, "factor", "start", NULL, "{}"), LT_USAGE, "field.required");
    is(with_token(token, "factor", "start", NULL, "{'current_password':'не тот'}"), LT_REFUSED, "password.wrong");
    assert_int_equal(with_token(token, "factor", "start", &a, "{'current_password':'" DEPUTY "'}"), 0);
    assert_string_equal(text(a, "state"), "pending");
    read_secret(text(a, "secret/base32"));
    assert_non_null(strstr(text(a, "secret/uri"), "otpauth://totp/"));
    assert_non_null(strstr(text(a, "secret/uri"), text(a, "secret/base32")));
    /* not asked for before it is confirmed: an app that was set up wrongly keeps nobody out */
    assert_int_equal(from("198.51.100.2", deputy, DEPUTY, NULL, NULL), 0);
    is(with_token(token, "factor", "confirm", NULL, "{'code':'000000'}"), LT_REFUSED, "factor.wrong");
    lt_print(values, sizeof values, "{'code':'%s'}", shown(0));
    assert_int_equal(with_token(token, "factor", "confirm", &a, values), 0);
    assert_int_equal(json_array_size(at(a, "codes")), 10);
    lt_print(spare, sizeof spare, "%s", text(a, "codes/0"));
    lt_print(other_spare, sizeof other_spare, "%s", text(a, "codes/1"));
    assert_int_equal(with_token(token, "session", "me", &a, "{}"), 0);
    assert_string_equal(text(a, "factor"), "on");
    free(token);
    /* neither the secret nor the codes are written anywhere but in system.db, the codes not even there */
    char command[400];
    lt_print(command, sizeof command, "grep -raqF '%s' '%s'", spare, s->dir);
    assert_int_not_equal(system(command), 0);
    /* a family has its own devices to lose */
    refused(s, LT_REFUSED, "factor.staff", "mother", "factor", "start", "{'current_password':'что-нибудь'}");
}

static void asked_for_at_the_sign_in(void **state)
{
    (void)state;
    s->now += 90 * SECOND;
    is(from("198.51.100.2", deputy, DEPUTY, NULL, NULL), LT_DENIED, "factor.wanted");
    is(from("198.51.100.2", deputy, "неверный пароль", shown(0), NULL), LT_DENIED, "session.wrong_login");
    is(from("198.51.100.2", deputy, DEPUTY, "123456", NULL), LT_DENIED, "factor.wrong");
    is(from("198.51.100.2", deputy, DEPUTY, shown(-2), NULL), LT_DENIED, "factor.wrong");
    is(from("198.51.100.2", deputy, DEPUTY, shown(2), NULL), LT_DENIED, "factor.wrong");
    char code[8];
    lt_print(code, sizeof code, "%s", shown(-1));
    assert_int_equal(from("198.51.100.2", deputy, DEPUTY, code, NULL), 0); /* the telephone's clock is half a minute late */
    is(from("198.51.100.2", deputy, DEPUTY, code, NULL), LT_DENIED, "factor.wrong"); /* once */
    lt_print(code, sizeof code, "%s", shown(0));
    char spaced[9];
    lt_print(spaced, sizeof spaced, "%.3s %s", code, code + 3);
    assert_int_equal(from("198.51.100.2", deputy, DEPUTY, spaced, NULL), 0);
    is(from("198.51.100.2", deputy, DEPUTY, shown(-1), NULL), LT_DENIED, "factor.wrong"); /* nor an older one */
    /* the telephone is lost */
    assert_int_equal(from("198.51.100.2", deputy, DEPUTY, spare, NULL), 0);
    is(from("198.51.100.2", deputy, DEPUTY, spare, NULL), LT_DENIED, "factor.wrong");
    /* a password alone does nothing elsewhere either */
    struct uc_request r = {.noun = "pupil", .verb = "list", .login = deputy, .password = DEPUTY};
    is(ask(s, &r, NULL, "{}"), LT_DENIED, "factor.wanted");
    /* codes are guessed as slowly as passwords */
    for (int i = 0; i < 5; i++) from("198.51.100.3", deputy, DEPUTY, "123456", NULL);
    s->now += 60;
    is(from("198.51.100.3", deputy, DEPUTY, shown(0), NULL), LT_DENIED, "session.locked");
    s->now += DAY;
}

static void by_role(void **state)
{
    (void)state;
    json_t *a = NULL;
    refused(s, LT_USAGE, "setting.words", "director", "school", "set", "{'setting':['factor.required=teacher']}");
    setting(s, "factor.required=deputy_head,director");
    char *token = lt_strdup(session_of("director", DIRECTOR, NULL));
    is(with_token(token, "pupil", "list", NULL, "{}"), LT_DENIED, "factor.needed");
    assert_int_equal(with_token(token, "session", "me", &a, "{}"), 0);
    assert_string_equal(text(a, "factor"), "required");
    free(token);
    token = lt_strdup(session_of(deputy, DEPUTY, shown(0)));
    assert_int_equal(with_token(token, "pupil", "list", NULL, "{}"), 0); /* who has one goes on */
    free(token);
    ok(s, "teacher", "pupil", "list", "{}"); /* other roles are not asked */
    setting(s, "factor.required=none");
}

static void taken_away(void **state)
{
    (void)state;
    char values[100];
    s->now += 60 * SECOND;
    char *token = lt_strdup(session_of(deputy, DEPUTY, shown(0)));
    s->now += 60 * SECOND;
    lt_print(values, sizeof values, "{'code':'%s'}", shown(0));
    is(with_token(token, "factor", "remove", NULL, values), LT_USAGE, "field.required"); /* a browser left open is not enough */
    is(with_token(token, "factor", "remove", NULL, "{'current_password':'" DEPUTY "','code':'000000'}"), LT_REFUSED, "factor.wrong");
    lt_print(values, sizeof values, "{'current_password':'" DEPUTY "','code':'%s'}", shown(0));
    assert_int_equal(with_token(token, "factor", "codes", NULL, values), 0);
    s->now += 60 * SECOND;
    lt_print(values, sizeof values, "{'current_password':'" DEPUTY "','code':'%s'}", shown(0));
    is(from("198.51.100.1", deputy, DEPUTY, other_spare, NULL), LT_DENIED, "factor.wrong"); /* the old ones are void */
    assert_int_equal(with_token(token, "factor", "remove", NULL, values), 0);
    assert_int_equal(from("198.51.100.1", deputy, DEPUTY, NULL, NULL), 0);
    /* lost with everything: by the director or the sysadmin, not by whoever may reset passwords */
    json_t *a = NULL;
    assert_int_equal(with_token(token, "factor", "start", &a, "{'current_password':'" DEPUTY "'}"), 0);
    read_secret(text(a, "secret/base32"));
    lt_print(values, sizeof values, "{'code':'%s'}", shown(0));
    assert_int_equal(with_token(token, "factor", "confirm", NULL, values), 0);
    free(token);
    is(from("198.51.100.1", deputy, DEPUTY, NULL, NULL), LT_DENIED, "factor.wanted");
    refused(s, LT_DENIED, "denied.right", "clerk", "factor", "reset", "{'id':'@deputy'}");
    ok(s, "sysadmin", "factor", "reset", "{'id':'@deputy'}");
    assert_int_equal(from("198.51.100.1", deputy, DEPUTY, NULL, NULL), 0);
}

/* --- tokens of programs --- */

static void tokens(void **state)
{
    (void)state;
    json_t *a = NULL;
    char *session = lt_strdup(session_of(deputy, DEPUTY, NULL));
    is(with_token(session, "account", "tokens", NULL, "{'title':'Журнал','scope':'pupil.list'}"), LT_USAGE, "field.required");
    is(with_token(session, "account", "tokens", NULL, "{'title':'Журнал','scope':'pupil.list, pupil.fly','current_password':'" DEPUTY "'}"), LT_USAGE, "token.scope");
    assert_string_equal(lt_error_param(&s->err, "word"), "pupil.fly");
    assert_int_equal(with_token(session, "account", "tokens", &a, "{'title':'Журнал','scope':'pupil.list,class.list','days':2,'current_password':'" DEPUTY "'}"), 0);
    char *token = lt_strdup(text(a, "token")), id[40], values[80];
    lt_print(id, sizeof id, "%s", text(a, "id"));
    assert_int_equal(with_token(token, "pupil", "list", NULL, "{}"), 0);
    is(with_token(token, "pupil", "show", NULL, "{'id':'@ivan'}"), LT_DENIED, "right.scope");
    is(with_token(token, "account", "tokens", NULL, "{'title':'Ещё'}"), LT_DENIED, "right.scope");
    /* an unlimited one makes no others either: what was lost would live on */
    assert_int_equal(with_token(session, "account", "tokens", &a, "{'title':'Всё','current_password':'" DEPUTY "'}"), 0);
    char *all = lt_strdup(text(a, "token"));
    is(with_token(all, "account", "tokens", NULL, "{'title':'Ещё','current_password':'" DEPUTY "'}"), LT_REFUSED, "session.by_token");
    assert_int_equal(with_token(session, "token", "list", &a, "{}"), 0);
    assert_int_equal(count(a), 2);
    assert_true(holds(a, "title", "Журнал"));
    s->now += 3 * DAY;
    is(with_token(token, "pupil", "list", NULL, "{}"), LT_DENIED, "session.unknown"); /* its term */
    assert_int_equal(with_token(all, "token", "list", &a, "{}"), 0);
    assert_int_equal(count(a), 1);
    free(session);
    session = lt_strdup(session_of(deputy, DEPUTY, NULL));
    lt_print(values, sizeof values, "{'id':'%s'}", text(a, "items/0/id"));
    refused(s, LT_NOTFOUND, "session.unknown", "director", "token", "revoke", "{'id':'%s'}", text(a, "items/0/id"));
    assert_int_equal(with_token(session, "token", "revoke", NULL, values), 0);
    is(with_token(all, "pupil", "list", NULL, "{}"), LT_DENIED, "session.unknown");
    free(session);
    free(token);
    free(all);
}

static void on_other_devices(void **state)
{
    (void)state;
    json_t *a = NULL;
    char *here = lt_strdup(session_of(deputy, DEPUTY, NULL)), *there = lt_strdup(session_of(deputy, DEPUTY, NULL));
    assert_int_equal(with_token(here, "account", "tokens", &a, "{'title':'Журнал','current_password':'" DEPUTY "'}"), 0);
    char *program = lt_strdup(text(a, "token"));
    assert_int_equal(with_token(here, "account", "sessions", &a, "{}"), 0);
    size_t current = 0;
    for (size_t i = 0; i < count(a); i++) current += json_is_true(json_object_get(json_array_get(at(a, "items"), i), "current"));
    assert_int_equal(current, 1);
    assert_int_equal(with_token(here, "session", "logout", NULL, "{'others':true}"), 0);
    is(with_token(there, "session", "me", NULL, "{}"), LT_DENIED, "session.unknown");
    assert_int_equal(with_token(here, "session", "me", NULL, "{}"), 0);
    assert_int_equal(with_token(program, "session", "me", NULL, "{}"), 0);
    free(here);
    free(there);
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stranger_stops_only_himself), cmocka_unit_test(one_address_many_logins), cmocka_unit_test(many_addresses_one_login),
        cmocka_unit_test(set_up),                        cmocka_unit_test(asked_for_at_the_sign_in), cmocka_unit_test(by_role),
        cmocka_unit_test(taken_away),                    cmocka_unit_test(tokens),
        cmocka_unit_test(on_other_devices),
    };
    const struct CMUnitTest restarts[] = {cmocka_unit_test(a_restart_opens_no_door), cmocka_unit_test(an_address_stays_stopped)};
    int failed = cmocka_run_group_tests(tests, setup, teardown);
    return failed + cmocka_run_group_tests(restarts, setup, teardown);
}
