/* Who calls. */
#include "usecase/call.h"
#include "usecase/factor.h"
#include "usecase/guess.h"
#include "usecase/known.h"
#include "usecase/job_run.h"
#include "usecase/secret.h"
#include "usecase/session.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

void uc_actor_clear(struct uc_actor *a)
{
    json_decref(a->person);
    json_decref(a->relations);
    json_decref(a->programme_groups);
    json_decref(a->events);
    *a = (struct uc_actor){0};
}

static int no_account(struct lt_error *err)
{
    return lt_fail(err, LT_DENIED, "session.wrong_login", (char *)NULL);
}

/* A code goes with the password where one signs in; the door hands it over as a value of that call. */
static const char *code_of(const struct uc_call *call, const struct uc_request *request)
{
    bool login = call->row && strcmp(call->row->noun, "session") == 0 && strcmp(call->row->verb, "login") == 0;
    return login ? lt_json_str(request->values, "code") : NULL;
}

/* The account behind a login and a password, however many of both were tried before; equally slow for a login that does not exist. */
static int judge_password(struct uc_call *call, const char *login, const char *password, struct sys_account *a, struct lt_error *err)
{
    int rc = sysdb_account_by_login(call->app->sys, login, a, err);
    if (rc && rc != LT_NOTFOUND) return rc;
    if (rc || !*a->hash) {
        secret_waste(password);
        return no_account(err);
    }
    if (!secret_matches(a->hash, password)) {
        lt_print(call->actor.account, sizeof call->actor.account, "%s", a->id); /* whose account it was tried on, for the log */
        return no_account(err);
    }
    return a->disabled ? no_account(err) : 0;
}

static int by_password(struct uc_call *call, const char *login, const struct uc_request *request, struct sys_account *a, struct lt_error *err)
{
    struct guess g;
    int rc = guess_begin(call, login, &g, err);
    if (!rc) rc = judge_password(call, login, request->password, a, err);
    if (rc) return rc;
    if (a->slip_expires && a->slip_expires < call->now) rc = lt_fail(err, LT_DENIED, "session.slip_expired", (char *)NULL);
    if (!rc) rc = factor_check(call, a->id, code_of(call, request), err);
    if (rc && strcmp(err->code, "factor.wrong") == 0) return rc; /* counted like a wrong password */
    guess_right(call, &g, a->id, rc == 0);
    if (!rc && a->failures) {
        a->failures = 0;
        rc = sysdb_account_update(call->app->sys, a, err);
    }
    return rc;
}

static int by_token(struct uc_call *call, const char *token, struct sys_session *out, struct sys_account *a, struct lt_error *err)
{
    char sha[65];
    secret_sha256(token, sha);
    struct sys_session s;
    int rc = sysdb_session_find(call->app->sys, sha, &s, err);
    if (rc == LT_NOTFOUND) return lt_fail(err, LT_DENIED, "session.unknown", (char *)NULL);
    if (rc) return rc;
    lt_print(call->actor.session, sizeof call->actor.session, "%s", s.id);
    lt_print(call->actor.scope, sizeof call->actor.scope, "%s", s.scope);
    *out = s;
    return sysdb_account_by_id(call->app->sys, s.account, a, err);
}

/* Groups of the programmes the person teaches, as {group: programme}; most people teach none. */
static int load_programmes(struct uc_call *call, struct lt_error *err)
{
    struct uc_actor *actor = &call->actor;
    actor->programme_groups = json_object();
    if (!actor->programme_groups) return lt_fail_memory(err);
    const json_t *roles = lt_json_array(actor->person, "roles");
    size_t i, k;
    const json_t *role, *group;
    int rc = 0;
    json_array_foreach(roles, i, role) {
        const char *programme = lt_json_str(role, "programme");
        json_t *groups = NULL;
        if (!programme) continue;
        rc = uc_all(call, "groups", json_pack("{s:s}", "programme", programme), &groups, err);
        if (rc) break;
        json_array_foreach(groups, k, group) {
            lt_json_put_str(actor->programme_groups, lt_json_str_or(group, "id", ""), programme);
        }
        json_decref(groups);
    }
    return rc;
}

static int load_events(struct uc_call *call, struct lt_error *err)
{
    json_t *events = NULL;
    int rc = uc_all(call, "events", json_pack("{s:s}", "leader", call->actor.id), &events, err);
    if (rc) return rc;
    call->actor.events = json_array();
    size_t i;
    const json_t *e;
    json_array_foreach(events, i, e) {
        json_array_append(call->actor.events, json_object_get(e, "id"));
    }
    json_decref(events);
    return call->actor.events ? 0 : lt_fail_memory(err);
}

