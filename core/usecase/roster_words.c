/* Words of rosters: headers of columns, kinds of sheets, relatives, posts, forms of study. Compared in lower case, ё as е, without
 * signs; «Телефон 2» is «телефон» with the number 2. */
#include "usecase/roster.h"

#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct header_word {
    const char *text;
    enum roster_role role;
    const char *kind; /* of a guardian */
};

static const struct header_word headers[] = {
    {"класс", ROLE_CLASS, 0}, {"кл", ROLE_CLASS, 0}, {"класс обучения", ROLE_CLASS, 0}, {"класс ученика", ROLE_CLASS, 0},
    {"учебный класс", ROLE_CLASS, 0}, {"параллель и класс", ROLE_CLASS, 0}, {"class", ROLE_CLASS, 0}, {"grade", ROLE_CLASS, 0},
    {"классное руководство", ROLE_CLASS, 0}, {"классный руководитель", ROLE_CLASS, 0}, {"кл рук", ROLE_CLASS, 0},
    {"кл руководство", ROLE_CLASS, 0}, {"классный руководитель класса", ROLE_CLASS, 0},
    {"фио", ROLE_FIO, 0}, {"ф и о", ROLE_FIO, 0}, {"фамилия имя отчество", ROLE_FIO, 0}, {"фамилия имя", ROLE_FIO, 0},
    {"фамилия имя отчество ученика", ROLE_FIO, 0}, {"фамилия имя отчество обучающегося", ROLE_FIO, 0},
    {"фио ученика", ROLE_FIO, 0}, {"фио обучающегося", ROLE_FIO, 0}, {"фио учащегося", ROLE_FIO, 0}, {"фио ребенка", ROLE_FIO, 0},
    {"ученик", ROLE_FIO, 0}, {"ученик фио", ROLE_FIO, 0}, {"обучающийся", ROLE_FIO, 0}, {"учащийся", ROLE_FIO, 0},
    {"ребенок", ROLE_FIO, 0}, {"сотрудник", ROLE_FIO, 0}, {"фио сотрудника", ROLE_FIO, 0}, {"работник", ROLE_FIO, 0},
    {"фио работника", ROLE_FIO, 0}, {"участник", ROLE_FIO, 0}, {"full name", ROLE_FIO, 0}, {"student", ROLE_FIO, 0},
    {"фамилия", ROLE_SURNAME, 0}, {"фамилия ученика", ROLE_SURNAME, 0}, {"фамилия обучающегося", ROLE_SURNAME, 0},
    {"фамилия учащегося", ROLE_SURNAME, 0}, {"фамилия ребенка", ROLE_SURNAME, 0}, {"surname", ROLE_SURNAME, 0},
    {"last name", ROLE_SURNAME, 0},
    {"имя", ROLE_NAME, 0}, {"имя ученика", ROLE_NAME, 0}, {"имя обучающегося", ROLE_NAME, 0}, {"имя ребенка", ROLE_NAME, 0},
    {"first name", ROLE_NAME, 0}, {"name", ROLE_NAME, 0},
    {"отчество", ROLE_PATRONYMIC, 0}, {"отчество ученика", ROLE_PATRONYMIC, 0}, {"отчество обучающегося", ROLE_PATRONYMIC, 0},
    {"отчество ребенка", ROLE_PATRONYMIC, 0}, {"patronymic", ROLE_PATRONYMIC, 0}, {"middle name", ROLE_PATRONYMIC, 0},
    {"дата рождения", ROLE_BIRTH, 0}, {"день рождения", ROLE_BIRTH, 0}, {"др", ROLE_BIRTH, 0}, {"д р", ROLE_BIRTH, 0},
    {"дата рожд", ROLE_BIRTH, 0}, {"родился", ROLE_BIRTH, 0}, {"число месяц год рождения", ROLE_BIRTH, 0},
    {"birth date", ROLE_BIRTH, 0}, {"date of birth", ROLE_BIRTH, 0}, {"birthday", ROLE_BIRTH, 0},
    {"пол", ROLE_SEX, 0}, {"sex", ROLE_SEX, 0}, {"gender", ROLE_SEX, 0},
    {"форма обучения", ROLE_FORM, 0}, {"форма получения образования", ROLE_FORM, 0}, {"форма образования", ROLE_FORM, 0},
    {"номер личного дела", ROLE_NUMBER, 0}, {"личное дело", ROLE_NUMBER, 0}, {"№ личного дела", ROLE_NUMBER, 0},
    {"id", ROLE_NUMBER, 0}, {"идентификатор", ROLE_NUMBER, 0}, {"код ученика", ROLE_NUMBER, 0}, {"табельный номер", ROLE_NUMBER, 0},
    {"законный представитель", ROLE_GUARDIAN, 0}, {"фио законного представителя", ROLE_GUARDIAN, 0},
    {"законный представитель фио", ROLE_GUARDIAN, 0}, {"родитель законный представитель", ROLE_GUARDIAN, 0},
    {"представитель", ROLE_GUARDIAN, 0}, {"родитель", ROLE_GUARDIAN, "родитель"}, {"фио родителя", ROLE_GUARDIAN, "родитель"},
    {"фио родителей", ROLE_GUARDIAN, "родитель"}, {"мать", ROLE_GUARDIAN, "мать"}, {"фио матери", ROLE_GUARDIAN, "мать"},
    {"мама", ROLE_GUARDIAN, "мать"}, {"отец", ROLE_GUARDIAN, "отец"}, {"фио отца", ROLE_GUARDIAN, "отец"},
    {"папа", ROLE_GUARDIAN, "отец"}, {"опекун", ROLE_GUARDIAN, "опекун"}, {"guardian", ROLE_GUARDIAN, 0},
    {"parent", ROLE_GUARDIAN, "родитель"},
    {"кем приходится", ROLE_GUARDIAN_KIND, 0}, {"степень родства", ROLE_GUARDIAN_KIND, 0}, {"родство", ROLE_GUARDIAN_KIND, 0},
    {"кто", ROLE_GUARDIAN_KIND, 0}, {"вид представительства", ROLE_GUARDIAN_KIND, 0}, {"статус представителя", ROLE_GUARDIAN_KIND, 0},
    {"телефон", ROLE_PHONE, 0}, {"тел", ROLE_PHONE, 0}, {"телефоны", ROLE_PHONE, 0}, {"мобильный телефон", ROLE_PHONE, 0},
    {"моб телефон", ROLE_PHONE, 0}, {"контактный телефон", ROLE_PHONE, 0}, {"сотовый телефон", ROLE_PHONE, 0},
    {"телефон родителя", ROLE_PHONE, 0}, {"телефон законного представителя", ROLE_PHONE, 0}, {"телефон матери", ROLE_PHONE, "мать"},
    {"телефон отца", ROLE_PHONE, "отец"}, {"номер телефона", ROLE_PHONE, 0}, {"phone", ROLE_PHONE, 0},
    {"эл почта", ROLE_EMAIL, 0}, {"электронная почта", ROLE_EMAIL, 0}, {"почта", ROLE_EMAIL, 0}, {"e mail", ROLE_EMAIL, 0},
    {"email", ROLE_EMAIL, 0}, {"адрес электронной почты", ROLE_EMAIL, 0}, {"эл адрес", ROLE_EMAIL, 0},
    {"электронный адрес", ROLE_EMAIL, 0}, {"mail", ROLE_EMAIL, 0},
    {"должность", ROLE_POST, 0}, {"занимаемая должность", ROLE_POST, 0}, {"должности", ROLE_POST, 0}, {"position", ROLE_POST, 0},
    {"предмет", ROLE_SUBJECT, 0}, {"учебный предмет", ROLE_SUBJECT, 0}, {"дисциплина", ROLE_SUBJECT, 0}, {"курс", ROLE_SUBJECT, 0},
    {"предмет курс", ROLE_SUBJECT, 0}, {"subject", ROLE_SUBJECT, 0},
    {"класс или группа", ROLE_TARGET, 0}, {"класс группа", ROLE_TARGET, 0}, {"классы", ROLE_TARGET, 0}, {"класс и группа", ROLE_TARGET, 0},
    {"учитель", ROLE_TEACHER, 0}, {"фио учителя", ROLE_TEACHER, 0}, {"учитель фио", ROLE_TEACHER, 0}, {"педагог", ROLE_TEACHER, 0},
    {"преподаватель", ROLE_TEACHER, 0}, {"руководитель", ROLE_TEACHER, 0}, {"фио педагога", ROLE_TEACHER, 0},
    {"руководитель группы", ROLE_TEACHER, 0}, {"руководитель кружка", ROLE_TEACHER, 0}, {"тренер", ROLE_TEACHER, 0},
    {"фио руководителя", ROLE_TEACHER, 0}, {"teacher", ROLE_TEACHER, 0},
    {"часов в неделю", ROLE_HOURS, 0}, {"часы", ROLE_HOURS, 0}, {"часов", ROLE_HOURS, 0}, {"нагрузка", ROLE_HOURS, 0},
    {"кол во часов", ROLE_HOURS, 0}, {"количество часов", ROLE_HOURS, 0},
    {"группа", ROLE_GROUP, 0}, {"кружок", ROLE_GROUP, 0}, {"секция", ROLE_GROUP, 0}, {"объединение", ROLE_GROUP, 0},
    {"название кружка", ROLE_GROUP, 0}, {"название группы", ROLE_GROUP, 0}, {"кружок секция", ROLE_GROUP, 0}, {"студия", ROLE_GROUP, 0},
    {"программа", ROLE_PROGRAMME, 0}, {"название программы", ROLE_PROGRAMME, 0}, {"дополнительная программа", ROLE_PROGRAMME, 0},
    {"с даты", ROLE_FROM, 0}, {"дата зачисления", ROLE_FROM, 0}, {"зачислен", ROLE_FROM, 0}, {"начало", ROLE_FROM, 0},
    {"дата начала", ROLE_FROM, 0}, {"с", ROLE_FROM, 0},
    {"по дату", ROLE_TO, 0}, {"дата отчисления", ROLE_TO, 0}, {"окончание", ROLE_TO, 0}, {"дата окончания", ROLE_TO, 0}, {"по", ROLE_TO, 0},
    {"№", ROLE_IGNORED, 0}, {"№ п п", ROLE_IGNORED, 0}, {"п п", ROLE_IGNORED, 0}, {"n", ROLE_IGNORED, 0}, {"номер", ROLE_IGNORED, 0},
    {"примечание", ROLE_IGNORED, 0}, {"примечания", ROLE_IGNORED, 0}, {"комментарий", ROLE_IGNORED, 0}, {"подпись", ROLE_IGNORED, 0},
    {"снилс", ROLE_FORBIDDEN, 0}, {"паспорт", ROLE_FORBIDDEN, 0}, {"паспортные данные", ROLE_FORBIDDEN, 0},
    {"свидетельство о рождении", ROLE_FORBIDDEN, 0}, {"гражданство", ROLE_FORBIDDEN, 0}, {"национальность", ROLE_FORBIDDEN, 0},
    {"вероисповедание", ROLE_FORBIDDEN, 0}, {"здоровье", ROLE_FORBIDDEN, 0}, {"группа здоровья", ROLE_FORBIDDEN, 0},
    {"физкультурная группа", ROLE_FORBIDDEN, 0}, {"диагноз", ROLE_FORBIDDEN, 0}, {"инвалидность", ROLE_FORBIDDEN, 0},
    {"овз", ROLE_FORBIDDEN, 0}, {"адрес", ROLE_FORBIDDEN, 0}, {"адрес проживания", ROLE_FORBIDDEN, 0},
    {"адрес регистрации", ROLE_FORBIDDEN, 0}, {"место жительства", ROLE_FORBIDDEN, 0}, {"полис", ROLE_FORBIDDEN, 0},
    {"социальный статус", ROLE_FORBIDDEN, 0},
};

