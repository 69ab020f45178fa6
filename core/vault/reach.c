#include "vault/reach.h"
#include "vault/loose.h"
#include "vault/pass.h"
#include "vault/tree.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 32 /* folders in folders; ours go five deep */

/* --- commits --- */

static int grow_to(void *array, size_t *cap, size_t need, size_t size, struct lt_error *err)
{
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = lt_array_grow(old, cap, need, size);
    if (grown == NULL) return lt_fail_memory(err);
    memcpy(array, &grown, sizeof grown);
    return 0;
}

/* Place of the commit in the list, where it is put when new. */
static int place_of(struct reach *h, const git_oid *oid, size_t *out, struct lt_error *err)
{
    uint32_t at;
    if (!oidmap_get(&h->by_oid, oid, &at)) {
        at = (uint32_t)h->len;
        int rc = grow_to(&h->list, &h->cap, h->len + 1, sizeof *h->list, err);
        if (rc != 0) return rc;
        if (oidmap_put(&h->by_oid, oid, at) < 0) return lt_fail_memory(err);
        h->list[h->len++] = (struct reach_commit){.oid = *oid};
    }
    *out = at;
    return 0;
}

/* An object that is absent or damaged is noted in the commit; anything else is a failure. */
static int note_failure(struct reach_commit *c, int rc, struct lt_error *why, struct lt_error *err)
{
    if (rc == LT_NOTFOUND || rc == LT_REFUSED) {
        const char *what = lt_error_param(why, "what");
        c->status = rc;
        lt_print(c->what, sizeof c->what, "%s",
                 what != NULL        ? what
                 : rc == LT_NOTFOUND ? "no such object"
                                     : why->code);
        lt_error_clear(why);
        return 0;
    }
    return vault_pass(err, why);
}

static int read_commit(struct repo *r, const git_oid *oid, struct commit_view *out, struct lt_error *err)
{
    git_odb_object *raw = NULL;
    int rc = repo_read(r, oid, COMMIT_MAX, &raw, err);
    if (rc == 0 && git_odb_object_type(raw) != GIT_OBJECT_COMMIT)
        rc = loose_damaged(err, oid, "not a commit");
    if (rc == 0) rc = commit_parse(oid, git_odb_object_data(raw), git_odb_object_size(raw), out, err);
    git_odb_object_free(raw);
    return rc;
}

static int load(struct repo *r, struct reach *h, size_t at, const struct sign_signers *signers,
                struct lt_error *err)
{
    struct commit_view view = {0};
    struct lt_error why = {0};
    git_oid oid = h->list[at].oid;
    int rc = read_commit(r, &oid, &view, &why);
    if (rc != 0) return note_failure(&h->list[at], rc, &why, err);
    rc = grow_to(&h->parents, &h->parents_cap, h->parents_len + view.parents_len, sizeof *h->parents, err);
    size_t first = h->parents_len;
    for (size_t i = 0; i < view.parents_len && rc == 0; i++) {
        rc = place_of(h, &view.parents[i], &h->parents[h->parents_len], err);
        if (rc == 0) h->parents_len++;
    }
    struct reach_commit *c = &h->list[at];
    c->tree = view.tree;
    c->committer_s = view.committer.at_s;
    c->parents_at = first;
    c->parents_len = h->parents_len - first;
    c->verdict = signers == NULL ? COMMIT_GOOD : commit_verify(&view, signers);
    commit_view_free(&view);
    return rc;
}

/* Parents before children, without recursion: histories are long. */
static int sort_commits(struct reach *h, struct lt_error *err)
{
    struct step {
        size_t at, next;
    } *stack = lt_calloc(h->len + 1, sizeof *stack);
    bool *seen = lt_calloc(h->len + 1, sizeof *seen);
    h->order = lt_calloc(h->len + 1, sizeof *h->order);
    size_t depth = 0, done = 0;
    int rc = stack == NULL || seen == NULL || h->order == NULL ? lt_fail_memory(err) : 0;
    if (rc == 0 && h->len > 0) {
        stack[depth++] = (struct step){0, 0};
        seen[0] = true;
    }
    while (rc == 0 && depth > 0) {
        struct step *s = &stack[depth - 1];
        const struct reach_commit *c = &h->list[s->at];
        if (s->next == c->parents_len) {
            h->order[done++] = s->at;
            depth--;
            continue;
        }
        size_t parent = h->parents[c->parents_at + s->next++];
        if (!seen[parent]) {
            seen[parent] = true;
            stack[depth++] = (struct step){parent, 0};
        }
    }
    free(stack);
    free(seen);
    return rc;
}

