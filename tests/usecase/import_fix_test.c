/* Putting a waiting file right in place, and two people at one batch. */
#include "support.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct school *s;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    ok(s, "local", "plugin", "enable", "{'id':'olympiad'}");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    return 0;
}

static json_t *results(const char *what)
{
    return ok(s, "local", "import", "preview", "{'format':'olympiad','file':'<=%s','fact':['stage=municipal','subject=Физика']}", school_csv(s, what));
}

static json_t *roster(const char *what) { return ok(s, "local", "import", "preview", "{'format':'roster','file':'<=%s'}", school_csv(s, what)); }

static const char *outcome(const json_t *plan, long long row)
{
    size_t i;
    const json_t *r;
    json_array_foreach(json_object_get(plan, "rows"), i, r) {
        if (number(r, "row") == row) return text(r, "outcome");
    }
    return "";
}

static json_t *resolve(const char *batch, const char *decision)
{
    return ok(s, "local", "import", "resolve", "{'batch':'%s','decision':['%s']}", batch, decision);
}

/* A status nobody can read, and a score that is not there: said in place, and the entry is as if the file had said so. */
static void a_cell_is_put_right(void **state)
{
    (void)state;
    json_t *plan = results("ФИО;Класс;Балл;Статус\nИванов Иван Петрович;9А;;первяк\n");
    assert_string_equal(text(plan, "rows/0/problems/0/code"), "status_unread");
    const char *batch = text(plan, "batch");
    json_t *cells = ok(s, "local", "import", "cells", "{'batch':'%s','row':2}", batch);
    assert_string_equal(text(cells, "cells/0/text"), "Иванов Иван Петрович");
    assert_string_equal(text(cells, "cells/3/text"), "первяк");
    assert_true(json_is_false(at(cells, "cells/3/corrected")));
    refused(s, LT_NOTFOUND, "import.no_such_row", "local", "import", "cells", "{'batch':'%s','row':77}", batch);
    plan = resolve(batch, "!2.D=призёр");
    plan = resolve(batch, "!2.C=37,5");
    assert_int_equal(json_array_size(at(plan, "rows/0/problems")), 0);
    assert_true(json_is_true(at(ok(s, "local", "import", "cells", "{'batch':'%s','row':2}", batch), "cells/3/corrected")));
    assert_string_equal(outcome(plan, 2), "matched");
    ok(s, "local", "import", "apply", "{'batch':'%s'}", batch);
    json_t *list = ok(s, "local", "entry", "list", "{'pupil':'@ivan','subject':'физика'}");
    assert_int_equal(count(list), 1);
    assert_string_equal(text(list, "items/0/result"), "prize_winner");
    json_t *entry = ok(s, "local", "entry", "show", "{'id':'%s'}", text(list, "items/0/id"));
    assert_true(json_number_value(at(entry, "score")) > 37.4);
}

/* The same with a list of the school; taken back, the question is there again. */
static void a_birth_date_is_put_right(void **state)
{
    (void)state;
    json_t *plan = roster("Фамилия;Имя;Отчество;Класс;Дата рождения\nНовикова;Зоя;Ильинична;9А;O5.O3.20!1\n");
    const char *batch = text(plan, "batch");
    assert_string_not_equal(outcome(plan, 2), "new");
    plan = resolve(batch, "!2.E=05.03.2011");
    assert_string_equal(outcome(plan, 2), "new");
    assert_string_equal(text(plan, "rows/0/values/birth"), "2011-03-05");
    plan = resolve(batch, "!2.E=ask");
    assert_string_not_equal(outcome(plan, 2), "new");
}

