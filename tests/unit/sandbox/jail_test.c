/* The jail where it differs: with network, without Landlock, for another user, inside a jail already. */
#include "sandbox/child.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PROGRAM LETOPIS_BINARY_DIR "/tests/lt_child"
#define MODULES LETOPIS_BINARY_DIR "/tests/modules"

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len,
                    struct lt_error *err) {
    char *text = ctx;
    (void)child;
    (void)type;
    (void)err;
    memcpy(text, data, len < 999 ? len : 999);
    return 0;
}

static int run(const char *kind, const char *name, const char *what, bool network, int port, int fd, char text[1000],
               struct lt_error *err) {
    const struct sandbox_config config = {.program = PROGRAM, .modules_dir = MODULES, .deadline_ms = 10000, .network = network};
    json_t *args = json_pack("{s:s, s:i}", "do", what, "port", port);
    const struct sandbox_call call = {.kind = kind, .name = name, .args = args, .fds = &fd, .n_fds = fd >= 0, .frame = on_frame,
                                      .ctx = text};
    memset(text, 0, 1000);
    int rc = sandbox_run(&config, &call, err);
    json_decref(args);
    return rc;
}

static int listener(int *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void test_publisher(void **state) {
    char text[1000], kept[16] = "";
    struct lt_error err = {0};
    int port, server = listener(&port), fd = memfd_create("out", MFD_CLOEXEC);
    (void)state;
    assert_int_equal(run("probe", "x", "", true, port, fd, text, &err), 0);
    assert_string_equal(text, "socket=yes connect=yes send=yes bind=no unix=no raw=no open=no write=yes chmod=no ");
    assert_int_equal(pread(fd, kept, sizeof kept - 1, 0), 7);
    assert_string_equal(kept, "written");
    assert_int_equal(run("probe", "x", "", false, port, fd, text, &err), 0);
    assert_true(lt_starts(text, "socket=no connect=no send="));
    assert_non_null(strstr(text, "open=no"));
    close(fd);
    close(server);
    lt_error_clear(&err);
}

/* What must hold in every surrounding; runs in a process of its own, so its exit code tells. */
static int stands(void) {
    static const char *const forbidden[] = {"open", "socket", "fork", "exec", "create", "kill"};
    struct lt_error err = {0};
    char text[1000];
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        if (run("module", "bad", forbidden[i], false, 0, -1, text, &err) != 0 || strcmp(text, "refused EPERM") != 0) {
            fprintf(stderr, "%s: %s %s %s\n", forbidden[i], err.code, text,
                    lt_error_param(&err, "why") ? lt_error_param(&err, "why") : "");
            return 1;
        }
    }
    return 0;
}

static int in_a_process(int (*prepare)(void)) {
    pid_t pid = fork();
    int status = 0;
    if (pid == 0) {
        int rc = prepare();
        _exit(rc != 0 ? rc : stands());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define NOT_POSSIBLE 77

static int without_landlock(void) {
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    int nr = seccomp_syscall_resolve_name("landlock_create_ruleset");
    if (!f || nr < 0 || seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), nr, 0) != 0 || seccomp_load(f) != 0)
        return NOT_POSSIBLE;
    seccomp_release(f);
    return 0;
}

static int as_nobody(void) {
    if (geteuid() != 0)
        return NOT_POSSIBLE;
    if (setgid(65534) != 0 || setuid(65534) != 0 || access(PROGRAM, X_OK) != 0 || access(MODULES, R_OK) != 0)
        return NOT_POSSIBLE;
    return 0;
}

/* The kernel refuses filters: no jail, so no run. */
static int without_seccomp(void) {
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (!f || seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0) != 0 ||
        seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, 22)) != 0 || seccomp_load(f) != 0)
        return NOT_POSSIBLE;
    seccomp_release(f);
    struct lt_error err = {0};
    char text[1000];
    int rc = run("module", "bad", "quiet", false, 0, -1, text, &err);
    return rc == LT_SYSTEM && strcmp(err.code, "sandbox.unavailable") == 0 ? 50 : 51;
}

static void test_without_landlock(void **state) {
    (void)state;
    int rc = in_a_process(without_landlock);
    if (rc == NOT_POSSIBLE)
        skip();
    assert_int_equal(rc, 0);
}

static void test_as_nobody(void **state) {
    (void)state;
    int rc = in_a_process(as_nobody);
    if (rc == NOT_POSSIBLE)
        skip();
    assert_int_equal(rc, 0);
}

static void test_no_jail_no_run(void **state) {
    (void)state;
    int rc = in_a_process(without_seccomp);
    if (rc == NOT_POSSIBLE)
        skip();
    assert_int_equal(rc, 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_publisher), cmocka_unit_test(test_without_landlock),
                                       cmocka_unit_test(test_as_nobody), cmocka_unit_test(test_no_jail_no_run)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
