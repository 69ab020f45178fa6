#include "base/i18n.h"
#include "base/json.h"
#include "model/entry.h"
#include "model/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *load(const char *text)
{
    json_error_t e;
    json_t *doc = json_loads(text, 0, &e);
    if (!doc) fail_msg("%s in %s", e.text, text);
    return doc;
}

/* --- states --- */

/* state | what each act leads to: edit edit_draft submit verify return take_back; "-" refused */
static const char *const machine[][7] = {
    {"draft", "draft", "draft", "submitted", "-", "-", "taken_back"},
    {"submitted", "submitted", "draft", "-", "verified", "returned", "taken_back"},
    {"returned", "returned", "draft", "submitted", "-", "-", "taken_back"},
    {"verified", "submitted", "draft", "-", "-", "-", "taken_back"},
    {"taken_back", "-", "-", "-", "-", "-", "-"},
};

static void test_machine(void **state)
{
    (void)state;
    size_t n;
    model_values("entry_state", &n);
    assert_int_equal(n, sizeof machine / sizeof machine[0]);
    for (size_t i = 0; i < n; i++) {
        struct model_entry_facts f = {.state = machine[i][0], .family = true};
        for (int act = MODEL_ENTRY_EDIT; act <= MODEL_ENTRY_TAKE_BACK; act++) {
            const char *next = "-";
            struct lt_error err = {0};
            int status = model_entry_next(&f, (enum model_entry_act)act, &next, &err);
            assert_string_equal(next, machine[i][act + 1]);
            assert_int_equal(status, strcmp(next, "-") ? LT_OK : LT_REFUSED);
            assert_int_equal((model_entry_steps(&f) >> act) & 1, status == LT_OK);
            lt_error_clear(&err);
        }
    }
}

static void refused(const struct model_entry_facts *f, enum model_entry_act act, const char *code)
{
    struct lt_error err = {0};
    const char *next = NULL;
    assert_int_equal(model_entry_next(f, act, &next, &err), LT_REFUSED);
    assert_string_equal(err.code, code);
    assert_null(next);
    lt_error_clear(&err);
}

static void test_marks(void **state)
{
    (void)state;
    struct model_entry_facts f = {.state = "verified", .verified = true};
    const char *next;
    refused(&f, MODEL_ENTRY_TAKE_BACK, "entry.not_family");
    refused(&f, MODEL_ENTRY_UNHIDE, "entry.not_hidden");
    refused(&f, MODEL_ENTRY_ANSWER, "entry.not_disputed");
    assert_int_equal(model_entry_next(&f, MODEL_ENTRY_HIDE, &next, NULL), LT_OK);
    assert_string_equal(next, "verified");
    assert_int_equal(model_entry_next(&f, MODEL_ENTRY_DISPUTE, &next, NULL), LT_OK);
    f.hidden = f.disputed = true;
    refused(&f, MODEL_ENTRY_HIDE, "entry.hidden");
    refused(&f, MODEL_ENTRY_DISPUTE, "entry.disputed");
    assert_int_equal(model_entry_next(&f, MODEL_ENTRY_ANSWER, &next, NULL), LT_OK);
    f.state = "taken_back";
    refused(&f, MODEL_ENTRY_HIDE, "entry.taken_back");
    assert_int_equal(model_entry_next(&f, MODEL_ENTRY_ANSWER, &next, NULL), LT_OK);
    assert_string_equal(model_entry_first_state("import", false), "verified");
    assert_string_equal(model_entry_first_state("event", false), "verified");
    assert_string_equal(model_entry_first_state("transfer", true), "submitted");
    assert_string_equal(model_entry_first_state("pupil", false), "draft");
}

