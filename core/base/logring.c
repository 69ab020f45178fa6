#include "base/logring.h"

#include "base/text.h"

#include <pthread.h>
#include <stdlib.h>

struct lt_log_ring {
    pthread_mutex_t lock;
    size_t len;
    uint64_t last; /* number of the newest line; line n stands at (n - 1) % len */
    char *lines[];
};

struct lt_log_ring *lt_log_ring_new(size_t lines)
{
    struct lt_log_ring *ring = lines ? calloc(1, sizeof *ring + lines * sizeof ring->lines[0]) : NULL;
    if (!ring) return NULL;
    ring->len = lines;
    pthread_mutex_init(&ring->lock, NULL);
    return ring;
}

void lt_log_ring_free(struct lt_log_ring *ring)
{
    if (!ring) return;
    for (size_t i = 0; i < ring->len; i++) free(ring->lines[i]);
    pthread_mutex_destroy(&ring->lock);
    free(ring);
}

void lt_log_ring_add(struct lt_log_ring *ring, const char *line)
{
    char *copy = lt_strdup(line);
    if (!copy) return;
    pthread_mutex_lock(&ring->lock);
    char **place = &ring->lines[ring->last++ % ring->len], *old = *place;
    *place = copy;
    pthread_mutex_unlock(&ring->lock);
    free(old);
}

int lt_log_ring_each(struct lt_log_ring *ring, uint64_t before, int (*take)(void *ctx, uint64_t number, const char *line), void *ctx)
{
    int rc = 0;
    pthread_mutex_lock(&ring->lock);
    uint64_t newest = before && before <= ring->last ? before - 1 : ring->last;
    uint64_t oldest = ring->last > ring->len ? ring->last - ring->len + 1 : 1;
    for (uint64_t n = newest; rc == 0 && n >= oldest && n > 0; n--) rc = take(ctx, n, ring->lines[(n - 1) % ring->len]);
    pthread_mutex_unlock(&ring->lock);
    return rc;
}
