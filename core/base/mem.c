#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *lt_calloc(size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total)) return NULL;
    /* calloc(0) may be NULL, which a caller would take for a failure */
    return calloc(total ? total : 1, 1);
}

void *lt_array_grow(void *array, size_t *cap, size_t need, size_t size)
{
    if (array && need <= *cap) return array;
    size_t grown = *cap < 8 ? 8 : *cap;
    while (grown < need) {
        if (grown > SIZE_MAX / 2) return NULL;
        grown *= 2;
    }
    size_t total;
    if (__builtin_mul_overflow(grown, size, &total)) return NULL;
    char *bigger = realloc(array, total);
    if (!bigger) return NULL;
    size_t used = array ? *cap : 0;
    memset(bigger + used * size, 0, (grown - used) * size);
    *cap = grown;
    return bigger;
}
