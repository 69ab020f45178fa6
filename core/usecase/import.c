/* import: files of other programs, previewed, settled and applied as batches. */
#include "usecase/import.h"
#include "usecase/job.h"
#include "usecase/table.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DETAILS_MAX = 50 };

static int run_formats(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    (void)in;
    json_t *items = import_formats(call);
    *out = items ? json_pack("{s:o, s:n}", "items", items, "next") : NULL;
    return *out ? 0 : lt_fail_memory(err);
}

/* --- the answer of a preview --- */

static const char *const kinds[] = {"pupils", "staff", "load", "groups", "results"};

static int count_of(const json_t *counts, const char *a, const char *b)
{
    return (int)(lt_json_int(counts, a, 0) + lt_json_int(counts, b, 0));
}

static int percent(const struct import_proposal *p)
{
    return p->known ? (p->leaving * 100 + p->known - 1) / p->known : 0;
}

/* What apply would ask for, in words of its options. */
static json_t *needs(struct uc_call *call, const struct import_batch *b, const struct import_proposal *p, const json_t *counts)
{
    json_t *list = json_array();
    struct import_named f = {.name = ""};
    bool loose = import_format_of(b->state, &f) && f.format.free_rows;
    if (count_of(counts, "doubtful", "contradiction")) json_array_append_new(list, json_string("skip_doubtful"));
    if (count_of(counts, "error", loose ? "-" : "not_found")) json_array_append_new(list, json_string("skip_errors"));
    if (json_array_size(p->missing)) json_array_append_new(list, json_string("facts"));
    if (p->leaving) json_array_append_new(list, json_string("apply_left"));
    if ((long long)p->leaving * 100 > uc_setting_int(call, "import.remove_percent") * p->known) json_array_append_new(list, json_string("confirm_removal"));
    return list;
}

static int summary(struct uc_call *call, const struct import_batch *b, const struct import_proposal *p, json_t **out, struct lt_error *err)
{
    json_t *counts = import_counts(p, NULL), *by_kind = json_object();
    for (size_t i = 0; i < LT_COUNT(kinds); i++) {
        json_t *one = import_counts(p, kinds[i]);
        if (json_object_size(one)) json_object_set(by_kind, kinds[i], one);
        json_decref(one);
    }
    *out = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:o, s:i}", "batch", b->id, "format", lt_json_str_or(b->state, "format", ""),
                     "file_name", lt_json_str_or(b->state, "file_name", ""), "sha256", lt_json_str_or(b->state, "sha256", ""), "counts",
                     counts, "by_kind", by_kind, "leaving", p->leaving, "leaving_percent", percent(p), "needs", needs(call, b, p, counts),
                     "documents", (int)p->docs_len);
    if (!*out) return lt_fail_memory(err);
    return json_array_size(p->missing) && json_object_set(*out, "missing", p->missing) ? lt_fail_memory(err) : 0;
}

/* Whose data the answer gives out. Files have a line a result, so that a pupil stands in many of them. */
static void note_seen(struct uc_call *call, const json_t *rows)
{
    json_t *known = json_object();
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        const char *id = lt_json_str(row, "pupil");
        if (!id || json_object_get(known, id)) continue;
        json_object_set_new(known, id, json_true());
        uc_saw(call, id);
    }
    json_decref(known);
}

static int show(struct uc_call *call, struct import_batch *b, const struct import_proposal *p, json_t **out, struct lt_error *err)
{
    char sum[65];
    import_proposal_sum(b, p, sum);
    int rc = import_batch_seen(call, b, sum, err);
    if (!rc) rc = summary(call, b, p, out, err);
    if (rc) return rc;
    if (lt_json_put_str(*out, "seen", sum)) return lt_fail_memory(err);
    note_seen(call, p->rows);
    json_t *decisions = lt_json_object(b->state, "decisions");
    if (decisions && json_object_set(*out, "decisions", decisions)) return lt_fail_memory(err);
    if (json_object_set((*out), "rows", p->rows) || json_object_set(*out, "sheets", p->sheets) ||
        json_object_set(*out, "skipped", p->skipped))
        return lt_fail_memory(err);
    return 0;
}

