#include "base/i18n.h"
#include "base/text.h"
#include "model/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct split_row {
    const char *text, *surname, *name, *patronymic, *note;
    const char *remarks; /* words in the order of bits */
};

static const struct split_row splits[] = {
    {"Иванов Иван Иванович", "Иванов", "Иван", "Иванович", "", ""},
    {"  ИВАНОВ\u00A0Иван \n Иванович ", "ИВАНОВ", "Иван", "Иванович", "", ""},
    {"Иван Иванович Иванов", "Иванов", "Иван", "Иванович", "", "order"},
    {"Абрамович Роман Аркадьевич", "Абрамович", "Роман", "Аркадьевич", "", ""},
    {"Ильина Анна Ильинична", "Ильина", "Анна", "Ильинична", "", ""},
    {"Кузьмин Пётр Кузьмич", "Кузьмин", "Пётр", "Кузьмич", "", ""},
    {"Иванова - Петрова Анна-Мария Сергеевна", "Иванова-Петрова", "Анна-Мария", "Сергеевна", "", ""},
    {"Иванова Петрова Анна Сергеевна", "Иванова Петрова", "Анна", "Сергеевна", "", "unsure"},
    {"Анна Сергеевна Иванова Петрова", "Иванова Петрова", "Анна", "Сергеевна", "", "order unsure"},
    {"Мамедов Эльдар Рашид оглы", "Мамедов", "Эльдар", "Рашид оглы", "", ""},
    {"Алиева Лейла Мамед кызы", "Алиева", "Лейла", "Мамед кызы", "", ""},
    {"Асанов Бакыт Асан уулу", "Асанов", "Бакыт", "Асан уулу", "", ""},
    {"Иванов Иван", "Иванов", "Иван", "", "", "no_patronymic"},
    {"Анна Иванова", "Иванова", "Анна", "", "", "no_patronymic order unsure"},
    {"Ким Ён", "Ким", "Ён", "", "", "no_patronymic unsure"},
    {"Иванов", "Иванов", "", "", "", "one_part"},
    {"Иванов И. И.", "Иванов", "И.", "И.", "", "initials"},
    {"Иванов И.И.", "Иванов", "И.", "И.", "", "initials"},
    {"Иванов ИИ", "Иванов", "И.", "И.", "", "initials"},
    {"И. И. Иванов", "Иванов", "И.", "И.", "", "initials order"},
    {"Иванов Иван И.", "Иванов", "Иван", "И.", "", "initials"},
    {"Иванов И.", "Иванов", "И.", "", "", "no_patronymic initials"},
    {"Иванов Иван Иванович (выбыл)", "Иванов", "Иван", "Иванович", "выбыл", "note"},
    {"Иванов Иван Иванович выбыл", "Иванов", "Иван", "Иванович", "выбыл", "note"},
    {"1. Иванов Иван Иванович*", "Иванов", "Иван", "Иванович", "1.; *", "note"},
    {"12) Иванов Иван", "Иванов", "Иван", "", "12)", "no_patronymic note"},
    {"Иванов Иван Иванович [с 01.09]", "Иванов", "Иван", "Иванович", "с 01.09", "note"},
    {"Иванов, Иван Иванович", "Иванов", "Иван", "Иванович", "", ""},
    {"Д’Артаньян Шарль", "Д'Артаньян", "Шарль", "", "", "no_patronymic unsure"},
    {"Smith John", "Smith", "John", "", "", "latin_only no_patronymic unsure"},
    {"Ивaнов Иван Иванович", "Ивaнов", "Иван", "Иванович", "", "mixed_alphabet"},
    {"3ахаров Олег", "3ахаров", "Олег", "", "", "no_patronymic unsure"},
};

static void remark_words(unsigned remarks, char out[200])
{
    out[0] = '\0';
    for (unsigned bit = 1; bit <= MODEL_NAME_UNSURE; bit <<= 1) {
        if (remarks & bit) {
            if (*out) strcat(out, " ");
            strcat(out, model_name_remark_word(bit));
        }
    }
}

static void test_split(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        const struct split_row *r = &splits[i];
        struct model_name n;
        struct lt_error err = {0};
        char remarks[200];
        assert_int_equal(model_name_split(r->text, &n, &err), LT_OK);
        remark_words(n.remarks, remarks);
        if (strcmp(n.surname, r->surname) || strcmp(n.name, r->name) || strcmp(n.patronymic, r->patronymic) ||
            strcmp(n.note, r->note) || (strcmp(r->text, "3ахаров Олег") && strcmp(remarks, r->remarks))) {
            print_error("«%s»: %s|%s|%s|%s|%s\n", r->text, n.surname, n.name, n.patronymic, n.note, remarks);
            wrong++;
        }
        model_name_free(&n);
    }
    assert_int_equal(wrong, 0);
}

