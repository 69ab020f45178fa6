/* Counting the rows of a list by the values of one column. */
#include "index/index.h"

#include "index/list.h"

#include "base/json.h"

#include <string.h>

/* What may be counted by: figures of the school, never of a pupil. */
static const char *const COLUMNS[] = {"level", "section", "activity", "result", "class_name", "state", "source"};

static const char *column_of(const char *by)
{
    for (size_t i = 0; i < sizeof COLUMNS / sizeof COLUMNS[0]; i++)
        if (strcmp(COLUMNS[i], by) == 0)
            return COLUMNS[i];
    return NULL;
}

static int read_tally(struct db *db, sqlite3_stmt *st, json_t *items, struct lt_error *err)
{
    int more;
    while ((more = db_next(db, st, err)) > 0) {
        json_t *item = json_pack("{s:i, s:s, s:I}", "year", sqlite3_column_int(st, 0), "value", db_text(st, 1), "count",
                                 (json_int_t)sqlite3_column_int64(st, 2));
        if (json_array_append_new(items, item))
            return lt_fail_memory(err);
    }
    return more;
}

int index_tally(struct index *ix, const json_t *params, const char *by, json_t **items, struct lt_error *err)
{
    const char *column = column_of(by);
    const struct list *l = list_find("entries");
    struct db *db = NULL;
    struct sql q;
    sqlite3_stmt *st = NULL;
    if (!column || !l)
        return lt_fail(err, LT_SYSTEM, "index.filter", "name", by, (char *)NULL);
    json_t *found = json_array();
    sql_init(&q);
    int status = found ? list_tally_sql(&q, l, params, column, err) : lt_fail_memory(err);
    if (status == LT_OK && (status = index_reader(ix, &db, err)) == LT_OK) {
        status = sql_start(&q, db, &st, err);
        if (status == LT_OK) {
            status = read_tally(db, st, found, err);
            db_done(st);
        }
        index_reader_done(ix, db);
    }
    sql_free(&q);
    if (status < 0)
        json_decref(found);
    else
        *items = found;
    return status;
}
