/* One cell of a roster read as a name, a date or a class, with a remark for everything that was not plain. */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/chars.h"
#include "model/klass.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_CHARS = 100, SERIAL_MIN = 20000, SERIAL_MAX = 60000, DAYS_1904 = 1462, AGE_MIN = 4, AGE_MAX = 25 };

/* --- names --- */

static bool is_invisible(uint32_t c)
{
    return c == 0xA0 || c == 0x202F || c == 0x2007 || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || c == 0xAD || c == '\t' || c == '\n' || c == '\r';
}

/* Signs that stand in no name: brackets and what is in them are notes, digits and № numbers of rows. */
static bool is_foreign(uint32_t c)
{
    return c < 128 && (strchr("=+@<>|;/\\!\"#$%&^~_:?", (int)c) != NULL) && c != 0;
}

static void look_at_signs(struct roster *r, struct roster_row *row, uint32_t column, const char *text)
{
    uint32_t p[512];
    int n = model_points(text, p, 512), depth = 0;
    if (n < 0) {
        roster_problem(r, row, column, "name_too_long", "");
        row->error = true;
        return;
    }
    for (int i = 0; i < n; i++) {
        if (p[i] == '(' || p[i] == '[') depth++;
        if (is_invisible(p[i])) roster_problem(r, row, column, "name_invisible", "");
        if (!depth && is_foreign(p[i])) {
            roster_problem(r, row, column, "name_not_letters", text);
            row->error = true;
        }
        bool dash = model_is_hyphen(p[i]);
        bool spaced = dash && i > 0 && i + 1 < n && (p[i - 1] == ' ' || p[i + 1] == ' ');
        if (dash && (p[i] != '-' || spaced)) roster_problem(r, row, column, "name_hyphen", "");
        if ((p[i] == ')' || p[i] == ']') && depth) depth--;
    }
}

/* «12.; *»: numbers and other notes have remarks of their own. */
static void tell_notes(struct roster *r, struct roster_row *row, uint32_t column, const char *note)
{
    bool number = false, other = false;
    for (const char *p = note; *p;) {
        size_t n = strcspn(p, ";");
        bool digits = false, letters = false;
        for (size_t i = 0; i < n; i++) {
            digits = digits || isdigit((unsigned char)p[i]);
            letters = letters || (unsigned char)p[i] > 127 || isalpha((unsigned char)p[i]) || p[i] == '*';
        }
        number = number || (digits && !letters);
        other = other || letters;
        p += n + (p[n] == ';');
        p += strspn(p, " ");
    }
    if (number) roster_problem(r, row, column, "name_number", note);
    if (other) roster_problem(r, row, column, "name_note", note);
}

static bool has_digit(const char *s)
{
    for (; *s; s++) {
        if (isdigit((unsigned char)*s)) return true;
    }
    return false;
}

/* Columns swapped: the word of the surname is a first name and the other is none. model_name_split tells by its list. */
static bool swapped(const struct model_name *n)
{
    struct model_name probe;
    if (!*n->surname || !*n->name || strchr(n->surname, ' ') || strchr(n->name, ' ')) return false;
    char *two = lt_format("%s %s", n->surname, n->name);
    bool yes = two && model_name_split(two, &probe, NULL) == 0;
    if (yes) {
        yes = (probe.remarks & MODEL_NAME_ORDER) && !(probe.remarks & MODEL_NAME_INITIALS);
        model_name_free(&probe);
    }
    free(two);
    return yes;
}

static void tell_remarks(struct roster *r, struct roster_row *row, uint32_t column, struct roster_name *out)
{
    static const struct { unsigned bit; const char *code; } plain[] = {{MODEL_NAME_LATIN_ONLY, "name_latin_word"},
                                                                      {MODEL_NAME_MIXED_ALPHABET, "name_latin_letters"},
                                                                      {MODEL_NAME_ONE_PART, "name_one_part"},
                                                                      {MODEL_NAME_INITIALS, "name_initials"},
                                                                      {MODEL_NAME_ORDER, "name_order"}};
    const struct model_name *n = &out->parts;
    for (size_t i = 0; i < LT_COUNT(plain); i++) {
        if (out->remarks & plain[i].bit) roster_problem(r, row, column, plain[i].code, out->raw);
    }
    if (*n->note) tell_notes(r, row, column, n->note);
    if (has_digit(n->surname) || has_digit(n->name) || has_digit(n->patronymic)) {
        roster_problem(r, row, column, "name_digit", out->raw);
        row->doubt |= DOUBT_NAME;
    }
    if (lt_utf8_count(n->surname) > NAME_MAX_CHARS || lt_utf8_count(n->name) > NAME_MAX_CHARS || lt_utf8_count(n->patronymic) > NAME_MAX_CHARS) {
        roster_problem(r, row, column, "name_too_long", "");
        row->error = true;
    }
}

