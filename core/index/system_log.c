/* The access log: rows chained by SHA-256. */
#include "index/sysdb.h"

#include "base/json.h"
#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define ROW_TEXT_MAX (4u << 20)
#define FIRST_HASH "0000000000000000000000000000000000000000000000000000000000000000"

struct row {
    int64_t n, at;
    const char *text[8]; /* actor, account, use_case, outcome, pupils, object, request, door */
};

/* SHA-256 of the hash before, and the row as a JSON array: no two rows have the same text. */
static int hash_row(const char *before, const struct row *r, struct lt_buf *scratch, char out[65], struct lt_error *err)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    lt_buf_reset(scratch);
    lt_buf_addf(scratch, "%s\n[%lld,%lld", before, (long long)r->n, (long long)r->at);
    for (size_t i = 0; i < 8; i++) {
        lt_buf_addc(scratch, ',');
        out_json_str(scratch, r->text[i]);
    }
    lt_buf_addc(scratch, ']');
    if (scratch->failed)
        return lt_fail_memory(err);
    crypto_hash_sha256(digest, (const unsigned char *)scratch->data, scratch->len);
    sodium_bin2hex(out, 65, digest, sizeof digest);
    return LT_OK;
}

static int last_row(struct sysdb *db, int64_t *n, char hash[65], struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    int status = db_query(db->db, &st, err, "SELECT n, hash FROM access ORDER BY n DESC LIMIT 1", "");
    if (status < 0)
        return status;
    int found = db_next(db->db, st, err);
    *n = found > 0 ? sqlite3_column_int64(st, 0) : 0;
    lt_print(hash, 65, "%s", found > 0 ? db_text(st, 1) : FIRST_HASH);
    db_done(st);
    return found < 0 ? found : LT_OK;
}

