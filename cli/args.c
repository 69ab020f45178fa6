/* The command line: program options anywhere, noun and verb, then what the row of the table allows. */
#include "cli.h"

#include "base/mem.h"
#include "base/text.h"
#include "usecase/bind.h"

#include <stdlib.h>
#include <string.h>

static const struct uc_field list_fields[] = {
    {.name = "limit", .type = UC_INT, .min = 1, .max = 500},
    {.name = "cursor", .type = UC_TEXT},
    {.name = "xlsx", .type = UC_BOOL},
};
static const struct uc_field revision_field = {.name = "revision", .type = UC_INT, .min = 1, .max = 1000000};

void cli_option_name(const char *field, char *out, size_t size)
{
    lt_print(out, size, "%s", field);
    for (char *s = out; *s; s++) {
        if (*s == '_') *s = '-';
    }
}

/* Is the word of a command line (n bytes) the name of the field? '-' and '_' are one. */
static bool same_name(const char *field, const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char w = word[i] == '-' ? '_' : word[i];
        if (field[i] != w) return false; /* also at the end of field */
    }
    return field[n] == 0;
}

static const struct uc_field *field_of(const struct uc_row *row, const char *word, size_t n)
{
    for (const struct uc_field *f = row ? row->fields : NULL; f && f->name; f++) {
        if (same_name(f->name, word, n)) return f;
    }
    if (row && row->reply == UC_LIST) {
        for (size_t i = 0; i < LT_COUNT(list_fields); i++) {
            if (same_name(list_fields[i].name, word, n)) return &list_fields[i];
        }
    }
    if (row && (row->flags & UC_REVISION) && same_name("revision", word, n)) return &revision_field;
    return NULL;
}

const struct uc_field *cli_field(const struct uc_row *row, const char *name)
{
    return field_of(row, name, strlen(name));
}

bool cli_has(const struct cli *c, const struct uc_field *field)
{
    for (size_t i = 0; i < c->given_len; i++) {
        if (strcmp(c->given[i].field->name, field->name) == 0) return true;
    }
    return false;
}

/* --- program options --- */

struct program_option {
    const char *name; /* with its dashes */
    const char **text;
    bool *flag;
};

/* The options of the program itself. `lang` has been looked for before parsing began. */
static size_t program_options(struct cli *c, const char **lang, struct program_option out[20])
{
    const struct program_option all[] = {
        {"-C", &c->dir, NULL},
        {"--as", &c->login, NULL},
        {"--out", &c->out, NULL},
        {"--lang", lang, NULL},
        {"--limit", &c->limit, NULL},
        {"--cursor", &c->cursor, NULL},
        {"--request", &c->request, NULL},
        {"--password-file", &c->password_file, NULL},
        {"--workers", &c->workers, NULL},
        {"--listen", &c->listen, NULL},
        {"--web", &c->web, NULL},
        {"--json", NULL, &c->json},
        {"--help", NULL, &c->help},
        {"-h", NULL, &c->help},
        {"--markdown", NULL, &c->markdown},
        {"--http-markdown", NULL, &c->http_markdown},
        {"--openapi", NULL, &c->openapi},
        {"--ask-password", NULL, &c->ask_secrets},
    };
    memcpy(out, all, sizeof all);
    return LT_COUNT(all);
}

/* Names offered when an option is misspelt; the hidden ones are left out. */
static const char *const visible_options[] = {"--as",      "--out",          "--lang",   "--limit",
                                              "--cursor",  "--json",         "--help",   "--password-file",
                                              "--request", "--ask-password", "--version"};

static const char *nearest_option(const struct cli *c, const char *typed, char *buf, size_t size)
{
    const char *names[160];
    char held[128][72];
    size_t n = 0, k = 0;
    for (size_t i = 0; i < LT_COUNT(visible_options); i++)
        names[n++] = visible_options[i];
    for (const struct uc_field *f = c->row ? c->row->fields : NULL; f && f->name && k < LT_COUNT(held); f++) {
        if (f->type == UC_SECRET) continue;
        char option[64];
        cli_option_name(f->name, option, sizeof option);
        lt_print(held[k], sizeof held[k], "--%s", option);
        names[n++] = held[k++];
    }
    const char *near = cli_nearest(typed, names, n);
    if (!near) return NULL;
    lt_print(buf, size, "%s", near);
    return buf;
}

static int unknown_option(const struct cli *c, const char *arg, struct lt_error *err)
{
    char typed[128], near[80];
    size_t n = strcspn(arg, "=");
    lt_print(typed, sizeof typed, "%.*s", (int)lt_utf8_clip(arg, n < 100 ? n : 100), arg);
    if (nearest_option(c, typed, near, sizeof near))
        return lt_fail(err, LT_USAGE, "cli.option_near", "option", typed, "near", near, (char *)NULL);
    return lt_fail(err, LT_USAGE, "cli.option", "option", typed, (char *)NULL);
}

