/* Jobs: what the runner asks. Adding, looking and changing: system_work.c. */
#include "index/sysdb.h"

#define ENDED "state NOT IN ('queued', 'running')"

int sysdb_job_move(struct sysdb *db, const char *id, const char *from, const char *to, int64_t at, bool *moved, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "UPDATE job SET state = ?3, changed = ?4 WHERE id = ?1 AND state = ?2", "sssi", id, from, to, at);
    *moved = status == LT_OK && db_changes(db->db) > 0;
    pthread_mutex_unlock(&db->lock);
    return status;
}

/* With the lock held; ends the statement. */
static int ids_of(struct sysdb *db, sqlite3_stmt *st, json_t **ids, struct lt_error *err)
{
    json_t *list = json_array();
    int more = 1, status = list ? LT_OK : lt_fail_memory(err);
    while (status == LT_OK && (more = db_next(db->db, st, err)) > 0)
        if (json_array_append_new(list, json_string(db_text(st, 0)))) status = lt_fail_memory(err);
    db_done(st);
    if (status == LT_OK && more < 0) status = more;
    if (status < 0) json_decref(list);
    else *ids = list;
    return status;
}

int sysdb_job_unfinished(struct sysdb *db, json_t **ids, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT id FROM job WHERE NOT (" ENDED ") ORDER BY id", "");
    if (status == LT_OK) status = ids_of(db, st, ids, err);
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_job_waiting(struct sysdb *db, const char *owner, int *n, struct lt_error *err)
{
    int64_t count = 0;
    pthread_mutex_lock(&db->lock);
    int status = db_int(db->db, 0, &count, err, "SELECT count(*) FROM job WHERE owner = ?1 AND NOT (" ENDED ")", "s", owner);
    pthread_mutex_unlock(&db->lock);
    *n = (int)count;
    return status;
}

int sysdb_job_ended_before(struct sysdb *db, int64_t at, json_t **ids, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT id FROM job WHERE changed < ?1 AND " ENDED, "i", at);
    if (status == LT_OK) status = ids_of(db, st, ids, err);
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_job_purge(struct sysdb *db, int64_t before, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "DELETE FROM job WHERE changed < ?1 AND " ENDED, "i", before);
    pthread_mutex_unlock(&db->lock);
    return status;
}
