/* One worksheet. Texts stand in their cells (inlineStr): nothing of them is read as a formula. */
#include "parts.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "print/print.h"

#include <string.h>

#define COLUMNS_MAX 200u
#define TEXT_MAX 32000u /* characters of a cell; Excel takes 32 767 */

struct sheet {
    struct lt_buf *b;
    const json_t *columns, *rows, *notes;
    int offset;   /* minutes of the school's time */
    size_t least; /* lines of a row, where there is room to sign */
    size_t width[COLUMNS_MAX];
};

/* A1, B1 … AA1. row counts from 1, column from 0. */
static void reference(struct lt_buf *b, size_t row, size_t column)
{
    char letters[8];
    size_t n = sizeof letters;
    letters[--n] = 0;
    for (size_t c = column + 1; c > 0; c = (c - 1) / 26) letters[--n] = (char)('A' + (c - 1) % 26);
    lt_buf_addf(b, "%s%zu", letters + n, row);
}

static void begin(struct sheet *s, size_t row, size_t column, const char *type, enum sheet_style style)
{
    lt_buf_adds(s->b, "<c r=\"");
    reference(s->b, row, column);
    lt_buf_addf(s->b, "\" s=\"%d\"%s>", (int)style, type);
}

static void put_text(struct sheet *s, size_t row, size_t column, const char *text, enum sheet_style style)
{
    char cut[TEXT_MAX * 2 + 8];
    if (!*text) return;
    if (strlen(text) >= sizeof cut) {
        size_t n = lt_utf8_clip(text, sizeof cut - 1);
        memcpy(cut, text, n);
        cut[n] = 0;
        text = cut;
    }
    begin(s, row, column, " t=\"inlineStr\"", style);
    lt_buf_adds(s->b, "<is><t xml:space=\"preserve\">");
    parts_text(s->b, text);
    lt_buf_adds(s->b, "</t></is></c>");
}

static void put_number(struct sheet *s, size_t row, size_t column, const json_t *v, double number, enum sheet_style style)
{
    begin(s, row, column, "", style);
    lt_buf_adds(s->b, "<v>");
    if (json_is_integer(v)) lt_buf_addf(s->b, "%lld", (long long)json_integer_value(v));
    else lt_buf_addf(s->b, "%.10g", number);
    lt_buf_adds(s->b, "</v></c>");
}

/* Days since 1899-12-30, as sheets count them; dates before 1901 stay texts, where programs disagree. */
static bool as_day(const char *text, double *out)
{
    struct lt_date d;
    if (!lt_date_parse(text, &d) || d.year < 1901) return false;
    *out = (double)lt_date_days(d) + 25569;
    return true;
}

static bool as_instant(const struct sheet *s, const char *text, double *out)
{
    int64_t ms;
    if (!lt_instant_parse(text, &ms) || ms < INT64_C(-2177452800000)) return false;
    ms += (int64_t)s->offset * 60000;
    *out = (double)(ms / 1000) / 86400 + 25569;
    return true;
}

/* The same format with the frame of the table. */
static enum sheet_style framed(enum sheet_style plain)
{
    return plain == SHEET_DATE ? SHEET_FRAMED_DATE : plain == SHEET_INSTANT ? SHEET_FRAMED_INSTANT : plain == SHEET_NUMBER ? SHEET_FRAMED_NUMBER
                                                                                                                            : SHEET_FRAMED_TEXT;
}

static void put_cell(struct sheet *s, size_t row, size_t column, const json_t *v, bool frame)
{
    const char *type = lt_json_str_or(json_array_get(s->columns, column), "type", "text"), *text = json_string_value(v);
    double number = 0;
    enum sheet_style style = SHEET_TEXT;
    if (json_is_number(v) || json_is_boolean(v)) style = SHEET_NUMBER;
    else if (text && strcmp(type, "date") == 0 && as_day(text, &number)) style = SHEET_DATE;
    else if (text && strcmp(type, "instant") == 0 && as_instant(s, text, &number)) style = SHEET_INSTANT;
    enum sheet_style shown = frame ? framed(style) : style;
    if (json_is_number(v)) put_number(s, row, column, v, json_number_value(v), shown);
    else if (json_is_boolean(v)) {
        begin(s, row, column, " t=\"b\"", shown);
        lt_buf_adds(s->b, json_is_true(v) ? "<v>1</v></c>" : "<v>0</v></c>");
    } else if (style != SHEET_TEXT) put_number(s, row, column, NULL, number, shown);
    else if (text && *text) put_text(s, row, column, text, frame ? shown : SHEET_LOOSE);
    else if (frame) {
        begin(s, row, column, "", shown);
        lt_buf_adds(s->b, "</c>");
    }
}

static size_t letters_of(const struct sheet *s, const json_t *v, size_t column)
{
    const char *type = lt_json_str_or(json_array_get(s->columns, column), "type", "text");
    if (strcmp(type, "instant") == 0) return 16;
    if (strcmp(type, "date") == 0) return 11;
    return json_is_string(v) ? lt_utf8_count(json_string_value(v)) : 8;
}

