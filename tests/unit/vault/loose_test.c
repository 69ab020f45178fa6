/* Loose objects: written, read at any offset, judged by stock git, cut and bent in every way. */
#include "objects.h"

#include <git2.h>
#include <zlib.h>

static const struct lt_fs *fs(void)
{
    return lt_fs_system();
}

/* <scratch>/r.git */
static char *make_repo(const char *dir, char **objects)
{
    struct lt_error err = {0};
    char *repo = pathf(dir, "r.git");
    ok(repo_create(fs(), repo, false, &err), &err);
    *objects = repo_objects(repo);
    assert_non_null(*objects);
    return repo;
}

static void publish(const char *objects, const void *data, size_t len, struct loose_new *n)
{
    struct lt_error err = {0};
    *n = (struct loose_new){0};
    ok(loose_write_bytes(fs(), objects, data, len, n, &err), &err);
    ok(loose_publish(fs(), objects, n, false, &err), &err);
    assert_null(n->temp);
}

static char *object_file(const char *objects, const char *hex)
{
    char *p = lt_format("%s/%.2s/%s", objects, hex, hex + 2);
    assert_non_null(p);
    return p;
}

static size_t count_temps(const char *objects)
{
    char *out = lt_format("%s/../count", objects), *text = NULL;
    size_t len;
    assert_sh("ls %s | grep -c '^tmp_' >%s; true", objects, out);
    assert_int_equal(lt_fs_read(out, 64, &text, &len), 0);
    size_t n = (size_t)atoi(text);
    free(text);
    unlink(out);
    free(out);
    return n;
}

/* Sizes whose content, or content with header, ends right at a block's border. */
static void borders(void **state)
{
    char *objects, *repo = make_repo(*state, &objects);
    struct lt_error err = {0};
    static const size_t sizes[] = {0,      1,      2,      65523,  65524,  65525,  65526,
                                   65534,  65535,  65536,  65537,  65546,  131058, 131059,
                                   131060, 131069, 131070, 131071, 1100000};
    size_t most = 1100000;
    unsigned char *data = malloc(most), *back = malloc(most + 1);
    fill(data, most, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct loose_new n;
        struct loose_file *f = NULL;
        size_t size = sizes[i];
        publish(objects, data, size, &n);
        assert_int_equal(n.size, size);
        git_oid want;
        assert_int_equal(git_odb_hash(&want, data, size, GIT_OBJECT_BLOB), 0);
        assert_true(git_oid_equal(&want, &n.oid));
        ok(loose_open(objects, &n.oid, &f, &err), &err);
        assert_int_equal(loose_size(f), size);
        assert_int_equal(loose_type(f), GIT_OBJECT_BLOB);
        ok(loose_verify(f, &err), &err);
        assert_int_equal(loose_pread(f, back, most + 1, 0, &err), (ssize_t)size);
        assert_memory_equal(back, data, size);
        static const uint64_t offs[] = {0,     1,     65500, 65523,  65524,  65525,  65526,
                                        65534, 65535, 65536, 131059, 131070, 1099999};
        static const size_t lens[] = {1, 2, 5, 11, 65534, 65535, 65536, 200000};
        for (size_t a = 0; a < sizeof offs / sizeof *offs; a++)
            for (size_t b = 0; b < sizeof lens / sizeof *lens; b++) {
                size_t expect = offs[a] >= size            ? 0
                                : size - offs[a] < lens[b] ? (size_t)(size - offs[a])
                                                           : lens[b];
                assert_int_equal(loose_pread(f, back, lens[b], offs[a], &err), (ssize_t)expect);
                assert_memory_equal(back, data + (expect ? offs[a] : 0), expect);
            }
        loose_close(f);
        char *path = pathf(*state, "content");
        put_file(path, data, size);
        assert_sh("cd %s && git cat-file blob %s | cmp - %s && test $(git cat-file -s %s) = %zu", repo, n.hex,
                  path, n.hex, size);
        assert_sh("test $(sha256sum <%s | cut -c1-64) = %s", path, n.sha256);
        free(path);
    }
    assert_sh("cd %s && git fsck --full --strict --no-dangling", repo);
    assert_int_equal(count_temps(objects), 0);
    free(data);
    free(back);
    free(objects);
    free(repo);
}

