/* Public copies: which pages of an entry's files may be seen outside the school, and what is painted over on them.
 *
 * mask.json is {pages:[{path, page, sha256, areas:[{x, y, w, h}], by, at}]}. An item is one page of one file, named by the file's path and the
 * SHA-256 of its bytes: it says nothing of other bytes. A page without an item is shown to nobody outside; one without areas was looked at
 * and may be seen as it is. Areas are measured in ten-thousandths of the width and height of the page as people see it (upright, after
 * the orientation the camera noted), from its upper left corner: numbers hold for every size the page is drawn in. Pure, any thread. */
#ifndef LT_MODEL_MASK_H
#define LT_MODEL_MASK_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

#define MODEL_MASK_UNIT  10000
#define MODEL_MASK_AREAS 60  /* of a page */
#define MODEL_MASK_PAGES 500 /* of an entry */

/* texts "x,y,w,h" → [{x, y, w, h}], new reference. LT_USAGE "mask.area" {area} where one is not four whole numbers of an area inside the page,
 * "mask.too_many" {max}. NULL texts: an empty array. */
int model_mask_areas(const json_t *texts, json_t **out, struct lt_error *err);

/* The item of this page (from 1) of a file {path, sha256, …}; NULL: it has no public copy. */
const json_t *model_mask_page(const json_t *mask, const json_t *file, int64_t page);
/* Does the item belong to one of these files? */
bool model_mask_of(const json_t *item, const json_t *files);

/* Every page of these files that may be seen, in the order of files and pages: [{path, type, page, areas}], borrowed parts. NULL: memory. */
json_t *model_mask_shown(const json_t *mask, const json_t *files);

#endif
