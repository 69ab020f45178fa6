/* Changes over many portfolios are prepared without anybody waiting: while an import or the closing of an event writes its objects, an entry of one of the
 * portfolios is verified at once; both are there in the end. */
#include "support.h"

#include "base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The files of the system, but the thread under test stands still where it writes its last pack of a portfolio, until the gate opens. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    pthread_t who;
    bool on, arrived, open;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};

static struct lt_fs files;

static int open_at_gate(void *ctx, const char *path, int flags, mode_t mode)
{
    pthread_mutex_lock(&gate.lock);
    if (gate.on && pthread_equal(gate.who, pthread_self()) && strstr(path, "/school.git/objects/pack/")) {
        gate.on = false; /* school.git is the last one in id order */
        gate.arrived = true;
        pthread_cond_broadcast(&gate.moved);
        while (!gate.open) pthread_cond_wait(&gate.moved, &gate.lock);
    }
    pthread_mutex_unlock(&gate.lock);
    return lt_fs_system()->open(ctx, path, flags, mode);
}

static struct school *school_with_gate(void)
{
    struct school *s = school_open();
    files = *lt_fs_system();
    files.open = open_at_gate;
    gate.on = gate.arrived = gate.open = false;
    lt_app_close(s->app);
    school_open_with(s, &files);
    return s;
}

struct asked {
    struct school *s;
    const char *noun, *verb;
    json_t *values, *body;
    int rc;
    char code[64];
};

static void *ask_it(void *arg)
{
    struct asked *a = arg;
    struct uc_request r = {.noun = a->noun, .verb = a->verb, .values = a->values, .door = UC_CLI, .local_user = "root"};
    struct uc_answer answer;
    struct lt_error err = {0};
    pthread_mutex_lock(&gate.lock);
    gate.who = pthread_self();
    gate.on = true;
    pthread_mutex_unlock(&gate.lock);
    a->rc = uc_dispatch(a->s->app, &r, &answer, &err);
    a->body = json_incref(answer.body);
    lt_print(a->code, sizeof a->code, "%s", err.code);
    uc_answer_clear(&answer);
    lt_error_clear(&err);
    return NULL;
}

static void begin(struct asked *a, pthread_t *thread)
{
    assert_int_equal(pthread_create(thread, NULL, ask_it, a), 0);
    pthread_mutex_lock(&gate.lock);
    while (!gate.arrived) pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void end(struct asked *a, pthread_t thread)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
    pthread_join(thread, NULL);
    json_decref(a->values);
}

static const char *state_of(struct school *s, const char *entry)
{
    return text(ok(s, "local", "entry", "show", "{'id':'@%s'}", entry), "state");
}

/* --- an event --- */

static void event_of_three(struct school *s)
{
    name_it(s, "ev", text(ok(s, "local", "event", "add", "{'title':'Сбор','activity':'contest','level':'school','from':'2026-11-01'}"), "id"));
    ok(s, "local", "event", "participants", "{'id':'@ev','pupil':['@ivan','@olga','@petr'],'result':'participant'}");
}

static void test_event(void **state)
{
    (void)state;
    struct school *s = school_with_gate();
    pthread_t thread;
    event_of_three(s);
    entry_in(s, "e", "olga", "teacher", "submitted");
    struct asked close = {.s = s, .noun = "event", .verb = "close", .values = json_pack("{s:s}", "id", id_of(s, "ev"))};
    begin(&close, &thread);
    ok(s, "teacher", "entry", "verify", "{'id':'@e'}"); /* at once: the closing stands at the gate */
    assert_string_equal(state_of(s, "e"), "verified");
    assert_int_equal(count(ok(s, "local", "entry", "list", "{'pupil':'@olga'}")), 1);
    end(&close, thread);
    assert_int_equal(close.rc, 0);
    json_decref(close.body);
    assert_string_equal(state_of(s, "e"), "verified");
    static const char *const pupils[] = {"ivan", "olga", "petr"};
    for (size_t i = 0; i < 3; i++) {
        json_t *list = ok(s, "local", "entry", "list", "{'pupil':'@%s'}", pupils[i]);
        if (!holds(list, "title", "Сбор")) fail_msg("%s has no entry", pupils[i]);
    }
    assert_int_equal(count(ok(s, "local", "entry", "list", "{'pupil':'@olga'}")), 2);
    assert_int_equal(number(ok(s, "local", "system", "fsck", "{}"), "faults"), 0);
    school_close(s);
}

