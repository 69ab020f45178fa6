/* Packs: written, judged by stock git, bent bit by bit, merged. */
#include "objects.h"

#include "base/mem.h"
#include "vault/oidmap.h"

#include <git2.h>

static const struct lt_fs *fs(void)
{
    return lt_fs_system();
}

static char *make_repo(const char *dir, char **objects)
{
    struct lt_error err = {0};
    char *repo = pathf(dir, "r.git");
    ok(repo_create(fs(), repo, false, &err), &err);
    *objects = repo_objects(repo);
    assert_non_null(*objects);
    return repo;
}

/* A text of the given number. */
static size_t text_of(unsigned i, char out[4096])
{
    size_t n = (size_t)snprintf(out, 4096, "{\n  \"n\": %u", i);
    for (unsigned k = 0; k < i % 40; k++)
        n += (size_t)snprintf(out + n, 4096 - n, ",\n  \"k%u\": \"%u\"", k, k * i);
    return n;
}

/* A pack of texts [from, to) put on disk. */
static void put_pack(const char *objects, unsigned from, unsigned to, char name[41])
{
    struct lt_error err = {0};
    struct pack *p = pack_new();
    for (unsigned i = from; i < to; i++) {
        char text[4096];
        git_oid oid;
        size_t len = text_of(i, text);
        ok(pack_add(p, GIT_OBJECT_BLOB, text, len, &oid, &err), &err);
    }
    struct pack_image image = {0};
    ok(pack_finish(p, &image, &err), &err);
    ok(pack_write(fs(), objects, &image, false, &err), &err);
    assert_true(pack_on_disk(objects, &image));
    memcpy(name, image.name, 41);
    pack_image_free(&image);
    pack_free(p);
}

static size_t packs_in(const char *objects)
{
    struct lt_error err = {0};
    size_t n = 0;
    ok(pack_each_count(objects, &n, &err), &err);
    return n;
}

/* Reads texts [0, to) through a new handle. */
static void expect_texts(const char *repo, unsigned to)
{
    struct lt_error err = {0};
    struct repo_cache *cache = repo_cache_new();
    struct repo *r = NULL;
    ok(repo_acquire(cache, repo, &r, &err), &err);
    for (unsigned i = 0; i < to; i++) {
        char text[4096];
        size_t len = text_of(i, text);
        git_oid oid;
        git_odb_object *raw = NULL;
        git_odb_hash(&oid, text, len, GIT_OBJECT_BLOB);
        ok(repo_read(r, &oid, 4096, &raw, &err), &err);
        assert_int_equal(git_odb_object_size(raw), len);
        assert_memory_equal(git_odb_object_data(raw), text, len);
        git_odb_object_free(raw);
    }
    repo_release(r);
    repo_cache_free(cache);
}

static void map_of_names(void **state)
{
    (void)state;
    struct oidmap m = {0};
    git_oid oid;
    uint32_t value;
    for (uint32_t i = 0; i < 5000; i++) {
        fill(oid.id, 20, i);
        assert_false(oidmap_get(&m, &oid, NULL));
        assert_int_equal(oidmap_put(&m, &oid, i), 1);
        assert_int_equal(oidmap_put(&m, &oid, i + 1), 0);
    }
    for (uint32_t i = 0; i < 5000; i++) {
        fill(oid.id, 20, i);
        assert_true(oidmap_get(&m, &oid, &value));
        assert_int_equal(value, i);
    }
    oidmap_clear(&m);
    assert_false(oidmap_get(&m, &oid, NULL));
    oidmap_free(&m);
}

