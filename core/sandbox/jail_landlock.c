/* Landlock by raw system calls: Debian 12's libc has no wrappers and its headers know only the first versions, so the structures
 * of later versions are written out here (include/uapi/linux/landlock.h of Linux 6.12). */
#include "sandbox/jail_parts.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ruleset_attr { /* the kernel takes a longer one when what it does not know is zero */
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

#define FS_READ (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define NET_TCP 3ull /* bind, connect */
#define SCOPES 3ull  /* abstract Unix sockets, signals */

static uint64_t fs_rights(int abi) {
    /* Bits of version 1 are 0..12; 2 added REFER (13), 3 TRUNCATE (14), 5 IOCTL_DEV (15). */
    if (abi >= 5)
        return (1ull << 16) - 1;
    if (abi >= 3)
        return (1ull << 15) - 1;
    return abi == 2 ? (1ull << 14) - 1 : (1ull << 13) - 1;
}

/* What libraries read while they load and start: themselves, fonts, magic, tables of characters, MIME, names of colours. */
static const char *const system_paths[] = {"/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/local/lib", "/lib",
    "/lib32", "/lib64", "/usr/share", "/usr/local/share", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/fonts", "/etc/magic", "/etc/ImageMagick-6", "/etc/ssl/openssl.cnf", "/var/cache/fontconfig", NULL};
/* For publishers: addresses of hosts and certificates. */
static const char *const network_paths[] = {"/etc/resolv.conf", "/run/systemd/resolve", "/etc/hosts", "/etc/nsswitch.conf",
    "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/protocols", "/etc/ssl", "/etc/ca-certificates", NULL};

static int allow(int ruleset, const char *const *paths) {
    for (size_t i = 0; paths && paths[i]; i++) {
        struct landlock_path_beneath_attr rule = {.allowed_access = FS_READ};
        struct stat st;
        rule.parent_fd = open(paths[i], O_PATH | O_CLOEXEC);
        if (rule.parent_fd < 0)
            continue; /* not on this system: nothing to allow */
        /* A right to list folders is refused for a file. */
        if (fstat(rule.parent_fd, &st) != 0 || !S_ISDIR(st.st_mode))
            rule.allowed_access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
        long rc = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(rule.parent_fd);
        if (rc != 0)
            return -1;
    }
    return 0;
}

int jail_landlock(const struct jail_options *o, char why[JAIL_WHY]) {
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi <= 0)
        return 0; /* ENOSYS, EOPNOTSUPP: absent or switched off; the filters alone must do (jail.h) */
    struct ruleset_attr attr = {.handled_access_fs = fs_rights((int)abi)};
    if (abi >= 4 && !o->network)
        attr.handled_access_net = NET_TCP;
    if (abi >= 6)
        attr.scoped = SCOPES;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0) {
        lt_print(why, JAIL_WHY, "landlock_create_ruleset: %s", strerror(errno));
        return -1;
    }
    if (allow(ruleset, system_paths) != 0 || allow(ruleset, o->read_paths) != 0 ||
        (o->network && allow(ruleset, network_paths) != 0) || syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
        lt_print(why, JAIL_WHY, "landlock: %s", strerror(errno));
        close(ruleset);
        return -1;
    }
    close(ruleset);
    return (int)abi;
}
