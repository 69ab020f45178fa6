/* Which plugins there are, which are enabled, and the functions that the use cases ask for (usecase/ports.h). */
#ifndef LT_PLUGIN_REGISTRY_H
#define LT_PLUGIN_REGISTRY_H

#include "usecase/ports.h"

/* Give to lt_app_ports at start. Constant, no state. */
extern const struct uc_ports plugin_ports;

#endif
