/* The board of a level: what was reached in each quality, the badge, and what is missing for the next ones, in words. */
#include "gto.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

struct board {
    const struct gto_tables *t;
    const struct gto_edition *e;
    int level;
    char sex;
    const struct gto_result *results;
    size_t len;
    enum lt_lang lang;
    int need[GTO_BADGES]; /* qualities for a badge; 0: not known */
};

/* The board's edition may be another than that of the result: then the test is what joins them. */
static bool of_level(const struct board *b, const struct gto_result *r)
{
    return !r->aside && strcmp(r->level, b->e->levels[b->level].name) == 0;
}

static bool better(const struct board *b, const struct gto_result *r, const struct gto_result *than)
{
    if (!than) return true;
    if (r->badge != than->badge) return r->badge > than->badge;
    bool lower = b->t->tests[r->norm->test].lower;
    if (r->value != than->value) return lower ? r->value < than->value : r->value > than->value;
    return strcmp(r->date, than->date) < 0;
}

static const struct gto_result *best_of_test(const struct board *b, int test)
{
    const struct gto_result *best = NULL;
    for (size_t i = 0; i < b->len; i++) {
        const struct gto_result *r = &b->results[i];
        if (r->norm->test == test && of_level(b, r) && better(b, r, best)) best = r;
    }
    return best;
}

static const struct gto_norm *next_norm(const struct board *b, int quality, size_t *at)
{
    for (; *at < b->e->norms_len; (*at)++) {
        const struct gto_norm *n = &b->e->norms[*at];
        if (n->level == b->level && n->sex == b->sex && n->quality == quality) return &b->e->norms[(*at)++];
    }
    return NULL;
}

/* Best badge among the tests of a quality; *tests: how many tests it has at this level. */
static int quality_badge(const struct board *b, int quality, int *tests)
{
    int best = GTO_NONE;
    size_t at = 0;
    *tests = 0;
    for (const struct gto_norm *n; (n = next_norm(b, quality, &at)) != NULL; (*tests)++) {
        const struct gto_result *r = best_of_test(b, n->test);
        if (r && r->badge > best) best = r->badge;
    }
    return best;
}

static void needs(struct board *b, const json_t *counts)
{
    static const char *const words[] = {"bronze", "silver", "gold"};
    const struct gto_level *l = &b->e->levels[b->level];
    const json_t *own = lt_json_object(counts, l->name);
    for (int i = 0; i < GTO_BADGES; i++) {
        int64_t set = lt_json_int(own, words[i], 0);
        b->need[i] = l->tests[i] ? l->tests[i] : set > 0 && set <= 20 ? (int)set : 0;
    }
}

/* Obligatory qualities at the badge and above that are missing, and how many more by choice. */
static void missing_for(const struct board *b, int badge, int *obligatory, int *choice)
{
    int reached = 0, in_all = 0;
    *obligatory = 0;
    for (size_t q = 0; q < b->e->qualities_len; q++) {
        int tests, best = quality_badge(b, (int)q, &tests);
        if (!tests) continue;
        bool must = gto_mandatory(b->e, b->level, (int)q);
        if (must) in_all++;
        if (must && best < badge) (*obligatory)++;
        if (!must && best >= badge) reached++;
    }
    *choice = b->need[badge] - in_all - reached;
    if (*choice < 0) *choice = 0;
}

static int badge_of(const struct board *b, bool *known)
{
    *known = b->need[GTO_BRONZE] && b->need[GTO_SILVER] && b->need[GTO_GOLD];
    for (int badge = GTO_GOLD; *known && badge >= GTO_BRONZE; badge--) {
        int obligatory, choice;
        missing_for(b, badge, &obligatory, &choice);
        if (!obligatory && !choice) return badge;
    }
    return GTO_NONE;
}

