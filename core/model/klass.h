/* Names of classes in the forms met in files (docs/importing.md): «9А», «9 "А"», «9-а», «9A» in Latin
 * letters, «IX А», «10/1», «10-1», «09А», «9А класс», «9 кл. А», «10А физ. мат.». Pure, any thread. */
#ifndef LT_MODEL_KLASS_H
#define LT_MODEL_KLASS_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

enum model_klass_certainty {
    MODEL_KLASS_NO,    /* not the name of a class */
    MODEL_KLASS_MAYBE, /* a person decides: `hint` says what is doubtful */
    MODEL_KLASS_SURE
};

struct model_klass {
    enum model_klass_certainty certainty;
    int number;       /* 1..12 */
    char letter[12];  /* "А" in upper-case Cyrillic, or the parallel's number "1"; "" for a number alone */
    char profile[96]; /* «физ. мат.», as written */
    char name[24];    /* canonical: «9А», «10/1», «9» */
    const char *hint; /* message id "remark.class.…", or NULL */
};

/* Hints: remark.class.number_only (SURE: ВсОШ lists give the number alone), remark.class.latin_letter (SURE),
 * remark.class.latin_b (MAYBE: Latin B may stand for Б as well as В), remark.class.date (MAYBE: a spreadsheet
 * turned 10-1 into a date), remark.class.decimal (MAYBE: 10.1), remark.class.ordinal (MAYBE: «9-й»: number or
 * letter), remark.class.unusual (MAYBE: «10ФМ», «9А1»), remark.class.number (NO: out of 1..12),
 * remark.class.unreadable
 * (NO). 9М and 9Ж of physical education lists are the caller's context: here they are letters. */
void model_klass_parse(const char *text, struct model_klass *out);

/* A date met where a class was expected: 10 January or 1 October give a MAYBE of 10/1. */
void model_klass_from_date(struct lt_date date, struct model_klass *out);

/* «9А», «10/1»: number and letter (or number of the parallel). */
void model_klass_name(int number, const char *letter, char out[24]);

/* Name of the same class next year: «9А» → «10А»; false when it does not go up by itself (9 and 11 leave by
 * order). */
bool model_klass_next(const char *name, char out[24]);

/* Order of classes in lists: by number, then letter (Ё after Е), then number of the parallel. */
int model_klass_cmp(const char *a, const char *b);

#endif
