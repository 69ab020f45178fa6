/* The acts of the school: what stands of an erasure when it is done. */
#include "usecase/erase.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct vault_snapshot *snapshot;
    json_t *acts;
    struct lt_error *err;
};

static int read_act(void *user, const struct vault_item *item)
{
    struct reading *r = user;
    struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
    json_t *act = NULL;
    if (!lt_ends(item->path, ".json")) return 0;
    int rc = vault_snapshot_read(r->snapshot, item->path, &text, r->err);
    if (!rc) rc = lt_json_parse(text.data ? text.data : "", text.len, VAULT_TEXT_MAX, &act, r->err);
    if (!rc && json_array_append_new(r->acts, act)) rc = lt_fail_memory(r->err);
    lt_buf_free(&text);
    return rc;
}

int erase_acts_of(struct vault *v, json_t **out, struct lt_error *err)
{
    struct reading r = {.acts = json_array(), .err = err};
    struct lt_error miss = {0};
    int rc = r.acts ? vault_snapshot_open(v, VAULT_SCHOOL, NULL, &r.snapshot, &miss) : lt_fail_memory(err);
    if (!rc) rc = vault_snapshot_walk(r.snapshot, ERASE_FOLDER, read_act, &r, err);
    else if (rc == LT_NOTFOUND) rc = 0; /* a folder that is being made has no commit yet */
    else if (r.acts) *err = miss, miss = (struct lt_error){0};
    lt_error_clear(&miss);
    vault_snapshot_close(r.snapshot);
    if (rc) json_decref(r.acts);
    else *out = r.acts;
    return rc;
}

int erase_acts(struct lt_app *app, json_t **out, struct lt_error *err)
{
    return erase_acts_of(app->vault, out, err);
}

/* Not carried out yet, or the portfolio is there again: a copy was restored. */
static bool is_due(struct lt_app *app, const json_t *act)
{
    char head[VAULT_OID];
    struct lt_error ignored = {0};
    if (strcmp(lt_json_str_or(act, "state", ""), "done") != 0) return true;
    bool back = vault_head(app->vault, lt_json_str_or(act, "pupil", ""), head, &ignored) == 0;
    lt_error_clear(&ignored);
    return back;
}

int erase_look(struct lt_app *app, struct lt_error *err)
{
    json_t *acts = NULL;
    size_t i;
    const json_t *act;
    int rc = erase_acts(app, &acts, err);
    json_array_foreach(acts, i, act) {
        if (is_due(app, act)) atomic_store(&app->erase_due, true);
    }
    json_decref(acts);
    return rc;
}

/* --- the noun's list --- */

int erase_run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *acts = NULL, *items = json_array();
    const char *after = lt_json_str(in, "cursor"), *next = NULL;
    size_t limit = (size_t)lt_json_int(in, "limit", 50);
    int rc = items ? erase_acts(call->app, &acts, err) : lt_fail_memory(err);
    for (size_t i = json_array_size(acts); !rc && i > 0; i--) { /* the newest first */
        const json_t *act = json_array_get(acts, i - 1);
        if (after && strcmp(lt_json_str_or(act, "id", ""), after) >= 0) continue;
        if (json_array_size(items) == limit) {
            next = lt_json_str(json_array_get(items, limit - 1), "id");
            break;
        }
        if (json_array_append(items, (json_t *)act)) rc = lt_fail_memory(err);
    }
    if (!rc) *out = json_pack("{s:O, s:s?}", "items", items, "next", next);
    json_decref(items);
    json_decref(acts);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- carrying out --- */

static int mark_done(struct uc_call *call, const char *id, json_t **out, struct lt_error *err)
{
    char path[VAULT_PATH_MAX];
    struct uc_tx *tx = NULL;
    json_t *act = NULL;
    lt_print(path, sizeof path, ERASE_FOLDER "%s.json", id);
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, path, &act, err);
    bool again = strcmp(lt_json_str_or(act, "state", ""), "done") == 0;
    if (!rc && again && !lt_json_array(act, "again") && json_object_set_new(act, "again", json_array())) rc = lt_fail_memory(err);
    if (!rc && again && json_array_append_new(lt_json_array(act, "again"), uc_stamp(call))) rc = lt_fail_memory(err);
    if (!rc && !again && (lt_json_put_str(act, "state", "done") || lt_json_put(act, "done", uc_stamp(call)))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, act, err);
    if (!rc) rc = uc_tx_commit(tx, "Erasure carried out", NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(act);
    else *out = act;
    return rc;
}

int erase_carry_out(struct uc_call *call, json_t **act, struct lt_error *err)
{
    json_t *remaining = NULL, *now = NULL;
    /* The right was asked when the act was accepted; what follows is the act's own, and the pupil it was asked about is gone. */
    json_decref(call->checks);
    call->checks = NULL;
    int rc = erase_steps(call, *act, &remaining, err);
    if (!rc && json_array_size(remaining) == 0) rc = mark_done(call, lt_json_str_or(*act, "id", ""), &now, err);
    if (!rc && now) {
        json_decref(*act);
        *act = now;
    }
    if (!rc && json_object_set(*act, "remaining", remaining)) rc = lt_fail_memory(err);
    json_decref(remaining);
    return rc;
}

int erase_run_due(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *acts = NULL, *left = json_array();
    size_t i;
    json_t *act;
    json_int_t done = 0;
    (void)in;
    int rc = left ? erase_acts(call->app, &acts, err) : lt_fail_memory(err);
    json_array_foreach(acts, i, act) {
        if (rc || !is_due(call->app, act)) continue;
        json_t *one = json_incref(act);
        rc = erase_carry_out(call, &one, err);
        if (!rc && json_array_size(lt_json_array(one, "remaining")) == 0) done++;
        else if (!rc) json_array_append(left, one);
        json_decref(one);
    }
    json_decref(acts);
    if (!rc) *out = json_pack("{s:I, s:O}", "done", done, "left", left);
    json_decref(left);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

int erase_due_app(struct lt_app *app, const char *local_user, struct lt_error *err)
{
    json_t *acts = NULL, *none = json_object();
    size_t i;
    const json_t *act;
    bool due = false;
    int rc = none ? erase_acts(app, &acts, err) : lt_fail_memory(err);
    json_array_foreach(acts, i, act) due = due || is_due(app, act);
    json_decref(acts);
    if (!rc && due) {
        struct uc_request request = {.noun = "pupil", .verb = "erase_due", .values = none, .door = UC_CLI, .local_user = local_user};
        struct uc_answer answer;
        rc = uc_dispatch(app, &request, &answer, err);
        uc_answer_clear(&answer);
    }
    json_decref(none);
    return rc;
}
