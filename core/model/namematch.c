#include "model/names.h"

#include "model/chars.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Keys of the three parts of both names, strict and loose, and the texts in lower case. */
struct keys {
    char *strict[3], *loose[3], *lower[3];
};

static char *lower_of(const char *s)
{
    char *tidy = lt_tidy(s);
    uint32_t p[400];
    int n = tidy ? model_points(tidy, p, 400) : -1;
    for (int i = 0; i < n; i++)
        p[i] = model_lower(p[i]);
    char out[1601];
    bool ok = n >= 0 && model_utf8(p, n, out, sizeof out);
    free(tidy);
    return ok ? lt_strdup(out) : NULL;
}

static void keys_free(struct keys *k)
{
    for (int i = 0; i < 3; i++) {
        free(k->strict[i]);
        free(k->loose[i]);
        free(k->lower[i]);
    }
}

static bool keys_of(const struct model_name *n, struct keys *k)
{
    const char *parts[3] = {n->surname, n->name, n->patronymic};
    bool ok = true;
    for (int i = 0; i < 3; i++) {
        k->strict[i] = model_name_key(parts[i]);
        k->loose[i] = model_name_key_loose(parts[i]);
        k->lower[i] = lower_of(parts[i] ? parts[i] : "");
        ok = ok && k->strict[i] && k->loose[i] && k->lower[i];
    }
    return ok;
}

static bool is_initial(const char *key)
{
    return *key && lt_utf8_count(key) == 1;
}

/* One is the first letter of the other (or both are that letter). */
static bool initial_fits(const char *a, const char *b)
{
    if (!is_initial(a) && !is_initial(b)) return !strcmp(a, b);
    return *a && *b && lt_starts(is_initial(a) ? b : a, is_initial(a) ? a : b);
}

/* Does one surname stand inside the other as a half of a double one? */
static bool has_half(const char *whole, const char *half)
{
    size_t n = strlen(half);
    for (const char *p = n ? strstr(whole, half) : NULL; p; p = strstr(p + 1, half)) {
        bool left = p == whole || p[-1] == '-' || p[-1] == ' ';
        if (left && (!p[n] || p[n] == '-' || p[n] == ' ')) return true;
    }
    return false;
}

static bool surname_close(const struct keys *a, const struct keys *b)
{
    const char *x = a->loose[0], *y = b->loose[0];
    return !strcmp(x, y) || has_half(x, y) || has_half(y, x);
}

static bool name_close(const struct keys *a, const struct keys *b)
{
    return !strcmp(a->loose[1], b->loose[1]) || model_name_short_form(a->strict[1], b->strict[1]) ||
           (*a->loose[1] && *b->loose[1] &&
            (has_half(a->loose[1], b->loose[1]) || has_half(b->loose[1], a->loose[1])));
}

static bool patronymic_close(const struct keys *a, const struct keys *b)
{
    return !*a->loose[2] || !*b->loose[2] || !strcmp(a->loose[2], b->loose[2]);
}

/* Two words in an unknown order: «Анна Иванова» and «Иванова Анна». */
static bool swapped(const struct model_name *m, const struct model_name *n, const struct keys *a,
                    const struct keys *b)
{
    return ((m->remarks | n->remarks) & (MODEL_NAME_UNSURE | MODEL_NAME_ORDER)) && *a->strict[0] &&
           *a->strict[1] && !strcmp(a->strict[0], b->strict[1]) && !strcmp(a->strict[1], b->strict[0]) &&
           patronymic_close(a, b);
}

