/* review: what parents, teachers and mentors say of a pupil's work, asked for or of their own will. */
#include "usecase/call.h"
#include "usecase/family.h"
#include "usecase/notice.h"
#include "usecase/review.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/entry.h"
#include "model/rights.h"

#include <string.h>

static void review_path(const char *id, char out[80])
{
    lt_print(out, 80, "reviews/%s.json", id);
}

/* A new document; ground by who speaks (P1): the family's word rests on consent, the school's on the law or the contract. */
static json_t *new_review(struct uc_call *call, const json_t *in, const char *state, const char *by_kind)
{
    char id[LT_ID_SIZE], provider[16];
    lt_id_next(call->app->ids, id);
    bool family = strcmp(by_kind, "staff") != 0;
    bool private_provider = strcmp(uc_setting(call, "operator.kind", provider, sizeof provider), "private") == 0;
    json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", id, "pupil", call->target.pupil_id, "kind",
                            lt_json_str_or(in, "kind", "review"), "state", state, "ground",
                            family ? "consent" : private_provider ? "contract" : "law");
    if (doc && (lt_json_copy_key(doc, in, "entry") || lt_json_copy_key(doc, in, "text"))) return json_decref(doc), NULL;
    return doc;
}

/* Whoever is asked, whoever asked, and the family that got one. */
static int tell(struct uc_call *call, const json_t *doc, struct lt_error *err)
{
    const char *state = lt_json_str_or(doc, "state", "");
    const json_t *asked = lt_json_object(doc, "asked");
    struct notice n = {.pupil = call->target.pupil_id, .entry = lt_json_str(doc, "entry"), .object = lt_json_str(doc, "id")};
    if (strcmp(state, "asked") == 0) {
        n.kind = "review_asked";
        return notice_tell(call, lt_json_str(asked, "of"), &n, err);
    }
    if (strcmp(state, "declined") == 0) {
        n.kind = "review_declined";
        return notice_tell(call, lt_json_str(asked, "by"), &n, err);
    }
    if (strcmp(state, "given") != 0) return 0;
    n.kind = "review_given";
    return notice_family(call, call->target.pupil, true, MODEL_GUARDIAN_SEE, &n, err);
}

/* The family's word rests on the consent to processing. Asked before the work begins, and inside the lock once more: it may have been withdrawn meanwhile. */
static int may_speak(struct uc_call *call, struct lt_error *err)
{
    return strcmp(model_source_kind(call->standing), "staff") == 0 ? 0 : family_may_enter(call, err);
}

static int put_new(struct uc_call *call, json_t *doc, const char *subject, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    char path[80];
    review_path(lt_json_str_or(doc, "id", ""), path);
    int rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc && strcmp(lt_json_str_or(doc, "state", ""), "given") == 0) rc = may_speak(call, err);
    if (!rc) rc = uc_tx_put(tx, call->target.pupil_id, path, doc, err);
    if (!rc) rc = tell(call, doc, err);
    if (!rc) rc = uc_tx_commit(tx, subject, lt_json_str(doc, "entry"), err);
    uc_tx_end(tx);
    return rc;
}

/* An entry named by a review must be one of this pupil's. */
static int check_entry(struct uc_call *call, const json_t *in, struct lt_error *err)
{
    const char *entry = lt_json_str(in, "entry");
    if (!entry) return 0;
    json_t *doc = NULL;
    int rc = uc_doc(call, "entry", entry, &doc, err);
    if (!rc && strcmp(lt_json_str_or(doc, "pupil", ""), call->target.pupil_id) != 0)
        rc = lt_fail_field(err, LT_NOTFOUND, "entry", "entry.absent", "id", entry, (char *)NULL);
    json_decref(doc);
    return rc ? rc : uc_require(call, "entry.read", UC_T_ENTRY, entry, err);
}

