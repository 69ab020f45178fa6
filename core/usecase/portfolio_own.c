#include "usecase/portfolio_own.h"
#include "usecase/family.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/admission.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

enum { ORDER_MOST = 500 };

int portfolio_may_decorate(struct uc_call *call, const json_t *in, struct lt_error *err)
{
    const char *about = lt_json_str(in, "about"), *cover = lt_json_str(in, "cover");
    bool puts = (about && *about) || (cover && *cover) || json_array_size(lt_json_array(in, "order"));
    bool staff = call->actor.local || strcmp(model_source_kind(call->standing), "staff") == 0;
    return staff || !puts ? 0 : family_may_enter(call, err);
}

static int class_number(struct uc_call *call)
{
    return atoi(lt_json_str_or(model_class_on(call->target.classes, call->today), "name", "0"));
}

const char *portfolio_level(struct uc_call *call)
{
    int n = class_number(call);
    return n < 1 ? "" : n <= 4 ? "noo" : n <= 9 ? "ooo" : "soo";
}

/* A change of the card inside the writer lock. */
typedef int change_fn(struct uc_call *call, const json_t *in, json_t *card, struct lt_error *err);

static int change_card(struct uc_call *call, const json_t *in, change_fn *fn, const char *subject, json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *card = NULL;
    const char *pupil = call->target.pupil_id;
    int rc = uc_tx_begin1(call, pupil, &tx, err);
    if (!rc) rc = uc_tx_get(tx, pupil, "pupil.json", &card, err);
    if (!rc) rc = fn(call, in, card, err);
    if (!rc) rc = uc_tx_put(tx, pupil, "pupil.json", card, err);
    if (!rc) rc = uc_tx_commit(tx, subject, NULL, err);
    uc_tx_end(tx);
    if (!rc)
        *out = json_pack("{s:s, s:s*, s:s*, s:O*, s:O*}", "pupil", pupil, "cover", lt_json_str(card, "cover"), "about", lt_json_str(card, "about"),
                         "order", json_object_get(card, "order"), "advanced", json_object_get(card, "advanced"));
    json_decref(card);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- cover, order, about --- */

/* Ids of other pupils' entries, or of none, would stand in the order as holes. */
static int check_order(struct uc_call *call, const json_t *order, struct lt_error *err)
{
    size_t i;
    const json_t *e;
    if (json_array_size(order) > ORDER_MOST)
        return lt_fail_field(err, LT_USAGE, "order", "portfolio.order_long", "max", LT_NUM(ORDER_MOST), (char *)NULL);
    json_array_foreach(order, i, e) {
        int rc = uc_require(call, "entry.read", UC_T_ENTRY, json_string_value(e), err);
        json_t *doc = NULL;
        if (!rc) rc = uc_doc(call, "entry", json_string_value(e), &doc, err);
        if (!rc && strcmp(lt_json_str_or(doc, "pupil", ""), call->target.pupil_id) != 0)
            rc = lt_fail_field(err, LT_NOTFOUND, "order", "entry.absent", "id", json_string_value(e), (char *)NULL);
        json_decref(doc);
        if (rc) return rc;
    }
    return 0;
}

static int do_arrange(struct uc_call *call, const json_t *in, json_t *card, struct lt_error *err)
{
    static const char *const keys[] = {"cover", "about"};
    json_t *order = lt_json_array(in, "order");
    (void)call;
    for (size_t i = 0; i < LT_COUNT(keys); i++) {
        const char *v = lt_json_str(in, keys[i]);
        if (v && lt_json_put_str(card, keys[i], v)) return lt_fail_memory(err);
    }
    if (lt_json_bool(in, "reset", false)) json_object_del(card, "order");
    else if (order && json_object_set(card, "order", order)) return lt_fail_memory(err);
    return 0;
}

int portfolio_run_arrange(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    bool decorates = lt_json_str(in, "cover") || lt_json_str(in, "about");
    int rc = decorates ? uc_require(call, "pupil.decorate", UC_T_PUPIL, call->target.pupil_id, err) : 0;
    if (!rc) rc = portfolio_may_decorate(call, in, err);
    if (!rc) rc = check_order(call, lt_json_array(in, "order"), err);
    return rc ? rc : change_card(call, in, do_arrange, "Arrange the portfolio", out, err);
}

int portfolio_put_own(struct uc_call *call, json_t *page, struct lt_error *err)
{
    const json_t *card = call->target.pupil, *advanced = lt_json_array(card, "advanced");
    const json_t *last = json_array_get(advanced, json_array_size(advanced) - 1);
    const char *level = portfolio_level(call), *since = lt_json_str(last, "at");
    bool ahead = *level && strcmp(level, "noo") != 0 && strcmp(level, lt_json_str_or(last, "level", "")) != 0;
    json_t *to = lt_json_object(page, "pupil"), *entry;
    size_t i;
    if (lt_json_copy_key(to, card, "order") || lt_json_copy_key(to, card, "advanced") || lt_json_put_str(to, "level", level) ||
        lt_json_put_bool(to, "may_advance", ahead))
        return lt_fail_memory(err);
    json_array_foreach(lt_json_array(page, "entries"), i, entry) { /* of an earlier level and not kept: history */
        bool past = since && strcmp(lt_json_str_or(entry, "created", "9"), since) < 0 && !lt_json_bool(entry, "significant", false);
        if (past && lt_json_put_bool(entry, "past", true)) return lt_fail_memory(err);
    }
    return 0;
}

/* --- the next level (requirement D1) --- */

static int do_advance(struct uc_call *call, const json_t *in, json_t *card, struct lt_error *err)
{
    const char *level = portfolio_level(call);
    json_t *list = lt_json_array(card, "advanced"), *step = uc_stamp(call);
    const char *last = lt_json_str_or(json_array_get(list, json_array_size(list) - 1), "level", "");
    (void)in;
    if (!*level || strcmp(level, last) == 0 || strcmp(level, "noo") == 0) {
        json_decref(step);
        return lt_fail(err, LT_REFUSED, "portfolio.level_same", (char *)NULL);
    }
    if (!list) {
        list = json_array();
        if (lt_json_put(card, "advanced", list)) return json_decref(step), lt_fail_memory(err);
    }
    if (!step || lt_json_put_str(step, "level", level) || json_array_append_new(list, step)) return lt_fail_memory(err);
    return 0;
}

/* What is not marked as significant stays in history: the entries are not touched, only the day is written down. */
int portfolio_run_advance(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return change_card(call, in, do_advance, "Move on to the next level", out, err);
}

/* --- admission --- */

static int add_evidence(struct uc_call *call, json_t *kinds, const json_t *row, struct lt_error *err)
{
    char until[LT_DATE_SIZE];
    json_t *doc = NULL;
    int rc = uc_doc(call, "entry", lt_json_str_or(row, "id", ""), &doc, err);
    const char *kind = rc ? NULL : model_admission_kind(doc);
    json_t *list = kind ? lt_json_array(kinds, kind) : NULL;
    if (list) {
        bool verified = strcmp(lt_json_str_or(doc, "state", ""), "verified") == 0;
        lt_date_format(model_admission_until(doc, kind), until);
        json_t *item = json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s, s:O*, s:i, s:o}", "id", lt_json_str_or(doc, "id", ""), "title",
                                 lt_json_str_or(doc, "title", ""), "date", lt_json_str(doc, "date"), "level", lt_json_str(doc, "level"), "result",
                                 lt_json_str(doc, "result"), "badge", lt_json_str(doc, "badge"), "class_name", lt_json_str(doc, "class_name"), "until",
                                 *until ? until : NULL, "state", lt_json_str_or(doc, "state", ""), "document", json_object_get(doc, "document"), "files",
                                 (int)json_array_size(lt_json_array(doc, "files")), "missing", model_admission_missing(doc, kind, verified));
        if (json_array_append_new(list, item)) rc = lt_fail_memory(err);
    }
    json_decref(doc);
    return rc;
}