static enum model_name_match judge(const struct model_name *m, const struct model_name *n,
                                   const struct keys *a, const struct keys *b)
{
    bool surname = !strcmp(a->strict[0], b->strict[0]), name = !strcmp(a->strict[1], b->strict[1]);
    bool patronymic = !strcmp(a->strict[2], b->strict[2]);
    bool initials = is_initial(a->strict[1]) || is_initial(b->strict[1]) || is_initial(a->strict[2]) ||
                    is_initial(b->strict[2]);
    /* a lone surname is as little as an initial */
    bool scant = !*a->strict[1] || !*b->strict[1] || !*a->strict[0] || !*b->strict[0];
    if (surname && name && patronymic && !initials && !scant) {
        for (int i = 0; i < 3; i++) {
            if (strcmp(a->lower[i], b->lower[i])) return MODEL_NAME_SAME_FOLDED;
        }
        return MODEL_NAME_SAME;
    }
    bool missing = !*a->strict[2] || !*b->strict[2];
    if (surname && name && missing && !initials && !scant) return MODEL_NAME_PATRONYMIC_MISSING;
    bool name_fits = initial_fits(a->strict[1], b->strict[1]) || !*a->strict[1] || !*b->strict[1];
    if (surname && *a->strict[0] && (initials || scant) && name_fits &&
        (missing || initial_fits(a->strict[2], b->strict[2])))
        return MODEL_NAME_INITIALS_FIT;
    if (!scant &&
        ((surname_close(a, b) && name_close(a, b) && patronymic_close(a, b)) || swapped(m, n, a, b)))
        return MODEL_NAME_SHORT_FORM;
    return MODEL_NAME_DIFFERENT;
}

int model_name_compare(const struct model_name *a, const struct model_name *b, enum model_name_match *out)
{
    struct keys x = {{NULL}, {NULL}, {NULL}}, y = {{NULL}, {NULL}, {NULL}};
    bool ok = keys_of(a, &x) && keys_of(b, &y);
    if (ok) *out = judge(a, b, &x, &y);
    keys_free(&x);
    keys_free(&y);
    return ok ? LT_OK : LT_SYSTEM;
}

const char *model_name_match_word(enum model_name_match m)
{
    static const char *const words[] = {"same",     "same_folded",           "patronymic_missing",
                                        "initials", "short_form_suggestion", "different"};
    return (unsigned)m < 6 ? words[m] : "different";
}

/* --- telephone and e-mail --- */

char *model_phone_key(const char *text)
{
    char *tidy = text ? lt_tidy(text) : NULL;
    uint32_t p[64];
    int n = tidy ? model_points(tidy, p, 64) : -1;
    free(tidy);
    char digits[24];
    int len = 0;
    bool plus = false, bad = n <= 0;
    for (int i = 0; i < n && !bad; i++) {
        uint32_t c = p[i];
        /* an extension: «доб. 12», ext. 12, #12 */
        if (len >= 10 &&
            (model_lower(c) == 0x434 || model_lower(c) == 'e' || model_lower(c) == 'x' || c == '#'))
            break;
        if (model_is_digit(c) && len < 20)
            digits[len++] = (char)c;
        else if (c == '+' && !len && !plus)
            plus = true;
        else
            bad = model_is_digit(c) || !(c == ' ' || c == '(' || c == ')' || c == '.' || model_is_hyphen(c));
    }
    digits[len] = '\0';
    if (bad) return NULL;
    if (plus && digits[0] != '7') return len >= 8 && len <= 15 ? lt_format("+%s", digits) : NULL;
    if (len == 11 && (digits[0] == '7' || (digits[0] == '8' && !plus)) && digits[1] >= '3')
        return lt_format("+7%s", digits + 1);
    return len == 10 && !plus && digits[0] >= '3' ? lt_format("+7%s", digits) : NULL;
}

char *model_email_key(const char *text)
{
    char *low = text ? lower_of(text) : NULL;
    if (!low) return NULL;
    char *from = lt_starts(low, "mailto:") ? low + 7 : low;
    char *at = strchr(from, '@');
    char *dot = at ? strrchr(at, '.') : NULL;
    bool ok = at && at > from && !strchr(at + 1, '@') && !strpbrk(from, " ,;<>()\"\\") && dot &&
              dot > at + 1 && dot[1] && dot[1] != '.' && !strstr(at, "..") && strlen(from) <= 254;
    char *out = ok ? lt_strdup(from) : NULL;
    free(low);
    return out;
}
