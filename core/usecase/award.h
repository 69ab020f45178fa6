/* Between the files of award. */
#ifndef LT_USECASE_AWARD_H
#define LT_USECASE_AWARD_H

#include "usecase/call.h"
#include "usecase/table.h"

/* Verified entries that may be shown and that the actor may read, by filters of the list of entries (taken). */
int award_entries(struct uc_call *call, json_t *filters, json_t **items, struct lt_error *err);
/* {id, title, activity, level, result, subject, date} of a row of that list; NULL when memory fails. */
json_t *award_entry_brief(const json_t *row);

/* award_read.c */
int award_run_suggest(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int award_run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int award_run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
