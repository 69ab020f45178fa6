/* pupil: the card and the way through classes. */
#include "usecase/erase.h"
#include "usecase/portfolio_own.h"
#include "usecase/pupil.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/rights.h"

#include <string.h>

static struct lt_date day_of(struct uc_call *call, const json_t *in, const char *field)
{
    struct lt_date d = call->today;
    const char *text = lt_json_str(in, field);
    if (text) lt_date_parse(text, &d);
    return d;
}

static int place_by_id(struct uc_call *call, const json_t *in, json_t *classes, const char *basis, struct lt_error *err)
{
    json_t *klass = NULL;
    const char *id = lt_json_str(in, "class");
    if (!id) return 0;
    int rc = uc_doc(call, "class", id, &klass, err);
    if (!rc) rc = pupil_place(classes, klass, day_of(call, in, "from"), basis, lt_json_str(in, "order"), err);
    json_decref(klass);
    return rc;
}

static int run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *card = NULL, *classes = json_object();
    struct uc_tx *tx = NULL;
    int rc = pupil_new(call, in, &card, err);
    if (!rc) rc = place_by_id(call, in, classes, "enrolled", err);
    const char *id = lt_json_str_or(card, "id", "");
    if (!rc) rc = uc_tx_begin1(call, id, &tx, err);
    if (!rc) rc = pupil_put_both(tx, id, card, classes, err);
    if (!rc) rc = uc_tx_commit(tx, "Open the portfolio", NULL, err);
    uc_tx_end(tx);
    json_decref(classes);
    if (rc) json_decref(card);
    else *out = card;
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    int rc = params ? uc_scope(call, "pupil.list", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, "pupils", params, out, err);
    if (!rc) uc_saw_items(call, lt_json_array(*out, "items"), "id");
    return rc;
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    const struct uc_target_docs *t = &call->target;
    json_t *doc = json_copy(t->pupil);
    const json_t *now = model_class_on(t->classes, call->today);
    if (!doc || lt_json_put_str(doc, "class", lt_json_str(now, "class")) ||
        lt_json_put_str(doc, "class_name", lt_json_str(now, "name")) || lt_json_copy_key(doc, t->classes, "classes") ||
        lt_json_copy_key(doc, t->classes, "groups")) {
        json_decref(doc);
        return lt_fail_memory(err);
    }
    /* Who else is a guardian is the school's and the family's own knowledge, not every teacher's. */
    if (!uc_may(call, "portfolio.read", UC_T_PUPIL, t->pupil_id)) json_object_del(doc, "guardians");
    *out = doc;
    return 0;
}

/* A change of card and classes inside the writer lock. */
typedef int change_fn(struct uc_call *call, const json_t *in, json_t *card, json_t *classes, struct lt_error *err);

static int change(struct uc_call *call, const json_t *in, const char *subject, change_fn *fn, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "id", "");
    struct uc_tx *tx = NULL;
    json_t *card = NULL, *classes = NULL;
    int rc = uc_tx_begin1(call, id, &tx, err);
    if (!rc) rc = pupil_get_both(tx, id, &card, &classes, err);
    if (!rc) rc = fn(call, in, card, classes, err);
    if (!rc) rc = pupil_put_both(tx, id, card, classes, err);
    if (!rc) rc = uc_tx_commit(tx, subject, NULL, err);
    uc_tx_end(tx);
    json_decref(classes);
    if (rc) json_decref(card);
    else *out = card;
    return rc;
}

static int do_edit(struct uc_call *call, const json_t *in, json_t *card, json_t *classes, struct lt_error *err)
{
    (void)classes;
    const char *form = lt_json_str(in, "study_form");
    int rc = pupil_take_fields(card, in, call->today, err);
    return !rc && form ? pupil_study(card, form, day_of(call, in, "from"), err) : rc;
}

static int do_move(struct uc_call *call, const json_t *in, json_t *card, json_t *classes, struct lt_error *err)
{
    (void)card;
    return place_by_id(call, in, classes, lt_json_str_or(in, "basis", "moved"), err);
}

