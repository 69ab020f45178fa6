/* Rows of a portfolio, entries excepted. The pupil's id is the repository's name: a document cannot claim another pupil. */
#include "index/feed.h"

#include <stdlib.h>
#include <string.h>

static int put_relations(struct feed *f, const struct doc *d)
{
    const struct node *guardians = node_array(d->json, "guardians"), *study = node_array(d->json, "study");
    int status = LT_OK;
    int i = 0;
    for (const struct node *g = node_first(guardians); g && status == LT_OK; g = node_next(guardians, g)) {
        const struct node *rights = node_object(g, "rights");
        status = db_run(f->db, f->err, "INSERT INTO guardian VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", "sIsssIIIIss",
                        d->id, i++, doc_str(g, "person"), doc_str(g, "kind"), doc_str(g, "ground"),
                        (int)node_bool(rights, "see", true), (int)node_bool(rights, "add", true),
                        (int)node_bool(rights, "consent", true), (int)node_bool(rights, "papers", true),
                        doc_str(g, "from"), doc_to(g));
    }
    i = 0;
    for (const struct node *s = node_first(study); s && status == LT_OK; s = node_next(study, s)) {
        status = db_run(f->db, f->err, "INSERT INTO study VALUES (?1, ?2, ?3, ?4, ?5)", "sIsss", d->id, i++, doc_str(s, "form"),
                        doc_str(s, "from"), doc_to(s));
    }
    return status;
}

int pupil_put(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    char *key = name_key(doc_str(o, "surname"), doc_str(o, "name"), doc_str(o, "patronymic"));
    if (!key)
        return lt_fail_memory(f->err);
    int status = db_run(f->db, f->err, "INSERT INTO pupil VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "ssssssssss", d->id,
                        doc_str(o, "surname"), doc_str(o, "name"), doc_str(o, "patronymic"), key, doc_str(o, "sex"),
                        doc_str(o, "birth"), doc_str(o, "number"), doc_str(o, "state"), doc_str2(o, "left", "date"));
    if (status == LT_OK)
        status = put_relations(f, d);
    if (status == LT_OK)
        status = doc_put_names(f, d, key);
    free(key);
    return status;
}

int pupil_put_classes(struct feed *f, const struct doc *d)
{
    const struct node *classes = node_array(d->json, "classes"), *groups = node_array(d->json, "groups");
    int status = LT_OK;
    int i = 0;
    for (const struct node *c = node_first(classes); c && status == LT_OK; c = node_next(classes, c)) {
        int number = (int)strtol(doc_str(c, "name"), NULL, 10);
        status = db_run(f->db, f->err, "INSERT INTO membership VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "sIsIsIssss", d->id,
                        i++, doc_str(c, "class"), doc_year(c, "year"), doc_str(c, "name"), number, doc_level(number),
                        doc_str(c, "basis"), doc_str(c, "from"), doc_to(c));
    }
    i = 0;
    for (const struct node *g = node_first(groups); g && status == LT_OK; g = node_next(groups, g)) {
        status = db_run(f->db, f->err, "INSERT INTO in_group VALUES (?1, ?2, ?3, ?4, ?5)", "sIsss", d->id, i++, doc_str(g, "group"),
                        doc_str(g, "from"), doc_to(g));
    }
    return status;
}

int pupil_put_review(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    const char *state = doc_str(o, "state");
    int status = db_run(f->db, f->err, "INSERT INTO review VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "ssssssssss", d->id, d->repo,
                        doc_str(o, "entry"), doc_str(o, "kind"), state, doc_str(o, "by"), doc_str(o, "by_kind"),
                        doc_str2(o, "asked", "by"), doc_str2(o, "asked", "of"), doc_str2(o, "changed", "at"));
    /* what is asked, declined or taken back is not to be found by others */
    if (status < 0 || strcmp(state, "given") != 0)
        return status;
    return texts_put(f, d, &(struct text_row){.pupil = d->repo, .entry = doc_str(o, "entry"), .title = "", .body = doc_str(o, "text"), .tags = ""}, NULL);
}

int pupil_put_consent(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json, *fields = node_array(o, "fields");
    int status = db_run(f->db, f->err, "INSERT INTO consent VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "ssssssss", d->id, d->repo,
                        doc_str(o, "purpose"), doc_str(o, "target"), doc_str(o, "state"), doc_str(o, "from"), doc_to(o),
                        doc_str2(o, "changed", "at"));
    for (const struct node *n = node_first(fields); n && status == LT_OK; n = node_next(fields, n)) {
        const char *field = node_text(n);
        if (field)
            status = db_run(f->db, f->err, "INSERT OR IGNORE INTO consent_field VALUES (?1, ?2)", "ss", d->id, field);
    }
    return status;
}

int pupil_put_publication(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO publication VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", "ssssissss", d->id, d->repo,
                  doc_str(o, "channel"), doc_str(o, "entry"), doc_int(o, "revision"), doc_str(o, "state"), doc_str(o, "release"),
                  doc_str(o, "at"), doc_str(o, "removed_at"));
}
