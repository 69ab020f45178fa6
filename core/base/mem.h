/* Memory: overflow-checked allocation and growing arrays. */
#ifndef LT_BASE_MEM_H
#define LT_BASE_MEM_H

#include <stddef.h>

void *lt_calloc(size_t n, size_t size); /* calloc with overflow check; NULL on failure */
void *lt_array_grow(void *array, size_t *cap, size_t need, size_t size); /* NULL on failure, array untouched */
#define LT_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
