#include "http/pack.h"

#include "base/mem.h"
#include "base/text.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

enum { ENTRIES = 400, FILE_MOST = 1 << 20, LEVEL = 5 };

bool pack_wanted(const char *s)
{
    while (s && *s) {
        s += strspn(s, " \t,");
        size_t n = strcspn(s, ",; \t"), rest = strcspn(s, ",");
        bool named = (n == 4 && strncasecmp(s, "gzip", 4) == 0) || (n == 1 && *s == '*');
        if (named) {
            const char *q = memchr(s, ';', rest);
            q = q ? q + 1 + strspn(q + 1, " \t") : NULL;
            return !q || strncasecmp(q, "q=0", 3) != 0 || strcspn(q + 2, "123456789") < strcspn(q + 2, ", \t;");
        }
        s += rest;
    }
    return false;
}

void *pack_gzip(const void *data, size_t len, size_t *out_len)
{
    z_stream z = {0};
    if (len > ((size_t)256 << 20) || deflateInit2(&z, LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return NULL;
    size_t room = len - len / 16; /* less than a sixteenth saved is nothing */
    unsigned char *out = malloc(room ? room : 1);
    z.next_in = (unsigned char *)(uintptr_t)data;
    z.avail_in = (uInt)len;
    z.next_out = out;
    z.avail_out = (uInt)room;
    int rc = out ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
    *out_len = z.total_out;
    deflateEnd(&z);
    if (rc == Z_STREAM_END) return out;
    free(out);
    return NULL;
}

struct entry {
    char path[200], tag[64];
    void *data; /* NULL: tried, no gain */
    size_t len;
};

struct pack_cache {
    pthread_mutex_t lock;
    struct entry entries[ENTRIES];
    size_t len;
};

struct pack_cache *pack_cache_new(void)
{
    struct pack_cache *c = lt_calloc(1, sizeof *c);
    if (c) pthread_mutex_init(&c->lock, NULL);
    return c;
}

void pack_cache_free(struct pack_cache *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->len; i++)
        free(c->entries[i].data);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static void *read_packed(int fd, size_t size, size_t *len)
{
    char *text = malloc(size ? size : 1);
    size_t have = 0;
    while (text && have < size) {
        ssize_t n = pread(fd, text + have, size - have, (off_t)have);
        if (n <= 0) break;
        have += (size_t)n;
    }
    void *packed = text && have == size ? pack_gzip(text, size, len) : NULL;
    free(text);
    return packed;
}

const void *pack_cache_file(struct pack_cache *c, const char *path, const char *tag, int fd, size_t size, size_t *len)
{
    const void *found = NULL;
    bool known = false;
    if (size < PACK_LEAST || size > FILE_MOST) return NULL;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->len && !known; i++) {
        struct entry *e = &c->entries[i];
        if (strcmp(e->path, path) != 0 || strcmp(e->tag, tag) != 0) continue;
        known = true;
        found = e->data;
        *len = e->len;
    }
    if (!known && c->len < ENTRIES) {
        struct entry *e = &c->entries[c->len];
        if (lt_print(e->path, sizeof e->path, "%s", path) && lt_print(e->tag, sizeof e->tag, "%s", tag)) {
            e->data = read_packed(fd, size, &e->len);
            found = e->data;
            *len = e->len;
            c->len++;
        }
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}
