/* The commit of a transaction: everything that can fail first, then the journal, then what must not fail. */
#include "vault/tx.h"

#include "base/mem.h"
#include "base/text.h"
#include "vault/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANY_CHANGES     200 /* an import larger than this does not push out what people are working with */
#define FLUSH_ONE_BY_ONE 8   /* more files than this are flushed by one syncfs */

static bool moved(const struct tx_repo *r)
{
    return !git_oid_equal(&r->head, &r->base);
}

/* --- the result --- */

static char *keep(struct vault_tx *tx, const void *data, size_t len)
{
    struct tx_text *t = malloc(sizeof *t + len + 1);
    if (!t) return NULL;
    memcpy(t->bytes, data, len);
    t->bytes[len] = 0;
    t->next = tx->texts;
    tx->texts = t;
    return t->bytes;
}

static const char *keep_oid(struct vault_tx *tx, const git_oid *oid)
{
    char hex[VAULT_OID];
    git_oid_tostr(hex, sizeof hex, oid);
    return keep(tx, hex, GIT_OID_HEXSZ);
}

struct changes {
    struct vault_tx *tx;
    struct tx_repo *r;
    struct lt_error *err;
};

/* Bytes of a document that was there before and stands at another path now; file contents are loose and stay
 * unread. */
static int copied_bytes(struct changes *c, const git_oid *oid, struct vault_change *out)
{
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    for (size_t i = 0; i < c->r->files_len; i++)
        if (git_oid_equal(&c->r->files[i].oid, oid)) return 0;
    if (loose_exists(c->r->objects, oid)) return 0;
    int rc = vault_blob_read(c->tx->v, c->r->dir, oid, &b, c->err);
    if (rc == 0) {
        out->len = b.len;
        out->data = keep(c->tx, b.data ? b.data : "", b.len);
        if (!out->data) rc = lt_fail_memory(c->err);
    }
    lt_buf_free(&b);
    return rc;
}

static int add_change(void *user, const char *path, const git_oid *oid, struct edit_blob *blob)
{
    struct changes *c = user;
    struct vault_tx *tx = c->tx;
    struct vault_change x = {.repo = c->r->repo->name, .path = keep(tx, path, strlen(path))};
    int rc = 0;
    if (oid) x.oid = keep_oid(tx, oid);
    if (blob) {
        x.data = blob->data;
        x.len = blob->len;
    } else if (oid) {
        rc = copied_bytes(c, oid, &x);
    }
    if (rc) return rc;
    struct vault_change *grown =
        lt_array_grow(tx->changes, &tx->changes_cap, tx->result.changes_len + 1, sizeof *grown);
    if (grown) tx->changes = grown; /* the old array is gone even where the rest failed */
    if (!grown || !x.path || (oid && !x.oid)) return lt_fail_memory(c->err);
    tx->changes[tx->result.changes_len++] = x;
    return 0;
}

static int make_result(struct vault_tx *tx, struct lt_error *err)
{
    if (tx->described) return 0;
    free(tx->moved);
    tx->result = (struct vault_result){0};
    tx->moved = lt_calloc(tx->n, sizeof *tx->moved);
    if (!tx->moved) return lt_fail_memory(err);
    for (size_t i = 0; i < tx->n; i++) {
        struct tx_repo *r = &tx->repos[i];
        struct changes c = {.tx = tx, .r = r, .err = err};
        if (!moved(r)) continue;
        struct vault_moved *m = &tx->moved[tx->result.moved_len++];
        m->repo = r->repo->name;
        m->old_head = git_oid_is_zero(&r->base) ? "" : keep_oid(tx, &r->base);
        m->new_head = keep_oid(tx, &r->head);
        if (!m->old_head || !m->new_head) return lt_fail_memory(err);
        int rc = edit_diff(&r->edit, r->base_root, add_change, &c, err);
        if (rc) return rc;
    }
    tx->result.moved = tx->moved;
    tx->result.changes = tx->changes;
    tx->described = true;
    return 0;
}

/* --- before the journal --- */

/* The second line of defence: somebody may have moved the reference behind our back, with a git of his own.
 */
static int compare_head(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err)
{
    struct lt_error why = {0};
    git_oid now = {{0}};
    int rc = repo_main(r->dir, &now, &why);
    if (rc == LT_NOTFOUND) rc = 0;
    lt_error_clear(&why);
    if (rc == 0 && git_oid_equal(&now, &r->base)) return 0;
    pthread_mutex_lock(&tx->v->mu);
    r->repo->known = r->repo->described = false; /* whoever asks next sees what is there */
    pthread_mutex_unlock(&tx->v->mu);
    return lt_fail(err, LT_CONFLICT, "vault.head_moved", "repo", r->repo->name, (char *)NULL);
}

