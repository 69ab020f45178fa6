/* A data folder made of a copy. Everything is put together in TO/restore.part, opened there once (the index is made, the erased are taken out, sessions
 * end) and then moved up, letopis.conf last: until then TO is no data folder, and a restore that broke off is begun anew. */
#include "usecase/backup.h"
#include "usecase/erase.h"
#include "usecase/ports.h"
#include "usecase/repeat.h"

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

enum { PATH = 4400, ERASURES_MAX = 16 << 20 };
#define PART "restore.part"

struct restore {
    struct uc_call *call;
    struct store *s;
    struct lt_error *err;
    const char *to;
    char part[PATH];
    json_t *manifest;
    json_t *erased;  /* pupil id → the act of destruction */
    char known[LT_INSTANT_SIZE]; /* erasures are known of up to this moment */
    json_int_t files, bytes, skipped, repeated;
};

/* --- the place --- */

/* Names a data folder is made of: what a restore that broke off may have left, and nothing else is ever removed. */
static bool ours(const char *name)
{
    static const char *const names[] = {PART, "keys", "school.git", "portfolios", "plugins", "journal", "spool", "run", "cache", "lock",
                                        "index.db", "index.db-wal", "index.db-shm", "system.db", "system.db-wal", "system.db-shm"};
    for (size_t i = 0; i < LT_COUNT(names); i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

static int not_empty(const char *to, struct lt_error *err)
{
    return lt_fail_field(err, LT_REFUSED, "to", "backup.not_empty", "path", to, (char *)NULL);
}

/* Every name in a folder. */
static int each_name(const char *dir, int (*cb)(void *user, const char *name), void *user, struct lt_error *err)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    int rc = 0;
    if (!d) return lt_fail_errno(err, "list", dir);
    while (!rc && (errno = 0, e = readdir(d))) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && strcmp(e->d_name, "lost+found") != 0) rc = cb(user, e->d_name);
        errno = 0;
    }
    closedir(d);
    return rc;
}

struct place {
    struct restore *r;
    bool part, foreign, any;
};

static int look_at(void *user, const char *name)
{
    struct place *p = user;
    p->part = p->part || strcmp(name, PART) == 0;
    p->foreign = p->foreign || !ours(name);
    p->any = true;
    return 0;
}

static int drop(void *user, const char *name)
{
    struct restore *r = user;
    char path[PATH];
    if (strcmp(name, PART) == 0 || !ours(name)) return 0;
    lt_print(path, sizeof path, "%s/%s", r->to, name);
    return lt_fs_remove_tree(r->call->app->fs, path) ? lt_fail_errno(r->err, "remove", path) : 0;
}

/* An empty folder, or one where a restore broke off. */
static int prepare(struct restore *r)
{
    const struct lt_fs *fs = r->call->app->fs;
    struct place p = {.r = r};
    char conf[PATH];
    if (!lt_print(conf, sizeof conf, "%s/letopis.conf", r->to) || !lt_print(r->part, sizeof r->part, "%s/" PART, r->to))
        return lt_fail_field(r->err, LT_USAGE, "to", "system.path", (char *)NULL);
    if (lt_fs_mkdirs(fs, r->to, 0700)) return lt_fail_errno(r->err, "mkdir", r->to);
    int rc = each_name(r->to, look_at, &p, r->err);
    if (rc) return rc;
    if (access(conf, F_OK) == 0 || p.foreign || (p.any && !p.part)) return not_empty(r->to, r->err);
    if (p.part) rc = each_name(r->to, drop, r, r->err);
    if (!rc && (lt_fs_remove_tree(fs, r->part) || lt_fs_mkdirs(fs, r->part, 0700))) rc = lt_fail_errno(r->err, "mkdir", r->part);
    return rc;
}

/* --- who was erased --- */

static int bury(struct restore *r, const json_t *doc)
{
    const char *pupil = lt_json_str(doc, "pupil");
    if (!pupil || !lt_id_valid(pupil)) return 0;
    return json_object_set(r->erased, pupil, (json_t *)doc) ? lt_fail_memory(r->err) : 0;
}

