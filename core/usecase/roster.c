/* Roster import: the frame of the work, and the proposal it ends in. */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void own(struct roster *r, void *p)
{
    void *grown = p ? lt_array_grow(r->owned, &r->owned_cap, r->owned_len + 1, sizeof *r->owned) : NULL;
    if (!grown) {
        free(p);
        r->failed = true;
        return;
    }
    r->owned = grown;
    r->owned[r->owned_len++] = p;
}

void *roster_alloc(struct roster *r, size_t size)
{
    void *p = lt_calloc(1, size);
    size_t before = r->owned_len;
    own(r, p);
    return r->owned_len > before ? p : NULL;
}

const char *roster_keep(struct roster *r, char *text)
{
    size_t before = r->owned_len;
    own(r, text);
    return r->owned_len > before ? text : "";
}

const char *roster_copy(struct roster *r, const char *text)
{
    return text && *text ? roster_keep(r, lt_strdup(text)) : "";
}

const char *roster_new_id(struct roster *r)
{
    char id[LT_ID_SIZE];
    lt_id_next(r->ids, id);
    return roster_copy(r, id);
}

json_t *roster_edit(struct roster *r, struct roster_doc *d)
{
    if (!d->doc) d->doc = d->before ? json_deep_copy(d->before) : json_object();
    if (!d->doc) r->failed = true;
    return d->doc;
}

const json_t *roster_see(const struct roster_doc *d)
{
    return d->doc ? d->doc : d->before;
}

/* --- what is said about a row --- */

static json_t *column_name(uint32_t column)
{
    char name[TABLE_COLUMN_NAME] = "";
    return json_string(column ? table_column_name(column, name) : "");
}

static json_t *said(struct roster *r, uint32_t row, const char *prefix, const char *code, const char *value)
{
    char id[96];
    struct lt_buf text = LT_BUF_INIT(4096), line = LT_BUF_INIT(4200);
    lt_print(id, sizeof id, "%s.%s", prefix, code);
    char clipped[128];
    lt_print(clipped, sizeof clipped, "%.*s", (int)lt_utf8_clip(value, 100), value);
    json_t *out = NULL;
    if (lt_msg_add(&text, r->lang, id, "value", clipped, (char *)NULL) == 0 && text.data &&
        lt_msg_add(&line, r->lang, row ? "import.row" : "import.no_row", "row", LT_NUM(row), "text", text.data, (char *)NULL) == 0)
        out = json_string(line.data ? line.data : "");
    lt_buf_free(&text);
    lt_buf_free(&line);
    return out;
}

void roster_problem(struct roster *r, struct roster_row *row, uint32_t column, const char *code, const char *value)
{
    if (!row->problems) row->problems = json_array();
    size_t i;
    const json_t *p;
    json_array_foreach(row->problems, i, p) {
        if (strcmp(lt_json_str_or(p, "code", ""), code) == 0) return; /* said once */
    }
    json_t *one = json_pack("{s:o, s:s, s:o}", "column", column_name(column), "code", code, "message",
                            said(r, row->row, "problem", code, value ? value : ""));
    if (json_array_append_new(row->problems, one)) r->failed = true;
}

void roster_outcome(struct roster_row *row, const char *outcome, const char *why)
{
    row->outcome = outcome;
    row->why = why;
}

void roster_candidate(struct roster *r, struct roster_row *row, const char *slot, const struct roster_pupil *p,
                      const struct roster_person *q, const char *why)
{
    if (!row->candidates) row->candidates = json_array();
    const char *id = p ? (p->is_new ? p->origin : p->id) : q->is_new ? q->origin : q->id;
    size_t i;
    const json_t *known;
    json_array_foreach(row->candidates, i, known) {
        if (strcmp(lt_json_str_or(known, "id", ""), id) == 0 && strcmp(lt_json_str_or(known, "slot", ""), slot) == 0) return;
    }
    const struct model_name *n = p ? &p->name.parts : &q->name.parts;
    char *full = model_name_full(n->surname, n->name, n->patronymic);
    char code[64];
    lt_print(code, sizeof code, "why.%s", why);
    json_t *c = json_pack("{s:s, s:s, s:s, s:s?}", "id", id, "kind", p ? "pupil" : "person", "why", lt_msg(r->lang, code), "name",
                          full);
    if (!c || lt_json_put_str(c, "slot", slot) || (p && lt_json_put_str(c, "class", p->class_name)) ||
        (p && lt_json_put_str(c, "birth", p->birth)) || json_array_append_new(row->candidates, c))
        r->failed = true;
    free(full);
}

