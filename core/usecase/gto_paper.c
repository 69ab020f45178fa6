/* Papers of the GTO: application to the test centre, list of numbers, issue sheet, table of a class. Addresses, documents of identity and health are
 * not in the program (P5): their columns stay empty for the hand. */
#include "usecase/gto.h"
#include "usecase/spool.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *word(const struct uc_call *call, const char *id)
{
    return lt_msg(call->lang, id);
}

static char *school_name(struct uc_call *call)
{
    json_t *school = NULL;
    struct lt_error none = {0};
    char *name = NULL;
    if (index_get(call->app->index, "school", call->app->installation, &school, NULL, &none) == 0)
        name = lt_strdup(lt_json_str_or(school, "name", lt_json_str_or(school, "short_name", "")));
    lt_error_clear(&none);
    json_decref(school);
    return name;
}

/* 2026-03-05 → 05.03.2026 */
static const char *day_text(const char *iso, char out[16])
{
    struct lt_date d;
    out[0] = 0;
    if (lt_date_parse(iso, &d)) lt_print(out, 16, "%02d.%02d.%04d", d.day, d.month, d.year);
    return out;
}

static struct lt_date day_of(struct uc_call *call, const json_t *in)
{
    struct lt_date d = call->today;
    lt_date_parse(lt_json_str_or(in, "on", ""), &d);
    return d;
}

static int column(json_t *columns, const struct uc_call *call, const char *id, const char *type, int width)
{
    return json_array_append_new(columns, json_pack("{s:s, s:s, s:i}", "title", word(call, id), "type", type, "width", width));
}

static json_t *sentence(const struct uc_call *call, const char *id, const char *name, const char *value)
{
    struct lt_buf b = LT_BUF_INIT(2000);
    lt_msg_add(&b, call->lang, id, name, value, (char *)NULL);
    json_t *out = json_string(b.data ? b.data : "");
    lt_buf_free(&b);
    return out;
}

/* --- application (gto-protocol, part 4) --- */

enum { NAMES_MOST = 5 };

struct application {
    const char *school;
    struct lt_date day;
    json_t *rows, *levels; /* levels: name → {m, f} */
    struct lt_buf left_out; /* names of those whose level is not known, the first of them */
    int left_out_n;
    int n;
    size_t without_uin;
};

static int count_level(struct application *a, const char *level, const char *sex)
{
    json_t *one = lt_json_object(a->levels, level);
    if (!one && lt_json_put(a->levels, level, one = json_pack("{s:i, s:i}", "m", 0, "f", 0))) return -1;
    return lt_json_put_int(one, sex, lt_json_int(one, sex, 0) + 1);
}

static int add_applicant(struct uc_call *call, struct application *a, const struct gto_pupil *p, const char *level)
{
    struct lt_date birth = {0, 0, 0}, until = {0, 0, 0};
    const char *sex = lt_json_str_or(p->card, "sex", ""), *uin = lt_json_str(p->card, "uin"), *admitted = lt_json_str(p->card, "gto_admitted_to");
    char id[40], to[16];
    lt_date_parse(lt_json_str_or(p->card, "birth", ""), &birth);
    bool may = admitted && lt_date_parse(admitted, &until) && lt_date_cmp(until, a->day) >= 0;
    lt_print(id, sizeof id, "gto.sex.%s", sex);
    json_t *admission = may ? sentence(call, "gto.admitted", "date", day_text(admitted, to)) : json_string("");
    char *name = gto_name(p->card);
    json_t *row = json_pack("[i, s, s?, s, s, s, s, i, s, s, s, o]", ++a->n, name ? name : "", uin, word(call, id), a->school, level,
                            lt_json_str_or(p->card, "birth", ""), lt_date_age(birth, a->day), "", p->class_name, "", admission);
    free(name);
    if (!uin) a->without_uin++;
    return json_array_append_new(a->rows, row) || count_level(a, level, sex) ? -1 : 0;
}

