/* QR codes of our own texts (addresses), as data that a page or a sheet draws. */
#ifndef LT_USECASE_QR_H
#define LT_USECASE_QR_H

#include "base/buf.h"
#include "base/error.h"

/* Appends the dark squares as an SVG path of a square of *size units, quiet zone of 4 included. Error correction M. LT_REFUSED "qr.too_long". */
int qr_path(const char *text, struct lt_buf *out, int *size, struct lt_error *err);

#endif
