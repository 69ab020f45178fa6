/* The class teacher's work: many at once, the class as a whole, and paper that goes out and comes back. */
#include "support.h"

#include "base/text.h"
#include "usecase/consent_paper.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The stream of the last answer into a file; its name is the caller's to remove. */
static void save(struct school *s, char path[64], const char *suffix)
{
    size_t len = 0;
    char *data = bytes(s, &len);
    lt_print(path, 64, "/tmp/letopis-teacher-XXXXXX%s", suffix);
    int fd = mkstemps(path, (int)strlen(suffix));
    assert_true(fd >= 0 && len > 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    close(fd);
    free(data);
}

static char *run_tool(const char *before, const char *path, const char *behind)
{
    char command[512];
    lt_print(command, sizeof command, "%s %s %s", before, path, behind);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    struct lt_buf b = LT_BUF_INIT(4 << 20);
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) lt_buf_add(&b, part, n);
    assert_int_equal(pclose(f), 0);
    return lt_buf_take(&b, NULL);
}

static char *words_of(struct school *s)
{
    char path[64];
    save(s, path, ".pdf");
    char *text = run_tool("pdftotext -layout", path, "-");
    unlink(path);
    return text;
}

static void many_at_once(void **state)
{
    (void)state;
    struct school *s = school_open();
    processing(s, "ivan");
    processing(s, "olga");
    processing(s, "petr");
    entry_in(s, "a", "ivan", "ivan", "submitted");
    entry_in(s, "b", "ivan", "ivan", "submitted");
    entry_in(s, "c", "olga", "olga", "submitted");
    entry_in(s, "d", "petr", "petr", "submitted");
    ok(s, "ivan", "entry", "edit", "{'id':'@b','title':'Исправлено','submit':true}");
    json_t *done = ok(s, "teacher", "entry", "verify_many",
                      "{'items':[{'id':'@a','revision':1},{'id':'@b','revision':1},{'id':'@c','revision':1},{'id':'@d','revision':1}],'act':'seen_original'}");
    assert_int_equal(number(done, "done"), 2);
    assert_int_equal(number(done, "refused"), 2);
    assert_true(json_is_true(at(done, "items/0/done")));
    assert_string_equal(text(done, "items/0/state"), "verified");
    /* somebody changed it meanwhile: nothing was verified unseen */
    assert_string_equal(text(done, "items/1/error/code"), "entry.revision_moved");
    assert_int_equal(number(done, "items/1/now"), 2);
    assert_true(json_is_true(at(done, "items/2/done")));
    /* of another class: as if it were not there */
    assert_string_equal(text(done, "items/3/error/code"), "entry.absent");
    assert_string_equal(text(ok(s, "teacher", "entry", "show", "{'id':'@a'}"), "verification/act"), "seen_original");
    assert_string_equal(text(ok(s, "ivan", "entry", "show", "{'id':'@b'}"), "state"), "submitted");
    assert_string_equal(text(ok(s, "petr", "entry", "show", "{'id':'@d'}"), "state"), "submitted");
    /* a commit for each entry, none without one */
    json_t *history = ok(s, "teacher", "entry", "history", "{'id':'@a'}");
    assert_string_equal(text(history, "items/0/use_case"), "entry.verify_many");
    assert_int_equal(count(history), 3); /* added, submitted, verified */
    /* the second time it is told, not done */
    done = ok(s, "teacher", "entry", "verify_many", "{'items':[{'id':'@a','revision':1}]}");
    assert_int_equal(number(done, "done"), 0);
    done = ok(s, "teacher", "entry", "return_many", "{'items':[{'id':'@b','revision':2}],'reason':'Нужна вторая страница'}");
    assert_int_equal(number(done, "done"), 1);
    assert_string_equal(text(ok(s, "ivan", "entry", "show", "{'id':'@b'}"), "returned/reason"), "Нужна вторая страница");
    refused(s, LT_USAGE, "entry.many_items", "teacher", "entry", "verify_many", "{'items':[{'id':'@a'}]}");
    refused(s, LT_USAGE, "field.required", "teacher", "entry", "verify_many", "{'items':[]}");
    school_close(s);
}

static void own_child(void **state)
{
    (void)state;
    struct school *s = school_open();
    processing(s, "olga");
    entry_in(s, "a", "olga", "olga", "submitted");
    role(s, "math", "'role':'class_teacher','class':'@9А'"); /* olga's mother */
    json_t *done = ok(s, "math", "entry", "verify_many", "{'items':[{'id':'@a','revision':1}]}");
    assert_int_equal(number(done, "done"), 0);
    assert_string_equal(text(ok(s, "olga", "entry", "show", "{'id':'@a'}"), "state"), "submitted");
    school_close(s);
}

