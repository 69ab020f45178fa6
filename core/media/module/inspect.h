/* Private to letopis-media.so: looks into the kinds of files. Each answers the job or refuses. */
#ifndef LT_MEDIA_MODULE_INSPECT_H
#define LT_MEDIA_MODULE_INSPECT_H

#include "shared.h"

int inspect_package(struct job *j);                /* begins as a zip archive */
int inspect_compound(struct job *j);               /* begins as a compound file: Office before 2007 */
int inspect_text(struct job *j, const char *mime); /* mime: what it is called when it is no text after all */

bool text_begins_markup(const struct job *j); /* HTML, SVG or XML */
bool bytes_have(const unsigned char *data, size_t len, const char *what, size_t what_len);

#endif