int reach_commits(struct repo *r, const git_oid *head, const struct sign_signers *signers, struct reach *out,
                  struct lt_error *err)
{
    size_t at;
    int rc = place_of(out, head, &at, err);
    for (size_t i = 0; i < out->len && rc == 0; i++) /* the list grows while it is read */
        rc = load(r, out, i, signers, err);
    if (rc == 0) rc = sort_commits(out, err);
    return rc;
}

void reach_free(struct reach *h)
{
    oidmap_free(&h->by_oid);
    free(h->list);
    free(h->parents);
    free(h->order);
    *h = (struct reach){0};
}

/* --- trees --- */

struct walk {
    struct repo *repo;
    struct oidmap *seen;
    const struct reach_visit *visit;
    struct lt_error *err;
    char path[TREE_PATH];
};

static int read_tree(struct repo *r, const git_oid *oid, struct tree **out, struct lt_error *err)
{
    git_odb_object *raw = NULL;
    int rc = repo_read(r, oid, TREE_RAW_MAX, &raw, err);
    if (rc == 0 && git_odb_object_type(raw) != GIT_OBJECT_TREE) rc = loose_damaged(err, oid, "not a tree");
    if (rc == 0) rc = tree_parse(oid, git_odb_object_data(raw), git_odb_object_size(raw), out, err);
    git_odb_object_free(raw);
    return rc;
}

/* A tree that cannot be read is reported; a failure of the system is passed on. */
static int report_failure(struct walk *w, const git_oid *oid, int rc, struct lt_error *why)
{
    if (rc == LT_NOTFOUND || rc == LT_REFUSED) {
        rc = w->visit->failed(w->visit->user, oid, w->path, rc, why);
        lt_error_clear(why);
        return rc;
    }
    return vault_pass(w->err, why);
}

static int walk_tree(struct walk *w, const git_oid *oid, size_t path_len, unsigned depth);

static int walk_entry(struct walk *w, const struct tree_entry *e, size_t path_len, unsigned depth)
{
    git_oid oid;
    size_t slash = path_len > 0, len = path_len + slash + e->name_len;
    memcpy(oid.id, e->oid, sizeof oid.id);
    if (len >= sizeof w->path) {
        struct lt_error why = {0};
        return report_failure(w, &oid, loose_damaged(&why, &oid, "a path too long"), &why);
    }
    if (slash) w->path[path_len] = '/';
    memcpy(w->path + path_len + slash, e->name, e->name_len);
    w->path[len] = 0;
    int rc = 0;
    if (tree_is_dir(e->mode)) {
        rc = walk_tree(w, &oid, len, depth + 1);
    } else if ((e->mode & 0170000) != 0160000) { /* a submodule's commit is not here */
        int put = oidmap_put(w->seen, &oid, 0);
        rc = put < 0   ? lt_fail_memory(w->err)
             : put > 0 ? w->visit->object(w->visit->user, &oid, GIT_OBJECT_BLOB, w->path)
                       : 0;
    }
    w->path[path_len] = 0;
    return rc;
}

static int walk_tree(struct walk *w, const git_oid *oid, size_t path_len, unsigned depth)
{
    int put = oidmap_put(w->seen, oid, 0);
    if (put <= 0) return put < 0 ? lt_fail_memory(w->err) : 0;
    struct tree *t = NULL;
    struct lt_error why = {0};
    int rc = depth > DEPTH ? loose_damaged(&why, oid, "folders too deep") : read_tree(w->repo, oid, &t, &why);
    if (rc != 0) return report_failure(w, oid, rc, &why);
    rc = w->visit->object(w->visit->user, oid, GIT_OBJECT_TREE, w->path);
    for (size_t i = 0; i < t->n && rc == 0; i++)
        rc = walk_entry(w, &t->e[i], path_len, depth);
    tree_release(t);
    return rc;
}

int reach_tree(struct repo *r, const git_oid *tree, struct oidmap *seen, const struct reach_visit *visit,
               struct lt_error *err)
{
    struct walk w = {.repo = r, .seen = seen, .visit = visit, .err = err};
    return walk_tree(&w, tree, 0, 0);
}
