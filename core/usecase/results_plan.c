/* Rows whose pupil is known become entries: new ones, new revisions of what the same import made before, or nothing. What a person
 * entered by hand, changed after the import or disputes is never overwritten by a file. */
#include "usecase/results.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/entry.h"
#include "usecase/entry.h"
#include "usecase/state_events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what stands in the portfolio --- */

/* Of many pupils at once: a query each is a sixth of a long preview. The heads first: what comes between them and the entries is noticed
 * at the application. */
struct wanted {
    struct results_pupil *pupils[128];
    size_t n;
};

static int note_heads(struct results *r, const struct wanted *w, json_t *ids, struct lt_error *err)
{
    char head[41] = "";
    int rc = 0;
    for (size_t i = 0; !rc && i < w->n; i++) {
        struct results_pupil *p = w->pupils[i];
        rc = index_head(r->call->app->index, p->id, head, err);
        if (!rc && (lt_json_put_str(r->out->heads, p->id, head) || json_array_append_new(ids, json_string(p->id)) ||
                    !(p->entries = json_array())))
            rc = lt_fail_memory(err);
    }
    return rc;
}

static int share_out(struct results *r, const json_t *page, struct lt_error *err)
{
    size_t i;
    json_t *item;
    json_array_foreach(page, i, item) {
        const json_t *at = json_array_get(results_find(r->by_id, lt_json_str(item, "repo")), 0);
        if (at && json_array_append(r->pupils[json_integer_value(at)].entries, item)) return lt_fail_memory(err);
    }
    return 0;
}

static int read_entries(struct results *r, struct wanted *w, struct lt_error *err)
{
    enum { PAGE = 1000 };
    char *cursor = NULL;
    json_t *ids = json_array(), *params = json_pack("{s:[s], s:O?}", "kind", "entry", "repo", ids);
    int rc = ids && params ? note_heads(r, w, ids, err) : lt_fail_memory(err);
    bool more = !rc && w->n;
    while (more) {
        json_t *page = NULL;
        char *next = NULL;
        rc = index_list(r->call->app->index, "documents", params, PAGE, cursor, &page, &next, err);
        free(cursor);
        cursor = rc ? NULL : next;
        if (!rc) rc = share_out(r, page, err);
        json_decref(page);
        more = !rc && cursor;
    }
    free(cursor);
    json_decref(ids);
    json_decref(params);
    w->n = 0;
    return rc;
}

static bool same_fold(const char *a, const char *b)
{
    char *x = lt_fold(a), *y = lt_fold(b);
    bool same = x && y && strcmp(x, y) == 0;
    free(x);
    free(y);
    return same;
}

/* The entry this very import made, or NULL. */
static const json_t *made_by_import(const struct results_pupil *p, const char *identity)
{
    size_t i;
    const json_t *e;
    json_array_foreach(p->entries, i, e) {
        const json_t *source = lt_json_object(lt_json_object(e, "doc"), "source");
        if (strcmp(lt_json_str_or(source, "key", ""), identity) == 0) return e;
    }
    return NULL;
}

/* Results of the GTO are many a year and of one subject: the same are those of one test and day, or badges of one level. */
static bool same_of_gto(const json_t *a, const json_t *b)
{
    const json_t *x = lt_json_object(a, "gto"), *y = lt_json_object(b, "gto");
    const char *test = lt_json_str_or(x, "test", ""), *other = lt_json_str_or(y, "test", "");
    if (strcmp(test, other) != 0) return false;
    if (*test) return strcmp(lt_json_str_or(a, "date", ""), lt_json_str_or(b, "date", "")) == 0;
    return strcmp(lt_json_str_or(a, "badge", ""), lt_json_str_or(b, "badge", "")) == 0 &&
           strcmp(lt_json_str_or(x, "level", ""), lt_json_str_or(y, "level", "")) == 0;
}

