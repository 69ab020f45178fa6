/* Collects a sheet, repeats merged values, marks what is hidden, and sends it in order. */
#include "reader.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define FRAME_FULL (128u << 10) /* a frame holds as many rows as fit here, or one longer row */
#define MOST_MERGES 50000u
#define MOST_SPANS 300000u

static int no_parent(struct reader *r) {
    return lt_fail(r->err, LT_SYSTEM, "table.interrupted", (char *)NULL);
}

int reader_damaged(struct reader *r, const char *what) {
    return lt_fail(r->err, LT_REFUSED, "table.damaged", "what", what, (char *)NULL);
}

int reader_refuse(struct reader *r, const char *code, uint32_t row, uint32_t column, const char *limit) {
    char full[64], name[TABLE_COLUMN_NAME], cut[121];
    const char *sheet = *r->name ? r->name : "CSV"; /* a text has no sheets */
    size_t n = lt_utf8_clip(sheet, sizeof cut - 1);
    memcpy(cut, sheet, n);
    cut[n] = 0;
    lt_print(full, sizeof full, "table.%s", code);
    name[0] = 0;
    for (uint32_t c = column; c > 0 && strlen(name) < sizeof name - 1; c = (c - 1) / 26) {
        memmove(name + 1, name, strlen(name) + 1);
        name[0] = (char)('A' + (c - 1) % 26);
    }
    return lt_fail(r->err, LT_REFUSED, full, "sheet", cut, "row", LT_NUM(row), "column", name, "limit", limit ? limit : "",
                   (char *)NULL);
}

static int send(struct reader *r, uint32_t type, struct lt_buf *b) {
    if (b->failed)
        return lt_fail_memory(r->err);
    int rc = r->io->send(r->io->ctx, type, b->data, b->len);
    lt_buf_reset(b);
    return rc == 0 ? 0 : no_parent(r);
}

int reader_book(struct reader *r, enum table_format format, const char *encoding, char separator) {
    struct lt_buf b = LT_BUF_INIT(1000);
    sandbox_put_u8(&b, (uint8_t)format);
    sandbox_put_u8(&b, (uint8_t)separator);
    sandbox_put_u8(&b, r->date_1904);
    sandbox_put_bytes(&b, encoding, strlen(encoding));
    int rc = send(r, TABLE_FRAME_BOOK, &b);
    lt_buf_free(&b);
    return rc;
}

int reader_sheet_begin(struct reader *r, const char *name, size_t len, bool hidden) {
    if (r->sheets++ >= r->limits.sheets)
        return lt_fail(r->err, LT_REFUSED, "table.too_many_sheets", "limit", LT_NUM(r->limits.sheets), (char *)NULL);
    if (len > TABLE_NAME_BYTES)
        len = 0; /* spreadsheet programs allow 31 letters */
    memcpy(r->name, name, len);
    r->name[len] = 0;
    if (!lt_utf8_valid(r->name, len))
        r->name[0] = 0;
    r->hidden = hidden;
    r->n_cells = r->n_hidden_rows = r->n_hidden_columns = r->n_merges = 0;
    r->unsorted = false;
    if (r->pool.max == 0)
        lt_buf_init(&r->pool, TABLE_TEXT_BYTES);
    lt_buf_reset(&r->pool);
    return 0;
}

/* Characters that are no characters (U+FDD0, U+1FFFE, halves of surrogates) become U+FFFD. */
static int add_clean(struct lt_buf *pool, const char *s, size_t len) {
    size_t i = 0;
    while (i < len) {
        size_t n = 1, c = (unsigned char)s[i];
        if (c >= 0xf0)
            n = 4;
        else if (c >= 0xe0)
            n = 3;
        else if (c >= 0xc0)
            n = 2;
        if (n > len - i)
            n = len - i;
        if (lt_utf8_valid(s + i, n)) {
            lt_buf_add(pool, s + i, n);
            i += n;
        } else {
            lt_buf_adds(pool, "\xef\xbf\xbd");
            i++;
            while (i < len && ((unsigned char)s[i] & 0xc0) == 0x80)
                i++;
        }
    }
    return pool->failed ? -1 : 0;
}

static size_t characters(const char *s, size_t len) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)s[i] & 0xc0) != 0x80;
    return n;
}

static int check_place(struct reader *r, uint32_t row, uint32_t column, const char *text, size_t len) {
    if (row == 0 || column == 0)
        return reader_damaged(r, "cell reference");
    if (row > r->limits.rows)
        return reader_refuse(r, "too_many_rows", row, column, LT_NUM(r->limits.rows));
    if (column > r->limits.columns)
        return reader_refuse(r, "too_many_columns", row, column, LT_NUM(r->limits.columns));
    if (len > r->limits.cell_chars && characters(text, len) > r->limits.cell_chars)
        return reader_refuse(r, "cell_too_long", row, column, LT_NUM(r->limits.cell_chars));
    if (r->cells_sent + r->n_cells >= r->limits.cells)
        return reader_refuse(r, "too_many_cells", row, column, LT_NUM(r->limits.cells));
    return 0;
}

