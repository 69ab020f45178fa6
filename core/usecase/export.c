#include "usecase/export.h"
#include "usecase/spool.h"
#include "usecase/job.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "media/archive.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int export_bundle(struct uc_call *call, const char *pupil, bool fresh, struct lt_error *err)
{
    int fd, rc = spool_open(call, &fd, err);
    char name[80];
    if (rc) return rc;
    rc = vault_bundle(call->app->vault, pupil, fresh, fd, err);
    if (rc) {
        close(fd);
        return rc;
    }
    lt_print(name, sizeof name, "portfolio-%s.bundle", pupil);
    return spool_answer(call, fd, "application/x-git-bundle", name, err);
}

/* --- ZIP: every file of the newest state under its path, with an index page a person can open --- */

struct packing {
    struct uc_call *call;
    struct vault_snapshot *snapshot;
    char **paths;
    size_t len, cap, at;
    int64_t when;
    struct vault_file *file; /* of the member being read, or text */
    struct lt_buf text;
    uint64_t off;
    bool readme_done;
    char entry[LT_ID_SIZE]; /* judged last */
    bool entry_readable;
};

/* Only what the asker may read: an entry is judged once, when its folder is met. */
static bool readable(struct packing *p, const char *path)
{
    static const struct {
        const char *prefix, *right;
    } parts[] = {{"reviews/", "review.read"}, {"consents/", "consent.read"}, {"publications/", "publication.status"},
                 {"goals/", "goal.read"},     {"skills/", "skill.read"},     {"shares/", "share.read"}};
    if (lt_starts(path, "entries/")) {
        char id[LT_ID_SIZE];
        const char *slash = strchr(path + 8, '/');
        if (!slash || strlen(slash) < LT_ID_SIZE) return false;
        lt_print(id, sizeof id, "%.36s", slash + 1);
        if (strcmp(id, p->entry) != 0) {
            lt_print(p->entry, sizeof p->entry, "%s", id);
            p->entry_readable = uc_may(p->call, "entry.read", UC_T_ENTRY, id);
        }
        return p->entry_readable;
    }
    for (size_t i = 0; i < LT_COUNT(parts); i++) {
        if (lt_starts(path, parts[i].prefix)) return uc_may(p->call, parts[i].right, UC_T_PUPIL, p->call->target.pupil_id);
    }
    return true;
}

static int add_path(void *user, const struct vault_item *item)
{
    struct packing *p = user;
    if (!readable(p, item->path)) return 0;
    void *grown = lt_array_grow(p->paths, &p->cap, p->len + 1, sizeof *p->paths);
    if (!grown) return LT_SYSTEM;
    p->paths = grown;
    p->paths[p->len] = lt_strdup(item->path);
    return p->paths[p->len++] ? 0 : LT_SYSTEM;
}

static void member_end(struct packing *p)
{
    vault_file_close(p->file);
    p->file = NULL;
    lt_buf_reset(&p->text);
    p->off = 0;
}

static int member_text(struct packing *p, struct archive_member *out, const char *name)
{
    lt_print(out->name, sizeof out->name, "%s", name);
    out->size = p->text.len;
    return 1;
}

static int next_member(void *ctx, struct archive_member *out, struct lt_error *err)
{
    struct packing *p = ctx;
    member_end(p);
    out->modified = p->when;
    if (!p->readme_done) {
        p->readme_done = true;
        if (lt_msg_add(&p->text, p->call->lang, "export.readme", "installation", vault_installation(p->call->app->vault),
                       "commit", vault_snapshot_commit(p->snapshot), (char *)NULL))
            return lt_fail_memory(err);
        return member_text(p, out, "README.txt");
    }
    if (p->at == p->len) return 0;
    int stopped = uc_progress(p->call, (int)p->at, (int)p->len, err);
    if (stopped) return stopped;
    const char *path = p->paths[p->at++];
    if (lt_ends(path, ".json")) {
        int rc = vault_snapshot_read(p->snapshot, path, &p->text, err);
        return rc ? rc : member_text(p, out, path);
    }
    int rc = vault_file_open(p->snapshot, path, &p->file, err);
    if (rc) return rc;
    lt_print(out->name, sizeof out->name, "%s", path);
    out->size = vault_file_size(p->file);
    return 1;
}

static ssize_t read_member(void *ctx, void *buf, size_t len, struct lt_error *err)
{
    struct packing *p = ctx;
    if (p->file) {
        ssize_t n = vault_file_pread(p->file, buf, len, p->off, err);
        if (n > 0) p->off += (uint64_t)n;
        return n;
    }
    size_t n = p->text.len - p->off < len ? p->text.len - p->off : len;
    if (n) memcpy(buf, p->text.data + p->off, n);
    p->off += n;
    return (ssize_t)n;
}

int export_zip(struct uc_call *call, const char *pupil, struct lt_error *err)
{
    struct packing p = {.call = call, .when = call->now / 1000, .text = LT_BUF_INIT(VAULT_TEXT_MAX)};
    char name[80];
    int fd, rc = spool_open(call, &fd, err);
    if (rc) return rc;
    rc = vault_snapshot_open(call->app->vault, pupil, NULL, &p.snapshot, err);
    if (!rc) rc = vault_snapshot_walk(p.snapshot, "", add_path, &p, err);
    struct archive_env env = {.program = call->app->program, .modules_dir = call->app->modules};
    struct archive_source source = {.ctx = &p, .next = next_member, .read = read_member};
    if (!rc) rc = archive_write(&env, &source, fd, err);
    member_end(&p);
    lt_buf_free(&p.text);
    vault_snapshot_close(p.snapshot);
    for (size_t i = 0; i < p.len; i++) free(p.paths[i]);
    free(p.paths);
    if (rc) {
        close(fd);
        return rc;
    }
    lt_print(name, sizeof name, "portfolio-%s.zip", pupil);
    return spool_answer(call, fd, "application/zip", name, err);
}
