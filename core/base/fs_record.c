#include "base/fs_record.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUCKETS  1024
#define SECTOR   512
#define FILE_MAX ((size_t)1 << 30)

struct bytes {
    char *data;
    size_t len, cap;
};

struct change { /* of a file's content, not flushed */
    uint64_t seq;
    size_t off;
    struct bytes data;
    bool truncates; /* the file ends at off */
};

struct node;

struct name {
    char *text;
    struct node *node;
};

struct names {
    struct name *list;
    size_t count, cap;
};

struct node {
    struct node *next; /* in its bucket, newest first: inode numbers are used again */
    ino_t ino;
    mode_t mode;
    struct bytes flushed; /* file */
    struct change *changes;
    size_t change_count, change_cap;
    struct names names; /* folder: what is flushed */
    struct names after; /* folder: what the power loss leaves */
};

struct name_change { /* takes one name away, gives one, or both at once (rename) */
    uint64_t seq;
    struct node *from_dir, *to_dir; /* NULL: none */
    char *from, *to;
    struct node *node;
    bool chosen;
};

struct fs_record {
    dev_t dev;
    struct node *root;
    struct node *buckets[BUCKETS];
    struct name_change *pending;
    size_t pending_count, pending_cap;
    uint64_t seq;
    bool out_of_memory; /* told when the tree is asked for */
};

/* --- bytes and names --- */

static bool bytes_resize(struct bytes *b, size_t len)
{
    if (len > FILE_MAX) return false;
    char *data = lt_array_grow(b->data, &b->cap, len, 1);
    if (!data) return false;
    b->data = data;
    if (len > b->len) memset(b->data + b->len, 0, len - b->len);
    b->len = len;
    return true;
}

static bool bytes_put(struct bytes *b, size_t off, const void *data, size_t len)
{
    if (off > FILE_MAX || len > FILE_MAX - off || (off + len > b->len && !bytes_resize(b, off + len)))
        return false;
    if (len) memcpy(b->data + off, data, len);
    return true;
}

static bool apply_change(struct bytes *b, const struct change *c)
{
    return c->truncates ? bytes_resize(b, c->off) : bytes_put(b, c->off, c->data.data, c->data.len);
}

static void names_drop(struct names *names, const char *text)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->list[i].text, text) != 0) continue;
        free(names->list[i].text);
        names->list[i] = names->list[--names->count];
        return;
    }
}

static bool names_put(struct names *names, const char *text, struct node *node)
{
    names_drop(names, text);
    struct name *list = lt_array_grow(names->list, &names->cap, names->count + 1, sizeof *list);
    if (!list) return false;
    names->list = list;
    list[names->count] = (struct name){.text = strdup(text), .node = node};
    if (!list[names->count].text) return false;
    names->count++;
    return true;
}

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i].text);
    free(names->list);
    *names = (struct names){0};
}

/* --- nodes --- */

static struct node *node_find(struct fs_record *r, const struct stat *st)
{
    if (st->st_dev != r->dev) return NULL;
    struct node *n = r->buckets[st->st_ino % BUCKETS];
    while (n && n->ino != st->st_ino)
        n = n->next;
    return n;
}

static struct node *node_of_fd(struct fs_record *r, int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? node_find(r, &st) : NULL;
}

static struct node *node_add(struct fs_record *r, const struct stat *st)
{
    struct node *n = calloc(1, sizeof *n);
    if (!n) {
        r->out_of_memory = true;
        return NULL;
    }
    n->ino = st->st_ino;
    n->mode = st->st_mode;
    n->next = r->buckets[n->ino % BUCKETS];
    r->buckets[n->ino % BUCKETS] = n;
    return n;
}

static void change_free(struct change *c)
{
    free(c->data.data);
}

static void node_free(struct node *n)
{
    free(n->flushed.data);
    for (size_t i = 0; i < n->change_count; i++)
        change_free(&n->changes[i]);
    free(n->changes);
    names_free(&n->names);
    names_free(&n->after);
    free(n);
}

