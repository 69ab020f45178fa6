/* Results as people write them. What «9,11» means is the test's to say: minutes and seconds in a run of 2000 m, seconds in a sprint. */
#include "gto.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const unit_words[GTO_UNITS] = {"s", "time", "m", "cm", "count", "points"};

const char *gto_unit_word(enum gto_unit unit)
{
    return unit_words[unit];
}

bool gto_unit_find(const char *word, enum gto_unit *out)
{
    for (int i = 0; i < GTO_UNITS; i++) {
        if (strcmp(unit_words[i], word) != 0) continue;
        *out = (enum gto_unit)i;
        return true;
    }
    return false;
}

/* --- words behind numbers --- */

enum word { W_NONE, W_S, W_MIN, W_M, W_CM, W_KM, W_TIMES, W_POINTS, W_OTHER };

static enum word word_of(const char *s, size_t len)
{
    static const struct {
        const char *text;
        enum word word;
    } words[] = {{"с", W_S},      {"сек", W_S},      {"секунд", W_S},    {"секунды", W_S},  {"s", W_S},       {"sec", W_S},
                 {"мин", W_MIN},  {"минут", W_MIN},  {"минуты", W_MIN},  {"min", W_MIN},    {"м", W_M},       {"метров", W_M},
                 {"метра", W_M},  {"m", W_M},        {"см", W_CM},       {"cm", W_CM},      {"км", W_KM},     {"km", W_KM},
                 {"раз", W_TIMES}, {"раза", W_TIMES}, {"times", W_TIMES}, {"навыков", W_TIMES}, {"навыка", W_TIMES},
                 {"попаданий", W_TIMES}, {"попадания", W_TIMES}, {"очков", W_POINTS}, {"очка", W_POINTS}, {"очко", W_POINTS},
                 {"points", W_POINTS}, {"оч", W_POINTS}, {"баллов", W_POINTS}, {"балла", W_POINTS}, {"балл", W_POINTS}, {"р", W_TIMES}};
    while (len && s[len - 1] == '.') len--;
    if (!len) return W_NONE;
    for (size_t i = 0; i < LT_COUNT(words); i++) {
        if (strlen(words[i].text) == len && memcmp(words[i].text, s, len) == 0) return words[i].word;
    }
    return W_OTHER;
}

/* A number of the text: whole part, digits behind the point, and what stands behind it. */
struct number {
    int64_t whole;
    int width;    /* digits of it */
    int fraction; /* hundredths */
    int digits;   /* behind the point; -1: there is no point */
    char mark;    /* of the point: '.' or ',' */
};

enum { PARTS = 3 };

struct reading {
    struct number n[PARTS];
    enum word after[PARTS];
    char between[PARTS]; /* ':' or '-' in front of the part, 0 when only space or a word */
    int len;
    bool negative, sign;
};