static void board(void **state)
{
    (void)state;
    struct school *s = school_open();
    processing(s, "ivan");
    processing(s, "olga");
    entry_in(s, "a", "ivan", "ivan", "verified");
    entry_in(s, "b", "ivan", "ivan", "submitted");
    entry_in(s, "c", "olga", "olga", "draft");
    json_t *b = ok(s, "teacher", "class", "board", "{'id':'@9А','since':'2020-01-01T00:00:00Z'}");
    json_t *ivan = NULL, *olga = NULL, *row;
    size_t i;
    json_array_foreach(at(b, "pupils"), i, row) {
        if (strcmp(text(row, "id"), id_of(s, "ivan")) == 0) ivan = row;
        if (strcmp(text(row, "id"), id_of(s, "olga")) == 0) olga = row;
        assert_string_not_equal(text(row, "id"), id_of(s, "petr"));
    }
    assert_non_null(ivan);
    assert_non_null(olga);
    assert_true(json_is_true(at(ivan, "waiting")));
    assert_false(json_is_true(at(ivan, "nothing")));
    assert_true(json_is_true(at(ivan, "new")));
    /* a draft of the family is the family's */
    assert_true(json_is_true(at(olga, "nothing")));
    assert_int_equal(json_object_size(at(olga, "sections")), 0);
    b = ok(s, "teacher", "class", "board", "{'id':'@9А','since':'2030-01-01T00:00:00Z'}");
    json_array_foreach(at(b, "pupils"), i, row) assert_false(json_is_true(at(row, "new")));
    refused(s, LT_DENIED, "denied.right", "math", "class", "board", "{'id':'@9А'}");
    refused(s, LT_DENIED, "denied.right", "teacher_b", "class", "board", "{'id':'@9А'}");
    school_close(s);
}

static void slips(void **state)
{
    (void)state;
    struct school *s = school_open();
    char who[200] = "";
    json_t *before = json_deep_copy(ok(s, "teacher", "class", "accounts", "{'id':'@9А'}"));
    json_t *row = item(before, "subject", id_of(s, "ivan"));
    assert_string_equal(text(row, "account_state"), "confirmed");
    /* nobody is signed out unless that is said */
    name_it(s, "nina", text(ok(s, "director", "pupil", "add", "{'surname':'Новикова','name':'Нина','birth':'2011-05-05','class':'@9А'}"), "id"));
    ok(s, "teacher", "account", "slips", "{'class':'@9А','whose':'pupil'}");
    char *paper = words_of(s);
    assert_non_null(strstr(paper, "Новикова"));
    assert_non_null(strstr(paper, "Ведомость выдачи карточек ученикам: 9А"));
    lt_print(who, sizeof who, "%s", text(item(ok(s, "teacher", "class", "accounts", "{'id':'@9А'}"), "subject", id_of(s, "nina")), "login"));
    assert_true(*who && strstr(paper, who) != NULL);
    row = item(ok(s, "teacher", "class", "accounts", "{'id':'@9А'}"), "subject", id_of(s, "ivan"));
    assert_string_equal(text(row, "account_state"), "confirmed");
    /* the password of the paper opens the account, and asks to be changed */
    char *at_password = strstr(paper, "Пароль"), password[20] = "";
    assert_non_null(at_password);
    assert_int_equal(sscanf(at_password + strlen("Пароль"), " %14s", password), 1);
    json_t *answer = NULL;
    struct uc_request request = {.noun = "session", .verb = "login", .door = UC_CLI, .login = who, .password = password};
    assert_int_equal(ask(s, &request, &answer, "{}"), 0);
    free(paper);
    /* guardians on sheets of their own, with the agreement above the signatures */
    ok(s, "teacher", "account", "slips", "{'class':'@9А','whose':'guardian','renew':true}");
    paper = words_of(s);
    assert_non_null(strstr(paper, "63-ФЗ"));
    assert_null(strstr(paper, "Карточка ученика"));
    free(paper);
    refused(s, LT_REFUSED, "account.no_slips", "teacher", "account", "slips", "{'pupil':'@ivan','whose':'pupil'}");
    refused(s, LT_DENIED, "denied.right", "teacher_b", "account", "slips", "{'class':'@9А'}");
    refused(s, LT_USAGE, "account.slips_whose", "teacher", "account", "slips", "{}");
    json_decref(before);
    school_close(s);
}

