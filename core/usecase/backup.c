/* backup: run, verify, list, status, remove, code, restore. */
#include "usecase/backup.h"
#include "usecase/job.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <sodium.h>
#include <string.h>

#define CODE_PATH "backup/code.json"

int backup_enter(struct uc_call *call, struct lt_error *err)
{
    bool free_now = false;
    return atomic_compare_exchange_strong(&call->app->backup_busy, &free_now, true) ? 0 : lt_fail(err, LT_CONFLICT, "backup.busy", (char *)NULL);
}

void backup_leave(struct uc_call *call)
{
    atomic_store(&call->app->backup_busy, false);
}

/* An open carrier, the only work on backups at this time. */
struct work {
    json_t *carrier;
    struct backup_key key;
    struct store *s;
    bool entered;
};

static int work_begin(struct uc_call *call, const char *field, const char *what, struct work *w, struct lt_error *err)
{
    *w = (struct work){0};
    int rc = carrier_find(call, field, what, &w->carrier, err);
    if (!rc) rc = backup_enter(call, err);
    w->entered = !rc;
    return rc ? rc : carrier_open(call, w->carrier, &w->key, &w->s, err);
}

static void work_end(struct uc_call *call, struct work *w)
{
    store_close(w->s);
    sodium_memzero(&w->key, sizeof w->key);
    json_decref(w->carrier);
    if (w->entered) backup_leave(call);
}

static const char *carrier_id(const struct work *w)
{
    return lt_json_str_or(w->carrier, "id", "");
}

/* --- run --- */

static int run_run(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct work w;
    json_t *copy = NULL;
    size_t dropped = 0;
    uint64_t freed = 0;
    int rc = work_begin(call, "to", lt_json_str_or(in, "to", ""), &w, err);
    if (!rc) rc = backup_take(call, w.s, w.carrier, &copy, err);
    if (!rc) rc = backup_prune(call, w.s, (size_t)lt_json_int(w.carrier, "keep", 0), &dropped, &freed, err);
    if (!rc) rc = carrier_note(call, carrier_id(&w), w.s, NULL, NULL, "Note a backup", err);
    if (!rc && (lt_json_copy_key(copy, w.carrier, "number") || lt_json_put_str(copy, "carrier", carrier_id(&w)) ||
                lt_json_put_int(copy, "removed", (int64_t)dropped)))
        rc = lt_fail_memory(err);
    work_end(call, &w);
    if (rc) json_decref(copy);
    else *out = copy;
    return rc;
}

static bool always(struct uc_call *call, const json_t *in)
{
    (void)call, (void)in;
    return true;
}

/* --- verify --- */

static int run_verify(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct work w;
    struct store_copy copy = {0};
    json_t *report = NULL, *verified = NULL;
    char at[LT_INSTANT_SIZE];
    int rc = work_begin(call, "from", lt_json_str_or(in, "from", ""), &w, err);
    if (!rc) rc = backup_pick(store_dir(w.s), lt_json_str(in, "copy"), &copy, err);
    if (!rc) rc = backup_check(call, w.s, &copy, &report, err);
    if (!rc) {
        verified = json_pack("{s:s, s:s, s:I}", "at", lt_instant_format(lt_clock_now(&call->app->clock), at), "by", call->actor.id, "faults",
                             (json_int_t)lt_json_int(report, "faults", 0));
        rc = verified ? carrier_note(call, carrier_id(&w), w.s, copy.id, verified, "Note the check of a backup", err) : lt_fail_memory(err);
    }
    if (!rc && lt_json_copy_key(report, w.carrier, "number")) rc = lt_fail_memory(err);
    if (!rc && lt_json_int(report, "faults", 0) > 0) {
        const json_t *first = json_array_get(lt_json_array(report, "items"), 0);
        rc = lt_fail(err, LT_REFUSED, "backup.damaged", "count", LT_NUM(lt_json_int(report, "faults", 0)), "path", lt_json_str_or(first, "path", ""), "place",
                     lt_json_str_or(first, "place", ""), "number", lt_json_str_or(w.carrier, "number", ""), (char *)NULL);
        lt_error_details(err, json_incref(report));
    }
    work_end(call, &w);
    json_decref(verified);
    if (rc) json_decref(report);
    else *out = report;
    return rc;
}

/* --- list, remove --- */

static int list_of(const json_t *carrier, json_t *items, struct lt_error *err)
{
    size_t i;
    const json_t *one;
    json_array_foreach(lt_json_array(carrier, "copies"), i, one) {
        const json_t *v = lt_json_object(one, "verified");
        json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "id", lt_json_str_or(one, "id", ""), "at", lt_json_str_or(one, "at", ""), "carrier",
                                lt_json_str_or(carrier, "id", ""), "number", lt_json_str_or(carrier, "number", ""), "files",
                                (json_int_t)lt_json_int(one, "files", 0), "bytes", (json_int_t)lt_json_int(one, "bytes", 0));
        if (!row || lt_json_copy_key(row, carrier, "place") || lt_json_copy_key(row, carrier, "keeper") ||
            (v && (lt_json_put_str(row, "verified", lt_json_str(v, "at")) || lt_json_put_int(row, "faults", lt_json_int(v, "faults", 0)))) ||
            json_array_insert_new(items, 0, row))
            return lt_fail_memory(err);
    }
    return 0;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *all = NULL, *one, *items = json_array();
    size_t i;
    const char *only = lt_json_str(in, "carrier");
    int rc = items ? carrier_all(call, true, &all, err) : lt_fail_memory(err);
    json_array_foreach(all, i, one) {
        bool wanted = !only || strcmp(only, lt_json_str_or(one, "id", "")) == 0 || strcmp(only, lt_json_str_or(one, "number", "")) == 0;
        if (!rc && wanted) rc = list_of(one, items, err);
    }
    if (!rc) *out = json_pack("{s:O, s:n}", "items", items, "next");
    json_decref(items);
    json_decref(all);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* On which carrier a copy lies. */
