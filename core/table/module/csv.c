/* CSV as people have it: UTF-8, UTF-16 with a mark, Windows-1251; separated by ; , or tab; quotes over lines. All cells are texts. */
#include "reader.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE_RECORDS 200u

/* Windows-1251, the upper half. 0x98 is undefined. */
static const uint16_t cp1251[128] = {
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x0409, 0x2039, 0x040A, 0x040C, 0x040B, 0x040F,
    0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0xFFFD, 0x2122, 0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F,
    0x00A0, 0x040E, 0x045E, 0x0408, 0x00A4, 0x0490, 0x00A6, 0x00A7, 0x0401, 0x00A9, 0x0404, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x0407,
    0x00B0, 0x00B1, 0x0406, 0x0456, 0x0491, 0x00B5, 0x00B6, 0x00B7, 0x0451, 0x2116, 0x0454, 0x00BB, 0x0458, 0x0405, 0x0455, 0x0457,
    0x0410, 0x0411, 0x0412, 0x0413, 0x0414, 0x0415, 0x0416, 0x0417, 0x0418, 0x0419, 0x041A, 0x041B, 0x041C, 0x041D, 0x041E, 0x041F,
    0x0420, 0x0421, 0x0422, 0x0423, 0x0424, 0x0425, 0x0426, 0x0427, 0x0428, 0x0429, 0x042A, 0x042B, 0x042C, 0x042D, 0x042E, 0x042F,
    0x0430, 0x0431, 0x0432, 0x0433, 0x0434, 0x0435, 0x0436, 0x0437, 0x0438, 0x0439, 0x043A, 0x043B, 0x043C, 0x043D, 0x043E, 0x043F,
    0x0440, 0x0441, 0x0442, 0x0443, 0x0444, 0x0445, 0x0446, 0x0447, 0x0448, 0x0449, 0x044A, 0x044B, 0x044C, 0x044D, 0x044E, 0x044F};

