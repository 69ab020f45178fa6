#include "table/store.h"
#include "table/table.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { CORRECTED_MAX = 1000 };

static int sheet_named(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->n_sheets; i++) {
        if (strcmp(t->sheets[i].name, name) == 0) return (int)i;
    }
    return -1;
}

static struct kept_row *row_numbered(struct table *t, const struct kept_sheet *s, uint32_t number)
{
    for (size_t i = 0; i < s->rows; i++) {
        if (t->rows[s->first_row + i].number == number) return &t->rows[s->first_row + i];
    }
    return NULL;
}

static int keep_text(struct table *t, const char *text, uint32_t *at)
{
    size_t len = strlen(text) + 1;
    char *grown = lt_array_grow(t->texts, &t->cap_texts, t->n_texts + len, 1);
    if (!grown) return -1;
    t->texts = grown;
    memcpy(t->texts + t->n_texts, text, len);
    *at = (uint32_t)t->n_texts;
    t->n_texts += len;
    return 0;
}

/* Room for one cell more in the row, in its place: the row's cells move to the end. */
static struct kept_cell *new_cell(struct table *t, struct kept_sheet *s, struct kept_row *row, uint16_t column)
{
    void *grown = lt_array_grow(t->cells, &t->cap_cells, t->n_cells + row->cells + 1u, sizeof *t->cells);
    if (!grown) return NULL;
    t->cells = grown;
    struct kept_cell *from = t->cells + row->first, *to = t->cells + t->n_cells;
    size_t before = 0;
    while (before < row->cells && from[before].column < column) before++;
    memcpy(to, from, before * sizeof *to);
    memcpy(to + before + 1, from + before, (row->cells - before) * sizeof *to);
    row->first = (uint32_t)t->n_cells;
    row->cells++;
    t->n_cells += row->cells;
    if (column > s->last_column) s->last_column = column;
    to[before] = (struct kept_cell){.column = column, .flags = row->hidden ? TABLE_HIDDEN_ROW : 0};
    return to + before;
}

static bool as_number(const char *text, double *out)
{
    char plain[64], *end;
    if (!*text || strlen(text) >= sizeof plain || strspn(text, "0123456789.,-+") != strlen(text)) return false;
    lt_print(plain, sizeof plain, "%s", text);
    for (char *c = plain; *c; c++) *c = *c == ',' ? '.' : *c;
    *out = strtod(plain, &end);
    return !*end;
}

int table_correct(struct table *t, const char *sheet, uint32_t number, uint32_t column, const char *text)
{
    int at = sheet_named(t, sheet);
    struct kept_row *row = at < 0 ? NULL : row_numbered(t, &t->sheets[at], number);
    struct kept_cell *cell = NULL;
    uint32_t kept;
    double value = 0;
    if (!row || !column || column > t->sheets[at].last_column + 1 || strlen(text) > CORRECTED_MAX) return 0;
    if (keep_text(t, text, &kept)) return -1;
    for (size_t i = 0; !cell && i < row->cells; i++) {
        if (t->cells[row->first + i].column == column) cell = &t->cells[row->first + i];
    }
    if (!cell && row->cells < UINT16_MAX) cell = new_cell(t, &t->sheets[at], row, (uint16_t)column);
    if (!cell) return -1;
    bool number_stays = cell->type == TABLE_NUMBER && as_number(text, &value);
    cell->type = (uint8_t)(number_stays ? TABLE_NUMBER : *text ? TABLE_TEXT : TABLE_EMPTY);
    cell->number = number_stays ? value : 0;
    cell->flags = (uint8_t)(cell->flags & (TABLE_HIDDEN_ROW | TABLE_HIDDEN_COLUMN));
    cell->text = kept;
    return 0;
}
