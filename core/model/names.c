#include "model/names.h"

#include "model/chars.h"
#include "model/namewords.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 400 /* code points of one cell */
#define WORDS   12
#define KEY_ROUNDS 8 /* cleanings until nothing changes any more; two suffice for all but noise */

/* --- cleaning: notes and numbers out, signs unified --- */

struct clean {
    uint32_t p[LONGEST];
    int n;
    struct lt_buf note;
};

static void add_note(struct clean *c, const uint32_t *p, int n)
{
    char text[LONGEST * 4 + 1];
    while (n && *p == ' ')
        p++, n--;
    while (n && p[n - 1] == ' ')
        n--;
    if (!n || !model_utf8(p, n, text, sizeof text)) return;
    if (c->note.len) lt_buf_adds(&c->note, "; ");
    lt_buf_adds(&c->note, text);
}

static uint32_t closing(uint32_t c)
{
    return c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : 0;
}

/* A run without letters that holds a digit, «№», an asterisk: number of the row or a sign of the list's
 * author. */
static int sign_run(const uint32_t *p, int n, bool *noted)
{
    int i = 0;
    *noted = false;
    for (; i < n && p[i] != ' ' && !model_is_letter(p[i]) && !closing(p[i]); i++)
        *noted = *noted || model_is_digit(p[i]) || p[i] == 0x2116 || p[i] == '*';
    return i;
}

/* Length of such a run at p, or 0. A digit that leans on a letter is a letter of a scan («0лег», «3ахар»). */
static int number_run(const uint32_t *p, int n)
{
    bool noted;
    int run = sign_run(p, n, &noted);
    return noted && !(run == 1 && n > 1 && model_is_digit(p[0]) && model_is_letter(p[1])) ? run : 0;
}

static bool accent(uint32_t c)
{
    return c >= 0x300 && c <= 0x36F;
}

/* Letters of scripts that the tables here do not know: Armenian, Georgian, Chinese; no punctuation. */
static bool other_script(uint32_t c)
{
    return (c >= 0x530 && c < 0x2000) ||
           (c >= 0x2C00 && !(c >= 0x2E00 && c <= 0x2E7F) && !(c >= 0x3000 && c <= 0x303F));
}

static bool word_sign(uint32_t c)
{
    return model_is_letter(c) || c == '-' || c == '\'' || c == '.' || model_is_digit(c) || accent(c) ||
           other_script(c);
}

/* One step over the text: a note, a run of signs, or a character of a name. Returns how far to go. */
static int clean_step(struct clean *c, const uint32_t *p, int n, bool at_word)
{
    uint32_t close = closing(*p);
    if (close) {
        int i = 1;
        while (i < n && p[i] != close)
            i++;
        add_note(c, p + 1, i - 1);
        return i + (i < n);
    }
    int run = at_word ? number_run(p, n) : 0;
    if (run) {
        add_note(c, p, run);
        return run;
    }
    uint32_t ch = model_is_hyphen(*p) ? '-' : model_is_apostrophe(*p) ? '\'' : *p;
    if (ch == '*') add_note(c, p, 1);
    if (!word_sign(ch)) ch = ' ';
    c->p[c->n++] = ch;
    return 1;
}

/* Spaces to one and none around a hyphen or at the ends. */
static void squeeze(struct clean *c)
{
    int to = 0;
    for (int i = 0; i < c->n; i++) {
        uint32_t ch = c->p[i];
        bool after = to == 0 || c->p[to - 1] == ' ' || c->p[to - 1] == '-';
        if ((ch == ' ' || ch == '-') && after) {
            if (ch == '-' && to && c->p[to - 1] == ' ') c->p[to - 1] = '-';
            continue;
        }
        c->p[to++] = ch;
    }
    while (to && (c->p[to - 1] == ' ' || c->p[to - 1] == '-'))
        to--;
    c->n = to;
}

/* A word that is no name when it stands last: «выбыл». True when there was one. */
static bool cut_mark(struct clean *c)
{
    int from = c->n;
    while (from && c->p[from - 1] != ' ')
        from--;
    uint32_t low[32];
    char word[128];
    int n = c->n - from;
    if (!from || n > 31) return false;
    for (int i = 0; i < n; i++)
        low[i] = model_lower(c->p[from + i]);
    if (!model_utf8(low, n, word, sizeof word) || !model_word_is_mark(word)) return false;
    add_note(c, c->p + from, n);
    c->n = from - 1;
    return true;
}

