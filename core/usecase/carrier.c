/* carrier: the media that copies are kept on, each with its inventory number, place and keeper. The list of its copies in the document follows what
 * lies on the carrier. */
#include "usecase/backup.h"
#include "usecase/release.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { COPIES_TOLD = 400 };

static void doc_path(const char *id, char out[80])
{
    lt_print(out, 80, "carriers/%s.json", id);
}

/* --- finding --- */

struct gather {
    struct vault_snapshot *s;
    json_t *list;
    bool removed_too;
    struct lt_error *err;
};

static int add_one(void *user, const struct vault_item *item)
{
    struct gather *g = user;
    struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
    json_t *doc = NULL;
    int rc = vault_snapshot_read(g->s, item->path, &text, g->err);
    if (!rc) rc = lt_json_parse(text.data, text.len, VAULT_TEXT_MAX, &doc, g->err);
    if (!rc && (g->removed_too || strcmp(lt_json_str_or(doc, "state", ""), "active") == 0) && json_array_append(g->list, doc)) rc = lt_fail_memory(g->err);
    json_decref(doc);
    lt_buf_free(&text);
    return rc;
}

/* By inventory number, the way people put them on a shelf. */
static void sort(json_t *list)
{
    for (size_t i = 1; i < json_array_size(list); i++) {
        json_t *one = json_incref(json_array_get(list, i));
        size_t k = i;
        while (k > 0 && strcmp(lt_json_str_or(json_array_get(list, k - 1), "number", ""), lt_json_str_or(one, "number", "")) > 0) k--;
        json_array_remove(list, i);
        json_array_insert_new(list, k, one);
    }
}

int carrier_all(struct uc_call *call, bool removed_too, json_t **out, struct lt_error *err)
{
    struct gather g = {.list = json_array(), .removed_too = removed_too, .err = err};
    int rc = g.list ? vault_snapshot_open(call->app->vault, VAULT_SCHOOL, NULL, &g.s, err) : lt_fail_memory(err);
    if (!rc) rc = vault_snapshot_walk(g.s, "carriers", add_one, &g, err);
    vault_snapshot_close(g.s);
    if (rc) return json_decref(g.list), rc;
    sort(g.list);
    *out = g.list;
    return 0;
}

/* A folder as it was written, without slashes at its end. */
static bool same_folder(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    while (n > 1 && a[n - 1] == '/') n--;
    while (m > 1 && b[m - 1] == '/') m--;
    return n == m && strncmp(a, b, n) == 0;
}

int carrier_find(struct uc_call *call, const char *field, const char *what, json_t **out, struct lt_error *err)
{
    json_t *all = NULL, *one, *found = NULL;
    size_t i;
    int rc = carrier_all(call, false, &all, err);
    json_array_foreach(all, i, one) {
        if (strcmp(lt_json_str_or(one, "id", ""), what) == 0 || strcmp(lt_json_str_or(one, "number", ""), what) == 0 ||
            same_folder(lt_json_str_or(one, "folder", ""), what)) {
            found = one;
            break;
        }
    }
    if (!rc && !found) rc = lt_fail_field(err, LT_NOTFOUND, field, "carrier.absent", "carrier", what, (char *)NULL);
    if (!rc) *out = json_incref(found);
    json_decref(all);
    return rc;
}

/* The disk in the drive must be the one of the number. */
int carrier_open(struct uc_call *call, const json_t *carrier, struct backup_key *key, struct store **out, struct lt_error *err)
{
    const char *folder = lt_json_str_or(carrier, "folder", "");
    json_t *mark = NULL;
    int rc = store_mark(folder, &mark, err);
    if (!rc && (strcmp(lt_json_str_or(mark, "school", ""), vault_school_id(call->app->vault)) != 0 ||
                strcmp(lt_json_str_or(mark, "carrier", ""), lt_json_str_or(carrier, "id", "")) != 0))
        rc = lt_fail(err, LT_REFUSED, "backup.carrier_other", "path", folder, (char *)NULL);
    json_decref(mark);
    if (!rc) rc = backup_key_load(call->app->fs, call->app->dir, false, key, err);
    return rc ? rc : store_open(call->app->fs, folder, key, out, err);
}

/* --- what is on it --- */

static json_t *known_copy(const json_t *doc, const char *id)
{
    json_t *one;
    size_t i;
    json_array_foreach(lt_json_array(doc, "copies"), i, one) {
        if (strcmp(lt_json_str_or(one, "id", ""), id) == 0) return json_incref(one);
    }
    return NULL;
}

/* One that the document did not know of: a run was cut off after it had written everything. */
static json_t *read_copy(struct uc_call *call, struct store *s, const struct store_copy *c)
{
    json_t *manifest = NULL, *copy = NULL;
    struct lt_error ignored = {0};
    if (backup_manifest(s, c->file, call->app->vault, &manifest, &ignored) == 0)
        copy = json_pack("{s:s, s:s, s:I, s:I}", "id", c->id, "at", lt_json_str_or(manifest, "at", ""), "files",
                         (json_int_t)lt_json_int(manifest, "count", 0), "bytes", (json_int_t)lt_json_int(manifest, "bytes", 0));
    lt_error_clear(&ignored);
    json_decref(manifest);
    return copy;
}

