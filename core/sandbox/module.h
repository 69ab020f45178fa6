/* What runs in the child: modules (our own readers, linked with the large libraries) and, through struct sandbox_kind,
 * the plugins of core/plugin.
 *
 * A module is a shared object letopis-NAME.so that exports one constant, letopis_module. Its life:
 *   step 1 of the jail → dlopen → open() → step 2 → run() → the child ends.
 * open() may still read system libraries, fonts and data files: whatever a library loads lazily must be made to load there.
 * run() has no rights but its descriptors. It reads input, sends frames, and answers 0, or a negative status with err
 * filled, which the parent receives as its own error. Limits of memory are those of the caller's struct sandbox_config. */
#ifndef LT_SANDBOX_MODULE_H
#define LT_SANDBOX_MODULE_H

#include "sandbox/frame.h"

#include <jansson.h>

#define SANDBOX_MODULE_MAGIC 0x4d50544cu /* "LTPM" */
#define SANDBOX_INPUT_FD 3               /* first descriptor handed in */
#define SANDBOX_EXPORT __attribute__((visibility("default")))

/* The way to the parent. Functions in a structure, because a module is loaded without symbols of the program. */
struct sandbox_io {
    void *ctx;
    /* 0, or -1 when the parent is gone or the payload exceeds SANDBOX_FRAME_MAX. Type ≥ SANDBOX_FRAME_USER. */
    int (*send)(void *ctx, uint32_t type, const void *data, size_t len);
    /* Waits for a frame of the parent (replies). data is borrowed until the next call. 0 or -1. */
    int (*receive)(void *ctx, uint32_t *type, const void **data, size_t *len);
};

struct sandbox_module {
    uint32_t magic; /* SANDBOX_MODULE_MAGIC */
    uint32_t size;  /* sizeof(struct sandbox_module) */
    const char *name;
    int (*open)(struct lt_error *err);
    int (*run)(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err);
    /* For libraries that open by path what the module opened before (fonts): after step 2 the calls open and openat raise SIGSYS, and a
     * handler that open() installed answers them from its table, or with -JAIL_ERRNO. The kernel still opens nothing. */
    bool trap_opens;
};

/* SANDBOX_EXPORT extern const struct sandbox_module letopis_module; stands in each module. */

/* --- kinds: how something else than a module is loaded and run by the same child --- */

struct sandbox_start {
    const char *kind, *name;
    const char *modules_dir;
    bool network;
};

struct sandbox_kind {
    const char *name; /* the option: "module" is --module NAME */
    bool network;     /* may be started with --network */
    /* Paths to be read in step 1 beside the system's and modules_dir; NULL-ended, NULL = none. Called before step 1. */
    const char *const *(*read_paths)(const struct sandbox_start *start);
    /* Between the steps: dlopen, checks, open. 0 with *loaded set, or a negative status. */
    int (*load)(const struct sandbox_start *start, void **loaded, struct lt_error *err);
    bool (*trap_opens)(void *loaded); /* NULL: no */
    /* After step 2. */
    int (*run)(void *loaded, struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err);
};

extern const struct sandbox_kind sandbox_kind_module;

/* `letopis plugin-run …`: main of the child; argv[1] is "plugin-run". The answer is the exit code. The first form knows
 * modules only; the second also the given kinds (NULL-ended). */
int sandbox_child_main(int argc, char **argv);
int sandbox_child_main_kinds(int argc, char **argv, const struct sandbox_kind *const *kinds);

#endif
