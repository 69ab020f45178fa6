/* Files as families bring them and as strangers make them: what is accepted, and what the refusal says. */
#include "media/media.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"

#include "../../support/zip_maker.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct media_env env = {.program = LETOPIS_BINARY_DIR "/tests/lt_child",
                                     .modules_dir = LETOPIS_BINARY_DIR "/modules"};

static const char *data_dir(void) {
    const char *dir = getenv("LETOPIS_TESTDATA");
    return dir ? dir : LETOPIS_BINARY_DIR "/testdata";
}

static int inspect_bytes(const void *data, size_t len, const char *name, const struct media_policy *policy,
                         struct media_info *info, struct lt_error *err) {
    int fd = memfd_create("upload", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    lt_error_clear(err);
    int rc = media_inspect(&env, fd, len, name, policy, info, err);
    close(fd);
    return rc;
}

static int inspect_path(const char *path, const char *name, struct media_info *info, struct lt_error *err) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 1;
    assert_int_equal(fstat(fd, &st), 0);
    lt_error_clear(err);
    int rc = media_inspect(&env, fd, (uint64_t)st.st_size, name, NULL, info, err);
    close(fd);
    return rc;
}

static void refused(const void *data, size_t len, const char *name, const char *code) {
    struct media_info info;
    struct lt_error err = {0};
    int rc = inspect_bytes(data, len, name, NULL, &info, &err);
    if (rc != LT_REFUSED || strcmp(err.code, code) != 0)
        print_error("%s: %d %s, want %s\n", name, rc, err.code, code);
    assert_int_equal(rc, LT_REFUSED);
    assert_string_equal(err.code, code);
    lt_error_clear(&err);
}

#define S(text) text, sizeof(text) - 1

/* The smallest PNG: 1 × 1, grey. */
static const unsigned char png[] = {
    0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b,
    0x55, 0, 0, 0, 10, 'I', 'D', 'A', 'T', 0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, 'I', 'E',
    'N', 'D', 0xae, 0x42, 0x60, 0x82};

static void test_not_what_it_is_called(void **state) {
    (void)state;
    refused("", 0, "пусто.pdf", "file.empty");
    refused(S("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0\0"), "diploma.pdf", "file.program");
    refused(S("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0"), "diploma.docx", "file.program");
    refused(S("#!/bin/sh\nrm -rf /\n"), "diploma.png", "file.program");
    refused(S("<!DOCTYPE html><html><body>hello</body></html>"), "photo.jpg", "file.active");
    refused(S("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"), "logo.svg", "file.active");
    refused(S("<?xml version=\"1.0\"?><a/>"), "a.txt", "file.active");
    refused(S("\xef\xbb\xbf  <HTML><script>alert(1)</script>"), "essay.txt", "file.active");
    refused(png, sizeof png, "photo.jpg", "file.extension_mismatch");
    refused(png, sizeof png, "photo.png.exe", "file.extension_mismatch");
    refused(png, sizeof png, "photo.extremelylongextension", "file.extension_mismatch");
    refused(S("GIF89a\1\0\1\0\0\0\0;"), "a.gif", "file.type_not_allowed");
    refused(S("просто текст"), "diploma.pdf", "file.extension_mismatch");
}

static void test_accepted(void **state) {
    struct media_info info;
    struct lt_error err = {0};
    (void)state;
    assert_int_equal(inspect_bytes(png, sizeof png, "Грамота.PNG", NULL, &info, &err), 0);
    assert_string_equal(info.mime, "image/png");
    assert_string_equal(info.extension, "png");
    assert_int_equal(info.width, 1);
    assert_int_equal(info.pages, 1);
    assert_int_equal(info.orientation, 1);
    assert_int_equal(inspect_bytes(png, sizeof png, "blob", NULL, &info, &err), 0); /* no extension: nothing to disagree with */
    assert_int_equal(inspect_bytes(S("Сочинение.\nПервая строка\n"), "сочинение.txt", NULL, &info, &err), 0);
    assert_string_equal(info.charset, "utf-8");
    assert_int_equal(inspect_bytes(S("\xd1\xee\xf7\xe8\xed\xe5\xed\xe8\xe5\r\n"), "a.TXT", NULL, &info, &err), 0);
    assert_string_equal(info.charset, "windows-1251");
    assert_int_equal(info.kind, MEDIA_TEXT);
    const struct media_policy only_pdf = {.kinds = 1u << MEDIA_PDF};
    assert_int_equal(inspect_bytes(png, sizeof png, "a.png", &only_pdf, &info, &err), LT_REFUSED);
    assert_string_equal(err.code, "file.type_not_allowed");
    const struct media_policy small = {.max_bytes = 10};
    assert_int_equal(inspect_bytes(png, sizeof png, "a.png", &small, &info, &err), LT_REFUSED);
    assert_string_equal(err.code, "file.over_limit");
    lt_error_clear(&err);
}