/* LT_OK, LT_SYSTEM (memory) or LT_REFUSED (not UTF-8, or too long for a name). */
static int clean(const char *text, struct clean *c)
{
    c->n = 0;
    c->note = (struct lt_buf)LT_BUF_INIT(4096);
    char *tidy = text ? lt_tidy(text) : lt_strdup("");
    if (!tidy) return lt_utf8_valid(text, strlen(text)) ? LT_SYSTEM : LT_REFUSED;
    uint32_t p[LONGEST];
    int n = model_points(tidy, p, LONGEST);
    free(tidy);
    if (n < 0) return LT_REFUSED;
    for (int i = 0; i < n;)
        i += clean_step(c, p + i, n - i, c->n == 0 || c->p[c->n - 1] == ' ');
    squeeze(c);
    while (cut_mark(c))
        ;
    return LT_OK;
}

/* --- words of a cleaned text --- */

struct word {
    const uint32_t *p;
    int n;
    bool cyrillic, latin, initial;
};

/* False: no letter in it, so it is no word of a name. */
static bool judge(struct word *w)
{
    int letters = 0;
    w->cyrillic = w->latin = false;
    for (int i = 0; i < w->n; i++) {
        w->cyrillic = w->cyrillic || model_is_cyrillic(w->p[i]);
        w->latin = w->latin || model_is_latin(w->p[i]);
        letters += model_is_letter(w->p[i]) || other_script(w->p[i]);
    }
    w->initial = letters == 1;
    return letters > 0;
}

/* What keys leave out, or what joins, is nothing at the edge of a word. */
static bool edge_sign(uint32_t c)
{
    return c == '-' || c == '\'' || accent(c);
}

/* Splits at spaces and behind dots, so that «И.И.» is two; what then begins a word and would not have stood at the beginning
 * of a text is dropped. -1 when there are too many. */
static int words_of(const struct clean *c, struct word *out)
{
    int n = 0;
    for (int i = 0; i < c->n;) {
        int from = i;
        while (i < c->n && c->p[i] != ' ' && c->p[i] != '.')
            i++;
        int to = i;
        from += number_run(c->p + from, to - from);
        while (from < to && edge_sign(c->p[from]))
            from++;
        while (from < to && edge_sign(c->p[to - 1]))
            to--;
        struct word w = {.p = c->p + from, .n = to - from};
        if (judge(&w)) {
            if (n == WORDS) return -1;
            out[n++] = w;
        }
        i += i < c->n;
    }
    return n;
}

/* «Иванов ИИ»: the last of several words, two capitals, while the first word is not all capitals. */
static bool double_initial(const struct word *w, const struct word *first)
{
    return w->n == 2 && w != first && model_is_letter(w->p[0]) && model_is_letter(w->p[1]) &&
           model_upper(w->p[0]) == w->p[0] && model_upper(w->p[1]) == w->p[1] && first->n > 2 &&
           model_upper(first->p[1]) != first->p[1];
}

static bool word_text(const struct word *w, char *out, size_t size)
{
    return model_utf8(w->p, w->n, out, size);
}

/* Key of one word: look-alikes mapped where the word (or, for a single letter, the text) has Cyrillic
 * letters. */
static int key_word(const struct word *w, bool cyrillic_text, uint32_t *out)
{
    bool map = w->cyrillic || (w->initial && cyrillic_text);
    int n = 0;
    for (int i = 0; i < w->n; i++) {
        uint32_t c = w->p[i];
        if (c == '\'' || accent(c)) /* a stress mark; й and ё were composed before */
            continue;
        if (map && model_lookalike(c))
            c = model_lookalike(c);
        else if (map && (c == '0' || c == '3'))
            c = c == '0' ? 0x43E : 0x437;
        c = model_lower(c);
        out[n++] = c == 0x451 ? 0x435 : c;
    }
    return n;
}

static char *join_keys(const struct word *w, int n)
{
    uint32_t out[LONGEST + WORDS];
    int len = 0;
    bool cyrillic = false;
    for (int i = 0; i < n; i++)
        cyrillic = cyrillic || w[i].cyrillic;
    for (int i = 0; i < n; i++) {
        if (len) out[len++] = ' ';
        len += key_word(&w[i], cyrillic, out + len);
    }
    char text[(LONGEST + WORDS) * 4 + 1];
    if (!model_utf8(out, len, text, sizeof text)) return NULL;
    return lt_strdup(text);
}

