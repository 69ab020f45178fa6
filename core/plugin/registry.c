#include "plugin/registry.h"

#include "plugin/about.h"
#include "plugin/data.h"
#include "plugin/run.h"
#include "plugin/sample.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/call.h"

#include <dirent.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_PLUGINS 100

static struct sandbox_config config_of(const struct lt_app *app)
{
    struct sandbox_config c = app->sandbox; /* limits that were set for the whole program hold here too */
    c.program = app->program;
    c.modules_dir = app->plugins_dir;
    return c;
}

/* --- what is enabled: school.json, so that the choice is signed and has an author. Until somebody chose, the publisher to a folder that
 * comes with the program: it has neither network nor files. --- */

/* Of the default only what is installed: nobody chose the others. */
static void leave_out_absent(const struct lt_app *app, json_t *ids)
{
    char path[4300];
    for (size_t i = json_array_size(ids); i-- > 0;) {
        lt_print(path, sizeof path, "%s/%s.so", app->plugins_dir ? app->plugins_dir : "", json_string_value(json_array_get(ids, i)));
        if (access(path, F_OK) != 0) json_array_remove(ids, i);
    }
}

static int enabled_ids(struct lt_app *app, json_t **out, struct lt_error *err)
{
    json_t *school = NULL;
    int rc = index_get(app->index, "school", app->installation, &school, NULL, err);
    if (rc) return rc;
    const json_t *list = lt_json_array(school, "plugins");
    *out = list ? json_deep_copy(list) : uc_plugin_defaults();
    if (!list) leave_out_absent(app, *out);
    json_decref(school);
    return *out ? 0 : lt_fail_memory(err);
}

static bool is_enabled(const json_t *ids, const char *id)
{
    return lt_json_array_has(ids, id);
}

/* --- list --- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Ids of the files in the folder and of enabled ones that are not there, in order. */
static size_t gather(const char *dir, const json_t *enabled, char *ids[MOST_PLUGINS])
{
    size_t n = 0;
    DIR *d = dir ? opendir(dir) : NULL;
    for (struct dirent *e; d && n < MOST_PLUGINS && (e = readdir(d)) != NULL;) {
        if (!lt_ends(e->d_name, ".so")) continue;
        ids[n] = lt_format("%.*s", (int)(strlen(e->d_name) - 3), e->d_name);
        if (ids[n]) n++;
    }
    if (d) closedir(d);
    size_t files = n, i;
    const json_t *v;
    json_array_foreach(enabled, i, v) {
        bool there = false;
        for (size_t k = 0; k < files; k++) there = there || strcmp(ids[k], json_string_value(v)) == 0;
        if (!there && n < MOST_PLUGINS && (ids[n] = lt_strdup(json_string_value(v)))) n++;
    }
    qsort(ids, n, sizeof *ids, compare);
    return n;
}

static json_t *reason_of(const struct lt_error *err)
{
    json_t *params = json_object();
    for (const char *p = err->params; params && p < err->params + err->params_len;) {
        const char *value = p + strlen(p) + 1;
        json_object_set_new(params, p, json_string(value));
        p = value + strlen(value) + 1;
    }
    return json_pack("{s:s, s:o?}", "code", err->code, "params", params);
}

static json_t *describe(struct lt_app *app, const char *id, bool enabled)
{
    struct sandbox_config config = config_of(app);
    struct lt_error why = {0};
    json_t *about = NULL;
    if (plugin_inspect(&config, id, &about, &why) == 0) {
        lt_json_put_str(about, "state", enabled ? "enabled" : "available");
    } else {
        char safe[LT_FILE_NAME];
        lt_safe_file_name(id, safe);
        about = json_pack("{s:s, s:s, s:[], s:b, s:o?}", "id", safe, "state", "refused", "capabilities", "enabled", enabled, "reason",
                          reason_of(&why));
    }
    lt_error_clear(&why);
    return about;
}

static int list(void *ctx, struct lt_app *app, json_t **out, struct lt_error *err)
{
    (void)ctx;
    json_t *enabled = NULL, *all = json_array();
    char *ids[MOST_PLUGINS];
    int rc = all ? enabled_ids(app, &enabled, err) : lt_fail_memory(err);
    size_t n = rc ? 0 : gather(app->plugins_dir, enabled, ids);
    for (size_t i = 0; i < n; i++) {
        if (!rc && json_array_append_new(all, describe(app, ids[i], is_enabled(enabled, ids[i])))) rc = lt_fail_memory(err);
        free(ids[i]);
    }
    json_decref(enabled);
    if (rc) json_decref(all);
    else *out = all;
    return rc;
}

