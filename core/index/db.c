#include "index/db.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lists are put together from fragments, so the number of texts is open; the least used statement makes room. */
#define CACHED 160

struct cached {
    uint64_t hash;
    uint64_t used;
    char *sql;
    sqlite3_stmt *st;
};

struct db {
    sqlite3 *sq;
    const char *area;
    uint64_t tick;
    size_t n;
    struct cached cache[CACHED];
};

static int fail_code(struct lt_error *err, const char *area, const char *what, const char *words)
{
    char code[64];
    snprintf(code, sizeof code, "%s.%s", area, what);
    return lt_fail(err, LT_SYSTEM, code, "why", words, (char *)NULL);
}

int db_fail(struct db *db, struct lt_error *err)
{
    switch (sqlite3_errcode(db->sq)) {
    case SQLITE_NOMEM:
        return lt_fail_memory(err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fail_code(err, db->area, "unusable", sqlite3_errmsg(db->sq));
    case SQLITE_FULL:
        return fail_code(err, db->area, "disk_full", sqlite3_errmsg(db->sq));
    default:
        return fail_code(err, db->area, "failed", sqlite3_errmsg(db->sq));
    }
}

sqlite3 *db_handle(struct db *db)
{
    return db->sq;
}

int db_exec(struct db *db, const char *sql, struct lt_error *err)
{
    return sqlite3_exec(db->sq, sql, NULL, NULL, NULL) == SQLITE_OK ? LT_OK : db_fail(db, err);
}

/* --- statements --- */

static uint64_t hash_of(const char *s)
{
    uint64_t h = 1469598103934665603u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static struct cached *cache_slot(struct db *db)
{
    if (db->n < CACHED)
        return &db->cache[db->n++];
    struct cached *oldest = NULL;
    for (size_t i = 0; i < db->n; i++) {
        struct cached *c = &db->cache[i];
        if (!sqlite3_stmt_busy(c->st) && (!oldest || c->used < oldest->used))
            oldest = c;
    }
    if (oldest) {
        sqlite3_finalize(oldest->st);
        free(oldest->sql);
    }
    return oldest;
}

int db_prepare(struct db *db, const char *sql, sqlite3_stmt **out, struct lt_error *err)
{
    uint64_t hash = hash_of(sql);
    db->tick++;
    for (size_t i = 0; i < db->n; i++) {
        struct cached *c = &db->cache[i];
        if (c->hash == hash && strcmp(c->sql, sql) == 0 && !sqlite3_stmt_busy(c->st)) {
            c->used = db->tick;
            *out = c->st;
            return LT_OK;
        }
    }
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v3(db->sq, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK)
        return db_fail(db, err);
    char *copy = lt_strdup(sql);
    struct cached *slot = copy ? cache_slot(db) : NULL;
    if (!slot) {
        free(copy);
        sqlite3_finalize(st);
        return lt_fail_memory(err);
    }
    *slot = (struct cached){.hash = hash, .used = db->tick, .sql = copy, .st = st};
    *out = st;
    return LT_OK;
}

static int bind_all(struct db *db, sqlite3_stmt *st, const char *types, va_list args, struct lt_error *err)
{
    int rc = SQLITE_OK;
    for (int i = 1; *types && rc == SQLITE_OK; types++, i++) {
        const char *s;
        switch (*types) {
        case 's':
            s = va_arg(args, const char *);
            rc = sqlite3_bind_text(st, i, s ? s : "", -1, SQLITE_STATIC);
            break;
        case 'n':
            s = va_arg(args, const char *);
            rc = s ? sqlite3_bind_text(st, i, s, -1, SQLITE_STATIC) : sqlite3_bind_null(st, i);
            break;
        case 'I':
            rc = sqlite3_bind_int(st, i, va_arg(args, int));
            break;
        default:
            rc = sqlite3_bind_int64(st, i, va_arg(args, int64_t));
            break;
        }
    }
    return rc == SQLITE_OK ? LT_OK : db_fail(db, err);
}

int db_next(struct db *db, sqlite3_stmt *st, struct lt_error *err)
{
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        return 1;
    return rc == SQLITE_DONE ? 0 : db_fail(db, err);
}

void db_done(sqlite3_stmt *st)
{
    if (!st)
        return;
    sqlite3_reset(st);
    sqlite3_clear_bindings(st);
}

static int run(struct db *db, struct lt_error *err, bool *taken, const char *sql, const char *types, va_list args)
{
    sqlite3_stmt *st = NULL;
    int status = db_prepare(db, sql, &st, err);
    if (status < 0)
        return status;
    status = bind_all(db, st, types, args, err);
    if (status == LT_OK) {
        int rc;
        do
            rc = sqlite3_step(st);
        while (rc == SQLITE_ROW);
        if (rc == SQLITE_CONSTRAINT && taken)
            *taken = true;
        else if (rc != SQLITE_DONE)
            status = db_fail(db, err);
    }
    db_done(st);
    return status;
}

int db_run(struct db *db, struct lt_error *err, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    int status = run(db, err, NULL, sql, types, args);
    va_end(args);
    return status;
}

int db_run_unique(struct db *db, struct lt_error *err, bool *taken, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    *taken = false;
    int status = run(db, err, taken, sql, types, args);
    va_end(args);
    return status;
}

int64_t db_changes(struct db *db)
{
    return sqlite3_changes64(db->sq);
}

void db_cache(struct db *db, int kib)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA cache_size = -%d", kib);
    db_exec(db, sql, NULL);
    if (sqlite3_get_autocommit(db->sq))
        sqlite3_db_release_memory(db->sq);
}

static int query(struct db *db, sqlite3_stmt **out, struct lt_error *err, const char *sql, const char *types,
                 va_list args)
{
    sqlite3_stmt *st = NULL;
    int status = db_prepare(db, sql, &st, err);
    if (status < 0)
        return status;
    status = bind_all(db, st, types, args, err);
    if (status < 0)
        db_done(st);
    else
        *out = st;
    return status;
}

int db_query(struct db *db, sqlite3_stmt **out, struct lt_error *err, const char *sql, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    int status = query(db, out, err, sql, types, args);
    va_end(args);
    return status;
}

int db_int(struct db *db, int64_t dflt, int64_t *out, struct lt_error *err, const char *sql, const char *types, ...)
{
    sqlite3_stmt *st = NULL;
    va_list args;
    va_start(args, types);
    int status = query(db, &st, err, sql, types, args);
    va_end(args);
    if (status < 0)
        return status;
    int more = db_next(db, st, err);
    if (more >= 0)
        *out = more && sqlite3_column_type(st, 0) != SQLITE_NULL ? sqlite3_column_int64(st, 0) : dflt;
    db_done(st);
    return more < 0 ? more : LT_OK;
}

const char *db_text(sqlite3_stmt *st, int column)
{
    const char *s = (const char *)sqlite3_column_text(st, column);
    return s ? s : "";
}

/* --- opening --- */

static int do_step(struct db *db, const struct db_step *step, size_t number, struct lt_error *err)
{
    char mark[64];
    snprintf(mark, sizeof mark, "PRAGMA user_version = %zu", number);
    int status = db_exec(db, "BEGIN IMMEDIATE", err);
    if (status < 0)
        return status;
    status = db_exec(db, step->sql, err);
    if (status == LT_OK)
        status = db_exec(db, mark, err);
    if (status == LT_OK)
        status = db_exec(db, "COMMIT", err);
    if (status < 0)
        db_exec(db, "ROLLBACK", NULL);
    return status;
}

int db_migrate(struct db *db, const struct db_schema *schema, size_t upto, bool *refill, struct lt_error *err)
{
    int64_t version = 0;
    int status = db_int(db, 0, &version, err, "PRAGMA user_version", "");
    if (status < 0)
        return status;
    if (version < 0 || (uint64_t)version > schema->n)
        return fail_code(err, db->area, "unusable", "newer schema");
    if (!upto || upto > schema->n)
        upto = schema->n;
    *refill = false;
    for (size_t i = (size_t)version; i < upto && status == LT_OK; i++) {
        status = do_step(db, &schema->steps[i], i + 1, err);
        *refill = *refill || schema->steps[i].refill;
    }
    return status;
}

static int set_up(struct db *db, const struct db_config *config, struct lt_error *err)
{
    char sql[400];
    sqlite3_busy_timeout(db->sq, 10000);
    sqlite3_extended_result_codes(db->sq, 0);
    sqlite3_db_config(db->sq, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->sq, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* removed text must not stay readable in the file: secure_delete. Sorters keep names in memory, not in /tmp: temp_store. */
    snprintf(sql, sizeof sql,
             "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA cache_size = -%d;"
             "PRAGMA synchronous = %s; PRAGMA mmap_size = 0; %s",
             config->cache_kib, config->full_sync ? "FULL" : "NORMAL",
             config->read_only ? "PRAGMA query_only = ON;" : "PRAGMA journal_mode = WAL;");
    int status = db_exec(db, sql, err);
    if (status < 0 || config->read_only)
        return status;
    int64_t pages = 0;
    return db_int(db, 0, &pages, err, "SELECT count(*) FROM sqlite_schema", "");
}

int db_open(const struct db_config *config, struct db **out, struct lt_error *err)
{
    struct db *db = calloc(1, sizeof *db);
    if (!db)
        return lt_fail_memory(err);
    db->area = config->area;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (config->read_only ? 0 : SQLITE_OPEN_CREATE);
    int status = LT_OK;
    if (sqlite3_open_v2(config->path, &db->sq, flags, NULL) != SQLITE_OK)
        status = db->sq ? fail_code(err, db->area, "unusable", sqlite3_errmsg(db->sq)) : lt_fail_memory(err);
    if (status == LT_OK)
        status = set_up(db, config, err);
    if (status < 0) {
        db_close(db);
        return status;
    }
    *out = db;
    return LT_OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < db->n; i++) {
        sqlite3_finalize(db->cache[i].st);
        free(db->cache[i].sql);
    }
    sqlite3_close(db->sq);
    free(db);
}
