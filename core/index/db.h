/* One SQLite connection with its prepared statements. Private to index/. A connection belongs to one thread at a time.
 *
 * Values are always bound; `types` names them: s text (NULL is stored as ''), n text (NULL stays NULL), i int64_t, I int.
 */
#ifndef LT_INDEX_DB_H
#define LT_INDEX_DB_H

#include "base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A schema grows by numbered steps; the number of steps done is PRAGMA user_version. A step that was released never changes:
 * a mistake in it is mended by the next. */
struct db_step {
    const char *sql;
    bool refill; /* its tables can only be filled from the documents: the caller must feed everything again */
};

struct db_schema {
    const struct db_step *steps;
    size_t n;
};

struct db_config {
    const char *path;
    const char *area; /* beginning of the error codes: "index" or "sysdb" */
    bool read_only;
    bool full_sync; /* the file is the only copy of what it holds */
    int cache_kib;
};

struct db;

/* "<area>.unusable" when the file is no database or damaged. */
int db_open(const struct db_config *config, struct db **out, struct lt_error *err);
void db_close(struct db *db);
sqlite3 *db_handle(struct db *db);

/* Does the steps up to number `upto` (0: all), one transaction a step. *refill: a step done now wants feeding.
 * "<area>.unusable" for a newer schema. */
int db_migrate(struct db *db, const struct db_schema *schema, size_t upto, bool *refill, struct lt_error *err);

/* Statements without values and rows; several may stand in one text. */
int db_exec(struct db *db, const char *sql, struct lt_error *err);
/* One statement to its end, rows ignored. SQLITE_CONSTRAINT gives *taken = true and 0 when taken is not NULL. */
int db_run(struct db *db, struct lt_error *err, const char *sql, const char *types, ...);
int db_run_unique(struct db *db, struct lt_error *err, bool *taken, const char *sql, const char *types, ...);
int64_t db_changes(struct db *db);
void db_cache(struct db *db, int kib); /* size of the page cache from now on; what is above it is freed */

/* A statement taken from the cache with its values bound; end it with db_done. Text values must live until then. */
int db_query(struct db *db, sqlite3_stmt **out, struct lt_error *err, const char *sql, const char *types, ...);
int db_prepare(struct db *db, const char *sql, sqlite3_stmt **out, struct lt_error *err);
/* 1 a row, 0 the end, negative an error. */
int db_next(struct db *db, sqlite3_stmt *st, struct lt_error *err);
void db_done(sqlite3_stmt *st); /* NULL is fine */

/* First column of the first row, or dflt. */
int db_int(struct db *db, int64_t dflt, int64_t *out, struct lt_error *err, const char *sql, const char *types, ...);

const char *db_text(sqlite3_stmt *st, int column); /* "" for NULL; lives until the next step */
int db_fail(struct db *db, struct lt_error *err); /* describes the last failure of SQLite */

#endif
