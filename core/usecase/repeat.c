#include "usecase/repeat.h"

#include "base/mem.h"
#include "base/text.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 1024 };

struct repeats {
    pthread_mutex_t lock;
    unsigned char key[crypto_shorthash_KEYBYTES]; /* of this process: hashes cannot be aimed at */
    uint64_t done[KEPT];
    size_t len;
};

struct repeats *repeats_new(void)
{
    struct repeats *r = lt_calloc(1, sizeof *r);
    if (!r) return NULL;
    pthread_mutex_init(&r->lock, NULL);
    crypto_shorthash_keygen(r->key);
    return r;
}

void repeats_free(struct repeats *r)
{
    if (!r) return;
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static uint64_t hash_of(const struct repeats *r, const struct uc_call *call)
{
    struct lt_buf text = LT_BUF_INIT(1024);
    uint64_t h = 0;
    lt_buf_addf(&text, "%s\n%s.%s\n%s", call->actor.id, call->row->noun, call->row->verb, call->request);
    if (!text.failed) crypto_shorthash((unsigned char *)&h, (const unsigned char *)text.data, text.len, r->key);
    lt_buf_free(&text);
    return h;
}

static bool remembered(struct repeats *r, uint64_t h)
{
    bool found = false;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->len; i++) found = found || r->done[i] == h;
    pthread_mutex_unlock(&r->lock);
    return found;
}

int repeats_check(struct uc_call *call, struct lt_error *err)
{
    struct repeats *r = call->app->repeats;
    char use_case[80];
    bool done = false;
    lt_print(use_case, sizeof use_case, "%s.%s", call->row->noun, call->row->verb);
    int rc = 0;
    if (remembered(r, hash_of(r, call))) done = true;
    else rc = sysdb_access_done(call->app->sys, call->request, call->actor.id, use_case, &done, err);
    if (!rc && done) rc = lt_fail(err, LT_CONFLICT, "request.done", "request", call->request, (char *)NULL);
    return rc;
}

void repeats_note(struct uc_call *call)
{
    struct repeats *r = call->app->repeats;
    uint64_t h = hash_of(r, call);
    pthread_mutex_lock(&r->lock);
    bool full = r->len == KEPT;
    if (!full) r->done[r->len++] = h;
    pthread_mutex_unlock(&r->lock);
    if (!full) return;
    /* What is in system.db is found there. Where the move fails the oldest are forgotten: then only the log knows them. */
    struct lt_error ignored = {0};
    access_drain(call->app, &ignored);
    lt_error_clear(&ignored);
    pthread_mutex_lock(&r->lock);
    r->done[0] = h;
    r->len = 1;
    pthread_mutex_unlock(&r->lock);
}
