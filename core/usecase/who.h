/* Who a token speaks for: for what a door keeps on an account's behalf before a use case is called (uploads under way). */
#ifndef LT_USECASE_WHO_H
#define LT_USECASE_WHO_H

#include "usecase/usecase.h"

struct uc_who {
    char account[LT_ID_SIZE];
};

/* LT_DENIED "session.needed" without a token, and as a call with it would be refused: "session.unknown", "session.idle",
 * "session.must_change", "right.scope" where the token is for use cases without files. One look into the databases, no more. */
int lt_app_who(struct lt_app *app, const char *token, struct uc_who *out, struct lt_error *err);

/* Bytes that a file given to a use case may have (setting file.max_mb). */
uint64_t lt_app_file_max(struct lt_app *app);

#endif
