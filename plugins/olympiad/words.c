/* Dictionaries of headings, subjects and stages, read once from data/. */
#include "olympiad.h"

#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct synonym {
    char *form;
    bool beginning;
    int role;   /* enum role, or the number of the subject */
    int format; /* FORMATS: any */
};
struct subject {
    char *name, *in_title;
};
struct words {
    struct synonym *heads, *subjects;
    size_t heads_len, heads_cap, subjects_len, subjects_cap;
    struct subject *names;
    size_t names_len, names_cap;
};

static const char *const role_names[ROLE_COUNT] = {
    "none", "row", "full_name", "surname", "name", "patronymic", "code", "id", "school", "class", "class_for", "score", "primary", "max", "percent",
    "rating", "place", "status", "subject", "stage", "mentor", "sex", "direction", "birth", "date", "number", "uin", "task", "title", "profile",
    "list_number", "list_level", "degree", "diploma", "level", "organiser", "activity", "document", "ignored"};
static const char *const format_names[FORMATS] = {"olympiad", "olympiad-list", "olympiad-other", "olympiad-codes"};

const char *words_role_name(enum role role)
{
    return role_names[role];
}

enum role words_role_find(const char *name)
{
    for (int i = 0; name && i < ROLE_COUNT; i++) {
        if (strcmp(role_names[i], name) == 0) return (enum role)i;
    }
    return ROLE_COUNT;
}

const char *words_format_name(enum format f)
{
    return format_names[f];
}

/* --- forms --- */

static bool is_percent_or_number_sign(const char *p, size_t *n)
{
    *n = strncmp(p, "№", 3) == 0 ? 3 : *p == '%' ? 1 : 0;
    return *n > 0;
}

void words_form(const char *text, char *out, size_t size)
{
    char *tidy = lt_tidy(text ? text : ""), *low = tidy ? lt_fold(tidy) : NULL;
    size_t to = 0, n;
    for (const char *p = low ? low : ""; *p && to + 8 < size;) {
        unsigned char c = (unsigned char)*p;
        if (is_percent_or_number_sign(p, &n)) {
            if (to && out[to - 1] != ' ') out[to++] = ' ';
            memcpy(out + to, p, n);
            to += n;
            out[to++] = ' ';
            p += n;
        } else if (isalnum(c) || (c >= 0xC3 && c <= 0xDF)) {
            n = c >= 0xC0 ? 2 : 1;
            memcpy(out + to, p, n);
            to += n;
            p += n;
        } else {
            if (to && out[to - 1] != ' ') out[to++] = ' ';
            p++;
            while (((unsigned char)*p & 0xC0) == 0x80) p++;
        }
    }
    while (to && out[to - 1] == ' ') to--;
    out[to] = 0;
    free(tidy);
    free(low);
}

static bool fits(const struct synonym *s, const char *form)
{
    return s->beginning ? lt_starts(form, s->form) : strcmp(form, s->form) == 0;
}

/* --- reading the data --- */

static bool add(struct synonym **list, size_t *len, size_t *cap, const char *text, size_t n, int role, int format)
{
    char raw[300], form[300];
    lt_print(raw, sizeof raw, "%.*s", (int)n, text);
    size_t end = strlen(raw);
    while (end && isspace((unsigned char)raw[end - 1])) end--;
    raw[end] = 0;
    bool beginning = end && raw[end - 1] == '*';
    if (beginning) raw[end - 1] = 0;
    words_form(raw, form, sizeof form);
    if (!*form) return true;
    void *grown = lt_array_grow(*list, cap, *len + 1, sizeof **list);
    char *copy = lt_strdup(form);
    if (!grown || !copy) return free(copy), false;
    *list = grown;
    (*list)[(*len)++] = (struct synonym){.form = copy, .beginning = beginning, .role = role, .format = format};
    return true;
}

static int format_of(const char *name, size_t n)
{
    for (int i = 0; i < FORMATS; i++) {
        if (strlen(format_names[i]) == n && strncmp(format_names[i], name, n) == 0) return i;
    }
    return FORMATS;
}