static void own_settings(void **state)
{
    (void)state;
    struct school *s = school_open();
    ok(s, "teacher", "account", "set", "{'phrases':['Нужна вторая страница','Не читается'],'seen':'9A'}");
    json_t *own = ok(s, "teacher", "account", "own", "{}");
    assert_string_equal(text(own, "phrases/1"), "Не читается");
    assert_true(strlen(text(own, "seen/9A")) > 10);
    ok(s, "teacher", "account", "set", "{'language':'en'}");
    own = ok(s, "teacher", "account", "own", "{}");
    assert_string_equal(text(own, "phrases/0"), "Нужна вторая страница");
    assert_string_equal(text(own, "language"), "en");
    assert_int_equal(json_array_size(at(ok(s, "math", "account", "own", "{}"), "phrases")), 0);
    school_close(s);
}

static void lists_as_books(void **state)
{
    (void)state;
    struct school *s = school_open();
    char path[64];
    processing(s, "ivan");
    processing(s, "petr");
    entry_in(s, "a", "ivan", "ivan", "verified");
    entry_in(s, "d", "petr", "petr", "verified");
    ok(s, "teacher", "entry", "list", "{'xlsx':true}");
    assert_non_null(strstr(s->answer.stream.content_type, "spreadsheetml"));
    save(s, path, ".xlsx");
    char *sheet = run_tool("unzip -p", path, "xl/worksheets/sheet1.xml");
    assert_non_null(strstr(sheet, "Иванов"));
    assert_null(strstr(sheet, "Петров Иван")); /* a list as a book shows no more than the list */
    assert_non_null(strstr(sheet, "подтверждено"));
    assert_null(strstr(sheet, id_of(s, "ivan")));
    free(sheet);
    unlink(path);
    school_close(s);
}

/* A form is printed, signed and scanned: here its PDF is made a picture, as a scanner would. */
static void paper_comes_back(void **state)
{
    (void)state;
    struct school *s = school_open();
    char pdf[64], png[64], values[400];
    ok(s, "teacher", "consent", "form", "{'class':'@9А','purpose':'processing'}");
    save(s, pdf, ".pdf");
    char *paper = run_tool("pdftotext -layout", pdf, "-");
    assert_non_null(strstr(paper, "Согласие на обработку персональных данных"));
    free(paper);
    char *info = run_tool("pdfinfo", pdf, "| grep Pages");
    int pages = atoi(strpbrk(info, "0123456789"));
    free(info);
    assert_true(pages >= 2);
    lt_print(values, sizeof values, "{'file':['<=%s']}", pdf);
    json_t *scan = json_deep_copy(ok(s, "teacher", "consent", "scan", "%s", values));
    assert_int_equal(json_array_size(at(scan, "pages")), pages);
    assert_string_equal(text(scan, "pages/0/outcome"), "found");
    assert_string_equal(text(scan, "pages/0/purpose"), "processing");
    assert_true(*text(scan, "pages/0/pupil_name") != 0);
    name_it(s, "scan", text(scan, "id"));
    /* a sheet without a code is told with its number; the same sheet twice too */
    lt_print(values, sizeof values, "{'scan':'@scan','file':['<scans/01-olympiad-diploma.pdf','<=%s','<scans/04-thanks-photo.jpg']}", pdf);
    json_t *more = ok(s, "teacher", "consent", "scan", "%s", values);
    char where[64];
    lt_print(where, sizeof where, "pages/%d/outcome", pages);
    assert_string_equal(text(more, where), "not_recognised");
    lt_print(where, sizeof where, "pages/%d/outcome", pages + 1);
    assert_string_equal(text(more, where), "duplicate");
    /* the page is a picture of its own, for whoever scanned it alone */
    ok(s, "teacher", "consent", "page", "{'scan':'@scan','page':1}");
    save(s, png, ".webp");
    unlink(png);
    refused(s, LT_NOTFOUND, "consent.scan_absent", "director", "consent", "scanned", "{'scan':'@scan'}");
    /* ivan's page is entered; his age asks for two signatures, and both stand on this paper */
    int mine = 0;
    json_t *p;
    size_t i;
    json_array_foreach(at(scan, "pages"), i, p) {
        if (strcmp(text(p, "pupil"), id_of(s, "ivan")) == 0) mine = (int)number(p, "page");
    }
    assert_true(mine > 0);
    json_t *given = ok(s, "teacher", "consent", "enter", "{'scan':'@scan','page':%d,'by':['@ivan','@mother'],'paper_date':'" YESTERDAY "'}", mine);
    assert_string_equal(text(given, "state"), "active");
    assert_string_equal(text(given, "acts/0/how"), "paper");
    assert_int_equal(strlen(text(given, "acts/0/sha256")), 64);
    assert_int_equal(json_array_size(at(given, "acts")), 2);
    refused(s, LT_CONFLICT, "consent.scan_entered", "teacher", "consent", "enter", "{'scan':'@scan','page':%d,'by':['@ivan','@mother'],'paper_date':'" YESTERDAY "'}", mine);
    /* a sheet whose code nobody could read is named by the person; a code that was read is not overruled */
    refused(s, LT_REFUSED, "consent.scan_unread", "teacher", "consent", "enter", "{'scan':'@scan','page':%d,'by':['@math'],'paper_date':'" YESTERDAY "'}", pages + 1);
    given = ok(s, "teacher", "consent", "enter", "{'scan':'@scan','page':%d,'pupil':'@ivan','purpose':'image','by':['@ivan','@mother'],'paper_date':'" YESTERDAY "'}", pages + 1);
    assert_string_equal(text(given, "purpose"), "image");
    refused(s, LT_NOTFOUND, "pupil.absent", "teacher", "consent", "enter",
            "{'scan':'@scan','page':%d,'pupil':'@petr','purpose':'image','by':['@petr','@mother_b'],'paper_date':'" YESTERDAY "'}", 2 * pages + 2);
    json_t *all = ok(s, "teacher", "class", "consents", "{'id':'@9А'}");
    assert_string_equal(text(item(all, "pupil", id_of(s, "ivan")), "processing"), "active");
    /* forms for those without one leave him out */
    ok(s, "teacher", "consent", "form", "{'class':'@9А','purpose':'processing','missing':true}");
    paper = words_of(s);
    assert_null(strstr(paper, "Иванов"));
    free(paper);
    ok(s, "teacher", "consent", "drop", "{'scan':'@scan'}");
    refused(s, LT_NOTFOUND, "consent.scan_absent", "teacher", "consent", "scanned", "{'scan':'@scan'}");
    json_decref(scan);
    unlink(pdf);
    school_close(s);
}

