#include "usecase/pupil.h"

#include "base/json.h"
#include "base/text.h"
#include "model/rights.h"

#include <string.h>

static const char *const name_parts[] = {"surname", "name", "patronymic"};

/* The spelling of the identity document (diplomas and foreign contests use it) stands in an object of its own. */
static int take_document_name(json_t *card, const json_t *in)
{
    json_t *o = lt_json_object(card, "document_name"), *fresh = NULL;
    if (!o) o = fresh = json_object();
    int rc = o ? 0 : -1;
    for (size_t i = 0; !rc && i < 3; i++) {
        char field[40];
        lt_print(field, sizeof field, "document_%s", name_parts[i]);
        const char *v = lt_json_str(in, field);
        if (v) rc = lt_json_put_str(o, name_parts[i], v);
    }
    if (!rc && json_object_size(o)) rc = json_object_set(card, "document_name", o);
    else if (!rc) json_object_del(card, "document_name");
    json_decref(fresh);
    return rc;
}

static int keep_former_name(json_t *card, const json_t *in, struct lt_date on)
{
    bool changed = false;
    json_t *old = json_object();
    for (size_t i = 0; i < 3; i++) {
        const char *was = lt_json_str_or(card, name_parts[i], ""), *now = lt_json_str(in, name_parts[i]);
        if (lt_json_put_str(old, name_parts[i], was)) return json_decref(old), -1;
        changed = changed || (now && strcmp(now, was) != 0);
    }
    if (!changed || json_object_size(old) == 0) return json_decref(old), 0;
    char until[LT_DATE_SIZE];
    json_t *list = lt_json_array(card, "former_names");
    if (!list) {
        list = json_array();
        if (lt_json_put(card, "former_names", list)) return json_decref(old), -1;
    }
    lt_json_put_str(old, "until", lt_date_format(lt_date_add_days(on, -1), until));
    return json_array_append_new(list, old);
}

int pupil_take_fields(json_t *card, const json_t *in, struct lt_date on, struct lt_error *err)
{
    static const char *const plain[] = {"surname", "name", "patronymic", "sex", "birth", "number", "cover", "about"};
    if (lt_json_object(card, "created") && keep_former_name(card, in, on)) return lt_fail_memory(err);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        const char *v = lt_json_str(in, plain[i]);
        if (v && lt_json_put_str(card, plain[i], v)) return lt_fail_memory(err);
    }
    if (take_document_name(card, in)) return lt_fail_memory(err);
    if (!lt_json_str(card, "surname") && !lt_json_str(card, "name"))
        return lt_fail_field(err, LT_USAGE, "name", "pupil.no_name", (char *)NULL);
    return 0;
}

int pupil_study(json_t *card, const char *form, struct lt_date from, struct lt_error *err)
{
    char day[LT_DATE_SIZE], before[LT_DATE_SIZE];
    lt_date_format(from, day);
    lt_date_format(lt_date_add_days(from, -1), before);
    json_t *list = lt_json_array(card, "study");
    if (!list) {
        list = json_array();
        if (lt_json_put(card, "study", list)) return lt_fail_memory(err);
    }
    size_t n = json_array_size(list);
    json_t *last = n ? json_array_get(list, n - 1) : NULL;
    if (last && !lt_json_str(last, "to")) {
        if (strcmp(lt_json_str_or(last, "form", ""), form) == 0) return 0;
        if (lt_json_put_str(last, "to", before)) return lt_fail_memory(err);
    }
    return json_array_append_new(list, json_pack("{s:s, s:s}", "form", form, "from", day)) ? lt_fail_memory(err) : 0;
}

int pupil_new(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char id[LT_ID_SIZE];
    lt_id_next(call->app->ids, id);
    json_t *card = json_pack("{s:s, s:s}", "id", id, "state", "active");
    int rc = card ? pupil_take_fields(card, in, call->today, err) : lt_fail_memory(err);
    struct lt_date from = call->today;
    const char *text = lt_json_str(in, "from");
    if (text) lt_date_parse(text, &from);
    if (!rc) rc = pupil_study(card, lt_json_str_or(in, "study_form", "school"), from, err);
    if (rc) json_decref(card);
    else *out = card;
    return rc;
}

int pupil_place(json_t *classes, const json_t *klass, struct lt_date from, const char *basis, const char *order,
                struct lt_error *err)
{
    char day[LT_DATE_SIZE], before[LT_DATE_SIZE];
    lt_date_format(from, day);
    lt_date_format(lt_date_add_days(from, -1), before);
    json_t *list = lt_json_array(classes, "classes");
    if (!list) {
        list = json_array();
        if (lt_json_put(classes, "classes", list)) return lt_fail_memory(err);
    }
    json_t *now = (json_t *)model_class_on(classes, from);
    if (now && strcmp(lt_json_str_or(now, "class", ""), lt_json_str_or(klass, "id", "")) == 0)
        return lt_fail(err, LT_REFUSED, "pupil.same_class", "class", lt_json_str_or(klass, "name", ""), (char *)NULL);
    if (now && strcmp(lt_json_str_or(now, "from", ""), day) == 0) { /* placed wrongly on the same day: replaced */
        for (size_t i = 0; i < json_array_size(list); i++) {
            if (json_array_get(list, i) == now) json_array_remove(list, i);
        }
    } else if (now && lt_json_put_str(now, "to", before)) {
        return lt_fail_memory(err);
    }
    json_t *item = json_pack("{s:s, s:I, s:s, s:s, s:s}", "class", lt_json_str_or(klass, "id", ""), "year",
                             (json_int_t)lt_json_int(klass, "year", 0), "name", lt_json_str_or(klass, "name", ""), "from", day,
                             "basis", basis);
    if (!item || lt_json_put_str(item, "order", order)) return json_decref(item), lt_fail_memory(err);
    return json_array_append_new(list, item) ? lt_fail_memory(err) : 0;
}

int pupil_end_terms(json_t *classes, struct lt_date on, struct lt_error *err)
{
    static const char *const lists[] = {"classes", "groups"};
    char day[LT_DATE_SIZE];
    lt_date_format(on, day);
    for (size_t k = 0; k < 2; k++) {
        json_t *list = lt_json_array(classes, lists[k]);
        for (size_t i = json_array_size(list); i-- > 0;) {
            json_t *item = json_array_get(list, i);
            const char *from = lt_json_str(item, "from"), *to = lt_json_str(item, "to");
            if (from && strcmp(from, day) > 0) json_array_remove(list, i); /* not begun by then */
            else if ((!to || strcmp(to, day) > 0) && lt_json_put_str(item, "to", day)) return lt_fail_memory(err);
        }
    }
    return 0;
}

int pupil_put_both(struct uc_tx *tx, const char *pupil, json_t *card, json_t *classes, struct lt_error *err)
{
    int rc = card ? uc_tx_put(tx, pupil, PUPIL_PATH, card, err) : 0;
    if (!rc && classes) rc = uc_tx_put(tx, pupil, PUPIL_CLASSES_PATH, classes, err);
    return rc;
}

int pupil_get_both(struct uc_tx *tx, const char *pupil, json_t **card, json_t **classes, struct lt_error *err)
{
    int rc = uc_tx_get(tx, pupil, PUPIL_PATH, card, err);
    if (rc) return rc;
    if (uc_tx_has(tx, pupil, PUPIL_CLASSES_PATH)) rc = uc_tx_get(tx, pupil, PUPIL_CLASSES_PATH, classes, err);
    else *classes = json_object();
    return rc ? rc : *classes ? 0 : lt_fail_memory(err);
}
