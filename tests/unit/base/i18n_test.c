#include "testing.h"

#include "base/i18n.h"
#include "base/text.h"

#include <errno.h>

static void language_by_prefix(void **state)
{
    (void)state;
    assert_int_equal(lt_lang_parse("ru", LT_EN), LT_RU);
    assert_int_equal(lt_lang_parse("ru_RU.UTF-8", LT_EN), LT_RU);
    assert_int_equal(lt_lang_parse("en", LT_RU), LT_EN);
    assert_int_equal(lt_lang_parse("en_GB", LT_RU), LT_EN);
    assert_int_equal(lt_lang_parse("en-US,ru;q=0.5", LT_RU), LT_EN);
    assert_int_equal(lt_lang_parse("rum", LT_EN), LT_EN);
    assert_int_equal(lt_lang_parse("C", LT_EN), LT_EN);
    assert_int_equal(lt_lang_parse("", LT_RU), LT_RU);
    assert_int_equal(lt_lang_parse(NULL, LT_EN), LT_EN);
    assert_string_equal(lt_lang_word(LT_RU), "ru");
    assert_string_equal(lt_lang_word(LT_EN), "en");
}

static void language_by_wish(void **state)
{
    (void)state;
    unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    unsetenv("LANG");
    assert_int_equal(lt_lang_pick(NULL), LT_RU);
    setenv("LANG", "en_US.UTF-8", 1);
    assert_int_equal(lt_lang_pick(NULL), LT_EN);
    setenv("LC_MESSAGES", "ru_RU.UTF-8", 1);
    assert_int_equal(lt_lang_pick(NULL), LT_RU);
    setenv("LC_ALL", "en_GB.UTF-8", 1);
    assert_int_equal(lt_lang_pick(NULL), LT_EN);
    assert_int_equal(lt_lang_pick("ru"), LT_RU);
    assert_int_equal(lt_lang_pick("de"), LT_EN);
    setenv("LC_ALL", "C.UTF-8", 1);
    assert_int_equal(lt_lang_pick(NULL), LT_RU);
    setenv("LC_MESSAGES", "de_DE", 1);
    setenv("LANG", "C", 1);
    assert_int_equal(lt_lang_pick(NULL), LT_RU);
}

static void unknown_ids_speak_for_themselves(void **state)
{
    (void)state;
    assert_string_equal(lt_msg(LT_RU, "no.such.message"), "no.such.message");
    assert_false(lt_msg_known(LT_RU, "no.such.message"));
    assert_false(lt_msg_known(LT_EN, ""));
    assert_true(lt_msg_known(LT_RU, "error.system.memory"));
    assert_true(lt_starts(lt_msg(LT_EN, "error.system.memory"), "Out of memory."));
    assert_string_equal(lt_label(LT_RU, "errno", "ENOSPC"), "на диске нет свободного места");
    assert_string_equal(lt_label(LT_RU, "errno", "Ё"), "Ё");
    char big[1000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    assert_ptr_equal(lt_label(LT_RU, "errno", big), big);
}

static void parameters_are_put_in(void **state)
{
    (void)state;
    struct lt_buf out = LT_BUF_INIT(1000);
    assert_int_equal(lt_msg_add(&out, LT_EN, "error.json.malformed", "line", "3", "flaw", "{line}", "other",
                                "x", (char *)NULL),
                     0);
    /* a missing value leaves the placeholder, a value is not read as a text, an unknown parameter changes
     * nothing */
    assert_string_equal(
        out.data, "The JSON data has an error (line 3, column {column}): {line}. Correct it and send it "
                  "again.");
    lt_buf_reset(&out);
    lt_msg_add(&out, LT_EN, "plain {a} {} {b c} {", "a", "1", (char *)NULL);
    assert_string_equal(out.data, "plain 1 {} {b c} {");
    lt_buf_free(&out);
    struct lt_buf small = LT_BUF_INIT(5);
    assert_int_equal(lt_msg_add(&small, LT_EN, "error.system.memory", (char *)NULL), -1);
}

static void counted(enum lt_lang lang, const char *n, const char *text)
{
    struct lt_buf out = LT_BUF_INIT(100);
    assert_int_equal(lt_msg_add(&out, lang, "count.days", "n", n, (char *)NULL), 0);
    assert_string_equal(out.data, text);
    lt_buf_free(&out);
}

static void the_number_chooses_the_form(void **state)
{
    (void)state;
    counted(LT_RU, "0", "0 дней");
    counted(LT_RU, "1", "1 день");
    counted(LT_RU, "2", "2 дня");
    counted(LT_RU, "4", "4 дня");
    counted(LT_RU, "5", "5 дней");
    counted(LT_RU, "11", "11 дней");
    counted(LT_RU, "12", "12 дней");
    counted(LT_RU, "14", "14 дней");
    counted(LT_RU, "21", "21 день");
    counted(LT_RU, "22", "22 дня");
    counted(LT_RU, "111", "111 дней");
    counted(LT_RU, "1121", "1121 день");
    counted(LT_RU, "-1", "-1 день");
    counted(LT_RU, "1,5", "1,5 дня");
    counted(LT_EN, "0", "0 days");
    counted(LT_EN, "1", "1 day");
    counted(LT_EN, "2", "2 days");
    counted(LT_EN, "11", "11 days");
    counted(LT_EN, "21", "21 days");
    counted(LT_EN, "1.5", "1.5 days");
    struct lt_buf out = LT_BUF_INIT(100);
    assert_int_equal(lt_msg_add(&out, LT_RU, "count.days", (char *)NULL), 0);
    assert_string_equal(out.data, "{n} дней");
    lt_buf_free(&out);
}

static void errors_are_sentences(void **state)
{
    (void)state;
    struct lt_error err = {0};
    struct lt_buf out = LT_BUF_INIT(1000);
    errno = ENOSPC;
    lt_fail_errno(&err, "write", "/srv/школа/x");
    assert_int_equal(lt_error_text(&out, LT_RU, &err), 0);
    assert_string_equal(out.data,
                        "Не удалось записать файл: /srv/школа/x — на диске нет свободного места. Сообщите "
                        "администратору системы.");
    lt_buf_reset(&out);
    errno = ENODEV;
    lt_fail_errno(&err, "polish", "/x");
    lt_error_text(&out, LT_EN, &err);
    assert_string_equal(out.data,
                        "Could not polish: /x — No such device. Please tell the system administrator.");
    lt_buf_reset(&out);
    lt_fail(&err, LT_REFUSED, "of.an.unknown.kind", "a", "b", (char *)NULL);
    lt_error_text(&out, LT_RU, &err);
    assert_string_equal(out.data, "error.of.an.unknown.kind");
    lt_buf_free(&out);
}

/* The placeholders of a text, each once, in the order of the alphabet. */
static void placeholders(const char *text, char out[256])
{
    char names[16][40];
    size_t count = 0;
    for (const char *p = text; (p = strchr(p, '{')); p++) {
        size_t n = strcspn(p + 1, "{}");
        if (p[n + 1] != '}' || n == 0 || n > 38) continue;
        char name[40];
        lt_print(name, sizeof name, "%.*s", (int)n, p + 1);
        size_t at = 0;
        while (at < count && strcmp(names[at], name) < 0)
            at++;
        if (at < count && strcmp(names[at], name) == 0) continue;
        assert_true(count < 16);
        memmove(names[at + 1], names[at], (count - at) * sizeof names[0]);
        strcpy(names[at], name);
        count++;
    }
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(out, names[i]);
        strcat(out, " ");
    }
}

