/* Private to letopis-preview.so and letopis-page.so: a small picture as WebP without anything but pixels,
 * and the areas of a public copy painted over before it is encoded. */
#ifndef LT_MEDIA_MODULE_ENCODE_H
#define LT_MEDIA_MODULE_ENCODE_H

#include "pictures.h"

#include <vips/vips.h>

/* Longest side to draw a page at, and the page that the job asks for. */
int job_side(const struct job *j);
int job_page(const struct job *j);
/* Paints over the areas of the job, sends the measures and the bytes. pages: of the whole document. Takes image. */
int job_send_picture(struct job *j, VipsImage *image, int pages);

#endif
