/* Facts that stand in no column: above the table, in the name of the sheet or of the file, below it, or said by the person. */
#include "olympiad.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"
#include "model/names.h"
#include "model/year.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void set(char *out, size_t size, const char *text)
{
    if (!*out && text) lt_print(out, size, "%.*s", (int)lt_utf8_clip(text, size - 1), text);
}

#define SET(field, text) set(r->facts.field, sizeof r->facts.field, text)

/* «2025-2026», «2025/26 учебный год»: two years that follow one another. */
static int year_in(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (!isdigit((unsigned char)*p) || (p > text && isdigit((unsigned char)p[-1]))) continue;
        char *end;
        long first = strtol(p, &end, 10);
        if (first < 2000 || first > 2100) continue;
        while (*end == ' ') end++;
        size_t dash = *end == '-' || *end == '/' ? 1 : strncmp(end, "–", 3) == 0 || strncmp(end, "—", 3) == 0 ? 3 : *end == '_' ? 1 : 0;
        if (!dash) continue;
        const char *s = end + dash;
        while (*s == ' ') s++;
        long second = strtol(s, NULL, 10);
        if (second == first + 1 || second == (first + 1) % 100) return (int)first;
    }
    return 0;
}

/* A day written in figures or words somewhere in a text. */
static void date_in(struct run *r, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (!isdigit((unsigned char)*p) || (p > text && isdigit((unsigned char)p[-1]))) continue;
        size_t longest = strcspn(p, ",;()\"");
        for (size_t n = longest > 30 ? 30 : longest; n >= 6; n--) {
            char part[40];
            lt_print(part, sizeof part, "%.*s", (int)lt_utf8_clip(p, n), p);
            struct cell c = {.kind = LETOPIS_CELL_TEXT, .text = part};
            char day[LT_DATE_SIZE];
            if (!value_date(r, &c, MODEL_WHEN_DAY_FIRST, MODEL_WHEN_EVENT, day)) continue;
            if (strcmp(day, "2000") > 0) SET(date, day);
            return;
        }
    }
}

/* «9М» and «9Ж» are boys and girls of class 9 in physical culture. */
static void class_of_sheet(struct run *r)
{
    struct model_klass k;
    char number[16];
    model_klass_parse(r->sheet, &k);
    if (k.certainty != MODEL_KLASS_SURE || k.number < 1 || k.number > 11) return;
    bool sex = strcmp(k.letter, "М") == 0 || strcmp(k.letter, "Ж") == 0;
    bool sport = strcmp(r->facts.subject, "физическая культура") == 0;
    lt_print(number, sizeof number, "%d", k.number);
    if (!k.letter[0] || (sex && (sport || sheet_has(r, ROLE_CLASS_FOR) || sheet_has(r, ROLE_SEX)))) SET(class_for, number);
    else SET(class_of, k.name);
}

/* «final.xlsx» is somebody's last version and «school.csv» what they export at school: in names of files only Russian words are stages. */
static const char *stage_in_name(const char *text)
{
    static const char *const words[] = {"school", "municipal", "regional", "final", "финал"};
    char form[600], padded[640], wanted[32];
    words_form(text, form, sizeof form);
    lt_print(padded, sizeof padded, " %s ", form);
    for (size_t i = 0; !strstr(form, "этап") && i < LT_COUNT(words); i++) {
        lt_print(wanted, sizeof wanted, " %s ", words[i]);
        if (strstr(padded, wanted)) return NULL;
    }
    return words_stage_in(text);
}

static void from_name(struct run *r, const char *text)
{
    SET(stage, stage_in_name(text));
    SET(subject, words_subject_in(r->words, text, NULL));
    if (!r->facts.year) r->facts.year = year_in(text);
}

static bool label(const char *text, const char *const *words, size_t n)
{
    char form[200];
    words_form(text, form, sizeof form);
    for (size_t i = 0; i < n; i++) {
        if (lt_starts(form, words[i])) return true;
    }
    return false;
}

static bool is_max(const char *text)
{
    static const char *const words[] = {"максимальн", "макс балл", "max", "макс кол", "макс сумма"};
    return label(text, words, LT_COUNT(words));
}

