/* vault_rewrite: a history without some documents. Trees are looked at once a place and name; what does not change keeps its object. */
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/pass.h"
#include "vault/reach.h"
#include "vault/record.h"
#include "vault/stage.h"
#include "vault/state.h"
#include "vault/tree.h"

#include "base/mem.h"
#include "base/text.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 32 /* folders in folders */

struct made {
    git_oid oid;
    bool empty; /* nothing is left of it */
};

struct rewrite {
    struct vault *v;
    const struct vault_rewriting *how;
    char *dir, *objects;
    struct repo *repo;
    struct pack *pack;
    struct oidmap known; /* sum of place and name → place in made */
    struct made *made;
    size_t made_len, made_cap;
    git_oid *commits; /* new names, by place in the reach's list */
    uint64_t count;
    int64_t now_s, head_s; /* committer's time of the new head */
    git_oid head_tree;
    struct lt_error *err;
    char path[TREE_PATH];
};

/* --- trees --- */

/* The same object at another path may become something else. */
static git_oid place_key(const char *path, const git_oid *oid)
{
    struct sha1_ctx sum;
    git_oid key;
    sha1_init(&sum);
    sha1_update(&sum, strlen(path) + 1, (const uint8_t *)path);
    sha1_update(&sum, sizeof oid->id, oid->id);
    sha1_digest(&sum, sizeof key.id, key.id);
    return key;
}

static int remember(struct rewrite *w, const git_oid *key, const struct made *m)
{
    struct made *grown = lt_array_grow(w->made, &w->made_cap, w->made_len + 1, sizeof *grown);
    if (!grown) return lt_fail_memory(w->err);
    w->made = grown;
    if (oidmap_put(&w->known, key, (uint32_t)w->made_len) < 0) return lt_fail_memory(w->err);
    w->made[w->made_len++] = *m;
    return 0;
}

static int one_document(struct rewrite *w, struct made *m)
{
    struct lt_buf now = LT_BUF_INIT(VAULT_TEXT_MAX);
    git_odb_object *raw = NULL;
    int rc = repo_read(w->repo, &m->oid, VAULT_TEXT_MAX, &raw, w->err);
    if (rc) return rc;
    const void *data = git_odb_object_data(raw);
    size_t len = git_odb_object_size(raw);
    rc = w->how->document(w->how->user, w->path, data, len, &now, w->err);
    if (rc == 0 && now.failed) rc = lt_fail_memory(w->err);
    m->empty = rc == 0 && now.len == 0;
    if (rc == 0 && now.len > 0 && (now.len != len || memcmp(now.data, data, len) != 0))
        rc = pack_add(w->pack, GIT_OBJECT_BLOB, now.data, now.len, &m->oid, w->err);
    git_odb_object_free(raw);
    lt_buf_free(&now);
    return rc;
}

static int one_file(struct rewrite *w, struct made *m)
{
    switch (w->how->fate(w->how->user, w->path)) {
    case VAULT_DROP: m->empty = true; return 0;
    case VAULT_REPLACE: return one_document(w, m);
    case VAULT_KEEP: break;
    }
    return 0;
}

static int one_tree(struct rewrite *w, struct made *m, unsigned depth);

static int one_entry(struct rewrite *w, const struct tree_entry *e, struct made *m, unsigned depth)
{
    size_t at = strlen(w->path);
    if (at + 1 + e->name_len + 1 > sizeof w->path) return loose_damaged(w->err, &m->oid, "a path too long");
    memcpy(m->oid.id, e->oid, sizeof m->oid.id);
    snprintf(w->path + at, sizeof w->path - at, "%s%.*s", at ? "/" : "", (int)e->name_len, e->name);
    uint32_t place;
    git_oid key = place_key(w->path, &m->oid);
    int rc = 0;
    if (oidmap_get(&w->known, &key, &place)) {
        *m = w->made[place];
    } else {
        rc = tree_is_dir(e->mode) ? one_tree(w, m, depth + 1) : one_file(w, m);
        if (rc == 0) rc = remember(w, &key, m);
    }
    w->path[at] = 0;
    return rc;
}

