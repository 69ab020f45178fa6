/* A write repeated with the id of its request is not done twice: a caller that lost its connection may ask again. What was done is known
 * from the access log (its row rides in the flush of the change); rows that have not moved into system.db yet are remembered here. */
#ifndef LT_USECASE_REPEAT_H
#define LT_USECASE_REPEAT_H

#include "usecase/call.h"

struct repeats;
struct repeats *repeats_new(void); /* NULL: memory */
void repeats_free(struct repeats *r);

/* LT_CONFLICT "request.done" when this actor's use case with this request id was done already. */
int repeats_check(struct uc_call *call, struct lt_error *err);
/* Notes that it was done; now and then the gathered rows of the access log are moved. */
void repeats_note(struct uc_call *call);

#endif
