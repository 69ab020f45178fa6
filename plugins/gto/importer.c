/* Protocols of results, wide and long, and orders on badges: rows in, proposals out. Nothing is decided about the pupil here. */
#include "import.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/uin.h"

#include <stdlib.h>
#include <string.h>

#define SUBJECT "физическая культура"

/* formats.json.in, NUL-terminated */
extern const unsigned char gto_formats[];

struct run {
    const struct letopis_host *host;
    json_t *job;
    struct gto_tables tables;
    enum lt_lang lang;
    bool awards, numbers, recognise, failed;
    bool undated; /* the sheet says no day at all: it is asked for */
    const char *today;
    struct gto_sheet sheet;
    int score;
    /* of the rows told so far: section lines speak of those below them */
    int badge;
    char level[12];
};

static void end(void *user)
{
    struct run *r = user;
    if (!r) return;
    gto_sheet_clear(&r->sheet);
    gto_tables_free(&r->tables);
    json_decref(r->job);
    free(r);
}

static int32_t begin(void *state, const struct letopis_host *host, const char *job, size_t len, void **out)
{
    struct run *r = lt_calloc(1, sizeof *r);
    struct lt_error err = {0};
    struct gto_problem p = {.code = ""};
    (void)state;
    if (!r) return LETOPIS_FAILED;
    r->host = host;
    int rc = lt_json_parse(job, len, 4 << 20, &r->job, &err);
    lt_error_clear(&err);
    r->lang = lt_lang_parse(lt_json_str(r->job, "lang"), LT_RU);
    r->awards = strcmp(lt_json_str_or(r->job, "format", ""), "gto-awards") == 0;
    r->numbers = strcmp(lt_json_str_or(r->job, "format", ""), "gto-uin") == 0;
    r->recognise = strcmp(lt_json_str_or(r->job, "action", ""), "recognise") == 0;
    r->today = lt_json_str_or(r->job, "today", "");
    bool read = !rc && gto_tables_read(&r->tables, lt_json_array(lt_json_object(r->job, "rules"), "files"), &p);
    if (!rc && !read) gto_tell(host, r->lang, &p);
    gto_problem_clear(&p);
    if (!read) {
        end(r);
        return LETOPIS_FAILED;
    }
    *out = r;
    return LETOPIS_OK;
}

/* --- telling --- */

static void send(struct run *r, json_t *doc)
{
    char *text = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
    if (!text || r->host->emit(r->host->ctx, text, strlen(text))) r->failed = true;
    free(text);
    json_decref(doc);
}

static const char *cell(const struct run *r, const struct gto_line *line, enum gto_role role)
{
    for (unsigned c = 1; c <= r->sheet.last; c++) {
        const struct gto_cell *found = r->sheet.columns[c].role == role ? gto_sheet_cell(line, c) : NULL;
        if (found) return found->text;
    }
    return "";
}

static unsigned column_of(const struct run *r, enum gto_role role)
{
    for (unsigned c = 1; c <= r->sheet.last; c++) {
        if (r->sheet.columns[c].role == role) return c;
    }
    return 0;
}

static json_t *problem(const struct run *r, unsigned column, const char *code, const struct gto_problem *p)
{
    struct lt_buf text = LT_BUF_INIT(3000);
    gto_problem_words(&text, r->lang, p);
    json_t *out = json_pack("{s:i, s:s, s:s}", "column", (int)column, "code", code, "message", text.data ? text.data : code);
    lt_buf_free(&text);
    return out;
}

