/* Rows of a file that were not taken, for the report after the batch was applied: DATA/spool/rows/<batch>.json, seven days, neither in git nor in a
 * backup. Where the row stands and why it was left, in words without a value of the file; the pupil where it is surely one of ours.
 * The file is in the hands of whoever brought it: sheet and row lead there. Rows of other schools stand nowhere. */
#include "usecase/import.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { REST_MAX = 32 << 20, REST_PATH = 4300 };

static bool path_of(struct uc_call *call, const char *name, char out[REST_PATH])
{
    return lt_print(out, REST_PATH, "%s/spool/rows%s%s", call->app->dir, name ? "/" : "", name ? name : "");
}

static bool path_of_batch(struct uc_call *call, const char *batch, char out[REST_PATH])
{
    char name[64];
    return lt_id_valid(batch) && lt_print(name, sizeof name, "%s.json", batch) && path_of(call, name, out);
}

bool import_stays_out(const json_t *row)
{
    static const char *const outcomes[] = {"doubtful", "not_found", "contradiction", "error", "duplicate"};
    for (size_t i = 0; i < LT_COUNT(outcomes); i++) {
        if (strcmp(lt_json_str_or(row, "outcome", ""), outcomes[i]) == 0) return true;
    }
    return false;
}

/* --- what is kept --- */

static json_t *kept_row(const json_t *row)
{
    json_t *problems = json_array();
    size_t i;
    const json_t *p;
    json_array_foreach(lt_json_array(row, "problems"), i, p) {
        json_t *one = json_pack("{s:s, s:s}", "code", lt_json_str_or(p, "code", ""), "column", lt_json_str_or(p, "column", ""));
        if (json_array_append_new(problems, one)) return json_decref(problems), NULL;
    }
    json_t *o = json_pack("{s:s, s:I, s:s, s:s, s:o}", "sheet", lt_json_str_or(row, "sheet", ""), "row", (json_int_t)lt_json_int(row, "row", 0), "outcome",
                          lt_json_str_or(row, "outcome", ""), "why", lt_json_str_or(row, "why", ""), "problems", problems);
    if (o && lt_json_put_str(o, "pupil", lt_json_str(row, "pupil"))) return json_decref(o), NULL;
    return o;
}

int import_rest_keep(struct uc_call *call, const struct import_batch *b, const struct import_proposal *p, struct lt_error *err)
{
    char dir[REST_PATH], path[REST_PATH];
    json_t *rows = json_array(), *doc = json_pack("{s:s, s:o, s:O?}", "id", b->id, "created", uc_stamp(call), "rows", rows);
    struct lt_buf text = LT_BUF_INIT(REST_MAX);
    size_t i;
    const json_t *row;
    int rc = rows && doc && path_of(call, NULL, dir) && path_of_batch(call, b->id, path) ? 0 : lt_fail_memory(err);
    json_array_foreach(p->rows, i, row) {
        if (!rc && import_stays_out(row) && json_array_append_new(rows, kept_row(row))) rc = lt_fail_memory(err);
    }
    if (!rc && json_array_size(rows)) {
        rc = lt_json_canonical(doc, &text, err);
        if (!rc && lt_fs_mkdirs(call->app->fs, dir, 0700)) rc = lt_fail_errno(err, "mkdir", dir);
        if (!rc && lt_fs_replace(call->app->fs, path, text.data, text.len, 0600, false)) rc = lt_fail_errno(err, "write", path);
    }
    int n = (int)json_array_size(rows);
    lt_buf_free(&text);
    json_decref(rows);
    json_decref(doc);
    return rc ? rc : n;
}

/* --- and told --- */

/* With "…" for the value; where the sentence ends there, no full stop follows. */
static void add_without_value(struct lt_buf *out, enum lt_lang lang, const char *id)
{
    static const char gap[] = "…";
    struct lt_buf text = LT_BUF_INIT(4096);
    lt_msg_add(&text, lang, id, "value", gap, (char *)NULL);
    for (const char *s = text.data ? text.data : ""; *s;) {
        bool at_gap = lt_starts(s, gap);
        size_t n = at_gap ? sizeof gap - 1 : 1;
        lt_buf_add(out, s, n);
        s += n + (at_gap && s[n] == '.');
    }
    lt_buf_free(&text);
}

