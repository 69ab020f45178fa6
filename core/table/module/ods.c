/* ODS (OpenDocument 1.3 part 3, chapter 9): content.xml in one pass. Rows and cells carry repeat counts, so a file of a kilobyte
 * can speak of milliards of cells: repetitions are unfolded under the reader's limits, empty ones only counted. */
#include "reader.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define MOST_STYLES 2000u
#define NEVER 0x7fffffffu /* row and column numbers stop growing here */

struct held { /* a cell of the row under way */
    uint32_t column, repeat, text, text_len;
    double number;
    enum table_type type;
    unsigned flags;
};

struct work {
    struct reader *r;
    struct xml *x;
    char (*hidden_styles)[64];
    size_t n_hidden, cap_hidden;
    char style[64]; /* of the style:style around */
    bool started;   /* reader_book was called */
    uint32_t row, column, columns_seen;
    struct held *held;
    size_t n_held, cap_held;
    struct lt_buf texts; /* of the row under way */
    bool gap;            /* white space was just written: more of it is the same */
};

static bool is(struct work *w, const char *name) { return strcmp(xml_name(w->x), name) == 0; }

static uint32_t count_attr(struct work *w, const char *name) {
    const char *s = xml_attr(w->x, name);
    unsigned long n = *s ? strtoul(s, NULL, 10) : 1;
    return n == 0 ? 1 : n > NEVER ? NEVER : (uint32_t)n;
}

static uint32_t advance(uint32_t at, uint32_t by) { return by > NEVER - at ? NEVER : at + by; }

static bool is_hidden(struct work *w) {
    const char *v = xml_attr(w->x, "visibility");
    return strcmp(v, "collapse") == 0 || strcmp(v, "filter") == 0;
}

/* --- texts --- */

static void add_collapsed(struct work *w, const char *s) {
    for (; *s; s++) {
        if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r') {
            if (!w->gap)
                lt_buf_addc(&w->texts, ' ');
            w->gap = true;
        } else {
            lt_buf_addc(&w->texts, *s);
            w->gap = false;
        }
    }
}

static void add_spaces(struct work *w) {
    uint32_t n = count_attr(w, "c");
    for (uint32_t i = 0; i < n && i <= w->r->limits.cell_chars && !w->texts.failed; i++)
        lt_buf_addc(&w->texts, ' ');
    w->gap = false; /* explicit ones are not collapsed */
}

/* A paragraph: after its START, up to its END. */
static int read_paragraph(struct work *w) {
    int depth = xml_depth(w->x), rc;
    enum xml_event e;
    w->gap = true; /* white space at the beginning does not count */
    while ((rc = xml_next(w->x, &e)) == 0 && !(e == XML_END && xml_depth(w->x) == depth)) {
        if (e == XML_END_OF_FILE)
            return reader_damaged(w->r, "XML");
        if (e == XML_TEXT)
            add_collapsed(w, xml_text(w->x));
        if (e != XML_START)
            continue;
        if (is(w, "s"))
            add_spaces(w);
        else if (is(w, "tab") || is(w, "line-break")) {
            lt_buf_addc(&w->texts, is(w, "tab") ? '\t' : '\n');
            w->gap = false;
        } else if (is(w, "annotation") || is(w, "ruby-text") || is(w, "note")) {
            rc = xml_skip(w->x);
            if (rc != 0)
                return rc;
        }
    }
    return rc;
}

/* All paragraphs of a cell; comments, pictures and tables inside are passed over. */
static int read_cell_text(struct work *w) {
    int depth = xml_depth(w->x), rc;
    enum xml_event e;
    bool first = true;
    while ((rc = xml_next(w->x, &e)) == 0 && !(e == XML_END && xml_depth(w->x) == depth)) {
        if (e == XML_END_OF_FILE)
            return reader_damaged(w->r, "XML");
        if (e != XML_START)
            continue;
        if (is(w, "p") || is(w, "h")) {
            if (!first)
                lt_buf_addc(&w->texts, '\n');
            first = false;
            rc = read_paragraph(w);
        } else
            rc = xml_skip(w->x);
        if (rc != 0)
            return rc;
    }
    return rc;
}

/* --- cells --- */

