/* pupil erase: what will go, the confirmation, the act. */
#include "usecase/erase.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

static int required(const json_t *in, struct lt_error *err)
{
    static const char *const names[] = {"ground", "reason", "confirm"};
    for (size_t i = 0; i < LT_COUNT(names); i++)
        if (!lt_json_str(in, names[i])) return lt_fail_field(err, LT_USAGE, names[i], "field.required", (char *)NULL);
    return 0;
}

/* The number of the file or the whole name, as it stands on the card. */
static int confirmed(const json_t *in, const json_t *card, struct lt_error *err)
{
    const char *said = lt_json_str_or(in, "confirm", ""), *number = lt_json_str_or(card, "number", "");
    char *key = model_name_key(said),
         *own = model_name_key_of(lt_json_str_or(card, "surname", ""), lt_json_str_or(card, "name", ""), lt_json_str_or(card, "patronymic", ""));
    bool same = (*number && strcmp(said, number) == 0) || (key && own && strcmp(key, own) == 0);
    bool memory = !key || !own;
    free(key);
    free(own);
    if (memory) return lt_fail_memory(err);
    return same ? 0 : lt_fail_field(err, LT_REFUSED, "confirm", "erase.confirm", (char *)NULL);
}

/* A surname without its ending, in place: «журавликова» is found in «журавликовых». Short ones stay whole. */
static void drop_ending(char *surname)
{
    static const char *const endings[] = {"а", "я", "й", "и", "о", "ы", "ь"};
    for (int n = 0; n < 2; n++) {
        size_t len = strlen(surname);
        bool ends = false;
        for (size_t i = 0; i < LT_COUNT(endings); i++) ends = ends || lt_ends(surname, endings[i]);
        if (!ends || len < 5 * 2) return;
        surname[len - 2] = 0;
    }
}

/* Does a word of the text begin so? */
static bool has_word_like(const char *text, const char *begin)
{
    for (const char *at = text; (at = strstr(at, begin)) != NULL; at++)
        if (at == text || at[-1] == ' ' || ((unsigned char)at[-1] < 0x80 && strchr(".,;:!?()\"\n-", at[-1]))) return true;
    return false;
}

/* The act is kept when the pupil is forgotten: it names nobody. */
static int names_nobody(const json_t *in, const json_t *card, struct lt_error *err)
{
    char *reason = lt_fold(lt_json_str_or(in, "reason", "")), *surname = lt_fold(lt_json_str_or(card, "surname", ""));
    bool memory = !reason || !surname;
    if (!memory) drop_ending(surname);
    bool named = !memory && *surname && has_word_like(reason, surname);
    free(reason);
    free(surname);
    if (memory) return lt_fail_memory(err);
    return named ? lt_fail_field(err, LT_REFUSED, "reason", "erase.reason_names", (char *)NULL) : 0;
}

/* Long work holds files with names and cannot be searched for them. */
static int nothing_runs(struct uc_call *call, struct lt_error *err)
{
    json_t *ids = NULL;
    if (atomic_load(&call->app->backup_busy)) return lt_fail(err, LT_CONFLICT, "erase.backup", (char *)NULL);
    int rc = sysdb_job_unfinished(call->app->sys, &ids, err);
    size_t n = json_array_size(ids);
    json_decref(ids);
    return rc || !n ? rc : lt_fail(err, LT_CONFLICT, "erase.jobs", "count", LT_NUM(n), (char *)NULL);
}

static json_t *ids_of(const json_t *items)
{
    json_t *ids = json_array();
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item) json_array_append(ids, json_object_get(item, "id"));
    return ids;
}

static json_t *act_of(struct uc_call *call, const json_t *in, const json_t *plan)
{
    char id[LT_ID_SIZE];
    lt_id_next(call->app->ids, id);
    return json_pack("{s:s, s:s, s:s*, s:s, s:s, s:s, s:o, s:o, s:O, s:O}", "id", id, "pupil", call->target.pupil_id, "number",
                     lt_json_str(call->target.pupil, "number"), "state", "accepted", "ground", lt_json_str_or(in, "ground", ""), "reason",
                     lt_json_str_or(in, "reason", ""), "persons", ids_of(lt_json_array(plan, "persons")), "channels",
                     ids_of(lt_json_array(plan, "channels")), "counts", json_object_get(plan, "counts"), "backups", json_object_get(plan, "backups"));
}

/* With both locks held nothing of the pupil or the school changes between what was looked at and what is written. */
static int accept(struct uc_call *call, const json_t *in, json_t **plan, json_t **act, struct lt_error *err)
{
    const char *const repos[] = {VAULT_SCHOOL, call->target.pupil_id};
    char path[VAULT_PATH_MAX];
    struct uc_tx *tx = NULL;
    int rc = uc_tx_begin(call, repos, 2, &tx, err);
    if (!rc) rc = erase_plan(call, plan, err);
    if (!rc && !(*act = act_of(call, in, *plan))) rc = lt_fail_memory(err);
    if (!rc) rc = erase_school(tx, *act, err);
    if (!rc) {
        lt_print(path, sizeof path, ERASE_FOLDER "%s.json", lt_json_str_or(*act, "id", ""));
        rc = uc_tx_put(tx, VAULT_SCHOOL, path, *act, err);
    }
    if (!rc) rc = uc_tx_commit(tx, "Erase a portfolio", NULL, err);
    uc_tx_end(tx);
    return rc;
}

int erase_run(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *plan = NULL, *act = NULL;
    if (lt_json_bool(in, "preview", false)) return erase_plan(call, out, err);
    int rc = required(in, err);
    if (!rc) rc = confirmed(in, call->target.pupil, err);
    if (!rc) rc = names_nobody(in, call->target.pupil, err);
    if (!rc) rc = nothing_runs(call, err);
    if (!rc) rc = accept(call, in, &plan, &act, err);
    if (!rc) rc = erase_carry_out(call, &act, err);
    if (!rc && (json_object_set(act, "mentions", json_object_get(plan, "mentions")) || json_object_set(act, "beyond", json_object_get(plan, "beyond"))))
        rc = lt_fail_memory(err);
    json_decref(plan);
    if (rc) json_decref(act);
    else *out = act;
    return rc;
}
