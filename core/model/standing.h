/* What of a person's roles the standing and the scope both read; private to model. */
#ifndef LT_MODEL_STANDING_H
#define LT_MODEL_STANDING_H

#include "model/rights.h"

/* Kinds of roles. */
enum model_role {
    MODEL_ROLE_NONE, /* not current, or not known */
    MODEL_ROLE_CLASS,
    MODEL_ROLE_TEACHER,
    MODEL_ROLE_DEPUTY,
    MODEL_ROLE_DIRECTOR,
    MODEL_ROLE_CLERK,
    MODEL_ROLE_SYSADMIN,
    MODEL_ROLE_DUTY
};
enum model_role model_role_kind(const json_t *role, struct lt_date on);
/* Roles of a person that are to be looked at that day: NULL once dismissed. */
const json_t *model_roles(const json_t *person, struct lt_date on);
/* Standing of a duty's word; 0 for an unknown one. */
uint64_t model_duty(const char *duty);
/* Only entries of this activity belong to the duty; NULL: no such limit. */
const char *model_duty_activity(uint64_t duty);

/* Sensitive records are for the family, the class teacher and the deputy head (P5 of the rules on personal
 * data); drafts of the family and what it took back for the family alone. */
#define MODEL_SENSITIVE_FOR                                                                                  \
    (MODEL_ST_LOCAL | MODEL_ST_FAMILY | MODEL_ST_CLASS_TEACHER | MODEL_ST_DEPUTY | MODEL_ST_DEPUTY_FULL)
#define MODEL_FAMILY_ONLY_FOR (MODEL_ST_LOCAL | MODEL_ST_FAMILY)

#endif
