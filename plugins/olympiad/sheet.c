/* Where the headings stand and what each column holds. */
#include "olympiad.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const struct cell *sheet_cell(const struct line *line, uint32_t column)
{
    for (size_t i = 0; i < line->len && line->cells[i].column <= column; i++) {
        if (line->cells[i].column == column) return &line->cells[i];
    }
    return NULL;
}

const struct cell *sheet_role(const struct run *r, const struct line *line, enum role role)
{
    for (size_t i = 0; i < line->len; i++) {
        const struct cell *c = &line->cells[i];
        if (c->column <= COLUMNS && r->roles[c->column] == role && *c->text) return c;
    }
    return NULL;
}

bool sheet_has(const struct run *r, enum role role)
{
    for (uint32_t c = 1; c <= r->last_column; c++) {
        if (r->roles[c] == role) return true;
    }
    return false;
}

/* --- the line of headings --- */

static bool names_somebody(enum role role)
{
    return role == ROLE_FULL || role == ROLE_SURNAME || role == ROLE_CODE;
}

/* Different roles named in the line; a merged title that happens to be a heading counts once. */
static int count_roles(const struct run *r, const struct line *line, bool *names)
{
    bool seen[ROLE_COUNT] = {false};
    int n = 0;
    *names = false;
    for (size_t i = 0; i < line->len; i++) {
        if (!*line->cells[i].text || line->cells[i].kind == LETOPIS_CELL_DATE) continue;
        enum role role = words_role(r->words, line->cells[i].text, r->format);
        if (role == ROLE_NONE || seen[role]) continue;
        seen[role] = true;
        n++;
        *names = *names || names_somebody(role);
    }
    return n;
}

bool sheet_find_header(struct run *r)
{
    int best = 1;
    r->has_header = false;
    for (size_t i = 0; i < r->len && i < HEADER_WITHIN; i++) {
        bool names;
        int n = count_roles(r, &r->lines[i], &names);
        if (!names || n <= best) continue;
        best = n;
        r->header = i;
        r->has_header = true;
    }
    return r->has_header;
}

static bool all_digits(const char *s)
{
    if (!*s) return false;
    while (isdigit((unsigned char)*s)) s++;
    return !*s;
}

/* Headings in two lines: in the second the column of names is empty or repeats the first (merged), and what stands under a wide heading is mostly
 * numbers of tasks or headings again. */
static bool is_second_line(const struct run *r, const struct line *first, const struct line *second)
{
    int others = 0, known = 0;
    if (second->number != first->number + 1 || !second->len) return false;
    for (size_t i = 0; i < second->len; i++) {
        const struct cell *c = &second->cells[i], *above = sheet_cell(first, c->column);
        enum role up = above ? words_role(r->words, above->text, r->format) : ROLE_NONE;
        if (!*c->text || (above && strcmp(above->text, c->text) == 0)) continue;
        if (names_somebody(up) || up == ROLE_CLASS || up == ROLE_CLASS_FOR || up == ROLE_SCHOOL) return false;
        others++;
        known += all_digits(c->text) || words_role(r->words, c->text, r->format) != ROLE_NONE;
    }
    return others && known * 2 >= others;
}

static void read_heading(struct run *r, uint32_t column, const struct line *first, const struct line *second)
{
    const struct cell *a = sheet_cell(first, column), *b = second ? sheet_cell(second, column) : NULL;
    const char *top = a ? a->text : "", *sub = b ? b->text : "";
    bool same = strcmp(top, sub) == 0;
    enum role low = *sub && !same ? words_role(r->words, sub, r->format) : ROLE_NONE;
    r->roles[column] = words_role(r->words, top, r->format);
    if (*sub && !same) r->roles[column] = all_digits(sub) ? ROLE_TASK : low != ROLE_NONE ? low : r->roles[column];
    r->headers[column] = *top ? top : sub;
}

/* «Класс» beside «Класс участия» is that of study; a points column that is only the first of several is not the total. */
static void settle(struct run *r)
{
    int scores = 0;
    uint32_t last = 0;
    bool full = sheet_has(r, ROLE_FULL), surname = sheet_has(r, ROLE_SURNAME);
    for (uint32_t c = 1; c <= r->last_column; c++) {
        if (r->roles[c] == ROLE_NAME && !surname && !full) r->roles[c] = ROLE_FULL; /* «Имя» alone holds the whole name */
        if (r->roles[c] != ROLE_SCORE) continue;
        scores++;
        last = c;
        /* «Результат» with words in it is a status */
    }
    for (uint32_t c = 1; scores > 1 && c < last; c++) {
        if (r->roles[c] == ROLE_SCORE) r->roles[c] = ROLE_PRIMARY; /* totals stand to the right of their parts */
    }
}

