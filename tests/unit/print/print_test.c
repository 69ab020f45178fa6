/* Paper and sheets as a person gets them: the PDF's words can be found and copied, each page has its number, a table repeats its head, a QR
 * can be scanned; a workbook opens with texts as texts. */
#include "print/print.h"

#include "base/json.h"
#include "base/text.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct print_env env = {.program = LETOPIS_BINARY_DIR "/letopis", .modules_dir = LETOPIS_BINARY_DIR "/modules"};

static int temp_file(char path[64])
{
    lt_print(path, 64, "/tmp/letopis-print-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    return fd;
}

/* What a program says about a file; malloc'ed. */
static char *ask(const char *before, const char *path, const char *behind)
{
    char command[512];
    lt_print(command, sizeof command, "%s %s %s", before, path, behind);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    struct lt_buf b = LT_BUF_INIT(8 << 20);
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) lt_buf_add(&b, part, n);
    assert_int_equal(pclose(f), 0);
    return lt_buf_take(&b, NULL);
}

static size_t times(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text += strlen(word)) n++;
    return n;
}

static unsigned pdf_to(json_t *doc, char path[64])
{
    struct lt_error err = {0};
    unsigned pages = 0;
    int fd = temp_file(path);
    assert_non_null(doc);
    int rc = print_pdf(&env, doc, fd, &pages, &err);
    if (rc) print_error("%s %s\n", err.code, lt_error_param(&err, "why") ? lt_error_param(&err, "why") : "");
    assert_int_equal(rc, 0);
    close(fd);
    json_decref(doc);
    return pages;
}

static void words_come_back(void **state)
{
    (void)state;
    char path[64];
    json_t *doc = json_loads("{\"title\":\"Карточки\",\"footer\":\"Школа № 7\",\"blocks\":["
                             "{\"type\":\"heading\",\"level\":1,\"text\":\"Карточка входа\"},"
                             "{\"type\":\"text\",\"text\":\"Уважаемые родители, ёжик объявляет «съезд».\\nВторая строка\"},"
                             "{\"type\":\"fields\",\"rows\":[[\"Логин\",\"u1234567\"]],\"mono\":true},"
                             "{\"type\":\"side\",\"left\":[{\"type\":\"list\",\"marks\":\"box\",\"items\":[\"фамилия и имя\"]}],"
                             "\"right\":[{\"type\":\"qr\",\"text\":\"letopis:form\"}]},"
                             "{\"type\":\"sign\",\"items\":[{\"label\":\"Подпись\",\"hint\":\"подпись\"},{\"hint\":\"дата\"}]},"
                             "{\"type\":\"cut\"},{\"type\":\"page\"},"
                             "{\"type\":\"group\",\"box\":true,\"blocks\":[{\"type\":\"text\",\"text\":\"Другой лист\"}]}]}", 0, NULL);
    assert_int_equal(pdf_to(doc, path), 2);
    char *text = ask("pdftotext -layout", path, "-"), *info = ask("pdfinfo", path, ""), *fonts = ask("pdffonts", path, "");
    assert_non_null(strstr(text, "Карточка входа"));
    assert_non_null(strstr(text, "ёжик объявляет «съезд»."));
    assert_non_null(strstr(text, "u1234567"));
    assert_non_null(strstr(text, "фамилия и имя"));
    assert_non_null(strstr(text, "Школа № 7"));
    assert_non_null(strstr(text, "1/2"));
    assert_non_null(strstr(text, "2/2"));
    assert_non_null(strstr(info, "Карточки"));
    assert_non_null(strstr(info, "A4"));
    assert_null(strstr(fonts, " no  ")); /* every font is inside the file */
    free(text);
    free(info);
    free(fonts);
    unlink(path);
}

static json_t *long_table(size_t n)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(rows, json_pack("[i, s]", (int)i + 1, "Ученик класса с длинным именем, которое не помещается в одну строку ячейки"));
    return json_pack("{s:[{s:s, s:[{s:s, s:f, s:s}, {s:s, s:f}], s:o}]}", "blocks", "type", "table", "columns", "title", "№", "width", 0.2,
                     "align", "right", "title", "Фамилия, имя", "width", 1.0, "rows", rows);
}

static void table_goes_on(void **state)
{
    (void)state;
    char path[64], last[16];
    unsigned pages = pdf_to(long_table(150), path);
    assert_in_range(pages, 3, 12);
    char *text = ask("pdftotext -layout", path, "-");
    assert_int_equal(times(text, "Фамилия, имя"), pages);
    lt_print(last, sizeof last, "%u/%u", pages, pages);
    assert_non_null(strstr(text, last));
    for (int i = 1; i <= 150; i++) {
        char number[16];
        lt_print(number, sizeof number, "%d", i);
        assert_non_null(strstr(text, number));
    }
    assert_int_equal(times(text, "Ученик класса"), 150);
    free(text);
    unlink(path);
}

static void refused(json_t *doc, const char *code, bool sheet)
{
    struct lt_error err = {0};
    char path[64];
    int fd = temp_file(path);
    assert_int_equal(sheet ? print_xlsx(&env, doc, fd, &err) : print_pdf(&env, doc, fd, NULL, &err), LT_REFUSED);
    assert_string_equal(err.code, code);
    close(fd);
    unlink(path);
    json_decref(doc);
    lt_error_clear(&err);
}

