/* A small picture of a file, made in a child without rights: letopis-preview.so for pictures, letopis-page.so for PDF. */
#ifndef LT_MEDIA_PREVIEW_H
#define LT_MEDIA_PREVIEW_H

#include "media/media.h"

#include "base/buf.h"

#define MEDIA_PREVIEW_MAX ((size_t)4 << 20) /* bytes of a preview */
#define MEDIA_PREVIEW_TYPE "image/webp"

struct media_preview {
    unsigned width, height;
    unsigned pages; /* of the whole file */
};

bool media_has_preview(const char *mime);
/* Appends the WebP of one page (from 1) whose longer side has at most `side` pixels: upright, in sRGB, nothing in it but pixels, not larger
 * than the original. The fd is that of media_inspect. mime: of the allow-list. Errors: LT_REFUSED "preview.none" for
 * kinds that are not shown, "file.damaged", "file.pixels", "file.page" {limit: pages}, "sandbox.…"; LT_SYSTEM. */
int media_preview(const struct media_env *env, int fd, uint64_t size, const char *mime, const char *name, unsigned side, unsigned page,
                  struct lt_buf *out, struct media_preview *what, struct lt_error *err);

#endif
