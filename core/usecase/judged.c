#include "usecase/judged.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 512 };

struct slot {
    char kind[16], id[LT_ID_SIZE]; /* kind "": empty */
    json_t *doc;                   /* NULL: there is no such document */
};

struct judged_docs {
    pthread_mutex_t lock;
    size_t filled;
    struct slot slots[KEPT];
};

struct judged_docs *judged_new(void)
{
    struct judged_docs *k = lt_calloc(1, sizeof *k);
    if (k) pthread_mutex_init(&k->lock, NULL);
    return k;
}

/* With the lock held. */
static void empty(struct judged_docs *k, struct slot *s)
{
    if (!*s->kind) return;
    json_decref(s->doc);
    *s = (struct slot){.doc = NULL};
    k->filled--;
}

void judged_clear(struct judged_docs *k)
{
    pthread_mutex_lock(&k->lock);
    for (size_t i = 0; i < KEPT && k->filled; i++) empty(k, &k->slots[i]);
    pthread_mutex_unlock(&k->lock);
}

void judged_free(struct judged_docs *k)
{
    if (!k) return;
    judged_clear(k);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

static struct slot *slot_of(struct judged_docs *k, const char *kind, const char *id)
{
    unsigned h = 5381;
    for (; *kind; kind++) h = h * 33 + (unsigned char)*kind;
    for (; *id; id++) h = h * 33 + (unsigned char)*id;
    return &k->slots[h % KEPT];
}

static bool is_of(const struct slot *s, const char *kind, const char *id)
{
    return strcmp(s->kind, kind) == 0 && strcmp(s->id, id) == 0;
}

/* `feeds`: of before the document was read. Where the index took a change since, judged_clear was here already or waits for the lock. */
static void keep(struct lt_app *app, const char *kind, const char *id, json_t *doc, unsigned long feeds)
{
    struct judged_docs *k = app->judged;
    struct slot fresh;
    if (!lt_print(fresh.kind, sizeof fresh.kind, "%s", kind) || !lt_print(fresh.id, sizeof fresh.id, "%s", id)) return;
    fresh.doc = json_incref(doc);
    pthread_mutex_lock(&k->lock);
    bool still = feeds == atomic_load(&app->feeds);
    struct slot *s = slot_of(k, kind, id);
    if (still) {
        empty(k, s);
        *s = fresh;
        k->filled++;
    }
    pthread_mutex_unlock(&k->lock);
    if (!still) json_decref(fresh.doc);
}

static int absent(const char *kind, const char *id, struct lt_error *err)
{
    return lt_fail(err, LT_NOTFOUND, "index.absent", "kind", kind, "id", id, (char *)NULL);
}

int judged_get(struct uc_call *call, const char *kind, const char *id, json_t **out, struct lt_error *err)
{
    struct judged_docs *k = call->app->judged;
    json_t *doc = NULL;
    pthread_mutex_lock(&k->lock);
    const struct slot *s = slot_of(k, kind, id);
    bool known = is_of(s, kind, id);
    if (known) doc = json_incref(s->doc);
    pthread_mutex_unlock(&k->lock);
    if (known && !doc) return absent(kind, id, err);
    if (known) return *out = doc, 0;
    unsigned long feeds = atomic_load(&call->app->feeds);
    int rc = index_get(call->app->index, kind, id, &doc, NULL, err);
    /* that a pupil or an entry is absent is not worth a place: anybody can ask for any id */
    bool part = strcmp(kind, "pupil") != 0 && strcmp(kind, "entry") != 0;
    if (!rc || (rc == LT_NOTFOUND && part)) keep(call->app, kind, id, rc ? NULL : doc, feeds);
    if (!rc) *out = doc;
    return rc;
}
