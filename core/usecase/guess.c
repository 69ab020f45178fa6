#include "usecase/guess.h"

#include "base/mem.h"
#include "base/text.h"
#include "usecase/secret.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define DAY_MS (24 * 60 * MINUTE_MS)
enum { SLOTS = 8192, WAYS = 4 };
enum { PAIR_FREE = 5, PLACE_FREE = 100, LOGIN_FREE = 50 };
#define PAIR_FIRST_MS (30 * SECOND_MS)
#define PAIR_MOST_MS (60 * MINUTE_MS)
#define PAIR_KEPT_MS DAY_MS
#define PLACE_EASE_MS (6 * SECOND_MS)
#define LOGIN_EASE_MS (30 * MINUTE_MS)
#define LOGIN_WAIT_MS MINUTE_MS
#define PLACE_KNOWN_MS (30 * DAY_MS)

struct slot {
    uint64_t key, login; /* key 0: free */
    int64_t last, until; /* when it was counted; locked until */
    int64_t wrong;
    bool kept;           /* stands in system.db */
};

struct guesses {
    pthread_mutex_t lock, writing; /* writing is taken first */
    unsigned char key[crypto_shorthash_KEYBYTES]; /* of this installation: slots cannot be aimed at */
    struct slot slots[SLOTS];
};

struct guesses *guesses_new(void)
{
    struct guesses *g = lt_calloc(1, sizeof *g);
    if (!g) return NULL;
    pthread_mutex_init(&g->lock, NULL);
    pthread_mutex_init(&g->writing, NULL);
    crypto_shorthash_keygen(g->key);
    return g;
}

void guesses_free(struct guesses *g)
{
    if (!g) return;
    pthread_mutex_destroy(&g->lock);
    pthread_mutex_destroy(&g->writing);
    free(g);
}

static uint64_t hash(const struct guesses *g, char kind, const char *a, const char *b)
{
    char text[200];
    uint64_t h = 0;
    lt_print(text, sizeof text, "%c %s %s", kind, a, b);
    crypto_shorthash((unsigned char *)&h, (const unsigned char *)text, strlen(text), g->key);
    return h ? h : 1;
}

/* With the lock held. The slot of a key; where there is none the one in its set that matters least. */
static struct slot *slot_of(struct guesses *g, uint64_t key, int64_t now)
{
    struct slot *set = &g->slots[key % (SLOTS / WAYS) * WAYS], *least = set;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == key) return &set[i];
    }
    for (int i = 1; i < WAYS && least->key; i++) {
        struct slot *s = &set[i];
        bool locked = s->until > now, least_locked = least->until > now;
        if (!s->key || (locked != least_locked ? least_locked : s->last < least->last)) least = s;
    }
    *least = (struct slot){.key = key, .last = now, .kept = least->kept};
    return least;
}

/* --- kept over a restart --- */

enum { KEY_SLOT = -1 };
_Static_assert(crypto_shorthash_KEYBYTES == 2 * sizeof(uint64_t), "the key is kept as two numbers");

static void take_row(void *user, const struct sys_guess *row)
{
    struct guesses *g = user;
    if (row->slot == KEY_SLOT) {
        const uint64_t parts[2] = {row->key, row->login};
        memcpy(g->key, parts, sizeof g->key);
    } else if (row->slot >= 0 && row->slot < SLOTS) {
        g->slots[row->slot] = (struct slot){row->key, row->login, row->last, row->until, row->wrong, true};
    }
}

int guesses_load(struct lt_app *app, struct lt_error *err)
{
    struct guesses *g = app->guesses;
    unsigned char before[sizeof g->key];
    memcpy(before, g->key, sizeof before);
    int rc = sysdb_guess_each(app->sys, take_row, g, err);
    if (rc || sodium_memcmp(before, g->key, sizeof before) != 0) return rc;
    struct sys_guess row = {.slot = KEY_SLOT};
    memcpy(&row.key, g->key, sizeof row.key);
    memcpy(&row.login, g->key + sizeof row.key, sizeof row.login);
    row.key |= row.key == 0; /* 0 means none */
    memcpy(g->key, &row.key, sizeof row.key);
    return sysdb_guess_put(app->sys, &row, 1, err);
}