static int preview_again(struct uc_call *call, struct import_batch *b, json_t **out, struct lt_error *err)
{
    struct import_proposal p;
    int rc = import_batch_propose(call, b, false, &p, err);
    if (rc) return rc;
    rc = show(call, b, &p, out, err);
    import_proposal_clear(&p);
    return rc;
}

/* --- rows that would not be taken, as a list (and so as a book) --- */

static json_t *row_of_list(struct uc_call *call, const json_t *row)
{
    struct lt_buf values = LT_BUF_INIT(20000), why = LT_BUF_INIT(20000);
    const char *key;
    json_t *v;
    size_t i;
    json_object_foreach(lt_json_object(row, "values"), key, v) {
        if (json_is_string(v)) lt_buf_addf(&values, "%s%s", values.len ? "; " : "", json_string_value(v));
        else if (json_is_integer(v)) lt_buf_addf(&values, "%s%lld", values.len ? "; " : "", (long long)json_integer_value(v));
        else if (json_is_real(v)) lt_buf_addf(&values, "%s%.10g", values.len ? "; " : "", json_real_value(v));
    }
    json_array_foreach(lt_json_array(row, "problems"), i, v)
        lt_buf_addf(&why, "%s%s", why.len ? " " : "", lt_json_str_or(v, "message", lt_json_str_or(v, "code", "")));
    if (!why.len && lt_json_str(row, "why")) lt_buf_adds(&why, lt_label(call->lang, "import_why", lt_json_str(row, "why")));
    json_t *one = json_pack("{s:s, s:I, s:s, s:s, s:s}", "sheet", lt_json_str_or(row, "sheet", ""), "row", (json_int_t)lt_json_int(row, "row", 0), "values",
                            values.data ? values.data : "", "outcome", lt_json_str_or(row, "outcome", ""), "why", why.data ? why.data : "");
    lt_buf_free(&values);
    lt_buf_free(&why);
    return one;
}

static int resume(struct uc_call *call, const json_t *in, struct import_batch *b, struct lt_error *err);
static int resume_and_keep(struct uc_call *call, const json_t *in, struct import_batch *b, struct lt_error *err);

static bool is_waiting(struct uc_call *call, const char *id)
{
    struct import_batch b = {.id = ""};
    struct lt_error miss = {0};
    bool waits = import_batch_open(call, id, &b, &miss) == 0;
    lt_error_clear(&miss);
    import_batch_clear(&b);
    return waits;
}

static int rows_waiting(struct uc_call *call, const json_t *in, json_t *items, struct lt_error *err)
{
    struct import_batch b = {.id = ""};
    struct import_proposal p = {.rows = NULL};
    size_t i;
    const json_t *row;
    int rc = resume(call, in, &b, err);
    if (!rc) rc = import_batch_propose(call, &b, false, &p, err);
    if (!rc) note_seen(call, p.rows);
    json_array_foreach(p.rows, i, row) {
        if (!rc && import_stays_out(row) && json_array_append_new(items, row_of_list(call, row))) rc = lt_fail_memory(err);
    }
    import_proposal_clear(&p);
    import_batch_clear(&b);
    return rc;
}

static int rows_applied(struct uc_call *call, const char *id, json_t *items, struct lt_error *err)
{
    int rc = uc_require(call, "import.list", UC_T_IMPORT, id, err);
    if (!rc) rc = import_rest_purge(call, err);
    return rc ? rc : import_rest_rows(call, id, items, err);
}

static int run_rows(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "batch", "");
    json_t *items = json_array();
    int rc = !items ? lt_fail_memory(err) : is_waiting(call, id) ? rows_waiting(call, in, items, err) : rows_applied(call, id, items, err);
    if (!rc) {
        *out = json_pack("{s:O, s:n}", "items", items, "next");
        if (!*out) rc = lt_fail_memory(err);
    }
    json_decref(items);
    return rc;
}

