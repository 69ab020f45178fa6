/* vault_check: every byte, every signature, every reference of one repository. */
#include "vault/copy.h"
#include "vault/inside.h"
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/pass.h"
#include "vault/reach.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* A damaged object, found by reading the files. */
struct wound {
    git_oid oid;
    char what[64];
    bool told; /* with a commit and a path */
};

struct check {
    const char *name; /* of the repository */
    struct repo *repo;
    int (*cb)(void *user, const struct vault_fault *);
    void *user;
    struct vault_report *report;
    struct lt_error *err;
    struct oidmap whole, bad; /* bad: places in wounds */
    struct wound *wounds;
    size_t wounds_len, wounds_cap;
    struct { /* faults of packs and the reference, told after the commits */
        char what[64], path[64], code[16];
    } * late;
    size_t late_len, late_cap;
    char commit[VAULT_OID]; /* whose tree is walked */
    const char *pack;       /* that is surveyed */
    int failed;             /* status of a failure inside a survey, which cannot return one */
};

static int tell(struct check *c, const char *commit, const char *path, const char *code, const char *what)
{
    struct vault_fault f = {.repo = c->name, .commit = commit, .path = path, .code = code, .what = what};
    c->report->faults++;
    return c->cb != NULL ? c->cb(c->user, &f) : 0;
}

static int add_late(struct check *c, const char *path, const char *code, const char *what)
{
    void *grown = lt_array_grow(c->late, &c->late_cap, c->late_len + 1, sizeof *c->late);
    if (grown == NULL) return lt_fail_memory(c->err);
    c->late = grown;
    lt_print(c->late[c->late_len].path, sizeof c->late->path, "%s", path);
    lt_print(c->late[c->late_len].code, sizeof c->late->code, "%s", code);
    lt_print(c->late[c->late_len].what, sizeof c->late->what, "%s", what);
    c->late_len++;
    return 0;
}

static int add_wound(struct check *c, const git_oid *oid, const char *what)
{
    void *grown = lt_array_grow(c->wounds, &c->wounds_cap, c->wounds_len + 1, sizeof *c->wounds);
    if (grown == NULL) return lt_fail_memory(c->err);
    c->wounds = grown;
    int put = oidmap_put(&c->bad, oid, (uint32_t)c->wounds_len);
    if (put < 0) return lt_fail_memory(c->err);
    if (put > 0) {
        struct wound *w = &c->wounds[c->wounds_len++];
        *w = (struct wound){.oid = *oid};
        lt_print(w->what, sizeof w->what, "%s", what);
    }
    return 0;
}

static int add_whole(struct check *c, const git_oid *oid)
{
    return oidmap_put(&c->whole, oid, 0) < 0 ? lt_fail_memory(c->err) : 0;
}

/* --- files --- */

static int check_loose(void *user, const git_oid *oid)
{
    struct check *c = user;
    struct loose_file *f = NULL;
    struct lt_error why = {0};
    int rc = loose_open(repo_objects_dir(c->repo), oid, &f, &why);
    if (rc == 0) rc = loose_verify(f, &why);
    loose_close(f);
    if (rc == 0) return add_whole(c, oid);
    if (rc == LT_NOTFOUND) /* taken away meanwhile */
        rc = 0;
    else if (rc == LT_REFUSED)
        rc = add_wound(c, oid, lt_error_param(&why, "what"));
    else
        rc = vault_pass(c->err, &why);
    lt_error_clear(&why);
    return rc;
}

static void pack_fault(void *user, const git_oid *oid, const char *what)
{
    struct check *c = user;
    int rc = oid != NULL ? add_wound(c, oid, what) : add_late(c, c->pack, "pack", what);
    if (rc != 0) c->failed = rc;
}

static void pack_whole(void *user, const git_oid *oid)
{
    struct check *c = user;
    int rc = add_whole(c, oid);
    if (rc != 0) c->failed = rc;
}

static int check_pack(void *user, const char *name)
{
    struct check *c = user;
    struct pack_file *f = NULL;
    struct lt_error why = {0};
    char pack[64];
    lt_print(pack, sizeof pack, "pack-%s", name);
    c->pack = pack;
    int rc = pack_file_open(repo_objects_dir(c->repo), name, &f, &why);
    if (rc == 0)
        rc = pack_file_survey(f, &(struct pack_faults){.user = c, .fault = pack_fault, .whole = pack_whole},
                              c->err);
    else if (rc == LT_NOTFOUND) /* merged meanwhile */
        rc = 0;
    else if (rc == LT_REFUSED)
        rc = add_late(c, pack, "pack", lt_error_param(&why, "what"));
    else
        rc = vault_pass(c->err, &why);
    lt_error_clear(&why);
    pack_file_close(f);
    return rc != 0 ? rc : c->failed;
}

/* --- history --- */

/* A blob of a tree. Those that the files' check did not see whole (deltas of a stranger's pack, an index that
 * hides them) are read through libgit2. */
static int check_object(void *user, const git_oid *oid, git_object_t type, const char *path)
{
    struct check *c = user;
    uint32_t at;
    if (oidmap_get(&c->whole, oid, NULL)) return 0;
    if (oidmap_get(&c->bad, oid, &at)) {
        c->wounds[at].told = true;
        return tell(c, c->commit, path, "object", c->wounds[at].what);
    }
    if (type != GIT_OBJECT_BLOB) /* was read to be walked */
        return add_whole(c, oid);
    git_odb_object *raw = NULL;
    struct lt_error why = {0};
    int rc = repo_read(c->repo, oid, PACK_OBJECT_MAX, &raw, &why);
    git_odb_object_free(raw);
    const char *what = lt_error_param(&why, "what");
    if (rc == 0)
        rc = add_whole(c, oid);
    else if (rc == LT_NOTFOUND)
        rc = tell(c, c->commit, path, "missing", "no such object");
    else if (rc == LT_REFUSED)
        rc = tell(c, c->commit, path, "object", what != NULL ? what : why.code);
    else
        rc = vault_pass(c->err, &why);
    lt_error_clear(&why);
    return rc;
}

