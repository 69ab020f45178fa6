#include "usecase/klass_board.h"
#include "usecase/klass.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/consent.h"
#include "model/names.h"
#include "model/values.h"

#include <stdlib.h>
#include <string.h>

int klass_pupils(struct uc_call *call, const char *klass, json_t **out, struct lt_error *err)
{
    json_t *params = json_pack("{s:s}", "class", klass);
    int rc = params ? uc_scope(call, "pupil.list", params, err) : lt_fail_memory(err);
    if (!rc) return uc_all(call, "pupils", params, out, err);
    json_decref(params);
    return rc;
}

static json_t *named(const json_t *row)
{
    char *name = model_name_full(lt_json_str(row, "surname"), lt_json_str(row, "name"), lt_json_str(row, "patronymic"));
    json_t *out = json_string(name ? name : "");
    free(name);
    return out;
}

/* --- board: pupils × sections as marks. No number anywhere: nothing to compare children by --- */

static bool after(const json_t *entry, const char *since)
{
    const char *changed = lt_json_str(entry, "changed");
    return since && changed && strcmp(changed, since) > 0;
}

static int mark(json_t *row, const json_t *entry, const char *since)
{
    const char *section = lt_json_str_or(entry, "section", "additional"), *state = lt_json_str_or(entry, "state", "");
    json_t *cells = lt_json_object(row, "sections"), *cell = json_object_get(cells, section);
    if (!cell && lt_json_put(cells, section, cell = json_object())) return -1;
    bool waits = strcmp(state, "submitted") == 0, back = strcmp(state, "returned") == 0, is_new = after(entry, since);
    bool verified = lt_json_bool(entry, "verified", false) || strcmp(state, "verified") == 0;
    int rc = 0;
    if (verified) rc |= lt_json_put_bool(cell, "verified", true);
    if (waits) rc |= lt_json_put_bool(cell, "waiting", true) | lt_json_put_bool(row, "waiting", true);
    if (back) rc |= lt_json_put_bool(cell, "returned", true);
    if (is_new) rc |= lt_json_put_bool(cell, "new", true) | lt_json_put_bool(row, "new", true);
    if (verified || waits || back) rc |= lt_json_put_bool(row, "nothing", false);
    return rc;
}

static int board_rows(const json_t *pupils, json_t *rows, json_t *by_id)
{
    size_t i;
    const json_t *p;
    json_array_foreach(pupils, i, p) {
        json_t *row = json_pack("{s:s, s:o, s:{}, s:b}", "id", lt_json_str_or(p, "id", ""), "name", named(p), "sections", "nothing", 1);
        if (json_array_append_new(rows, row) || json_object_set(by_id, lt_json_str_or(p, "id", ""), row)) return -1;
    }
    return 0;
}

static int board_entries(struct uc_call *call, const char *klass, int year, json_t **out, struct lt_error *err)
{
    json_t *params = json_pack("{s:s, s:i}", "class", klass, "school_year", year);
    int rc = params ? uc_scope(call, "entry.list", params, err) : lt_fail_memory(err);
    if (!rc) return uc_all(call, "entries", params, out, err);
    json_decref(params);
    return rc;
}

int klass_run_board(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    const char *klass = lt_json_str_or(in, "id", ""), *since = lt_json_str(in, "since");
    int year = klass_this_year(call);
    json_t *pupils = NULL, *entries = NULL, *rows = json_array(), *by_id = json_object(), *sections = json_array();
    int rc = rows && by_id && sections ? klass_pupils(call, klass, &pupils, err) : lt_fail_memory(err);
    if (!rc && board_rows(pupils, rows, by_id)) rc = lt_fail_memory(err);
    if (!rc) rc = board_entries(call, klass, year, &entries, err);
    size_t i;
    const json_t *e;
    json_array_foreach(entries, i, e) {
        json_t *row = json_object_get(by_id, lt_json_str_or(e, "pupil", ""));
        if (row && mark(row, e, since)) rc = lt_fail_memory(err);
    }
    for (const char *const *s = model_values("section", NULL); s && *s; s++) json_array_append_new(sections, json_string(*s));
    uc_saw_items(call, rows, "id");
    if (!rc) {
        *out = json_pack("{s:s, s:s, s:i, s:O, s:O}", "id", klass, "name", lt_json_str_or(call->target.object, "name", ""), "year", year, "sections",
                         sections, "pupils", rows);
        if (!*out) rc = lt_fail_memory(err);
    }
    json_decref(pupils);
    json_decref(entries);
    json_decref(rows);
    json_decref(by_id);
    json_decref(sections);
    return rc;
}

