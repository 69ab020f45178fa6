/* Private: frames between the module letopis-table.so and receive.c. Numbers as in sandbox/frame.h. */
#ifndef LT_TABLE_WIRE_H
#define LT_TABLE_WIRE_H

#include "sandbox/frame.h"
#include "table/table.h"

enum table_frame {
    TABLE_FRAME_BOOK = SANDBOX_FRAME_USER, /* once, first: u8 format, u8 separator, u8 date_1904, bytes encoding */
    TABLE_FRAME_SHEET,                     /* u8 hidden, bytes name */
    TABLE_FRAME_ROWS                       /* any number of rows: u32 row, u8 hidden, u16 cells, then the cells:
                                            * u16 column, u8 type, u8 flags, f64 number if TABLE_WIRE_NUMBER, bytes text */
};

static inline bool table_wire_number(unsigned type, unsigned flags) {
    return (type >= TABLE_NUMBER && type <= TABLE_BOOL) || (flags & TABLE_NUMBER_AS_TEXT);
}

/* Limits as they travel in the arguments, and their defaults. */
#define TABLE_FILE_BYTES ((uint64_t)20 << 20)
#define TABLE_ROWS 200000u
#define TABLE_COLUMNS 500u
#define TABLE_SHEETS 200u
#define TABLE_CELL_CHARS 32767u
#define TABLE_CELLS 2000000u
#define TABLE_UNPACKED ((uint64_t)512 << 20)
#define TABLE_RATIO 200u
#define TABLE_TEXT_BYTES ((uint64_t)96 << 20) /* of all cells together */
#define TABLE_ANSWER_BYTES ((uint64_t)192 << 20)
#define TABLE_NAME_BYTES 400u /* of a sheet */

/* Dates are shown and kept between these: 1 January 0001 is not reached by any program, 31 December 9999 by all. */
#define TABLE_SERIAL_MIN (-693593.0)
#define TABLE_SERIAL_MAX 2958466.0

#endif
