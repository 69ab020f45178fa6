#include "usecase/backup_names.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Names are sums: any of their bytes will do. */
static size_t first_slot(const struct names *n, const unsigned char *name)
{
    uint64_t h;
    memcpy(&h, name, sizeof h);
    return (size_t)h & (n->slots_len - 1);
}

/* The slot of the name, or the free one where it would stand. */
static size_t slot_of(const struct names *n, const unsigned char *name)
{
    size_t at = first_slot(n, name);
    while (n->slots[at] && memcmp(n->list[n->slots[at] - 1], name, NAMES_BYTES) != 0) at = (at + 1) & (n->slots_len - 1);
    return at;
}

static bool grow(struct names *n)
{
    size_t len = n->slots_len ? n->slots_len * 2 : 1024;
    uint32_t *slots = lt_calloc(len, sizeof *slots);
    if (!slots) return false;
    free(n->slots);
    n->slots = slots;
    n->slots_len = len;
    for (size_t i = 0; i < n->len; i++) n->slots[slot_of(n, n->list[i])] = (uint32_t)i + 1;
    return true;
}

int names_add(struct names *n, const unsigned char name[NAMES_BYTES])
{
    if (n->len >= UINT32_MAX - 1 || (n->len * 2 >= n->slots_len && !grow(n))) return LT_SYSTEM;
    size_t at = slot_of(n, name);
    if (n->slots[at]) return 0;
    void *list = lt_array_grow(n->list, &n->cap, n->len + 1, sizeof *n->list);
    if (!list) return LT_SYSTEM;
    n->list = list;
    memcpy(n->list[n->len++], name, NAMES_BYTES);
    n->slots[at] = (uint32_t)n->len;
    return 0;
}

bool names_has(const struct names *n, const unsigned char name[NAMES_BYTES])
{
    return n->slots_len && n->slots[slot_of(n, name)];
}

const unsigned char *names_at(const struct names *n, size_t i)
{
    return n->list[i];
}

/* What stood behind the freed slot in one run is put anew: it may have been pushed there by this name. */
void names_pop(struct names *n)
{
    size_t at = slot_of(n, n->list[n->len - 1]);
    n->slots[at] = 0;
    n->len--;
    for (size_t i = (at + 1) & (n->slots_len - 1); n->slots[i]; i = (i + 1) & (n->slots_len - 1)) {
        uint32_t moved = n->slots[i];
        n->slots[i] = 0;
        n->slots[slot_of(n, n->list[moved - 1])] = moved;
    }
}

void names_free(struct names *n)
{
    free(n->list);
    free(n->slots);
    *n = (struct names){0};
}
