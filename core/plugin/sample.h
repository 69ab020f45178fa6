/* A plugin tried on samples: each capability runs once in the child it will have, on made-up data and the tables it will have. */
#ifndef LT_PLUGIN_SAMPLE_H
#define LT_PLUGIN_SAMPLE_H

#include "plugin/run.h"

struct lt_app;

/* about: as plugin_inspect gave it. Adds "samples": [{capability, action, format, state: done|refused, emitted, results, sheets, skipped, why}]; a refusal in the plugin's own words is told
 * there and is no fault. Errors: LT_REFUSED "plugin.emitted" (place, text): an importer emitted what the program does not understand; those of a plugin that crashes, hangs or breaks a promise. */
int plugin_try(struct lt_app *app, const struct sandbox_config *config, const char *id, json_t *about, struct lt_error *err);

#endif
