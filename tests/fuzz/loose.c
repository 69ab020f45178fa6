/* A loose object's file with anything in it: reading in pieces gives what reading at once gives, and nothing found in it is believed. */
#include "fuzz.h"

#include "vault/loose.h"
#include "vault/loose_form.h"

#include <zlib.h>

#define MOST (1u << 18)

/* The input deflated at a level, as a stock git writes; or in stored blocks of its own size, as nobody does. */
static unsigned char *deflated(const uint8_t *data, size_t size, int level, size_t *len)
{
    uLongf room = compressBound(size);
    unsigned char *out = malloc(room);
    FUZZ_CHECK(out && compress2(out, &room, data, size, level) == Z_OK);
    *len = room;
    return out;
}

/* Our own form around the input, whatever header it begins with. */
static unsigned char *stored(const uint8_t *data, size_t size, size_t *len)
{
    unsigned char *out = malloc(size + 64);
    FUZZ_CHECK(out && size <= LOOSE_BLOCK);
    out[0] = LOOSE_ZLIB_0;
    out[1] = LOOSE_ZLIB_1;
    loose_put_block_head(out + 2, size, true);
    if (size) memcpy(out + 7, data, size);
    uLong sum = adler32(adler32(0, NULL, 0), data, (uInt)size);
    for (unsigned i = 0; i < 4; i++) out[7 + size + i] = (unsigned char)(sum >> (24 - 8 * i));
    *len = size + 11;
    return out;
}

static void read_it(struct loose_file *f, uint8_t step)
{
    struct lt_error err = {0};
    unsigned char *whole = malloc(MOST), piece[300];
    FUZZ_CHECK(whole);
    uint64_t size = loose_size(f);
    loose_type(f);
    ssize_t got = loose_pread(f, whole, MOST, 0, &err);
    FUZZ_CHECK(got < 0 || (uint64_t)got <= size);
    fuzz_judge(got < 0 ? (int)got : 0, &err);
    for (uint64_t at = 0; got > 0 && at < (uint64_t)got; at += 1 + step) {
        ssize_t n = loose_pread(f, piece, 1 + step, at, &err);
        FUZZ_CHECK(n <= 1 + step);
        if (n > 0 && at + (uint64_t)n <= (uint64_t)got) FUZZ_CHECK(memcmp(piece, whole + at, (size_t)n) == 0);
        fuzz_judge(n < 0 ? (int)n : 0, &err);
        if (n <= 0 || at > 4000) break;
    }
    static const uint64_t far[] = {1, UINT32_MAX, INT64_MAX - 1, UINT64_MAX - 10};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        ssize_t n = loose_pread(f, piece, sizeof piece, far[i], &err);
        FUZZ_CHECK(n <= 0 || far[i] < size);
        fuzz_judge(n < 0 ? (int)n : 0, &err);
    }
    fuzz_judge(loose_verify(f, &err), &err);
    free(whole);
}

/* Input: a byte for the form, then the file or what it holds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lt_error err = {0};
    struct loose_file *f = NULL;
    char path[128];
    git_oid oid = {{0}};
    size_t len = 0;
    uint8_t form = fuzz_byte(&data, &size);
    unsigned char *made = form % 4 == 1 ? deflated(data, size, form % 10, &len) : form % 4 == 2 && size <= LOOSE_BLOCK ? stored(data, size, &len) : NULL;
    snprintf(path, sizeof path, "%s/object", fuzz_dir());
    fuzz_write(path, made ? made : data, made ? len : size);
    free(made);
    int rc = loose_open_path(path, &oid, &f, &err);
    fuzz_judge(rc, &err);
    if (rc == 0) read_it(f, form);
    if (rc == 0) loose_close(f);
    return 0;
}