/* An entry that tells of the same: of the same activity, subject (or title), stage and school year. Drafts of the family are theirs alone. */
static const json_t *told_otherwise(const struct results_row *row, const json_t *fresh)
{
    size_t i;
    const json_t *e;
    json_array_foreach(row->pupil->entries, i, e) {
        const json_t *doc = lt_json_object(e, "doc");
        const char *state = lt_json_str_or(doc, "state", ""), *subject = lt_json_str_or(fresh, "subject", ""), *stage = lt_json_str_or(fresh, "stage", "");
        if (lt_json_str(lt_json_object(doc, "source"), "key") || strcmp(state, "draft") == 0 || strcmp(state, "taken_back") == 0) continue;
        if (strcmp(lt_json_str_or(doc, "activity", ""), lt_json_str_or(fresh, "activity", "")) != 0) continue;
        if (strcmp(lt_json_str_or(doc, "school_year", ""), lt_json_str_or(fresh, "school_year", "")) != 0) continue;
        if (strcmp(lt_json_str_or(fresh, "activity", ""), "gto") == 0) {
            if (same_of_gto(doc, fresh)) return e;
            continue;
        }
        const char *theirs = lt_json_str_or(doc, "stage", "");
        if (*stage && *theirs && strcmp(stage, theirs) != 0) continue;
        if ((!*stage || !*theirs) && strcmp(lt_json_str_or(doc, "level", ""), lt_json_str_or(fresh, "level", "")) != 0) continue;
        bool subjects = *subject && lt_json_str(doc, "subject");
        if (subjects ? same_fold(subject, lt_json_str_or(doc, "subject", "")) : same_fold(lt_json_str_or(doc, "title", ""), lt_json_str_or(fresh, "title", "")))
            return e;
    }
    return NULL;
}

/* --- comparing --- */

static bool same_value(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b)) return fabs(json_number_value(a) - json_number_value(b)) < 1e-9;
    return json_equal(a, b);
}

static const char *field_of(const char *key)
{
    if (lt_starts(key, "document_")) return "document";
    if (lt_starts(key, "gto_")) return "gto";
    return strcmp(key, "mentor_person") == 0 ? "mentor" : key;
}

static int note_change(struct results_row *row, json_t *changes, const char *field, const json_t *from, const json_t *to)
{
    json_t *null = json_null();
    if (!row->changes) row->changes = json_array();
    json_t *one = json_pack("{s:s, s:O, s:O}", "field", field, "from", from ? from : null, "to", to ? to : null);
    return json_array_append_new(row->changes, one) || json_object_set(changes, field, (json_t *)(uintptr_t)(to ? to : null)) ? -1 : 0;
}

/* What the row says otherwise than the entry. A field of which the file has no column is not spoken of. */
static int compare(struct results_row *row, const json_t *entry, const json_t *fresh, json_t *changes)
{
    const char *key;
    json_t *v;
    size_t i;
    json_object_foreach(row->in, key, v) {
        const char *field = field_of(key);
        if (strcmp(key, "-") == 0 || json_object_get(changes, field)) continue;
        const json_t *was = json_object_get(entry, field), *is = json_object_get(fresh, field);
        if (!same_value(was, is) && note_change(row, changes, field, was, is)) return -1;
    }
    json_array_foreach(lt_json_array(row->in, "-"), i, v) {
        const char *field = field_of(json_string_value(v));
        const json_t *was = json_object_get(entry, field);
        if (was && !json_object_get(fresh, field) && note_change(row, changes, field, was, NULL)) return -1;
    }
    return 0;
}

/* --- may the one who applies verify it? --- */

static bool may_verify(struct results *r, struct results_pupil *p, const json_t *fresh)
{
    char key[80];
    lt_print(key, sizeof key, "%s/%s", lt_json_str_or(fresh, "section", ""), lt_json_str_or(fresh, "activity", ""));
    if (!p->verdicts) p->verdicts = json_object();
    const json_t *known = json_object_get(p->verdicts, key);
    if (known) return json_is_true(known);
    struct lt_error ignored = {0};
    json_t *draft = json_pack("{s:s, s:{s:s}, s:s, s:s}", "state", "submitted", "source", "kind", "import", "activity",
                              lt_json_str_or(fresh, "activity", ""), "section", lt_json_str_or(fresh, "section", ""));
    bool may = draft && uc_require_draft(r->call, "entry.verify", p->id, draft, &ignored) == 0;
    lt_error_clear(&ignored);
    json_decref(draft);
    if (json_object_set_new(p->verdicts, key, json_boolean(may))) r->failed = true;
    return may;
}

