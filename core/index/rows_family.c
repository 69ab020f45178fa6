/* Rows of what the family writes of itself: goals, descriptions of learning actions, links that show the portfolio. */
#include "index/feed.h"

int family_put_goal(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO goal VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "ssssss", d->id, d->repo, doc_str(o, "state"),
                  doc_str(o, "title"), doc_str(o, "due"), doc_str2(o, "changed", "at"));
}

int family_put_skill(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO skill VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "ssssss", d->id, d->repo, doc_str(o, "kind"),
                  doc_str(o, "date"), doc_str(o, "by"), doc_str(o, "by_kind"));
}

int family_put_share(struct feed *f, const struct doc *d)
{
    const struct node *o = d->json;
    return db_run(f->db, f->err, "INSERT INTO share VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "ssssss", d->id, d->repo, doc_str(o, "sha256"),
                  doc_str(o, "state"), doc_str(o, "from"), doc_to(o));
}
