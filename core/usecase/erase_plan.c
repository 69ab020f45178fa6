/* What there is of a pupil, and who goes with the pupil: for the preview, and for the act. */
#include "usecase/backup.h"
#include "usecase/erase.h"
#include "usecase/past.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/names.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

enum { MENTIONS_MOST = 50 };

struct plan {
    struct uc_call *call;
    const char *pupil;
    json_t *doc;
    struct lt_error *err;
};

/* --- the portfolio --- */

static int count_documents(struct plan *p)
{
    json_t *items = NULL, *counts = json_object();
    size_t i;
    const json_t *item;
    json_int_t files = 0;
    int64_t bytes = 0;
    int rc = counts ? uc_all(p->call, "documents", json_pack("{s:s}", "repo", p->pupil), &items, p->err) : lt_fail_memory(p->err);
    json_array_foreach(items, i, item) {
        const char *kind = lt_json_str_or(item, "kind", "");
        lt_json_put_int(counts, kind, lt_json_int(counts, kind, 0) + 1);
        if (strcmp(kind, "entry") == 0) files += (json_int_t)json_array_size(lt_json_array(lt_json_object(item, "doc"), "files"));
    }
    json_decref(items);
    if (!rc) rc = index_bytes(p->call->app->index, p->pupil, &bytes, p->err);
    if (!rc && (lt_json_put_int(counts, "files", files) || lt_json_put_int(p->doc, "bytes", bytes))) rc = lt_fail_memory(p->err);
    if (rc) json_decref(counts);
    else rc = lt_json_put(p->doc, "counts", counts) ? lt_fail_memory(p->err) : 0;
    return rc;
}

/* Distinct values of a key of a list of this pupil, with words to show beside them. */
static int list_of(struct plan *p, const char *list, const char *key, const char *kind, const char *as)
{
    json_t *rows = NULL, *found = json_array(), *seen = json_object();
    size_t i;
    const json_t *row;
    int rc = found && seen ? uc_all(p->call, list, json_pack("{s:s}", "pupil", p->pupil), &rows, p->err) : lt_fail_memory(p->err);
    json_array_foreach(rows, i, row) {
        const char *id = lt_json_str_or(row, key, "");
        json_t *doc = NULL;
        struct lt_error ignored = {0};
        if (rc || json_object_get(seen, id)) continue;
        json_object_set_new(seen, id, json_true());
        if (index_get(p->call->app->index, kind, id, &doc, NULL, &ignored)) doc = NULL;
        lt_error_clear(&ignored);
        json_t *one = json_pack("{s:s, s:s*, s:s*}", "id", id, "title", lt_json_str(doc, "title"), "state", lt_json_str(doc, "state"));
        if (one && json_array_size(lt_json_array(doc, "files"))) lt_json_put_int(one, "files", (json_int_t)json_array_size(lt_json_array(doc, "files")));
        if (json_array_append_new(found, one)) rc = lt_fail_memory(p->err);
        json_decref(doc);
    }
    json_decref(rows);
    json_decref(seen);
    if (rc) json_decref(found);
    else rc = lt_json_put(p->doc, as, found) ? lt_fail_memory(p->err) : 0;
    return rc;
}

/* --- who goes with the pupil --- */

struct guardians {
    struct plan *plan;
    json_t *ids;
};

static void add_guardians(json_t *ids, const json_t *card)
{
    size_t i;
    const json_t *g;
    json_array_foreach(lt_json_array(card, "guardians"), i, g) {
        const char *person = lt_json_str(g, "person");
        if (person && !lt_json_array_has(ids, person)) json_array_append_new(ids, json_string(person));
    }
}

/* Whoever was unlinked since was known for the pupil's sake too. */
static int of_commit(void *user, const struct vault_commit_info *c)
{
    struct guardians *g = user;
    struct vault_snapshot *s = NULL;
    struct lt_buf text = LT_BUF_INIT(VAULT_TEXT_MAX);
    json_t *card = NULL;
    struct lt_error ignored = {0};
    if (vault_snapshot_open(g->plan->call->app->vault, g->plan->pupil, c->commit, &s, &ignored) == 0 &&
        vault_snapshot_read(s, "pupil.json", &text, &ignored) == 0 && lt_json_parse(text.data ? text.data : "", text.len, VAULT_TEXT_MAX, &card, &ignored) == 0)
        add_guardians(g->ids, card);
    lt_error_clear(&ignored);
    json_decref(card);
    lt_buf_free(&text);
    vault_snapshot_close(s);
    return 0;
}

