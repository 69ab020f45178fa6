/* The program's side: one job of a plugin in a child. Whatever the plugin does, the answer is 0 or a plain error, and nothing is
 * left running. Any thread.
 *
 * Errors beside those of plugin/load.h, all with id: LT_REFUSED "plugin.refused" (why: the plugin's own words), "plugin.crashed" (signal),
 * "plugin.timeout" (seconds), "plugin.flood" (limit), "plugin.memory", "plugin.malformed" (what: a word of label.plugin_fault.*),
 * "plugin.item_too_large" (limit); LT_SYSTEM "plugin.unavailable" (why: the jail cannot be set, nothing was run). Besides, what the
 * callbacks returned. */
#ifndef LT_PLUGIN_RUN_H
#define LT_PLUGIN_RUN_H

#include "plugin/load.h"

#include "base/buf.h"
#include "sandbox/child.h"

struct plugin_job {
    const struct sandbox_config *config; /* program, and folder of plugins as modules_dir; limits of 0 are those of the capability */
    unsigned cap;                        /* enum plugin_cap */
    const char *id;
    const json_t *args; /* the job document */
    bool network;
    /* Appends the next item as JSON (rows: as plugin_put_row writes it) to the empty buffer. 1; 0 at the end; or a negative status. */
    int (*next)(void *user, struct lt_buf *out, struct lt_error *err);
    /* An emitted document, an object; borrowed. NULL: none is expected, and one is a fault. */
    int (*emit)(void *user, const json_t *doc, struct lt_error *err);
    void (*bytes)(void *user, const char *json, size_t len); /* of each document that was taken; may be NULL */
    /* A part of a file; names are checked, text is UTF-8. name is the same for all parts; first marks the first. NULL: as above. */
    int (*file)(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err);
    void (*log)(void *user, int level, const char *text); /* may be NULL */
    void *user;
};
int plugin_run_job(const struct plugin_job *job, struct lt_error *err);

/* Loads it in a child and asks what it is: {id, version, abi, capabilities:[…], network, folder, formats, settings}. */
int plugin_inspect(const struct sandbox_config *config, const char *id, json_t **out, struct lt_error *err);

int plugin_put_row(struct lt_buf *out, const struct letopis_row *row);

/* Is this a name that a publisher may give to a file? */
bool plugin_file_name_valid(const char *name, size_t len);

#endif