/* Lower case, brackets kept as words, every other sign a space; a dot between letters too. malloc'ed. */
static char *header_key(const char *text, bool drop_brackets)
{
    char *tidy = lt_tidy(text);
    char *low = tidy ? lt_fold(tidy) : NULL;
    free(tidy);
    if (!low) return NULL;
    size_t to = 0;
    int depth = 0;
    for (size_t i = 0; low[i]; i++) {
        unsigned char c = (unsigned char)low[i];
        if (c == '(' && drop_brackets) depth++;
        bool sign = c < 128 && !isalnum(c);
        if (!depth && !(sign && (to == 0 || low[to - 1] == ' '))) low[to++] = sign ? ' ' : (char)c;
        if (c == ')' && depth) depth--;
    }
    while (to && low[to - 1] == ' ') to--;
    low[to] = 0;
    return low;
}

static const struct header_word *find_header(const char *key)
{
    for (size_t i = 0; i < LT_COUNT(headers); i++) {
        if (strcmp(headers[i].text, key) == 0) return &headers[i];
    }
    return NULL;
}

enum roster_role roster_header(const char *text, int *index, const char **guardian_kind)
{
    *index = 0;
    *guardian_kind = NULL;
    for (int pass = 0; pass < 2; pass++) {
        char *key = header_key(text, pass == 1);
        if (!key) return ROLE_NONE;
        size_t n = strlen(key);
        const struct header_word *w = find_header(key);
        if (!w && n > 2 && isdigit((unsigned char)key[n - 1]) && key[n - 2] == ' ') {
            *index = key[n - 1] - '0';
            key[n - 2] = 0;
            w = find_header(key);
        }
        free(key);
        if (w) {
            *guardian_kind = w->kind;
            return w->role;
        }
    }
    *index = 0;
    return ROLE_NONE;
}

