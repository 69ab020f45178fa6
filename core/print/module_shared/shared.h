/* Private to the modules of this folder: the document in, bytes out. */
#ifndef LT_PRINT_MODULE_SHARED_H
#define LT_PRINT_MODULE_SHARED_H

#include "print/wire.h"
#include "sandbox/module.h"

/* The document behind the descriptor; new reference. */
int shared_document(const json_t *args, int fd, json_t **out, struct lt_error *err);

/* Bytes gathered into frames. */
struct shared_out {
    struct sandbox_io *io;
    size_t len;
    bool gone; /* the other side is */
    char bytes[PRINT_CHUNK];
};
int shared_write(struct shared_out *o, const void *data, size_t len); /* 0 or -1 */
int shared_end(struct shared_out *o, uint32_t pages);

int shared_malformed(struct lt_error *err, const char *what);
int shared_failed(struct lt_error *err, const char *reason);

#endif
