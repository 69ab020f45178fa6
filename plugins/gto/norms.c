/* Tables of norms: lines of fields parted by ';'. What each line may be: docs/gto.md. */
#include "gto.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 16, KEYS = 24, TESTS_MAX = 500, NORMS_MAX = 5000, EDITIONS_MAX = 50, LEVELS_MAX = 40 };

void gto_problem_clear(struct gto_problem *p)
{
    json_decref(p->params);
    json_decref(p->candidates);
    *p = (struct gto_problem){.code = ""};
}

bool gto_wrong(struct gto_problem *p, const char *code, ...)
{
    va_list ap;
    gto_problem_clear(p);
    lt_print(p->code, sizeof p->code, "%s", code);
    p->params = json_object();
    va_start(ap, code);
    for (const char *name; (name = va_arg(ap, const char *)) != NULL;) {
        const char *value = va_arg(ap, const char *);
        char clipped[512];
        lt_print(clipped, sizeof clipped, "%.*s", (int)lt_utf8_clip(value, sizeof clipped - 1), value);
        if (p->params) json_object_set_new(p->params, name, json_string(clipped));
    }
    va_end(ap);
    return false;
}

const char *gto_badge_word(int badge)
{
    static const char *const words[] = {"none", "bronze", "silver", "gold"};
    return words[badge + 1];
}

struct reader {
    struct gto_tables *t;
    const char *file;
    int line;
    int edition; /* of this file so far; -1: none yet */
    bool school;
    struct gto_problem *problem;
    char *f[FIELDS];
    int n;
};

static bool bad(struct reader *r, const char *why)
{
    return gto_wrong(r->problem, "table_line", "file", r->file, "line", LT_NUM(r->line), "why", why, (char *)NULL);
}

/* Cuts a line in place; a field in quotation marks may hold ';' and doubled marks. */
static bool cut(struct reader *r, char *line)
{
    char *s = line;
    for (r->n = 0; r->n < FIELDS; r->n++) {
        char *to = s;
        r->f[r->n] = s;
        if (*s == '"') {
            for (s++; *s && !(*s == '"' && s[1] != '"'); s++) {
                if (*s == '"') s++;
                *to++ = *s;
            }
            if (!*s) return bad(r, "quotes");
            s++;
        } else {
            s += strcspn(s, ";");
            to = s;
        }
        bool more = *s == ';';
        if (*s && !more) return bad(r, "quotes");
        *to = 0;
        s++;
        if (!more) {
            for (int i = ++r->n; i < FIELDS; i++) r->f[i] = (char *)(uintptr_t)""; /* never written to: strtok finds nothing in it */
            return true;
        }
    }
    return bad(r, "too_many_fields");
}

static bool number(const char *text, int max, int *out)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || *end || n < 0 || n > max) return false;
    *out = (int)n;
    return true;
}

static void *grow(void *array, size_t *cap, size_t need, size_t size, struct reader *r)
{
    void *grown = lt_array_grow(array, cap, need, size);
    if (!grown) gto_wrong(r->problem, "table_memory", (char *)NULL);
    return grown;
}

/* --- tests --- */

static bool add_key(struct gto_test *t, int *n, const char *name)
{
    if (!*name || *n >= KEYS) return true;
    t->keys[*n] = gto_key(name);
    return t->keys[(*n)++] != NULL;
}

static int test_by_id(const struct gto_tables *t, const char *id)
{
    for (size_t i = 0; i < t->tests_len; i++) {
        if (strcmp(t->tests[i].id, id) == 0) return (int)i;
    }
    return -1;
}

