/* Which pupil does a row mean? In order of certainty: own number, names with birth date, names with class, names alone (the last two only
 * when nobody else in the school is called so). What is less sure becomes a question with candidates; nobody is guessed in
 * silence. Sure rows are settled first, so that they do not stand as candidates for the others. */
#include "usecase/roster.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/chars.h"

#include <stdlib.h>
#include <string.h>

static bool both(const char *a, const char *b)
{
    return a && b && *a && *b;
}

/* --- rows that mean one another --- */

static void judge_twins(struct roster *r, const json_t *list)
{
    struct roster_row *first = r->rows[json_integer_value(json_array_get(list, 0))];
    bool differ = false;
    size_t i;
    const json_t *v;
    json_array_foreach(list, i, v) {
        struct roster_row *row = r->rows[json_integer_value(v)];
        differ = differ || row->klass != first->klass || (both(row->sex, first->sex) && *row->sex != *first->sex);
    }
    json_array_foreach(list, i, v) {
        struct roster_row *row = r->rows[json_integer_value(v)];
        if (row->decision) continue;
        if (!*row->birth) {
            roster_problem(r, row, row->name_column, "namesakes", row->name.raw);
            roster_outcome(row, "doubtful", "namesakes_in_file");
        } else if (differ) {
            roster_problem(r, row, row->name_column, "row_contradiction", row->name.raw);
            roster_outcome(row, "contradiction", "contradiction");
        } else if (row != first) {
            row->twin = first;
            roster_problem(r, row, row->name_column, "row_duplicate", row->name.raw);
            roster_outcome(row, "duplicate", "duplicate");
        }
    }
}

static void find_twins(struct roster *r)
{
    json_t *map = json_object();
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (row->kind != ROSTER_PUPILS || row->error || !*row->name.key) continue;
        char *key = lt_format("%s|%s|%s", row->name.key, row->birth, row->number);
        json_t *list = key ? json_object_get(map, key) : NULL;
        if (!list && key && json_object_set_new(map, key, list = json_array())) r->failed = true;
        if (json_array_append_new(list, json_integer((json_int_t)i))) r->failed = true;
        free(key);
    }
    const char *key;
    json_t *list;
    json_object_foreach(map, key, list) {
        if (json_array_size(list) > 1) judge_twins(r, list);
    }
    json_decref(map);
}

/* --- spelling --- */

static int count_yo(const char *s)
{
    int n = 0;
    for (const char *p = s; *p; p++) n += strncmp(p, "ё", 2) == 0 || strncmp(p, "Ё", 2) == 0;
    return n;
}

static void tell_spelling(struct roster *r, struct roster_row *row, const struct roster_pupil *p)
{
    const struct model_name *a = &row->name.parts, *b = &p->name.parts;
    const char *file[] = {a->surname, a->name, a->patronymic}, *known[] = {b->surname, b->name, b->patronymic};
    for (int i = 0; i < 3; i++) {
        if (strcmp(file[i], known[i]) == 0 || !*file[i] || !*known[i]) continue;
        row->spelled = true;
        if (row->name.one_cell && strcmp(row->name.key, p->name.key) == 0 && i == 1 && !*known[2] && *file[2])
            roster_problem(r, row, row->name_column, "name_parts", row->name.raw); /* the school cuts the name otherwise */
        char *x = lt_fold(file[i]), *y = lt_fold(known[i]);
        bool folded = x && y && strcmp(x, y) == 0;
        if (folded && count_yo(file[i]) != count_yo(known[i])) roster_problem(r, row, row->name_column, "name_yo", known[i]);
        else if (folded) roster_problem(r, row, row->name_column, "name_case", known[i]);
        free(x);
        free(y);
    }
    static const char *const odd[] = {"name_yo", "name_hyphen", "name_case", "name_invisible", "name_latin_letters", "name_note",
                                      "name_number", "name_digit", "name_order"};
    size_t i;
    const json_t *one;
    json_array_foreach(row->problems, i, one) {
        for (size_t k = 0; k < LT_COUNT(odd); k++) row->spelled = row->spelled || strcmp(lt_json_str_or(one, "code", ""), odd[k]) == 0;
    }
}

