/* entry.json and verified.json of one entry. As long as they have the same bytes, which is how most of them stand for ever, they share
 * one row of entry, one of search and one text in document (docs/decisions/index-one-row-for-two-faces.md). What is stored follows
 * from the two documents alone, whatever the way to them. */
#include "index/feed.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const KINDS[] = {"entry", "verified"};

struct side {
    bool there;
    bool changed; /* is, or will be, another row of document */
    int64_t rid;  /* 0: none yet */
    bool shared;  /* the row has no text of its own */
    const char *repo, *path;
    const void *data;
    size_t len;
};

/* Copies of what is known, alive while the pair is worked on. */
struct known {
    char *repo[2], *path[2], *json[2];
};

bool pair_kind(const struct doc_kind *kind)
{
    return strcmp(kind->name, KINDS[0]) == 0 || strcmp(kind->name, KINDS[1]) == 0;
}

static void forget(struct known *k)
{
    for (int i = 0; i < 2; i++) {
        free(k->repo[i]);
        free(k->path[i]);
        free(k->json[i]);
    }
}

static int load(struct feed *f, const char *id, struct known *k, struct side side[2])
{
    sqlite3_stmt *st = NULL;
    int status = db_query(f->db, &st, f->err,
                          "SELECT kind, rid, repo, path, json FROM document WHERE id = ?1 AND kind IN ('entry', 'verified') ORDER BY kind", "s", id);
    int more = 0;
    while (status == LT_OK && (more = db_next(f->db, st, f->err)) > 0) {
        int i = strcmp(db_text(st, 0), KINDS[1]) == 0;
        struct side *s = &side[i];
        k->repo[i] = lt_strdup(db_text(st, 2));
        k->path[i] = lt_strdup(db_text(st, 3));
        k->json[i] = lt_strdup(db_text(st, 4));
        if (!k->repo[i] || !k->path[i] || !k->json[i])
            status = lt_fail_memory(f->err);
        *s = (struct side){.there = true, .rid = sqlite3_column_int64(st, 1), .shared = sqlite3_column_type(st, 4) == SQLITE_NULL,
                           .repo = k->repo[i], .path = k->path[i], .data = k->json[i], .len = (size_t)sqlite3_column_bytes(st, 4)};
    }
    db_done(st);
    if (side[1].there && side[1].shared) {
        side[1].data = side[0].data;
        side[1].len = side[0].len;
    }
    return more < 0 ? more : status;
}

static bool same_place(const struct side *s, const char *repo, const char *path)
{
    return s->there && strcmp(s->repo, repo) == 0 && strcmp(s->path, path) == 0;
}

static bool same_bytes(const struct side *a, const void *data, size_t len)
{
    return a->len == len && memcmp(a->data, data, len) == 0;
}

static void change(struct side *s, const char *repo, const struct pair_change *c)
{
    if (!c->data) {
        /* a document that moved to another path is known under that path: removing the old one is no news */
        if (!same_place(s, repo, c->path))
            return;
        s->there = false;
    } else {
        if (same_place(s, repo, c->path) && same_bytes(s, c->data, c->len))
            return;
        s->there = true;
        s->repo = repo;
        s->path = c->path;
        s->data = c->data;
        s->len = c->len;
    }
    s->changed = true;
}

/* *taken: another document has this id, which the caller did not expect. */
static int store(struct feed *f, const char *id, int face, const struct side *s, bool shared, bool *taken)
{
    sqlite3_stmt *st = NULL;
    *taken = false;
    if (s->rid && (!s->there || s->changed)) {
        int status = db_run(f->db, f->err, "DELETE FROM document WHERE rid = ?1", "i", s->rid);
        if (status < 0)
            return status;
    }
    if (!s->there || (!s->changed && s->shared == shared))
        return LT_OK;
    int status = s->changed ? db_query(f->db, &st, f->err, "INSERT INTO document (kind, id, repo, path, json) VALUES (?1, ?2, ?3, ?4, ?5)",
                                       "ssss", KINDS[face], id, s->repo, s->path)
                            : db_query(f->db, &st, f->err, "UPDATE document SET json = ?2 WHERE rid = ?1", "i", s->rid);
    if (status < 0)
        return status;
    if (!shared)
        sqlite3_bind_text64(st, s->changed ? 5 : 2, s->data, s->len, SQLITE_STATIC, SQLITE_UTF8);
    int rc = sqlite3_step(st);
    *taken = rc == SQLITE_CONSTRAINT;
    status = rc == SQLITE_DONE || *taken ? LT_OK : db_fail(f->db, f->err);
    db_done(st);
    return status;
}

static int put_rows(struct feed *f, const char *id, const struct side *s, int face)
{
    struct doc d = {.kind = doc_kind_named(KINDS[face == 1], strlen(KINDS[face == 1])), .repo = s->repo, .path = s->path};
    if (!lt_print(d.id, sizeof d.id, "%s", id))
        return LT_OK;
    int status = feed_read(f, &d, s->data, s->len);
    return status < 0 ? status : entry_put(f, &d, face);
}

static int drop_rows(struct feed *f, const char *id)
{
    struct doc d = {.kind = doc_kind_named(KINDS[0], strlen(KINDS[0]))};
    if (!lt_print(d.id, sizeof d.id, "%s", id))
        return LT_OK;
    int status = texts_drop(f, &d);
    return status < 0 ? status : db_run(f->db, f->err, "DELETE FROM entry WHERE id = ?1", "s", id);
}

static int settle(struct feed *f, const char *id, struct side side[2], bool fresh, bool *taken)
{
    bool both = side[0].there && side[1].there && strcmp(side[0].repo, side[1].repo) == 0 && same_bytes(&side[0], side[1].data, side[1].len);
    int status = fresh ? LT_OK : drop_rows(f, id);
    *taken = false;
    for (int face = 0; face < 2 && status == LT_OK && !*taken; face++)
        status = store(f, id, face, &side[face], both && face == 1, taken);
    if (status < 0 || *taken)
        return status;
    if (both)
        return put_rows(f, id, &side[0], 2);
    for (int face = 0; face < 2 && status == LT_OK; face++)
        if (side[face].there)
            status = put_rows(f, id, &side[face], face);
    return status;
}

int pair_apply(struct feed *f, const char *repo, const struct pair_change *c, size_t n, bool fresh)
{
    struct known k = {{NULL}, {NULL}, {NULL}};
    struct side side[2] = {{0}, {0}};
    bool taken = false;
    int status = fresh ? LT_OK : load(f, c->id, &k, side);
    for (size_t i = 0; i < n && status == LT_OK; i++)
        change(&side[c[i].face], repo, &c[i]);
    if (status == LT_OK && (side[0].changed || side[1].changed))
        status = settle(f, c->id, side, fresh, &taken);
    forget(&k);
    if (status == LT_OK && taken && fresh)
        return pair_apply(f, repo, c, n, false);
    return status == LT_OK && taken ? lt_fail(f->err, LT_SYSTEM, "index.unusable", "why", "document", (char *)NULL) : status;
}
