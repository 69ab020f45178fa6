/* file: the bytes of an entry's files, and files added to an entry on their own. */
#include "usecase/entry.h"
#include "usecase/file.h"
#include "usecase/mask.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct open_file {
    struct vault_snapshot *snapshot;
    struct vault_file *file;
};

static ssize_t stream_read(void *ctx, void *buf, size_t len, uint64_t off, struct lt_error *err)
{
    return vault_file_pread(((struct open_file *)ctx)->file, buf, len, off, err);
}

static void stream_close(void *ctx)
{
    struct open_file *f = ctx;
    vault_file_close(f->file);
    vault_snapshot_close(f->snapshot);
    free(f);
}

/* Answers with one file of the repository as a stream. */
static int give(struct uc_call *call, const char *repo, const char *path, const json_t *item, struct lt_error *err)
{
    struct open_file *f = lt_calloc(1, sizeof *f);
    if (!f) return lt_fail_memory(err);
    int rc = vault_snapshot_open(call->app->vault, repo, NULL, &f->snapshot, err);
    if (!rc) rc = vault_file_open(f->snapshot, path, &f->file, err);
    if (rc) {
        stream_close(f);
        return rc;
    }
    struct uc_stream *s = call->stream;
    s->ctx = f;
    s->read = stream_read;
    s->close = stream_close;
    s->size = (int64_t)vault_file_size(f->file);
    lt_print(s->content_type, sizeof s->content_type, "%s", lt_json_str_or(item, "type", "application/octet-stream"));
    lt_print(s->etag, sizeof s->etag, "%s", lt_json_str_or(item, "sha256", ""));
    lt_print(s->file_name, sizeof s->file_name, "%s", lt_json_str_or(item, "name", ""));
    return 0;
}

static const json_t *file_item(const json_t *doc, const char *path)
{
    size_t i;
    json_t *f;
    json_array_foreach(lt_json_array(doc, "files"), i, f) {
        if (strcmp(lt_json_str_or(f, "path", ""), path) == 0) return f;
    }
    return NULL;
}

int file_place_of(struct uc_call *call, const char *entry, const json_t *item, struct file_place *out, struct lt_error *err)
{
    char dir[160];
    int rc = index_locate(call->app->index, "entry", entry, out->repo, dir, err);
    if (rc) return rc;
    char *slash = strrchr(dir, '/');
    if (slash) *slash = 0;
    lt_print(out->path, sizeof out->path, "%s/%s", dir, lt_json_str_or(item, "path", ""));
    out->item = item;
    return 0;
}

int file_find(struct uc_call *call, const json_t *in, struct file_place *out, struct lt_error *err)
{
    const char *wanted = lt_json_str_or(in, "path", "");
    const json_t *entry = call->target.entry;
    if (!*wanted) wanted = lt_json_str_or(json_array_get(lt_json_array(entry, "files"), 0), "path", "");
    out->item = file_item(entry, wanted);
    if (!out->item) out->item = file_item(call->target.verified, wanted);
    if (!out->item) return lt_fail_field(err, LT_NOTFOUND, "path", "file.absent", "path", wanted, (char *)NULL);
    return file_place_of(call, call->target.entry_id, out->item, out, err);
}

static int run_get(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    struct file_place place;
    int rc = file_find(call, in, &place, err);
    return rc ? rc : give(call, place.repo, place.path, place.item, err);
}

/* An edit that leaves one file out: the verified revision and the history keep it. */
static int run_remove(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *path = lt_json_str_or(in, "path", "");
    if (!file_item(call->target.entry, path)) return lt_fail_field(err, LT_NOTFOUND, "path", "file.absent", "path", path, (char *)NULL);
    json_t *edit = json_copy((json_t *)(uintptr_t)in);
    int rc = edit && json_object_set_new(edit, "drop_file", json_pack("[s]", path)) == 0 ? 0 : lt_fail_memory(err);
    if (!rc) rc = entry_run_edit(call, edit, out, err);
    json_decref(edit);
    return rc;
}

static const struct uc_field add_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                             {"file", UC_FILE, UC_REQUIRED | UC_MANY, 0, 0, NULL},
                                             {"same_file", UC_BOOL, 0, 0, 0, NULL},
                                             {"submit", UC_BOOL, 0, 0, 0, NULL},
                                             {0}};
static const struct uc_field remove_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                                {"path", UC_TEXT, UC_REQUIRED | UC_POSITIONAL, 1, 60, NULL},
                                                {"submit", UC_BOOL, 0, 0, 0, NULL},
                                                {0}};
static const struct uc_field get_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                             {"path", UC_TEXT, UC_POSITIONAL, 0, 60, NULL},
                                             {0}};

static const struct uc_field preview_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                                 {"path", UC_TEXT, UC_POSITIONAL, 0, 60, NULL},
                                                 {"size", UC_ENUM, 0, 0, 0, "preview_size"},
                                                 {"page", UC_INT, 0, 1, 2000, NULL},
                                                 {"area", UC_TEXT, UC_MANY, 1, 40, NULL}, /* a trial: these are painted over */
                                                 {"public", UC_BOOL, 0, 0, 0, NULL},
                                                 {0}};

static const struct uc_field mask_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                              {"path", UC_TEXT, UC_REQUIRED | UC_POSITIONAL, 1, 60, NULL},
                                              {"page", UC_INT, 0, 1, 2000, NULL},
                                              {"area", UC_TEXT, UC_MANY, 1, 40, NULL},
                                              {"as_is", UC_BOOL, 0, 0, 0, NULL},
                                              {0}};
static const struct uc_field unmask_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                                {"path", UC_TEXT, UC_REQUIRED | UC_POSITIONAL, 1, 60, NULL},
                                                {"page", UC_INT, 0, 1, 2000, NULL},
                                                {0}};

static const struct uc_row rows[] = {
    {.noun = "file", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .flags = UC_WRITE | UC_REVISION,
     .right = "file.add", .target = UC_T_ENTRY, .target_field = "id", .fields = add_fields, .gives = "entry", .run = entry_run_edit},
    {.noun = "file", .verb = "remove", .method = "DELETE", .tail = "", .reply = UC_ONE, .flags = UC_WRITE | UC_REVISION,
     .right = "entry.edit", .target = UC_T_ENTRY, .target_field = "id", .fields = remove_fields, .gives = "entry", .run = run_remove},
    {.noun = "file", .verb = "get", .method = "GET", .tail = "", .reply = UC_BYTES, .right = "file.read", .target = UC_T_ENTRY,
     .target_field = "id", .fields = get_fields, .run = run_get},
    {.noun = "file", .verb = "preview", .method = "GET", .tail = "/preview", .reply = UC_BYTES, .right = "file.read", .target = UC_T_ENTRY,
     .target_field = "id", .fields = preview_fields, .run = file_run_preview},
    {.noun = "file", .verb = "mask", .method = "POST", .tail = "/mask", .reply = UC_ONE, .flags = UC_WRITE, .right = "file.mask",
     .target = UC_T_ENTRY, .target_field = "id", .fields = mask_fields, .gives = "masks", .run = mask_run_make},
    {.noun = "file", .verb = "unmask", .method = "POST", .tail = "/unmask", .reply = UC_ONE, .flags = UC_WRITE, .right = "file.mask",
     .target = UC_T_ENTRY, .target_field = "id", .fields = unmask_fields, .gives = "masks", .run = mask_run_take_back},
};

const struct uc_noun uc_noun_file = UC_NOUN("file", "files", "/entries/{id}/files", rows);
