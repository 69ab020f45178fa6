/* What the parts of the pack code share: the form of packs and their indexes (gitformat-pack). */
#ifndef LT_VAULT_PACK_FORM_H
#define LT_VAULT_PACK_FORM_H

#include "vault/pack.h"

#include <zlib.h>

#define PACK_HEAD       12u
#define PACK_TRAILER    20u
#define PACK_OFS_DELTA  6
#define PACK_REF_DELTA  7
#define IDX_HEAD        (8u + 256u * 4u)
#define PACK_ENTRY_HEAD 32u /* most bytes of type, size and a delta's base */

struct pack_entry {
    git_oid oid;
    uint64_t off;
    uint64_t size; /* of the object, inflated */
    uint32_t crc;
    int type; /* git_object_t, or a kind of delta */
};

/* Inflates entries; zero it before use. */
struct pack_scanner {
    z_stream z;
    bool on;
    unsigned char *out; /* window of inflated bytes */
};
void pack_scanner_free(struct pack_scanner *s);

/* The entry at off: head, stream, name and CRC. end: where entries end. *next: where it ends. Objects that
 * are deltas get no name. Damage is named after the pack. */
int pack_scan_entry(struct pack_scanner *s, const unsigned char *pack, uint64_t end, uint64_t off,
                    const git_oid *pack_name, struct pack_entry *out, uint64_t *next, struct lt_error *err);

/* Appends the head of an entry; returns its length. */
size_t pack_entry_head(int type, uint64_t size, unsigned char out[PACK_ENTRY_HEAD]);
void pack_head(uint32_t count, unsigned char out[PACK_HEAD]);
const char *pack_type_word(int type); /* "blob", …; NULL for anything else */
void pack_object_hash(int type, const void *data, size_t len, git_oid *out);

/* Sorts the entries by name and makes the index, malloc'ed. Offsets are below 2^31. */
int pack_index_make(struct pack_entry *entries, size_t n, const unsigned char trailer[PACK_TRAILER],
                    void **out, size_t *out_len, struct lt_error *err);

/* Puts an entry that is compressed already into the pack; one of that name stays. */
int pack_copy(struct pack *p, const struct pack_entry *e, const void *bytes, size_t len,
              struct lt_error *err);

/* Every entry of a pack on disk, in the order of the pack, whether right or wrong. */
struct pack_visit {
    git_oid oid;             /* by the index */
    struct pack_entry entry; /* as found */
    const char *wrong;       /* NULL: right as far as its bytes tell */
    const unsigned char *bytes;
    size_t len;
    bool of_pack; /* what is wrong is not this object's: oid is the pack's name */
};
int pack_file_each(struct pack_file *f, int (*cb)(void *user, const struct pack_visit *), void *user,
                   struct lt_error *err);
uint64_t pack_file_size(const struct pack_file *f);

static inline uint32_t pack_be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void pack_put_be32(unsigned char *p, uint32_t n)
{
    p[0] = (unsigned char)(n >> 24);
    p[1] = (unsigned char)(n >> 16);
    p[2] = (unsigned char)(n >> 8);
    p[3] = (unsigned char)n;
}

#endif
