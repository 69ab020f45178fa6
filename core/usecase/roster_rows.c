/* Rows of the sheets, read cell by cell. What says nothing (headers repeated, sums, sections) is listed apart. */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"

#include <stdlib.h>
#include <string.h>

static void skip(struct roster *r, const struct roster_sheet *s, uint32_t row, const char *code)
{
    char id[64];
    lt_print(id, sizeof id, "problem.%s", code);
    json_t *o = json_pack("{s:s, s:i, s:s, s:s}", "sheet", s->name, "row", (int)row, "code", code, "message", lt_msg(r->lang, id));
    if (json_array_append_new(r->out->skipped, o)) r->failed = true;
}

static const char *tidy(struct roster *r, const struct table_cell *c)
{
    return roster_keep(r, lt_tidy(c->text));
}

/* First filled text of the row, how many cells are filled, and whether all of them are one merged text. */
struct shape {
    int filled, words; /* words: cells that are headers */
    bool one, merged;
    char first[200];
};

static void shape_of(struct roster *r, const struct roster_sheet *s, uint32_t row, struct shape *out)
{
    *out = (struct shape){.one = true};
    for (uint32_t c = 1; c <= s->last_column; c++) {
        struct table_cell cell;
        table_cell_at(r->table, s->at, row, c, &cell);
        if (s->columns[c].role == ROLE_IGNORED && !(cell.flags & TABLE_MERGED)) continue; /* numbered but empty lines */
        char *text = lt_tidy(cell.text);
        if (text && *text) {
            int index;
            const char *kind;
            if (!out->filled) lt_print(out->first, sizeof out->first, "%.*s", (int)lt_utf8_clip(text, 190), text);
            else out->one = out->one && strncmp(out->first, text, strlen(out->first)) == 0;
            out->filled++;
            out->merged = out->merged || (cell.flags & TABLE_MERGED);
            out->words += cell.type == TABLE_TEXT && roster_header(text, &index, &kind) != ROLE_NONE;
        }
        free(text);
    }
}

/* NULL: a row to read. "" : to pass over in silence. */
static const char *no_row(struct roster *r, struct roster_sheet *s, uint32_t row)
{
    struct shape shape;
    struct model_klass k;
    shape_of(r, s, row, &shape);
    if (!shape.filled) return "";
    if (shape.words >= 3 && shape.words * 2 > shape.filled) return "row_header";
    if (roster_footer_word(shape.first) && shape.filled <= 4) return "row_footer";
    if (!shape.one || (shape.filled > 1 && !shape.merged)) return NULL;
    model_klass_parse(shape.first, &k);
    bool klass = k.certainty == MODEL_KLASS_SURE && k.letter[0];
    if (klass && s->kind == ROSTER_PUPILS) {
        bool column = false;
        for (uint32_t c = 1; c <= s->last_column; c++) column = column || s->columns[c].role == ROLE_CLASS;
        if (!column) s->class_name = roster_copy(r, k.name);
        return "row_section";
    }
    return shape.merged && shape.filled > 2 ? "row_section" : NULL;
}

static struct roster_contact *contact(struct roster_row *row, int index)
{
    if (index < 1 || index > ROSTER_GUARDIANS) return NULL;
    for (int i = 0; i < row->contacts_len; i++) {
        if (atoi(row->contacts[i].slot + strlen("guardian")) == index) return &row->contacts[i];
    }
    struct roster_contact *c = &row->contacts[row->contacts_len++];
    memset(c, 0, sizeof *c);
    lt_print(c->slot, sizeof c->slot, "guardian%d", index);
    c->phone = c->phone_key = c->email = c->email_key = c->kind_text = "";
    c->name.key = "";
    return c;
}

/* The first number of «8 998 111-22-33, дом. 5-55-66»; the rest is told. */
static void take_phone(struct roster *r, struct roster_row *row, struct roster_contact *c, const struct table_cell *cell)
{
    const char *text = tidy(r, cell);
    if (!*text) return;
    char *key = model_phone_key(text);
    if (!key) {
        char *first = lt_format("%.*s", (int)strcspn(text, ",;"), text);
        key = model_phone_key(first);
        if (key) roster_problem(r, row, cell->column, "phone_several", text), text = roster_copy(r, first);
        free(first);
    }
    if (!key) {
        roster_problem(r, row, cell->column, "phone_bad", text);
        return;
    }
    c->phone = text;
    c->phone_key = roster_keep(r, key);
}

