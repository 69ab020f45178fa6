#include "table/store.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SERIAL_OF_1970 25569 /* days from 1899-12-30 to 1970-01-01 */

static struct table_limits complete(const struct table_limits *given) {
    struct table_limits l = given ? *given : (struct table_limits){0};
    l.file_bytes = l.file_bytes ? l.file_bytes : TABLE_FILE_BYTES;
    l.rows = l.rows ? l.rows : TABLE_ROWS;
    l.columns = l.columns ? l.columns : TABLE_COLUMNS;
    l.sheets = l.sheets ? l.sheets : TABLE_SHEETS;
    l.cell_chars = l.cell_chars ? l.cell_chars : TABLE_CELL_CHARS;
    l.cells = l.cells ? l.cells : TABLE_CELLS;
    l.unpacked_bytes = l.unpacked_bytes ? l.unpacked_bytes : TABLE_UNPACKED;
    l.ratio = l.ratio ? l.ratio : TABLE_RATIO;
    if (l.columns > UINT16_MAX)
        l.columns = UINT16_MAX; /* of the frames; spreadsheet programs end at 16 384 */
    return l;
}

static json_t *arguments(const struct table_limits *l) {
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "file_bytes", (json_int_t)l->file_bytes, "rows",
                     (json_int_t)l->rows, "columns", (json_int_t)l->columns, "sheets", (json_int_t)l->sheets, "cell_chars",
                     (json_int_t)l->cell_chars, "cells", (json_int_t)l->cells, "unpacked_bytes",
                     (json_int_t)l->unpacked_bytes, "ratio", (json_int_t)l->ratio);
}

static int check_file(int fd, const char *name, const struct table_limits *l, struct lt_error *err) {
    struct stat st;
    if (fstat(fd, &st) != 0)
        return lt_fail_errno(err, "fstat", name);
    if (!S_ISREG(st.st_mode))
        return lt_fail(err, LT_USAGE, "table.not_a_file", "file", name, (char *)NULL);
    if (st.st_size == 0)
        return lt_fail(err, LT_REFUSED, "table.empty", "file", name, (char *)NULL);
    if ((uint64_t)st.st_size > l->file_bytes)
        return lt_fail(err, LT_REFUSED, "table.too_large", "file", name, "megabytes", LT_NUM(l->file_bytes >> 20),
                       (char *)NULL);
    return 0;
}

int table_read(const struct table_env *env, int fd, const char *file_name, const struct table_limits *limits,
               struct table **out, struct lt_error *err) {
    static const char *const prefixes[] = {"table.", NULL};
    struct table_receiver r = {.limits = complete(limits)};
    const struct sandbox_config config = {.program = env->program, .modules_dir = env->modules_dir,
                                          .memory = (uint64_t)256 << 20, .cpu_seconds = 60,
                                          /* a million cells of XLSX took 5 s where this was measured */
                                          .deadline_ms = env->deadline_ms ? env->deadline_ms : 60000,
                                          .max_answer = TABLE_ANSWER_BYTES};
    struct sandbox_call call = {.kind = "module", .name = "table", .fds = &fd, .n_fds = 1, .error_prefixes = prefixes,
                                .frame = table_receive, .ctx = &r};
    const char *name = file_name ? file_name : "";
    int rc = check_file(fd, name, &r.limits, err);
    if (rc != 0)
        return rc;
    json_t *args = arguments(&r.limits);
    r.t = calloc(1, sizeof *r.t);
    call.args = args;
    rc = args && r.t ? sandbox_run(&config, &call, err) : lt_fail_memory(err);
    if (rc == 0 && !r.begun)
        rc = lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    json_decref(args);
    if (rc != 0 && lt_starts(err->code, "table."))
        lt_error_param_add(err, "file", name);
    if (rc == 0)
        *out = r.t;
    else
        table_free(r.t);
    return rc;
}

void table_free(struct table *t) {
    if (!t)
        return;
    for (size_t i = 0; i < t->n_sheets; i++)
        free(t->sheets[i].name);
    free(t->sheets);
    free(t->rows);
    free(t->cells);
    free(t->texts);
    free(t);
}

enum table_format table_format(const struct table *t) { return t->format; }

const char *table_format_name(enum table_format f) {
    static const char *const names[] = {"csv", "xlsx", "xls", "ods"};
    return (size_t)f < LT_COUNT(names) ? names[f] : "";
}

const char *table_encoding(const struct table *t) { return t->encoding; }
char table_separator(const struct table *t) { return t->separator; }
bool table_date_1904(const struct table *t) { return t->date_1904; }
size_t table_sheets(const struct table *t) { return t->n_sheets; }
const char *table_sheet_name(const struct table *t, size_t sheet) { return t->sheets[sheet].name; }
bool table_sheet_hidden(const struct table *t, size_t sheet) { return t->sheets[sheet].hidden; }
uint32_t table_last_column(const struct table *t, size_t sheet) { return t->sheets[sheet].last_column; }
size_t table_rows(const struct table *t, size_t sheet) { return t->sheets[sheet].rows; }

