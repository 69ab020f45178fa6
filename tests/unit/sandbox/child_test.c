/* The child process: whatever a module does, the parent gets a plain error and nothing is left running. */
#include "sandbox/child.h"

#include "base/json.h"
#include "base/text.h"
#include "sandbox/module.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PROGRAM LETOPIS_BINARY_DIR "/tests/lt_child"
#define MODULES LETOPIS_BINARY_DIR "/tests/modules"

struct got {
    char text[256];
    uint32_t type;
    int frames;
};

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len,
                    struct lt_error *err) {
    struct got *g = ctx;
    g->frames++;
    g->type = type;
    if (len < sizeof g->text) {
        memcpy(g->text, data, len);
        g->text[len] = 0;
    }
    if (strcmp(g->text, "ask") == 0)
        return sandbox_reply(child, 40, "answer", 6, err);
    return 0;
}

static const char *const prefixes[] = {"bad.", NULL};

static int run_with(const struct sandbox_config *config, const char *what, int fd, struct got *g, struct lt_error *err) {
    json_t *args = json_pack("{s:s}", "do", what);
    struct sandbox_call call = {.kind = "module", .name = "bad", .args = args, .fds = &fd, .n_fds = fd >= 0,
                                .error_prefixes = prefixes, .frame = on_frame, .ctx = g};
    memset(g, 0, sizeof *g);
    int rc = sandbox_run(config, &call, err);
    json_decref(args);
    return rc;
}

static int run(const char *what, struct got *g, struct lt_error *err) {
    const struct sandbox_config config = {.program = PROGRAM, .modules_dir = MODULES, .cpu_seconds = 2, .deadline_ms = 1500,
                                          .max_answer = 4 << 20};
    lt_error_clear(err);
    return run_with(&config, what, -1, g, err);
}

static void expect_no_children(void) {
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_refusals(void **state) {
    static const struct {
        const char *what, *code, *param, *value;
        int status;
    } cases[] = {
        {"crash", "sandbox.crashed", NULL, NULL, LT_REFUSED},
        {"abort", "sandbox.crashed", "signal", "SIGABRT", LT_REFUSED},
        {"exit", "sandbox.crashed", "signal", "exit 7", LT_REFUSED},
        {"vanish", "sandbox.malformed", NULL, NULL, LT_REFUSED},
        {"hang", "sandbox.timeout", "seconds", "2", LT_REFUSED},
        {"spin", "sandbox.timeout", "seconds", "2", LT_REFUSED},
        {"sleep", "sandbox.timeout", "seconds", "2", LT_REFUSED},
        {"mute", "sandbox.timeout", NULL, NULL, LT_REFUSED},
        {"flood", "sandbox.flood", "limit", "4194304", LT_REFUSED},
        {"lie-huge", "sandbox.malformed", NULL, NULL, LT_REFUSED},
        {"lie-long", "sandbox.malformed", NULL, NULL, LT_REFUSED},
        {"lie-type", "sandbox.malformed", NULL, NULL, LT_REFUSED},
        {"lie-error", "sandbox.malformed", NULL, NULL, LT_REFUSED},
        {"lie-json", "sandbox.malformed", NULL, NULL, LT_REFUSED},
        {"after-done", "sandbox.malformed", NULL, NULL, LT_REFUSED},
        {"stderr", "sandbox.crashed", NULL, NULL, LT_REFUSED},
        {"refuse", "bad.refused", "why", "because", LT_REFUSED},
#ifndef LETOPIS_SANITIZED /* no limit of address space there */
        {"memory", "sandbox.memory", NULL, NULL, LT_REFUSED},
#endif
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct got g;
        struct lt_error err = {0};
        int rc = run(cases[i].what, &g, &err);
        if (rc != cases[i].status || strcmp(err.code, cases[i].code) != 0)
            print_error("%s: %d %s\n", cases[i].what, rc, err.code);
        assert_int_equal(rc, cases[i].status);
        assert_string_equal(err.code, cases[i].code);
        if (cases[i].param)
            assert_string_equal(lt_error_param(&err, cases[i].param), cases[i].value);
        expect_no_children();
        lt_error_clear(&err);
    }
}

static void test_forbidden(void **state) {
    static const char *const things[] = {"open", "open-proc", "create", "unlink", "socket", "unix-socket", "fork", "exec", "kill",
                                         "ptrace", "code", "chmod"};
    (void)state;
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        struct got g;
        struct lt_error err = {0};
        int rc = run(things[i], &g, &err);
        if (rc != 0 || strcmp(g.text, "refused EPERM") != 0)
            print_error("%s: %d %s %s\n", things[i], rc, err.code, g.text);
        assert_int_equal(rc, 0);
        assert_string_equal(g.text, "refused EPERM");
        lt_error_clear(&err);
    }
    expect_no_children();
}

