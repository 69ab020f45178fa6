#include "http/tus_store.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR_MS INT64_C(3600000)
enum { INFO_MAX = 4096 };

struct item {
    struct item *next;
    struct tus_upload up;
    uint64_t synced;
    bool used, writing, dead; /* dead: removed while a request was writing */
};

struct tus {
    pthread_mutex_t lock;
    const struct lt_clock *clock;
    char *dir;
    struct item *first;
    size_t len;
    int64_t purged;
};

struct tus_writer {
    struct tus *t;
    struct item *item;
    int fd;
    uint64_t begin, at;
};

/* --- files; all of this with the lock held --- */

static bool path_of(const struct tus *t, const char *id, const char *ending, char out[4200])
{
    return lt_print(out, 4200, "%s/%s.%s", t->dir, id, ending);
}

static void unlink_of(const struct tus *t, const char *id)
{
    char path[4200];
    if (path_of(t, id, "bin", path)) unlink(path);
    if (path_of(t, id, "json", path)) unlink(path);
}

static int note(const struct tus *t, const struct item *i, struct lt_error *err)
{
    char path[4200];
    json_t *doc = json_pack("{s:s, s:I, s:s, s:I, s:I, s:b}", "account", i->up.account, "length", (json_int_t)i->up.length, "name", i->up.name,
                            "expires", (json_int_t)i->up.expires, "synced", (json_int_t)i->synced, "used", i->used);
    char *text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
    json_decref(doc);
    if (!text || !path_of(t, i->up.id, "json", path)) {
        free(text);
        return lt_fail_memory(err);
    }
    int rc = lt_fs_replace(lt_fs_system(), path, text, strlen(text), 0600, false) ? lt_fail_errno(err, "write", "spool") : 0;
    free(text);
    return rc;
}

static int open_bin(const struct tus *t, const char *id, int flags, struct lt_error *err)
{
    char path[4200];
    if (!path_of(t, id, "bin", path)) return lt_fail(err, LT_SYSTEM, "http.path_long", (char *)NULL);
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == ENOENT) return lt_fail(err, LT_NOTFOUND, "upload.absent", "upload", id, (char *)NULL); /* an erasure empties the spool */
    return fd < 0 ? lt_fail_errno(err, "open", "spool") : fd;
}

static int sync_item(const struct tus *t, struct item *i, int fd, struct lt_error *err)
{
    if (i->synced == i->up.offset) return 0;
    if (fdatasync(fd)) return lt_fail_errno(err, "flush", "spool");
    i->synced = i->up.offset;
    return note(t, i, err);
}

static void drop(struct tus *t, struct item *gone)
{
    unlink_of(t, gone->up.id);
    for (struct item **p = &t->first; *p; p = &(*p)->next) {
        if (*p != gone) continue;
        *p = gone->next;
        t->len--;
        break;
    }
    if (gone->writing) gone->dead = true; /* the writer frees it */
    else free(gone);
}

static struct item *find(struct tus *t, const char *account, const char *id)
{
    int64_t now = lt_clock_now(t->clock);
    for (struct item *i = t->first; i; i = i->next) {
        if (strcmp(i->up.id, id) == 0) return strcmp(i->up.account, account) == 0 && i->up.expires > now ? i : NULL;
    }
    return NULL;
}

static int absent(struct lt_error *err, const char *id)
{
    char shown[TUS_ID];
    lt_print(shown, sizeof shown, "%.32s", id);
    return lt_fail(err, LT_NOTFOUND, "upload.absent", "upload", shown, (char *)NULL);
}

static void purge(struct tus *t, int64_t now)
{
    for (struct item *i = t->first, *next; i; i = next) {
        next = i->next;
        if (i->up.expires <= now && !i->writing) drop(t, i);
    }
    t->purged = now;
}

/* --- opening --- */