/* Minus in all its forms, and minutes' and seconds' strokes, as plain signs. */
static void plain(const char *in, char *out, size_t size)
{
    static const struct {
        const char *from, *to;
    } signs[] = {{"−", "-"}, {"–", "-"}, {"—", "-"}, {"‐", "-"}, {"‑", "-"}, {"′", " мин "}, {"″", " с "}, {"''", " с "}, {"'", " мин "},
                 {"\"", " с "}, {"’", " мин "}, {"”", " с "}, {"`", " мин "}};
    size_t at = 0;
    while (*in && at + 16 < size) {
        size_t i = 0;
        while (i < LT_COUNT(signs) && !lt_starts(in, signs[i].from)) i++;
        if (i < LT_COUNT(signs)) {
            memcpy(out + at, signs[i].to, strlen(signs[i].to));
            at += strlen(signs[i].to);
            in += strlen(signs[i].from);
        } else {
            out[at++] = *in++;
        }
    }
    out[at] = 0;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_number(const char **at, struct number *out)
{
    const char *s = *at;
    *out = (struct number){.digits = -1};
    if (!digit(*s)) return false;
    for (; digit(*s); s++, out->width++) {
        out->whole = out->whole * 10 + (*s - '0');
        if (out->whole > 10000000) return false;
    }
    if ((*s == '.' || *s == ',') && digit(s[1])) {
        out->mark = *s++;
        for (out->digits = 0; digit(*s); s++, out->digits++) {
            if (out->digits < 2) out->fraction = out->fraction * 10 + (*s - '0');
            else if (*s != '0') return false; /* finer than a hundredth: nobody measures so */
        }
        if (out->digits == 1) out->fraction *= 10;
    }
    *at = s;
    return true;
}

/* The text as numbers with words and signs between them. */
static bool take_apart(const char *text, struct reading *r)
{
    const char *s = text;
    *r = (struct reading){.len = 0};
    while (*s == ' ') s++;
    if (*s == '+' || *s == '-') {
        r->sign = true;
        r->negative = *s++ == '-';
        while (*s == ' ') s++;
    }
    while (*s) {
        if (r->len == PARTS || !read_number(&s, &r->n[r->len])) return false;
        while (*s == ' ') s++;
        const char *word = s;
        while (*s && *s != ' ' && *s != ':' && *s != '-' && !digit(*s)) s++;
        r->after[r->len] = word_of(word, (size_t)(s - word));
        while (*s == ' ') s++;
        r->len++;
        if (*s == ':' || *s == '-') {
            if (r->len == PARTS) return false;
            r->between[r->len] = *s++;
            while (*s == ' ') s++;
            if (!*s) return false;
        }
    }
    return r->len > 0;
}

static int64_t hundredths(const struct number *n)
{
    return n->whole * 100 + n->fraction;
}

/* --- units --- */

/* Two or three parts joined by ':' or by words of minutes and seconds. 9:11 of a sheet comes as 9:11:00 (hours, minutes): the hour is the minute. */
static bool joined_time(const struct reading *r, int64_t *out)
{
    const struct number *n = r->n;
    bool words = (r->after[0] == W_MIN || r->after[0] == W_M) && (r->after[1] == W_S || r->after[1] == W_NONE) && r->len == 2 && !r->between[1];
    bool colon = r->between[1] == ':' && r->after[0] == W_NONE;
    if (r->len == 3 && (r->between[2] != ':' || !colon)) return false;
    if (!words && !colon) return false;
    if (n[0].digits >= 0) return false;
    const struct number *minutes = &n[0], *seconds = &n[1];
    if (r->len == 3) {
        if (n[1].digits >= 0) return false;
        if (n[0].whole == 0) minutes = &n[1], seconds = &n[2];
        else if (n[2].whole != 0 || n[2].fraction != 0) return false;
    }
    enum word last = r->after[r->len - 1];
    if (seconds->whole > 59 || minutes->whole > 200 || (last != W_NONE && last != W_S && last != W_MIN)) return false;
    *out = minutes->whole * 6000 + hundredths(seconds);
    return true;
}

static bool form(struct gto_problem *p, const char *text)
{
    return gto_wrong(p, "value_form", "value", text, (char *)NULL);
}

static bool wrong_unit(struct gto_problem *p, const char *text)
{
    if (strpbrk(text, "?*~!<>=")) return form(p, text);
    return gto_wrong(p, "value_unit", "value", text, (char *)NULL);
}

/* «1:5»: one minute five, or fifty? */
static bool short_seconds(const struct reading *r)
{
    const struct number *last = &r->n[r->len - 1];
    return r->between[r->len - 1] == ':' && last->width == 1 && last->digits < 0 && last->whole < 6;
}

/* 9.11 and 9,11 are nine minutes eleven; 551 is seconds; 9.1 may be 9:01 or, in a sheet, 9:10. */
static bool read_time(const struct reading *r, const char *text, int64_t *out, struct gto_problem *p)
{
    const struct number *n = &r->n[0];
    if (r->len > 1 && short_seconds(r)) return gto_wrong(p, "value_time_digits", "value", text, (char *)NULL);
    if (r->len > 1) return joined_time(r, out) ? true : form(p, text);
    if (r->after[0] == W_S) {
        *out = hundredths(n);
        return true;
    }
    if (r->after[0] != W_NONE && r->after[0] != W_MIN) return wrong_unit(p, text);
    if (n->digits < 0 && r->after[0] == W_MIN) *out = n->whole * 6000;
    else if (n->digits < 0) *out = n->whole * 100;
    else if (n->digits != 2) return gto_wrong(p, "value_time_digits", "value", text, (char *)NULL);
    else if (n->fraction > 59) return form(p, text);
    else *out = n->whole * 6000 + n->fraction * 100;
    return true;
}

static bool read_seconds(const struct reading *r, const char *text, int64_t *out, struct gto_problem *p)
{
    if (r->len > 1) return joined_time(r, out) ? true : form(p, text);
    if (r->after[0] != W_NONE && r->after[0] != W_S) return wrong_unit(p, text);
    *out = hundredths(&r->n[0]);
    return true;
}

static bool read_length(const struct gto_test *t, const struct reading *r, const char *text, int64_t *out, struct gto_problem *p)
{
    int64_t centimetres = t->unit == GTO_CM ? 1 : 100, given;
    const struct number *n = r->n;
    /* «1 м 85 см», «1 м 85» */
    bool centimetres_after = r->after[1] == W_CM || (r->after[1] == W_NONE && n[1].width == 2);
    if (r->len == 2 && !r->between[1] && r->after[0] == W_M && centimetres_after && n[0].digits < 0 && n[1].whole < 100) {
        given = n[0].whole * 10000 + hundredths(&n[1]);
        *out = given / centimetres;
        return true;
    }
    if (r->len != 1) return form(p, text);
    switch (r->after[0]) {
    case W_NONE: given = centimetres; break;
    case W_CM: given = 1; break;
    case W_M: given = 100; break;
    case W_KM: given = 100000; break;
    default: return wrong_unit(p, text);
    }
    *out = hundredths(n) * given / centimetres;
    return true;
}

/* «26–30»: a band of points, told by its lower bound; refused when the norms part it. */
static bool read_band(const struct gto_norm *norm, const struct reading *r, const char *text, int64_t *out, struct gto_problem *p)
{
    int64_t low = hundredths(&r->n[0]), high = hundredths(&r->n[1]);
    if (r->n[0].digits >= 0 || r->n[1].digits >= 0 || low > high) return form(p, text);
    for (int b = 0; norm && b < GTO_BADGES; b++) {
        if (low < norm->value[b] && high >= norm->value[b]) return gto_wrong(p, "value_band", "value", text, (char *)NULL);
    }
    *out = low;
    return true;
}

static bool read_whole(const struct gto_test *t, const struct gto_norm *norm, const struct reading *r, const char *text, int64_t *out,
                       struct gto_problem *p)
{
    enum word mine = t->unit == GTO_COUNT ? W_TIMES : W_POINTS, after = r->after[r->len - 1];
    if (after != W_NONE && after != mine) return wrong_unit(p, text);
    if (r->len == 2 && r->between[1] == '-' && t->unit == GTO_POINTS) return read_band(norm, r, text, out, p);
    if (r->len != 1 || r->n[0].fraction) return form(p, text);
    *out = hundredths(&r->n[0]);
    return true;
}

/* Beyond what anybody does (the table of tests says it), or five times faster than for gold: a slip, or other units were meant. */
static bool likely(const struct gto_test *t, const struct gto_norm *norm, int64_t value)
{
    enum { TIMES = 5 };
    if (t->limit && (t->lower ? value < t->limit : value > t->limit)) return false;
    if (norm && t->limit && t->lower) return value <= norm->value[GTO_BRONZE] * TIMES;
    if (!norm) return true;
    if (t->lower) return value * TIMES >= norm->value[GTO_GOLD] && value <= norm->value[GTO_BRONZE] * TIMES;
    if (norm->value[GTO_BRONZE] < 5000) return value <= norm->value[GTO_GOLD] * 10 + 10000;
    return (value == 0 || value * 10 >= norm->value[GTO_BRONZE]) && value <= norm->value[GTO_GOLD] * 10;
}

bool gto_value_absent(const char *text)
{
    static const char *const ways[] = {"", "-", "--", "н/я", "ня", "неявка", "не явился", "не явилась", "не сдавал", "не сдавала", "нет", "н",
                                       "б/р", "бр", "без результата", "осв", "освобожден", "освобождена", "освобождение", "не участвовал",
                                       "не участвовала", "не стартовал", "не стартовала", "не финишировал", "не финишировала", "сошел", "сошла",
                                       "снят", "снята", "отсутствовал", "отсутствовала", "отс", "болел", "болела", "б", "n/a", "dns", "dnf"};
    char tidy[64];
    char *folded = lt_fold(text);
    plain(folded ? folded : "", tidy, sizeof tidy);
    free(folded);
    size_t len = strlen(tidy);
    while (len && (tidy[len - 1] == '.' || tidy[len - 1] == ' ')) tidy[--len] = 0; /* «осв.» */
    for (size_t i = 0; i < LT_COUNT(ways); i++) {
        if (strcmp(tidy, ways[i]) == 0) return true;
    }
    return false;
}

static bool read_value(const struct gto_test *t, const struct gto_norm *norm, const char *text, int64_t *out, struct gto_problem *p)
{
    char line[160];
    struct reading r;
    char *tidy = lt_tidy(text), *folded = tidy ? lt_fold(tidy) : NULL;
    bool absent = !folded || gto_value_absent(folded), good;
    plain(folded ? folded : "", line, sizeof line);
    free(tidy);
    free(folded);
    if (absent) return gto_wrong(p, "value_empty", (char *)NULL);
    if (!take_apart(line, &r)) return form(p, text);
    if (r.sign && !(t->unit == GTO_CM && !t->lower)) return form(p, text);
    switch (t->unit) {
    case GTO_S: good = read_seconds(&r, text, out, p); break;
    case GTO_TIME: good = read_time(&r, text, out, p); break;
    case GTO_M:
    case GTO_CM: good = read_length(t, &r, text, out, p); break;
    default: good = read_whole(t, norm, &r, text, out, p); break;
    }
    if (!good) return false;
    if (r.negative) *out = -*out;
    else if (!likely(t, norm, *out)) return gto_wrong(p, "value_unlikely", "value", text, (char *)NULL);
    return true;
}

bool gto_value_read(const struct gto_test *t, const struct gto_norm *norm, const char *text, int64_t *out, struct gto_problem *p)
{
    bool good = read_value(t, norm, text, out, p);
    if (!good && p->params) json_object_set_new(p->params, "gto_unit", json_string(unit_words[t->unit]));
    return good;
}

bool gto_value_table(enum gto_unit unit, const char *text, int64_t *out)
{
    struct reading r;
    if (!take_apart(text, &r) || r.after[0] != W_NONE || r.after[r.len - 1] != W_NONE) return false;
    if (unit == GTO_TIME) return r.len == 2 && !r.sign && joined_time(&r, out);
    if (r.len != 1 || (r.sign && unit != GTO_CM)) return false;
    *out = r.negative ? -hundredths(&r.n[0]) : hundredths(&r.n[0]);
    return true;
}

void gto_value_text(enum gto_unit unit, int64_t value, char out[32])
{
    const char *minus = value < 0 ? "-" : "";
    long long v = value < 0 ? -value : value, rest = v % 100;
    char fraction[8] = "";
    if (rest % 10) lt_print(fraction, sizeof fraction, ".%02lld", rest);
    else if (rest) lt_print(fraction, sizeof fraction, ".%lld", rest / 10);
    if (unit == GTO_TIME) lt_print(out, 32, "%s%lld:%02lld%s", minus, v / 6000, v / 100 % 60, fraction);
    else lt_print(out, 32, "%s%lld%s", minus, v / 100, fraction);
}

void gto_value_words(enum gto_unit unit, int64_t value, enum lt_lang lang, char out[48])
{
    char text[32], id[40];
    struct lt_buf b = LT_BUF_INIT(200);
    gto_value_text(unit, value, text);
    for (char *c = text; lang == LT_RU && *c; c++) *c = *c == '.' ? ',' : *c;
    lt_print(id, sizeof id, "gto.value.%s", unit_words[unit]);
    lt_msg_add(&b, lang, id, "value", text, (char *)NULL);
    lt_print(out, 48, "%s", b.data ? b.data : text);
    lt_buf_free(&b);
}
