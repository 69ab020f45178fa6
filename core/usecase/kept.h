/* Answers kept as they go over the wire. A row with UC_KEPT answers from the index, the school's settings, the caller's documents and the day
 * alone, so between two changes of the index the same question of the same person has the same answer. Who calls, whether the account may and the right to
 * the target are judged for every call before a kept answer is looked for, and the row of the access log is written for every call; what is spared is
 * the reading and the writing of the answer (docs/decisions/kept-answers.md).
 *
 * When the index takes a change everything kept is freed (uc_fed): what was erased stays in no memory. Any thread. */
#ifndef LT_USECASE_KEPT_H
#define LT_USECASE_KEPT_H

#include "usecase/call.h"

struct kept;
struct kept *kept_new(void); /* NULL: memory */
void kept_free(struct kept *k);
void kept_clear(struct kept *k);

/* The answer of the call as text: a kept one, or `run` is asked and its answer kept. call->seen is as `run` leaves it. */
int kept_answer(struct uc_call *call, int (*run)(struct uc_call *call, json_t **out, struct lt_error *err), struct uc_text **out, struct lt_error *err);

#endif