static void test_allowed(void **state) {
    struct got g;
    struct lt_error err = {0};
    (void)state;
    assert_int_equal(run("quiet", &g, &err), 0);
    assert_int_equal(g.frames, 0);
    assert_int_equal(run("thread", &g, &err), 0);
    assert_string_equal(g.text, "done");
    assert_int_equal(run("echo", &g, &err), 0);
    assert_string_equal(g.text, "answer");
    assert_int_equal(g.type, 41);
    assert_int_equal(g.frames, 2);
}

/* Between the steps a module may read the libraries' folders and, where the kernel has Landlock, nothing else. */
static void test_between_steps(void **state) {
    struct got g;
    struct lt_error err = {0};
    int passwd = -1, lib = -1;
    (void)state;
    assert_int_equal(run("opened", &g, &err), 0);
    assert_int_equal(sscanf(g.text, "passwd %d lib %d", &passwd, &lib), 2);
    assert_int_equal(lib, 0);
    if (passwd != EACCES)
        print_message("no Landlock here: a constructor can read files\n");
}

static void test_input(void **state) {
    char path[] = "/tmp/letopis-sandbox-XXXXXX";
    struct got g;
    struct lt_error err = {0};
    const struct sandbox_config config = {.program = PROGRAM, .modules_dir = MODULES};
    int fd = mkstemp(path), extra = open("/dev/null", O_RDONLY); /* inheritable: must not reach the child */
    (void)state;
    unlink(path);
    assert_int_equal(write(fd, "bytes", 5), 5);
    assert_int_equal(run_with(&config, "input", fd, &g, &err), 0);
    assert_string_equal(g.text, "bytes");
    assert_int_equal(run_with(&config, "count-fds", fd, &g, &err), 0);
    assert_true(lt_starts(g.text, "0 1 2 3 "));
    assert_null(strstr(g.text, "7 ")); /* modules' own: the two that bad_open holds */
    close(extra);
    close(fd);
}

static void test_unavailable(void **state) {
    struct got g;
    struct lt_error err = {0};
    struct sandbox_config config = {.program = "/nonexistent/letopis", .modules_dir = MODULES};
    (void)state;
    assert_int_equal(run_with(&config, "quiet", -1, &g, &err), LT_SYSTEM);
    assert_string_equal(err.code, "sandbox.unavailable");
    config.program = "/bin/false"; /* another program: ends without a word */
    assert_int_equal(run_with(&config, "quiet", -1, &g, &err), LT_REFUSED);
    assert_string_equal(err.code, "sandbox.crashed");
    config.program = PROGRAM;
    config.modules_dir = "/nonexistent";
    assert_int_equal(run_with(&config, "quiet", -1, &g, &err), LT_SYSTEM);
    assert_string_equal(err.code, "sandbox.unavailable");
    config.modules_dir = MODULES;
    config.network = true; /* modules never get it */
    assert_int_not_equal(run_with(&config, "quiet", -1, &g, &err), 0);
    expect_no_children();
    lt_error_clear(&err);
}

static void test_stderr_in_details(void **state) {
    struct got g;
    struct lt_error err = {0};
    (void)state;
    run("stderr", &g, &err);
    const char *text = lt_json_str(err.details, "stderr");
    assert_non_null(text);
    assert_true(lt_starts(text, "a line of complaint\n"));
    assert_true(strlen(text) <= 4096);
    lt_error_clear(&err);
}

