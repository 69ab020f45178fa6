/* One line of the table becomes one proposal. */
#include "olympiad.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"
#include "model/year.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void row_problem(struct run *r, json_t *row, uint32_t column, const char *code, const char *value)
{
    char id[80], clipped[128];
    struct lt_buf text = LT_BUF_INIT(2000);
    lt_print(id, sizeof id, "olympiad.problem.%s", code);
    lt_print(clipped, sizeof clipped, "%.*s", (int)lt_utf8_clip(value ? value : "", 100), value ? value : "");
    lt_msg_add(&text, r->lang, id, "value", clipped, "row", LT_NUM(lt_json_int(row, "row", 0)), (char *)NULL);
    json_t *list = lt_json_array(row, "problems");
    if (!list && lt_json_put(row, "problems", list = json_array())) r->failed = true;
    if (json_array_append_new(list, json_pack("{s:i, s:s, s:s}", "column", (int)column, "code", code, "message", text.data ? text.data : code)))
        r->failed = true;
    lt_buf_free(&text);
}

static const char *text_of(const struct run *r, const struct line *line, enum role role)
{
    const struct cell *c = sheet_role(r, line, role);
    return c ? c->text : NULL;
}

static void put(struct run *r, json_t *o, const char *key, const char *text)
{
    if (text && *text && lt_json_put_str(o, key, text)) r->failed = true;
}

/* The file has such a column and the cell says nothing. */
static void put_empty(struct run *r, json_t *values, const char *key)
{
    if (!json_object_get(values, key) && json_object_set_new(values, key, json_null())) r->failed = true;
}

/* --- who --- */

static void put_class(struct run *r, const struct line *line, json_t *row, json_t *who)
{
    const struct cell *c = sheet_role(r, line, ROLE_CLASS), *other = sheet_role(r, line, ROLE_CLASS_FOR);
    struct model_klass k;
    if (c && c->kind == LETOPIS_CELL_DATE) {
        row_problem(r, row, c->column, "class_is_date", c->text); /* 10-1 that a spreadsheet took for a day */
    } else if (c) {
        char number[16];
        lt_print(number, sizeof number, "%.0f", c->number);
        put(r, who, "class", c->kind == LETOPIS_CELL_NUMBER && fabs(c->number - round(c->number)) < 1e-9 ? number : c->text);
    } else if (*r->facts.class_of) {
        put(r, who, "class", r->facts.class_of);
    }
    const char *part = other ? other->text : *r->facts.class_for ? r->facts.class_for : NULL;
    if (!part) return;
    model_klass_parse(part, &k);
    bool sex = strcmp(k.letter, "М") == 0 || strcmp(k.letter, "Ж") == 0; /* boys and girls of physical culture */
    char name[24];
    lt_print(name, sizeof name, "%d", k.number);
    put(r, row, "participation_class", k.number && (sex || !k.letter[0]) ? name : k.number ? k.name : part);
}

static json_t *who_of(struct run *r, const struct line *line, json_t *row)
{
    json_t *who = json_object();
    const struct cell *birth = sheet_role(r, line, ROLE_BIRTH);
    char day[LT_DATE_SIZE];
    if (!who) return NULL;
    const char *surname = text_of(r, line, ROLE_SURNAME), *name = text_of(r, line, ROLE_NAME), *full = text_of(r, line, ROLE_FULL);
    if (surname || name) {
        put(r, who, "surname", surname);
        put(r, who, "name", name);
        put(r, who, "patronymic", text_of(r, line, ROLE_PATRONYMIC));
    } else {
        put(r, who, "full_name", full);
    }
    put(r, who, "code", text_of(r, line, ROLE_CODE));
    put(r, who, "number", text_of(r, line, ROLE_NUMBER));
    put(r, who, "uin", text_of(r, line, ROLE_UIN));
    put_class(r, line, row, who);
    if (birth && birth->kind == LETOPIS_CELL_DATE) put(r, who, "birth", birth->text);
    else if (value_date(r, birth, r->birth_order, MODEL_WHEN_BIRTH, day)) put(r, who, "birth", day);
    else if (birth) row_problem(r, row, birth->column, "birth_unread", birth->text);
    return who;
}

/* --- what was reached --- */

static double max_of(struct run *r, const struct line *line, double in_cell)
{
    double n = 0, other;
    bool absent;
    if (in_cell > 0) return in_cell;
    if (value_score(sheet_role(r, line, ROLE_MAX), &n, &other, &absent) == 1 && n > 0) return n;
    return r->facts.max;
}