/* --- beginning a batch --- */

static json_t *object_in(json_t *holder, const char *key)
{
    json_t *o = lt_json_object(holder, key);
    if (o) return o;
    o = json_object();
    return json_object_set_new(holder, key, o) ? NULL : o;
}

/* "stage=municipal": said of all sheets of the file. */
static int take_facts(struct import_batch *b, const json_t *in, struct lt_error *err)
{
    size_t i;
    const json_t *v;
    json_array_foreach(lt_json_array(in, "fact"), i, v) {
        const char *text = json_string_value(v), *eq = strchr(text, '=');
        char name[44];
        if (!eq || eq == text || !lt_print(name, sizeof name, "%.*s", (int)(eq - text), text))
            return lt_fail_field(err, LT_USAGE, "fact", "import.fact_form", "value", text, (char *)NULL);
        json_t *mapping = object_in(b->state, "mapping"), *all = mapping ? object_in(mapping, "*") : NULL;
        json_t *facts = all ? object_in(all, "facts") : NULL;
        if (!facts || lt_json_put_str(facts, name, eq + 1)) return lt_fail_memory(err);
    }
    return 0;
}

static int take_options(struct import_batch *b, const json_t *in, struct lt_error *err)
{
    if (lt_json_copy_key(b->state, in, "year") || lt_json_copy_key(b->state, in, "from")) return lt_fail_memory(err);
    return take_facts(b, in, err);
}

static int begin(struct uc_call *call, const json_t *in, struct import_batch *b, struct lt_error *err)
{
    const json_t *file = lt_json_object(in, "file");
    const char *name = lt_json_str(in, "format");
    struct import_named f = {.name = ""};
    if (!file) return lt_fail_field(err, LT_USAGE, "file", "field.required", "field", "file", (char *)NULL);
    const struct uc_input_file *bytes = &call->files[lt_json_int(file, "index", 0)];
    /* The right is asked before anything of the file is read or kept. */
    int rc = 0;
    if (!name && !uc_may(call, "import.results", UC_T_NONE, NULL) && !uc_may(call, "import.class", UC_T_NONE, NULL))
        rc = uc_require(call, "import.roster", UC_T_NONE, NULL, err);
    if (!rc && name) rc = import_format_get(call, name, &f, err);
    if (rc == LT_NOTFOUND) rc = lt_fail_field(err, LT_USAGE, "format", "import.format", "format", name, (char *)NULL);
    if (!rc && !name) rc = import_format_recognise(call, bytes, &f, err);
    if (!rc) rc = import_allowed(call, &f.format, err);
    if (!rc) rc = import_batch_purge(call, err);
    if (!rc) rc = import_batch_new(call, &f.format, bytes, b, err);
    return rc ? rc : take_options(b, in, err);
}

/* A class teacher's batches are nobody else's, and nobody else's are a class teacher's. */
static bool may_see_batch(struct uc_call *call, const struct import_format *f, const json_t *state)
{
    return !import_restricted(call, f) || strcmp(lt_json_str_or(lt_json_object(state, "created"), "by", ""), call->actor.id) == 0;
}

static int resume(struct uc_call *call, const json_t *in, struct import_batch *b, struct lt_error *err)
{
    struct import_named f = {.name = ""};
    int rc = import_batch_open(call, lt_json_str_or(in, "batch", ""), b, err);
    if (!rc && (!import_format_of(b->state, &f) || !may_see_batch(call, &f.format, b->state)))
        rc = lt_fail(err, LT_NOTFOUND, "import.absent", "id", b->id, (char *)NULL);
    if (!rc) rc = import_allowed(call, &f.format, err);
    if (rc == LT_DENIED) rc = lt_fail(err, LT_NOTFOUND, "import.absent", "id", b->id, (char *)NULL); /* told as what is not there */
    if (!rc) rc = import_batch_purge(call, err);
    return rc ? rc : take_options(b, in, err);
}

