/* A caller that lost its connection asks again with the same id of the request: nothing is done twice, and the answer is the first one. */
#include "support.h"

#include "base/text.h"
#include "usecase/repeat.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOUR INT64_C(3600000)

/* One write with an id; who "local" or a person's name. */
static int keyed(struct school *s, const char *who, const char *key, const char *noun, const char *verb, const char *values, json_t **out)
{
    struct uc_request r = {.noun = noun, .verb = verb, .door = UC_CLI, .request_id = key};
    if (strcmp(who, "local") == 0) r.local_user = "root";
    else r.token = text(s->tokens, who);
    *out = NULL;
    return ask(s, &r, out, values);
}

static json_t *done(struct school *s, const char *who, const char *key, const char *noun, const char *verb, const char *values)
{
    json_t *out;
    if (keyed(s, who, key, noun, verb, values, &out)) fail_msg("%s %s: %s", noun, verb, s->err.code);
    return out;
}

static void refused_as(struct school *s, const char *code, const char *key, const char *noun, const char *verb, const char *values)
{
    json_t *out;
    assert_int_equal(keyed(s, "local", key, noun, verb, values, &out), LT_CONFLICT);
    assert_string_equal(s->err.code, code);
}

static void same(const json_t *a, const json_t *b)
{
    if (json_equal(a, b)) return;
    char *x = json_dumps(a, JSON_SORT_KEYS), *y = json_dumps(b, JSON_SORT_KEYS);
    fail_msg("not the same:\n%s\n%s", x, y);
}

static void test_once(void **state)
{
    (void)state;
    struct school *s = school_open();
    json_t *first = done(s, "local", "r-1", "class", "add", "{'name':'7А'}");
    same(first, done(s, "local", "r-1", "class", "add", "{'name':'7А'}"));
    refused_as(s, "request.other", "r-1", "class", "add", "{'name':'7Б'}");
    refused_as(s, "request.other", "r-1", "programme", "add", "{'title':'7А'}");
    done(s, "local", "r-2", "class", "add", "{'name':'7Б'}");
    school_reopen(s); /* also after a start */
    same(first, done(s, "local", "r-1", "class", "add", "{'name':'7А'}"));
    /* another person's key is another key */
    done(s, "director", "r-1", "class", "add", "{'name':'7В'}");
    /* what was refused was not done and may be asked again */
    refused_as(s, "class.exists", "r-3", "class", "add", "{'name':'7А'}");
    done(s, "local", "r-3", "class", "add", "{'name':'7Г'}");
    assert_int_equal(count(ok(s, "local", "class", "list", "{}")), 4 + 4);
    school_close(s);
}

static void test_two_days(void **state)
{
    (void)state;
    struct school *s = school_open();
    done(s, "local", "r-1", "class", "add", "{'name':'7А'}");
    s->now += 47 * HOUR;
    if (lt_app_hourly(s->app, "root", &s->err)) fail_msg("hourly: %s", s->err.code);
    done(s, "local", "r-1", "class", "add", "{'name':'7А'}");
    s->now += 2 * HOUR;
    refused_as(s, "class.exists", "r-1", "class", "add", "{'name':'7А'}");
    json_t *kept = NULL;
    if (lt_app_hourly(s->app, "root", &s->err)) fail_msg("hourly: %s", s->err.code);
    assert_int_equal(sysdb_answer_get(s->app->sys, "local:root", "r-1", &kept, &s->err), LT_NOTFOUND);
    school_close(s);
}

