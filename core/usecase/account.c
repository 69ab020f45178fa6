/* account: who may sign in. Being signed in: session.c. */
#include "usecase/account.h"
#include "usecase/account_slips.h"
#include "usecase/guess.h"
#include "usecase/session.h"
#include "usecase/table.h"
#include "usecase/token.h"

#include "base/json.h"
#include "base/text.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

static int set_slip(struct uc_call *call, struct sys_account *a, char slip[16], struct lt_error *err)
{
    secret_for_slip(slip);
    a->must_change = true;
    a->slip_expires = call->now + uc_setting_int(call, "slip.days") * DAY_MS;
    return secret_hash(slip, a->hash, err);
}

/* The slow part: nothing is written yet. */
static int make(struct uc_call *call, const struct account_new *n, struct sys_account *a, char slip[16], struct lt_error *err)
{
    *a = (struct sys_account){.is_pupil = n->is_pupil, .confirmed = n->confirmed, .created = call->now, .changed = call->now};
    lt_id_next(call->app->ids, a->id);
    lt_print(a->login, sizeof a->login, "%s", n->login);
    lt_print(a->subject, sizeof a->subject, "%s", n->subject);
    return n->password ? secret_hash(n->password, a->hash, err) : set_slip(call, a, slip, err);
}

int account_create(struct uc_call *call, const struct account_new *n, char slip[16], struct lt_error *err)
{
    struct sys_account a;
    int rc = make(call, n, &a, slip, err);
    if (!rc) rc = sysdb_account_add(call->app->sys, &a, err);
    sodium_memzero(a.hash, sizeof a.hash);
    return rc;
}

/* Named by its own id or its owner's; the right was judged against it already. */
static int find(struct uc_call *call, const json_t *in, struct sys_account *a, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "id", "");
    struct lt_error miss = {0};
    int rc = sysdb_account_by_id(call->app->sys, id, a, &miss);
    if (rc != LT_NOTFOUND) {
        if (rc) *err = miss;
        return rc;
    }
    return sysdb_account_by_subject(call->app->sys, id, a, err);
}

static json_t *account_json(const struct sys_account *a, const char *slip)
{
    const char *state = a->disabled ? "disabled" : a->confirmed ? "confirmed" : "issued";
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s*}", "id", a->id, "login", a->login, "subject", a->subject, "kind",
                     a->is_pupil ? "pupil" : "person", "state", state, "must_change", a->must_change, "password", slip);
}

static int reply(const struct sys_account *a, const char *slip, json_t **out, struct lt_error *err)
{
    *out = account_json(a, slip);
    return *out ? 0 : lt_fail_memory(err);
}

/* A login nobody has yet, made of the first letters of the id's kind and random digits. */
void account_free_login(struct uc_call *call, bool pupil, char out[64])
{
    struct sys_account a;
    struct lt_error miss = {0};
    do {
        lt_print(out, 64, "%c%07u", pupil ? 'u' : 'p', randombytes_uniform(10000000));
        lt_error_clear(&miss);
    } while (sysdb_account_by_login(call->app->sys, out, &a, &miss) == 0);
    lt_error_clear(&miss);
}