static void check_percent(struct run *r, const struct line *line, json_t *row, double score, double max)
{
    const struct cell *c = sheet_role(r, line, ROLE_PERCENT);
    double said = 0, other;
    bool absent;
    if (value_score(c, &said, &other, &absent) != 1 || max <= 0) return;
    bool sign = strchr(c->text, '%') != NULL && c->kind == LETOPIS_CELL_TEXT;
    if (r->percent_is_fraction && !sign) said *= 100;
    if (fabs(said - score * 100 / max) > 1.5) row_problem(r, row, c->column, "percent_differs", c->text);
}

/* A formula whose result the file lacks is not an empty cell. */
static void formulas(struct run *r, const struct line *line, json_t *row)
{
    for (size_t i = 0; i < line->len; i++) {
        const struct cell *c = &line->cells[i];
        bool wanted = c->column <= COLUMNS && (r->roles[c->column] == ROLE_SCORE || r->roles[c->column] == ROLE_STATUS);
        if (wanted && (c->flags & LETOPIS_CELL_ERROR) && !*c->text) row_problem(r, row, c->column, "formula_empty", "");
    }
}

/* true: the pupil did not come. */
static bool put_score(struct run *r, const struct line *line, json_t *row, json_t *values)
{
    const struct cell *c = sheet_role(r, line, ROLE_SCORE);
    double score = 0, in_cell = 0;
    bool absent = false;
    if (!sheet_has(r, ROLE_SCORE)) return false;
    int read = value_score(c, &score, &in_cell, &absent);
    double max = max_of(r, line, in_cell);
    if (read < 0) {
        row_problem(r, row, c->column, "score_unread", c->text);
    } else if (read == 1) {
        if (lt_json_put(values, "score", json_real(score))) r->failed = true;
        if (max > 0 && lt_json_put(values, "score_max", json_real(max))) r->failed = true;
        check_percent(r, line, row, score, max);
    } else {
        if (c && (c->flags & LETOPIS_CELL_ERROR)) row_problem(r, row, c->column, "cell_error", c->text);
        put_empty(r, values, "score");
    }
    return absent;
}

/* A file may have a column «Статус» and a column «Призёр»: the one that says most. */
static const struct cell *status_cell(struct run *r, const struct line *line, struct standing *out)
{
    const struct cell *best = NULL;
    *out = (struct standing){.status = STATUS_NONE};
    for (size_t i = 0; i < line->len; i++) {
        const struct cell *c = &line->cells[i];
        char form[100];
        struct standing s;
        if (c->column > COLUMNS || (r->roles[c->column] != ROLE_STATUS && !(r->format == OTHER && r->roles[c->column] == ROLE_DEGREE))) continue;
        words_form(r->headers[c->column], form, sizeof form);
        value_status(c->text, strcmp(form, "призер") == 0, &s);
        bool better = out->status == STATUS_NONE || out->status == STATUS_UNREAD ||
                      (out->status == STATUS_PARTICIPANT && (s.status == STATUS_WINNER || s.status == STATUS_PRIZE));
        if (s.status == STATUS_NONE || !better) continue;
        *out = s;
        best = c;
    }
    return best;
}

/* What keeps the line from being a result: a reason, or NULL. */
static const char *put_status(struct run *r, const struct line *line, json_t *row, json_t *values)
{
    struct standing s;
    if (!sheet_has(r, ROLE_STATUS)) return NULL;
    const struct cell *c = status_cell(r, line, &s);
    if (s.status == STATUS_ABSENT) return "absent";
    if (s.status == STATUS_ANNULLED) return "annulled";
    if (s.status == STATUS_UNREAD) row_problem(r, row, c->column, "status_unread", c->text);
    if (s.result) put(r, values, "result", s.result);
    else put_empty(r, values, "result");
    if (s.degree && lt_json_put_int(values, "degree", s.degree)) r->failed = true;
    if (s.place && lt_json_put_int(values, "place", s.place)) r->failed = true;
    return NULL;
}

static void put_place(struct run *r, const struct line *line, json_t *values)
{
    const struct cell *c = sheet_role(r, line, ROLE_PLACE);
    double n = 0, other;
    bool absent;
    if (!c) return;
    int place = value_score(c, &n, &other, &absent) == 1 && n >= 1 && n <= 10000 ? (int)n : value_roman(c->text);
    if (place && lt_json_put_int(values, "place", place)) r->failed = true;
    if (place && place <= 3 && r->format == OTHER && !sheet_has(r, ROLE_STATUS)) put(r, values, "result", place == 1 ? "winner" : "prize_winner");
}