static int do_leave(struct uc_call *call, const json_t *in, json_t *card, json_t *classes, struct lt_error *err)
{
    char day[LT_DATE_SIZE];
    struct lt_date on = day_of(call, in, "date");
    if (strcmp(lt_json_str_or(card, "state", ""), "left") == 0) return lt_fail(err, LT_REFUSED, "pupil.left", (char *)NULL);
    json_t *left = json_pack("{s:s}", "date", lt_date_format(on, day));
    if (!left || lt_json_copy_key(left, in, "order") || lt_json_copy_key(left, in, "reason") ||
        lt_json_put(card, "left", left) || lt_json_put_str(card, "state", "left"))
        return lt_fail_memory(err);
    return pupil_end_terms(classes, on, err);
}

static int do_return(struct uc_call *call, const json_t *in, json_t *card, json_t *classes, struct lt_error *err)
{
    if (strcmp(lt_json_str_or(card, "state", ""), "left") != 0) return lt_fail(err, LT_REFUSED, "pupil.not_left", (char *)NULL);
    json_object_del(card, "left");
    if (lt_json_put_str(card, "state", "active")) return lt_fail_memory(err);
    return place_by_id(call, in, classes, "returned", err);
}

/* The pupil may decorate the own portfolio (cover, «Обо мне»); everything else on the card is the school's. */
static int run_edit(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    bool decoration = true;
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)in, key, v) {
        if (strcmp(key, "id") != 0 && strcmp(key, "cover") != 0 && strcmp(key, "about") != 0) decoration = false;
    }
    int rc = uc_require(call, decoration ? "pupil.decorate" : "pupil.edit", UC_T_PUPIL, lt_json_str_or(in, "id", ""), err);
    if (!rc && decoration) rc = portfolio_may_decorate(call, in, err);
    return rc ? rc : change(call, in, "Edit the card", do_edit, out, err);
}

