/* Taking a copy. */
#include "usecase/backup.h"
#include "usecase/job.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "vault/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4400, DEPTH = 6 };

struct head {
    char repo[LT_ID_SIZE], commit[VAULT_OID];
};

struct take {
    struct uc_call *call;
    struct store *s;
    struct lt_error *err;
    struct head *heads; /* of one moment */
    size_t len, cap, at;
    char *piece;        /* STORE_PIECE bytes */
    json_t *before;     /* manifest of the newest copy of this carrier, or NULL */
    json_t *repos;      /* of before: repo → its row */
    json_t *known;      /* of the repository at hand: path → file of before */
    json_t *list;       /* files gathered now */
    json_int_t count, bytes;
};

static int progress(struct take *t)
{
    return uc_progress(t->call, (int)t->at, (int)t->len + 2, t->err);
}

/* --- one file --- */

static json_t *file_row(const char *path, uint64_t size, const unsigned char sum[32], json_t *pieces)
{
    char hex[65];
    lt_hex(sum, 32, hex);
    return json_pack("{s:s, s:I, s:s, s:o}", "path", path, "size", (json_int_t)size, "sha256", hex, "pieces", pieces);
}

/* A piece as large as can be had. */
static ssize_t fill(int fd, char *piece)
{
    size_t len = 0;
    while (len < STORE_PIECE) {
        ssize_t n = read(fd, piece + len, STORE_PIECE - len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static int put_piece(struct take *t, const void *data, size_t len, crypto_hash_sha256_state *sum, json_t *pieces)
{
    char name[STORE_NAME];
    crypto_hash_sha256_update(sum, data, len);
    int rc = store_put(t->s, data, len, name, t->err);
    return rc ? rc : json_array_append_new(pieces, json_string(name)) ? lt_fail_memory(t->err) : 0;
}

/* The bytes given, or those of the file `from`. */
static int take_file(struct take *t, const char *path, const char *from, const char *text, size_t text_len, json_t **out)
{
    crypto_hash_sha256_state sum;
    unsigned char digest[32];
    uint64_t size = text_len;
    json_t *pieces = json_array();
    int fd = -1, rc = pieces ? 0 : lt_fail_memory(t->err);
    crypto_hash_sha256_init(&sum);
    if (!rc && text) {
        for (size_t at = 0; !rc && at < text_len; at += STORE_PIECE)
            rc = put_piece(t, text + at, text_len - at < STORE_PIECE ? text_len - at : STORE_PIECE, &sum, pieces);
    } else if (!rc) {
        fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0) rc = lt_fail_errno(t->err, "open", from);
        size = 0;
    }
    for (ssize_t n = 1; !rc && fd >= 0 && n > 0; size += n > 0 ? (uint64_t)n : 0) {
        n = fill(fd, t->piece);
        if (n < 0) rc = lt_fail_errno(t->err, "read", from);
        if (!rc && n) rc = put_piece(t, t->piece, (size_t)n, &sum, pieces);
        if (!rc) rc = progress(t);
    }
    if (fd >= 0) close(fd);
    crypto_hash_sha256_final(&sum, digest);
    if (rc) return json_decref(pieces), rc;
    *out = file_row(path, size, digest, pieces);
    return *out ? 0 : lt_fail_memory(t->err);
}

static int keep_row(struct take *t, json_t *row)
{
    t->count++;
    t->bytes += lt_json_int(row, "size", 0);
    return json_array_append_new(t->list, row) ? lt_fail_memory(t->err) : 0;
}

static bool all_there(const struct take *t, const json_t *row)
{
    size_t i;
    const json_t *name;
    json_array_foreach(lt_json_array(row, "pieces"), i, name) {
        if (!store_has(t->s, json_string_value(name))) return false;
    }
    return lt_json_array(row, "pieces") != NULL;
}

/* --- a repository --- */

static int take_part(void *user, const struct vault_part *p)
{
    struct take *t = user;
    char from[PATH];
    json_t *row = p->fixed ? json_object_get(t->known, p->path) : NULL;
    if (row && all_there(t, row)) return keep_row(t, json_incref(row));
    lt_print(from, sizeof from, "%s/%s", t->call->app->dir, p->path);
    int rc = take_file(t, p->path, from, p->text, p->text ? strlen(p->text) : 0, &row);
    return rc ? rc : keep_row(t, row);
}

/* What the newest copy knew of a repository: nothing where that cannot be read any more. */
static json_t *known_files(struct take *t, const json_t *row)
{
    json_t *files = NULL, *file, *map = json_object();
    struct lt_error ignored = {0};
    size_t i;
    if (row && all_there(t, lt_json_object(row, "list")) && backup_list(t->s, row, &files, &ignored)) files = NULL;
    lt_error_clear(&ignored);
    json_array_foreach(files, i, file) json_object_set(map, lt_json_str_or(file, "path", ""), file);
    json_decref(files);
    return map;
}

static bool unchanged(const struct take *t, const json_t *row)
{
    const char *path;
    const json_t *file;
    if (strcmp(lt_json_str_or(row, "head", ""), t->heads[t->at].commit) != 0 || !json_object_size(t->known)) return false;
    json_object_foreach((json_t *)t->known, path, file) {
        if (!all_there(t, file)) return false;
    }
    return true;
}

/* The list of its files becomes a file of its own. */
static int seal_list(struct take *t, const struct head *h, json_int_t count, json_int_t bytes, json_t **row)
{
    struct lt_buf text = LT_BUF_INIT(BACKUP_LIST_MAX);
    json_t *list = NULL;
    int rc = lt_json_compact(t->list, &text, t->err);
    if (!rc) rc = take_file(t, h->repo, NULL, text.data, text.len, &list);
    lt_buf_free(&text);
    if (rc) return rc;
    *row = json_pack("{s:s, s:s, s:I, s:I, s:o}", "repo", h->repo, "head", h->commit, "files", count, "bytes", bytes, "list", list);
    return *row ? 0 : lt_fail_memory(t->err);
}

static int take_repo(struct take *t, json_t *rows)
{
    const struct head *h = &t->heads[t->at];
    json_t *before = json_object_get(t->repos, h->repo), *row = NULL;
    json_int_t count = t->count, bytes = t->bytes;
    int rc = progress(t);
    if (rc) return rc;
    t->known = known_files(t, before);
    if (t->known && unchanged(t, before)) {
        row = json_incref(before);
        t->count += lt_json_int(row, "files", 0);
        t->bytes += lt_json_int(row, "bytes", 0);
    } else {
        t->list = json_array();
        rc = t->known && t->list ? vault_parts(t->call->app->vault, h->repo, h->commit, take_part, t, t->err) : lt_fail_memory(t->err);
        if (!rc) rc = seal_list(t, h, t->count - count, t->bytes - bytes, &row);
        json_decref(t->list);
        t->list = NULL;
    }
    json_decref(t->known);
    t->known = NULL;
    if (!rc && json_array_append_new(rows, row)) rc = lt_fail_memory(t->err);
    return rc;
}

/* --- the other files of the folder --- */

static int take_plain(struct take *t, const char *path)
{
    char from[PATH];
    json_t *row = NULL;
    struct stat st;
    lt_print(from, sizeof from, "%s/%s", t->call->app->dir, path);
    if (lstat(from, &st) || !S_ISREG(st.st_mode)) return 0;
    int rc = take_file(t, path, from, NULL, 0, &row);
    return rc ? rc : keep_row(t, row);
}

/* Files put there by hand: keys, tables of plugins. */
static int take_folder(struct take *t, const char *path, int depth)
{
    char dir[PATH];
    lt_print(dir, sizeof dir, "%s/%s", t->call->app->dir, path);
    DIR *d = opendir(dir);
    struct dirent *e;
    int rc = 0;
    if (!d) return errno == ENOENT ? 0 : lt_fail_errno(t->err, "list", dir);
    while (!rc && (errno = 0, e = readdir(d))) {
        char below[1200];
        struct stat st;
        char from[PATH];
        if (e->d_name[0] == '.' || !lt_print(below, sizeof below, "%s/%s", path, e->d_name)) continue;
        lt_print(from, sizeof from, "%s/%s", t->call->app->dir, below);
        if (strcmp(below, BACKUP_FILE) == 0 || lstat(from, &st)) continue; /* the key of the backups does not travel with them */
        rc = S_ISDIR(st.st_mode) && depth < DEPTH ? take_folder(t, below, depth + 1) : take_plain(t, below);
        errno = 0;
    }
    if (!rc && errno) rc = lt_fail_errno(t->err, "list", dir);
    closedir(d);
    return rc;
}

static int system_step(void *user, int done, int total)
{
    (void)done, (void)total;
    return progress(user);
}

static int take_system(struct take *t, const char *id)
{
    char from[PATH];
    json_t *row = NULL;
    lt_print(from, sizeof from, "%s/spool/backup-%s.db", t->call->app->dir, id);
    int rc = sysdb_copy(t->call->app->sys, from, system_step, t, t->err);
    if (!rc) rc = take_file(t, "system.db", from, NULL, 0, &row);
    unlink(from);
    return rc ? rc : keep_row(t, row);
}

/* --- the manifest --- */

struct erasures {
    struct vault_snapshot *s;
    json_t *list;
    struct lt_error *err;
};

static int add_erasure(void *user, const struct vault_item *item)
{
    struct erasures *e = user;
    struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
    json_t *doc = NULL;
    int rc = lt_ends(item->path, ".json") ? vault_snapshot_read(e->s, item->path, &text, e->err) : 1;
    if (!rc) rc = lt_json_parse(text.data, text.len, VAULT_TEXT_MAX, &doc, e->err);
    if (!rc && json_array_append_new(e->list, doc)) rc = lt_fail_memory(e->err);
    lt_buf_free(&text);
    return rc > 0 ? 0 : rc;
}

/* Who was erased so far: an older copy that is restored later has to know. */
static int erasures_of(struct take *t, json_t **out)
{
    struct erasures e = {.list = json_array(), .err = t->err};
    int rc = e.list ? vault_snapshot_open(t->call->app->vault, VAULT_SCHOOL, t->heads[0].commit, &e.s, t->err) : lt_fail_memory(t->err);
    if (!rc) rc = vault_snapshot_walk(e.s, "erasures", add_erasure, &e, t->err);
    vault_snapshot_close(e.s);
    if (rc) json_decref(e.list);
    else *out = e.list;
    return rc;
}

static int write_manifest(struct take *t, const char *id, const json_t *carrier, json_t *rows, json_t **out)
{
    struct vault *v = t->call->app->vault;
    char at[LT_INSTANT_SIZE], day[LT_DATE_SIZE], file[80], armor[VAULT_ARMOR];
    struct lt_buf text = LT_BUF_INIT(STORE_MANIFEST_MAX);
    json_t *erased = NULL, *doc = NULL;
    int rc = erasures_of(t, &erased);
    lt_instant_format(t->call->now, at);
    lt_print(file, sizeof file, "%s_%s.copy", lt_date_format(t->call->today, day), id);
    if (!rc) {
        doc = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:O, s:O, s:O, s:I, s:I}", "format", BACKUP_FORMAT, "id", id, "at", at, "school",
                        vault_school_id(v), "installation", vault_installation(v), "fingerprint", vault_fingerprint(v), "version", LETOPIS_VERSION,
                        "carrier", lt_json_str_or(carrier, "id", ""), "files", t->list, "repositories", rows, "erasures", erased, "count", t->count,
                        "bytes", t->bytes);
        rc = lt_json_compact(doc, &text, t->err);
    }
    if (!rc) rc = vault_sign(v, BACKUP_SPACE, text.data, text.len, armor, t->err);
    if (!rc && (lt_buf_addc(&text, '\n') || lt_buf_adds(&text, armor))) rc = lt_fail_memory(t->err);
    if (!rc) rc = store_promote(t->s, t->err);
    if (!rc) rc = progress(t);
    if (!rc) rc = store_copy_write(t->s, file, text.data, text.len, t->err);
    if (!rc)
        *out = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "id", id, "at", at, "file", file, "files", t->count, "bytes", t->bytes, "written",
                         (json_int_t)store_written(t->s));
    lt_buf_free(&text);
    json_decref(erased);
    json_decref(doc);
    return rc ? rc : *out ? 0 : lt_fail_memory(t->err);
}

