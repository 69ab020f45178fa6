/* What a cell says: a status, points, a degree, the number of a diploma, a day. */
#include "olympiad.h"

#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- statuses --- */

/* «I», «II», «III» in Latin or Cyrillic letters, small l, digits; a lone 1, 2, 3. */
int value_roman(const char *text)
{
    int ones = 0;
    for (const char *p = text; *p;) {
        if (*p == ' ' || *p == '.' || *p == '-') {
            p++;
        } else if (*p == 'I' || *p == 'l' || *p == '|' || *p == 'i' || *p == '1') {
            ones++;
            p++;
        } else if (strncmp(p, "І", 2) == 0 || strncmp(p, "і", 2) == 0) {
            ones++;
            p += 2;
        } else if ((*p == '2' || *p == '3') && !ones && !isdigit((unsigned char)p[1])) {
            return *p - '0';
        } else {
            return 0;
        }
    }
    return ones <= 3 ? ones : 0;
}

/* The number before or behind a word: «диплом II степени», «2 место», «степень: 1». */
static int number_near(const char *text, const char *word)
{
    char form[300], part[40];
    char *tidy = lt_tidy(text);
    lt_print(form, sizeof form, "%.290s", tidy ? tidy : "");
    free(tidy);
    for (char *p = form; *p; p++) {
        if (*p == '-' || *p == ':' || *p == ',') *p = ' ';
    }
    char *low = lt_fold(form);
    const char *at = low ? strstr(low, word) : NULL;
    int n = 0;
    if (at) {
        size_t from = (size_t)(at - low);
        while (from && form[from - 1] == ' ') from--;
        size_t begin = from;
        while (begin && form[begin - 1] != ' ') begin--;
        lt_print(part, sizeof part, "%.*s", (int)(from - begin < 30 ? from - begin : 0), form + begin);
        n = *part ? value_roman(part) : 0;
        const char *behind = form + (at - low) + strlen(word);
        while (*behind && *behind != ' ') behind++;
        while (*behind == ' ') behind++;
        lt_print(part, sizeof part, "%.*s", (int)(strcspn(behind, " ") < 30 ? strcspn(behind, " ") : 0), behind);
        if (!n && *part) n = value_roman(part);
    }
    free(low);
    return n;
}

int value_level(const char *text)
{
    int n = value_roman(text);
    return n ? n : number_near(text, "уров");
}

struct word {
    const char *text;
    enum status status;
    const char *result;
};

static void by_word(const char *form, struct standing *out)
{
    static const struct word words[] = {
        {"winner", STATUS_WINNER, "winner"},       {"победител", STATUS_WINNER, "winner"},    {"prize winner", STATUS_PRIZE, "prize_winner"},
        {"призер", STATUS_PRIZE, "prize_winner"},  {"участни", STATUS_PARTICIPANT, "participant"}, {"participant", STATUS_PARTICIPANT, "participant"},
        {"не яв", STATUS_ABSENT, NULL},            {"неявка", STATUS_ABSENT, NULL},           {"н я", STATUS_ABSENT, NULL},
        {"отсутств", STATUS_ABSENT, NULL},         {"аннулир", STATUS_ANNULLED, NULL},        {"дисквалиф", STATUS_ANNULLED, NULL},
        {"удален", STATUS_ANNULLED, NULL},         {"лауреат", STATUS_PRIZE, "laureate"},     {"дипломант", STATUS_PRIZE, "diploma_holder"},
        {"гран при", STATUS_WINNER, "grand_prix"}, {"финалист", STATUS_PARTICIPANT, "finalist"}, {"номинант", STATUS_PARTICIPANT, "participant"},
        {"сертификат участника", STATUS_PARTICIPANT, "participant"}, {"абсолютный победител", STATUS_WINNER, "winner"}};
    size_t longest = 0;
    for (size_t i = 0; i < LT_COUNT(words); i++) {
        size_t n = strlen(words[i].text);
        if (!lt_starts(form, words[i].text) || n <= longest) continue;
        longest = n;
        out->status = words[i].status;
        out->result = words[i].result;
    }
}

static bool is_dash(const char *text)
{
    for (; *text; text++) {
        if (!strchr(" -.", *text) && strncmp(text, "—", 3) != 0 && strncmp(text, "–", 3) != 0 && ((unsigned char)*text & 0xC0) != 0x80) return false;
    }
    return true;
}

static void of_degree(int n, struct standing *out)
{
    out->status = n == 1 ? STATUS_WINNER : STATUS_PRIZE;
    out->result = n == 1 ? "winner" : "prize_winner";
}