/* Type and number from the attributes. */
static void read_value(struct work *w, struct held *h, char fallback[40]) {
    char type[16];
    bool has_time;
    fallback[0] = 0;
    if (!lt_print(type, sizeof type, "%s", xml_attr_ns(w->x, ":office:", "value-type")))
        type[0] = 0;
    h->type = TABLE_TEXT;
    /* LibreOffice calls errors strings and tells the truth in an attribute of its own. */
    if (strcmp(xml_attr_ns(w->x, ":calcext:", "value-type"), "error") == 0)
        h->type = TABLE_ERROR;
    else if (strcmp(type, "boolean") == 0) {
        h->type = TABLE_BOOL;
        h->number = strcmp(xml_attr(w->x, "boolean-value"), "true") == 0;
    } else if (strcmp(type, "date") == 0 && value_parse_iso(xml_attr(w->x, "date-value"), &h->number, &has_time))
        h->type = has_time ? TABLE_DATETIME : TABLE_DATE;
    else if (strcmp(type, "time") == 0 && value_parse_duration(xml_attr(w->x, "time-value"), &h->number) &&
             h->number < TABLE_SERIAL_MAX && h->number > -TABLE_SERIAL_MAX)
        h->type = TABLE_TIME;
    else if ((strcmp(type, "float") == 0 || strcmp(type, "currency") == 0 || strcmp(type, "percentage") == 0) &&
             value_parse_number(xml_attr(w->x, "value"), &h->number)) {
        h->type = TABLE_NUMBER;
        lt_print(fallback, 40, "%.15g", h->number);
    }
}

/* What is displayed, unless the column was too narrow for it when the file was saved ("###"). */
static void settle_text(struct work *w, struct held *h, const char *fallback) {
    h->text_len = (uint32_t)(w->texts.len - h->text);
    const char *shown = w->texts.data ? w->texts.data + h->text : "";
    bool narrow = h->text_len >= 2 && strncmp(shown, "##", 2) == 0;
    if (h->type == TABLE_TEXT || h->type == TABLE_ERROR || (h->text_len > 0 && !narrow && h->type != TABLE_BOOL))
        return;
    w->texts.len = h->text;
    if (h->type == TABLE_NUMBER)
        lt_buf_adds(&w->texts, fallback);
    else if (h->type == TABLE_BOOL)
        lt_buf_adds(&w->texts, h->number != 0 ? "ИСТИНА" : "ЛОЖЬ");
    else {
        struct format f = {.look = h->type == TABLE_DATE ? LOOK_DATE : h->type == TABLE_TIME ? LOOK_ELAPSED : LOOK_DATETIME};
        format_date(&w->texts, h->number, &f);
    }
    h->text_len = (uint32_t)(w->texts.len - h->text);
}

