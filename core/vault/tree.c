#include "vault/tree.h"

#include "vault/loose.h"
#include "vault/pass.h"
#include "vault/vault.h"

#include <stdlib.h>
#include <string.h>

bool tree_is_dir(uint32_t mode)
{
    return (mode & 0170000u) == TREE_MODE_DIR;
}

int tree_name_cmp(const char *a, size_t a_len, bool a_dir, const char *b, size_t b_len, bool b_dir)
{
    size_t min = a_len < b_len ? a_len : b_len;
    int c = memcmp(a, b, min);
    if (c != 0) return c;
    unsigned char ca = a_len > min ? (unsigned char)a[min] : (a_dir ? '/' : 0);
    unsigned char cb = b_len > min ? (unsigned char)b[min] : (b_dir ? '/' : 0);
    return ca < cb ? -1 : ca > cb;
}

/* Takes one entry off raw; false when it is malformed. */
static bool next_entry(const char **p, const char *end, struct tree_entry *out)
{
    uint32_t mode = 0;
    const char *s = *p;
    if (s == end || *s == '0') return false;
    for (; s < end && *s >= '0' && *s <= '7' && mode < 01000000; s++)
        mode = mode * 8 + (uint32_t)(*s - '0');
    if (s == *p || s == end || *s != ' ') return false;
    const char *name = ++s;
    const char *nul = memchr(name, 0, (size_t)(end - name));
    if (!nul || nul == name || nul - name > 4096 || end - nul < 1 + GIT_OID_RAWSZ) return false;
    if (memchr(name, '/', (size_t)(nul - name))) return false;
    out->name = name;
    out->name_len = (uint32_t)(nul - name);
    out->mode = mode;
    out->oid = (const unsigned char *)nul + 1;
    *p = nul + 1 + GIT_OID_RAWSZ;
    return true;
}

int tree_parse(const git_oid *oid, const void *raw, size_t len, struct tree **out, struct lt_error *err)
{
    struct tree_entry e;
    size_t n = 0;
    const char *p = raw, *end = p + len;
    while (p < end) {
        if (!next_entry(&p, end, &e)) return loose_damaged(err, oid, "malformed tree");
        n++;
    }
    size_t weight = sizeof(struct tree) + n * sizeof(struct tree_entry) + len;
    struct tree *t = (struct tree *)cached_new(oid, weight);
    if (!t) return lt_fail_memory(err);
    t->n = n;
    t->e = (struct tree_entry *)(t + 1);
    char *copy = (char *)(t->e + n);
    memcpy(copy, raw, len);
    p = copy;
    for (size_t i = 0; i < n; i++) {
        struct tree_entry *b = &t->e[i], *a = b - 1;
        next_entry(&p, copy + len, b);
        if (i > 0 && tree_name_cmp(a->name, a->name_len, tree_is_dir(a->mode), b->name, b->name_len,
                                   tree_is_dir(b->mode)) >= 0) {
            free(t);
            return loose_damaged(err, oid, "unsorted tree");
        }
    }
    *out = t;
    return 0;
}

struct tree *tree_ref(struct tree *t)
{
    return cached_ref(t);
}

void tree_release(struct tree *t)
{
    cached_release(t);
}

static const struct tree_entry *find_as(const struct tree *t, const char *name, size_t len, bool dir)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct tree_entry *e = &t->e[mid];
        int c = tree_name_cmp(name, len, dir, e->name, e->name_len, tree_is_dir(e->mode));
        if (c == 0) return e;
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

const struct tree_entry *tree_find(const struct tree *t, const char *name, size_t len)
{
    const struct tree_entry *e = find_as(t, name, len, false);
    return e ? e : find_as(t, name, len, true);
}

