/* Shapes of answers: all of them well formed, every row has one, and what does not fit is told with its place. */
#include "usecase/shape.h"
#include "usecase/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void all_are_well_formed(void **state)
{
    (void)state;
    char why[UC_SHAPE_WHY];
    const struct uc_shape *s;
    for (size_t i = 0; (s = uc_shape_at(i)); i++) {
        if (!uc_shape_sound(s, why)) fail_msg("%s", why);
        if (uc_shape_find(s->name) != s) fail_msg("two shapes are called %s", s->name);
    }
}

static void every_row_has_one(void **state)
{
    (void)state;
    char why[UC_SHAPE_WHY];
    size_t n, wrong = 0;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            if (uc_row_sound(&nouns[i]->rows[k], why)) continue;
            fprintf(stderr, "%s\n", why);
            wrong++;
        }
    }
    if (wrong) fail_msg("%zu use cases do not say what they answer", wrong);
}

/* A shape that nothing gives is one that nobody keeps true. */
enum { SHAPES_MOST = 1000 };

static void mark(const struct uc_shape *s, bool used[SHAPES_MOST]);

static void mark_fields(const char *fields, bool used[SHAPES_MOST])
{
    struct uc_shape_walk w;
    struct uc_shape_field f;
    for (const char *word = fields; *word; word += strcspn(word, " "), word += strspn(word, " ")) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 1, " "), word + 1);
        if (*word == '+') mark(uc_shape_find(name), used);
    }
    uc_shape_begin(&w, fields);
    while (uc_shape_next(&w, &f)) {
        if (f.part) mark(f.part, used);
    }
}

static void mark(const struct uc_shape *s, bool used[SHAPES_MOST])
{
    for (size_t i = 0; s && uc_shape_at(i); i++) {
        if (uc_shape_at(i) != s || used[i]) continue;
        used[i] = true;
        mark_fields(s->fields, used);
    }
}

static void every_one_is_given(void **state)
{
    (void)state;
    bool used[SHAPES_MOST] = {false};
    size_t n;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    mark(uc_shape_find("repeated"), used);
    mark(uc_shape_find("job"), used);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            const char *name, *fields = uc_row_gives(&nouns[i]->rows[k], &name);
            if (name) mark(uc_shape_find(name), used);
            else if (fields) mark_fields(fields, used);
        }
    }
    for (size_t i = 0; uc_shape_at(i); i++) {
        if (!used[i]) fail_msg("no answer has the shape %s", uc_shape_at(i)->name);
    }
}

static const char ID[] = "01a1f82f-1e83-7080-8f2e-6df457f35c67";

/* Where ' stands for ", and I for an id. */
static void judge(const char *gives, enum uc_reply reply, unsigned flags, const char *text, const char *wrong)
{
    struct uc_row row = {.noun = "pupil", .verb = "greet", .reply = reply, .gives = gives, .flags = flags};
    char line[2000], why[UC_SHAPE_WHY] = "";
    size_t len = 0;
    for (const char *c = text; *c; c++) {
        if (*c == 'I') len += (size_t)snprintf(line + len, sizeof line - len, "%s", ID);
        else line[len++] = (char)(*c == '\'' ? '"' : *c);
    }
    line[len] = '\0';
    json_t *doc = json_loads(line, 0, NULL);
    assert_non_null(doc);
    bool fits = uc_answer_fits(&row, doc, why);
    json_decref(doc);
    if (!wrong && !fits) fail_msg("%s is refused: %s", text, why);
    if (wrong && fits) fail_msg("%s fits %s", text, gives);
    if (wrong && !strstr(why, wrong)) fail_msg("“%s” does not say “%s”", why, wrong);
}