int gto_board_badge(const struct gto_tables *t, const struct gto_edition *e, int level, char sex, const struct gto_result *results, size_t len,
                    const json_t *counts, bool *known)
{
    struct board b = {.t = t, .e = e, .level = level, .sex = sex, .results = results, .len = len};
    needs(&b, counts);
    return badge_of(&b, known);
}

/* --- in words --- */

static const char *quality_title(const struct board *b, int quality)
{
    const struct gto_quality *q = &b->e->qualities[quality];
    return b->lang == LT_EN && *q->en ? q->en : q->ru;
}

static int64_t distance(const struct gto_test *t, const struct gto_result *r, const struct gto_norm *n, int badge)
{
    return t->lower ? r->value - n->value[badge] : n->value[badge] - r->value;
}

static void distance_words(const struct board *b, const struct gto_test *t, int64_t by, struct lt_buf *out)
{
    char words[48], id[40];
    gto_value_words(t->unit, by, b->lang, words);
    lt_print(id, sizeof id, "gto.distance.%s", t->unit == GTO_S || t->unit == GTO_TIME ? "faster" : t->lower ? "less" : "more");
    lt_msg_add(out, b->lang, id, "value", words, (char *)NULL);
}

/* «бег на 60 м — быстрее на 0,4 с, нужно 9,1 с»; without a result «бег на 60 м — 9,1 с» */
static void test_words(const struct board *b, const struct gto_norm *n, const struct gto_result *r, int badge, struct lt_buf *out)
{
    const struct gto_test *t = &b->t->tests[n->test];
    char title[300], need[48], id[40];
    struct lt_buf by = LT_BUF_INIT(200);
    gto_test_short(t, b->lang, title, sizeof title);
    gto_value_words(t->unit, n->value[badge], b->lang, need);
    if (r) distance_words(b, t, distance(t, r, n, badge), &by);
    lt_print(id, sizeof id, "gto.test.%s", r ? "nearer" : "norm");
    lt_msg_add(out, b->lang, id, "test", title, "need", need, "distance", by.data ? by.data : "", (char *)NULL);
    lt_buf_free(&by);
}

/* How much of the norm is missing, for the choice of the nearest test: in thousandths. */
static int64_t share(const struct gto_test *t, const struct gto_result *r, const struct gto_norm *n, int badge)
{
    int64_t need = n->value[badge] < 0 ? -n->value[badge] : n->value[badge];
    return distance(t, r, n, badge) * 1000 / (need ? need : 100);
}

/* The nearest test with a result; NULL when there is none. */
static const struct gto_norm *nearest(const struct board *b, int quality, int badge, const struct gto_result **result)
{
    const struct gto_norm *best = NULL;
    size_t at = 0;
    int64_t best_share = 0;
    for (const struct gto_norm *n; (n = next_norm(b, quality, &at)) != NULL;) {
        const struct gto_result *r = best_of_test(b, n->test);
        int64_t mine = r ? share(&b->t->tests[n->test], r, n, badge) : 0;
        if (!r || (best && mine >= best_share)) continue;
        best = n, best_share = mine, *result = r;
    }
    return best;
}

static void quality_words(const struct board *b, int quality, int badge, struct lt_buf *out)
{
    const struct gto_result *r = NULL;
    const struct gto_norm *n = nearest(b, quality, badge, &r);
    struct lt_buf tests = LT_BUF_INIT(4000);
    size_t at = 0;
    if (n) test_words(b, n, r, badge, &tests);
    else {
        for (bool first = true; (n = next_norm(b, quality, &at)) != NULL; first = false) {
            if (!first) lt_buf_adds(&tests, lt_msg(b->lang, "gto.or"));
            test_words(b, n, NULL, badge, &tests);
        }
    }
    lt_msg_add(out, b->lang, r ? "gto.quality.nearer" : "gto.quality.none", "quality", quality_title(b, quality), "tests",
               tests.data ? tests.data : "", (char *)NULL);
    lt_buf_free(&tests);
}