static int on_cell(struct work *w, bool covered) {
    struct held h = {.column = advance(w->column, 1), .repeat = count_attr(w, "number-columns-repeated"),
                     .text = (uint32_t)w->texts.len};
    uint32_t across = count_attr(w, "number-columns-spanned"), down = count_attr(w, "number-rows-spanned");
    char fallback[40];
    w->column = advance(w->column, h.repeat);
    if (covered) /* what lies under a merged cell is not seen in the program */
        return xml_skip(w->x);
    h.flags = *xml_attr(w->x, "formula") ? TABLE_FORMULA : 0;
    read_value(w, &h, fallback);
    int rc = read_cell_text(w);
    if (rc != 0)
        return rc;
    settle_text(w, &h, fallback);
    if (w->texts.failed)
        return reader_refuse(w->r, "row_too_long", w->row, 0, LT_NUM(TABLE_TEXT_BYTES >> 10));
    if (h.type == TABLE_TEXT && h.text_len == 0 && !h.flags)
        return 0;
    if (across > 1 || down > 1) {
        rc = reader_merge(w->r, (struct area){w->row, h.column, advance(w->row, down - 1), advance(h.column, across - 1)});
        if (rc != 0)
            return rc;
    }
    struct held *grown = lt_array_grow(w->held, &w->cap_held, w->n_held + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(w->r->err);
    w->held = grown;
    grown[w->n_held++] = h;
    return w->n_held > w->r->limits.columns
               ? reader_refuse(w->r, "too_many_columns", w->row, h.column, LT_NUM(w->r->limits.columns))
               : 0;
}

static int give_row(struct work *w, uint32_t row) {
    int rc = 0;
    for (size_t i = 0; i < w->n_held && rc == 0; i++) {
        const struct held *h = &w->held[i];
        const char *text = h->text_len ? w->texts.data + h->text : "";
        for (uint32_t k = 0; k < h->repeat && rc == 0; k++)
            rc = reader_cell(w->r, row, advance(h->column, k), h->type, h->flags, h->number, text, h->text_len);
    }
    return rc;
}

static int on_row(struct work *w) {
    uint32_t repeat = count_attr(w, "number-rows-repeated"), first = advance(w->row, 1);
    int depth = xml_depth(w->x), rc = 0;
    bool hidden = is_hidden(w);
    enum xml_event e;
    w->row = first;
    w->column = 0;
    w->n_held = 0;
    lt_buf_reset(&w->texts);
    while ((rc = xml_next(w->x, &e)) == 0 && !(e == XML_END && xml_depth(w->x) == depth)) {
        if (e == XML_END_OF_FILE)
            return reader_damaged(w->r, "XML");
        if (e == XML_START && (is(w, "table-cell") || is(w, "covered-table-cell")))
            rc = on_cell(w, is(w, "covered-table-cell"));
        if (rc != 0)
            return rc;
    }
    if (rc == 0 && hidden && first <= w->r->limits.rows)
        rc = reader_hide_rows(w->r, first, advance(first, repeat - 1));
    for (uint32_t i = 0; i < repeat && rc == 0 && w->n_held > 0; i++)
        rc = give_row(w, advance(first, i));
    w->row = advance(first, repeat - 1);
    return rc;
}

/* --- tables --- */

static bool style_hides(const struct work *w, const char *name) {
    for (size_t i = 0; i < w->n_hidden; i++)
        if (strcmp(w->hidden_styles[i], name) == 0)
            return true;
    return false;
}

static int on_column(struct work *w) {
    uint32_t n = count_attr(w, "number-columns-repeated"), first = advance(w->columns_seen, 1);
    w->columns_seen = advance(w->columns_seen, n);
    return is_hidden(w) ? reader_hide_columns(w->r, first, w->columns_seen) : 0;
}

static int read_table(struct work *w) {
    int depth = xml_depth(w->x);
    enum xml_event e;
    const char *name = xml_attr(w->x, "name");
    char copy[TABLE_NAME_BYTES + 1];
    size_t n = lt_utf8_clip(name, TABLE_NAME_BYTES);
    memcpy(copy, name, n);
    copy[n] = 0;
    bool hidden = style_hides(w, xml_attr(w->x, "style-name"));
    int rc = reader_sheet_begin(w->r, copy, n, hidden);
    w->row = w->columns_seen = 0;
    while (rc == 0 && (rc = xml_next(w->x, &e)) == 0 && !(e == XML_END && xml_depth(w->x) == depth)) {
        if (e == XML_END_OF_FILE)
            return reader_damaged(w->r, "XML");
        if (e != XML_START)
            continue;
        if (is(w, "table-row"))
            rc = on_row(w);
        else if (is(w, "table-column"))
            rc = on_column(w);
        else if (is(w, "shapes") || is(w, "forms") || is(w, "named-expressions") || is(w, "conditional-formats") ||
                 is(w, "table-source") || is(w, "scenario") || is(w, "sparkline-groups"))
            rc = xml_skip(w->x);
    }
    return rc == 0 ? reader_sheet_end(w->r) : rc;
}

static int on_style(struct work *w) {
    if (is(w, "style")) {
        if (!lt_print(w->style, sizeof w->style, "%s", xml_attr(w->x, "name")) ||
            strcmp(xml_attr(w->x, "family"), "table") != 0)
            w->style[0] = 0;
        return 0;
    }
    if (!w->style[0] || strcmp(xml_attr(w->x, "display"), "false") != 0)
        return 0;
    if (w->n_hidden >= MOST_STYLES)
        return reader_damaged(w->r, "styles");
    char(*grown)[64] = lt_array_grow(w->hidden_styles, &w->cap_hidden, w->n_hidden + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(w->r->err);
    w->hidden_styles = grown;
    memcpy(grown[w->n_hidden++], w->style, sizeof w->style);
    return 0;
}

static int on_start(struct work *w) {
    if (is(w, "style") || is(w, "table-properties"))
        return on_style(w);
    if (is(w, "tracked-changes") || is(w, "dde-links") || is(w, "scripts") || is(w, "font-face-decls"))
        return xml_skip(w->x);
    if (is(w, "null-date"))
        w->r->date_1904 = strcmp(xml_attr(w->x, "date-value"), "1904-01-01") == 0; /* dates themselves are written out */
    if (!is(w, "table"))
        return 0;
    int rc = w->started ? 0 : reader_book(w->r, TABLE_ODS, "", 0);
    w->started = true;
    return rc == 0 ? read_table(w) : rc;
}

static int check_encryption(struct reader *r, struct package *p) {
    static const char name[] = "META-INF/manifest.xml";
    struct xml *x = NULL;
    enum xml_event e;
    if (!package_has(p, name))
        return 0;
    int rc = xml_open(r, p, name, &x);
    while (rc == 0 && (rc = xml_next(x, &e)) == 0 && e != XML_END_OF_FILE)
        if (e == XML_START && lt_starts(xml_name(x), "encryption-data"))
            rc = lt_fail(r->err, LT_REFUSED, "table.encrypted", (char *)NULL);
    xml_close(x);
    return rc;
}

int read_ods(struct reader *r, struct package *p) {
    struct work w = {.r = r, .texts = LT_BUF_INIT(TABLE_TEXT_BYTES)};
    enum xml_event e;
    int rc = check_encryption(r, p);
    if (rc == 0)
        rc = xml_open(r, p, "content.xml", &w.x);
    while (rc == 0 && (rc = xml_next(w.x, &e)) == 0 && e != XML_END_OF_FILE)
        if (e == XML_START)
            rc = on_start(&w);
    if (rc == 0 && !w.started)
        rc = reader_book(r, TABLE_ODS, "", 0);
    xml_close(w.x);
    free(w.held);
    free(w.hidden_styles);
    lt_buf_free(&w.texts);
    return rc;
}
