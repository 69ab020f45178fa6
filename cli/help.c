/* letopis help: everything is read from the table, in the reader's language. */
#include "cli.h"

#include "base/text.h"
#include "http/describe.h"
#include "model/values.h"

#include <string.h>

enum { INDENT = 2, GAP = 2, NARROW = 60, PLAIN_WIDTH = 100 };

static int width_of(const struct cli *c)
{
    int w = c->term_out.width ? c->term_out.width : PLAIN_WIDTH;
    return w < NARROW ? NARROW : w;
}

static void heading(const struct cli *c, const char *text, struct lt_buf *out)
{
    lt_buf_addf(out, "%s%s%s\n", c->term_out.colour ? "\033[1m" : "", text,
                c->term_out.colour ? "\033[0m" : "");
}

/* A name in a column of its own, then words that wrap under themselves. */
static void item(const char *name, int name_width, const char *text, int width, struct lt_buf *out)
{
    int column = INDENT + name_width + GAP, at = column;
    int pad = name_width - lt_utf8_width(name);
    lt_buf_addf(out, "%*s%s%*s", INDENT, "", name, (pad > 0 ? pad : 0) + GAP, "");
    if (pad < 0) {
        lt_buf_addf(out, "\n%*s", column, "");
    }
    bool first = true;
    while (*text) {
        size_t n = strcspn(text, " ");
        char word[256];
        lt_print(word, sizeof word, "%.*s", (int)lt_utf8_clip(text, n < 250 ? n : 250), text);
        int w = lt_utf8_width(word);
        if (!first && at + 1 + w > width) {
            lt_buf_addf(out, "\n%*s", column, "");
            at = column;
            first = true;
        }
        lt_buf_addf(out, "%s%s", first ? "" : " ", word);
        at += w + (first ? 0 : 1);
        first = false;
        text += n;
        text += strspn(text, " ");
    }
    lt_buf_addc(out, '\n');
}

const char *cli_field_label(enum lt_lang lang, const struct uc_row *row, const char *key)
{
    return uc_field_label(lang, row ? row->noun : "", key);
}

const char *cli_type_word(enum lt_lang lang, const struct uc_field *f)
{
    static const char *const ids[] = {
        [UC_TEXT] = "cli.type.text",    [UC_LINES] = "cli.type.lines", [UC_ID] = "cli.type.id",
        [UC_INT] = "cli.type.int",      [UC_DEC] = "cli.type.dec",     [UC_BOOL] = "cli.type.bool",
        [UC_DATE] = "cli.type.date",    [UC_ENUM] = "cli.type.enum",   [UC_WORDS] = "cli.type.words",
        [UC_LOGIN] = "cli.type.login",  [UC_FILE] = "cli.type.file",   [UC_SECRET] = "cli.type.secret",
        [UC_OBJECT] = "cli.type.object"};
    return lt_msg(lang, ids[f->type]);
}

void cli_synopsis(enum lt_lang lang, const struct uc_row *row, struct lt_buf *out)
{
    lt_buf_addf(out, "letopis %s %s", row->noun, row->verb);
    for (int round = 0; round < 2; round++) { /* bare words first, then options */
        for (const struct uc_field *f = row->fields; f && f->name; f++) {
            bool word = (f->flags & UC_POSITIONAL) != 0, must = (f->flags & UC_REQUIRED) != 0;
            if (f->type == UC_SECRET || word != (round == 0) || (!word && !must)) continue;
            char option[80];
            cli_option_name(f->name, option, sizeof option);
            const char *more = (f->flags & UC_MANY) || f->type == UC_WORDS ? "…" : "";
            if (word)
                lt_buf_addf(out, must ? " %s%s" : " [%s%s]", option, more);
            else
                lt_buf_addf(out, " --%s %s%s", option, cli_type_word(lang, f), more);
        }
    }
    bool others = row->reply == UC_LIST;
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        others = others || (f->type != UC_SECRET && !(f->flags & (UC_POSITIONAL | UC_REQUIRED)));
    }
    if (others) lt_buf_addf(out, " [%s]", lt_msg(lang, "cli.help.options"));
}

static void add_limits(enum lt_lang lang, const struct uc_field *f, struct lt_buf *out)
{
    if (!f->min && !f->max) return;
    bool text = f->type == UC_TEXT || f->type == UC_LINES;
    lt_buf_adds(out, "; ");
    const char *length = f->min > 0 ? "cli.help.length" : "cli.help.length_max";
    lt_msg_add(out, lang, text ? length : "cli.help.range", "min", LT_NUM(f->min), "max", LT_NUM(f->max),
               (char *)NULL);
}

