/* entry: the acts that move an entry from state to state. Adding and editing: entry_write.c; reading: entry_read.c. */
#include "usecase/entry.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/entry.h"
#include "model/rights.h"

#include <string.h>

/* One act: loads the entry inside the writer lock, judges revision and state, lets `change` write, commits. */
struct act {
    enum model_entry_act act;
    const char *subject;
    int (*change)(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err);
};

/* Who may act on an entry but not read it (hiding at the pupil's wish) is told of the act alone. */
static json_t *answer_of(const struct uc_call *call, const struct entry_docs *d)
{
    if (model_allowed("entry.read", call->standing, &d->facts)) return json_incref(d->entry);
    return json_pack("{s:s, s:I, s:s}", "id", lt_json_str_or(d->entry, "id", ""), "revision",
                     (json_int_t)lt_json_int(d->entry, "revision", 0), "state", lt_json_str_or(d->entry, "state", ""));
}

/* The next state by the machine, then what the act writes; nothing is written where the machine or a rule refuses. */
static int act_put(struct uc_tx *tx, struct uc_call *call, const json_t *in, const struct act *a, struct entry_docs *d, struct lt_error *err)
{
    const char *state = NULL;
    int rc = model_entry_next(&d->facts, a->act, &state, err);
    if (!rc && lt_json_put_str(d->entry, "state", state)) rc = lt_fail_memory(err);
    return rc ? rc : a->change(tx, call, in, d, err);
}

static int act_inside(struct uc_tx *tx, struct uc_call *call, const json_t *in, const struct act *a, json_t **out,
                      struct lt_error *err)
{
    struct entry_docs d;
    int rc = entry_load(tx, call, lt_json_str_or(in, "id", ""), &d, err);
    if (!rc) rc = entry_check_revision(in, d.entry, err);
    if (rc == LT_CONFLICT && !model_allowed("entry.read", call->standing, &d.facts)) lt_error_details(err, NULL);
    if (!rc) rc = act_put(tx, call, in, a, &d, err);
    if (!rc && !(*out = answer_of(call, &d))) rc = lt_fail_memory(err);
    if (!rc) uc_tx_gives(tx, *out);
    if (!rc) rc = entry_tell(call, a->act, d.entry, err);
    if (!rc) rc = uc_tx_commit(tx, a->subject, lt_json_str(d.entry, "id"), err);
    entry_docs_clear(&d);
    return rc;
}

static int run_act(struct uc_call *call, const json_t *in, const struct act *a, json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    int rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = act_inside(tx, call, in, a, out, err);
    uc_tx_end(tx);
    return rc;
}

static int put(struct uc_tx *tx, struct entry_docs *d, struct lt_error *err)
{
    return entry_store(tx, d->repo, d->dir, d->entry, err);
}

static int change_submit(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err)
{
    (void)in;
    json_object_del(d->entry, "returned");
    int rc = entry_check(call, d->entry, false, err);
    return rc ? rc : put(tx, d, err);
}

static int change_verify(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err)
{
    int rc = entry_check(call, d->entry, false, err);
    if (!rc) rc = put(tx, d, err);
    return rc ? rc
              : entry_put_verified(tx, call, d->repo, d->dir, d->entry, lt_json_str_or(in, "act", "seen_copy"),
                                   lt_json_str(in, "comment"), err);
}

static int put_mark(struct uc_call *call, struct entry_docs *d, const char *key, const char *reason, struct lt_error *err)
{
    json_t *mark = uc_stamp(call);
    if (!mark || lt_json_put_str(mark, "reason", reason) || lt_json_put(d->entry, key, mark)) return lt_fail_memory(err);
    return 0;
}

static int change_return(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err)
{
    int rc = put_mark(call, d, "returned", lt_json_str(in, "reason"), err);
    return rc ? rc : put(tx, d, err);
}

/* Taken back by the family: what was verified is no longer shown either. */
static int change_withdraw(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err)
{
    (void)in, (void)call;
    static const char *const parts[] = {"verified.json", "verification.json"};
    for (size_t i = 0; i < 2; i++) {
        char path[VAULT_PATH_MAX + 32];
        lt_print(path, sizeof path, "%s/%s", d->dir, parts[i]);
        int rc = uc_tx_has(tx, d->repo, path) ? uc_tx_remove(tx, d->repo, path, err) : 0;
        if (rc) return rc;
    }
    return put(tx, d, err);
}

static int change_hide(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err)
{
    int rc = put_mark(call, d, "hidden", lt_json_str(in, "reason"), err);
    return rc ? rc : put(tx, d, err);
}

static int change_unhide(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err)
{
    (void)call, (void)in;
    json_object_del(d->entry, "hidden");
    return put(tx, d, err);
}

static int put_dispute(struct uc_tx *tx, struct entry_docs *d, json_t *dispute, struct lt_error *err)
{
    char path[VAULT_PATH_MAX + 32];
    lt_print(path, sizeof path, "%s/dispute.json", d->dir);
    int rc = dispute ? uc_tx_put(tx, d->repo, path, dispute, err) : lt_fail_memory(err);
    json_decref(dispute);
    return rc;
}

