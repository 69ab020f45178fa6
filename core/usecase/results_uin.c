/* Lists of participants' numbers of the GTO: nothing becomes an entry, the number goes onto the card. */
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

/* The same number twice in the file, for two pupils. */
static bool twice(const struct results *r, const struct results_row *row, const char *uin)
{
    for (size_t i = 0; i < r->rows_len; i++) {
        const struct results_row *other = &r->rows[i];
        if (other != row && other->pupil && other->pupil != row->pupil && strcmp(other->uin, uin) == 0) return true;
    }
    return false;
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
    row->changes = json_pack("[{s:s, s:s?, s:s}]", "field", "uin", "from", lt_json_str(p->card, "uin"), "to", uin);
    results_outcome(row, *p->uin ? "changed" : "matched", row->why);
    return import_proposal_add(r->out, p->id, PUPIL_PATH, before, doc) ? lt_fail_memory(err) : 0;
}

static int plan(struct results *r, struct results_row *row, json_t *seen, struct lt_error *err)
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
    } else if (taken(r, row, uin) || twice(r, row, uin)) {
        results_problem(r, row, "uin_taken", uin);
        results_outcome(row, "contradiction", "uin_taken");
    } else if (strcmp(uin, row->pupil->uin) == 0) {
        results_outcome(row, "unchanged", row->why);
    } else if (json_object_get(seen, row->pupil->id)) {
        results_outcome(row, "duplicate", "duplicate");
    } else {
        if (json_object_set_new(seen, row->pupil->id, json_true())) return lt_fail_memory(err);
        return put(r, row, uin, err);
    }
    return 0;
}

int results_uin(struct results *r, struct lt_error *err)
{
    json_t *seen = json_object();
    int rc = seen ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        struct results_row *row = &r->rows[i];
        if (row->pupil && strcmp(row->outcome, "matched") == 0) rc = plan(r, row, seen, err);
    }
    json_decref(seen);
    return rc;
}
