#include "vaulted.h"

#include <pthread.h>
#include <signal.h>

struct rows {
    struct lt_buf b;
    int fail_at, n;
    bool fail_all;
};

static int add_row(void *user, const void *data, size_t len)
{
    struct rows *r = user;
    if (++r->n == r->fail_at) return LT_SYSTEM;
    lt_buf_add(&r->b, data, len);
    return lt_buf_addc(&r->b, ';');
}

/* Told once, after the last row. */
static int all_rows(void *user)
{
    struct rows *r = user;
    if (r->fail_all) return LT_SYSTEM;
    lt_buf_adds(&r->b, "all;");
    return 0;
}

static void expect(struct vault *v, const char *want)
{
    struct rows r = {.b = LT_BUF_INIT(1 << 20)};
    struct lt_error err = {0};
    ok(vault_side_drain(v, add_row, NULL, &r, &err), &err);
    assert_string_equal(r.b.data ? r.b.data : "", want);
    lt_buf_free(&r.b);
}

static void append(struct vault *v, const char *s)
{
    struct lt_error err = {0};
    ok(vault_side_append(v, s, strlen(s), &err), &err);
}

static void rows_are_handed_over_once(void **state)
{
    char *dir = pathf(*state, "data");
    struct lt_error err = {0};
    make_vault(dir);
    struct vault *v = open_vault(dir);
    expect(v, "");
    append(v, "a");
    append(v, "");
    append(v, "b");
    expect(v, "a;;b;");
    expect(v, "");
    append(v, "c");
    struct rows r = {.b = LT_BUF_INIT(1000), .fail_at = 1};
    assert_int_equal(vault_side_drain(v, add_row, NULL, &r, &err), LT_SYSTEM);
    append(v, "d");
    expect(v, "c;d;"); /* what failed comes again, before what is new */
    /* rows that are written together at the end are not gone before they are written */
    append(v, "g");
    append(v, "h");
    lt_buf_reset(&r.b);
    r.fail_at = 0;
    r.fail_all = true;
    assert_int_equal(vault_side_drain(v, add_row, all_rows, &r, &err), LT_SYSTEM);
    lt_buf_reset(&r.b);
    r.fail_all = false;
    ok(vault_side_drain(v, add_row, all_rows, &r, &err), &err);
    assert_string_equal(r.b.data, "g;h;all;");
    lt_buf_free(&r.b);
    expect(v, "");
    append(v, "e");
    vault_close(v);
    v = open_vault(dir);
    append(v, "f");
    expect(v, "e;f;");
    vault_close(v);
    assert_sh("test -z \"$(ls -A %s/journal)\"", dir);
    free(dir);
}

static void a_torn_row_is_cut(void **state)
{
    char *dir = pathf(*state, "data"), *path = pathf(dir, "journal/access.log"), *data;
    size_t len;
    make_vault(dir);
    struct vault *v = open_vault(dir);
    append(v, "first");
    append(v, "second");
    vault_close(v);
    assert_int_equal(lt_fs_read(path, 1000, &data, &len), 0);
    for (size_t cut = 13; cut < len; cut++) {
        put_file(path, data, cut);
        v = open_vault(dir);
        append(v, "third");
        expect(v, "first;third;");
        vault_close(v);
    }
    free(data);
    free(path);
    free(dir);
}

static void rows_survive_a_kill(void **state)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct vault_config c = {.dir = dir};
        struct vault *v;
        if (vault_open(&c, &v, NULL) != 0 || vault_side_append(v, "kept", 4, NULL) != 0) _exit(1);
        raise(SIGKILL);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    struct vault *v = open_vault(dir);
    expect(v, "kept;");
    vault_close(v);
    free(dir);
}

static void they_are_flushed_every_second(void **state)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    struct lt_fs_test *t = lt_fs_test_new();
    struct vault *v = open_with(dir, lt_fs_test_table(t), NULL);
    uint64_t before = lt_fs_test_flushes(t);
    for (int i = 0; i < 100; i++)
        append(v, "row");
    for (int i = 0; i < 40 && lt_fs_test_flushes(t) == before; i++)
        usleep(100000);
    uint64_t flushes = lt_fs_test_flushes(t) - before;
    assert_true(flushes >= 1 && flushes <= 3);
    vault_close(v);
    lt_fs_test_free(t);
    free(dir);
}

#define THREADS 8
#define EACH    200

static void *append_many(void *user)
{
    struct lt_error err = {0};
    for (int i = 0; i < EACH; i++)
        if (vault_side_append(user, "12345678", 8, &err) != 0) abort();
    return NULL;
}

static int count_row(void *user, const void *data, size_t len)
{
    assert_int_equal(len, 8);
    assert_memory_equal(data, "12345678", 8);
    ++*(int *)user;
    return 0;
}

static void writers_and_a_drain_at_once(void **state)
{
    char *dir = pathf(*state, "data");
    struct lt_error err = {0};
    pthread_t thread[THREADS];
    int rows = 0;
    make_vault(dir);
    struct vault *v = open_vault(dir);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, append_many, v);
    for (int i = 0; i < 20; i++)
        ok(vault_side_drain(v, count_row, NULL, &rows, &err), &err);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    ok(vault_side_drain(v, count_row, NULL, &rows, &err), &err);
    assert_int_equal(rows, THREADS * EACH);
    vault_close(v);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(rows_are_handed_over_once),   SCRATCH_TEST(a_torn_row_is_cut),
        SCRATCH_TEST(rows_survive_a_kill),         SCRATCH_TEST(they_are_flushed_every_second),
        SCRATCH_TEST(writers_and_a_drain_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