static bool read_test(struct reader *r)
{
    struct gto_tables *t = r->t;
    struct gto_test one = {.id = r->f[1], .ru = r->f[4], .en = r->f[5], .lower = strcmp(r->f[3], "lower") == 0};
    if (!*one.id || !*one.ru || strspn(one.id, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(one.id) || strlen(one.id) > 40)
        return bad(r, "test_id");
    if (!gto_unit_find(r->f[2], &one.unit)) return bad(r, "unit");
    if (!one.lower && strcmp(r->f[3], "higher") != 0) return bad(r, "direction");
    int known = test_by_id(t, one.id);
    if (known >= 0 && (t->tests[known].unit != one.unit || t->tests[known].lower != one.lower)) return bad(r, "test_twice");
    if (*r->f[7] && (!gto_value_table(one.unit, r->f[7], &one.limit) || one.limit <= 0)) return bad(r, "value");
    if (t->tests_len >= TESTS_MAX) return bad(r, "too_many");
    if (known < 0) {
        void *grown = grow(t->tests, &t->tests_cap, t->tests_len + 1, sizeof *t->tests, r);
        if (!grown) return false;
        t->tests = grown;
        one.keys = lt_calloc(KEYS + 1, sizeof *one.keys);
        if (!one.keys) return gto_wrong(r->problem, "table_memory", (char *)NULL);
        t->tests[known = (int)t->tests_len++] = one;
    }
    struct gto_test *mine = &t->tests[known];
    if (one.limit) mine->limit = one.limit;
    int n = 0;
    while (mine->keys[n]) n++;
    bool good = add_key(mine, &n, one.id) && add_key(mine, &n, one.ru) && add_key(mine, &n, one.en);
    for (char *save = NULL, *s = strtok_r(r->f[6], "|", &save); good && s; s = strtok_r(NULL, "|", &save)) good = add_key(mine, &n, s);
    return good ? true : gto_wrong(r->problem, "table_memory", (char *)NULL);
}

/* --- editions --- */

static void edition_free(struct gto_edition *e)
{
    free(e->qualities);
    free(e->levels);
    free(e->norms);
}

static bool read_edition(struct reader *r)
{
    struct gto_tables *t = r->t;
    struct lt_date day;
    struct gto_edition one = {.id = r->f[1], .from = r->f[2], .to = r->f[3], .ru = r->f[4], .en = r->f[5], .file = r->file, .school = r->school};
    if (!*one.id || strlen(one.id) > 40 || !*one.ru) return bad(r, "edition_id");
    if (!lt_date_parse(one.from, &day) || (*one.to && (!lt_date_parse(one.to, &day) || strcmp(one.to, one.from) < 0))) return bad(r, "dates");
    for (size_t i = 0; i < t->editions_len; i++) {
        struct gto_edition *e = &t->editions[i];
        if (strcmp(e->id, one.id) != 0) continue;
        if (e->school || !r->school) return bad(r, "edition_twice");
        edition_free(e); /* the school's own edition stands before ours */
        *e = one;
        r->edition = (int)i;
        return true;
    }
    if (t->editions_len >= EDITIONS_MAX) return bad(r, "too_many");
    void *grown = grow(t->editions, &t->editions_cap, t->editions_len + 1, sizeof *t->editions, r);
    if (!grown) return false;
    t->editions = grown;
    t->editions[r->edition = (int)t->editions_len++] = one;
    return true;
}

static int quality_by_word(const struct gto_edition *e, const char *word)
{
    for (size_t i = 0; i < e->qualities_len; i++) {
        if (strcmp(e->qualities[i].word, word) == 0) return (int)i;
    }
    return -1;
}

static int level_by_name(const struct gto_edition *e, const char *name)
{
    for (size_t i = 0; i < e->levels_len; i++) {
        if (strcmp(e->levels[i].name, name) == 0) return (int)i;
    }
    return -1;
}

static bool read_quality(struct reader *r, struct gto_edition *e)
{
    if (!*r->f[1] || strlen(r->f[1]) > 40 || !*r->f[2]) return bad(r, "quality");
    if (quality_by_word(e, r->f[1]) >= 0 || e->qualities_len >= LEVELS_MAX) return bad(r, "twice");
    void *grown = grow(e->qualities, &e->qualities_cap, e->qualities_len + 1, sizeof *e->qualities, r);
    if (!grown) return false;
    e->qualities = grown;
    e->qualities[e->qualities_len++] = (struct gto_quality){r->f[1], r->f[2], r->f[3]};
    return true;
}

static bool read_level(struct reader *r, struct gto_edition *e)
{
    struct gto_level one = {.name = r->f[1], .mandatory = r->f[8]};
    if (!*one.name || strlen(one.name) > 10 || level_by_name(e, one.name) >= 0 || e->levels_len >= LEVELS_MAX) return bad(r, "twice");
    if (!number(r->f[2], 120, &one.youngest) || !number(r->f[3], 120, &one.oldest) || one.youngest > one.oldest) return bad(r, "ages");
    for (size_t i = 0; i < e->levels_len; i++) {
        if (one.youngest <= e->levels[i].oldest && e->levels[i].youngest <= one.oldest) return bad(r, "ages");
    }
    for (int b = 0; b < GTO_BADGES; b++) {
        if (*r->f[4 + b] && !number(r->f[4 + b], 20, &one.tests[b])) return bad(r, "number");
    }
    if (*r->f[7] && !number(r->f[7], 100, &one.tests_sources)) return bad(r, "number");
    for (const char *w = one.mandatory; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        char word[48];
        lt_print(word, sizeof word, "%.*s", (int)strcspn(w, " "), w);
        if (quality_by_word(e, word) < 0) return bad(r, "quality");
    }
    void *grown = grow(e->levels, &e->levels_cap, e->levels_len + 1, sizeof *e->levels, r);
    if (!grown) return false;
    e->levels = grown;
    e->levels[e->levels_len++] = one;
    return true;
}

static bool read_values(struct reader *r, struct gto_norm *n)
{
    const struct gto_test *test = &r->t->tests[n->test];
    for (int b = 0; b < GTO_BADGES; b++) {
        if (!gto_value_table(test->unit, r->f[5 + b], &n->value[b])) return bad(r, "value");
        if (b && (test->lower ? n->value[b] > n->value[b - 1] : n->value[b] < n->value[b - 1])) return bad(r, "order");
    }
    char *save = NULL, *s = strtok_r(r->f[8], "/", &save);
    for (int b = 0; b < GTO_BADGES; b++, s = strtok_r(NULL, "/", &save)) {
        if (!s || !number(s, 100, &n->sources[b])) return bad(r, "sources");
    }
    return true;
}

static bool read_norm(struct reader *r, struct gto_edition *e)
{
    struct gto_norm one = {.level = level_by_name(e, r->f[1]), .quality = quality_by_word(e, r->f[3]), .test = test_by_id(r->t, r->f[4]),
                           .letters = r->f[9], .note = r->f[10], .doubt = r->f[11]};
    one.sex = strcmp(r->f[2], "M") == 0 ? 'm' : strcmp(r->f[2], "F") == 0 ? 'f' : 0;
    if (one.level < 0) return bad(r, "level");
    if (!one.sex) return bad(r, "sex");
    if (one.quality < 0) return bad(r, "quality");
    if (one.test < 0) return bad(r, "test");
    if (gto_norm_find(e, one.level, one.sex, one.test) || e->norms_len >= NORMS_MAX) return bad(r, "twice");
    if (!read_values(r, &one)) return false;
    void *grown = grow(e->norms, &e->norms_cap, e->norms_len + 1, sizeof *e->norms, r);
    if (!grown) return false;
    e->norms = grown;
    e->norms[e->norms_len++] = one;
    return true;
}

static bool read_line(struct reader *r, char *line, bool tests)
{
    if (!*line || *line == '#') return true;
    if (!cut(r, line)) return false;
    const char *kind = r->f[0];
    bool is_test = strcmp(kind, "test") == 0;
    bool blank = true;
    for (int i = 0; i < r->n; i++) blank = blank && !*r->f[i];
    if (blank) return true; /* what a spreadsheet program makes of an empty row */
    if (tests || is_test) return is_test == tests && is_test ? read_test(r) : true;
    if (strcmp(kind, "source") == 0) return true;
    if (strcmp(kind, "edition") == 0) return read_edition(r);
    if (r->edition < 0) return bad(r, "edition_first");
    struct gto_edition *e = &r->t->editions[r->edition];
    if (strcmp(kind, "quality") == 0) return read_quality(r, e);
    if (strcmp(kind, "level") == 0) return read_level(r, e);
    if (strcmp(kind, "norm") == 0) return read_norm(r, e);
    return bad(r, "kind");
}

/* tests: the pass that reads only names of tests, so that the order of the files does not matter. */
static bool read_file(struct reader *r, const json_t *file, bool tests)
{
    const char *text = lt_json_str_or(file, "text", "");
    void *grown = grow(r->t->texts, &r->t->texts_cap, r->t->texts_len + 1, sizeof *r->t->texts, r);
    if (!grown) return false;
    r->t->texts = grown;
    char *copy = lt_strdup(text);
    if (!copy) return gto_wrong(r->problem, "table_memory", (char *)NULL);
    r->t->texts[r->t->texts_len++] = copy;
    r->file = lt_json_str_or(file, "name", "");
    r->school = strcmp(lt_json_str_or(file, "origin", ""), "school") == 0;
    r->edition = -1;
    r->line = 0;
    if (lt_starts(copy, "\xEF\xBB\xBF")) copy += 3;
    for (char *next; copy; copy = next) {
        next = strchr(copy, '\n');
        if (next) *next++ = 0;
        size_t n = strlen(copy);
        if (n && copy[n - 1] == '\r') copy[n - 1] = 0;
        r->line++;
        if (!read_line(r, copy, tests)) return false;
    }
    return true;
}

bool gto_tables_read(struct gto_tables *t, const json_t *files, struct gto_problem *p)
{
    struct reader r = {.t = t, .problem = p};
    *t = (struct gto_tables){.tests = NULL};
    for (int pass = 0; pass < 3; pass++) {
        size_t i;
        const json_t *file;
        json_array_foreach(files, i, file) { /* tests; then the program's editions, then the school's over them */
            bool school = strcmp(lt_json_str_or(file, "origin", ""), "school") == 0;
            if (pass && school != (pass == 2)) continue;
            if (!read_file(&r, file, pass == 0)) return false;
        }
    }
    return t->editions_len ? true : gto_wrong(p, "table_none", (char *)NULL);
}

void gto_tables_free(struct gto_tables *t)
{
    for (size_t i = 0; i < t->tests_len; i++) {
        for (char **k = t->tests[i].keys; k && *k; k++) free(*k);
        free(t->tests[i].keys);
    }
    for (size_t i = 0; i < t->editions_len; i++) edition_free(&t->editions[i]);
    for (size_t i = 0; i < t->texts_len; i++) free(t->texts[i]);
    free(t->tests);
    free(t->editions);
    free(t->texts);
    *t = (struct gto_tables){.tests = NULL};
}

/* --- asking --- */

const struct gto_edition *gto_edition_on(const struct gto_tables *t, const char *date)
{
    const struct gto_edition *best = NULL;
    for (size_t i = 0; i < t->editions_len; i++) {
        const struct gto_edition *e = &t->editions[i];
        if (strcmp(e->from, date) > 0 || (*e->to && strcmp(e->to, date) < 0)) continue;
        if (!best || strcmp(e->from, best->from) > 0) best = e;
    }
    return best;
}

int gto_level_of(const struct gto_edition *e, int age)
{
    for (size_t i = 0; i < e->levels_len; i++) {
        if (age >= e->levels[i].youngest && age <= e->levels[i].oldest) return (int)i;
    }
    return -1;
}

const struct gto_norm *gto_norm_find(const struct gto_edition *e, int level, char sex, int test)
{
    for (size_t i = 0; i < e->norms_len; i++) {
        const struct gto_norm *n = &e->norms[i];
        if (n->level == level && n->sex == sex && n->test == test) return n;
    }
    return NULL;
}

int gto_judge(const struct gto_tables *t, const struct gto_norm *n, int64_t value)
{
    bool lower = t->tests[n->test].lower;
    for (int b = GTO_GOLD; b >= GTO_BRONZE; b--) {
        if (lower ? value <= n->value[b] : value >= n->value[b]) return b;
    }
    return GTO_NONE;
}

bool gto_mandatory(const struct gto_edition *e, int level, int quality)
{
    const char *word = e->qualities[quality].word;
    size_t len = strlen(word);
    for (const char *w = e->levels[level].mandatory; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        if (strcspn(w, " ") == len && memcmp(w, word, len) == 0) return true;
    }
    return false;
}
