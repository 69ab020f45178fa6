/* Jobs, notices, personal settings, answers kept for repeated calls. */
#include "index/sysdb.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define JSON_MAX (16u << 20)
#define ANSWER_KEPT_MS (48 * INT64_C(3600000))

/* One line of JSON; malloc'ed. NULL document: NULL text. */
static int to_text(const json_t *doc, char **out, struct lt_error *err)
{
    struct lt_buf b;
    *out = NULL;
    if (!doc)
        return LT_OK;
    lt_buf_init(&b, JSON_MAX);
    int status = lt_json_compact(doc, &b, err);
    if (status == LT_OK && !(*out = lt_buf_take(&b, NULL)))
        status = lt_fail_memory(err);
    lt_buf_free(&b);
    return status;
}

/* --- jobs --- */

#define JOB_COLUMNS "id, kind, owner, state, done, total, created, changed"

static void read_job(sqlite3_stmt *st, struct sys_job *j)
{
    memset(j, 0, sizeof *j);
    lt_print(j->id, sizeof j->id, "%s", db_text(st, 0));
    lt_print(j->kind, sizeof j->kind, "%s", db_text(st, 1));
    lt_print(j->owner, sizeof j->owner, "%s", db_text(st, 2));
    lt_print(j->state, sizeof j->state, "%s", db_text(st, 3));
    j->done = sqlite3_column_int(st, 4);
    j->total = sqlite3_column_int(st, 5);
    j->created = sqlite3_column_int64(st, 6);
    j->changed = sqlite3_column_int64(st, 7);
}

int sysdb_job_add(struct sysdb *db, const struct sys_job *j, const json_t *input, struct lt_error *err)
{
    char *text = NULL;
    int status = to_text(input, &text, err);
    pthread_mutex_lock(&db->lock);
    if (status == LT_OK)
        status = db_run(db->db, err, "INSERT INTO job (" JOB_COLUMNS ", input) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", "ssssIIiin",
                        j->id, j->kind, j->owner, j->state, j->done, j->total, j->created, j->changed, text);
    pthread_mutex_unlock(&db->lock);
    free(text);
    return status;
}

int sysdb_job_get(struct sysdb *db, const char *id, struct sys_job *out, json_t **input, json_t **result, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT " JOB_COLUMNS ", input, result FROM job WHERE id = ?1", "s", id);
    int found = status < 0 ? status : db_next(db->db, st, err);
    if (found > 0) {
        read_job(st, out);
        if (input)
            *input = sysdb_json(st, 8);
        if (result)
            *result = sysdb_json(st, 9);
    }
    db_done(st);
    pthread_mutex_unlock(&db->lock);
    if (found < 0)
        return found;
    return found ? LT_OK : lt_fail(err, LT_NOTFOUND, "job.absent", "id", id, (char *)NULL);
}

/* Without a result the one it has stays. */
int sysdb_job_update(struct sysdb *db, const struct sys_job *j, const json_t *result, struct lt_error *err)
{
    char *text = NULL;
    int status = to_text(result, &text, err);
    pthread_mutex_lock(&db->lock);
    if (status == LT_OK)
        status = db_run(db->db, err, "UPDATE job SET kind = ?2, owner = ?3, state = ?4, done = ?5, total = ?6, changed = ?7,"
                                     " result = coalesce(?8, result) WHERE id = ?1", "ssssIIin",
                        j->id, j->kind, j->owner, j->state, j->done, j->total, j->changed, text);
    bool absent = status == LT_OK && db_changes(db->db) == 0;
    pthread_mutex_unlock(&db->lock);
    free(text);
    return absent ? lt_fail(err, LT_NOTFOUND, "job.absent", "id", j->id, (char *)NULL) : status;
}

static json_t *job_item(sqlite3_stmt *st)
{
    struct sys_job j;
    read_job(st, &j);
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:o*, s:o*}", "id", j.id, "kind", j.kind, "owner", j.owner, "state", j.state,
                     "done", j.done, "total", j.total, "created", sysdb_instant(j.created), "changed", sysdb_instant(j.changed));
}

/* Newest first. */
int sysdb_job_list(struct sysdb *db, const char *owner, int limit, const char *cursor, json_t **items, char **next,
                   struct lt_error *err)
{
    struct sql q;
    sql_init(&q);
    limit = sysdb_limit(limit);
    sql_number(&q, limit + 1);
    lt_buf_adds(&q.text, "SELECT " JOB_COLUMNS " FROM job WHERE 1");
    if (owner)
        sql_fragment(&q, " AND owner = #", sql_text(&q, owner), false, "");
    int status = sysdb_after(&q, "sys_jobs", "s", " AND id < #", cursor, err);
    lt_buf_adds(&q.text, " ORDER BY id DESC LIMIT ?1");
    pthread_mutex_lock(&db->lock);
    if (status == LT_OK)
        status = sysdb_page(db, "sys_jobs", false, &q, limit, job_item, items, next, err);
    pthread_mutex_unlock(&db->lock);
    sql_free(&q);
    return status;
}

/* --- notices --- */

