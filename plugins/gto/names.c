/* What a test is called: ids, the names of the tables, synonyms, and parts of names where only one test of the level fits. */
#include "gto.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A letter or a byte of one; signs of the typographer's kind are not letters. */
static bool letter(const char *s)
{
    static const char *const signs[] = {"«", "»", "–", "—", "“", "”", "„", "’", "№", "×", "…", "·", "−"};
    unsigned char c = (unsigned char)*s;
    for (size_t i = 0; c >= 0x80 && i < LT_COUNT(signs); i++) {
        if (lt_starts(s, signs[i])) return false;
    }
    return c >= 0x80 || (c >= 'a' && c <= 'z');
}

static size_t sign_length(const char *s)
{
    unsigned char c = (unsigned char)*s;
    return c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
}

/* Brackets without a number say the unit, which the test knows itself: «(мин, с)», but not «(количество раз за 30 с)». */
static void drop_brackets(char *s)
{
    for (char *open = strchr(s, '('); open;) {
        char *close = strchr(open, ')');
        if (!close) return;
        bool number = false;
        for (char *c = open; c < close; c++) number = number || digit(*c);
        if (!number) memset(open, ' ', (size_t)(close - open) + 1);
        open = strchr(close, '(');
    }
}

/* «х» of either alphabet, «×» or «*» between two numbers; 0 when it is none. */
static size_t times_sign(const char *s)
{
    static const char *const ways[] = {"x", "х", "×", "*", "по"};
    const char *at = s;
    while (*at == ' ') at++;
    for (size_t i = 0; i < LT_COUNT(ways); i++) {
        if (!lt_starts(at, ways[i])) continue;
        const char *end = at + strlen(ways[i]);
        while (*end == ' ') end++;
        return digit(*end) ? (size_t)(end - s) : 0;
    }
    return 0;
}

/* A number, of kilometres as of metres: «1,5 км» is «1500 м». */
static const char *add_number(const char *s, struct lt_buf *out)
{
    char digits[16];
    size_t n = 0, behind = 0;
    for (; digit(*s) && n < 8; s++) digits[n++] = *s;
    if ((*s == ',' || *s == '.') && digit(s[1])) {
        s++;
        for (; digit(*s) && n < 12; s++, behind++) digits[n++] = *s;
    }
    const char *after = s;
    while (*after == ' ') after++;
    bool km = (lt_starts(after, "км") && !letter(after + strlen("км"))) || (lt_starts(after, "km") && !letter(after + 2));
    if (km && behind <= 3) {
        for (size_t i = behind; i < 3; i++) digits[n++] = '0';
        digits[n] = 0;
        lt_buf_addf(out, "%s м ", digits);
        return after + (lt_starts(after, "км") ? strlen("км") : 2);
    }
    digits[n] = 0;
    lt_buf_adds(out, digits);
    size_t times = times_sign(s);
    if (times) {
        lt_buf_addc(out, 'x');
        return s + times;
    }
    lt_buf_addc(out, ' ');
    return s;
}

/* A word, of units the same one for all ways to write it. */
static const char *add_word(const char *s, struct lt_buf *out)
{
    static const struct {
        const char *from, *to;
    } same[] = {{"метров", "м"}, {"метра", "м"}, {"метр", "м"}, {"m", "м"},  {"минут", "мин"}, {"минуты", "мин"}, {"минуту", "мин"}, {"min", "мин"},
                {"секунд", "с"}, {"секунды", "с"}, {"сек", "с"}, {"s", "с"}, {"гр", "г"},      {"грамм", "г"},    {"g", "г"},        {"kg", "кг"},
                {"на", ""},      {"дистанция", ""}, {"дистанции", ""}};
    const char *end = s;
    while (*end && letter(end)) end += sign_length(end);
    size_t len = (size_t)(end - s);
    for (size_t i = 0; i < LT_COUNT(same); i++) {
        if (strlen(same[i].from) != len || memcmp(same[i].from, s, len) != 0) continue;
        if (*same[i].to) lt_buf_addf(out, "%s ", same[i].to);
        return end;
    }
    lt_buf_add(out, s, len);
    lt_buf_addc(out, ' ');
    return end;
}

char *gto_key(const char *name)
{
    struct lt_buf out = LT_BUF_INIT(2000);
    char *folded = lt_fold(name);
    if (!folded) return NULL;
    drop_brackets(folded);
    for (const char *s = folded; *s;) {
        if (digit(*s)) s = add_number(s, &out);
        else if (letter(s)) s = add_word(s, &out);
        else s += sign_length(s);
    }
    free(folded);
    if (out.len && out.data[out.len - 1] == ' ') out.data[--out.len] = 0;
    return lt_buf_take(&out, NULL);
}

const char *gto_test_title(const struct gto_test *t, enum lt_lang lang)
{
    return lang == LT_EN && *t->en ? t->en : t->ru;
}

void gto_test_short(const struct gto_test *t, enum lt_lang lang, char *out, size_t size)
{
    const char *title = gto_test_title(t, lang), *open = strrchr(title, '(');
    size_t len = open && open > title && lt_ends(title, ")") ? (size_t)(open - title) : strlen(title);
    while (len && title[len - 1] == ' ') len--;
    if (len >= size) len = lt_utf8_clip(title, size - 1);
    lt_print(out, size, "%.*s", (int)len, title);
}

/* --- finding --- */

static bool has_id(const struct gto_test *t, const char *name)
{
    return strcmp(t->id, name) == 0;
}