/* Russian has other quotation marks inside quotation marks. */
static void a_quoted_value_has_inner_marks(void **state)
{
    (void)state;
    struct lt_buf b = LT_BUF_INIT(1000);
    struct lt_error err = {0};
    assert_int_equal(lt_fail(&err, LT_REFUSED, "table.empty", "file", "итоги «Шаг».csv", (char *)NULL), LT_REFUSED);
    assert_int_equal(lt_error_text(&b, LT_RU, &err), 0);
    assert_non_null(strstr(b.data, "«итоги „Шаг“.csv»"));
    lt_buf_reset(&b);
    assert_int_equal(lt_msg_add(&b, LT_RU, "import.row", "row", "3", "text", "конкурс «Шаг»", (char *)NULL), 0); /* not quoted: as it is */
    assert_non_null(strstr(b.data, "конкурс «Шаг»"));
    lt_buf_free(&b);
    lt_error_clear(&err);
}

static void every_message_is_in_both_languages(void **state)
{
    (void)state;
    size_t i;
    for (i = 0; lt_msg_id(LT_RU, i) && lt_msg_id(LT_EN, i); i++) {
        const char *ru = lt_msg_id(LT_RU, i), *en = lt_msg_id(LT_EN, i);
        char a[256], b[256];
        if (strcmp(ru, en) != 0)
            fail_msg("%s is missing in %s", strcmp(ru, en) < 0 ? ru : en,
                     strcmp(ru, en) < 0 ? "English" : "Russian");
        if (i && strcmp(lt_msg_id(LT_RU, i - 1), ru) >= 0) fail_msg("%s is out of order", ru);
        placeholders(lt_msg(LT_RU, ru), a);
        placeholders(lt_msg(LT_EN, en), b);
        if (strcmp(a, b) != 0) fail_msg("%s has {%s} in Russian and {%s} in English", ru, a, b);
        if (!lt_utf8_valid(lt_msg(LT_RU, ru), strlen(lt_msg(LT_RU, ru)))) fail_msg("%s is not UTF-8", ru);
    }
    if (lt_msg_id(LT_RU, i) || lt_msg_id(LT_EN, i))
        fail_msg("only in one language: %s", lt_msg_id(LT_RU, i) ? lt_msg_id(LT_RU, i) : lt_msg_id(LT_EN, i));
    assert_true(i > 30);
    assert_null(lt_msg_id(LT_RU, 1000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(language_by_prefix),
        cmocka_unit_test(language_by_wish),
        cmocka_unit_test(unknown_ids_speak_for_themselves),
        cmocka_unit_test(parameters_are_put_in),
        cmocka_unit_test(the_number_chooses_the_form),
        cmocka_unit_test(errors_are_sentences),
        cmocka_unit_test(a_quoted_value_has_inner_marks),
        cmocka_unit_test(every_message_is_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
