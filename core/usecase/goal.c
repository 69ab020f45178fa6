/* goal and skill: what the pupil wants and how it went (requirement D11), and descriptions of universal learning actions over time (C2). Texts,
 * never a score. Both rest on consent when the family writes them (P1). */
#include "usecase/call.h"
#include "usecase/family.h"
#include "usecase/notice.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/rights.h"

#include <string.h>

enum { TITLE_MAX = 200, TEXT_MAX = 3000, COMMENT_MAX = 1000, COMMENTS_MOST = 100 };

static bool by_family(const struct uc_call *call)
{
    return !call->actor.local && strcmp(model_source_kind(call->standing), "staff") != 0;
}

/* Writes the document into its folder and commits. */
static int put(struct uc_call *call, struct uc_tx *tx, const char *folder, json_t *doc, const char *subject, struct lt_error *err)
{
    char path[80];
    lt_print(path, sizeof path, "%s/%s.json", folder, lt_json_str_or(doc, "id", ""));
    int rc = uc_tx_put(tx, call->target.pupil_id, path, doc, err);
    return rc ? rc : uc_tx_commit(tx, subject, NULL, err);
}

static int take(json_t *doc, const json_t *in, const char *const *keys, size_t n, struct lt_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const char *v = lt_json_str(in, keys[i]);
        if (v && lt_json_put_str(doc, keys[i], v)) return lt_fail_memory(err);
    }
    return 0;
}

/* A new document {id, pupil, ground} with the given fields, committed. Takes doc's other keys as they are. */
static int add(struct uc_call *call, const char *folder, json_t *doc, const char *subject, struct lt_error *err)
{
    char id[LT_ID_SIZE], provider[16];
    struct uc_tx *tx = NULL;
    lt_id_next(call->app->ids, id);
    bool private_provider = strcmp(uc_setting(call, "operator.kind", provider, sizeof provider), "private") == 0;
    const char *ground = by_family(call) || strcmp(folder, "goals") == 0 ? "consent" : private_provider ? "contract" : "law";
    if (lt_json_put_str(doc, "id", id) || lt_json_put_str(doc, "pupil", call->target.pupil_id) || lt_json_put_str(doc, "ground", ground))
        return lt_fail_memory(err);
    int rc = by_family(call) ? family_may_enter(call, err) : 0;
    if (!rc) rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = put(call, tx, folder, doc, subject, err);
    uc_tx_end(tx);
    return rc;
}

static int list(struct uc_call *call, const json_t *in, const char *right, const char *name, const char *doc_key, json_t **out,
                struct lt_error *err)
{
    json_t *params = json_deep_copy(in), *row;
    size_t i;
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    int rc = params ? uc_scope(call, right, params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, name, params, out, err);
    if (rc) return rc;
    json_array_foreach(lt_json_array(*out, "items"), i, row) { /* the whole document, with whose it is */
        if (json_object_update_missing(row, lt_json_object(row, doc_key))) rc = lt_fail_memory(err);
        json_object_del(row, doc_key);
    }
    uc_saw_items(call, lt_json_array(*out, "items"), "pupil");
    return rc;
}

/* --- goals --- */

static const char *const goal_keys[] = {"title", "plan", "due", "state", "reflection"};

