/* School years, levels of education and the terms that hang on them. A school year is named by its starting
 * year: 2026 is 2026/27. Pure functions, any thread. */
#ifndef LT_MODEL_YEAR_H
#define LT_MODEL_YEAR_H

#include "base/clock.h"

/* First day of the school year: 1 September unless the school's setting "year.start" ("09-01") says
 * otherwise. */
struct model_year_rule {
    int month, day; /* both 0: 1 September */
};
bool model_year_rule_parse(const char *setting,
                           struct model_year_rule *out); /* NULL or "" gives the default */

/* `rule` may be NULL everywhere: 1 September. */
int model_year_of(struct lt_date on, const struct model_year_rule *rule);
struct lt_date model_year_first(int year, const struct model_year_rule *rule);
struct lt_date model_year_last(int year, const struct model_year_rule *rule); /* 31 August by default */

/* "2026/27"; parse takes 2026/27, 2026/2027, 2026-27, 2026-2027 with any dash, a lone 2026, and words after
 * it («2026/2027 учебный год», «уч. г.»). */
#define MODEL_YEAR_SIZE 16
char *model_year_text(int year, char out[MODEL_YEAR_SIZE]);
bool model_year_parse(const char *s, int *out);

/* noo 1-4, ooo 5-9, soo 10-11 (art. 66 of 273-FZ; 12 counts as soo for evening schools); NULL for other
 * numbers. */
const char *model_study_level(int class_number);

/* Last day of a term that begins on `from` and was given no end: the nearest last day of a school year,
 * `from` included. */
struct lt_date model_term_end(struct lt_date from, const struct model_year_rule *rule);

/* The nth birthday. Someone born on 29 February has it on 1 March in other years, as lt_date_age counts. */
struct lt_date model_birthday(struct lt_date birth, int n);

#endif
