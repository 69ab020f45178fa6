#include "vaulted.h"

static char *folder(void **state)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    return dir;
}

static void a_change_is_there_at_once_and_after_reopening(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    nth_id(1, id);
    put_one(v, id, "pupil.json", "{}\n");
    put_one(v, id, "entries/2026/a/entry.json", "{\"a\": 1}\n");
    assert_text(v, id, "pupil.json", "{}\n");
    assert_text(v, id, "entries/2026/a/entry.json", "{\"a\": 1}\n");
    assert_text(v, id, "entries/2026/b/entry.json", NULL);
    vault_close(v);
    assert_settled(dir);
    v = open_vault(dir);
    assert_text(v, id, "entries/2026/a/entry.json", "{\"a\": 1}\n");
    vault_close(v);
    assert_sound(dir);
    assert_sh("git -C %s/portfolios/*/%s.git -c gpg.ssh.allowedSignersFile=%s/keys/allowed_signers "
              "verify-commit main "
              "main~1 2>/dev/null",
              dir, id, dir);
    assert_sh("test \"$(git -C %s/portfolios/*/%s.git log "
              "--format='%%an|%%ae|%%cn|%%ce|%%s|%%(trailers:key=Use-Case,valueonly,separator=)' -1)\" = "
              "'guardian|%s|letopis|letopis@" SCHOOL_ID "|put|entry.add'",
              dir, id, guardian.email);
    free(dir);
}

static int count_items(void *user, const struct vault_item *item)
{
    struct lt_buf *b = user;
    lt_buf_addf(b, "%s%s;", item->path, item->oid ? "" : "-");
    return 0;
}

static void a_transaction_sees_its_own_changes(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    struct lt_buf b = LT_BUF_INIT(4096);
    nth_id(1, id);
    put_one(v, id, "entries/2026/a/entry.json", "one");
    struct vault_tx *tx = begin(v, id);
    put(tx, id, "entries/2026/b/entry.json", "two");
    put(tx, id, "entries/2026/a.b/entry.json", "three");
    ok(vault_tx_copy(tx, id, "entries/2026/a/entry.json", "entries/2026/a/verified.json", &err), &err);
    ok(vault_tx_remove(tx, id, "entries/2026/a/entry.json", &err), &err);
    assert_false(vault_tx_has(tx, id, "entries/2026/a/entry.json"));
    assert_false(vault_tx_has(tx, id, "entries/2026/a"));
    assert_true(vault_tx_has(tx, id, "entries/2026/a/verified.json"));
    ok(vault_tx_read(tx, id, "entries/2026/b/entry.json", &b, &err), &err);
    ok(vault_tx_read(tx, id, "entries/2026/a/verified.json", &b, &err), &err);
    assert_string_equal(b.data, "twoone");
    assert_int_equal(vault_tx_read(tx, id, "entries/2026/a/entry.json", &b, &err), LT_NOTFOUND);
    assert_int_equal(vault_tx_read(tx, id, "entries/2026", &b, &err), LT_NOTFOUND);
    assert_int_equal(vault_tx_remove(tx, id, "entries/2026/zz", &err), LT_NOTFOUND);
    lt_buf_reset(&b);
    ok(vault_tx_walk(tx, id, "entries", count_items, &b, &err), &err);
    assert_string_equal(
        b.data, "entries/2026/a.b/entry.json;entries/2026/a/verified.json;entries/2026/b/entry.json;");
    assert_text(v, id, "entries/2026/b/entry.json", NULL); /* nobody else sees it yet */
    const struct vault_result *r;
    struct vault_message m = saying("several");
    ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
    assert_int_equal(r->moved_len, 1);
    assert_int_equal(strlen(r->moved[0].old_head), 40);
    assert_int_equal(r->changes_len, 4);
    assert_string_equal(r->changes[0].path, "entries/2026/a.b/entry.json");
    assert_string_equal(r->changes[1].path, "entries/2026/a/entry.json");
    assert_null(r->changes[1].oid);
    assert_string_equal(r->changes[2].path, "entries/2026/a/verified.json");
    assert_memory_equal(r->changes[2].data, "one", 4);
    assert_memory_equal(r->changes[3].data, "two", 4);
    vault_tx_end(tx);
    lt_buf_free(&b);
    lt_error_clear(&err);
    vault_close(v);
    assert_sound(dir);
    free(dir);
}