static int check_failed_tree(void *user, const git_oid *oid, const char *path, int status,
                             const struct lt_error *why)
{
    struct check *c = user;
    uint32_t at;
    const char *what = lt_error_param(why, "what");
    if (oidmap_get(&c->bad, oid, &at)) {
        c->wounds[at].told = true;
        what = c->wounds[at].what;
    }
    bool absent = status == LT_NOTFOUND && !oidmap_get(&c->bad, oid, NULL);
    return tell(c, c->commit, path, absent ? "missing" : "object", what != NULL ? what : "no such object");
}

static int check_commit(struct check *c, const struct reach *h, const struct reach_commit *one)
{
    uint32_t at;
    git_oid_tostr(c->commit, sizeof c->commit, &one->oid);
    if (one->status != 0) {
        bool wounded = oidmap_get(&c->bad, &one->oid, &at);
        if (wounded) c->wounds[at].told = true;
        return tell(c, c->commit, "", one->status == LT_NOTFOUND && !wounded ? "missing" : "object",
                    wounded ? c->wounds[at].what : one->what);
    }
    c->report->commits++;
    int rc = add_whole(c, &one->oid);
    if (rc == 0 && one->verdict == COMMIT_UNSIGNED)
        rc = tell(c, c->commit, "", "signature", "not signed");
    else if (rc == 0 && one->verdict == COMMIT_BAD)
        rc = tell(c, c->commit, "", "signature", "the signature does not fit");
    else if (rc == 0 && one->verdict == COMMIT_STRANGER)
        rc = tell(c, c->commit, "", "principal", "the key may not sign as this committer at that time");
    for (size_t i = 0; i < one->parents_len && rc == 0; i++) {
        const struct reach_commit *p = &h->list[h->parents[one->parents_at + i]];
        if (p->status == 0 && p->committer_s > one->committer_s)
            rc = tell(c, c->commit, "", "order", "older than its parent");
    }
    return rc;
}

static int check_history(struct check *c, const git_oid *head, const struct sign_signers *signers)
{
    struct reach h = {0};
    struct oidmap seen = {0};
    struct reach_visit visit = {.user = c, .object = check_object, .failed = check_failed_tree};
    int rc = reach_commits(c->repo, head, signers, &h, c->err);
    for (size_t i = 0; i < h.len && rc == 0; i++) {
        const struct reach_commit *one = &h.list[h.order[i]];
        rc = check_commit(c, &h, one);
        if (rc == 0 && one->status == 0) rc = reach_tree(c->repo, &one->tree, &seen, &visit, c->err);
    }
    oidmap_free(&seen);
    reach_free(&h);
    return rc;
}

/* Faults that belong to no commit: objects nothing leads to, packs, the reference. */
static int tell_rest(struct check *c)
{
    int rc = 0;
    for (size_t i = 0; i < c->wounds_len && rc == 0; i++) {
        char hex[VAULT_OID];
        git_oid_tostr(hex, sizeof hex, &c->wounds[i].oid);
        if (!c->wounds[i].told) rc = tell(c, "", hex, "object", c->wounds[i].what);
    }
    for (size_t i = 0; i < c->late_len && rc == 0; i++)
        rc = tell(c, "", c->late[i].path, c->late[i].code, c->late[i].what);
    return rc;
}

static int check_reference(struct check *c, const char *dir, git_oid *head, bool *born)
{
    struct lt_error why = {0};
    int rc = repo_main(dir, head, &why);
    *born = rc == 0;
    if (rc == LT_REFUSED)
        rc = add_late(c, "refs/heads/main", "reference", "not an object's name");
    else if (rc == LT_NOTFOUND)
        rc = 0;
    else if (rc != 0)
        rc = vault_pass(c->err, &why);
    lt_error_clear(&why);
    char *path = lt_format("%s/HEAD", dir), *text = NULL;
    size_t len = 0;
    if (rc == 0 && path == NULL) rc = lt_fail_memory(c->err);
    if (rc == 0 && (lt_fs_read(path, 4096, &text, &len) != 0 || strcmp(text, "ref: refs/heads/main\n") != 0))
        rc = add_late(c, "HEAD", "reference", "does not point to main");
    free(text);
    free(path);
    return rc;
}

int vault_check(struct vault *v, const char *repo, int (*cb)(void *user, const struct vault_fault *),
                void *user, struct vault_report *report, struct lt_error *err)
{
    struct vault_report counted = {0};
    struct check c = {.name = repo, .cb = cb, .user = user, .report = &counted, .err = err};
    char *dir = NULL;
    git_oid head;
    bool born = false;
    int rc = vault_repo_dir(v, repo, &dir, err);
    if (rc == 0) rc = repo_acquire(vault_repos_cache(v), dir, &c.repo, err);
    if (rc == 0) rc = check_reference(&c, dir, &head, &born);
    if (rc == 0) rc = loose_each(repo_objects_dir(c.repo), check_loose, &c, err);
    if (rc == 0) rc = pack_each(repo_objects_dir(c.repo), check_pack, &c, err);
    if (rc == 0 && born) rc = check_history(&c, &head, vault_signers(v));
    if (rc == 0) rc = tell_rest(&c);
    counted.objects = c.whole.len;
    if (rc == 0 && report != NULL) *report = counted;
    repo_release(c.repo);
    oidmap_free(&c.whole);
    oidmap_free(&c.bad);
    free(c.wounds);
    free(c.late);
    free(dir);
    return rc;
}
