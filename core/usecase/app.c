#include "usecase/call.h"
#include "usecase/emitted.h"
#include "usecase/erase.h"
#include "usecase/file.h"
#include "usecase/guess.h"
#include "usecase/judged.h"
#include "usecase/kept.h"
#include "usecase/known.h"
#include "usecase/job.h"
#include "usecase/job_run.h"
#include "usecase/ports.h"
#include "usecase/repeat.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { MOSCOW = 180 };

static int no_list(void *ctx, struct lt_app *app, json_t **out, struct lt_error *err)
{
    (void)ctx, (void)app;
    *out = json_array();
    return *out ? 0 : lt_fail_memory(err);
}

static int no_check(void *ctx, struct lt_app *app, const char *id, json_t **out, struct lt_error *err)
{
    (void)ctx, (void)app, (void)out;
    return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", id, (char *)NULL);
}

static int no_publish(void *ctx, struct lt_app *app, const struct uc_publish *job, json_t **receipt, struct lt_error *err)
{
    (void)ctx, (void)app, (void)receipt;
    return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", job->plugin, (char *)NULL);
}

static int no_formats(void *ctx, struct lt_app *app, const char *name, json_t **out, struct lt_error *err)
{
    (void)ctx, (void)app, (void)name;
    *out = json_array();
    return *out ? 0 : lt_fail_memory(err);
}

static int no_import_key(void *ctx, struct lt_app *app, const char *plugin, const json_t *job, char out[65], struct lt_error *err)
{
    (void)ctx, (void)app, (void)job, (void)out;
    return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", plugin, (char *)NULL);
}

static int no_import(void *ctx, struct lt_app *app, const struct uc_import_job *job, struct lt_error *err)
{
    (void)ctx, (void)app;
    return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", job->plugin, (char *)NULL);
}

const struct uc_ports uc_no_ports = {.plugin_list = no_list, .plugin_check = no_check, .publish = no_publish, .formats = no_formats,
                                     .import_key = no_import_key, .import = no_import};

void lt_app_log(struct lt_app *app, struct lt_log_ring *ring)
{
    app->log = ring;
}

void lt_app_ports(struct lt_app *app, const struct uc_ports *ports)
{
    app->ports = ports ? ports : &uc_no_ports;
}

/* --- feeding the index with whole repositories --- */

struct feed {
    struct lt_app *app;
    struct lt_error *err;
    bool all;
    struct uc_call *call; /* whose job it is, or NULL */
    int done, total;
    struct index_change *changes; /* of the repository being read; path and data are owned */
    size_t len, cap;
    struct vault_snapshot *snapshot;
};

static int feed_item(void *user, const struct vault_item *item)
{
    struct feed *f = user;
    if (!lt_ends(item->path, ".json")) return 0;
    void *grown = lt_array_grow(f->changes, &f->cap, f->len + 1, sizeof *f->changes);
    if (!grown) return lt_fail_memory(f->err);
    f->changes = grown;
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = vault_snapshot_read(f->snapshot, item->path, &b, f->err);
    if (rc) {
        lt_buf_free(&b);
        return rc;
    }
    struct index_change *c = &f->changes[f->len];
    *c = (struct index_change){.path = lt_strdup(item->path), .len = b.len};
    c->data = lt_buf_take(&b, NULL);
    f->len++;
    return c->path && c->data ? 0 : lt_fail_memory(f->err);
}

static void feed_reset(struct feed *f)
{
    for (size_t i = 0; i < f->len; i++) {
        free((void *)f->changes[i].path);
        free((void *)f->changes[i].data);
    }
    f->len = 0;
}

static int feed_repo(void *user, const char *repo, const char *head)
{
    struct feed *f = user;
    char indexed[VAULT_OID];
    int rc = f->call ? uc_progress(f->call, f->done++, f->total, f->err) : 0;
    if (rc) return rc;
    rc = index_head(f->app->index, repo, indexed, f->err);
    if (rc || (!f->all && strcmp(indexed, head) == 0)) return rc;
    rc = vault_snapshot_open(f->app->vault, repo, NULL, &f->snapshot, f->err);
    if (!rc) rc = vault_snapshot_walk(f->snapshot, "", feed_item, f, f->err);
    if (!rc) {
        struct index_batch b = {.repo = repo,
                                .new_head = vault_snapshot_commit(f->snapshot),
                                .whole = true,
                                .changes = f->changes,
                                .len = f->len};
        rc = index_apply(f->app->index, &b, 1, f->err);
    }
    vault_snapshot_close(f->snapshot);
    f->snapshot = NULL;
    feed_reset(f);
    return rc;
}

static int count_repo(void *user, const char *repo, const char *head)
{
    (void)repo, (void)head;
    ++*(int *)user;
    return 0;
}

static int mend(struct lt_app *app, bool all, struct uc_call *call, struct lt_error *err)
{
    struct feed f = {.app = app, .err = err, .all = all, .call = call};
    int rc = call ? vault_repos(app->vault, count_repo, &f.total, err) : 0;
    if (!rc) rc = index_begin(app->index, err);
    if (rc) return rc;
    rc = vault_repos(app->vault, feed_repo, &f, err);
    struct lt_error ignored = {0};
    int end = index_end(app->index, rc == 0, rc ? &ignored : err);
    lt_error_clear(&ignored);
    free(f.changes);
    if (!rc && !end) atomic_store(&app->index_behind, false);
    atomic_fetch_add(&app->school_turn, 1);
    uc_fed(app, NULL);
    return rc ? rc : end;
}

