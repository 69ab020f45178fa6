#include "base/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_MS    86400000LL
#define FIRST_DAY (-719162) /* 0001-01-01 */
#define LAST_DAY  2932896   /* 9999-12-31 */

static int64_t system_now(void *ctx)
{
    (void)ctx;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void lt_clock_system(struct lt_clock *out, int offset_minutes)
{
    *out = (struct lt_clock){.now_ms = system_now, .ctx = NULL, .offset_minutes = offset_minutes};
}

int64_t lt_clock_now(const struct lt_clock *c)
{
    return c->now_ms(c->ctx);
}

struct lt_date lt_clock_today(const struct lt_clock *c)
{
    return lt_date_of_ms(lt_clock_now(c), c->offset_minutes);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int32_t clamp_day(int64_t days)
{
    return days < FIRST_DAY ? FIRST_DAY : days > LAST_DAY ? LAST_DAY : (int32_t)days;
}

struct lt_date lt_date_of_ms(int64_t ms, int offset_minutes)
{
    /* the day first: adding the offset to an extreme instant would overflow */
    int64_t day = floor_div(ms, DAY_MS);
    int64_t rest = ms - day * DAY_MS + (int64_t)offset_minutes * 60000;
    return lt_date_from_days(clamp_day(day + floor_div(rest, DAY_MS)));
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool lt_date_valid(struct lt_date d)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (d.year < 1 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1) return false;
    return d.day <= lengths[d.month - 1] + (d.month == 2 && leap(d.year));
}

bool lt_date_none(struct lt_date d)
{
    return d.year == 0 && d.month == 0 && d.day == 0;
}

int lt_date_cmp(struct lt_date a, struct lt_date b)
{
    if (a.year != b.year) return a.year < b.year ? -1 : 1;
    if (a.month != b.month) return a.month < b.month ? -1 : 1;
    return (a.day > b.day) - (a.day < b.day);
}

/* Days and dates by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": the year begins in March,
 * so that the leap day is its last one. */
int32_t lt_date_days(struct lt_date d)
{
    int64_t y = (int64_t)d.year - (d.month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return clamp_day(era * 146097 + day_of_era - 719468);
}

struct lt_date lt_date_from_days(int32_t days)
{
    int64_t z = (int64_t)clamp_day(days) + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct lt_date d;
    d.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    d.month = (int)(month < 10 ? month + 3 : month - 9);
    d.year = (int)(year_of_era + era * 400 + (d.month <= 2));
    return d;
}

struct lt_date lt_date_add_days(struct lt_date d, int32_t n)
{
    return lt_date_from_days(clamp_day((int64_t)lt_date_days(d) + n));
}

int lt_date_age(struct lt_date birth, struct lt_date on)
{
    if (!lt_date_valid(birth) || !lt_date_valid(on) || lt_date_cmp(on, birth) < 0) return -1;
    /* 28 February is before the 29th and 1 March is after it: plain order does what the contract says */
    bool before = on.month != birth.month ? on.month < birth.month : on.day < birth.day;
    return on.year - birth.year - before;
}

/* Exactly n digits at *s, which moves on. */
static bool digits(const char **s, int n, int *out)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        char c = (*s)[i];
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    *s += n;
    *out = value;
    return true;
}

static bool literal(const char **s, char c)
{
    if (**s != c) return false;
    (*s)++;
    return true;
}

static bool date_at(const char **s, struct lt_date *out)
{
    struct lt_date d;
    if (!digits(s, 4, &d.year) || !literal(s, '-') || !digits(s, 2, &d.month) || !literal(s, '-') ||
        !digits(s, 2, &d.day) || !lt_date_valid(d))
        return false;
    *out = d;
    return true;
}

bool lt_date_parse(const char *s, struct lt_date *out)
{
    struct lt_date d;
    if (!s || !date_at(&s, &d) || *s) return false;
    *out = d;
    return true;
}

char *lt_date_format(struct lt_date d, char out[LT_DATE_SIZE])
{
    out[0] = '\0';
    if (lt_date_valid(d))
        snprintf(out, LT_DATE_SIZE, "%04u-%02u-%02u", (unsigned)d.year % 10000u, (unsigned)d.month % 100u,
                 (unsigned)d.day % 100u);
    return out;
}

char *lt_instant_format(int64_t ms, char out[LT_INSTANT_SIZE])
{
    if (ms < FIRST_DAY * DAY_MS) ms = FIRST_DAY * DAY_MS;
    if (ms > LAST_DAY * DAY_MS + DAY_MS - 1) ms = LAST_DAY * DAY_MS + DAY_MS - 1;
    int64_t day = floor_div(ms, DAY_MS);
    unsigned rest = (unsigned)(ms - day * DAY_MS);
    char date[LT_DATE_SIZE];
    snprintf(out, LT_INSTANT_SIZE, "%sT%02u:%02u:%02u.%03uZ",
             lt_date_format(lt_date_from_days((int32_t)day), date), rest / 3600000u % 24u,
             rest / 60000u % 60u, rest / 1000u % 60u, rest % 1000u);
    return out;
}

/* ".5", ".123456": milliseconds, what is finer is dropped. No fraction is 0. */
static bool fraction_at(const char **s, int *ms)
{
    *ms = 0;
    if (**s != '.') return true;
    (*s)++;
    int scale = 100, n = 0;
    for (; **s >= '0' && **s <= '9'; (*s)++, n++, scale /= 10)
        *ms += (**s - '0') * scale;
    return n > 0;
}

static bool zone_at(const char **s, int *minutes)
{
    *minutes = 0;
    if (literal(s, 'Z')) return true;
    int sign = **s == '+' ? 1 : **s == '-' ? -1 : 0;
    int h, m;
    if (!sign) return false;
    (*s)++;
    if (!digits(s, 2, &h) || !literal(s, ':') || !digits(s, 2, &m) || h > 23 || m > 59) return false;
    *minutes = sign * (h * 60 + m);
    return true;
}

bool lt_instant_parse(const char *s, int64_t *out_ms)
{
    struct lt_date d;
    int h, m, sec, ms, zone;
    if (!s || !date_at(&s, &d) || !literal(&s, 'T') || !digits(&s, 2, &h) || !literal(&s, ':') ||
        !digits(&s, 2, &m) || !literal(&s, ':') || !digits(&s, 2, &sec) || h > 23 || m > 59 || sec > 59)
        return false;
    if (!fraction_at(&s, &ms) || !zone_at(&s, &zone) || *s) return false;
    *out_ms = lt_date_days(d) * DAY_MS + ((int64_t)(h * 60 + m - zone) * 60 + sec) * 1000 + ms;
    return true;
}

bool lt_date_in(struct lt_date on, const char *from, const char *to)
{
    struct lt_date bound;
    if (!lt_date_valid(on)) return false;
    /* a bound that cannot be read closes the term: no right may follow from a damaged record */
    if (from && *from && (!lt_date_parse(from, &bound) || lt_date_cmp(on, bound) < 0)) return false;
    if (to && *to && (!lt_date_parse(to, &bound) || lt_date_cmp(on, bound) > 0)) return false;
    return true;
}
