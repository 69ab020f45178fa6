/* Allocations that fail on purpose. The program is linked with --wrap for malloc and its kin (CMakeLists.txt), so every allocation of
 * our own code passes here; jansson and SQLite are given the same functions. Other threads are left alone.
 *
 *     for (struct memory_loop l = {0}; memory_next(&l);) {
 *         memory_arm(&l);
 *         rc = act();
 *         memory_disarm(&l);
 *         … nothing half-done …
 *     }
 * The loop ends after a round in which nothing was asked to fail. Far rounds are taken in growing steps; with the variable
 * LETOPIS_EVERY=1 each one. */
#ifndef LT_TESTS_FUZZ_MEMORY_H
#define LT_TESTS_FUZZ_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

struct memory_loop {
    size_t nth;    /* allocation that fails in this round */
    bool onwards;  /* and all after it */
    bool hit, done;
    size_t rounds;
};

void memory_start(void); /* before the first use of jansson and SQLite */
bool memory_next(struct memory_loop *l);
void memory_arm(struct memory_loop *l);
void memory_disarm(struct memory_loop *l);

#endif
