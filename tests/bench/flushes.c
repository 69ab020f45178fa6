/* Counts the flushes of whatever runs with it preloaded, ours and git's alike: seconds depend on the disk, flushes do not.
 * The counter is the first eight bytes of the file named by BENCH_FLUSHES, shared by all processes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic uint64_t *counter;

__attribute__((constructor)) static void map_counter(void)
{
    const char *path = getenv("BENCH_FLUSHES");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *at = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED) counter = at;
}

static int flush(const char *name, int fd)
{
    int (*real)(int) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, name);
    if (counter) atomic_fetch_add(counter, 1);
    return real(fd);
}

__attribute__((visibility("default"))) int fsync(int fd)
{
    return flush("fsync", fd);
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    return flush("fdatasync", fd);
}

__attribute__((visibility("default"))) int syncfs(int fd)
{
    return flush("syncfs", fd);
}
