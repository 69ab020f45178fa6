/* Which sheet is what, where its header stands and what its columns hold: by the words of the header, by content where there are
 * none, and above all by what a person said (import map). */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_WITHIN = 25, SAMPLE = 60 };

static bool blank(const char *text)
{
    char *tidy = lt_tidy(text);
    bool empty = !tidy || !*tidy;
    free(tidy);
    return empty;
}

/* How many columns of the row speak; names tells whether a column of names is among them. */
static int header_words(const struct table *t, size_t sheet, size_t i, bool *names)
{
    bool met[ROLE_COUNT][10] = {{false}};
    int n = 0;
    *names = false;
    for (size_t k = 0; k < table_row_cells(t, sheet, i); k++) {
        struct table_cell c;
        table_row_cell(t, sheet, i, k, &c);
        int index;
        const char *kind;
        enum roster_role role = c.type == TABLE_TEXT ? roster_header(c.text, &index, &kind) : ROLE_NONE;
        if (role == ROLE_NONE || met[role][index]) continue;
        met[role][index] = true;
        n++;
        *names = *names || role == ROLE_FIO || role == ROLE_SURNAME || role == ROLE_NAME || role == ROLE_TEACHER || role == ROLE_GROUP;
    }
    return n;
}

static uint32_t find_header(const struct table *t, size_t sheet, int *score)
{
    uint32_t best = 0;
    *score = 0;
    for (size_t i = 0; i < table_rows(t, sheet) && i < HEADER_WITHIN; i++) {
        bool names;
        int n = header_words(t, sheet, i, &names);
        if (n >= 2 && names && n > *score) {
            *score = n;
            best = table_row_number(t, sheet, i);
        }
    }
    return best;
}

int roster_sheet_score(const struct table *t, size_t sheet)
{
    int score;
    find_header(t, sheet, &score);
    return score >= 4 ? 90 : score * 20;
}

static bool has_role(const struct roster_sheet *s, enum roster_role role)
{
    for (uint32_t c = 1; c <= s->last_column; c++) {
        if (s->columns[c].role == role) return true;
    }
    return false;
}

static void replace_role(struct roster_sheet *s, enum roster_role from, enum roster_role to)
{
    for (uint32_t c = 1; c <= s->last_column; c++) {
        if (s->columns[c].role == from) s->columns[c].role = to;
    }
}

static void read_header(struct roster *r, struct roster_sheet *s)
{
    for (uint32_t c = 1; c <= s->last_column; c++) {
        struct table_cell cell;
        table_cell_at(r->table, s->at, s->header, c, &cell);
        struct roster_column *col = &s->columns[c];
        char *tidy = lt_tidy(cell.text);
        col->header = roster_keep(r, tidy);
        col->role = *col->header ? roster_header(col->header, &col->index, &col->kind) : ROLE_NONE;
    }
}

/* Which guardian a telephone belongs to: the number in the header, the word in it («Телефон матери»), else the guardian to the left. */
static void number_guardians(struct roster_sheet *s)
{
    int current = 0, most = 0;
    for (uint32_t c = 1; c <= s->last_column; c++) {
        struct roster_column *col = &s->columns[c];
        if (col->role == ROLE_GUARDIAN) {
            if (!col->index) col->index = most + 1;
            current = col->index;
            if (current > most) most = current;
        } else if ((col->role == ROLE_GUARDIAN_KIND || col->role == ROLE_PHONE || col->role == ROLE_EMAIL) && !col->index) {
            col->index = current;
        }
    }
    for (uint32_t c = 1; c <= s->last_column; c++) {
        struct roster_column *col = &s->columns[c];
        for (uint32_t g = 1; col->role == ROLE_PHONE && col->kind && g <= s->last_column; g++) {
            if (s->columns[g].role == ROLE_GUARDIAN && s->columns[g].kind && strcmp(s->columns[g].kind, col->kind) == 0)
                col->index = s->columns[g].index;
        }
    }
}

/* --- content --- */

struct content {
    int filled, dates, classes, sexes, phones, mails, full, patronymics;
};

static void look(const struct table_cell *c, struct content *n)
{
    struct model_when when;
    struct model_when_options day = {MODEL_WHEN_UNKNOWN, MODEL_WHEN_BIRTH, 0};
    struct model_klass k;
    struct model_name name;
    n->filled++;
    n->dates += c->type == TABLE_DATE || (c->type == TABLE_TEXT && model_when_parse(c->text, &day, &when));
    model_klass_parse(c->text, &k);
    n->classes += c->type == TABLE_TEXT && k.certainty == MODEL_KLASS_SURE && k.letter[0];
    n->sexes += c->type == TABLE_TEXT && roster_sex(c->text) != NULL;
    char *phone = model_phone_key(c->text), *mail = model_email_key(c->text);
    n->phones += phone != NULL;
    n->mails += mail != NULL;
    free(phone);
    free(mail);
    if (c->type == TABLE_TEXT && model_name_split(c->text, &name, NULL) == 0) {
        bool sure = !(name.remarks & (MODEL_NAME_UNSURE | MODEL_NAME_INITIALS));
        n->full += sure && *name.surname && *name.name && *name.patronymic;
        model_name_free(&name);
    }
    char *key = c->type == TABLE_TEXT && !strchr(c->text, ' ') ? model_name_key(c->text) : NULL;
    n->patronymics += key && (lt_ends(key, "вич") || lt_ends(key, "вна") || lt_ends(key, "ична"));
    free(key);
}

