/* One range of bytes (RFC 9110, section 14). Pure. */
#ifndef LT_HTTP_RANGE_H
#define LT_HTTP_RANGE_H

#include <stdbool.h>
#include <stdint.h>

enum http_range { RANGE_NONE, /* the whole: no header, another unit, several ranges or one that cannot be read */
                  RANGE_PART,
                  RANGE_BAD }; /* nothing of it lies in the file: 416 */

enum http_range http_range_read(const char *header, uint64_t size, uint64_t *first, uint64_t *len);
/* Does a list of If-None-Match name the tag ("*" does)? Weak ones count as the same. */
bool http_etag_listed(const char *header, const char *tag);

#endif
