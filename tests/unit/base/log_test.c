#include "testing.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

struct pipe_log {
    int in;
    struct lt_log log;
};

static struct pipe_log open_log(enum lt_log_level level)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    return (struct pipe_log){.in = fds[0], .log = {.fd = fds[1], .level = level}};
}

static size_t drain(struct pipe_log *p, char *out, size_t size)
{
    close(p->log.fd);
    size_t len = 0;
    ssize_t n;
    while ((n = read(p->in, out + len, size - 1 - len)) > 0)
        len += (size_t)n;
    out[len] = '\0';
    close(p->in);
    return len;
}

static void line_has_its_parts(void **state)
{
    (void)state;
    struct pipe_log p = open_log(LT_LOG_INFO);
    char out[4096];
    errno = EAGAIN;
    lt_log_write(&p.log, LT_LOG_WARN, "vault", "slow flush ms=%d", 42);
    assert_int_equal(errno, EAGAIN);
    lt_log_write(&p.log, LT_LOG_DEBUG, "vault", "not asked for");
    drain(&p, out, sizeof out);
    int64_t when;
    assert_string_equal(out + 24, " warn vault slow flush ms=42\n");
    out[24] = '\0';
    assert_true(lt_instant_parse(out, &when));
}

static void a_value_cannot_make_a_line(void **state)
{
    (void)state;
    struct pipe_log p = open_log(LT_LOG_DEBUG);
    char out[4096];
    lt_log_write(&p.log, LT_LOG_DEBUG, "http", "path=%s", "/a\r\n2026 error\x1B[2J\x7F\xC2\x9B!");
    size_t len = drain(&p, out, sizeof out);
    assert_non_null(strstr(out, " debug http path=/a\?\?2026 error\?[2J\?\?\?!\n"));
    assert_ptr_equal(strchr(out, '\n'), out + len - 1);
}

static void long_lines_are_cut_at_a_character(void **state)
{
    (void)state;
    for (int pad = 0; pad < 2; pad++) {
        struct pipe_log p = open_log(LT_LOG_DEBUG);
        char value[5001], out[8192];
        for (int i = 0; i < 2500; i++)
            memcpy(value + 2 * i, "ы", 2);
        value[5000] = '\0';
        lt_log_write(&p.log, LT_LOG_ERROR, "x", "%s%s", pad ? "-" : "", value);
        size_t len = drain(&p, out, sizeof out);
        assert_true(len > 1900 && len <= 2001);
        assert_true(lt_utf8_valid(out, len));
        assert_int_equal(out[len - 1], '\n');
    }
}

#define LINES 200

static void *write_lines(void *arg)
{
    for (int i = 0; i < LINES; i++)
        lt_log_write(arg, LT_LOG_INFO, "t", "%s", "abcdefghijklmnopqrstuvwxyz");
    return NULL;
}

static void *read_all(void *arg)
{
    static const size_t size = 1 << 20;
    char *out = calloc(1, size);
    size_t len = 0;
    ssize_t n;
    while ((n = read(*(int *)arg, out + len, size - 1 - len)) > 0)
        len += (size_t)n;
    return out;
}

static void lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    struct pipe_log p = open_log(LT_LOG_INFO);
    pthread_t writers[3], reader;
    assert_int_equal(pthread_create(&reader, NULL, read_all, &p.in), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_lines, &p.log), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(writers[i], NULL);
    close(p.log.fd);
    void *text;
    pthread_join(reader, &text);
    close(p.in);
    int lines = 0;
    for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1, lines++) {
        *end = '\0';
        if (strlen(at) < 24 || strcmp(at + 24, " info t abcdefghijklmnopqrstuvwxyz") != 0)
            fail_msg("mixed line: %s", at);
    }
    assert_int_equal(lines, 3 * LINES);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(line_has_its_parts),
        cmocka_unit_test(a_value_cannot_make_a_line),
        cmocka_unit_test(long_lines_are_cut_at_a_character),
        cmocka_unit_test(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
