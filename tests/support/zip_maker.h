/* Archives for tests, members stored as they are; and, on request, lying about a size. */
#ifndef LT_TESTS_ZIP_MAKER_H
#define LT_TESTS_ZIP_MAKER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct zip_maker {
    char *data, *directory;
    size_t len, directory_len;
    unsigned members;
    uint32_t lie; /* uncompressed size that the directory tells of the next member; 0 = the truth */
};

static inline uint32_t zip_maker_crc(const char *s, size_t len) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)s[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    return ~crc;
}

static inline void zip_maker_put(char **to, size_t *len, const void *data, size_t n) {
    *to = realloc(*to, *len + n + 1);
    if (!*to)
        abort();
    if (n > 0) memcpy(*to + *len, data, n);
    *len += n;
}

static inline void zip_maker_num(char **to, size_t *len, uint32_t v, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++) {
        char c = (char)(v >> (8 * i) & 255);
        zip_maker_put(to, len, &c, 1);
    }
}

/* The 26 bytes that local headers and the directory share, from "version needed" on. */
static inline void zip_maker_common(char **to, size_t *len, uint32_t crc, size_t packed, size_t size, size_t name) {
    zip_maker_num(to, len, 20, 2);
    zip_maker_num(to, len, 0x800, 2); /* names in UTF-8 */
    zip_maker_num(to, len, 0, 2);     /* stored */
    zip_maker_num(to, len, 0x00210000, 4);
    zip_maker_num(to, len, crc, 4);
    zip_maker_num(to, len, (uint32_t)packed, 4);
    zip_maker_num(to, len, (uint32_t)size, 4);
    zip_maker_num(to, len, (uint32_t)name, 2);
    zip_maker_num(to, len, 0, 2);
}

static inline void zip_maker_add(struct zip_maker *z, const char *name, const char *content, size_t n) {
    uint32_t crc = zip_maker_crc(content, n), at = (uint32_t)z->len;
    size_t told = z->lie ? z->lie : n;
    zip_maker_put(&z->data, &z->len, "PK\3\4", 4);
    zip_maker_common(&z->data, &z->len, crc, n, told, strlen(name));
    zip_maker_put(&z->data, &z->len, name, strlen(name));
    zip_maker_put(&z->data, &z->len, content, n);
    zip_maker_put(&z->directory, &z->directory_len, "PK\1\2\24\0", 6);
    zip_maker_common(&z->directory, &z->directory_len, crc, n, told, strlen(name));
    zip_maker_num(&z->directory, &z->directory_len, 0, 2);
    zip_maker_num(&z->directory, &z->directory_len, 0, 4);
    zip_maker_num(&z->directory, &z->directory_len, 0, 4);
    zip_maker_num(&z->directory, &z->directory_len, at, 4);
    zip_maker_put(&z->directory, &z->directory_len, name, strlen(name));
    z->members++;
    z->lie = 0;
}

static inline void zip_maker_end(struct zip_maker *z) {
    uint32_t at = (uint32_t)z->len, size = (uint32_t)z->directory_len;
    zip_maker_put(&z->data, &z->len, z->directory, z->directory_len);
    zip_maker_put(&z->data, &z->len, "PK\5\6\0\0\0\0", 8);
    zip_maker_num(&z->data, &z->len, z->members, 2);
    zip_maker_num(&z->data, &z->len, z->members, 2);
    zip_maker_num(&z->data, &z->len, size, 4);
    zip_maker_num(&z->data, &z->len, at, 4);
    zip_maker_num(&z->data, &z->len, 0, 2);
}

static inline void zip_maker_free(struct zip_maker *z) {
    free(z->data);
    free(z->directory);
    *z = (struct zip_maker){0};
}

#endif