static int no_value(const char *option, struct lt_error *err)
{
    return lt_fail(err, LT_USAGE, "cli.no_value", "option", option, (char *)NULL);
}

/* 1: it was an option of the program; 0: it was not. */
static int program_option(struct cli *c, const char *arg, int *i, struct lt_error *err)
{
    struct program_option all[20];
    const char *lang = NULL;
    size_t n = program_options(c, &lang, all);
    for (size_t k = 0; k < n; k++) {
        size_t len = strlen(all[k].name);
        if (strncmp(arg, all[k].name, len) != 0) continue;
        bool letter = all[k].name[1] != '-';
        const char *value = arg[len] == '=' && !letter ? arg + len + 1
                            : letter && arg[len]       ? arg + len
                                                       : NULL;
        if (arg[len] && !value) continue;
        if (all[k].flag) {
            if (value) return lt_fail(err, LT_USAGE, "cli.flag_value", "option", all[k].name, (char *)NULL);
            *all[k].flag = true;
            return 1;
        }
        if (!value) {
            if (*i + 1 >= c->argc) return no_value(all[k].name, err);
            value = c->argv[++*i];
        }
        *all[k].text = value;
        if (lang && lt_lang_parse(lang, LT_RU) != lt_lang_parse(lang, LT_EN))
            return lt_fail(err, LT_USAGE, "cli.lang", "value", lang, (char *)NULL);
        return 1;
    }
    return 0;
}

/* --- options of the row --- */

static int give(struct cli *c, const struct uc_field *f, const char *text, struct lt_error *err)
{
    bool many = (f->flags & UC_MANY) || f->type == UC_WORDS;
    if (!many && cli_has(c, f)) return lt_fail_field(err, LT_USAGE, f->name, "cli.twice", (char *)NULL);
    void *grown = lt_array_grow(c->given, &c->given_cap, c->given_len + 1, sizeof *c->given);
    if (!grown) return lt_fail_memory(err);
    c->given = grown;
    c->given[c->given_len++] = (struct cli_given){.field = f, .text = text};
    return 0;
}

/* 1: it was an option of the row; 0: it was not. */
static int row_option(struct cli *c, const char *arg, int *i, struct lt_error *err)
{
    if (!c->row || !lt_starts(arg, "--")) return 0;
    const char *name = arg + 2;
    size_t n = strcspn(name, "=");
    const char *value = name[n] ? name + n + 1 : NULL;
    const struct uc_field *f = field_of(c->row, name, n);
    if (!f && n > 3 && lt_starts(name, "no-") && !value) {
        f = field_of(c->row, name + 3, n - 3);
        if (!f || f->type != UC_BOOL) return 0;
        value = "false";
    }
    if (!f) return 0;
    if (f->type == UC_SECRET) return lt_fail_field(err, LT_USAGE, f->name, "cli.secret_option", (char *)NULL);
    if (f->type != UC_BOOL && !value) {
        if (*i + 1 >= c->argc) {
            char option[80];
            lt_print(option, sizeof option, "%.*s", (int)(n + 2 < 70 ? n + 2 : 70), arg);
            return no_value(option, err);
        }
        value = c->argv[++*i];
    }
    /* A switch stands alone; the word after it is its own only when it can be nothing else. */
    if (f->type == UC_BOOL && !value && *i + 1 < c->argc && strlen(c->argv[*i + 1]) > 1 && uc_bool_word(c->argv[*i + 1]) >= 0)
        value = c->argv[++*i];
    int rc = give(c, f, value, err);
    return rc ? rc : 1;
}

/* --- words --- */

int cli_unknown(const char *noun, const char *verb, struct lt_error *err)
{
    if (!cli_noun(noun)) {
        const char *near = cli_nearest_noun(noun);
        if (near) return lt_fail(err, LT_USAGE, "cli.noun_near", "word", noun, "near", near, (char *)NULL);
        return lt_fail(err, LT_USAGE, "cli.noun", "word", noun, (char *)NULL);
    }
    const char *near = cli_nearest_verb(noun, verb);
    if (near)
        return lt_fail(err, LT_USAGE, "cli.verb_near", "noun", noun, "word", verb, "near", near,
                       (char *)NULL);
    return lt_fail(err, LT_USAGE, "cli.verb", "noun", noun, "word", verb, (char *)NULL);
}

static int find_row(struct cli *c, struct lt_error *err)
{
    const char *noun = c->words[0], *verb = c->words[1];
    c->row = uc_find(noun, verb);
    if (c->row) {
        if (c->row->doors && !(c->row->doors & UC_CLI))
            return lt_fail(err, LT_USAGE, "cli.not_here", "noun", noun, "verb", verb, (char *)NULL);
        return 0;
    }
    return cli_unknown(noun, verb, err);
}

