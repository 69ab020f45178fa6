/* What a journal record says: which heads move, and the bytes that may not be on disk yet. */
#ifndef LT_VAULT_RECORD_H
#define LT_VAULT_RECORD_H

#include "base/buf.h"
#include "base/error.h"
#include "vault/state.h"

#include <git2.h>

#define RECORD_TEMP 64 /* name of a temporary file and NUL */

/* A file content that lies flushed under its temporary name in objects/. */
struct record_file {
    git_oid oid;
    char temp[RECORD_TEMP];
};

struct record_repo {
    char name[VAULT_NAME];
    git_oid old_head; /* zero: none */
    git_oid new_head;
    char pack[41]; /* its name */
    const void
        *pack_bytes; /* NULL: not carried, the files are flushed under their final or temporary names */
    size_t pack_len;
    size_t files_len;
    const void *files; /* when read: encoded, see record_file_at */
};

/* Payload: length of extra, extra, then repositories. A failed buffer shows itself at the end. */
void record_begin(struct lt_buf *b, const void *extra, size_t extra_len);
void record_add(struct lt_buf *b, const struct record_repo *r, const struct record_file *files);

struct record_reader {
    const unsigned char *p, *end;
};
/* False: malformed. */
bool record_open(struct record_reader *r, const void *payload, size_t len, const void **extra,
                 size_t *extra_len);
/* 1: one more; 0: the end; -1: malformed. Pointers are into the payload. */
int record_next(struct record_reader *r, struct record_repo *out);
void record_file_at(const struct record_repo *r, size_t i, struct record_file *out);

#endif