/* "role @format = a | b*" */
static bool take_heading(struct words *w, const char *line, size_t n)
{
    const char *eq = memchr(line, '=', n), *at = memchr(line, '@', n);
    char name[40];
    if (!eq) return true;
    size_t word = strcspn(line, " =");
    lt_print(name, sizeof name, "%.*s", (int)word, line);
    enum role role = words_role_find(name);
    int format = at && at < eq ? format_of(at + 1, strcspn(at + 1, " =")) : FORMATS;
    bool good = role != ROLE_COUNT;
    for (const char *p = eq + 1, *end = line + n; good && p < end;) {
        const char *bar = memchr(p, '|', (size_t)(end - p));
        size_t len = bar ? (size_t)(bar - p) : (size_t)(end - p);
        good = add(&w->heads, &w->heads_len, &w->heads_cap, p, len, role, format);
        p += len + (bar != NULL);
    }
    return good;
}

static char *part_of(const char *p, size_t n)
{
    char text[200];
    lt_print(text, sizeof text, "%.*s", (int)n, p);
    return lt_tidy(text);
}

/* "name | in the title | synonym | beginning*" */
static bool take_subject(struct words *w, const char *line, size_t n)
{
    int column = 0, at = (int)w->names_len;
    void *grown = lt_array_grow(w->names, &w->names_cap, w->names_len + 1, sizeof *w->names);
    if (!grown) return false;
    w->names = grown;
    w->names[w->names_len++] = (struct subject){NULL, NULL};
    for (const char *p = line, *end = line + n; p <= end; column++) {
        const char *bar = p < end ? memchr(p, '|', (size_t)(end - p)) : NULL;
        size_t len = bar ? (size_t)(bar - p) : (size_t)(end - p);
        if (column == 0) w->names[at].name = part_of(p, len);
        if (column == 1) w->names[at].in_title = part_of(p, len);
        /* «по физике»: the words behind the preposition are a form of the name too */
        const char *form = column == 1 ? memchr(p + 1, ' ', len > 1 ? len - 1 : 0) : p;
        if (!form) form = p;
        if (!add(&w->subjects, &w->subjects_len, &w->subjects_cap, form, len - (size_t)(form - p), at, FORMATS)) return false;
        p += len + 1;
    }
    return w->names[at].name && w->names[at].in_title;
}

static bool each_line(struct words *w, const char *text, bool (*take)(struct words *, const char *, size_t))
{
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n");
        if (n && *p != '#' && !take(w, p, n)) return false;
        p += n + (p[n] != 0);
    }
    return true;
}

struct words *words_open(void)
{
    struct words *w = lt_calloc(1, sizeof *w);
    if (!w) return NULL;
    if (each_line(w, olympiad_columns, take_heading) && each_line(w, olympiad_subjects, take_subject)) return w;
    words_close(w);
    return NULL;
}

void words_close(struct words *w)
{
    if (!w) return;
    for (size_t i = 0; i < w->heads_len; i++) free(w->heads[i].form);
    for (size_t i = 0; i < w->subjects_len; i++) free(w->subjects[i].form);
    for (size_t i = 0; i < w->names_len; i++) {
        free(w->names[i].name);
        free(w->names[i].in_title);
    }
    free(w->heads);
    free(w->subjects);
    free(w->names);
    free(w);
}

/* --- asking --- */

enum role words_role(const struct words *w, const char *heading, enum format format)
{
    char form[300];
    enum role found = ROLE_NONE;
    size_t longest = 0;
    words_form(heading, form, sizeof form);
    if (!*form) return ROLE_NONE;
    for (int own = 1; own >= 0 && found == ROLE_NONE; own--) {
        for (size_t i = 0; i < w->heads_len; i++) {
            const struct synonym *s = &w->heads[i];
            if ((own ? s->format != (int)format : s->format != FORMATS) || !fits(s, form)) continue;
            size_t n = strlen(s->form) + (s->beginning ? 0 : 1000);
            if (n > longest) longest = n, found = (enum role)s->role;
        }
    }
    return found;
}

static const char *subject_at(const struct words *w, int at, const char **in_title)
{
    if (in_title) *in_title = w->names[at].in_title;
    return w->names[at].name;
}