static void test_facts_and_showing(void **state)
{
    (void)state;
    json_t *entry =
        load("{\"state\":\"submitted\",\"revision\":3,\"section\":\"study\",\"activity\":\"olympiad\","
             "\"source\":{\"kind\":\"guardian\",\"by\":\"g\",\"event\":\"ev\"}}");
    json_t *verified = load("{\"state\":\"verified\"}"), *dispute = load("{\"kind\":\"not_me\"}");
    struct model_entry_facts f;
    model_entry_facts_of(entry, NULL, NULL, &f);
    assert_true(f.family && !f.verified && !f.family_only && !f.disputed);
    assert_int_equal(f.revision, 3);
    assert_string_equal(f.source_by, "g");
    assert_string_equal(f.event, "ev");
    assert_false(model_entry_public(&f));
    /* an edit that awaits verification leaves the verified revision to be shown */
    model_entry_facts_of(entry, verified, NULL, &f);
    assert_true(model_entry_public(&f));
    model_entry_facts_of(entry, verified, dispute, &f);
    assert_true(f.disputed);
    assert_false(model_entry_public(&f));
    json_object_set_new(dispute, "answer", load("{\"outcome\":\"upheld\"}"));
    model_entry_facts_of(entry, verified, dispute, &f);
    assert_true(!f.disputed && model_entry_public(&f));
    json_object_set_new(entry, "hidden", load("{\"by\":\"x\"}"));
    model_entry_facts_of(entry, verified, NULL, &f);
    assert_false(model_entry_public(&f));
    json_object_del(entry, "hidden");
    json_object_set_new(entry, "sensitive", json_true());
    model_entry_facts_of(entry, verified, NULL, &f);
    assert_false(model_entry_public(&f));
    json_object_del(entry, "sensitive");
    json_object_set_new(entry, "state", json_string("taken_back"));
    model_entry_facts_of(entry, verified, NULL, &f);
    assert_true(f.family_only && !model_entry_public(&f));
    json_object_set_new(entry, "state", json_string("draft"));
    model_entry_facts_of(entry, NULL, NULL, &f);
    assert_true(f.family_only);
    model_entry_facts_of(entry, verified, NULL, &f);
    assert_true(!f.family_only && model_entry_public(&f));
    json_decref(entry);
    json_decref(verified);
    json_decref(dispute);
}

/* --- revisions --- */

static void test_revise(void **state)
{
    (void)state;
    json_t *old =
        load("{\"id\":\"e\",\"revision\":2,\"state\":\"returned\",\"title\":\"А\",\"link\":\"https://x.ru\","
             "\"returned\":{\"reason\":\"r\"},\"source\":{\"kind\":\"pupil\"}}");
    json_t *changes = load("{\"title\":\"Б\",\"link\":\"\",\"place\":2}"), *out = NULL;
    struct lt_error err = {0};
    assert_int_equal(model_entry_revise(old, changes, "submitted", &out, &err), LT_OK);
    assert_string_equal(lt_json_str(out, "title"), "Б");
    assert_string_equal(lt_json_str(out, "state"), "submitted");
    assert_int_equal(lt_json_int(out, "revision", 0), 3);
    assert_int_equal(lt_json_int(out, "place", 0), 2);
    assert_null(json_object_get(out, "link"));
    assert_null(json_object_get(out, "returned"));
    assert_string_equal(lt_json_str(old, "title"), "А");
    json_decref(out);
    json_decref(changes);
    static const char *const fixed[] = {"id",      "revision", "state", "source",     "ground",
                                        "created", "changed",  "class", "class_name", "school_year",
                                        "hidden",  "returned", "x"};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        changes = json_pack("{s:s}", fixed[i], "v");
        assert_int_equal(model_entry_revise(old, changes, "submitted", &out, &err), LT_USAGE);
        assert_string_equal(err.code, "entry.field_fixed");
        assert_string_equal(err.field, fixed[i]);
        json_decref(changes);
    }
    changes = load("{\"title\":\"А\"}");
    assert_int_equal(model_entry_revise(old, changes, "submitted", &out, &err), LT_REFUSED);
    assert_string_equal(err.code, "entry.no_change");
    json_decref(changes);
    json_decref(old);
    lt_error_clear(&err);
}

/* --- validation --- */

#define GOOD                                                                                                      \
    "{\"kind\":\"achievement\",\"title\":\"Олимпиада\",\"section\":\"study\",\"activity\":\"olympiad\"," \
    "\"level\":\"regional\","                                                                                     \
    "\"result\":\"winner\",\"degree\":1,\"date\":\"2026-03-05\",\"score\":80.5,\"score_max\":100}"

