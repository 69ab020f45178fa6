/* gto: what results of the GTO are worth, who is close to a badge. The papers: gto_paper.c; what is written: gto_write.c. */
#include "usecase/gto.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static struct lt_date day_of(struct uc_call *call, const json_t *in)
{
    struct lt_date d = call->today;
    lt_date_parse(lt_json_str_or(in, "on", ""), &d);
    return d;
}

static int needed(const json_t *in, const char *field, struct lt_error *err)
{
    return lt_json_str(in, field) ? 0 : lt_fail_field(err, LT_USAGE, field, "field.required", "field", field, (char *)NULL);
}

/* --- one pupil --- */

/* Without sex and birth date there is no level. */
static int complete(const struct gto_pupil *p, struct lt_error *err)
{
    const char *lacks = !lt_json_str(p->card, "birth") ? "birth" : !lt_json_str(p->card, "sex") ? "sex" : NULL;
    return lacks ? lt_fail_field(err, LT_REFUSED, lacks, "gto.card", "field", lacks, (char *)NULL) : 0;
}

/* The plugin's answer about a result beside what the entry says. */
static json_t *with_entries(const struct gto_pupil *p)
{
    json_t *list = json_array();
    size_t i, k;
    const json_t *judged, *own;
    json_array_foreach(lt_json_array(p->answer, "results"), i, judged) {
        json_t *one = json_deep_copy(judged);
        json_array_foreach(p->results, k, own) {
            if (strcmp(lt_json_str_or(own, "id", ""), lt_json_str_or(judged, "id", "-")) != 0) continue;
            if (lt_json_put_str(one, "state", lt_json_str(own, "state")) || lt_json_put_str(one, "entry", lt_json_str(own, "id")) ||
                lt_json_put_str(one, "entered", lt_json_str(own, "value")) || lt_json_put_str(one, "entry_title", lt_json_str(own, "title")))
                return json_decref(one), json_decref(list), NULL;
        }
        if (json_array_append_new(list, one)) return json_decref(list), NULL;
    }
    return list;
}

static void tell_problem(enum lt_lang lang, json_t *holder)
{
    struct lt_error e = {0};
    struct lt_buf text = LT_BUF_INIT(4000);
    json_t *problem = lt_json_object(holder, "problem");
    if (problem) {
        gto_refuse(problem, &e);
        lt_error_text(&text, lang, &e);
        lt_json_put_str(problem, "text", text.data);
    }
    lt_buf_free(&text);
    lt_error_clear(&e);
}

static int whole(struct uc_call *call, const char *pupil, struct lt_date day, struct gto_pupils *all, struct lt_error *err)
{
    int rc = gto_require(call, pupil, err);
    if (!rc) rc = gto_pupil_add(call, all, pupil, err);
    if (!rc) rc = complete(&all->all[0], err);
    return rc ? rc : gto_judge(call, all, day, err);
}

static int evaluate_pupil(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct gto_pupils all = {.all = NULL};
    char text[LT_DATE_SIZE];
    struct lt_date day = day_of(call, in);
    int rc = whole(call, lt_json_str_or(in, "pupil", ""), day, &all, err);
    if (!rc) {
        struct gto_pupil *p = &all.all[0];
        char *name = gto_name(p->card);
        json_t *board = lt_json_object(p->answer, "board"), *results = with_entries(p);
        *out = json_pack("{s:s, s:s*, s:s, s:s, s:s, s:s*, s:s*, s:O*, s:o, s:O, s:O*, s:O*}", "pupil", p->id, "name", name, "class_name",
                         p->class_name, "sex", lt_json_str_or(p->card, "sex", ""), "on", lt_date_format(day, text), "uin",
                         lt_json_str(p->card, "uin"), "admitted_to", lt_json_str(p->card, "gto_admitted_to"), "board", board, "results",
                         results, "badges", p->badges, "earlier", json_object_get(p->answer, "earlier"), "problem",
                         json_object_get(p->answer, "problem"));
        free(name);
        size_t i;
        json_t *one;
        json_array_foreach(results, i, one) tell_problem(call->lang, one);
        if (*out) {
            tell_problem(call->lang, *out);
            if (board) {
                json_object_set(*out, "level", json_object_get(board, "level"));
                json_object_set(*out, "badge", json_object_get(board, "badge"));
                json_object_set(*out, "judged", json_object_get(board, "judged"));
                json_object_set(*out, "edition", json_object_get(board, "edition"));
                if (!lt_json_bool(board, "judged", false)) lt_json_put_str(*out, "note", lt_msg(call->lang, "gto.level_unset"));
            }
        } else {
            rc = lt_fail_memory(err);
        }
    }
    gto_pupils_clear(&all);
    return rc;
}

