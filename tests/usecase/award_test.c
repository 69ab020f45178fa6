/* Awards: who fulfils a kind, nominations and their steps. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"

#include <string.h>

static struct school *s;

/* Two verified entries of ivan (9А), one of petr (9Б); a kind that asks for one municipal olympiad won. */
static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    processing(s, "petr");
    name_it(s, "won", text(ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','submit':true,'activity':'olympiad','title':'Физика','level':'municipal',"
                                                         "'result':'winner','date':'" TODAY "'}"), "id"));
    ok(s, "teacher", "entry", "verify", "{'id':'@won'}");
    name_it(s, "took_part", text(ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','submit':true,'activity':'olympiad','title':'Химия','level':'municipal',"
                                                               "'result':'participant','date':'" TODAY "'}"), "id"));
    ok(s, "teacher", "entry", "verify", "{'id':'@took_part'}");
    name_it(s, "petrs", text(ok(s, "petr", "entry", "add", "{'pupil':'@petr','submit':true,'activity':'olympiad','title':'Физика','level':'school',"
                                                           "'result':'winner','date':'" TODAY "'}"), "id"));
    ok(s, "teacher_b", "entry", "verify", "{'id':'@petrs'}");
    name_it(s, "letter", text(ok(s, "deputy", "award", "kind", "{'title':'Похвальный лист','activity':'olympiad','level':'municipal','result':'winner,prize_winner'}"), "id"));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static json_t *nominated(const char *who)
{
    json_t *doc = ok(s, who, "award", "nominate", "{'pupil':'@ivan','kind':'@letter','text':'За победу','entry':['@won']}");
    name_it(s, "award", text(doc, "id"));
    return doc;
}

static bool told(const char *who, const char *kind)
{
    return holds(ok(s, who, "notice", "list", "{'limit':200}"), "kind", kind);
}

static void those_who_fulfil_a_kind_are_named(void **state)
{
    (void)state;
    json_t *found = ok(s, "director", "award", "suggest", "{'kind':'@letter'}");
    assert_int_equal(json_array_size(lt_json_array(found, "items")), 1);
    assert_string_equal(text(found, "items/0/pupil"), id_of(s, "ivan"));
    assert_int_equal(json_array_size(json_object_get(json_array_get(lt_json_array(found, "items"), 0), "entries")), 1);
    assert_string_equal(text(found, "items/0/entries/0/id"), id_of(s, "won"));
    /* a lower level and any result: both pupils, who have it and nothing about how much */
    ok(s, "deputy", "award", "kind", "{'id':'@letter','level':'school'}");
    assert_int_equal(json_array_size(lt_json_array(ok(s, "director", "award", "suggest", "{'kind':'@letter'}"), "items")), 2);
    assert_int_equal(json_array_size(lt_json_array(ok(s, "teacher_b", "award", "suggest", "{'kind':'@letter'}"), "items")), 1);
    ok(s, "deputy", "award", "kind", "{'id':'@letter','count':2}"); /* ivan's second one was not won */
    assert_int_equal(json_array_size(lt_json_array(ok(s, "director", "award", "suggest", "{'kind':'@letter'}"), "items")), 0);
    /* said anew: only what is said is asked for */
    ok(s, "deputy", "award", "kind", "{'id':'@letter','title':'Похвальный лист','level':'municipal','count':2}");
    assert_int_equal(json_array_size(lt_json_array(ok(s, "director", "award", "suggest", "{'kind':'@letter'}"), "items")), 1);
}

static void what_is_disputed_hidden_or_waiting_counts_for_nothing(void **state)
{
    (void)state;
    ok(s, "ivan", "entry", "dispute", "{'id':'@won','kind':'wrong_data','text':'Не то место'}");
    assert_int_equal(json_array_size(lt_json_array(ok(s, "director", "award", "suggest", "{'kind':'@letter'}"), "items")), 0);
    refused(s, LT_REFUSED, "award.entry", "teacher", "award", "nominate", "{'pupil':'@ivan','kind':'@letter','entry':['@won']}");
    refused(s, LT_REFUSED, "award.entry", "teacher", "award", "nominate", "{'pupil':'@ivan','kind':'@letter','entry':['@petrs']}");
}

