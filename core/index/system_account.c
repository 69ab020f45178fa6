/* Accounts, sessions and tokens. */
#include "index/sysdb.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

#define LAST_USED_STEP_MS 60000

/* --- accounts --- */

#define ACCOUNT_COLUMNS                                                                                              \
    "id, login, subject, is_pupil, disabled, must_change, confirmed, hash, failures, locked_until, created, changed, slip_expires"

static void read_account(sqlite3_stmt *st, struct sys_account *a)
{
    memset(a, 0, sizeof *a);
    lt_print(a->id, sizeof a->id, "%s", db_text(st, 0));
    lt_print(a->login, sizeof a->login, "%s", db_text(st, 1));
    lt_print(a->subject, sizeof a->subject, "%s", db_text(st, 2));
    a->is_pupil = sqlite3_column_int(st, 3);
    a->disabled = sqlite3_column_int(st, 4);
    a->must_change = sqlite3_column_int(st, 5);
    a->confirmed = sqlite3_column_int(st, 6);
    lt_print(a->hash, sizeof a->hash, "%s", db_text(st, 7));
    a->failures = sqlite3_column_int(st, 8);
    a->locked_until = sqlite3_column_int64(st, 9);
    a->created = sqlite3_column_int64(st, 10);
    a->changed = sqlite3_column_int64(st, 11);
    a->slip_expires = sqlite3_column_int64(st, 12);
}

int sysdb_account_add(struct sysdb *db, const struct sys_account *a, struct lt_error *err)
{
    bool taken = false;
    pthread_mutex_lock(&db->lock);
    int status = db_run_unique(db->db, err, &taken, "INSERT INTO account (" ACCOUNT_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                               " ?11, ?12, ?13)", "sssIIIIsIiiii", a->id, a->login, a->subject, (int)a->is_pupil, (int)a->disabled,
                               (int)a->must_change, (int)a->confirmed, a->hash, a->failures, a->locked_until, a->created,
                               a->changed, a->slip_expires);
    pthread_mutex_unlock(&db->lock);
    return taken ? lt_fail_field(err, LT_CONFLICT, "login", "account.login_taken", "login", a->login, (char *)NULL) : status;
}

static int find_account(struct sysdb *db, const char *sql, const char *key, struct sys_account *out, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, sql, "s", key), found = 0;
    if (status == LT_OK) {
        found = db_next(db->db, st, err);
        if (found > 0)
            read_account(st, out);
        db_done(st);
    }
    pthread_mutex_unlock(&db->lock);
    if (status < 0 || found < 0)
        return status < 0 ? status : found;
    return found ? LT_OK : lt_fail(err, LT_NOTFOUND, "account.absent", "account", key, (char *)NULL);
}

