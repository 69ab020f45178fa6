/* What a plugin emitted for a batch of an import, in memory alone: each correction in the preview and the application ask for the same again, and
 * reading the file and running the plugin is a third of a long preview. There are rows of other schools' children in it, so it goes with
 * the batch, after an hour, and at an erasure; it is never written anywhere. Any thread. */
#ifndef LT_USECASE_EMITTED_H
#define LT_USECASE_EMITTED_H

#include "base/buf.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct emitted;
struct emitted *emitted_new(void); /* NULL: memory */
void emitted_free(struct emitted *e);

/* Documents are gathered here while the plugin runs; where they have no room nothing is kept. */
void emitted_begin(struct lt_buf *out);
void emitted_add(struct lt_buf *out, const char *json, size_t len);
/* key: import_key of usecase/ports.h. Takes the bytes. A few batches are kept, the oldest goes. */
void emitted_keep(struct emitted *e, const char *batch, const char *key, int64_t now, struct lt_buf *out);
/* Gives the documents to `take`: 1; 0: none are kept; or what `take` returned. */
int emitted_give(struct emitted *e, const char *batch, const char *key, int (*take)(void *user, const json_t *doc, struct lt_error *err), void *user,
                 struct lt_error *err);
/* Is anything kept of the batch? */
bool emitted_has(struct emitted *e, const char *batch);
void emitted_drop(struct emitted *e, const char *batch); /* NULL: all */
void emitted_purge(struct emitted *e, int64_t now);      /* older than an hour */

#endif
