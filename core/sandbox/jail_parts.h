/* Private: the parts of the jail. Each answers 0, or -1 with one line in why. */
#ifndef LT_SANDBOX_JAIL_PARTS_H
#define LT_SANDBOX_JAIL_PARTS_H

#include "sandbox/jail.h"

#define JAIL_ERRNO EPERM /* what a refused system call answers */

/* Version of Landlock enforced, 0 when the kernel has none, -1 when it has it but it could not be set. */
int jail_landlock(const struct jail_options *o, char why[JAIL_WHY]);

int jail_filter_loading(bool network, char why[JAIL_WHY]); /* all but a list */
int jail_filter_input(bool network, bool trap_opens, char why[JAIL_WHY]); /* nothing but a list */

#endif
