/* Evidence for the admission to universities, by kinds (rules of admission: each university fixes its own list and values, so nothing is counted
 * here; 273-FZ art. 69 part 7). What an entry is evidence of, and what its proof still lacks. Pure, any thread. */
#ifndef LT_MODEL_ADMISSION_H
#define LT_MODEL_ADMISSION_H

#include "base/clock.h"

#include <jansson.h>

#define MODEL_ADMISSION_CLASS 9      /* from this class on the page is shown */
#define MODEL_ADMISSION_LATE_CLASS 10 /* results of olympiads and contests before it are often not counted */

/* Word of admission_kind the entry (entry.json) is evidence of; NULL: of none. */
const char *model_admission_kind(const json_t *entry);
/* Words of admission_missing: what a reader at a university would ask for. verified: the verified revision is the newest one. New array. */
json_t *model_admission_missing(const json_t *entry, const char *kind, bool verified);
/* The day after which some universities no longer count it (two years for olympiads and contests); none: no such day is known. */
struct lt_date model_admission_until(const json_t *entry, const char *kind);

#endif
