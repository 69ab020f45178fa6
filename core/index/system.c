#include "index/sysdb.h"

#include "index/schema.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_KIB 1024
#define LIMIT_MAX 1000

int sysdb_open(const char *path, const struct lt_clock *clock, struct sysdb **out, struct lt_error *err)
{
    struct sysdb *db = calloc(1, sizeof *db);
    if (!db)
        return lt_fail_memory(err);
    pthread_mutexattr_t kind;
    bool made = pthread_mutexattr_init(&kind) == 0;
    made = made && pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE) == 0 && pthread_mutex_init(&db->lock, &kind) == 0;
    pthread_mutexattr_destroy(&kind);
    if (!made) {
        free(db);
        return lt_fail_memory(err);
    }
    db->clock = clock;
    bool refill = false;
    struct db_config config = {.path = path, .area = "sysdb", .full_sync = true, .cache_kib = CACHE_KIB};
    int status = (db->ids = lt_id_source_new(clock)) ? LT_OK : lt_fail_memory(err);
    if (status == LT_OK)
        status = db_open(&config, &db->db, err);
    if (status == LT_OK)
        status = db_migrate(db->db, &sysdb_schema, 0, &refill, err);
    if (status < 0) {
        sysdb_close(db);
        return status;
    }
    *out = db;
    return LT_OK;
}

void sysdb_close(struct sysdb *db)
{
    if (!db)
        return;
    db_close(db->db);
    lt_id_source_free(db->ids);
    pthread_mutex_destroy(&db->lock);
    free(db);
}

int sysdb_begin(struct sysdb *db, struct lt_error *err)
{
    pthread_mutex_lock(&db->lock);
    int status = db_exec(db->db, "BEGIN IMMEDIATE", err);
    db->begun = status == LT_OK;
    if (status < 0)
        pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_end(struct sysdb *db, bool commit, struct lt_error *err)
{
    int status = commit ? db_exec(db->db, "COMMIT", err) : LT_OK;
    if (!commit || status < 0)
        db_exec(db->db, "ROLLBACK", NULL);
    db->begun = false;
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_check(struct sysdb *db, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    pthread_mutex_lock(&db->lock);
    int status = db_query(db->db, &st, err, "PRAGMA integrity_check(1)", "");
    if (status == LT_OK) {
        int more = db_next(db->db, st, err);
        if (more < 0 || strcmp(db_text(st, 0), "ok") != 0) {
            char why[200];
            lt_print(why, sizeof why, "%s", more < 0 ? "unreadable" : db_text(st, 0));
            status = lt_fail(err, LT_REFUSED, "sysdb.damaged", "why", why, (char *)NULL);
        }
        db_done(st);
    }
    if (status == LT_OK && (status = db_query(db->db, &st, err, "PRAGMA foreign_key_check", "")) == LT_OK) {
        if (db_next(db->db, st, err) > 0)
            status = lt_fail(err, LT_REFUSED, "sysdb.damaged", "why", db_text(st, 0), (char *)NULL);
        db_done(st);
    }
    pthread_mutex_unlock(&db->lock);
    return status;
}

int sysdb_limit(int limit)
{
    return limit < 1 ? 1 : limit > LIMIT_MAX ? LIMIT_MAX : limit;
}

json_t *sysdb_instant(int64_t ms)
{
    char text[LT_INSTANT_SIZE];
    return ms ? json_string(lt_instant_format(ms, text)) : NULL;
}

json_t *sysdb_json(sqlite3_stmt *st, int column)
{
    json_t *doc = NULL;
    const char *text = db_text(st, column);
    if (*text)
        lt_json_parse(text, strlen(text), SIZE_MAX, &doc, NULL);
    return doc;
}

int sysdb_after(struct sql *q, const char *list, const char *types, const char *condition, const char *cursor, struct lt_error *err)
{
    json_t *key = NULL;
    if (!cursor || !*cursor)
        return LT_OK;
    int status = cursor_read(list, types, cursor, &key, err);
    if (status < 0)
        return status;
    const json_t *v = json_array_get(key, 0);
    int n = json_is_integer(v) ? sql_number(q, json_integer_value(v)) : sql_text(q, json_string_value(v));
    sql_fragment(q, condition, n, false, "");
    json_decref(key);
    return LT_OK;
}

static int read_page(struct sysdb *db, const char *list, bool number_key, sqlite3_stmt *st, int limit, sys_row_fn *row,
                     json_t *items, char **next, struct lt_error *err)
{
    json_t *key = NULL;
    int more, status = LT_OK;
    for (int n = 0; status == LT_OK && (more = db_next(db->db, st, err)) != 0; n++) {
        if (more < 0) {
            status = more;
        } else if (n == limit) {
            status = cursor_make(list, key, next, err);
            break;
        } else if (json_array_append_new(items, row(st)) < 0) {
            status = lt_fail_memory(err);
        } else if (n == limit - 1) {
            key = number_key ? json_pack("[I]", (json_int_t)sqlite3_column_int64(st, 0)) : json_pack("[s]", db_text(st, 0));
        }
    }
    json_decref(key);
    return status;
}

int sysdb_page(struct sysdb *db, const char *list, bool number_key, struct sql *q, int limit, sys_row_fn *row, json_t **items,
               char **next, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    json_t *found = json_array();
    char *text = NULL;
    int status = found ? sql_start(q, db->db, &st, err) : lt_fail_memory(err);
    if (status == LT_OK)
        status = read_page(db, list, number_key, st, limit, row, found, &text, err);
    db_done(st);
    if (status < 0) {
        json_decref(found);
        return status;
    }
    *items = found;
    if (next)
        *next = text;
    else
        free(text);
    return LT_OK;
}
