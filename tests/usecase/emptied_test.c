/* A portfolio that an import made and that was taken back with it: nobody sees it, whoever destroys finds it, and after the act nothing of it remains. */
#include "support.h"

#include "base/fs.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SURNAME "Подберёзкина"
#define NAME    "Евпраксия"
#define PARENT  "Груздёв"
#define NUMBER  "П-5517"

static struct school *s;

static int setup(void **state)
{
    (void)state;
    char path[300];
    s = school_open();
    lt_print(path, sizeof path, "%s-roster.csv", s->dir);
    const char rows[] = "Фамилия;Имя;Отчество;Дата рождения;Пол;Класс;Личное дело;Отец;Телефон отца\n" SURNAME ";" NAME
                        ";Саввишна;23.02.2011;ж;9А;" NUMBER ";" PARENT " Савва Лукич;+79160057713\n";
    assert_int_equal(lt_fs_replace(lt_fs_system(), path, rows, strlen(rows), 0600, false), 0);
    json_t *a = ok(s, "local", "import", "apply", "{'format':'roster','file':'<=%s'}", path);
    unlink(path);
    json_t *found = ok(s, "local", "pupil", "list", "{'query':'" SURNAME "'}");
    assert_int_equal(count(found), 1);
    name_it(s, "gone", text(found, "items/0/id"));
    json_t *card = ok(s, "local", "pupil", "show", "{'id':'@gone'}");
    name_it(s, "father", text(card, "guardians/0/person"));
    assert_int_equal(count(ok(s, "director", "pupil", "emptied", "{}")), 0);
    refused(s, LT_USAGE, "field.required", "director", "pupil", "erase", "{'id':'@gone'}");
    ok(s, "local", "import", "undo", "{'batch':'%s'}", text(a, "batch"));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static int searched(const char *words)
{
    char cmd[600];
    lt_print(cmd, sizeof cmd, LETOPIS_SOURCE_DIR "/tests/support/no-trace %s %s >&2", s->dir, words);
    return system(cmd);
}

static void nothing_remains_after_the_act(void **state)
{
    (void)state;
    assert_int_not_equal(searched(SURNAME), 0); /* the history has it still */
    refused(s, LT_NOTFOUND, "pupil.absent", "director", "pupil", "show", "{'id':'@gone'}");
    json_t *p = ok(s, "director", "pupil", "erase", "{'id':'@gone','preview':true}");
    assert_string_equal(text(p, "pupil/name"), SURNAME " " NAME " Саввишна");
    assert_true(json_is_true(at(p, "pupil/emptied")));
    assert_string_equal(text(p, "confirm"), NUMBER);
    assert_string_equal(text(p, "persons/0/id"), id_of(s, "father"));
    refused(s, LT_REFUSED, "erase.confirm", "director", "pupil", "erase", "{'id':'@gone','ground':'mistake','reason':'Чужой список','confirm':'x'}");
    json_t *a = ok(s, "director", "pupil", "erase", "{'id':'@gone','ground':'mistake','reason':'Чужой список','confirm':'" NUMBER "'}");
    assert_string_equal(text(a, "state"), "done");
    assert_int_equal(json_array_size(at(a, "remaining")), 0);
    assert_int_equal(count(ok(s, "director", "pupil", "emptied", "{}")), 0);
    refused(s, LT_NOTFOUND, "pupil.absent", "director", "pupil", "erase", "{'id':'@gone','preview':true}");
    school_reopen(s);
    assert_int_equal(searched(SURNAME " " NAME " " PARENT " 79160057713"), 0);
    assert_int_equal(number(ok(s, "local", "system", "fsck", "{}"), "faults"), 0);
}

static void it_is_shown_to_whoever_may_destroy(void **state)
{
    (void)state;
    json_t *list = ok(s, "director", "pupil", "emptied", "{}");
    assert_int_equal(count(list), 1);
    assert_string_equal(text(list, "items/0/id"), id_of(s, "gone"));
    assert_string_equal(text(list, "items/0/name"), SURNAME " " NAME " Саввишна");
    assert_string_equal(text(list, "items/0/number"), NUMBER);
    refused(s, LT_DENIED, "denied.right", "deputy", "pupil", "emptied", "{}");
    refused(s, LT_NOTFOUND, "pupil.absent", "teacher_b", "pupil", "erase", "{'id':'@gone','preview':true}");
    setting(s, "local.acts=off");
    refused(s, LT_DENIED, "denied.local_acts", "local", "pupil", "erase", "{'id':'@gone','ground':'mistake','reason':'Чужой список','confirm':'" NUMBER "'}");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(nothing_remains_after_the_act), T(it_is_shown_to_whoever_may_destroy)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
