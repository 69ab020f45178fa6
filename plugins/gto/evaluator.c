/* Results of pupils in, judged results and boards out. No names, no birth dates: the program says how old the pupil was on each day.
 * job: {"lang", "rules": {"files": [{name, origin, text}], "counts": {level: {badge: tests}}}}
 * item: {"pupil", "sex", "date", "age", "board": false, "results": [{"id", "kind", "value", "date", "age", "aside"}]}
 * emit: {"pupil", "findings", "results": [{id, …} or {id, problem}], "board", "earlier": [{level, badge, edition}], "problem"} */
#include "gto.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { RESULTS_MAX = 1000 };

struct run {
    const struct letopis_host *host;
    json_t *job;
    struct gto_tables tables;
    const json_t *counts;
    enum lt_lang lang;
};

static void end(void *user)
{
    struct run *r = user;
    if (!r) return;
    gto_tables_free(&r->tables);
    json_decref(r->job);
    free(r);
}

void gto_tell(const struct letopis_host *host, enum lt_lang lang, const struct gto_problem *p)
{
    struct lt_error err = {.status = LT_REFUSED};
    struct lt_buf text = LT_BUF_INIT(4000);
    const char *file = lt_json_str_or(p->params, "file", ""), *line = lt_json_str_or(p->params, "line", ""), *why = lt_json_str_or(p->params, "why", "");
    char code[64];
    lt_print(code, sizeof code, "gto.%s", p->code);
    lt_fail(&err, LT_REFUSED, code, "file", file, "line", line, "table_why", why, (char *)NULL);
    lt_error_text(&text, lang, &err);
    if (text.data) host->fail(host->ctx, text.data, text.len);
    lt_buf_free(&text);
    lt_error_clear(&err);
}

static int32_t begin(void *state, const struct letopis_host *host, const char *job, size_t len, void **out)
{
    struct run *r = lt_calloc(1, sizeof *r);
    struct lt_error err = {0};
    struct gto_problem p = {.code = ""};
    (void)state;
    if (!r) return LETOPIS_FAILED;
    r->host = host;
    if (lt_json_parse(job, len, 4 << 20, &r->job, &err)) {
        lt_error_clear(&err);
        end(r);
        return LETOPIS_FAILED;
    }
    const json_t *rules = lt_json_object(r->job, "rules");
    r->lang = lt_lang_parse(lt_json_str(r->job, "lang"), LT_RU);
    r->counts = lt_json_object(rules, "counts");
    if (!gto_tables_read(&r->tables, lt_json_array(rules, "files"), &p)) {
        gto_tell(host, r->lang, &p);
        gto_problem_clear(&p);
        end(r);
        return LETOPIS_FAILED;
    }
    *out = r;
    return LETOPIS_OK;
}

static json_t *problem_json(const struct gto_problem *p)
{
    json_t *o = json_pack("{s:s, s:O?}", "code", p->code, "params", p->params);
    if (o && p->candidates) json_object_set(o, "candidates", p->candidates);
    return o;
}

/* One result judged; false with the problem. */
static bool judge(const struct run *r, char sex, const json_t *in, struct gto_result *out, json_t *shown, struct gto_problem *p)
{
    const char *date = lt_json_str_or(in, "date", "");
    int age = (int)lt_json_int(in, "age", -1);
    const struct gto_edition *e = gto_edition_on(&r->tables, date);
    if (!e) return gto_wrong(p, "no_edition", "date", date, (char *)NULL);
    int level = gto_level_of(e, age);
    if (level < 0) return gto_wrong(p, "no_level", "age", LT_NUM(age), "date", date, (char *)NULL);
    lt_json_put_str(shown, "edition", e->id);
    lt_json_put_str(shown, "level", e->levels[level].name);
    int test = gto_test_find(&r->tables, e, level, sex, lt_json_str_or(in, "kind", ""), r->lang, p);
    if (test < 0) return false;
    const struct gto_test *t = &r->tables.tests[test];
    const struct gto_norm *n = gto_norm_find(e, level, sex, test);
    *out = (struct gto_result){.id = lt_json_str_or(in, "id", ""), .date = date, .edition = e, .norm = n, .level = e->levels[level].name,
                                .aside = lt_json_bool(in, "aside", false)};
    if (!gto_value_read(t, n, lt_json_str_or(in, "value", ""), &out->value, p)) {
        if (p->params) json_object_set_new(p->params, "test", json_string(gto_test_title(t, r->lang)));
        return false;
    }
    out->badge = gto_judge(&r->tables, n, out->value);
    return true;
}

static void show(const struct run *r, const struct gto_result *g, json_t *o)
{
    const struct gto_test *t = &r->tables.tests[g->norm->test];
    const struct gto_quality *q = &g->edition->qualities[g->norm->quality];
    int cell = g->badge == GTO_NONE ? GTO_BRONZE : g->badge, next = g->badge + 1;
    char value[32], words[48], brief[300];
    gto_value_text(t->unit, g->value, value);
    gto_value_words(t->unit, g->value, r->lang, words);
    gto_test_short(t, r->lang, brief, sizeof brief);
    lt_json_put_str(o, "test", t->id);
    lt_json_put_str(o, "title", gto_test_title(t, r->lang));
    lt_json_put_str(o, "short", brief);
    lt_json_put_str(o, "unit", gto_unit_word(t->unit));
    lt_json_put_str(o, "quality", q->word);
    lt_json_put_str(o, "quality_title", r->lang == LT_EN && *q->en ? q->en : q->ru);
    lt_json_put_str(o, "value", value);
    lt_json_put_str(o, "words", words);
    lt_json_put_str(o, "badge", gto_badge_word(g->badge));
    /* the cell the judgement rests on: of the badge reached, or of bronze that was not */
    lt_json_put_int(o, "sources", g->norm->sources[cell]);
    lt_json_put_str(o, "note", g->norm->note);
    lt_json_put_str(o, "doubt", g->norm->doubt);
    if (next > GTO_GOLD) return;
    char need[48];
    gto_value_words(t->unit, g->norm->value[next], r->lang, need);
    lt_json_put(o, "next", json_pack("{s:s, s:s}", "badge", gto_badge_word(next), "need", need));
}