/* --- accounts --- */

static int add_guardians(struct uc_call *call, const json_t *pupil, json_t *people, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    json_t *guardians = NULL;
    size_t i;
    const json_t *g;
    lt_date_format(call->today, today);
    int rc = uc_all(call, "guardians", json_pack("{s:s, s:s}", "pupil", lt_json_str_or(pupil, "id", ""), "today", today), &guardians, err);
    json_array_foreach(guardians, i, g) {
        json_t *one = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s}", "pupil", lt_json_str_or(pupil, "id", ""), "pupil_name", named(pupil), "subject",
                                lt_json_str_or(g, "person", ""), "kind", "guardian", "name", lt_json_str_or(g, "person_name", ""), "relation",
                                lt_json_str_or(g, "kind", ""));
        if (json_array_append_new(people, one)) rc = lt_fail_memory(err);
    }
    json_decref(guardians);
    return rc;
}

/* The pupil, then the guardians. */
static int add_family(struct uc_call *call, const json_t *pupil, json_t *people, struct lt_error *err)
{
    const char *id = lt_json_str_or(pupil, "id", "");
    uc_saw(call, id);
    json_t *one = json_pack("{s:s, s:o, s:s, s:s, s:o}", "pupil", id, "pupil_name", named(pupil), "subject", id, "kind", "pupil", "name", named(pupil));
    return json_array_append_new(people, one) ? lt_fail_memory(err) : add_guardians(call, pupil, people, err);
}

int klass_people(struct uc_call *call, const char *klass, json_t **out, struct lt_error *err)
{
    json_t *pupils = NULL, *people = json_array();
    size_t i;
    const json_t *p;
    int rc = people ? klass_pupils(call, klass, &pupils, err) : lt_fail_memory(err);
    json_array_foreach(pupils, i, p) {
        if (!rc) rc = add_family(call, p, people, err);
    }
    json_decref(pupils);
    if (rc) json_decref(people);
    else *out = people;
    return rc;
}

int klass_people_of(struct uc_call *call, const char *pupil, json_t **out, struct lt_error *err)
{
    json_t *card = NULL, *people = json_array();
    int rc = people ? uc_doc(call, "pupil", pupil, &card, err) : lt_fail_memory(err);
    if (!rc) rc = add_family(call, card, people, err);
    json_decref(card);
    if (rc) json_decref(people);
    else *out = people;
    return rc;
}

const char *klass_account_state(const struct uc_call *call, const struct sys_account *a)
{
    if (a->disabled) return "disabled";
    if (a->must_change && a->slip_expires && a->slip_expires < call->now) return "expired";
    if (a->confirmed) return "confirmed";
    return a->must_change ? "issued" : "used";
}

static int add_account(struct uc_call *call, json_t *person, struct lt_error *err)
{
    struct sys_account a;
    struct lt_error miss = {0};
    const char *subject = lt_json_str_or(person, "subject", "");
    int rc = sysdb_account_by_subject(call->app->sys, subject, &a, &miss);
    if (rc && rc != LT_NOTFOUND) {
        *err = miss;
        return rc;
    }
    lt_error_clear(&miss);
    char expires[LT_INSTANT_SIZE] = "";
    if (!rc && a.must_change && a.slip_expires) lt_instant_format(a.slip_expires, expires);
    if (lt_json_put_str(person, "person_name", lt_json_str(person, "name")) || lt_json_put_str(person, "account_state", rc ? "none" : klass_account_state(call, &a)) || lt_json_put_str(person, "login", rc ? NULL : a.login) ||
        lt_json_put_str(person, "account", rc ? NULL : a.id) || lt_json_put_str(person, "slip_expires", expires) ||
        lt_json_put_bool(person, "may", uc_may(call, "account.reset", UC_T_ACCOUNT, subject)))
        return lt_fail_memory(err);
    return 0;
}

