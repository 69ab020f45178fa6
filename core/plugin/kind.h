/* The child's side: `letopis plugin-run --inspect|--importer|--evaluator|--workflow|--publisher ID --modules-dir FOLDER`. */
#ifndef LT_PLUGIN_KIND_H
#define LT_PLUGIN_KIND_H

#include "sandbox/module.h"

/* For sandbox_child_main_kinds; NULL-ended. Loading never answers an error by itself: what is wrong with a plugin is told after
 * the second step of the jail, as the parent believes codes of plugins only from then on. */
extern const struct sandbox_kind *const plugin_kinds[];

#endif