static void what_does_not_fit_is_told(void **state)
{
    (void)state;
    static const char one[] = "id:id title date?:date level?:=level state:=on|off files*?:file n-:int more%?:int at?:at by?:actor sha?:sha256 any?:any";
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':null}", NULL);
    judge(one, UC_ONE, 0, "{'id':'I','title':'a','state':'off','n':1,'date':'2026-03-05','level':'school','more':{'a':1},'by':'local:anna','any':[1]}", NULL);
    judge(one, UC_ONE, 0, "{'id':'I','state':'on','n':1}", "title: absent");
    judge(one, UC_ONE, 0, "{'id':'x','title':'','state':'on','n':1}", "id: no id");
    judge(one, UC_ONE, 0, "{'id':'I','title':null,'state':'on','n':1}", "title: null");
    judge(one, UC_ONE, 0, "{'id':'I','title':1,'state':'on','n':1}", "title: no text");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'maybe','n':1}", "state: a word that is not of its set");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1,'level':'moon'}", "level: a word that is not of its set");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1.5}", "n: no whole number");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1,'date':'2026-02-30'}", "date: no date");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1,'at':'2026-03-05'}", "at: no instant");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1,'by':'anna'}", "by: no actor");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1,'sha':'ab'}", "sha: no SHA-256");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1,'more':{'a':'x'}}", "more.a: no whole number");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1,'files':[{'path':'files/01.pdf'}]}", "files[0].name: absent");
    judge(one, UC_ONE, 0, "{'id':'I','title':'','state':'on','n':1,'secret':1}", "secret: its shape does not know it");
    judge(one, UC_ONE, 0, "[]", "no object");
}

static void lists_jobs_and_repetitions(void **state)
{
    (void)state;
    judge("id:id ^total:int", UC_LIST, 0, "{'items':[{'id':'I'}],'next':null,'total':1}", NULL);
    judge("id:id ^total:int", UC_LIST, 0, "{'items':[{'id':'I'}],'next':null}", "total: absent");
    judge("id:id", UC_LIST, 0, "{'items':[{'id':'I'},{}],'next':null}", "items[1].id: absent");
    judge("id:id", UC_LIST, 0, "{'items':[],'next':1}", "next");
    judge("id:id", UC_LIST, 0, "{'items':[],'next':null,'more':1}", "more: its shape does not know it");
    judge("login password$", UC_ONE, UC_WRITE, "{'login':'a','withheld':true}", NULL);
    judge("login password$", UC_ONE, UC_WRITE, "{'login':'a'}", "password: absent");
    judge("login", UC_ONE, UC_WRITE, "{'id':'I','repeated':true}", NULL);
    static const char card[] = "{'job':'I','id':'I','kind':'school.greet','owner':'I','state':'queued','done':0,'total':0,'created':'2026-03-05T10:11:12.345Z',"
                               "'changed':'2026-03-05T10:11:12.345Z'}";
    judge("count:int", UC_ONE, UC_LONG, card, NULL);
    judge("count:int", UC_ONE, 0, card, "count: absent");
    judge(NULL, UC_NONE, 0, "{'a':1}", "tells of none");
}

static void flaws_of_a_shape_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *why;
    } bad[] = {{"id:idd", "id:idd"},           {"a:=no_such_set", "=no_such_set"}, {"a b a", "two fields a"}, {"+no_such_shape", "+no_such_shape"},
               {"a!:text", "cannot be read"}, {"^a", "^"},                          {"", "no fields"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct uc_shape s = {"greeting", bad[i].fields};
        char why[UC_SHAPE_WHY] = "";
        if (uc_shape_sound(&s, why)) fail_msg("“%s” passes", bad[i].fields);
        if (i != 5 && !strstr(why, bad[i].why)) fail_msg("“%s” does not say “%s”", why, bad[i].why);
    }
    struct uc_row row = {.noun = "pupil", .verb = "greet", .reply = UC_ONE};
    char why[UC_SHAPE_WHY] = "";
    assert_false(uc_row_sound(&row, why));
    assert_non_null(strstr(why, "docs/add-a-thing.md"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_well_formed),       cmocka_unit_test(every_row_has_one),          cmocka_unit_test(every_one_is_given),
        cmocka_unit_test(what_does_not_fit_is_told), cmocka_unit_test(lists_jobs_and_repetitions), cmocka_unit_test(flaws_of_a_shape_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