/* A word that says why the person stays, or NULL: nothing else speaks of that person. Batches of imports and the card itself do not count. */
static int why_stays(struct plan *p, const json_t *person, const char **why)
{
    const char *id = lt_json_str_or(person, "id", "");
    json_t *rows = NULL;
    size_t i;
    const json_t *row;
    *why = json_array_size(lt_json_array(person, "roles")) ? "staff" : NULL;
    int rc = *why ? 0 : uc_all(p->call, "documents", json_pack("{s:s, s:s}", "says", id, "outside", p->pupil), &rows, p->err);
    json_array_foreach(rows, i, row) {
        const char *kind = lt_json_str_or(row, "kind", "");
        bool own = strcmp(kind, "person") == 0 && strcmp(lt_json_str_or(row, "id", ""), id) == 0;
        if (own || strcmp(kind, "import") == 0 || *why) continue;
        *why = strcmp(kind, "pupil") == 0 ? "other_child" : "elsewhere";
    }
    json_decref(rows);
    return rc;
}

static int sort_person(struct plan *p, const char *id, json_t *go, json_t *stay)
{
    json_t *person = NULL;
    const char *why = NULL;
    char path[80];
    struct lt_error miss = {0};
    int rc = index_get(p->call->app->index, "person", id, &person, NULL, &miss);
    if (rc == LT_NOTFOUND) { /* the card was taken back with the import that made it: the history has it */
        lt_error_clear(&miss);
        lt_print(path, sizeof path, "people/%.36s.json", id);
        rc = past_document(p->call->app, VAULT_SCHOOL, path, &person, &miss);
        if (rc == LT_NOTFOUND) return lt_error_clear(&miss), 0;
    }
    if (rc) return *p->err = miss, rc;
    rc = why_stays(p, person, &why);
    char *name = model_name_full(lt_json_str_or(person, "surname", ""), lt_json_str_or(person, "name", ""), lt_json_str_or(person, "patronymic", ""));
    if (!rc && (!name || json_array_append_new(why ? stay : go, json_pack("{s:s, s:s, s:s*}", "id", id, "name", name, "why", why)))) rc = lt_fail_memory(p->err);
    free(name);
    json_decref(person);
    return rc;
}

static int sort_persons(struct plan *p)
{
    struct guardians g = {.plan = p, .ids = json_array()};
    json_t *go = json_array(), *stay = json_array();
    size_t i;
    const json_t *id;
    add_guardians(g.ids, p->call->target.pupil);
    int rc = g.ids && go && stay ? vault_history(p->call->app->vault, p->pupil, "pupil.json", of_commit, &g, p->err) : lt_fail_memory(p->err);
    json_array_foreach(g.ids, i, id) {
        if (!rc) rc = sort_person(p, json_string_value(id), go, stay);
    }
    json_decref(g.ids);
    if (!rc && (json_object_set(p->doc, "persons", go) || json_object_set(p->doc, "stay", stay))) rc = lt_fail_memory(p->err);
    json_decref(go);
    json_decref(stay);
    return rc;
}

/* --- what no rule can find --- */

/* Texts that people wrote elsewhere and that have both surname and name in them. */
static int find_mentions(struct plan *p)
{
    const json_t *card = p->call->target.pupil;
    json_t *rows = NULL, *found = json_array();
    size_t i;
    const json_t *row;
    int rc = found ? uc_all(p->call, "documents",
                            json_pack("{s:s, s:s, s:s}", "says", lt_json_str_or(card, "surname", ""), "says_too", lt_json_str_or(card, "name", ""), "outside",
                                      p->pupil),
                            &rows, p->err)
                   : lt_fail_memory(p->err);
    json_array_foreach(rows, i, row) {
        const char *kind = lt_json_str_or(row, "kind", ""), *repo = lt_json_str_or(row, "repo", "");
        bool namesake = strcmp(kind, "pupil") == 0 || strcmp(kind, "person") == 0;
        if (rc || namesake || json_array_size(found) >= MENTIONS_MOST) continue;
        if (json_array_append_new(found, json_pack("{s:s, s:s, s:s*}", "kind", kind, "id", lt_json_str_or(row, "id", ""), "pupil",
                                                   strcmp(repo, VAULT_SCHOOL) ? repo : NULL)))
            rc = lt_fail_memory(p->err);
    }
    json_decref(rows);
    if (rc) json_decref(found);
    else rc = lt_json_put(p->doc, "mentions", found) ? lt_fail_memory(p->err) : 0;
    return rc;
}