/* What is said with the call stays with the batch. */
static int resume_and_keep(struct uc_call *call, const json_t *in, struct import_batch *b, struct lt_error *err)
{
    int lock = -1, rc = import_batch_lock(call, lt_json_str_or(in, "batch", ""), &lock, err);
    if (!rc) rc = resume(call, in, b, err);
    if (!rc) rc = import_batch_save(call, b, err);
    import_batch_unlock(&lock);
    return rc;
}

static int run_preview(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct import_batch b = {.id = ""};
    bool again = lt_json_str(in, "batch") != NULL;
    int rc = again ? resume_and_keep(call, in, &b, err) : begin(call, in, &b, err);
    if (!rc && !again) rc = import_batch_save(call, &b, err); /* what was said with the file */
    if (!rc) {
        rc = preview_again(call, &b, out, err);
        struct lt_error late = {0};
        if (rc && !again) import_batch_drop(call, b.id, &late);
        lt_error_clear(&late);
    }
    import_batch_clear(&b);
    return rc;
}

/* --- settling --- */

/* "A=B" with the last "=" as the border: names of sheets may hold anything. */
static bool pair(const char *text, char left[300], char right[300])
{
    const char *eq = strrchr(text, '=');
    return eq && eq != text && lt_print(left, 300, "%.*s", (int)(eq - text), text) && lt_print(right, 300, "%s", eq + 1);
}

/* Mapping and decisions are changed in place and kept with the batch. */
typedef int settle_fn(json_t *state, const char *left, const char *right, struct lt_error *err);

static int settle(struct uc_call *call, const json_t *in, const char *field, settle_fn *fn, json_t **out, struct lt_error *err)
{
    struct import_batch b = {.id = ""};
    int lock = -1, rc = import_batch_lock(call, lt_json_str_or(in, "batch", ""), &lock, err);
    if (!rc) rc = resume(call, in, &b, err);
    size_t i;
    const json_t *v;
    json_array_foreach(lt_json_array(in, field), i, v) {
        char left[300], right[300];
        if (rc) break;
        if (!pair(json_string_value(v), left, right) || !strrchr(left, '!'))
            rc = lt_fail_field(err, LT_USAGE, field, strcmp(field, "column") == 0 ? "import.column_form" : "import.decision_form", "value",
                               json_string_value(v), (char *)NULL);
        else rc = fn(b.state, left, right, err);
    }
    if (!rc) rc = import_batch_save(call, &b, err);
    import_batch_unlock(&lock);
    if (!rc) rc = preview_again(call, &b, out, err);
    import_batch_clear(&b);
    return rc;
}

static int set_column(json_t *state, const char *left, const char *right, struct lt_error *err)
{
    char sheet[300];
    const char *bang = strrchr(left, '!'), *what = bang + 1;
    lt_print(sheet, sizeof sheet, "%.*s", (int)(bang - left), left);
    json_t *mapping = object_in(state, "mapping"), *map = mapping ? object_in(mapping, sheet) : NULL;
    if (!map) return lt_fail_memory(err);
    int bad;
    if (strcmp(what, "kind") == 0) {
        bad = lt_json_put_str(map, "kind", right);
    } else if (strcmp(what, "header") == 0) {
        bad = lt_json_put_int(map, "header", strtoll(right, NULL, 10));
    } else { /* "B" is a column, "stage" a fact about the sheet */
        json_t *to = object_in(map, *what >= 'A' && *what <= 'Z' ? "columns" : "facts");
        bad = !to || lt_json_put_str(to, what, right);
    }
    return bad ? lt_fail_memory(err) : 0;
}

static int run_map(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return settle(call, in, "column", set_column, out, err);
}

static int set_decision(json_t *state, const char *left, const char *right, struct lt_error *err)
{
    json_t *decisions = object_in(state, "decisions");
    if (!decisions) return lt_fail_memory(err);
    if (strcmp(right, "ask") == 0) json_object_del(decisions, left);
    else if (lt_json_put_str(decisions, left, right)) return lt_fail_memory(err);
    return 0;
}

static int run_resolve(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    return settle(call, in, "decision", set_decision, out, err);
}

