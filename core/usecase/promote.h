/* Promotion to the next school year: a plan that is shown, and the same plan carried out in one transaction. */
#ifndef LT_USECASE_PROMOTE_H
#define LT_USECASE_PROMOTE_H

#include "usecase/call.h"

/* Classes 1-8 and 10 go up, 9 and 11 leave by order; per pupil: repeats, goes on conditionally, is left out of the plan, goes on from 9 to 10. Answers
 * {"year", "next", "apply", "counts":{promoted, conditional, repeat, left, stay_out}, "items":[{pupil, name, from, to, what}], "classes":[new class names]}. Nothing
 * changes without apply. */
int promote_run(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
