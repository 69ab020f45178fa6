/* A scope admits a row exactly when the right is given for it: over random worlds, every right. */
#include "base/json.h"
#include "model/consent.h"
#include "model/klass.h"
#include "model/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct lt_date today = {2026, 11, 22};

static uint64_t seed;
static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 11) % n;
}

static const char *const classes[][2] = {{"c3", "3Б"}, {"c5", "5А"}, {"c9", "9А"}, {"c10", "10/1"}};
static const char *const groups[] = {"g1", "g2", "g3"};
static const char *const subjects[] = {"Физика", "Химия"};
static const char *const sections[] = {"study", "additional", "personal"};
static const char *const activities[] = {"olympiad", "gto", "art"};
static const char *const pupils[] = {"p1", "p2", "p3"};

static void put(json_t *o, const char *key, const char *value)
{
    json_object_set_new(o, key, json_string(value));
}

/* An open, running, past or future term. */
static void term(json_t *o)
{
    char text[LT_DATE_SIZE];
    if (pick(4) == 0) put(o, "from", lt_date_format(lt_date_add_days(today, (int)pick(3) - 1), text));
    if (pick(4) == 0) put(o, "to", lt_date_format(lt_date_add_days(today, (int)pick(3) - 1), text));
}

static json_t *words(const char *const *from, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++) {
        if (pick(2)) json_array_append_new(a, json_string(from[i]));
    }
    return a;
}

static json_t *role(void)
{
    static const char *const kinds[] = {"class_teacher", "substitute", "teacher", "teacher",  "teacher",
                                        "deputy_head",   "director",   "clerk",   "sysadmin", "duty"};
    static const char *const duties[] = {"olympiads", "gto",     "ceremony", "publication",
                                         "books",     "custody", "storage",  "personal_data"};
    static const char *const levels[] = {"noo", "ooo", "soo"};
    const char *kind = kinds[pick(10)];
    json_t *r = json_pack("{s:s}", "role", kind);
    if (!strcmp(kind, "class_teacher") || !strcmp(kind, "substitute")) {
        put(r, "class", classes[pick(4)][0]);
    } else if (!strcmp(kind, "teacher")) {
        unsigned how = pick(3);
        put(r,
            how == 0   ? "class"
            : how == 1 ? "group"
                       : "programme",
            how == 0   ? classes[pick(4)][0]
            : how == 1 ? groups[pick(3)]
                       : "pr1");
        put(r, "subject", subjects[pick(2)]);
    } else if (!strcmp(kind, "deputy_head")) {
        if (pick(2)) json_object_set_new(r, "levels", words(levels, 3));
        if (pick(2)) json_object_set_new(r, "areas", words(sections, 3));
    } else if (!strcmp(kind, "duty")) {
        put(r, "duty", duties[pick(8)]);
    }
    term(r);
    return r;
}

static json_t *relation(const char *key, const char *id)
{
    static const char *const rights[] = {"see", "add", "consent", "papers"};
    json_t *r = json_pack("{s:s, s:s}", key, id, "kind", "parent"), *on = json_object();
    for (size_t i = 0; i < 4; i++) {
        if (pick(3) == 0) json_object_set_new(on, rights[i], json_boolean(pick(2)));
    }
    json_object_set_new(r, "rights", on);
    term(r);
    return r;
}

struct world {
    json_t *person, *relations, *programmes, *events;
    json_t *pupil[3], *classes[3];
    struct model_actor actor;
};

static void make_pupils(struct world *w)
{
    for (int i = 0; i < 3; i++) {
        const char *birth = pick(4) ? "2012-01-15" : "2008-11-22"; /* the second comes of age today */
        json_t *guardians = json_array(), *list = json_array(), *in = json_array();
        for (unsigned n = pick(3); n && !w->actor.pupil; n--) {
            json_t *g = relation("person", "me"), *mine = json_deep_copy(g);
            json_array_append_new(guardians, g);
            json_object_del(mine, "person");
            put(mine, "pupil", pupils[i]);
            put(mine, "pupil_birth", birth);
            json_array_append_new(w->relations, mine);
        }
        if (pick(5)) {
            unsigned c = pick(4);
            json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "class", classes[c][0], "name",
                                                  classes[c][1], "from", "2026-09-01"));
        }
        for (size_t g = 0; g < 3; g++) {
            json_t *item = json_pack("{s:s}", "group", groups[g]);
            term(item);
            if (pick(2)) json_array_append(in, item);
            json_decref(item);
        }
        w->pupil[i] = json_pack("{s:s, s:s, s:o}", "id", pupils[i], "birth", birth, "guardians", guardians);
        w->classes[i] = json_pack("{s:o, s:o}", "classes", list, "groups", in);
    }
}

