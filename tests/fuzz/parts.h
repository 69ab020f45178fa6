/* Packages and compound files around an input, so that neither check sums nor compression stand between it and the parsers. */
#ifndef LT_TESTS_FUZZ_PARTS_H
#define LT_TESTS_FUZZ_PARTS_H

#include "fuzz.h"

#include "../support/xls_maker.h"
#include "../support/zip_maker.h"

#include <sys/mman.h>

/* Members of a ZIP archive: "name LF content" one after another, each pair ended by a line "--". */
static inline void parts_zip(struct zip_maker *z, const uint8_t *data, size_t size)
{
    for (int n = 0; size > 0 && n < 20; n++) {
        char *name = fuzz_line(&data, &size);
        const uint8_t *end = size ? memmem(data, size, "\n--\n", 4) : NULL;
        size_t len = end ? (size_t)(end - data) : size;
        if (*name) zip_maker_add(z, name, (const char *)data, len);
        if (end) len += 4;
        data += len;
        size -= len;
        free(name);
    }
    zip_maker_end(z);
}

/* The input as the stream Workbook of a compound file. */
static inline unsigned char *parts_compound(const uint8_t *data, size_t size, size_t *len)
{
    static struct xls_maker x;
    x.len = size < sizeof x.stream ? size : sizeof x.stream;
    if (x.len) memcpy(x.stream, data, x.len);
    return xls_file(&x, len);
}

/* A file in memory: form % 3 is 0 as it is, 1 an archive, 2 a compound file. */
static inline int parts_file(uint8_t form, const uint8_t *data, size_t size)
{
    struct zip_maker z = {0};
    unsigned char *made = NULL;
    if (form % 3 == 1) {
        parts_zip(&z, data, size);
        data = (const uint8_t *)z.data;
        size = z.len;
    } else if (form % 3 == 2) {
        data = made = parts_compound(data, size, &size);
    }
    int fd = memfd_create("input", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && (size == 0 || write(fd, data, size) == (ssize_t)size));
    zip_maker_free(&z);
    free(made);
    return fd;
}

#endif
