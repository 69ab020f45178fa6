/* Classes and their promotion, pupils, guardians, people and dismissal, settings, what is never recorded (P5). */
#include "support.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

/* Changed everything: a school for these tests alone. */
static int own_setup(void **state)
{
    *state = s;
    s = school_open();
    return 0;
}

static int own_teardown(void **state)
{
    school_close(s);
    s = *state;
    return 0;
}

static void a_year_goes_up_by_a_plan(void **state)
{
    (void)state;
    s->now = noon("2027-06-10");
    json_t *classes = ok(s, "director", "class", "list", "{'all_years':true,'limit':500}");
    json_t *plan = ok(s, "director", "class", "promote", "{'repeat':['@masha']}");
    assert_false(json_is_true(at(plan, "apply")));
    assert_int_equal(count(plan), 5);
    assert_string_equal(text(item(plan, "pupil", id_of(s, "masha")), "what"), "repeat");
    assert_string_equal(text(item(plan, "pupil", id_of(s, "ivan")), "what"), "left");
    assert_string_equal(text(item(plan, "pupil", id_of(s, "sveta")), "what"), "left");
    /* nothing changed */
    assert_int_equal(count(ok(s, "director", "class", "list", "{'all_years':true,'limit':500}")), count(classes));
    assert_string_equal(text(ok(s, "director", "pupil", "show", "{'id':'@ivan'}"), "state"), "active");
    refused(s, LT_DENIED, "denied.right", "teacher", "class", "promote", "{}");
    refused(s, LT_REFUSED, "class.leavers_order", "director", "class", "promote", "{'apply':true}");
    plan = ok(s, "director", "class", "promote", "{'repeat':['@masha'],'go_on':['@ivan'],'conditional':['@ivan'],'stay_out':['@petr'],'order':'77-у','apply':true}");
    assert_string_equal(text(item(plan, "pupil", id_of(s, "ivan")), "what"), "conditional");
    assert_string_equal(text(item(plan, "pupil", id_of(s, "ivan")), "to"), "10А");
    json_t *p = ok(s, "director", "pupil", "show", "{'id':'@olga'}");
    assert_string_equal(text(p, "state"), "left");
    assert_string_equal(text(p, "left/order"), "77-у");
    assert_string_equal(text(p, "left/date"), "2027-08-31");
    assert_string_equal(text(ok(s, "director", "pupil", "show", "{'id':'@petr'}"), "state"), "active");
    /* still in the old class in summer, in the new one from September */
    assert_string_equal(text(ok(s, "director", "pupil", "show", "{'id':'@ivan'}"), "class_name"), "9А");
    s->now = noon("2027-09-01");
    assert_string_equal(text(ok(s, "director", "pupil", "show", "{'id':'@ivan'}"), "class_name"), "10А");
    assert_string_equal(text(ok(s, "director", "pupil", "show", "{'id':'@masha'}"), "class_name"), "3В");
    assert_true(holds(ok(s, "director", "class", "list", "{}"), "name", "10А"));
    /* the class teacher of last year's 9А has nobody there now */
    refused(s, LT_NOTFOUND, "pupil.absent", "teacher", "pupil", "show", "{'id':'@ivan'}");
    /* the one who left comes back to the same portfolio */
    json_t *ten = item(ok(s, "director", "class", "list", "{}"), "name", "10А");
    ok(s, "director", "pupil", "return", "{'id':'@olga','class':'%s','order':'80-у'}", text(ten, "id"));
    p = ok(s, "director", "pupil", "show", "{'id':'@olga'}");
    assert_string_equal(text(p, "state"), "active");
    assert_string_equal(text(p, "class_name"), "10А");
    assert_int_equal(json_array_size(at(p, "classes")), 2);
    refused(s, LT_REFUSED, "pupil.not_left", "director", "pupil", "return", "{'id':'@olga'}");
    /* the same plan again finds nobody of last year in their old classes */
    assert_int_equal(count(ok(s, "director", "class", "promote", "{'year':2027}")), 3);
}