static int bury_all(struct restore *r, const json_t *docs)
{
    size_t i;
    const json_t *doc;
    int rc = 0;
    if (json_is_object(docs)) return lt_json_array(docs, "items") ? bury_all(r, lt_json_array(docs, "items")) : bury(r, docs);
    json_array_foreach(docs, i, doc) {
        if (!rc) rc = bury(r, doc);
    }
    return rc;
}

static int read_given(struct restore *r, const json_t *in)
{
    const json_t *file = lt_json_object(in, "erasures");
    char *text = NULL;
    size_t len = 0;
    json_t *docs = NULL;
    if (!file) return 0;
    char path[40];
    lt_print(path, sizeof path, "/proc/self/fd/%d", r->call->files[lt_json_int(file, "index", 0)].fd);
    int rc = lt_fs_read(path, ERASURES_MAX, &text, &len) ? lt_fail_errno(r->err, "read", "erasures") : 0;
    if (!rc) rc = lt_json_parse(text, len, ERASURES_MAX, &docs, r->err);
    if (!rc) rc = bury_all(r, docs);
    json_decref(docs);
    free(text);
    return rc;
}

/* Every copy on the carrier tells who was erased until then; the newest knows of all. One that cannot be read tells nothing. */
static int read_manifests(struct restore *r)
{
    struct store_copy *copies = NULL;
    size_t n = 0;
    int rc = store_copies(store_dir(r->s), &copies, &n, r->err);
    for (size_t i = 0; !rc && i < n; i++) {
        json_t *one = NULL;
        struct lt_error ignored = {0};
        if (backup_manifest(r->s, copies[i].file, NULL, &one, &ignored) == 0) rc = bury_all(r, lt_json_array(one, "erasures"));
        if (strcmp(lt_json_str_or(one, "at", ""), r->known) > 0) lt_print(r->known, sizeof r->known, "%s", lt_json_str_or(one, "at", ""));
        lt_error_clear(&ignored);
        json_decref(one);
    }
    free(copies);
    return rc;
}

/* The school's folder of today, where the program is called on one, knows of all; it is only read, whoever else has it open. */
static int read_own(struct restore *r)
{
    struct lt_app *app = r->call->app;
    struct vault_config config = {.dir = app->dir, .clock = &app->clock, .read_only = true};
    struct vault *v = NULL;
    struct lt_error ignored = {0};
    json_t *acts = NULL;
    int rc = 0;
    if (vault_open(&config, &v, &ignored) == 0 && strcmp(vault_school_id(v), lt_json_str_or(r->manifest, "school", "")) == 0) {
        rc = erase_acts_of(v, &acts, r->err);
        if (!rc) rc = bury_all(r, acts);
        if (!rc) lt_instant_format(r->call->now, r->known);
    }
    lt_error_clear(&ignored); /* no folder, or another school's: nothing is known from there */
    vault_close(v);
    json_decref(acts);
    return rc;
}

/* --- the files --- */

static int unpack(struct restore *r, const json_t *file)
{
    char bad[STORE_NAME];
    int rc = backup_unpack(r->call->app->fs, r->s, file, r->part, bad, r->err);
    r->files++;
    r->bytes += lt_json_int(file, "size", 0);
    return rc;
}

static int unpack_repo(struct restore *r, const json_t *row)
{
    const char *repo = lt_json_str_or(row, "repo", "");
    char place[100];
    json_t *files = NULL;
    const json_t *file;
    size_t i;
    if (json_object_get(r->erased, repo)) return r->skipped++, 0; /* never unpacked: nothing of it comes onto this disk */
    int rc = vault_place(repo, place, sizeof place) ? backup_list(r->s, row, &files, r->err)
                                                    : lt_fail(r->err, LT_REFUSED, "backup.file_damaged", "path", repo, (char *)NULL);
    json_array_foreach(files, i, file) {
        if (!rc && !lt_starts(lt_json_str_or(file, "path", ""), place))
            rc = lt_fail(r->err, LT_REFUSED, "backup.file_damaged", "path", lt_json_str_or(file, "path", ""), (char *)NULL);
        if (!rc) rc = unpack(r, file);
    }
    json_decref(files);
    return rc;
}

