/* Is the school named in a row ours? Files write it in every way: «МБОУ "Школа № 7" г. Города», «СОШ №7», «школа 7», «7». */
#include "usecase/results.h"

#include "usecase/state_events.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 40, FORM_MAX = 600 };

/* What tells one school from another: its kind, its number, its own words. */
struct form {
    const char *kind; /* "школа", "лицей" …; "" when not said */
    char number[12];
    char words[FORM_MAX]; /* the others, each between spaces, in order */
};

/* Legal forms and places: they differ between files that mean the same school. */
static bool is_empty_word(const char *w)
{
    static const char *const words[] = {
        "мбоу", "маоу", "гбоу", "моу", "мкоу", "гаоу", "гкоу", "гоу", "фгкоу", "ано", "аноо", "чоу", "ноу", "чу", "оу", "оо", "ано оо",
        "муниципальное", "государственное", "бюджетное", "автономное", "казенное", "частное", "некоммерческая", "автономная", "организация",
        "общеобразовательное", "образовательное", "общеобразовательная", "образовательная", "учреждение", "средняя", "им", "имени", "с",
        "углубленным", "изучением", "отдельных", "предметов", "номер", "n", "no", "г", "город", "города", "и"};
    for (size_t i = 0; i < LT_COUNT(words); i++) {
        if (strcmp(words[i], w) == 0) return true;
    }
    return false;
}

static const char *kind_of(const char *w)
{
    static const struct { const char *word, *kind; } kinds[] = {
        {"школа", "школа"},       {"школы", "школа"},     {"сош", "школа"},        {"сш", "школа"},         {"лицей", "лицей"},
        {"лицея", "лицей"},       {"гимназия", "гимназия"}, {"гимназии", "гимназия"}, {"оош", "основная"},     {"основная", "основная"},
        {"нош", "начальная"},     {"начальная", "начальная"}, {"интернат", "интернат"}, {"вечерняя", "вечерняя"}, {"кадетская", "кадетская"}};
    for (size_t i = 0; i < LT_COUNT(kinds); i++) {
        if (strcmp(kinds[i].word, w) == 0) return kinds[i].kind;
    }
    return NULL;
}

static void take_word(struct form *f, char *w)
{
    char *p = w;
    const char *kind = kind_of(w);
    while (*p && isdigit((unsigned char)*p)) p++;
    if (*w && !*p) {
        while (*w == '0') w++;
        if (!*f->number) lt_print(f->number, sizeof f->number, "%.10s", w);
        return;
    }
    if (kind) {
        /* «основная школа» is told by its first word */
        if (!*f->kind || strcmp(f->kind, "школа") == 0) f->kind = kind;
        return;
    }
    size_t n = strlen(f->words);
    if (!is_empty_word(w) && n + strlen(w) + 2 < sizeof f->words) lt_print(f->words + n, sizeof f->words - n, "%s%s ", n ? "" : " ", w);
}

/* Letters and digits make words, a digit beside a letter begins another: «СОШ7», «школа-7», «№7». */
static void parse(const char *text, struct form *f)
{
    *f = (struct form){.kind = ""};
    char *tidy = lt_tidy(text), *low = tidy ? lt_fold(tidy) : NULL;
    char word[200];
    size_t n = 0;
    for (const char *p = low; p && n < sizeof word - 1; p++) {
        unsigned char c = (unsigned char)*p;
        bool digit = isdigit(c) != 0, letter = isalpha(c) || c >= 0xD0;
        bool sign = c == 0xE2 || c == 0xC2; /* «№», dashes, quotes: signs of three and two bytes */
        bool part = letter || (c >= 0x80 && c < 0xC0 && n && (unsigned char)word[n - 1] >= 0xC0);
        bool joins = n && (isdigit((unsigned char)word[n - 1]) != 0) == digit;
        if (n && (sign || !(digit || part) || (!joins && (digit || letter)))) {
            word[n] = 0;
            take_word(f, word);
            n = 0;
        }
        if (!c) break;
        if (!sign && (digit || part)) word[n++] = (char)c;
    }
    free(tidy);
    free(low);
}

/* Every word of `some` is one of `all`. */
static bool within(const char *some, const char *all)
{
    for (const char *p = some; *p == ' ' && p[1];) {
        size_t n = strcspn(p + 1, " ");
        char word[FORM_MAX];
        lt_print(word, sizeof word, " %.*s ", (int)n, p + 1);
        if (!strstr(all, word)) return false;
        p += n + 1;
    }
    return true;
}

static enum results_school compare(const struct form *said, const struct form *ours)
{
    bool kinds = !*said->kind || !*ours->kind || strcmp(said->kind, ours->kind) == 0;
    if (!kinds || strcmp(said->number, ours->number) != 0) return SCHOOL_OTHER;
    if (*said->number) return within(said->words, ours->words) ? SCHOOL_OURS : SCHOOL_UNSURE;
    if (!*said->words || !*ours->words) return *said->words || *ours->words ? SCHOOL_OTHER : SCHOOL_UNSURE;
    if (within(said->words, ours->words)) return SCHOOL_OURS;
    return within(ours->words, said->words) ? SCHOOL_UNSURE : SCHOOL_OTHER;
}

void results_school_names(struct results *r, const json_t *school)
{
    static const char *const keys[] = {"name", "short_name"};
    struct lt_error ignored = {0};
    if (!r->school_forms) r->school_forms = json_array();
    for (size_t i = 0; i < LT_COUNT(keys); i++) {
        const char *s = lt_json_str(school, keys[i]);
        if (s && json_array_append_new(r->school_forms, json_string(s))) r->failed = true;
    }
    if (!r->schools && index_get(r->call->app->index, "mapping", "schools", &r->schools, NULL, &ignored)) r->schools = NULL;
    lt_error_clear(&ignored);
    if (!r->events) r->events = state_events_by_title(r->call);
}

/* What people decided about this very text: in this batch, or before. */
static bool decided(const struct results *r, const char *text, enum results_school *out)
{
    char key[320];
    lt_print(key, sizeof key, "*school!%.300s", text);
    const char *now = lt_json_str(r->options->decisions, key);
    if (now) *out = strcmp(now, "ours") == 0 ? SCHOOL_OURS : SCHOOL_OTHER;
    else if (lt_json_array_has(lt_json_array(r->schools, "ours"), text)) *out = SCHOOL_OURS;
    else if (lt_json_array_has(lt_json_array(r->schools, "others"), text)) *out = SCHOOL_OTHER;
    else return false;
    return true;
}

enum results_school results_school(struct results *r, const char *text)
{
    const json_t *known = text && *text ? json_object_get(r->school_said, text) : NULL, *v;
    if (!text || !*text) return SCHOOL_UNSAID;
    if (known) return (enum results_school)json_integer_value(known);
    struct form said, ours;
    enum results_school best = SCHOOL_OTHER;
    parse(text, &said);
    size_t i;
    json_array_foreach(r->school_forms, i, v) {
        parse(json_string_value(v), &ours);
        enum results_school one = compare(&said, &ours);
        if (one == SCHOOL_OURS || (one == SCHOOL_UNSURE && best == SCHOOL_OTHER)) best = one;
    }
    bool nothing = !*said.kind && !*said.number && !*said.words; /* «—», «МБОУ»: says nothing */
    if (nothing) best = SCHOOL_UNSAID;
    decided(r, text, &best);
    if (json_object_set_new(r->school_said, text, json_integer(best))) r->failed = true;
    return best;
}