/* The file counts as well, not only its name. */
static void test_files(void **state)
{
    (void)state;
    struct school *s = school_open();
    static const char add[] = "{'pupil':'@ivan','title':'Олимпиада','activity':'olympiad','level':'school','result':'winner','date':'2026-10-01',"
                              "'file':['<scans/01-olympiad-diploma.pdf']}";
    json_t *first = done(s, "teacher", "f-1", "entry", "add", add);
    same(first, done(s, "teacher", "f-1", "entry", "add", add));
    assert_int_equal(count(ok(s, "teacher", "entry", "list", "{'pupil':'@ivan'}")), 1);
    json_t *out;
    assert_int_equal(keyed(s, "teacher", "f-1", "entry", "add",
                           "{'pupil':'@ivan','title':'Олимпиада','activity':'olympiad','level':'school','result':'winner','date':'2026-10-01',"
                           "'file':['<scans/02-sport-gramota-scan.jpg']}", &out), LT_CONFLICT);
    assert_string_equal(s->err.code, "request.other");
    school_close(s);
}

/* --- secrets --- */

static bool file_holds(const struct school *s, const char *name, const char *word)
{
    char path[300], *bytes = NULL;
    size_t len = 0;
    lt_print(path, sizeof path, "%s/%s", s->dir, name);
    if (lt_fs_read(path, 64u << 20, &bytes, &len)) return false;
    bool found = memmem(bytes, len, word, strlen(word)) != NULL;
    free(bytes);
    return found;
}

static void test_secrets(void **state)
{
    (void)state;
    struct school *s = school_open();
    name_it(s, "nobody", text(ok(s, "local", "person", "add", "{'surname':'Новая','name':'Вера'}"), "id"));
    json_t *first = done(s, "local", "a-1", "account", "create", "{'id':'@nobody'}");
    char slip[40];
    lt_print(slip, sizeof slip, "%s", text(first, "password"));
    assert_true(*slip);
    json_t *again = done(s, "local", "a-1", "account", "create", "{'id':'@nobody'}");
    assert_string_equal(text(again, "id"), text(first, "id"));
    assert_null(json_object_get(again, "password"));
    assert_true(json_is_true(json_object_get(again, "withheld")));
    assert_false(file_holds(s, "system.db", slip) || file_holds(s, "system.db-wal", slip));
    /* a repeated reset makes no second slip */
    json_t *reset = done(s, "local", "a-2", "account", "reset", "{'id':'@nobody'}");
    assert_string_not_equal(text(reset, "password"), slip);
    lt_print(slip, sizeof slip, "%s", text(reset, "password"));
    assert_null(json_object_get(done(s, "local", "a-2", "account", "reset", "{'id':'@nobody'}"), "password"));
    struct uc_request r = {.noun = "session", .verb = "login", .door = UC_CLI, .login = text(reset, "login"), .password = slip};
    json_t *in = NULL;
    assert_int_equal(ask(s, &r, &in, "{}"), 0);
    /* a token is given once */
    struct uc_request t = {.noun = "account", .verb = "tokens", .door = UC_CLI, .login = "director", .password = "весенняя капель", .request_id = "a-3"};
    assert_int_equal(ask(s, &t, &in, "{'title':'выгрузка'}"), 0);
    assert_true(*text(in, "token"));
    assert_int_equal(ask(s, &t, &in, "{'title':'выгрузка'}"), 0);
    assert_null(json_object_get(in, "token"));
    school_close(s);
}

/* --- rights --- */

/* Who may no longer know of the pupil is told that it was done, and no more. */
static void test_lost_sight(void **state)
{
    (void)state;
    struct school *s = school_open();
    static const char add[] = "{'pupil':'@ivan','title':'Олимпиада','activity':'olympiad','level':'school','result':'winner','date':'2026-10-01'}";
    json_t *first = done(s, "teacher", "e-1", "entry", "add", add);
    assert_string_equal(text(first, "title"), "Олимпиада");
    size_t rows = count(log_of(s, "ivan"));
    done(s, "teacher", "e-1", "entry", "add", add);
    assert_true(count(log_of(s, "ivan")) > rows); /* his data was given out once more */
    ok(s, "local", "pupil", "move", "{'id':'@ivan','class':'@9Б'}");
    json_t *again = done(s, "teacher", "e-1", "entry", "add", add);
    assert_string_equal(text(again, "id"), text(first, "id"));
    assert_null(json_object_get(again, "title"));
    school_close(s);
}

