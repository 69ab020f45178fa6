/* What is done to a data folder while it is killed, cut off or refused the disk: steps that each are one
 * transaction, with a check that says whether a step is there whole, not at all or (never) in part. */
#ifndef LT_TEST_FAULT_VAULT_SCENARIOS_H
#define LT_TEST_FAULT_VAULT_SCENARIOS_H

#include "../unit/vault/vaulted.h"

enum presence { ABSENT, WHOLE, HALF };

struct scenario {
    const char *name;
    int steps;
    size_t portfolios; /* that exist before */
    int (*run)(struct vault *v, int step, struct lt_error *err);
    enum presence (*look)(struct vault *v, int step);
};

#define SCAN_SIZE 70000

static inline int run_commit(struct vault_tx *tx, int rc, const char *extra, struct lt_error *err)
{
    const struct vault_result *r;
    struct vault_message m = saying("fault");
    if (rc == 0) rc = vault_tx_commit(tx, &m, extra, strlen(extra), &r, err);
    vault_tx_end(tx);
    return rc;
}

/* --- one entry with a file: steps 0 and 1 into a portfolio, 2 into a new one --- */

static inline void entry_names(int step, char id[LT_ID_SIZE], char text[64], char scan[64])
{
    nth_id(step < 2 ? 0 : 500 + (unsigned)step, id);
    snprintf(text, 64, "entries/2026/e%d/entry.json", step);
    snprintf(scan, 64, "entries/2026/e%d/files/01.jpg", step);
}

static inline int entry_run(struct vault *v, int step, struct lt_error *err)
{
    char id[LT_ID_SIZE], text[64], scan[64];
    const char *repo = id;
    struct vault_stored stored;
    struct vault_tx *tx;
    entry_names(step, id, text, scan);
    int rc = vault_tx_begin(v, &guardian, &repo, 1, &tx, err);
    if (rc) return rc;
    rc = put_bytes(tx, id, scan, SCAN_SIZE, (uint64_t)step + 1, &stored, err);
    if (rc == 0) rc = vault_tx_put(tx, id, text, stored.oid, 40, err);
    return run_commit(tx, rc, text, err);
}

static inline bool scan_good(struct vault_snapshot *s, const char *path, uint64_t seed)
{
    static unsigned char want[SCAN_SIZE], got[SCAN_SIZE];
    struct lt_error err = {0};
    struct vault_file *f;
    fill(want, SCAN_SIZE, seed);
    if (vault_file_open(s, path, &f, &err) != 0) return false;
    bool good = vault_file_size(f) == SCAN_SIZE &&
                vault_file_pread(f, got, SCAN_SIZE, 0, &err) == SCAN_SIZE &&
                memcmp(got, want, SCAN_SIZE) == 0;
    vault_file_close(f);
    return good;
}

static inline enum presence entry_look(struct vault *v, int step)
{
    char id[LT_ID_SIZE], text[64], scan[64];
    struct lt_error err = {0};
    struct vault_snapshot *s;
    entry_names(step, id, text, scan);
    int rc = vault_snapshot_open(v, id, NULL, &s, &err);
    if (rc) return rc == LT_NOTFOUND ? ABSENT : HALF;
    bool there = vault_snapshot_has(s, text), file = vault_snapshot_has(s, scan);
    bool good = file && scan_good(s, scan, (uint64_t)step + 1);
    vault_snapshot_close(s);
    return !there && !file ? ABSENT : there && good ? WHOLE : HALF;
}

/* --- many portfolios and the school in one transaction --- */

static inline enum presence many_look(struct vault *v, const char *path, unsigned first, unsigned n)
{
    char id[LT_ID_SIZE];
    unsigned found = 0;
    for (unsigned i = 0; i <= n; i++) {
        struct lt_error err = {0};
        struct vault_snapshot *s;
        struct lt_buf b = LT_BUF_INIT(1 << 20);
        const char *repo = i == n ? VAULT_SCHOOL : nth_id(first + i, id);
        int rc = vault_snapshot_open(v, repo, NULL, &s, &err);
        if (rc == LT_NOTFOUND) continue;
        if (rc) return HALF;
        rc = vault_snapshot_read(s, path, &b, &err);
        vault_snapshot_close(s);
        lt_buf_free(&b);
        if (rc != 0 && rc != LT_NOTFOUND) return HALF;
        found += rc == 0;
    }
    return found == 0 ? ABSENT : found == n + 1 ? WHOLE : HALF;
}

