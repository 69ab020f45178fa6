#include "vaulted.h"

#include "vault/journal.h"

#include <errno.h>
#include <pthread.h>

static int add_record(void *user, uint64_t number, const void *payload, size_t len)
{
    lt_buf_addf(user, "%llu:", (unsigned long long)number);
    lt_buf_add(user, payload, len);
    return lt_buf_addc(user, ';');
}

static const char *scan(const char *dir, uint64_t number, struct lt_buf *b)
{
    struct lt_error err = {0};
    lt_buf_reset(b);
    ok(journal_scan(dir, number, add_record, b, &err), &err);
    return b->data ? b->data : "";
}

static void records_come_back_in_order(void **state)
{
    struct lt_error err = {0};
    struct journal *j;
    struct journal_file *f;
    struct lt_buf b = LT_BUF_INIT(10000);
    ok(journal_new(lt_fs_system(), *state, 5, &j, &err), &err);
    assert_sh("test -z \"$(ls %s)\"", (char *)*state); /* no file before it is needed */
    ok(journal_pin(j, &f, &err), &err);
    assert_int_equal(journal_append(j, f, "one", 3, &err), JOURNAL_ACCEPTED);
    assert_int_equal(journal_append(j, f, "", 0, &err), JOURNAL_ACCEPTED);
    assert_int_equal(journal_append(j, f, "three", 5, &err), JOURNAL_ACCEPTED);
    assert_string_equal(scan(*state, 5, &b), "5:one;5:;5:three;");
    journal_switch(j);
    ok(journal_settle(j, false, &err), &err); /* pinned: stays */
    assert_sh("test -e %s/0000000000000005.log", (char *)*state);
    struct journal_file *g;
    ok(journal_pin(j, &g, &err), &err);
    assert_int_equal(journal_append(j, g, "new", 3, &err), JOURNAL_ACCEPTED);
    assert_int_equal(journal_append(j, f, "late", 4, &err), JOURNAL_ACCEPTED); /* to the file it pinned */
    assert_string_equal(scan(*state, 5, &b), "5:one;5:;5:three;5:late;");
    assert_string_equal(scan(*state, 6, &b), "6:new;");
    journal_unpin(j, g);
    journal_switch(j);
    ok(journal_settle(j, false, &err), &err); /* 6 could go, but never before 5 */
    assert_sh("test $(ls %s | wc -l) = 2", (char *)*state);
    journal_unpin(j, f);
    ok(journal_settle(j, true, &err), &err);
    assert_sh("test -z \"$(ls %s)\"", (char *)*state);
    journal_free(j);
    lt_buf_free(&b);
}

static void a_torn_tail_is_cut(void **state)
{
    struct lt_error err = {0};
    struct journal *j;
    struct journal_file *f;
    struct lt_buf b = LT_BUF_INIT(10000);
    char *path = pathf(*state, "0000000000000001.log"), *data;
    size_t len;
    ok(journal_new(lt_fs_system(), *state, 1, &j, &err), &err);
    ok(journal_pin(j, &f, &err), &err);
    journal_append(j, f, "first", 5, &err);
    assert_int_equal(lt_fs_read(path, 1000, &data, &len), 0);
    size_t whole = len;
    free(data);
    journal_append(j, f, "second", 6, &err);
    journal_unpin(j, f);
    journal_free(j);
    assert_int_equal(lt_fs_read(path, 1000, &data, &len), 0);
    for (size_t cut = 0; cut <= len; cut++) {
        put_file(path, data, cut);
        const char *got = scan(*state, 1, &b);
        assert_string_equal(got, cut < whole ? "" : cut < len ? "1:first;" : "1:first;1:second;");
    }
    for (size_t at = 0; at < len; at++) { /* any byte changed takes its record and what follows */
        data[at] ^= 0x10;
        put_file(path, data, len);
        assert_string_equal(scan(*state, 1, &b), at < whole ? "" : "1:first;");
        data[at] ^= 0x10;
    }
    put_file(path, data, len);
    assert_sh("mv %s %s/0000000000000002.log", path, (char *)*state);
    assert_string_equal(scan(*state, 2, &b), ""); /* records of another file's number are not taken */
    free(data);
    free(path);
    lt_buf_free(&b);
}

#define THREADS 16
#define EACH    40

struct crowd {
    struct journal *j;
    struct journal_file *f;
    unsigned n;
};

static void *append_many(void *user)
{
    struct crowd *c = user;
    char text[3000];
    struct lt_error err = {0};
    memset(text, 'x', sizeof text);
    for (unsigned i = 0; i < EACH; i++) {
        int len = snprintf(text, sizeof text, "%u.%u", c->n, i);
        text[len] = ' ';
        if (journal_append(c->j, c->f, text, (size_t)(i % 3 ? len : 3000), &err) != JOURNAL_ACCEPTED) abort();
    }
    return NULL;
}

