/* The authorisation matrix against expectations written by hand (rights.table), cell by cell. */
#include "base/json.h"
#include "base/text.h"
#include "model/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ACTORS 22
static const char *const actors[ACTORS] = {
    "local",           "pupil",         "g_see",         "g_add",    "g_consent",   "class_teacher",
    "subject_teacher", "group_teacher", "event_leader",  "deputy",   "director",    "clerk",
    "sysadmin",        "olympiads",     "gto",           "ceremony", "publication", "books",
    "custody",         "storage",       "personal_data", "mentor"};

static const struct lt_date today = {2026, 11, 22};

static char *day(int offset, char out[LT_DATE_SIZE])
{
    return lt_date_format(lt_date_add_days(today, offset), out);
}

/* --- a world: one actor, one target --- */

struct world {
    json_t *person, *relations, *programmes, *events;
    json_t *pupil, *classes, *entry, *event, *guardian;
    struct model_actor actor;
    struct model_target target;
};

static json_t *load(const char *text)
{
    json_error_t e;
    json_t *doc = json_loads(text, JSON_DECODE_ANY, &e);
    if (!doc) fail_msg("%s in %s", e.text, text);
    return doc;
}

static void world_free(struct world *w)
{
    json_decref(w->person);
    json_decref(w->relations);
    json_decref(w->programmes);
    json_decref(w->events);
    json_decref(w->pupil);
    json_decref(w->classes);
    json_decref(w->entry);
    json_decref(w->event);
    json_decref(w->guardian);
}

/* Role of an actor: JSON of the role without its dates. */
static const char *role_of(const char *actor)
{
    static const char *const roles[][2] = {
        {"class_teacher", "{\"role\":\"class_teacher\",\"class\":\"c9\"}"},
        {"subject_teacher", "{\"role\":\"teacher\",\"class\":\"c9\",\"subject\":\"Физика\"}"},
        {"group_teacher", "{\"role\":\"teacher\",\"group\":\"g1\"}"},
        {"event_leader", "{\"role\":\"teacher\",\"class\":\"c7\",\"subject\":\"Химия\"}"},
        {"deputy", "{\"role\":\"deputy_head\"}"},
        {"director", "{\"role\":\"director\"}"},
        {"clerk", "{\"role\":\"clerk\"}"},
        {"sysadmin", "{\"role\":\"sysadmin\"}"}};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (!strcmp(roles[i][0], actor)) return roles[i][1];
    }
    return NULL;
}

static bool is_guardian(const char *actor)
{
    return lt_starts(actor, "g_");
}

static json_t *guardian_rights(const char *actor)
{
    json_t *r = load("{\"see\":true,\"add\":false,\"consent\":false,\"papers\":false}");
    if (!strcmp(actor, "g_add")) json_object_set_new(r, "add", json_true());
    if (!strcmp(actor, "g_consent")) json_object_set_new(r, "consent", json_true());
    return r;
}

static void make_person(struct world *w, const char *actor)
{
    w->person = load("{\"id\":\"me\"}");
    const char *role = role_of(actor);
    json_t *roles = json_array();
    if (role)
        json_array_append_new(roles, load(role));
    else if (!is_guardian(actor) && strcmp(actor, "mentor") != 0)
        json_array_append_new(roles, json_pack("{s:s, s:s}", "role", "duty", "duty", actor));
    json_object_set_new(w->person, "roles", roles);
    w->actor.person = w->person;
}