/* The folder node that path lies in, or NULL when it is not ours; *last is the name there. */
static struct node *parent_of(struct fs_record *r, const char *path, const char **last)
{
    char dir[PATH_MAX];
    struct stat st;
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    const char *slash = memrchr(path, '/', len);
    size_t dir_len = !slash ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (dir_len >= sizeof dir) return NULL;
    memcpy(dir, path, dir_len);
    dir[dir_len] = '\0';
    *last = slash ? slash + 1 : path;
    return stat(dir_len ? dir : ".", &st) == 0 ? node_find(r, &st) : NULL;
}

static bool load_file(struct node *n, const char *path)
{
    if (lt_fs_read(path, FILE_MAX, &n->flushed.data, &n->flushed.len) < 0) return false;
    n->flushed.cap = n->flushed.len;
    return true;
}

/* Everything below the folder dir, which is node, as flushed. */
static bool load_tree(struct fs_record *r, struct node *node, const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) return false;
    bool good = true;
    struct dirent *e;
    while (good && (e = readdir(d))) {
        struct stat st;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        char *path = lt_format("%s/%s", dir, e->d_name);
        good = path && lstat(path, &st) == 0;
        struct node *known = good ? node_find(r, &st) : NULL;
        if (good && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))) {
            struct node *n = known ? known : node_add(r, &st);
            good = n && names_put(&node->names, e->d_name, n);
            if (good && !known) good = S_ISDIR(st.st_mode) ? load_tree(r, n, path) : load_file(n, path);
        }
        free(path);
    }
    closedir(d);
    return good;
}

struct fs_record *fs_record_new(const char *root)
{
    struct stat st;
    struct fs_record *r = calloc(1, sizeof *r);
    if (!r || stat(root, &st) < 0) goto failed;
    r->dev = st.st_dev;
    r->root = node_add(r, &st);
    if (r->root && load_tree(r, r->root, root)) return r;
failed:
    fs_record_free(r);
    return NULL;
}

static void name_change_free(struct name_change *c)
{
    free(c->from);
    free(c->to);
}

void fs_record_free(struct fs_record *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->pending_count; i++)
        name_change_free(&r->pending[i]);
    free(r->pending);
    for (size_t i = 0; i < BUCKETS; i++) {
        while (r->buckets[i]) {
            struct node *n = r->buckets[i];
            r->buckets[i] = n->next;
            node_free(n);
        }
    }
    free(r);
}

/* --- recording --- */

static void note_change(struct fs_record *r, struct node *n, size_t off, const void *data, size_t len,
                        bool truncates)
{
    struct change c = {.seq = ++r->seq, .off = off, .truncates = truncates};
    struct change *list = lt_array_grow(n->changes, &n->change_cap, n->change_count + 1, sizeof *list);
    if (list) n->changes = list;
    if (!list || (len && !bytes_put(&c.data, 0, data, len))) {
        r->out_of_memory = true;
        return;
    }
    list[n->change_count++] = c;
}

static void note_name(struct fs_record *r, const char *from, const char *to, struct node *node)
{
    struct name_change c = {.seq = ++r->seq, .node = node};
    const char *name;
    if (from && (c.from_dir = parent_of(r, from, &name))) c.from = strdup(name);
    if (to && (c.to_dir = parent_of(r, to, &name))) c.to = strdup(name);
    if (!c.from_dir && !c.to_dir) return;
    struct name_change *list = lt_array_grow(r->pending, &r->pending_cap, r->pending_count + 1, sizeof *list);
    if (list) r->pending = list;
    if (!list || (c.from_dir && !c.from) || (c.to_dir && !c.to)) {
        name_change_free(&c);
        r->out_of_memory = true;
        return;
    }
    list[r->pending_count++] = c;
}

void fs_record_opened(struct fs_record *r, const char *path, int fd, bool existed, bool truncated)
{
    struct stat st;
    const char *name;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) return;
    struct node *n = existed ? node_find(r, &st) : NULL;
    if (!existed && parent_of(r, path, &name) && (n = node_add(r, &st)))
        note_name(r, NULL, path, n);
    else if (n && truncated)
        note_change(r, n, 0, NULL, 0, true);
}

void fs_record_wrote(struct fs_record *r, int fd, const void *data, size_t len, off_t off)
{
    struct node *n = node_of_fd(r, fd);
    if (n && off >= 0) note_change(r, n, (size_t)off, data, len, false);
}

void fs_record_truncated(struct fs_record *r, int fd, off_t len)
{
    struct node *n = node_of_fd(r, fd);
    if (n) note_change(r, n, (size_t)len, NULL, 0, true);
}