/* Who it is, as the row says. */
static json_t *person(const struct run *r, const struct gto_line *line, json_t *problems)
{
    static const struct {
        enum gto_role role;
        const char *key;
    } plain[] = {{GTO_R_NAME, "full_name"}, {GTO_R_SURNAME, "surname"}, {GTO_R_FIRST, "name"}, {GTO_R_PATRONYMIC, "patronymic"},
                 {GTO_R_BIRTH, "birth"}, {GTO_R_CLASS, "class"}};
    json_t *who = json_object();
    for (size_t i = 0; i < LT_COUNT(plain); i++) {
        const char *text = cell(r, line, plain[i].role);
        if (*text) lt_json_put_str(who, plain[i].key, text);
    }
    const char *uin = cell(r, line, GTO_R_UIN);
    char kept[MODEL_UIN_SIZE];
    if (*uin && model_uin(uin, kept)) lt_json_put_str(who, "uin", kept);
    else if (*uin && !gto_value_absent(uin)) {
        struct gto_problem p = {.code = ""};
        gto_wrong(&p, "uin_form", "value", uin, (char *)NULL);
        json_array_append_new(problems, problem(r, column_of(r, GTO_R_UIN), "uin_form", &p));
        gto_problem_clear(&p);
    }
    return who;
}

static json_t *proposal(const struct run *r, const struct gto_line *line, json_t *who, json_t *values, const char *identity, json_t *problems)
{
    json_t *doc = json_pack("{s:s, s:i, s:o, s:o, s:s, s:o}", "sheet", r->sheet.name, "row", (int)line->row, "pupil", who, "values", values,
                            "identity", identity, "problems", problems);
    const char *school = cell(r, line, GTO_R_SCHOOL);
    if (doc && *school) lt_json_put_str(doc, "school", school);
    return doc;
}

/* --- results --- */

struct about { /* of the row */
    char sex, level[12], date[12];
};

/* What the file says of everybody in it: the program holds it against the card. */
static void say_of(const struct run *r, json_t *doc, const struct about *a, const char *date, bool ages)
{
    const struct gto_edition *e = gto_edition_on(&r->tables, *date ? date : r->today);
    json_t *of = json_object();
    if (a->sex) lt_json_put_str(of, "sex", a->sex == 'm' ? "m" : "f");
    for (size_t i = 0; ages && e && *a->level && i < e->levels_len; i++) {
        if (strcmp(e->levels[i].name, a->level) != 0) continue;
        lt_json_put_str(of, "level", a->level);
        lt_json_put_int(of, "youngest", e->levels[i].youngest);
        lt_json_put_int(of, "oldest", e->levels[i].oldest);
    }
    if (doc && json_object_size(of)) lt_json_put(doc, "of", of);
    else json_decref(of);
}

static void about_row(const struct run *r, const struct gto_line *line, struct about *a)
{
    const char *sex = cell(r, line, GTO_R_SEX), *level = cell(r, line, GTO_R_LEVEL), *date = cell(r, line, GTO_R_DATE);
    a->sex = *sex && gto_sex_of(sex) ? gto_sex_of(sex) : r->sheet.sex;
    if (!gto_level_in(level, a->level)) lt_print(a->level, sizeof a->level, "%s", *r->level ? r->level : r->sheet.level);
    if (!gto_date_in(date, a->date)) lt_print(a->date, sizeof a->date, "%s", r->sheet.date);
}

/* A problem with what stands in the row's cell of that role. */
static void complain(const struct run *r, const struct gto_line *line, enum gto_role role, const char *code, json_t *problems)
{
    struct gto_problem p = {.code = ""};
    gto_wrong(&p, code, "value", cell(r, line, role), (char *)NULL);
    json_array_append_new(problems, problem(r, column_of(r, role), code, &p));
    gto_problem_clear(&p);
}

static void read_level(const struct run *r, const struct gto_line *line, json_t *problems)
{
    char level[12];
    const char *said = cell(r, line, GTO_R_LEVEL);
    if (*said && !gto_value_absent(said) && !gto_level_in(said, level)) complain(r, line, GTO_R_LEVEL, "level_unread", problems);
}

static const struct gto_norm *norm_of(const struct run *r, const struct about *a, const char *date, int test, const struct gto_edition **e, int *level)
{
    *e = gto_edition_on(&r->tables, *date ? date : r->today);
    *level = -1;
    for (size_t i = 0; *e && *a->level && i < (*e)->levels_len; i++) {
        if (strcmp((*e)->levels[i].name, a->level) == 0) *level = (int)i;
    }
    return *e && *level >= 0 && a->sex && test >= 0 ? gto_norm_find(*e, *level, a->sex, test) : NULL;
}

