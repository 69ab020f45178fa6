/* Tables: column widths by shares, rows as high as their highest cell, the head again on each page. */
#include "pdf.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

#define PAD 3.0
#define COLUMNS_MAX 40

struct table {
    struct pdf *p;
    const json_t *columns, *rows;
    double x, lefts[COLUMNS_MAX + 1];
    size_t n;
    double least; /* height of a row */
};

static double share(const json_t *column)
{
    json_t *w = json_object_get(column, "width");
    double v = json_is_number(w) ? json_number_value(w) : 1;
    return v > 0 && v < 1000 ? v : 1;
}

static bool table_of(struct pdf *p, const json_t *block, double x, double width, struct table *t)
{
    *t = (struct table){.p = p, .columns = lt_json_array(block, "columns"), .rows = lt_json_array(block, "rows"), .x = x};
    t->n = json_array_size(t->columns);
    if (!t->n || t->n > COLUMNS_MAX) {
        if (!p->rc) p->rc = lt_fail(p->err, LT_REFUSED, "print.malformed", "what", "columns", (char *)NULL);
        return false;
    }
    double sum = 0, at = x;
    for (size_t i = 0; i < t->n; i++) sum += share(json_array_get(t->columns, i));
    for (size_t i = 0; i < t->n; i++) {
        t->lefts[i] = at;
        at += width * share(json_array_get(t->columns, i)) / sum;
    }
    t->lefts[t->n] = x + width;
    t->least = (double)lt_json_int(block, "lines", 1) * p->size * 1.4 + 2 * PAD;
    return true;
}

static void cell_text(const json_t *v, char *buf, size_t len, const char **out)
{
    buf[0] = 0;
    if (json_is_object(v)) v = json_object_get(v, "text");
    if (json_is_integer(v)) lt_print(buf, len, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v)) lt_print(buf, len, "%.10g", json_real_value(v));
    else if (json_is_true(v)) lt_print(buf, len, "✓");
    *out = json_is_string(v) ? json_string_value(v) : buf;
}

static double put_cell(const struct table *t, size_t i, const json_t *v, bool head, double y, bool draw)
{
    char buf[64];
    const char *text;
    const json_t *column = json_array_get(t->columns, i);
    struct style s = style_of(t->p, json_is_object(v) ? v : column);
    if (json_is_object(v) && !lt_json_str(v, "align")) s.align = style_of(t->p, column).align;
    s.size = t->p->size * (head ? 0.88 : 0.95);
    s.bold = s.bold || head;
    cell_text(v, buf, sizeof buf, &text);
    return text_put(t->p, text, t->lefts[i] + PAD, y + PAD, t->lefts[i + 1] - t->lefts[i] - 2 * PAD, &s, draw) + 2 * PAD;
}

/* row NULL: the head. Answers the height. */
static double put_row(const struct table *t, const json_t *row, double y, bool draw)
{
    double h = row ? t->least : 0;
    for (size_t i = 0; i < t->n; i++) {
        const json_t *v = row ? json_array_get(row, i) : json_object_get(json_array_get(t->columns, i), "title");
        double used = put_cell(t, i, v, !row, y, false);
        if (used > h) h = used;
    }
    if (!draw || !t->p->cr) return h;
    if (!row) {
        cairo_set_source_rgb(t->p->cr, 0.94, 0.92, 0.87);
        cairo_rectangle(t->p->cr, t->lefts[0], y, t->lefts[t->n] - t->lefts[0], h);
        cairo_fill(t->p->cr);
    }
    for (size_t i = 0; i < t->n; i++) {
        const json_t *v = row ? json_array_get(row, i) : json_object_get(json_array_get(t->columns, i), "title");
        put_cell(t, i, v, !row, y, true);
    }
    for (size_t i = 0; i <= t->n; i++) line_put(t->p, t->lefts[i], y, t->lefts[i], y + h, 0.4, false);
    line_put(t->p, t->lefts[0], y, t->lefts[t->n], y, 0.4, false);
    line_put(t->p, t->lefts[0], y + h, t->lefts[t->n], y + h, 0.4, false);
    return h;
}

double table_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    struct table t;
    if (!table_of(p, block, x, width, &t)) return 0;
    double h = put_row(&t, NULL, y, draw);
    for (size_t i = 0; i < json_array_size(t.rows); i++) h += put_row(&t, json_array_get(t.rows, i), y + h, draw);
    return h;
}

static void next_page(struct table *t)
{
    page_end(t->p);
    page_begin(t->p);
    t->p->y += put_row(t, NULL, t->p->y, true);
}

void table_flow(struct pdf *p, const json_t *block)
{
    struct table t;
    if (!table_of(p, block, p->margin, p->width - 2 * p->margin, &t)) return;
    double head = put_row(&t, NULL, p->y, false), first = json_array_size(t.rows) ? put_row(&t, json_array_get(t.rows, 0), p->y, false) : 0;
    if (p->y + head + first > p->bottom && p->y > p->margin) {
        page_end(p);
        page_begin(p);
    }
    p->y += put_row(&t, NULL, p->y, true);
    for (size_t i = 0; i < json_array_size(t.rows) && !p->rc; i++) {
        const json_t *row = json_array_get(t.rows, i);
        double h = put_row(&t, row, p->y, false);
        if (p->y + h > p->bottom && p->y > p->margin + head) next_page(&t);
        p->y += put_row(&t, row, p->y, true);
    }
}
