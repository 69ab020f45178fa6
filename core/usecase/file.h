/* Files of entries: found by their path, and the previews made of them. */
#ifndef LT_USECASE_FILE_H
#define LT_USECASE_FILE_H

#include "usecase/call.h"

/* The file that the call's target entry has at in["path"] (without it: its first one), as {path, name, sha256, size, type}, borrowed. Only what a
 * revision names is there: the newest, or the verified one that others are shown; else LT_NOTFOUND "file.absent". */
struct file_place {
    const json_t *item;
    char repo[64], path[VAULT_PATH_MAX];
};
int file_find(struct uc_call *call, const json_t *in, struct file_place *out, struct lt_error *err);
/* The same of any entry and a file its document names (borrowed into out). */
int file_place_of(struct uc_call *call, const char *entry, const json_t *item, struct file_place *out, struct lt_error *err);

/* Previews are kept in DATA/cache/previews/<ab>/<blob>-<size>-<page>, where <blob> is the git name of the file's bytes and <ab> its last two
 * digits; public copies beside them, with the key of their areas at the end. The folder may be removed at any time. */
struct previews;
struct previews *previews_new(void); /* NULL: memory */
void previews_free(struct previews *p);
int file_run_preview(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
/* Answers (call->stream) with a page of the file as a picture, these areas [{x, y, w, h}] painted over (model/mask.h); kept like previews.
 * patient: waits for its turn however many do. */
int file_give_copy(struct uc_call *call, const struct file_place *place, unsigned side, unsigned page, const json_t *areas, bool patient,
                   struct lt_error *err);
/* Erasure: no preview of these bytes is left, nor comes from one that is being made now. */
int previews_forget(struct lt_app *app, const char *blob, struct lt_error *err);
/* Removes the longest unused ones where all together are over the limit (MiB). */
void previews_sweep(struct lt_app *app, long long limit_mb);

#endif