/* One wrong try alone is not worth the disk; what stands there already is kept true. */
static bool worth(const struct slot *s)
{
    return s->kept || s->wrong > 1;
}

/* Writes the slots as they are now. What cannot be written is counted in memory all the same. */
static void keep(struct lt_app *app, const struct slot *const *slots, size_t n)
{
    enum { MOST = 64 };
    struct guesses *g = app->guesses;
    struct lt_error ignored = {0};
    pthread_mutex_lock(&g->writing);
    for (size_t i = 0; i < n;) {
        struct sys_guess rows[MOST];
        size_t len = 0;
        pthread_mutex_lock(&g->lock);
        for (; i < n && len < MOST; i++) {
            if (!slots[i]) continue;
            struct slot *s = &g->slots[slots[i] - g->slots];
            bool gone = s->wrong <= 0 && !s->until;
            if (!worth(s)) continue;
            rows[len++] = (struct sys_guess){s - g->slots, gone ? 0 : s->key, s->login, s->last, s->until, s->wrong};
            s->kept = !gone;
        }
        pthread_mutex_unlock(&g->lock);
        if (len) sysdb_guess_put(app->sys, rows, len, &ignored);
        lt_error_clear(&ignored);
    }
    pthread_mutex_unlock(&g->writing);
}

/* --- places --- */

static void place_of(const struct uc_call *call, char out[64], bool *alone)
{
    struct in6_addr six;
    const char *peer = call->peer;
    *alone = peer && strcmp(peer, "127.0.0.1") != 0 && strcmp(peer, "::1") != 0;
    if (!peer) {
        lt_print(out, 64, "here");
    } else if (strncmp(peer, "::ffff:", 7) != 0 && inet_pton(AF_INET6, peer, &six) == 1) {
        char hex[17];
        lt_hex(six.s6_addr, 8, hex);
        lt_print(out, 64, "%s/64", hex);
    } else {
        lt_print(out, 64, "%s", peer);
    }
}

static bool is_known(struct uc_call *call, const char *login, const char *place)
{
    struct sys_account a;
    struct lt_error ignored = {0};
    bool known = false;
    if (sysdb_account_by_login(call->app->sys, login, &a, &ignored) == 0)
        sysdb_place_known(call->app->sys, a.id, place, call->now - PLACE_KNOWN_MS, &known, &ignored);
    lt_error_clear(&ignored);
    return known;
}

/* --- counting, with the lock held --- */

static void ease(struct slot *s, int64_t step_ms, int64_t now)
{
    int64_t forgiven = now > s->last ? (now - s->last) / step_ms : 0;
    if (forgiven >= s->wrong) {
        s->wrong = 0;
        s->last = now;
    } else {
        s->wrong -= forgiven;
        s->last += forgiven * step_ms;
    }
}

static int64_t left(const struct slot *s, int64_t now)
{
    return s->until > now ? (s->until - now) / SECOND_MS + 1 : 0;
}

static void count_pair(struct slot *s, uint64_t login, int64_t now)
{
    if (now - s->last > PAIR_KEPT_MS) s->wrong = 0;
    s->login = login;
    s->last = now;
    s->wrong++;
    if (s->wrong < PAIR_FREE) return;
    int64_t wait = PAIR_FIRST_MS;
    for (int64_t i = s->wrong - PAIR_FREE; i > 0 && wait < PAIR_MOST_MS; i--) wait *= 2;
    s->until = now + (wait < PAIR_MOST_MS ? wait : PAIR_MOST_MS);
}

