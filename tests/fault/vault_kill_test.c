/* kill -9 at the nth operation on files, while steps run and while the folder is recovered. */
#include "vault_scenarios.h"

#include <signal.h>

/* In a process of its own: opens the folder, runs the steps, tells each acknowledged one through the pipe;
 * killed at its nth operation. -1: was killed; else the exit code. */
static int run_killed(const struct scenario *s, const char *dir, uint64_t nth, int *acknowledged,
                      uint64_t *calls)
{
    int tell[2];
    assert_int_equal(pipe(tell), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct lt_fs_test *t = lt_fs_test_new();
        struct vault_config c = {.dir = dir, .fs = lt_fs_test_table(t)};
        struct lt_error err = {0};
        struct vault *v;
        close(tell[0]);
        lt_fs_test_fault(t, LT_FS_KILL, nth);
        if (vault_open(&c, &v, &err) != 0) _exit(3);
        for (int i = 0; s && i < s->steps; i++) {
            if (s->run(v, i, &err) != 0 || write(tell[1], "a", 1) != 1) _exit(2);
        }
        vault_close(v);
        uint64_t n = lt_fs_test_calls(t);
        _exit(write(tell[1], &n, sizeof n) == sizeof n ? 0 : 2);
    }
    close(tell[1]);
    char got[100];
    size_t len = 0;
    ssize_t n;
    while ((n = read(tell[0], got + len, sizeof got - len)) > 0)
        len += (size_t)n;
    close(tell[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!killed && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        fail_msg("%s: child ended with %x at %llu", s ? s->name : "recovery", (unsigned)status,
                 (unsigned long long)nth);
    if (!killed) {
        assert_true(len >= sizeof *calls);
        memcpy(calls, got + len - sizeof *calls, sizeof *calls);
        len -= sizeof *calls;
    }
    *acknowledged = (int)len;
    return killed ? -1 : 0;
}

/* Numbers of operations at which to kill: all when there are few, else spread over them without a common
 * pattern. */
static uint64_t next_kill(uint64_t n, uint64_t calls, unsigned wanted)
{
    return calls <= wanted ? n + 1 : n + calls / wanted + n % 3;
}

static void kill_at_many(void **state, const struct scenario *s, unsigned wanted)
{
    uint64_t calls = 0, unused = 0;
    unsigned kills = 0;
    int acknowledged;
    scenario_base(s, *state);
    char *dir = scenario_copy(*state, "base", "work");
    assert_int_equal(run_killed(s, dir, 0, &acknowledged, &calls), 0);
    assert_int_equal(acknowledged, s->steps);
    free(dir);
    for (uint64_t n = 1; n <= calls; n = next_kill(n, calls, wanted), kills++) {
        dir = scenario_copy(*state, "base", "work");
        run_killed(s, dir, n, &acknowledged, &unused);
        if (kills % 3 == 1) { /* and once more, while it is recovered */
            int none;
            run_killed(NULL, dir, 1 + kills % 40, &none, &unused);
        }
        scenario_verify(s, dir, acknowledged, false, kills % 4 == 0);
        free(dir);
    }
    print_message("%s: %u kills over %llu operations\n", s->name, kills, (unsigned long long)calls);
}

SCENARIO_MAIN(kill_at_many, 48, 26, 6, 6, 26)
