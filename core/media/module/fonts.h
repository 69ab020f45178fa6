/* Private to letopis-preview.so: fonts for the text of PDF pages whose fonts are not inside the document.
 *
 * Poppler opens such a font by path when it meets the text, which is after the second step of the jail: the page would be without
 * text and without an error. So before that step the files are opened here, fontconfig is left with these files
 * alone (whatever name a page asks for, the answer is one of them), and openings are answered with their descriptors (module.h,
 * trap_opens). */
#ifndef LT_MEDIA_MODULE_FONTS_H
#define LT_MEDIA_MODULE_FONTS_H

#include <stdbool.h>

/* Between the steps, once. false: nothing that pages could be shown with (no fonts, or a processor whose registers are not known here). */
bool fonts_open(void);

#endif
