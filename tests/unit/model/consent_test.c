#include "base/i18n.h"
#include "base/json.h"
#include "model/consent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct lt_date d(const char *s)
{
    struct lt_date out = {0, 0, 0};
    assert_true(lt_date_parse(s, &out));
    return out;
}

static json_t *load(const char *text)
{
    json_error_t e;
    json_t *doc = json_loads(text, 0, &e);
    if (!doc) fail_msg("%s in %s", e.text, text);
    return doc;
}

/* A pupil with a mother who has all rights, a father without the right to consent, and a former guardian. */
static json_t *pupil_born(const char *birth)
{
    json_t *p = load("{\"id\":\"p\",\"guardians\":["
                     "{\"person\":\"mother\",\"kind\":\"parent\"},"
                     "{\"person\":\"father\",\"kind\":\"parent\",\"rights\":{\"consent\":false}},"
                     "{\"person\":\"aunt\",\"kind\":\"opekun\",\"to\":\"2026-06-30\"},"
                     "{\"person\":\"other\",\"kind\":\"parent\"}]}");
    json_object_set_new(p, "birth", json_string(birth));
    return p;
}

static struct model_consent_act on_screen(const char *by, const char *day)
{
    static char at[4][LT_INSTANT_SIZE];
    static int n;
    char *text = at[n++ % 4];
    snprintf(text, LT_INSTANT_SIZE, "%sT09:00:00.000Z", day);
    return (struct model_consent_act){.who = strcmp(by, "p") ? "guardian" : "pupil",
                                      .by = by,
                                      .how = "screen",
                                      .confirmed = true,
                                      .at = text,
                                      .day = d(day)};
}

static struct model_consent_act on_paper(const char *by, const char *day)
{
    struct model_consent_act a = on_screen(by, day);
    a.how = "paper";
    a.confirmed = false;
    a.entered_by = "clerk";
    a.sha256 = "00";
    return a;
}

static void test_signers(void **state)
{
    (void)state;
    struct lt_date birth = d("2012-11-22");
    assert_int_equal(model_consent_signers(birth, d("2026-11-21")), MODEL_SIGN_GUARDIAN);
    assert_int_equal(model_consent_signers(birth, d("2026-11-22")), MODEL_SIGN_BOTH);
    assert_int_equal(model_consent_signers(birth, d("2030-11-21")), MODEL_SIGN_BOTH);
    assert_int_equal(model_consent_signers(birth, d("2030-11-22")), MODEL_SIGN_PUPIL);
    assert_int_equal(model_consent_signers((struct lt_date){0, 0, 0}, d("2030-11-22")), MODEL_SIGN_GUARDIAN);
}

static void test_guardian_rights(void **state)
{
    (void)state;
    json_t *p = pupil_born("2016-01-01");
    assert_int_equal(model_guardian_rights(p, "mother", d("2026-11-22")), 15);
    assert_int_equal(model_guardian_rights(p, "father", d("2026-11-22")), 15 & ~MODEL_GUARDIAN_CONSENT);
    assert_int_equal(model_guardian_rights(p, "aunt", d("2026-06-30")), 15);
    assert_int_equal(model_guardian_rights(p, "aunt", d("2026-07-01")), 0);
    assert_int_equal(model_guardian_rights(p, "mother", d("2033-12-31")), 15);
    assert_int_equal(model_guardian_rights(p, "mother", d("2034-01-01")), 0);
    assert_int_equal(model_guardian_rights(p, "stranger", d("2026-11-22")), 0);
    assert_true(model_guardian_ever(p, "aunt"));
    assert_false(model_guardian_ever(p, "stranger") || model_guardian_ever(p, NULL));
    /* a court's paper beside the ordinary relation: what one of them takes off is off */
    json_array_append_new(lt_json_array(p, "guardians"),
                          load("{\"person\":\"mother\",\"rights\":{\"see\":false}}"));
    assert_int_equal(model_guardian_rights(p, "mother", d("2026-11-22")), 15 & ~MODEL_GUARDIAN_SEE);
    json_decref(p);
}

static void act_is(const char *birth, const char *purpose, struct model_consent_act a, const char *today,
                   int status, const char *code)
{
    json_t *p = pupil_born(birth);
    struct lt_error err = {0};
    assert_int_equal(model_consent_act_allowed(p, purpose, &a, d(today), &err), status);
    if (code) {
        char id[80];
        assert_string_equal(err.code, code);
        snprintf(id, sizeof id, "error.%s", code);
        assert_true(lt_msg_known(LT_RU, id) && lt_msg_known(LT_EN, id));
    }
    lt_error_clear(&err);
    json_decref(p);
}

