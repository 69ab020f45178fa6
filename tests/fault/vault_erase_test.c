/* kill -9 at every operation on files while a pupil is taken out of the store: what is left is in order each time, and doing it once more leaves
 * nothing. */
#include "../unit/vault/erasing.h"

#include "vault/journal.h"

#include <signal.h>

enum { LONG = JOURNAL_INLINE, AT_ONCE = 12 };

/* Accepted a moment before and not settled: one change whose pack its record carries, one of which it has the name alone. */
static int change_lately(struct vault *v, struct lt_error *err)
{
    const char *const repos[] = {VAULT_SCHOOL, ERASED, STAYS}, *const one[] = {ERASED};
    const struct vault_message m = saying("lately");
    const struct vault_result *r;
    struct vault_tx *tx;
    unsigned char *noise = malloc(LONG);
    char *text = malloc(2 * LONG + 1);
    fill(noise, LONG, 77);
    lt_hex(noise, LONG, text);
    int rc = vault_tx_begin(v, &guardian, one, 1, &tx, err);
    if (rc == 0) rc = vault_tx_put(tx, ERASED, "goals/small.json", NAMING, strlen(NAMING), err);
    if (rc == 0) rc = vault_tx_commit(tx, &m, NULL, 0, &r, err);
    if (rc == 0) vault_tx_end(tx);
    if (rc == 0) rc = vault_tx_begin(v, &guardian, repos, 3, &tx, err);
    for (size_t i = 0; rc == 0 && i < 3; i++) rc = vault_tx_put(tx, repos[i], "goals/late.json", text, strcmp(repos[i], ERASED) == 0 ? 2 * LONG : 2, err);
    if (rc == 0) rc = vault_tx_commit(tx, &m, NULL, 0, &r, err);
    if (rc == 0) vault_tx_end(tx);
    free(noise);
    free(text);
    return rc;
}

/* With the packs merged before anything is settled, as the vault's own thread may do it. */
static int erase_busy(struct vault *v, uint64_t *commits, struct lt_error *err)
{
    int rc = change_lately(v, err);
    if (rc == 0) rc = vault_pack(v, VAULT_SCHOOL, err);
    return rc ? rc : erase_all(v, commits, err);
}

/* -1: was killed; else the number of operations. */
static int64_t run_killed(const char *dir, uint64_t nth)
{
    int tell[2];
    assert_int_equal(pipe(tell), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct lt_fs_test *t = lt_fs_test_new();
        struct vault_config c = {.dir = dir, .fs = lt_fs_test_table(t)};
        struct lt_error err = {0};
        struct vault *v;
        uint64_t commits;
        lt_fs_test_fault(t, LT_FS_KILL, nth);
        if (vault_open(&c, &v, &err) != 0) _exit(3);
        if (erase_busy(v, &commits, &err) != 0) _exit(2);
        int64_t n = (int64_t)lt_fs_test_calls(t);
        _exit(write(tell[1], &n, sizeof n) == sizeof n ? 0 : 4);
    }
    close(tell[1]);
    int64_t calls = -1;
    if (read(tell[0], &calls, sizeof calls) != sizeof calls) calls = -1;
    close(tell[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!killed && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) fail_msg("child ended with %x at %llu", (unsigned)status, (unsigned long long)nth);
    return killed ? -1 : calls;
}

static void verify(const char *dir, bool git)
{
    uint64_t commits;
    struct lt_error err = {0};
    struct vault *v = open_vault(dir);
    assert_checked(v, VAULT_SCHOOL); /* the old history or the new one, whole */
    assert_checked(v, STAYS);
    char *pupil = head_text(v, ERASED, "pupil.json");
    if (pupil) assert_checked(v, ERASED);
    free(pupil);
    assert_text(v, VAULT_SCHOOL, "events/e1/event.json", ONE);
    ok(erase_all(v, &commits, &err), &err);
    assert_checked(v, VAULT_SCHOOL);
    assert_checked(v, STAYS);
    assert_text(v, STAYS, "pupil.json", "{\"name\": \"Осинин\"}\n");
    assert_text(v, VAULT_SCHOOL, "classes/2026/c.json", "{\"name\": \"9А\"}\n");
    assert_null(head_text(v, ERASED, "pupil.json"));
    put_one(v, VAULT_SCHOOL, "after.json", "{}\n");
    vault_close(v);
    assert_sh("! find %s -path '*" ERASED "*' | grep .", dir);
    if (git) assert_sound(dir);
}

static void killed_anywhere_it_goes_on(void **state)
{
    char *base = pathf(*state, "base"), *work = pathf(*state, "work"), *done = pathf(*state, "done");
    make_vault(base);
    struct vault *v = open_vault(base);
    make_erasing(v);
    vault_close(v);
    assert_sh("cp -a %s %s", base, work);
    int64_t calls = run_killed(work, 0);
    assert_true(calls > 40);
    unsigned kills = 0;
    for (int64_t n = 1; n <= calls; n++, kills++) {
        assert_sh("rm -rf %s && cp -a %s %s", work, base, work);
        run_killed(work, (uint64_t)n);
        if (n % 5 == 2) run_killed(work, 1 + (uint64_t)n % 17); /* and once more while it goes on */
        verify(work, n % 7 == 0);
        assert_sh("mkdir -p %s && mv %s %s/%d", done, work, done, (int)n);
        if (n % AT_ONCE && n < calls) continue; /* what is looked through starts once for several */
        assert_no_trace(done, n == calls);
        assert_sh("rm -rf %s", done);
    }
    print_message("%u kills over %lld operations\n", kills, (long long)calls);
    free(done);
    free(work);
    free(base);
}

/* True: it came to the end. */
static bool merge_killed(const char *dir, uint64_t nth)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct lt_fs_test *t = lt_fs_test_new();
        struct vault_config c = {.dir = dir, .fs = lt_fs_test_table(t)};
        struct lt_error err = {0};
        struct vault *v;
        lt_fs_test_fault(t, LT_FS_KILL, nth);
        _exit(vault_open(&c, &v, &err) || vault_pack(v, VAULT_SCHOOL, &err) ? 3 : 0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return false;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return true;
}

/* Packs are merged at rest, with nothing in the journal: a half-made one would be a copy that no erasure finds. */
static void a_merge_leaves_no_copy(void **state)
{
    char *base = pathf(*state, "base"), *work = pathf(*state, "work");
    make_vault(base);
    struct vault *v = open_vault(base);
    make_erasing(v);
    put_one(v, VAULT_SCHOOL, "more.json", "{}\n");
    assert_sh("cp -a %s %s", base, work); /* seven packs, before they are merged at the close */
    vault_close(v);
    vault_close(open_vault(work));
    unsigned kills = 0;
    assert_sh("rm -rf %s && mv %s %s", base, work, base);
    for (bool whole = false; !whole; kills++) {
        assert_sh("rm -rf %s && cp -a %s %s", work, base, work);
        whole = merge_killed(work, kills + 1);
        v = open_vault(work);
        assert_checked(v, VAULT_SCHOOL);
        vault_close(v);
        assert_sound(work);
    }
    assert_true(kills > 10);
    free(work);
    free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {MEMORY_TEST(killed_anywhere_it_goes_on), MEMORY_TEST(a_merge_leaves_no_copy)};
    if (getenv("ONLY")) cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