static int run_move(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return change(call, in, "Move to another class", do_move, out, err);
}
static int run_leave(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return change(call, in, "Leave the school", do_leave, out, err);
}
static int run_return(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return change(call, in, "Return to the school", do_return, out, err);
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
#define CARD_FIELDS                                                                                                   \
    {"surname", UC_TEXT, 0, 0, 100, NULL}, {"name", UC_TEXT, 0, 0, 100, NULL}, {"patronymic", UC_TEXT, 0, 0, 100, NULL}, \
        {"sex", UC_ENUM, 0, 0, 0, "sex"}, {"birth", UC_DATE, 0, 0, 0, NULL}, {"number", UC_TEXT, 0, 0, 40, NULL},      \
        {"study_form", UC_ENUM, 0, 0, 0, "study_form"}, {"document_surname", UC_TEXT, 0, 0, 100, NULL},               \
        {"document_name", UC_TEXT, 0, 0, 100, NULL}, {"document_patronymic", UC_TEXT, 0, 0, 100, NULL},               \
        {"from", UC_DATE, 0, 0, 0, NULL}

static const struct uc_field add_fields[] = {CARD_FIELDS, {"class", UC_ID, 0, 0, 0, NULL}, {"order", UC_TEXT, 0, 0, 100, NULL}, {0}};
static const struct uc_field edit_fields[] = {
    ID, CARD_FIELDS, {"cover", UC_TEXT, 0, 0, 60, NULL}, {"about", UC_LINES, 0, 0, 3000, NULL}, {0}};
static const struct uc_field id_fields[] = {ID, {0}};
static const struct uc_field list_fields[] = {{"class", UC_ID, 0, 0, 0, NULL},
                                              {"group", UC_ID, 0, 0, 0, NULL},
                                              {"state", UC_ENUM, 0, 0, 0, "pupil_state"},
                                              {"query", UC_TEXT, 0, 0, 200, NULL},
                                              {0}};
static const struct uc_field move_fields[] = {ID,
                                              {"class", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                              {"from", UC_DATE, 0, 0, 0, NULL},
                                              {"order", UC_TEXT, 0, 0, 100, NULL},
                                              {"basis", UC_ENUM, 0, 0, 0, "class_basis"},
                                              {0}};
static const struct uc_field leave_fields[] = {ID,
                                               {"date", UC_DATE, 0, 0, 0, NULL},
                                               {"order", UC_TEXT, 0, 0, 100, NULL},
                                               {"reason", UC_TEXT, 0, 0, 300, NULL},
                                               {0}};
static const struct uc_field return_fields[] = {ID,
                                                {"class", UC_ID, 0, 0, 0, NULL},
                                                {"from", UC_DATE, 0, 0, 0, NULL},
                                                {"order", UC_TEXT, 0, 0, 100, NULL},
                                                {0}};

static const struct uc_field erase_fields[] = {ID,
                                               {"preview", UC_BOOL, 0, 0, 0, NULL},
                                               {"ground", UC_ENUM, 0, 0, 0, "erase_ground"},
                                               {"reason", UC_LINES, 0, 3, 1000, NULL},
                                               {"confirm", UC_TEXT, 0, 0, 300, NULL},
                                               {0}};

static const struct uc_row rows[] = {
    {.noun = "pupil", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "pupil.add",
     .gives = "pupil", .fields = add_fields, .run = run_add},
    {.noun = "pupil", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "pupil.list", .target = UC_T_LIST,
     .gives = "pupil_row", .fields = list_fields, .columns = "id surname name patronymic class_name birth state", .run = run_list},
    {.noun = "pupil", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "pupil.read",
     .gives = "pupil_whole", .target = UC_T_PUPIL, .target_field = "id", .fields = id_fields, .run = run_show},
    {.noun = "pupil", .verb = "edit", .method = "PATCH", .tail = "/{id}", .reply = UC_ONE, .flags = UC_WRITE, .target = UC_T_OWN,
     .gives = "pupil", .right = "pupil.edit", .fields = edit_fields, .run = run_edit},
    {.noun = "pupil", .verb = "move", .method = "POST", .tail = "/{id}/move", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "pupil", .right = "pupil.move", .target = UC_T_PUPIL, .target_field = "id", .fields = move_fields, .run = run_move},
    {.noun = "pupil", .verb = "leave", .method = "POST", .tail = "/{id}/leave", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "pupil", .right = "pupil.leave", .target = UC_T_PUPIL, .target_field = "id", .fields = leave_fields, .run = run_leave},
    {.noun = "pupil", .verb = "return", .method = "POST", .tail = "/{id}/return", .reply = UC_ONE, .flags = UC_WRITE,
     .right = "pupil.leave", .target = UC_T_PUPIL, .target_field = "id", .fields = return_fields, .gives = "pupil", .run = run_return},
    {.noun = "pupil", .verb = "erase", .method = "POST", .tail = "/{id}/erase", .reply = UC_ONE, .flags = UC_WRITE | UC_STEPS,
     .right = "pupil.erase", .target = UC_T_PORTFOLIO, .target_field = "id", .fields = erase_fields, .gives = "erase_answer", .run = erase_run},
    {.noun = "pupil", .verb = "erasures", .method = "GET", .tail = "/erasures", .reply = UC_LIST, .right = "pupil.erase",
     .columns = "id pupil number ground state", .gives = "erasure", .run = erase_run_list},
    {.noun = "pupil", .verb = "emptied", .method = "GET", .tail = "/emptied", .reply = UC_LIST, .right = "pupil.erase",
     .columns = "id name number", .gives = "emptied", .run = erase_run_emptied},
    {.noun = "pupil", .verb = "erase_due", .method = "POST", .tail = "/erasures/due", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT,
     .right = "system.maintain", .gives = "erasures_done", .run = erase_run_due},
};

const struct uc_noun uc_noun_pupil = UC_NOUN("pupil", "pupils", NULL, rows);
