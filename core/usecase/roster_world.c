/* What the school knows, as the roster import needs it: found by keys, changed in copies. */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"
#include "model/rights.h"
#include "usecase/pupil.h"

#include <stdlib.h>
#include <string.h>

static bool push(struct roster *r, void ***list, size_t *len, size_t *cap, void *item)
{
    void *grown = item ? lt_array_grow(*list, cap, *len + 1, sizeof **list) : NULL;
    if (!grown) {
        r->failed = true;
        return false;
    }
    *list = grown;
    (*list)[(*len)++] = item;
    return true;
}

static void set_doc(struct roster_doc *d, const char *repo, const char *path, json_t *before)
{
    lt_print(d->repo, sizeof d->repo, "%s", repo);
    lt_print(d->path, sizeof d->path, "%s", path);
    d->before = json_incref(before);
}

/* --- classes, programmes, groups --- */

struct roster_class *roster_class_find(struct roster *r, const char *name)
{
    for (size_t i = 0; i < r->classes_len; i++) {
        if (strcmp(r->classes[i]->name, name) == 0) return r->classes[i];
    }
    return NULL;
}

static void take_class(struct roster *r, const json_t *item, json_t *doc)
{
    if (lt_json_int(doc, "year", 0) != r->year) return;
    struct roster_class *c = roster_alloc(r, sizeof *c);
    if (!c || !push(r, (void ***)&r->classes, &r->classes_len, &r->classes_cap, c)) return;
    set_doc(&c->doc, VAULT_SCHOOL, lt_json_str_or(item, "path", ""), doc);
    c->id = lt_json_str_or(doc, "id", "");
    c->name = lt_json_str_or(doc, "name", "");
    r->school_has_classes = true;
}

struct roster_class *roster_class_make(struct roster *r, const char *name, const char *profile)
{
    struct model_klass k;
    model_klass_parse(name, &k);
    struct roster_class *c = roster_alloc(r, sizeof *c);
    if (!c || !push(r, (void ***)&r->classes, &r->classes_len, &r->classes_cap, c)) return NULL;
    c->id = roster_new_id(r);
    c->name = roster_copy(r, name);
    c->is_new = true;
    char path[160];
    lt_print(path, sizeof path, "classes/%d/%s.json", r->year, c->id);
    set_doc(&c->doc, VAULT_SCHOOL, path, NULL);
    c->doc.doc = json_pack("{s:s, s:i, s:i, s:s}", "id", c->id, "year", r->year, "number", k.number, "name", name);
    if (!c->doc.doc || lt_json_put_str(c->doc.doc, "letter", k.letter) || lt_json_put_str(c->doc.doc, "profile", profile))
        r->failed = true;
    return c;
}

static const char *title_key(struct roster *r, const char *title)
{
    char *tidy = lt_tidy(title);
    char *key = tidy ? lt_fold(tidy) : NULL;
    free(tidy);
    return roster_keep(r, key);
}

struct roster_group *roster_group_find(struct roster *r, const char *title, bool programme)
{
    const char *key = title_key(r, title);
    for (size_t i = 0; i < r->groups_len; i++) {
        struct roster_group *g = r->groups[i];
        if (g->is_programme == programme && (programme || g->year == r->year) && strcmp(g->key, key) == 0) return g;
    }
    return NULL;
}

static void take_group(struct roster *r, const json_t *item, json_t *doc, bool programme)
{
    struct roster_group *g = roster_alloc(r, sizeof *g);
    if (!g || !push(r, (void ***)&r->groups, &r->groups_len, &r->groups_cap, g)) return;
    set_doc(&g->doc, VAULT_SCHOOL, lt_json_str_or(item, "path", ""), doc);
    g->id = lt_json_str_or(doc, "id", "");
    g->title = lt_json_str_or(doc, "title", "");
    g->key = title_key(r, g->title);
    g->programme = lt_json_str_or(doc, "programme", "");
    g->year = (int)lt_json_int(doc, "year", 0);
    g->is_programme = programme;
}

