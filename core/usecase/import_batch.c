/* A batch that waits for its people: the file and what was said about it, in DATA/spool/<batch>/. */
#include "usecase/emitted.h"
#include "usecase/import.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATE_MAX = 1 << 20, SPOOL_PATH = 4200 };

void import_sha256(const void *data, size_t len, char out[65])
{
    struct sha256_ctx sum;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&sum);
    sha256_update(&sum, len, data);
    sha256_digest(&sum, sizeof digest, digest);
    lt_hex(digest, sizeof digest, out);
}

static bool path_of(struct uc_call *call, const char *id, const char *name, char out[SPOOL_PATH])
{
    return lt_print(out, SPOOL_PATH, "%s/spool/%s%s%s", call->app->dir, id, name ? "/" : "", name ? name : "");
}

void import_batch_clear(struct import_batch *b)
{
    json_decref(b->state);
    *b = (struct import_batch){.id = ""};
}

int import_batch_save(struct uc_call *call, const struct import_batch *b, struct lt_error *err)
{
    char path[SPOOL_PATH];
    struct lt_buf text = LT_BUF_INIT(STATE_MAX);
    path_of(call, b->id, "state.json", path);
    int rc = lt_json_canonical(b->state, &text, err);
    if (!rc && lt_fs_replace(call->app->fs, path, text.data, text.len, 0600, true)) rc = lt_fail_errno(err, "write", path);
    lt_buf_free(&text);
    return rc;
}

