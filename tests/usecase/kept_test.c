/* Answers that are kept as text: byte for byte what is read anew, for everybody, before and after each change; and a row of the access log for every one. */
#include "support.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    processing(s, "ivan");
    processing(s, "petr");
    entry_in(s, "draft", "ivan", "ivan", "draft");
    entry_in(s, "waiting", "ivan", "ivan", "submitted");
    entry_in(s, "done", "ivan", "ivan", "verified");
    entry_in(s, "other", "petr", "petr", "verified");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static const struct question {
    const char *noun, *verb, *values;
} questions[] = {
    {"entry", "list", "{}"},
    {"entry", "list", "{'limit':2}"},
    {"entry", "list", "{'queue':true}"},
    {"entry", "list", "{'state':'verified','query':'олимпиада'}"},
    {"entry", "list", "{'disputed':true}"},
    {"entry", "list", "{'hidden':true}"},
    {"entry", "list", "{'pupil':'@ivan','school_year':'2026/27'}"},
    {"entry", "list", "{'school_year':'nonsense'}"},
    {"search", "find", "{'query':'олимпиада'}"},
    {"search", "find", "{'query':'иванов'}"},
    {"search", "find", "{'query':'иванов','limit':1}"},
    {"search", "suggest", "{'query':'ива'}"},
    {"portfolio", "show", "{'id':'@ivan'}"},
    {"portfolio", "show", "{'id':'@petr'}"},
    {"portfolio", "timeline", "{'id':'@ivan'}"},
    {"portfolio", "timeline", "{'id':'@ivan','state':'verified'}"},
};

static const char *const everybody[] = {"local",  "nobody",    "ivan",      "olga",     "petr",     "mother", "father",   "mother_b", "stranger", "teacher",
                                        "teacher_b", "math",   "coach",     "deputy",   "deputy_noo", "deputy_sport", "clerk", "director", "sysadmin", "olympiads",
                                        "gto",    "publisher", "personal"};

/* How the next call is made, and what it gave. */
static bool as_text;
static char *given;          /* its text */
static const void *kept_as;  /* which kept answer it was */

static int send(struct school *of, const struct uc_request *request, struct uc_answer *out, struct lt_error *err)
{
    struct uc_request mine = *request;
    mine.text = as_text;
    mine.door = UC_HTTP;
    int rc = uc_dispatch(of->app, &mine, out, err);
    size_t len = 0;
    free(given);
    given = NULL;
    kept_as = NULL;
    if (out->text) {
        const char *bytes = uc_text_bytes(out->text, &len);
        assert_null(out->body);
        assert_non_null(given = strndup(bytes, len));
        assert_int_equal(strlen(given), len);
        kept_as = bytes;
    }
    return rc;
}

/* The newest row of the access log, as far as it does not name the call itself. */
static void newest_row(char row[2000])
{
    struct lt_error err = {0};
    json_t *items = NULL, *all = json_object();
    char *next = NULL;
    assert_int_equal(access_drain(s->app, &err), 0);
    assert_int_equal(sysdb_access_list(s->app->sys, all, 1, NULL, &items, &next, &err), 0);
    json_t *first = json_array_get(items, 0);
    char *pupils = json_dumps(json_object_get(first, "pupils"), JSON_ENCODE_ANY | JSON_COMPACT);
    lt_print(row, 2000, "%s %s %s %s %s %s", text(first, "actor"), text(first, "account"), text(first, "use_case"), text(first, "outcome"), text(first, "object"),
             pupils ? pupils : "");
    free(pupils);
    free(next);
    json_decref(all);
    json_decref(items);
}

static void same_answer(const char *who, const struct question *q, bool log)
{
    json_t *tree = NULL;
    char code[80], read[2000] = "", again[2000] = "";
    as_text = false;
    int rc = call(s, who, q->noun, q->verb, &tree, "%s", q->values);
    lt_print(code, sizeof code, "%s", s->err.code);
    char *wanted = rc ? NULL : json_dumps(tree, JSON_COMPACT);
    if (log) newest_row(read);
    as_text = true;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(call(s, who, q->noun, q->verb, NULL, "%s", q->values), rc);
        if (rc) {
            assert_string_equal(s->err.code, code);
            assert_null(given);
        } else {
            assert_string_equal(given, wanted);
        }
        if (log) newest_row(again);
        if (log) assert_string_equal(again, read);
    }
    as_text = false;
    free(wanted);
}