/* Level by level, as one protocol is one level and one sex. */
static int fill_application(struct uc_call *call, const json_t *in, struct application *a, const struct gto_pupils *all, struct lt_error *err)
{
    const char *only = lt_json_str(in, "level");
    json_t *seen = json_array();
    for (size_t i = 0; i < all->len; i++) {
        const char *level = lt_json_str(lt_json_object(all->all[i].answer, "board"), "level");
        if (level && !lt_json_array_has(seen, level) && (!only || strcmp(only, level) == 0)) json_array_append_new(seen, json_string(level));
    }
    size_t k;
    const json_t *v;
    int rc = 0;
    for (size_t i = 0; i < all->len; i++) { /* nobody is left out in silence */
        if (lt_json_str(lt_json_object(all->all[i].answer, "board"), "level")) continue;
        char *name = gto_name(all->all[i].card);
        if (a->left_out_n++ < NAMES_MOST) lt_buf_addf(&a->left_out, "%s%s", a->left_out.len ? ", " : "", name ? name : "");
        else if (a->left_out_n == NAMES_MOST + 1) lt_buf_adds(&a->left_out, ", …");
        free(name);
    }
    json_array_foreach(seen, k, v) {
        for (size_t i = 0; !rc && i < all->len; i++) {
            const char *level = lt_json_str(lt_json_object(all->all[i].answer, "board"), "level");
            if (level && strcmp(level, json_string_value(v)) == 0 && add_applicant(call, a, &all->all[i], level)) rc = lt_fail_memory(err);
        }
    }
    json_decref(seen);
    return rc;
}

static json_t *application_columns(struct uc_call *call)
{
    static const struct {
        const char *id, *type;
        int width;
    } list[] = {{"gto.column.number", "number", 6},   {"gto.column.name", "text", 36},  {"gto.column.uin", "text", 16},
                {"gto.column.sex", "text", 6},        {"gto.column.school", "text", 30}, {"gto.column.level", "text", 9},
                {"gto.column.birth", "date", 14},     {"gto.column.age", "number", 9},  {"gto.column.document", "text", 20},
                {"gto.column.class", "text", 8},      {"gto.column.address", "text", 30}, {"gto.column.admission", "text", 22}};
    json_t *columns = json_array();
    for (size_t i = 0; i < LT_COUNT(list); i++) column(columns, call, list[i].id, list[i].type, list[i].width);
    return columns;
}

/* Lines below the people, as the reader of such files knows them. */
static void application_foot(struct uc_call *call, struct application *a)
{
    static const char *const lines[] = {"gto.foot.admitted", "gto.foot.director", "gto.foot.date"};
    json_array_append_new(a->rows, json_array());
    for (size_t i = 0; i < LT_COUNT(lines); i++) {
        json_array_append_new(a->rows, json_pack("[n, o]", sentence(call, lines[i], "n", LT_NUM(a->n))));
    }
}

static json_t *levels_sheet(struct uc_call *call, const struct application *a)
{
    json_t *rows = json_array(), *columns = json_array(), *one;
    const char *level;
    column(columns, call, "gto.column.level", "text", 12);
    column(columns, call, "gto.column.boys", "number", 12);
    column(columns, call, "gto.column.girls", "number", 12);
    column(columns, call, "gto.column.all", "number", 12);
    json_object_foreach(a->levels, level, one) {
        int m = (int)lt_json_int(one, "m", 0), f = (int)lt_json_int(one, "f", 0);
        json_array_append_new(rows, json_pack("[s, i, i, i]", level, m, f, m + f));
    }
    return json_pack("{s:s, s:o, s:o}", "name", word(call, "gto.sheet.levels"), "columns", columns, "rows", rows);
}

static json_t *application_book(struct uc_call *call, struct application *a)
{
    char day[16], iso[LT_DATE_SIZE];
    json_t *notes = json_array();
    application_foot(call, a);
    json_array_append_new(notes, json_string(word(call, "gto.application.title")));
    json_array_append_new(notes, json_string(a->school));
    json_array_append_new(notes, sentence(call, "gto.application.day", "date", day_text(lt_date_format(a->day, iso), day)));
    json_array_append_new(notes, json_string(word(call, "gto.application.by_hand")));
    if (a->without_uin) json_array_append_new(notes, sentence(call, "gto.application.without_uin", "n", LT_NUM(a->without_uin)));
    if (a->left_out_n) {
        struct lt_buf b = LT_BUF_INIT(4000);
        lt_msg_add(&b, call->lang, "gto.application.left_out", "n", LT_NUM(a->left_out_n), "names", a->left_out.data ? a->left_out.data : "", (char *)NULL);
        json_array_append_new(notes, json_string(b.data ? b.data : ""));
        lt_buf_free(&b);
    }
    return json_pack("{s:s, s:[{s:s, s:o, s:O, s:o}, o]}", "title", word(call, "gto.application.title"), "sheets", "name",
                     word(call, "gto.sheet.application"), "columns", application_columns(call), "rows", a->rows, "notes", notes,
                     levels_sheet(call, a));
}