static void make(struct world *w)
{
    char text[LT_DATE_SIZE];
    memset(w, 0, sizeof *w);
    w->actor.local = pick(20) == 0;
    w->actor.local_acts_off = w->actor.local && pick(2);
    w->actor.confirmed = pick(2);
    w->relations = json_array();
    if (!w->actor.local) {
        w->actor.account = pick(30) ? "a" : NULL;
        if (pick(5) == 0) {
            w->actor.pupil = pupils[pick(3)];
        } else {
            json_t *roles = json_array();
            for (unsigned n = pick(4); n; n--)
                json_array_append_new(roles, role());
            w->person = json_pack("{s:s, s:o}", "id", "me", "roles", roles);
            if (pick(8) == 0)
                put(w->person, "dismissed", lt_date_format(lt_date_add_days(today, (int)pick(3) - 1), text));
            w->actor.person = w->person;
        }
    } else {
        w->actor.pupil = "nobody";
    }
    make_pupils(w);
    if (w->actor.local) w->actor.pupil = NULL;
    w->programmes = json_pack("{s:s, s:s}", "g2", "pr1", "g3", "pr2");
    w->events = pick(2) ? json_pack("[s]", "ev1") : json_array();
    w->actor.relations = w->relations;
    w->actor.programme_groups = w->programmes;
    w->actor.events = w->events;
}

static void drop(struct world *w)
{
    json_decref(w->person);
    json_decref(w->relations);
    json_decref(w->programmes);
    json_decref(w->events);
    for (int i = 0; i < 3; i++) {
        json_decref(w->pupil[i]);
        json_decref(w->classes[i]);
    }
}

static json_t *make_entry(int owner)
{
    static const char *const kinds[] = {"pupil", "guardian", "staff", "event"};
    static const char *const states[] = {"draft", "submitted", "verified", "taken_back"};
    const char *kind = kinds[pick(4)];
    json_t *source = json_pack("{s:s, s:s}", "kind", kind, "by",
                               pick(2)                  ? "me"
                               : !strcmp(kind, "pupil") ? pupils[owner]
                                                        : "else");
    if (pick(2)) put(source, "event", pick(2) ? "ev1" : "ev2");
    json_t *e = json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", "e", "state", states[pick(4)], "section",
                          sections[pick(3)], "activity", activities[pick(3)], "source", source);
    if (pick(2)) put(e, "subject", subjects[pick(2)]);
    if (pick(2)) put(e, "group", groups[pick(3)]);
    if (pick(4) == 0) json_object_set_new(e, "sensitive", json_true());
    return e;
}

/* A row of a list about pupils or entries as the index would give it. */
static struct model_scope_row row_of(const struct world *w, int owner, json_t *in_groups)
{
    struct model_scope_row row = {.pupil = pupils[owner]};
    const json_t *item = model_class_on(w->classes[owner], today);
    if (item) {
        struct model_klass k;
        model_klass_parse(lt_json_str(item, "name"), &k);
        row.klass = lt_json_str(item, "class");
        row.class_number = k.number;
    }
    size_t i;
    json_t *g;
    json_array_foreach(lt_json_array(w->classes[owner], "groups"), i, g)
    {
        if (lt_date_in(today, lt_json_str(g, "from"), lt_json_str(g, "to")))
            json_array_append(in_groups, json_object_get(g, "group"));
    }
    row.groups = in_groups;
    return row;
}

static int asked[2];

static void compare(struct world *w, const struct model_right *right, int owner, uint64_t number)
{
    bool about_entry = right->about == MODEL_ABOUT_ENTRY;
    json_t *entry = about_entry ? make_entry(owner) : NULL, *in_groups = json_array();
    struct model_entry_facts facts;
    model_entry_facts_of(entry, NULL, NULL, &facts);
    const char *author = pick(3) ? "else" : "me", *reviewer = pick(3) ? "else" : "me";
    struct model_target t = {.pupil = w->pupil[owner], .classes = w->classes[owner], .entry = entry};
    struct model_scope_row row = row_of(w, owner, in_groups);
    if (about_entry) {
        row.entry = &facts;
        row.event = facts.event;
    } else {
        t.author = row.author = author;
        t.asked = row.asked = reviewer;
    }
    uint64_t st = model_standing(&w->actor, &t, today);
    bool allowed = model_allowed(right->id, st, about_entry ? &facts : NULL);
    json_t *scope = NULL;
    struct lt_error err = {0};
    int status = model_scope(right->id, &w->actor, today, &scope, &err);
    assert_true(status == LT_OK || status == LT_DENIED);
    bool admitted = status == LT_OK && model_scope_admits(scope, &row);
    asked[allowed]++;
    if (admitted != allowed) {
        char *text = scope ? json_dumps(scope, JSON_COMPACT) : NULL,
             *who = json_dumps(w->person, JSON_COMPACT);
        char *what = json_dumps(entry, JSON_COMPACT);
        print_error("world %llu: %s for %s: standing %s, scope %s\nscope %s\nperson %s\nentry %s\n",
                    (unsigned long long)number, right->id, pupils[owner], allowed ? "yes" : "no",
                    admitted ? "yes" : "no", text ? text : "-", who ? who : "-", what ? what : "-");
        free(text);
        free(who);
        free(what);
        fail();
    }
    lt_error_clear(&err);
    json_decref(scope);
    json_decref(entry);
    json_decref(in_groups);
}

