/* Copies of system.db: SQLite's own way of copying a database that is being written. */
#include "index/sysdb.h"

#include <unistd.h>

enum { PAGES_A_STEP = 512 };

/* The source is read inside one transaction of a connection of its own, so that all pages are of one moment. */
static int copy_pages(struct db *from, sqlite3 *to, int (*step)(void *user, int done, int total), void *user, struct lt_error *err)
{
    int rc = db_exec(from, "BEGIN; SELECT count(*) FROM sqlite_master", err);
    if (rc) return rc;
    sqlite3_backup *b = sqlite3_backup_init(to, "main", db_handle(from), "main");
    int what = b ? SQLITE_OK : SQLITE_ERROR;
    while (!rc && what == SQLITE_OK) {
        what = sqlite3_backup_step(b, PAGES_A_STEP);
        int total = sqlite3_backup_pagecount(b);
        if (what == SQLITE_OK && step) rc = step(user, total - sqlite3_backup_remaining(b), total);
    }
    if (b) sqlite3_backup_finish(b);
    if (!rc && what != SQLITE_DONE)
        rc = lt_fail(err, LT_SYSTEM, sqlite3_errcode(to) == SQLITE_FULL ? "sysdb.disk_full" : "sysdb.failed", "why", sqlite3_errmsg(to), (char *)NULL);
    db_exec(from, "COMMIT", NULL);
    return rc;
}

int sysdb_copy(struct sysdb *db, const char *path, int (*step)(void *user, int done, int total), void *user, struct lt_error *err)
{
    struct db_config config = {.path = sqlite3_db_filename(db_handle(db->db), "main"), .area = "sysdb", .read_only = true, .cache_kib = 512};
    struct db *from = NULL;
    sqlite3 *to = NULL;
    int rc = db_open(&config, &from, err);
    if (!rc && sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
        rc = lt_fail(err, LT_SYSTEM, "sysdb.failed", "why", sqlite3_errmsg(to), (char *)NULL);
    if (!rc) sqlite3_exec(to, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", NULL, NULL, NULL);
    if (!rc) rc = copy_pages(from, to, step, user, err);
    sqlite3_close(to);
    db_close(from);
    if (rc) unlink(path);
    return rc;
}

int sysdb_settle_copy(struct sysdb *db, struct sys_settled *out, struct lt_error *err)
{
    struct sys_settled s = {0};
    int rc = sysdb_begin(db, err);
    if (rc) return rc;
    rc = db_run(db->db, err, "DELETE FROM session WHERE kind = 'session'", "");
    if (!rc) s.sessions = db_changes(db->db);
    if (!rc) rc = db_run(db->db, err, "UPDATE job SET state = 'cancelled' WHERE state IN ('queued', 'running')", "");
    if (!rc) s.jobs = db_changes(db->db);
    if (!rc) rc = db_run(db->db, err, "DELETE FROM answer", "");
    int end = sysdb_end(db, rc == 0, err);
    if (!rc && !end) *out = s;
    return rc ? rc : end;
}
