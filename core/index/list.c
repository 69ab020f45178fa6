/* From a list of lists.c and the parameters of a call to a statement, and from its rows to items. */
#include "index/index.h"

#include "index/list.h"
#include "index/words.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LIST_LIMIT_MAX 1000
#define SQL_MATCH_MAX 16384

static int bad_filter(struct lt_error *err, const char *name)
{
    return lt_fail(err, LT_SYSTEM, "index.filter", "name", name, (char *)NULL);
}

static const struct list_filter *filter_named(const struct list *l, const char *name)
{
    for (const struct list_filter *f = l->filters; f && f->name; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

/* A misspelt filter must not widen the answer. */
static int check_names(const struct list *l, const json_t *params, struct lt_error *err)
{
    const char *key;
    json_t *value, *object = (json_t *)(uintptr_t)params;
    json_object_foreach(object, key, value)
    {
        bool common = strcmp(key, "today") == 0 || (l->scope != SCOPE_NONE && strcmp(key, "scope") == 0);
        if (!common && !filter_named(l, key))
            return bad_filter(err, key);
    }
    return LT_OK;
}

/* --- being led by fts --- */

#define TAG_VALUES 32 /* more values of one filter do not lead */

/* How a list comes to its rows with these parameters. */
struct lead {
    const char *way;      /* index, "" the row numbers, NULL SQLite's choice */
    bool fts;
    struct lt_buf match;  /* what fts is asked */
};

static bool given(const json_t *value)
{
    return value && !json_is_null(value) && !json_is_false(value);
}

static bool has_tag(const json_t *value)
{
    return json_is_string(value) || json_is_integer(value);
}

static int add_tag(struct lt_buf *b, const struct list_filter *f, const json_t *value)
{
    char number[24];
    const char *text = json_is_string(value) ? json_string_value(value) : json_is_boolean(value) ? (json_is_true(value) ? "1" : "0") : number;
    if (json_is_integer(value))
        lt_print(number, sizeof number, "%lld", (long long)json_integer_value(value));
    lt_buf_addc(b, '"');
    words_tag(b, f->tag, text);
    return lt_buf_addc(b, '"');
}

/* Rows of any of the values; nothing for what tags cannot tell: another value, or a flag that is off. */
static void add_tags(struct lt_buf *b, const struct list_filter *f, const json_t *value)
{
    bool many = json_is_array(value) && json_array_size(value) && json_array_size(value) <= TAG_VALUES;
    for (size_t i = 0; many && i < json_array_size(value); i++)
        many = has_tag(json_array_get(value, i));
    if (!f->tag || !(many || has_tag(value) || json_is_true(value) || (json_is_false(value) && f->tag == 'f')))
        return;
    lt_buf_adds(b, b->len ? " AND tags : (" : "tags : (");
    for (size_t i = 0; i < (many ? json_array_size(value) : 1); i++) {
        const json_t *one = many ? json_array_get(value, i) : value;
        lt_buf_adds(b, i ? " OR " : "");
        add_tag(b, f, one);
    }
    lt_buf_addc(b, ')');
}

/* An expression over the texts alone: tags are not to be found as words. */
static int add_text_words(struct lt_buf *b, const char *text, struct lt_error *err)
{
    struct lt_buf words;
    lt_buf_init(&words, 4 * WORDS_QUERY_BYTES + 256);
    int status = words_query(text, false, &words, err);
    if (status == LT_OK && words.len)
        lt_buf_addf(b, "{title body} : (%s)", words.data);
    lt_buf_free(&words);
    return status;
}

static int find_lead(const struct list *l, const json_t *params, struct lead *lead, struct lt_error *err)
{
    const char *way = NULL;
    bool words = false, always = l->led_from && strcmp(l->from, l->led_from) == 0;
    int status = LT_OK;
    *lead = (struct lead){.way = l->way};
    lt_buf_init(&lead->match, SQL_MATCH_MAX);
    for (const struct list_filter *f = l->filters; f && f->name && status == LT_OK; f++) {
        const json_t *value = json_object_get(params, f->name);
        if (given(value) && f->way && !way)
            way = f->way;
        if (l->led_from && f->how == FILTER_WORDS && json_is_string(value)) {
            status = add_text_words(&lead->match, json_string_value(value), err);
            words = lead->match.len > 0;
        }
    }
    if (!way && l->scope_way && scope_is_narrow(json_object_get(params, "scope")))
        way = l->scope_way;
    for (const struct list_filter *f = l->filters; f && f->name && l->led_from; f++)
        add_tags(&lead->match, f, json_object_get(params, f->name));
    /* without words fts would give all rows of a value, of which a pupil has few */
    bool few = way && (!words || strcmp(way, "entry_pupil") != 0);
    lead->fts = always || (lead->match.len && !few);
    if (way)
        lead->way = way;
    if (status < 0 || lead->match.failed) {
        lt_buf_free(&lead->match);
        return status < 0 ? status : lt_fail_memory(err);
    }
    return LT_OK;
}

static const char *key_at(const struct list *l, const struct lead *lead, int i)
{
    return lead->fts ? "f.rowid" : l->keys[i];
}

/* --- WHERE --- */

struct where {
    struct sql *q;
    const struct list *l;
    const struct lead *lead;
    const char *wrap; /* the open one */
};

static void begin(struct where *w, const char *wrap)
{
    bool same = wrap && w->wrap && strcmp(w->wrap, wrap) == 0;
    if (w->wrap && !same)
        lt_buf_addc(&w->q->text, ')');
    lt_buf_adds(&w->q->text, " AND ");
    if (wrap && !same)
        lt_buf_addf(&w->q->text, "%s ", wrap);
    w->wrap = wrap;
}

static void add(struct where *w, const struct list_filter *f, const char *fragment, int parameter, bool array)
{
    if (!fragment || !*fragment)
        return;
    begin(w, f->wrap);
    sql_fragment(w->q, fragment, parameter, array, w->l->pupil);
}

static int add_words(struct where *w, const struct list_filter *f, const char *text, struct lt_error *err)
{
    struct lt_buf words;
    lt_buf_init(&words, 4 * WORDS_QUERY_BYTES + 256);
    int status = f->how == FILTER_NAMES ? words_query(text, true, &words, err) : add_text_words(&words, text, err);
    if (status == LT_OK && words.len == 0)
        lt_buf_adds(&w->q->text, " AND 0");
    else if (status == LT_OK && !(w->lead->fts && f->how == FILTER_WORDS)) /* fts was asked for them already */
        add(w, f, f->yes, sql_text(w->q, words.data), false);
    lt_buf_free(&words);
    return status;
}

/* The day is bound as the row has it, and as a bound of the numbers in whose order the rows are walked. */
static int add_day(struct where *w, const struct list_filter *f, const char *day)
{
    bool since = f->how == FILTER_SINCE;
    int64_t number = texts_number(day), of_day = INT64_C(1) << 45;
    add(w, f, f->yes, sql_text(w->q, day), false);
    if (number >= 0 && w->l->led_from)
        lt_buf_addf(&w->q->text, " AND %s %s ?%d", key_at(w->l, w->lead, 0), since ? ">=" : "<", sql_number(w->q, since ? number : number + of_day));
    return LT_OK;
}

static int add_folded(struct where *w, const struct list_filter *f, const char *text)
{
    char *tidy = lt_tidy(text), *folded = tidy ? lt_fold(tidy) : NULL;
    add(w, f, f->yes, sql_text(w->q, folded ? folded : ""), false);
    free(tidy);
    free(folded);
    return LT_OK;
}

static int add_value(struct where *w, const struct list_filter *f, const json_t *value, struct lt_error *err)
{
    if (json_is_string(value))
        add(w, f, f->yes, sql_text(w->q, json_string_value(value)), false);
    else if (json_is_integer(value))
        add(w, f, f->yes, sql_number(w->q, json_integer_value(value)), false);
    else if (json_is_array(value) && !json_array_size(value) && strchr(f->yes, '@'))
        lt_buf_adds(&w->q->text, " AND 0"); /* said, since SQLite would look at every row to see it */
    else if (json_is_array(value) && strchr(f->yes, '@'))
        add(w, f, f->yes, sql_json(w->q, value), true);
    else
        return bad_filter(err, f->name);
    return LT_OK;
}

static int add_filter(struct where *w, const struct list_filter *f, const json_t *value, struct lt_error *err)
{
    if (!value || json_is_null(value)) {
        add(w, f, f->absent, 0, false);
        return LT_OK;
    }
    switch (f->how) {
    case FILTER_FLAG:
        if (!json_is_boolean(value))
            return bad_filter(err, f->name);
        add(w, f, json_is_true(value) ? f->yes : f->no ? f->no : f->absent, 0, false);
        return LT_OK;
    case FILTER_DAY:
        add(w, f, f->yes, 0, false);
        return LT_OK;
    case FILTER_WORDS:
    case FILTER_NAMES:
        return json_is_string(value) ? add_words(w, f, json_string_value(value), err) : bad_filter(err, f->name);
    case FILTER_SINCE:
    case FILTER_UNTIL:
        return json_is_string(value) ? add_day(w, f, json_string_value(value)) : bad_filter(err, f->name);
    case FILTER_FOLDED:
        return json_is_string(value) ? add_folded(w, f, json_string_value(value)) : bad_filter(err, f->name);
    default:
        return add_value(w, f, value, err);
    }
}

static int add_where(struct sql *q, const struct list *l, const struct lead *lead, const json_t *params, struct lt_error *err)
{
    struct where w = {.q = q, .l = l, .lead = lead, .wrap = NULL};
    lt_buf_addf(&q->text, " WHERE %s", l->where ? l->where : "1");
    if (lead->fts && lead->match.len)
        lt_buf_addf(&q->text, " AND fts MATCH ?%d", sql_text(q, lead->match.data));
    int status = LT_OK;
    for (const struct list_filter *f = l->filters; f && f->name && status == LT_OK; f++)
        status = add_filter(&w, f, json_object_get(params, f->name), err);
    if (w.wrap)
        lt_buf_addc(&q->text, ')');
    const json_t *scope = json_object_get(params, "scope");
    if (status == LT_OK && scope && !json_is_null(scope)) {
        lt_buf_addf(&q->text, " AND (%s%s", l->beyond ? l->beyond : "", l->beyond ? " OR " : "");
        status = scope_add(q, l->scope, l->pupil, scope, err);
        lt_buf_addc(&q->text, ')');
    }
    return status;
}

static void add_after(struct sql *q, const struct list *l, const struct lead *lead, const json_t *key)
{
    size_t n = strlen(l->types);
    lt_buf_adds(&q->text, n > 1 ? " AND (" : " AND ");
    for (size_t i = 0; i < n; i++)
        lt_buf_addf(&q->text, "%s%s", i ? ", " : "", key_at(l, lead, (int)i));
    lt_buf_addf(&q->text, "%s %s %s", n > 1 ? ")" : "", l->descending ? "<" : ">", n > 1 ? "(" : "");
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(key, i);
        int p = json_is_integer(v) ? sql_number(q, json_integer_value(v)) : sql_text(q, json_string_value(v));
        lt_buf_addf(&q->text, "%s?%d", i ? ", " : "", p);
    }
    lt_buf_adds(&q->text, n > 1 ? ")" : "");
}

static void add_order(struct sql *q, const struct list *l, const struct lead *lead, bool outer)
{
    lt_buf_adds(&q->text, " ORDER BY ");
    for (int i = 0; l->types[i]; i++) {
        if (outer)
            lt_buf_addf(&q->text, "%sk.k%d%s", i ? ", " : "", i, l->descending ? " DESC" : "");
        else
            lt_buf_addf(&q->text, "%s%s%s", i ? ", " : "", key_at(l, lead, i), l->descending ? " DESC" : "");
    }
}

static void add_from(struct sql *q, const struct list *l, const struct lead *lead)
{
    lt_buf_addf(&q->text, " FROM %s", lead->fts ? l->led_from : l->from);
    if (lead->fts || !lead->way)
        return;
    if (*lead->way)
        lt_buf_addf(&q->text, " INDEXED BY %s", lead->way);
    else
        lt_buf_adds(&q->text, " NOT INDEXED");
}

static int page_sql(struct sql *q, const struct list *l, const struct lead *lead, const json_t *params, const json_t *after,
                    struct lt_error *err)
{
    lt_buf_adds(&q->text, "WITH k AS MATERIALIZED (SELECT ");
    for (int i = 0; l->types[i]; i++)
        lt_buf_addf(&q->text, "%s%s AS k%d", i ? ", " : "", key_at(l, lead, i), i);
    lt_buf_addf(&q->text, "%s%s", l->carry ? ", " : "", l->carry ? l->carry : "");
    add_from(q, l, lead);
    int status = add_where(q, l, lead, params, err);
    if (status < 0)
        return status;
    if (after)
        add_after(q, l, lead, after);
    add_order(q, l, lead, false);
    lt_buf_adds(&q->text, " LIMIT ?2) SELECT ");
    for (int i = 0; l->types[i]; i++)
        lt_buf_addf(&q->text, "k.k%d, ", i);
    lt_buf_addf(&q->text, "%s FROM %s", l->columns, l->detail);
    add_order(q, l, lead, true);
    return LT_OK;
}

/* ?1 the day, ?2 the limit. */
static int begin_sql(struct sql *q, const struct list *l, const json_t *params, int limit, struct lead *lead, struct lt_error *err)
{
    int status = check_names(l, params, err);
    if (status == LT_OK)
        status = find_lead(l, params, lead, err);
    if (status < 0)
        return status;
    sql_text(q, lt_json_str_or(params, "today", TERM_END));
    sql_number(q, limit);
    return LT_OK;
}

int list_sql(struct sql *q, const struct list *l, const json_t *params, int limit, const json_t *after, struct lt_error *err)
{
    struct lead lead;
    int status = begin_sql(q, l, params, limit, &lead, err);
    if (status < 0)
        return status;
    status = page_sql(q, l, &lead, params, after, err);
    lt_buf_free(&lead.match);
    return status;
}

static int count_sql(struct sql *q, const struct list *l, const json_t *params, int most, struct lt_error *err)
{
    struct lead lead;
    int status = begin_sql(q, l, params, most, &lead, err);
    if (status < 0)
        return status;
    lt_buf_adds(&q->text, "SELECT count(*) FROM (SELECT 1");
    add_from(q, l, &lead);
    status = add_where(q, l, &lead, params, err);
    lt_buf_adds(&q->text, " LIMIT ?2)");
    lt_buf_free(&lead.match);
    return status;
}

int list_tally_sql(struct sql *q, const struct list *l, const json_t *params, const char *column, struct lt_error *err)
{
    struct lead lead;
    int status = begin_sql(q, l, params, 0, &lead, err);
    if (status < 0)
        return status;
    lt_buf_addf(&q->text, "SELECT e.school_year, e.%s, count(*)", column);
    add_from(q, l, &lead);
    status = add_where(q, l, &lead, params, err);
    lt_buf_adds(&q->text, " GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2");
    lt_buf_free(&lead.match);
    return status;
}

/* --- items --- */

#define COLUMNS_MAX 56

struct column {
    char name[32];
    bool json, flag;
};

/* The names of a statement's columns, read once and not for every row. */
static int read_columns(sqlite3_stmt *st, struct column columns[COLUMNS_MAX])
{
    int n = sqlite3_column_count(st);
    for (int i = 0; i < n && i < COLUMNS_MAX; i++) {
        struct column *c = &columns[i];
        lt_print(c->name, sizeof c->name, "%s", sqlite3_column_name(st, i));
        c->json = lt_ends(c->name, "_json");
        c->flag = lt_ends(c->name, "_flag");
        if (c->json || c->flag)
            c->name[strlen(c->name) - 5] = '\0';
    }
    return n < COLUMNS_MAX ? n : COLUMNS_MAX;
}

/* NULL: nothing to tell. Absent, empty and false are the same, as in the documents. */
static json_t *value_of(sqlite3_stmt *st, int column, bool flag)
{
    int type = sqlite3_column_type(st, column);
    if (type == SQLITE_NULL)
        return NULL;
    if (type == SQLITE_INTEGER) {
        sqlite3_int64 i = sqlite3_column_int64(st, column);
        return !flag ? json_integer(i) : i ? json_true() : NULL;
    }
    const char *s = db_text(st, column);
    int len = sqlite3_column_bytes(st, column);
    if (!len || (len == 10 && memcmp(s, TERM_END, 10) == 0))
        return NULL;
    return json_stringn_nocheck(s, (size_t)len); /* it came out of a parsed document */
}

static int put_column(json_t *item, sqlite3_stmt *st, int i, const struct column *c, struct lt_error *err)
{
    json_t *value = NULL;
    if (!c->json) {
        value = value_of(st, i, c->flag);
    } else if (sqlite3_column_type(st, i) != SQLITE_NULL) {
        const char *text = db_text(st, i);
        int status = lt_json_parse(text, (size_t)sqlite3_column_bytes(st, i), SIZE_MAX, &value, err);
        if (status < 0)
            return status;
    }
    if (value && json_object_set_new_nocheck(item, c->name, value) < 0)
        return lt_fail_memory(err);
    return LT_OK;
}

static int put_row(json_t *items, sqlite3_stmt *st, const struct column *columns, int first, int n, struct lt_error *err)
{
    json_t *item = json_object();
    int status = LT_OK;
    for (int i = first; i < n && status == LT_OK; i++)
        status = put_column(item, st, i, &columns[i], err);
    if (status < 0) {
        json_decref(item);
        return status;
    }
    return json_array_append_new(items, item) < 0 ? lt_fail_memory(err) : LT_OK;
}

static json_t *key_of(sqlite3_stmt *st, const char *types)
{
    json_t *key = json_array();
    for (int i = 0; types[i]; i++)
        json_array_append_new(key, types[i] == 'i' ? json_integer(sqlite3_column_int64(st, i)) : json_string(db_text(st, i)));
    return key;
}

static int read_rows(struct db *db, const struct list *l, struct sql *q, int limit, json_t *items, json_t **last,
                     struct lt_error *err)
{
    sqlite3_stmt *st = NULL;
    int status = sql_start(q, db, &st, err), more = 0, keys = (int)strlen(l->types), columns_n = 0;
    json_t *key = NULL;
    struct column columns[COLUMNS_MAX];
    if (status == LT_OK)
        columns_n = read_columns(st, columns);
    for (int n = 0; status == LT_OK && (more = db_next(db, st, err)) > 0; n++) {
        if (n == limit) {
            *last = key;
            key = NULL;
            break;
        }
        status = put_row(items, st, columns, keys, columns_n, err);
        if (n == limit - 1) {
            json_decref(key);
            key = key_of(st, l->types);
        }
    }
    json_decref(key);
    db_done(st);
    return more < 0 ? more : status;
}

int list_read(struct db *db, const struct list *l, const json_t *params, int limit, const json_t *after, json_t *items,
              json_t **last, struct lt_error *err)
{
    struct sql q;
    sql_init(&q);
    *last = NULL;
    int status = list_sql(&q, l, params, limit + 1, after, err);
    if (status == LT_OK)
        status = read_rows(db, l, &q, limit, items, last, err);
    sql_free(&q);
    return status;
}

static int find_list(const char *name, const struct list **out, struct lt_error *err)
{
    *out = list_find(name);
    return *out ? LT_OK : lt_fail(err, LT_SYSTEM, "index.list", "name", name, (char *)NULL);
}

int list_limit(int limit)
{
    return limit < 1 ? 1 : limit > LIST_LIMIT_MAX ? LIST_LIMIT_MAX : limit;
}

int index_list(struct index *ix, const char *list, const json_t *params, int limit, const char *cursor, json_t **items,
               char **next, struct lt_error *err)
{
    const struct list *l = NULL;
    struct db *db = NULL;
    json_t *found = json_array(), *after = NULL, *last = NULL;
    char *text = NULL;
    int status = find_list(list, &l, err);
    if (status == LT_OK && cursor && *cursor)
        status = cursor_read(l->name, l->types, cursor, &after, err);
    if (status == LT_OK)
        status = index_reader(ix, &db, err);
    if (status == LT_OK) {
        status = list_read(db, l, params, list_limit(limit), after, found, &last, err);
        index_reader_done(ix, db);
    }
    if (status == LT_OK && last)
        status = cursor_make(l->name, last, &text, err);
    if (status == LT_OK) {
        *items = json_incref(found);
        if (next)
            *next = text;
        else
            free(text);
    }
    json_decref(found);
    json_decref(after);
    json_decref(last);
    return status;
}

int index_count(struct index *ix, const char *list, const json_t *params, int most, int *out, struct lt_error *err)
{
    const struct list *l = NULL;
    struct db *db = NULL;
    struct sql q;
    sqlite3_stmt *st = NULL;
    int status = find_list(list, &l, err);
    if (status < 0)
        return status;
    sql_init(&q);
    status = count_sql(&q, l, params, most, err);
    if (status == LT_OK && (status = index_reader(ix, &db, err)) == LT_OK) {
        status = sql_start(&q, db, &st, err);
        if (status == LT_OK) {
            int more = db_next(db, st, err);
            if (more > 0)
                *out = sqlite3_column_int(st, 0);
            status = more < 0 ? more : LT_OK;
            db_done(st);
        }
        index_reader_done(ix, db);
    }
    sql_free(&q);
    return status;
}

/* The same bytes under two faces or numbers are one object of git. */
int index_bytes(struct index *ix, const char *pupil, int64_t *out, struct lt_error *err)
{
    struct db *db = NULL;
    int status = index_reader(ix, &db, err);
    if (status < 0)
        return status;
    status = db_int(db, 0, out, err, "SELECT sum(size) FROM (SELECT DISTINCT sha256, size FROM entry_file WHERE pupil = ?1)", "s", pupil);
    index_reader_done(ix, db);
    return status;
}
