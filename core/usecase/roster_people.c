/* Who are the adults of the file? Staff and guardians go through one pool of persons, so that a teacher who is a parent, and a parent
 * of several children, is one person. A name joins two people only with a second sign: a telephone or an address, a relation to the same
 * child, or a post at this school. */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return a && b && *a && strcmp(a, b) == 0;
}

static bool same_contact(const struct roster_contact *c, const struct roster_person *p)
{
    return same(c->phone_key, p->phone_key) || same(c->email_key, p->email_key);
}

/* Both have a telephone (or both an address), and they are different. */
static bool other_contact(const struct roster_contact *c, const struct roster_person *p)
{
    bool phones = c->phone_key && *c->phone_key && *p->phone_key, mails = c->email_key && *c->email_key && *p->email_key;
    return !same_contact(c, p) && (phones || mails);
}

static struct roster_person *at(struct roster *r, const json_t *list, size_t i)
{
    return r->persons[json_integer_value(json_array_get(list, i))];
}

static const char *origin_of(struct roster *r, const struct roster_row *row, const char *slot)
{
    return roster_keep(r, *slot ? lt_format("%s!%u.%s", row->sheet, row->row, slot) : lt_format("%s!%u", row->sheet, row->row));
}

static struct roster_person *make(struct roster *r, struct roster_row *row, const struct roster_contact *c, const struct roster_name *name,
                                  const char *slot)
{
    struct roster_person *p = roster_person_make(r, name);
    if (!p) return NULL;
    p->origin = origin_of(r, row, slot);
    json_t *contacts = json_object();
    if (!contacts || lt_json_put_str(contacts, "phone", c ? c->phone : NULL) || lt_json_put_str(contacts, "email", c ? c->email : NULL))
        r->failed = true;
    if (json_object_size(contacts) && lt_json_put(p->doc.doc, "contacts", json_incref(contacts))) r->failed = true;
    json_decref(contacts);
    p->phone_told = c && c->phone && *c->phone;
    p->email_told = c && c->email && *c->email;
    roster_person_contacts(r, p);
    return p;
}

/* People of the telephone or the address whose name is written otherwise: «Зорькина А. И.» of the same number. */
static struct roster_person *by_contact(struct roster *r, struct roster_row *row, const struct roster_contact *c,
                                        const struct roster_name *name, const char *slot, bool *asked)
{
    const json_t *lists[] = {json_object_get(r->person_phones, c->phone_key ? c->phone_key : ""),
                             json_object_get(r->person_emails, c->email_key ? c->email_key : "")};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < json_array_size(lists[k]); i++) {
            struct roster_person *p = at(r, lists[k], i);
            enum model_name_match m = MODEL_NAME_DIFFERENT;
            if (model_name_compare(&name->parts, &p->name.parts, &m)) r->failed = true;
            if (m <= MODEL_NAME_PATRONYMIC_MISSING) return p;
            if (m == MODEL_NAME_DIFFERENT) continue;
            roster_candidate(r, row, slot, NULL, p, "contact_name_like");
            *asked = true;
        }
    }
    return NULL;
}

/* --- staff --- */

static void decide_staff(struct roster *r, struct roster_row *row, struct roster_contact *c)
{
    if (strcmp(row->decision, "skip") == 0) {
        roster_outcome(row, "unchanged", "skipped");
    } else if (strcmp(row->decision, "new") == 0) {
        row->person = make(r, row, c, &row->name, "");
        roster_outcome(row, "new", "decided");
    } else {
        row->person = roster_person_find(r, row->decision);
        roster_outcome(row, row->person ? "unchanged" : "doubtful", row->person ? "decided" : "decision_unknown");
        if (!row->person) roster_problem(r, row, 0, "decision_unknown", row->decision);
    }
}

static struct roster_person *staff_person(struct roster *r, struct roster_row *row, struct roster_contact *c, bool *asked)
{
    for (size_t i = 0; *row->number && i < r->persons_len; i++) {
        if (strcmp(r->persons[i]->number, row->number) == 0) return r->persons[i];
    }
    const json_t *list = json_object_get(r->person_keys, row->name.key);
    struct roster_person *one = NULL;
    size_t staff = 0, n = json_array_size(list);
    for (size_t i = 0; i < n; i++) {
        struct roster_person *p = at(r, list, i);
        if (same_contact(c, p)) return p;
        if (p->staff) one = p, staff++;
    }
    if (staff == 1 && !one->is_new) return one;
    for (size_t i = 0; i < n; i++) {
        struct roster_person *p = at(r, list, i);
        if (!p->staff && other_contact(c, p)) continue; /* a namesake among the parents */
        roster_candidate(r, row, "", NULL, p, p->staff ? "staff_namesake" : "guardian_namesake");
        *asked = true;
    }
    return *asked ? NULL : by_contact(r, row, c, &row->name, "", asked);
}

void roster_match_staff(struct roster *r)
{
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (row->kind != ROSTER_STAFF) continue;
        struct roster_contact none = {.phone_key = "", .email_key = ""}, *c = row->contacts_len ? &row->contacts[0] : &none;
        bool asked = false;
        row->why = "error";
        if (row->error) continue;
        if (row->decision) decide_staff(r, row, c);
        else row->person = staff_person(r, row, c, &asked);
        if (row->decision && !row->person) continue;
        if (asked || row->doubt) {
            if (asked) roster_problem(r, row, row->name_column, "person_unsure", row->name.raw);
            row->person = NULL;
            roster_outcome(row, "doubtful", asked ? "candidates" : "unsure");
            continue;
        }
        bool fresh = !row->person;
        if (fresh) row->person = make(r, row, c, &row->name, "");
        if (!row->person) continue;
        row->person->staff = row->person->used = true;
        if (strcmp(row->outcome, "error") == 0) roster_outcome(row, fresh ? "new" : "unchanged", fresh ? "nobody_alike" : "name_post");
    }
}

