/* Trees: parsed once, shared between threads, kept by object name up to a limit. */
#ifndef LT_VAULT_TREE_H
#define LT_VAULT_TREE_H

#include "base/error.h"
#include "vault/cache.h"
#include "vault/repo.h"

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_CACHE   (8u << 20)  /* bytes of trees kept */
#define TREE_RAW_MAX (16u << 20) /* a tree object is never larger */
#define TREE_PATH    1024        /* longest path met while walking; a longer one is damage */

#define TREE_MODE_DIR  0040000u
#define TREE_MODE_FILE 0100644u

struct tree_entry {
    const char *name; /* not NUL-terminated at name_len in general: use name_len */
    const unsigned char *oid;
    uint32_t name_len;
    uint32_t mode;
};

/* Immutable. Held by reference: tree_release ends what tree_parse, tree_ref and tree_load gave. */
struct tree {
    struct cached kept;
    size_t n;
    struct tree_entry *e; /* in git's order */
};

/* Copies raw. LT_REFUSED "vault.damaged" when it is not a tree: bad mode, empty name, wrong order. */
int tree_parse(const git_oid *oid, const void *raw, size_t len, struct tree **out, struct lt_error *err);
struct tree *tree_ref(struct tree *t);
void tree_release(struct tree *t); /* NULL is fine */

/* git's order: a folder is compared as if its name ended with '/'. */
int tree_name_cmp(const char *a, size_t a_len, bool a_dir, const char *b, size_t b_len, bool b_dir);
/* Entry of that name, folder or not; NULL when there is none. */
const struct tree_entry *tree_find(const struct tree *t, const char *name, size_t len);
bool tree_is_dir(uint32_t mode);

/* Where trees come from: the cache, else the repository. */
struct tree_source {
    struct cache *trees;
    struct repo_cache *repos;
    const char *dir; /* of the repository */
};
int tree_load(const struct tree_source *s, const git_oid *oid, struct tree **out, struct lt_error *err);

/* Follows path (no leading or trailing '/') from root. mode and oid of what is there; LT_NOTFOUND
 * "vault.no_path" (path) without. "" is the root itself. */
int tree_lookup(const struct tree_source *s, struct tree *root, const char *path, uint32_t *mode,
                git_oid *oid, struct lt_error *err);

/* Files below the folder `path` ("" = root), or the file `path` itself, in path order; nothing there: 0
 * calls. cb returns non-zero to stop; that is returned. */
typedef int (*tree_file_cb)(void *user, const char *path, const git_oid *oid);
int tree_walk(const struct tree_source *s, struct tree *root, const char *path, tree_file_cb cb, void *user,
              struct lt_error *err);

/* Files that differ, in path order; oid NULL: absent in b. Either tree may be NULL (empty). Sources may
 * differ. */
int tree_diff(const struct tree_source *sa, struct tree *a, const struct tree_source *sb, struct tree *b,
              tree_file_cb cb, void *user, struct lt_error *err);

/* A path such as we write: relative, components of [A-Za-z0-9._-] without leading dot or dash, at most 255
 * bytes. LT_USAGE "vault.bad_path" (path). */
int tree_path_check(const char *path, struct lt_error *err);

#endif
