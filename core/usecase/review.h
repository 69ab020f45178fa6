/* Parts of the noun review in files of their own. */
#ifndef LT_USECASE_REVIEW_H
#define LT_USECASE_REVIEW_H

#include "usecase/call.h"

int review_run_whom(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
