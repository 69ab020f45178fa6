#include "vault/journal.h"

#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEAD  40u
#define SUM   16u
#define MAGIC "LTJ1"

/* One waiting append; lives on its thread's stack. */
struct pending {
    struct pending *next;
    const void *payload;
    size_t len;
    unsigned char head[HEAD];
    enum journal_outcome outcome;
    int error; /* errno of the write that failed */
    bool done;
    pthread_cond_t turn; /* done, or to lead the next batch */
};

struct journal_file {
    struct journal_file *next; /* the next younger one */
    uint64_t number;
    int fd;
    uint64_t size; /* up to here everything is whole and flushed */
    size_t pins;
    bool flushing; /* there is a leader */
    struct pending *first, *last;
    int64_t born_ms;
    char *path;
};

struct journal {
    const struct lt_fs *fs;
    char *dir;
    pthread_mutex_t mu;     /* all below, and the files */
    pthread_cond_t changed; /* a pin was taken out, or all is broken */
    pthread_mutex_t settling;
    uint64_t next_number;
    bool sweep; /* an empty file is to stay behind when the others go */
    struct journal_file *oldest,
        *current; /* list from the oldest to the current one; current NULL: none is open for new */
    bool broken;
};

static int64_t monotonic_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int journal_new(const struct lt_fs *fs, const char *dir, uint64_t first, struct journal **out,
                struct lt_error *err)
{
    struct journal *j = lt_calloc(1, sizeof *j);
    if (!j) return lt_fail_memory(err);
    j->fs = fs;
    j->dir = lt_strdup(dir);
    j->next_number = first;
    if (!j->dir) {
        free(j);
        return lt_fail_memory(err);
    }
    pthread_mutex_init(&j->mu, NULL);
    pthread_mutex_init(&j->settling, NULL);
    pthread_cond_init(&j->changed, NULL);
    *out = j;
    return 0;
}

static void file_free(struct journal *j, struct journal_file *f)
{
    if (f->fd >= 0) j->fs->close(j->fs->ctx, f->fd);
    free(f->path);
    free(f);
}

void journal_free(struct journal *j)
{
    if (!j) return;
    for (struct journal_file *f = j->oldest, *next; f; f = next) {
        next = f->next;
        file_free(j, f);
    }
    pthread_cond_destroy(&j->changed);
    pthread_mutex_destroy(&j->settling);
    pthread_mutex_destroy(&j->mu);
    free(j->dir);
    free(j);
}

static char *file_path(const char *dir, uint64_t number)
{
    return lt_format("%s/%016llx.log", dir, (unsigned long long)number);
}

static int file_make(struct journal *j, struct journal_file **out, struct lt_error *err)
{
    struct journal_file *f = lt_calloc(1, sizeof *f);
    uint64_t number =
        j->next_number++; /* never tried twice: the file of a failed attempt may still be there */
    char *path = file_path(j->dir, number);
    if (!f || !path) {
        free(f);
        free(path);
        return lt_fail_memory(err);
    }
    *f = (struct journal_file){.number = number, .path = path, .born_ms = monotonic_ms()};
    f->fd = j->fs->open(j->fs->ctx, path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (f->fd < 0) {
        int rc = lt_fail_errno(err, "create", path);
        file_free(j, f);
        return rc;
    }
    /* Also makes the removal of older files final, so that after a power loss no old file stands without its
     * successors. */
    if (lt_fs_sync_dir(j->fs, j->dir) < 0) {
        int rc = lt_fail_errno(err, "flush", j->dir);
        j->fs->unlink(j->fs->ctx, path);
        file_free(j, f);
        return rc;
    }
    *out = f;
    return 0;
}

static int fail_broken(struct lt_error *err)
{
    return lt_fail(err, LT_SYSTEM, "vault.reopen", (char *)NULL);
}

int journal_pin(struct journal *j, struct journal_file **out, struct lt_error *err)
{
    int rc = 0;
    pthread_mutex_lock(&j->mu);
    if (j->broken) rc = fail_broken(err);
    if (rc == 0 && !j->current) {
        struct journal_file *f = NULL;
        rc = file_make(j, &f, err);
        if (rc == 0) {
            struct journal_file **at = &j->oldest;
            while (*at)
                at = &(*at)->next;
            *at = j->current = f;
        }
    }
    if (rc == 0) {
        j->current->pins++;
        *out = j->current;
    }
    pthread_mutex_unlock(&j->mu);
    return rc;
}

void journal_unpin(struct journal *j, struct journal_file *f)
{
    if (!f) return;
    pthread_mutex_lock(&j->mu);
    f->pins--;
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->mu);
}

