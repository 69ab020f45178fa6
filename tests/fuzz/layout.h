/* Tables as text for the importers of plugins, which run here in this process through their capability.
 *
 * Input: a line "0r file name": a digit for the format, r to recognise or p to propose; a line with the mapping of a person (JSON, may be empty); then
 * rows of cells between tabs. "=name" alone begins a sheet, "!" at a row's begin hides it. A cell is a number or a day where it reads as one;
 * "&" before it: merged, "#": an error, "'": text whatever it looks like. An empty line is a row that the file does not have. */
#ifndef LT_TESTS_FUZZ_LAYOUT_H
#define LT_TESTS_FUZZ_LAYOUT_H

#include "fuzz.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "letopis/plugin.h"

enum { LAYOUT_CELLS = 200, LAYOUT_EMIT_MAX = 256 << 10 };

struct layout_heard {
    bool recognise, failed_said;
    unsigned rows, sheets, scores;
};

/* What the program would take (core/usecase/results_run.c) and no more. */
static int32_t layout_emit(void *ctx, const char *json, size_t len)
{
    struct layout_heard *h = ctx;
    struct lt_error err = {0};
    json_t *doc = NULL;
    if (len > LAYOUT_EMIT_MAX) return -1;
    int rc = lt_json_parse(json, len, LAYOUT_EMIT_MAX, &doc, &err);
    FUZZ_CHECK(rc == 0 && json_is_object(doc));
    const json_t *score = json_object_get(doc, "score");
    if (h->recognise) {
        FUZZ_CHECK(json_is_integer(score) && json_integer_value(score) >= 0 && json_integer_value(score) <= 100);
        h->scores++;
    } else {
        FUZZ_CHECK(lt_json_str(doc, "sheet"));
        if (lt_json_array(doc, "columns")) h->sheets++;
        else h->rows++;
        FUZZ_CHECK(lt_json_array(doc, "columns") || lt_json_int(doc, "row", 0) > 0);
        if (!lt_json_str(doc, "skipped") && !lt_json_array(doc, "columns"))
            FUZZ_CHECK(lt_json_object(doc, "pupil") && lt_json_object(doc, "values"));
    }
    lt_error_clear(&err);
    json_decref(doc);
    return 0;
}

static int32_t layout_log(void *ctx, int32_t level, const char *text, size_t len)
{
    (void)ctx, (void)level;
    FUZZ_CHECK(lt_utf8_valid(text, len));
    return 0;
}

static void layout_fail(void *ctx, const char *text, size_t len)
{
    struct layout_heard *h = ctx;
    FUZZ_CHECK(lt_utf8_valid(text, len) && len > 0);
    h->failed_said = true;
}

static void layout_cell(struct letopis_cell *c, uint32_t column, char *text)
{
    struct lt_date day;
    char *end;
    *c = (struct letopis_cell){.column = column, .kind = LETOPIS_CELL_TEXT};
    if (*text == '&') c->flags |= LETOPIS_CELL_MERGED, text++;
    if (*text == '#') c->flags |= LETOPIS_CELL_ERROR, text++;
    if (*text == '\'') {
        text++;
    } else if (lt_date_parse(text, &day)) {
        c->kind = LETOPIS_CELL_DATE;
    } else if (*text && strlen(text) < 30 && strspn(text, "0123456789.-eE") == strlen(text)) {
        double value = strtod(text, &end);
        if (!*end) c->kind = LETOPIS_CELL_NUMBER, c->number = value;
    }
    c->text = text;
    c->len = strlen(text);
    if (!c->len) c->kind = LETOPIS_CELL_EMPTY;
}

static int32_t layout_row(const struct letopis_importer *im, void *run, const char *sheet, uint32_t number, char *line)
{
    struct letopis_cell cells[LAYOUT_CELLS];
    struct letopis_row row = {.struct_size = sizeof row, .row = number, .sheet = sheet, .sheet_len = strlen(sheet), .cells = cells,
                              .cell_size = sizeof cells[0]};
    if (*line == '!') row.flags = LETOPIS_ROW_HIDDEN, line++;
    for (char *at = line; at && row.cells_len < LAYOUT_CELLS;) {
        char *tab = strchr(at, '\t');
        if (tab) *tab = 0;
        layout_cell(&cells[row.cells_len], (uint32_t)row.cells_len + 1, at);
        row.cells_len++;
        at = tab ? tab + 1 : NULL;
    }
    return im->row(run, &row);
}

static int32_t layout_rows(const struct letopis_importer *im, void *run, const uint8_t *data, size_t size)
{
    char *sheet = lt_strdup("Лист1");
    uint32_t number = 0;
    int32_t rc = LETOPIS_OK;
    while (size && rc == LETOPIS_OK && number < 3000) {
        char *line = fuzz_line(&data, &size);
        number++;
        if (!lt_utf8_valid(line, strlen(line))) *line = 0; /* the program gives UTF-8 */
        if (*line == '=') {
            free(sheet);
            sheet = lt_strdup(line + 1);
            number = 0;
        } else if (*line) {
            rc = layout_row(im, run, sheet, number, line);
        }
        free(line);
    }
    free(sheet);
    return rc;
}

/* One job from begin to end. rules: borrowed, or NULL. */
static void layout_run(const struct letopis_importer *im, void *state, const char *const *formats, size_t formats_len, json_t *rules,
                       const uint8_t *data, size_t size)
{
    struct layout_heard heard = {.rows = 0};
    struct letopis_host host = {sizeof host, LETOPIS_ABI_MAJOR, LETOPIS_ABI_MINOR, &heard, layout_emit, NULL, layout_log, layout_fail};
    char *first = fuzz_line(&data, &size), *said = fuzz_line(&data, &size);
    struct lt_error err = {0};
    json_t *mapping = NULL;
    void *run = NULL;
    bool fine = strlen(first) >= 2 && lt_utf8_valid(first + 2, strlen(first + 2));
    heard.recognise = fine && first[1] == 'r';
    if (lt_json_parse(said, strlen(said), 1 << 16, &mapping, &err)) mapping = NULL;
    lt_error_clear(&err);
    json_t *job = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:{s:{s:i, s:i}}}", "action", heard.recognise ? "recognise" : "propose", "format",
                            formats[fine ? (unsigned char)first[0] % formats_len : 0], "lang", "ru", "file_name", fine ? first + 2 : "",
                            "today", "2026-11-20", "year", 0, "settings", "quota", "school", 45, "municipal", 0);
    FUZZ_CHECK(job);
    if (json_is_object(mapping)) json_object_set(job, "mapping", mapping);
    if (rules) json_object_set(job, "rules", rules);
    char *text = json_dumps(job, JSON_COMPACT);
    FUZZ_CHECK(text);
    int32_t rc = im->begin(state, &host, text, strlen(text), &run);
    if (rc == LETOPIS_OK) {
        rc = layout_rows(im, run, data, size);
        if (rc == LETOPIS_OK) rc = im->finish(run);
        FUZZ_CHECK(rc == LETOPIS_OK || rc == LETOPIS_FAILED);
        FUZZ_CHECK(rc != LETOPIS_OK || !heard.recognise || heard.scores == 1);
        im->end(run);
    }
    free(text);
    json_decref(job);
    json_decref(mapping);
    free(first);
    free(said);
}

#endif
