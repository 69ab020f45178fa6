/* session: signing in and out, and who one is. */
#include "usecase/session.h"
#include "usecase/factor.h"
#include "usecase/klass.h"
#include "usecase/secret.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/names.h"
#include "model/standing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

static bool is_staff(const struct uc_call *call)
{
    return strcmp(call->actor.kind, "staff") == 0;
}

static int64_t term(struct uc_call *call, const json_t *in, const char *kind)
{
    int64_t days = lt_json_int(in, "days", 0);
    if (days) return days * DAY_MS;
    if (strcmp(kind, "session") == 0 && is_staff(call)) return uc_setting_int(call, "session.staff_hours") * HOUR_MS;
    return uc_setting_int(call, "session.days") * DAY_MS;
}

int session_add(struct uc_call *call, const json_t *in, const char *kind, json_t **out, struct lt_error *err)
{
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    struct sys_session s = {.created = call->now, .last_used = call->now};
    lt_id_next(call->app->ids, s.id);
    lt_print(s.account, sizeof s.account, "%s", call->actor.account);
    lt_print(s.kind, sizeof s.kind, "%s", kind);
    lt_print(s.title, sizeof s.title, "%s", lt_json_str_or(in, "title", ""));
    lt_print(s.scope, sizeof s.scope, "%s", lt_json_str_or(in, "scope", call->actor.scope));
    s.expires = call->now + term(call, in, kind);
    char token[48], sha[65], until[LT_INSTANT_SIZE];
    secret_token(token);
    secret_sha256(token, sha);
    *out = json_pack("{s:s, s:s, s:s, s:s, s:b}", "id", s.id, "token", token, "expires", lt_instant_format(s.expires, until), "account",
                     s.account, "confirmed", call->actor.confirmed);
    sodium_memzero(token, sizeof token);
    int rc = *out ? uc_sys_begin(call, err) : lt_fail_memory(err);
    return rc ? rc : uc_sys_end(call, sysdb_session_add(call->app->sys, &s, sha, err), *out, err);
}

int session_check_idle(struct uc_call *call, const struct sys_session *s, struct lt_error *err)
{
    if (strcmp(s->kind, "session") != 0) return 0;
    int64_t most = is_staff(call) ? uc_setting_int(call, "session.staff_idle_minutes") * MINUTE_MS
                                  : uc_setting_int(call, "session.idle_days") * DAY_MS;
    if (s->idle <= most) return 0;
    struct lt_error ignored = {0};
    sysdb_session_end(call->app->sys, s->account, s->id, &ignored);
    lt_error_clear(&ignored);
    return lt_fail(err, LT_DENIED, "session.idle", (char *)NULL);
}

static int run_login(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    if (*call->actor.session) return lt_fail(err, LT_REFUSED, "session.by_token", (char *)NULL);
    return session_add(call, in, "session", out, err);
}

/* Other devices; tokens of programs go on. */
static int end_others(struct uc_call *call, struct lt_error *err)
{
    json_t *all = NULL;
    size_t i;
    const json_t *item;
    int rc = sysdb_session_list(call->app->sys, call->actor.account, &all, err);
    if (!rc) rc = uc_sys_begin(call, err);
    if (rc) {
        json_decref(all);
        return rc;
    }
    json_array_foreach(all, i, item) {
        const char *id = lt_json_str_or(item, "id", "");
        if (!rc && strcmp(lt_json_str_or(item, "kind", ""), "session") == 0 && strcmp(id, call->actor.session) != 0)
            rc = sysdb_session_end(call->app->sys, call->actor.account, id, err);
    }
    json_decref(all);
    return uc_sys_end(call, rc, NULL, err);
}

static int run_logout(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    if (!*call->actor.account) return lt_fail(err, LT_REFUSED, "account.none", (char *)NULL);
    if (lt_json_bool(in, "others", false)) return end_others(call, err);
    const char *which = lt_json_bool(in, "everywhere", false) ? NULL : lt_json_str_or(in, "id", call->actor.session);
    int rc = uc_sys_begin(call, err);
    return rc ? rc : uc_sys_end(call, sysdb_session_end(call->app->sys, call->actor.account, which, err), NULL, err);
}

