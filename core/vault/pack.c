/* Packs made in memory. */
#include "vault/pack.h"
#include "vault/loose.h"
#include "vault/oidmap.h"
#include "vault/pack_form.h"

#include "base/id.h"
#include "base/mem.h"

#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>

/* Trees and commits are stored: names of objects and signatures hardly shrink, and half of all entries of a pack are trees. Texts:
 * level 1 with a window of 8 KiB: a document of 900 bytes takes 23 µs and 546 bytes, at level 6 26 µs and
 * 533; a stream with zlib's usual window costs 57 µs more to begin (one is begun a transaction). */
#define LEVEL  1
#define WINDOW 13
#define MEMORY 6

#define STORED_HEAD 2u       /* of a zlib stream */
#define STORED_BLOCK 65535u  /* most bytes of a stored block; 5 bytes stand before each */

struct pack {
    unsigned char *data;
    size_t len, cap;
    struct pack_entry *entries;
    size_t count, entries_cap;
    struct oidmap index;
    z_stream z;
    bool z_on;
};

struct pack *pack_new(void)
{
    return lt_calloc(1, sizeof(struct pack));
}

void pack_free(struct pack *p)
{
    if (p == NULL) return;
    if (p->z_on) deflateEnd(&p->z);
    oidmap_free(&p->index);
    free(p->entries);
    free(p->data);
    free(p);
}

void pack_clear(struct pack *p)
{
    oidmap_clear(&p->index);
    p->count = 0;
    p->len = 0;
}

bool pack_has(const struct pack *p, const git_oid *oid)
{
    return oidmap_get(&p->index, oid, NULL);
}

size_t pack_count(const struct pack *p)
{
    return p->count;
}

size_t pack_bytes(const struct pack *p)
{
    return p->len;
}

/* Room for `more` bytes behind what is there, the trailer included. */
static int room(struct pack *p, size_t more, struct lt_error *err)
{
    if (more > PACK_MAX || p->len + more + PACK_TRAILER > PACK_MAX)
        return lt_fail(err, LT_SYSTEM, "vault.pack_full", "limit", LT_NUM(PACK_MAX), (char *)NULL);
    size_t need = p->len + more + PACK_TRAILER;
    if (need > p->cap) {
        unsigned char *grown = lt_array_grow(p->data, &p->cap, need, 1);
        if (grown == NULL) return lt_fail_memory(err);
        p->data = grown;
    }
    return 0;
}

/* Room for the pack's head, an entry and its record. */
static int prepare(struct pack *p, size_t entry, struct lt_error *err)
{
    int rc = room(p, PACK_HEAD + entry, err);
    if (rc != 0) return rc;
    if (p->len == 0) p->len = PACK_HEAD;
    if (p->count == p->entries_cap) {
        struct pack_entry *grown = lt_array_grow(p->entries, &p->entries_cap, p->count + 1, sizeof *grown);
        if (grown == NULL) return lt_fail_memory(err);
        p->entries = grown;
    }
    return 0;
}

/* Appends the entry that was put behind the data. */
static int accept_entry(struct pack *p, const struct pack_entry *e, size_t len, struct lt_error *err)
{
    if (oidmap_put(&p->index, &e->oid, (uint32_t)p->count) < 0) return lt_fail_memory(err);
    p->entries[p->count++] = *e;
    p->len += len;
    return 0;
}