static int run_create(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    struct lt_error miss = {0};
    const char *subject = lt_json_str_or(in, "id", "");
    if (sysdb_account_by_subject(call->app->sys, subject, &a, &miss) == 0)
        return lt_fail(err, LT_CONFLICT, "account.exists", "login", a.login, (char *)NULL);
    lt_error_clear(&miss);
    char login[64], slip[16];
    bool pupil = *call->target.pupil_id != 0;
    const char *wished = lt_json_str(in, "login");
    if (wished) lt_print(login, sizeof login, "%s", wished);
    else account_free_login(call, pupil, login);
    int rc = make(call, &(struct account_new){.login = login, .subject = subject, .is_pupil = pupil}, &a, slip, err);
    if (!rc) rc = reply(&a, slip, out, err);
    sodium_memzero(slip, sizeof slip);
    if (!rc) rc = uc_sys_begin(call, err);
    if (!rc) rc = uc_sys_end(call, sysdb_account_add(call->app->sys, &a, err), *out, err);
    sodium_memzero(a.hash, sizeof a.hash);
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *items = NULL, *kept = json_array();
    char *next = NULL;
    int rc = sysdb_account_list(call->app->sys, lt_json_str(in, "subject"), (int)lt_json_int(in, "limit", 50), lt_json_str(in, "cursor"), &items, &next, err);
    size_t i;
    json_t *a;
    json_array_foreach(items, i, a) {
        bool pupil = lt_json_bool(a, "is_pupil", false), disabled = lt_json_bool(a, "disabled", false);
        if (!uc_may(call, "account.create", UC_T_ACCOUNT, lt_json_str_or(a, "id", ""))) continue;
        if (lt_json_put_str(a, "kind", pupil ? "pupil" : "person") ||
            lt_json_put_str(a, "state", disabled ? "disabled" : lt_json_bool(a, "confirmed", false) ? "confirmed" : "issued") || json_array_append(kept, a))
            rc = lt_fail_memory(err);
    }
    json_decref(items);
    if (!rc) *out = json_pack("{s:o, s:s?}", "items", kept, "next", next);
    else json_decref(kept);
    free(next);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* The account as it is now, the end of its sessions and the answer, all or nothing. */
enum sign_out { NOBODY, OTHERS /* but the session that asks */, EVERYBODY };

static int change(struct uc_call *call, struct sys_account *a, enum sign_out whom, const char *slip, json_t **out, struct lt_error *err)
{
    a->changed = call->now;
    int rc = reply(a, slip, out, err);
    if (!rc) rc = uc_sys_begin(call, err);
    if (rc) return rc;
    rc = sysdb_account_update(call->app->sys, a, err);
    if (!rc && whom == EVERYBODY) rc = sysdb_session_end(call->app->sys, a->id, NULL, err);
    if (!rc && whom == OTHERS) rc = sysdb_session_end_others(call->app->sys, a->id, call->actor.session, err);
    return uc_sys_end(call, rc, *out, err);
}

static int run_confirm(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    int rc = find(call, in, &a, err);
    a.confirmed = true;
    return rc ? rc : change(call, &a, NOBODY, NULL, out, err);
}

static int run_reset(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    char slip[16];
    int rc = find(call, in, &a, err);
    if (!rc) rc = set_slip(call, &a, slip, err);
    a.failures = 0;
    if (!rc) guess_forgive(call->app, a.login);
    if (!rc) rc = change(call, &a, EVERYBODY, slip, out, err);
    sodium_memzero(slip, sizeof slip);
    return rc;
}

static int run_disable(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    int rc = find(call, in, &a, err);
    if (!rc && strcmp(a.id, call->actor.account) == 0) return lt_fail(err, LT_REFUSED, "account.own", (char *)NULL);
    a.disabled = !lt_json_bool(in, "undo", false);
    return rc ? rc : change(call, &a, a.disabled ? EVERYBODY : NOBODY, NULL, out, err);
}

/* Whoever finds a browser left open must not be able to take the account: the password so far is asked for, and after a few wrong ones the
 * session is over. Not while the password is the slip's, which was typed a moment ago and opens nothing else. */
int account_prove(struct uc_call *call, struct sys_account *a, const json_t *in, struct lt_error *err)
{
    enum { TRIES = 5 };
    if (!*call->actor.session || a->must_change) return 0;
    const char *password = lt_json_str(in, "current_password");
    if (!password) return lt_fail_field(err, LT_USAGE, "current_password", "field.required", "field", "current_password", (char *)NULL);
    if (secret_matches(a->hash, password)) {
        a->failures = 0;
        return 0;
    }
    struct lt_error ignored = {0};
    a->failures++;
    sysdb_account_update(call->app->sys, a, &ignored);
    if (a->failures >= TRIES) sysdb_session_end(call->app->sys, a->id, call->actor.session, &ignored);
    lt_error_clear(&ignored);
    return lt_fail_field(err, LT_REFUSED, "current_password", "password.wrong", (char *)NULL);
}

static int run_password(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct sys_account a;
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    int rc = sysdb_account_by_id(call->app->sys, call->actor.account, &a, err);
    const char *password = lt_json_str_or(in, "new_password", "");
    if (!rc) rc = account_prove(call, &a, in, err);
    if (!rc) rc = secret_check(password, a.login, err);
    if (!rc) rc = secret_hash(password, a.hash, err);
    a.must_change = false;
    a.slip_expires = 0;
    return rc ? rc : change(call, &a, OTHERS, NULL, out, err);
}

/* --- sessions --- */

static int run_sessions(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *items = NULL;
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    int rc = sysdb_session_list(call->app->sys, call->actor.account, &items, err);
    if (rc) return rc;
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) {
        if (strcmp(lt_json_str_or(item, "id", ""), call->actor.session) == 0) lt_json_put_bool(item, "current", true);
    }
    *out = json_pack("{s:o, s:n}", "items", items, "next");
    return *out ? 0 : lt_fail_memory(err);
}

