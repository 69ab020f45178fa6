/* What the consents of a pupil cover on a day. */
#include "model/consent.h"

#include "base/json.h"
#include "model/relation.h"
#include "model/values.h"

#include <string.h>

static bool is(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* Day of an act: of the paper, else the school's civil day of the instant. */
static struct lt_date act_day(const json_t *act, int offset_minutes)
{
    struct lt_date day = {0, 0, 0};
    const char *paper = lt_json_str(act, "paper_date"), *at = lt_json_str(act, "at");
    int64_t ms;
    if (is(lt_json_str(act, "how"), "paper") && paper)
        lt_date_parse(paper, &day);
    else if (at && lt_instant_parse(at, &ms))
        day = lt_date_of_ms(ms, offset_minutes);
    return day;
}

/* Ages at which each kind of signer signed: which signatures are there. */
struct signatures {
    bool guardian_of_child; /* a guardian, the pupil under 14 */
    bool guardian, pupil;   /* while 14–17; a guardian's earlier one counts too */
    bool adult;             /* the pupil from 18 */
};

static struct signatures signatures_of(const json_t *consent, struct lt_date birth, int offset_minutes)
{
    struct signatures s = {false, false, false, false};
    size_t i;
    json_t *act;
    json_array_foreach(lt_json_array(consent, "acts"), i, act)
    {
        struct lt_date day = act_day(act, offset_minutes);
        if (lt_date_none(day)) continue;
        enum model_signers rule = model_consent_signers(birth, day);
        bool guardian = is(lt_json_str(act, "who"), "guardian");
        if (guardian && rule != MODEL_SIGN_PUPIL) {
            s.guardian = true;
            s.guardian_of_child = s.guardian_of_child || rule == MODEL_SIGN_GUARDIAN;
        } else if (!guardian && rule != MODEL_SIGN_GUARDIAN) {
            s.pupil = s.pupil || rule == MODEL_SIGN_BOTH;
            s.adult = s.adult || rule == MODEL_SIGN_PUPIL;
        }
    }
    return s;
}

/* Active, in term, signed by all who had to. */
static bool stands(const json_t *consent, struct lt_date birth, struct lt_date on, int offset_minutes)
{
    if (!is(lt_json_str(consent, "state"), "active") ||
        !lt_date_in(on, lt_json_str(consent, "from"), lt_json_str(consent, "to")))
        return false;
    struct signatures s = signatures_of(consent, birth, offset_minutes);
    if (!s.adult && !lt_date_none(birth) &&
        lt_date_cmp(on, lt_date_add_days(model_birthday(birth, 18), MODEL_ADULT_ANSWER_DAYS)) > 0)
        return false;
    return s.adult || s.guardian_of_child || (s.guardian && s.pupil);
}

static bool names_field(const json_t *list, const char *field)
{
    return json_is_array(list) && field && lt_json_array_has(list, field);
}

/* Does the document speak of the field and target asked for? */
static bool about(const json_t *consent, const struct model_consent_query *q)
{
    const json_t *fields = json_object_get(consent, "fields"), *bans = json_object_get(consent, "bans");
    const char *target = lt_json_str(consent, "target");
    bool dissemination = is(q->purpose, "dissemination");
    if (!is(lt_json_str(consent, "purpose"), q->purpose)) return false;
    if ((fields || dissemination) && !names_field(fields, q->field)) return false;
    if ((target || dissemination) && !is(target, q->target)) return false;
    /* bans that are not a list of fields cannot be judged: nothing is covered */
    return !bans || (json_is_array(bans) && !names_field(bans, q->field));
}

/* Does the refusal's maker still have a say on that day? */
static bool refuser_counts(const json_t *act, const json_t *pupil, struct lt_date on)
{
    enum model_signers rule = model_consent_signers(model_birth_of(pupil), on);
    if (is(lt_json_str(act, "who"), "pupil")) return rule != MODEL_SIGN_GUARDIAN;
    return (model_guardian_rights(pupil, lt_json_str(act, "by"), on) & MODEL_GUARDIAN_CONSENT) != 0;
}

/* Did the same person sign this consent after refusing? Instants of one form compare as text. */
static bool changed_mind(const json_t *refusal_act, const json_t *consent)
{
    const char *by = lt_json_str(refusal_act, "by"), *at = lt_json_str_or(refusal_act, "at", "");
    size_t i;
    json_t *act;
    json_array_foreach(lt_json_array(consent, "acts"), i, act)
    {
        if (is(lt_json_str(act, "by"), by) && strcmp(lt_json_str_or(act, "at", ""), at) > 0) return true;
    }
    return false;
}

static bool refusal_hits(const json_t *refusal, const json_t *pupil, const struct model_consent_query *q,
                         const json_t *consent)
{
    const json_t *fields = json_object_get(refusal, "fields"),
                 *act = json_array_get(lt_json_array(refusal, "acts"), 0);
    const char *target = lt_json_str(refusal, "target");
    if (!is(lt_json_str(refusal, "state"), "refused") || !is(lt_json_str(refusal, "purpose"), q->purpose) ||
        !lt_date_in(q->on, lt_json_str(refusal, "from"), lt_json_str(refusal, "to")))
        return false;
    if (json_array_size(fields) && q->field && !names_field(fields, q->field)) return false;
    if (target && q->target && strcmp(target, q->target)) return false;
    return refuser_counts(act, pupil, q->on) && !changed_mind(act, consent);
}

static bool refused(const json_t *consents, const json_t *pupil, const struct model_consent_query *q,
                    const json_t *consent)
{
    size_t i;
    json_t *doc;
    json_array_foreach((json_t *)(uintptr_t)consents, i, doc)
    {
        if (refusal_hits(doc, pupil, q, consent)) return true;
    }
    return false;
}

bool model_consent_covers(const json_t *consents, const json_t *pupil, const struct model_consent_query *q)
{
    struct lt_date birth = model_birth_of(pupil);
    size_t i;
    json_t *doc;
    json_array_foreach((json_t *)(uintptr_t)consents, i, doc)
    {
        if (about(doc, q) && stands(doc, birth, q->on, q->offset_minutes) &&
            !refused(consents, pupil, q, doc))
            return true;
    }
    return false;
}

bool model_consent_refused(const json_t *consents, const json_t *pupil, const struct model_consent_query *q)
{
    return refused(consents, pupil, q, NULL);
}

json_t *model_consent_fields(const json_t *consents, const json_t *pupil, const char *target,
                             struct lt_date on, int offset_minutes)
{
    size_t n;
    const char *const *words = model_values("consent_field", &n);
    json_t *out = json_array();
    for (size_t i = 0; out && i < n; i++) {
        struct model_consent_query q = {"dissemination", words[i], target, on, offset_minutes};
        if (model_consent_covers(consents, pupil, &q) && json_array_append_new(out, json_string(words[i]))) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

int model_consent_may_enter(const json_t *consents, const json_t *pupil, struct lt_date on,
                            int offset_minutes, struct lt_error *err)
{
    struct model_consent_query q = {"processing", NULL, NULL, on, offset_minutes};
    return model_consent_covers(consents, pupil, &q)
               ? LT_OK
               : lt_fail(err, LT_REFUSED, "consent.processing_missing", (char *)NULL);
}

const char *model_consent_summary(const json_t *consents, const json_t *pupil, const char *purpose,
                                  const char *target, struct lt_date on, int offset_minutes)
{
    static const char *const words[] = {"none",           "withdrawn", "expired",
                                        "waiting_second", "active",    "refused"};
    struct lt_date birth = model_birth_of(pupil);
    struct model_consent_query q = {purpose, "", target, on, offset_minutes};
    int best = 0;
    bool active = false, refusal = false;
    size_t i;
    json_t *doc;
    json_array_foreach((json_t *)(uintptr_t)consents, i, doc)
    {
        const char *state = lt_json_str(doc, "state"), *doc_target = lt_json_str(doc, "target");
        if (!is(lt_json_str(doc, "purpose"), purpose) || (target && doc_target && strcmp(target, doc_target)))
            continue;
        int rank = is(state, "withdrawn") ? 1 : is(state, "waiting_second") ? 3 : is(state, "active") ? 2 : 0;
        if (stands(doc, birth, on, offset_minutes)) {
            /* a refusal of some fields leaves the rest; one of everything takes all */
            bool no = refused(consents, pupil, &q, doc);
            active = active || !no;
            refusal = refusal || no;
        }
        refusal = refusal || refusal_hits(doc, pupil, &q, NULL);
        best = rank > best ? rank : best;
    }
    return active ? words[4] : refusal ? words[5] : words[best];
}

enum model_birthday_step model_consent_birthday(const json_t *consents, const json_t *pupil,
                                                struct lt_date on, int offset_minutes)
{
    struct lt_date birth = model_birth_of(pupil);
    if (lt_date_none(birth)) return MODEL_BIRTHDAY_NONE;
    if (!lt_date_cmp(on, model_birthday(birth, 14))) return MODEL_BIRTHDAY_ASK_14;
    struct lt_date adult = model_birthday(birth, 18);
    if (!lt_date_cmp(on, adult)) return MODEL_BIRTHDAY_ASK_18;
    if (lt_date_cmp(on, lt_date_add_days(adult, MODEL_ADULT_ANSWER_DAYS)) <= 0) return MODEL_BIRTHDAY_NONE;
    size_t i;
    json_t *doc;
    json_array_foreach((json_t *)(uintptr_t)consents, i, doc)
    {
        /* not only today's: the day itself may have been missed while the server was off */
        if (is(lt_json_str(doc, "state"), "active") &&
            lt_date_in(on, lt_json_str(doc, "from"), lt_json_str(doc, "to")) &&
            !signatures_of(doc, birth, offset_minutes).adult)
            return MODEL_BIRTHDAY_TAKE_DOWN;
    }
    return MODEL_BIRTHDAY_NONE;
}
