/* File contents that a stranger's git packed: unpacked in a child without rights (letopis-packed.so), compared with their name, and kept in a
 * nameless file of the spool while they are read. */
#ifndef LT_VAULT_PACKED_H
#define LT_VAULT_PACKED_H

#include "vault/state.h"

#define PACKED_MAX ((uint64_t)128 << 20) /* as much as a file of an entry may have, and some */

/* *fd: open for reading, *size bytes. LT_NOTFOUND "vault.no_object": in no pack of the repository. LT_REFUSED "vault.damaged" (object, what), "vault.too_large" (object,
 * limit), "sandbox.…". */
int packed_open(struct vault *v, const char *objects, const git_oid *oid, int *fd, uint64_t *size, struct lt_error *err);

#endif
