/* The end of the access log, written down where it cannot be taken back unseen: school.git, log/anchor.json {rows, hash}, a signed commit a day.
 *
 * The hashes of the rows show that none was changed or left out in the middle; a log cut off at its end would still be whole. `system fsck` holds it against the newest
 * anchor: rows up to the last one are all there, with the same hash. What is cut off of the rows since then (a day at most while a server runs) is not noticed. */
#ifndef LT_USECASE_ANCHOR_H
#define LT_USECASE_ANCHOR_H

#include "usecase/call.h"

#define ANCHOR_PATH "log/anchor.json"

/* The use case log.anchor. */
int anchor_run(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
/* Once a day, as a call of its own by the owner of the data folder; not where anchor_check refuses: after a restore somebody has to say `log anchor`. */
int anchor_due_app(struct lt_app *app, const char *local_user, struct lt_error *err);
/* LT_REFUSED "log.cut" (rows): the log is shorter than it was, or another. */
int anchor_check(struct lt_app *app, struct lt_error *err);

#endif
