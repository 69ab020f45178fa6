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

const char *uc_setting(struct uc_call *call, const char *name, char *buf, size_t len)
{
    const struct uc_setting_def *def = uc_setting_find(name);
    lt_print(buf, len, "%s", def ? def->value : "");
    json_t *school = NULL;
    struct lt_error ignored = {0};
    if (index_get(call->app->index, "school", call->app->installation, &school, NULL, &ignored) == 0) {
        const char *own = lt_json_str(lt_json_object(school, "settings"), name);
        if (own) lt_print(buf, len, "%s", own);
    }
    lt_error_clear(&ignored);
    json_decref(school);
    return buf;
}

long long uc_setting_int(struct uc_call *call, const char *name)
{
    char buf[64];
    return strtoll(uc_setting(call, name, buf, sizeof buf), NULL, 10);
}
