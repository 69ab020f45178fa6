/* Private to letopis-print.so: a paper of blocks laid onto pages. Lengths inside are points (1/72 inch), y grows downwards. */
#ifndef LT_PRINT_MODULE_PDF_H
#define LT_PRINT_MODULE_PDF_H

#include "base/error.h"

#include <fontconfig/fontconfig.h>
#include <jansson.h>
#include <pango/pangocairo.h>
#include <stdbool.h>

#define MM (72.0 / 25.4)

struct fonts {
    FcConfig *config;
    PangoFontMap *map;
    PangoContext *context;
};

struct pdf {
    const struct fonts *fonts;
    const json_t *doc;
    cairo_t *cr; /* NULL: only measuring, to count the pages */
    double width, height, margin, size;
    double y, bottom;
    unsigned page, total;
    struct lt_error *err;
    int rc; /* of the first failure: nothing more is drawn then */
};

/* --- fonts.c: everything that reads files happens in fonts_open --- */

int fonts_open(struct fonts *f, struct lt_error *err);

struct style {
    double size; /* points */
    bool bold, muted, mono;
    PangoAlignment align;
    bool justify;
};
/* A text laid out to a width (≤ 0: as wide as it is). g_object_unref it. */
PangoLayout *fonts_layout(const struct pdf *p, const char *text, double width, const struct style *s);

/* --- blocks.c --- */

/* Lays one block out at (x, y) in a width, draws it where `draw` is set and the paper has a surface, and answers its height. */
double block_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw);
/* Over pages: the whole list of the paper. */
void blocks_flow(struct pdf *p, const json_t *blocks);

void page_begin(struct pdf *p);
void page_end(struct pdf *p);

/* --- table.c, small.c: kinds of blocks --- */

struct style style_of(const struct pdf *p, const json_t *block);
double text_put(struct pdf *p, const char *text, double x, double y, double width, const struct style *s, bool draw);
void line_put(struct pdf *p, double x1, double y1, double x2, double y2, double thick, bool dashed);
double table_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw);
void table_flow(struct pdf *p, const json_t *block);
double qr_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw);
double sign_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw);
double fields_put(struct pdf *p, const json_t *block, double x, double y, double width, bool draw);
double list_item_put(struct pdf *p, const json_t *block, size_t i, double x, double y, double width, bool draw);

#endif
