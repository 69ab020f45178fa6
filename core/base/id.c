#include "base/id.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct lt_id_source {
    pthread_mutex_t lock;
    const struct lt_clock *clock;
    int64_t ms;       /* of the last id */
    unsigned counter; /* its 12 bits after the time */
};

void lt_random(void *out, size_t len)
{
    char *at = out;
    while (len) {
        ssize_t n = getrandom(at, len, 0);
        if (n < 0 && errno != EINTR)
            abort(); /* a kernel without random bytes: ids and secrets would repeat, nothing may go on */
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
}

void lt_hex(const void *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *in = bytes;
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[in[i] >> 4];
        *out++ = digits[in[i] & 15];
    }
    *out = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool lt_unhex(const char *s, void *out, size_t len)
{
    if (!s || strnlen(s, 2 * len + 1) != 2 * len) return false;
    unsigned char *bytes = out;
    for (size_t i = 0; i < 2 * len; i++) {
        if (hex_digit(s[i]) < 0) return false;
    }
    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char)(hex_digit(s[2 * i]) << 4 | hex_digit(s[2 * i + 1]));
    return true;
}

struct lt_id_source *lt_id_source_new(const struct lt_clock *clock)
{
    struct lt_id_source *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    if (pthread_mutex_init(&s->lock, NULL)) {
        free(s);
        return NULL;
    }
    s->clock = clock;
    s->ms = -1;
    return s;
}

void lt_id_source_free(struct lt_id_source *s)
{
    if (!s) return;
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* RFC 9562, 6.2 method 1: a counter after the time, begun at random in its lower half each millisecond. A
 * clock that stands still or goes back does not break the order: the last time is used on, and one later when
 * the counter is full. */
static void next_moment(struct lt_id_source *s, unsigned seed, int64_t *ms, unsigned *counter)
{
    pthread_mutex_lock(&s->lock);
    int64_t now = lt_clock_now(s->clock);
    if (now > s->ms || s->counter == 0xFFF) {
        s->ms = now > s->ms ? now : s->ms + 1;
        s->counter = seed & 0x7FF;
    } else {
        s->counter++;
    }
    *ms = s->ms;
    *counter = s->counter;
    pthread_mutex_unlock(&s->lock);
}

void lt_id_next(struct lt_id_source *s, char out[LT_ID_SIZE])
{
    unsigned char b[16];
    int64_t ms;
    unsigned counter;
    lt_random(b + 6, 10);
    next_moment(s, (unsigned)b[6] << 8 | b[7], &ms, &counter);
    for (int i = 0; i < 6; i++)
        b[i] = (unsigned char)((uint64_t)ms >> (40 - 8 * i));
    b[6] = (unsigned char)(0x70 | counter >> 8);
    b[7] = (unsigned char)counter;
    b[8] = (unsigned char)(0x80 | (b[8] & 0x3F));

    char hex[33];
    lt_hex(b, sizeof b, hex);
    char *to = out;
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20) *to++ = '-';
        *to++ = hex[i];
    }
    *to = '\0';
}

bool lt_id_valid(const char *s)
{
    if (!s || strnlen(s, LT_ID_SIZE) != LT_ID_SIZE - 1) return false;
    for (int i = 0; i < LT_ID_SIZE - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool digit = (s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f');
        if (dash ? s[i] != '-' : !digit) return false;
    }
    return true;
}
