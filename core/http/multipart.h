/* multipart/form-data (RFC 7578), read as it comes: pieces of any size in, parts out. Nothing is kept but the headers of the part that is
 * being read. Strict: a part has a name, every line ends with CRLF, the last delimiter is there. */
#ifndef LT_HTTP_MULTIPART_H
#define LT_HTTP_MULTIPART_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { MULTIPART_BOUNDARY = 70, MULTIPART_HEADERS = 4096, MULTIPART_NAME = 64 };

struct multipart_part {
    char name[MULTIPART_NAME];
    char file_name[256]; /* "" where the part is no file */
    bool is_file;
};

/* A non-zero return ends the reading and is returned; *err is filled. */
struct multipart_to {
    int (*part)(void *ctx, const struct multipart_part *part, struct lt_error *err);
    int (*data)(void *ctx, const char *data, size_t len, struct lt_error *err);
    int (*end)(void *ctx, struct lt_error *err); /* of the part */
};

struct multipart {
    const struct multipart_to *to;
    void *ctx;
    int state;
    char delimiter[MULTIPART_BOUNDARY + 8]; /* CRLF "--" boundary */
    size_t delimiter_len, matched;
    bool inside; /* a part's bytes */
    char headers[MULTIPART_HEADERS];
    size_t headers_len;
};

/* The boundary is taken from the value of Content-Type. False: it has none that is allowed. */
bool multipart_begin(struct multipart *m, const char *content_type, const struct multipart_to *to, void *ctx);
/* LT_USAGE "http.multipart". */
int multipart_take(struct multipart *m, const char *data, size_t len, struct lt_error *err);
/* The last delimiter was read. */
bool multipart_whole(const struct multipart *m);

#endif