/* Whatever stands in a QR is a stranger's text. */
static void codes(void **state)
{
    (void)state;
    struct consent_code c;
    const char *const id = "01a20193-682d-7451-92c5-9b755fb69a90";
    char text[400];
    lt_print(text, sizeof text, "LTC1 %s %s processing -", id, id);
    assert_true(consent_code_parse(text, &c));
    assert_string_equal(c.pupil, id);
    assert_string_equal(c.target, "");
    lt_print(text, sizeof text, "LTC1 %s %s dissemination %s", id, id, id);
    assert_true(consent_code_parse(text, &c));
    assert_string_equal(c.target, id);
    const char *const bad[] = {"", "LTC1", "https://example.org/", "LTC2 %1$s %1$s processing -", "LTC1 %1$s %1$s theft -", "LTC1 %1$s ../../etc/passwd processing -",
                               "LTC1 %1$s %1$s processing - more", "LTC1 %1$s %1$s processing ../x", "LTC1 %1$s0 %1$s processing -"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        text[0] = 0;
        for (const char *b = bad[i]; *b; b++) {
            size_t n = strlen(text);
            if (strncmp(b, "%1$s", 4) == 0) lt_print(text + n, sizeof text - n, "%s", id), b += 3;
            else text[n] = *b, text[n + 1] = 0;
        }
        if (consent_code_parse(text, &c)) fail_msg("taken for a code: %s", text);
    }
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_false(consent_code_parse(text, &c));
}

/* Scans that were forgotten go. */
static void scans_end(void **state)
{
    (void)state;
    struct school *s = school_open();
    char dir[400];
    json_t *scan = ok(s, "teacher", "consent", "scan", "{'file':['<scans/01-olympiad-diploma.pdf']}");
    name_it(s, "scan", text(scan, "id"));
    lt_print(dir, sizeof dir, "%s/spool/scan-%s", s->dir, text(scan, "id"));
    struct timespec old[2] = {{.tv_sec = s->now / 1000 - 8 * 86400}, {.tv_sec = s->now / 1000 - 8 * 86400}};
    assert_int_equal(utimensat(AT_FDCWD, dir, old, 0), 0);
    struct lt_error err = {0};
    assert_int_equal(lt_app_hourly(s->app, "tester", &err), 0);
    assert_int_not_equal(access(dir, F_OK), 0);
    refused(s, LT_NOTFOUND, "consent.scan_absent", "teacher", "consent", "scanned", "{'scan':'@scan'}");
    school_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_at_once),   cmocka_unit_test(own_child),        cmocka_unit_test(board),
                                       cmocka_unit_test(slips),          cmocka_unit_test(own_settings),     cmocka_unit_test(lists_as_books),
                                       cmocka_unit_test(paper_comes_back), cmocka_unit_test(scans_end),
                                       cmocka_unit_test(codes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