/* The number in the cell itself, else in one to its right. */
static void take_max(struct run *r, const struct line *line, size_t at)
{
    double n = 0, other;
    bool absent;
    const char *digits = line->cells[at].text;
    while (*digits && !isdigit((unsigned char)*digits)) digits++;
    struct cell own = {.kind = LETOPIS_CELL_TEXT, .text = digits};
    if (*digits && value_score(&own, &n, &other, &absent) == 1 && n > 0) {
        r->facts.max = n;
        return;
    }
    for (size_t i = at + 1; i < line->len; i++) {
        if (strcmp(line->cells[i].text, line->cells[at].text) == 0) continue; /* merged */
        if (value_score(&line->cells[i], &n, &other, &absent) == 1 && n > 0) {
            r->facts.max = n;
            return;
        }
    }
}

static void take_title(struct run *r, const char *text)
{
    SET(stage, words_stage_in(text));
    SET(subject, words_subject_in(r->words, text, NULL));
    if (!r->facts.year) r->facts.year = year_in(text);
    static const char *const day[] = {"дата"};
    if (label(text, day, LT_COUNT(day))) date_in(r, text);
}

static void take_title_line(struct run *r, const struct line *line)
{
    static const char *const olympiad[] = {"олимпиада", "предмет"}, *const day[] = {"дата"}, *const titled[] = {"мероприятие", "конкурс", "название", "олимпиада"};
    for (size_t k = 0; k < line->len; k++) {
        const char *text = line->cells[k].text, *next = k + 1 < line->len ? line->cells[k + 1].text : "";
        if (k && strcmp(text, line->cells[k - 1].text) == 0) continue;
        if (is_max(text)) take_max(r, line, k);
        else take_title(r, text);
        if (label(text, olympiad, LT_COUNT(olympiad)) && *next) SET(subject, words_subject(r->words, next, NULL));
        if (label(text, titled, LT_COUNT(titled)) && *next && r->format != VSOSH) SET(title, next);
        if (label(text, day, LT_COUNT(day)) && *next) {
            if (line->cells[k + 1].kind == LETOPIS_CELL_DATE) SET(date, next);
            else date_in(r, next);
        }
    }
}

static void above(struct run *r)
{
    for (size_t i = 0; i < r->below && i < r->len && !(r->has_header && i >= r->header); i++) take_title_line(r, &r->lines[i]);
}

/* What the person said stands over all the rest. */
static void said(struct run *r, const json_t *map)
{
    const json_t *facts = lt_json_object(map, "facts");
    const char *stage = lt_json_str(facts, "stage"), *subject = lt_json_str(facts, "subject"), *level = lt_json_str(facts, "level");
    const char *year = lt_json_str(facts, "year"), *max = lt_json_str(facts, "max"), *known;
    int n;
    if (stage) SET(stage, words_stage_in(stage));
    if (subject) SET(subject, (known = words_subject(r->words, subject, NULL)) ? known : subject);
    if (level) SET(level, words_level(level));
    SET(title, lt_json_str(facts, "title"));
    SET(activity, lt_json_str(facts, "activity"));
    SET(class_for, lt_json_str(facts, "class_for"));
    SET(class_of, lt_json_str(facts, "class"));
    if (lt_json_str(facts, "date")) date_in(r, lt_json_str(facts, "date"));
    if (year && !r->facts.year && model_year_parse(year, &n)) r->facts.year = n;
    if (max && r->facts.max <= 0) r->facts.max = strtod(max, NULL);
}

static void from_person(struct run *r)
{
    const json_t *mapping = lt_json_object(r->job, "mapping");
    r->facts = (struct facts){.year = r->year};
    said(r, lt_json_object(mapping, r->sheet));
    said(r, lt_json_object(mapping, "*"));
}

void facts_find(struct run *r)
{
    const char *file = lt_json_str_or(r->job, "file_name", "");
    from_person(r);
    above(r);
    from_name(r, r->sheet);
    from_name(r, file);
    class_of_sheet(r);
    struct lt_date day;
    if (!r->facts.year && *r->facts.date && lt_date_parse(r->facts.date, &day)) r->facts.year = model_year_of(day, NULL);
}

