#include "usecase/known.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 256 };

/* An actor's documents; the other members stay empty. */
struct known {
    pthread_mutex_t lock;
    struct uc_actor kept[KEPT];
};

struct known *known_new(void)
{
    struct known *k = lt_calloc(1, sizeof *k);
    if (k) pthread_mutex_init(&k->lock, NULL);
    return k;
}

void known_free(struct known *k)
{
    if (!k) return;
    for (size_t i = 0; i < KEPT; i++) uc_actor_clear(&k->kept[i]);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

void known_clear(struct known *k)
{
    pthread_mutex_lock(&k->lock);
    for (size_t i = 0; i < KEPT; i++) uc_actor_clear(&k->kept[i]);
    pthread_mutex_unlock(&k->lock);
}

static struct uc_actor *slot_of(struct known *k, const char *id)
{
    unsigned h = 5381;
    for (; *id; id++) h = h * 33 + (unsigned char)*id;
    return &k->kept[h % KEPT];
}

static void share(struct uc_actor *to, const struct uc_actor *from)
{
    to->person = json_incref(from->person);
    to->relations = json_incref(from->relations);
    to->programme_groups = json_incref(from->programme_groups);
    to->events = json_incref(from->events);
    lt_print(to->kind, sizeof to->kind, "%s", from->kind);
}

bool known_get(struct known *k, struct uc_actor *actor)
{
    pthread_mutex_lock(&k->lock);
    const struct uc_actor *s = slot_of(k, actor->id);
    bool found = s->person && strcmp(s->id, actor->id) == 0 && s->turn == actor->turn && lt_date_days(s->day) == lt_date_days(actor->day);
    if (found) share(actor, s);
    pthread_mutex_unlock(&k->lock);
    return found;
}

void known_put(struct known *k, const struct uc_actor *actor)
{
    pthread_mutex_lock(&k->lock);
    struct uc_actor *s = slot_of(k, actor->id);
    uc_actor_clear(s);
    lt_print(s->id, sizeof s->id, "%s", actor->id);
    s->turn = actor->turn;
    s->day = actor->day;
    share(s, actor);
    pthread_mutex_unlock(&k->lock);
}
