/* publication: what would be shown and why not, showing it, what is shown, taking down. */
#include "usecase/job.h"
#include "usecase/publish.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/entry.h"

#include <stdlib.h>
#include <string.h>

/* --- plan --- */

/* Why the newest word on an entry keeps it from being shown at all; NULL: nothing does. */
static const char *standing_why(const json_t *entry)
{
    if (strcmp(lt_json_str_or(entry, "state", ""), "taken_back") == 0) return "taken_back";
    if (lt_json_bool(entry, "sensitive", false)) return "sensitive";
    if (lt_json_bool(entry, "disputed", false)) return "disputed";
    if (lt_json_bool(entry, "hidden", false)) return "hidden";
    return lt_json_bool(entry, "verified", false) ? NULL : "not_verified";
}

struct planning {
    struct uc_call *call;
    const struct publish_pupil *p;
    struct publish_list known;
    json_t *showable, *entries, *steps;
    int counts[5];
};
enum { STEP_ADD, STEP_KEEP, STEP_CHANGE, STEP_REMOVE, STEP_LEAVE };
static const char *const step_words[] = {"add", "keep", "change", "remove", "leave"};

static const json_t *showable_row(const json_t *rows, const char *entry)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        if (strcmp(lt_json_str_or(row, "entry", ""), entry) == 0) return row;
    }
    return NULL;
}

static int plan_entry(struct planning *g, const json_t *entry, struct lt_error *err)
{
    const char *id = lt_json_str_or(entry, "id", "");
    const json_t *row = showable_row(g->showable, id);
    const struct publish_known *k = publish_known_find(&g->known, id);
    const char *why = publish_known_barred(&g->known, g->p->id) || (k && k->retracted) ? "retracted" : NULL;
    if (!why) why = row ? publish_entry_why(g->p, lt_json_object(row, "verified")) : standing_why(entry);
    if (!why && !row) why = "not_verified";
    struct publish_pictures pictures;
    if (publish_pictures(g->p->fields, row, &pictures, err)) return -1;
    unsigned fields = publish_fields_of(publish_entry_fields(g->call, g->p->fields, row ? lt_json_object(row, "verified") : NULL), &pictures);
    bool shown = k && k->shown, same = shown && k->fields == fields && k->revision == lt_json_int(row, "revision", 0) && strcmp(k->pictures, pictures.sum) == 0;
    json_decref(pictures.pages);
    int step = why ? (shown ? STEP_REMOVE : STEP_LEAVE) : same ? STEP_KEEP : shown ? STEP_CHANGE : STEP_ADD;
    g->counts[step]++;
    json_t *item = json_pack("{s:s, s:s, s:s, s:s*}", "entry", id, "title", lt_json_str_or(entry, "title", ""), "step", step_words[step], "why", why);
    if (item && !why && lt_json_put(item, "fields", publish_field_words(fields))) return -1;
    return json_array_append_new(g->steps, item);
}

