#include "sandbox/jail_parts.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define DENY SCMP_ACT_ERRNO(JAIL_ERRNO)

/* Names, because some calls do not exist on some processors; those are passed over. */
static const char *const never[] = {
    /* other programs and processes */
    "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
    "pidfd_getfd", "pidfd_send_signal", "kcmp", "kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
    "setpgid", "setsid", "setns", "unshare",
    /* the machine */
    "mount", "umount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick",
    "mount_setattr", "quotactl", "quotactl_fd", "swapon", "swapoff", "reboot", "kexec_load", "kexec_file_load", "init_module",
    "finit_module", "delete_module", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "io_setup", "keyctl", "add_key", "request_key", "acct", "settimeofday", "clock_settime",
    "clock_settime64", "clock_adjtime", "clock_adjtime64", "adjtimex", "syslog", "sethostname", "setdomainname", "iopl", "ioperm",
    "modify_ldt", "vhangup", "personality", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "lookup_dcookie",
    /* changing the file system by path (Landlock refuses these too, where there is Landlock) */
    "creat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "rmdir", "link", "linkat", "symlink",
    "symlinkat", "mknod", "mknodat", "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat",
    "truncate", "utime", "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "removexattr",
    "lremovexattr", "fremovexattr", "chdir", "fchdir",
    /* serving */
    "bind", "listen", "accept", "accept4"};

static const char *const sockets[] = {"socket", "socketpair", "connect"};

/* Step 2. What libmagic, libzip, libxml2, libfreexl and libvips were seen to need, and no more. Calls with conditions are added
 * below. newfstatat and statx stay because libc's fstat is made of them, access because Cairo asks it before it takes
 * a font that is open already; they tell of a path's existence, not its content. */
static const char *const quiet[] = {
    "read", "pread64", "readv", "preadv", "write", "writev", "lseek", "_llseek", "fstat", "fstat64", "newfstatat", "fstatat64",
    "statx", "access", "faccessat", "faccessat2", "close", "dup", "fadvise64", "ftruncate", "poll", "ppoll", "ppoll_time64", "select", "pselect6", "pselect6_time64",
    "munmap", "mremap", "madvise", "brk", "futex", "futex_time64", "set_robust_list", "rseq", "sched_yield",
    "sched_getaffinity", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "restart_syscall",
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_nanosleep", "clock_nanosleep_time64", "nanosleep", "gettimeofday",
    "time", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrusage", "sysinfo", "uname", "getrandom",
    "exit", "exit_group", "sendmsg", "sendto", "recvmsg", "recvfrom", "shutdown"};

static const char *const quiet_network[] = {"connect", "getsockopt", "setsockopt", "getsockname", "getpeername", "sendmmsg",
    "recvmmsg", "ioctl", "pipe", "pipe2", "eventfd2", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "fsync",
    "fdatasync", "pwrite64"};

/* Nothing is opened by these in step 2; a module may answer them itself with what it opened before. */
static const char *const opens[] = {"open", "openat"};

#ifdef LETOPIS_SANITIZED
/* Finding its own stack and naming threads while it reports. Nothing that opens or starts anything. */
static const char *const sanitizer_calls[] = {"getrlimit", "prctl", "prlimit64", "mincore"};
#endif

static int each(scmp_filter_ctx f, uint32_t action, const char *const *names, size_t n) {
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        int nr = seccomp_syscall_resolve_name(names[i]);
        if (nr >= 0)
            rc = seccomp_rule_add(f, action, nr, 0);
    }
    return rc;
}

/* A rule with conditions for a call that may not exist here. */
#define WHEN(f, action, name, ...) \
    (seccomp_syscall_resolve_name(name) < 0 \
         ? 0 \
         : seccomp_rule_add((f), (action), seccomp_syscall_resolve_name(name), __VA_ARGS__))

static int deny_writing_opens(scmp_filter_ctx f) {
    /* O_TMPFILE contains O_DIRECTORY; it also needs O_WRONLY or O_RDWR, which are refused. */
    static const unsigned bits[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};
    int rc = 0;
    for (size_t i = 0; i < LT_COUNT(bits); i++) {
        rc |= WHEN(f, DENY, "open", 1, SCMP_A1(SCMP_CMP_MASKED_EQ, bits[i], bits[i]));
        rc |= WHEN(f, DENY, "openat", 1, SCMP_A2(SCMP_CMP_MASKED_EQ, bits[i], bits[i]));
    }
    return rc | WHEN(f, SCMP_ACT_ERRNO(ENOSYS), "openat2", 0); /* its flags lie in memory, which a filter cannot see */
}