static void a_nomination_goes_its_way(void **state)
{
    (void)state;
    json_t *doc = nominated("teacher");
    assert_string_equal(text(doc, "state"), "nominated");
    assert_string_equal(text(doc, "title"), "Похвальный лист");
    assert_string_equal(text(doc, "class_name"), "9А");
    assert_true(told("deputy", "award_nominated"));
    refused(s, LT_CONFLICT, "award.already", "deputy", "award", "nominate", "{'pupil':'@ivan','kind':'@letter'}");
    refused(s, LT_DENIED, "denied.right", "teacher", "award", "agree", "{'id':'@award'}");
    ok(s, "deputy", "award", "return", "{'id':'@award','reason':'Напишите, за какой предмет'}");
    assert_true(told("teacher", "award_returned"));
    refused(s, LT_CONFLICT, "award.state", "deputy", "award", "agree", "{'id':'@award'}");
    doc = ok(s, "teacher", "award", "again", "{'id':'@award','text':'За победу по физике'}");
    assert_string_equal(text(doc, "state"), "nominated");
    assert_string_equal(text(doc, "text"), "За победу по физике");
    assert_string_equal(text(doc, "entries/0"), id_of(s, "won"));
    ok(s, "deputy", "award", "agree", "{'id':'@award'}");
    assert_true(told("teacher", "award_agreed"));
    refused(s, LT_CONFLICT, "award.state", "deputy", "award", "refuse", "{'id':'@award','reason':'Поздно'}");
    doc = ok(s, "teacher", "award", "show", "{'id':'@award'}");
    assert_string_equal(text(doc, "records/0/title"), "Физика");
    assert_string_equal(text(doc, "steps/1/comment"), "Напишите, за какой предмет");
    assert_string_equal(text(doc, "steps/3/act"), "agree");
    assert_string_equal(text(doc, "steps/3/by"), id_of(s, "deputy"));
}

static void a_refused_one_may_be_made_anew(void **state)
{
    (void)state;
    nominated("teacher");
    ok(s, "director", "award", "refuse", "{'id':'@award','reason':'Поощрён другим'}");
    nominated("teacher");
    assert_int_equal(json_array_size(lt_json_array(ok(s, "director", "award", "list", "{'state':'nominated'}"), "items")), 1);
    assert_int_equal(json_array_size(lt_json_array(ok(s, "director", "award", "list", "{}"), "items")), 2);
    assert_true(lt_json_bool(json_array_get(lt_json_array(ok(s, "teacher", "award", "suggest", "{'kind':'@letter'}"), "items"), 0), "nominated", false));
}

static void others_do_not_learn_of_it(void **state)
{
    (void)state;
    nominated("teacher");
    static const char *const strangers[] = {"teacher_b", "coach", "ivan", "mother", "stranger"};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        assert_int_equal(json_array_size(lt_json_array(ok(s, strangers[i], "award", "list", "{}"), "items")), 0);
        refused(s, LT_NOTFOUND, "award.absent", strangers[i], "award", "show", "{'id':'@award'}");
    }
    /* who teaches the subject reads what he wrote himself, not what others wrote */
    refused(s, LT_NOTFOUND, "award.absent", "math", "award", "show", "{'id':'@award'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "teacher_b", "award", "nominate", "{'pupil':'@ivan','kind':'@letter'}");
    refused(s, LT_DENIED, "denied.right", "teacher", "award", "kind", "{'title':'Свой'}");
    ok(s, "deputy", "award", "kind", "{'id':'@letter','state':'closed'}");
    refused(s, LT_REFUSED, "award.closed", "deputy", "award", "nominate", "{'pupil':'@petr','kind':'@letter'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(those_who_fulfil_a_kind_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_disputed_hidden_or_waiting_counts_for_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_nomination_goes_its_way, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refused_one_may_be_made_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(others_do_not_learn_of_it, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
