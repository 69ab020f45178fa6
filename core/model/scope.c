/* The matrix as a filter of lists: the same rows of rights read by roles instead of by target. A property
 * test holds this and standing.c together. */
#include "model/standing.h"

#include "base/json.h"
#include "base/text.h"
#include "model/consent.h"
#include "model/relation.h"
#include "model/year.h"

#include <stdlib.h>
#include <string.h>

struct build {
    const struct model_right *right;
    const struct model_actor *actor;
    struct lt_date on;
    uint64_t mask; /* standings that count for the rows in question */
    json_t *out;
    bool failed;
};

static void put_all(struct build *b, bool yes)
{
    if (yes && lt_json_put_bool(b->out, "all", true)) b->failed = true;
}

static void put(struct build *b, bool yes, const char *key, const char *value)
{
    if (!yes || !value) return;
    json_t *list = json_object_get(b->out, key);
    if (!list) {
        list = json_array();
        b->failed = b->failed || lt_json_put(b->out, key, list);
    }
    if (!b->failed && !lt_json_array_has(list, value) && json_array_append_new(list, json_string(value)))
        b->failed = true;
}

static void put_pair(struct build *b, bool yes, const char *key, const char *one, const char *two)
{
    if (!yes || !one || !two) return;
    char *pair = lt_format("%s\x1f%s", one, two);
    b->failed = b->failed || !pair;
    if (pair) put(b, true, key, pair);
    free(pair);
}

static bool about_entry(const struct build *b)
{
    return b->right->about == MODEL_ABOUT_ENTRY;
}

static void teaching(struct build *b, const json_t *role)
{
    uint64_t group_bit = about_entry(b) ? MODEL_ST_ENTRY_GROUP : MODEL_ST_TEACHER_GROUP;
    const char *klass = lt_json_str(role, "class"), *programme = lt_json_str(role, "programme");
    put_all(b, b->mask & MODEL_ST_ANY_TEACHER);
    put(b, b->mask & MODEL_ST_TEACHER_CLASS, "classes", klass);
    put_pair(b, b->mask & MODEL_ST_ENTRY_SUBJECT, "class_subjects", klass, lt_json_str(role, "subject"));
    put(b, b->mask & group_bit, "groups", lt_json_str(role, "group"));
    const char *id;
    json_t *of;
    json_object_foreach((json_t *)(uintptr_t)b->actor->programme_groups, id, of)
    {
        const char *word = json_string_value(of);
        put(b, (b->mask & group_bit) && programme && word && !strcmp(programme, word), "groups", id);
    }
}

static void each(struct build *b, const char *key, const json_t *list)
{
    size_t i;
    json_t *word;
    json_array_foreach((json_t *)(uintptr_t)list, i, word)
    {
        put(b, true, key, json_string_value(word));
    }
}

static void deputy(struct build *b, const json_t *role)
{
    const json_t *levels = lt_json_array(role, "levels"), *areas = lt_json_array(role, "areas");
    bool by_area = json_array_size(areas) > 0;
    put_all(b, b->mask & MODEL_ST_ANY_DEPUTY);
    uint64_t bits = MODEL_ST_DEPUTY | MODEL_ST_CLASS_ACCOUNT | (by_area ? 0 : MODEL_ST_DEPUTY_FULL);
    if (!(b->mask & bits)) return;
    by_area = by_area && about_entry(b);
    if (!json_array_size(levels) && !by_area) {
        put_all(b, true);
    } else if (!by_area) {
        each(b, "levels", levels);
    } else if (!json_array_size(levels)) {
        each(b, "sections", areas);
    } else {
        size_t i, k;
        json_t *level, *area;
        json_array_foreach((json_t *)(uintptr_t)levels, i, level)
        {
            json_array_foreach((json_t *)(uintptr_t)areas, k, area)
            {
                put_pair(b, true, "level_sections", json_string_value(level), json_string_value(area));
            }
        }
    }
}

static void duty(struct build *b, const json_t *role)
{
    uint64_t bit = model_duty(lt_json_str(role, "duty"));
    const char *activity = model_duty_activity(bit);
    if (about_entry(b) && activity)
        put(b, b->mask & bit, "activities", activity);
    else
        put_all(b, b->mask & bit);
}