/* --- documents --- */

static int stamp_year(struct results *r, const struct results_row *row, json_t *fresh, struct lt_error *err)
{
    char year[MODEL_YEAR_SIZE], then[24];
    const json_t *klass = results_class(r, row, row->pupil, then);
    model_year_text(row->year, year);
    return lt_json_put_str(fresh, "school_year", year) || lt_json_put_str(fresh, "class", lt_json_str(klass, "class")) ||
                   lt_json_put_str(fresh, "class_name", then)
               ? lt_fail_memory(err)
               : 0;
}

/* Is it an event of the state list that held that day? The list is the school's data; its edition stays with the entry. */
static int mark_event(struct results *r, const struct results_row *row, const json_t *fresh, json_t *source)
{
    const char *date = lt_json_str(fresh, "date");
    char day[LT_DATE_SIZE];
    if (!r->events) return 0;
    if (!date) date = lt_date_format(row->day, day);
    return lt_json_put_str(source, "state_list", state_events_edition(r->events, lt_json_str_or(fresh, "title", ""), lt_json_str(row->doc, "event"),
                                                                      lt_json_str(fresh, "level"), date));
}

/* The entry as the row alone would make it. */
static int fresh_entry(struct results *r, struct results_row *row, json_t **out, char dir[VAULT_PATH_MAX], struct lt_error *err)
{
    struct uc_call *call = r->call;
    struct uc_target_docs keep = call->target;
    call->target = (struct uc_target_docs){.pupil = (json_t *)(uintptr_t)row->pupil->card, .classes = (json_t *)(uintptr_t)row->pupil->classes};
    json_t *fresh = NULL;
    const char *mentor = lt_json_str(row->doc, "mentor");
    int rc = 0;
    if (row->mentor) rc = lt_json_put_str(row->in, "mentor_person", row->mentor);
    else if (mentor) rc = lt_json_put_str(row->in, "mentor", mentor);
    if (rc) rc = lt_fail_memory(err);
    if (!rc) rc = entry_new(call, row->pupil->id, "import", row->in, &fresh, dir, err);
    if (!rc) rc = stamp_year(r, row, fresh, err);
    json_t *source = lt_json_object(fresh, "source");
    if (!rc && (lt_json_put_str(source, "key", row->identity) || lt_json_put_str(source, "batch", r->options->batch->id) ||
                lt_json_put_int(source, "revision", 1) || mark_event(r, row, fresh, source)))
        rc = lt_fail_memory(err);
    if (!rc && !row->incomplete) rc = entry_check(call, fresh, false, err);
    call->target = keep;
    if (rc) json_decref(fresh);
    else *out = fresh;
    return rc;
}

static int put(struct results *r, const struct results_row *row, const char *path, json_t *before, json_t *doc, bool verify, struct lt_error *err)
{
    if (r->out->docs_len >= RESULTS_ENTRIES_MAX) {
        json_decref(before);
        json_decref(doc);
        return lt_fail(err, LT_REFUSED, "import.too_many_entries", "limit", LT_NUM(RESULTS_ENTRIES_MAX), (char *)NULL);
    }
    if (import_proposal_add(r->out, row->pupil->id, path, before, doc)) return lt_fail_memory(err);
    r->out->docs[r->out->docs_len - 1].verify = verify;
    return 0;
}

static bool decided(const struct results *r, const struct results_row *row, const char *word)
{
    char key[330];
    lt_print(key, sizeof key, "%.280s!%u.entry", row->sheet, row->number);
    const char *said = lt_json_str(r->options->decisions, key);
    return (said && strcmp(said, word) == 0) || (row->decision && strcmp(row->decision, word) == 0);
}