static void settle(struct roster *r, struct roster_row *row, struct roster_pupil *p, const char *why)
{
    row->pupil = p;
    p->claimed++;
    row->doubt &= ~(unsigned)(DOUBT_NAME | DOUBT_BIRTH);
    roster_outcome(row, "unchanged", why);
    tell_spelling(r, row, p);
    if (strcmp(row->name.key, p->name.key) != 0) roster_pupil_alias(r, p, row->name.key);
}

/* --- sure matches --- */

static struct roster_pupil *by_number(struct roster *r, const struct roster_row *row)
{
    for (size_t i = 0; *row->number && i < r->pupils_len; i++) {
        if (strcmp(r->pupils[i]->number, row->number) == 0) return r->pupils[i];
    }
    return NULL;
}

static void match_sure(struct roster *r, struct roster_row *row)
{
    struct roster_pupil *found = by_number(r, row);
    if (found) {
        settle(r, row, found, "number");
        return;
    }
    const json_t *list = json_object_get(r->pupil_keys, row->name.key), *v;
    size_t i;
    int n = 0;
    json_array_foreach(list, i, v) {
        struct roster_pupil *p = r->pupils[json_integer_value(v)];
        if (both(p->birth, row->birth) && strcmp(p->birth, row->birth) == 0) found = p, n++;
    }
    if (n == 1) settle(r, row, found, "name_birth");
}

/* --- candidates --- */

enum { SURE_ENOUGH, UNIQUE_ONLY, CHANGED, ASK };
enum { FOUND_MAX = 12 };

struct found {
    struct roster_pupil *pupil;
    int how;
    const char *code; /* of the problem */
};

struct search {
    struct found list[FOUND_MAX];
    int len;
};

static void note(struct search *s, struct roster_pupil *p, int how, const char *code)
{
    if (s->len < FOUND_MAX) s->list[s->len++] = (struct found){p, how, code};
}

static char *part_key(const char *s)
{
    char *k = model_name_key(s);
    for (char *p = k; p && *p; p++) {
        if (*p == '-') *p = ' ';
    }
    return k;
}

static bool half_of(const char *whole, const char *half)
{
    size_t n = strlen(half);
    const char *at = n ? strstr(whole, half) : NULL;
    return at && (at == whole || at[-1] == ' ') && (!at[n] || at[n] == ' ');
}

/* Wholly Latin letters that all look like Cyrillic ones: «COBA» may be «Сова». malloc'ed key or NULL. */
static char *looks_cyrillic(const char *raw)
{
    uint32_t p[200];
    char out[900];
    int n = model_points(raw, p, 200);
    for (int i = 0; i < n; i++) {
        if (model_is_latin(p[i]) && !model_lookalike(p[i])) return NULL;
        if (model_is_latin(p[i])) p[i] = model_lookalike(p[i]);
    }
    return n > 0 && model_utf8(p, n, out, sizeof out) ? model_name_key(out) : NULL;
}

/* Names that are different as a whole; the birth date is the same. */
static void differing(struct roster *r, struct roster_row *row, struct roster_pupil *p, bool same_class, struct search *s)
{
    const struct model_name *a = &row->name.parts, *b = &p->name.parts;
    char *as = part_key(a->surname), *bs = part_key(b->surname), *an = part_key(a->name), *bn = part_key(b->name);
    char *ap = part_key(a->patronymic), *bp = part_key(b->patronymic);
    if (!as || !bs || !an || !bn || !ap || !bp) {
        r->failed = true;
    } else if (*an && strcmp(an, bn) == 0 && *ap && strcmp(ap, bp) == 0) {
        bool twin = strcmp(as, bs) == 0 || half_of(as, bs) || half_of(bs, as);
        note(s, p, ASK, twin ? "surname_double" : "surname_changed");
    } else if (*as && strcmp(as, bs) == 0 && *an && strcmp(an, bn) == 0) {
        note(s, p, same_class ? CHANGED : ASK, "patronymic_changed");
    } else if (row->name.remarks & MODEL_NAME_LATIN_ONLY) {
        char *key = looks_cyrillic(row->name.raw);
        if (key && strcmp(key, p->name.key) == 0) note(s, p, ASK, "name_latin_word");
        free(key);
    }
    free(as), free(bs), free(an), free(bn), free(ap), free(bp);
}

