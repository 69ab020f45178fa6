/* account slips: passwords made anew and printed, and the list to sign for them. */
#ifndef LT_USECASE_ACCOUNT_SLIPS_H
#define LT_USECASE_ACCOUNT_SLIPS_H

#include "usecase/call.h"

int account_run_slips(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
/* account own, set: what a person keeps for oneself (phrases, language, when a board was last looked at). */
int account_run_own(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int account_run_set(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
