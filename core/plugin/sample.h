/* A plugin tried on samples: each capability runs once in the child it will have, on made-up data. */
#ifndef LT_PLUGIN_SAMPLE_H
#define LT_PLUGIN_SAMPLE_H

#include "plugin/run.h"

/* about: as plugin_inspect gave it. Adds "samples": [{capability, format, state: done|refused, emitted, why}]; a refusal in the plugin's own words is told
 * there and is no fault. Errors: those of a plugin that crashes, hangs or breaks a promise. */
int plugin_try(const struct sandbox_config *config, const char *id, json_t *about, struct lt_error *err);

#endif