void journal_break(struct journal *j)
{
    pthread_mutex_lock(&j->mu);
    j->broken = true;
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->mu);
}

bool journal_broken(struct journal *j)
{
    pthread_mutex_lock(&j->mu);
    bool broken = j->broken;
    pthread_mutex_unlock(&j->mu);
    return broken;
}

void journal_sweep(struct journal *j)
{
    pthread_mutex_lock(&j->mu);
    j->sweep = true;
    pthread_mutex_unlock(&j->mu);
}

/* --- appending --- */

static void put64(unsigned char *p, uint64_t n)
{
    for (int i = 0; i < 8; i++)
        p[i] = (unsigned char)(n >> 8 * i);
}

static uint64_t get64(const unsigned char *p)
{
    uint64_t n = 0;
    for (int i = 7; i >= 0; i--)
        n = n << 8 | p[i];
    return n;
}

static void sum_of(const unsigned char head[HEAD], const void *payload, size_t len, unsigned char out[SUM])
{
    crypto_generichash_state s;
    crypto_generichash_init(&s, NULL, 0, SUM);
    crypto_generichash_update(&s, head, HEAD - SUM);
    crypto_generichash_update(&s, payload, len);
    crypto_generichash_final(&s, out, SUM);
}

static void make_head(unsigned char head[HEAD], uint64_t number, const void *payload, size_t len)
{
    memset(head, 0, HEAD);
    memcpy(head, MAGIC, 4);
    put64(head + 8, len);
    put64(head + 16, number);
    sum_of(head, payload, len, head + HEAD - SUM);
}

