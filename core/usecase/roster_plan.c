/* What becomes of the pupils: new cards, moves, changed fields, relations, and who is no longer on the list. */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/rights.h"
#include "usecase/pupil.h"

#include <stdlib.h>
#include <string.h>

static bool open_row(const struct roster_row *row)
{
    return row->kind == ROSTER_PUPILS && (strcmp(row->outcome, "new") == 0 || strcmp(row->outcome, "unchanged") == 0) &&
           !(row->why && strcmp(row->why, "skipped") == 0);
}

static struct lt_date day_in(const struct roster *r, const struct roster_class *klass)
{
    return (klass ? klass->is_new : !r->school_has_classes) ? r->first : r->on;
}

static int place(struct roster *r, struct roster_row *row, struct roster_pupil *p, const char *basis, struct lt_error *err)
{
    if (!row->klass) return 0;
    row->klass->used = true;
    p->class_id = row->klass->id;
    p->class_name = row->klass->name;
    return pupil_place(roster_edit(r, &p->classes), roster_see(&row->klass->doc), day_in(r, row->klass), basis, NULL, err);
}

static int open_portfolio(struct roster *r, struct roster_row *row, struct lt_error *err)
{
    struct roster_pupil *p = roster_alloc(r, sizeof *p);
    json_t *in = json_object();
    const struct model_name *n = &row->name.parts;
    if (!p || !in || lt_json_put_str(in, "surname", n->surname) || lt_json_put_str(in, "name", n->name) ||
        lt_json_put_str(in, "patronymic", n->patronymic) || lt_json_put_str(in, "birth", row->birth) ||
        lt_json_put_str(in, "sex", row->sex) || lt_json_put_str(in, "number", row->number)) {
        json_decref(in);
        return lt_fail_memory(err);
    }
    p->id = roster_new_id(r);
    p->is_new = true;
    p->name = row->name;
    p->birth = roster_copy(r, row->birth);
    p->number = row->number;
    p->class_id = p->class_name = "";
    p->origin = roster_keep(r, lt_format("%s!%u", row->sheet, row->row));
    lt_print(p->card.repo, sizeof p->card.repo, "%s", p->id);
    lt_print(p->classes.repo, sizeof p->classes.repo, "%s", p->id);
    lt_print(p->card.path, sizeof p->card.path, "%s", PUPIL_PATH);
    lt_print(p->classes.path, sizeof p->classes.path, "%s", PUPIL_CLASSES_PATH);
    p->card.doc = json_pack("{s:s, s:s}", "id", p->id, "state", "active");
    p->classes.doc = json_object();
    row->pupil = roster_pupil_add(r, p);
    int rc = p->card.doc && row->pupil ? pupil_take_fields(p->card.doc, in, r->on, err) : lt_fail_memory(err);
    if (!rc) rc = pupil_study(p->card.doc, row->form ? row->form : "school", day_in(r, row->klass), err);
    if (!rc) rc = place(r, row, p, "enrolled", err);
    json_decref(in);
    p->claimed = 1;
    return rc;
}

/* --- a pupil the school knows --- */

static void fill(json_t *in, const json_t *card, const char *key, const char *value)
{
    if (value && *value && !lt_json_str(card, key)) lt_json_put_str(in, key, value);
}

static const char *form_now(const json_t *card)
{
    const json_t *list = lt_json_array(card, "study");
    const json_t *last = json_array_get(list, json_array_size(list) - 1);
    return last && !lt_json_str(last, "to") ? lt_json_str(last, "form") : NULL;
}

