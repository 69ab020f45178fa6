#include "usecase/attach.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "media/media.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 50 };

static int inspect(struct uc_call *call, const struct uc_input_file *file, struct attached *a, struct lt_error *err)
{
    struct stat st;
    if (fstat(file->fd, &st) || !S_ISREG(st.st_mode))
        return lt_fail_field(err, LT_USAGE, "file", "file.not_regular", "name", file->name, (char *)NULL);
    a->file = file;
    a->size = (uint64_t)st.st_size;
    char *tidy = lt_tidy(file->name);
    lt_print(a->name, sizeof a->name, "%.*s", (int)lt_utf8_clip(tidy ? tidy : "", sizeof a->name - 1), tidy ? tidy : "");
    free(tidy);
    struct media_env env = {.program = call->app->program, .modules_dir = call->app->modules};
    struct media_policy policy = {.max_bytes = (uint64_t)uc_setting_int(call, "file.max_mb") << 20};
    struct media_info info;
    int rc = media_inspect(&env, file->fd, a->size, a->name, &policy, &info, err);
    if (rc) return rc;
    lt_print(a->mime, sizeof a->mime, "%s", info.mime);
    lt_print(a->extension, sizeof a->extension, "%s", info.extension);
    return 0;
}

int attach_inspect(struct uc_call *call, const json_t *in, const char *field, struct attached **out, size_t *len,
                   struct lt_error *err)
{
    const json_t *v = json_object_get(in, field);
    size_t n = json_is_array(v) ? json_array_size(v) : v ? 1 : 0;
    *out = NULL;
    *len = 0;
    if (n > FILES_MAX) return lt_fail_field(err, LT_REFUSED, field, "entry.too_many_files", "max", LT_NUM(FILES_MAX), (char *)NULL);
    struct attached *list = lt_calloc(n ? n : 1, sizeof *list);
    int rc = list ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < n; i++) {
        const json_t *item = json_is_array(v) ? json_array_get(v, i) : v;
        rc = inspect(call, &call->files[lt_json_int(item, "index", 0)], &list[i], err);
        if (rc) lt_print(err->field, sizeof err->field, "%s", field);
    }
    if (rc) free(list);
    else *out = list, *len = n;
    return rc;
}

/* "07" for the seventh file that ever stood here: numbers are never used again. */
static int next_number(const json_t *files, const json_t *doc)
{
    int most = (int)lt_json_int(doc, "files_made", 0);
    size_t i;
    const json_t *f;
    json_array_foreach(files, i, f) {
        const char *path = lt_json_str_or(f, "path", ""), *slash = strrchr(path, '/');
        int n = slash ? atoi(slash + 1) : 0;
        if (n > most) most = n;
    }
    return most + 1;
}

static int check_quota(struct uc_call *call, const char *repo, const struct attached *files, size_t len, struct lt_error *err)
{
    int64_t bytes = 0;
    int rc = index_bytes(call->app->index, repo, &bytes, err);
    if (rc) return rc;
    uint64_t used = (uint64_t)bytes;
    for (size_t i = 0; i < len; i++) used += files[i].size;
    long long quota = uc_setting_int(call, "portfolio.quota_mb");
    if (used > (uint64_t)quota << 20)
        return lt_fail_field(err, LT_REFUSED, "file", "file.quota", "quota", LT_NUM(quota), (char *)NULL);
    return 0;
}

static int check_same(struct uc_call *call, const char *repo, const json_t *doc, const char *sha256, const char *name, struct lt_error *err)
{
    json_t *rows = NULL;
    size_t i;
    const json_t *f;
    json_array_foreach(lt_json_array(doc, "files"), i, f) { /* twice in one record */
        if (strcmp(lt_json_str_or(f, "sha256", ""), sha256) == 0)
            return lt_fail_field(err, LT_CONFLICT, "file", "file.duplicate", "name", name, "entry", lt_json_str_or(doc, "id", ""), "title",
                                 lt_json_str_or(doc, "title", ""), (char *)NULL);
    }
    int rc = uc_all(call, "files", json_pack("{s:s, s:s}", "pupil", repo, "sha256", sha256), &rows, err);
    if (!rc && json_array_size(rows)) {
        const json_t *first = json_array_get(rows, 0);
        rc = lt_fail_field(err, LT_CONFLICT, "file", "file.duplicate", "name", name, "entry",
                           lt_json_str_or(first, "entry", ""), "title", lt_json_str_or(first, "title", ""), (char *)NULL);
    }
    json_decref(rows);
    return rc;
}

int attach_store(struct uc_tx *tx, struct uc_call *call, const char *repo, const char *dir, json_t *doc,
                 const struct attached *files, size_t len, bool allow_same, struct lt_error *err)
{
    if (!len) return 0;
    json_t *list = lt_json_array(doc, "files");
    if (!list) {
        list = json_array();
        if (lt_json_put(doc, "files", list)) return lt_fail_memory(err);
    }
    bool portfolio = strcmp(repo, VAULT_SCHOOL) != 0;
    int number = next_number(list, doc);
    int rc = portfolio ? check_quota(call, repo, files, len, err) : 0;
    for (size_t i = 0; !rc && i < len; i++) {
        char inner[64], path[VAULT_PATH_MAX];
        lt_print(inner, sizeof inner, "files/%02d.%s", number++, files[i].extension);
        lt_print(path, sizeof path, "%s/%s", dir, inner);
        struct vault_stored stored;
        if (lseek(files[i].file->fd, 0, SEEK_SET) < 0) rc = lt_fail_errno(err, "seek", files[i].name);
        if (!rc) rc = uc_tx_put_file(tx, repo, path, files[i].file->fd, files[i].size, &stored, err);
        if (!rc && portfolio && !allow_same) rc = check_same(call, repo, doc, stored.sha256, files[i].name, err);
        if (rc) break;
        json_t *item = json_pack("{s:s, s:s, s:s, s:I, s:s}", "path", inner, "name", files[i].name, "sha256", stored.sha256,
                                 "size", (json_int_t)stored.size, "type", files[i].mime);
        if (json_array_append_new(list, item)) rc = lt_fail_memory(err);
    }
    if (!rc && lt_json_put_int(doc, "files_made", number - 1)) rc = lt_fail_memory(err);
    return rc;
}