static int deflate_begin(struct pack *p, struct lt_error *err)
{
    if (p->z_on) return deflateReset(&p->z) == Z_OK ? 0 : lt_fail_memory(err);
    p->z = (z_stream){0};
    if (deflateInit2(&p->z, LEVEL, Z_DEFLATED, WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return lt_fail_memory(err);
    p->z_on = true;
    return 0;
}

/* The stream behind what is there and the entry's head; *n: its length. */
static int put_deflated(struct pack *p, size_t head, const void *data, size_t len, size_t *n, struct lt_error *err)
{
    int rc = len > PACK_MAX ? room(p, len, err) : deflate_begin(p, err);
    size_t bound = rc == 0 ? head + deflateBound(&p->z, (uLong)len) : 0;
    if (rc == 0) rc = prepare(p, bound, err);
    if (rc != 0) return rc;
    p->z.next_in = (unsigned char *)(uintptr_t)data;
    p->z.avail_in = (uInt)len;
    p->z.next_out = p->data + p->len + head;
    p->z.avail_out = (uInt)(bound - head);
    if (deflate(&p->z, Z_FINISH) != Z_STREAM_END) return lt_fail_memory(err);
    *n = bound - head - p->z.avail_out;
    return 0;
}

static int put_stored(struct pack *p, size_t head, const void *data, size_t len, size_t *n, struct lt_error *err)
{
    size_t blocks = len / STORED_BLOCK + 1; /* of the length 0 there is one, too */
    int rc = len > PACK_MAX ? room(p, len, err) : prepare(p, head + STORED_HEAD + blocks * 5 + len + 4, err);
    if (rc != 0) return rc;
    const unsigned char *from = data;
    unsigned char *at = p->data + p->len + head, *begin = at;
    *at++ = 0x78;
    *at++ = 0x01;
    for (size_t left = len; blocks > 0; blocks--) {
        size_t now = left < STORED_BLOCK ? left : STORED_BLOCK;
        *at++ = blocks == 1;
        *at++ = (unsigned char)now;
        *at++ = (unsigned char)(now >> 8);
        *at++ = (unsigned char)~now;
        *at++ = (unsigned char)(~now >> 8);
        if (now > 0) memcpy(at, from, now);
        at += now;
        from += now;
        left -= now;
    }
    pack_put_be32(at, (uint32_t)adler32_z(adler32_z(0, NULL, 0), data, len));
    *n = (size_t)(at + 4 - begin);
    return 0;
}

/* libgit2's hash of texts: it notices made collisions of SHA-1. Trees and commits hold nothing but what we put together. */
static int name_of(git_object_t type, const void *data, size_t len, git_oid *out, struct lt_error *err)
{
    if (type != GIT_OBJECT_BLOB)
        pack_object_hash(type, data, len, out);
    else if (git_odb_hash(out, data, len, type) != 0)
        return lt_fail(err, LT_SYSTEM, "vault.git", "doing", "hash", "why", "SHA-1", (char *)NULL);
    return 0;
}

int pack_add(struct pack *p, git_object_t type, const void *data, size_t len, git_oid *out,
             struct lt_error *err)
{
    git_oid oid;
    if (pack_type_word(type) == NULL) return lt_fail(err, LT_USAGE, "vault.bad_object", (char *)NULL);
    int rc = name_of(type, data, len, &oid, err);
    if (rc != 0) return rc;
    if (!pack_has(p, &oid)) {
        unsigned char head[PACK_ENTRY_HEAD];
        size_t head_len = pack_entry_head(type, len, head), n = 0;
        rc = type == GIT_OBJECT_BLOB ? put_deflated(p, head_len, data, len, &n, err) : put_stored(p, head_len, data, len, &n, err);
        if (rc != 0) return rc;
        struct pack_entry e = {.oid = oid, .off = p->len, .size = len, .type = type};
        memcpy(p->data + p->len, head, head_len);
        n += head_len;
        e.crc = (uint32_t)crc32_z(crc32_z(0, NULL, 0), p->data + p->len, n);
        rc = accept_entry(p, &e, n, err);
        if (rc != 0) return rc;
    }
    *out = oid;
    return 0;
}

int pack_copy(struct pack *p, const struct pack_entry *e, const void *bytes, size_t len, struct lt_error *err)
{
    if (pack_has(p, &e->oid)) return 0;
    int rc = prepare(p, len, err);
    if (rc != 0) return rc;
    struct pack_entry copy = *e;
    copy.off = p->len;
    memcpy(p->data + p->len, bytes, len);
    return accept_entry(p, &copy, len, err);
}

int pack_get(const struct pack *p, const git_oid *oid, git_object_t *type, struct lt_buf *out,
             struct lt_error *err)
{
    uint32_t i;
    char hex[41];
    if (!oidmap_get(&p->index, oid, &i)) {
        git_oid_tostr(hex, sizeof hex, oid);
        return lt_fail(err, LT_NOTFOUND, "vault.no_object", "object", hex, (char *)NULL);
    }
    const struct pack_entry *e = &p->entries[i];
    unsigned char head[PACK_ENTRY_HEAD];
    size_t skip = e->off + pack_entry_head(e->type, e->size, head);
    if (lt_buf_reserve(out, (size_t)e->size) != 0) return lt_fail_memory(err);
    uLongf n = (uLongf)e->size;
    unsigned char none;
    if (uncompress(e->size > 0 ? (unsigned char *)out->data + out->len : &none, &n, p->data + skip,
                   (uLong)(p->len - skip)) != Z_OK ||
        n != e->size)
        return loose_damaged(err, oid, "bytes in memory");
    out->len += (size_t)n;
    if (out->data != NULL) out->data[out->len] = 0;
    *type = (git_object_t)e->type;
    return 0;
}

/* Index of entries (sorted by it) and the name, for pack bytes that end with their trailer. */
static int image_of(struct pack_entry *entries, size_t n, const unsigned char *pack, size_t len,
                    struct pack_image *out, struct lt_error *err)
{
    struct pack_image image = {.pack = pack, .pack_len = len};
    const unsigned char *trailer = pack + len - PACK_TRAILER;
    int rc = pack_index_make(entries, n, trailer, &image.owned, &image.idx_len, err);
    if (rc != 0) return rc;
    image.idx = image.owned;
    lt_hex(trailer, PACK_TRAILER, image.name);
    *out = image;
    return 0;
}

int pack_finish(struct pack *p, struct pack_image *out, struct lt_error *err)
{
    if (p->count == 0) return lt_fail(err, LT_USAGE, "vault.empty_pack", (char *)NULL);
    pack_head((uint32_t)p->count, p->data);
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    sha1_update(&sha1, p->len, p->data);
    sha1_digest(&sha1, PACK_TRAILER, p->data + p->len);
    /* The index is made of a copy: the pack's own records stay in the order its map knows. */
    struct pack_entry *sorted = lt_calloc(p->count, sizeof *sorted);
    if (sorted == NULL) return lt_fail_memory(err);
    memcpy(sorted, p->entries, p->count * sizeof *sorted);
    int rc = image_of(sorted, p->count, p->data, p->len + PACK_TRAILER, out, err);
    free(sorted);
    return rc;
}

int pack_image_of(const void *pack, size_t len, struct pack_image *out, struct lt_error *err)
{
    const unsigned char *bytes = pack;
    git_oid name = {{0}};
    if (len < PACK_HEAD + PACK_TRAILER || memcmp(bytes, "PACK\0\0\0\2", 8) != 0)
        return loose_damaged(err, &name, "no pack");
    uint64_t end = len - PACK_TRAILER, off = PACK_HEAD;
    memcpy(name.id, bytes + end, PACK_TRAILER);
    unsigned char sum[PACK_TRAILER];
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    sha1_update(&sha1, (size_t)end, bytes);
    sha1_digest(&sha1, PACK_TRAILER, sum);
    uint32_t n = pack_be32(bytes + 8);
    if (memcmp(sum, name.id, PACK_TRAILER) != 0) return loose_damaged(err, &name, "the pack's checksum");
    if (n == 0 || n > end / 9 || end > PACK_MAX) /* an entry has at least a head and 8 bytes of zlib */
        return loose_damaged(err, &name, "the pack's head");
    struct pack_entry *entries = lt_calloc(n, sizeof *entries);
    struct pack_scanner scanner = {0};
    int rc = entries == NULL ? lt_fail_memory(err) : 0;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        rc = pack_scan_entry(&scanner, bytes, end, off, &name, &entries[i], &off, err);
        if (rc == 0 && entries[i].type >= PACK_OFS_DELTA) rc = loose_damaged(err, &name, "a delta");
    }
    if (rc == 0 && off != end) rc = loose_damaged(err, &name, "bytes behind the last entry");
    if (rc == 0) rc = image_of(entries, n, bytes, len, out, err);
    pack_scanner_free(&scanner);
    free(entries);
    return rc;
}

void pack_image_free(struct pack_image *image)
{
    free(image->owned);
    *image = (struct pack_image){0};
}
