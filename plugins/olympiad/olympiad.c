/* The plugin of olympiad results: gathers a sheet, has it understood, hands out what it says. */
#include "olympiad.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 18 };

static void say(struct run *r, const char *id)
{
    const char *text = lt_msg(r->lang, id);
    r->host->fail(r->host->ctx, text, strlen(text));
}

void run_emit(struct run *r, json_t *doc)
{
    lt_buf_reset(&r->out);
    struct lt_error err = {0};
    int rc = doc && !r->failed ? lt_json_compact(doc, &r->out, &err) : -1;
    if (rc || r->host->emit(r->host->ctx, r->out.data, r->out.len)) r->failed = true;
    lt_error_clear(&err);
    json_decref(doc);
}

/* --- a sheet in memory --- */

static void forget_sheet(struct run *r)
{
    for (size_t i = 0; i < r->texts_len; i++) free(r->texts[i]);
    for (size_t i = 0; i < r->len; i++) free(r->lines[i].cells);
    free(r->sheet);
    r->sheet = NULL;
    r->texts_len = r->len = r->block_left = 0;
    r->by_content = r->has_header = false;
    r->last_column = 0;
    r->header = r->below = 0;
}

static const char *keep_text(struct run *r, const char *text)
{
    char *tidy = lt_tidy(text);
    size_t n = tidy ? strlen(tidy) + 1 : 0;
    if (n == 1) {
        free(tidy);
        return "";
    }
    if (n > r->block_left) {
        void *grown = lt_array_grow(r->texts, &r->texts_cap, r->texts_len + 1, sizeof *r->texts);
        size_t size = n > BLOCK ? n : BLOCK;
        char *block = grown ? malloc(size) : NULL;
        if (grown) r->texts = grown;
        if (!block || !tidy) {
            free(block);
            free(tidy);
            r->failed = true;
            return "";
        }
        r->texts[r->texts_len++] = r->block = block;
        r->block_left = size;
    }
    char *at = r->block;
    memcpy(at, tidy, n);
    r->block += n;
    r->block_left -= n;
    free(tidy);
    return at;
}

static bool keep_row(struct run *r, const struct letopis_row *row)
{
    void *grown = lt_array_grow(r->lines, &r->cap, r->len + 1, sizeof *r->lines);
    if (!grown) return false;
    r->lines = grown;
    bool flagged = row->struct_size > offsetof(struct letopis_row, flags);
    struct line *line = &r->lines[r->len];
    *line = (struct line){.number = row->row, .hidden = flagged && (row->flags & LETOPIS_ROW_HIDDEN)};
    line->cells = lt_calloc(row->cells_len ? row->cells_len : 1, sizeof *line->cells);
    if (!line->cells) return false;
    for (size_t i = 0; i < row->cells_len; i++) {
        const struct letopis_cell *c = letopis_row_cell(row, i);
        if (c->column > COLUMNS) break;
        line->cells[line->len++] = (struct cell){.column = c->column, .kind = c->kind, .text = keep_text(r, c->text), .number = c->number,
                                                 .flags = row->cell_size > offsetof(struct letopis_cell, flags) ? c->flags : 0};
        if (c->column > r->last_column) r->last_column = c->column;
    }
    r->len++;
    return !r->failed;
}

static void understand(struct run *r)
{
    if (!r->sheet || !r->len) return;
    sheet_find_header(r);
    sheet_take_mapping(r);
    if (r->recognising) {
        int score = sheet_score(r);
        if (score > r->best) r->best = score;
        return;
    }
    content_orders(r);
    facts_find(r);
    bool people = sheet_has(r, ROLE_FULL) || sheet_has(r, ROLE_SURNAME) || sheet_has(r, ROLE_CODE);
    if (people) rows_emit(r);
    /* told after the rows: sections among them may have named the subject */
    json_t *missing = people ? facts_missing(r) : json_array();
    json_t *sheet = sheet_describe(r, missing);
    if (!people && sheet) {
        lt_json_put_str(sheet, "kind", "skip");
        json_array_append_new(lt_json_array(sheet, "problems"),
                              json_pack("{s:s, s:s}", "code", "sheet_unclear", "message", lt_msg(r->lang, "olympiad.sheet_unclear")));
    }
    run_emit(r, sheet);
}