static void nothing_changed_writes_nothing(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE], before[VAULT_OID], after[VAULT_OID];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    const struct vault_result *r;
    struct vault_message m = saying("again");
    nth_id(1, id);
    put_one(v, id, "pupil.json", "{}\n");
    ok(vault_head(v, id, before, &err), &err);
    struct vault_tx *tx = begin(v, id);
    put(tx, id, "pupil.json", "{}\n");
    put(tx, id, "goals/x.json", "gone again");
    ok(vault_tx_remove(tx, id, "goals/x.json", &err), &err);
    ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
    assert_int_equal(r->moved_len, 0);
    assert_int_equal(r->changes_len, 0);
    vault_tx_end(tx);
    ok(vault_head(v, id, after, &err), &err);
    assert_string_equal(before, after);
    vault_close(v);
    free(dir);
}

static void without_a_commit_nothing_remains(void **state)
{
    char *dir = folder(state), a[LT_ID_SIZE], b[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    struct vault_stored stored;
    nth_id(1, a);
    nth_id(2, b);
    put_one(v, a, "pupil.json", "{}\n");
    const char *both[] = {b, a, b};
    struct vault_tx *tx;
    ok(vault_tx_begin(v, &guardian, both, 3, &tx, &err), &err);
    ok(put_bytes(tx, a, "entries/2026/x/files/01.pdf", 100000, 1, &stored, &err), &err);
    ok(put_bytes(tx, b, "entries/2026/x/files/01.pdf", 100000, 2, &stored, &err), &err);
    put(tx, b, "pupil.json", "{}\n");
    vault_tx_end(tx);
    assert_sh("! find %s -name '*%s*' | grep .", dir, b);
    assert_sh("! find %s/portfolios -path '*objects/[0-9a-f]*/*' | grep .", dir);
    assert_sound(dir);
    assert_int_equal(vault_head(v, b, (char[VAULT_OID]){0}, &err), LT_NOTFOUND);
    vault_close(v);
    lt_error_clear(&err);
    free(dir);
}

static void files_are_read_back_at_any_place(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    struct vault_stored stored;
    enum { SIZE = 300000 };
    static unsigned char want[SIZE], got[SIZE];
    nth_id(1, id);
    fill(want, SIZE, 7);
    for (int round = 0; round < 2; round++) { /* the second time the content is there already */
        struct vault_tx *tx = begin(v, id);
        ok(put_bytes(tx, id, round ? "entries/2026/y/files/01.jpg" : "entries/2026/x/files/01.jpg", SIZE, 7,
                     &stored, &err),
           &err);
        ok(put_bytes(tx, id, round ? "entries/2026/y/files/02.jpg" : "entries/2026/x/files/02.jpg", SIZE, 7,
                     &stored, &err),
           &err);
        assert_int_equal(stored.size, SIZE);
        const struct vault_result *r;
        struct vault_message m = saying("file");
        ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
        assert_int_equal(r->changes_len, 2);
        assert_null(r->changes[0].data);
        assert_string_equal(r->changes[0].oid, stored.oid);
        vault_tx_end(tx);
    }
    struct vault_snapshot *s;
    struct vault_file *f;
    ok(vault_snapshot_open(v, id, NULL, &s, &err), &err);
    ok(vault_file_open(s, "entries/2026/y/files/02.jpg", &f, &err), &err);
    assert_int_equal(vault_file_size(f), SIZE);
    assert_int_equal(vault_file_pread(f, got, SIZE, 0, &err), SIZE);
    assert_memory_equal(got, want, SIZE);
    assert_int_equal(vault_file_pread(f, got, 10, 65530, &err), 10);
    assert_memory_equal(got, want + 65530, 10);
    vault_file_close(f);
    assert_int_equal(vault_file_open(s, "entries/2026/y/files", &f, &err), LT_NOTFOUND);
    vault_snapshot_close(s);
    vault_close(v);
    lt_error_clear(&err);
    assert_sound(dir);
    assert_sh("test $(find %s/portfolios -path '*objects/[0-9a-f]*/*' | wc -l) = 1", dir);
    free(dir);
}

static void copies_of_files_cost_nothing_and_carry_no_bytes(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    struct vault_stored stored;
    const struct vault_result *r;
    struct vault_message m = saying("copy");
    nth_id(1, id);
    struct vault_tx *tx = begin(v, id);
    ok(put_bytes(tx, id, "a/01.jpg", 5000, 7, &stored, &err), &err);
    commit_end(tx, "file");
    tx = begin(v, id);
    ok(vault_tx_copy(tx, id, "a/01.jpg", "b/01.jpg", &err), &err);
    assert_int_equal(vault_tx_copy(tx, id, "a", "c", &err), LT_NOTFOUND);
    ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
    assert_int_equal(r->changes_len, 1);
    assert_null(r->changes[0].data);
    assert_string_equal(r->changes[0].oid, stored.oid);
    vault_tx_end(tx);
    vault_close(v);
    lt_error_clear(&err);
    assert_sound(dir);
    free(dir);
}

static void paths_are_judged(void **state)
{
    static const char *const bad[] = {"",         "/a",          "a/",   "a//b", ".",    "..",
                                      "a/../b",   ".git/config", "a/.b", "-a",   "a/-b", "a b",
                                      "\xd0\xb0", "a\nb",        "a\\b", "a:b",  "a*"};
    static const char *const good[] = {"a", "a/b", "_x", "a..b", "A-Z.0_9/b.json"};
    char *dir = folder(state), id[LT_ID_SIZE], longest[300];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    nth_id(1, id);
    struct vault_tx *tx = begin(v, id);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(vault_tx_put(tx, id, bad[i], "x", 1, &err), LT_USAGE);
        assert_string_equal(err.code, "vault.bad_path");
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(vault_tx_put(tx, id, good[i], "x", 1, &err),
                         i == 1 ? LT_USAGE : 0); /* a is a file by then */
    memset(longest, 'a', sizeof longest);
    longest[255] = 0;
    ok(vault_tx_put(tx, id, longest, "x", 1, &err), &err);
    longest[255] = 'a';
    longest[256] = 0;
    assert_int_equal(vault_tx_put(tx, id, longest, "x", 1, &err), LT_USAGE);
    assert_int_equal(vault_tx_put(tx, id, "A-Z.0_9", "x", 1, &err), LT_USAGE);
    assert_string_equal(err.code, "vault.path_taken");
    assert_int_equal(vault_tx_put(tx, "0198f3a2-0000-7000-8000-000000000009", "a", "x", 1, &err), LT_USAGE);
    assert_string_equal(err.code, "vault.not_locked");
    const char *bad_repo = "../../etc";
    struct vault_tx *none;
    assert_int_equal(vault_tx_begin(v, &guardian, &bad_repo, 1, &none, &err), LT_USAGE);
    commit_end(tx, "paths");
    vault_close(v);
    lt_error_clear(&err);
    assert_sound(dir);
    free(dir);
}

static void time_never_runs_backwards(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE];
    int64_t now = 1790000000000;
    struct lt_clock clock = still_clock(&now);
    struct vault *v = open_with(dir, NULL, &clock);
    nth_id(1, id);
    put_one(v, id, "pupil.json", "1");
    now -= 5000000;
    put_one(v, id, "pupil.json", "2");
    vault_close(v);
    v = open_with(dir, NULL, &clock); /* the parent's time is read from its commit now */
    put_one(v, id, "pupil.json", "3");
    vault_close(v);
    assert_sh("test \"$(git -C %s/portfolios/*/%s.git log --format='%%at %%ct' main | tr '\\n' ' ')\" = "
              "'1789995000 1790000000 1789995000 1790000000 1790000000 1790000000 '",
              dir, id);
    free(dir);
}