/* --- me --- */

/* The whole name of a person or pupil; takes nothing. */
static int put_name(json_t *me, const json_t *doc, struct lt_error *err)
{
    char *name = model_name_full(lt_json_str(doc, "surname"), lt_json_str(doc, "name"), lt_json_str(doc, "patronymic"));
    int rc = name && lt_json_put_str(me, "name", name) == 0 ? 0 : lt_fail_memory(err);
    free(name);
    return rc;
}

static int put_class(struct uc_call *call, json_t *item, const char *pupil, struct lt_error *err)
{
    json_t *classes = NULL;
    struct lt_error miss = {0};
    int rc = index_get(call->app->index, "classes", pupil, &classes, NULL, &miss);
    if (rc && rc != LT_NOTFOUND) {
        *err = miss;
        return rc;
    }
    lt_error_clear(&miss);
    const json_t *now = model_class_on(classes, call->today);
    rc = lt_json_put_str(item, "class", lt_json_str(now, "name")) || lt_json_put_str(item, "class_id", lt_json_str(now, "class"));
    json_decref(classes);
    return rc ? lt_fail_memory(err) : 0;
}

/* The pupils whose guardian one is today. Who may not see the portfolio knows the child's name all the same. */
static int put_children(struct uc_call *call, json_t *me, struct lt_error *err)
{
    json_t *children = json_array();
    int rc = lt_json_put(me, "children", children) ? lt_fail_memory(err) : 0;
    size_t i;
    const json_t *r;
    json_array_foreach(call->actor.relations, i, r) {
        if (rc) break;
        if (!lt_date_in(call->today, lt_json_str(r, "from"), lt_json_str(r, "to"))) continue;
        const char *pupil = lt_json_str_or(r, "pupil", "");
        json_t *item = json_pack("{s:s, s:s, s:O?, s:O?, s:O?, s:O?, s:O?}", "pupil", pupil, "name", lt_json_str_or(r, "pupil_name", ""),
                                 "kind", json_object_get(r, "kind"), "rights", json_object_get(r, "rights"), "birth",
                                 json_object_get(r, "pupil_birth"), "from", json_object_get(r, "from"), "to", json_object_get(r, "to"));
        rc = json_array_append_new(children, item) ? lt_fail_memory(err) : 0;
        if (!rc && lt_json_bool(lt_json_object(r, "rights"), "see", true)) rc = put_class(call, item, pupil, err);
    }
    return rc;
}

/* The parts of the client in which each role has work; the one a role works in mostly stands first. */
static const struct place {
    const char *place, *roles;
} places[] = {
    {"office", " deputy_head director clerk duty "},
    {"teacher", " teacher class_teacher substitute "},
    {"sysadmin", " sysadmin "},
};

static bool has_role(struct uc_call *call, const char *roles)
{
    size_t i;
    const json_t *role;
    json_array_foreach(lt_json_array(call->actor.person, "roles"), i, role) {
        char word[40];
        lt_print(word, sizeof word, " %s ", lt_json_str_or(role, "role", ""));
        if (strstr(roles, word) && lt_date_in(call->today, lt_json_str(role, "from"), lt_json_str(role, "to"))) return true;
    }
    return false;
}

static int put_places(struct uc_call *call, json_t *me, struct lt_error *err)
{
    json_t *list = json_array();
    int bad = lt_json_put(me, "places", list);
    if (!bad && call->actor.is_pupil) bad = json_array_append_new(list, json_string("pupil"));
    for (size_t i = 0; !bad && i < LT_COUNT(places); i++) {
        bool here = call->actor.local ? i != 1 : has_role(call, places[i].roles);
        if (here) bad = json_array_append_new(list, json_string(places[i].place));
    }
    if (!bad && json_array_size(lt_json_array(me, "children"))) bad = json_array_append_new(list, json_string("guardian"));
    return bad ? lt_fail_memory(err) : 0;
}