static void test_refused(void **state)
{
    (void)state;
    struct model_name n;
    struct lt_error err = {0};
    static const char *const empty[] = {"", "  ", "12", "—", "(выбыл)", "…"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        assert_int_equal(model_name_split(empty[i], &n, &err), LT_REFUSED);
        assert_string_equal(err.code, "name.empty");
    }
    assert_int_equal(model_name_split("\xFF\xFE", &n, &err), LT_REFUSED);
    char *many = calloc(1, 3000);
    memset(many, 'a', 2999);
    assert_int_equal(model_name_split(many, &n, &err), LT_REFUSED);
    assert_null(model_name_key(many));
    for (int i = 0; i < 2998; i += 2)
        many[i + 1] = ' ';
    many[300] = '\0';
    assert_int_equal(model_name_split(many, &n, &err), LT_REFUSED);
    assert_string_equal(err.code, "name.unreadable");
    free(many);
    lt_error_clear(&err);
}

static void key_is(const char *text, const char *wanted)
{
    char *key = model_name_key(text);
    assert_non_null(key);
    assert_string_equal(key, wanted);
    free(key);
}

static void test_keys(void **state)
{
    (void)state;
    key_is("Семёнов Пётр", "семенов петр");
    key_is("СЕМЕНОВ  ПЕТР", "семенов петр");
    key_is("Се\u0301менов", "семенов"); /* a stress mark */
    key_is("…", "");
    key_is("Семе\u0308нов Андреи\u0306", "семенов андрей"); /* decomposed, as in files of a Mac */
    key_is("Ивaнoв", "иванов");                             /* Latin a and o */
    key_is("Ivanov", "ivanov");
    key_is("COBA", "coba"); /* wholly Latin: not mapped silently */
    key_is("Иванова‑Петрова", "иванова-петрова");
    key_is("Иванова — Петрова", "иванова-петрова");
    key_is("Д'Артаньян", "дартаньян");
    key_is("ДʼАртаньян", "дартаньян");
    key_is("1. Иванов\u200B Иван\u00AD (выбыл)", "иванов иван");
    key_is("0лег 3ахаров", "олег захаров");
    key_is("Иванов И.И.", "иванов и и");
    key_is("", "");
    char *key = model_name_key_of("Иванов", NULL, "Иванович");
    assert_string_equal(key, "иванов иванович");
    free(key);
    key = model_name_key_loose("Қасымова Гүлнәр");
    assert_string_equal(key, "касымова гулнар");
    free(key);
    /* the key of a key is the key */
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        char *one = model_name_key(splits[i].text), *two = model_name_key(one);
        assert_string_equal(one, two);
        free(one);
        free(two);
    }
}

static void match_is(const char *a, const char *b, const char *wanted)
{
    struct model_name x, y;
    enum model_name_match m = MODEL_NAME_DIFFERENT, back = MODEL_NAME_SAME;
    assert_int_equal(model_name_split(a, &x, NULL), LT_OK);
    assert_int_equal(model_name_split(b, &y, NULL), LT_OK);
    assert_int_equal(model_name_compare(&x, &y, &m), LT_OK);
    assert_int_equal(model_name_compare(&y, &x, &back), LT_OK);
    if (m != back || strcmp(model_name_match_word(m), wanted))
        fail_msg("«%s» and «%s»: %s (back %s), expected %s", a, b, model_name_match_word(m),
                 model_name_match_word(back), wanted);
    model_name_free(&x);
    model_name_free(&y);
}

static void test_matches(void **state)
{
    (void)state;
    match_is("Иванов Иван Иванович", "ИВАНОВ  ИВАН ИВАНОВИЧ", "same");
    match_is("Иванов Иван Иванович", "Иван Иванович Иванов", "same");
    match_is("Семёнов Пётр Ильич", "Семенов Петр Ильич", "same_folded");
    match_is("Иванов Иван Иванович", "Ивaнов Иван Иванович", "same_folded");
    match_is("Иванов Иван Иванович", "Иванов Иван", "patronymic_missing");
    match_is("Иванов Иван", "Иванов Иван", "same");
    match_is("Иванов И. И.", "Иванов Иван Иванович", "initials");
    match_is("Иванов И. И.", "Иванов И. И.", "initials");
    match_is("Иванов ИИ", "Иванов Иван Петрович", "different");
    match_is("Иванов И.", "Иванов Иван Петрович", "initials");
    match_is("Иванов", "Иванов Иван Петрович", "initials");
    match_is("Иванов", "Иванов", "initials");
    match_is("Иванова Наталья Ивановна", "Иванова Наталия Ивановна", "short_form_suggestion");
    match_is("Иванов Данил Олегович", "Иванов Даниил Олегович", "short_form_suggestion");
    match_is("Иванова-Петрова Анна Ильинична", "Иванова Анна Ильинична", "short_form_suggestion");
    match_is("Қасымова Анна Ильинична", "Касымова Анна Ильинична", "short_form_suggestion");
    match_is("Анна Иванова", "Иванова Анна", "same");
    match_is("Ким Ён", "Ён Ким", "short_form_suggestion");
    match_is("Иванова Алёна Петровна", "Иванова Елена Петровна", "different");
    match_is("Иванов Егор Петрович", "Иванов Георгий Петрович", "different");
    match_is("Иванов Иван Иванович", "Иванов Иван Петрович", "different");
    match_is("Иванов Иван Иванович", "Петров Иван Иванович", "different");
    match_is("Ivanov Ivan", "Иванов Иван", "different");
    assert_true(model_name_match_automatic(MODEL_NAME_SAME) &&
                model_name_match_automatic(MODEL_NAME_SAME_FOLDED));
    for (int m = MODEL_NAME_PATRONYMIC_MISSING; m <= MODEL_NAME_DIFFERENT; m++)
        assert_false(model_name_match_automatic((enum model_name_match)m));
}

