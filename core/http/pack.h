/* gzip for answers of text. */
#ifndef LT_HTTP_PACK_H
#define LT_HTTP_PACK_H

#include <stdbool.h>
#include <stddef.h>

enum { PACK_LEAST = 1024 }; /* bytes from which it pays */

/* Does the value of Accept-Encoding take gzip ("gzip", "*", not with q=0)? */
bool pack_wanted(const char *accept);
/* malloc'ed; NULL: memory, or it became no smaller. */
void *pack_gzip(const void *data, size_t len, size_t *out_len);

/* Packed forms of files that are asked for again and again: at most a few hundred, kept until the end. */
struct pack_cache;
struct pack_cache *pack_cache_new(void);
void pack_cache_free(struct pack_cache *c);
/* The packed bytes of the file behind fd, known by path and tag; borrowed until pack_cache_free. NULL: not packed (too large, no gain, the
 * cache is full). Any thread. */
const void *pack_cache_file(struct pack_cache *c, const char *path, const char *tag, int fd, size_t size, size_t *len);

#endif
