/* Repositories as libgit2 sees them: objects from its pack reader and from our loose files, no configuration,
 * no references. */
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/repo.h"
#include "vault/repo_alloc.h"

#include "base/mem.h"
#include "base/text.h"

#include <git2/sys/odb_backend.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Mapped windows and cached objects of all repositories together (docs/architecture.md, storage). */
#define CACHE_BYTES  (8 << 20)
#define WINDOW_BYTES (1u << 20)
#define MAPPED_BYTES (16u << 20)
#define MAPPED_FILES 128u

int repo_lib_start(struct lt_error *err)
{
    static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                 GIT_CONFIG_LEVEL_GLOBAL};
    if (git_libgit2_init() < 0)
        return lt_fail(err, LT_SYSTEM, "vault.git", "doing", "init", "why", "libgit2", (char *)NULL);
    if (repo_alloc_limit() != 0) {
        git_libgit2_shutdown();
        return lt_fail(err, LT_SYSTEM, "vault.git", "doing", "init", "why", "allocator", (char *)NULL);
    }
    for (size_t i = 0; i < LT_COUNT(levels); i++)
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)MAPPED_BYTES);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)MAPPED_FILES);
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    return 0;
}

void repo_lib_end(void)
{
    git_libgit2_shutdown();
}

/* --- our loose objects as a backend --- */

struct backend {
    git_odb_backend parent; /* first: libgit2 knows only this */
    char *objects;
};

static const char *objects_of(git_odb_backend *b)
{
    return ((struct backend *)b)->objects;
}

/* libgit2 goes on to the next backend on GIT_ENOTFOUND and gives up on anything else. */
static int to_git(int rc, const char *what)
{
    if (rc == LT_NOTFOUND) return GIT_ENOTFOUND;
    git_error_set_str(rc == LT_REFUSED ? GIT_ERROR_ZLIB : GIT_ERROR_OS, what);
    return rc == LT_REFUSED ? GIT_EMISMATCH : GIT_ERROR;
}

static int backend_header(size_t *len, git_object_t *type, git_odb_backend *b, const git_oid *oid)
{
    struct loose_file *f = NULL;
    int rc = loose_open(objects_of(b), oid, &f, NULL);
    if (rc != 0) return to_git(rc, "a loose object cannot be read");
    *len = (size_t)loose_size(f);
    *type = loose_type(f);
    loose_close(f);
    return 0;
}

static int backend_read(void **out, size_t *len, git_object_t *type, git_odb_backend *b, const git_oid *oid)
{
    struct loose_file *f = NULL;
    int rc = loose_open(objects_of(b), oid, &f, NULL);
    if (rc != 0) return to_git(rc, "a loose object cannot be read");
    size_t size = loose_size(f) <= REPO_READ_MAX ? (size_t)loose_size(f) : 0;
    void *data = NULL;
    if (loose_size(f) > REPO_READ_MAX) {
        git_error_set_str(GIT_ERROR_ODB, "the object is too large to be read whole");
        rc = GIT_ERROR;
    } else if ((data = git_odb_backend_data_alloc(b, size + 1)) == NULL) {
        rc = GIT_ERROR;
    } else {
        ssize_t n = loose_pread(f, data, size, 0, NULL);
        rc = n < 0 ? to_git((int)n, "a loose object cannot be read") : 0;
    }
    if (rc == 0) {
        ((char *)data)[size] = 0; /* libgit2's parsers rely on it */
        *out = data;
        *len = size;
        *type = loose_type(f);
    } else {
        git_odb_backend_data_free(b, data);
    }
    loose_close(f);
    return rc;
}

static int backend_exists(git_odb_backend *b, const git_oid *oid)
{
    return loose_exists(objects_of(b), oid);
}

struct each {
    git_odb_foreach_cb cb;
    void *payload;
};

static int each_one(void *user, const git_oid *oid)
{
    struct each *e = user;
    return e->cb(oid, e->payload);
}

static int backend_foreach(git_odb_backend *b, git_odb_foreach_cb cb, void *payload)
{
    return loose_each(objects_of(b), each_one, &(struct each){cb, payload}, NULL);
}

static void backend_free(git_odb_backend *b)
{
    struct backend *mine = (struct backend *)b;
    free(mine->objects);
    free(mine);
}