struct roster_group *roster_group_make(struct roster *r, const char *title, bool programme)
{
    struct roster_group *g = roster_alloc(r, sizeof *g);
    if (!g || !push(r, (void ***)&r->groups, &r->groups_len, &r->groups_cap, g)) return NULL;
    g->id = roster_new_id(r);
    g->title = roster_copy(r, title);
    g->key = title_key(r, title);
    g->programme = "";
    g->year = r->year;
    g->is_programme = programme;
    g->is_new = true;
    char path[160];
    lt_print(path, sizeof path, "%s/%s.json", programme ? "programmes" : "groups", g->id);
    set_doc(&g->doc, VAULT_SCHOOL, path, NULL);
    g->doc.doc = json_pack("{s:s, s:s, s:s}", "id", g->id, "title", title, "from", r->first_text);
    /* A kind the sheet does not name: circles and sections of a school are extracurricular as a rule (the clerk may change it). */
    if (!g->doc.doc || (programme ? lt_json_put_str(g->doc.doc, "kind", "extracurricular") : lt_json_put_int(g->doc.doc, "year", r->year)))
        r->failed = true;
    return g;
}

/* --- persons --- */

/* Keys of persons lead to a chain: several people share a name, a telephone, an address. */
static void chain(struct roster *r, json_t *map, const char *key, size_t at)
{
    if (!*key) return;
    json_t *list = json_object_get(map, key);
    if (!list) {
        list = json_array();
        if (json_object_set_new(map, key, list)) r->failed = true;
    }
    size_t i;
    const json_t *v;
    json_array_foreach(list, i, v) {
        if ((size_t)json_integer_value(v) == at) return;
    }
    if (json_array_append_new(list, json_integer((json_int_t)at))) r->failed = true;
}

void roster_person_contacts(struct roster *r, struct roster_person *p)
{
    const json_t *contacts = lt_json_object(roster_see(&p->doc), "contacts");
    const char *phone = lt_json_str(contacts, "phone"), *email = lt_json_str(contacts, "email");
    char *pk = phone ? model_phone_key(phone) : NULL, *ek = email ? model_email_key(email) : NULL;
    p->phone_key = pk ? roster_keep(r, pk) : "";
    p->email_key = ek ? roster_keep(r, ek) : "";
    size_t at = 0;
    while (at < r->persons_len && r->persons[at] != p) at++;
    chain(r, r->person_phones, p->phone_key, at);
    chain(r, r->person_emails, p->email_key, at);
    chain(r, r->person_keys, p->name.key, at);
}

static void take_person(struct roster *r, const json_t *item, json_t *doc)
{
    if (lt_json_str(doc, "dismissed") && json_array_size(lt_json_array(doc, "roles")) == 0) return;
    struct roster_person *p = roster_alloc(r, sizeof *p);
    if (!p || !push(r, (void ***)&r->persons, &r->persons_len, &r->persons_cap, p)) return;
    set_doc(&p->doc, VAULT_SCHOOL, lt_json_str_or(item, "path", ""), doc);
    p->id = lt_json_str_or(doc, "id", "");
    p->number = lt_json_str_or(doc, "number", "");
    p->child_keys = p->origin = "";
    p->staff = model_person_is_staff(doc, r->on) || json_array_size(lt_json_array(doc, "roles")) > 0;
    roster_name_of_doc(r, doc, &p->name);
    roster_person_contacts(r, p);
}

struct roster_person *roster_person_make(struct roster *r, const struct roster_name *name)
{
    struct roster_person *p = roster_alloc(r, sizeof *p);
    if (!p || !push(r, (void ***)&r->persons, &r->persons_len, &r->persons_cap, p)) return NULL;
    p->id = roster_new_id(r);
    p->name = *name;
    p->is_new = true;
    p->phone_key = p->email_key = p->number = p->child_keys = p->origin = "";
    char path[160];
    lt_print(path, sizeof path, "people/%s.json", p->id);
    set_doc(&p->doc, VAULT_SCHOOL, path, NULL);
    json_t *doc = p->doc.doc = json_pack("{s:s}", "id", p->id);
    if (!doc || lt_json_put_str(doc, "surname", name->parts.surname) || lt_json_put_str(doc, "name", name->parts.name) ||
        lt_json_put_str(doc, "patronymic", name->parts.patronymic))
        r->failed = true;
    chain(r, r->person_keys, p->name.key, r->persons_len - 1);
    return p;
}