int tree_load(const struct tree_source *s, const git_oid *oid, struct tree **out, struct lt_error *err)
{
    struct tree *t = cache_get(s->trees, oid);
    if (t) {
        *out = t;
        return 0;
    }
    struct repo *r;
    int rc = repo_acquire(s->repos, s->dir, &r, err);
    if (rc) return rc;
    git_odb_object *obj = NULL;
    rc = repo_read(r, oid, TREE_RAW_MAX, &obj, err);
    if (rc == LT_NOTFOUND) rc = loose_damaged(err, oid, "missing tree");
    if (rc == 0 && git_odb_object_type(obj) != GIT_OBJECT_TREE) rc = loose_damaged(err, oid, "not a tree");
    if (rc == 0) rc = tree_parse(oid, git_odb_object_data(obj), git_odb_object_size(obj), &t, err);
    git_odb_object_free(obj);
    repo_release(r);
    if (rc) return rc;
    cache_put(s->trees, t);
    *out = t;
    return 0;
}

/* --- paths --- */

int tree_path_check(const char *path, struct lt_error *err)
{
    size_t len = path ? strlen(path) : 0;
    bool start = true, ok = len > 0 && len < VAULT_PATH_MAX;
    for (size_t i = 0; ok && i < len; i++) {
        char c = path[i];
        if (c == '/') {
            ok = !start;
            start = true;
            continue;
        }
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        ok = word || (!start && (c == '.' || c == '-'));
        start = false;
    }
    if (ok && !start) return 0;
    return lt_fail(err, LT_USAGE, "vault.bad_path", "path", path ? path : "", (char *)NULL);
}

int tree_lookup(const struct tree_source *s, struct tree *root, const char *path, uint32_t *mode,
                git_oid *oid, struct lt_error *err)
{
    struct tree *t = tree_ref(root);
    uint32_t m = TREE_MODE_DIR;
    git_oid id = root->kept.oid;
    int rc = 0;
    for (const char *p = path; *p;) {
        size_t len = strcspn(p, "/");
        const struct tree_entry *e = t ? tree_find(t, p, len) : NULL;
        if (!e) {
            rc = lt_fail(err, LT_NOTFOUND, "vault.no_path", "path", path, (char *)NULL);
            break;
        }
        m = e->mode;
        memcpy(id.id, e->oid, GIT_OID_RAWSZ);
        p += len;
        if (*p == '/') {
            p++;
            tree_release(t);
            t = NULL;
            if (tree_is_dir(m) && (rc = tree_load(s, &id, &t, err)) != 0) break;
        }
    }
    tree_release(t);
    if (rc == 0) {
        *mode = m;
        *oid = id;
    }
    return rc;
}

/* --- walking --- */

struct walk {
    tree_file_cb cb;
    void *user;
    struct lt_error *err;
    char path[TREE_PATH];
};

/* Puts a name behind the path so far; the new length, or 0 when there is no room. */
static size_t step(struct walk *w, size_t at, const char *name, size_t len)
{
    if (at + 1 + len + 1 > TREE_PATH) return 0;
    if (at > 0) w->path[at++] = '/';
    memcpy(w->path + at, name, len);
    w->path[at + len] = 0;
    return at + len;
}

static int each(struct walk *w, const struct tree_source *s, struct tree *t, size_t at, bool removed);

static int each_entry(struct walk *w, const struct tree_source *s, const struct tree *t,
                      const struct tree_entry *e, size_t at, bool removed)
{
    size_t len = step(w, at, e->name, e->name_len);
    git_oid oid;
    memcpy(oid.id, e->oid, GIT_OID_RAWSZ);
    if (len == 0) return loose_damaged(w->err, &t->kept.oid, "path too long");
    if (!tree_is_dir(e->mode)) return w->cb(w->user, w->path, removed ? NULL : &oid);
    struct tree *sub;
    int rc = tree_load(s, &oid, &sub, w->err);
    if (rc == 0) {
        rc = each(w, s, sub, len, removed);
        tree_release(sub);
    }
    return rc;
}

static int each(struct walk *w, const struct tree_source *s, struct tree *t, size_t at, bool removed)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < t->n; i++)
        rc = each_entry(w, s, t, &t->e[i], at, removed);
    w->path[at] = 0;
    return rc;
}

