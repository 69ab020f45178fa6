/* What the use cases need from folders above them, as a table of functions given at start: dependencies point one way. */
#ifndef LT_USECASE_PORTS_H
#define LT_USECASE_PORTS_H

#include "base/buf.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

struct lt_app;
struct uc_call;

/* One job of a publisher that writes to a folder. The plugin renders, the program puts the files where they belong. */
struct uc_publish {
    const char *plugin;
    const json_t *job; /* {action, lang, channel, site, words}: docs/plugin-abi.md */
    /* Appends the next item (JSON) to the empty buffer: 1; 0 at the end; or a negative status. */
    int (*next)(void *user, struct lt_buf *out, struct lt_error *err);
    /* A part of a file: the name is checked, text is UTF-8. */
    int (*file)(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err);
    void *user;
};

/* A row of a table on its way to an importer; texts are borrowed until the next call. kind and flags: LETOPIS_CELL_…, LETOPIS_ROW_…. */
struct uc_import_cell {
    unsigned column, kind, flags;
    const char *text;
    double number;
};
struct uc_import_row {
    const char *sheet;
    unsigned row, flags;
    const struct uc_import_cell *cells;
    size_t cells_len;
};

/* One job of an importer: rows in, documents out. docs/plugin-abi.md has both. */
struct uc_import_job {
    const char *plugin;
    const json_t *job;
    /* The next row: 1; 0 at the end; or a negative status. */
    int (*next)(void *user, struct uc_import_row *out, struct lt_error *err);
    int (*emit)(void *user, const json_t *doc, struct lt_error *err);
    /* The bytes of each document, after `emit` took it; may be NULL. */
    void (*bytes)(void *user, const char *json, size_t len);
    void *user;
};

/* Enabled while school.json has no key `plugins`: what comes with the program and has neither network nor files. */
json_t *uc_plugin_defaults(void);

/* One job of an evaluator: items in, findings out. The program adds the data files of the plugin and of the school to job.rules.files. */
struct uc_evaluate {
    const char *plugin;
    const json_t *job;
    /* Appends the next item (JSON) to the empty buffer: 1; 0 at the end; or a negative status. */
    int (*next)(void *user, struct lt_buf *out, struct lt_error *err);
    int (*emit)(void *user, const json_t *doc, struct lt_error *err);
    void *user;
};

struct uc_ports {
    void *ctx;
    /* [{id, version, abi, state: enabled|available|refused, reason: {code, params}, capabilities:[…], settings}] */
    int (*plugin_list)(void *ctx, struct lt_app *app, json_t **out, struct lt_error *err);
    /* Loads it in a child, asks what it is and tries it on samples: {id, version, abi, capabilities, network, folder, settings, samples}; id: or the
     * path of a file NAME.so. A bad plugin is LT_REFUSED
     * with the reason. Enabled or not. */
    int (*plugin_check)(void *ctx, struct lt_app *app, const char *id, json_t **out, struct lt_error *err);
    /* Runs an enabled publisher; *receipt: array of what it emitted. LT_REFUSED "plugin.disabled". */
    int (*publish)(void *ctx, struct lt_app *app, const struct uc_publish *job, json_t **receipt, struct lt_error *err);
    /* Formats of the enabled importers: [{plugin, name, title:{ru,en}, columns, facts, recognises}]. A plugin that cannot be loaded has none. name:
     * only those that may have a format of this name are asked; NULL: all. */
    int (*formats)(void *ctx, struct lt_app *app, const char *name, json_t **out, struct lt_error *err);
    /* A sum over all that decides what an importer emits beside the rows: the job, the plugin, its data files, this program. */
    int (*import_key)(void *ctx, struct lt_app *app, const char *plugin, const json_t *job, char out[65], struct lt_error *err);
    /* Runs an enabled importer. LT_REFUSED "plugin.disabled". */
    int (*import)(void *ctx, struct lt_app *app, const struct uc_import_job *job, struct lt_error *err);
    /* Runs an enabled evaluator. LT_REFUSED "plugin.disabled". */
    int (*evaluate)(void *ctx, struct lt_app *app, const struct uc_evaluate *job, struct lt_error *err);
};

/* No plugins: the list is empty, everything else LT_NOTFOUND "plugin.absent". */
extern const struct uc_ports uc_no_ports;
void lt_app_ports(struct lt_app *app, const struct uc_ports *ports);

#endif
