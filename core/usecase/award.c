/* award: kinds of awards, who fulfils them, and nominations with their steps up to the agreement of the administration (requirements A4, E10).
 * Nobody is counted against anybody: a kind says what it asks for, and whoever has it is named in the order of the alphabet. */
#include "usecase/award.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/award.h"
#include "usecase/notice.h"

#include <string.h>

enum { STEPS_MOST = 100 };

int award_entries(struct uc_call *call, json_t *filters, json_t **items, struct lt_error *err)
{
    bool bad = !filters || lt_json_put_bool(filters, "verified_only", true) || lt_json_put_bool(filters, "sensitive", false);
    int rc = bad ? lt_fail_memory(err) : uc_scope(call, "entry.list", filters, err);
    if (!rc) return uc_all(call, "entries", filters, items, err);
    json_decref(filters);
    return rc;
}

json_t *award_entry_brief(const json_t *row)
{
    static const char *const keys[] = {"id", "title", "activity", "level", "result", "subject", "date"};
    json_t *out = json_object();
    for (size_t i = 0; out && i < LT_COUNT(keys); i++) lt_json_copy_key(out, row, keys[i]);
    return out;
}

/* --- kinds --- */

static int run_kinds(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_object(), *row;
    size_t i;
    if (!params || lt_json_copy_key(params, in, "state")) return json_decref(params), lt_fail_memory(err);
    int rc = uc_list(call, "award_kinds", params, out, err);
    json_array_foreach(rc ? NULL : lt_json_array(*out, "items"), i, row) {
        if (json_object_update_missing(row, lt_json_object(row, "kind"))) rc = lt_fail_memory(err);
        json_object_del(row, "kind");
    }
    return rc;
}

/* Without an id a new kind. With one its newest wording (nominations keep the title they were made with): where a title is given everything is
 * said anew and what is left out is asked for no more, else only what is named changes. */
static int run_kind(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    static const char *const keys[] = {"title", "text", "activity", "level", "result", "count", "state"};
    char id[LT_ID_SIZE], path[80];
    const char *known = lt_json_str(in, "id");
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    if (known) lt_print(id, sizeof id, "%s", known);
    else lt_id_next(call->app->ids, id);
    lt_print(path, sizeof path, "awards/%s.json", id);
    if (!known && !lt_json_str(in, "title")) return lt_fail_field(err, LT_USAGE, "title", "field.required", "field", "title", (char *)NULL);
    int rc = known ? uc_doc(call, "award_kind", id, &doc, err) : 0;
    json_decref(doc);
    doc = NULL;
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc && known) rc = uc_tx_get(tx, VAULT_SCHOOL, path, &doc, err);
    if (!rc && !known) doc = json_pack("{s:s, s:s}", "id", id, "state", "active");
    for (size_t i = 0; !rc && known && lt_json_str(in, "title") && i < LT_COUNT(keys); i++) {
        if (strcmp(keys[i], "state") != 0) json_object_del(doc, keys[i]);
    }
    for (size_t i = 0; !rc && i < LT_COUNT(keys); i++) rc = doc && !lt_json_copy_key(doc, in, keys[i]) ? 0 : lt_fail_memory(err);
    if (!rc && !json_object_get(doc, "count") && lt_json_put_int(doc, "count", 1)) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, known ? "Change a kind of award" : "Add a kind of award", NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* --- nominations --- */

static int step(struct uc_call *call, json_t *doc, const char *act, const char *comment, struct lt_error *err)
{
    const char *next = model_award_next(lt_json_str_or(doc, "state", ""), act);
    json_t *steps = lt_json_array(doc, "steps"), *made = NULL;
    if (!next) return lt_fail(err, LT_CONFLICT, "award.state", "state", lt_json_str_or(doc, "state", ""), (char *)NULL);
    if (json_array_size(steps) >= STEPS_MOST) return lt_fail(err, LT_REFUSED, "award.steps", "max", LT_NUM(STEPS_MOST), (char *)NULL);
    if (!steps && lt_json_put(doc, "steps", steps = json_array())) return lt_fail_memory(err);
    made = uc_stamp(call);
    if (!made || lt_json_put_str(made, "act", act) || (comment && lt_json_put_str(made, "comment", comment)) || json_array_append(steps, made) ||
        lt_json_put_str(doc, "state", next)) {
        json_decref(made);
        return lt_fail_memory(err);
    }
    json_decref(made);
    return 0;
}