/* The bytes into the spool, and their sum. */
static int copy_file(struct uc_call *call, int fd, const char *path, char sha256[65], size_t *size, struct lt_error *err)
{
    const struct lt_fs *fs = call->app->fs;
    int out = fs->open(fs->ctx, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (out < 0) return lt_fail_errno(err, "open", path);
    crypto_hash_sha256_state sum;
    crypto_hash_sha256_init(&sum);
    unsigned char buf[1 << 15], digest[crypto_hash_sha256_BYTES];
    ssize_t n;
    int rc = 0;
    *size = 0;
    while (!rc && (n = pread(fd, buf, sizeof buf, (off_t)*size)) > 0) {
        crypto_hash_sha256_update(&sum, buf, (size_t)n);
        *size += (size_t)n;
        if (*size > IMPORT_FILE_MAX) rc = lt_fail_field(err, LT_REFUSED, "file", "table.file_too_large", "limit", LT_NUM(IMPORT_FILE_MAX >> 20), (char *)NULL);
        else if (lt_fs_write_all(fs, out, buf, (size_t)n)) rc = lt_fail_errno(err, "write", path);
    }
    if (!rc && n < 0) rc = lt_fail_errno(err, "read", path);
    crypto_hash_sha256_final(&sum, digest);
    lt_hex(digest, sizeof digest, sha256);
    if (fs->close(fs->ctx, out) && !rc) rc = lt_fail_errno(err, "write", path);
    return rc;
}

int import_batch_new(struct uc_call *call, const struct import_format *format, const struct uc_input_file *file,
                     struct import_batch *out, struct lt_error *err)
{
    char dir[SPOOL_PATH], path[SPOOL_PATH], sha256[65];
    size_t size = 0;
    *out = (struct import_batch){.id = ""};
    lt_id_next(call->app->ids, out->id);
    path_of(call, out->id, NULL, dir);
    path_of(call, out->id, "file", path);
    if (lt_fs_mkdirs(call->app->fs, dir, 0700)) return lt_fail_errno(err, "mkdir", dir);
    int rc = copy_file(call, file->fd, path, sha256, &size, err);
    char *name = lt_tidy(file->name);
    const char *slash = name ? strrchr(name, '/') : NULL;
    if (!rc) {
        out->state = json_pack("{s:s, s:s, s:s, s:s, s:I, s:o}", "id", out->id, "format", format->name, "file_name",
                               slash ? slash + 1 : name ? name : "", "sha256", sha256, "size", (json_int_t)size, "created",
                               uc_stamp(call));
        if (!out->state || lt_json_put_str(out->state, "plugin", format->plugin)) rc = lt_fail_memory(err);
        if (!rc) rc = import_batch_save(call, out, err);
    }
    free(name);
    if (rc) {
        lt_fs_remove_tree(call->app->fs, dir);
        import_batch_clear(out);
    }
    return rc;
}

static int read_state(const char *path, json_t **out, struct lt_error *err)
{
    char *text = NULL;
    size_t len = 0;
    if (lt_fs_read(path, STATE_MAX, &text, &len)) return lt_fail_errno(err, "read", path);
    int rc = lt_json_parse(text, len, STATE_MAX, out, err);
    free(text);
    return rc;
}

/* Held while the state is read, changed and kept: two people, or two clicks, lose nothing of each other's. */
int import_batch_lock(struct uc_call *call, const char *id, int *out, struct lt_error *err)
{
    char path[SPOOL_PATH];
    path_of(call, id, "lock", path);
    int fd = lt_id_valid(id) ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0) return lt_fail(err, LT_NOTFOUND, "import.absent", "id", id, (char *)NULL);
    while (flock(fd, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        close(fd);
        return lt_fail_errno(err, "lock", path);
    }
    *out = fd;
    return 0;
}

void import_batch_unlock(int *lock)
{
    if (*lock >= 0) close(*lock);
    *lock = -1;
}

int import_batch_seen(struct uc_call *call, const struct import_batch *b, const char *seen, struct lt_error *err)
{
    struct import_batch now = {.id = ""};
    int lock = -1, rc = import_batch_lock(call, b->id, &lock, err);
    if (!rc) rc = import_batch_open(call, b->id, &now, err);
    if (!rc) rc = lt_json_put_str(now.state, "seen", seen) ? lt_fail_memory(err) : import_batch_save(call, &now, err);
    import_batch_unlock(&lock);
    import_batch_clear(&now);
    return rc;
}

int import_batch_open(struct uc_call *call, const char *id, struct import_batch *out, struct lt_error *err)
{
    char path[SPOOL_PATH];
    *out = (struct import_batch){.id = ""};
    path_of(call, id, "state.json", path);
    if (!lt_id_valid(id) || access(path, F_OK)) return lt_fail(err, LT_NOTFOUND, "import.absent", "id", id, (char *)NULL);
    lt_print(out->id, sizeof out->id, "%s", id);
    return read_state(path, &out->state, err);
}

int import_batch_drop(struct uc_call *call, const char *id, struct lt_error *err)
{
    char path[SPOOL_PATH];
    if (!lt_id_valid(id)) return 0;
    emitted_drop(call->app->emitted, id);
    path_of(call, id, NULL, path);
    return lt_fs_remove_tree(call->app->fs, path) ? lt_fail_errno(err, "remove", path) : 0;
}

/* Calls cb for every batch of the spool; other uploads stand there too and are passed over. */
static int each_batch(struct uc_call *call, int (*cb)(struct uc_call *, const json_t *state, void *user, struct lt_error *), void *user,
                      struct lt_error *err)
{
    char dir[SPOOL_PATH], path[SPOOL_PATH];
    lt_print(dir, sizeof dir, "%s/spool", call->app->dir);
    DIR *d = opendir(dir);
    if (!d) return errno == ENOENT ? 0 : lt_fail_errno(err, "list", dir);
    int rc = 0;
    struct dirent *e;
    while (!rc && (e = readdir(d))) {
        json_t *state = NULL;
        struct lt_error ignored = {0};
        path_of(call, e->d_name, "state.json", path);
        if (lt_id_valid(e->d_name) && access(path, F_OK) == 0 && read_state(path, &state, &ignored) == 0) rc = cb(call, state, user, err);
        lt_error_clear(&ignored);
        json_decref(state);
    }
    closedir(d);
    return rc;
}

static int64_t born(const json_t *state)
{
    int64_t at = 0;
    lt_instant_parse(lt_json_str_or(lt_json_object(state, "created"), "at", ""), &at);
    return at;
}

static int purge_one(struct uc_call *call, const json_t *state, void *user, struct lt_error *err)
{
    (void)user;
    if (call->now - born(state) < (int64_t)IMPORT_KEEP_DAYS * 86400000) return 0;
    return import_batch_drop(call, lt_json_str_or(state, "id", ""), err);
}

int import_batch_purge(struct uc_call *call, struct lt_error *err)
{
    emitted_purge(call->app->emitted, call->now);
    int rc = each_batch(call, purge_one, NULL, err);
    return rc ? rc : import_rest_purge(call, err);
}

static int list_one(struct uc_call *call, const json_t *state, void *user, struct lt_error *err)
{
    const json_t *created = lt_json_object(state, "created");
    struct import_named f = {.name = ""};
    bool mine = strcmp(lt_json_str_or(created, "by", ""), call->actor.id) == 0;
    if (!import_format_of(state, &f) || (!mine && !uc_may(call, f.format.right, UC_T_NONE, NULL))) return 0;
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", lt_json_str_or(state, "id", ""), "format", f.format.name, "file_name",
                          lt_json_str_or(state, "file_name", ""), "sha256", lt_json_str_or(state, "sha256", ""), "state", "waiting", "at",
                          lt_json_str_or(created, "at", ""), "by", lt_json_str_or(created, "by", ""));
    return json_array_append_new(user, o) ? lt_fail_memory(err) : 0;
}