/* "olympiad", or a file not yet installed: "/home/…/mine.so". */
static int check(void *ctx, struct lt_app *app, const char *what, json_t **out, struct lt_error *err)
{
    (void)ctx;
    char folder[4200], id[PLUGIN_ID_MAX + 1];
    struct sandbox_config config = config_of(app);
    const char *slash = strrchr(what, '/'), *name = slash ? slash + 1 : what;
    size_t n = strlen(name);
    bool is_file = lt_ends(name, ".so");
    if (n < 3 * (size_t)is_file || n - 3 * (size_t)is_file > PLUGIN_ID_MAX || (slash && !is_file))
        return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", name, (char *)NULL);
    lt_print(folder, sizeof folder, "%.*s", slash ? (int)(slash - what) : 1, slash ? what : ".");
    char *whole = is_file ? realpath(*folder ? folder : "/", NULL) : NULL;
    if (is_file && !whole) return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", name, (char *)NULL);
    if (whole) config.modules_dir = whole;
    lt_print(id, sizeof id, "%.*s", (int)(n - 3 * (size_t)is_file), name);
    json_t *about = NULL;
    int rc = plugin_inspect(&config, id, &about, err);
    if (!rc) rc = plugin_try(app, &config, id, about, err);
    free(whole);
    if (rc) json_decref(about);
    else *out = about;
    return rc;
}

/* --- publish --- */

struct publishing {
    const struct uc_publish *job;
    json_t *receipt;
};

static int next(void *user, struct lt_buf *out, struct lt_error *err)
{
    struct publishing *p = user;
    return p->job->next(p->job->user, out, err);
}

static int file(void *user, const char *name, const void *data, size_t len, bool first, bool last, struct lt_error *err)
{
    struct publishing *p = user;
    return p->job->file(p->job->user, name, data, len, first, last, err);
}

static int emit(void *user, const json_t *doc, struct lt_error *err)
{
    enum { MOST = 1000 };
    struct publishing *p = user;
    if (json_array_size(p->receipt) >= MOST)
        return lt_fail(err, LT_REFUSED, "plugin.flood", "id", p->job->plugin, "limit", LT_NUM(MOST), (char *)NULL);
    return json_array_append(p->receipt, (json_t *)(uintptr_t)doc) ? lt_fail_memory(err) : 0;
}

static int publish(void *ctx, struct lt_app *app, const struct uc_publish *job, json_t **receipt, struct lt_error *err)
{
    (void)ctx;
    json_t *enabled = NULL;
    struct publishing p = {.job = job, .receipt = json_array()};
    struct sandbox_config config = config_of(app);
    int rc = p.receipt ? enabled_ids(app, &enabled, err) : lt_fail_memory(err);
    if (!rc && !is_enabled(enabled, job->plugin)) rc = lt_fail(err, LT_REFUSED, "plugin.disabled", "id", job->plugin, (char *)NULL);
    struct plugin_job run = {.config = &config, .cap = PLUGIN_PUBLISHER, .id = job->plugin, .args = job->job, .next = next, .file = file,
                             .emit = emit, .user = &p};
    if (!rc) rc = plugin_run_job(&run, err);
    json_decref(enabled);
    if (rc) json_decref(p.receipt);
    else *receipt = p.receipt;
    return rc;
}

/* --- import --- */

static int add_formats(json_t *to, const char *id, const json_t *about)
{
    bool recognises = lt_json_bool(about, "recognises", false);
    size_t i;
    json_t *f;
    json_array_foreach(lt_json_array(about, "formats"), i, f) {
        if (lt_json_put_str(f, "plugin", id) || lt_json_put_bool(f, "recognises", recognises) || json_array_append(to, f)) return -1;
    }
    return 0;
}

static int formats(void *ctx, struct lt_app *app, const char *name, json_t **out, struct lt_error *err)
{
    (void)ctx;
    json_t *enabled = NULL, *all = json_array();
    struct sandbox_config config = config_of(app);
    int rc = all ? enabled_ids(app, &enabled, err) : lt_fail_memory(err);
    size_t i;
    const json_t *v;
    json_array_foreach(enabled, i, v) {
        const char *id = json_string_value(v);
        struct lt_error ignored = {0};
        json_t *about = NULL;
        if (rc || (name && !plugin_format_name(name, id))) continue;
        if (plugin_inspect(&config, id, &about, &ignored) == 0 && add_formats(all, id, about)) rc = lt_fail_memory(err);
        lt_error_clear(&ignored);
        json_decref(about);
    }
    json_decref(enabled);
    if (rc) json_decref(all);
    else *out = all;
    return rc;
}

struct importing {
    const struct uc_import_job *job;
    struct letopis_cell *cells;
    size_t cap;
};

static int next_row(void *user, struct lt_buf *out, struct lt_error *err)
{
    struct importing *m = user;
    struct uc_import_row in = {.sheet = ""};
    int rc = m->job->next(m->job->user, &in, err);
    if (rc <= 0) return rc;
    struct letopis_cell *cells = lt_array_grow(m->cells, &m->cap, in.cells_len ? in.cells_len : 1, sizeof *cells);
    if (!cells) return lt_fail_memory(err);
    m->cells = cells;
    for (size_t i = 0; i < in.cells_len; i++) {
        const struct uc_import_cell *c = &in.cells[i];
        cells[i] = (struct letopis_cell){.column = c->column, .kind = c->kind, .text = c->text, .len = strlen(c->text), .number = c->number,
                                         .flags = c->flags};
    }
    struct letopis_row row = {.struct_size = sizeof row, .row = in.row, .sheet = in.sheet, .sheet_len = strlen(in.sheet), .cells = cells,
                              .cells_len = in.cells_len, .cell_size = sizeof *cells, .flags = in.flags};
    plugin_put_row(out, &row); /* a row that has no room is told by the runner */
    return 1;
}

