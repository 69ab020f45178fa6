/* cmocka with what it needs, and a folder of a test's own. */
#ifndef LT_TEST_TESTING_H
#define LT_TEST_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/fs.h"

#include <stdlib.h>
#include <string.h>

/* For cmocka_unit_test_setup_teardown: *state is the path of an empty folder. */
static inline int scratch_make(void **state)
{
    char *path = strdup("/tmp/letopis-base-XXXXXX");
    *state = path;
    return path && mkdtemp(path) ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
    int r = lt_fs_remove_tree(lt_fs_system(), *state);
    free(*state);
    return r;
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

#endif
