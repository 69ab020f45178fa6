/* Private: what goes between media.c and its two modules. One frame of JSON comes back from each.
 *   letopis-media.so   {"do":"inspect","size","max_unpacked","max_ratio","max_members"} → {"mime","charset"?}
 *   letopis-picture.so {"do":"measure","mime","size","max_pixels","max_side","max_pages"} → {"width","height","orientation","pages"}
 *   letopis-preview.so, letopis-page.so {"do":"preview","mime","size","side","page","max_pixels","max_side","max_pages","areas"?}
 *       → {"width","height","pages"}, then frames with the bytes of a WebP
 * Another job is another "do" with a function of its own in the module's table. */
#ifndef LT_MEDIA_WIRE_H
#define LT_MEDIA_WIRE_H

#include "sandbox/frame.h"

#define MEDIA_FRAME_ANSWER SANDBOX_FRAME_USER
#define MEDIA_FRAME_BYTES (SANDBOX_FRAME_USER + 1)

#define MEDIA_MAX_BYTES ((uint64_t)20 << 20)
#define MEDIA_MAX_PIXELS 100000000u
#define MEDIA_MAX_SIDE 30000u
#define MEDIA_MAX_UNPACKED ((uint64_t)512 << 20)
#define MEDIA_MAX_RATIO 200u
#define MEDIA_MAX_MEMBERS 10000u
#define MEDIA_MAX_PAGES 2000u
#define MEDIA_COPY_SIDE 1600u    /* a picture is painted over at this size, and made smaller afterwards */
#define MEDIA_AREA_UNIT 10000    /* areas are in parts of the page */

/* Types that are not accepted but have an answer of their own. */
#define MEDIA_MIME_PROGRAM "application/x-executable"
#define MEDIA_MIME_ACTIVE "text/html"

#define MEDIA_OOXML "application/vnd.openxmlformats-officedocument."

#endif
