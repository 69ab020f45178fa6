/* Notices: what a person should know of without looking for it. They ride with the row of the access log, so a change that was accepted never
 * loses the notice of it, and a notice made twice stays one: its id is made of what it says. Only ids are kept; names and titles are put in
 * when it is read, for whoever may still read them.
 *
 * about: {pupil, entry, object, count}. object is the id of a review, consent, share, goal, batch or event.
 */
#ifndef LT_USECASE_NOTICE_H
#define LT_USECASE_NOTICE_H

#include "usecase/call.h"

#include "model/consent.h"

struct notice {
    const char *kind; /* word of notice_kind */
    const char *pupil, *entry, *object; /* NULL: none */
    int64_t count;    /* 0: none */
    int64_t at;       /* ms; 0: now */
    const char *once; /* what makes it the same notice when it is made again; NULL: the request */
};

/* Before uc_tx_commit. The actor is never told of the own act. */
int notice_tell(struct uc_call *call, const char *subject, const struct notice *n, struct lt_error *err);
/* The pupil (when `self`) and every guardian who has one of the rights (enum model_guardian_right) today. card: pupil.json. */
int notice_family(struct uc_call *call, const json_t *card, bool self, unsigned rights, const struct notice *n, struct lt_error *err);
/* Class teachers and substitutes of the pupil's class of today. */
int notice_class(struct uc_call *call, const json_t *classes, const struct notice *n, struct lt_error *err);
/* Deputy heads of the level of the pupil's class of today. */
int notice_deputies(struct uc_call *call, const json_t *classes, const struct notice *n, struct lt_error *err);

/* How many unread ones of the actor that came after `since` (ms) the actor may read today. */
int notice_readable(struct uc_call *call, int64_t since, int64_t *n, struct lt_error *err);

/* Writes those gathered by the call at once, for calls that change nothing else. */
int notice_store(struct uc_call *call, struct lt_error *err);
/* Of a row of the access log on its way to system.db. */
int notice_arrive(struct lt_app *app, const json_t *row, struct lt_error *err);
/* After a commit: many portfolios changed by one import or event. A failure changes nothing; the hourly call makes up for it. */
void notice_after(struct uc_call *call);
int notice_run_due(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err); /* the row notice.due */
/* What falls due by itself, as a call of its own by the owner of the data folder: the row notice.due. */
int notice_due_app(struct lt_app *app, const char *local_user, struct lt_error *err);

#endif
