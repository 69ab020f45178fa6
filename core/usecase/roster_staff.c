/* Posts, class leadership, teaching load, study groups: dated roles and memberships. */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"

#include <stdlib.h>
#include <string.h>

static bool equal_field(const json_t *role, const char *key, const char *value)
{
    return strcmp(lt_json_str_or(role, key, ""), value ? value : "") == 0;
}

static bool runs(const struct roster *r, const json_t *item)
{
    const char *to = lt_json_str(item, "to");
    return !to || strcmp(to, r->from) >= 0;
}

bool roster_give_role(struct roster *r, struct roster_person *p, const char *role, const char *class_id, const char *group,
                      const char *subject)
{
    size_t i;
    const json_t *known;
    json_array_foreach(lt_json_array(roster_see(&p->doc), "roles"), i, known) {
        if (runs(r, known) && equal_field(known, "role", role) && equal_field(known, "class", class_id) &&
            equal_field(known, "group", group) && equal_field(known, "subject", subject))
            return false;
    }
    json_t *doc = roster_edit(r, &p->doc), *list = lt_json_array(doc, "roles");
    if (!list) {
        list = json_array();
        if (lt_json_put(doc, "roles", list)) r->failed = true;
    }
    json_t *one = json_pack("{s:s, s:s, s:s}", "id", roster_new_id(r), "role", role, "from", r->from);
    if (!one || lt_json_put_str(one, "class", class_id) || lt_json_put_str(one, "group", group) ||
        lt_json_put_str(one, "subject", subject) || json_array_append_new(list, one))
        r->failed = true;
    p->staff = p->used = true;
    return true;
}

/* A class has one teacher at a time: whoever leads it now hands over. */
static void hand_over(struct roster *r, struct roster_row *row, const struct roster_person *to, const char *class_id)
{
    char last[LT_DATE_SIZE];
    lt_date_format(lt_date_add_days(r->on, -1), last);
    for (size_t i = 0; i < r->persons_len; i++) {
        struct roster_person *p = r->persons[i];
        const json_t *roles = lt_json_array(roster_see(&p->doc), "roles");
        for (size_t k = 0; p != to && k < json_array_size(roles); k++) {
            const json_t *role = json_array_get(roles, k);
            if (!equal_field(role, "role", "class_teacher") || !equal_field(role, "class", class_id) || !runs(r, role)) continue;
            json_t *mine = json_array_get(lt_json_array(roster_edit(r, &p->doc), "roles"), k);
            if (lt_json_put_str(mine, "to", last)) r->failed = true;
            roster_problem(r, row, row->class_column, "class_teacher_changed", row->klass->name);
            roles = lt_json_array(roster_see(&p->doc), "roles");
        }
    }
}

static void own_contact(struct roster *r, struct roster_row *row)
{
    const struct roster_contact *c = row->contacts_len ? &row->contacts[0] : NULL;
    struct roster_person *p = row->person;
    if (!c || p->is_new) return;
    bool phone = *c->phone_key && !p->phone_told && strcmp(c->phone_key, p->phone_key) != 0;
    bool email = *c->email_key && !p->email_told && strcmp(c->email_key, p->email_key) != 0;
    p->phone_told = p->phone_told || *c->phone_key;
    p->email_told = p->email_told || *c->email_key;
    if (!phone && !email) return;
    const json_t *old = lt_json_object(roster_see(&p->doc), "contacts");
    json_t *contacts = old ? json_deep_copy(old) : json_object();
    if ((phone && lt_json_put_str(contacts, "phone", c->phone)) || (email && lt_json_put_str(contacts, "email", c->email)) ||
        lt_json_put(roster_edit(r, &p->doc), "contacts", contacts))
        r->failed = true;
    roster_person_contacts(r, p);
    row->changed = true;
}

static bool teaches(const char *post)
{
    static const char *const stems[] = {"чител", "реподават", "едагог", "оспитател", "ренер", "ьютор"};
    for (size_t i = 0; i < LT_COUNT(stems); i++) {
        if (strstr(post, stems[i])) return true;
    }
    return false;
}

