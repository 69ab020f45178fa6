/* The least program that can be the child of core/sandbox. */
#include "sandbox/module.h"

#include <string.h>

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "plugin-run") == 0)
        return sandbox_child_main(argc, argv);
    return 2;
}
