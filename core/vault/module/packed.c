/* letopis-packed.so: the bytes of one blob out of a pack that a stranger's git wrote: whole, or as a chain of deltas (gitformat-pack). */
#include "sandbox/module.h"
#include "vault/packed_wire.h"
#include "vault/packidx.h"

#include "base/json.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define IDX_FD (SANDBOX_INPUT_FD + 1)
#define WINDOW 65536u

enum { COMMIT = 1, TREE, BLOB, TAG, OFS_DELTA = 6, REF_DELTA };

struct work {
    struct sandbox_io *io;
    struct lt_error *err;
    uint64_t pack_size, idx_size, max;
    unsigned char in[WINDOW];
};

/* One object of the pack as its header says. */
struct piece {
    unsigned type;
    uint64_t size;         /* of what inflates from `data` on */
    uint64_t data, base;   /* base: offset of a delta's base */
};

static int damaged(struct work *w, const char *what) { return lt_fail(w->err, LT_REFUSED, "packed.damaged", "what", what, (char *)NULL); }

static ssize_t read_some(uint64_t off, void *out, size_t len)
{
    ssize_t n;
    do n = pread(SANDBOX_INPUT_FD, out, len, (off_t)off);
    while (n < 0 && errno == EINTR);
    return n;
}

/* --- headers --- */

static int read_base(struct work *w, const unsigned char *raw, size_t have, size_t at, uint64_t offset, struct piece *p)
{
    if (p->type == REF_DELTA) {
        if (have - at < 20) return damaged(w, "cut short");
        if (packidx_find(IDX_FD, w->idx_size, raw + at, &p->base) != 1) return damaged(w, "a delta without its base");
        p->data = offset + at + 20;
        return 0;
    }
    uint64_t back = 0;
    for (unsigned i = 0;; i++, at++) {
        if (at == have || i == 9) return damaged(w, "cut short");
        if (i) back++;
        back = back << 7 | (raw[at] & 127u);
        if (!(raw[at] & 128u)) break;
    }
    if (back == 0 || back > offset) return damaged(w, "a delta without its base");
    p->base = offset - back;
    p->data = offset + at + 1;
    return 0;
}

static int read_piece(struct work *w, uint64_t offset, struct piece *p)
{
    unsigned char raw[64];
    ssize_t have = offset < w->pack_size ? read_some(offset, raw, sizeof raw) : 0;
    size_t at = 0;
    unsigned shift = 4;
    if (have < 1) return damaged(w, "cut short");
    p->type = raw[0] >> 4 & 7u;
    p->size = raw[0] & 15u;
    while (raw[at++] & 128u) {
        if ((ssize_t)at == have || shift > 57) return damaged(w, "a broken header");
        p->size |= (uint64_t)(raw[at] & 127u) << shift;
        shift += 7;
    }
    p->data = offset + at;
    if (p->size > w->max) return lt_fail(w->err, LT_REFUSED, "packed.large", (char *)NULL);
    if (p->type == OFS_DELTA || p->type == REF_DELTA) return read_base(w, raw, (size_t)have, at, offset, p);
    return p->type == BLOB ? 0 : damaged(w, "not a blob");
}

/* --- bytes --- */

/* Hands the inflated bytes on, a piece at a time. */
static int inflate_to(struct work *w, const struct piece *p, int (*sink)(struct work *w, void *to, const unsigned char *data, size_t len), void *to)
{
    unsigned char *out = malloc(SANDBOX_FRAME_MAX);
    z_stream z = {0};
    uint64_t at = p->data, made = 0;
    int rc = 0, step = Z_OK;
    if (!out || inflateInit(&z) != Z_OK) {
        free(out);
        return lt_fail_memory(w->err);
    }
    while (rc == 0 && step != Z_STREAM_END) {
        if (z.avail_in == 0) {
            ssize_t n = at < w->pack_size ? read_some(at, w->in, WINDOW) : 0;
            if (n <= 0) {
                rc = damaged(w, "cut short");
                break;
            }
            z.next_in = w->in;
            z.avail_in = (uInt)n;
            at += (uint64_t)n;
        }
        z.next_out = out;
        z.avail_out = SANDBOX_FRAME_MAX;
        step = inflate(&z, Z_NO_FLUSH);
        size_t n = SANDBOX_FRAME_MAX - z.avail_out;
        made += n;
        if (step == Z_MEM_ERROR) rc = lt_fail_memory(w->err);
        else if (step != Z_OK && step != Z_STREAM_END && step != Z_BUF_ERROR) rc = damaged(w, "not a zlib stream");
        else if (made > p->size) rc = damaged(w, "longer than its header says");
        else if (n) rc = sink(w, to, out, n);
    }
    if (rc == 0 && made != p->size) rc = damaged(w, "shorter than its header says");
    inflateEnd(&z);
    free(out);
    return rc;
}