static int run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *by_kind = model_source_kind(call->standing);
    int rc = check_entry(call, in, err);
    if (!rc) rc = may_speak(call, err);
    if (rc) return rc;
    json_t *doc = new_review(call, in, "given", by_kind);
    if (!doc || lt_json_put_str(doc, "by", call->actor.id) || lt_json_put_str(doc, "by_kind", by_kind)) rc = lt_fail_memory(err);
    if (!rc) rc = put_new(call, doc, "Add review", err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_ask(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    int rc = check_entry(call, in, err);
    json_t *person = NULL;
    if (!rc) rc = uc_doc(call, "person", lt_json_str_or(in, "of", ""), &person, err);
    json_decref(person);
    if (rc) return rc;
    json_t *doc = new_review(call, in, "asked", model_source_kind(call->standing)), *asked = uc_stamp(call);
    if (!doc || !asked || lt_json_put_str(asked, "note", lt_json_str(in, "note")) || lt_json_put_str(asked, "of", lt_json_str(in, "of")) || lt_json_put(doc, "asked", json_incref(asked)))
        rc = lt_fail_memory(err);
    if (!rc) rc = put_new(call, doc, "Ask for a review", err);
    json_decref(asked);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* Changes the state of a review inside the writer lock; `text` given answers one that was asked for. */
static int move(struct uc_call *call, const json_t *in, const char *from, const char *to, const char *subject,
                json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    char path[80];
    json_t *doc = NULL;
    review_path(lt_json_str_or(in, "id", ""), path);
    int rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = uc_tx_get(tx, call->target.pupil_id, path, &doc, err);
    const char *state = lt_json_str_or(doc, "state", "");
    if (!rc && strcmp(to, "given") == 0) rc = may_speak(call, err);
    if (!rc && strcmp(state, from) != 0) rc = lt_fail(err, LT_REFUSED, "review.state", "state", state, (char *)NULL);
    if (!rc && lt_json_put_str(doc, "state", to)) rc = lt_fail_memory(err);
    const char *text = lt_json_str(in, "text");
    if (!rc && text) {
        const char *by_kind = model_source_kind(call->standing);
        if (lt_json_put_str(doc, "text", text) || lt_json_put_str(doc, "by", call->actor.id) ||
            lt_json_put_str(doc, "by_kind", by_kind))
            rc = lt_fail_memory(err);
    }
    if (!rc) rc = uc_tx_put(tx, call->target.pupil_id, path, doc, err);
    if (!rc) rc = tell(call, doc, err);
    if (!rc) rc = uc_tx_commit(tx, subject, lt_json_str(doc, "entry"), err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_give(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    int rc = may_speak(call, err);
    return rc ? rc : move(call, in, "asked", "given", "Give the review that was asked for", out, err);
}

static int run_decline(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return move(call, in, "asked", "declined", "Decline to review", out, err);
}

static int run_retract(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return move(call, in, "given", "retracted", "Retract review", out, err);
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    int rc = params ? uc_scope(call, "review.read", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, "reviews", params, out, err);
    if (!rc) uc_saw_items(call, lt_json_array(*out, "items"), "pupil");
    return rc;
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
static const struct uc_field add_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                             {"entry", UC_ID, 0, 0, 0, NULL},
                                             {"kind", UC_ENUM, 0, 0, 0, "review_kind"},
                                             {"text", UC_LINES, UC_REQUIRED, 1, MODEL_TEXT_MAX, NULL},
                                             {0}};
static const struct uc_field ask_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                             {"entry", UC_ID, 0, 0, 0, NULL},
                                             {"kind", UC_ENUM, 0, 0, 0, "review_kind"},
                                             {"of", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                             {"note", UC_LINES, 0, 0, 500, NULL},
                                             {0}};
static const struct uc_field give_fields[] = {ID, {"text", UC_LINES, UC_REQUIRED, 1, MODEL_TEXT_MAX, NULL}, {0}};
static const struct uc_field id_fields[] = {ID, {0}};
static const struct uc_field list_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL},
                                              {"entry", UC_ID, 0, 0, 0, NULL},
                                              {"state", UC_ENUM, 0, 0, 0, "review_state"},
                                              {0}};

static const struct uc_field whom_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "review", .verb = "whom", .method = "GET", .tail = "/whom", .reply = UC_LIST, .right = "review.ask", .target = UC_T_PUPIL,
     .gives = "review_whom", .target_field = "pupil", .fields = whom_fields, .columns = "person as name subject", .run = review_run_whom},
    {.noun = "review", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "review.add",
     .gives = "review", .target = UC_T_PUPIL, .target_field = "pupil", .fields = add_fields, .run = run_add},
    {.noun = "review", .verb = "ask", .method = "POST", .tail = "/ask", .reply = UC_ONE, .flags = UC_WRITE, .right = "review.ask",
     .gives = "review", .target = UC_T_PUPIL, .target_field = "pupil", .fields = ask_fields, .run = run_ask},
    {.noun = "review", .verb = "give", .method = "POST", .tail = "/{id}/give", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "review", .right = "review.decline", .target = UC_T_REVIEW, .target_field = "id", .fields = give_fields, .run = run_give},
    {.noun = "review", .verb = "decline", .method = "POST", .tail = "/{id}/decline", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "review", .right = "review.decline", .target = UC_T_REVIEW, .target_field = "id", .fields = id_fields, .run = run_decline},
    {.noun = "review", .verb = "retract", .method = "POST", .tail = "/{id}/retract", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "review", .right = "review.retract", .target = UC_T_REVIEW, .target_field = "id", .fields = id_fields, .run = run_retract},
    {.noun = "review", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "review.read", .target = UC_T_LIST,
     .gives = "review_row", .fields = list_fields, .columns = "id pupil entry kind state by_kind text", .run = run_list},
};

const struct uc_noun uc_noun_review = UC_NOUN("review", "reviews", NULL, rows);
