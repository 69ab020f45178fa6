/* A small picture of a file, made in a child without rights: letopis-preview.so for pictures, letopis-page.so for PDF. */
#ifndef LT_MEDIA_PREVIEW_H
#define LT_MEDIA_PREVIEW_H

#include "media/media.h"

#include "base/buf.h"

#include <jansson.h>

#define MEDIA_PREVIEW_MAX ((size_t)4 << 20) /* bytes of a preview */
#define MEDIA_PREVIEW_TYPE "image/webp"

struct media_preview {
    unsigned width, height;
    unsigned pages; /* of the whole file */
};

bool media_has_preview(const char *mime);
/* Appends the WebP of one page (from 1) whose longer side has at most `side` pixels: upright, in sRGB, nothing in it but pixels, not larger
 * than the original. The fd is that of media_inspect. mime: of the allow-list. Errors: LT_REFUSED "preview.none" for
 * kinds that are not shown, "file.damaged", "file.pixels", "file.page" {limit: pages}, "sandbox.…"; LT_SYSTEM.
 * areas: [{x, y, w, h}] in ten-thousandths of the page's width and height, filled with one colour before the picture is encoded, so that
 * nothing of what was there is in the bytes; each grows by a few pixels, never shrinks. NULL or empty: none. */
int media_preview(const struct media_env *env, int fd, uint64_t size, const char *mime, const char *name, unsigned side, unsigned page,
                  const json_t *areas, struct lt_buf *out, struct media_preview *what, struct lt_error *err);

/* Width and height of a WebP that media_preview gave; false: it is none. */
bool media_preview_size(const void *data, size_t len, unsigned *width, unsigned *height);

#endif