static int plan_pupil(struct uc_call *call, const struct publish_channel *ch, const json_t *row, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(row, "id", "");
    struct publish_pupil p;
    int rc = publish_pupil_open(call, ch, id, &p, err);
    if (rc) return rc;
    struct planning g = {.call = call, .p = &p, .steps = json_array()};
    rc = publish_known_read(call, ch->id, id, &g.known, err);
    if (!rc) rc = publish_entries(call, id, &g.showable, err);
    json_t *all = json_pack("{s:s}", "pupil", id);
    if (!rc) rc = uc_all(call, "entries", all, &g.entries, err);
    else json_decref(all);
    size_t i;
    const json_t *entry;
    json_array_foreach(g.entries, i, entry) {
        bool secret = strcmp(lt_json_str_or(entry, "state", ""), "draft") == 0; /* a family's draft is the family's alone */
        if (!rc && !secret && plan_entry(&g, entry, err)) rc = lt_fail_memory(err);
    }
    if (!rc)
        *out = json_pack("{s:s, s:s?, s:s?, s:s?, s:s*, s:s?, s:s*, s:o, s:i, s:i, s:i, s:i, s:i, s:O}", "pupil", id, "surname",
                         lt_json_str(row, "surname"), "name", lt_json_str(row, "name"), "class_name", lt_json_str(row, "class_name"), "shown_name",
                         p.name, "shown_class", *p.klass ? p.klass : NULL, "why", p.why, "fields", publish_field_words(p.fields), "add",
                         g.counts[STEP_ADD], "keep", g.counts[STEP_KEEP], "change", g.counts[STEP_CHANGE], "remove", g.counts[STEP_REMOVE], "leave",
                         g.counts[STEP_LEAVE], "entries", g.steps);
    json_decref(g.showable);
    json_decref(g.entries);
    json_decref(g.steps);
    publish_known_free(&g.known);
    publish_pupil_close(&p);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static int run_plan(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct publish_channel ch;
    const char *pupil = lt_json_str(in, "pupil");
    json_t *page = NULL, *items = json_array();
    int rc = publish_channel_open(call, lt_json_str_or(in, "channel", ""), &ch, err);
    if (rc) {
        json_decref(items);
        return rc;
    }
    char today[LT_DATE_SIZE];
    json_t *params = json_pack("{s:s, s:s*}", "today", lt_date_format(call->today, today), "ids", pupil);
    rc = uc_list(call, "pupils", params, &page, err);
    size_t i;
    const json_t *row;
    json_array_foreach(lt_json_array(page, "items"), i, row) {
        json_t *item = NULL;
        if (!rc) rc = plan_pupil(call, &ch, row, &item, err);
        if (!rc && json_array_append_new(items, item)) rc = lt_fail_memory(err);
    }
    publish_channel_close(&ch);
    if (!rc) uc_saw_items(call, items, "pupil");
    if (!rc) *out = json_pack("{s:O, s:O?}", "items", items, "next", json_object_get(page, "next"));
    json_decref(items);
    json_decref(page);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- run --- */

/* What had been taken down by somebody's word may be shown again. */
static int lift(struct uc_call *call, const char *channel, const json_t *ids, struct lt_error *err)
{
    size_t i;
    const json_t *id;
    int rc = 0;
    json_array_foreach(ids, i, id) {
        char repo[64], path[160];
        struct uc_tx *tx = NULL;
        json_t *doc = NULL;
        if (rc) break;
        rc = index_locate(call->app->index, "publication", json_string_value(id), repo, path, err);
        if (rc == LT_NOTFOUND) return lt_fail_field(err, LT_NOTFOUND, "again", "publication.absent", "id", json_string_value(id), (char *)NULL);
        if (!rc) rc = uc_tx_begin1(call, repo, &tx, err);
        if (!rc) rc = uc_tx_get(tx, repo, path, &doc, err);
        if (!rc && strcmp(lt_json_str_or(doc, "channel", ""), channel) != 0)
            rc = lt_fail_field(err, LT_REFUSED, "again", "publication.other_channel", "id", json_string_value(id), (char *)NULL);
        if (!rc) json_object_del(doc, "retracted");
        if (!rc) rc = uc_tx_put(tx, repo, path, doc, err);
        if (!rc) rc = uc_tx_commit(tx, "Allow to publish again", lt_json_str(doc, "entry"), err);
        uc_tx_end(tx);
        json_decref(doc);
    }
    return rc;
}

static json_t *result_doc(const struct publish_channel *ch, const struct publish_result *r)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "channel", ch->id, "folder", ch->folder, "release", r->release, "pupils",
                     (json_int_t)r->pupils, "entries", (json_int_t)r->entries, "added", (json_int_t)r->added, "changed", (json_int_t)r->changed,
                     "removed", (json_int_t)r->removed);
}

