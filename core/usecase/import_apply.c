/* A proposal becomes a change: all documents in one transaction over the school and every portfolio it touches. */
#include "usecase/import.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

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
    int rc = uc_tx_begin(call, repos, to, tx, err);
    free(repos);
    return rc;
}

/* Inside the locks: is every document still what the proposal was made from? */
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
    return same ? 0 : lt_fail(err, LT_CONFLICT, "import.moved", (char *)NULL);
}

static int put(struct uc_tx *tx, const struct import_doc *d, json_t *changes, struct lt_error *err)
{
    char sum[65];
    struct lt_buf bytes = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = uc_tx_put(tx, d->repo, d->path, d->doc, err);
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
                     lt_json_copy_key(doc, b->state, "mapping") || lt_json_copy_key(doc, b->state, "year") ||
                     lt_json_put(doc, "changes", json_incref(changes))
                 ? lt_fail_memory(err)
                 : uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    json_decref(doc);
    return rc;
}

int import_write(struct uc_call *call, const struct import_batch *b, const struct import_proposal *p, bool *changed, struct lt_error *err)
{
    *changed = p->docs_len > 0;
    if (!*changed) return 0;
    const struct import_format *f = import_format_find(lt_json_str_or(b->state, "format", ""));
    struct uc_tx *tx = NULL;
    json_t *changes = json_array();
    int rc = changes ? begin(call, p, &tx, err) : lt_fail_memory(err);
    if (!rc) uc_tx_batch(tx, b->id);
    for (size_t i = 0; !rc && i < p->docs_len; i++) rc = check(tx, &p->docs[i], err);
    for (size_t i = 0; !rc && i < p->docs_len; i++) rc = put(tx, &p->docs[i], changes, err);
    if (!rc) rc = put_record(tx, b, p, changes, err);
    if (!rc) rc = uc_tx_commit(tx, f->subject, NULL, err);
    uc_tx_end(tx);
    json_decref(changes);
    return rc;
}