/* The node at path; what came from outside the root is taken in with nothing of it flushed. */
static struct node *adopt(struct fs_record *r, const char *path, bool fresh)
{
    struct stat st;
    if (stat(path, &st) < 0 || st.st_dev != r->dev) return NULL;
    struct node *n = fresh ? NULL : node_find(r, &st);
    if (n) return n;
    char *data;
    size_t len;
    n = node_add(r, &st);
    if (n && S_ISREG(st.st_mode) && lt_fs_read(path, FILE_MAX, &data, &len) == 0) {
        note_change(r, n, 0, data, len, false);
        free(data);
    }
    return n;
}

void fs_record_made(struct fs_record *r, const char *path)
{
    const char *name;
    struct stat st;
    if (!parent_of(r, path, &name) || stat(path, &st) < 0) return;
    struct node *n = adopt(r, path, S_ISDIR(st.st_mode));
    if (n) note_name(r, NULL, path, n);
}

void fs_record_renamed(struct fs_record *r, const char *from, const char *to)
{
    const char *name;
    bool inside = parent_of(r, to, &name) != NULL;
    struct node *n = inside ? adopt(r, to, false) : NULL;
    note_name(r, from, n ? to : NULL, n);
}

void fs_record_removed(struct fs_record *r, const char *path)
{
    note_name(r, path, NULL, NULL);
}

/* --- flushing --- */

uint64_t fs_record_mark(const struct fs_record *r)
{
    return r->seq;
}

static void flush_content(struct fs_record *r, struct node *n, uint64_t mark)
{
    size_t done = 0;
    for (; done < n->change_count && n->changes[done].seq <= mark; done++) {
        if (!apply_change(&n->flushed, &n->changes[done])) r->out_of_memory = true;
        change_free(&n->changes[done]);
    }
    if (done) memmove(n->changes, n->changes + done, (n->change_count - done) * sizeof *n->changes);
    n->change_count -= done;
}

static bool same_name(const struct node *dir, const char *name, const struct name_change *c)
{
    return (dir && dir == c->from_dir && strcmp(name, c->from) == 0) ||
           (dir && dir == c->to_dir && strcmp(name, c->to) == 0);
}

static bool touch_same_name(const struct name_change *a, const struct name_change *b)
{
    return same_name(a->from_dir, a->from, b) || same_name(a->to_dir, a->to, b);
}

/* Chosen are the changes in dir (NULL: in all folders) and what they rest on: earlier changes of the same
 * names. */
static void choose_names(struct fs_record *r, const struct node *dir, uint64_t mark)
{
    for (size_t i = r->pending_count; i-- > 0;) {
        struct name_change *c = &r->pending[i];
        c->chosen = c->seq <= mark && (!dir || c->from_dir == dir || c->to_dir == dir);
        for (size_t k = i + 1; k < r->pending_count && !c->chosen; k++)
            c->chosen = r->pending[k].chosen && touch_same_name(c, &r->pending[k]);
    }
}

static void flush_names(struct fs_record *r, const struct node *dir, uint64_t mark)
{
    size_t left = 0;
    choose_names(r, dir, mark);
    for (size_t i = 0; i < r->pending_count; i++) {
        struct name_change *c = &r->pending[i];
        if (!c->chosen) {
            r->pending[left++] = *c;
            continue;
        }
        if (c->from_dir) names_drop(&c->from_dir->names, c->from);
        if (c->to_dir && !names_put(&c->to_dir->names, c->to, c->node)) r->out_of_memory = true;
        name_change_free(c);
    }
    r->pending_count = left;
}

void fs_record_flushed(struct fs_record *r, int fd, uint64_t mark)
{
    struct node *n = node_of_fd(r, fd);
    if (n && S_ISDIR(n->mode))
        flush_names(r, n, mark);
    else if (n)
        flush_content(r, n, mark);
}

void fs_record_flushed_all(struct fs_record *r, uint64_t mark)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct node *n = r->buckets[i]; n; n = n->next)
            flush_content(r, n, mark);
    }
    flush_names(r, NULL, mark);
}

/* --- power loss --- */