static void sources(void **state)
{
    char *objects, *repo = make_repo(*state, &objects), *path = pathf(*state, "upload");
    struct lt_error err = {0};
    static unsigned char data[200000];
    fill(data, sizeof data, 2);
    put_file(path, data, sizeof data);
    struct loose_new n = {0}, m = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ok(loose_write(fs(), objects, fd, sizeof data, &n, &err), &err);
    assert_int_equal(n.size, sizeof data);
    loose_discard(fs(), &n);
    loose_discard(fs(), &n);
    assert_int_equal(lseek(fd, 1000, SEEK_SET), 1000); /* from its current place */
    ok(loose_write(fs(), objects, fd, sizeof data, &n, &err), &err);
    assert_int_equal(n.size, sizeof data - 1000);
    loose_discard(fs(), &n);
    lseek(fd, 0, SEEK_SET);
    assert_int_equal(loose_write(fs(), objects, fd, sizeof data - 1, &n, &err), LT_REFUSED);
    assert_string_equal(err.code, "file.too_large");
    assert_string_equal(lt_error_param(&err, "limit"), "199999");
    /* a pipe, whose size is known at its end only */
    for (int max = 0; max < 2; max++) {
        char cmd[300];
        snprintf(cmd, sizeof cmd, "cat %s", path);
        FILE *p = popen(cmd, "r");
        int rc = loose_write(fs(), objects, fileno(p), sizeof data - (size_t)max, &m, &err);
        if (max == 0) {
            ok(rc, &err);
            git_oid want;
            git_odb_hash(&want, data, sizeof data, GIT_OBJECT_BLOB);
            assert_true(git_oid_equal(&want, &m.oid));
            ok(loose_publish(fs(), objects, &m, true, &err), &err);
        } else {
            assert_int_equal(rc, LT_REFUSED);
            assert_string_equal(err.code, "file.too_large");
        }
        pclose(p);
    }
    assert_int_equal(count_temps(objects), 0);
    assert_sh("cd %s && git fsck --full --strict --no-dangling", repo);
    close(fd);
    free(path);
    free(objects);
    free(repo);
    lt_error_clear(&err);
}

/* A table whose first write changes the length of the file being read. */
struct meddler {
    struct lt_fs fs;
    const char *path;
    off_t len;
};

static ssize_t meddle(void *ctx, int fd, const void *data, size_t len)
{
    struct meddler *m = ctx;
    if (m->path != NULL) assert_int_equal(truncate(m->path, m->len), 0);
    m->path = NULL;
    return lt_fs_system()->write(lt_fs_system()->ctx, fd, data, len);
}

static void changed_while_read(void **state)
{
    char *objects, *repo = make_repo(*state, &objects), *path = pathf(*state, "upload");
    struct lt_error err = {0};
    static unsigned char data[200000];
    static const off_t lens[] = {199999, 70000, 0, 200001};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        put_file(path, data, sizeof data);
        struct meddler m = {.fs = *fs(), .path = path, .len = lens[i]};
        m.fs.ctx = &m;
        m.fs.write = meddle;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        struct loose_new n = {0};
        assert_int_equal(loose_write(&m.fs, objects, fd, 1 << 20, &n, &err), LT_CONFLICT);
        assert_string_equal(err.code, "file.changed");
        assert_null(n.temp);
        close(fd);
    }
    assert_int_equal(count_temps(objects), 0);
    free(path);
    free(objects);
    free(repo);
    lt_error_clear(&err);
}

/* Opening, verifying or reading must fail, and soon; what is read without an error must be the content. */
static void expect_damage(const char *objects, const git_oid *oid, const unsigned char *data, size_t size,
                          bool cut)
{
    struct lt_error err = {0};
    struct loose_file *f = NULL;
    static unsigned char back[200000];
    double begin = seconds();
    int rc = loose_open(objects, oid, &f, &err);
    if (cut) assert_int_equal(rc, LT_REFUSED); /* seen at once, not in the middle of an answer */
    if (rc == 0) {
        ssize_t n = loose_pread(f, back, sizeof back, 0, &err);
        if (n >= 0 && loose_verify(f, &err) == 0) {
            assert_int_equal(n, (ssize_t)size);
            assert_memory_equal(back, data, size);
        }
        loose_close(f);
    } else {
        assert_int_equal(rc, LT_REFUSED);
        assert_string_equal(err.code, "vault.damaged");
    }
    assert_true(seconds() - begin < 1);
    lt_error_clear(&err);
}

