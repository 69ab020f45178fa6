/* Memory: overflow-checked allocation and growing arrays. */
#ifndef LT_BASE_MEM_H
#define LT_BASE_MEM_H

#include <stddef.h>

void *lt_calloc(size_t n, size_t size); /* calloc with overflow check; NULL on failure */
void *lt_array_grow(void *array, size_t *cap, size_t need, size_t size); /* see below */
/* lt_array_grow: room for at least `need` members of `size` bytes; new members are zeros, *cap is set. NULL on failure, array
 * and *cap untouched then. */
#define LT_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
