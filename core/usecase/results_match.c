/* Which pupil does a row mean? In the order of certainty of docs/decisions/results.md: own number, УИН, code of a list, name with
 * birth date, name with class, name alone. The last two only where nobody else can be meant. Whatever is less sure is a question with
 * candidates. */
#include "usecase/results.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/chars.h"
#include "model/uin.h"

#include <stdlib.h>
#include <string.h>

enum { FOUND_MAX = 40 };
enum class_fit { CLASS_UNSAID, CLASS_FITS, CLASS_NUMBER_FITS, CLASS_DIFFERS };

struct found {
    struct results_pupil *list[FOUND_MAX];
    int len;
};

static void add(struct found *f, struct results_pupil *p)
{
    for (int i = 0; i < f->len; i++) {
        if (f->list[i] == p) return;
    }
    if (f->len < FOUND_MAX) f->list[f->len++] = p;
}

/* The card has another number of the GTO than the row: maybe a namesake. */
static bool uins_differ(const struct results_row *row, const struct results_pupil *p)
{
    char said[MODEL_UIN_SIZE];
    return *p->uin && *row->uin && model_uin(row->uin, said) && strcmp(said, p->uin) != 0;
}

static void settle(struct results_row *row, struct results_pupil *p, const char *why)
{
    row->pupil = p;
    results_outcome(row, "matched", why);
}

static void ask(struct results *r, struct results_row *row, const struct found *f, const char *code, const char *why)
{
    for (int i = 0; i < f->len; i++) results_candidate(r, row, f->list[i], why);
    if (code) results_problem_name(r, row, code);
    results_outcome(row, "doubtful", "candidates");
}

/* --- second signs --- */

static bool has_class(const struct results_row *row)
{
    return row->klass.certainty != MODEL_KLASS_NO && row->klass.number > 0;
}

static enum class_fit class_fit(const struct results *r, const struct results_row *row, struct results_pupil *p)
{
    char then[24];
    results_class(r, row, p, then);
    if (!has_class(row) || !*then) return CLASS_UNSAID;
    if (strcmp(p->klass_said, then) != 0) {
        model_klass_parse(then, &p->klass);
        lt_print(p->klass_said, sizeof p->klass_said, "%s", then);
    }
    struct model_klass k = p->klass;
    if (k.number != row->klass.number) return CLASS_DIFFERS;
    bool letters = row->klass.certainty == MODEL_KLASS_SURE && row->klass.letter[0] && k.letter[0];
    if (!letters) return CLASS_NUMBER_FITS;
    return strcmp(k.letter, row->klass.letter) == 0 ? CLASS_FITS : CLASS_DIFFERS;
}

static bool births_differ(const struct results_row *row, const struct results_pupil *p)
{
    return *row->birth && *p->birth && strcmp(row->birth, p->birth) != 0;
}

static bool births_agree(const struct results_row *row, const struct results_pupil *p)
{
    return *row->birth && strcmp(row->birth, p->birth) == 0;
}

/* A pupil who left before that day is not meant by a name. */
static bool was_here(const struct results *r, const struct results_row *row, const struct results_pupil *p)
{
    char then[24];
    return !p->left || results_class(r, row, p, then) != NULL;
}

static void gather(const struct results *r, const struct results_row *row, const json_t *map, const char *key, struct found *f)
{
    size_t i;
    const json_t *v;
    json_array_foreach(results_find(map, key), i, v) {
        struct results_pupil *p = &r->pupils[json_integer_value(v)];
        if (was_here(r, row, p)) add(f, p);
    }
}

/* --- numbers --- */

static bool same_person(const struct results_row *row, const struct results_pupil *p)
{
    enum model_name_match m = MODEL_NAME_DIFFERENT;
    if (!row->has_name) return true;
    return model_name_compare(&row->name, &p->name, &m) == 0 && m != MODEL_NAME_DIFFERENT;
}

/* A number names one pupil. A name beside it that is somebody else's is a question. */
static bool by_number(struct results *r, struct results_row *row, const json_t *map, const char *number, const char *why)
{
    const json_t *list = results_find(map, number);
    if (json_array_size(list) != 1) return false;
    struct results_pupil *p = &r->pupils[json_integer_value(json_array_get(list, 0))];
    struct found f = {.len = 0};
    if (same_person(row, p)) {
        settle(row, p, why);
        return true;
    }
    add(&f, p);
    ask(r, row, &f, "number_name_differs", why);
    return true;
}

