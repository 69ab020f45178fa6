/* The one way into a use case. */
#include "usecase/bind.h"
#include "usecase/call.h"
#include "usecase/erase.h"
#include "usecase/notice.h"
#include "usecase/job.h"
#include "usecase/job_run.h"
#include "usecase/kept.h"
#include "usecase/repeat.h"
#include "usecase/publish.h"
#include "usecase/shape.h"
#include "usecase/sheet.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int prepare(struct uc_call *call, struct lt_app *app, const struct uc_request *r, struct lt_error *err)
{
    call->app = app;
    call->lang = r->lang;
    call->now = lt_clock_now(&app->clock);
    call->today = lt_clock_today(&app->clock);
    call->feeds = atomic_load(&app->feeds);
    call->text = r->text;
    call->files = r->files;
    call->files_len = r->files_len;
    call->job = r->resumed ? r->resumed->run : NULL;
    call->door = r->door == UC_HTTP ? "http" : r->door == UC_PLUGIN ? "plugin" : "cli";
    if (r->request_id && *r->request_id) {
        if (strlen(r->request_id) >= sizeof call->request || strpbrk(r->request_id, "\r\n"))
            return lt_fail_field(err, LT_USAGE, "request", "field.malformed.text", "field", "request", (char *)NULL);
        lt_print(call->request, sizeof call->request, "%s", r->request_id);
        call->own_request = true;
    } else if (!r->trace || !lt_print(call->request, sizeof call->request, "%s", r->trace)) {
        lt_id_next(app->ids, call->request);
    }
    call->peer = r->peer;
    call->row = uc_find(r->noun, r->verb);
    unsigned doors = call->row && call->row->doors ? call->row->doors : UC_CLI | UC_HTTP | UC_PLUGIN;
    if (!call->row || !(doors & r->door))
        return lt_fail(err, LT_USAGE, "usecase.unknown", "noun", r->noun, "verb", r->verb, (char *)NULL);
    if (!app->vault && !(call->row->flags & UC_NO_DATA)) return lt_fail(err, LT_NOTFOUND, "vault.absent", (char *)NULL);
    call->seen = json_array();
    call->checks = json_array();
    return call->seen && call->checks ? 0 : lt_fail_memory(err);
}

static bool scope_allows(const struct uc_call *call)
{
    char id[96];
    lt_print(id, sizeof id, "%s.%s", call->row->noun, call->row->verb);
    size_t n = strlen(id);
    for (const char *w = call->actor.scope; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        if (strcspn(w, " ") == n && strncmp(w, id, n) == 0) return true;
    }
    return !*call->actor.scope;
}

/* What is asked of whoever calls, before it is looked at what for. */
static int admit(struct uc_call *call, struct lt_error *err)
{
    /* Acts under a password that others have seen would be nobody's: first an own one is set. */
    if (call->actor.must_change && !(call->row->flags & UC_QUIET)) return lt_fail(err, LT_DENIED, "session.must_change", (char *)NULL);
    if (call->actor.factor_needed && !(call->row->flags & UC_QUIET)) return lt_fail(err, LT_DENIED, "factor.needed", (char *)NULL);
    return scope_allows(call) ? 0 : lt_fail(err, LT_DENIED, "right.scope", (char *)NULL);
}

static int authorise(struct uc_call *call, struct lt_error *err)
{
    const struct uc_row *row = call->row;
    if (!row->right || row->target == UC_T_OWN || row->target == UC_T_LIST || !call->app->vault) return 0;
    const char *id = row->target_field ? lt_json_str(call->in, row->target_field) : NULL;
    int rc = uc_require(call, row->right, id ? row->target : UC_T_NONE, id, err);
    if (!rc && *call->target.pupil_id) uc_saw(call, call->target.pupil_id);
    return rc;
}

/* A row of the access log where a pupil was concerned, for each change and for each refusal of a right. A conflict or a rule's refusal may show the person what
 * stands in the record, so it is a row too. */
static int log_access(struct uc_call *call, int rc, struct lt_error *err)
{
    if (!call->app->vault || !call->row || (call->row->flags & UC_QUIET)) return 0;
    bool denied = rc == LT_DENIED || (rc == LT_NOTFOUND && *call->target.pupil_id);
    if (denied) uc_saw(call, call->target.pupil_id);
    bool written = !rc && (call->row->flags & UC_WRITE);
    if (!denied && !written && json_array_size(call->seen) == 0) return 0;
    json_t *row = access_row(call, denied ? "denied" : rc ? "refused" : "done");
    int logged = access_append(call->app, row, err);
    json_decref(row);
    return logged;
}