static int plan_new(struct results *r, struct results_row *row, json_t *fresh, const char *dir, struct lt_error *err)
{
    char path[VAULT_PATH_MAX + 16];
    bool verify = may_verify(r, row->pupil, fresh);
    lt_print(path, sizeof path, "%s/entry.json", dir);
    if (row->incomplete) return 0;
    if (lt_json_put_str(fresh, "state", verify ? "verified" : "submitted")) return lt_fail_memory(err);
    return put(r, row, path, NULL, json_incref(fresh), verify, err);
}

static int plan_revision(struct results *r, struct results_row *row, const json_t *item, const json_t *changes, struct lt_error *err)
{
    const json_t *old = lt_json_object(item, "doc");
    bool verify = may_verify(r, row->pupil, old);
    json_t *next = NULL;
    int rc = model_entry_revise(old, changes, verify ? "verified" : "submitted", &next, err);
    json_t *source = rc ? NULL : json_deep_copy(lt_json_object(next, "source"));
    if (!rc && (lt_json_put_str(source, "batch", r->options->batch->id) || lt_json_put_int(source, "revision", lt_json_int(next, "revision", 0)) ||
                json_object_set(next, "source", source)))
        rc = lt_fail_memory(err);
    json_decref(source);
    if (rc) {
        json_decref(next);
        return rc;
    }
    return put(r, row, lt_json_str_or(item, "path", ""), json_incref((json_t *)(uintptr_t)old), next, verify, err);
}

static bool disputed(const struct results *r, const char *entry)
{
    json_t *doc = NULL;
    struct lt_error ignored = {0};
    bool open = index_get(r->call->app->index, "dispute", entry, &doc, NULL, &ignored) == 0 && !lt_json_object(doc, "answer");
    lt_error_clear(&ignored);
    json_decref(doc);
    return open;
}

/* The import made this entry before: nothing new, or a new revision. */
static int plan_known(struct results *r, struct results_row *row, const json_t *item, const json_t *fresh, struct lt_error *err)
{
    const json_t *old = lt_json_object(item, "doc");
    const char *state = lt_json_str_or(old, "state", "");
    row->entry = lt_json_str_or(old, "id", "");
    json_t *changes = json_object();
    int rc = !changes || compare(row, old, fresh, changes) ? lt_fail_memory(err) : 0;
    bool differs = json_object_size(changes) > 0;
    bool touched = lt_json_int(old, "revision", 0) != lt_json_int(lt_json_object(old, "source"), "revision", 1);
    bool open = strcmp(state, "verified") == 0 || strcmp(state, "submitted") == 0;
    const char *stop = !open || touched ? "edited_since" : disputed(r, row->entry) ? "disputed" : NULL;
    if (!rc && !differs) {
        results_outcome(row, "unchanged", row->why);
    } else if (!rc && stop && !decided(r, row, "update")) {
        results_problem(r, row, stop, "");
        results_outcome(row, "contradiction", stop);
    } else if (!rc) {
        results_outcome(row, "changed", row->why);
        if (!row->incomplete) rc = plan_revision(r, row, item, changes, err);
    }
    json_decref(changes);
    return rc;
}

/* Somebody has entered the same by hand. */
static void plan_told(struct results *r, struct results_row *row, const json_t *item, const json_t *fresh)
{
    static const char *const keys[] = {"result", "degree", "place", "badge", "score", "gto"};
    const json_t *old = lt_json_object(item, "doc");
    bool differs = false;
    row->entry = lt_json_str_or(old, "id", "");
    for (size_t i = 0; i < LT_COUNT(keys); i++) {
        const json_t *a = json_object_get(old, keys[i]), *b = json_object_get(fresh, keys[i]);
        if (!a || !b || same_value(a, b)) continue;
        json_t *sink = json_object();
        if (!sink || note_change(row, sink, keys[i], a, b)) r->failed = true;
        json_decref(sink);
        differs = true;
    }
    results_problem(r, row, differs ? "entry_contradicts" : "entry_exists", lt_json_str_or(old, "title", ""));
    results_outcome(row, differs ? "contradiction" : "duplicate", differs ? "entry_contradicts" : "entry_exists");
}

