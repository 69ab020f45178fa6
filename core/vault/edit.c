#include "vault/edit.h"

#include "base/mem.h"
#include "vault/loose.h"
#include "vault/text.h"
#include "vault/vault.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct edit_entry {
    const char *name; /* in the source tree or in the editor's memory of names */
    uint32_t name_len;
    uint32_t mode;
    git_oid oid;
    struct edit_dir *dir; /* NULL: a file, or a folder nobody has looked into */
    struct edit_blob *blob;
};

struct edit_dir {
    struct tree *source; /* holds the names */
    struct edit_entry *e;
    size_t n, cap;
    bool dirty;   /* differs from oid */
    bool written; /* by this editor, at least once */
    git_oid oid;
};

struct edit_chunk {
    struct edit_chunk *next;
    size_t used;
    char bytes[4096 - 2 * sizeof(size_t)];
};

static const char *keep_name(struct edit *ed, const char *name, size_t len)
{
    struct edit_chunk *c = ed->names;
    if (len > sizeof c->bytes) return NULL;
    if (!c || c->used + len > sizeof c->bytes) {
        c = malloc(sizeof *c);
        if (!c) return NULL;
        c->next = ed->names;
        c->used = 0;
        ed->names = c;
    }
    char *at = c->bytes + c->used;
    memcpy(at, name, len);
    c->used += len;
    return at;
}

static void dir_free(struct edit_dir *d)
{
    if (!d) return;
    for (size_t i = 0; i < d->n; i++)
        dir_free(d->e[i].dir);
    tree_release(d->source);
    free(d->e);
    free(d);
}

/* Takes the reference to source (NULL: an empty folder). */
static struct edit_dir *dir_new(struct tree *source)
{
    struct edit_dir *d = lt_calloc(1, sizeof *d);
    if (!d) {
        tree_release(source);
        return NULL;
    }
    d->source = source;
    if (!source) {
        d->dirty = true;
        return d;
    }
    d->oid = source->kept.oid;
    d->e = lt_array_grow(NULL, &d->cap, source->n + 4, sizeof *d->e);
    if (!d->e) {
        dir_free(d);
        return NULL;
    }
    for (; d->n < source->n; d->n++) {
        const struct tree_entry *s = &source->e[d->n];
        struct edit_entry *e = &d->e[d->n];
        *e = (struct edit_entry){.name = s->name, .name_len = s->name_len, .mode = s->mode};
        memcpy(e->oid.id, s->oid, GIT_OID_RAWSZ);
    }
    return d;
}

int edit_open(struct edit *ed, const struct tree_source *source, struct tree *root, struct lt_error *err)
{
    *ed = (struct edit){.source = *source, .raw = LT_BUF_INIT(TREE_RAW_MAX)};
    ed->root = dir_new(root ? tree_ref(root) : NULL);
    return ed->root ? 0 : lt_fail_memory(err);
}

