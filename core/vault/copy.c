#include "vault/copy.h"
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/state.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(VAULT_ARMOR == SIGN_ARMOR, "one size of signatures");

/* --- standing still --- */

int vault_hold(struct vault *v, struct lt_error *err)
{
    int rc = vault_writable(v, err);
    if (rc) return rc;
    if (journal_broken(v->journal)) return lt_fail(err, LT_SYSTEM, "vault.reopen", (char *)NULL);
    pthread_mutex_lock(&v->mu);
    v->held++;
    while (v->taking > 0)
        pthread_cond_wait(&v->still, &v->mu);
    pthread_mutex_unlock(&v->mu);
    return 0;
}

void vault_release(struct vault *v)
{
    pthread_mutex_lock(&v->mu);
    v->held--;
    pthread_mutex_unlock(&v->mu);
}

bool vault_take_begin(struct vault *v)
{
    pthread_mutex_lock(&v->mu);
    bool may = v->held == 0;
    v->taking += may;
    pthread_mutex_unlock(&v->mu);
    return may;
}

void vault_take_end(struct vault *v)
{
    pthread_mutex_lock(&v->mu);
    if (--v->taking == 0) pthread_cond_broadcast(&v->still);
    pthread_mutex_unlock(&v->mu);
}

/* --- the files of a repository --- */

bool vault_place(const char *repo, char *out, size_t size)
{
    if (!vault_repo_name_valid(repo)) return false;
    return strcmp(repo, VAULT_SCHOOL) == 0 ? lt_print(out, size, "school.git")
                                           : lt_print(out, size, "portfolios/%s/%s.git", repo + LT_ID_SIZE - 3, repo);
}

struct parts {
    const char *place;
    int (*cb)(void *user, const struct vault_part *);
    void *user;
};

static int give(const struct parts *p, const char *name, bool fixed, const char *text)
{
    char path[300];
    lt_print(path, sizeof path, "%s/%s", p->place, name);
    return p->cb(p->user, &(struct vault_part){.path = path, .fixed = fixed, .text = text});
}

static int give_loose(void *user, const git_oid *oid)
{
    char hex[VAULT_OID], name[80];
    git_oid_tostr(hex, sizeof hex, oid);
    lt_print(name, sizeof name, "objects/%.2s/%s", hex, hex + 2);
    return give(user, name, true, NULL);
}

static int give_pack(void *user, const char *pack)
{
    char name[120];
    lt_print(name, sizeof name, "objects/pack/pack-%s.pack", pack);
    int rc = give(user, name, true, NULL);
    lt_print(name, sizeof name, "objects/pack/pack-%s.idx", pack);
    return rc ? rc : give(user, name, true, NULL);
}

int vault_parts(struct vault *v, const char *repo, const char *head, int (*cb)(void *user, const struct vault_part *), void *user,
                struct lt_error *err)
{
    char place[80], line[VAULT_OID + 1], *dir = NULL, *objects = NULL;
    struct parts p = {.place = place, .cb = cb, .user = user};
    int rc = vault_repo_dir(v, repo, &dir, err);
    if (!rc && !(objects = repo_objects(dir))) rc = lt_fail_memory(err);
    vault_place(repo, place, sizeof place);
    lt_print(line, sizeof line, "%s\n", head);
    if (!rc) rc = give(&p, "HEAD", false, NULL);
    if (!rc) rc = give(&p, "config", false, NULL);
    if (!rc) rc = give(&p, "refs/heads/main", false, line);
    if (!rc) rc = pack_each(objects, give_pack, &p, err);
    if (!rc) rc = loose_each(objects, give_loose, &p, err);
    free(objects);
    free(dir);
    return rc;
}

/* --- signatures --- */

int vault_sign(struct vault *v, const char *space, const void *data, size_t len, char out[VAULT_ARMOR], struct lt_error *err)
{
    if (!v->key) return lt_fail(err, LT_SYSTEM, "vault.read_only", (char *)NULL);
    sign_make_in(v->key, space, data, len, out);
    return 0;
}

bool vault_signed(struct vault *v, const char *space, const char *armor, const void *data, size_t len, int64_t at_ms)
{
    uint8_t key[SIGN_PUBLIC];
    return sign_verify_in(armor, strlen(armor), space, data, len, key) &&
           sign_signers_allow(&v->signers, key, v->installation, at_ms / 1000);
}
