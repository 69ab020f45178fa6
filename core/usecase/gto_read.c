/* Results gathered from portfolios and judged by the plugin, all pupils of a call in one job. */
#include "usecase/gto.h"
#include "usecase/ports.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/entry.h"
#include "model/names.h"
#include "model/rights.h"

#include <stdlib.h>
#include <string.h>

void gto_pupils_clear(struct gto_pupils *p)
{
    for (size_t i = 0; i < p->len; i++) {
        json_decref(p->all[i].card);
        json_decref(p->all[i].results);
        json_decref(p->all[i].badges);
        json_decref(p->all[i].answer);
    }
    free(p->all);
    *p = (struct gto_pupils){.all = NULL};
}

char *gto_name(const json_t *card)
{
    return model_name_full(lt_json_str(card, "surname"), lt_json_str(card, "name"), lt_json_str(card, "patronymic"));
}

/* --- who may read --- */

/* How the school writes the subject: as the actor's own role of a teacher of it does. */
static const char *subject_of(const struct uc_call *call)
{
    size_t i;
    const json_t *role;
    json_array_foreach(lt_json_array(call->actor.person, "roles"), i, role) {
        const char *subject = lt_json_str(role, "subject");
        char *folded = subject ? lt_fold(subject) : NULL;
        bool mine = folded && (lt_starts(folded, "физическая культура") || lt_starts(folded, "физкультура"));
        free(folded);
        if (mine) return subject;
    }
    return GTO_SUBJECT;
}

/* Judged as an entry of the GTO that might be there: whoever would read it may read the board. */
int gto_require(struct uc_call *call, const char *pupil, struct lt_error *err)
{
    json_t *draft = json_pack("{s:s, s:s, s:s, s:s, s:s}", "activity", "gto", "section", "extracurricular", "subject", subject_of(call), "state",
                              "verified", "kind", "achievement");
    int rc = draft ? uc_require_draft(call, "entry.list", pupil, draft, err) : lt_fail_memory(err);
    json_decref(draft);
    return rc;
}

/* --- entries --- */

static int age_on(const json_t *card, const char *date)
{
    struct lt_date birth = {0, 0, 0}, on = {0, 0, 0};
    if (!lt_date_parse(lt_json_str_or(card, "birth", ""), &birth) || !lt_date_parse(date, &on)) return -1;
    return lt_date_age(birth, on);
}

static int add_result(struct gto_pupil *p, const json_t *doc, const char *state, struct lt_error *err)
{
    const json_t *gto = lt_json_object(doc, "gto");
    const char *date = lt_json_str_or(doc, "date", "");
    json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:s, s:s}", "id", lt_json_str_or(doc, "id", ""), "kind",
                            lt_json_str_or(gto, "test", ""), "value", lt_json_str_or(gto, "value", ""), "date", date, "age",
                            age_on(p->card, date), "aside", strcmp(state, "verified") != 0, "title", lt_json_str_or(doc, "title", ""), "state",
                            state);
    return json_array_append_new(p->results, one) ? lt_fail_memory(err) : 0;
}

static int add_badge(struct gto_pupil *p, const json_t *doc, const char *state, struct lt_error *err)
{
    const json_t *gto = lt_json_object(doc, "gto"), *paper = lt_json_object(doc, "document");
    json_t *one = json_pack("{s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*, s:s}", "id", lt_json_str_or(doc, "id", ""), "badge",
                            lt_json_str_or(doc, "badge", ""), "level", lt_json_str(gto, "level"), "date", lt_json_str(doc, "date"), "number",
                            lt_json_str(paper, "number"), "order", lt_json_str(gto, "order"), "order_date", lt_json_str(gto, "order_date"),
                            "state", state);
    return json_array_append_new(p->badges, one) ? lt_fail_memory(err) : 0;
}

