/* What libmicrohttpd lets through and we do not: everything by which two readers of one request could
 * disagree about where it ends (RFC 9112, section 11.2), and header names that are none. */
#ifndef LT_HTTP_STRICT_H
#define LT_HTTP_STRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_strict {
    unsigned hosts, lengths, encodings;
    bool bad;        /* a malformed name or value */
    uint64_t length; /* of Content-Length; UINT64_MAX: none */
};

#define HTTP_STRICT_INIT                                                                                     \
    {                                                                                                        \
        .length = UINT64_MAX                                                                                 \
    }

/* Looks at one header as it came. */
void http_strict_header(struct http_strict *s, const char *name, size_t name_len, const char *value,
                        size_t value_len);
/* The verdict on the whole. minor: 0 or 1 of HTTP/1.x. */
bool http_strict_good(const struct http_strict *s, int minor);
/* A path of visible ASCII that begins with '/', without backslash, "//" and dot segments, plain or encoded.
 */
bool http_strict_path(const char *path);

#endif
