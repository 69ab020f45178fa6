/* Private: how a read table lies in memory. One array of cells and one pool of texts a table. */
#ifndef LT_TABLE_STORE_H
#define LT_TABLE_STORE_H

#include "table/wire.h"

struct kept_cell { /* 24 bytes */
    double number;
    uint32_t text; /* offset in the pool */
    uint16_t column;
    uint8_t type, flags;
};

struct kept_row {
    uint32_t number;
    uint32_t first; /* index of its first cell */
    uint16_t cells;
    bool hidden;
};

struct kept_sheet {
    char *name;
    bool hidden;
    size_t first_row, rows;
    uint32_t last_column;
};

struct table {
    enum table_format format;
    char encoding[16];
    char separator;
    bool date_1904;
    struct kept_sheet *sheets;
    size_t n_sheets, cap_sheets;
    struct kept_row *rows;
    size_t n_rows, cap_rows;
    struct kept_cell *cells;
    size_t n_cells, cap_cells;
    char *texts; /* NUL-terminated one after another; the first is "" */
    size_t n_texts, cap_texts;
};

/* Frame callback of sandbox_run; ctx is a struct table_receiver. Everything is checked again: the child is not believed. */
struct table_receiver {
    struct table *t;
    struct table_limits limits; /* complete */
    bool begun;
};
int table_receive(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len,
                  struct lt_error *err);

#endif
