/* Repositories: made by hand, recognised by stock git, read through two backends. */
#include "objects.h"

#include <git2.h>
#include <pthread.h>

static const struct lt_fs *fs(void)
{
    return lt_fs_system();
}

static struct sign_key *some_key(void)
{
    uint8_t seed[32] = {1, 2, 3};
    struct sign_key *k = sign_key_of_seed(seed);
    assert_non_null(k);
    return k;
}

static void created(void **state)
{
    char *repo = pathf(*state, "a/b/p.git");
    struct lt_error err = {0};
    git_oid oid;
    assert_false(repo_present(repo));
    for (int i = 0; i < 3; i++) {
        ok(repo_create(fs(), repo, i == 1, &err), &err);
        assert_true(repo_present(repo));
        assert_sh(
            "cd %s && test $(git rev-parse --is-bare-repository) = true && test $(git config gc.auto) = 0 && "
            "test $(git symbolic-ref HEAD) = refs/heads/main && git fsck --strict 2>/dev/null",
            repo);
        assert_int_equal(repo_main(repo, &oid, &err), LT_NOTFOUND);
        assert_string_equal(err.code, "vault.unborn");
        /* what a power loss may leave, and what people change */
        if (i == 0) assert_sh("cd %s && : >HEAD && : >config", repo);
        if (i == 1) assert_sh("cd %s && git config core.mine 1 && rm -r HEAD refs objects/info", repo);
    }
    assert_sh("cd %s && test $(git config core.mine) = 1", repo);
    assert_sh("test -z \"$(find %s -name 'tmp*' -o -name '*.tmp' -o -name hooks)\"", (char *)*state);
    double begin = seconds();
    for (int i = 0; i < 200; i++) {
        char *one = lt_format("%s/many/%d.git", (char *)*state, i);
        ok(repo_create(fs(), one, false, &err), &err);
        free(one);
    }
    print_message("%.0f repositories a second\n", 200 / (seconds() - begin));
    free(repo);
    lt_error_clear(&err);
}

static void where_main_stands(void **state)
{
    char *repo = pathf(*state, "p.git"), *path = NULL;
    struct lt_error err = {0};
    struct sign_key *k = some_key();
    git_oid first, oid;
    ok(repo_create(fs(), repo, false, &err), &err);
    hand_commit(repo, k, "{}\n", NULL, NULL, 1772705472, "letopis@s", &first);
    ok(repo_main(repo, &oid, &err), &err);
    assert_true(git_oid_equal(&oid, &first));
    assert_sh(
        "cd %s && git update-ref refs/heads/other main && git pack-refs --all && test ! -e refs/heads/main",
        repo);
    memset(&oid, 0, sizeof oid);
    ok(repo_main(repo, &oid, &err), &err);
    assert_true(git_oid_equal(&oid, &first));
    set_main(repo, &first);
    path = repo_main_path(repo);
    char text[42];
    git_oid_tostr(text, 41, &first);
    text[40] = '\n';
    for (size_t cut = 0; cut < 41; cut++) {
        put_file(path, text, cut);
        assert_int_equal(repo_main(repo, &oid, &err), LT_REFUSED);
        assert_string_equal(err.code, "vault.damaged");
    }
    put_file(path, "ref: refs/heads/other\n", 22);
    assert_int_equal(repo_main(repo, &oid, &err), LT_REFUSED);
    sign_key_free(k);
    free(path);
    free(repo);
    lt_error_clear(&err);
}

static int count_delta(const git_diff_delta *d, float progress, void *user)
{
    (void)progress;
    assert_string_equal(d->new_file.path, "pupil.json");
    ++*(int *)user;
    return 0;
}

/* libgit2's walks and comparisons work without its repository folder. */
static void through_libgit2(void **state)
{
    char *repo = pathf(*state, "p.git"), *objects = repo_objects(repo);
    struct lt_error err = {0};
    struct sign_key *k = some_key();
    git_oid head[3];
    ok(repo_create(fs(), repo, false, &err), &err);
    struct loose_new file = {0};
    ok(loose_write_bytes(fs(), objects, "scan", 4, &file, &err), &err);
    ok(loose_publish(fs(), objects, &file, false, &err), &err);
    hand_commit(repo, k, "{}\n", &file.oid, NULL, 1772705472, "letopis@s", &head[0]);
    struct repo_cache *cache = repo_cache_new();
    struct repo *r = NULL;
    ok(repo_acquire(cache, repo, &r, &err), &err);
    git_commit *c[3];
    git_tree *t[3];
    assert_int_equal(git_commit_lookup(&c[0], repo_git(r), &head[0]), 0);
    /* packs written after it was opened are seen */
    for (int i = 1; i < 3; i++) {
        char text[32];
        snprintf(text, sizeof text, "{\"n\": %d}\n", i);
        hand_commit(repo, k, text, &file.oid, &head[i - 1], 1772705472 + i, "letopis@s", &head[i]);
        assert_int_equal(git_commit_lookup(&c[i], repo_git(r), &head[i]), 0);
    }
    git_revwalk *walk = NULL;
    git_oid oid;
    int n = 0;
    assert_int_equal(git_revwalk_new(&walk, repo_git(r)), 0);
    assert_int_equal(git_revwalk_push(walk, &head[2]), 0);
    while (git_revwalk_next(&oid, walk) == 0)
        n++;
    assert_int_equal(n, 3);
    git_revwalk_free(walk);
    for (int i = 0; i < 3; i++)
        assert_int_equal(git_commit_tree(&t[i], c[i]), 0);
    git_diff *diff = NULL;
    n = 0;
    assert_int_equal(git_diff_tree_to_tree(&diff, repo_git(r), t[0], t[2], NULL), 0);
    assert_int_equal(git_diff_foreach(diff, count_delta, NULL, NULL, NULL, &n), 0);
    assert_int_equal(n, 1);
    git_diff_free(diff);
    git_blob *blob = NULL;
    assert_int_equal(git_blob_lookup(&blob, repo_git(r), &file.oid), 0);
    assert_int_equal(git_blob_rawsize(blob), 4);
    assert_memory_equal(git_blob_rawcontent(blob), "scan", 4);
    git_blob_free(blob);
    for (int i = 0; i < 3; i++) {
        git_tree_free(t[i]);
        git_commit_free(c[i]);
    }
    repo_release(r);
    repo_cache_free(cache);
    assert_sh("cd %s && git fsck --full --strict", repo);
    sign_key_free(k);
    free(objects);
    free(repo);
}

