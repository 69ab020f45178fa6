/* Fields, lists, lines to sign on, QR codes. */
#include "pdf.h"

#include "base/json.h"
#include "base/text.h"

#include <qrencode.h>
#include <string.h>

double fields_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    struct style value = style_of(p, block), label = {.size = p->size, .muted = true};
    json_t *mm = json_object_get(block, "label");
    double left = (json_is_number(mm) ? json_number_value(mm) : 45) * MM, h = 0;
    size_t i;
    const json_t *row;
    if (left < 10 || left > width - 30) left = width / 3;
    value.bold = value.mono;
    json_array_foreach(lt_json_array(block, "rows"), i, row) {
        const char *name = json_string_value(json_array_get(row, 0)), *text = json_string_value(json_array_get(row, 1));
        double down = (value.size - label.size) * 0.8; /* on one base line */
        double a = text_put(p, name ? name : "", x, y + h + down, left - 8, &label, draw) + down;
        double b = text_put(p, text ? text : "", x + left, y + h, width - left, &value, draw);
        h += (a > b ? a : b) + 2;
    }
    return h;
}

static void put_mark(struct pdf *p, const json_t *block, size_t i, double x, double y)
{
    const char *marks = lt_json_str_or(block, "marks", "dash");
    char number[24];
    struct style s = {.size = p->size};
    if (strcmp(marks, "box") == 0) {
        cairo_set_source_rgb(p->cr, 0.2, 0.2, 0.22);
        cairo_set_line_width(p->cr, 0.9);
        cairo_rectangle(p->cr, x, y + p->size * 0.22, p->size * 0.9, p->size * 0.9);
        cairo_stroke(p->cr);
        return;
    }
    lt_print(number, sizeof number, "%zu.", i + 1);
    text_put(p, strcmp(marks, "number") == 0 ? number : "—", x, y, 0, &s, true);
}

double list_item_put(struct pdf *p, const json_t *block, size_t i, double x, double y, double width, bool draw)
{
    const char *text = json_string_value(json_array_get(lt_json_array(block, "items"), i));
    struct style s = {.size = p->size};
    double left = p->size * 1.9;
    if (draw && p->cr) put_mark(p, block, i, x, y);
    return text_put(p, text ? text : "", x + left, y, width - left, &s, draw) + 2;
}

double sign_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    const json_t *items = lt_json_array(block, "items");
    size_t n = json_array_size(items);
    if (!n) return 0;
    double between = 5 * MM, each = (width - between * (double)(n - 1)) / (double)n, space = 9 * MM, h = space;
    for (size_t i = 0; i < n; i++) {
        const json_t *it = json_array_get(items, i);
        double at = x + (each + between) * (double)i, top = y + space;
        struct style small = {.size = p->size * 0.78, .muted = true, .align = PANGO_ALIGN_CENTER}, label = {.size = p->size};
        const char *name = lt_json_str(it, "label"), *hint = lt_json_str(it, "hint");
        if (name) text_put(p, name, at, top - p->size * 1.35, each, &label, draw);
        if (draw) line_put(p, at, top, at + each, top, 0.6, false);
        double used = space + (hint ? text_put(p, hint, at, top + 1, each, &small, draw) : 0);
        if (used > h) h = used;
    }
    return h + 2;
}

static void draw_modules(struct pdf *p, const QRcode *code, double x, double y, double side)
{
    double module = side / code->width;
    cairo_save(p->cr);
    cairo_set_antialias(p->cr, CAIRO_ANTIALIAS_NONE);
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    for (int row = 0; row < code->width; row++) {
        for (int from = 0; from < code->width;) { /* runs of dark modules as one rectangle: no hairlines between them */
            int to = from;
            while (to < code->width && (code->data[row * code->width + to] & 1)) to++;
            if (to > from) cairo_rectangle(p->cr, x + from * module, y + row * module, (to - from) * module, module);
            from = to > from ? to : from + 1;
        }
    }
    cairo_fill(p->cr);
    cairo_restore(p->cr);
}

double qr_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    json_t *mm = json_object_get(block, "size");
    double side = (json_is_number(mm) ? json_number_value(mm) : 25) * MM;
    const char *caption = lt_json_str(block, "caption");
    if (side < 8 * MM || side > width) side = width < 25 * MM ? width : 25 * MM;
    if (draw && p->cr) {
        QRcode *code = QRcode_encodeString8bit(lt_json_str_or(block, "text", ""), 0, QR_ECLEVEL_M);
        if (code) draw_modules(p, code, x, y, side);
        else if (!p->rc) p->rc = lt_fail(p->err, LT_REFUSED, "print.malformed", "what", "qr", (char *)NULL);
        QRcode_free(code);
    }
    struct style small = {.size = p->size * 0.78, .muted = true};
    return side + (caption ? 2 + text_put(p, caption, x, y + side + 2, width, &small, draw) : 0);
}
