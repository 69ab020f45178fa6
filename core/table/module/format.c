/* Number formats of spreadsheets (ECMA-376 part 1, 18.8.31): which ones make a date of a number, and how it then looks. */
#include "reader.h"

#include "base/clock.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SERIAL_OF_1970 25569

/* One step through a format code: what stands at *p. Letters of dates come as lower case with their count. */
struct token {
    enum { TOKEN_END, TOKEN_LETTER, TOKEN_LITERAL, TOKEN_ELAPSED, TOKEN_AMPM, TOKEN_GENERAL, TOKEN_OTHER } kind;
    char letter;
    unsigned count;
    const char *literal;
    size_t literal_len;
};

static struct token in_brackets(const char **p) {
    const char *s = *p + 1, *end = strchr(s, ']');
    struct token t = {.kind = TOKEN_LITERAL}; /* [Red], [$-419], [>=100]: nothing to show */
    size_t n = end ? (size_t)(end - s) : strlen(s);
    char low = n > 0 ? (char)(s[0] | 32) : 0;
    bool same = low == 'h' || low == 'm' || low == 's';
    for (size_t i = 0; i < n && same; i++)
        same = (s[i] | 32) == low;
    if (same) {
        t.kind = TOKEN_ELAPSED;
        t.letter = low;
        t.count = (unsigned)n;
    } else if (n > 1 && s[0] == '$') { /* [$₽-419]: a sign of currency before the minus */
        const char *minus = memchr(s, '-', n);
        t.literal = s + 1;
        t.literal_len = minus ? (size_t)(minus - s - 1) : n - 1;
    }
    *p = end ? end + 1 : s + n;
    return t;
}

static struct token next_token(const char **p) {
    const char *s = *p;
    struct token t = {.kind = TOKEN_OTHER, .literal = s, .literal_len = 1};
    char low = (char)(*s | 32);
    if (!*s || *s == ';') {
        t.kind = TOKEN_END;
        return t;
    }
    if (*s == '"') {
        const char *end = strchr(s + 1, '"');
        t.kind = TOKEN_LITERAL;
        t.literal = s + 1;
        t.literal_len = end ? (size_t)(end - s - 1) : strlen(s + 1);
        *p = end ? end + 1 : s + strlen(s);
        return t;
    }
    if ((*s == '\\' || *s == '_' || *s == '*') && s[1]) {
        size_t n = 1;
        while (((unsigned char)s[1 + n] & 0xc0) == 0x80)
            n++;
        t.kind = TOKEN_LITERAL;
        t.literal = s + 1;
        t.literal_len = *s == '\\' ? n : 0; /* _x is a space as wide as x, *x fills the cell */
        *p = s + 1 + n;
        return t;
    }
    if (*s == '[')
        return in_brackets(p);
    if (strncasecmp(s, "general", 7) == 0) {
        t.kind = TOKEN_GENERAL;
        *p = s + 7;
        return t;
    }
    if (strncasecmp(s, "am/pm", 5) == 0 || strncasecmp(s, "a/p", 3) == 0) {
        t.kind = TOKEN_AMPM;
        *p = s + (low == 'a' && (s[1] | 32) == 'm' ? 5 : 3);
        return t;
    }
    if (strchr("ymdhs", low) && *s != '-') {
        t.kind = TOKEN_LETTER;
        t.letter = low;
        for (t.count = 0; (s[t.count] | 32) == low; t.count++)
            continue;
        *p = s + t.count;
        return t;
    }
    if ((*s == 'E' || *s == 'e') && (s[1] == '+' || s[1] == '-')) {
        *p = s + 2; /* exponent */
        return t;
    }
    *p = s + 1;
    return t;
}

static bool zeros_only(const char *code, size_t *n) {
    *n = strspn(code, "0");
    return *n > 1 && *n < 20 && code[*n] == 0;
}

struct format format_of_code(const char *code) {
    struct format f = {.look = LOOK_PLAIN, .code = code};
    bool date = false, time = false, month = false, elapsed = false, percent = false;
    const char *p = code;
    size_t zeros;
    unsigned after_point = 0;
    bool point = false;
    for (struct token t = next_token(&p); t.kind != TOKEN_END; t = next_token(&p)) {
        if (t.kind == TOKEN_LETTER) {
            date |= t.letter == 'y' || t.letter == 'd';
            time |= t.letter == 'h' || t.letter == 's';
            month |= t.letter == 'm';
        }
        elapsed |= t.kind == TOKEN_ELAPSED;
        if (t.kind == TOKEN_OTHER) {
            percent |= *t.literal == '%';
            if (point && (*t.literal == '0' || *t.literal == '#'))
                after_point++;
            point |= *t.literal == '.';
        }
    }
    if (elapsed)
        f.look = LOOK_ELAPSED;
    else if (date || (month && !time))
        f.look = time ? LOOK_DATETIME : LOOK_DATE;
    else if (time)
        f.look = LOOK_TIME;
    else if (percent) {
        f.look = LOOK_PERCENT;
        f.digits = (uint8_t)(after_point > 10 ? 10 : after_point);
    } else if (zeros_only(code, &zeros)) {
        f.look = LOOK_ZEROS;
        f.digits = (uint8_t)zeros;
    }
    return f;
}

