/* Consents by age and by who signs; what the family may enter before them (P1). */
#include "support.h"

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

#define TRY_ADD(pupil) "{'pupil':'@" pupil "','title':'Проба'}"

static void before_the_consent_the_family_enters_nothing(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "consent.processing_missing", "ivan", "entry", "add", TRY_ADD("ivan"));
    refused(s, LT_REFUSED, "consent.processing_missing", "mother", "entry", "add", TRY_ADD("ivan"));
    refused(s, LT_REFUSED, "consent.processing_missing", "mother", "review", "add", "{'pupil':'@ivan','text':'Старался'}");
    /* a work rests on consent whoever enters it */
    refused(s, LT_REFUSED, "consent.processing_missing", "teacher", "entry", "add", "{'pupil':'@ivan','kind':'work','title':'Макет'}");
    /* what the law grounds is entered by the school without asking */
    json_t *e = ok(s, "teacher", "entry", "add", TRY_ADD("ivan"));
    assert_string_equal(text(e, "ground"), "law");
    assert_string_equal(text(ok(s, "teacher", "review", "add", "{'pupil':'@ivan','text':'Хорошо работал'}"), "ground"), "law");
    setting(s, "operator.kind=private");
    assert_string_equal(text(ok(s, "teacher", "entry", "add", TRY_ADD("ivan")), "ground"), "contract");
    setting(s, "operator.kind=public");
}

static void under_14_one_guardian(void **state)
{
    (void)state;
    refused(s, LT_DENIED, "consent.pupil_too_young", "masha", "consent", "give", "{'pupil':'@masha','purpose':'processing'}");
    json_t *c = ok(s, "mother_m", "consent", "give", "{'pupil':'@masha','purpose':'processing'}");
    assert_string_equal(text(c, "state"), "active");
    assert_string_equal(text(c, "to"), "2027-08-31");
    assert_string_equal(text(c, "acts/0/by"), id_of(s, "mother_m"));
    assert_string_equal(text(c, "acts/0/how"), "screen");
    ok(s, "masha", "entry", "add", TRY_ADD("masha"));
    ok(s, "mother_m", "consent", "withdraw", "{'id':'%s'}", text(c, "id"));
    refused(s, LT_REFUSED, "consent.processing_missing", "masha", "entry", "add", TRY_ADD("masha"));
}

