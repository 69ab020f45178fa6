/* Lists as data. Private to index/. A new list is a row of LISTS in lists.c, a new filter a row of its filters.
 *
 * A list is asked in two steps within one statement. The first finds the keys of one page: FROM `from`, WHERE `where` and the fragments of the
 * filters, ORDER BY `keys`, LIMIT. The second joins `detail` to those few rows (as k, with k0, k1… and what `carry` names)
 * and reads `columns`. So sorting never carries wide rows.
 *
 * In every fragment: ?1 is the day ("today"), `@` compares with the parameter (= ?n, or IN when it is an array), `#` is the
 * parameter itself, `$` the expression of the pupil's id.
 */
#ifndef LT_INDEX_LISTS_H
#define LT_INDEX_LISTS_H

#include "index/sql.h"

#include <jansson.h>
#include <stdbool.h>

enum filter_how {
    FILTER_VALUE,     /* string, number or array of strings, by `yes` */
    FILTER_FLAG,      /* true: `yes`; false: `no` */
    FILTER_DAY,       /* the day stands in ?1; given: `yes` */
    FILTER_WORDS,     /* text to search for: # is an FTS5 expression */
    FILTER_NAMES,     /* the same, each word a beginning */
    FILTER_FOLDED,    /* compared in folded form */
    FILTER_SINCE,     /* day of an entry: # is the first one, and the number of the row is bound besides */
    FILTER_UNTIL      /* the last one */
};

struct list_filter {
    const char *name;
    enum filter_how how;
    const char *yes;
    const char *no;     /* FILTER_FLAG with false; NULL: false is as absent */
    const char *absent; /* when the parameter is not given */
    const char *wrap;   /* fragments with the same wrap stand together in it: "x IN (SELECT … WHERE" … ")" */
    const char *way;    /* index that leads to the rows when this is given (the first of the filters that has one counts) */
    char tag;           /* field of the tag by which fts finds the rows (words.h), where it leads; 0: none */
};

struct list {
    const char *name;
    const char *from;
    /* The rows as fts (f) finds them by words and tags; taken when a filter is given that has words or a tag and no other way leads to few
     * rows. Their keys are one, the number of the row. NULL: there is no such way. */
    const char *led_from;
    const char *where;   /* NULL: nothing */
    const char *keys[4]; /* never NULL in a row, together unique */
    const char *types;   /* of the keys: s text, i integer */
    bool descending;
    const char *carry;  /* more columns of the first step, or NULL */
    const char *detail; /* "k JOIN …" */
    const char *columns;
    /* The way to the rows is said, not guessed by SQLite, which knows neither the sizes nor that a page is short: index of the
     * order ("": that of the row numbers), and index for a scope of few pupils. NULL: SQLite chooses. */
    const char *way, *scope_way;
    enum scope_kind scope;
    const char *pupil; /* expression of the pupil's id in the first step */
    const char *beyond; /* rows that concern no pupil and pass every scope, or NULL */
    const struct list_filter *filters;
};

const struct list *list_find(const char *name);
const struct list *list_at(size_t i); /* NULL past the end */

#endif
