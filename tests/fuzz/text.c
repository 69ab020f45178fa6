/* Texts of people: any bytes in; out comes valid UTF-8, and doing it twice changes nothing. */
#include "fuzz.h"

#include "base/clock.h"
#include "base/id.h"

static void twice(char *(*f)(const char *), const char *s, bool valid)
{
    char *once = f(s);
    FUZZ_CHECK((once != NULL) == valid);
    if (!once) return;
    FUZZ_CHECK(lt_utf8_valid(once, strlen(once)));
    char *again = f(once);
    FUZZ_CHECK(again && strcmp(once, again) == 0);
    free(once);
    free(again);
}

static void tidy(const char *s)
{
    char *t = lt_tidy(s);
    if (!t) return;
    size_t n = strlen(t);
    FUZZ_CHECK(n == 0 || (t[0] != ' ' && t[n - 1] != ' '));
    FUZZ_CHECK(!strstr(t, "  ") && !strpbrk(t, "\n\r\t") && !strstr(t, "\xc2\xa0"));
    free(t);
    t = lt_tidy_lines(s);
    FUZZ_CHECK(t && !strstr(t, "\n\n\n") && !strchr(t, '\r'));
    free(t);
}

static void file_name(const char *s)
{
    char name[LT_FILE_NAME], again[LT_FILE_NAME];
    memset(name, 'x', sizeof name);
    lt_safe_file_name(s, name);
    size_t n = strnlen(name, sizeof name);
    FUZZ_CHECK(n > 0 && n <= 150 && lt_utf8_valid(name, n));
    FUZZ_CHECK(!strpbrk(name, "/\\:*?\"<>|") && name[0] != '.' && name[0] != ' ' && name[n - 1] != '.' && name[n - 1] != ' ');
    for (size_t i = 0; i < n; i++) FUZZ_CHECK((unsigned char)name[i] >= 0x20 && name[i] != 0x7f);
    lt_safe_file_name(name, again);
    FUZZ_CHECK(strcmp(name, again) == 0);
}

static void escapes(const char *s)
{
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    if (out_html_text(&b, s) == 0 && b.data) FUZZ_CHECK(!strpbrk(b.data, "<>"));
    lt_buf_reset(&b);
    if (out_html_attr(&b, s) == 0 && b.data) FUZZ_CHECK(!strpbrk(b.data, "<>\""));
    lt_buf_reset(&b);
    if (out_url_arg(&b, s) == 0 && b.data) {
        for (const char *p = b.data; *p; p++) FUZZ_CHECK((unsigned char)*p > ' ' && (unsigned char)*p < 0x7f && !strchr("&=?#+/\"'<>", *p));
    }
    lt_buf_free(&b);
}

static void instants(const char *s)
{
    struct lt_date d;
    int64_t ms, back;
    char text[LT_INSTANT_SIZE], day[LT_DATE_SIZE];
    if (lt_date_parse(s, &d)) {
        FUZZ_CHECK(lt_date_valid(d) && strcmp(lt_date_format(d, day), s) == 0);
        FUZZ_CHECK(lt_date_cmp(lt_date_from_days(lt_date_days(d)), d) == 0);
    }
    if (lt_instant_parse(s, &ms)) FUZZ_CHECK(lt_instant_parse(lt_instant_format(ms, text), &back) && back == ms);
    lt_date_in((struct lt_date){2026, 9, 1}, s, s);
    lt_id_valid(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = fuzz_text(data, size);
    size_t n = strlen(s);
    bool valid = lt_utf8_valid(s, n);
    if (valid) FUZZ_CHECK(lt_utf8_count(s) <= n && lt_utf8_width(s) >= 0);
    for (size_t max = 0; max < 8; max++) {
        size_t clip = lt_utf8_clip(s, max);
        FUZZ_CHECK(clip <= max && clip <= n && (!valid || lt_utf8_valid(s, clip)));
    }
    twice(lt_nfc, s, valid);
    twice(lt_fold, s, valid);
    twice(lt_tidy, s, valid);
    twice(lt_tidy_lines, s, valid);
    if (valid) tidy(s);
    file_name(s);
    escapes(s);
    instants(s);
    free(s);
    return 0;
}
