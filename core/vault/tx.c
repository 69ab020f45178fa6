#include "vault/tx.h"

#include "base/mem.h"
#include "base/text.h"
#include "vault/pass.h"

#include <stdlib.h>
#include <string.h>

/* --- beginning and end --- */

static int by_id(const void *a, const void *b)
{
    const struct tx_repo *x = a, *y = b;
    return strcmp(x->repo->name, y->repo->name);
}

/* In id order, each once: so locked, two transactions never wait for each other. */
static void put_in_order(struct vault_tx *tx)
{
    size_t kept = 0;
    qsort(tx->repos, tx->n, sizeof *tx->repos, by_id);
    for (size_t i = 0; i < tx->n; i++)
        if (kept == 0 || tx->repos[kept - 1].repo != tx->repos[i].repo) tx->repos[kept++] = tx->repos[i];
    tx->n = kept;
}

static int lock_all(struct vault_tx *tx, struct lt_error *err)
{
    for (size_t i = 0; i < tx->n; i++) {
        int rc = vault_entry_lock(tx->v, tx->repos[i].repo, err);
        if (rc) return rc;
        tx->repos[i].locked = true;
    }
    return 0;
}

int tx_repo_base(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err)
{
    struct vault *v = tx->v;
    struct lt_error why = {0};
    int rc = r->dir ? 0 : vault_repo_dir(v, r->repo->name, &r->dir, err);
    if (rc == 0 && !r->objects && !(r->objects = repo_objects(r->dir))) rc = lt_fail_memory(err);
    if (rc) return rc;
    pthread_mutex_lock(&v->mu);
    bool erased = r->repo->erased;
    pthread_mutex_unlock(&v->mu);
    if (erased) return lt_fail(err, LT_NOTFOUND, "vault.no_repo", "repo", r->repo->name, (char *)NULL);
    rc = vault_entry_head(v, r->repo->name, NULL, &r->base, &why);
    if (rc == LT_NOTFOUND) {
        lt_error_clear(&why);
        r->base = (git_oid){{0}};
        return 0;
    }
    if (rc) return vault_pass(err, &why);
    pthread_mutex_lock(&v->mu);
    bool described = r->repo->described && git_oid_equal(&r->repo->head, &r->base); /* without the lock it may have moved just now */
    r->base_tree = r->repo->tree;
    r->committer_s = r->repo->committer_s;
    pthread_mutex_unlock(&v->mu);
    if (!described) {
        struct commit_view c = {0};
        rc = vault_commit_read(v, r->dir, &r->base, &c, err);
        if (rc == LT_NOTFOUND) rc = loose_damaged(err, &r->base, "missing commit");
        if (rc) return rc;
        r->base_tree = c.tree;
        r->committer_s = c.committer.at_s;
        commit_view_free(&c);
    }
    r->head = r->base;
    r->head_tree = r->base_tree;
    return 0;
}