/* changes to a good entry → the first fault */
static const struct {
    const char *changes, *field, *code;
} faults[] = {
    {"{}", NULL, NULL},
    {"{\"title\":\"\"}", "title", "entry.required"},
    {"{\"kind\":null}", "kind", "entry.required"},
    {"{\"section\":null}", "section", "entry.required"},
    {"{\"date\":null}", "date", "entry.required"},
    {"{\"level\":null}", "level", "entry.required"},
    {"{\"result\":null}", "result", "entry.required"},
    {"{\"kind\":\"work\",\"level\":null,\"result\":null}", NULL, NULL},
    {"{\"kind\":\"document\"}", "document.kind", "entry.required"},
    {"{\"kind\":\"document\",\"document\":{\"kind\":\"diploma\"}}", NULL, NULL},
    {"{\"kind\":\"document\",\"document\":{\"kind\":\"passport\"}}", "document.kind", "entry.value_unknown"},
    {"{\"kind\":\"experience\",\"activity\":\"volunteering\",\"result\":null}", "hours", "entry.required"},
    {"{\"kind\":\"experience\",\"activity\":\"volunteering\",\"result\":null,\"hours\":12.5}", NULL, NULL},
    {"{\"level\":\"galactic\"}", "level", "entry.value_unknown"},
    {"{\"level\":5}", "level", "entry.field_type"},
    {"{\"title\":5}", "title", "entry.field_type"},
    {"{\"degree\":4}", "degree", "entry.out_of_range"},
    {"{\"degree\":0}", "degree", "entry.out_of_range"},
    {"{\"degree\":1.5}", "degree", "entry.field_type"},
    {"{\"result\":\"participant\"}", "degree", "entry.degree_result"},
    {"{\"place\":0}", "place", "entry.out_of_range"},
    {"{\"hours\":-1}", "hours", "entry.out_of_range"},
    {"{\"team_size\":1}", "team_size", "entry.out_of_range"},
    {"{\"score\":101}", "score", "entry.score_over_max"},
    {"{\"score\":100}", NULL, NULL},
    {"{\"date\":\"05.03.2026\"}", "date", "entry.date_bad"},
    {"{\"date\":\"2026-02-30\"}", "date", "entry.date_bad"},
    {"{\"date\":\"2026-11-22\"}", NULL, NULL},
    {"{\"date\":\"2026-11-23\"}", "date", "entry.date_future"},
    {"{\"date\":\"2012-01-14\"}", "date", "entry.date_before_birth"},
    {"{\"date\":\"2012-01-15\"}", NULL, NULL},
    {"{\"date_to\":\"2026-03-04\"}", "date_to", "entry.dates_order"},
    {"{\"date_to\":\"2026-03-05\"}", NULL, NULL},
    {"{\"document\":{\"date\":\"2027-01-01\"}}", "document.date", "entry.date_future"},
    {"{\"document\":\"x\"}", "document", "entry.field_type"},
    {"{\"link\":\"https://olymp.ru/a?b=1#c\"}", NULL, NULL},
    {"{\"link\":\"HTTP://olymp.ru\"}", NULL, NULL},
    {"{\"link\":\"javascript:alert(1)\"}", "link", "entry.link_scheme"},
    {"{\"link\":\"data:text/html,x\"}", "link", "entry.link_scheme"},
    {"{\"link\":\"https:olymp.ru\"}", "link", "entry.link_scheme"},
    {"{\"link\":\"https:///x\"}", "link", "entry.link_scheme"},
    {"{\"link\":\"//olymp.ru\"}", "link", "entry.link_scheme"},
    {"{\"link\":\"https://good.ru@evil.ru/\"}", "link", "entry.link_scheme"},
    {"{\"link\":\"https://a.ru/\\\\\"}", "link", "entry.link_scheme"},
    {"{\"link\":\"https://a.ru/ b\"}", "link", "entry.link_scheme"},
    {"{\"files\":{}}", "files", "entry.field_type"},
    {"{\"sensitive\":\"yes\"}", "sensitive", "entry.field_type"},
    {"{\"mentor\":[]}", "mentor", "entry.field_type"},
};

