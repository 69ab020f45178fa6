/* Rows of the search tables and their way into FTS5. */
#include "index/feed.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define RID_SPREAD 20  /* bits below the milliseconds */
#define RID_TRIES 1000 /* a number is hardly ever taken; taken this often, the tables contradict each other */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Milliseconds of the UUIDv7 above, a hash of kind and id below. */
static int64_t rid_of(const char *kind, const char *id)
{
    uint64_t ms = 0, hash = 1469598103934665603u;
    for (int i = 0; i < 13 && id[i]; i++) {
        int digit = hex_digit(id[i]);
        if (digit >= 0)
            ms = ms << 4 | (uint64_t)digit;
        else if (i != 8)
            break;
    }
    for (const char *s = kind; *s; s++)
        hash = (hash ^ (unsigned char)*s) * 1099511628211u;
    for (const char *s = id; *s; s++)
        hash = (hash ^ (unsigned char)*s) * 1099511628211u;
    ms &= (UINT64_C(1) << (63 - RID_SPREAD)) - 1;
    return (int64_t)(ms << RID_SPREAD | (hash >> 13 & ((1u << RID_SPREAD) - 1)));
}

static int note(struct feed *f, int64_t rid, bool names, char *title, char *body)
{
    struct texts *t = f->texts;
    if (t->n == t->cap) {
        void *grown = lt_array_grow(t->v, &t->cap, t->n + 1, sizeof *t->v);
        if (!grown) {
            free(title);
            free(body);
            return lt_fail_memory(f->err);
        }
        t->v = grown;
    }
    t->v[t->n] = (struct text_change){.rid = rid, .names = names, .seq = t->n, .title = title, .body = body};
    t->n++;
    return LT_OK;
}

int texts_put(struct feed *f, const struct doc *d, const struct text_row *row)
{
    if (!*row->title && !*row->body)
        return LT_OK;
    int64_t rid = rid_of(d->kind->name, d->id);
    bool taken = true;
    for (int tries = 0; taken; rid += taken) {
        if (++tries > RID_TRIES)
            return lt_fail(f->err, LT_SYSTEM, "index.unusable", "why", "search", (char *)NULL);
        int status = db_run_unique(f->db, f->err, &taken, "INSERT INTO search VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "issssIss",
                                   rid, d->kind->name, d->id, row->pupil, row->entry, row->face, row->title, row->body);
        if (status < 0)
            return status;
    }
    return note(f, rid, false, NULL, NULL);
}

int texts_put_name(struct feed *f, const struct doc *d, const char *title, const char *body, const char *key)
{
    int64_t rid = rid_of(d->kind->name, d->id);
    bool taken = true;
    for (int tries = 0; taken; rid += taken) {
        if (++tries > RID_TRIES)
            return lt_fail(f->err, LT_SYSTEM, "index.unusable", "why", "names", (char *)NULL);
        int status = db_run_unique(f->db, f->err, &taken, "INSERT INTO names VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "isssss", rid,
                                   d->kind->name, d->id, title, body, key);
        if (status < 0)
            return status;
    }
    return note(f, rid, true, NULL, NULL);
}

int texts_drop(struct feed *f, const struct doc *d)
{
    bool names = d->kind->in_names;
    if (!names && !d->kind->in_search)
        return LT_OK;
    sqlite3_stmt *st = NULL;
    int status = db_query(f->db, &st, f->err,
                          names ? "SELECT rid, title, body FROM names WHERE id = ?1 AND kind = ?2"
                                : "SELECT rid, title, body FROM search WHERE id = ?1 AND kind = ?2",
                          "ss", d->id, d->kind->name);
    if (status < 0)
        return status;
    int64_t rid = 0;
    int found = db_next(f->db, st, f->err);
    status = found < 0 ? found : LT_OK;
    if (found > 0) {
        rid = sqlite3_column_int64(st, 0);
        char *title = lt_strdup(db_text(st, 1)), *body = lt_strdup(db_text(st, 2));
        if (title && body) {
            status = note(f, rid, names, title, body);
        } else {
            free(title);
            free(body);
            status = lt_fail_memory(f->err);
        }
    }
    db_done(st);
    if (found > 0 && status == LT_OK)
        status = db_run(f->db, f->err, names ? "DELETE FROM names WHERE rid = ?1" : "DELETE FROM search WHERE rid = ?1", "i", rid);
    return status;
}

static int by_number(const void *a, const void *b)
{
    const struct text_change *x = a, *y = b;
    if (x->names != y->names)
        return x->names ? 1 : -1;
    if (x->rid != y->rid)
        return x->rid < y->rid ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The first change of a number knows what FTS5 holds; the row of the table is what it is to hold. */
static int flush_one(struct db *db, const struct text_change *c, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    int status = db_query(db, &st, err, c->names ? "SELECT title, body FROM names WHERE rid = ?1"
                                                 : "SELECT title, body FROM search WHERE rid = ?1", "i", c->rid);
    if (status < 0)
        return status;
    int found = db_next(db, st, err);
    const char *title = found > 0 ? db_text(st, 0) : NULL, *body = found > 0 ? db_text(st, 1) : NULL;
    bool same = c->title && title && strcmp(c->title, title) == 0 && strcmp(c->body, body) == 0;
    status = found < 0 ? found : LT_OK;
    if (status == LT_OK && c->title && !same)
        status = db_run(db, err,
                        c->names ? "INSERT INTO name_fts (name_fts, rowid, title, body) VALUES ('delete', ?1, ?2, ?3)"
                                 : "INSERT INTO fts (fts, rowid, title, body) VALUES ('delete', ?1, ?2, ?3)",
                        "iss", c->rid, c->title, c->body);
    if (status == LT_OK && title && !same)
        status = db_run(db, err,
                        c->names ? "INSERT INTO name_fts (rowid, title, body) VALUES (?1, ?2, ?3)"
                                 : "INSERT INTO fts (rowid, title, body) VALUES (?1, ?2, ?3)",
                        "iss", c->rid, title, body);
    db_done(st);
    return status;
}

int texts_flush(struct db *db, struct texts *t, struct lt_error *err)
{
    if (t->n)
        qsort(t->v, t->n, sizeof *t->v, by_number);
    for (size_t i = 0; i < t->n; i++) {
        const struct text_change *c = &t->v[i];
        if (i && c[-1].rid == c->rid && c[-1].names == c->names)
            continue;
        int status = flush_one(db, c, err);
        if (status < 0)
            return status;
    }
    texts_cut(t, 0);
    return LT_OK;
}

void texts_cut(struct texts *t, size_t n)
{
    while (t->n > n) {
        t->n--;
        free(t->v[t->n].title);
        free(t->v[t->n].body);
    }
    if (n == 0) {
        free(t->v);
        *t = (struct texts){0};
    }
}