static void take_email(struct roster *r, struct roster_row *row, struct roster_contact *c, const struct table_cell *cell)
{
    const char *text = tidy(r, cell);
    if (!*text) return;
    char *key = model_email_key(text);
    if (!key) {
        roster_problem(r, row, cell->column, "email_bad", text);
        return;
    }
    c->email = text;
    c->email_key = roster_keep(r, key);
}

/* The name of another person in one cell: no remark about its spelling, which is nobody's here to mend. */
static bool other_name(struct roster *r, const struct table_cell *cell, struct roster_name *out)
{
    struct lt_error ignored = {0};
    memset(out, 0, sizeof *out);
    out->key = "";
    int rc = model_name_split(cell->text, &out->parts, &ignored);
    lt_error_clear(&ignored);
    if (rc) {
        out->parts = (struct model_name){0};
        return false;
    }
    struct model_name *n = &out->parts;
    n->surname = (char *)roster_keep(r, n->surname);
    n->name = (char *)roster_keep(r, n->name);
    n->patronymic = (char *)roster_keep(r, n->patronymic);
    n->note = (char *)roster_keep(r, n->note);
    out->key = roster_keep(r, model_name_key_of(n->surname, n->name, n->patronymic));
    out->raw = roster_keep(r, lt_tidy(cell->text));
    out->remarks = n->remarks;
    out->one_cell = true;
    return true;
}

static void sex_cell(struct roster *r, struct roster_row *row, const struct table_cell *cell)
{
    const char *text = tidy(r, cell);
    if (!*text) return;
    row->sex = roster_sex(text);
    if (!row->sex) roster_problem(r, row, cell->column, "sex_unread", text);
}

static void check_sex(struct roster *r, struct roster_row *row, uint32_t column)
{
    const char *key = row->name.key;
    bool male = lt_ends(key, "вич") || lt_ends(key, " оглы"), female = lt_ends(key, "вна") || lt_ends(key, "чна") || lt_ends(key, " кызы");
    if (row->sex && ((male && *row->sex == 'f') || (female && *row->sex == 'm'))) roster_problem(r, row, column, "sex_doubtful", "");
}

static void plain_cell(struct roster *r, struct roster_row *row, const struct roster_column *col, const struct table_cell *cell)
{
    struct roster_contact *c;
    bool own = row->kind == ROSTER_STAFF;
    switch (col->role) {
    case ROLE_SEX: sex_cell(r, row, cell); break;
    case ROLE_FORM:
        row->form = roster_study_form(cell->text);
        if (!row->form && *tidy(r, cell)) roster_problem(r, row, cell->column, "form_unknown", cell->text);
        break;
    case ROLE_NUMBER: row->number = tidy(r, cell); break;
    case ROLE_POST: row->post = tidy(r, cell); break;
    case ROLE_SUBJECT: row->subject = tidy(r, cell); break;
    case ROLE_TARGET: row->target = tidy(r, cell); break;
    case ROLE_GROUP: row->group = tidy(r, cell); break;
    case ROLE_PROGRAMME: row->programme = tidy(r, cell); break;
    case ROLE_FROM:
    case ROLE_TO:
        if (*tidy(r, cell) && !roster_read_date(r, cell, col->role == ROLE_FROM ? row->from : row->to)) {
            roster_problem(r, row, cell->column, "date_bad", cell->text);
            row->error = true;
        }
        break;
    case ROLE_GUARDIAN:
        c = *tidy(r, cell) ? contact(row, col->index) : NULL;
        if (!c) break;
        c->column = cell->column;
        if (other_name(r, cell, &c->name) && col->kind && !*c->kind_text) c->kind_text = col->kind;
        break;
    case ROLE_GUARDIAN_KIND:
        c = *tidy(r, cell) ? contact(row, col->index) : NULL;
        if (c) c->kind_text = tidy(r, cell);
        break;
    case ROLE_PHONE:
    case ROLE_EMAIL:
        c = *tidy(r, cell) ? contact(row, own ? 1 : col->index) : NULL;
        if (c && col->role == ROLE_PHONE) take_phone(r, row, c, cell);
        else if (c) take_email(r, row, c, cell);
        break;
    default: break;
    }
}

/* Telephones without a name beside them belong to nobody. */
static void drop_nameless(struct roster_row *row)
{
    int to = 0;
    for (int i = 0; i < row->contacts_len; i++) {
        if (*row->contacts[i].name.key || row->kind == ROSTER_STAFF) row->contacts[to++] = row->contacts[i];
    }
    row->contacts_len = to;
}

