/* A bounded pool of worker threads with a bounded queue. */
#ifndef LT_HTTP_POOL_H
#define LT_HTTP_POOL_H

#include <stdbool.h>

struct http_pool;

struct http_pool *http_pool_new(unsigned workers, unsigned queue); /* NULL: memory or threads */
/* false: the queue is full; nothing was taken. Any thread. */
bool http_pool_add(struct http_pool *p, void (*run)(void *ctx), void *ctx);
bool http_pool_full(struct http_pool *p);
/* Waits until everything taken has run, ends the threads. */
void http_pool_free(struct http_pool *p);

#endif