int app_mend_index(struct lt_app *app, bool all, struct lt_error *err)
{
    return mend(app, all, NULL, err);
}

int app_reindex(struct uc_call *call, struct lt_error *err)
{
    return mend(call->app, true, call, err);
}

int app_feed_whole(struct lt_app *app, const char *repo, struct lt_error *err)
{
    struct feed f = {.app = app, .err = err, .all = true};
    char head[VAULT_OID];
    int rc = vault_head(app->vault, repo, head, err);
    if (!rc) rc = index_begin(app->index, err);
    if (rc) return rc;
    rc = feed_repo(&f, repo, head);
    struct lt_error ignored = {0};
    int end = index_end(app->index, rc == 0, rc ? &ignored : err);
    lt_error_clear(&ignored);
    free(f.changes);
    atomic_fetch_add(&app->school_turn, 1);
    uc_fed(app, NULL);
    return rc ? rc : end;
}

/* --- opening --- */

static int open_index(struct lt_app *app, struct lt_error *err)
{
    char path[4096];
    if (!lt_print(path, sizeof path, "%s/index.db", app->dir)) return lt_fail(err, LT_USAGE, "system.path", (char *)NULL);
    struct index_config c = {.path = path};
    bool rebuild = false;
    int rc = index_open(&c, &app->index, &rebuild, err);
    if (rc == LT_SYSTEM) { /* derived data: what cannot be opened is made anew */
        lt_error_clear(err);
        rc = index_remove(path, err);
        if (!rc) rc = index_open(&c, &app->index, &rebuild, err);
    }
    if (!rc) rc = app_mend_index(app, rebuild, err);
    return rc;
}

int app_attach(struct lt_app *app, int lock_wait_ms, struct lt_error *err)
{
    struct vault_config vc = {.dir = app->dir, .fs = app->fs, .clock = &app->clock, .program = app->program, .modules = app->modules, .lock_wait_ms = lock_wait_ms};
    int rc = vault_open(&vc, &app->vault, err);
    if (rc) return rc;
    lt_print(app->installation, sizeof app->installation, "%s", vault_school_id(app->vault));
    rc = open_index(app, err);
    char path[4096];
    if (!rc) {
        lt_print(path, sizeof path, "%s/system.db", app->dir);
        rc = sysdb_open(path, &app->clock, &app->sys, err);
    }
    if (!rc) rc = guesses_load(app, err);
    if (!rc) rc = access_replay(app, err);
    if (!rc) rc = access_drain(app, err);
    if (!rc) rc = erase_look(app, err);
    json_t *school = NULL;
    struct lt_error ignored = {0};
    if (!rc && index_get(app->index, "school", app->installation, &school, NULL, &ignored) == 0)
        app->clock.offset_minutes = (int)lt_json_int(school, "offset_minutes", MOSCOW);
    lt_error_clear(&ignored);
    json_decref(school);
    return rc;
}

int lt_app_open(const struct lt_app_config *config, struct lt_app **out, struct lt_error *err)
{
    struct lt_app *app = lt_calloc(1, sizeof *app);
    if (!app) return lt_fail_memory(err);
    pthread_mutex_init(&app->drain, NULL);
    pthread_mutex_init(&app->settings_lock, NULL);
    if (config->clock) app->clock = *config->clock;
    else lt_clock_system(&app->clock, MOSCOW);
    app->fs = config->fs ? config->fs : lt_fs_system();
    app->judge_answers = config->judge_answers;
    app->ports = &uc_no_ports;
    app->ids = lt_id_source_new(&app->clock);
    app->known = known_new();
    app->kept = kept_new();
    app->emitted = emitted_new();
    app->judged = judged_new();
    app->repeats = repeats_new();
    app->previews = previews_new();
    app->guesses = guesses_new();
    app->jobs = jobs_new();
    app->dir = lt_strdup(config->dir);
    app->program = lt_strdup(config->program);
    app->modules = lt_strdup(config->modules);
    app->plugins_dir = lt_strdup(config->plugins);
    app->sandbox = (struct sandbox_config){.program = app->program, .modules_dir = app->modules};
    int rc = app->ids && app->known && app->kept && app->emitted && app->judged && app->repeats && app->jobs && app->previews && app->guesses && (app->dir || !config->dir) ? 0 : lt_fail_memory(err);
    if (!rc && !config->offline) rc = app_attach(app, config->lock_wait_ms, err);
    if (rc) lt_app_close(app);
    else *out = app;
    return rc;
}

void lt_app_close(struct lt_app *app)
{
    if (!app) return;
    struct lt_error ignored = {0};
    lt_app_jobs_stop(app);
    if (app->vault && app->sys) access_drain(app, &ignored);
    lt_error_clear(&ignored);
    sysdb_close(app->sys);
    index_close(app->index);
    vault_close(app->vault);
    lt_id_source_free(app->ids);
    known_free(app->known);
    kept_free(app->kept);
    emitted_free(app->emitted);
    judged_free(app->judged);
    repeats_free(app->repeats);
    previews_free(app->previews);
    guesses_free(app->guesses);
    jobs_free(app->jobs);
    pthread_mutex_destroy(&app->drain);
    pthread_mutex_destroy(&app->settings_lock);
    json_decref(app->settings);
    free(app->dir);
    free(app->program);
    free(app->modules);
    free(app->plugins_dir);
    free(app);
}