static void make_target(struct world *w, const char *actor, bool own)
{
    w->pupil = json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "id", own ? "p1" : "p2", "birth", "2012-01-15",
                         "guardians", "person", own ? "mother1" : "mother2", "kind", "parent");
    w->classes = own ? load("{\"classes\":[{\"class\":\"c9\",\"name\":\"9А\",\"from\":\"2026-09-01\"}],"
                            "\"groups\":[{\"group\":\"g1\",\"from\":\"2026-09-01\"}]}")
                     : load("{\"classes\":[{\"class\":\"c3\",\"name\":\"3Б\",\"from\":\"2026-09-01\"}],"
                            "\"groups\":[{\"group\":\"g2\",\"from\":\"2026-09-01\"}]}");
    w->entry =
        own ? load("{\"id\":\"e1\",\"state\":\"submitted\",\"section\":\"study\",\"activity\":\"olympiad\","
                   "\"subject\":\"Физика\",\"group\":\"g1\","
                   "\"source\":{\"kind\":\"pupil\",\"by\":\"p1\",\"event\":\"ev1\"}}")
            : load("{\"id\":\"e2\",\"state\":\"submitted\",\"section\":\"personal\",\"activity\":\"art\","
                   "\"subject\":\"Музыка\",\"group\":\"g2\","
                   "\"source\":{\"kind\":\"pupil\",\"by\":\"p2\",\"event\":\"ev2\"}}");
    if (own && !strcmp(actor, "gto")) json_object_set_new(w->entry, "activity", json_string("gto"));
    w->event = json_pack("{s:s}", "id", own ? "ev1" : "ev2");
    w->guardian = json_pack("{s:s}", "id", own ? "mother1" : "mother2");
    if (own && is_guardian(actor))
        json_array_append_new(
            lt_json_array(w->pupil, "guardians"),
            json_pack("{s:s, s:s, s:o}", "person", "me", "kind", "parent", "rights", guardian_rights(actor)));
}

static void world_make(struct world *w, const char *actor, bool own)
{
    memset(w, 0, sizeof *w);
    w->actor.local = !strcmp(actor, "local");
    w->actor.account = w->actor.local ? NULL : "account";
    w->actor.confirmed = true;
    if (!strcmp(actor, "pupil"))
        w->actor.pupil = "p1";
    else if (!w->actor.local)
        make_person(w, actor);
    w->events = load(!strcmp(actor, "event_leader") ? "[\"ev1\"]" : "[]");
    w->actor.events = w->events;
    make_target(w, actor, own);
    if (is_guardian(actor)) {
        w->relations = json_pack("[{s:s, s:s, s:o}]", "pupil", "p1", "pupil_birth", "2012-01-15", "rights",
                                 guardian_rights(actor));
        w->actor.relations = w->relations;
    }
}

/* The parts of the target that belong to a right. */
static uint64_t standing(struct world *w, const char *right, struct lt_date on)
{
    enum model_right_about about = model_right(right)->about;
    struct model_target t = {.pupil = NULL};
    switch (about) {
    case MODEL_ABOUT_PUPIL:
    case MODEL_ABOUT_ENTRY:
        t.pupil = w->pupil;
        t.classes = w->classes;
        t.entry = about == MODEL_ABOUT_ENTRY ? w->entry : NULL;
        break;
    case MODEL_ABOUT_PERSON:
        t.pupil = w->pupil;
        t.classes = w->classes;
        t.person = w->guardian;
        break;
    case MODEL_ABOUT_CLASS:
        t.class_id = json_string_value(
            json_object_get(json_array_get(lt_json_array(w->classes, "classes"), 0), "class"));
        t.class_number = 8;
        break;
    case MODEL_ABOUT_GROUP:
        t.group_id = json_string_value(
            json_object_get(json_array_get(lt_json_array(w->classes, "groups"), 0), "group"));
        break;
    case MODEL_ABOUT_EVENT:
        t.event = w->event;
        break;
    default:
        break;
    }
    w->target = t;
    return model_standing(&w->actor, &w->target, on);
}

static bool may(struct world *w, const char *right, struct lt_date on)
{
    struct model_entry_facts facts;
    model_entry_facts_of(w->entry, NULL, NULL, &facts);
    bool entry = model_right(right)->about == MODEL_ABOUT_ENTRY;
    uint64_t st = standing(w, right, on);
    bool yes = model_allowed(right, st, entry ? &facts : NULL);
    struct lt_error err = {0};
    assert_int_equal(model_authorise(right, st, entry ? &facts : NULL, &err) == LT_OK, yes);
    lt_error_clear(&err);
    return yes;
}

