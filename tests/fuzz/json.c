/* JSON: what was taken is written in canonical form, and that form reads back as the same. */
#include "fuzz.h"

#include "base/json.h"

static void round_trip(const json_t *doc, int (*form)(const json_t *, struct lt_buf *, struct lt_error *))
{
    struct lt_error err = {0};
    struct lt_buf first = LT_BUF_INIT(8 << 20), second = LT_BUF_INIT(8 << 20);
    json_t *again = NULL;
    int rc = form(doc, &first, &err);
    if (rc != 0) {
        fuzz_judge(rc, &err);
        FUZZ_CHECK(first.failed); /* what is not whole is nothing */
        lt_buf_free(&first);
        return;
    }
    FUZZ_CHECK(lt_utf8_valid(first.data, first.len));
    FUZZ_CHECK(lt_json_parse(first.data, first.len, 8 << 20, &again, &err) == 0);
    /* a non-character is written as U+FFFD */
    FUZZ_CHECK(json_equal(doc, again) || strstr(first.data, "\xef\xbf\xbd"));
    FUZZ_CHECK(form(again, &second, &err) == 0);
    FUZZ_CHECK(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    json_decref(again);
    lt_buf_free(&first);
    lt_buf_free(&second);
}

static void escape(const uint8_t *data, size_t size)
{
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    json_t *back = NULL;
    char *s = fuzz_text(data, size);
    lt_buf_addc(&b, '[');
    out_json_str(&b, s);
    lt_buf_addc(&b, ']');
    if (!b.failed && lt_utf8_valid(s, strlen(s))) {
        FUZZ_CHECK(lt_json_parse(b.data, b.len, 1 << 20, &back, NULL) == 0);
        FUZZ_CHECK(strcmp(json_string_value(json_array_get(back, 0)), s) == 0);
    }
    json_decref(back);
    lt_buf_free(&b);
    free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lt_error err = {0};
    json_t *doc = NULL;
    int rc = lt_json_parse((const char *)data, size, 64 << 10, &doc, &err);
    fuzz_judge(rc, &err);
    FUZZ_CHECK((rc == 0) == (doc != NULL));
    if (doc) {
        FUZZ_CHECK(json_is_object(doc) || json_is_array(doc));
        round_trip(doc, lt_json_canonical);
        round_trip(doc, lt_json_compact);
        lt_json_str(doc, "a");
        lt_json_int(doc, "a", 1);
        lt_json_bool(doc, "a", true);
        lt_json_array_has(lt_json_array(doc, "a"), "b");
    }
    json_decref(doc);
    escape(data, size);
    return 0;
}