/* --- two at once --- */

struct racer {
    struct school *s;
    json_t *body;
    int rc;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    json_t *values = json_pack("{s:s}", "name", "7А");
    struct uc_request q = {.noun = "class", .verb = "add", .values = values, .door = UC_CLI, .request_id = "both", .local_user = "root"};
    struct uc_answer a;
    struct lt_error err = {0};
    r->rc = uc_dispatch(r->s->app, &q, &a, &err);
    r->body = json_incref(a.body);
    uc_answer_clear(&a);
    lt_error_clear(&err);
    json_decref(values);
    return NULL;
}

static void test_two_at_once(void **state)
{
    (void)state;
    enum { BOTH = 6 };
    struct school *s = school_open();
    struct racer racers[BOTH];
    pthread_t threads[BOTH];
    for (int i = 0; i < BOTH; i++) {
        racers[i] = (struct racer){.s = s};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < BOTH; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < BOTH; i++) {
        assert_int_equal(racers[i].rc, 0);
        same(racers[i].body, racers[0].body);
    }
    for (int i = 0; i < BOTH; i++) json_decref(racers[i].body);
    assert_int_equal(count(ok(s, "local", "class", "list", "{}")), 4 + 1);
    school_close(s);
}

/* --- killed right after acceptance, and made anew from the commits --- */

static const struct write {
    const char *noun, *verb, *values;
} writes[] = {
    {"class", "add", "{'name':'7А'}"},
    {"programme", "add", "{'title':'Робототехника','kind':'additional'}"},
    {"group", "enrol", "{'id':'@group','pupil':['@ivan']}"},
    {"person", "add", "{'surname':'Сидорова','name':'Анна'}"},
    {"role", "grant", "{'person':'@petrova','role':'teacher','subject':'физика','class':'@9А'}"},
    {"pupil", "add", "{'surname':'Новый','name':'Олег','birth':'2012-01-02','sex':'m','class':'@9А'}"},
    {"pupil", "edit", "{'id':'@ivan','name':'Иоанн'}"},
    {"entry", "add", "{'pupil':'@ivan','title':'Олимпиада','activity':'olympiad','level':'school','result':'winner','date':'2026-10-01'}"},
    {"entry", "verify", "{'id':'@e'}"},
    {"entry", "hide", "{'id':'@e2','reason':'просьба'}"},
    {"event", "add", "{'title':'Кросс','activity':'sport','level':'school','from':'2026-10-02'}"},
    {"event", "close", "{'id':'@event'}"},
    {"account", "create", "{'id':'@nobody'}"},
};

static struct school *school_of_writes(void)
{
    struct school *s = school_open();
    person(s, "petrova", "Петрова");
    name_it(s, "nobody", text(ok(s, "local", "person", "add", "{'surname':'Новая','name':'Вера'}"), "id"));
    name_it(s, "group", text(ok(s, "local", "group", "add", "{'title':'Кружок','year':2026}"), "id"));
    name_it(s, "event", text(ok(s, "local", "event", "add", "{'title':'Бег','activity':'sport','level':'school','from':'2026-10-02'}"), "id"));
    ok(s, "local", "event", "participants", "{'id':'@event','pupil':['@ivan'],'result':'participant'}");
    entry_in(s, "e", "ivan", "teacher", "submitted");
    entry_in(s, "e2", "ivan", "teacher", "submitted");
    return s;
}

static bool before_acceptance;

/* The system's files, but the process ends right after the flush that accepts, */
static int flush_and_die(void *ctx, int fd)
{
    char link[64], name[300];
    lt_print(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, name, sizeof name - 1);
    bool journal = n > 0 && (name[n] = 0, strstr(name, "/journal/") && lt_ends(name, ".log") && !lt_ends(name, "access.log"));
    int rc = lt_fs_system()->fdatasync(ctx, fd);
    if (journal) _exit(9);
    return rc;
}

