/* Putting a statement together: text in which every value is a numbered parameter, and the values. Private to index/. */
#ifndef LT_INDEX_SQL_H
#define LT_INDEX_SQL_H

#include "base/buf.h"
#include "index/db.h"

#include <jansson.h>

#define SQL_VALUES 64

struct sql {
    struct lt_buf text;
    struct {
        bool number;
        int64_t i;
        char *s; /* owned */
    } value[SQL_VALUES];
    int n;
    bool failed; /* out of memory or too many values */
};

void sql_init(struct sql *q);
void sql_free(struct sql *q);
/* Keep a value; its parameter number. */
int sql_text(struct sql *q, const char *s);
int sql_number(struct sql *q, int64_t i);
int sql_json(struct sql *q, const json_t *array); /* as JSON text, for json_each */
/* Appends a fragment (lists.h says what `@`, `#` and `$` mean). */
void sql_fragment(struct sql *q, const char *fragment, int parameter, bool array, const char *pupil);
int sql_start(struct sql *q, struct db *db, sqlite3_stmt **out, struct lt_error *err);

/* Who may be seen: an object as model_scope() of model/rights.h makes it. What a key means depends on what the rows are. */
enum scope_kind {
    SCOPE_NONE,   /* the list takes no scope */
    SCOPE_PUPIL,  /* rows about a pupil */
    SCOPE_ENTRY,  /* rows about an entry (e) of a pupil */
    SCOPE_REVIEW, /* reviews (r) of a pupil */
    SCOPE_SKILL,  /* descriptions (sk) of a pupil */
    SCOPE_AWARD,  /* nominations (aw) of a pupil */
    SCOPE_CLASS,  /* classes (c) */
    SCOPE_GROUP,  /* study groups (g) */
    SCOPE_EVENT,  /* events (v) */
    SCOPE_PERSON, /* people (p) */
    SCOPE_MADE,   /* import batches (i) */
    SCOPE_KINDS
};

/* Appends a condition. LT_SYSTEM "index.filter" for a part that does not exist. */
int scope_add(struct sql *q, enum scope_kind kind, const char *pupil, const json_t *scope, struct lt_error *err);
/* Does it name few pupils, so that following them is better than walking through all rows in order? */
bool scope_is_narrow(const json_t *scope);

/* Text of the key of a row ("<list>", key values), base64url of JSON. */
int cursor_make(const char *list, const json_t *key, char **out, struct lt_error *err);
/* Checks the number and the types of the values. LT_USAGE "cursor.malformed". */
int cursor_read(const char *list, const char *types, const char *cursor, json_t **key, struct lt_error *err);

#endif