/* --- lines that are no rows --- */

static const char *only_text(const struct line *line)
{
    const char *text = NULL;
    for (size_t i = 0; i < line->len; i++) {
        if (!*line->cells[i].text) continue;
        if (text && strcmp(text, line->cells[i].text) != 0) return NULL;
        text = line->cells[i].text;
    }
    return text;
}

/* Whole words: there are people called Членов and Замятина. */
static bool is_footer(const char *text)
{
    static const char *const words[] = {"дата проведения", "дата", "председатель", "члены", "член", "секретарь", "жюри", "организатор", "ответственный",
                                        "ответственные", "итого", "всего", "подпись", "подписи", "директор", "примечание", "координатор",
                                        "заместитель", "зам", "м п", "максимальный балл", "средний балл", "руководитель"};
    char form[200];
    words_form(text, form, sizeof form);
    for (size_t i = 0; i < LT_COUNT(words); i++) {
        size_t n = strlen(words[i]);
        if (lt_starts(form, words[i]) && (!form[n] || form[n] == ' ')) return true;
    }
    return false;
}

static const char *section(struct run *r, const char *text)
{
    struct model_klass k;
    char number[16];
    const char *subject = words_subject(r->words, text, NULL);
    model_klass_parse(text, &k);
    if (subject) {
        r->facts.subject[0] = 0;
        SET(subject, subject);
        return "section";
    }
    if (k.certainty != MODEL_KLASS_SURE || k.number < 1 || k.number > 11) return NULL;
    lt_print(number, sizeof number, "%d", k.number);
    if (k.letter[0]) {
        r->facts.class_of[0] = 0;
        SET(class_of, k.name);
    } else {
        r->facts.class_for[0] = 0;
        SET(class_for, number);
    }
    return "section";
}

bool facts_title(const struct run *r, const struct line *line)
{
    const char *only = only_text(line);
    struct model_klass k;
    struct model_name n;
    if (!only) {
        static const char *const words[] = {"предмет", "олимпиада"};
        const char *text = line->len ? line->cells[0].text : "";
        return is_max(text) || label(text, words, LT_COUNT(words));
    }
    model_klass_parse(only, &k);
    if (k.certainty == MODEL_KLASS_SURE || words_subject(r->words, only, NULL)) return true;
    if (is_footer(only) || model_name_split(only, &n, NULL)) return !is_footer(only);
    bool named = *n.patronymic && !(n.remarks & MODEL_NAME_UNSURE);
    model_name_free(&n);
    return !named;
}

void facts_next(struct run *r, size_t from, size_t to)
{
    struct facts before = r->facts;
    bool titled = false, strange = false;
    r->subject_of_above = false;
    from_person(r);
    for (size_t i = from; i < to; i++) {
        const char *only = only_text(&r->lines[i]);
        struct model_klass k = {.certainty = MODEL_KLASS_NO};
        if (only) model_klass_parse(only, &k);
        if (only && is_footer(only)) continue;
        titled = titled || only;
        strange = strange || (only && k.certainty != MODEL_KLASS_SURE);
        take_title_line(r, &r->lines[i]);
        if (k.certainty == MODEL_KLASS_SURE && k.number >= 1 && k.number <= 11) section(r, only);
    }
    if (!titled) {
        r->facts = before;
        return;
    }
    bool other = *r->facts.subject && strcmp(r->facts.subject, before.subject) != 0;
    r->subject_of_above = strange && !*r->facts.subject && *before.subject && !sheet_has(r, ROLE_SUBJECT);
    SET(stage, before.stage);
    SET(subject, before.subject);
    SET(level, before.level);
    SET(activity, before.activity);
    if (!r->facts.year) r->facts.year = before.year;
    if (r->format == VSOSH || !strange) SET(title, before.title);
    if (!other && !*r->facts.date) SET(date, before.date);
    if (!other && r->facts.max <= 0) r->facts.max = before.max;
    class_of_sheet(r);
}