void value_status(const char *text, bool prize_column, struct standing *out)
{
    char form[200];
    *out = (struct standing){.status = STATUS_NONE};
    words_form(text, form, sizeof form);
    if (is_dash(text)) return;
    out->status = STATUS_UNREAD;
    if (strstr(form, "победител") && strstr(form, "призер")) return; /* both: nothing is said */
    by_word(form, out);
    out->degree = number_near(text, "степен");
    out->place = number_near(text, "мест");
    if (out->status == STATUS_UNREAD && out->degree) of_degree(out->degree, out);
    if (out->status == STATUS_UNREAD && out->place && out->place <= 3) of_degree(out->place, out);
    if (out->status == STATUS_PARTICIPANT) out->degree = 0;
    if (out->status == STATUS_UNREAD && prize_column && (strcmp(form, "да") == 0 || strcmp(text, "+") == 0)) {
        out->status = STATUS_PRIZE;
        out->result = "prize_winner";
    }
    if (prize_column && out->status == STATUS_UNREAD && strcmp(form, "нет") == 0) out->status = STATUS_NONE;
}

/* --- points --- */

static bool take_number(const char **p, double *out)
{
    char digits[40];
    size_t n = 0;
    const char *s = *p;
    while (*s == ' ') s++;
    bool comma = false;
    while (n < sizeof digits - 1 && (isdigit((unsigned char)*s) || ((*s == ',' || *s == '.') && !comma && isdigit((unsigned char)s[1])) || (*s == '-' && !n))) {
        comma = comma || *s == ',' || *s == '.';
        digits[n++] = *s == ',' ? '.' : *s;
        s++;
    }
    digits[n] = 0;
    if (!n || (n == 1 && *digits == '-')) return false;
    *out = strtod(digits, NULL);
    *p = s;
    return true;
}

/* The tail of a number: nothing, «б.», «баллов», «%», «/100», «из 100». */
static bool take_tail(const char *p, double *max)
{
    static const char *const units[] = {"баллов", "балла", "балл", "баллы", "б.", "б", "%", "очков", "очка"};
    char *low = lt_fold(p);
    const char *s = low ? low : "";
    while (*s == ' ') s++;
    bool good = !*s;
    for (size_t i = 0; !good && i < LT_COUNT(units); i++) good = strcmp(s, units[i]) == 0;
    const char *rest = *s == '/' ? s + 1 : strncmp(s, "из ", 5) == 0 ? s + 5 : NULL;
    if (!good && rest && take_number(&rest, max)) {
        while (*rest == ' ') rest++;
        good = !*rest || strncmp(rest, "б", 2) == 0;
    }
    free(low);
    return good;
}

int value_score(const struct cell *c, double *score, double *max, bool *absent)
{
    char form[100];
    *absent = false;
    *max = 0;
    if (!c || !*c->text || (c->flags & LETOPIS_CELL_ERROR)) return 0;
    if (c->kind == LETOPIS_CELL_NUMBER) {
        *score = c->number;
        return 1;
    }
    if (is_dash(c->text)) return 0;
    words_form(c->text, form, sizeof form);
    if (strcmp(form, "н я") == 0 || strcmp(form, "неявка") == 0 || strcmp(form, "не явка") == 0 || lt_starts(form, "не яв") || strcmp(form, "ня") == 0) {
        *absent = true;
        return 0;
    }
    const char *p = c->text;
    return take_number(&p, score) && take_tail(p, max) ? 1 : -1;
}

/* --- others --- */

bool value_diploma(const char *text, char out[16])
{
    char digits[13];
    size_t n = 0;
    out[0] = 0;
    for (const char *p = text; *p; p++) {
        if (isdigit((unsigned char)*p)) {
            if (n == 12) return false;
            digits[n++] = *p;
        } else if (!strchr(" .-", *p) && (unsigned char)*p < 0x80) {
            return false;
        }
    }
    digits[n] = 0;
    return n == 12 && lt_print(out, 16, "%s", digits);
}

bool value_date(const struct run *r, const struct cell *c, enum model_when_order order, enum model_when_window window, char out[LT_DATE_SIZE])
{
    struct model_when when;
    struct model_when_options o = {order, window, r->facts.year ? r->facts.year + 1 : r->today.year};
    if (!c || !*c->text || !model_when_parse(c->text, &o, &when) || (when.remarks & (MODEL_WHEN_AMBIGUOUS | MODEL_WHEN_YEAR_UNSURE))) return false;
    lt_date_format(when.date, out);
    return true;
}
