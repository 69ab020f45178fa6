/* portfolio: the whole of one pupil: shown, ranked by significance, taken away, checked. No points are ever summed. */
#include "usecase/entry.h"
#include "usecase/export.h"
#include "usecase/portfolio_own.h"
#include "usecase/job.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"
#include "model/rights.h"

#include <string.h>

/* Parameters of a list of this pupil's records, as far as the actor may see them. */
static int own_params(struct uc_call *call, const char *right, json_t **out, struct lt_error *err)
{
    json_t *params = json_pack("{s:s}", "pupil", call->target.pupil_id);
    int rc = params ? uc_scope(call, right, params, err) : lt_fail_memory(err);
    if (rc) json_decref(params);
    else *out = params;
    return rc;
}

/* How many records stand under each word of a column: counts, never points. */
static json_t *counts_by(const json_t *items, const char *key)
{
    json_t *counts = json_object();
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item) {
        const char *word = lt_json_str(item, key);
        if (counts && word) lt_json_put_int(counts, word, lt_json_int(counts, word, 0) + 1);
    }
    return counts;
}

static int run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *params = NULL, *entries = NULL, *reviews = NULL;
    const struct uc_target_docs *t = &call->target;
    int rc = own_params(call, "entry.list", &params, err);
    if (!rc) rc = uc_all(call, "entries", params, &entries, err);
    if (!rc) rc = own_params(call, "review.read", &params, err);
    if (!rc) rc = uc_all(call, "reviews", params, &reviews, err);
    const json_t *now = model_class_on(t->classes, call->today);
    if (!rc)
        *out = json_pack("{s:{s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*}, s:i, s:o, s:o, s:o, s:O, s:O}", "pupil", "id", t->pupil_id,
                         "surname", lt_json_str(t->pupil, "surname"), "name", lt_json_str(t->pupil, "name"), "patronymic",
                         lt_json_str(t->pupil, "patronymic"), "class_name", lt_json_str(now, "name"), "about",
                         lt_json_str(t->pupil, "about"), "cover", lt_json_str(t->pupil, "cover"), "count",
                         (int)json_array_size(entries), "sections", counts_by(entries, "section"), "levels",
                         counts_by(entries, "level"), "states", counts_by(entries, "state"), "entries", entries, "reviews", reviews);
    json_decref(entries);
    json_decref(reviews);
    if (rc || !*out) return rc ? rc : lt_fail_memory(err);
    return portfolio_put_own(call, *out, err);
}

