/* Rows of entries: two faces, files, verification, dispute. */
#include "index/feed.h"
#include "index/words.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define SEARCH_TEXT_MAX 65536 /* of one entry: a long description is found by its first pages */

static const char INSERT_ENTRY[] =
    "INSERT INTO entry (rid, id, face, pupil, revision, state, kind, section, activity, title, organiser, level, stage, format,"
    " participation, result, degree, place, badge, subject, date, date_to, school_year, class, class_name, grp, source, source_by,"
    " batch, event, mentor, document, ground, sensitive, significant, hidden, files, day, created, changed) VALUES (?1, ?2, ?3,"
    " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29,"
    " ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40)";

static int put_files(struct feed *f, const struct doc *d, int face)
{
    const struct node *files = node_array(d->json, "files");
    int status = LT_OK;
    int i = 0;
    for (const struct node *file = node_first(files); file && status == LT_OK; file = node_next(files, file))
        status = db_run(f->db, f->err, "INSERT INTO entry_file VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", "sIIssssis", d->id, face,
                        i++, d->repo, doc_str(file, "path"), doc_str(file, "name"), doc_str(file, "sha256"),
                        doc_int(file, "size"), doc_str(file, "type"));
    return status;
}

/* What the lists of entries are filtered by (`tag` in lists.c). */
static void add_tags(struct lt_buf *b, const struct doc *d)
{
    static const struct {
        char field;
        const char *key;
    } values[] = {{'a', "activity"}, {'l', "level"}, {'s', "section"}, {'g', "stage"}, {'r', "result"}, {'t', "state"}, {'k', "kind"}, {'j', "subject"},
                  {'d', "ground"}};
    char year[8];
    words_tag(b, 'p', d->repo);
    for (size_t i = 0; i < LT_COUNT(values); i++) {
        const char *value = doc_str(d->json, values[i].key);
        if (!*value)
            continue;
        lt_buf_addc(b, ' ');
        words_tag(b, values[i].field, value);
    }
    lt_print(year, sizeof year, "%d", doc_year(d->json, "school_year"));
    lt_buf_addc(b, ' ');
    words_tag(b, 'y', year);
    lt_buf_addc(b, ' ');
    words_tag(b, 'o', doc_str2(d->json, "source", "kind"));
    const struct node *files = node_array(d->json, "files");
    lt_buf_addc(b, ' ');
    words_tag(b, 'f', node_count(files) ? "1" : "0");
    lt_buf_adds(b, node_object(d->json, "hidden") ? " \x02h" "1" : "");
    lt_buf_adds(b, node_bool(d->json, "significant", false) ? " \x02i" "1" : "");
}

static void add_body(struct lt_buf *body, const struct doc *d)
{
    const struct node *o = d->json, *files = node_array(o, "files");
    lt_buf_adds(body, doc_str(o, "organiser"));
    static const char *const more[] = {"badge", "description"};
    for (size_t i = 0; i < 2; i++) {
        const char *s = doc_str(o, more[i]);
        size_t n = strlen(s);
        if (n)
            lt_buf_adds(body, " \n");
        lt_buf_add(body, s, n > SEARCH_TEXT_MAX ? SEARCH_TEXT_MAX : n);
    }
    for (const struct node *file = node_first(files); file && body->len < SEARCH_TEXT_MAX; file = node_next(files, file)) {
        const char *name = doc_str(file, "name");
        if (*name && strlen(name) < 1024)
            lt_buf_addf(body, " \n%s", name);
    }
}

static int put_text(struct feed *f, const struct doc *d, int face, const char *day, int64_t *rid)
{
    static const char *const kinds[] = {"entry", "verified", "both"};
    struct lt_buf body, tags;
    lt_buf_init(&body, SEARCH_TEXT_MAX * 3);
    lt_buf_init(&tags, 4096);
    add_body(&body, d);
    add_tags(&tags, d);
    int status = LT_OK;
    if (body.failed || tags.failed)
        status = lt_fail_memory(f->err);
    else
        status = texts_put(f, d, &(struct text_row){.kind = kinds[face], .pupil = d->repo, .entry = d->id, .day = day,
                                                    .title = doc_str(d->json, "title"), .body = body.data ? body.data : "",
                                                    .tags = tags.data}, rid);
    lt_buf_free(&body);
    lt_buf_free(&tags);
    return status;
}

int entry_put(struct feed *f, const struct doc *d, int face)
{
    const struct node *o = d->json;
    const char *date = doc_str(o, "date"), *created = doc_str2(o, "created", "at");
    char day[11] = "";
    const char *from = *date ? date : created; /* an entry without a date stands where it was made */
    int64_t rid = 0;
    if (strlen(from) >= 10)
        memcpy(day, from, 10);
    int status = put_text(f, d, face, day, &rid);
    if (status < 0)
        return status;
    status = db_run(
        f->db, f->err, INSERT_ENTRY, "isIsisssssssssssiissssIssssssssssIIIIsss", rid, d->id, face, d->repo, doc_int(o, "revision"),
        doc_str(o, "state"), doc_str(o, "kind"), doc_str(o, "section"), doc_str(o, "activity"), doc_str(o, "title"),
        doc_str(o, "organiser"), doc_str(o, "level"), doc_str(o, "stage"), doc_str(o, "format"), doc_str(o, "participation"),
        doc_str(o, "result"), doc_int(o, "degree"), doc_int(o, "place"), doc_str(o, "badge"), doc_str(o, "subject"), date,
        doc_str(o, "date_to"), doc_year(o, "school_year"), doc_str(o, "class"), doc_str(o, "class_name"), doc_str(o, "group"),
        doc_str2(o, "source", "kind"), doc_str2(o, "source", "by"), doc_str2(o, "source", "batch"),
        doc_str2(o, "source", "event"), doc_str2(o, "mentor", "person"), doc_str2(o, "document", "kind"), doc_str(o, "ground"),
        (int)node_bool(o, "sensitive", false), (int)node_bool(o, "significant", false), (int)(node_object(o, "hidden") != NULL),
        (int)node_count(node_array(o, "files")), day, created, doc_str2(o, "changed", "at"));
    return status < 0 ? status : put_files(f, d, face);
}

int entry_put_verification(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO verification VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "ssisss", d->id, d->repo,
                  doc_int(o, "revision"), doc_str(o, "by"), doc_str(o, "at"), doc_str(o, "act"));
}

int entry_put_dispute(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json, *answer = node_object(o, "answer");
    return db_run(f->db, f->err, "INSERT INTO dispute VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "sssIssss", d->id, d->repo,
                  doc_str(o, "kind"), (int)(answer == NULL), doc_str(o, "by"), doc_str(o, "at"), doc_str(o, "due"),
                  doc_str(answer, "outcome"));
}