static void several_commits_in_one_pack(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE], path[100];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    const struct vault_result *r;
    nth_id(1, id);
    struct vault_tx *tx = begin(v, id);
    for (int i = 0; i < 50; i++) {
        struct vault_message m = saying("entry");
        snprintf(path, sizeof path, "entries/2026/e%02d/entry.json", (i * 37) % 50);
        put(tx, id, path, path);
        ok(vault_tx_seal(tx, id, &m, &err), &err);
        ok(vault_tx_seal(tx, id, &m, &err), &err); /* nothing new: no commit */
    }
    ok(vault_tx_commit(tx, NULL, NULL, 0, &r, &err), &err);
    assert_int_equal(r->changes_len, 50);
    vault_tx_end(tx);
    assert_text(v, id, "entries/2026/e07/entry.json", "entries/2026/e07/entry.json");
    vault_close(v);
    assert_sound(dir);
    assert_sh("cd %s/portfolios/*/%s.git && test $(git rev-list --count main) = 50 && test $(ls "
              "objects/pack/*.pack | wc -l) = 1",
              dir, id);
    free(dir);
}

static void a_foreign_git_is_noticed(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    const struct vault_result *r;
    struct vault_message m = saying("mine");
    nth_id(1, id);
    put_one(v, id, "pupil.json", "1");
    put_one(v, id, "pupil.json", "2");
    struct vault_tx *tx = begin(v, id);
    put(tx, id, "pupil.json", "3");
    assert_sh("git -C %s/portfolios/*/%s.git update-ref refs/heads/main main~1", dir, id);
    assert_int_equal(vault_tx_commit(tx, &m, NULL, 0, &r, &err), LT_CONFLICT);
    assert_string_equal(err.code, "vault.head_moved");
    vault_tx_end(tx);
    assert_text(v, id, "pupil.json", "1");
    put_one(v, id, "pupil.json", "4");
    assert_sh("touch $(echo %s/portfolios/*/%s.git)/refs/heads/main.lock", dir, id);
    tx = begin(v, id);
    put(tx, id, "pupil.json", "5");
    assert_int_equal(vault_tx_commit(tx, &m, NULL, 0, &r, &err), LT_CONFLICT);
    assert_string_equal(err.code, "vault.ref_locked");
    vault_tx_end(tx);
    assert_sh("rm %s/portfolios/*/%s.git/refs/heads/main.lock", dir, id); /* left alone by us */
    put_one(v, id, "pupil.json", "6");
    assert_text(v, id, "pupil.json", "6");
    vault_close(v);
    lt_error_clear(&err);
    assert_sound(dir);
    free(dir);
}