static void classes(void **state)
{
    (void)state;
    refused(s, LT_CONFLICT, "class.exists", "clerk", "class", "add", "{'name':'9-А'}");
    refused(s, LT_USAGE, "class.name", "clerk", "class", "add", "{'name':'класс'}");
    refused(s, LT_DENIED, "denied.right", "teacher", "class", "add", "{'name':'5А'}");
    assert_string_equal(text(ok(s, "clerk", "class", "add", "{'name':'10/1'}"), "name"), "10/1");
    json_t *k = ok(s, "teacher_b", "class", "show", "{'id':'@9А'}");
    assert_string_equal(text(k, "roles/0/role"), "class_teacher");
    refused(s, LT_DENIED, "denied.right", "mother", "class", "list", "{}");
    refused(s, LT_NOTFOUND, "class.absent", "mother", "class", "show", "{'id':'@9А'}");
}

static void moves_and_names(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "pupil.same_class", "clerk", "pupil", "move", "{'id':'@petr','class':'@9Б'}");
    ok(s, "clerk", "pupil", "move", "{'id':'@petr','class':'@9А','order':'12-у'}");
    json_t *p = ok(s, "teacher", "pupil", "show", "{'id':'@petr'}");
    assert_string_equal(text(p, "class_name"), "9А");
    assert_string_equal(text(p, "classes/0/to"), YESTERDAY);
    assert_string_equal(text(p, "classes/1/order"), "12-у");
    refused(s, LT_NOTFOUND, "pupil.absent", "teacher_b", "pupil", "show", "{'id':'@petr'}");
    assert_false(holds(ok(s, "teacher_b", "pupil", "list", "{}"), "id", id_of(s, "petr")));
    ok(s, "teacher", "pupil", "edit", "{'id':'@petr','surname':'Сидоров'}");
    p = ok(s, "teacher", "pupil", "show", "{'id':'@petr'}");
    assert_string_equal(text(p, "former_names/0/surname"), "Петров");
    assert_string_equal(text(p, "former_names/0/until"), YESTERDAY);
    assert_true(holds(ok(s, "teacher", "pupil", "list", "{'query':'сидоров'}"), "id", id_of(s, "petr")));
    ok(s, "clerk", "pupil", "move", "{'id':'@petr','class':'@9Б'}");
    /* own decoration and nothing else */
    refused(s, LT_REFUSED, "consent.processing_missing", "petr", "pupil", "edit", "{'id':'@petr','about':'Люблю физику'}");
    processing(s, "petr");
    ok(s, "petr", "pupil", "edit", "{'id':'@petr','about':'Люблю физику'}");
    refused(s, LT_DENIED, "denied.right", "petr", "pupil", "edit", "{'id':'@petr','about':'Я','surname':'Царёв'}");
    refused(s, LT_DENIED, "denied.right", "mother_b", "pupil", "edit", "{'id':'@petr','birth':'2000-01-01'}");
}

