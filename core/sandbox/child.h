/* Parent side: a child process for work on untrusted bytes.
 *
 * sandbox_run starts `<program> plugin-run --<kind> NAME …`, hands it descriptors, passes on its frames and always reaps
 * it: when the function has returned, nothing is left running. The child gets a clean environment, descriptors 0 and 1 (the
 * frame socket), 2 (kept up to 4 KiB for the error's details), and 3, 4, … as given; everything else is closed.
 * Any thread of a program with many threads may call it; nothing is shared between calls.
 *
 * Errors: LT_REFUSED "sandbox.crashed" {signal}, "sandbox.timeout" {seconds}, "sandbox.flood" {limit},
 * "sandbox.malformed" (frames out of order, lying lengths, an end without DONE); LT_SYSTEM "sandbox.unavailable" {why}
 * (cannot be started, or the jail cannot be set: then nothing was run). Besides, what the child itself reported
 * (FAIL, checked by sandbox_error_decode) and what the frame callback returned. */
#ifndef LT_SANDBOX_CHILD_H
#define LT_SANDBOX_CHILD_H

#include "sandbox/frame.h"

#include <jansson.h>

struct sandbox_config {
    const char *program;     /* absolute path of the letopis program */
    const char *modules_dir; /* absolute path of the folder of letopis-*.so */
    uint64_t memory;         /* address space in bytes; 0 = 256 MiB */
    unsigned cpu_seconds;    /* 0 = 20 */
    unsigned deadline_ms;    /* wall clock for the whole run; 0 = 30 000 */
    uint64_t max_answer;     /* bytes of all frames of the child together; 0 = 64 MiB */
    bool network;            /* publishers only: sockets stay usable */
};

struct sandbox_child; /* a running child, valid inside the frame callback */

struct sandbox_call {
    const char *kind; /* "module", or a kind of core/plugin: becomes the option --<kind> */
    const char *name; /* "table": letopis-table.so of modules_dir; for other kinds whatever they expect */
    const json_t *args; /* any JSON, borrowed; NULL = {} */
    const int *fds;     /* descriptors for the child: 3, 4, …; at most SANDBOX_MAX_FDS. The child shares their position. */
    size_t n_fds;
    const char *const *error_prefixes; /* which codes the child may report, NULL-ended */
    /* Each frame of the child of type ≥ SANDBOX_FRAME_USER. data is borrowed. Anything but 0 stops the child, and
     * sandbox_run returns it: fill err. */
    int (*frame)(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len,
                 struct lt_error *err);
    void *ctx;
};

#define SANDBOX_MAX_FDS 8

int sandbox_run(const struct sandbox_config *config, const struct sandbox_call *call, struct lt_error *err);

/* Answers the child from inside the frame callback (host functions of plugins). 0 or a negative status with err filled. */
int sandbox_reply(struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err);

/* Path of the running program (/proc/self/exe) for struct sandbox_config: malloc'ed or NULL. */
char *sandbox_self_path(void);

#endif
