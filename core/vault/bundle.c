/* vault_bundle: a repository as one file that stock git clones (gitformat-bundle, version 2). */
#include "vault/inside.h"
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/pack_form.h"
#include "vault/reach.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK      65536u
#define TEXT_LEVEL 1
#define FILE_LEVEL 0 /* scans are compressed already: level 1 would read them at 27 MB/s to gain nothing */

struct item {
    git_oid oid;
    git_object_t type;
};

struct bundle {
    struct repo *repo;
    int fd;
    struct sha1_ctx sha1;
    struct item *items;
    size_t len, cap;
    struct lt_error *err;
    unsigned char *in, *out; /* CHUNK each */
    size_t held;             /* bytes of out that wait to be written */
};

/* --- output --- */

static int flush_out(struct bundle *b)
{
    for (size_t at = 0; at < b->held;) {
        ssize_t n = write(b->fd, b->out + at, b->held - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return lt_fail_errno(b->err, "write", "bundle");
        at += (size_t)n;
    }
    b->held = 0;
    return 0;
}

/* Plain bytes; those of the pack are hashed. */
static int emit(struct bundle *b, const void *data, size_t len, bool hashed)
{
    if (hashed) sha1_update(&b->sha1, len, data);
    for (size_t at = 0; at < len;) {
        size_t n = CHUNK - b->held < len - at ? CHUNK - b->held : len - at;
        memcpy(b->out + b->held, (const unsigned char *)data + at, n);
        b->held += n;
        at += n;
        int rc = b->held == CHUNK ? flush_out(b) : 0;
        if (rc != 0) return rc;
    }
    return 0;
}

static int deflate_out(struct bundle *b, z_stream *z, const void *data, size_t len, bool last)
{
    unsigned char buf[16384];
    z->next_in = (unsigned char *)(uintptr_t)data;
    z->avail_in = (uInt)len;
    int rc = 0, state;
    do {
        z->next_out = buf;
        z->avail_out = sizeof buf;
        state = deflate(z, last ? Z_FINISH : Z_NO_FLUSH);
        rc = emit(b, buf, sizeof buf - z->avail_out, true);
    } while (rc == 0 && (last ? state == Z_OK : z->avail_out == 0));
    return rc;
}

/* --- objects --- */

static int put_head(struct bundle *b, git_object_t type, uint64_t size)
{
    unsigned char head[PACK_ENTRY_HEAD];
    return emit(b, head, pack_entry_head(type, size, head), true);
}

static int put_bytes(struct bundle *b, git_object_t type, const void *data, size_t len)
{
    z_stream z = {0};
    int rc = put_head(b, type, len);
    if (rc != 0) return rc;
    if (deflateInit(&z, TEXT_LEVEL) != Z_OK) return lt_fail_memory(b->err);
    rc = deflate_out(b, &z, data, len, true);
    deflateEnd(&z);
    return rc;
}

/* A file's content passes through in pieces; its name is checked on the way, so that a damaged one ends the
 * bundle. */
static int put_loose(struct bundle *b, const struct item *item, struct loose_file *f)
{
    char head[40];
    uint64_t size = loose_size(f);
    int n = snprintf(head, sizeof head, "%s %llu", pack_type_word(loose_type(f)), (unsigned long long)size);
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    sha1_update(&sha1, (size_t)n + 1, (const uint8_t *)head);
    int rc = put_head(b, loose_type(f), size);
    z_stream z = {0};
    if (rc != 0) return rc;
    if (deflateInit(&z, loose_type(f) == GIT_OBJECT_BLOB ? FILE_LEVEL : TEXT_LEVEL) != Z_OK)
        return lt_fail_memory(b->err);
    for (uint64_t at = 0; at < size && rc == 0;) {
        ssize_t got = loose_pread(f, b->in, CHUNK, at, b->err);
        rc = got < 0 ? (int)got : got == 0 ? loose_damaged(b->err, &item->oid, "cut short") : 0;
        if (rc == 0) {
            sha1_update(&sha1, (size_t)got, b->in);
            at += (uint64_t)got;
            rc = deflate_out(b, &z, b->in, (size_t)got, false);
        }
    }
    if (rc == 0) rc = deflate_out(b, &z, NULL, 0, true);
    deflateEnd(&z);
    git_oid oid;
    sha1_digest(&sha1, sizeof oid.id, oid.id);
    if (rc == 0 && !git_oid_equal(&oid, &item->oid))
        rc = loose_damaged(b->err, &item->oid, "bytes do not match the name");
    return rc;
}

static int put_item(struct bundle *b, const struct item *item)
{
    struct loose_file *f = NULL;
    struct lt_error why = {0};
    int rc = loose_open(repo_objects_dir(b->repo), &item->oid, &f, &why);
    if (rc == 0) {
        rc = put_loose(b, item, f);
        loose_close(f);
        return rc;
    }
    lt_error_clear(&why);
    /* in a pack, or in a loose file that says why itself when libgit2 asks for it */
    git_odb_object *raw = NULL;
    rc = repo_read(b->repo, &item->oid, PACK_OBJECT_MAX, &raw, b->err);
    if (rc == 0)
        rc = put_bytes(b, git_odb_object_type(raw), git_odb_object_data(raw), git_odb_object_size(raw));
    git_odb_object_free(raw);
    return rc;
}

/* --- what goes in --- */

static int add_item(void *user, const git_oid *oid, git_object_t type, const char *path)
{
    struct bundle *b = user;
    (void)path;
    void *grown = lt_array_grow(b->items, &b->cap, b->len + 1, sizeof *b->items);
    if (grown == NULL) return lt_fail_memory(b->err);
    b->items = grown;
    b->items[b->len++] = (struct item){*oid, type};
    return 0;
}

static int bad_tree(void *user, const git_oid *oid, const char *path, int status, const struct lt_error *why)
{
    struct bundle *b = user;
    (void)path;
    (void)status;
    const char *what = lt_error_param(why, "what");
    return loose_damaged(b->err, oid, what != NULL ? what : "no such object");
}

static int collect(struct bundle *b, const git_oid *head, bool fresh, struct reach_commit *newest)
{
    struct reach h = {0};
    struct oidmap seen = {0};
    struct reach_visit visit = {.user = b, .object = add_item, .failed = bad_tree};
    int rc = reach_commits(b->repo, head, NULL, &h, b->err);
    if (rc == 0) *newest = h.list[0];
    for (size_t i = 0; i < h.len && rc == 0; i++) {
        if (fresh && i > 0) break; /* the list begins with the head */
        const struct reach_commit *c = &h.list[i];
        if (c->status != 0) rc = loose_damaged(b->err, &c->oid, c->what);
        if (rc == 0 && !fresh) rc = add_item(b, &c->oid, GIT_OBJECT_COMMIT, "");
        if (rc == 0) rc = reach_tree(b->repo, &c->tree, &seen, &visit, b->err);
    }
    oidmap_free(&seen);
    reach_free(&h);
    return rc;
}

/* A root commit of the head's tree, by the installation itself. */
static int root_commit(struct vault *v, const char *repo, const struct reach_commit *newest,
                       struct lt_buf *out, struct lt_error *err)
{
    if (vault_key(v) == NULL) return lt_fail(err, LT_SYSTEM, "vault.read_only", (char *)NULL);
    int64_t now = lt_clock_now(vault_clock(v)) / 1000;
    struct commit_person us = {.name = "Letopis",
                               .email = vault_installation(v),
                               .at_s = now > newest->committer_s ? now : newest->committer_s,
                               .offset_minutes = vault_clock(v)->offset_minutes};
    struct lt_buf message = LT_BUF_INIT(4096);
    char subject[96];
    lt_print(subject, sizeof subject, "Export of %s", repo);
    int rc = commit_message(
        &message, &(struct vault_message){.subject = subject, .use_case = "portfolio.export"}, NULL, err);
    struct commit_draft d = {.tree = newest->tree, .author = us, .committer = us, .message = message.data};
    if (rc == 0) rc = commit_build(out, &d, vault_key(v), err);
    lt_buf_free(&message);
    return rc;
}

static int write_out(struct bundle *b, const git_oid *head, const struct lt_buf *root)
{
    char text[256], hex[41];
    unsigned char pack[PACK_HEAD], trailer[PACK_TRAILER];
    git_oid_tostr(hex, sizeof hex, head);
    lt_print(text, sizeof text, "# v2 git bundle\n%s refs/heads/main\n%s HEAD\n\n", hex, hex);
    int rc = emit(b, text, strlen(text), false);
    sha1_init(&b->sha1);
    pack_head((uint32_t)(b->len + (root->len > 0)), pack);
    if (rc == 0) rc = emit(b, pack, sizeof pack, true);
    if (rc == 0 && root->len > 0) rc = put_bytes(b, GIT_OBJECT_COMMIT, root->data, root->len);
    for (size_t i = 0; i < b->len && rc == 0; i++)
        rc = put_item(b, &b->items[i]);
    if (rc == 0) {
        sha1_digest(&b->sha1, sizeof trailer, trailer);
        rc = emit(b, trailer, sizeof trailer, false);
    }
    return rc == 0 ? flush_out(b) : rc;
}

int vault_bundle(struct vault *v, const char *repo, bool fresh, int fd, struct lt_error *err)
{
    struct bundle b = {.fd = fd, .err = err, .in = malloc(CHUNK), .out = malloc(CHUNK)};
    struct lt_buf root = LT_BUF_INIT(COMMIT_MAX);
    struct reach_commit newest = {0};
    char *dir = NULL, hex[VAULT_OID];
    git_oid head = {{0}};
    int rc = b.in == NULL || b.out == NULL ? lt_fail_memory(err) : vault_head(v, repo, hex, err);
    if (rc == 0 && git_oid_fromstr(&head, hex) != 0)
        rc = lt_fail(err, LT_SYSTEM, "vault.bad_object", (char *)NULL);
    if (rc == 0) rc = vault_repo_dir(v, repo, &dir, err);
    if (rc == 0) rc = repo_acquire(vault_repos_cache(v), dir, &b.repo, err);
    if (rc == 0) rc = collect(&b, &head, fresh, &newest);
    if (rc == 0 && fresh) rc = root_commit(v, repo, &newest, &root, err);
    if (rc == 0 && fresh) pack_object_hash(GIT_OBJECT_COMMIT, root.data, root.len, &head);
    if (rc == 0) rc = write_out(&b, &head, &root);
    repo_release(b.repo);
    lt_buf_free(&root);
    free(b.items);
    free(b.in);
    free(b.out);
    free(dir);
    return rc;
}
