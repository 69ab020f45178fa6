/* A plugin's file judged and loaded. Runs in the child, between the steps of the jail; only plugin_file_open is also used by the program
 * itself, which never loads a plugin.
 *
 * Every refusal is LT_REFUSED with a code "plugin.…" and the parameter id: absent (LT_NOTFOUND), folder, not_regular, owner, writable,
 * unloadable (why), symbol, magic, struct_size (size), abi (version, ours), bad_id, bad_version, functions, open (why),
 * capability (capability), useless. */
#ifndef LT_PLUGIN_LOAD_H
#define LT_PLUGIN_LOAD_H

#include "base/error.h"

#include "letopis/plugin.h"

#include <stdbool.h>

#define PLUGIN_ID_MAX 40
#define PLUGIN_VERSION_MAX 40

enum plugin_cap { PLUGIN_IMPORTER = 1, PLUGIN_EVALUATOR = 2, PLUGIN_WORKFLOW = 4, PLUGIN_PUBLISHER = 8 };
/* "letopis.importer/1" for one bit. */
const char *plugin_cap_id(unsigned cap);
/* "importer": the option of plugin-run. */
const char *plugin_cap_word(unsigned cap);

/* Begin, item or row, finish and end of whichever capability is to run. */
struct plugin_run {
    int32_t (*begin)(void *state, const struct letopis_host *host, const char *job, size_t len, void **run);
    int32_t (*item)(void *run, const char *json, size_t len);
    int32_t (*row)(void *run, const struct letopis_row *row);
    int32_t (*finish)(void *run);
    void (*end)(void *run);
};

struct plugin { /* own copies: what a plugin changes later in its objects is not looked at again */
    struct letopis_plugin def;
    char id[PLUGIN_ID_MAX + 1], version[PLUGIN_VERSION_MAX + 1];
    unsigned caps; /* enum plugin_cap */
    struct letopis_importer importer;
    struct letopis_evaluator evaluator;
    struct letopis_workflow workflow;
    struct letopis_publisher publisher;
    void *state;
};

bool plugin_id_valid(const char *id);
/* Opens DIR/ID.so after judging the folder and the file; the descriptor is what is then loaded, so nothing can be put in
 * its place in between. */
int plugin_file_open(const char *dir, const char *id, int *out, struct lt_error *err);
/* why: what the plugin told through host->fail, looked at when open() fails. */
int plugin_load(const char *dir, const char *id, const struct letopis_host *host, const char *why, struct plugin *out,
                struct lt_error *err);
void plugin_run_of(const struct plugin *p, unsigned cap, struct plugin_run *out);

#endif