/* --- reading the table --- */

static bool listed(const char *list, const char *actor)
{
    static const char *const staff[] = {
        "class_teacher", "subject_teacher", "group_teacher", "event_leader",  "deputy",   "director",
        "clerk",         "sysadmin",        "olympiads",     "gto",           "ceremony", "publication",
        "books",         "custody",         "storage",       "personal_data", NULL};
    static const char *const family[] = {"pupil", "g_see", "g_add", "g_consent", NULL};
    char copy[600], *save = NULL;
    assert_true(lt_print(copy, sizeof copy, "%s", list));
    for (char *word = strtok_r(copy, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
        const char *const *group = !strcmp(word, "staff") ? staff : !strcmp(word, "family") ? family : NULL;
        if (!strcmp(word, "everyone") || !strcmp(word, actor)) return true;
        for (; group && *group; group++) {
            if (!strcmp(*group, actor)) return true;
        }
    }
    return false;
}

/* Calls back with every line of a section. */
static int each_line(const char *section, void (*cb)(char *line))
{
    FILE *f = fopen(LETOPIS_SOURCE_DIR "/tests/unit/model/rights.table", "r");
    assert_non_null(f);
    char line[800];
    bool in = false;
    int n = 0;
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '[')
            in = !strncmp(line + 1, section, strlen(section));
        else if (in && line[0] != '#' && line[0] != '\n') {
            cb(line);
            n++;
        }
    }
    fclose(f);
    return n;
}

static int wrong;

static void expect(const char *what, const char *right, const char *actor, bool got, bool wanted)
{
    if (got == wanted) return;
    wrong++;
    print_error("%s: %s %s: %s, expected %s\n", what, right, actor, got ? "yes" : "no",
                wanted ? "yes" : "no");
}

static char seen[200][40];
static int seen_len;

static void cell_line(char *line)
{
    char *save = NULL, *right = strtok_r(line, " |", &save);
    char *yes = strstr(save, "y:"), *own = strstr(save, "own:");
    char *bar = strchr(yes, '|');
    *bar = '\0';
    snprintf(seen[seen_len++], sizeof seen[0], "%s", right);
    if (!model_right(right)) {
        wrong++;
        print_error("no right %s\n", right);
        return;
    }
    for (int a = 0; a < ACTORS; a++) {
        struct world w;
        bool any = listed(yes + 2, actors[a]), mine = any || (own && listed(own + 4, actors[a]));
        world_make(&w, actors[a], true);
        expect("own", right, actors[a], may(&w, right, today), mine);
        world_free(&w);
        world_make(&w, actors[a], false);
        expect("other", right, actors[a], may(&w, right, today), any);
        world_free(&w);
    }
}

static void test_cells(void **state)
{
    (void)state;
    wrong = 0;
    assert_true(each_line("cells", cell_line) > 50);
    for (size_t i = 0; model_right_at(i); i++) {
        bool found = false;
        for (int k = 0; k < seen_len; k++)
            found = found || !strcmp(seen[k], model_right_at(i)->id);
        expect("in the table", model_right_at(i)->id, "", found, true);
    }
    assert_int_equal(wrong, 0);
}

static void put_day(json_t *doc, const char *key, const char *offset)
{
    char text[LT_DATE_SIZE];
    if (strcmp(offset, "-") != 0) json_object_set_new(doc, key, json_string(day(atoi(offset), text)));
}