static bool by_code(struct results *r, struct results_row *row)
{
    char pupil[LT_ID_SIZE] = "";
    struct lt_error ignored = {0};
    if (!*row->code || lt_ends(r->format->name, RESULTS_CODES_SUFFIX)) return false; /* a list of codes says whose they are */
    int rc = results_code_find(r->call, row->year, lt_json_str_or(row->in, "subject", ""), row->code, pupil, &ignored);
    lt_error_clear(&ignored);
    return rc == 0 && by_number(r, row, r->by_id, pupil, "code");
}

/* --- the same name --- */

static int pick(const struct results *r, const struct results_row *row, const struct found *f, enum class_fit want, struct results_pupil **out)
{
    int n = 0;
    for (int i = 0; i < f->len; i++) {
        if (class_fit(r, row, f->list[i]) == want) *out = f->list[i], n++;
    }
    return n;
}

/* Of those with this very name. true: an answer was found, be it a question. */
static bool same_name(struct results *r, struct results_row *row, struct found *f)
{
    struct results_pupil *one = NULL;
    int n = 0;
    for (int i = 0; i < f->len; i++) {
        if (births_agree(row, f->list[i])) one = f->list[i], n++;
    }
    if (n == 1 && row->school != SCHOOL_OTHER) return settle(row, one, "name_birth"), true;
    if (n) return ask(r, row, f, row->school == SCHOOL_OTHER ? "school_differs" : "namesakes", "same_name"), true;
    if (row->school == SCHOOL_OTHER) return false;
    for (int i = 0; i < f->len; i++) {
        if (births_differ(row, f->list[i])) return ask(r, row, f, "birth_date_differs", "birth_date_differs"), true;
    }
    if (row->school == SCHOOL_UNSURE) return ask(r, row, f, "school_unsure", "same_name"), true;
    struct results_pupil *other = NULL;
    bool clear = !pick(r, row, f, CLASS_UNSAID, &other) && !pick(r, row, f, CLASS_NUMBER_FITS, &other);
    if (pick(r, row, f, CLASS_FITS, &one) == 1 && (clear || f->len == 1)) return settle(row, one, f->len > 1 ? "name_class_one" : "name_class"), true;
    if (f->len > 1) return ask(r, row, f, "namesakes", "same_name"), true;
    one = f->list[0];
    enum class_fit fit = class_fit(r, row, one);
    if (fit == CLASS_DIFFERS) return ask(r, row, f, "class_differs", "class_differs"), true;
    if (strcmp(one->key, row->key) != 0 && fit == CLASS_UNSAID) return ask(r, row, f, "name_former", "same_name"), true;
    settle(row, one, fit == CLASS_NUMBER_FITS ? "name_class" : "name_only");
    return true;
}

/* --- surname and name agree, one side has no patronymic: a second sign is needed --- */

static void without_patronymic(const struct results *r, const struct results_row *row, struct found *f)
{
    struct found all = {.len = 0};
    char *two = model_name_key_of(row->name.surname, row->name.name, NULL);
    gather(r, row, r->by_two, two, &all);
    for (int i = 0; i < all.len; i++) {
        if (!*row->name.patronymic || !*all.list[i]->name.patronymic) add(f, all.list[i]);
    }
    free(two);
}

static bool no_patronymic(struct results *r, struct results_row *row)
{
    struct found f = {.len = 0};
    struct results_pupil *one = NULL;
    int n = 0;
    if (row->name.remarks & (MODEL_NAME_INITIALS | MODEL_NAME_ONE_PART)) return false;
    without_patronymic(r, row, &f);
    for (int i = 0; i < f.len; i++) {
        if (births_agree(row, f.list[i])) one = f.list[i], n++;
    }
    if (n == 1 && row->school != SCHOOL_OTHER) return settle(row, one, "name_birth"), true;
    if (row->school == SCHOOL_OTHER || !f.len) return false;
    bool sure = row->school != SCHOOL_UNSURE && !*row->birth && !(row->name.remarks & MODEL_NAME_ORDER);
    int exact = pick(r, row, &f, CLASS_FITS, &one);
    if (sure && exact == 1) return settle(row, one, f.len > 1 ? "name_class_one" : "name_class"), true;
    if (sure && f.len == 1 && row->school == SCHOOL_OURS && pick(r, row, &f, CLASS_NUMBER_FITS, &one) == 1)
        return settle(row, one, "name_class"), true;
    /* neither side has one: the whole name agrees; of another school may be a namesake, so the file must say that it is ours */
    bool both = f.len == 1 && !*row->name.patronymic && !*f.list[0]->name.patronymic;
    if (sure && both && row->school == SCHOOL_OURS && class_fit(r, row, f.list[0]) == CLASS_UNSAID)
        return settle(row, f.list[0], "name_only"), true;
    ask(r, row, &f, f.len > 1 ? "namesakes" : both ? "sign_wanted" : "patronymic_unsure", both ? "same_name" : "patronymic_missing");
    return true;
}

