/* The access log: a row for every read and change of a pupil's data by anyone.
 *
 * A row is appended to the vault's side file before the answer leaves, so it survives a kill of the process, and a row of a change rides
 * in the journal record of that change, so it survives a power loss with it. In batches the rows move into system.db, where the hash chain is
 * made; a row that arrives by both ways is known by its request and kept once. */
#include "usecase/call.h"
#include "usecase/notice.h"
#include "usecase/repeat.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Room for the ids of 20 000 pupils, the longest list there is (uc_all). */
enum { ROW_MAX = 1000 << 10, BATCH = 256, BATCH_BYTES = 1 << 20, WAITING_MOST = 512 };

json_t *access_row(const struct uc_call *call, const char *outcome)
{
    struct lt_buf pupils = LT_BUF_INIT(ROW_MAX - 4096);
    size_t i;
    const json_t *id;
    json_array_foreach(call->seen, i, id) {
        if (lt_buf_adds(&pupils, i ? " " : "") || lt_buf_adds(&pupils, json_string_value(id))) return NULL;
    }
    char use_case[80];
    lt_print(use_case, sizeof use_case, "%s.%s", call->row->noun, call->row->verb);
    const char *object = call->target.entry_id;
    if (!*object && call->row->target_field) object = lt_json_str_or(call->in, call->row->target_field, "");
    json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "at", (json_int_t)call->now, "actor",
                            call->actor.id, "account", call->actor.account, "use_case", use_case, "outcome", outcome,
                            "pupils", pupils.data ? pupils.data : "", "object", object, "request", call->request,
                            "door", call->door);
    lt_buf_free(&pupils);
    bool done = strcmp(outcome, "done") == 0;
    if (row && done && json_array_size(call->notices) && json_object_set(row, "notices", call->notices)) return json_decref(row), NULL;
    return row;
}

static void drain_meanwhile(struct lt_app *app);

int access_append(struct lt_app *app, const json_t *row, struct lt_error *err)
{
    struct lt_buf line = LT_BUF_INIT(ROW_MAX);
    int rc = row ? lt_json_compact(row, &line, err) : lt_fail_memory(err);
    if (!rc && !lt_ends(line.data, "\n") && lt_buf_addc(&line, '\n')) rc = lt_fail_memory(err);
    if (!rc) rc = vault_side_append(app->vault, line.data, line.len, err);
    lt_buf_free(&line);
    if (!rc && atomic_fetch_add(&app->rows_waiting, 1) % WAITING_MOST == WAITING_MOST - 1) drain_meanwhile(app);
    return rc;
}

/* Rows borrow their strings from the parsed objects in `docs` until the batch is written. */
struct batch {
    struct lt_app *app;
    struct lt_error *err;
    struct sys_access rows[BATCH];
    json_t *docs[BATCH];
    size_t len, bytes;
};

static void batch_forget(struct batch *b)
{
    for (size_t i = 0; i < b->len; i++) json_decref(b->docs[i]);
    b->len = b->bytes = 0;
}

/* Rows, their notices and their kept answers in one transaction: it is flushed, and a flush costs more than hundreds of rows. */
static int batch_flush(void *user)
{
    struct batch *b = user;
    int rc = b->len ? sysdb_begin(b->app->sys, b->err) : 0;
    if (rc || !b->len) return rc;
    for (size_t i = 0; i < b->len && !rc; i++) {
        rc = repeat_replay(b->app, b->docs[i], b->err);
        if (!rc) rc = notice_arrive(b->app, b->docs[i], b->err);
    }
    if (!rc) rc = sysdb_access_add(b->app->sys, b->rows, b->len, b->err);
    int ended = sysdb_end(b->app->sys, rc == 0, rc ? NULL : b->err);
    batch_forget(b);
    return rc ? rc : ended;
}

static int batch_line(struct batch *b, const char *text, size_t len)
{
    json_t *doc = NULL;
    struct lt_error ignored = {0};
    if (lt_json_parse(text, len, ROW_MAX, &doc, &ignored)) { /* a line cut by a power loss */
        lt_error_clear(&ignored);
        return 0;
    }
    b->rows[b->len] = (struct sys_access){
        .at = lt_json_int(doc, "at", 0),
        .actor = lt_json_str_or(doc, "actor", ""),
        .account = lt_json_str_or(doc, "account", ""),
        .use_case = lt_json_str_or(doc, "use_case", ""),
        .outcome = lt_json_str_or(doc, "outcome", ""),
        .pupils = lt_json_str_or(doc, "pupils", ""),
        .object = lt_json_str_or(doc, "object", ""),
        .request = lt_json_str_or(doc, "request", ""),
        .door = lt_json_str_or(doc, "door", ""),
    };
    b->docs[b->len++] = doc;
    b->bytes += len;
    return b->len == BATCH || b->bytes >= BATCH_BYTES ? batch_flush(b) : 0;
}

static int batch_lines(void *user, const void *data, size_t len)
{
    struct batch *b = user;
    const char *p = data, *end = p + len;
    int rc = 0;
    while (!rc && p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t n = nl ? (size_t)(nl - p) : (size_t)(end - p);
        if (n) rc = batch_line(b, p, n);
        p += n + 1;
    }
    return rc;
}

/* With app->drain held. */
static int run_batch_locked(struct lt_app *app, bool replay, struct lt_error *err)
{
    struct batch *b = lt_calloc(1, sizeof *b);
    if (!b) return lt_fail_memory(err);
    b->app = app;
    b->err = err;
    int rc = replay ? vault_replayed(app->vault, batch_lines, batch_flush, b, err)
                    : vault_side_drain(app->vault, batch_lines, batch_flush, b, err);
    batch_forget(b);
    free(b);
    return rc;
}

static int run_batch(struct lt_app *app, bool replay, struct lt_error *err)
{
    pthread_mutex_lock(&app->drain);
    int rc = run_batch_locked(app, replay, err);
    pthread_mutex_unlock(&app->drain);
    return rc;
}

/* A server that runs for months must not let the rows gather until somebody asks for the log: they are read into memory
 * as a whole and their file has a limit. What cannot be moved now stays and is tried again. */
static void drain_meanwhile(struct lt_app *app)
{
    struct lt_error ignored = {0};
    if (pthread_mutex_trylock(&app->drain)) return; /* somebody is at it */
    run_batch_locked(app, false, &ignored);
    pthread_mutex_unlock(&app->drain);
    lt_error_clear(&ignored);
}

int access_drain(struct lt_app *app, struct lt_error *err)
{
    return run_batch(app, false, err);
}

int access_replay(struct lt_app *app, struct lt_error *err)
{
    return run_batch(app, true, err);
}
