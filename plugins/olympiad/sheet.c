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

/* A line that names somebody's column, else the one that names most others: who it is about, the content may tell. */
bool sheet_find_header(struct run *r)
{
    int best = 1, most = 1;
    size_t other = 0;
    r->has_header = false;
    for (size_t i = 0; i < r->len && i < HEADER_WITHIN; i++) {
        bool names;
        int n = count_roles(r, &r->lines[i], &names);
        if (!names && n > most) most = n, other = i;
        if (!names || n <= best) continue;
        best = n;
        r->header = i;
        r->has_header = true;
    }
    if (!r->has_header && most > 1) r->header = other, r->has_header = true;
    return r->has_header;
}

bool sheet_is_header(const struct run *r, size_t at)
{
    const struct line *line = &r->lines[at];
    size_t filled = 0;
    bool names = false;
    for (size_t i = 0; r->has_header && i < line->len; i++) {
        const struct cell *c = &line->cells[i];
        filled += *c->text && c->kind == LETOPIS_CELL_TEXT;
        if (!*c->text) continue;
        /* «участник» and «призёр» are values of a column too: where names stand there must be a heading */
        bool named = c->column <= COLUMNS && (r->roles[c->column] == ROLE_FULL || r->roles[c->column] == ROLE_SURNAME);
        if (named && words_role(r->words, c->text, r->format) == ROLE_NONE) return false;
    }
    int n = filled >= 3 ? count_roles(r, line, &names) : 0;
    return n >= 3 && names && (size_t)n * 2 > filled;
}

static bool all_digits(const char *s)
{
    if (!*s) return false;
    while (isdigit((unsigned char)*s)) s++;
    return !*s;
}

static const char *letter_of(uint32_t column, char out[8])
{
    uint32_t at = 7;
    out[7] = 0;
    for (; column && at; column = (column - 1) / 26) out[--at] = (char)('A' + (column - 1) % 26);
    return out + at;
}

/* What a person said the column holds; ROLE_COUNT: nothing. */
static enum role said_role(const json_t *columns, uint32_t column)
{
    char letter[8];
    const char *word = columns ? lt_json_str(columns, letter_of(column, letter)) : NULL;
    return word ? words_role_find(word) : ROLE_COUNT;
}

/* «Класс», and below it «обучения» and «участия»: what is said below belongs to the nearest text above and to the left. */
static enum role both_lines(const struct run *r, uint32_t column, const struct line *first, const char *sub)
{
    char text[300];
    const struct cell *above = NULL;
    for (uint32_t c = column; c && !(above && *above->text); c--) above = sheet_cell(first, c);
    if (!above) return ROLE_NONE;
    lt_print(text, sizeof text, "%.*s %.*s", (int)lt_utf8_clip(above->text, 140), above->text, (int)lt_utf8_clip(sub, 140), sub);
    return words_role(r->words, text, r->format);
}

/* Headings in two lines: in the second the column of names is empty or repeats the first (merged), and what stands under a wide heading is mostly
 * numbers of tasks or headings again. */
static bool is_second_line(const struct run *r, const struct line *first, const struct line *second, const json_t *mapped)
{
    int others = 0, known = 0;
    long last = 0;
    if (second->number != first->number + 1 || !second->len) return false;
    for (size_t i = 0; i < second->len; i++) {
        const struct cell *c = &second->cells[i], *above = sheet_cell(first, c->column);
        enum role up = above ? words_role(r->words, above->text, r->format) : ROLE_NONE, own = words_role(r->words, c->text, r->format);
        if (own == ROLE_NONE && !all_digits(c->text)) own = both_lines(r, c->column, first, c->text);
        if (!*c->text || (above && strcmp(above->text, c->text) == 0)) continue;
        if (names_somebody(up) || names_somebody(said_role(mapped, c->column))) return false;
        /* «Класс» above «обучения» and «участия» is wide; above «9А» it is not */
        if ((up == ROLE_CLASS || up == ROLE_CLASS_FOR || up == ROLE_SCHOOL) && own == ROLE_NONE) return false;
        others++;
        bool task = all_digits(c->text) && strtol(c->text, NULL, 10) == last + 1;
        last += task;
        known += task || own != ROLE_NONE;
    }
    return others && known * 2 >= others;
}

