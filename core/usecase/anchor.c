#include "usecase/anchor.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* The newest anchor, or NULL where there is none yet. */
static int read_anchor(struct lt_app *app, json_t **out, struct lt_error *err)
{
    struct vault_snapshot *s = NULL;
    struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
    *out = NULL;
    int rc = vault_snapshot_open(app->vault, VAULT_SCHOOL, NULL, &s, err);
    if (!rc && vault_snapshot_has(s, ANCHOR_PATH)) {
        rc = vault_snapshot_read(s, ANCHOR_PATH, &text, err);
        if (!rc) rc = lt_json_parse(text.data ? text.data : "", text.len, VAULT_TEXT_MAX, out, err);
    }
    vault_snapshot_close(s);
    lt_buf_free(&text);
    return rc;
}

int anchor_run(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    int64_t n = 0;
    char hash[65];
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    int rc = access_drain(call->app, err);
    if (!rc) rc = sysdb_access_end(call->app->sys, &n, hash, err);
    if (!rc && !(doc = json_pack("{s:I, s:s}", "rows", (json_int_t)n, "hash", hash))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, ANCHOR_PATH, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Note the end of the access log", NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

int anchor_due_app(struct lt_app *app, const char *local_user, struct lt_error *err)
{
    json_t *last = NULL;
    int64_t at = 0;
    int rc = read_anchor(app, &last, err);
    bool noted = lt_instant_parse(lt_json_str_or(lt_json_object(last, "changed"), "at", ""), &at);
    const int64_t offset = (int64_t)app->clock.offset_minutes * 60000, day = 86400000;
    json_decref(last);
    /* a log that is shorter than it was is not noted by itself as if it had to be so */
    if (!rc) rc = anchor_check(app, err);
    if (rc || (noted && (at + offset) / day == (lt_clock_now(&app->clock) + offset) / day)) return rc;
    json_t *none = json_object();
    struct uc_request request = {.noun = "log", .verb = "anchor", .values = none, .door = UC_CLI, .local_user = local_user};
    struct uc_answer answer;
    rc = none ? uc_dispatch(app, &request, &answer, err) : lt_fail_memory(err);
    if (none) uc_answer_clear(&answer);
    json_decref(none);
    return rc;
}

int anchor_check(struct lt_app *app, struct lt_error *err)
{
    json_t *last = NULL;
    char hash[65] = "";
    struct lt_error miss = {0};
    int rc = read_anchor(app, &last, err);
    int64_t rows = lt_json_int(last, "rows", 0);
    if (!rc && rows > 0) {
        rc = sysdb_access_hash(app->sys, rows, hash, &miss);
        bool same = !rc && strcmp(hash, lt_json_str_or(last, "hash", "")) == 0;
        if ((!rc && !same) || rc == LT_NOTFOUND) rc = lt_fail(err, LT_REFUSED, "log.cut", "rows", LT_NUM(rows), (char *)NULL);
        else if (rc) *err = miss;
    }
    json_decref(last);
    return rc;
}