/* --- pupils --- */

struct roster_pupil *roster_pupil_add(struct roster *r, struct roster_pupil *p)
{
    if (!p || !push(r, (void ***)&r->pupils, &r->pupils_len, &r->pupils_cap, p)) return NULL;
    chain(r, r->pupil_keys, p->name.key, r->pupils_len - 1);
    chain(r, r->pupil_births, p->birth, r->pupils_len - 1);
    return p;
}

void roster_pupil_alias(struct roster *r, const struct roster_pupil *p, const char *key)
{
    for (size_t i = 0; i < r->pupils_len; i++) {
        if (r->pupils[i] == p) chain(r, r->pupil_keys, key, i);
    }
}

struct roster_person *roster_person_find(struct roster *r, const char *id_or_origin)
{
    for (size_t i = 0; i < r->persons_len; i++) {
        const struct roster_person *p = r->persons[i];
        if (strcmp(p->is_new ? p->origin : p->id, id_or_origin) == 0) return r->persons[i];
    }
    return NULL;
}

static void take_pupil(struct roster *r, const json_t *item, json_t *doc, json_t *classes)
{
    struct roster_pupil *p = roster_alloc(r, sizeof *p);
    if (!p) return;
    const char *repo = lt_json_str_or(item, "repo", "");
    set_doc(&p->card, repo, lt_json_str_or(item, "path", PUPIL_PATH), doc);
    set_doc(&p->classes, repo, PUPIL_CLASSES_PATH, classes);
    p->id = lt_json_str_or(doc, "id", "");
    p->birth = lt_json_str_or(doc, "birth", "");
    p->number = lt_json_str_or(doc, "number", "");
    p->left = strcmp(lt_json_str_or(doc, "state", ""), "left") == 0;
    const json_t *now = model_class_on(classes, r->on);
    p->class_id = lt_json_str_or(now, "class", "");
    p->class_name = lt_json_str_or(now, "name", "");
    p->origin = "";
    roster_name_of_doc(r, doc, &p->name);
    roster_pupil_add(r, p);
}

int roster_world(struct roster *r, const json_t *items)
{
    r->pupil_keys = json_object();
    r->pupil_births = json_object();
    r->person_keys = json_object();
    r->person_phones = json_object();
    r->person_emails = json_object();
    json_t *memberships = json_object();
    if (!memberships || !r->person_emails || !r->person_phones || !r->person_keys || !r->pupil_births || !r->pupil_keys)
        r->failed = true;
    size_t i;
    const json_t *item;
    json_array_foreach(items, i, item) {
        json_t *doc = lt_json_object(item, "doc");
        const char *kind = lt_json_str_or(item, "kind", "");
        if (strcmp(kind, "class") == 0) take_class(r, item, doc);
        else if (strcmp(kind, "programme") == 0) take_group(r, item, doc, true);
        else if (strcmp(kind, "group") == 0) take_group(r, item, doc, false);
        else if (strcmp(kind, "person") == 0) take_person(r, item, doc);
        else if (strcmp(kind, "classes") == 0 && json_object_set(memberships, lt_json_str_or(item, "repo", ""), doc)) r->failed = true;
    }
    json_array_foreach(items, i, item) {
        if (strcmp(lt_json_str_or(item, "kind", ""), "pupil") == 0)
            take_pupil(r, item, lt_json_object(item, "doc"), json_object_get(memberships, lt_json_str_or(item, "repo", "")));
    }
    json_decref(memberships);
    return 0;
}