static int list_copies(struct uc_call *call, struct store *s, const json_t *doc, json_t **out, struct lt_error *err)
{
    struct store_copy *there = NULL;
    size_t n = 0;
    json_t *list = json_array();
    int rc = list ? store_copies(store_dir(s), &there, &n, err) : lt_fail_memory(err);
    for (size_t i = n > COPIES_TOLD ? n - COPIES_TOLD : 0; !rc && i < n; i++) {
        json_t *copy = known_copy(doc, there[i].id);
        if (!copy) copy = read_copy(call, s, &there[i]);
        if (copy && json_array_append_new(list, copy)) rc = lt_fail_memory(err);
    }
    free(there);
    if (rc) json_decref(list);
    else *out = list;
    return rc;
}

int carrier_note(struct uc_call *call, const char *carrier, struct store *s, const char *id, const json_t *verified, const char *subject,
                 struct lt_error *err)
{
    struct uc_tx *tx = NULL;
    json_t *doc = NULL, *copies = NULL, *one;
    size_t i;
    char path[80];
    doc_path(carrier, path);
    int rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, path, &doc, err);
    if (!rc) rc = list_copies(call, s, doc, &copies, err);
    json_array_foreach(copies, i, one) {
        if (!rc && verified && id && strcmp(lt_json_str_or(one, "id", ""), id) == 0 && json_object_set(one, "verified", (json_t *)verified))
            rc = lt_fail_memory(err);
    }
    if (!rc && lt_json_put(doc, "copies", json_incref(copies))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, subject, NULL, err);
    uc_tx_end(tx);
    json_decref(copies);
    json_decref(doc);
    return rc;
}

/* --- add, edit, remove --- */

/* Two carriers with one number, or one folder under two, would be told apart by nobody. */
static int check_unique(struct uc_call *call, const char *id, const char *number, const char *folder, struct lt_error *err)
{
    json_t *all = NULL, *one;
    size_t i;
    int rc = carrier_all(call, false, &all, err);
    json_array_foreach(all, i, one) {
        if (rc || strcmp(lt_json_str_or(one, "id", ""), id) == 0) continue;
        if (number && strcmp(lt_json_str_or(one, "number", ""), number) == 0)
            rc = lt_fail_field(err, LT_CONFLICT, "number", "carrier.number_taken", "number", number, (char *)NULL);
        else if (folder && same_folder(lt_json_str_or(one, "folder", ""), folder))
            rc = lt_fail_field(err, LT_CONFLICT, "folder", "carrier.folder_taken", "number", lt_json_str_or(one, "number", ""), (char *)NULL);
    }
    json_decref(all);
    return rc;
}

static int mark_folder(struct uc_call *call, const json_t *doc, struct lt_error *err)
{
    struct backup_key key;
    int rc = backup_key_load(call->app->fs, call->app->dir, true, &key, err);
    json_t *mark = rc ? NULL
                      : json_pack("{s:i, s:s, s:s, s:s, s:s}", "format", BACKUP_FORMAT, "carrier", lt_json_str_or(doc, "id", ""), "school",
                                  vault_school_id(call->app->vault), "number", lt_json_str_or(doc, "number", ""), "key", key.id);
    if (!rc) rc = mark ? store_create(call->app->fs, lt_json_str_or(doc, "folder", ""), mark, err) : lt_fail_memory(err);
    sodium_memzero(&key, sizeof key);
    json_decref(mark);
    return rc;
}

/* A folder that was a carrier of this school keeps its id, and with it what is on it. */
static void take_id(struct uc_call *call, const char *folder, char id[LT_ID_SIZE])
{
    json_t *mark = NULL;
    struct lt_error ignored = {0};
    lt_id_next(call->app->ids, id);
    if (store_mark(folder, &mark, &ignored) == 0 && strcmp(lt_json_str_or(mark, "school", ""), vault_school_id(call->app->vault)) == 0 &&
        lt_id_valid(lt_json_str_or(mark, "carrier", "")))
        lt_print(id, LT_ID_SIZE, "%s", lt_json_str_or(mark, "carrier", ""));
    lt_error_clear(&ignored);
    json_decref(mark);
}