/* The entries it rests on: verified, not hidden, not disputed, of this pupil, and such as the nominator may read. */
static int check_entries(struct uc_call *call, const json_t *ids, struct lt_error *err)
{
    json_t *items = NULL;
    size_t n = json_array_size(ids);
    if (n == 0) return 0;
    int rc = award_entries(call, json_pack("{s:s, s:O}", "pupil", call->target.pupil_id, "ids", ids), &items, err);
    for (size_t i = 0; !rc && i < n; i++) {
        bool found = false;
        for (size_t k = 0; k < json_array_size(items); k++)
            found = found || strcmp(lt_json_str_or(json_array_get(items, k), "id", ""), json_string_value(json_array_get(ids, i))) == 0;
        if (!found) rc = lt_fail_field(err, LT_REFUSED, "entry", "award.entry", "id", json_string_value(json_array_get(ids, i)), (char *)NULL);
    }
    json_decref(items);
    return rc;
}

static int school_year(struct uc_call *call)
{
    struct model_year_rule rule = uc_year_rule(call);
    return model_year_of(call->today, &rule);
}

/* One nomination a kind and year that is under way or agreed. */
static int check_only(struct uc_call *call, const char *kind, struct lt_error *err)
{
    json_t *items = NULL;
    json_t *params = json_pack("{s:s, s:s, s:i, s:[s,s,s]}", "pupil", call->target.pupil_id, "kind", kind, "school_year", school_year(call), "state",
                               "nominated", "returned", "agreed");
    int rc = params ? uc_all(call, "awards", params, &items, err) : lt_fail_memory(err);
    if (!rc && json_array_size(items))
        rc = lt_fail_field(err, LT_CONFLICT, "kind", "award.already", "id", lt_json_str_or(json_array_get(items, 0), "id", ""), (char *)NULL);
    json_decref(items);
    return rc;
}

static int new_doc(struct uc_call *call, const json_t *in, const json_t *kind, json_t **out, struct lt_error *err)
{
    char id[LT_ID_SIZE], year[MODEL_YEAR_SIZE], provider[16];
    const json_t *klass = model_class_on(call->target.classes, call->today);
    bool private_provider = strcmp(uc_setting(call, "operator.kind", provider, sizeof provider), "private") == 0;
    lt_id_next(call->app->ids, id);
    model_year_text(school_year(call), year);
    *out = json_pack("{s:s, s:s, s:O, s:O, s:s, s:s*, s:s*, s:s}", "id", id, "pupil", call->target.pupil_id, "kind", json_object_get(in, "kind"),
                     "title", json_object_get(kind, "title"), "school_year", year, "class", lt_json_str(klass, "class"), "class_name",
                     lt_json_str(klass, "name"), "ground", private_provider ? "contract" : "law");
    return *out ? 0 : lt_fail_memory(err);
}

static int save(struct uc_call *call, struct uc_tx *tx, json_t *doc, const char *subject, struct lt_error *err)
{
    char path[80];
    lt_print(path, sizeof path, "awards/%s.json", lt_json_str_or(doc, "id", ""));
    int rc = uc_tx_put(tx, call->target.pupil_id, path, doc, err);
    return rc ? rc : uc_tx_commit(tx, subject, NULL, err);
}