static int goal_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *doc = json_pack("{s:s}", "state", "active");
    int rc = doc ? take(doc, in, goal_keys, 5, err) : lt_fail_memory(err);
    if (!rc) rc = add(call, "goals", doc, "Set a goal", err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int add_comment(struct uc_call *call, json_t *doc, const char *text, struct lt_error *err)
{
    json_t *comments = lt_json_array(doc, "comments"), *comment = uc_stamp(call);
    if (!comments) {
        comments = json_array();
        if (lt_json_put(doc, "comments", comments)) return json_decref(comment), lt_fail_memory(err);
    }
    if (json_array_size(comments) >= COMMENTS_MOST) {
        json_decref(comment);
        return lt_fail_field(err, LT_REFUSED, "comment", "goal.comments", "max", LT_NUM(COMMENTS_MOST), (char *)NULL);
    }
    if (!comment || lt_json_put_str(comment, "text", text) || json_array_append_new(comments, comment)) return lt_fail_memory(err);
    struct notice n = {.kind = "goal_comment", .pupil = call->target.pupil_id, .object = lt_json_str(doc, "id")};
    return notice_tell(call, call->target.pupil_id, &n, err);
}

/* The goal is the pupil's; others put a word of advice beside it. */
static int goal_edit(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "id", ""), *comment = lt_json_str(in, "comment");
    bool own = false;
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    char path[80];
    for (size_t i = 0; i < 5; i++) own = own || lt_json_str(in, goal_keys[i]);
    if (!own && !comment) return lt_fail(err, LT_USAGE, "goal.nothing", (char *)NULL);
    int rc = own ? uc_require(call, "goal.write", UC_T_GOAL, id, err) : 0;
    if (!rc && comment) rc = uc_require(call, "goal.comment", UC_T_GOAL, id, err);
    if (!rc) uc_saw(call, call->target.pupil_id);
    if (!rc && by_family(call)) rc = family_may_enter(call, err);
    lt_print(path, sizeof path, "goals/%s.json", id);
    if (!rc) rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = uc_tx_get(tx, call->target.pupil_id, path, &doc, err);
    if (!rc) rc = take(doc, in, goal_keys, 5, err);
    if (!rc && !lt_json_str(doc, "title")) rc = lt_fail_field(err, LT_REFUSED, "title", "goal.no_title", (char *)NULL);
    if (!rc && comment) rc = add_comment(call, doc, comment, err);
    if (!rc) rc = put(call, tx, "goals", doc, own ? "Edit a goal" : "Comment on a goal", err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int goal_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return list(call, in, "goal.read", "goals", "goal", out, err);
}

/* --- skills --- */

static const char *const skill_keys[] = {"kind", "text", "date"};

static int check_date(struct uc_call *call, const json_t *doc, struct lt_error *err)
{
    struct lt_date d;
    if (lt_date_parse(lt_json_str_or(doc, "date", ""), &d) && lt_date_cmp(d, call->today) > 0)
        return lt_fail_field(err, LT_REFUSED, "date", "entry.date_future", (char *)NULL);
    return 0;
}

static int skill_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    json_t *doc = json_pack("{s:s, s:s, s:s}", "by", call->actor.id, "by_kind", model_source_kind(call->standing), "date",
                            lt_date_format(call->today, today));
    int rc = doc ? take(doc, in, skill_keys, 3, err) : lt_fail_memory(err);
    if (!rc) rc = check_date(call, doc, err);
    if (!rc) rc = add(call, "skills", doc, "Describe a learning action", err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int skill_edit(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    char path[80];
    int rc = by_family(call) ? family_may_enter(call, err) : 0;
    lt_print(path, sizeof path, "skills/%s.json", lt_json_str_or(in, "id", ""));
    if (!rc) rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = uc_tx_get(tx, call->target.pupil_id, path, &doc, err);
    if (!rc) rc = take(doc, in, skill_keys, 3, err);
    if (!rc) rc = check_date(call, doc, err);
    if (!rc) rc = put(call, tx, "skills", doc, "Edit a description", err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int skill_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return list(call, in, "skill.read", "skills", "skill", out, err);
}

/* --- rows --- */

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
#define PUPIL {"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL}
#define GOAL_REST {"plan", UC_LINES, 0, 0, TEXT_MAX, NULL}, {"due", UC_DATE, 0, 0, 0, NULL}, {"state", UC_ENUM, 0, 0, 0, "goal_state"}, \
    {"reflection", UC_LINES, 0, 0, TEXT_MAX, NULL}
static const struct uc_field goal_add_fields[] = {PUPIL, {"title", UC_TEXT, UC_REQUIRED, 1, TITLE_MAX, NULL}, GOAL_REST, {0}};
static const struct uc_field goal_edit_fields[] = {
    ID, {"title", UC_TEXT, 0, 0, TITLE_MAX, NULL}, GOAL_REST, {"comment", UC_LINES, 0, 1, COMMENT_MAX, NULL}, {0}};
static const struct uc_field goal_list_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL}, {"state", UC_ENUM, 0, 0, 0, "goal_state"}, {0}};
static const struct uc_field skill_add_fields[] = {PUPIL,
                                                   {"kind", UC_ENUM, UC_REQUIRED, 0, 0, "skill_kind"},
                                                   {"text", UC_LINES, UC_REQUIRED, 1, TEXT_MAX, NULL},
                                                   {"date", UC_DATE, 0, 0, 0, NULL},
                                                   {0}};
static const struct uc_field skill_edit_fields[] = {
    ID, {"kind", UC_ENUM, 0, 0, 0, "skill_kind"}, {"text", UC_LINES, 0, 1, TEXT_MAX, NULL}, {"date", UC_DATE, 0, 0, 0, NULL}, {0}};
static const struct uc_field skill_list_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL}, {"kind", UC_ENUM, 0, 0, 0, "skill_kind"}, {0}};

static const struct uc_row goal_rows[] = {
    {.noun = "goal", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "goal.write",
     .gives = "goal", .target = UC_T_PUPIL, .target_field = "pupil", .fields = goal_add_fields, .run = goal_add},
    {.noun = "goal", .verb = "edit", .method = "PATCH", .tail = "/{id}", .reply = UC_ONE, .flags = UC_WRITE, .right = "goal.write",
     .gives = "goal", .target = UC_T_OWN, .fields = goal_edit_fields, .run = goal_edit},
    {.noun = "goal", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "goal.read", .target = UC_T_LIST,
     .gives = "goal_row", .fields = goal_list_fields, .columns = "id pupil_name title due state", .run = goal_list},
};

static const struct uc_row skill_rows[] = {
    {.noun = "skill", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "skill.add",
     .gives = "skill", .target = UC_T_PUPIL, .target_field = "pupil", .fields = skill_add_fields, .run = skill_add},
    {.noun = "skill", .verb = "edit", .method = "PATCH", .tail = "/{id}", .reply = UC_ONE, .flags = UC_WRITE, .right = "skill.edit",
     .gives = "skill", .target = UC_T_SKILL, .target_field = "id", .fields = skill_edit_fields, .run = skill_edit},
    {.noun = "skill", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "skill.read", .target = UC_T_LIST,
     .gives = "skill_row", .fields = skill_list_fields, .columns = "id pupil_name kind date by_kind text", .run = skill_list},
};

const struct uc_noun uc_noun_goal = UC_NOUN("goal", "goals", NULL, goal_rows);
const struct uc_noun uc_noun_skill = UC_NOUN("skill", "skills", NULL, skill_rows);
