/* Object names to numbers: a hash table that uses the names as their own hash. */
#ifndef LT_VAULT_OIDMAP_H
#define LT_VAULT_OIDMAP_H

#include <git2.h>
#include <stdbool.h>
#include <stdint.h>

struct oidmap {
    struct oidmap_slot {
        git_oid oid;
        uint32_t value;
        bool used;
    } * slots;
    size_t cap; /* a power of two, or 0 */
    size_t len;
};

/* A zeroed struct oidmap is an empty map. */
void oidmap_free(struct oidmap *m);
void oidmap_clear(struct oidmap *m);                                          /* keeps the memory */
bool oidmap_get(const struct oidmap *m, const git_oid *oid, uint32_t *value); /* value may be NULL */
/* 1: put; 0: was there already, its value stays; -1: memory. */
int oidmap_put(struct oidmap *m, const git_oid *oid, uint32_t value);

#endif
