#include "sandbox/child.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STDERR_KEPT 4096
/* To jemalloc: one arena, and no addresses kept for later, since the limit of memory counts them. */
#define SANDBOX_MALLOC "MALLOC_CONF=narenas:1,retain:false"
#define EXIT_GRACE_MS 2000 /* between the end of the frames and the end of the process */

struct sandbox_child {
    const struct sandbox_call *call;
    pid_t pid;
    int sock, errs; /* ours ends of the socket and of the child's stderr; -1 = closed */
    int64_t deadline;
    unsigned deadline_ms;
    uint64_t received, max_answer;
    struct lt_buf in;
    bool ready, done, failed;
    char text[STDERR_KEPT];
    size_t text_len;
};

static int64_t mono_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int unavailable(struct lt_error *err, const char *why) {
    return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", why, (char *)NULL);
}

static int timed_out(const struct sandbox_child *c, struct lt_error *err) {
    return lt_fail(err, LT_REFUSED, "sandbox.timeout", "seconds", LT_NUM((c->deadline_ms + 999) / 1000), (char *)NULL);
}

static int malformed(struct lt_error *err) { return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL); }

/* --- starting --- */

struct argv_text {
    char memory[24], cpu[24], kind[64];
    char *argv[13];
};

static void fill_argv(struct argv_text *a, const struct sandbox_config *config, const struct sandbox_call *call) {
    size_t n = 0;
    lt_print(a->memory, sizeof a->memory, "%llu",
             (unsigned long long)(config->memory ? config->memory : (uint64_t)256 << 20));
    lt_print(a->cpu, sizeof a->cpu, "%u", config->cpu_seconds ? config->cpu_seconds : 20);
    lt_print(a->kind, sizeof a->kind, "--%s", call->kind);
    const char *const words[] = {config->program, "plugin-run", a->kind, call->name, "--modules-dir", config->modules_dir,
                                 "--memory", a->memory, "--cpu", a->cpu};
    for (size_t i = 0; i < LT_COUNT(words); i++)
        a->argv[n++] = (char *)words[i]; /* posix_spawn does not write to them */
    if (config->network)
        a->argv[n++] = (char *)"--network";
    a->argv[n] = NULL;
}

/* Descriptors are first moved above all targets, so that dup2 of one never overwrites another that is still needed. */
static int lift(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 3 + SANDBOX_MAX_FDS); }

