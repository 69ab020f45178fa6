/* person, role, guardian: staff, parents and mentors, what they are allowed and since when. */
#include "usecase/call.h"
#include "usecase/person.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

void person_path(const char *id, char out[VAULT_PATH_MAX])
{
    lt_print(out, VAULT_PATH_MAX, "people/%s.json", id);
}

int person_take_fields(json_t *doc, const json_t *in, struct lt_error *err)
{
    static const char *const plain[] = {"surname", "name", "patronymic", "number"};
    for (size_t i = 0; i < 4; i++) {
        const char *v = lt_json_str(in, plain[i]);
        if (v && lt_json_put_str(doc, plain[i], v)) return lt_fail_memory(err);
    }
    static const char *const contact[] = {"phone", "email"};
    json_t *contacts = lt_json_object(doc, "contacts");
    for (size_t i = 0; i < 2; i++) {
        const char *v = lt_json_str(in, contact[i]);
        if (!v) continue;
        if (!contacts) {
            contacts = json_object();
            if (lt_json_put(doc, "contacts", contacts)) return lt_fail_memory(err);
        }
        if (lt_json_put_str(contacts, contact[i], v)) return lt_fail_memory(err);
    }
    if (!lt_json_str(doc, "surname") && !lt_json_str(doc, "name"))
        return lt_fail_field(err, LT_USAGE, "surname", "person.no_name", (char *)NULL);
    return 0;
}

