#include "model/when.h"

#include "model/chars.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 64
#define TOKENS  24

enum token_kind { END, NUMBER, WORD, SIGN };

struct token {
    enum token_kind kind;
    int value;     /* number; month 1..12 of a word, 0 for another word */
    int len;       /* digits or letters */
    uint32_t sign; /* '.', '/', '-', ':', ' ' … */
    bool letters;  /* О or З among the digits */
};

struct tokens {
    struct token t[TOKENS + 1];
    int n;
};

/* The digit that a letter of a scan stands for, or -1. */
static int scan_digit(uint32_t c)
{
    switch (model_lower(c)) {
    case 0x43E: /* о */
    case 'o':
        return 0;
    case 0x437: /* з */
        return 3;
    default:
        return -1;
    }
}

static bool numeric(uint32_t c)
{
    return model_is_digit(c) || scan_digit(c) >= 0;
}

static int month_of(const uint32_t *p, int n)
{
    static const char *const stems[] = {"янв", "фев", "мар", "апр", "ма",  "июн", "июл", "авг",
                                        "сен", "окт", "ноя", "дек", "jan", "feb", "mar", "apr",
                                        "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
    char word[LONGEST * 4];
    uint32_t low[LONGEST];
    for (int i = 0; i < n; i++)
        low[i] = model_lower(p[i]);
    if (n < 3 || !model_utf8(low, n, word, sizeof word)) return 0;
    for (size_t i = 0; i < LT_COUNT(stems); i++) {
        if (i == 4 ? (!strcmp(word, "май") || !strcmp(word, "мая") || !strcmp(word, "мае"))
                   : lt_starts(word, stems[i]))
            return (int)(i % 12) + 1;
    }
    return 0;
}

/* A run of digits in which О and З may stand for 0 and 3: with a true digit among them, or a month like «ОЗ».
 */
static int number_run(const uint32_t *p, int n, struct token *out)
{
    int i = 0, value = 0;
    bool any = false, letters = false;
    for (; i < n && numeric(p[i]); i++) {
        bool digit = model_is_digit(p[i]);
        any = any || digit;
        letters = letters || !digit;
        if (i < 9) value = value * 10 + (digit ? (int)(p[i] - '0') : scan_digit(p[i]));
    }
    if ((!any && i != 2) || (i < n && model_is_letter(p[i]) && letters)) return 0;
    *out = (struct token){.kind = NUMBER, .value = value, .len = i, .letters = letters};
    return i;
}

static bool split(const char *text, struct tokens *out)
{
    char *tidy = text ? lt_tidy(text) : NULL;
    uint32_t p[LONGEST];
    int n = tidy ? model_points(tidy, p, LONGEST) : -1;
    free(tidy);
    out->n = 0;
    for (int i = 0; i < n && out->n < TOKENS;) {
        struct token *t = &out->t[out->n];
        int run = number_run(p + i, n - i, t);
        if (!run && model_is_letter(p[i])) {
            while (i + run < n && model_is_letter(p[i + run]))
                run++;
            *t = (struct token){
                .kind = WORD, .value = month_of(p + i, run), .len = run, .sign = model_lower(p[i])};
        } else if (!run) {
            run = 1;
            *t = (struct token){.kind = SIGN, .sign = model_is_hyphen(p[i]) ? '-' : p[i]};
        }
        i += run;
        /* quotes around the day («5» марта) and commas say nothing */
        if (t->kind != SIGN || !(model_is_quote(t->sign) || t->sign == ',')) out->n++;
        if (out->n == TOKENS && i < n) return false;
    }
    out->t[out->n] = (struct token){.kind = END};
    return n > 0;
}

static bool is_sign(const struct token *t, uint32_t sign)
{
    return t->kind == SIGN && t->sign == sign;
}

static int skip_blank(const struct tokens *in, int at)
{
    while (is_sign(&in->t[at], ' ') || is_sign(&in->t[at], '.'))
        at++;
    return at;
}

/* What may stand behind a date: «г.», «года», «год», a time of day. */
static bool tail(const struct tokens *in, int at, unsigned *remarks)
{
    at = skip_blank(in, at);
    if (in->t[at].kind == WORD && in->t[at].sign == 0x433 && in->t[at].len <= 4) /* г… */
        at = skip_blank(in, at + 1);
    if (in->t[at].kind == WORD && in->t[at].sign == 't' && in->t[at].len == 1) at++;
    if (in->t[at].kind == NUMBER && is_sign(&in->t[at + 1], ':')) {
        for (; in->t[at].kind != END; at++) {
            const struct token *t = &in->t[at];
            if (t->kind == NUMBER && t->value) *remarks |= MODEL_WHEN_TIME;
            if (t->kind == WORD && !(t->len == 1 && t->sign == 'z')) return false;
        }
    }
    return in->t[at].kind == END;
}

static int complete_year(const struct token *t, const struct model_when_options *o, unsigned *remarks)
{
    if (t->len != 2) return t->len == 4 ? t->value : -1;
    *remarks |= MODEL_WHEN_TWO_DIGIT;
    int y = 2000 + t->value, file = o ? o->file_year : 0;
    if (!file) {
        *remarks |= MODEL_WHEN_YEAR_UNSURE;
        return y;
    }
    bool birth = o->window == MODEL_WHEN_BIRTH;
    if (y > (birth ? file : file + 1)) y -= 100;
    if (birth ? (y < file - 20 || y > file - 5) : y < 2000) *remarks |= MODEL_WHEN_YEAR_UNSURE;
    return y;
}

static bool finish(int year, int month, int day, struct model_when *out)
{
    out->date = (struct lt_date){year, month, day};
    if (year < 1900 || year > 2199)
        out->reason = "error.date.year";
    else if (!lt_date_valid(out->date))
        out->reason = "error.date.no_such_day";
    else
        return true;
    out->date = (struct lt_date){0, 0, 0};
    return false;
}

/* 2010-03-05, 05.03.2010, 5/3/10, "05 03 2010" */
static bool three_numbers(const struct tokens *in, const struct model_when_options *o, struct model_when *out)
{
    const struct token *a = &in->t[0], *b = &in->t[2], *c = &in->t[4];
    uint32_t sign = in->t[1].sign;
    if (a->letters || b->letters || c->letters) out->remarks |= MODEL_WHEN_LETTERS;
    if (!tail(in, 5, &out->remarks)) return false;
    if (a->len == 4) return finish(a->value, b->value, c->value, out);
    int year = complete_year(c, o, &out->remarks);
    if (year < 0 || a->len > 2 || b->len > 2) return false;
    int day = a->value, month = b->value;
    enum model_when_order order = o ? o->order : MODEL_WHEN_UNKNOWN;
    bool swappable = sign == '/' || sign == '-';
    /* only a slash is written by people who put the month first; a hyphen needs the column's word */
    bool swap = day <= 12 && ((swappable && order == MODEL_WHEN_MONTH_FIRST) || (sign == '/' && month > 12));
    if (swap) {
        day = b->value;
        month = a->value;
        out->remarks |= MODEL_WHEN_MONTH_FIRST_READ;
    } else if (sign == '/' && order == MODEL_WHEN_UNKNOWN && day <= 12 && month <= 12 && day != month) {
        out->remarks |= MODEL_WHEN_AMBIGUOUS;
    }
    return finish(year, month, day, out);
}

/* 5 марта 2010 г.; March 5, 2010; 05-мар-10 */
static bool with_month_word(const struct tokens *in, const struct model_when_options *o,
                            struct model_when *out)
{
    const struct token *part[3] = {NULL, NULL, NULL};
    int n = 0, at = 0;
    for (; in->t[at].kind != END && n < 3; at++) {
        const struct token *t = &in->t[at];
        if (t->kind == NUMBER || t->kind == WORD)
            part[n++] = t;
        else if (t->sign != ' ' && t->sign != '.' && t->sign != '-' && t->sign != '/')
            return false;
    }
    bool day_first = n >= 1 && part[0]->kind == NUMBER;
    const struct token *day = day_first ? part[0] : n > 1 ? part[1] : NULL;
    const struct token *month = day_first ? (n > 1 ? part[1] : NULL) : part[0];
    if (!month || month->kind != WORD || !month->value) {
        out->reason = month && month->kind == WORD ? "error.date.month_name" : "error.date.unreadable";
        return false;
    }
    if (!day || day->kind != NUMBER || day->len > 2) {
        out->reason = "error.date.no_day";
        return false;
    }
    if (n < 3 || part[2]->kind != NUMBER) {
        out->reason = "error.date.no_year";
        return false;
    }
    if (day->letters || part[2]->letters) out->remarks |= MODEL_WHEN_LETTERS;
    int year = complete_year(part[2], o, &out->remarks);
    return year >= 0 && tail(in, at, &out->remarks) && finish(year, month->value, day->value, out);
}

/* 05032010 and 20100305: only one of the readings can be a date of our centuries */
static bool eight_digits(const struct token *t, struct model_when *out)
{
    int v = t->value, year = v / 10000;
    if (t->letters) out->remarks |= MODEL_WHEN_LETTERS;
    if (year >= 1900 && year < 2200 && v / 100 % 100 <= 12) return finish(year, v / 100 % 100, v % 100, out);
    return finish(v % 10000, v / 10000 % 100, v / 1000000, out);
}

bool model_when_parse(const char *text, const struct model_when_options *options, struct model_when *out)
{
    memset(out, 0, sizeof *out);
    struct tokens in;
    out->reason = "error.date.unreadable";
    if (!text || !*text) {
        out->reason = "error.date.empty";
        return false;
    }
    if (!split(text, &in) || !in.n) return false;
    bool ok = false;
    const struct token *t = in.t;
    bool two = t[0].kind == NUMBER && t[1].kind == SIGN && in.n >= 3 && t[2].kind == NUMBER;
    if (two && in.n >= 5 && t[3].kind == SIGN && t[3].sign == t[1].sign && t[4].kind == NUMBER &&
        (t[1].sign == '.' || t[1].sign == '/' || t[1].sign == '-' || t[1].sign == ' '))
        ok = three_numbers(&in, options, out);
    else if (t[0].kind == NUMBER && t[0].len == 8 && in.n == 1)
        ok = eight_digits(&t[0], out);
    else if (two && in.n == 3 && t[0].len <= 2 && t[2].len <= 2)
        out->reason = "error.date.no_year";
    else
        ok = with_month_word(&in, options, out);
    if (ok) out->reason = NULL;
    return ok;
}

const char *model_when_remark_id(unsigned bit)
{
    switch (bit) {
    case MODEL_WHEN_AMBIGUOUS:
        return "remark.date.ambiguous";
    case MODEL_WHEN_TWO_DIGIT:
        return "remark.date.two_digit";
    case MODEL_WHEN_YEAR_UNSURE:
        return "remark.date.year_unsure";
    case MODEL_WHEN_LETTERS:
        return "remark.date.letters";
    case MODEL_WHEN_TIME:
        return "remark.date.time";
    case MODEL_WHEN_MONTH_FIRST_READ:
        return "remark.date.month_first";
    default:
        return NULL;
    }
}

void model_when_column_add(struct model_when_column *c, const char *text)
{
    struct tokens in;
    if (!split(text, &in) || in.n < 5 || in.t[0].kind != NUMBER || in.t[2].kind != NUMBER ||
        in.t[0].len > 2 || in.t[2].len > 2 || !(is_sign(&in.t[1], '/') || is_sign(&in.t[1], '-')))
        return;
    int a = in.t[0].value, b = in.t[2].value;
    if (a > 12 && a <= 31 && b <= 12)
        c->day_first++;
    else if (b > 12 && b <= 31 && a <= 12)
        c->month_first++;
}

enum model_when_order model_when_column_order(const struct model_when_column *c)
{
    if (c->day_first && !c->month_first) return MODEL_WHEN_DAY_FIRST;
    if (c->month_first && !c->day_first) return MODEL_WHEN_MONTH_FIRST;
    return MODEL_WHEN_UNKNOWN;
}