static void read_row(struct roster *r, struct roster_sheet *s, struct roster_row *row)
{
    struct table_cell fio = {.text = ""}, parts[3], klass, cell;
    bool has_fio = false, has_class = false;
    uint32_t birth = 0, sex = 0;
    for (int i = 0; i < 3; i++) parts[i] = (struct table_cell){.text = ""};
    for (uint32_t c = 1; c <= s->last_column; c++) {
        const struct roster_column *col = &s->columns[c];
        table_cell_at(r->table, s->at, row->row, c, &cell);
        cell.column = c;
        if (col->role >= ROLE_SURNAME && col->role <= ROLE_PATRONYMIC) parts[col->role - ROLE_SURNAME] = cell;
        else if (col->role == ROLE_FIO && !has_fio) fio = cell, has_fio = true;
        else if (col->role == ROLE_TEACHER && row->kind == ROSTER_LOAD && !has_fio) fio = cell, has_fio = true;
        else if (col->role == ROLE_TEACHER && row->kind == ROSTER_GROUPS && *tidy(r, &cell)) {
            row->contacts_len = 1;
            lt_print(row->contacts[0].slot, sizeof row->contacts[0].slot, "teacher");
            row->contacts[0].column = c;
            if (!other_name(r, &cell, &row->contacts[0].name)) row->contacts_len = 0;
        } else if (col->role == ROLE_CLASS && !has_class) klass = cell, has_class = true;
        else if (col->role == ROLE_BIRTH) birth = c;
        else plain_cell(r, row, col, &cell);
        if (col->role == ROLE_SEX) sex = c;
    }
    row->has_name = true;
    roster_read_name(r, row, has_fio ? &fio : NULL, parts, &row->name);
    if (row->kind == ROSTER_PUPILS) {
        table_cell_at(r->table, s->at, row->row, birth ? birth : 1, &cell);
        if (birth) roster_read_birth(r, s, row, &cell);
        else roster_problem(r, row, 0, "birth_date_missing", "");
        roster_read_class(r, s, row, has_class ? &klass : NULL);
        check_sex(r, row, sex);
        drop_nameless(row);
    } else if (has_class && *tidy(r, &klass)) {
        roster_read_class(r, s, row, &klass);
    }
}

static int add_row(struct roster *r, struct roster_sheet *s, uint32_t number, bool hidden, struct lt_error *err)
{
    struct roster_row *row = roster_alloc(r, sizeof *row);
    void *grown = row ? lt_array_grow(r->rows, &r->rows_cap, r->rows_len + 1, sizeof *r->rows) : NULL;
    if (!grown) return lt_fail_memory(err);
    r->rows = grown;
    r->rows[r->rows_len++] = row;
    row->kind = s->kind;
    row->sheet = s->name;
    row->row = number;
    row->outcome = "error";
    row->decision = roster_decision(r, row, NULL);
    row->post = row->subject = row->target = row->group = row->programme = row->number = "";
    if (hidden) roster_problem(r, row, 0, "row_hidden", "");
    read_row(r, s, row);
    return 0;
}

static void read_order(struct roster *r, struct roster_sheet *s)
{
    struct model_when_column order = {0};
    for (uint32_t c = 1; c <= s->last_column; c++) {
        if (s->columns[c].role != ROLE_BIRTH) continue;
        for (size_t i = 0; i < table_rows(r->table, s->at); i++) {
            struct table_cell cell;
            table_cell_at(r->table, s->at, table_row_number(r->table, s->at, i), c, &cell);
            if (cell.type == TABLE_TEXT) model_when_column_add(&order, cell.text);
        }
    }
    s->order = model_when_column_order(&order);
    s->month_first = order.month_first;
}

int roster_rows(struct roster *r, struct lt_error *err)
{
    for (size_t k = 0; k < r->sheets_len; k++) {
        struct roster_sheet *s = &r->sheets[k];
        read_order(r, s);
        for (size_t i = 0; i < table_rows(r->table, s->at); i++) {
            uint32_t number = table_row_number(r->table, s->at, i);
            if (number <= s->header) continue;
            const char *why = no_row(r, s, number);
            if (why && *why) skip(r, s, number, why);
            if (why) continue;
            if (r->rows_len >= ROSTER_ROWS_MAX)
                return lt_fail(err, LT_REFUSED, "import.too_many_rows", "max", LT_NUM(ROSTER_ROWS_MAX), (char *)NULL);
            int rc = add_row(r, s, number, table_row_hidden(r->table, s->at, i), err);
            if (rc) return rc;
        }
    }
    return 0;
}
