#include "usecase/backup_store.h"
#include "usecase/backup_names.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 4400, NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
       BATCH_PIECES = 512 };
#define BATCH_BYTES (256u << 20)
#define AT_ONCE (NONCE + TAG)

struct store {
    const struct lt_fs *fs;
    char *dir;
    const struct backup_key *key;
    struct names there;    /* in objects/ */
    struct names incoming; /* written, not yet flushed */
    uint64_t waiting, written;
    struct lt_buf sealed;
};

/* --- the folder and its mark --- */

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A disk that is full is told as such: that is what one can mend. */
static int write_failed(const char *doing, const char *path, struct lt_error *err)
{
    return errno == ENOSPC || errno == EDQUOT ? lt_fail(err, LT_REFUSED, "backup.full", "path", path, (char *)NULL) : lt_fail_errno(err, doing, path);
}

int store_mark(const char *dir, json_t **out, struct lt_error *err)
{
    char path[PATH], *text = NULL;
    size_t len = 0;
    struct lt_error why = {0};
    if (!is_dir(dir)) return lt_fail_field(err, LT_NOTFOUND, "to", "backup.carrier_absent", "path", dir, (char *)NULL);
    if (!lt_print(path, sizeof path, "%s/" STORE_MARK, dir) || lt_fs_read(path, 4096, &text, &len))
        return lt_fail_field(err, LT_REFUSED, "to", "backup.carrier_none", "path", dir, (char *)NULL);
    int rc = lt_json_parse(text, len, 4096, out, &why);
    if (rc) rc = lt_fail_field(err, LT_REFUSED, "to", "backup.carrier_none", "path", dir, (char *)NULL);
    lt_error_clear(&why);
    free(text);
    return rc;
}

static int make_folder(const struct lt_fs *fs, const char *dir, const char *name, struct lt_error *err)
{
    char path[PATH];
    if (!lt_print(path, sizeof path, "%s/%s", dir, name)) return lt_fail(err, LT_USAGE, "system.path", (char *)NULL);
    return fs->mkdir(fs->ctx, path, 0700) && errno != EEXIST ? write_failed("mkdir", path, err) : 0;
}

static const char readme[] =
    "Резервные копии программы «Летопись». Содержимое зашифровано.\n"
    "Восстановление: letopis backup restore --from ЭТА_ПАПКА --to НОВАЯ_ПАПКА\n"
    "Понадобится код восстановления, который хранит директор. Файлы здесь не менять и не переименовывать.\n\n"
    "Backups of Letopis. The content is encrypted.\n"
    "To restore: letopis backup restore --from THIS_FOLDER --to NEW_FOLDER\n"
    "You will need the recovery code kept by the head of the school. Do not change or rename files here.\n";

int store_create(const struct lt_fs *fs, const char *dir, const json_t *mark, struct lt_error *err)
{
    static const char *const names[] = {"objects", "copies", "incoming"};
    char path[PATH];
    json_t *there = NULL;
    struct lt_error why = {0};
    struct lt_buf text = LT_BUF_INIT(4096);
    int rc = store_mark(dir, &there, &why);
    if (!rc && (strcmp(lt_json_str_or(there, "school", ""), lt_json_str_or(mark, "school", "")) != 0 ||
                strcmp(lt_json_str_or(there, "key", ""), lt_json_str_or(mark, "key", "")) != 0))
        rc = lt_fail_field(err, LT_REFUSED, "folder", "backup.carrier_other", "path", dir, (char *)NULL);
    else if (rc == LT_NOTFOUND) rc = lt_fail_field(err, LT_NOTFOUND, "folder", "backup.carrier_absent", "path", dir, (char *)NULL);
    else rc = 0;
    lt_error_clear(&why);
    json_decref(there);
    for (size_t i = 0; !rc && i < LT_COUNT(names); i++) rc = make_folder(fs, dir, names[i], err);
    lt_print(path, sizeof path, "%s/README.txt", dir);
    if (!rc && lt_fs_replace(fs, path, readme, sizeof readme - 1, 0600, false)) rc = write_failed("write", path, err);
    if (!rc) rc = lt_json_canonical(mark, &text, err);
    lt_print(path, sizeof path, "%s/" STORE_MARK, dir);
    if (!rc && lt_fs_replace(fs, path, text.data, text.len, 0600, true)) rc = write_failed("write", path, err);
    lt_buf_free(&text);
    return rc;
}

