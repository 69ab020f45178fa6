/* The runner of jobs: a queue in memory of what stands in system.db, and a few threads. */
#include "usecase/job.h"
#include "usecase/job_run.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 2, THREADS_MOST = 16, PATH = 4200, PIECE = 1 << 16 };

struct jobs {
    pthread_mutex_t lock;
    pthread_cond_t wake, idle;
    pthread_t threads[THREADS_MOST];
    unsigned n;
    bool stop;
    struct job_run *running;
    char (*queue)[LT_ID_SIZE];
    size_t len, cap;
};

struct jobs *jobs_new(void)
{
    struct jobs *j = lt_calloc(1, sizeof *j);
    if (!j) return NULL;
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->wake, NULL);
    pthread_cond_init(&j->idle, NULL);
    return j;
}

void jobs_free(struct jobs *j)
{
    if (!j) return;
    free(j->queue);
    pthread_cond_destroy(&j->wake);
    pthread_cond_destroy(&j->idle);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

/* --- for the running call --- */

int uc_progress(struct uc_call *call, int done, int total, struct lt_error *err)
{
    struct job_run *r = call->job;
    if (!r) return 0;
    atomic_store(&r->done, done);
    atomic_store(&r->total, total);
    if (atomic_load(&r->cancelled)) return lt_fail(err, LT_CONFLICT, "job.cancelled", (char *)NULL);
    if (atomic_load(&r->paused)) return lt_fail(err, LT_CONFLICT, "job.paused", (char *)NULL);
    return 0;
}

/* --- files of a job: DATA/spool/jobs/<id>.<what> --- */

bool job_path(const struct lt_app *app, const char *id, const char *what, char out[4200])
{
    return lt_print(out, PATH, "%s/spool/jobs/%s.%s", app->dir, id, what);
}

int job_folder(const struct lt_app *app, struct lt_error *err)
{
    char path[PATH];
    lt_print(path, sizeof path, "%s/spool/jobs", app->dir);
    return lt_fs_mkdirs(app->fs, path, 0700) ? lt_fail_errno(err, "mkdir", path) : 0;
}

void job_forget_files(const struct lt_app *app, const char *id, bool result)
{
    char path[PATH], what[16];
    for (int i = 0; i < JOB_FILES_MOST; i++) {
        lt_print(what, sizeof what, "in%d", i);
        if (job_path(app, id, what, path)) unlink(path);
    }
    if (result && job_path(app, id, "out", path)) unlink(path);
}

/* The answer's bytes, for whoever comes to fetch them. */
static int keep_stream(struct lt_app *app, const char *id, struct uc_stream *s, json_t **result, struct lt_error *err)
{
    char path[PATH];
    job_path(app, id, "out", path);
    int rc = job_folder(app, err);
    int fd = rc ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (!rc && fd < 0) rc = lt_fail_errno(err, "open", path);
    unsigned char *piece = rc ? NULL : malloc(PIECE);
    if (!rc && !piece) rc = lt_fail_memory(err);
    uint64_t at = 0;
    for (ssize_t n = 1; !rc && n > 0; at += n > 0 ? (uint64_t)n : 0) {
        n = s->read(s->ctx, piece, PIECE, at, err);
        if (n < 0) rc = (int)n;
        else if (n && lt_fs_write_all(app->fs, fd, piece, (size_t)n)) rc = lt_fail_errno(err, "write", path);
    }
    free(piece);
    if (fd >= 0) close(fd);
    if (!rc) *result = json_pack("{s:{s:s, s:s, s:I}}", "file", "name", s->file_name, "type", s->content_type, "size", (json_int_t)at);
    return rc || *result ? rc : lt_fail_memory(err);
}

/* --- one job --- */

static json_t *failure(const struct lt_error *e)
{
    json_t *params = json_array();
    for (const char *p = e->params; p < e->params + e->params_len; p += strlen(p) + 1) json_array_append_new(params, json_string(p));
    return json_pack("{s:{s:i, s:s, s:s, s:o, s:O*}}", "error", "status", e->status, "code", e->code, "field", e->field, "params", params,
                     "details", e->details);
}

static void open_files(struct lt_app *app, const char *id, const json_t *input, struct uc_input_file files[JOB_FILES_MOST], size_t *n)
{
    size_t i;
    const json_t *name;
    *n = 0;
    json_array_foreach(lt_json_array(input, "files"), i, name) {
        char path[PATH], what[16];
        lt_print(what, sizeof what, "in%zu", i);
        if (i == JOB_FILES_MOST || !job_path(app, id, what, path)) break;
        files[i].fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        lt_print(files[i].name, sizeof files[i].name, "%s", json_string_value(name));
        ++*n;
    }
}

static int make_call(struct lt_app *app, struct job_run *r, const json_t *input, json_t **result, struct lt_error *err)
{
    struct uc_input_file files[JOB_FILES_MOST];
    size_t n = 0;
    open_files(app, r->id, input, files, &n);
    struct uc_resumed who = {.run = r,
                             .account = lt_json_str(input, "account"),
                             .scope = lt_json_str_or(input, "scope", "")};
    struct uc_request request = {.noun = lt_json_str_or(input, "noun", ""), .verb = lt_json_str_or(input, "verb", ""),
                                 .values = lt_json_object(input, "values"), .files = files, .files_len = n,
                                 .lang = (enum lt_lang)lt_json_int(input, "lang", LT_RU), .door = (unsigned)lt_json_int(input, "door", UC_CLI),
                                 .request_id = r->id, .local_user = lt_json_str(input, "local_user"), .resumed = &who};
    struct uc_answer answer;
    int rc = uc_dispatch(app, &request, &answer, err);
    if (!rc && answer.stream.read) rc = keep_stream(app, r->id, &answer.stream, result, err);
    else if (!rc && answer.body) *result = json_pack("{s:O}", "answer", answer.body);
    uc_answer_clear(&answer);
    for (size_t i = 0; i < n; i++)
        if (files[i].fd >= 0) close(files[i].fd);
    return rc;
}

/* With the lock held: from here on it can be stopped. */
static void enter(struct jobs *j, struct job_run *r, const char *id)
{
    *r = (struct job_run){.next = j->running};
    lt_print(r->id, sizeof r->id, "%s", id);
    atomic_store(&r->paused, j->stop);
    j->running = r;
}

static void leave(struct jobs *j, struct job_run *r)
{
    struct job_run **p = &j->running;
    while (*p != r) p = &(*p)->next;
    *p = r->next;
    pthread_cond_broadcast(&j->idle);
}

static void settle(struct lt_app *app, struct job_run *r, struct sys_job *job, int rc, json_t *result, struct lt_error *why)
{
    const char *state = "done";
    struct lt_error ignored = {0};
    bool stopped = rc == LT_CONFLICT;
    if (stopped && strcmp(why->code, "job.paused") == 0) state = "queued";
    else if (stopped && strcmp(why->code, "job.cancelled") == 0) state = "cancelled";
    else if (rc) state = "failed";
    lt_print(job->state, sizeof job->state, "%s", state);
    job->done = atomic_load(&r->done);
    job->total = atomic_load(&r->total);
    if (!rc && job->total) job->done = job->total;
    job->changed = lt_clock_now(&app->clock);
    json_t *failed = strcmp(state, "failed") == 0 ? failure(why) : NULL;
    if (strcmp(state, "queued") == 0) job->done = job->total = 0; /* it begins anew */
    json_t *none = strcmp(state, "queued") == 0 ? json_pack("{s:i, s:i}", "tries", r->tries - 1, "begun", r->begun) : json_object();
    if (sysdb_job_update(app->sys, job, failed ? failed : result ? result : none, &ignored)) lt_error_clear(&ignored);
    if (strcmp(state, "queued") != 0) job_forget_files(app, r->id, false);
    json_decref(failed);
    json_decref(none);
}

static void job_do(struct lt_app *app, struct job_run *r)
{
    struct sys_job job;
    struct lt_error err = {0};
    json_t *input = NULL, *before = NULL, *result = NULL;
    bool mine = false;
    int rc = atomic_load(&r->paused) ? 0 : sysdb_job_move(app->sys, r->id, "queued", "running", lt_clock_now(&app->clock), &mine, &err);
    if (!rc && mine) rc = sysdb_job_get(app->sys, r->id, &job, &input, &before, &err);
    if (!rc && mine) {
        r->tries = (int)lt_json_int(before, "tries", 0) + 1;
        r->begun = (int)lt_json_int(before, "begun", 0) + 1;
        json_t *note = json_pack("{s:i, s:i}", "tries", r->tries, "begun", r->begun);
        rc = sysdb_job_update(app->sys, &job, note, &err);
        json_decref(note);
        if (!rc && r->tries > JOB_TRIES) rc = lt_fail(&err, LT_REFUSED, "job.crashed", (char *)NULL);
        if (!rc) rc = make_call(app, r, input, &result, &err);
        settle(app, r, &job, rc, result, &err);
    }
    json_decref(input);
    json_decref(before);
    json_decref(result);
    lt_error_clear(&err);
}

void job_do_here(struct lt_app *app, const char *id)
{
    struct job_run r;
    pthread_mutex_lock(&app->jobs->lock);
    enter(app->jobs, &r, id);
    pthread_mutex_unlock(&app->jobs->lock);
    job_do(app, &r);
    pthread_mutex_lock(&app->jobs->lock);
    leave(app->jobs, &r);
    pthread_mutex_unlock(&app->jobs->lock);
}

/* --- the queue --- */

static int push(struct jobs *j, const char *id, struct lt_error *err)
{
    void *grown = lt_array_grow(j->queue, &j->cap, j->len + 1, sizeof *j->queue);
    if (!grown) return lt_fail_memory(err);
    j->queue = grown;
    lt_print(j->queue[j->len++], LT_ID_SIZE, "%s", id);
    pthread_cond_signal(&j->wake);
    return 0;
}

bool job_enqueue(struct lt_app *app, const char *id)
{
    struct jobs *j = app->jobs;
    pthread_mutex_lock(&j->lock);
    /* what finds no room stays in system.db for the next start */
    bool taken = j->n > 0;
    if (taken) push(j, id, NULL);
    pthread_mutex_unlock(&j->lock);
    return taken;
}

void jobs_wait(struct lt_app *app)
{
    struct jobs *j = app->jobs;
    pthread_mutex_lock(&j->lock);
    while (j->n && (j->len || j->running)) pthread_cond_wait(&j->idle, &j->lock);
    pthread_mutex_unlock(&j->lock);
}

bool jobs_stopping(struct lt_app *app)
{
    pthread_mutex_lock(&app->jobs->lock);
    bool stop = app->jobs->stop;
    pthread_mutex_unlock(&app->jobs->lock);
    return stop;
}

bool job_stop_running(struct lt_app *app, const char *id)
{
    struct jobs *j = app->jobs;
    pthread_mutex_lock(&j->lock);
    struct job_run *r = j->running;
    while (r && strcmp(r->id, id) != 0) r = r->next;
    if (r) atomic_store(&r->cancelled, true);
    pthread_mutex_unlock(&j->lock);
    return r != NULL;
}

bool job_look(struct lt_app *app, const char *id, int *done, int *total, bool *cancelling)
{
    struct jobs *j = app->jobs;
    pthread_mutex_lock(&j->lock);
    struct job_run *r = j->running;
    while (r && strcmp(r->id, id) != 0) r = r->next;
    if (r) {
        *done = atomic_load(&r->done);
        *total = atomic_load(&r->total);
        *cancelling = atomic_load(&r->cancelled);
    }
    pthread_mutex_unlock(&j->lock);
    return r != NULL;
}

static void *work(void *arg)
{
    struct lt_app *app = arg;
    struct jobs *j = app->jobs;
    pthread_mutex_lock(&j->lock);
    while (!j->stop) {
        char id[LT_ID_SIZE];
        if (!j->len) {
            pthread_cond_wait(&j->wake, &j->lock);
            continue;
        }
        memcpy(id, j->queue[0], sizeof id);
        memmove(j->queue, j->queue + 1, --j->len * sizeof *j->queue);
        struct job_run run;
        enter(j, &run, id);
        pthread_mutex_unlock(&j->lock);
        job_do(app, &run);
        pthread_mutex_lock(&j->lock);
        leave(j, &run);
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

/* What the last run left: queued, or running when it was killed. */
static int take_over(struct lt_app *app, struct lt_error *err)
{
    json_t *ids = NULL;
    int rc = sysdb_job_unfinished(app->sys, &ids, err);
    size_t i;
    const json_t *id;
    json_array_foreach(ids, i, id) {
        struct sys_job job;
        if (!rc) rc = sysdb_job_get(app->sys, json_string_value(id), &job, NULL, NULL, err);
        if (!rc && strcmp(job.state, "queued") != 0) {
            lt_print(job.state, sizeof job.state, "queued");
            rc = sysdb_job_update(app->sys, &job, NULL, err);
        }
        if (!rc) rc = push(app->jobs, job.id, err);
    }
    json_decref(ids);
    return rc;
}

int lt_app_jobs_start(struct lt_app *app, unsigned threads, struct lt_error *err)
{
    struct jobs *j = app->jobs;
    int rc = take_over(app, err);
    j->stop = false;
    threads = threads ? threads < THREADS_MOST ? threads : THREADS_MOST : THREADS;
    pthread_mutex_lock(&j->lock);
    while (!rc && j->n < threads) {
        errno = pthread_create(&j->threads[j->n], NULL, work, app);
        if (errno) rc = lt_fail_errno(err, "open", "thread");
        else j->n++;
    }
    pthread_mutex_unlock(&j->lock);
    if (rc) lt_app_jobs_stop(app);
    return rc;
}

void lt_app_jobs_stop(struct lt_app *app)
{
    struct jobs *j = app->jobs;
    if (!j) return;
    pthread_mutex_lock(&j->lock);
    j->stop = true;
    for (struct job_run *r = j->running; r; r = r->next) atomic_store(&r->paused, true);
    pthread_cond_broadcast(&j->wake);
    unsigned n = j->n;
    pthread_mutex_unlock(&j->lock);
    for (unsigned i = 0; i < n; i++) pthread_join(j->threads[i], NULL);
    pthread_mutex_lock(&j->lock);
    j->n = 0;
    j->len = 0;
    pthread_mutex_unlock(&j->lock);
}
