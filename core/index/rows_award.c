/* Rows of kinds of awards and of nominations. */
#include "index/feed.h"

int award_put_kind(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO award_kind VALUES (?1, ?2, ?3)", "sss", d->id, doc_str(o, "title"), doc_str(o, "state"));
}

int award_put(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO award VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "ssssisss", d->id, d->repo, doc_str(o, "kind"),
                  doc_str(o, "state"), doc_year(o, "school_year"), doc_str(o, "class"), doc_str2(o, "created", "by"), doc_str2(o, "changed", "at"));
}