/* --- a row of the file, to be put right in place --- */

static json_t *cells_of(const struct table *table, size_t sheet, uint32_t row, const json_t *decisions)
{
    json_t *cells = json_array();
    for (uint32_t c = 1; c <= table_last_column(table, sheet); c++) {
        char column[TABLE_COLUMN_NAME], key[340];
        struct table_cell cell;
        table_cell_at(table, sheet, row, c, &cell);
        lt_print(key, sizeof key, "%.290s!%u.%s", table_sheet_name(table, sheet), row, table_column_name(c, column));
        json_t *one = json_pack("{s:s, s:s, s:b}", "column", column, "text", cell.text, "corrected", json_object_get(decisions, key) != NULL);
        if (json_array_append_new(cells, one)) return json_decref(cells), NULL;
    }
    return cells;
}

static int run_cells(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct import_batch b = {.id = ""};
    struct table *table = NULL;
    const char *sheet = lt_json_str_or(in, "sheet", "");
    uint32_t row = (uint32_t)lt_json_int(in, "row", 0);
    int rc = resume(call, in, &b, err);
    if (!rc) rc = import_batch_table(call, &b, &table, err);
    size_t i = 0, sheets = rc ? 0 : table_sheets(table);
    while (i < sheets && strcmp(table_sheet_name(table, i), sheet) != 0) i++;
    if (!rc && (i == sheets || row > table_last_row(table, i)))
        rc = lt_fail_field(err, LT_NOTFOUND, "row", "import.no_such_row", "row", LT_NUM(row), "sheet", sheet, (char *)NULL);
    if (!rc) {
        *out = json_pack("{s:s, s:s, s:I, s:o}", "batch", b.id, "sheet", sheet, "row", (json_int_t)row, "cells",
                         cells_of(table, i, row, lt_json_object(b.state, "decisions")));
        if (!*out) rc = lt_fail_memory(err);
    }
    table_free(table);
    import_batch_clear(&b);
    return rc;
}

/* --- apply --- */

static json_t *rows_of(const struct import_proposal *p, const char *a, const char *b)
{
    json_t *list = json_array();
    size_t i;
    json_t *row;
    json_array_foreach(p->rows, i, row) {
        const char *outcome = lt_json_str_or(row, "outcome", "");
        if (strcmp(outcome, a) != 0 && strcmp(outcome, b) != 0) continue;
        json_array_append(list, row);
        if (json_array_size(list) == DETAILS_MAX) break;
    }
    return list;
}

static int refuse_rows(const struct import_batch *b, const struct import_proposal *p, const char *code, int n, const char *one, const char *two,
                       struct lt_error *err)
{
    json_t *rows = rows_of(p, one, two);
    const json_t *first = json_array_get(rows, 0), *problem = json_array_get(lt_json_array(first, "problems"), 0);
    char sheet[160];
    const char *name = lt_json_str_or(first, "sheet", "");
    lt_print(sheet, sizeof sheet, "%.*s", (int)lt_utf8_clip(name, 120), name);
    char said[300];
    const char *message = lt_json_str_or(problem, "message", "");
    lt_print(said, sizeof said, "%.*s", (int)lt_utf8_clip(message, 280), message);
    int rc = lt_fail(err, LT_REFUSED, code, "n", LT_NUM(n), "batch", b->id, "sheet", sheet, "first", said, (char *)NULL);
    lt_error_details(err, rows);
    return rc;
}

static int refuse_missing(struct uc_call *call, const struct import_batch *b, const struct import_proposal *p, struct lt_error *err)
{
    const char *name = json_string_value(json_array_get(p->missing, 0));
    char id[80];
    lt_print(id, sizeof id, "fact.%s", name);
    int rc = lt_fail(err, LT_REFUSED, "import.facts", "fact", name, "label", lt_msg(call->lang, id), "batch", b->id, (char *)NULL);
    lt_error_details(err, json_incref(p->missing));
    return rc;
}