static void own_parts(struct roster *r, struct model_name *n)
{
    n->surname = (char *)roster_keep(r, n->surname);
    n->name = (char *)roster_keep(r, n->name);
    n->patronymic = (char *)roster_keep(r, n->patronymic);
    n->note = (char *)roster_keep(r, n->note);
}

void roster_read_name(struct roster *r, struct roster_row *row, const struct table_cell *fio, const struct table_cell parts[3],
                      struct roster_name *out)
{
    struct lt_error ignored = {0};
    memset(out, 0, sizeof *out);
    out->one_cell = fio != NULL;
    uint32_t column = fio ? fio->column : parts[0].column ? parts[0].column : parts[1].column;
    row->name_column = column;
    for (int i = 0; i < (fio ? 1 : 3); i++) {
        const struct table_cell *c = fio ? fio : &parts[i];
        if (c->type == TABLE_ERROR) {
            roster_problem(r, row, c->column, "cell_error", c->text);
            row->error = true;
        }
        look_at_signs(r, row, c->column, c->text);
    }
    out->raw = fio ? roster_copy(r, fio->text) : roster_keep(r, model_name_full(parts[0].text, parts[1].text, parts[2].text));
    int rc = fio ? model_name_split(fio->text, &out->parts, &ignored)
                 : model_name_parts(parts[0].text, parts[1].text, parts[2].text, &out->parts, &ignored);
    lt_error_clear(&ignored);
    if (rc) {
        out->parts = (struct model_name){(char *)"", (char *)"", (char *)"", (char *)"", 0};
        out->key = "";
        if (!row->error) roster_problem(r, row, column, "name_missing", "");
        row->error = true;
        return;
    }
    own_parts(r, &out->parts);
    out->remarks = out->parts.remarks;
    if (!fio && swapped(&out->parts)) out->remarks |= MODEL_NAME_ORDER | MODEL_NAME_UNSURE;
    out->parts.remarks = out->remarks;
    out->key = roster_keep(r, model_name_key_of(out->parts.surname, out->parts.name, out->parts.patronymic));
    tell_remarks(r, row, column, out);
}

/* An error value; in CSV and some other files it is plain text. */
static bool is_error(const struct table_cell *c)
{
    static const char *const words[] = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#Н/Д", "#ССЫЛКА!", "#ЗНАЧ!",
                                        "#ДЕЛ/0!", "#ИМЯ?", "#ЧИСЛО!", "#ПУСТО!"};
    for (size_t i = 0; c->type == TABLE_TEXT && i < LT_COUNT(words); i++) {
        if (strcmp(c->text, words[i]) == 0) return true;
    }
    return c->type == TABLE_ERROR;
}

/* --- dates --- */

/* Small repairs before the parser: commas for points, blanks behind points, «г.р.». */
static char *date_text(const char *text)
{
    char *tidy = lt_tidy(text);
    if (!tidy) return NULL;
    int commas = 0;
    for (const char *p = tidy; *p; p++) commas += *p == ',';
    size_t to = 0;
    for (size_t i = 0; tidy[i]; i++) {
        char c = commas == 2 && tidy[i] == ',' ? '.' : tidy[i];
        if (c == ' ' && to && tidy[to - 1] == '.' && isdigit((unsigned char)tidy[i + 1])) continue;
        tidy[to++] = c;
    }
    tidy[to] = 0;
    static const char *const tails[] = {"г.р.", "г. р.", "г.р", "г р"};
    for (size_t i = 0; i < LT_COUNT(tails); i++) {
        size_t n = strlen(tidy), m = strlen(tails[i]);
        if (n > m && strcmp(tidy + n - m, tails[i]) == 0) tidy[n - m] = 0;
    }
    return tidy;
}

/* The reader turns dates of the 1904 system; a number that was meant as one it cannot know. */
static bool serial(const struct roster *r, double number, struct lt_date *out)
{
    if (table_date_1904(r->table)) number += DAYS_1904;
    if (number < SERIAL_MIN || number > SERIAL_MAX) return false;
    *out = lt_date_add_days((struct lt_date){1899, 12, 30}, (int32_t)number);
    return true;
}

