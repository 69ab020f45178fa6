/* The table of repositories: names, heads, writer locks. */
#include "vault/pass.h"
#include "vault/state.h"

#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct vault_waiter {
    struct vault_waiter *next;
    pthread_cond_t turn;
    bool has_it;
};

bool vault_repo_name_valid(const char *repo)
{
    return repo && (strcmp(repo, VAULT_SCHOOL) == 0 || lt_id_valid(repo));
}

static int bad_repo(const char *repo, struct lt_error *err)
{
    return lt_fail(err, LT_USAGE, "vault.bad_repo", "repo", repo ? repo : "", (char *)NULL);
}

int vault_repo_dir(const struct vault *v, const char *repo, char **out, struct lt_error *err)
{
    if (!vault_repo_name_valid(repo)) return bad_repo(repo, err);
    char *dir = strcmp(repo, VAULT_SCHOOL) == 0
                    ? lt_format("%s/school.git", v->dir)
                    : lt_format("%s/portfolios/%s/%s.git", v->dir, repo + LT_ID_SIZE - 3, repo);
    if (!dir) return lt_fail_memory(err);
    *out = dir;
    return 0;
}

/* FNV-1a; ids made in one run differ in their last digits mostly. */
static size_t hash(const char *s)
{
    uint64_t h = 14695981039346656037u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

static bool grow(struct vault *v)
{
    size_t cap = v->table_cap ? v->table_cap * 2 : 256;
    struct vault_repo **t = lt_calloc(cap, sizeof *t);
    if (!t) return false;
    for (size_t i = 0; i < v->table_cap; i++) {
        for (struct vault_repo *r = v->table[i], *next; r; r = next) {
            size_t at = hash(r->name) & (cap - 1);
            next = r->chain;
            r->chain = t[at];
            t[at] = r;
        }
    }
    free(v->table);
    v->table = t;
    v->table_cap = cap;
    return true;
}

static struct vault_repo *entry(struct vault *v, const char *repo)
{
    if (v->table_len >= v->table_cap && !grow(v)) return NULL;
    struct vault_repo **at = &v->table[hash(repo) & (v->table_cap - 1)];
    for (struct vault_repo *r = *at; r; r = r->chain)
        if (strcmp(r->name, repo) == 0) return r;
    struct vault_repo *r = lt_calloc(1, sizeof *r);
    if (!r) return NULL;
    memcpy(r->name, repo, strlen(repo) + 1);
    r->chain = *at;
    *at = r;
    v->table_len++;
    return r;
}

int vault_entry(struct vault *v, const char *repo, struct vault_repo **out, struct lt_error *err)
{
    if (!vault_repo_name_valid(repo)) return bad_repo(repo, err);
    pthread_mutex_lock(&v->mu);
    *out = entry(v, repo);
    pthread_mutex_unlock(&v->mu);
    return *out ? 0 : lt_fail_memory(err);
}

static int no_repo(const char *repo, struct lt_error *err)
{
    return lt_fail(err, LT_NOTFOUND, "vault.no_repo", "repo", repo, (char *)NULL);
}

/* The head on disk; *born false without an error when there is none. */
static int read_head(struct vault *v, const char *repo, git_oid *head, bool *born, struct lt_error *err)
{
    char *dir;
    struct lt_error why = {0};
    int rc = vault_repo_dir(v, repo, &dir, err);
    if (rc) return rc;
    *born = false;
    if (repo_present(dir)) {
        rc = repo_main(dir, head, &why);
        *born = rc == 0;
        if (rc == LT_NOTFOUND) {
            lt_error_clear(&why);
            rc = 0;
        } else if (rc != 0) {
            vault_pass(err, &why);
        }
    }
    free(dir);
    return rc;
}

int vault_entry_head(struct vault *v, const char *repo, struct vault_repo **out, git_oid *head,
                     struct lt_error *err)
{
    struct vault_repo *r;
    int rc = vault_entry(v, repo, &r, err);
    if (rc) return rc;
    pthread_mutex_lock(&v->mu);
    if (!r->known || v->read_only) {
        git_oid oid = {{0}};
        bool born;
        pthread_mutex_unlock(&v->mu);
        rc = read_head(v, repo, &oid, &born, err);
        if (rc) return rc;
        pthread_mutex_lock(&v->mu);
        /* A transaction may have been faster: then it knows better than what was read before it. */
        if (!r->known || v->read_only) {
            if (!git_oid_equal(&r->head, &oid)) r->described = false;
            r->head = oid;
            r->born = born;
            r->known = true;
        }
    }
    bool born = r->born;
    git_oid now = r->head;
    pthread_mutex_unlock(&v->mu);
    if (out) *out = r;
    if (!born) return no_repo(repo, err);
    if (head) *head = now;
    return 0;
}

int vault_writable(const struct vault *v, struct lt_error *err)
{
    return v->read_only ? lt_fail(err, LT_SYSTEM, "vault.read_only", (char *)NULL) : 0;
}

int vault_entry_lock(struct vault *v, struct vault_repo *r, struct lt_error *err)
{
    int rc = vault_writable(v, err);
    if (rc) return rc;
    pthread_mutex_lock(&v->mu);
    if (!r->locked) {
        r->locked = true;
    } else {
        struct vault_waiter w = {.turn = PTHREAD_COND_INITIALIZER};
        if (r->last)
            r->last->next = &w;
        else
            r->first = &w;
        r->last = &w;
        while (!w.has_it)
            pthread_cond_wait(&w.turn, &v->mu);
        pthread_cond_destroy(&w.turn);
    }
    pthread_mutex_unlock(&v->mu);
    return 0;
}

void vault_entry_unlock(struct vault *v, struct vault_repo *r)
{
    pthread_mutex_lock(&v->mu);
    struct vault_waiter *w = r->first;
    if (w) { /* handed over, so that nobody who comes now is faster than those who wait */
        r->first = w->next;
        if (!r->first) r->last = NULL;
        w->has_it = true;
        pthread_cond_signal(&w->turn);
    } else {
        r->locked = false;
    }
    pthread_mutex_unlock(&v->mu);
}

int vault_writer_lock(struct vault *v, const char *repo, struct lt_error *err)
{
    struct vault_repo *r;
    int rc = vault_entry(v, repo, &r, err);
    return rc ? rc : vault_entry_lock(v, r, err);
}

void vault_writer_unlock(struct vault *v, const char *repo)
{
    struct vault_repo *r;
    if (vault_entry(v, repo, &r, NULL) == 0) vault_entry_unlock(v, r);
}

/* --- listing --- */

struct names {
    char (*list)[VAULT_NAME];
    size_t n, cap;
};

static int add_name(struct names *s, const char *name, struct lt_error *err)
{
    char(*grown)[VAULT_NAME] = lt_array_grow(s->list, &s->cap, s->n + 1, sizeof *s->list);
    if (!grown) return lt_fail_memory(err);
    s->list = grown;
    memcpy(s->list[s->n++], name, strlen(name) + 1);
    return 0;
}

static int list_folder(struct names *s, const char *dir, const char *shard, struct lt_error *err)
{
    struct dirent *e;
    int rc = 0;
    DIR *d = opendir(dir);
    if (!d) return errno == ENOENT || errno == ENOTDIR ? 0 : lt_fail_errno(err, "read", dir);
    while (rc == 0 && (errno = 0, e = readdir(d))) {
        char name[VAULT_NAME];
        if (strlen(e->d_name) != LT_ID_SIZE - 1 + 4 || strcmp(e->d_name + LT_ID_SIZE - 1, ".git") != 0)
            continue;
        memcpy(name, e->d_name, LT_ID_SIZE - 1);
        name[LT_ID_SIZE - 1] = 0;
        if (lt_id_valid(name) && strcmp(name + LT_ID_SIZE - 3, shard) == 0) rc = add_name(s, name, err);
    }
    if (rc == 0 && errno != 0) rc = lt_fail_errno(err, "read", dir);
    closedir(d);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

int vault_names(const struct vault *v, char (**out)[VAULT_NAME], size_t *n, struct lt_error *err)
{
    struct names s = {0};
    int rc = add_name(&s, VAULT_SCHOOL, err);
    for (int i = 0; rc == 0 && i < 256; i++) {
        char shard[3];
        unsigned char byte = (unsigned char)i;
        lt_hex(&byte, 1, shard);
        char *dir = lt_format("%s/portfolios/%s", v->dir, shard);
        rc = dir ? list_folder(&s, dir, shard, err) : lt_fail_memory(err);
        free(dir);
    }
    if (rc) {
        free(s.list);
        return rc;
    }
    qsort(s.list + 1, s.n - 1, sizeof *s.list, by_name);
    *out = s.list;
    *n = s.n;
    return 0;
}

struct headed {
    struct vault_repo *repo;
    char head[VAULT_OID];
};

int vault_repos(struct vault *v, int (*cb)(void *user, const char *repo, const char *head), void *user,
                struct lt_error *err)
{
    char(*names)[VAULT_NAME];
    size_t n, born = 0;
    int rc = vault_names(v, &names, &n, err);
    if (rc) return rc;
    struct headed *h = lt_calloc(n, sizeof *h);
    if (!h) rc = lt_fail_memory(err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct lt_error why = {0};
        rc = vault_entry_head(v, names[i], &h[born].repo, NULL, &why);
        if (rc == 0)
            born++;
        else if (rc == LT_NOTFOUND)
            rc = 0;
        else
            vault_pass(err, &why);
        lt_error_clear(&why);
    }
    if (rc ==
        0) { /* all heads at one moment: a transaction of several repositories is in it whole or not at all */
        pthread_mutex_lock(&v->mu);
        for (size_t i = 0; i < born; i++)
            git_oid_tostr(h[i].head, sizeof h[i].head, &h[i].repo->head);
        pthread_mutex_unlock(&v->mu);
    }
    for (size_t i = 0; rc == 0 && i < born; i++)
        rc = cb(user, h[i].repo->name, h[i].head);
    free(h);
    free(names);
    return rc;
}

int vault_head(struct vault *v, const char *repo, char out[VAULT_OID], struct lt_error *err)
{
    git_oid head;
    int rc = vault_entry_head(v, repo, NULL, &head, err);
    if (rc == 0) git_oid_tostr(out, VAULT_OID, &head);
    return rc;
}
