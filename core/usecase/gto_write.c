/* What is written of the GTO: results, the participant's number, the admission. */
#include "usecase/gto.h"

#include "usecase/entry.h"
#include "usecase/pupil.h"

#include "base/json.h"
#include "base/text.h"
#include "model/uin.h"

#include <stdlib.h>
#include <string.h>

/* --- results --- */

/* «Бег на 60 м: 9,1 с», and what it says for machines. Kept in Russian, as entries are. */
static int fields_of(const json_t *judged, const char *date, json_t **out, struct lt_error *err)
{
    char title[400];
    lt_print(title, sizeof title, "%s: %s", lt_json_str_or(judged, "short", ""), lt_json_str_or(judged, "words", ""));
    *out = json_pack("{s:s, s:s, s:s, s:s}", "title", title, "date", date, "gto_test", lt_json_str_or(judged, "test", ""), "gto_value",
                     lt_json_str_or(judged, "value", ""));
    return *out ? 0 : lt_fail_memory(err);
}

/* Judged before it is written: an unclear result is refused while the person is still there. */
static int judge(struct uc_call *call, const json_t *card, const char *date, const char *test, const char *value, json_t **out,
                 struct lt_error *err)
{
    struct lt_date birth = {0, 0, 0}, day = {0, 0, 0};
    const char *lacks = !lt_json_str(card, "birth") ? "birth" : !lt_json_str(card, "sex") ? "sex" : NULL;
    if (lacks) return lt_fail_field(err, LT_REFUSED, lacks, "gto.card", "field", lacks, (char *)NULL);
    lt_date_parse(lt_json_str_or(card, "birth", ""), &birth);
    lt_date_parse(date, &day);
    return gto_judge_one(call, lt_json_str_or(card, "sex", ""), birth, day, test, value, LT_RU, out, err);
}

int gto_run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *pupil = lt_json_str_or(in, "pupil", "");
    char today[LT_DATE_SIZE];
    const char *date = lt_json_str_or(in, "on", lt_date_format(call->today, today));
    json_t *fields = json_pack("{s:s, s:s, s:s, s:s}", "activity", "gto", "section", "extracurricular", "subject", GTO_SUBJECT, "state", "draft");
    json_t *judged = NULL, *card = NULL, *mine = NULL;
    /* asked before anything of the pupil is read; the entry asks again as it will be */
    int rc = fields ? uc_require_draft(call, "entry.add", pupil, fields, err) : lt_fail_memory(err);
    if (!rc) rc = uc_doc(call, "pupil", pupil, &card, err);
    if (!rc) rc = judge(call, card, date, lt_json_str_or(in, "test", ""), lt_json_str_or(in, "value", ""), &judged, err);
    if (!rc) rc = fields_of(judged, date, &mine, err);
    if (!rc && (lt_json_put_str(mine, "pupil", pupil) || lt_json_put_str(mine, "kind", "experience") || lt_json_put_str(mine, "activity", "gto") ||
                lt_json_put_str(mine, "section", "extracurricular") || lt_json_put_str(mine, "subject", GTO_SUBJECT) ||
                lt_json_put_str(mine, "result", "completed") || lt_json_put_bool(mine, "submit", true)))
        rc = lt_fail_memory(err);
    if (!rc) rc = entry_run_add(call, mine, out, err);
    if (!rc && lt_json_put(*out, "judged", json_incref(judged))) rc = lt_fail_memory(err);
    json_decref(fields);
    json_decref(judged);
    json_decref(card);
    json_decref(mine);
    return rc;
}

int gto_run_correct(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const json_t *entry = call->target.entry, *gto = lt_json_object(entry, "gto");
    const char *date = lt_json_str_or(in, "on", lt_json_str_or(entry, "date", ""));
    json_t *judged = NULL, *mine = NULL;
    if (!lt_json_str(gto, "test")) return lt_fail(err, LT_REFUSED, "gto.no_result", (char *)NULL);
    int rc = judge(call, call->target.pupil, date, lt_json_str_or(in, "test", lt_json_str_or(gto, "test", "")),
                   lt_json_str_or(in, "value", lt_json_str_or(gto, "value", "")), &judged, err);
    if (!rc) rc = fields_of(judged, date, &mine, err);
    if (!rc && (lt_json_copy_key(mine, in, "id") || lt_json_copy_key(mine, in, "revision") || lt_json_put_bool(mine, "submit", true)))
        rc = lt_fail_memory(err);
    if (!rc) rc = entry_run_edit(call, mine, out, err);
    if (!rc && lt_json_put(*out, "judged", json_incref(judged))) rc = lt_fail_memory(err);
    json_decref(judged);
    json_decref(mine);
    return rc;
}

/* --- the card --- */

/* A number belongs to one person. */
static int check_free(struct uc_call *call, const char *pupil, const char *uin, struct lt_error *err)
{
    json_t *params = json_pack("{s:[s]}", "kind", "pupil");
    char *cursor = NULL;
    int rc = params ? 0 : lt_fail_memory(err);
    do {
        json_t *page = NULL;
        char *next = NULL;
        size_t i;
        const json_t *d;
        if (!rc) rc = index_list(call->app->index, "documents", params, 2000, cursor, &page, &next, err);
        free(cursor);
        cursor = rc ? NULL : next;
        json_array_foreach(page, i, d) {
            const json_t *card = lt_json_object(d, "doc");
            if (rc || strcmp(lt_json_str_or(card, "uin", ""), uin) != 0 || strcmp(lt_json_str_or(card, "id", ""), pupil) == 0) continue;
            rc = lt_fail_field(err, LT_CONFLICT, "uin", "gto.uin_taken", "uin", uin, (char *)NULL);
        }
        json_decref(page);
    } while (!rc && cursor);
    free(cursor);
    json_decref(params);
    return rc;
}

static int take(struct uc_call *call, const json_t *in, json_t *card, struct lt_error *err)
{
    const char *uin = json_string_value(json_object_get(in, "uin"));
    char kept[MODEL_UIN_SIZE] = "";
    if (uin && *uin && !model_uin(uin, kept)) return lt_fail_field(err, LT_REFUSED, "uin", "gto.uin_form", "value", uin, (char *)NULL);
    int rc = *kept ? check_free(call, lt_json_str_or(card, "id", ""), kept, err) : 0;
    if (!rc && uin && lt_json_put_str(card, "uin", kept)) rc = lt_fail_memory(err);
    const char *until = lt_json_str(in, "admitted_to");
    if (!rc && until && lt_json_put_str(card, "gto_admitted_to", until)) rc = lt_fail_memory(err);
    if (!rc && lt_json_bool(in, "no_admission", false)) json_object_del(card, "gto_admitted_to");
    return rc;
}

int gto_run_set(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *pupil = call->target.pupil_id;
    struct uc_tx *tx = NULL;
    json_t *card = NULL;
    int rc = uc_tx_begin1(call, pupil, &tx, err);
    if (!rc) rc = uc_tx_get(tx, pupil, PUPIL_PATH, &card, err);
    if (!rc) rc = take(call, in, card, err);
    if (!rc) rc = uc_tx_put(tx, pupil, PUPIL_PATH, card, err);
    if (!rc) rc = uc_tx_commit(tx, "Set number and admission of the GTO", NULL, err);
    uc_tx_end(tx);
    if (!rc) {
        *out = json_pack("{s:s, s:s*, s:s*}", "pupil", pupil, "uin", lt_json_str(card, "uin"), "admitted_to", lt_json_str(card, "gto_admitted_to"));
        if (!*out) rc = lt_fail_memory(err);
    }
    json_decref(card);
    return rc;
}
