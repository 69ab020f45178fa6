#include "usecase/token.h"
#include "usecase/account.h"
#include "usecase/session.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* "entry.list entry.show": use cases that exist, or nothing. */
static int check_scope(const char *scope, struct lt_error *err)
{
    for (const char *w = scope; *w; w += strcspn(w, " ,"), w += strspn(w, " ,")) {
        char word[96] = "", *dot;
        bool fits = lt_print(word, sizeof word, "%.*s", (int)strcspn(w, " ,"), w);
        dot = fits ? strchr(word, '.') : NULL;
        if (dot) *dot = 0;
        if (!dot || !uc_find(word, dot + 1)) {
            if (dot) *dot = '.';
            return lt_fail_field(err, LT_USAGE, "scope", "token.scope", "word", word, (char *)NULL);
        }
    }
    return 0;
}

int token_run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    char scope[256];
    if (call->actor.program) return lt_fail(err, LT_REFUSED, "session.by_token", (char *)NULL);
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    int rc = check_scope(lt_json_str_or(in, "scope", ""), err);
    if (!rc) rc = sysdb_account_by_id(call->app->sys, call->actor.account, &a, err);
    if (!rc) rc = account_prove(call, &a, in, err);
    if (rc) return rc;
    json_t *plain = json_deep_copy(in);
    lt_print(scope, sizeof scope, "%s", lt_json_str_or(in, "scope", ""));
    for (char *c = scope; *c; c++) {
        if (*c == ',') *c = ' ';
    }
    rc = plain && lt_json_put_str(plain, "scope", scope) == 0 ? session_add(call, plain, "token", out, err) : lt_fail_memory(err);
    json_decref(plain);
    return rc;
}

static bool is_token(const json_t *item)
{
    return strcmp(lt_json_str_or(item, "kind", ""), "token") == 0;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *items = NULL;
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    int rc = sysdb_session_list(call->app->sys, call->actor.account, &items, err);
    if (rc) return rc;
    for (size_t i = json_array_size(items); i-- > 0;) {
        if (!is_token(json_array_get(items, i))) json_array_remove(items, i);
    }
    *out = json_pack("{s:o, s:n}", "items", items, "next");
    return *out ? 0 : lt_fail_memory(err);
}

static int run_revoke(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *items = NULL;
    const char *id = lt_json_str_or(in, "id", "");
    (void)out;
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    int rc = sysdb_session_list(call->app->sys, call->actor.account, &items, err);
    bool own = false;
    size_t i;
    const json_t *t;
    json_array_foreach(items, i, t) own = own || (is_token(t) && strcmp(lt_json_str_or(t, "id", ""), id) == 0);
    json_decref(items);
    if (!rc && !own) rc = lt_fail(err, LT_NOTFOUND, "session.unknown", (char *)NULL);
    if (!rc) rc = uc_sys_begin(call, err);
    return rc ? rc : uc_sys_end(call, sysdb_session_end(call->app->sys, call->actor.account, id, err), NULL, err);
}

static const struct uc_field id_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "token", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .flags = UC_QUIET, .columns = "id title scope last_used expires",
     .gives = "session_row", .run = run_list},
    {.noun = "token", .verb = "revoke", .method = "DELETE", .tail = "/{id}", .reply = UC_NONE, .flags = UC_WRITE | UC_QUIET, .fields = id_fields,
     .run = run_revoke},
};

const struct uc_noun uc_noun_token = UC_NOUN("token", NULL, "/accounts/tokens", rows);
