/* kill -9 while 200 changes are under way, fifty times on one data folder, against the real server behind its socket.
 *
 * Each round 16 clients take their changes from one list; the server is killed after a number of answers that the seed says. Where exactly
 * it is hit is chance, the verdict is not: what was answered must be there, what was not answered may be there whole or not
 * at all, and nothing else counts. FAULT_SEED and FAULT_ROUNDS change the seed and the number of rounds. */
#include "school_rounds.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 50, CLIENTS = 16, CHANGES = 200, WHOLE_EACH = 10 };

struct round {
    struct rounds *r;
    struct change changes[CHANGES];
    size_t len;
    atomic_size_t next;
    atomic_int answered;
    pthread_mutex_t lock;
    pthread_cond_t more;
    int done; /* clients that have nothing left */
    int kill_after;
};

static void *client(void *arg)
{
    struct round *round = arg;
    for (;;) {
        size_t i = atomic_fetch_add(&round->next, 1);
        if (i >= round->len || !change_make(round->r, &round->changes[i])) break;
        if (!round->changes[i].answered) continue;
        pthread_mutex_lock(&round->lock);
        if (++round->answered >= round->kill_after) pthread_cond_signal(&round->more);
        pthread_mutex_unlock(&round->lock);
    }
    pthread_mutex_lock(&round->lock);
    round->done++;
    pthread_cond_signal(&round->more);
    pthread_mutex_unlock(&round->lock);
    return NULL;
}

static void run_round(struct rounds *r, struct round *round)
{
    pthread_t threads[CLIENTS];
    pthread_mutex_init(&round->lock, NULL);
    pthread_cond_init(&round->more, NULL);
    for (size_t i = 0; i < CLIENTS; i++) {
        if (pthread_create(&threads[i], NULL, client, round)) served_die("no thread");
    }
    pthread_mutex_lock(&round->lock);
    while (round->answered < round->kill_after && round->done < CLIENTS) pthread_cond_wait(&round->more, &round->lock);
    pthread_mutex_unlock(&round->lock);
    struct timespec moment = {.tv_nsec = (long)(rounds_random(r) % 3000000)};
    nanosleep(&moment, NULL);
    served_kill(&r->server);
    for (size_t i = 0; i < CLIENTS; i++) pthread_join(threads[i], NULL);
    pthread_cond_destroy(&round->more);
    pthread_mutex_destroy(&round->lock);
}

/* The recovery of a killed server may be killed as well. */
static void start_again(struct rounds *r, unsigned number)
{
    if (number % 7 == 3) {
        struct timespec moment = {.tv_nsec = (long)(rounds_random(r) % 30000000)};
        served_begin(&r->server);
        nanosleep(&moment, NULL);
        served_kill(&r->server);
    }
    served_start(&r->server);
}

static void check_round(struct rounds *r, struct round *round, unsigned number, size_t tally[3])
{
    rounds_see(r);
    for (size_t i = 0; i < round->len; i++) {
        enum presence p = change_look(r, &round->changes[i]);
        const struct change *c = &round->changes[i];
        if (p == HALF || (c->answered && p != WHOLE))
            served_die("round %u: %s %s (%s) was %s and is %s", number, change_word(c), c->id, c->request,
                       c->answered ? "answered" : "not answered", p == HALF ? "there in part" : "not there");
        tally[c->answered ? 0 : p == WHOLE ? 1 : 2]++;
    }
    rounds_check_log(r, round->changes, round->len);
    json_decref(served_ok(&r->server, "system", "fsck", NULL));
    rounds_after(r, round->changes, round->len);
}

int main(int argc, char **argv)
{
    const char *program = argc > 1 ? argv[1] : LETOPIS_BINARY_DIR "/letopis";
    const char *seed = getenv("FAULT_SEED"), *rounds = getenv("FAULT_ROUNDS");
    unsigned many = rounds ? (unsigned)atoi(rounds) : ROUNDS;
    struct rounds *r = rounds_open(program, seed ? strtoull(seed, NULL, 10) : 1);
    struct round *round = calloc(1, sizeof *round);
    size_t tally[3] = {0};
    double begun = served_seconds();
    if (!round) served_die("memory");
    for (unsigned n = 0; n < many; n++) {
        memset(round, 0, sizeof *round);
        round->r = r;
        round->len = rounds_plan(r, n, round->changes, CHANGES);
        round->kill_after = 1 + (int)(rounds_random(r) % (CHANGES - 2));
        run_round(r, round);
        start_again(r, n);
        check_round(r, round, n, tally);
        if ((n + 1) % WHOLE_EACH == 0 || n + 1 == many) rounds_check_whole(r);
    }
    printf("%u rounds of %d changes: %zu answered and all there; of the others %zu there, %zu not; seed %s, %.0f s\n", many, CHANGES,
           tally[0], tally[1], tally[2], seed ? seed : "1", served_seconds() - begun);
    free(round);
    rounds_close(r);
    return 0;
}
