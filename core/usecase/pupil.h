/* Pupils' documents, for the noun and for the import of rosters. Nothing here writes: the documents given are changed. */
#ifndef LT_USECASE_PUPIL_H
#define LT_USECASE_PUPIL_H

#include "usecase/call.h"

#define PUPIL_PATH "pupil.json"
#define PUPIL_CLASSES_PATH "classes.json"

/* A new card from the fields of `in` (surname, name, patronymic, sex, birth, number, study_form, document_*). */
int pupil_new(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
/* Puts the card's fields given in `in` over the card; a changed name goes to former_names with the day before `on`. */
int pupil_take_fields(json_t *card, const json_t *in, struct lt_date on, struct lt_error *err);

/* Ends the class term running on `from` the day before and begins one of the class document; basis: a word of class_basis. The same class
 * again is LT_REFUSED "pupil.same_class". */
int pupil_place(json_t *classes, const json_t *klass, struct lt_date from, const char *basis, const char *order,
                struct lt_error *err);
/* Ends class and group terms that run on `on`: the last day is `on`. */
int pupil_end_terms(json_t *classes, struct lt_date on, struct lt_error *err);
/* Form of study from a day on. */
int pupil_study(json_t *card, const char *form, struct lt_date from, struct lt_error *err);

int pupil_put_both(struct uc_tx *tx, const char *pupil, json_t *card, json_t *classes, struct lt_error *err);
int pupil_get_both(struct uc_tx *tx, const char *pupil, json_t **card, json_t **classes, struct lt_error *err);

#endif
