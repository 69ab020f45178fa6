#include "vault/packed.h"
#include "vault/loose.h"
#include "vault/packed_wire.h"
#include "vault/packidx.h"

#include "base/text.h"
#include "sandbox/child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    int pack, idx;
    uint64_t pack_size, idx_size, offset;
};

static int open_sized(const char *path, uint64_t *size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
        close(fd);
        fd = -1;
    }
    if (fd >= 0) *size = (uint64_t)st.st_size;
    return fd;
}

/* Is it in the pack of this index? Then both stay open. An index that cannot be read holds nothing, as for git. */
static bool is_here(const char *dir, const char *name, const git_oid *oid, struct place *p)
{
    char path[4200];
    size_t n = strlen(name) - 4;
    if (!lt_print(path, sizeof path, "%s/%s", dir, name)) return false;
    p->idx = open_sized(path, &p->idx_size);
    if (p->idx < 0) return false;
    lt_print(path, sizeof path, "%s/%.*s.pack", dir, (int)n, name);
    p->pack = packidx_find(p->idx, p->idx_size, oid->id, &p->offset) == 1 ? open_sized(path, &p->pack_size) : -1;
    if (p->pack >= 0) return true;
    close(p->idx);
    return false;
}

static int find(const char *objects, const git_oid *oid, struct place *p, struct lt_error *err)
{
    char dir[4100], hex[41];
    bool found = false;
    lt_print(dir, sizeof dir, "%s/pack", objects);
    DIR *d = opendir(dir);
    if (!d && errno != ENOENT) return lt_fail_errno(err, "list", dir);
    for (struct dirent *e; d && !found && (e = readdir(d));) {
        if (lt_ends(e->d_name, ".idx")) found = is_here(dir, e->d_name, oid, p);
    }
    if (d) closedir(d);
    git_oid_tostr(hex, sizeof hex, oid);
    return found ? 0 : lt_fail(err, LT_NOTFOUND, "vault.no_object", "object", hex, (char *)NULL);
}

/* --- what the child sends --- */

struct taking {
    int fd;
    uint64_t size;
};

static int on_frame(void *ctx, struct sandbox_child *child, uint32_t type, const void *data, size_t len, struct lt_error *err)
{
    struct taking *t = ctx;
    (void)child;
    if (type != PACKED_FRAME_BYTES || len > PACKED_MAX - t->size) return lt_fail(err, LT_REFUSED, "sandbox.malformed", (char *)NULL);
    if (lt_fs_write_all(lt_fs_system(), t->fd, data, len)) return lt_fail_errno(err, "write", "spool");
    t->size += len;
    return 0;
}

static int unpack(struct vault *v, const struct place *p, struct taking *t, struct lt_error *err)
{
    static const char *const prefixes[] = {"packed.", NULL};
    const int fds[] = {p->pack, p->idx};
    json_t *args = json_pack("{s:I, s:I, s:I, s:I}", "offset", (json_int_t)p->offset, "pack_size", (json_int_t)p->pack_size, "idx_size",
                             (json_int_t)p->idx_size, "max", (json_int_t)PACKED_MAX);
    const struct sandbox_config config = {.program = v->program, .modules_dir = v->modules, .memory = ((uint64_t)64 << 20) + 5 * PACKED_MAX,
                                          .cpu_seconds = 20, .deadline_ms = 30000, .max_answer = PACKED_MAX + (1u << 20)};
    const struct sandbox_call call = {.kind = "module", .name = "packed", .args = args, .fds = fds, .n_fds = 2, .error_prefixes = prefixes,
                                      .frame = on_frame, .ctx = t};
    int rc = args ? sandbox_run(&config, &call, err) : lt_fail_memory(err);
    json_decref(args);
    return rc;
}

/* The child is not believed: what came must have the name that was asked for. */
static int check_name(const struct taking *t, const git_oid *oid, struct lt_error *err)
{
    char head[40], *chunk = malloc(65536);
    struct sha1_ctx sha1;
    git_oid got;
    if (!chunk) return lt_fail_memory(err);
    sha1_init(&sha1);
    lt_print(head, sizeof head, "blob %llu", (unsigned long long)t->size);
    sha1_update(&sha1, strlen(head) + 1, (const uint8_t *)head);
    int rc = 0;
    for (uint64_t at = 0; rc == 0 && at < t->size;) {
        ssize_t n = pread(t->fd, chunk, 65536, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) rc = lt_fail_errno(err, "read", "spool");
        else sha1_update(&sha1, (size_t)n, (const uint8_t *)chunk);
        at += n > 0 ? (uint64_t)n : 0;
    }
    free(chunk);
    sha1_digest(&sha1, sizeof got.id, got.id);
    return rc ? rc : git_oid_equal(&got, oid) ? 0 : loose_damaged(err, oid, "bytes do not match the name");
}

static int worded(int rc, const git_oid *oid, struct lt_error *err)
{
    char hex[41], what[80];
    git_oid_tostr(hex, sizeof hex, oid);
    if (strcmp(err->code, "packed.large") == 0)
        return lt_fail(err, LT_REFUSED, "vault.too_large", "object", hex, "limit", LT_NUM(PACKED_MAX), (char *)NULL);
    if (strcmp(err->code, "packed.damaged") != 0) return rc;
    lt_print(what, sizeof what, "%s", lt_error_param(err, "what") ? lt_error_param(err, "what") : "");
    return loose_damaged(err, oid, what);
}

int packed_open(struct vault *v, const char *objects, const git_oid *oid, int *fd, uint64_t *size, struct lt_error *err)
{
    struct place p;
    char spool[4096];
    struct taking t = {.fd = -1};
    int rc = find(objects, oid, &p, err);
    if (rc) return rc;
    lt_print(spool, sizeof spool, "%s/spool", v->dir);
    t.fd = open(spool, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (t.fd < 0) t.fd = memfd_create("packed", MFD_CLOEXEC); /* a folder that is only read */
    if (t.fd < 0) rc = lt_fail_errno(err, "open", "spool");
    if (!rc) rc = unpack(v, &p, &t, err);
    if (rc) rc = worded(rc, oid, err);
    else rc = check_name(&t, oid, err);
    close(p.pack);
    close(p.idx);
    if (rc) {
        if (t.fd >= 0) close(t.fd);
        return rc;
    }
    *fd = t.fd;
    *size = t.size;
    return 0;
}
