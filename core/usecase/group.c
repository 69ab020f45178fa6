/* programme and group: what is taught beside classes, and who is in it when. Membership stands in the pupil's own portfolio. */
#include "usecase/klass.h"
#include "usecase/pupil.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

/* --- a school document made from fields --- */

static int put_new(struct uc_call *call, const char *folder, json_t *doc, const char *subject, struct lt_error *err)
{
    char path[VAULT_PATH_MAX];
    struct uc_tx *tx = NULL;
    lt_print(path, sizeof path, "%s/%s.json", folder, lt_json_str_or(doc, "id", ""));
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, subject, NULL, err);
    uc_tx_end(tx);
    return rc;
}

static json_t *new_doc(struct uc_call *call, const json_t *in, const char *const *keys)
{
    char id[LT_ID_SIZE];
    lt_id_next(call->app->ids, id);
    json_t *doc = json_pack("{s:s}", "id", id);
    for (; doc && *keys; keys++) {
        if (lt_json_copy_key(doc, in, *keys)) return json_decref(doc), NULL;
    }
    return doc;
}

static int run_programme_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    static const char *const keys[] = {"title", "kind", "hours", "from", "to", NULL};
    json_t *doc = new_doc(call, in, keys);
    int rc = doc ? put_new(call, "programmes", doc, "Add programme", err) : lt_fail_memory(err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_group_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    static const char *const keys[] = {"title", "programme", "from", "to", NULL};
    json_t *programme = NULL, *doc = NULL;
    const char *id = lt_json_str(in, "programme");
    int rc = id ? uc_doc(call, "programme", id, &programme, err) : 0;
    json_decref(programme);
    if (rc) return rc;
    doc = new_doc(call, in, keys);
    if (!doc || lt_json_put_int(doc, "year", lt_json_int(in, "year", klass_this_year(call)))) rc = lt_fail_memory(err);
    if (!rc) rc = put_new(call, "groups", doc, "Add group", err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int list(struct uc_call *call, const json_t *in, const char *name, const char *right, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    int rc = params ? uc_scope(call, right, params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    return uc_list(call, name, params, out, err);
}

static int run_programme_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return list(call, in, "programmes", "programme.read", out, err);
}

static int run_group_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return list(call, in, "groups", "group.read", out, err);
}

static int run_programme_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return uc_doc(call, "programme", lt_json_str_or(in, "id", ""), out, err);
}