/* Files are as long as they were when this machine has not been off since: noted in a file of its own. */
static bool same_boot(const struct tus *t)
{
    char *now = NULL, *then = NULL, path[4200];
    size_t now_len = 0, then_len = 0;
    bool same = lt_fs_read("/proc/sys/kernel/random/boot_id", 100, &now, &now_len) == 0;
    lt_print(path, sizeof path, "%s/boot", t->dir);
    if (same) {
        same = lt_fs_read(path, 100, &then, &then_len) == 0 && now_len == then_len && memcmp(now, then, now_len) == 0;
        if (!same) lt_fs_replace(lt_fs_system(), path, now, now_len, 0600, true);
    }
    free(now);
    free(then);
    return same;
}

/* An upload found at the start; false: it cannot be gone on with. */
static bool restore(const struct tus *t, const char *id, bool same, struct item *i)
{
    char path[4200], *text = NULL;
    size_t len = 0;
    struct stat st;
    json_t *doc = NULL;
    lt_print(i->up.id, sizeof i->up.id, "%s", id);
    if (!path_of(t, id, "json", path) || lt_fs_read(path, INFO_MAX, &text, &len)) return false;
    bool good = lt_json_parse(text, len, INFO_MAX, &doc, NULL) == 0;
    free(text);
    int64_t length = lt_json_int(doc, "length", -1), synced = lt_json_int(doc, "synced", -1);
    good = good && length >= 0 && synced >= 0 && synced <= length && lt_print(i->up.account, sizeof i->up.account, "%s", lt_json_str_or(doc, "account", "")) &&
           lt_print(i->up.name, sizeof i->up.name, "%s", lt_json_str_or(doc, "name", "")) && lt_id_valid(i->up.account);
    i->up.length = (uint64_t)length;
    i->up.expires = lt_json_int(doc, "expires", 0);
    i->used = lt_json_bool(doc, "used", false);
    json_decref(doc);
    if (!good || !path_of(t, id, "bin", path) || lstat(path, &st) || !S_ISREG(st.st_mode) || st.st_size < synced) return false;
    uint64_t offset = same && st.st_size <= length ? (uint64_t)st.st_size : (uint64_t)synced;
    i->synced = (uint64_t)synced;
    i->up.offset = offset;
    return offset == (uint64_t)st.st_size || truncate(path, (off_t)offset) == 0;
}

static void restore_all(struct tus *t)
{
    bool same = same_boot(t);
    DIR *d = opendir(t->dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char id[TUS_ID], path[4500];
        const char *dot = strchr(e->d_name, '.');
        size_t n = dot ? (size_t)(dot - e->d_name) : 0;
        if (e->d_name[0] == '.' || strcmp(e->d_name, "boot") == 0) continue;
        bool info = n == TUS_ID - 1 && strcmp(dot, ".json") == 0, bin = n == TUS_ID - 1 && strcmp(dot, ".bin") == 0;
        lt_print(id, sizeof id, "%.*s", (int)n, e->d_name);
        lt_print(path, sizeof path, "%s/%s", t->dir, e->d_name);
        if (bin) { /* one whose description was not written any more */
            char beside[4200];
            if (path_of(t, id, "json", beside) && access(beside, F_OK) != 0) unlink(path);
            continue;
        }
        struct item *i = info && t->len < TUS_ALL ? lt_calloc(1, sizeof *i) : NULL;
        if (i && restore(t, id, same, i)) {
            i->next = t->first;
            t->first = i;
            t->len++;
            continue;
        }
        free(i);
        if (info) unlink_of(t, id);
        else unlink(path); /* a temporary file */
    }
    if (d) closedir(d);
}

int tus_open(const char *dir, const struct lt_clock *clock, struct tus **out, struct lt_error *err)
{
    struct tus *t = lt_calloc(1, sizeof *t);
    if (!t) return lt_fail_memory(err);
    t->clock = clock;
    t->dir = lt_format("%s/spool/uploads", dir);
    if (!t->dir || lt_fs_mkdirs(lt_fs_system(), t->dir, 0700)) {
        int rc = t->dir ? lt_fail_errno(err, "mkdir", t->dir) : lt_fail_memory(err);
        free(t->dir);
        free(t);
        return rc;
    }
    pthread_mutex_init(&t->lock, NULL);
    restore_all(t);
    purge(t, lt_clock_now(clock));
    *out = t;
    return 0;
}