static int check_order(void *user, uint64_t number, const void *payload, size_t len)
{
    unsigned *next = user, t, i;
    (void)number;
    assert_true(len >= 3);
    assert_int_equal(sscanf(payload, "%u.%u", &t, &i), 2);
    assert_int_equal(next[t]++, i);
    return 0;
}

static void a_crowd_shares_flushes(void **state)
{
    struct lt_error err = {0};
    struct lt_fs_test *t = lt_fs_test_new();
    struct journal *j;
    struct journal_file *f;
    pthread_t thread[THREADS];
    struct crowd c[THREADS];
    unsigned next[THREADS] = {0};
    ok(journal_new(lt_fs_test_table(t), *state, 1, &j, &err), &err);
    ok(journal_pin(j, &f, &err), &err);
    uint64_t before = lt_fs_test_flushes(t);
    for (unsigned i = 0; i < THREADS; i++) {
        c[i] = (struct crowd){.j = j, .f = f, .n = i};
        pthread_create(&thread[i], NULL, append_many, &c[i]);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    uint64_t flushes = lt_fs_test_flushes(t) - before;
    print_message("%d records of %d threads: %llu flushes\n", THREADS * EACH, THREADS,
                  (unsigned long long)flushes);
    assert_true(flushes < THREADS * EACH / 2);
    ok(journal_scan(*state, 1, check_order, next, &err), &err);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(next[i], EACH);
    journal_unpin(j, f);
    journal_free(j);
    lt_fs_test_free(t);
}

static void a_full_disk_refuses_and_recovers(void **state)
{
    struct lt_error err = {0};
    struct lt_buf b = LT_BUF_INIT(10000);
    struct lt_fs_test *t = lt_fs_test_new();
    struct journal *j;
    struct journal_file *f;
    ok(journal_new(lt_fs_test_table(t), *state, 1, &j, &err), &err);
    ok(journal_pin(j, &f, &err), &err);
    assert_int_equal(journal_append(j, f, "one", 3, &err), JOURNAL_ACCEPTED);
    /* the flush fails: nobody knows */
    lt_fs_test_fault(t, LT_FS_FAIL, 2);
    assert_int_equal(journal_append(j, f, "two", 3, &err), JOURNAL_UNSURE);
    assert_string_equal(err.code, "vault.unsure");
    lt_fs_test_fault(t, LT_FS_FAIL, 0);
    assert_true(journal_broken(j));
    assert_int_equal(journal_append(j, f, "three", 5, &err), JOURNAL_REFUSED);
    assert_string_equal(err.code, "vault.reopen");
    struct journal_file *g;
    assert_int_equal(journal_pin(j, &g, &err), LT_SYSTEM);
    journal_unpin(j, f);
    journal_switch(j);
    assert_int_equal(journal_settle(j, true, &err), LT_SYSTEM); /* and does not hang */
    journal_free(j);
    assert_true(lt_starts(scan(*state, 1, &b), "1:one;"));
    lt_fs_test_free(t);
    lt_buf_free(&b);
    lt_error_clear(&err);
}

/* Says that the disk is full, but all was written: what was refused must not come back. */
static bool lying;

static ssize_t lying_pwrite(void *ctx, int fd, const void *data, size_t len, off_t off)
{
    ssize_t n = lt_fs_system()->pwrite(ctx, fd, data, len, off);
    if (!lying) return n;
    errno = ENOSPC;
    return -1;
}

static void what_was_refused_does_not_come_back(void **state)
{
    struct lt_error err = {0};
    struct lt_buf b = LT_BUF_INIT(10000);
    struct lt_fs fs = *lt_fs_system();
    struct journal *j;
    struct journal_file *f;
    fs.pwrite = lying_pwrite;
    ok(journal_new(&fs, *state, 1, &j, &err), &err);
    ok(journal_pin(j, &f, &err), &err);
    lying = false;
    assert_int_equal(journal_append(j, f, "one", 3, &err), JOURNAL_ACCEPTED);
    lying = true;
    assert_int_equal(journal_append(j, f, "two", 3, &err), JOURNAL_REFUSED);
    assert_string_equal(err.code, "system.io");
    lying = false;
    assert_string_equal(scan(*state, 1, &b), "1:one;");
    assert_int_equal(journal_append(j, f, "3", 1, &err), JOURNAL_ACCEPTED);
    assert_string_equal(scan(*state, 1, &b), "1:one;1:3;");
    journal_unpin(j, f);
    journal_free(j);
    lt_buf_free(&b);
    lt_error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(records_come_back_in_order),       SCRATCH_TEST(a_torn_tail_is_cut),
        SCRATCH_TEST(a_crowd_shares_flushes),           SCRATCH_TEST(what_was_refused_does_not_come_back),
        SCRATCH_TEST(a_full_disk_refuses_and_recovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