static int pwrite_all(const struct lt_fs *fs, int fd, const void *data, size_t len, uint64_t at)
{
    const char *p = data;
    while (len > 0) {
        ssize_t n = fs->pwrite(fs->ctx, fd, p, len, (off_t)at);
        if (n < 0) return -1;
        if (n == 0) {
            errno = ENOSPC;
            return -1;
        }
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

/* Small records of a batch go out in one call. */
static int write_batch(struct journal *j, struct journal_file *f, struct pending *batch, uint64_t *end)
{
    struct lt_buf b = LT_BUF_INIT(2 * JOURNAL_INLINE);
    int rc = 0;
    *end = f->size;
    for (struct pending *p = batch; rc == 0 && p; p = p->next) {
        if (b.len + HEAD + p->len > b.max / 2) {
            rc = pwrite_all(j->fs, f->fd, b.data, b.len, *end);
            *end += b.len;
            lt_buf_reset(&b);
        }
        bool small = HEAD + p->len <= b.max / 2;
        if (rc == 0 && lt_buf_add(&b, p->head, HEAD) == 0 && small) lt_buf_add(&b, p->payload, p->len);
        if (b.failed) {
            errno = ENOMEM;
            rc = -1;
        }
        if (rc == 0 && !small) {
            rc = pwrite_all(j->fs, f->fd, b.data, b.len, *end);
            *end += b.len;
            lt_buf_reset(&b);
            if (rc == 0) rc = pwrite_all(j->fs, f->fd, p->payload, p->len, *end);
            *end += p->len;
        }
    }
    if (rc == 0) rc = pwrite_all(j->fs, f->fd, b.data, b.len, *end);
    *end += b.len;
    int why = errno;
    lt_buf_free(&b);
    errno = why;
    return rc;
}

/* Takes a batch that failed out of the file again; only when that is flushed is it surely not there. A flush
 * that failed once is not believed a second time: the kernel may have dropped the pages. */
static enum journal_outcome take_back(struct journal *j, struct journal_file *f)
{
    if (j->fs->ftruncate(j->fs->ctx, f->fd, (off_t)f->size) < 0 || j->fs->fdatasync(j->fs->ctx, f->fd) < 0)
        return JOURNAL_UNSURE;
    return JOURNAL_REFUSED;
}

static void lead(struct journal *j, struct journal_file *f)
{
    struct pending *batch = f->first;
    uint64_t end;
    enum journal_outcome outcome = JOURNAL_ACCEPTED;
    int why = 0;
    f->first = f->last = NULL;
    f->flushing = true;
    bool broken = j->broken;
    pthread_mutex_unlock(&j->mu);
    if (broken) {
        outcome = JOURNAL_REFUSED;
    } else if (write_batch(j, f, batch, &end) < 0) {
        why = errno;
        outcome = take_back(j, f);
    } else if (j->fs->fdatasync(j->fs->ctx, f->fd) < 0) {
        why = errno;
        outcome = JOURNAL_UNSURE;
    }
    pthread_mutex_lock(&j->mu);
    if (outcome == JOURNAL_ACCEPTED) f->size = end;
    if (outcome == JOURNAL_UNSURE) j->broken = true;
    for (struct pending *p = batch, *next; p; p = next) {
        next = p->next; /* p is gone once mu is free */
        p->outcome = outcome;
        p->error = why;
        p->done = true;
        pthread_cond_signal(&p->turn);
    }
    f->flushing = false;
    if (f->first) pthread_cond_signal(&f->first->turn);
    if (j->broken) pthread_cond_broadcast(&j->changed);
}

enum journal_outcome journal_append(struct journal *j, struct journal_file *f, const void *payload,
                                    size_t len, struct lt_error *err)
{
    struct pending p = {.payload = payload, .len = len, .turn = PTHREAD_COND_INITIALIZER};
    if (len > JOURNAL_RECORD_MAX) {
        lt_fail(err, LT_SYSTEM, "vault.record_size", (char *)NULL);
        return JOURNAL_REFUSED;
    }
    make_head(p.head, f->number, payload, len);
    pthread_mutex_lock(&j->mu);
    if (f->last)
        f->last->next = &p;
    else
        f->first = &p;
    f->last = &p;
    while (!p.done) {
        if (f->flushing)
            pthread_cond_wait(&p.turn, &j->mu);
        else
            lead(j, f);
    }
    pthread_mutex_unlock(&j->mu);
    pthread_cond_destroy(&p.turn);
    if (p.outcome == JOURNAL_UNSURE) {
        errno = p.error;
        lt_fail(err, LT_SYSTEM, "vault.unsure", "reason", strerror(p.error), (char *)NULL);
    } else if (p.outcome == JOURNAL_REFUSED && p.error == 0) {
        fail_broken(err);
    } else if (p.outcome == JOURNAL_REFUSED) {
        errno = p.error;
        lt_fail_errno(err, "write", f->path);
    }
    return p.outcome;
}

/* --- switching --- */

void journal_switch(struct journal *j)
{
    pthread_mutex_lock(&j->mu);
    j->current = NULL;
    pthread_mutex_unlock(&j->mu);
}

static bool ripe(const struct journal *j)
{
    return !j->broken && j->oldest && j->oldest != j->current && j->oldest->pins == 0;
}

bool journal_ripe(struct journal *j)
{
    pthread_mutex_lock(&j->mu);
    bool yes = ripe(j);
    pthread_mutex_unlock(&j->mu);
    return yes;
}

bool journal_due(struct journal *j, int64_t now_ms)
{
    pthread_mutex_lock(&j->mu);
    const struct journal_file *f = j->current;
    bool due =
        f && !j->broken && (f->size >= JOURNAL_SWITCH_BYTES || now_ms - f->born_ms >= JOURNAL_SWITCH_MS);
    pthread_mutex_unlock(&j->mu);
    return due;
}

/* With mu held; takes the oldest ripe files off the list. */
static struct journal_file *take_ripe(struct journal *j)
{
    struct journal_file *first = j->oldest, **at = &j->oldest;
    while (*at && *at != j->current && (*at)->pins == 0)
        at = &(*at)->next;
    j->oldest = *at;
    *at = NULL;
    return first;
}

static int remove_files(struct journal *j, struct journal_file **list, struct lt_error *err)
{
    if (j->fs->syncfs(j->fs->ctx, (*list)->fd) < 0) {
        /* Pages that could not be written are lost to later flushes as well: only a replay is sure to bring
         * them back. */
        int rc = lt_fail_errno(err, "flush", j->dir);
        journal_break(j);
        return rc;
    }
    while (*list) {
        struct journal_file *f = *list;
        if (j->fs->unlink(j->fs->ctx, f->path) < 0 && errno != ENOENT)
            return lt_fail_errno(err, "remove", f->path);
        *list = f->next;
        file_free(j, f);
    }
    return 0;
}

/* With mu held. */
static int leave_mark(struct journal *j, struct lt_error *err)
{
    struct journal_file *f;
    int rc = j->sweep ? file_make(j, &f, err) : 0;
    if (rc == 0 && j->sweep) {
        file_free(j, f);
        j->sweep = false;
    }
    return rc;
}

int journal_settle(struct journal *j, bool wait, struct lt_error *err)
{
    int rc = 0;
    pthread_mutex_lock(&j->settling);
    pthread_mutex_lock(&j->mu);
    while (rc == 0 && !j->broken && j->oldest && j->oldest != j->current) {
        if (!ripe(j)) {
            if (!wait) break;
            pthread_cond_wait(&j->changed, &j->mu);
            continue;
        }
        rc = leave_mark(j, err);
        if (rc) break;
        struct journal_file *list = take_ripe(j);
        pthread_mutex_unlock(&j->mu);
        rc = remove_files(j, &list, err);
        pthread_mutex_lock(&j->mu);
        if (list) { /* what is left goes back to the front */
            struct journal_file **end = &list;
            while (*end)
                end = &(*end)->next;
            *end = j->oldest;
            j->oldest = list;
        }
    }
    if (rc == 0 && j->broken) rc = fail_broken(err);
    pthread_mutex_unlock(&j->mu);
    pthread_mutex_unlock(&j->settling);
    return rc;
}

/* --- reading --- */

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static bool number_of(const char *name, uint64_t *out)
{
    uint64_t n = 0;
    for (int i = 0; i < 16; i++) {
        const char *digits = "0123456789abcdef", *d = name[i] ? strchr(digits, name[i]) : NULL;
        if (!d) return false;
        n = n << 4 | (uint64_t)(d - digits);
    }
    *out = n;
    return strcmp(name + 16, ".log") == 0;
}

int journal_list(const char *dir, uint64_t **out, size_t *n, struct lt_error *err)
{
    uint64_t *list = NULL, number;
    size_t len = 0, cap = 0;
    struct dirent *e;
    int rc = 0;
    DIR *d = opendir(dir);
    if (!d) return lt_fail_errno(err, "read", dir);
    while (rc == 0 && (errno = 0, e = readdir(d))) {
        if (!number_of(e->d_name, &number)) continue;
        uint64_t *grown = lt_array_grow(list, &cap, len + 1, sizeof *list);
        if (grown) {
            list = grown;
            list[len++] = number;
        } else {
            rc = lt_fail_memory(err);
        }
    }
    if (rc == 0 && errno != 0) rc = lt_fail_errno(err, "read", dir);
    closedir(d);
    if (rc) {
        free(list);
        return rc;
    }
    if (len > 1) qsort(list, len, sizeof *list, by_number);
    *out = list;
    *n = len;
    return 0;
}

int journal_mark(const struct lt_fs *fs, const char *dir, uint64_t number, struct lt_error *err)
{
    char *path = file_path(dir, number);
    if (!path) return lt_fail_memory(err);
    int fd = fs->open(fs->ctx, path, O_RDWR | O_CREAT, 0600);
    int rc = fd < 0 || fs->close(fs->ctx, fd) < 0 ? lt_fail_errno(err, "create", path) : 0;
    free(path);
    return rc;
}

int journal_remove(const struct lt_fs *fs, const char *dir, uint64_t number, struct lt_error *err)
{
    char *path = file_path(dir, number);
    if (!path) return lt_fail_memory(err);
    int rc = fs->unlink(fs->ctx, path) < 0 && errno != ENOENT ? lt_fail_errno(err, "remove", path) : 0;
    free(path);
    return rc;
}

/* Length of the payload of the whole record at p, or -1. */
static int64_t record_at(const unsigned char *p, size_t left, uint64_t number)
{
    unsigned char sum[SUM];
    if (left < HEAD || memcmp(p, MAGIC, 4) != 0 || get64(p + 16) != number) return -1;
    uint64_t len = get64(p + 8);
    if (len > JOURNAL_RECORD_MAX || len > left - HEAD) return -1;
    sum_of(p, p + HEAD, (size_t)len, sum);
    return memcmp(sum, p + HEAD - SUM, SUM) == 0 ? (int64_t)len : -1;
}

int journal_scan(const char *dir, uint64_t number,
                 int (*cb)(void *user, uint64_t number, const void *payload, size_t len), void *user,
                 struct lt_error *err)
{
    char *path = file_path(dir, number);
    if (!path) return lt_fail_memory(err);
    int rc = 0, fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    unsigned char *map = NULL;
    if (fd < 0 || fstat(fd, &st) < 0) rc = lt_fail_errno(err, "read", path);
    if (rc == 0 && st.st_size > 0) {
        map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED) {
            map = NULL;
            rc = lt_fail_errno(err, "read", path);
        }
    }
    for (size_t at = 0; rc == 0 && map;) {
        int64_t len = record_at(map + at, (size_t)st.st_size - at, number);
        if (len < 0) break;
        rc = cb(user, number, map + at + HEAD, (size_t)len);
        at += HEAD + (size_t)len;
    }
    if (map) munmap(map, (size_t)st.st_size);
    if (fd >= 0) close(fd);
    free(path);
    return rc;
}
