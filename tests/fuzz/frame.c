/* What a child sends: numbers of frames, its error, the rows of a table. */
#include "fuzz.h"

#include "sandbox/frame.h"
#include "table/store.h"

static void numbers(const uint8_t *data, size_t size)
{
    struct sandbox_cursor c = {.data = data, .len = size};
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    double f64;
    const char *s;
    size_t n;
    while (sandbox_get_u8(&c, &u8) && sandbox_get_u16(&c, &u16) && sandbox_get_f64(&c, &f64) && sandbox_get_bytes(&c, &s, &n) &&
           sandbox_get_u32(&c, &u32) && sandbox_get_u64(&c, &u64))
        FUZZ_CHECK(n <= size && c.at <= size);
}

/* An error that was believed can be sent again and is the same. */
static void error(const uint8_t *data, size_t size)
{
    static const char *const prefixes[] = {"table.", "file.", NULL};
    struct lt_error err = {0}, again = {0};
    int rc = sandbox_error_decode(data, size, prefixes, &err);
    FUZZ_CHECK(rc < 0 && rc >= LT_SYSTEM && err.status == rc);
    FUZZ_CHECK(lt_starts(err.code, "table.") || lt_starts(err.code, "file.") || strcmp(err.code, "sandbox.malformed") == 0);
    for (const char *p = err.params; p < err.params + err.params_len; p += strlen(p) + 1) FUZZ_CHECK(lt_utf8_valid(p, strlen(p)));
    if (!lt_starts(err.code, "sandbox.")) {
        char *text = sandbox_error_encode(&err);
        FUZZ_CHECK(text && sandbox_error_decode(text, strlen(text), prefixes, &again) == rc);
        FUZZ_CHECK(strcmp(again.code, err.code) == 0 && strcmp(again.field, err.field) == 0 && again.params_len == err.params_len);
        free(text);
        lt_error_clear(&again);
    }
    lt_error_clear(&err);
}

static void walk(const struct table *t)
{
    for (size_t s = 0; s < table_sheets(t); s++) {
        FUZZ_CHECK(lt_utf8_valid(table_sheet_name(t, s), strlen(table_sheet_name(t, s))) || strlen(table_sheet_name(t, s)) == 0);
        for (size_t i = 0; i < table_rows(t, s); i++) {
            uint32_t row = table_row_number(t, s, i);
            FUZZ_CHECK(row > 0 && row <= table_last_row(t, s));
            for (size_t k = 0; k < table_row_cells(t, s, i); k++) {
                struct table_cell cell, found;
                table_row_cell(t, s, i, k, &cell);
                table_cell_at(t, s, row, cell.column, &found);
                FUZZ_CHECK(found.text == cell.text && found.type == cell.type && cell.column <= table_last_column(t, s));
                FUZZ_CHECK(lt_utf8_valid(cell.text, strlen(cell.text)));
            }
        }
    }
    table_memory(t);
}

/* Frames of u8 type, u16 length, payload. */
static void table(const uint8_t *data, size_t size)
{
    struct lt_error err = {0};
    struct table_receiver r = {.t = calloc(1, sizeof *r.t),
                               .limits = {.rows = 1000, .columns = 100, .sheets = 5, .cell_chars = 500, .cells = 5000}};
    struct sandbox_cursor c = {.data = data, .len = size};
    uint8_t type;
    uint16_t len;
    int rc = 0;
    FUZZ_CHECK(r.t);
    while (rc == 0 && sandbox_get_u8(&c, &type) && sandbox_get_u16(&c, &len)) {
        if (len > c.len - c.at) len = (uint16_t)(c.len - c.at);
        uint8_t *frame = malloc(len ? len : 1); /* of just its size, so that reading on is noticed */
        FUZZ_CHECK(frame);
        memcpy(frame, c.data + c.at, len);
        rc = table_receive(&r, NULL, type, frame, len, &err);
        c.at += len;
        free(frame);
    }
    fuzz_judge(rc, &err);
    /* a row that broke off is not looked at: table_read gives nothing then */
    if (rc == 0 && r.begun) walk(r.t);
    table_free(r.t);
}

/* Input: a byte for what it is, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t form = fuzz_byte(&data, &size);
    if (form % 3 == 0) numbers(data, size);
    else if (form % 3 == 1) error(data, size);
    else table(data, size);
    return 0;
}
