/* Answers of bytes that are made before they are given: an unnamed file of the spool folder, gone with the process. */
#ifndef LT_USECASE_SPOOL_H
#define LT_USECASE_SPOOL_H

#include "usecase/call.h"

/* Open for reading and writing, nowhere to be found by name. */
int spool_open(struct uc_call *call, int *fd, struct lt_error *err);
/* Takes fd, on failure too. */
int spool_answer(struct uc_call *call, int fd, const char *type, const char *name, struct lt_error *err);

/* A day as it is written on paper: «05.03.2026», in English as it stands. */
char *spool_day(enum lt_lang lang, const char *date, char out[LT_DATE_SIZE]);

/* A paper or a book (print/print.h) as the answer of the call; takes doc. name: of the file, without extension. */
int spool_pdf(struct uc_call *call, json_t *doc, const char *name, struct lt_error *err);
int spool_xlsx(struct uc_call *call, json_t *book, const char *name, struct lt_error *err);

#endif