int gto_run_application(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    struct gto_pupils all = {.all = NULL};
    char *school = school_name(call);
    struct application a = {.school = school ? school : "", .day = day_of(call, in), .rows = json_array(), .levels = json_object(),
                            .left_out = LT_BUF_INIT(3000)};
    int rc = a.rows && a.levels ? gto_pupils_of(call, lt_json_array(in, "class"), &all, err) : lt_fail_memory(err);
    if (!rc) rc = gto_judge(call, &all, a.day, err);
    if (!rc) rc = fill_application(call, in, &a, &all, err);
    if (!rc && !a.n) rc = lt_fail(err, LT_REFUSED, "gto.nobody", (char *)NULL);
    if (!rc) rc = spool_xlsx(call, application_book(call, &a), "gto-application", err);
    json_decref(a.rows);
    json_decref(a.levels);
    lt_buf_free(&a.left_out);
    free(school);
    gto_pupils_clear(&all);
    return rc;
}

/* --- numbers: a sheet a class --- */

static json_t *uin_sheet(struct uc_call *call, const struct gto_pupils *all, size_t from, size_t to, bool without)
{
    json_t *rows = json_array(), *columns = json_array();
    int n = 0;
    column(columns, call, "gto.column.number", "number", 6);
    column(columns, call, "gto.column.name", "text", 36);
    column(columns, call, "gto.column.birth", "date", 14);
    column(columns, call, "gto.column.uin", "text", 16);
    for (size_t i = from; i < to; i++) {
        const json_t *card = all->all[i].card;
        const char *uin = lt_json_str(card, "uin");
        if (without && uin) continue;
        char *name = gto_name(card);
        json_array_append_new(rows, json_pack("[i, s, s, s?]", ++n, name ? name : "", lt_json_str_or(card, "birth", ""), uin));
        free(name);
    }
    return json_pack("{s:s, s:o, s:o}", "name", all->all[from].class_name, "columns", columns, "rows", rows);
}

int gto_run_uin(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    struct gto_pupils all = {.all = NULL};
    json_t *sheets = json_array();
    int rc = sheets ? gto_pupils_of(call, lt_json_array(in, "class"), &all, err) : lt_fail_memory(err);
    for (size_t i = 0, to; !rc && i < all.len; i = to) {
        for (to = i; to < all.len && strcmp(all.all[to].class_id, all.all[i].class_id) == 0;) to++;
        json_t *sheet = uin_sheet(call, &all, i, to, lt_json_bool(in, "without", false));
        if (json_array_size(lt_json_array(sheet, "rows")) == 0) json_decref(sheet);
        else if (json_array_append_new(sheets, sheet)) rc = lt_fail_memory(err);
    }
    if (!rc && !json_array_size(sheets)) rc = lt_fail(err, LT_REFUSED, "gto.nobody", (char *)NULL);
    if (!rc) rc = spool_xlsx(call, json_pack("{s:s, s:O}", "title", word(call, "gto.uin.title"), "sheets", sheets), "gto-uin", err);
    json_decref(sheets);
    gto_pupils_clear(&all);
    return rc;
}

/* --- issue of badges --- */

static bool wanted(const json_t *badge, const json_t *in)
{
    const char *date = lt_json_str_or(badge, "date", ""), *order = lt_json_str(in, "order");
    const char *from = lt_json_str(in, "from"), *to = lt_json_str(in, "to");
    if (strcmp(lt_json_str_or(badge, "state", ""), "verified") != 0) return false;
    if (from && strcmp(date, from) < 0) return false;
    if (to && strcmp(date, to) > 0) return false;
    return !order || strcmp(order, lt_json_str_or(badge, "order", "")) == 0;
}