static bool has_key(const struct gto_test *t, const char *key)
{
    for (char **k = t->keys; k && *k; k++) {
        if (strcmp(*k, key) == 0) return true;
    }
    return false;
}

/* Does a word of the key begin as this one does? Numbers and short words must be the same; of long ones, four letters and the rest but two. */
static bool has_word(const char *key, const char *word, size_t len)
{
    size_t stem = len;
    if (len > 8 && !digit(*word)) stem = len - 4 > 8 ? len - 4 : 8; /* two letters of a Cyrillic ending */
    for (const char *w = key; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        size_t n = strcspn(w, " ");
        if (n == len ? memcmp(w, word, len) == 0 : stem < len && n >= stem && n <= len + 6 && memcmp(w, word, stem) == 0) return true;
    }
    return false;
}

/* Every word of the query stands in one of the names of the test, and at least one of them is a word indeed. */
static bool is_part(const struct gto_test *t, const char *query)
{
    for (char **k = t->keys; k && *k; k++) {
        bool all = *query != 0, real = false;
        for (const char *w = query; all && *w; w += strcspn(w, " "), w += strspn(w, " ")) {
            size_t n = strcspn(w, " ");
            all = has_word(*k, w, n);
            real = real || (n >= 6 && !digit(*w));
        }
        if (all && real) return true;
    }
    return false;
}

static bool in_level(const struct gto_edition *e, int level, char sex, int test)
{
    return level < 0 || !e || gto_norm_find(e, level, sex, test) != NULL;
}

typedef bool fits_fn(const struct gto_test *t, const char *key);

/* How many fit; the first of them, and the names of all. here: only those of the level. */
static int fitting(const struct gto_tables *t, const struct gto_edition *e, int level, char sex, const char *key, fits_fn *fits, bool here,
                   enum lt_lang lang, int *first, json_t *names)
{
    int n = 0;
    for (size_t i = 0; i < t->tests_len; i++) {
        if ((here && !in_level(e, level, sex, (int)i)) || !fits(&t->tests[i], key)) continue;
        if (n++ == 0) *first = (int)i;
        json_array_append_new(names, json_string(gto_test_title(&t->tests[i], lang)));
    }
    return n;
}

static bool anything(const struct gto_test *t, const char *key)
{
    (void)t;
    (void)key;
    return true;
}

/* Some word of the query begins as a word of the test does: enough to be proposed. */
static bool is_near(const struct gto_test *t, const char *query)
{
    for (char **k = t->keys; k && *k; k++) {
        for (const char *w = query; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
            size_t n = strcspn(w, " ");
            if (n >= 6 && !digit(*w) && has_word(*k, w, n)) return true;
        }
    }
    return false;
}

static const char *some_of(const json_t *names, char *out, size_t size)
{
    size_t i, at = 0;
    const json_t *name;
    out[0] = 0;
    json_array_foreach(names, i, name) {
        const char *s = json_string_value(name);
        if (at + strlen(s) + 8 >= size) {
            lt_print(out + at, size - at, "; …");
            break;
        }
        lt_print(out + at, size - at, "%s%s", at ? "; " : "", s);
        at = strlen(out);
    }
    return out;
}

static int refuse(struct gto_problem *p, const char *code, const char *name, const char *level, json_t *names)
{
    char some[420], asked[161];
    lt_print(asked, sizeof asked, "%.*s", (int)lt_utf8_clip(name, 120), name);
    some_of(names, some, sizeof some);
    gto_wrong(p, code, "name", asked, "level", level, "tests", some, (char *)NULL);
    p->candidates = names;
    return -1;
}

int gto_test_find(const struct gto_tables *t, const struct gto_edition *e, int level, char sex, const char *name, enum lt_lang lang,
                  struct gto_problem *p)
{
    static fits_fn *const ways[] = {has_id, has_key, is_part};
    char *key = gto_key(name);
    const char *level_name = e && level >= 0 ? e->levels[level].name : "";
    json_t *names = json_array();
    int found = -1, rc = -1, n = 0;
    for (size_t w = 0; key && *key && n == 0 && w < LT_COUNT(ways); w++) {
        const char *asked = w == 0 ? name : key;
        n = fitting(t, e, level, sex, asked, ways[w], true, lang, &found, names);
        /* a test of another level by its full name: it is known, only not here; do not go on to parts of names */
        if (n == 0 && w < 2 && fitting(t, e, level, sex, asked, ways[w], false, lang, &found, names)) {
            const char *title = w == 0 ? gto_test_title(&t->tests[found], lang) : name;
            char *near = gto_key(gto_test_title(&t->tests[found], LT_RU));
            int ignored;
            json_array_clear(names);
            if (!near || fitting(t, e, level, sex, near, is_near, true, lang, &ignored, names) == 0)
                fitting(t, e, level, sex, key, anything, true, lang, &ignored, names);
            free(near);
            rc = refuse(p, "test_not_in_level", title, level_name, json_incref(names));
            n = -1;
        }
    }
    if (n == 1) rc = found;
    else if (n > 1) rc = refuse(p, "test_unclear", name, level_name, json_incref(names));
    else if (n == 0) {
        int ignored;
        if (!key || fitting(t, e, level, sex, key, is_near, true, lang, &ignored, names) == 0)
            fitting(t, e, level, sex, "", anything, true, lang, &ignored, names);
        rc = refuse(p, "test_unknown", name, level_name, json_incref(names));
    }
    json_decref(names);
    free(key);
    return rc;
}
