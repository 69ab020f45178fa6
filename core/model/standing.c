#include "model/standing.h"

#include "base/json.h"
#include "base/mem.h"
#include "model/consent.h"
#include "model/klass.h"
#include "model/relation.h"
#include "model/year.h"

#include <string.h>

static bool is(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* --- roles --- */

bool model_role_current(const json_t *role, struct lt_date on)
{
    return json_is_object(role) && lt_date_in(on, lt_json_str(role, "from"), lt_json_str(role, "to"));
}

const json_t *model_roles(const json_t *person, struct lt_date on)
{
    struct lt_date gone;
    const char *dismissed = lt_json_str(person, "dismissed");
    /* the day of dismissal is the first without rights: dismissing acts at once */
    if (dismissed && (!lt_date_parse(dismissed, &gone) || lt_date_cmp(on, gone) >= 0)) return NULL;
    return lt_json_array(person, "roles");
}

enum model_role model_role_kind(const json_t *role, struct lt_date on)
{
    static const struct {
        const char *word;
        enum model_role kind;
    } kinds[] = {{"class_teacher", MODEL_ROLE_CLASS}, {"substitute", MODEL_ROLE_CLASS},
                 {"teacher", MODEL_ROLE_TEACHER},     {"deputy_head", MODEL_ROLE_DEPUTY},
                 {"director", MODEL_ROLE_DIRECTOR},   {"clerk", MODEL_ROLE_CLERK},
                 {"sysadmin", MODEL_ROLE_SYSADMIN},   {"duty", MODEL_ROLE_DUTY}};
    const char *word = lt_json_str(role, "role");
    for (size_t i = 0; i < LT_COUNT(kinds); i++) {
        if (is(kinds[i].word, word)) return model_role_current(role, on) ? kinds[i].kind : MODEL_ROLE_NONE;
    }
    return MODEL_ROLE_NONE;
}

bool model_person_is_staff(const json_t *person, struct lt_date on)
{
    size_t i;
    json_t *role;
    json_array_foreach((json_t *)(uintptr_t)model_roles(person, on), i, role)
    {
        if (model_role_kind(role, on) != MODEL_ROLE_NONE) return true;
    }
    return false;
}

static bool is_director(const json_t *person, struct lt_date on)
{
    size_t i;
    json_t *role;
    json_array_foreach((json_t *)(uintptr_t)model_roles(person, on), i, role)
    {
        if (model_role_kind(role, on) == MODEL_ROLE_DIRECTOR) return true;
    }
    return false;
}

uint64_t model_duty(const char *duty)
{
    static const struct {
        const char *word;
        uint64_t bit;
    } duties[] = {{"olympiads", MODEL_ST_DUTY_OLYMPIADS}, {"gto", MODEL_ST_DUTY_GTO},
                  {"ceremony", MODEL_ST_DUTY_CEREMONY},   {"publication", MODEL_ST_DUTY_PUBLICATION},
                  {"books", MODEL_ST_DUTY_BOOKS},         {"custody", MODEL_ST_DUTY_CUSTODY},
                  {"storage", MODEL_ST_DUTY_STORAGE},     {"personal_data", MODEL_ST_DUTY_PERSONAL_DATA}};
    for (size_t i = 0; i < LT_COUNT(duties); i++) {
        if (is(duties[i].word, duty)) return duties[i].bit;
    }
    return 0;
}

const char *model_duty_activity(uint64_t duty)
{
    return duty == MODEL_ST_DUTY_OLYMPIADS ? "olympiad" : duty == MODEL_ST_DUTY_GTO ? "gto" : NULL;
}

/* --- the target, read once --- */

struct place {
    const char *class_id;
    const char *level; /* of education, NULL when there is no class */
    const json_t *classes;
    const json_t *entry;
    const char *subject, *section, *activity, *entry_group, *group_id;
    const char *event;
    struct lt_date on;
};

const json_t *model_class_on(const json_t *classes, struct lt_date on)
{
    size_t i;
    json_t *item;
    json_array_foreach(lt_json_array(classes, "classes"), i, item)
    {
        if (lt_date_in(on, lt_json_str(item, "from"), lt_json_str(item, "to"))) return item;
    }
    return NULL;
}

static struct place place_of(const struct model_target *t, struct lt_date on)
{
    struct place p = {.class_id = t->class_id,
                      .level = model_study_level(t->class_number),
                      .classes = t->classes,
                      .entry = t->entry,
                      .group_id = t->group_id,
                      .on = on};
    const json_t *item = model_class_on(t->classes, on);
    if (item) {
        struct model_klass k;
        model_klass_parse(lt_json_str(item, "name"), &k);
        p.class_id = lt_json_str(item, "class");
        p.level = k.certainty == MODEL_KLASS_NO ? NULL : model_study_level(k.number);
    }
    p.subject = lt_json_str(t->entry, "subject");
    p.section = lt_json_str(t->entry, "section");
    p.activity = lt_json_str(t->entry, "activity");
    p.entry_group = lt_json_str(t->entry, "group");
    p.event =
        t->event ? lt_json_str(t->event, "id") : lt_json_str(lt_json_object(t->entry, "source"), "event");
    return p;
}

static bool in_group(const struct place *p, const char *group)
{
    if (is(p->group_id, group)) return true;
    size_t i;
    json_t *item;
    json_array_foreach(lt_json_array(p->classes, "groups"), i, item)
    {
        if (is(lt_json_str(item, "group"), group) &&
            lt_date_in(p->on, lt_json_str(item, "from"), lt_json_str(item, "to")))
            return true;
    }
    return false;
}

static uint64_t by_group(const struct place *p, const char *group)
{
    return (in_group(p, group) ? MODEL_ST_TEACHER_GROUP : 0) |
           (is(p->entry_group, group) ? MODEL_ST_ENTRY_GROUP : 0);
}

static uint64_t by_teaching(const json_t *role, const struct place *p, const json_t *programme_groups)
{
    uint64_t st = MODEL_ST_ANY_TEACHER;
    const char *klass = lt_json_str(role, "class"), *group = lt_json_str(role, "group");
    const char *programme = lt_json_str(role, "programme"), *subject = lt_json_str(role, "subject");
    if (klass && is(klass, p->class_id))
        st |= MODEL_ST_TEACHER_CLASS | (is(subject, p->subject) ? MODEL_ST_ENTRY_SUBJECT : 0);
    if (group) st |= by_group(p, group);
    const char *id;
    json_t *of;
    json_object_foreach((json_t *)(uintptr_t)programme_groups, id, of)
    {
        if (programme && is(json_string_value(of), programme)) st |= by_group(p, id);
    }
    return st;
}

static uint64_t by_deputy(const json_t *role, const struct place *p)
{
    const json_t *levels = lt_json_array(role, "levels"), *areas = lt_json_array(role, "areas");
    uint64_t st = MODEL_ST_ANY_DEPUTY;
    if (json_array_size(levels) && !(p->level && lt_json_array_has(levels, p->level))) return st;
    bool limited = json_array_size(areas) > 0;
    if (!limited || !p->entry || (p->section && lt_json_array_has(areas, p->section))) st |= MODEL_ST_DEPUTY;
    return st | (limited ? 0 : MODEL_ST_DEPUTY_FULL);
}

static uint64_t by_role(const json_t *role, const struct model_actor *actor, const struct place *p)
{
    uint64_t duty;
    const char *activity;
    switch (model_role_kind(role, p->on)) {
    case MODEL_ROLE_CLASS:
        return MODEL_ST_STAFF | MODEL_ST_ANY_CLASS_TEACHER |
               (is(lt_json_str(role, "class"), p->class_id) ? MODEL_ST_CLASS_TEACHER : 0);
    case MODEL_ROLE_TEACHER:
        return MODEL_ST_STAFF | by_teaching(role, p, actor->programme_groups);
    case MODEL_ROLE_DEPUTY:
        return MODEL_ST_STAFF | by_deputy(role, p);
    case MODEL_ROLE_DIRECTOR:
        return MODEL_ST_STAFF | MODEL_ST_DIRECTOR;
    case MODEL_ROLE_CLERK:
        return MODEL_ST_STAFF | MODEL_ST_CLERK;
    case MODEL_ROLE_SYSADMIN:
        return MODEL_ST_STAFF | MODEL_ST_SYSADMIN;
    case MODEL_ROLE_DUTY:
        duty = model_duty(lt_json_str(role, "duty"));
        activity = model_duty_activity(duty);
        return MODEL_ST_STAFF | (p->entry && activity && !is(p->activity, activity) ? 0 : duty);
    default:
        return 0;
    }
}

/* --- family --- */

static uint64_t family_standing(const struct model_actor *actor, const struct model_target *t,
                                struct lt_date on)
{
    uint64_t st = 0;
    const json_t *source = lt_json_object(t->entry, "source");
    const char *kind = lt_json_str(source, "kind"), *by = lt_json_str(source, "by");
    const char *person = lt_json_str(actor->person, "id"), *pupil = lt_json_str(t->pupil, "id");
    bool family_entry = is(kind, "pupil") || is(kind, "guardian");
    if (is(actor->pupil, pupil)) st |= MODEL_ST_SELF | (family_entry ? MODEL_ST_SELF_ENTRY : 0);
    unsigned rights = model_guardian_rights(t->pupil, person, on);
    st |= rights & MODEL_GUARDIAN_SEE ? MODEL_ST_GUARDIAN_SEE : 0;
    st |= rights & MODEL_GUARDIAN_ADD ? MODEL_ST_GUARDIAN_ADD | (family_entry ? MODEL_ST_GUARDIAN_ENTRY : 0)
                                      : 0;
    st |= rights & MODEL_GUARDIAN_CONSENT ? MODEL_ST_GUARDIAN_CONSENT : 0;
    st |= rights & MODEL_GUARDIAN_PAPERS ? MODEL_ST_GUARDIAN_PAPERS : 0;
    if (model_guardian_ever(t->pupil, person)) st |= MODEL_ST_OWN_CHILD;
    if (family_entry && by && (is(by, person) || is(by, actor->pupil))) st |= MODEL_ST_OWN_INPUT;
    return st;
}

/* --- a person or an account as the target --- */

static bool shares_child(const struct model_actor *actor, const json_t *pupils)
{
    size_t i;
    json_t *r;
    json_array_foreach((json_t *)(uintptr_t)actor->relations, i, r)
    {
        const char *pupil = lt_json_str(r, "pupil");
        if (pupil && json_is_array(pupils) && lt_json_array_has(pupils, pupil)) return true;
    }
    return false;
}

static uint64_t person_standing(const struct model_actor *actor, const struct model_target *t, uint64_t st,
                                struct lt_date on)
{
    const char *me = lt_json_str(actor->person, "id"), *other = lt_json_str(t->person, "id");
    bool own_account = t->pupil_account && is(actor->pupil, lt_json_str(t->pupil, "id"));
    bool own = is(me, other) || own_account;
    uint64_t out = own ? MODEL_ST_OWN_PERSON : 0;
    if (t->person && (st & MODEL_ST_STAFF) && model_person_is_staff(t->person, on)) out |= MODEL_ST_COLLEAGUE;
    bool current_guardian = t->person && model_guardian_rights(t->pupil, other, on);
    if ((st & MODEL_ST_CLASS_TEACHER) && current_guardian) out |= MODEL_ST_CLASS_PERSON;
    if ((st & (MODEL_ST_CLASS_TEACHER | MODEL_ST_DEPUTY)) &&
        (t->pupil_account || (current_guardian && !model_person_is_staff(t->person, on))))
        out |= MODEL_ST_CLASS_ACCOUNT;
    if ((st & MODEL_ST_CLERK) && !own && (t->person || t->pupil_account) && !is_director(t->person, on))
        out |= MODEL_ST_CLERK_OTHER;
    if (!own && other &&
        (((st & MODEL_ST_OWN_CHILD) && model_guardian_ever(t->pupil, other)) ||
         shares_child(actor, t->person_pupils)))
        out |= MODEL_ST_OTHER_GUARDIAN;
    return out;
}

/* --- all together --- */

static uint64_t made_standing(const struct model_actor *actor, const struct model_target *t,
                              const struct place *p, uint64_t st)
{
    const char *me = actor->person ? lt_json_str(actor->person, "id") : actor->pupil;
    uint64_t out = 0;
    if (is(t->author, me)) out |= MODEL_ST_AUTHOR;
    if (is(t->asked, me)) out |= MODEL_ST_ASKED;
    /* whoever left the school leads nothing any more */
    if ((st & MODEL_ST_STAFF) && p->event && json_is_array(actor->events) &&
        lt_json_array_has(actor->events, p->event))
        out |= MODEL_ST_EVENT_LEADER;
    return out;
}

uint64_t model_standing(const struct model_actor *actor, const struct model_target *target, struct lt_date on)
{
    static const struct model_target nothing;
    const struct model_target *t = target ? target : &nothing;
    if (actor->local) return MODEL_ST_LOCAL | (actor->local_acts_off ? MODEL_ST_LOCAL_ACTS_OFF : 0);
    if (!actor->account) return 0;
    uint64_t st = MODEL_ST_ACCOUNT | (actor->confirmed ? MODEL_ST_CONFIRMED : 0);
    struct place p = place_of(t, on);
    size_t i;
    json_t *role;
    json_array_foreach((json_t *)(uintptr_t)model_roles(actor->person, on), i, role)
    {
        st |= by_role(role, actor, &p);
    }
    st |= family_standing(actor, t, on);
    st |= person_standing(actor, t, st, on);
    return st | made_standing(actor, t, &p, st);
}

const char *model_source_kind(uint64_t standings)
{
    if (standings & MODEL_ST_SELF) return "pupil";
    return standings & MODEL_ST_OWN_CHILD ? "guardian" : "staff";
}

/* --- judging --- */

/* The standings that count for a right on such an entry. */
static uint64_t counting(const struct model_right *right, uint64_t st, const struct model_entry_facts *facts)
{
    uint64_t out = st & right->allowed;
    if (facts && facts->sensitive) out &= MODEL_SENSITIVE_FOR;
    if (facts && facts->family_only) out &= MODEL_FAMILY_ONLY_FOR;
    return out;
}

static const char *denial(const struct model_right *right, uint64_t st, const struct model_entry_facts *facts)
{
    if (!right || !(st & right->allowed)) return "denied.right";
    if (facts && facts->family_only && !(st & right->allowed & MODEL_FAMILY_ONLY_FOR)) return "entry.absent";
    if (!counting(right, st, facts)) return "denied.sensitive";
    if (st & right->barred & MODEL_ST_OWN_CHILD) return "denied.own_child";
    if (st & right->barred & MODEL_ST_OWN_INPUT) return "denied.own_input";
    if (st & right->barred & MODEL_ST_OTHER_GUARDIAN) return "denied.other_guardian";
    if (st & right->barred) return "denied.own_person";
    if ((right->flags & MODEL_RIGHT_CONFIRMED) && !(st & (MODEL_ST_CONFIRMED | MODEL_ST_LOCAL)))
        return "denied.unconfirmed";
    if ((right->flags & MODEL_RIGHT_LOCAL_OFF) && (st & MODEL_ST_LOCAL_ACTS_OFF)) return "denied.local_acts";
    return NULL;
}

uint64_t model_standing_to_entry(uint64_t standing)
{
    bool own = standing & (MODEL_ST_GUARDIAN_SEE | MODEL_ST_OWN_INPUT);
    return own ? standing : standing & ~MODEL_ST_GUARDIAN_ENTRY;
}

bool model_allowed(const char *right, uint64_t standings, const struct model_entry_facts *facts)
{
    const struct model_right *row = model_right(right);
    return row && !denial(row, standings, facts);
}

int model_authorise(const char *right, uint64_t standings, const struct model_entry_facts *facts,
                    struct lt_error *err)
{
    const char *code = denial(model_right(right), standings, facts);
    if (!code) return LT_OK;
    int status =
        lt_fail(err, is(code, "entry.absent") ? LT_NOTFOUND : LT_DENIED, code, "right", right, (char *)NULL);
    return status;
}
