/* Handing on an error that was caught to be looked at. */
#ifndef LT_VAULT_PASS_H
#define LT_VAULT_PASS_H

#include "base/error.h"

/* Moves why to err (which may be NULL) and returns its status. */
static inline int vault_pass(struct lt_error *err, struct lt_error *why)
{
    int status = why->status;
    if (err != NULL) {
        lt_error_clear(err);
        *err = *why;
        *why = (struct lt_error){0};
    } else {
        lt_error_clear(why);
    }
    return status;
}

#endif