/* The sentence of a problem, with «…» for what stood in the file; one of a plugin only names its column. */
static void add_problem(struct lt_buf *out, enum lt_lang lang, const json_t *problem)
{
    char id[96];
    const char *column = lt_json_str_or(problem, "column", "");
    bool known = lt_print(id, sizeof id, "problem.%s", lt_json_str_or(problem, "code", "")) && lt_msg_known(lang, id);
    if (!known && !*column) return;
    if (out->len) lt_buf_addc(out, ' ');
    if (known) add_without_value(out, lang, id);
    else lt_msg_add(out, lang, "rest.column", "column", column, (char *)NULL);
}

static json_t *told_row(struct uc_call *call, const json_t *row)
{
    struct lt_buf why = LT_BUF_INIT(20000);
    size_t i;
    const json_t *p;
    json_t *card = NULL;
    char *name = NULL;
    struct lt_error ignored = {0};
    const char *pupil = lt_json_str(row, "pupil");
    json_array_foreach(lt_json_array(row, "problems"), i, p) add_problem(&why, call->lang, p);
    if (!why.len) lt_buf_adds(&why, lt_label(call->lang, "import_why", lt_json_str_or(row, "why", "")));
    if (pupil && uc_doc(call, "pupil", pupil, &card, &ignored) == 0) {
        name = lt_format("%s %s", lt_json_str_or(card, "surname", ""), lt_json_str_or(card, "name", ""));
        uc_saw(call, pupil);
    }
    json_t *one = json_pack("{s:s, s:I, s:s, s:s, s:s}", "sheet", lt_json_str_or(row, "sheet", ""), "row", (json_int_t)lt_json_int(row, "row", 0), "values",
                            name ? name : "", "outcome", lt_json_str_or(row, "outcome", ""), "why", why.data ? why.data : "");
    lt_error_clear(&ignored);
    lt_buf_free(&why);
    json_decref(card);
    free(name);
    return one;
}

int import_rest_rows(struct uc_call *call, const char *batch, json_t *items, struct lt_error *err)
{
    char path[REST_PATH], *text = NULL;
    size_t len = 0, i;
    json_t *doc = NULL;
    const json_t *row;
    if (!path_of_batch(call, batch, path)) return lt_fail(err, LT_NOTFOUND, "import.absent", "id", batch, (char *)NULL);
    if (lt_fs_read(path, REST_MAX, &text, &len)) return errno == ENOENT ? 0 : lt_fail_errno(err, "read", path);
    int rc = lt_json_parse(text, len, REST_MAX, &doc, err);
    free(text);
    json_array_foreach(lt_json_array(doc, "rows"), i, row) {
        if (!rc && json_array_append_new(items, told_row(call, row))) rc = lt_fail_memory(err);
    }
    json_decref(doc);
    return rc;
}

/* --- and gone --- */

int import_rest_drop(struct uc_call *call, const char *batch, struct lt_error *err)
{
    char path[REST_PATH];
    if (!path_of_batch(call, batch, path)) return 0;
    return call->app->fs->unlink(call->app->fs->ctx, path) && errno != ENOENT ? lt_fail_errno(err, "remove", path) : 0;
}

/* A batch is as old as its id says: ids begin with the time. */
static bool is_old(struct uc_call *call, const char *batch)
{
    char hex[13];
    if (!lt_id_valid(batch) || !lt_print(hex, sizeof hex, "%.8s%.4s", batch, batch + 9)) return false;
    return call->now - strtoll(hex, NULL, 16) >= (int64_t)IMPORT_KEEP_DAYS * 86400000;
}

int import_rest_purge(struct uc_call *call, struct lt_error *err)
{
    char dir[REST_PATH], batch[LT_ID_SIZE];
    path_of(call, NULL, dir);
    DIR *d = opendir(dir);
    if (!d) return errno == ENOENT ? 0 : lt_fail_errno(err, "list", dir);
    int rc = 0;
    for (struct dirent *e; !rc && (e = readdir(d));) {
        if (strlen(e->d_name) != LT_ID_SIZE - 1 + strlen(".json")) continue;
        lt_print(batch, sizeof batch, "%.36s", e->d_name);
        if (is_old(call, batch)) rc = import_rest_drop(call, batch, err);
    }
    closedir(d);
    return rc;
}
