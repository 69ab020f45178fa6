/* Readers beside writers: each answer is of one moment, nobody waits for ever, nobody fails. */
#include "world.h"

#include "index/store.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { WRITERS = 2, READERS = 6, ROUNDS = 60 };

struct shared {
    struct world *w;
    atomic_bool stop;
    atomic_int failures, answers;
    int number;
};

/* A transaction always puts two entries of the same title: no reader may ever see one of them. */
static int write_pair(struct shared *s, int writer, int round)
{
    char paths[2][80], texts[2][120], repo[20];
    struct index_change c[2];
    struct lt_error err = {0};
    snprintf(repo, sizeof repo, "p%d", writer);
    for (int i = 0; i < 2; i++) {
        snprintf(paths[i], sizeof paths[i], "entries/2026/w%d-%d/entry.json", writer, i);
        snprintf(texts[i], sizeof texts[i], "{\"title\":\"олимпиада номер %d\",\"date\":\"2026-01-01\"}", round);
        c[i] = (struct index_change){.path = paths[i], .data = texts[i], .len = strlen(texts[i])};
    }
    struct index_batch b[2] = {{.repo = repo, .new_head = "1111111111111111111111111111111111111111", .changes = &c[0], .len = 1},
                               {.repo = repo, .new_head = "2222222222222222222222222222222222222222", .changes = &c[1], .len = 1}};
    int status;
    if (round % 3 == 0) {
        status = index_begin(s->w->ix, &err);
        for (int i = 0; i < 2 && status == LT_OK; i++)
            status = index_apply(s->w->ix, &b[i], 1, &err);
        int end = index_end(s->w->ix, status == LT_OK, &err);
        status = status < 0 ? status : end;
    } else {
        status = index_apply(s->w->ix, b, 2, &err);
    }
    lt_error_clear(&err);
    return status;
}

static void *writer(void *arg)
{
    struct shared *s = arg;
    static atomic_int numbers;
    int me = atomic_fetch_add(&numbers, 1);
    for (int i = 0; i < ROUNDS; i++)
        if (write_pair(s, me, i) < 0)
            atomic_fetch_add(&s->failures, 1);
    return NULL;
}

static bool pairs(const json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *a = json_array_get(items, i);
        int same = 0;
        for (size_t k = 0; k < json_array_size(items); k++) {
            const json_t *b = json_array_get(items, k);
            same += strcmp(lt_json_str(a, "pupil"), lt_json_str(b, "pupil")) == 0 && strcmp(lt_json_str(a, "title"), lt_json_str(b, "title")) == 0;
        }
        if (same != 2)
            return false;
    }
    return true;
}

static void *reader(void *arg)
{
    struct shared *s = arg;
    while (!atomic_load(&s->stop)) {
        json_t *items = NULL, *none = json_object(), *doc = NULL;
        char *next = NULL;
        struct lt_error err = {0};
        if (index_list(s->w->ix, "entries", none, 100, NULL, &items, &next, &err) < 0 || !pairs(items))
            atomic_fetch_add(&s->failures, 1);
        json_decref(items);
        items = NULL;
        if (index_search(s->w->ix, "олимпиады", NULL, 100, NULL, &items, &next, &err) < 0 || !pairs(items))
            atomic_fetch_add(&s->failures, 1);
        json_decref(items);
        if (index_get(s->w->ix, "entry", "w0-0", &doc, NULL, &err) == LT_OK)
            json_decref(doc);
        json_decref(none);
        lt_error_clear(&err);
        atomic_fetch_add(&s->answers, 1);
    }
    return NULL;
}

static void test_readers_and_writers(void **state)
{
    struct world *w = *state;
    struct shared s = {.w = w};
    pthread_t writers[WRITERS], readers[READERS];
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, reader, &s), 0);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, writer, &s), 0);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    atomic_store(&s.stop, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(atomic_load(&s.failures), 0);
    assert_true(atomic_load(&s.answers) > 0);
    OK(w, index_check(w->ix, &w->err));
}

enum { TOGETHER = 6, BROKEN = 3 };

struct one {
    struct world *w;
    int number, status;
};

static void *write_one(void *arg)
{
    struct one *o = arg;
    char path[80], repo[20];
    const char *text = o->number == BROKEN ? "{\"title\":" : "{\"title\":\"турнир\",\"date\":\"2026-01-01\"}";
    struct lt_error err = {0};
    snprintf(repo, sizeof repo, "t%d", o->number);
    snprintf(path, sizeof path, "entries/2026/t%d/entry.json", o->number);
    struct index_change c = {.path = path, .data = text, .len = strlen(text)};
    struct index_batch b = {.repo = repo, .new_head = "1111111111111111111111111111111111111111", .changes = &c, .len = 1};
    o->status = index_apply(o->w->ix, &b, 1, &err);
    lt_error_clear(&err);
    return NULL;
}

static int waiting(struct index *ix)
{
    int n = 0;
    pthread_mutex_lock(&ix->queue_lock);
    for (const struct index_waiting *q = ix->queue; q; q = q->next) n++;
    pthread_mutex_unlock(&ix->queue_lock);
    return n;
}

/* Changes that wait together are written in one transaction; the one that cannot be read fails alone. */
static void test_together(void **state)
{
    struct world *w = *state;
    struct one ones[TOGETHER];
    pthread_t threads[TOGETHER];
    OK(w, index_begin(w->ix, &w->err));
    for (int i = 0; i < TOGETHER; i++) {
        ones[i] = (struct one){.w = w, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, write_one, &ones[i]), 0);
    }
    while (waiting(w->ix) < TOGETHER) sched_yield();
    OK(w, index_end(w->ix, true, &w->err));
    for (int i = 0; i < TOGETHER; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < TOGETHER; i++) {
        char id[20];
        json_t *doc = NULL;
        snprintf(id, sizeof id, "t%d", i);
        assert_int_equal(ones[i].status, i == BROKEN ? LT_REFUSED : LT_OK);
        assert_int_equal(index_get(w->ix, "entry", id, &doc, NULL, &w->err), i == BROKEN ? LT_NOTFOUND : LT_OK);
        json_decref(doc);
        lt_error_clear(&w->err);
    }
    OK(w, index_check(w->ix, &w->err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_readers_and_writers, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_together, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
