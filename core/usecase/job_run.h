/* Between job.c (the noun, what is written down) and job_run.c (the threads). */
#ifndef LT_USECASE_JOB_RUN_H
#define LT_USECASE_JOB_RUN_H

#include "usecase/call.h"

#define JOB_FILES_MOST 8

struct jobs;
struct jobs *jobs_new(void); /* NULL: memory */
void jobs_free(struct jobs *j); /* after lt_app_jobs_stop */

/* A job under way; on the stack of its thread. */
struct job_run {
    struct job_run *next;
    char id[LT_ID_SIZE];
    int tries;
    int begun; /* how often, this time among them: more than once after restarts of the program */
    atomic_int done, total;
    atomic_bool cancelled, paused;
};

/* Who a job is done for: in struct uc_request instead of a login or token. account NULL: the owner of the folder. */
struct uc_resumed {
    struct job_run *run;
    const char *account, *scope;
};

/* Does the queued job in this thread. */
void job_do_here(struct lt_app *app, const char *id);
/* Waits until nothing is queued or runs here. */
void jobs_wait(struct lt_app *app);
/* Was the runner told to stop? */
bool jobs_stopping(struct lt_app *app);
/* False: there is no runner. */
bool job_enqueue(struct lt_app *app, const char *id);
/* Asks a running job to end; false: it does not run. */
bool job_stop_running(struct lt_app *app, const char *id);
/* How far a running job is; false: it does not run. */
bool job_look(struct lt_app *app, const char *id, int *done, int *total, bool *cancelling);

/* DATA/spool/jobs/<id>.<what>: in0…, out */
bool job_path(const struct lt_app *app, const char *id, const char *what, char out[4200]);
int job_folder(const struct lt_app *app, struct lt_error *err);
void job_forget_files(const struct lt_app *app, const char *id, bool result);

#endif