static inline int many_run(struct vault *v, const char *path, unsigned first, unsigned n, size_t size,
                           const char *extra, struct lt_error *err)
{
    static char ids[1000][LT_ID_SIZE];
    const char *repos[1001];
    struct vault_tx *tx;
    char *text = malloc(2 * size + 1);
    unsigned char *noise = malloc(size);
    for (unsigned i = 0; i < n; i++)
        repos[i] = nth_id(first + i, ids[i]);
    repos[n] = VAULT_SCHOOL;
    int rc = vault_tx_begin(v, &guardian, repos, n + 1, &tx, err);
    for (unsigned i = 0; rc == 0 && i <= n; i++) {
        fill(noise, size, i + 1);
        lt_hex(noise, size, text);
        rc = vault_tx_put(tx, repos[i], path, text, 2 * size, err);
        if (rc) vault_tx_end(tx);
    }
    if (rc == 0) rc = run_commit(tx, rc, extra, err);
    free(text);
    free(noise);
    return rc;
}

static inline int event_run(struct vault *v, int step, struct lt_error *err)
{
    char path[64];
    snprintf(path, sizeof path, "entries/2026/event%d/entry.json", step);
    return many_run(v, path, 0, 30, 300, path, err);
}

static inline enum presence event_look(struct vault *v, int step)
{
    char path[64];
    snprintf(path, sizeof path, "entries/2026/event%d/entry.json", step);
    return many_look(v, path, 0, 30);
}

/* The same begun without locks, and one of the portfolios moved by somebody else before they are taken; one portfolio is new. */
struct event_again {
    struct vault_tx *tx;
    const char *path;
};

static inline int event_put(void *user, const char *repo, struct lt_error *err)
{
    struct event_again *a = user;
    return vault_tx_put(a->tx, repo, a->path, a->path, strlen(a->path), err);
}

static inline int event_meanwhile(struct vault *v, const char *path, struct lt_error *err)
{
    char id[LT_ID_SIZE], other[80];
    const char *repo = nth_id(3, id);
    struct vault_tx *tx;
    snprintf(other, sizeof other, "%s.meanwhile", path);
    int rc = vault_tx_begin(v, &guardian, &repo, 1, &tx, err);
    if (rc) return rc;
    const struct vault_result *r;
    struct vault_message m = saying("meanwhile");
    rc = vault_tx_put(tx, repo, other, "x", 1, err);
    if (rc == 0) rc = vault_tx_commit(tx, &m, NULL, 0, &r, err);
    vault_tx_end(tx);
    return rc;
}

static inline int prepared_run(struct vault *v, int step, struct lt_error *err)
{
    char path[64], ids[31][LT_ID_SIZE];
    const char *repos[32];
    struct event_again again = {.path = path};
    struct vault_message m = saying("fault");
    snprintf(path, sizeof path, "entries/2026/event%d/entry.json", step);
    for (unsigned i = 0; i < 31; i++)
        repos[i] = nth_id(i < 30 ? i : 700 + (unsigned)step, ids[i]);
    repos[31] = VAULT_SCHOOL;
    int rc = vault_tx_begin_unlocked(v, &guardian, repos, 32, &again.tx, err);
    if (rc) return rc;
    for (unsigned i = 0; rc == 0 && i < 32; i++)
        rc = event_put(&again, repos[i], err);
    if (rc == 0) rc = vault_tx_prepare(again.tx, &m, err);
    if (rc == 0) rc = event_meanwhile(v, path, err);
    if (rc == 0) rc = vault_tx_lock(again.tx, event_put, &again, err);
    return run_commit(again.tx, rc, path, err);
}

/* Packs of all together within a record of the journal. */
static inline int import_run(struct vault *v, int step, struct lt_error *err)
{
    (void)step;
    return many_run(v, "pupil.json", 1000, 200, 300, "import", err);
}

/* And too large for it: flushed by syncfs. */
static inline int import_big_run(struct vault *v, int step, struct lt_error *err)
{
    (void)step;
    return many_run(v, "pupil.json", 1000, 200, 9000, "import", err);
}

static inline enum presence import_look(struct vault *v, int step)
{
    (void)step;
    return many_look(v, "pupil.json", 1000, 200);
}

static const struct scenario scenarios[] = {
    {"entry", 3, 1, entry_run, entry_look},
    {"event", 2, 30, event_run, event_look},
    {"import", 1, 0, import_run, import_look},
    {"import_big", 1, 0, import_big_run, import_look},
    {"prepared", 2, 30, prepared_run, event_look},
};