static int64_t judge_place(struct slot *s, int64_t now)
{
    ease(s, PLACE_EASE_MS, now);
    if (s->wrong >= PLACE_FREE) return (s->last + PLACE_EASE_MS - now) / SECOND_MS + 1;
    s->wrong++;
    return 0;
}

static void count_login(struct slot *s, int64_t now)
{
    ease(s, LOGIN_EASE_MS, now);
    s->login = s->key;
    if (++s->wrong >= LOGIN_FREE) s->until = now + LOGIN_WAIT_MS;
}

int guess_begin(struct uc_call *call, const char *login, struct guess *out, struct lt_error *err)
{
    struct guesses *g = call->app->guesses;
    char place[64];
    bool alone;
    place_of(call, place, &alone);
    *out = (struct guess){.pair = hash(g, 'p', login, place), .place = alone ? hash(g, 'a', place, "") : 0, .login = hash(g, 'l', login, "")};
    secret_sha256(place, out->place_word);
    bool known = is_known(call, login, out->place_word); /* asked in any case: a lock must not show in the time it takes */
    const struct slot *touched[3] = {NULL, NULL, NULL};
    pthread_mutex_lock(&g->lock);
    int64_t wait = left(slot_of(g, out->pair, call->now), call->now), far = 0;
    if (!wait && !known) wait = left(slot_of(g, out->login, call->now), call->now);
    if (!wait && alone) {
        struct slot *s = slot_of(g, out->place, call->now);
        far = judge_place(s, call->now);
        if (!far) touched[0] = s;
    }
    if (!wait && !far) {
        struct slot *pair = slot_of(g, out->pair, call->now), *every = NULL;
        count_pair(pair, out->login, call->now);
        every = slot_of(g, out->login, call->now);
        count_login(every, call->now);
        touched[1] = pair;
        touched[2] = every;
    }
    pthread_mutex_unlock(&g->lock);
    if (!wait && !far) keep(call->app, touched, LT_COUNT(touched));
    if (wait) return lt_fail(err, LT_DENIED, "session.locked", "seconds", LT_NUM(wait), (char *)NULL);
    return far ? lt_fail(err, LT_DENIED, "session.address_locked", "seconds", LT_NUM(far), (char *)NULL) : 0;
}

static struct slot *take_back(struct guesses *g, uint64_t key, int64_t now)
{
    struct slot *s = slot_of(g, key, now);
    if (s->wrong > 0) s->wrong--;
    return s;
}

void guess_right(struct uc_call *call, const struct guess *g, const char *account, bool done)
{
    struct guesses *all = call->app->guesses;
    struct lt_error ignored = {0};
    pthread_mutex_lock(&all->lock);
    struct slot *pair = slot_of(all, g->pair, call->now);
    pair->wrong = done || !pair->wrong ? 0 : pair->wrong - 1;
    pair->until = 0;
    struct slot *place = g->place ? take_back(all, g->place, call->now) : NULL, *login = take_back(all, g->login, call->now);
    if (login->wrong < LOGIN_FREE) login->until = 0;
    const struct slot *const touched[] = {pair, place, login};
    pthread_mutex_unlock(&all->lock);
    keep(call->app, touched, LT_COUNT(touched));
    bool known = false;
    if (done && sysdb_place_known(call->app->sys, account, g->place_word, call->now - DAY_MS, &known, &ignored) == 0 && !known)
        sysdb_place_note(call->app->sys, account, g->place_word, call->now, &ignored);
    lt_error_clear(&ignored);
}

void guess_forgive(struct lt_app *app, const char *login)
{
    struct guesses *g = app->guesses;
    uint64_t key = hash(g, 'l', login, "");
    const struct slot *touched[64];
    size_t n = 0;
    pthread_mutex_lock(&g->lock);
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *s = &g->slots[i];
        if (s->login != key) continue;
        s->wrong = s->until = 0;
        if (n < LT_COUNT(touched)) touched[n++] = s;
    }
    pthread_mutex_unlock(&g->lock);
    keep(app, touched, n);
}