/* What I saw is not what is there: another person has decided meanwhile. */
static void what_another_decided_is_seen_first(void **state)
{
    (void)state;
    json_t *mine = results("ФИО;Класс;Балл;Статус\nИванов Иван Петрович;9А;7;призёр\nСидорова Мария Сергеевна;9А;5;участник\n");
    const char *batch = text(mine, "batch");
    json_t *theirs = resolve(batch, "!3=skip");
    refused(s, LT_CONFLICT, "import.moved", "local", "import", "apply", "{'batch':'%s','seen':'%s','skip_doubtful':true,'skip_errors':true}", batch, text(mine, "seen"));
    ok(s, "local", "import", "apply", "{'batch':'%s','seen':'%s','skip_doubtful':true,'skip_errors':true}", batch, text(theirs, "seen"));
}

enum { ROWS = 8 };

struct clicks {
    const char *batch;
    int first, wrong;
};

static void *click(void *user)
{
    struct clicks *c = user;
    for (int row = c->first; row < ROWS + 2; row += 2) {
        char decision[40];
        snprintf(decision, sizeof decision, "!%d=skip", row);
        json_t *values = json_pack("{s:s, s:[s]}", "batch", c->batch, "decision", decision);
        struct uc_request r = {.noun = "import", .verb = "resolve", .local_user = "anna", .values = values, .lang = LT_RU, .door = UC_HTTP};
        struct uc_answer answer = {.body = NULL};
        struct lt_error err = {0};
        if (uc_dispatch(s->app, &r, &answer, &err)) c->wrong++;
        uc_answer_clear(&answer);
        lt_error_clear(&err);
        json_decref(values);
    }
    return NULL;
}

static void decisions_made_at_once_are_all_kept(void **state)
{
    (void)state;
    char file[2000] = "ФИО;Класс;Балл;Статус\n";
    for (int i = 0; i < ROWS; i++) snprintf(file + strlen(file), sizeof file - strlen(file), "Неведомый Пётр%d Ильич;9А;%d;участник\n", i, i + 1);
    json_t *plan = results(file);
    struct clicks one = {.batch = text(plan, "batch"), .first = 2}, two = {.batch = text(plan, "batch"), .first = 3};
    pthread_t a, b;
    assert_int_equal(pthread_create(&a, NULL, click, &one), 0);
    assert_int_equal(pthread_create(&b, NULL, click, &two), 0);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    assert_int_equal(one.wrong + two.wrong, 0);
    json_t *now = ok(s, "local", "import", "preview", "{'batch':'%s'}", one.batch);
    assert_int_equal(json_object_size(at(now, "decisions")), ROWS);
}

static void lose_file(const json_t *p)
{
    char path[400];
    lt_print(path, sizeof path, "%s/spool/%s/file", s->dir, text(p, "batch"));
    assert_int_equal(unlink(path), 0);
}

/* Settling and applying ask for what the plugin has said already; it is in memory alone and is asked for anew when anything about it changed. */
static void a_waiting_file_is_read_once(void **state)
{
    (void)state;
    char dir[300], data[400];
    static const char rows[] = "ФИО;Класс;Балл\nНектов Пётр Ильич;9А;12\n";
    json_t *p = results(rows);
    lose_file(p);
    assert_string_equal(outcome(ok(s, "local", "import", "report", "{'batch':'%s'}", text(p, "batch")), 2), "not_found");
    lt_print(dir, sizeof dir, "%s/plugins/olympiad", s->dir);
    lt_print(data, sizeof data, "%s/words.csv", dir);
    assert_int_equal(lt_fs_mkdirs(lt_fs_system(), dir, 0700), 0);
    assert_int_equal(lt_fs_replace(lt_fs_system(), data, "{}", 2, 0600, false), 0);
    refused(s, LT_SYSTEM, "system.io", "local", "import", "report", "{'batch':'%s'}", text(p, "batch"));
    assert_int_equal(unlink(data), 0);
    ok(s, "local", "import", "report", "{'batch':'%s'}", text(p, "batch"));
    school_reopen(s);
    refused(s, LT_SYSTEM, "system.io", "local", "import", "report", "{'batch':'%s'}", text(p, "batch"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(a_waiting_file_is_read_once),
        T(a_cell_is_put_right),
        T(a_birth_date_is_put_right),
        T(what_another_decided_is_seen_first),
        T(decisions_made_at_once_are_all_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