/* --- names that are alike: questions only --- */

static size_t common(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n]) n++;
    return n;
}

/* «Иванову Ивану»: the same but for the ending. Two bytes a letter. */
static bool inflected(const char *said, const char *known)
{
    size_t n = common(said, known), a = strlen(said), b = strlen(known);
    if (!a || !b) return a == b;
    return n >= 4 && a - n <= 6 && b - n <= 4;
}

static bool dative(const struct results_row *row, const struct results_pupil *p)
{
    const char *said[] = {row->name.surname, row->name.name, row->name.patronymic};
    const char *known[] = {p->name.surname, p->name.name, p->name.patronymic};
    bool all = true;
    for (int i = 0; all && i < 3; i++) {
        char *a = model_name_key(said[i]), *b = model_name_key(known[i]);
        all = a && b && ((i == 2 && !*a) || inflected(a, b));
        free(a);
        free(b);
    }
    return all && *row->name.name;
}

/* «COBA» wholly in Latin letters that all look like Cyrillic ones. */
static char *looks_cyrillic(const char *text)
{
    uint32_t p[200];
    char out[900];
    int n = model_points(text, p, 200);
    for (int i = 0; i < n; i++) {
        uint32_t like = model_is_latin(p[i]) ? model_lookalike(p[i]) : 0;
        if (model_is_latin(p[i]) && !like) return NULL;
        if (like) p[i] = like;
    }
    return n > 0 && model_utf8(p, n, out, sizeof out) ? model_name_key(out) : NULL;
}

static const char *likeness(const struct results_row *row, const struct results_pupil *p)
{
    enum model_name_match m = MODEL_NAME_DIFFERENT;
    if (model_name_compare(&row->name, &p->name, &m)) return NULL;
    switch (m) {
    case MODEL_NAME_SAME:
    case MODEL_NAME_SAME_FOLDED: return "same_name";
    case MODEL_NAME_PATRONYMIC_MISSING: return "patronymic_missing";
    case MODEL_NAME_INITIALS_FIT: return "name_initials";
    case MODEL_NAME_SHORT_FORM: return row->name.remarks & MODEL_NAME_ORDER ? "name_order" : "name_variant";
    default: return dative(row, p) ? "name_inflected" : NULL;
    }
}

static void look_around(struct results *r, struct results_row *row, const char *surname, struct found *f, const char **why)
{
    char *key = model_name_key(surname);
    char start[16];
    size_t n = 0, letters = 0, i;
    const json_t *v;
    while (key && key[n] && letters < 2) {
        n++;
        while (((unsigned char)key[n] & 0xC0) == 0x80) n++;
        letters++;
    }
    lt_print(start, sizeof start, "%.*s", (int)(n < 15 ? n : 0), key ? key : "");
    json_array_foreach(results_find(r->by_start, start), i, v) {
        struct results_pupil *p = &r->pupils[json_integer_value(v)];
        if (!was_here(r, row, p) || births_differ(row, p) || class_fit(r, row, p) == CLASS_DIFFERS) continue;
        if (common(key, p->surname) < n || !(common(key, p->surname) + 6 >= strlen(p->surname) || strchr(p->surname, ' ') || strchr(key, ' ') ||
                                             strchr(key, '-')))
            continue;
        const char *like = likeness(row, p);
        if (!like) continue;
        if (f->len < FOUND_MAX) why[f->len] = like;
        add(f, p);
    }
    free(key);
}

