/* Pictures of a release: the program draws the public copies and writes them itself, the plugin learns their names alone. */
#ifndef LT_USECASE_PUBLISH_DRAW_H
#define LT_USECASE_PUBLISH_DRAW_H

#include "usecase/publish.h"
#include "usecase/release.h"

/* Draws these pages of a showable row into the release: *more = {pictures:[{file, width, height, large, large_width, large_height}]}, names in the
 * release; new reference. A page that cannot be drawn is left out. */
int publish_draw(struct uc_call *call, struct release *release, const char *channel, const json_t *row, const json_t *pages, json_t **more,
                 struct lt_error *err);

#endif
