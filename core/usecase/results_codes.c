/* Lists «code → pupil» of anonymous files, a file a subject and school year in DATA/spool/codes: "<code>": "<pupil> <batch>". They hold ids of
 * pupils and no names, never enter git or a backup, and are destroyed when the results are applied or the list is taken back. */
#include "usecase/results.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 4 << 20, PATH_SIZE = 4300 };

/* Named by a sum: a subject may be written in any letters. */
static void path_of(struct uc_call *call, int year, const char *subject, char out[PATH_SIZE])
{
    char *key = lt_fold(subject), sum[65];
    import_sha256(key ? key : "", key ? strlen(key) : 0, sum);
    lt_print(out, PATH_SIZE, "%s/spool/codes/%d-%.16s.json", call->app->dir, year, sum);
    free(key);
}

char *results_code_key(const char *code)
{
    char *key = lt_fold(code), *to = key;
    for (const char *p = key; p && *p; p++) {
        if (*p != ' ' && *p != '-' && *p != '.') *to++ = *p;
    }
    if (to) *to = 0;
    return key;
}

/* An absent list is an empty one. */
static int read_list(const char *path, json_t **out, struct lt_error *err)
{
    char *text = NULL;
    size_t len = 0;
    if (lt_fs_read(path, LIST_MAX, &text, &len)) {
        if (errno != ENOENT) return lt_fail_errno(err, "read", path);
        *out = json_object();
        return *out ? 0 : lt_fail_memory(err);
    }
    int rc = lt_json_parse(text, len, LIST_MAX, out, err);
    free(text);
    return rc;
}

int results_code_find(struct uc_call *call, int year, const char *subject, const char *code, char pupil[LT_ID_SIZE], struct lt_error *err)
{
    char path[PATH_SIZE];
    json_t *list = NULL;
    path_of(call, year, subject, path);
    int rc = read_list(path, &list, err);
    char *key = results_code_key(code);
    const char *found = key && *key ? lt_json_str(list, key) : NULL;
    if (!rc && !found) rc = lt_fail(err, LT_NOTFOUND, "import.absent", "id", code, (char *)NULL);
    if (!rc) lt_print(pupil, LT_ID_SIZE, "%.36s", found);
    free(key);
    json_decref(list);
    return rc;
}

/* One list in the making. */
struct keeping {
    struct uc_call *call;
    const char *batch;
    char path[PATH_SIZE];
    json_t *list;
};

static int finish_list(struct keeping *k, struct lt_error *err)
{
    struct lt_buf text = LT_BUF_INIT(LIST_MAX);
    int rc = k->list ? lt_json_canonical(k->list, &text, err) : 0;
    if (!rc && k->list && lt_fs_replace(k->call->app->fs, k->path, text.data, text.len, 0600, true)) rc = lt_fail_errno(err, "write", k->path);
    lt_buf_free(&text);
    json_decref(k->list);
    k->list = NULL;
    return rc;
}

static int add_code(struct keeping *k, const json_t *one, struct lt_error *err)
{
    char path[PATH_SIZE];
    int rc = 0;
    path_of(k->call, (int)lt_json_int(one, "year", 0), lt_json_str_or(one, "subject", ""), path);
    if (!k->list || strcmp(path, k->path) != 0) {
        rc = finish_list(k, err);
        lt_print(k->path, sizeof k->path, "%s", path);
        if (!rc) rc = read_list(path, &k->list, err);
    }
    char *key = rc ? NULL : results_code_key(lt_json_str_or(one, "code", ""));
    char value[2 * LT_ID_SIZE + 2];
    lt_print(value, sizeof value, "%.36s %.36s", lt_json_str_or(one, "pupil", ""), k->batch);
    if (!rc && (!key || lt_json_put_str(k->list, key, value))) rc = lt_fail_memory(err);
    free(key);
    return rc;
}

int results_codes_keep(struct uc_call *call, const char *batch, const json_t *codes, struct lt_error *err)
{
    struct keeping k = {.call = call, .batch = batch};
    char dir[PATH_SIZE];
    size_t i;
    const json_t *one;
    lt_print(dir, sizeof dir, "%s/spool/codes", call->app->dir);
    if (lt_fs_mkdirs(call->app->fs, dir, 0700)) return lt_fail_errno(err, "mkdir", dir);
    int rc = 0;
    json_array_foreach(codes, i, one) {
        if (!rc) rc = add_code(&k, one, err);
    }
    if (!rc) rc = finish_list(&k, err);
    json_decref(k.list);
    return rc;
}

static int forget_code(struct uc_call *call, const char *path, const char *code, struct lt_error *err)
{
    struct keeping k = {.call = call};
    char *key = results_code_key(code);
    lt_print(k.path, sizeof k.path, "%s", path);
    int rc = key ? read_list(path, &k.list, err) : lt_fail_memory(err);
    if (!rc && json_object_del(k.list, key) == 0) rc = finish_list(&k, err);
    free(key);
    json_decref(k.list);
    return rc;
}

int results_codes_destroy(struct uc_call *call, const json_t *used, struct lt_error *err)
{
    char path[PATH_SIZE];
    size_t i;
    const json_t *one;
    int rc = 0;
    json_array_foreach(used, i, one) {
        path_of(call, (int)lt_json_int(one, "year", 0), lt_json_str_or(one, "subject", ""), path);
        if (lt_json_str(one, "code")) {
            if (!rc) rc = forget_code(call, path, lt_json_str(one, "code"), err);
            continue;
        }
        if (call->app->fs->unlink(call->app->fs->ctx, path) && errno != ENOENT && !rc) rc = lt_fail_errno(err, "remove", path);
    }
    return rc;
}

/* --- what a batch or a pupil has in the lists --- */

static int forget_in(struct keeping *k, const char *id, struct lt_error *err)
{
    const char *code;
    json_t *v;
    void *tmp;
    bool any = false;
    int rc = read_list(k->path, &k->list, err);
    json_object_foreach_safe(k->list, tmp, code, v) {
        if (rc || !strstr(json_string_value(v) ? json_string_value(v) : "", id)) continue;
        any = json_object_del(k->list, code) == 0;
    }
    if (!rc && any && !json_object_size(k->list)) {
        if (k->call->app->fs->unlink(k->call->app->fs->ctx, k->path) && errno != ENOENT) rc = lt_fail_errno(err, "remove", k->path);
    } else if (!rc && any) {
        return finish_list(k, err);
    }
    json_decref(k->list);
    k->list = NULL;
    return rc;
}

int import_codes_forget(struct uc_call *call, const char *id, struct lt_error *err)
{
    struct keeping k = {.call = call};
    char dir[PATH_SIZE];
    lt_print(dir, sizeof dir, "%s/spool/codes", call->app->dir);
    DIR *d = lt_id_valid(id) ? opendir(dir) : NULL;
    int rc = 0;
    for (struct dirent *e; !rc && d && (e = readdir(d));) {
        if (*e->d_name == '.' || !lt_ends(e->d_name, ".json") || !lt_print(k.path, sizeof k.path, "%s/%s", dir, e->d_name)) continue;
        rc = forget_in(&k, id, err);
    }
    if (d) closedir(d);
    return rc;
}
