#include "usecase/settings.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 200 };

static const struct uc_setting_def defs[] = {
    {"file.max_mb", "20", NULL, 1, 100},
    {"portfolio.quota_mb", "500", NULL, 10, 100000},
    {"local.acts", "on", "on off", 0, 0},
    {"operator.kind", "public", "public private", 0, 0}, /* a private provider's records rest on the contract, not on the law */
    {"year.start", "09-01", NULL, 0, 0},
    {"consent.term", "08-31", NULL, 0, 0},
    {"import.remove_percent", "5", NULL, 0, 100},
    /* per cent of the participants of a class who are winners or prize-winners of the stage; 0: the status stands in the file or nowhere */
    {"olympiad.quota.school", "0", NULL, 0, 100},
    {"olympiad.quota.municipal", "0", NULL, 0, 100},
    {"olympiad.quota.regional", "0", NULL, 0, 100},
    /* tests for a badge of the first level of the GTO: not known from the sources; 0: the badge is not judged */
    {"gto.first_bronze", "0", NULL, 0, 12},
    {"gto.first_silver", "0", NULL, 0, 12},
    {"gto.first_gold", "0", NULL, 0, 12},
    {"slip.days", "30", NULL, 1, 365},
    {"session.days", "30", NULL, 1, 365},               /* families: sign in anew after that, and after being away so long */
    {"session.idle_days", "7", NULL, 1, 365},
    {"session.staff_hours", "12", NULL, 1, 720},
    {"session.staff_idle_minutes", "30", NULL, 5, 1440},
    {"factor.required", "none", "+none deputy_head director sysadmin", 0, 0}, /* roles that sign in with a code */
    /* copies: once a year by this day and after the end of each study period ("10-31 12-28"); and none is older than so many days (0: no matter) */
    {"backup.yearly", "01-25", NULL, 0, 0},
    {"backup.period_ends", "", "@", 0, 0},
    {"backup.days", "7", NULL, 0, 366},
    {"preview.cache_mb", "1024", NULL, 16, 1000000},
    /* printed on slips and forms (Roskomnadzor's order 18 names the operator by them); empty: a line to write on */
    {"school.site", "", "*", 0, 0},
    {"school.address", "", "*", 0, 0},
    {"school.inn", "", "*", 0, 0},
    {"school.ogrn", "", "*", 0, 0},
    {"school.accent", "#1f4d6b", NULL, 0, 0},
};

const struct uc_setting_def *uc_settings(size_t *n)
{
    *n = LT_COUNT(defs);
    return defs;
}

const struct uc_setting_def *uc_setting_find(const char *name)
{
    for (size_t i = 0; i < LT_COUNT(defs); i++) {
        if (strcmp(defs[i].name, name) == 0) return &defs[i];
    }
    return NULL;
}

static bool has_word(const char *words, const char *value)
{
    size_t n = strlen(value);
    for (const char *w = words; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        if (strcspn(w, " ") == n && strncmp(w, value, n) == 0) return true;
    }
    return false;
}

static bool month_day(const char *s)
{
    char whole[LT_DATE_SIZE];
    struct lt_date d;
    return strlen(s) == 5 && lt_print(whole, sizeof whole, "2025-%s", s) && lt_date_parse(whole, &d);
}

/* Days of the year between blanks or commas; none is fine. */
static bool month_days(const char *s)
{
    char day[8];
    bool good = strlen(s) <= 120;
    for (s += strspn(s, " ,"); good && *s; s += strcspn(s, " ,"), s += strspn(s, " ,"))
        good = lt_print(day, sizeof day, "%.*s", (int)(strcspn(s, " ,") > 7 ? 7 : strcspn(s, " ,")), s) && month_day(day);
    return good;
}

static bool is_colour(const char *s)
{
    return strlen(s) == 7 && s[0] == '#' && strspn(s + 1, "0123456789abcdefABCDEF") == 6;
}

/* Several of the words behind the +, separated by commas. */
static int words_fit(const struct uc_setting_def *def, const char *value, struct lt_error *err)
{
    char word[40];
    const char *w = value + strspn(value, " ,");
    bool good = *w && strlen(value) < 80;
    for (; good && *w; w += strcspn(w, " ,"), w += strspn(w, " ,")) {
        good = lt_print(word, sizeof word, "%.*s", (int)strcspn(w, " ,"), w) && has_word(def->words + 1, word);
    }
    return good ? 0 : lt_fail(err, LT_USAGE, "setting.words", "name", def->name, "words", def->words + 1, (char *)NULL);
}

int uc_setting_check(const char *name, const char *value, struct lt_error *err)
{
    const struct uc_setting_def *def = uc_setting_find(name);
    if (!def) return lt_fail(err, LT_USAGE, "setting.unknown", "name", name, (char *)NULL);
    if (def->words && def->words[0] == '*')
        return lt_utf8_count(value) <= TEXT_MAX && !strpbrk(value, "\r\n") ? 0 : lt_fail(err, LT_USAGE, "setting.text", "name", name, "max", LT_NUM(TEXT_MAX), (char *)NULL);
    if (def->words && def->words[0] == '@')
        return month_days(value) ? 0 : lt_fail(err, LT_USAGE, "setting.month_days", "name", name, (char *)NULL);
    if (def->words && def->words[0] == '+') return words_fit(def, value, err);
    if (def->words && !has_word(def->words, value))
        return lt_fail(err, LT_USAGE, "setting.words", "name", name, "words", def->words, (char *)NULL);
    if (def->min || def->max) {
        char *end;
        errno = 0;
        long long n = strtoll(value, &end, 10);
        if (errno || *end || end == value || n < def->min || n > def->max)
            return lt_fail(err, LT_USAGE, "setting.range", "name", name, "min", LT_NUM(def->min), "max", LT_NUM(def->max),
                           (char *)NULL);
    }
    if (def->value[0] == '#') return is_colour(value) ? 0 : lt_fail(err, LT_USAGE, "setting.colour", "name", name, (char *)NULL);
    if (!def->words && !def->min && !def->max && !month_day(value))
        return lt_fail(err, LT_USAGE, "setting.month_day", "name", name, (char *)NULL);
    return 0;
}
