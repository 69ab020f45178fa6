/* The inside of struct sysdb. Private to index/. */
#ifndef LT_INDEX_SYSDB_H
#define LT_INDEX_SYSDB_H

#include "base/id.h"
#include "index/sql.h"
#include "index/system.h"

#include <pthread.h>

struct sysdb {
    struct db *db;
    const struct lt_clock *clock;
    struct lt_id_source *ids;
    pthread_mutex_t lock; /* of everything: one connection, short statements; recursive */
    bool begun;           /* its holder is between sysdb_begin and sysdb_end */
};

/* A page of a list: the first column of the statement is the key (text, or a number with number_key), the rest is the item,
 * made by `row`. The statement asks for limit + 1 rows. */
typedef json_t *sys_row_fn(sqlite3_stmt *st);
int sysdb_page(struct sysdb *db, const char *list, bool number_key, struct sql *q, int limit, sys_row_fn *row, json_t **items,
               char **next, struct lt_error *err);
/* The key after which a page begins, as a condition put to the statement; nothing without a cursor. */
int sysdb_after(struct sql *q, const char *list, const char *types, const char *condition, const char *cursor, struct lt_error *err);
int sysdb_limit(int limit);

json_t *sysdb_instant(int64_t ms);             /* NULL for 0 */
json_t *sysdb_json(sqlite3_stmt *st, int column); /* parsed; NULL when absent */

#endif