static void test_texts(void **state) {
    (void)state;
    refused(S("text with \0 inside"), "a.txt", "file.type_not_allowed");
    refused(S("\x8a\xa0\xaa \xa5\xe1\xe2\xec \xa2 DOS \x8a\xa0\xaa"), "a.txt", "file.text");
}

/* Header and nothing else: the size must be judged before anything is decoded. */
static void test_pixels(void **state) {
    unsigned char huge[sizeof png];
    (void)state;
    memcpy(huge, png, sizeof png);
    const uint32_t side = 60000;
    for (int i = 0; i < 4; i++) {
        huge[16 + i] = (unsigned char)(side >> (24 - 8 * i));
        huge[20 + i] = (unsigned char)(side >> (24 - 8 * i));
    }
    uint32_t crc = zip_maker_crc((const char *)huge + 12, 17);
    for (int i = 0; i < 4; i++)
        huge[29 + i] = (unsigned char)(crc >> (24 - 8 * i));
    refused(huge, sizeof huge, "a.png", "file.pixels");
    memcpy(huge, png, sizeof png);
    huge[45] ^= 1; /* inside the compressed data: the check sum tells */
    refused(huge, sizeof huge, "a.png", "file.damaged");
    refused(png, sizeof png - 25, "a.png", "file.damaged");
}

static void docx(struct zip_maker *z) {
    zip_maker_add(z, "[Content_Types].xml", S("<Types/>"));
    zip_maker_add(z, "word/document.xml", S("<w/>"));
}

static void test_packages(void **state) {
    struct zip_maker z = {0};
    struct media_info info;
    struct lt_error err = {0};
    (void)state;
    docx(&z);
    zip_maker_end(&z);
    assert_int_equal(inspect_bytes(z.data, z.len, "a.docx", NULL, &info, &err), 0);
    assert_string_equal(info.extension, "docx");
    refused(z.data, z.len, "a.xlsx", "file.extension_mismatch");
    refused(z.data, z.len - 10, "a.docx", "file.damaged");
    zip_maker_free(&z);
    docx(&z);
    zip_maker_add(&z, "word/vbaProject.bin", S("x"));
    zip_maker_end(&z);
    refused(z.data, z.len, "a.docx", "file.macros");
    zip_maker_free(&z);
    docx(&z);
    z.lie = 0xf0000000u; /* what the directory says of the next member */
    zip_maker_add(&z, "word/big.bin", S("x"));
    zip_maker_end(&z);
    refused(z.data, z.len, "a.docx", "file.bomb");
    zip_maker_free(&z);
    docx(&z);
    zip_maker_add(&z, "word/document.xml", S("<other/>"));
    zip_maker_end(&z);
    refused(z.data, z.len, "a.docx", "file.damaged");
    zip_maker_free(&z);
    zip_maker_add(&z, "notes.txt", S("an ordinary archive"));
    zip_maker_end(&z);
    refused(z.data, z.len, "a.zip", "file.type_not_allowed");
    zip_maker_free(&z);
    zip_maker_add(&z, "mimetype", S("application/vnd.oasis.opendocument.text"));
    zip_maker_add(&z, "content.xml", S("<x/>"));
    zip_maker_end(&z);
    assert_int_equal(inspect_bytes(z.data, z.len, "a.odt", NULL, &info, &err), 0);
    zip_maker_free(&z);
    lt_error_clear(&err);
}

/* A picture with an archive behind it. */
static void test_polyglots(void **state) {
    struct zip_maker z = {0};
    (void)state;
    zip_maker_add(&z, "x", S("y"));
    zip_maker_end(&z);
    char *both = malloc(sizeof png + z.len);
    memcpy(both, png, sizeof png);
    memcpy(both + sizeof png, z.data, z.len);
    refused(both, sizeof png + z.len, "a.png", "file.polyglot");
    free(both);
    zip_maker_free(&z);
    refused(S("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0<script>alert(1)</script>"), "a.jpg", "file.polyglot");
    refused(S("garbage %PDF-1.4\n1 0 obj\n"), "a.pdf", "file.polyglot");
}

static bool by_name_ends(const char *name, const char *const *list) {
    for (; *list; list++)
        if (lt_ends(name, *list))
            return true;
    return false;
}