static char *key_once(const char *text)
{
    struct clean c;
    struct word w[WORDS];
    char *key = NULL;
    if (clean(text, &c) == LT_OK) {
        int n = words_of(&c, w);
        /* too many words for a name: the first ones make the key */
        key = join_keys(w, n < 0 ? WORDS : n);
    }
    lt_buf_free(&c.note);
    return key;
}

/* What one cleaning leaves may be cleaned further («!'2»): the key of a key is the key. */
char *model_name_key(const char *text)
{
    char *key = key_once(text);
    for (int i = 0; key && i < KEY_ROUNDS; i++) {
        char *next = key_once(key);
        bool same = next && strcmp(next, key) == 0;
        free(key);
        key = next;
        if (same) break;
    }
    return key;
}

char *model_name_key_of(const char *surname, const char *name, const char *patronymic)
{
    char *whole = model_name_full(surname, name, patronymic);
    char *key = whole ? model_name_key(whole) : NULL;
    free(whole);
    return key;
}

char *model_name_key_loose(const char *text)
{
    char *key = model_name_key(text);
    if (!key) return NULL;
    uint32_t p[LONGEST + WORDS];
    int n = model_points(key, p, LONGEST + WORDS);
    for (int i = 0; i < n; i++)
        p[i] = model_letter_loose(p[i]);
    if (n >= 0 && !model_utf8(p, n, key, strlen(key) + 1)) {
        free(key);
        return NULL;
    }
    return key;
}

char *model_name_tidy(const char *text)
{
    struct clean c;
    char out[LONGEST * 4 + 1];
    char *tidy = NULL;
    if (clean(text, &c) == LT_OK && model_utf8(c.p, c.n, out, sizeof out)) tidy = lt_strdup(out);
    lt_buf_free(&c.note);
    return tidy;
}

/* --- parts --- */

void model_name_free(struct model_name *n)
{
    if (!n) return;
    free(n->surname);
    free(n->name);
    free(n->patronymic);
    free(n->note);
    *n = (struct model_name){0};
}

/* Which words make which part: [from, from + n) of the list. */
struct plan {
    int from[3], n[3]; /* surname, name, patronymic */
    unsigned remarks;
};

static bool is_patronymic(const struct word *w)
{
    char key[LONGEST * 4 + 1];
    uint32_t p[LONGEST];
    return !w->initial && model_utf8(p, key_word(w, true, p), key, sizeof key) &&
           model_word_is_patronymic(key);
}

static bool is_first_name(const struct word *w)
{
    char key[LONGEST * 4 + 1];
    uint32_t p[LONGEST];
    return model_utf8(p, key_word(w, true, p), key, sizeof key) && model_word_is_first_name(key);
}

static bool is_son_or_daughter(const struct word *w)
{
    char key[LONGEST * 4 + 1];
    uint32_t p[LONGEST];
    return model_utf8(p, key_word(w, true, p), key, sizeof key) && model_word_is_son_or_daughter(key);
}

static void set(struct plan *p, int part, int from, int n)
{
    p->from[part] = from;
    p->n[part] = n;
}

static void plan_two(const struct word *w, struct plan *p)
{
    bool first = is_first_name(&w[0]), second = is_first_name(&w[1]);
    if (first && is_patronymic(&w[1]) && !second) {
        set(p, 1, 0, 1);
        set(p, 2, 1, 1);
        p->remarks |= MODEL_NAME_UNSURE; /* «Иван Петрович» — or a surname like Абрамович */
    } else if (first && !second && !w[1].initial) {
        set(p, 1, 0, 1);
        set(p, 0, 1, 1);
        p->remarks |= MODEL_NAME_ORDER | MODEL_NAME_UNSURE;
    } else {
        set(p, 0, 0, 1);
        set(p, 1, 1, 1);
        if (!second) p->remarks |= w[1].initial ? 0 : MODEL_NAME_UNSURE;
    }
}