static int add_pupils(struct sysdb *db, int64_t n, const char *pupils, struct lt_error *err)
{
    int status = LT_OK;
    while (*pupils && status == LT_OK) {
        char id[100];
        size_t len = strcspn(pupils, " ");
        if (len && lt_print(id, sizeof id, "%.*s", (int)len, pupils))
            status = db_run(db->db, err, "INSERT OR IGNORE INTO access_pupil VALUES (?1, ?2)", "si", id, n);
        pupils += len + (pupils[len] == ' ');
    }
    return status;
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static int add_row(struct sysdb *db, int64_t n, const struct sys_access *a, char hash[65], struct lt_buf *scratch,
                   struct lt_error *err)
{
    struct row r = {.n = n,
                    .at = a->at,
                    .text = {or_empty(a->actor), or_empty(a->account), or_empty(a->use_case), or_empty(a->outcome),
                             or_empty(a->pupils), or_empty(a->object), or_empty(a->request), or_empty(a->door)}};
    char next[65];
    int status = hash_row(hash, &r, scratch, next, err);
    if (status == LT_OK)
        status = db_run(db->db, err, "INSERT INTO access VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", "iisssssssss", r.n,
                        r.at, r.text[0], r.text[1], r.text[2], r.text[3], r.text[4], r.text[5], r.text[6], r.text[7], next);
    memcpy(hash, next, sizeof next);
    return status == LT_OK ? add_pupils(db, n, r.text[4], err) : status;
}

/* A row of a change comes by two ways, with the journal's record and with the side file; after a crash both may be
 * there. It is known by its request, instant, use case and outcome. */
static int known_row(struct sysdb *db, const struct sys_access *a, bool *known, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    *known = false;
    if (!*or_empty(a->request)) return LT_OK;
    int status = db_query(db->db, &st, err, "SELECT 1 FROM access WHERE request = ?1 AND at = ?2 AND use_case = ?3 AND outcome = ?4 AND request <> ''",
                          "siss", a->request, a->at, or_empty(a->use_case), or_empty(a->outcome));
    if (status < 0) return status;
    int found = db_next(db->db, st, err);
    *known = found > 0;
    db_done(st);
    return found < 0 ? found : LT_OK;
}

int sysdb_access_add(struct sysdb *db, const struct sys_access *rows, size_t n, struct lt_error *err)
{
    char hash[65];
    int64_t last = 0;
    struct lt_buf scratch;
    if (!n)
        return LT_OK;
    lt_buf_init(&scratch, ROW_TEXT_MAX);
    pthread_mutex_lock(&db->lock);
    bool alone = !db->begun; /* else it is a part of what sysdb_end keeps or takes back */
    int status = alone ? db_exec(db->db, "BEGIN IMMEDIATE", err) : LT_OK;
    bool begun = alone && status == LT_OK;
    if (status == LT_OK)
        status = last_row(db, &last, hash, err);
    for (size_t i = 0; i < n && status == LT_OK; i++) {
        bool known;
        status = known_row(db, &rows[i], &known, err);
        if (status == LT_OK && !known) status = add_row(db, ++last, &rows[i], hash, &scratch, err);
    }
    if (status == LT_OK && alone)
        status = db_exec(db->db, "COMMIT", err);
    if (status < 0 && begun)
        db_exec(db->db, "ROLLBACK", NULL);
    pthread_mutex_unlock(&db->lock);
    lt_buf_free(&scratch);
    return status;
}

/* --- reading --- */

static json_t *access_item(sqlite3_stmt *st)
{
    static const char *const names[] = {"actor", "account", "use_case", "outcome", "", "object", "request", "door"};
    json_t *item = json_object(), *pupils = json_array();
    lt_json_put(item, "at", sysdb_instant(sqlite3_column_int64(st, 1)));
    for (int i = 0; i < 8; i++)
        if (i != 4)
            lt_json_put_str(item, names[i], db_text(st, i + 2));
    for (const char *s = db_text(st, 6); *s;) {
        size_t len = strcspn(s, " ");
        if (len)
            json_array_append_new(pupils, json_stringn(s, len));
        s += len + (s[len] == ' ');
    }
    if (json_array_size(pupils))
        json_object_set(item, "pupils", pupils);
    json_decref(pupils);
    return item;
}

/* Milliseconds at which the day begins where the school is. */
static int day_start(struct sysdb *db, const char *field, const char *date, int add, int64_t *out, struct lt_error *err)
{
    struct lt_date d;
    if (!lt_date_parse(date, &d))
        return lt_fail_field(err, LT_USAGE, field, "log.bad_date", "date", date, (char *)NULL);
    *out = ((int64_t)lt_date_days(d) + add) * 86400000 - (int64_t)db->clock->offset_minutes * 60000;
    return LT_OK;
}

static int add_filters(struct sysdb *db, struct sql *q, const json_t *filters, struct lt_error *err)
{
    static const struct {
        const char *name, *sql;
    } texts[] = {{"pupil", " AND a.n IN (SELECT p.n FROM access_pupil p WHERE p.pupil = #)"},
                 {"actor", " AND a.actor = #"},
                 {"not_actor", " AND a.actor <> #"},
                 {"use_case", " AND a.use_case = #"}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *value = lt_json_str(filters, texts[i].name);
        if (value && *value)
            sql_fragment(q, texts[i].sql, sql_text(q, value), false, "");
    }
    const char *from = lt_json_str(filters, "from"), *to = lt_json_str(filters, "to");
    int64_t ms = 0;
    int status = from ? day_start(db, "from", from, 0, &ms, err) : LT_OK;
    if (from && status == LT_OK)
        sql_fragment(q, " AND a.at >= #", sql_number(q, ms), false, "");
    if (to && status == LT_OK)
        status = day_start(db, "to", to, 1, &ms, err);
    if (to && status == LT_OK)
        sql_fragment(q, " AND a.at < #", sql_number(q, ms), false, "");
    return status;
}

int sysdb_access_list(struct sysdb *db, const json_t *filters, int limit, const char *cursor, json_t **items, char **next,
                      struct lt_error *err)
{
    struct sql q;
    sql_init(&q);
    limit = sysdb_limit(limit);
    sql_number(&q, limit + 1);
    lt_buf_adds(&q.text, "SELECT a.n, a.at, a.actor, a.account, a.use_case, a.outcome, a.pupils, a.object, a.request, a.door"
                         " FROM access a WHERE 1");
    int status = add_filters(db, &q, filters, err);
    if (status == LT_OK)
        status = sysdb_after(&q, "sys_access", "i", " AND a.n < #", cursor, err);
    lt_buf_adds(&q.text, " ORDER BY a.n DESC LIMIT ?1");
    pthread_mutex_lock(&db->lock);
    if (status == LT_OK)
        status = sysdb_page(db, "sys_access", true, &q, limit, access_item, items, next, err);
    pthread_mutex_unlock(&db->lock);
    sql_free(&q);
    return status;
}

int sysdb_access_end(struct sysdb *db, int64_t *n, char hash[65], struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = last_row(db, n, hash, err);
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_access_hash(struct sysdb *db, int64_t n, char hash[65], struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT hash FROM access WHERE n = ?1", "i", n);
    int found = status < 0 ? status : db_next(db->db, st, err);
    if (found > 0) lt_print(hash, 65, "%s", db_text(st, 0));
    if (status == LT_OK) db_done(st);
    pthread_mutex_unlock(&db->lock);
    return found < 0 ? found : found ? LT_OK : lt_fail(err, LT_NOTFOUND, "log.no_row", (char *)NULL);
}

int sysdb_access_verify(struct sysdb *db, uint64_t *rows, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    struct lt_buf scratch;
    char hash[65] = FIRST_HASH, expected[65];
    int64_t n = 0, broken = 0;
    lt_buf_init(&scratch, ROW_TEXT_MAX);
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT n, at, actor, account, use_case, outcome, pupils, object, request, door, hash FROM access"
                                            " ORDER BY n", "");
    int more = 0;
    while (status == LT_OK && !broken && (more = db_next(db->db, st, err)) > 0) {
        struct row r = {.n = ++n, .at = sqlite3_column_int64(st, 1)};
        for (int i = 0; i < 8; i++)
            r.text[i] = db_text(st, i + 2);
        status = hash_row(hash, &r, &scratch, expected, err);
        if (status == LT_OK && (sqlite3_column_int64(st, 0) != n || strcmp(expected, db_text(st, 10)) != 0))
            broken = n;
        memcpy(hash, expected, sizeof hash);
    }
    db_done(st);
    pthread_mutex_unlock(&db->lock);
    lt_buf_free(&scratch);
    if (status < 0 || more < 0)
        return status < 0 ? status : more;
    if (broken)
        return lt_fail(err, LT_REFUSED, "log.chain_broken", "at", LT_NUM(broken), (char *)NULL);
    *rows = (uint64_t)n;
    return LT_OK;
}