static void test_who_may_act(void **state)
{
    (void)state;
    const char *now = "2026-11-22", *child = "2016-01-01", *teen = "2011-01-01", *adult = "2008-11-22";
    act_is(child, "processing", on_screen("mother", now), now, LT_OK, NULL);
    act_is(child, "processing", on_screen("father", now), now, LT_DENIED, "consent.not_guardian");
    act_is(child, "processing", on_screen("aunt", now), now, LT_DENIED, "consent.not_guardian");
    act_is(child, "processing", on_paper("aunt", "2026-06-30"), now, LT_OK, NULL);
    act_is(child, "processing", on_screen("p", now), now, LT_DENIED, "consent.pupil_too_young");
    act_is(teen, "processing", on_screen("p", now), now, LT_OK, NULL);
    act_is(teen, "processing", on_screen("mother", now), now, LT_OK, NULL);
    act_is(adult, "processing", on_screen("p", now), now, LT_OK, NULL);
    act_is(adult, "processing", on_screen("mother", now), now, LT_DENIED, "consent.guardian_of_adult");
    act_is(adult, "processing", on_paper("mother", "2026-11-21"), now, LT_OK, NULL);
    struct model_consent_act a = on_screen("mother", now);
    a.confirmed = false;
    act_is(child, "processing", a, now, LT_REFUSED, "consent.unconfirmed");
    act_is(child, "sensitive", on_screen("mother", now), now, LT_REFUSED, "consent.paper_needed");
    act_is(child, "sensitive", on_paper("mother", now), now, LT_OK, NULL);
    act_is(child, "sensitive", on_paper("mother", "2026-11-23"), now, LT_REFUSED, "consent.paper_future");
    a = on_paper("mother", now);
    a.sha256 = NULL;
    act_is(child, "processing", a, now, LT_REFUSED, "consent.paper_scan");
    a = on_screen("other-pupil", now);
    a.who = "pupil";
    act_is(teen, "processing", a, now, LT_DENIED, "consent.not_guardian");
}

#define WISH "{\"purpose\":\"dissemination\",\"fields\":[\"name\",\"title\"],\"target\":\"site\"}"

static json_t *give(const char *wish_text, json_t *p, struct model_consent_act a, bool refuse)
{
    json_t *wish = load(wish_text), *out = NULL;
    struct lt_error err = {0};
    if (model_consent_new(wish, p, &a, refuse, a.day, NULL, &out, &err) != LT_OK)
        fail_msg("%s %s", err.code, wish_text);
    json_decref(wish);
    return out;
}

static bool covers(json_t *list, json_t *p, const char *field, const char *target, const char *on)
{
    struct model_consent_query q = {"dissemination", field, target, d(on), 180};
    return model_consent_covers(list, p, &q);
}

