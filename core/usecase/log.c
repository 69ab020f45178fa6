/* log: who looked at or changed a pupil's data, and the story of the changes as git tells it. */
#include "usecase/anchor.h"
#include "usecase/call.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/consent.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

/* --- access --- */

/* Asked about one pupil, a row of a list does not name the others who were in it. */
static void only_this(json_t *items, const char *pupil)
{
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) {
        size_t n = json_array_size(lt_json_array(item, "pupils"));
        lt_json_put_int(item, "pupils_count", (json_int_t)n);
        lt_json_put(item, "pupils", json_pack("[s]", pupil));
    }
}

/* Name and what the person is, for whoever reads of their own child: staff are named, another guardian is told by kind alone. */
static int put_actor(struct uc_call *call, json_t *item, bool family)
{
    const char *actor = lt_json_str_or(item, "actor", "");
    const json_t *card = call->target.pupil;
    json_t *person = NULL;
    struct lt_error ignored = {0};
    const char *kind = lt_starts(actor, "local:") ? "local" : !*actor ? "nobody" : "staff";
    if (strcmp(actor, call->actor.id) == 0) kind = "me";
    else if (strcmp(actor, lt_json_str_or(card, "id", "")) == 0) kind = "pupil";
    else if (card && model_guardian_ever(card, actor)) kind = "guardian";
    else if (*actor && strcmp(kind, "staff") == 0 && index_get(call->app->index, "person", actor, &person, NULL, &ignored)) person = NULL;
    lt_error_clear(&ignored);
    bool named = person && (!family || model_person_is_staff(person, call->today) || lt_json_array(person, "roles"));
    char *name = named ? model_name_full(lt_json_str_or(person, "surname", ""), lt_json_str_or(person, "name", ""),
                                         lt_json_str_or(person, "patronymic", ""))
                       : NULL;
    int rc = lt_json_put_str(item, "actor_kind", kind) || lt_json_put_str(item, "actor_name", name);
    free(name);
    json_decref(person);
    return rc;
}

static int put_words(struct uc_call *call, json_t *items, struct lt_error *err)
{
    const uint64_t family = MODEL_ST_SELF | MODEL_ST_GUARDIAN_SEE;
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item) {
        char id[96];
        lt_print(id, sizeof id, "uc.%s", lt_json_str_or(item, "use_case", ""));
        if (put_actor(call, item, (call->standing & family) != 0)) return lt_fail_memory(err);
        if (lt_msg_known(call->lang, id) && lt_json_put_str(item, "action_title", lt_msg(call->lang, id))) return lt_fail_memory(err);
    }
    return 0;
}

static int run_access(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    int rc = access_drain(call->app, err);
    json_t *filters = json_object(), *items = NULL;
    char *next = NULL;
    static const char *const keys[] = {"pupil", "actor", "from", "to"};
    for (size_t i = 0; filters && i < 4; i++) lt_json_copy_key(filters, in, keys[i]);
    lt_json_put_str(filters, "use_case", lt_json_str(in, "action"));
    if (lt_json_bool(in, "others", false)) lt_json_put_str(filters, "not_actor", call->actor.id);
    if (!rc)
        rc = sysdb_access_list(call->app->sys, filters, (int)lt_json_int(in, "limit", 50), lt_json_str(in, "cursor"),
                               &items, &next, err);
    json_decref(filters);
    const char *pupil = lt_json_str(in, "pupil");
    if (!rc && pupil) only_this(items, pupil);
    if (!rc) rc = put_words(call, items, err);
    if (!rc) *out = json_pack("{s:O, s:s?}", "items", items, "next", next);
    json_decref(items);
    free(next);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- changes --- */

struct changes {
    json_t *items;
    const char *after; /* commit after which the page begins; NULL: from the newest */
    long long limit;
    char last[VAULT_OID];
    bool more;
};

static int add_change(void *user, const struct vault_commit_info *c)
{
    struct changes *ch = user;
    if (ch->after) {
        if (strcmp(ch->after, c->commit) == 0) ch->after = NULL;
        return 0;
    }
    if ((long long)json_array_size(ch->items) == ch->limit) {
        ch->more = true;
        return 1;
    }
    char at[LT_INSTANT_SIZE];
    json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:s}", "commit", c->commit, "at",
                             lt_instant_format(c->author_ms, at), "subject", c->subject, "actor", c->actor, "use_case",
                             c->use_case, "entry", *c->entry ? c->entry : NULL, "request", c->request);
    lt_print(ch->last, sizeof ch->last, "%s", c->commit);
    return json_array_append_new(ch->items, item) ? LT_SYSTEM : 0;
}

static int run_changes(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *repo = lt_json_str_or(in, "pupil", VAULT_SCHOOL);
    struct changes ch = {.items = json_array(), .after = lt_json_str(in, "cursor"), .limit = lt_json_int(in, "limit", 50)};
    int rc = ch.items ? vault_history(call->app->vault, repo, NULL, add_change, &ch, err) : lt_fail_memory(err);
    if (rc == 1) rc = 0;
    if (rc) {
        json_decref(ch.items);
        return rc;
    }
    *out = json_pack("{s:o, s:s?}", "items", ch.items, "next", ch.more ? ch.last : NULL);
    return *out ? 0 : lt_fail_memory(err);
}

static const struct uc_field access_fields[] = {
    {"pupil", UC_ID, 0, 0, 0, NULL},   {"actor", UC_TEXT, 0, 0, 80, NULL}, {"action", UC_TEXT, 0, 0, 80, NULL},
    {"from", UC_DATE, 0, 0, 0, NULL}, {"to", UC_DATE, 0, 0, 0, NULL},     {"others", UC_BOOL, 0, 0, 0, NULL},
    {0}};
static const struct uc_field changes_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "log", .verb = "anchor", .method = "POST", .tail = "/anchor", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT, .right = "system.maintain",
     .gives = "anchor", .run = anchor_run},
    {.noun = "log", .verb = "access", .method = "GET", .tail = "/access", .reply = UC_LIST, .right = "log.access",
     .gives = "access_row", .target = UC_T_PUPIL, .target_field = "pupil", .fields = access_fields, .columns = "at actor actor_name use_case outcome object door",
     .run = run_access},
    {.noun = "log", .verb = "changes", .method = "GET", .tail = "/changes", .reply = UC_LIST, .right = "log.changes",
     .gives = "change_row", .target = UC_T_PUPIL, .target_field = "pupil", .fields = changes_fields, .columns = "at actor use_case subject entry",
     .run = run_changes},
};

const struct uc_noun uc_noun_log = UC_NOUN("log", NULL, NULL, rows);