/* Everything that asks a person first. */
static int may_apply(struct uc_call *call, const json_t *in, const struct import_batch *b, const struct import_proposal *p, struct lt_error *err)
{
    json_t *counts = import_counts(p, NULL);
    struct import_named f = {.name = ""};
    bool loose = import_format_of(b->state, &f) && f.format.free_rows;
    int doubts = count_of(counts, "doubtful", "contradiction"), errors = count_of(counts, "error", loose ? "-" : "not_found");
    json_decref(counts);
    char sum[65];
    const char *seen = lt_json_str_or(in, "seen", lt_json_str(b->state, "seen")); /* what this person saw, else what was shown last */
    import_proposal_sum(b, p, sum);
    if (seen && strcmp(seen, sum) != 0) return lt_fail(err, LT_CONFLICT, "import.moved", (char *)NULL);
    if (json_array_size(p->missing)) return refuse_missing(call, b, p, err);
    if (errors && !lt_json_bool(in, "skip_errors", false)) return refuse_rows(b, p, "import.errors", errors, "error", "not_found", err);
    if (doubts && !lt_json_bool(in, "skip_doubtful", false))
        return refuse_rows(b, p, "import.doubtful", doubts, "doubtful", "contradiction", err);
    long long most = uc_setting_int(call, "import.remove_percent");
    bool many = (long long)p->leaving * 100 > most * p->known;
    if (many && lt_json_bool(in, "apply_left", false) && !lt_json_bool(in, "confirm_removal", false)) {
        int rc = refuse_rows(b, p, "import.removes_many", p->leaving, "left", "left", err);
        json_t *rows = json_incref(err->details);
        rc = lt_fail(err, LT_REFUSED, "import.removes_many", "n", LT_NUM(p->leaving), "known", LT_NUM(p->known), "percent",
                     LT_NUM(percent(p)), "most", LT_NUM(most), "batch", b->id, (char *)NULL);
        lt_error_details(err, rows);
        return rc;
    }
    return 0;
}

static int after_apply(struct uc_call *call, const struct import_batch *b, const struct import_proposal *p, bool changed, json_t **out,
                       struct lt_error *err)
{
    struct lt_error late = {0}; /* the change is accepted: a file that stays goes within seven days */
    int rest = 0, rc = summary(call, b, p, out, err);
    if (rc) return rc;
    json_object_del(*out, "needs");
    lt_json_put_str(*out, "state", changed ? "applied" : "unchanged");
    if (changed) {
        rest = import_rest_keep(call, b, p, &late);
        lt_print(call->imported, sizeof call->imported, "%s", b->id);
    }
    lt_error_clear(&late);
    if (rest > 0) lt_json_put_int(*out, "not_taken", rest);
    if (import_codes(call, b->id, p, &late) == 0) import_batch_drop(call, b->id, &late);
    lt_error_clear(&late);
    return 0;
}

static int apply(struct uc_call *call, const json_t *in, struct import_batch *b, json_t **out, struct lt_error *err)
{
    enum { TRIES = 3 };
    int rc = 0;
    b->brief = true;
    for (int i = 0; i < TRIES; i++) {
        struct import_proposal p;
        bool changed = false;
        lt_error_clear(err);
        rc = import_batch_propose(call, b, lt_json_bool(in, "apply_left", false), &p, err);
        if (rc) return rc;
        rc = may_apply(call, in, b, &p, err);
        /* a portfolio changed between the proposal and the locks: propose again, and ask again whether it is still what was seen */
        bool again = false;
        if (!rc) {
            rc = import_write(call, b, &p, &changed, err);
            again = rc == LT_CONFLICT && p.heads;
        }
        if (!rc) rc = after_apply(call, b, &p, changed, out, err);
        import_proposal_clear(&p);
        if (!again) break;
    }
    return rc;
}