static void finish(struct uc_call *call)
{
    uc_actor_clear(&call->actor);
    uc_target_clear(&call->target);
    json_decref((json_t *)call->in);
    json_decref(call->seen);
    json_decref(call->checks);
    json_decref(call->notices);
}

static int run_row(struct uc_call *call, json_t **out, struct lt_error *err)
{
    return call->row->run(call, call->in, out, err);
}

static int run(struct uc_call *call, struct uc_answer *out, struct lt_error *err)
{
    int rc = authorise(call, err);
    if (rc) return rc;
    if (call->row->reply == UC_LIST && json_is_true(json_object_get(call->in, "xlsx"))) return sheet_answer(call, err);
    if (job_wanted(call)) return job_start(call, &out->body, err);
    return call->text && (call->row->flags & UC_KEPT) ? kept_answer(call, run_row, &out->text, err) : run_row(call, &out->body, err);
}

/* In tests an answer that is not as its row says ends the program: it would be a lie of openapi.json. */
static void judge(const struct uc_call *call, const struct uc_answer *answer)
{
    char why[UC_SHAPE_WHY] = "no JSON";
    size_t len = 0;
    json_t *parsed = NULL;
    if (!call->app->judge_answers) return;
    const char *text = answer->text ? uc_text_bytes(answer->text, &len) : NULL;
    bool fits = (!text || lt_json_parse(text, len, len, &parsed, NULL) == 0) && uc_answer_fits(call->row, text ? parsed : answer->body, why);
    json_decref(parsed);
    if (fits) return;
    fprintf(stderr, "letopis: the answer of %s.%s is not as its shape says (core/usecase/shapes*.c): %s\n", call->row->noun, call->row->verb, why);
    abort();
}

/* A write with an id of the caller: the first time it runs, then it answers the same. */
static int run_once(struct uc_call *call, struct uc_answer *out, struct lt_error *err)
{
    struct repeat repeat;
    json_t *kept = NULL;
    int rc = repeat_begin(call, &repeat, &kept, err);
    if (rc) return rc;
    if (kept) {
        rc = repeat_answer(call, kept, &out->body, err);
        json_decref(kept);
        return rc;
    }
    rc = run(call, out, err);
    repeat_end(call, &repeat, rc, out->body);
    return rc;
}

int uc_dispatch(struct lt_app *app, const struct uc_request *request, struct uc_answer *out, struct lt_error *err)
{
    struct uc_call call = {.stream = &out->stream};
    *out = (struct uc_answer){0};
    int rc = prepare(&call, app, request, err);
    out->row = call.row;
    if (!rc && atomic_load(&app->index_behind)) rc = app_mend_index(app, false, err);
    if (!rc && atomic_exchange(&app->erase_due, false)) rc = erase_due_app(app, "letopis", err);
    if (!rc) rc = uc_actor_find(&call, request, err);
    if (!rc) rc = uc_bind(call.row, request->values, request->files, request->files_len, (json_t **)&call.in, err);
    if (!rc) rc = admit(&call, err);
    bool once = !rc && call.own_request && app->sys && *call.actor.id && (call.row->flags & UC_WRITE) && !(call.row->flags & UC_REPEAT);
    if (!rc) rc = once ? run_once(&call, out, err) : run(&call, out, err);
    if (!rc && call.committed) publication_after(&call);
    if (!rc && call.committed) notice_after(&call);
    /* What cannot be logged is not given out; a change that was accepted carries its row in the journal already. */
    struct lt_error late = {0};
    if (log_access(&call, rc, &late) && !rc && !call.committed) {
        uc_answer_clear(out);
        *err = late;
        late = (struct lt_error){0};
        rc = err->status;
    }
    lt_error_clear(&late);
    if (rc) uc_answer_clear(out);
    else judge(&call, out);
    out->row = call.row;
    finish(&call);
    return rc;
}

void uc_answer_clear(struct uc_answer *a)
{
    json_decref(a->body);
    uc_text_free(a->text);
    if (a->stream.close) a->stream.close(a->stream.ctx);
    const struct uc_row *row = a->row;
    *a = (struct uc_answer){.row = row};
}
