#include "model/entry.h"

#include "base/json.h"
#include "base/mem.h"

#include <string.h>

/* --- facts --- */

void model_entry_facts_of(const json_t *entry, const json_t *verified, const json_t *dispute,
                          struct model_entry_facts *out)
{
    const json_t *source = lt_json_object(entry, "source");
    memset(out, 0, sizeof *out);
    out->state = lt_json_str_or(entry, "state", "draft");
    out->revision = lt_json_int(entry, "revision", 1);
    /* the verified copy is kept for history when the family takes an entry back */
    out->verified = json_is_object(verified) || !strcmp(out->state, "verified");
    out->hidden = lt_json_object(entry, "hidden") != NULL;
    out->disputed = json_is_object(dispute) && !lt_json_object(dispute, "answer");
    out->sensitive = lt_json_bool(entry, "sensitive", false);
    out->source_kind = lt_json_str(source, "kind");
    out->source_by = lt_json_str(source, "by");
    out->event = lt_json_str(source, "event");
    out->family =
        out->source_kind && (!strcmp(out->source_kind, "pupil") || !strcmp(out->source_kind, "guardian"));
    out->family_only =
        (out->family && !out->verified && !strcmp(out->state, "draft")) || !strcmp(out->state, "taken_back");
    out->ground = lt_json_str(entry, "ground");
    out->section = lt_json_str(entry, "section");
    out->activity = lt_json_str(entry, "activity");
    out->subject = lt_json_str(entry, "subject");
    out->group = lt_json_str(entry, "group");
}

/* --- states --- */

static const struct step {
    enum model_entry_act act;
    const char *from, *to; /* state words; to NULL: the state stays */
} steps[] = {
    {MODEL_ENTRY_EDIT, "draft", "draft"},
    {MODEL_ENTRY_EDIT, "submitted", "submitted"},
    {MODEL_ENTRY_EDIT, "returned", "returned"},
    {MODEL_ENTRY_EDIT, "verified", "submitted"},
    {MODEL_ENTRY_EDIT_DRAFT, "draft", "draft"},
    {MODEL_ENTRY_EDIT_DRAFT, "submitted", "draft"},
    {MODEL_ENTRY_EDIT_DRAFT, "returned", "draft"},
    {MODEL_ENTRY_EDIT_DRAFT, "verified", "draft"},
    {MODEL_ENTRY_SUBMIT, "draft", "submitted"},
    {MODEL_ENTRY_SUBMIT, "returned", "submitted"},
    {MODEL_ENTRY_VERIFY, "submitted", "verified"},
    {MODEL_ENTRY_RETURN, "submitted", "returned"},
    {MODEL_ENTRY_TAKE_BACK, "draft", "taken_back"},
    {MODEL_ENTRY_TAKE_BACK, "submitted", "taken_back"},
    {MODEL_ENTRY_TAKE_BACK, "returned", "taken_back"},
    {MODEL_ENTRY_TAKE_BACK, "verified", "taken_back"},
};

static const char *const act_words[] = {"edit",      "edit_draft", "submit", "verify",  "return",
                                        "take_back", "hide",       "unhide", "dispute", "answer"};

static int mark_step(const struct model_entry_facts *f, enum model_entry_act act, struct lt_error *err)
{
    switch (act) {
    case MODEL_ENTRY_HIDE:
        return f->hidden ? lt_fail(err, LT_REFUSED, "entry.hidden", (char *)NULL) : LT_OK;
    case MODEL_ENTRY_UNHIDE:
        return f->hidden ? LT_OK : lt_fail(err, LT_REFUSED, "entry.not_hidden", (char *)NULL);
    case MODEL_ENTRY_DISPUTE:
        return f->disputed ? lt_fail(err, LT_REFUSED, "entry.disputed", (char *)NULL) : LT_OK;
    default:
        return f->disputed ? LT_OK : lt_fail(err, LT_REFUSED, "entry.not_disputed", (char *)NULL);
    }
}

