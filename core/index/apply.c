/* Feeding: documents in, rows out, in one transaction. */
#include "index/index.h"

#include "index/store.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define GATHER_CACHE_KIB 16384 /* more only costs memory: a row finds its page by the time in its id */

static int remove_rows(struct feed *f, const struct doc *d)
{
    int status = texts_drop(f, d);
    for (size_t i = 0; i < 3 && d->kind->remove[i] && status == LT_OK; i++)
        status = db_run(f->db, f->err, d->kind->remove[i], "s", d->id);
    return status;
}

/* 1: there is a row of this kind and id; *rid its number, *same whether it is these bytes at this path. */
static int find_known(struct feed *f, const struct doc *d, const struct index_change *c, int64_t *rid, bool *same)
{
    sqlite3_stmt *st = NULL;
    int status = db_query(f->db, &st, f->err, "SELECT rid, repo, path, json FROM document WHERE id = ?1 AND kind = ?2", "ss", d->id,
                          d->kind->name);
    if (status < 0)
        return status;
    int found = db_next(f->db, st, f->err);
    if (found > 0) {
        *rid = sqlite3_column_int64(st, 0);
        bool here = strcmp(db_text(st, 1), d->repo) == 0 && strcmp(db_text(st, 2), d->path) == 0;
        const char *json = db_text(st, 3);
        *same = here;
        if (!c->removed)
            *same = here && (size_t)sqlite3_column_bytes(st, 3) == c->len && memcmp(json, c->data, c->len) == 0;
    }
    db_done(st);
    return found;
}

/* The document that was read lives until the next one is. */
int feed_read(struct feed *f, struct doc *d, const void *data, size_t len)
{
    int found = len > DOCUMENT_MAX ? 0 : node_parse(f->reading, data, len, &d->json);
    if (found < 0)
        return lt_fail_memory(f->err);
    if (found && d->json->type == NODE_OBJECT)
        return LT_OK;
    return lt_fail(f->err, LT_REFUSED, "index.document", "repo", d->repo, "path", d->path, (char *)NULL);
}

static int drop_document(struct feed *f, const struct doc *d, int64_t rid)
{
    int status = remove_rows(f, d);
    return status < 0 ? status : db_run(f->db, f->err, "DELETE FROM document WHERE rid = ?1", "i", rid);
}

/* *taken: there is a row of this kind and id. */
static int insert_document(struct feed *f, const struct doc *d, const struct index_change *c, bool *taken)
{
    sqlite3_stmt *st = NULL;
    int status = db_query(f->db, &st, f->err, "INSERT INTO document (kind, id, repo, path, json) VALUES (?1, ?2, ?3, ?4, ?5)", "ssss",
                          d->kind->name, d->id, d->repo, d->path);
    if (status < 0)
        return status;
    sqlite3_bind_text64(st, 5, c->data, c->len, SQLITE_STATIC, SQLITE_UTF8);
    int rc = sqlite3_step(st);
    *taken = rc == SQLITE_CONSTRAINT;
    status = rc == SQLITE_DONE || *taken ? LT_OK : db_fail(f->db, f->err);
    db_done(st);
    return status;
}

/* fresh: the repository had no rows before, so that the question whether this document has some is left to the insertion. */
static int apply_change(struct feed *f, struct doc *d, const struct index_change *c, bool fresh)
{
    int64_t rid = 0;
    bool same = false, taken = true;
    if (fresh && !c->removed) {
        int status = insert_document(f, d, c, &taken);
        if (status < 0)
            return status;
    }
    if (taken) {
        int known = find_known(f, d, c, &rid, &same);
        if (known < 0 || (known && same && !c->removed))
            return known < 0 ? known : LT_OK;
        /* a document that moved to another path is known under that path: removing the old one is no news */
        int status = known && (same || !c->removed) ? drop_document(f, d, rid) : LT_OK;
        if (status == LT_OK && !c->removed)
            status = insert_document(f, d, c, &taken);
        if (status < 0 || c->removed)
            return status;
    }
    int status = feed_read(f, d, c->data, c->len);
    return status == LT_OK && d->kind->put ? d->kind->put(f, d) : status;
}

static int face_of(const struct doc_kind *kind)
{
    return strcmp(kind->name, "verified") == 0;
}

/* 1: there was a document, which is gone now. */
static int forget_one(struct feed *f, const char *repo)
{
    sqlite3_stmt *st = NULL;
    /* one at a time: a statement must not read the table that its loop changes */
    int status = db_query(f->db, &st, f->err, "SELECT rid, kind, id, path FROM document WHERE repo = ?1 LIMIT 1", "s", repo);
    if (status < 0)
        return status;
    int found = db_next(f->db, st, f->err);
    if (found <= 0) {
        db_done(st);
        return found;
    }
    int64_t rid = sqlite3_column_int64(st, 0);
    char path[512];
    struct doc d = {.repo = repo, .path = path};
    lt_print(d.id, sizeof d.id, "%s", db_text(st, 2));
    lt_print(path, sizeof path, "%s", db_text(st, 3));
    const char *kind = db_text(st, 1);
    d.kind = doc_kind_named(kind, strlen(kind));
    db_done(st);
    if (d.kind && pair_kind(d.kind)) {
        struct pair_change gone = {.id = d.id, .face = face_of(d.kind), .path = path};
        status = pair_apply(f, repo, &gone, 1, false);
    } else {
        status = d.kind ? drop_document(f, &d, rid) : db_run(f->db, f->err, "DELETE FROM document WHERE rid = ?1", "i", rid);
    }
    return status < 0 ? status : 1;
}

