/* Private to letopis-sheet.so: the XML parts of a workbook (ECMA-376, SpreadsheetML), each appended to an empty buffer. */
#ifndef LT_PRINT_SHEET_PARTS_H
#define LT_PRINT_SHEET_PARTS_H

#include "base/buf.h"
#include "base/error.h"

#include <jansson.h>

#define SHEET_PART_MAX ((size_t)384 << 20)
#define SHEET_NAME 32

/* What a sheet is called: at most 31 characters without those that Excel refuses, another for each. */
struct sheet_names {
    size_t n;
    char (*names)[SHEET_NAME * 4 + 8];
};

/* style: enum of the cell formats of the styles part. Those of the table proper have a frame, also where nothing stands: paper is filled in by hand;
 * a loose text stands below it and goes on over the cells beside. */
enum sheet_style { SHEET_TEXT, SHEET_HEAD, SHEET_DATE, SHEET_INSTANT, SHEET_NOTE, SHEET_NUMBER,
                   SHEET_FRAMED_TEXT, SHEET_FRAMED_DATE, SHEET_FRAMED_INSTANT, SHEET_FRAMED_NUMBER, SHEET_LOOSE };

int parts_types(struct lt_buf *b, size_t sheets);
int parts_root_links(struct lt_buf *b);
int parts_core(struct lt_buf *b, const json_t *book);
int parts_book(struct lt_buf *b, const json_t *book, const struct sheet_names *names);
int parts_book_links(struct lt_buf *b, size_t sheets);
int parts_styles(struct lt_buf *b, const json_t *book);
/* LT_REFUSED print.malformed, print.rows. */
int parts_sheet(struct lt_buf *b, const json_t *book, const json_t *sheet, struct lt_error *err);

int parts_text(struct lt_buf *b, const char *s); /* XML text and attribute; what XML cannot hold is left out */

#endif