/* What stands beside an option: label, type, limits, words. */
void cli_field_text(enum lt_lang lang, const struct uc_row *row, const struct uc_field *f, bool labels,
                    struct lt_buf *out)
{
    lt_buf_adds(out, cli_field_label(lang, row, f->name));
    if (f->type == UC_SECRET) lt_buf_addf(out, "; %s", lt_msg(lang, "cli.help.secret"));
    if (f->flags & UC_REQUIRED) lt_buf_addf(out, "; %s", lt_msg(lang, "cli.help.required"));
    if ((f->flags & UC_MANY) || f->type == UC_WORDS) lt_buf_addf(out, "; %s", lt_msg(lang, "cli.help.many"));
    add_limits(lang, f, out);
    size_t n = 0;
    const char *const *words = f->values ? model_values(f->values, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        const char *label = lt_label(lang, f->values, words[i]);
        lt_buf_addf(out, "%s%s", i ? ", " : ": ", words[i]);
        if (labels && strcmp(label, words[i]) != 0) lt_buf_addf(out, " (%s)", label);
    }
}

static int names_width(const struct uc_row *row, enum lt_lang lang)
{
    int most = 0;
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        int w =
            lt_utf8_width(f->name) + 2 + (f->type == UC_BOOL ? 0 : 1 + lt_utf8_width(cli_type_word(lang, f)));
        if (w > most && w <= 30) most = w;
    }
    return most;
}

static void help_row(const struct cli *c, const struct uc_row *row, struct lt_buf *out)
{
    char id[128], name[160], option[80];
    lt_print(id, sizeof id, "uc.%s.%s", row->noun, row->verb);
    lt_buf_addf(out, "%s\n\n", lt_msg(c->lang, id));
    heading(c, lt_msg(c->lang, "cli.help.usage"), out);
    lt_buf_addf(out, "%*s", INDENT, "");
    cli_synopsis(c->lang, row, out);
    lt_buf_addc(out, '\n');
    int most = names_width(row, c->lang);
    if (row->fields && row->fields->name) {
        lt_buf_addc(out, '\n');
        heading(c, lt_msg(c->lang, "cli.help.fields"), out);
    }
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        struct lt_buf text = LT_BUF_INIT(16384);
        cli_option_name(f->name, option, sizeof option);
        bool word = (f->flags & UC_POSITIONAL) != 0,
             bare = f->type == UC_BOOL || f->type == UC_SECRET || word;
        lt_print(name, sizeof name, "%s%s%s%s", f->type == UC_SECRET || word ? "" : "--", option,
                 bare ? "" : " ", bare ? "" : cli_type_word(c->lang, f));
        cli_field_text(c->lang, row, f, true, &text);
        item(name, most, text.data ? text.data : "", width_of(c), out);
        lt_buf_free(&text);
    }
    if (row->reply == UC_LIST) lt_buf_addf(out, "\n%s\n", lt_msg(c->lang, "cli.help.list"));
    if (row->reply == UC_BYTES) lt_buf_addf(out, "\n%s\n", lt_msg(c->lang, "cli.help.bytes"));
}

static bool for_shell(const struct uc_row *row)
{
    return !row->doors || (row->doors & UC_CLI);
}

static void help_noun(const struct cli *c, const struct uc_noun *noun, struct lt_buf *out)
{
    char id[128];
    int most = 0;
    for (size_t i = 0; i < noun->len; i++) {
        int w = lt_utf8_width(noun->rows[i].verb);
        if (w > most) most = w;
    }
    heading(c, noun->word, out);
    for (size_t i = 0; i < noun->len; i++) {
        if (!for_shell(&noun->rows[i])) continue;
        lt_print(id, sizeof id, "uc.%s.%s", noun->word, noun->rows[i].verb);
        item(noun->rows[i].verb, most, lt_msg(c->lang, id), width_of(c), out);
    }
    lt_buf_addc(out, '\n');
    lt_msg_add(out, c->lang, "cli.help.deeper", "words", noun->word, (char *)NULL);
    lt_buf_addc(out, '\n');
}

