/* The disk refuses the nth operation and all after it, then works again. A change is accepted and stays, or
 * it is not there at all; the vault can be used afterwards, if need be after it was opened anew. */
#include "vault_scenarios.h"

struct outcome {
    int acknowledged; /* steps that were */
    bool unsure;      /* the next one may be there or not, as its error said */
    bool hit;         /* the fault came */
};

static int run_refused(const struct scenario *s, struct vault *v, struct outcome *o)
{
    struct lt_error err = {0};
    int rc = 0;
    while (rc == 0 && o->acknowledged < s->steps) {
        rc = s->run(v, o->acknowledged, &err);
        if (rc == 0) o->acknowledged++;
    }
    o->unsure = rc != 0 && strcmp(err.code, "vault.unsure") == 0;
    if (rc != 0 && rc != LT_SYSTEM) fail_msg("%s: refused with %d %s", s->name, rc, err.code);
    lt_error_clear(&err);
    return rc;
}

static struct outcome refuse_at(const char *root, const struct scenario *s, uint64_t n)
{
    char *dir = scenario_copy(root, "base", "work"), id[LT_ID_SIZE];
    struct lt_fs_test *t = lt_fs_test_new();
    struct vault_config c = {.dir = dir, .fs = lt_fs_test_table(t)};
    struct lt_error err = {0};
    struct outcome o = {0};
    struct vault *v = NULL;
    lt_fs_test_fault(t, LT_FS_FAIL, n);
    if (vault_open(&c, &v, &err) == 0) {
        int rc = run_refused(s, v, &o);
        o.hit = rc != 0 || lt_fs_test_calls(t) >= n;
        lt_fs_test_fault(t, LT_FS_FAIL, 0);
        const char *repo = nth_id(0, id);
        struct vault_tx *tx = NULL;
        int after = vault_tx_begin(v, &guardian, &repo, 1, &tx, &err);
        if (after == 0) { /* still in use: what failed is not seen and writing works */
            for (int i = 0; i < s->steps; i++)
                assert_int_equal(s->look(v, i), i < o.acknowledged ? WHOLE : ABSENT);
            put(tx, id, "goals/next.json", "next");
            commit_end(tx, "next");
            assert_false(o.unsure);
        } else {
            assert_string_equal(err.code, "vault.reopen");
        }
        vault_close(v);
    } else {
        o.hit = true;
    }
    lt_error_clear(&err);
    scenario_verify(s, dir, o.acknowledged, !o.unsure, n % 5 == 0);
    lt_fs_test_free(t);
    free(dir);
    return o;
}

static void refuse_until_done(void **state, const struct scenario *s, unsigned step)
{
    unsigned unsure = 0, tried = 0;
    scenario_base(s, *state);
    for (uint64_t n = 1;; n += step + n % (step > 1 ? 3 : 1)) {
        struct outcome o = refuse_at(*state, s, n);
        if (!o.hit) break;
        tried++;
        unsure += o.unsure;
    }
    print_message("%s: %u refusals, %u left open\n", s->name, tried, unsure);
}

SCENARIO_MAIN(refuse_until_done, 1, 24, 1300, 1300, 24)
