/* The side log: rows that must survive a kill but need not wait for a flush. DATA/journal/access.log; rows of
 * length (4), checksum (4), bytes. While a drain is under way the rows it hands over stand in access.old; new
 * ones go to a new file. */
#include "vault/state.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define ROW_MAX  (1u << 20)
#define SIDE_MAX (256u << 20) /* bytes of rows that may wait for a drain */

struct row {
    uint32_t len, crc;
};

struct vault_side {
    pthread_mutex_t mu;       /* the file */
    pthread_mutex_t draining; /* one drain at a time */
    char *path, *old;
    int fd; /* -1: not open */
    uint64_t size;
    bool dirty;
    int failed; /* errno of a flush that failed; rows may be lost, so the next writer is told */
};

int vault_side_open(struct vault *v, struct lt_error *err)
{
    struct vault_side *s = lt_calloc(1, sizeof *s);
    if (!s) return lt_fail_memory(err);
    s->fd = -1;
    s->path = lt_format("%s/journal/access.log", v->dir);
    s->old = lt_format("%s/journal/access.old", v->dir);
    if (!s->path || !s->old) {
        free(s->path);
        free(s->old);
        free(s);
        return lt_fail_memory(err);
    }
    pthread_mutex_init(&s->mu, NULL);
    pthread_mutex_init(&s->draining, NULL);
    v->side = s;
    return 0;
}

void vault_side_close(struct vault *v)
{
    struct vault_side *s = v->side;
    if (!s) return;
    if (s->fd >= 0) {
        v->fs->close(v->fs->ctx, s->fd);
        if (s->size == 0) v->fs->unlink(v->fs->ctx, s->path);
    }
    pthread_mutex_destroy(&s->mu);
    pthread_mutex_destroy(&s->draining);
    free(s->path);
    free(s->old);
    free(s);
    v->side = NULL;
}

static struct row row_of(const void *data, size_t len)
{
    return (struct row){.len = (uint32_t)len, .crc = (uint32_t)crc32(crc32(0, NULL, 0), data, (uInt)len)};
}

/* Length of the whole rows at the front of data. */
static size_t whole(const char *data, size_t len)
{
    size_t at = 0;
    struct row row;
    while (len - at >= sizeof row) {
        memcpy(&row, data + at, sizeof row);
        if (row.len > ROW_MAX || row.len > len - at - sizeof row ||
            row.crc != row_of(data + at + sizeof row, row.len).crc)
            break;
        at += sizeof row + row.len;
    }
    return at;
}

/* Opens the file and cuts off a row that was torn by a kill, for rows behind it would not be found. */
static int open_log(struct vault *v, struct vault_side *s, struct lt_error *err)
{
    char *data = NULL;
    size_t len = 0;
    if (s->fd >= 0) return 0;
    if (lt_fs_read(s->path, SIDE_MAX + ROW_MAX, &data, &len) < 0 && errno != ENOENT)
        return lt_fail_errno(err, "read", s->path);
    size_t good = data ? whole(data, len) : 0;
    free(data);
    int fd = v->fs->open(v->fs->ctx, s->path, O_RDWR | O_CREAT, 0600);
    if (fd < 0) return lt_fail_errno(err, "open", s->path);
    if (good != len && v->fs->ftruncate(v->fs->ctx, fd, (off_t)good) < 0) {
        int rc = lt_fail_errno(err, "cut", s->path);
        v->fs->close(v->fs->ctx, fd);
        return rc;
    }
    s->fd = fd;
    s->size = good;
    return 0;
}

/* With s->mu held. */
static int append(struct vault *v, struct vault_side *s, const struct lt_buf *b, struct lt_error *err)
{
    int rc = 0;
    if (s->failed) {
        errno = s->failed;
        s->failed = 0;
        return lt_fail_errno(err, "flush", s->path);
    }
    rc = open_log(v, s, err);
    if (rc == 0 && s->size + b->len > SIDE_MAX) rc = lt_fail(err, LT_SYSTEM, "vault.side_full", (char *)NULL);
    for (size_t at = 0; rc == 0 && at < b->len;) {
        ssize_t n = v->fs->pwrite(v->fs->ctx, s->fd, b->data + at, b->len - at, (off_t)(s->size + at));
        if (n <= 0)
            rc = lt_fail_errno(err, "write", s->path);
        else
            at += (size_t)n;
    }
    if (rc == 0) {
        s->size += b->len; /* a part of a row that failed lies behind and is written over */
        s->dirty = true;
    }
    return rc;
}