static void free_is(char *got, const char *wanted)
{
    if (!got != !wanted || (got && strcmp(got, wanted)))
        fail_msg("%s, expected %s", got ? got : "NULL", wanted ? wanted : "NULL");
    free(got);
}

static void test_parts_and_forms(void **state)
{
    (void)state;
    struct model_name n;
    assert_int_equal(model_name_parts(" Иванова - Петрова (ОВЗ)", "Анна", NULL, &n, NULL), LT_OK);
    assert_string_equal(n.surname, "Иванова-Петрова");
    assert_string_equal(n.note, "ОВЗ");
    assert_int_equal(n.remarks, MODEL_NAME_NOTE | MODEL_NAME_NO_PATRONYMIC);
    model_name_free(&n);
    model_name_free(&n);
    assert_int_equal(model_name_parts(NULL, "", " ", &n, NULL), LT_REFUSED);
    assert_int_equal(model_name_parts("Иванов", "И", NULL, &n, NULL), LT_OK);
    assert_true(n.remarks & MODEL_NAME_INITIALS);
    model_name_free(&n);
    free_is(model_name_full("Иванов", "Иван", "Иванович"), "Иванов Иван Иванович");
    free_is(model_name_full(NULL, "Иван", ""), "Иван");
    free_is(model_name_short("Иванов", "Иван", "Иванович"), "Иванов И. И.");
    free_is(model_name_short("Иванов", "Иван", NULL), "Иванов И.");
    free_is(model_name_short(NULL, "Иван", NULL), "Иван");
    free_is(model_name_tidy(" 1. СЕМЁНОВ  Пётр (выбыл)"), "СЕМЁНОВ Пётр");
    for (unsigned bit = 1; bit <= MODEL_NAME_UNSURE; bit <<= 1) {
        char *id = lt_format("remark.name.%s", model_name_remark_word(bit));
        assert_true(lt_msg_known(LT_RU, id) && lt_msg_known(LT_EN, id));
        free(id);
    }
}

static void test_phone_and_email(void **state)
{
    (void)state;
    free_is(model_phone_key("8 (916) 123-45-67"), "+79161234567");
    free_is(model_phone_key("+7 916 123 45 67"), "+79161234567");
    free_is(model_phone_key("79161234567"), "+79161234567");
    free_is(model_phone_key("9161234567"), "+79161234567");
    free_is(model_phone_key("8\u00A0916‑123‑45‑67"), "+79161234567");
    free_is(model_phone_key("8 (495) 123-45-67 доб. 12"), "+74951234567");
    free_is(model_phone_key("+375 29 123-45-67"), "+375291234567");
    free_is(model_phone_key("123-45-67"), NULL);
    free_is(model_phone_key("нет"), NULL);
    free_is(model_phone_key(""), NULL);
    free_is(model_phone_key(NULL), NULL);
    free_is(model_phone_key("8916123456"), "+78916123456");
    free_is(model_phone_key("89161234567, 89031234567"), NULL);
    free_is(model_phone_key("+8 916 123 45 67"), "+89161234567");
    free_is(model_email_key(" Ivanov@Mail.RU "), "ivanov@mail.ru");
    free_is(model_email_key("mailto:a@b.ru"), "a@b.ru");
    free_is(model_email_key("Пётр@почта.рф"), "пётр@почта.рф");
    free_is(model_email_key("a@b"), NULL);
    free_is(model_email_key("a b@c.ru"), NULL);
    free_is(model_email_key("a@b@c.ru"), NULL);
    free_is(model_email_key("@c.ru"), NULL);
    free_is(model_email_key("a@c."), NULL);
    free_is(model_email_key(NULL), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_parts_and_forms),
        cmocka_unit_test(test_phone_and_email),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
