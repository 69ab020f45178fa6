#include "plugin/data.h"

#include "plugin/load.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/call.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct gathering {
    json_t *files;
    size_t bytes;
};

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the tables in a folder, in order; a folder that is not there has none. */
static int names_in(const char *dir, char *names[PLUGIN_DATA_FILES], size_t *n, struct lt_error *err)
{
    DIR *d = opendir(dir);
    int rc = 0;
    *n = 0;
    if (!d) return errno == ENOENT || errno == ENOTDIR ? 0 : lt_fail_errno(err, "list", dir);
    for (struct dirent *e; !rc && (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.' || !lt_ends(e->d_name, ".csv")) continue;
        if (*n == PLUGIN_DATA_FILES) rc = lt_fail(err, LT_REFUSED, "plugin.data_large", "limit", LT_NUM(PLUGIN_DATA_BYTES >> 10), (char *)NULL);
        else if (!(names[*n] = lt_strdup(e->d_name))) rc = lt_fail_memory(err);
        else (*n)++;
    }
    closedir(d);
    qsort(names, *n, sizeof *names, compare);
    return rc;
}

static int add_file(struct gathering *g, const char *dir, const char *name, const char *origin, struct lt_error *err)
{
    char path[4600], safe[LT_FILE_NAME];
    char *text = NULL;
    size_t len = 0;
    int rc = 0;
    lt_print(path, sizeof path, "%s/%s", dir, name);
    lt_safe_file_name(name, safe);
    if (lt_fs_read(path, PLUGIN_DATA_BYTES, &text, &len)) return lt_fail_errno(err, "read", path);
    g->bytes += len;
    if (g->bytes > PLUGIN_DATA_BYTES) rc = lt_fail(err, LT_REFUSED, "plugin.data_large", "limit", LT_NUM(PLUGIN_DATA_BYTES >> 10), (char *)NULL);
    else if (!lt_utf8_valid(text, len)) rc = lt_fail(err, LT_REFUSED, "plugin.data", "file", safe, (char *)NULL);
    else if (json_array_append_new(g->files, json_pack("{s:s, s:s, s:s#}", "name", safe, "origin", origin, "text", text, (int)len)))
        rc = lt_fail_memory(err);
    free(text);
    return rc;
}

static int add_folder(struct gathering *g, const char *dir, const char *origin, struct lt_error *err)
{
    char *names[PLUGIN_DATA_FILES];
    size_t n;
    int rc = names_in(dir, names, &n, err);
    for (size_t i = 0; i < n; i++) {
        if (!rc) rc = add_file(g, dir, names[i], origin, err);
        free(names[i]);
    }
    return rc;
}

int plugin_job_with_data(struct lt_app *app, const char *plugins, const char *id, const json_t *job, json_t **out, struct lt_error *err)
{
    char dir[4300];
    struct gathering g = {.files = json_array()};
    json_t *copy = json_deep_copy(job), *rules = lt_json_object(copy, "rules");
    if (!plugin_id_valid(id)) {
        json_decref(copy);
        json_decref(g.files);
        return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", id, (char *)NULL);
    }
    int rc = copy && g.files ? 0 : lt_fail_memory(err);
    if (!rc && !rules && lt_json_put(copy, "rules", rules = json_object())) rc = lt_fail_memory(err);
    lt_print(dir, sizeof dir, "%s/%s", plugins ? plugins : "", id);
    if (!rc) rc = add_folder(&g, dir, "program", err);
    lt_print(dir, sizeof dir, "%s/plugins/%s", app->dir ? app->dir : "", id);
    if (!rc) rc = add_folder(&g, dir, "school", err);
    if (!rc && lt_json_put(rules, "files", json_incref(g.files))) rc = lt_fail_memory(err);
    json_decref(g.files);
    if (rc) json_decref(copy);
    else *out = copy;
    return rc;
}
