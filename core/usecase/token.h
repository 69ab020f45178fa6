/* API tokens: what other programs sign in with. Each is for a term and, if its owner says so, for some use cases alone. */
#ifndef LT_USECASE_TOKEN_H
#define LT_USECASE_TOKEN_H

#include "usecase/call.h"

int token_run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
