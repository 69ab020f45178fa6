/* A module that does what it is told by {"do": …}, mostly what no module may. For what the jail must refuse it answers with a
 * frame of type 16 whose payload is "refused EPERM" or "done". */
#include "sandbox/module.h"

#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int opened_passwd = -2, opened_lib = -2; /* tried in open(), between the steps */

static int bad_open(struct lt_error *err) {
    (void)err;
    opened_passwd = open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : errno;
    opened_lib = open("/usr/lib", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0 ? 0 : errno;
    return 0;
}

static void *nothing(void *arg) { return arg; }

static long try_thread(void) {
    pthread_t t;
    int rc = pthread_create(&t, NULL, nothing, NULL);
    if (rc == 0)
        pthread_join(t, NULL);
    errno = rc;
    return rc == 0 ? 0 : -1;
}

static long try(const char *what) {
    if (strcmp(what, "open") == 0)
        return open("/etc/hostname", O_RDONLY);
    if (strcmp(what, "open-proc") == 0)
        return open("/proc/self/mem", O_RDWR);
    if (strcmp(what, "create") == 0)
        return open("/tmp/letopis-bad", O_WRONLY | O_CREAT, 0600);
    if (strcmp(what, "unlink") == 0)
        return unlink("/tmp/letopis-bad");
    if (strcmp(what, "socket") == 0)
        return socket(AF_INET, SOCK_STREAM, 0);
    if (strcmp(what, "unix-socket") == 0)
        return socket(AF_UNIX, SOCK_STREAM, 0);
    if (strcmp(what, "fork") == 0)
        return fork();
    if (strcmp(what, "exec") == 0)
        return execl("/bin/true", "true", (char *)NULL);
    if (strcmp(what, "kill") == 0)
        return kill(getppid(), 0);
    if (strcmp(what, "ptrace") == 0)
        return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
    if (strcmp(what, "code") == 0)
        return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
    if (strcmp(what, "chmod") == 0)
        return fchmod(SANDBOX_INPUT_FD, 0777);
    if (strcmp(what, "thread") == 0)
        return try_thread();
    errno = ENOTSUP;
    return -1;
}

static int tell(struct sandbox_io *io, const char *what) { return io->send(io->ctx, SANDBOX_FRAME_USER, what, strlen(what)); }

static void raw_frame(uint32_t type, uint32_t len, const char *payload) {
    struct lt_buf b = LT_BUF_INIT(1 << 20);
    for (unsigned i = 0; i < 8; i++)
        lt_buf_addc(&b, (char)((i < 4 ? type >> (8 * i) : len >> (8 * (i - 4))) & 255));
    lt_buf_adds(&b, payload);
    if (write(1, b.data, b.len) < 0)
        _exit(9);
    lt_buf_free(&b);
}

static int echo(struct sandbox_io *io) {
    uint32_t type;
    const void *data;
    size_t len;
    if (tell(io, "ask") != 0 || io->receive(io->ctx, &type, &data, &len) != 0)
        return -1;
    return io->send(io->ctx, type + 1, data, len);
}

static int read_input(struct sandbox_io *io, int fd) {
    char text[100];
    ssize_t n = pread(fd, text, sizeof text, 0);
    return n < 0 ? tell(io, "unreadable") : io->send(io->ctx, SANDBOX_FRAME_USER, text, (size_t)n);
}

static int tell_opened(struct sandbox_io *io) {
    char text[64];
    lt_print(text, sizeof text, "passwd %d lib %d", opened_passwd, opened_lib);
    return tell(io, text);
}

static int flood(struct sandbox_io *io) {
    static char block[65536];
    while (io->send(io->ctx, SANDBOX_FRAME_USER, block, sizeof block) == 0)
        continue;
    return -1;
}

static int flood_stderr(void) {
    for (int i = 0; i < 100000; i++)
        fputs("a line of complaint\n", stderr);
    abort();
}

static int eat_memory(struct lt_error *err) {
    for (int i = 0; i < 4096; i++) {
        char *p = malloc(1 << 20);
        if (!p)
            return lt_fail_memory(err);
        memset(p, i, 1 << 20);
    }
    return 0;
}

static void crash(const char *what) {
    volatile int spin = 0;
    if (strcmp(what, "crash") == 0)
        raise(SIGSEGV);
    if (strcmp(what, "abort") == 0)
        abort();
    if (strcmp(what, "exit") == 0)
        _exit(7);
    if (strcmp(what, "vanish") == 0)
        _exit(0);
    while (strcmp(what, "hang") == 0)
        pause(); /* not allowed either: spins on EPERM */
    while (strcmp(what, "spin") == 0)
        spin++;
    while (strcmp(what, "sleep") == 0)
        sleep(1);
    if (strcmp(what, "mute") == 0) { /* closes the frames and stays */
        close(0);
        close(1);
        while (1)
            sleep(1);
    }
}

static void lie(const char *what) {
    if (strcmp(what, "lie-huge") == 0)
        raw_frame(SANDBOX_FRAME_USER, 0xffffffffu, "x");
    if (strcmp(what, "lie-long") == 0)
        raw_frame(SANDBOX_FRAME_USER, 1000, "short");
    if (strcmp(what, "lie-type") == 0)
        raw_frame(7, 0, "");
    if (strcmp(what, "lie-error") == 0)
        raw_frame(SANDBOX_FRAME_FAIL, 38, "{\"status\":-1,\"code\":\"account.owner_now\"}");
    if (strcmp(what, "lie-json") == 0)
        raw_frame(SANDBOX_FRAME_FAIL, 5, "{nope");
    if (strcmp(what, "after-done") == 0) {
        raw_frame(SANDBOX_FRAME_DONE, 0, "");
        raw_frame(SANDBOX_FRAME_USER, 1, "x");
    }
    if (lt_starts(what, "lie-") || strcmp(what, "after-done") == 0)
        _exit(0);
}

static int bad_run(struct sandbox_io *io, const json_t *args, int input_fd, struct lt_error *err) {
    const char *what = lt_json_str_or(args, "do", "");
    crash(what);
    lie(what);
    if (strcmp(what, "echo") == 0)
        return echo(io);
    if (strcmp(what, "input") == 0)
        return read_input(io, input_fd);
    if (strcmp(what, "opened") == 0)
        return tell_opened(io);
    if (strcmp(what, "flood") == 0)
        return flood(io);
    if (strcmp(what, "stderr") == 0)
        return flood_stderr();
    if (strcmp(what, "memory") == 0)
        return eat_memory(err);
    if (strcmp(what, "refuse") == 0)
        return lt_fail(err, LT_REFUSED, "bad.refused", "why", "because", (char *)NULL);
    if (strcmp(what, "quiet") == 0)
        return 0;
    if (strcmp(what, "count-fds") == 0) {
        char text[64] = "";
        for (int fd = 0, at = 0; fd < 1024 && at < 50; fd++)
            if (fcntl(fd, F_GETFD) >= 0)
                at += snprintf(text + at, sizeof text - (size_t)at, "%d ", fd);
        return tell(io, text);
    }
    long rc = try(what);
    return tell(io, rc >= 0 ? "done" : errno == EPERM ? "refused EPERM" : strerror(errno));
}

SANDBOX_EXPORT extern const struct sandbox_module letopis_module;
const struct sandbox_module letopis_module = {
    .magic = SANDBOX_MODULE_MAGIC, .size = sizeof(struct sandbox_module), .name = "bad", .open = bad_open, .run = bad_run};
