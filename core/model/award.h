/* Awards: the steps of a nomination and what a kind of award asks for. Pure rules, any thread.
 *
 * kind        {id, title, text, activity[], level, result[], count, state: active|closed}: level is the lowest that counts; an empty list or
 *             an absent level: anything does; count: how many verified entries of one school year
 * nomination  {id, pupil, kind, title, text, entries[], school_year, class, class_name, state, steps:[{act, at, by, comment}], ground}
 */
#ifndef LT_MODEL_AWARD_H
#define LT_MODEL_AWARD_H

#include <jansson.h>

/* The state after an act (word of award_act) on a nomination in `state` ("" for one not made yet); NULL: the act is not for this state. */
const char *model_award_next(const char *state, const char *act);

/* Filters of the list of entries that the kind asks for: {activity, level, result} as lists of words, without those it leaves open. New
 * reference, NULL when memory fails. */
json_t *model_award_filters(const json_t *kind);

#endif