void roster_plan_staff(struct roster *r)
{
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (row->kind != ROSTER_STAFF || !row->person) continue;
        struct roster_person *p = row->person;
        p->used = true;
        own_contact(r, row);
        if (*row->number && !*p->number && lt_json_put_str(roster_edit(r, &p->doc), "number", row->number)) r->failed = true;
        const char *role = *row->post ? roster_post_role(row->post) : NULL;
        if (role) row->changed = roster_give_role(r, p, role, NULL, NULL, NULL) || row->changed;
        else if (*row->post && !row->klass && !teaches(row->post)) roster_problem(r, row, 0, "post_no_role", row->post);
        if (row->klass) {
            row->klass->used = true;
            hand_over(r, row, p, row->klass->id);
            row->changed = roster_give_role(r, p, "class_teacher", row->klass->id, NULL, NULL) || row->changed;
        }
        if (strcmp(row->outcome, "new") != 0) row->outcome = row->changed ? "changed" : "unchanged";
    }
}

/* --- the teacher of a row --- */

struct roster_person *roster_staff_by_name(struct roster *r, struct roster_row *row, const struct roster_name *name)
{
    const char *choice = roster_decision(r, row, "teacher");
    if (choice) return roster_person_find(r, choice);
    const json_t *list = json_object_get(r->person_keys, name->key);
    struct roster_person *one = NULL;
    int n = 0, alike = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct roster_person *p = r->persons[json_integer_value(json_array_get(list, i))];
        if (p->staff) one = p, n++;
    }
    if (n == 1) return one;
    for (size_t i = 0; i < r->persons_len; i++) {
        struct roster_person *p = r->persons[i];
        enum model_name_match m = MODEL_NAME_DIFFERENT;
        if (!p->staff || strncmp(p->name.key, name->key, 4) != 0) continue;
        if (model_name_compare(&name->parts, &p->name.parts, &m)) r->failed = true;
        if (m == MODEL_NAME_DIFFERENT) continue;
        roster_candidate(r, row, "teacher", NULL, p, n > 1 ? "staff_namesake" : "name_like");
        alike++;
    }
    roster_problem(r, row, row->name_column, alike ? "teacher_unsure" : "teacher_unknown", name->raw);
    roster_outcome(row, alike ? "doubtful" : "not_found", alike ? "candidates" : "nobody_alike");
    return NULL;
}

/* --- teaching load --- */

/* «9А, гр. 1»: half of a class is taught as the class. */
static void class_of_target(const char *target, struct model_klass *k)
{
    char *head = lt_format("%.*s", (int)strcspn(target, ",("), target);
    model_klass_parse(head, k);
    free(head);
}

static void plan_load(struct roster *r, struct roster_row *row)
{
    struct model_klass k;
    struct roster_person *p = roster_staff_by_name(r, row, &row->name);
    if (!p) return;
    row->person = p;
    struct roster_group *g = roster_group_find(r, row->target, false);
    struct roster_class *c = NULL;
    if (!g) {
        class_of_target(row->target, &k);
        c = k.certainty == MODEL_KLASS_SURE ? roster_class_find(r, k.name) : NULL;
    }
    if (!*row->subject && !g) {
        roster_problem(r, row, 0, "subject_missing", "");
        roster_outcome(row, "error", "error");
    } else if (!g && !c) {
        roster_problem(r, row, 0, "target_unknown", row->target);
        roster_outcome(row, "not_found", "target_unknown");
    } else {
        if (c) c->used = true;
        bool added = roster_give_role(r, p, "teacher", c ? c->id : NULL, g ? g->id : NULL, row->subject);
        row->changed = added;
        roster_outcome(row, added ? "new" : "unchanged", added ? "role_new" : "role_known");
    }
}

/* Groups come before the load that names them: roster_plan_load runs after roster_groups_make. */
static void make_groups(struct roster *r)
{
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (row->kind != ROSTER_GROUPS || row->error || !*row->group) continue;
        if (!roster_group_find(r, row->group, false)) roster_group_make(r, row->group, false);
    }
}

void roster_plan_load(struct roster *r)
{
    make_groups(r);
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (row->kind != ROSTER_LOAD) continue;
        if (row->decision && strcmp(row->decision, "skip") == 0) roster_outcome(row, "unchanged", "skipped");
        else if (row->error) row->why = "error";
        else plan_load(r, row);
    }
}

