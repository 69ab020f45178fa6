/* Opening, the pool of readers, checks, the dump. */
#include "index/index.h"

#include "index/schema.h"
#include "index/store.h"
#include "index/words.h"

#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READER_CACHE_KIB 2048
#define READERS_DEFAULT 4

/* --- opening --- */

static int open_connection(const char *path, bool read_only, struct db **out, struct lt_error *err)
{
    struct db_config config = {
        .path = path, .area = "index", .read_only = read_only, .cache_kib = read_only ? READER_CACHE_KIB : WRITER_CACHE_KIB};
    struct db *db = NULL;
    int status = db_open(&config, &db, err);
    if (status == LT_OK && words_register(db_handle(db)) != SQLITE_OK)
        status = db_fail(db, err);
    if (status < 0)
        db_close(db);
    else
        *out = db;
    return status;
}

/* Another version of the tokenizer gives other tokens for the same rows; the rows themselves stay. */
static int renew_words(struct db *db, struct lt_error *err)
{
    int64_t version = 0;
    int status = db_int(db, 0, &version, err, "SELECT CAST(value AS INTEGER) FROM state WHERE key = 'words'", "");
    if (status < 0 || version == WORDS_VERSION)
        return status;
    status = db_exec(db, "BEGIN IMMEDIATE", err);
    if (status < 0)
        return status;
    if (version != 0)
        status = db_exec(db, "INSERT INTO fts (fts) VALUES ('rebuild'); INSERT INTO name_fts (name_fts) VALUES ('rebuild')", err);
    if (status == LT_OK)
        status = db_run(db, err, "INSERT OR REPLACE INTO state VALUES ('words', ?1)", "s", LT_NUM(WORDS_VERSION));
    if (status == LT_OK)
        status = db_exec(db, "COMMIT", err);
    if (status < 0)
        db_exec(db, "ROLLBACK", NULL);
    return status;
}

static int init_locks(struct index *ix)
{
    pthread_mutexattr_t attr;
    if (pthread_mutexattr_init(&attr))
        return -1;
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    int failed = pthread_mutex_init(&ix->write_lock, &attr);
    pthread_mutexattr_destroy(&attr);
    if (failed)
        return -1;
    if (pthread_mutex_init(&ix->pool_lock, NULL) == 0) {
        if (pthread_cond_init(&ix->pool_free, NULL) == 0) {
            if (pthread_mutex_init(&ix->queue_lock, NULL) == 0)
                return 0;
            pthread_cond_destroy(&ix->pool_free);
        }
        pthread_mutex_destroy(&ix->pool_lock);
    }
    pthread_mutex_destroy(&ix->write_lock);
    return -1;
}

int index_open(const struct index_config *config, struct index **out, bool *rebuild, struct lt_error *err)
{
    struct index *ix = calloc(1, sizeof *ix);
    if (!ix)
        return lt_fail_memory(err);
    if (init_locks(ix) < 0) {
        free(ix);
        return lt_fail_memory(err);
    }
    ix->readers = config->readers > 0 ? config->readers : READERS_DEFAULT;
    if (ix->readers > READERS_MAX)
        ix->readers = READERS_MAX;
    bool refill = false;
    int status = LT_OK;
    if (!(ix->path = lt_strdup(config->path)))
        status = lt_fail_memory(err);
    if (status == LT_OK)
        status = open_connection(ix->path, false, &ix->writer, err);
    if (status == LT_OK)
        status = db_migrate(ix->writer, &index_schema, 0, &refill, err);
    if (status == LT_OK)
        status = renew_words(ix->writer, err);
    if (status < 0) {
        index_close(ix);
        return status;
    }
    *rebuild = refill;
    *out = ix;
    return LT_OK;
}

void index_close(struct index *ix)
{
    if (!ix)
        return;
    for (int i = 0; i < ix->readers; i++)
        db_close(ix->reader[i]);
    db_close(ix->writer);
    texts_cut(&ix->texts, 0);
    node_free(&ix->reading);
    pthread_cond_destroy(&ix->pool_free);
    pthread_mutex_destroy(&ix->queue_lock);
    pthread_mutex_destroy(&ix->pool_lock);
    pthread_mutex_destroy(&ix->write_lock);
    free(ix->path);
    free(ix);
}

int index_remove(const char *path, struct lt_error *err)
{
    static const char *const endings[] = {"-wal", "-shm", "-journal", ""};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char *name = lt_format("%s%s", path, endings[i]);
        if (!name)
            return lt_fail_memory(err);
        int failed = unlink(name) < 0 && errno != ENOENT;
        int status = failed ? lt_fail_errno(err, "remove", name) : LT_OK;
        free(name);
        if (status < 0)
            return status;
    }
    return LT_OK;
}

