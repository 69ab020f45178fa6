/* Formats of imports: the program's own, and those of enabled plugins. */
#include "usecase/import.h"
#include "usecase/ports.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "usecase/results.h"

#include <string.h>
#include <unistd.h>

static const struct import_format *const own[] = {&import_roster};

#define RESTRICTED "import.class"

static bool named(struct import_named *out, const char *name, const char *plugin)
{
    if (!lt_print(out->name, sizeof out->name, "%s", name) || !lt_print(out->plugin, sizeof out->plugin, "%s", plugin)) return false;
    out->format = import_results(out->name, out->plugin);
    return true;
}

static bool own_format(const char *name, struct import_named *out)
{
    for (size_t i = 0; i < LT_COUNT(own); i++) {
        if (strcmp(own[i]->name, name) != 0) continue;
        out->format = *own[i];
        return true;
    }
    return false;
}

int import_format_get(struct uc_call *call, const char *name, struct import_named *out, struct lt_error *err)
{
    if (own_format(name, out)) return 0;
    json_t *list = NULL;
    int rc = call->app->ports->formats(call->app->ports->ctx, call->app, name, &list, err);
    bool found = false;
    size_t i;
    const json_t *f;
    json_array_foreach(list, i, f) {
        if (!found && strcmp(lt_json_str_or(f, "name", ""), name) == 0) found = named(out, name, lt_json_str_or(f, "plugin", ""));
    }
    json_decref(list);
    if (!rc && !found) rc = lt_fail(err, LT_NOTFOUND, "import.format", "format", name, (char *)NULL);
    return rc;
}

bool import_format_of(const json_t *state, struct import_named *out)
{
    const char *name = lt_json_str_or(state, "format", ""), *plugin = lt_json_str(state, "plugin");
    return plugin ? named(out, name, plugin) : own_format(name, out);
}

/* --- which one is it? --- */

static void best_of_plugins(struct uc_call *call, const struct table *table, const char *file_name, int best, struct import_named *out, bool *any,
                            struct lt_error *err)
{
    json_t *list = NULL;
    if (call->app->ports->formats(call->app->ports->ctx, call->app, NULL, &list, err)) return;
    size_t i;
    const json_t *f;
    json_array_foreach(list, i, f) {
        struct import_named one = {.name = ""};
        int score = 0;
        struct lt_error ignored = {0};
        if (!lt_json_bool(f, "recognises", false) || !named(&one, lt_json_str_or(f, "name", ""), lt_json_str_or(f, "plugin", ""))) continue;
        if (results_recognise(call, &one.format, table, file_name, &score, &ignored) == 0 && score > best) {
            best = score;
            *any = named(out, one.name, one.plugin);
        }
        lt_error_clear(&ignored);
    }
    json_decref(list);
}

int import_format_recognise(struct uc_call *call, const struct uc_input_file *file, struct import_named *out, struct lt_error *err)
{
    struct table_env env = {.program = call->app->program, .modules_dir = call->app->modules};
    struct table *table = NULL;
    int fd = dup(file->fd), best = 0;
    bool any = false;
    int rc = fd < 0 ? lt_fail_errno(err, "read", file->name) : table_read(&env, fd, file->name, NULL, &table, err);
    if (fd >= 0) close(fd);
    for (size_t i = 0; !rc && i < LT_COUNT(own); i++) {
        int score = own[i]->recognise(table);
        if (score <= best) continue;
        out->format = *own[i];
        best = score;
        any = true;
    }
    struct lt_error ignored = {0};
    if (!rc) best_of_plugins(call, table, file->name, best, out, &any, &ignored);
    lt_error_clear(&ignored);
    table_free(table);
    if (!rc && !any) rc = lt_fail_field(err, LT_REFUSED, "file", "import.unrecognised", "file", file->name, (char *)NULL);
    return rc;
}

/* --- who may --- */

bool import_restricted(struct uc_call *call, const struct import_format *f)
{
    return f->plugin && !uc_may(call, f->right, UC_T_NONE, NULL);
}

int import_allowed(struct uc_call *call, const struct import_format *f, struct lt_error *err)
{
    bool narrow = import_restricted(call, f) && uc_may(call, RESTRICTED, UC_T_NONE, NULL);
    return uc_require(call, narrow ? RESTRICTED : f->right, UC_T_NONE, NULL, err);
}

/* --- the list --- */

static int add_own(struct uc_call *call, json_t *items)
{
    for (size_t i = 0; i < LT_COUNT(own); i++) {
        json_t *one = json_pack("{s:s, s:s}", "format", own[i]->name, "title", lt_label(call->lang, "import_format", own[i]->name));
        if (json_array_append_new(items, one)) return -1;
    }
    return 0;
}

json_t *import_formats(struct uc_call *call)
{
    json_t *items = json_array(), *list = NULL;
    struct lt_error ignored = {0};
    if (!items || add_own(call, items)) return json_decref(items), NULL;
    if (call->app->ports->formats(call->app->ports->ctx, call->app, NULL, &list, &ignored)) list = NULL;
    lt_error_clear(&ignored);
    size_t i;
    const json_t *f;
    json_array_foreach(list, i, f) {
        const json_t *titles = lt_json_object(f, "title");
        const char *name = lt_json_str_or(f, "name", "");
        const char *title = lt_json_str_or(titles, call->lang == LT_RU ? "ru" : "en", lt_json_str_or(titles, "ru", name));
        json_t *one = json_pack("{s:s, s:s, s:s}", "format", name, "title", title, "plugin", lt_json_str_or(f, "plugin", ""));
        if (!one || lt_json_copy_key(one, f, "columns") || lt_json_copy_key(one, f, "facts") || json_array_append_new(items, one)) break;
    }
    json_decref(list);
    return items;
}
