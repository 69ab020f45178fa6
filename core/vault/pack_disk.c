/* Packs on disk: writing, listing, checking. */
#include "vault/loose.h"
#include "vault/pack.h"
#include "vault/pack_form.h"

#include "base/id.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct map {
    const unsigned char *p;
    size_t len;
};

struct pack_file {
    git_oid name;
    struct map pack, idx;
    uint32_t count;
    uint64_t larges; /* 64-bit offsets in the index */
};

static char *file_name(const char *objects, const char *name, const char *ext)
{
    return lt_format("%s/pack/pack-%s.%s", objects, name, ext);
}

/* --- writing --- */

/* Written under a temporary name and renamed, so that a name never stands for half a file while the machine
 * runs. */
static int put(const struct lt_fs *fs, const char *objects, const char *name, const char *ext,
               const void *data, size_t len, bool durable, struct lt_error *err)
{
    unsigned char r[8];
    char hex[2 * sizeof r + 1];
    lt_random(r, sizeof r);
    lt_hex(r, sizeof r, hex);
    char *temp = lt_format("%s/pack/" PACK_TEMP "%s", objects, hex);
    char *path = file_name(objects, name, ext);
    int rc = 0;
    if (temp == NULL || path == NULL) {
        rc = lt_fail_memory(err);
        goto done;
    }
    int fd = fs->open(fs->ctx, temp, O_WRONLY | O_CREAT | O_EXCL, 0444);
    if (fd < 0) {
        rc = lt_fail_errno(err, "write", temp);
        goto done;
    }
    if (lt_fs_write_all(fs, fd, data, len) != 0 || (durable && fs->fsync(fs->ctx, fd) != 0))
        rc = lt_fail_errno(err, "write", temp);
    if (fs->close(fs->ctx, fd) != 0 && rc == 0) rc = lt_fail_errno(err, "write", temp);
    if (rc == 0 && fs->rename(fs->ctx, temp, path) != 0) rc = lt_fail_errno(err, "rename", path);
    if (rc != 0) fs->unlink(fs->ctx, temp);
done:
    free(temp);
    free(path);
    return rc;
}

static int sync_folder(const struct lt_fs *fs, const char *objects, struct lt_error *err)
{
    char *dir = lt_format("%s/pack", objects);
    int rc = dir == NULL                    ? lt_fail_memory(err)
             : lt_fs_sync_dir(fs, dir) != 0 ? lt_fail_errno(err, "flush", dir)
                                            : 0;
    free(dir);
    return rc;
}

int pack_write(const struct lt_fs *fs, const char *objects, const struct pack_image *image, bool durable,
               struct lt_error *err)
{
    int rc = put(fs, objects, image->name, "pack", image->pack, image->pack_len, durable, err);
    if (rc == 0) rc = put(fs, objects, image->name, "idx", image->idx, image->idx_len, durable, err);
    if (rc == 0 && durable) rc = sync_folder(fs, objects, err);
    return rc;
}

void pack_remove(const struct lt_fs *fs, const char *objects, const char *name)
{
    static const char *const exts[] = {"idx", "rev", "bitmap", "mtimes", "pack"};
    for (size_t i = 0; i < LT_COUNT(exts); i++) {
        char *path = file_name(objects, name, exts[i]);
        if (path != NULL) fs->unlink(fs->ctx, path);
        free(path);
    }
}

/* --- reading --- */

static int map_file(const char *path, struct map *out, struct lt_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? lt_fail(err, LT_NOTFOUND, "vault.no_object", "object", path, (char *)NULL)
                               : lt_fail_errno(err, "open", path);
    struct stat st;
    int rc = 0;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        rc = lt_fail_errno(err, "read", path);
    } else if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            rc = lt_fail_errno(err, "read", path);
        else
            *out = (struct map){p, (size_t)st.st_size};
    }
    close(fd);
    return rc;
}

static void unmap(struct map *m)
{
    if (m->p != NULL) munmap((void *)(uintptr_t)m->p, m->len);
    *m = (struct map){0};
}

static bool same_bytes(const char *path, const void *data, size_t len)
{
    struct map m = {0};
    bool same = map_file(path, &m, NULL) == 0 && m.len == len && memcmp(m.p, data, len) == 0;
    unmap(&m);
    return same;
}

bool pack_on_disk(const char *objects, const struct pack_image *image)
{
    char *pack = file_name(objects, image->name, "pack"), *idx = file_name(objects, image->name, "idx");
    bool there = pack != NULL && idx != NULL && same_bytes(pack, image->pack, image->pack_len) &&
                 same_bytes(idx, image->idx, image->idx_len);
    free(pack);
    free(idx);
    return there;
}

