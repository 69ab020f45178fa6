/* Numbers and dates as texts. All in the C locale: the child never calls setlocale. */
#include "reader.h"

#include "base/clock.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL_OF_1970 25569

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* Length of the white space at s: ASCII, NBSP, narrow and figure spaces. 0 = none. */
static size_t space(const char *s, size_t len) {
    if (len >= 1 && (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r'))
        return 1;
    if (len >= 2 && memcmp(s, "\xc2\xa0", 2) == 0)
        return 2;
    if (len >= 3 && (memcmp(s, "\xe2\x80\xaf", 3) == 0 || memcmp(s, "\xe2\x80\x87", 3) == 0 || memcmp(s, "\xe2\x80\x89", 3) == 0))
        return 3;
    return 0;
}

/* "1234", "-3,25", "12.5", "1 234,50" (groups of three). Nothing else: "10-1", "9/10" and "1e5" are texts. */
bool value_of_text(const char *s, size_t len, double *out) {
    char plain[40];
    size_t n = 0, i = 0, step, groups = 0, run = 0, points = 0;
    while (i < len && (step = space(s + i, len - i)) > 0)
        i += step;
    while (len > i && (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '\n' || s[len - 1] == '\r'))
        len--;
    while (len >= i + 2 && memcmp(s + len - 2, "\xc2\xa0", 2) == 0)
        len -= 2;
    if (i < len && (s[i] == '-' || s[i] == '+'))
        plain[n++] = s[i++];
    for (; i < len; i += step) {
        step = 1;
        if (n >= sizeof plain - 2)
            return false;
        if (digit(s[i])) {
            plain[n++] = s[i];
            run++;
        } else if ((s[i] == '.' || s[i] == ',') && points++ == 0 && run > 0 && (groups == 0 || run == 3)) {
            plain[n++] = '.';
            run = 0;
        } else if (points == 0 && run > 0 && (step = space(s + i, len - i)) > 0 &&
                   (groups++ == 0 ? run <= 3 : run == 3))
            run = 0;
        else
            return false;
    }
    if (run == 0 || (groups > 0 && points == 0 && run != 3))
        return false;
    plain[n] = 0;
    *out = strtod(plain, NULL);
    return isfinite(*out);
}

bool value_parse_number(const char *s, double *out) {
    char *end;
    while (*s == ' ' || *s == '\n' || *s == '\t' || *s == '\r')
        s++;
    if (!digit(*s) && *s != '-' && *s != '+' && *s != '.') /* strtod would take "nan" and "inf" */
        return false;
    double v = strtod(s, &end);
    while (*end == ' ' || *end == '\n' || *end == '\t' || *end == '\r')
        end++;
    if (*end || !isfinite(v))
        return false;
    *out = v;
    return true;
}

/* "hh:mm", "hh:mm:ss" or with a fraction; a zone is ignored: cells have none. */
static bool parse_clock(const char *s, double *out) {
    char *end;
    long h = strtol(s, &end, 10);
    if (end == s || *end != ':' || h < 0 || h > 24)
        return false;
    const char *m_at = end + 1;
    long m = strtol(m_at, &end, 10);
    double sec = 0;
    if (end == m_at || m < 0 || m > 59)
        return false;
    if (*end == ':' && digit(end[1]))
        sec = strtod(end + 1, &end);
    if (sec < 0 || sec > 60 || (*end && *end != 'Z' && *end != '+' && *end != '-'))
        return false;
    *out = ((double)h * 3600 + (double)m * 60 + sec) / 86400;
    return true;
}

bool value_parse_iso(const char *s, double *out, bool *has_time) {
    char day[LT_DATE_SIZE];
    struct lt_date d;
    double part = 0;
    if (strlen(s) < 10)
        return false;
    memcpy(day, s, 10);
    day[10] = 0;
    if (!lt_date_parse(day, &d) || d.year < 1 || d.year > 9999)
        return false;
    *has_time = s[10] == 'T' || s[10] == ' ';
    if (s[10] && !(*has_time && parse_clock(s + 11, &part)))
        return false;
    *has_time = *has_time && part > 0; /* midnight is what programs write for no time at all */
    *out = (double)lt_date_days(d) + SERIAL_OF_1970 + part;
    return true;
}

bool value_parse_duration(const char *s, double *out) {
    double total = 0, sign = 1;
    bool in_time = false, any = false;
    if (*s == '-') {
        sign = -1;
        s++;
    }
    if (*s++ != 'P')
        return false;
    while (*s) {
        char *end;
        if (*s == 'T' && !in_time) {
            in_time = true;
            s++;
            continue;
        }
        if (!digit(*s))
            return false;
        double v = strtod(s, &end);
        if (*end == 'D' && !in_time)
            total += v * 86400;
        else if (*end == 'H' && in_time)
            total += v * 3600;
        else if (*end == 'M' && in_time)
            total += v * 60;
        else if (*end == 'S' && in_time)
            total += v;
        else
            return false;
        s = end + 1;
        any = true;
    }
    *out = sign * total / 86400;
    return any && isfinite(*out);
}
