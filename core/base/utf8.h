/* Steps through UTF-8; private to base. */
#ifndef LT_BASE_UTF8_H
#define LT_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Code point at s[0..len), len > 0, and its length in *n. -1 for what lt_utf8_valid refuses; *n then skips
 * it. */
int32_t lt_utf8_point(const char *s, size_t len, size_t *n);

#endif