/* Publishers talk to hosts: IPv4, IPv6, and the kernel about its routes, but no Unix sockets of local services. */
static int deny_odd_sockets(scmp_filter_ctx f) {
    int rc = WHEN(f, DENY, "socketpair", 0);
    for (int domain = 0; domain < 64; domain++)
        if (domain != AF_INET && domain != AF_INET6 && domain != AF_NETLINK)
            rc |= WHEN(f, DENY, "socket", 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)domain));
    return rc | WHEN(f, DENY, "socket", 1, SCMP_A0(SCMP_CMP_GE, 64));
}

static int load(scmp_filter_ctx f, int rc, const char *step, char why[JAIL_WHY]) {
    if (rc == 0)
        rc = seccomp_load(f);
    if (rc != 0)
        lt_print(why, JAIL_WHY, "seccomp, %s: %s", step, strerror(rc < 0 ? -rc : rc));
    seccomp_release(f);
    return rc == 0 ? 0 : -1;
}

int jail_filter_loading(bool network, char why[JAIL_WHY]) {
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (!f) {
        lt_print(why, JAIL_WHY, "seccomp is not available");
        return -1;
    }
    int rc = each(f, DENY, never, LT_COUNT(never));
    rc |= deny_writing_opens(f);
    rc |= WHEN(f, DENY, "clone", 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    rc |= WHEN(f, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0); /* flags in memory; libc then falls back to clone */
    rc |= WHEN(f, DENY, "tgkill", 1, SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid()));
    rc |= network ? deny_odd_sockets(f) : each(f, DENY, sockets, LT_COUNT(sockets));
    return load(f, rc, "step 1", why);
}

static int allow_conditional(scmp_filter_ctx f, bool network) {
    int rc = 0;
    /* Memory, but never executable: no code from the file. */
    rc |= WHEN(f, SCMP_ACT_ALLOW, "mmap", 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    rc |= WHEN(f, SCMP_ACT_ALLOW, "mmap2", 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    rc |= WHEN(f, SCMP_ACT_ALLOW, "mprotect", 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    rc |= WHEN(f, SCMP_ACT_ALLOW, "clone", 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    rc |= WHEN(f, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0);
    rc |= WHEN(f, SCMP_ACT_ALLOW, "tgkill", 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())); /* abort() */
    rc |= WHEN(f, SCMP_ACT_ALLOW, "fcntl", 1, SCMP_A1(SCMP_CMP_LE, F_SETFL));
    rc |= WHEN(f, SCMP_ACT_ALLOW, "fcntl", 1, SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC));
#ifdef LETOPIS_SANITIZED
    rc |= each(f, SCMP_ACT_ALLOW, sanitizer_calls, LT_COUNT(sanitizer_calls));
#else
    rc |= WHEN(f, SCMP_ACT_ALLOW, "prctl", 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
    rc |= WHEN(f, SCMP_ACT_ALLOW, "prlimit64", 2, SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)); /* asking only */
#endif
    if (network) {
        rc |= each(f, SCMP_ACT_ALLOW, quiet_network, LT_COUNT(quiet_network));
        rc |= WHEN(f, SCMP_ACT_ALLOW, "socket", 1, SCMP_A0(SCMP_CMP_EQ, AF_INET));
        rc |= WHEN(f, SCMP_ACT_ALLOW, "socket", 1, SCMP_A0(SCMP_CMP_EQ, AF_INET6));
        rc |= WHEN(f, SCMP_ACT_ALLOW, "socket", 1, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK));
    }
    return rc;
}

int jail_filter_input(bool network, bool trap_opens, char why[JAIL_WHY]) {
    scmp_filter_ctx f = seccomp_init(DENY);
    if (!f) {
        lt_print(why, JAIL_WHY, "seccomp is not available");
        return -1;
    }
    /* Threads that a library started while loading come under it as well. */
    int rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
    rc |= each(f, SCMP_ACT_ALLOW, quiet, LT_COUNT(quiet));
    rc |= allow_conditional(f, network);
    if (trap_opens)
        rc |= each(f, SCMP_ACT_TRAP, opens, LT_COUNT(opens));
    return load(f, rc, "step 2", why);
}
