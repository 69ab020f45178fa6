/* The plug is pulled after the nth operation: only what was flushed is surely on the disk. */
#include "vault_scenarios.h"

static void pull_at(void **state, const struct scenario *s, uint64_t n, unsigned seeds, uint64_t *calls)
{
    char *dir = scenario_copy(*state, "base", "work");
    struct lt_fs_test *t = lt_fs_test_new();
    struct vault_config c = {.dir = dir, .fs = lt_fs_test_table(t)};
    struct lt_error err = {0};
    struct vault *v = NULL;
    int acknowledged = 0;
    assert_int_equal(lt_fs_test_record(t, dir), 0);
    lt_fs_test_fault(t, LT_FS_FAIL, n);
    int rc = vault_open(&c, &v, &err);
    while (rc == 0 && acknowledged < s->steps)
        if ((rc = s->run(v, acknowledged, &err)) == 0) acknowledged++;
    *calls = lt_fs_test_calls(t);
    if (n == 0) /* what the journal carried must be on disk before it goes */
        ok(vault_settle(v, &err), &err);
    for (unsigned seed = 1; seed <= seeds; seed++) {
        assert_sh("rm -rf %s/lost && mkdir %s/lost", (char *)*state, (char *)*state);
        char *lost = pathf(*state, "lost");
        assert_int_equal(lt_fs_test_power_loss(t, lost, seed + n * 100), 0);
        scenario_verify(s, lost, acknowledged, false, (n + seed) % 7 == 0);
        free(lost);
    }
    vault_close(v);
    lt_fs_test_free(t);
    free(dir);
}

static void pull_at_many(void **state, const struct scenario *s, unsigned wanted, unsigned seeds)
{
    uint64_t calls, unused;
    unsigned pulls = 0;
    scenario_base(s, *state);
    pull_at(state, s, 0, seeds + 1, &calls);
    for (uint64_t n = 1; n <= calls; n += calls <= wanted ? 1 : calls / wanted + n % 3, pulls++)
        pull_at(state, s, n, seeds, &unused);
    print_message("%s: %u power losses with %u seeds over %llu operations\n", s->name, pulls, seeds,
                  (unsigned long long)calls);
}

/* The first number: at how many operations. */
static void pull_often(void **state, const struct scenario *s, unsigned wanted)
{
    pull_at_many(state, s, wanted, wanted > 5 ? 2 : 1);
}

SCENARIO_MAIN(pull_often, 30, 9, 3, 3, 9)
