/* From a document to its rows. Private to index/; called by apply.c inside a transaction of the writer. */
#ifndef LT_INDEX_FEED_H
#define LT_INDEX_FEED_H

#include "index/db.h"
#include "index/node.h"

/* Rows of the search tables that changed in this transaction. They reach FTS5 at its end in the order of their numbers: FTS5
 * writes a segment to the disk whenever a number is not above the last one. */
struct text_change {
    int64_t rid;
    bool names;
    size_t seq;
    char *held[3]; /* title, body, tags as FTS5 holds them under the number; NULL: nothing */
};
/* Row numbers that are known to be taken, without a gap between: what comes next begins to look behind them. */
#define TEXT_RUNS 256
struct text_run {
    int64_t from, next;
};
struct texts {
    struct text_change *v;
    size_t n, cap;
    struct text_run runs[2][TEXT_RUNS]; /* of search, of names */
};

struct feed {
    struct db *db;
    struct texts *texts;
    struct node_doc *reading;
    struct lt_error *err;
};

#define DOC_ID 100
struct doc {
    const struct doc_kind *kind;
    char id[DOC_ID];
    const char *repo;
    const char *path;
    const struct node *json;
};

struct doc_kind {
    const char *name;
    bool school;         /* lives in school.git, else in a portfolio */
    const char *pattern; /* of the path: `*` any segment, `@` the id; without `@` the id is the repository's name; `#` the rest:
                            the id is "<repo>/<rest>" */
    int (*put)(struct feed *f, const struct doc *d); /* NULL: only kept */
    const char *remove[3];                           /* each with ?1 = id */
    bool in_search, in_names;
};

/* The kind of a path, its id in d->id; NULL for a path that is no document. */
const struct doc_kind *doc_kind_of(const char *repo, const char *path, struct doc *d);
const struct doc_kind *doc_kind_named(const char *name, size_t len);

/* Documents of one entry of which two may share a row: index/pairs.c. */
struct pair_change {
    const char *id;
    int face; /* 0 entry.json, 1 verified.json */
    const char *path;
    const void *data; /* NULL: removed */
    size_t len;
    size_t seq;
};
bool pair_kind(const struct doc_kind *kind);
/* Applies the n changes of one entry in their order. fresh: nothing of this entry is likely to be known. */
int pair_apply(struct feed *f, const char *repo, const struct pair_change *c, size_t n, bool fresh);

#define DOCUMENT_MAX (8u << 20)
/* Parses into *d->json, which lives until the next document is read; LT_REFUSED "index.document". */
int feed_read(struct feed *f, struct doc *d, const void *data, size_t len);

int school_put_class(struct feed *f, const struct doc *d);
int school_put_programme(struct feed *f, const struct doc *d);
int school_put_group(struct feed *f, const struct doc *d);
int school_put_person(struct feed *f, const struct doc *d);
int school_put_event(struct feed *f, const struct doc *d);
int school_put_channel(struct feed *f, const struct doc *d);
int school_put_import(struct feed *f, const struct doc *d);

int pupil_put(struct feed *f, const struct doc *d);
int pupil_put_classes(struct feed *f, const struct doc *d);
int pupil_put_review(struct feed *f, const struct doc *d);
int pupil_put_consent(struct feed *f, const struct doc *d);
int pupil_put_publication(struct feed *f, const struct doc *d);
/* rows_award.c */
int award_put(struct feed *f, const struct doc *d);
int award_put_kind(struct feed *f, const struct doc *d);

int family_put_goal(struct feed *f, const struct doc *d);
int family_put_skill(struct feed *f, const struct doc *d);
int family_put_share(struct feed *f, const struct doc *d);

/* face: 0 newest, 1 verified, 2 both */
int entry_put(struct feed *f, const struct doc *d, int face);
int entry_put_verification(struct feed *f, const struct doc *d);
int entry_put_dispute(struct feed *f, const struct doc *d);

/* --- search rows --- */

struct text_row {
    const char *kind; /* NULL: the document's */
    const char *pupil, *entry;
    const char *day; /* NULL: that of the id */
    const char *title, *body, *tags;
};
/* *rid (may be NULL): the number of the row */
int texts_put(struct feed *f, const struct doc *d, const struct text_row *row, int64_t *rid);
int texts_put_name(struct feed *f, const struct doc *d, const char *title, const char *body, const char *name_key);
int texts_drop(struct feed *f, const struct doc *d);
int64_t texts_number(const char *day); /* the least number of a row of the day; -1: no day whose rows are told apart */
int texts_flush(struct db *db, struct texts *t, struct lt_error *err); /* empties t on success */
void texts_cut(struct texts *t, size_t n);                             /* forgets what came after the first n */

/* --- reading documents; what is absent or of another type is "" or 0 --- */

#define TERM_END "9999-12-31"
const char *doc_str(const struct node *o, const char *key);
const char *doc_str2(const struct node *o, const char *key, const char *inner); /* o.key.inner */
int64_t doc_int(const struct node *o, const char *key);
const char *doc_to(const struct node *o); /* `to`, or TERM_END */
int doc_year(const struct node *o, const char *key); /* 2026 or "2026-27" */
const char *doc_level(int class_number);         /* noo, ooo, soo or "" */
int school_year_of(const char *date);            /* starting year; 0 for no date */
/* Folded words of a name with one space between; malloc'ed, NULL: memory. */
char *name_key(const char *surname, const char *name, const char *patronymic);
/* Names of a person or pupil: the search row. */
int doc_put_names(struct feed *f, const struct doc *d, const char *key);

#endif
