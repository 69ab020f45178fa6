/* event: one happening, many pupils. Closing it writes an entry into every participant's portfolio in one transaction. */
#include "usecase/attach.h"
#include "usecase/entry.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/entry.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

static void event_dir(const char *id, char out[VAULT_PATH_MAX])
{
    lt_print(out, VAULT_PATH_MAX, "events/%s", id);
}

static int put_event(struct uc_tx *tx, json_t *event, struct lt_error *err)
{
    char path[VAULT_PATH_MAX];
    lt_print(path, sizeof path, "events/%s/event.json", lt_json_str_or(event, "id", ""));
    return uc_tx_put(tx, VAULT_SCHOOL, path, event, err);
}

static int get_event(struct uc_tx *tx, const char *id, json_t **out, struct lt_error *err)
{
    char path[VAULT_PATH_MAX];
    lt_print(path, sizeof path, "events/%s/event.json", id);
    return uc_tx_get(tx, VAULT_SCHOOL, path, out, err);
}

static int take_fields(json_t *event, const json_t *in, struct lt_error *err)
{
    static const char *const keys[] = {"title", "organiser", "activity", "section", "level", "stage", "format", "participation", "subject", "from", "to", "description"};
    for (size_t i = 0; i < LT_COUNT(keys); i++) {
        const char *v = lt_json_str(in, keys[i]);
        if (v && lt_json_put_str(event, keys[i], v)) return lt_fail_memory(err);
    }
    const char *from = lt_json_str(event, "from"), *to = lt_json_str(event, "to");
    if (from && to && strcmp(from, to) > 0) return lt_fail_field(err, LT_USAGE, "to", "entry.dates_order", (char *)NULL);
    return 0;
}

static int must_be_open(const json_t *event, struct lt_error *err)
{
    return strcmp(lt_json_str_or(event, "state", ""), "open") == 0 ? 0 : lt_fail(err, LT_REFUSED, "event.closed", (char *)NULL);
}