int sysdb_notice_add(struct sysdb *db, const char *subject, const char *kind, const json_t *about, struct lt_error *err)
{
    char *text = NULL, id[LT_ID_SIZE];
    int status = to_text(about, &text, err);
    lt_id_next(db->ids, id);
    pthread_mutex_lock(&db->lock);
    if (status == LT_OK)
        status = db_run(db->db, err, "INSERT INTO notice VALUES (?1, ?2, ?3, ?4, ?5, 0)", "ssssi", id, subject, kind, text,
                        lt_clock_now(db->clock));
    pthread_mutex_unlock(&db->lock);
    free(text);
    return status;
}

static json_t *notice_item(sqlite3_stmt *st)
{
    return json_pack("{s:s, s:s, s:o*, s:o*, s:b}", "id", db_text(st, 0), "kind", db_text(st, 1), "about", sysdb_json(st, 2), "at",
                     sysdb_instant(sqlite3_column_int64(st, 3)), "read", sqlite3_column_int64(st, 4) != 0);
}

/* Newest first. */
int sysdb_notice_list(struct sysdb *db, const char *subject, bool unread_only, int limit, const char *cursor, json_t **items,
                      char **next, struct lt_error *err)
{
    struct sql q;
    sql_init(&q);
    limit = sysdb_limit(limit);
    sql_number(&q, limit + 1);
    sql_fragment(&q, "SELECT id, kind, about, at, read_at FROM notice WHERE subject = #", sql_text(&q, subject), false, "");
    if (unread_only)
        lt_buf_adds(&q.text, " AND read_at = 0");
    int status = sysdb_after(&q, "sys_notices", "s", " AND id < #", cursor, err);
    lt_buf_adds(&q.text, " ORDER BY id DESC LIMIT ?1");
    pthread_mutex_lock(&db->lock);
    if (status == LT_OK)
        status = sysdb_page(db, "sys_notices", false, &q, limit, notice_item, items, next, err);
    pthread_mutex_unlock(&db->lock);
    sql_free(&q);
    return status;
}

int sysdb_notice_read(struct sysdb *db, const char *subject, const char *id, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "UPDATE notice SET read_at = iif(read_at = 0, ?3, read_at) WHERE id = ?1 AND subject = ?2", "ssi", id,
                        subject, lt_clock_now(db->clock));
    bool absent = status == LT_OK && db_changes(db->db) == 0;
    pthread_mutex_unlock(&db->lock);
    return absent ? lt_fail(err, LT_NOTFOUND, "notice.absent", "id", id, (char *)NULL) : status;
}

/* --- settings and answers --- */

static int get_json(struct sysdb *db, sqlite3_stmt *st, json_t **out, struct lt_error *err)
{
    int found = db_next(db->db, st, err);
    json_t *doc = found > 0 ? sysdb_json(st, 0) : NULL;
    db_done(st);
    if (found >= 0)
        *out = doc;
    return found < 0 ? found : LT_OK;
}

int sysdb_setting_get(struct sysdb *db, const char *subject, json_t **out, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    json_t *doc = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT json FROM setting WHERE subject = ?1", "s", subject);
    if (status == LT_OK)
        status = get_json(db, st, &doc, err);
    pthread_mutex_unlock(&db->lock);
    if (status == LT_OK && !doc && !(doc = json_object()))
        status = lt_fail_memory(err);
    if (status == LT_OK)
        *out = doc;
    return status;
}

int sysdb_setting_put(struct sysdb *db, const char *subject, const json_t *settings, struct lt_error *err)
{
    char *text = NULL;
    int status = to_text(settings, &text, err);
    pthread_mutex_lock(&db->lock);
    if (status == LT_OK)
        status = db_run(db->db, err, "INSERT OR REPLACE INTO setting VALUES (?1, ?2)", "ss", subject, text ? text : "{}");
    pthread_mutex_unlock(&db->lock);
    free(text);
    return status;
}

int sysdb_answer_get(struct sysdb *db, const char *account, const char *key, json_t **out, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    json_t *doc = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT json FROM answer WHERE account = ?1 AND key = ?2 AND at > ?3", "ssi", account, key,
                          lt_clock_now(db->clock) - ANSWER_KEPT_MS);
    if (status == LT_OK)
        status = get_json(db, st, &doc, err);
    pthread_mutex_unlock(&db->lock);
    if (status < 0)
        return status;
    if (!doc)
        return lt_fail(err, LT_NOTFOUND, "answer.absent", (char *)NULL);
    *out = doc;
    return LT_OK;
}

int sysdb_answer_put(struct sysdb *db, const char *account, const char *key, const json_t *answer, struct lt_error *err)
{
    char *text = NULL;
    int64_t now = lt_clock_now(db->clock);
    int status = to_text(answer, &text, err);
    pthread_mutex_lock(&db->lock);
    bool alone = !db->begun; /* then no flush of its own */
    if (status == LT_OK && alone)
        status = db_exec(db->db, "PRAGMA synchronous = NORMAL", err);
    if (status == LT_OK)
        status = db_run(db->db, err, "INSERT OR REPLACE INTO answer VALUES (?1, ?2, ?3, ?4)", "sssi", account, key, text ? text : "null", now);
    if (alone)
        db_exec(db->db, "PRAGMA synchronous = FULL", NULL);
    pthread_mutex_unlock(&db->lock);
    free(text);
    return status;
}

int sysdb_answer_purge(struct sysdb *db, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "DELETE FROM answer WHERE at <= ?1", "i", lt_clock_now(db->clock) - ANSWER_KEPT_MS);
    pthread_mutex_unlock(&db->lock);
    return status;
}