static void what_is_too_large_is_refused(void **state)
{
    char *dir = folder(state), id[LT_ID_SIZE];
    struct vault *v = open_vault(dir);
    struct lt_error err = {0};
    struct vault_stored stored;
    nth_id(1, id);
    struct vault_tx *tx = begin(v, id);
    char *big = calloc(1, VAULT_TEXT_MAX + 1);
    assert_int_equal(vault_tx_put(tx, id, "a", big, VAULT_TEXT_MAX + 1, &err), LT_REFUSED);
    free(big);
    int fd = open("/dev/zero", O_RDONLY);
    assert_int_equal(vault_tx_put_file(tx, id, "f", fd, 70000, &stored, &err), LT_REFUSED);
    assert_string_equal(err.code, "file.too_large");
    close(fd);
    put(tx, id, "pupil.json", "still usable");
    commit_end(tx, "x");
    vault_close(v);
    lt_error_clear(&err);
    assert_sound(dir);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_change_is_there_at_once_and_after_reopening),
        SCRATCH_TEST(a_transaction_sees_its_own_changes),
        SCRATCH_TEST(nothing_changed_writes_nothing),
        SCRATCH_TEST(without_a_commit_nothing_remains),
        SCRATCH_TEST(files_are_read_back_at_any_place),
        SCRATCH_TEST(copies_of_files_cost_nothing_and_carry_no_bytes),
        SCRATCH_TEST(paths_are_judged),
        SCRATCH_TEST(time_never_runs_backwards),
        SCRATCH_TEST(several_commits_in_one_pack),
        SCRATCH_TEST(a_foreign_git_is_noticed),
        SCRATCH_TEST(what_is_too_large_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
