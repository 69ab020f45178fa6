/* Share links: the family's act by age, and whether a link works on a day. A share is that of docs/data.md. Pure, any thread. */
#ifndef LT_MODEL_SHARE_H
#define LT_MODEL_SHARE_H

#include "base/clock.h"
#include "base/error.h"
#include "model/consent.h"

#include <jansson.h>

#define MODEL_SHARE_DAYS     30
#define MODEL_SHARE_DAYS_MAX 365

/* State of a new link made by this act: "active" (a guardian's under 14, the pupil's from 18) or "waiting" (the pupil's at 14–17).
 * LT_DENIED as model_consent_act_allowed, or "share.pupil_first" for a guardian of a pupil of 14–17. */
int model_share_new(const json_t *pupil, const struct model_consent_act *act, struct lt_date today, const char **state, struct lt_error *err);
/* A guardian confirms a waiting link: 0, or LT_REFUSED "share.state", or as model_consent_act_allowed. */
int model_share_confirm(const json_t *share, const json_t *pupil, const struct model_consent_act *act, struct lt_date today,
                        struct lt_error *err);

/* Word of share_state on that day; *why (share_why) for revoked and suspended, else NULL. A link works while its term runs, the consent to
 * processing stands, nobody who has a say refuses showing, and whoever signed it still has the right: a guardian's ends with the
 * relation and on the 18th birthday, from which day the pupil's own act is needed. */
const char *model_share_state(const json_t *share, const json_t *consents, const json_t *pupil, struct lt_date on, int offset_minutes,
                              const char **why);
/* Fields of the link that nobody refuses to show; new array, NULL: memory. */
json_t *model_share_fields(const json_t *share, const json_t *consents, const json_t *pupil, struct lt_date on, int offset_minutes);

#endif
