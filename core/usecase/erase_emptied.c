/* Portfolios whose documents were taken back with an import: no list of pupils has them, but their history still names the pupil, so whoever may destroy
 * finds them here. */
#include "usecase/erase.h"
#include "usecase/past.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

struct emptied {
    struct uc_call *call;
    json_t *ids;
    const char *after;
    size_t most;
};

static int one_repo(void *user, const char *repo, const char *head)
{
    struct emptied *e = user;
    json_t *card = NULL;
    struct lt_error miss = {0};
    (void)head;
    if (strcmp(repo, VAULT_SCHOOL) == 0 || (e->after && strcmp(repo, e->after) <= 0) || json_array_size(e->ids) > e->most) return 0;
    int rc = index_get(e->call->app->index, "pupil", repo, &card, NULL, &miss);
    json_decref(card);
    lt_error_clear(&miss);
    return rc == LT_NOTFOUND && json_array_append_new(e->ids, json_string(repo)) ? LT_SYSTEM : 0;
}

static int add_card(struct uc_call *call, json_t *items, const char *id, struct lt_error *err)
{
    json_t *card = NULL;
    struct lt_error miss = {0};
    int rc = past_card(call->app, id, &card, &miss);
    if (rc == LT_NOTFOUND) return lt_error_clear(&miss), 0; /* made this moment, or gone */
    if (rc) return *err = miss, rc;
    char *name = model_name_full(lt_json_str_or(card, "surname", ""), lt_json_str_or(card, "name", ""), lt_json_str_or(card, "patronymic", ""));
    uc_saw(call, id);
    rc = !name || json_array_append_new(items, json_pack("{s:s, s:s, s:s*}", "id", id, "name", name, "number", lt_json_str(card, "number"))) ? lt_fail_memory(err) : 0;
    free(name);
    json_decref(card);
    return rc;
}

int erase_run_emptied(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct emptied e = {.call = call, .ids = json_array(), .after = lt_json_str(in, "cursor"), .most = (size_t)lt_json_int(in, "limit", 50)};
    json_t *items = json_array();
    const char *next = NULL;
    int rc = e.ids && items ? vault_repos(call->app->vault, one_repo, &e, err) : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < json_array_size(e.ids); i++) {
        const char *id = json_string_value(json_array_get(e.ids, i));
        if (i == e.most) {
            next = json_string_value(json_array_get(e.ids, i - 1));
            break;
        }
        rc = add_card(call, items, id, err);
    }
    if (!rc) *out = json_pack("{s:O, s:s?}", "items", items, "next", next);
    json_decref(items);
    json_decref(e.ids);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}