/* Everything agrees but one part of the name. */
static void same_birth(struct results *r, struct results_row *row, struct found *f, const char **why)
{
    size_t i;
    const json_t *v;
    char *two = model_name_key_of(row->name.surname, row->name.name, NULL);
    char *rest = model_name_key_of(NULL, row->name.name, row->name.patronymic);
    json_array_foreach(results_find(r->by_birth, row->birth), i, v) {
        struct results_pupil *p = &r->pupils[json_integer_value(v)];
        char *theirs = model_name_key_of(NULL, p->name.name, p->name.patronymic);
        bool surname = two && strcmp(two, p->two) == 0, others = rest && theirs && *row->name.patronymic && strcmp(rest, theirs) == 0;
        free(theirs);
        if (!surname && !others) continue;
        if (f->len < FOUND_MAX) why[f->len] = surname ? "patronymic_changed" : "surname_changed";
        add(f, p);
    }
    free(two);
    free(rest);
}

/* Surname, name and class agree, the patronymic does not: written wrongly, or somebody else. */
static void other_patronymic(struct results *r, struct results_row *row, struct found *f, const char **why)
{
    struct found all = {.len = 0};
    char *two = model_name_key_of(row->name.surname, row->name.name, NULL);
    gather(r, row, r->by_two, two, &all);
    for (int i = 0; i < all.len; i++) {
        if (class_fit(r, row, all.list[i]) != CLASS_FITS || births_differ(row, all.list[i])) continue;
        if (f->len < FOUND_MAX) why[f->len] = "patronymic_changed";
        add(f, all.list[i]);
    }
    free(two);
}

/* What is asked about a likeness: nothing was decided, and names on cards are not changed by results. */
static const char *question_of(const char *why)
{
    static const char *const own[][2] = {{"patronymic_changed", "patronymic_other"}, {"surname_changed", "surname_other"},
                                         {"patronymic_missing", "patronymic_unsure"}, {"name_latin_word", "name_latin"},
                                         {"same_name", "sign_wanted"}};
    for (size_t i = 0; why && i < LT_COUNT(own); i++) {
        if (strcmp(own[i][0], why) == 0) return own[i][1];
    }
    return why ? why : "name_variant";
}

static bool alike(struct results *r, struct results_row *row)
{
    struct found f = {.len = 0};
    const char *why[FOUND_MAX] = {NULL};
    if (row->name.remarks & MODEL_NAME_LATIN_ONLY) {
        char *whole = model_name_full(row->name.surname, row->name.name, row->name.patronymic), *key = whole ? looks_cyrillic(whole) : NULL;
        gather(r, row, r->by_key, key, &f);
        for (int i = 0; i < f.len; i++) why[i] = "name_latin_word";
        free(whole);
        free(key);
    }
    if (*row->birth) same_birth(r, row, &f, why);
    other_patronymic(r, row, &f, why);
    look_around(r, row, row->name.surname, &f, why);
    if (row->name.remarks & (MODEL_NAME_UNSURE | MODEL_NAME_ORDER)) look_around(r, row, row->name.name, &f, why);
    if (!f.len) return false;
    for (int i = 0; i < f.len; i++) results_candidate(r, row, f.list[i], why[i] ? why[i] : "name_variant");
    results_problem_name(r, row, question_of(why[0]));
    results_outcome(row, "doubtful", "candidates");
    return true;
}

/* --- the order of certainty --- */

static void decide(struct results *r, struct results_row *row)
{
    if (strcmp(row->decision, "skip") == 0) {
        results_outcome(row, "unchanged", "skipped");
        return;
    }
    const json_t *list = results_find(r->by_id, row->decision);
    if (list) {
        settle(row, &r->pupils[json_integer_value(json_array_get(list, 0))], "decided");
        return;
    }
    results_problem(r, row, "decision_unknown", row->decision);
    results_outcome(row, "doubtful", "decision_unknown");
}

static void other_school(struct results *r, struct results_row *row)
{
    struct found f = {.len = 0};
    const json_t *numbered = results_find(r->by_uin, row->uin);
    if (json_array_size(numbered) == 1) add(&f, &r->pupils[json_integer_value(json_array_get(numbered, 0))]);
    if (f.len) {
        ask(r, row, &f, "school_differs", "uin");
        return;
    }
    if (row->has_name && *row->birth) gather(r, row, r->by_key, row->key, &f);
    if (f.len && same_name(r, row, &f)) return;
    json_decref(row->candidates);
    row->candidates = NULL;
    results_outcome(row, "not_ours", "other_school");
}

