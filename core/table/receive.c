#include "table/store.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int malformed(struct lt_error *err) { return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL); }

/* Room for one more element; the array, or NULL. */
#define GROW(array, cap, n) lt_array_grow((array), &(cap), (n), sizeof *(array))

static int add_text(struct table *t, const char *s, size_t len, uint32_t *out) {
    if (len == 0) {
        *out = 0;
        return 0;
    }
    if (t->n_texts + len + 1 > UINT32_MAX)
        return -1;
    char *grown = GROW(t->texts, t->cap_texts, t->n_texts + len + 1);
    if (!grown)
        return -1;
    t->texts = grown;
    memcpy(grown + t->n_texts, s, len);
    grown[t->n_texts + len] = 0;
    *out = (uint32_t)t->n_texts;
    t->n_texts += len + 1;
    return 0;
}

static int receive_book(struct table_receiver *r, struct sandbox_cursor *c, struct lt_error *err) {
    uint8_t format, separator, mac;
    const char *encoding;
    size_t len;
    if (r->begun || !sandbox_get_u8(c, &format) || !sandbox_get_u8(c, &separator) || !sandbox_get_u8(c, &mac) ||
        !sandbox_get_bytes(c, &encoding, &len) || c->at != c->len || format > TABLE_ODS || mac > 1 ||
        len >= sizeof r->t->encoding || !lt_utf8_valid(encoding, len) ||
        (separator != 0 && separator != ';' && separator != ',' && separator != '\t'))
        return malformed(err);
    r->begun = true;
    r->t->format = (enum table_format)format;
    r->t->separator = (char)separator;
    r->t->date_1904 = mac;
    memcpy(r->t->encoding, encoding, len);
    uint32_t empty;
    return add_text(r->t, "\0", 1, &empty) == 0 ? 0 : lt_fail_memory(err); /* offset 0 is the empty text */
}

static int receive_sheet(struct table_receiver *r, struct sandbox_cursor *c, struct lt_error *err) {
    uint8_t hidden;
    const char *name;
    size_t len;
    struct table *t = r->t;
    if (!r->begun || !sandbox_get_u8(c, &hidden) || !sandbox_get_bytes(c, &name, &len) || c->at != c->len || hidden > 1 ||
        len > TABLE_NAME_BYTES || !lt_utf8_valid(name, len) || t->n_sheets >= r->limits.sheets)
        return malformed(err);
    struct kept_sheet *grown = GROW(t->sheets, t->cap_sheets, t->n_sheets + 1);
    if (!grown)
        return lt_fail_memory(err);
    t->sheets = grown;
    char *copy = malloc(len + 1);
    if (!copy)
        return lt_fail_memory(err);
    memcpy(copy, name, len);
    copy[len] = 0;
    t->sheets[t->n_sheets++] = (struct kept_sheet){.name = copy, .hidden = hidden, .first_row = t->n_rows};
    return 0;
}

static bool number_fits(unsigned type, double v) {
    if (type == TABLE_BOOL)
        return v == 0 || v == 1;
    if (type == TABLE_DATE || type == TABLE_DATETIME)
        return v >= TABLE_SERIAL_MIN && v < TABLE_SERIAL_MAX;
    return type != TABLE_TIME || fabs(v) < TABLE_SERIAL_MAX;
}

/* One cell; *last is the column before it. 0, -1 memory, -2 malformed. */
static int receive_cell(struct table_receiver *r, struct sandbox_cursor *c, uint16_t *last) {
    struct table *t = r->t;
    struct kept_cell cell = {0};
    const char *text;
    size_t len;
    if (!sandbox_get_u16(c, &cell.column) || !sandbox_get_u8(c, &cell.type) || !sandbox_get_u8(c, &cell.flags))
        return -2;
    if (cell.column <= *last || cell.column > r->limits.columns || cell.type > TABLE_ERROR || cell.flags > 31 ||
        (cell.type == TABLE_EMPTY && !(cell.flags & TABLE_FORMULA)) ||
        ((cell.flags & TABLE_NUMBER_AS_TEXT) && cell.type != TABLE_TEXT))
        return -2;
    if (table_wire_number(cell.type, cell.flags) &&
        (!sandbox_get_f64(c, &cell.number) || !number_fits(cell.type, cell.number)))
        return -2;
    if (!sandbox_get_bytes(c, &text, &len) || len > (size_t)r->limits.cell_chars * 4 || !lt_utf8_valid(text, len) ||
        t->n_texts + len > TABLE_TEXT_BYTES * 2 || t->n_cells >= r->limits.cells)
        return -2;
    struct kept_cell *grown = GROW(t->cells, t->cap_cells, t->n_cells + 1);
    if (!grown)
        return -1;
    t->cells = grown;
    if (add_text(t, text, len, &cell.text) != 0)
        return -1;
    t->cells[t->n_cells++] = cell;
    *last = cell.column;
    return 0;
}

static int receive_row(struct table_receiver *r, struct sandbox_cursor *c) {
    struct table *t = r->t;
    struct kept_sheet *sheet = &t->sheets[t->n_sheets - 1];
    struct kept_row row = {.first = (uint32_t)t->n_cells};
    uint8_t hidden;
    uint16_t last = 0;
    uint32_t before = sheet->rows > 0 ? t->rows[t->n_rows - 1].number : 0;
    if (!sandbox_get_u32(c, &row.number) || !sandbox_get_u8(c, &hidden) || !sandbox_get_u16(c, &row.cells) || hidden > 1 ||
        row.number <= before || row.number > r->limits.rows || row.cells == 0)
        return -2;
    row.hidden = hidden;
    for (uint16_t i = 0; i < row.cells; i++) {
        int rc = receive_cell(r, c, &last);
        if (rc != 0)
            return rc;
    }
    struct kept_row *grown = GROW(t->rows, t->cap_rows, t->n_rows + 1);
    if (!grown)
        return -1;
    t->rows = grown;
    t->rows[t->n_rows++] = row;
    sheet->rows++;
    if (last > sheet->last_column)
        sheet->last_column = last;
    return 0;
}

int table_receive(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len,
                  struct lt_error *err) {
    struct table_receiver *r = ctx;
    struct sandbox_cursor c = {.data = data, .len = len};
    int rc = 0;
    (void)child;
    if (type == TABLE_FRAME_BOOK)
        return receive_book(r, &c, err);
    if (type == TABLE_FRAME_SHEET)
        return receive_sheet(r, &c, err);
    if (type != TABLE_FRAME_ROWS || r->t->n_sheets == 0)
        return malformed(err);
    while (rc == 0 && c.at < c.len)
        rc = receive_row(r, &c);
    if (rc == 0)
        return 0;
    return rc == -1 ? lt_fail_memory(err) : malformed(err);
}