static void put_date(struct run *r, const struct line *line, json_t *row, json_t *values)
{
    const struct cell *c = sheet_role(r, line, ROLE_DATE);
    char day[LT_DATE_SIZE];
    if (c && c->kind == LETOPIS_CELL_DATE) put(r, values, "date", c->text);
    else if (c && value_date(r, c, r->date_order, MODEL_WHEN_EVENT, day)) put(r, values, "date", day);
    else if (c) row_problem(r, row, c->column, "date_unread", c->text);
    else put(r, values, "date", r->facts.date);
}

static int year_of(const struct run *r, const json_t *values)
{
    const char *date = lt_json_str(values, "date");
    struct lt_date d;
    if (r->facts.year) return r->facts.year;
    if (date && lt_date_parse(date, &d)) return model_year_of(d, NULL);
    return model_year_of(r->today, NULL);
}

static void describe(struct run *r, const struct line *line, json_t *row, json_t *values, const char *more)
{
    struct lt_buf text = LT_BUF_INIT(2000);
    const char *part = lt_json_str(row, "participation_class"), *direction = text_of(r, line, ROLE_DIRECTION);
    if (more && *more) lt_buf_adds(&text, more);
    if (part) lt_buf_addf(&text, "%sКласс участия: %s.", text.len ? " " : "", part);
    if (direction) lt_buf_addf(&text, "%sНаправление практики: %s.", text.len ? " " : "", direction);
    if (text.len) put(r, values, "description", text.data);
    lt_buf_free(&text);
}

/* --- the formats --- */

static const char *subject_of(struct run *r, const struct line *line, json_t *row, const char **in_title)
{
    const struct cell *c = sheet_role(r, line, ROLE_SUBJECT);
    const char *known = c ? words_subject(r->words, c->text, in_title) : NULL;
    if (c && !known) known = words_subject_in(r->words, c->text, in_title);
    if (c && !known) row_problem(r, row, c->column, "subject_unknown", c->text);
    if (c) return known ? known : c->text;
    if (!*r->facts.subject) return NULL;
    known = words_subject(r->words, r->facts.subject, in_title);
    return known ? known : r->facts.subject;
}

static void vsosh(struct run *r, const struct line *line, json_t *row, json_t *values)
{
    static const char *const levels[][2] = {{"school", "school"}, {"municipal", "municipal"}, {"regional", "regional"}, {"final", "national"}};
    const char *in_title = NULL, *subject = subject_of(r, line, row, &in_title);
    const struct cell *c = sheet_role(r, line, ROLE_STAGE);
    const char *stage = c ? words_stage_in(c->text) : NULL;
    char title[300], identity[300];
    if (c && !stage && !*r->facts.stage) row_problem(r, row, c->column, "stage_unread", c->text);
    if (!stage && *r->facts.stage) stage = r->facts.stage;
    lt_print(title, sizeof title, "Всероссийская олимпиада школьников%s%.200s", in_title || subject ? " " : "",
             in_title ? in_title : subject ? subject : "");
    put(r, values, "title", title);
    put(r, row, "event", "Всероссийская олимпиада школьников");
    put(r, values, "activity", "olympiad");
    put(r, values, "subject", subject);
    put(r, values, "stage", stage);
    for (size_t i = 0; stage && i < LT_COUNT(levels); i++) {
        if (strcmp(levels[i][0], stage) == 0) put(r, values, "level", levels[i][1]);
    }
    lt_print(identity, sizeof identity, "vsosh|%.120s|%s|%d", subject ? subject : "", stage ? stage : "", year_of(r, values));
    put(r, row, "identity", identity);
    describe(r, line, row, values, NULL);
}

