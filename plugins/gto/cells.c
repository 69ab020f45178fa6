/* What cells and headings of protocols say. */
#include "import.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const role_words[GTO_ROLES] = {"",      "number",  "full_name", "surname", "name",        "patronymic", "uin",
                                                  "birth", "sex",     "level",     "class",   "date",        "test",       "value",
                                                  "badge", "certificate", "order", "order_date", "school",   "ignored",    "result"};

const char *gto_role_word(enum gto_role role)
{
    return role_words[role];
}

enum gto_role gto_role_find(const char *word)
{
    for (int i = 1; i < GTO_ROLES; i++) {
        if (strcmp(role_words[i], word) == 0) return (enum gto_role)i;
    }
    return GTO_R_NONE;
}

/* Headings by how their key begins ('^'), or by all of it. Dots of «Ф.И.О.» are gone from the key. */
enum gto_role gto_role_of(const char *heading)
{
    static const struct {
        const char *key;
        enum gto_role role;
    } words[] = {
        {"№", GTO_R_NUMBER},          {"", GTO_R_NONE},             {"п п", GTO_R_NUMBER},        {"no", GTO_R_NUMBER},
        {"ф и о", GTO_R_NAME},        {"^фио", GTO_R_NAME},          {"^ф и о", GTO_R_NAME},        {"^фамилия имя", GTO_R_NAME},
        {"^фамилия и имя", GTO_R_NAME}, {"участник", GTO_R_NAME},     {"ученик", GTO_R_NAME},        {"^full name", GTO_R_NAME},
        {"^фамилия", GTO_R_SURNAME},  {"surname", GTO_R_SURNAME},    {"имя", GTO_R_FIRST},          {"name", GTO_R_FIRST},
        {"^отчество", GTO_R_PATRONYMIC}, {"^уин", GTO_R_UIN},         {"uin", GTO_R_UIN},            {"win", GTO_R_UIN},
        {"^id номер", GTO_R_UIN},     {"^ид номер", GTO_R_UIN},      {"^идентификационный номер", GTO_R_UIN}, {"^дата рожд", GTO_R_BIRTH},
        {"^год рожд", GTO_R_BIRTH},   {"^birth", GTO_R_BIRTH},       {"пол", GTO_R_SEX},            {"sex", GTO_R_SEX},
        {"^ступень", GTO_R_LEVEL},    {"level", GTO_R_LEVEL},        {"класс", GTO_R_CLASS},        {"class", GTO_R_CLASS},
        {"^дата приказа", GTO_R_ORDER_DATE}, {"^дата выполн", GTO_R_DATE}, {"^дата испыт", GTO_R_DATE}, {"^дата сдачи", GTO_R_DATE},
        {"дата", GTO_R_DATE},         {"date", GTO_R_DATE},          {"испытание", GTO_R_TEST},     {"^вид испыт", GTO_R_TEST},
        {"норматив", GTO_R_TEST},     {"^наименование испыт", GTO_R_TEST}, {"тест", GTO_R_TEST},    {"test", GTO_R_TEST},
        {"^результат", GTO_R_VALUE},  {"result", GTO_R_VALUE},       {"^удостоверение", GTO_R_CERTIFICATE}, {"^номер удостов", GTO_R_CERTIFICATE},
        {"№ удостоверения", GTO_R_CERTIFICATE}, {"^certificate", GTO_R_CERTIFICATE}, {"^номер знака", GTO_R_CERTIFICATE},
        {"^знак", GTO_R_BADGE},       {"^вид знака", GTO_R_BADGE},   {"^уровень выполн", GTO_R_BADGE}, {"^уровень знака", GTO_R_BADGE},
        {"^достоинство", GTO_R_BADGE}, {"badge", GTO_R_BADGE},       {"^приказ", GTO_R_ORDER},      {"^номер приказа", GTO_R_ORDER},
        {"order", GTO_R_ORDER},       {"^место учебы", GTO_R_SCHOOL}, {"^школа", GTO_R_SCHOOL},      {"^образовательная орг", GTO_R_SCHOOL},
        {"^оо", GTO_R_SCHOOL},        {"^спортивное звание", GTO_R_IGNORED}, {"^очки", GTO_R_IGNORED}, {"^баллы", GTO_R_IGNORED},
        {"^возраст", GTO_R_IGNORED},  {"^документ", GTO_R_IGNORED},  {"^адрес", GTO_R_IGNORED},     {"^телефон", GTO_R_IGNORED},
        {"^контакт", GTO_R_IGNORED},  {"^согласие", GTO_R_IGNORED},  {"^субъект", GTO_R_IGNORED},   {"^команда", GTO_R_IGNORED},
        {"^примечани", GTO_R_IGNORED}, {"^подпись", GTO_R_IGNORED},  {"^факультет", GTO_R_IGNORED}, {"^курс", GTO_R_IGNORED}};
    char *key = gto_key(heading);
    enum gto_role role = GTO_R_NONE;
    if (strstr(heading, "№") && key && strstr(key, "удостов")) role = GTO_R_CERTIFICATE;
    else if (strstr(heading, "№") && key && strstr(key, "приказ")) role = GTO_R_ORDER;
    else if (strcmp(heading, "№") == 0 || lt_starts(heading, "№ п")) role = GTO_R_NUMBER;
    for (size_t i = 0; !role && key && *key && i < LT_COUNT(words); i++) {
        const char *w = words[i].key;
        if (*w == '^' ? lt_starts(key, w + 1) : strcmp(key, w) == 0) role = words[i].role;
    }
    free(key);
    return role;
}