static void tell_result(struct run *r, const struct gto_line *line, const struct about *a, const char *date, int test, unsigned column,
                        const char *text)
{
    const struct gto_test *t = &r->tables.tests[test];
    const struct gto_edition *e;
    int level;
    int64_t value;
    struct gto_problem p = {.code = ""};
    json_t *problems = json_array(), *who = person(r, line, problems), *values = json_object();
    char kept[32], words[48], brief[300], identity[120], title[400];
    bool good = gto_value_read(t, norm_of(r, a, date, test, &e, &level), text, &value, &p), dated = *date || r->undated;
    read_level(r, line, problems);
    if (!dated) complain(r, line, GTO_R_DATE, *cell(r, line, GTO_R_DATE) ? "date_unread" : "date_missing", problems);
    gto_test_short(t, LT_RU, brief, sizeof brief);
    if (good) {
        gto_value_text(t->unit, value, kept);
        gto_value_words(t->unit, value, LT_RU, words);
        lt_print(title, sizeof title, "%s: %s", brief, words);
        lt_json_put_str(values, "gto_value", kept);
    } else {
        if (p.params) json_object_set_new(p.params, "test", json_string(gto_test_title(t, r->lang)));
        json_array_append_new(problems, problem(r, column, p.code, &p));
        lt_print(title, sizeof title, "%s", brief);
    }
    lt_json_put_str(values, "kind", "experience");
    lt_json_put_str(values, "activity", "gto");
    lt_json_put_str(values, "section", "extracurricular");
    lt_json_put_str(values, "subject", SUBJECT);
    lt_json_put_str(values, "result", "completed");
    lt_json_put_str(values, "title", title);
    lt_json_put_str(values, "date", date);
    lt_json_put_str(values, "gto_test", t->id);
    lt_print(identity, sizeof identity, "result|%s|%s", t->id, date);
    json_t *doc = proposal(r, line, who, values, identity, problems);
    say_of(r, doc, a, date, true);
    if (!(good && dated) && doc) lt_json_put_bool(doc, "unread", true);
    send(r, doc);
    gto_problem_clear(&p);
}

static int wide_row(struct run *r, const struct gto_line *line)
{
    struct about a = {.sex = 0};
    int n = 0;
    about_row(r, line, &a);
    for (unsigned c = 1; c <= r->sheet.last; c++) {
        const struct gto_column *col = &r->sheet.columns[c];
        const struct gto_cell *found = col->role == GTO_R_RESULT ? gto_sheet_cell(line, c) : NULL;
        if (!found || gto_value_absent(found->text)) continue;
        tell_result(r, line, &a, *col->date ? col->date : a.date, col->test, c, found->text);
        n++;
    }
    return n;
}

static int long_row(struct run *r, const struct gto_line *line)
{
    struct about a = {.sex = 0};
    struct gto_problem p = {.code = ""};
    const struct gto_edition *e;
    int level;
    const char *name = cell(r, line, GTO_R_TEST), *value = cell(r, line, GTO_R_VALUE);
    if (!*name || gto_value_absent(value)) return 0;
    about_row(r, line, &a);
    norm_of(r, &a, a.date, -1, &e, &level);
    int test = gto_test_find(&r->tables, a.sex && level >= 0 ? e : NULL, a.sex ? level : -1, a.sex, name, r->lang, &p);
    if (test >= 0) {
        tell_result(r, line, &a, a.date, test, column_of(r, GTO_R_VALUE), value);
    } else {
        json_t *problems = json_array(), *who = person(r, line, problems);
        json_array_append_new(problems, problem(r, column_of(r, GTO_R_TEST), p.code, &p));
        json_t *doc = proposal(r, line, who, json_pack("{s:s}", "activity", "gto"), name, problems);
        if (doc) lt_json_put_bool(doc, "unread", true);
        send(r, doc);
    }
    gto_problem_clear(&p);
    return 1;
}

/* --- awards --- */

