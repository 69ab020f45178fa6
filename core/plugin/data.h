/* Data of plugins: tables that change more often than programs do. Files *.csv of PLUGINS/<id>/ come with the program, those of
 * DATA/plugins/<id>/ are the school's own. They are handed to the plugin as text; the program does not read what they say. */
#ifndef LT_PLUGIN_DATA_H
#define LT_PLUGIN_DATA_H

#include "base/error.h"

#include <jansson.h>

struct lt_app;

#define PLUGIN_DATA_FILES 64
#define PLUGIN_DATA_BYTES (512u << 10) /* of all files of one plugin */

/* plugins: the folder the plugin lies in. A copy of the job document with rules.files: [{name, origin: program|school, text}], by name. LT_REFUSED "plugin.data" (file, why),
 * "plugin.data_large" (limit). */
int plugin_job_with_data(struct lt_app *app, const char *plugins, const char *id, const json_t *job, json_t **out, struct lt_error *err);

#endif