static const char *sex_of(const char *text)
{
    static const char *const men[] = {"m", "M", "м", "М", NULL}, *const women[] = {"f", "F", "ж", "Ж", "w", "W", NULL};
    for (size_t i = 0; men[i]; i++) {
        if (strcmp(men[i], text) == 0) return "m";
    }
    for (size_t i = 0; women[i]; i++) {
        if (strcmp(women[i], text) == 0) return "f";
    }
    return NULL;
}

static int run_evaluate(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct lt_date birth = {0, 0, 0};
    const char *sex = sex_of(lt_json_str_or(in, "sex", ""));
    if (lt_json_str(in, "pupil")) return evaluate_pupil(call, in, out, err);
    int rc = needed(in, "sex", err);
    if (!rc && !sex) rc = lt_fail_field(err, LT_USAGE, "sex", "gto.sex", "value", lt_json_str_or(in, "sex", ""), (char *)NULL);
    if (!rc) rc = needed(in, "birth", err);
    if (!rc) rc = needed(in, "test", err);
    if (!rc) rc = needed(in, "value", err);
    lt_date_parse(lt_json_str_or(in, "birth", ""), &birth);
    if (!rc)
        rc = gto_judge_one(call, sex, birth, day_of(call, in), lt_json_str_or(in, "test", ""), lt_json_str_or(in, "value", ""), call->lang, out,
                           err);
    if (rc) return rc;
    json_object_del(*out, "id");
    return 0;
}

/* What is missing for each badge above the one reached, the nearest first. */
static int run_missing(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct gto_pupils all = {.all = NULL};
    const char *badge = lt_json_str(in, "badge");
    json_t *items = json_array();
    size_t i;
    json_t *step;
    int rc = items ? whole(call, lt_json_str_or(in, "pupil", ""), day_of(call, in), &all, err) : lt_fail_memory(err);
    const json_t *answer = rc ? NULL : all.all[0].answer, *board = lt_json_object(answer, "board");
    if (!rc && !board) rc = gto_refuse(lt_json_object(answer, "problem"), err);
    if (!rc && !lt_json_bool(board, "judged", false)) rc = lt_fail(err, LT_REFUSED, "gto.level_unset", (char *)NULL);
    json_array_foreach(lt_json_array(board, "missing"), i, step) {
        if (!rc && (!badge || strcmp(badge, lt_json_str_or(step, "badge", "")) == 0) && json_array_append(items, step)) rc = lt_fail_memory(err);
    }
    if (!rc && !(*out = json_pack("{s:O, s:n}", "items", items, "next"))) rc = lt_fail_memory(err);
    json_decref(items);
    gto_pupils_clear(&all);
    return rc;
}

/* --- a class --- */

/* The badge the pupil has been given at the level, by the entries. */
static const char *awarded(const struct gto_pupil *p, const char *level)
{
    static const char *const order[] = {"bronze", "silver", "gold"};
    const char *best = NULL;
    size_t i;
    const json_t *b;
    for (size_t k = 0; k < 3; k++) {
        json_array_foreach(p->badges, i, b) {
            if (strcmp(lt_json_str_or(b, "badge", ""), order[k]) == 0 && strcmp(lt_json_str_or(b, "level", ""), level) == 0) best = order[k];
        }
    }
    return best;
}

static json_t *marks_of(const json_t *board)
{
    json_t *marks = json_array();
    size_t i;
    const json_t *q;
    json_array_foreach(lt_json_array(board, "qualities"), i, q) {
        json_array_append_new(marks, json_pack("{s:s, s:s, s:b, s:s}", "quality", lt_json_str_or(q, "quality", ""), "title",
                                               lt_json_str_or(q, "title", ""), "mandatory", lt_json_bool(q, "mandatory", false), "badge",
                                               lt_json_str_or(q, "badge", "none")));
    }
    return marks;
}

static json_t *row_of_board(struct uc_call *call, const struct gto_pupil *p, json_t *row, const json_t *board)
{
    const json_t *step = json_array_get(lt_json_array(board, "missing"), 0);
    bool judged = lt_json_bool(board, "judged", false);
    int bad = lt_json_put_str(row, "level", lt_json_str(board, "level")) || lt_json_put_bool(row, "judged", judged) ||
              lt_json_put(row, "marks", marks_of(board)) || lt_json_put_str(row, "awarded", awarded(p, lt_json_str_or(board, "level", "")));
    if (judged) bad |= lt_json_put_str(row, "badge", lt_json_str_or(board, "badge", "none"));
    if (!judged) bad |= lt_json_put_str(row, "text", lt_msg(call->lang, "gto.level_unset"));
    if (step && !json_array_size(p->results))
        bad |= lt_json_put_str(row, "next", lt_json_str(step, "badge")) || lt_json_put_str(row, "text", lt_msg(call->lang, "gto.no_results")) ||
               lt_json_put_int(row, "missing", lt_json_int(step, "obligatory", 0) + lt_json_int(step, "choice", 0));
    else if (step)
        bad |= lt_json_put_str(row, "next", lt_json_str(step, "badge")) || lt_json_put_str(row, "text", lt_json_str(step, "brief")) ||
               lt_json_put_int(row, "missing", lt_json_int(step, "obligatory", 0) + lt_json_int(step, "choice", 0));
    return bad ? json_decref(row), NULL : row;
}