/* or where the first pack would be written. */
static int open_or_die(void *ctx, const char *path, int flags, mode_t mode)
{
    if (before_acceptance && strstr(path, "/pack/")) _exit(9);
    return lt_fs_system()->open(ctx, path, flags, mode);
}

static void die_in(struct school *s, const struct write *w, const char *key)
{
    school_reopen(s); /* nothing waits for a flush */
    lt_app_close(s->app);
    s->app = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static struct lt_fs fs;
        fs = *lt_fs_system();
        fs.fdatasync = flush_and_die;
        fs.open = open_or_die;
        json_t *out;
        school_open_with(s, &fs);
        keyed(s, "local", key, w->noun, w->verb, w->values, &out);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 9 || strcmp(w->noun, "account") == 0));
    school_open_with(s, NULL);
}

static size_t repos_and_commits(struct school *s)
{
    json_t *checked = ok(s, "local", "system", "fsck", "{}");
    return (size_t)number(checked, "commits");
}

static void test_killed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        const struct write *w = &writes[i];
        struct school *s = school_of_writes();
        before_acceptance = false;
        die_in(s, w, "k-1");
        size_t commits = repos_and_commits(s);
        json_t *first = done(s, "local", "k-1", w->noun, w->verb, w->values);
        if (!*text(first, "id") && !*text(first, "group")) fail_msg("%s %s says nothing", w->noun, w->verb);
        assert_null(json_object_get(first, "repeated"));
        assert_int_equal(repos_and_commits(s), commits);
        /* the same as somebody gets who was not cut off */
        same(first, done(s, "local", "k-1", w->noun, w->verb, w->values));
        school_close(s);
    }
}

static void test_killed_before(void **state)
{
    (void)state;
    struct school *s = school_of_writes();
    before_acceptance = true;
    die_in(s, &writes[0], "k-1");
    assert_false(holds(ok(s, "local", "class", "list", "{}"), "name", "7А"));
    done(s, "local", "k-1", writes[0].noun, writes[0].verb, writes[0].values);
    assert_true(holds(ok(s, "local", "class", "list", "{}"), "name", "7А"));
    school_close(s);
}

/* system.db is lost: the keys are in the commits. */
static void test_rebuilt(void **state)
{
    (void)state;
    struct school *s = school_of_writes();
    json_t *answers = json_array();
    char key[16], path[300];
    for (size_t i = 0; i + 1 < sizeof writes / sizeof writes[0]; i++) {
        lt_print(key, sizeof key, "w-%zu", i);
        json_array_append(answers, done(s, "local", key, writes[i].noun, writes[i].verb, writes[i].values));
    }
    lt_app_close(s->app);
    s->app = NULL;
    static const char *const parts[] = {"system.db", "system.db-wal", "system.db-shm"};
    for (size_t i = 0; i < 3; i++) {
        lt_print(path, sizeof path, "%s/%s", s->dir, parts[i]);
        unlink(path);
    }
    school_open_with(s, NULL);
    ok(s, "local", "system", "reindex", "{}");
    size_t commits = repos_and_commits(s);
    for (size_t i = 0; i + 1 < sizeof writes / sizeof writes[0]; i++) {
        lt_print(key, sizeof key, "w-%zu", i);
        json_t *again = done(s, "local", key, writes[i].noun, writes[i].verb, writes[i].values);
        if (strcmp(writes[i].verb, "enrol") == 0) assert_true(json_is_true(json_object_get(again, "repeated")));
        else same(json_array_get(answers, i), again);
    }
    assert_int_equal(repos_and_commits(s), commits);
    refused_as(s, "request.other", "w-0", "programme", "add", "{'title':'7А'}");
    json_decref(answers);
    school_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),        cmocka_unit_test(test_two_days),      cmocka_unit_test(test_files),  cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_lost_sight),  cmocka_unit_test(test_two_at_once),   cmocka_unit_test(test_killed), cmocka_unit_test(test_killed_before),
        cmocka_unit_test(test_rebuilt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