static void rsosh(struct run *r, const struct line *line, json_t *row, json_t *values)
{
    const char *name = text_of(r, line, ROLE_TITLE), *profile = text_of(r, line, ROLE_PROFILE), *number = text_of(r, line, ROLE_LIST_NUMBER);
    const struct cell *degree = sheet_role(r, line, ROLE_DEGREE), *code = sheet_role(r, line, ROLE_DIPLOMA);
    int level = 0, n = 0;
    char title[320], more[300], digits[16] = "", identity[400];
    struct standing s;
    const struct cell *list_level = sheet_role(r, line, ROLE_LIST_LEVEL);
    if (list_level) level = value_level(list_level->text);
    if (list_level && !level) row_problem(r, row, list_level->column, "list_level_unread", list_level->text);
    value_status(degree ? degree->text : "", false, &s);
    n = degree ? value_roman(degree->text) : 0;
    if (!n) n = s.degree;
    if (!name && *r->facts.title) name = r->facts.title;
    lt_print(title, sizeof title, "%.180s%s%.90s%s", name ? name : "", profile ? " («" : "", profile ? profile : "", profile ? "»)" : "");
    put(r, values, "title", title);
    put(r, row, "event", name);
    put(r, values, "activity", "olympiad");
    put(r, values, "level", *r->facts.level ? r->facts.level : "national");
    put(r, values, "subject", profile ? (words_subject(r->words, profile, NULL) ? words_subject(r->words, profile, NULL) : profile) : NULL);
    if (n && lt_json_put_int(values, "degree", n)) r->failed = true;
    if (n) put(r, values, "result", n == 1 ? "winner" : "prize_winner");
    else if (s.result) put(r, values, "result", s.result);
    else if (degree) row_problem(r, row, degree->column, "degree_unread", degree->text);
    if (code && !value_diploma(code->text, digits)) row_problem(r, row, code->column, "diploma_form", code->text);
    if (*digits && lt_starts(digits, "0000")) row_problem(r, row, code->column, "diploma_other_base", code->text);
    if (*digits) {
        put(r, values, "document_kind", "diploma");
        put(r, values, "document_number", digits);
    }
    lt_print(more, sizeof more, "Перечень олимпиад школьников%s%.20s%s%s.", number ? ", № " : "", number ? number : "",
             level ? ", уровень " : "", level == 1 ? "I" : level == 2 ? "II" : level == 3 ? "III" : "");
    describe(r, line, row, values, more);
    if (*digits) lt_print(identity, sizeof identity, "rsosh|%s", digits);
    else
        lt_print(identity, sizeof identity, "rsosh|%.200s|%.100s|%d", number ? number : name ? name : "", profile ? profile : "", year_of(r, values));
    put(r, row, "identity", identity);
}

static const char *activity_of(const struct run *r, const char *said, const char *title)
{
    static const struct { const char *word, *activity; } kinds[] = {
        {"олимпиад", "olympiad"}, {"конкурс", "contest"}, {"фестивал", "festival"}, {"конференц", "conference"}, {"соревнован", "sport"},
        {"спорт", "sport"},       {"проект", "project"},  {"турнир", "contest"},    {"чтени", "conference"},     {"выставк", "art"},
        {"olympiad", "olympiad"}, {"contest", "contest"}, {"sport", "sport"}};
    const char *texts[] = {r->facts.activity, said, title};
    for (size_t t = 0; t < LT_COUNT(texts); t++) {
        char form[400];
        words_form(texts[t] ? texts[t] : "", form, sizeof form);
        for (size_t i = 0; *form && i < LT_COUNT(kinds); i++) {
            if (strstr(form, kinds[i].word)) return kinds[i].activity;
        }
    }
    return "contest";
}

static void other(struct run *r, const struct line *line, json_t *row, json_t *values)
{
    const char *title = text_of(r, line, ROLE_TITLE), *level = text_of(r, line, ROLE_LEVEL), *subject = text_of(r, line, ROLE_SUBJECT);
    const char *known = level ? words_level(level) : NULL, *in_list = subject ? words_subject(r->words, subject, NULL) : NULL;
    if (!title && *r->facts.title) title = r->facts.title;
    if (level && !known && !*r->facts.level) row_problem(r, row, sheet_role(r, line, ROLE_LEVEL)->column, "level_unread", level);
    put(r, values, "title", title);
    put(r, values, "level", known ? known : r->facts.level);
    put(r, values, "activity", activity_of(r, text_of(r, line, ROLE_ACTIVITY), title));
    put(r, values, "subject", in_list ? in_list : subject);
    put(r, values, "organiser", text_of(r, line, ROLE_ORGANISER));
    put(r, values, "document_number", text_of(r, line, ROLE_DOCUMENT));
    describe(r, line, row, values, NULL);
}

/* --- a line --- */

static void skip(struct run *r, const struct line *line, const char *code)
{
    char id[80];
    lt_print(id, sizeof id, "olympiad.skipped.%s", code);
    run_emit(r, json_pack("{s:s, s:i, s:s, s:s}", "sheet", r->sheet, "row", (int)line->number, "skipped", code, "message", lt_msg(r->lang, id)));
}

