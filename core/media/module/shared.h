/* Private to the modules of this folder: a job, its input and its refusals. */
#ifndef LT_MEDIA_MODULE_SHARED_H
#define LT_MEDIA_MODULE_SHARED_H

#include "media/wire.h"
#include "sandbox/module.h"

struct job {
    struct sandbox_io *io;
    const json_t *args;
    struct lt_error *err;
    const unsigned char *data; /* the whole file, mapped */
    size_t len;
};

struct job_kind {
    const char *name; /* the value of "do" */
    int (*run)(struct job *j);
};

/* Maps the input, finds the job by "do" in the list (ended by a NULL name), runs it. */
int job_run(const struct job_kind *kinds, struct sandbox_io *io, const json_t *args, int fd, struct lt_error *err);
int job_answer(struct job *j, json_t *steals);
/* LT_REFUSED "file.<code>" with the name of the file and, if not NULL, a limit. */
int job_refuse(struct job *j, const char *code, const char *limit);

#endif