static void date_line(char *line)
{
    char right[40], actor[40], from[8], to[8], gone[8], on[8], answer[8];
    assert_int_equal(sscanf(line, "%39s %39s %7s %7s %7s %7s %7s", right, actor, from, to, gone, on, answer),
                     7);
    struct world w;
    world_make(&w, actor, true);
    json_t *list =
        is_guardian(actor) ? lt_json_array(w.pupil, "guardians") : lt_json_array(w.person, "roles");
    json_t *item = json_array_get(list, json_array_size(list) - 1);
    put_day(item, "from", from);
    put_day(item, "to", to);
    put_day(w.person, "dismissed", gone);
    expect(line, right, actor, may(&w, right, lt_date_add_days(today, atoi(on))), !strcmp(answer, "yes"));
    world_free(&w);
}

static void test_dates(void **state)
{
    (void)state;
    wrong = 0;
    assert_true(each_line("dates", date_line) > 20);
    assert_int_equal(wrong, 0);
}

static void bar_line(char *line)
{
    char right[40], actor[40], bar[40], answer[8];
    assert_int_equal(sscanf(line, "%39s %39s %39s %7s", right, actor, bar, answer), 4);
    struct world w;
    struct lt_date on = today;
    world_make(&w, actor, true);
    if (!strcmp(bar, "own_child")) {
        /* a relation that ended long ago and gave no rights bars all the same */
        json_array_append_new(lt_json_array(w.pupil, "guardians"),
                              load("{\"person\":\"me\",\"to\":\"2020-01-01\",\"rights\":{\"see\":false}}"));
    } else if (!strcmp(bar, "own_input")) {
        json_object_set_new(w.entry, "source", load("{\"kind\":\"guardian\",\"by\":\"me\"}"));
    } else if (!strcmp(bar, "unconfirmed")) {
        w.actor.confirmed = false;
    } else if (!strcmp(bar, "acts_off")) {
        w.actor.local_acts_off = true;
    } else {
        assert_string_equal(bar, "adult");
        on = (struct lt_date){2030, 1, 15};
    }
    expect(bar, right, actor, may(&w, right, on), !strcmp(answer, "yes"));
    world_free(&w);
}

static void test_bars(void **state)
{
    (void)state;
    wrong = 0;
    assert_true(each_line("barred", bar_line) > 20);
    assert_int_equal(wrong, 0);
}

static void special(char *line, const char *key, json_t *value)
{
    char right[40];
    int at = 0;
    assert_int_equal(sscanf(line, "%39s%n", right, &at), 1);
    for (int a = 0; a < ACTORS; a++) {
        struct world w;
        world_make(&w, actors[a], true);
        json_object_set(w.entry, key, value);
        expect(key, right, actors[a], may(&w, right, today), listed(line + at, actors[a]));
        world_free(&w);
    }
    json_decref(value);
}

static void sensitive_line(char *line)
{
    special(line, "sensitive", json_true());
}

static void family_line(char *line)
{
    char copy[800];
    assert_true(lt_print(copy, sizeof copy, "%s", line));
    special(copy, "state", json_string("draft"));
    special(line, "state", json_string("taken_back"));
}

static void test_special_entries(void **state)
{
    (void)state;
    wrong = 0;
    assert_true(each_line("sensitive", sensitive_line) >= 5);
    assert_true(each_line("family_only", family_line) >= 4);
    assert_int_equal(wrong, 0);
}

static void deputy_case(const char *role, const char *right, bool wanted)
{
    struct world w;
    world_make(&w, "deputy", true);
    json_object_set_new(w.person, "roles", load(role));
    expect(role, right, "deputy", may(&w, right, today), wanted);
    world_free(&w);
}

