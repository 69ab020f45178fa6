/* docs/cli.md: the reference of the command line, written from the table. English, the Russian title beside.
 */
#include "cli.h"

#include "base/text.h"

#include <string.h>

static const char intro[] =
    "Options may stand before or after the words; `--birth-date 2014-05-01`, "
    "`--birth_date=2014-05-01` and `--birth-date=2014-05-01` are the same. A yes/no field is given as "
    "`--name`, taken back as `--no-name`. A file field takes a path, or `-` for standard input; a "
    "JSON field takes JSON text or `@FILE`. Passwords are never given on the command line: they are "
    "asked for, or read from `--password-file` or `LETOPIS_PASSWORD`. With `--json` stdout has "
    "exactly one JSON document; an error is `{\"error\": {\"code\", \"message\", \"field\", \"details\"}}`. "
    "While `letopis serve` holds the data folder, commands go through its socket and behave alike.";

static void title(enum lt_lang lang, const struct uc_row *row, struct lt_buf *out)
{
    char id[128];
    lt_print(id, sizeof id, "uc.%s.%s", row->noun, row->verb);
    lt_buf_adds(out, lt_msg(lang, id));
}

/* A cell of a Markdown table. */
static void add_cell(struct lt_buf *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '|' || *s == '<' || *s == '*') lt_buf_addc(out, '\\');
        lt_buf_addc(out, *s);
    }
}

static void document_fields(const struct uc_row *row, struct lt_buf *out)
{
    char option[80];
    lt_buf_adds(out, "| option | value | meaning | по-русски |\n|---|---|---|---|\n");
    for (const struct uc_field *f = row->fields; f && f->name; f++) {
        struct lt_buf text = LT_BUF_INIT(16384);
        cli_option_name(f->name, option, sizeof option);
        bool word = (f->flags & UC_POSITIONAL) != 0;
        cli_field_text(LT_EN, row, f, false, &text);
        lt_buf_addf(out, "| `%s%s` | %s | ", word || f->type == UC_SECRET ? "" : "--", option,
                    cli_type_word(LT_EN, f));
        add_cell(out, text.data ? text.data : "");
        lt_buf_adds(out, " | ");
        add_cell(out, cli_field_label(LT_RU, row, f->name));
        lt_buf_adds(out, " |\n");
        lt_buf_free(&text);
    }
    lt_buf_addc(out, '\n');
}

static void document_row(const struct uc_row *row, struct lt_buf *out)
{
    static const char *const replies[] = {[UC_ONE] = "one object",
                                          [UC_LIST] = "a list, page by page (`--limit`, `--cursor`), or an Excel book (`--xlsx --out FILE`)",
                                          [UC_NONE] = "nothing",
                                          [UC_BYTES] = "bytes, to `--out` or stdout",
                                          [UC_JOBS] = "a job"};
    lt_buf_addf(out, "### letopis %s %s\n\n", row->noun, row->verb);
    title(LT_EN, row, out);
    lt_buf_adds(out, " — *");
    title(LT_RU, row, out);
    lt_buf_adds(out, "*\n\n```\n");
    cli_synopsis(LT_EN, row, out);
    lt_buf_adds(out, "\n```\n\n");
    if (row->fields && row->fields->name) document_fields(row, out);
    lt_buf_addf(out, "Answers %s.", replies[row->reply]);
    if (row->flags & UC_REVISION)
        lt_buf_adds(out, " `--revision N` names the revision seen; another one now is a conflict (5).");
    if (row->flags & UC_ANONYMOUS) lt_buf_adds(out, " Needs no account.");
    if (row->flags & UC_NO_DATA) lt_buf_adds(out, " Needs no data folder.");
    if (row->flags & UC_EXCLUSIVE) lt_buf_adds(out, " Refused while a server runs.");
    lt_buf_adds(out, "\n\n");
}

int cli_help_markdown(struct lt_buf *out)
{
    lt_buf_adds(out,
                "# letopis: the command line\n\n"
                "*Made from the table of use cases by `letopis help --markdown`; do not edit by hand.*\n\n");
    lt_buf_addf(out, "    %s\n\n", lt_msg(LT_EN, "cli.help.form"));
    lt_buf_adds(out, intro);
    lt_buf_adds(out, "\n\n## Options of the program\n\n| option | meaning |\n|---|---|\n");
    static const char *const options[][2] = {
        {"-C DIR", "cli.opt.dir"},
        {"--as LOGIN", "cli.opt.as"},
        {"--json", "cli.opt.json"},
        {"--lang ru|en", "cli.opt.lang"},
        {"--limit N", "cli.opt.limit"},
        {"--cursor C", "cli.opt.cursor"},
        {"--out FILE", "cli.opt.out"},
        {"--password-file FILE", "cli.opt.password_file"},
        {"--ask-password", "cli.opt.ask_password"},
        {"--request ID", "cli.opt.request"},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        lt_buf_adds(out, "| `");
        add_cell(out, options[i][0]);
        lt_buf_adds(out, "` | ");
        add_cell(out, lt_msg(LT_EN, options[i][1]));
        lt_buf_adds(out, " |\n");
    }
    lt_buf_adds(out, "\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for (int i = 0; i <= 6; i++) {
        char id[32];
        lt_print(id, sizeof id, "cli.exit.%d", i);
        lt_buf_addf(out, "| %d | %s |\n", i, lt_msg(LT_EN, id));
    }
    lt_buf_addf(out, "\n## letopis serve\n\n%s — *%s*\n\n", lt_msg(LT_EN, "cli.help.serve"),
                lt_msg(LT_RU, "cli.help.serve"));
    lt_buf_adds(out, "| option | meaning | по-русски |\n|---|---|---|\n");
    for (size_t i = 0; cli_serve_options[i][0]; i++) {
        lt_buf_addf(out, "| `%s` | ", cli_serve_options[i][0]);
        add_cell(out, lt_msg(LT_EN, cli_serve_options[i][1]));
        lt_buf_adds(out, " | ");
        add_cell(out, lt_msg(LT_RU, cli_serve_options[i][1]));
        lt_buf_adds(out, " |\n");
    }
    lt_buf_addf(out, "\n%s\n\n", lt_msg(LT_EN, "cli.help.serve_conf"));
    size_t n;
    const struct uc_noun *const *nouns = uc_nouns(&n);
    for (size_t i = 0; i < n; i++) {
        lt_buf_addf(out, "## %s\n\n", nouns[i]->word);
        for (size_t k = 0; k < nouns[i]->len; k++) {
            const struct uc_row *row = &nouns[i]->rows[k];
            if (!row->doors || (row->doors & UC_CLI)) document_row(row, out);
        }
    }
    return out->failed ? -1 : 0;
}