static int run_add(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *folder = lt_json_str_or(in, "folder", "");
    char id[LT_ID_SIZE], path[80];
    struct uc_tx *tx = NULL;
    int rc = release_path_check(folder, call->app->dir, err);
    if (!rc) rc = uc_folder_allowed(call, "backup.root", folder, "carrier.folder_root", err);
    if (!rc) rc = check_unique(call, "", lt_json_str(in, "number"), folder, err);
    if (rc) return rc;
    take_id(call, folder, id);
    doc_path(id, path);
    json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "id", id, "number", lt_json_str_or(in, "number", ""), "place",
                            lt_json_str_or(in, "place", ""), "keeper", lt_json_str_or(in, "keeper", ""), "folder", folder, "keep",
                            (json_int_t)lt_json_int(in, "keep", 0), "state", "active");
    rc = doc ? mark_folder(call, doc, err) : lt_fail_memory(err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Add a carrier", NULL, err);
    uc_tx_end(tx);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_edit(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    static const char *const texts[] = {"number", "place", "keeper"};
    char path[80];
    struct uc_tx *tx = NULL;
    json_t *doc = NULL, *found = NULL;
    int rc = carrier_find(call, "carrier", lt_json_str_or(in, "carrier", ""), &found, err);
    if (!rc) rc = check_unique(call, lt_json_str_or(found, "id", ""), lt_json_str(in, "number"), NULL, err);
    if (!rc) doc_path(lt_json_str_or(found, "id", ""), path);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, path, &doc, err);
    for (size_t i = 0; !rc && i < 3; i++)
        if (lt_json_copy_key(doc, in, texts[i])) rc = lt_fail_memory(err);
    if (!rc && lt_json_copy_key(doc, in, "keep")) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Edit a carrier", NULL, err);
    uc_tx_end(tx);
    json_decref(found);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

/* Taken out of use: what is written on it stays there, and this document says so. */
static int run_remove(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char path[80];
    struct uc_tx *tx = NULL;
    json_t *doc = NULL, *found = NULL;
    int rc = carrier_find(call, "carrier", lt_json_str_or(in, "carrier", ""), &found, err);
    if (!rc) doc_path(lt_json_str_or(found, "id", ""), path);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_get(tx, VAULT_SCHOOL, path, &doc, err);
    if (!rc && lt_json_put_str(doc, "state", "removed")) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, path, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Take a carrier out of use", NULL, err);
    uc_tx_end(tx);
    json_decref(found);
    if (rc) json_decref(doc);
    else *out = doc;
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *all = NULL, *one;
    size_t i;
    int rc = carrier_all(call, lt_json_bool(in, "all", false), &all, err);
    json_array_foreach(all, i, one) {
        const json_t *copies = lt_json_array(one, "copies"), *last = json_array_get(copies, json_array_size(copies) - 1);
        lt_json_put_str(one, "last", lt_json_str_or(last, "at", ""));
        lt_json_put_str(one, "verified", lt_json_str_or(lt_json_object(last, "verified"), "at", ""));
        lt_json_put_int(one, "count", (int64_t)json_array_size(copies));
        json_object_del(one, "copies");
    }
    if (!rc) *out = json_pack("{s:O, s:n}", "items", all, "next");
    json_decref(all);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

#define CARRIER {"carrier", UC_TEXT, UC_REQUIRED | UC_POSITIONAL, 1, 500, NULL}
#define KEEP {"keep", UC_INT, 0, 0, 400, NULL}
static const struct uc_field add_fields[] = {{"folder", UC_TEXT, UC_REQUIRED, 1, 500, NULL},
                                             {"number", UC_TEXT, UC_REQUIRED, 1, 60, NULL},
                                             {"place", UC_TEXT, UC_REQUIRED, 1, 200, NULL},
                                             {"keeper", UC_TEXT, UC_REQUIRED, 1, 200, NULL},
                                             KEEP,
                                             {0}};
static const struct uc_field edit_fields[] = {CARRIER, {"number", UC_TEXT, 0, 1, 60, NULL}, {"place", UC_TEXT, 0, 1, 200, NULL},
                                              {"keeper", UC_TEXT, 0, 1, 200, NULL}, KEEP, {0}};
static const struct uc_field one_fields[] = {CARRIER, {0}};
static const struct uc_field list_fields[] = {{"all", UC_BOOL, 0, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "carrier", .verb = "add", .method = "POST", .tail = "", .reply = UC_ONE, .gives = "carrier", .flags = UC_WRITE, .right = "backup.run", .fields = add_fields,
     .run = run_add},
    {.noun = "carrier", .verb = "edit", .method = "PATCH", .tail = "/{carrier}", .reply = UC_ONE, .gives = "carrier", .flags = UC_WRITE, .right = "backup.run",
     .fields = edit_fields, .run = run_edit},
    {.noun = "carrier", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .gives = "carrier_row", .right = "backup.read", .fields = list_fields,
     .columns = "number place keeper last verified count folder", .run = run_list},
    {.noun = "carrier", .verb = "remove", .method = "DELETE", .tail = "/{carrier}", .reply = UC_ONE, .gives = "carrier", .flags = UC_WRITE, .right = "backup.run",
     .fields = one_fields, .run = run_remove},
};

const struct uc_noun uc_noun_carrier = UC_NOUN("carrier", "carriers", NULL, rows);