static int one_tree(struct rewrite *w, struct made *m, unsigned depth)
{
    struct tree_source source = vault_trees_of(w->v, w->dir);
    struct lt_buf raw = LT_BUF_INIT(TREE_RAW_MAX);
    struct tree *t = NULL;
    bool changed = false;
    int rc = depth > DEEPEST ? loose_damaged(w->err, &m->oid, "folders too deep") : tree_load(&source, &m->oid, &t, w->err);
    if (rc == LT_NOTFOUND) rc = loose_damaged(w->err, &m->oid, "missing tree");
    for (size_t i = 0; rc == 0 && i < t->n; i++) {
        struct made part = {0};
        rc = one_entry(w, &t->e[i], &part, depth);
        changed |= part.empty || memcmp(part.oid.id, t->e[i].oid, sizeof part.oid.id) != 0;
        if (rc || part.empty) continue;
        lt_buf_addf(&raw, "%o %.*s", t->e[i].mode, (int)t->e[i].name_len, t->e[i].name);
        lt_buf_addc(&raw, 0);
        lt_buf_add(&raw, part.oid.id, sizeof part.oid.id);
    }
    if (rc == 0 && raw.failed) rc = lt_fail_memory(w->err);
    m->empty = rc == 0 && changed && raw.len == 0;
    if (rc == 0 && changed && (!m->empty || depth == 0))
        rc = pack_add(w->pack, GIT_OBJECT_TREE, raw.data ? raw.data : "", raw.len, &m->oid, w->err);
    tree_release(t);
    lt_buf_free(&raw);
    return rc;
}

/* --- commits --- */

/* The message as it was, with one trailer more. */
static int add_message(struct lt_buf *out, const struct commit_view *c, const char *id)
{
    size_t len = strlen(c->message);
    lt_buf_adds(out, c->message);
    if (len == 0 || c->message[len - 1] != '\n') lt_buf_addc(out, '\n');
    if (!strstr(c->message, "\n\n")) lt_buf_addc(out, '\n');
    return lt_buf_addf(out, "Rewritten: %s\n", id);
}

static int write_commit(struct rewrite *w, const struct commit_view *c, const git_oid *tree, const git_oid *parents, git_oid *out)
{
    struct lt_buf message = LT_BUF_INIT(COMMIT_MAX), raw = LT_BUF_INIT(COMMIT_MAX);
    int rc = add_message(&message, c, w->how->id) ? lt_fail_memory(w->err) : 0;
    struct commit_draft d = {
        .tree = *tree,
        .parents = parents,
        .parents_len = c->parents_len,
        .author = c->author,
        .committer = {.name = "letopis",
                      .email = w->v->installation,
                      .at_s = w->now_s,
                      .offset_minutes = w->v->clock->offset_minutes},
        .message = message.data,
    };
    if (rc == 0) rc = commit_build(&raw, &d, w->v->key, w->err);
    if (rc == 0) rc = pack_add(w->pack, GIT_OBJECT_COMMIT, raw.data, raw.len, out, w->err);
    w->count++;
    lt_buf_free(&message);
    lt_buf_free(&raw);
    return rc;
}

static int one_commit(struct rewrite *w, const struct reach *h, size_t at)
{
    const struct reach_commit *old = &h->list[at];
    git_oid parents[COMMIT_PARENTS];
    struct commit_view c = {0};
    bool moved = false;
    if (old->status) return loose_damaged(w->err, &old->oid, old->what);
    for (size_t i = 0; i < old->parents_len && i < COMMIT_PARENTS; i++) {
        size_t parent = h->parents[old->parents_at + i];
        parents[i] = w->commits[parent];
        moved |= !git_oid_equal(&parents[i], &h->list[parent].oid);
    }
    struct made root = {.oid = old->tree};
    w->path[0] = 0;
    git_oid key = place_key("", &root.oid);
    uint32_t place;
    int rc = 0;
    if (oidmap_get(&w->known, &key, &place)) root = w->made[place];
    else if ((rc = one_tree(w, &root, 0)) == 0) rc = remember(w, &key, &root);
    if (rc) return rc;
    w->head_tree = root.oid;
    w->head_s = old->committer_s;
    w->commits[at] = old->oid;
    if (!moved && git_oid_equal(&root.oid, &old->tree)) return 0;
    w->head_s = w->now_s;
    rc = vault_commit_read(w->v, w->dir, &old->oid, &c, w->err);
    if (rc == 0) rc = write_commit(w, &c, &root.oid, parents, &w->commits[at]);
    commit_view_free(&c);
    return rc;
}

/* --- the new head --- */

static int same_on_disk(struct rewrite *w, const char *repo, const git_oid *head)
{
    git_oid now = {{0}};
    struct lt_error why = {0};
    int rc = repo_main(w->dir, &now, &why);
    lt_error_clear(&why);
    return rc == 0 && git_oid_equal(&now, head) ? 0 : lt_fail(w->err, LT_CONFLICT, "vault.head_moved", "repo", repo, (char *)NULL);
}

static int record(struct rewrite *w, struct journal_file *pin, const char *repo, const git_oid *old_head, const git_oid *head, const char *pack,
                  enum journal_outcome *outcome)
{
    struct lt_buf b = LT_BUF_INIT(JOURNAL_RECORD_MAX);
    struct record_repo x = {.old_head = *old_head, .new_head = *head};
    struct record_file none = {0};
    lt_print(x.name, sizeof x.name, "%s", repo);
    lt_print(x.pack, sizeof x.pack, "%s", pack);
    record_begin(&b, NULL, 0);
    record_add(&b, &x, &none);
    int rc = b.failed ? lt_fail_memory(w->err) : 0;
    if (rc == 0) *outcome = journal_append(w->v->journal, pin, b.data, b.len, w->err);
    lt_buf_free(&b);
    return rc ? rc : *outcome == JOURNAL_ACCEPTED ? 0 : LT_SYSTEM;
}

