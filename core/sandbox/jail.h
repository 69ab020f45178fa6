/* Child side: giving up rights, in two steps. Each step is verified by trying what must now fail; when one cannot be set or
 * does not hold, the child must not go on.
 *
 * Step 1, before anything is loaded (constructors of a module or plugin run inside dlopen): resource limits, no_new_privs, no
 * capabilities, Landlock (read-only and only system libraries, fonts, data of libraries, the given paths), seccomp without exec,
 * fork, ptrace, mount, signals to others, writing to the file system, and without sockets unless `network`.
 * Step 2, after loading, before the first foreign byte: a short list of system calls. No path can be opened and no socket made;
 * with `network` sockets stay, and writing happens only through descriptors that were handed in. What a publisher must read
 * (certificates, addresses of hosts) is read in its open(), between the steps.
 *
 * A kernel without Landlock (before 5.13, or switched off): seccomp alone refuses every call that changes the file system and
 * every opening for writing in step 1; reading of paths is refused from step 2 on, so that only a constructor could read.
 * The level reached is reported (struct jail_level) and sent in the READY frame.
 *
 * Programs built with a sanitizer (LETOPIS_SANITIZED): no limit of address space (the shadow takes terabytes), and the
 * sanitizer's own calls (sanitizer_calls in jail.c) are allowed; leaks are not looked for in the child. All else is the same. */
#ifndef LT_SANDBOX_JAIL_H
#define LT_SANDBOX_JAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jail_options {
    uint64_t memory;               /* bytes of address space */
    unsigned cpu_seconds;          /* then SIGXCPU, a second later SIGKILL */
    bool network;
    const char *const *read_paths; /* beside the system's: NULL-ended, may be NULL */
    bool trap_opens;               /* step 2: an opening raises SIGSYS instead of failing (sandbox/module.h) */
};

struct jail_level {
    int landlock; /* version of the kernel's interface, 0 = absent */
};

#define JAIL_WHY 200

/* 0, or -1 with one line in why. */
int jail_before_loading(const struct jail_options *o, struct jail_level *out, char why[JAIL_WHY]);
int jail_before_input(const struct jail_options *o, char why[JAIL_WHY]);

#endif