static void cut_at_each_length(void **state)
{
    char *objects, *repo = make_repo(*state, &objects);
    static unsigned char data[140000];
    fill(data, sizeof data, 3);
    static const size_t sizes[] = {0, 1, 300, 140000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int foreign = 0; foreign < 2; foreign++) {
            struct loose_new n;
            struct stat st;
            publish(objects, data, sizes[i], &n);
            char *path = object_file(objects, n.hex), *content = pathf(*state, "content");
            put_file(content, data, sizes[i]);
            if (foreign) /* as stock git writes it */
                assert_sh("cd %s && rm -f %s && git hash-object -w -t blob %s >/dev/null && test -e %s", repo,
                          path, content, path);
            assert_int_equal(stat(path, &st), 0);
            chmod(path, 0644);
            off_t len = st.st_size;
            while (len-- > 0) {
                assert_int_equal(truncate(path, len), 0);
                expect_damage(objects, &n.oid, data, sizes[i], true);
                /* a large one: all lengths near the block borders, some between */
                if (sizes[i] > 1000 && len > 400 && (len + 100) % 65540 > 200) len -= 211;
            }
            unlink(path);
            free(path);
            free(content);
        }
    free(objects);
    free(repo);
}

static void each_bit(void **state)
{
    char *objects, *repo = make_repo(*state, &objects), *content = pathf(*state, "content");
    static unsigned char data[400];
    fill(data, sizeof data, 4);
    put_file(content, data, sizeof data);
    for (int foreign = 0; foreign < 2; foreign++) {
        struct loose_new n;
        publish(objects, data, sizeof data, &n);
        char *path = object_file(objects, n.hex), *bytes = NULL;
        size_t len;
        if (foreign) assert_sh("cd %s && rm -f %s && git hash-object -w %s >/dev/null", repo, path, content);
        assert_int_equal(lt_fs_read(path, 4096, &bytes, &len), 0);
        for (size_t bit = 0; bit < len * 8; bit++) {
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
            put_file(path, bytes, len);
            expect_damage(objects, &n.oid, data, sizeof data, false);
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        }
        /* bytes behind its end */
        char *more = malloc(len + 1);
        memcpy(more, bytes, len);
        more[len] = 0;
        put_file(path, more, len + 1);
        expect_damage(objects, &n.oid, data, sizeof data, true);
        /* the broken one is replaced by the same content given anew */
        publish(objects, data, sizeof data, &n);
        struct loose_file *f = NULL;
        struct lt_error err = {0};
        ok(loose_open(objects, &n.oid, &f, &err), &err);
        ok(loose_verify(f, &err), &err);
        loose_close(f);
        unlink(path);
        free(more);
        free(bytes);
        free(path);
    }
    free(content);
    free(objects);
    free(repo);
}

