#include "xlsx.h"

#include <stdlib.h>
#include <string.h>

enum place { PLACE_NONE, PLACE_VALUE, PLACE_FORMULA };

struct work {
    struct reader *r;
    struct xml *x;
    const struct xlsx_strings *strings;
    const struct xlsx_styles *styles;
    uint32_t row, column; /* of the last one seen */
    char type[12];
    size_t style;
    bool formula, inline_text;
    struct lt_buf value;
};

/* "B12": column and row. Either may lack. false when it is something else. */
static bool parse_ref(const char *s, uint32_t *row, uint32_t *column, const char **end) {
    uint32_t c = 0, n = 0;
    while (*s == '$')
        s++;
    while ((*s | 32) >= 'a' && (*s | 32) <= 'z' && c < 100000)
        c = c * 26 + (uint32_t)((*s++ | 32) - 'a' + 1);
    while (*s == '$')
        s++;
    while (*s >= '0' && *s <= '9' && n < 100000000)
        n = n * 10 + (uint32_t)(*s++ - '0');
    *row = n;
    *column = c;
    *end = s;
    return c > 0 && n > 0;
}

static bool truth(const char *s) { return strcmp(s, "1") == 0 || strcmp(s, "true") == 0; }

static int on_column(struct work *w) {
    uint32_t from = (uint32_t)strtoul(xml_attr(w->x, "min"), NULL, 10);
    uint32_t to = (uint32_t)strtoul(xml_attr(w->x, "max"), NULL, 10);
    if (!truth(xml_attr(w->x, "hidden")) || from == 0 || to < from)
        return 0;
    return reader_hide_columns(w->r, from, to);
}

static int on_row(struct work *w) {
    const char *ref = xml_attr(w->x, "r");
    uint32_t row = *ref ? (uint32_t)strtoul(ref, NULL, 10) : w->row + 1;
    if (row == 0 || row > 100000000)
        return reader_damaged(w->r, "row number");
    w->row = row;
    w->column = 0;
    return truth(xml_attr(w->x, "hidden")) && row <= w->r->limits.rows ? reader_hide_rows(w->r, row, row) : 0;
}

static int on_merge(struct work *w) {
    struct area a;
    const char *end, *ref = xml_attr(w->x, "ref");
    if (!parse_ref(ref, &a.row1, &a.column1, &end))
        return reader_damaged(w->r, "merged cells");
    if (*end != ':')
        return 0;
    if (!parse_ref(end + 1, &a.row2, &a.column2, &end))
        return reader_damaged(w->r, "merged cells");
    return reader_merge(w->r, a);
}

/* The word of the value as a cell of its type. */
static int finish_cell(struct work *w) {
    static const struct format plain = {.look = LOOK_PLAIN};
    struct reader *r = w->r;
    const char *v = w->value.data ? w->value.data : "";
    size_t len = w->value.len;
    unsigned flags = w->formula ? TABLE_FORMULA : 0;
    const struct format *f = w->style < w->styles->n_cells ? &w->styles->cells[w->style] : &plain;
    double number;
    bool has_time;
    if (w->value.failed)
        return reader_refuse(r, "cell_too_long", w->row, w->column, LT_NUM(r->limits.cell_chars));
    if (w->inline_text || strcmp(w->type, "str") == 0)
        return reader_cell(r, w->row, w->column, TABLE_TEXT, flags, 0, v, len);
    if (len == 0)
        return reader_cell(r, w->row, w->column, TABLE_EMPTY, flags, 0, "", 0);
    if (strcmp(w->type, "s") == 0) {
        char *end;
        size_t i = strtoul(v, &end, 10);
        if (i >= w->strings->n)
            return reader_damaged(r, "shared strings");
        uint32_t from = i > 0 ? w->strings->ends[i - 1] : 0;
        return reader_cell(r, w->row, w->column, TABLE_TEXT, flags, 0, w->strings->pool.data + from,
                           w->strings->ends[i] - from);
    }
    if (strcmp(w->type, "b") == 0) {
        bool yes = truth(v);
        const char *text = yes ? "ИСТИНА" : "ЛОЖЬ";
        return reader_cell(r, w->row, w->column, TABLE_BOOL, flags, yes, text, strlen(text));
    }
    if (strcmp(w->type, "e") == 0)
        return reader_cell(r, w->row, w->column, TABLE_ERROR, flags, 0, v, len);
    if (strcmp(w->type, "d") == 0 && value_parse_iso(v, &number, &has_time)) {
        struct lt_buf text = LT_BUF_INIT(200);
        struct format iso = {.look = has_time ? LOOK_DATETIME : LOOK_DATE};
        format_date(&text, number, f->look >= LOOK_DATE && f->look <= LOOK_TIME ? f : &iso);
        int rc = reader_cell(r, w->row, w->column, has_time ? TABLE_DATETIME : TABLE_DATE, flags, number,
                             text.data ? text.data : "", text.len);
        lt_buf_free(&text);
        return rc;
    }
    if (!value_parse_number(v, &number)) /* not by the standard; what is written is still something */
        return reader_cell(r, w->row, w->column, TABLE_TEXT, flags, 0, v, len);
    return reader_number(r, w->row, w->column, flags, number, f);
}

