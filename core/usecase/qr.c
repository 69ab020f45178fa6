#include "usecase/qr.h"

#include <errno.h>
#include <qrencode.h>

enum { QUIET = 4 };

/* A row's run of dark squares is one rectangle. */
static void add_row(struct lt_buf *out, const unsigned char *row, int width, int y)
{
    for (int x = 0; x < width;) {
        int from = x;
        while (x < width && (row[x] & 1)) x++;
        if (x > from) lt_buf_addf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        else x++;
    }
}

int qr_path(const char *text, struct lt_buf *out, int *size, struct lt_error *err)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!code) return errno == ERANGE ? lt_fail(err, LT_REFUSED, "qr.too_long", (char *)NULL) : lt_fail_memory(err);
    for (int y = 0; y < code->width; y++) add_row(out, code->data + y * code->width, code->width, y);
    *size = code->width + 2 * QUIET;
    QRcode_free(code);
    return out->failed ? lt_fail_memory(err) : 0;
}
