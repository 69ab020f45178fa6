/* Scans that a stranger's git gc packed: read in a child, up to the size limit, whatever the pack looks like. */
#include "vaulted.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const char *const pupil = "0198f3a2-1234-7abc-8def-012345678900";

static struct vault *open_sandboxed(const char *dir)
{
    struct vault_config c = {.dir = dir, .program = LETOPIS_BINARY_DIR "/tests/lt_child", .modules = LETOPIS_BINARY_DIR "/modules"};
    struct lt_error err = {0};
    struct vault *v = NULL;
    ok(vault_open(&c, &v, &err), &err);
    return v;
}

static void keep_file(struct vault *v, const char *path, const void *data, size_t len)
{
    struct lt_error err = {0};
    struct vault_stored stored;
    char name[] = "/tmp/letopis-src-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    lseek(fd, 0, SEEK_SET);
    struct vault_tx *tx = begin(v, pupil);
    ok(vault_tx_put_file(tx, pupil, path, fd, 128u << 20, &stored, &err), &err);
    commit_end(tx, "put");
    close(fd);
}

/* 0 and the file is as it was put, or the refusal. */
static int read_file(struct vault *v, const char *path, const void *data, size_t len, struct lt_error *err)
{
    struct vault_snapshot *s = NULL;
    struct vault_file *f = NULL;
    lt_error_clear(err);
    int rc = vault_snapshot_open(v, pupil, NULL, &s, err);
    if (rc == 0) rc = vault_file_open(s, path, &f, err);
    if (rc == 0) {
        assert_int_equal(vault_file_size(f), len);
        char *got = malloc(len + 1);
        size_t at = 0;
        for (ssize_t n; (n = vault_file_pread(f, got + at, 100000, at, err)) > 0;) at += (size_t)n;
        assert_int_equal(at, len);
        assert_memory_equal(got, data, len);
        if (len > 5000) { /* a part from the middle */
            assert_int_equal(vault_file_pread(f, got, 100, 4000, err), 100);
            assert_memory_equal(got, (const char *)data + 4000, 100);
        }
        free(got);
    }
    vault_file_close(f);
    vault_snapshot_close(s);
    return rc;
}

/* Five drafts of one text that differ in places, so that git makes deltas of them. */
enum { DRAFTS = 5, DRAFT = 300000 };

static char *draft(int n)
{
    char *p = malloc(DRAFT);
    fill((unsigned char *)p, DRAFT, 7);
    for (int i = 0; i < DRAFT; i++) p[i] = (char)('a' + (unsigned char)p[i] % 26);
    for (int k = 1; k <= n; k++) memset(p + k * 40000, 'A' + k, 300);
    return p;
}

static char *portfolio(const char *dir)
{
    char *path = lt_format("%s/portfolios/00/%s.git", dir, pupil);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return path;
}

static void prepare(const char *dir)
{
    make_vault(dir);
    struct vault *v = open_sandboxed(dir);
    char path[64];
    for (int i = 0; i < DRAFTS; i++) {
        char *text = draft(i);
        snprintf(path, sizeof path, "entries/2026/e/files/0%d.txt", i);
        keep_file(v, path, text, DRAFT);
        free(text);
    }
    keep_file(v, "entries/2026/e/files/09.txt", "", 0);
    vault_close(v);
}

static void all_are_read(const char *dir)
{
    struct lt_error err = {0};
    struct vault *v = open_sandboxed(dir);
    char path[64];
    for (int i = 0; i < DRAFTS; i++) {
        char *text = draft(i);
        snprintf(path, sizeof path, "entries/2026/e/files/0%d.txt", i);
        ok(read_file(v, path, text, DRAFT, &err), &err);
        free(text);
    }
    ok(read_file(v, "entries/2026/e/files/09.txt", "", 0, &err), &err);
    vault_close(v);
}

static void packed_by_a_stranger(void **state)
{
    char *dir = pathf(*state, "data");
    prepare(dir);
    char *repo = portfolio(dir);
    all_are_read(dir);
    assert_sh("cd %s && git gc -q --prune=now && test -z \"$(ls objects/?? 2>/dev/null)\"", repo);
    assert_sh("cd %s && git verify-pack -v objects/pack/*.idx | grep -q 'chain length = [234]'", repo);
    all_are_read(dir);
    /* deltas by name, and each object whole */
    assert_sh("cd %s && git -c repack.useDeltaBaseOffset=false repack -q -adf --depth=50", repo);
    all_are_read(dir);
    assert_sh("cd %s && git repack -q -adF --depth=0", repo);
    all_are_read(dir);
    /* an index with far offsets, as of packs above 2 GiB */
    assert_sh("cd %s/objects/pack && chmod u+w *.idx && git index-pack --index-version=2,0x40 -o far.idx *.pack >/dev/null && mv -f far.idx pack-*.idx", repo);
    all_are_read(dir);
    free(repo);
    free(dir);
}