static void test_limits_of_deputies(void **state)
{
    (void)state;
    wrong = 0;
    deputy_case("[{\"role\":\"deputy_head\",\"levels\":[\"ooo\"]}]", "entry.read", true);
    deputy_case("[{\"role\":\"deputy_head\",\"levels\":[\"noo\",\"soo\"]}]", "entry.read", false);
    deputy_case("[{\"role\":\"deputy_head\",\"levels\":[\"noo\"]}]", "pupil.read", false);
    deputy_case("[{\"role\":\"deputy_head\",\"areas\":[\"study\"]}]", "entry.verify", true);
    deputy_case("[{\"role\":\"deputy_head\",\"areas\":[\"personal\"]}]", "entry.verify", false);
    deputy_case("[{\"role\":\"deputy_head\",\"areas\":[\"personal\"]}]", "pupil.read", true);
    deputy_case("[{\"role\":\"deputy_head\",\"areas\":[\"personal\"]}]", "portfolio.bundle", false);
    deputy_case("[{\"role\":\"deputy_head\",\"levels\":[\"ooo\"],\"areas\":[\"personal\"]}]", "entry.read",
                false);
    deputy_case("[{\"role\":\"deputy_head\",\"levels\":[\"ooo\"],\"areas\":[\"study\"]}]", "entry.read",
                true);
    assert_int_equal(wrong, 0);
}

static void test_accounts(void **state)
{
    (void)state;
    struct world w;
    /* a parent who is the director: the class teacher of the child resets no such account */
    world_make(&w, "class_teacher", true);
    json_object_set_new(w.guardian, "roles", load("[{\"role\":\"director\"}]"));
    assert_false(may(&w, "account.reset", today));
    assert_true(may(&w, "person.contacts", today));
    world_free(&w);
    /* nor does a clerk take a director's account, or grant a role to himself */
    world_make(&w, "clerk", true);
    json_object_set_new(w.guardian, "roles", load("[{\"role\":\"director\"}]"));
    assert_false(may(&w, "account.reset", today));
    json_object_set_new(w.guardian, "id", json_string("me"));
    assert_false(may(&w, "role.grant", today));
    world_free(&w);
    /* the pupil's own account is the class teacher's to manage, not another one's */
    world_make(&w, "class_teacher", true);
    struct model_target t = {.pupil = w.pupil, .classes = w.classes, .pupil_account = true};
    assert_true(model_allowed("account.create", model_standing(&w.actor, &t, today), NULL));
    world_free(&w);
    world_make(&w, "subject_teacher", true);
    t = (struct model_target){.pupil = w.pupil, .classes = w.classes, .pupil_account = true};
    assert_false(model_allowed("account.create", model_standing(&w.actor, &t, today), NULL));
    world_free(&w);
}

static void test_other_guardian(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, "director", true);
    w.relations = load("[{\"pupil\":\"p7\"}]");
    w.actor.relations = w.relations;
    json_t *theirs = load("[\"p7\"]");
    struct model_target t = {.person = w.guardian, .person_pupils = theirs};
    assert_false(model_allowed("person.contacts", model_standing(&w.actor, &t, today), NULL));
    t.person = w.person;
    assert_true(model_allowed("person.contacts", model_standing(&w.actor, &t, today), NULL));
    json_decref(theirs);
    world_free(&w);
}

static void test_reviews(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, "mentor", false);
    struct model_target t = {.pupil = w.pupil, .classes = w.classes, .asked = "me"};
    uint64_t st = model_standing(&w.actor, &t, today);
    assert_true(model_allowed("review.add", st, NULL) && model_allowed("review.decline", st, NULL));
    assert_false(model_allowed("review.retract", st, NULL));
    t = (struct model_target){.pupil = w.pupil, .author = "me"};
    assert_true(model_allowed("review.retract", model_standing(&w.actor, &t, today), NULL));
    world_free(&w);
}

static void test_several_roles_and_programmes(void **state)
{
    (void)state;
    struct world w;
    world_make(&w, "mentor", true);
    json_object_set_new(w.person, "roles",
                        load("[{\"role\":\"sysadmin\"},{\"role\":\"teacher\",\"programme\":\"pr1\"}]"));
    assert_false(may(&w, "entry.read", today));
    w.programmes = load("{\"g1\":\"pr1\",\"g9\":\"pr2\"}");
    w.actor.programme_groups = w.programmes;
    assert_true(may(&w, "entry.read", today));
    assert_true(may(&w, "plugin.manage", today));
    world_free(&w);
}

