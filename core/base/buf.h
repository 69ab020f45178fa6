/* A growing byte buffer with a limit from birth. After a failed append it is empty and stays failed, so a chain of
 * appends needs one check at its end. Always NUL-terminated when data is not NULL. Not for threads to share. */
#ifndef LT_BASE_BUF_H
#define LT_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct lt_buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max;  /* most bytes it may hold, the NUL not counted */
    bool failed; /* out of memory or over max */
};

#define LT_BUF_INIT(limit) {.data = NULL, .len = 0, .cap = 0, .max = (limit), .failed = false}

void lt_buf_init(struct lt_buf *b, size_t max);
void lt_buf_free(struct lt_buf *b);
void lt_buf_reset(struct lt_buf *b); /* keeps the memory, clears failed */
int lt_buf_add(struct lt_buf *b, const void *data, size_t len); /* 0, or -1 when failed */
int lt_buf_adds(struct lt_buf *b, const char *s);
int lt_buf_addc(struct lt_buf *b, char c);
int lt_buf_addf(struct lt_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int lt_buf_reserve(struct lt_buf *b, size_t more);
/* Hands the memory to the caller (free()); the buffer is empty afterwards. NULL when failed; "" for an empty one. */
char *lt_buf_take(struct lt_buf *b, size_t *len);

#endif
