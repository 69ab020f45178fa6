/* The index: an SQLite database that is a pure function of the repositories' head trees, and the search over it.
 *
 * A row comes from exactly one document (docs/data.md). index_apply takes changed documents; a rebuild feeds the same function with
 * every document of every head. Lists are rows of a table (index/lists.c): a base query, filters by name, an order for the
 * keyset cursor. Nothing above this folder writes SQL or sees an SQLite type.
 *
 * One struct index may be used from any thread: readers take a connection from a pool, writers queue for the one that writes.
 */
#ifndef LT_INDEX_INDEX_H
#define LT_INDEX_INDEX_H

#include "base/buf.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index;

struct index_config {
    const char *path; /* DATA/index.db */
    int readers;      /* connections of the pool; 0 = 4 */
};

/* Opens and migrates; a file that is damaged or of a newer schema is LT_SYSTEM "index.unusable" (then: index_remove, rebuild).
 * `rebuild` tells that the file was new or of another tokenizer version: every repository must be fed. */
int index_open(const struct index_config *config, struct index **out, bool *rebuild, struct lt_error *err);
void index_close(struct index *ix);
int index_remove(const char *path, struct lt_error *err);

/* --- feeding --- */

struct index_change {
    const char *path;
    const void *data; /* bytes of a text document; NULL: removed, or file contents */
    size_t len;
    bool removed;
};
struct index_batch {
    const char *repo;     /* "school" or a pupil id */
    const char *new_head; /* recorded as the indexed head */
    bool whole;           /* changes are the whole tree: rows of the repo are dropped first; no changes and an empty new_head: forget the repo */
    const struct index_change *changes;
    size_t len;
};
/* All batches in one SQLite transaction. A document that cannot be parsed is LT_REFUSED "index.document" (repo, path) and
 * changes nothing. Unknown paths are ignored. */
int index_apply(struct index *ix, const struct index_batch *batches, size_t n, struct lt_error *err);
/* Gather the rows of several index_apply calls (imports, rebuilds) into one transaction. */
int index_begin(struct index *ix, struct lt_error *err);
int index_end(struct index *ix, bool keep, struct lt_error *err);
/* "" when not indexed. */
int index_head(struct index *ix, const char *repo, char out[41], struct lt_error *err);

/* --- asking --- */

/* One document of a kind by id: the bytes as in git, parsed; *repo (may be NULL) receives where it lives. Kinds: "school",
 * "person", "class", "programme", "group", "event", "channel", "import", "pupil", "classes" (by pupil id), "entry", "verified",
 * "verification", "dispute" (the last three by entry id), "review", "consent", "publication". LT_NOTFOUND "index.absent". */
int index_get(struct index *ix, const char *kind, const char *id, json_t **doc, char repo[64], struct lt_error *err);
/* As index_get, with the path of the document inside its repository. */
int index_locate(struct index *ix, const char *kind, const char *id, char repo[64], char path[160], struct lt_error *err);

/* A list. params: object of filter name → string, number, true or array of strings; an unknown name is LT_SYSTEM "index.filter" (a mistake
 * in the program). cursor: text from an earlier answer or NULL; malformed: LT_USAGE "cursor.malformed". Items are objects
 * whose keys are the columns of the list; a column whose name ends in "_json" is given parsed, without the ending.
 * *next: malloc'ed text, or NULL at the end. */
int index_list(struct index *ix, const char *list, const json_t *params, int limit, const char *cursor, json_t **items,
               char **next, struct lt_error *err);
/* Number of items of the list (counted up to `most`). */
int index_count(struct index *ix, const char *list, const json_t *params, int most, int *out, struct lt_error *err);

/* How many entries of the list "entries" there are: [{year, value, count}] by school year and by the value of a column: level, section,
 * activity, result, class_name, state, source. By year, then the most first. */
int index_tally(struct index *ix, const json_t *params, const char *by, json_t **items, struct lt_error *err);

/* Bytes of the files of a pupil's entries, of both the newest and the verified revisions; the same bytes count once. */
int index_bytes(struct index *ix, const char *pupil, int64_t *out, struct lt_error *err);

/* What a person types into the search line. All words must occur, in any form; `word*` a beginning; "side by side". In names each word
 * is a beginning. params: "kinds" (array of entry, verified, review, event, group, programme, pupil, person; absent: all but
 * verified), "today", "scope" and the filters of the list "entries". `verified` finds the verified
 * revisions that may be shown to others; give either it or `entry`. Names come first in their order, then texts, newest day first.
 * Items: {kind, id, pupil, title, …, snippet}, where U+E000 and U+E001 enclose the words found. */
int index_search(struct index *ix, const char *text, const json_t *params, int limit, const char *cursor, json_t **items,
                 char **next, struct lt_error *err);

/* All rows of all tables in key order as JSON lines, for the comparison of two indexes. */
int index_dump(struct index *ix, int (*cb)(void *user, const char *line, size_t len), void *user, struct lt_error *err);
/* PRAGMA integrity_check and foreign_key_check; LT_REFUSED "index.damaged". */
int index_check(struct index *ix, struct lt_error *err);
int index_optimize(struct index *ix, struct lt_error *err);
/* After rows were removed for good: no byte of them is left in the files. LT_CONFLICT "erase.log_busy" (file) while somebody reads an older state. Takes
 * memory as large as the database for a moment. */
int index_scrub(struct index *ix, struct lt_error *err);

#endif