static void help_all(const struct cli *c, struct lt_buf *out)
{
    static const char *const options[][2] = {
        {"-C", "cli.opt.dir"},
        {"--as", "cli.opt.as"},
        {"--json", "cli.opt.json"},
        {"--lang", "cli.opt.lang"},
        {"--limit", "cli.opt.limit"},
        {"--cursor", "cli.opt.cursor"},
        {"--out", "cli.opt.out"},
        {"--password-file", "cli.opt.password_file"},
        {"--ask-password", "cli.opt.ask_password"},
        {"--request", "cli.opt.request"},
    };
    lt_buf_addf(out, "%s\n\n", lt_msg(c->lang, "cli.help.what"));
    heading(c, lt_msg(c->lang, "cli.help.usage"), out);
    lt_buf_addf(out, "  %s\n\n", lt_msg(c->lang, "cli.help.form"));
    heading(c, lt_msg(c->lang, "cli.help.nouns"), out);
    size_t n;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    int most = 0;
    for (size_t i = 0; i < n; i++) {
        int w = lt_utf8_width(nouns[i]->word);
        if (w > most) most = w;
    }
    for (size_t i = 0; i < n; i++) {
        struct lt_buf verbs = LT_BUF_INIT(8192);
        for (size_t k = 0; k < nouns[i]->len; k++) {
            if (for_shell(&nouns[i]->rows[k]))
                lt_buf_addf(&verbs, "%s%s", verbs.len ? ", " : "", nouns[i]->rows[k].verb);
        }
        item(nouns[i]->word, most, verbs.data ? verbs.data : "", width_of(c), out);
        lt_buf_free(&verbs);
    }
    item("serve", most, lt_msg(c->lang, "cli.help.serve"), width_of(c), out);
    lt_buf_addc(out, '\n');
    heading(c, lt_msg(c->lang, "cli.help.program"), out);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        item(options[i][0], 15, lt_msg(c->lang, options[i][1]), width_of(c), out);
    lt_buf_addc(out, '\n');
    heading(c, lt_msg(c->lang, "cli.help.codes"), out);
    for (int i = 0; i <= 6; i++) {
        char id[32], code[4];
        lt_print(id, sizeof id, "cli.exit.%d", i);
        lt_print(code, sizeof code, "%d", i);
        item(code, 1, lt_msg(c->lang, id), width_of(c), out);
    }
    lt_buf_addc(out, '\n');
    lt_msg_add(out, c->lang, "cli.help.deeper", "words", lt_msg(c->lang, "cli.help.noun_word"), (char *)NULL);
    lt_buf_addc(out, '\n');
}

/* Options of serve; they stand in docs/cli.md too. */
const char *const cli_serve_options[][2] = {
    {"--listen ADDR", "cli.opt.listen"},
    {"--web DIR", "cli.opt.web"},
    {"--workers N", "cli.opt.workers"},
    {NULL, NULL},
};

static void help_serve(const struct cli *c, struct lt_buf *out)
{
    lt_buf_addf(out, "letopis serve — %s\n\n", lt_msg(c->lang, "cli.help.serve"));
    for (size_t i = 0; cli_serve_options[i][0]; i++)
        item(cli_serve_options[i][0], 15, lt_msg(c->lang, cli_serve_options[i][1]), width_of(c), out);
    lt_buf_addf(out, "\n%s\n", lt_msg(c->lang, "cli.help.serve_conf"));
}

static int add_text(const char *text, size_t len, void *out)
{
    return lt_buf_add(out, text, len);
}

static int help_openapi(const struct cli *c, struct lt_buf *out, struct lt_error *err)
{
    json_t *doc = http_openapi(c->lang);
    int rc = doc && json_dump_callback(doc, add_text, out, JSON_INDENT(1)) == 0 && lt_buf_addc(out, '\n') == 0 ? 0 : lt_fail_memory(err);
    json_decref(doc);
    return rc;
}

int cli_help(const struct cli *c, struct lt_buf *out, struct lt_error *err)
{
    if (c->markdown) {
        cli_help_markdown(out);
    } else if (c->http_markdown) {
        http_markdown(out);
    } else if (c->openapi) {
        return help_openapi(c, out, err);
    } else if (c->words_len == 0) {
        help_all(c, out);
    } else if (c->words_len == 1) {
        const struct uc_noun *noun = cli_noun(c->words[0]);
        if (!noun && strcmp(c->words[0], "serve") == 0)
            help_serve(c, out);
        else if (!noun)
            return cli_unknown(c->words[0], "", err);
        else
            help_noun(c, noun, out);
    } else {
        const struct uc_row *row = uc_find(c->words[0], c->words[1]);
        if (!row || !for_shell(row)) return cli_unknown(c->words[0], c->words[1], err);
        help_row(c, row, out);
    }
    return out->failed ? lt_fail_memory(err) : 0;
}
