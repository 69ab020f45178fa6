/* Private to the XLS reader ([MS-XLS]; BIFF5 after OpenOffice's "Excel File Format"). */
#ifndef LT_TABLE_MODULE_XLS_H
#define LT_TABLE_MODULE_XLS_H

#include "reader.h"

enum biff {
    BIFF_FORMULA = 0x06, BIFF_EOF = 0x0a, BIFF_DATEMODE = 0x22, BIFF_FILEPASS = 0x2f, BIFF_CONTINUE = 0x3c, BIFF_COLINFO = 0x7d,
    BIFF_BOUNDSHEET = 0x85, BIFF_MULRK = 0xbd, BIFF_RSTRING = 0xd6, BIFF_XF = 0xe0, BIFF_MERGEDCELLS = 0xe5, BIFF_SST = 0xfc,
    BIFF_LABELSST = 0xfd, BIFF_NUMBER = 0x203, BIFF_LABEL = 0x204, BIFF_BOOLERR = 0x205, BIFF_STRING = 0x207, BIFF_ROW = 0x208,
    BIFF_RK = 0x27e, BIFF_FORMAT = 0x41e, BIFF_BOF = 0x809
};

struct record {
    unsigned id;
    const unsigned char *data;
    size_t len;
};

struct xls_sheet {
    uint32_t at;
    bool hidden, is_table;
    char name[TABLE_NAME_BYTES + 1];
};

struct xls {
    struct reader *r;
    unsigned char *stream;
    size_t len, at; /* at: the next record */
    bool biff8;
    struct xls_sheet *sheets;
    size_t n_sheets, cap_sheets;
    struct lt_buf texts; /* of the SST */
    uint32_t *ends;
    size_t n_ends, cap_ends;
    struct lt_buf codes;
    struct xls_format {
        unsigned id;
        uint32_t code;
    } *formats;
    size_t n_formats, cap_formats;
    struct format *looks; /* by XF */
    unsigned *xf;
    size_t n_xf, cap_xf;
    struct lt_buf text; /* the string read last */
};

uint32_t xls_u16(const unsigned char *p);
uint32_t xls_u32(const unsigned char *p);
double xls_f64(const unsigned char *p);
/* The next record of the stream; false at its end. */
bool xls_next(struct xls *x, struct record *out);

/* A string that may run over into CONTINUE records; the record it begins in was the last one read. at: its place in the
 * record; width: bytes of its length (1 or 2). Leaves UTF-8 in x->text and the place after it in *at. */
int xls_string(struct xls *x, const struct record *rec, size_t *at, unsigned width);
int xls_shared_strings(struct xls *x, const struct record *rec);

/* Records of one sheet, from its BOF. */
int xls_read_sheet(struct xls *x, const struct xls_sheet *sheet);

#endif
