#include "testing.h"

#include "base/text.h"

static void named(const char *original, const char *safe)
{
    char out[LT_FILE_NAME];
    memset(out, 'x', sizeof out);
    lt_safe_file_name(original, out);
    assert_string_equal(out, safe);
    char again[LT_FILE_NAME];
    lt_safe_file_name(out, again);
    assert_string_equal(again, safe);
}

static void ordinary_names_stay(void **state)
{
    (void)state;
    named("Грамота 2026.jpg", "Грамота 2026.jpg");
    named("И\xCC\x86од.PDF", "Йод.PDF");
    named("a.tar.gz", "a.tar.gz");
    named("no extension", "no extension");
    named("Справка (1) — №5.docx", "Справка (1) — №5.docx");
}

static void separators_and_reserved_characters_go(void **state)
{
    (void)state;
    named("Олимпиада 2026/27.pdf", "Олимпиада 2026_27.pdf");
    named("../../etc/passwd", "etc_passwd");
    named("..\\..\\boot.ini", "boot.ini");
    named("/", "file");
    named("a/./b/", "a_b");
    named("a:b*c?d\"e<f>g|h.txt", "a_b_c_d_e_f_g_h.txt");
    named("C:\\fakepath\\x.jpg", "C__fakepath_x.jpg");
}

static void invisible_characters_go(void **state)
{
    (void)state;
    named("фото\xE2\x80\xAEgpj.exe", "фотоgpj.exe");
    named("a\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8\xE2\x81\xA9\xE2\x80\xAA\xE2\x80\xAD\xE2\x80\x8E\xE2\x80\x8F."
          "txt",
          "a.txt");
    named("a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt");
    named("a\x01\x1B[31m.txt", "a[31m.txt");
    named("a\xC2\xA0\xE2\x80\x83"
          "b.txt",
          "a b.txt");
    named("b\xFF\xC0\x80roken.txt", "broken.txt");
    named("Ё\xD0.txt", "Ё.txt");
}

static void ends_are_trimmed(void **state)
{
    (void)state;
    named(" .hidden", "hidden");
    named("...", "file");
    named(". .", "file");
    named("name.txt. . .", "name.txt");
    named("", "file");
    named(NULL, "file");
    named("\xE2\x80\x8B", "file");
}

static void device_names_are_marked(void **state)
{
    (void)state;
    named("CON", "_CON");
    named("con.txt", "_con.txt");
    named("Aux.tar.gz", "_Aux.tar.gz");
    named("nul .txt", "_nul .txt");
    named("PRN", "_PRN");
    named("COM1.jpg", "_COM1.jpg");
    named("lpt9", "_lpt9");
    named("COM\xC2\xB9", "_COM\xC2\xB9");
    named("CONIN$", "_CONIN$");
    named("COM10.jpg", "COM10.jpg");
    named("CONSENT.pdf", "CONSENT.pdf");
    named("COMA", "COMA");
}

static void long_names_keep_their_extension(void **state)
{
    (void)state;
    char original[600], out[LT_FILE_NAME];
    for (int i = 0; i < 250; i++)
        memcpy(original + 2 * i, "ы", 2);
    strcpy(original + 500, ".jpeg");
    lt_safe_file_name(original, out);
    assert_int_equal(strlen(out), 149); /* 72 letters of two bytes and .jpeg: 151 would be too many */
    assert_true(lt_ends(out, "ы.jpeg"));
    assert_true(lt_utf8_valid(out, strlen(out)));

    /* what looks like an extension but is none does not crowd out the name */
    strcpy(original + 200, ".");
    memset(original + 201, 'a', 300);
    original[501] = '\0';
    lt_safe_file_name(original, out);
    assert_true(strlen(out) <= 150);
    assert_true(lt_starts(out, "ыыы"));

    /* the cut does not leave a space or a dot before the extension */
    memset(original, 'a', 144);
    strcpy(original + 144, "  . . ыыыыыыыыыыыы.pdf");
    lt_safe_file_name(original, out);
    assert_true(lt_ends(out, "a.pdf"));
    assert_int_equal(strlen(out), 148);

    memset(original, 'a', 599);
    original[599] = '\0';
    lt_safe_file_name(original, out);
    assert_int_equal(strlen(out), 150);
    /* a device name is marked before the cut */
    memcpy(original, "NUL.", 4);
    lt_safe_file_name(original, out);
    assert_int_equal(strlen(out), 150);
    assert_true(lt_starts(out, "_NUL.aaa"));
}

static void any_bytes_give_a_safe_name(void **state)
{
    (void)state;
    unsigned seed = 1;
    char original[64], out[LT_FILE_NAME];
    for (int round = 0; round < 20000; round++) {
        static const char hard[] = "./\\ :.. \xE2\x80\xAE\xD0\x81"
                                   "con\xFF\n\"";
        int len = (int)(seed % sizeof original);
        for (int i = 0; i < len; i++) {
            seed = seed * 1103515245u + 12345u;
            unsigned r = seed >> 16;
            original[i] = r & 1 ? hard[(r >> 1) % (sizeof hard - 1)] : (char)(1 + (r >> 1) % 255);
        }
        original[len < 63 ? len : 63] = '\0';
        lt_safe_file_name(original, out);
        size_t n = strlen(out);
        bool good = n > 0 && n <= 150 && lt_utf8_valid(out, n) && !strpbrk(out, "/\\:*?\"<>|\r\n\t") &&
                    out[0] != '.' && out[0] != ' ' && out[n - 1] != '.' && out[n - 1] != ' ' &&
                    !strstr(out, "\xE2\x80\xAE");
        for (size_t i = 0; i < n; i++)
            good = good && (unsigned char)out[i] >= 0x20 && out[i] != 0x7F;
        if (!good) fail_msg("round %d: '%s'", round, out);
        seed = seed * 1103515245u + 12345u;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_names_stay),        cmocka_unit_test(separators_and_reserved_characters_go),
        cmocka_unit_test(invisible_characters_go),    cmocka_unit_test(ends_are_trimmed),
        cmocka_unit_test(device_names_are_marked),    cmocka_unit_test(long_names_keep_their_extension),
        cmocka_unit_test(any_bytes_give_a_safe_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