int tree_walk(const struct tree_source *s, struct tree *root, const char *path, tree_file_cb cb, void *user,
              struct lt_error *err)
{
    struct walk w = {.cb = cb, .user = user, .err = err};
    uint32_t mode;
    git_oid oid;
    char clean[TREE_PATH];
    size_t len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    if (len >= sizeof clean) return lt_fail(err, LT_USAGE, "vault.bad_path", "path", path, (char *)NULL);
    memcpy(clean, path, len);
    clean[len] = 0;
    struct lt_error absent = {0};
    int rc = tree_lookup(s, root, clean, &mode, &oid, &absent);
    if (rc == LT_NOTFOUND) {
        lt_error_clear(&absent);
        return 0;
    }
    if (rc) return vault_pass(err, &absent);
    if (!tree_is_dir(mode)) return cb(user, clean, &oid);
    struct tree *t;
    rc = tree_load(s, &oid, &t, err);
    if (rc) return rc;
    memcpy(w.path, clean, len + 1);
    rc = each(&w, s, t, len, false);
    tree_release(t);
    return rc;
}

struct diff {
    struct walk w;
    const struct tree_source *sa, *sb;
};

static int diff_trees(struct diff *d, struct tree *a, struct tree *b, size_t at);

static int diff_same_name(struct diff *d, const struct tree *t, const struct tree_entry *x,
                          const struct tree_entry *y, size_t at)
{
    if (x->mode == y->mode && memcmp(x->oid, y->oid, GIT_OID_RAWSZ) == 0) return 0;
    if (!tree_is_dir(x->mode)) return each_entry(&d->w, d->sb, t, y, at, false);
    struct tree *a = NULL, *b = NULL;
    git_oid ao, bo;
    memcpy(ao.id, x->oid, GIT_OID_RAWSZ);
    memcpy(bo.id, y->oid, GIT_OID_RAWSZ);
    size_t len = step(&d->w, at, x->name, x->name_len);
    int rc = len ? 0 : loose_damaged(d->w.err, &t->kept.oid, "path too long");
    if (rc == 0) rc = tree_load(d->sa, &ao, &a, d->w.err);
    if (rc == 0) rc = tree_load(d->sb, &bo, &b, d->w.err);
    if (rc == 0) rc = diff_trees(d, a, b, len);
    tree_release(a);
    tree_release(b);
    return rc;
}

static int diff_trees(struct diff *d, struct tree *a, struct tree *b, size_t at)
{
    size_t i = 0, j = 0;
    int rc = 0;
    while (rc == 0 && (i < a->n || j < b->n)) {
        const struct tree_entry *x = i < a->n ? &a->e[i] : NULL, *y = j < b->n ? &b->e[j] : NULL;
        int c = !x   ? 1
                : !y ? -1
                     : tree_name_cmp(x->name, x->name_len, tree_is_dir(x->mode), y->name, y->name_len,
                                     tree_is_dir(y->mode));
        if (c < 0)
            rc = each_entry(&d->w, d->sa, a, x, at, true);
        else if (c > 0)
            rc = each_entry(&d->w, d->sb, b, y, at, false);
        else
            rc = diff_same_name(d, b, x, y, at);
        i += c <= 0;
        j += c >= 0;
        d->w.path[at] = 0;
    }
    return rc;
}

int tree_diff(const struct tree_source *sa, struct tree *a, const struct tree_source *sb, struct tree *b,
              tree_file_cb cb, void *user, struct lt_error *err)
{
    struct tree empty = {.n = 0};
    struct diff d = {.w = {.cb = cb, .user = user, .err = err}, .sa = sa, .sb = sb};
    if (a && b && git_oid_equal(&a->kept.oid, &b->kept.oid)) return 0;
    return diff_trees(&d, a ? a : &empty, b ? b : &empty, 0);
}