static int add_loose(git_odb *odb, const char *objects)
{
    struct backend *b = lt_calloc(1, sizeof *b);
    if (b == NULL || git_odb_init_backend(&b->parent, GIT_ODB_BACKEND_VERSION) != 0) {
        free(b);
        return GIT_ERROR;
    }
    b->objects = lt_strdup(objects);
    b->parent.read = backend_read;
    b->parent.read_header = backend_header;
    b->parent.exists = backend_exists;
    b->parent.foreach = backend_foreach;
    b->parent.free = backend_free;
    int rc = b->objects == NULL ? GIT_ERROR : git_odb_add_backend(odb, &b->parent, 1);
    if (rc != 0) backend_free(&b->parent);
    return rc;
}

static int add_packs(git_odb *odb, const char *objects)
{
    git_odb_backend *b = NULL;
    int rc = git_odb_backend_pack(&b, objects);
    if (rc != 0) return rc;
    rc = git_odb_add_backend(odb, b, 2);
    if (rc != 0) b->free(b);
    return rc;
}

/* --- handles --- */

struct repo {
    struct repo_cache *cache;
    struct repo *next; /* among the idle ones, the last used first */
    uint64_t epoch;    /* of the cache when it was opened */
    char *dir, *objects;
    git_odb *odb;
    git_repository *git;
};

struct repo_cache {
    pthread_mutex_t lock;
    struct repo *idle;
    size_t idle_len;
    /* What was forgotten lately: a handle opened before the entry's epoch is not kept. */
    uint64_t epoch;
    struct {
        char *dir;
        uint64_t epoch;
    } forgotten[REPO_CACHED];
    uint64_t floor; /* handles older than this are not kept, whatever their folder */
};

static void repo_close(struct repo *r)
{
    if (r == NULL) return;
    git_repository_free(r->git);
    git_odb_free(r->odb);
    free(r->dir);
    free(r->objects);
    free(r);
}

struct repo_cache *repo_cache_new(void)
{
    struct repo_cache *c = lt_calloc(1, sizeof *c);
    if (c != NULL) pthread_mutex_init(&c->lock, NULL);
    return c;
}

