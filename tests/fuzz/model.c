/* Names, classes, dates, telephones as files have them. A key of a key is the key: otherwise the second import of a file would find
 * other people than the first. */
#include "fuzz.h"

#include "model/klass.h"
#include "model/names.h"
#include "model/when.h"
#include "model/year.h"

static void twice(char *(*f)(const char *), const char *s)
{
    char *once = f(s);
    if (!once) return;
    FUZZ_CHECK(lt_utf8_valid(once, strlen(once)));
    char *again = f(once);
    FUZZ_CHECK(again && strcmp(once, again) == 0);
    free(once);
    free(again);
}

static void names(const char *a, const char *b)
{
    struct lt_error err = {0};
    struct model_name x = {0}, y = {0};
    enum model_name_match there = MODEL_NAME_DIFFERENT, back = MODEL_NAME_SAME;
    int rc = model_name_split(a, &x, &err), rc2;
    fuzz_judge(rc, &err);
    rc2 = model_name_parts(a, b, NULL, &y, &err);
    fuzz_judge(rc2, &err);
    if (rc == 0) {
        FUZZ_CHECK(x.surname && x.name && x.patronymic && x.note);
        FUZZ_CHECK(*x.surname || *x.name || *x.patronymic);
        char *key = model_name_key_of(x.surname, x.name, x.patronymic), *full = model_name_full(x.surname, x.name, x.patronymic);
        FUZZ_CHECK(key && full && lt_utf8_valid(full, strlen(full)));
        free(model_name_short(x.surname, x.name, x.patronymic));
        free(key);
        free(full);
        FUZZ_CHECK(model_name_compare(&x, &x, &there) == 0);
        char *surname = model_name_key(x.surname);
        /* of initials alone nobody can say that it is the same person */
        FUZZ_CHECK(surname && (there != MODEL_NAME_DIFFERENT || !*surname));
        free(surname);
    }
    if (rc == 0 && rc2 == 0) {
        FUZZ_CHECK(model_name_compare(&x, &y, &there) == 0 && model_name_compare(&y, &x, &back) == 0);
        FUZZ_CHECK(there == back);
    }
    if (rc == 0) model_name_free(&x);
    if (rc2 == 0) model_name_free(&y);
}

static void klass(const char *s)
{
    struct model_klass k, again;
    char next[24];
    model_klass_parse(s, &k);
    FUZZ_CHECK((k.certainty == MODEL_KLASS_NO) || (k.number >= 1 && k.number <= 12 && *k.name));
    FUZZ_CHECK(!k.hint || lt_msg_known(LT_RU, k.hint));
    FUZZ_CHECK(lt_utf8_valid(k.profile, strlen(k.profile)) && lt_utf8_valid(k.name, strlen(k.name)));
    if (k.certainty == MODEL_KLASS_SURE) {
        model_klass_parse(k.name, &again);
        FUZZ_CHECK(again.certainty == MODEL_KLASS_SURE && strcmp(again.name, k.name) == 0);
        if (model_klass_next(k.name, next)) FUZZ_CHECK(model_klass_cmp(k.name, next) < 0);
    }
    model_klass_next(s, next);
    FUZZ_CHECK(model_klass_cmp(s, s) == 0);
}

static void dates(const char *s, uint8_t how)
{
    struct model_when_options o = {.order = how % 3, .window = how / 3 % 2, .file_year = how & 128 ? 2026 : 0};
    struct model_when w = {0};
    struct model_when_column column = {0};
    if (model_when_parse(s, &o, &w)) FUZZ_CHECK(lt_date_valid(w.date));
    else FUZZ_CHECK(w.reason && lt_msg_known(LT_RU, w.reason) && lt_msg_known(LT_EN, w.reason));
    model_when_column_add(&column, s);
    model_when_column_order(&column);
    int year;
    char text[MODEL_YEAR_SIZE];
    if (model_year_parse(s, &year)) FUZZ_CHECK(model_year_parse(model_year_text(year, text), &year));
    struct model_year_rule rule;
    if (model_year_rule_parse(s, &rule)) {
        struct lt_date first = model_year_first(2026, &rule);
        FUZZ_CHECK(lt_date_valid(first) && model_year_of(first, &rule) == 2026);
        FUZZ_CHECK(model_year_of(model_year_last(2026, &rule), &rule) == 2026);
    }
}

/* Input: a byte of options, a text, LF, another text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t how = fuzz_byte(&data, &size);
    char *a = fuzz_line(&data, &size), *b = fuzz_line(&data, &size);
    /* the callers' texts are valid: each door refuses others */
    if (lt_utf8_valid(a, strlen(a)) && lt_utf8_valid(b, strlen(b))) {
        twice(model_name_key, a);
        twice(model_name_key_loose, a);
        twice(model_phone_key, a);
        twice(model_email_key, a);
        names(a, b);
        names(b, a);
        klass(a);
        FUZZ_CHECK((model_klass_cmp(a, b) < 0) == (model_klass_cmp(b, a) > 0));
        dates(a, how);
        model_name_short_form(a, b);
    }
    free(a);
    free(b);
    return 0;
}
