#include "usecase/kept.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { SETS = 128, WAYS = 4, SLOTS = SETS * WAYS, FRESH_MS = 60000, LOOKED_AT = 8, KEY_MAX = 4096 };
#define ANSWER_MAX ((size_t)256 << 10) /* a larger one is not kept */
#define KEPT_BYTES ((size_t)8 << 20)   /* all of them together */

/* --- one answer --- */

struct uc_text {
    atomic_uint refs;
    char *bytes, *packed;
    size_t len, packed_len;
    pthread_mutex_t packing;
    bool tried; /* to pack */
    json_t *seen; /* pupils whose data it gives, for the access log; never changed */
};

static struct uc_text *text_new(char *bytes, size_t len, json_t *seen)
{
    struct uc_text *t = lt_calloc(1, sizeof *t);
    if (!t) {
        free(bytes);
        return NULL;
    }
    atomic_init(&t->refs, 1);
    pthread_mutex_init(&t->packing, NULL);
    t->bytes = bytes;
    t->len = len;
    t->seen = json_incref(seen);
    return t;
}

static struct uc_text *text_share(struct uc_text *t)
{
    atomic_fetch_add(&t->refs, 1);
    return t;
}

void uc_text_free(struct uc_text *t)
{
    if (!t || atomic_fetch_sub(&t->refs, 1) > 1) return;
    pthread_mutex_destroy(&t->packing);
    json_decref(t->seen);
    free(t->bytes);
    free(t->packed);
    free(t);
}

const char *uc_text_bytes(const struct uc_text *t, size_t *len)
{
    *len = t->len;
    return t->bytes;
}

const char *uc_text_packed(struct uc_text *t, void *(*pack)(const void *data, size_t len, size_t *out_len), size_t *len)
{
    pthread_mutex_lock(&t->packing);
    if (!t->tried) t->packed = pack(t->bytes, t->len, &t->packed_len);
    t->tried = true;
    pthread_mutex_unlock(&t->packing);
    *len = t->packed_len;
    return t->packed;
}

/* --- all of them --- */

struct slot {
    uint64_t hash;
    int64_t used; /* when it was last given */
    char *key;
    size_t size; /* of key and text */
    struct uc_text *text;
};

struct kept {
    pthread_mutex_t lock;
    size_t bytes, hand;
    struct slot slots[SLOTS];
};

struct kept *kept_new(void)
{
    struct kept *k = lt_calloc(1, sizeof *k);
    if (k) pthread_mutex_init(&k->lock, NULL);
    return k;
}

/* With the lock held. */
static void drop(struct kept *k, struct slot *s)
{
    if (!s->text) return;
    k->bytes -= s->size;
    free(s->key);
    uc_text_free(s->text);
    *s = (struct slot){0};
}

void kept_clear(struct kept *k)
{
    pthread_mutex_lock(&k->lock);
    for (size_t i = 0; i < SLOTS && k->bytes; i++) drop(k, &k->slots[i]);
    pthread_mutex_unlock(&k->lock);
}