const char *words_subject(const struct words *w, const char *text, const char **in_title)
{
    char form[300];
    words_form(text, form, sizeof form);
    for (size_t i = 0; *form && i < w->subjects_len; i++) {
        if (fits(&w->subjects[i], form)) return subject_at(w, w->subjects[i].role, in_title);
    }
    return NULL;
}

/* The longest synonym that stands in the text as whole words. */
const char *words_subject_in(const struct words *w, const char *text, const char **in_title)
{
    char form[600], padded[640], wanted[320];
    size_t longest = 0;
    int at = -1;
    words_form(text, form, sizeof form);
    lt_print(padded, sizeof padded, " %s ", form);
    for (size_t i = 0; i < w->subjects_len; i++) {
        const struct synonym *s = &w->subjects[i];
        lt_print(wanted, sizeof wanted, s->beginning ? " %s" : " %s ", s->form);
        if (strlen(wanted) <= longest || !strstr(padded, wanted)) continue;
        longest = strlen(wanted);
        at = s->role;
    }
    return at < 0 ? NULL : subject_at(w, at, in_title);
}

/* Before the word «этап» more words name a stage than alone: a school stands in a «городской округ» too. */
static const struct { const char *word, *stage; bool alone; } stages[] = {
    {"школьн", "school", false},    {"школьный", "school", true},     {"шэ", "school", true},          {"school", "school", true},
    {"муниципальн", "municipal", true}, {"городск", "municipal", false}, {"районн", "municipal", false}, {"окружн", "municipal", false},
    {"мэ", "municipal", true},      {"municipal", "municipal", true}, {"региональн", "regional", true}, {"областн", "regional", false},
    {"республиканск", "regional", false}, {"рэ", "regional", true},   {"regional", "regional", true},  {"заключительн", "final", true},
    {"финальн", "final", false},    {"зэ", "final", true},            {"final", "final", true},        {"финал", "final", true}};

static const char *stage_of_word(const char *word, bool before_stage)
{
    for (size_t i = 0; i < LT_COUNT(stages); i++) {
        bool whole = strlen(stages[i].word) <= 6; /* «МЭ», «final»: no beginnings of other words */
        bool same = whole ? strcmp(word, stages[i].word) == 0 : lt_starts(word, stages[i].word);
        if (same && (before_stage || stages[i].alone)) return stages[i].stage;
    }
    return NULL;
}

const char *words_stage_in(const char *text)
{
    char form[600], word[64];
    words_form(text, form, sizeof form);
    bool has_stage = strstr(form, "этап") != NULL;
    const char *found = NULL;
    for (const char *p = form; *p;) {
        size_t n = strcspn(p, " ");
        const char *after = p[n] ? p + n + 1 : "";
        lt_print(word, sizeof word, "%.*s", (int)(n < 60 ? n : 0), p);
        const char *stage = stage_of_word(word, !has_stage || lt_starts(after, "этап") || !strchr(form, ' '));
        if (has_stage && stage && !lt_starts(after, "этап")) stage = NULL;
        if (!has_stage && stage) stage = stage_of_word(word, !strchr(form, ' '));
        if (stage && found && strcmp(stage, found) != 0) return NULL; /* two are named: nothing is said */
        if (stage) found = stage;
        p += n + (p[n] != 0);
    }
    return found;
}

const char *words_level(const char *text)
{
    static const struct { const char *word, *level; } levels[] = {
        {" класс", "class"},          {" школьн", "school"},        {" муниципальн", "municipal"}, {" городск", "municipal"},
        {" районн", "municipal"},     {" окружн", "municipal"},     {" региональн", "regional"},   {" областн", "regional"},
        {" республиканск", "regional"}, {" межрегиональн", "interregional"}, {" всероссийск", "national"}, {" федеральн", "national"},
        {" российск", "national"},    {" международн", "international"}, {" municipal ", "municipal"}, {" regional ", "regional"},
        {" national ", "national"},   {" international ", "international"}, {" school ", "school"}, {" interregional ", "interregional"}, {" class ", "class"}};
    char form[300], padded[320];
    words_form(text, form, sizeof form);
    lt_print(padded, sizeof padded, " %s ", form);
    for (size_t i = 0; i < LT_COUNT(levels); i++) {
        if (strstr(padded, levels[i].word)) return levels[i].level;
    }
    return NULL;
}
