/* Deadlines of connections, which libmicrohttpd has not: a thread looks at all of them once a second and
 * shuts down the sockets of those that are late. The library then closes them as broken. */
#include "http/inside.h"

#include "base/mem.h"
#include "http/tus_store.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { ROUND_MS = 1000, SPAN_MS = 10000 };

int64_t http_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void http_conn_phase(struct http_conn *c, enum conn_phase phase)
{
    atomic_store(&c->since, http_now_ms());
    atomic_store(&c->phase, (int)phase);
}

static uid_t peer_of(int fd)
{
    struct ucred cred;
    socklen_t len = sizeof cred;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) || len != sizeof cred) return (uid_t)-1;
    return cred.uid;
}

static void address_of(int fd, char out[64])
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    *out = 0;
    if (getpeername(fd, (struct sockaddr *)&at, &len)) return;
    if (at.ss_family == AF_INET) inet_ntop(AF_INET, &((struct sockaddr_in *)&at)->sin_addr, out, 64);
    if (at.ss_family == AF_INET6) inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&at)->sin6_addr, out, 64);
}

struct http_conn *http_watch_add(struct http_listener *l, int fd)
{
    struct http_conn *c = lt_calloc(1, sizeof *c);
    if (!c) return NULL;
    c->listener = l;
    c->fd = fd;
    c->uid = l->kind == HTTP_UNIX ? peer_of(fd) : (uid_t)-1;
    if (l->network) address_of(fd, c->peer);
    http_conn_phase(c, CONN_HEADERS);
    struct http_watch *w = &l->server->watch;
    pthread_mutex_lock(&w->lock);
    c->next = w->first;
    if (c->next) c->next->prev = c;
    w->first = c;
    pthread_mutex_unlock(&w->lock);
    return c;
}

/* The library calls this before it closes the socket, so a shut-down never meets a descriptor that has a new
 * owner. */
void http_watch_remove(struct http_conn *c)
{
    if (!c) return;
    struct http_watch *w = &c->listener->server->watch;
    pthread_mutex_lock(&w->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        w->first = c->next;
    if (c->next) c->next->prev = c->prev;
    pthread_mutex_unlock(&w->lock);
    free(c);
}

static bool body_too_slow(const struct http_config *config, struct http_conn *c, int64_t since, int64_t now)
{
    uint64_t bytes = atomic_load(&c->bytes);
    if (c->window < since) {
        c->window = since;
        c->window_bytes = 0;
    }
    if (now - c->window < SPAN_MS) return false;
    uint64_t wanted = (uint64_t)config->body_rate * (uint64_t)(now - c->window) / 1000;
    bool slow = bytes - c->window_bytes < wanted;
    c->window = now;
    c->window_bytes = bytes;
    return slow;
}

static bool is_late(const struct http_config *config, struct http_conn *c, int64_t now)
{
    int64_t since = atomic_load(&c->since);
    switch (atomic_load(&c->phase)) {
    case CONN_HEADERS:
        return now - since > (int64_t)config->header_seconds * 1000;
    case CONN_IDLE:
        return now - since > (int64_t)config->idle_seconds * 1000;
    case CONN_BODY:
        return body_too_slow(config, c, since, now);
    default:
        return false;
    }
}

static void *watch(void *arg)
{
    struct http_server *s = arg;
    struct http_watch *w = &s->watch;
    pthread_mutex_lock(&w->lock);
    while (!w->ending) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        t.tv_sec += ROUND_MS / 1000;
        pthread_cond_timedwait(&w->wake, &w->lock, &t);
        int64_t now = http_now_ms();
        for (struct http_conn *c = w->first; c; c = c->next) {
            if (is_late(&s->config, c, now)) shutdown(c->fd, SHUT_RDWR);
        }
        pthread_mutex_unlock(&w->lock);
        tus_purge(s->tus);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

unsigned http_watch_count(struct http_server *s, enum conn_phase phase, bool close)
{
    unsigned n = 0;
    pthread_mutex_lock(&s->watch.lock);
    for (struct http_conn *c = s->watch.first; c; c = c->next) {
        if (atomic_load(&c->phase) != (int)phase) continue;
        n++;
        if (close) shutdown(c->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&s->watch.lock);
    return n;
}

bool http_watch_start(struct http_server *s)
{
    struct http_watch *w = &s->watch;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, &attr);
    pthread_condattr_destroy(&attr);
    w->running = pthread_create(&w->thread, NULL, watch, s) == 0;
    return w->running;
}

void http_watch_end(struct http_server *s)
{
    struct http_watch *w = &s->watch;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    if (w->running) pthread_join(w->thread, NULL);
    w->running = false;
}