static int award_row(struct run *r, const struct gto_line *line)
{
    static const char *const titles[] = {"Бронзовый знак ГТО", "Серебряный знак ГТО", "Золотой знак ГТО"};
    char level[12] = "", order[100] = "", date[12] = "", identity[120], title[120];
    int badge = gto_badge_in(cell(r, line, GTO_R_BADGE));
    if (badge == GTO_NONE) badge = r->badge;
    if (!gto_level_in(cell(r, line, GTO_R_LEVEL), level)) lt_print(level, sizeof level, "%s", *r->level ? r->level : r->sheet.level);
    const char *said = cell(r, line, GTO_R_ORDER);
    if (!gto_order_cell(said, order, date)) lt_print(order, sizeof order, "%s", r->sheet.order);
    if (!gto_date_in(cell(r, line, GTO_R_ORDER_DATE), date) && !*date)
        lt_print(date, sizeof date, "%s", *r->sheet.order_date ? r->sheet.order_date : r->sheet.date);
    json_t *problems = json_array(), *who = person(r, line, problems), *values = json_object();
    read_level(r, line, problems);
    if (!*level && !*cell(r, line, GTO_R_LEVEL)) complain(r, line, GTO_R_LEVEL, "level_missing", problems);
    if (!*date && !r->undated) complain(r, line, GTO_R_ORDER_DATE, "order_date_unread", problems);
    if (badge == GTO_NONE) {
        complain(r, line, GTO_R_BADGE, "badge_unread", problems);
    } else {
        lt_print(title, sizeof title, *level ? "%s, %s ступень" : "%s", titles[badge], level);
        lt_json_put_str(values, "title", title);
        lt_json_put_str(values, "badge", gto_badge_word(badge));
    }
    lt_json_put_str(values, "kind", "achievement");
    lt_json_put_str(values, "activity", "gto");
    lt_json_put_str(values, "section", "extracurricular");
    lt_json_put_str(values, "subject", SUBJECT);
    lt_json_put_str(values, "level", "national");
    lt_json_put_str(values, "result", "badge");
    lt_json_put_str(values, "date", date);
    lt_json_put_str(values, "gto_level", level);
    lt_json_put_str(values, "gto_order", order);
    lt_json_put_str(values, "gto_order_date", date);
    const char *certificate = cell(r, line, GTO_R_CERTIFICATE);
    if (!gto_value_absent(certificate)) {
        lt_json_put_str(values, "document_kind", "id_certificate");
        lt_json_put_str(values, "document_number", certificate);
    }
    lt_print(identity, sizeof identity, "badge|%s|%s", level, gto_badge_word(badge));
    json_t *doc = proposal(r, line, who, values, identity, problems);
    say_of(r, doc, &(struct about){.sex = gto_sex_of(cell(r, line, GTO_R_SEX))}, date, false);
    if (doc && badge == GTO_NONE) lt_json_put_bool(doc, "unread", true);
    send(r, doc);
    return 1;
}

/* --- lists of numbers --- */

static int number_row(struct run *r, const struct gto_line *line)
{
    if (gto_value_absent(cell(r, line, GTO_R_UIN))) return 0;
    json_t *problems = json_array(), *who = person(r, line, problems);
    if (!lt_json_str(who, "class") && *r->sheet.name >= '0' && *r->sheet.name <= '9') lt_json_put_str(who, "class", r->sheet.name);
    json_t *doc = proposal(r, line, who, json_object(), "uin", problems);
    say_of(r, doc, &(struct about){.sex = gto_sex_of(cell(r, line, GTO_R_SEX))}, "", false);
    send(r, doc);
    return 1;
}

/* --- a sheet --- */

static void skip(struct run *r, const struct gto_line *line, const char *code)
{
    char id[60];
    lt_print(id, sizeof id, "gto.skipped.%s", code);
    send(r, json_pack("{s:s, s:i, s:s, s:s}", "sheet", r->sheet.name, "row", (int)line->row, "skipped", code, "message", lt_msg(r->lang, id)));
}

void gto_column_name(unsigned n, char out[8])
{
    char back[8];
    size_t len = 0;
    for (; n && len < 6; n = (n - 1) / 26) back[len++] = (char)('A' + (n - 1) % 26);
    for (size_t i = 0; i < len; i++) out[i] = back[len - 1 - i];
    out[len] = 0;
}

