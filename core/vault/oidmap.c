#include "vault/oidmap.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void oidmap_free(struct oidmap *m)
{
    free(m->slots);
    *m = (struct oidmap){0};
}

void oidmap_clear(struct oidmap *m)
{
    if (m->slots != NULL) memset(m->slots, 0, m->cap * sizeof *m->slots);
    m->len = 0;
}

/* The slot of the name, or the free one where it would go. */
static struct oidmap_slot *find(const struct oidmap *m, const git_oid *oid)
{
    uint64_t hash;
    memcpy(&hash, oid->id, sizeof hash);
    size_t mask = m->cap - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        struct oidmap_slot *s = &m->slots[i];
        if (!s->used || memcmp(s->oid.id, oid->id, sizeof oid->id) == 0) return s;
    }
}

bool oidmap_get(const struct oidmap *m, const git_oid *oid, uint32_t *value)
{
    if (m->len == 0) return false;
    const struct oidmap_slot *s = find(m, oid);
    if (!s->used) return false;
    if (value != NULL) *value = s->value;
    return true;
}

static int grow(struct oidmap *m)
{
    struct oidmap bigger = {.cap = m->cap == 0 ? 32 : m->cap * 2, .len = m->len};
    bigger.slots = lt_calloc(bigger.cap, sizeof *bigger.slots);
    if (bigger.slots == NULL) return -1;
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].used) *find(&bigger, &m->slots[i].oid) = m->slots[i];
    free(m->slots);
    *m = bigger;
    return 0;
}

int oidmap_put(struct oidmap *m, const git_oid *oid, uint32_t value)
{
    if (m->len * 4 >= m->cap * 3 && grow(m) != 0) return -1;
    struct oidmap_slot *s = find(m, oid);
    if (s->used) return 0;
    *s = (struct oidmap_slot){.oid = *oid, .value = value, .used = true};
    m->len++;
    return 1;
}
