/* The second factor: codes of an authenticator app, and one-time codes for the day it is lost. */
#ifndef LT_USECASE_FACTOR_H
#define LT_USECASE_FACTOR_H

#include "usecase/call.h"

/* At sign-in, after the password. code may be NULL. LT_DENIED "factor.wanted" where the account has a factor and no code came,
 * "factor.wrong" for a wrong or used one. */
int factor_check(struct uc_call *call, const char *account, const char *code, struct lt_error *err);
/* Fills actor.factor_on and actor.factor_needed: a role of today asks for a factor that is not there (setting factor.required). */
int factor_note(struct uc_call *call, struct lt_error *err);
/* "off", "on", "required" */
const char *factor_word(const struct uc_actor *actor);

#endif
