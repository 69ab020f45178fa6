/* A proposal becomes a change: all documents in one transaction over the school and every portfolio it touches. */
#include "usecase/entry.h"
#include "usecase/import.h"
#include "usecase/job.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { HEAVY_BYTES = 48 << 10 }; /* about two hundred rows of a roster */

static int compare_repo(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int begin(struct uc_call *call, const struct import_proposal *p, struct uc_tx **tx, struct lt_error *err)
{
    const char **repos = lt_calloc(p->docs_len + 1, sizeof *repos);
    if (!repos) return lt_fail_memory(err);
    size_t n = 0, to = 0;
    repos[n++] = VAULT_SCHOOL;
    for (size_t i = 0; i < p->docs_len; i++) repos[n++] = p->docs[i].repo;
    qsort(repos, n, sizeof *repos, compare_repo);
    for (size_t i = 0; i < n; i++) {
        if (!to || strcmp(repos[to - 1], repos[i]) != 0) repos[to++] = repos[i];
    }
    int rc = uc_tx_begin_unlocked(call, repos, to, tx, err);
    free(repos);
    return rc;
}

static int moved(struct lt_error *err)
{
    return lt_fail(err, LT_CONFLICT, "import.moved", (char *)NULL);
}

/* Is every document still what the proposal was made from? */
static int check(struct uc_tx *tx, const struct import_doc *d, struct lt_error *err)
{
    bool there = uc_tx_has(tx, d->repo, d->path);
    bool same = !d->before && !there;
    if (d->before && there) {
        json_t *now = NULL;
        int rc = uc_tx_get(tx, d->repo, d->path, &now, err);
        if (rc) return rc;
        same = json_equal(now, d->before);
        json_decref(now);
    }
    return same ? 0 : moved(err);
}

/* The proposal rests on more of these portfolios than the documents it changes: an entry that came meanwhile would stand there twice. */
static int check_head(struct uc_tx *tx, const struct import_proposal *p, const char *repo, struct lt_error *err)
{
    char head[VAULT_OID] = "";
    const char *seen = p->heads ? lt_json_str(p->heads, repo) : NULL;
    int rc = seen ? uc_tx_head(tx, repo, head, err) : 0;
    return rc || !seen || strcmp(seen, head) == 0 ? rc : moved(err);
}

static int put_verified(struct uc_call *call, struct uc_tx *tx, const struct import_doc *d, struct lt_error *err)
{
    char dir[VAULT_PATH_MAX];
    const char *slash = strrchr(d->path, '/');
    if (!d->verify || !slash) return 0;
    lt_print(dir, sizeof dir, "%.*s", (int)(slash - d->path), d->path);
    return entry_put_verified(tx, call, d->repo, dir, d->doc, "import", NULL, err);
}

/* changes NULL: it is noted there already. */
static int put(struct uc_tx *tx, const struct import_doc *d, json_t *changes, struct lt_error *err)
{
    char sum[65];
    struct lt_buf bytes = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = uc_tx_put(tx, d->repo, d->path, d->doc, err);
    if (!changes || d->aside) return rc;
    if (!rc) rc = uc_tx_get_bytes(tx, d->repo, d->path, &bytes, err);
    if (!rc) {
        import_sha256(bytes.data, bytes.len, sum);
        json_t *one = json_pack("{s:s, s:s, s:s, s:s}", "repo", d->repo, "path", d->path, "what", d->before ? "changed" : "new", "after", sum);
        if (json_array_append_new(changes, one)) rc = lt_fail_memory(err);
    }
    lt_buf_free(&bytes);
    return rc;
}

/* What is kept of the file: sum, name, mapping, counts. Rows stay out, and so do decisions: they name people. */
static int put_record(struct uc_tx *tx, const struct import_batch *b, const struct import_proposal *p, json_t *changes, struct lt_error *err)
{
    char path[160];
    lt_print(path, sizeof path, "imports/%s.json", b->id);
    json_t *doc = json_pack("{s:s, s:s, s:s, s:o}", "id", b->id, "state", "applied", "format", lt_json_str_or(b->state, "format", ""), "counts",
                            import_counts(p, NULL));
    int rc = !doc || lt_json_copy_key(doc, b->state, "file_name") || lt_json_copy_key(doc, b->state, "sha256") ||
                     lt_json_copy_key(doc, b->state, "mapping") || lt_json_copy_key(doc, b->state, "plugin") || lt_json_copy_key(doc, b->state, "year") ||
                     lt_json_put(doc, "changes", json_incref(changes))
                 ? lt_fail_memory(err)
                 : uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    json_decref(doc);
    return rc;
}

struct writing {
    struct uc_call *call;
    struct uc_tx *tx;
    const struct import_batch *batch;
    const struct import_proposal *proposal;
    json_t *changes; /* what the batch did, for its undo */
};

static int write_doc(struct writing *w, const struct import_doc *d, bool note, struct lt_error *err)
{
    int rc = check_head(w->tx, w->proposal, d->repo, err);
    if (!rc) rc = check(w->tx, d, err);
    if (!rc) rc = put(w->tx, d, note ? w->changes : NULL, err);
    return rc ? rc : put_verified(w->call, w->tx, d, err);
}

static int write_all(struct writing *w, struct lt_error *err)
{
    const struct import_proposal *p = w->proposal;
    int rc = 0;
    for (size_t i = 0; !rc && i < p->docs_len; i++) {
        rc = uc_progress(w->call, (int)i, (int)p->docs_len, err);
        if (!rc) rc = write_doc(w, &p->docs[i], true, err);
    }
    return rc ? rc : put_record(w->tx, w->batch, p, w->changes, err);
}

/* Somebody changed the repository while all this was prepared: what the proposal rests on must still stand there. */
static int write_again(void *user, const char *repo, struct lt_error *err)
{
    struct writing *w = user;
    const struct import_proposal *p = w->proposal;
    int rc = 0;
    for (size_t i = 0; !rc && i < p->docs_len; i++)
        if (strcmp(p->docs[i].repo, repo) == 0) rc = write_doc(w, &p->docs[i], false, err);
    return rc || strcmp(repo, VAULT_SCHOOL) != 0 ? rc : put_record(w->tx, w->batch, p, w->changes, err);
}

/* Documents of one repository together, each repository's in their order. */
static int compare_doc(const void *a, const void *b)
{
    const struct import_doc *x = a, *y = b;
    int c = strcmp(x->repo, y->repo);
    return c ? c : strcmp(x->path, y->path);
}

int import_write(struct uc_call *call, const struct import_batch *b, struct import_proposal *p, bool *changed, struct lt_error *err)
{
    struct import_named f = {.name = ""};
    *changed = p->docs_len > 0 || json_array_size(p->codes) > 0;
    if (!*changed) return 0;
    if (!import_format_of(b->state, &f)) return lt_fail(err, LT_NOTFOUND, "import.absent", "id", b->id, (char *)NULL);
    if (p->docs_len) qsort(p->docs, p->docs_len, sizeof *p->docs, compare_doc);
    struct writing w = {.call = call, .batch = b, .proposal = p, .changes = json_array()};
    int rc = w.changes ? begin(call, p, &w.tx, err) : lt_fail_memory(err);
    if (!rc) uc_tx_batch(w.tx, b->id);
    if (!rc) rc = write_all(&w, err);
    if (!rc) rc = uc_tx_prepare(w.tx, f.format.subject, NULL, err);
    if (!rc) rc = uc_tx_lock(w.tx, write_again, &w, err);
    if (!rc) rc = uc_tx_commit(w.tx, f.format.subject, NULL, err);
    uc_tx_end(w.tx);
    json_decref(w.changes);
    return rc;
}

bool import_heavy(struct uc_call *call, const json_t *in)
{
    struct import_batch b = {.id = ""};
    struct lt_error ignored = {0};
    const char *id = lt_json_str(in, "batch");
    bool heavy = id && import_batch_open(call, id, &b, &ignored) == 0 && lt_json_int(b.state, "size", 0) > HEAVY_BYTES;
    lt_error_clear(&ignored);
    import_batch_clear(&b);
    return heavy;
}
