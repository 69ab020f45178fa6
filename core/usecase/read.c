/* Reading for use cases: documents, lists and settings. */
#include "usecase/call.h"
#include "usecase/settings.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_DEFAULT = 50, ALL_MAX = 20000, PAGE = 500 };

int uc_doc(struct uc_call *call, const char *kind, const char *id, json_t **out, struct lt_error *err)
{
    int rc = index_get(call->app->index, kind, id, out, NULL, err);
    if (rc == LT_NOTFOUND) {
        char code[64];
        lt_print(code, sizeof code, "%s.absent", kind);
        return lt_fail(err, LT_NOTFOUND, code, "id", id, (char *)NULL);
    }
    return rc;
}

int uc_list(struct uc_call *call, const char *list, json_t *params, json_t **out, struct lt_error *err)
{
    if (!params) return lt_fail_memory(err);
    json_t *items = NULL;
    char *next = NULL;
    int rc = index_list(call->app->index, list, params, (int)lt_json_int(call->in, "limit", LIST_DEFAULT),
                        lt_json_str(call->in, "cursor"), &items, &next, err);
    json_decref(params);
    if (rc) return rc;
    *out = json_pack("{s:o, s:s?}", "items", items, "next", next);
    free(next);
    return *out ? 0 : lt_fail_memory(err);
}

int uc_all(struct uc_call *call, const char *list, json_t *params, json_t **items, struct lt_error *err)
{
    json_t *all = json_array();
    char *cursor = NULL;
    int rc = params && all ? 0 : lt_fail_memory(err);
    while (!rc) {
        json_t *page = NULL;
        char *next = NULL;
        rc = index_list(call->app->index, list, params, PAGE, cursor, &page, &next, err);
        free(cursor);
        cursor = next;
        if (!rc && json_array_extend(all, page)) rc = lt_fail_memory(err);
        json_decref(page);
        if (!rc && json_array_size(all) > ALL_MAX) rc = lt_fail(err, LT_REFUSED, "list.too_long", (char *)NULL);
        if (!cursor) break;
    }
    free(cursor);
    json_decref(params);
    if (rc) json_decref(all);
    else *items = all;
    return rc;
}

/* The settings are asked for several times a call, so they are read anew only after school.git changed. With the lock held. */
static const json_t *settings(struct lt_app *app)
{
    unsigned turn = atomic_load(&app->school_turn);
    if (app->settings && app->settings_turn == turn) return app->settings;
    json_t *school = NULL, *fresh = NULL;
    struct lt_error ignored = {0};
    int rc = index_get(app->index, "school", app->installation, &school, NULL, &ignored);
    if (!rc) fresh = json_incref(lt_json_object(school, "settings"));
    lt_error_clear(&ignored);
    json_decref(school);
    json_decref(app->settings);
    app->settings = fresh ? fresh : rc ? NULL : json_object();
    app->settings_turn = turn;
    return app->settings;
}

const char *uc_setting(struct uc_call *call, const char *name, char *buf, size_t len)
{
    const struct uc_setting_def *def = uc_setting_find(name);
    lt_print(buf, len, "%s", def ? def->value : "");
    pthread_mutex_lock(&call->app->settings_lock);
    const char *own = lt_json_str(settings(call->app), name);
    if (own) lt_print(buf, len, "%s", own);
    pthread_mutex_unlock(&call->app->settings_lock);
    return buf;
}

long long uc_setting_int(struct uc_call *call, const char *name)
{
    char buf[64];
    return strtoll(uc_setting(call, name, buf, sizeof buf), NULL, 10);
}

struct model_year_rule uc_year_rule(struct uc_call *call)
{
    char text[16];
    struct model_year_rule rule = {0};
    model_year_rule_parse(uc_setting(call, "year.start", text, sizeof text), &rule);
    return rule;
}