static int run_nominate(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *kind = NULL, *doc = NULL;
    struct uc_tx *tx = NULL;
    const char *kind_id = lt_json_str_or(in, "kind", "");
    int rc = uc_doc(call, "award_kind", kind_id, &kind, err);
    if (!rc && strcmp(lt_json_str_or(kind, "state", ""), "active") != 0) rc = lt_fail_field(err, LT_REFUSED, "kind", "award.closed", (char *)NULL);
    if (!rc) rc = check_entries(call, lt_json_array(in, "entry"), err);
    if (!rc) rc = new_doc(call, in, kind, &doc, err);
    json_decref(kind);
    if (!rc && (lt_json_copy_key(doc, in, "text") || (lt_json_array(in, "entry") && lt_json_put(doc, "entries", json_incref(lt_json_array(in, "entry"))))))
        rc = lt_fail_memory(err);
    if (!rc) rc = step(call, doc, "nominate", NULL, err);
    if (!rc) rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = check_only(call, kind_id, err); /* inside the writer lock: two teachers at once make one */
    struct notice n = {.kind = "award_nominated", .pupil = call->target.pupil_id, .object = lt_json_str(doc, "id")};
    if (!rc) rc = notice_deputies(call, call->target.classes, &n, err);
    if (!rc) rc = save(call, tx, doc, "Nominate for an award", err);
    uc_tx_end(tx);
    uc_saw(call, call->target.pupil_id);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* A step on a nomination that is there: once more after a return (with another wording, if given), agreement, return, refusal. */
static int act(struct uc_call *call, const json_t *in, const char *name, const char *subject, json_t **out, struct lt_error *err)
{
    char path[80], notice_kind[32];
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    const char *comment = lt_json_str(in, "comment") ? lt_json_str(in, "comment") : lt_json_str(in, "reason");
    bool again = strcmp(name, "nominate") == 0;
    lt_print(path, sizeof path, "awards/%s.json", lt_json_str_or(in, "id", ""));
    /* who may nominate may do so anew, not answer for what a colleague wrote */
    int rc = again ? uc_require(call, "award.read", UC_T_AWARD, lt_json_str_or(in, "id", ""), err) : 0;
    if (!rc && again) rc = check_entries(call, lt_json_array(in, "entry"), err);
    if (!rc) rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    if (!rc) rc = uc_tx_get(tx, call->target.pupil_id, path, &doc, err);
    if (!rc) rc = step(call, doc, name, comment, err);
    if (!rc && again && (lt_json_copy_key(doc, in, "text") || (lt_json_array(in, "entry") && lt_json_put(doc, "entries", json_incref(lt_json_array(in, "entry"))))))
        rc = lt_fail_memory(err);
    lt_print(notice_kind, sizeof notice_kind, "award_%s", lt_json_str_or(doc, "state", ""));
    struct notice n = {.kind = notice_kind, .pupil = call->target.pupil_id, .object = lt_json_str(doc, "id")};
    if (!rc) rc = again ? notice_deputies(call, call->target.classes, &n, err) : notice_tell(call, lt_json_str(lt_json_object(doc, "created"), "by"), &n, err);
    if (!rc) rc = save(call, tx, doc, subject, err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_again(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return act(call, in, "nominate", "Nominate again", out, err);
}

static int run_agree(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return act(call, in, "agree", "Agree to a nomination", out, err);
}

static int run_return(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return act(call, in, "return", "Return a nomination", out, err);
}

static int run_refuse(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return act(call, in, "refuse", "Refuse a nomination", out, err);
}

/* --- rows --- */

enum { TITLE_MAX = 200, TEXT_MAX = 3000, REASON_MAX = 1000, COUNT_MAX = 100, ENTRIES_MAX = 50 };

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
#define KIND {"kind", UC_ID, UC_REQUIRED, 0, 0, NULL}
#define CLASS {"class", UC_ID, 0, 0, 0, NULL}
#define BECAUSE {"text", UC_LINES, 0, 1, TEXT_MAX, NULL}, {"entry", UC_ID, UC_MANY, 0, ENTRIES_MAX, NULL}
static const struct uc_field kinds_fields[] = {{"state", UC_ENUM, 0, 0, 0, "award_kind_state"}, {0}};
static const struct uc_field kind_fields[] = {{"id", UC_ID, 0, 0, 0, NULL},
                                              {"title", UC_TEXT, 0, 1, TITLE_MAX, NULL},
                                              {"text", UC_LINES, 0, 0, TEXT_MAX, NULL},
                                              {"activity", UC_WORDS, 0, 0, 0, "activity"},
                                              {"level", UC_ENUM, 0, 0, 0, "level"},
                                              {"result", UC_WORDS, 0, 0, 0, "result"},
                                              {"count", UC_INT, 0, 1, COUNT_MAX, NULL},
                                              {"state", UC_ENUM, 0, 0, 0, "award_kind_state"},
                                              {0}};
static const struct uc_field suggest_fields[] = {KIND, CLASS, {0}};
static const struct uc_field nominate_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL}, KIND, BECAUSE, {0}};
static const struct uc_field again_fields[] = {ID, BECAUSE, {0}};
static const struct uc_field agree_fields[] = {ID, {"comment", UC_LINES, 0, 1, REASON_MAX, NULL}, {0}};
static const struct uc_field reason_fields[] = {ID, {"reason", UC_LINES, UC_REQUIRED, 1, REASON_MAX, NULL}, {0}};
static const struct uc_field show_fields[] = {ID, {0}};
static const struct uc_field list_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL},
                                              CLASS,
                                              {"kind", UC_ID, 0, 0, 0, NULL},
                                              {"state", UC_WORDS, 0, 0, 0, "award_state"},
                                              {"year", UC_INT, 0, 2000, 2100, NULL},
                                              {0}};