/* --- the pool --- */

int index_reader(struct index *ix, struct db **out, struct lt_error *err)
{
    int chosen = -1;
    pthread_mutex_lock(&ix->pool_lock);
    while (chosen < 0) {
        /* an opened one before one that is still to be opened */
        for (int i = 0; i < ix->readers; i++) {
            if (!ix->busy[i] && (chosen < 0 || (ix->reader[i] && !ix->reader[chosen])))
                chosen = i;
        }
        if (chosen < 0)
            pthread_cond_wait(&ix->pool_free, &ix->pool_lock);
    }
    ix->busy[chosen] = true;
    pthread_mutex_unlock(&ix->pool_lock);
    int status = LT_OK;
    if (!ix->reader[chosen])
        status = open_connection(ix->path, true, &ix->reader[chosen], err);
    if (status == LT_OK) {
        *out = ix->reader[chosen];
        return LT_OK;
    }
    pthread_mutex_lock(&ix->pool_lock);
    ix->busy[chosen] = false;
    pthread_cond_signal(&ix->pool_free);
    pthread_mutex_unlock(&ix->pool_lock);
    return status;
}

void index_reader_done(struct index *ix, struct db *db)
{
    pthread_mutex_lock(&ix->pool_lock);
    for (int i = 0; i < ix->readers; i++) {
        if (ix->reader[i] == db)
            ix->busy[i] = false;
    }
    pthread_cond_signal(&ix->pool_free);
    pthread_mutex_unlock(&ix->pool_lock);
}

/* --- single documents --- */

static int find_document(struct db *db, const char *kind, const char *id, sqlite3_stmt **out, struct lt_error *err)
{
    if (strcmp(kind, "school") == 0)
        id = "school";
    sqlite3_stmt *st = NULL;
    int status = db_query(db, &st, err, 
                          "SELECT d.repo, d.path, coalesce(d.json, (SELECT x.json FROM document x WHERE x.id = d.id AND x.kind = 'entry'))"
                          " FROM document d WHERE d.id = ?1 AND d.kind = ?2", "ss", id, kind);
    if (status < 0)
        return status;
    int found = db_next(db, st, err);
    if (found > 0) {
        *out = st;
        return LT_OK;
    }
    db_done(st);
    return found < 0 ? found : lt_fail(err, LT_NOTFOUND, "index.absent", "kind", kind, "id", id, (char *)NULL);
}

int index_get(struct index *ix, const char *kind, const char *id, json_t **doc, char repo[64], struct lt_error *err)
{
    struct db *db = NULL;
    sqlite3_stmt *st = NULL;
    int status = index_reader(ix, &db, err);
    if (status < 0)
        return status;
    status = find_document(db, kind, id, &st, err);
    if (status == LT_OK) {
        const char *text = db_text(st, 2);
        status = lt_json_parse(text, (size_t)sqlite3_column_bytes(st, 2), SIZE_MAX, doc, err);
        if (status == LT_OK && repo)
            lt_print(repo, 64, "%s", db_text(st, 0));
        db_done(st);
    }
    index_reader_done(ix, db);
    return status;
}

int index_locate(struct index *ix, const char *kind, const char *id, char repo[64], char path[160], struct lt_error *err)
{
    struct db *db = NULL;
    sqlite3_stmt *st = NULL;
    int status = index_reader(ix, &db, err);
    if (status < 0)
        return status;
    status = find_document(db, kind, id, &st, err);
    if (status == LT_OK) {
        lt_print(repo, 64, "%s", db_text(st, 0));
        lt_print(path, 160, "%s", db_text(st, 1));
        db_done(st);
    }
    index_reader_done(ix, db);
    return status;
}

int index_head(struct index *ix, const char *repo, char out[41], struct lt_error *err)
{
    struct db *db = NULL;
    sqlite3_stmt *st = NULL;
    int status = index_reader(ix, &db, err);
    if (status < 0)
        return status;
    status = db_query(db, &st, err, "SELECT oid FROM head WHERE repo = ?1", "s", repo);
    if (status == LT_OK) {
        int found = db_next(db, st, err);
        if (found >= 0)
            lt_print(out, 41, "%s", found ? db_text(st, 0) : "");
        status = found < 0 ? found : LT_OK;
    }
    db_done(st);
    index_reader_done(ix, db);
    return status;
}

/* --- the dump --- */

static json_t *row_value(sqlite3_stmt *st, int column)
{
    switch (sqlite3_column_type(st, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(st, column));
    case SQLITE_NULL:
        return json_null();
    default:
        return json_string(db_text(st, column));
    }
}

