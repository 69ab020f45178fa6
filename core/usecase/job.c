/* job: long work and how far it is. */
#include "usecase/call.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    bool all = uc_may(call, "system.maintain", UC_T_NONE, NULL);
    json_t *items = NULL;
    char *next = NULL;
    int rc = sysdb_job_list(call->app->sys, all ? NULL : call->actor.id, (int)lt_json_int(in, "limit", 50),
                            lt_json_str(in, "cursor"), &items, &next, err);
    if (!rc) *out = json_pack("{s:o, s:s?}", "items", items, "next", next);
    free(next);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static int show(struct uc_call *call, const char *id, struct sys_job *j, json_t **out, struct lt_error *err)
{
    json_t *input = NULL, *result = NULL;
    int rc = sysdb_job_get(call->app->sys, id, j, &input, &result, err);
    char created[LT_INSTANT_SIZE], changed[LT_INSTANT_SIZE];
    if (!rc)
        *out = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:O*}", "id", j->id, "kind", j->kind, "owner", j->owner,
                         "state", j->state, "done", j->done, "total", j->total, "created",
                         lt_instant_format(j->created, created), "changed", lt_instant_format(j->changed, changed), "result",
                         result);
    json_decref(input);
    json_decref(result);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_job j;
    return show(call, lt_json_str_or(in, "id", ""), &j, out, err);
}

static int run_cancel(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_job j;
    const char *id = lt_json_str_or(in, "id", "");
    json_t *input = NULL, *result = NULL;
    int rc = sysdb_job_get(call->app->sys, id, &j, &input, &result, err);
    if (!rc && strcmp(j.state, "queued") != 0 && strcmp(j.state, "running") != 0)
        rc = lt_fail(err, LT_REFUSED, "job.ended", "state", j.state, (char *)NULL);
    lt_print(j.state, sizeof j.state, "cancelled");
    j.changed = call->now;
    if (!rc) rc = sysdb_job_update(call->app->sys, &j, result, err);
    json_decref(input);
    json_decref(result);
    return rc ? rc : show(call, id, &j, out, err);
}

static const struct uc_field id_field[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "job", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .flags = UC_QUIET, .target = UC_T_OWN,
     .columns = "id kind state done total changed", .run = run_list},
    {.noun = "job", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "job.read", .target = UC_T_JOB,
     .target_field = "id", .fields = id_field, .run = run_show},
    {.noun = "job", .verb = "cancel", .method = "POST", .tail = "/{id}/cancel", .reply = UC_ONE, .flags = UC_WRITE,
     .right = "job.cancel", .target = UC_T_JOB, .target_field = "id", .fields = id_field, .run = run_cancel},
};

const struct uc_noun uc_noun_job = UC_NOUN("job", "jobs", NULL, rows);
