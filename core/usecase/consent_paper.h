/* Consents on paper: forms with a QR each, signed sheets scanned in a batch and entered by a person who compares them. */
#ifndef LT_USECASE_CONSENT_PAPER_H
#define LT_USECASE_CONSENT_PAPER_H

#include "usecase/call.h"

/* What the QR of a form says: "LTC1 <form id> <pupil id> <purpose> <channel id or ->". No name, no date of birth. */
#define CONSENT_CODE_MARK "LTC1"
struct consent_code {
    char form[LT_ID_SIZE], pupil[LT_ID_SIZE], purpose[32], target[LT_ID_SIZE]; /* target "": none */
};
bool consent_code_parse(const char *text, struct consent_code *out);

int consent_run_form(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int consent_run_scan(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int consent_run_scanned(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int consent_run_page(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int consent_run_enter(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int consent_run_drop(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

/* Batches older than seven days go. */
int consent_scan_purge(struct lt_app *app, int64_t now, struct lt_error *err);

/* Of consent.c: giving and the second signature, as the rows do them. */
int consent_run_give(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int consent_run_confirm(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
/* The day a consent signed on `signed_on` ends where none is named (setting consent.term). out: LT_DATE_SIZE. */
void consent_term(struct uc_call *call, const char *from, char out[32]);

#endif
