#include "pdf.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "print/print.h"

#include <string.h>

#define DEPTH_MAX 6
#define GAP 6.0 /* between blocks */

/* --- text --- */

static void ink(struct pdf *p, bool muted)
{
    if (muted) cairo_set_source_rgb(p->cr, 0.36, 0.38, 0.43);
    else cairo_set_source_rgb(p->cr, 0.10, 0.12, 0.17);
}

static double layout_height(PangoLayout *l)
{
    int h;
    pango_layout_get_size(l, NULL, &h);
    return (double)h / PANGO_SCALE;
}

double text_put(struct pdf *p, const char *text, double x, double y, double width, const struct style *s, bool draw)
{
    PangoLayout *l = fonts_layout(p, text, width, s);
    /* What is higher than a page is cut with an ellipsis that shows it, instead of running over its end. */
    if (p->bottom > p->margin && layout_height(l) > p->bottom - p->margin) {
        pango_layout_set_height(l, (int)((p->bottom - p->margin) * PANGO_SCALE));
        pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
    }
    double h = layout_height(l);
    if (draw && p->cr) {
        ink(p, s->muted);
        cairo_move_to(p->cr, x, y);
        pango_cairo_show_layout(p->cr, l);
    }
    g_object_unref(l);
    return h;
}

void line_put(struct pdf *p, double x1, double y1, double x2, double y2, double thick, bool dashed)
{
    static const double dashes[] = {4, 3};
    if (!p->cr) return;
    cairo_save(p->cr);
    cairo_set_source_rgb(p->cr, 0.35, 0.33, 0.30);
    cairo_set_line_width(p->cr, thick);
    if (dashed) cairo_set_dash(p->cr, dashes, 2, 0);
    cairo_move_to(p->cr, x1, y1);
    cairo_line_to(p->cr, x2, y2);
    cairo_stroke(p->cr);
    cairo_restore(p->cr);
}

struct style style_of(const struct pdf *p, const json_t *block)
{
    const char *align = lt_json_str_or(block, "align", "left");
    struct style s = {.size = p->size, .bold = lt_json_bool(block, "bold", false), .muted = lt_json_bool(block, "muted", false),
                      .mono = lt_json_bool(block, "mono", false), .align = PANGO_ALIGN_LEFT};
    json_t *size = json_object_get(block, "size");
    if (json_is_number(size) && json_number_value(size) >= 4 && json_number_value(size) <= 96) s.size = json_number_value(size);
    if (strcmp(align, "center") == 0) s.align = PANGO_ALIGN_CENTER;
    if (strcmp(align, "right") == 0) s.align = PANGO_ALIGN_RIGHT;
    s.justify = strcmp(align, "justify") == 0;
    return s;
}

static struct style heading_style(const struct pdf *p, const json_t *block)
{
    static const double times[] = {1.9, 1.4, 1.15};
    int64_t level = lt_json_int(block, "level", 2);
    struct style s = style_of(p, block);
    s.bold = true;
    s.size = p->size * times[level < 1 ? 0 : level > 3 ? 2 : level - 1];
    return s;
}

/* --- the kinds --- */

typedef double put_fn(struct pdf *p, const json_t *block, double x, double y, double width, bool draw);

static double put_heading(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    struct style s = heading_style(p, block);
    double above = s.size * 0.35;
    return above + text_put(p, lt_json_str_or(block, "text", ""), x, y + above, width, &s, draw) + s.size * 0.15;
}

static double put_text(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    struct style s = style_of(p, block);
    return text_put(p, lt_json_str_or(block, "text", ""), x, y, width, &s, draw);
}

static double put_list(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    double h = 0;
    for (size_t i = 0; i < json_array_size(lt_json_array(block, "items")); i++) h += list_item_put(p, block, i, x, y + h, width, draw);
    return h;
}

static double put_cut(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    (void)block;
    if (draw && p->cr) {
        struct style s = {.size = p->size * 0.9, .muted = true};
        line_put(p, x, y + 9, x + width, y + 9, 0.6, true);
        text_put(p, "✂", x + 8, y + 3, 0, &s, true);
    }
    return 18;
}

static double put_rule(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    (void)block;
    if (draw) line_put(p, x, y + 2, x + width, y + 2, 0.6, false);
    return 4;
}

static double put_gap(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    (void)p, (void)x, (void)y, (void)width, (void)draw;
    json_t *mm = json_object_get(block, "mm");
    double n = json_is_number(mm) ? json_number_value(mm) : 5;
    return n < 0 || n > 250 ? 0 : n * MM;
}

static double put_all(struct pdf *p, const json_t *blocks, double x, double y, double width, bool draw)
{
    size_t i;
    const json_t *b;
    double h = 0;
    json_array_foreach(blocks, i, b) h += (i ? GAP : 0) + block_put(p, b, x, y + h + (i ? GAP : 0), width, draw);
    return h;
}

static double put_side(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    json_t *mm = json_object_get(block, "width");
    double right = (json_is_number(mm) ? json_number_value(mm) : 35) * MM, between = 5 * MM;
    if (right < 5 * MM || right > width - 30) right = width / 3;
    double a = put_all(p, lt_json_array(block, "left"), x, y, width - right - between, draw);
    double b = put_all(p, lt_json_array(block, "right"), x + width - right, y, right, draw);
    return a > b ? a : b;
}

static double put_group(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    bool box = lt_json_bool(block, "box", false);
    double pad = box ? 4 * MM : 0;
    double h = put_all(p, lt_json_array(block, "blocks"), x + pad, y + pad, width - 2 * pad, draw) + 2 * pad;
    if (box && draw && p->cr) {
        cairo_set_source_rgb(p->cr, 0.54, 0.50, 0.42);
        cairo_set_line_width(p->cr, 0.8);
        cairo_rectangle(p->cr, x, y, width, h);
        cairo_stroke(p->cr);
    }
    return h;
}

