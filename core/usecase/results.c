/* Import of results: the frame of the work, from a table and a plugin to a proposal. */
#include "usecase/results.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* --- a list of codes: nothing becomes an entry, the codes wait for the results --- */

/* Whom does a code mean already, by a list kept before or by a row above? */
static int judge_code(struct results *r, struct results_row *row, json_t *seen, struct lt_error *err)
{
    char kept[LT_ID_SIZE] = "";
    struct lt_error none = {0};
    const char *subject = lt_json_str_or(row->in, "subject", "");
    char *code = results_code_key(row->code), *key = code ? lt_format("%d|%s|%s", row->year, subject, code) : NULL;
    const json_t *first = key ? json_object_get(seen, key) : NULL;
    struct results_row *other = first ? &r->rows[json_integer_value(first)] : NULL;
    int rc = key && (other || json_object_set_new(seen, key, json_integer(row - r->rows)) == 0) ? 0 : lt_fail_memory(err);
    bool known = !rc && results_code_find(r->call, row->year, subject, row->code, kept, &none) == 0;
    lt_error_clear(&none);
    free(code);
    free(key);
    if (rc) return rc;
    if (other && other->pupil == row->pupil) {
        results_outcome(row, "duplicate", "duplicate");
    } else if (other) {
        results_problem(r, row, "code_twice", row->code);
        results_problem(r, other, "code_twice", row->code);
        results_outcome(row, "contradiction", "code_twice");
        results_outcome(other, "contradiction", "code_twice");
    } else if (known && strcmp(kept, row->pupil->id) != 0) {
        results_problem(r, row, "code_taken", row->code);
        results_outcome(row, "contradiction", "code_twice");
    } else if (known) {
        results_outcome(row, "unchanged", row->why);
    }
    return 0;
}

static int keep_codes(struct results *r, struct lt_error *err)
{
    json_t *seen = json_object();
    r->out->codes = json_array();
    int rc = r->out->codes && seen ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        struct results_row *row = &r->rows[i];
        if (results_waits(r, row) || !row->pupil || strcmp(row->outcome, "matched") != 0) continue;
        if (*row->code && lt_json_str(row->in, "subject")) {
            rc = judge_code(r, row, seen, err);
            continue;
        }
        results_problem(r, row, *row->code ? "subject_missing" : "code_missing", "");
        results_outcome(row, "error", "error");
    }
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        const struct results_row *row = &r->rows[i];
        if (!row->pupil || strcmp(row->outcome, "matched") != 0) continue;
        json_t *one = json_pack("{s:i, s:s, s:s, s:s}", "year", row->year, "subject", lt_json_str(row->in, "subject"), "code", row->code, "pupil",
                                row->pupil->id);
        if (json_array_append_new(r->out->codes, one)) rc = lt_fail_memory(err);
    }
    json_decref(seen);
    return rc;
}

/* Lists of codes that gave this file its names: gone when it is applied. Of a class teacher's apply the codes of the own class alone: the other rows wait
 * for the deputy head, who needs the list. */
static int used_codes(struct results *r, struct lt_error *err)
{
    json_t *seen = json_object();
    r->out->used_codes = json_array();
    int rc = seen && r->out->used_codes ? 0 : lt_fail_memory(err);
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        const struct results_row *row = &r->rows[i];
        const char *subject = lt_json_str_or(row->in, "subject", "");
        char key[200];
        if (!row->why || strcmp(row->why, "code") != 0) continue;
        lt_print(key, sizeof key, "%d %.100s %.60s", row->year, subject, r->restricted ? row->code : "");
        if (json_object_get(seen, key)) continue;
        json_t *one = json_pack("{s:i, s:s, s:s*}", "year", row->year, "subject", subject, "code", r->restricted ? row->code : NULL);
        if (json_object_set_new(seen, key, json_true()) || json_array_append_new(r->out->used_codes, one)) rc = lt_fail_memory(err);
    }
    json_decref(seen);
    return rc;
}

