/* Dates as people and spreadsheets write them (docs/importing.md). Serial numbers of spreadsheets are the
 * table reader's. Pure, any thread. */
#ifndef LT_MODEL_WHEN_H
#define LT_MODEL_WHEN_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

enum model_when_order {
    MODEL_WHEN_UNKNOWN, /* day first, with the remark `ambiguous` where both numbers are ≤ 12 and the sign is
                           "/" */
    MODEL_WHEN_DAY_FIRST, /* decided by the column */
    MODEL_WHEN_MONTH_FIRST
};

enum model_when_window {                   /* how a year of two digits is completed */
                         MODEL_WHEN_EVENT, /* the latest year not after the file's year + 1 */
                         MODEL_WHEN_BIRTH  /* 5–20 years before the file's year; outside: the remark
                                              year_unsure */
};

enum model_when_remark {                                /* bits */
                         MODEL_WHEN_AMBIGUOUS = 1 << 0, /* 03/04/2010: decide by the whole column */
                         MODEL_WHEN_TWO_DIGIT = 1 << 1, /* the century was added */
                         MODEL_WHEN_YEAR_UNSURE = 1 << 2,
                         MODEL_WHEN_LETTERS = 1 << 3, /* О or З read as 0 or 3 */
                         MODEL_WHEN_TIME = 1 << 4,    /* a time of day was dropped */
                         MODEL_WHEN_MONTH_FIRST_READ = 1 << 5
};

struct model_when_options {
    enum model_when_order order;
    enum model_when_window window;
    int file_year; /* calendar year the file belongs to; 0: no window, a two-digit year is year_unsure in
                      2000+ */
};

struct model_when {
    struct lt_date date;
    unsigned remarks;
    const char
        *reason; /* message id "error.date.…" when not read: unreadable, no_such_day, no_year, month_name */
};

/* true and out->date, or false and out->reason. Empty text: false, reason "error.date.empty". */
bool model_when_parse(const char *text, const struct model_when_options *options, struct model_when *out);
/* "remark.date.ambiguous" … of one bit. */
const char *model_when_remark_id(unsigned bit);

/* Order of day and month over a column: feed every text, then ask. Contradicting texts give UNKNOWN. */
struct model_when_column {
    int day_first, month_first;
};
void model_when_column_add(struct model_when_column *c, const char *text);
enum model_when_order model_when_column_order(const struct model_when_column *c);

#endif
