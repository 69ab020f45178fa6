#include "usecase/family.h"

#include "base/json.h"
#include "model/consent.h"

int family_consents(struct uc_call *call, const char *pupil, json_t **out, struct lt_error *err)
{
    json_t *rows = NULL, *docs = json_array();
    int rc = docs ? uc_all(call, "consents", json_pack("{s:s}", "pupil", pupil), &rows, err) : lt_fail_memory(err);
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        if (json_array_append(docs, json_object_get(row, "consent"))) rc = lt_fail_memory(err);
    }
    json_decref(rows);
    if (rc) json_decref(docs);
    else *out = docs;
    return rc;
}

int family_may_enter(struct uc_call *call, struct lt_error *err)
{
    json_t *consents = NULL;
    int rc = family_consents(call, call->target.pupil_id, &consents, err);
    if (!rc)
        rc = model_consent_may_enter(consents, call->target.pupil, call->today, call->app->clock.offset_minutes, err);
    json_decref(consents);
    return rc;
}

int family_needs(struct uc_call *call, const char *purpose, struct lt_error *err)
{
    json_t *consents = NULL;
    int rc = family_consents(call, call->target.pupil_id, &consents, err);
    struct model_consent_query q = {.purpose = purpose, .on = call->today, .offset_minutes = call->app->clock.offset_minutes};
    if (!rc && !model_consent_covers(consents, call->target.pupil, &q))
        rc = lt_fail(err, LT_REFUSED, "consent.missing", "purpose", purpose, (char *)NULL);
    json_decref(consents);
    return rc;
}