static const char *const role_words[ROLE_COUNT] = {
    "none", "class", "fio", "surname", "name", "patronymic", "birth", "sex", "study_form", "number", "guardian", "guardian_kind",
    "phone", "email", "post", "subject", "target", "teacher", "hours", "group", "programme", "from", "to", "not_recorded", "ignored"};
static const char *const kind_words[ROSTER_KINDS] = {"skip", "pupils", "staff", "load", "groups"};

const char *roster_role_word(enum roster_role role)
{
    return role_words[role];
}

enum roster_role roster_role_find(const char *word)
{
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(role_words[i], word) == 0) return (enum roster_role)i;
    }
    return ROLE_COUNT;
}

const char *roster_kind_word(enum roster_kind kind)
{
    return kind_words[kind];
}

enum roster_kind roster_kind_find(const char *word)
{
    for (int i = 0; i < ROSTER_KINDS; i++) {
        if (strcmp(kind_words[i], word) == 0) return (enum roster_kind)i;
    }
    return ROSTER_KINDS;
}

static bool has(const char *key, const char *const *stems, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strstr(key, stems[i])) return true;
    }
    return false;
}

enum roster_kind roster_kind_of_title(const char *sheet)
{
    static const char *const staff[] = {"сотрудник", "педагог", "учител", "работник", "кадр", "персонал", "staff"};
    static const char *const load[] = {"нагрузк", "тарификац"};
    static const char *const groups[] = {"кружк", "кружок", "секци", "групп", "внеурочн"};
    char *key = header_key(sheet, false);
    enum roster_kind k = ROSTER_SKIP;
    if (key && has(key, staff, LT_COUNT(staff))) k = ROSTER_STAFF;
    else if (key && has(key, load, LT_COUNT(load))) k = ROSTER_LOAD;
    else if (key && has(key, groups, LT_COUNT(groups))) k = ROSTER_GROUPS;
    free(key);
    return k;
}

