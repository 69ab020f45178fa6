/* The family's hand in a portfolio: cover, order of cards, «Обо мне», the next level, evidence for admission. */
#ifndef LT_USECASE_PORTFOLIO_OWN_H
#define LT_USECASE_PORTFOLIO_OWN_H

#include "usecase/call.h"

int portfolio_run_arrange(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int portfolio_run_advance(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int portfolio_run_admission(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

/* What a change of «Обо мне» or cover by the family rests on: LT_REFUSED "consent.processing_missing". Taking away needs no consent. */
int portfolio_may_decorate(struct uc_call *call, const json_t *in, struct lt_error *err);
/* Order of cards, levels gone through and which entries stay in history, for the page of the portfolio. */
int portfolio_put_own(struct uc_call *call, json_t *page, struct lt_error *err);
/* Level of education (noo, ooo, soo) of the pupil's class of today; "" for none. */
const char *portfolio_level(struct uc_call *call);

#endif