static bool birth_text(struct roster *r, struct roster_sheet *s, struct roster_row *row, const struct table_cell *cell, struct lt_date *out)
{
    struct model_when when;
    /* one odd cell does not turn a whole column round: two witnesses are asked */
    enum model_when_order order = s->order == MODEL_WHEN_MONTH_FIRST && s->month_first < 2 ? MODEL_WHEN_DAY_FIRST : s->order;
    struct model_when_options o = {order, MODEL_WHEN_BIRTH, r->year};
    if ((cell->flags & TABLE_NUMBER_AS_TEXT) && serial(r, cell->number, out)) {
        roster_problem(r, row, cell->column, "date_as_number", cell->text);
        row->doubt |= DOUBT_BIRTH;
        return true;
    }
    char *text = date_text(cell->text);
    bool ok = text && model_when_parse(text, &o, &when);
    free(text);
    if (!ok) return false;
    roster_problem(r, row, cell->column, "date_as_text", cell->text);
    if (when.remarks & MODEL_WHEN_TWO_DIGIT) roster_problem(r, row, cell->column, "date_two_digit_year", cell->text);
    if (when.remarks & MODEL_WHEN_LETTERS) roster_problem(r, row, cell->column, "date_letters", cell->text);
    if (when.remarks & MODEL_WHEN_MONTH_FIRST_READ) roster_problem(r, row, cell->column, "date_order", cell->text);
    if (when.remarks & MODEL_WHEN_TIME) roster_problem(r, row, cell->column, "date_has_time", cell->text);
    if (when.remarks & (MODEL_WHEN_LETTERS | MODEL_WHEN_MONTH_FIRST_READ | MODEL_WHEN_YEAR_UNSURE)) row->doubt |= DOUBT_BIRTH;
    *out = when.date;
    return true;
}

static bool read_day(struct roster *r, struct roster_sheet *s, struct roster_row *row, const struct table_cell *cell, struct lt_date *out)
{
    char day[LT_DATE_SIZE];
    switch (cell->type) {
    case TABLE_DATE:
    case TABLE_DATETIME:
        lt_print(day, sizeof day, "%.10s", cell->iso);
        if (cell->type == TABLE_DATETIME && strcmp(cell->iso + 10, "T00:00:00") != 0)
            roster_problem(r, row, cell->column, "date_has_time", cell->text);
        return lt_date_parse(day, out);
    case TABLE_NUMBER:
        if (!serial(r, cell->number, out)) return false;
        roster_problem(r, row, cell->column, "date_as_number", cell->text);
        return true;
    case TABLE_TEXT: return birth_text(r, s, row, cell, out);
    case TABLE_EMPTY:
    case TABLE_TIME:
    case TABLE_BOOL:
    case TABLE_ERROR: break;
    }
    return false;
}

void roster_read_birth(struct roster *r, struct roster_sheet *s, struct roster_row *row, const struct table_cell *cell)
{
    struct lt_date d;
    row->birth_column = cell->column;
    char *tidy = lt_tidy(cell->text);
    bool empty = !tidy || !*tidy;
    free(tidy);
    if (is_error(cell)) {
        roster_problem(r, row, cell->column, "cell_error", cell->text);
        row->error = true;
    } else if (empty) {
        if (cell->flags & TABLE_FORMULA) roster_problem(r, row, cell->column, "formula_no_result", "");
        roster_problem(r, row, cell->column, "birth_date_missing", "");
    } else if (!read_day(r, s, row, cell, &d)) {
        roster_problem(r, row, cell->column, "date_bad", cell->text);
        row->error = true;
    } else {
        int age = lt_date_age(d, r->first);
        if (age < AGE_MIN || age > AGE_MAX) {
            roster_problem(r, row, cell->column, "date_out_of_range", cell->text);
            row->error = true;
        } else {
            lt_date_format(d, row->birth);
        }
    }
}

bool roster_read_date(struct roster *r, const struct table_cell *cell, char out[LT_DATE_SIZE])
{
    struct lt_date d = {0};
    struct model_when when;
    struct model_when_options o = {MODEL_WHEN_DAY_FIRST, MODEL_WHEN_EVENT, r->year + 1};
    char day[LT_DATE_SIZE];
    bool ok = false;
    if (cell->type == TABLE_DATE || cell->type == TABLE_DATETIME) {
        lt_print(day, sizeof day, "%.10s", cell->iso);
        ok = lt_date_parse(day, &d);
    } else if (cell->type == TABLE_NUMBER) {
        ok = serial(r, cell->number, &d);
    } else if (cell->type == TABLE_TEXT) {
        char *text = date_text(cell->text);
        ok = text && model_when_parse(text, &o, &when);
        free(text);
        if (ok) d = when.date;
    }
    if (ok) lt_date_format(d, out);
    return ok;
}

/* --- classes --- */

/* «9А, 9Б»: more than one class in the cell. */
static bool several(const char *text)
{
    struct model_klass k;
    int found = 0;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ",;");
        char *piece = lt_format("%.*s", (int)n, p);
        model_klass_parse(piece, &k);
        free(piece);
        found += k.certainty != MODEL_KLASS_NO && k.letter[0];
        p += n + (p[n] != 0);
    }
    return found > 1;
}

static void class_doubt(struct roster *r, struct roster_row *row, const struct table_cell *cell, const char *code)
{
    roster_problem(r, row, cell->column, code, cell->text);
    row->doubt |= DOUBT_CLASS;
}

