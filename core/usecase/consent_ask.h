/* Consents as questions: what the family is asked, in whose words, and what a stranger would see. */
#ifndef LT_USECASE_CONSENT_ASK_H
#define LT_USECASE_CONSENT_ASK_H

#include "usecase/call.h"

/* Version of the texts consent.text.* of the catalogues. A change of their words is a new version: what was given rests on the old one. */
#define CONSENT_TEXT_VERSION "2026-11"

int consent_run_questions(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int consent_run_preview(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