static void read_heading(struct run *r, uint32_t column, const struct line *first, const struct line *second)
{
    const struct cell *a = sheet_cell(first, column), *b = second ? sheet_cell(second, column) : NULL;
    const char *top = a ? a->text : "", *sub = b ? b->text : "";
    bool same = strcmp(top, sub) == 0;
    enum role low = *sub && !same && !all_digits(sub) ? both_lines(r, column, first, sub) : ROLE_NONE;
    if (low == ROLE_NONE && *sub && !same) low = words_role(r->words, sub, r->format);
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

/* Two tables side by side have the same headings twice: that of the left is read, the other would give its points to people of the first. */
static uint32_t second_table(const struct run *r)
{
    bool seen[ROLE_COUNT] = {false};
    uint32_t at = 0, c;
    int again = 0;
    for (c = 1; c <= r->last_column && !at; c++) {
        bool names = r->roles[c] == ROLE_FULL || r->roles[c] == ROLE_SURNAME;
        if (names && seen[r->roles[c]]) at = c;
        else seen[r->roles[c]] = true;
    }
    for (c = at; at && c <= r->last_column; c++) {
        again += seen[r->roles[c]] && (r->roles[c] == ROLE_CLASS || r->roles[c] == ROLE_SCORE || r->roles[c] == ROLE_STATUS || r->roles[c] == ROLE_CLASS_FOR);
    }
    if (!again) return 0;
    while (at > 1 && (r->roles[at - 1] == ROLE_ROW || r->roles[at - 1] == ROLE_CODE || r->roles[at - 1] == ROLE_ID)) at--;
    return at;
}

static void read_headings(struct run *r, const struct line *first, const struct line *second)
{
    for (uint32_t c = 1; c <= r->last_column; c++) {
        r->roles[c] = ROLE_NONE;
        r->headers[c] = "";
        if (first) read_heading(r, c, first, second);
    }
    r->beside = second_table(r);
    for (uint32_t c = r->beside; c && c <= r->last_column; c++) r->roles[c] = ROLE_NONE;
    settle(r);
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
    if (first && r->header + 1 < r->len && is_second_line(r, first, &r->lines[r->header + 1], columns)) second = &r->lines[r->header + 1];
    r->below = first ? r->header + 1 + (second != NULL) : 0;
    read_headings(r, first, second);
    if (!first && !columns) content_guess(r);
    if (first && !columns && !sheet_has(r, ROLE_FULL) && !sheet_has(r, ROLE_SURNAME) && !sheet_has(r, ROLE_CODE)) content_names(r);
    if (!first && !r->by_content) show_first_line(r);
    for (uint32_t c = 1; c <= r->last_column; c++) {
        enum role said = said_role(columns, c);
        if (said != ROLE_COUNT) r->roles[c] = said;
        if (said != ROLE_COUNT && said != ROLE_IGNORED && r->beside && c >= r->beside) r->beside = 0; /* a person looks after it */
    }
}

void sheet_next_header(struct run *r, size_t at)
{
    enum role roles[COLUMNS + 1];
    const char *headers[COLUMNS + 1];
    memcpy(roles, r->roles, sizeof roles);
    memcpy(headers, r->headers, sizeof headers);
    const struct line *first = &r->lines[at], *second = at + 1 < r->len ? &r->lines[at + 1] : NULL;
    if (second && !is_second_line(r, first, second, NULL)) second = NULL;
    r->below = at + 1 + (second != NULL);
    bool same = true;
    for (size_t i = 0; same && i < first->len; i++) {
        const struct cell *c = &first->cells[i];
        same = c->column > COLUMNS || !*c->text || strcmp(headers[c->column], c->text) == 0;
    }
    if (same) return; /* the headings of the next page */
    read_headings(r, first, second);
    for (uint32_t c = 1; c <= r->last_column; c++) {
        if (*r->headers[c] && strcmp(r->headers[c], headers[c]) == 0) r->roles[c] = roles[c];
    }
}

/* --- telling how it was read --- */

static json_t *columns_json(const struct run *r)
{
    json_t *list = json_array();
    for (uint32_t c = 1; list && c <= r->last_column; c++) {
        char letter[8];
        if (!*r->headers[c] && r->roles[c] == ROLE_NONE) continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "column", letter_of(c, letter), "header", r->headers[c], "role",
                                              words_role_name(r->roles[c])));
    }
    return list;
}