const char *roster_decision(const struct roster *r, const struct roster_row *row, const char *slot)
{
    char *key = slot ? lt_format("%s!%u.%s", row->sheet, row->row, slot) : lt_format("%s!%u", row->sheet, row->row);
    const char *v = key ? lt_json_str(r->options->decisions, key) : NULL;
    free(key);
    return v;
}

void roster_name_of_doc(struct roster *r, const json_t *doc, struct roster_name *out)
{
    memset(out, 0, sizeof *out);
    out->parts.surname = (char *)roster_copy(r, lt_json_str(doc, "surname"));
    out->parts.name = (char *)roster_copy(r, lt_json_str(doc, "name"));
    out->parts.patronymic = (char *)roster_copy(r, lt_json_str(doc, "patronymic"));
    out->parts.note = (char *)"";
    out->key = roster_keep(r, model_name_key_of(out->parts.surname, out->parts.name, out->parts.patronymic));
    out->raw = "";
}

/* --- the proposal --- */

static json_t *value_of(struct roster *r, const struct roster_row *row)
{
    json_t *v = json_object();
    int bad = !v;
    const struct model_name *n = &row->name.parts;
    if (row->has_name) {
        bad |= lt_json_put_str(v, "surname", n->surname);
        bad |= lt_json_put_str(v, "name", n->name);
        bad |= lt_json_put_str(v, "patronymic", n->patronymic);
    }
    const struct { const char *key, *text; } plain[] = {
        {"class", row->klass ? row->klass->name : NULL}, {"birth", row->birth}, {"sex", row->sex}, {"study_form", row->form},
        {"number", row->number}, {"post", row->post}, {"subject", row->subject}, {"target", row->target}, {"group", row->group},
        {"programme", row->programme}, {"from", row->from}, {"to", row->to}};
    for (size_t i = 0; i < LT_COUNT(plain); i++) bad |= lt_json_put_str(v, plain[i].key, plain[i].text);
    json_t *list = json_array();
    for (int i = 0; i < row->contacts_len; i++) {
        const struct roster_contact *c = &row->contacts[i];
        char *full = model_name_full(c->name.parts.surname, c->name.parts.name, c->name.parts.patronymic);
        json_t *one = json_pack("{s:s, s:s?}", "slot", c->slot, "name", full);
        bad |= !one || lt_json_put_str(one, "kind", c->kind) || lt_json_put_str(one, "phone", c->phone) ||
               lt_json_put_str(one, "email", c->email) || lt_json_put_str(one, "person", c->person ? c->person->id : NULL) ||
               json_array_append_new(list, one);
        free(full);
    }
    if (json_array_size(list)) bad |= lt_json_put(v, "contacts", json_incref(list));
    json_decref(list);
    if (bad) r->failed = true;
    return v;
}

static void emit_row(struct roster *r, const struct roster_row *row)
{
    char why[64];
    lt_print(why, sizeof why, "why.%s", row->why ? row->why : "none");
    const char *pupil = row->pupil && !row->pupil->is_new && row->kind != ROSTER_STAFF ? row->pupil->id : NULL;
    bool doubtful = strcmp(row->outcome, "doubtful") == 0;
    json_t *o = json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s?, s:O, s:o, s:O}", "kind", roster_kind_word(row->kind), "sheet",
                          row->row ? row->sheet : NULL, "outcome", row->outcome, "why", row->why ? lt_msg(r->lang, why) : "",
                          "pupil", doubtful ? NULL : pupil, "person",
                          row->person && !row->person->is_new && !doubtful ? row->person->id : NULL, "candidates",
                          row->candidates, "values", value_of(r, row), "problems", row->problems);
    if (!o || json_object_set_new(o, "row", row->row ? json_integer(row->row) : json_null()) ||
        json_array_append_new(r->out->rows, o))
        r->failed = true;
}

static void emit_doc(struct roster *r, struct roster_doc *d, struct lt_error *err)
{
    if (!d->doc || (d->before && json_equal(d->before, d->doc))) return;
    if (import_proposal_add(r->out, d->repo, d->path, json_incref(d->before), json_incref(d->doc))) {
        r->failed = true;
        lt_fail_memory(err);
    }
}

