/* job: long work and how far it is. */
#include "usecase/job.h"
#include "usecase/job_run.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4200, PIECE = 1 << 16 };
#define HOUR_MS INT64_C(3600000)

/* --- the card --- */

static bool own(const struct uc_call *call, const struct sys_job *j)
{
    return strcmp(call->actor.id, j->owner) == 0;
}

/* Why it failed, in the reader's language. */
static json_t *told(const struct uc_call *call, const json_t *error)
{
    struct lt_error e = {.status = (int)lt_json_int(error, "status", LT_SYSTEM)};
    struct lt_buf text = LT_BUF_INIT(32768);
    size_t i;
    const json_t *p;
    lt_print(e.code, sizeof e.code, "%s", lt_json_str_or(error, "code", ""));
    json_array_foreach(lt_json_array(error, "params"), i, p) {
        size_t n = json_string_length(p) + 1;
        if (e.params_len + n > sizeof e.params) break;
        memcpy(e.params + e.params_len, json_string_value(p), n);
        e.params_len += n;
    }
    lt_error_text(&text, call->lang, &e);
    json_t *out = json_pack("{s:s, s:s, s:O*}", "code", e.code, "message", text.data ? text.data : e.code, "details", json_object_get(error, "details"));
    lt_buf_free(&text);
    return out;
}

/* What came of it is for whoever asked for it alone: it may hold what others must not see. */
static json_t *card_of(struct uc_call *call, const struct sys_job *j, const json_t *result)
{
    char created[LT_INSTANT_SIZE], changed[LT_INSTANT_SIZE];
    int done = j->done, total = j->total;
    bool cancelling = false;
    job_look(call->app, j->id, &done, &total, &cancelling);
    json_t *card = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s}", "id", j->id, "job", j->id, "kind", j->kind, "owner", j->owner, "state",
                             j->state, "done", done, "total", total, "created", lt_instant_format(j->created, created), "changed",
                             lt_instant_format(j->changed, changed));
    const json_t *error = lt_json_object(result, "error");
    if (card && cancelling) lt_json_put_bool(card, "cancelling", true);
    int begun = (int)lt_json_int(result, "begun", 0);
    int interrupted = begun - (strcmp(j->state, "running") == 0); /* the program was stopped or killed in the middle: the work begins anew */
    if (card && interrupted > 0) lt_json_put_int(card, "interrupted", interrupted);
    if (card && own(call, j)) {
        if (error) lt_json_put(card, "error", told(call, error));
        lt_json_copy_key(card, result, "answer");
        lt_json_copy_key(card, result, "file");
    }
    return card;
}

static int show(struct uc_call *call, const char *id, json_t **out, struct lt_error *err)
{
    struct sys_job j;
    json_t *input = NULL, *result = NULL;
    int rc = sysdb_job_get(call->app->sys, id, &j, &input, &result, err);
    if (!rc && !(*out = card_of(call, &j, result))) rc = lt_fail_memory(err);
    json_decref(input);
    json_decref(result);
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    bool all = uc_may(call, "system.maintain", UC_T_NONE, NULL);
    json_t *items = NULL, *item;
    char *next = NULL;
    size_t i;
    int rc = sysdb_job_list(call->app->sys, all ? NULL : call->actor.id, (int)lt_json_int(in, "limit", 50),
                            lt_json_str(in, "cursor"), &items, &next, err);
    json_array_foreach(items, i, item) {
        int done, total;
        bool cancelling;
        if (!job_look(call->app, lt_json_str_or(item, "id", ""), &done, &total, &cancelling)) continue;
        lt_json_put_int(item, "done", done);
        lt_json_put_int(item, "total", total);
    }
    if (!rc) *out = json_pack("{s:o, s:s?}", "items", items, "next", next);
    free(next);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return show(call, lt_json_str_or(in, "id", ""), out, err);
}