static int change_card(struct roster *r, struct roster_row *row, struct lt_error *err)
{
    struct roster_pupil *p = row->pupil;
    const json_t *card = roster_see(&p->card);
    json_t *in = json_object();
    int rc = in ? 0 : lt_fail_memory(err);
    fill(in, card, "patronymic", row->name.parts.patronymic);
    fill(in, card, "birth", row->birth);
    fill(in, card, "sex", row->sex);
    fill(in, card, "number", row->number);
    if (row->changed) lt_json_put_str(in, "patronymic", row->name.parts.patronymic);
    /* parts of a name that stand in one cell may be cut otherwise than the school has them: nothing is filled from a guess */
    if (row->name.one_cell && strcmp(row->name.key, p->name.key) == 0) json_object_del(in, "patronymic");
    const char *sex = lt_json_str(card, "sex");
    if (sex && row->sex && strcmp(sex, row->sex) != 0) roster_problem(r, row, 0, "sex_differs", "");
    if (!rc && json_object_size(in)) {
        rc = pupil_take_fields(roster_edit(r, &p->card), in, r->on, err);
        row->changed = true;
    }
    const char *form = form_now(card);
    if (!rc && row->form && form && strcmp(form, row->form) != 0) {
        rc = pupil_study(roster_edit(r, &p->card), row->form, r->on, err);
        row->changed = true;
    }
    json_decref(in);
    return rc;
}

/* Left and back on one day, or within the last day of the term: the term goes on. */
static bool reopen(struct roster *r, struct roster_row *row)
{
    struct roster_pupil *p = row->pupil;
    const json_t *now = model_class_on(roster_see(&p->classes), day_in(r, row->klass));
    if (!now || strcmp(lt_json_str_or(now, "class", ""), row->klass->id) != 0) return false;
    json_t *term = (json_t *)model_class_on(roster_edit(r, &p->classes), day_in(r, row->klass));
    json_object_del(term, "to");
    p->class_id = row->klass->id;
    p->class_name = row->klass->name;
    return true;
}

static int move(struct roster *r, struct roster_row *row, bool *moved, struct lt_error *err)
{
    struct roster_pupil *p = row->pupil;
    *moved = false;
    const char *basis = "moved";
    if (p->left) {
        json_t *card = roster_edit(r, &p->card);
        json_object_del(card, "left");
        if (lt_json_put_str(card, "state", "active")) return lt_fail_memory(err);
        roster_problem(r, row, row->name_column, "returned", "");
        basis = "returned";
        *moved = true;
        p->class_id = "";
    }
    if (!row->klass || strcmp(p->class_id, row->klass->id) == 0 || reopen(r, row)) return 0;
    bool same_year = false;
    for (size_t i = 0; i < r->classes_len; i++) same_year = same_year || strcmp(r->classes[i]->id, p->class_id) == 0;
    if (!p->left && !*p->class_id) basis = "enrolled";
    else if (!p->left && !same_year) basis = "promoted";
    *moved = true;
    return place(r, row, p, basis, err);
}

/* --- relations --- */

static bool runs(const struct roster *r, const json_t *item)
{
    const char *to = lt_json_str(item, "to");
    return !to || strcmp(to, r->from) >= 0;
}

static void take_contact(struct roster *r, struct roster_row *row, struct roster_contact *c)
{
    struct roster_person *p = c->person;
    const json_t *doc = roster_see(&p->doc), *old = lt_json_object(doc, "contacts");
    bool phone = c->phone && *c->phone && !p->phone_told && strcmp(c->phone_key, p->phone_key) != 0;
    bool email = c->email && *c->email && !p->email_told && strcmp(c->email_key, p->email_key) != 0;
    p->phone_told = p->phone_told || (c->phone && *c->phone);
    p->email_told = p->email_told || (c->email && *c->email);
    if (!phone && !email) return;
    json_t *edit = roster_edit(r, &p->doc), *contacts = old ? json_deep_copy(old) : json_object();
    if ((phone && lt_json_put_str(contacts, "phone", c->phone)) || (email && lt_json_put_str(contacts, "email", c->email)) ||
        lt_json_put(edit, "contacts", contacts))
        r->failed = true;
    roster_person_contacts(r, p);
    if (!p->is_new) {
        roster_problem(r, row, c->column, "contact_changed", "");
        row->changed = true;
    }
}