static int run_apply(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    struct import_batch b = {.id = ""};
    bool waiting = lt_json_str(in, "batch") != NULL;
    int rc = waiting ? resume(call, in, &b, err) : begin(call, in, &b, err);
    if (!rc) {
        rc = apply(call, in, &b, out, err);
        struct lt_error late = {0};
        /* refused for questions: the batch waits for the answers; for anything else nothing stays */
        if (!waiting && rc == LT_REFUSED && lt_starts(err->code, "import.") && strcmp(err->code, "import.nothing_known") != 0)
            import_batch_save(call, &b, &late);
        else if (!waiting && rc) import_batch_drop(call, b.id, &late);
        lt_error_clear(&late);
    }
    import_batch_clear(&b);
    return rc;
}

/* --- afterwards --- */

static int run_report(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "batch", "");
    if (is_waiting(call, id)) {
        struct import_batch b = {.id = ""};
        int rc = resume(call, in, &b, err);
        if (!rc) rc = preview_again(call, &b, out, err);
        import_batch_clear(&b);
        return rc;
    }
    int rc = uc_require(call, "import.list", UC_T_IMPORT, id, err);
    if (!rc) rc = uc_doc(call, "import", id, out, err);
    if (!rc && lt_json_put_str(*out, "batch", id)) rc = lt_fail_memory(err); /* as one that waits is called */
    if (!rc) uc_saw_items(call, lt_json_array(*out, "changes"), "repo");
    return rc;
}

static int run_list(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *params = json_deep_copy(in);
    json_object_del(params, "limit");
    json_object_del(params, "cursor");
    json_t *scope = json_object();
    int rc = params && scope ? uc_scope(call, "import.list", scope, err) : lt_fail_memory(err);
    const char *mine = lt_json_str(lt_json_object(scope, "scope"), "made_by");
    if (!rc && mine && lt_json_put_str(params, "by", mine)) rc = lt_fail_memory(err);
    if (!rc) rc = import_batch_purge(call, err);
    json_decref(scope);
    if (rc) {
        json_decref(params);
        return rc;
    }
    rc = uc_list(call, "imports", params, out, err);
    if (!rc && !lt_json_str(in, "cursor") && !lt_json_str(in, "state")) rc = import_batch_list(call, lt_json_array(*out, "items"), err);
    return rc;
}

static int run_undo(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *id = lt_json_str_or(in, "batch", "");
    struct import_batch b = {.id = ""};
    if (!is_waiting(call, id)) {
        struct lt_error late = {0};
        int rc = uc_require(call, "import.undo", UC_T_IMPORT, id, err);
        if (!rc) rc = import_take_back(call, id, out, err);
        if (!rc) import_rest_drop(call, id, &late);
        lt_error_clear(&late);
        return rc;
    }
    int rc = resume(call, in, &b, err);
    import_batch_clear(&b);
    if (!rc) rc = import_batch_drop(call, id, err);
    if (!rc) {
        *out = json_pack("{s:s, s:s}", "batch", id, "state", "dropped");
        if (!*out) rc = lt_fail_memory(err);
    }
    return rc;
}

/* Rows of a plan as the command line shows them. */
#define ROWS "sheet row values values.class values.subject values.title values.stage values.result values.degree values.place values.score outcome why problems candidates"

#define BATCH {"batch", UC_ID, UC_REQUIRED | UC_POSITIONAL, 0, 0, NULL}
#define SOURCE                                                                                                         \
    {"format", UC_TEXT, 0, 0, 40, NULL}, {"file", UC_FILE, UC_POSITIONAL, 0, 0, NULL}, {"batch", UC_ID, 0, 0, 0, NULL}, \
        {"year", UC_INT, 0, 2000, 2100, NULL}, {"from", UC_DATE, 0, 0, 0, NULL}, {"fact", UC_TEXT, UC_MANY, 0, 300, NULL}

static const struct uc_field preview_fields[] = {SOURCE, {0}};
static const struct uc_field apply_fields[] = {SOURCE,
                                               {"skip_doubtful", UC_BOOL, 0, 0, 0, NULL},
                                               {"skip_errors", UC_BOOL, 0, 0, 0, NULL},
                                               {"apply_left", UC_BOOL, 0, 0, 0, NULL},
                                               {"confirm_removal", UC_BOOL, 0, 0, 0, NULL},
                                               {"seen", UC_TEXT, 0, 64, 64, NULL},
                                               UC_BACKGROUND_FIELD,
                                               {0}};