int klass_run_accounts(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *people = NULL;
    size_t i;
    json_t *p;
    int rc = klass_people(call, lt_json_str_or(in, "id", ""), &people, err);
    json_array_foreach(people, i, p) {
        if (!rc) rc = add_account(call, p, err);
    }
    if (!rc) {
        *out = json_pack("{s:O, s:n}", "items", people, "next");
        if (!*out) rc = lt_fail_memory(err);
    }
    json_decref(people);
    return rc;
}

/* --- consents --- */

static int consents_of(struct uc_call *call, const char *pupil, json_t **out, struct lt_error *err)
{
    json_t *rows = NULL, *docs = json_array();
    size_t i;
    const json_t *row;
    int rc = docs ? uc_all(call, "consents", json_pack("{s:s}", "pupil", pupil), &rows, err) : lt_fail_memory(err);
    json_array_foreach(rows, i, row) {
        json_t *doc = lt_json_object(row, "consent");
        if (doc && json_array_append(docs, doc)) rc = lt_fail_memory(err);
    }
    json_decref(rows);
    if (rc) json_decref(docs);
    else *out = docs;
    return rc;
}

/* Consents that name a target stand each for itself; the state of the purpose is the best of them. */
static const char *summary(const json_t *docs, const json_t *card, const char *purpose, const struct uc_call *call)
{
    static const char *const order[] = {"refused", "active", "waiting_second", "withdrawn", "expired", "none"};
    const char *best = model_consent_summary(docs, card, purpose, NULL, call->today, call->app->clock.offset_minutes);
    size_t i, rank = LT_COUNT(order) - 1;
    const json_t *c;
    for (size_t k = 0; k < LT_COUNT(order); k++) {
        if (strcmp(order[k], best) == 0) rank = k;
    }
    json_array_foreach(docs, i, c) {
        const char *target = lt_json_str(c, "target");
        if (!target || strcmp(lt_json_str_or(c, "purpose", ""), purpose) != 0) continue;
        const char *now = model_consent_summary(docs, card, purpose, target, call->today, call->app->clock.offset_minutes);
        for (size_t k = 0; k < rank; k++) {
            if (strcmp(order[k], now) == 0) rank = k;
        }
    }
    return order[rank];
}

static const char *signers_word(const json_t *card, struct lt_date today)
{
    static const char *const words[] = {"guardian", "both", "pupil"};
    struct lt_date birth = {0};
    lt_date_parse(lt_json_str_or(card, "birth", ""), &birth);
    return words[model_consent_signers(birth, today)];
}

static int consent_row(struct uc_call *call, const json_t *pupil, json_t *rows, struct lt_error *err)
{
    const char *id = lt_json_str_or(pupil, "id", "");
    json_t *docs = NULL, *card = NULL;
    if (!uc_may(call, "consent.read", UC_T_PUPIL, id)) return 0;
    int rc = uc_doc(call, "pupil", id, &card, err);
    if (!rc) rc = consents_of(call, id, &docs, err);
    json_t *row = rc ? NULL : json_pack("{s:s, s:o, s:s}", "pupil", id, "pupil_name", named(pupil), "signers", signers_word(card, call->today));
    uc_saw(call, id);
    for (const char *const *p = model_values("consent_purpose", NULL); !rc && p && *p; p++)
        rc = row && lt_json_put_str(row, *p, summary(docs, card, *p, call)) == 0 ? 0 : lt_fail_memory(err);
    if (!rc && json_array_append(rows, row)) rc = lt_fail_memory(err);
    json_decref(row);
    json_decref(docs);
    json_decref(card);
    return rc;
}

int klass_run_consents(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    json_t *pupils = NULL, *rows = json_array();
    size_t i;
    const json_t *p;
    int rc = rows ? klass_pupils(call, lt_json_str_or(in, "id", ""), &pupils, err) : lt_fail_memory(err);
    json_array_foreach(pupils, i, p) {
        if (!rc) rc = consent_row(call, p, rows, err);
    }
    if (!rc) {
        *out = json_pack("{s:O, s:n}", "items", rows, "next");
        if (!*out) rc = lt_fail_memory(err);
    }
    json_decref(pupils);
    json_decref(rows);
    return rc;
}