static int send_bytes(struct work *w, void *unused, const unsigned char *data, size_t len)
{
    (void)unused;
    for (size_t n; len; data += n, len -= n) {
        n = len < SANDBOX_FRAME_MAX ? len : SANDBOX_FRAME_MAX;
        if (w->io->send(w->io->ctx, PACKED_FRAME_BYTES, data, n) != 0) return damaged(w, "nobody listens");
    }
    return 0;
}

static int append(struct work *w, void *to, const unsigned char *data, size_t len)
{
    return lt_buf_add(to, data, len) ? lt_fail_memory(w->err) : 0;
}

/* --- deltas --- */

static bool varint(const unsigned char **p, const unsigned char *end, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; *p < end && shift < 63; shift += 7) {
        unsigned char c = *(*p)++;
        *out |= (uint64_t)(c & 127u) << shift;
        if (!(c & 128u)) return true;
    }
    return false;
}

/* Offset and length of a copy: the bits of the command say which of their bytes follow. */
static bool copy_words(unsigned char command, const unsigned char **p, const unsigned char *end, uint64_t *from, uint64_t *len)
{
    *from = *len = 0;
    for (unsigned i = 0; i < 7; i++) {
        if (!(command & 1u << i)) continue;
        if (*p == end) return false;
        if (i < 4) *from |= (uint64_t)*(*p)++ << 8 * i;
        else *len |= (uint64_t)*(*p)++ << 8 * (i - 4);
    }
    if (*len == 0) *len = 0x10000;
    return true;
}

static int apply(struct work *w, const struct lt_buf *base, const struct lt_buf *delta, struct lt_buf *out)
{
    const unsigned char *p = (const unsigned char *)delta->data, *end = p ? p + delta->len : p;
    uint64_t before, after, from, len;
    if (!p || !varint(&p, end, &before) || !varint(&p, end, &after) || before != base->len) return damaged(w, "a delta for another base");
    if (after > w->max) return lt_fail(w->err, LT_REFUSED, "packed.large", (char *)NULL);
    if (lt_buf_reserve(out, (size_t)after)) return lt_fail_memory(w->err);
    while (p < end) {
        unsigned char command = *p++;
        if (command & 128u) {
            if (!copy_words(command, &p, end, &from, &len) || from > base->len || len > base->len - from) return damaged(w, "a delta beyond its base");
            if (len > after - out->len || lt_buf_add(out, base->data + from, (size_t)len)) return damaged(w, "a delta beyond its end");
        } else {
            if (!command || command > end - p || command > after - out->len || lt_buf_add(out, p, command)) return damaged(w, "a broken delta");
            p += command;
        }
    }
    return out->len == after ? 0 : damaged(w, "a delta that ends early");
}

static int undelta(struct work *w, const struct piece *chain, size_t n, const struct piece *base)
{
    struct lt_buf whole = LT_BUF_INIT(w->max), delta = LT_BUF_INIT(w->max), next = LT_BUF_INIT(w->max);
    int rc = lt_buf_reserve(&whole, (size_t)base->size) ? lt_fail_memory(w->err) : inflate_to(w, base, append, &whole);
    while (rc == 0 && n > 0) {
        lt_buf_free(&delta);
        lt_buf_init(&delta, w->max);
        n--;
        rc = lt_buf_reserve(&delta, (size_t)chain[n].size) ? lt_fail_memory(w->err) : inflate_to(w, &chain[n], append, &delta);
        if (rc == 0) rc = apply(w, &whole, &delta, &next);
        lt_buf_free(&whole);
        whole = next;
        lt_buf_init(&next, w->max);
    }
    if (rc == 0 && whole.len) rc = send_bytes(w, NULL, (const unsigned char *)whole.data, whole.len);
    lt_buf_free(&whole);
    lt_buf_free(&delta);
    return rc;
}

static int packed_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err)
{
    (void)input_fd;
    struct work *w = lt_calloc(1, sizeof *w);
    struct piece *chain = lt_calloc(PACKED_DEPTH, sizeof *chain), base = {0};
    if (!w || !chain) return lt_fail_memory(err);
    w->io = io;
    w->err = err;
    w->pack_size = (uint64_t)lt_json_int(args, "pack_size", 0);
    w->idx_size = (uint64_t)lt_json_int(args, "idx_size", 0);
    w->max = (uint64_t)lt_json_int(args, "max", 0);
    size_t n = 0;
    int rc = read_piece(w, (uint64_t)lt_json_int(args, "offset", 0), &base);
    while (rc == 0 && base.type != BLOB) {
        if (n == PACKED_DEPTH) return damaged(w, "too many deltas");
        chain[n++] = base;
        rc = read_piece(w, base.base, &base);
    }
    if (rc == 0) rc = n ? undelta(w, chain, n, &base) : inflate_to(w, &base, send_bytes, NULL);
    free(chain);
    free(w);
    return rc;
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {.magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module), .name = "packed",
                                              .run = packed_run};
