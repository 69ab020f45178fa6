/* History from the head backwards. Our histories are straight; commits with several parents come only from
 * strangers. */
#include "base/mem.h"
#include "base/text.h"
#include "vault/loose.h"
#include "vault/pass.h"
#include "vault/state.h"

#include <stdlib.h>
#include <string.h>

#define PENDING_MAX 1024 /* open branches at once */

struct pending {
    git_oid oid;
    struct commit_view view;
};

struct history {
    struct vault *v;
    char *dir;
    char prefix[TREE_PATH];
    struct pending *list; /* commits to come */
    size_t n, cap;
    struct lt_error *err;
};

static int push(struct history *h, const git_oid *oid)
{
    for (size_t i = 0; i < h->n; i++)
        if (git_oid_equal(&h->list[i].oid, oid)) return 0;
    if (h->n == PENDING_MAX) return loose_damaged(h->err, oid, "too many branches");
    struct pending *grown = lt_array_grow(h->list, &h->cap, h->n + 1, sizeof *grown);
    if (!grown) return lt_fail_memory(h->err);
    h->list = grown;
    struct pending *p = &h->list[h->n];
    *p = (struct pending){.oid = *oid};
    int rc = vault_commit_read(h->v, h->dir, oid, &p->view, h->err);
    if (rc == LT_NOTFOUND) rc = loose_damaged(h->err, oid, "missing commit");
    if (rc == 0) h->n++;
    return rc;
}

/* Takes the youngest off the list. */
static struct pending pop(struct history *h)
{
    size_t at = 0;
    for (size_t i = 1; i < h->n; i++)
        if (h->list[i].view.committer.at_s > h->list[at].view.committer.at_s) at = i;
    struct pending p = h->list[at];
    h->list[at] = h->list[--h->n];
    return p;
}

/* Name of what stands at the prefix in a commit's tree; zero for nothing. */
static int at_prefix(struct history *h, const git_oid *tree, git_oid *out)
{
    struct tree_source source = vault_trees_of(h->v, h->dir);
    struct lt_error why = {0};
    struct tree *root;
    uint32_t mode;
    int rc = tree_load(&source, tree, &root, h->err);
    if (rc) return rc;
    rc = tree_lookup(&source, root, h->prefix, &mode, out, &why);
    if (rc == LT_NOTFOUND) {
        *out = (git_oid){{0}};
        rc = 0;
        lt_error_clear(&why);
    } else if (rc) {
        vault_pass(h->err, &why);
    }
    tree_release(root);
    return rc;
}

/* Does the commit differ below the prefix from each of its parents? Those stand on the list already. */
static int touches(struct history *h, const struct pending *p, bool *out)
{
    git_oid here, there;
    *out = true;
    if (!h->prefix[0]) return 0;
    int rc = at_prefix(h, &p->view.tree, &here);
    if (rc == 0 && p->view.parents_len == 0) *out = !git_oid_is_zero(&here);
    for (size_t i = 0; rc == 0 && *out && i < p->view.parents_len; i++) {
        for (size_t k = 0; rc == 0 && k < h->n; k++) {
            if (!git_oid_equal(&h->list[k].oid, &p->view.parents[i])) continue;
            rc = at_prefix(h, &h->list[k].view.tree, &there);
            if (rc == 0 && git_oid_equal(&here, &there)) *out = false;
        }
    }
    return rc;
}

static int tell(const struct pending *p, int (*cb)(void *user, const struct vault_commit_info *), void *user)
{
    const struct commit_view *c = &p->view;
    char hex[VAULT_OID];
    struct vault_commit_info info = {
        .commit = git_oid_tostr(hex, sizeof hex, &p->oid),
        .author_ms = c->author.at_s * 1000,
        .committer_ms = c->committer.at_s * 1000,
        .author_name = c->author.name,
        .author_email = c->author.email,
        .subject = c->subject,
    };
    const char *blank = strstr(c->message, "\n\n");
    info.body = blank ? blank + 2 : "";
    commit_trailer(c, "Use-Case", info.use_case, sizeof info.use_case);
    commit_trailer(c, "Actor", info.actor, sizeof info.actor);
    commit_trailer(c, "Entry", info.entry, sizeof info.entry);
    commit_trailer(c, "Request", info.request, sizeof info.request);
    commit_trailer(c, "Batch", info.batch, sizeof info.batch);
    return cb(user, &info);
}

int vault_history(struct vault *v, const char *repo, const char *path_prefix,
                  int (*cb)(void *user, const struct vault_commit_info *), void *user, struct lt_error *err)
{
    struct history h = {.v = v, .err = err};
    git_oid head;
    bool wanted;
    size_t len = path_prefix ? strlen(path_prefix) : 0;
    while (len > 0 && path_prefix[len - 1] == '/')
        len--;
    if (len >= sizeof h.prefix)
        return lt_fail(err, LT_USAGE, "vault.bad_path", "path", path_prefix, (char *)NULL);
    memcpy(h.prefix, path_prefix ? path_prefix : "", len);
    int rc = vault_entry_head(v, repo, NULL, &head, err);
    if (rc == 0) rc = vault_repo_dir(v, repo, &h.dir, err);
    if (rc == 0) rc = push(&h, &head);
    while (rc == 0 && h.n > 0) {
        struct pending p = pop(&h);
        for (size_t i = 0; rc == 0 && i < p.view.parents_len; i++)
            rc = push(&h, &p.view.parents[i]);
        if (rc == 0) rc = touches(&h, &p, &wanted);
        if (rc == 0 && wanted) rc = tell(&p, cb, user);
        commit_view_free(&p.view);
    }
    for (size_t i = 0; i < h.n; i++)
        commit_view_free(&h.list[i].view);
    free(h.list);
    free(h.dir);
    return rc;
}