static void nobody(struct results *r, struct results_row *row)
{
    if (!row->has_name) results_problem(r, row, *row->code ? "code_unknown" : "name_missing", row->code);
    else if (row->school == SCHOOL_OURS) results_problem_name(r, row, "pupil_unknown");
    results_outcome(row, "not_found", *row->code && !row->has_name ? "code_unknown" : "nobody_alike");
}

/* A list of numbers is what changes numbers. */
static bool uin_list(const struct results *r)
{
    return lt_ends(r->format->name, RESULTS_UIN_SUFFIX);
}

static void other_uin(struct results *r, struct results_row *row)
{
    struct found f = {.list = {row->pupil}, .len = 1};
    row->pupil = NULL;
    ask(r, row, &f, NULL, "uin_differs");
    results_problem(r, row, "uin_differs", f.list[0]->uin);
}

void results_match(struct results *r, struct results_row *row)
{
    struct found f = {.len = 0};
    bool plain = row->decision && strcmp(row->decision, "update") != 0 && strcmp(row->decision, "add") != 0;
    if (strcmp(row->outcome, "error") == 0 && !(row->decision && strcmp(row->decision, "skip") == 0)) return;
    if (plain) {
        decide(r, row);
        return;
    }
    if (row->school == SCHOOL_OTHER) {
        other_school(r, row);
        return;
    }
    if (by_number(r, row, r->by_number, row->pupil_number, "number") || by_number(r, row, r->by_uin, row->uin, "uin") || by_code(r, row)) return;
    bool whole = row->has_name && !(row->name.remarks & (MODEL_NAME_INITIALS | MODEL_NAME_ONE_PART));
    if (whole && *row->name.patronymic) gather(r, row, r->by_key, row->key, &f);
    bool known = (f.len && same_name(r, row, &f)) || (whole && no_patronymic(r, row)) || (row->has_name && alike(r, row));
    if (!known) nobody(r, row);
    else if (row->pupil && !uin_list(r) && uins_differ(row, row->pupil)) other_uin(r, row);
}

/* --- who prepared the pupil --- */

static bool full_name(const struct model_name *n)
{
    return *n->surname && *n->name && *n->patronymic && !(n->remarks & (MODEL_NAME_INITIALS | MODEL_NAME_ONE_PART));
}

static void offer(struct results *r, struct results_row *row, const struct results_person *q)
{
    char *full = model_name_full(q->name.surname, q->name.name, q->name.patronymic);
    json_t *c = json_pack("{s:s, s:s, s:s, s:s, s:s?}", "id", q->id, "kind", "person", "slot", "mentor", "why",
                          lt_msg(r->call->lang, "why.name_like"), "name", full);
    if (!row->candidates) row->candidates = json_array();
    if (json_array_append_new(row->candidates, c)) r->failed = true;
    free(full);
}

static void like_mentors(struct results *r, struct results_row *row, const struct model_name *n)
{
    size_t i;
    const json_t *v;
    char *surname = model_name_key(n->surname);
    int found = 0;
    json_array_foreach(results_find(r->people_by_two, surname), i, v) {
        const struct results_person *q = &r->people[json_integer_value(v)];
        enum model_name_match m = MODEL_NAME_DIFFERENT;
        if (model_name_compare(n, &q->name, &m) || m == MODEL_NAME_DIFFERENT) continue;
        offer(r, row, q);
        found++;
    }
    results_problem(r, row, found ? "mentor_unsure" : "mentor_unknown", lt_json_str_or(row->doc, "mentor", ""));
    free(surname);
}

void results_mentor(struct results *r, struct results_row *row)
{
    const char *text = lt_json_str(row->doc, "mentor");
    char key[330];
    struct model_name n;
    if (!text || !*text) return;
    lt_print(key, sizeof key, "%.280s!%u.mentor", row->sheet, row->number);
    const char *said = lt_json_str(r->options->decisions, key);
    for (size_t i = 0; said && i < r->people_len; i++) {
        if (strcmp(r->people[i].id, said) == 0) row->mentor = r->people[i].id;
    }
    if (row->mentor || (said && strcmp(said, "skip") == 0) || model_name_split(text, &n, NULL)) return;
    char *whole = model_name_key_of(n.surname, n.name, n.patronymic);
    const json_t *list = results_find(r->people_by_key, whole);
    if (full_name(&n) && json_array_size(list) == 1) row->mentor = r->people[json_integer_value(json_array_get(list, 0))].id;
    else like_mentors(r, row, &n);
    free(whole);
    model_name_free(&n);
}
