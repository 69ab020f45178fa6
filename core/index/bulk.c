/* The first filling of an empty database. Its indexes are taken away for that time and made at the end, each from one sort instead of
 * an insertion a row. All within the gathered transaction: whatever happens, the database has either no rows or all its indexes. */
#include "index/store.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* What feeding itself looks up or must find taken stays. */
#define SPARED "'document_id', 'document_repo', 'entry_id'"

int bulk_begin(struct index *ix, struct lt_error *err)
{
    int64_t filled = 0;
    sqlite3_stmt *st = NULL;
    struct lt_buf drop;
    int status = db_int(ix->writer, 0, &filled, err, "SELECT 1 FROM document LIMIT 1", "");
    if (status < 0 || filled)
        return status;
    lt_buf_init(&drop, 1 << 16);
    lt_buf_init(&ix->later, 1 << 16);
    status = db_query(ix->writer, &st, err,
                      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND name NOT IN (" SPARED ")", "");
    int more = 0;
    while (status == LT_OK && (more = db_next(ix->writer, st, err)) > 0) {
        lt_buf_addf(&drop, "DROP INDEX %s;", db_text(st, 0));
        lt_buf_addf(&ix->later, "%s;", db_text(st, 1));
    }
    db_done(st);
    if (status == LT_OK && more < 0)
        status = more;
    if (status == LT_OK && (drop.failed || ix->later.failed))
        status = lt_fail_memory(err);
    if (status == LT_OK && drop.len)
        status = db_exec(ix->writer, drop.data, err);
    lt_buf_free(&drop);
    return status;
}

int bulk_end(struct index *ix, bool keep, struct lt_error *err)
{
    int status = keep && ix->later.len ? db_exec(ix->writer, ix->later.data, err) : LT_OK;
    lt_buf_free(&ix->later);
    return status;
}
