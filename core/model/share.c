#include "model/share.h"

#include "base/json.h"
#include "model/relation.h"

#include <string.h>

static bool is(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

int model_share_new(const json_t *pupil, const struct model_consent_act *act, struct lt_date today, const char **state, struct lt_error *err)
{
    enum model_signers rule = model_consent_signers(model_birth_of(pupil), today);
    int rc = model_consent_act_allowed(pupil, "dissemination", act, today, err);
    if (!rc && rule == MODEL_SIGN_BOTH && !is(act->who, "pupil")) rc = lt_fail(err, LT_DENIED, "share.pupil_first", (char *)NULL);
    if (!rc) *state = rule == MODEL_SIGN_BOTH ? "waiting" : "active";
    return rc;
}

int model_share_confirm(const json_t *share, const json_t *pupil, const struct model_consent_act *act, struct lt_date today,
                        struct lt_error *err)
{
    const char *state = lt_json_str_or(share, "state", "");
    if (!is(state, "waiting")) return lt_fail(err, LT_REFUSED, "share.state", "share_state", state, (char *)NULL);
    return model_consent_act_allowed(pupil, "dissemination", act, today, err);
}

/* Refusals name a channel or everything; a link is no channel, so only those of everything count. */
static bool refused(const char *field, const json_t *consents, const json_t *pupil, struct lt_date on, int offset_minutes)
{
    struct model_consent_query q = {"dissemination", field, "", on, offset_minutes};
    return model_consent_refused(consents, pupil, &q);
}

json_t *model_share_fields(const json_t *share, const json_t *consents, const json_t *pupil, struct lt_date on, int offset_minutes)
{
    json_t *out = json_array(), *field;
    size_t i;
    json_array_foreach(lt_json_array(share, "fields"), i, field)
    {
        if (out && !refused(json_string_value(field), consents, pupil, on, offset_minutes)) json_array_append(out, field);
    }
    return out;
}

/* Does the signature of somebody who may sign that day still stand? */
static const char *signature_fault(const json_t *share, const json_t *pupil, struct lt_date on, int offset_minutes)
{
    struct lt_date birth = model_birth_of(pupil);
    bool adult = model_consent_signers(birth, on) == MODEL_SIGN_PUPIL;
    int64_t ms;
    size_t i;
    json_t *act;
    json_array_foreach(lt_json_array(share, "acts"), i, act)
    {
        bool guardian = is(lt_json_str(act, "who"), "guardian");
        if (adult && !guardian && lt_instant_parse(lt_json_str_or(act, "at", ""), &ms) &&
            model_consent_signers(birth, lt_date_of_ms(ms, offset_minutes)) == MODEL_SIGN_PUPIL)
            return NULL;
        if (!adult && guardian && (model_guardian_rights(pupil, lt_json_str_or(act, "by", ""), on) & MODEL_GUARDIAN_CONSENT)) return NULL;
    }
    return adult ? "age" : "guardian";
}

const char *model_share_state(const json_t *share, const json_t *consents, const json_t *pupil, struct lt_date on, int offset_minutes,
                              const char **why)
{
    const char *state = lt_json_str_or(share, "state", "");
    struct model_consent_query processing = {"processing", NULL, NULL, on, offset_minutes};
    *why = NULL;
    if (is(state, "revoked")) {
        *why = "own";
        return "revoked";
    }
    if (!lt_date_in(on, lt_json_str(share, "from"), lt_json_str_or(share, "to", "0000-00-00"))) return "expired";
    if (!model_consent_covers(consents, pupil, &processing)) *why = "processing";
    else if (refused("name", consents, pupil, on, offset_minutes)) *why = "refused";
    else if (is(state, "active")) *why = signature_fault(share, pupil, on, offset_minutes);
    else if (model_consent_signers(model_birth_of(pupil), on) == MODEL_SIGN_PUPIL) *why = "age";
    return *why ? "suspended" : is(state, "active") ? "active" : "waiting";
}