static void test_scans(void **state) {
    char path[4200];
    (void)state;
    lt_print(path, sizeof path, "%s/scans/scans.expect.json", data_dir());
    json_t *expect = json_load_file(path, 0, NULL), *want;
    const char *file;
    int wrong = 0;
    if (!expect)
        fail_msg("no files to read: tests/data/make OUT, here done by the fixture testdata");
    json_object_foreach (expect, file, want) {
        struct media_info info = {0};
        struct lt_error err = {0};
        lt_print(path, sizeof path, "%s/scans/%s", data_dir(), file);
        int rc = inspect_path(path, file, &info, &err);
        int64_t width = lt_json_int(want, "stored_width", lt_json_int(want, "width", info.width));
        int64_t height = lt_json_int(want, "stored_height", lt_json_int(want, "height", info.height));
        bool measured = info.kind != MEDIA_VIDEO; /* of a video only the type is told */
        if (rc != 0 || strcmp(info.mime, lt_json_str_or(want, "mime", "")) != 0 ||
            (measured && (info.width != width || info.height != height)) || info.pages != lt_json_int(want, "pages", info.pages) ||
            info.orientation != lt_json_int(want, "orientation", info.orientation)) {
            print_error("%s: %d %s; %s %ux%u, %u pages, orientation %u\n", file, rc, err.code, info.mime, info.width, info.height,
                        info.pages, info.orientation);
            wrong++;
        }
        lt_error_clear(&err);
    }
    json_decref(expect);
    assert_int_equal(wrong, 0);
}

static void test_bad(void **state) {
    static const char *const tables[] = {".csv", ".ods", ".xls", ".xlsx", NULL}; /* what is wrong inside is the reader's matter */
    char path[4200];
    (void)state;
    lt_print(path, sizeof path, "%s/bad/bad.expect.json", data_dir());
    json_t *expect = json_load_file(path, 0, NULL), *want;
    const char *file;
    int wrong = 0;
    if (!expect)
        fail_msg("no files to read: tests/data/make OUT, here done by the fixture testdata");
    json_object_foreach (expect, file, want) {
        struct media_info info;
        struct lt_error err = {0};
        const char *must = lt_json_str_or(want, "must", "");
        lt_print(path, sizeof path, "%s/bad/%s", data_dir(), file);
        int rc = inspect_path(path, file, &info, &err);
        bool table = by_name_ends(file, tables);
        if (rc == LT_SYSTEM || lt_starts(err.code, "sandbox.") || (!table && strcmp(must, "refuse") == 0 && rc != LT_REFUSED)) {
            print_error("%s: %d %s; must %s: %s\n", file, rc, err.code, must, lt_json_str_or(want, "why", ""));
            wrong++;
        } else if (getenv("VERBOSE"))
            print_message("%s: %s, %s %s\n", file, rc == 0 ? info.mime : err.code, must, lt_json_str_or(want, "why", ""));
        lt_error_clear(&err);
    }
    json_decref(expect);
    assert_int_equal(wrong, 0);
}

/* Damaged pictures and documents: the libraries in the child may do what they like, the parent answers in words. */
static void test_mutations(void **state) {
    static const char *const files[] = {"02-sport-gramota-scan.jpg", "05-art-laureate.png", "07-gto.webp", "08-praise-two-pages.tiff",
                                        "15-thanks-photo.heic", "01-olympiad-diploma.pdf", "11-essay.docx"};
    const char *set = getenv("LETOPIS_MUTATIONS");
    int rounds = set ? atoi(set) : 15, found = 0, crashed = 0;
    uint32_t dice = 7;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[4200], *data = NULL;
        size_t len = 0;
        lt_print(path, sizeof path, "%s/scans/%s", data_dir(), files[i]);
        if (lt_fs_read(path, 1 << 20, &data, &len) != 0)
            continue;
        found++;
        for (int k = 0; k < rounds; k++) {
            struct media_info info;
            struct lt_error err = {0};
            for (int n = 0; n < 3; n++) { /* mostly near the beginning, where the structure is; damage adds up */
                dice = dice * 1664525u + 1013904223u;
                data[(dice >> 8) % (n ? len : len < 600 ? len : 600)] ^= (char)(1u << (dice >> 5) % 8);
            }
            int rc = inspect_bytes(data, len, "file", NULL, &info, &err);
            assert_true(rc == 0 || rc == LT_REFUSED);
            if (lt_starts(err.code, "sandbox.")) {
                print_message("%s, round %d: %s\n", files[i], k, err.code);
                crashed++;
            }
            lt_error_clear(&err);
        }
        free(data);
    }
    if (found == 0)
        fail_msg("no files to read: tests/data/make OUT, here done by the fixture testdata");
    print_message("%d of %d ended the child\n", crashed, rounds * found);
}

static void test_types(void **state) {
    (void)state;
    assert_string_equal(media_type_at(0)->mime, "application/pdf");
    size_t n = 0;
    while (media_type_at(n))
        n++;
    assert_int_equal(n, 17);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),     cmocka_unit_test(test_not_what_it_is_called), cmocka_unit_test(test_accepted),
        cmocka_unit_test(test_texts),     cmocka_unit_test(test_pixels),                cmocka_unit_test(test_packages),
        cmocka_unit_test(test_polyglots), cmocka_unit_test(test_scans),                 cmocka_unit_test(test_bad),
        cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
