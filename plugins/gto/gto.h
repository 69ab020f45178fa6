/* Plugin gto, inside. Tables of norms come as text from the program (job.rules.files); everything here is a pure function of them and of the item.
 * Values are whole numbers of hundredths of the unit: 8,4 s = 840, 9:11 = 55100, 12 times = 1200. */
#ifndef PLUGIN_GTO_H
#define PLUGIN_GTO_H

#include "base/buf.h"
#include "base/i18n.h"
#include "letopis/plugin.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum gto_unit { GTO_S, GTO_TIME, GTO_M, GTO_CM, GTO_COUNT, GTO_POINTS, GTO_UNITS };

/* Badges by worth: an index of the three values of a norm; GTO_NONE below all. */
enum gto_badge { GTO_NONE = -1, GTO_BRONZE, GTO_SILVER, GTO_GOLD, GTO_BADGES };
const char *gto_badge_word(int badge); /* "none" … "gold" */

struct gto_test {
    const char *id;
    enum gto_unit unit;
    bool lower; /* less is better */
    int64_t limit; /* what nobody does: below it (lower) or above it; 0: not said */
    const char *ru, *en;
    char **keys; /* of the id, both names and every synonym; NULL-ended */
};

struct gto_quality {
    const char *word, *ru, *en;
};

struct gto_level {
    const char *name;
    int youngest, oldest;
    int tests[GTO_BADGES]; /* how many qualities a badge takes; 0: not known */
    int tests_sources;
    const char *mandatory; /* words of qualities */
};

struct gto_norm {
    int level, quality, test; /* indexes */
    char sex;                 /* 'm', 'f' */
    int64_t value[GTO_BADGES];
    int sources[GTO_BADGES];
    const char *letters, *note, *doubt; /* doubt: where the sources differ */
};

struct gto_edition {
    const char *id, *from, *to; /* to: "" = until the next one */
    const char *ru, *en;
    const char *file;
    bool school; /* a file of the school, which stands before one of the program with the same id */
    struct gto_quality *qualities;
    size_t qualities_len, qualities_cap;
    struct gto_level *levels;
    size_t levels_len, levels_cap;
    struct gto_norm *norms;
    size_t norms_len, norms_cap;
};

struct gto_tables {
    struct gto_test *tests;
    size_t tests_len, tests_cap;
    struct gto_edition *editions;
    size_t editions_len, editions_cap;
    char **texts; /* the files, cut in place: everything above points into them */
    size_t texts_len, texts_cap;
};

/* What is wrong with a result or a table: a code of the messages "error.gto.<code>" and their parameters. */
struct gto_problem {
    char code[40];
    json_t *params;     /* texts */
    json_t *candidates; /* names of tests, or NULL */
};
void gto_problem_clear(struct gto_problem *p);
/* Pairs of texts ended by NULL. Always answers false. */
bool gto_wrong(struct gto_problem *p, const char *code, ...) __attribute__((sentinel));

/* The words of a problem with a table, for host->fail. */
void gto_tell(const struct letopis_host *host, enum lt_lang lang, const struct gto_problem *p);

/* --- norms.c --- */
/* files: [{name, origin: program|school, text}]. False with the problem named (table_*: file, line). */
bool gto_tables_read(struct gto_tables *t, const json_t *files, struct gto_problem *p);
void gto_tables_free(struct gto_tables *t);
/* The edition in force that day; NULL: none. */
const struct gto_edition *gto_edition_on(const struct gto_tables *t, const char *date);
int gto_level_of(const struct gto_edition *e, int age); /* index, or -1 */
const struct gto_norm *gto_norm_find(const struct gto_edition *e, int level, char sex, int test);
int gto_judge(const struct gto_tables *t, const struct gto_norm *n, int64_t value);
bool gto_mandatory(const struct gto_edition *e, int level, int quality);

/* --- names.c --- */
/* What is left of a name for comparison; malloc'ed, NULL out of memory. */
char *gto_key(const char *name);
/* Index of the test meant at this level, or -1 with the problem: test_unknown, test_unclear, test_not_in_level. level -1: any test. */
int gto_test_find(const struct gto_tables *t, const struct gto_edition *e, int level, char sex, const char *name, enum lt_lang lang,
                  struct gto_problem *p);
const char *gto_test_title(const struct gto_test *t, enum lt_lang lang);
/* The title without the unit in brackets at its end. */
void gto_test_short(const struct gto_test *t, enum lt_lang lang, char *out, size_t size);

/* --- value.c --- */
/* A result as people write it, read as the test wants it. norm may be NULL; with it, results nobody can mean are refused as unclear.
 * False with the problem: value_empty, value_form, value_unit, value_time_digits, value_unlikely, value_band. */
bool gto_value_read(const struct gto_test *t, const struct gto_norm *norm, const char *text, int64_t *out, struct gto_problem *p);
/* A value of the tables: strict. */
bool gto_value_table(enum gto_unit unit, const char *text, int64_t *out);
/* "8.4", "9:11", "-13": the form that is kept. */
void gto_value_text(enum gto_unit unit, int64_t value, char out[32]);
/* «8,4 с», "8.4 s", «9:11», «12». */
void gto_value_words(enum gto_unit unit, int64_t value, enum lt_lang lang, char out[48]);
const char *gto_unit_word(enum gto_unit unit);
bool gto_unit_find(const char *word, enum gto_unit *out);
/* Is it one of the ways to write that there is no result («н/я», «—», empty)? */
bool gto_value_absent(const char *text);

/* --- board.c --- */
struct gto_result { /* one that could be judged */
    const char *id, *date;
    const struct gto_edition *edition;
    const struct gto_norm *norm;
    int64_t value;
    int badge;
    bool aside;        /* not verified yet: judged, but not on the board */
    const char *level; /* name of the level */
};
/* The board of a level: qualities, tests, badge, what is missing for each badge above it. counts: of badges set by the school for levels where the
 * table has none: {"I": {"bronze": n, …}}. New reference, NULL out of memory. */
json_t *gto_board(const struct gto_tables *t, const struct gto_edition *e, int level, char sex, const struct gto_result *results, size_t len,
                  const json_t *counts, enum lt_lang lang);
/* The badge alone; *known = false where the number of tests is not set. */
int gto_board_badge(const struct gto_tables *t, const struct gto_edition *e, int level, char sex, const struct gto_result *results, size_t len,
                    const json_t *counts, bool *known);

/* --- evaluator.c, importer.c --- */
extern const struct letopis_evaluator gto_evaluator;

#endif