/* --- folders --- */

/* The folder before the first step, at root/base. */
static inline void scenario_base(const struct scenario *s, const char *root)
{
    char *base = pathf(root, "base"), id[LT_ID_SIZE];
    make_vault(base);
    struct vault *v = open_vault(base);
    for (unsigned i = 0; i < s->portfolios; i++)
        put_one(v, nth_id(i, id), "pupil.json", "{}\n");
    vault_close(v);
    free(base);
}

static inline char *scenario_copy(const char *root, const char *from, const char *to)
{
    assert_sh("rm -rf %s/%s && cp -a %s/%s %s/%s", root, to, root, from, root, to);
    return pathf(root, to);
}

static inline int no_fault(void *user, const struct vault_fault *f)
{
    (void)user;
    print_error("%s %s %s %s\n", f->repo, f->path, f->code, f->what);
    return 0;
}

static inline int check_one(void *user, const char *repo, const char *head)
{
    struct vault_report report;
    struct lt_error err = {0};
    (void)head;
    ok(vault_check(user, repo, no_fault, NULL, &report, &err), &err);
    assert_int_equal(report.faults, 0);
    return 0;
}

/* Extras must come at least for accepted steps whose record was still in the journal; each only once per step
 * here. */
static inline int count_extra(void *user, const void *extra, size_t len)
{
    assert_true(len > 0 && len < 64 && memchr(extra, 0, len) == NULL);
    ++*(int *)user;
    return 0;
}

/* Opens the folder as after an accident: acknowledged steps are whole, others whole or absent; none is half.
 * strict: steps not acknowledged are absent. Everything can be written to again. */
static inline void scenario_verify(const struct scenario *s, const char *dir, int acknowledged, bool strict,
                                   bool git)
{
    struct lt_error err = {0};
    char id[LT_ID_SIZE];
    int extras = 0;
    struct vault *v = open_vault(dir);
    for (int i = 0; i < s->steps; i++) {
        enum presence p = s->look(v, i);
        if (p == HALF || (i < acknowledged && p != WHOLE) || (strict && i >= acknowledged && p != ABSENT))
            fail_msg("%s: step %d of %d acknowledged is %s in %s", s->name, i, acknowledged,
                     p == HALF    ? "half"
                     : p == WHOLE ? "whole"
                                  : "absent",
                     dir);
    }
    ok(vault_replayed(v, count_extra, NULL, &extras, &err), &err);
    assert_true(extras <= s->steps);
    extras = 0;
    ok(vault_replayed(v, count_extra, NULL, &extras, &err), &err);
    assert_int_equal(extras, 0);
    ok(vault_repos(v, check_one, v, &err), &err);
    put_one(v, nth_id(0, id), "goals/after.json", "after");
    put_one(v, nth_id(1000, id), "goals/after.json", "after");
    put_one(v, VAULT_SCHOOL, "after.json", "after");
    vault_close(v);
    assert_settled(dir);
    if (git) assert_sound(dir);
    assert_sh("! find %s \\( -name '*.lock' -o -name 'tmp_*' -o -name '*.tmp-*' \\) | grep .", dir);
}

/* --- the programs: each scenario with the measure of the program for it --- */

#define SCENARIO_MAIN(run, ...)                                                                              \
    static const unsigned measures[] = {__VA_ARGS__};                                                        \
    static void entry_with_a_file(void **state) { run(state, &scenarios[0], measures[0]); }                  \
    static void event_for_thirty(void **state) { run(state, &scenarios[1], measures[1]); }                   \
    static void import_of_two_hundred(void **state) { run(state, &scenarios[2], measures[2]); }              \
    static void large_import_of_two_hundred(void **state) { run(state, &scenarios[3], measures[3]); }        \
    static void event_prepared_without_locks(void **state) { run(state, &scenarios[4], measures[4]); }       \
    int main(void)                                                                                           \
    {                                                                                                        \
        const struct CMUnitTest tests[] = {                                                                  \
            MEMORY_TEST(entry_with_a_file),           MEMORY_TEST(event_for_thirty),                         \
            MEMORY_TEST(import_of_two_hundred),       MEMORY_TEST(large_import_of_two_hundred),              \
            MEMORY_TEST(event_prepared_without_locks),                                                       \
        };                                                                                                   \
        return cmocka_run_group_tests(tests, NULL, NULL);                                                    \
    }

#endif