/* Objects of a stock git, compressed: ranges forwards and backwards, and through libgit2. */
static void foreign_objects(void **state)
{
    char *objects, *repo = make_repo(*state, &objects), *content = pathf(*state, "content");
    struct lt_error err = {0};
    size_t size = 300000;
    unsigned char *data = malloc(size), *back = malloc(size);
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)("grade"[i % 5] + i / 5000 % 7);
    put_file(content, data, size);
    git_oid oid;
    git_odb_hash(&oid, data, size, GIT_OBJECT_BLOB);
    for (int level = 0; level <= 9; level += 3) {
        assert_sh(
            "cd %s && rm -rf objects/?? && git -c core.looseCompression=%d hash-object -w %s >/dev/null",
            repo, level, content);
        struct loose_file *f = NULL;
        ok(loose_open(objects, &oid, &f, &err), &err);
        static const uint64_t offs[] = {299999, 0, 65536, 65535, 150000, 1, 250000};
        for (size_t i = 0; i < sizeof offs / sizeof *offs; i++) {
            ssize_t n = loose_pread(f, back, 70000, offs[i], &err);
            size_t expect = size - offs[i] < 70000 ? (size_t)(size - offs[i]) : 70000;
            assert_int_equal(n, (ssize_t)expect);
            assert_memory_equal(back, data + offs[i], expect);
        }
        ok(loose_verify(f, &err), &err);
        loose_close(f);
    }
    struct repo_cache *cache = repo_cache_new();
    struct repo *r = NULL;
    git_odb_object *raw = NULL;
    ok(repo_acquire(cache, repo, &r, &err), &err);
    ok(repo_read(r, &oid, size, &raw, &err), &err);
    assert_int_equal(git_odb_object_size(raw), size);
    assert_memory_equal(git_odb_object_data(raw), data, size);
    git_odb_object_free(raw);
    assert_int_equal(repo_read(r, &oid, size - 1, &raw, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.too_large");
    git_oid none = {{1}};
    assert_int_equal(repo_read(r, &none, size, &raw, &err), LT_NOTFOUND);
    struct loose_file *f = NULL;
    assert_int_equal(loose_open(objects, &none, &f, &err), LT_NOTFOUND);
    assert_false(loose_exists(objects, &none));
    assert_true(loose_exists(objects, &oid));
    repo_release(r);
    repo_cache_free(cache);
    free(data);
    free(back);
    free(content);
    free(objects);
    free(repo);
    lt_error_clear(&err);
}

/* A header that promises more, or less, than the stream has; a small file that inflates for ever. */
static void lying_headers(void **state)
{
    char *objects, *repo = make_repo(*state, &objects);
    static const char *const heads[] = {
        "blob 999999999999999999",     "blob 12", "blob 08", "blob -1", "blob ", "blob", "blub 10",
        "blob 1000000000000000000000", "tree 0",  ""};
    git_oid oid = {{0xab, 0xcd}};
    uLong size = 30000000;
    unsigned char *plain = malloc(size), *packed = malloc(compressBound(size));
    char *path = object_file(objects, "abcd000000000000000000000000000000000000");
    assert_sh("mkdir -p %s/ab", objects);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        memset(plain, 'a', size);
        memcpy(plain, heads[i], strlen(heads[i]) + 1);
        uLongf len = compressBound(size);
        assert_int_equal(compress2(packed, &len, plain, size, 1), Z_OK);
        put_file(path, packed, len);
        expect_damage(objects, &oid, NULL, 0, true);
    }
    free(plain);
    free(packed);
    free(path);
    free(objects);
    free(repo);
}

/* 100 MB in and out; the process may not grow with the file. */
static void large_in_small_memory(void **state)
{
    char *objects, *repo = make_repo(*state, &objects), *path = pathf(*state, "large");
    struct lt_error err = {0};
    size_t piece = 1 << 16, pieces = 1600;
    unsigned char *data = malloc(piece);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    for (size_t i = 0; i < pieces; i++) {
        fill(data, piece, i);
        assert_int_equal(write(fd, data, piece), (ssize_t)piece);
    }
    lseek(fd, 0, SEEK_SET);
    long before = peak_kib();
    struct loose_new n = {0};
    struct loose_file *f = NULL;
    ok(loose_write(fs(), objects, fd, 1u << 30, &n, &err), &err);
    ok(loose_publish(fs(), objects, &n, true, &err), &err);
    ok(loose_open(objects, &n.oid, &f, &err), &err);
    unsigned char *back = malloc(piece);
    for (size_t i = 0; i < pieces; i++) {
        fill(data, piece, i);
        assert_int_equal(loose_pread(f, back, piece, i * piece, &err), (ssize_t)piece);
        assert_memory_equal(back, data, piece);
    }
    ok(loose_verify(f, &err), &err);
    long grown = peak_kib() - before;
    print_message("peak memory grew by %ld KiB over a file of %zu KiB\n", grown, pieces * piece / 1024);
    assert_true(grown < 4096);
    assert_sh("cd %s && git cat-file blob %s | cmp - %s && git fsck --full --strict --no-dangling", repo,
              n.hex, path);
    loose_close(f);
    close(fd);
    free(data);
    free(back);
    free(path);
    free(objects);
    free(repo);
}