/* Copies on carriers, which hold the pupil until they go. */
static int find_backups(struct plan *p)
{
    json_t *carriers = NULL, *found = json_array();
    size_t i, k;
    const json_t *c, *copy;
    int rc = found ? carrier_all(p->call, true, &carriers, p->err) : lt_fail_memory(p->err);
    json_array_foreach(carriers, i, c) {
        json_t *ids = json_array();
        json_array_foreach(lt_json_array(c, "copies"), k, copy) json_array_append(ids, json_object_get(copy, "id"));
        if (!rc && json_array_size(ids) &&
            json_array_append_new(found, json_pack("{s:s*, s:s*, s:O}", "number", lt_json_str(c, "number"), "place", lt_json_str(c, "place"), "copies", ids)))
            rc = lt_fail_memory(p->err);
        json_decref(ids);
    }
    json_decref(carriers);
    if (rc) json_decref(found);
    else rc = lt_json_put(p->doc, "backups", found) ? lt_fail_memory(p->err) : 0;
    return rc;
}

/* --- what others have on their way --- */

static int find_waiting(struct plan *p)
{
    json_t *waiting = NULL;
    const json_t *one;
    size_t i;
    json_int_t n = 0;
    int rc = erase_spool_tell(p->call->app, &waiting, p->err);
    json_array_foreach(waiting, i, one) n += lt_json_int(one, "count", 0);
    if (rc) return rc;
    return lt_json_put_int(p->doc, "spool", n) || lt_json_put(p->doc, "waiting", waiting) ? lt_fail_memory(p->err) : 0;
}

/* --- all of it --- */

static bool is_emptied(struct uc_call *call)
{
    json_t *card = NULL;
    struct lt_error miss = {0};
    bool absent = index_get(call->app->index, "pupil", call->target.pupil_id, &card, NULL, &miss) == LT_NOTFOUND;
    lt_error_clear(&miss);
    json_decref(card);
    return absent;
}

static json_t *head_of(struct uc_call *call)
{
    const json_t *card = call->target.pupil;
    char *name = model_name_full(lt_json_str_or(card, "surname", ""), lt_json_str_or(card, "name", ""), lt_json_str_or(card, "patronymic", ""));
    const char *number = lt_json_str(card, "number");
    json_t *doc = name ? json_pack("{s:{s:s, s:s, s:s*, s:s*, s:s*}, s:s}", "pupil", "id", call->target.pupil_id, "name", name, "number", number, "state",
                                   lt_json_str(card, "state"), "class_name", lt_json_str(model_class_on(call->target.classes, call->today), "name"), "confirm",
                                   number && *number ? number : name)
                       : NULL;
    free(name);
    if (doc && is_emptied(call) && lt_json_put_bool(lt_json_object(doc, "pupil"), "emptied", true)) {
        json_decref(doc);
        doc = NULL;
    }
    return doc;
}

int erase_plan(struct uc_call *call, json_t **out, struct lt_error *err)
{
    struct plan p = {.call = call, .pupil = call->target.pupil_id, .doc = head_of(call), .err = err};
    int rc = p.doc ? count_documents(&p) : lt_fail_memory(err);
    if (!rc) rc = sort_persons(&p);
    if (!rc) rc = list_of(&p, "publications", "channel", "channel", "channels");
    if (!rc) rc = list_of(&p, "participants", "event", "event", "events");
    if (!rc) rc = find_mentions(&p);
    if (!rc) rc = find_backups(&p);
    if (!rc) rc = find_waiting(&p);
    if (!rc && (lt_json_put(p.doc, "beyond", json_pack("[s, s, s]", "backups", "exports", "papers"))))
        rc = lt_fail_memory(err);
    if (rc) json_decref(p.doc);
    else *out = p.doc;
    return rc;
}
