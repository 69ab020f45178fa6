/* Every title, field and column of the table of use cases has words in both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "model/values.h"
#include "usecase/shape.h"
#include "usecase/usecase.h"

#include <string.h>

static unsigned missing(const char *id)
{
    unsigned n = 0;
    for (int lang = LT_RU; lang <= LT_EN; lang++) {
        if (lt_msg_known((enum lt_lang)lang, id)) continue;
        print_message("no message: %s (%s)\n", id, lt_lang_word((enum lt_lang)lang));
        n++;
    }
    return n;
}

static unsigned missing_label(const char *noun, const char *name)
{
    char own[160], common[128];
    lt_print(own, sizeof own, "field.%s.%s", noun, name);
    lt_print(common, sizeof common, "field.%s", name);
    if (lt_msg_known(LT_RU, own) || lt_msg_known(LT_EN, own)) return missing(own);
    return missing(common);
}

/* The last part of "a.b" is what a heading shows. */
static unsigned missing_columns(const struct uc_row *row)
{
    unsigned n = 0;
    for (const char *s = row->columns; s && *s;) {
        size_t len = strcspn(s, " ");
        char name[128];
        lt_print(name, sizeof name, "%.*s", (int)len, s);
        const char *dot = strrchr(name, '.');
        n += missing_label(row->noun, dot ? dot + 1 : name);
        s += len + (s[len] == ' ');
    }
    return n;
}

static void test_messages(void **state)
{
    (void)state;
    size_t n;
    unsigned absent = 0;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            const struct uc_row *row = &nouns[i]->rows[k];
            char id[160];
            lt_print(id, sizeof id, "uc.%s.%s", row->noun, row->verb);
            absent += missing(id) + missing_columns(row);
            for (const struct uc_field *f = row->fields; f && f->name; f++)
                absent += missing_label(row->noun, f->name);
        }
    }
    assert_int_equal(absent, 0);
}

/* Keys of an answer, those of its parts too: what the command line would show as the heading of a line or a column. */
static unsigned missing_keys(const struct uc_row *row, const char *fields, int depth)
{
    unsigned n = 0;
    struct uc_shape_walk w;
    struct uc_shape_field f;
    uc_shape_begin(&w, fields);
    while (uc_shape_next(&w, &f)) {
        n += missing_label(row->noun, f.name);
        if (f.kind == UC_SHAPE_PART && f.part && depth < 6) n += missing_keys(row, f.part->fields, depth + 1);
    }
    return n;
}

static void test_answers(void **state)
{
    (void)state;
    size_t n;
    unsigned absent = 0;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            const char *fields = uc_row_gives(&nouns[i]->rows[k], NULL);
            if (fields) absent += missing_keys(&nouns[i]->rows[k], fields, 0);
        }
    }
    assert_int_equal(absent, 0);
}

/* An option of the program may not hide behind a field, and a set of words must be one that model/values.h
 * has. */
static void test_fields(void **state)
{
    (void)state;
    static const char *const taken[] = {"as",       "json",          "lang",         "help",   "version",
                                        "request",  "out",           "markdown",     "limit",  "cursor",
                                        "revision", "password_file", "ask_password", "workers"};
    size_t n;
    unsigned bad = 0;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nouns[i]->len; k++) {
            const struct uc_row *row = &nouns[i]->rows[k];
            assert_string_equal(row->noun, nouns[i]->word);
            for (const struct uc_field *f = row->fields; f && f->name; f++) {
                bool hides = false;
                for (size_t t = 0; t < sizeof taken / sizeof taken[0]; t++)
                    hides = hides || strcmp(taken[t], f->name) == 0;
                bool unknown = f->values && !model_values(f->values, &(size_t){0});
                if (hides || unknown) print_message("%s %s: field %s\n", row->noun, row->verb, f->name);
                bad += hides || unknown;
            }
        }
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages), cmocka_unit_test(test_answers), cmocka_unit_test(test_fields)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