static const char *variant_code(const struct roster_row *row, const struct roster_pupil *p)
{
    char *a = part_key(row->name.parts.surname), *b = part_key(p->name.parts.surname);
    bool half = a && b && strcmp(a, b) != 0 && (half_of(a, b) || half_of(b, a));
    free(a);
    free(b);
    if (row->name.remarks & MODEL_NAME_ORDER) return "name_order";
    return half ? "surname_double" : "name_variant";
}

static void weigh(struct roster *r, struct roster_row *row, struct roster_pupil *p, struct search *s)
{
    bool same_birth = both(p->birth, row->birth) && strcmp(p->birth, row->birth) == 0;
    bool conflict = both(p->birth, row->birth) && !same_birth;
    bool same_class = row->klass && strcmp(p->class_id, row->klass->id) == 0;
    enum model_name_match m = MODEL_NAME_DIFFERENT;
    if (model_name_compare(&row->name.parts, &p->name.parts, &m)) r->failed = true;
    if (strcmp(row->name.key, p->name.key) == 0) m = MODEL_NAME_SAME_FOLDED;
    switch (m) {
    case MODEL_NAME_SAME:
    case MODEL_NAME_SAME_FOLDED: note(s, p, conflict ? ASK : UNIQUE_ONLY, conflict ? "birth_date_differs" : NULL); break;
    case MODEL_NAME_PATRONYMIC_MISSING:
        if (same_birth) note(s, p, SURE_ENOUGH, "patronymic_missing");
        else if (conflict && same_class) note(s, p, ASK, "birth_date_differs");
        else if (!conflict) note(s, p, same_class ? UNIQUE_ONLY : ASK, "patronymic_missing");
        break;
    case MODEL_NAME_INITIALS_FIT:
        if (!conflict) note(s, p, ASK, "name_initials");
        break;
    case MODEL_NAME_SHORT_FORM:
        if (same_birth || (same_class && !conflict)) note(s, p, ASK, variant_code(row, p));
        break;
    case MODEL_NAME_DIFFERENT:
        if (same_birth) differing(r, row, p, same_class, s);
        break;
    }
}

/* Comparing names in full is dear: only those that share a beginning, a birth date or a class are looked at. */
static bool worth_a_look(const struct roster_row *row, const struct roster_pupil *p)
{
    if (both(p->birth, row->birth) && strcmp(p->birth, row->birth) == 0) return true;
    if (strncmp(row->name.key, p->name.key, 4) == 0) return true;
    return (row->name.remarks & (MODEL_NAME_ORDER | MODEL_NAME_UNSURE)) && row->klass && strcmp(p->class_id, row->klass->id) == 0;
}

static int count_how(const struct search *s, int how, struct roster_pupil **one)
{
    int n = 0;
    for (int i = 0; i < s->len; i++) {
        if (s->list[i].how == how) *one = s->list[i].pupil, n++;
    }
    return n;
}

static void ask(struct roster *r, struct roster_row *row, const struct search *s, const char *code)
{
    for (int i = 0; i < s->len; i++) {
        const char *why = s->list[i].code ? s->list[i].code : "same_name";
        if (s->list[i].code) roster_problem(r, row, row->name_column, s->list[i].code, row->name.raw);
        roster_candidate(r, row, "", s->list[i].pupil, NULL, why);
        s->list[i].pupil->suspected++;
    }
    if (code) roster_problem(r, row, row->name_column, code, row->name.raw);
    roster_outcome(row, "doubtful", "candidates");
}

/* «Мусина Пушкина Ольга Игоревна», «Нгуен Тхи Май» in one cell: which word is what? */
static void doubt_parts(struct roster *r, struct roster_row *row)
{
    static const char *const endings[] = {"вич", "вна", "ич", "ична", "оглы", "кызы", "улы", "уулу", "угли", "гызы"};
    const struct model_name *n = &row->name.parts;
    bool plain = !*n->patronymic;
    char *key = model_name_key(n->patronymic);
    for (size_t i = 0; key && i < LT_COUNT(endings); i++) plain = plain || lt_ends(key, endings[i]);
    free(key);
    if (!row->name.one_cell) {
        if (row->name.remarks & MODEL_NAME_UNSURE) row->doubt |= DOUBT_NAME;
        return;
    }
    bool unsure = (row->name.remarks & MODEL_NAME_UNSURE) != 0;
    if (unsure || !plain) roster_problem(r, row, row->name_column, "name_parts", row->name.raw);
    if (!plain || (unsure && (*n->patronymic || (row->name.remarks & MODEL_NAME_ORDER)))) row->doubt |= DOUBT_NAME;
}

