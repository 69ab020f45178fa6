/* A repository on disk: made by hand, read through libgit2 with two backends only (its packs, our loose
 * objects; see loose.h for why). dir: path of the bare repository.
 */
#ifndef LT_VAULT_REPO_H
#define LT_VAULT_REPO_H

#include "base/error.h"
#include "base/fs.h"

#include <git2.h>
#include <stdbool.h>

#define REPO_CACHED   32          /* idle handles kept */
#define REPO_READ_MAX (16u << 20) /* a loose object read whole through libgit2 is never larger */

/* libgit2 with bounded caches and no configuration files but a repository's own. Counted: each start needs an
 * end. */
int repo_lib_start(struct lt_error *err);
void repo_lib_end(void);

/* Makes the repository, or what is missing or wrong of it (after a power loss files may be empty): HEAD,
 * config, objects/, refs/heads/. Existing objects and references are not touched. durable: all of it is
 * flushed with its parent folder. */
int repo_create(const struct lt_fs *fs, const char *dir, bool durable, struct lt_error *err);
bool repo_present(const char *dir);

/* Object name of refs/heads/main, from its file or packed-refs. LT_NOTFOUND "vault.unborn": no commit yet.
 * Something else in the file: LT_REFUSED "vault.damaged". */
int repo_main(const char *dir, git_oid *out, struct lt_error *err);

/* "<dir>/objects" and "<dir>/refs/heads/main", malloc'ed; NULL: memory. */
char *repo_objects(const char *dir);
char *repo_main_path(const char *dir);

/* Handles. One belongs to one user at a time (libgit2's pack backend is not safe to share), so a repository
 * in use by several threads has several. A handle sees packs and objects written after it was opened. */
struct repo_cache;
struct repo;

struct repo_cache *repo_cache_new(void);    /* NULL: memory; safe to use from several threads */
void repo_cache_free(struct repo_cache *c); /* all handles must be back */
int repo_acquire(struct repo_cache *c, const char *dir, struct repo **out, struct lt_error *err);
void repo_release(struct repo *r); /* NULL is fine */
/* Files of the repository were removed or replaced: idle handles are closed now, others when they come back.
 */
void repo_forget(struct repo_cache *c, const char *dir);

git_repository *repo_git(struct repo *r);
git_odb *repo_odb(struct repo *r);
const char *repo_dir(const struct repo *r);
const char *repo_objects_dir(const struct repo *r);

/* A whole object; its size is looked at before it is read: over max is LT_REFUSED "vault.too_large" (object,
 * limit). LT_NOTFOUND "vault.no_object"; bytes that do not match: LT_REFUSED "vault.damaged". Free with
 * git_odb_object_free. */
int repo_read(struct repo *r, const git_oid *oid, size_t max, git_odb_object **out, struct lt_error *err);

/* The failure libgit2 has just reported (its code rc), put into err: "vault.damaged" or "vault.no_object"
 * with the object (may be NULL), LT_SYSTEM "vault.git" with its words otherwise. */
int repo_fail(struct lt_error *err, int rc, const char *doing, const git_oid *oid);

#endif
