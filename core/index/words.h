/* Words of the full-text search: the FTS5 tokenizer "letopis" and the way from what a person typed to an FTS5 expression.
 *
 * A word is indexed as its folded form and, at the same position, as its stem with a mark in front. A word of a query asks for
 * the stem (so «олимпиады» finds «олимпиада»), a beginning (`олимп*`) for the folded form: with stems alone `олимпиада*`
 * would find nothing, since the index would hold «олимпиад». The plain kind, for names, has folded forms only.
 */
#ifndef LT_INDEX_WORDS_H
#define LT_INDEX_WORDS_H

#include "base/buf.h"
#include "base/error.h"

#include <sqlite3.h>
#include <stdbool.h>

/* Raised whenever the same text would give other tokens; an index of another version makes its search tables anew. */
#define WORDS_VERSION 2

#define WORDS_QUERY_BYTES 400 /* longest query text */
#define WORDS_QUERY_WORDS 16

int words_register(sqlite3 *sq);

/* Appends a tag: a value of a row (its level, its pupil…) as one word that no text holds, for the column "tags" of fts. A text that
 * begins with TAG_MARK is nothing but tags with spaces between. Two values may share a tag (long ones are shortened to a hash), so
 * a tag only leads to rows. */
#define TAG_MARK '\x02'
void words_tag(struct lt_buf *out, char field, const char *value);

/* Appends an expression in which every word must occur. Only words, "phrases" and a `*` behind a word have meaning, all the
 * rest of FTS5's language is taken as white space. prefixes: each word is a beginning (names). An expression that stays
 * empty means: nothing can be found. LT_USAGE "index.query_long". */
int words_query(const char *text, bool prefixes, struct lt_buf *out, struct lt_error *err);

#endif