static void written(void **state)
{
    char *objects, *repo = make_repo(*state, &objects);
    struct lt_error err = {0};
    struct pack *p = pack_new();
    struct pack_image image = {0}, again = {0};
    git_oid oid, twice, last = {{0}};
    assert_int_equal(pack_finish(p, &image, &err), LT_USAGE);
    for (int round = 0; round < 2; round++) { /* the second time from a cleared pack */
        pack_clear(p);
        static unsigned char big[300000];
        fill(big, sizeof big, 9);
        ok(pack_add(p, GIT_OBJECT_BLOB, "", 0, &oid, &err), &err);
        ok(pack_add(p, GIT_OBJECT_BLOB, big, sizeof big, &last, &err), &err);
        for (unsigned i = 0; i < 700; i++) {
            char text[4096];
            size_t len = text_of(i, text);
            ok(pack_add(p, GIT_OBJECT_BLOB, text, len, &oid, &err), &err);
            ok(pack_add(p, GIT_OBJECT_BLOB, text, len, &twice, &err), &err);
            assert_true(git_oid_equal(&oid, &twice));
            assert_true(pack_has(p, &oid));
        }
        assert_int_equal(pack_count(p), 702);
    }
    struct lt_buf out = LT_BUF_INIT(1 << 20);
    git_object_t type;
    lt_buf_adds(&out, "before");
    ok(pack_get(p, &last, &type, &out, &err), &err);
    assert_int_equal(type, GIT_OBJECT_BLOB);
    assert_int_equal(out.len, 6 + 300000);
    git_odb_hash(&twice, out.data + 6, out.len - 6, type);
    assert_true(git_oid_equal(&last, &twice));
    git_oid none = {{1}};
    assert_int_equal(pack_get(p, &none, &type, &out, &err), LT_NOTFOUND);
    lt_buf_free(&out);
    ok(pack_finish(p, &image, &err), &err);
    ok(pack_image_of(image.pack, image.pack_len, &again, &err), &err);
    assert_string_equal(image.name, again.name);
    assert_int_equal(image.idx_len, again.idx_len);
    assert_memory_equal(image.idx, again.idx, again.idx_len);
    ok(pack_write(fs(), objects, &image, true, &err), &err);
    ok(pack_write(fs(), objects, &again, true, &err), &err);
    assert_int_equal(packs_in(objects), 1);
    /* stock git makes the same index of it */
    assert_sh(
        "cd %s && git index-pack --strict -o mine.idx objects/pack/pack-%s.pack >/dev/null && cmp mine.idx "
        "objects/pack/pack-%s.idx && git fsck --full --strict --no-dangling 2>/dev/null && git verify-pack "
        "objects/pack/pack-%s.idx",
        repo, image.name, image.name, image.name);
    expect_texts(repo, 700);
    struct pack_file *f = NULL;
    uint32_t deltas = 9;
    ok(pack_file_open(objects, image.name, &f, &err), &err);
    assert_int_equal(pack_file_count(f), 702);
    ok(pack_file_verify(f, &deltas, &err), &err);
    assert_int_equal(deltas, 0);
    pack_file_close(f);
    pack_remove(fs(), objects, image.name);
    assert_int_equal(packs_in(objects), 0);
    assert_false(pack_on_disk(objects, &image));
    pack_image_free(&image);
    pack_image_free(&again);
    pack_free(p);
    pack_free(NULL);
    free(objects);
    free(repo);
    lt_error_clear(&err);
}

