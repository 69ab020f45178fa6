/* Relations of guardians; private to model. */
#ifndef LT_MODEL_RELATION_H
#define LT_MODEL_RELATION_H

#include "base/clock.h"

#include <jansson.h>

/* Rights that all current relations whose `key` is `id` leave on together; 0 when there is none. With no
 * birth date given each relation's own pupil_birth counts. */
unsigned model_relations_rights(const json_t *relations, const char *key, const char *id,
                                struct lt_date pupil_birth, struct lt_date on);
struct lt_date model_birth_of(const json_t *pupil);
struct lt_date model_relation_birth(const json_t *relation); /* its pupil_birth, or birth */

#endif