/* No line of headings is known: the first line of several texts is shown as one, so that people can name the columns, and a file of the same
 * source is known again. */
static void show_first_line(struct run *r)
{
    for (size_t i = 0; i < r->len && i < HEADER_WITHIN; i++) {
        size_t texts = 0;
        for (size_t k = 0; k < r->lines[i].len; k++) texts += r->lines[i].cells[k].kind == LETOPIS_CELL_TEXT && *r->lines[i].cells[k].text;
        if (texts < 2) continue;
        for (size_t k = 0; k < r->lines[i].len; k++) r->headers[r->lines[i].cells[k].column] = r->lines[i].cells[k].text;
        return;
    }
}

void sheet_take_mapping(struct run *r)
{
    const json_t *mapping = lt_json_object(r->job, "mapping"), *map = lt_json_object(mapping, r->sheet);
    const json_t *columns = lt_json_object(map, "columns");
    int64_t header = lt_json_int(map, "header", -1);
    for (size_t i = 0; header > 0 && i < r->len; i++) {
        if (r->lines[i].number != (uint32_t)header) continue;
        r->header = i;
        r->has_header = true;
    }
    if (header == 0) r->has_header = false;
    const struct line *first = r->has_header ? &r->lines[r->header] : NULL, *second = NULL;
    if (first && r->header + 1 < r->len && is_second_line(r, first, &r->lines[r->header + 1])) second = &r->lines[r->header + 1];
    r->below = first ? r->header + 1 + (second != NULL) : 0;
    for (uint32_t c = 1; c <= r->last_column; c++) {
        r->roles[c] = ROLE_NONE;
        r->headers[c] = "";
        if (first) read_heading(r, c, first, second);
    }
    settle(r);
    if (!first && !columns) content_guess(r);
    if (!first && !r->by_content) show_first_line(r);
    for (uint32_t c = 1; c <= r->last_column; c++) {
        char letter[8];
        uint32_t n = c, at = 7;
        letter[7] = 0;
        for (; n && at; n = (n - 1) / 26) letter[--at] = (char)('A' + (n - 1) % 26);
        const char *word = lt_json_str(columns, letter + at);
        if (word && words_role_find(word) != ROLE_COUNT) r->roles[c] = words_role_find(word);
    }
}

/* --- telling how it was read --- */

static json_t *columns_json(const struct run *r)
{
    json_t *list = json_array();
    for (uint32_t c = 1; list && c <= r->last_column; c++) {
        char letter[8];
        uint32_t n = c, at = 7;
        letter[7] = 0;
        for (; n && at; n = (n - 1) / 26) letter[--at] = (char)('A' + (n - 1) % 26);
        if (!*r->headers[c] && r->roles[c] == ROLE_NONE) continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "column", letter + at, "header", r->headers[c], "role", words_role_name(r->roles[c])));
    }
    return list;
}

json_t *sheet_describe(struct run *r, json_t *missing)
{
    json_t *problems = json_array();
    if (r->by_content)
        json_array_append_new(problems, json_pack("{s:s, s:s}", "code", "columns_by_content", "message", lt_msg(r->lang, "olympiad.by_content")));
    return json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "sheet", r->sheet, "kind", r->format == CODES ? "codes" : "results", "header",
                     r->has_header ? (int)r->lines[r->header].number : 0, "columns", columns_json(r), "facts", facts_json(r), "missing", missing,
                     "problems", problems);
}

/* How surely this is a table of the format? */
int sheet_score(const struct run *r)
{
    bool who = sheet_has(r, ROLE_FULL) || sheet_has(r, ROLE_SURNAME), code = sheet_has(r, ROLE_CODE);
    bool outcome = sheet_has(r, ROLE_SCORE) || sheet_has(r, ROLE_STATUS), part = sheet_has(r, ROLE_CLASS_FOR);
    if (!r->has_header || !(who || code)) return 0;
    switch (r->format) {
    case VSOSH: return (who || code) && (outcome || part) ? 95 : 0;
    case CODES: return who && code && !outcome ? 96 : 0;
    case LIST: return who && (sheet_has(r, ROLE_DIPLOMA) || sheet_has(r, ROLE_LIST_NUMBER)) && sheet_has(r, ROLE_TITLE) ? 97 : 0;
    default: return who && sheet_has(r, ROLE_TITLE) && sheet_has(r, ROLE_STATUS) ? 96 : 0;
    }
}
