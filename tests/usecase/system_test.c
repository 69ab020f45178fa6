/* What is wrong with the installation, and the newest lines of its log. */
#include "support.h"

#include "base/json.h"
#include "base/log.h"
#include "base/logring.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static struct school *s;
static struct lt_log_ring *ring;
static struct lt_log logged;

static int setup(void **state)
{
    (void)state;
    s = school_open();
    ring = lt_log_ring_new(100);
    logged = (struct lt_log){.fd = open("/dev/null", O_WRONLY | O_CLOEXEC), .level = LT_LOG_DEBUG, .ring = ring};
    lt_app_log(s->app, ring);
    person(s, "admin", "Серверов");
    role(s, "admin", "'role':'sysadmin'");
    return ring && logged.fd >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    school_close(s);
    lt_log_ring_free(ring);
    close(logged.fd);
    return 0;
}

static bool says(const json_t *status, const char *code)
{
    size_t i;
    const json_t *p;
    json_array_foreach(lt_json_array(status, "problems"), i, p) {
        if (strcmp(text(p, "code"), code) == 0) return *text(p, "text") && *text(p, "mend");
    }
    return false;
}

static json_t *lines(const char *values)
{
    return lt_json_array(ok(s, "admin", "system", "log", "%s", values), "items");
}

static void the_newest_lines_are_told(void **state)
{
    (void)state;
    for (int i = 1; i <= 7; i++) lt_log_write(&logged, LT_LOG_INFO, "http", "request=r%d status=200", i);
    lt_log_write(&logged, LT_LOG_ERROR, "http", "failed request=r4 code=system.io");
    lt_log_write(&logged, LT_LOG_DEBUG, "http", "a detail");
    json_t *first = lines("{}");
    assert_int_equal(json_array_size(first), 8); /* details only for those who ask */
    assert_string_equal(text(json_array_get(first, 0), "level"), "error");
    assert_string_equal(text(json_array_get(first, 0), "component"), "http");
    assert_string_equal(text(json_array_get(first, 0), "text"), "failed request=r4 code=system.io");
    assert_int_equal(json_array_size(lines("{'level':'debug'}")), 9);
    assert_int_equal(json_array_size(lines("{'level':'error'}")), 1);
    assert_int_equal(json_array_size(lines("{'query':'r4'}")), 2);
    /* page by page: each line once, also when newer ones come in between */
    json_t *page = ok(s, "admin", "system", "log", "{'limit':3}");
    lt_log_write(&logged, LT_LOG_INFO, "http", "later");
    json_t *rest = ok(s, "admin", "system", "log", "{'limit':50,'cursor':'%s'}", text(page, "next"));
    assert_int_equal(json_array_size(lt_json_array(rest, "items")), 5);
    assert_string_equal(text(rest, "items/4/text"), "request=r1 status=200");
    refused(s, LT_USAGE, "cursor.malformed", "admin", "system", "log", "{'cursor':'x'}");
}

static void old_lines_go(void **state)
{
    (void)state;
    for (int i = 1; i <= 250; i++) lt_log_write(&logged, LT_LOG_INFO, "http", "request=r%d", i);
    json_t *kept = lines("{'limit':200}");
    assert_int_equal(json_array_size(kept), 100);
    assert_string_equal(text(json_array_get(kept, 99), "text"), "request=r151");
}

static void without_a_server_there_is_no_log(void **state)
{
    (void)state;
    lt_app_log(s->app, NULL);
    refused(s, LT_REFUSED, "system.no_log", "admin", "system", "log", "{}");
}

static void what_asks_for_a_hand_is_told(void **state)
{
    (void)state;
    json_t *status = ok(s, "admin", "system", "status", "{}");
    assert_false(says(status, "errors"));
    assert_true(says(status, "backup_none"));
    lt_log_write(&logged, LT_LOG_ERROR, "hourly", "what fell due was not done code=system.io");
    assert_true(says(ok(s, "admin", "system", "status", "{}"), "errors"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_newest_lines_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(old_lines_go, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_server_there_is_no_log, setup, teardown),
        cmocka_unit_test_setup_teardown(what_asks_for_a_hand_is_told, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
