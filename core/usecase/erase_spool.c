/* Files on their way: uploads, tables, scans, finished long work. Pictures, PDFs and tables of other people's programs cannot be searched for a name, so they go,
 * whoever brought them; the preview tells of what of whom. Lists and reports that name pupils by id lose the pupil alone. */
#include "usecase/emitted.h"
#include "usecase/erase.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/names.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SPOOL_PATH = 4400, LIST_MAX = 32 << 20, STATE_MAX = 1 << 20 };

struct spool {
    struct lt_app *app;
    const json_t *act;
    json_t *told; /* for the preview: [{what, count, by}] */
};

static bool is_folder(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is(const char *name, const char *what)
{
    return strcmp(name, what) == 0;
}

typedef int (*spool_cb)(struct spool *s, const char *path, const char *name, struct lt_error *err);

static int each_in(struct spool *s, const char *dir, spool_cb cb, struct lt_error *err)
{
    char path[SPOOL_PATH];
    DIR *d = opendir(dir);
    int rc = 0;
    if (!d) return errno == ENOENT ? 0 : lt_fail_errno(err, "list", dir);
    for (struct dirent *e; !rc && (e = readdir(d));) {
        if (!is(e->d_name, ".") && !is(e->d_name, "..") && lt_print(path, sizeof path, "%s/%s", dir, e->d_name)) rc = cb(s, path, e->d_name, err);
    }
    closedir(d);
    return rc;
}

static int each(struct spool *s, spool_cb cb, struct lt_error *err)
{
    char dir[4096];
    lt_print(dir, sizeof dir, "%s/spool", s->app->dir);
    return each_in(s, dir, cb, err);
}

/* --- taking away --- */

static int drop_one(struct spool *s, const char *path, const char *name, struct lt_error *err)
{
    (void)name;
    int gone = is_folder(path) ? lt_fs_remove_tree(s->app->fs, path) : s->app->fs->unlink(s->app->fs->ctx, path);
    return gone && errno != ENOENT ? lt_fail_errno(err, "remove", path) : 0;
}

static int replace(struct spool *s, const char *path, const struct lt_buf *now, struct lt_error *err)
{
    return lt_fs_replace(s->app->fs, path, now->data, now->len, 0600, true) ? lt_fail_errno(err, "write", path) : 0;
}

/* A list «code → pupil» stays for the others in it. */
static int strip_codes(struct spool *s, const char *path, const char *name, struct lt_error *err)
{
    char *text = NULL;
    size_t len = 0;
    json_t *list = NULL;
    struct lt_buf now = LT_BUF_INIT(LIST_MAX);
    const char *code;
    void *next;
    json_t *id;
    bool changed = false;
    if (!lt_ends(name, ".json")) return drop_one(s, path, name, err);
    if (lt_fs_read(path, LIST_MAX, &text, &len)) return errno == ENOENT ? 0 : lt_fail_errno(err, "read", path);
    int rc = lt_json_parse(text, len, LIST_MAX, &list, err);
    json_object_foreach_safe(list, next, code, id) {
        if (json_is_string(id) && is(json_string_value(id), lt_json_str_or(s->act, "pupil", ""))) changed = json_object_del(list, code) == 0;
    }
    if (!rc && changed) rc = lt_json_canonical(list, &now, err);
    if (!rc && changed) rc = replace(s, path, &now, err);
    lt_buf_free(&now);
    json_decref(list);
    free(text);
    return rc;
}

/* A report of rows that were not taken says whom a row is about by id, and nothing of what stood in the file: the rows of the others stay. */
static int strip_rows(struct spool *s, const char *path, const char *name, struct lt_error *err)
{
    char *text = NULL;
    size_t len = 0;
    struct lt_buf now = LT_BUF_INIT(LIST_MAX);
    if (!lt_ends(name, ".json")) return drop_one(s, path, name, err);
    if (lt_fs_read(path, LIST_MAX, &text, &len)) return errno == ENOENT ? 0 : lt_fail_errno(err, "read", path);
    int rc = erase_document((void *)(uintptr_t)s->act, name, text, len, &now, err);
    if (!rc && (now.len != len || memcmp(now.data, text, len) != 0)) rc = replace(s, path, &now, err);
    lt_buf_free(&now);
    free(text);
    return rc;
}

static int empty_one(struct spool *s, const char *path, const char *name, struct lt_error *err)
{
    if (is(name, "codes")) return each_in(s, path, strip_codes, err);
    if (is(name, "rows")) return each_in(s, path, strip_rows, err);
    if (is(name, "uploads") || is(name, "jobs")) return each_in(s, path, drop_one, err);
    return drop_one(s, path, name, err);
}

int erase_spool(struct lt_app *app, const json_t *act, struct lt_error *err)
{
    struct spool s = {.app = app, .act = act};
    emitted_drop(app->emitted, NULL);
    return each(&s, empty_one, err);
}

/* --- telling of it --- */

static int add(struct spool *s, const char *what, const char *by, struct lt_error *err)
{
    json_t *one;
    size_t i;
    json_array_foreach(s->told, i, one) {
        if (is(lt_json_str_or(one, "what", ""), what) && is(lt_json_str_or(one, "by", ""), by ? by : ""))
            return lt_json_put_int(one, "count", lt_json_int(one, "count", 0) + 1) ? lt_fail_memory(err) : 0;
    }
    return json_array_append_new(s->told, json_pack("{s:s, s:i, s:s*}", "what", what, "count", 1, "by", by)) ? lt_fail_memory(err) : 0;
}

static json_t *read_state(const char *path)
{
    char *text = NULL;
    size_t len = 0;
    json_t *state = NULL;
    struct lt_error ignored = {0};
    if (lt_fs_read(path, STATE_MAX, &text, &len) == 0 && lt_json_parse(text, len, STATE_MAX, &state, &ignored)) state = NULL;
    lt_error_clear(&ignored);
    free(text);
    return state;
}

/* <id>.bin with <id>.json, which names the account. */
static int tell_upload(struct spool *s, const char *path, const char *name, struct lt_error *err)
{
    struct sys_account a = {0};
    struct lt_error miss = {0};
    if (!lt_ends(name, ".json")) return 0;
    json_t *state = read_state(path);
    bool known = sysdb_account_by_id(s->app->sys, lt_json_str_or(state, "account", ""), &a, &miss) == 0;
    lt_error_clear(&miss);
    int rc = lt_json_bool(state, "used", false) ? 0 : add(s, "upload", known ? a.subject : NULL, err); /* one that was taken stands in a record already */
    json_decref(state);
    return rc;
}

static int tell_result(struct spool *s, const char *path, const char *name, struct lt_error *err)
{
    struct sys_job j;
    json_t *input = NULL, *result = NULL;
    char id[LT_ID_SIZE];
    struct lt_error miss = {0};
    (void)path;
    if (!lt_ends(name, ".out") || !lt_print(id, sizeof id, "%.36s", name)) return 0;
    bool known = sysdb_job_get(s->app->sys, id, &j, &input, &result, &miss) == 0;
    lt_error_clear(&miss);
    json_decref(input);
    json_decref(result);
    return add(s, "result", known ? j.owner : NULL, err);
}

static int tell_one(struct spool *s, const char *path, const char *name, struct lt_error *err)
{
    char inside[SPOOL_PATH + 20];
    if (is(name, "uploads")) return each_in(s, path, tell_upload, err);
    if (is(name, "jobs")) return each_in(s, path, tell_result, err);
    bool scan = lt_starts(name, "scan-");
    if (!is_folder(path) || (!scan && !lt_id_valid(name))) return 0;
    lt_print(inside, sizeof inside, "%s/state.json", path);
    json_t *state = read_state(inside);
    int rc = add(s, scan ? "scan" : "import", lt_json_str(scan ? state : lt_json_object(state, "created"), "by"), err);
    json_decref(state);
    return rc;
}

static int put_name(struct lt_app *app, json_t *one, struct lt_error *err)
{
    static const char *const kinds[] = {"person", "pupil"};
    const char *by = lt_json_str(one, "by");
    json_t *card = NULL;
    struct lt_error miss = {0};
    int rc = 0;
    for (size_t i = 0; by && lt_id_valid(by) && !card && i < LT_COUNT(kinds); i++) {
        if (index_get(app->index, kinds[i], by, &card, NULL, &miss)) card = NULL;
        lt_error_clear(&miss);
    }
    if (!card) return 0;
    char *name = model_name_full(lt_json_str_or(card, "surname", ""), lt_json_str_or(card, "name", ""), lt_json_str_or(card, "patronymic", ""));
    if (!name || lt_json_put_str(one, "name", name)) rc = lt_fail_memory(err);
    free(name);
    json_decref(card);
    return rc;
}

int erase_spool_tell(struct lt_app *app, json_t **out, struct lt_error *err)
{
    struct spool s = {.app = app, .told = json_array()};
    json_t *one;
    size_t i;
    int rc = s.told ? each(&s, tell_one, err) : lt_fail_memory(err);
    json_array_foreach(s.told, i, one) {
        if (!rc) rc = put_name(app, one, err);
    }
    if (rc) json_decref(s.told);
    else *out = s.told;
    return rc;
}
