/* Tables in: CSV, XLSX, XLS and ODS as sheets of rows of typed cells.
 *
 * The file is parsed by the module letopis-table.so in a child without rights; what comes back is checked again here.
 * The format is decided by content, never by the name. Row and column numbers are those a spreadsheet program shows
 * (from 1; of CSV: the number of the record, blank lines counted). Only rows that hold at least one cell are kept, so numbers
 * may leave gaps. A read table does not change and may be shared by threads. */
#ifndef LT_TABLE_TABLE_H
#define LT_TABLE_TABLE_H

#include "base/error.h"
#include "sandbox/child.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_env {
    const char *program;     /* see struct sandbox_config */
    const char *modules_dir;
    unsigned deadline_ms;    /* 0 = 60 000 */
};

struct table_limits { /* a zero means the default on the right */
    uint64_t file_bytes;     /* 20 MiB */
    uint32_t rows;           /* 200 000 in a sheet: the number of the last row with a value */
    uint32_t columns;        /* 500: the number of the last column with a value */
    uint32_t sheets;         /* 200 */
    uint32_t cell_chars;     /* 32 767 */
    uint64_t cells;          /* 2 000 000 in all sheets, repeated and merged ones included */
    uint64_t unpacked_bytes; /* 512 MiB, all that is unpacked of a file */
    uint32_t ratio;          /* 200: unpacked to packed, judged above 16 MiB */
};

enum table_format { TABLE_CSV, TABLE_XLSX, TABLE_XLS, TABLE_ODS };

enum table_type {
    TABLE_EMPTY,    /* there is no such cell (table_cell_at); or, with TABLE_FORMULA, a formula whose result the file lacks */
    TABLE_TEXT,
    TABLE_NUMBER,
    TABLE_DATE,     /* number: days since 1899-12-30 whatever system the file uses; iso: 2026-03-05 */
    TABLE_DATETIME, /* iso: 2026-03-05T10:11:12 */
    TABLE_TIME,     /* number: part of a day, may exceed 1; iso: 10:11:12 */
    TABLE_BOOL,     /* number 0 or 1 */
    TABLE_ERROR     /* text: #N/A, #REF! … */
};

enum table_flag {
    TABLE_MERGED = 1,         /* the value stands in the first cell of a merged area and is repeated here */
    TABLE_HIDDEN_ROW = 2,
    TABLE_HIDDEN_COLUMN = 4,
    TABLE_FORMULA = 8,        /* the value is the result kept in the file */
    TABLE_NUMBER_AS_TEXT = 16 /* a text whose whole content reads as a number; `number` holds it */
};

#define TABLE_ISO 20

struct table_cell {
    enum table_type type;
    unsigned flags;       /* enum table_flag */
    uint32_t row, column;
    /* As displayed where that is known (texts, dates, percents, numbers with leading zeros, all of CSV), else the plain value with
     * a point: "25.5". Logical values are ИСТИНА and ЛОЖЬ, errors English. Never NULL, valid UTF-8, lives as long as the table. */
    const char *text;
    double number;        /* NUMBER, DATE, DATETIME, TIME, BOOL, or with TABLE_NUMBER_AS_TEXT; else 0 */
    char iso[TABLE_ISO];  /* DATE, DATETIME, TIME; else "" */
};

struct table;

/* Reads the whole table from fd (a regular file; its position moves). file_name only goes into messages. *out is to be freed
 * by table_free. Errors: "table.…" of core/table/po and "sandbox.…". */
int table_read(const struct table_env *env, int fd, const char *file_name, const struct table_limits *limits,
               struct table **out, struct lt_error *err);
void table_free(struct table *t);

enum table_format table_format(const struct table *t);
const char *table_format_name(enum table_format f); /* "csv", … */
const char *table_encoding(const struct table *t);  /* of CSV: "utf-8", "utf-16", "windows-1251", "cp866", "koi8-r", "mac-cyrillic"; else "" */
char table_separator(const struct table *t);        /* of CSV: ';' ',' or tab; else 0 */
bool table_date_1904(const struct table *t);        /* the file counted days from 1904; numbers here do not */

size_t table_sheets(const struct table *t);
const char *table_sheet_name(const struct table *t, size_t sheet);
bool table_sheet_hidden(const struct table *t, size_t sheet);
uint32_t table_last_row(const struct table *t, size_t sheet);    /* 0: empty sheet */
uint32_t table_last_column(const struct table *t, size_t sheet);

/* Kept rows in order: i < table_rows(). */
size_t table_rows(const struct table *t, size_t sheet);
uint32_t table_row_number(const struct table *t, size_t sheet, size_t i);
bool table_row_hidden(const struct table *t, size_t sheet, size_t i);
size_t table_row_cells(const struct table *t, size_t sheet, size_t i); /* cells that are there, in order of column */
void table_row_cell(const struct table *t, size_t sheet, size_t i, size_t k, struct table_cell *out);

/* The cell at a place; type TABLE_EMPTY and text "" when there is none. */
void table_cell_at(const struct table *t, size_t sheet, uint32_t row, uint32_t column, struct table_cell *out);

/* "A", "Z", "AA" …; returns out. */
#define TABLE_COLUMN_NAME 8
char *table_column_name(uint32_t column, char out[TABLE_COLUMN_NAME]);
uint32_t table_column_number(const char *name); /* 0: no such name */

/* What a person put into a cell of a row that is there, before anybody else has the table: a text, or a number where a number stood. A place that is
 * not in the table is passed over. -1: out of memory. */
int table_correct(struct table *t, const char *sheet, uint32_t row, uint32_t column, const char *text);

/* Bytes held, for measurements. */
size_t table_memory(const struct table *t);

#endif