int store_open(const struct lt_fs *fs, const char *dir, const struct backup_key *key, struct store **out, struct lt_error *err)
{
    json_t *mark = NULL;
    int rc = store_mark(dir, &mark, err);
    if (!rc && strcmp(lt_json_str_or(mark, "key", ""), key->id) != 0) rc = lt_fail_field(err, LT_REFUSED, "code", "backup.code_wrong", (char *)NULL);
    json_decref(mark);
    if (rc) return rc;
    struct store *s = lt_calloc(1, sizeof *s);
    if (!s || !(s->dir = lt_strdup(dir))) {
        free(s);
        return lt_fail_memory(err);
    }
    s->fs = fs;
    s->key = key;
    lt_buf_init(&s->sealed, STORE_MANIFEST_MAX + AT_ONCE);
    *out = s;
    return 0;
}

static void piece_path(const struct store *s, const char *name, char out[PATH])
{
    lt_print(out, PATH, "%s/objects/%.2s/%s", s->dir, name, name);
}

static void incoming_path(const struct store *s, const char *name, char out[PATH])
{
    lt_print(out, PATH, "%s/incoming/%s", s->dir, name);
}

void store_close(struct store *s)
{
    char path[PATH];
    if (!s) return;
    for (size_t i = 0; i < s->incoming.len; i++) {
        char name[STORE_NAME];
        lt_hex(names_at(&s->incoming, i), NAMES_BYTES, name);
        incoming_path(s, name, path);
        s->fs->unlink(s->fs->ctx, path);
    }
    names_free(&s->there);
    names_free(&s->incoming);
    lt_buf_free(&s->sealed);
    free(s->dir);
    free(s);
}

const char *store_dir(const struct store *s)
{
    return s->dir;
}

/* --- sealing --- */

/* Into s->sealed: nonce and sealed bytes. `name` is bound in. */
static int seal(struct store *s, const char *name, const void *data, size_t len, struct lt_error *err)
{
    unsigned char nonce[NONCE];
    unsigned long long n = 0;
    lt_buf_reset(&s->sealed);
    randombytes_buf(nonce, sizeof nonce);
    if (lt_buf_reserve(&s->sealed, len + AT_ONCE) || lt_buf_add(&s->sealed, nonce, NONCE)) return lt_fail_memory(err);
    crypto_aead_xchacha20poly1305_ietf_encrypt((unsigned char *)s->sealed.data + NONCE, &n, data, len, (const unsigned char *)name, strlen(name), NULL,
                                               nonce, s->key->seal);
    s->sealed.len = NONCE + (size_t)n;
    return 0;
}

/* Reads a sealed file whole and appends what is inside. 0, LT_NOTFOUND, LT_REFUSED (no words), LT_SYSTEM. */
static int unseal(struct store *s, const char *path, const char *name, size_t max, struct lt_buf *out, struct lt_error *err)
{
    char *text = NULL;
    size_t len = 0;
    unsigned long long n = 0;
    if (lt_fs_read(path, max + AT_ONCE, &text, &len)) return errno == ENOENT ? LT_NOTFOUND : errno == EFBIG ? LT_REFUSED : lt_fail_errno(err, "read", path);
    int rc = len < AT_ONCE ? LT_REFUSED : lt_buf_reserve(out, len) ? lt_fail_memory(err) : 0;
    if (!rc && crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)out->data + out->len, &n, NULL, (unsigned char *)text + NONCE, len - NONCE,
                                                          (const unsigned char *)name, strlen(name), (unsigned char *)text, s->key->seal))
        rc = LT_REFUSED;
    if (!rc) out->len += (size_t)n;
    free(text);
    return rc;
}