static void relate(struct roster *r, struct roster_row *row, struct roster_contact *c)
{
    struct roster_pupil *p = row->pupil;
    struct lt_date birth = {0};
    lt_date_parse(p->birth, &birth);
    const char *text = c->kind_text;
    c->kind = *text ? roster_guardian_kind(text, lt_date_age(birth, r->on)) : "parent";
    if (!*text) roster_problem(r, row, c->column, "guardian_kind_assumed", c->name.raw);
    if (!c->kind) {
        roster_problem(r, row, c->column, "guardian_kind_unknown", text);
        return;
    }
    c->person->used = true;
    take_contact(r, row, c);
    size_t i;
    const json_t *g;
    json_array_foreach(lt_json_array(roster_see(&p->card), "guardians"), i, g) {
        if (strcmp(lt_json_str_or(g, "person", ""), c->person->id) == 0 && runs(r, g)) return;
    }
    json_t *card = roster_edit(r, &p->card), *list = lt_json_array(card, "guardians");
    if (!list) {
        list = json_array();
        if (lt_json_put(card, "guardians", list)) r->failed = true;
    }
    char from[LT_DATE_SIZE];
    lt_date_format(p->is_new ? day_in(r, row->klass) : r->on, from);
    if (json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "person", c->person->id, "kind", c->kind, "from", from))) r->failed = true;
    row->changed = true;
}

static int plan_row(struct roster *r, struct roster_row *row, struct lt_error *err)
{
    bool fresh = strcmp(row->outcome, "new") == 0, moved = false;
    int rc = fresh ? open_portfolio(r, row, err) : change_card(r, row, err);
    if (!rc && !fresh) rc = move(r, row, &moved, err);
    for (int i = 0; !rc && i < row->contacts_len; i++) {
        if (row->contacts[i].person) relate(r, row, &row->contacts[i]);
    }
    if (!fresh) row->outcome = moved ? "moved" : row->changed ? "changed" : row->spelled ? "matched" : "unchanged";
    return rc;
}

int roster_plan_pupils(struct roster *r, struct lt_error *err)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        if (open_row(r->rows[i])) rc = plan_row(r, r->rows[i], err);
    }
    return rc;
}

/* --- who is no longer on the list --- */

/* Keys of rows that are not settled: whoever they may mean has not left. */
static json_t *open_keys(struct roster *r)
{
    json_t *keys = json_object();
    for (size_t i = 0; i < r->rows_len; i++) {
        const struct roster_row *row = r->rows[i];
        if (row->kind == ROSTER_PUPILS && (row->name.key && *row->name.key) && json_object_set_new(keys, row->name.key, json_true()))
            r->failed = true;
    }
    return keys;
}

static int leave(struct roster *r, struct roster_pupil *p, struct lt_error *err)
{
    json_t *card = roster_edit(r, &p->card);
    json_t *left = json_pack("{s:s}", "date", r->from);
    if (!card || lt_json_put(card, "left", left) || lt_json_put_str(card, "state", "left")) return lt_fail_memory(err);
    return pupil_end_terms(roster_edit(r, &p->classes), r->on, err);
}

int roster_plan_left(struct roster *r, struct lt_error *err)
{
    json_t *keys = open_keys(r);
    int rc = keys ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < r->pupils_len; i++) {
        struct roster_pupil *p = r->pupils[i];
        const json_t *was = p->classes.before;
        struct roster_class *klass = NULL;
        for (size_t k = 0; k < r->classes_len && !klass; k++) {
            if (strcmp(r->classes[k]->id, p->class_id) == 0) klass = r->classes[k];
        }
        if (p->is_new || p->left || !was || !klass || !klass->named) continue;
        r->out->known++;
        if (p->claimed || p->suspected || json_object_get(keys, p->name.key)) continue;
        struct roster_row *row = roster_alloc(r, sizeof *row);
        void *grown = row ? lt_array_grow(r->rows, &r->rows_cap, r->rows_len + 1, sizeof *r->rows) : NULL;
        if (!grown) {
            rc = lt_fail_memory(err);
            break;
        }
        r->rows = grown;
        r->rows[r->rows_len++] = row;
        *row = (struct roster_row){.kind = ROSTER_PUPILS, .sheet = "", .outcome = "left", .why = "not_on_list", .pupil = p,
                                   .name = p->name, .has_name = true, .klass = klass, .post = "", .number = p->number};
        lt_print(row->birth, sizeof row->birth, "%s", p->birth);
        r->out->leaving++;
        if (r->options->apply_left) rc = leave(r, p, err);
    }
    json_decref(keys);
    return rc;
}