static int run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char id[LT_ID_SIZE], dir[VAULT_PATH_MAX];
    struct attached *files = NULL;
    size_t len = 0;
    struct uc_tx *tx = NULL;
    lt_id_next(call->app->ids, id);
    event_dir(id, dir);
    json_t *event = json_pack("{s:s, s:s, s:[]}", "id", id, "state", "open", "participants");
    int rc = event ? take_fields(event, in, err) : lt_fail_memory(err);
    if (!rc) rc = attach_inspect(call, in, "file", &files, &len, err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = attach_store(tx, call, VAULT_SCHOOL, dir, event, files, len, true, err);
    if (!rc) rc = put_event(tx, event, err);
    if (!rc) rc = uc_tx_commit(tx, "Add event", NULL, err);
    uc_tx_end(tx);
    free(files);
    if (rc) json_decref(event);
    else *out = event;
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    int rc = params ? uc_scope(call, "event.read", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    return uc_list(call, "events", params, out, err);
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *event = json_copy(call->target.object);
    if (!event) return lt_fail_memory(err);
    if (uc_may(call, "event.participants", UC_T_EVENT, lt_json_str_or(in, "id", "")))
        uc_saw_items(call, lt_json_array(event, "participants"), "pupil");
    else json_object_del(event, "participants");
    *out = event;
    return 0;
}

static int run_edit(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *event = NULL;
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = get_event(tx, lt_json_str_or(in, "id", ""), &event, err);
    if (!rc) rc = must_be_open(event, err);
    if (!rc) rc = take_fields(event, in, err);
    if (!rc) rc = put_event(tx, event, err);
    if (!rc) rc = uc_tx_commit(tx, "Edit event", NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(event);
    else *out = event;
    return rc;
}

/* --- participants --- */

static json_t *participant(const json_t *event, const char *pupil, size_t *at)
{
    size_t i;
    json_t *p;
    json_array_foreach(lt_json_array(event, "participants"), i, p) {
        if (strcmp(lt_json_str_or(p, "pupil", ""), pupil) != 0) continue;
        if (at) *at = i;
        return p;
    }
    return NULL;
}

static int set_participant(struct uc_call *call, json_t *event, const char *pupil, const json_t *in, struct lt_error *err)
{
    static const char *const keys[] = {"result", "degree", "place", "score", "comment"};
    json_t *card = NULL, *p = participant(event, pupil, NULL), *fresh = NULL;
    int rc = uc_doc(call, "pupil", pupil, &card, err);
    json_decref(card);
    if (rc) return rc;
    if (!p) p = fresh = json_pack("{s:s}", "pupil", pupil);
    for (size_t i = 0; p && i < LT_COUNT(keys); i++) lt_json_copy_key(p, in, keys[i]);
    if (fresh && json_array_append_new(lt_json_array(event, "participants"), fresh)) return lt_fail_memory(err);
    uc_saw(call, pupil);
    return p ? 0 : lt_fail_memory(err);
}

static int run_participants(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *event = NULL;
    const json_t *id;
    size_t i, at;
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = get_event(tx, lt_json_str_or(in, "id", ""), &event, err);
    if (!rc) rc = must_be_open(event, err);
    json_array_foreach(lt_json_array(in, "remove"), i, id) {
        if (!rc && participant(event, json_string_value(id), &at)) json_array_remove(lt_json_array(event, "participants"), at);
    }
    json_array_foreach(lt_json_array(in, "pupil"), i, id) {
        if (!rc) rc = set_participant(call, event, json_string_value(id), in, err);
    }
    if (!rc) rc = put_event(tx, event, err);
    if (!rc) rc = uc_tx_commit(tx, "Set participants of the event", NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(event);
    else *out = event;
    return rc;
}

/* --- closing --- */

/* What the event says of one participant, as the fields of an entry. No other pupil is named. */
static json_t *entry_fields_of(const json_t *event, const json_t *p)
{
    static const char *const same[] = {"title", "organiser", "activity", "section", "level", "stage", "format", "participation", "subject", "description"};
    static const char *const own[] = {"result", "degree", "place", "score"};
    json_t *in = json_object();
    for (size_t i = 0; in && i < LT_COUNT(same); i++) lt_json_copy_key(in, event, same[i]);
    for (size_t i = 0; in && i < LT_COUNT(own); i++) lt_json_copy_key(in, p, own[i]);
    if (in) {
        lt_json_put_str(in, "date", lt_json_str(event, "from"));
        lt_json_put_str(in, "date_to", lt_json_str(event, "to"));
        if (strcmp(lt_json_str_or(event, "participation", ""), "team") == 0)
            lt_json_put_int(in, "team_size", (json_int_t)json_array_size(lt_json_array(event, "participants")));
        if (!lt_json_str(in, "result")) lt_json_put_str(in, "result", "participant");
    }
    return in;
}

/* Takes the target documents of each pupil in turn, so that the class and the birth date of the entry are the pupil's own. */
static int entry_of(struct uc_call *call, const json_t *event, json_t *p, json_t **out, char dir[VAULT_PATH_MAX], struct lt_error *err)
{
    const char *pupil = lt_json_str_or(p, "pupil", "");
    json_t *in = entry_fields_of(event, p), *entry = NULL;
    struct uc_target_docs keep = call->target;
    call->target = (struct uc_target_docs){0};
    int rc = in ? uc_doc(call, "pupil", pupil, &call->target.pupil, err) : lt_fail_memory(err);
    if (!rc) rc = uc_doc(call, "classes", pupil, &call->target.classes, err);
    if (!rc) rc = entry_new(call, pupil, "event", in, &entry, dir, err);
    if (!rc && (lt_json_put_str(lt_json_object(entry, "source"), "event", lt_json_str(event, "id")) ||
                lt_json_put_str(entry, "state", "verified")))
        rc = lt_fail_memory(err);
    if (!rc) rc = entry_check(call, entry, false, err);
    if (!rc && lt_json_put_str(p, "entry", lt_json_str(entry, "id"))) rc = lt_fail_memory(err);
    uc_target_clear(&call->target);
    call->target = keep;
    json_decref(in);
    if (rc) json_decref(entry);
    else *out = entry;
    return rc;
}

/* One entry for each participant; kept, for a portfolio that moved meanwhile gets the same once more. */
struct closing {
    struct uc_call *call;
    struct uc_tx *tx;
    json_t *event;
    json_t *entries; /* pupil → {dir, entry} */
};

static int write_entry(struct closing *c, const char *pupil, struct lt_error *err)
{
    const json_t *one = lt_json_object(c->entries, pupil);
    json_t *entry = lt_json_object(one, "entry");
    const char *dir = lt_json_str_or(one, "dir", "");
    int rc = entry_store(c->tx, pupil, dir, entry, err);
    if (!rc) rc = entry_put_verified(c->tx, c->call, pupil, dir, entry, "event", NULL, err);
    return rc ? rc : uc_tx_seal(c->tx, pupil, "Enter the result of an event", lt_json_str(entry, "id"), err);
}

static int close_one(struct closing *c, json_t *p, struct lt_error *err)
{
    const char *pupil = lt_json_str_or(p, "pupil", "");
    char dir[VAULT_PATH_MAX];
    json_t *entry = NULL;
    int rc = entry_of(c->call, c->event, p, &entry, dir, err);
    if (rc) return rc;
    if (json_object_set_new(c->entries, pupil, json_pack("{s:s, s:o}", "dir", dir, "entry", entry))) return lt_fail_memory(err);
    return write_entry(c, pupil, err);
}

static const char **repos_of(const json_t *event, size_t *n)
{
    const json_t *list = lt_json_array(event, "participants");
    const char **repos = lt_calloc(json_array_size(list) + 1, sizeof *repos);
    size_t i;
    const json_t *p;
    *n = 0;
    if (!repos) return NULL;
    json_array_foreach(list, i, p) repos[(*n)++] = lt_json_str_or(p, "pupil", "");
    repos[(*n)++] = VAULT_SCHOOL;
    return repos;
}

/* Nobody decides on an own child: such a participant must be entered by somebody else. */
static int check_each(struct uc_call *call, const json_t *event, struct lt_error *err)
{
    size_t i;
    const json_t *p;
    int rc = 0;
    json_array_foreach(lt_json_array(event, "participants"), i, p) {
        const char *pupil = lt_json_str_or(p, "pupil", "");
        json_t *draft = json_pack("{s:s, s:{s:s, s:s}, s:s}", "state", "submitted", "source", "kind", "event", "event",
                                  lt_json_str_or(event, "id", ""), "activity", lt_json_str_or(event, "activity", "other"));
        if (!rc) rc = draft ? uc_require_draft(call, "entry.verify", pupil, draft, err) : lt_fail_memory(err);
        json_decref(draft);
    }
    return rc;
}

static int same_participants(const json_t *event, const json_t *seen, struct lt_error *err)
{
    int rc = must_be_open(event, err);
    /* The portfolios of the transaction are those seen when it began. */
    if (!rc && !json_equal(lt_json_array(event, "participants"), lt_json_array(seen, "participants")))
        rc = lt_fail(err, LT_CONFLICT, "event.moved", (char *)NULL);
    return rc;
}

static int put_closed(struct closing *c, struct lt_error *err)
{
    int rc = lt_json_put_str(c->event, "state", "closed") ? lt_fail_memory(err) : put_event(c->tx, c->event, err);
    if (!rc) uc_tx_gives(c->tx, c->event);
    return rc;
}

static int close_again(void *user, const char *repo, struct lt_error *err)
{
    struct closing *c = user;
    if (strcmp(repo, VAULT_SCHOOL) != 0) return write_entry(c, repo, err);
    json_t *now = NULL;
    int rc = get_event(c->tx, lt_json_str_or(c->event, "id", ""), &now, err);
    if (!rc) rc = same_participants(now, c->call->target.object, err);
    json_decref(now);
    return rc ? rc : put_closed(c, err);
}

static int close_inside(struct closing *c, const json_t *seen, struct lt_error *err)
{
    static const char subject[] = "Close the event";
    int rc = get_event(c->tx, lt_json_str_or(seen, "id", ""), &c->event, err);
    if (!rc) rc = same_participants(c->event, seen, err);
    size_t i;
    json_t *p;
    json_array_foreach(lt_json_array(c->event, "participants"), i, p) {
        if (!rc) rc = close_one(c, p, err);
    }
    if (!rc) rc = put_closed(c, err);
    if (!rc) rc = uc_tx_prepare(c->tx, subject, NULL, err);
    if (!rc) rc = uc_tx_lock(c->tx, close_again, c, err);
    return rc ? rc : uc_tx_commit(c->tx, subject, NULL, err);
}

static int run_close(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *seen = json_incref(call->target.object);
    struct closing c = {.call = call, .entries = json_object()};
    size_t n = 0;
    const char **repos = NULL;
    int rc = c.entries ? must_be_open(seen, err) : lt_fail_memory(err);
    if (!rc && json_array_size(lt_json_array(seen, "participants")) == 0) rc = lt_fail(err, LT_REFUSED, "event.empty", (char *)NULL);
    if (!rc) rc = check_each(call, seen, err);
    if (!rc && !(repos = repos_of(seen, &n))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_begin_unlocked(call, repos, n, &c.tx, err);
    if (!rc) rc = close_inside(&c, seen, err);
    uc_tx_end(c.tx);
    free(repos);
    json_decref(c.entries);
    json_decref(seen);
    if (rc) json_decref(c.event);
    else *out = c.event;
    return rc;
}

/* --- undo: the entries go while nothing was built on them --- */

/* Does a review or a publication speak of the entry? */
static int named_elsewhere(struct uc_call *call, const char *entry, bool *used, struct lt_error *err)
{
    static const char *const lists[] = {"reviews", "publications"};
    int rc = 0;
    for (size_t i = 0; !rc && i < 2; i++) {
        json_t *rows = NULL;
        rc = uc_all(call, lists[i], json_pack("{s:s}", "entry", entry), &rows, err);
        *used = *used || json_array_size(rows) > 0;
        json_decref(rows);
    }
    return rc;
}

static int undo_one(struct uc_call *call, struct uc_tx *tx, json_t *p, struct lt_error *err)
{
    const char *id = lt_json_str_or(p, "entry", "");
    static const char *const parts[] = {"entry.json", "verified.json", "verification.json"};
    struct entry_docs d;
    bool used = false;
    int rc = entry_load(tx, call, id, &d, err);
    if (!rc) rc = named_elsewhere(call, id, &used, err);
    if (!rc && (used || lt_json_int(d.entry, "revision", 0) != 1 || d.dispute || lt_json_object(d.entry, "hidden") ||
                lt_json_bool(d.entry, "significant", false)))
        rc = lt_fail(err, LT_REFUSED, "event.built_on", "entry", id, (char *)NULL);
    for (size_t i = 0; !rc && i < 3; i++) {
        char path[VAULT_PATH_MAX + 32];
        lt_print(path, sizeof path, "%s/%s", d.dir, parts[i]);
        rc = uc_tx_remove(tx, d.repo, path, err);
    }
    if (!rc) rc = uc_tx_seal(tx, d.repo, "Take back the result of an event", id, err);
    json_object_del(p, "entry");
    entry_docs_clear(&d);
    return rc;
}

static int run_undo(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "id", "");
    struct uc_tx *tx = NULL;
    json_t *event = NULL;
    size_t n = 0, i;
    json_t *seen = json_incref(call->target.object);
    const char **repos = NULL;
    int rc = check_each(call, seen, err);
    if (!rc && !(repos = repos_of(seen, &n))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_begin(call, repos, n, &tx, err);
    if (!rc) rc = get_event(tx, id, &event, err);
    if (!rc && !json_equal(lt_json_array(event, "participants"), lt_json_array(seen, "participants")))
        rc = lt_fail(err, LT_CONFLICT, "event.moved", (char *)NULL);
    if (!rc && strcmp(lt_json_str_or(event, "state", ""), "closed") != 0) rc = lt_fail(err, LT_REFUSED, "event.open", (char *)NULL);
    json_t *p;
    json_array_foreach(lt_json_array(event, "participants"), i, p) {
        if (!rc) rc = undo_one(call, tx, p, err);
    }
    if (!rc && lt_json_put_str(event, "state", "open")) rc = lt_fail_memory(err);
    if (!rc) rc = put_event(tx, event, err);
    if (!rc) rc = uc_tx_commit(tx, "Open the event again", NULL, err);
    uc_tx_end(tx);
    free(repos);
    json_decref(seen);
    if (rc) json_decref(event);
    else *out = event;
    return rc;
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
#define EVENT_FIELDS(required)                                                                                        \
    {"title", UC_TEXT, (required), 0, MODEL_TITLE_MAX, NULL}, {"organiser", UC_TEXT, 0, 0, 300, NULL},                \
        {"activity", UC_ENUM, (required), 0, 0, "activity"}, {"section", UC_ENUM, 0, 0, 0, "section"},                \
        {"level", UC_ENUM, (required), 0, 0, "level"}, {"stage", UC_ENUM, 0, 0, 0, "stage"},                          \
        {"format", UC_ENUM, 0, 0, 0, "format"}, {"participation", UC_ENUM, 0, 0, 0, "participation"},                 \
        {"subject", UC_TEXT, 0, 0, 100, NULL}, {"from", UC_DATE, (required), 0, 0, NULL}, {"to", UC_DATE, 0, 0, 0, NULL}, \
        {"description", UC_LINES, 0, 0, MODEL_TEXT_MAX, NULL}
static const struct uc_field add_fields[] = {EVENT_FIELDS(UC_REQUIRED), {"file", UC_FILE, UC_MANY, 0, 0, NULL}, {0}};
static const struct uc_field edit_fields[] = {ID, EVENT_FIELDS(0), {0}};
static const struct uc_field id_fields[] = {ID, {0}};
static const struct uc_field list_fields[] = {{"state", UC_ENUM, 0, 0, 0, "event_state"}, {0}};
static const struct uc_field participant_fields[] = {ID,
                                                     {"pupil", UC_ID, UC_MANY, 0, 0, NULL},
                                                     {"remove", UC_ID, UC_MANY, 0, 0, NULL},
                                                     {"result", UC_ENUM, 0, 0, 0, "result"},
                                                     {"degree", UC_INT, 0, 1, 3, NULL},
                                                     {"place", UC_INT, 0, 1, 100000, NULL},
                                                     {"score", UC_DEC, 0, 0, 100000, NULL},
                                                     {"comment", UC_TEXT, 0, 0, 300, NULL},
                                                     {0}};

static const struct uc_row rows[] = {
    {.noun = "event", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE, .right = "event.add",
     .gives = "event", .fields = add_fields, .run = run_add},
    {.noun = "event", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "event.read", .target = UC_T_LIST,
     .gives = "event_row", .fields = list_fields, .columns = "id from title level state participants", .run = run_list},
    {.noun = "event", .verb = "show", .method = "GET", .tail = "/{id}", .reply = UC_ONE, .right = "event.read",
     .gives = "event", .target = UC_T_EVENT, .target_field = "id", .fields = id_fields, .run = run_show},
    {.noun = "event", .verb = "edit", .method = "PATCH", .tail = "/{id}", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "event", .right = "event.manage", .target = UC_T_EVENT, .target_field = "id", .fields = edit_fields, .run = run_edit},
    {.noun = "event", .verb = "participants", .method = "POST", .tail = "/{id}/participants", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "event", .right = "event.manage", .target = UC_T_EVENT, .target_field = "id", .fields = participant_fields, .run = run_participants},
    {.noun = "event", .verb = "close", .method = "POST", .tail = "/{id}/close", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "event", .right = "event.close", .target = UC_T_EVENT, .target_field = "id", .fields = id_fields, .run = run_close},
    {.noun = "event", .verb = "undo", .method = "POST", .tail = "/{id}/undo", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "event", .right = "event.close", .target = UC_T_EVENT, .target_field = "id", .fields = id_fields, .run = run_undo},
};

const struct uc_noun uc_noun_event = UC_NOUN("event", "events", NULL, rows);