char gto_sex_of(const char *text)
{
    static const char *const men[] = {"м", "муж", "мужской", "мужчины", "юноши", "мальчики", "мужчина", "m", "male"};
    static const char *const women[] = {"ж", "жен", "женский", "женщины", "девушки", "девочки", "женщина", "f", "female"};
    char *key = gto_key(text);
    char sex = 0;
    for (const char *w = key ? key : ""; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        size_t n = strcspn(w, " ");
        for (size_t i = 0; i < LT_COUNT(men); i++) {
            if (strlen(men[i]) == n && memcmp(men[i], w, n) == 0) sex = sex && sex != 'm' ? '?' : 'm';
            if (strlen(women[i]) == n && memcmp(women[i], w, n) == 0) sex = sex && sex != 'f' ? '?' : 'f';
        }
    }
    free(key);
    return sex == '?' ? 0 : sex;
}

/* Roman numbers of levels, in letters of either alphabet, and Arabic ones. */
static bool level_word(const char *w, size_t n, char out[12])
{
    static const char *const names[] = {"I", "II", "III", "IV", "V", "VI", "VII"};
    char plain[12];
    size_t to = 0;
    for (size_t i = 0; i < n && to < 8;) {
        if (w[i] == 'i' || w[i] == 'v' || (w[i] >= '0' && w[i] <= '9')) plain[to++] = w[i++];
        else if (i + 1 < n && memcmp(w + i, "і", 2) == 0) plain[to++] = 'i', i += 2;
        else return false;
    }
    plain[to] = 0;
    for (size_t i = 0; i < LT_COUNT(names); i++) {
        char low[8], number[4];
        size_t k = 0;
        for (; names[i][k]; k++) low[k] = names[i][k] == 'I' ? 'i' : 'v';
        low[k] = 0;
        lt_print(number, sizeof number, "%zu", i + 1);
        if (strcmp(plain, low) == 0 || strcmp(plain, number) == 0) return lt_print(out, 12, "%s", names[i]);
    }
    return false;
}

bool gto_level_in(const char *text, char out[12])
{
    char *key = gto_key(text);
    bool found = false, alone = key && !strchr(key, ' ');
    const char *before = NULL;
    size_t before_len = 0;
    if (alone && key) found = level_word(key, strlen(key), out);
    for (const char *w = key ? key : ""; !found && *w; w += strcspn(w, " "), w += strspn(w, " ")) {
        size_t n = strcspn(w, " ");
        if (lt_starts(w, "ступен")) {
            const char *next = w + n + strspn(w + n, " ");
            found = (before && level_word(before, before_len, out)) || level_word(next, strcspn(next, " "), out);
        }
        before = w;
        before_len = n;
    }
    free(key);
    return found;
}

