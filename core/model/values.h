/* Named sets of words: the standard codes that stand in documents. A school may put an own label over a code
 * (school.json `labels`), it never adds a code. Labels of the program: "label.<set>.<word>" in the
 * catalogues, through lt_label(). Every function is pure and may be called from any thread. */
#ifndef LT_MODEL_VALUES_H
#define LT_MODEL_VALUES_H

#include <stdbool.h>
#include <stddef.h>

/* Sets: level, section, activity, kind (of an entry), result, stage, format, participation, badge,
 * document_kind, ground, source, entry_state, entry_act, entry_mark (hidden, disputed: shown beside the
 * state), verification_act, dispute_kind, dispute_outcome, role, duty, guardian_kind, guardian_right,
 * study_form, study_level (noo, ooo, soo), programme_kind, class_basis, sex, pupil_state, event_state,
 * review_kind, review_state, consent_purpose, consent_field, consent_state, consent_who, consent_how,
 * account_kind, account_state, channel_state, publication_state, import_state, import_outcome. */

/* The words of a set in the order in which people expect them; ended by NULL as well. NULL for an unknown
 * set. */
const char *const *model_values(const char *set, size_t *n);
bool model_value_known(const char *set, const char *word);
/* Place of the word in its set, or -1: levels, stages and results compare by it. */
int model_value_rank(const char *set, const char *word);
/* Name of the i-th set, NULL past the end. */
const char *model_value_set(size_t i);

#endif
