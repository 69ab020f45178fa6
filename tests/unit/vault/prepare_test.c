/* Transactions that begin without locks. */
#include "vaulted.h"

#include "vault/state.h"

#include <sys/wait.h>

static char *folder(void **state)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    return dir;
}

struct again {
    struct vault_tx *tx;
    char seen[200];
    int rc;
};

static int write_again(void *user, const char *repo, struct lt_error *err)
{
    struct again *a = user;
    size_t n = strlen(a->seen);
    snprintf(a->seen + n, sizeof a->seen - n, "%s;", repo);
    return a->rc ? a->rc : vault_tx_put(a->tx, repo, "pupil.json", "again\n", 6, err);
}

static struct vault_tx *unlocked(struct vault *v, const char *a, const char *b)
{
    const char *repos[] = {b, a};
    struct lt_error err = {0};
    struct vault_tx *tx = NULL;
    ok(vault_tx_begin_unlocked(v, &guardian, repos, 2, &tx, &err), &err);
    put(tx, a, "pupil.json", "new\n");
    put(tx, b, "pupil.json", "new\n");
    return tx;
}

static void only_what_moved_is_made_again(void **state)
{
    char *dir = folder(state), a[LT_ID_SIZE], b[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    struct vault_message m = saying("both");
    const struct vault_result *r;
    nth_id(1, a);
    nth_id(2, b);
    put_one(v, a, "entry.json", "1\n");
    put_one(v, b, "entry.json", "1\n");
    struct vault_tx *tx = unlocked(v, a, b);
    put_one(v, a, "entry.json", "2\n"); /* nobody waits */
    ok(vault_tx_prepare(tx, &m, &err), &err);
    put_one(v, b, "other.json", "3\n");
    assert_int_equal(vault_tx_put(tx, a, "late.json", "x", 1, &err), LT_USAGE);
    struct again again = {.tx = tx};
    ok(vault_tx_lock(tx, write_again, &again, &err), &err);
    char expected[100];
    snprintf(expected, sizeof expected, "%s;%s;", a, b);
    assert_string_equal(again.seen, expected);
    ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
    assert_int_equal(r->moved_len, 2);
    assert_int_equal(r->changes_len, 2); /* what others wrote meanwhile is not ours */
    vault_tx_end(tx);
    assert_text(v, a, "pupil.json", "again\n");
    assert_text(v, a, "entry.json", "2\n");
    assert_text(v, b, "pupil.json", "again\n");
    assert_text(v, b, "other.json", "3\n");
    tx = unlocked(v, a, b);
    put(tx, a, "pupil.json", "once more\n");
    ok(vault_tx_prepare(tx, &m, &err), &err);
    put_one(v, b, "other.json", "4\n");
    again = (struct again){.tx = tx};
    ok(vault_tx_lock(tx, write_again, &again, &err), &err);
    snprintf(expected, sizeof expected, "%s;", b);
    assert_string_equal(again.seen, expected);
    ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
    vault_tx_end(tx);
    assert_text(v, a, "pupil.json", "once more\n");
    assert_text(v, b, "other.json", "4\n");
    vault_close(v);
    assert_settled(dir);
    assert_sound(dir);
    free(dir);
}

static void what_is_refused_leaves_nothing(void **state)
{
    char *dir = folder(state), a[LT_ID_SIZE], b[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    struct vault_message m = saying("both");
    const struct vault_result *r;
    nth_id(1, a);
    nth_id(2, b);
    put_one(v, a, "entry.json", "1\n");
    /* b is new; a moves */
    struct vault_tx *tx = unlocked(v, a, b);
    ok(vault_tx_prepare(tx, &m, &err), &err);
    put_one(v, a, "entry.json", "2\n");
    assert_int_equal(vault_tx_commit(tx, &m, NULL, 0, &r, &err), LT_CONFLICT);
    assert_string_equal(err.code, "vault.head_moved");
    vault_tx_end(tx);
    tx = unlocked(v, a, b);
    ok(vault_tx_prepare(tx, &m, &err), &err);
    put_one(v, a, "entry.json", "3\n");
    struct again again = {.tx = tx, .rc = LT_REFUSED};
    assert_int_equal(vault_tx_lock(tx, write_again, &again, &err), LT_REFUSED);
    assert_int_not_equal(vault_tx_commit(tx, &m, NULL, 0, &r, &err), 0);
    vault_tx_end(tx);
    /* and one that is given up before it had a lock */
    tx = unlocked(v, a, b);
    ok(vault_tx_prepare(tx, &m, &err), &err);
    vault_tx_end(tx);
    lt_error_clear(&err);
    assert_text(v, a, "pupil.json", NULL);
    assert_sh("test $(find %s/portfolios -name '*.git' | wc -l) = 1", dir);
    assert_sh("test -z \"$(find %s/portfolios -name 'tmp*' -o -name '*.lock')\"", dir);
    put_one(v, b, "pupil.json", "{}\n"); /* nothing is in the way */
    vault_close(v);
    assert_settled(dir);
    assert_sound(dir);
    free(dir);
}

/* A portfolio that both would make: the second finds it made. */
static void born_meanwhile(void **state)
{
    char *dir = folder(state), a[LT_ID_SIZE], b[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    struct vault_message m = saying("both");
    const struct vault_result *r;
    nth_id(1, a);
    nth_id(2, b);
    struct vault_tx *tx = unlocked(v, a, b);
    ok(vault_tx_prepare(tx, &m, &err), &err);
    put_one(v, a, "entry.json", "1\n");
    struct again again = {.tx = tx};
    ok(vault_tx_lock(tx, write_again, &again, &err), &err);
    ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
    vault_tx_end(tx);
    assert_text(v, a, "entry.json", "1\n");
    assert_text(v, a, "pupil.json", "again\n");
    assert_text(v, b, "pupil.json", "new\n");
    /* a transaction that is given up does not take away what another made of its folder */
    char c[LT_ID_SIZE];
    nth_id(3, c);
    tx = unlocked(v, a, c);
    ok(vault_tx_prepare(tx, &m, &err), &err);
    put_one(v, c, "entry.json", "1\n");
    vault_tx_end(tx);
    assert_text(v, c, "entry.json", "1\n");
    vault_close(v);
    assert_sound(dir);
    free(dir);
}

/* Prepared before the journal went on to its next file, into which somebody wrote to one of the portfolios: after a kill both are replayed in the order in
 * which they were accepted. */
static void a_switch_of_the_journal_in_between(void **state)
{
    char *dir = folder(state), a[LT_ID_SIZE], b[LT_ID_SIZE];
    nth_id(1, a);
    nth_id(2, b);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct vault *v = open_vault(dir);
        struct lt_error err = {0};
        struct vault_message m = saying("both");
        const struct vault_result *r;
        put_one(v, b, "entry.json", "1\n");
        struct vault_tx *tx = unlocked(v, a, b);
        ok(vault_tx_prepare(tx, &m, &err), &err);
        journal_switch(v->journal);
        put_one(v, b, "other.json", "2\n");
        struct again again = {.tx = tx};
        ok(vault_tx_lock(tx, write_again, &again, &err), &err);
        ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
        vault_tx_end(tx);
        _exit(0); /* as killed: nothing is settled */
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct vault *v = open_vault(dir);
    assert_text(v, a, "pupil.json", "new\n");
    assert_text(v, b, "pupil.json", "again\n");
    assert_text(v, b, "other.json", "2\n");
    vault_close(v);
    assert_sound(dir);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(only_what_moved_is_made_again),
        SCRATCH_TEST(what_is_refused_leaves_nothing),
        SCRATCH_TEST(born_meanwhile),
        SCRATCH_TEST(a_switch_of_the_journal_in_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
