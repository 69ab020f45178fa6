#include "vaulted.h"

#include <sys/file.h>

static void a_folder_is_made_once(void **state)
{
    char *dir = pathf(*state, "data");
    struct vault_config c = {.dir = dir};
    struct lt_error err = {0};
    struct vault *v = NULL;
    assert_int_equal(vault_open(&c, &v, &err), LT_NOTFOUND);
    assert_string_equal(err.code, "vault.absent");
    assert_int_equal(vault_create(&c, "a b", &err), LT_USAGE);
    assert_int_equal(vault_create(&c, "-x", &err), LT_USAGE);
    assert_int_equal(vault_create(&c, "", &err), LT_USAGE);
    ok(vault_create(&c, SCHOOL_ID, &err), &err);
    assert_int_equal(vault_create(&c, SCHOOL_ID, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.exists");
    assert_sh("cd %s && test -d journal -a -d spool -a -d run -a -d cache -a -d portfolios && test $(stat -c "
              "%%a keys/signing) = 600 && "
              "test $(stat -c %%a .) = 700",
              dir);
    v = open_vault(dir);
    assert_string_equal(vault_installation(v), "letopis@" SCHOOL_ID);
    assert_string_equal(vault_school_id(v), SCHOOL_ID);
    assert_string_equal(vault_dir(v), dir);
    assert_true(lt_starts(vault_public_key(v), "ssh-ed25519 AAAA"));
    assert_sh(
        "ssh-keygen -y -f %s/keys/signing >/dev/null 2>&1 || true; grep -qF '%s' %s/keys/allowed_signers",
        dir, vault_public_key(v), dir);
    struct vault_config reading = {.dir = dir, .read_only = true};
    struct vault *r;
    ok(vault_open(&reading, &r, &err), &err);
    assert_string_equal(vault_public_key(r), vault_public_key(v));
    assert_string_equal(vault_fingerprint(r), vault_fingerprint(v));
    vault_close(r);
    vault_close(v);
    assert_sh("test -z \"$(ls -A %s/journal)\"", dir);
    lt_error_clear(&err);
    free(dir);
}

/* Interrupted at its nth operation, making it is begun anew and succeeds. */
static void making_can_be_interrupted(void **state)
{
    for (uint64_t n = 1;; n++) {
        char *dir = pathf(*state, "data");
        struct lt_fs_test *t = lt_fs_test_new();
        struct vault_config c = {.dir = dir, .fs = lt_fs_test_table(t)};
        struct lt_error err = {0};
        lt_fs_test_fault(t, LT_FS_FAIL, n);
        int rc = vault_create(&c, SCHOOL_ID, &err);
        bool hit = lt_fs_test_calls(t) >= n;
        assert_true(rc == 0 || rc == LT_SYSTEM);
        lt_fs_test_fault(t, LT_FS_FAIL, 0);
        lt_error_clear(&err);
        int again = vault_create(&c, SCHOOL_ID, &err);
        if (again != LT_REFUSED) ok(again, &err);
        lt_error_clear(&err);
        struct vault *v = open_vault(dir);
        put_one(v, VAULT_SCHOOL, "school.json", "{}");
        vault_close(v);
        assert_sound(dir);
        assert_sh("rm -rf %s", dir);
        lt_fs_test_free(t);
        free(dir);
        if (!hit) break;
    }
}

static void one_process_has_it(void **state)
{
    char *dir = pathf(*state, "data"), *lock = pathf(dir, "lock");
    struct lt_error err = {0};
    struct vault *v, *w;
    make_vault(dir);
    struct vault_config c = {.dir = dir, .lock_wait_ms = 60};
    fflush(NULL);
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t other = fork();
    if (other == 0) { /* another process holds it for a while */
        int fd = open(lock, O_RDWR);
        if (fd < 0 || flock(fd, LOCK_EX) != 0 || write(ready[1], "x", 1) != 1) _exit(1);
        usleep(400000);
        _exit(0);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    double from = seconds();
    assert_int_equal(vault_open(&c, &v, &err), LT_CONFLICT);
    assert_string_equal(err.code, "vault.locked");
    assert_true(seconds() - from >= 0.05);
    struct vault_config reading = {.dir = dir, .read_only = true};
    ok(vault_open(&reading, &w, &err), &err); /* reading needs no lock */
    vault_close(w);
    c.lock_wait_ms = 10000;
    ok(vault_open(&c, &v, &err), &err); /* waits until the other is gone */
    waitpid(other, NULL, 0);
    c.lock_wait_ms = 0;
    assert_int_equal(vault_open(&c, &w, &err), LT_CONFLICT); /* a second one in this process, too */
    vault_close(v);
    close(ready[0]);
    close(ready[1]);
    lt_error_clear(&err);
    free(lock);
    free(dir);
}

static void a_read_only_vault_writes_nothing(void **state)
{
    char *dir = pathf(*state, "data"), id[LT_ID_SIZE];
    struct lt_error err = {0};
    struct vault *w;
    make_vault(dir);
    nth_id(1, id);
    const char *repo = id;
    struct vault *v = open_vault(dir);
    put_one(v, id, "pupil.json", "1");
    struct vault_config reading = {.dir = dir, .read_only = true};
    ok(vault_open(&reading, &w, &err), &err);
    assert_text(w, id, "pupil.json", "1");
    put_one(v, id, "pupil.json", "2");
    assert_text(w, id, "pupil.json", "2"); /* reads the reference each time */
    struct vault_tx *tx;
    assert_int_equal(vault_tx_begin(w, &guardian, &repo, 1, &tx, &err), LT_SYSTEM);
    assert_string_equal(err.code, "vault.read_only");
    assert_int_equal(vault_settle(w, &err), LT_SYSTEM);
    assert_int_equal(vault_side_append(w, "x", 1, &err), LT_SYSTEM);
    vault_close(w);
    vault_close(v);
    lt_error_clear(&err);
    free(dir);
}

static void a_newer_folder_is_refused(void **state)
{
    char *dir = pathf(*state, "data");
    struct vault_config c = {.dir = dir};
    struct lt_error err = {0};
    struct vault *v;
    make_vault(dir);
    assert_sh("printf '[letopis]\\nformat = 2\\nschool = x\\n' > %s/letopis.conf", dir);
    assert_int_equal(vault_open(&c, &v, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.newer");
    assert_sh("printf '[letopis]\\nformat = 1\\n' > %s/letopis.conf", dir);
    assert_int_equal(vault_open(&c, &v, &err), LT_REFUSED);
    assert_string_equal(err.code, "config.value");
    assert_sh("printf '[letopis\\n' > %s/letopis.conf", dir);
    assert_int_equal(vault_open(&c, &v, &err), LT_REFUSED);
    assert_string_equal(err.code, "config.malformed");
    lt_error_clear(&err);
    free(dir);
}

struct listing {
    struct lt_buf b;
    int stop_at, n;
};

static int list_repo(void *user, const char *repo, const char *head)
{
    struct listing *l = user;
    lt_buf_addf(&l->b, "%s ", repo);
    assert_int_equal(strlen(head), 40);
    return ++l->n == l->stop_at ? 77 : 0;
}

static void repositories_are_listed_in_order(void **state)
{
    char *dir = pathf(*state, "data"), id[LT_ID_SIZE], want[2000] = "";
    struct lt_error err = {0};
    struct listing l = {.b = LT_BUF_INIT(100000)};
    make_vault(dir);
    struct vault *v = open_vault(dir);
    ok(vault_repos(v, list_repo, &l, &err), &err); /* the school has no commit yet */
    assert_int_equal(l.n, 0);
    for (int i = 19; i >= 0; i--)
        put_one(v, nth_id((unsigned)i * 7, id), "pupil.json", "{}");
    put_one(v, VAULT_SCHOOL, "school.json", "{}");
    strcat(want, VAULT_SCHOOL " ");
    for (unsigned i = 0; i < 20; i++)
        strcat(strcat(want, nth_id(i * 7, id)), " ");
    ok(vault_repos(v, list_repo, &l, &err), &err);
    assert_string_equal(l.b.data, want);
    l.n = 0;
    l.stop_at = 3;
    assert_int_equal(vault_repos(v, list_repo, &l, &err), 77);
    vault_close(v);
    assert_sh("mkdir -p %s/portfolios/zz/x.git %s/portfolios/00/0198f3a2-0007-7abc-8def-0123456.git", dir,
              dir);
    v = open_vault(dir);
    lt_buf_reset(&l.b);
    l.stop_at = 0;
    ok(vault_repos(v, list_repo, &l, &err), &err);
    assert_string_equal(l.b.data, want);
    vault_close(v);
    lt_buf_free(&l.b);
    free(dir);
}

static int add_item(void *user, const struct vault_item *item)
{
    lt_buf_addf(user, "%s%s;", item->oid ? "" : "-", item->path);
    return 0;
}

static void snapshots_stay_what_they_were(void **state)
{
    char *dir = pathf(*state, "data"), id[LT_ID_SIZE];
    struct lt_error err = {0};
    struct vault_snapshot *old_s, *new_s, *s;
    struct lt_buf b = LT_BUF_INIT(10000);
    make_vault(dir);
    nth_id(1, id);
    struct vault *v = open_vault(dir);
    put_one(v, id, "a.b", "1");
    put_one(v, id, "a/x", "2");
    put_one(v, id, "a/y", "3");
    ok(vault_snapshot_open(v, id, NULL, &old_s, &err), &err);
    struct vault_tx *tx = begin(v, id);
    put(tx, id, "a/y", "other");
    put(tx, id, "b/c/d", "new");
    ok(vault_tx_remove(tx, id, "a/x", &err), &err);
    ok(vault_tx_remove(tx, id, "a.b", &err), &err);
    put(tx, id, "a.b/now-a-folder", "x");
    commit_end(tx, "change");
    ok(vault_snapshot_open(v, id, NULL, &new_s, &err), &err);
    assert_true(vault_snapshot_has(old_s, "a/x"));
    assert_false(vault_snapshot_has(new_s, "a/x"));
    ok(vault_snapshot_read(old_s, "a/y", &b, &err), &err);
    assert_string_equal(b.data, "3");
    lt_buf_reset(&b);
    ok(vault_snapshot_diff(old_s, new_s, add_item, &b, &err), &err);
    assert_string_equal(b.data, "-a.b;a.b/now-a-folder;-a/x;a/y;b/c/d;");
    lt_buf_reset(&b);
    ok(vault_snapshot_diff(NULL, old_s, add_item, &b, &err), &err);
    assert_string_equal(b.data, "a.b;a/x;a/y;");
    lt_buf_reset(&b);
    ok(vault_snapshot_diff(old_s, old_s, add_item, &b, &err), &err);
    assert_int_equal(b.len, 0);
    ok(vault_snapshot_walk(new_s, "", add_item, &b, &err), &err);
    assert_string_equal(b.data, "a.b/now-a-folder;a/y;b/c/d;");
    lt_buf_reset(&b);
    ok(vault_snapshot_walk(new_s, "b/", add_item, &b, &err), &err);
    ok(vault_snapshot_walk(new_s, "a/y", add_item, &b, &err), &err);
    ok(vault_snapshot_walk(new_s, "nothing", add_item, &b, &err), &err);
    ok(vault_snapshot_walk(new_s, "a/y/z", add_item, &b, &err), &err);
    assert_string_equal(b.data, "b/c/d;a/y;");
    assert_int_equal(vault_snapshot_read(new_s, "b/c", &b, &err), LT_NOTFOUND);
    ok(vault_snapshot_open(v, id, vault_snapshot_commit(old_s), &s, &err), &err);
    assert_true(vault_snapshot_has(s, "a/x"));
    vault_snapshot_close(s);
    assert_int_equal(vault_snapshot_open(v, id, "0123456789012345678901234567890123456789", &s, &err),
                     LT_NOTFOUND);
    assert_string_equal(err.code, "vault.no_commit");
    assert_int_equal(vault_snapshot_open(v, id, "main", &s, &err), LT_NOTFOUND);
    assert_int_equal(vault_snapshot_open(v, nth_id(5, id), NULL, &s, &err), LT_NOTFOUND);
    assert_string_equal(err.code, "vault.no_repo");
    assert_int_equal(vault_snapshot_open(v, "nobody", NULL, &s, &err), LT_USAGE);
    vault_snapshot_close(old_s);
    vault_snapshot_close(new_s);
    vault_close(v);
    lt_buf_free(&b);
    lt_error_clear(&err);
    free(dir);
}

static int add_commit(void *user, const struct vault_commit_info *c)
{
    lt_buf_addf(user, "%s|%s|%s|%s|%s;", c->subject, c->use_case, c->entry, c->request, c->batch);
    assert_string_equal(c->author_name, "guardian");
    assert_true(c->author_ms % 1000 == 0 && c->committer_ms >= c->author_ms);
    return lt_starts(c->subject, "stop") ? 5 : 0;
}

static void history_is_told_backwards_and_by_path(void **state)
{
    char *dir = pathf(*state, "data"), id[LT_ID_SIZE];
    struct lt_error err = {0};
    struct lt_buf b = LT_BUF_INIT(10000);
    make_vault(dir);
    nth_id(1, id);
    struct vault *v = open_vault(dir);
    put_one(v, id, "pupil.json", "1");
    struct vault_tx *tx = begin(v, id);
    const struct vault_result *r;
    struct vault_message m = {.subject = "entry",
                              .use_case = "entry.add",
                              .entry = "0198f3a2-0000-7000-8000-00000000000e",
                              .request = "key-1",
                              .batch = "0198f3a2-0000-7000-8000-00000000000b"};
    put(tx, id, "entries/2026/e/entry.json", "1");
    ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
    vault_tx_end(tx);
    put_one(v, id, "entries/2026/f/entry.json", "1");
    tx = begin(v, id);
    ok(vault_tx_remove(tx, id, "entries/2026/e/entry.json", &err), &err);
    commit_end(tx, "gone");
    ok(vault_history(v, id, NULL, add_commit, &b, &err), &err);
    assert_string_equal(
        b.data,
        "gone|entry.add|||;put|entry.add|||;"
        "entry|entry.add|0198f3a2-0000-7000-8000-00000000000e|key-1|0198f3a2-0000-7000-8000-00000000000b;"
        "put|entry.add|||;");
    lt_buf_reset(&b);
    ok(vault_history(v, id, "entries/2026/e/", add_commit, &b, &err), &err);
    assert_string_equal(
        b.data,
        "gone|entry.add|||;entry|entry.add|0198f3a2-0000-7000-8000-00000000000e|key-1|0198f3a2-0000-7000-"
        "8000-00000000000b;");
    lt_buf_reset(&b);
    ok(vault_history(v, id, "pupil.json", add_commit, &b, &err), &err);
    assert_string_equal(b.data, "put|entry.add|||;");
    lt_buf_reset(&b);
    ok(vault_history(v, id, "nothing", add_commit, &b, &err), &err);
    assert_int_equal(b.len, 0);
    put(tx = begin(v, id), id, "x", "1");
    commit_end(tx, "stop here");
    assert_int_equal(vault_history(v, id, NULL, add_commit, &b, &err), 5);
    assert_int_equal(vault_history(v, nth_id(9, id), NULL, add_commit, &b, &err), LT_NOTFOUND);
    vault_close(v);
    lt_buf_free(&b);
    lt_error_clear(&err);
    free(dir);
}

static void a_strangers_merge_is_told_once(void **state)
{
    char *dir = pathf(*state, "data"), id[LT_ID_SIZE];
    struct lt_error err = {0};
    struct lt_buf b = LT_BUF_INIT(10000);
    make_vault(dir);
    nth_id(1, id);
    struct vault *v = open_vault(dir);
    put_one(v, id, "pupil.json", "1");
    put_one(v, id, "pupil.json", "2");
    vault_close(v);
    assert_sh("cd %s/portfolios/*/%s.git && export GIT_AUTHOR_NAME=guardian GIT_AUTHOR_EMAIL=a@b "
              "GIT_COMMITTER_NAME=s GIT_COMMITTER_EMAIL=s@s && "
              "a=$(echo side | git commit-tree -p main~1 main~1^{tree}) && m=$(echo merge | git commit-tree "
              "-p main -p $a main^{tree}) && "
              "git update-ref refs/heads/main $m",
              dir, id);
    v = open_vault(dir);
    ok(vault_history(v, id, NULL, add_commit, &b, &err), &err);
    int n = 0;
    for (const char *p = b.data; (p = strchr(p, ';')); p++)
        n++;
    assert_int_equal(n, 4);
    assert_true(lt_starts(b.data, "merge|"));
    vault_close(v);
    lt_buf_free(&b);
    free(dir);
}

/* Damage is told, not followed. */
static void damaged_heads_are_told(void **state)
{
    char *dir = pathf(*state, "data"), id[LT_ID_SIZE];
    struct lt_error err = {0};
    struct vault_snapshot *s;
    make_vault(dir);
    nth_id(1, id);
    const char *repo = id;
    struct vault *v = open_vault(dir);
    put_one(v, id, "pupil.json", "1");
    vault_close(v);
    assert_sh("cd %s/portfolios/*/%s.git && echo 0123456789012345678901234567890123456789 > refs/heads/main",
              dir, id);
    v = open_vault(dir);
    assert_int_equal(vault_snapshot_open(v, id, NULL, &s, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.damaged");
    struct vault_tx *tx;
    assert_int_equal(vault_tx_begin(v, &guardian, &repo, 1, &tx, &err), LT_REFUSED);
    vault_close(v);
    assert_sh("cd %s/portfolios/*/%s.git && echo rubbish > refs/heads/main", dir, id);
    v = open_vault(dir);
    assert_int_equal(vault_snapshot_open(v, id, NULL, &s, &err), LT_REFUSED);
    assert_int_equal(vault_tx_begin(v, &guardian, &repo, 1, &tx, &err), LT_REFUSED);
    vault_close(v);
    lt_error_clear(&err);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(a_folder_is_made_once),
        MEMORY_TEST(making_can_be_interrupted),
        SCRATCH_TEST(one_process_has_it),
        SCRATCH_TEST(a_read_only_vault_writes_nothing),
        SCRATCH_TEST(a_newer_folder_is_refused),
        SCRATCH_TEST(repositories_are_listed_in_order),
        SCRATCH_TEST(snapshots_stay_what_they_were),
        SCRATCH_TEST(history_is_told_backwards_and_by_path),
        SCRATCH_TEST(a_strangers_merge_is_told_once),
        SCRATCH_TEST(damaged_heads_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