static int unpack_all(struct restore *r, const char *code)
{
    static const char *const folders[] = {"journal", "spool", "run", "cache", "portfolios", "keys"};
    const struct lt_fs *fs = r->call->app->fs;
    size_t i;
    const json_t *one;
    int rc = 0;
    json_array_foreach(lt_json_array(r->manifest, "files"), i, one) {
        if (!rc) rc = unpack(r, one);
    }
    json_array_foreach(lt_json_array(r->manifest, "repositories"), i, one) {
        if (!rc) rc = unpack_repo(r, one);
    }
    for (i = 0; !rc && i < LT_COUNT(folders); i++) {
        char path[PATH + 20];
        lt_print(path, sizeof path, "%s/%s", r->part, folders[i]);
        if (lt_fs_mkdirs(fs, path, 0700)) rc = lt_fail_errno(r->err, "mkdir", path);
    }
    return rc ? rc : backup_code_put(fs, r->part, code, r->err);
}

/* --- the folder at work --- */

static int count_repo(void *user, const char *repo, const char *head)
{
    (void)repo, (void)head;
    ++*(json_int_t *)user;
    return 0;
}

/* Acts of destruction that are younger than the copy stand in its school.git again, as accepted and not yet carried out: what else there is of those pupils
 * follows from them. */
static int repeat_acts(struct restore *r, struct lt_app *app)
{
    char email[200];
    lt_print(email, sizeof email, "%s@%s", r->call->actor.id, vault_school_id(app->vault));
    const struct vault_author who = {.name = r->call->actor.kind, .email = email};
    const struct vault_message message = {.subject = "Repeat erasures after a restore", .use_case = "backup.restore", .actor = r->call->actor.id};
    const char *const repos[] = {VAULT_SCHOOL}, *pupil;
    const struct vault_result *result = NULL;
    struct vault_tx *tx = NULL;
    json_t *act;
    int rc = vault_tx_begin(app->vault, &who, repos, 1, &tx, r->err);
    if (rc) return rc;
    json_object_foreach(r->erased, pupil, act) {
        char path[80];
        struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
        const char *id = lt_json_str_or(act, "id", "");
        lt_print(path, sizeof path, "erasures/%.36s.json", id);
        if (rc || !lt_id_valid(id) || vault_tx_has(tx, VAULT_SCHOOL, path)) continue;
        json_object_del(act, "done");
        if (lt_json_put_str(act, "state", "accepted")) rc = lt_fail_memory(r->err);
        if (!rc) rc = lt_json_canonical(act, &text, r->err);
        if (!rc) rc = vault_tx_put(tx, VAULT_SCHOOL, path, text.data, text.len, r->err);
        if (!rc) r->repeated++;
        lt_buf_free(&text);
    }
    if (!rc) rc = vault_tx_commit(tx, &message, NULL, 0, &result, r->err);
    vault_tx_end(tx);
    return rc ? rc : app_mend_index(app, false, r->err);
}

/* What follows from them within the folder: names of guardians and of participants leave the school's documents and history. What stands outside, a site, is left to
 * the first call of whoever starts the folder: a copy may be restored to be looked at while the school goes on working. *left: acts of which something remains. */
static int carry_out(struct restore *r, struct lt_app *app, json_int_t *left)
{
    json_t *acts = NULL;
    const json_t *act;
    size_t i;
    struct lt_error later = {0};
    app->at_rest = true;
    erase_due_app(app, "letopis", &later); /* what failed is done by the first call, too */
    lt_error_clear(&later);
    int rc = erase_acts(app, &acts, r->err);
    json_array_foreach(acts, i, act) *left += strcmp(lt_json_str_or(act, "state", ""), "done") != 0;
    json_decref(acts);
    return rc;
}