static void *many(void *arg) {
    int *bad = arg;
    for (int i = 0; i < 10; i++) {
        struct got g;
        struct lt_error err = {0};
        const char *const what[] = {"echo", "crash", "socket", "lie-long"};
        int rc = run(what[i % 4], &g, &err);
        if ((i % 4 == 0 && rc != 0) || (i % 4 == 1 && rc != LT_REFUSED) || (i % 4 == 2 && strcmp(g.text, "refused EPERM") != 0))
            (*bad)++;
        lt_error_clear(&err);
    }
    return NULL;
}

static void test_threads(void **state) {
    pthread_t t[8];
    int bad[8] = {0}, sum = 0;
    (void)state;
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&t[i], NULL, many, &bad[i]), 0);
    for (int i = 0; i < 8; i++) {
        pthread_join(t[i], NULL);
        sum += bad[i];
    }
    assert_int_equal(sum, 0);
    expect_no_children();
}

/* No descriptor of the parent may be lost, however a run ends. */
static void test_no_leaked_descriptors(void **state) {
    struct got g;
    struct lt_error err = {0};
    (void)state;
    int before = dup(0);
    close(before);
    run("crash", &g, &err);
    run("quiet", &g, &err);
    run("lie-huge", &g, &err);
    int after = dup(0);
    close(after);
    assert_int_equal(before, after);
    lt_error_clear(&err);
}

static void test_frames(void **state) {
    struct lt_buf b = LT_BUF_INIT(1000);
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    double f;
    const char *s;
    size_t n;
    (void)state;
    sandbox_put_u8(&b, 200);
    sandbox_put_u16(&b, 60000);
    sandbox_put_u32(&b, 4000000000u);
    sandbox_put_u64(&b, 1ull << 60);
    sandbox_put_f64(&b, -2.5);
    sandbox_put_bytes(&b, "abc", 3);
    struct sandbox_cursor c = {.data = (unsigned char *)b.data, .len = b.len};
    assert_true(sandbox_get_u8(&c, &u8) && u8 == 200);
    assert_true(sandbox_get_u16(&c, &u16) && u16 == 60000);
    assert_true(sandbox_get_u32(&c, &u32) && u32 == 4000000000u);
    assert_true(sandbox_get_u64(&c, &u64) && u64 == 1ull << 60);
    assert_true(sandbox_get_f64(&c, &f) && f == -2.5);
    size_t at = c.at;
    assert_true(sandbox_get_bytes(&c, &s, &n) && n == 3 && memcmp(s, "abc", 3) == 0);
    assert_false(sandbox_get_u8(&c, &u8));
    c.at = at;
    c.len--; /* the last byte of "abc" is missing */
    assert_false(sandbox_get_bytes(&c, &s, &n));
    lt_buf_free(&b);
}

static void test_errors_travel(void **state) {
    struct lt_error in = {0}, out = {0};
    (void)state;
    lt_fail_field(&in, LT_NOTFOUND, "file", "bad.thing", "row", "12", "name", "Ёлка \"x\"", (char *)NULL);
    char *text = sandbox_error_encode(&in);
    assert_int_equal(sandbox_error_decode(text, strlen(text), prefixes, &out), LT_NOTFOUND);
    assert_string_equal(out.code, "bad.thing");
    assert_string_equal(out.field, "file");
    assert_string_equal(lt_error_param(&out, "name"), "Ёлка \"x\"");
    assert_string_equal(lt_error_param(&out, "row"), "12");
    free(text);
    static const char *const wrong[] = {"", "[]", "{}", "{\"status\":0,\"code\":\"bad.x\"}", "{\"status\":-9,\"code\":\"bad.x\"}",
                                        "{\"status\":-1,\"code\":\"other.x\"}", "{\"status\":-1,\"code\":\"bad.X\"}",
                                        "{\"status\":-1,\"code\":5}", "{\"status\":-1,\"code\":\"bad.x\",\"field\":\"A B\"}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(sandbox_error_decode(wrong[i], strlen(wrong[i]), prefixes, &out), LT_REFUSED);
        assert_string_equal(out.code, "sandbox.malformed");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),          cmocka_unit_test(test_errors_travel),
        cmocka_unit_test(test_allowed),         cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_forbidden),       cmocka_unit_test(test_between_steps),
        cmocka_unit_test(test_input),           cmocka_unit_test(test_unavailable),
        cmocka_unit_test(test_stderr_in_details), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_no_leaked_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
