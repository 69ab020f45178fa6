/* Who may be asked for a review of this pupil: the guardians who may add, class teacher, teachers of the class and of the pupil's groups. Other
 * guardians are told to a guardian by kind alone. */
#include "usecase/review.h"

#include "base/json.h"
#include "base/text.h"
#include "model/consent.h"
#include "model/names.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

static int add_person(struct uc_call *call, json_t *list, const char *person, const char *as, const char *subject, bool named, struct lt_error *err)
{
    json_t *doc = NULL, *known;
    size_t i;
    if (!person || strcmp(person, call->actor.id) == 0) return 0;
    json_array_foreach(list, i, known) {
        if (strcmp(lt_json_str_or(known, "person", ""), person) == 0) return 0;
    }
    int rc = uc_doc(call, "person", person, &doc, err);
    char *name = rc || !named ? NULL
                              : model_name_full(lt_json_str_or(doc, "surname", ""), lt_json_str_or(doc, "name", ""),
                                                lt_json_str_or(doc, "patronymic", ""));
    if (!rc && json_array_append_new(list, json_pack("{s:s, s:s, s:s*, s:s*}", "person", person, "as", as, "name", name, "subject",
                                                     subject && *subject ? subject : NULL)))
        rc = lt_fail_memory(err);
    free(name);
    json_decref(doc);
    return rc;
}

/* Takes params. */
static int add_roles(struct uc_call *call, json_t *list, json_t *params, struct lt_error *err)
{
    json_t *rows = NULL;
    char today[LT_DATE_SIZE];
    size_t i;
    const json_t *row;
    if (!params || lt_json_put_str(params, "today", lt_date_format(call->today, today))) return json_decref(params), lt_fail_memory(err);
    int rc = uc_all(call, "roles", params, &rows, err);
    json_array_foreach(rows, i, row) {
        if (!rc) rc = add_person(call, list, lt_json_str(row, "person"), lt_json_str_or(row, "role", "teacher"), lt_json_str(row, "subject"), true, err);
    }
    json_decref(rows);
    return rc;
}

static int add_guardians(struct uc_call *call, json_t *list, struct lt_error *err)
{
    const json_t *card = call->target.pupil, *g;
    bool guardian = call->standing & (MODEL_ST_GUARDIAN_SEE | MODEL_ST_GUARDIAN_ADD);
    size_t i;
    int rc = 0;
    json_array_foreach(lt_json_array(card, "guardians"), i, g) {
        const char *person = lt_json_str(g, "person");
        if (!rc && person && (model_guardian_rights(card, person, call->today) & MODEL_GUARDIAN_ADD))
            rc = add_person(call, list, person, "guardian", NULL, !guardian, err);
    }
    return rc;
}

int review_run_whom(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *list = json_array();
    const char *klass = lt_json_str(model_class_on(call->target.classes, call->today), "class");
    size_t i;
    const json_t *g;
    int rc = list ? add_guardians(call, list, err) : lt_fail_memory(err);
    if (!rc && klass) rc = add_roles(call, list, json_pack("{s:[s, s], s:s}", "role", "class_teacher", "substitute", "class", klass), err);
    if (!rc && klass) rc = add_roles(call, list, json_pack("{s:s, s:s}", "role", "teacher", "class", klass), err);
    json_array_foreach(lt_json_array(call->target.classes, "groups"), i, g) {
        if (rc || !lt_date_in(call->today, lt_json_str(g, "from"), lt_json_str(g, "to"))) continue;
        rc = add_roles(call, list, json_pack("{s:s, s:s}", "role", "teacher", "group", lt_json_str_or(g, "group", "")), err);
    }
    if (!rc) *out = json_pack("{s:O, s:n}", "items", list, "next");
    json_decref(list);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}
