#include "xls.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define MOST_XF 70000u
#define MOST_FORMATS 5000u

static int on_boundsheet(struct xls *x, const struct record *rec) {
    if (rec->len < 8 || x->n_sheets >= x->r->limits.sheets)
        return rec->len < 8 ? reader_damaged(x->r, "XLS sheets")
                            : lt_fail(x->r->err, LT_REFUSED, "table.too_many_sheets", "limit",
                                      LT_NUM(x->r->limits.sheets), (char *)NULL);
    struct xls_sheet *grown = lt_array_grow(x->sheets, &x->cap_sheets, x->n_sheets + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(x->r->err);
    x->sheets = grown;
    struct xls_sheet *s = &grown[x->n_sheets];
    *s = (struct xls_sheet){.at = xls_u32(rec->data), .hidden = (rec->data[4] & 3) != 0, .is_table = rec->data[5] == 0};
    size_t at = 6;
    int rc = xls_string(x, rec, &at, 1);
    if (rc != 0)
        return rc;
    size_t n = x->text.len < TABLE_NAME_BYTES ? x->text.len : 0;
    if (n > 0)
        memcpy(s->name, x->text.data, n);
    x->n_sheets++;
    return 0;
}

static int on_format(struct xls *x, const struct record *rec) {
    if (rec->len < 4 || x->n_formats >= MOST_FORMATS)
        return reader_damaged(x->r, "XLS formats");
    size_t at = 2;
    int rc = xls_string(x, rec, &at, x->biff8 ? 2 : 1);
    if (rc != 0)
        return rc;
    struct xls_format *grown = lt_array_grow(x->formats, &x->cap_formats, x->n_formats + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(x->r->err);
    x->formats = grown;
    grown[x->n_formats++] = (struct xls_format){xls_u16(rec->data), (uint32_t)x->codes.len};
    lt_buf_adds(&x->codes, x->text.data ? x->text.data : "");
    lt_buf_addc(&x->codes, 0);
    return x->codes.failed ? reader_damaged(x->r, "XLS formats") : 0;
}

static int on_xf(struct xls *x, const struct record *rec) {
    if (rec->len < 4 || x->n_xf >= MOST_XF)
        return reader_damaged(x->r, "XLS styles");
    unsigned *grown = lt_array_grow(x->xf, &x->cap_xf, x->n_xf + 1, sizeof *grown);
    if (!grown)
        return lt_fail_memory(x->r->err);
    x->xf = grown;
    grown[x->n_xf++] = xls_u16(rec->data + 2);
    return 0;
}

static int on_global(struct xls *x, const struct record *rec) {
    switch (rec->id) {
    case BIFF_FILEPASS: return lt_fail(x->r->err, LT_REFUSED, "table.encrypted", (char *)NULL);
    case BIFF_DATEMODE: x->r->date_1904 = rec->len >= 2 && xls_u16(rec->data) == 1; return 0;
    case BIFF_BOUNDSHEET: return on_boundsheet(x, rec);
    case BIFF_FORMAT: return on_format(x, rec);
    case BIFF_XF: return on_xf(x, rec);
    case BIFF_SST: return x->n_ends == 0 ? xls_shared_strings(x, rec) : reader_damaged(x->r, "XLS strings");
    default: return 0;
    }
}

static int read_globals(struct xls *x) {
    struct record rec;
    int rc = 0;
    if (!xls_next(x, &rec) || rec.id != BIFF_BOF || rec.len < 4)
        return reader_damaged(x->r, "XLS");
    unsigned version = xls_u16(rec.data);
    if (version != 0x600 && version != 0x500)
        return lt_fail(x->r->err, LT_REFUSED, "table.old_xls", (char *)NULL);
    x->biff8 = version == 0x600;
    while (rc == 0 && xls_next(x, &rec) && rec.id != BIFF_EOF)
        rc = on_global(x, &rec);
    return rc;
}

static int resolve_looks(struct xls *x) {
    x->looks = lt_calloc(x->n_xf + 1, sizeof *x->looks);
    if (!x->looks)
        return lt_fail_memory(x->r->err);
    for (size_t i = 0; i < x->n_xf; i++) {
        x->looks[i] = format_builtin(x->xf[i]);
        for (size_t k = 0; k < x->n_formats; k++)
            if (x->formats[k].id == x->xf[i]) {
                x->looks[i] = format_of_code(x->codes.data + x->formats[k].code);
                break;
            }
    }
    return 0;
}

static int read_sheets(struct xls *x) {
    int rc = 0;
    for (size_t i = 0; i < x->n_sheets && rc == 0; i++) {
        const struct xls_sheet *s = &x->sheets[i];
        if (!s->is_table)
            continue; /* a chart, macros */
        rc = reader_sheet_begin(x->r, s->name, strlen(s->name), s->hidden);
        if (rc == 0)
            rc = xls_read_sheet(x, s);
        if (rc == 0)
            rc = reader_sheet_end(x->r);
    }
    return rc;
}

int read_xls(struct reader *r) {
    struct xls x = {.r = r, .texts = LT_BUF_INIT(TABLE_TEXT_BYTES), .codes = LT_BUF_INIT(1 << 20),
                    .text = LT_BUF_INIT((size_t)r->limits.cell_chars * 4 + 4096)};
    int rc = cfb_stream(r, "Workbook", &x.stream, &x.len);
    if (rc == LT_NOTFOUND)
        rc = cfb_stream(r, "Book", &x.stream, &x.len);
    if (rc == 0)
        rc = read_globals(&x);
    if (rc == 0)
        rc = resolve_looks(&x);
    if (rc == 0)
        rc = reader_book(r, TABLE_XLS, "", 0);
    if (rc == 0)
        rc = read_sheets(&x);
    free(x.stream);
    free(x.sheets);
    lt_buf_free(&x.texts);
    free(x.ends);
    lt_buf_free(&x.codes);
    free(x.formats);
    free(x.looks);
    free(x.xf);
    lt_buf_free(&x.text);
    return rc;
}