void kept_free(struct kept *k)
{
    if (!k) return;
    kept_clear(k);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

/* Whatever an answer may differ by. The account's own state is of this call: it does not stand in the index. */
static int make_key(const struct uc_call *call, struct lt_buf *out, struct lt_error *err)
{
    const struct uc_actor *a = &call->actor;
    lt_buf_addf(out, "%s %s %s %d%d%d%d %d %d %s.%s ", a->id, a->account, a->kind, a->local, a->is_pupil, a->confirmed, a->program, (int)call->lang,
                (int)lt_date_days(call->today), call->row->noun, call->row->verb);
    return lt_json_compact(call->in, out, err);
}

static uint64_t hash_of(const char *s)
{
    uint64_t h = 1469598103934665603u;
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static struct uc_text *find(struct kept *k, const char *key, int64_t now)
{
    uint64_t hash = hash_of(key);
    struct uc_text *found = NULL;
    pthread_mutex_lock(&k->lock);
    struct slot *set = &k->slots[hash % SETS * WAYS];
    for (size_t i = 0; i < WAYS && !found; i++) {
        if (!set[i].text || set[i].hash != hash || strcmp(set[i].key, key) != 0) continue;
        set[i].used = now;
        found = text_share(set[i].text);
    }
    pthread_mutex_unlock(&k->lock);
    return found;
}

/* What was given a moment ago stays: more questions than there is room for must not push each other out for ever. */
static bool make_room(struct kept *k, size_t size, int64_t now)
{
    for (size_t i = 0; i < LOOKED_AT && k->bytes + size > KEPT_BYTES; i++) {
        struct slot *s = &k->slots[k->hand];
        k->hand = (k->hand + 1) % SLOTS;
        if (s->used + FRESH_MS < now) drop(k, s);
    }
    return k->bytes + size <= KEPT_BYTES;
}

/* `feeds`: of before anything of the answer was read. Either the index took nothing since, or kept_clear is still to come and waits for the lock, or the answer
 * is not kept. */
static void keep(struct uc_call *call, const char *key, struct uc_text *text)
{
    struct kept *k = call->app->kept;
    size_t size = text->len + strlen(key) + sizeof *text;
    char *copy = size <= ANSWER_MAX ? lt_strdup(key) : NULL;
    if (!copy) return;
    uint64_t hash = hash_of(key);
    pthread_mutex_lock(&k->lock);
    struct slot *set = &k->slots[hash % SETS * WAYS], *to = NULL;
    for (size_t i = 0; i < WAYS; i++) {
        bool same = set[i].text && set[i].hash == hash && strcmp(set[i].key, key) == 0;
        if (same || !to || (!(to->text && to->hash == hash && strcmp(to->key, key) == 0) && set[i].used < to->used)) to = &set[i];
    }
    if (call->feeds == atomic_load(&call->app->feeds) && make_room(k, size, call->now)) {
        drop(k, to);
        *to = (struct slot){.hash = hash, .used = call->now, .key = copy, .size = size, .text = text_share(text)};
        k->bytes += size;
        copy = NULL;
    }
    pthread_mutex_unlock(&k->lock);
    free(copy);
}

/* --- answering --- */

static int add_text(const char *text, size_t len, void *out)
{
    return lt_buf_add(out, text, len);
}

/* The bytes that the web writes for the document. */
static struct uc_text *text_of(const json_t *doc, json_t *seen)
{
    struct lt_buf out = LT_BUF_INIT((size_t)64 << 20);
    size_t len = 0;
    char *bytes = doc && json_dump_callback(doc, add_text, &out, JSON_COMPACT) == 0 ? lt_buf_take(&out, &len) : NULL;
    lt_buf_free(&out);
    return bytes ? text_new(bytes, len, seen) : NULL;
}

int kept_answer(struct uc_call *call, int (*run)(struct uc_call *call, json_t **out, struct lt_error *err), struct uc_text **out, struct lt_error *err)
{
    struct lt_buf key = LT_BUF_INIT(KEY_MAX);
    struct lt_error ignored = {0};
    json_t *doc = NULL;
    bool keyed = make_key(call, &key, &ignored) == 0 && !key.failed;
    lt_error_clear(&ignored);
    struct uc_text *text = keyed ? find(call->app->kept, key.data, call->now) : NULL;
    int rc = 0;
    if (text) {
        json_decref(call->seen);
        call->seen = json_incref(text->seen);
    } else {
        rc = run(call, &doc, err);
        if (!rc && !(text = text_of(doc, call->seen))) rc = lt_fail_memory(err);
        if (!rc && keyed) keep(call, key.data, text);
        json_decref(doc);
    }
    lt_buf_free(&key);
    if (!rc) *out = text;
    return rc;
}
