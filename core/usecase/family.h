/* What the family's own input and showing rests on: the consents of the call's target pupil. */
#ifndef LT_USECASE_FAMILY_H
#define LT_USECASE_FAMILY_H

#include "usecase/call.h"

/* Documents of all consents of a pupil, as an array. */
int family_consents(struct uc_call *call, const char *pupil, json_t **out, struct lt_error *err);
/* LT_REFUSED "consent.processing_missing" while the consent to processing does not stand. */
int family_may_enter(struct uc_call *call, struct lt_error *err);
/* LT_REFUSED "consent.missing" (purpose). */
int family_needs(struct uc_call *call, const char *purpose, struct lt_error *err);

#endif
