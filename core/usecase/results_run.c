/* The plugin's part of an import of results: the rows of the table go in, proposals come out. */
#include "usecase/results.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "letopis/plugin.h"
#include "usecase/emitted.h"
#include "usecase/ports.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { RECOGNISE_ROWS = 40, CELLS_MAX = 500, FINGERPRINT = 32 };

struct feed {
    struct results *r;           /* NULL when recognising */
    const struct table *table;
    size_t sheet, at, most;      /* most: rows of a sheet that are given */
    struct lt_buf emitted;       /* to be kept for the next time */
    struct uc_import_cell cells[CELLS_MAX];
    char days[CELLS_MAX][LT_DATE_SIZE];
    int score;
};

/* --- rows in --- */

static unsigned kind_of(const struct table_cell *c)
{
    switch (c->type) {
    case TABLE_NUMBER: return LETOPIS_CELL_NUMBER;
    case TABLE_DATE:
    case TABLE_DATETIME: return LETOPIS_CELL_DATE;
    case TABLE_BOOL: return LETOPIS_CELL_BOOL;
    case TABLE_EMPTY: return LETOPIS_CELL_EMPTY;
    default: return LETOPIS_CELL_TEXT;
    }
}

static unsigned flags_of(const struct table_cell *c)
{
    return (c->flags & TABLE_MERGED ? LETOPIS_CELL_MERGED : 0) |
           (c->flags & (TABLE_HIDDEN_ROW | TABLE_HIDDEN_COLUMN) ? LETOPIS_CELL_HIDDEN : 0) |
           (c->type == TABLE_ERROR || (c->type == TABLE_EMPTY && (c->flags & TABLE_FORMULA)) ? LETOPIS_CELL_ERROR : 0);
}

static int next(void *user, struct uc_import_row *out, struct lt_error *err)
{
    struct feed *f = user;
    (void)err;
    while (f->sheet < table_sheets(f->table) &&
           (table_sheet_hidden(f->table, f->sheet) || f->at >= table_rows(f->table, f->sheet) || f->at >= f->most)) {
        f->sheet++;
        f->at = 0;
    }
    if (f->sheet >= table_sheets(f->table)) return 0;
    size_t n = table_row_cells(f->table, f->sheet, f->at), to = 0;
    for (size_t i = 0; i < n && to < CELLS_MAX; i++) {
        struct table_cell c;
        table_row_cell(f->table, f->sheet, f->at, i, &c);
        const char *text = c.text;
        if (c.type == TABLE_DATE || c.type == TABLE_DATETIME) { /* whatever the file shows */
            lt_print(f->days[to], sizeof f->days[to], "%.10s", c.iso);
            text = f->days[to];
        }
        f->cells[to++] = (struct uc_import_cell){.column = c.column, .kind = kind_of(&c), .flags = flags_of(&c), .text = text, .number = c.number};
    }
    *out = (struct uc_import_row){.sheet = table_sheet_name(f->table, f->sheet), .row = table_row_number(f->table, f->sheet, f->at),
                                  .flags = table_row_hidden(f->table, f->sheet, f->at) ? LETOPIS_ROW_HIDDEN : 0, .cells = f->cells,
                                  .cells_len = to};
    f->at++;
    return 1;
}

static struct feed *feed_new(struct results *r, const struct table *table, size_t most)
{
    struct feed *f = lt_calloc(1, sizeof *f);
    if (f) f->r = r, f->table = table, f->most = most;
    return f;
}

static json_t *job_of(struct uc_call *call, const struct import_format *format, const char *action, const char *file_name, int year)
{
    char today[LT_DATE_SIZE];
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i}", "action", action, "format", format->name, "lang", lt_lang_word(call->lang), "file_name",
                     file_name, "today", lt_date_format(call->today, today), "year", year);
}