static void put_widths(struct sheet *s)
{
    size_t n = json_array_size(s->columns), rows = json_array_size(s->rows);
    lt_buf_adds(s->b, "<cols>");
    for (size_t i = 0; i < n; i++) {
        const json_t *c = json_array_get(s->columns, i);
        size_t wide = lt_utf8_count(lt_json_str_or(c, "title", "")) + 3;
        for (size_t r = 0; r < rows && r < 500; r++) {
            size_t w = letters_of(s, json_array_get(json_array_get(s->rows, r), i), i) + 1;
            if (w > wide) wide = w;
        }
        if (wide > 48) wide = 48;
        int64_t width = lt_json_int(c, "width", (int64_t)(wide < 8 ? 8 : wide));
        s->width[i] = width < 1 ? 1 : (size_t)width;
        lt_buf_addf(s->b, "<col min=\"%zu\" max=\"%zu\" width=\"%lld\" customWidth=\"1\"/>", i + 1, i + 1, (long long)width);
    }
    lt_buf_adds(s->b, "</cols>");
}

/* Lines that a text takes in a column of that width; a little is added, as letters differ. bold: of the head. */
static size_t lines_of(const char *text, size_t width, bool bold)
{
    size_t lines = 0;
    for (const char *from = text; from;) {
        const char *end = strchr(from, '\n');
        size_t letters = end ? 0 : lt_utf8_count(from);
        for (const char *c = from; end && c < end; c++) letters += ((unsigned char)*c & 0xC0) != 0x80;
        letters = letters * (bold ? 125 : 112) / 100;
        lines += letters > width ? (letters + width - 1) / width : 1;
        from = end ? end + 1 : NULL;
    }
    return lines;
}

/* Programs that open a file do not make a row higher by themselves: what is wrapped would lie over the row below. */
static void begin_row(struct sheet *s, size_t at, size_t lines)
{
    enum { LINE = 15, MOST = 26 };
    if (lines > 1) lt_buf_addf(s->b, "<row r=\"%zu\" ht=\"%zu\">", at, (lines > MOST ? MOST : lines) * LINE);
    else lt_buf_addf(s->b, "<row r=\"%zu\">", at);
}

static void put_rows(struct sheet *s)
{
    size_t notes = json_array_size(s->notes), columns = json_array_size(s->columns), rows = json_array_size(s->rows);
    for (size_t i = 0; i < notes; i++) {
        lt_buf_addf(s->b, "<row r=\"%zu\">", i + 1);
        put_text(s, i + 1, 0, json_string_value(json_array_get(s->notes, i)) ? json_string_value(json_array_get(s->notes, i)) : "", SHEET_NOTE);
        lt_buf_adds(s->b, "</row>");
    }
    size_t at = notes + 1, lines = 1;
    for (size_t i = 0; i < columns; i++) {
        size_t n = lines_of(lt_json_str_or(json_array_get(s->columns, i), "title", ""), s->width[i], true);
        if (n > lines) lines = n;
    }
    begin_row(s, at, lines);
    for (size_t i = 0; i < columns; i++) put_text(s, at, i, lt_json_str_or(json_array_get(s->columns, i), "title", " "), SHEET_HEAD);
    lt_buf_adds(s->b, "</row>");
    for (size_t r = 0; r < rows && !s->b->failed; r++) {
        const json_t *row = json_array_get(s->rows, r);
        bool whole = json_array_size(row) == columns; /* shorter ones stand below the table: places for signatures */
        lines = whole ? s->least : 1;
        for (size_t i = 0; whole && i < columns; i++) {
            const json_t *v = json_array_get(row, i);
            const char *text = json_string_value(v);
            bool words = text && letters_of(s, v, i) == lt_utf8_count(text); /* not a date */
            size_t n = words ? lines_of(text, s->width[i], false) : 1;
            if (n > lines) lines = n;
        }
        begin_row(s, ++at, lines);
        for (size_t i = 0; i < columns; i++) put_cell(s, at, i, json_array_get(row, i), whole);
        lt_buf_adds(s->b, "</row>");
    }
}

int parts_sheet(struct lt_buf *b, const json_t *book, const json_t *sheet, struct lt_error *err)
{
    struct sheet s = {.b = b, .columns = lt_json_array(sheet, "columns"), .rows = lt_json_array(sheet, "rows"),
                      .notes = lt_json_array(sheet, "notes"), .offset = (int)lt_json_int(book, "offset", 180), .least = lt_json_int(sheet, "lines", 1) == 2 ? 2 : 1};
    size_t columns = json_array_size(s.columns), rows = json_array_size(s.rows), head = json_array_size(s.notes) + 1;
    if (!columns || columns > COLUMNS_MAX || !s.rows || head > 20)
        return lt_fail(err, LT_REFUSED, "print.malformed", "what", "sheet", (char *)NULL);
    if (rows > PRINT_MAX_ROWS) return lt_fail(err, LT_REFUSED, "print.rows", "limit", LT_NUM(PRINT_MAX_ROWS), (char *)NULL);
    lt_buf_addf(b, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
                   "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
                   "<sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews><sheetView workbookViewId=\"0\">"
                   "<pane ySplit=\"%zu\" topLeftCell=\"A%zu\" activePane=\"bottomLeft\" state=\"frozen\"/>"
                   "</sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/>", head, head + 1);
    put_widths(&s);
    lt_buf_adds(b, "<sheetData>");
    put_rows(&s);
    lt_buf_adds(b, "</sheetData><autoFilter ref=\"");
    reference(b, head, 0);
    lt_buf_addc(b, ':');
    reference(b, head + rows, columns - 1);
    lt_buf_adds(b, "\"/><pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.5\" header=\"0.3\" footer=\"0.3\"/>"
                   "<pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>");
    return b->failed ? lt_fail_memory(err) : 0;
}
