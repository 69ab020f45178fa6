#include "xls.h"

#include "base/mem.h"

#include <string.h>

uint32_t xls_u16(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
uint32_t xls_u32(const unsigned char *p) { return xls_u16(p) | xls_u16(p + 2) << 16; }

double xls_f64(const unsigned char *p) {
    uint64_t raw = (uint64_t)xls_u32(p) | (uint64_t)xls_u32(p + 4) << 32;
    double v;
    memcpy(&v, &raw, sizeof v);
    return v;
}

bool xls_next(struct xls *x, struct record *out) {
    if (x->len - x->at < 4)
        return false;
    out->id = xls_u16(x->stream + x->at);
    out->len = xls_u16(x->stream + x->at + 2);
    out->data = x->stream + x->at + 4;
    if (x->len - x->at - 4 < out->len)
        out->len = x->len - x->at - 4; /* cut off: what is there */
    x->at = (size_t)(out->data - x->stream) + out->len;
    return true;
}

/* A place in a record and the CONTINUE records after it. */
struct walk {
    struct xls *x;
    struct record rec;
    size_t at;
};

/* To the next CONTINUE when this record is used up; false when there is none. */
static bool refill(struct walk *w) {
    while (w->at >= w->rec.len) {
        size_t back = w->x->at;
        struct record next;
        if (!xls_next(w->x, &next) || next.id != BIFF_CONTINUE) {
            w->x->at = back;
            return false;
        }
        w->rec = next;
        w->at = 0;
    }
    return true;
}

static bool take(struct walk *w, unsigned bytes, uint32_t *out) {
    uint32_t v = 0;
    for (unsigned i = 0; i < bytes; i++) {
        if (!refill(w))
            return false;
        v |= (uint32_t)w->rec.data[w->at++] << (8 * i);
    }
    *out = v;
    return true;
}

static bool skip(struct walk *w, uint64_t bytes) {
    while (bytes > 0) {
        if (!refill(w))
            return false;
        size_t here = w->rec.len - w->at, n = bytes < here ? (size_t)bytes : here;
        w->at += n;
        bytes -= n;
    }
    return true;
}

/* `count` characters. Where they cross into a CONTINUE, one byte there says anew whether they are wide. */
static bool characters(struct walk *w, uint32_t count, bool wide, struct lt_buf *out) {
    char utf8[4];
    while (count > 0) {
        if (w->at >= w->rec.len) {
            uint32_t flags;
            if (!refill(w) || !take(w, 1, &flags))
                return false;
            wide = flags & 1;
            continue;
        }
        const unsigned char *p = w->rec.data + w->at;
        size_t here = w->rec.len - w->at, used = 1, n;
        if (!wide) {
            unsigned char pair[2] = {*p, 0}; /* Latin-1 */
            n = value_utf16_char(pair, 2, false, utf8, &used);
            used = 1;
        } else {
            if (here < 2)
                return false;
            n = value_utf16_char(p, here < 4 || count < 2 ? 2 : 4, false, utf8, &used);
        }
        lt_buf_add(out, utf8, n);
        w->at += used;
        count -= wide ? (uint32_t)(used / 2) : 1;
    }
    return true;
}

static bool unicode(struct walk *w, unsigned width, struct lt_buf *out) {
    uint32_t count, flags, runs = 0, extra = 0;
    if (!take(w, width, &count) || !take(w, 1, &flags) || ((flags & 8) && !take(w, 2, &runs)) ||
        ((flags & 4) && !take(w, 4, &extra)))
        return false;
    return characters(w, count, flags & 1, out) && skip(w, (uint64_t)runs * 4 + extra);
}

static bool bytes_1251(struct walk *w, unsigned width, struct lt_buf *out) {
    uint32_t count, c;
    char utf8[4];
    if (!take(w, width, &count))
        return false;
    while (count-- > 0) {
        if (!take(w, 1, &c))
            return false;
        size_t n = value_1251_char((unsigned char)c, utf8);
        lt_buf_add(out, utf8, n);
    }
    return true;
}

int xls_string(struct xls *x, const struct record *rec, size_t *at, unsigned width) {
    struct walk w = {.x = x, .rec = *rec, .at = *at};
    lt_buf_reset(&x->text);
    bool ok = x->biff8 ? unicode(&w, width, &x->text) : bytes_1251(&w, width, &x->text);
    *at = w.at;
    return ok && !x->text.failed ? 0 : reader_damaged(x->r, "XLS string");
}

int xls_shared_strings(struct xls *x, const struct record *rec) {
    struct walk w = {.x = x, .rec = *rec};
    uint32_t total, unique;
    if (!take(&w, 4, &total) || !take(&w, 4, &unique) || unique > x->len)
        return reader_damaged(x->r, "XLS strings");
    for (uint32_t i = 0; i < unique; i++) {
        if (!unicode(&w, 2, &x->texts)) /* a shorter table than promised: cells that point beyond are refused */
            break;
        uint32_t *grown = lt_array_grow(x->ends, &x->cap_ends, x->n_ends + 1, sizeof *grown);
        if (!grown)
            return lt_fail_memory(x->r->err);
        x->ends = grown;
        grown[x->n_ends++] = (uint32_t)x->texts.len;
    }
    return x->texts.failed ? reader_refuse(x->r, "too_much_text", 0, 0, LT_NUM(TABLE_TEXT_BYTES >> 20)) : 0;
}