/* Settings of the school that concern files of results. */
static json_t *settings_of(struct uc_call *call)
{
    static const char *const stages[] = {"school", "municipal", "regional"};
    json_t *quota = json_object();
    for (size_t i = 0; quota && i < LT_COUNT(stages); i++) {
        char name[40];
        lt_print(name, sizeof name, "olympiad.quota.%s", stages[i]);
        if (lt_json_put_int(quota, stages[i], uc_setting_int(call, name))) return json_decref(quota), NULL;
    }
    return json_pack("{s:o?}", "quota", quota);
}

/* --- recognising --- */

static int take_score(void *user, const json_t *doc, struct lt_error *err)
{
    struct feed *f = user;
    (void)err;
    int64_t score = lt_json_int(doc, "score", 0);
    f->score = score < 0 ? 0 : score > 100 ? 100 : (int)score;
    return 0;
}

int results_recognise(struct uc_call *call, const struct import_format *format, const struct table *table, const char *file_name, int *score,
                      struct lt_error *err)
{
    struct feed *f = feed_new(NULL, table, RECOGNISE_ROWS);
    json_t *job = job_of(call, format, "recognise", file_name, model_year_of(call->today, NULL));
    struct uc_import_job run = {.plugin = format->plugin, .job = job, .next = next, .emit = take_score, .user = f};
    int rc = f && job ? call->app->ports->import(call->app->ports->ctx, call->app, &run, err) : lt_fail_memory(err);
    if (!rc) *score = f->score;
    json_decref(job);
    free(f);
    return rc;
}

/* --- what comes out --- */

static int too_many(struct lt_error *err)
{
    return lt_fail(err, LT_REFUSED, "import.too_many_rows", "max", LT_NUM(RESULTS_ROWS_MAX), (char *)NULL);
}

static int take_sheet(struct results *r, const json_t *doc, struct lt_error *err)
{
    size_t i;
    const json_t *v;
    json_array_foreach(lt_json_array(doc, "missing"), i, v) {
        const char *name = json_string_value(v);
        if (name && !lt_json_array_has(r->missing, name) && json_array_append_new(r->missing, json_string(name))) return lt_fail_memory(err);
    }
    json_t *sheet = results_said_sheet(doc);
    return !sheet || json_object_set_new(r->described, lt_json_str_or(sheet, "sheet", ""), sheet) ? lt_fail_memory(err) : 0;
}

static int take(void *user, const json_t *doc, struct lt_error *err)
{
    struct feed *f = user;
    struct results *r = f->r;
    json_t *skipped;
    if (json_array_size(r->emitted) + json_array_size(r->out->skipped) >= RESULTS_ROWS_MAX) return too_many(err);
    switch (results_said(doc, NULL)) {
    case RESULTS_SAID_SHEET:
        return take_sheet(r, doc, err);
    case RESULTS_SAID_SKIPPED:
        skipped = results_said_skipped(doc);
        return !skipped || json_array_append_new(r->out->skipped, skipped) ? lt_fail_memory(err) : 0;
    case RESULTS_SAID_RESULT:
        return json_array_append(r->emitted, (json_t *)(uintptr_t)doc) ? lt_fail_memory(err) : 0;
    default:
        return 0;
    }
}

/* --- mappings remembered by the headings of a sheet --- */

/* Name of the document: of the format and of every heading in its column, so that the same source is known again. */
static bool fingerprint(const struct results *r, const json_t *sheet, char out[65])
{
    crypto_hash_sha256_state sum;
    unsigned char digest[crypto_hash_sha256_BYTES];
    size_t i;
    const json_t *c;
    bool any = false;
    crypto_hash_sha256_init(&sum);
    crypto_hash_sha256_update(&sum, (const unsigned char *)r->format->name, strlen(r->format->name) + 1);
    json_array_foreach(lt_json_array(sheet, "columns"), i, c) {
        char *key = lt_fold(lt_json_str_or(c, "header", ""));
        const char *column = lt_json_str_or(c, "column", "");
        any = any || (key && *key);
        crypto_hash_sha256_update(&sum, (const unsigned char *)column, strlen(column) + 1);
        if (key) crypto_hash_sha256_update(&sum, (const unsigned char *)key, strlen(key) + 1);
        free(key);
    }
    crypto_hash_sha256_final(&sum, digest);
    lt_hex(digest, sizeof digest, out);
    out[FINGERPRINT] = 0;
    return any;
}