static json_t *order_text(const struct uc_call *call, const json_t *badge)
{
    char day[16];
    struct lt_buf b = LT_BUF_INIT(400);
    const char *order = lt_json_str(badge, "order");
    if (order)
        lt_msg_add(&b, call->lang, lt_json_str(badge, "order_date") ? "gto.order_dated" : "gto.order", "order", order, "date",
                   day_text(lt_json_str_or(badge, "order_date", ""), day), (char *)NULL);
    json_t *out = json_string(b.data ? b.data : "");
    lt_buf_free(&b);
    return out;
}

static int add_badges(struct uc_call *call, const json_t *in, const struct gto_pupil *p, json_t *rows)
{
    size_t i;
    const json_t *b;
    json_array_foreach(p->badges, i, b) {
        if (!wanted(b, in)) continue;
        char *name = gto_name(p->card);
        json_t *row = json_pack("[i, s, s, s, s, s, o, s, s]", (int)json_array_size(rows) + 1, name ? name : "", p->class_name,
                                lt_json_str_or(b, "level", ""), lt_label(call->lang, "badge", lt_json_str_or(b, "badge", "")),
                                lt_json_str_or(b, "number", ""), order_text(call, b), "", "");
        free(name);
        if (json_array_append_new(rows, row)) return -1;
    }
    return 0;
}

static json_t *paper_column(const struct uc_call *call, const char *id, double width, const char *align)
{
    return json_pack("{s:s, s:f, s:s}", "title", word(call, id), "width", width, "align", align);
}

static const struct {
    const char *id, *type;
    double width; /* of the paper, in parts */
    const char *align;
    int letters; /* of the workbook */
} issue_columns[] = {{"gto.column.number", "number", 0.5, "right", 6},       {"gto.column.name", "text", 3.2, "left", 34},
                     {"gto.column.class", "text", 0.8, "left", 8},           {"gto.column.level", "text", 0.9, "left", 10},
                     {"gto.column.badge", "text", 1.2, "left", 13},          {"gto.column.certificate", "text", 1.8, "left", 19},
                     {"gto.column.order", "text", 2.2, "left", 26},          {"gto.column.received", "text", 1.3, "left", 14},
                     {"gto.column.signature", "text", 1.8, "left", 22}};

static json_t *issue_made(struct uc_call *call)
{
    char day[16], iso[LT_DATE_SIZE];
    return sentence(call, "gto.issue.made", "date", day_text(lt_date_format(call->today, iso), day));
}

static json_t *issue_paper(struct uc_call *call, const char *school, json_t *rows)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < LT_COUNT(issue_columns); i++)
        json_array_append_new(columns, paper_column(call, issue_columns[i].id, issue_columns[i].width, issue_columns[i].align));
    return json_pack("{s:s, s:b, s:s, s:[{s:s, s:i, s:s}, {s:s, s:s}, {s:s, s:o}, {s:s, s:o, s:O, s:i}, {s:s, s:[{s:s, s:s}, {s:s, s:s}]}]}",
                     "title", word(call, "gto.issue.title"), "landscape", 1, "footer", word(call, "gto.issue.title"), "blocks", "type",
                     "heading", "level", 1, "text", word(call, "gto.issue.title"), "type", "text", "text", school, "type", "text", "text",
                     issue_made(call), "type", "table", "columns", columns, "rows", rows, "lines", 2, "type", "sign", "items", "label",
                     word(call, "gto.issue.by"), "hint", word(call, "gto.issue.hint"), "label", word(call, "gto.issue.head"), "hint",
                     word(call, "gto.issue.hint"));
}

/* The same to be filled in by machine; places for signatures stand below the table. */
static json_t *issue_book(struct uc_call *call, const char *school, json_t *rows)
{
    static const char *const lines[] = {"gto.issue.line_by", "gto.issue.line_head"};
    json_t *columns = json_array();
    for (size_t i = 0; i < LT_COUNT(issue_columns); i++) column(columns, call, issue_columns[i].id, issue_columns[i].type, issue_columns[i].letters);
    json_array_append_new(rows, json_array());
    for (size_t i = 0; i < LT_COUNT(lines); i++) json_array_append_new(rows, json_pack("[n, s]", word(call, lines[i])));
    return json_pack("{s:s, s:[{s:s, s:i, s:o, s:O, s:[s, s, o]}]}", "title", word(call, "gto.issue.title"), "sheets", "name",
                     word(call, "gto.sheet.issue"), "lines", 2, "columns", columns, "rows", rows, "notes", word(call, "gto.issue.title"), school,
                     issue_made(call));
}