static void leaving_by_order(void **state)
{
    (void)state;
    pupil(s, "gone", "Ушедшая", "2011-02-02", "9Б");
    ok(s, "teacher_b", "pupil", "show", "{'id':'@gone'}");
    refused(s, LT_DENIED, "denied.right", "teacher_b", "pupil", "leave", "{'id':'@gone'}");
    ok(s, "clerk", "pupil", "leave", "{'id':'@gone','date':'" YESTERDAY "','order':'5-у','reason':'переезд'}");
    refused(s, LT_REFUSED, "pupil.left", "clerk", "pupil", "leave", "{'id':'@gone'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "teacher_b", "pupil", "show", "{'id':'@gone'}");
    assert_string_equal(text(ok(s, "clerk", "pupil", "show", "{'id':'@gone'}"), "left/reason"), "переезд");
}

static void rights_of_guardians(void **state)
{
    (void)state;
    processing(s, "ivan");
    person(s, "blind", "Слепова");
    person(s, "mute", "Немова");
    guardian(s, "ivan", "blind", ",'without':['see'],'document':'решение суда'");
    guardian(s, "ivan", "mute", ",'without':['add','consent']");
    refused(s, LT_NOTFOUND, "pupil.absent", "blind", "pupil", "show", "{'id':'@ivan'}");
    refused(s, LT_DENIED, "denied.right", "blind", "pupil", "list", "{}");
    ok(s, "mute", "pupil", "show", "{'id':'@ivan'}");
    refused(s, LT_DENIED, "denied.right", "mute", "entry", "add", "{'pupil':'@ivan','title':'Т'}");
    /* with other rights from today: what was in force stays known */
    guardian(s, "ivan", "mute", ",'without':['consent']");
    ok(s, "mute", "entry", "add", "{'pupil':'@ivan','title':'Т'}");
    ok(s, "director", "guardian", "unlink", "{'pupil':'@ivan','person':'@mute'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "mute", "pupil", "show", "{'id':'@ivan'}");
    refused(s, LT_NOTFOUND, "guardian.absent", "director", "guardian", "unlink", "{'pupil':'@ivan','person':'@mute'}");
    /* an end that lies ahead can be brought forward */
    person(s, "till", "Срокова");
    guardian(s, "ivan", "till", ",'to':'2026-12-31'");
    ok(s, "till", "pupil", "show", "{'id':'@ivan'}");
    ok(s, "director", "guardian", "unlink", "{'pupil':'@ivan','person':'@till'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "till", "pupil", "show", "{'id':'@ivan'}");
    refused(s, LT_USAGE, "role.term", "director", "guardian", "link", "{'pupil':'@ivan','person':'@till','to':'2026-01-01'}");
    /* one parent does not see the other's contacts, staff of the class do */
    assert_null(at(ok(s, "mother", "person", "show", "{'id':'@mother'}"), "contacts/nothing"));
    assert_string_equal(text(ok(s, "mother", "person", "show", "{'id':'@mother'}"), "contacts/phone"), "+79981234567");
    refused(s, LT_NOTFOUND, "person.absent", "mother", "person", "show", "{'id':'@father'}");
    assert_string_equal(text(ok(s, "teacher", "person", "show", "{'id':'@father'}"), "contacts/phone"), "+79981234567");
    refused(s, LT_NOTFOUND, "person.absent", "teacher_b", "person", "show", "{'id':'@father'}");
    /* at 18 it ends by itself */
    pupil(s, "adult", "Взрослова", "2008-11-21", "11А");
    person(s, "mother_a", "Взрослова");
    guardian(s, "adult", "mother_a", "");
    ok(s, "mother_a", "pupil", "show", "{'id':'@adult'}");
    s->now = noon(TOMORROW);
    refused(s, LT_NOTFOUND, "pupil.absent", "mother_a", "pupil", "show", "{'id':'@adult'}");
    s->now = noon(TODAY);
    role(s, "math", "'role':'substitute','class':'@9А'");
    ok(s, "math", "guardian", "link", "{'pupil':'@ivan','person':'@till'}");
    refused(s, LT_DENIED, "denied.own_child", "math", "guardian", "link", "{'pupil':'@olga','person':'@mother'}");
}

static void roles_by_date(void **state)
{
    (void)state;
    person(s, "ended", "Бывшая");
    person(s, "last", "Сегодняшняя");
    person(s, "future", "Завтрашняя");
    role(s, "ended", "'role':'class_teacher','class':'@9А','from':'2026-09-01','to':'" YESTERDAY "'");
    role(s, "last", "'role':'substitute','class':'@9А','from':'2026-09-01','to':'" TODAY "'");
    role(s, "future", "'role':'class_teacher','class':'@9А','from':'" TOMORROW "'");
    refused(s, LT_NOTFOUND, "pupil.absent", "ended", "pupil", "show", "{'id':'@ivan'}");
    ok(s, "last", "pupil", "show", "{'id':'@ivan'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "future", "pupil", "show", "{'id':'@ivan'}");
    s->now = noon(TOMORROW);
    refused(s, LT_NOTFOUND, "pupil.absent", "last", "pupil", "show", "{'id':'@ivan'}");
    ok(s, "future", "pupil", "show", "{'id':'@ivan'}");
    s->now = noon(TODAY);
    refused(s, LT_USAGE, "role.needs_class", "director", "role", "grant", "{'person':'@last','role':'class_teacher'}");
    refused(s, LT_USAGE, "role.needs_duty", "director", "role", "grant", "{'person':'@last','role':'duty'}");
    refused(s, LT_NOTFOUND, "class.absent", "director", "role", "grant", "{'person':'@last','role':'class_teacher','class':'@ivan'}");
    refused(s, LT_USAGE, "role.term", "director", "role", "grant", "{'person':'@last','role':'clerk','from':'2026-05-01','to':'2026-01-01'}");
    json_t *p = ok(s, "director", "person", "show", "{'id':'@last'}");
    ok(s, "director", "role", "revoke", "{'person':'@last','role_id':'%s'}", text(p, "roles/0/id"));
    refused(s, LT_NOTFOUND, "pupil.absent", "last", "pupil", "show", "{'id':'@ivan'}");
    p = ok(s, "director", "person", "show", "{'id':'@director'}");
    refused(s, LT_REFUSED, "role.last_director", "director", "role", "revoke", "{'person':'@director','role_id':'%s'}", text(p, "roles/0/id"));
    /* a clerk does not make himself director */
    refused(s, LT_DENIED, "denied.right", "clerk", "role", "grant", "{'person':'@clerk','role':'director'}");
}

static void dismissed_in_one_step(void **state)
{
    (void)state;
    person(s, "leaver", "Уходящая");
    role(s, "leaver", "'role':'class_teacher','class':'@9Б'");
    role(s, "leaver", "'role':'duty','duty':'gto'");
    entry_in(s, "waits", "petr", "teacher_b", "submitted");
    ok(s, "leaver", "pupil", "show", "{'id':'@petr'}");
    refused(s, LT_DENIED, "denied.right", "deputy", "person", "dismiss", "{'id':'@leaver'}");
    json_t *p = ok(s, "director", "person", "dismiss", "{'id':'@leaver','order':'3-к'}");
    assert_int_equal(number(p, "waiting/0/submitted"), 1);
    assert_string_equal(text(p, "waiting/0/class"), id_of(s, "9Б"));
    refused(s, LT_DENIED, "session.unknown", "leaver", "session", "me", "{}");
    refused(s, LT_REFUSED, "person.dismissed", "director", "person", "dismiss", "{'id':'@leaver'}");
    refused(s, LT_REFUSED, "person.dismissed", "director", "role", "grant", "{'person':'@leaver','role':'clerk'}");
    refused(s, LT_REFUSED, "role.last_director", "local", "person", "dismiss", "{'id':'@director'}");
    /* who is a parent too stays a parent */
    person(s, "both", "Двойная");
    role(s, "both", "'role':'clerk'");
    guardian(s, "petr", "both", "");
    ok(s, "director", "person", "dismiss", "{'id':'@both'}");
    account(s, "both", true);
    ok(s, "both", "pupil", "show", "{'id':'@petr'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "both", "pupil", "show", "{'id':'@ivan'}");
    /* on a day to come: works until then, ends by itself */
    person(s, "soon", "Скорая");
    role(s, "soon", "'role':'class_teacher','class':'@9Б'");
    ok(s, "director", "person", "dismiss", "{'id':'@soon','date':'" TOMORROW "'}");
    ok(s, "soon", "pupil", "show", "{'id':'@petr'}");
    s->now = noon(TOMORROW);
    refused(s, LT_DENIED, "session.wrong_login", "soon", "session", "me", "{}");
    s->now = noon(TODAY);
}

static void groups(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "group.member", "clerk", "group", "enrol", "{'id':'@robots','pupil':['@petr']}");
    /* all or none */
    refused(s, LT_REFUSED, "group.member", "clerk", "group", "enrol", "{'id':'@robots','pupil':['@masha','@petr']}");
    json_t *g = ok(s, "coach", "group", "show", "{'id':'@robots'}");
    assert_int_equal(json_array_size(at(g, "pupils")), 1);
    ok(s, "coach", "pupil", "show", "{'id':'@petr'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "coach", "pupil", "show", "{'id':'@masha'}");
    ok(s, "coach", "group", "enrol", "{'id':'@robots','pupil':['@masha']}");
    ok(s, "coach", "pupil", "show", "{'id':'@masha'}");
    ok(s, "coach", "group", "leave", "{'id':'@robots','pupil':['@masha'],'date':'" YESTERDAY "'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "coach", "pupil", "show", "{'id':'@masha'}");
    /* what stands in the card of a pupil is not every colleague's */
    assert_int_equal(json_array_size(at(ok(s, "teacher", "group", "show", "{'id':'@robots'}"), "pupils")), 0);
    json_t *pr = ok(s, "clerk", "programme", "add", "{'title':'Физика плюс','kind':'extracurricular','hours':34}");
    ok(s, "teacher", "programme", "show", "{'id':'%s'}", text(pr, "id"));
    assert_int_equal(count(ok(s, "teacher", "programme", "list", "{}")), 1);
    assert_int_equal(count(ok(s, "teacher", "group", "list", "{}")), 1);
    refused(s, LT_DENIED, "denied.right", "mother", "programme", "show", "{'id':'%s'}", text(pr, "id"));
}

/* P5: no field of any row, by its name, records what must not be recorded. */
static void never_recorded(void **state)
{
    (void)state;
    static const char *const never[] = {"health", "disab", "religi", "faith",  "nation",   "citizen", "passport", "snils",   "address",
                                        "medical", "diagnos", "invalid", "ovz", "ethnic", "blood",    "insur",   "registration"};
    size_t n;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    size_t fields = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            for (const struct uc_field *f = nouns[i]->rows[k].fields; f && f->name; f++, fields++) {
                for (size_t w = 0; w < sizeof never / sizeof never[0]; w++) {
                    if (strstr(f->name, never[w])) fail_msg("%s %s has a field %s", nouns[i]->word, nouns[i]->rows[k].verb, f->name);
                }
            }
        }
    }
    assert_true(fields > 200);
    refused(s, LT_USAGE, "field.unknown", "clerk", "pupil", "add", "{'surname':'А','name':'Б','snils':'112-233-445 95'}");
}

/* A form of settings shows titles, not names. */
static void settings_have_words(void **state)
{
    (void)state;
    json_t *known = json_object_get(ok(s, "director", "school", "show", "{}"), "known");
    assert_true(json_array_size(known) > 10);
    for (size_t i = 0; i < json_array_size(known); i++) {
        const json_t *k = json_array_get(known, i);
        if (strcmp(text(k, "title"), text(k, "name")) == 0) fail_msg("the setting %s has no title", text(k, "name"));
        assert_string_equal(text(k, "value"), text(k, "default"));
    }
}

static void settings(void **state)
{
    (void)state;
    refused(s, LT_USAGE, "setting.unknown", "director", "school", "set", "{'setting':['colour=red']}");
    refused(s, LT_USAGE, "setting.form", "director", "school", "set", "{'setting':['file.max_mb']}");
    refused(s, LT_USAGE, "setting.month_day", "director", "school", "set", "{'setting':['year.start=31-12']}");
    refused(s, LT_USAGE, "setting.words", "director", "school", "set", "{'setting':['local.acts=maybe']}");
    refused(s, LT_DENIED, "denied.right", "teacher", "school", "set", "{'name':'Моя'}");
    json_t *d = ok(s, "director", "school", "set", "{'short_name':'СОШ 7','setting':['year.start=09-02','consent.term=06-30']}");
    assert_string_equal(text(d, "settings/year.start"), "09-02");
    json_t *c = ok(s, "mother_m", "consent", "give", "{'pupil':'@masha','purpose':'image'}");
    assert_string_equal(text(c, "to"), "2027-06-30");
    ok(s, "director", "school", "set", "{'setting':['year.start=09-01','consent.term=08-31']}");
    assert_string_equal(text(ok(s, "ivan", "school", "show", "{}"), "short_name"), "СОШ 7");
    refused(s, LT_DENIED, "session.needed", "nobody", "school", "show", "{}");
    /* a day begins at the school's own midnight */
    ok(s, "director", "school", "set", "{'offset_minutes':720}");
    assert_int_equal(s->app->clock.offset_minutes, 720);
    ok(s, "director", "school", "set", "{'offset_minutes':180}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_year_goes_up_by_a_plan, own_setup, own_teardown),
        cmocka_unit_test(classes),
        cmocka_unit_test(moves_and_names),
        cmocka_unit_test(leaving_by_order),
        cmocka_unit_test(rights_of_guardians),
        cmocka_unit_test(roles_by_date),
        cmocka_unit_test(dismissed_in_one_step),
        cmocka_unit_test(groups),
        cmocka_unit_test(never_recorded),
        cmocka_unit_test(settings_have_words),
        cmocka_unit_test(settings),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