static const struct uc_row rows[] = {
    {.noun = "award", .verb = "kinds", .method = "GET", .tail = "/kinds", .reply = UC_LIST, .right = "award.kinds", .fields = kinds_fields,
     .columns = "id title level count state", .gives = "award_kind", .run = run_kinds},
    {.noun = "award", .verb = "kind", .method = "POST", .tail = "/kinds", .reply = UC_ONE, .flags = UC_WRITE, .right = "award.manage",
     .fields = kind_fields, .gives = "award_kind", .run = run_kind},
    {.noun = "award", .verb = "suggest", .method = "GET", .tail = "/suggested", .reply = UC_ONE, .right = "award.nominate", .target = UC_T_LIST,
     .fields = suggest_fields, .gives = "award_suggestions", .run = award_run_suggest},
    {.noun = "award", .verb = "nominate", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "award.nominate",
     .target = UC_T_PUPIL, .target_field = "pupil", .fields = nominate_fields, .gives = "award", .run = run_nominate},
    {.noun = "award", .verb = "again", .method = "POST", .tail = "/{id}/again", .reply = UC_ONE, .flags = UC_WRITE, .right = "award.nominate",
     .target = UC_T_AWARD, .target_field = "id", .fields = again_fields, .gives = "award", .run = run_again},
    {.noun = "award", .verb = "agree", .method = "POST", .tail = "/{id}/agree", .reply = UC_ONE, .flags = UC_WRITE, .right = "award.judge",
     .target = UC_T_AWARD, .target_field = "id", .fields = agree_fields, .gives = "award", .run = run_agree},
    {.noun = "award", .verb = "return", .method = "POST", .tail = "/{id}/return", .reply = UC_ONE, .flags = UC_WRITE, .right = "award.judge",
     .target = UC_T_AWARD, .target_field = "id", .fields = reason_fields, .gives = "award", .run = run_return},
    {.noun = "award", .verb = "refuse", .method = "POST", .tail = "/{id}/refuse", .reply = UC_ONE, .flags = UC_WRITE, .right = "award.judge",
     .target = UC_T_AWARD, .target_field = "id", .fields = reason_fields, .gives = "award", .run = run_refuse},
    {.noun = "award", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "award.read", .target = UC_T_AWARD,
     .target_field = "id", .fields = show_fields, .gives = "award_whole", .run = award_run_show},
    {.noun = "award", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "award.read", .target = UC_T_LIST,
     .fields = list_fields, .columns = "id pupil_name class_name title state", .gives = "award_row", .run = award_run_list},
};

const struct uc_noun uc_noun_award = UC_NOUN("award", "awards", NULL, rows);
