#include "index/sql.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define SQL_TEXT_MAX 32768

void sql_init(struct sql *q)
{
    memset(q, 0, sizeof *q);
    lt_buf_init(&q->text, SQL_TEXT_MAX);
}

void sql_free(struct sql *q)
{
    lt_buf_free(&q->text);
    for (int i = 0; i < q->n; i++)
        free(q->value[i].s);
    q->n = 0;
}

static int keep(struct sql *q, char *owned)
{
    if (!owned || q->n == SQL_VALUES) {
        free(owned);
        q->failed = true;
        return 1;
    }
    q->value[q->n].number = false;
    q->value[q->n].s = owned;
    return ++q->n;
}

int sql_text(struct sql *q, const char *s)
{
    return keep(q, lt_strdup(s));
}

int sql_number(struct sql *q, int64_t i)
{
    if (q->n == SQL_VALUES) {
        q->failed = true;
        return 1;
    }
    q->value[q->n].number = true;
    q->value[q->n].i = i;
    q->value[q->n].s = NULL;
    return ++q->n;
}

int sql_json(struct sql *q, const json_t *array)
{
    return keep(q, json_dumps(array, JSON_COMPACT));
}

void sql_fragment(struct sql *q, const char *fragment, int parameter, bool array, const char *pupil)
{
    for (const char *s = fragment; *s; s++) {
        if (*s == '@' && array)
            lt_buf_addf(&q->text, "IN (SELECT value FROM json_each(?%d))", parameter);
        else if (*s == '@')
            lt_buf_addf(&q->text, "= ?%d", parameter);
        else if (*s == '#')
            lt_buf_addf(&q->text, "?%d", parameter);
        else if (*s == '$')
            lt_buf_adds(&q->text, pupil);
        else
            lt_buf_addc(&q->text, *s);
    }
}

int sql_start(struct sql *q, struct db *db, sqlite3_stmt **out, struct lt_error *err)
{
    if (q->failed || q->text.failed)
        return lt_fail_memory(err);
    sqlite3_stmt *st = NULL;
    int status = db_prepare(db, q->text.data, &st, err);
    if (status < 0)
        return status;
    for (int i = 0; i < q->n; i++) {
        int rc = q->value[i].number ? sqlite3_bind_int64(st, i + 1, q->value[i].i)
                                    : sqlite3_bind_text(st, i + 1, q->value[i].s, -1, SQLITE_STATIC);
        if (rc != SQLITE_OK) {
            status = db_fail(db, err);
            db_done(st);
            return status;
        }
    }
    *out = st;
    return LT_OK;
}
