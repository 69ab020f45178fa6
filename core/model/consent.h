/* Consents (152-FZ art. 6, 9, 10.1): who signs, from when it stands, what it covers. A consent document is
 * that of docs/data.md; `bans` is an array of consent_field words, `conditions` free text. Pure, any thread.
 */
#ifndef LT_MODEL_CONSENT_H
#define LT_MODEL_CONSENT_H

#include "base/clock.h"
#include "base/error.h"
#include "model/year.h"

#include <jansson.h>
#include <stdbool.h>

enum model_signers {
    MODEL_SIGN_GUARDIAN, /* under 14: one guardian */
    MODEL_SIGN_BOTH,     /* 14–17: the pupil and one guardian */
    MODEL_SIGN_PUPIL     /* from 18 */
};
/* By age on that day; an unknown birth date is under 14. */
enum model_signers model_consent_signers(struct lt_date birth, struct lt_date on);

enum model_guardian_right {
    MODEL_GUARDIAN_SEE = 1,
    MODEL_GUARDIAN_ADD = 2,
    MODEL_GUARDIAN_CONSENT = 4,
    MODEL_GUARDIAN_PAPERS = 8
};
/* Rights (bits) of one relation ({person|pupil, kind, rights, from, to}) on a day: 0 outside its term and
 * from the pupil's 18th birthday on. An absent right is on; false is off; with no relation 0. */
unsigned model_relation_rights(const json_t *relation, struct lt_date pupil_birth, struct lt_date on);
/* Of a person for the pupil of pupil.json, all relations together: a right refused by any current relation is
 * off. */
unsigned model_guardian_rights(const json_t *pupil, const char *person, struct lt_date on);
/* Is there any relation, whatever its dates and rights? (Nobody decides on an own child.) */
bool model_guardian_ever(const json_t *pupil, const char *person);

/* --- one act of giving, confirming or refusing --- */

struct model_consent_act {
    const char *who;        /* "guardian" or "pupil" */
    const char *by;         /* person id or pupil id */
    const char *how;        /* "screen" or "paper" */
    bool confirmed;         /* the account on screen is confirmed (63-FZ agreement recorded) */
    const char *at;         /* instant of the entry */
    struct lt_date day;     /* screen: today; paper: the paper's date */
    const char *entered_by; /* paper: who entered it */
    const char *sha256;     /* paper: of the scan */
};

/* May this person make this act for this purpose that day? LT_DENIED "consent.not_guardian",
 * "consent.pupil_too_young", "consent.guardian_of_adult", LT_REFUSED "consent.unconfirmed",
 * "consent.paper_needed" (purpose sensitive), "consent.paper_scan", "consent.paper_future". */
int model_consent_act_allowed(const json_t *pupil, const char *purpose, const struct model_consent_act *act,
                              struct lt_date today, struct lt_error *err);

/* A new document without id and stamps: purpose, fields, target, bans, conditions, from, to, text_version of
 * `wish` are checked; `from` defaults to the act's day, `to` to the end of the school year; state by the
 * first act: active or waiting_second. `refuse`: a refusal (state refused). LT_REFUSED "consent.purpose",
 * "consent.fields" (dissemination needs some, known), "consent.target" (dissemination needs one),
 * "consent.term", "consent.bans". */
int model_consent_new(const json_t *wish, const json_t *pupil, const struct model_consent_act *act,
                      bool refuse, struct lt_date today, const struct model_year_rule *rule, json_t **out,
                      struct lt_error *err);

/* The second signature: adds the act to a copy; active when all that must sign have. LT_REFUSED
 * "consent.state", "consent.same_signer". */
int model_consent_second(const json_t *consent, const json_t *pupil, const struct model_consent_act *act,
                         struct lt_date today, json_t **out, struct lt_error *err);

/* Withdrawal by the pupil (from 14) or a guardian with the right; a refusal is lifted by the same call by
 * whoever made it. LT_REFUSED "consent.state", LT_DENIED "consent.refusal_of_another" or as
 * model_consent_act_allowed (an unconfirmed account may withdraw: it only takes away). */
int model_consent_withdraw(const json_t *consent, const json_t *pupil, const struct model_consent_act *act,
                           struct lt_date today, json_t **out, struct lt_error *err);

/* --- what is covered --- */

struct model_consent_query {
    const char *purpose;
    const char *field;  /* consent_field word; NULL: the purpose has no fields */
    const char *target; /* channel id; NULL: no target */
    struct lt_date on;
    int offset_minutes; /* of the school, to know the day of an instant */
};
/* Do the pupil's consents (array of documents) cover this on that day? Active, in term, signed by all who had
 * to on the days of signing, field named and not banned, target named; no refusal standing by the pupil (from
 * 14) or a guardian who has the right `consent` that day, unless the same person signed later; from 30 days
 * after the 18th birthday an act of the adult pupil is needed. */
bool model_consent_covers(const json_t *consents, const json_t *pupil, const struct model_consent_query *q);
/* Does somebody who has a say that day refuse this? A refusal that names another target than the query's does not count. */
bool model_consent_refused(const json_t *consents, const json_t *pupil, const struct model_consent_query *q);
/* The fields of `fields` (array or NULL = all consent_field words) that are covered for a dissemination to
 * target; new array, NULL when out of memory. */
json_t *model_consent_fields(const json_t *consents, const json_t *pupil, const char *target,
                             struct lt_date on, int offset_minutes);
/* The family may enter what rests on consent only while the consent to processing is active: 0 or LT_REFUSED
 * "consent.processing_missing". */
int model_consent_may_enter(const json_t *consents, const json_t *pupil, struct lt_date on,
                            int offset_minutes, struct lt_error *err);

/* State of one purpose (and target, may be NULL) for lists: "none", "waiting_second", "active", "refused",
 * "withdrawn", "expired". */
const char *model_consent_summary(const json_t *consents, const json_t *pupil, const char *purpose,
                                  const char *target, struct lt_date on, int offset_minutes);

/* --- birthdays --- */

#define MODEL_ADULT_ANSWER_DAYS 30
enum model_birthday_step {
    MODEL_BIRTHDAY_NONE,
    MODEL_BIRTHDAY_ASK_14, /* the 14th birthday is today */
    MODEL_BIRTHDAY_ASK_18,
    MODEL_BIRTHDAY_TAKE_DOWN /* more than 30 days since the 18th, and a consent stands without the adult
                                pupil's act */
};
enum model_birthday_step model_consent_birthday(const json_t *consents, const json_t *pupil,
                                                struct lt_date on, int offset_minutes);

#endif
