/* Damaged files: whatever is done to the bytes of a table, the parent gets a table or a refusal and lives on. A child that crashes is a
 * refusal too, but each one is named here: our readers are not meant to. LETOPIS_MUTATIONS sets how many of each kind (100). */
#include "table/table.h"

#include "base/fs.h"
#include "base/text.h"

#include "../../support/table_samples.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct table_env env = {.program = LETOPIS_BINARY_DIR "/tests/lt_child",
                                     .modules_dir = LETOPIS_BINARY_DIR "/modules", .deadline_ms = 10000};

static uint64_t state_of_random = 42;

static uint32_t dice(uint32_t below) { /* xorshift: the same run after run */
    state_of_random ^= state_of_random << 13;
    state_of_random ^= state_of_random >> 7;
    state_of_random ^= state_of_random << 17;
    return (uint32_t)(state_of_random >> 20) % below;
}

static void mutate(unsigned char *data, size_t *len) {
    static const uint32_t odd[] = {0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    uint32_t n = 1 + dice(8);
    for (uint32_t i = 0; i < n; i++) {
        size_t at = dice((uint32_t)*len);
        switch (dice(4)) {
        case 0: data[at] ^= (unsigned char)(1u << dice(8)); break;
        case 1: data[at] = (unsigned char)dice(256); break;
        case 2:
            for (unsigned k = 0; k < 4 && at + k < *len; k++)
                data[at + k] = (unsigned char)(odd[dice(10)] >> (8 * k));
            break;
        default: {
            size_t to = dice((uint32_t)*len), take = dice(64);
            for (size_t k = 0; k < take && at + k < *len && to + k < *len; k++)
                data[to + k] = data[at + k];
        }
        }
    }
    if (dice(10) == 0)
        *len = 1 + dice((uint32_t)*len);
}

/* What came of one kind. */
struct tally {
    const char *what;
    int read, refused, crashed;
};

static int rounds(void) {
    const char *set = getenv("LETOPIS_MUTATIONS");
    return set ? atoi(set) : 100;
}

static void try_one(struct tally *tally, int round, const void *data, size_t len) {
    struct table *t = NULL;
    struct lt_error err = {0};
    int fd = memfd_create("table", MFD_CLOEXEC);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    int rc = table_read(&env, fd, "x", NULL, &t, &err);
    close(fd);
    assert_true(rc == 0 || rc == LT_REFUSED);
    if (lt_starts(err.code, "sandbox.")) {
        print_error("%s, round %d: %s\n", tally->what, round, err.code);
        tally->crashed++;
    } else if (rc == 0)
        tally->read++;
    else
        tally->refused++;
    table_free(t);
    lt_error_clear(&err);
}

static void conclude(const struct tally *tally) {
    print_message("%s: %d read, %d refused, %d crashed\n", tally->what, tally->read, tally->refused, tally->crashed);
    errno = 0;
    assert_true(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    assert_int_equal(tally->crashed, 0);
}

static void run(const char *what, const unsigned char *sample, size_t len) {
    struct tally tally = {.what = what};
    unsigned char *copy = malloc(len);
    assert_non_null(copy);
    for (int i = 0; i < rounds(); i++) {
        size_t now = len;
        memcpy(copy, sample, len);
        mutate(copy, &now);
        try_one(&tally, i, copy, now);
    }
    free(copy);
    conclude(&tally);
}

/* The text inside is damaged, the archive around it is whole: check sums do not stand before the parser. */
static void run_inside(const char *what, const char *text, void (*make)(struct zip_maker *z, const char *text)) {
    struct tally tally = {.what = what};
    char *copy = malloc(strlen(text) + 1);
    assert_non_null(copy);
    for (int i = 0; i < rounds(); i++) {
        struct zip_maker z = {0};
        size_t now = strlen(text), at = dice((uint32_t)now);
        memcpy(copy, text, now + 1);
        if (dice(2) == 0) { /* a number becomes another */
            size_t digit = at + strcspn(copy + at, "0123456789");
            if (copy[digit])
                copy[digit] = (char)('0' + dice(10));
        } else
            mutate((unsigned char *)copy, &now);
        copy[now] = 0;
        make(&z, copy);
        try_one(&tally, i, z.data, z.len);
        zip_maker_free(&z);
    }
    free(copy);
    conclude(&tally);
}

static void test_xls(void **state) {
    size_t len;
    unsigned char *file = sample_xls(&len);
    (void)state;
    run("xls", file, len);
    free(file);
}

#define XLSX_SHEET                                                                                                        \
    "<cols><col min=\"3\" max=\"3\" hidden=\"1\"/></cols><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c>"           \
    "<c r=\"B1\" t=\"s\"><v>1</v></c></row><row r=\"2\" hidden=\"1\"><c r=\"A2\" s=\"1\"><v>40607</v></c>"                   \
    "<c r=\"B2\" s=\"2\"><v>40607.125</v></c><c t=\"d\"><v>2011-03-05T10:11:12</v></c><c t=\"inlineStr\"><is><t>a_x000A_</t>" \
    "</is></c></row></sheetData><mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells>"

#define ODS_ROWS                                                                                                          \
    "<table:table-column table:number-columns-repeated=\"2\"/><table:table-row table:number-rows-repeated=\"3\">"       \
    "<table:table-cell office:value-type=\"date\" office:date-value=\"2011-03-05\"><text:p>x</text:p></table:table-cell>" \
    "<table:table-cell office:value-type=\"time\" office:time-value=\"PT10H11M12S\"/>"                                  \
    "<table:table-cell table:number-columns-repeated=\"2\" table:number-columns-spanned=\"2\" "                         \
    "office:value-type=\"string\"><text:p>a<text:s text:c=\"3\"/>b</text:p></table:table-cell></table:table-row>"

static void make_xlsx(struct zip_maker *z, const char *text) { sample_xlsx(z, text, ""); }

static void test_xlsx(void **state) {
    struct zip_maker z = {0};
    (void)state;
    make_xlsx(&z, XLSX_SHEET);
    run("xlsx", (unsigned char *)z.data, z.len);
    zip_maker_free(&z);
    run_inside("sheet of xlsx", XLSX_SHEET, make_xlsx);
}

static void test_ods(void **state) {
    struct zip_maker z = {0};
    (void)state;
    sample_ods(&z, ODS_ROWS);
    run("ods", (unsigned char *)z.data, z.len);
    zip_maker_free(&z);
    run_inside("content of ods", ODS_ROWS, sample_ods);
}

/* The same with what Excel and LibreOffice write, when tests/data/make has been run. */
static void test_real(void **state) {
    static const char *const files[] = {"traps/cells.xls", "traps/roster-1904.xls", "bad/excel95.xls", "traps/cells.xlsx", "traps/cells.ods",
                                        "traps/cells.csv"};
    const char *dir = getenv("LETOPIS_TESTDATA") ? getenv("LETOPIS_TESTDATA") : LETOPIS_BINARY_DIR "/testdata";
    int found = 0;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[4200], *data = NULL;
        size_t len = 0;
        lt_print(path, sizeof path, "%s/%s", dir, files[i]);
        if (lt_fs_read(path, 1 << 20, &data, &len) != 0)
            continue;
        found++;
        run(files[i], (unsigned char *)data, len);
        free(data);
    }
    if (found == 0)
        fail_msg("no files to read: tests/data/make OUT, here done by the fixture testdata");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_xls), cmocka_unit_test(test_xlsx), cmocka_unit_test(test_ods),
                                       cmocka_unit_test(test_real)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
