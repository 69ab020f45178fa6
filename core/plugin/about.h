/* What a plugin says of itself in JSON, judged before anybody reads it: keys the program does not know are left out, what is not as
 * docs/plugin-abi.md has it refuses the plugin with the place where it stands. */
#ifndef LT_PLUGIN_ABOUT_H
#define LT_PLUGIN_ABOUT_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

enum { PLUGIN_FORMATS_MAX = 40, PLUGIN_WORDS_MAX = 200 };

/* Of "gto": "gto", "gto-protocol". */
bool plugin_format_name(const char *name, const char *id);

/* Puts formats and settings of `about` (as plugin_inspect answers it) into their form. LT_REFUSED "plugin.described" (id, place:
 * "formats[0].columns[2].title"). */
int plugin_about_judge(json_t *about, const char *id, struct lt_error *err);

#endif