static int plan_row(struct results *r, struct results_row *row, struct lt_error *err)
{
    json_t *fresh = NULL;
    char dir[VAULT_PATH_MAX];
    struct lt_error fault = {0};
    int rc = fresh_entry(r, row, &fresh, dir, &fault);
    if (rc == LT_REFUSED) {
        results_error(r, row, &fault);
        results_outcome(row, "error", "error");
        lt_error_clear(&fault);
        return 0;
    }
    if (rc) {
        *err = fault;
        return rc;
    }
    const json_t *made = made_by_import(row->pupil, row->identity);
    const json_t *told = made || decided(r, row, "add") ? NULL : told_otherwise(row, fresh);
    if (made) rc = plan_known(r, row, made, fresh, err);
    else if (told) plan_told(r, row, told, fresh);
    else rc = plan_new(r, row, fresh, dir, err);
    json_decref(fresh);
    return rc;
}

/* --- rows that tell of one result --- */

static void judge_twins(struct results *r, struct results_row *first, struct results_row *second)
{
    bool same = json_equal(first->in, second->in);
    results_problem_name(r, second, same ? "row_duplicate" : "row_contradiction");
    results_outcome(second, same ? "duplicate" : "contradiction", same ? "duplicate" : "contradiction");
    if (same || strcmp(first->outcome, "contradiction") == 0) return;
    results_problem_name(r, first, "row_contradiction");
    results_outcome(first, "contradiction", "contradiction");
}

static void find_twins(struct results *r)
{
    json_t *seen = json_object();
    for (size_t i = 0; i < r->rows_len; i++) {
        struct results_row *row = &r->rows[i];
        if (!row->pupil || strcmp(row->outcome, "matched") != 0) continue;
        char *key = lt_format("%s|%s", row->pupil->id, row->identity);
        const json_t *first = key ? json_object_get(seen, key) : NULL;
        if (first) judge_twins(r, &r->rows[json_integer_value(first)], row);
        else if (!key || json_object_set_new(seen, key, json_integer((json_int_t)i))) r->failed = true;
        free(key);
    }
    json_decref(seen);
}

/* Of those who may be meant a class teacher is shown the own pupils; that there are others is said without saying who. Is anybody left? */
static bool own_candidates(struct results *r, struct results_row *row)
{
    size_t n = json_array_size(row->candidates);
    for (size_t i = n; i-- > 0;) {
        const json_t *c = json_array_get(row->candidates, i), *at = results_find(r->by_id, lt_json_str_or(c, "id", ""));
        bool pupil = strcmp(lt_json_str_or(c, "kind", ""), "pupil") == 0;
        if (pupil && !(at && r->pupils[json_integer_value(json_array_get(at, 0))].own)) json_array_remove(row->candidates, i);
    }
    if (json_array_size(row->candidates) && json_array_size(row->candidates) < n) results_problem(r, row, "candidate_elsewhere", "");
    return json_array_size(row->candidates) > 0;
}

bool results_waits(struct results *r, struct results_row *row)
{
    if (!r->restricted) return false;
    bool other = row->pupil ? !row->pupil->own : json_array_size(row->candidates) && !own_candidates(r, row);
    if (!other) return false;
    json_decref(row->candidates);
    json_decref(row->problems);
    row->candidates = row->problems = NULL;
    row->mentor = row->entry = NULL;
    results_outcome(row, "waits", "other_class");
    return true;
}

static bool to_plan(const struct results_row *row)
{
    return row->pupil && strcmp(row->outcome, "matched") == 0;
}

int results_plan(struct results *r, struct lt_error *err)
{
    struct wanted w = {.n = 0};
    int rc = 0;
    find_twins(r);
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        struct results_row *row = &r->rows[i];
        if (results_waits(r, row) || !to_plan(row) || row->pupil->wanted) continue;
        row->pupil->wanted = true;
        w.pupils[w.n++] = row->pupil;
        if (w.n == LT_COUNT(w.pupils)) rc = read_entries(r, &w, err);
    }
    if (!rc) rc = read_entries(r, &w, err);
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        if (to_plan(&r->rows[i])) rc = plan_row(r, &r->rows[i], err);
    }
    return rc;
}