/* The mapping of the batch with what is remembered under it; *more: something was added. */
static json_t *with_remembered(struct results *r, bool *more)
{
    json_t *mapping = r->options->mapping ? json_deep_copy(r->options->mapping) : json_object();
    const char *name;
    json_t *sheet;
    json_object_foreach(r->described, name, sheet) {
        char id[65];
        json_t *known = NULL;
        struct lt_error ignored = {0};
        if (!mapping || lt_json_object(mapping, name) || !fingerprint(r, sheet, id)) continue;
        if (index_get(r->call->app->index, "mapping", id, &known, NULL, &ignored) == 0) {
            json_t *one = json_pack("{s:O?, s:s}", "columns", lt_json_object(known, "columns"), "remembered", id);
            if (one) lt_json_copy_key(one, known, "header");
            *more = json_object_set_new(mapping, name, one) == 0 || *more;
        }
        lt_error_clear(&ignored);
        json_decref(known);
    }
    return mapping;
}

static void note_bytes(void *user, const char *json, size_t len)
{
    struct feed *f = user;
    emitted_add(&f->emitted, json, len);
}

static void forget(struct results *r)
{
    json_array_clear(r->emitted);
    json_array_clear(r->missing);
    json_array_clear(r->out->skipped);
    json_object_clear(r->described);
}

/* What is kept begins with the names of the sheets that are not read. */
static int note_hidden(struct results *r, struct feed *f, struct lt_error *err)
{
    json_t *names = json_array();
    for (size_t i = 0; i < table_sheets(f->table); i++) {
        if (table_sheet_hidden(f->table, i) && json_array_append_new(names, json_string(table_sheet_name(f->table, i)))) return json_decref(names), lt_fail_memory(err);
    }
    char *text = json_dumps(names, JSON_COMPACT);
    json_decref(r->hidden);
    r->hidden = names;
    emitted_begin(&f->emitted);
    if (text) emitted_add(&f->emitted, text, strlen(text));
    free(text);
    return names && text ? 0 : lt_fail_memory(err);
}

static int take_kept(void *user, const json_t *doc, struct lt_error *err)
{
    struct feed *f = user;
    if (!json_is_array(doc)) return take(user, doc, err);
    json_decref(f->r->hidden);
    f->r->hidden = json_incref((json_t *)(uintptr_t)doc);
    return 0;
}

static int run_plugin(struct results *r, struct feed *f, const json_t *job, const char *key, struct lt_error *err)
{
    const struct uc_ports *ports = r->call->app->ports;
    struct uc_import_job j = {.plugin = r->format->plugin, .job = job, .next = next, .emit = take, .bytes = note_bytes, .user = f};
    int rc = import_table(r->call, r->source, &f->table, err);
    if (!rc) rc = note_hidden(r, f, err);
    if (!rc) rc = ports->import(ports->ctx, r->call->app, &j, err);
    if (!rc) emitted_keep(r->call->app->emitted, r->options->batch->id, key, r->call->now, &f->emitted);
    else lt_buf_free(&f->emitted);
    return rc;
}

/* The sum under which the answer is kept: over the job, and over the cells that people have put right. */
static int key_of(struct results *r, const json_t *job, char key[65], struct lt_error *err)
{
    const struct uc_ports *ports = r->call->app->ports;
    json_t *all = json_copy((json_t *)(uintptr_t)job), *cells = json_object();
    const char *decision;
    json_t *said;
    int rc = !all || lt_json_put(all, "cells", cells) ? lt_fail_memory(err) : 0;
    json_object_foreach((json_t *)(uintptr_t)r->options->decisions, decision, said) {
        if (!rc && import_cell(decision) && json_object_set(cells, decision, said)) rc = lt_fail_memory(err);
    }
    if (!rc) rc = ports->import_key(ports->ctx, r->call->app, r->format->plugin, all, key, err);
    json_decref(all);
    return rc;
}

