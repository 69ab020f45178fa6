/* Who has unread notices: for the letters that tell of them. */
#include "index/sysdb.h"

int sysdb_notice_waiting(struct sysdb *db, json_t **items, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    json_t *found = json_array();
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT subject, max(at) FROM notice WHERE read_at = 0 GROUP BY subject ORDER BY subject", ""), more = 0;
    while (status == LT_OK && (more = db_next(db->db, st, err)) > 0) {
        if (json_array_append_new(found, json_pack("{s:s, s:I}", "subject", db_text(st, 0), "newest", (json_int_t)sqlite3_column_int64(st, 1))))
            status = lt_fail_memory(err);
    }
    db_done(st);
    pthread_mutex_unlock(&db->lock);
    if (status == LT_OK && more < 0) status = more;
    if (status < 0) json_decref(found);
    else *items = found;
    return status;
}
