#include "model/year.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct model_year_rule rule_or_default(const struct model_year_rule *rule)
{
    return rule && rule->month ? *rule : (struct model_year_rule){9, 1};
}

bool model_year_rule_parse(const char *setting, struct model_year_rule *out)
{
    if (!setting || !*setting) {
        *out = (struct model_year_rule){9, 1};
        return true;
    }
    /* a year without 29 February: the first day must exist every year */
    char text[16];
    struct lt_date d;
    if (strlen(setting) != 5 || !lt_print(text, sizeof text, "2001-%s", setting) || !lt_date_parse(text, &d))
        return false;
    *out = (struct model_year_rule){d.month, d.day};
    return true;
}

struct lt_date model_year_first(int year, const struct model_year_rule *rule)
{
    struct model_year_rule r = rule_or_default(rule);
    return (struct lt_date){year, r.month, r.day};
}

struct lt_date model_year_last(int year, const struct model_year_rule *rule)
{
    return lt_date_add_days(model_year_first(year + 1, rule), -1);
}

int model_year_of(struct lt_date on, const struct model_year_rule *rule)
{
    return lt_date_cmp(on, model_year_first(on.year, rule)) >= 0 ? on.year : on.year - 1;
}

char *model_year_text(int year, char out[MODEL_YEAR_SIZE])
{
    snprintf(out, MODEL_YEAR_SIZE, "%d/%02d", year, (year + 1) % 100);
    return out;
}

/* Four digits at s, or -1. */
static int four_digits(const char *s)
{
    int n = 0;
    for (int i = 0; i < 4; i++) {
        if (s[i] < '0' || s[i] > '9') return -1;
        n = n * 10 + (s[i] - '0');
    }
    return n;
}

/* Length in bytes of "/", "-" or a dash, with spaces around; 0 when there is none. */
static size_t year_sign(const char *s)
{
    static const char *const signs[] = {"/",
                                        "-",
                                        "\xE2\x80\x90",
                                        "\xE2\x80\x91",
                                        "\xE2\x80\x92",
                                        "\xE2\x80\x93",
                                        "\xE2\x80\x94",
                                        "\xE2\x88\x92",
                                        NULL};
    size_t before = strspn(s, " ");
    for (size_t i = 0; signs[i]; i++) {
        if (lt_starts(s + before, signs[i]))
            return before + strlen(signs[i]) + strspn(s + before + strlen(signs[i]), " ");
    }
    return 0;
}

/* After the year only words about a school year may follow. */
static bool year_tail(const char *s)
{
    s += strspn(s, " ");
    return !*s || lt_starts(s, "уч") || lt_starts(s, "г") || lt_starts(s, "school");
}

bool model_year_parse(const char *s, int *out)
{
    char *tidy = s ? lt_tidy(s) : NULL;
    if (!tidy) return false;
    bool ok = false;
    int first = strlen(tidy) >= 4 ? four_digits(tidy) : -1;
    if (first >= 1900 && first < 2200) {
        const char *p = tidy + 4;
        size_t sign = year_sign(p);
        int second = first + 1;
        if (sign) {
            p += sign;
            size_t digits = strspn(p, "0123456789");
            second = digits == 4 ? four_digits(p) : digits == 2 ? first - first % 100 + atoi(p) : -1;
            if (digits == 2 && first % 100 == 99) second += 100;
            p += digits;
        }
        ok = second == first + 1 && (*p < '0' || *p > '9') && year_tail(p);
    }
    free(tidy);
    if (ok) *out = first;
    return ok;
}

const char *model_study_level(int class_number)
{
    if (class_number < 1 || class_number > 12) return NULL;
    return class_number <= 4 ? "noo" : class_number <= 9 ? "ooo" : "soo";
}

struct lt_date model_term_end(struct lt_date from, const struct model_year_rule *rule)
{
    return model_year_last(model_year_of(from, rule), rule);
}

struct lt_date model_birthday(struct lt_date birth, int n)
{
    struct lt_date d = {birth.year + n, birth.month, birth.day};
    if (!lt_date_none(birth) && !lt_date_valid(d)) d = (struct lt_date){d.year, 3, 1};
    return d;
}
