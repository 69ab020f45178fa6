/* The tables of the two databases as numbered steps. Private to index/. */
#ifndef LT_INDEX_SCHEMA_H
#define LT_INDEX_SCHEMA_H

#include "index/db.h"

extern const struct db_schema index_schema;
extern const struct db_schema sysdb_schema;

/* What index_dump writes: every table that is a function of the documents, and the order of its rows. Row numbers (`rid`) are left out:
 * they depend on the order of arrival. The search tables proper (fts, name_fts) hold nothing that search and names do not;
 * index_check compares them. */
struct schema_dump {
    const char *table;
    const char *order;
};
extern const struct schema_dump index_dump_tables[];
extern const size_t index_dump_count;

#endif
