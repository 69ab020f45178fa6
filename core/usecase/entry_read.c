/* entry list, show, history, diff. */
#include "usecase/entry.h"
#include "usecase/mask.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/year.h"

#include <stdlib.h>
#include <string.h>

int entry_take_year(json_t *params, struct lt_error *err)
{
    const char *text = lt_json_str(params, "school_year");
    int year;
    if (!text) return 0;
    if (!model_year_parse(text, &year))
        return lt_fail_field(err, LT_USAGE, "school_year", "field.malformed.year", "field", "school_year", (char *)NULL);
    return lt_json_put_int(params, "school_year", year) ? lt_fail_memory(err) : 0;
}

int entry_run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    bool queue = lt_json_bool(in, "queue", false);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    json_object_del(params, "queue");
    int rc = params ? entry_take_year(params, err) : lt_fail_memory(err);
    if (!rc) rc = uc_scope(call, "entry.list", params, err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, queue ? "queue" : "entries", params, out, err);
    if (!rc) uc_saw_items(call, lt_json_array(*out, "items"), "pupil");
    return rc;
}

/* Objections, those without an answer first asked for: whose, about what, until when. */
int entry_run_disputes(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_object(), *row;
    char today[LT_DATE_SIZE];
    size_t i;
    bool bad = !params || lt_json_copy_key(params, in, "pupil") || (!lt_json_bool(in, "answered", false) && lt_json_put_bool(params, "open", true));
    int rc = bad ? lt_fail_memory(err) : uc_scope(call, "entry.list", params, err);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, "disputes", params, out, err);
    lt_date_format(call->today, today);
    json_array_foreach(rc ? NULL : lt_json_array(*out, "items"), i, row) {
        bool open = lt_json_bool(row, "open", false);
        if (open && lt_json_put_bool(row, "overdue", strcmp(lt_json_str_or(row, "due", today), today) < 0)) rc = lt_fail_memory(err);
    }
    if (!rc) uc_saw_items(call, lt_json_array(*out, "items"), "pupil");
    return rc;
}

static const char *const step_words[] = {"edit", "edit_draft", "submit", "verify", "return", "withdraw", "hide", "unhide", "dispute", "answer"};

/* What this person may do with it now: for buttons and for the help of the command line. */
static json_t *steps(struct uc_call *call, const struct model_entry_facts *facts)
{
    static const char *const rights[] = {"entry.edit", "entry.edit", "entry.submit", "entry.verify", "entry.return",
                                         "entry.withdraw", "entry.hide", "entry.hide", "entry.dispute", "entry.answer"};
    unsigned open = model_entry_steps(facts);
    json_t *list = json_array();
    if (json_array_size(lt_json_array(call->target.entry, "files")) && model_allowed("file.mask", call->standing, facts))
        json_array_append_new(list, json_string("mask"));
    for (size_t i = 0; i < LT_COUNT(rights); i++) {
        if ((open & (1u << i)) && model_allowed(rights[i], call->standing, facts))
            json_array_append_new(list, json_string(step_words[i]));
    }
    return list;
}