int sysdb_account_by_login(struct sysdb *db, const char *login, struct sys_account *out, struct lt_error *err)
{
    return find_account(db, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE login = ?1", login, out, err);
}

int sysdb_account_by_id(struct sysdb *db, const char *id, struct sys_account *out, struct lt_error *err)
{
    return find_account(db, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = ?1", id, out, err);
}

int sysdb_account_by_subject(struct sysdb *db, const char *subject, struct sys_account *out, struct lt_error *err)
{
    return find_account(db, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE subject = ?1 ORDER BY id LIMIT 1", subject, out, err);
}

int sysdb_account_update(struct sysdb *db, const struct sys_account *a, struct lt_error *err)
{
    bool taken = false;
    pthread_mutex_lock(&db->lock);
    int status = db_run_unique(db->db, err, &taken,
                               "UPDATE account SET login = ?2, subject = ?3, is_pupil = ?4, disabled = ?5, must_change = ?6, confirmed = ?7,"
                               " hash = ?8, failures = ?9, locked_until = ?10, changed = ?11, slip_expires = ?12 WHERE id = ?1",
                               "sssIIIIsIiii", a->id, a->login, a->subject, (int)a->is_pupil, (int)a->disabled,
                               (int)a->must_change, (int)a->confirmed, a->hash, a->failures, a->locked_until, a->changed,
                               a->slip_expires);
    bool absent = status == LT_OK && !taken && db_changes(db->db) == 0;
    pthread_mutex_unlock(&db->lock);
    if (taken)
        return lt_fail_field(err, LT_CONFLICT, "login", "account.login_taken", "login", a->login, (char *)NULL);
    return absent ? lt_fail(err, LT_NOTFOUND, "account.absent", "account", a->id, (char *)NULL) : status;
}

/* The hash of the password is nobody's business. */
static json_t *account_item(sqlite3_stmt *st)
{
    struct sys_account a;
    read_account(st, &a);
    json_t *item = json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:o*, s:o*, s:o*}", "id", a.id, "login", a.login,
                             "subject", a.subject, "is_pupil", a.is_pupil, "disabled", a.disabled, "must_change", a.must_change,
                             "confirmed", a.confirmed, "has_password", a.hash[0] != '\0', "locked_until",
                             sysdb_instant(a.locked_until), "created", sysdb_instant(a.created), "slip_expires",
                             sysdb_instant(a.slip_expires));
    return item;
}

/* In order of birth: ids are UUIDv7. */
int sysdb_account_list(struct sysdb *db, const char *subject, int limit, const char *cursor, json_t **items, char **next, struct lt_error *err)
{
    struct sql q;
    sql_init(&q);
    limit = sysdb_limit(limit);
    sql_number(&q, limit + 1);
    lt_buf_adds(&q.text, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE 1");
    if (subject) sql_fragment(&q, " AND subject = #", sql_text(&q, subject), false, "");
    int status = sysdb_after(&q, "sys_accounts", "s", " AND id > #", cursor, err);
    lt_buf_adds(&q.text, " ORDER BY id LIMIT ?1");
    pthread_mutex_lock(&db->lock);
    if (status == LT_OK)
        status = sysdb_page(db, "sys_accounts", false, &q, limit, account_item, items, next, err);
    pthread_mutex_unlock(&db->lock);
    sql_free(&q);
    return status;
}

/* With all that hangs on the person; rows of the access log stay, they hold ids only. */
int sysdb_account_remove_subject(struct sysdb *db, const char *subject, struct lt_error *err)
{
    static const char *const sql[] = {
        "DELETE FROM answer WHERE account IN (SELECT id FROM account WHERE subject = ?1)", "DELETE FROM account WHERE subject = ?1",
        "DELETE FROM notice WHERE subject = ?1", "DELETE FROM setting WHERE subject = ?1"};
    pthread_mutex_lock(&db->lock);
    int status = db_exec(db->db, "BEGIN IMMEDIATE", err);
    bool begun = status == LT_OK;
    for (size_t i = 0; i < sizeof sql / sizeof sql[0] && status == LT_OK; i++)
        status = db_run(db->db, err, sql[i], "s", subject);
    if (status == LT_OK)
        status = db_exec(db->db, "COMMIT", err);
    if (status < 0 && begun)
        db_exec(db->db, "ROLLBACK", NULL);
    /* removed rows must not stay readable in the write-ahead log; readers that hold it up only delay that */
    if (status == LT_OK)
        db_exec(db->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
    pthread_mutex_unlock(&db->lock);
    return status;
}

/* --- sessions --- */

int sysdb_session_add(struct sysdb *db, const struct sys_session *s, const char sha256[65], struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    /* the ended ones of this account make room */
    int status = db_run(db->db, err, "DELETE FROM session WHERE account = ?1 AND expires <= ?2", "si", s->account, lt_clock_now(db->clock));
    bool taken = false;
    if (status == LT_OK)
        status = db_run_unique(db->db, err, &taken,
                               "INSERT INTO session (id, account, kind, title, scope, sha256, created, last_used, expires) VALUES"
                               " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                               "ssssssiii", s->id, s->account, s->kind, s->title, s->scope, sha256, s->created, s->last_used, s->expires);
    pthread_mutex_unlock(&db->lock);
    return taken ? lt_fail(err, LT_NOTFOUND, "account.absent", "account", s->account, (char *)NULL) : status;
}

static void read_session(sqlite3_stmt *st, struct sys_session *s)
{
    memset(s, 0, sizeof *s);
    lt_print(s->id, sizeof s->id, "%s", db_text(st, 0));
    lt_print(s->account, sizeof s->account, "%s", db_text(st, 1));
    lt_print(s->kind, sizeof s->kind, "%s", db_text(st, 2));
    lt_print(s->title, sizeof s->title, "%s", db_text(st, 3));
    lt_print(s->scope, sizeof s->scope, "%s", db_text(st, 4));
    s->created = sqlite3_column_int64(st, 5);
    s->last_used = sqlite3_column_int64(st, 6);
    s->expires = sqlite3_column_int64(st, 7);
}

#define SESSION_COLUMNS "id, account, kind, title, scope, created, last_used, expires"

int sysdb_session_find(struct sysdb *db, const char sha256[65], struct sys_session *out, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    struct sys_session s;
    int64_t now = lt_clock_now(db->clock);
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT " SESSION_COLUMNS " FROM session WHERE sha256 = ?1 AND expires > ?2", "si", sha256, now);
    int found = status < 0 ? status : db_next(db->db, st, err);
    if (found > 0)
        read_session(st, &s), s.idle = now - s.last_used;
    db_done(st);
    if (found > 0 && (now - s.last_used >= LAST_USED_STEP_MS || now < s.last_used)) {
        s.last_used = now;
        status = db_run(db->db, err, "UPDATE session SET last_used = ?2 WHERE id = ?1", "si", s.id, now);
    }
    pthread_mutex_unlock(&db->lock);
    if (found < 0 || status < 0)
        return found < 0 ? found : status;
    if (!found)
        return lt_fail(err, LT_NOTFOUND, "session.unknown", (char *)NULL);
    *out = s;
    return LT_OK;
}

static json_t *session_item(sqlite3_stmt *st)
{
    struct sys_session s;
    read_session(st, &s);
    json_t *item = json_pack("{s:s, s:s, s:o*, s:o*, s:o*}", "id", s.id, "kind", s.kind, "created", sysdb_instant(s.created),
                             "last_used", sysdb_instant(s.last_used), "expires", sysdb_instant(s.expires));
    lt_json_put_str(item, "title", s.title);
    lt_json_put_str(item, "scope", s.scope);
    return item;
}

int sysdb_session_list(struct sysdb *db, const char *account, json_t **items, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    json_t *found = json_array();
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "SELECT " SESSION_COLUMNS " FROM session WHERE account = ?1 AND expires > ?2 ORDER BY id DESC",
                          "si", account, lt_clock_now(db->clock));
    int more = 0;
    while (status == LT_OK && (more = db_next(db->db, st, err)) > 0)
        if (json_array_append_new(found, session_item(st)) < 0)
            status = lt_fail_memory(err);
    db_done(st);
    pthread_mutex_unlock(&db->lock);
    if (status == LT_OK && more < 0)
        status = more;
    if (status < 0)
        json_decref(found);
    else
        *items = found;
    return status;
}

int sysdb_session_end(struct sysdb *db, const char *account, const char *id, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = id ? db_run(db->db, err, "DELETE FROM session WHERE account = ?1 AND id = ?2", "ss", account, id)
                    : db_run(db->db, err, "DELETE FROM session WHERE account = ?1", "s", account);
    bool absent = status == LT_OK && id && db_changes(db->db) == 0;
    pthread_mutex_unlock(&db->lock);
    return absent ? lt_fail(err, LT_NOTFOUND, "session.unknown", (char *)NULL) : status;
}

int sysdb_session_end_others(struct sysdb *db, const char *account, const char *id, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_run(db->db, err, "DELETE FROM session WHERE account = ?1 AND id <> ?2", "ss", account, id);
    pthread_mutex_unlock(&db->lock);
    return status;
}
