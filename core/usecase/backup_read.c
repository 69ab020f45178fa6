/* Reading copies back. */
#include "usecase/backup.h"

#include "base/json.h"
#include "base/text.h"
#include "vault/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 4400 };

int backup_pick(const char *dir, const char *id, struct store_copy *out, struct lt_error *err)
{
    struct store_copy *copies = NULL;
    size_t n = 0;
    int rc = store_copies(dir, &copies, &n, err);
    bool found = false;
    for (size_t i = n; !rc && i > 0 && !found; i--) {
        found = !id || strcmp(copies[i - 1].id, id) == 0;
        if (found) *out = copies[i - 1];
    }
    free(copies);
    if (rc || found) return rc;
    return id ? lt_fail(err, LT_NOTFOUND, "backup.copy_absent", "id", id, (char *)NULL)
              : lt_fail(err, LT_NOTFOUND, "backup.none", "path", dir, (char *)NULL);
}

static int damaged(const char *file, struct lt_error *err)
{
    char path[100];
    lt_print(path, sizeof path, "copies/%s", file);
    return lt_fail(err, LT_REFUSED, "backup.copy_damaged", "path", path, (char *)NULL);
}

int backup_manifest(struct store *s, const char *file, struct vault *vault, json_t **out, struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(STORE_MANIFEST_MAX);
    struct lt_error why = {0};
    json_t *doc = NULL;
    int64_t at = 0;
    int rc = store_copy_read(s, file, &text, err);
    if (!rc && lt_buf_addc(&text, 0)) rc = lt_fail_memory(err);
    char *lf = rc ? NULL : memchr(text.data, '\n', text.len);
    if (!rc && (!lf || lt_json_parse(text.data, (size_t)(lf - text.data), STORE_MANIFEST_MAX, &doc, &why))) rc = damaged(file, err);
    if (!rc && lt_json_int(doc, "format", 0) > BACKUP_FORMAT) rc = lt_fail(err, LT_REFUSED, "backup.newer", (char *)NULL);
    if (!rc && (!lt_instant_parse(lt_json_str_or(doc, "at", ""), &at) || !lt_json_array(doc, "files") || !lt_json_array(doc, "repositories") ||
                !strstr(file, lt_json_str_or(doc, "id", "/"))))
        rc = damaged(file, err);
    if (!rc && vault && !vault_signed(vault, BACKUP_SPACE, lf + 1, text.data, (size_t)(lf - text.data), at))
        rc = lt_fail(err, LT_REFUSED, "backup.copy_signature", "path", file, (char *)NULL);
    lt_buf_free(&text);
    lt_error_clear(&why);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* Below the folder and nowhere else. */
static bool path_good(const char *path)
{
    if (!*path || *path == '/' || strlen(path) > 1000 || strchr(path, '\\')) return false;
    for (const char *p = path; *p; p += strcspn(p, "/"), p += *p == '/') {
        size_t n = strcspn(p, "/");
        if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.')) return false;
    }
    return path[strlen(path) - 1] != '/';
}

static int open_below(const struct lt_fs *fs, const char *dir, const char *path, int *fd, struct lt_error *err)
{
    char full[PATH];
    if (!lt_print(full, sizeof full, "%s/%s", dir, path)) return lt_fail(err, LT_USAGE, "system.path", (char *)NULL);
    char *slash = strrchr(full, '/');
    *slash = 0;
    int rc = lt_fs_mkdirs(fs, full, 0700) ? lt_fail_errno(err, "mkdir", full) : 0;
    *slash = '/';
    if (!rc && (*fd = fs->open(fs->ctx, full, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600)) < 0) rc = lt_fail_errno(err, "open", full);
    return rc;
}

/* All pieces in their order: hashed, and written where fd is one. */
static int read_pieces(const struct lt_fs *fs, struct store *s, const json_t *file, int fd, struct lt_buf *into, char bad[STORE_NAME],
                       struct lt_error *err)
{
    crypto_hash_sha256_state sum;
    unsigned char digest[32];
    char hex[65];
    uint64_t size = 0;
    size_t i;
    const json_t *name;
    struct lt_buf own = LT_BUF_INIT(STORE_PIECE + 64), *b = into ? into : &own;
    int rc = 0;
    crypto_hash_sha256_init(&sum);
    json_array_foreach(lt_json_array(file, "pieces"), i, name) {
        size_t from = into ? b->len : 0;
        if (rc) break;
        if (!into) lt_buf_reset(b);
        rc = store_get(s, json_string_value(name) ? json_string_value(name) : "", b, err);
        if (rc && bad) lt_print(bad, STORE_NAME, "%s", json_string_value(name) ? json_string_value(name) : "");
        if (rc) break;
        crypto_hash_sha256_update(&sum, (unsigned char *)b->data + from, b->len - from);
        size += b->len - from;
        if (fd >= 0 && lt_fs_write_all(fs, fd, b->data, b->len)) rc = lt_fail_errno(err, "write", lt_json_str_or(file, "path", ""));
    }
    lt_buf_free(&own);
    crypto_hash_sha256_final(&sum, digest);
    lt_hex(digest, sizeof digest, hex);
    if (!rc && (size != (uint64_t)lt_json_int(file, "size", -1) || strcmp(hex, lt_json_str_or(file, "sha256", "")) != 0))
        rc = lt_fail(err, LT_REFUSED, "backup.file_damaged", "path", lt_json_str_or(file, "path", ""), (char *)NULL);
    return rc;
}

int backup_list(struct store *s, const json_t *repository, json_t **files, struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(BACKUP_LIST_MAX);
    int rc = read_pieces(NULL, s, lt_json_object(repository, "list"), -1, &text, NULL, err);
    if (!rc) rc = lt_json_parse(text.data ? text.data : "", text.len, BACKUP_LIST_MAX, files, err);
    lt_buf_free(&text);
    return rc;
}

int backup_unpack(const struct lt_fs *fs, struct store *s, const json_t *file, const char *dir, char bad[STORE_NAME], struct lt_error *err)
{
    const char *path = lt_json_str_or(file, "path", "");
    int fd = -1, rc = path_good(path) ? 0 : lt_fail(err, LT_REFUSED, "backup.file_damaged", "path", path, (char *)NULL);
    *bad = 0;
    if (!rc && dir) rc = open_below(fs, dir, path, &fd, err);
    if (!rc) rc = read_pieces(fs, s, file, fd, NULL, bad, err);
    if (fd >= 0 && fs->close(fs->ctx, fd) && !rc) rc = lt_fail_errno(err, "write", path);
    return rc;
}
