#include "sandbox/jail_parts.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_FILES 64

static int say(char why[JAIL_WHY], const char *what) {
    lt_print(why, JAIL_WHY, "%s: %s", what, strerror(errno));
    return -1;
}

/* Sets a limit and reads it back. */
static int limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard, const char *name, char why[JAIL_WHY]) {
    struct rlimit now, want;
    if (getrlimit(what, &now) != 0)
        return say(why, name);
    want.rlim_max = now.rlim_max < hard ? now.rlim_max : hard; /* only root may raise, and we never want to */
    want.rlim_cur = soft < want.rlim_max ? soft : want.rlim_max;
    if (setrlimit(what, &want) != 0 || getrlimit(what, &now) != 0)
        return say(why, name);
    if (now.rlim_cur > soft || now.rlim_max > hard) {
        errno = EINVAL;
        return say(why, name);
    }
    return 0;
}

static int set_limits(const struct jail_options *o, char why[JAIL_WHY]) {
    if (limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE", why) != 0 ||
        limit(RLIMIT_CPU, o->cpu_seconds, (rlim_t)o->cpu_seconds + 1, "RLIMIT_CPU", why) != 0 ||
        limit(RLIMIT_NOFILE, MOST_FILES, MOST_FILES, "RLIMIT_NOFILE", why) != 0 ||
        limit(RLIMIT_MEMLOCK, 0, 0, "RLIMIT_MEMLOCK", why) != 0 ||
        limit(RLIMIT_MSGQUEUE, 0, 0, "RLIMIT_MSGQUEUE", why) != 0)
        return -1;
    if (!o->network && limit(RLIMIT_FSIZE, 0, 0, "RLIMIT_FSIZE", why) != 0)
        return -1;
#ifndef LETOPIS_SANITIZED
    if (limit(RLIMIT_AS, o->memory, o->memory, "RLIMIT_AS", why) != 0)
        return -1;
    void *p = mmap(NULL, o->memory, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED) {
        lt_print(why, JAIL_WHY, "RLIMIT_AS does not hold");
        return -1;
    }
#endif
    return 0;
}

static int drop_capabilities(char why[JAIL_WHY]) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[2] = {{0}, {0}}, now[2];
    if (syscall(SYS_capset, &head, none) != 0 || syscall(SYS_capget, &head, now) != 0)
        return say(why, "capset");
    if (now[0].effective | now[1].effective | now[0].permitted | now[1].permitted) {
        lt_print(why, JAIL_WHY, "capabilities remain");
        return -1;
    }
    return 0;
}

/* --- verification: what must fail is tried --- */

static int must_fail(long rc, int want, const char *what, char why[JAIL_WHY]) {
    if (rc == -1 && errno == want)
        return 0;
    lt_print(why, JAIL_WHY, "%s is still possible (%ld, %s)", what, rc, rc == -1 ? strerror(errno) : "success");
    return -1;
}

/* A fork that succeeds must not return twice: the copy ends at once. */
static long try_fork(void) {
    long pid = syscall(SYS_clone, (unsigned long)SIGCHLD, 0ul, 0ul, 0ul, 0ul);
    if (pid == 0)
        syscall(SYS_exit_group, 0);
    return pid;
}

static int verify_both(bool network, char why[JAIL_WHY]) {
    /* Each of these would succeed, or fail in another way, without the filter. */
    if (must_fail(syscall(SYS_execve, "/nonexistent", NULL, NULL), JAIL_ERRNO, "exec", why) != 0 ||
        must_fail(try_fork(), JAIL_ERRNO, "fork", why) != 0 ||
        must_fail(syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0), JAIL_ERRNO, "ptrace", why) != 0 ||
        must_fail(syscall(SYS_mount, (void *)1, (void *)1, (void *)1, 0ul, (void *)1), JAIL_ERRNO, "mount", why) != 0 ||
        must_fail(syscall(SYS_kill, getpid(), 0), JAIL_ERRNO, "kill", why) != 0 ||
        must_fail(syscall(SYS_clone3, NULL, 0), ENOSYS, "clone3", why) != 0 ||
        must_fail(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0), JAIL_ERRNO, "a Unix socket", why) != 0)
        return -1;
    return network ? 0 : must_fail(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0), JAIL_ERRNO, "a socket", why);
}

int jail_before_loading(const struct jail_options *o, struct jail_level *out, char why[JAIL_WHY]) {
    why[0] = 0;
    if (set_limits(o, why) != 0)
        return -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return say(why, "no_new_privs");
    if (drop_capabilities(why) != 0)
        return -1;
    int abi = jail_landlock(o, why);
    if (abi < 0 || jail_filter_loading(o->network, why) != 0 || verify_both(o->network, why) != 0)
        return -1;
    /* "/" is on every system and in no list of Landlock's. */
    if (abi > 0 && must_fail(syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), EACCES,
                             "opening outside the list", why) != 0)
        return -1;
    if (must_fail(syscall(SYS_openat, AT_FDCWD, "/tmp/letopis-jail", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), JAIL_ERRNO,
                  "writing a file", why) != 0)
        return -1;
    out->landlock = abi;
    return 0;
}

int jail_before_input(const struct jail_options *o, char why[JAIL_WHY]) {
    why[0] = 0;
    if (jail_filter_input(o->network, o->trap_opens, why) != 0 || verify_both(o->network, why) != 0)
        return -1;
    if (must_fail(syscall(SYS_openat, AT_FDCWD, "/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC), JAIL_ERRNO, "opening a path",
                  why) != 0 ||
        must_fail(syscall(SYS_unlinkat, AT_FDCWD, "/tmp/letopis-jail", 0), JAIL_ERRNO, "removing a file", why) != 0)
        return -1;
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return must_fail(code == MAP_FAILED ? -1 : 0, JAIL_ERRNO, "executable memory", why);
}