/* Three and more words of which the last `tail` make one patronymic («Мамед оглы»: 2). */
static void plan_many(const struct word *w, int n, int tail, struct plan *p)
{
    int head = n - tail;
    if (tail > 1 || is_patronymic(&w[n - 1]) || (n == 3 && !is_patronymic(&w[1]))) {
        /* the rest is surname and name; with two surnames the name is the last of them */
        set(p, 2, head, tail);
        set(p, 1, head - 1, 1);
        set(p, 0, 0, head - 1);
        if (head > 2) p->remarks |= MODEL_NAME_UNSURE;
    } else if (is_patronymic(&w[1])) {
        set(p, 1, 0, 1);
        set(p, 2, 1, 1);
        set(p, 0, 2, n - 2);
        p->remarks |= MODEL_NAME_ORDER | (n > 3 ? MODEL_NAME_UNSURE : 0);
    } else {
        set(p, 0, 0, 1);
        set(p, 1, 1, 1);
        set(p, 2, 2, n - 2);
        p->remarks |= MODEL_NAME_UNSURE;
    }
}

static void plan_initials(const struct word *w, int n, struct plan *p)
{
    p->remarks |= MODEL_NAME_INITIALS;
    int lead = 0;
    while (lead < n && w[lead].initial)
        lead++;
    if (lead == n) {
        set(p, 1, 0, 1);
        set(p, 2, 1, n > 1 ? 1 : 0);
    } else if (lead) { /* «И. И. Иванов» */
        p->remarks |= MODEL_NAME_ORDER;
        set(p, 1, 0, 1);
        set(p, 2, 1, lead > 1 ? 1 : 0);
        set(p, 0, lead, n - lead);
    } else {
        int full = 0;
        while (full < n && !w[full].initial)
            full++;
        bool both = n - full > 1; /* «Иванов И. И.», else «Иванов Иван И.» or «Иванов И.» */
        int surname = both || full == 1 ? full : full - 1;
        set(p, 0, 0, surname);
        set(p, 1, surname, 1);
        set(p, 2, surname + 1, n - surname - 1);
    }
}

static struct plan plan_parts(const struct word *w, int n)
{
    struct plan p = {.remarks = 0};
    bool initials = false;
    for (int i = 0; i < n; i++)
        initials = initials || w[i].initial;
    int tail = n > 2 && is_son_or_daughter(&w[n - 1]) ? 2 : 1;
    if (n == 1) {
        set(&p, 0, 0, 1);
        p.remarks |= MODEL_NAME_ONE_PART;
    } else if (initials) {
        plan_initials(w, n, &p);
    } else if (n == 2) {
        plan_two(w, &p);
    } else if (n - tail == 1) { /* «Мамедов оглы»: no name is left */
        set(&p, 0, 0, 1);
        set(&p, 2, 1, tail);
        p.remarks |= MODEL_NAME_UNSURE;
    } else {
        plan_many(w, n, tail, &p);
    }
    return p;
}

/* Words of one part as written, initials with their dot. */
static char *part_text(const struct word *w, int n)
{
    struct lt_buf b = LT_BUF_INIT(LONGEST * 8);
    char text[LONGEST * 4 + 1];
    for (int i = 0; i < n; i++) {
        if (word_text(&w[i], text, sizeof text))
            lt_buf_addf(&b, "%s%s%s", i ? " " : "", text, w[i].initial ? "." : "");
    }
    return lt_buf_take(&b, NULL);
}

static unsigned alphabet_remarks(const struct word *w, int n)
{
    unsigned remarks = 0;
    for (int i = 0; i < n; i++) {
        if (w[i].latin && w[i].cyrillic)
            remarks |= MODEL_NAME_MIXED_ALPHABET;
        else if (w[i].latin && !w[i].initial)
            remarks |= MODEL_NAME_LATIN_ONLY;
    }
    return remarks;
}

static int fill(struct clean *c, const struct word *w, const struct plan *p, struct model_name *out,
                struct lt_error *err)
{
    out->remarks = p->remarks;
    out->surname = part_text(w + p->from[0], p->n[0]);
    out->name = part_text(w + p->from[1], p->n[1]);
    out->patronymic = part_text(w + p->from[2], p->n[2]);
    if (c->note.len) out->remarks |= MODEL_NAME_NOTE;
    out->note = lt_buf_take(&c->note, NULL);
    if (!p->n[2] && !(p->remarks & MODEL_NAME_ONE_PART)) out->remarks |= MODEL_NAME_NO_PATRONYMIC;
    if (out->surname && out->name && out->patronymic && out->note) return LT_OK;
    model_name_free(out);
    return lt_fail_memory(err);
}