static void test_check(void **state)
{
    (void)state;
    struct model_entry_check how = {{2026, 11, 22}, {2012, 1, 15}, false};
    int wrong = 0;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        json_t *entry = load(GOOD), *changes = load(faults[i].changes);
        json_object_update(entry, changes);
        if (json_is_null(json_object_get(entry, "level"))) json_object_del(entry, "level");
        static const char *const nulls[] = {"kind", "section", "date", "result"};
        for (size_t k = 0; k < 4; k++) {
            if (json_is_null(json_object_get(entry, nulls[k]))) json_object_del(entry, nulls[k]);
        }
        struct lt_error err = {0};
        int status = model_entry_check(entry, &how, &err);
        bool ok = faults[i].code
                      ? status == LT_REFUSED && !strcmp(err.code, faults[i].code) &&
                            !strcmp(err.field, faults[i].field) && json_array_size(err.details) >= 1
                      : status == LT_OK;
        if (!ok) {
            print_error("%s: %d %s %s\n", faults[i].changes, status, err.field, err.code);
            wrong++;
        }
        char id[80];
        snprintf(id, sizeof id, "error.%s", err.code);
        if (status && !(lt_msg_known(LT_RU, id) && lt_msg_known(LT_EN, id))) {
            print_error("no message %s\n", id);
            wrong++;
        }
        lt_error_clear(&err);
        json_decref(entry);
        json_decref(changes);
    }
    assert_int_equal(wrong, 0);
}

static void test_all_faults_at_once(void **state)
{
    (void)state;
    struct model_entry_check how = {{2026, 11, 22}, {0, 0, 0}, false};
    json_t *entry = load(
        "{\"kind\":\"achievement\",\"title\":\"А\",\"degree\":9,\"date\":\"2030-01-01\",\"link\":\"x\"}");
    struct lt_error err = {0};
    assert_int_equal(model_entry_check(entry, &how, &err), LT_REFUSED);
    assert_int_equal(json_array_size(err.details),
                     7); /* section, activity, level, result, degree, date, link */
    /* a draft may lack what is required, not be wrong */
    how.draft = true;
    assert_int_equal(model_entry_check(entry, &how, &err), LT_REFUSED);
    assert_int_equal(json_array_size(err.details), 3);
    json_decref(entry);
    entry = load("{\"title\":\"А\"}");
    assert_int_equal(model_entry_check(entry, &how, &err), LT_OK);
    char *big = malloc(2 * MODEL_TITLE_MAX + 3);
    for (int i = 0; i <= MODEL_TITLE_MAX; i++)
        memcpy(big + 2 * i, "ж", 2);
    big[2 * MODEL_TITLE_MAX + 2] = '\0';
    json_object_set_new(entry, "title", json_string(big));
    assert_int_equal(model_entry_check(entry, &how, &err), LT_REFUSED);
    assert_string_equal(err.code, "entry.too_long");
    assert_string_equal(lt_error_param(&err, "limit"), "300");
    big[2 * MODEL_TITLE_MAX] = '\0';
    json_object_set_new(entry, "title", json_string(big));
    assert_int_equal(model_entry_check(entry, &how, NULL), LT_OK);
    free(big);
    json_decref(entry);
    lt_error_clear(&err);
}

/* --- ground and terms --- */

static void test_ground(void **state)
{
    (void)state;
    assert_string_equal(model_entry_ground("achievement", "pupil", false), "consent");
    assert_string_equal(model_entry_ground("document", "guardian", true), "consent");
    assert_string_equal(model_entry_ground("work", "staff", false), "consent");
    assert_string_equal(model_entry_ground("achievement", "staff", false), "law");
    assert_string_equal(model_entry_ground("achievement", "import", true), "contract");
    assert_string_equal(model_entry_ground("achievement", "event", false), "law");
    static const char *const consent[] = {"photo", "goal", "skill", "review"};
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(model_ground(consent[i], NULL, false), "consent");
    static const char *const law[] = {"card", "class", "mark", "award", "order", "book", "personal_file"};
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(model_ground(law[i], NULL, false), "law");
        assert_string_equal(model_ground(law[i], NULL, true), "contract");
    }
}

static void test_dispute_due(void **state)
{
    (void)state;
    static const char *const days[][2] = {
        {"2026-11-23", "2026-12-02"}, /* Monday → Wednesday of the next week */
        {"2026-11-22", "2026-12-01"}, /* Sunday */
        {"2026-11-20", "2026-12-01"}, /* Friday */
        {"1969-12-29", "1970-01-07"}, /* Monday, before the epoch */
    };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        struct lt_date on;
        char text[LT_DATE_SIZE];
        assert_true(lt_date_parse(days[i][0], &on));
        assert_string_equal(lt_date_format(model_dispute_due(on), text), days[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_facts_and_showing),
        cmocka_unit_test(test_revise),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_all_faults_at_once),
        cmocka_unit_test(test_ground),
        cmocka_unit_test(test_dispute_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
