/* Values in words of the reader's language. */
#include "cli.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TEXT_LIMIT = 1 << 20 };

/* Bytes of s[0..] that must not reach a terminal: C0 and C1 controls, DEL, and the marks that turn the
 * direction of text. */
static size_t steering(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x20 || u[0] == 0x7F) return 1;
    if (u[0] == 0xC2 && u[1] >= 0x80 && u[1] <= 0x9F) return 2;
    if (u[0] == 0xE2 && u[1] == 0x80 && u[2] >= 0xAA && u[2] <= 0xAE) return 3;
    if (u[0] == 0xE2 && u[1] == 0x81 && u[2] >= 0xA6 && u[2] <= 0xA9) return 3;
    return 0;
}

int cli_add_plain(struct lt_buf *out, const char *s, bool one_line)
{
    while (*s) {
        size_t n = steering(s);
        if (n == 0) {
            lt_buf_addc(out, *s++);
        } else if (*s == '\n' && !one_line) {
            lt_buf_addc(out, *s++);
        } else {
            lt_buf_adds(out, *s == '\n' || *s == '\t' ? " " : "?");
            s += n;
        }
    }
    return out->failed ? -1 : 0;
}

static void add_date(struct lt_buf *out, enum lt_lang lang, struct lt_date d)
{
    char id[32], day[8], year[8];
    lt_print(id, sizeof id, "cli.month.%d", d.month);
    lt_print(day, sizeof day, "%d", d.day);
    lt_print(year, sizeof year, "%d", d.year);
    lt_msg_add(out, lang, "cli.date", "day", day, "month", lt_msg(lang, id), "year", year, (char *)NULL);
}

/* An instant in the machine's time zone, as the clock beside the screen has it. */
static bool add_instant(struct lt_buf *out, enum lt_lang lang, const char *s)
{
    int64_t ms;
    if (strlen(s) < 20 || s[10] != 'T' || !lt_instant_parse(s, &ms)) return false;
    time_t at = (time_t)(ms / 1000);
    struct tm tm;
    if (!localtime_r(&at, &tm)) return false;
    add_date(out, lang,
             (struct lt_date){.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday});
    lt_buf_addf(out, ", %02d:%02d", tm.tm_hour, tm.tm_min);
    return true;
}

static void add_string(struct lt_buf *out, enum lt_lang lang, const struct uc_row *row, const char *key,
                       const char *s, bool one_line)
{
    struct lt_date d;
    if (lt_date_parse(s, &d)) {
        add_date(out, lang, d);
        return;
    }
    if (add_instant(out, lang, s)) return;
    const char *dot = strrchr(key, '.');
    bool word = *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.-")]; /* of a set of values; what people write is looked up in none */
    cli_add_plain(out, word ? lt_label(lang, uc_value_set(row, dot ? dot + 1 : key), s) : s, one_line);
}

static void add_value(struct lt_buf *out, enum lt_lang lang, const struct uc_row *row, const char *key,
                      const json_t *v, bool one_line);

/* A text in both languages, as plugins give it. */
static const char *in_language(const json_t *v, enum lt_lang lang)
{
    const char *ru = json_string_value(json_object_get(v, "ru")), *en = json_string_value(json_object_get(v, "en"));
    return lang == LT_EN && en ? en : ru ? ru : en;
}

/* A person by the whole name, where the object is one. */
static bool add_name(struct lt_buf *out, const json_t *v, bool one_line)
{
    static const char *const parts[] = {"surname", "first_name", "name", "patronymic"};
    const char *full = json_string_value(json_object_get(v, "full_name")), *surname = json_string_value(json_object_get(v, "surname"));
    bool first = json_object_get(v, "first_name") != NULL; /* then the name is not the given one */
    if (!full && !surname) return false;
    if (full) cli_add_plain(out, full, one_line);
    for (size_t i = 0; !full && i < sizeof parts / sizeof parts[0]; i++) {
        const char *s = json_string_value(json_object_get(v, parts[i]));
        if (!s || !*s || (first && strcmp(parts[i], "name") == 0)) continue;
        if (i) lt_buf_addc(out, ' ');
        cli_add_plain(out, s, one_line);
    }
    return true;
}

/* What has no name of its own: its values with their names; a column of a sheet by its letter. */
static void add_parts(struct lt_buf *out, enum lt_lang lang, const struct uc_row *row, const json_t *v, bool one_line)
{
    const char *key, *column = json_string_value(json_object_get(v, "column"));
    json_t *part;
    bool any = false;
    json_object_foreach((json_t *)v, key, part)
    {
        if (json_is_null(part) || (json_is_string(part) && !json_string_length(part))) continue;
        if (any) lt_buf_adds(out, column ? " " : "; ");
        if (!column) lt_buf_addf(out, "%s: ", cli_field_label(lang, row, key));
        add_value(out, lang, row, key, part, one_line);
        any = true;
    }
    if (!any) lt_buf_adds(out, "—");
}

/* An object inside a cell: the part by which a person knows it. */
static void add_object(struct lt_buf *out, enum lt_lang lang, const struct uc_row *row, const json_t *v,
                       bool one_line)
{
    static const char *const names[] = {"message", "title", "name", "label", "id"};
    const char *said = in_language(v, lang);
    if (said) {
        cli_add_plain(out, said, one_line);
        return;
    }
    if (add_name(out, v, one_line)) return;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *part = json_object_get(v, names[i]);
        if (json_is_string(part) || (json_is_object(part) && in_language(part, lang))) {
            add_value(out, lang, row, names[i], part, one_line);
            return;
        }
    }
    add_parts(out, lang, row, v, one_line);
}

static void add_value(struct lt_buf *out, enum lt_lang lang, const struct uc_row *row, const char *key,
                      const json_t *v, bool one_line)
{
    switch (v ? json_typeof(v) : JSON_NULL) {
    case JSON_STRING:
        add_string(out, lang, row, key, json_string_value(v), one_line);
        break;
    case JSON_INTEGER:
        lt_buf_addf(out, "%lld", (long long)json_integer_value(v));
        break;
    case JSON_REAL: {
        char number[40];
        lt_print(number, sizeof number, "%.10g", json_real_value(v));
        char *point = strchr(number, '.');
        if (point && lang == LT_RU) *point = ',';
        lt_buf_adds(out, number);
        break;
    }
    case JSON_TRUE:
        lt_buf_adds(out, lt_msg(lang, "cli.yes"));
        break;
    case JSON_FALSE:
        lt_buf_adds(out, lt_msg(lang, "cli.no"));
        break;
    case JSON_NULL:
        lt_buf_adds(out, "—");
        break;
    case JSON_ARRAY:
        if (json_array_size(v) == 0) lt_buf_adds(out, "—");
        for (size_t i = 0; i < json_array_size(v); i++) {
            if (i) lt_buf_adds(out, ", ");
            add_value(out, lang, row, key, json_array_get(v, i), one_line);
        }
        break;
    case JSON_OBJECT:
        add_object(out, lang, row, v, one_line);
        break;
    }
}

char *cli_value_text(enum lt_lang lang, const struct uc_row *row, const char *key, const json_t *v,
                     bool one_line)
{
    struct lt_buf out = LT_BUF_INIT(TEXT_LIMIT);
    add_value(&out, lang, row, key, v, one_line);
    return lt_buf_take(&out, NULL);
}
