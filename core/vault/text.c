#include "vault/text.h"

#include <string.h>

struct text {
    struct cached kept;
    size_t len;
    char data[];
};

void text_cache_put(struct cache *c, const git_oid *oid, const void *data, size_t len)
{
    if (len > TEXT_KEPT_MAX) return;
    struct text *t = (struct text *)cached_new(oid, sizeof *t + len);
    if (!t) return; /* a cache may forget */
    t->len = len;
    if (len > 0) memcpy(t->data, data, len);
    cache_put(c, t);
    cached_release(t);
}

bool text_cache_get(struct cache *c, const git_oid *oid, struct lt_buf *out)
{
    struct text *t = cache_get(c, oid);
    if (!t) return false;
    lt_buf_add(out, t->data, t->len);
    cached_release(t);
    return true;
}
