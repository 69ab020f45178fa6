/* The least program that can be the child of core/plugin. */
#include "plugin/kind.h"

#include <string.h>

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "plugin-run") == 0) return sandbox_child_main_kinds(argc, argv, plugin_kinds);
    return 2;
}