static int take_emitted(void *user, const json_t *doc, struct lt_error *err)
{
    struct importing *m = user;
    return m->job->emit(m->job->user, doc, err);
}

static void pass_bytes(void *user, const char *json, size_t len)
{
    struct importing *m = user;
    m->job->bytes(m->job->user, json, len);
}

/* The job with its data files, of a plugin that is enabled. */
static int import_args(struct lt_app *app, const char *plugin, const json_t *job, json_t **args, struct lt_error *err)
{
    json_t *enabled = NULL;
    int rc = enabled_ids(app, &enabled, err);
    if (!rc && !is_enabled(enabled, plugin)) rc = lt_fail(err, LT_REFUSED, "plugin.disabled", "id", plugin, (char *)NULL);
    if (!rc) rc = plugin_job_with_data(app, config_of(app).modules_dir, plugin, job, args, err);
    json_decref(enabled);
    return rc;
}

/* Which file this is: put in its place anew, it is another. */
static void sum_file(crypto_hash_sha256_state *sum, const char *path)
{
    struct stat st = {.st_size = 0};
    struct {
        uint64_t ino, size;
        int64_t s, ns;
    } what = {0};
    if (stat(path, &st) == 0) {
        what.ino = st.st_ino;
        what.size = (uint64_t)st.st_size;
        what.s = st.st_mtim.tv_sec;
        what.ns = st.st_mtim.tv_nsec;
    }
    crypto_hash_sha256_update(sum, (const unsigned char *)&what, sizeof what);
}

static int import_key(void *ctx, struct lt_app *app, const char *plugin, const json_t *job, char out[65], struct lt_error *err)
{
    (void)ctx;
    char path[4300];
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state sum;
    json_t *args = NULL;
    int rc = import_args(app, plugin, job, &args, err);
    char *text = rc ? NULL : json_dumps(args, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(args);
    if (!rc && !text) rc = lt_fail_memory(err);
    if (rc) return rc;
    crypto_hash_sha256_init(&sum);
    crypto_hash_sha256_update(&sum, (const unsigned char *)text, strlen(text));
    free(text);
    lt_print(path, sizeof path, "%s/%s.so", app->plugins_dir ? app->plugins_dir : "", plugin);
    sum_file(&sum, path);
    lt_print(path, sizeof path, "%s/letopis-table.so", app->modules ? app->modules : ""); /* what reads the file */
    sum_file(&sum, path);
    sum_file(&sum, app->program ? app->program : "");
    crypto_hash_sha256_final(&sum, digest);
    lt_hex(digest, sizeof digest, out);
    return 0;
}

static int import(void *ctx, struct lt_app *app, const struct uc_import_job *job, struct lt_error *err)
{
    (void)ctx;
    json_t *args = NULL;
    struct importing m = {.job = job};
    struct sandbox_config config = config_of(app);
    int rc = import_args(app, job->plugin, job->job, &args, err);
    struct plugin_job run = {.config = &config, .cap = PLUGIN_IMPORTER, .id = job->plugin, .args = args, .next = next_row,
                             .emit = take_emitted, .bytes = job->bytes ? pass_bytes : NULL, .user = &m};
    if (!rc) rc = plugin_run_job(&run, err);
    json_decref(args);
    free(m.cells);
    return rc;
}

/* --- evaluate --- */

static int next_item(void *user, struct lt_buf *out, struct lt_error *err)
{
    const struct uc_evaluate *job = user;
    return job->next(job->user, out, err);
}

static int take_finding(void *user, const json_t *doc, struct lt_error *err)
{
    const struct uc_evaluate *job = user;
    return job->emit(job->user, doc, err);
}

static int evaluate(void *ctx, struct lt_app *app, const struct uc_evaluate *job, struct lt_error *err)
{
    (void)ctx;
    json_t *enabled = NULL, *args = NULL;
    struct sandbox_config config = config_of(app);
    int rc = enabled_ids(app, &enabled, err);
    if (!rc && !is_enabled(enabled, job->plugin)) rc = lt_fail(err, LT_REFUSED, "plugin.disabled", "id", job->plugin, (char *)NULL);
    if (!rc) rc = plugin_job_with_data(app, config.modules_dir, job->plugin, job->job, &args, err);
    struct plugin_job run = {.config = &config, .cap = PLUGIN_EVALUATOR, .id = job->plugin, .args = args, .next = next_item,
                             .emit = take_finding, .user = (void *)(uintptr_t)job};
    if (!rc) rc = plugin_run_job(&run, err);
    json_decref(enabled);
    json_decref(args);
    return rc;
}

const struct uc_ports plugin_ports = {.plugin_list = list, .plugin_check = check, .publish = publish, .formats = formats, .import_key = import_key, .import = import,
                                      .evaluate = evaluate};
