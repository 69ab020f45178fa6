/* Ids: UUIDv7 (RFC 9562) in lower-case text. Sorted by text they are sorted by time of birth; two ids made in one
 * process in the same millisecond keep their order. */
#ifndef LT_BASE_ID_H
#define LT_BASE_ID_H

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

#define LT_ID_SIZE 37

struct lt_id_source; /* holds the last value; safe to use from several threads */
struct lt_id_source *lt_id_source_new(const struct lt_clock *clock); /* NULL: memory */
void lt_id_source_free(struct lt_id_source *s);
void lt_id_next(struct lt_id_source *s, char out[LT_ID_SIZE]);
bool lt_id_valid(const char *s); /* any version, canonical lower-case form */

void lt_random(void *out, size_t len);
void lt_hex(const void *bytes, size_t len, char *out); /* out holds 2*len+1 */
bool lt_unhex(const char *s, void *out, size_t len);   /* exactly 2*len digits */

#endif