void tus_close(struct tus *t)
{
    if (!t) return;
    while (t->first) {
        struct item *i = t->first;
        struct lt_error ignored = {0};
        int fd = i->synced < i->up.offset ? open_bin(t, i->up.id, O_RDONLY, &ignored) : -1;
        if (fd >= 0) {
            sync_item(t, i, fd, &ignored);
            close(fd);
        }
        lt_error_clear(&ignored);
        t->first = i->next;
        free(i);
    }
    pthread_mutex_destroy(&t->lock);
    free(t->dir);
    free(t);
}

void tus_purge(struct tus *t)
{
    if (!t) return;
    int64_t now = lt_clock_now(t->clock);
    pthread_mutex_lock(&t->lock);
    if (now - t->purged >= HOUR_MS || now < t->purged) purge(t, now);
    pthread_mutex_unlock(&t->lock);
}

/* --- making and finding --- */

static int check_quota(const struct tus *t, const char *account, uint64_t length, uint64_t max, struct lt_error *err)
{
    uint64_t bytes = length, count = 1;
    for (const struct item *i = t->first; i; i = i->next) {
        if (i->used || strcmp(i->up.account, account) != 0) continue;
        bytes += i->up.length;
        count++;
    }
    if (count > TUS_OF_ACCOUNT || bytes > max * 10) return lt_fail(err, LT_REFUSED, "upload.quota", "limit", LT_NUM(TUS_OF_ACCOUNT), "megabytes", LT_NUM(max * 10 >> 20), (char *)NULL);
    return t->len < TUS_ALL ? 0 : lt_fail(err, LT_SYSTEM, "http.busy", (char *)NULL);
}

int tus_create(struct tus *t, const char *account, uint64_t length, const char *name, uint64_t max, struct tus_upload *out,
               struct lt_error *err)
{
    unsigned char raw[(TUS_ID - 1) / 2];
    if (length > max) return lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(max), (char *)NULL);
    struct item *i = lt_calloc(1, sizeof *i);
    if (!i) return lt_fail_memory(err);
    lt_random(raw, sizeof raw);
    lt_hex(raw, sizeof raw, i->up.id);
    lt_print(i->up.account, sizeof i->up.account, "%s", account);
    lt_print(i->up.name, sizeof i->up.name, "%.*s", (int)lt_utf8_clip(name, sizeof i->up.name - 1), name);
    i->up.length = length;
    pthread_mutex_lock(&t->lock);
    i->up.expires = lt_clock_now(t->clock) + TUS_TERM_MS;
    int rc = check_quota(t, account, length, max, err);
    int fd = rc ? -1 : open_bin(t, i->up.id, O_CREAT | O_EXCL | O_WRONLY, err);
    if (!rc && fd < 0) rc = fd;
    if (!rc) rc = note(t, i, err);
    if (fd >= 0) close(fd);
    if (!rc) {
        i->next = t->first;
        t->first = i;
        t->len++;
        *out = i->up;
    } else if (fd >= 0) {
        unlink_of(t, i->up.id);
    }
    pthread_mutex_unlock(&t->lock);
    if (rc) free(i);
    return rc;
}

int tus_find(struct tus *t, const char *account, const char *id, bool sync, struct tus_upload *out, struct lt_error *err)
{
    pthread_mutex_lock(&t->lock);
    struct item *i = find(t, account, id);
    int rc = i ? 0 : absent(err, id);
    if (i && sync && i->synced < i->up.offset) {
        int fd = open_bin(t, id, O_RDONLY, err);
        rc = fd < 0 ? fd : sync_item(t, i, fd, err);
        if (fd >= 0) close(fd);
    }
    if (!rc) *out = i->up;
    pthread_mutex_unlock(&t->lock);
    return rc;
}

int tus_remove(struct tus *t, const char *account, const char *id, struct lt_error *err)
{
    pthread_mutex_lock(&t->lock);
    struct item *i = find(t, account, id);
    int rc = i ? 0 : absent(err, id);
    if (i) drop(t, i);
    pthread_mutex_unlock(&t->lock);
    return rc;
}