/* All questions of everybody. */
static void same_for_all(void)
{
    s->send = send;
    for (size_t i = 0; i < sizeof everybody / sizeof everybody[0]; i++) {
        for (size_t k = 0; k < sizeof questions / sizeof questions[0]; k++) same_answer(everybody[i], &questions[k], false);
    }
    s->send = NULL;
}

static void everybody_reads_what_is_read_anew(void **state)
{
    (void)state;
    same_for_all();
}

static void the_access_log_has_the_same_row_of_each(void **state)
{
    (void)state;
    static const char *const some[] = {"ivan", "mother", "stranger", "teacher", "deputy", "sysadmin"};
    s->send = send;
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        for (size_t k = 0; k < sizeof questions / sizeof questions[0]; k++) same_answer(some[i], &questions[k], true);
    }
    s->send = NULL;
}

/* Whoever could read and cannot any more reads nothing of what was kept. */
static void changes_of_entries_and_of_rights_are_seen_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *who, *noun, *verb, *values;
    } changes[] = {
        {"teacher", "entry", "verify", "{'id':'@waiting'}"},
        {"ivan", "entry", "hide", "{'id':'@done'}"},
        {"ivan", "entry", "hide", "{'id':'@done','undo':true}"},
        {"mother", "entry", "dispute", "{'id':'@done','kind':'other','text':'Не так'}"},
        {"deputy", "entry", "answer", "{'id':'@done','outcome':'upheld','text':'Так'}"},
        {"ivan", "entry", "withdraw", "{'id':'@waiting'}"},
        {"ivan", "entry", "edit", "{'id':'@done','title':'Другая олимпиада'}"},
        {"ivan", "portfolio", "arrange", "{'id':'@ivan','about':'Это я'}"},
        {"local", "person", "edit", "{'id':'@teacher_b','surname':'Инова'}"},
        {"local", "guardian", "unlink", "{'pupil':'@ivan','person':'@father'}"},
        {"local", "person", "dismiss", "{'id':'@teacher'}"},
        {"local", "pupil", "edit", "{'id':'@petr','surname':'Переименов'}"},
    };
    same_for_all();
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        int rc = call(s, changes[i].who, changes[i].noun, changes[i].verb, NULL, "%s", changes[i].values);
        if (rc) fail_msg("%s.%s: %s", changes[i].noun, changes[i].verb, s->err.code);
        same_for_all();
    }
}

static void an_account_that_is_not_confirmed_any_more_is_judged_anew(void **state)
{
    (void)state;
    static const struct question list = {"entry", "list", "{}"};
    struct sys_account a;
    struct lt_error err = {0};
    s->send = send;
    same_answer("mother_b", &list, false);
    assert_int_equal(sysdb_account_by_subject(s->app->sys, id_of(s, "mother_b"), &a, &err), 0);
    a.confirmed = false;
    assert_int_equal(sysdb_account_update(s->app->sys, &a, &err), 0);
    same_answer("mother_b", &list, false);
    a.disabled = true;
    assert_int_equal(sysdb_account_update(s->app->sys, &a, &err), 0);
    as_text = true;
    assert_int_equal(call(s, "mother_b", "entry", "list", NULL, "{}"), LT_DENIED);
    assert_null(given);
    as_text = false;
    a.disabled = false;
    a.confirmed = true;
    assert_int_equal(sysdb_account_update(s->app->sys, &a, &err), 0);
    s->send = NULL;
}

static const void *which(const char *who, const char *values)
{
    as_text = true;
    s->send = send;
    assert_int_equal(call(s, who, "entry", "list", NULL, "%s", values), 0);
    as_text = false;
    s->send = NULL;
    return kept_as;
}

/* So that the tests above do not compare what was read anew with what was read anew. */
static void the_same_question_is_read_once(void **state)
{
    (void)state;
    const void *first = which("deputy", "{'limit':3}");
    assert_ptr_equal(which("deputy", "{'limit':3}"), first);
    assert_ptr_not_equal(which("deputy", "{'limit':4}"), first);
    assert_ptr_not_equal(which("director", "{'limit':3}"), first);
    assert_ptr_equal(which("deputy", "{'limit':3}"), first);
}

static void another_day_is_another_answer(void **state)
{
    (void)state;
    same_for_all();
    s->now = noon(TOMORROW);
    same_for_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_reads_what_is_read_anew),
        cmocka_unit_test(the_access_log_has_the_same_row_of_each),
        cmocka_unit_test(the_same_question_is_read_once),
        cmocka_unit_test(an_account_that_is_not_confirmed_any_more_is_judged_anew),
        cmocka_unit_test(changes_of_entries_and_of_rights_are_seen_at_once),
        cmocka_unit_test(another_day_is_another_answer),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
