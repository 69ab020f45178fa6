/* The documents of people who call again and again: read and parsed once, until the school, a guardian or the day changes. */
#ifndef LT_USECASE_KNOWN_H
#define LT_USECASE_KNOWN_H

#include "usecase/call.h"

struct known;
struct known *known_new(void); /* NULL: memory */
void known_free(struct known *k);

/* Fills person, relations, programme_groups, events and kind of an actor whose id, turn and day stand, from what was kept under the same three.
 * The documents are shared: they are read, never changed. Any thread. */
bool known_get(struct known *k, struct uc_actor *actor);
void known_clear(struct known *k); /* forgets all */
/* Keeps them. `actor->turn` is of before they were read. */
void known_put(struct known *k, const struct uc_actor *actor);

#endif