static void tell_sheet(struct run *r, bool missing)
{
    const struct gto_sheet *s = &r->sheet;
    json_t *columns = json_array(), *facts = json_object();
    for (unsigned c = 1; c <= s->last; c++) {
        const struct gto_column *col = &s->columns[c];
        char name[8];
        const char *role = col->role == GTO_R_RESULT ? r->tables.tests[col->test].id : gto_role_word(col->role);
        gto_column_name(c, name);
        if (*col->heading || col->role) json_array_append_new(columns, json_pack("{s:s, s:s, s:s}", "column", name, "header", col->heading, "role", role));
    }
    lt_json_put_str(facts, "date", s->date);
    lt_json_put_str(facts, "level", s->level);
    if (s->sex) lt_json_put_str(facts, "sex", s->sex == 'm' ? "m" : "f");
    lt_json_put_str(facts, "order", s->order);
    lt_json_put_str(facts, "order_date", s->order_date);
    json_t *doc = json_pack("{s:s, s:s, s:i, s:o, s:o, s:o}", "sheet", s->name, "kind", r->numbers ? "numbers" : r->awards ? "awards" : "results", "header",
                            (int)s->lines[s->head].row, "columns", columns, "facts", facts, "problems",
                            gto_sheet_remarks(s, &r->tables, !r->numbers && !r->awards, r->lang));
    if (doc && missing) lt_json_put(doc, "missing", json_pack("[s]", r->awards ? "order_date" : "date"));
    send(r, doc);
}

/* Is a day missing without which nothing can be applied? */
static bool lacks_day(const struct run *r)
{
    const struct gto_sheet *s = &r->sheet;
    if (r->numbers || *s->date || column_of(r, GTO_R_DATE)) return false;
    if (r->awards) return !*s->order_date && !column_of(r, GTO_R_ORDER_DATE);
    for (unsigned c = 1; c <= s->last; c++) {
        if (s->columns[c].role == GTO_R_RESULT && !*s->columns[c].date) return true;
    }
    return column_of(r, GTO_R_TEST) > 0;
}

/* «Золотой знак», «V ступень» between the people: about those below. */
static bool section(struct run *r, const struct gto_line *line)
{
    const char *text = line->len ? line->cells[0].text : "";
    for (size_t i = 0; i < line->len; i++) {
        if (strcmp(line->cells[i].text, text) != 0 && *line->cells[i].text) return false;
    }
    char level[12];
    bool said = false;
    if (gto_badge_in(text) != GTO_NONE) r->badge = gto_badge_in(text), said = true;
    if (gto_level_in(text, level) && strlen(text) > 3) said = lt_print(r->level, sizeof r->level, "%s", level);
    return said;
}

static bool somebody(const struct run *r, const struct gto_line *line)
{
    const char *name = cell(r, line, GTO_R_NAME), *surname = cell(r, line, GTO_R_SURNAME), *uin = cell(r, line, GTO_R_UIN);
    char kept[MODEL_UIN_SIZE];
    if (model_uin(uin, kept)) return true;
    const char *who = *name ? name : surname;
    return *who && !gto_footer(who) && strlen(who) > 3 && strspn(who, "0123456789. ") != strlen(who);
}

static void tell_rows(struct run *r)
{
    struct gto_sheet *s = &r->sheet;
    bool by_row = !r->awards && column_of(r, GTO_R_TEST) && column_of(r, GTO_R_VALUE);
    r->badge = GTO_NONE;
    r->level[0] = 0;
    for (size_t i = s->head + 1; i < s->first; i++) section(r, &s->lines[i]);
    for (size_t i = s->first; i < s->len && !r->failed; i++) {
        const struct gto_line *line = &s->lines[i];
        if (section(r, line)) continue;
        if (!somebody(r, line)) {
            if (line->len) skip(r, line, "footer");
            continue;
        }
        int n = r->numbers ? number_row(r, line) : r->awards ? award_row(r, line) : by_row ? long_row(r, line) : wide_row(r, line);
        if (!n) skip(r, line, "no_results");
    }
}

