/* channel: where the school publishes. */
#include "usecase/ports.h"
#include "usecase/publish.h"
#include "usecase/release.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { KEEP_MOST = 20, SETTINGS_MOST = 40 };

/* --- settings --- */

static bool one_of(const json_t *values, const char *value)
{
    return lt_json_array_has(values, value);
}

static bool is_colour(const char *v)
{
    return strlen(v) == 7 && v[0] == '#' && strspn(v + 1, "0123456789abcdefABCDEF") == 6;
}

/* Settings that the program itself understands. 1 known and good, 0 unknown, -1 bad. */
static int own_setting(const char *name, const char *value)
{
    if (strcmp(name, "lang") == 0) return strcmp(value, "ru") == 0 || strcmp(value, "en") == 0 ? 1 : -1;
    if (strcmp(name, "names") == 0)
        return strcmp(value, "full") == 0 || strcmp(value, "surname_name") == 0 || strcmp(value, "initials") == 0 ? 1 : -1;
    if (strcmp(name, "keep") == 0) {
        char *end;
        unsigned long n = strtoul(value, &end, 10);
        return value[0] >= '0' && value[0] <= '9' && !*end && n <= KEEP_MOST ? 1 : -1;
    }
    return 0;
}

/* A setting of the plugin is described by it: {"name", "values":[…]} or {"name", "kind":"colour"|"text"}. */
static int check_setting(const json_t *about, const char *name, const char *value, struct lt_error *err)
{
    int own = own_setting(name, value);
    if (own > 0) return 0;
    size_t i;
    const json_t *s;
    json_array_foreach(lt_json_array(about, "settings"), i, s) {
        if (own || strcmp(lt_json_str_or(s, "name", ""), name) != 0) continue;
        const json_t *values = lt_json_array(s, "values");
        bool colour = strcmp(lt_json_str_or(s, "kind", ""), "colour") == 0;
        if (values ? one_of(values, value) : colour ? is_colour(value) : lt_utf8_count(value) <= 500) return 0;
        own = -1;
    }
    return lt_fail_field(err, LT_REFUSED, "setting", own ? "channel.setting_value" : "channel.setting_unknown", "name", name, "value", value,
                         (char *)NULL);
}

static int take_settings(const json_t *in, const json_t *about, json_t *settings, struct lt_error *err)
{
    size_t i;
    const json_t *pair;
    if (json_array_size(lt_json_array(in, "setting")) > SETTINGS_MOST)
        return lt_fail_field(err, LT_USAGE, "setting", "setting.form", (char *)NULL);
    json_array_foreach(lt_json_array(in, "setting"), i, pair) {
        const char *text = json_string_value(pair), *eq = strchr(text, '=');
        char name[64];
        if (!eq || eq == text || !lt_print(name, sizeof name, "%.*s", (int)(eq - text), text))
            return lt_fail_field(err, LT_USAGE, "setting", "setting.form", (char *)NULL);
        int rc = check_setting(about, name, eq + 1, err);
        if (rc) return rc;
        if (lt_json_put_str(settings, name, eq + 1)) return lt_fail_memory(err);
    }
    return 0;
}

/* --- add --- */

static int check_plugin(struct uc_call *call, const char *plugin, json_t **about, struct lt_error *err)
{
    int rc = call->app->ports->plugin_check(call->app->ports->ctx, call->app, plugin, about, err);
    if (!rc && !lt_json_bool(*about, "folder", false)) rc = lt_fail_field(err, LT_REFUSED, "plugin", "channel.plugin_folder", "id", plugin, (char *)NULL);
    return rc;
}

