/* A compound file with one stream, and BIFF8 records for it: the least that a reader of .xls must take. */
#ifndef LT_TESTS_XLS_MAKER_H
#define LT_TESTS_XLS_MAKER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct xls_maker {
    unsigned char stream[8192];
    size_t len;
    size_t sheet_at[4]; /* where the BOUNDSHEET records keep the places of the sheets */
    size_t sheets;
};

static inline void xls_num(unsigned char *to, uint32_t v, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (unsigned char)(v >> (8 * i));
}

static inline void xls_record(struct xls_maker *x, unsigned id, const void *data, size_t len) {
    if (x->len + len + 4 > sizeof x->stream)
        abort();
    xls_num(x->stream + x->len, id, 2);
    xls_num(x->stream + x->len + 2, (uint32_t)len, 2);
    if (len > 0)
        memcpy(x->stream + x->len + 4, data, len);
    x->len += len + 4;
}

static inline void xls_bof(struct xls_maker *x, unsigned what) {
    unsigned char d[16] = {0, 6};
    xls_num(d + 2, what, 2);
    xls_record(x, 0x809, d, sizeof d);
}

static inline void xls_boundsheet(struct xls_maker *x, const char *latin, unsigned hidden) {
    unsigned char d[64] = {0};
    size_t n = strlen(latin);
    d[4] = (unsigned char)hidden;
    d[6] = (unsigned char)n;
    memcpy(d + 8, latin, n);
    x->sheet_at[x->sheets++] = x->len + 4;
    xls_record(x, 0x85, d, 8 + n);
}

/* Call before the BOF of the nth sheet. */
static inline void xls_sheet_here(struct xls_maker *x, size_t n) {
    xls_num(x->stream + x->sheet_at[n], (uint32_t)x->len, 4);
}

static inline void xls_cell(struct xls_maker *x, unsigned id, unsigned row, unsigned column, unsigned xf, const void *data,
                            size_t len) {
    unsigned char d[256];
    xls_num(d, row - 1, 2);
    xls_num(d + 2, column - 1, 2);
    xls_num(d + 4, xf, 2);
    memcpy(d + 6, data, len);
    xls_record(x, id, d, 6 + len);
}

static inline void xls_number(struct xls_maker *x, unsigned row, unsigned column, unsigned xf, double v) {
    xls_cell(x, 0x203, row, column, xf, &v, sizeof v); /* little-endian machines, as all that Debian 12 release tests run on */
}

/* The file around the stream: header, one sector of FAT, one of directory, then the stream (padded above 4096 bytes, so that it
 * does not go into the mini stream). malloc'ed. */
static inline unsigned char *xls_file(const struct xls_maker *x, size_t *len) {
    size_t padded = x->len < 4608 ? 4608 : (x->len + 511) / 512 * 512, sectors = padded / 512;
    unsigned char *f = calloc(1, 512 * 3 + padded);
    if (!f)
        abort();
    memcpy(f, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    xls_num(f + 24, 0x3e, 2);
    xls_num(f + 26, 3, 2);
    xls_num(f + 28, 0xfffe, 2);
    xls_num(f + 30, 9, 2);
    xls_num(f + 32, 6, 2);
    xls_num(f + 44, 1, 4);
    xls_num(f + 48, 1, 4);
    xls_num(f + 56, 4096, 4);
    xls_num(f + 60, 0xfffffffe, 4);
    xls_num(f + 68, 0xfffffffe, 4);
    memset(f + 76, 0xff, 436);
    xls_num(f + 76, 0, 4);
    unsigned char *fat = f + 512, *dir = f + 1024;
    memset(fat, 0xff, 512);
    xls_num(fat, 0xfffffffd, 4);
    xls_num(fat + 4, 0xfffffffe, 4);
    for (size_t i = 0; i < sectors; i++)
        xls_num(fat + 8 + 4 * i, i + 1 < sectors ? (uint32_t)(i + 3) : 0xfffffffe, 4);
    static const char *const names[] = {"Root Entry", "Workbook"};
    for (size_t e = 0; e < 2; e++) {
        unsigned char *d = dir + 128 * e;
        for (size_t i = 0; names[e][i]; i++)
            d[2 * i] = (unsigned char)names[e][i];
        xls_num(d + 64, (uint32_t)(2 * strlen(names[e]) + 2), 2);
        d[66] = e == 0 ? 5 : 2;
        memset(d + 68, 0xff, 12);
        xls_num(d + 116, e == 0 ? 0xfffffffe : 2, 4);
        xls_num(d + 120, e == 0 ? 0 : (uint32_t)padded, 4);
    }
    xls_num(dir + 76, 1, 4); /* the root's child */
    memcpy(f + 1536, x->stream, x->len);
    *len = 1536 + padded;
    return f;
}

#endif
