/* file preview: a small picture of a file, made once and kept. */
#include "usecase/file.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "media/preview.h"
#include "usecase/mask.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* At the front of each kept file: what it is, how many pages the original has. A refusal is kept as well, for an hour, so that a file that
 * costs a child all its time costs it once: then the head is followed by the error's code and its parameter "limit". */
struct head {
    char magic[4];
    unsigned char made; /* 1; 0: a refusal */
    unsigned char zero[3];
    uint32_t pages;
    char code[52], limit[12];
};
_Static_assert(sizeof(struct head) == 76, "the head has no holes");
static const char magic[4] = {'L', 'T', 'P', '1'};

enum { WAITING_MAX = 10, UNDER_WAY = 16, REFUSED_SECONDS = 3600, TOUCH_SECONDS = 3600 };

struct making {
    char name[80];
    bool forgotten; /* the bytes were erased meanwhile: the picture is not kept */
};

struct previews {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct making under_way[UNDER_WAY];
    unsigned running, most, waiting;
    long long bytes; /* of all kept files; -1: not counted yet */
};

struct previews *previews_new(void)
{
    struct previews *p = lt_calloc(1, sizeof *p);
    if (!p) return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    p->most = cores < 2 ? 2 : cores > UNDER_WAY ? UNDER_WAY : (unsigned)cores;
    p->bytes = -1;
    return p;
}

void previews_free(struct previews *p)
{
    if (!p) return;
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->changed);
    free(p);
}

/* --- one preview that is asked for --- */

struct wanted {
    struct uc_call *call;
    struct file_place place;
    struct vault_snapshot *snapshot;
    char blob[VAULT_OID];
    char name[80], dir[4096], path[4200];
    unsigned side, page;
    const json_t *areas; /* painted over; empty or NULL: none */
    bool trial;          /* to be looked at, not kept */
    bool patient;        /* waits however many wait already */
};

static int note_blob(void *user, const struct vault_item *item)
{
    struct wanted *w = user;
    lt_print(w->blob, sizeof w->blob, "%s", item->oid);
    return 1;
}

/* The folder of the previews of a blob. */
static bool folder_of(const struct lt_app *app, const char *blob, char out[4096])
{
    return strlen(blob) == VAULT_OID - 1 && lt_print(out, 4096, "%s/cache/previews/%s", app->dir, blob + VAULT_OID - 3);
}

static int name_it(struct wanted *w, struct lt_error *err)
{
    char key[MASK_KEY] = "";
    int rc = json_array_size(w->areas) ? mask_key(w->areas, key, err) : 0;
    if (!rc) rc = vault_snapshot_open(w->call->app->vault, w->place.repo, NULL, &w->snapshot, err);
    if (!rc) rc = vault_snapshot_walk(w->snapshot, w->place.path, note_blob, w, err);
    if (rc < 0) return rc;
    if (!folder_of(w->call->app, w->blob, w->dir)) return lt_fail_field(err, LT_NOTFOUND, "path", "file.absent", "path", w->place.path, (char *)NULL);
    lt_print(w->name, sizeof w->name, "%s-%u-%u%s%.16s", w->blob, w->side, w->page, *key ? "-" : "", key);
    lt_print(w->path, sizeof w->path, "%s/%s", w->dir, w->name);
    return 0;
}

/* --- giving a kept one --- */

struct kept {
    int fd;
};

static ssize_t kept_read(void *ctx, void *buf, size_t len, uint64_t off, struct lt_error *err)
{
    ssize_t n;
    do n = pread(((struct kept *)ctx)->fd, buf, len, (off_t)(sizeof(struct head) + off));
    while (n < 0 && errno == EINTR);
    return n < 0 ? lt_fail_errno(err, "read", "preview") : n;
}

static void kept_close(void *ctx)
{
    close(((struct kept *)ctx)->fd);
    free(ctx);
}

static int give(struct wanted *w, int fd, const struct head *h, off_t size, struct lt_error *err)
{
    struct kept *k = lt_calloc(1, sizeof *k);
    if (!k) {
        close(fd);
        return lt_fail_memory(err);
    }
    k->fd = fd;
    struct uc_stream *s = w->call->stream;
    s->ctx = k;
    s->read = kept_read;
    s->close = kept_close;
    s->size = size - (off_t)sizeof *h;
    s->pages = h->pages;
    lt_print(s->content_type, sizeof s->content_type, "%s", MEDIA_PREVIEW_TYPE);
    lt_print(s->etag, sizeof s->etag, "%s", w->name);
    const char *name = lt_json_str_or(w->place.item, "name", "preview"), *dot = strrchr(name, '.');
    lt_print(s->file_name, sizeof s->file_name, "%.*s.webp", (int)lt_utf8_clip(name, dot && dot > name && dot - name < 200 ? (size_t)(dot - name) : 200), name);
    return 0;
}