/* Everything about the index that later reads rely on. NULL when right, else what is wrong. */
static const char *judge_index(struct pack_file *f)
{
    const unsigned char *idx = f->idx.p, *pack = f->pack.p;
    if (f->idx.len < IDX_HEAD + 2 * PACK_TRAILER || memcmp(idx, "\377tOc\0\0\0\2", 8) != 0) return "no index";
    if (f->pack.len < PACK_HEAD + PACK_TRAILER || memcmp(pack, "PACK\0\0\0", 7) != 0 ||
        (pack[7] != 2 && pack[7] != 3))
        return "no pack";
    uint32_t last = 0;
    for (size_t i = 0; i < 256; i++) {
        uint32_t n = pack_be32(idx + 8 + 4 * i);
        if (n < last) return "the index's fan";
        last = n;
    }
    uint64_t least = IDX_HEAD + (uint64_t)last * 28 + 2 * PACK_TRAILER;
    if (f->idx.len < least || (f->idx.len - least) % 8 != 0 || (f->idx.len - least) / 8 > last)
        return "the index's length";
    f->count = last;
    f->larges = (f->idx.len - least) / 8;
    if (pack_be32(pack + 8) != last) return "the pack's count";
    if (memcmp(pack + f->pack.len - PACK_TRAILER, idx + f->idx.len - 2 * PACK_TRAILER, PACK_TRAILER) != 0)
        return "the index is of another pack";
    return NULL;
}

int pack_file_open(const char *objects, const char *name, struct pack_file **out, struct lt_error *err)
{
    struct pack_file *f = lt_calloc(1, sizeof *f);
    char *pack = file_name(objects, name, "pack"), *idx = file_name(objects, name, "idx");
    int rc = 0;
    if (f == NULL || pack == NULL || idx == NULL)
        rc = lt_fail_memory(err);
    else if (git_oid_fromstr(&f->name, name) != 0)
        rc = lt_fail(err, LT_USAGE, "vault.bad_object", (char *)NULL);
    if (rc == 0) rc = map_file(pack, &f->pack, err);
    if (rc == 0) rc = map_file(idx, &f->idx, err);
    if (rc == 0) {
        const char *what = judge_index(f);
        if (what != NULL) rc = loose_damaged(err, &f->name, what);
    }
    free(pack);
    free(idx);
    if (rc != 0) {
        pack_file_close(f);
        return rc;
    }
    *out = f;
    return 0;
}

void pack_file_close(struct pack_file *f)
{
    if (f == NULL) return;
    unmap(&f->pack);
    unmap(&f->idx);
    free(f);
}

uint32_t pack_file_count(const struct pack_file *f)
{
    return f->count;
}

void pack_file_oid(const struct pack_file *f, uint32_t i, git_oid *out)
{
    memcpy(out->id, f->idx.p + IDX_HEAD + 20 * (size_t)i, 20);
}

uint64_t pack_file_size(const struct pack_file *f)
{
    return f->pack.len;
}

/* Offset by the index; 0 (where no entry is) when it points nowhere. */
static uint64_t entry_off(const struct pack_file *f, uint32_t i)
{
    const unsigned char *offs = f->idx.p + IDX_HEAD + (uint64_t)f->count * 24;
    uint64_t off = pack_be32(offs + 4 * (size_t)i);
    if (off & 0x80000000u) {
        uint64_t k = off & 0x7fffffffu;
        if (k >= f->larges) return 0;
        const unsigned char *p = offs + 4 * (size_t)f->count + 8 * k;
        off = (uint64_t)pack_be32(p) << 32 | pack_be32(p + 4);
    }
    return off;
}

static bool sum_ok(const struct map *m)
{
    unsigned char sum[PACK_TRAILER];
    struct sha1_ctx sha1;
    sha1_init(&sha1);
    sha1_update(&sha1, m->len - PACK_TRAILER, m->p);
    sha1_digest(&sha1, PACK_TRAILER, sum);
    return memcmp(sum, m->p + m->len - PACK_TRAILER, PACK_TRAILER) == 0;
}

struct place {
    uint64_t off;
    uint32_t i; /* in the index */
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->off < y->off ? -1 : x->off > y->off;
}