/* --- all of it --- */

static int note_head(void *user, const char *repo, const char *head)
{
    struct take *t = user;
    void *grown = lt_array_grow(t->heads, &t->cap, t->len + 1, sizeof *t->heads);
    if (!grown) return lt_fail_memory(t->err);
    t->heads = grown;
    lt_print(t->heads[t->len].repo, sizeof t->heads->repo, "%s", repo);
    lt_print(t->heads[t->len++].commit, sizeof t->heads->commit, "%s", head);
    return 0;
}

/* The newest copy of this carrier that can be read; without one everything is looked at. */
static void look_back(struct take *t)
{
    struct store_copy *copies = NULL;
    struct lt_error ignored = {0};
    size_t n = 0, i;
    json_t *row;
    if (store_copies(store_dir(t->s), &copies, &n, &ignored)) n = 0;
    for (; n > 0 && !t->before; n--) {
        lt_error_clear(&ignored);
        if (backup_manifest(t->s, copies[n - 1].file, t->call->app->vault, &t->before, &ignored)) t->before = NULL;
    }
    lt_error_clear(&ignored);
    free(copies);
    t->repos = json_object();
    json_array_foreach(lt_json_array(t->before, "repositories"), i, row) json_object_set(t->repos, lt_json_str_or(row, "repo", ""), row);
}

