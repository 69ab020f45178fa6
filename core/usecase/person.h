/* People as documents, for the nouns and for the import of rosters. Nothing here writes. */
#ifndef LT_USECASE_PERSON_H
#define LT_USECASE_PERSON_H

#include "usecase/call.h"

void person_path(const char *id, char out[VAULT_PATH_MAX]);
/* From surname, name, patronymic, phone, email, number. */
int person_new(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int person_take_fields(json_t *doc, const json_t *in, struct lt_error *err);
/* Appends {id, role, class, group, programme, subject, levels, areas, duty, from (today by default), to, order}. */
int person_add_role(struct uc_call *call, json_t *doc, const json_t *in, struct lt_error *err);

/* May this person be named beside the achievements of pupils they prepared? (naming.c) */
bool person_named(const json_t *person);
int person_run_naming(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
