#include "testing.h"

#include "base/text.h"

#include <jansson.h>

static void gives(int (*f)(struct lt_buf *, const char *), const char *in, const char *out)
{
    struct lt_buf b = LT_BUF_INIT(1000);
    assert_int_equal(lt_buf_addc(&b, '['), 0);
    assert_int_equal(f(&b, in), 0);
    assert_string_equal(b.data + 1, out);
    lt_buf_free(&b);
}

static void html(void **state)
{
    (void)state;
    gives(out_html_text, "<b>Ё & \"x\"</b>", "&lt;b&gt;Ё &amp; \"x\"&lt;/b&gt;");
    gives(out_html_attr, "a\"b'c<d>&", "a&quot;b&#39;c&lt;d&gt;&amp;");
    gives(out_html_text, "", "");
    gives(out_html_text,
          "a\tb\nc\x01"
          "d\x7F",
          "a\tb\nc\xEF\xBF\xBD"
          "d\xEF\xBF\xBD");
    /* a broken character must not swallow the one after it */
    gives(out_html_text, "\xD0<\xFF>", "\xEF\xBF\xBD&lt;\xEF\xBF\xBD&gt;");
    gives(out_html_attr, "Ё\x80\"", "Ё\xEF\xBF\xBD&quot;");
}

static void url_component(void **state)
{
    (void)state;
    gives(out_url_arg, "a b/c?d=e&f", "a%20b%2Fc%3Fd%3De%26f");
    gives(out_url_arg, "Ё-._~9", "%D0%81-._~9");
    gives(out_url_arg, "%\r\n", "%25%0D%0A");
    gives(out_url_arg, "", "");
}

static void json_string_reads_back(void **state)
{
    (void)state;
    gives(out_json_str, "Ё \"q\" \\ / \n\t\x1F\x7F", "\"Ё \\\"q\\\" \\\\ / \\n\\t\\u001f\x7F\"");
    char all[128];
    for (int i = 1; i < 128; i++)
        all[i - 1] = (char)i;
    all[127] = '\0';
    struct lt_buf b = LT_BUF_INIT(2000);
    assert_int_equal(out_json_str(&b, all), 0);
    json_t *back = json_loads(b.data, JSON_DECODE_ANY, NULL);
    assert_string_equal(json_string_value(back), all);
    json_decref(back);
    lt_buf_reset(&b);
    assert_int_equal(out_json_str(&b, "\xFF\xD0"), 0);
    assert_string_equal(b.data, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    lt_buf_free(&b);
}

static void limits_are_reported(void **state)
{
    (void)state;
    int (*all[])(struct lt_buf *, const char *) = {out_html_text, out_html_attr, out_url_arg, out_json_str};
    for (int i = 0; i < 4; i++) {
        struct lt_buf b = LT_BUF_INIT(5);
        assert_int_equal(all[i](&b, "abc<\"&"), -1);
        assert_true(b.failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html),
        cmocka_unit_test(url_component),
        cmocka_unit_test(json_string_reads_back),
        cmocka_unit_test(limits_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