/* Family members who are no legal representatives (grandmother, stepfather …) stay out: a relation gives rights. Foster parents are
 * guardians by contract: opekun up to 14, popechitel from then on (art. 145, 153 of the Family Code). */
const char *roster_guardian_kind(const char *text, int age)
{
    static const char *const parent[] = {"мать", "отец", "мама", "папа", "родител", "mother", "father", "parent"};
    static const char *const organisation[] = {"организац", "директор", "центр", "детск"};
    char *key = header_key(text, false);
    const char *kind = NULL;
    if (!key) return NULL;
    if (strstr(key, "усынов") || strstr(key, "удочер")) kind = "adoptive_parent";
    else if (strstr(key, "приемн")) kind = age >= 14 ? "popechitel" : "opekun";
    else if (strstr(key, "попечит")) kind = "popechitel";
    else if (strstr(key, "опекун")) kind = "opekun";
    else if (has(key, organisation, LT_COUNT(organisation))) kind = "organisation";
    else if (has(key, parent, LT_COUNT(parent))) kind = "parent";
    free(key);
    return kind;
}

const char *roster_sex(const char *text)
{
    static const char *const male[] = {"м", "муж", "мужской", "мальчик", "юноша", "m", "male"};
    static const char *const female[] = {"ж", "жен", "женский", "девочка", "девушка", "f", "female"};
    char *key = header_key(text, false);
    const char *sex = NULL;
    for (size_t i = 0; key && i < LT_COUNT(male); i++) {
        if (strcmp(key, male[i]) == 0) sex = "m";
        if (strcmp(key, female[i]) == 0) sex = "f";
    }
    free(key);
    return sex;
}

const char *roster_study_form(const char *text)
{
    char *key = header_key(text, false);
    const char *form = NULL;
    if (key && (strstr(key, "семейн") || strstr(key, "самообраз"))) form = "family";
    else if (key && strstr(key, "дом")) form = "home";
    else if (key && (strstr(key, "очн") || strstr(key, "школ"))) form = "school";
    free(key);
    return form;
}

const char *roster_post_role(const char *text)
{
    char *key = header_key(text, false);
    const char *role = NULL;
    if (!key) return NULL;
    if ((strstr(key, "зам") && strstr(key, "директор")) || strstr(key, "завуч")) role = "deputy_head";
    else if (lt_starts(key, "директор")) role = "director";
    else if (strstr(key, "системный админ") || strstr(key, "сисадмин")) role = "sysadmin";
    else if (strstr(key, "секретар") || strstr(key, "делопроизв")) role = "clerk";
    free(key);
    return role;
}

bool roster_footer_word(const char *text)
{
    static const char *const words[] = {"итого", "всего", "total", "директор", "исполнитель", "составил", "список составил"};
    char *key = header_key(text, false);
    bool found = false;
    for (size_t i = 0; key && i < LT_COUNT(words); i++) {
        size_t n = strlen(words[i]);
        found = found || (strncmp(key, words[i], n) == 0 && (!key[n] || key[n] == ' '));
    }
    free(key);
    return found;
}