static int add_word(struct cli *c, const char *word, struct lt_error *err)
{
    if (c->command == CLI_SERVE) return lt_fail(err, LT_USAGE, "cli.extra_word", "word", word, (char *)NULL);
    if (c->command == CLI_HELP) {
        if (c->words_len >= 2) return lt_fail(err, LT_USAGE, "cli.extra_word", "word", word, (char *)NULL);
        c->words[c->words_len++] = word;
        return 0;
    }
    if (c->words_len == 0) {
        if (strcmp(word, "serve") == 0)
            c->command = CLI_SERVE;
        else if (strcmp(word, "help") == 0)
            c->command = CLI_HELP;
        else if (strcmp(word, "version") == 0)
            c->command = CLI_VERSION;
        else
            c->words[c->words_len++] = word;
        return 0;
    }
    if (c->words_len == 1) {
        if (strcmp(c->words[0], "system") == 0 && strcmp(word, "serve") == 0) {
            c->command = CLI_SERVE;
            return 0;
        }
        /* "person role grant": a noun that belongs to another may be named after it */
        if (!uc_find(c->words[0], word) && cli_noun(c->words[0]) && cli_noun(word)) {
            c->words[0] = word;
            return 0;
        }
        c->words[c->words_len++] = word;
        return find_row(c, err);
    }
    void *grown = lt_array_grow(c->bare, &c->bare_cap, c->bare_len + 1, sizeof *c->bare);
    if (!grown) return lt_fail_memory(err);
    c->bare = grown;
    c->bare[c->bare_len++] = word;
    return 0;
}

/* Bare words take the positional fields in their order; the last one may be repeatable. */
static int place_words(struct cli *c, struct lt_error *err)
{
    const struct uc_field *f = c->row ? c->row->fields : NULL;
    for (size_t i = 0; i < c->bare_len; i++) {
        while (f && f->name) {
            bool open = (f->flags & UC_POSITIONAL) && f->type != UC_SECRET;
            bool repeat = (f->flags & UC_MANY) || f->type == UC_WORDS;
            if (open && (repeat || !cli_has(c, f))) break;
            f++;
        }
        if (!f || !f->name) return lt_fail(err, LT_USAGE, "cli.extra_word", "word", c->bare[i], (char *)NULL);
        int rc = give(c, f, c->bare[i], err);
        if (rc) return rc;
    }
    return 0;
}

/* The language must be known before the first error is told, and --json decides its form. */
static void look_ahead(struct cli *c)
{
    const char *lang = NULL;
    for (int i = 1; i < c->argc && strcmp(c->argv[i], "--") != 0; i++) {
        if (strcmp(c->argv[i], "--lang") == 0 && i + 1 < c->argc)
            lang = c->argv[i + 1];
        else if (lt_starts(c->argv[i], "--lang="))
            lang = c->argv[i] + 7;
        else if (strcmp(c->argv[i], "--json") == 0)
            c->json = true;
    }
    c->lang = lt_lang_pick(lang);
}

static int check_command(struct cli *c, struct lt_error *err)
{
    if (c->help && c->command != CLI_VERSION) {
        c->command = CLI_HELP;
        return 0;
    }
    if (c->command != CLI_CALL || c->row) return 0;
    if (c->words_len == 0) return lt_fail(err, LT_USAGE, "cli.nothing", (char *)NULL);
    if (!cli_noun(c->words[0])) {
        c->words[1] = "";
        return find_row(c, err);
    }
    return lt_fail(err, LT_USAGE, "cli.no_verb", "noun", c->words[0], (char *)NULL);
}

int cli_parse(struct cli *c, struct lt_error *err)
{
    look_ahead(c);
    bool only_words = false;
    for (int i = 1; i < c->argc; i++) {
        const char *arg = c->argv[i];
        if (!only_words && strcmp(arg, "--") == 0) {
            only_words = true;
            continue;
        }
        if (!only_words && strcmp(arg, "--version") == 0) {
            c->command = CLI_VERSION;
            return 0;
        }
        int rc = 0;
        if (!only_words && arg[0] == '-' && arg[1]) {
            rc = row_option(c, arg, &i, err);
            if (rc == 0) rc = program_option(c, arg, &i, err);
            if (rc == 0) rc = unknown_option(c, arg, err);
        } else {
            rc = add_word(c, arg, err);
        }
        if (rc < 0) return rc;
    }
    int rc = check_command(c, err);
    if (!rc && c->command == CLI_CALL) rc = place_words(c, err);
    return rc;
}
