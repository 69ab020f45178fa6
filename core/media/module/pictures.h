/* Private to letopis-picture.so and letopis-preview.so: libvips, started for a jail. */
#ifndef LT_MEDIA_MODULE_PICTURES_H
#define LT_MEDIA_MODULE_PICTURES_H

#include "shared.h"

/* In open(), between the steps. Only the loaders of the allow-list may run from then on, on one thread, without files of their own. */
int pictures_start(struct lt_error *err);
bool job_is_mime(const struct job *j, const char *mime);
/* Refuses a picture with more pixels or a longer side than the job allows. */
int job_check_size(struct job *j, int64_t width, int64_t height);

#endif