static void by_role(struct build *b, const json_t *role)
{
    enum model_role kind = model_role_kind(role, b->on);
    if (kind == MODEL_ROLE_NONE) return;
    put_all(b, b->mask & MODEL_ST_STAFF);
    if ((b->mask & MODEL_ST_COLLEAGUE) && lt_json_put_bool(b->out, "staff", true)) b->failed = true;
    if (b->mask & MODEL_ST_EVENT_LEADER) each(b, "events", b->actor->events);
    switch (kind) {
    case MODEL_ROLE_CLASS:
        put_all(b, b->mask & MODEL_ST_ANY_CLASS_TEACHER);
        put(b, b->mask & (MODEL_ST_CLASS_TEACHER | MODEL_ST_CLASS_PERSON | MODEL_ST_CLASS_ACCOUNT), "classes",
            lt_json_str(role, "class"));
        break;
    case MODEL_ROLE_TEACHER:
        teaching(b, role);
        break;
    case MODEL_ROLE_DEPUTY:
        deputy(b, role);
        break;
    case MODEL_ROLE_DIRECTOR:
        put_all(b, b->mask & MODEL_ST_DIRECTOR);
        break;
    case MODEL_ROLE_CLERK:
        put_all(b, b->mask & (MODEL_ST_CLERK | MODEL_ST_CLERK_OTHER));
        break;
    case MODEL_ROLE_SYSADMIN:
        put_all(b, b->mask & MODEL_ST_SYSADMIN);
        break;
    default:
        duty(b, role);
        break;
    }
}

static void by_family(struct build *b)
{
    put(b, b->mask & MODEL_ST_SELF, "pupils", b->actor->pupil);
    put(b, b->mask & MODEL_ST_SELF_ENTRY, "family_entries_of", b->actor->pupil);
    size_t i;
    json_t *r;
    json_array_foreach((json_t *)(uintptr_t)b->actor->relations, i, r)
    {
        const char *pupil = lt_json_str(r, "pupil");
        if (!pupil) continue;
        unsigned rights =
            model_relations_rights(b->actor->relations, "pupil", pupil, model_relation_birth(r), b->on);
        uint64_t st = (rights & MODEL_GUARDIAN_SEE ? MODEL_ST_GUARDIAN_SEE : 0) |
                      (rights & MODEL_GUARDIAN_ADD ? MODEL_ST_GUARDIAN_ADD : 0) |
                      (rights & MODEL_GUARDIAN_CONSENT ? MODEL_ST_GUARDIAN_CONSENT : 0) |
                      (rights & MODEL_GUARDIAN_PAPERS ? MODEL_ST_GUARDIAN_PAPERS : 0);
        put(b, b->mask & st, "pupils", pupil);
        put(b, (b->mask & MODEL_ST_GUARDIAN_ENTRY) && (rights & MODEL_GUARDIAN_ADD), "family_entries_of",
            pupil);
    }
}

/* The admitting keys for the standings of a mask; new object, NULL when out of memory. */
static json_t *admitting(const struct model_right *right, const struct model_actor *actor, struct lt_date on,
                         uint64_t mask)
{
    struct build b = {
        .right = right, .actor = actor, .on = on, .mask = right->allowed & mask, .out = json_object()};
    if (!b.out) return NULL;
    const char *me = actor->person ? lt_json_str(actor->person, "id") : actor->pupil;
    put_all(&b, b.mask & MODEL_ST_ACCOUNT);
    if ((b.mask & MODEL_ST_AUTHOR) && me && lt_json_put_str(b.out, "made_by", me)) b.failed = true;
    if ((b.mask & MODEL_ST_ASKED) && me && lt_json_put_str(b.out, "asked_of", me)) b.failed = true;
    put(&b, b.mask & MODEL_ST_OWN_PERSON, "persons", me);
    by_family(&b);
    size_t i;
    json_t *role;
    json_array_foreach((json_t *)(uintptr_t)model_roles(actor->person, on), i, role)
    {
        by_role(&b, role);
    }
    if (b.failed) {
        json_decref(b.out);
        return NULL;
    }
    return b.out;
}

static int excepting(const struct model_right *right, const struct model_actor *actor, json_t *out)
{
    struct build b = {.right = right, .actor = actor, .out = out};
    size_t i;
    json_t *r;
    json_array_foreach((json_t *)(uintptr_t)actor->relations, i, r)
    {
        put(&b, right->barred & MODEL_ST_OWN_CHILD, "except_pupils", lt_json_str(r, "pupil"));
    }
    const char *me = actor->person ? lt_json_str(actor->person, "id") : actor->pupil;
    if ((right->barred & MODEL_ST_OWN_INPUT) && me && lt_json_put_str(out, "except_source_by", me))
        b.failed = true;
    return b.failed ? -1 : 0;
}

