/* A portfolio taken away: as a git bundle with its signed history, or as a ZIP of files and readable documents. Both fill the call's stream from
 * an unnamed file of the spool folder, so that memory does not grow with the portfolio. */
#ifndef LT_USECASE_EXPORT_H
#define LT_USECASE_EXPORT_H

#include "usecase/call.h"

/* fresh: one signed root commit of the newest state instead of the history. */
int export_bundle(struct uc_call *call, const char *pupil, bool fresh, struct lt_error *err);
int export_zip(struct uc_call *call, const char *pupil, struct lt_error *err);

#endif