int import_batch_list(struct uc_call *call, json_t *items, struct lt_error *err)
{
    return each_batch(call, list_one, items, err);
}

/* --- proposing --- */

void import_proposal_clear(struct import_proposal *p)
{
    json_decref(p->rows);
    json_decref(p->sheets);
    json_decref(p->skipped);
    for (size_t i = 0; i < p->docs_len; i++) {
        json_decref(p->docs[i].before);
        json_decref(p->docs[i].doc);
    }
    free(p->docs);
    json_decref(p->missing);
    json_decref(p->heads);
    json_decref(p->codes);
    json_decref(p->used_codes);
    *p = (struct import_proposal){.rows = NULL};
}

int import_proposal_add(struct import_proposal *p, const char *repo, const char *path, json_t *before, json_t *doc)
{
    void *grown = lt_array_grow(p->docs, &p->docs_cap, p->docs_len + 1, sizeof *p->docs);
    if (!grown) {
        json_decref(before);
        json_decref(doc);
        return -1;
    }
    p->docs = grown;
    struct import_doc *d = &p->docs[p->docs_len++];
    lt_print(d->repo, sizeof d->repo, "%s", repo);
    lt_print(d->path, sizeof d->path, "%s", path);
    d->before = before;
    d->doc = doc;
    d->verify = d->aside = false;
    return 0;
}

json_t *import_counts(const struct import_proposal *p, const char *kind)
{
    json_t *counts = json_object();
    size_t i;
    const json_t *row;
    json_array_foreach(p->rows, i, row) {
        const char *outcome = lt_json_str_or(row, "outcome", "error");
        if (kind && strcmp(lt_json_str_or(row, "kind", ""), kind) != 0) continue;
        if (counts && lt_json_put_int(counts, outcome, lt_json_int(counts, outcome, 0) + 1)) return json_decref(counts), NULL;
    }
    return counts;
}

static void add_json(crypto_hash_sha256_state *sum, const json_t *v)
{
    char *text = v ? json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    if (text) crypto_hash_sha256_update(sum, (const unsigned char *)text, strlen(text));
    crypto_hash_sha256_update(sum, (const unsigned char *)"\n", 1);
    free(text);
}

void import_proposal_sum(const struct import_batch *b, const struct import_proposal *p, char out[65])
{
    crypto_hash_sha256_state sum;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_init(&sum);
    size_t i, k;
    const json_t *row, *problem;
    add_json(&sum, lt_json_object(b->state, "decisions"));
    add_json(&sum, lt_json_object(b->state, "mapping"));
    json_array_foreach(p->rows, i, row) {
        static const char *const keys[] = {"sheet", "outcome", "pupil", "person"};
        char number[32];
        lt_print(number, sizeof number, "%lld\n", (long long)lt_json_int(row, "row", 0));
        crypto_hash_sha256_update(&sum, (const unsigned char *)number, strlen(number));
        for (k = 0; k < LT_COUNT(keys); k++) {
            const char *s = lt_json_str_or(row, keys[k], "");
            crypto_hash_sha256_update(&sum, (const unsigned char *)s, strlen(s) + 1);
        }
        json_array_foreach(lt_json_array(row, "problems"), k, problem) {
            const char *s = lt_json_str_or(problem, "code", "");
            crypto_hash_sha256_update(&sum, (const unsigned char *)s, strlen(s) + 1);
        }
    }
    crypto_hash_sha256_final(&sum, digest);
    lt_hex(digest, sizeof digest, out);
}

