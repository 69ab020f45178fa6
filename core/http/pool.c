#include "http/pool.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

struct task {
    void (*run)(void *ctx);
    void *ctx;
};

struct http_pool {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct task *ring;
    unsigned cap, first, len;
    pthread_t *threads;
    unsigned threads_len;
    bool ending;
};

static void *work(void *arg)
{
    struct http_pool *p = arg;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->len && !p->ending)
            pthread_cond_wait(&p->more, &p->lock);
        if (!p->len) break;
        struct task t = p->ring[p->first];
        p->first = (p->first + 1) % p->cap;
        p->len--;
        pthread_mutex_unlock(&p->lock);
        t.run(t.ctx);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct http_pool *http_pool_new(unsigned workers, unsigned queue)
{
    struct http_pool *p = lt_calloc(1, sizeof *p);
    if (!p) return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->more, NULL);
    p->cap = queue;
    p->ring = lt_calloc(queue, sizeof *p->ring);
    p->threads = lt_calloc(workers, sizeof *p->threads);
    bool good = p->ring && p->threads;
    for (unsigned i = 0; good && i < workers; i++) {
        good = pthread_create(&p->threads[i], NULL, work, p) == 0;
        p->threads_len += good;
    }
    if (good) return p;
    http_pool_free(p);
    return NULL;
}

bool http_pool_add(struct http_pool *p, void (*run)(void *ctx), void *ctx)
{
    pthread_mutex_lock(&p->lock);
    bool room = p->len < p->cap && !p->ending;
    if (room) {
        p->ring[(p->first + p->len) % p->cap] = (struct task){.run = run, .ctx = ctx};
        p->len++;
        pthread_cond_signal(&p->more);
    }
    pthread_mutex_unlock(&p->lock);
    return room;
}

bool http_pool_full(struct http_pool *p)
{
    pthread_mutex_lock(&p->lock);
    bool full = p->len >= p->cap;
    pthread_mutex_unlock(&p->lock);
    return full;
}

void http_pool_free(struct http_pool *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->ending = true;
    pthread_cond_broadcast(&p->more);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->threads_len; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->more);
    pthread_mutex_destroy(&p->lock);
    free(p->ring);
    free(p->threads);
    free(p);
}