/* The boards: of the level of today, and the badges of the levels before it. */
static void boards(const struct run *r, const json_t *item, char sex, const struct gto_result *results, size_t len, json_t *out)
{
    const char *date = lt_json_str_or(item, "date", "");
    const struct gto_edition *e = gto_edition_on(&r->tables, date);
    int age = (int)lt_json_int(item, "age", -1), level = e ? gto_level_of(e, age) : -1;
    struct gto_problem p = {.code = ""};
    if (!e) gto_wrong(&p, "no_edition", "date", date, (char *)NULL);
    else if (level < 0) gto_wrong(&p, "no_level", "age", LT_NUM(age), "date", date, (char *)NULL);
    if (*p.code) lt_json_put(out, "problem", problem_json(&p));
    else lt_json_put(out, "board", gto_board(&r->tables, e, level, sex, results, len, r->counts, r->lang));
    gto_problem_clear(&p);
    json_t *earlier = json_array();
    for (size_t i = 0; e && i < e->levels_len; i++) {
        const struct gto_edition *last = NULL;
        for (size_t k = 0; k < len; k++) {
            if ((int)i == level || results[k].aside || strcmp(results[k].level, e->levels[i].name) != 0) continue;
            if (!last || strcmp(results[k].edition->from, last->from) > 0) last = results[k].edition;
        }
        bool known = false;
        int then = -1;
        for (size_t k = 0; last && k < last->levels_len; k++) then = strcmp(last->levels[k].name, e->levels[i].name) == 0 ? (int)k : then;
        if (then < 0) continue;
        int badge = gto_board_badge(&r->tables, last, then, sex, results, len, r->counts, &known);
        json_array_append_new(earlier, json_pack("{s:s, s:s, s:b, s:s}", "level", e->levels[i].name, "badge", gto_badge_word(badge), "judged",
                                                 known, "edition", last->id));
    }
    lt_json_put(out, "earlier", earlier);
}

static int32_t emit(const struct run *r, json_t *doc)
{
    char *text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS);
    int32_t rc = text ? r->host->emit(r->host->ctx, text, strlen(text)) : LETOPIS_FAILED;
    free(text);
    return rc;
}

static int32_t judge_item(const struct run *r, const json_t *item)
{
    const json_t *list = lt_json_array(item, "results"), *in;
    size_t len = json_array_size(list), n = 0, i;
    char sex = *lt_json_str_or(item, "sex", "");
    struct gto_result *results = lt_calloc(len + 1, sizeof *results);
    json_t *shown = json_array(), *findings = json_array();
    json_t *out = json_pack("{s:s, s:o, s:o}", "pupil", lt_json_str_or(item, "pupil", ""), "results", shown, "findings", findings);
    if (!results || !out || len > RESULTS_MAX || (sex != 'm' && sex != 'f')) {
        free(results);
        json_decref(out);
        return LETOPIS_FAILED;
    }
    json_array_foreach(list, i, in) {
        struct gto_problem p = {.code = ""};
        json_t *o = json_pack("{s:s, s:s}", "id", lt_json_str_or(in, "id", ""), "date", lt_json_str_or(in, "date", ""));
        if (judge(r, sex, in, &results[n], o, &p)) {
            show(r, &results[n], o);
            json_array_append_new(findings,
                                  json_pack("{s:s, s:{s:s, s:s, s:s}, s:b, s:s}", "code", "norm_reached", "params", "norm",
                                            r->tables.tests[results[n].norm->test].id, "level", results[n].level, "badge",
                                            gto_badge_word(results[n].badge), "reached", results[n].badge > GTO_NONE, "date", results[n].date));
            n++;
        } else {
            lt_json_put(o, "problem", problem_json(&p));
        }
        gto_problem_clear(&p);
        json_array_append_new(shown, o);
    }
    if (lt_json_bool(item, "board", false)) boards(r, item, sex, results, n, out);
    int32_t rc = emit(r, out);
    json_decref(out);
    free(results);
    return rc;
}

static int32_t item(void *user, const char *json, size_t len)
{
    struct run *r = user;
    struct lt_error err = {0};
    json_t *doc = NULL;
    int32_t rc = LETOPIS_FAILED;
    if (lt_json_parse(json, len, 2 << 20, &doc, &err) == 0) rc = judge_item(r, doc);
    lt_error_clear(&err);
    json_decref(doc);
    return rc;
}

static int32_t finish(void *user)
{
    (void)user;
    return LETOPIS_OK;
}

const struct letopis_evaluator gto_evaluator = {sizeof(struct letopis_evaluator), 0, begin, item, finish, end};