/* What the closing rests on changed: nothing of it is written. */
static void test_event_moved(void **state)
{
    (void)state;
    struct school *s = school_with_gate();
    pthread_t thread;
    event_of_three(s);
    struct asked close = {.s = s, .noun = "event", .verb = "close", .values = json_pack("{s:s}", "id", id_of(s, "ev"))};
    begin(&close, &thread);
    ok(s, "local", "event", "participants", "{'id':'@ev','remove':['@petr']}");
    end(&close, thread);
    assert_int_equal(close.rc, LT_CONFLICT);
    assert_string_equal(close.code, "event.moved");
    assert_int_equal(count(ok(s, "local", "entry", "list", "{}")), 0);
    ok(s, "local", "event", "close", "{'id':'@ev'}");
    assert_int_equal(count(ok(s, "local", "entry", "list", "{}")), 2);
    school_close(s);
}

/* --- classes go on to the next year --- */

static void test_promotion(void **state)
{
    (void)state;
    struct school *s = school_with_gate();
    pthread_t thread;
    entry_in(s, "e", "ivan", "teacher", "submitted");
    struct asked go = {.s = s, .noun = "class", .verb = "promote", .values = json_pack("{s:b, s:s}", "apply", 1, "order", "№ 5")};
    begin(&go, &thread);
    ok(s, "teacher", "entry", "verify", "{'id':'@e'}");
    end(&go, thread);
    if (go.rc) fail_msg("%s", go.code);
    json_decref(go.body);
    assert_string_equal(state_of(s, "e"), "verified");
    assert_string_equal(text(ok(s, "local", "pupil", "show", "{'id':'@ivan'}"), "state"), "left");
    assert_string_equal(text(ok(s, "local", "pupil", "show", "{'id':'@masha'}"), "state"), "active");
    school_close(s);
}

/* --- a roster --- */

static void test_import(void **state)
{
    (void)state;
    struct school *s = school_with_gate();
    pthread_t thread;
    entry_in(s, "e", "ivan", "teacher", "submitted");
    /* the roster gives ivan a number, and brings a new pupil */
    char path[300];
    lt_print(path, sizeof path, "%s-roster.csv", s->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("Класс;Фамилия;Имя;Отчество;Дата рождения;Пол;Личное дело\n9А;Иванов;Иван;Петрович;05.03.2011;м;И-77\n"
          "9А;Ольгина;Иван;Петрович;01.07.2011;м;О-78\n9А;Новенький;Олег;Олегович;02.02.2011;м;Н-79\n", f);
    fclose(f);
    json_t *seen = ok(s, "local", "import", "preview", "{'format':'roster','file':'<=%s'}", path);
    struct asked apply = {.s = s, .noun = "import", .verb = "apply",
                          .values = json_pack("{s:s, s:b, s:b}", "batch", text(seen, "batch"), "skip_doubtful", 1, "skip_errors", 1)};
    begin(&apply, &thread);
    ok(s, "teacher", "entry", "verify", "{'id':'@e'}");
    json_t *people = ok(s, "local", "pupil", "list", "{}");
    assert_false(holds(people, "surname", "Новенький"));
    end(&apply, thread);
    if (apply.rc) fail_msg("%s", apply.code);
    assert_string_equal(text(apply.body, "state"), "applied");
    json_decref(apply.body);
    assert_string_equal(state_of(s, "e"), "verified");
    assert_string_equal(text(ok(s, "local", "pupil", "show", "{'id':'@ivan'}"), "number"), "И-77");
    assert_true(holds(ok(s, "local", "pupil", "list", "{}"), "surname", "Новенький"));
    assert_int_equal(number(ok(s, "local", "system", "fsck", "{}"), "faults"), 0);
    unlink(path);
    school_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event),
        cmocka_unit_test(test_event_moved),
        cmocka_unit_test(test_promotion),
        cmocka_unit_test(test_import),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
