/* Reading a whole copy back: every piece, every sum, and each repository unpacked and judged as `system fsck` judges those in use. */
#include "usecase/backup.h"
#include "usecase/job.h"

#include "base/json.h"
#include "base/text.h"
#include "vault/copy.h"

#include <stdlib.h>
#include <string.h>

enum { PATH = 4400, FAULTS_TOLD = 100 };

struct check {
    struct uc_call *call;
    struct store *s;
    struct lt_error *err;
    char dir[PATH];       /* in spool/: one repository at a time */
    struct vault *vault;  /* of dir */
    json_t *faults;
    json_int_t count, files, bytes;
    struct vault_report sum;
};

/* place: on the carrier or in the repository; what: words of an error or of a fault. */
static int tell(struct check *c, const char *path, const char *place, const char *what)
{
    c->count++;
    if (json_array_size(c->faults) >= FAULTS_TOLD) return 0;
    return json_array_append_new(c->faults, json_pack("{s:s, s:s, s:s}", "path", path, "what", what, "place", place)) ? lt_fail_memory(c->err) : 0;
}

/* A refusal is a fault to tell; anything else ends the check. */
static int tell_error(struct check *c, const char *path, int rc, struct lt_error *why)
{
    struct lt_buf words = LT_BUF_INIT(2000);
    if (rc == LT_REFUSED) {
        const char *place = lt_error_param(why, "path");
        if (lt_error_text(&words, c->call->lang, why)) rc = lt_fail_memory(c->err);
        else rc = tell(c, path, place ? place : "", words.data ? words.data : why->code);
    } else if (rc) {
        lt_error_clear(c->err);
        *c->err = *why;
        *why = (struct lt_error){0};
    }
    lt_buf_free(&words);
    lt_error_clear(why);
    return rc;
}

/* A damaged piece makes place for a good one at the next run. */
static int unpack(struct check *c, const json_t *file, bool keep, bool *good)
{
    struct lt_error why = {0};
    char bad[STORE_NAME];
    int rc = backup_unpack(c->call->app->fs, c->s, file, keep ? c->dir : NULL, bad, &why);
    c->files++;
    c->bytes += lt_json_int(file, "size", 0);
    if (rc == LT_REFUSED) *good = false;
    if (rc == LT_REFUSED && *bad) store_set_aside(c->s, bad);
    return tell_error(c, lt_json_str_or(file, "path", ""), rc, &why);
}

/* --- repositories --- */

static int repo_fault(void *user, const struct vault_fault *f)
{
    struct check *c = user;
    char place[200];
    lt_print(place, sizeof place, "%.40s %.150s", f->commit, f->path);
    return tell(c, f->repo, place, f->what);
}

static int judge_repo(struct check *c, const json_t *row)
{
    const char *repo = lt_json_str_or(row, "repo", "");
    char head[VAULT_OID];
    struct vault_report r = {0};
    struct lt_error why = {0};
    int rc = vault_head(c->vault, repo, head, &why);
    if (rc == LT_NOTFOUND) rc = lt_fail(&why, LT_REFUSED, "backup.head", "repo", repo, "path", repo, (char *)NULL);
    if (!rc && strcmp(head, lt_json_str_or(row, "head", "")) != 0) rc = lt_fail(&why, LT_REFUSED, "backup.head", "repo", repo, "path", repo, (char *)NULL);
    if (rc) return tell_error(c, repo, rc, &why);
    rc = vault_check(c->vault, repo, repo_fault, c, &r, c->err);
    c->sum.commits += r.commits;
    c->sum.objects += r.objects;
    return rc;
}

static int check_repo(struct check *c, const json_t *row)
{
    const char *repo = lt_json_str_or(row, "repo", "");
    char place[100], path[PATH + 100];
    json_t *files = NULL, *file;
    struct lt_error why = {0};
    bool good = true;
    size_t i;
    int rc = vault_place(repo, place, sizeof place) ? backup_list(c->s, row, &files, &why)
                                                    : lt_fail(&why, LT_REFUSED, "backup.file_damaged", "path", repo, (char *)NULL);
    if (rc) return tell_error(c, repo, rc, &why);
    lt_print(path, sizeof path, "%s/%s", c->dir, place);
    json_array_foreach(files, i, file) {
        if (rc) break;
        if (lt_starts(lt_json_str_or(file, "path", ""), place)) rc = unpack(c, file, true, &good);
        else good = false, rc = tell(c, lt_json_str_or(file, "path", ""), repo, "path");
    }
    if (!rc && good) rc = judge_repo(c, row);
    lt_fs_remove_tree(c->call->app->fs, path);
    json_decref(files);
    return rc;
}

