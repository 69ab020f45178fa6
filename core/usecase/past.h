/* Documents that are not there any more, read from the history. */
#ifndef LT_USECASE_PAST_H
#define LT_USECASE_PAST_H

#include "usecase/call.h"

/* The document as it stood last at this path of the repository. LT_NOTFOUND "vault.no_repo" or "past.none" where it never stood there. */
int past_document(struct lt_app *app, const char *repo, const char *path, json_t **out, struct lt_error *err);
/* The card of a portfolio that has none now: what it held was taken back with the import that made it, and its history is left. LT_NOTFOUND where the portfolio
 * is absent or has its card. */
int past_card(struct lt_app *app, const char *pupil, json_t **out, struct lt_error *err);

#endif
