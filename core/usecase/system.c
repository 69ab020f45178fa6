/* system: state of the installation, the index made anew, everything verified. serve is the server's own command. */
#include "usecase/anchor.h"
#include "usecase/call.h"
#include "usecase/job.h"
#include "usecase/ports.h"
#include "usecase/repeat.h"
#include "usecase/system.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static int count_repo(void *user, const char *repo, const char *head)
{
    (void)repo, (void)head;
    ++*(int64_t *)user;
    return 0;
}

static int run_status(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    int64_t repos = 0;
    int entries = 0, pupils = 0;
    char today[LT_DATE_SIZE];
    lt_date_format(call->today, today);
    int rc = vault_repos(call->app->vault, count_repo, &repos, err);
    json_t *params = json_pack("{s:s}", "today", today);
    if (!rc) rc = index_count(call->app->index, "entries", params, 1000000, &entries, err);
    if (!rc) rc = index_count(call->app->index, "pupils", params, 1000000, &pupils, err);
    json_decref(params);
    json_t *problems = NULL;
    if (!rc) rc = system_problems(call, &problems, err);
    if (rc) return rc;
    *out = json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:i, s:o}", "version", LETOPIS_VERSION, "data", call->app->dir, "installation",
                     vault_installation(call->app->vault), "fingerprint", vault_fingerprint(call->app->vault), "repositories",
                     (json_int_t)repos, "pupils", pupils, "entries", entries, "problems", problems);
    return *out ? 0 : lt_fail_memory(err);
}

static int run_reindex(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    int64_t repos = 0;
    int rc = app_reindex(call, err);
    if (!rc) rc = index_check(call->app->index, err);
    if (!rc) rc = repeat_rebuild(call->app, err);
    if (!rc) rc = vault_repos(call->app->vault, count_repo, &repos, err);
    if (!rc) *out = json_pack("{s:I}", "repositories", (json_int_t)repos);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- fsck --- */

struct fsck {
    struct uc_call *call;
    struct lt_error *err;
    json_t *faults; /* the first hundred */
    struct vault_report sum;
    int64_t repos, of;
};

static int add_fault(void *user, const struct vault_fault *f)
{
    struct fsck *k = user;
    if (json_array_size(k->faults) >= 100) return 0;
    json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:s}", "repo", f->repo, "commit", f->commit, "path", f->path, "fault",
                             f->code, "what", f->what);
    return json_array_append_new(k->faults, item) ? lt_fail_memory(k->err) : 0;
}

static int check_repo(void *user, const char *repo, const char *head)
{
    (void)head;
    struct fsck *k = user;
    struct vault_report r = {0};
    int rc = uc_progress(k->call, (int)k->repos, (int)k->of, k->err);
    if (rc) return rc;
    rc = vault_check(k->call->app->vault, repo, add_fault, k, &r, k->err);
    k->sum.commits += r.commits;
    k->sum.objects += r.objects;
    k->sum.faults += r.faults;
    k->repos++;
    return rc;
}

static int run_fsck(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    struct fsck k = {.call = call, .err = err, .faults = json_array()};
    uint64_t rows = 0;
    int rc = k.faults ? vault_repos(call->app->vault, count_repo, &k.of, err) : lt_fail_memory(err);
    if (!rc) rc = vault_repos(call->app->vault, check_repo, &k, err);
    if (!rc) rc = access_drain(call->app, err);
    if (!rc) rc = index_check(call->app->index, err);
    if (!rc) rc = sysdb_check(call->app->sys, err);
    if (!rc) rc = sysdb_access_verify(call->app->sys, &rows, err);
    if (!rc) rc = anchor_check(call->app, err);
    json_t *report = rc ? NULL
                        : json_pack("{s:I, s:I, s:I, s:I, s:I, s:O}", "repositories", (json_int_t)k.repos, "commits",
                                    (json_int_t)k.sum.commits, "objects", (json_int_t)k.sum.objects, "access_rows",
                                    (json_int_t)rows, "faults", (json_int_t)k.sum.faults, "items", k.faults);
    if (!rc && k.sum.faults) {
        const json_t *first = json_array_get(k.faults, 0);
        rc = lt_fail(err, LT_REFUSED, "system.damaged", "count", LT_NUM(k.sum.faults), "repo", lt_json_str_or(first, "repo", ""),
                     "commit", lt_json_str_or(first, "commit", ""), "path", lt_json_str_or(first, "path", ""), (char *)NULL);
        lt_error_details(err, report);
    } else if (!rc) {
        *out = report;
        rc = report ? 0 : lt_fail_memory(err);
    }
    json_decref(k.faults);
    return rc;
}

static const struct uc_field long_fields[] = {UC_BACKGROUND_FIELD, {0}};

static const struct uc_field log_fields[] = {{"level", UC_ENUM, 0, 0, 0, "log_level"}, {"query", UC_TEXT, 0, 1, 100, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "system", .verb = "status", .method = "GET", .tail = "/status", .reply = UC_ONE, .right = "system.status",
     .gives = "system_status", .run = run_status},
    {.noun = "system", .verb = "log", .method = "GET", .tail = "/log", .reply = UC_LIST, .right = "system.status", .fields = log_fields,
     .columns = "at level component text", .gives = "log_line", .run = system_run_log},
    {.noun = "system", .verb = "reindex", .method = "POST", .tail = "/reindex", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT | UC_LONG,
     .gives = "repositories:int", .right = "system.maintain", .fields = long_fields, .run = run_reindex},
    {.noun = "system", .verb = "fsck", .method = "POST", .tail = "/fsck", .reply = UC_ONE, .flags = UC_REPEAT | UC_LONG,
     .gives = "system_check", .right = "system.maintain", .fields = long_fields, .run = run_fsck},
};

const struct uc_noun uc_noun_system = UC_NOUN("system", NULL, NULL, rows);