static const struct kept_row *row_at(const struct table *t, size_t sheet, size_t i) {
    return &t->rows[t->sheets[sheet].first_row + i];
}

uint32_t table_last_row(const struct table *t, size_t sheet) {
    size_t n = t->sheets[sheet].rows;
    return n > 0 ? row_at(t, sheet, n - 1)->number : 0;
}

uint32_t table_row_number(const struct table *t, size_t sheet, size_t i) { return row_at(t, sheet, i)->number; }
bool table_row_hidden(const struct table *t, size_t sheet, size_t i) { return row_at(t, sheet, i)->hidden; }
size_t table_row_cells(const struct table *t, size_t sheet, size_t i) { return row_at(t, sheet, i)->cells; }

static void write_iso(const struct table_cell *cell, char iso[TABLE_ISO]) {
    double days = floor(cell->number);
    int64_t seconds = llround((cell->number - days) * 86400);
    if (seconds >= 86400) { /* 23:59:59.7 is shown as the next day's midnight */
        seconds -= 86400;
        days += 1;
    }
    if (cell->type == TABLE_TIME) {
        int64_t all = llround(cell->number * 86400), a = all < 0 ? -all : all;
        lt_print(iso, TABLE_ISO, "%s%02lld:%02d:%02d", all < 0 ? "-" : "", (long long)(a / 3600), (int)(a / 60 % 60),
                 (int)(a % 60));
        return;
    }
    struct lt_date d = lt_date_from_days((int32_t)days - SERIAL_OF_1970);
    if (cell->type == TABLE_DATE)
        lt_print(iso, TABLE_ISO, "%04d-%02d-%02d", d.year, d.month, d.day);
    else
        lt_print(iso, TABLE_ISO, "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day, (int)(seconds / 3600),
                 (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static void fill(const struct table *t, const struct kept_row *row, const struct kept_cell *kept, struct table_cell *out) {
    *out = (struct table_cell){.type = (enum table_type)kept->type, .flags = kept->flags, .row = row->number,
                               .column = kept->column, .text = t->texts + kept->text, .number = kept->number};
    if (out->type == TABLE_DATE || out->type == TABLE_DATETIME || out->type == TABLE_TIME)
        write_iso(out, out->iso);
}

void table_row_cell(const struct table *t, size_t sheet, size_t i, size_t k, struct table_cell *out) {
    const struct kept_row *row = row_at(t, sheet, i);
    fill(t, row, &t->cells[row->first + k], out);
}

static int compare_rows(const void *key, const void *item) {
    uint32_t want = *(const uint32_t *)key, have = ((const struct kept_row *)item)->number;
    return want < have ? -1 : want > have;
}

static int compare_cells(const void *key, const void *item) {
    uint32_t want = *(const uint32_t *)key, have = ((const struct kept_cell *)item)->column;
    return want < have ? -1 : want > have;
}

void table_cell_at(const struct table *t, size_t sheet, uint32_t row, uint32_t column, struct table_cell *out) {
    const struct kept_sheet *s = &t->sheets[sheet];
    const struct kept_row *r = NULL;
    const struct kept_cell *c = NULL;
    if (s->rows > 0)
        r = bsearch(&row, t->rows + s->first_row, s->rows, sizeof *t->rows, compare_rows);
    if (r)
        c = bsearch(&column, t->cells + r->first, r->cells, sizeof *t->cells, compare_cells);
    if (c)
        fill(t, r, c, out);
    else
        *out = (struct table_cell){.type = TABLE_EMPTY, .row = row, .column = column, .text = ""};
}

char *table_column_name(uint32_t column, char out[TABLE_COLUMN_NAME]) {
    char reversed[TABLE_COLUMN_NAME];
    size_t n = 0;
    for (; column > 0 && n < TABLE_COLUMN_NAME - 1; column = (column - 1) / 26)
        reversed[n++] = (char)('A' + (column - 1) % 26);
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    out[n] = 0;
    return out;
}

uint32_t table_column_number(const char *name) {
    uint32_t n = 0;
    size_t len = strlen(name);
    if (len == 0 || len > 3)
        return 0;
    for (; *name; name++) {
        if (*name < 'A' || *name > 'Z')
            return 0;
        n = n * 26 + (uint32_t)(*name - 'A') + 1;
    }
    return n;
}

size_t table_memory(const struct table *t) {
    return sizeof *t + t->cap_sheets * sizeof *t->sheets + t->cap_rows * sizeof *t->rows +
           t->cap_cells * sizeof *t->cells + t->cap_texts;
}
