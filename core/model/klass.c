#include "model/klass.h"

#include "model/chars.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 80 /* code points: no name of a class is longer */

struct cursor {
    uint32_t p[LONGEST + 1];
    int n, at;
};

static uint32_t peek(const struct cursor *c)
{
    return c->at < c->n ? c->p[c->at] : 0;
}

static int letters_ahead(const struct cursor *c)
{
    int i = c->at;
    while (i < c->n && model_is_letter(c->p[i]))
        i++;
    return i - c->at;
}

/* Skips a word given in lower case when it stands here whole; a dot behind it goes too. */
static bool skip_word(struct cursor *c, const char *word)
{
    uint32_t w[16];
    int n = model_points(word, w, 16);
    if (letters_ahead(c) != n) return false;
    for (int i = 0; i < n; i++) {
        if (model_lower(c->p[c->at + i]) != w[i]) return false;
    }
    c->at += n;
    if (peek(c) == '.') c->at++;
    return true;
}

static void skip_signs(struct cursor *c)
{
    while (c->at < c->n &&
           (peek(c) == ' ' || peek(c) == '(' || model_is_hyphen(peek(c)) || model_is_quote(peek(c))))
        c->at++;
}

static bool skip_class_word(struct cursor *c)
{
    static const char *const words[] = {"класс", "класса", "классы", "кл", "class", "grade"};
    for (size_t i = 0; i < LT_COUNT(words); i++) {
        if (skip_word(c, words[i])) return true;
    }
    return false;
}

static int roman_value(uint32_t c)
{
    switch (c) {
    case 'I':
    case 0x406: /* І */
    case 0x4C0: /* palochka */
        return 1;
    case 'V':
        return 5;
    case 'X':
    case 0x425: /* Х */
        return 10;
    default:
        return 0;
    }
}

/* A Roman number stands alone: what follows is no letter, or a letter that is none of its own signs («IXА»).
 */
static int roman(struct cursor *c)
{
    if (peek(c) >= 0x2160 && peek(c) <= 0x216B) return (int)(c->p[c->at++] - 0x2160) + 1;
    int total = 0, last = 0, i = c->at;
    for (; i < c->n && roman_value(c->p[i]); i++) {
        int v = roman_value(c->p[i]);
        total += last && v > last ? v - 2 * last : v;
        last = v;
    }
    if (i == c->at || i - c->at > 4 || total < 1) return 0;
    if (i < c->n && model_is_letter(c->p[i]) && i + 1 < c->n && model_is_letter(c->p[i + 1]))
        return 0; /* the beginning of a word: «Ходатайство» */
    c->at = i;
    return total;
}

static int digits(struct cursor *c, int most)
{
    int value = 0, count = 0;
    while (model_is_digit(peek(c))) {
        if (++count > most) return -1;
        value = value * 10 + (int)(c->p[c->at++] - '0');
    }
    return count ? value : -1;
}

static void result(struct model_klass *out, enum model_klass_certainty certainty, const char *hint)
{
    out->certainty = certainty;
    out->hint = hint;
    if (certainty == MODEL_KLASS_NO)
        out->letter[0] = out->name[0] = '\0';
    else
        model_klass_name(out->number, out->letter, out->name);
}

void model_klass_name(int number, const char *letter, char out[24])
{
    bool parallel = letter && letter[0] >= '0' && letter[0] <= '9';
    lt_print(out, 24, "%d%s%s", number, parallel ? "/" : "", letter ? letter : "");
}

/* What stands behind number and letter, without signs around it and without the word «класс». */
static void profile(struct cursor *c, struct model_klass *out)
{
    skip_signs(c);
    skip_class_word(c);
    skip_signs(c);
    int to = c->n;
    while (to > c->at && (c->p[to - 1] == ' ' || c->p[to - 1] == ')' || model_is_quote(c->p[to - 1])))
        to--;
    if (!model_utf8(c->p + c->at, to - c->at, out->profile, sizeof out->profile)) out->profile[0] = '\0';
}

