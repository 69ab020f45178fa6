/* Links that show a portfolio to whoever has them. Only the SHA-256 of the token is kept; it is given out once, when the link is made. */
#ifndef LT_USECASE_SHARE_H
#define LT_USECASE_SHARE_H

#include "usecase/call.h"

/* What a working token opens; everything owned. */
struct share_open {
    json_t *share, *card, *consents;
    json_t *fields; /* that nobody refuses */
};
/* LT_NOTFOUND "share.absent" alike for what never was, has ended, was closed or does not work today; LT_DENIED "share.too_often" {seconds} after
 * many wrong tokens in one minute. Notes the pupil for the access log. */
int share_open(struct uc_call *call, const char *token, struct share_open *out, struct lt_error *err);
void share_open_clear(struct share_open *o);

/* Rows of "showable" that the link shows: [{verified, fields, more}] for publish_item. */
int share_entries(struct uc_call *call, const struct share_open *o, json_t **out, struct lt_error *err);

int share_run_picture(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int share_run_pictures(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
int share_run_open(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);

#endif