struct format format_builtin(unsigned id) {
    struct format f = {.look = LOOK_PLAIN};
    if (id == 9 || id == 10) {
        f.look = LOOK_PERCENT;
        f.digits = id == 10 ? 2 : 0;
    } else if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || (id >= 34 && id <= 36) || (id >= 50 && id <= 54) ||
               id == 57 || id == 58)
        f.look = LOOK_DATE;
    else if (id == 22)
        f.look = LOOK_DATETIME;
    else if ((id >= 18 && id <= 21) || id == 32 || id == 33 || id == 45 || id == 47 || id == 55 || id == 56)
        f.look = LOOK_TIME;
    else if (id == 46)
        f.look = LOOK_ELAPSED;
    return f;
}

struct moment {
    struct lt_date date;
    int weekday; /* 0 = Sunday */
    int64_t seconds, elapsed;
    bool twelve;
};

static const char *const months[] = {"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь",
                                     "октябрь", "ноябрь", "декабрь"};
static const char *const of_months[] = {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
                                        "октября", "ноября", "декабря"};
static const char *const short_months[] = {"янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"};
static const char *const weekdays[] = {"воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"};
static const char *const short_days[] = {"Вс", "Пн", "Вт", "Ср", "Чт", "Пт", "Сб"};

static struct moment moment_of(double serial) {
    struct moment m = {0};
    double whole = floor(serial);
    m.seconds = llround((serial - whole) * 86400);
    if (m.seconds >= 86400) {
        m.seconds -= 86400;
        whole += 1;
    }
    m.elapsed = llround(fabs(serial) * 86400);
    if (whole >= TABLE_SERIAL_MIN && whole < TABLE_SERIAL_MAX) {
        m.date = lt_date_from_days((int32_t)whole - SERIAL_OF_1970);
        m.weekday = (int)(((int64_t)whole % 7 + 7 + 6) % 7); /* 1899-12-30 was a Saturday */
    }
    return m;
}

static void put_padded(struct lt_buf *out, int64_t v, unsigned width) {
    lt_buf_addf(out, "%0*lld", width > 2 ? 2 : (int)width, (long long)v);
}

static void put_month(struct lt_buf *out, const struct moment *m, unsigned count, bool with_day) {
    size_t i = (size_t)(m->date.month > 0 ? m->date.month - 1 : 0);
    if (count >= 4)
        lt_buf_adds(out, with_day ? of_months[i] : months[i]);
    else if (count == 3)
        lt_buf_adds(out, short_months[i]);
    else
        put_padded(out, m->date.month, count);
}

static void put_letter(struct lt_buf *out, const struct moment *m, const struct token *t, bool minutes, bool with_day) {
    int64_t hour = m->seconds / 3600;
    if (m->twelve)
        hour = hour % 12 == 0 ? 12 : hour % 12;
    if (t->letter == 'y' && t->count > 2)
        lt_buf_addf(out, "%04d", m->date.year);
    else if (t->letter == 'y')
        put_padded(out, m->date.year % 100, 2);
    else if (t->letter == 'd' && t->count >= 3)
        lt_buf_adds(out, t->count >= 4 ? weekdays[m->weekday] : short_days[m->weekday]);
    else if (t->letter == 'd')
        put_padded(out, m->date.day, t->count);
    else if (t->letter == 'h')
        put_padded(out, hour, t->count);
    else if (t->letter == 's')
        put_padded(out, m->seconds % 60, t->count);
    else if (minutes)
        put_padded(out, m->seconds / 60 % 60, t->count);
    else
        put_month(out, m, t->count, with_day);
}

/* An m is minutes after hours and before seconds, else the month. */
static bool before_seconds(const char *p) {
    for (struct token t = next_token(&p); t.kind != TOKEN_END; t = next_token(&p))
        if (t.kind == TOKEN_LETTER)
            return t.letter == 's';
    return false;
}

