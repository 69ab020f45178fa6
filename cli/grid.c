/* Columns that stand under one another in any script, and fit the terminal. */
#include "cli.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2, NARROWEST = 8 };

int cli_grid_init(struct cli_grid *g, size_t rows, size_t cols)
{
    *g = (struct cli_grid){.cols = cols, .rows = rows};
    g->cells = lt_calloc(rows * cols + 1, sizeof *g->cells);
    g->right = lt_calloc(cols + 1, sizeof *g->right);
    g->whole = lt_calloc(cols + 1, sizeof *g->whole);
    if (g->cells && g->right && g->whole) return 0;
    cli_grid_free(g);
    return -1;
}

void cli_grid_free(struct cli_grid *g)
{
    for (size_t i = 0; g->cells && i < g->rows * g->cols; i++)
        free(g->cells[i]);
    free(g->cells);
    free(g->right);
    free(g->whole);
    *g = (struct cli_grid){0};
}

static const char *cell(const struct cli_grid *g, size_t row, size_t col)
{
    const char *s = g->cells[row * g->cols + col];
    return s ? s : "";
}

static int total(const struct cli_grid *g, const int *width, int indent)
{
    int sum = indent;
    for (size_t k = 0; k < g->cols; k++)
        sum += width[k] + (k ? GAP : 0);
    return sum;
}

/* Takes columns from the widest that may be shortened until the table fits. */
static void fit(const struct cli_grid *g, int *width, int indent, int limit)
{
    while (limit && total(g, width, indent) > limit) {
        size_t widest = g->cols;
        for (size_t k = 0; k < g->cols; k++) {
            if (!g->whole[k] && width[k] > NARROWEST && (widest == g->cols || width[k] > width[widest]))
                widest = k;
        }
        if (widest == g->cols) return;
        width[widest]--;
    }
}

/* Bytes of s that take at most `columns`. */
static size_t clip(const char *s, int columns)
{
    char one[8];
    size_t at = 0;
    int used = 0;
    while (s[at]) {
        size_t n = 1;
        while (n < sizeof one - 1 && ((unsigned char)s[at + n] & 0xC0) == 0x80)
            n++;
        memcpy(one, s + at, n);
        one[n] = 0;
        int w = lt_utf8_width(one);
        if (used + (w > 0 ? w : 0) > columns) break;
        used += w > 0 ? w : 0;
        at += n;
    }
    return at;
}

static void add_cell(struct lt_buf *out, const char *s, int width, bool right, bool last)
{
    int w = lt_utf8_width(s);
    int pad = w < width ? width - w : 0;
    if (right) lt_buf_addf(out, "%*s", pad, "");
    if (w > width) {
        size_t n = clip(s, width - 1);
        lt_buf_add(out, s, n);
        lt_buf_adds(out, "…");
    } else {
        lt_buf_adds(out, s);
    }
    if (!right && !last) lt_buf_addf(out, "%*s", pad, "");
}

int cli_grid_print(struct cli_grid *g, const struct cli_term *term, int indent, struct lt_buf *out)
{
    int *width = lt_calloc(g->cols + 1, sizeof *width);
    if (!width) return -1;
    for (size_t i = 0; i < g->rows; i++) {
        for (size_t k = 0; k < g->cols; k++) {
            int w = lt_utf8_width(cell(g, i, k));
            if (w > width[k]) width[k] = w;
        }
    }
    fit(g, width, indent, term->width);
    for (size_t i = 0; i < g->rows; i++) {
        lt_buf_addf(out, "%*s", indent, "");
        if (i == 0 && term->colour) lt_buf_adds(out, "\033[1m");
        for (size_t k = 0; k < g->cols; k++) {
            if (k) lt_buf_addf(out, "%*s", GAP, "");
            add_cell(out, cell(g, i, k), width[k], g->right[k], k + 1 == g->cols);
        }
        if (i == 0 && term->colour) lt_buf_adds(out, "\033[0m");
        lt_buf_addc(out, '\n');
    }
    free(width);
    return out->failed ? -1 : 0;
}
