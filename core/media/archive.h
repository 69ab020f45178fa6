/* Writing a ZIP: the library stands in the module letopis-archive.so of a child, the bytes go to a descriptor of the caller. Names inside are
 * safe ones made by the caller (relative, no ".."); memory does not grow with what is packed. */
#ifndef LT_MEDIA_ARCHIVE_H
#define LT_MEDIA_ARCHIVE_H

#include "base/error.h"
#include "sandbox/child.h"

#include <stdint.h>
#include <sys/types.h>

struct archive_env {
    const char *program;
    const char *modules_dir;
};

/* Where the members come from. next: 1 and the member filled in, 0 at the end, or a negative status. read: the member's bytes in order, 0 at
 * its end. */
struct archive_member {
    char name[400];
    uint64_t size;
    int64_t modified; /* seconds */
};
struct archive_source {
    void *ctx;
    int (*next)(void *ctx, struct archive_member *out, struct lt_error *err);
    ssize_t (*read)(void *ctx, void *buf, size_t len, struct lt_error *err);
};

int archive_write(const struct archive_env *env, const struct archive_source *source, int fd, struct lt_error *err);

#endif