json_t *gto_row(struct uc_call *call, const struct gto_pupil *p)
{
    char *name = gto_name(p->card);
    size_t waiting = 0, i;
    const json_t *r;
    json_array_foreach(p->results, i, r) waiting += lt_json_bool(r, "aside", false);
    json_t *row = json_pack("{s:s, s:s*, s:s, s:s*, s:s*, s:i, s:i}", "pupil", p->id, "name", name, "class_name", p->class_name, "uin",
                            lt_json_str(p->card, "uin"), "admitted_to", lt_json_str(p->card, "gto_admitted_to"), "results",
                            (int)json_array_size(p->results), "waiting", (int)waiting);
    const json_t *board = lt_json_object(p->answer, "board");
    free(name);
    if (!row || board) return row ? row_of_board(call, p, row, board) : NULL;
    json_t *told = json_pack("{s:O*}", "problem", json_object_get(p->answer, "problem"));
    tell_problem(call->lang, told);
    const char *text = lt_json_str(lt_json_object(told, "problem"), "text");
    if (lt_json_put_str(row, "text", text ? text : lt_msg(call->lang, "error.gto.card_row"))) json_decref(row), row = NULL;
    json_decref(told);
    return row;
}

static int closer(const void *a, const void *b)
{
    const json_t *x = *(const json_t *const *)a, *y = *(const json_t *const *)b;
    int64_t m = lt_json_int(x, "missing", 99), n = lt_json_int(y, "missing", 99);
    return m != n ? (m < n ? -1 : 1) : strcmp(lt_json_str_or(x, "name", ""), lt_json_str_or(y, "name", ""));
}

static int class_rows(struct uc_call *call, const json_t *in, const struct gto_pupils *all, json_t *items, struct lt_error *err)
{
    int64_t close = lt_json_int(in, "close", -1);
    for (size_t i = 0; i < all->len; i++) {
        json_t *row = gto_row(call, &all->all[i]);
        if (!row) return lt_fail_memory(err);
        bool keep = close < 0 || (lt_json_str(row, "next") && lt_json_int(row, "missing", 99) <= close);
        if (keep ? json_array_append_new(items, row) : (json_decref(row), 0)) return lt_fail_memory(err);
    }
    size_t n = json_array_size(items);
    if (close < 0 || n < 2) return 0;
    json_t **sorted = calloc(n, sizeof *sorted);
    if (!sorted) return lt_fail_memory(err);
    for (size_t i = 0; i < n; i++) sorted[i] = json_incref(json_array_get(items, i));
    qsort(sorted, n, sizeof(json_t *), closer);
    json_array_clear(items);
    for (size_t i = 0; i < n; i++) json_array_append_new(items, sorted[i]);
    free(sorted);
    return 0;
}

static int run_class(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct gto_pupils all = {.all = NULL};
    json_t *items = json_array(), *classes = json_pack("[s]", lt_json_str_or(in, "id", ""));
    int rc = items && classes ? gto_pupils_of(call, classes, &all, err) : lt_fail_memory(err);
    if (!rc) rc = gto_judge(call, &all, day_of(call, in), err);
    if (!rc) rc = class_rows(call, in, &all, items, err);
    if (!rc && !(*out = json_pack("{s:O, s:n}", "items", items, "next"))) rc = lt_fail_memory(err);
    json_decref(items);
    json_decref(classes);
    gto_pupils_clear(&all);
    return rc;
}

/* --- the table --- */

#define ON {"on", UC_DATE, 0, 0, 0, NULL}
#define CLASSES {"class", UC_ID, UC_MANY, 0, 0, NULL}
static const struct uc_field evaluate_fields[] = {{"pupil", UC_ID, 0, 0, 0, NULL},    {"sex", UC_TEXT, 0, 0, 3, NULL},
                                                  {"birth", UC_DATE, 0, 0, 0, NULL},  ON,
                                                  {"test", UC_TEXT, 0, 0, 200, NULL}, {"value", UC_TEXT, 0, 0, 60, NULL},
                                                  {0}};
