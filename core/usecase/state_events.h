/* The list of events that count for the state register of gifted pupils (resolution of the Government No. 1738 of 19.10.2023): the school's data, in
 * editions, each with its source and the days it holds. Nothing of it comes with the program. */
#ifndef LT_USECASE_STATE_EVENTS_H
#define LT_USECASE_STATE_EVENTS_H

#include "usecase/call.h"

/* olympiad events: the edition that holds and those before it. */
int state_events_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
/* olympiad events_set: from a JSON file, a text of a title a line, or the field `events`. */
int state_events_set(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

/* {comparable title: [{edition, from, to?, level?}]} of all editions, newest first; NULL when the school has none or memory ends. */
json_t *state_events_by_title(struct uc_call *call);
/* The edition by which an event of that day and level counts, or NULL. event: its name without subject or profile; may be NULL. */
const char *state_events_edition(const json_t *by_title, const char *title, const char *event, const char *level, const char *date);

#endif