static void test_denials_say_why(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct model_entry_facts f = {.state = "draft", .family = true, .family_only = true};
    assert_int_equal(model_authorise("entry.read", MODEL_ST_CLASS_TEACHER, &f, &err), LT_NOTFOUND);
    assert_string_equal(err.code, "entry.absent");
    f = (struct model_entry_facts){.state = "submitted", .sensitive = true};
    assert_int_equal(model_authorise("entry.read", MODEL_ST_DIRECTOR, &f, &err), LT_DENIED);
    assert_string_equal(err.code, "denied.sensitive");
    f.sensitive = false;
    assert_int_equal(model_authorise("entry.verify", MODEL_ST_DIRECTOR | MODEL_ST_OWN_CHILD, &f, &err),
                     LT_DENIED);
    assert_string_equal(err.code, "denied.own_child");
    assert_int_equal(model_authorise("consent.give", MODEL_ST_SELF, NULL, &err), LT_DENIED);
    assert_string_equal(err.code, "denied.unconfirmed");
    assert_int_equal(model_authorise("no.such", ~UINT64_C(0), NULL, &err), LT_DENIED);
    assert_false(model_allowed("no.such", ~UINT64_C(0), NULL));
    assert_int_equal(model_standing(&(struct model_actor){.confirmed = true}, NULL, today), 0);
    lt_error_clear(&err);
}

/* --- docs/rights.md --- */

static void doc_words(struct lt_buf *b, uint64_t bits)
{
    bool first = true;
    for (int i = 0; i < MODEL_ST_COUNT; i++) {
        uint64_t bit = bits & UINT64_C(1) << i;
        if (!bit) continue;
        lt_buf_addf(b, "%s%s", first ? "" : ", ", model_standing_word(bit));
        first = false;
    }
}

static void doc_table(struct lt_buf *b)
{
    lt_buf_adds(b, "| right | what | who | never | besides |\n|---|---|---|---|---|\n");
    for (size_t i = 0; model_right_at(i); i++) {
        const struct model_right *r = model_right_at(i);
        lt_buf_addf(b, "| `%s` | %s | ", r->id, r->summary);
        doc_words(b, r->allowed);
        lt_buf_adds(b, " | ");
        doc_words(b, r->barred);
        lt_buf_addf(b, " | %s%s%s |\n", r->flags & MODEL_RIGHT_CONFIRMED ? "confirmed account" : "",
                    r->flags == (MODEL_RIGHT_CONFIRMED | MODEL_RIGHT_LOCAL_OFF) ? "; " : "",
                    r->flags & MODEL_RIGHT_LOCAL_OFF ? "not local when local.acts = off" : "");
    }
}

/* The page holds the table of the program between its marks. */
static void test_page(void **state)
{
    (void)state;
    char *page = NULL;
    size_t len = 0;
    FILE *f = fopen(LETOPIS_SOURCE_DIR "/docs/rights.md", "r");
    assert_non_null(f);
    assert_true(getdelim(&page, &len, '\0', f) > 0);
    fclose(f);
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    doc_table(&b);
    const char *out = getenv("LETOPIS_RIGHTS_TABLE");
    if (out) {
        f = fopen(out, "w");
        assert_non_null(f);
        fputs(b.data, f);
        fclose(f);
    }
    assert_non_null(strstr(page, b.data));
    for (int i = 0; i < MODEL_ST_COUNT; i++) {
        char cell[80];
        snprintf(cell, sizeof cell, "| `%s` |", model_standing_word(UINT64_C(1) << i));
        if (!strstr(page, cell)) fail_msg("docs/rights.md does not explain %s", cell);
    }
    lt_buf_free(&b);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_special_entries),
        cmocka_unit_test(test_limits_of_deputies),
        cmocka_unit_test(test_accounts),
        cmocka_unit_test(test_other_guardian),
        cmocka_unit_test(test_reviews),
        cmocka_unit_test(test_several_roles_and_programmes),
        cmocka_unit_test(test_denials_say_why),
        cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