int entry_run_show(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    const struct uc_target_docs *t = &call->target;
    struct model_entry_facts facts;
    model_entry_facts_of(t->entry, t->verified, t->dispute, &facts);
    json_t *doc = json_copy(t->entry), *verification = NULL;
    struct lt_error none = {0};
    int rc = doc ? 0 : lt_fail_memory(err);
    if (!rc && index_get(call->app->index, "verification", t->entry_id, &verification, NULL, &none) == 0)
        rc = lt_json_put(doc, "verification", verification) ? lt_fail_memory(err) : 0;
    lt_error_clear(&none);
    if (!rc && t->verified && lt_json_put_int(doc, "verified_revision", lt_json_int(t->verified, "revision", 0)))
        rc = lt_fail_memory(err);
    if (!rc && t->dispute && json_object_set(doc, "dispute", t->dispute)) rc = lt_fail_memory(err);
    if (!rc) rc = mask_tell(call, doc, err);
    if (!rc && lt_json_put(doc, "steps", steps(call, &facts))) rc = lt_fail_memory(err);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* --- history --- */

struct past {
    struct uc_call *call;
    struct lt_error *err;
    char path[160];       /* of entry.json */
    json_t *items;
    int64_t want;         /* revision looked for; 0: gather items */
    json_t *found;
};

static int read_at(struct past *p, const char *commit, json_t **out)
{
    struct vault_snapshot *s = NULL;
    struct lt_buf b = LT_BUF_INIT(VAULT_TEXT_MAX);
    int rc = vault_snapshot_open(p->call->app->vault, p->call->target.pupil_id, commit, &s, p->err);
    if (!rc) rc = vault_snapshot_read(s, p->path, &b, p->err);
    if (!rc) rc = lt_json_parse(b.data ? b.data : "", b.len, VAULT_TEXT_MAX, out, p->err);
    lt_buf_free(&b);
    vault_snapshot_close(s);
    return rc;
}

static int past_commit(void *user, const struct vault_commit_info *c)
{
    struct past *p = user;
    json_t *doc = NULL;
    char at[LT_INSTANT_SIZE];
    int rc = read_at(p, c->commit, &doc);
    if (rc) return rc;
    int64_t revision = lt_json_int(doc, "revision", 0);
    if (p->want) {
        if (revision == p->want) p->found = json_incref(doc);
        json_decref(doc);
        return p->found ? 1 : 0;
    }
    json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:O*}", "at", lt_instant_format(c->author_ms, at), "actor",
                             c->actor, "use_case", c->use_case, "subject", c->subject, "revision", (json_int_t)revision,
                             "state", lt_json_str_or(doc, "state", ""), "returned", json_object_get(doc, "returned"));
    json_decref(doc);
    return json_array_append_new(p->items, item) ? lt_fail_memory(p->err) : 0;
}

static int walk_past(struct uc_call *call, struct past *p, struct lt_error *err)
{
    char repo[64], dir[160];
    p->call = call;
    p->err = err;
    int rc = index_locate(call->app->index, "entry", call->target.entry_id, repo, p->path, err);
    lt_print(dir, sizeof dir, "%s", p->path);
    char *slash = strrchr(dir, '/');
    if (slash) slash[1] = 0;
    if (!rc) rc = vault_history(call->app->vault, repo, dir, past_commit, p, err);
    return rc == 1 ? 0 : rc;
}

int entry_run_history(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    struct past p = {.items = json_array()};
    int rc = p.items ? walk_past(call, &p, err) : lt_fail_memory(err);
    if (!rc) *out = json_pack("{s:O, s:n}", "items", p.items, "next");
    json_decref(p.items);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- diff --- */

static int revision_doc(struct uc_call *call, int64_t revision, json_t **out, struct lt_error *err)
{
    struct past p = {.want = revision};
    int rc = walk_past(call, &p, err);
    if (!rc && !p.found) rc = lt_fail(err, LT_NOTFOUND, "entry.revision_absent", "revision", LT_NUM(revision), (char *)NULL);
    if (!rc) *out = p.found;
    return rc;
}

static json_t *differences(const json_t *a, const json_t *b)
{
    json_t *list = json_array();
    for (const char *const *f = model_entry_fields(); list && *f; f++) {
        json_t *x = json_object_get(a, *f), *y = json_object_get(b, *f);
        if (x == y || (x && y && json_equal(x, y))) continue;
        json_array_append_new(list, json_pack("{s:s, s:O*, s:O*}", "field", *f, "from", x, "to", y));
    }
    return list;
}

int entry_run_diff(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    int64_t to = lt_json_int(in, "to", lt_json_int(call->target.entry, "revision", 1));
    /* By default: what a verifier has to look at, from the verified revision to the newest. */
    int64_t from = lt_json_int(in, "from", lt_json_int(call->target.verified, "revision", to > 1 ? to - 1 : to));
    json_t *a = NULL, *b = NULL;
    int rc = revision_doc(call, from, &a, err);
    if (!rc) rc = revision_doc(call, to, &b, err);
    if (!rc)
        *out = json_pack("{s:I, s:I, s:o}", "from", (json_int_t)from, "to", (json_int_t)to, "changes", differences(a, b));
    json_decref(a);
    json_decref(b);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}