/* The names of the columns again, on a new page. Figures are names of tasks, and points as well. */
static bool repeats_header(const struct run *r, const struct line *line)
{
    int same = 0;
    for (size_t i = 0; r->has_header && i < line->len; i++) {
        const struct cell *c = &line->cells[i];
        if (c->column > COLUMNS || isdigit((unsigned char)*c->text)) continue;
        same += *c->text && strcmp(c->text, r->headers[c->column]) == 0;
    }
    return same >= 2;
}

/* «Председатель жюри:», «Члены жюри:»: who stands below, one in a line, is no pupil. */
static bool is_jury(const char *text)
{
    static const char *const words[] = {"председатель", "члены", "член", "жюри", "секретарь", "состав жюри"};
    return label(text, words, LT_COUNT(words));
}

const char *facts_line(struct run *r, const struct line *line)
{
    const struct cell *full = sheet_role(r, line, ROLE_FULL), *surname = sheet_role(r, line, ROLE_SURNAME), *code = sheet_role(r, line, ROLE_CODE);
    const struct cell *name = full ? full : surname ? surname : code;
    const char *only = only_text(line), *first = NULL;
    for (size_t i = 0; !first && i < line->len; i++) first = *line->cells[i].text ? line->cells[i].text : NULL;
    if (!first) return "empty";
    if (repeats_header(r, line)) return "header";
    bool scored = sheet_role(r, line, ROLE_SCORE) || sheet_role(r, line, ROLE_CLASS) || sheet_role(r, line, ROLE_STATUS) ||
                  sheet_role(r, line, ROLE_CLASS_FOR);
    if (r->below_jury && !scored) return "footer";
    if (scored) r->below_jury = false;
    if (only && (!name || strcmp(only, name->text) == 0)) {
        const char *what = section(r, only);
        if (what) return what;
    }
    if (is_footer(first) && (!name || !scored || is_footer(name->text))) {
        static const char *const day[] = {"дата"};
        r->below_jury = r->below_jury || is_jury(first);
        for (size_t i = 0; label(first, day, 1) && i < line->len; i++) {
            if (line->cells[i].kind == LETOPIS_CELL_DATE) SET(date, line->cells[i].text);
            else date_in(r, line->cells[i].text);
        }
        return "footer";
    }
    if (!name && !sheet_role(r, line, ROLE_NAME)) return "nobody";
    return NULL;
}

/* --- telling --- */

json_t *facts_missing(const struct run *r)
{
    json_t *list = json_array();
    if (!list) return NULL;
    bool subject = *r->facts.subject || sheet_has(r, ROLE_SUBJECT), stage = *r->facts.stage || sheet_has(r, ROLE_STAGE);
    bool title = *r->facts.title || sheet_has(r, ROLE_TITLE), level = *r->facts.level || sheet_has(r, ROLE_LEVEL);
    if ((r->format == VSOSH || r->format == CODES) && !subject) json_array_append_new(list, json_string("subject"));
    if (r->format == VSOSH && !stage) json_array_append_new(list, json_string("stage"));
    if ((r->format == OTHER || r->format == LIST) && !title) json_array_append_new(list, json_string("title"));
    if (r->format == OTHER && !level) json_array_append_new(list, json_string("level"));
    return list;
}

json_t *facts_json(const struct run *r)
{
    const struct facts *f = &r->facts;
    json_t *o = json_object();
    int bad = !o || lt_json_put_str(o, "stage", f->stage) || lt_json_put_str(o, "subject", f->subject) || lt_json_put_str(o, "level", f->level) ||
              lt_json_put_str(o, "title", f->title) || lt_json_put_str(o, "date", f->date) || lt_json_put_str(o, "class_for", f->class_for) ||
              lt_json_put_str(o, "class", f->class_of) || (f->year && lt_json_put_int(o, "year", f->year)) ||
              (f->max > 0 && lt_json_put(o, "max", json_real(f->max)));
    if (bad) json_decref(o);
    return bad ? NULL : o;
}
