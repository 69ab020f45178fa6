/* A tree being changed: only folders that are touched are loaded, only changed ones are written anew. For one
 * thread. */
#ifndef LT_VAULT_EDIT_H
#define LT_VAULT_EDIT_H

#include "base/buf.h"
#include "vault/pack.h"
#include "vault/tree.h"

/* A text document put in by the transaction. */
struct edit_blob {
    struct edit_blob *next;
    git_oid oid;
    bool packed; /* already in the pack, or in the repository */
    size_t len;
    char data[];
};

struct edit_dir;
struct edit {
    struct tree_source source;
    struct edit_dir *root;
    struct edit_chunk *names; /* memory of new names */
    struct edit_blob *blobs;  /* all that were made by edit_blob_new */
    struct lt_buf raw;        /* scratch for one tree object */
};

/* root NULL: an empty tree. source.dir is borrowed until edit_close. */
int edit_open(struct edit *ed, const struct tree_source *source, struct tree *root, struct lt_error *err);
void edit_close(struct edit *ed); /* fine on a zeroed one */

/* A document of the transaction with its name computed; owned by ed. */
int edit_blob_new(struct edit *ed, const void *data, size_t len, struct edit_blob **out,
                  struct lt_error *err);

/* What stands at path (a folder: its mode, the oid possibly out of date). blob: NULL unless put in here.
 * LT_NOTFOUND "vault.no_path". */
struct edit_found {
    uint32_t mode;
    git_oid oid;
    struct edit_blob *blob;
};
int edit_find(struct edit *ed, const char *path, struct edit_found *out, struct lt_error *err);

/* Path is valid (tree_path_check). LT_USAGE "vault.path_taken" (path) where a folder would have to be a file
 * or the other way round. Setting what is there already changes nothing. */
int edit_set(struct edit *ed, const char *path, const struct edit_found *what, struct lt_error *err);
/* Folders left empty go too. LT_NOTFOUND "vault.no_path". */
int edit_remove(struct edit *ed, const char *path, struct lt_error *err);

bool edit_empty(const struct edit *ed); /* no file at all */

/* As tree_walk. */
int edit_walk(struct edit *ed, const char *path, tree_file_cb cb, void *user, struct lt_error *err);

/* Puts changed folders and their documents into the pack; out: the root's name. */
int edit_write(struct edit *ed, struct pack *pack, git_oid *out, struct lt_error *err);

/* After edit_write: files that differ from base (NULL: all are new), in path order; blob as in edit_find. */
typedef int (*edit_diff_cb)(void *user, const char *path, const git_oid *oid, struct edit_blob *blob);
int edit_diff(struct edit *ed, struct tree *base, edit_diff_cb cb, void *user, struct lt_error *err);

/* After edit_write: hands the folders written to the cache, and the documents to texts (unless NULL), so that
 * the next transaction need not read them. */
void edit_cache(struct edit *ed, struct cache *texts);

#endif