static int run_timeline(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    static const char *const keys[] = {"section", "school_year", "state"};
    json_t *params = NULL; /* stays so when own_params fails */
    int rc = own_params(call, "entry.list", &params, err);
    for (size_t i = 0; !rc && i < 3; i++) lt_json_copy_key(params, in, keys[i]);
    if (!rc) rc = entry_take_year(params, err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    return uc_list(call, "entries", params, out, err);
}

/* Marks the most significant entries of the pupil (requirement D1): the mark is kept on each entry named. */
static int mark(struct uc_tx *tx, struct uc_call *call, const char *id, bool on, struct lt_error *err)
{
    struct entry_docs d = {0};
    int rc = uc_require(call, "entry.read", UC_T_ENTRY, id, err);
    if (!rc) rc = entry_load(tx, call, id, &d, err);
    if (!rc && strcmp(d.repo, call->target.pupil_id) != 0) rc = lt_fail(err, LT_NOTFOUND, "entry.absent", "id", id, (char *)NULL);
    if (!rc && lt_json_bool(d.entry, "significant", false) != on) {
        if (on ? lt_json_put_bool(d.entry, "significant", true) : json_object_del(d.entry, "significant")) rc = lt_fail_memory(err);
        if (!rc) rc = entry_store(tx, d.repo, d.dir, d.entry, err);
    }
    entry_docs_clear(&d);
    return rc;
}

static int run_select(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    const json_t *entries = lt_json_array(in, "entry"), *e;
    bool on = !lt_json_bool(in, "undo", false);
    size_t i;
    int rc = uc_tx_begin1(call, call->target.pupil_id, &tx, err);
    json_array_foreach(entries, i, e) {
        if (!rc) rc = mark(tx, call, json_string_value(e), on, err);
    }
    if (!rc) rc = uc_tx_commit(tx, on ? "Mark the most significant entries" : "Unmark significant entries", NULL, err);
    uc_tx_end(tx);
    if (!rc) *out = json_pack("{s:O, s:b}", "entries", entries, "significant", on);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- check --- */

struct faults {
    json_t *items;
    struct lt_error *err;
};

static int add_fault(void *user, const struct vault_fault *f)
{
    struct faults *k = user;
    if (json_array_size(k->items) >= 20) return 0;
    json_t *item = json_pack("{s:s, s:s, s:s, s:s}", "commit", f->commit, "path", f->path, "fault", f->code, "what", f->what);
    return json_array_append_new(k->items, item) ? lt_fail_memory(k->err) : 0;
}

static int run_check(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    struct faults k = {.items = json_array(), .err = err};
    struct vault_report r = {0};
    int rc = k.items ? vault_check(call->app->vault, call->target.pupil_id, add_fault, &k, &r, err) : lt_fail_memory(err);
    json_t *report = rc ? NULL
                        : json_pack("{s:s, s:I, s:I, s:I, s:O}", "pupil", call->target.pupil_id, "commits", (json_int_t)r.commits,
                                    "objects", (json_int_t)r.objects, "faults", (json_int_t)r.faults, "items", k.items);
    if (!rc && r.faults) {
        const json_t *first = json_array_get(k.items, 0);
        rc = lt_fail(err, LT_REFUSED, "portfolio.damaged", "commit", lt_json_str_or(first, "commit", ""), "path",
                     lt_json_str_or(first, "path", ""), "fault", lt_json_str_or(first, "fault", ""), (char *)NULL);
        lt_error_details(err, report);
    } else if (!rc) {
        *out = report;
    }
    json_decref(k.items);
    return rc;
}

/* --- export --- */

/* A bundle is the repository, drafts and all, and has a right of its own; a ZIP holds what the asker may read. */
static int run_export(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    const char *format = lt_json_str_or(in, "format", "bundle");
    bool bundle = strcmp(format, "bundle") == 0, fresh = lt_json_bool(in, "fresh", false);
    if (bundle) {
        int rc = uc_require(call, "portfolio.bundle", UC_T_PUPIL, call->target.pupil_id, err);
        if (rc) return rc;
    }
    return bundle ? export_bundle(call, call->target.pupil_id, fresh, err) : export_zip(call, call->target.pupil_id, err);
}

#define ID {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
static const struct uc_field id_fields[] = {ID, {0}};
static const struct uc_field timeline_fields[] = {ID,
                                                  {"section", UC_ENUM, 0, 0, 0, "section"},
                                                  {"school_year", UC_TEXT, 0, 0, 12, NULL},
                                                  {"state", UC_ENUM, 0, 0, 0, "entry_state"},
                                                  {0}};
static const struct uc_field select_fields[] = {
    ID, {"entry", UC_ID, UC_REQUIRED | UC_MANY, 0, 0, NULL}, {"undo", UC_BOOL, 0, 0, 0, NULL}, {0}};
static const struct uc_field arrange_fields[] = {ID,
                                                 {"cover", UC_TEXT, 0, 0, 60, NULL},
                                                 {"about", UC_LINES, 0, 0, 3000, NULL},
                                                 {"order", UC_ID, UC_MANY, 0, 0, NULL},
                                                 {"reset", UC_BOOL, 0, 0, 0, NULL},
                                                 {0}};
static const struct uc_field export_fields[] = {
    ID, {"format", UC_ENUM, 0, 0, 0, "export_format"}, {"fresh", UC_BOOL, 0, 0, 0, NULL}, UC_BACKGROUND_FIELD, {0}};

#define ROW(verb_, method_, tail_, reply_, gives_, flags_, right_, fields_)                                           \
    {.noun = "portfolio", .verb = #verb_, .method = method_, .tail = tail_, .reply = reply_, .gives = gives_, .flags = flags_, \
     .right = right_, .target = UC_T_PUPIL, .target_field = "id", .fields = fields_, .run = run_##verb_}

static const struct uc_row rows[] = {
    ROW(show, "GET", "", UC_ONE, "portfolio", UC_KEPT, "portfolio.read", id_fields),
    {.noun = "portfolio", .verb = "timeline", .method = "GET", .tail = "/timeline", .reply = UC_LIST, .flags = UC_KEPT, .right = "portfolio.read",
     .gives = "entry_row", .target = UC_T_PUPIL, .target_field = "id", .fields = timeline_fields, .columns = "id date title level result state",
     .run = run_timeline},
    ROW(select, "POST", "/select", UC_ONE, "portfolio_select", UC_WRITE, "portfolio.arrange", select_fields),
    {.noun = "portfolio", .verb = "arrange", .method = "POST", .tail = "/arrange", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "portfolio_look", .right = "portfolio.arrange", .target = UC_T_PUPIL, .target_field = "id", .fields = arrange_fields, .run = portfolio_run_arrange},
    {.noun = "portfolio", .verb = "advance", .method = "POST", .tail = "/advance", .reply = UC_ONE, .flags = UC_WRITE,
     .gives = "portfolio_look", .right = "portfolio.arrange", .target = UC_T_PUPIL, .target_field = "id", .fields = id_fields, .run = portfolio_run_advance},
    {.noun = "portfolio", .verb = "admission", .method = "GET", .tail = "/admission", .reply = UC_ONE, .right = "portfolio.read",
     .gives = "admission", .target = UC_T_PUPIL, .target_field = "id", .fields = id_fields, .run = portfolio_run_admission},
    ROW(export, "GET", "/export", UC_BYTES, NULL, UC_LONG, "portfolio.export", export_fields),
    ROW(check, "POST", "/check", UC_ONE, "portfolio_check", UC_REPEAT, "portfolio.check", id_fields),
};

const struct uc_noun uc_noun_portfolio = UC_NOUN("portfolio", "portfolio", "/pupils/{id}/portfolio", rows);
