/* What the use cases need from folders above them, as a table of functions given at start: dependencies point one way. */
#ifndef LT_USECASE_PORTS_H
#define LT_USECASE_PORTS_H

#include "base/error.h"

#include <jansson.h>

struct lt_app;
struct uc_call;

struct uc_ports {
    void *ctx;
    /* [{id, version, file, state: enabled|available|refused, reason, capabilities:[…]}] */
    int (*plugin_list)(void *ctx, struct lt_app *app, json_t **out, struct lt_error *err);
    /* Loads it in a child and asks what it offers: {id, version, capabilities, abi}; a bad plugin is LT_REFUSED with the reason. */
    int (*plugin_check)(void *ctx, struct lt_app *app, const char *id, json_t **out, struct lt_error *err);
    /* Gives a publisher one job: document = {action: publish|retract|test, channel:{…}, site:{…}, items:[…]}; receipt as the plugin gave it. */
    int (*publish)(void *ctx, struct lt_app *app, const char *plugin, const json_t *document, int files_fd, json_t **receipt,
                   struct lt_error *err);
};

/* Answers every port with LT_REFUSED "plugin.none". */
extern const struct uc_ports uc_no_ports;
void lt_app_ports(struct lt_app *app, const struct uc_ports *ports);

#endif