static void test_new_documents(void **state)
{
    (void)state;
    json_t *p = pupil_born("2016-01-01"), *c = give(WISH, p, on_screen("mother", "2026-11-22"), false);
    assert_string_equal(lt_json_str(c, "state"), "active");
    assert_string_equal(lt_json_str(c, "from"), "2026-11-22");
    assert_string_equal(lt_json_str(c, "to"), "2027-08-31");
    assert_string_equal(lt_json_str(c, "pupil"), "p");
    json_decref(c);
    c = give("{\"purpose\":\"processing\",\"from\":\"2026-12-01\",\"to\":\"2030-01-01\"}", p,
             on_screen("mother", "2026-11-22"), false);
    assert_string_equal(lt_json_str(c, "to"), "2030-01-01");
    json_decref(c);
    c = give("{\"purpose\":\"dissemination\"}", p, on_screen("mother", "2026-11-22"), true);
    assert_string_equal(lt_json_str(c, "state"), "refused");
    assert_null(lt_json_str(c, "to"));
    json_decref(c);
    static const char *const bad[][2] = {
        {"{\"purpose\":\"fun\"}", "consent.purpose"},
        {"{}", "consent.purpose"},
        {"{\"purpose\":\"dissemination\",\"target\":\"site\"}", "consent.fields"},
        {"{\"purpose\":\"dissemination\",\"target\":\"site\",\"fields\":[]}", "consent.fields"},
        {"{\"purpose\":\"dissemination\",\"target\":\"site\",\"fields\":[\"passport\"]}", "consent.fields"},
        {"{\"purpose\":\"dissemination\",\"fields\":[\"name\"]}", "consent.target"},
        {"{\"purpose\":\"processing\",\"from\":\"2026-11-21\"}", "consent.term"},
        {"{\"purpose\":\"processing\",\"to\":\"2026-11-21\"}", "consent.term"},
        {"{\"purpose\":\"processing\",\"to\":\"soon\"}", "consent.term"},
        {"{\"purpose\":\"processing\",\"bans\":\"no photo\"}", "consent.bans"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *wish = load(bad[i][0]), *out = NULL;
        struct lt_error err = {0};
        struct model_consent_act a = on_screen("mother", "2026-11-22");
        assert_int_equal(model_consent_new(wish, p, &a, false, a.day, NULL, &out, &err), LT_REFUSED);
        assert_string_equal(err.code, bad[i][1]);
        json_decref(wish);
        lt_error_clear(&err);
    }
    json_decref(p);
}

static void test_cover_of_a_child(void **state)
{
    (void)state;
    json_t *p = pupil_born("2016-01-01"), *list = json_array();
    json_t *c = give(WISH, p, on_screen("mother", "2026-11-22"), false);
    assert_false(covers(list, p, "name", "site", "2026-11-22"));
    json_array_append(list, c);
    assert_true(covers(list, p, "name", "site", "2026-11-22"));
    assert_true(covers(list, p, "title", "site", "2027-08-31"));
    assert_false(covers(list, p, "name", "site", "2026-11-21"));
    assert_false(covers(list, p, "name", "site", "2027-09-01"));
    assert_false(covers(list, p, "photo", "site", "2026-11-22"));
    assert_false(covers(list, p, NULL, "site", "2026-11-22"));
    assert_false(covers(list, p, "name", "vk", "2026-11-22"));
    assert_false(covers(list, p, "name", NULL, "2026-11-22"));
    /* a consent to dissemination is not one to processing, nor the other way round */
    assert_int_equal(model_consent_may_enter(list, p, d("2026-11-22"), 180, NULL), LT_REFUSED);
    json_object_set_new(c, "bans", load("[\"title\"]"));
    assert_false(covers(list, p, "title", "site", "2026-11-22"));
    assert_true(covers(list, p, "name", "site", "2026-11-22"));
    json_object_set_new(c, "bans", json_string("что угодно"));
    assert_false(covers(list, p, "name", "site", "2026-11-22"));
    json_object_del(c, "bans");
    json_t *fields = model_consent_fields(list, p, "site", d("2026-11-22"), 180);
    assert_int_equal(json_array_size(fields), 2);
    json_decref(fields);
    /* given rightly it stays, though the giver's rights end */
    json_object_set_new(json_array_get(lt_json_array(p, "guardians"), 0), "to", json_string("2026-12-31"));
    assert_true(covers(list, p, "name", "site", "2027-01-01"));
    /* withdrawn at once */
    json_t *gone = NULL;
    struct model_consent_act a = on_screen("mother", "2026-11-23");
    a.confirmed = false;
    assert_int_equal(model_consent_withdraw(c, p, &a, a.day, &gone, NULL), LT_OK);
    json_array_set(list, 0, gone);
    assert_false(covers(list, p, "name", "site", "2026-11-23"));
    assert_string_equal(model_consent_summary(list, p, "dissemination", "site", d("2026-11-23"), 180),
                        "withdrawn");
    json_t *twice = NULL;
    struct lt_error err = {0};
    assert_int_equal(model_consent_withdraw(gone, p, &a, a.day, &twice, &err), LT_REFUSED);
    assert_string_equal(err.code, "consent.state");
    lt_error_clear(&err);
    json_decref(gone);
    json_decref(c);
    json_decref(list);
    json_decref(p);
}

static void test_two_signatures(void **state)
{
    (void)state;
    json_t *p = pupil_born("2011-01-01"), *list = json_array(), *second = NULL;
    json_t *c = give(WISH, p, on_screen("p", "2026-11-22"), false);
    assert_string_equal(lt_json_str(c, "state"), "waiting_second");
    json_array_append(list, c);
    assert_false(covers(list, p, "name", "site", "2026-11-22"));
    assert_string_equal(model_consent_summary(list, p, "dissemination", "site", d("2026-11-22"), 180),
                        "waiting_second");
    struct lt_error err = {0};
    struct model_consent_act again = on_screen("p", "2026-11-22"), mother = on_screen("mother", "2026-11-24");
    assert_int_equal(model_consent_second(c, p, &again, again.day, &second, &err), LT_REFUSED);
    assert_string_equal(err.code, "consent.same_signer");
    /* a state written as active without the second signature covers nothing */
    json_object_set_new(c, "state", json_string("active"));
    assert_false(covers(list, p, "name", "site", "2026-11-22"));
    json_object_set_new(c, "state", json_string("waiting_second"));
    assert_int_equal(model_consent_second(c, p, &mother, mother.day, &second, &err), LT_OK);
    json_array_set(list, 0, second);
    assert_true(covers(list, p, "name", "site", "2026-11-24"));
    assert_string_equal(model_consent_summary(list, p, "dissemination", "site", d("2026-11-24"), 180),
                        "active");
    json_t *third = NULL;
    struct model_consent_act other = on_screen("other", "2026-11-24");
    assert_int_equal(model_consent_second(second, p, &other, other.day, &third, &err), LT_REFUSED);
    assert_string_equal(err.code, "consent.state");
    lt_error_clear(&err);
    json_decref(second);
    json_decref(c);
    json_decref(list);
    json_decref(p);
}

static void test_refusal_prevails(void **state)
{
    (void)state;
    json_t *p = pupil_born("2016-01-01"), *list = json_array();
    json_t *no = give("{\"purpose\":\"dissemination\"}", p, on_screen("other", "2026-11-20"), true);
    json_array_append_new(list, give(WISH, p, on_screen("mother", "2026-11-22"), false));
    json_array_append(list, no);
    assert_false(covers(list, p, "name", "site", "2026-11-22"));
    assert_string_equal(model_consent_summary(list, p, "dissemination", "site", d("2026-11-22"), 180),
                        "refused");
    /* of one field or another target only */
    json_object_set_new(no, "fields", load("[\"title\"]"));
    assert_true(covers(list, p, "name", "site", "2026-11-22"));
    assert_false(covers(list, p, "title", "site", "2026-11-22"));
    assert_string_equal(model_consent_summary(list, p, "dissemination", "site", d("2026-11-22"), 180),
                        "active");
    json_object_del(no, "fields");
    json_object_set_new(no, "target", json_string("vk"));
    assert_true(covers(list, p, "name", "site", "2026-11-22"));
    json_object_del(no, "target");
    /* whose right has ended has no say any more */
    json_t *other = json_array_get(lt_json_array(p, "guardians"), 3);
    json_object_set_new(other, "to", json_string("2026-12-31"));
    assert_false(covers(list, p, "name", "site", "2026-12-31"));
    assert_true(covers(list, p, "name", "site", "2027-01-01"));
    json_object_del(other, "to");
    /* only its maker lifts it */
    struct lt_error err = {0};
    json_t *lifted = NULL;
    struct model_consent_act a = on_screen("mother", "2026-11-23");
    assert_int_equal(model_consent_withdraw(no, p, &a, a.day, &lifted, &err), LT_DENIED);
    assert_string_equal(err.code, "consent.refusal_of_another");
    a = on_screen("other", "2026-11-23");
    assert_int_equal(model_consent_withdraw(no, p, &a, a.day, &lifted, &err), LT_OK);
    json_decref(lifted);
    /* or signs later himself */
    json_array_append_new(list, give(WISH, p, on_screen("other", "2026-11-23"), false));
    assert_true(covers(list, p, "name", "site", "2026-11-23"));
    /* who has no right to consent cannot refuse either */
    json_t *wish = load("{\"purpose\":\"dissemination\"}");
    a = on_screen("father", "2026-11-23");
    assert_int_equal(model_consent_new(wish, p, &a, true, a.day, NULL, &lifted, &err), LT_DENIED);
    lt_error_clear(&err);
    json_decref(wish);
    json_decref(no);
    json_decref(list);
    json_decref(p);
}

static void test_birthdays(void **state)
{
    (void)state;
    json_t *p = pupil_born("2012-11-25"), *list = json_array(), *adult = NULL;
    json_t *c = give(
        "{\"purpose\":\"dissemination\",\"fields\":[\"name\"],\"target\":\"site\",\"to\":\"2031-08-31\"}", p,
        on_screen("mother", "2026-11-24"), false);
    json_array_append(list, c);
    /* given under 14 by a guardian it stays after the 14th birthday */
    assert_true(covers(list, p, "name", "site", "2026-11-25"));
    assert_int_equal(model_consent_birthday(list, p, d("2026-11-24"), 180), MODEL_BIRTHDAY_NONE);
    assert_int_equal(model_consent_birthday(list, p, d("2026-11-25"), 180), MODEL_BIRTHDAY_ASK_14);
    assert_int_equal(model_consent_birthday(list, p, d("2030-11-25"), 180), MODEL_BIRTHDAY_ASK_18);
    assert_int_equal(model_consent_birthday(list, p, d("2030-12-25"), 180), MODEL_BIRTHDAY_NONE);
    assert_true(covers(list, p, "name", "site", "2030-12-25"));
    assert_int_equal(model_consent_birthday(list, p, d("2030-12-26"), 180), MODEL_BIRTHDAY_TAKE_DOWN);
    assert_false(covers(list, p, "name", "site", "2030-12-26"));
    /* the adult pupil's answer keeps it */
    struct model_consent_act a = on_screen("p", "2030-12-01");
    assert_int_equal(model_consent_second(c, p, &a, a.day, &adult, NULL), LT_OK);
    json_array_set(list, 0, adult);
    assert_true(covers(list, p, "name", "site", "2030-12-26"));
    assert_int_equal(model_consent_birthday(list, p, d("2030-12-26"), 180), MODEL_BIRTHDAY_NONE);
    /* a guardian's refusal of old no longer binds an adult, the pupil's own does */
    json_array_append_new(list,
                          give("{\"purpose\":\"dissemination\"}", p, on_screen("other", "2026-11-24"), true));
    assert_false(covers(list, p, "name", "site", "2030-11-24"));
    assert_true(covers(list, p, "name", "site", "2030-12-02"));
    json_array_append_new(list,
                          give("{\"purpose\":\"dissemination\"}", p, on_screen("p", "2030-12-03"), true));
    assert_false(covers(list, p, "name", "site", "2030-12-03"));
    json_decref(adult);
    json_decref(c);
    json_decref(list);
    json_decref(p);
}

/* The day of an instant is the school's: 21:30 UTC is the next day in Moscow. */
static void test_day_of_signing(void **state)
{
    (void)state;
    json_t *p = pupil_born("2012-11-25"), *list = json_array();
    json_t *c = give(WISH, p, on_screen("mother", "2026-11-24"), false);
    json_object_set_new(json_array_get(lt_json_array(c, "acts"), 0), "at",
                        json_string("2026-11-24T21:30:00.000Z"));
    json_array_append_new(list, c);
    struct model_consent_query q = {"dissemination", "name", "site", d("2026-11-26"), 180};
    assert_false(model_consent_covers(
        list, p, &q)); /* signed on the 25th: 14 already, the pupil's signature is missing */
    q.offset_minutes = 0;
    assert_true(model_consent_covers(list, p, &q));
    json_decref(list);
    json_decref(p);
}

static void test_may_enter(void **state)
{
    (void)state;
    json_t *p = pupil_born("2016-01-01"), *list = json_array();
    struct lt_error err = {0};
    assert_int_equal(model_consent_may_enter(list, p, d("2026-11-22"), 180, &err), LT_REFUSED);
    assert_string_equal(err.code, "consent.processing_missing");
    assert_string_equal(model_consent_summary(list, p, "processing", NULL, d("2026-11-22"), 180), "none");
    json_array_append_new(list,
                          give("{\"purpose\":\"processing\"}", p, on_paper("mother", "2026-11-22"), false));
    assert_int_equal(model_consent_may_enter(list, p, d("2026-11-22"), 180, &err), LT_OK);
    assert_int_equal(model_consent_may_enter(list, p, d("2027-09-01"), 180, &err), LT_REFUSED);
    assert_string_equal(model_consent_summary(list, p, "processing", NULL, d("2027-09-01"), 180), "expired");
    lt_error_clear(&err);
    json_decref(list);
    json_decref(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signers),          cmocka_unit_test(test_guardian_rights),
        cmocka_unit_test(test_who_may_act),      cmocka_unit_test(test_new_documents),
        cmocka_unit_test(test_cover_of_a_child), cmocka_unit_test(test_two_signatures),
        cmocka_unit_test(test_refusal_prevails), cmocka_unit_test(test_birthdays),
        cmocka_unit_test(test_day_of_signing),   cmocka_unit_test(test_may_enter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
