/* Rows of the search tables and their way into FTS5. */
#include "index/feed.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define RID_MS_BITS 44 /* of the time in an id: until the year 2527 */
#define RID_DAYS 0x3FFFF /* days since 1970 that are told apart */
#define RID_TRIES 3      /* a number that was found free is taken: the tables contradict each other */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Milliseconds of a UUIDv7. Of another id the first letters, so that rows lie in the order of such ids too. */
static uint64_t time_of(const char *id)
{
    uint64_t ms = 0, letters = 0;
    int digits = 0;
    for (int i = 0; i < 13 && id[i] && digits >= 0; i++) {
        int digit = hex_digit(id[i]);
        if (digit >= 0) {
            ms = ms << 4 | (uint64_t)digit;
            digits++;
        } else if (i != 8) {
            digits = -1;
        }
    }
    size_t len = strlen(id);
    for (size_t i = 0; i < 5; i++)
        letters = letters << 8 | (unsigned char)(i < len ? id[i] : 0);
    return (digits == 12 ? ms : letters) & ((UINT64_C(1) << RID_MS_BITS) - 1);
}

/* The order of lists: by day, then by id. */
static int64_t rid_of(const char *day, const char *id)
{
    struct lt_date date;
    uint64_t ms = time_of(id);
    int64_t days = day && lt_date_parse(day, &date) ? lt_date_days(date) : (int64_t)(ms / 86400000);
    days = days < 0 ? 0 : days > RID_DAYS ? RID_DAYS : days;
    return (int64_t)((uint64_t)days << RID_MS_BITS | ms) << 1;
}

int64_t texts_number(const char *day)
{
    struct lt_date date;
    if (!lt_date_parse(day, &date) || lt_date_days(date) < 0 || lt_date_days(date) >= RID_DAYS)
        return -1;
    return (int64_t)lt_date_days(date) << (RID_MS_BITS + 1);
}

static void free_held(char *held[3])
{
    for (size_t i = 0; i < 3; i++)
        free(held[i]);
}

/* held (NULL: nothing) is taken over. */
static int note(struct feed *f, int64_t rid, bool names, char *held[3])
{
    struct texts *t = f->texts;
    if (t->n == t->cap) {
        void *grown = lt_array_grow(t->v, &t->cap, t->n + 1, sizeof *t->v);
        if (!grown) {
            if (held)
                free_held(held);
            return lt_fail_memory(f->err);
        }
        t->v = grown;
    }
    t->v[t->n] = (struct text_change){.rid = rid, .names = names, .seq = t->n};
    if (held)
        memcpy(t->v[t->n].held, held, sizeof t->v[t->n].held);
    t->n++;
    return LT_OK;
}

/* --- numbers that are free ---
 *
 * Documents made together have ids of one millisecond, or of a few: their numbers would be the same. They stand one behind another then, and where
 * the last one stood is remembered, so that an import of thousands does not try thousands of numbers for each. */

static struct text_run *run_of(struct feed *f, bool names, int64_t rid)
{
    uint64_t place = (uint64_t)rid >> 4; /* eight milliseconds */
    return &f->texts->runs[names][(place ^ place >> (RID_MS_BITS - 3)) % TEXT_RUNS];
}

static bool inside(const struct text_run *run, int64_t rid)
{
    return run->from <= rid && rid < run->next;
}

/* The first free number from *rid on. */
static int find_free(struct feed *f, bool names, int64_t *rid)
{
    sqlite3_stmt *st = NULL;
    int found = 0, status = db_query(f->db, &st, f->err, names ? "SELECT rid FROM names WHERE rid >= ?1 ORDER BY rid"
                                                               : "SELECT rid FROM search WHERE rid >= ?1 ORDER BY rid", "i", *rid);
    while (status == LT_OK && (found = db_next(f->db, st, f->err)) > 0 && sqlite3_column_int64(st, 0) == *rid)
        ++*rid;
    db_done(st);
    return status < 0 ? status : found < 0 ? found : LT_OK;
}

/* Asked for a number `want`: the one to try first. */
static int64_t first_try(struct feed *f, bool names, int64_t want)
{
    const struct text_run *run;
    while (inside(run = run_of(f, names, want), want))
        want = run->next;
    return want;
}

/* Everything from `want` to `rid` is taken. */
static void note_taken(struct feed *f, bool names, int64_t want, int64_t rid)
{
    struct text_run *run = run_of(f, names, want);
    bool joins = run->from <= want && want <= run->next;
    if (!joins)
        run->from = want;
    if (!joins || rid >= run->next)
        run->next = rid + 1;
}

