/* Long work as a job: asked for like any call, done by a few threads of the server, looked at with `job show`.
 *
 * A row with the flag UC_LONG names the field UC_BACKGROUND_FIELD. Where the caller says background (or says nothing, the door is
 * HTTP and the row's `heavy` finds the work long) the dispatcher judges values and rights as always, writes the job down and answers at once
 * {"job": id, "kind": "publication.run", "state": "queued", …}, the card of `job show`. The runner makes the call again as the same person, whose
 * rights are judged then too. Without a runner (a command line that holds the folder itself) the work is done before the answer, and the card says so.
 *
 * States: queued → running → done | failed | cancelled. A server that stops lets running jobs pause at their next uc_progress and
 * queues them again; after a kill they are found running and begin anew, three times at most. The call of a job has the job's id
 * as its request: what one transaction accepted is not done twice.
 *
 * Answers of bytes lie in DATA/spool/jobs/<job> and are fetched with `job result` by whoever asked for them, for two days. */
#ifndef LT_USECASE_JOB_H
#define LT_USECASE_JOB_H

#include "usecase/call.h"

#define UC_BACKGROUND_FIELD {"background", UC_BOOL, 0, 0, 0, NULL}

enum { JOB_QUEUED_MOST = 20, JOB_TRIES = 3, JOB_RESULT_HOURS = 48, JOB_KEEP_DAYS = 30 };

/* For use cases: how far the work is (total 0: unknown). Cheap, may be called for every item. 0 outside a job. LT_CONFLICT "job.cancelled" when somebody
 * stopped the job, "job.paused" when the server stops: the use case ends with it and leaves nothing half-done. */
int uc_progress(struct uc_call *call, int done, int total, struct lt_error *err);

/* --- for the dispatcher --- */

/* Is this call to become a job? */
bool job_wanted(const struct uc_call *call);
/* Writes the job down (and does the work where there is no runner); *out is its card. */
int job_start(struct uc_call *call, json_t **out, struct lt_error *err);
/* Removes results and cards past their term. */
int job_purge(struct lt_app *app, struct lt_error *err);

#endif