static enum roster_role guess(struct roster *r, const struct roster_sheet *s, uint32_t column)
{
    struct content n = {0};
    int rows = 0;
    for (size_t i = 0; i < table_rows(r->table, s->at) && rows < SAMPLE; i++) {
        uint32_t number = table_row_number(r->table, s->at, i);
        struct table_cell c;
        if (number <= s->header) continue;
        rows++;
        table_cell_at(r->table, s->at, number, column, &c);
        if (!blank(c.text)) look(&c, &n);
    }
    int most = n.filled * 3 / 5;
    if (n.filled < 2) return ROLE_NONE;
    if (n.full > most) return ROLE_FIO;
    if (n.dates > most) return ROLE_BIRTH;
    if (n.sexes > most) return ROLE_SEX;
    if (n.classes > most) return ROLE_CLASS;
    if (n.mails > most) return ROLE_EMAIL;
    if (n.phones > most) return ROLE_PHONE;
    return n.patronymics > most ? ROLE_PATRONYMIC : ROLE_NONE;
}

static void guess_columns(struct roster *r, struct roster_sheet *s)
{
    bool fio = false;
    for (uint32_t c = 1; c <= s->last_column; c++) {
        enum roster_role role = guess(r, s, c);
        if (role == ROLE_FIO && fio) role = ROLE_GUARDIAN;
        if (role == ROLE_NONE || (role != ROLE_GUARDIAN && role != ROLE_PHONE && role != ROLE_EMAIL && has_role(s, role))) continue;
        fio = fio || role == ROLE_FIO;
        s->columns[c].role = role;
        if (role == ROLE_PATRONYMIC && c > 2) {
            s->columns[c - 1].role = ROLE_NAME;
            s->columns[c - 2].role = ROLE_SURNAME;
        }
        s->by_content = true;
    }
}

/* --- kinds --- */

static enum roster_kind kind_of(const struct roster_sheet *s)
{
    enum roster_kind title = roster_kind_of_title(s->name);
    bool names = has_role(s, ROLE_FIO) || has_role(s, ROLE_SURNAME) || has_role(s, ROLE_NAME);
    bool teacher = has_role(s, ROLE_TEACHER);
    bool target = has_role(s, ROLE_TARGET) || has_role(s, ROLE_CLASS) || has_role(s, ROLE_GROUP);
    if (has_role(s, ROLE_SUBJECT) && (teacher || names) && target && !has_role(s, ROLE_POST) && !has_role(s, ROLE_BIRTH))
        return ROSTER_LOAD;
    if (has_role(s, ROLE_GROUP) && (names || teacher) && !has_role(s, ROLE_BIRTH)) return ROSTER_GROUPS;
    if ((has_role(s, ROLE_POST) || title == ROSTER_STAFF) && (names || teacher)) return ROSTER_STAFF;
    if (names && (target || has_role(s, ROLE_BIRTH) || s->class_name || has_role(s, ROLE_GUARDIAN))) return ROSTER_PUPILS;
    return ROSTER_SKIP;
}

/* The same header means different things in different sheets. */
static void settle_roles(struct roster_sheet *s)
{
    if (s->kind == ROSTER_PUPILS) {
        replace_role(s, ROLE_TARGET, ROLE_CLASS);
        for (uint32_t c = 1; c <= s->last_column; c++) {
            if (s->columns[c].role == ROLE_CLASS && strstr(s->columns[c].header, "ук")) s->columns[c].role = ROLE_IGNORED;
        }
        replace_role(s, ROLE_TEACHER, ROLE_IGNORED);
    } else if (s->kind == ROSTER_STAFF) {
        replace_role(s, ROLE_TEACHER, ROLE_FIO);
        replace_role(s, ROLE_TARGET, ROLE_CLASS);
    } else if (s->kind == ROSTER_LOAD) {
        if (!has_role(s, ROLE_TEACHER)) replace_role(s, ROLE_FIO, ROLE_TEACHER);
        if (!has_role(s, ROLE_TARGET)) replace_role(s, ROLE_CLASS, ROLE_TARGET);
        if (!has_role(s, ROLE_TARGET)) replace_role(s, ROLE_GROUP, ROLE_TARGET);
    }
}