/* A content that is there already needs no new file: it is compared, and only then the new one goes. */
static int settle_known_files(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err)
{
    for (size_t i = 0; i < r->files_len; i++) {
        struct loose_new *n = &r->files[i];
        int rc = n->temp && loose_exists(r->objects, &n->oid)
                     ? loose_publish(tx->v->fs, r->objects, n, true, err)
                     : 0;
        if (rc) return rc;
    }
    return 0;
}

/* The objects of a repository under temporary names; needs no lock. */
static int prepare_repo(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err)
{
    int rc = settle_known_files(tx, r, err);
    if (rc == 0) rc = pack_finish(r->pack, &r->image, err);
    if (rc == 0) {
        memcpy(r->pack_name, r->image.name, sizeof r->pack_name);
        r->pack_staged = true;
        tx->flushed = false;
        rc = stage_pack(tx->v->fs, r->objects, &r->image, err);
    }
    r->prepared = rc == 0;
    return rc;
}

static int stage_repo(struct vault_tx *tx, struct tx_repo *r, struct lt_error *err)
{
    int rc = tx_repo_touch(tx, r, err);
    if (rc == 0) {
        rc = stage_ref(tx->v->fs, r->dir, r->repo->name, &r->head, err);
        r->ref_staged = rc != LT_CONFLICT; /* then the lock is another's */
    }
    if (rc == 0) rc = compare_head(tx, r, err);
    return rc || r->prepared ? rc : prepare_repo(tx, r, err);
}

static int flush_files(struct vault_tx *tx, struct lt_error *err)
{
    for (size_t i = 0; i < tx->n; i++) {
        struct tx_repo *r = &tx->repos[i];
        bool any = false;
        for (size_t k = 0; k < r->files_len; k++) {
            int rc = r->files[k].temp ? stage_file_flush(tx->v->fs, r->files[k].temp, err) : 0;
            if (rc) return rc;
            any |= r->files[k].temp != NULL;
        }
        if (any && lt_fs_sync_dir(tx->v->fs, r->objects) < 0) return lt_fail_errno(err, "flush", r->objects);
    }
    return 0;
}