static void from_14_two_signatures(void **state)
{
    (void)state;
    json_t *c = ok(s, "ivan", "consent", "give", "{'pupil':'@ivan','purpose':'processing'}");
    assert_string_equal(text(c, "state"), "waiting_second");
    refused(s, LT_REFUSED, "consent.processing_missing", "ivan", "entry", "add", TRY_ADD("ivan"));
    refused(s, LT_REFUSED, "consent.same_signer", "ivan", "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    refused(s, LT_NOTFOUND, "consent.absent", "mother_b", "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    refused(s, LT_DENIED, "denied.right", "teacher", "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    c = ok(s, "mother", "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    assert_string_equal(text(c, "state"), "active");
    name_it(s, "ivans", text(c, "id"));
    ok(s, "ivan", "entry", "add", TRY_ADD("ivan"));
    /* either of them may take it back */
    ok(s, "ivan", "consent", "withdraw", "{'id':'@ivans'}");
    refused(s, LT_REFUSED, "consent.state", "mother", "consent", "withdraw", "{'id':'@ivans'}");
    refused(s, LT_REFUSED, "consent.processing_missing", "mother", "entry", "add", TRY_ADD("ivan"));
}

static void from_18_the_pupil_alone(void **state)
{
    (void)state;
    person(s, "mother_s", "Светлова");
    guardian(s, "sveta", "mother_s", "");
    refused(s, LT_NOTFOUND, "pupil.absent", "mother_s", "consent", "give", "{'pupil':'@sveta','purpose':'processing'}");
    json_t *c = ok(s, "sveta", "consent", "give", "{'pupil':'@sveta','purpose':'processing'}");
    assert_string_equal(text(c, "state"), "active");
    ok(s, "sveta", "entry", "add", TRY_ADD("sveta"));
}

static void any_refusal_prevails(void **state)
{
    (void)state;
    pupil(s, "kolya", "Колин", "2016-01-01", "3В");
    person(s, "mama", "Колина");
    person(s, "papa", "Колин");
    guardian(s, "kolya", "mama", "");
    guardian(s, "kolya", "papa", "");
    ok(s, "mama", "consent", "give", "{'pupil':'@kolya','purpose':'processing'}");
    ok(s, "mama", "entry", "add", TRY_ADD("kolya"));
    json_t *no = ok(s, "papa", "consent", "give", "{'pupil':'@kolya','purpose':'processing','refuse':true}");
    assert_string_equal(text(no, "state"), "refused");
    refused(s, LT_REFUSED, "consent.processing_missing", "mama", "entry", "add", TRY_ADD("kolya"));
    ok(s, "mama", "consent", "give", "{'pupil':'@kolya','purpose':'processing'}");
    refused(s, LT_REFUSED, "consent.processing_missing", "mama", "entry", "add", TRY_ADD("kolya"));
    refused(s, LT_DENIED, "consent.refusal_of_another", "mama", "consent", "withdraw", "{'id':'%s'}", text(no, "id"));
    ok(s, "papa", "consent", "withdraw", "{'id':'%s'}", text(no, "id"));
    ok(s, "mama", "entry", "add", TRY_ADD("kolya"));
}

static void an_unconfirmed_account_gives_none(void **state)
{
    (void)state;
    pupil(s, "nina", "Нинина", "2017-02-02", "3В");
    json_t *p = ok(s, "local", "person", "add", "{'surname':'Нинина','name':'Вера'}");
    name_it(s, "vera", text(p, "id"));
    account(s, "vera", false);
    guardian(s, "nina", "vera", "");
    refused(s, LT_DENIED, "denied.unconfirmed", "vera", "consent", "give", "{'pupil':'@nina','purpose':'processing'}");
    ok(s, "vera", "pupil", "show", "{'id':'@nina'}"); /* it sees */
    ok(s, "director", "account", "confirm", "{'id':'@vera'}");
    ok(s, "vera", "consent", "give", "{'pupil':'@nina','purpose':'processing'}");
}

static void on_paper(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "consent.local_paper", "local", "consent", "give", "{'pupil':'@petr','purpose':'processing'}");
    refused(s, LT_USAGE, "consent.paper_signer", "clerk", "consent", "give",
            "{'pupil':'@petr','purpose':'processing','paper':'<scans/01-olympiad-diploma.pdf'}");
    refused(s, LT_DENIED, "consent.not_guardian", "clerk", "consent", "give",
            "{'pupil':'@petr','purpose':'processing','by':'@mother','paper':'<scans/01-olympiad-diploma.pdf'}");
    refused(s, LT_REFUSED, "consent.paper_future", "clerk", "consent", "give",
            "{'pupil':'@petr','purpose':'processing','by':'@mother_b','paper_date':'" TOMORROW "','paper':'<scans/01-olympiad-diploma.pdf'}");
    json_t *c = ok(s, "clerk", "consent", "give",
                   "{'pupil':'@petr','purpose':'processing','by':'@mother_b','paper_date':'2026-09-02','paper':'<scans/01-olympiad-diploma.pdf'}");
    assert_string_equal(text(c, "state"), "waiting_second");
    assert_string_equal(text(c, "acts/0/how"), "paper");
    assert_string_equal(text(c, "acts/0/by"), id_of(s, "mother_b"));
    assert_string_equal(text(c, "acts/0/entered_by"), id_of(s, "clerk"));
    assert_string_equal(text(c, "acts/0/paper_date"), "2026-09-02");
    assert_int_equal(strlen(text(c, "acts/0/sha256")), 64);
    assert_string_equal(text(c, "from"), "2026-09-02");
    c = ok(s, "petr", "consent", "confirm", "{'id':'%s'}", text(c, "id"));
    assert_string_equal(text(c, "state"), "active");
    /* acts of the machine's owner can be switched off */
    setting(s, "local.acts=off");
    refused(s, LT_DENIED, "denied.local_acts", "local", "consent", "give",
            "{'pupil':'@petr','purpose':'image','by':'@mother_b','paper':'<scans/01-olympiad-diploma.pdf'}");
    ok(s, "director", "school", "set", "{'setting':['local.acts=on']}");
}

static void guardians_without_the_right(void **state)
{
    (void)state;
    pupil(s, "lena", "Ленина", "2016-03-03", "3В");
    person(s, "no_consent", "Ленина");
    person(s, "ended", "Бывшая");
    person(s, "later", "Будущая");
    person(s, "last_day", "Сегодняшняя");
    guardian(s, "lena", "no_consent", ",'without':['consent'],'document':'решение суда 2-17/2026'");
    guardian(s, "lena", "ended", ",'from':'2020-09-01'");
    ok(s, "director", "guardian", "unlink", "{'pupil':'@lena','person':'@ended'}"); /* ended yesterday */
    guardian(s, "lena", "later", ",'from':'" TOMORROW "'");
    guardian(s, "lena", "last_day", ",'from':'2020-09-01','to':'" TODAY "'");
    refused(s, LT_DENIED, "denied.right", "no_consent", "consent", "give", "{'pupil':'@lena','purpose':'processing'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "ended", "consent", "give", "{'pupil':'@lena','purpose':'processing'}");
    refused(s, LT_NOTFOUND, "pupil.absent", "later", "consent", "give", "{'pupil':'@lena','purpose':'processing'}");
    ok(s, "last_day", "consent", "give", "{'pupil':'@lena','purpose':'image'}");
    s->now = noon(TOMORROW);
    refused(s, LT_NOTFOUND, "pupil.absent", "last_day", "consent", "give", "{'pupil':'@lena','purpose':'processing'}");
    ok(s, "later", "consent", "give", "{'pupil':'@lena','purpose':'processing'}");
    s->now = noon(TODAY);
}

static void what_leaves_the_school_names_field_and_target(void **state)
{
    (void)state;
    refused(s, LT_REFUSED, "consent.target", "mother_m", "consent", "give", "{'pupil':'@masha','purpose':'dissemination','field':['name']}");
    refused(s, LT_NOTFOUND, "channel.absent", "mother_m", "consent", "give",
            "{'pupil':'@masha','purpose':'dissemination','field':['name'],'target':'@masha'}");
    refused(s, LT_USAGE, "field.value", "mother_m", "consent", "give", "{'pupil':'@masha','purpose':'dissemination','field':['address']}");
}

static void sensitive_only_on_paper(void **state)
{
    (void)state;
    ok(s, "mother_m", "consent", "give", "{'pupil':'@masha','purpose':'processing'}");
    refused(s, LT_REFUSED, "consent.paper_needed", "mother_m", "consent", "give", "{'pupil':'@masha','purpose':'sensitive'}");
    refused(s, LT_REFUSED, "consent.missing", "mother_m", "entry", "add", "{'pupil':'@masha','title':'Адаптивный спорт','sensitive':true}");
    ok(s, "clerk", "consent", "give", "{'pupil':'@masha','purpose':'sensitive','by':'@mother_m','paper':'<scans/01-olympiad-diploma.pdf'}");
    json_t *e = ok(s, "mother_m", "entry", "add",
                   "{'pupil':'@masha','activity':'sport','title':'Адаптивный спорт','level':'regional','result':'winner','date':'2026-10-10',"
                   "'sensitive':true,'submit':true}");
    name_it(s, "sens", text(e, "id"));
    ok(s, "deputy", "entry", "show", "{'id':'@sens'}");
    refused(s, LT_NOTFOUND, "entry.absent", "director", "entry", "show", "{'id':'@sens'}");
    assert_false(holds(ok(s, "director", "entry", "list", "{'limit':500}"), "id", id_of(s, "sens")));
    assert_false(holds(ok(s, "director", "entry", "list", "{'query':'адаптивный'}"), "id", id_of(s, "sens")));
    assert_true(holds(ok(s, "deputy_noo", "entry", "list", "{'limit':500}"), "id", id_of(s, "sens")));
}

static void lists_of_consents(void **state)
{
    (void)state;
    assert_int_equal(count(ok(s, "mother_b", "consent", "list", "{'pupil':'@ivan'}")), 0);
    assert_true(count(ok(s, "teacher", "consent", "list", "{'class':'@9А'}")) > 0);
    assert_int_equal(count(ok(s, "teacher", "consent", "list", "{'class':'@9Б'}")), 0);
    assert_true(count(ok(s, "clerk", "consent", "list", "{'purpose':'processing','state':'active'}")) > 0);
    refused(s, LT_DENIED, "denied.right", "sysadmin", "consent", "list", "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_consent_the_family_enters_nothing),
        cmocka_unit_test(under_14_one_guardian),
        cmocka_unit_test(from_14_two_signatures),
        cmocka_unit_test(from_18_the_pupil_alone),
        cmocka_unit_test(any_refusal_prevails),
        cmocka_unit_test(an_unconfirmed_account_gives_none),
        cmocka_unit_test(on_paper),
        cmocka_unit_test(guardians_without_the_right),
        cmocka_unit_test(what_leaves_the_school_names_field_and_target),
        cmocka_unit_test(sensitive_only_on_paper),
        cmocka_unit_test(lists_of_consents),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