static int dump_row(sqlite3_stmt *st, const char *table, struct lt_buf *line, struct lt_error *err)
{
    json_t *row = json_array();
    int failed = json_array_append_new(row, json_string(table));
    for (int i = 0; i < sqlite3_column_count(st); i++)
        if (strcmp(sqlite3_column_name(st, i), "rid") != 0)
            failed |= json_array_append_new(row, row_value(st, i));
    lt_buf_reset(line);
    int status = failed ? lt_fail_memory(err) : lt_json_compact(row, line, err);
    json_decref(row);
    return status;
}

static int dump_table(struct db *db, const struct schema_dump *t, struct lt_buf *line,
                      int (*cb)(void *user, const char *line, size_t len), void *user, struct lt_error *err)
{
    char sql[160];
    sqlite3_stmt *st = NULL;
    snprintf(sql, sizeof sql, "SELECT * FROM %s ORDER BY %s", t->table, t->order);
    int status = db_query(db, &st, err, sql, "");
    int more = 0;
    while (status == LT_OK && (more = db_next(db, st, err)) > 0) {
        status = dump_row(st, t->table, line, err);
        if (status == LT_OK)
            status = cb(user, line->data, line->len);
    }
    db_done(st);
    return more < 0 ? more : status;
}

int index_dump(struct index *ix, int (*cb)(void *user, const char *line, size_t len), void *user, struct lt_error *err)
{
    struct db *db = NULL;
    struct lt_buf line;
    int status = index_reader(ix, &db, err);
    if (status < 0)
        return status;
    lt_buf_init(&line, 32u << 20);
    status = db_exec(db, "BEGIN", err);
    for (size_t i = 0; i < index_dump_count && status == LT_OK; i++)
        status = dump_table(db, &index_dump_tables[i], &line, cb, user, err);
    db_exec(db, "ROLLBACK", NULL);
    lt_buf_free(&line);
    index_reader_done(ix, db);
    return status;
}

/* --- checks --- */

static int damaged(struct lt_error *err, const char *why)
{
    return lt_fail(err, LT_REFUSED, "index.damaged", "why", why, (char *)NULL);
}

static int check_rows(struct db *db, struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    int status = db_query(db, &st, err, "PRAGMA integrity_check(1)", "");
    if (status < 0)
        return damaged(err, lt_error_param(err, "why"));
    int more = db_next(db, st, err);
    if (more < 0)
        status = damaged(err, lt_error_param(err, "why"));
    else if (more > 0 && strcmp(db_text(st, 0), "ok") != 0)
        status = damaged(err, db_text(st, 0));
    db_done(st);
    if (status < 0)
        return status;
    status = db_query(db, &st, err, "PRAGMA foreign_key_check", "");
    if (status == LT_OK) {
        if (db_next(db, st, err) > 0)
            status = damaged(err, db_text(st, 0));
        db_done(st);
    }
    return status;
}

/* integrity-check of an FTS5 table compares it with the rows it was made from; it is an INSERT and so needs the writer. */
int index_check(struct index *ix, struct lt_error *err)
{
    struct lt_error inner = {0};
    pthread_mutex_lock(&ix->write_lock);
    int status = check_rows(ix->writer, &inner);
    static const char *const search[] = {"INSERT INTO fts (fts, rank) VALUES ('integrity-check', 1)",
                                         "INSERT INTO name_fts (name_fts, rank) VALUES ('integrity-check', 1)"};
    /* rows gathered but not yet ended are still to reach FTS5 */
    for (size_t i = 0; i < 2 && status == LT_OK && !ix->gathering; i++)
        if (db_exec(ix->writer, search[i], &inner) < 0)
            status = damaged(&inner, "fts");
    pthread_mutex_unlock(&ix->write_lock);
    if (status < 0 && err) {
        const char *why = lt_error_param(&inner, "why");
        lt_fail(err, status, inner.code, "why", why ? why : "", (char *)NULL);
    }
    lt_error_clear(&inner);
    return status;
}

/* Also what an erasure needs: FTS5 keeps removed words in old segments until it merges them, SQLite keeps removed pages in
 * the write-ahead log until a checkpoint. */
int index_optimize(struct index *ix, struct lt_error *err)
{
    pthread_mutex_lock(&ix->write_lock);
    int status = db_exec(ix->writer,
                         "INSERT INTO fts (fts) VALUES ('optimize'); INSERT INTO name_fts (name_fts) VALUES ('optimize');"
                         "PRAGMA wal_checkpoint(TRUNCATE)",
                         err);
    pthread_mutex_unlock(&ix->write_lock);
    return status;
}
