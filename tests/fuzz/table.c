/* The readers of CSV, XLSX, ODS and XLS in this process. What they send is taken by the receiver: only a strange child is refused. */
#include "parts.h"

#include "sandbox/module.h"
#include "table/store.h"

extern const struct sandbox_module letopis_module;

static const struct table_limits limits = {.file_bytes = 1 << 20, .rows = 3000, .columns = 200, .sheets = 10, .cell_chars = 1000,
                                           .cells = 20000, .unpacked_bytes = 4 << 20, .ratio = 200};

static int send(void *ctx, uint32_t type, const void *data, size_t len)
{
    struct lt_error err = {0};
    int rc = table_receive(ctx, NULL, type, data, len, &err);
    if (rc != 0) fprintf(stderr, "frame %u of %zu bytes: %s\n", type, len, err.code);
    FUZZ_CHECK(rc == 0);
    return 0;
}

/* Input: a byte for the form (parts.h), then the file or its parts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool opened;
    struct lt_error err = {0};
    uint8_t form = fuzz_byte(&data, &size);
    if (!opened) FUZZ_CHECK(letopis_module.open(&err) == 0);
    opened = true;
    int fd = parts_file(form, data, size);
    struct table_receiver r = {.t = calloc(1, sizeof *r.t), .limits = limits};
    struct sandbox_io io = {.ctx = &r, .send = send};
    json_t *args = json_pack("{s:I,s:i,s:i,s:i,s:i,s:I,s:I,s:i}", "file_bytes", (json_int_t)limits.file_bytes, "rows", (int)limits.rows,
                             "columns", (int)limits.columns, "sheets", (int)limits.sheets, "cell_chars", (int)limits.cell_chars,
                             "cells", (json_int_t)limits.cells, "unpacked_bytes", (json_int_t)limits.unpacked_bytes, "ratio",
                             (int)limits.ratio);
    FUZZ_CHECK(r.t && args);
    int rc = letopis_module.run(&io, args, fd, &err);
    fuzz_judge(rc, &err);
    for (size_t s = 0; s < table_sheets(r.t); s++) {
        for (size_t i = 0; i < table_rows(r.t, s); i++) {
            for (size_t k = 0; k < table_row_cells(r.t, s, i); k++) {
                struct table_cell cell;
                table_row_cell(r.t, s, i, k, &cell);
                FUZZ_CHECK(strlen(cell.text) <= 4 * limits.cell_chars && strnlen(cell.iso, TABLE_ISO) < TABLE_ISO);
            }
        }
    }
    table_free(r.t);
    json_decref(args);
    close(fd);
    return 0;
}