static int settle(struct restore *r, json_t **out)
{
    struct lt_app *from = r->call->app, *app = NULL;
    struct lt_app_config config = {.dir = r->part, .clock = &from->clock, .fs = from->fs, .program = from->program, .modules = from->modules,
                                   .plugins = from->plugins_dir};
    struct sys_settled gone = {0};
    json_int_t repos = 0, left = 0;
    const char *pupil;
    json_t *value;
    int rc = lt_app_open(&config, &app, r->err);
    if (rc) return rc;
    rc = sysdb_settle_copy(app->sys, &gone, r->err);
    json_object_foreach(r->erased, pupil, value) {
        if (!rc) rc = sysdb_account_remove_subject(app->sys, pupil, r->err);
        if (rc == LT_NOTFOUND) lt_error_clear(r->err), rc = 0;
    }
    if (!rc && json_object_size(r->erased)) rc = repeat_acts(r, app);
    if (!rc) rc = carry_out(r, app, &left);
    if (!rc) rc = repeat_rebuild(app, r->err);
    if (!rc) rc = vault_repos(app->vault, count_repo, &repos, r->err);
    if (!rc)
        *out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "id", lt_json_str_or(r->manifest, "id", ""), "at",
                         lt_json_str_or(r->manifest, "at", ""), "data", r->to, "school", vault_school_id(app->vault), "fingerprint",
                         vault_fingerprint(app->vault), "repositories", repos, "files", r->files, "bytes", r->bytes, "erased", r->skipped, "sessions",
                         (json_int_t)gone.sessions, "jobs", (json_int_t)gone.jobs, "repeated", r->repeated, "repeated_left", left, "erasures_known",
                         r->known);
    lt_app_close(app);
    return rc ? rc : *out ? 0 : lt_fail_memory(r->err);
}

static int move_one(void *user, const char *name)
{
    struct restore *r = user;
    char from[PATH + 300], to[PATH];
    if (strcmp(name, "letopis.conf") == 0) return 0;
    lt_print(from, sizeof from, "%s/%s", r->part, name);
    lt_print(to, sizeof to, "%s/%s", r->to, name);
    return r->call->app->fs->rename(r->call->app->fs->ctx, from, to) ? lt_fail_errno(r->err, "rename", to) : 0;
}

static int flush(struct restore *r)
{
    const struct lt_fs *fs = r->call->app->fs;
    int fd = open(r->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fs->syncfs(fs->ctx, fd) ? lt_fail_errno(r->err, "flush", r->to) : 0;
    if (fd >= 0) close(fd);
    return rc;
}

/* A rename while a folder is being read may show a name twice: the second time it is gone. */
static int move_up(struct restore *r)
{
    const struct lt_fs *fs = r->call->app->fs;
    char from[PATH + 20], to[PATH];
    int rc = flush(r);
    if (!rc) rc = each_name(r->part, move_one, r, r->err);
    if (!rc) rc = flush(r);
    lt_print(from, sizeof from, "%s/letopis.conf", r->part);
    lt_print(to, sizeof to, "%s/letopis.conf", r->to);
    if (!rc && fs->rename(fs->ctx, from, to)) rc = lt_fail_errno(r->err, "rename", to);
    if (!rc && fs->rmdir(fs->ctx, r->part)) rc = lt_fail_errno(r->err, "remove", r->part);
    return rc ? rc : flush(r);
}

int backup_run_restore(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct restore r = {.call = call, .err = err, .to = lt_json_str_or(in, "to", ""), .erased = json_object()};
    const char *from = lt_json_str_or(in, "from", ""), *code = lt_json_str_or(in, "code", "");
    struct backup_key key = {.id = ""};
    struct store_copy copy = {0};
    json_t *answer = NULL;
    int rc = r.erased ? backup_key_of(code, &key, err) : lt_fail_memory(err);
    if (!rc) rc = store_open(call->app->fs, from, &key, &r.s, err);
    if (rc && strcmp(err->field, "to") == 0) lt_print(err->field, sizeof err->field, "from");
    if (!rc) rc = backup_pick(from, lt_json_str(in, "copy"), &copy, err);
    if (!rc) rc = backup_manifest(r.s, copy.file, NULL, &r.manifest, err);
    if (!rc) rc = read_given(&r, in);
    if (!rc) rc = read_manifests(&r);
    if (!rc) rc = read_own(&r);
    if (!rc) rc = prepare(&r);
    if (!rc) rc = unpack_all(&r, code);
    if (!rc) rc = settle(&r, &answer);
    if (!rc) rc = move_up(&r);
    store_close(r.s);
    sodium_memzero(&key, sizeof key);
    json_decref(r.manifest);
    json_decref(r.erased);
    if (rc) json_decref(answer);
    else *out = answer;
    return rc;
}