/* For tables: «Скорость: бег на 60 м — быстрее на 0,4 с» or «Сила: нет результата». */
static void quality_brief(const struct board *b, int quality, int badge, struct lt_buf *out)
{
    const struct gto_result *r = NULL;
    const struct gto_norm *n = nearest(b, quality, badge, &r);
    struct lt_buf by = LT_BUF_INIT(200);
    char title[300] = "";
    if (n) {
        gto_test_short(&b->t->tests[n->test], b->lang, title, sizeof title);
        distance_words(b, &b->t->tests[n->test], distance(&b->t->tests[n->test], r, n, badge), &by);
    }
    lt_msg_add(out, b->lang, n ? "gto.brief.nearer" : "gto.brief.none", "quality", quality_title(b, quality), "test", title, "distance",
               by.data ? by.data : "", (char *)NULL);
    lt_buf_free(&by);
}

static json_t *missing_item(const struct board *b, int quality, bool must, const char *text)
{
    return json_pack("{s:s, s:s, s:b, s:s}", "quality", b->e->qualities[quality].word, "title", quality_title(b, quality), "mandatory", must,
                     "text", text);
}

/* {badge, obligatory, choice, items: [{quality, title, mandatory, text}], text, brief} */
static json_t *missing(const struct board *b, int badge)
{
    int obligatory, choice;
    json_t *items = json_array();
    struct lt_buf all = LT_BUF_INIT(20000), one = LT_BUF_INIT(5000), brief = LT_BUF_INIT(4000);
    missing_for(b, badge, &obligatory, &choice);
    for (int pass = 0; pass < 2; pass++) {
        if (pass && !choice) break;
        if (pass && all.len) lt_buf_adds(&all, " ");
        if (pass) lt_msg_add(&all, b->lang, "gto.choose", "n", LT_NUM(choice), (char *)NULL);
        if (pass && brief.len) lt_buf_adds(&brief, "; ");
        if (pass) lt_msg_add(&brief, b->lang, "gto.brief.choose", "n", LT_NUM(choice), (char *)NULL);
        for (size_t q = 0; q < b->e->qualities_len; q++) {
            int tests, best = quality_badge(b, (int)q, &tests);
            bool must = gto_mandatory(b->e, b->level, (int)q);
            if (!tests || best >= badge || must != (pass == 0)) continue;
            lt_buf_reset(&one);
            quality_words(b, (int)q, badge, &one);
            lt_buf_addf(&all, "%s%s", all.len ? " " : "", one.data ? one.data : "");
            json_array_append_new(items, missing_item(b, (int)q, must, one.data ? one.data : ""));
            if (pass) continue;
            if (brief.len) lt_buf_adds(&brief, "; ");
            quality_brief(b, (int)q, badge, &brief);
        }
    }
    json_t *out = json_pack("{s:s, s:i, s:i, s:o, s:s, s:s}", "badge", gto_badge_word(badge), "obligatory", obligatory, "choice", choice, "items",
                            items, "text", all.data ? all.data : "", "brief", brief.data ? brief.data : "");
    lt_buf_free(&all);
    lt_buf_free(&brief);
    lt_buf_free(&one);
    return out;
}

/* --- the board --- */

static json_t *result_json(const struct board *b, const struct gto_norm *n, const struct gto_result *r, int shown)
{
    const struct gto_test *t = &b->t->tests[n->test];
    char value[32], words[48];
    gto_value_text(t->unit, r->value, value);
    gto_value_words(t->unit, r->value, b->lang, words);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", r->id, "value", value, "words", words, "date", r->date, "badge",
                          gto_badge_word(r->badge), "edition", r->edition->id);
    if (o && shown <= GTO_GOLD) {
        struct lt_buf by = LT_BUF_INIT(200);
        char need[48];
        gto_value_words(t->unit, n->value[shown], b->lang, need);
        distance_words(b, t, distance(t, r, n, shown), &by);
        lt_json_put(o, "next", json_pack("{s:s, s:s, s:s}", "badge", gto_badge_word(shown), "need", need, "distance", by.data ? by.data : ""));
        lt_buf_free(&by);
    }
    return o;
}

