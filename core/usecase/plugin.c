/* plugin: what is installed, which ones may run. */
#include "usecase/call.h"
#include "usecase/ports.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

#define SCHOOL_PATH "school.json"

/* The reason as a sentence in the reader's language. */
static int put_reason(struct uc_call *call, json_t *item)
{
    const json_t *reason = lt_json_object(item, "reason");
    if (!reason) return 0;
    struct lt_error why = {.status = LT_REFUSED};
    struct lt_buf text = LT_BUF_INIT(4096);
    const char *name;
    json_t *value, *params = lt_json_object(reason, "params");
    lt_print(why.code, sizeof why.code, "%s", lt_json_str_or(reason, "code", ""));
    json_object_foreach(params, name, value) {
        size_t need = strlen(name) + strlen(json_string_value(value)) + 2;
        if (why.params_len + need > sizeof why.params) break;
        memcpy(why.params + why.params_len, name, strlen(name) + 1);
        memcpy(why.params + why.params_len + strlen(name) + 1, json_string_value(value), strlen(json_string_value(value)) + 1);
        why.params_len += need;
    }
    lt_error_text(&text, call->lang, &why);
    int rc = lt_json_put_str(item, "code", why.code) || lt_json_put_str(item, "reason", text.data);
    lt_buf_free(&text);
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *items = NULL, *item;
    size_t i;
    (void)in;
    int rc = call->app->ports->plugin_list(call->app->ports->ctx, call->app, &items, err);
    json_array_foreach(items, i, item) {
        if (!rc && put_reason(call, item)) rc = lt_fail_memory(err);
    }
    if (!rc) *out = json_pack("{s:O, s:n}", "items", items, "next");
    json_decref(items);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static int run_check(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    /* a file named by its path is the business of whoever sits at the machine */
    const char *id = lt_json_str_or(in, "id", "");
    if ((strchr(id, '/') || lt_ends(id, ".so")) && !call->actor.local) return lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", id, (char *)NULL);
    return call->app->ports->plugin_check(call->app->ports->ctx, call->app, lt_json_str_or(in, "id", ""), out, err);
}

/* --- the list of enabled ones, in school.json --- */

json_t *uc_plugin_defaults(void)
{
    return json_pack("[s, s, s]", "site", "olympiad", "gto");
}

static json_t *changed(const json_t *old, const char *id, bool enable)
{
    json_t *list = json_array();
    size_t i;
    const json_t *v;
    json_array_foreach(old, i, v) {
        if (strcmp(json_string_value(v), id) != 0) json_array_append(list, (json_t *)(uintptr_t)v);
    }
    if (enable) json_array_append_new(list, json_string(id));
    return list;
}

static int set(struct uc_call *call, const char *id, bool enable, json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *doc = NULL, *old = NULL;
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, SCHOOL_PATH, &doc, err);
    const json_t *own = lt_json_array(doc, "plugins");
    old = own ? json_deep_copy(own) : uc_plugin_defaults();
    if (!rc && !enable && !lt_json_array_has(old, id)) rc = lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", id, (char *)NULL);
    if (!rc && lt_json_put(doc, "plugins", changed(old, id, enable))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, SCHOOL_PATH, doc, err);
    if (!rc) rc = uc_tx_commit(tx, enable ? "Enable a plugin" : "Disable a plugin", NULL, err);
    uc_tx_end(tx);
    if (!rc) *out = json_pack("{s:s, s:s, s:O}", "id", id, "state", enable ? "enabled" : "available", "enabled", lt_json_array(doc, "plugins"));
    json_decref(doc);
    json_decref(old);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static int run_enable(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *about = NULL;
    int rc = run_check(call, in, &about, err); /* a plugin that cannot be loaded, or breaks on samples, is not enabled */
    json_decref(about);
    return rc ? rc : set(call, lt_json_str_or(in, "id", ""), true, out, err);
}

static int run_disable(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return set(call, lt_json_str_or(in, "id", ""), false, out, err);
}

static const struct uc_field check_fields[] = {{"id", UC_TEXT, UC_REQUIRED | UC_POSITIONAL, 1, 1000, NULL}, {0}};
static const struct uc_field id_fields[] = {{"id", UC_TEXT, UC_REQUIRED | UC_POSITIONAL, 1, 40, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "plugin", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "plugin.read",
     .gives = "plugin", .columns = "id version state capabilities reason", .run = run_list},
    {.noun = "plugin", .verb = "check", .method = "GET", .tail = "/{id}/check", .reply = UC_ONE, .right = "plugin.read", .fields = check_fields,
     .gives = "plugin_check", .run = run_check},
    {.noun = "plugin", .verb = "enable", .method = "POST", .tail = "/{id}/enable", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT,
     .gives = "plugin_switched", .right = "plugin.manage", .fields = id_fields, .run = run_enable},
    {.noun = "plugin", .verb = "disable", .method = "POST", .tail = "/{id}/disable", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "plugin_switched", .right = "plugin.manage", .fields = id_fields, .run = run_disable},
};

const struct uc_noun uc_noun_plugin = UC_NOUN("plugin", "plugins", NULL, rows);
