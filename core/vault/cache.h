/* Objects in memory by their names: trees and short texts, shared between threads, the least recently used
 * dropped first. */
#ifndef LT_VAULT_CACHE_H
#define LT_VAULT_CACHE_H

#include <git2.h>
#include <stddef.h>

/* First member of what is kept; one allocation each, freed with free() when nobody holds it. */
struct cached {
    git_oid oid;
    size_t weight; /* bytes in memory */
    _Atomic int refs;
};

struct cached *cached_new(const git_oid *oid, size_t weight); /* weight bytes, one reference; NULL: memory */
void *cached_ref(void *item);
void cached_release(void *item); /* NULL is fine */

struct cache;
struct cache *cache_new(size_t max); /* NULL: memory; safe to use from several threads */
void cache_free(struct cache *c);
void *cache_get(struct cache *c, const git_oid *oid); /* a reference, or NULL */
void cache_put(struct cache *c, void *item); /* takes a reference of its own; may forget it at once */
void cache_clear(struct cache *c);           /* for erasure */

#endif
