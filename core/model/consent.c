/* Giving, confirming, refusing and withdrawing a consent. What is covered: consentcover.c. */
#include "model/consent.h"

#include "base/json.h"
#include "model/relation.h"
#include "model/values.h"

#include <string.h>

enum model_signers model_consent_signers(struct lt_date birth, struct lt_date on)
{
    int age = lt_date_none(birth) ? 0 : lt_date_age(birth, on);
    return age < 14 ? MODEL_SIGN_GUARDIAN : age < 18 ? MODEL_SIGN_BOTH : MODEL_SIGN_PUPIL;
}

static bool is(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* May this person sign (or take back) for the pupil on the day of the act? */
static int signer_entitled(const json_t *pupil, const struct model_consent_act *act, struct lt_error *err)
{
    enum model_signers who = model_consent_signers(model_birth_of(pupil), act->day);
    if (is(act->who, "pupil")) {
        if (!is(act->by, lt_json_str(pupil, "id")))
            return lt_fail(err, LT_DENIED, "consent.not_guardian", (char *)NULL);
        return who == MODEL_SIGN_GUARDIAN ? lt_fail(err, LT_DENIED, "consent.pupil_too_young", (char *)NULL)
                                          : LT_OK;
    }
    if (who == MODEL_SIGN_PUPIL) return lt_fail(err, LT_DENIED, "consent.guardian_of_adult", (char *)NULL);
    if (!is(act->who, "guardian") ||
        !(model_guardian_rights(pupil, act->by, act->day) & MODEL_GUARDIAN_CONSENT))
        return lt_fail(err, LT_DENIED, "consent.not_guardian", (char *)NULL);
    return LT_OK;
}

static int paper_fit(const struct model_consent_act *act, struct lt_date today, struct lt_error *err)
{
    if (!act->sha256 || !*act->sha256 || !act->entered_by || !*act->entered_by)
        return lt_fail_field(err, LT_REFUSED, "paper", "consent.paper_scan", (char *)NULL);
    if (!lt_date_valid(act->day) || lt_date_cmp(act->day, today) > 0)
        return lt_fail_field(err, LT_REFUSED, "paper_date", "consent.paper_future", (char *)NULL);
    return LT_OK;
}

int model_consent_act_allowed(const json_t *pupil, const char *purpose, const struct model_consent_act *act,
                              struct lt_date today, struct lt_error *err)
{
    bool paper = is(act->how, "paper");
    if (paper) {
        int status = paper_fit(act, today, err);
        if (status) return status;
    } else if (is(purpose, "sensitive")) {
        /* 152-FZ art. 10 part 2 item 1: special categories only in writing */
        return lt_fail(err, LT_REFUSED, "consent.paper_needed", (char *)NULL);
    }
    int status = signer_entitled(pupil, act, err);
    if (!status && !paper && !act->confirmed)
        return lt_fail(err, LT_REFUSED, "consent.unconfirmed", (char *)NULL);
    return status;
}

/* --- documents --- */

static json_t *act_document(const struct model_consent_act *act)
{
    bool paper = is(act->how, "paper");
    char day[LT_DATE_SIZE];
    json_t *doc =
        json_pack("{s:s, s:s, s:s}", "who", act->who, "by", act->by, "how", paper ? "paper" : "screen");
    int failed = !doc || lt_json_put_str(doc, "at", act->at);
    if (!failed && paper)
        failed = lt_json_put_str(doc, "paper_date", lt_date_format(act->day, day)) ||
                 lt_json_put_str(doc, "entered_by", act->entered_by) ||
                 lt_json_put_str(doc, "sha256", act->sha256);
    if (!failed) return doc;
    json_decref(doc);
    return NULL;
}

/* Array of known consent_field words, at least `least` of them. */
static bool field_list(const json_t *list, size_t least)
{
    if (!list) return least == 0;
    if (!json_is_array(list) || json_array_size(list) < least) return false;
    size_t i;
    json_t *word;
    json_array_foreach((json_t *)(uintptr_t)list, i, word)
    {
        if (!json_is_string(word) || !model_value_known("consent_field", json_string_value(word)))
            return false;
    }
    return true;
}

static int wish_check(const json_t *wish, bool refuse, struct lt_error *err)
{
    const char *purpose = lt_json_str(wish, "purpose");
    if (!purpose || !model_value_known("consent_purpose", purpose))
        return lt_fail_field(err, LT_REFUSED, "purpose", "consent.purpose", (char *)NULL);
    bool dissemination = is(purpose, "dissemination");
    /* 152-FZ art. 10.1 part 1: the person names the data of each category; a refusal may be of everything */
    if (!field_list(json_object_get(wish, "fields"), dissemination && !refuse ? 1 : 0))
        return lt_fail_field(err, LT_REFUSED, "fields", "consent.fields", (char *)NULL);
    const char *target = lt_json_str(wish, "target");
    if (dissemination && !refuse && (!target || !*target))
        return lt_fail_field(err, LT_REFUSED, "target", "consent.target", (char *)NULL);
    if (!field_list(json_object_get(wish, "bans"), 0))
        return lt_fail_field(err, LT_REFUSED, "bans", "consent.bans", (char *)NULL);
    return LT_OK;
}

/* from: the act's day at the earliest; to: the end of the school year unless wished; a refusal has no end by
 * itself. */
static int term(const json_t *wish, const struct model_consent_act *act, bool refuse,
                const struct model_year_rule *rule, json_t *doc, struct lt_error *err)
{
    struct lt_date from = act->day, to = {0, 0, 0};
    const char *wished_from = lt_json_str(wish, "from"), *wished_to = lt_json_str(wish, "to");
    bool ok = !wished_from || (lt_date_parse(wished_from, &from) && lt_date_cmp(from, act->day) >= 0);
    if (ok && wished_to)
        ok = lt_date_parse(wished_to, &to) && lt_date_cmp(to, from) >= 0;
    else if (ok && !refuse)
        to = model_term_end(from, rule);
    if (!ok) return lt_fail_field(err, LT_REFUSED, wished_to ? "to" : "from", "consent.term", (char *)NULL);
    char text[LT_DATE_SIZE];
    if (lt_json_put_str(doc, "from", lt_date_format(from, text)) ||
        (!lt_date_none(to) && lt_json_put_str(doc, "to", lt_date_format(to, text))))
        return lt_fail_memory(err);
    return LT_OK;
}

int model_consent_new(const json_t *wish, const json_t *pupil, const struct model_consent_act *act,
                      bool refuse, struct lt_date today, const struct model_year_rule *rule, json_t **out,
                      struct lt_error *err)
{
    static const char *const copied[] = {"purpose", "fields", "target", "bans", "conditions", "text_version"};
    int status = wish_check(wish, refuse, err);
    const char *purpose = lt_json_str(wish, "purpose");
    if (!status) /* to refuse no paper is needed: it only takes away */
        status = refuse ? signer_entitled(pupil, act, err)
                        : model_consent_act_allowed(pupil, purpose, act, today, err);
    if (status) return status;
    bool both = model_consent_signers(model_birth_of(pupil), act->day) == MODEL_SIGN_BOTH;
    json_t *doc = json_object();
    int failed = !doc || lt_json_put_str(doc, "pupil", lt_json_str(pupil, "id"));
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        failed = failed || lt_json_copy_key(doc, wish, copied[i]);
    failed = failed || lt_json_put_str(doc, "state", refuse ? "refused" : both ? "waiting_second" : "active");
    if (!failed) {
        json_t *one = act_document(act), *acts = json_array();
        failed = !one || !acts || json_array_append(acts, one) || json_object_set(doc, "acts", acts);
        json_decref(one);
        json_decref(acts);
    }
    status = failed ? lt_fail_memory(err) : term(wish, act, refuse, rule, doc, err);
    if (status)
        json_decref(doc);
    else
        *out = doc;
    return status;
}

static bool has_act(const json_t *consent, const char *key, const char *value)
{
    size_t i;
    json_t *act;
    json_array_foreach(lt_json_array(consent, "acts"), i, act)
    {
        if (is(lt_json_str(act, key), value)) return true;
    }
    return false;
}

int model_consent_second(const json_t *consent, const json_t *pupil, const struct model_consent_act *act,
                         struct lt_date today, json_t **out, struct lt_error *err)
{
    const char *state = lt_json_str_or(consent, "state", "");
    bool pupil_signs = is(act->who, "pupil");
    /* a standing consent is confirmed by the pupil who has come of age (14, 18); others have nothing to add
     * to it */
    if (!is(state, "waiting_second") && !(is(state, "active") && pupil_signs))
        return lt_fail(err, LT_REFUSED, "consent.state", "consent_state", state, (char *)NULL);
    int status = model_consent_act_allowed(pupil, lt_json_str(consent, "purpose"), act, today, err);
    if (status) return status;
    bool adult = model_consent_signers(model_birth_of(pupil), act->day) == MODEL_SIGN_PUPIL;
    if (has_act(consent, "who", act->who) && !(pupil_signs && adult))
        return lt_fail(err, LT_REFUSED, "consent.same_signer", (char *)NULL);
    json_t *doc = json_deep_copy(consent), *one = act_document(act);
    if (!doc || !one || json_array_append(lt_json_array(doc, "acts"), one) ||
        lt_json_put_str(doc, "state", "active")) {
        json_decref(doc);
        json_decref(one);
        return lt_fail_memory(err);
    }
    json_decref(one);
    *out = doc;
    return LT_OK;
}

int model_consent_withdraw(const json_t *consent, const json_t *pupil, const struct model_consent_act *act,
                           struct lt_date today, json_t **out, struct lt_error *err)
{
    const char *state = lt_json_str_or(consent, "state", "");
    bool refusal = is(state, "refused");
    if (!refusal && !is(state, "active") && !is(state, "waiting_second"))
        return lt_fail(err, LT_REFUSED, "consent.state", "consent_state", state, (char *)NULL);
    int status = is(act->how, "paper") ? paper_fit(act, today, err) : LT_OK;
    if (!status) status = signer_entitled(pupil, act, err);
    /* lifting a refusal opens what another closed: only who refused may, and by a confirmed account */
    if (!status && refusal && !has_act(consent, "by", act->by))
        status = lt_fail(err, LT_DENIED, "consent.refusal_of_another", (char *)NULL);
    if (!status && refusal && !is(act->how, "paper") && !act->confirmed)
        status = lt_fail(err, LT_REFUSED, "consent.unconfirmed", (char *)NULL);
    if (status) return status;
    json_t *doc = json_deep_copy(consent), *mark = json_object();
    int failed = !doc || !mark || lt_json_put_str(mark, "by", act->by) ||
                 lt_json_put_str(mark, "at", act->at) ||
                 lt_json_put_str(mark, "how", is(act->how, "paper") ? "paper" : "screen") ||
                 json_object_set(doc, "withdrawn", mark) || lt_json_put_str(doc, "state", "withdrawn");
    json_decref(mark);
    if (failed) {
        json_decref(doc);
        return lt_fail_memory(err);
    }
    *out = doc;
    return LT_OK;
}