int vault_flush(struct vault *v, struct lt_error *err)
{
    int fd = open(v->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return lt_fail_errno(err, "open", v->dir);
    int rc = v->fs->syncfs(v->fs->ctx, fd) < 0 ? lt_fail_errno(err, "flush", v->dir) : 0;
    close(fd);
    return rc;
}

static void record_repo(struct lt_buf *b, const struct tx_repo *r, bool carried, struct record_file *files)
{
    struct record_repo x = {.old_head = r->base, .new_head = r->head};
    memcpy(x.name, r->repo->name, sizeof x.name);
    memcpy(x.pack, r->pack_name, sizeof x.pack);
    if (carried) {
        x.pack_bytes = r->image.pack;
        x.pack_len = r->image.pack_len;
    }
    for (size_t i = 0; i < r->files_len; i++) {
        if (!r->files[i].temp) continue;
        struct record_file *f = &files[x.files_len++];
        const char *base = strrchr(r->files[i].temp, '/');
        *f = (struct record_file){.oid = r->files[i].oid};
        lt_print(f->temp, sizeof f->temp, "%s", base + 1);
    }
    record_add(b, &x, files);
}

struct volume {
    size_t packs, files, most_files;
    bool made; /* a new repository with contents: its folders must be on disk before they are named */
};

static struct volume measure(const struct vault_tx *tx)
{
    struct volume s = {0};
    for (size_t i = 0; i < tx->n; i++) {
        const struct tx_repo *r = &tx->repos[i];
        size_t files = 0;
        if (!moved(r)) continue;
        s.packs += pack_bytes(r->pack);
        for (size_t k = 0; k < r->files_len; k++)
            files += r->files[k].temp != NULL;
        s.files += files;
        s.made |= files > 0 && git_oid_is_zero(&r->base);
        if (files > s.most_files) s.most_files = files;
    }
    return s;
}

/* One flush of everything instead of one a file. */
static bool wants_sync(const struct volume *s)
{
    return s->packs > JOURNAL_INLINE || s->made || s->files > FLUSH_ONE_BY_ONE;
}

/* Puts everything on disk and makes the record. */
static int stage(struct vault_tx *tx, const void *extra, size_t extra_len, struct lt_buf *record,
                 struct lt_error *err)
{
    struct volume s = measure(tx);
    bool carried = s.packs <= JOURNAL_INLINE;
    struct record_file *files = lt_calloc(s.most_files, sizeof *files);
    int rc = files ? 0 : lt_fail_memory(err);
    record_begin(record, extra, extra_len);
    for (size_t i = 0; rc == 0 && i < tx->n; i++) {
        struct tx_repo *r = &tx->repos[i];
        if (!moved(r)) continue;
        rc = stage_repo(tx, r, err);
        if (rc == 0) record_repo(record, r, carried, files);
        pack_image_free(&r->image);
    }
    free(files);
    if (rc == 0 && record->failed) rc = lt_fail_memory(err);
    if (rc == 0 && wants_sync(&s))
        rc = tx->flushed ? 0 : vault_flush(tx->v, err);
    else if (rc == 0 && s.files > 0)
        rc = flush_files(tx, err);
    return rc;
}

void tx_repo_reset(struct vault_tx *tx, struct tx_repo *r)
{
    const struct lt_fs *fs = tx->v->fs;
    int rc = 0;
    for (size_t k = 0; k < r->files_len; k++)
        rc |= stage_file_discard(fs, &r->files[k]);
    if (r->pack_staged) rc |= stage_pack_discard(fs, r->objects, r->pack_name);
    if (rc) journal_sweep(tx->v->journal); /* the next start takes them away */
    pack_image_free(&r->image);
    edit_close(&r->edit);
    tree_release(r->base_root);
    pack_free(r->pack);
    free(r->files);
    /* the folder is another's now, if it was made here */
    *r = (struct tx_repo){.repo = r->repo, .dir = r->dir, .objects = r->objects, .locked = r->locked};
}

/* A new repository that nothing came of. Without our lock somebody else may be about to use the folder, or have used it. */
static int drop_made(struct vault_tx *tx, struct tx_repo *r)
{
    git_oid head;
    struct lt_error ignored = {0};
    int rc = r->locked ? 0 : vault_entry_lock(tx->v, r->repo, &ignored);
    bool ours = rc == 0;
    if (ours && !r->locked) ours = repo_main(r->dir, &head, &ignored) == LT_NOTFOUND;
    if (ours) rc = lt_fs_remove_tree(tx->v->fs, r->dir);
    if (ours) repo_forget(tx->v->repos, r->dir);
    if (!rc && !r->locked) vault_entry_unlock(tx->v, r->repo);
    lt_error_clear(&ignored);
    return rc;
}

void tx_discard(struct vault_tx *tx)
{
    const struct lt_fs *fs = tx->v->fs;
    int rc = 0;
    for (size_t i = 0; i < tx->n; i++) {
        struct tx_repo *r = &tx->repos[i];
        if (tx->state == TX_ACCEPTED && moved(r))
            continue; /* what stands under temporary names there is not finished, but accepted */
        for (size_t k = 0; k < r->files_len; k++)
            rc |= stage_file_discard(fs, &r->files[k]);
        if (r->pack_staged) rc |= stage_pack_discard(fs, r->objects, r->pack_name);
        if (r->ref_staged) rc |= stage_ref_discard(fs, r->dir);
        if (r->made) rc |= drop_made(tx, r);
        r->pack_staged = r->ref_staged = r->made = false;
    }
    /* A lock that cannot be removed would stop its portfolio for ever; the next start takes it away. */
    if (rc != 0) journal_break(tx->v->journal);
}

/* --- after the journal --- */

static int publish_repo(struct vault_tx *tx, struct tx_repo *r)
{
    const struct lt_fs *fs = tx->v->fs;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->files_len; i++)
        if (r->files[i].temp) rc = loose_publish(fs, r->objects, &r->files[i], false, NULL);
    if (rc == 0) rc = stage_pack_publish(fs, r->objects, r->pack_name, NULL);
    if (rc == 0) rc = stage_ref_publish(fs, r->dir, NULL);
    return rc;
}

static void publish(struct vault_tx *tx)
{
    struct vault *v = tx->v;
    bool whole = true;
    for (size_t i = 0; i < tx->n; i++)
        if (moved(&tx->repos[i]) && publish_repo(tx, &tx->repos[i]) != 0) whole = false;
    /* Accepted is accepted: what could not be finished now is finished from the journal at the next start,
     * and until then nothing more is written that would build on it. */
    if (!whole) journal_break(v->journal);
    for (size_t i = 0; i < tx->n; i++)
        if (moved(&tx->repos[i]))
            edit_cache(&tx->repos[i].edit, tx->result.changes_len <= MANY_CHANGES ? v->texts : NULL);
    pthread_mutex_lock(&v->mu); /* all heads at one moment */
    for (size_t i = 0; i < tx->n; i++) {
        struct tx_repo *r = &tx->repos[i];
        if (!moved(r)) continue;
        r->repo->head = r->head;
        r->repo->tree = r->head_tree;
        r->repo->committer_s = r->committer_s;
        r->repo->known = r->repo->born = r->repo->described = true;
        v->crowded |= ++r->repo->packs >= PACKS_SOON;
    }
    pthread_mutex_unlock(&v->mu);
}

