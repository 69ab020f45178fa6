#include "vault/pack_form.h"
#include "vault/loose.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 32768u

const char *pack_type_word(int type)
{
    switch (type) {
    case GIT_OBJECT_COMMIT:
        return "commit";
    case GIT_OBJECT_TREE:
        return "tree";
    case GIT_OBJECT_BLOB:
        return "blob";
    case GIT_OBJECT_TAG:
        return "tag";
    default:
        return NULL;
    }
}

static void hash_begin(struct sha1_ctx *sha1, int type, uint64_t size)
{
    char head[32];
    int n = snprintf(head, sizeof head, "%s %llu", pack_type_word(type), (unsigned long long)size);
    sha1_init(sha1);
    sha1_update(sha1, (size_t)n + 1, (const uint8_t *)head);
}

void pack_object_hash(int type, const void *data, size_t len, git_oid *out)
{
    struct sha1_ctx sha1;
    hash_begin(&sha1, type, len);
    sha1_update(&sha1, len, data);
    sha1_digest(&sha1, sizeof out->id, out->id);
}

void pack_head(uint32_t count, unsigned char out[PACK_HEAD])
{
    memcpy(out, "PACK\0\0\0\2", 8);
    pack_put_be32(out + 8, count);
}

size_t pack_entry_head(int type, uint64_t size, unsigned char out[PACK_ENTRY_HEAD])
{
    size_t n = 0;
    out[n] = (unsigned char)(type << 4 | (int)(size & 15));
    for (size >>= 4; size != 0; size >>= 7) {
        out[n++] |= 0x80;
        out[n] = size & 0x7f;
    }
    return n + 1;
}

/* Type, size and a delta's base; returns the length of it or 0 when it is malformed. */
static size_t parse_head(const unsigned char *p, size_t len, struct pack_entry *out)
{
    if (len == 0) return 0;
    size_t n = 1;
    out->type = p[0] >> 4 & 7;
    out->size = p[0] & 15;
    for (unsigned shift = 4; p[n - 1] & 0x80; shift += 7, n++) {
        if (n >= len || shift > 53) return 0;
        out->size |= (uint64_t)(p[n] & 0x7f) << shift;
    }
    if (out->type == PACK_REF_DELTA) return n + 20 <= len ? n + 20 : 0;
    if (out->type == PACK_OFS_DELTA) {
        size_t start = n;
        do {
            if (n >= len || n - start >= 9) return 0;
        } while (p[n++] & 0x80);
        return n;
    }
    return pack_type_word(out->type) != NULL ? n : 0;
}

void pack_scanner_free(struct pack_scanner *s)
{
    if (s->on) inflateEnd(&s->z);
    free(s->out);
    *s = (struct pack_scanner){0};
}

static int scanner_begin(struct pack_scanner *s, struct lt_error *err)
{
    if (s->out == NULL && (s->out = malloc(WINDOW)) == NULL) return lt_fail_memory(err);
    if (s->on) return inflateReset(&s->z) == Z_OK ? 0 : lt_fail_memory(err);
    s->z = (z_stream){0};
    if (inflateInit(&s->z) != Z_OK) return lt_fail_memory(err);
    s->on = true;
    return 0;
}

int pack_scan_entry(struct pack_scanner *s, const unsigned char *pack, uint64_t end, uint64_t off,
                    const git_oid *pack_name, struct pack_entry *out, uint64_t *next, struct lt_error *err)
{
    struct pack_entry e = {.off = off};
    size_t head = off < end ? parse_head(pack + off, (size_t)(end - off), &e) : 0;
    if (head == 0 || e.size > PACK_OBJECT_MAX) return loose_damaged(err, pack_name, "an entry's head");
    int rc = scanner_begin(s, err);
    if (rc != 0) return rc;
    bool whole = e.type < PACK_OFS_DELTA;
    struct sha1_ctx sha1;
    if (whole) hash_begin(&sha1, e.type, e.size);
    uint64_t in = off + head, got = 0;
    for (int z = Z_OK; z != Z_STREAM_END;) {
        uint64_t left = end - in;
        uInt give = left < (1u << 30) ? (uInt)left : (1u << 30);
        s->z.next_in = (unsigned char *)(uintptr_t)(pack + in);
        s->z.avail_in = give;
        s->z.next_out = s->out;
        s->z.avail_out = WINDOW;
        z = inflate(&s->z, Z_NO_FLUSH);
        if (z == Z_MEM_ERROR) return lt_fail_memory(err);
        in += give - s->z.avail_in;
        size_t n = WINDOW - s->z.avail_out;
        got += n;
        if ((z != Z_OK && z != Z_STREAM_END) || got > e.size || (z == Z_OK && n == 0 && in >= end))
            return loose_damaged(err, pack_name, "an entry's stream");
        if (whole) sha1_update(&sha1, n, s->out);
    }
    if (got != e.size) return loose_damaged(err, pack_name, "an entry's length");
    if (whole) sha1_digest(&sha1, sizeof e.oid.id, e.oid.id);
    e.crc = (uint32_t)crc32_z(crc32_z(0, NULL, 0), pack + off, (size_t)(in - off));
    *out = e;
    *next = in;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return memcmp(((const struct pack_entry *)a)->oid.id, ((const struct pack_entry *)b)->oid.id, 20);
}

int pack_index_make(struct pack_entry *entries, size_t n, const unsigned char trailer[PACK_TRAILER],
                    void **out, size_t *out_len, struct lt_error *err)
{
    size_t len = IDX_HEAD + n * 28 + 2 * PACK_TRAILER;
    unsigned char *idx = malloc(len);
    if (idx == NULL) return lt_fail_memory(err);
    qsort(entries, n, sizeof *entries, by_name);
    memcpy(idx, "\377tOc\0\0\0\2", 8);
    unsigned char *fan = idx + 8, *names = idx + IDX_HEAD, *crcs = names + 20 * n, *offs = crcs + 4 * n;
    size_t i = 0;
    for (unsigned first = 0; first < 256; first++) {
        while (i < n && entries[i].oid.id[0] <= first)
            i++;
        pack_put_be32(fan + (size_t)4 * first, (uint32_t)i);
    }
    for (i = 0; i < n; i++) {
        memcpy(names + 20 * i, entries[i].oid.id, 20);
        pack_put_be32(crcs + 4 * i, entries[i].crc);
        pack_put_be32(offs + 4 * i, (uint32_t)entries[i].off);
    }
    memcpy(idx + len - 2 * PACK_TRAILER, trailer, PACK_TRAILER);
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    sha1_update(&sha1, len - PACK_TRAILER, idx);
    sha1_digest(&sha1, PACK_TRAILER, idx + len - PACK_TRAILER);
    *out = idx;
    *out_len = len;
    return 0;
}
