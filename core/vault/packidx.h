/* Where an object stands in a pack: a look into its index file (version 2), by single reads that trust no number found there. For the
 * program and for letopis-packed.so; no library. */
#ifndef LT_VAULT_PACKIDX_H
#define LT_VAULT_PACKIDX_H

#include <stdbool.h>
#include <stdint.h>

/* 1 with *offset in the pack; 0: not there; -1: no index of version 2, or damaged. */
int packidx_find(int fd, uint64_t size, const unsigned char oid[20], uint64_t *offset);

#endif