static int write_file(struct store *s, const char *path, bool flush, struct lt_error *err)
{
    const struct lt_fs *fs = s->fs;
    int fd = fs->open(fs->ctx, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    if (fd < 0) return write_failed("open", path, err);
    int rc = lt_fs_write_all(fs, fd, s->sealed.data, s->sealed.len) || (flush && fs->fsync(fs->ctx, fd)) ? write_failed("write", path, err) : 0;
    if (fs->close(fs->ctx, fd) && !rc) rc = write_failed("write", path, err);
    if (rc) fs->unlink(fs->ctx, path);
    return rc;
}

/* --- pieces --- */

static bool name_bytes(const char *hex, unsigned char out[NAMES_BYTES])
{
    size_t n = 0;
    return strlen(hex) == STORE_NAME - 1 && sodium_hex2bin(out, NAMES_BYTES, hex, STORE_NAME - 1, NULL, &n, NULL) == 0 && n == NAMES_BYTES;
}

/* Every file of a folder; user decides what it is. */
static int each_file(const char *dir, int (*cb)(void *user, const char *dir, const char *name), void *user, struct lt_error *err)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    int rc = 0;
    if (!d) return errno == ENOENT ? 0 : lt_fail_errno(err, "list", dir);
    while (!rc && (errno = 0, e = readdir(d)))
        if (e->d_name[0] != '.') rc = cb(user, dir, e->d_name);
    if (!rc && errno) rc = lt_fail_errno(err, "list", dir);
    closedir(d);
    return rc;
}

static int each_piece(struct store *s, int (*cb)(void *user, const char *dir, const char *name), void *user, struct lt_error *err)
{
    int rc = 0;
    for (int i = 0; !rc && i < 256; i++) {
        char dir[PATH];
        lt_print(dir, sizeof dir, "%s/objects/%02x", s->dir, (unsigned)i);
        rc = each_file(dir, cb, user, err);
    }
    return rc;
}

static int drop_file(void *user, const char *dir, const char *name)
{
    struct store *s = user;
    char path[PATH];
    if (lt_print(path, sizeof path, "%s/%s", dir, name)) s->fs->unlink(s->fs->ctx, path);
    return 0;
}

/* What was put aside as damaged goes: this run writes it anew, if it is still wanted. */
static int note_piece(void *user, const char *dir, const char *name)
{
    struct store *s = user;
    unsigned char bytes[NAMES_BYTES];
    if (lt_ends(name, ".bad")) return drop_file(s, dir, name);
    return name_bytes(name, bytes) ? names_add(&s->there, bytes) : 0;
}

int store_begin(struct store *s, struct lt_error *err)
{
    char dir[PATH];
    lt_print(dir, sizeof dir, "%s/incoming", s->dir);
    int rc = make_folder(s->fs, s->dir, "incoming", err);
    if (!rc) rc = each_file(dir, drop_file, s, err);
    if (!rc) rc = each_piece(s, note_piece, s, err);
    return rc == LT_SYSTEM && err && !err->code[0] ? lt_fail_memory(err) : rc;
}

bool store_has(const struct store *s, const char *name)
{
    unsigned char bytes[NAMES_BYTES];
    return name_bytes(name, bytes) && (names_has(&s->there, bytes) || names_has(&s->incoming, bytes));
}

int store_put(struct store *s, const void *data, size_t len, char name[STORE_NAME], struct lt_error *err)
{
    unsigned char bytes[NAMES_BYTES];
    char path[PATH];
    crypto_generichash(bytes, sizeof bytes, data, len, s->key->names, sizeof s->key->names);
    lt_hex(bytes, sizeof bytes, name);
    if (names_has(&s->there, bytes) || names_has(&s->incoming, bytes)) return 0;
    incoming_path(s, name, path);
    int rc = seal(s, name, data, len, err);
    if (!rc) rc = write_file(s, path, false, err);
    if (!rc && names_add(&s->incoming, bytes)) rc = lt_fail_memory(err);
    if (rc) return rc;
    s->waiting += s->sealed.len;
    s->written += s->sealed.len;
    return s->waiting > BATCH_BYTES || s->incoming.len >= BATCH_PIECES ? store_promote(s, err) : 0;
}