static void take_mapping(struct roster_sheet *s, const json_t *map)
{
    const json_t *columns = lt_json_object(map, "columns");
    for (uint32_t c = 1; c <= s->last_column; c++) {
        char letter[TABLE_COLUMN_NAME];
        const char *word = lt_json_str(columns, table_column_name(c, letter));
        enum roster_role role = word ? roster_role_find(word) : ROLE_COUNT;
        if (!word) continue;
        char stem[32];
        size_t n = strlen(word);
        if (role == ROLE_COUNT && n > 1 && word[n - 1] >= '1' && word[n - 1] <= '4' && lt_print(stem, sizeof stem, "%.*s", (int)n - 1, word)) {
            role = roster_role_find(stem);
            s->columns[c].index = word[n - 1] - '0';
        }
        if (role != ROLE_COUNT) s->columns[c].role = role;
    }
}

static void describe(struct roster *r, const struct roster_sheet *s, const char *problem)
{
    json_t *columns = json_array(), *problems = json_array();
    for (uint32_t c = 1; columns && c <= s->last_column; c++) {
        const struct roster_column *col = &s->columns[c];
        char letter[TABLE_COLUMN_NAME], role[40];
        if (col->role == ROLE_NONE && !(col->header && *col->header)) continue;
        lt_print(role, sizeof role, "%s", roster_role_word(col->role));
        if (col->index && s->kind == ROSTER_PUPILS) lt_print(role, sizeof role, "%s%d", roster_role_word(col->role), col->index);
        if (json_array_append_new(columns, json_pack("{s:s, s:s, s:s}", "column", table_column_name(c, letter), "header",
                                                     col->header ? col->header : "", "role", role)))
            r->failed = true;
    }
    if (problem) {
        char id[64];
        lt_print(id, sizeof id, "problem.%s", problem);
        if (json_array_append_new(problems, json_pack("{s:s, s:s}", "code", problem, "message", lt_msg(r->lang, id)))) r->failed = true;
    }
    json_t *o = json_pack("{s:s, s:s, s:i, s:o, s:o}", "sheet", s->name, "kind", roster_kind_word(s->kind), "header", (int)s->header,
                          "columns", columns, "problems", problems);
    if (json_array_append_new(r->out->sheets, o)) r->failed = true;
}

static const char *sheet_class(struct roster *r, const char *name)
{
    struct model_klass k;
    model_klass_parse(name, &k);
    return k.certainty == MODEL_KLASS_SURE && k.letter[0] ? roster_copy(r, k.name) : NULL;
}

static const char *read_sheet(struct roster *r, struct roster_sheet *s)
{
    int score;
    const json_t *map = lt_json_object(r->options->mapping, s->name);
    s->last_column = table_last_column(r->table, s->at);
    if (s->last_column > ROSTER_COLUMNS) s->last_column = ROSTER_COLUMNS;
    for (uint32_t c = 0; c <= ROSTER_COLUMNS; c++) s->columns[c].header = "";
    s->class_name = sheet_class(r, s->name);
    s->header = lt_json_int(map, "header", -1) >= 0 ? (uint32_t)lt_json_int(map, "header", 0) : find_header(r->table, s->at, &score);
    if (s->header) read_header(r, s);
    take_mapping(s, map);
    if (!s->header && !lt_json_object(map, "columns")) guess_columns(r, s);
    const char *kind = lt_json_str(map, "kind");
    s->kind = kind ? roster_kind_find(kind) : kind_of(s);
    if (s->kind == ROSTER_KINDS) s->kind = ROSTER_SKIP;
    settle_roles(s);
    number_guardians(s);
    if (table_last_row(r->table, s->at) == 0) return "sheet_empty";
    if (s->kind == ROSTER_SKIP && !kind) return "sheet_unclear";
    if (has_role(s, ROLE_FORBIDDEN)) return "column_not_recorded";
    return s->by_content ? "columns_by_content" : NULL;
}

int roster_sheets(struct roster *r, struct lt_error *err)
{
    size_t n = table_sheets(r->table);
    r->sheets = roster_alloc(r, (n ? n : 1) * sizeof *r->sheets);
    if (!r->sheets) return lt_fail_memory(err);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        struct roster_sheet *s = &r->sheets[r->sheets_len];
        s->at = i;
        s->name = roster_copy(r, table_sheet_name(r->table, i));
        const char *problem = NULL;
        if (table_sheet_hidden(r->table, i)) problem = "sheet_hidden";
        else problem = read_sheet(r, s);
        describe(r, s, problem);
        any = any || s->kind != ROSTER_SKIP;
        if (s->kind != ROSTER_SKIP) r->sheets_len++;
        else memset(s, 0, sizeof *s);
    }
    return any ? 0 : lt_fail(err, LT_REFUSED, "import.nothing_known", (char *)NULL);
}