void edit_close(struct edit *ed)
{
    dir_free(ed->root);
    for (struct edit_chunk *c = ed->names, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    for (struct edit_blob *b = ed->blobs, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    lt_buf_free(&ed->raw);
    *ed = (struct edit){0};
}

static void blob_name(struct edit_blob *b)
{
    struct sha1_ctx ctx;
    char head[32];
    int n = snprintf(head, sizeof head, "blob %zu", b->len);
    sha1_init(&ctx);
    sha1_update(&ctx, (size_t)n + 1, (const uint8_t *)head);
    sha1_update(&ctx, b->len, (const uint8_t *)b->data);
    sha1_digest(&ctx, GIT_OID_RAWSZ, b->oid.id);
}

int edit_blob_new(struct edit *ed, const void *data, size_t len, struct edit_blob **out, struct lt_error *err)
{
    struct edit_blob *b = malloc(sizeof *b + len + 1);
    if (!b) return lt_fail_memory(err);
    if (len > 0) memcpy(b->data, data, len);
    b->data[len] = 0;
    b->len = len;
    b->packed = false;
    blob_name(b);
    b->next = ed->blobs;
    ed->blobs = b;
    *out = b;
    return 0;
}

/* Place of the name in the folder's order; found: is it there. */
static size_t place(const struct edit_dir *d, const char *name, size_t len, bool dir, bool *found)
{
    size_t lo = 0, hi = d->n;
    *found = false;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct edit_entry *e = &d->e[mid];
        int c = tree_name_cmp(name, len, dir, e->name, e->name_len, tree_is_dir(e->mode));
        if (c == 0) {
            *found = true;
            return mid;
        }
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static struct edit_entry *entry_find(struct edit_dir *d, const char *name, size_t len)
{
    bool found;
    size_t at = place(d, name, len, false, &found);
    if (!found) at = place(d, name, len, true, &found);
    return found ? &d->e[at] : NULL;
}

static struct edit_entry *entry_insert(struct edit *ed, struct edit_dir *d, const char *name, size_t len,
                                       bool dir)
{
    bool found;
    size_t at = place(d, name, len, dir, &found);
    const char *kept = keep_name(ed, name, len);
    if (!kept) return NULL;
    if (d->n == d->cap) {
        struct edit_entry *e = lt_array_grow(d->e, &d->cap, d->n + 1, sizeof *e);
        if (!e) return NULL;
        d->e = e;
    }
    memmove(&d->e[at + 1], &d->e[at], (d->n - at) * sizeof d->e[0]);
    d->e[at] = (struct edit_entry){.name = kept, .name_len = (uint32_t)len};
    d->n++;
    return &d->e[at];
}

static void entry_delete(struct edit_dir *d, struct edit_entry *e)
{
    size_t at = (size_t)(e - d->e);
    dir_free(e->dir);
    memmove(e, e + 1, (d->n - at - 1) * sizeof *e);
    d->n--;
}

/* Looks into the folder of an entry. */
static int descend(struct edit *ed, struct edit_entry *e, struct lt_error *err)
{
    struct tree *t;
    if (e->dir) return 0;
    int rc = tree_load(&ed->source, &e->oid, &t, err);
    if (rc) return rc;
    e->dir = dir_new(t);
    return e->dir ? 0 : lt_fail_memory(err);
}

static int no_path(const char *path, struct lt_error *err)
{
    return lt_fail(err, LT_NOTFOUND, "vault.no_path", "path", path, (char *)NULL);
}

int edit_find(struct edit *ed, const char *path, struct edit_found *out, struct lt_error *err)
{
    struct edit_dir *d = ed->root;
    for (const char *p = path;;) {
        size_t len = strcspn(p, "/");
        struct edit_entry *e = entry_find(d, p, len);
        if (!e) return no_path(path, err);
        if (p[len] == 0) {
            *out = (struct edit_found){.mode = e->mode, .oid = e->oid, .blob = e->blob};
            return 0;
        }
        if (!tree_is_dir(e->mode)) return no_path(path, err);
        int rc = descend(ed, e, err);
        if (rc) return rc;
        d = e->dir;
        p += len + 1;
    }
}

static int path_taken(const char *path, struct lt_error *err)
{
    return lt_fail(err, LT_USAGE, "vault.path_taken", "path", path, (char *)NULL);
}

struct setting {
    struct edit *ed;
    const char *path;
    const struct edit_found *what;
    struct lt_error *err;
    bool changed;
};

static int set_in(struct setting *s, struct edit_dir *d, const char *p)
{
    size_t len = strcspn(p, "/");
    bool last = p[len] == 0;
    struct edit_entry *e = entry_find(d, p, len);
    int rc = 0;
    if (e && tree_is_dir(e->mode) == last) return path_taken(s->path, s->err);
    if (!e) {
        struct edit_dir *sub = last ? NULL : dir_new(NULL);
        e = last || sub ? entry_insert(s->ed, d, p, len, !last) : NULL;
        if (!e) {
            dir_free(sub);
            return lt_fail_memory(s->err);
        }
        e->mode = last ? 0 : TREE_MODE_DIR;
        e->dir = sub;
    }
    if (last) {
        s->changed = e->mode != s->what->mode || git_oid_cmp(&e->oid, &s->what->oid) != 0;
        if (s->changed) {
            e->mode = s->what->mode;
            e->oid = s->what->oid;
            e->blob = s->what->blob;
        }
    } else {
        rc = descend(s->ed, e, s->err);
        if (rc == 0) rc = set_in(s, e->dir, p + len + 1);
        /* A folder made on the way must not stay behind when the rest of the path failed. */
        if (rc != 0 && e->dir && e->dir->n == 0) entry_delete(d, e);
    }
    if (rc == 0 && s->changed) d->dirty = true;
    return rc;
}

int edit_set(struct edit *ed, const char *path, const struct edit_found *what, struct lt_error *err)
{
    struct setting s = {.ed = ed, .path = path, .what = what, .err = err};
    return set_in(&s, ed->root, path);
}

static int remove_in(struct edit *ed, struct edit_dir *d, const char *path, const char *p,
                     struct lt_error *err)
{
    size_t len = strcspn(p, "/");
    bool last = p[len] == 0;
    struct edit_entry *e = entry_find(d, p, len);
    if (!e || tree_is_dir(e->mode) == last) return no_path(path, err);
    if (!last) {
        int rc = descend(ed, e, err);
        if (rc == 0) rc = remove_in(ed, e->dir, path, p + len + 1, err);
        if (rc) return rc;
    }
    if (last || e->dir->n == 0) entry_delete(d, e);
    d->dirty = true;
    return 0;
}

int edit_remove(struct edit *ed, const char *path, struct lt_error *err)
{
    return remove_in(ed, ed->root, path, path, err);
}

bool edit_empty(const struct edit *ed)
{
    return ed->root->n == 0;
}

/* --- walking --- */

struct edit_walk {
    struct edit *ed;
    tree_file_cb cb;
    void *user;
    struct lt_error *err;
    char path[TREE_PATH];
};

static size_t step(char path[TREE_PATH], size_t at, const char *name, size_t len)
{
    if (at + 1 + len + 1 > TREE_PATH) return 0;
    if (at > 0) path[at++] = '/';
    memcpy(path + at, name, len);
    path[at + len] = 0;
    return at + len;
}

static int walk_dir(struct edit_walk *w, struct edit_dir *d, size_t at)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < d->n; i++) {
        struct edit_entry *e = &d->e[i];
        size_t len = step(w->path, at, e->name, e->name_len);
        if (len == 0)
            rc = loose_damaged(w->err, &d->oid, "path too long");
        else if (!tree_is_dir(e->mode))
            rc = w->cb(w->user, w->path, &e->oid);
        else if ((rc = descend(w->ed, e, w->err)) == 0)
            rc = walk_dir(w, e->dir, len);
    }
    w->path[at] = 0;
    return rc;
}

int edit_walk(struct edit *ed, const char *path, tree_file_cb cb, void *user, struct lt_error *err)
{
    struct edit_walk w = {.ed = ed, .cb = cb, .user = user, .err = err};
    struct edit_dir *d = ed->root;
    size_t at = 0;
    for (const char *p = path; *p;) {
        size_t len = strcspn(p, "/");
        struct edit_entry *e = entry_find(d, p, len);
        p += len;
        p += strspn(p, "/");
        if (!e || (*p && !tree_is_dir(e->mode))) return 0;
        at = step(w.path, at, e->name, e->name_len);
        if (at == 0) return lt_fail(err, LT_USAGE, "vault.bad_path", "path", path, (char *)NULL);
        if (!tree_is_dir(e->mode)) return cb(user, w.path, &e->oid);
        int rc = descend(ed, e, err);
        if (rc) return rc;
        d = e->dir;
    }
    return walk_dir(&w, d, at);
}

/* --- writing --- */

static int dir_raw(struct lt_buf *raw, const struct edit_dir *d)
{
    lt_buf_reset(raw);
    for (size_t i = 0; i < d->n; i++) {
        const struct edit_entry *e = &d->e[i];
        char mode[16];
        int len = 0;
        for (int shift = 15; shift >= 0; shift -= 3)
            if (len > 0 || (e->mode >> shift & 7) != 0) mode[len++] = (char)('0' + (e->mode >> shift & 7));
        mode[len++] = ' ';
        lt_buf_add(raw, mode, (size_t)len);
        lt_buf_add(raw, e->name, e->name_len);
        lt_buf_addc(raw, 0);
        lt_buf_add(raw, e->oid.id, GIT_OID_RAWSZ);
    }
    return raw->failed ? -1 : 0;
}

static int write_dir(struct edit *ed, struct edit_dir *d, struct pack *pack, struct lt_error *err)
{
    int rc;
    for (size_t i = 0; i < d->n; i++) {
        struct edit_entry *e = &d->e[i];
        if (e->dir && e->dir->dirty) {
            rc = write_dir(ed, e->dir, pack, err);
            if (rc) return rc;
            e->oid = e->dir->oid;
        } else if (e->blob && !e->blob->packed) {
            git_oid oid;
            rc = pack_add(pack, GIT_OBJECT_BLOB, e->blob->data, e->blob->len, &oid, err);
            if (rc) return rc;
            e->blob->packed = true;
        }
    }
    if (dir_raw(&ed->raw, d) != 0) return lt_fail_memory(err);
    rc = pack_add(pack, GIT_OBJECT_TREE, ed->raw.data ? ed->raw.data : "", ed->raw.len, &d->oid, err);
    if (rc == 0) {
        d->dirty = false;
        d->written = true;
    }
    return rc;
}

int edit_write(struct edit *ed, struct pack *pack, git_oid *out, struct lt_error *err)
{
    int rc = ed->root->dirty ? write_dir(ed, ed->root, pack, err) : 0;
    if (rc == 0) *out = ed->root->oid;
    return rc;
}

static void cache_dir(struct edit *ed, struct edit_dir *d)
{
    struct tree *t;
    if (!d->written) return; /* then nothing below it was written either */
    for (size_t i = 0; i < d->n; i++)
        if (d->e[i].dir) cache_dir(ed, d->e[i].dir);
    if (dir_raw(&ed->raw, d) == 0 &&
        tree_parse(&d->oid, ed->raw.data ? ed->raw.data : "", ed->raw.len, &t, NULL) == 0) {
        cache_put(ed->source.trees, t);
        tree_release(t);
    }
}

void edit_cache(struct edit *ed, struct cache *texts)
{
    cache_dir(ed, ed->root);
    for (struct edit_blob *b = texts ? ed->blobs : NULL; b; b = b->next)
        if (b->packed) text_cache_put(texts, &b->oid, b->data, b->len);
}

/* --- what changed --- */

struct edit_diff {
    struct edit *ed;
    edit_diff_cb cb;
    void *user;
    struct lt_error *err;
    char path[TREE_PATH];
};

static int diff_dirs(struct edit_diff *x, const struct tree *a, struct edit_dir *b, size_t at);

/* One folder or file of a (NULL: none) beside one of b (NULL: none); same name and kind. */
static int diff_entry(struct edit_diff *x, const struct tree_entry *a, struct edit_entry *b, size_t at)
{
    size_t len = a ? step(x->path, at, a->name, a->name_len) : step(x->path, at, b->name, b->name_len);
    if (len == 0) return loose_damaged(x->err, &x->ed->root->oid, "path too long");
    if (a && b && a->mode == b->mode && memcmp(a->oid, b->oid.id, GIT_OID_RAWSZ) == 0) return 0;
    if (!tree_is_dir(a ? a->mode : b->mode))
        return x->cb(x->user, x->path, b ? &b->oid : NULL, b ? b->blob : NULL);
    struct tree *t = NULL;
    int rc = 0;
    if (a) {
        git_oid oid;
        memcpy(oid.id, a->oid, GIT_OID_RAWSZ);
        rc = tree_load(&x->ed->source, &oid, &t, x->err);
    }
    if (rc == 0 && b) rc = descend(x->ed, b, x->err);
    if (rc == 0) rc = diff_dirs(x, t, b ? b->dir : NULL, len);
    tree_release(t);
    return rc;
}

static int diff_dirs(struct edit_diff *x, const struct tree *a, struct edit_dir *b, size_t at)
{
    size_t i = 0, j = 0, an = a ? a->n : 0, bn = b ? b->n : 0;
    int rc = 0;
    while (rc == 0 && (i < an || j < bn)) {
        const struct tree_entry *p = i < an ? &a->e[i] : NULL;
        struct edit_entry *q = j < bn ? &b->e[j] : NULL;
        int c = !p   ? 1
                : !q ? -1
                     : tree_name_cmp(p->name, p->name_len, tree_is_dir(p->mode), q->name, q->name_len,
                                     tree_is_dir(q->mode));
        rc = diff_entry(x, c <= 0 ? p : NULL, c >= 0 ? q : NULL, at);
        i += c <= 0;
        j += c >= 0;
    }
    x->path[at] = 0;
    return rc;
}

int edit_diff(struct edit *ed, struct tree *base, edit_diff_cb cb, void *user, struct lt_error *err)
{
    struct edit_diff x = {.ed = ed, .cb = cb, .user = user, .err = err};
    if (base && git_oid_equal(&base->kept.oid, &ed->root->oid)) return 0;
    return diff_dirs(&x, base, ed->root, 0);
}