/* What the entry says that others may see: the verified revision, else the submitted one, which waits. */
static int add_entry(struct uc_call *call, struct gto_pupil *p, const json_t *entry, const json_t *verified, const json_t *dispute,
                     struct lt_error *err)
{
    struct model_entry_facts f;
    model_entry_facts_of(entry, verified, dispute, &f);
    if (f.family_only || f.hidden || f.disputed || strcmp(f.state, "taken_back") == 0) return 0;
    if (f.sensitive && !uc_may(call, "entry.read", UC_T_ENTRY, lt_json_str_or(entry, "id", ""))) return 0;
    const json_t *doc = f.verified && verified ? verified : entry;
    const char *state = f.verified ? "verified" : f.state;
    if (strcmp(state, "draft") == 0) return 0;
    const json_t *gto = lt_json_object(doc, "gto");
    if (lt_json_str(gto, "test")) return add_result(p, doc, state, err);
    if (lt_json_str(doc, "badge")) return add_badge(p, doc, state, err);
    return 0;
}

static const json_t *doc_of(const json_t *docs, const char *kind, const char *id)
{
    size_t i;
    const json_t *d;
    json_array_foreach(docs, i, d) {
        if (strcmp(lt_json_str_or(d, "kind", ""), kind) == 0 && strcmp(lt_json_str_or(d, "id", ""), id) == 0) return lt_json_object(d, "doc");
    }
    return NULL;
}

static int add_entries(struct uc_call *call, struct gto_pupil *p, struct lt_error *err)
{
    json_t *rows = NULL, *ids = json_array(), *docs = NULL;
    size_t i;
    const json_t *row;
    int rc = ids ? uc_all(call, "entries", json_pack("{s:s, s:s}", "pupil", p->id, "activity", "gto"), &rows, err) : lt_fail_memory(err);
    json_array_foreach(rows, i, row) {
        if (!rc && json_array_append(ids, json_object_get(row, "id"))) rc = lt_fail_memory(err);
    }
    if (!rc && json_array_size(ids))
        rc = uc_all(call, "documents", json_pack("{s:O, s:[s, s, s]}", "ids", ids, "kind", "entry", "verified", "dispute"), &docs, err);
    for (i = json_array_size(ids); !rc && i-- > 0;) { /* the list is newest first */
        const char *id = json_string_value(json_array_get(ids, i));
        const json_t *entry = doc_of(docs, "entry", id);
        if (entry) rc = add_entry(call, p, entry, doc_of(docs, "verified", id), doc_of(docs, "dispute", id), err);
    }
    json_decref(rows);
    json_decref(ids);
    json_decref(docs);
    return rc;
}

int gto_pupil_add(struct uc_call *call, struct gto_pupils *to, const char *pupil, struct lt_error *err)
{
    struct gto_pupil *grown = lt_array_grow(to->all, &to->cap, to->len + 1, sizeof *to->all);
    if (!grown) return lt_fail_memory(err);
    to->all = grown;
    struct gto_pupil *p = &to->all[to->len++];
    json_t *classes = NULL;
    struct lt_error none = {0};
    lt_print(p->id, sizeof p->id, "%s", pupil);
    p->results = json_array();
    p->badges = json_array();
    int rc = p->results && p->badges ? uc_doc(call, "pupil", pupil, &p->card, err) : lt_fail_memory(err);
    if (!rc && index_get(call->app->index, "classes", pupil, &classes, NULL, &none) == 0) {
        const json_t *now = model_class_on(classes, call->today);
        lt_print(p->class_name, sizeof p->class_name, "%s", lt_json_str_or(now, "name", ""));
        lt_print(p->class_id, sizeof p->class_id, "%s", lt_json_str_or(now, "class", ""));
    }
    lt_error_clear(&none);
    json_decref(classes);
    if (!rc) rc = add_entries(call, p, err);
    if (!rc) uc_saw(call, pupil);
    return rc;
}

/* --- many --- */