/* --- study groups --- */

static struct roster_pupil *pupil_of(struct roster *r, struct roster_row *row)
{
    const json_t *list = json_object_get(r->pupil_keys, row->name.key);
    struct roster_pupil *one = NULL;
    int n = 0;
    for (size_t i = 0; i < r->pupils_len && row->decision; i++) {
        const struct roster_pupil *p = r->pupils[i];
        if (strcmp(p->is_new ? p->origin : p->id, row->decision) == 0) return r->pupils[i];
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct roster_pupil *p = r->pupils[json_integer_value(json_array_get(list, i))];
        bool here = !row->klass || strcmp(p->class_id, row->klass->id) == 0;
        if (p->left || !here) continue;
        one = p;
        n++;
    }
    if (n == 1) return one;
    for (size_t i = 0; i < r->pupils_len; i++) {
        struct roster_pupil *p = r->pupils[i];
        enum model_name_match m = MODEL_NAME_DIFFERENT;
        if (p->left || strncmp(p->name.key, row->name.key, 4) != 0) continue;
        if (model_name_compare(&row->name.parts, &p->name.parts, &m)) r->failed = true;
        if (m != MODEL_NAME_DIFFERENT) roster_candidate(r, row, "", p, NULL, n > 1 ? "same_name" : "name_like");
    }
    bool alike = json_array_size(row->candidates) > 0;
    roster_problem(r, row, row->name_column, n > 1 ? "namesakes" : alike ? "pupil_unsure" : "pupil_unknown", row->name.raw);
    roster_outcome(row, alike ? "doubtful" : "not_found", alike ? "candidates" : "nobody_alike");
    return NULL;
}

static bool enrol(struct roster *r, struct roster_row *row, struct roster_pupil *p, const struct roster_group *g)
{
    size_t i;
    const json_t *m;
    json_array_foreach(lt_json_array(roster_see(&p->classes), "groups"), i, m) {
        if (strcmp(lt_json_str_or(m, "group", ""), g->id) == 0 && runs(r, m)) return false;
    }
    json_t *doc = roster_edit(r, &p->classes), *list = lt_json_array(doc, "groups");
    if (!list) {
        list = json_array();
        if (lt_json_put(doc, "groups", list)) r->failed = true;
    }
    json_t *one = json_pack("{s:s, s:s}", "group", g->id, "from", *row->from ? row->from : r->from);
    if (!one || lt_json_put_str(one, "to", row->to) || json_array_append_new(list, one)) r->failed = true;
    return true;
}

static bool set_programme(struct roster *r, const struct roster_row *row, struct roster_group *g)
{
    if (!*row->programme) return false;
    struct roster_group *programme = roster_group_find(r, row->programme, true);
    if (!programme) programme = roster_group_make(r, row->programme, true);
    if (!programme || *g->programme) return false;
    g->programme = programme->id;
    if (lt_json_put_str(roster_edit(r, &g->doc), "programme", programme->id)) r->failed = true;
    return true;
}

static void plan_group(struct roster *r, struct roster_row *row)
{
    struct roster_group *g = *row->group ? roster_group_find(r, row->group, false) : NULL;
    if (!g) {
        roster_problem(r, row, 0, "group_missing", "");
        roster_outcome(row, "error", "error");
        return;
    }
    struct roster_person *leader = row->contacts_len ? roster_staff_by_name(r, row, &row->contacts[0].name) : NULL;
    if (row->contacts_len && !leader) return;
    row->pupil = pupil_of(r, row);
    if (!row->pupil) return;
    row->changed = set_programme(r, row, g);
    if (leader) {
        row->contacts[0].person = leader;
        row->changed = roster_give_role(r, leader, "teacher", NULL, g->id, NULL) || row->changed;
    }
    bool added = enrol(r, row, row->pupil, g);
    roster_outcome(row, added ? "new" : row->changed ? "changed" : "unchanged", added ? "member_new" : "member_known");
}

void roster_plan_groups(struct roster *r)
{
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (row->kind != ROSTER_GROUPS) continue;
        if (row->decision && strcmp(row->decision, "skip") == 0) roster_outcome(row, "unchanged", "skipped");
        else if (row->error) row->why = "error";
        else plan_group(r, row);
    }
}
