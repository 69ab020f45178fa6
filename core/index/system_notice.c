/* Notices that come in numbers. */
#include "index/sysdb.h"

#include "base/buf.h"
#include "base/json.h"

#include <string.h>

static int put_one(struct sysdb *db, const json_t *n, struct lt_error *err)
{
    struct lt_buf about = LT_BUF_INIT(1 << 14);
    const json_t *o = lt_json_object(n, "about");
    int status = o ? lt_json_compact(o, &about, err) : LT_OK;
    if (status == LT_OK)
        status = db_run(db->db, err, "INSERT OR IGNORE INTO notice VALUES (?1, ?2, ?3, ?4, ?5, 0)", "ssssi", lt_json_str_or(n, "id", ""),
                        lt_json_str_or(n, "subject", ""), lt_json_str_or(n, "kind", ""), about.data ? about.data : "{}", lt_json_int(n, "at", 0));
    lt_buf_free(&about);
    return status;
}

int sysdb_notices_put(struct sysdb *db, const json_t *notices, struct lt_error *err)
{
    size_t i;
    const json_t *n;
    pthread_mutex_lock(&db->lock);
    /* a savepoint is a transaction of its own where there is none */
    int status = db_exec(db->db, "SAVEPOINT notices", err);
    bool begun = status == LT_OK;
    json_array_foreach(notices, i, n) {
        if (status == LT_OK)
            status = put_one(db, n, err);
    }
    if (status == LT_OK)
        status = db_exec(db->db, "RELEASE notices", err);
    else if (begun)
        db_exec(db->db, "ROLLBACK TO notices; RELEASE notices", NULL);
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_notice_count(struct sysdb *db, const char *subject, int64_t *unread, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_int(db->db, 0, unread, err, "SELECT count(*) FROM notice WHERE subject = ?1 AND read_at = 0", "s", subject);
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_notice_read_all(struct sysdb *db, const char *subject, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "UPDATE notice SET read_at = ?2 WHERE subject = ?1 AND read_at = 0", "si", subject, lt_clock_now(db->clock));
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_notice_purge(struct sysdb *db, int64_t before, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "DELETE FROM notice WHERE at < ?1", "i", before);
    pthread_mutex_unlock(&db->lock);
    return status;
}