/* What waits does not begin; what runs is asked to end, and says so itself when it has. */
static int run_cancel(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_job j;
    const char *id = lt_json_str_or(in, "id", "");
    bool moved = false;
    int rc = sysdb_job_move(call->app->sys, id, "queued", "cancelled", call->now, &moved, err);
    if (!rc && !moved && !job_stop_running(call->app, id)) {
        /* it ended, or the process that did it was killed and nobody has taken it over */
        rc = sysdb_job_move(call->app->sys, id, "running", "cancelled", call->now, &moved, err);
        if (!rc && !moved) rc = sysdb_job_get(call->app->sys, id, &j, NULL, NULL, err);
        if (!rc && !moved) rc = lt_fail(err, LT_REFUSED, "job.ended", "state", j.state, (char *)NULL);
    }
    if (!rc && moved) job_forget_files(call->app, id, true);
    return rc ? rc : show(call, id, out, err);
}

/* --- the bytes that came of it --- */

static ssize_t result_read(void *ctx, void *buf, size_t len, uint64_t off, struct lt_error *err)
{
    ssize_t n;
    do {
        n = pread(*(int *)ctx, buf, len, (off_t)off);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? lt_fail_errno(err, "read", "spool") : n;
}

static void result_close(void *ctx)
{
    close(*(int *)ctx);
    free(ctx);
}

static int give(struct uc_call *call, const char *id, const json_t *file, struct lt_error *err)
{
    char path[PATH];
    int *fd = lt_calloc(1, sizeof *fd);
    if (!fd) return lt_fail_memory(err);
    job_path(call->app, id, "out", path);
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0) {
        free(fd);
        return lt_fail(err, LT_NOTFOUND, "job.no_result", (char *)NULL);
    }
    struct uc_stream *s = call->stream;
    s->ctx = fd;
    s->read = result_read;
    s->close = result_close;
    s->size = lt_json_int(file, "size", -1);
    lt_print(s->content_type, sizeof s->content_type, "%s", lt_json_str_or(file, "type", "application/octet-stream"));
    lt_print(s->file_name, sizeof s->file_name, "%s", lt_json_str_or(file, "name", ""));
    return 0;
}

/* The right to the work is asked again: it may have ended since. */
static int run_result(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    struct sys_job j;
    const char *id = lt_json_str_or(in, "id", "");
    json_t *input = NULL, *result = NULL;
    int rc = sysdb_job_get(call->app->sys, id, &j, &input, &result, err);
    const json_t *values = lt_json_object(input, "values"), *file = lt_json_object(result, "file");
    const struct uc_row *row = uc_find(lt_json_str_or(input, "noun", ""), lt_json_str_or(input, "verb", ""));
    if (!rc && (!own(call, &j) || !row || !file)) rc = lt_fail(err, LT_NOTFOUND, "job.no_result", (char *)NULL);
    if (!rc && row->right && row->target != UC_T_OWN && row->target != UC_T_LIST) {
        const char *of = row->target_field ? lt_json_str(values, row->target_field) : NULL;
        rc = uc_require(call, row->right, of ? row->target : UC_T_NONE, of, err);
        if (!rc && of && row->target == UC_T_PUPIL) uc_saw(call, of);
    }
    if (!rc) rc = give(call, id, file, err);
    json_decref(input);
    json_decref(result);
    return rc;
}

/* --- beginning one --- */

bool job_wanted(const struct uc_call *call)
{
    const json_t *asked = json_object_get(call->in, "background");
    if (!(call->row->flags & UC_LONG) || call->job) return false;
    if (asked) return json_is_true(asked);
    return strcmp(call->door, "http") == 0 && call->row->heavy && call->row->heavy((struct uc_call *)call, call->in);
}

