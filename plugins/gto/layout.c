/* Where a sheet has its headings, what stands in its columns, and what is said above them. */
#include "import.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void gto_sheet_clear(struct gto_sheet *s)
{
    for (size_t i = 0; i < s->len; i++) {
        for (size_t k = 0; k < s->lines[i].len; k++) free(s->lines[i].cells[k].text);
        free(s->lines[i].cells);
    }
    free(s->lines);
    *s = (struct gto_sheet){.lines = NULL};
}

const struct gto_cell *gto_sheet_cell(const struct gto_line *line, unsigned column)
{
    for (size_t i = 0; i < line->len; i++) {
        if (line->cells[i].column == column) return &line->cells[i];
    }
    return NULL;
}

static const char *text_at(const struct gto_line *line, unsigned column)
{
    const struct gto_cell *c = gto_sheet_cell(line, column);
    return c ? c->text : "";
}

/* --- the heading line --- */

static int head_score(const struct gto_line *line)
{
    bool seen[GTO_ROLES] = {false};
    int n = 0;
    for (size_t i = 0; i < line->len; i++) {
        enum gto_role r = line->cells[i].merged ? GTO_R_NONE : gto_role_of(line->cells[i].text); /* repeated below and beside */
        if (r != GTO_R_NONE && !seen[r]) n += r == GTO_R_NAME || r == GTO_R_SURNAME || r == GTO_R_UIN ? 3 : 1;
        seen[r] = true;
    }
    bool people = seen[GTO_R_NAME] || seen[GTO_R_SURNAME] || seen[GTO_R_UIN];
    return people ? n : 0;
}

static void find_head(struct gto_sheet *s, const json_t *mapping)
{
    int64_t said = lt_json_int(mapping, "header", 0);
    int best = 0;
    s->head = s->len;
    for (size_t i = 0; i < s->len && i < IMPORT_HEAD_ROWS; i++) {
        if (said && s->lines[i].row == said) {
            s->head = i;
            return;
        }
        int score = said ? 0 : head_score(&s->lines[i]);
        if (score > best) best = score, s->head = i;
    }
}

/* --- columns --- */

static unsigned last_column(const struct gto_sheet *s)
{
    unsigned last = 0;
    for (size_t i = 0; i < s->len && i < s->head + 8; i++) {
        for (size_t k = 0; k < s->lines[i].len; k++) {
            unsigned c = s->lines[i].cells[k].column;
            if (c > last && c <= IMPORT_COLUMNS) last = c;
        }
    }
    return last;
}

static bool has_letters(const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || (unsigned char)*c >= 0xC3) return true;
    }
    return false;
}

bool gto_sheet_person(const struct gto_sheet *s, const struct gto_line *line)
{
    for (unsigned c = 1; c <= s->last; c++) {
        enum gto_role r = s->columns[c].role;
        const char *text = text_at(line, c);
        if (!*text) continue;
        if ((r == GTO_R_NAME || r == GTO_R_SURNAME) && has_letters(text) && gto_role_of(text) == GTO_R_NONE && !gto_footer(text)) return true;
    }
    return false;
}

static void take_roles(struct gto_sheet *s)
{
    const struct gto_line *head = &s->lines[s->head];
    bool seen[GTO_ROLES] = {false};
    for (unsigned c = 1; c <= s->last; c++) {
        const char *text = text_at(head, c);
        enum gto_role r = gto_role_of(text);
        lt_print(s->columns[c].heading, sizeof s->columns[c].heading, "%.*s", (int)lt_utf8_clip(text, TEXT_MOST - 1), text);
        if (r == GTO_R_NONE || (seen[r] && r != GTO_R_IGNORED)) continue;
        seen[r] = true;
        s->columns[c].role = r;
    }
    s->first = s->head + 1;
    while (s->first < s->len && s->first < s->head + 8 && !gto_sheet_person(s, &s->lines[s->first])) s->first++;
    if (s->first == s->len || s->first == s->head + 8) s->first = s->head + 1;
}

/* The test a column holds: the heading line says so, a line of the heading below it, or one of two above it. */
static int test_of(const struct gto_sheet *s, const struct gto_tables *t, const struct gto_edition *e, int level, unsigned c, enum lt_lang lang,
                   char heading[TEXT_MOST])
{
    size_t from = s->head >= 2 ? s->head - 2 : 0, order[16], n = 0;
    for (size_t i = s->head; i < s->first && n < 12; i++) order[n++] = i;
    for (size_t i = s->head; i-- > from && n < 16;) order[n++] = i;
    for (size_t i = 0; i < n; i++) {
        struct gto_problem p = {.code = ""};
        const char *text = text_at(&s->lines[order[i]], c);
        if (!has_letters(text) && !strpbrk(text, "0123456789")) continue;
        int test = gto_test_find(t, s->sex ? e : NULL, s->sex ? level : -1, s->sex, text, lang, &p);
        gto_problem_clear(&p);
        if (test < 0) continue;
        lt_print(heading, TEXT_MOST, "%.*s", (int)lt_utf8_clip(text, TEXT_MOST - 1), text);
        return test;
    }
    return -1;
}

