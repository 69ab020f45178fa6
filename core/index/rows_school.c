/* Rows of school.git. */
#include "index/feed.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Sorted as people read: without case and ё. */
static int fold_or_fail(struct feed *f, const char *s, char **out)
{
    *out = lt_fold(s);
    return *out ? LT_OK : lt_fail_memory(f->err);
}

int school_put_class(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    int number = (int)doc_int(o, "number");
    return db_run(f->db, f->err, "INSERT INTO class VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "sIIssss", d->id, doc_year(o, "year"), number,
                  doc_str(o, "letter"), doc_str(o, "name"), doc_str(o, "profile"), doc_level(number));
}

int school_put_programme(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    char *key = NULL;
    int status = fold_or_fail(f, doc_str(o, "title"), &key);
    if (status == LT_OK)
        status = db_run(f->db, f->err, "INSERT INTO programme VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "ssssiss", d->id, doc_str(o, "title"),
                        key, doc_str(o, "kind"), doc_int(o, "hours"), doc_str(o, "from"), doc_to(o));
    free(key);
    if (status < 0)
        return status;
    return texts_put(f, d, &(struct text_row){.pupil = "", .entry = "", .title = doc_str(o, "title"), .body = "", .tags = ""}, NULL);
}

int school_put_group(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    char *key = NULL;
    int status = fold_or_fail(f, doc_str(o, "title"), &key);
    if (status == LT_OK)
        status = db_run(f->db, f->err, "INSERT INTO study_group VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "ssssIss", d->id,
                        doc_str(o, "title"), key, doc_str(o, "programme"), doc_year(o, "year"), doc_str(o, "from"), doc_to(o));
    free(key);
    if (status < 0)
        return status;
    return texts_put(f, d, &(struct text_row){.pupil = "", .entry = "", .title = doc_str(o, "title"), .body = "", .tags = ""}, NULL);
}

/* Words of an array between spaces: " noo ooo ". */
static void add_words(struct lt_buf *b, const struct node *array)
{
    lt_buf_reset(b);
    for (const struct node *n = node_first(array); n; n = node_next(array, n)) {
        const char *s = node_text(n);
        if (s)
            lt_buf_addf(b, "%s%s ", b->len ? "" : " ", s);
    }
    if (!b->len)
        lt_buf_adds(b, "");
}

static int put_roles(struct feed *f, const struct doc *d)
{
    const struct node *roles = node_array(d->json, "roles");
    struct lt_buf levels, areas;
    lt_buf_init(&levels, 4096);
    lt_buf_init(&areas, 4096);
    int status = LT_OK;
    int i = 0;
    for (const struct node *r = node_first(roles); r && status == LT_OK; r = node_next(roles, r)) {
        add_words(&levels, node_array(r, "levels"));
        add_words(&areas, node_array(r, "areas"));
        status = db_run(f->db, f->err, "INSERT INTO role VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                        "sIsssssssssss", d->id, i++, doc_str(r, "id"), doc_str(r, "role"), doc_str(r, "class"),
                        doc_str(r, "group"), doc_str(r, "programme"), doc_str(r, "subject"), levels.data, areas.data,
                        doc_str(r, "duty"), doc_str(r, "from"), doc_to(r));
    }
    lt_buf_free(&levels);
    lt_buf_free(&areas);
    return status;
}

int school_put_person(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    char *key = name_key(doc_str(o, "surname"), doc_str(o, "name"), doc_str(o, "patronymic"));
    if (!key)
        return lt_fail_memory(f->err);
    int status = db_run(f->db, f->err, "INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "sssssss", d->id, doc_str(o, "surname"),
                        doc_str(o, "name"), doc_str(o, "patronymic"), key, doc_str(o, "number"), doc_str(o, "dismissed"));
    if (status == LT_OK)
        status = put_roles(f, d);
    if (status == LT_OK)
        status = doc_put_names(f, d, key);
    free(key);
    return status;
}

int school_put_event(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json, *who = node_array(o, "participants");
    int status = db_run(f->db, f->err, "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
                        "ssssssssssssIIs", d->id, doc_str(o, "title"), doc_str(o, "organiser"), doc_str(o, "level"),
                        doc_str(o, "format"), doc_str(o, "participation"), doc_str(o, "activity"), doc_str(o, "section"),
                        doc_str(o, "subject"), doc_str(o, "from"), doc_str(o, "to"), doc_str(o, "state"),
                        school_year_of(doc_str(o, "from")), (int)node_count(who), doc_str(node_object(o, "created"), "by"));
    int i = 0;
    for (const struct node *p = node_first(who); p && status == LT_OK; p = node_next(who, p)) {
        status = db_run(f->db, f->err, "INSERT INTO participant VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "sIssiis", d->id, i++,
                        doc_str(p, "pupil"), doc_str(p, "result"), doc_int(p, "degree"), doc_int(p, "place"), doc_str(p, "entry"));
    }
    if (status < 0)
        return status;
    return texts_put(f, d, &(struct text_row){.pupil = "", .entry = "", .title = doc_str(o, "title"), .body = doc_str(o, "organiser"), .tags = ""}, NULL);
}

int school_put_channel(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO channel VALUES (?1, ?2, ?3, ?4)", "ssss", d->id, doc_str(o, "title"), doc_str(o, "plugin"),
                  doc_str(o, "state"));
}

int school_put_import(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json, *changes = node_array(o, "changes");
    struct lt_buf counts;
    lt_buf_init(&counts, 1 << 16);
    const struct node *given = node_object(o, "counts");
    json_t *json = given ? node_json(given) : NULL;
    int status = given ? lt_json_compact(json, &counts, f->err) : LT_OK;
    json_decref(json);
    if (status == LT_OK)
        status = db_run(f->db, f->err, "INSERT INTO import VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "ssssssss", d->id,
                        doc_str(o, "format"), doc_str(o, "file_name"), doc_str(o, "sha256"), doc_str(o, "state"),
                        counts.data ? counts.data : "{}", doc_str2(o, "created", "at"), doc_str2(o, "created", "by"));
    lt_buf_free(&counts);
    int i = 0;
    for (const struct node *c = node_first(changes); c && status == LT_OK; c = node_next(changes, c)) {
        status = db_run(f->db, f->err, "INSERT INTO import_change VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "sIssss", d->id, i++,
                        doc_str(c, "repo"), doc_str(c, "path"), doc_str(c, "what"), doc_str(c, "after"));
    }
    return status;
}
