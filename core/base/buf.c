#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lt_buf_init(struct lt_buf *b, size_t max)
{
    *b = (struct lt_buf)LT_BUF_INIT(max);
}

void lt_buf_free(struct lt_buf *b)
{
    if (!b) return;
    free(b->data);
    *b = (struct lt_buf)LT_BUF_INIT(b->max);
}

void lt_buf_reset(struct lt_buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data) b->data[0] = '\0';
}

static int buf_fail(struct lt_buf *b)
{
    lt_buf_free(b);
    b->failed = true;
    return -1;
}

int lt_buf_reserve(struct lt_buf *b, size_t more)
{
    if (b->failed) return -1;
    if (more > b->max - b->len || b->len + more == SIZE_MAX) return buf_fail(b);
    size_t need = b->len + more + 1;
    if (need <= b->cap) return 0;
    size_t cap = b->cap < 64 ? 64 : b->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    /* a limited buffer never takes more memory than its limit */
    if (b->max < SIZE_MAX && cap > b->max + 1) cap = b->max + 1;
    char *data = realloc(b->data, cap);
    if (!data) return buf_fail(b);
    data[b->len] = '\0';
    b->data = data;
    b->cap = cap;
    return 0;
}

int lt_buf_add(struct lt_buf *b, const void *data, size_t len)
{
    if (lt_buf_reserve(b, len) < 0) return -1;
    if (len) memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
    return 0;
}

int lt_buf_adds(struct lt_buf *b, const char *s)
{
    return lt_buf_add(b, s, strlen(s));
}

int lt_buf_addc(struct lt_buf *b, char c)
{
    return lt_buf_add(b, &c, 1);
}

int lt_buf_addf(struct lt_buf *b, const char *fmt, ...)
{
    if (b->failed) return -1;
    va_list args;
    size_t room = b->cap - b->len;
    va_start(args, fmt);
    int n = vsnprintf(b->data ? b->data + b->len : NULL, b->data ? room : 0, fmt, args);
    va_end(args);
    if (n < 0) return buf_fail(b);
    size_t need = (size_t)n;
    if (!b->data || need >= room || need > b->max - b->len) {
        if (lt_buf_reserve(b, need) < 0) return -1;
        va_start(args, fmt);
        vsnprintf(b->data + b->len, need + 1, fmt, args);
        va_end(args);
    }
    b->len += need;
    return 0;
}

char *lt_buf_take(struct lt_buf *b, size_t *len)
{
    if (lt_buf_reserve(b, 0) < 0) return NULL;
    char *data = b->data;
    if (len) *len = b->len;
    *b = (struct lt_buf)LT_BUF_INIT(b->max);
    return data;
}
