#include "vault/cache.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct cached *cached_new(const git_oid *oid, size_t weight)
{
    struct cached *x = malloc(weight);
    if (x) {
        x->oid = *oid;
        x->weight = weight;
        atomic_init(&x->refs, 1);
    }
    return x;
}

void *cached_ref(void *item)
{
    struct cached *x = item;
    atomic_fetch_add(&x->refs, 1);
    return x;
}

void cached_release(void *item)
{
    struct cached *x = item;
    if (x && atomic_fetch_sub(&x->refs, 1) == 1) free(x);
}

/* --- */

#define BUCKETS 4096u

struct slot {
    struct slot *chain;           /* of the bucket */
    struct slot *older, *younger; /* by last use */
    struct cached *item;
};

struct cache {
    pthread_mutex_t mu;
    struct slot *buckets[BUCKETS];
    struct slot *oldest, *youngest;
    size_t weight, max;
};

struct cache *cache_new(size_t max)
{
    struct cache *c = lt_calloc(1, sizeof *c);
    if (!c) return NULL;
    if (pthread_mutex_init(&c->mu, NULL) != 0) {
        free(c);
        return NULL;
    }
    c->max = max;
    return c;
}

void cache_free(struct cache *c)
{
    if (!c) return;
    cache_clear(c);
    pthread_mutex_destroy(&c->mu);
    free(c);
}

static struct slot **bucket(struct cache *c, const git_oid *oid)
{
    return &c->buckets[(oid->id[0] | (unsigned)oid->id[1] << 8) % BUCKETS];
}

static void detach(struct cache *c, struct slot *s)
{
    *(s->older ? &s->older->younger : &c->oldest) = s->younger;
    *(s->younger ? &s->younger->older : &c->youngest) = s->older;
}

static void attach_youngest(struct cache *c, struct slot *s)
{
    s->older = c->youngest;
    s->younger = NULL;
    *(c->youngest ? &c->youngest->younger : &c->oldest) = s;
    c->youngest = s;
}

static void drop_oldest(struct cache *c)
{
    struct slot *s = c->oldest;
    struct slot **at = bucket(c, &s->item->oid);
    while (*at != s)
        at = &(*at)->chain;
    *at = s->chain;
    detach(c, s);
    c->weight -= s->item->weight;
    cached_release(s->item);
    free(s);
}

static struct slot *find_slot(struct cache *c, const git_oid *oid)
{
    struct slot *s = *bucket(c, oid);
    while (s && git_oid_cmp(&s->item->oid, oid) != 0)
        s = s->chain;
    return s;
}

void *cache_get(struct cache *c, const git_oid *oid)
{
    void *t = NULL;
    pthread_mutex_lock(&c->mu);
    struct slot *s = find_slot(c, oid);
    if (s) {
        if (s != c->youngest) {
            detach(c, s);
            attach_youngest(c, s);
        }
        t = cached_ref(s->item);
    }
    pthread_mutex_unlock(&c->mu);
    return t;
}

void cache_put(struct cache *c, void *item)
{
    struct cached *t = item;
    if (t->weight > c->max / 4) return; /* one giant must not push out all others */
    struct slot *s = malloc(sizeof *s);
    if (!s) return; /* a cache may forget */
    pthread_mutex_lock(&c->mu);
    if (find_slot(c, &t->oid)) {
        free(s);
    } else {
        s->item = cached_ref(t);
        struct slot **b = bucket(c, &t->oid);
        s->chain = *b;
        *b = s;
        attach_youngest(c, s);
        c->weight += t->weight;
        while (c->weight > c->max)
            drop_oldest(c);
    }
    pthread_mutex_unlock(&c->mu);
}

void cache_clear(struct cache *c)
{
    pthread_mutex_lock(&c->mu);
    while (c->oldest)
        drop_oldest(c);
    pthread_mutex_unlock(&c->mu);
}