int texts_put(struct feed *f, const struct doc *d, const struct text_row *row, int64_t *rid_out)
{
    if (!rid_out && !*row->title && !*row->body)
        return LT_OK;
    int64_t want = rid_of(row->day, d->id), rid = first_try(f, false, want);
    bool taken = true;
    for (int tries = 0; taken;) {
        int status = db_run_unique(f->db, f->err, &taken, "INSERT INTO search VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "isssssss", rid,
                                   row->kind ? row->kind : d->kind->name, d->id, row->pupil, row->entry, row->title, row->body, row->tags);
        if (status == LT_OK && taken)
            status = ++tries > RID_TRIES ? lt_fail(f->err, LT_SYSTEM, "index.unusable", "why", "search", (char *)NULL) : find_free(f, false, &rid);
        if (status < 0)
            return status;
    }
    note_taken(f, false, want, rid);
    if (rid_out)
        *rid_out = rid;
    return note(f, rid, false, NULL);
}

int texts_put_name(struct feed *f, const struct doc *d, const char *title, const char *body, const char *key)
{
    int64_t want = rid_of(NULL, d->id), rid = first_try(f, true, want);
    bool taken = true;
    for (int tries = 0; taken;) {
        int status = db_run_unique(f->db, f->err, &taken, "INSERT INTO names VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "isssss", rid,
                                   d->kind->name, d->id, title, body, key);
        if (status == LT_OK && taken)
            status = ++tries > RID_TRIES ? lt_fail(f->err, LT_SYSTEM, "index.unusable", "why", "names", (char *)NULL) : find_free(f, true, &rid);
        if (status < 0)
            return status;
    }
    note_taken(f, true, want, rid);
    return note(f, rid, true, NULL);
}

static int drop_row(struct feed *f, sqlite3_stmt *st, bool names)
{
    char *held[3];
    int64_t rid = sqlite3_column_int64(st, 0);
    for (int i = 0; i < 3; i++)
        held[i] = lt_strdup(db_text(st, i + 1));
    if (held[0] && held[1] && held[2])
        return note(f, rid, names, held);
    free_held(held);
    return lt_fail_memory(f->err);
}

/* An id is that of one document, or of the two faces of one entry. */
int texts_drop(struct feed *f, const struct doc *d)
{
    bool names = d->kind->in_names;
    if (!names && !d->kind->in_search && !pair_kind(d->kind))
        return LT_OK;
    sqlite3_stmt *st = NULL;
    int status = db_query(f->db, &st, f->err,
                          names ? "SELECT rid, title, body, '' FROM names WHERE id = ?1 AND kind = ?2"
                          : pair_kind(d->kind)
                              ? "SELECT rid, title, body, tags FROM search WHERE id = ?1 AND kind IN ('entry', 'verified', 'both')"
                              : "SELECT rid, title, body, tags FROM search WHERE id = ?1 AND kind = ?2",
                          names || !pair_kind(d->kind) ? "ss" : "s", d->id, d->kind->name);
    size_t first = f->texts->n;
    int found = 0;
    while (status == LT_OK && (found = db_next(f->db, st, f->err)) > 0)
        status = drop_row(f, st, names);
    db_done(st);
    if (found < 0)
        return found;
    for (size_t i = first; i < f->texts->n && status == LT_OK; i++)
        status = db_run(f->db, f->err, names ? "DELETE FROM names WHERE rid = ?1" : "DELETE FROM search WHERE rid = ?1", "i",
                        f->texts->v[i].rid);
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
    int status = db_query(db, &st, err, c->names ? "SELECT title, body, '' FROM names WHERE rid = ?1"
                                                 : "SELECT title, body, tags FROM search WHERE rid = ?1", "i", c->rid);
    if (status < 0)
        return status;
    int found = db_next(db, st, err);
    const char *now[3] = {NULL};
    bool same = found > 0 && c->held[0];
    for (int i = 0; i < 3 && found > 0; i++) {
        now[i] = db_text(st, i);
        same = same && strcmp(now[i], c->held[i]) == 0;
    }
    status = found < 0 ? found : LT_OK;
    if (status == LT_OK && c->held[0] && !same)
        status = db_run(db, err,
                        c->names ? "INSERT INTO name_fts (name_fts, rowid, title, body) VALUES ('delete', ?1, ?2, ?3)"
                                 : "INSERT INTO fts (fts, rowid, title, body, tags) VALUES ('delete', ?1, ?2, ?3, ?4)",
                        c->names ? "iss" : "isss", c->rid, c->held[0], c->held[1], c->held[2]);
    if (status == LT_OK && now[0] && !same)
        status = db_run(db, err,
                        c->names ? "INSERT INTO name_fts (rowid, title, body) VALUES (?1, ?2, ?3)"
                                 : "INSERT INTO fts (rowid, title, body, tags) VALUES (?1, ?2, ?3, ?4)",
                        c->names ? "iss" : "isss", c->rid, now[0], now[1], now[2]);
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
        free_held(t->v[t->n].held);
    }
    if (n == 0) {
        free(t->v);
        *t = (struct texts){0};
    }
}