static int flush_carrier(struct store *s, struct lt_error *err)
{
    int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || s->fs->syncfs(s->fs->ctx, fd) ? write_failed("flush", s->dir, err) : 0;
    if (fd >= 0) close(fd);
    return rc;
}

int store_promote(struct store *s, struct lt_error *err)
{
    if (!s->incoming.len) return 0;
    int rc = flush_carrier(s, err);
    while (!rc && s->incoming.len) {
        char name[STORE_NAME], from[PATH], to[PATH], dir[40];
        unsigned char bytes[NAMES_BYTES];
        memcpy(bytes, names_at(&s->incoming, s->incoming.len - 1), NAMES_BYTES);
        lt_hex(bytes, sizeof bytes, name);
        incoming_path(s, name, from);
        piece_path(s, name, to);
        lt_print(dir, sizeof dir, "objects/%.2s", name);
        if (s->fs->rename(s->fs->ctx, from, to)) {
            if (errno == ENOENT) rc = make_folder(s->fs, s->dir, dir, err);
            if (!rc && s->fs->rename(s->fs->ctx, from, to)) rc = write_failed("rename", to, err);
        }
        if (!rc && names_add(&s->there, bytes)) rc = lt_fail_memory(err);
        if (!rc) names_pop(&s->incoming);
    }
    s->waiting = 0;
    return rc ? rc : flush_carrier(s, err);
}

uint64_t store_written(const struct store *s)
{
    return s->written;
}

int store_get(struct store *s, const char *name, struct lt_buf *out, struct lt_error *err)
{
    unsigned char bytes[NAMES_BYTES], want[NAMES_BYTES];
    char path[PATH], shown[STORE_NAME + 16];
    size_t from = out->len;
    if (!name_bytes(name, want)) return lt_fail(err, LT_REFUSED, "backup.piece_damaged", "path", name, (char *)NULL);
    piece_path(s, name, path);
    lt_print(shown, sizeof shown, "objects/%.2s/%s", name, name);
    int rc = unseal(s, path, name, STORE_PIECE, out, err);
    if (!rc) {
        crypto_generichash(bytes, sizeof bytes, (unsigned char *)out->data + from, out->len - from, s->key->names, sizeof s->key->names);
        if (memcmp(bytes, want, sizeof bytes) != 0) rc = LT_REFUSED;
    }
    if (rc == LT_REFUSED) return lt_fail(err, LT_REFUSED, "backup.piece_damaged", "path", shown, (char *)NULL);
    return rc == LT_NOTFOUND ? lt_fail(err, LT_REFUSED, "backup.piece_missing", "path", shown, (char *)NULL) : rc;
}

void store_set_aside(struct store *s, const char *name)
{
    char from[PATH], to[PATH];
    unsigned char bytes[NAMES_BYTES];
    if (!name_bytes(name, bytes)) return;
    piece_path(s, name, from);
    if (lt_print(to, sizeof to, "%s.bad", from)) s->fs->rename(s->fs->ctx, from, to);
}

struct sweep {
    struct store *s;
    bool (*keep)(void *user, const char *name);
    void *user;
    uint64_t freed;
};

static int sweep_piece(void *user, const char *dir, const char *name)
{
    struct sweep *w = user;
    char path[PATH];
    struct stat st;
    if (w->keep(w->user, name) || !lt_print(path, sizeof path, "%s/%s", dir, name)) return 0;
    if (stat(path, &st) == 0 && w->s->fs->unlink(w->s->fs->ctx, path) == 0) w->freed += (uint64_t)st.st_size;
    return 0;
}

