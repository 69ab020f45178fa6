#include "xls.h"

#include <math.h>
#include <string.h>

struct place {
    uint32_t row, column; /* from 1 */
    unsigned xf;
};

/* A formula whose text comes in a STRING record after it. */
struct pending {
    bool waits;
    struct place at;
};

static bool place_of(const struct record *rec, size_t least, struct place *out) {
    if (rec->len < least)
        return false;
    *out = (struct place){xls_u16(rec->data) + 1, xls_u16(rec->data + 2) + 1, xls_u16(rec->data + 4)};
    return true;
}

static int give_number(struct xls *x, struct place p, unsigned flags, double v) {
    static const struct format plain = {.look = LOOK_PLAIN};
    if (!isfinite(v))
        return reader_cell(x->r, p.row, p.column, TABLE_ERROR, flags, 0, "#NUM!", 5);
    return reader_number(x->r, p.row, p.column, flags, v, p.xf < x->n_xf ? &x->looks[p.xf] : &plain);
}

static int give_bool(struct xls *x, struct place p, unsigned flags, bool yes) {
    const char *text = yes ? "ИСТИНА" : "ЛОЖЬ";
    return reader_cell(x->r, p.row, p.column, TABLE_BOOL, flags, yes, text, strlen(text));
}

static int give_error(struct xls *x, struct place p, unsigned flags, unsigned code) {
    static const struct {
        unsigned code;
        const char *text;
    } names[] = {{0x00, "#NULL!"}, {0x07, "#DIV/0!"}, {0x0f, "#VALUE!"}, {0x17, "#REF!"}, {0x1d, "#NAME?"}, {0x24, "#NUM!"},
                 {0x2a, "#N/A"}};
    const char *text = "#N/A";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].code == code)
            text = names[i].text;
    return reader_cell(x->r, p.row, p.column, TABLE_ERROR, flags, 0, text, strlen(text));
}

static double rk(uint32_t raw) {
    double v;
    if (raw & 2) {
        int32_t whole = (int32_t)(raw & ~3u) / 4; /* 30 bits with their sign */
        v = whole;
    } else {
        uint64_t bits = (uint64_t)(raw & ~3u) << 32;
        memcpy(&v, &bits, sizeof v);
    }
    return raw & 1 ? v / 100 : v;
}

static int on_mulrk(struct xls *x, const struct record *rec) {
    int rc = 0;
    if (rec->len < 6)
        return reader_damaged(x->r, "XLS cell");
    struct place p = {xls_u16(rec->data) + 1, xls_u16(rec->data + 2) + 1, 0};
    for (size_t at = 4; at + 6 <= rec->len - 2 && rc == 0; at += 6, p.column++) {
        p.xf = xls_u16(rec->data + at);
        rc = give_number(x, p, 0, rk(xls_u32(rec->data + at + 2)));
    }
    return rc;
}

static int on_label(struct xls *x, const struct record *rec, struct place p) {
    size_t at = 6;
    int rc = xls_string(x, rec, &at, 2);
    return rc != 0 ? rc : reader_cell(x->r, p.row, p.column, TABLE_TEXT, 0, 0, x->text.data ? x->text.data : "", x->text.len);
}

static int on_labelsst(struct xls *x, const struct record *rec, struct place p) {
    size_t i = xls_u32(rec->data + 6);
    if (i >= x->n_ends)
        return reader_damaged(x->r, "XLS strings");
    uint32_t from = i > 0 ? x->ends[i - 1] : 0;
    return reader_cell(x->r, p.row, p.column, TABLE_TEXT, 0, 0, x->ends[i] > from ? x->texts.data + from : "", x->ends[i] - from);
}

static int on_formula(struct xls *x, const struct record *rec, struct place p, struct pending *pending) {
    const unsigned char *result = rec->data + 6;
    if (xls_u16(result + 6) != 0xffff)
        return give_number(x, p, TABLE_FORMULA, xls_f64(result));
    switch (result[0]) {
    case 0:
        *pending = (struct pending){true, p};
        return 0;
    case 1: return give_bool(x, p, TABLE_FORMULA, result[2] != 0);
    case 2: return give_error(x, p, TABLE_FORMULA, result[2]);
    default: return reader_cell(x->r, p.row, p.column, TABLE_TEXT, TABLE_FORMULA, 0, "", 0);
    }
}