static size_t open_files(void)
{
    size_t n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* At most REPO_CACHED idle handles; forgotten ones do not come back. */
static void handles(void **state)
{
    struct lt_error err = {0};
    struct sign_key *k = some_key();
    struct repo_cache *cache = repo_cache_new();
    struct repo *r[50] = {0};
    char *dirs[50];
    git_oid heads[50];
    assert_int_equal(repo_acquire(cache, "/nonexistent/p.git", &r[0], &err), LT_NOTFOUND);
    for (int i = 0; i < 50; i++) {
        dirs[i] = lt_format("%s/%d.git", (char *)*state, i);
        ok(repo_create(fs(), dirs[i], false, &err), &err);
        hand_commit(dirs[i], k, "{}\n", NULL, NULL, 1772705472 + i, "letopis@s", &heads[i]);
    }
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 50; i++) {
            git_odb_object *raw = NULL;
            ok(repo_acquire(cache, dirs[i], &r[i], &err), &err);
            assert_string_equal(repo_dir(r[i]), dirs[i]);
            ok(repo_read(r[i], &heads[i], 4096, &raw, &err), &err);
            git_odb_object_free(raw);
        }
        for (int i = 0; i < 50; i++)
            repo_release(r[i]);
        assert_true(open_files() < 150);
    }
    struct repo *a = NULL, *b = NULL;
    ok(repo_acquire(cache, dirs[49], &a, &err), &err);
    ok(repo_acquire(cache, dirs[49], &b, &err), &err);
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(a, r[49]); /* the last used comes first */
    repo_forget(cache, dirs[49]);
    repo_release(a); /* opened before: closed */
    repo_release(b);
    ok(repo_acquire(cache, dirs[49], &a, &err), &err);
    for (int i = 0; i < 100; i++) /* the ring of forgotten folders goes round */
        repo_forget(cache, dirs[i % 40]);
    repo_release(a);
    repo_cache_free(cache);
    repo_cache_free(NULL);
    repo_release(NULL);
    for (int i = 0; i < 50; i++)
        free(dirs[i]);
    sign_key_free(k);
    lt_error_clear(&err);
}

struct reader {
    struct repo_cache *cache;
    const char *dir;
    git_oid oid;
    int failed;
};

static void *read_much(void *user)
{
    struct reader *me = user;
    for (int i = 0; i < 300; i++) {
        struct repo *r = NULL;
        git_odb_object *raw = NULL;
        if (repo_acquire(me->cache, me->dir, &r, NULL) != 0 || repo_read(r, &me->oid, 4096, &raw, NULL) != 0)
            me->failed++;
        git_odb_object_free(raw);
        repo_release(r);
    }
    return NULL;
}

/* Threads read while packs are added and merged. */
static void threads(void **state)
{
    char *repo = pathf(*state, "p.git"), *objects = repo_objects(repo);
    struct lt_error err = {0};
    struct sign_key *k = some_key();
    struct repo_cache *cache = repo_cache_new();
    struct reader readers[4];
    pthread_t ids[4];
    git_oid head;
    ok(repo_create(fs(), repo, false, &err), &err);
    hand_commit(repo, k, "{}\n", NULL, NULL, 1772705472, "letopis@s", &head);
    for (int i = 0; i < 4; i++) {
        readers[i] = (struct reader){.cache = cache, .dir = repo, .oid = head};
        assert_int_equal(pthread_create(&ids[i], NULL, read_much, &readers[i]), 0);
    }
    for (int i = 0; i < 40; i++) {
        char text[32];
        git_oid next;
        snprintf(text, sizeof text, "{\"n\": %d}\n", i);
        hand_commit(repo, k, text, NULL, &head, 1772705473 + i, "letopis@s", &next);
        head = next;
        if (i % 8 == 7) {
            ok(pack_merge(fs(), objects, NULL, &err), &err);
            repo_forget(cache, repo);
        }
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(ids[i], NULL);
        assert_int_equal(readers[i].failed, 0);
    }
    repo_cache_free(cache);
    assert_sh("cd %s && git fsck --full --strict", repo);
    sign_key_free(k);
    free(objects);
    free(repo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(created), SCRATCH_TEST(where_main_stands), SCRATCH_TEST(through_libgit2),
        SCRATCH_TEST(handles), SCRATCH_TEST(threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
