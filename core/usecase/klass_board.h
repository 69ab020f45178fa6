/* What a class teacher sees of the whole class: the board, who has an account, who gave which consent. Rows of the noun class. */
#ifndef LT_USECASE_KLASS_BOARD_H
#define LT_USECASE_KLASS_BOARD_H

#include "usecase/call.h"

int klass_run_board(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int klass_run_accounts(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int klass_run_consents(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

/* Pupils of the class today, by name, of whom the right lets the caller know. */
int klass_pupils(struct uc_call *call, const char *klass, json_t **out, struct lt_error *err);
/* Those in whose hands the class's papers come: [{pupil, pupil_name, subject, kind: pupil|guardian, name, relation}], each pupil, then the guardians. */
int klass_people(struct uc_call *call, const char *klass, json_t **out, struct lt_error *err);
/* The same of one pupil. */
int klass_people_of(struct uc_call *call, const char *pupil, json_t **out, struct lt_error *err);
/* State of an account for lists: none, issued, expired, confirmed, disabled; "issued" until its slip was used, then "used". */
const char *klass_account_state(const struct uc_call *call, const struct sys_account *a);

#endif