static const char *usual_code(enum look look) {
    switch (look) {
    case LOOK_DATE: return "dd.mm.yyyy";
    case LOOK_DATETIME: return "dd.mm.yyyy hh:mm";
    case LOOK_ELAPSED: return "[h]:mm:ss";
    default: return "hh:mm:ss";
    }
}

void format_date(struct lt_buf *out, double serial, const struct format *f) {
    struct moment m = moment_of(serial);
    const char *code = f->code ? f->code : usual_code(f->look);
    bool after_hours = false, with_day = false;
    const char *p = code;
    for (struct token t = next_token(&p); t.kind != TOKEN_END; t = next_token(&p)) {
        m.twelve |= t.kind == TOKEN_AMPM;
        with_day |= t.kind == TOKEN_LETTER && t.letter == 'd' && t.count <= 2;
    }
    p = code;
    if (f->look == LOOK_ELAPSED && serial < 0)
        lt_buf_addc(out, '-');
    for (struct token t = next_token(&p); t.kind != TOKEN_END; t = next_token(&p)) {
        if (t.kind == TOKEN_LETTER) {
            put_letter(out, &m, &t, t.letter == 'm' && (after_hours || before_seconds(p)), with_day);
            after_hours = t.letter == 'h';
        } else if (t.kind == TOKEN_ELAPSED) {
            int64_t unit = t.letter == 'h' ? 3600 : t.letter == 'm' ? 60 : 1;
            put_padded(out, m.elapsed / unit, t.count);
            after_hours = t.letter == 'h';
        } else if (t.kind == TOKEN_AMPM)
            lt_buf_adds(out, m.seconds < 43200 ? "AM" : "PM");
        else if (t.kind == TOKEN_LITERAL || (t.kind == TOKEN_OTHER && !strchr("0#?@", *t.literal)))
            lt_buf_add(out, t.literal_len ? t.literal : "", t.literal_len);
    }
}

/* The shortest text that reads back as the same number, as Excel shows a General cell of enough width. */
static void put_plain(struct lt_buf *b, double v) {
    if (v == 0)
        v = 0; /* no "-0" */
    if (fabs(v) < 1e15 && v == floor(v))
        lt_buf_addf(b, "%.0f", v);
    else
        lt_buf_addf(b, "%.15g", v);
}

static bool is_time(double v, const struct format *f) {
    return f->look == LOOK_ELAPSED || (v < 1 && (f->look == LOOK_TIME || f->look == LOOK_DATETIME));
}

static enum table_type date_type(double v, const struct format *f) {
    if (is_time(v, f))
        return TABLE_TIME;
    /* Midnight is what programs write for no time at all: OpenDocument keeps such a value as a plain date. */
    return f->look == LOOK_DATE || v == floor(v) ? TABLE_DATE : TABLE_DATETIME;
}

/* Excel believes that 1900 was a leap year (so that Lotus files open): its days 1..60 lie one later than counted from
 * 1899-12-30, and day 60 is a 29 February that never was. Days before 61 are moved; day 60 falls on 28 February. */
static double from_excel_days(double v) {
    if (v >= 1 && v < 60)
        return v + 1;
    return v;
}

int reader_number(struct reader *r, uint32_t row, uint32_t column, unsigned flags, double v, const struct format *f) {
    struct lt_buf b = LT_BUF_INIT(1000);
    enum table_type type = TABLE_NUMBER;
    if (f->look >= LOOK_DATE && f->look <= LOOK_ELAPSED) {
        double days = is_time(v, f) ? v : r->date_1904 ? v + 1462 : from_excel_days(v);
        /* Excel shows no date for less than 1 and ##### for negative ones and those after 9999: the number is all there is. */
        bool shown = is_time(v, f) ? days >= 0 : days >= 1;
        if (shown && days < TABLE_SERIAL_MAX) {
            type = date_type(v, f);
            v = days;
        }
    }
    if (type != TABLE_NUMBER)
        format_date(&b, v, f);
    else if (f->look == LOOK_PERCENT && fabs(v) < 1e12)
        lt_buf_addf(&b, "%.*f%%", (int)f->digits, v * 100);
    else if (f->look == LOOK_ZEROS && v >= 0 && v < 1e15)
        lt_buf_addf(&b, "%0*.0f", (int)f->digits, v);
    else
        put_plain(&b, v);
    int rc = b.failed ? reader_damaged(r, "number format")
                      : reader_cell(r, row, column, type, flags, v, b.data ? b.data : "", b.len);
    lt_buf_free(&b);
    return rc;
}