static int add_class(struct uc_call *call, const char *klass, struct gto_pupils *out, size_t *refused, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    json_t *rows = NULL;
    size_t i;
    const json_t *row;
    lt_date_format(call->today, today);
    int rc = uc_all(call, "pupils", json_pack("{s:s, s:s, s:s}", "class", klass, "state", "active", "today", today), &rows, err);
    json_array_foreach(rows, i, row) {
        struct lt_error why = {0};
        const char *id = lt_json_str_or(row, "id", "");
        if (rc) break;
        int may = gto_require(call, id, &why);
        if (may == 0) rc = gto_pupil_add(call, out, id, err);
        else if (may == LT_DENIED || may == LT_NOTFOUND) (*refused)++;
        else *err = why, rc = may;
        if (may != LT_SYSTEM) lt_error_clear(&why);
    }
    json_decref(rows);
    return rc;
}

static int all_classes(struct uc_call *call, json_t **ids, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    json_t *rows = NULL;
    size_t i;
    const json_t *row;
    *ids = json_array();
    int rc = *ids ? uc_all(call, "classes", json_pack("{s:s}", "today", lt_date_format(call->today, today)), &rows, err) : lt_fail_memory(err);
    json_array_foreach(rows, i, row) {
        if (!rc && lt_json_int(row, "pupils", 0) && json_array_append(*ids, json_object_get(row, "id"))) rc = lt_fail_memory(err);
    }
    json_decref(rows);
    return rc;
}

int gto_pupils_of(struct uc_call *call, const json_t *classes, struct gto_pupils *out, struct lt_error *err)
{
    json_t *all = NULL;
    size_t i, refused = 0;
    const json_t *id;
    int rc = json_array_size(classes) ? 0 : all_classes(call, &all, err);
    if (!rc && all) classes = all;
    json_array_foreach(classes, i, id) {
        if (!rc) rc = add_class(call, json_string_value(id), out, &refused, err);
    }
    json_decref(all);
    if (!rc && refused && !out->len) rc = lt_fail(err, LT_DENIED, "denied.right", "right", "entry.list", (char *)NULL);
    return rc;
}

/* --- the job --- */

struct judging {
    struct gto_pupils *pupils; /* or */
    const json_t *item;        /* one */
    json_t *answer;
    const char *date;
    int age;
    size_t at;
    struct lt_date day;
};

static json_t *item_of(const struct judging *j, const struct gto_pupil *p)
{
    char date[LT_DATE_SIZE];
    lt_date_format(j->day, date);
    return json_pack("{s:s, s:s, s:s, s:i, s:b, s:O}", "pupil", p->id, "sex", lt_json_str_or(p->card, "sex", ""), "date", date, "age", age_on(p->card, date), "board", 1, "results", p->results);
}

static int next_item(void *user, struct lt_buf *out, struct lt_error *err)
{
    struct judging *j = user;
    json_t *item = NULL;
    if (j->pupils) {
        /* without sex or birth date nothing can be judged: told by the caller */
        while (j->at < j->pupils->len && (!lt_json_str(j->pupils->all[j->at].card, "sex") || !lt_json_str(j->pupils->all[j->at].card, "birth")))
            j->at++;
        if (j->at == j->pupils->len) return 0;
        item = item_of(j, &j->pupils->all[j->at++]);
    } else if (j->at++ == 0) {
        item = json_incref((json_t *)(uintptr_t)j->item);
    } else {
        return 0;
    }
    int rc = item ? lt_json_compact(item, out, err) : lt_fail_memory(err);
    json_decref(item);
    return rc ? rc : 1;
}

static int take(void *user, const json_t *doc, struct lt_error *err)
{
    struct judging *j = user;
    const char *id = lt_json_str_or(doc, "pupil", "");
    json_t **to = j->pupils ? NULL : &j->answer;
    for (size_t i = 0; j->pupils && i < j->pupils->len; i++) {
        if (strcmp(j->pupils->all[i].id, id) == 0) to = &j->pupils->all[i].answer;
    }
    if (!to || *to) return lt_fail(err, LT_REFUSED, "plugin.malformed", "id", GTO_PLUGIN, "plugin_fault", "emit", (char *)NULL);
    *to = json_incref((json_t *)(uintptr_t)doc);
    return 0;
}

/* Numbers the school has set for badges of the first level. */
static json_t *counts(struct uc_call *call)
{
    return json_pack("{s:{s:I, s:I, s:I}}", "I", "bronze", (json_int_t)uc_setting_int(call, "gto.first_bronze"), "silver",
                     (json_int_t)uc_setting_int(call, "gto.first_silver"), "gold", (json_int_t)uc_setting_int(call, "gto.first_gold"));
}

