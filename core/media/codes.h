/* QR codes on a picture, read in a child without rights (letopis-codes.so: libvips and libzbar). */
#ifndef LT_MEDIA_CODES_H
#define LT_MEDIA_CODES_H

#include "media/media.h"

#include <jansson.h>

#define MEDIA_CODES_MAX 20      /* of one picture */
#define MEDIA_CODE_LENGTH 1000u /* bytes of one */

/* *out: array of the texts found, in no order that means anything; empty where nothing was recognised. The picture has been looked at already (media_inspect) or
 * was made by media_preview; mime: of an image of the allow-list. Errors: LT_REFUSED "file.damaged", "sandbox.…". */
int media_codes(const struct media_env *env, int fd, uint64_t size, const char *mime, json_t **out, struct lt_error *err);

#endif