int pack_file_each(struct pack_file *f, int (*cb)(void *user, const struct pack_visit *), void *user,
                   struct lt_error *err)
{
    struct place *order = lt_calloc(f->count, sizeof *order);
    if (order == NULL) return lt_fail_memory(err);
    for (uint32_t i = 0; i < f->count; i++)
        order[i] = (struct place){entry_off(f, i), i};
    qsort(order, f->count, sizeof *order, by_place);
    struct pack_scanner scanner = {0};
    uint64_t end = f->pack.len - PACK_TRAILER, expect = PACK_HEAD;
    int rc = 0;
    for (uint32_t k = 0; k < f->count && rc == 0; k++) {
        struct pack_visit v = {0};
        uint64_t next = 0;
        struct lt_error why = {0};
        pack_file_oid(f, order[k].i, &v.oid);
        v.wrong = order[k].off == expect ? NULL : "its place in the pack";
        rc = order[k].off < PACK_HEAD
                 ? LT_REFUSED
                 : pack_scan_entry(&scanner, f->pack.p, end, order[k].off, &f->name, &v.entry, &next, &why);
        if (rc == LT_REFUSED) {
            v.wrong = "its bytes in the pack";
            next = k + 1 < f->count ? order[k + 1].off : end; /* look for the others where the index says */
            rc = 0;
        } else if (rc != 0) {
            if (err != NULL) *err = why;
            break;
        } else if (v.entry.type < PACK_OFS_DELTA && !git_oid_equal(&v.oid, &v.entry.oid)) {
            v.wrong = "bytes do not match the name";
        } else if (v.entry.crc !=
                   pack_be32(f->idx.p + IDX_HEAD + (uint64_t)f->count * 20 + 4 * (size_t)order[k].i)) {
            v.wrong = "its CRC in the index";
        }
        lt_error_clear(&why);
        if (v.wrong == NULL) {
            v.bytes = f->pack.p + order[k].off;
            v.len = (size_t)(next - order[k].off);
        }
        expect = next;
        rc = cb(user, &v);
    }
    if (rc == 0 && expect != end) {
        struct pack_visit v = {.oid = f->name, .wrong = "bytes that belong to no object", .of_pack = true};
        rc = cb(user, &v);
    }
    pack_scanner_free(&scanner);
    free(order);
    return rc;
}

struct survey {
    const struct pack_faults *cb;
};

static int survey_one(void *user, const struct pack_visit *v)
{
    const struct pack_faults *cb = ((struct survey *)user)->cb;
    if (v->wrong != NULL)
        cb->fault(cb->user, v->of_pack ? NULL : &v->oid, v->wrong);
    else if (v->entry.type >= PACK_OFS_DELTA && cb->delta != NULL)
        cb->delta(cb->user, &v->oid);
    else if (v->entry.type < PACK_OFS_DELTA && cb->whole != NULL)
        cb->whole(cb->user, &v->oid);
    return 0;
}

int pack_file_survey(struct pack_file *f, const struct pack_faults *cb, struct lt_error *err)
{
    if (!sum_ok(&f->pack)) cb->fault(cb->user, NULL, "the pack's checksum");
    if (!sum_ok(&f->idx)) cb->fault(cb->user, NULL, "the index's checksum");
    for (uint32_t i = 1; i < f->count; i++) {
        git_oid a, b;
        pack_file_oid(f, i - 1, &a);
        pack_file_oid(f, i, &b);
        if (git_oid_cmp(&a, &b) >= 0) {
            cb->fault(cb->user, NULL, "the index's order");
            break;
        }
    }
    return pack_file_each(f, survey_one, &(struct survey){cb}, err);
}

struct verdict {
    const char *what; /* the first fault */
    git_oid oid;
    uint32_t deltas;
};

static void verdict_fault(void *user, const git_oid *oid, const char *what)
{
    struct verdict *v = user;
    if (v->what != NULL) return;
    v->what = what;
    if (oid != NULL) v->oid = *oid;
}

static void verdict_delta(void *user, const git_oid *oid)
{
    (void)oid;
    ((struct verdict *)user)->deltas++;
}

int pack_file_verify(struct pack_file *f, uint32_t *deltas, struct lt_error *err)
{
    struct verdict v = {.oid = f->name};
    struct pack_faults cb = {.user = &v, .fault = verdict_fault, .delta = verdict_delta};
    int rc = pack_file_survey(f, &cb, err);
    if (rc == 0 && v.what != NULL) rc = loose_damaged(err, &v.oid, v.what);
    if (rc == 0 && deltas != NULL) *deltas = v.deltas;
    return rc;
}

int pack_each(const char *objects, int (*cb)(void *user, const char *name), void *user, struct lt_error *err)
{
    char *path = lt_format("%s/pack", objects);
    if (path == NULL) return lt_fail_memory(err);
    DIR *d = opendir(path);
    int rc = d != NULL || errno == ENOENT ? 0 : lt_fail_errno(err, "list", path);
    free(path);
    for (struct dirent *e; rc == 0 && d != NULL && (e = readdir(d)) != NULL;) {
        char name[41];
        const char *s = e->d_name;
        if (strlen(s) != 49 || !lt_starts(s, "pack-") || !lt_ends(s, ".idx") ||
            strspn(s + 5, "0123456789abcdef") != 40)
            continue;
        memcpy(name, s + 5, 40);
        name[40] = 0;
        char *pack = file_name(objects, name, "pack");
        if (pack == NULL)
            rc = lt_fail_memory(err);
        else if (access(pack, F_OK) == 0)
            rc = cb(user, name);
        free(pack);
    }
    if (d != NULL) closedir(d);
    return rc;
}

static int count_one(void *user, const char *name)
{
    (void)name;
    ++*(size_t *)user;
    return 0;
}

int pack_each_count(const char *objects, size_t *out, struct lt_error *err)
{
    size_t n = 0;
    int rc = pack_each(objects, count_one, &n, err);
    if (rc == 0) *out = n;
    return rc;
}
