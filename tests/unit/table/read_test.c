/* Tables made in this file: CSV by the byte, small XLSX, ODS and XLS, and every limit. */
#include "table/table.h"

#include "base/text.h"

#include "../../support/table_samples.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static const struct table_env env = {.program = LETOPIS_BINARY_DIR "/tests/lt_child",
                                     .modules_dir = LETOPIS_BINARY_DIR "/modules"};

static int read_bytes(const void *data, size_t len, const struct table_limits *limits, struct table **out,
                      struct lt_error *err) {
    int fd = memfd_create("table", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    lt_error_clear(err);
    int rc = table_read(&env, fd, "список.csv", limits, out, err);
    close(fd);
    return rc;
}

static struct table *must_read(const void *data, size_t len) {
    struct table *t = NULL;
    struct lt_error err = {0};
    int rc = read_bytes(data, len, NULL, &t, &err);
    if (rc != 0)
        print_error("%s %s\n", err.code, lt_error_param(&err, "what") ? lt_error_param(&err, "what") : "");
    assert_int_equal(rc, 0);
    return t;
}

static void must_refuse(const void *data, size_t len, const struct table_limits *limits, const char *code) {
    struct table *t = NULL;
    struct lt_error err = {0};
    int rc = read_bytes(data, len, limits, &t, &err);
    if (strcmp(err.code, code) != 0)
        print_error("%d %s, want %s\n", rc, err.code, code);
    assert_int_equal(rc, LT_REFUSED);
    assert_string_equal(err.code, code);
    lt_error_clear(&err);
}

#define S(text) text, sizeof(text) - 1

static void expect(const struct table *t, uint32_t row, uint32_t column, enum table_type type, const char *text) {
    struct table_cell c;
    table_cell_at(t, 0, row, column, &c);
    if (c.type != type || strcmp(c.text, text) != 0)
        print_error("row %u column %u: type %d «%s»\n", row, column, c.type, c.text);
    assert_int_equal(c.type, type);
    assert_string_equal(c.text, text);
}

static void test_csv_plain(void **state) {
    struct table *t = must_read(S("\xef\xbb\xbfФИО;Класс;Балл\r\n\r\n\"Иванов; \"\"младший\"\"\";9А;\"две\nстроки\"\r\n"
                                  "Петров;;25,5\r\n1 234,50;00123;10-1"));
    struct table_cell c;
    (void)state;
    assert_int_equal(table_format(t), TABLE_CSV);
    assert_string_equal(table_encoding(t), "utf-8");
    assert_int_equal(table_separator(t), ';');
    assert_int_equal(table_sheets(t), 1);
    expect(t, 1, 1, TABLE_TEXT, "ФИО");
    expect(t, 2, 1, TABLE_EMPTY, "");
    expect(t, 3, 1, TABLE_TEXT, "Иванов; \"младший\"");
    expect(t, 3, 3, TABLE_TEXT, "две\nстроки");
    expect(t, 4, 2, TABLE_EMPTY, "");
    expect(t, 4, 3, TABLE_TEXT, "25,5");
    table_cell_at(t, 0, 4, 3, &c);
    assert_true((c.flags & TABLE_NUMBER_AS_TEXT) && c.number == 25.5);
    table_cell_at(t, 0, 5, 1, &c);
    assert_true((c.flags & TABLE_NUMBER_AS_TEXT) && c.number == 1234.5);
    table_cell_at(t, 0, 5, 2, &c);
    assert_true((c.flags & TABLE_NUMBER_AS_TEXT) && c.number == 123);
    table_cell_at(t, 0, 5, 3, &c);
    assert_false(c.flags & TABLE_NUMBER_AS_TEXT);
    assert_int_equal(table_last_row(t, 0), 5);
    assert_int_equal(table_last_column(t, 0), 3);
    assert_int_equal(table_rows(t, 0), 4);
    assert_int_equal(table_row_number(t, 0, 1), 3);
    table_free(t);
}

static void test_csv_kinds(void **state) {
    struct table *t = must_read(S("\xd4\xc8\xce,\xea\xeb\xe0\xf1\xf1\n\xc8\xe2\xe0\xed\xee\xe2,9\xc0\n"));
    (void)state;
    assert_string_equal(table_encoding(t), "windows-1251");
    expect(t, 2, 1, TABLE_TEXT, "Иванов");
    expect(t, 2, 2, TABLE_TEXT, "9А");
    table_free(t);
    t = must_read(S("\xff\xfe\x18\x04\t\0" "1\0\n\0\x18\x04\t\0" "2\0"));
    assert_string_equal(table_encoding(t), "utf-16");
    assert_int_equal(table_separator(t), '\t');
    expect(t, 2, 2, TABLE_TEXT, "2");
    table_free(t);
    t = must_read(S("\xfe\xff\x04\x18\0;\0" "1"));
    expect(t, 1, 1, TABLE_TEXT, "И");
    table_free(t);
    t = must_read(S("sep=,\na;b,c\n")); /* told, although ; would do */
    expect(t, 2, 1, TABLE_TEXT, "a;b");
    table_free(t);
    t = must_read(S("Петров Пётр\nИванов Иван\n")); /* one column */
    assert_int_equal(table_separator(t), 0);
    expect(t, 2, 1, TABLE_TEXT, "Иванов Иван");
    table_free(t);
    t = must_read(S("ФИО;Балл\nИванов;4,5\nПетров;3,5\n")); /* as many commas as semicolons, but not in the header */
    assert_int_equal(table_separator(t), ';');
    expect(t, 2, 2, TABLE_TEXT, "4,5");
    table_free(t);
    t = must_read(S("a,b\rc,d\r")); /* old Mac */
    expect(t, 2, 2, TABLE_TEXT, "d");
    table_free(t);
}

/* The encodings that Russian tables of other programs and years are in, each told from the others by what it would say. */
static void test_csv_encodings(void **state) {
    (void)state;
    static const struct {
        const char *name, *bytes;
        size_t len;
    } files[] = {
        {"windows-1251", "\xd4\xc8\xce\x3b\xca\xeb\xe0\xf1\xf1\x3b\xd1\xf2\xe0\xf2\xf3\xf1\x0a\xa8\xeb\xea\xe8\xed\xe0\x20\xc0\xed\xed\xe0\x20\xd1\xe5\xf0"
         "\xe3\xe5\xe5\xe2\xed\xe0\x3b\x39\xc0\x3b\xef\xf0\xe8\xe7\xb8\xf0\x0a\xd9\xf3\xea\xe8\xed\x20\xcf\xb8\xf2\xf0\x3b\x31\x30\xc1\x3b"
         "\xf3\xf7\xe0\xf1\xf2\xed\xe8\xea\x0a", 73},
        {"cp866", "\x94\x88\x8e\x3b\x8a\xab\xa0\xe1\xe1\x3b\x91\xe2\xa0\xe2\xe3\xe1\x0a\xf0\xab\xaa\xa8\xad\xa0\x20\x80\xad\xad\xa0\x20\x91\xa5\xe0"
         "\xa3\xa5\xa5\xa2\xad\xa0\x3b\x39\x80\x3b\xaf\xe0\xa8\xa7\xf1\xe0\x0a\x99\xe3\xaa\xa8\xad\x20\x8f\xf1\xe2\xe0\x3b\x31\x30\x81\x3b"
         "\xe3\xe7\xa0\xe1\xe2\xad\xa8\xaa\x0a", 73},
        {"koi8-r", "\xe6\xe9\xef\x3b\xeb\xcc\xc1\xd3\xd3\x3b\xf3\xd4\xc1\xd4\xd5\xd3\x0a\xb3\xcc\xcb\xc9\xce\xc1\x20\xe1\xce\xce\xc1\x20\xf3\xc5\xd2"
         "\xc7\xc5\xc5\xd7\xce\xc1\x3b\x39\xe1\x3b\xd0\xd2\xc9\xda\xa3\xd2\x0a\xfd\xd5\xcb\xc9\xce\x20\xf0\xa3\xd4\xd2\x3b\x31\x30\xe2\x3b"
         "\xd5\xde\xc1\xd3\xd4\xce\xc9\xcb\x0a", 73},
        {"mac-cyrillic", "\x94\x88\x8e\x3b\x8a\xeb\xe0\xf1\xf1\x3b\x91\xf2\xe0\xf2\xf3\xf1\x0a\xdd\xeb\xea\xe8\xed\xe0\x20\x80\xed\xed\xe0\x20\x91\xe5\xf0"
         "\xe3\xe5\xe5\xe2\xed\xe0\x3b\x39\x80\x3b\xef\xf0\xe8\xe7\xde\xf0\x0a\x99\xf3\xea\xe8\xed\x20\x8f\xde\xf2\xf0\x3b\x31\x30\x81\x3b"
         "\xf3\xf7\xe0\xf1\xf2\xed\xe8\xea\x0a", 73},
        {"utf-16", "\x24\x04\x18\x04\x1e\x04\x3b\x00\x1a\x04\x3b\x04\x30\x04\x41\x04\x41\x04\x3b\x00\x21\x04\x42\x04\x30\x04\x42\x04\x43\x04\x41\x04"
         "\x0a\x00\x01\x04\x3b\x04\x3a\x04\x38\x04\x3d\x04\x30\x04\x20\x00\x10\x04\x3d\x04\x3d\x04\x30\x04\x20\x00\x21\x04\x35\x04\x40\x04"
         "\x33\x04\x35\x04\x35\x04\x32\x04\x3d\x04\x30\x04\x3b\x00\x39\x00\x10\x04\x3b\x00\x3f\x04\x40\x04\x38\x04\x37\x04\x51\x04\x40\x04"
         "\x0a\x00\x29\x04\x43\x04\x3a\x04\x38\x04\x3d\x04\x20\x00\x1f\x04\x51\x04\x42\x04\x40\x04\x3b\x00\x31\x00\x30\x00\x11\x04\x3b\x00"
         "\x43\x04\x47\x04\x30\x04\x41\x04\x42\x04\x3d\x04\x38\x04\x3a\x04\x0a\x00", 146},
        {"utf-16", "\x04\x24\x04\x18\x04\x1e\x00\x3b\x04\x1a\x04\x3b\x04\x30\x04\x41\x04\x41\x00\x3b\x04\x21\x04\x42\x04\x30\x04\x42\x04\x43\x04\x41"
         "\x00\x0a\x04\x01\x04\x3b\x04\x3a\x04\x38\x04\x3d\x04\x30\x00\x20\x04\x10\x04\x3d\x04\x3d\x04\x30\x00\x20\x04\x21\x04\x35\x04\x40"
         "\x04\x33\x04\x35\x04\x35\x04\x32\x04\x3d\x04\x30\x00\x3b\x00\x39\x04\x10\x00\x3b\x04\x3f\x04\x40\x04\x38\x04\x37\x04\x51\x04\x40"
         "\x00\x0a\x04\x29\x04\x43\x04\x3a\x04\x38\x04\x3d\x00\x20\x04\x1f\x04\x51\x04\x42\x04\x40\x00\x3b\x00\x31\x00\x30\x04\x11\x00\x3b"
         "\x04\x43\x04\x47\x04\x30\x04\x41\x04\x42\x04\x3d\x04\x38\x04\x3a\x00\x0a", 146},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct table *t = must_read(files[i].bytes, files[i].len);
        assert_string_equal(table_encoding(t), files[i].name);
        expect(t, 2, 1, TABLE_TEXT, "Ёлкина Анна Сергеевна");
        expect(t, 2, 3, TABLE_TEXT, "призёр");
        expect(t, 3, 1, TABLE_TEXT, "Щукин Пётр");
        table_free(t);
    }
}

static void test_not_tables(void **state) {
    (void)state;
    must_refuse(S("\xef\xbb\xbf <html><table><tr><td>1</td></tr></table></html>"), NULL, "table.html");
    must_refuse(S("<?xml version=\"1.0\"?><Workbook/>"), NULL, "table.xml");
    must_refuse(S("\n\n<!-- выгрузка -->\n<style>td{}</style><table><tr><td>ФИО</td></tr></table>"), NULL, "table.html");
    must_refuse(S("<div><table><tr><td>ФИО</td></tr></table></div>"), NULL, "table.html");
    must_refuse(S("MIME-Version: 1.0\nContent-Type: multipart/related\n\n"), NULL, "table.html");
    must_refuse(S("\xff\xfe<\0h\0t\0m\0l\0>\0"), NULL, "table.html");
    must_refuse(S("ID;PWXL;N;E\nC;Y1;X1;K\"a\"\nE\n"), NULL, "table.not_a_table");
    must_refuse(S("%PDF-1.7 ..."), NULL, "table.not_a_table");
    must_refuse(S("a,b\0c"), NULL, "table.not_a_table");
    must_refuse(S("\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2;\xc8\xe2\xe0\xed"), NULL, "table.encoding"); /* two encodings in one text */
    must_refuse(S("a;\"b\n"), NULL, "table.open_quote");
    must_refuse(S("\x09\x08\x08\x00\x00\x05"), NULL, "table.old_xls");
    must_refuse(S("PK\3\4 not a zip"), NULL, "table.damaged");
    must_refuse(S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 short"), NULL, "table.not_a_table");
    must_refuse("", 0, NULL, "table.empty");
}

static void test_limits(void **state) {
    static const char sheet[] = "a,b,c\n1,2,3\n4,5,6\n";
    struct table *t = NULL;
    struct lt_error err = {0};
    (void)state;
    must_refuse(sheet, sizeof sheet - 1, &(struct table_limits){.rows = 2}, "table.too_many_rows");
    must_refuse(sheet, sizeof sheet - 1, &(struct table_limits){.columns = 2}, "table.too_many_columns");
    must_refuse(sheet, sizeof sheet - 1, &(struct table_limits){.cells = 8}, "table.too_many_cells");
    must_refuse(sheet, sizeof sheet - 1, &(struct table_limits){.file_bytes = 10}, "table.too_large");
    must_refuse(S("a,b\nc,длинная\n"), &(struct table_limits){.cell_chars = 6}, "table.cell_too_long");
    assert_int_equal(read_bytes(S("a,b\nc,длинная\n"), &(struct table_limits){.cell_chars = 6}, &t, &err), LT_REFUSED);
    assert_string_equal(lt_error_param(&err, "row"), "2");
    assert_string_equal(lt_error_param(&err, "column"), "B");
    assert_int_equal(read_bytes(sheet, sizeof sheet - 1, &(struct table_limits){.rows = 3, .columns = 3, .cells = 9, .cell_chars = 1},
                                &t, &err), 0);
    table_free(t);
    lt_error_clear(&err);
}

static struct table *read_zip(struct zip_maker *z) {
    struct table *t = must_read(z->data, z->len);
    zip_maker_free(z);
    return t;
}

static void test_xlsx(void **state) {
    struct zip_maker z = {0};
    struct table_cell c;
    (void)state;
    sample_xlsx(&z, "<cols><col min=\"3\" max=\"3\" hidden=\"1\"/></cols><sheetData>"
                    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"
                    "<row r=\"2\" hidden=\"1\"><c r=\"A2\" s=\"1\"><v>40607</v></c><c r=\"B2\" s=\"2\"><v>40607</v></c>"
                    "<c r=\"C2\" s=\"3\"><v>42</v></c><c r=\"D2\" s=\"4\"><v>0.85</v></c><c r=\"E2\" s=\"5\"><v>1.25</v></c></row>"
                    "<row r=\"4\"><c r=\"A4\"><f>1+1</f><v>2</v></c><c r=\"B4\"><f>X</f></c><c r=\"C4\" t=\"str\"><f>Y</f><v></v></c>"
                    "<c r=\"D4\" t=\"b\"><v>0</v></c><c r=\"E4\" t=\"e\"><v>#REF!</v></c></row>"
                    "<row r=\"5\"><c t=\"inlineStr\"><is><t>a&#xFDD0;b_x0041__x000A_</t></is></c></row>"
                    "<row r=\"7\"><c r=\"B7\" s=\"1\"/></row></sheetData>"
                    "<mergeCells><mergeCell ref=\"A1:A2\"/><mergeCell ref=\"D2:E3\"/></mergeCells>", "");
    struct table *t = read_zip(&z);
    assert_string_equal(table_sheet_name(t, 0), "Список");
    expect(t, 1, 1, TABLE_TEXT, "Иванов");
    expect(t, 1, 2, TABLE_TEXT, "Петров");
    expect(t, 2, 1, TABLE_DATE, "05.03.2011"); /* its own value is not overwritten by the merged one */
    expect(t, 2, 2, TABLE_DATE, "5 марта 2011");
    expect(t, 2, 3, TABLE_NUMBER, "00042");
    expect(t, 2, 4, TABLE_NUMBER, "85%");
    expect(t, 3, 4, TABLE_NUMBER, "85%"); /* merged */
    table_cell_at(t, 0, 3, 4, &c);
    assert_int_equal(c.flags, TABLE_MERGED);
    table_cell_at(t, 0, 2, 5, &c);
    assert_int_equal(c.type, TABLE_TIME);
    assert_string_equal(c.iso, "30:00:00");
    table_cell_at(t, 0, 2, 3, &c);
    assert_int_equal(c.flags, TABLE_HIDDEN_ROW | TABLE_HIDDEN_COLUMN);
    expect(t, 4, 1, TABLE_NUMBER, "2");
    table_cell_at(t, 0, 4, 2, &c);
    assert_true(c.type == TABLE_EMPTY && c.flags == TABLE_FORMULA);
    table_cell_at(t, 0, 4, 3, &c);
    assert_true(c.type == TABLE_TEXT && c.flags == (TABLE_FORMULA | TABLE_HIDDEN_COLUMN));
    expect(t, 4, 4, TABLE_BOOL, "ЛОЖЬ");
    expect(t, 4, 5, TABLE_ERROR, "#REF!");
    expect(t, 5, 1, TABLE_TEXT, "a\xef\xbf\xbd" "bA\n"); /* what is no character becomes U+FFFD */
    assert_int_equal(table_last_row(t, 0), 5); /* a look without a value is no row */
    table_free(t);
}

static void test_xlsx_1904_and_refusals(void **state) {
    struct zip_maker z = {0};
    struct table_cell c;
    (void)state;
    sample_xlsx(&z, "<sheetData><row><c s=\"1\"><v>39145</v></c></row></sheetData>", "<workbookPr date1904=\"1\"/>");
    struct table *t = read_zip(&z);
    assert_true(table_date_1904(t));
    table_cell_at(t, 0, 1, 1, &c);
    assert_string_equal(c.iso, "2011-03-05");
    assert_true(c.number == 40607);
    table_free(t);
    sample_xlsx(&z, "<sheetData><row r=\"1048576\"><c><v>1</v></c></row></sheetData>", "");
    must_refuse(z.data, z.len, NULL, "table.too_many_rows");
    zip_maker_free(&z);
    sample_xlsx(&z, "<sheetData><row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row></sheetData>", "");
    must_refuse(z.data, z.len, NULL, "table.too_many_columns");
    zip_maker_free(&z);
    sample_xlsx(&z, "<sheetData><row><c t=\"s\"><v>7</v></c></row></sheetData>", "");
    must_refuse(z.data, z.len, NULL, "table.damaged");
    zip_maker_free(&z);
    sample_xlsx(&z, "<sheetData><row></sheetData>", "");
    must_refuse(z.data, z.len, NULL, "table.damaged");
    zip_maker_free(&z);
    /* Areas that cover each other: what they would repeat counts as cells. */
    sample_xlsx(&z, "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"AZ1\"><v>1</v></c></row>"
                    "<row r=\"90000\"><c r=\"A90000\"><v>1</v></c></row></sheetData>"
                    "<mergeCells><mergeCell ref=\"A1:AZ99999\"/></mergeCells>", "");
    must_refuse(z.data, z.len, NULL, "table.too_many_cells");
    zip_maker_free(&z);
}

#define CELL(attributes, text) "<table:table-cell " attributes "><text:p>" text "</text:p></table:table-cell>"

static void test_ods(void **state) {
    struct zip_maker z = {0};
    struct table_cell c;
    (void)state;
    sample_ods(&z, "<table:table-column table:number-columns-repeated=\"2\"/><table:table-column table:visibility=\"collapse\"/>"
                   "<table:table-row>" CELL("office:value-type=\"string\" table:number-rows-spanned=\"2\"",
                                            "<text:span>а</text:span><text:s text:c=\"2\"/>б  в<text:tab/>г")
                   CELL("office:value-type=\"date\" office:date-value=\"2011-03-05\"", "###")
                   CELL("office:value-type=\"float\" office:value=\"0.30000000000000004\"", "0,3") "</table:table-row>"
                   "<table:table-row table:number-rows-repeated=\"3\"><table:covered-table-cell/>"
                   CELL("table:number-columns-repeated=\"2\" office:value-type=\"time\" office:time-value=\"PT30H00M00S\"", "30:00")
                   "</table:table-row><table:table-row table:number-rows-repeated=\"1048572\">"
                   "<table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>");
    struct table *t = read_zip(&z);
    expect(t, 1, 1, TABLE_TEXT, "а  б в\tг");
    expect(t, 2, 1, TABLE_TEXT, "а  б в\tг");
    expect(t, 1, 2, TABLE_DATE, "05.03.2011");
    expect(t, 1, 3, TABLE_NUMBER, "0,3");
    table_cell_at(t, 0, 4, 3, &c);
    assert_true(c.type == TABLE_TIME && c.flags == TABLE_HIDDEN_COLUMN);
    assert_string_equal(c.iso, "30:00:00");
    assert_int_equal(table_last_row(t, 0), 4);
    table_free(t);
    sample_ods(&z, "<table:table-row table:number-rows-repeated=\"1048576\">" CELL("office:value-type=\"string\"", "x")
                   "</table:table-row>");
    must_refuse(z.data, z.len, NULL, "table.too_many_rows");
    zip_maker_free(&z);
    sample_ods(&z, "<table:table-row>" CELL("table:number-columns-repeated=\"16384\" office:value-type=\"string\"", "x")
                   "</table:table-row>");
    must_refuse(z.data, z.len, NULL, "table.too_many_columns");
    zip_maker_free(&z);
}

static void test_xls(void **state) {
    size_t len;
    unsigned char *file = sample_xls(&len);
    struct table *t = must_read(file, len);
    struct table_cell c;
    (void)state;
    assert_int_equal(table_format(t), TABLE_XLS);
    assert_int_equal(table_sheets(t), 2);
    assert_string_equal(table_sheet_name(t, 0), "List");
    assert_true(table_sheet_hidden(t, 1) && !table_sheet_hidden(t, 0));
    expect(t, 1, 1, TABLE_TEXT, "Ok");
    expect(t, 1, 2, TABLE_TEXT, "Иван");
    expect(t, 2, 1, TABLE_NUMBER, "2.5");
    expect(t, 2, 2, TABLE_DATE, "05.03.2011");
    expect(t, 3, 1, TABLE_BOOL, "ИСТИНА");
    expect(t, 3, 2, TABLE_ERROR, "#N/A");
    expect(t, 3, 3, TABLE_TEXT, "abc");
    table_cell_at(t, 0, 3, 3, &c);
    assert_int_equal(c.flags, TABLE_FORMULA | TABLE_HIDDEN_COLUMN);
    table_cell_at(t, 0, 4, 1, &c);
    assert_true(c.type == TABLE_BOOL && c.flags == TABLE_MERGED);
    table_cell_at(t, 0, 2, 1, &c);
    assert_int_equal(c.flags, TABLE_HIDDEN_ROW);
    table_free(t);
    free(file);
}

static void test_column_names(void **state) {
    char name[TABLE_COLUMN_NAME];
    (void)state;
    assert_string_equal(table_column_name(1, name), "A");
    assert_string_equal(table_column_name(26, name), "Z");
    assert_string_equal(table_column_name(27, name), "AA");
    assert_string_equal(table_column_name(703, name), "AAA");
    assert_string_equal(table_column_name(16384, name), "XFD");
    assert_string_equal(table_column_name(0, name), "");
}

/* As large as a table may be: 200 000 rows of 10 cells. */
static void test_large(void **state) {
    struct lt_buf b = LT_BUF_INIT(64 << 20);
    (void)state;
    for (int i = 0; i < 200000; i++)
        lt_buf_addf(&b, "%d;9А;Ив;25,5;;;x;y;z;%d;ещё;1\n", i, i * 7);
    struct table *t = must_read(b.data, b.len);
    assert_int_equal(table_rows(t, 0), 200000);
    expect(t, 200000, 1, TABLE_TEXT, "199999");
    print_message("2 000 000 cells: %zu MiB\n", table_memory(t) >> 20);
    table_free(t);
    lt_buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_plain),   cmocka_unit_test(test_csv_kinds), cmocka_unit_test(test_csv_encodings), cmocka_unit_test(test_not_tables),
        cmocka_unit_test(test_limits),      cmocka_unit_test(test_xlsx),      cmocka_unit_test(test_xlsx_1904_and_refusals),
        cmocka_unit_test(test_ods),         cmocka_unit_test(test_xls),       cmocka_unit_test(test_column_names),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
