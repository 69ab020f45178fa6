/* A school whose history names a pupil, and the steps that take the pupil out of it: for the tests of what is left and of what a kill leaves. */
#ifndef LT_TEST_VAULT_ERASING_H
#define LT_TEST_VAULT_ERASING_H

#include "vaulted.h"

#define ERASED   "0198f3a2-1111-7abc-8def-0123456789ab"
#define STAYS    "0198f3a2-2222-7abc-8def-0123456789cd"
#define ERASURE  "0198f3a2-3333-7abc-8def-0123456789ef"
#define SURNAME  "Кузнечиков"
#define BIRTH    "2012-03-17"
#define NAMING   "{\"name\": \"" SURNAME "\", \"birth\": \"" BIRTH "\"}\n"
#define EVENT(who) "{\"title\": \"Олимпиада\", \"who\": [" who "]}\n"
#define BOTH     EVENT("\"Осинин\", \"" SURNAME "\"")
#define ONE      EVENT("\"Осинин\"")

/* Commits of school.git: 0 before anything, 1 a person, 2 the event with both, 3 something else, 4 the person again, 5 neither at the head. */
static inline void make_erasing(struct vault *v)
{
    struct vault_stored stored;
    struct lt_error err = {0};
    struct vault_tx *tx;
    put_one(v, VAULT_SCHOOL, "school.json", "{}\n");
    put_one(v, VAULT_SCHOOL, "people/" ERASED ".json", NAMING);
    tx = begin(v, VAULT_SCHOOL);
    put(tx, VAULT_SCHOOL, "events/e1/event.json", BOTH);
    ok(put_bytes(tx, VAULT_SCHOOL, "events/e1/files/01.jpg", 70000, 1, &stored, &err), &err);
    commit_end(tx, "event");
    put_one(v, VAULT_SCHOOL, "classes/2026/c.json", "{\"name\": \"9А\"}\n");
    tx = begin(v, VAULT_SCHOOL);
    put(tx, VAULT_SCHOOL, "people/" ERASED ".json", "{\"again\": \"" SURNAME "\"}\n");
    ok(put_bytes(tx, VAULT_SCHOOL, "people/photo-" ERASED ".jpg", 70000, 2, &stored, &err), &err);
    commit_end(tx, "person");
    tx = begin(v, VAULT_SCHOOL);
    put(tx, VAULT_SCHOOL, "events/e1/event.json", ONE);
    ok(vault_tx_remove(tx, VAULT_SCHOOL, "people/" ERASED ".json", &err), &err);
    ok(vault_tx_remove(tx, VAULT_SCHOOL, "people/photo-" ERASED ".jpg", &err), &err);
    put(tx, VAULT_SCHOOL, "erasures/" ERASURE ".json", "{\"pupil\": \"" ERASED "\"}\n");
    commit_end(tx, "act");
    const char *const pupils[] = {ERASED, STAYS};
    for (size_t i = 0; i < 2; i++) {
        tx = begin(v, pupils[i]);
        put(tx, pupils[i], "pupil.json", i == 0 ? NAMING : "{\"name\": \"Осинин\"}\n");
        ok(put_bytes(tx, pupils[i], "entries/2026/e/files/01.jpg", 200000, 10 + i, &stored, &err), &err);
        commit_end(tx, "portfolio");
    }
}

static inline enum vault_fate erasing_fate(void *user, const char *path)
{
    (void)user;
    if (strstr(path, ERASED)) return VAULT_DROP;
    return lt_ends(path, "/event.json") ? VAULT_REPLACE : VAULT_KEEP;
}

static inline int erasing_document(void *user, const char *path, const void *data, size_t len, struct lt_buf *out, struct lt_error *err)
{
    (void)user, (void)path, (void)err;
    const char *found = memmem(data, len, SURNAME, strlen(SURNAME));
    lt_buf_add(out, found ? ONE : data, found ? strlen(ONE) : len);
    return 0;
}

static const struct vault_rewriting erasing = {.id = ERASURE, .fate = erasing_fate, .document = erasing_document};

static inline int erase_all(struct vault *v, uint64_t *commits, struct lt_error *err)
{
    int rc = vault_erase(v, ERASED, NULL, NULL, err);
    if (rc == 0) rc = vault_rewrite(v, VAULT_SCHOOL, &erasing, commits, err);
    if (rc == 0) rc = vault_settle(v, err);
    return rc ? rc : vault_purge(v, VAULT_SCHOOL, err);
}

static inline int count_faults(void *user, const struct vault_fault *f)
{
    ++*(int *)user;
    print_error("%s %s %s %s\n", f->repo, f->path, f->code, f->what);
    return 0;
}

static inline void assert_checked(struct vault *v, const char *repo)
{
    struct vault_report report;
    struct lt_error err = {0};
    int faults = 0;
    ok(vault_check(v, repo, count_faults, &faults, &report, &err), &err);
    assert_int_equal(faults, 0);
}

/* In no form, neither in what is on disk nor in what it inflates to. */
static inline void assert_no_trace(const char *dir, bool twice)
{
    assert_sh("%s/tests/support/no-trace %s " SURNAME " " BIRTH, LETOPIS_SOURCE_DIR, dir);
    if (twice && access(LETOPIS_SOURCE_DIR "/../shared/checks/no-trace", X_OK) == 0)
        assert_sh("%s/../shared/checks/no-trace %s " SURNAME " " BIRTH " >&2", LETOPIS_SOURCE_DIR, dir);
}

#endif