static void test_scope_and_standing_agree(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 1200; number++) {
        struct world w;
        seed = number * UINT64_C(0x9E3779B97F4A7C15);
        make(&w);
        for (size_t i = 0; model_right_at(i); i++) {
            const struct model_right *right = model_right_at(i);
            if (right->about != MODEL_ABOUT_PUPIL && right->about != MODEL_ABOUT_ENTRY &&
                right->about != MODEL_ABOUT_OWN)
                continue;
            compare(&w, right, (int)pick(3), number);
        }
        drop(&w);
    }
    /* worlds in which nearly everything is one answer prove nothing */
    assert_true(asked[0] > 10000 && asked[1] > 10000);
}

/* What lists of classes, groups, events and persons are filtered by. */
static void test_scopes_of_other_things(void **state)
{
    (void)state;
    json_t *person =
        json_pack("{s:s, s:[{s:s, s:s}, {s:s, s:s, s:s}]}", "id", "me", "roles", "role", "class_teacher",
                  "class", "c9", "role", "teacher", "group", "g1", "subject", "Физика");
    json_t *events = json_pack("[s]", "ev1"), *scope = NULL;
    struct model_actor actor = {.account = "a", .person = person, .events = events};
    struct lt_error err = {0};
    assert_int_equal(model_scope("group.enrol", &actor, today, &scope, &err), LT_OK);
    assert_true(lt_json_array_has(lt_json_array(scope, "groups"), "g1"));
    json_decref(scope);
    assert_int_equal(model_scope("event.manage", &actor, today, &scope, &err), LT_OK);
    assert_true(model_scope_admits(scope, &(struct model_scope_row){.event = "ev1"}));
    assert_false(model_scope_admits(scope, &(struct model_scope_row){.event = "ev2"}));
    json_decref(scope);
    assert_int_equal(model_scope("class.read", &actor, today, &scope, &err), LT_OK);
    assert_null(scope);
    assert_int_equal(model_scope("person.read", &actor, today, &scope, &err), LT_OK);
    assert_true(model_scope_admits(scope, &(struct model_scope_row){.person = "x", .staff = true}));
    assert_true(model_scope_admits(scope, &(struct model_scope_row){.person = "x", .klass = "c9"}));
    assert_false(model_scope_admits(scope, &(struct model_scope_row){.person = "x", .klass = "c3"}));
    json_decref(scope);
    assert_int_equal(model_scope("plugin.manage", &actor, today, &scope, &err), LT_DENIED);
    assert_string_equal(err.code, "denied.right");
    assert_int_equal(model_scope("no.such", &actor, today, &scope, &err), LT_DENIED);
    actor = (struct model_actor){.local = true, .local_acts_off = true};
    assert_int_equal(model_scope("entry.verify", &actor, today, &scope, &err), LT_DENIED);
    assert_string_equal(err.code, "denied.local_acts");
    lt_error_clear(&err);
    json_decref(events);
    json_decref(person);
}

/* Standings that say something of a whole pupil do not stand beside rights about entries: the key "groups"
 * would mean two things. */
static void test_entry_rights_use_entry_standings(void **state)
{
    (void)state;
    for (size_t i = 0; model_right_at(i); i++) {
        const struct model_right *r = model_right_at(i);
        if (r->about == MODEL_ABOUT_ENTRY)
            assert_int_equal(r->allowed & (MODEL_ST_TEACHER_CLASS | MODEL_ST_TEACHER_GROUP), 0);
        else
            assert_int_equal(r->allowed & (MODEL_ST_ENTRY_SUBJECT | MODEL_ST_ENTRY_GROUP |
                                           MODEL_ST_SELF_ENTRY | MODEL_ST_GUARDIAN_ENTRY),
                             0);
        assert_true(r->allowed & MODEL_ST_LOCAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope_and_standing_agree),
        cmocka_unit_test(test_scopes_of_other_things),
        cmocka_unit_test(test_entry_rights_use_entry_standings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