static int push(struct reader *r, struct cell c) {
    if (r->n_cells > 0) {
        const struct cell *last = &r->cells[r->n_cells - 1];
        if (c.row < last->row || (c.row == last->row && c.column <= last->column))
            r->unsorted = true;
    }
    struct cell *grown = lt_array_grow(r->cells, &r->cap_cells, r->n_cells + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(r->err);
    r->cells = grown;
    r->cells[r->n_cells++] = c;
    return 0;
}

int reader_cell(struct reader *r, uint32_t row, uint32_t column, enum table_type type, unsigned flags, double number,
                const char *text, size_t len) {
    struct cell c = {.number = number, .row = row, .column = (uint16_t)column, .type = (uint8_t)type,
                     .flags = (uint8_t)flags};
    if (!(flags & TABLE_FORMULA) && (type == TABLE_EMPTY || (type == TABLE_TEXT && len == 0)))
        return 0;
    int rc = check_place(r, row, column, text, len);
    if (rc != 0)
        return rc;
    if (type == TABLE_TEXT && value_of_text(text, len, &c.number))
        c.flags |= TABLE_NUMBER_AS_TEXT;
    size_t before = r->pool.len;
    if (len > 0 && (lt_utf8_valid(text, len) ? lt_buf_add(&r->pool, text, len) : add_clean(&r->pool, text, len)) != 0)
        return reader_refuse(r, "too_much_text", row, column, LT_NUM(TABLE_TEXT_BYTES >> 20));
    r->text_sent += r->pool.len - before;
    if (r->text_sent > TABLE_TEXT_BYTES)
        return reader_refuse(r, "too_much_text", row, column, LT_NUM(TABLE_TEXT_BYTES >> 20));
    c.text = (uint32_t)before;
    c.text_len = (uint32_t)(r->pool.len - before);
    return push(r, c);
}

static int add_span(struct reader *r, struct span **list, size_t *n, size_t *cap, uint32_t from, uint32_t to) {
    if (*n > 0 && (*list)[*n - 1].to + 1 == from) { /* the usual case: neighbours, one after another */
        (*list)[*n - 1].to = to;
        return 0;
    }
    if (*n >= MOST_SPANS)
        return reader_damaged(r, "hidden rows");
    struct span *grown = lt_array_grow(*list, cap, *n + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(r->err);
    *list = grown;
    grown[(*n)++] = (struct span){from, to};
    return 0;
}

int reader_hide_rows(struct reader *r, uint32_t from, uint32_t to) {
    return add_span(r, &r->hidden_rows, &r->n_hidden_rows, &r->cap_hidden_rows, from, to);
}

int reader_hide_columns(struct reader *r, uint32_t from, uint32_t to) {
    if (r->n_hidden_columns >= 4096)
        return reader_damaged(r, "hidden columns");
    return add_span(r, &r->hidden_columns, &r->n_hidden_columns, &r->cap_hidden_columns, from, to);
}

int reader_merge(struct reader *r, struct area a) {
    if (a.row1 == 0 || a.column1 == 0 || a.row2 < a.row1 || a.column2 < a.column1)
        return reader_damaged(r, "merged cells");
    if (a.row1 == a.row2 && a.column1 == a.column2)
        return 0;
    if (r->n_merges >= MOST_MERGES)
        return reader_refuse(r, "too_many_merges", a.row1, a.column1, LT_NUM(MOST_MERGES));
    struct area *grown = lt_array_grow(r->merges, &r->cap_merges, r->n_merges + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(r->err);
    r->merges = grown;
    grown[r->n_merges++] = a;
    return 0;
}

/* The order of arrival (text offset) decides between cells given twice. */
static int by_place(const void *a, const void *b) {
    const struct cell *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return x->text < y->text ? -1 : x->text > y->text;
}

static void sort_cells(struct reader *r) {
    if (!r->unsorted)
        return;
    qsort(r->cells, r->n_cells, sizeof *r->cells, by_place);
    size_t kept = 0;
    for (size_t i = 0; i < r->n_cells; i++) {
        bool twice = i + 1 < r->n_cells && r->cells[i + 1].row == r->cells[i].row &&
                     r->cells[i + 1].column == r->cells[i].column;
        if (!twice)
            r->cells[kept++] = r->cells[i];
    }
    r->n_cells = kept;
    r->unsorted = false;
}

static size_t find_cell(const struct reader *r, size_t n, uint32_t row, uint32_t column) {
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct cell *c = &r->cells[mid];
        if (c->row < row || (c->row == row && c->column < column))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool is_at(const struct reader *r, size_t i, size_t n, uint32_t row, uint32_t column) {
    return i < n && r->cells[i].row == row && r->cells[i].column == column;
}

/* Areas are cut at the used part of the sheet: a title may be merged over all 16 384 columns. */
static int repeat_merged(struct reader *r) {
    size_t n = r->n_cells;
    uint32_t last_row = n > 0 ? r->cells[n - 1].row : 0, last_column = 0;
    for (size_t i = 0; i < n; i++)
        if (r->cells[i].column > last_column)
            last_column = r->cells[i].column;
    for (size_t m = 0; m < r->n_merges; m++) {
        struct area a = r->merges[m];
        size_t anchor = find_cell(r, n, a.row1, a.column1);
        if (!is_at(r, anchor, n, a.row1, a.column1))
            continue;
        if (a.row2 > last_row)
            a.row2 = last_row;
        if (a.column2 > last_column)
            a.column2 = last_column;
        for (uint32_t row = a.row1; row <= a.row2; row++)
            for (uint32_t column = a.column1; column <= a.column2; column++) {
                struct cell c = r->cells[anchor];
                if (is_at(r, find_cell(r, n, row, column), n, row, column))
                    continue; /* the anchor itself, or a value hidden beneath */
                c.row = row;
                c.column = (uint16_t)column;
                c.flags |= TABLE_MERGED;
                r->text_sent += c.text_len;
                int rc = check_place(r, row, column, "", 0);
                if (rc == 0 && r->text_sent > TABLE_TEXT_BYTES)
                    rc = reader_refuse(r, "too_much_text", row, column, LT_NUM(TABLE_TEXT_BYTES >> 20));
                if (rc == 0)
                    rc = push(r, c);
                if (rc != 0)
                    return rc;
            }
    }
    return 0;
}

static int by_from(const void *a, const void *b) {
    const struct span *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* at: where the last search ended; the numbers asked for only grow. */
static bool in_spans(const struct span *list, size_t n, size_t *at, uint32_t number) {
    while (*at < n && list[*at].to < number)
        (*at)++;
    return *at < n && list[*at].from <= number;
}

static void put_cell(struct reader *r, struct lt_buf *b, const struct cell *c, bool hidden_row) {
    size_t at = 0;
    unsigned flags = c->flags | (hidden_row ? TABLE_HIDDEN_ROW : 0);
    if (in_spans(r->hidden_columns, r->n_hidden_columns, &at, c->column))
        flags |= TABLE_HIDDEN_COLUMN;
    sandbox_put_u16(b, c->column);
    sandbox_put_u8(b, c->type);
    sandbox_put_u8(b, (uint8_t)flags);
    if (table_wire_number(c->type, flags))
        sandbox_put_f64(b, c->number);
    sandbox_put_bytes(b, c->text_len ? r->pool.data + c->text : "", c->text_len);
}

/* Upper bound of what the cells i..end take in a frame. */
static size_t row_bytes(const struct reader *r, size_t i, size_t end) {
    size_t n = 7;
    for (; i < end; i++)
        n += 16 + r->cells[i].text_len;
    return n;
}

static int send_rows(struct reader *r) {
    struct lt_buf b = LT_BUF_INIT(SANDBOX_FRAME_MAX);
    size_t at = 0;
    int rc = 0;
    for (size_t i = 0, end; i < r->n_cells && rc == 0; i = end) {
        for (end = i; end < r->n_cells && r->cells[end].row == r->cells[i].row;)
            end++;
        size_t need = row_bytes(r, i, end);
        if (need > SANDBOX_FRAME_MAX) /* hundreds of cells with tens of thousands of letters in one row */
            rc = reader_refuse(r, "row_too_long", r->cells[i].row, 0, LT_NUM(SANDBOX_FRAME_MAX >> 10));
        else if (b.len + need > FRAME_FULL && b.len > 0)
            rc = send(r, TABLE_FRAME_ROWS, &b);
        if (rc != 0)
            break;
        bool hidden = in_spans(r->hidden_rows, r->n_hidden_rows, &at, r->cells[i].row);
        sandbox_put_u32(&b, r->cells[i].row);
        sandbox_put_u8(&b, hidden);
        sandbox_put_u16(&b, (uint16_t)(end - i));
        for (size_t k = i; k < end; k++)
            put_cell(r, &b, &r->cells[k], hidden);
    }
    if (rc == 0 && b.len > 0)
        rc = send(r, TABLE_FRAME_ROWS, &b);
    lt_buf_free(&b);
    return rc;
}

int reader_sheet_end(struct reader *r) {
    struct lt_buf b = LT_BUF_INIT(2000);
    sandbox_put_u8(&b, r->hidden);
    sandbox_put_bytes(&b, r->name, strlen(r->name));
    int rc = send(r, TABLE_FRAME_SHEET, &b);
    lt_buf_free(&b);
    sort_cells(r);
    if (rc == 0 && r->n_merges > 0)
        rc = repeat_merged(r);
    sort_cells(r);
    if (r->n_hidden_rows > 0)
        qsort(r->hidden_rows, r->n_hidden_rows, sizeof *r->hidden_rows, by_from);
    if (r->n_hidden_columns > 0)
        qsort(r->hidden_columns, r->n_hidden_columns, sizeof *r->hidden_columns, by_from);
    if (rc == 0)
        rc = send_rows(r);
    r->cells_sent += r->n_cells;
    return rc;
}

void reader_free(struct reader *r) {
    free(r->cells);
    free(r->hidden_rows);
    free(r->hidden_columns);
    free(r->merges);
    lt_buf_free(&r->pool);
}
