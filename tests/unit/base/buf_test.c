#include "testing.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>

static void grows_and_ends_with_nul(void **state)
{
    (void)state;
    struct lt_buf b = LT_BUF_INIT(1000);
    assert_null(b.data);
    for (int i = 0; i < 100; i++)
        assert_int_equal(lt_buf_addf(&b, "%d,", i), 0);
    assert_int_equal(lt_buf_addc(&b, '!'), 0);
    assert_int_equal(b.len, 10 * 2 + 90 * 3 + 1);
    assert_int_equal(b.data[b.len], 0);
    assert_memory_equal(b.data, "0,1,2,", 6);
    lt_buf_free(&b);
    assert_null(b.data);
}

static void holds_exactly_its_limit(void **state)
{
    (void)state;
    struct lt_buf b = LT_BUF_INIT(4);
    assert_int_equal(lt_buf_adds(&b, "abcd"), 0);
    assert_string_equal(b.data, "abcd");
    assert_true(b.cap <= 5);
    lt_buf_free(&b);

    struct lt_buf c = LT_BUF_INIT(4);
    assert_int_equal(lt_buf_addf(&c, "%s", "abcd"), 0);
    assert_string_equal(c.data, "abcd");
    lt_buf_free(&c);
}

static void stays_failed_and_empty_over_the_limit(void **state)
{
    (void)state;
    struct lt_buf b = LT_BUF_INIT(4);
    assert_int_equal(lt_buf_adds(&b, "abc"), 0);
    assert_int_equal(lt_buf_adds(&b, "de"), -1);
    assert_true(b.failed);
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    assert_int_equal(lt_buf_addc(&b, 'x'), -1);
    assert_int_equal(lt_buf_addf(&b, "%d", 1), -1);
    assert_int_equal(lt_buf_reserve(&b, 0), -1);
    assert_null(lt_buf_take(&b, NULL));
    lt_buf_reset(&b);
    assert_int_equal(lt_buf_adds(&b, "ok"), 0);
    lt_buf_free(&b);

    struct lt_buf f = LT_BUF_INIT(4);
    assert_int_equal(lt_buf_adds(&f, "ab"), 0);
    assert_int_equal(lt_buf_addf(&f, "%s", "cde"), -1);
    assert_true(f.failed);
    assert_null(f.data);
}

static void huge_requests_fail_instead_of_wrapping(void **state)
{
    (void)state;
    struct lt_buf b;
    lt_buf_init(&b, SIZE_MAX);
    assert_int_equal(lt_buf_adds(&b, "abc"), 0);
    assert_int_equal(lt_buf_reserve(&b, SIZE_MAX - 3), -1);
    assert_true(b.failed);
}

static void reset_keeps_the_memory(void **state)
{
    (void)state;
    struct lt_buf b = LT_BUF_INIT(100);
    assert_int_equal(lt_buf_adds(&b, "hello"), 0);
    char *memory = b.data;
    lt_buf_reset(&b);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.data, "");
    assert_int_equal(lt_buf_add(&b, "x\0y", 3), 0);
    assert_ptr_equal(b.data, memory);
    assert_int_equal(b.len, 3);
    lt_buf_free(&b);
}

static void take_hands_the_text_over(void **state)
{
    (void)state;
    struct lt_buf b = LT_BUF_INIT(100);
    size_t len = 9;
    char *empty = lt_buf_take(&b, &len);
    assert_string_equal(empty, "");
    assert_int_equal(len, 0);
    free(empty);
    assert_int_equal(lt_buf_adds(&b, "text"), 0);
    char *text = lt_buf_take(&b, &len);
    assert_string_equal(text, "text");
    assert_int_equal(len, 4);
    assert_null(b.data);
    assert_int_equal(b.len, 0);
    free(text);
    assert_int_equal(lt_buf_adds(&b, "again"), 0);
    lt_buf_free(&b);
}

static void calloc_checks_for_overflow(void **state)
{
    (void)state;
    assert_null(lt_calloc(SIZE_MAX / 2, 3));
    char *p = lt_calloc(3, 4);
    for (int i = 0; i < 12; i++)
        assert_int_equal(p[i], 0);
    free(p);
    p = lt_calloc(0, 8);
    assert_non_null(p);
    free(p);
}

static void arrays_grow_with_zeros(void **state)
{
    (void)state;
    size_t cap = 0;
    long *a = lt_array_grow(NULL, &cap, 1, sizeof *a);
    assert_true(cap >= 1);
    for (size_t i = 0; i < cap; i++) {
        assert_int_equal(a[i], 0);
        a[i] = (long)i;
    }
    size_t old = cap;
    a = lt_array_grow(a, &cap, 1000, sizeof *a);
    assert_true(cap >= 1000);
    assert_int_equal(a[old - 1], (long)old - 1);
    for (size_t i = old; i < cap; i++)
        assert_int_equal(a[i], 0);
    size_t before = cap;
    assert_ptr_equal(lt_array_grow(a, &cap, 5, sizeof *a), a);
    assert_null(lt_array_grow(a, &cap, SIZE_MAX / 4, sizeof *a));
    assert_int_equal(cap, before);
    assert_int_equal(a[1], 1);
    free(a);
    int some[7];
    assert_int_equal(LT_COUNT(some), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_ends_with_nul),
        cmocka_unit_test(holds_exactly_its_limit),
        cmocka_unit_test(stays_failed_and_empty_over_the_limit),
        cmocka_unit_test(huge_requests_fail_instead_of_wrapping),
        cmocka_unit_test(reset_keeps_the_memory),
        cmocka_unit_test(take_hands_the_text_over),
        cmocka_unit_test(calloc_checks_for_overflow),
        cmocka_unit_test(arrays_grow_with_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