static int take_rest(struct take *t, const char *id)
{
    t->list = json_array();
    int rc = t->list ? take_plain(t, "letopis.conf") : lt_fail_memory(t->err);
    if (!rc) rc = take_folder(t, "keys", 0);
    if (!rc) rc = take_folder(t, "plugins", 0);
    return rc ? rc : take_system(t, id);
}

int backup_take(struct uc_call *call, struct store *s, const json_t *carrier, json_t **out, struct lt_error *err)
{
    struct vault *v = call->app->vault;
    struct take t = {.call = call, .s = s, .err = err, .piece = malloc(STORE_PIECE)};
    char id[LT_ID_SIZE];
    json_t *rows = json_array();
    lt_id_next(call->app->ids, id);
    int rc = t.piece && rows ? store_begin(s, err) : lt_fail_memory(err);
    if (!rc) look_back(&t);
    if (!rc) rc = vault_hold(v, err);
    bool held = !rc;
    if (!rc) rc = vault_repos(v, note_head, &t, err);
    /* changes that were accepted by now have put what belongs to them into system.db when this is over */
    if (!rc) rc = vault_settle(v, err);
    if (!rc) rc = access_drain(call->app, err);
    if (!rc) rc = take_rest(&t, id);
    json_t *rest = t.list;
    for (t.at = 0; !rc && t.at < t.len; t.at++) rc = take_repo(&t, rows);
    t.list = rest;
    if (held) vault_release(v);
    if (!rc) rc = write_manifest(&t, id, carrier, rows, out);
    json_decref(rest);
    json_decref(rows);
    json_decref(t.before);
    json_decref(t.repos);
    free(t.heads);
    free(t.piece);
    return rc;
}