static int run_group_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    json_t *doc = json_copy(call->target.object), *members = NULL;
    json_t *params = json_pack("{s:s, s:s}", "group", lt_json_str_or(in, "id", ""), "today", lt_date_format(call->today, today));
    int rc = doc ? uc_scope(call, "pupil.list", params, err) : lt_fail_memory(err);
    if (!rc) rc = uc_all(call, "pupils", json_incref(params), &members, err);
    if (rc == LT_DENIED) { /* who sees no pupils sees the group all the same */
        lt_error_clear(err);
        members = json_array();
        rc = members ? 0 : lt_fail_memory(err);
    }
    json_decref(params);
    if (!rc) uc_saw_items(call, members, "id");
    if (!rc && lt_json_put(doc, "pupils", members)) rc = lt_fail_memory(err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* --- membership --- */

static json_t *running(const json_t *classes, const char *group)
{
    size_t i;
    json_t *m;
    json_array_foreach(lt_json_array(classes, "groups"), i, m) {
        if (strcmp(lt_json_str_or(m, "group", ""), group) == 0 && !lt_json_str(m, "to")) return m;
    }
    return NULL;
}

static int enrol(struct uc_tx *tx, const char *pupil, const char *group, const char *from, const json_t *in, struct lt_error *err)
{
    json_t *card = NULL, *classes = NULL;
    int rc = pupil_get_both(tx, pupil, &card, &classes, err);
    if (!rc && running(classes, group)) rc = lt_fail_field(err, LT_REFUSED, "pupil", "group.member", "pupil", pupil, (char *)NULL);
    json_t *item = rc ? NULL : json_pack("{s:s, s:s}", "group", group, "from", from);
    if (!rc && (!item || lt_json_copy_key(item, in, "order"))) rc = lt_fail_memory(err);
    if (!rc && !lt_json_array(classes, "groups") && lt_json_put(classes, "groups", json_array())) rc = lt_fail_memory(err);
    if (!rc && json_array_append(lt_json_array(classes, "groups"), item)) rc = lt_fail_memory(err);
    if (!rc) rc = pupil_put_both(tx, pupil, NULL, classes, err);
    json_decref(item);
    json_decref(card);
    json_decref(classes);
    return rc;
}

static int leave(struct uc_tx *tx, const char *pupil, const char *group, const char *to, const json_t *in, struct lt_error *err)
{
    (void)in;
    json_t *card = NULL, *classes = NULL;
    int rc = pupil_get_both(tx, pupil, &card, &classes, err);
    json_t *m = rc ? NULL : running(classes, group);
    if (!rc && !m) rc = lt_fail_field(err, LT_REFUSED, "pupil", "group.not_member", "pupil", pupil, (char *)NULL);
    if (!rc && lt_json_put_str(m, "to", to)) rc = lt_fail_memory(err);
    if (!rc) rc = pupil_put_both(tx, pupil, NULL, classes, err);
    json_decref(card);
    json_decref(classes);
    return rc;
}

typedef int member_fn(struct uc_tx *tx, const char *pupil, const char *group, const char *day, const json_t *in, struct lt_error *err);

/* All pupils named, or none. */
static int change_members(struct uc_call *call, const json_t *in, member_fn *fn, const char *subject, json_t **out, struct lt_error *err)
{
    const char *repos[1000], *group = lt_json_str_or(in, "id", "");
    const json_t *pupils = lt_json_array(in, "pupil");
    size_t n = json_array_size(pupils), i;
    struct uc_tx *tx = NULL;
    char day[LT_DATE_SIZE];
    lt_date_format(call->today, day);
    const json_t *p;
    json_array_foreach(pupils, i, p) {
        json_t *card = NULL;
        repos[i] = json_string_value(p);
        int rc = uc_doc(call, "pupil", repos[i], &card, err);
        json_decref(card);
        if (rc) return rc;
    }
    int rc = uc_tx_begin(call, repos, n, &tx, err);
    for (i = 0; !rc && i < n; i++) rc = fn(tx, repos[i], group, lt_json_str_or(in, "date", day), in, err);
    if (!rc && !(*out = json_pack("{s:s, s:I}", "group", group, "pupils", (json_int_t)n))) rc = lt_fail_memory(err);
    if (!rc) uc_tx_gives(tx, *out);
    if (!rc) rc = uc_tx_commit(tx, subject, NULL, err);
    uc_tx_end(tx);
    return rc;
}

static int run_enrol(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return change_members(call, in, enrol, "Enrol into group", out, err);
}

static int run_leave(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return change_members(call, in, leave, "Leave group", out, err);
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
static const struct uc_field programme_fields[] = {{"title", UC_TEXT, UC_REQUIRED, 1, 300, NULL},
                                                   {"kind", UC_ENUM, 0, 0, 0, "programme_kind"},
                                                   {"hours", UC_INT, 0, 1, 10000, NULL},
                                                   {"from", UC_DATE, 0, 0, 0, NULL},
                                                   {"to", UC_DATE, 0, 0, 0, NULL},
                                                   {0}};
static const struct uc_field group_fields[] = {{"title", UC_TEXT, UC_REQUIRED, 1, 200, NULL},
                                               {"programme", UC_ID, 0, 0, 0, NULL},
                                               {"year", UC_INT, 0, 1990, 2100, NULL},
                                               {"from", UC_DATE, 0, 0, 0, NULL},
                                               {"to", UC_DATE, 0, 0, 0, NULL},
                                               {0}};
static const struct uc_field group_list_fields[] = {{"year", UC_INT, 0, 1990, 2100, NULL}, {"programme", UC_ID, 0, 0, 0, NULL}, {0}};
static const struct uc_field id_fields[] = {ID, {0}};
static const struct uc_field member_fields[] = {ID,
                                                {"pupil", UC_ID, UC_REQUIRED | UC_MANY, 0, 0, NULL},
                                                {"date", UC_DATE, 0, 0, 0, NULL},
                                                {"order", UC_TEXT, 0, 0, 100, NULL},
                                                {0}};

static const struct uc_row programme_rows[] = {
    {.noun = "programme", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "programme", .right = "programme.manage", .fields = programme_fields, .run = run_programme_add},
    {.noun = "programme", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "programme.read",
     .gives = "programme_row", .target = UC_T_LIST, .columns = "id title kind hours from to", .run = run_programme_list},
    {.noun = "programme", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "programme.read",
     .gives = "programme", .fields = id_fields, .run = run_programme_show},
};

static const struct uc_row group_rows[] = {
    {.noun = "group", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "group.manage",
     .gives = "group", .fields = group_fields, .run = run_group_add},
    {.noun = "group", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "group.read", .target = UC_T_LIST,
     .gives = "group_row", .fields = group_list_fields, .columns = "id title programme_title year", .run = run_group_list},
    {.noun = "group", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "group.read",
     .gives = "group_whole", .target = UC_T_GROUP, .target_field = "id", .fields = id_fields, .run = run_group_show},
    {.noun = "group", .verb = "enrol", .method = "POST", .tail = "/{id}/enrol", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "group_done", .right = "group.enrol", .target = UC_T_GROUP, .target_field = "id", .fields = member_fields, .run = run_enrol},
    {.noun = "group", .verb = "leave", .method = "POST", .tail = "/{id}/leave", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "group_done", .right = "group.enrol", .target = UC_T_GROUP, .target_field = "id", .fields = member_fields, .run = run_leave},
};

const struct uc_noun uc_noun_programme = UC_NOUN("programme", "programmes", NULL, programme_rows);
const struct uc_noun uc_noun_group = UC_NOUN("group", "groups", NULL, group_rows);