int gto_badge_in(const char *text)
{
    char *key = gto_key(text);
    int badge = GTO_NONE;
    if (key && (strstr(key, "золот") || strstr(key, "gold"))) badge = GTO_GOLD;
    if (key && (strstr(key, "серебр") || strstr(key, "silver"))) badge = badge == GTO_NONE ? GTO_SILVER : GTO_BADGES;
    if (key && (strstr(key, "бронз") || strstr(key, "bronze"))) badge = badge == GTO_NONE ? GTO_BRONZE : GTO_BADGES;
    free(key);
    return badge == GTO_BADGES ? GTO_NONE : badge; /* a text that names several says none */
}

static bool digits(const char *s, int n)
{
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
    }
    return true;
}

static bool good_date(int year, int month, int day, char out[12])
{
    struct lt_date d = {year, month, day};
    if (!lt_date_valid(d) || year < 2014 || year > 2100) return false;
    char iso[LT_DATE_SIZE];
    return lt_print(out, 12, "%s", lt_date_format(d, iso));
}

/* 2026-03-05, 05.03.2026, 5.3.26 */
bool gto_date_in(const char *text, char out[12])
{
    for (const char *s = text; *s; s++) {
        if (*s < '0' || *s > '9' || (s > text && s[-1] >= '0' && s[-1] <= '9')) continue;
        if (digits(s, 4) && s[4] == '-' && digits(s + 5, 2) && s[7] == '-' && digits(s + 8, 2) &&
            good_date(atoi(s), atoi(s + 5), atoi(s + 8), out))
            return true;
        char *end;
        long day = strtol(s, &end, 10);
        if ((*end != '.' && *end != '/') || !digits(end + 1, 1)) continue;
        char mark = *end;
        long month = strtol(end + 1, &end, 10);
        if (*end != mark || !digits(end + 1, 2)) continue;
        long year = strtol(end + 1, &end, 10);
        if (year < 100) year += 2000;
        if (day <= 31 && month <= 12 && year < 3000 && good_date((int)year, (int)month, (int)day, out)) return true;
    }
    return false;
}

bool gto_footer(const char *text)
{
    static const char *const words[] = {"утверждено", "утверждаю", "директор", "дата", "главный судья", "главный секретарь", "судья", "секретарь",
                                        "руководитель", "подпись", "итого", "всего", "м п", "исполнитель", "ответственный", "центр тестирования",
                                        "председатель"};
    char *key = gto_key(text);
    bool footer = false;
    for (size_t i = 0; key && i < LT_COUNT(words); i++) {
        size_t n = strlen(words[i]);
        footer = footer || (strncmp(key, words[i], n) == 0 && (key[n] == 0 || key[n] == ' '));
    }
    free(key);
    return footer;
}

/* What stands behind «№», as it was written. */
static bool order_number(const char *sign, char order[100])
{
    while (*sign == ' ') sign++;
    size_t n = strcspn(sign, " ,;()«»\"");
    while (n && sign[n - 1] == '.') n--;
    return n > 0 && n < 60 && lt_print(order, 100, "%.*s", (int)n, sign);
}

static const char *nth_sign(const char *text, int n)
{
    const char *at = strstr(text, "№");
    while (at && n-- > 0) at = strstr(at + strlen("№"), "№");
    return at ? at + strlen("№") : NULL;
}

bool gto_order_in(const char *text, char order[100], char date[12])
{
    char *folded = lt_fold(text);
    const char *word = folded ? strstr(folded, "приказ") : NULL;
    bool found = false;
    if (word) {
        int before = 0; /* signs in front of the word: the letters of the number are those of the text, not of its folded form */
        for (const char *at = folded; (at = strstr(at, "№")) && at < word; at += strlen("№")) before++;
        const char *sign = nth_sign(text, before);
        found = sign && order_number(sign, order);
        gto_date_in(word, date);
    }
    free(folded);
    return found;
}

bool gto_order_cell(const char *text, char order[100], char date[12])
{
    const char *sign = nth_sign(text, 0), *from = strstr(text, " от ");
    if (!*text || gto_value_absent(text)) return false;
    if (gto_order_in(text, order, date)) return true;
    if (from) gto_date_in(from, date);
    if (sign || from) return order_number(sign ? sign : text, order);
    return lt_print(order, 100, "%.*s", (int)lt_utf8_clip(text, 90), text);
}