/* Answers about names of schools, kept for the files to come. */
static int remember_schools(struct results *r, struct lt_error *err)
{
    const char *key;
    json_t *v, *doc = r->schools ? json_deep_copy(r->schools) : json_pack("{s:s, s:s}", "id", "schools", "format", "schools");
    bool changed = false;
    int rc = doc ? 0 : lt_fail_memory(err);
    json_object_foreach((json_t *)(uintptr_t)r->options->decisions, key, v) {
        const char *text = lt_starts(key, "*school!") ? key + strlen("*school!") : NULL;
        const char *list = strcmp(json_string_value(v) ? json_string_value(v) : "", "ours") == 0 ? "ours" : "others";
        if (rc || !text || lt_json_array_has(lt_json_array(doc, list), text)) continue;
        if (!lt_json_array(doc, list) && lt_json_put(doc, list, json_array())) rc = lt_fail_memory(err);
        if (!rc && json_array_append_new(lt_json_array(doc, list), json_string(text))) rc = lt_fail_memory(err);
        changed = true;
    }
    if (rc || !changed) {
        json_decref(doc);
        return rc;
    }
    if (import_proposal_add(r->out, VAULT_SCHOOL, "mappings/schools.json", json_incref(r->schools), doc)) return lt_fail_memory(err);
    r->out->docs[r->out->docs_len - 1].aside = true;
    return 0;
}

static int work(struct results *r, const json_t *items, struct lt_error *err)
{
    bool codes = lt_ends(r->format->name, RESULTS_CODES_SUFFIX), uin = lt_ends(r->format->name, RESULTS_UIN_SUFFIX);
    int rc = results_world(r, items, err);
    if (!rc) rc = results_emit(r, err);
    if (!rc) rc = results_rows(r, err);
    for (size_t i = 0; !rc && i < r->rows_len; i++) {
        results_match(r, &r->rows[i]);
        results_expect(r, &r->rows[i]);
        if (r->rows[i].pupil) results_mentor(r, &r->rows[i]);
    }
    if (!rc) rc = codes ? keep_codes(r, err) : uin ? results_uin(r, err) : results_plan(r, err);
    if (!rc && !codes && !uin) rc = results_uin_beside(r, err);
    if (!rc && !codes && !uin) rc = used_codes(r, err);
    if (!rc) rc = results_remember(r, err);
    if (!rc) rc = remember_schools(r, err);
    if (!rc) rc = results_show(r, err);
    if (!rc && r->failed) rc = lt_fail_memory(err);
    return rc;
}

static int propose(struct uc_call *call, const struct import_format *format, struct import_source *source, const struct import_options *options,
                   const json_t *items, struct import_proposal *out, struct lt_error *err)
{
    struct results r = {.call = call, .format = format, .source = source, .options = options, .out = out,
                        .restricted = import_restricted(call, format), .year_now = model_year_of(call->today, NULL)};
    out->rows = json_array();
    out->sheets = json_array();
    out->skipped = json_array();
    out->heads = json_object();
    int rc = out->rows && out->sheets && out->skipped && out->heads ? work(&r, items, err) : lt_fail_memory(err);
    if (!rc) out->missing = json_incref(r.missing);
    for (size_t i = 0; i < r.rows_len; i++) results_row_clear(&r.rows[i]);
    free(r.rows);
    results_world_clear(&r);
    json_decref(r.emitted);
    json_decref(r.described);
    json_decref(r.missing);
    json_decref(r.hidden);
    return rc;
}

struct import_format import_results(const char *name, const char *plugin)
{
    return (struct import_format){.name = name, .plugin = plugin, .right = "import.results", .subject = "Import results",
                                  .kinds = "school person pupil classes", .free_rows = true, .propose = propose};
}

int import_codes(struct uc_call *call, const char *batch, const struct import_proposal *p, struct lt_error *err)
{
    int rc = json_array_size(p->codes) ? results_codes_keep(call, batch, p->codes, err) : 0;
    return !rc && json_array_size(p->used_codes) ? results_codes_destroy(call, p->used_codes, err) : rc;
}