static const struct uc_field missing_fields[] = {
    {"pupil", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {"badge", UC_ENUM, 0, 0, 0, "badge"}, ON, {0}};
static const struct uc_field class_fields[] = {
    {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {"close", UC_INT, 0, 0, 20, NULL}, ON, {0}};
static const struct uc_field sheet_fields[] = {
    {"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}, {"close", UC_INT, 0, 0, 20, NULL}, ON, {0}};
static const struct uc_field add_fields[] = {{"pupil", UC_ID, UC_REQUIRED, 0, 0, NULL},
                                             {"test", UC_TEXT, UC_REQUIRED, 1, 200, NULL},
                                             {"value", UC_TEXT, UC_REQUIRED, 1, 60, NULL},
                                             ON,
                                             {0}};
static const struct uc_field correct_fields[] = {{"id", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                                 {"test", UC_TEXT, 0, 1, 200, NULL},
                                                 {"value", UC_TEXT, 0, 1, 60, NULL},
                                                 ON,
                                                 {0}};
static const struct uc_field set_fields[] = {{"pupil", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL},
                                             {"uin", UC_TEXT, 0, 0, 40, NULL},
                                             {"admitted_to", UC_DATE, 0, 0, 0, NULL},
                                             {"no_admission", UC_BOOL, 0, 0, 0, NULL},
                                             {0}};
static const struct uc_field application_fields[] = {CLASSES, {"level", UC_TEXT, 0, 0, 10, NULL}, ON, {0}};
static const struct uc_field uin_fields[] = {CLASSES, {"without", UC_BOOL, 0, 0, 0, NULL}, {0}};
static const struct uc_field issue_fields[] = {
    CLASSES, {"from", UC_DATE, 0, 0, 0, NULL}, {"to", UC_DATE, 0, 0, 0, NULL}, {"order", UC_TEXT, 0, 0, 100, NULL}, {"xlsx", UC_BOOL, 0, 0, 0, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "gto", .verb = "evaluate", .method = "GET", .tail = "/evaluate", .reply = UC_ONE, .target = UC_T_OWN,
     .gives = "gto_evaluation", .fields = evaluate_fields, .run = run_evaluate},
    {.noun = "gto", .verb = "missing", .method = "GET", .tail = "/missing/{pupil}", .reply = UC_LIST, .right = "entry.list", .target = UC_T_OWN,
     .gives = "gto_missing", .fields = missing_fields, .columns = "badge obligatory choice text", .run = run_missing},
    {.noun = "gto", .verb = "class", .method = "GET", .tail = "/class/{id}", .reply = UC_LIST, .right = "class.read", .target = UC_T_CLASS,
     .gives = "gto_of_class", .target_field = "id", .fields = class_fields, .columns = "name level badge next missing text", .sheet = "name class_name uin level badge awarded next missing text",
     .run = run_class},
    {.noun = "gto", .verb = "sheet", .method = "GET", .tail = "/class/{id}/sheet", .reply = UC_BYTES, .right = "class.read",
     .target = UC_T_CLASS, .target_field = "id", .fields = sheet_fields, .run = gto_run_sheet},
    {.noun = "gto", .verb = "add", .method = "POST", .tail = "/results", .reply = UC_ONE, .flags = UC_WRITE, .right = "entry.add",
     .gives = "gto_entry", .target = UC_T_OWN, .fields = add_fields, .run = gto_run_add},
    {.noun = "gto", .verb = "correct", .method = "PATCH", .tail = "/results/{id}", .reply = UC_ONE, .flags = UC_WRITE | UC_REVISION,
     .gives = "gto_entry", .right = "entry.edit", .target = UC_T_ENTRY, .target_field = "id", .fields = correct_fields, .run = gto_run_correct},
    {.noun = "gto", .verb = "set", .method = "PATCH", .tail = "/pupils/{pupil}", .reply = UC_ONE, .flags = UC_WRITE, .right = "gto.card",
     .gives = "gto_card", .target = UC_T_PUPIL, .target_field = "pupil", .fields = set_fields, .run = gto_run_set},
    {.noun = "gto", .verb = "application", .method = "GET", .tail = "/application", .reply = UC_BYTES, .right = "gto.lists",
     .fields = application_fields, .run = gto_run_application},
    {.noun = "gto", .verb = "uin", .method = "GET", .tail = "/uin", .reply = UC_BYTES, .right = "gto.lists", .fields = uin_fields,
     .run = gto_run_uin},
    {.noun = "gto", .verb = "issue", .method = "GET", .tail = "/issue", .reply = UC_BYTES, .right = "gto.lists", .fields = issue_fields,
     .run = gto_run_issue},
};

const struct uc_noun uc_noun_gto = UC_NOUN("gto", "gto", NULL, rows);
