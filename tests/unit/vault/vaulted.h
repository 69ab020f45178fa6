/* What the tests of transactions share: a data folder in a scratch folder, a clock that stands still, short
 * ways to write. */
#ifndef LT_TEST_VAULT_VAULTED_H
#define LT_TEST_VAULT_VAULTED_H

#include "objects.h"

#include "base/id.h"
#include "vault/vault.h"

#define SCHOOL_ID "school-1"

/* In memory where there is such a place: what is tested is which calls come in which order, and the many
 * flushes would otherwise wait for whatever else is being written on the machine. */
static inline int memory_make(void **state)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    char *path = lt_format("%s/letopis-fault-XXXXXX", base);
    struct lt_error err = {0};
    *state = path;
    return path != NULL && mkdtemp(path) != NULL && repo_lib_start(&err) == 0 ? 0 : -1;
}

#define MEMORY_TEST(f) cmocka_unit_test_setup_teardown(f, memory_make, scratch_remove)

static inline int64_t still_now(void *ctx)
{
    return *(int64_t *)ctx;
}

/* A clock of the tests: *at in milliseconds. */
static inline struct lt_clock still_clock(int64_t *at)
{
    return (struct lt_clock){.now_ms = still_now, .ctx = at, .offset_minutes = 180};
}

static inline struct vault *open_with(const char *dir, const struct lt_fs *fs, const struct lt_clock *clock)
{
    struct vault_config c = {.dir = dir, .fs = fs, .clock = clock};
    struct lt_error err = {0};
    struct vault *v = NULL;
    ok(vault_open(&c, &v, &err), &err);
    return v;
}

static inline struct vault *open_vault(const char *dir)
{
    return open_with(dir, NULL, NULL);
}

static inline void make_vault(const char *dir)
{
    struct vault_config c = {.dir = dir};
    struct lt_error err = {0};
    ok(vault_create(&c, SCHOOL_ID, &err), &err);
}

/* The nth of ids that are the same in each run, spread over the folders. */
static inline const char *nth_id(unsigned n, char out[LT_ID_SIZE])
{
    snprintf(out, LT_ID_SIZE, "0198f3a2-%04x-7abc-8def-0123456%05x", n & 0xffffu,
             (n * 0x9e3fu + n) & 0xfffffu);
    return out;
}

static const struct vault_author guardian = {"guardian", "0198f3a2-0000-7000-8000-000000000001@" SCHOOL_ID};

static inline struct vault_message saying(const char *subject)
{
    return (struct vault_message){
        .subject = subject, .use_case = "entry.add", .actor = "0198f3a2-0000-7000-8000-000000000001"};
}

static inline struct vault_tx *begin(struct vault *v, const char *repo)
{
    struct lt_error err = {0};
    struct vault_tx *tx = NULL;
    ok(vault_tx_begin(v, &guardian, &repo, 1, &tx, &err), &err);
    return tx;
}

static inline void put(struct vault_tx *tx, const char *repo, const char *path, const char *text)
{
    struct lt_error err = {0};
    ok(vault_tx_put(tx, repo, path, text, strlen(text), &err), &err);
}

/* Stores len bytes of fill(seed) at path through a pipe-less descriptor. */
static inline int put_bytes(struct vault_tx *tx, const char *repo, const char *path, size_t len,
                            uint64_t seed, struct vault_stored *out, struct lt_error *err)
{
    unsigned char *p = malloc(len + 1);
    char name[] = "/tmp/letopis-src-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0 && p);
    unlink(name);
    fill(p, len, seed);
    assert_int_equal(write(fd, p, len), (ssize_t)len);
    lseek(fd, 0, SEEK_SET);
    free(p);
    int rc = vault_tx_put_file(tx, repo, path, fd, 100u << 20, out, err);
    close(fd);
    return rc;
}

static inline void commit_end(struct vault_tx *tx, const char *subject)
{
    struct lt_error err = {0};
    const struct vault_result *r = NULL;
    struct vault_message m = saying(subject);
    ok(vault_tx_commit(tx, &m, NULL, 0, &r, &err), &err);
    vault_tx_end(tx);
}

/* One document in one commit. */
static inline void put_one(struct vault *v, const char *repo, const char *path, const char *text)
{
    struct vault_tx *tx = begin(v, repo);
    put(tx, repo, path, text);
    commit_end(tx, "put");
}

/* The document at the head, malloc'ed; NULL when absent. */
static inline char *head_text(struct vault *v, const char *repo, const char *path)
{
    struct lt_error err = {0};
    struct vault_snapshot *s = NULL;
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    if (vault_snapshot_open(v, repo, NULL, &s, &err) != 0) return NULL;
    int rc = vault_snapshot_read(s, path, &b, &err);
    if (rc == LT_NOTFOUND)
        lt_buf_free(&b);
    else
        ok(rc, &err);
    vault_snapshot_close(s);
    return rc == 0 ? lt_buf_take(&b, NULL) : NULL;
}

static inline void assert_text(struct vault *v, const char *repo, const char *path, const char *text)
{
    char *got = head_text(v, repo, path);
    if (text)
        assert_string_equal(got ? got : "(absent)", text);
    else
        assert_null(got);
    free(got);
}

/* Every repository passes git's strict check, no lock or temporary file is left anywhere. */
static inline void assert_sound(const char *dir)
{
    assert_sh("for r in %s/school.git %s/portfolios/*/*.git; do [ -d $r ] || continue; git -C $r fsck "
              "--strict --full --no-dangling >/tmp/fsck.$$ "
              "2>&1 || { echo $r; cat /tmp/fsck.$$; exit 1; }; rm -f /tmp/fsck.$$; done",
              dir, dir);
    assert_sh("! find %s \\( -name '*.lock' -o -name 'tmp_*' -o -name '*.tmp-*' \\) | grep .", dir);
}

static inline void assert_settled(const char *dir)
{
    assert_sh("! ls %s/journal | grep '[.]log$' | grep -v access", dir);
}

#endif
