/* Compound files ([MS-CFB]): a small file system in sectors. Chains may loop or point anywhere; each step is checked and a chain
 * is never longer than the file has sectors. */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

#define END_OF_CHAIN 0xfffffffeu
#define NO_ENTRY 0xffffffffu
#define HEADER_DIFAT 109u

struct cfb {
    const unsigned char *data;
    size_t len;
    size_t sector, sectors; /* bytes of one, how many the file can hold */
    size_t cutoff;          /* streams shorter than this live in the mini stream */
    uint32_t first_directory, first_mini_fat;
    uint32_t *fat;
    size_t n_fat;
};

struct entry {
    uint32_t start;
    size_t size;
};

static uint32_t u16(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static uint32_t u32(const unsigned char *p) { return u16(p) | u16(p + 2) << 16; }

static const unsigned char *sector_at(const struct cfb *c, uint32_t n) {
    size_t at = ((size_t)n + 1) * c->sector;
    return n < c->sectors && at + c->sector <= c->len ? c->data + at : NULL;
}

static bool add_fat_sector(struct cfb *c, uint32_t n) {
    const unsigned char *s = sector_at(c, n);
    if (!s || c->n_fat + c->sector / 4 > c->sectors + c->sector / 4)
        return !s ? false : true; /* more FAT than sectors: the rest cannot be meant */
    for (size_t i = 0; i < c->sector / 4; i++)
        c->fat[c->n_fat++] = u32(s + 4 * i);
    return true;
}

static bool load_fat(struct cfb *c) {
    uint32_t count = u32(c->data + 44), difat = u32(c->data + 68);
    c->fat = malloc((c->sectors + c->sector / 4 + 1) * sizeof *c->fat);
    if (!c->fat)
        return false;
    for (uint32_t i = 0; i < count && i < HEADER_DIFAT; i++)
        if (!add_fat_sector(c, u32(c->data + 76 + 4 * (size_t)i)))
            return false;
    size_t per = c->sector / 4 - 1, done = HEADER_DIFAT;
    for (size_t steps = 0; done < count && difat < END_OF_CHAIN && steps <= c->sectors; steps++) {
        const unsigned char *s = sector_at(c, difat);
        if (!s)
            return false;
        for (size_t i = 0; i < per && done < count; i++, done++)
            if (!add_fat_sector(c, u32(s + 4 * i)))
                return false;
        difat = u32(s + 4 * per);
    }
    return c->n_fat > 0;
}

static bool open_cfb(const struct reader *r, struct cfb *c) {
    *c = (struct cfb){.data = r->data, .len = r->len};
    if (r->len < 1024)
        return false;
    uint32_t shift = u16(r->data + 30);
    if (shift != 9 && shift != 12)
        return false;
    c->sector = (size_t)1 << shift;
    c->sectors = c->len / c->sector;
    c->first_directory = u32(r->data + 48);
    c->cutoff = u32(r->data + 56);
    c->first_mini_fat = u32(r->data + 60);
    return load_fat(c);
}

/* The whole chain, at most `want` bytes; malloc'ed. NULL when it breaks off before. */
static unsigned char *read_chain(const struct cfb *c, uint32_t start, size_t want) {
    if (want > c->len)
        return NULL;
    unsigned char *out = malloc(want + 1);
    size_t at = 0;
    for (uint32_t n = start; out && at < want;) {
        const unsigned char *s = sector_at(c, n);
        size_t take = want - at < c->sector ? want - at : c->sector;
        if (!s || n >= c->n_fat) {
            free(out);
            return NULL;
        }
        memcpy(out + at, s, take);
        at += take;
        n = c->fat[n]; /* want ≤ the file's length, so a loop ends */
    }
    return out;
}

static size_t chain_bytes(const struct cfb *c, uint32_t start) {
    size_t n = 0;
    for (uint32_t s = start; s < c->n_fat && n < c->sectors; n++)
        s = c->fat[s];
    return n * c->sector < c->len ? n * c->sector : c->len;
}

static bool same_name(const unsigned char *entry, const char *name) {
    size_t n = strlen(name);
    if (u16(entry + 64) != 2 * (n + 1))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((entry[2 * i] | 32) != (name[i] | 32) || entry[2 * i + 1] != 0)
            return false;
    return true;
}

/* A stream of the root folder by name: its children form a tree of siblings. Streams of embedded objects lie deeper. */
static bool find_entry(const unsigned char *dir, size_t entries, const char *name, struct entry *out) {
    uint32_t *stack = malloc((entries + 2) * sizeof *stack);
    bool *seen = calloc(entries + 1, sizeof *seen), found = false;
    size_t n = 0;
    if (stack && seen && entries > 0)
        stack[n++] = u32(dir + 76);
    while (n > 0 && !found) {
        uint32_t i = stack[--n];
        if (i >= entries || seen[i])
            continue;
        const unsigned char *e = dir + 128 * (size_t)i;
        seen[i] = true;
        if (e[66] == 2 && same_name(e, name)) {
            *out = (struct entry){u32(e + 116), u32(e + 120)};
            found = true;
        }
        /* Each entry is taken once and adds at most two, one of which replaces it: entries + 2 places suffice. */
        if (n + 2 <= entries + 2) {
            stack[n++] = u32(e + 68);
            stack[n++] = u32(e + 72);
        }
    }
    free(stack);
    free(seen);
    return found;
}

static unsigned char *read_mini(const struct cfb *c, const unsigned char *root, const struct entry *e) {
    size_t table = chain_bytes(c, c->first_mini_fat), whole = u32(root + 120), at = 0;
    unsigned char *fat = read_chain(c, c->first_mini_fat, table);
    unsigned char *stream = read_chain(c, u32(root + 116), whole);
    unsigned char *out = malloc(e->size + 1);
    for (uint32_t n = e->start; fat && stream && out && at < e->size;) {
        size_t take = e->size - at < 64 ? e->size - at : 64;
        if ((size_t)n * 64 + take > whole || (size_t)n * 4 + 4 > table)
            break;
        memcpy(out + at, stream + (size_t)n * 64, take);
        at += take;
        n = u32(fat + (size_t)n * 4);
    }
    if (at < e->size || !fat || !stream) {
        free(out);
        out = NULL;
    }
    free(fat);
    free(stream);
    return out;
}

static unsigned char *find_and_read(const struct reader *r, const char *name, bool content, size_t *len, bool *exists) {
    struct cfb c;
    struct entry e = {0};
    unsigned char *out = NULL, *dir = NULL;
    *exists = false;
    if (open_cfb(r, &c)) {
        size_t bytes = chain_bytes(&c, c.first_directory);
        dir = read_chain(&c, c.first_directory, bytes);
        *exists = dir && bytes >= 128 && find_entry(dir, bytes / 128, name, &e);
        if (*exists && content && e.size <= c.len && e.size > 0) {
            out = e.size < c.cutoff ? read_mini(&c, dir, &e) : read_chain(&c, e.start, e.size);
            *len = e.size;
        }
    }
    free(dir);
    free(c.fat);
    return out;
}

bool cfb_has(struct reader *r, const char *stream) {
    bool exists;
    size_t len;
    find_and_read(r, stream, false, &len, &exists);
    return exists;
}

int cfb_stream(struct reader *r, const char *stream, unsigned char **out, size_t *out_len) {
    bool exists;
    unsigned char *data = find_and_read(r, stream, true, out_len, &exists);
    if (!exists)
        return lt_fail(r->err, LT_NOTFOUND, "table.damaged", "what", stream, (char *)NULL);
    if (!data)
        return reader_damaged(r, stream);
    *out = data;
    return 0;
}
