#include "base/i18n.h"

#include "base/catalogue.h"
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX 32
#define ID_MAX     160

struct params {
    const char *names[PARAMS_MAX];
    const char *values[PARAMS_MAX];
    size_t count;
};

static bool has_prefix(const char *s, const char *lang)
{
    return s && strncasecmp(s, lang, 2) == 0 && !isalpha((unsigned char)s[2]);
}

enum lt_lang lt_lang_parse(const char *s, enum lt_lang dflt)
{
    return has_prefix(s, "ru") ? LT_RU : has_prefix(s, "en") ? LT_EN : dflt;
}

enum lt_lang lt_lang_pick(const char *option)
{
    const char *wishes[] = {option, getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")};
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        /* a wish that names neither language ("C", "de_DE") leaves the choice to the next one */
        if (has_prefix(wishes[i], "ru") || has_prefix(wishes[i], "en"))
            return lt_lang_parse(wishes[i], LT_RU);
    }
    return LT_RU;
}

const char *lt_lang_word(enum lt_lang lang)
{
    return lang == LT_EN ? "en" : "ru";
}

static const struct lt_catalogue *catalogue(enum lt_lang lang)
{
    return lang == LT_EN ? &lt_catalogue_en : &lt_catalogue_ru;
}

static int id_order(const void *id, const void *message)
{
    return strcmp(id, ((const struct lt_message *)message)->id);
}

static const struct lt_message *find(enum lt_lang lang, const char *id)
{
    const struct lt_catalogue *c = catalogue(lang);
    return bsearch(id, c->messages, c->count, sizeof *c->messages, id_order);
}

const char *lt_msg(enum lt_lang lang, const char *id)
{
    const struct lt_message *m = find(lang, id);
    return m ? m->forms[0] : id;
}

bool lt_msg_known(enum lt_lang lang, const char *id)
{
    return find(lang, id) != NULL;
}

const char *lt_msg_id(enum lt_lang lang, size_t i)
{
    const struct lt_catalogue *c = catalogue(lang);
    return i < c->count ? c->messages[i].id : NULL;
}

const char *lt_label(enum lt_lang lang, const char *set, const char *value)
{
    char id[ID_MAX];
    if (!lt_print(id, sizeof id, "label.%s.%s", set, value)) return value;
    const struct lt_message *m = find(lang, id);
    return m ? m->forms[0] : value;
}

/* Which form goes with n: Russian 1 запись, 2 записи, 5 записей and for fractions 1,5 записи; English 1
 * entry, 2 entries. */
static size_t plural_form(enum lt_lang lang, const char *n)
{
    if (!n) return lang == LT_EN ? 1 : 2;
    size_t len = strlen(n);
    if (strcspn(n, ".,") < len) return 1;
    unsigned last = len ? (unsigned char)n[len - 1] - '0' : 0;
    unsigned before = len > 1 && isdigit((unsigned char)n[len - 2]) ? (unsigned char)n[len - 2] - '0' : 0;
    if (lang == LT_EN) return !(last == 1 && (len == 1 || (len == 2 && n[0] == '-')));
    if (last == 1 && before != 1) return 0;
    return last >= 2 && last <= 4 && before != 1 ? 1 : 2;
}

static const char *value_of(const struct params *params, const char *name, size_t len)
{
    for (size_t i = 0; i < params->count; i++) {
        if (strncmp(params->names[i], name, len) == 0 && !params->names[i][len]) return params->values[i];
    }
    return NULL;
}

/* Length of "{name}" at s, or 0. */
static size_t placeholder(const char *s)
{
    size_t n = 1;
    while (islower((unsigned char)s[n]) || isdigit((unsigned char)s[n]) || s[n] == '_')
        n++;
    return n > 1 && s[n] == '}' ? n + 1 : 0;
}

#define OPENED "«"
#define CLOSED "»"

/* How many quotation marks of the sentence are open after this part of it. */
static int open_quotes(const char *text, size_t len, int depth)
{
    for (size_t i = 0; i + 1 < len; i++) {
        if (memcmp(text + i, OPENED, 2) == 0) depth++;
        else if (memcmp(text + i, CLOSED, 2) == 0 && depth) depth--;
    }
    return depth;
}

/* A value inside quotation marks has others of its own: «Конкурс „Шаг“». */
static void add_quoted(struct lt_buf *out, const char *value)
{
    while (*value) {
        bool opens = strncmp(value, OPENED, 2) == 0, closes = strncmp(value, CLOSED, 2) == 0;
        if (opens || closes) lt_buf_adds(out, opens ? "„" : "“");
        else lt_buf_addc(out, *value);
        value += opens || closes ? 2 : 1;
    }
}

static int add_text(struct lt_buf *out, enum lt_lang lang, const char *id, const struct params *params)
{
    const struct lt_message *m = find(lang, id);
    const char *text = m ? m->forms[0] : id;
    if (m && m->forms[1]) text = m->forms[plural_form(lang, value_of(params, "n", 1))];
    int depth = 0;
    while (*text) {
        size_t plain = strcspn(text, "{");
        lt_buf_add(out, text, plain);
        depth = open_quotes(text, plain, depth);
        text += plain;
        if (!*text) break;
        size_t len = placeholder(text);
        const char *value = len ? value_of(params, text + 1, len - 2) : NULL;
        if (value && depth)
            add_quoted(out, value);
        else if (value)
            lt_buf_adds(out, value);
        else
            lt_buf_add(out, text, len ? len : 1);
        text += len ? len : 1;
    }
    return out->failed ? -1 : 0;
}

int lt_msg_add(struct lt_buf *out, enum lt_lang lang, const char *id, ...)
{
    struct params params = {.count = 0};
    va_list args;
    va_start(args, id);
    const char *name;
    while ((name = va_arg(args, const char *))) {
        const char *value = va_arg(args, const char *);
        if (params.count == PARAMS_MAX) continue;
        params.names[params.count] = name;
        params.values[params.count++] = value ? value : "";
    }
    va_end(args);
    return add_text(out, lang, id, &params);
}

int lt_error_text(struct lt_buf *out, enum lt_lang lang, const struct lt_error *err)
{
    struct params params = {.count = 0};
    const char *end = err->params + err->params_len;
    for (const char *name = err->params; name < end && params.count < PARAMS_MAX;) {
        const char *value = name + strlen(name) + 1;
        params.names[params.count] = name;
        /* errors carry codes (a state, a level, what was being done); the sentence has their labels */
        params.values[params.count++] = lt_label(lang, name, value);
        name = value + strlen(value) + 1;
    }
    const char *number = lt_error_param(err, "errno");
    for (size_t i = 0; number && i < params.count; i++) {
        const char *words = lt_label(lang, "errno", number);
        if (words != number && strcmp(params.names[i], "reason") == 0) params.values[i] = words;
    }
    char id[ID_MAX];
    lt_print(id, sizeof id, "error.%s", err->code);
    return add_text(out, lang, id, &params);
}
