/* Rows of entries: two faces, files, verification, dispute. */
#include "index/feed.h"

#include "base/json.h"

#include <string.h>

#define SEARCH_TEXT_MAX 65536 /* of one entry: a long description is found by its first pages */

static const char INSERT_ENTRY[] =
    "INSERT INTO entry (id, face, pupil, revision, state, kind, section, activity, title, organiser, level, stage, format,"
    " participation, result, degree, place, badge, subject, date, date_to, school_year, class, class_name, grp, source, source_by,"
    " batch, event, mentor, document, ground, sensitive, significant, hidden, files, day, created, changed) VALUES (?1, ?2, ?3,"
    " ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29,"
    " ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39)";

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

static int put_text(struct feed *f, const struct doc *d, int face)
{
    const struct node *o = d->json, *files = node_array(o, "files");
    struct lt_buf body;
    lt_buf_init(&body, SEARCH_TEXT_MAX * 2);
    lt_buf_adds(&body, doc_str(o, "organiser"));
    static const char *const more[] = {"badge", "description"};
    for (size_t i = 0; i < 2; i++) {
        const char *s = doc_str(o, more[i]);
        size_t n = strlen(s);
        if (n)
            lt_buf_adds(&body, " \n");
        lt_buf_add(&body, s, n > SEARCH_TEXT_MAX ? SEARCH_TEXT_MAX : n);
    }
    for (const struct node *file = node_first(files); file && body.len < SEARCH_TEXT_MAX; file = node_next(files, file)) {
        const char *name = doc_str(file, "name");
        if (*name && strlen(name) < 1024)
            lt_buf_addf(&body, " \n%s", name);
    }
    int status = LT_OK;
    if (body.failed)
        status = lt_fail_memory(f->err);
    else
        status = texts_put(f, d, &(struct text_row){.pupil = d->repo, .entry = d->id, .face = face, .title = doc_str(o, "title"),
                                                    .body = body.data ? body.data : ""});
    lt_buf_free(&body);
    return status;
}

int entry_put(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    int face = strcmp(d->kind->name, "verified") == 0;
    const char *date = doc_str(o, "date"), *created = doc_str2(o, "created", "at");
    char day[11] = "";
    const char *from = *date ? date : created; /* an entry without a date stands where it was made */
    if (strlen(from) >= 10)
        memcpy(day, from, 10);
    int status = db_run(
        f->db, f->err, INSERT_ENTRY, "sIsisssssssssssiissssIssssssssssIIIIsss", d->id, face, d->repo, doc_int(o, "revision"),
        doc_str(o, "state"), doc_str(o, "kind"), doc_str(o, "section"), doc_str(o, "activity"), doc_str(o, "title"),
        doc_str(o, "organiser"), doc_str(o, "level"), doc_str(o, "stage"), doc_str(o, "format"), doc_str(o, "participation"),
        doc_str(o, "result"), doc_int(o, "degree"), doc_int(o, "place"), doc_str(o, "badge"), doc_str(o, "subject"), date,
        doc_str(o, "date_to"), doc_year(o, "school_year"), doc_str(o, "class"), doc_str(o, "class_name"), doc_str(o, "group"),
        doc_str2(o, "source", "kind"), doc_str2(o, "source", "by"), doc_str2(o, "source", "batch"),
        doc_str2(o, "source", "event"), doc_str2(o, "mentor", "person"), doc_str2(o, "document", "kind"), doc_str(o, "ground"),
        (int)node_bool(o, "sensitive", false), (int)node_bool(o, "significant", false),
        (int)(node_object(o, "hidden") != NULL), (int)node_count(node_array(o, "files")), day, created,
        doc_str2(o, "changed", "at"));
    if (status == LT_OK)
        status = put_files(f, d, face);
    return status < 0 ? status : put_text(f, d, face);
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
