/* What the school knows, as the import of results needs it: pupils and staff found by keys. */
#include "usecase/results.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

static void chain(struct results *r, json_t *map, const char *key, size_t at)
{
    if (!key || !*key) return;
    json_t *list = json_object_get(map, key);
    if (!list && json_object_set_new(map, key, list = json_array())) r->failed = true;
    size_t n = json_array_size(list);
    if (n && (size_t)json_integer_value(json_array_get(list, n - 1)) == at) return;
    if (json_array_append_new(list, json_integer((json_int_t)at))) r->failed = true;
}

const json_t *results_find(const json_t *map, const char *key)
{
    return key && *key ? json_object_get(map, key) : NULL;
}

/* --- pupils --- */

/* Two letters of the surname: those who begin so are looked at when nothing fits as a whole. */
static void start_of(const char *key, char out[16])
{
    size_t n = 0, letters = 0;
    while (key[n] && letters < 2) {
        n++;
        while (((unsigned char)key[n] & 0xC0) == 0x80) n++;
        letters++;
    }
    lt_print(out, 16, "%.*s", (int)(n < 15 ? n : 0), key);
}

static void spaces_for_hyphens(char *key)
{
    for (; key && *key; key++) {
        if (*key == '-') *key = ' ';
    }
}

static void take_name(struct results *r, struct results_pupil *p)
{
    if (model_name_parts(lt_json_str(p->card, "surname"), lt_json_str(p->card, "name"), lt_json_str(p->card, "patronymic"), &p->name, NULL)) {
        r->failed = true;
        return;
    }
    p->key = model_name_key_of(p->name.surname, p->name.name, p->name.patronymic);
    p->two = model_name_key_of(p->name.surname, p->name.name, NULL);
    p->surname = model_name_key(p->name.surname);
    if (!p->key || !p->two || !p->surname) r->failed = true;
}

static void find_by(struct results *r, struct results_pupil *p, size_t at)
{
    char start[16];
    chain(r, r->by_key, p->key, at);
    chain(r, r->by_two, p->two, at);
    chain(r, r->by_number, p->number, at);
    chain(r, r->by_uin, p->uin, at);
    chain(r, r->by_id, p->id, at);
    chain(r, r->by_birth, p->birth, at);
    if (!p->surname) return;
    spaces_for_hyphens(p->surname);
    start_of(p->surname, start);
    chain(r, r->by_start, start, at);
    for (const char *half = strchr(p->surname, ' '); half; half = strchr(half + 1, ' ')) { /* the other half of a double surname */
        start_of(half + 1, start);
        chain(r, r->by_start, start, at);
    }
}

/* Who was called otherwise before: files of that time, or of slow organisers, bear the former name. */
static void former_names(struct results *r, const struct results_pupil *p, size_t at)
{
    size_t i;
    const json_t *old;
    json_array_foreach(lt_json_array(p->card, "former_names"), i, old) {
        const char *surname = lt_json_str_or(old, "surname", p->name.surname), *name = lt_json_str_or(old, "name", p->name.name);
        char *key = model_name_key_of(surname, name, lt_json_str_or(old, "patronymic", p->name.patronymic));
        char *two = model_name_key_of(surname, name, NULL);
        chain(r, r->by_key, key, at);
        chain(r, r->by_two, two, at);
        free(key);
        free(two);
    }
}

static void take_pupil(struct results *r, const json_t *card, const json_t *classes)
{
    size_t at = r->pupils_len++;
    struct results_pupil *p = &r->pupils[at];
    p->card = card;
    p->classes = classes;
    p->id = lt_json_str_or(card, "id", "");
    p->birth = lt_json_str_or(card, "birth", "");
    p->number = lt_json_str_or(card, "number", "");
    p->uin = lt_json_str_or(card, "uin", "");
    p->left = strcmp(lt_json_str_or(card, "state", ""), "left") == 0;
    p->class_now = lt_json_str_or(model_class_on(classes, r->call->today), "class", "");
    p->own = !r->restricted || (*p->class_now && lt_json_array_has(r->own_classes, p->class_now));
    take_name(r, p);
    find_by(r, p, at);
    former_names(r, p, at);
}

/* Staff and mentors from outside. Parents who are no staff bear the names of too many. */
static void take_person(struct results *r, const json_t *doc, const json_t *parents)
{
    struct results_person *p = &r->people[r->people_len];
    if (json_array_size(lt_json_array(doc, "roles")) == 0 && json_object_get(parents, lt_json_str_or(doc, "id", ""))) return;
    if (model_name_parts(lt_json_str(doc, "surname"), lt_json_str(doc, "name"), lt_json_str(doc, "patronymic"), &p->name, NULL)) return;
    p->id = lt_json_str_or(doc, "id", "");
    p->key = model_name_key_of(p->name.surname, p->name.name, p->name.patronymic);
    p->two = model_name_key(p->name.surname);
    if (!p->key || !p->two) r->failed = true;
    chain(r, r->people_by_key, p->key, r->people_len);
    chain(r, r->people_by_two, p->two, r->people_len);
    r->people_len++;
}