static const struct uc_field create_fields[] = {
    {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {"login", UC_LOGIN, 0, 0, 0, NULL}, {0}};
static const struct uc_field id_field[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {0}};
static const struct uc_field list_fields[] = {{"subject", UC_ID, 0, 0, 0, NULL}, {0}};
static const struct uc_field disable_fields[] = {
    {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {"undo", UC_BOOL, 0, 0, 0, NULL}, {0}};
static const struct uc_field password_fields[] = {
    {"new_password", UC_SECRET, UC_REQUIRED, 0, 0, NULL}, {"current_password", UC_SECRET, 0, 0, 0, NULL}, {0}};
static const struct uc_field token_fields[] = {{"title", UC_TEXT, UC_REQUIRED, 1, 120, NULL},
                                               {"scope", UC_TEXT, 0, 0, 250, NULL},
                                               {"days", UC_INT, 0, 1, 366, NULL},
                                               {"current_password", UC_SECRET, 0, 0, 0, NULL},
                                               {0}};
static const struct uc_field slips_fields[] = {{"class", UC_ID, 0, 0, 0, NULL},
                                               {"pupil", UC_ID, 0, 0, 0, NULL},
                                               {"whose", UC_ENUM, 0, 0, 0, "slips_whose"},
                                               {"renew", UC_BOOL, 0, 0, 0, NULL},
                                               {0}};
static const struct uc_field own_fields[] = {{"phrases", UC_LINES, UC_MANY, 1, 1000, NULL},
                                             {"language", UC_ENUM, 0, 0, 0, "language"},
                                             {"seen", UC_TEXT, 0, 1, 60, NULL},
                                             {0}};

static const struct uc_row account_rows[] = {
    {.noun = "account", .verb = "slips", .method = "POST", .tail = "/slips", .reply = UC_BYTES, .flags = UC_WRITE | UC_REPEAT,
     .right = "account.create", .target = UC_T_OWN, .fields = slips_fields, .run = account_run_slips},
    {.noun = "account", .verb = "own", .method = "GET", .tail = "/own", .reply = UC_ONE, .flags = UC_QUIET, .gives = "account_own", .run = account_run_own},
    {.noun = "account", .verb = "set", .method = "PATCH", .tail = "/own", .reply = UC_ONE, .flags = UC_WRITE | UC_QUIET, .fields = own_fields,
     .gives = "account_own", .run = account_run_set},
    {.noun = "account", .verb = "create", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "account_new", .right = "account.create", .target = UC_T_ACCOUNT, .target_field = "id", .fields = create_fields, .run = run_create},
    {.noun = "account", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .target = UC_T_OWN,
     .gives = "account_row", .fields = list_fields, .columns = "id login kind state must_change", .run = run_list},
    {.noun = "account", .verb = "confirm", .method = "POST", .tail = "/{id}/confirm", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "account", .right = "account.confirm", .target = UC_T_ACCOUNT, .target_field = "id", .fields = id_field, .run = run_confirm},
    {.noun = "account", .verb = "reset", .method = "POST", .tail = "/{id}/reset", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "account_new", .right = "account.reset", .target = UC_T_ACCOUNT, .target_field = "id", .fields = id_field, .run = run_reset},
    {.noun = "account", .verb = "disable", .method = "POST", .tail = "/{id}/disable", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "account", .right = "account.disable", .target = UC_T_ACCOUNT, .target_field = "id", .fields = disable_fields, .run = run_disable},
    {.noun = "account", .verb = "password", .method = "POST", .tail = "/password", .reply = UC_ONE,
     .gives = "account", .flags = UC_WRITE | UC_QUIET, .fields = password_fields, .run = run_password},
    {.noun = "account", .verb = "sessions", .method = "GET", .tail = "/sessions", .reply = UC_LIST, .flags = UC_QUIET,
     .gives = "session_row", .columns = "id kind title last_used expires", .run = run_sessions},
    {.noun = "account", .verb = "tokens", .method = "POST", .tail = "/tokens", .reply = UC_ONE, .flags = UC_WRITE | UC_QUIET,
     .gives = "session_new", .fields = token_fields, .run = token_run_add},
};

const struct uc_noun uc_noun_account = UC_NOUN("account", "accounts", NULL, account_rows);