static int gather(struct uc_call *call, json_t *kinds, struct lt_error *err)
{
    json_t *params = json_pack("{s:s, s:b}", "pupil", call->target.pupil_id, "hidden", 0), *rows = NULL;
    size_t i;
    const json_t *row;
    int rc = params ? uc_scope(call, "entry.list", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_all(call, "entries", params, &rows, err);
    json_array_foreach(rows, i, row) {
        const char *state = lt_json_str_or(row, "state", "");
        if (!rc && strcmp(state, "taken_back") != 0 && strcmp(state, "draft") != 0) rc = add_evidence(call, kinds, row, err);
    }
    json_decref(rows);
    return rc;
}

int portfolio_run_admission(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    static const char *const order[] = {"honours", "champion", "gto", "contest", "volunteering"};
    (void)in;
    int number = class_number(call);
    if (number && number < MODEL_ADMISSION_CLASS)
        return lt_fail(err, LT_REFUSED, "portfolio.admission_early", "class", LT_NUM(MODEL_ADMISSION_CLASS), (char *)NULL);
    json_t *kinds = json_object(), *items = json_array();
    for (size_t i = 0; kinds && i < LT_COUNT(order); i++) json_object_set_new(kinds, order[i], json_array());
    int rc = kinds && items ? gather(call, kinds, err) : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < LT_COUNT(order); i++)
        json_array_append_new(items, json_pack("{s:s, s:O}", "kind", order[i], "entries", lt_json_array(kinds, order[i])));
    /* comes to the university from the state's own system, not from a portfolio */
    if (!rc) json_array_append_new(items, json_pack("{s:s, s:b, s:[]}", "kind", "essay", "by_state", 1, "entries"));
    if (!rc) *out = json_pack("{s:s, s:i, s:O}", "pupil", call->target.pupil_id, "class", number, "kinds", items);
    json_decref(kinds);
    json_decref(items);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}