static void tell(const struct run *r, json_t *problems, const char *code, const char *column)
{
    char id[80];
    struct lt_buf text = LT_BUF_INIT(2000);
    lt_print(id, sizeof id, "olympiad.sheet.%s", code);
    lt_msg_add(&text, r->lang, id, "sheet", r->sheet, "column", column, (char *)NULL);
    json_array_append_new(problems, json_pack("{s:s, s:s}", "code", code, "message", text.data ? text.data : code));
    lt_buf_free(&text);
}

/* Columns that are read and hidden, told by their letters. */
static void tell_hidden(const struct run *r, json_t *problems)
{
    struct lt_buf list = LT_BUF_INIT(1000);
    char letter[8];
    bool hidden[COLUMNS + 1] = {false};
    for (size_t i = r->has_header ? r->header : 0; i < r->len; i++) {
        for (size_t k = 0; !r->lines[i].hidden && k < r->lines[i].len; k++) {
            const struct cell *c = &r->lines[i].cells[k];
            if (c->column <= COLUMNS && *c->text && (c->flags & LETOPIS_CELL_HIDDEN)) hidden[c->column] = true;
        }
    }
    for (uint32_t c = 1; c <= r->last_column; c++) {
        enum role role = r->roles[c];
        if (hidden[c] && role != ROLE_NONE && role != ROLE_IGNORED && role != ROLE_ROW)
            lt_buf_addf(&list, "%s%s", list.len ? ", " : "", letter_of(c, letter));
    }
    if (list.len) tell(r, problems, "hidden_columns", list.data);
    lt_buf_free(&list);
}

json_t *sheet_describe(struct run *r, json_t *missing)
{
    json_t *problems = json_array();
    char letter[8];
    if (r->by_content) tell(r, problems, "columns_by_content", "");
    if (r->names_by_content) tell(r, problems, "names_by_content", "");
    if (r->beside) tell(r, problems, "tables_beside", letter_of(r->beside, letter));
    if (r->tables > 1) tell(r, problems, "tables_below", "");
    if (r->has_header && !r->rows) tell(r, problems, "no_rows", "");
    tell_hidden(r, problems);
    return json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "sheet", r->sheet, "kind", r->format == CODES ? "codes" : "results", "header",
                     r->has_header ? (int)r->lines[r->header].number : 0, "columns", columns_json(r), "facts", facts_json(r), "missing", missing,
                     "problems", problems);
}

/* How surely this is a table of the format? */
int sheet_score(const struct run *r)
{
    bool who = sheet_has(r, ROLE_FULL) || sheet_has(r, ROLE_SURNAME), code = sheet_has(r, ROLE_CODE);
    bool outcome = sheet_has(r, ROLE_SCORE) || sheet_has(r, ROLE_STATUS), part = sheet_has(r, ROLE_CLASS_FOR);
    if ((r->by_content || r->names_by_content) && who && outcome) return r->format == VSOSH ? 60 : 0;
    if (!r->has_header || !(who || code)) return 0;
    switch (r->format) {
    case VSOSH: return (who || code) && (outcome || part) ? 95 : 0;
    case CODES: return who && code && !outcome ? 96 : 0;
    case LIST:
        return who && sheet_has(r, ROLE_TITLE) &&
                       (sheet_has(r, ROLE_DIPLOMA) || sheet_has(r, ROLE_LIST_NUMBER) || (sheet_has(r, ROLE_PROFILE) && sheet_has(r, ROLE_DEGREE)))
                   ? 97 : 0;
    default: return who && sheet_has(r, ROLE_TITLE) && sheet_has(r, ROLE_STATUS) ? 96 : 0;
    }
}
