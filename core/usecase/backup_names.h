/* A set of 32-byte names: of the pieces of a carrier. */
#ifndef LT_USECASE_BACKUP_NAMES_H
#define LT_USECASE_BACKUP_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_BYTES 32

struct names { /* zeroed: empty */
    unsigned char (*list)[NAMES_BYTES];
    size_t len, cap;
    uint32_t *slots; /* place in list + 1; 0: free */
    size_t slots_len;
};
int names_add(struct names *n, const unsigned char name[NAMES_BYTES]); /* 0 also when it is there; LT_SYSTEM: memory */
bool names_has(const struct names *n, const unsigned char name[NAMES_BYTES]);
const unsigned char *names_at(const struct names *n, size_t i);
void names_pop(struct names *n); /* the last one added */
void names_free(struct names *n);

#endif
