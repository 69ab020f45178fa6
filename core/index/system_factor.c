/* The second factor, and the places an account is known at. */
#include "index/sysdb.h"

#include "base/text.h"

#include <string.h>

#define PLACES "8"

static int get(struct sysdb *db, const char *account, struct sys_factor *out, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    int status = db_query(db->db, &st, err,
                          "SELECT secret, confirmed, last_step, (SELECT count(*) FROM factor_code c WHERE c.account = f.account) FROM factor f"
                          " WHERE account = ?1",
                          "s", account);
    int found = status < 0 ? status : db_next(db->db, st, err);
    if (found > 0) {
        memset(out, 0, sizeof *out);
        lt_print(out->secret, sizeof out->secret, "%s", db_text(st, 0));
        out->confirmed = sqlite3_column_int(st, 1);
        out->last_step = sqlite3_column_int64(st, 2);
        out->codes_left = sqlite3_column_int(st, 3);
    }
    if (status == LT_OK) db_done(st);
    return found;
}

int sysdb_factor_get(struct sysdb *db, const char *account, struct sys_factor *out, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int found = get(db, account, out, err);
    pthread_mutex_unlock(&db->lock);
    if (found < 0) return found;
    return found ? LT_OK : lt_fail(err, LT_NOTFOUND, "factor.off", (char *)NULL);
}

int sysdb_factor_put(struct sysdb *db, const char *account, const char *secret, int64_t now, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "INSERT OR REPLACE INTO factor (account, secret, confirmed, last_step, created) VALUES (?1, ?2, 0, 0, ?3)", "ssi",
                        account, secret, now);
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_factor_remove(struct sysdb *db, const char *account, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "DELETE FROM factor_code WHERE account = ?1", "s", account);
    if (status == LT_OK) status = db_run(db->db, err, "DELETE FROM factor WHERE account = ?1", "s", account);
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_factor_step(struct sysdb *db, const char *account, int64_t step, bool *taken, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "UPDATE factor SET last_step = ?2, confirmed = 1 WHERE account = ?1 AND last_step < ?2", "si", account, step);
    *taken = status == LT_OK && db_changes(db->db) > 0;
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_factor_codes(struct sysdb *db, const char *account, const char (*sha256)[65], size_t n, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "DELETE FROM factor_code WHERE account = ?1", "s", account);
    for (size_t i = 0; status == LT_OK && i < n; i++)
        status = db_run(db->db, err, "INSERT OR REPLACE INTO factor_code (account, sha256) VALUES (?1, ?2)", "ss", account, sha256[i]);
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_factor_use_code(struct sysdb *db, const char *account, const char sha256[65], bool *taken, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "DELETE FROM factor_code WHERE account = ?1 AND sha256 = ?2", "ss", account, sha256);
    *taken = status == LT_OK && db_changes(db->db) > 0;
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_place_known(struct sysdb *db, const char *account, const char *place, int64_t since, bool *out, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT 1 FROM known_place WHERE account = ?1 AND place = ?2 AND last >= ?3", "ssi", account, place, since);
    int found = status < 0 ? status : db_next(db->db, st, err);
    if (status == LT_OK) db_done(st);
    pthread_mutex_unlock(&db->lock);
    *out = found > 0;
    return found < 0 ? found : LT_OK;
}

int sysdb_place_note(struct sysdb *db, const char *account, const char *place, int64_t now, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "INSERT OR REPLACE INTO known_place (account, place, last) VALUES (?1, ?2, ?3)", "ssi", account, place, now);
    if (status == LT_OK)
        status = db_run(db->db, err,
                        "DELETE FROM known_place WHERE account = ?1 AND place NOT IN"
                        " (SELECT place FROM known_place WHERE account = ?1 ORDER BY last DESC LIMIT " PLACES ")",
                        "s", account);
    pthread_mutex_unlock(&db->lock);
    return status;
}
