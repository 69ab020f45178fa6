/* Public copies of an entry's pictures: the only form in which a picture leaves the school (model/mask.h).
 *
 * What people decided stands in entries/<yyyy>/<id>/mask.json; the picture itself is derived: drawn anew in a child without rights, the areas
 * painted over before it is encoded, and kept in cache/ beside the previews (file.h), from where it may be removed at any time. An item
 * names the bytes it was made for, so that a changed file has no public copy until somebody looks at it. */
#ifndef LT_USECASE_MASK_H
#define LT_USECASE_MASK_H

#include "usecase/call.h"

#include "model/mask.h"

#define MASK_KEY 33

/* The document of an entry; *out NULL where there is none. */
int mask_read(struct uc_call *call, const char *entry, json_t **out, struct lt_error *err);
/* Short name of what stands in a document: the same for the same, in letters fit for a file name. */
int mask_key(const json_t *doc, char out[MASK_KEY], struct lt_error *err);

/* Adds "masks" to an entry that is shown to those who may read it: the pages of its files (of both faces) that have a public copy. */
int mask_tell(struct uc_call *call, json_t *shown, struct lt_error *err);

int mask_run_make(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int mask_run_take_back(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
