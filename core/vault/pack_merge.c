/* Many small packs into one. */
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/pack_form.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct merge {
    const char *objects;
    struct pack *into;
    char (*names)[41];
    size_t len, cap;
    struct lt_error *err;
};

static int list_one(void *user, const char *name)
{
    struct merge *m = user;
    char *keep = lt_format("%s/pack/pack-%s.keep", m->objects, name);
    if (keep == NULL) return lt_fail_memory(m->err);
    bool kept = access(keep, F_OK) == 0;
    free(keep);
    if (kept) return 0;
    void *grown = lt_array_grow(m->names, &m->cap, m->len + 1, sizeof *m->names);
    if (grown == NULL) return lt_fail_memory(m->err);
    m->names = grown;
    memcpy(m->names[m->len++], name, 41);
    return 0;
}

static int copy_one(void *user, const struct pack_visit *v)
{
    struct merge *m = user;
    if (v->wrong != NULL) return loose_damaged(m->err, &v->oid, v->wrong);
    return pack_copy(m->into, &v->entry, v->bytes, v->len, m->err);
}

/* Copies a pack's entries, or leaves its name empty when it is one of those left alone. */
static int take(struct merge *m, char *name, size_t *taken)
{
    struct pack_file *f = NULL;
    uint32_t deltas = 0;
    int rc = pack_file_open(m->objects, name, &f, m->err);
    bool fits = rc == 0 && pack_file_size(f) <= PACK_MERGE_MAX &&
                pack_file_size(f) + pack_bytes(m->into) < PACK_MAX / 4;
    if (rc == 0 && fits) rc = pack_file_verify(f, &deltas, m->err);
    if (rc == 0 && fits && deltas == 0) {
        rc = pack_file_each(f, copy_one, m, m->err);
        ++*taken;
    } else {
        name[0] = 0;
    }
    pack_file_close(f);
    return rc;
}

/* The new pack is on disk before the first old one goes. */
static int replace(const struct lt_fs *fs, struct merge *m, size_t taken, size_t *merged,
                   struct lt_error *err)
{
    struct pack_image image = {0};
    int rc = pack_finish(m->into, &image, err);
    if (rc == 0) rc = pack_write(fs, m->objects, &image, true, err);
    if (rc == 0) {
        for (size_t i = 0; i < m->len; i++)
            if (m->names[i][0] != 0 && strcmp(m->names[i], image.name) != 0)
                pack_remove(fs, m->objects, m->names[i]);
        *merged = taken;
    }
    pack_image_free(&image);
    return rc;
}

int pack_merge(const struct lt_fs *fs, const char *objects, size_t *merged, struct lt_error *err)
{
    struct merge m = {.objects = objects, .into = pack_new(), .err = err};
    size_t taken = 0, done = 0;
    int rc = m.into == NULL ? lt_fail_memory(err) : pack_each(objects, list_one, &m, err);
    for (size_t i = 0; i < m.len && rc == 0; i++)
        rc = take(&m, m.names[i], &taken);
    if (rc == 0 && taken > 1) rc = replace(fs, &m, taken, &done, err);
    if (rc == 0 && merged != NULL) *merged = done;
    pack_free(m.into);
    free(m.names);
    return rc;
}