/* «очки» under a test: not its result. */
bool gto_sheet_points(const struct gto_sheet *s, unsigned c)
{
    for (size_t i = s->head; i < s->first; i++) {
        char *key = gto_key(text_at(&s->lines[i], c));
        bool points = key && (lt_starts(key, "очк") || lt_starts(key, "балл") || lt_starts(key, "место") || lt_starts(key, "знак"));
        free(key);
        if (points) return true;
    }
    return false;
}

int gto_sheet_level(const struct gto_sheet *s, const struct gto_tables *t, const struct gto_edition **e)
{
    int level = -1;
    *e = gto_edition_on(t, *s->date ? s->date : s->today);
    for (size_t i = 0; *e && *s->level && i < (*e)->levels_len; i++) {
        if (strcmp((*e)->levels[i].name, s->level) == 0) level = (int)i;
    }
    return level;
}

static void take_tests(struct gto_sheet *s, const struct gto_tables *t, enum lt_lang lang)
{
    const struct gto_edition *e = NULL;
    int level = gto_sheet_level(s, t, &e);
    for (unsigned c = 1; c <= s->last; c++) {
        struct gto_column *col = &s->columns[c];
        char heading[TEXT_MOST];
        if (col->role != GTO_R_NONE || gto_sheet_points(s, c)) continue;
        int test = test_of(s, t, level >= 0 ? e : NULL, level, c, lang, heading);
        if (test < 0) continue;
        col->role = GTO_R_RESULT;
        col->test = test;
        lt_print(col->heading, sizeof col->heading, "%s", heading);
        for (size_t i = s->head; i < s->first && !*col->date; i++) gto_date_in(text_at(&s->lines[i], c), col->date);
    }
}

/* --- what is said above, in the name of the sheet and of the file --- */

static void take_facts_of(struct gto_sheet *s, const char *text, const char *next)
{
    char level[12];
    char *key = gto_key(text);
    bool says_level = key && strstr(key, "ступен"), says_sex = key && (strcmp(key, "пол") == 0 || strstr(key, "юнош") || strstr(key, "девуш") ||
                                                                       strstr(key, "мальчик") || strstr(key, "девочк") || strstr(key, "мужчин") ||
                                                                       strstr(key, "женщин"));
    if (says_level && !*s->level && (gto_level_in(text, level) || gto_level_in(next, level))) lt_print(s->level, sizeof s->level, "%s", level);
    if (says_sex && !s->sex) s->sex = gto_sex_of(text) ? gto_sex_of(text) : gto_sex_of(next);
    free(key);
    if (!*s->order) gto_order_in(text, s->order, s->order_date);
}

/* F7 / G7 of the federal form: the level and the sex stand bare side by side. */
static void take_bare(struct gto_sheet *s, const struct gto_line *line)
{
    char level[12];
    for (size_t i = 0; i + 1 < line->len; i++) {
        const char *a = line->cells[i].text, *b = line->cells[i + 1].text;
        if (!*s->level && gto_level_in(a, level) && gto_sex_of(b) && strlen(b) <= 14) {
            lt_print(s->level, sizeof s->level, "%s", level);
            s->sex = gto_sex_of(b);
        }
    }
}

static void take_facts(struct gto_sheet *s, const char *file_name)
{
    int dates = 0;
    char seen[12] = "", one[12];
    for (size_t i = 0; i < s->head && i < s->len; i++) {
        const struct gto_line *line = &s->lines[i];
        for (size_t k = 0; k < line->len; k++) {
            take_facts_of(s, line->cells[k].text, k + 1 < line->len ? line->cells[k + 1].text : "");
            if (gto_date_in(line->cells[k].text, one) && strcmp(one, seen) != 0) {
                dates++;
                lt_print(seen, sizeof seen, "%s", one);
            }
        }
        take_bare(s, line);
    }
    take_facts_of(s, s->name, "");
    take_facts_of(s, file_name, "");
    if (dates == 1) lt_print(s->date, sizeof s->date, "%s", seen); /* of two nobody can tell which is the day */
}

/* --- what a person said --- */

