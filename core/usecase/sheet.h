/* Any list as a workbook: every list has the field `xlsx`, and the dispatcher answers it here. */
#ifndef LT_USECASE_SHEET_H
#define LT_USECASE_SHEET_H

#include "usecase/call.h"

/* Runs the list page by page, as the caller's own filters and rights have it, and answers with an XLSX: the row's columns with their labels,
 * values in words. LT_REFUSED "list.sheet_long" above 20 000 rows. */
int sheet_answer(struct uc_call *call, struct lt_error *err);

#endif