static const struct kind {
    const char *type;
    put_fn *put;
} kinds[] = {{"heading", put_heading}, {"text", put_text}, {"fields", fields_put}, {"table", table_put}, {"list", put_list},
             {"qr", qr_put},           {"sign", sign_put}, {"side", put_side},     {"group", put_group}, {"cut", put_cut},
             {"rule", put_rule},       {"gap", put_gap}};

static double refuse(struct pdf *p, const char *what)
{
    if (!p->rc) p->rc = lt_fail(p->err, LT_REFUSED, "print.malformed", "what", what, (char *)NULL);
    return 0;
}

double block_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw)
{
    const char *type = lt_json_str_or(block, "type", "");
    for (size_t i = 0; i < LT_COUNT(kinds) && !p->rc; i++) {
        if (strcmp(kinds[i].type, type) == 0) return width > 10 ? kinds[i].put(p, block, x, y, width, draw) : refuse(p, "width");
    }
    return refuse(p, *type ? type : "type");
}

/* --- over pages --- */

static double inner(const struct pdf *p) { return p->width - 2 * p->margin; }

static void put_foot(struct pdf *p)
{
    char numbers[32];
    struct style left = {.size = p->size * 0.8, .muted = true}, right = left;
    double y = p->height - p->margin * 0.7;
    right.align = PANGO_ALIGN_RIGHT;
    text_put(p, lt_json_str_or(p->doc, "footer", ""), p->margin, y, inner(p) - 60, &left, true);
    lt_print(numbers, sizeof numbers, "%u / %u", p->page, p->total);
    if (lt_json_bool(p->doc, "numbers", true)) text_put(p, numbers, p->width - p->margin - 60, y, 60, &right, true);
}

void page_begin(struct pdf *p)
{
    p->page++;
    p->y = p->margin;
    if (p->page > PRINT_MAX_PAGES && !p->rc)
        p->rc = lt_fail(p->err, LT_REFUSED, "print.pages", "limit", LT_NUM(PRINT_MAX_PAGES), (char *)NULL);
}

void page_end(struct pdf *p)
{
    if (!p->cr) return;
    put_foot(p);
    cairo_show_page(p->cr);
}

static void next_page(struct pdf *p)
{
    page_end(p);
    page_begin(p);
}

/* A long text goes over pages line by line. */
static void flow_text(struct pdf *p, const json_t *block)
{
    struct style s = style_of(p, block);
    PangoLayout *l = fonts_layout(p, lt_json_str_or(block, "text", ""), inner(p), &s);
    PangoLayoutIter *it = pango_layout_get_iter(l);
    do {
        PangoRectangle logical;
        pango_layout_iter_get_line_extents(it, NULL, &logical);
        double h = (double)logical.height / PANGO_SCALE;
        if (p->y + h > p->bottom && p->y > p->margin) next_page(p);
        if (p->cr) {
            double base = (double)(pango_layout_iter_get_baseline(it) - logical.y) / PANGO_SCALE;
            ink(p, s.muted);
            cairo_move_to(p->cr, p->margin + (double)logical.x / PANGO_SCALE, p->y + base);
            pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(it));
        }
        p->y += h;
    } while (!p->rc && pango_layout_iter_next_line(it));
    pango_layout_iter_free(it);
    g_object_unref(l);
}

static void flow_list(struct pdf *p, const json_t *block)
{
    for (size_t i = 0; i < json_array_size(lt_json_array(block, "items")) && !p->rc; i++) {
        double h = list_item_put(p, block, i, p->margin, p->y, inner(p), false);
        if (p->y + h > p->bottom && p->y > p->margin) next_page(p);
        p->y += list_item_put(p, block, i, p->margin, p->y, inner(p), true);
    }
}

static void flow_whole(struct pdf *p, const json_t *block, const json_t *next)
{
    bool keeps = strcmp(lt_json_str_or(block, "type", ""), "heading") == 0;
    double h = block_put(p, block, p->margin, p->y, inner(p), false), more = keeps && next ? 4 * p->size : 0;
    if (p->y + h + more > p->bottom && p->y > p->margin) next_page(p);
    p->y += block_put(p, block, p->margin, p->y, inner(p), true);
}

static unsigned depth_of(const json_t *blocks, unsigned at)
{
    size_t i;
    const json_t *b;
    unsigned deepest = at;
    if (at > DEPTH_MAX) return at;
    json_array_foreach(blocks, i, b) {
        static const char *const parts[] = {"blocks", "left", "right"};
        for (size_t k = 0; k < LT_COUNT(parts); k++) {
            unsigned d = lt_json_array(b, parts[k]) ? depth_of(lt_json_array(b, parts[k]), at + 1) : at;
            if (d > deepest) deepest = d;
        }
    }
    return deepest;
}

void blocks_flow(struct pdf *p, const json_t *blocks)
{
    size_t n = json_array_size(blocks);
    p->page = 0;
    if (depth_of(blocks, 0) > DEPTH_MAX) refuse(p, "depth");
    page_begin(p);
    for (size_t i = 0; i < n && !p->rc; i++) {
        const json_t *b = json_array_get(blocks, i);
        const char *type = lt_json_str_or(b, "type", "");
        if (strcmp(type, "page") == 0) {
            next_page(p);
            continue;
        }
        if (p->y > p->margin) p->y += GAP;
        if (strcmp(type, "text") == 0) flow_text(p, b);
        else if (strcmp(type, "list") == 0) flow_list(p, b);
        else if (strcmp(type, "table") == 0) table_flow(p, b);
        else flow_whole(p, b, json_array_get(blocks, i + 1));
    }
    page_end(p);
}
