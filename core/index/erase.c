/* What a database must do after an erasure so that nothing of the removed rows can be read from its files. */
#include "index/store.h"
#include "index/sysdb.h"

#include "base/json.h"
#include "base/text.h"

/* secure_delete overwrites what is removed, but pages that were rearranged before may hold older copies: VACUUM writes the file anew. The log is
 * then emptied, which readers of older states hold up; each try waits for them as long as the connection waits for locks. */
enum { CHECKPOINT_TRIES = 6 };

static int scrub(struct db *db, const char *first, const char *area, struct lt_error *err)
{
    int64_t busy = 1;
    int status = *first ? db_exec(db, first, err) : LT_OK;
    if (status == LT_OK) status = db_exec(db, "VACUUM", err);
    for (int i = 0; status == LT_OK && busy && i < CHECKPOINT_TRIES; i++)
        status = db_int(db, 1, &busy, err, "PRAGMA wal_checkpoint(TRUNCATE)", "");
    if (status == LT_OK && busy) status = lt_fail(err, LT_CONFLICT, "erase.log_busy", "file", area, (char *)NULL);
    return status;
}

int index_scrub(struct index *ix, struct lt_error *err)
{
    pthread_mutex_lock(&ix->write_lock);
    int status = scrub(ix->writer, "INSERT INTO fts (fts) VALUES ('optimize'); INSERT INTO name_fts (name_fts) VALUES ('optimize')",
                       "index.db", err);
    pthread_mutex_unlock(&ix->write_lock);
    return status;
}

int sysdb_scrub(struct sysdb *db, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = scrub(db->db, "", "system.db", err);
    pthread_mutex_unlock(&db->lock);
    return status;
}

/* Rows of the access log stay: they hold ids only, and their chain must hold. */
static int erase_subject(struct sysdb *db, const char *id, struct lt_error *err)
{
    static const char *const sql[] = {
        "DELETE FROM answer WHERE account = ?1 OR account IN (SELECT id FROM account WHERE subject = ?1) OR instr(json, ?1)",
        "DELETE FROM account WHERE subject = ?1",
        "DELETE FROM notice WHERE subject = ?1 OR instr(about, ?1)",
        "DELETE FROM setting WHERE subject = ?1",
        "DELETE FROM job WHERE state NOT IN ('queued', 'running') AND (owner = ?1 OR instr(ifnull(input, ''), ?1) OR instr(ifnull(result, ''), ?1))",
    };
    int status = LT_OK;
    for (size_t i = 0; i < sizeof sql / sizeof sql[0] && status == LT_OK; i++)
        status = db_run(db->db, err, sql[i], "s", id);
    return status;
}

int sysdb_erase(struct sysdb *db, const json_t *subjects, struct lt_error *err)
{
    size_t i;
    const json_t *id;
    pthread_mutex_lock(&db->lock);
    int status = db_exec(db->db, "BEGIN IMMEDIATE", err);
    bool begun = status == LT_OK;
    json_array_foreach(subjects, i, id) {
        if (status == LT_OK) status = erase_subject(db, json_string_value(id), err);
    }
    /* Names without an id may stand in what was answered to others: of those calls only that they were done is kept. */
    if (status == LT_OK)
        status = db_exec(db->db,
                         "UPDATE job SET input = NULL, result = NULL WHERE state NOT IN ('queued', 'running');"
                         "UPDATE answer SET json = json_set(json, '$.answer', json('{\"repeated\":true}'))"
                         " WHERE json_valid(json) AND json_type(json, '$.answer') = 'object'",
                         err);
    if (status == LT_OK) status = db_exec(db->db, "COMMIT", err);
    if (status < 0 && begun) db_exec(db->db, "ROLLBACK", NULL);
    pthread_mutex_unlock(&db->lock);
    return status;
}