static void mistakes_are_told(void **state)
{
    (void)state;
    refused(json_pack("{s:[{s:s}]}", "blocks", "type", "picture"), "print.malformed", false);
    refused(json_pack("{s:s}", "title", "nothing"), "print.malformed", false);
    refused(json_pack("{s:[{s:s, s:[]}]}", "blocks", "type", "table", "columns"), "print.malformed", false);
    json_t *deep = json_pack("{s:s, s:[]}", "type", "group", "blocks");
    for (int i = 0; i < 12; i++) deep = json_pack("{s:s, s:[o]}", "type", "group", "blocks", deep);
    refused(json_pack("{s:[o]}", "blocks", deep), "print.malformed", false);
    refused(json_pack("{s:[]}", "sheets"), "print.malformed", true);
    json_t *blocks = json_array();
    for (unsigned i = 0; i <= PRINT_MAX_PAGES; i++) json_array_append_new(blocks, json_pack("{s:s}", "type", "page"));
    refused(json_pack("{s:o}", "blocks", blocks), "print.pages", false);
}

static void sheet_opens(void **state)
{
    (void)state;
    struct lt_error err = {0};
    char path[64];
    int fd = temp_file(path);
    json_t *book = json_loads("{\"title\":\"Список\",\"offset\":180,\"sheets\":[{\"name\":\"7А: список / март\",\"notes\":[\"Школа\"],"
                              "\"columns\":[{\"title\":\"Имя\"},{\"title\":\"Дата\",\"type\":\"date\"},{\"title\":\"Внесено\",\"type\":\"instant\"},"
                              "{\"title\":\"Баллы\",\"type\":\"number\"},{\"title\":\"Есть\"}],"
                              "\"rows\":[[\"=1+1\",\"2026-03-05\",\"2026-03-05T21:30:00Z\",12.5,true],[\"<Ё & Ю>\\u0007\",\"весной\",null,3,null],[\"007\"]]},"
                              "{\"name\":\"7А: список / март\",\"columns\":[{\"title\":\"A\"}],\"rows\":[]}]}", 0, NULL);
    assert_non_null(book);
    int rc = print_xlsx(&env, book, fd, &err);
    if (rc) print_error("%s %s\n", err.code, lt_error_param(&err, "why") ? lt_error_param(&err, "why") : "");
    assert_int_equal(rc, 0);
    char *sheet = ask("unzip -p", path, "xl/worksheets/sheet1.xml"), *workbook = ask("unzip -p", path, "xl/workbook.xml");
    free(ask("unzip -tq", path, ""));
    assert_non_null(strstr(sheet, "<is><t xml:space=\"preserve\">=1+1</t></is>"));
    assert_null(strstr(sheet, "<f>"));
    assert_non_null(strstr(sheet, "&lt;Ё &amp; Ю&gt;</t>"));
    assert_non_null(strstr(sheet, ">007</t>"));
    assert_non_null(strstr(sheet, "<v>46086</v>"));       /* 5 March 2026 as Excel counts days */
    assert_non_null(strstr(sheet, "<v>46087.02083</v>")); /* half past midnight in Moscow */
    assert_non_null(strstr(sheet, ">весной</t>"));
    assert_non_null(strstr(sheet, "<v>12.5</v>"));
    /* the table has a frame, also where nothing stands, so that what is written there by hand or typed stays in it; not so what stands below it */
    assert_non_null(strstr(sheet, "<c r=\"C4\" s=\"6\"></c>"));
    assert_non_null(strstr(sheet, "<c r=\"A5\" s=\"10\""));
    assert_null(strstr(sheet, "<c r=\"B5\""));
    assert_non_null(strstr(workbook, "name=\"7А  список   март\""));
    assert_non_null(strstr(workbook, "name=\"7А  список   март 2\""));
    free(sheet);
    free(workbook);
    json_decref(book);
    close(fd);
    unlink(path);
}

/* What is wrapped gets its own height: programs that open a file do not give it. */
static void long_texts_do_not_lie_over_the_row_below(void **state)
{
    (void)state;
    struct lt_error err = {0};
    char path[64];
    int fd = temp_file(path);
    json_t *book = json_loads("{\"title\":\"Список\",\"sheets\":[{\"name\":\"7А\",\"columns\":[{\"title\":\"Имя\",\"width\":10},{\"title\":\"Что нужно\",\"width\":20}],"
                              "\"rows\":[[\"Анна\",\"Сила: нет результата; Гибкость: нет результата\"],[\"Ия\",\"Сила\"],[\"Ян\",\"две\\nстроки\"]]},"
                              "{\"name\":\"7Б\",\"lines\":2,\"columns\":[{\"title\":\"Имя\"},{\"title\":\"Подпись\"}],\"rows\":[[\"Анна\",null],[\"Директор\"]]}]}", 0, NULL);
    assert_non_null(book);
    assert_int_equal(print_xlsx(&env, book, fd, &err), 0);
    char *sheet = ask("unzip -p", path, "xl/worksheets/sheet1.xml"), *other = ask("unzip -p", path, "xl/worksheets/sheet2.xml");
    assert_non_null(strstr(sheet, "<row r=\"1\"><c"));
    assert_non_null(strstr(sheet, "<row r=\"2\" ht=\"45\">"));
    assert_non_null(strstr(sheet, "<row r=\"3\"><c"));
    assert_non_null(strstr(sheet, "<row r=\"4\" ht=\"30\">"));
    assert_non_null(strstr(other, "<row r=\"2\" ht=\"30\">")); /* room to sign */
    assert_non_null(strstr(other, "<row r=\"3\"><c"));
    free(sheet);
    free(other);
    json_decref(book);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words_come_back), cmocka_unit_test(table_goes_on), cmocka_unit_test(mistakes_are_told),
                                       cmocka_unit_test(sheet_opens), cmocka_unit_test(long_texts_do_not_lie_over_the_row_below)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