int model_name_split(const char *text, struct model_name *out, struct lt_error *err)
{
    struct clean c;
    struct word w[WORDS + 1];
    *out = (struct model_name){0};
    int status = clean(text, &c);
    int n = status ? 0 : words_of(&c, w);
    if (status == LT_SYSTEM) {
        status = lt_fail_memory(err);
    } else if (status || n < 0) {
        status = lt_fail(err, LT_REFUSED, "name.unreadable", (char *)NULL);
    } else if (!n) {
        status = lt_fail(err, LT_REFUSED, "name.empty", (char *)NULL);
    } else {
        if (n > 1 && n < WORDS && double_initial(&w[n - 1], &w[0])) {
            w[n] = (struct word){.p = w[n - 1].p + 1, .n = 1};
            w[n - 1].n = 1;
            judge(&w[n - 1]);
            judge(&w[n++]);
        }
        struct plan p = plan_parts(w, n);
        status = fill(&c, w, &p, out, err);
        if (!status) out->remarks |= alphabet_remarks(w, n);
    }
    lt_buf_free(&c.note);
    return status;
}

int model_name_parts(const char *surname, const char *name, const char *patronymic, struct model_name *out,
                     struct lt_error *err)
{
    const char *texts[3] = {surname, name, patronymic};
    char *parts[3] = {NULL, NULL, NULL};
    struct lt_buf note = LT_BUF_INIT(16384);
    unsigned remarks = 0;
    int status = LT_OK, filled = 0;
    *out = (struct model_name){0};
    for (int i = 0; i < 3 && !status; i++) {
        struct clean c;
        struct word w[WORDS];
        status = clean(texts[i], &c);
        int n = status ? 0 : words_of(&c, w);
        if (n < 0) status = LT_REFUSED;
        if (!status) {
            parts[i] = part_text(w, n);
            remarks |= alphabet_remarks(w, n) | (i && n && w[0].initial ? MODEL_NAME_INITIALS : 0u);
            filled += n > 0;
            if (c.note.len) lt_buf_addf(&note, "%s%s", note.len ? "; " : "", c.note.data);
        }
        lt_buf_free(&c.note);
    }
    if (status == LT_REFUSED)
        status = lt_fail(err, LT_REFUSED, "name.unreadable", (char *)NULL);
    else if (status)
        status = lt_fail_memory(err);
    else if (!filled)
        status = lt_fail(err, LT_REFUSED, "name.empty", (char *)NULL);
    if (status) {
        free(parts[0]), free(parts[1]), free(parts[2]);
        lt_buf_free(&note);
        return status;
    }
    remarks |= note.len ? MODEL_NAME_NOTE : 0u;
    remarks |= filled == 1 ? MODEL_NAME_ONE_PART : parts[2] && !*parts[2] ? MODEL_NAME_NO_PATRONYMIC : 0u;
    *out = (struct model_name){parts[0], parts[1], parts[2], lt_buf_take(&note, NULL), remarks};
    if (out->surname && out->name && out->patronymic && out->note) return LT_OK;
    model_name_free(out);
    return lt_fail_memory(err);
}

const char *model_name_remark_word(unsigned bit)
{
    static const char *const words[] = {"latin_only", "mixed_alphabet", "one_part", "no_patronymic",
                                        "initials",   "note",           "order",    "unsure"};
    for (size_t i = 0; i < LT_COUNT(words); i++) {
        if (bit == 1u << i) return words[i];
    }
    return NULL;
}

/* --- forms for people --- */

char *model_name_full(const char *surname, const char *name, const char *patronymic)
{
    const char *parts[3] = {surname, name, patronymic};
    struct lt_buf b = LT_BUF_INIT(4096);
    for (int i = 0; i < 3; i++) {
        if (parts[i] && *parts[i]) lt_buf_addf(&b, "%s%s", b.len ? " " : "", parts[i]);
    }
    return lt_buf_take(&b, NULL);
}

char *model_name_short(const char *surname, const char *name, const char *patronymic)
{
    const char *rest[2] = {name, patronymic};
    bool alone = !surname || !*surname; /* a name without surname is not cut to a letter */
    struct lt_buf b = LT_BUF_INIT(4096);
    lt_buf_adds(&b, alone ? (name ? name : "") : surname);
    for (int i = alone ? 1 : 0; i < 2; i++) {
        if (!rest[i] || !*rest[i]) continue;
        size_t first = 1;
        while ((rest[i][first] & 0xC0) == 0x80)
            first++;
        lt_buf_addc(&b, ' ');
        lt_buf_add(&b, rest[i], first);
        lt_buf_addc(&b, '.');
    }
    return lt_buf_take(&b, NULL);
}
