/* What the system starts: a child for untrusted work, or a person's command. */
#include "cli.h"

#include "plugin/kind.h"
#include "plugin/registry.h"

#include <string.h>

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "plugin-run") == 0)
        return sandbox_child_main_kinds(argc, argv, plugin_kinds);
    return cli_main(argc, argv, &plugin_ports);
}