int model_entry_next(const struct model_entry_facts *facts, enum model_entry_act act, const char **state,
                     struct lt_error *err)
{
    /* a dispute is answered even when the family took the entry back meanwhile: the family has a right to the
     * answer */
    if (!strcmp(facts->state, "taken_back") && act != MODEL_ENTRY_ANSWER)
        return lt_fail(err, LT_REFUSED, "entry.taken_back", (char *)NULL);
    if (act >= MODEL_ENTRY_HIDE) {
        int status = mark_step(facts, act, err);
        if (!status) *state = facts->state;
        return status;
    }
    if (act == MODEL_ENTRY_TAKE_BACK && !facts->family)
        return lt_fail(err, LT_REFUSED, "entry.not_family", (char *)NULL);
    for (size_t i = 0; i < LT_COUNT(steps); i++) {
        if (steps[i].act == act && !strcmp(steps[i].from, facts->state)) {
            *state = steps[i].to;
            return LT_OK;
        }
    }
    return lt_fail(err, LT_REFUSED, "entry.state", "entry_state", facts->state, "entry_act", act_words[act],
                   (char *)NULL);
}

unsigned model_entry_steps(const struct model_entry_facts *facts)
{
    unsigned out = 0;
    const char *state;
    for (int act = 0; act <= MODEL_ENTRY_ANSWER; act++) {
        if (model_entry_next(facts, (enum model_entry_act)act, &state, NULL) == LT_OK) out |= 1u << act;
    }
    return out;
}

const char *model_entry_first_state(const char *source_kind, bool submit)
{
    if (source_kind && (!strcmp(source_kind, "import") || !strcmp(source_kind, "event"))) return "verified";
    return submit ? "submitted" : "draft";
}

/* --- revisions --- */

static const char *const editable[] = {
    "kind",  "section",   "activity",      "title",    "organiser", "level",
    "stage", "format",    "participation", "result",   "degree",    "place",
    "badge", "score",     "score_max",     "subject",  "date",      "date_to",
    "hours", "mentor",    "team_size",     "document", "link",      "description",
    "files", "sensitive", "significant",   "group",    "gto",
    NULL};

const char *const *model_entry_fields(void)
{
    return editable;
}

bool model_entry_field_editable(const char *field)
{
    for (size_t i = 0; editable[i]; i++) {
        if (!strcmp(editable[i], field)) return true;
    }
    return false;
}

static bool empty_value(const json_t *v)
{
    return json_is_null(v) || (json_is_string(v) && !json_string_length(v)) ||
           (json_is_array(v) && !json_array_size(v)) || (json_is_object(v) && !json_object_size(v));
}

int model_entry_revise(const json_t *old, const json_t *changes, const char *state, json_t **out,
                       struct lt_error *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)changes, key, value)
    {
        if (!model_entry_field_editable(key))
            return lt_fail_field(err, LT_USAGE, key, "entry.field_fixed", "field", key, (char *)NULL);
    }
    json_t *doc = json_deep_copy(old);
    int failed = doc ? 0 : -1;
    json_object_foreach((json_t *)(uintptr_t)changes, key, value)
    {
        if (empty_value(value))
            json_object_del(doc, key);
        else
            failed |= lt_json_put(doc, key, json_deep_copy(value));
    }
    if (!failed && json_equal(doc, old)) {
        json_decref(doc);
        return lt_fail(err, LT_REFUSED, "entry.no_change", (char *)NULL);
    }
    if (!failed) json_object_del(doc, "returned");
    failed = failed || lt_json_put_int(doc, "revision", lt_json_int(old, "revision", 1) + 1) ||
             lt_json_put_str(doc, "state", state);
    if (failed) {
        json_decref(doc);
        return lt_fail_memory(err);
    }
    *out = doc;
    return LT_OK;
}

/* --- ground and showing --- */

const char *model_ground(const char *what, const char *source_kind, bool private_provider)
{
    static const char *const by_consent[] = {"work", "photo", "goal", "skill", "review"};
    bool family = source_kind && (!strcmp(source_kind, "pupil") || !strcmp(source_kind, "guardian"));
    for (size_t i = 0; i < LT_COUNT(by_consent); i++)
        family = family || !strcmp(by_consent[i], what);
    return family ? "consent" : private_provider ? "contract" : "law";
}

const char *model_entry_ground(const char *kind, const char *source_kind, bool private_provider)
{
    return model_ground(kind, source_kind, private_provider);
}

bool model_entry_public(const struct model_entry_facts *f)
{
    return f->state && f->verified && !f->hidden && !f->disputed && !f->sensitive &&
           strcmp(f->state, "taken_back") != 0;
}

struct lt_date model_dispute_due(struct lt_date on)
{
    struct lt_date due = on;
    for (int days = 0; days < 7;) {
        due = lt_date_add_days(due, 1);
        int weekday =
            (int)(((lt_date_days(due) + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday; 0 = Monday */
        days += weekday < 5;
    }
    return due;
}
