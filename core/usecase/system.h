/* Between the files of system. */
#ifndef LT_USECASE_SYSTEM_H
#define LT_USECASE_SYSTEM_H

#include "usecase/call.h"

/* Less free space than this where the data folder is: a problem (bytes). */
#define SYSTEM_DISK_LEAST (1ull << 30)

/* The newest lines of the server's log. LT_REFUSED "system.no_log" where no server runs. */
int system_run_log(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
/* [{code, text, mend}] in the caller's language: what asks for a hand. */
int system_problems(struct uc_call *call, json_t **out, struct lt_error *err);

#endif
