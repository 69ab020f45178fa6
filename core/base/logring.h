/* The newest lines of the log, kept in memory for whoever looks after the installation without a shell. Thread-safe. */
#ifndef LT_BASE_LOGRING_H
#define LT_BASE_LOGRING_H

#include <stddef.h>
#include <stdint.h>

struct lt_log_ring;

/* NULL when memory fails. */
struct lt_log_ring *lt_log_ring_new(size_t lines);
void lt_log_ring_free(struct lt_log_ring *ring);
/* A line without its end; copied. The oldest goes when the ring is full. When memory fails the line is not kept. */
void lt_log_ring_add(struct lt_log_ring *ring, const char *line);
/* From the newest whose number is below `before` (0: the newest of all) back to the oldest, until `take` gives other than 0, which is given
 * back. Numbers grow from 1 and are never used again. The ring is locked meanwhile: `take` copies and does nothing slow. */
int lt_log_ring_each(struct lt_log_ring *ring, uint64_t before, int (*take)(void *ctx, uint64_t number, const char *line), void *ctx);

#endif