static void emit_line(struct run *r, const struct line *line)
{
    json_t *row = json_pack("{s:s, s:i}", "sheet", r->sheet, "row", (int)line->number), *values = json_pack("{s:s}", "kind", "achievement");
    const char *why = NULL;
    if (!row || !values) r->failed = true;
    json_t *who = who_of(r, line, row);
    if (lt_json_put(row, "pupil", who)) r->failed = true;
    put(r, row, "school", text_of(r, line, ROLE_SCHOOL));
    put(r, row, "mentor", text_of(r, line, ROLE_MENTOR));
    put_date(r, line, row, values);
    if (r->format == CODES) {
        put(r, values, "subject", subject_of(r, line, row, NULL));
    } else {
        why = put_status(r, line, row, values);
        bool absent = put_score(r, line, row, values);
        formulas(r, line, row);
        if (!why && absent && !lt_json_str(values, "result")) why = "absent";
        put_place(r, line, values);
        if (r->format == VSOSH) vsosh(r, line, row, values);
        else if (r->format == LIST) rsosh(r, line, row, values);
        else other(r, line, row, values);
    }
    if (r->facts.year && lt_json_put_int(row, "year", r->facts.year)) r->failed = true;
    if (r->subject_of_above && r->format != LIST && r->format != OTHER) row_problem(r, row, 0, "subject_of_above", r->facts.subject);
    if (line->hidden) row_problem(r, row, 0, "row_hidden", "");
    if (lt_json_put(row, "values", values)) r->failed = true;
    if (why) skip(r, line, why);
    if (why || json_array_append(r->held, row)) r->failed = r->failed || !why;
    json_decref(row);
}

/* A footer holds for the lines above it. */
static void look_below(struct run *r, size_t end)
{
    struct facts keep = r->facts;
    for (size_t i = r->below; i < end; i++) facts_line(r, &r->lines[i]);
    r->below_jury = false;
    lt_print(keep.date, sizeof keep.date, "%s", r->facts.date);
    r->facts = keep;
    struct lt_date day;
    if (!r->facts.year && *r->facts.date && lt_date_parse(r->facts.date, &day)) r->facts.year = model_year_of(day, NULL);
}

/* Where the next table begins: its headings. */
static size_t next_table(const struct run *r)
{
    size_t i = r->below;
    while (i < r->len && !sheet_is_header(r, i)) i++;
    return i;
}

/* One table; *behind: the first of the lines that may be titles of the next one. */
static void emit_table(struct run *r, size_t end, size_t *behind)
{
    size_t titles = end;
    while (end < r->len && titles > r->below && (!r->lines[titles - 1].len || facts_title(r, &r->lines[titles - 1]))) titles--;
    look_below(r, titles);
    for (size_t i = r->below; !r->failed && i < titles; i++) {
        const char *what = facts_line(r, &r->lines[i]);
        if (!what) emit_line(r, &r->lines[i]);
        else if (strcmp(what, "empty") != 0) skip(r, &r->lines[i], what);
    }
    for (size_t i = titles; i < end; i++) {
        if (r->lines[i].len) skip(r, &r->lines[i], "section");
    }
    *behind = titles;
}

void rows_emit(struct run *r)
{
    size_t i, end, titles = 0;
    json_t *row;
    r->held = json_array();
    enum role roles[COLUMNS + 1];
    const char *headers[COLUMNS + 1];
    memcpy(roles, r->roles, sizeof roles);
    memcpy(headers, r->headers, sizeof headers);
    struct facts keep = r->facts;
    for (r->tables = 1; !r->failed; r->tables++) {
        end = next_table(r);
        emit_table(r, end, &titles);
        if (end >= r->len) break;
        skip(r, &r->lines[end], "header");
        sheet_next_header(r, end);
        for (i = end + 1; i < r->below; i++) skip(r, &r->lines[i], "header");
        facts_next(r, titles, end);
    }
    memcpy(r->roles, roles, sizeof roles); /* the sheet is described by its first table */
    memcpy(r->headers, headers, sizeof headers);
    /* sections may have told the subject of every row */
    if (!*keep.subject && *r->facts.subject) lt_print(keep.subject, sizeof keep.subject, "%s", r->facts.subject);
    lt_print(r->facts.subject, sizeof r->facts.subject, "%s", keep.subject);
    quota_apply(r);
    r->rows = json_array_size(r->held);
    json_array_foreach(r->held, i, row) run_emit(r, json_incref(row));
    json_decref(r->held);
    r->held = NULL;
}