static void note_parents(struct results *r, const json_t *card, json_t *parents)
{
    size_t i;
    const json_t *g;
    json_array_foreach(lt_json_array(card, "guardians"), i, g) {
        if (json_object_set_new(parents, lt_json_str_or(g, "person", ""), json_true())) r->failed = true;
    }
}

/* Classes that a restricted actor leads today. */
static void own_classes(struct results *r)
{
    size_t i;
    const json_t *role;
    json_array_foreach(lt_json_array(r->call->actor.person, "roles"), i, role) {
        const char *word = lt_json_str_or(role, "role", ""), *klass = lt_json_str(role, "class");
        bool leads = strcmp(word, "class_teacher") == 0 || strcmp(word, "substitute") == 0;
        if (leads && klass && model_role_current(role, r->call->today) && json_array_append_new(r->own_classes, json_string(klass))) r->failed = true;
    }
}

int results_world(struct results *r, const json_t *items, struct lt_error *err)
{
    json_t **const maps[] = {&r->by_key, &r->by_two, &r->by_start, &r->by_number, &r->by_uin, &r->by_id, &r->by_birth, &r->people_by_key, &r->people_by_two,
                             &r->school_said};
    for (size_t i = 0; i < LT_COUNT(maps); i++) {
        if (!(*maps[i] = json_object())) return lt_fail_memory(err);
    }
    json_t *classes = json_object(), *parents = json_object();
    size_t n = json_array_size(items), i;
    r->pupils = lt_calloc(n ? n : 1, sizeof *r->pupils);
    r->people = lt_calloc(n ? n : 1, sizeof *r->people);
    r->own_classes = json_array();
    if (!r->pupils || !r->people || !r->own_classes || !classes || !parents) r->failed = true;
    own_classes(r);
    const json_t *item;
    json_array_foreach(items, i, item) {
        json_t *doc = lt_json_object(item, "doc");
        const char *kind = lt_json_str_or(item, "kind", "");
        if (strcmp(kind, "classes") == 0 && json_object_set(classes, lt_json_str_or(item, "repo", ""), doc)) r->failed = true;
        else if (strcmp(kind, "school") == 0) results_school_names(r, doc);
    }
    json_array_foreach(items, i, item) {
        if (strcmp(lt_json_str_or(item, "kind", ""), "pupil") != 0 || r->failed) continue;
        take_pupil(r, lt_json_object(item, "doc"), json_object_get(classes, lt_json_str_or(item, "repo", "")));
        note_parents(r, lt_json_object(item, "doc"), parents);
    }
    json_array_foreach(items, i, item) {
        if (strcmp(lt_json_str_or(item, "kind", ""), "person") == 0 && !r->failed) take_person(r, lt_json_object(item, "doc"), parents);
    }
    json_decref(classes);
    json_decref(parents);
    return r->failed ? lt_fail_memory(err) : 0;
}

void results_world_clear(struct results *r)
{
    for (size_t i = 0; i < r->pupils_len; i++) {
        struct results_pupil *p = &r->pupils[i];
        model_name_free(&p->name);
        free(p->key);
        free(p->two);
        free(p->surname);
        json_decref(p->entries);
        json_decref(p->verdicts);
    }
    for (size_t i = 0; i < r->people_len; i++) {
        model_name_free(&r->people[i].name);
        free(r->people[i].key);
        free(r->people[i].two);
    }
    json_t *const maps[] = {r->by_key, r->by_two, r->by_start, r->by_number, r->by_uin, r->by_id, r->by_birth, r->people_by_key, r->people_by_two,
                            r->school_said, r->school_forms, r->own_classes, r->schools, r->events};
    for (size_t i = 0; i < LT_COUNT(maps); i++) json_decref(maps[i]);
    free(r->pupils);
    free(r->people);
}

/* --- the class of that day --- */

const json_t *results_class(const struct results *r, const struct results_row *row, const struct results_pupil *p, char name_then[24])
{
    const json_t *then = model_class_on(p->classes, row->day), *now = then ? NULL : model_class_on(p->classes, r->call->today);
    lt_print(name_then, 24, "%s", lt_json_str_or(then, "name", ""));
    int back = r->year_now - row->year;
    struct model_klass k;
    if (then || !now || back < 0) return then;
    /* the school's records begin later than the file: a pupil of 10А was in 9А the year before */
    model_klass_parse(lt_json_str_or(now, "name", ""), &k);
    if (k.certainty == MODEL_KLASS_SURE && k.number > back) model_klass_name(k.number - back, k.letter, name_then);
    return NULL;
}
