/* What the fuzz targets share. A target is one function that takes any bytes and lives; what must hold of the answers it says with
 * FUZZ_CHECK. `fuzz_NAME corpus/NAME` replays files (driver.c); with LETOPIS_FUZZ the same source is a libFuzzer program. */
#ifndef LT_TESTS_FUZZ_H
#define LT_TESTS_FUZZ_H

#include "base/error.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(holds)                                                                                                  \
    do {                                                                                                                   \
        if (!(holds)) {                                                                                                    \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);                                     \
            abort();                                                                                                       \
        }                                                                                                                  \
    } while (0)

/* Bytes as a text: up to the first NUL. malloc'ed with nothing behind it, so that reading on is noticed. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    size_t n = size ? strnlen((const char *)data, size) : 0;
    char *s = malloc(n + 1);
    FUZZ_CHECK(s);
    if (n) memcpy(s, data, n);
    s[n] = 0;
    return s;
}

/* The next piece of an input that holds several: up to LF, the rest for the last one. */
static inline char *fuzz_line(const uint8_t **data, size_t *size)
{
    const uint8_t *lf = *size ? memchr(*data, '\n', *size) : NULL;
    size_t n = lf ? (size_t)(lf - *data) : *size;
    char *s = fuzz_text(*data, n);
    if (lf) n++;
    *data += n;
    *size -= n;
    return s;
}

static inline uint8_t fuzz_byte(const uint8_t **data, size_t *size)
{
    if (*size == 0) return 0;
    --*size;
    return *(*data)++;
}

/* A status and its error fit together, and the sentence can be said in both languages. Clears the error. */
static inline void fuzz_judge(int rc, struct lt_error *err)
{
    FUZZ_CHECK(rc <= 0 && rc >= LT_SYSTEM);
    for (int lang = 0; rc < 0 && lang < 2; lang++) {
        char id[80];
        struct lt_buf text = LT_BUF_INIT(1 << 16);
        FUZZ_CHECK(err->status == rc && *err->code && lt_utf8_valid(err->field, strlen(err->field)));
        FUZZ_CHECK(lt_print(id, sizeof id, "error.%s", err->code));
        if (!lt_msg_known((enum lt_lang)lang, id)) fprintf(stderr, "no message %s\n", id);
        FUZZ_CHECK(lt_msg_known((enum lt_lang)lang, id));
        FUZZ_CHECK(lt_error_text(&text, (enum lt_lang)lang, err) == 0 && lt_utf8_valid(text.data, text.len));
        lt_buf_free(&text);
    }
    lt_error_clear(err);
}

static char fuzz_place[64];

static inline void fuzz_dir_remove(void)
{
    lt_fs_remove_tree(lt_fs_system(), fuzz_place);
}

/* A folder of this process, removed at its end. */
static inline const char *fuzz_dir(void)
{
    if (!*fuzz_place) {
        snprintf(fuzz_place, sizeof fuzz_place, "%s/letopis-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        FUZZ_CHECK(mkdtemp(fuzz_place));
        atexit(fuzz_dir_remove);
    }
    return fuzz_place;
}

static inline void fuzz_write(const char *path, const void *data, size_t len)
{
    FILE *f = fopen(path, "wb");
    FUZZ_CHECK(f);
    FUZZ_CHECK(len == 0 || fwrite(data, 1, len, f) == len);
    FUZZ_CHECK(fclose(f) == 0);
}

#endif