/* The documents a format asks for, of all repositories. */
static int known(struct uc_call *call, const struct import_format *f, json_t **items, struct lt_error *err)
{
    json_t *kinds = json_array();
    for (const char *w = f->kinds; *w; w += strcspn(w, " "), w += strspn(w, " ")) json_array_append_new(kinds, json_stringn(w, strcspn(w, " ")));
    json_t *params = json_object();
    if (!params || lt_json_put(params, "kind", kinds)) return json_decref(params), lt_fail_memory(err);
    /* not uc_all: its limit is meant for what people are shown */
    json_t *all = json_array();
    char *cursor = NULL;
    int rc = all ? 0 : lt_fail_memory(err);
    do {
        json_t *page = NULL;
        char *next = NULL;
        if (!rc) rc = index_list(call->app->index, "documents", params, 2000, cursor, &page, &next, err);
        free(cursor);
        cursor = rc ? NULL : next;
        if (!rc && json_array_extend(all, page)) rc = lt_fail_memory(err);
        json_decref(page);
    } while (cursor);
    json_decref(params);
    if (rc) json_decref(all);
    else *items = all;
    return rc;
}

/* "Sheet!14.B": what a person put into that cell. */
uint32_t import_cell(const char *decision)
{
    const char *bang = strrchr(decision, '!'), *dot = bang ? strchr(bang, '.') : NULL;
    return dot ? table_column_number(dot + 1) : 0;
}

static int correct(struct table *table, const json_t *decisions, struct lt_error *err)
{
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)(uintptr_t)decisions, key, v) {
        uint32_t column = import_cell(key);
        const char *bang = strrchr(key, '!');
        char sheet[300];
        if (!column || !lt_print(sheet, sizeof sheet, "%.*s", (int)(bang - key), key)) continue;
        long row = strtol(bang + 1, NULL, 10);
        if (row > 0 && table_correct(table, sheet, (uint32_t)row, column, json_string_value(v) ? json_string_value(v) : ""))
            return lt_fail_memory(err);
    }
    return 0;
}

int import_batch_table(struct uc_call *call, const struct import_batch *b, struct table **out, struct lt_error *err)
{
    char path[SPOOL_PATH];
    struct table_env env = {.program = call->app->program, .modules_dir = call->app->modules};
    path_of(call, b->id, "file", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return lt_fail_errno(err, "open", path);
    int rc = table_read(&env, fd, lt_json_str_or(b->state, "file_name", ""), NULL, out, err);
    close(fd);
    return rc ? rc : correct(*out, lt_json_object(b->state, "decisions"), err);
}

int import_table(struct uc_call *call, struct import_source *s, const struct table **out, struct lt_error *err)
{
    int rc = s->table ? 0 : import_batch_table(call, s->batch, &s->table, err);
    *out = rc ? NULL : s->table;
    return rc;
}

/* The child reads the file while the documents of the school are fetched. */
struct reading {
    struct uc_call *call;
    struct import_source *source;
    pthread_t thread;
    bool runs;
    int rc;
    struct lt_error err;
};

static void *read_table(void *arg)
{
    struct reading *r = arg;
    r->rc = import_batch_table(r->call, r->source->batch, &r->source->table, &r->err);
    return NULL;
}

/* Not where the plugin has said already what it makes of the file. */
static void begin_reading(struct reading *r)
{
    if (emitted_has(r->call->app->emitted, r->source->batch->id)) return;
    r->runs = pthread_create(&r->thread, NULL, read_table, r) == 0;
}

static int end_reading(struct reading *r, struct lt_error *err)
{
    if (!r->runs) return 0;
    pthread_join(r->thread, NULL);
    if (r->rc) *err = r->err;
    return r->rc;
}

int import_batch_propose(struct uc_call *call, const struct import_batch *b, bool apply_left, struct import_proposal *out,
                         struct lt_error *err)
{
    struct import_named named = {.name = ""};
    const struct import_format *f = &named.format;
    struct import_source source = {.batch = b};
    struct import_options o = {.batch = b, .year = (int)lt_json_int(b->state, "year", 0), .mapping = lt_json_object(b->state, "mapping"),
                               .decisions = lt_json_object(b->state, "decisions"), .apply_left = apply_left};
    json_t *items = NULL;
    *out = (struct import_proposal){.rows = NULL};
    lt_date_parse(lt_json_str_or(b->state, "from", ""), &o.from);
    if (!import_format_of(b->state, &named)) return lt_fail(err, LT_NOTFOUND, "import.format", "format", lt_json_str_or(b->state, "format", ""), (char *)NULL);
    struct reading reading = {.call = call, .source = &source};
    struct lt_error unread = {0};
    begin_reading(&reading);
    int rc = known(call, f, &items, err);
    int read = end_reading(&reading, rc ? &unread : err);
    lt_error_clear(&unread);
    if (!rc) rc = read;
    if (!rc) rc = f->propose(call, f, &source, &o, items, out, err);
    json_decref(items);
    table_free(source.table);
    if (rc) import_proposal_clear(out);
    return rc;
}
