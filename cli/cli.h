/* The letopis program: words and options in, one call of a use case, text or JSON out. Everything about a use
 * case (its options, limits, columns) comes from its row of the table; nothing here knows a noun by name. */
#ifndef LT_CLI_CLI_H
#define LT_CLI_CLI_H

#include "base/buf.h"
#include "usecase/usecase.h"

#include <stdio.h>

struct http_client;
struct uc_ports;

/* What the person asked the program itself to do. */
enum cli_command { CLI_CALL, CLI_HELP, CLI_VERSION, CLI_SERVE };

/* One option of the row as it was given. */
struct cli_given {
    const struct uc_field *field;
    const char *text; /* borrowed from argv; NULL: a flag without a value */
};

struct cli_term {
    bool tty, colour;
    int width; /* columns; 0: no limit */
};

enum { CLI_WORDS_MAX = 3, CLI_FILES_MAX = 64 };

struct cli {
    int argc;
    char *const *argv;
    const struct uc_ports *ports;
    enum lt_lang lang;
    enum cli_command command;
    const char *dir, *login, *out, *limit, *cursor, *password_file, *request, *workers, *listen, *web;
    bool json, help, markdown, http_markdown, openapi, ask_secrets;
    const char *words[CLI_WORDS_MAX]; /* noun and verb, or the topics of help */
    size_t words_len;
    const struct uc_row *row;
    struct cli_given *given;
    size_t given_len, given_cap;
    const char **bare; /* words after noun and verb */
    size_t bare_len, bare_cap;
    struct cli_term term_out, term_err;
};

/* The whole program; the exit code. ports: what the application gets of the folders above it; NULL: nothing.
 */
int cli_main(int argc, char *const *argv, const struct uc_ports *ports);

/* --- args.c --- */
int cli_parse(struct cli *c, struct lt_error *err);
/* LT_USAGE for a noun or a verb that is not in the table, with the nearest one that is. */
int cli_unknown(const char *noun, const char *verb, struct lt_error *err);
bool cli_has(const struct cli *c, const struct uc_field *field);
/* The field of that name, among them those a row has without naming (limit and cursor of lists, revision). */
const struct uc_field *cli_field(const struct uc_row *row, const char *name);
/* "birth-date" of "birth_date" */
void cli_option_name(const char *field, char *out, size_t size);

/* --- suggest.c --- */
/* The word of the list nearest to what was typed, or NULL when none is near. */
const char *cli_nearest(const char *typed, const char *const *words, size_t n);
const char *cli_nearest_noun(const char *typed);
const char *cli_nearest_verb(const char *noun, const char *typed);
const struct uc_noun *cli_noun(const char *word);

/* --- values.c --- */
struct cli_input {
    json_t *values;
    struct uc_input_file files[CLI_FILES_MAX];
    size_t files_len;
};
/* Options and words become values; files are opened. Clear the input in any case. */
int cli_input_build(const struct cli *c, struct cli_input *in, struct lt_error *err);
void cli_input_clear(struct cli_input *in);

/* --- secret.c --- */
/* Password of --as: LETOPIS_PASSWORD, --password-file, or asked. *out is wiped and freed by cli_secret_free.
 */
int cli_sign_in_password(const struct cli *c, char **out, struct lt_error *err);
/* Puts the row's secret fields into values. */
int cli_secret_fields(const struct cli *c, json_t *values, struct lt_error *err);
void cli_secret_free(char *secret);

/* --- run.c --- */
struct cli_session {
    struct lt_app *app;
    struct http_client *client;
    struct uc_answer answer;
};
int cli_run(const struct cli *c, struct cli_input *in, struct cli_session *s, struct lt_error *err);
void cli_session_close(struct cli_session *s);
/* Folder, program and module paths of this installation. */
struct cli_place {
    char program[4096], modules[4096], plugins[4096], web[4096]; /* web: the client's files; "" where there are none */
    char user[64]; /* name of the unix user that runs the program */
};
int cli_place(const struct cli *c, struct cli_place *out, struct lt_error *err);
int cli_open_app(const struct cli *c, const struct cli_place *place, int lock_wait_ms, bool offline,
                 struct lt_app **out, struct lt_error *err);
/* LT_DENIED "cli.folder_owner" where the data folder belongs to another unix user: files made by a stranger
 * (root, say) would lock the owner out. */
int cli_check_owner(const struct cli *c, struct lt_error *err);

/* --- answer.c --- */
/* Writes the answer where it belongs. */
int cli_answer(const struct cli *c, struct cli_session *s, struct lt_error *err);
/* Writes the error; returns the exit code. */
int cli_error(const struct cli *c, const struct lt_error *err);

/* --- show.c: JSON for people --- */
int cli_show(const struct cli *c, const struct cli_term *term, const struct uc_row *row, const json_t *body,
             struct lt_buf *out);
/* The same for the details of an error: an array of objects becomes a table. */
int cli_show_details(const struct cli *c, const struct cli_term *term, const struct uc_row *row,
                     const json_t *details, struct lt_buf *out);

/* --- format.c --- */
/* One value in words: dates in the language, labels of enums, control characters made harmless. malloc'ed. */
char *cli_value_text(enum lt_lang lang, const struct uc_row *row, const char *key, const json_t *v,
                     bool one_line);
/* Appends s with everything that could steer a terminal replaced. */
int cli_add_plain(struct lt_buf *out, const char *s, bool one_line);

/* --- grid.c: aligned columns --- */
struct cli_grid {
    size_t cols, rows;
    char **cells; /* rows × cols, owned; row 0 is the heading */
    bool *right;  /* numbers stand at the right */
    bool *whole;  /* never shortened: ids, to be copied */
};
int cli_grid_init(struct cli_grid *g, size_t rows, size_t cols);
void cli_grid_free(struct cli_grid *g);
int cli_grid_print(struct cli_grid *g, const struct cli_term *term, int indent, struct lt_buf *out);

/* --- help.c, helpdoc.c --- */
int cli_help(const struct cli *c, struct lt_buf *out, struct lt_error *err);
int cli_help_markdown(struct lt_buf *out);
extern const char *const cli_serve_options[][2]; /* option and message; ended by NULL */
/* What people call a field or a key of an answer, as far as the catalogues know. */
const char *cli_field_label(enum lt_lang lang, const struct uc_row *row, const char *key);
void cli_field_text(enum lt_lang lang, const struct uc_row *row, const struct uc_field *f, bool labels,
                    struct lt_buf *out);
void cli_synopsis(enum lt_lang lang, const struct uc_row *row, struct lt_buf *out);
const char *cli_type_word(enum lt_lang lang, const struct uc_field *f);

/* --- term.c --- */
void cli_term_look(int fd, struct cli_term *out);
int cli_write_all(int fd, const void *data, size_t len);

/* --- serve.c --- */
int cli_serve(const struct cli *c, struct lt_error *err);

#endif
