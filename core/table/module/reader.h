/* Private to letopis-table.so: what the readers of the formats share. Runs in the child after both steps of the jail.
 *
 * A reader calls book once, then for each sheet begin, cells and marks in any order, end. A function answering int gives
 * 0 or a negative status with r->err filled; readers pass it up. */
#ifndef LT_TABLE_MODULE_READER_H
#define LT_TABLE_MODULE_READER_H

#include "sandbox/module.h"
#include "table/wire.h"

struct cell {
    double number;
    uint32_t row, text, text_len; /* text: offset in the pool of the sheet */
    uint16_t column;
    uint8_t type, flags;
};

struct span { /* rows or columns from..to, both belong */
    uint32_t from, to;
};

struct area {
    uint32_t row1, column1, row2, column2;
};

struct reader {
    struct sandbox_io *io;
    struct lt_error *err;
    const unsigned char *data; /* the whole file */
    size_t len;
    struct table_limits limits;
    uint64_t cells_sent, text_sent;
    uint32_t sheets;
    bool date_1904;

    /* the sheet under way */
    char name[TABLE_NAME_BYTES + 1];
    bool hidden, unsorted;
    struct cell *cells;
    size_t n_cells, cap_cells;
    struct lt_buf pool;
    struct span *hidden_rows, *hidden_columns;
    size_t n_hidden_rows, cap_hidden_rows, n_hidden_columns, cap_hidden_columns;
    struct area *merges;
    size_t n_merges, cap_merges;
};

/* sheet.c */
int reader_book(struct reader *r, enum table_format format, const char *encoding, char separator);
int reader_sheet_begin(struct reader *r, const char *name, size_t len, bool hidden);
/* text may be NULL. A cell given twice: the later one stays. Empty ones are ignored unless they are formulas. */
int reader_cell(struct reader *r, uint32_t row, uint32_t column, enum table_type type, unsigned flags, double number,
                const char *text, size_t len);
int reader_hide_rows(struct reader *r, uint32_t from, uint32_t to);
int reader_hide_columns(struct reader *r, uint32_t from, uint32_t to);
int reader_merge(struct reader *r, struct area a);
int reader_sheet_end(struct reader *r);
void reader_free(struct reader *r);
/* "table.<code>" LT_REFUSED with the sheet's name and the place as parameters; row or column 0: without. */
int reader_refuse(struct reader *r, const char *code, uint32_t row, uint32_t column, const char *limit);
int reader_damaged(struct reader *r, const char *what);

/* format.c: number formats of spreadsheets */
enum look { LOOK_PLAIN, LOOK_DATE, LOOK_DATETIME, LOOK_TIME, LOOK_ELAPSED, LOOK_PERCENT, LOOK_ZEROS };

struct format {
    enum look look;
    uint8_t digits;   /* PERCENT: after the point; ZEROS: width */
    const char *code; /* borrowed; NULL = a built-in one */
};

struct format format_of_code(const char *code);
struct format format_builtin(unsigned id); /* numFmtId and BIFF share them */
/* A number with its format as a cell. serial counts from 1899-12-30, or from 1904 when r->date_1904. */
int reader_number(struct reader *r, uint32_t row, uint32_t column, unsigned flags, double v, const struct format *f);
/* Text of a date or time as the format shows it, or as Russians write it when code is NULL. */
void format_date(struct lt_buf *out, double serial, const struct format *f);

/* value.c */
bool value_of_text(const char *s, size_t len, double *out); /* a text that reads as a number */
bool value_parse_number(const char *s, double *out);        /* xsd:double, spaces around allowed, finite */
/* ISO 8601 date or date-time: days since 1899-12-30. *has_time when there is a time other than midnight. */
bool value_parse_iso(const char *s, double *out, bool *has_time);
bool value_parse_duration(const char *s, double *out); /* PT10H11M12S as days */

/* One character to UTF-8, at most 4 bytes (csv.c); UTF-16: *used says how many bytes it took. Answer the bytes written. */
size_t value_1251_char(unsigned char c, char to[4]);
size_t value_utf8(char to[4], uint32_t c);
/* The encoding a Russian text of single bytes is in, for the two below; -1: none that makes sense of it. */
int charset_guess(const unsigned char *s, size_t len);
const char *charset_name(int charset);
size_t charset_char(int charset, unsigned char c, char to[4]);
/* UTF-16 without its mark: 1 little-endian, 2 big-endian, 0 neither. */
int charset_wide(const unsigned char *s, size_t len);
size_t value_utf16_char(const unsigned char *s, size_t len, bool big, char to[4], size_t *used);

/* zip.c: members of a package, unpacked as a stream under the limits */
struct package;
struct member;
int package_open(struct reader *r, struct package **out);
void package_close(struct package *p);
bool package_has(struct package *p, const char *name);
int package_member(struct reader *r, struct package *p, const char *name, struct member **out);
long member_read(struct member *m, void *to, size_t len); /* bytes, 0 at the end, -1 with r->err filled */
void member_close(struct member *m);

/* xml.c: pull parser over a member; no DTD, no entities, no network */
struct xml;
int xml_open(struct reader *r, struct package *p, const char *name, struct xml **out);
void xml_close(struct xml *x);
enum xml_event { XML_END_OF_FILE, XML_START, XML_END, XML_TEXT };
/* 0 or a negative status. An empty element gives START and END. */
int xml_next(struct xml *x, enum xml_event *out);
const char *xml_name(struct xml *x); /* local name of START and END */
int xml_depth(struct xml *x);
const char *xml_text(struct xml *x); /* of TEXT */
/* Value of an attribute by local name, "" when absent; _ns: only one whose namespace contains the given words. Lives until the
 * next call of xml_attr or xml_next, so it is used or copied at once. */
const char *xml_attr(struct xml *x, const char *name);
const char *xml_attr_ns(struct xml *x, const char *space, const char *name);
int xml_skip(struct xml *x); /* after START: up to its END */

/* the formats */
int read_csv(struct reader *r);
int read_xlsx(struct reader *r, struct package *p, const char *workbook);
int read_ods(struct reader *r, struct package *p);
int read_xls(struct reader *r);
bool cfb_has(struct reader *r, const char *stream); /* cfb.c */
int cfb_stream(struct reader *r, const char *stream, unsigned char **out, size_t *out_len); /* malloc'ed; LT_NOTFOUND */

#endif