int person_new(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char id[LT_ID_SIZE];
    lt_id_next(call->app->ids, id);
    json_t *doc = json_pack("{s:s}", "id", id);
    int rc = doc ? person_take_fields(doc, in, err) : lt_fail_memory(err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *doc = NULL;
    struct uc_tx *tx = NULL;
    char path[VAULT_PATH_MAX];
    int rc = person_new(call, in, &doc, err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) {
        person_path(lt_json_str_or(doc, "id", ""), path);
        rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    }
    if (!rc) rc = uc_tx_commit(tx, "Add person", NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    int rc = params ? uc_scope(call, "person.read", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    return uc_list(call, "people", params, out, err);
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "id", "");
    json_t *doc = json_copy(call->target.object);
    if (!doc) return lt_fail_memory(err);
    if (!uc_may(call, "person.contacts", UC_T_PERSON, id)) json_object_del(doc, "contacts");
    *out = doc;
    return 0;
}

/* --- a change of one person inside the writer lock --- */

typedef int change_fn(struct uc_call *call, const json_t *in, json_t *doc, struct lt_error *err);

static int change(struct uc_call *call, const json_t *in, const char *id, const char *subject, change_fn *fn, json_t **out,
                  struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    char path[VAULT_PATH_MAX];
    person_path(id, path);
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, path, &doc, err);
    if (!rc) rc = fn(call, in, doc, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, subject, NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int do_edit(struct uc_call *call, const json_t *in, json_t *doc, struct lt_error *err)
{
    char until[LT_DATE_SIZE];
    const char *was = lt_json_str_or(doc, "surname", ""), *now = lt_json_str(in, "surname");
    if (now && *was && strcmp(now, was) != 0) {
        json_t *old = json_pack("{s:s, s:s}", "surname", was, "until", lt_date_format(lt_date_add_days(call->today, -1), until));
        json_t *list = lt_json_array(doc, "former_names");
        if (!list) lt_json_put(doc, "former_names", list = json_array());
        if (json_array_append_new(list, old)) return lt_fail_memory(err);
    }
    return person_take_fields(doc, in, err);
}

static int run_edit(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return change(call, in, lt_json_str_or(in, "id", ""), "Edit person", do_edit, out, err);
}

/* --- roles --- */

int person_add_role(struct uc_call *call, json_t *doc, const json_t *in, struct lt_error *err)
{
    static const char *const keys[] = {"role", "class", "group", "programme", "subject", "levels", "areas", "duty", "from", "to", "order"};
    char id[LT_ID_SIZE], today[LT_DATE_SIZE];
    lt_id_next(call->app->ids, id);
    json_t *role = json_pack("{s:s}", "id", id);
    for (size_t i = 0; role && i < LT_COUNT(keys); i++) lt_json_copy_key(role, in, keys[i]);
    if (!role) return lt_fail_memory(err);
    if (!lt_json_str(role, "from")) lt_json_put_str(role, "from", lt_date_format(call->today, today));
    json_t *list = lt_json_array(doc, "roles");
    if (!list && lt_json_put(doc, "roles", list = json_array())) return json_decref(role), lt_fail_memory(err);
    return json_array_append_new(list, role) ? lt_fail_memory(err) : 0;
}

/* What a role must name, so that it means something. */
static int check_role(struct uc_call *call, const json_t *in, struct lt_error *err)
{
    const char *role = lt_json_str_or(in, "role", "");
    bool leads = strcmp(role, "class_teacher") == 0 || strcmp(role, "substitute") == 0;
    if (leads && !lt_json_str(in, "class")) return lt_fail_field(err, LT_USAGE, "class", "role.needs_class", (char *)NULL);
    if (strcmp(role, "duty") == 0 && !lt_json_str(in, "duty"))
        return lt_fail_field(err, LT_USAGE, "duty", "role.needs_duty", (char *)NULL);
    static const char *const refs[] = {"class", "group", "programme"};
    for (size_t i = 0; i < 3; i++) {
        json_t *doc = NULL;
        const char *id = lt_json_str(in, refs[i]);
        int rc = id ? uc_doc(call, refs[i], id, &doc, err) : 0;
        json_decref(doc);
        if (rc) return rc;
    }
    const char *from = lt_json_str(in, "from"), *to = lt_json_str(in, "to");
    if (from && to && strcmp(from, to) > 0) return lt_fail_field(err, LT_USAGE, "to", "role.term", (char *)NULL);
    return 0;
}

static int do_grant(struct uc_call *call, const json_t *in, json_t *doc, struct lt_error *err)
{
    if (lt_json_str(doc, "dismissed")) return lt_fail(err, LT_REFUSED, "person.dismissed", (char *)NULL);
    return person_add_role(call, doc, in, err);
}

static int run_grant(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    int rc = check_role(call, in, err);
    return rc ? rc : change(call, in, lt_json_str_or(in, "person", ""), "Grant role", do_grant, out, err);
}

/* A school without a director in force could grant nothing to anybody any more. */
static int last_director(struct uc_call *call, const char *person, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    json_t *rows = NULL;
    int rc = uc_all(call, "roles", json_pack("{s:s, s:s}", "role", "director", "today", lt_date_format(call->today, today)), &rows, err);
    size_t i, others = 0;
    const json_t *r;
    json_array_foreach(rows, i, r) {
        if (strcmp(lt_json_str_or(r, "person", ""), person) != 0) others++;
    }
    json_decref(rows);
    return rc ? rc : others ? 0 : lt_fail(err, LT_REFUSED, "role.last_director", (char *)NULL);
}

static int do_revoke(struct uc_call *call, const json_t *in, json_t *doc, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    const char *id = lt_json_str_or(in, "role_id", ""), *to = lt_json_str_or(in, "to", lt_date_format(lt_date_add_days(call->today, -1), today));
    size_t i;
    json_t *role;
    json_array_foreach(lt_json_array(doc, "roles"), i, role) {
        if (strcmp(lt_json_str_or(role, "id", ""), id) != 0) continue;
        int rc = strcmp(lt_json_str_or(role, "role", ""), "director") == 0 ? last_director(call, lt_json_str_or(doc, "id", ""), err) : 0;
        if (rc) return rc;
        if (strcmp(to, lt_json_str_or(role, "from", "")) < 0) return json_array_remove(lt_json_array(doc, "roles"), i), 0;
        return lt_json_put_str(role, "to", to) ? lt_fail_memory(err) : 0;
    }
    return lt_fail_field(err, LT_NOTFOUND, "role_id", "role.absent", "id", id, (char *)NULL);
}

static int run_revoke(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return change(call, in, lt_json_str_or(in, "person", ""), "Revoke role", do_revoke, out, err);
}

/* --- dismissal: roles, sessions, tokens, account in one step; what waits for a successor is listed --- */

static int do_dismiss(struct uc_call *call, const json_t *in, json_t *doc, struct lt_error *err)
{
    char day[LT_DATE_SIZE];
    if (lt_json_str(doc, "dismissed")) return lt_fail(err, LT_REFUSED, "person.dismissed", (char *)NULL);
    int rc = last_director(call, lt_json_str_or(doc, "id", ""), err);
    if (rc) return rc;
    const char *on = lt_json_str_or(in, "date", lt_date_format(call->today, day));
    size_t i;
    json_t *role;
    json_array_foreach(lt_json_array(doc, "roles"), i, role) {
        const char *to = lt_json_str(role, "to");
        if ((!to || strcmp(to, on) > 0) && lt_json_put_str(role, "to", on)) return lt_fail_memory(err);
    }
    return lt_json_put_str(doc, "dismissed", on) || lt_json_put_str(doc, "dismissed_order", lt_json_str(in, "order")) ? lt_fail_memory(err) : 0;
}

static int waiting(struct uc_call *call, const json_t *person, json_t **out, struct lt_error *err)
{
    json_t *list = json_array();
    size_t i;
    const json_t *role;
    int rc = list ? 0 : lt_fail_memory(err);
    json_array_foreach(lt_json_array(person, "roles"), i, role) {
        const char *klass = lt_json_str(role, "class");
        json_t *queue = NULL;
        if (rc || !klass || strcmp(lt_json_str_or(role, "role", ""), "class_teacher") != 0) continue;
        char today[LT_DATE_SIZE];
        rc = uc_all(call, "queue", json_pack("{s:s, s:s}", "class", klass, "today", lt_date_format(call->today, today)), &queue, err);
        json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "role", "class_teacher", "class", klass, "submitted",
                                              (json_int_t)json_array_size(queue)));
        json_decref(queue);
    }
    if (rc) json_decref(list);
    else *out = list;
    return rc;
}

/* The account stays usable where the person is a parent as well: only what belonged to the work ends. */
static int end_account(struct uc_call *call, const char *person, struct lt_error *err)
{
    struct sys_account a;
    struct lt_error miss = {0};
    json_t *children = NULL;
    int rc = sysdb_account_by_subject(call->app->sys, person, &a, &miss);
    lt_error_clear(&miss);
    if (rc == LT_NOTFOUND) return 0;
    if (!rc) rc = uc_all(call, "guardians", json_pack("{s:s}", "person", person), &children, err);
    if (!rc) rc = sysdb_session_end(call->app->sys, a.id, NULL, err);
    if (!rc && json_array_size(children) == 0) {
        a.disabled = true;
        a.changed = call->now;
        rc = sysdb_account_update(call->app->sys, &a, err);
    }
    json_decref(children);
    return rc;
}

static int run_dismiss(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "id", "");
    json_t *doc = NULL, *left = NULL;
    int rc = change(call, in, id, "Dismiss person", do_dismiss, &doc, err);
    /* on a day to come everything ends by itself that day */
    char today[LT_DATE_SIZE];
    bool now = strcmp(lt_json_str_or(doc, "dismissed", ""), lt_date_format(call->today, today)) <= 0;
    if (!rc && now) rc = end_account(call, id, err);
    if (!rc) rc = waiting(call, doc, &left, err);
    if (!rc && lt_json_put(doc, "waiting", left)) rc = lt_fail_memory(err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
#define PERSON_FIELDS                                                                                                 \
    {"surname", UC_TEXT, 0, 0, 100, NULL}, {"name", UC_TEXT, 0, 0, 100, NULL}, {"patronymic", UC_TEXT, 0, 0, 100, NULL}, \
        {"phone", UC_TEXT, 0, 0, 60, NULL}, {"email", UC_TEXT, 0, 0, 120, NULL}, {"number", UC_TEXT, 0, 0, 40, NULL}
static const struct uc_field add_fields[] = {PERSON_FIELDS, {0}};
static const struct uc_field edit_fields[] = {ID, PERSON_FIELDS, {0}};
static const struct uc_field id_fields[] = {ID, {0}};
static const struct uc_field list_fields[] = {{"query", UC_TEXT, 0, 0, 200, NULL},
                                              {"role", UC_ENUM, 0, 0, 0, "role"},
                                              {"duty", UC_ENUM, 0, 0, 0, "duty"},
                                              {"class", UC_ID, 0, 0, 0, NULL},
                                              {0}};
static const struct uc_field grant_fields[] = {{"person", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                               {"role", UC_ENUM, UC_REQUIRED, 0, 0, "role"},
                                               {"class", UC_ID, 0, 0, 0, NULL},
                                               {"group", UC_ID, 0, 0, 0, NULL},
                                               {"programme", UC_ID, 0, 0, 0, NULL},
                                               {"subject", UC_TEXT, 0, 0, 100, NULL},
                                               {"levels", UC_WORDS, UC_MANY, 0, 0, "study_level"},
                                               {"areas", UC_WORDS, UC_MANY, 0, 0, "section"},
                                               {"duty", UC_ENUM, 0, 0, 0, "duty"},
                                               {"from", UC_DATE, 0, 0, 0, NULL},
                                               {"to", UC_DATE, 0, 0, 0, NULL},
                                               {"order", UC_TEXT, 0, 0, 100, NULL},
                                               {0}};
static const struct uc_field revoke_fields[] = {{"person", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                                {"role_id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                                {"to", UC_DATE, 0, 0, 0, NULL},
                                                {0}};
static const struct uc_field dismiss_fields[] = {ID, {"date", UC_DATE, 0, 0, 0, NULL}, {"order", UC_TEXT, 0, 0, 100, NULL}, {0}};

static const struct uc_field naming_fields[] = {
    ID, {"paper", UC_FILE, 0, 0, 0, NULL}, {"paper_date", UC_DATE, 0, 0, 0, NULL}, {"withdraw", UC_BOOL, 0, 0, 0, NULL}, {0}};

static const struct uc_row person_rows[] = {
    {.noun = "person", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "person.add",
     .gives = "person", .fields = add_fields, .run = run_add},
    {.noun = "person", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "person.read",
     .gives = "person_row", .target = UC_T_LIST, .fields = list_fields, .columns = "id surname name patronymic roles", .run = run_list},
    {.noun = "person", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "person.read",
     .gives = "person", .target = UC_T_PERSON, .target_field = "id", .fields = id_fields, .run = run_show},
    {.noun = "person", .verb = "edit", .method = "PATCH", .tail = "/{id}", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "person", .right = "person.manage", .target = UC_T_PERSON, .target_field = "id", .fields = edit_fields, .run = run_edit},
    {.noun = "person", .verb = "dismiss", .method = "POST", .tail = "/{id}/dismiss", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "person_dismissed", .right = "person.dismiss", .target = UC_T_PERSON, .target_field = "id", .fields = dismiss_fields, .run = run_dismiss},
    {.noun = "person", .verb = "naming", .method = "POST", .tail = "/{id}/naming", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "person", .right = "person.naming", .target = UC_T_PERSON, .target_field = "id", .fields = naming_fields, .run = person_run_naming},
};

static const struct uc_row role_rows[] = {
    {.noun = "role", .verb = "grant", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "role.grant",
     .gives = "person", .target = UC_T_PERSON, .target_field = "person", .fields = grant_fields, .run = run_grant},
    {.noun = "role", .verb = "revoke", .method = "DELETE", .tail = "/{role_id}", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "person", .right = "role.grant", .target = UC_T_PERSON, .target_field = "person", .fields = revoke_fields, .run = run_revoke},
};

const struct uc_noun uc_noun_person = UC_NOUN("person", "people", NULL, person_rows);
const struct uc_noun uc_noun_role = UC_NOUN("role", "roles", "/people/{person}/roles", role_rows);
