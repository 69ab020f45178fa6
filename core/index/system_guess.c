/* What is kept of wrong passwords between two runs of the program (usecase/guess.h): numbers alone, as many rows as there are slots. */
#include "index/sysdb.h"

static int put(struct sysdb *db, const struct sys_guess *g, struct lt_error *err)
{
    if (!g->key) return db_run(db->db, err, "DELETE FROM guess WHERE slot = ?1", "i", g->slot);
    return db_run(db->db, err, "INSERT OR REPLACE INTO guess (slot, key, login, last, until, wrong) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "iiiiii",
                  g->slot, (int64_t)g->key, (int64_t)g->login, g->last, g->until, g->wrong);
}

int sysdb_guess_put(struct sysdb *db, const struct sys_guess *rows, size_t n, struct lt_error *err)
{
    int rc = sysdb_begin(db, err);
    if (rc) return rc;
    for (size_t i = 0; !rc && i < n; i++) rc = put(db, &rows[i], err);
    int ended = sysdb_end(db, !rc, rc ? NULL : err);
    return rc ? rc : ended;
}

int sysdb_guess_each(struct sysdb *db, void (*each)(void *user, const struct sys_guess *g), void *user, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    pthread_mutex_lock(&db->lock);
    int rc = db_query(db->db, &st, err, "SELECT slot, key, login, last, until, wrong FROM guess ORDER BY slot", ""), more = rc;
    while (!rc && (more = db_next(db->db, st, err)) > 0) {
        struct sys_guess g = {.slot = sqlite3_column_int64(st, 0), .key = (uint64_t)sqlite3_column_int64(st, 1),
                              .login = (uint64_t)sqlite3_column_int64(st, 2), .last = sqlite3_column_int64(st, 3),
                              .until = sqlite3_column_int64(st, 4), .wrong = sqlite3_column_int64(st, 5)};
        each(user, &g);
    }
    if (!rc) db_done(st);
    pthread_mutex_unlock(&db->lock);
    return rc ? rc : more < 0 ? more : 0;
}