static void begin_cell(struct work *w) {
    uint32_t row, column;
    const char *end, *ref = xml_attr(w->x, "r");
    if (*ref && parse_ref(ref, &row, &column, &end)) { /* the row of the reference is that of the row around */
        w->column = column;
        w->row = row;
    } else
        w->column++;
    const char *type = xml_attr(w->x, "t");
    size_t n = strlen(type);
    memcpy(w->type, n < sizeof w->type ? type : "", n < sizeof w->type ? n + 1 : 1);
    w->style = strtoul(xml_attr(w->x, "s"), NULL, 10);
    w->formula = w->inline_text = false;
    lt_buf_reset(&w->value);
}

static int on_cell(struct work *w) {
    enum xml_event e;
    enum place place = PLACE_NONE;
    int depth = xml_depth(w->x), rc;
    begin_cell(w);
    while ((rc = xml_next(w->x, &e)) == 0 && !(e == XML_END && xml_depth(w->x) == depth)) {
        if (e == XML_END_OF_FILE)
            return reader_damaged(w->r, "XML");
        if (e == XML_TEXT) {
            if (place == PLACE_VALUE)
                lt_buf_adds(&w->value, xml_text(w->x));
            continue;
        }
        const char *name = xml_name(w->x);
        place = PLACE_NONE;
        if (e == XML_START && strcmp(name, "v") == 0)
            place = PLACE_VALUE;
        else if (e == XML_START && strcmp(name, "f") == 0) {
            place = PLACE_FORMULA;
            w->formula = true;
        } else if (e == XML_START && strcmp(name, "is") == 0) {
            w->inline_text = true;
            rc = xlsx_rich_text(w->x, w->r, &w->value);
            if (rc != 0)
                return rc;
        }
    }
    if (rc != 0)
        return rc;
    if (strcmp(w->type, "str") == 0 && w->value.len > 0)
        w->value.len = xlsx_unescape(w->value.data, w->value.len);
    return finish_cell(w);
}

static int on_start(struct work *w) {
    const char *name = xml_name(w->x);
    if (strcmp(name, "c") == 0)
        return on_cell(w);
    if (strcmp(name, "row") == 0)
        return on_row(w);
    if (strcmp(name, "col") == 0)
        return on_column(w);
    if (strcmp(name, "mergeCell") == 0)
        return on_merge(w);
    return 0;
}

int xlsx_read_sheet(struct reader *r, struct package *p, const char *part, const struct xlsx_strings *strings,
                    const struct xlsx_styles *styles) {
    struct work w = {.r = r, .strings = strings, .styles = styles, .value = LT_BUF_INIT((size_t)r->limits.cell_chars * 4 + 4096)};
    enum xml_event e;
    int rc = xml_open(r, p, part, &w.x);
    if (rc != 0)
        return rc;
    while (rc == 0 && (rc = xml_next(w.x, &e)) == 0 && e != XML_END_OF_FILE)
        if (e == XML_START)
            rc = on_start(&w);
    xml_close(w.x);
    lt_buf_free(&w.value);
    return rc;
}
