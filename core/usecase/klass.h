/* Classes and groups as documents, for the nouns and for the import of rosters. */
#ifndef LT_USECASE_KLASS_H
#define LT_USECASE_KLASS_H

#include "usecase/call.h"

/* A new class document {id, year, number, letter, name, profile} from a name in any spelling of model/klass.h; LT_USAGE "class.name". */
int klass_new(struct uc_call *call, const char *name, int year, json_t **out, struct lt_error *err);
void klass_path(const json_t *klass, char out[VAULT_PATH_MAX]);
/* The class of a year by canonical name; *out NULL when there is none. */
int klass_find(struct uc_call *call, int year, const char *name, json_t **out, struct lt_error *err);
/* The school year of today by the school's setting. */
int klass_this_year(struct uc_call *call);

#endif