/* --- guardians --- */

/* Brothers and sisters have the beginning of the surname and of the patronymic in common. */
static const char *family_key(struct roster *r, const struct model_name *child)
{
    char *s = model_name_key(child->surname), *p = model_name_key(child->patronymic);
    const char *key = "";
    if (s && p && *p) {
        size_t n = lt_utf8_clip(s, 8), m = strlen(p) > 6 ? strlen(p) - 6 : strlen(p);
        key = roster_keep(r, lt_format("|%.*s+%.*s|", (int)n, s, (int)m, p));
    }
    free(s);
    free(p);
    return key;
}

static void add_child(struct roster *r, struct roster_person *p, const char *family)
{
    if (*family && !strstr(p->child_keys, family)) p->child_keys = roster_keep(r, lt_format("%s%s", p->child_keys, family));
}

static void known_children(struct roster *r)
{
    json_t *ids = json_object();
    for (size_t i = 0; i < r->persons_len; i++) {
        if (json_object_set_new(ids, r->persons[i]->id, json_integer((json_int_t)i))) r->failed = true;
    }
    for (size_t i = 0; i < r->pupils_len; i++) {
        size_t k;
        const json_t *g;
        json_array_foreach(lt_json_array(roster_see(&r->pupils[i]->card), "guardians"), k, g) {
            const json_t *n = json_object_get(ids, lt_json_str_or(g, "person", ""));
            if (n) add_child(r, r->persons[json_integer_value(n)], family_key(r, &r->pupils[i]->name.parts));
        }
    }
    json_decref(ids);
}

/* One of the guardians the child has already; the relation is the second sign. */
static struct roster_person *own_guardian(struct roster *r, const struct roster_row *row, const struct roster_contact *c)
{
    struct roster_person *fits = NULL;
    int n = 0;
    size_t k;
    const json_t *g;
    if (!row->pupil) return NULL;
    json_array_foreach(lt_json_array(roster_see(&row->pupil->card), "guardians"), k, g) {
        struct roster_person *p = roster_person_find(r, lt_json_str_or(g, "person", ""));
        enum model_name_match m = MODEL_NAME_DIFFERENT;
        if (!p) continue;
        if (strcmp(p->name.key, c->name.key) == 0) return p;
        if (model_name_compare(&c->name.parts, &p->name.parts, &m)) r->failed = true;
        if (m <= MODEL_NAME_INITIALS_FIT) fits = p, n++;
    }
    return n == 1 ? fits : NULL;
}

static bool said(struct roster *r, struct roster_row *row, struct roster_contact *c, bool *skipped)
{
    const char *choice = roster_decision(r, row, c->slot);
    if (!choice) return false;
    *skipped = strcmp(choice, "skip") == 0;
    if (*skipped) return true;
    c->person = strcmp(choice, "new") == 0 ? make(r, row, c, &c->name, c->slot) : roster_person_find(r, choice);
    if (!c->person) roster_problem(r, row, c->column, "decision_unknown", choice);
    return c->person != NULL;
}

static bool match_guardian(struct roster *r, struct roster_row *row, struct roster_contact *c, const char *family)
{
    bool asked = false, skipped = false;
    if (said(r, row, c, &skipped)) return true;
    c->person = own_guardian(r, row, c);
    const json_t *list = json_object_get(r->person_keys, c->name.key);
    for (size_t i = 0; !c->person && i < json_array_size(list); i++) {
        if (same_contact(c, at(r, list, i))) c->person = at(r, list, i);
    }
    for (size_t i = 0; !c->person && i < json_array_size(list); i++) {
        struct roster_person *p = at(r, list, i);
        bool kin = *family && strstr(p->child_keys, family) != NULL;
        if (other_contact(c, p) && !kin) continue; /* a namesake with a telephone of their own */
        roster_candidate(r, row, c->slot, NULL, p, kin ? "guardian_of_sibling" : "guardian_namesake");
        asked = true;
    }
    if (!c->person && !asked) c->person = by_contact(r, row, c, &c->name, c->slot, &asked);
    if (!c->person && !asked) c->person = make(r, row, c, &c->name, c->slot);
    if (asked && !c->person) roster_problem(r, row, c->column, "guardian_unsure", c->name.raw);
    return c->person != NULL;
}

void roster_match_guardians(struct roster *r)
{
    known_children(r);
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        bool open = row->kind == ROSTER_PUPILS && (strcmp(row->outcome, "new") == 0 || strcmp(row->outcome, "unchanged") == 0) &&
                    !(row->why && strcmp(row->why, "skipped") == 0);
        if (!open) continue;
        const char *family = family_key(r, &row->name.parts);
        bool sure = true;
        for (int k = 0; k < row->contacts_len; k++) {
            sure = match_guardian(r, row, &row->contacts[k], family) && sure;
            if (row->contacts[k].person) add_child(r, row->contacts[k].person, family);
        }
        if (!sure) roster_outcome(row, "doubtful", "guardian_unsure");
    }
}