static int run_job(struct uc_call *call, struct judging *j, enum lt_lang lang, struct lt_error *err)
{
    char today[LT_DATE_SIZE];
    const struct uc_ports *ports = call->app->ports;
    json_t *job = json_pack("{s:s, s:s, s:{s:o}}", "lang", lt_lang_word(lang), "today", lt_date_format(call->today, today), "rules", "counts",
                            counts(call));
    struct uc_evaluate run = {.plugin = GTO_PLUGIN, .job = job, .next = next_item, .emit = take, .user = j};
    int rc = !job ? lt_fail_memory(err)
             : ports->evaluate ? ports->evaluate(ports->ctx, call->app, &run, err)
                               : lt_fail(err, LT_NOTFOUND, "plugin.absent", "id", GTO_PLUGIN, (char *)NULL);
    json_decref(job);
    return rc;
}

int gto_judge(struct uc_call *call, struct gto_pupils *p, struct lt_date day, struct lt_error *err)
{
    struct judging j = {.pupils = p, .day = day};
    return p->len ? run_job(call, &j, call->lang, err) : 0;
}

int gto_refuse(const json_t *problem, struct lt_error *err)
{
    const json_t *p = lt_json_object(problem, "params");
    const char *code = lt_json_str_or(problem, "code", "value_form");
    char id[64];
    char day[16] = "";
    struct lt_date d;
    if (lt_date_parse(lt_json_str_or(p, "date", ""), &d)) lt_print(day, sizeof day, "%02d.%02d.%04d", d.day, d.month, d.year);
    bool known = strlen(code) < 40 && strspn(code, "abcdefghijklmnopqrstuvwxyz_") == strlen(code);
    lt_print(id, sizeof id, "gto.%s", known ? code : "value_form");
    int rc = lt_fail(err, LT_REFUSED, id, "name", lt_json_str_or(p, "name", ""), "level", lt_json_str_or(p, "level", ""), "value",
                     lt_json_str_or(p, "value", ""), "age", lt_json_str_or(p, "age", ""), "test", lt_json_str_or(p, "test", ""), "tests", lt_json_str_or(p, "tests", ""), "gto_unit", lt_json_str_or(p, "gto_unit", "points"),
                     "day", day, (char *)NULL);
    json_t *candidates = lt_json_array(problem, "candidates");
    if (candidates) lt_error_details(err, json_pack("{s:O}", "candidates", candidates));
    return rc;
}

int gto_judge_one(struct uc_call *call, const char *sex, struct lt_date birth, struct lt_date day, const char *test, const char *value,
                  enum lt_lang lang, json_t **out, struct lt_error *err)
{
    char date[LT_DATE_SIZE];
    int age = lt_date_age(birth, day);
    if (age < 0) return lt_fail_field(err, LT_REFUSED, "birth", "gto.birth_later", (char *)NULL);
    lt_date_format(day, date);
    json_t *item = json_pack("{s:s, s:s, s:s, s:i, s:[{s:s, s:s, s:s, s:s, s:i}]}", "pupil", "", "sex", sex, "date", date, "age", age, "results",
                             "id", "", "kind", test, "value", value, "date", date, "age", age);
    struct judging j = {.item = item};
    int rc = item ? run_job(call, &j, lang, err) : lt_fail_memory(err);
    const json_t *result = json_array_get(lt_json_array(j.answer, "results"), 0);
    const json_t *problem = lt_json_object(result, "problem");
    if (!rc && problem) rc = gto_refuse(problem, err);
    else if (!rc && !lt_json_str(result, "badge")) rc = lt_fail(err, LT_REFUSED, "plugin.malformed", "id", GTO_PLUGIN, "plugin_fault", "emit", (char *)NULL);
    if (!rc && !(*out = json_deep_copy(result))) rc = lt_fail_memory(err);
    json_decref(j.answer);
    json_decref(item);
    return rc;
}