/* Each call fails once: an error, no temporary file, and the object whole or absent. */
static void failing_calls(void **state)
{
    char *objects, *repo = make_repo(*state, &objects);
    static unsigned char data[100000];
    fill(data, sizeof data, 5);
    for (uint64_t nth = 1;; nth++) {
        struct lt_fs_test *t = lt_fs_test_new();
        struct lt_error err = {0};
        struct loose_new n = {0};
        lt_fs_test_fault(t, LT_FS_FAIL, nth);
        int rc = loose_write_bytes(lt_fs_test_table(t), objects, data, sizeof data, &n, &err);
        if (rc == 0) rc = loose_publish(lt_fs_test_table(t), objects, &n, true, &err);
        uint64_t flushes = lt_fs_test_flushes(t);
        lt_fs_test_free(t);
        loose_discard(fs(), &n); /* the disk works again */
        git_oid oid;
        struct loose_file *f = NULL;
        git_odb_hash(&oid, data, sizeof data, GIT_OBJECT_BLOB);
        int there = loose_open(objects, &oid, &f, &err);
        assert_true(there == 0 || there == LT_NOTFOUND);
        if (there == 0) {
            ok(loose_verify(f, &err), &err);
            loose_close(f);
        }
        lt_error_clear(&err);
        if (rc == 0) {
            assert_int_equal(there, 0);
            print_message("%llu calls, %llu flushes for a durable file\n", (unsigned long long)nth - 1,
                          (unsigned long long)flushes);
            break;
        }
        assert_int_equal(rc, LT_SYSTEM);
        assert_sh("rm -rf %s/??", objects);
        assert_sh("rm -f %s/tmp_obj_*", objects); /* unlink failed, too: recovery's work */
    }
    free(objects);
    free(repo);
}

/* After power loss a durably published object is there and whole, whatever else the disk kept. */
static void power_loss(void **state)
{
    char *objects, *repo = make_repo(*state, &objects);
    static unsigned char data[70000];
    struct lt_fs_test *t = lt_fs_test_new();
    assert_int_equal(lt_fs_test_record(t, repo), 0);
    struct lt_error err = {0};
    static struct loose_new first[6], again;
    for (size_t i = 0; i < 6; i++) { /* the odd ones are not flushed */
        fill(data, sizeof data, 100 + i);
        ok(loose_write_bytes(lt_fs_test_table(t), objects, data, sizeof data, &first[i], &err), &err);
        ok(loose_publish(lt_fs_test_table(t), objects, &first[i], i % 2 == 0, &err), &err);
    }
    /* an unflushed one that comes again, durably: it was there already, yet must be safe now */
    fill(data, sizeof data, 101);
    ok(loose_write_bytes(lt_fs_test_table(t), objects, data, sizeof data, &again, &err), &err);
    ok(loose_publish(lt_fs_test_table(t), objects, &again, true, &err), &err);
    static const bool safe[6] = {true, true, true, false, true, false};
    for (uint64_t seed = 0; seed < 20; seed++) {
        char *into = lt_format("%s/after-%llu", (char *)*state, (unsigned long long)seed);
        assert_int_equal(mkdir(into, 0700), 0);
        assert_int_equal(lt_fs_test_power_loss(t, into, seed), 0);
        char *kept = pathf(into, "objects");
        for (size_t i = 0; i < 6; i++) {
            struct loose_file *f = NULL;
            int rc = loose_open(kept, &first[i].oid, &f, &err);
            if (safe[i]) {
                ok(rc, &err);
                ok(loose_verify(f, &err), &err);
            }
            loose_close(f);
            lt_error_clear(&err);
        }
        free(kept);
        free(into);
    }
    lt_fs_test_free(t);
    free(objects);
    free(repo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(large_in_small_memory),
        SCRATCH_TEST(borders),
        SCRATCH_TEST(sources),
        SCRATCH_TEST(changed_while_read),
        SCRATCH_TEST(cut_at_each_length),
        SCRATCH_TEST(each_bit),
        SCRATCH_TEST(foreign_objects),
        SCRATCH_TEST(lying_headers),
        SCRATCH_TEST(failing_calls),
        SCRATCH_TEST(power_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
