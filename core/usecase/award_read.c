/* award: who fulfils a kind, and nominations as they are read. */
#include "usecase/award.h"

#include "base/json.h"
#include "base/text.h"
#include "model/award.h"

#include <stdlib.h>
#include <string.h>

/* --- who has what a kind asks for --- */

static json_t *of_pupil(json_t *by_pupil, const json_t *row)
{
    const char *pupil = lt_json_str_or(row, "pupil", "");
    json_t *item = json_object_get(by_pupil, pupil);
    if (item) return item;
    item = json_pack("{s:s, s:s, s:s*, s:s*, s:[]}", "pupil", pupil, "pupil_name", lt_json_str_or(row, "pupil_name", ""), "class",
                     lt_json_str(row, "pupil_class"), "class_name", lt_json_str(row, "pupil_class_name"), "entries");
    if (!item || json_object_set_new(by_pupil, pupil, item)) return NULL;
    return item;
}

static int gather(json_t *by_pupil, const json_t *rows, struct lt_error *err)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        json_t *item = of_pupil(by_pupil, row);
        if (!item || json_array_append_new(lt_json_array(item, "entries"), award_entry_brief(row))) return lt_fail_memory(err);
    }
    return 0;
}

struct sorted {
    char *key;
    json_t *item;
};

static int by_name(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    int d = strcmp(x->key, y->key);
    return d ? d : strcmp(lt_json_str_or(x->item, "pupil", ""), lt_json_str_or(y->item, "pupil", ""));
}

/* Those with enough entries whom the actor may nominate, by the alphabet. */
static int sort(struct uc_call *call, const json_t *by_pupil, size_t count, json_t *out, struct lt_error *err)
{
    size_t n = 0;
    struct sorted *all = calloc(json_object_size(by_pupil) + 1, sizeof *all);
    const char *pupil;
    json_t *item;
    int rc = all ? 0 : lt_fail_memory(err);
    json_object_foreach((json_t *)by_pupil, pupil, item) {
        if (rc || json_array_size(lt_json_array(item, "entries")) < count || !uc_may(call, "award.nominate", UC_T_PUPIL, pupil)) continue;
        all[n] = (struct sorted){lt_fold(lt_json_str_or(item, "pupil_name", "")), item};
        if (!all[n++].key) rc = lt_fail_memory(err);
    }
    if (!rc && n) qsort(all, n, sizeof *all, by_name);
    for (size_t i = 0; i < n; i++) {
        if (!rc && json_array_append(out, all[i].item)) rc = lt_fail_memory(err);
        free(all[i].key);
    }
    free(all);
    return rc;
}

/* Who has a nomination of the kind this year already. */
static int mark_nominated(struct uc_call *call, const char *kind, int year, json_t *items, struct lt_error *err)
{
    json_t *params = json_pack("{s:s, s:i, s:[s,s,s]}", "kind", kind, "school_year", year, "state", "nominated", "returned", "agreed"), *rows = NULL, *item;
    int rc = params ? uc_scope(call, "award.read", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_all(call, "awards", params, &rows, err);
    size_t i;
    json_array_foreach(items, i, item) {
        bool there = false;
        for (size_t k = 0; !rc && k < json_array_size(rows); k++)
            there = there || strcmp(lt_json_str_or(json_array_get(rows, k), "pupil", ""), lt_json_str_or(item, "pupil", "")) == 0;
        if (!rc && lt_json_put_bool(item, "nominated", there)) rc = lt_fail_memory(err);
    }
    json_decref(rows);
    return rc;
}

int award_run_suggest(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct model_year_rule rule = uc_year_rule(call);
    int year = model_year_of(call->today, &rule);
    json_t *kind = NULL, *rows = NULL, *by_pupil = json_object(), *items = json_array();
    const char *kind_id = lt_json_str_or(in, "kind", "");
    json_t *params = json_object();
    int rc = by_pupil && items && params ? uc_scope(call, "award.nominate", params, err) : lt_fail_memory(err); /* whoever may for nobody is told so */
    json_decref(params);
    if (!rc) rc = uc_doc(call, "award_kind", kind_id, &kind, err);
    params = rc ? NULL : model_award_filters(kind);
    if (!rc && (!params || lt_json_put_int(params, "school_year", year) || lt_json_copy_key(params, in, "class"))) {
        json_decref(params);
        rc = lt_fail_memory(err);
    }
    if (!rc) rc = award_entries(call, params, &rows, err);
    if (!rc) rc = gather(by_pupil, rows, err);
    if (!rc) rc = sort(call, by_pupil, (size_t)lt_json_int(kind, "count", 1), items, err);
    if (!rc) rc = mark_nominated(call, kind_id, year, items, err);
    if (!rc) uc_saw_items(call, items, "pupil");
    if (!rc) *out = json_pack("{s:O, s:i, s:O}", "kind", kind, "school_year", year, "items", items);
    if (!rc && !*out) rc = lt_fail_memory(err);
    json_decref(kind);
    json_decref(rows);
    json_decref(by_pupil);
    json_decref(items);
    return rc;
}

/* --- nominations --- */

/* The nomination with the entries it rests on, as far as the reader may see them. */
int award_run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *doc = json_deep_copy(call->target.object), *rows = NULL, *records = json_array();
    const json_t *ids = lt_json_array(doc, "entries"), *row;
    size_t i;
    int rc = doc && records ? 0 : lt_fail_memory(err);
    if (!rc && json_array_size(ids))
        rc = award_entries(call, json_pack("{s:s, s:O}", "pupil", call->target.pupil_id, "ids", ids), &rows, err);
    json_array_foreach(rows, i, row) {
        if (!rc && json_array_append_new(records, award_entry_brief(row))) rc = lt_fail_memory(err);
    }
    json_decref(rows);
    if (!rc && json_object_set(doc, "records", records)) rc = lt_fail_memory(err);
    json_decref(records);
    uc_saw(call, call->target.pupil_id);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

int award_run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    static const char *const keys[] = {"pupil", "class", "kind", "state"};
    json_t *params = json_object(), *row;
    size_t i;
    bool bad = !params;
    for (i = 0; !bad && i < sizeof keys / sizeof keys[0]; i++) bad = lt_json_copy_key(params, in, keys[i]);
    if (!bad && json_object_get(in, "year")) bad = lt_json_put_int(params, "school_year", lt_json_int(in, "year", 0));
    int rc = bad ? lt_fail_memory(err) : uc_scope(call, "award.read", params, err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, "awards", params, out, err);
    json_array_foreach(rc ? NULL : lt_json_array(*out, "items"), i, row) {
        if (json_object_update_missing(row, lt_json_object(row, "award"))) rc = lt_fail_memory(err);
        json_object_del(row, "award");
    }
    if (!rc) uc_saw_items(call, lt_json_array(*out, "items"), "pupil");
    return rc;
}