/* --- */

static int accept(struct vault_tx *tx, const void *extra, size_t extra_len, struct lt_error *err)
{
    struct lt_buf record = LT_BUF_INIT(JOURNAL_RECORD_MAX);
    int rc = stage(tx, extra, extra_len, &record, err);
    if (rc == 0) {
        switch (journal_append(tx->v->journal, tx->pin, record.data, record.len, err)) {
        case JOURNAL_ACCEPTED:
            tx->state = TX_ACCEPTED;
            break;
        case JOURNAL_UNSURE:
            tx->leave = true;
            rc = LT_SYSTEM;
            break;
        case JOURNAL_REFUSED:
            rc = LT_SYSTEM;
            break;
        }
    }
    lt_buf_free(&record);
    return rc;
}

/* Portfolios are sealed each by itself, so that many are shared by two threads. */
enum { SHARED_FROM = 32 };

struct sealing {
    struct vault_tx *tx;
    const struct vault_message *message;
    atomic_size_t next;
};
struct sealer {
    struct sealing *work;
    struct lt_error err;
    int rc;
};

static void *seal_some(void *arg)
{
    struct sealer *s = arg;
    struct sealing *w = s->work;
    for (size_t i; s->rc == 0 && (i = atomic_fetch_add(&w->next, 1)) < w->tx->n;)
        if (!w->tx->repos[i].prepared) s->rc = tx_repo_seal(w->tx, &w->tx->repos[i], w->message, &s->err);
    return NULL;
}

static int seal_all(struct vault_tx *tx, const struct vault_message *message, struct lt_error *err)
{
    struct sealing work = {.tx = tx, .message = message};
    struct sealer mine = {.work = &work}, other = {.work = &work};
    pthread_t thread;
    bool shared = tx->n >= SHARED_FROM && sysconf(_SC_NPROCESSORS_ONLN) > 1 && pthread_create(&thread, NULL, seal_some, &other) == 0;
    seal_some(&mine);
    if (shared) pthread_join(thread, NULL);
    if (mine.rc == 0 && other.rc != 0) mine = other;
    else lt_error_clear(&other.err);
    if (mine.rc) *err = mine.err;
    return mine.rc;
}

int vault_tx_prepare(struct vault_tx *tx, const struct vault_message *message, struct lt_error *err)
{
    if (tx->state != TX_OPEN || !tx->unlocked || tx->ready) return lt_fail(err, LT_USAGE, "vault.tx_over", (char *)NULL);
    tx->state = TX_FAILED; /* until all of it is there */
    int rc = seal_all(tx, message, err);
    if (rc == 0) rc = make_result(tx, err);
    for (size_t i = 0; rc == 0 && i < tx->n; i++) {
        struct tx_repo *r = &tx->repos[i];
        if (!moved(r)) continue;
        rc = tx_repo_touch(tx, r, err);
        if (rc == 0) rc = prepare_repo(tx, r, err);
    }
    struct volume s = measure(tx);
    if (rc == 0 && wants_sync(&s)) {
        rc = vault_flush(tx->v, err);
        tx->flushed = rc == 0;
    }
    tx->ready = rc == 0;
    if (rc == 0) tx->state = TX_OPEN;
    return rc;
}

int vault_tx_commit(struct vault_tx *tx, const struct vault_message *message, const void *extra,
                    size_t extra_len, const struct vault_result **result, struct lt_error *err)
{
    int rc = 0;
    if (tx->state != TX_OPEN) return lt_fail(err, LT_USAGE, "vault.tx_over", (char *)NULL);
    if (extra_len > JOURNAL_EXTRA_MAX) return lt_fail(err, LT_USAGE, "vault.extra_size", (char *)NULL);
    if (tx->unlocked && (rc = vault_tx_lock(tx, NULL, NULL, err)) != 0) return rc;
    tx->state = TX_FAILED; /* until it is accepted */
    rc = seal_all(tx, message, err);
    if (rc == 0) rc = make_result(tx, err);
    if (rc) return rc;
    if (tx->result.moved_len > 0) {
        rc = accept(tx, extra, extra_len, err);
        if (rc) return rc;
        publish(tx);
    }
    *result = &tx->result;
    return 0;
}
