#include "vaulted.h"

#include <pthread.h>

#define THREADS 16

struct worker {
    struct vault *v;
    unsigned n, rounds, portfolios;
};

/* Reads a number, adds one, writes it: lost updates show in the sum. */
static void add_one(struct vault_tx *tx, const char *repo)
{
    struct lt_error err = {0};
    struct lt_buf b = LT_BUF_INIT(100);
    char text[32];
    int rc = vault_tx_read(tx, repo, "goals/count.json", &b, &err);
    if (rc != 0 && rc != LT_NOTFOUND) abort();
    snprintf(text, sizeof text, "%d", rc == 0 ? atoi(b.data) + 1 : 1);
    lt_buf_free(&b);
    if (vault_tx_put(tx, repo, "goals/count.json", text, strlen(text), &err) != 0) abort();
}

static void *on_many(void *user)
{
    struct worker *w = user;
    unsigned x = w->n * 7919 + 1;
    for (unsigned i = 0; i < w->rounds; i++) {
        char ids[3][LT_ID_SIZE];
        const char *repos[3];
        size_t n = 1 + (i + w->n) % 3;
        struct lt_error err = {0};
        struct vault_tx *tx;
        const struct vault_result *r;
        struct vault_message m = saying("count");
        for (size_t k = 0; k < n; k++) { /* in no order, with repetitions */
            x = x * 1103515245 + 12345;
            repos[k] = nth_id((x >> 16) % w->portfolios, ids[k]);
        }
        if (vault_tx_begin(w->v, &guardian, repos, n, &tx, &err) != 0) abort();
        for (size_t k = 0; k < n; k++)
            add_one(tx, repos[k]);
        int rc = i % 10 == 9 ? -100 : vault_tx_commit(tx, &m, NULL, 0, &r, &err);
        if (rc != 0 && rc != -100) abort();
        vault_tx_end(tx);
    }
    return NULL;
}

static int total(struct vault *v, unsigned portfolios)
{
    int sum = 0;
    char id[LT_ID_SIZE];
    for (unsigned i = 0; i < portfolios; i++) {
        char *text = head_text(v, nth_id(i, id), "goals/count.json");
        sum += text ? atoi(text) : 0;
        free(text);
    }
    return sum;
}

static int expected(const struct worker *w)
{
    int sum = 0;
    for (unsigned i = 0; i < w->rounds; i++)
        sum += i % 10 == 9 ? 0 : (int)(1 + (i + w->n) % 3);
    return sum;
}

static void crowd(void **state, unsigned portfolios, unsigned rounds)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    struct lt_fs_test *t = lt_fs_test_new();
    struct vault *v = open_with(dir, lt_fs_test_table(t), NULL);
    pthread_t thread[THREADS];
    struct worker w[THREADS];
    int want = 0;
    double from = seconds();
    for (unsigned i = 0; i < THREADS; i++) {
        w[i] = (struct worker){.v = v, .n = i, .rounds = rounds, .portfolios = portfolios};
        want += expected(&w[i]);
        pthread_create(&thread[i], NULL, on_many, &w[i]);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    print_message("%u portfolios: %.0f transactions/s, %llu flushes for %u\n", portfolios,
                  THREADS * rounds / (seconds() - from), (unsigned long long)lt_fs_test_flushes(t),
                  THREADS * rounds);
    assert_int_equal(total(v, portfolios), want);
    vault_close(v);
    v = open_vault(dir);
    assert_int_equal(total(v, portfolios), want);
    vault_close(v);
    lt_fs_test_free(t);
    assert_sound(dir);
    free(dir);
}

static void sixteen_on_one_portfolio(void **state)
{
    crowd(state, 1, 20);
}

static void sixteen_on_many_portfolios(void **state)
{
    crowd(state, 40, 20);
}

/* --- readers beside writers that change two portfolios at once --- */

static _Atomic bool done;

