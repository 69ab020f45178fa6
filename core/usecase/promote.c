#include "usecase/promote.h"
#include "usecase/klass.h"
#include "usecase/pupil.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"
#include "model/year.h"

#include <stdlib.h>
#include <string.h>

struct plan {
    struct uc_call *call;
    const json_t *in;
    int year;
    struct lt_date last, first; /* last day of the year, first of the next */
    json_t *items;              /* {pupil, name, from, to, what} */
    json_t *classes;            /* next year's class documents by name: {name: doc}; new ones carry "new": true */
    json_t *counts;
    struct uc_tx *tx;
};

/* Class of the next year by name: existing, or a new document kept with the plan. */
static int next_class(struct plan *p, const char *name, struct lt_error *err)
{
    if (json_object_get(p->classes, name)) return 0;
    json_t *doc = NULL;
    int rc = klass_find(p->call, p->year + 1, name, &doc, err);
    if (!rc && !doc) {
        rc = klass_new(p->call, name, p->year + 1, &doc, err);
        if (!rc) json_object_set_new(doc, "new", json_true());
    }
    if (!rc && json_object_set_new(p->classes, name, doc)) rc = lt_fail_memory(err);
    return rc;
}

static const char *what_of(const struct plan *p, const char *pupil, int number)
{
    if (lt_json_array_has(lt_json_array(p->in, "stay_out"), pupil)) return "stay_out";
    if (lt_json_array_has(lt_json_array(p->in, "repeat"), pupil)) return "repeat";
    bool ends = number == 9 || number >= 11;
    if (ends && !(number == 9 && lt_json_array_has(lt_json_array(p->in, "go_on"), pupil))) return "left";
    if (lt_json_array_has(lt_json_array(p->in, "conditional"), pupil)) return "conditional";
    return "promoted";
}

static int plan_pupil(struct plan *p, const json_t *row, const json_t *klass, struct lt_error *err)
{
    const char *pupil = lt_json_str_or(row, "id", ""), *from = lt_json_str_or(klass, "name", "");
    int number = (int)lt_json_int(klass, "number", 0);
    const char *what = what_of(p, pupil, number);
    char to[24] = "";
    if (strcmp(what, "repeat") == 0) lt_print(to, sizeof to, "%s", from);
    else if (strcmp(what, "promoted") == 0 || strcmp(what, "conditional") == 0)
        model_klass_name(number + 1, lt_json_str_or(klass, "letter", ""), to);
    int rc = *to ? next_class(p, to, err) : 0;
    if (rc) return rc;
    char *name = lt_format("%s %s", lt_json_str_or(row, "surname", ""), lt_json_str_or(row, "name", ""));
    json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:s}", "pupil", pupil, "name", name ? name : "", "from", from, "to", to, "what", what);
    free(name);
    uc_saw(p->call, pupil);
    if (json_array_append_new(p->items, item)) return lt_fail_memory(err);
    return lt_json_put_int(p->counts, what, lt_json_int(p->counts, what, 0) + 1) ? lt_fail_memory(err) : 0;
}

static int plan_class(struct plan *p, const char *id, struct lt_error *err)
{
    json_t *klass = NULL, *pupils = NULL;
    char day[LT_DATE_SIZE];
    lt_date_format(p->last, day);
    int rc = uc_doc(p->call, "class", id, &klass, err);
    if (!rc)
        rc = uc_all(p->call, "pupils", json_pack("{s:s, s:s, s:s}", "class", id, "today", day, "state", "active"), &pupils, err);
    size_t i;
    const json_t *row;
    json_array_foreach(pupils, i, row) {
        if (!rc) rc = plan_pupil(p, row, klass, err);
    }
    json_decref(klass);
    json_decref(pupils);
    return rc;
}

static int make_plan(struct plan *p, struct lt_error *err)
{
    const json_t *chosen = lt_json_array(p->in, "class");
    json_t *classes = NULL;
    int rc = uc_all(p->call, "classes", json_pack("{s:i}", "year", p->year), &classes, err);
    size_t i;
    const json_t *k;
    json_array_foreach(classes, i, k) {
        const char *id = lt_json_str_or(k, "id", "");
        if (!rc && (!json_array_size(chosen) || lt_json_array_has(chosen, id))) rc = plan_class(p, id, err);
    }
    json_decref(classes);
    return rc;
}

static int write_classes(struct plan *p, struct uc_tx *tx, struct lt_error *err)
{
    const char *name;
    json_t *doc;
    int rc = 0;
    json_object_foreach(p->classes, name, doc) {
        if (rc || !lt_json_bool(doc, "new", false)) continue;
        char path[VAULT_PATH_MAX];
        json_t *copy = json_copy(doc);
        json_object_del(copy, "new");
        klass_path(doc, path);
        rc = copy ? uc_tx_put(tx, VAULT_SCHOOL, path, copy, err) : lt_fail_memory(err);
        json_decref(copy);
    }
    return rc;
}