static int refuse(const struct wanted *w, const char *code, const char *limit, struct lt_error *err)
{
    bool page = strcmp(code, "file.page") == 0;
    return lt_fail_field(err, page ? LT_NOTFOUND : LT_REFUSED, page ? "page" : "path", page ? code : "preview.failed", "name",
                         lt_json_str_or(w->place.item, "name", ""), "limit", limit, "why", code, (char *)NULL);
}

/* 1: given; 0: there is none; or a negative status, also of a refusal that is remembered. */
static int try_kept(struct wanted *w, struct lt_error *err)
{
    struct head h;
    struct stat st;
    if (w->trial) return 0;
    int fd = open(w->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return 0;
    time_t now = time(NULL);
    if (fstat(fd, &st) || pread(fd, &h, sizeof h, 0) != (ssize_t)sizeof h || memcmp(h.magic, magic, sizeof magic) != 0 ||
        h.code[sizeof h.code - 1] || h.limit[sizeof h.limit - 1] || (!h.made && now - st.st_mtime > REFUSED_SECONDS)) {
        close(fd); /* from another version, or a refusal of long ago: made anew */
        return 0;
    }
    if (!h.made) {
        close(fd);
        return refuse(w, h.code, h.limit, err);
    }
    if (now - st.st_mtime > TOUCH_SECONDS) futimens(fd, NULL); /* used lately: not the first to go */
    int rc = give(w, fd, &h, st.st_size, err);
    return rc ? rc : 1;
}

/* --- making one --- */

/* The file's bytes in one piece, for the child. */
static int copy_out(struct wanted *w, int *out, uint64_t *size, struct lt_error *err)
{
    char spool[4096], chunk[65536];
    struct vault_file *file = NULL;
    lt_print(spool, sizeof spool, "%s/spool", w->call->app->dir);
    int fd = open(spool, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600), rc = fd < 0 ? lt_fail_errno(err, "open", "spool") : 0;
    if (!rc) rc = vault_file_open(w->snapshot, w->place.path, &file, err);
    for (uint64_t off = 0; !rc;) {
        ssize_t n = vault_file_pread(file, chunk, sizeof chunk, off, err);
        if (n < 0) rc = (int)n;
        else if (n && lt_fs_write_all(w->call->app->fs, fd, chunk, (size_t)n)) rc = lt_fail_errno(err, "write", "spool");
        else off += (uint64_t)n;
        *size = off;
        if (n == 0) break;
    }
    vault_file_close(file);
    if (rc && fd >= 0) close(fd);
    else *out = fd;
    return rc;
}

static int render(struct wanted *w, struct lt_buf *out, struct head *h, struct lt_error *err)
{
    int fd = -1;
    uint64_t size = 0;
    struct media_env env = {.program = w->call->app->program, .modules_dir = w->call->app->modules};
    struct media_preview what;
    int rc = copy_out(w, &fd, &size, err);
    if (rc) return rc;
    rc = media_preview(&env, fd, size, lt_json_str_or(w->place.item, "type", ""), lt_json_str_or(w->place.item, "name", ""), w->side, w->page,
                       w->areas, out, &what, err);
    close(fd);
    if (!rc) {
        h->made = 1;
        h->pages = what.pages;
        memcpy(out->data, h, sizeof *h);
    }
    return rc;
}

static bool is_forgotten(struct previews *p, const char *name)
{
    for (size_t i = 0; i < UNDER_WAY; i++) {
        if (strcmp(p->under_way[i].name, name) == 0) return p->under_way[i].forgotten;
    }
    return false;
}

/* A write that fails is no failure of the call: the next one makes it again. Under the lock, so that what is forgotten stays so. */
static bool keep(struct wanted *w, const void *data, size_t len)
{
    const struct lt_app *app = w->call->app;
    struct previews *p = app->previews;
    bool kept = false;
    if (w->trial) return false;
    pthread_mutex_lock(&p->lock);
    if (!is_forgotten(p, w->name) && lt_fs_mkdirs(app->fs, w->dir, 0700) == 0)
        kept = lt_fs_replace(app->fs, w->path, data, len, 0600, false) == 0;
    if (kept && p->bytes >= 0) p->bytes += (long long)len;
    pthread_mutex_unlock(&p->lock);
    return kept;
}

/* The bytes are given from memory's copy in a file without a name where they could not be kept. */
static int give_unkept(struct wanted *w, const struct lt_buf *b, const struct head *h, struct lt_error *err)
{
    char spool[4096];
    lt_print(spool, sizeof spool, "%s/spool", w->call->app->dir);
    int fd = open(spool, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (fd < 0) return lt_fail_errno(err, "open", "spool");
    if (lt_fs_write_all(w->call->app->fs, fd, b->data, b->len)) {
        close(fd);
        return lt_fail_errno(err, "write", "spool");
    }
    return give(w, fd, h, (off_t)b->len, err);
}

static int make(struct wanted *w, struct lt_error *err)
{
    struct head h = {0};
    struct lt_buf b = LT_BUF_INIT(MEDIA_PREVIEW_MAX + sizeof h);
    memcpy(h.magic, magic, sizeof magic);
    int rc = lt_buf_add(&b, &h, sizeof h) ? lt_fail_memory(err) : render(w, &b, &h, err);
    if (rc == LT_REFUSED) {
        char code[64], limit[12];
        lt_print(code, sizeof code, "%.50s", err->code);
        lt_print(limit, sizeof limit, "%.11s", lt_error_param(err, "limit") ? lt_error_param(err, "limit") : "");
        memcpy(h.code, code, sizeof h.code - 1);
        memcpy(h.limit, limit, sizeof h.limit - 1);
        keep(w, &h, sizeof h);
        rc = refuse(w, code, limit, err);
    } else if (!rc) {
        keep(w, b.data, b.len);
        rc = give_unkept(w, &b, &h, err);
    }
    lt_buf_free(&b);
    return rc;
}

/* --- once, and few at a time --- */

static struct making *find_making(struct previews *p, const char *name)
{
    for (size_t i = 0; i < UNDER_WAY; i++) {
        if (strcmp(p->under_way[i].name, name) == 0) return &p->under_way[i];
    }
    return NULL;
}

/* 1: ours to make; 0: somebody else made it meanwhile, look again; or a negative status. */
static int take_turn(struct wanted *w, struct lt_error *err)
{
    struct previews *p = w->call->app->previews;
    int turn = 1;
    pthread_mutex_lock(&p->lock);
    bool same = find_making(p, w->name) != NULL;
    if (same || p->running == p->most) {
        if (p->waiting >= WAITING_MAX && !w->patient) {
            turn = lt_fail(err, LT_SYSTEM, "preview.busy", (char *)NULL);
        } else {
            p->waiting++;
            while (find_making(p, w->name) || p->running == p->most) pthread_cond_wait(&p->changed, &p->lock);
            p->waiting--;
            turn = same ? 0 : 1;
        }
    }
    if (turn == 1) {
        struct making *m = find_making(p, "");
        lt_print(m->name, sizeof m->name, "%s", w->name);
        m->forgotten = false;
        p->running++;
    }
    pthread_mutex_unlock(&p->lock);
    return turn;
}

static void end_turn(struct wanted *w)
{
    struct previews *p = w->call->app->previews;
    pthread_mutex_lock(&p->lock);
    struct making *m = find_making(p, w->name);
    *m = (struct making){.name = ""};
    p->running--;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

static int get(struct wanted *w, struct lt_error *err)
{
    int rc = try_kept(w, err);
    for (int round = 0; !rc && round < 3; round++) {
        int turn = take_turn(w, err);
        if (turn < 0) return turn;
        rc = try_kept(w, err); /* between the look and the turn it may have been made */
        if (turn && !rc) rc = make(w, err) ? err->status : 1;
        if (turn) end_turn(w);
    }
    return rc < 0 ? rc : rc ? 0 : lt_fail(err, LT_SYSTEM, "preview.busy", (char *)NULL);
}

static int answer(struct wanted *w, struct lt_error *err)
{
    const char *name = lt_json_str_or(w->place.item, "name", "");
    int rc = media_has_preview(lt_json_str_or(w->place.item, "type", "")) ? 0 : lt_fail_field(err, LT_REFUSED, "path", "preview.none", "name", name, (char *)NULL);
    if (!rc) rc = name_it(w, err);
    if (!rc) rc = get(w, err);
    vault_snapshot_close(w->snapshot);
    if (!rc) previews_sweep(w->call->app, uc_setting_int(w->call, "preview.cache_mb"));
    return rc;
}

int file_give_copy(struct uc_call *call, const struct file_place *place, unsigned side, unsigned page, const json_t *areas, bool patient,
                   struct lt_error *err)
{
    struct wanted w = {.call = call, .place = *place, .side = side, .page = page, .areas = areas, .patient = patient};
    return answer(&w, err);
}

/* With areas: what a public copy would look like; `public`: what it looks like to those outside. */
int file_run_preview(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    const json_t *texts = lt_json_array(in, "area");
    json_t *areas = NULL, *mask = NULL;
    struct wanted w = {.call = call, .side = (unsigned)atoi(lt_json_str_or(in, "size", "320")), .page = (unsigned)lt_json_int(in, "page", 1), .trial = texts != NULL};
    int rc = file_find(call, in, &w.place, err);
    if (!rc && texts) rc = model_mask_areas(texts, &areas, err);
    else if (!rc && lt_json_bool(in, "public", false)) {
        rc = mask_read(call, call->target.entry_id, &mask, err);
        const json_t *item = rc ? NULL : model_mask_page(mask, w.place.item, w.page);
        if (!rc && !item) rc = lt_fail_field(err, LT_NOTFOUND, "page", "mask.absent", (char *)NULL);
        areas = json_incref(lt_json_array(item, "areas"));
    }
    w.areas = areas;
    if (!rc) rc = answer(&w, err);
    json_decref(areas);
    json_decref(mask);
    return rc;
}

/* --- removal --- */

int previews_forget(struct lt_app *app, const char *blob, struct lt_error *err)
{
    char dir[4096], path[4400];
    if (!folder_of(app, blob, dir)) return 0;
    struct previews *p = app->previews;
    size_t n = strlen(blob);
    int rc = 0;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < UNDER_WAY; i++) {
        if (strncmp(p->under_way[i].name, blob, n) == 0) p->under_way[i].forgotten = true;
    }
    DIR *d = opendir(dir);
    if (!d && errno != ENOENT) rc = lt_fail_errno(err, "list", dir);
    for (struct dirent *e; d && !rc && (e = readdir(d));) {
        if (strncmp(e->d_name, blob, n) != 0) continue;
        lt_print(path, sizeof path, "%s/%s", dir, e->d_name);
        if (app->fs->unlink(app->fs->ctx, path) && errno != ENOENT) rc = lt_fail_errno(err, "remove", path);
    }
    p->bytes = -1; /* counted anew */
    if (d) closedir(d);
    pthread_mutex_unlock(&p->lock);
    return rc;
}

struct found {
    char name[96]; /* "ab/<blob>-320-1" */
    time_t used;
    off_t size;
};

struct gathering {
    struct found *items;
    size_t len, cap;
    long long bytes;
};

static void gather_folder(struct gathering *g, const char *root, const char *sub)
{
    char path[4300];
    struct stat st;
    lt_print(path, sizeof path, "%s/%s", root, sub);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.' || strlen(e->d_name) > 90 || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode)) continue;
        void *grown = lt_array_grow(g->items, &g->cap, g->len + 1, sizeof *g->items);
        if (!grown) break;
        g->items = grown;
        struct found *f = &g->items[g->len++];
        lt_print(f->name, sizeof f->name, "%s/%s", sub, e->d_name);
        f->used = st.st_mtime;
        f->size = st.st_size;
        g->bytes += st.st_size;
    }
    if (d) closedir(d);
}

static int by_use(const void *a, const void *b)
{
    time_t x = ((const struct found *)a)->used, y = ((const struct found *)b)->used;
    return x < y ? -1 : x > y;
}

static void gather(struct gathering *g, const char *root)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 256; i++) gather_folder(g, root, (const char[]){digits[i >> 4], digits[i & 15], 0});
}

void previews_sweep(struct lt_app *app, long long limit_mb)
{
    struct previews *p = app->previews;
    long long limit = limit_mb << 20;
    char root[4096], path[4300];
    struct gathering g = {0};
    pthread_mutex_lock(&p->lock);
    if (p->bytes < 0 || p->bytes > limit) {
        lt_print(root, sizeof root, "%s/cache/previews", app->dir);
        gather(&g, root);
        p->bytes = g.bytes;
        if (g.bytes > limit && g.len > 1) qsort(g.items, g.len, sizeof *g.items, by_use);
        for (size_t i = 0; g.bytes > limit && i < g.len && p->bytes > limit - limit / 5; i++) { /* with room for the next ones */
            lt_print(path, sizeof path, "%s/%s", root, g.items[i].name);
            if (app->fs->unlink(app->fs->ctx, path) == 0) p->bytes -= g.items[i].size;
        }
    }
    pthread_mutex_unlock(&p->lock);
    free(g.items);
}