/* splitmix64: the same seed makes the same tree. */
static uint64_t roll(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Below n: none, all, or anything between, each as likely as the others. */
static size_t how_many(uint64_t *dice, size_t n)
{
    uint64_t kind = roll(dice) % 3;
    return kind == 0 ? 0 : kind == 1 ? n : (size_t)(roll(dice) % (n + 1));
}

/* Each sector of `now` came to the disk or did not; one that never was there before reads as zeros then. */
static bool mix_sectors(const struct bytes *flushed, const struct bytes *now, uint64_t *dice,
                        struct bytes *out)
{
    size_t len = roll(dice) % 4 ? now->len : flushed->len;
    if (!bytes_put(out, 0, flushed->data, flushed->len) || !bytes_resize(out, len)) return false;
    for (size_t at = 0; at < len && at < now->len; at += SECTOR) {
        size_t n = now->len - at < SECTOR ? now->len - at : SECTOR;
        n = len - at < n ? len - at : n;
        if (roll(dice) % 2) memcpy(out->data + at, now->data + at, n);
    }
    return true;
}

/* What the disk may hold of a file. */
static bool survive(const struct node *n, uint64_t *dice, struct bytes *out)
{
    struct bytes now = {0};
    size_t count = how_many(dice, n->change_count);
    bool good = bytes_put(&now, 0, n->flushed.data, n->flushed.len);
    for (size_t i = 0; good && i < count; i++)
        good = apply_change(&now, &n->changes[i]);
    switch (n->change_count ? roll(dice) % 3 : 0) {
    case 0: /* the writes up to some moment, whole */
        break;
    case 1: /* cut at a sector */
        if (good && now.len > n->flushed.len) {
            size_t first = (n->flushed.len + SECTOR - 1) / SECTOR, last = now.len / SECTOR;
            size_t cut = last < first ? n->flushed.len : (first + roll(dice) % (last - first + 1)) * SECTOR;
            good = bytes_resize(&now, cut);
        }
        break;
    default:
        good = good && mix_sectors(&n->flushed, &now, dice, out);
        free(now.data);
        return good;
    }
    *out = now;
    return good;
}

static int write_file(const struct node *n, const char *path, uint64_t *dice)
{
    struct bytes content = {0};
    int fd = -1, r = -1;
    if (!survive(n, dice, &content))
        errno = ENOMEM;
    else if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, n->mode & 07777)) >= 0)
        r = lt_fs_write_all(lt_fs_system(), fd, content.data, content.len);
    if (fd >= 0) close(fd);
    free(content.data);
    return r;
}

static int write_tree(const struct node *dir, const char *path, uint64_t *dice)
{
    int r = 0;
    for (size_t i = 0; i < dir->after.count && r == 0; i++) {
        const struct name *name = &dir->after.list[i];
        char *below = lt_format("%s/%s", path, name->text);
        if (!below) return -1;
        if (!S_ISDIR(name->node->mode))
            r = write_file(name->node, below, dice);
        else if ((r = mkdir(below, (name->node->mode & 07777) | 0700)) == 0)
            r = write_tree(name->node, below, dice);
        free(below);
    }
    return r;
}

static int name_order(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

/* Fills `after` of every folder: the flushed names and the first `count` changes since. */
static bool names_after(struct fs_record *r, size_t count)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct node *n = r->buckets[i]; n; n = n->next) {
            names_free(&n->after);
            for (size_t k = 0; k < n->names.count; k++) {
                if (!names_put(&n->after, n->names.list[k].text, n->names.list[k].node)) return false;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct name_change *c = &r->pending[i];
        if (c->from_dir) names_drop(&c->from_dir->after, c->from);
        if (c->to_dir && !names_put(&c->to_dir->after, c->to, c->node)) return false;
    }
    /* the dice must fall the same whatever order a folder was read in */
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct node *n = r->buckets[i]; n; n = n->next) {
            if (n->after.count) qsort(n->after.list, n->after.count, sizeof *n->after.list, name_order);
        }
    }
    return true;
}

int fs_record_power_loss(struct fs_record *r, const char *into, uint64_t seed)
{
    uint64_t dice = seed;
    if (r->out_of_memory || !names_after(r, how_many(&dice, r->pending_count))) {
        errno = ENOMEM;
        return -1;
    }
    return write_tree(r->root, into, &dice);
}
