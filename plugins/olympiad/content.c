/* Columns that no heading names are known by what stands in them: the layout of the school protocol without a line of headings. */
#include "olympiad.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/klass.h"
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLE = 300 };

struct look {
    int filled, patronymics, whole_names, classes, statuses, numbers, fractions, dates, schools;
    double most;
};

static bool ends_like_patronymic(const char *text)
{
    char *key = model_name_key(text);
    bool yes = key && !strchr(key, ' ') && (lt_ends(key, "вич") || lt_ends(key, "вна") || lt_ends(key, "ична") || lt_ends(key, "ьич"));
    free(key);
    return yes;
}

static bool whole_name(const char *text)
{
    struct model_name n;
    if (model_name_split(text, &n, NULL)) return false;
    bool yes = *n.surname && *n.name && *n.patronymic && !(n.remarks & (MODEL_NAME_UNSURE | MODEL_NAME_INITIALS));
    model_name_free(&n);
    return yes;
}

static bool school_like(const char *text)
{
    char form[300];
    words_form(text, form, sizeof form);
    return strstr(form, "школа") || strstr(form, "лицей") || strstr(form, "гимназия") || strstr(form, "сош") || strstr(form, "боу") ||
           strstr(form, "мао") || strstr(form, "оош");
}

static void look_at(const struct cell *c, struct look *l)
{
    struct model_klass k;
    struct standing s;
    double score, max;
    bool absent;
    if (!*c->text) return;
    l->filled++;
    l->dates += c->kind == LETOPIS_CELL_DATE;
    model_klass_parse(c->text, &k);
    l->classes += k.certainty == MODEL_KLASS_SURE && k.number >= 1 && k.number <= 11;
    value_status(c->text, false, &s);
    l->statuses += s.status != STATUS_UNREAD && s.status != STATUS_NONE;
    if (value_score(c, &score, &max, &absent) == 1) {
        l->numbers++;
        l->fractions += score >= 0 && score <= 1;
        if (score > l->most) l->most = score;
    }
    l->schools += school_like(c->text);
    if (c->kind != LETOPIS_CELL_TEXT) return;
    l->patronymics += ends_like_patronymic(c->text);
    l->whole_names += whole_name(c->text);
}

static void look_down(const struct run *r, uint32_t column, struct look *l)
{
    *l = (struct look){0};
    size_t end = r->len < r->below + SAMPLE ? r->len : r->below + SAMPLE;
    for (size_t i = r->below; i < end; i++) {
        const struct cell *c = sheet_cell(&r->lines[i], column);
        if (c) look_at(c, l);
    }
}

static bool most_of(int part, const struct look *l)
{
    return l->filled > 1 && part * 5 >= l->filled * 3;
}

/* Names first: everything else is told by where it stands to them. */
static bool guess_names(struct run *r, const struct look *look, bool alone)
{
    for (uint32_t c = 1; c <= r->last_column; c++) {
        if (most_of(look[c].whole_names, &look[c])) return r->roles[c] = ROLE_FULL, true;
        if (c < 3 || !most_of(look[c].patronymics, &look[c])) continue;
        if (!alone && (r->roles[c - 1] != ROLE_NONE || r->roles[c - 2] != ROLE_NONE)) continue;
        r->roles[c] = ROLE_PATRONYMIC;
        r->roles[c - 1] = ROLE_NAME;
        r->roles[c - 2] = ROLE_SURNAME;
        if (alone && c > 3 && !most_of(look[c - 3].schools, &look[c - 3]) && look[c - 3].filled) r->roles[c - 3] = ROLE_CODE;
        return true;
    }
    return false;
}

void content_names(struct run *r)
{
    struct look look[COLUMNS + 1];
    for (uint32_t c = 0; c <= COLUMNS; c++) look[c] = (struct look){0};
    for (uint32_t c = 1; c <= r->last_column; c++) {
        if (r->roles[c] == ROLE_NONE && (!r->beside || c < r->beside)) look_down(r, c, &look[c]);
    }
    int columns = 0;
    for (uint32_t c = 1; c <= r->last_column; c++) columns += most_of(look[c].whole_names, &look[c]);
    if (columns <= 1) r->names_by_content = guess_names(r, look, false); /* of two, one is somebody else's */
}

void content_guess(struct run *r)
{
    struct look look[COLUMNS + 1];
    uint32_t score = 0, classes[2] = {0, 0};
    int n = 0;
    for (uint32_t c = 0; c <= COLUMNS; c++) look[c] = (struct look){0};
    for (uint32_t c = 1; c <= r->last_column; c++) look_down(r, c, &look[c]);
    if (!guess_names(r, look, true)) return;
    for (uint32_t c = 1; c <= r->last_column; c++) {
        const struct look *l = &look[c];
        if (r->roles[c] != ROLE_NONE || !l->filled) continue;
        if (most_of(l->statuses, l)) r->roles[c] = ROLE_STATUS;
        else if (most_of(l->schools, l)) r->roles[c] = ROLE_SCHOOL;
        else if (most_of(l->classes, l) && n < 2 && l->fractions < l->filled) classes[n++] = c;
        else if (most_of(l->fractions, l) && l->most <= 1) r->roles[c] = ROLE_PERCENT;
        else if (most_of(l->numbers, l)) score = score ? score : c;
    }
    if (score) r->roles[score] = ROLE_SCORE;
    /* the protocol has the class of participation first and that of study, which may be empty, behind it */
    if (n) r->roles[classes[0]] = n > 1 ? ROLE_CLASS_FOR : ROLE_CLASS;
    if (n > 1) r->roles[classes[1]] = ROLE_CLASS;
    r->by_content = true;
}

/* --- the whole column tells --- */

static enum model_when_order order_of(const struct run *r, enum role role)
{
    struct model_when_column column = {0, 0};
    for (size_t i = r->below; i < r->len; i++) {
        const struct cell *c = sheet_role(r, &r->lines[i], role);
        if (c && c->kind == LETOPIS_CELL_TEXT) model_when_column_add(&column, c->text);
    }
    return model_when_column_order(&column);
}

void content_orders(struct run *r)
{
    double most = 0;
    for (size_t i = r->below; i < r->len; i++) {
        const struct cell *c = sheet_role(r, &r->lines[i], ROLE_PERCENT);
        double n = 0, max = 0;
        bool absent;
        if (c && !strchr(c->text, '%') && value_score(c, &n, &max, &absent) == 1 && n > most) most = n;
    }
    r->percent_is_fraction = most <= 1;
    r->birth_order = order_of(r, ROLE_BIRTH);
    r->date_order = order_of(r, ROLE_DATE);
}