static void take_mapping(struct gto_sheet *s, const struct gto_tables *t, const json_t *mapping)
{
    const char *column;
    json_t *word;
    const json_t *facts = lt_json_object(mapping, "facts");
    json_object_foreach(lt_json_object(mapping, "columns"), column, word) {
        unsigned n = 0;
        const char *w = json_string_value(word);
        for (const char *c = column; *c >= 'A' && *c <= 'Z' && n < 1000; c++) n = n * 26 + (unsigned)(*c - 'A' + 1);
        if (!n || n > IMPORT_COLUMNS || !w) continue;
        s->columns[n].role = gto_role_find(w);
        for (size_t i = 0; i < t->tests_len; i++) {
            if (strcmp(t->tests[i].id, w) == 0) s->columns[n].role = GTO_R_RESULT, s->columns[n].test = (int)i;
        }
    }
    const char *date = lt_json_str(facts, "date"), *level = lt_json_str(facts, "level"), *sex = lt_json_str(facts, "sex");
    char read[12];
    if (date && gto_date_in(date, read)) lt_print(s->date, sizeof s->date, "%s", read);
    if (level && gto_level_in(level, read)) lt_print(s->level, sizeof s->level, "%s", read);
    if (sex && gto_sex_of(sex)) s->sex = gto_sex_of(sex);
    const char *order = lt_json_str(facts, "order");
    if (order) lt_print(s->order, sizeof s->order, "%.*s", (int)lt_utf8_clip(order, 90), order);
    const char *order_date = lt_json_str(facts, "order_date");
    if (order_date && gto_date_in(order_date, read)) lt_print(s->order_date, sizeof s->order_date, "%s", read);
}

void gto_sheet_layout(struct gto_sheet *s, const struct gto_tables *t, bool awards, const char *file_name, const json_t *mapping, enum lt_lang lang)
{
    find_head(s, mapping);
    if (s->head == s->len) return;
    s->last = last_column(s);
    take_facts(s, file_name);
    /* level, sex and day said by a person help to read the headings */
    if (mapping) take_mapping(s, t, mapping);
    take_roles(s);
    if (!awards) {
        bool by_row = false;
        for (unsigned c = 1; c <= s->last; c++) by_row = by_row || s->columns[c].role == GTO_R_TEST;
        /* «результат» under the name of a test */
        for (unsigned c = 1; c <= s->last && !by_row; c++) s->columns[c].role = s->columns[c].role == GTO_R_VALUE ? GTO_R_NONE : s->columns[c].role;
        take_tests(s, t, lang);
    }
    if (mapping) take_mapping(s, t, mapping);
}

static int count(const struct gto_sheet *s, enum gto_role role)
{
    int n = 0;
    for (unsigned c = 1; c <= s->last; c++) n += s->columns[c].role == role;
    return n;
}

int gto_sheet_score(const struct gto_sheet *s, bool awards)
{
    if (s->head == s->len) return 0;
    bool people = count(s, GTO_R_NAME) || count(s, GTO_R_SURNAME), uin = count(s, GTO_R_UIN) > 0;
    int tests = count(s, GTO_R_RESULT);
    if (awards) {
        bool badge = count(s, GTO_R_BADGE) > 0;
        for (size_t i = 0; i < s->len && !badge; i++) badge = s->lines[i].len == 1 && gto_badge_in(s->lines[i].cells[0].text) != GTO_NONE; /* a section */
        bool paper = count(s, GTO_R_CERTIFICATE) || count(s, GTO_R_ORDER) || *s->order;
        return people && badge && (uin || paper || *s->level || count(s, GTO_R_LEVEL)) ? 98 : 0;
    }
    if (people && (tests >= 2 || (tests && uin))) return 99; /* points of tests look like scores to others */
    return people && count(s, GTO_R_TEST) && count(s, GTO_R_VALUE) && (uin || count(s, GTO_R_LEVEL) || *s->level) ? 98 : 0;
}

int gto_sheet_numbers(const struct gto_sheet *s, const struct gto_tables *t, enum lt_lang lang)
{
    if (s->head == s->len || !count(s, GTO_R_UIN) || !(count(s, GTO_R_NAME) || count(s, GTO_R_SURNAME))) return 0;
    if (count(s, GTO_R_BADGE) || count(s, GTO_R_CERTIFICATE) || count(s, GTO_R_TEST) || count(s, GTO_R_VALUE)) return 0;
    for (unsigned c = 1; c <= s->last; c++) {
        char heading[TEXT_MOST];
        if (s->columns[c].role == GTO_R_NONE && test_of(s, t, NULL, -1, c, lang, heading) >= 0) return 0;
    }
    return 98;
}