int gto_run_issue(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    struct gto_pupils all = {.all = NULL};
    char *school = school_name(call);
    json_t *rows = json_array();
    int rc = rows ? gto_pupils_of(call, lt_json_array(in, "class"), &all, err) : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < all.len; i++) {
        if (add_badges(call, in, &all.all[i], rows)) rc = lt_fail_memory(err);
    }
    if (!rc && !json_array_size(rows)) rc = lt_fail(err, LT_REFUSED, "gto.no_badges", (char *)NULL);
    const char *of = school ? school : "";
    if (!rc && lt_json_bool(in, "xlsx", false)) rc = spool_xlsx(call, issue_book(call, of, rows), "gto-issue", err);
    else if (!rc) rc = spool_pdf(call, issue_paper(call, of, rows), "gto-issue", err);
    json_decref(rows);
    free(school);
    gto_pupils_clear(&all);
    return rc;
}

/* --- the table of a class --- */

static json_t *sheet_row(struct uc_call *call, const json_t *row)
{
    const char *badge = lt_json_str(row, "badge"), *awarded = lt_json_str(row, "awarded");
    return json_pack("[s, s, s, s, s]", lt_json_str_or(row, "name", ""), lt_json_str_or(row, "level", ""),
                     badge ? lt_label(call->lang, "badge", badge) : "", awarded ? lt_label(call->lang, "badge", awarded) : "",
                     lt_json_str_or(row, "text", ""));
}

static json_t *class_paper(struct uc_call *call, const char *name, json_t *rows)
{
    static const struct {
        const char *id;
        double width;
    } list[] = {{"gto.column.name", 2.2}, {"gto.column.level", 0.7}, {"gto.column.reached", 1.0}, {"gto.column.awarded", 1.0}, {"gto.column.missing", 5.0}};
    json_t *columns = json_array(), *title = sentence(call, "gto.class.title", "class", name);
    for (size_t i = 0; i < LT_COUNT(list); i++) json_array_append_new(columns, paper_column(call, list[i].id, list[i].width, "left"));
    return json_pack("{s:O, s:b, s:O, s:[{s:s, s:i, s:o}, {s:s, s:s, s:b}, {s:s, s:o, s:O}]}", "title", title, "landscape", 1, "footer", title, "blocks",
                     "type", "heading", "level", 1, "text", title, "type", "text", "text", word(call, "gto.class.about"), "muted", 1, "type", "table",
                     "columns", columns, "rows", rows);
}

int gto_run_sheet(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)out;
    struct gto_pupils all = {.all = NULL};
    int64_t close = lt_json_int(in, "close", -1);
    json_t *rows = json_array(), *classes = json_pack("[s]", lt_json_str_or(in, "id", ""));
    int rc = rows && classes ? gto_pupils_of(call, classes, &all, err) : lt_fail_memory(err);
    if (!rc) rc = gto_judge(call, &all, day_of(call, in), err);
    for (size_t i = 0; !rc && i < all.len; i++) {
        json_t *row = gto_row(call, &all.all[i]);
        bool keep = row && (close < 0 || (lt_json_str(row, "next") && lt_json_int(row, "missing", 99) <= close));
        if (!row || (keep && json_array_append_new(rows, sheet_row(call, row)))) rc = lt_fail_memory(err);
        json_decref(row);
    }
    if (!rc && !json_array_size(rows)) rc = lt_fail(err, LT_REFUSED, "gto.nobody", (char *)NULL);
    if (!rc) rc = spool_pdf(call, class_paper(call, lt_json_str_or(call->target.object, "name", ""), rows), "gto-class", err);
    json_decref(rows);
    json_decref(classes);
    gto_pupils_clear(&all);
    return rc;
}