/* Each bit, each length of a small pack in memory, as a damaged journal record would carry it. */
/* A tree of exactly len bytes (0, or 33 and more) of files with one content. */
static void tree_of(struct lt_buf *b, size_t len, const git_oid *blob)
{
    lt_buf_reset(b);
    for (unsigned i = 0; b->len < len; i++) {
        size_t left = len - b->len, pad = left < 66 ? left - 33 : 0;
        lt_buf_addf(b, "100644 %05u%.*s", i, (int)pad, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        lt_buf_addc(b, 0);
        lt_buf_add(b, blob->id, 20);
    }
    assert_int_equal(b->len, len);
}

/* Trees are stored in blocks of at most 65 535 bytes. */
static void stored(void **state)
{
    static const size_t sizes[] = {0, 33, 65534, 65535, 65536, 131069, 131070, 131071, 400000};
    char *objects, *repo = make_repo(*state, &objects);
    struct lt_error err = {0};
    struct pack *p = pack_new();
    struct pack_image image = {0}, again = {0};
    struct lt_buf tree = LT_BUF_INIT(1 << 20), out = LT_BUF_INIT(1 << 20);
    git_oid blob, oid, named;
    git_object_t type;
    ok(pack_add(p, GIT_OBJECT_BLOB, "x", 1, &blob, &err), &err);
    for (size_t i = 0; i < LT_COUNT(sizes); i++) {
        tree_of(&tree, sizes[i], &blob);
        ok(pack_add(p, GIT_OBJECT_TREE, tree.data ? tree.data : "", tree.len, &oid, &err), &err);
        git_odb_hash(&named, tree.data ? tree.data : "", tree.len, GIT_OBJECT_TREE);
        assert_true(git_oid_equal(&oid, &named));
        lt_buf_reset(&out);
        ok(pack_get(p, &oid, &type, &out, &err), &err);
        assert_int_equal(type, GIT_OBJECT_TREE);
        assert_int_equal(out.len, tree.len);
        if (tree.len > 0) assert_memory_equal(out.data, tree.data, tree.len);
    }
    ok(pack_finish(p, &image, &err), &err);
    ok(pack_image_of(image.pack, image.pack_len, &again, &err), &err);
    assert_int_equal(image.idx_len, again.idx_len);
    assert_memory_equal(image.idx, again.idx, again.idx_len);
    ok(pack_write(fs(), objects, &image, false, &err), &err);
    assert_sh("cd %s && git index-pack --strict -o mine.idx objects/pack/pack-%s.pack >/dev/null && cmp mine.idx objects/pack/pack-%s.idx && "
              "git fsck --full --strict --no-dangling 2>/dev/null",
              repo, image.name, image.name);
    pack_image_free(&image);
    pack_image_free(&again);
    pack_free(p);
    lt_buf_free(&tree);
    lt_buf_free(&out);
    free(objects);
    free(repo);
}

static void bent_in_memory(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct pack *p = pack_new();
    struct pack_image image = {0}, bad = {0};
    git_oid oid;
    ok(pack_add(p, GIT_OBJECT_BLOB, "{}\n", 3, &oid, &err), &err);
    ok(pack_add(p, GIT_OBJECT_BLOB, "{\"title\": \"x\"}\n", 15, &oid, &err), &err);
    ok(pack_finish(p, &image, &err), &err);
    for (size_t bit = 0; bit < image.pack_len * 8; bit++) {
        unsigned char *copy = malloc(image.pack_len);
        memcpy(copy, image.pack, image.pack_len);
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(pack_image_of(copy, image.pack_len, &bad, &err), LT_REFUSED);
        free(copy);
    }
    for (size_t cut = 0; cut < image.pack_len; cut++) {
        unsigned char *copy = malloc(cut + 1);
        memcpy(copy, image.pack, cut);
        assert_int_equal(pack_image_of(copy, cut, &bad, &err), LT_REFUSED);
        free(copy);
    }
    pack_image_free(&image);
    pack_free(p);
    lt_error_clear(&err);
}

/* A damaged pair of files: our check says so; libgit2 gives an error or the right bytes; nothing hangs. */
static void expect_bent(const char *repo, const char *objects, const char *name, const git_oid *oids,
                        size_t n)
{
    struct lt_error err = {0};
    struct pack_file *f = NULL;
    double begin = seconds();
    int rc = pack_file_open(objects, name, &f, &err);
    if (rc == 0) rc = pack_file_verify(f, NULL, &err);
    assert_int_equal(rc, LT_REFUSED);
    assert_string_equal(err.code, "vault.damaged");
    pack_file_close(f);
    struct repo_cache *cache = repo_cache_new();
    struct repo *r = NULL;
    if (repo_acquire(cache, repo, &r, &err) == 0) {
        for (size_t i = 0; i < n; i++) {
            git_odb_object *raw = NULL;
            rc = repo_read(r, &oids[i], 4096, &raw, &err);
            if (rc == 0) {
                git_oid is;
                git_odb_hash(&is, git_odb_object_data(raw), git_odb_object_size(raw),
                             git_odb_object_type(raw));
                assert_true(git_oid_equal(&is, &oids[i]));
            }
            git_odb_object_free(raw);
        }
    }
    repo_release(r);
    repo_cache_free(cache);
    assert_true(seconds() - begin < 1);
    lt_error_clear(&err);
}

static void bent_on_disk(void **state)
{
    char *objects, *repo = make_repo(*state, &objects), name[41];
    put_pack(objects, 2, 5, name);
    git_oid oids[3];
    for (unsigned i = 0; i < 3; i++) {
        char text[4096];
        git_odb_hash(&oids[i], text, text_of(i + 2, text), GIT_OBJECT_BLOB);
    }
    static const char *const exts[] = {"pack", "idx"};
    for (int e = 0; e < 2; e++) {
        char *path = lt_format("%s/pack/pack-%s.%s", objects, name, exts[e]), *bytes = NULL;
        size_t len;
        assert_int_equal(lt_fs_read(path, 1 << 20, &bytes, &len), 0);
        for (size_t bit = 0; bit < len * 8; bit++) {
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
            put_file(path, bytes, len);
            expect_bent(repo, objects, name, oids, 3);
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        }
        for (size_t cut = 0; cut < len; cut++) {
            put_file(path, bytes, cut);
            expect_bent(repo, objects, name, oids, 3);
        }
        put_file(path, bytes, len);
        free(bytes);
        free(path);
    }
    struct lt_error err = {0};
    struct pack_file *f = NULL;
    ok(pack_file_open(objects, name, &f, &err), &err);
    ok(pack_file_verify(f, NULL, &err), &err);
    pack_file_close(f);
    free(objects);
    free(repo);
}

static void merged(void **state)
{
    char *objects, *repo = make_repo(*state, &objects), name[41], kept[41];
    struct lt_error err = {0};
    size_t n = 99;
    ok(pack_merge(fs(), objects, &n, &err), &err);
    assert_int_equal(n, 0);
    put_pack(objects, 0, 5, name);
    ok(pack_merge(fs(), objects, &n, &err), &err);
    assert_int_equal(n, 0); /* one is nothing to merge */
    for (unsigned i = 1; i < 12; i++)
        put_pack(objects, i * 5 - 2, i * 5 + 5, name); /* they overlap */
    put_pack(objects, 60, 65, kept);
    char *keep = lt_format("%s/pack/pack-%s.keep", objects, kept);
    put_file(keep, "", 0);
    /* a handle that has the old packs in use goes on reading */
    struct repo_cache *cache = repo_cache_new();
    struct repo *r = NULL;
    ok(repo_acquire(cache, repo, &r, &err), &err);
    char text[4096];
    git_oid oid;
    git_odb_object *raw = NULL;
    git_odb_hash(&oid, text, text_of(7, text), GIT_OBJECT_BLOB);
    ok(repo_read(r, &oid, 4096, &raw, &err), &err);
    git_odb_object_free(raw);
    ok(pack_merge(fs(), objects, &n, &err), &err);
    assert_int_equal(n, 12);
    assert_int_equal(packs_in(objects), 2);
    for (unsigned i = 0; i < 60; i++) {
        git_odb_hash(&oid, text, text_of(i, text), GIT_OBJECT_BLOB);
        ok(repo_read(r, &oid, 4096, &raw, &err), &err);
        git_odb_object_free(raw);
    }
    repo_release(r);
    repo_cache_free(cache);
    expect_texts(repo, 65);
    assert_sh("cd %s && git fsck --full --strict --no-dangling 2>/dev/null && for p in objects/pack/*.pack; "
              "do git index-pack --strict "
              "-o x.idx $p >/dev/null && cmp x.idx ${p%%pack}idx || exit 1; rm -f x.idx; done",
              repo);
    assert_sh("test $(ls %s/pack | wc -l) = 5", objects);
    free(keep);
    free(objects);
    free(repo);
}

/* What a stranger's gc makes (deltas) is left alone; a damaged pack stops the merge and nothing is lost. */
static void not_merged(void **state)
{
    char *objects, *repo = make_repo(*state, &objects), name[41], bad[41];
    struct lt_error err = {0};
    size_t n = 0;
    for (unsigned i = 0; i < 4; i++)
        put_pack(objects, i * 10, i * 10 + 10, name);
    assert_sh(
        "cd %s && for i in $(seq 400); do echo line $i of a long text; done >a && git hash-object -w a >h && "
        "(cat a; echo more) >b && git hash-object -w b >>h && git pack-objects -q objects/pack/pack <h "
        ">delta && rm -rf objects/??",
        repo);
    ok(pack_merge(fs(), objects, &n, &err), &err);
    assert_int_equal(n, 4);
    assert_int_equal(packs_in(objects), 2);
    assert_sh("cd %s && git cat-file -e $(tail -1 h) && git verify-pack -v objects/pack/pack-$(cat "
              "delta).idx | grep -q 'chain length = 1'",
              repo);
    put_pack(objects, 40, 50, bad);
    put_pack(objects, 50, 60, name);
    char *path = lt_format("%s/pack/pack-%s.pack", objects, bad), *bytes = NULL;
    size_t len;
    assert_int_equal(lt_fs_read(path, 1 << 20, &bytes, &len), 0);
    bytes[60] ^= 1;
    put_file(path, bytes, len);
    assert_int_equal(pack_merge(fs(), objects, &n, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.damaged");
    assert_int_equal(packs_in(objects), 4);
    bytes[60] ^= 1;
    put_file(path, bytes, len);
    ok(pack_merge(fs(), objects, &n, &err), &err);
    assert_int_equal(n, 3);
    expect_texts(repo, 60);
    free(bytes);
    free(path);
    free(objects);
    free(repo);
    lt_error_clear(&err);
}

/* Whichever call fails or is the last before the plug is pulled, every object can still be read. */
static void failing_merge(void **state)
{
    char *dir = *state;
    struct lt_error err = {0};
    for (uint64_t nth = 1;; nth++) {
        char *sub = lt_format("%s/%llu", dir, (unsigned long long)nth), *objects, name[41];
        assert_int_equal(mkdir(sub, 0700), 0);
        char *repo = make_repo(sub, &objects);
        for (unsigned i = 0; i < 4; i++)
            put_pack(objects, i * 5, i * 5 + 5, name);
        struct lt_fs_test *t = lt_fs_test_new();
        assert_int_equal(lt_fs_test_record(t, repo), 0);
        lt_fs_test_fault(t, LT_FS_FAIL, nth);
        size_t n;
        int rc = pack_merge(lt_fs_test_table(t), objects, &n, &err);
        expect_texts(repo, 20);
        for (uint64_t seed = 0; seed < 3; seed++) {
            char *into = lt_format("%s/after-%llu", sub, (unsigned long long)seed);
            assert_int_equal(mkdir(into, 0700), 0);
            assert_int_equal(lt_fs_test_power_loss(t, into, seed), 0);
            expect_texts(into, 20);
            free(into);
        }
        uint64_t calls = lt_fs_test_calls(t);
        lt_fs_test_free(t);
        free(objects);
        free(repo);
        free(sub);
        if (calls < nth) {
            ok(rc, &err);
            break;
        }
    }
    lt_error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map_of_names), SCRATCH_TEST(written), SCRATCH_TEST(stored), cmocka_unit_test(bent_in_memory),
        SCRATCH_TEST(bent_on_disk),     SCRATCH_TEST(merged),  SCRATCH_TEST(not_merged),
        SCRATCH_TEST(failing_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