static int put_school(struct uc_call *call, json_t *me, struct lt_error *err)
{
    json_t *doc = NULL, *school = json_object();
    char accent[64], today[LT_DATE_SIZE];
    if (lt_json_put(me, "school", school)) return lt_fail_memory(err);
    int rc = uc_doc(call, "school", call->app->installation, &doc, err);
    if (!rc && (lt_json_copy_key(school, doc, "name") || lt_json_copy_key(school, doc, "short_name") ||
                lt_json_put_str(school, "accent", uc_setting(call, "school.accent", accent, sizeof accent)) ||
                lt_json_put_int(me, "year", klass_this_year(call)) ||
                lt_json_put_str(me, "today", lt_date_format(call->today, today))))
        rc = lt_fail_memory(err);
    json_decref(doc);
    return rc;
}

static int put_self(struct uc_call *call, json_t *me, struct lt_error *err)
{
    struct sys_account a;
    const struct uc_actor *actor = &call->actor;
    int rc = 0;
    if (*actor->account) {
        rc = sysdb_account_by_id(call->app->sys, actor->account, &a, err);
        if (!rc && lt_json_put_str(me, "login", a.login)) rc = lt_fail_memory(err);
    }
    if (!rc && actor->person) rc = put_name(me, actor->person, err);
    if (!rc && actor->is_pupil) {
        json_t *card = NULL;
        rc = uc_doc(call, "pupil", actor->id, &card, err);
        if (!rc) rc = put_name(me, card, err);
        if (!rc) rc = put_class(call, me, actor->id, err);
        json_decref(card);
    }
    return rc;
}

/* The language this person chose for letters and pages, where they did. */
static int put_language(struct uc_call *call, json_t *me, struct lt_error *err)
{
    json_t *own = NULL;
    int rc = sysdb_setting_get(call->app->sys, call->actor.id, &own, err);
    if (!rc && lt_json_copy_key(me, own, "language")) rc = lt_fail_memory(err);
    json_decref(own);
    return rc;
}

static int run_me(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    const struct uc_actor *a = &call->actor;
    const json_t *roles = lt_json_array(a->person, "roles");
    json_t *me = json_pack("{s:s, s:s, s:s, s:b, s:b, s:s, s:o}", "id", a->id, "kind", a->kind, "account", a->account, "confirmed",
                           a->confirmed, "must_change", a->must_change, "factor", factor_word(a), "roles", roles ? json_deep_copy(roles) : json_array());
    int rc = me ? put_self(call, me, err) : lt_fail_memory(err);
    if (!rc) rc = put_children(call, me, err);
    if (!rc) rc = put_places(call, me, err);
    if (!rc) rc = put_school(call, me, err);
    if (!rc) rc = put_language(call, me, err);
    if (rc) json_decref(me);
    else *out = me;
    return rc;
}

/* code: of the second factor, judged with the password (actor.c) */
static const struct uc_field login_fields[] = {{"title", UC_TEXT, 0, 0, 120, NULL}, {"code", UC_TEXT, 0, 0, 20, NULL}, {0}};
static const struct uc_field logout_fields[] = {
    {"id", UC_ID, UC_POSITIONAL, 0, 0, NULL}, {"everywhere", UC_BOOL, 0, 0, 0, NULL}, {"others", UC_BOOL, 0, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "session", .verb = "login", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT | UC_QUIET,
     .gives = "session_new", .fields = login_fields, .run = run_login},
    {.noun = "session", .verb = "logout", .method = "DELETE", .tail = "", .reply = UC_NONE, .flags = UC_WRITE | UC_QUIET,
     .fields = logout_fields, .run = run_logout},
    {.noun = "session", .verb = "me", .method = "GET", .tail = "", .reply = UC_ONE, .flags = UC_QUIET, .gives = "me", .run = run_me},
};

const struct uc_noun uc_noun_session = UC_NOUN("session", NULL, NULL, rows);