static int carrier_of_copy(struct uc_call *call, const char *id, char out[LT_ID_SIZE], struct lt_error *err)
{
    json_t *all = NULL, *one, *copy;
    size_t i, k;
    int rc = carrier_all(call, false, &all, err);
    *out = 0;
    json_array_foreach(all, i, one) {
        json_array_foreach(lt_json_array(one, "copies"), k, copy) {
            if (strcmp(lt_json_str_or(copy, "id", ""), id) == 0) lt_print(out, LT_ID_SIZE, "%s", lt_json_str_or(one, "id", ""));
        }
    }
    json_decref(all);
    return rc || *out ? rc : lt_fail_field(err, LT_NOTFOUND, "id", "backup.copy_absent", "id", id, (char *)NULL);
}

static int run_remove(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct work w = {0};
    char carrier[LT_ID_SIZE];
    uint64_t freed = 0;
    const char *id = lt_json_str_or(in, "id", "");
    int rc = carrier_of_copy(call, id, carrier, err);
    if (!rc) rc = work_begin(call, "id", carrier, &w, err);
    if (!rc) rc = backup_drop(call, w.s, id, &freed, err);
    if (!rc) rc = carrier_note(call, carrier, w.s, NULL, NULL, "Note the removal of a backup", err);
    work_end(call, &w);
    if (!rc) *out = json_pack("{s:s, s:I}", "id", id, "freed", (json_int_t)freed);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

/* --- the recovery code --- */

/* Given to whoever sits at the machine, and noted that it was. */
static int run_code(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    char code[BACKUP_CODE];
    struct backup_key key;
    struct uc_tx *tx = NULL;
    json_t *doc = NULL;
    int rc = backup_code(call->app->fs, call->app->dir, true, code, err);
    if (!rc) rc = backup_key_of(code, &key, err);
    if (!rc && !(doc = json_pack("{s:s, s:o}", "key", key.id, "shown", uc_stamp(call)))) rc = lt_fail_memory(err);
    if (!rc) rc = uc_tx_begin1(call, VAULT_SCHOOL, &tx, err);
    if (!rc) rc = uc_tx_put(tx, VAULT_SCHOOL, CODE_PATH, doc, err);
    if (!rc) rc = uc_tx_commit(tx, "Note that the recovery code was given out", NULL, err);
    uc_tx_end(tx);
    if (!rc) *out = json_pack("{s:s, s:s}", "code", code, "key", key.id);
    sodium_memzero(code, sizeof code);
    sodium_memzero(&key, sizeof key);
    json_decref(doc);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}

static const struct uc_field run_fields[] = {{"to", UC_TEXT, UC_REQUIRED, 1, 500, NULL}, UC_BACKGROUND_FIELD, {0}};
static const struct uc_field verify_fields[] = {
    {"from", UC_TEXT, UC_REQUIRED, 1, 500, NULL}, {"copy", UC_ID, 0, 0, 0, NULL}, UC_BACKGROUND_FIELD, {0}};
static const struct uc_field list_fields[] = {{"carrier", UC_TEXT, 0, 1, 500, NULL}, {0}};
static const struct uc_field remove_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {0}};
static const struct uc_field restore_fields[] = {{"from", UC_TEXT, UC_REQUIRED, 1, 500, NULL},
                                                 {"to", UC_TEXT, UC_REQUIRED, 1, 500, NULL},
                                                 {"copy", UC_ID, 0, 0, 0, NULL},
                                                 {"erasures", UC_FILE, 0, 0, 0, NULL},
                                                 {"code", UC_SECRET, UC_REQUIRED, 0, 0, NULL},
                                                 {0}};

static const struct uc_row rows[] = {
    {.noun = "backup", .verb = "run", .method = "POST", .tail = "", .reply = UC_ONE, .gives = "backup_taken", .flags = UC_WRITE | UC_REPEAT | UC_LONG, .right = "backup.run",
     .fields = run_fields, .run = run_run, .heavy = always},
    {.noun = "backup", .verb = "verify", .method = "POST", .tail = "/verify", .reply = UC_ONE, .gives = "backup_verified", .flags = UC_WRITE | UC_REPEAT | UC_LONG,
     .right = "backup.run", .fields = verify_fields, .run = run_verify, .heavy = always},
    {.noun = "backup", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .gives = "backup_row", .right = "backup.read", .fields = list_fields,
     .columns = "at number place keeper files bytes verified faults id", .run = run_list},
    {.noun = "backup", .verb = "status", .method = "GET", .tail = "/status", .reply = UC_ONE, .gives = "backup_status", .right = "backup.read", .run = backup_run_status},
    {.noun = "backup", .verb = "remove", .method = "DELETE", .tail = "/{id}", .reply = UC_ONE, .gives = "backup_removed", .flags = UC_WRITE | UC_REPEAT, .right = "backup.run",
     .fields = remove_fields, .run = run_remove},
    {.noun = "backup", .verb = "code", .method = "POST", .tail = "/code", .reply = UC_ONE, .gives = "backup_code", .flags = UC_WRITE | UC_REPEAT, .doors = UC_CLI,
     .right = "backup.code", .run = run_code},
    {.noun = "backup", .verb = "restore", .method = "POST", .tail = "/restore", .reply = UC_ONE, .gives = "backup_restored", .flags = UC_NO_DATA, .doors = UC_CLI,
     .fields = restore_fields, .run = backup_run_restore},
};

const struct uc_noun uc_noun_backup = UC_NOUN("backup", "backups", NULL, rows);
