/* Taking a pupil out of the store: nothing is left of one, nothing is lost of the others, and git finds all of it in order. */
#include "erasing.h"

static int64_t at = 1790000000000;

static struct vault *make(void **state, char **dir)
{
    static struct lt_clock clock;
    *dir = pathf(*state, "data");
    make_vault(*dir);
    clock = still_clock(&at);
    struct vault *v = open_with(*dir, NULL, &clock);
    make_erasing(v);
    return v;
}

#define LOG "git -C %s/school.git log --reverse --format="

static void a_rewritten_history_keeps_authors_and_says_so(void **state)
{
    char *dir;
    uint64_t commits = 0;
    struct lt_error err = {0};
    struct vault *v = make(state, &dir);
    assert_sh(LOG "'%%H' > %s/before && " LOG "'%%an %%ae %%at %%s' > %s/authors", dir, dir, dir, dir);
    char *tree_before = head_text(v, VAULT_SCHOOL, "events/e1/event.json");
    at += 86400000;
    ok(erase_all(v, &commits, &err), &err);
    assert_int_equal(commits, 5); /* all but the first, which names nobody */
    assert_checked(v, VAULT_SCHOOL);
    assert_text(v, VAULT_SCHOOL, "events/e1/event.json", tree_before);
    assert_text(v, VAULT_SCHOOL, "classes/2026/c.json", "{\"name\": \"9А\"}\n");
    free(tree_before);
    assert_sound(dir);
    assert_sh(LOG "'%%an %%ae %%at %%s' | cmp - %s/authors", dir, dir);
    assert_sh("test \"$(" LOG "'%%H' | head -1)\" = \"$(head -1 %s/before)\"", dir, dir);
    assert_sh("test $(" LOG "'%%(trailers:key=Rewritten,valueonly)' | grep -c " ERASURE ") = 5", dir);
    assert_sh("test $(" LOG "'%%ct' | tail -5 | sort -u) = %lld", dir, (long long)(at / 1000));
    assert_sh("test $(" LOG "'%%(trailers:key=Use-Case,valueonly)' | grep -c entry.add) = 6", dir);
    assert_sh("for c in $(" LOG "%%H); do git -C %s/school.git -c gpg.format=ssh -c gpg.ssh.allowedSignersFile=%s/keys/allowed_signers verify-commit $c "
              ">/dev/null 2>&1 || exit 1; done", dir, dir, dir);
    assert_sh("! git -C %s/school.git cat-file -e $(sed -n 2p %s/before) 2>/dev/null", dir, dir);
    assert_no_trace(dir, true);
    /* the photo went with the person, that of the event stayed */
    assert_sh("test $(find %s/school.git/objects/?? -type f | wc -l) = 1", dir);
    put_one(v, VAULT_SCHOOL, "after.json", "{}\n");
    vault_close(v);
    v = open_vault(dir);
    assert_checked(v, VAULT_SCHOOL);
    assert_no_trace(dir, true);
    vault_close(v);
    free(dir);
}

static void what_names_nobody_is_not_rewritten(void **state)
{
    char *dir, before[VAULT_OID], after[VAULT_OID];
    uint64_t commits = 1;
    struct lt_error err = {0};
    struct vault *v = make(state, &dir);
    ok(erase_all(v, &commits, &err), &err);
    ok(vault_head(v, VAULT_SCHOOL, before, &err), &err);
    ok(erase_all(v, &commits, &err), &err);
    assert_int_equal(commits, 0);
    ok(vault_head(v, VAULT_SCHOOL, after, &err), &err);
    assert_string_equal(before, after);
    ok(vault_rewrite(v, STAYS, &erasing, &commits, &err), &err);
    assert_int_equal(commits, 0);
    vault_close(v);
    free(dir);
}

static int count_object(void *user, const char *object)
{
    assert_int_equal(strlen(object), 40);
    ++*(int *)user;
    return 0;
}

static void an_erased_portfolio_is_absent_for_good(void **state)
{
    char *dir;
    int objects = 0;
    const char *repo = ERASED;
    struct vault_tx *tx = NULL, *late = NULL;
    struct lt_error err = {0};
    struct vault *v = make(state, &dir);
    assert_sh("cp -a %s/portfolios/cd %s/kept", dir, dir);
    ok(vault_tx_begin_unlocked(v, &guardian, &repo, 1, &late, &err), &err);
    put(late, ERASED, "goals/late.json", "{}\n");
    ok(vault_erase(v, ERASED, count_object, &objects, &err), &err);
    assert_int_equal(objects, 1 + 1 + 4 + 1 + 1); /* the scan, the document, four folders, the root, the commit */
    assert_null(head_text(v, ERASED, "pupil.json"));
    assert_int_equal(vault_tx_begin(v, &guardian, &repo, 1, &tx, &err), LT_NOTFOUND);
    struct vault_message m = saying("late");
    const struct vault_result *r;
    assert_int_equal(vault_tx_commit(late, &m, NULL, 0, &r, &err), LT_NOTFOUND);
    vault_tx_end(late);
    lt_error_clear(&err);
    ok(vault_erase(v, ERASED, count_object, &objects, &err), &err);
    ok(vault_settle(v, &err), &err);
    assert_sh("! find %s -path '*" ERASED "*' | grep .", dir);
    assert_sh("diff -r %s/kept %s/portfolios/cd && rm -rf %s/kept", dir, dir, dir);
    assert_text(v, STAYS, "pupil.json", "{\"name\": \"Осинин\"}\n");
    vault_close(v);
    v = open_vault(dir);
    assert_null(head_text(v, ERASED, "pupil.json"));
    assert_checked(v, STAYS);
    vault_close(v);
    free(dir);
}

/* Somebody's own git packed it with deltas, tagged and logged it: none of that keeps anything. */
static void a_strangers_references_and_packs_keep_nothing(void **state)
{
    char *dir;
    uint64_t commits = 0;
    struct lt_error err = {0};
    struct vault *v = make(state, &dir);
    vault_close(v);
    assert_sh("cd %s/school.git && git tag old main~1 && git branch side main~2 && git repack -adfq --depth=50 && git pack-refs --all && "
              "mkdir -p logs/refs/heads && echo x > logs/refs/heads/main && git commit-graph write 2>/dev/null", dir);
    v = open_vault(dir);
    ok(erase_all(v, &commits, &err), &err);
    assert_int_equal(commits, 5);
    assert_checked(v, VAULT_SCHOOL);
    vault_close(v);
    assert_sound(dir);
    assert_sh("test \"$(git -C %s/school.git for-each-ref --format='%%(refname)')\" = refs/heads/main", dir);
    assert_no_trace(dir, true);
    free(dir);
}

static void the_school_itself_cannot_be_erased(void **state)
{
    char *dir;
    struct lt_error err = {0};
    struct vault *v = make(state, &dir);
    assert_int_equal(vault_erase(v, VAULT_SCHOOL, NULL, NULL, &err), LT_USAGE);
    assert_int_equal(vault_erase(v, "../school", NULL, NULL, &err), LT_USAGE);
    lt_error_clear(&err);
    vault_close(v);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_rewritten_history_keeps_authors_and_says_so), SCRATCH_TEST(what_names_nobody_is_not_rewritten),
        SCRATCH_TEST(an_erased_portfolio_is_absent_for_good),        SCRATCH_TEST(a_strangers_references_and_packs_keep_nothing),
        SCRATCH_TEST(the_school_itself_cannot_be_erased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
