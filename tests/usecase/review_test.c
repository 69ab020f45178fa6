/* The family's word rests on its consent at the moment it is written down, not at the moment it was sent. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"
#include "vault/inside.h"
#include "vault/state.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

struct asked {
    struct school *s;
    const char *who, *noun, *verb;
    json_t *values;
    pthread_t thread;
    int rc;
    char code[64];
};

static void *ask_it(void *arg)
{
    struct asked *a = arg;
    struct uc_request r = {.noun = a->noun, .verb = a->verb, .values = a->values, .door = UC_HTTP, .token = lt_json_str(a->s->tokens, a->who)};
    struct uc_answer answer;
    struct lt_error err = {0};
    a->rc = uc_dispatch(a->s->app, &r, &answer, &err);
    lt_print(a->code, sizeof a->code, "%s", err.code);
    uc_answer_clear(&answer);
    lt_error_clear(&err);
    return NULL;
}

static bool waits(struct vault *v, const char *repo, bool second)
{
    struct vault_repo *r = NULL;
    struct lt_error err = {0};
    assert_int_equal(vault_entry(v, repo, &r, &err), 0);
    pthread_mutex_lock(&v->mu);
    bool found = r->first && (!second || r->first != r->last);
    pthread_mutex_unlock(&v->mu);
    return found;
}

/* Begins the call and returns when it waits for the portfolio's lock, behind those who came before: what it asked before the lock was answered. */
static void begin(struct asked *a, const char *repo, bool second)
{
    assert_int_equal(pthread_create(&a->thread, NULL, ask_it, a), 0);
    while (!waits(a->s->app->vault, repo, second)) sched_yield();
}

static void end(struct asked *a)
{
    pthread_join(a->thread, NULL);
    json_decref(a->values);
}

/* The consent is withdrawn while the word waits for the lock; the withdrawal came first. */
static void too_late(const char *verb)
{
    struct school *s = school_open();
    struct lt_error err = {0};
    processing(s, "ivan");
    const char *ivan = id_of(s, "ivan");
    name_it(s, "consent", text(ok(s, "local", "consent", "list", "{'pupil':'@ivan'}"), "items/0/id"));
    name_it(s, "asked", text(ok(s, "ivan", "review", "ask", "{'pupil':'@ivan','of':'@mother'}"), "id"));
    bool give = strcmp(verb, "give") == 0;
    struct asked back = {.s = s, .who = "mother", .noun = "consent", .verb = "withdraw", .values = json_pack("{s:s}", "id", id_of(s, "consent"))},
                 word = {.s = s, .who = "mother", .noun = "review", .verb = verb,
                         .values = json_pack("{s:s, s:s}", give ? "id" : "pupil", give ? id_of(s, "asked") : ivan, "text", "Он молодец")};
    assert_int_equal(vault_writer_lock(s->app->vault, ivan, &err), 0);
    begin(&back, ivan, false);
    begin(&word, ivan, true);
    vault_writer_unlock(s->app->vault, ivan);
    end(&back);
    end(&word);
    assert_int_equal(back.rc, 0);
    assert_int_equal(word.rc, LT_REFUSED);
    assert_string_equal(word.code, "consent.processing_missing");
    json_t *list = ok(s, "local", "review", "list", "{'pupil':'@ivan'}");
    assert_int_equal(count(list), 1);
    assert_string_equal(text(list, "items/0/state"), "asked");
    school_close(s);
}

static void a_review_added(void **state)
{
    (void)state;
    too_late("add");
}

static void a_review_given(void **state)
{
    (void)state;
    too_late("give");
}

/* In the other order the word stands: it was written while the consent was there. */
static void the_word_came_first(void **state)
{
    (void)state;
    struct school *s = school_open();
    processing(s, "ivan");
    name_it(s, "consent", text(ok(s, "local", "consent", "list", "{'pupil':'@ivan'}"), "items/0/id"));
    ok(s, "mother", "review", "add", "{'pupil':'@ivan','text':'Он молодец'}");
    ok(s, "mother", "consent", "withdraw", "{'id':'@consent'}");
    assert_int_equal(count(ok(s, "local", "review", "list", "{'pupil':'@ivan'}")), 1);
    school_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_review_added), cmocka_unit_test(a_review_given), cmocka_unit_test(the_word_came_first)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
