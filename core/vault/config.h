/* Settings: files in git-config syntax (git-config(1)), such as DATA/letopis.conf and the mappings of an
 * importer. The parser is our own: libgit2's reads only files, follows include.path to any other file and
 * keeps no line numbers.
 *
 * A name is "section.name" or "section.subsection.name"; section and name in lower case, a subsection as
 * written. Where a value stands several times the last one counts. Errors: LT_REFUSED "config.malformed"
 * (file, line), "config.value" (file, name, value). Includes are not followed.
 */
#ifndef LT_VAULT_CONFIG_H
#define LT_VAULT_CONFIG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_MAX (1u << 20) /* bytes of a file */

struct conf; /* immutable; may be read by several threads */

/* Reads the whole file; a missing one is empty. */
int conf_read(const char *path, struct conf **out, struct lt_error *err);
/* The same from memory; file: the name for messages. */
int conf_parse(const char *text, size_t len, const char *file, struct conf **out, struct lt_error *err);
void conf_free(struct conf *c); /* NULL is fine */

/* Borrowed; dflt (may be NULL) when absent. */
const char *conf_str(const struct conf *c, const char *name, const char *dflt);
/* With git's suffixes k, m, g. Outside [min, max]: "config.value". */
int conf_int(const struct conf *c, const char *name, int64_t min, int64_t max, int64_t dflt, int64_t *out,
             struct lt_error *err);
/* true, yes, on, 1 and a name alone; false, no, off, 0 and an empty value. */
int conf_bool(const struct conf *c, const char *name, bool dflt, bool *out, struct lt_error *err);
/* Every value whose name begins with prefix, in the order of the file. cb returns non-zero to stop; that is
 * returned. */
int conf_each(const struct conf *c, const char *prefix,
              int (*cb)(void *user, const char *name, const char *value), void *user);

#endif
