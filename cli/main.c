/* What the system starts: a child for untrusted work, or a person's command. */
#include "cli.h"

#include "mail/mail.h"
#include "plugin/kind.h"
#include "plugin/registry.h"

#include <string.h>

/* Read by the allocator before main: few arenas, and what is free goes back soon, so that sixteen workers fit into the memory a school's
 * machine has (docs/decisions/allocator.md). */
extern const char *const malloc_conf;
__attribute__((visibility("default"))) const char *const malloc_conf = "narenas:2,dirty_decay_ms:500,muzzy_decay_ms:0";

/* The children there are: modules, plugins of each capability, and the one that sends letters. */
static int child(int argc, char **argv)
{
    enum { MOST = 16 };
    const struct sandbox_kind *kinds[MOST + 2] = {NULL};
    size_t n = 0;
    while (n < MOST && plugin_kinds[n]) kinds[n] = plugin_kinds[n], n++;
    kinds[n] = &mail_kind;
    return sandbox_child_main_kinds(argc, argv, kinds);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "plugin-run") == 0)
        return child(argc, argv);
    return cli_main(argc, argv, &plugin_ports);
}