static int run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *folder = lt_json_str_or(in, "folder", ""), *plugin = lt_json_str_or(in, "plugin", "");
    json_t *about = NULL, *doc = NULL, *settings = json_object();
    struct release target = {.target = -1, .releases = -1, .root = -1, .file = -1};
    char id[LT_ID_SIZE], path[80];
    struct uc_tx *tx = NULL;
    lt_id_next(call->app->ids, id);
    lt_print(path, sizeof path, "channels/%s.json", id);
    int rc = release_path_check(folder, call->app->dir, err);
    if (!rc) rc = uc_folder_allowed(call, "publish.root", folder, "channel.folder_root", err);
    if (!rc) rc = check_plugin(call, plugin, &about, err);
    if (!rc) rc = take_settings(in, about, settings, err);
    if (!rc && lt_json_put_str(settings, "folder", folder)) rc = lt_fail_memory(err);
    if (!rc) rc = release_open(call->app->fs, folder, id, true, &target, err);
    if (!rc) rc = release_try(&target, err);
    doc = json_pack("{s:s, s:s, s:s, s:O, s:s}", "id", id, "title", lt_json_str_or(in, "title", ""), "plugin", plugin, "settings", settings, "state",
                    "active");
    if (!rc && !doc) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Add a channel", NULL, err);
    uc_tx_end(tx);
    struct lt_error ignored = {0};
    if (rc && target.target >= 0) release_clear(&target, &ignored); /* the folder is free for another try */
    lt_error_clear(&ignored);
    release_close(&target);
    json_decref(about);
    json_decref(settings);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* --- list, test, remove --- */

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *state = lt_json_str_or(in, "state", "active");
    int rc = uc_list(call, "channels", json_pack("{s:s}", "state", state), out, err);
    size_t i;
    json_t *item;
    json_array_foreach(lt_json_array(*out, "items"), i, item) {
        json_t *doc = NULL;
        if (!rc) rc = uc_doc(call, "channel", lt_json_str_or(item, "id", ""), &doc, err);
        if (!rc && (lt_json_copy_key(item, doc, "settings") || lt_json_put_str(item, "folder", publish_setting(doc, "folder", ""))))
            rc = lt_fail_memory(err);
        json_decref(doc);
    }
    if (rc) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}

static int run_test(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct publish_channel ch;
    struct release target = {.target = -1, .releases = -1, .root = -1, .file = -1};
    json_t *about = NULL;
    int rc = publish_channel_open(call, lt_json_str_or(in, "id", ""), &ch, err);
    if (rc) return rc;
    rc = check_plugin(call, ch.plugin, &about, err);
    if (!rc) rc = release_path_check(ch.folder, call->app->dir, err);
    if (!rc) rc = release_open(call->app->fs, ch.folder, ch.id, true, &target, err);
    if (!rc) rc = release_try(&target, err);
    if (!rc)
        *out = json_pack("{s:s, s:s, s:s, s:s, s:I}", "id", ch.id, "folder", ch.folder, "plugin", ch.plugin, "version",
                         lt_json_str_or(about, "version", ""), "releases", (json_int_t)target.ids_len);
    release_close(&target);
    json_decref(about);
    publish_channel_close(&ch);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* What is shown comes down first; a channel that still shows something is not removed. */
static int run_remove(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "id", "");
    struct publish_channel ch;
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    char path[80];
    size_t removed = 0;
    lt_print(path, sizeof path, "channels/%s.json", id);
    int rc = publish_channel_open(call, id, &ch, err);
    if (rc) return rc;
    rc = publish_clear(call, &ch, &removed, err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, path, &doc, err);
    if (!rc && lt_json_put_str(doc, "state", "removed")) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Remove a channel", NULL, err);
    uc_tx_end(tx);
    publish_channel_close(&ch);
    if (!rc) *out = json_pack("{s:s, s:s, s:I}", "id", id, "state", "removed", "removed", (json_int_t)removed);
    json_decref(doc);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
static const struct uc_field add_fields[] = {{"title", UC_TEXT, UC_REQUIRED, 1, 200, NULL},
                                             {"plugin", UC_TEXT, UC_REQUIRED, 1, 40, NULL},
                                             {"folder", UC_TEXT, UC_REQUIRED, 1, 500, NULL},
                                             {"setting", UC_TEXT, UC_MANY, 0, 600, NULL},
                                             {0}};
static const struct uc_field list_fields[] = {{"state", UC_ENUM, 0, 0, 0, "channel_state"}, {0}};
static const struct uc_field id_fields[] = {ID, {0}};

static const struct uc_row rows[] = {
    {.noun = "channel", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "channel.manage",
     .gives = "channel", .fields = add_fields, .run = run_add},
    {.noun = "channel", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "channel.read", .fields = list_fields,
     .gives = "channel_row", .columns = "id title plugin folder state", .run = run_list},
    {.noun = "channel", .verb = "test", .method = "POST", .tail = "/{id}/test", .reply = UC_ONE, .right = "channel.manage", .fields = id_fields,
     .gives = "channel_test", .run = run_test},
    {.noun = "channel", .verb = "remove", .method = "DELETE", .tail = "/{id}", .reply = UC_ONE, .flags = UC_WRITE | UC_STEPS, .right = "channel.manage",
     .gives = "channel_removed", .fields = id_fields, .run = run_remove},
};

const struct uc_noun uc_noun_channel = UC_NOUN("channel", "channels", NULL, rows);