static void as_large_as_a_file_may_be(void **state)
{
    char *dir = pathf(*state, "data");
    make_vault(dir);
    size_t len = (size_t)60 << 20;
    unsigned char *data = malloc(len);
    fill(data, len, 3);
    struct vault *v = open_sandboxed(dir);
    keep_file(v, "entries/2026/e/files/01.mp4", data, len);
    char *repo = portfolio(dir);
    assert_sh("cd %s && git repack -q -adF --depth=0 && git prune-packed && test $(git count-objects | cut -d' ' -f1) = 0", repo);
    struct lt_error err = {0};
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    struct vault_snapshot *s = NULL;
    struct vault_file *f = NULL;
    ok(vault_snapshot_open(v, pupil, NULL, &s, &err), &err);
    ok(vault_file_open(s, "entries/2026/e/files/01.mp4", &f, &err), &err);
    char part[1000];
    assert_int_equal(vault_file_pread(f, part, sizeof part, len - 1000, &err), 1000);
    assert_memory_equal(part, data + len - 1000, 1000);
    getrusage(RUSAGE_SELF, &after);
    if (after.ru_maxrss - before.ru_maxrss > 24 * 1024) fail_msg("the process grew by %ld KiB", after.ru_maxrss - before.ru_maxrss);
    vault_file_close(f);
    vault_snapshot_close(s);
    vault_close(v);
    free(data);
    free(repo);
    free(dir);
}

/* Every damage is an error, within the deadline, and only the child's. */
static void damaged_packs(void **state)
{
    char *dir = pathf(*state, "data");
    prepare(dir);
    char *repo = portfolio(dir), *text = draft(0), pack[600], path[64];
    assert_sh("cd %s && git gc -q --prune=now && chmod u+w objects/pack/*", repo);
    assert_sh("cp -r %s %s.whole", repo, repo);
    struct lt_error err = {0};
    uint64_t dice = 11;
    unsigned refusals = 0;
    for (int round = 0; round < 40; round++) {
        assert_sh("cp %s.whole/objects/pack/* %s/objects/pack/", repo, repo);
        snprintf(pack, sizeof pack, "ls %s/objects/pack/*.%s", repo, round % 4 == 3 ? "idx" : "pack");
        FILE *ls = popen(pack, "r");
        assert_non_null(fgets(pack, sizeof pack, ls));
        pclose(ls);
        pack[strcspn(pack, "\n")] = 0;
        struct stat st;
        assert_int_equal(stat(pack, &st), 0);
        int fd = open(pack, O_RDWR | O_CLOEXEC);
        assert_true(fd >= 0);
        for (int k = 0; k < 12; k++) {
            unsigned char c;
            dice = dice * 6364136223846793005u + 1442695040888963407u;
            off_t at = (off_t)((dice >> 33) % (uint64_t)st.st_size);
            assert_int_equal(pread(fd, &c, 1, at), 1);
            c ^= (unsigned char)(1u << (dice & 7));
            assert_int_equal(pwrite(fd, &c, 1, at), 1);
        }
        if (round % 8 == 5) assert_int_equal(ftruncate(fd, (off_t)((dice >> 20) % (uint64_t)st.st_size)), 0);
        close(fd);
        struct vault_config c = {.dir = dir, .read_only = true, .program = LETOPIS_BINARY_DIR "/tests/lt_child", .modules = LETOPIS_BINARY_DIR "/modules"};
        struct vault *v = NULL;
        if (vault_open(&c, &v, &err) != 0) {
            lt_error_clear(&err);
            continue;
        }
        snprintf(path, sizeof path, "entries/2026/e/files/00.txt");
        int rc = read_file(v, path, text, DRAFT, &err);
        if (rc != 0) {
            if (rc != LT_REFUSED && rc != LT_NOTFOUND) fail_msg("round %d: %d %s", round, rc, err.code);
            refusals++;
        }
        lt_error_clear(&err);
        vault_close(v);
    }
    print_message("%u of 40 damaged packs refused\n", refusals);
    assert_true(refusals > 5);
    free(text);
    free(repo);
    free(dir);
}

static void a_missing_object(void **state)
{
    char *dir = pathf(*state, "data");
    prepare(dir);
    char *repo = portfolio(dir), *text = draft(0);
    struct lt_error err = {0};
    assert_sh("cd %s && rm -rf objects/pack/none $(git rev-parse HEAD:entries/2026/e/files/00.txt | sed 's,^..,objects/&/,')", repo);
    struct vault *v = open_sandboxed(dir);
    assert_int_equal(read_file(v, "entries/2026/e/files/00.txt", text, DRAFT, &err), LT_REFUSED);
    assert_string_equal(err.code, "vault.damaged");
    lt_error_clear(&err);
    vault_close(v);
    free(text);
    free(repo);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(packed_by_a_stranger),
        SCRATCH_TEST(as_large_as_a_file_may_be),
        SCRATCH_TEST(damaged_packs),
        SCRATCH_TEST(a_missing_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