/* Of somebody who is no pupil. */
static int load_person(struct uc_call *call, struct lt_error *err)
{
    struct uc_actor *actor = &call->actor;
    int rc = uc_doc(call, "person", actor->id, &actor->person, err);
    if (!rc) rc = uc_all(call, "guardians", json_pack("{s:s}", "person", actor->id), &actor->relations, err);
    if (rc) return rc;
    bool staff = model_person_is_staff(actor->person, call->today);
    lt_print(actor->kind, sizeof actor->kind, "%s", staff ? "staff" : "guardian");
    /* dismissed, and nobody's parent: the account ended with the work */
    char today[LT_DATE_SIZE];
    const char *gone = lt_json_str(actor->person, "dismissed");
    if (gone && strcmp(gone, lt_date_format(call->today, today)) <= 0 && json_array_size(actor->relations) == 0) return no_account(err);
    if (!staff) return 0;
    rc = load_programmes(call, err);
    return rc ? rc : load_events(call, err);
}

/* Person, roles and relations of an account's owner. */
static int load_subject(struct uc_call *call, const struct sys_account *a, struct lt_error *err)
{
    struct uc_actor *actor = &call->actor;
    if (a->disabled) return no_account(err);
    char session[LT_ID_SIZE], scope[sizeof actor->scope];
    unsigned turn = atomic_load(&call->app->school_turn); /* before anything is read */
    lt_print(session, sizeof session, "%s", actor->session);
    lt_print(scope, sizeof scope, "%s", actor->scope);
    uc_actor_clear(actor);
    lt_print(actor->session, sizeof actor->session, "%s", session);
    lt_print(actor->scope, sizeof actor->scope, "%s", scope);
    actor->turn = turn;
    actor->day = call->today;
    lt_print(actor->id, sizeof actor->id, "%s", a->subject);
    lt_print(actor->account, sizeof actor->account, "%s", a->id);
    actor->is_pupil = a->is_pupil;
    actor->confirmed = a->confirmed;
    actor->must_change = a->must_change;
    lt_print(actor->kind, sizeof actor->kind, "%s", a->is_pupil ? "pupil" : "person");
    if (a->is_pupil) return 0;
    bool known = known_get(call->app->known, actor);
    int rc = known ? 0 : load_person(call, err);
    if (!rc && !known) known_put(call->app->known, actor);
    return rc ? rc : factor_note(call, err);
}

int uc_actor_reload(struct uc_call *call, struct lt_error *err)
{
    struct sys_account a;
    const struct uc_actor *actor = &call->actor;
    if (!*actor->account) return 0;
    int rc = sysdb_account_by_id(call->app->sys, actor->account, &a, err);
    /* on the same day, with the school and the guardians as they were, the documents are the same */
    bool same = !rc && actor->turn == atomic_load(&call->app->school_turn) && lt_date_days(actor->day) == lt_date_days(call->today) &&
                a.confirmed == actor->confirmed && strcmp(a.subject, actor->id) == 0;
    if (same && !a.disabled) return 0;
    return rc ? rc : load_subject(call, &a, err);
}

int uc_actor_find(struct uc_call *call, const struct uc_request *request, struct lt_error *err)
{
    struct sys_account a;
    bool data = call->app->vault != NULL; /* without it nobody has an account yet */
    if (data && request->resumed && request->resumed->account) {
        int rc = sysdb_account_by_id(call->app->sys, request->resumed->account, &a, err);
        lt_print(call->actor.scope, sizeof call->actor.scope, "%s", request->resumed->scope);
        return rc ? rc : load_subject(call, &a, err);
    }
    if (data && request->token) {
        struct sys_session session;
        int rc = by_token(call, request->token, &session, &a, err);
        if (!rc) rc = load_subject(call, &a, err);
        call->actor.program = !rc && strcmp(session.kind, "token") == 0;
        return rc ? rc : session_check_idle(call, &session, err);
    }
    if (data && request->login) {
        char low[64];
        lt_print(low, sizeof low, "%s", request->login);
        for (char *c = low; *c; c++) {
            if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
        }
        if (!request->password) return no_account(err);
        int rc = by_password(call, low, request, &a, err);
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
