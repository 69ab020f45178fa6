/* What the system starts: a child for untrusted work, or a person's command. */
#include "cli.h"

#include "sandbox/module.h"

#include <string.h>

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "plugin-run") == 0) return sandbox_child_main(argc, argv);
    return cli_main(argc, argv);
}
