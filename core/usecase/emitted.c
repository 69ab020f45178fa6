#include "usecase/emitted.h"

#include "base/json.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A batch has up to two: of its own mapping, and of the run with remembered mappings. */
enum { SLOTS = 4, BYTES_MAX = 12 << 20, DOCUMENT_MAX = 1 << 20, KEY_SIZE = 65, HOUR_MS = 3600000 };

struct slot {
    char batch[LT_ID_SIZE], key[KEY_SIZE];
    char *bytes; /* documents, each with its length before it; NULL: empty, or in somebody's hands */
    size_t len;
    int64_t at;
};

struct emitted {
    pthread_mutex_t lock;
    struct slot slots[SLOTS];
};

struct emitted *emitted_new(void)
{
    struct emitted *e = lt_calloc(1, sizeof *e);
    if (e) pthread_mutex_init(&e->lock, NULL);
    return e;
}

static void clear(struct slot *s)
{
    free(s->bytes);
    *s = (struct slot){.batch = ""};
}

void emitted_free(struct emitted *e)
{
    if (!e) return;
    for (size_t i = 0; i < SLOTS; i++) clear(&e->slots[i]);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

void emitted_begin(struct lt_buf *out)
{
    lt_buf_init(out, BYTES_MAX);
}

void emitted_add(struct lt_buf *out, const char *json, size_t len)
{
    lt_buf_add(out, &len, sizeof len);
    lt_buf_add(out, json, len);
}

/* The one of this key, else the oldest. */
static struct slot *room(struct emitted *e, const char *batch, const char *key)
{
    struct slot *oldest = &e->slots[0];
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *s = &e->slots[i];
        if (strcmp(s->batch, batch) == 0 && strcmp(s->key, key) == 0) return s;
        if (s->at < oldest->at) oldest = s;
    }
    return oldest;
}

static void put(struct emitted *e, const struct slot *s)
{
    pthread_mutex_lock(&e->lock);
    struct slot *to = room(e, s->batch, s->key);
    clear(to);
    *to = *s;
    pthread_mutex_unlock(&e->lock);
}

void emitted_keep(struct emitted *e, const char *batch, const char *key, int64_t now, struct lt_buf *out)
{
    struct slot s = {.at = now};
    if (!out->failed && lt_print(s.batch, sizeof s.batch, "%s", batch) && lt_print(s.key, sizeof s.key, "%s", key)) s.bytes = lt_buf_take(out, &s.len);
    if (s.bytes) put(e, &s);
    lt_buf_free(out);
}

static int give(const struct slot *s, int (*take)(void *user, const json_t *doc, struct lt_error *err), void *user, struct lt_error *err)
{
    int rc = 0;
    for (size_t at = 0, len; !rc && at < s->len; at += len) {
        json_t *doc = NULL;
        memcpy(&len, s->bytes + at, sizeof len);
        at += sizeof len;
        rc = lt_json_parse(s->bytes + at, len, DOCUMENT_MAX, &doc, err);
        if (!rc) rc = take(user, doc, err);
        json_decref(doc);
    }
    return rc;
}

/* It leaves its slot while it is read, so that nobody waits for the reader. Dropped meanwhile, it does not come back. */
int emitted_give(struct emitted *e, const char *batch, const char *key, int (*take)(void *user, const json_t *doc, struct lt_error *err), void *user,
                 struct lt_error *err)
{
    struct slot mine = {.batch = ""}, *s = NULL;
    pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < SLOTS && !s; i++) {
        if (e->slots[i].bytes && strcmp(e->slots[i].batch, batch) == 0 && strcmp(e->slots[i].key, key) == 0) s = &e->slots[i];
    }
    if (s) {
        mine = *s;
        s->bytes = NULL;
    }
    pthread_mutex_unlock(&e->lock);
    if (!s) return 0;
    int rc = give(&mine, take, user, err);
    pthread_mutex_lock(&e->lock);
    bool still = !s->bytes && strcmp(s->batch, mine.batch) == 0 && strcmp(s->key, mine.key) == 0 && s->at == mine.at;
    if (still) *s = mine;
    pthread_mutex_unlock(&e->lock);
    if (!still) free(mine.bytes);
    return rc ? rc : 1;
}

bool emitted_has(struct emitted *e, const char *batch)
{
    bool any = false;
    pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < SLOTS; i++) any = any || strcmp(e->slots[i].batch, batch) == 0;
    pthread_mutex_unlock(&e->lock);
    return any;
}

void emitted_drop(struct emitted *e, const char *batch)
{
    pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < SLOTS; i++) {
        if (!batch || strcmp(e->slots[i].batch, batch) == 0) clear(&e->slots[i]);
    }
    pthread_mutex_unlock(&e->lock);
}

void emitted_purge(struct emitted *e, int64_t now)
{
    pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < SLOTS; i++) {
        if (*e->slots[i].batch && now - e->slots[i].at >= HOUR_MS) clear(&e->slots[i]);
    }
    pthread_mutex_unlock(&e->lock);
}