static int begin(struct vault *v, const struct vault_author *who, const char *const *repos, size_t n, bool locked,
                 struct vault_tx **out, struct lt_error *err)
{
    int rc = vault_writable(v, err);
    if (rc) return rc;
    if (journal_broken(v->journal)) return lt_fail(err, LT_SYSTEM, "vault.reopen", (char *)NULL);
    rc = vault_keeper_start(v, err);
    if (rc) return rc;
    struct vault_tx *tx = lt_calloc(1, sizeof *tx);
    if (!tx) return lt_fail_memory(err);
    tx->v = v;
    tx->author_name = lt_strdup(who->name);
    tx->author_email = lt_strdup(who->email);
    tx->repos = lt_calloc(n, sizeof *tx->repos);
    if (!tx->author_name || !tx->author_email || !tx->repos) rc = lt_fail_memory(err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = vault_entry(v, repos[i], &tx->repos[i].repo, err);
    if (rc == 0) {
        tx->n = n;
        tx->unlocked = !locked;
        put_in_order(tx);
        if (locked) rc = lock_all(tx, err);
    }
    for (size_t i = 0; rc == 0 && i < tx->n; i++)
        rc = tx_repo_base(tx, &tx->repos[i], err);
    if (rc) {
        vault_tx_end(tx);
        return rc;
    }
    *out = tx;
    return 0;
}

int vault_tx_begin(struct vault *v, const struct vault_author *who, const char *const *repos, size_t n,
                   struct vault_tx **out, struct lt_error *err)
{
    return begin(v, who, repos, n, true, out, err);
}

int vault_tx_begin_unlocked(struct vault *v, const struct vault_author *who, const char *const *repos, size_t n,
                            struct vault_tx **out, struct lt_error *err)
{
    return begin(v, who, repos, n, false, out, err);
}

/* --- from remembered heads to locks --- */

static int catch_up(struct vault_tx *tx, struct tx_repo *r, bool *moved, struct lt_error *err)
{
    git_oid now = {{0}};
    struct lt_error why = {0};
    int rc = vault_entry_head(tx->v, r->repo->name, NULL, &now, &why);
    if (rc == LT_NOTFOUND) {
        lt_error_clear(&why);
        now = (git_oid){{0}};
    } else if (rc) {
        return vault_pass(err, &why);
    }
    *moved = !git_oid_equal(&now, &r->base);
    if (!*moved) return 0;
    tx_repo_reset(tx, r);
    return tx_repo_base(tx, r, err);
}

/* Records of one repository are replayed in the order of files. While this one was prepared without locks the journal may have been switched, and others may
 * have written to its repositories into a younger file: its record has to stand behind theirs. */
static int pin_anew(struct vault_tx *tx, struct lt_error *err)
{
    struct journal_file *old = tx->pin;
    int rc = old ? journal_pin(tx->v->journal, &tx->pin, err) : 0;
    if (rc) tx->pin = old;
    else journal_unpin(tx->v->journal, old);
    return rc;
}

int vault_tx_lock(struct vault_tx *tx, int (*again)(void *user, const char *repo, struct lt_error *err), void *user,
                  struct lt_error *err)
{
    if (tx->state != TX_OPEN || !tx->unlocked) return lt_fail(err, LT_USAGE, "vault.tx_over", (char *)NULL);
    tx->state = TX_FAILED; /* until all is as it must be */
    int rc = lock_all(tx, err);
    tx->unlocked = rc != 0;
    if (rc == 0) rc = pin_anew(tx, err);
    for (size_t i = 0; rc == 0 && i < tx->n; i++) {
        bool moved = false;
        rc = catch_up(tx, &tx->repos[i], &moved, err);
        if (rc || !moved) continue;
        tx->described = false;
        if (!again) rc = lt_fail(err, LT_CONFLICT, "vault.head_moved", "repo", tx->repos[i].repo->name, (char *)NULL);
        tx->state = TX_OPEN;
        if (rc == 0) rc = again(user, tx->repos[i].repo->name, err);
        tx->state = TX_FAILED;
    }
    if (rc == 0) tx->state = TX_OPEN;
    return rc;
}

void vault_tx_end(struct vault_tx *tx)
{
    if (!tx) return;
    if (!tx->leave) tx_discard(tx);
    for (size_t i = 0; i < tx->n; i++) {
        struct tx_repo *r = &tx->repos[i];
        for (size_t k = 0; k < r->files_len; k++)
            free(r->files[k].temp);
        free(r->files);
        edit_close(&r->edit);
        tree_release(r->base_root);
        pack_image_free(&r->image);
        pack_free(r->pack);
        free(r->dir);
        free(r->objects);
    }
    /* The next writer of the repository must find the journal's file pinned as long as this one's effects are
     * due. */
    journal_unpin(tx->v->journal, tx->pin);
    for (size_t i = tx->n; i > 0; i--)
        if (tx->repos[i - 1].locked) vault_entry_unlock(tx->v, tx->repos[i - 1].repo);
    for (struct tx_text *t = tx->texts, *next; t; t = next) {
        next = t->next;
        free(t);
    }
    free(tx->moved);
    free(tx->changes);
    free(tx->repos);
    free(tx->author_name);
    free(tx->author_email);
    free(tx);
}

/* --- the repositories of a transaction --- */

int tx_repo_of(struct vault_tx *tx, const char *repo, struct tx_repo **out, struct lt_error *err)
{
    size_t lo = 0, hi = tx->n;
    while (repo && lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(repo, tx->repos[mid].repo->name);
        if (c == 0) {
            *out = &tx->repos[mid];
            return 0;
        }
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lt_fail(err, LT_USAGE, "vault.not_locked", "repo", repo ? repo : "", (char *)NULL);
}

int tx_repo_open(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err)
{
    if (r->opened) return 0;
    struct tree_source source = vault_trees_of(tx->v, r->dir);
    int rc = 0;
    if (!git_oid_is_zero(&r->base) && !r->base_root)
        rc = tree_load(&source, &r->base_tree, &r->base_root, err);
    if (rc == 0) rc = edit_open(&r->edit, &source, r->base_root, err);
    r->opened = rc == 0;
    return rc;
}

/* Finds the repository, opened. */
static int enter(struct vault_tx *tx, const char *repo, struct tx_repo **out, struct lt_error *err)
{
    if (tx->state != TX_OPEN) return lt_fail(err, LT_USAGE, "vault.tx_over", (char *)NULL);
    int rc = tx_repo_of(tx, repo, out, err);
    return rc ? rc : tx_repo_open(tx, *out, err);
}

/* The same, to be changed. */
static int enter_to_change(struct vault_tx *tx, const char *repo, struct tx_repo **out, struct lt_error *err)
{
    int rc = enter(tx, repo, out, err);
    return rc || !(*out)->prepared ? rc : lt_fail(err, LT_USAGE, "vault.tx_over", (char *)NULL);
}

int tx_repo_touch(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err)
{
    if (!tx->pin) {
        int rc = journal_pin(tx->v->journal, &tx->pin, err);
        if (rc) return rc;
    }
    if (!git_oid_is_zero(&r->base) || r->made) return 0;
    r->made = strcmp(r->repo->name, VAULT_SCHOOL) != 0 && !repo_present(r->dir);
    return repo_create(tx->v->fs, r->dir, false, err);
}

int vault_tx_head(struct vault_tx *tx, const char *repo, char out[VAULT_OID])
{
    struct tx_repo *r;
    int rc = tx_repo_of(tx, repo, &r, NULL);
    if (rc) return rc;
    out[0] = 0;
    if (!git_oid_is_zero(&r->head)) git_oid_tostr(out, VAULT_OID, &r->head);
    return 0;
}

/* --- reading --- */

static const struct loose_new *new_file(const struct tx_repo *r, const git_oid *oid)
{
    for (size_t i = 0; i < r->files_len; i++)
        if (git_oid_equal(&r->files[i].oid, oid)) return &r->files[i];
    return NULL;
}

int vault_tx_read(struct vault_tx *tx, const char *repo, const char *path, struct lt_buf *out,
                  struct lt_error *err)
{
    struct tx_repo *r;
    struct edit_found f;
    int rc = enter(tx, repo, &r, err);
    if (rc == 0) rc = edit_find(&r->edit, path, &f, err);
    if (rc == 0 && tree_is_dir(f.mode))
        rc = lt_fail(err, LT_NOTFOUND, "vault.no_path", "path", path, (char *)NULL);
    if (rc) return rc;
    if (f.blob) return lt_buf_add(out, f.blob->data, f.blob->len) == 0 ? 0 : lt_fail_memory(err);
    if (new_file(r, &f.oid)) return lt_fail(err, LT_USAGE, "vault.not_text", "path", path, (char *)NULL);
    return vault_blob_read(tx->v, r->dir, &f.oid, out, err);
}

bool vault_tx_has(struct vault_tx *tx, const char *repo, const char *path)
{
    struct tx_repo *r;
    struct edit_found f;
    return enter(tx, repo, &r, NULL) == 0 && edit_find(&r->edit, path, &f, NULL) == 0 && !tree_is_dir(f.mode);
}

int vault_tx_walk(struct vault_tx *tx, const char *repo, const char *prefix,
                  int (*cb)(void *user, const struct vault_item *), void *user, struct lt_error *err)
{
    struct vault_item_cb call = {.call = cb, .user = user};
    struct tx_repo *r;
    int rc = enter(tx, repo, &r, err);
    return rc ? rc : edit_walk(&r->edit, prefix, vault_item_call, &call, err);
}

/* --- changing --- */

int vault_tx_put(struct vault_tx *tx, const char *repo, const char *path, const void *data, size_t len,
                 struct lt_error *err)
{
    struct tx_repo *r;
    struct edit_blob *blob;
    if (len > VAULT_TEXT_MAX)
        return lt_fail(err, LT_REFUSED, "vault.text_too_large", "path", path, "limit", LT_NUM(VAULT_TEXT_MAX),
                       (char *)NULL);
    int rc = tree_path_check(path, err);
    if (rc == 0) rc = enter_to_change(tx, repo, &r, err);
    if (rc == 0) rc = edit_blob_new(&r->edit, data, len, &blob, err);
    if (rc) return rc;
    struct edit_found what = {.mode = TREE_MODE_FILE, .oid = blob->oid, .blob = blob};
    return edit_set(&r->edit, path, &what, err);
}

int vault_tx_copy(struct vault_tx *tx, const char *repo, const char *from, const char *to,
                  struct lt_error *err)
{
    struct tx_repo *r;
    struct edit_found what;
    int rc = tree_path_check(to, err);
    if (rc == 0) rc = enter_to_change(tx, repo, &r, err);
    if (rc == 0) rc = edit_find(&r->edit, from, &what, err);
    if (rc == 0 && tree_is_dir(what.mode))
        rc = lt_fail(err, LT_NOTFOUND, "vault.no_path", "path", from, (char *)NULL);
    return rc ? rc : edit_set(&r->edit, to, &what, err);
}

int vault_tx_remove(struct vault_tx *tx, const char *repo, const char *path, struct lt_error *err)
{
    struct tx_repo *r;
    int rc = tree_path_check(path, err);
    if (rc == 0) rc = enter_to_change(tx, repo, &r, err);
    return rc ? rc : edit_remove(&r->edit, path, err);
}

/* The same content twice in one transaction is kept once. */
static int keep_file(struct vault_tx *tx, struct tx_repo *r, struct loose_new *n, struct lt_error *err)
{
    const struct loose_new *old = new_file(r, &n->oid);
    if (old && strcmp(old->sha256, n->sha256) != 0)
        return lt_fail(err, LT_REFUSED, "vault.collision", "object", n->hex, (char *)NULL);
    if (old) {
        loose_discard(tx->v->fs, n);
        return 0;
    }
    struct loose_new *grown = lt_array_grow(r->files, &r->files_cap, r->files_len + 1, sizeof *grown);
    if (!grown) return lt_fail_memory(err);
    r->files = grown;
    r->files[r->files_len++] = *n;
    n->temp = NULL;
    return 0;
}

int vault_tx_put_file(struct vault_tx *tx, const char *repo, const char *path, int fd, uint64_t max,
                      struct vault_stored *out, struct lt_error *err)
{
    struct tx_repo *r;
    struct loose_new n = {0};
    struct vault_stored stored;
    int rc = tree_path_check(path, err);
    if (rc == 0) rc = enter_to_change(tx, repo, &r, err);
    if (rc == 0) rc = tx_repo_touch(tx, r, err);
    if (rc == 0) rc = loose_write(tx->v->fs, r->objects, fd, max, &n, err);
    if (rc == LT_SYSTEM && tx->pin) journal_sweep(tx->v->journal); /* its temporary file may have stayed */
    if (rc) return rc;
    memcpy(stored.oid, n.hex, sizeof stored.oid);
    memcpy(stored.sha256, n.sha256, sizeof stored.sha256);
    stored.size = n.size;
    struct edit_found what = {.mode = TREE_MODE_FILE, .oid = n.oid};
    rc = edit_set(&r->edit, path, &what, err);
    if (rc == 0) rc = keep_file(tx, r, &n, err);
    if (rc) {
        loose_discard(tx->v->fs, &n);
        tx->state = TX_FAILED; /* the tree may name what is not there */
        return rc;
    }
    *out = stored;
    return 0;
}

/* --- commits --- */

static int build_commit(struct vault_tx *tx, struct tx_repo *r, const git_oid *tree,
                        const struct vault_message *m, git_oid *out, struct lt_error *err)
{
    struct vault *v = tx->v;
    struct lt_buf text = LT_BUF_INIT(COMMIT_MAX), raw = LT_BUF_INIT(COMMIT_MAX);
    int64_t now = lt_clock_now(v->clock) / 1000;
    bool first = git_oid_is_zero(&r->head);
    int64_t at =
        !first && r->committer_s > now ? r->committer_s : now; /* time never runs backwards in a history */
    int rc = commit_message(&text, m, NULL, err);
    if (rc == 0) {
        struct commit_draft d = {
            .tree = *tree,
            .parents = &r->head,
            .parents_len = first ? 0 : 1,
            .author = {.name = tx->author_name,
                       .email = tx->author_email,
                       .at_s = now,
                       .offset_minutes = v->clock->offset_minutes},
            .committer = {.name = "letopis",
                          .email = v->installation,
                          .at_s = at,
                          .offset_minutes = v->clock->offset_minutes},
            .message = text.data,
        };
        rc = commit_build(&raw, &d, v->key, err);
    }
    if (rc == 0) rc = pack_add(r->pack, GIT_OBJECT_COMMIT, raw.data, raw.len, out, err);
    if (rc == 0) r->committer_s = at;
    lt_buf_free(&text);
    lt_buf_free(&raw);
    return rc;
}

int tx_repo_seal(struct vault_tx *tx, struct tx_repo *r, const struct vault_message *message,
                 struct lt_error *err)
{
    git_oid tree, commit;
    if (!r->opened) return 0;
    if (!r->pack && !(r->pack = pack_new())) return lt_fail_memory(err);
    int rc = edit_write(&r->edit, r->pack, &tree, err);
    bool first = git_oid_is_zero(&r->head);
    if (rc == 0 && (first ? edit_empty(&r->edit) : git_oid_equal(&tree, &r->head_tree))) return 0;
    if (rc == 0 && !message) rc = lt_fail(err, LT_USAGE, "vault.bad_message", (char *)NULL);
    if (rc == 0) rc = build_commit(tx, r, &tree, message, &commit, err);
    if (rc == 0) {
        r->head = commit;
        r->head_tree = tree;
    }
    return rc;
}

int vault_tx_seal(struct vault_tx *tx, const char *repo, const struct vault_message *message,
                  struct lt_error *err)
{
    struct tx_repo *r;
    int rc = enter_to_change(tx, repo, &r, err);
    if (rc == 0 && (rc = tx_repo_seal(tx, r, message, err)) != 0)
        tx->state = TX_FAILED; /* folders may be half written to the pack */
    return rc;
}