static int write_leaver(struct plan *p, json_t *card, json_t *classes, struct lt_error *err)
{
    char day[LT_DATE_SIZE];
    json_t *left = json_pack("{s:s}", "date", lt_date_format(p->last, day));
    if (!left || lt_json_copy_key(left, p->in, "order") || lt_json_put(card, "left", left) || lt_json_put_str(card, "state", "left"))
        return lt_fail_memory(err);
    return pupil_end_terms(classes, p->last, err);
}

static int write_item(struct plan *p, struct uc_tx *tx, const json_t *item, struct lt_error *err)
{
    const char *pupil = lt_json_str_or(item, "pupil", ""), *what = lt_json_str_or(item, "what", "");
    if (strcmp(what, "stay_out") == 0) return 0;
    json_t *card = NULL, *classes = NULL;
    int rc = pupil_get_both(tx, pupil, &card, &classes, err);
    bool leaves = strcmp(what, "left") == 0;
    if (!rc && leaves) rc = write_leaver(p, card, classes, err);
    else if (!rc)
        rc = pupil_place(classes, json_object_get(p->classes, lt_json_str_or(item, "to", "")), p->first, what,
                         lt_json_str(p->in, "order"), err);
    if (!rc) rc = pupil_put_both(tx, pupil, leaves ? card : NULL, classes, err);
    if (!rc) rc = uc_tx_seal(tx, pupil, leaves ? "Leave by order at the end of the year" : "Go on to the next school year", NULL, err);
    json_decref(card);
    json_decref(classes);
    return rc;
}

static int write_again(void *user, const char *repo, struct lt_error *err)
{
    struct plan *p = user;
    size_t i;
    const json_t *item;
    if (strcmp(repo, VAULT_SCHOOL) == 0) return write_classes(p, p->tx, err);
    json_array_foreach(p->items, i, item) {
        if (strcmp(lt_json_str_or(item, "pupil", ""), repo) == 0) return write_item(p, p->tx, item, err);
    }
    return 0;
}

static int carry_out(struct plan *p, struct lt_error *err)
{
    size_t n = json_array_size(p->items), i;
    const char **repos = lt_calloc(n + 1, sizeof *repos);
    if (!repos) return lt_fail_memory(err);
    const json_t *item;
    json_array_foreach(p->items, i, item) repos[i] = lt_json_str_or(item, "pupil", "");
    repos[n] = VAULT_SCHOOL;
    static const char subject[] = "Promote classes to the next school year";
    int rc = uc_tx_begin_unlocked(p->call, repos, n + 1, &p->tx, err);
    if (!rc) rc = write_classes(p, p->tx, err);
    json_array_foreach(p->items, i, item) {
        if (!rc) rc = write_item(p, p->tx, item, err);
    }
    if (!rc) rc = uc_tx_prepare(p->tx, subject, NULL, err);
    if (!rc) rc = uc_tx_lock(p->tx, write_again, p, err);
    if (!rc) rc = uc_tx_commit(p->tx, subject, NULL, err);
    uc_tx_end(p->tx);
    free(repos);
    return rc;
}

int promote_run(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err)
{
    char from[MODEL_YEAR_SIZE], to[MODEL_YEAR_SIZE];
    struct model_year_rule rule = uc_year_rule(call);
    struct plan p = {.call = call, .in = in, .year = (int)lt_json_int(in, "year", klass_this_year(call))};
    p.last = model_year_last(p.year, &rule);
    p.first = model_year_first(p.year + 1, &rule);
    p.items = json_array();
    p.classes = json_object();
    p.counts = json_object();
    bool apply = lt_json_bool(in, "apply", false);
    int rc = p.items && p.classes && p.counts ? make_plan(&p, err) : lt_fail_memory(err);
    if (!rc && apply && !lt_json_str(in, "order") && lt_json_int(p.counts, "left", 0) > 0)
        rc = lt_fail_field(err, LT_REFUSED, "order", "class.leavers_order", "count", LT_NUM(lt_json_int(p.counts, "left", 0)), (char *)NULL);
    if (!rc && apply) rc = carry_out(&p, err);
    if (!rc)
        *out = json_pack("{s:s, s:s, s:b, s:O, s:O}", "year", model_year_text(p.year, from), "next",
                         model_year_text(p.year + 1, to), "apply", apply, "counts", p.counts, "items", p.items);
    json_decref(p.items);
    json_decref(p.classes);
    json_decref(p.counts);
    return rc ? rc : *out ? 0 : lt_fail_memory(err);
}