void repo_cache_free(struct repo_cache *c)
{
    if (c == NULL) return;
    while (c->idle != NULL) {
        struct repo *r = c->idle;
        c->idle = r->next;
        repo_close(r);
    }
    for (size_t i = 0; i < LT_COUNT(c->forgotten); i++)
        free(c->forgotten[i].dir);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* Takes the first idle handle of the folder out of the list. */
static struct repo *take_idle(struct repo_cache *c, const char *dir)
{
    for (struct repo **p = &c->idle; *p != NULL; p = &(*p)->next) {
        struct repo *r = *p;
        if (strcmp(r->dir, dir) == 0) {
            *p = r->next;
            r->next = NULL;
            c->idle_len--;
            return r;
        }
    }
    return NULL;
}

static int repo_open(struct repo_cache *c, const char *dir, uint64_t epoch, struct repo **out,
                     struct lt_error *err)
{
    struct repo *r = lt_calloc(1, sizeof *r);
    if (r == NULL) return lt_fail_memory(err);
    *r = (struct repo){.cache = c, .epoch = epoch, .dir = lt_strdup(dir), .objects = repo_objects(dir)};
    int rc = 0;
    struct stat st;
    if (r->dir == NULL || r->objects == NULL)
        rc = lt_fail_memory(err);
    else if (stat(r->objects, &st) != 0)
        rc = lt_fail(err, LT_NOTFOUND, "vault.no_repo", "repo", dir, (char *)NULL);
    if (rc == 0) {
        int git = git_odb_new(&r->odb);
        if (git == 0) git = add_packs(r->odb, r->objects);
        if (git == 0) git = add_loose(r->odb, r->objects);
        if (git == 0) git = git_repository_wrap_odb(&r->git, r->odb);
        if (git != 0) rc = repo_fail(err, git, "open", NULL);
    }
    if (rc != 0) {
        repo_close(r);
        return rc;
    }
    *out = r;
    return 0;
}

int repo_acquire(struct repo_cache *c, const char *dir, struct repo **out, struct lt_error *err)
{
    pthread_mutex_lock(&c->lock);
    struct repo *r = take_idle(c, dir);
    uint64_t epoch = c->epoch;
    pthread_mutex_unlock(&c->lock);
    if (r == NULL) return repo_open(c, dir, epoch, out, err);
    *out = r;
    return 0;
}

static bool is_stale(const struct repo_cache *c, const struct repo *r)
{
    if (r->epoch < c->floor) return true;
    for (size_t i = 0; i < LT_COUNT(c->forgotten); i++)
        if (c->forgotten[i].dir != NULL && r->epoch < c->forgotten[i].epoch &&
            strcmp(c->forgotten[i].dir, r->dir) == 0)
            return true;
    return false;
}

void repo_release(struct repo *r)
{
    if (r == NULL) return;
    struct repo_cache *c = r->cache;
    struct repo *drop = r;
    pthread_mutex_lock(&c->lock);
    if (!is_stale(c, r)) {
        drop = NULL;
        r->next = c->idle;
        c->idle = r;
        if (++c->idle_len > REPO_CACHED) {
            struct repo **p = &c->idle;
            while ((*p)->next != NULL)
                p = &(*p)->next;
            drop = *p;
            *p = NULL;
            c->idle_len--;
        }
    }
    pthread_mutex_unlock(&c->lock);
    repo_close(drop);
}

void repo_forget(struct repo_cache *c, const char *dir)
{
    struct repo *drop = NULL;
    char *copy = lt_strdup(dir);
    pthread_mutex_lock(&c->lock);
    for (struct repo *r; (r = take_idle(c, dir)) != NULL;) {
        r->next = drop;
        drop = r;
    }
    size_t slot = c->epoch % LT_COUNT(c->forgotten);
    c->epoch++;
    /* An entry that falls out of the ring (or could not be noted) raises the floor for all: never a stale
     * handle kept. */
    if (c->forgotten[slot].dir != NULL && c->forgotten[slot].epoch > c->floor)
        c->floor = c->forgotten[slot].epoch;
    if (copy == NULL) c->floor = c->epoch;
    free(c->forgotten[slot].dir);
    c->forgotten[slot].dir = copy;
    c->forgotten[slot].epoch = c->epoch;
    pthread_mutex_unlock(&c->lock);
    while (drop != NULL) {
        struct repo *next = drop->next;
        repo_close(drop);
        drop = next;
    }
}

git_repository *repo_git(struct repo *r)
{
    return r->git;
}

git_odb *repo_odb(struct repo *r)
{
    return r->odb;
}

const char *repo_dir(const struct repo *r)
{
    return r->dir;
}

const char *repo_objects_dir(const struct repo *r)
{
    return r->objects;
}

/* Was it the limit of repo_alloc.h, or is there none left? Where as much as any object may have can be had, it was the limit: what the object is made of is larger. */
static int out_of_memory(struct lt_error *err, const git_oid *oid, const char *hex)
{
    void *probe = oid != NULL ? malloc(PACK_OBJECT_MAX) : NULL;
    bool limit = probe != NULL;
    free(probe);
    return limit ? lt_fail(err, LT_REFUSED, "vault.too_large", "object", hex, "limit", LT_NUM(PACK_OBJECT_MAX), (char *)NULL) : lt_fail_memory(err);
}

int repo_fail(struct lt_error *err, int rc, const char *doing, const git_oid *oid)
{
    const git_error *git = git_error_last();
    const char *words = git != NULL && git->message != NULL ? git->message : "libgit2";
    char hex[41] = "";
    if (oid != NULL) git_oid_tostr(hex, sizeof hex, oid);
    if (rc == GIT_ENOTFOUND) return lt_fail(err, LT_NOTFOUND, "vault.no_object", "object", hex, (char *)NULL);
    if (git != NULL && git->klass == GIT_ERROR_NOMEMORY) return out_of_memory(err, oid, hex);
    /* Whatever libgit2 says while it reads an object that is there, the object (or its pack) is not what it
     * should be. */
    if (oid != NULL && (git == NULL || git->klass != GIT_ERROR_OS))
        return lt_fail(err, LT_REFUSED, "vault.damaged", "object", hex, "what", words, (char *)NULL);
    return lt_fail(err, LT_SYSTEM, "vault.git", "doing", doing, "why", words, (char *)NULL);
}

int repo_read(struct repo *r, const git_oid *oid, size_t max, git_odb_object **out, struct lt_error *err)
{
    size_t len = 0;
    git_object_t type;
    int rc = git_odb_read_header(&len, &type, r->odb, oid);
    if (rc == 0 && len > max) {
        char hex[41];
        git_oid_tostr(hex, sizeof hex, oid);
        return lt_fail(err, LT_REFUSED, "vault.too_large", "object", hex, "limit", LT_NUM(max), (char *)NULL);
    }
    if (rc == 0) rc = git_odb_read(out, r->odb, oid);
    return rc == 0 ? 0 : repo_fail(err, rc, "read", oid);
}