static int on_string(struct xls *x, const struct record *rec, struct pending *pending) {
    size_t at = 0;
    int rc = xls_string(x, rec, &at, 2);
    if (rc == 0 && pending->waits)
        rc = reader_cell(x->r, pending->at.row, pending->at.column, TABLE_TEXT, TABLE_FORMULA, 0,
                         x->text.data ? x->text.data : "", x->text.len);
    pending->waits = false;
    return rc;
}

static int on_merged(struct xls *x, const struct record *rec) {
    int rc = 0;
    size_t n = rec->len >= 2 ? xls_u16(rec->data) : 0;
    for (size_t i = 0; i < n && 2 + 8 * (i + 1) <= rec->len && rc == 0; i++) {
        const unsigned char *p = rec->data + 2 + 8 * i;
        rc = reader_merge(x->r, (struct area){xls_u16(p) + 1, xls_u16(p + 4) + 1, xls_u16(p + 2) + 1, xls_u16(p + 6) + 1});
    }
    return rc;
}

static int on_layout(struct xls *x, const struct record *rec) {
    if (rec->id == BIFF_ROW && rec->len >= 14 && (xls_u16(rec->data + 12) & 0x20))
        return reader_hide_rows(x->r, xls_u16(rec->data) + 1, xls_u16(rec->data) + 1);
    if (rec->id == BIFF_COLINFO && rec->len >= 10 && (xls_u16(rec->data + 8) & 1))
        return reader_hide_columns(x->r, xls_u16(rec->data) + 1, xls_u16(rec->data + 2) + 1);
    return 0;
}

static int on_record(struct xls *x, const struct record *rec, struct pending *pending) {
    struct place p = {0, 0, 0};
    static const struct {
        unsigned id;
        size_t least;
    } cells[] = {{BIFF_NUMBER, 14}, {BIFF_RK, 10}, {BIFF_LABEL, 8}, {BIFF_RSTRING, 8}, {BIFF_LABELSST, 10}, {BIFF_BOOLERR, 8},
                 {BIFF_FORMULA, 14}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (cells[i].id == rec->id && !place_of(rec, cells[i].least, &p))
            return reader_damaged(x->r, "XLS cell");
    switch (rec->id) {
    case BIFF_NUMBER: return give_number(x, p, 0, xls_f64(rec->data + 6));
    case BIFF_RK: return give_number(x, p, 0, rk(xls_u32(rec->data + 6)));
    case BIFF_MULRK: return on_mulrk(x, rec);
    case BIFF_LABEL:
    case BIFF_RSTRING: return on_label(x, rec, p);
    case BIFF_LABELSST: return on_labelsst(x, rec, p);
    case BIFF_BOOLERR:
        return rec->data[7] ? give_error(x, p, 0, rec->data[6]) : give_bool(x, p, 0, rec->data[6] != 0);
    case BIFF_FORMULA: return on_formula(x, rec, p, pending);
    case BIFF_STRING: return on_string(x, rec, pending);
    case BIFF_MERGEDCELLS: return on_merged(x, rec);
    default: return on_layout(x, rec);
    }
}

int xls_read_sheet(struct xls *x, const struct xls_sheet *sheet) {
    struct record rec;
    struct pending pending = {false, {0, 0, 0}};
    unsigned depth = 0; /* charts stand inside a sheet between a BOF and an EOF of their own */
    int rc = 0;
    if (sheet->at >= x->len)
        return reader_damaged(x->r, "XLS sheet");
    x->at = sheet->at;
    if (!xls_next(x, &rec) || rec.id != BIFF_BOF)
        return reader_damaged(x->r, "XLS sheet");
    while (rc == 0 && xls_next(x, &rec)) {
        if (rec.id == BIFF_BOF)
            depth++;
        else if (rec.id == BIFF_EOF) {
            if (depth == 0)
                break;
            depth--;
        } else if (depth == 0)
            rc = on_record(x, &rec, &pending);
    }
    return rc;
}