int store_sweep(struct store *s, bool (*keep)(void *user, const char *name), void *user, uint64_t *freed, struct lt_error *err)
{
    struct sweep w = {.s = s, .keep = keep, .user = user};
    int rc = each_piece(s, sweep_piece, &w, err);
    *freed = w.freed;
    names_free(&s->there); /* read anew by the next store_begin */
    return rc;
}

/* --- copies --- */

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct store_copy *)a)->id, ((const struct store_copy *)b)->id);
}

struct copies {
    struct store_copy *list;
    size_t n, cap;
};

static int note_copy(void *user, const char *dir, const char *name)
{
    (void)dir;
    struct copies *c = user;
    size_t len = strlen(name);
    if (len < 42 || len >= sizeof c->list->file || !lt_ends(name, ".copy")) return 0;
    void *grown = lt_array_grow(c->list, &c->cap, c->n + 1, sizeof *c->list);
    if (!grown) return LT_SYSTEM;
    c->list = grown;
    struct store_copy *one = &c->list[c->n];
    lt_print(one->file, sizeof one->file, "%s", name);
    lt_print(one->id, sizeof one->id, "%.36s", name + len - 41);
    c->n += lt_id_valid(one->id);
    return 0;
}

int store_copies(const char *dir, struct store_copy **out, size_t *n, struct lt_error *err)
{
    char path[PATH];
    struct copies c = {0};
    lt_print(path, sizeof path, "%s/copies", dir);
    int rc = each_file(path, note_copy, &c, err);
    if (rc) {
        free(c.list);
        return err && err->code[0] ? rc : lt_fail_memory(err);
    }
    if (c.n) qsort(c.list, c.n, sizeof *c.list, by_id);
    *out = c.list;
    *n = c.n;
    return 0;
}

/* Under a temporary name, flushed, renamed, its folder flushed: from then on it counts. */
int store_copy_write(struct store *s, const char *file, const void *data, size_t len, struct lt_error *err)
{
    char path[PATH], temp[PATH], dir[PATH];
    lt_print(path, sizeof path, "%s/copies/%s", s->dir, file);
    lt_print(temp, sizeof temp, "%s/incoming/%s", s->dir, file);
    lt_print(dir, sizeof dir, "%s/copies", s->dir);
    int rc = len > STORE_MANIFEST_MAX ? lt_fail(err, LT_REFUSED, "json.too_large", "limit", LT_NUM(STORE_MANIFEST_MAX), (char *)NULL) : 0;
    if (!rc) rc = seal(s, file, data, len, err);
    if (!rc) rc = write_file(s, temp, true, err);
    if (!rc && s->fs->rename(s->fs->ctx, temp, path)) rc = write_failed("rename", path, err);
    if (!rc && lt_fs_sync_dir(s->fs, dir)) rc = write_failed("flush", dir, err);
    return rc;
}

int store_copy_read(struct store *s, const char *file, struct lt_buf *out, struct lt_error *err)
{
    char path[PATH], shown[100];
    lt_print(path, sizeof path, "%s/copies/%s", s->dir, file);
    lt_print(shown, sizeof shown, "copies/%s", file);
    int rc = unseal(s, path, file, STORE_MANIFEST_MAX, out, err);
    return rc == LT_REFUSED || rc == LT_NOTFOUND ? lt_fail(err, LT_REFUSED, "backup.copy_damaged", "path", shown, (char *)NULL) : rc;
}

int store_copy_remove(struct store *s, const char *file, struct lt_error *err)
{
    char path[PATH], dir[PATH];
    lt_print(path, sizeof path, "%s/copies/%s", s->dir, file);
    lt_print(dir, sizeof dir, "%s/copies", s->dir);
    if (s->fs->unlink(s->fs->ctx, path) && errno != ENOENT) return lt_fail_errno(err, "remove", path);
    return lt_fs_sync_dir(s->fs, dir) ? lt_fail_errno(err, "flush", dir) : 0;
}