static int refuse(const struct model_right *row, const struct model_actor *actor, const char *right,
                  struct lt_error *err)
{
    const char *code = "denied.right";
    if (row && actor->local)
        code = "denied.local_acts";
    else if (row && (row->flags & MODEL_RIGHT_CONFIRMED) && actor->account && !actor->confirmed)
        code = "denied.unconfirmed";
    return lt_fail(err, LT_DENIED, code, "right", right, (char *)NULL);
}

int model_scope(const char *right, const struct model_actor *actor, struct lt_date on, json_t **scope,
                struct lt_error *err)
{
    const struct model_right *row = model_right(right);
    bool acts_off = row && (row->flags & MODEL_RIGHT_LOCAL_OFF) && actor->local_acts_off;
    if (row && actor->local && (row->allowed & MODEL_ST_LOCAL) && !acts_off) {
        *scope = NULL;
        return LT_OK;
    }
    if (!row || actor->local || !actor->account ||
        ((row->flags & MODEL_RIGHT_CONFIRMED) && !actor->confirmed))
        return refuse(row, actor, right, err);
    json_t *out = admitting(row, actor, on, ~UINT64_C(0));
    if (!out) return lt_fail_memory(err);
    /* whoever is admitted to a special row is admitted to an ordinary one as well */
    if (!json_object_size(out)) {
        json_decref(out);
        return refuse(NULL, actor, right, err);
    }
    int failed = 0;
    if (row->about == MODEL_ABOUT_ENTRY)
        failed = lt_json_put(out, "sensitive", admitting(row, actor, on, MODEL_SENSITIVE_FOR)) ||
                 lt_json_put(out, "family_only", admitting(row, actor, on, MODEL_FAMILY_ONLY_FOR));
    failed = failed || excepting(row, actor, out);
    if (failed) {
        json_decref(out);
        return lt_fail_memory(err);
    }
    if (json_object_size(out) == 1 && lt_json_bool(out, "all", false)) {
        json_decref(out);
        out = NULL;
    }
    *scope = out;
    return LT_OK;
}

/* --- one row --- */

static bool has(const json_t *scope, const char *key, const char *value)
{
    const json_t *list = json_object_get(scope, key);
    return value && json_is_array(list) && lt_json_array_has(list, value);
}

static bool has_pair(const json_t *scope, const char *key, const char *one, const char *two)
{
    if (!one || !two || !json_object_get(scope, key)) return false;
    char *pair = lt_format("%s\x1f%s", one, two);
    bool found = pair && has(scope, key, pair);
    free(pair);
    return found;
}

static bool same(const json_t *scope, const char *key, const char *value)
{
    const char *s = lt_json_str(scope, key);
    return s && value && !strcmp(s, value);
}

static bool fits_entry(const json_t *scope, const struct model_scope_row *row, const char *level)
{
    const struct model_entry_facts *e = row->entry;
    return has(scope, "groups", e->group) || has(scope, "events", e->event) ||
           has(scope, "sections", e->section) || has(scope, "activities", e->activity) ||
           has_pair(scope, "level_sections", level, e->section) ||
           has_pair(scope, "class_subjects", row->klass, e->subject) ||
           (e->family && has(scope, "family_entries_of", row->pupil));
}

static bool fits_group(const json_t *scope, const struct model_scope_row *row)
{
    size_t i;
    json_t *group;
    json_array_foreach((json_t *)(uintptr_t)row->groups, i, group)
    {
        if (has(scope, "groups", json_string_value(group))) return true;
    }
    return false;
}

static bool fits(const json_t *scope, const struct model_scope_row *row)
{
    const char *level = model_study_level(row->class_number);
    if (lt_json_bool(scope, "all", false) || has(scope, "pupils", row->pupil) ||
        has(scope, "classes", row->klass) || has(scope, "levels", level))
        return true;
    if (row->entry) return fits_entry(scope, row, level);
    return fits_group(scope, row) || has(scope, "events", row->event) || has(scope, "persons", row->person) ||
           same(scope, "made_by", row->author) || same(scope, "asked_of", row->asked) ||
           (row->staff && lt_json_bool(scope, "staff", false));
}

bool model_scope_admits(const json_t *scope, const struct model_scope_row *row)
{
    if (!scope) return true;
    const struct model_entry_facts *e = row->entry;
    if (has(scope, "except_pupils", row->pupil) ||
        (e && e->family && same(scope, "except_source_by", e->source_by)))
        return false;
    const json_t *part = scope;
    if (e && e->family_only && json_object_get(scope, "family_only"))
        part = json_object_get(scope, "family_only");
    else if (e && e->sensitive && json_object_get(scope, "sensitive"))
        part = json_object_get(scope, "sensitive");
    return fits(part, row);
}