/* {test, title, unit, better, norms: {bronze: {value, words, sources}, …}, note, best: {…} } */
static json_t *test_json(const struct board *b, const struct gto_norm *n)
{
    const struct gto_test *t = &b->t->tests[n->test];
    json_t *norms = json_object();
    for (int i = 0; i < GTO_BADGES; i++) {
        char value[32], words[48];
        gto_value_text(t->unit, n->value[i], value);
        gto_value_words(t->unit, n->value[i], b->lang, words);
        json_object_set_new(norms, gto_badge_word(i), json_pack("{s:s, s:s, s:i}", "value", value, "words", words, "sources", n->sources[i]));
    }
    char brief[300];
    gto_test_short(t, b->lang, brief, sizeof brief);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "test", t->id, "title", gto_test_title(t, b->lang), "short", brief, "unit",
                          gto_unit_word(t->unit), "better", t->lower ? "lower" : "higher", "norms", norms);
    const struct gto_result *r = best_of_test(b, n->test);
    if (o) lt_json_put_str(o, "note", n->note);
    if (o) lt_json_put_str(o, "doubt", n->doubt);
    /* judged on its own day; how far the next badge is, by the norms of today */
    if (o && r) {
        int today = gto_judge(b->t, n, r->value), above = (today > r->badge ? today : r->badge) + 1;
        lt_json_put(o, "best", result_json(b, n, r, above));
    }
    return o;
}

static json_t *quality_json(const struct board *b, int quality)
{
    int count, best = quality_badge(b, quality, &count);
    size_t at = 0;
    json_t *tests = json_array();
    for (const struct gto_norm *n; (n = next_norm(b, quality, &at)) != NULL;) json_array_append_new(tests, test_json(b, n));
    return json_pack("{s:s, s:s, s:b, s:s, s:o}", "quality", b->e->qualities[quality].word, "title", quality_title(b, quality), "mandatory",
                     gto_mandatory(b->e, b->level, quality), "badge", gto_badge_word(best), "tests", tests);
}

static json_t *qualities_json(const struct board *b)
{
    json_t *list = json_array();
    for (int pass = 0; pass < 2; pass++) {
        for (size_t q = 0; q < b->e->qualities_len; q++) {
            int tests;
            quality_badge(b, (int)q, &tests);
            if (tests && gto_mandatory(b->e, b->level, (int)q) == (pass == 0)) json_array_append_new(list, quality_json(b, (int)q));
        }
    }
    return list;
}

json_t *gto_board(const struct gto_tables *t, const struct gto_edition *e, int level, char sex, const struct gto_result *results, size_t len,
                  const json_t *counts, enum lt_lang lang)
{
    struct board b = {.t = t, .e = e, .level = level, .sex = sex, .results = results, .len = len, .lang = lang};
    bool known;
    const struct gto_level *l = &e->levels[level];
    needs(&b, counts);
    int badge = badge_of(&b, &known);
    json_t *o = json_pack("{s:s, s:[i,i], s:s, s:s, s:s, s:b, s:{s:i, s:i, s:i}, s:i, s:o}", "level", l->name, "ages", l->youngest, l->oldest,
                          "edition", e->id, "edition_title", lang == LT_EN && *e->en ? e->en : e->ru, "badge",
                          known ? gto_badge_word(badge) : "none", "judged", known, "tests", "bronze", b.need[0], "silver", b.need[1], "gold",
                          b.need[2], "tests_sources", l->tests[0] ? l->tests_sources : 0, "qualities", qualities_json(&b));
    json_t *steps = json_array();
    for (int i = badge + 1; known && i < GTO_BADGES; i++) json_array_append_new(steps, missing(&b, i));
    if (o && lt_json_put(o, "missing", steps)) return json_decref(o), NULL;
    return o;
}