static int spawn_with(struct sandbox_child *c, char *const *argv, int theirs, int their_errs, const int *fds, size_t n_fds) {
    /* Nothing of our environment: no LD_*, no secrets. Leaks are not looked for, see jail.h. */
    static const char *const env[] = {"LC_ALL=C.UTF-8", "HOME=/", "TZ=UTC0", SANDBOX_MALLOC,
#ifdef LETOPIS_SANITIZED
                                      "ASAN_OPTIONS=detect_leaks=0:symbolize=0:allocator_may_return_null=1",
                                      "UBSAN_OPTIONS=symbolize=0", "TSAN_OPTIONS=symbolize=0:report_thread_leaks=0",
#endif
                                      NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0)
        return rc;
    rc = posix_spawnattr_init(&attr);
    if (rc != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return rc;
    }
    sigemptyset(&none);
    sigfillset(&all);
    rc |= posix_spawnattr_setsigmask(&attr, &none);
    rc |= posix_spawnattr_setsigdefault(&attr, &all);
    rc |= posix_spawnattr_setpgroup(&attr, 0); /* Ctrl-C on the terminal is for the parent, which ends us in order */
    rc |= posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    rc |= posix_spawn_file_actions_adddup2(&actions, theirs, 0);
    rc |= posix_spawn_file_actions_adddup2(&actions, theirs, 1);
    rc |= posix_spawn_file_actions_adddup2(&actions, their_errs, 2);
    for (size_t i = 0; i < n_fds; i++)
        rc |= posix_spawn_file_actions_adddup2(&actions, fds[i], 3 + (int)i);
    rc |= posix_spawn_file_actions_addclosefrom_np(&actions, 3 + (int)n_fds);
    if (rc == 0)
        rc = posix_spawn(&c->pid, argv[0], &actions, &attr, argv, (char *const *)env);
    else
        rc = ENOMEM;
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static int start(struct sandbox_child *c, const struct sandbox_config *config, struct lt_error *err) {
    const struct sandbox_call *call = c->call;
    int sock[2] = {-1, -1}, errs[2] = {-1, -1}, theirs = -1, their_errs = -1, rc = 0;
    int fds[SANDBOX_MAX_FDS];
    size_t lifted = 0;
    struct argv_text a;
    if (call->n_fds > SANDBOX_MAX_FDS || !config->program || !config->modules_dir)
        return unavailable(err, "no program or too many descriptors");
    fill_argv(&a, config, call);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) < 0 || pipe2(errs, O_CLOEXEC | O_NONBLOCK) < 0 ||
        (theirs = lift(sock[1])) < 0 || (their_errs = lift(errs[1])) < 0)
        rc = errno;
    for (; rc == 0 && lifted < call->n_fds; lifted++)
        if ((fds[lifted] = lift(call->fds[lifted])) < 0) {
            rc = errno;
            break;
        }
    if (rc == 0)
        rc = spawn_with(c, a.argv, theirs, their_errs, fds, call->n_fds);
    const int close_now[] = {sock[1], errs[1], theirs, their_errs};
    for (size_t i = 0; i < LT_COUNT(close_now); i++)
        if (close_now[i] >= 0)
            close(close_now[i]);
    while (lifted > 0)
        close(fds[--lifted]);
    c->sock = sock[0];
    c->errs = errs[0];
    if (rc == 0)
        return 0;
    c->pid = -1;
    char why[128];
    return unavailable(err, strerror_r(rc, why, sizeof why));
}

/* --- moving bytes --- */

static void drain_stderr(struct sandbox_child *c) {
    for (int i = 0; i < 16 && c->errs >= 0; i++) { /* a child that floods its stderr must not hold us here */
        char got[4096] = "";
        ssize_t n = read(c->errs, got, sizeof got);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            close(c->errs);
            c->errs = -1;
            return;
        }
        size_t room = sizeof c->text - c->text_len, keep = (size_t)n < room ? (size_t)n : room;
        memcpy(c->text + c->text_len, got, keep);
        c->text_len += keep;
    }
}

/* Waits until the socket is ready for `events`. 1 ready, or a negative status. */
static int wait_socket(struct sandbox_child *c, short events, struct lt_error *err) {
    for (;;) {
        int64_t left = c->deadline - mono_ms();
        if (left <= 0)
            return timed_out(c, err);
        struct pollfd p[2] = {{.fd = c->sock, .events = events}, {.fd = c->errs, .events = POLLIN}};
        int n = poll(p, 2, left > 60000 ? 60000 : (int)left);
        if (n < 0 && errno != EINTR)
            return lt_fail_errno(err, "poll", "");
        if (n > 0 && p[1].revents)
            drain_stderr(c);
        if (n > 0 && p[0].revents)
            return 1;
    }
}

