/* Participants' numbers of the GTO. Of a list of numbers nothing becomes an entry, the number goes onto the card; of any other file a number goes onto
 * the card that has none yet, with the batch and undone with it. */
#include "usecase/results.h"

#include "usecase/pupil.h"

#include "base/json.h"
#include "base/text.h"
#include "model/uin.h"

#include <string.h>

/* Somebody else has the number already. */
static bool taken(const struct results *r, const struct results_row *row, const char *uin)
{
    size_t i;
    const json_t *v;
    json_array_foreach(results_find(r->by_uin, uin), i, v) {
        if (&r->pupils[json_integer_value(v)] != row->pupil) return true;
    }
    return false;
}

/* Whom the file gives each number: index of the pupil, -1 for two different ones. */
static json_t *givings(const struct results *r)
{
    json_t *map = json_object();
    for (size_t i = 0; map && i < r->rows_len; i++) {
        const struct results_row *row = &r->rows[i];
        char uin[MODEL_UIN_SIZE];
        if (!row->pupil || !*row->uin || !model_uin(row->uin, uin)) continue;
        json_int_t who = (json_int_t)(row->pupil - r->pupils);
        const json_t *known = json_object_get(map, uin);
        if (known && json_integer_value(known) == who) continue;
        if (json_object_set_new(map, uin, json_integer(known ? -1 : who))) return json_decref(map), NULL;
    }
    return map;
}

/* The same number twice in the file, for two pupils. */
static bool twice(const json_t *given, const char *uin)
{
    return json_integer_value(json_object_get(given, uin)) < 0;
}

static int put(struct results *r, struct results_row *row, const char *uin, struct lt_error *err)
{
    const struct results_pupil *p = row->pupil;
    json_t *before = json_deep_copy(p->card), *doc = json_deep_copy(p->card);
    if (!before || !doc || lt_json_put_str(doc, "uin", uin)) {
        json_decref(before);
        json_decref(doc);
        return lt_fail_memory(err);
    }
    json_t *change = json_pack("{s:s, s:s?, s:s}", "field", "uin", "from", lt_json_str(p->card, "uin"), "to", uin);
    if (!row->changes) row->changes = json_array();
    if (json_array_append_new(row->changes, change)) r->failed = true;
    return import_proposal_add(r->out, p->id, PUPIL_PATH, before, doc) ? lt_fail_memory(err) : 0;
}

static int plan(struct results *r, struct results_row *row, const json_t *given, json_t *seen, struct lt_error *err)
{
    char uin[MODEL_UIN_SIZE];
    if (r->restricted && !row->pupil->own) {
        json_decref(row->candidates);
        row->candidates = NULL;
        results_outcome(row, "waits", "other_class");
        return 0;
    }
    if (!model_uin(row->uin, uin)) {
        results_problem(r, row, "uin_missing", "");
        results_outcome(row, "error", "error");
    } else if (taken(r, row, uin) || twice(given, uin)) {
        results_problem(r, row, "uin_taken", uin);
        results_outcome(row, "contradiction", "uin_taken");
    } else if (strcmp(uin, row->pupil->uin) == 0) {
        results_outcome(row, "unchanged", row->why);
    } else if (json_object_get(seen, row->pupil->id)) {
        results_outcome(row, "duplicate", "duplicate");
    } else {
        if (json_object_set_new(seen, row->pupil->id, json_true())) return lt_fail_memory(err);
        results_outcome(row, *row->pupil->uin ? "changed" : "matched", row->why);
        return put(r, row, uin, err);
    }
    return 0;
}

int results_uin(struct results *r, struct lt_error *err)
{
    json_t *seen = json_object(), *given = givings(r);
    int rc = seen && given ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        struct results_row *row = &r->rows[i];
        if (row->pupil && strcmp(row->outcome, "matched") == 0) rc = plan(r, row, given, seen, err);
    }
    json_decref(seen);
    json_decref(given);
    return rc;
}

/* --- beside results --- */

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(word, *words) == 0) return true;
    }
    return false;
}

static int offer(struct results *r, struct results_row *row, const json_t *given, json_t *seen, struct lt_error *err)
{
    static const char *const sure[] = {"matched", "changed", "unchanged", NULL};
    char uin[MODEL_UIN_SIZE];
    const struct results_pupil *p = row->pupil;
    if (!p || row->incomplete || !is_one_of(row->outcome, sure) || !*row->uin || !model_uin(row->uin, uin) || strcmp(uin, p->uin) == 0) return 0;
    if (*p->uin || taken(r, row, uin) || twice(given, uin)) {
        results_problem(r, row, *p->uin ? "uin_differs" : "uin_taken", *p->uin ? p->uin : uin);
        return 0;
    }
    if (json_object_get(seen, p->id)) return 0;
    if (json_object_set_new(seen, p->id, json_true())) return lt_fail_memory(err);
    results_problem(r, row, "uin_new", uin);
    if (strcmp(row->outcome, "unchanged") == 0) results_outcome(row, "changed", row->why);
    return put(r, row, uin, err);
}

int results_uin_beside(struct results *r, struct lt_error *err)
{
    json_t *seen = json_object(), *given = givings(r);
    int rc = seen && given ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < r->rows_len; i++) rc = offer(r, &r->rows[i], given, seen, err);
    json_decref(seen);
    json_decref(given);
    return rc;
}
