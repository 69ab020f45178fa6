/* Who calls. */
#include "usecase/call.h"
#include "usecase/secret.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

enum { FREE_TRIES = 5, LOCK_FIRST_MS = 30000, LOCK_MOST_MS = 3600000 };

void uc_actor_clear(struct uc_actor *a)
{
    json_decref(a->person);
    json_decref(a->children);
    *a = (struct uc_actor){0};
}

static int no_account(struct lt_error *err)
{
    return lt_fail(err, LT_DENIED, "session.wrong_login", (char *)NULL);
}

/* After a few free tries each failure locks the account for twice as long as the one before. */
static void note_failure(struct uc_call *call, struct sys_account *a)
{
    struct lt_error ignored = {0};
    a->failures++;
    int over = a->failures - FREE_TRIES;
    if (over >= 0) {
        int64_t wait = LOCK_FIRST_MS;
        for (int i = 0; i < over && wait < LOCK_MOST_MS; i++) wait *= 2;
        a->locked_until = call->now + (wait < LOCK_MOST_MS ? wait : LOCK_MOST_MS);
    }
    sysdb_account_update(call->app->sys, a, &ignored);
    lt_error_clear(&ignored);
}

static int by_password(struct uc_call *call, const char *login, const char *password, struct sys_account *a,
                       struct lt_error *err)
{
    int rc = sysdb_account_by_login(call->app->sys, login, a, err);
    if (rc == LT_NOTFOUND) {
        secret_waste(password);
        return no_account(err);
    }
    if (rc) return rc;
    if (a->locked_until > call->now)
        return lt_fail(err, LT_DENIED, "session.locked", "seconds", LT_NUM((a->locked_until - call->now) / 1000 + 1),
                       (char *)NULL);
    if (!secret_matches(a->hash, password)) {
        note_failure(call, a);
        return no_account(err);
    }
    if (a->disabled) return no_account(err);
    if (a->slip_expires && a->slip_expires < call->now) return lt_fail(err, LT_DENIED, "session.slip_expired", (char *)NULL);
    if (a->failures) {
        a->failures = 0;
        a->locked_until = 0;
        rc = sysdb_account_update(call->app->sys, a, err);
    }
    return rc;
}

static int by_token(struct uc_call *call, const char *token, struct sys_account *a, struct lt_error *err)
{
    char sha[65];
    secret_sha256(token, sha);
    struct sys_session s;
    int rc = sysdb_session_find(call->app->sys, sha, &s, err);
    if (rc == LT_NOTFOUND) return lt_fail(err, LT_DENIED, "session.unknown", (char *)NULL);
    if (rc) return rc;
    lt_print(call->actor.session, sizeof call->actor.session, "%s", s.id);
    lt_print(call->actor.scope, sizeof call->actor.scope, "%s", s.scope);
    return sysdb_account_by_id(call->app->sys, s.account, a, err);
}

/* Person, roles and relations of an account's owner. */
static int load_subject(struct uc_call *call, const struct sys_account *a, struct lt_error *err)
{
    struct uc_actor *actor = &call->actor;
    if (a->disabled) return no_account(err);
    lt_print(actor->id, sizeof actor->id, "%s", a->subject);
    lt_print(actor->account, sizeof actor->account, "%s", a->id);
    actor->is_pupil = a->is_pupil;
    actor->confirmed = a->confirmed;
    json_decref(actor->person);
    json_decref(actor->children);
    actor->person = actor->children = NULL;
    lt_print(actor->kind, sizeof actor->kind, "%s", a->is_pupil ? "pupil" : "person");
    if (a->is_pupil) return 0;
    int rc = uc_doc(call, "person", a->subject, &actor->person, err);
    char today[LT_DATE_SIZE];
    lt_date_format(call->today, today);
    if (!rc) rc = uc_all(call, "guardians", json_pack("{s:s, s:s}", "person", a->subject, "today", today), &actor->children, err);
    if (rc) return rc;
    bool staff = json_array_size(lt_json_array(actor->person, "roles")) > 0;
    lt_print(actor->kind, sizeof actor->kind, "%s", staff ? "staff" : "guardian");
    return 0;
}

int uc_actor_reload(struct uc_call *call, struct lt_error *err)
{
    struct sys_account a;
    if (!*call->actor.account) return 0;
    int rc = sysdb_account_by_id(call->app->sys, call->actor.account, &a, err);
    return rc ? rc : load_subject(call, &a, err);
}

int uc_actor_find(struct uc_call *call, const struct uc_request *request, struct lt_error *err)
{
    struct sys_account a;
    if (request->token) {
        int rc = by_token(call, request->token, &a, err);
        return rc ? rc : load_subject(call, &a, err);
    }
    if (request->login) {
        char low[64];
        lt_print(low, sizeof low, "%s", request->login);
        for (char *c = low; *c; c++) {
            if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
        }
        if (!request->password) return no_account(err);
        int rc = by_password(call, low, request->password, &a, err);
        return rc ? rc : load_subject(call, &a, err);
    }
    if (request->local_user) {
        call->actor.local = true;
        lt_print(call->actor.id, sizeof call->actor.id, "local:%s", request->local_user);
        lt_print(call->actor.kind, sizeof call->actor.kind, "local");
        return 0;
    }
    if (call->row->flags & UC_ANONYMOUS) {
        lt_print(call->actor.kind, sizeof call->actor.kind, "nobody");
        return 0;
    }
    return lt_fail(err, LT_DENIED, "session.needed", (char *)NULL);
}