static int forget_repo(struct feed *f, const char *repo)
{
    int more;
    do
        more = forget_one(f, repo);
    while (more > 0);
    return more;
}

/* Every document of the batch looked through, so that nothing is left to refuse once rows change. */
static int read_ahead(struct feed *f, const struct index_batch *b)
{
    int status = LT_OK;
    for (size_t i = 0; i < b->len && status == LT_OK; i++) {
        const struct index_change *c = &b->changes[i];
        struct doc d = {0};
        if (!c->removed && c->data && doc_kind_of(b->repo, c->path, &d))
            status = feed_read(f, &d, c->data, c->len);
    }
    return status;
}

static int by_entry(const void *a, const void *b)
{
    const struct pair_change *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Documents that share rows wait until all changes of their entry are together. */
struct waiting {
    struct pair_change *v;
    char (*ids)[DOC_ID];
    size_t n;
};

static int apply_one(struct feed *f, const struct index_batch *b, const struct index_change *c, bool fresh, struct waiting *w)
{
    struct doc d = {0};
    if ((!c->data && !c->removed) || !doc_kind_of(b->repo, c->path, &d))
        return LT_OK;
    if (!pair_kind(d.kind))
        return apply_change(f, &d, c, fresh);
    memcpy(w->ids[w->n], d.id, sizeof d.id);
    w->v[w->n] = (struct pair_change){.id = w->ids[w->n], .face = face_of(d.kind), .path = c->path, .data = c->removed ? NULL : c->data,
                                      .len = c->len, .seq = w->n};
    w->n++;
    return LT_OK;
}

static int apply_waiting(struct feed *f, const char *repo, struct waiting *w, bool fresh)
{
    int status = LT_OK;
    if (w->n)
        qsort(w->v, w->n, sizeof *w->v, by_entry);
    for (size_t i = 0, n; i < w->n && status == LT_OK; i += n) {
        for (n = 1; i + n < w->n && strcmp(w->v[i].id, w->v[i + n].id) == 0;)
            n++;
        status = pair_apply(f, repo, &w->v[i], n, fresh);
    }
    return status;
}

static int apply_batch(struct feed *f, const struct index_batch *b)
{
    struct waiting w = {.v = lt_calloc(b->len ? b->len : 1, sizeof *w.v), .ids = lt_calloc(b->len ? b->len : 1, sizeof *w.ids)};
    int status = w.v && w.ids ? LT_OK : lt_fail_memory(f->err);
    if (status == LT_OK && b->whole)
        status = forget_repo(f, b->repo);
    /* removals first: a document that moves within its repository is removed at one path and put at another */
    for (int puts = 0; puts < 2; puts++)
        for (size_t i = 0; i < b->len && status == LT_OK; i++)
            if (b->changes[i].removed != puts)
                status = apply_one(f, b, &b->changes[i], b->whole, &w);
    if (status == LT_OK)
        status = apply_waiting(f, b->repo, &w, b->whole);
    free(w.v);
    free(w.ids);
    if (status < 0)
        return status;
    if (b->new_head && *b->new_head)
        return db_run(f->db, f->err, "INSERT OR REPLACE INTO head VALUES (?1, ?2)", "ss", b->repo, b->new_head);
    return db_run(f->db, f->err, "DELETE FROM head WHERE repo = ?1", "s", b->repo);
}

/* A transaction of its own, or a savepoint within the gathered one. */
static int apply_guarded(struct index *ix, struct feed *f, const struct index_batch *batches, size_t n)
{
    size_t texts_before = ix->texts.n;
    bool gathering = ix->gathering;
    int status = db_exec(ix->writer, gathering ? "SAVEPOINT batch" : "BEGIN IMMEDIATE", f->err);
    bool begun = status == LT_OK;
    for (size_t i = 0; i < n && status == LT_OK; i++)
        status = apply_batch(f, &batches[i]);
    if (status == LT_OK && !gathering)
        status = texts_flush(ix->writer, &ix->texts, f->err);
    if (status == LT_OK)
        status = db_exec(ix->writer, gathering ? "RELEASE batch" : "COMMIT", f->err);
    if (status < 0) {
        if (begun)
            db_exec(ix->writer, gathering ? "ROLLBACK TO batch; RELEASE batch" : "ROLLBACK", NULL);
        texts_cut(&ix->texts, texts_before);
    }
    return status;
}

/* Within a gathered transaction a savepoint would copy every page before its first change, which costs more than the rows.
 * With all documents looked through only the system can fail, and that ends the whole transaction. */
static int apply_read(struct index *ix, struct feed *f, const struct index_batch *b)
{
    int status = read_ahead(f, b);
    if (status == LT_OK && (status = apply_batch(f, b)) < 0)
        ix->spoilt = true;
    return status;
}

static void join_queue(struct index *ix, struct index_waiting *own)
{
    pthread_mutex_lock(&ix->queue_lock);
    struct index_waiting **end = &ix->queue;
    while (*end)
        end = &(*end)->next;
    *end = own;
    pthread_mutex_unlock(&ix->queue_lock);
}

static struct index_waiting *take_queue(struct index *ix)
{
    pthread_mutex_lock(&ix->queue_lock);
    struct index_waiting *all = ix->queue;
    ix->queue = NULL;
    pthread_mutex_unlock(&ix->queue_lock);
    return all;
}

/* All in one transaction: most of the cost of a small change is that of its transaction. */
static int apply_together(struct index *ix, struct feed *f, const struct index_waiting *all)
{
    int status = db_exec(ix->writer, "BEGIN IMMEDIATE", f->err);
    bool begun = status == LT_OK;
    for (const struct index_waiting *w = all; w && status == LT_OK; w = w->next)
        for (size_t i = 0; i < w->n && status == LT_OK; i++)
            status = apply_batch(f, &w->batches[i]);
    if (status == LT_OK)
        status = texts_flush(ix->writer, &ix->texts, f->err);
    if (status == LT_OK)
        status = db_exec(ix->writer, "COMMIT", f->err);
    if (status < 0) {
        if (begun)
            db_exec(ix->writer, "ROLLBACK", NULL);
        texts_cut(&ix->texts, 0);
    }
    return status;
}

/* With the writer's lock held. What one of them broke the others must not suffer: then each is tried alone. */
static void apply_queue(struct index *ix, struct index_waiting *all)
{
    struct lt_error ours = {0};
    struct feed f = {.db = ix->writer, .texts = &ix->texts, .reading = &ix->reading, .err = &ours};
    int together = all->next ? apply_together(ix, &f, all) : LT_SYSTEM;
    lt_error_clear(&ours);
    for (struct index_waiting *w = all; w; w = w->next) { /* their owners wait for the lock */
        f.err = w->err;
        w->status = together == LT_OK ? LT_OK : apply_guarded(ix, &f, w->batches, w->n);
        w->done = true;
    }
}

int index_apply(struct index *ix, const struct index_batch *batches, size_t n, struct lt_error *err)
{
    struct index_waiting own = {.batches = batches, .n = n, .err = err};
    if (pthread_mutex_trylock(&ix->write_lock) == 0) {
        if (ix->gathering) { /* by this thread: the lock is recursive */
            struct feed f = {.db = ix->writer, .texts = &ix->texts, .reading = &ix->reading, .err = err};
            int status = n == 1 ? apply_read(ix, &f, batches) : apply_guarded(ix, &f, batches, n);
            pthread_mutex_unlock(&ix->write_lock);
            return status;
        }
        join_queue(ix, &own);
    } else {
        join_queue(ix, &own);
        pthread_mutex_lock(&ix->write_lock);
    }
    if (!own.done)
        apply_queue(ix, take_queue(ix));
    pthread_mutex_unlock(&ix->write_lock);
    return own.status;
}

int index_begin(struct index *ix, struct lt_error *err)
{
    pthread_mutex_lock(&ix->write_lock);
    int status = ix->gathering ? lt_fail(err, LT_SYSTEM, "index.failed", "why", "nested", (char *)NULL)
                               : db_exec(ix->writer, "BEGIN IMMEDIATE", err);
    bool begun = status == LT_OK;
    if (begun && (status = bulk_begin(ix, err)) < 0) {
        bulk_end(ix, false, NULL);
        db_exec(ix->writer, "ROLLBACK", NULL);
    }
    if (status < 0) {
        pthread_mutex_unlock(&ix->write_lock);
        return status;
    }
    ix->gathering = true;
    /* ids of one time lie together, pupils' rows do not: with a small cache each insert would read its page again */
    db_cache(ix->writer, GATHER_CACHE_KIB);
    return LT_OK;
}

int index_end(struct index *ix, bool keep, struct lt_error *err)
{
    int status = !keep ? LT_OK
                 : ix->spoilt ? lt_fail(err, LT_SYSTEM, "index.failed", "why", "gathered transaction", (char *)NULL)
                              : texts_flush(ix->writer, &ix->texts, err);
    int made = bulk_end(ix, keep && status == LT_OK, err);
    status = status < 0 ? status : made;
    if (status == LT_OK && keep)
        status = db_exec(ix->writer, "COMMIT", err);
    if (status < 0 || !keep)
        db_exec(ix->writer, "ROLLBACK", NULL);
    texts_cut(&ix->texts, 0);
    ix->gathering = ix->spoilt = false;
    db_cache(ix->writer, WRITER_CACHE_KIB);
    pthread_mutex_unlock(&ix->write_lock);
    return status;
}