/* --- the importer --- */

static int32_t begin(void *state, const struct letopis_host *host, const char *document, size_t len, void **out)
{
    struct run *r = lt_calloc(1, sizeof *r);
    struct lt_error err = {0};
    if (!r) return LETOPIS_FAILED;
    r->host = host;
    r->words = state;
    lt_buf_init(&r->out, 256u << 10);
    int rc = lt_json_parse(document, len, 4 << 20, &r->job, &err);
    lt_error_clear(&err);
    const char *name = lt_json_str_or(r->job, "format", "");
    while (!rc && r->format < FORMATS && strcmp(words_format_name(r->format), name) != 0) r->format++;
    if (rc || r->format == FORMATS || !lt_date_parse(lt_json_str_or(r->job, "today", ""), &r->today)) {
        json_decref(r->job);
        free(r);
        return LETOPIS_FAILED;
    }
    r->lang = lt_lang_parse(lt_json_str(r->job, "lang"), LT_RU);
    r->recognising = strcmp(lt_json_str_or(r->job, "action", ""), "recognise") == 0;
    r->year = r->recognising ? 0 : (int)lt_json_int(r->job, "year", 0);
    *out = r;
    return LETOPIS_OK;
}

static int32_t take_row(void *run, const struct letopis_row *row)
{
    struct run *r = run;
    if (r->sheet && strcmp(r->sheet, row->sheet) != 0) {
        understand(r);
        forget_sheet(r);
    }
    if (!r->sheet && !(r->sheet = lt_strdup(row->sheet))) r->failed = true;
    if (r->len >= SHEET_ROWS) {
        say(r, "olympiad.too_many_rows");
        return LETOPIS_FAILED;
    }
    if (r->failed || !keep_row(r, row)) {
        say(r, "olympiad.failed");
        return LETOPIS_FAILED;
    }
    return LETOPIS_OK;
}

static int32_t finish(void *run)
{
    struct run *r = run;
    understand(r);
    if (r->recognising) run_emit(r, json_pack("{s:i}", "score", r->best));
    if (r->failed) say(r, "olympiad.failed");
    return r->failed ? LETOPIS_FAILED : LETOPIS_OK;
}

static void end(void *run)
{
    struct run *r = run;
    forget_sheet(r);
    free(r->lines);
    free(r->texts);
    json_decref(r->job);
    json_decref(r->held);
    lt_buf_free(&r->out);
    free(r);
}

static const struct letopis_importer importer = {sizeof importer, LETOPIS_IMPORTER_RECOGNISES, olympiad_formats, begin, take_row, finish, end};

/* --- the plugin --- */

static int32_t open_plugin(const struct letopis_host *host, void **state)
{
    static const char why[] = "The dictionaries of the plugin cannot be read.";
    *state = words_open();
    if (!*state) host->fail(host->ctx, why, sizeof why - 1);
    return *state ? LETOPIS_OK : LETOPIS_FAILED;
}

static void close_plugin(void *state)
{
    words_close(state);
}

static const void *capability(void *state, const char *id)
{
    (void)state;
    return strcmp(id, LETOPIS_IMPORTER_1) == 0 ? &importer : NULL;
}

LETOPIS_PLUGIN_EXPORT const struct letopis_plugin letopis_plugin = {
    LETOPIS_PLUGIN_MAGIC, sizeof letopis_plugin, LETOPIS_ABI_MAJOR, LETOPIS_ABI_MINOR,
    "olympiad", "1.0", open_plugin, close_plugin, capability};
