#include "testing.h"

#include "base/text.h"

static void gives(char *(*f)(const char *), const char *in, const char *out)
{
    char *got = f(in);
    assert_non_null(got);
    assert_string_equal(got, out);
    /* what was made tidy, composed or folded stays as it is */
    char *again = f(got);
    assert_string_equal(again, out);
    free(again);
    free(got);
}

static void validity(void **state)
{
    (void)state;
    static const char *const good[] = {"", "abc", "Ёж", "😀", "\xF4\x8F\xBF\xBD"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(lt_utf8_valid(good[i], strlen(good[i])));
    static const char *const bad[] = {"\xFF",         "\xC0\x80",     "\xE0\x80\xAF",     "\xED\xA0\x80",
                                      "\xD0",         "a\x80",        "\xF4\x90\x80\x80", "\xEF\xBF\xBE",
                                      "\xEF\xBF\xBF", "\xEF\xB7\x90", "\xF0\x9F\xBF\xBE", "\xF0\x9F\x98"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(lt_utf8_valid(bad[i], strlen(bad[i])));
    assert_false(lt_utf8_valid("a\0b", 3));
    assert_false(lt_utf8_valid("Ё", 1));
}

static void counting_and_clipping(void **state)
{
    (void)state;
    assert_int_equal(lt_utf8_count("Ёж😀a"), 4);
    assert_int_equal(lt_utf8_count(""), 0);
    assert_int_equal(lt_utf8_clip("Ёж", 4), 4);
    assert_int_equal(lt_utf8_clip("Ёж", 100), 4);
    assert_int_equal(lt_utf8_clip("Ёж", 3), 2);
    assert_int_equal(lt_utf8_clip("Ёж", 1), 0);
    assert_int_equal(lt_utf8_clip("a😀", 4), 1);
    assert_int_equal(lt_utf8_clip("", 4), 0);
    assert_int_equal(lt_utf8_clip("abc", 0), 0);
}

static void width_in_columns(void **state)
{
    (void)state;
    assert_int_equal(lt_utf8_width("Иван"), 4);
    assert_int_equal(lt_utf8_width("漢字"), 4);
    assert_int_equal(lt_utf8_width("и\xCC\x86"), 1);
    assert_int_equal(lt_utf8_width("\xE2\x80\x8B"), 0);
    assert_int_equal(lt_utf8_width("a\xFF"), 2);
}

static void composes(void **state)
{
    (void)state;
    gives(lt_nfc, "И\xCC\x86од, е\xCC\x88лка", "Йод, ёлка");
    gives(lt_nfc, "plain", "plain");
    gives(lt_nfc, "", "");
    assert_null(lt_nfc("\xD0"));
}

static void folds_case_and_yo_only(void **state)
{
    (void)state;
    gives(lt_fold, "ЁЛКА Ёж ёж", "елка еж еж");
    gives(lt_fold, "Е\xCC\x88лка", "елка");
    gives(lt_fold, "Йод И\xCC\x86", "йод й");
    gives(lt_fold, "ABC xyz-9", "abc xyz-9");
    gives(lt_fold, "Straße", "strasse");
    /* nothing else: space, dashes and marks are kept */
    gives(lt_fold, "А\xC2\xA0Б  —\xC2\xAD", "а\xC2\xA0б  —\xC2\xAD");
    assert_null(lt_fold("\xFF"));
}

static void tidies_one_line(void **state)
{
    (void)state;
    gives(lt_tidy, "  Иван\xC2\xA0\xC2\xA0Петров \t\n", "Иван Петров");
    gives(lt_tidy, "\xEF\xBB\xBFИва\xE2\x80\x8Bн\xC2\xAD", "Иван");
    gives(lt_tidy,
          "a\xE2\x80\xAE"
          "b\xE2\x81\xA6"
          "c\xE2\x80\x8F",
          "abc");
    gives(lt_tidy,
          "a\x01"
          "b\x7F"
          "c\xC2\x9B",
          "abc");
    gives(lt_tidy,
          "a\xE2\x80\x83\xE3\x80\x80"
          "b\r\nc\xE2\x80\xA8"
          "d",
          "a b c d");
    /* a letter and its mark parted by something invisible come together */
    gives(lt_tidy, "е\xE2\x80\x8B\xCC\x88ж", "ёж");
    gives(lt_tidy, " \xE2\x80\x8B ", "");
    gives(lt_tidy, "", "");
    assert_null(lt_tidy("a\xFF"));
}

static void tidies_several_lines(void **state)
{
    (void)state;
    gives(lt_tidy_lines, "\n\n a  b \r\n c\r\r\n\n\n\nd \n ", "a b\nc\n\nd");
    gives(lt_tidy_lines,
          "a\xE2\x80\xA9"
          "b",
          "a\nb");
    gives(lt_tidy_lines, "one", "one");
    gives(lt_tidy_lines, "\n", "");
    gives(lt_tidy_lines, "a\n \xE2\x80\x8B\n \n b", "a\n\nb");
    assert_null(lt_tidy_lines("\xFF"));
}

static void small_helpers(void **state)
{
    (void)state;
    assert_true(lt_starts("entries/2026", "entries/"));
    assert_true(lt_starts("x", ""));
    assert_false(lt_starts("ent", "entries"));
    assert_true(lt_ends("a.json", ".json"));
    assert_false(lt_ends("json", ".json"));
    assert_null(lt_strdup(NULL));
    char *s = lt_format("%s-%d", "a", 5);
    assert_string_equal(s, "a-5");
    free(s);
    char small[4];
    assert_true(lt_print(small, sizeof small, "%d", 123));
    assert_false(lt_print(small, sizeof small, "%d", 1234));
    assert_string_equal(small, "123");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validity),
        cmocka_unit_test(counting_and_clipping),
        cmocka_unit_test(width_in_columns),
        cmocka_unit_test(composes),
        cmocka_unit_test(folds_case_and_yo_only),
        cmocka_unit_test(tidies_one_line),
        cmocka_unit_test(tidies_several_lines),
        cmocka_unit_test(small_helpers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