static int copy_file(struct uc_call *call, const char *id, size_t i, struct lt_error *err)
{
    char path[PATH], what[16];
    lt_print(what, sizeof what, "in%zu", i);
    job_path(call->app, id, what, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return lt_fail_errno(err, "open", path);
    char *piece = malloc(PIECE);
    int rc = piece ? 0 : lt_fail_memory(err);
    off_t at = 0;
    for (ssize_t n = 1; !rc && n > 0; at += n) {
        n = pread(call->files[i].fd, piece, PIECE, at);
        if (n < 0) rc = lt_fail_errno(err, "read", "spool");
        else if (n && lt_fs_write_all(call->app->fs, fd, piece, (size_t)n)) rc = lt_fail_errno(err, "write", path);
    }
    free(piece);
    close(fd);
    return rc;
}

/* The call as it will be made again; its files into the spool. */
static int make_input(struct uc_call *call, const char *id, json_t **out, struct lt_error *err)
{
    if (call->files_len > JOB_FILES_MOST) return lt_fail(err, LT_REFUSED, "job.files", "limit", LT_NUM(JOB_FILES_MOST), (char *)NULL);
    json_t *values = json_copy((json_t *)call->in), *names = json_array();
    int rc = values && names ? 0 : lt_fail_memory(err);
    if (!rc) json_object_del(values, "background");
    if (!rc && call->files_len) rc = job_folder(call->app, err);
    for (size_t i = 0; !rc && i < call->files_len; i++) {
        json_array_append_new(names, json_string(call->files[i].name));
        rc = copy_file(call, id, i, err);
    }
    unsigned door = strcmp(call->door, "http") == 0 ? UC_HTTP : strcmp(call->door, "plugin") == 0 ? UC_PLUGIN : UC_CLI;
    if (!rc)
        *out = json_pack("{s:s, s:s, s:O, s:O, s:i, s:i, s:s, s:s*, s:s*}", "noun", call->row->noun, "verb", call->row->verb, "values", values, "files",
                         names, "lang", (int)call->lang, "door", (int)door, "scope", call->actor.scope, "account",
                         *call->actor.account ? call->actor.account : NULL, "local_user",
                         call->actor.local ? call->actor.id + strlen("local:") : NULL);
    json_decref(values);
    json_decref(names);
    return rc || *out ? rc : lt_fail_memory(err);
}

int job_start(struct uc_call *call, json_t **out, struct lt_error *err)
{
    struct sys_job j = {.state = "queued", .created = call->now, .changed = call->now};
    json_t *input = NULL, *card = NULL;
    int waiting = 0;
    lt_id_next(call->app->ids, j.id);
    lt_print(j.kind, sizeof j.kind, "%s.%s", call->row->noun, call->row->verb);
    lt_print(j.owner, sizeof j.owner, "%s", call->actor.id);
    int rc = sysdb_job_waiting(call->app->sys, j.owner, &waiting, err);
    if (!rc && waiting >= JOB_QUEUED_MOST) rc = lt_fail(err, LT_REFUSED, "job.too_many", "limit", LT_NUM(JOB_QUEUED_MOST), (char *)NULL);
    if (!rc) rc = make_input(call, j.id, &input, err);
    if (!rc && !(card = card_of(call, &j, NULL))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_sys_begin(call, err);
    if (!rc) rc = uc_sys_end(call, sysdb_job_add(call->app->sys, &j, input, err), card, err);
    json_decref(input);
    if (rc) {
        job_forget_files(call->app, j.id, true);
        json_decref(card);
        return rc;
    }
    if (job_enqueue(call->app, j.id)) {
        *out = card;
        return 0;
    }
    json_decref(card);
    job_do_here(call->app, j.id);
    return show(call, j.id, out, err);
}

/* --- going --- */

int job_purge(struct lt_app *app, struct lt_error *err)
{
    int64_t now = lt_clock_now(&app->clock);
    json_t *old = NULL;
    int rc = sysdb_job_ended_before(app->sys, now - JOB_RESULT_HOURS * HOUR_MS, &old, err);
    size_t i;
    const json_t *id;
    json_array_foreach(old, i, id) job_forget_files(app, json_string_value(id), true);
    json_decref(old);
    return rc ? rc : sysdb_job_purge(app->sys, now - (int64_t)JOB_KEEP_DAYS * 24 * HOUR_MS, err);
}

static const struct uc_field id_field[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "job", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .flags = UC_QUIET, .target = UC_T_OWN,
     .gives = "job_row", .columns = "id kind state done total changed", .run = run_list},
    {.noun = "job", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "job.read", .target = UC_T_JOB,
     .gives = "job", .target_field = "id", .fields = id_field, .run = run_show},
    {.noun = "job", .verb = "result", .method = "GET", .tail = "/{id}/result", .reply = UC_BYTES, .right = "job.read", .target = UC_T_JOB,
     .target_field = "id", .fields = id_field, .run = run_result},
    {.noun = "job", .verb = "cancel", .method = "POST", .tail = "/{id}/cancel", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "job", .right = "job.cancel", .target = UC_T_JOB, .target_field = "id", .fields = id_field, .run = run_cancel},
};

const struct uc_noun uc_noun_job = UC_NOUN("job", "jobs", NULL, rows);