/* A name read without doubt: the class is taken, or made when the school lacks it. 9М and 9Ж are as a rule the boys and girls of
 * the ninth classes in lists of physical education; the twelfth year is met in evening schools only. */
static void take_class(struct roster *r, struct roster_row *row, const struct table_cell *cell, const struct model_klass *k)
{
    row->klass = roster_class_find(r, k->name);
    bool odd = strcmp(k->letter, "М") == 0 || strcmp(k->letter, "Ж") == 0 || k->number == 12;
    if (!row->klass && odd) {
        class_doubt(r, row, cell, "class_unknown");
    } else if (!row->klass) {
        if (r->school_has_classes) roster_problem(r, row, cell->column, "class_new", k->name);
        row->klass = roster_class_make(r, k->name, "");
    }
}

static const char *unsure_code(const struct model_klass *k, const struct table_cell *cell)
{
    const char *hint = k->hint ? k->hint : "";
    if (strcmp(hint, "remark.class.date") == 0) return "class_is_date";
    if (strcmp(hint, "remark.class.decimal") == 0) return cell->type == TABLE_NUMBER ? "class_is_number" : "class_unsure";
    if (strcmp(hint, "remark.class.number_only") == 0 || strcmp(hint, "remark.class.ordinal") == 0) return "class_no_letter";
    return "class_unsure";
}

/* Latin B: Б or В; sure when the school has just one of the two. */
static bool settle_latin_b(struct roster *r, struct roster_row *row, const struct table_cell *cell, const struct model_klass *k)
{
    char b[24], v[24];
    model_klass_name(k->number, "Б", b);
    model_klass_name(k->number, "В", v);
    struct roster_class *x = roster_class_find(r, b), *y = roster_class_find(r, v);
    if (!x == !y) return false;
    row->klass = x ? x : y;
    roster_problem(r, row, cell->column, "class_latin", cell->text);
    return true;
}

static void judge_class(struct roster *r, struct roster_row *row, const struct table_cell *cell, struct model_klass *k)
{
    const char *hint = k->hint ? k->hint : "";
    bool no_letter = strcmp(hint, "remark.class.number_only") == 0;
    if (several(cell->text)) {
        roster_problem(r, row, cell->column, "class_several", cell->text);
        row->error = true;
    } else if (k->certainty == MODEL_KLASS_NO) {
        roster_problem(r, row, cell->column, "class_unknown", cell->text);
        row->error = true;
    } else if (k->certainty == MODEL_KLASS_SURE && !no_letter) {
        if (strcmp(hint, "remark.class.latin_letter") == 0) roster_problem(r, row, cell->column, "class_latin", cell->text);
        if (*k->profile) roster_problem(r, row, cell->column, "class_note", k->profile);
        take_class(r, row, cell, k);
    } else if (strcmp(hint, "remark.class.latin_b") == 0 && settle_latin_b(r, row, cell, k)) {
        return;
    } else if (strcmp(hint, "remark.class.decimal") == 0 && roster_class_find(r, k->name)) {
        row->klass = roster_class_find(r, k->name);
        roster_problem(r, row, cell->column, unsure_code(k, cell), cell->text);
    } else {
        class_doubt(r, row, cell, unsure_code(k, cell));
    }
}

void roster_read_class(struct roster *r, struct roster_sheet *s, struct roster_row *row, const struct table_cell *cell)
{
    struct model_klass k;
    struct lt_date d;
    char day[LT_DATE_SIZE];
    const char *said = roster_decision(r, row, "class");
    char *tidy = lt_tidy(cell ? cell->text : "");
    bool empty = !tidy || !*tidy;
    free(tidy);
    row->class_column = cell ? cell->column : 0;
    if (said) {
        model_klass_parse(said, &k);
        row->klass = roster_class_find(r, k.name);
        if (!row->klass && k.certainty == MODEL_KLASS_SURE && k.letter[0]) row->klass = roster_class_make(r, k.name, "");
        return;
    }
    if (!cell || empty) {
        if (!cell && s->class_name) {
            roster_problem(r, row, 0, "class_from_sheet", s->class_name);
            row->klass = roster_class_find(r, s->class_name);
            if (!row->klass) row->klass = roster_class_make(r, s->class_name, "");
        } else {
            roster_problem(r, row, row->class_column, "class_missing", "");
        }
        return;
    }
    if (cell->flags & TABLE_MERGED) roster_problem(r, row, cell->column, "cell_merged", cell->text);
    lt_print(day, sizeof day, "%.10s", cell->iso);
    if ((cell->type == TABLE_DATE || cell->type == TABLE_DATETIME) && lt_date_parse(day, &d)) model_klass_from_date(d, &k);
    else model_klass_parse(cell->text, &k);
    judge_class(r, row, cell, &k);
}
