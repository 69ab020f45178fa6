/* Rows of a portfolio, entries excepted. The pupil's id is the repository's name: a document cannot claim another pupil. */
#include "index/feed.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static int put_relations(struct feed *f, const struct doc *d)
{
    const json_t *guardians = lt_json_array(d->json, "guardians"), *study = lt_json_array(d->json, "study");
    int status = LT_OK;
    for (size_t i = 0; i < json_array_size(guardians) && status == LT_OK; i++) {
        const json_t *g = json_array_get(guardians, i), *rights = lt_json_object(g, "rights");
        status = db_run(f->db, f->err, "INSERT INTO guardian VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", "sIsssIIIIss",
                        d->id, (int)i, doc_str(g, "person"), doc_str(g, "kind"), doc_str(g, "ground"),
                        (int)lt_json_bool(rights, "see", true), (int)lt_json_bool(rights, "add", true),
                        (int)lt_json_bool(rights, "consent", true), (int)lt_json_bool(rights, "papers", true),
                        doc_str(g, "from"), doc_to(g));
    }
    for (size_t i = 0; i < json_array_size(study) && status == LT_OK; i++) {
        const json_t *s = json_array_get(study, i);
        status = db_run(f->db, f->err, "INSERT INTO study VALUES (?1, ?2, ?3, ?4, ?5)", "sIsss", d->id, (int)i, doc_str(s, "form"),
                        doc_str(s, "from"), doc_to(s));
    }
    return status;
}

int pupil_put(struct feed *f, const struct doc *d)
{
    const json_t *o = d->json;
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
    const json_t *classes = lt_json_array(d->json, "classes"), *groups = lt_json_array(d->json, "groups");
    int status = LT_OK;
    for (size_t i = 0; i < json_array_size(classes) && status == LT_OK; i++) {
        const json_t *c = json_array_get(classes, i);
        int number = (int)strtol(doc_str(c, "name"), NULL, 10);
        status = db_run(f->db, f->err, "INSERT INTO membership VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "sIsIsIssss", d->id,
                        (int)i, doc_str(c, "class"), doc_year(c, "year"), doc_str(c, "name"), number, doc_level(number),
                        doc_str(c, "basis"), doc_str(c, "from"), doc_to(c));
    }
    for (size_t i = 0; i < json_array_size(groups) && status == LT_OK; i++) {
        const json_t *g = json_array_get(groups, i);
        status = db_run(f->db, f->err, "INSERT INTO in_group VALUES (?1, ?2, ?3, ?4, ?5)", "sIsss", d->id, (int)i, doc_str(g, "group"),
                        doc_str(g, "from"), doc_to(g));
    }
    return status;
}

int pupil_put_review(struct feed *f, const struct doc *d)
{
    const json_t *o = d->json;
    const char *state = doc_str(o, "state");
    int status = db_run(f->db, f->err, "INSERT INTO review VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", "ssssssssss", d->id, d->repo,
                        doc_str(o, "entry"), doc_str(o, "kind"), state, doc_str(o, "by"), doc_str(o, "by_kind"),
                        doc_str2(o, "asked", "by"), doc_str2(o, "asked", "of"), doc_str2(o, "changed", "at"));
    /* what is asked, declined or taken back is not to be found by others */
    if (status < 0 || strcmp(state, "given") != 0)
        return status;
    return texts_put(f, d, &(struct text_row){.pupil = d->repo, .entry = doc_str(o, "entry"), .title = "", .body = doc_str(o, "text")});
}

int pupil_put_consent(struct feed *f, const struct doc *d)
{
    const json_t *o = d->json, *fields = lt_json_array(o, "fields");
    int status = db_run(f->db, f->err, "INSERT INTO consent VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "ssssssss", d->id, d->repo,
                        doc_str(o, "purpose"), doc_str(o, "target"), doc_str(o, "state"), doc_str(o, "from"), doc_to(o),
                        doc_str2(o, "changed", "at"));
    for (size_t i = 0; i < json_array_size(fields) && status == LT_OK; i++) {
        const char *field = json_string_value(json_array_get(fields, i));
        if (field)
            status = db_run(f->db, f->err, "INSERT OR IGNORE INTO consent_field VALUES (?1, ?2)", "ss", d->id, field);
    }
    return status;
}

int pupil_put_publication(struct feed *f, const struct doc *d)
{
    const json_t *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO publication VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", "ssssissss", d->id, d->repo,
                  doc_str(o, "channel"), doc_str(o, "entry"), doc_int(o, "revision"), doc_str(o, "state"), doc_str(o, "release"),
                  doc_str(o, "at"), doc_str(o, "removed_at"));
}
