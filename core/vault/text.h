/* Short text documents in memory. */
#ifndef LT_VAULT_TEXT_H
#define LT_VAULT_TEXT_H

#include "base/buf.h"
#include "base/error.h"
#include "vault/cache.h"

#include <stdbool.h>

#define TEXT_CACHE    (4u << 20)  /* bytes of documents kept */
#define TEXT_KEPT_MAX (64u << 10) /* a longer one is read each time */

void text_cache_put(struct cache *c, const git_oid *oid, const void *data, size_t len);
/* Appends the document; false when it is not kept. */
bool text_cache_get(struct cache *c, const git_oid *oid, struct lt_buf *out);

#endif