static int run_run(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct publish_channel ch;
    struct publish_result result;
    int rc = publish_channel_open(call, lt_json_str_or(in, "channel", ""), &ch, err);
    if (rc) return rc;
    rc = lift(call, ch.id, lt_json_array(in, "again"), err);
    if (!rc) rc = publish_run(call, &ch, PUBLISH_RUN, NULL, &result, err);
    if (!rc) *out = result_doc(&ch, &result);
    publish_channel_close(&ch);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- status --- */

static int run_status(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    int rc = params ? uc_scope(call, "publication.status", params, err) : lt_fail_memory(err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, "publications", params, out, err);
    if (!rc) uc_saw_items(call, lt_json_array(*out, "items"), "pupil");
    return rc;
}

/* --- taking down --- */

/* A release without what is due; where none can be made, nothing is shown at all: better no page than a page that may not be. */
static int reduce(struct uc_call *call, const struct publish_channel *ch, const char *only, size_t *removed, bool *cleared, struct lt_error *err)
{
    struct publish_result result;
    int rc = publish_run(call, ch, PUBLISH_REDUCE, only, &result, err);
    if (!rc) *removed += result.removed;
    if (!rc || rc == LT_CONFLICT || rc == LT_DENIED) return rc;
    struct lt_error why = *err;
    *err = (struct lt_error){0};
    rc = publish_clear(call, ch, removed, err);
    *cleared = !rc;
    lt_error_clear(&why);
    return rc;
}

/* Writes that these may not be shown; readers still see them until the next step. */
static int mark(struct uc_call *call, const char *channel, const struct publish_list *known, const char *pupil, const char *id, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    int rc = uc_tx_begin1(call, pupil, &tx, err);
    for (size_t i = 0; !rc && i < known->len; i++) {
        struct publish_known k = known->v[i];
        if ((id && strcmp(k.id, id) != 0) || k.retracted) continue;
        k.now = 0;
        rc = publish_put(call, tx, channel, &k, k.shown ? "removing" : "removed", "", true, err);
    }
    if (!rc && !id && !publish_known_barred(known, pupil)) {
        struct publish_known whole = {0};
        lt_print(whole.pupil, sizeof whole.pupil, "%s", pupil);
        rc = publish_put(call, tx, channel, &whole, "removed", "", true, err);
    }
    if (!rc) rc = uc_tx_commit(tx, "Take off the site", NULL, err);
    uc_tx_end(tx);
    return rc;
}

static int retract_at(struct uc_call *call, const char *channel, const char *pupil, const char *id, size_t *removed, bool *cleared,
                      struct lt_error *err)
{
    struct publish_channel ch;
    struct publish_list known;
    int rc = publish_channel_open(call, channel, &ch, err);
    if (rc) return rc;
    rc = publish_known_read(call, channel, pupil, &known, err);
    bool shown = false;
    for (size_t i = 0; !rc && i < known.len; i++) shown = shown || known.v[i].shown;
    if (!rc) rc = mark(call, channel, &known, pupil, id, err);
    publish_known_free(&known);
    if (!rc && shown) rc = reduce(call, &ch, pupil, removed, cleared, err);
    publish_channel_close(&ch);
    return rc;
}

static int active_channels(struct uc_call *call, json_t **out, struct lt_error *err)
{
    return uc_all(call, "channels", json_pack("{s:s}", "state", "active"), out, err);
}

static int run_retract(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str(in, "id"), *pupil = lt_json_str(in, "pupil");
    char channel[LT_ID_SIZE] = "";
    size_t removed = 0, i;
    bool cleared = false;
    json_t *channels = NULL;
    const json_t *row;
    if (!id == !pupil) return lt_fail_field(err, LT_USAGE, "id", "publication.retract_what", (char *)NULL);
    int rc = id ? uc_require(call, "publication.retract", UC_T_PUBLICATION, id, err) : uc_require(call, "publication.retract", UC_T_PUPIL, pupil, err);
    if (rc) return rc;
    uc_saw(call, call->target.pupil_id);
    lt_print(channel, sizeof channel, "%s", id ? lt_json_str_or(call->target.object, "channel", "") : lt_json_str_or(in, "channel", ""));
    if (*channel) {
        rc = retract_at(call, channel, call->target.pupil_id, id, &removed, &cleared, err);
    } else {
        rc = active_channels(call, &channels, err);
        json_array_foreach(channels, i, row) {
            if (!rc) rc = retract_at(call, lt_json_str_or(row, "id", ""), pupil, NULL, &removed, &cleared, err);
        }
        json_decref(channels);
    }
    if (!rc)
        *out = json_pack("{s:s, s:s*, s:I, s:b}", "pupil", call->target.pupil_id, "id", id, "removed", (json_int_t)removed, "cleared", cleared);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- what is due --- */

static int due_of_pupil(struct uc_call *call, const struct publish_channel *ch, const struct publish_list *known, const char *pupil, bool *due,
                        struct lt_error *err)
{
    struct publish_pupil p;
    json_t *rows = NULL;
    int rc = publish_pupil_open(call, ch, pupil, &p, err);
    if (!rc) rc = publish_entries(call, pupil, &rows, err);
    bool barred = publish_known_barred(known, pupil);
    for (size_t i = 0; !rc && i < known->len; i++) {
        const struct publish_known *k = &known->v[i];
        if (!k->shown || strcmp(k->pupil, pupil) != 0) continue;
        const json_t *row = showable_row(rows, k->entry);
        const json_t *verified = row ? lt_json_object(row, "verified") : NULL;
        struct publish_pictures pictures;
        rc = publish_pictures(p.fields, row, &pictures, err);
        if (rc) break;
        *due = *due || barred || k->removing || k->retracted || !verified || publish_entry_why(&p, verified) ||
               (k->fields & ~publish_fields_of(publish_entry_fields(call, p.fields, verified), &pictures)) || publish_pictures_lost(k, pictures.sum);
        json_decref(pictures.pages);
    }
    json_decref(rows);
    publish_pupil_close(&p);
    return rc;
}

static int compare_pupils(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int any_due(struct uc_call *call, const struct publish_channel *ch, const struct publish_list *known, bool *due, struct lt_error *err)
{
    size_t n = 0;
    int rc = 0;
    const char **pupils = lt_calloc(known->len + 1, sizeof *pupils);
    if (!pupils) return lt_fail_memory(err);
    for (size_t i = 0; i < known->len; i++)
        if (known->v[i].shown) pupils[n++] = known->v[i].pupil;
    qsort(pupils, n, sizeof *pupils, compare_pupils);
    for (size_t i = 0; !rc && !*due && i < n; i++)
        if (i == 0 || strcmp(pupils[i], pupils[i - 1]) != 0) rc = due_of_pupil(call, ch, known, pupils[i], due, err);
    free(pupils);
    return rc;
}

static int due_at(struct uc_call *call, const char *channel, const char *pupil, size_t *removed, struct lt_error *err)
{
    struct publish_channel ch;
    struct publish_list known;
    bool due = false, cleared = false;
    int rc = publish_channel_open(call, channel, &ch, err);
    if (rc) return rc;
    rc = publish_known_read(call, channel, pupil, &known, err);
    if (!rc) rc = any_due(call, &ch, &known, &due, err);
    publish_known_free(&known);
    if (!rc && due) rc = reduce(call, &ch, pupil, removed, &cleared, err);
    publish_channel_close(&ch);
    return rc;
}

int publication_due(struct uc_call *call, const char *pupil, size_t *removed, struct lt_error *err)
{
    json_t *channels = NULL, *checks = call->checks;
    size_t i;
    const json_t *row;
    /* It follows from the law, not from a right of whoever made it due. */
    call->checks = NULL;
    int rc = active_channels(call, &channels, err);
    json_array_foreach(channels, i, row) {
        if (!rc) rc = due_at(call, lt_json_str_or(row, "id", ""), pupil, removed, err);
    }
    json_decref(channels);
    json_decref(call->checks);
    call->checks = checks;
    return rc;
}

void publication_after(struct uc_call *call)
{
    const char *pupil = call->target.pupil_id;
    struct lt_error ignored = {0};
    int shown = 0;
    size_t removed = 0;
    if (!*pupil || strcmp(call->row->noun, "publication") == 0) return;
    json_t *params = json_pack("{s:s, s:[s, s]}", "pupil", pupil, "state", "published", "removing");
    int rc = params ? index_count(call->app->index, "publications", params, 1, &shown, &ignored) : LT_SYSTEM;
    json_decref(params);
    if (!rc && shown) {
        char request[sizeof call->request];
        json_t *seen = json_deep_copy(call->seen);
        lt_print(request, sizeof request, "%s", call->request);
        lt_id_next(call->app->ids, call->request); /* rows of its own in the access log */
        publication_due(call, pupil, &removed, &ignored);
        lt_print(call->request, sizeof call->request, "%s", request);
        json_decref(call->seen);
        call->seen = seen;
    }
    lt_error_clear(&ignored);
}

/* Of what is shown at the channel: does anything name this mentor? */
static bool names(struct uc_call *call, const struct publish_list *known, const char *person)
{
    bool found = false;
    for (size_t i = 0; !found && i < known->len; i++) {
        const struct publish_known *k = &known->v[i];
        struct lt_error ignored = {0};
        json_t *entry = NULL;
        if (!k->shown || !(k->fields & PUBLISH_MENTOR) || !*k->entry) continue;
        if (uc_doc(call, "verified", k->entry, &entry, &ignored) == 0)
            found = strcmp(lt_json_str_or(lt_json_object(entry, "mentor"), "person", ""), person) == 0;
        lt_error_clear(&ignored);
        json_decref(entry);
    }
    return found;
}

static int unname_at(struct uc_call *call, const char *channel, const char *person, struct lt_error *err)
{
    struct publish_channel ch;
    struct publish_list known;
    size_t removed = 0;
    bool cleared = false;
    int rc = publish_channel_open(call, channel, &ch, err);
    if (rc) return rc;
    rc = publish_known_read(call, channel, NULL, &known, err);
    bool due = !rc && names(call, &known, person);
    publish_known_free(&known);
    if (due) rc = reduce(call, &ch, NULL, &removed, &cleared, err);
    publish_channel_close(&ch);
    return rc;
}

void publication_unnamed(struct uc_call *call, const char *person)
{
    struct lt_error ignored = {0};
    char request[sizeof call->request];
    json_t *channels = NULL, *checks = call->checks, *seen = json_deep_copy(call->seen);
    size_t i;
    const json_t *row;
    lt_print(request, sizeof request, "%s", call->request);
    lt_id_next(call->app->ids, call->request); /* rows of its own in the access log */
    call->checks = NULL; /* it follows from the law, not from a right of whoever made it due */
    int rc = active_channels(call, &channels, &ignored);
    json_array_foreach(channels, i, row) {
        if (!rc) rc = unname_at(call, lt_json_str_or(row, "id", ""), person, &ignored);
    }
    json_decref(channels);
    json_decref(call->checks);
    call->checks = checks;
    lt_print(call->request, sizeof call->request, "%s", request);
    json_decref(call->seen);
    call->seen = seen;
    lt_error_clear(&ignored);
}

static int run_due(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    size_t removed = 0;
    (void)in;
    int rc = publication_due(call, NULL, &removed, err);
    if (!rc) *out = json_pack("{s:I}", "removed", (json_int_t)removed);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

int publication_due_app(struct lt_app *app, const char *local_user, struct lt_error *err)
{
    json_t *none = json_object();
    struct uc_request request = {.noun = "publication", .verb = "due", .values = none, .door = UC_CLI, .local_user = local_user};
    struct uc_answer answer;
    int rc = uc_dispatch(app, &request, &answer, err);
    uc_answer_clear(&answer);
    json_decref(none);
    return rc;
}

#define CHANNEL {"channel", UC_ID, UC_REQUIRED, 0, 0, NULL}
static const struct uc_field plan_fields[] = {CHANNEL, {"pupil", UC_ID, 0, 0, 0, NULL}, {0}};
static const struct uc_field run_fields[] = {CHANNEL, {"again", UC_ID, UC_MANY, 0, 0, NULL}, UC_BACKGROUND_FIELD, {0}};
static const struct uc_field status_fields[] = {{"channel", UC_ID, 0, 0, 0, NULL},
                                                {"pupil", UC_ID, 0, 0, 0, NULL},
                                                {"entry", UC_ID, 0, 0, 0, NULL},
                                                {"state", UC_ENUM, 0, 0, 0, "publication_state"},
                                                {0}};
static const struct uc_field retract_fields[] = {{"id", UC_ID, UC_POSITIONAL, 0, 0, NULL},
                                                 {"pupil", UC_ID, 0, 0, 0, NULL},
                                                 {"channel", UC_ID, 0, 0, 0, NULL},
                                                 {0}};

static const struct uc_row rows[] = {
    {.noun = "publication", .verb = "plan", .method = "GET", .tail = "/plan", .reply = UC_LIST, .right = "publication.plan", .fields = plan_fields,
     .gives = "plan_row", .columns = "surname name class_name fields add keep change remove leave why", .run = run_plan},
    {.noun = "publication", .verb = "run", .method = "POST", .tail = "/run", .reply = UC_ONE, .flags = UC_WRITE | UC_STEPS | UC_LONG, .right = "publication.run",
     .gives = "publication_run", .fields = run_fields, .run = run_run},
    {.noun = "publication", .verb = "status", .method = "GET", .tail = "", .reply = UC_LIST, .right = "publication.status", .target = UC_T_LIST,
     .gives = "publication_row", .fields = status_fields, .columns = "id channel_title entry_title state fields at removed_at", .run = run_status},
    {.noun = "publication", .verb = "retract", .method = "POST", .tail = "/retract", .reply = UC_ONE, .flags = UC_WRITE | UC_STEPS,
     .gives = "publication_retracted", .right = "publication.retract", .target = UC_T_OWN, .fields = retract_fields, .run = run_retract},
    {.noun = "publication", .verb = "due", .method = "POST", .tail = "/due", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT,
     .gives = "removed:int", .right = "publication.run", .run = run_due},
};

const struct uc_noun uc_noun_publication = UC_NOUN("publication", "publications", NULL, rows);