static void match_rest(struct roster *r, struct roster_row *row)
{
    struct search s = {.len = 0};
    struct roster_pupil *one = NULL;
    for (size_t i = 0; i < r->pupils_len; i++) {
        struct roster_pupil *p = r->pupils[i];
        if (!p->is_new && !p->claimed && worth_a_look(row, p)) weigh(r, row, p, &s);
    }
    bool guess = (row->name.remarks & MODEL_NAME_ORDER) && (row->name.remarks & MODEL_NAME_UNSURE);
    int sure = count_how(&s, SURE_ENOUGH, &one);
    if (sure == 1 && !guess) {
        bool added = !*one->name.parts.patronymic;
        roster_problem(r, row, row->name_column, added ? "patronymic_added" : "patronymic_missing", row->name.raw);
        settle(r, row, one, "name_birth");
        row->spelled = true;
        return;
    }
    int unique = sure ? 0 : count_how(&s, UNIQUE_ONLY, &one);
    size_t namesakes = json_array_size(json_object_get(r->pupil_keys, row->name.key));
    if (unique == 1 && namesakes <= 1 && !guess) {
        bool same_class = row->klass && strcmp(one->class_id, row->klass->id) == 0;
        settle(r, row, one, same_class ? "name_class" : "name_only");
        return;
    }
    if (!sure && !unique && s.len == 1 && count_how(&s, CHANGED, &one) == 1) {
        roster_problem(r, row, row->name_column, "patronymic_changed", row->name.raw);
        settle(r, row, one, "name_birth_class");
        row->changed = true;
        return;
    }
    if (s.len) {
        ask(r, row, &s, unique > 1 || (unique && namesakes > 1) ? "namesakes" : guess ? "name_order" : NULL);
        return;
    }
    doubt_parts(r, row);
    roster_outcome(row, "new", "nobody_alike");
}

/* --- what a person decided --- */

static void decide(struct roster *r, struct roster_row *row)
{
    if (strcmp(row->decision, "skip") == 0) {
        roster_outcome(row, "unchanged", "skipped");
    } else if (strcmp(row->decision, "new") == 0) {
        row->doubt &= ~(unsigned)(DOUBT_NAME | DOUBT_BIRTH | DOUBT_OTHER);
        roster_outcome(row, "new", "decided");
    } else {
        struct roster_pupil *p = NULL;
        for (size_t i = 0; i < r->pupils_len && !p; i++) {
            if (strcmp(r->pupils[i]->id, row->decision) == 0) p = r->pupils[i];
        }
        if (p) {
            settle(r, row, p, "decided");
        } else {
            roster_problem(r, row, 0, "decision_unknown", row->decision);
            roster_outcome(row, "doubtful", "decision_unknown");
        }
    }
}

static bool waits(const struct roster_row *row)
{
    return row->kind == ROSTER_PUPILS && !row->error && strcmp(row->outcome, "error") == 0;
}

void roster_match_pupils(struct roster *r)
{
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (row->kind == ROSTER_PUPILS && row->klass && !row->error) row->klass->named = true;
        if (row->kind == ROSTER_PUPILS && row->error) row->why = "error";
        if (row->kind == ROSTER_PUPILS && row->decision && (!row->error || strcmp(row->decision, "skip") == 0)) decide(r, row);
    }
    find_twins(r);
    for (size_t i = 0; i < r->rows_len; i++) {
        if (waits(r->rows[i])) match_sure(r, r->rows[i]);
    }
    for (size_t i = 0; i < r->rows_len; i++) {
        if (waits(r->rows[i])) match_rest(r, r->rows[i]);
    }
    for (size_t i = 0; i < r->rows_len; i++) {
        struct roster_row *row = r->rows[i];
        if (row->kind != ROSTER_PUPILS || !row->outcome) continue;
        if (row->twin) row->pupil = row->twin->pupil;
        bool open = strcmp(row->outcome, "new") == 0 || strcmp(row->outcome, "unchanged") == 0;
        if (row->doubt && open && !(row->decision && strcmp(row->decision, "skip") == 0)) roster_outcome(row, "doubtful", "unsure");
    }
}
