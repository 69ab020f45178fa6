/* Reading lists inside index/: what index_list and index_search share. */
#ifndef LT_INDEX_LIST_H
#define LT_INDEX_LIST_H

#include "index/lists.h"
#include "index/store.h"

/* The statement of a page that begins after the key `after` (NULL: the first). */
int list_sql(struct sql *q, const struct list *l, const json_t *params, int limit, const json_t *after, struct lt_error *err);
/* Appends at most limit items; *last: key of the last one when more follow, else NULL. */
int list_read(struct db *db, const struct list *l, const json_t *params, int limit, const json_t *after, json_t *items,
              json_t **last, struct lt_error *err);
/* How many entries there are by school year and by the value of a column of the entry. */
int list_tally_sql(struct sql *q, const struct list *l, const json_t *params, const char *column, struct lt_error *err);
int list_limit(int limit); /* within 1..1000 */

#endif
