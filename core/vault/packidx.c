#include "vault/packidx.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define HEAD 8u
#define FANOUT (256u * 4u)
#define TRAILER 40u

static bool read_at(int fd, void *out, size_t len, uint64_t off)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = pread(fd, (char *)out + done, len - done, (off_t)(off + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        done += (size_t)n;
    }
    return true;
}

static uint32_t big(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int offset_of(int fd, uint64_t size, uint64_t n, uint64_t place, uint64_t *offset)
{
    unsigned char raw[8];
    uint64_t small = HEAD + FANOUT + n * 24, large = small + n * 4;
    if (!read_at(fd, raw, 4, small + place * 4)) return -1;
    uint32_t word = big(raw);
    if (!(word & 0x80000000u)) {
        *offset = word;
        return 1;
    }
    uint64_t at = large + (uint64_t)(word & 0x7fffffffu) * 8;
    if (at + 8 + TRAILER > size || !read_at(fd, raw, 8, at)) return -1;
    *offset = (uint64_t)big(raw) << 32 | big(raw + 4);
    return 1;
}

int packidx_find(int fd, uint64_t size, const unsigned char oid[20], uint64_t *offset)
{
    static const unsigned char magic[HEAD] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
    unsigned char head[HEAD], raw[20];
    uint32_t below = 0, upto, all;
    if (size < HEAD + FANOUT + TRAILER || !read_at(fd, head, sizeof head, 0) || memcmp(head, magic, sizeof magic) != 0) return -1;
    if (!read_at(fd, raw, 4, HEAD + FANOUT - 4)) return -1;
    all = big(raw);
    if (size < HEAD + FANOUT + (uint64_t)all * 28 + TRAILER) return -1;
    if (oid[0] > 0) {
        if (!read_at(fd, raw, 4, HEAD + 4u * (oid[0] - 1u))) return -1;
        below = big(raw);
    }
    if (!read_at(fd, raw, 4, HEAD + 4u * oid[0])) return -1;
    upto = big(raw);
    if (below > upto || upto > all) return -1;
    while (below < upto) {
        uint32_t middle = below + (upto - below) / 2;
        if (!read_at(fd, raw, sizeof raw, HEAD + FANOUT + (uint64_t)middle * 20)) return -1;
        int order = memcmp(oid, raw, sizeof raw);
        if (order == 0) return offset_of(fd, size, all, middle, offset);
        if (order < 0) upto = middle;
        else below = middle + 1;
    }
    return 0;
}