static void emit(struct roster *r, struct lt_error *err)
{
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (!row->candidates) row->candidates = json_array();
        if (!row->problems) row->problems = json_array();
        emit_row(r, row);
    }
    for (size_t i = 0; i < r->classes_len; i++) {
        if (!r->classes[i]->is_new || r->classes[i]->used) emit_doc(r, &r->classes[i]->doc, err);
    }
    for (size_t i = 0; i < r->groups_len; i++) emit_doc(r, &r->groups[i]->doc, err);
    for (size_t i = 0; i < r->persons_len; i++) {
        if (!r->persons[i]->is_new || r->persons[i]->used) emit_doc(r, &r->persons[i]->doc, err);
    }
    for (size_t i = 0; i < r->pupils_len; i++) {
        emit_doc(r, &r->pupils[i]->card, err);
        emit_doc(r, &r->pupils[i]->classes, err);
    }
}

static void drop_doc(struct roster_doc *d)
{
    json_decref(d->before);
    json_decref(d->doc);
}

static void clear(struct roster *r)
{
    for (size_t i = 0; i < r->rows_len; i++) {
        json_decref(r->rows[i]->problems);
        json_decref(r->rows[i]->candidates);
        json_decref(r->rows[i]->values);
    }
    for (size_t i = 0; i < r->classes_len; i++) drop_doc(&r->classes[i]->doc);
    for (size_t i = 0; i < r->groups_len; i++) drop_doc(&r->groups[i]->doc);
    for (size_t i = 0; i < r->persons_len; i++) drop_doc(&r->persons[i]->doc);
    for (size_t i = 0; i < r->pupils_len; i++) {
        drop_doc(&r->pupils[i]->card);
        drop_doc(&r->pupils[i]->classes);
    }
    json_t *maps[] = {r->pupil_keys, r->pupil_births, r->person_keys, r->person_phones, r->person_emails};
    for (size_t i = 0; i < LT_COUNT(maps); i++) json_decref(maps[i]);
    for (size_t i = 0; i < r->owned_len; i++) free(r->owned[i]);
    free(r->owned);
    free(r->pupils);
    free(r->persons);
    free(r->classes);
    free(r->groups);
    free(r->rows);
}

/* The days the roster speaks for. A roster of this school year is compared with today; one of the coming (or a past) year with its
 * first day. New terms in a class the school knows begin on that day unless --from says otherwise, so that nobody gets a right
 * for days gone by; the members of a class that the roster itself brings are in it from the first day of its year. */
static void set_days(struct roster *r, const struct model_year_rule *rule)
{
    const struct import_options *o = r->options;
    int now = model_year_of(r->today, rule);
    r->year = o->year ? o->year : now;
    r->first = model_year_first(r->year, rule);
    r->on = r->year == now ? r->today : r->first;
    if (!lt_date_none(o->from)) r->on = o->from;
    lt_date_format(r->on, r->from);
    lt_date_format(r->first, r->first_text);
}

static int propose(struct uc_call *call, const struct import_format *format, struct import_source *source, const struct import_options *options,
                   const json_t *items, struct import_proposal *out, struct lt_error *err)
{
    (void)format;
    struct roster r = {.options = options, .lang = call->lang, .today = call->today, .ids = call->app->ids, .out = out};
    struct model_year_rule rule = uc_year_rule(call);
    set_days(&r, &rule);
    out->rows = json_array();
    out->sheets = json_array();
    out->skipped = json_array();
    int rc = out->rows && out->sheets && out->skipped ? import_table(call, source, &r.table, err) : lt_fail_memory(err);
    if (!rc) rc = roster_world(&r, items);
    if (!rc) rc = roster_sheets(&r, err);
    if (!rc) rc = roster_rows(&r, err);
    if (!rc) {
        roster_match_staff(&r);
        roster_match_pupils(&r);
        roster_match_guardians(&r);
        roster_plan_staff(&r);
        rc = roster_plan_pupils(&r, err);
    }
    if (!rc) {
        roster_plan_load(&r);
        roster_plan_groups(&r);
        rc = roster_plan_left(&r, err);
    }
    if (!rc) emit(&r, err);
    if (!rc && r.failed) rc = lt_fail_memory(err);
    clear(&r);
    return rc;
}

static int recognise(const struct table *table)
{
    int best = 0;
    for (size_t i = 0; i < table_sheets(table); i++) {
        int score = table_sheet_hidden(table, i) ? 0 : roster_sheet_score(table, i);
        if (score > best) best = score;
    }
    return best;
}

const struct import_format import_roster = {.name = "roster",
                                            .right = "import.roster",
                                            .subject = "Import a roster",
                                            .kinds = "person class programme group pupil classes",
                                            .recognise = recognise,
                                            .propose = propose};