size_t value_utf8(char to[4], uint32_t c) {
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3f));
        to[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

size_t value_1251_char(unsigned char c, char to[4]) { return value_utf8(to, c < 0x80 ? c : cp1251[c - 0x80]); }
size_t value_utf16_char(const unsigned char *s, size_t len, bool big, char to[4], size_t *used) {
    uint32_t c = big ? (uint32_t)s[0] << 8 | s[1] : (uint32_t)s[1] << 8 | s[0];
    *used = 2;
    if (c >= 0xd800 && c < 0xdc00 && len >= 4) {
        uint32_t low = big ? (uint32_t)s[2] << 8 | s[3] : (uint32_t)s[3] << 8 | s[2];
        if (low >= 0xdc00 && low < 0xe000) {
            *used = 4;
            return value_utf8(to, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
        }
    }
    return value_utf8(to, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
}

struct text {
    char *data;
    size_t len;
    const char *encoding;
};

static int refuse(struct reader *r, const char *code) { return lt_fail(r->err, LT_REFUSED, code, (char *)NULL); }

static int from_utf16(struct reader *r, size_t mark, bool big, struct text *out) {
    const unsigned char *s = r->data + mark;
    size_t len = r->len - mark, used;
    if (len % 2 != 0)
        return refuse(r, "table.encoding");
    out->data = malloc(len / 2 * 3 + 1);
    if (!out->data)
        return lt_fail_memory(r->err);
    for (size_t i = 0; i < len; i += used)
        out->len += value_utf16_char(s + i, len - i, big, out->data + out->len, &used);
    out->encoding = "utf-16";
    return 0;
}

static int from_bytes(struct reader *r, struct text *out) {
    int charset = charset_guess(r->data, r->len);
    if (charset < 0)
        return refuse(r, "table.encoding");
    out->data = malloc(r->len * 3 + 1);
    if (!out->data)
        return lt_fail_memory(r->err);
    for (size_t i = 0; i < r->len; i++)
        out->len += charset_char(charset, r->data[i], out->data + out->len);
    out->encoding = charset_name(charset);
    return 0;
}

static int decode(struct reader *r, struct text *out) {
    const unsigned char *s = r->data;
    if (r->len >= 2 && s[0] == 0xff && s[1] == 0xfe)
        return from_utf16(r, 2, false, out);
    if (r->len >= 2 && s[0] == 0xfe && s[1] == 0xff)
        return from_utf16(r, 2, true, out);
    int wide = charset_wide(s, r->len);
    if (wide)
        return from_utf16(r, 0, wide == 2, out);
    if (memchr(s, 0, r->len))
        return refuse(r, "table.not_a_table");
    if (!lt_utf8_valid((const char *)s, r->len))
        return from_bytes(r, out);
    size_t mark = r->len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    out->data = malloc(r->len - mark + 1);
    if (!out->data)
        return lt_fail_memory(r->err);
    out->len = r->len - mark;
    memcpy(out->data, s + mark, out->len);
    out->encoding = "utf-8";
    return 0;
}

/* --- records --- */

struct scan {
    const char *s;
    size_t len, at;
    char separator; /* 0: one column */
    struct lt_buf field;
};

enum stop { STOP_FIELD, STOP_RECORD, STOP_FILE, STOP_OPEN_QUOTE };

/* Reads one field into scan->field and says what ended it. A quote opens only at the beginning of a field; what follows a
 * closing quote is taken as it is. */
static enum stop next_field(struct scan *c) {
    lt_buf_reset(&c->field);
    if (c->at < c->len && c->s[c->at] == '"') {
        for (c->at++;; c->at++) {
            const char *from = c->s + c->at, *quote = memchr(from, '"', c->len - c->at);
            if (!quote)
                return STOP_OPEN_QUOTE;
            lt_buf_add(&c->field, from, (size_t)(quote - from));
            c->at = (size_t)(quote - c->s) + 1;
            if (c->at >= c->len || c->s[c->at] != '"')
                break;
            lt_buf_addc(&c->field, '"');
        }
    }
    size_t from = c->at;
    while (c->at < c->len && c->s[c->at] != c->separator && c->s[c->at] != '\n' && c->s[c->at] != '\r')
        c->at++;
    lt_buf_add(&c->field, c->s + from, c->at - from);
    if (c->at >= c->len)
        return STOP_FILE;
    char end = c->s[c->at++];
    if (end == c->separator)
        return STOP_FIELD;
    if (end == '\r' && c->at < c->len && c->s[c->at] == '\n')
        c->at++;
    return c->at >= c->len ? STOP_FILE : STOP_RECORD;
}

/* How many records of the sample have the most frequent number of fields, if it is more than one; in thousandths. */
static unsigned agreement(const struct text *t, char separator) {
    uint32_t counts[64] = {0}, records = 0, fields = 1;
    struct scan c = {.s = t->data, .len = t->len, .separator = separator, .field = LT_BUF_INIT(t->len + 1)};
    enum stop stop = STOP_RECORD;
    while (c.at < c.len && records < SAMPLE_RECORDS && stop != STOP_FILE) {
        stop = next_field(&c);
        if (stop == STOP_FIELD) {
            fields++;
            continue;
        }
        if (fields > 1 || c.field.len > 0) {
            records++;
            counts[fields < 63 ? fields : 63]++;
        }
        fields = 1;
        if (stop == STOP_OPEN_QUOTE) /* that it is never closed is for the reading to say */
            break;
    }
    lt_buf_free(&c.field);
    uint32_t best = 0;
    for (size_t i = 2; i < 64; i++)
        if (counts[i] > best)
            best = counts[i];
    return records > 0 ? best * 1000 / records : 0;
}

static char find_separator(const struct text *t) {
    static const char candidates[] = {';', '\t', ','};
    unsigned best = 0;
    char found = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        unsigned a = agreement(t, candidates[i]);
        if (a > best) {
            best = a;
            found = candidates[i];
        }
    }
    return found;
}

/* "sep=;" in the first line is a note to Excel, not a record of the table; it keeps its line number. */
static char told_separator(const struct text *t, size_t *skip) {
    if (t->len < 5 || strncasecmp(t->data, "sep=", 4) != 0 || !strchr(";,\t", t->data[4]))
        return 0;
    size_t at = 5;
    if (at < t->len && t->data[at] == '\r')
        at++;
    if (at < t->len && t->data[at] != '\n' && t->data[at - 1] != '\r')
        return 0;
    *skip = at < t->len && t->data[at] == '\n' ? at + 1 : at;
    return t->data[4];
}

static int read_records(struct reader *r, struct scan *c, uint32_t row) {
    uint32_t column = 1, started = row;
    while (c->at < c->len || column > 1) {
        enum stop stop = next_field(c);
        if (stop == STOP_OPEN_QUOTE)
            return reader_refuse(r, "open_quote", started, column, NULL);
        if (c->field.failed)
            return lt_fail_memory(r->err);
        if (c->field.len > 0) {
            int rc = reader_cell(r, row, column, TABLE_TEXT, 0, 0, c->field.data, c->field.len);
            if (rc != 0)
                return rc;
        }
        if (stop == STOP_FILE)
            break;
        column = stop == STOP_FIELD ? column + 1 : 1;
        row += stop == STOP_RECORD;
        started = row;
        if (row == UINT32_MAX || column == UINT32_MAX)
            return reader_damaged(r, "size");
    }
    return 0;
}

int read_csv(struct reader *r) {
    struct text t = {0};
    size_t skip = 0;
    int rc = decode(r, &t);
    if (rc != 0)
        return rc;
    t.data[t.len] = 0;
    char separator = told_separator(&t, &skip);
    uint32_t first = separator ? 2 : 1;
    if (!separator)
        separator = find_separator(&t);
    struct scan c = {.s = t.data, .len = t.len, .at = skip, .separator = separator,
                     .field = LT_BUF_INIT(t.len + 1)};
    if (memchr(t.data, 0, t.len)) /* of UTF-16: no table has such a character */
        rc = refuse(r, "table.not_a_table");
    if (rc == 0)
        rc = reader_book(r, TABLE_CSV, t.encoding, separator);
    if (rc == 0)
        rc = reader_sheet_begin(r, "", 0, false);
    if (rc == 0)
        rc = read_records(r, &c, first);
    if (rc == 0)
        rc = reader_sheet_end(r);
    lt_buf_free(&c.field);
    free(t.data);
    return rc;
}