/* «10.янв», «1-окт»: what a spreadsheet makes of 10-1 and 10/1. */
static int month_here(const struct cursor *c)
{
    static const char *const months[] = {"янв", "фев", "мар", "апр", "май", "июн", "июл", "авг",
                                         "сен", "окт", "ноя", "дек", "jan", "feb", "mar", "apr",
                                         "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
    struct cursor look = *c;
    while (look.at < look.n && (peek(&look) == '.' || peek(&look) == ' ' || model_is_hyphen(peek(&look))))
        look.at++;
    int n = letters_ahead(&look);
    if (n < 3 || n > 8) return 0;
    char word[16];
    uint32_t three[3];
    for (int i = 0; i < 3; i++)
        three[i] = model_lower(look.p[look.at + i]);
    model_utf8(three, 3, word, sizeof word);
    for (size_t i = 0; i < LT_COUNT(months); i++) {
        if (!strcmp(months[i], word)) return (int)(i % 12) + 1;
    }
    return 0;
}

/* «10/1», «10-1», «10.1», «9.0» behind the number; true when it was one of them. */
static bool parallel(struct cursor *c, struct model_klass *out)
{
    uint32_t sign = peek(c);
    bool decimal = sign == '.' || sign == ',';
    if ((sign != '/' && !decimal && !model_is_hyphen(sign)) || c->at + 1 >= c->n ||
        !model_is_digit(c->p[c->at + 1]))
        return false;
    c->at++;
    int value = digits(c, 2);
    bool ends = peek(c) == 0 || peek(c) == ' ' || peek(c) == '(';
    if (value < 0 || !ends) {
        result(out, MODEL_KLASS_NO, "remark.class.unreadable");
    } else if (value == 0) {
        profile(c, out);
        result(out, decimal ? MODEL_KLASS_SURE : MODEL_KLASS_NO,
               decimal ? "remark.class.number_only" : "remark.class.unreadable");
    } else {
        snprintf(out->letter, sizeof out->letter, "%d", value);
        profile(c, out);
        result(out, decimal ? MODEL_KLASS_MAYBE : MODEL_KLASS_SURE, decimal ? "remark.class.decimal" : NULL);
    }
    return true;
}

/* One letter, or several in upper case or a letter with a digit, which schools do use but a person should
 * look at. */
static void letter(struct cursor *c, struct model_klass *out, bool joined)
{
    int n = letters_ahead(c);
    uint32_t up[4];
    bool upper = true, latin = false, latin_b = false, foreign = false;
    for (int i = 0; i < n && i < 4; i++) {
        uint32_t ch = c->p[c->at + i];
        upper = upper && model_upper(ch) == ch;
        up[i] = model_upper(ch);
        if (model_is_latin(ch)) {
            latin = true;
            latin_b = latin_b || up[i] == 'B';
            foreign = foreign || !model_lookalike(up[i]);
            up[i] = model_lookalike(up[i]) ? model_lookalike(up[i]) : up[i];
        }
    }
    if (n > 1 && !(joined && upper && n <= 3)) {
        profile(c, out);
        result(out, MODEL_KLASS_SURE, "remark.class.number_only");
        return;
    }
    c->at += n;
    model_utf8(up, n, out->letter, sizeof out->letter);
    bool digit = model_is_digit(peek(c));
    if (digit) {
        size_t at = strlen(out->letter);
        out->letter[at] = (char)c->p[c->at++];
        out->letter[at + 1] = '\0';
    }
    profile(c, out);
    if (digit || n > 1 || foreign)
        result(out, MODEL_KLASS_MAYBE, "remark.class.unusual");
    else if (latin_b)
        result(out, MODEL_KLASS_MAYBE, "remark.class.latin_b");
    else
        result(out, MODEL_KLASS_SURE, latin ? "remark.class.latin_letter" : NULL);
}

static void after_number(struct cursor *c, struct model_klass *out)
{
    if (parallel(c, out)) return;
    int from = c->at;
    if (peek(c) == '.') c->at++;
    skip_signs(c);
    bool word = skip_class_word(c);
    skip_signs(c);
    uint32_t ch = peek(c);
    if (!model_is_letter(ch)) {
        profile(c, out);
        result(out, out->profile[0] ? MODEL_KLASS_MAYBE : MODEL_KLASS_SURE,
               out->profile[0] ? "remark.class.unusual" : "remark.class.number_only");
        return;
    }
    /* «9-й класс» names no letter, yet there are classes «Й» */
    if (!word && ch == 0x439 && letters_ahead(c) == 1) {
        result(out, MODEL_KLASS_MAYBE, "remark.class.ordinal");
        return;
    }
    letter(c, out, c->at == from);
}

static bool whole_date(const char *text, struct model_klass *out)
{
    struct model_when when;
    struct model_when_options options = {MODEL_WHEN_DAY_FIRST, MODEL_WHEN_EVENT, 0};
    if (!model_when_parse(text, &options, &when) || (when.remarks & MODEL_WHEN_LETTERS)) return false;
    model_klass_from_date(when.date, out);
    return true;
}

/* «10 / 1» is «10/1». */
static void no_blanks_at_slash(struct cursor *c)
{
    int to = 0;
    for (int i = 0; i < c->n; i++) {
        bool blank = c->p[i] == ' ' && ((i + 1 < c->n && c->p[i + 1] == '/') || (to && c->p[to - 1] == '/'));
        if (!blank)
            c->p[to++] = c->p[i];
    }
    c->n = to;
}

void model_klass_parse(const char *text, struct model_klass *out)
{
    memset(out, 0, sizeof *out);
    out->hint = "remark.class.unreadable";
    char *tidy = text ? lt_tidy(text) : NULL;
    struct cursor c = {.at = 0};
    c.n = tidy ? model_points(tidy, c.p, LONGEST) : -1;
    if (c.n <= 0 || whole_date(tidy, out)) {
        free(tidy);
        return;
    }
    free(tidy);
    no_blanks_at_slash(&c);
    skip_signs(&c);
    skip_class_word(&c);
    skip_signs(&c);
    bool arabic = model_is_digit(peek(&c));
    int number = arabic ? digits(&c, 2) : roman(&c);
    if (!arabic && !number) return;
    if (number < 1 || number > 12) {
        out->hint = "remark.class.number";
        return;
    }
    int month = arabic ? month_here(&c) : 0;
    if (month) {
        model_klass_from_date((struct lt_date){2000, month, number}, out);
        return;
    }
    out->number = number;
    after_number(&c, out);
}

void model_klass_from_date(struct lt_date date, struct model_klass *out)
{
    memset(out, 0, sizeof *out);
    /* typed 10-1: with the day first it became 10 January, with the month first 1 October */
    bool month_is_class = date.day > 12 || (date.month >= 10 && date.day < date.month);
    out->number = month_is_class ? date.month : date.day;
    snprintf(out->letter, sizeof out->letter, "%d", month_is_class ? date.day : date.month);
    result(out, MODEL_KLASS_MAYBE, "remark.class.date");
}

bool model_klass_next(const char *name, char out[24])
{
    struct model_klass k;
    model_klass_parse(name, &k);
    if (k.certainty != MODEL_KLASS_SURE || k.number == 9 || k.number >= 11) return false;
    model_klass_name(k.number + 1, k.letter, out);
    return true;
}

/* Place of a letter in the alphabet, Ё between Е and Ж; digits behind all letters, no letter first. */
static int letter_rank(const char *letter)
{
    uint32_t c[12];
    int n = model_points(letter, c, 12);
    if (n < 1) return 0;
    if (model_is_digit(c[0])) return 10000 + atoi(letter);
    int rank = c[0] == 0x401 ? 2 * 0x415 + 1 : 2 * (int)c[0];
    return rank;
}

int model_klass_cmp(const char *a, const char *b)
{
    struct model_klass x, y;
    model_klass_parse(a, &x);
    model_klass_parse(b, &y);
    if (x.number != y.number) return x.number < y.number ? -1 : 1;
    int p = letter_rank(x.letter), q = letter_rank(y.letter);
    if (p != q) return p < q ? -1 : 1;
    return strcmp(a, b);
}
