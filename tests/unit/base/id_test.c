#include "testing.h"

#include "base/id.h"

#include <pthread.h>

#define THREADS 4
#define EACH    5000

static int64_t set_time(void *ctx)
{
    return *(int64_t *)ctx;
}

static void is_uuid_version_7_with_the_time(void **state)
{
    (void)state;
    int64_t now = 0x0190A1B2C3D4;
    struct lt_clock clock = {set_time, &now, 0};
    struct lt_id_source *s = lt_id_source_new(&clock);
    char id[LT_ID_SIZE];
    for (int i = 0; i < 200; i++) {
        lt_id_next(s, id);
        assert_true(lt_id_valid(id));
        assert_memory_equal(id, "0190a1b2-c3d4-7", 15);
        assert_non_null(strchr("89ab", id[19]));
    }
    lt_id_source_free(s);
    lt_id_source_free(NULL);
}

static void order_holds_while_the_clock_stands_or_goes_back(void **state)
{
    (void)state;
    int64_t now = 1000000;
    struct lt_clock clock = {set_time, &now, 0};
    struct lt_id_source *s = lt_id_source_new(&clock);
    char last[LT_ID_SIZE] = "", id[LT_ID_SIZE];
    for (int i = 0; i < 20000; i++) {
        if (i % 1000 == 999) now -= 5;
        lt_id_next(s, id);
        assert_true(strcmp(last, id) < 0);
        strcpy(last, id);
    }
    now = 2000000;
    lt_id_next(s, id);
    assert_true(strcmp(last, id) < 0);
    assert_memory_equal(id, "0000001e-8480", 13);
    lt_id_source_free(s);
}

struct work {
    struct lt_id_source *source;
    char (*ids)[LT_ID_SIZE];
};

static void *make_ids(void *arg)
{
    struct work *w = arg;
    for (int i = 0; i < EACH; i++)
        lt_id_next(w->source, w->ids[i]);
    return NULL;
}

static int order(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void threads_share_a_source(void **state)
{
    (void)state;
    struct lt_clock clock;
    lt_clock_system(&clock, 0);
    struct lt_id_source *s = lt_id_source_new(&clock);
    char(*ids)[LT_ID_SIZE] = calloc(THREADS * EACH, LT_ID_SIZE);
    pthread_t threads[THREADS];
    struct work work[THREADS];
    for (int i = 0; i < THREADS; i++) {
        work[i] = (struct work){s, ids + i * EACH};
        assert_int_equal(pthread_create(&threads[i], NULL, make_ids, &work[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS * EACH; i++) {
        if (!lt_id_valid(ids[i])) fail_msg("%s", ids[i]);
        if (i % EACH && strcmp(ids[i - 1], ids[i]) >= 0)
            fail_msg("%s then %s in one thread", ids[i - 1], ids[i]);
    }
    /* no moment is given out twice: time, counter and variant bits of all threads differ */
    qsort(ids, THREADS * EACH, LT_ID_SIZE, order);
    for (int i = 1; i < THREADS * EACH; i++) {
        if (memcmp(ids[i - 1], ids[i], 18) == 0) fail_msg("%s and %s share a moment", ids[i - 1], ids[i]);
    }
    free(ids);
    lt_id_source_free(s);
}

static void only_the_canonical_form_is_valid(void **state)
{
    (void)state;
    assert_true(lt_id_valid("0190a1b2-c3d4-7abc-8def-0123456789ab"));
    assert_true(lt_id_valid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
    static const char *const bad[] = {"",
                                      "0190A1B2-c3d4-7abc-8def-0123456789ab",
                                      "0190a1b2-c3d4-7abc-8def-0123456789a",
                                      "0190a1b2-c3d4-7abc-8def-0123456789abc",
                                      "0190a1b2c-3d4-7abc-8def-0123456789ab",
                                      "{190a1b2-c3d4-7abc-8def-0123456789ab",
                                      "../../..-c3d4-7abc-8def-0123456789ab",
                                      "0190a1b2-c3d4-7abc-8def-0123456789ag"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(lt_id_valid(bad[i]));
    assert_false(lt_id_valid(NULL));
}

static void hex_goes_both_ways(void **state)
{
    (void)state;
    unsigned char bytes[256], back[256];
    char text[513];
    for (int i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    lt_hex(bytes, sizeof bytes, text);
    assert_int_equal(strlen(text), 512);
    assert_memory_equal(text, "000102", 6);
    assert_true(lt_unhex(text, back, sizeof back));
    assert_memory_equal(bytes, back, sizeof back);
    unsigned char two[2] = {7, 7};
    assert_true(lt_unhex("fFAb", two, 2));
    assert_int_equal(two[0] << 8 | two[1], 0xFFAB);
    assert_false(lt_unhex("0102", two, 1));
    assert_false(lt_unhex("010", two, 2));
    assert_false(lt_unhex("01020", two, 2));
    assert_false(lt_unhex("01g2", two, 2));
    assert_false(lt_unhex(NULL, two, 2));
    assert_int_equal(two[0] << 8 | two[1], 0xFFAB);
}

static void random_bytes_differ(void **state)
{
    (void)state;
    unsigned char a[1000] = {0}, b[1000] = {0};
    lt_random(a, sizeof a);
    lt_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a + 992, "\0\0\0\0\0\0\0\0", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_uuid_version_7_with_the_time),
        cmocka_unit_test(order_holds_while_the_clock_stands_or_goes_back),
        cmocka_unit_test(threads_share_a_source),
        cmocka_unit_test(only_the_canonical_form_is_valid),
        cmocka_unit_test(hex_goes_both_ways),
        cmocka_unit_test(random_bytes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