/* --- the rest --- */

static int judge_system(struct check *c)
{
    char path[PATH + 20];
    struct sysdb *db = NULL;
    struct lt_error why = {0};
    uint64_t rows = 0;
    lt_print(path, sizeof path, "%s/system.db", c->dir);
    int rc = sysdb_open(path, &c->call->app->clock, &db, &why);
    if (!rc) rc = sysdb_check(db, &why);
    if (!rc) rc = sysdb_access_verify(db, &rows, &why);
    sysdb_close(db);
    bool damaged = rc == LT_SYSTEM && strcmp(why.code, "sysdb.unusable") == 0;
    return tell_error(c, "system.db", damaged ? LT_REFUSED : rc, &why);
}

/* Keys and accounts go no further than they must: the secret key is only judged. */
static int check_files(struct check *c, const json_t *manifest)
{
    size_t i;
    const json_t *file;
    int rc = 0;
    json_array_foreach(lt_json_array(manifest, "files"), i, file) {
        const char *path = lt_json_str_or(file, "path", "");
        bool system = strcmp(path, "system.db") == 0, good = true;
        bool keep = system || strcmp(path, "letopis.conf") == 0 || strcmp(path, "keys/allowed_signers") == 0;
        if (!rc) rc = unpack(c, file, keep, &good);
        if (!rc && system && good) rc = judge_system(c);
    }
    return rc;
}

static int check_repos(struct check *c, const json_t *manifest)
{
    size_t i;
    const json_t *row;
    const json_t *rows = lt_json_array(manifest, "repositories");
    struct vault_config vc = {.dir = c->dir, .fs = c->call->app->fs, .clock = &c->call->app->clock, .program = c->call->app->program,
                              .modules = c->call->app->modules, .read_only = true};
    struct lt_error why = {0};
    int rc = vault_open(&vc, &c->vault, &why);
    if (rc) return c->count ? (lt_error_clear(&why), 0) : tell_error(c, "letopis.conf", LT_REFUSED, &why);
    json_array_foreach(rows, i, row) {
        if (!rc) rc = uc_progress(c->call, (int)i, (int)json_array_size(rows), c->err);
        if (!rc) rc = check_repo(c, row);
    }
    vault_close(c->vault);
    return rc;
}

int backup_check(struct uc_call *call, struct store *s, const struct store_copy *copy, json_t **out, struct lt_error *err)
{
    struct check c = {.call = call, .s = s, .err = err, .faults = json_array()};
    struct lt_error why = {0};
    json_t *manifest = NULL;
    lt_print(c.dir, sizeof c.dir, "%s/spool/verify", call->app->dir);
    int rc = c.faults ? 0 : lt_fail_memory(err);
    if (!rc && (lt_fs_remove_tree(call->app->fs, c.dir) || lt_fs_mkdirs(call->app->fs, c.dir, 0700))) rc = lt_fail_errno(err, "mkdir", c.dir);
    if (!rc) {
        rc = backup_manifest(s, copy->file, call->app->vault, &manifest, &why);
        if (rc) rc = tell_error(&c, copy->file, rc, &why);
    }
    if (!rc && manifest) rc = check_files(&c, manifest);
    if (!rc && manifest) rc = check_repos(&c, manifest);
    lt_fs_remove_tree(call->app->fs, c.dir);
    if (!rc)
        *out = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:O}", "id", copy->id, "files", c.files, "bytes", c.bytes, "repositories",
                         (json_int_t)json_array_size(lt_json_array(manifest, "repositories")), "commits", (json_int_t)c.sum.commits, "objects",
                         (json_int_t)c.sum.objects, "faults", c.count, "items", c.faults);
    json_decref(manifest);
    json_decref(c.faults);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}
