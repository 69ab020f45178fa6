/* Files of a record: looked at, measured against limits and quota, put into the repository under a name of our own. */
#ifndef LT_USECASE_ATTACH_H
#define LT_USECASE_ATTACH_H

#include "usecase/call.h"

/* What a file turned out to be, before any writer lock is taken (the child process may take a second). */
struct attached {
    const struct uc_input_file *file;
    char name[256];    /* the name as given, tidied */
    char mime[96];
    char extension[8];
    uint64_t size;
};

/* Inspects the call's files named by in[field]; *out is an array of *len, to be freed. Refusals of media.h, and "file.over_limit". */
int attach_inspect(struct uc_call *call, const json_t *in, const char *field, struct attached **out, size_t *len,
                   struct lt_error *err);

/* Puts the files under <dir>/files/<nn>.<ext> and appends {path, name, sha256, size, type} to doc["files"]. The same bytes already
 * in the portfolio: LT_CONFLICT "file.duplicate" (name, entry) unless allow_same. Over the quota: LT_REFUSED "file.quota". */
int attach_store(struct uc_tx *tx, struct uc_call *call, const char *repo, const char *dir, json_t *doc,
                 const struct attached *files, size_t len, bool allow_same, struct lt_error *err);

#endif