static const struct uc_field map_fields[] = {BATCH, {"column", UC_TEXT, UC_MANY | UC_REQUIRED, 0, 400, NULL}, {0}};
static const struct uc_field resolve_fields[] = {BATCH, {"decision", UC_TEXT, UC_MANY | UC_REQUIRED, 0, 400, NULL}, {0}};
static const struct uc_field batch_fields[] = {BATCH, {0}};
static const struct uc_field cells_fields[] = {BATCH, {"sheet", UC_TEXT, 0, 0, 290, NULL}, {"row", UC_INT, UC_REQUIRED, 1, 1048576, NULL}, {0}};
static const struct uc_field list_fields[] = {{"state", UC_ENUM, 0, 0, 0, "import_state"}, {"format", UC_TEXT, 0, 0, 40, NULL}, {0}};

static const struct uc_row rows[] = {
    {.noun = "import", .verb = "formats", .method = "GET", .tail = "/formats", .reply = UC_LIST, .columns = "format title",
     .gives = "import_format", .run = run_formats},
    /* UC_REPEAT: an answer that shows rows of other schools is kept for no repetition */
    {.noun = "import", .verb = "preview", .method = "POST", .tail = "/preview", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT, .right = "import.roster",
     .gives = "import_plan", .target = UC_T_OWN, .fields = preview_fields, .run = run_preview, .columns = ROWS},
    {.noun = "import", .verb = "map", .method = "POST", .tail = "/{batch}/map", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT, .right = "import.roster",
     .gives = "import_plan", .target = UC_T_OWN, .fields = map_fields, .run = run_map, .columns = ROWS},
    {.noun = "import", .verb = "cells", .method = "GET", .tail = "/{batch}/cells", .reply = UC_ONE, .right = "import.list", .target = UC_T_OWN,
     .gives = "import_cells", .fields = cells_fields, .run = run_cells},
    {.noun = "import", .verb = "resolve", .method = "POST", .tail = "/{batch}/resolve", .reply = UC_ONE, .flags = UC_WRITE | UC_REPEAT,
     .gives = "import_plan", .right = "import.roster", .target = UC_T_OWN, .fields = resolve_fields, .run = run_resolve, .columns = ROWS},
    {.noun = "import", .verb = "apply", .method = "POST", .tail = "/apply", .reply = UC_ONE, .flags = UC_WRITE | UC_LONG, .right = "import.roster",
     .gives = "import_applied", .target = UC_T_OWN, .fields = apply_fields, .run = run_apply, .heavy = import_heavy},
    {.noun = "import", .verb = "report", .method = "GET", .tail = "/{batch}", .reply = UC_ONE, .right = "import.list", .target = UC_T_OWN,
     .gives = "import_report", .fields = batch_fields, .run = run_report, .columns = ROWS},
    {.noun = "import", .verb = "rows", .method = "GET", .tail = "/{batch}/rows", .reply = UC_LIST, .right = "import.list", .target = UC_T_OWN,
     .gives = "import_line", .fields = batch_fields, .columns = "sheet row values outcome why", .sheet = "sheet row values outcome:import_outcome why", .run = run_rows},
    {.noun = "import", .verb = "list", .method = "GET", .tail = "", .reply = UC_LIST, .right = "import.list", .target = UC_T_LIST,
     .gives = "import_batch", .fields = list_fields, .columns = "id format file_name state at by", .run = run_list},
    {.noun = "import", .verb = "undo", .method = "POST", .tail = "/{batch}/undo", .reply = UC_ONE, .flags = UC_WRITE, .right = "import.undo",
     .gives = "import_undone", .target = UC_T_OWN, .fields = batch_fields, .run = run_undo},
};

const struct uc_noun uc_noun_import = UC_NOUN("import", "imports", NULL, rows);
