/* What a file really is. Its bytes are looked at in children without rights: by letopis-media.so (type, office documents, texts), then
 * pictures and PDF by letopis-picture.so, which links the large libraries. The verdict is made here from what the children saw,
 * an allow-list and the name. */
#ifndef LT_MEDIA_MEDIA_H
#define LT_MEDIA_MEDIA_H

#include "base/error.h"
#include "sandbox/child.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct media_env {
    const char *program; /* see struct sandbox_config */
    const char *modules_dir;
    unsigned deadline_ms; /* 0 = 20 000 */
};

struct media_policy { /* a zero means the default on the right */
    uint64_t max_bytes;    /* 20 MiB */
    uint64_t max_pixels;   /* 100 million */
    uint32_t max_side;     /* 30 000 */
    uint64_t max_unpacked; /* 512 MiB of an office document */
    uint32_t max_ratio;    /* 200: unpacked to packed, judged above 16 MiB */
    uint32_t max_members;  /* 10 000 files inside an office document */
    uint32_t max_pages;    /* 2 000 of a PDF or TIFF */
    uint32_t kinds;        /* set of 1u << enum media_kind; 0 = all */
};

enum media_kind { MEDIA_PDF, MEDIA_IMAGE, MEDIA_OFFICE, MEDIA_TEXT, MEDIA_VIDEO };

struct media_info {
    enum media_kind kind;
    char mime[96];          /* of the allow-list: "image/jpeg" */
    char extension[8];      /* canonical, without dot: "jpg"; the name under which it is kept */
    uint32_t width, height; /* images, as stored (before orientation); of PDF the first page in points; else 0 */
    uint32_t orientation;   /* EXIF 1..8 of images, 1 when not said; else 0 */
    uint32_t pages;         /* PDF and images; else 0 */
    char charset[16];       /* texts: "utf-8" or "windows-1251" */
};

/* Looks at the file of `size` bytes behind fd (regular file; its position moves). name is what the person called it. Errors,
 * all LT_REFUSED: "file.empty", "file.over_limit", "file.type_not_allowed", "file.extension_mismatch", "file.active"
 * (SVG, HTML, XML), "file.program", "file.macros", "file.bomb", "file.pixels", "file.pages", "file.damaged" (truncated too),
 * "file.encrypted", "file.polyglot", "file.text"; and "sandbox.…". A name without an extension agrees with every type. */
int media_inspect(const struct media_env *env, int fd, uint64_t size, const char *name,
                  const struct media_policy *policy, struct media_info *out, struct lt_error *err);

/* The allow-list, in order, for forms and documentation: NULL past the end. extensions: "jpg jpeg". */
struct media_type {
    const char *mime;
    enum media_kind kind;
    const char *extensions; /* accepted, canonical first */
};
const struct media_type *media_type_at(size_t i);

#endif
