/* Time as a dependency: everything that asks for the time asks a struct lt_clock, which a test can set. Instants are
 * milliseconds since 1970-01-01T00:00:00Z. Civil dates are proleptic Gregorian. The school's time zone is an offset
 * from UTC in minutes kept in the clock (Moscow by default, +180; Russian zones have no summer time). */
#ifndef LT_BASE_CLOCK_H
#define LT_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct lt_clock {
    int64_t (*now_ms)(void *ctx);
    void *ctx;
    int offset_minutes;
};

/* The system's clock. The variable LETOPIS_TEST_NOW (RFC 3339) is NOT read here; tests set their own clock. */
void lt_clock_system(struct lt_clock *out, int offset_minutes);
int64_t lt_clock_now(const struct lt_clock *c);

struct lt_date {
    int year, month, day; /* 2026, 1..12, 1..31; all zero = no date */
};

struct lt_date lt_clock_today(const struct lt_clock *c);
struct lt_date lt_date_of_ms(int64_t ms, int offset_minutes);
bool lt_date_valid(struct lt_date d);
bool lt_date_none(struct lt_date d);
int lt_date_cmp(struct lt_date a, struct lt_date b);
int32_t lt_date_days(struct lt_date d); /* days since 1970-01-01 */
struct lt_date lt_date_from_days(int32_t days);
struct lt_date lt_date_add_days(struct lt_date d, int32_t n);
/* Years completed on `on` by somebody born on `birth`; a birthday of 29 February falls on 1 March in other years.
 * -1 before the birth or without one of the dates: under every limit of age. */
int lt_date_age(struct lt_date birth, struct lt_date on);

/* "2026-03-05". Parse: exactly that form and a date that exists; false otherwise. */
#define LT_DATE_SIZE 11
bool lt_date_parse(const char *s, struct lt_date *out);
char *lt_date_format(struct lt_date d, char out[LT_DATE_SIZE]); /* "" for no date; returns out */

/* "2026-03-05T10:11:12.345Z" */
#define LT_INSTANT_SIZE 25
char *lt_instant_format(int64_t ms, char out[LT_INSTANT_SIZE]); /* returns out */
bool lt_instant_parse(const char *s, int64_t *out_ms);           /* with or without fraction, Z or an offset */

/* Is `on` within [from, to]? An absent bound is open; both ends belong to the term. Bounds are date texts, NULL or
 * empty; one that cannot be read closes the term, and no date is in no term. */
bool lt_date_in(struct lt_date on, const char *from, const char *to);

#endif
