/* class: made, listed, shown. Promotion to the next school year: promote.c. */
#include "usecase/klass.h"
#include "usecase/klass_board.h"
#include "usecase/promote.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/klass.h"
#include "model/year.h"

#include <string.h>

int klass_this_year(struct uc_call *call)
{
    struct model_year_rule rule = uc_year_rule(call);
    return model_year_of(call->today, &rule);
}

int klass_new(struct uc_call *call, const char *name, int year, json_t **out, struct lt_error *err)
{
    struct model_klass k;
    model_klass_parse(name, &k);
    if (k.certainty != MODEL_KLASS_SURE || !*k.letter)
        return lt_fail_field(err, LT_USAGE, "name", "class.name", "name", name, (char *)NULL);
    char id[LT_ID_SIZE];
    lt_id_next(call->app->ids, id);
    *out = json_pack("{s:s, s:i, s:i, s:s, s:s}", "id", id, "year", year, "number", k.number, "letter", k.letter, "name", k.name);
    if (!*out || lt_json_put_str(*out, "profile", k.profile)) return lt_fail_memory(err);
    return 0;
}

void klass_path(const json_t *klass, char out[VAULT_PATH_MAX])
{
    lt_print(out, VAULT_PATH_MAX, "classes/%d/%s.json", (int)lt_json_int(klass, "year", 0), lt_json_str_or(klass, "id", ""));
}

int klass_find(struct uc_call *call, int year, const char *name, json_t **out, struct lt_error *err)
{
    json_t *rows = NULL;
    *out = NULL;
    int rc = uc_all(call, "classes", json_pack("{s:i, s:s}", "year", year, "name", name), &rows, err);
    if (!rc && json_array_size(rows)) rc = uc_doc(call, "class", lt_json_str_or(json_array_get(rows, 0), "id", ""), out, err);
    json_decref(rows);
    return rc;
}

static int run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *doc = NULL, *same = NULL;
    struct uc_tx *tx = NULL;
    char path[VAULT_PATH_MAX];
    int year = (int)lt_json_int(in, "year", klass_this_year(call));
    int rc = klass_new(call, lt_json_str_or(in, "name", ""), year, &doc, err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = klass_find(call, year, lt_json_str_or(doc, "name", ""), &same, err);
    if (!rc && same)
        rc = lt_fail(err, LT_CONFLICT, "class.exists", "name", lt_json_str_or(doc, "name", ""), "id",
                     lt_json_str_or(same, "id", ""), (char *)NULL);
    if (!rc && lt_json_copy_key(doc, in, "profile")) rc = lt_fail_memory(err);
    if (!rc) {
        klass_path(doc, path);
        rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    }
    if (!rc) rc = uc_tx_commit(tx, "Add class", NULL, err);
    uc_tx_end(tx);
    json_decref(same);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_object();
    int rc = params ? uc_scope(call, "class.read", params, err) : lt_fail_memory(err);
    bool every = lt_json_bool(in, "all_years", false);
    if (!rc && !every && lt_json_put_int(params, "year", lt_json_int(in, "year", klass_this_year(call)))) rc = lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    return uc_list(call, "classes", params, out, err);
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "id", "");
    json_t *doc = json_copy(call->target.object), *roles = NULL;
    char today[LT_DATE_SIZE];
    lt_date_format(call->today, today);
    int rc = doc ? uc_all(call, "roles", json_pack("{s:s, s:s}", "class", id, "today", today), &roles, err) : lt_fail_memory(err);
    if (!rc && lt_json_put(doc, "roles", roles)) rc = lt_fail_memory(err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static const struct uc_field add_fields[] = {{"name", UC_TEXT, UC_REQUIRED, 1, 40, NULL},
                                             {"year", UC_INT, 0, 1990, 2100, NULL},
                                             {"profile", UC_TEXT, 0, 0, 90, NULL},
                                             {0}};
static const struct uc_field list_fields[] = {{"year", UC_INT, 0, 1990, 2100, NULL}, {"all_years", UC_BOOL, 0, 0, 0, NULL}, {0}};
static const struct uc_field id_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {0}};
static const struct uc_field board_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {"since", UC_TEXT, 0, 0, 30, NULL}, {0}};
static const struct uc_field promote_fields[] = {{"year", UC_INT, 0, 1990, 2100, NULL},
                                                 {"class", UC_ID, UC_MANY, 0, 0, NULL},
                                                 {"repeat", UC_ID, UC_MANY, 0, 0, NULL},
                                                 {"conditional", UC_ID, UC_MANY, 0, 0, NULL},
                                                 {"stay_out", UC_ID, UC_MANY, 0, 0, NULL},
                                                 {"go_on", UC_ID, UC_MANY, 0, 0, NULL},
                                                 {"order", UC_TEXT, 0, 0, 100, NULL},
                                                 {"apply", UC_BOOL, 0, 0, 0, NULL},
                                                 {0}};

static const struct uc_row rows[] = {
    {.noun = "class", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "class.manage",
     .gives = "class", .fields = add_fields, .run = run_add},
    {.noun = "class", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "class.read", .target = UC_T_LIST,
     .gives = "class_row", .fields = list_fields, .columns = "id name year profile pupils", .run = run_list},
    {.noun = "class", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "class.read",
     .gives = "class_whole", .target = UC_T_CLASS, .target_field = "id", .fields = id_fields, .run = run_show},
    {.noun = "class", .verb = "promote", .method = "POST", .tail = "/promote", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "promotion", .right = "class.promote", .fields = promote_fields, .run = promote_run},
    {.noun = "class", .verb = "board", .method = "GET", .tail = "/{id}/board", .reply = UC_ONE, .right = "class.board",
     .gives = "class_board", .target = UC_T_CLASS, .target_field = "id", .fields = board_fields, .run = klass_run_board},
    {.noun = "class", .verb = "accounts", .method = "GET", .tail = "/{id}/accounts", .reply = UC_LIST, .right = "class.accounts",
     .gives = "account_of_class", .target = UC_T_CLASS, .target_field = "id", .fields = id_fields, .columns = "pupil_name kind person_name relation login account_state slip_expires",
     .sheet = "pupil_name kind:slips_whose person_name relation:guardian_kind login account_state slip_expires",
     .run = klass_run_accounts},
    {.noun = "class", .verb = "consents", .method = "GET", .tail = "/{id}/consents", .reply = UC_LIST, .right = "class.consents",
     .gives = "consents_of_pupil", .target = UC_T_CLASS, .target_field = "id", .fields = id_fields,
     .columns = "pupil_name signers processing dissemination olympiad image sensitive",
     .sheet = "pupil_name signers:consent_signers processing:consent_state dissemination:consent_state olympiad:consent_state image:consent_state"
              " sensitive:consent_state",
     .run = klass_run_consents},
};

const struct uc_noun uc_noun_class = UC_NOUN("class", "classes", NULL, rows);