static int run(struct results *r, const json_t *mapping, struct lt_error *err)
{
    const struct import_batch *b = r->options->batch;
    char key[65];
    struct feed *f = feed_new(r, NULL, SIZE_MAX);
    json_t *job = job_of(r->call, r->format, "propose", lt_json_str_or(b->state, "file_name", ""), r->options->year ? r->options->year : 0);
    int rc = f && job && (!mapping || json_object_set(job, "mapping", (json_t *)(uintptr_t)mapping) == 0) ? 0 : lt_fail_memory(err);
    if (!rc && lt_json_put(job, "settings", settings_of(r->call))) rc = lt_fail_memory(err);
    if (!rc) rc = key_of(r, job, key, err);
    forget(r);
    int kept = rc ? rc : emitted_give(r->call->app->emitted, b->id, key, take_kept, f, err);
    rc = kept < 0 ? kept : kept ? 0 : run_plugin(r, f, job, key, err);
    json_decref(job);
    free(f);
    return rc;
}

/* Hidden sheets are not read, and the answer says so. */
static int tell_hidden(struct results *r, struct lt_error *err)
{
    size_t i;
    const json_t *name;
    json_array_foreach(r->hidden, i, name) {
        json_t *one = json_pack("{s:s, s:s, s:i, s:[], s:[{s:s, s:s}]}", "sheet", json_string_value(name), "kind", "skip", "header", 0, "columns",
                                "problems", "code", "sheet_hidden", "message", lt_msg(r->call->lang, "problem.sheet_hidden"));
        if (json_array_append_new(r->out->sheets, one)) return lt_fail_memory(err);
    }
    return 0;
}

int results_emit(struct results *r, struct lt_error *err)
{
    r->emitted = json_array();
    r->missing = json_array();
    r->described = json_object();
    if (!r->emitted || !r->missing || !r->described) return lt_fail_memory(err);
    bool more = false;
    int rc = run(r, r->options->mapping, err);
    json_t *mapping = rc ? NULL : with_remembered(r, &more);
    if (!rc && more) rc = run(r, mapping, err);
    const char *name;
    json_t *sheet;
    json_object_foreach(r->described, name, sheet) {
        const char *known = lt_json_str(lt_json_object(mapping, name), "remembered");
        if (known && lt_json_put_str(sheet, "remembered", known)) rc = lt_fail_memory(err);
        if (json_array_append(r->out->sheets, sheet)) rc = lt_fail_memory(err);
    }
    json_decref(mapping);
    if (!rc) rc = tell_hidden(r, err);
    if (!rc && !json_array_size(r->emitted) && !json_object_size(r->described))
        rc = lt_fail(err, LT_REFUSED, "import.nothing_known", (char *)NULL);
    return rc;
}

int results_remember(struct results *r, struct lt_error *err)
{
    const char *name;
    json_t *map;
    int rc = 0;
    json_object_foreach((json_t *)(uintptr_t)r->options->mapping, name, map) {
        const json_t *sheet = json_object_get(r->described, name);
        json_t *columns = lt_json_object(map, "columns"), *known = NULL;
        char id[65], path[120];
        if (rc || !sheet || !json_object_size(columns) || !fingerprint(r, sheet, id)) continue;
        struct lt_error ignored = {0};
        if (index_get(r->call->app->index, "mapping", id, &known, NULL, &ignored)) known = NULL;
        lt_error_clear(&ignored);
        lt_print(path, sizeof path, "mappings/%s.json", id);
        json_t *doc = known ? json_deep_copy(known) : json_pack("{s:s, s:s}", "id", id, "format", r->format->name);
        if (!doc || json_object_set(doc, "columns", columns) || lt_json_copy_key(doc, map, "header")) rc = lt_fail_memory(err);
        bool same = known && json_equal(known, doc);
        if (rc || same) {
            json_decref(doc);
            json_decref(known);
            continue;
        }
        if (import_proposal_add(r->out, VAULT_SCHOOL, path, known, doc)) rc = lt_fail_memory(err);
        else r->out->docs[r->out->docs_len - 1].aside = true;
    }
    return rc;
}