static void move_head(struct rewrite *w, struct vault_repo *r, const git_oid *head)
{
    pthread_mutex_lock(&w->v->mu);
    r->head = *head;
    r->tree = w->head_tree;
    r->committer_s = w->head_s;
    r->described = true;
    r->packs++;
    pthread_mutex_unlock(&w->v->mu);
}

/* As a transaction does it: objects and reference under temporary names, flushed, the record, the names. */
static int switch_over(struct rewrite *w, struct vault_repo *r, const git_oid *old_head, const git_oid *head)
{
    struct vault *v = w->v;
    struct journal_file *pin = NULL;
    struct pack_image image = {0};
    enum journal_outcome outcome = JOURNAL_REFUSED;
    char name[41] = "";
    bool ref = false;
    int rc = journal_pin(v->journal, &pin, w->err);
    if (rc == 0) rc = pack_finish(w->pack, &image, w->err);
    if (rc == 0) {
        memcpy(name, image.name, sizeof name);
        rc = stage_pack(v->fs, w->objects, &image, w->err);
    }
    if (rc == 0) {
        rc = stage_ref(v->fs, w->dir, r->name, head, w->err);
        ref = rc != LT_CONFLICT;
    }
    if (rc == 0) rc = same_on_disk(w, r->name, old_head);
    if (rc == 0) rc = vault_flush(v, w->err);
    if (rc == 0) rc = record(w, pin, r->name, old_head, head, name, &outcome);
    if (rc == 0) {
        if (stage_pack_publish(v->fs, w->objects, name, NULL) || stage_ref_publish(v->fs, w->dir, NULL)) journal_break(v->journal);
        move_head(w, r, head);
    } else if (outcome != JOURNAL_UNSURE) {
        int left = *name ? stage_pack_discard(v->fs, w->objects, name) : 0;
        if (ref) left |= stage_ref_discard(v->fs, w->dir);
        if (left) journal_break(v->journal);
    }
    pack_image_free(&image);
    journal_unpin(v->journal, pin);
    return rc;
}

static int rewrite(struct rewrite *w, struct vault_repo *r, const git_oid *head)
{
    struct reach h = {0};
    int rc = reach_commits(w->repo, head, NULL, &h, w->err);
    w->commits = rc ? NULL : lt_calloc(h.len + 1, sizeof *w->commits);
    if (rc == 0 && !w->commits) rc = lt_fail_memory(w->err);
    w->now_s = lt_clock_now(w->v->clock) / 1000;
    for (size_t i = 0; rc == 0 && i < h.len; i++) /* time never runs backwards in a history */
        if (h.list[i].committer_s > w->now_s) w->now_s = h.list[i].committer_s;
    for (size_t i = 0; rc == 0 && i < h.len; i++)
        rc = one_commit(w, &h, h.order[i]);
    if (rc == 0 && w->count > 0) rc = switch_over(w, r, head, &w->commits[0]); /* the head is the first that was met */
    reach_free(&h);
    return rc;
}

int vault_rewrite(struct vault *v, const char *repo, const struct vault_rewriting *how, uint64_t *commits, struct lt_error *err)
{
    struct rewrite w = {.v = v, .how = how, .err = err};
    struct vault_repo *r = NULL;
    git_oid head;
    int rc = vault_writable(v, err);
    if (rc == 0 && journal_broken(v->journal)) rc = lt_fail(err, LT_SYSTEM, "vault.reopen", (char *)NULL);
    if (rc == 0) rc = vault_keeper_start(v, err);
    if (rc == 0) rc = vault_repo_dir(v, repo, &w.dir, err);
    if (rc == 0 && !(w.objects = repo_objects(w.dir))) rc = lt_fail_memory(err);
    if (rc == 0 && !(w.pack = pack_new())) rc = lt_fail_memory(err);
    if (rc == 0) rc = vault_entry(v, repo, &r, err);
    if (rc == 0) rc = vault_entry_lock(v, r, err);
    if (rc == 0) {
        rc = vault_entry_head(v, repo, NULL, &head, err);
        if (rc == 0) rc = repo_acquire(v->repos, w.dir, &w.repo, err);
        if (rc == 0) rc = rewrite(&w, r, &head);
        repo_release(w.repo);
        vault_entry_unlock(v, r);
    }
    if (rc == 0) *commits = w.count;
    free(w.commits);
    free(w.made);
    oidmap_free(&w.known);
    pack_free(w.pack);
    free(w.objects);
    free(w.dir);
    return rc;
}