static bool readable(const struct run *r)
{
    const struct gto_sheet *s = &r->sheet;
    bool results = column_of(r, GTO_R_RESULT) || (column_of(r, GTO_R_TEST) && column_of(r, GTO_R_VALUE));
    return s->head < s->len && (r->numbers ? column_of(r, GTO_R_UIN) > 0 : r->awards || results);
}

static void finish_sheet(struct run *r)
{
    struct gto_sheet *s = &r->sheet;
    if (!s->len) return;
    const json_t *mapping = lt_json_object(r->job, "mapping"), *mine = lt_json_object(mapping, s->name);
    gto_sheet_layout(s, &r->tables, r->awards || r->numbers, lt_json_str_or(r->job, "file_name", ""), mine ? mine : lt_json_object(mapping, "*"), r->lang);
    int score = r->numbers ? gto_sheet_numbers(s, &r->tables, r->lang) : gto_sheet_score(s, r->awards);
    if (score > r->score) r->score = score;
    if (!r->recognise && s->head < s->len) {
        r->undated = readable(r) && lacks_day(r);
        tell_sheet(r, r->undated);
        if (readable(r)) tell_rows(r);
    }
    gto_sheet_clear(s);
}

/* --- rows in --- */

static bool keep_cell(struct gto_cell *to, const struct letopis_cell *c, const char *text)
{
    char clipped[TEXT_MOST + 1];
    lt_print(clipped, sizeof clipped, "%.*s", (int)lt_utf8_clip(text ? text : "", TEXT_MOST), text ? text : "");
    *to = (struct gto_cell){.text = lt_tidy(clipped), .column = c->column, .kind = c->kind, .merged = (c->flags & LETOPIS_CELL_MERGED) != 0};
    return to->text != NULL;
}

static int32_t row(void *user, const struct letopis_row *in)
{
    struct run *r = user;
    struct gto_sheet *s = &r->sheet;
    if (r->failed) return LETOPIS_FAILED;
    if (s->len && strcmp(s->name, in->sheet) != 0) finish_sheet(r);
    if (!s->len) {
        if (strcmp(s->name, in->sheet) != 0) s->hidden = 0;
        lt_print(s->name, sizeof s->name, "%.*s", (int)lt_utf8_clip(in->sheet, sizeof s->name - 1), in->sheet);
        lt_print(s->today, sizeof s->today, "%s", r->today);
    }
    if (in->flags & LETOPIS_ROW_HIDDEN) s->hidden++;
    if (s->len >= IMPORT_ROWS || (in->flags & LETOPIS_ROW_HIDDEN)) return LETOPIS_OK;
    void *grown = lt_array_grow(s->lines, &s->cap, s->len + 1, sizeof *s->lines);
    if (!grown) return LETOPIS_FAILED;
    s->lines = grown;
    struct gto_line *line = &s->lines[s->len++];
    *line = (struct gto_line){.row = in->row, .cells = lt_calloc(in->cells_len + 1, sizeof *line->cells)};
    if (!line->cells) return LETOPIS_FAILED;
    for (size_t i = 0; i < in->cells_len; i++) {
        const struct letopis_cell *c = letopis_row_cell(in, i);
        bool empty = c->kind == LETOPIS_CELL_EMPTY || c->len == 0, formula = empty && (c->flags & LETOPIS_CELL_ERROR);
        if ((empty && !formula) || c->column > IMPORT_COLUMNS) continue;
        if (!keep_cell(&line->cells[line->len], c, formula ? lt_msg(r->lang, "gto.formula_empty") : c->text)) return LETOPIS_FAILED;
        line->len++;
    }
    return LETOPIS_OK;
}

static int32_t finish(void *user)
{
    struct run *r = user;
    finish_sheet(r);
    if (r->recognise) send(r, json_pack("{s:i}", "score", r->score));
    return r->failed ? LETOPIS_FAILED : LETOPIS_OK;
}

const struct letopis_importer gto_importer = {sizeof(struct letopis_importer), LETOPIS_IMPORTER_RECOGNISES, (const char *)gto_formats, begin, row, finish, end};