static int find_heads(void *user, const char *repo, const char *head)
{
    char(*heads)[VAULT_OID] = user, id[LT_ID_SIZE];
    for (unsigned i = 0; i < 2; i++)
        if (strcmp(repo, nth_id(i, id)) == 0) memcpy(heads[i], head, VAULT_OID);
    return 0;
}

static int number_at(struct vault *v, const char *repo, const char *commit)
{
    struct vault_snapshot *s;
    struct lt_error err = {0};
    struct lt_buf a = LT_BUF_INIT(100), b = LT_BUF_INIT(100);
    if (vault_snapshot_open(v, repo, commit, &s, &err) != 0 ||
        vault_snapshot_read(s, "goals/count.json", &a, &err) != 0 ||
        vault_snapshot_read(s, "goals/deep/er/count.json", &b, &err) != 0)
        abort();
    if (strcmp(a.data, b.data) != 0) abort();
    int n = atoi(a.data);
    vault_snapshot_close(s);
    lt_buf_free(&a);
    lt_buf_free(&b);
    return n;
}

static void *read_both(void *user)
{
    struct worker *w = user;
    char ids[2][LT_ID_SIZE];
    while (!done) {
        char heads[2][VAULT_OID] = {"", ""};
        struct lt_error err = {0};
        if (vault_repos(w->v, find_heads, heads, &err) != 0) abort();
        if (number_at(w->v, nth_id(0, ids[0]), heads[0]) != number_at(w->v, nth_id(1, ids[1]), heads[1]))
            abort();
        number_at(w->v, ids[0], NULL);
        w->rounds++;
    }
    return NULL;
}

static void write_both(struct vault *v, int n)
{
    char ids[2][LT_ID_SIZE], text[20];
    const char *repos[] = {nth_id(1, ids[1]), nth_id(0, ids[0])};
    struct vault_tx *tx;
    struct lt_error err = {0};
    snprintf(text, sizeof text, "%d", n);
    ok(vault_tx_begin(v, &guardian, repos, 2, &tx, &err), &err);
    for (int i = 0; i < 2; i++) {
        put(tx, repos[i], "goals/count.json", text);
        put(tx, repos[i], "goals/deep/er/count.json", text);
    }
    commit_end(tx, "both");
}

static void readers_see_transactions_whole(void **state)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    pthread_t thread[4];
    struct worker w[4];
    done = false;
    write_both(v, 0);
    for (int i = 0; i < 4; i++) {
        w[i] = (struct worker){.v = v};
        pthread_create(&thread[i], NULL, read_both, &w[i]);
    }
    for (int i = 1; i < 80; i++) {
        char id[LT_ID_SIZE];
        write_both(v, i);
        if (i % 20 == 0) /* packs are merged below the readers */
            ok(vault_pack(v, nth_id(0, id), &err), &err);
        if (i % 50 == 0) ok(vault_settle(v, &err), &err);
    }
    done = true;
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        assert_true(w[i].rounds > 0);
    }
    vault_close(v);
    assert_sound(dir);
    free(dir);
}

/* --- who waits longest comes first --- */

static void *one_turn(void *user)
{
    struct worker *w = user;
    char id[LT_ID_SIZE];
    for (unsigned i = 0; i < w->rounds; i++) {
        struct vault_tx *tx = begin(w->v, nth_id(0, id));
        add_one(tx, id);
        commit_end(tx, "turn");
        w->portfolios++;
    }
    return NULL;
}

static void nobody_starves(void **state)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    struct vault *v = open_vault(dir);
    pthread_t thread[8];
    struct worker w[8];
    for (unsigned i = 0; i < 8; i++) {
        w[i] = (struct worker){.v = v, .rounds = 15};
        pthread_create(&thread[i], NULL, one_turn, &w[i]);
    }
    for (unsigned i = 0; i < 8; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(total(v, 1), 8 * 15);
    vault_close(v);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(sixteen_on_one_portfolio),
        SCRATCH_TEST(sixteen_on_many_portfolios),
        SCRATCH_TEST(readers_see_transactions_whole),
        SCRATCH_TEST(nobody_starves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