static int change_dispute(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err)
{
    char at[LT_INSTANT_SIZE], due[LT_DATE_SIZE];
    return put_dispute(tx, d,
                       json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "revision",
                                 (json_int_t)lt_json_int(d->entry, "revision", 0), "kind", lt_json_str_or(in, "kind", "other"),
                                 "text", lt_json_str_or(in, "text", ""), "by", call->actor.id, "at",
                                 lt_instant_format(call->now, at), "due",
                                 lt_date_format(model_dispute_due(call->today), due)),
                       err);
}

static int change_answer(struct uc_tx *tx, struct uc_call *call, const json_t *in, struct entry_docs *d, struct lt_error *err)
{
    json_t *answer = uc_stamp(call);
    if (!answer || lt_json_put_str(answer, "text", lt_json_str(in, "text")) ||
        lt_json_put_str(answer, "outcome", lt_json_str(in, "outcome")) || lt_json_put(d->dispute, "answer", answer))
        return lt_fail_memory(err);
    return put_dispute(tx, d, json_incref(d->dispute), err);
}

static const struct act act_submit = {MODEL_ENTRY_SUBMIT, "Submit entry", change_submit};
static const struct act act_verify = {MODEL_ENTRY_VERIFY, "Verify entry", change_verify};
static const struct act act_return = {MODEL_ENTRY_RETURN, "Return entry", change_return};
static const struct act act_withdraw = {MODEL_ENTRY_TAKE_BACK, "Take entry back", change_withdraw};
static const struct act act_hide = {MODEL_ENTRY_HIDE, "Hide entry", change_hide};
static const struct act act_unhide = {MODEL_ENTRY_UNHIDE, "Show entry again", change_unhide};
static const struct act act_dispute = {MODEL_ENTRY_DISPUTE, "Dispute entry", change_dispute};
static const struct act act_answer = {MODEL_ENTRY_ANSWER, "Answer the dispute of an entry", change_answer};

int entry_act(struct uc_tx *tx, struct uc_call *call, const json_t *in, enum model_entry_act act, struct entry_docs *d, struct lt_error *err)
{
    return act_put(tx, call, in, act == MODEL_ENTRY_RETURN ? &act_return : &act_verify, d, err);
}

static int run_submit(struct uc_call *c, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_act(c, in, &act_submit, out, err);
}
static int run_verify(struct uc_call *c, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_act(c, in, &act_verify, out, err);
}
static int run_return(struct uc_call *c, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_act(c, in, &act_return, out, err);
}
static int run_withdraw(struct uc_call *c, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_act(c, in, &act_withdraw, out, err);
}
static int run_hide(struct uc_call *c, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_act(c, in, lt_json_bool(in, "undo", false) ? &act_unhide : &act_hide, out, err);
}
static int run_dispute(struct uc_call *c, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_act(c, in, &act_dispute, out, err);
}
static int run_answer(struct uc_call *c, const json_t *in, json_t **out, struct lt_error *err)
{
    return run_act(c, in, &act_answer, out, err);
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
static const struct uc_field id_fields[] = {ID, {0}};
static const struct uc_field verify_fields[] = {ID, {"act", UC_ENUM, 0, 0, 0, "verification_act"}, {"comment", UC_LINES, 0, 0, 1000, NULL}, {0}};
static const struct uc_field verify_many_fields[] = {
    {"items", UC_OBJECT, UC_REQUIRED, 0, 0, NULL}, {"act", UC_ENUM, 0, 0, 0, "verification_act"}, {"comment", UC_LINES, 0, 0, 1000, NULL}, {0}};
static const struct uc_field return_many_fields[] = {
    {"items", UC_OBJECT, UC_REQUIRED, 0, 0, NULL}, {"reason", UC_LINES, UC_REQUIRED, 1, 1000, NULL}, {0}};
static const struct uc_field return_fields[] = {ID, {"reason", UC_LINES, UC_REQUIRED, 1, 1000, NULL}, {0}};
static const struct uc_field hide_fields[] = {ID, {"reason", UC_LINES, 0, 0, 1000, NULL}, {"undo", UC_BOOL, 0, 0, 0, NULL}, {0}};
static const struct uc_field dispute_fields[] = {
    ID, {"kind", UC_ENUM, UC_REQUIRED, 0, 0, "dispute_kind"}, {"text", UC_LINES, UC_REQUIRED, 1, 2000, NULL}, {0}};
static const struct uc_field answer_fields[] = {
    ID, {"outcome", UC_ENUM, UC_REQUIRED, 0, 0, "dispute_outcome"}, {"text", UC_LINES, UC_REQUIRED, 1, 2000, NULL}, {0}};
static const struct uc_field list_fields[] = {
    {"pupil", UC_ID, 0, 0, 0, NULL},          {"class", UC_ID, 0, 0, 0, NULL},          {"group", UC_ID, 0, 0, 0, NULL},
    {"section", UC_ENUM, 0, 0, 0, "section"}, {"activity", UC_ENUM, 0, 0, 0, "activity"}, {"level", UC_ENUM, 0, 0, 0, "level"},
    {"result", UC_ENUM, 0, 0, 0, "result"},   {"state", UC_ENUM, 0, 0, 0, "entry_state"}, {"school_year", UC_TEXT, 0, 0, 12, NULL},
    {"source", UC_ENUM, 0, 0, 0, "source"},   {"kind", UC_ENUM, 0, 0, 0, "kind"},         {"subject", UC_TEXT, 0, 0, 100, NULL},
    {"query", UC_TEXT, 0, 0, 200, NULL},      {"from", UC_DATE, 0, 0, 0, NULL},          {"to", UC_DATE, 0, 0, 0, NULL},
    {"disputed", UC_BOOL, 0, 0, 0, NULL},     {"hidden", UC_BOOL, 0, 0, 0, NULL},        {"queue", UC_BOOL, 0, 0, 0, NULL},
    {0}};
static const struct uc_field disputes_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL}, {"answered", UC_BOOL, 0, 0, 0, NULL}, {0}};
static const struct uc_field diff_fields[] = {ID, {"from", UC_INT, 0, 1, 1000000, NULL}, {"to", UC_INT, 0, 1, 1000000, NULL}, {0}};