/* 0, 1 when the child no longer listens, or a negative status. */
static int send_bytes(struct sandbox_child *c, const void *data, size_t len, struct lt_error *err) {
    const char *p = data;
    while (len > 0) {
        ssize_t n = send(c->sock, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            p += n;
            len -= (size_t)n;
            continue;
        }
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return 1;
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return lt_fail_errno(err, "send", "");
        int rc = wait_socket(c, POLLOUT, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int send_frame(struct sandbox_child *c, uint32_t type, const void *data, size_t len, struct lt_error *err) {
    unsigned char head[SANDBOX_FRAME_HEAD];
    if (len > SANDBOX_FRAME_MAX)
        return lt_fail(err, LT_SYSTEM, "sandbox.unavailable", "why", "frame too long", (char *)NULL);
    for (unsigned i = 0; i < 4; i++) {
        head[i] = (unsigned char)(type >> (8 * i));
        head[4 + i] = (unsigned char)(len >> (8 * i));
    }
    int rc = send_bytes(c, head, sizeof head, err);
    return rc != 0 ? rc : send_bytes(c, data, len, err);
}

int sandbox_reply(struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err) {
    int rc = send_frame(child, type, data, len, err);
    return rc > 0 ? lt_fail(err, LT_REFUSED, "sandbox.crashed", "signal", "EPIPE", (char *)NULL) : rc;
}

/* Before READY no foreign byte was read: what the child says of itself is believed. Afterwards it may use the codes of the
 * caller, and say that memory did not suffice. */
static int handle_fail(struct sandbox_child *c, const void *data, size_t len, struct lt_error *err) {
    static const char *const own[] = {"sandbox.", NULL}, *const memory[] = {"sandbox.memory", NULL};
    c->failed = true;
    if (!c->ready)
        return sandbox_error_decode(data, len, own, err);
    struct lt_error as_memory = {0};
    int rc = sandbox_error_decode(data, len, memory, &as_memory);
    if (strcmp(as_memory.code, "sandbox.memory") == 0)
        return lt_fail(err, rc, "sandbox.memory", (char *)NULL);
    return sandbox_error_decode(data, len, c->call->error_prefixes, err);
}

static int handle_frame(struct sandbox_child *c, uint32_t type, const void *data, size_t len, struct lt_error *err) {
    if (c->done || c->failed)
        return malformed(err);
    if (type == SANDBOX_FRAME_READY && !c->ready) {
        c->ready = true;
        return 0;
    }
    if (type == SANDBOX_FRAME_FAIL)
        return handle_fail(c, data, len, err);
    if (!c->ready)
        return malformed(err);
    if (type == SANDBOX_FRAME_DONE && len == 0) {
        c->done = true;
        return 0;
    }
    if (type < SANDBOX_FRAME_USER || !c->call->frame)
        return malformed(err);
    return c->call->frame(c->call->ctx, c, type, data, len, err);
}

static int take_frames(struct sandbox_child *c, struct lt_error *err) {
    struct sandbox_cursor cur = {.data = (const unsigned char *)c->in.data, .len = c->in.len};
    int rc = 0;
    while (rc == 0 && cur.len - cur.at >= SANDBOX_FRAME_HEAD) {
        size_t begin = cur.at;
        uint32_t type = 0, len = 0;
        sandbox_get_u32(&cur, &type);
        sandbox_get_u32(&cur, &len);
        if (len > SANDBOX_FRAME_MAX)
            return malformed(err);
        if (cur.len - cur.at < len) {
            cur.at = begin;
            break;
        }
        rc = handle_frame(c, type, cur.data + cur.at, len, err);
        cur.at += len;
    }
    if (cur.at > 0) {
        memmove(c->in.data, c->in.data + cur.at, c->in.len - cur.at);
        c->in.len -= cur.at;
    }
    return rc;
}

/* 1 at the end of the frames, 0, or a negative status. */
static int receive(struct sandbox_child *c, struct lt_error *err) {
    char chunk[65536];
    ssize_t n = recv(c->sock, chunk, sizeof chunk, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno == ECONNRESET))
        return 1;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : lt_fail_errno(err, "recv", "");
    c->received += (uint64_t)n;
    if (c->received > c->max_answer)
        return lt_fail(err, LT_REFUSED, "sandbox.flood", "limit", LT_NUM(c->max_answer), (char *)NULL);
    if (lt_buf_add(&c->in, chunk, (size_t)n) != 0)
        return lt_fail_memory(err);
    return take_frames(c, err);
}

/* --- the end --- */

/* Waits for the process until `until`, then kills it. The wait status, or -1 when somebody else has reaped it. */
static int reap(struct sandbox_child *c, int64_t until, bool *killed) {
    int status = 0, fd = pidfd_open(c->pid, 0);
    for (;;) {
        pid_t got = waitpid(c->pid, &status, WNOHANG);
        if (got == c->pid || (got < 0 && errno != EINTR)) {
            if (fd >= 0)
                close(fd);
            return got == c->pid ? status : -1;
        }
        int64_t left = until - mono_ms();
        if (left <= 0 && !*killed) {
            *killed = true;
            kill(c->pid, SIGKILL);
        }
        drain_stderr(c);
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (fd >= 0)
            poll(&p, 1, left > 0 && left < 100 ? (int)left : 100);
        else
            poll(NULL, 0, 2); /* no pidfd in this kernel or container */
    }
}

static int judge_end(const struct sandbox_child *c, int status, bool killed, struct lt_error *err) {
    char what[48];
    if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return c->done ? 0 : malformed(err);
    if (killed || (status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
        return timed_out(c, err);
    if (status == -1)
        lt_print(what, sizeof what, "unknown");
    else if (WIFSIGNALED(status))
        lt_print(what, sizeof what, "SIG%s", sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
    else
        lt_print(what, sizeof what, "exit %d", WEXITSTATUS(status));
    return lt_fail(err, LT_REFUSED, "sandbox.crashed", "signal", what, (char *)NULL);
}

static void keep_stderr(const struct sandbox_child *c, struct lt_error *err) {
    char clean[STDERR_KEPT];
    if (!err || err->details || c->text_len == 0 || !lt_starts(err->code, "sandbox."))
        return;
    for (size_t i = 0; i < c->text_len; i++) {
        unsigned char ch = (unsigned char)c->text[i];
        clean[i] = (char)((ch >= 32 && ch < 127) || ch == '\n' ? ch : '?');
    }
    json_t *doc = json_pack("{s:s%}", "stderr", clean, c->text_len);
    if (doc)
        lt_error_details(err, doc);
}

static int converse(struct sandbox_child *c, struct lt_error *err) {
    char *args = c->call->args ? json_dumps(c->call->args, JSON_COMPACT | JSON_ENCODE_ANY) : lt_strdup("{}");
    if (!args)
        return lt_fail_memory(err);
    int rc = send_frame(c, SANDBOX_FRAME_START, args, strlen(args), err);
    free(args);
    while (rc >= 0) { /* 1 from sending: it ended early and its last words are still to be read */
        rc = wait_socket(c, POLLIN, err);
        if (rc > 0)
            rc = receive(c, err);
        if (rc == 1)
            return 0;
    }
    return rc;
}

int sandbox_run(const struct sandbox_config *config, const struct sandbox_call *call, struct lt_error *err) {
    struct sandbox_child c = {.call = call, .pid = -1, .sock = -1, .errs = -1};
    bool killed = false;
    c.deadline_ms = config->deadline_ms ? config->deadline_ms : 30000;
    c.deadline = mono_ms() + c.deadline_ms;
    c.max_answer = config->max_answer ? config->max_answer : (uint64_t)64 << 20;
    lt_buf_init(&c.in, SANDBOX_FRAME_HEAD + SANDBOX_FRAME_MAX + 65536);
    int rc = start(&c, config, err);
    if (rc == 0)
        rc = converse(&c, err);
    if (c.sock >= 0)
        close(c.sock);
    if (c.pid > 0) {
        if (rc != 0 && !c.failed) { /* stopped in the middle: nothing to wait for */
            killed = true;
            kill(c.pid, SIGKILL);
        }
        int status = reap(&c, mono_ms() + EXIT_GRACE_MS, &killed);
        drain_stderr(&c);
        if (rc == 0)
            rc = judge_end(&c, status, killed, err);
    }
    if (c.errs >= 0)
        close(c.errs);
    lt_buf_free(&c.in);
    if (rc != 0)
        keep_stderr(&c, err);
    return rc;
}

char *sandbox_self_path(void) {
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return NULL;
    path[n] = 0;
    return lt_strdup(path);
}