int vault_side_append(struct vault *v, const void *data, size_t len, struct lt_error *err)
{
    struct vault_side *s = v->side;
    int rc = vault_writable(v, err);
    if (rc) return rc;
    if (len > ROW_MAX) return lt_fail(err, LT_USAGE, "vault.side_row", (char *)NULL);
    struct row row = row_of(data, len);
    struct lt_buf b = LT_BUF_INIT(ROW_MAX + sizeof row);
    lt_buf_add(&b, &row, sizeof row);
    if (lt_buf_add(&b, data, len) < 0) return lt_fail_memory(err);
    rc = vault_keeper_start(v, err);
    if (rc == 0) {
        pthread_mutex_lock(&s->mu);
        rc = append(v, s, &b, err);
        pthread_mutex_unlock(&s->mu);
    }
    lt_buf_free(&b);
    return rc;
}

int vault_side_flush(struct vault *v, struct lt_error *err)
{
    struct vault_side *s = v->side;
    int rc = 0;
    if (!s) return 0;
    pthread_mutex_lock(&s->mu);
    int fd = s->dirty && s->fd >= 0 ? fcntl(s->fd, F_DUPFD_CLOEXEC, 0) : -1;
    s->dirty = false;
    pthread_mutex_unlock(&s->mu);
    if (fd < 0) return 0;
    /* Outside the lock: nobody who appends waits for the disk. */
    if (v->fs->fdatasync(v->fs->ctx, fd) < 0) {
        int why = errno;
        rc = lt_fail_errno(err, "flush", s->path);
        pthread_mutex_lock(&s->mu);
        s->failed = why;
        pthread_mutex_unlock(&s->mu);
    }
    close(fd);
    return rc;
}

/* Who takes the rows. */
struct taker {
    int (*row)(void *user, const void *data, size_t len);
    int (*all)(void *user);
    void *user;
};

static int hand_over(struct vault_side *s, const struct taker *t, struct lt_error *err)
{
    char *data;
    size_t len;
    int rc = 0;
    if (lt_fs_read(s->old, SIDE_MAX + ROW_MAX, &data, &len) < 0)
        return errno == ENOENT ? 0 : lt_fail_errno(err, "read", s->old);
    for (size_t at = 0, end = whole(data, len); rc == 0 && at < end;) {
        struct row row;
        memcpy(&row, data + at, sizeof row);
        rc = t->row(t->user, data + at + sizeof row, row.len);
        at += sizeof row + row.len;
    }
    free(data);
    return rc == 0 && t->all ? t->all(t->user) : rc;
}

/* Rows of a drain that failed or was killed come first, alone; then those of the log. */
static int drain_old(struct vault *v, struct vault_side *s, const struct taker *t, struct lt_error *err)
{
    int rc = hand_over(s, t, err);
    if (rc == 0 && v->fs->unlink(v->fs->ctx, s->old) < 0 && errno != ENOENT)
        rc = lt_fail_errno(err, "remove", s->old);
    return rc;
}

int vault_side_drain(struct vault *v, int (*cb)(void *user, const void *data, size_t len), int (*all)(void *user),
                     void *user, struct lt_error *err)
{
    struct vault_side *s = v->side;
    struct taker t = {.row = cb, .all = all, .user = user};
    int rc = vault_writable(v, err);
    if (rc) return rc;
    pthread_mutex_lock(&s->draining);
    rc = access(s->old, F_OK) == 0 ? drain_old(v, s, &t, err) : 0;
    if (rc == 0) {
        pthread_mutex_lock(&s->mu);
        rc = open_log(v, s, err);
        bool any = rc == 0 && s->size > 0;
        if (any && v->fs->rename(v->fs->ctx, s->path, s->old) < 0) rc = lt_fail_errno(err, "rename", s->path);
        if (rc == 0 && any) {
            v->fs->close(v->fs->ctx, s->fd);
            s->fd = -1;
            s->dirty = false;
        }
        pthread_mutex_unlock(&s->mu);
        if (rc == 0 && any) rc = drain_old(v, s, &t, err);
    }
    pthread_mutex_unlock(&s->draining);
    return rc;
}