#define ACT(verb_, flags_, right_, fields_)                                                                           \
    {.noun = "entry", .verb = #verb_, .method = "POST", .tail = "/{id}/" #verb_, .reply = UC_ONE, .gives = "entry",    \
     .flags = UC_WRITE | UC_REVISION | (flags_), .right = (right_), .target = UC_T_ENTRY, .target_field = "id",       \
     .fields = (fields_), .run = run_##verb_}

static const struct uc_row rows[] = {
    {.noun = "entry", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "entry.add",
     .gives = "entry", .target = UC_T_OWN, .fields = entry_fields, .run = entry_run_add},
    {.noun = "entry", .verb = "edit", .method = "PATCH", .tail = "/{id}", .reply = UC_ONE, .flags = UC_WRITE | UC_REVISION,
     .right = "entry.edit", .target = UC_T_ENTRY, .target_field = "id", .fields = entry_edit_fields, .gives = "entry", .run = entry_run_edit},
    {.noun = "entry", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .flags = UC_KEPT, .right = "entry.list", .target = UC_T_LIST,
     .gives = "entry_row", .fields = list_fields, .columns = "id date title level result state pupil_name pupil_class_name",
     .sheet = "pupil_name pupil_class_name title activity subject level stage result degree place date organiser format participation state section source school_year",
     .run = entry_run_list},
    {.noun = "entry", .verb = "disputes", .method = "GET", .tail = "/disputes", .reply = UC_LIST, .right = "entry.list",
     .gives = "dispute_row", .target = UC_T_LIST, .fields = disputes_fields, .columns = "entry pupil_name title kind due overdue outcome", .run = entry_run_disputes},
    {.noun = "entry", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "entry.read",
     .gives = "entry_whole", .target = UC_T_ENTRY, .target_field = "id", .fields = id_fields, .run = entry_run_show},
    {.noun = "entry", .verb = "history", .method = "GET", .tail = "/{id}/history", .reply = UC_LIST, .right = "entry.history",
     .gives = "entry_past", .target = UC_T_ENTRY, .target_field = "id", .fields = id_fields, .columns = "at actor use_case revision state", .run = entry_run_history},
    {.noun = "entry", .verb = "diff", .method = "GET", .tail = "/{id}/diff", .reply = UC_ONE, .right = "entry.history",
     .gives = "entry_diff", .target = UC_T_ENTRY, .target_field = "id", .fields = diff_fields, .run = entry_run_diff},
    ACT(submit, 0, "entry.submit", id_fields),
    ACT(verify, 0, "entry.verify", verify_fields),
    ACT(return, 0, "entry.return", return_fields),
    ACT(withdraw, 0, "entry.withdraw", id_fields),
    ACT(hide, 0, "entry.hide", hide_fields),
    ACT(dispute, 0, "entry.dispute", dispute_fields),
    ACT(answer, 0, "entry.answer", answer_fields),
    {.noun = "entry", .verb = "verify_many", .method = "POST", .tail = "/verify", .reply = UC_ONE, .flags = UC_WRITE | UC_STEPS,
     .gives = "entries_done", .right = "entry.verify", .target = UC_T_OWN, .fields = verify_many_fields, .run = entry_run_verify_many},
    {.noun = "entry", .verb = "return_many", .method = "POST", .tail = "/return", .reply = UC_ONE, .flags = UC_WRITE | UC_STEPS,
     .gives = "entries_done", .right = "entry.return", .target = UC_T_OWN, .fields = return_many_fields, .run = entry_run_return_many},
};

const struct uc_noun uc_noun_entry = UC_NOUN("entry", "entries", NULL, rows);
