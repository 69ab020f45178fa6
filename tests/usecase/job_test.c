/* Long work: begun, looked at, stopped, gone on with after a stop and after a kill, and fetched. Nothing here waits for a time: the publisher of
 * the test stands at a gate that the test opens. */
#include "support.h"

#include "base/text.h"
#include "plugin/registry.h"
#include "usecase/job_run.h"
#include "usecase/ports.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOUR INT64_C(3600000)

/* --- a publisher at a gate --- */

static struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    int arrived;
    bool open;
    int tell; /* descriptor, for another process; -1: none */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER, .tell = -1};

static void gate_reset(bool open)
{
    gate.arrived = 0;
    gate.open = open;
    gate.tell = -1;
}

static void gate_await(void)
{
    pthread_mutex_lock(&gate.lock);
    while (!gate.arrived) pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static void gate_open(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
}

static int publish(void *ctx, struct lt_app *app, const struct uc_publish *job, json_t **receipt, struct lt_error *err)
{
    (void)ctx, (void)app;
    struct lt_buf item = LT_BUF_INIT(1 << 20);
    pthread_mutex_lock(&gate.lock);
    gate.arrived++;
    pthread_cond_broadcast(&gate.moved);
    if (gate.tell >= 0 && write(gate.tell, "!", 1) != 1) abort();
    while (!gate.open) pthread_cond_wait(&gate.moved, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    int rc;
    while ((rc = job->next(job->user, &item, err)) > 0) lt_buf_reset(&item);
    lt_buf_free(&item);
    if (!rc) rc = job->file(job->user, "index.html", "<p>", 3, true, true, err);
    *receipt = json_array();
    return rc;
}

static void use_gate(struct school *s)
{
    static struct uc_ports ports;
    ports = plugin_ports;
    ports.publish = publish;
    lt_app_ports(s->app, &ports);
}

/* A school with one entry that may be published, and its channel. */
static struct school *school_with_site(void)
{
    struct school *s = school_open();
    use_gate(s);
    char folder[300];
    lt_print(folder, sizeof folder, "%s-site", s->dir);
    mkdir(folder, 0755);
    processing(s, "ivan");
    entry_in(s, "e", "ivan", "teacher", "verified");
    name_it(s, "site", text(ok(s, "local", "channel", "add", "{'title':'Сайт','plugin':'site','folder':'%s'}", folder), "id"));
    json_t *card = ok(s, "local", "pupil", "show", "{'id':'@ivan'}");
    json_t *c = ok(s, "local", "consent", "give",
                   "{'pupil':'@ivan','purpose':'dissemination','target':'@site','field':['name','class','title','result'],'by':'%s',"
                   "'paper':'<scans/01-olympiad-diploma.pdf'}", text(card, "guardians/0/person"));
    if (strcmp(text(c, "state"), "active") != 0)
        ok(s, "local", "consent", "confirm", "{'id':'%s','by':'@ivan','paper':'<scans/01-olympiad-diploma.pdf'}", text(c, "id"));
    return s;
}

static void close_with_site(struct school *s)
{
    char command[700];
    lt_print(command, sizeof command, "rm -rf '%s-site'", s->dir);
    school_close(s);
    assert_int_equal(system(command), 0);
}

static void start(struct school *s)
{
    assert_int_equal(lt_app_jobs_start(s->app, 1, &s->err), 0);
}

static const char *run_site(struct school *s, const char *name)
{
    json_t *card = ok(s, "director", "publication", "run", "{'channel':'@site','background':true}");
    assert_string_equal(text(card, "kind"), "publication.run");
    assert_string_equal(text(card, "state"), "queued");
    name_it(s, name, text(card, "job"));
    return id_of(s, name);
}

static json_t *card(struct school *s, const char *who, const char *name)
{
    return ok(s, who, "job", "show", "{'id':'@%s'}", name);
}

static void must_be(struct school *s, const char *name, const char *state)
{
    json_t *c = card(s, "director", name);
    if (strcmp(text(c, "state"), state) != 0) fail_msg("%s: %s", text(c, "state"), text(c, "error/message"));
}

/* --- */

static void test_done(void **state)
{
    (void)state;
    struct school *s = school_with_site();
    gate_reset(false);
    start(s);
    run_site(s, "job");
    gate_await();
    must_be(s, "job", "running");
    gate_open();
    jobs_wait(s->app);
    must_be(s, "job", "done");
    json_t *c = card(s, "director", "job");
    assert_int_equal(number(c, "answer/entries"), 1);
    assert_int_equal(number(c, "done"), number(c, "total"));
    assert_true(number(c, "total") > 0);
    assert_true(holds(ok(s, "director", "job", "list", "{}"), "id", id_of(s, "job")));
    /* the log says who published, not that the machine did */
    assert_true(holds(log_of(s, "ivan"), "request", id_of(s, "job")));
    close_with_site(s);
}

static void test_cancelled(void **state)
{
    (void)state;
    struct school *s = school_with_site();
    gate_reset(false);
    start(s);
    run_site(s, "first");
    run_site(s, "second"); /* waits behind it */
    gate_await();
    assert_string_equal(text(ok(s, "local", "job", "cancel", "{'id':'@second'}"), "state"), "cancelled");
    json_t *c = ok(s, "director", "job", "cancel", "{'id':'@first'}");
    assert_string_equal(text(c, "state"), "running");
    assert_true(json_is_true(json_object_get(c, "cancelling")));
    gate_open();
    jobs_wait(s->app);
    must_be(s, "first", "cancelled");
    must_be(s, "second", "cancelled");
    assert_int_equal(gate.arrived, 1);
    assert_int_equal(count(ok(s, "local", "publication", "status", "{}")), 0);
    refused(s, LT_REFUSED, "job.ended", "local", "job", "cancel", "{'id':'@first'}");
    close_with_site(s);
}

static void *stop(void *app)
{
    lt_app_jobs_stop(app);
    return NULL;
}

static void test_stopped_and_gone_on(void **state)
{
    (void)state;
    struct school *s = school_with_site();
    pthread_t stopper;
    gate_reset(false);
    start(s);
    run_site(s, "first");
    run_site(s, "second");
    gate_await();
    assert_int_equal(pthread_create(&stopper, NULL, stop, s->app), 0);
    /* the gate is opened when the stop has reached the job */
    while (!jobs_stopping(s->app)) sched_yield();
    gate_open();
    pthread_join(stopper, NULL);
    must_be(s, "first", "queued");
    must_be(s, "second", "queued");
    /* whoever looks is told that it begins anew; the other one was never begun */
    json_t *first = ok(s, "local", "job", "show", "{'id':'@first'}"), *second = ok(s, "local", "job", "show", "{'id':'@second'}");
    assert_int_equal(number(first, "interrupted"), 1);
    assert_int_equal(number(first, "done"), 0);
    assert_null(at(second, "interrupted"));
    school_reopen(s);
    use_gate(s);
    start(s);
    jobs_wait(s->app);
    must_be(s, "first", "done");
    must_be(s, "second", "done");
    close_with_site(s);
}

/* Another process begins the job and is killed in the middle of it. */
static void kill_in_the_middle(struct school *s)
{
    int pipes[2];
    char byte;
    assert_int_equal(pipe(pipes), 0);
    lt_app_close(s->app);
    s->app = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        gate.tell = pipes[1];
        school_open_with(s, NULL);
        use_gate(s);
        start(s);
        for (;;) pause();
    }
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    close(pipes[0]);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    school_open_with(s, NULL);
    use_gate(s);
}

static void test_killed(void **state)
{
    (void)state;
    struct school *s = school_with_site();
    gate_reset(false);
    /* queued by a process that ends before it is begun */
    start(s);
    run_site(s, "ahead");
    gate_await();
    run_site(s, "job");
    ok(s, "local", "job", "cancel", "{'id':'@ahead'}");
    gate_open();
    lt_app_jobs_stop(s->app);
    gate_reset(false);
    kill_in_the_middle(s);
    must_be(s, "job", "running"); /* as it was left */
    start(s);
    gate_await();
    assert_int_equal(number(ok(s, "local", "job", "show", "{'id':'@job'}"), "interrupted"), 1);
    gate_open();
    jobs_wait(s->app);
    must_be(s, "job", "done");
    assert_null(at(ok(s, "local", "job", "show", "{'id':'@job'}"), "interrupted"));
    assert_int_equal(count(ok(s, "local", "publication", "status", "{}")), 1);
    close_with_site(s);
}

static void test_crashes_thrice(void **state)
{
    (void)state;
    struct school *s = school_with_site();
    gate_reset(false);
    start(s);
    run_site(s, "job");
    gate_await();
    struct sys_job j;
    json_t *tries = json_pack("{s:i}", "tries", 3), *input = NULL;
    assert_int_equal(sysdb_job_get(s->app->sys, id_of(s, "job"), &j, &input, NULL, &s->err), 0);
    gate_open();
    jobs_wait(s->app);
    lt_print(j.state, sizeof j.state, "running"); /* a third process was killed */
    assert_int_equal(sysdb_job_update(s->app->sys, &j, tries, &s->err), 0);
    json_decref(tries);
    json_decref(input);
    school_reopen(s);
    use_gate(s);
    gate_reset(true);
    start(s);
    jobs_wait(s->app);
    must_be(s, "job", "failed");
    assert_string_equal(text(card(s, "director", "job"), "error/code"), "job.crashed");
    assert_int_equal(gate.arrived, 0);
    close_with_site(s);
}

/* What a person may, the job may: judged when it runs. */
static void test_rights_at_the_time(void **state)
{
    (void)state;
    struct school *s = school_with_site();
    gate_reset(false);
    start(s);
    run_site(s, "ahead");
    gate_await();
    json_t *c = ok(s, "publisher", "publication", "run", "{'channel':'@site','background':true}");
    name_it(s, "job", text(c, "job"));
    refused(s, LT_DENIED, "denied.right", "teacher", "publication", "run", "{'channel':'@site','background':true}");
    json_t *p = ok(s, "local", "person", "show", "{'id':'@publisher'}");
    ok(s, "local", "role", "revoke", "{'person':'@publisher','role_id':'%s','to':'" YESTERDAY "'}", text(p, "roles/0/id"));
    gate_open();
    jobs_wait(s->app);
    c = card(s, "local", "job");
    assert_string_equal(text(c, "state"), "failed");
    assert_null(json_object_get(c, "error")); /* for whoever asked alone */
    c = card(s, "publisher", "job");
    assert_string_equal(text(c, "error/code"), "denied.right");
    assert_true(strlen(text(c, "error/message")) > 10);
    close_with_site(s);
}

static void test_bytes(void **state)
{
    (void)state;
    struct school *s = school_open();
    entry_in(s, "e", "ivan", "teacher", "verified");
    start(s);
    json_t *c = ok(s, "teacher", "portfolio", "export", "{'id':'@ivan','format':'zip','background':true}");
    name_it(s, "job", text(c, "job"));
    jobs_wait(s->app);
    c = card(s, "teacher", "job");
    assert_string_equal(text(c, "state"), "done");
    assert_string_equal(text(c, "file/type"), "application/zip");
    ok(s, "teacher", "job", "result", "{'id':'@job'}");
    size_t len;
    char *zip = bytes(s, &len);
    assert_true(len > 100 && memcmp(zip, "PK", 2) == 0);
    assert_int_equal(number(c, "file/size"), (long long)len);
    free(zip);
    assert_string_equal(text(log_of(s, "ivan"), "items/0/use_case"), "job.result");
    /* whoever looks after the machine sees that it was, not what came of it */
    c = card(s, "sysadmin", "job");
    assert_null(json_object_get(c, "file"));
    refused(s, LT_NOTFOUND, "job.no_result", "sysadmin", "job", "result", "{'id':'@job'}");
    refused(s, LT_NOTFOUND, "job.absent", "teacher_b", "job", "result", "{'id':'@job'}");
    /* the right is asked again */
    ok(s, "local", "pupil", "move", "{'id':'@ivan','class':'@9Б'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "teacher", "job", "result", "{'id':'@job'}");
    ok(s, "local", "pupil", "move", "{'id':'@ivan','class':'@9А'}");
    s->now += 49 * HOUR;
    if (lt_app_hourly(s->app, "root", &s->err)) fail_msg("hourly: %s", s->err.code);
    refused(s, LT_NOTFOUND, "job.no_result", "teacher", "job", "result", "{'id':'@job'}");
    school_close(s);
}

/* Without a runner the work is done before the answer. */
static void test_without_runner(void **state)
{
    (void)state;
    struct school *s = school_open();
    json_t *c = ok(s, "local", "system", "fsck", "{'background':true}");
    assert_string_equal(text(c, "state"), "done");
    assert_int_equal(number(c, "answer/faults"), 0);
    assert_true(number(c, "total") == number(c, "answer/repositories"));
    c = ok(s, "local", "system", "reindex", "{'background':true}");
    assert_string_equal(text(c, "state"), "done");
    assert_int_equal(number(ok(s, "local", "system", "fsck", "{}"), "faults"), 0); /* not asked for: as always */
    school_close(s);
}

static void test_limits(void **state)
{
    (void)state;
    struct school *s = school_with_site();
    gate_reset(false);
    start(s);
    for (int i = 0; i < 20; i++) ok(s, "director", "publication", "run", "{'channel':'@site','background':true}");
    refused(s, LT_REFUSED, "job.too_many", "director", "publication", "run", "{'channel':'@site','background':true}");
    ok(s, "publisher", "publication", "run", "{'channel':'@site','background':true}");
    json_t *all = ok(s, "local", "job", "list", "{'limit':100}"), *one;
    size_t i;
    json_array_foreach(json_object_get(all, "items"), i, one) ok(s, "local", "job", "cancel", "{'id':'%s'}", text(one, "id"));
    gate_open();
    jobs_wait(s->app);
    close_with_site(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_done),           cmocka_unit_test(test_cancelled),          cmocka_unit_test(test_stopped_and_gone_on), cmocka_unit_test(test_killed),
        cmocka_unit_test(test_crashes_thrice), cmocka_unit_test(test_rights_at_the_time), cmocka_unit_test(test_bytes),               cmocka_unit_test(test_without_runner),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