/* --- writing --- */

int tus_write_begin(struct tus *t, const char *account, const char *id, uint64_t offset, struct tus_writer **out, struct lt_error *err)
{
    struct tus_writer *w = lt_calloc(1, sizeof *w);
    if (!w) return lt_fail_memory(err);
    pthread_mutex_lock(&t->lock);
    struct item *i = find(t, account, id);
    int rc = 0;
    if (!i) rc = absent(err, id);
    else if (i->writing) rc = lt_fail(err, LT_CONFLICT, "upload.busy", (char *)NULL);
    else if (i->up.offset != offset) rc = lt_fail(err, LT_CONFLICT, "upload.offset", "offset", LT_NUM(i->up.offset), (char *)NULL);
    else if ((w->fd = open_bin(t, id, O_WRONLY, err)) < 0) rc = w->fd;
    if (!rc) {
        i->writing = true;
        w->t = t;
        w->item = i;
        w->begin = w->at = offset;
    }
    pthread_mutex_unlock(&t->lock);
    if (rc) free(w);
    else *out = w;
    return rc;
}

int tus_write(struct tus_writer *w, const void *data, size_t len, struct lt_error *err)
{
    const char *from = data;
    if (len > w->item->up.length - w->at) return lt_fail(err, LT_USAGE, "http.too_large", "limit", LT_NUM(w->item->up.length), (char *)NULL);
    while (len) {
        ssize_t n = pwrite(w->fd, from, len, (off_t)w->at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return lt_fail_errno(err, "write", "spool");
        from += n;
        len -= (size_t)n;
        w->at += (uint64_t)n;
    }
    return 0;
}

uint64_t tus_written(const struct tus_writer *w)
{
    return w->at - w->begin;
}

int tus_write_end(struct tus_writer *w, bool keep, bool sync, struct tus_upload *out, struct lt_error *err)
{
    struct tus *t = w->t;
    struct item *i = w->item;
    int rc = 0;
    if (!keep && ftruncate(w->fd, (off_t)w->begin)) rc = lt_fail_errno(err, "write", "spool");
    if (!rc && keep && sync && fdatasync(w->fd)) rc = lt_fail_errno(err, "flush", "spool"); /* outside the lock: others go on */
    pthread_mutex_lock(&t->lock);
    i->writing = false;
    if (i->dead) {
        if (!rc) rc = absent(err, i->up.id);
        free(i);
    } else {
        if (keep) i->up.offset = w->at;
        if (!rc && keep && sync) {
            i->synced = w->at;
            rc = note(t, i, err);
        }
        if (out) *out = i->up;
    }
    pthread_mutex_unlock(&t->lock);
    close(w->fd);
    free(w);
    return rc;
}

/* --- using --- */

int tus_take(struct tus *t, const char *account, const char *id, int *fd, char name[256], struct lt_error *err)
{
    pthread_mutex_lock(&t->lock);
    struct item *i = find(t, account, id);
    int rc = i ? 0 : absent(err, id);
    if (!rc && (i->writing || i->up.offset != i->up.length))
        rc = lt_fail(err, LT_REFUSED, "upload.incomplete", "offset", LT_NUM(i->up.offset), "length", LT_NUM(i->up.length), (char *)NULL);
    int opened = rc ? -1 : open_bin(t, id, O_RDONLY, err);
    if (!rc && opened < 0) rc = opened;
    if (!rc) {
        *fd = opened;
        lt_print(name, 256, "%s", i->up.name);
    }
    pthread_mutex_unlock(&t->lock);
    return rc;
}

void tus_used(struct tus *t, const char *account, const char *id)
{
    struct lt_error ignored = {0};
    pthread_mutex_lock(&t->lock);
    struct item *i = find(t, account, id);
    if (i && !i->used) {
        i->used = true;
        i->up.expires = lt_clock_now(t->clock) + HOUR_MS;
        note(t, i, &ignored);
    }
    pthread_mutex_unlock(&t->lock);
    lt_error_clear(&ignored);
}
