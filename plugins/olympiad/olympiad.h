/* The importer of olympiad results, inside. A sheet is read into memory, its headings and facts are found, then its rows go out as
 * proposals. Nothing is known of the school here. */
#ifndef OLYMPIAD_H
#define OLYMPIAD_H

#include "letopis/plugin.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "model/when.h"

#include <jansson.h>
#include <stdbool.h>

extern const char olympiad_columns[], olympiad_subjects[], olympiad_formats[]; /* data/ */

enum { COLUMNS = 120, SHEET_ROWS = 60000, HEADER_WITHIN = 15 };

enum format { VSOSH, LIST, OTHER, CODES, FORMATS };

enum role {
    ROLE_NONE,
    ROLE_ROW, ROLE_FULL, ROLE_SURNAME, ROLE_NAME, ROLE_PATRONYMIC, ROLE_CODE, ROLE_ID, ROLE_SCHOOL, ROLE_CLASS, ROLE_CLASS_FOR, ROLE_SCORE,
    ROLE_PRIMARY, ROLE_MAX, ROLE_PERCENT, ROLE_RATING, ROLE_PLACE, ROLE_STATUS, ROLE_SUBJECT, ROLE_STAGE, ROLE_MENTOR, ROLE_SEX, ROLE_DIRECTION,
    ROLE_BIRTH, ROLE_DATE, ROLE_NUMBER, ROLE_UIN, ROLE_TASK, ROLE_TITLE, ROLE_PROFILE, ROLE_LIST_NUMBER, ROLE_LIST_LEVEL, ROLE_DEGREE,
    ROLE_DIPLOMA, ROLE_LEVEL, ROLE_ORGANISER, ROLE_ACTIVITY, ROLE_DOCUMENT, ROLE_IGNORED,
    ROLE_COUNT
};

struct cell {
    uint32_t column, kind, flags;
    const char *text; /* tidy; never NULL */
    double number;
};
struct line {
    uint32_t number;
    bool hidden;
    struct cell *cells;
    size_t len;
};

/* What a sheet says of all its rows, from the rows above, the name of the sheet and of the file, or from the person. */
struct facts {
    char stage[16], level[24], subject[120], title[320], date[LT_DATE_SIZE], class_for[16], class_of[24], activity[24];
    double max;
    int year; /* 0: not said */
};

struct words;
struct run {
    const struct letopis_host *host;
    const struct words *words;
    enum format format;
    enum lt_lang lang;
    bool recognising;
    json_t *job;
    struct lt_date today;
    int year; /* of the person; 0 */
    int best; /* score so far, when recognising */
    /* the sheet being gathered */
    char *sheet;
    struct line *lines;
    size_t len, cap;
    char **texts; /* blocks of the sheet's texts */
    size_t texts_len, texts_cap;
    char *block;
    size_t block_left;
    /* as it was understood */
    size_t header, below; /* index of the line of headings and of the first line of data */
    bool has_header, by_content;
    bool names_by_content;  /* there are headings, none of them of a name */
    uint32_t beside;        /* first column of a second table to the right, which is not read; 0 */
    bool hidden_columns;    /* some of the columns that are read */
    size_t tables;          /* one below the other */
    size_t rows;            /* results on the sheet */
    bool subject_of_above;  /* this table has a title that names no subject: it is that of the table above */
    bool below_jury;        /* behind «Члены жюри:» names are not those of pupils */
    enum role roles[COLUMNS + 1];
    const char *headers[COLUMNS + 1];
    uint32_t last_column;
    bool percent_is_fraction;
    enum model_when_order birth_order, date_order;
    struct facts facts;
    struct lt_buf out;
    json_t *held; /* proposals of the sheet, until the quota was reckoned */
    bool failed;
};

/* --- words.c: dictionaries --- */
struct words *words_open(void);
void words_close(struct words *w);
/* Comparable form: folded, signs of punctuation to spaces. out holds size bytes; cut when longer. */
void words_form(const char *text, char *out, size_t size);
enum role words_role(const struct words *w, const char *heading, enum format format);
const char *words_role_name(enum role role);
enum role words_role_find(const char *name);
/* A text that is a subject: its name; in_title: the words behind «олимпиада школьников»; NULL when it is none. */
const char *words_subject(const struct words *w, const char *text, const char **in_title);
/* A subject named somewhere in a text («…по предмету Физика», «МЭ_физика_9.xlsx»). */
const char *words_subject_in(const struct words *w, const char *text, const char **in_title);
const char *words_stage_in(const char *text);  /* school, municipal, regional, final; NULL */
const char *words_level(const char *text);     /* a word of the set level, or NULL */
const char *words_format_name(enum format f);

/* --- sheet.c --- */
bool sheet_find_header(struct run *r);
void sheet_take_mapping(struct run *r);
/* Are these headings, in the middle of the rows? */
bool sheet_is_header(const struct run *r, size_t at);
/* The headings of a table further down. Columns called as in the first table keep the role they have there, be it a person's word. */
void sheet_next_header(struct run *r, size_t at);
const struct cell *sheet_cell(const struct line *line, uint32_t column);
const struct cell *sheet_role(const struct run *r, const struct line *line, enum role role);
bool sheet_has(const struct run *r, enum role role);
json_t *sheet_describe(struct run *r, json_t *missing);
int sheet_score(const struct run *r);

/* --- content.c: columns without headings --- */
void content_guess(struct run *r);
/* Columns of names among those that no heading names. */
void content_names(struct run *r);
void content_orders(struct run *r); /* of dates and percents, over the whole column */

/* --- facts.c --- */
void facts_find(struct run *r);
/* A line that is no row of a table: a class or subject for the lines below, a footer with the day. NULL: it is a row. */
const char *facts_line(struct run *r, const struct line *line);
/* Is it a title: one text alone, and no name of a person? */
bool facts_title(const struct run *r, const struct line *line);
/* Of a table further down, whose titles stand in the lines from … to. */
void facts_next(struct run *r, size_t from, size_t to);
json_t *facts_missing(const struct run *r);
json_t *facts_json(const struct run *r);

/* --- value.c --- */
enum status { STATUS_NONE, STATUS_WINNER, STATUS_PRIZE, STATUS_PARTICIPANT, STATUS_ABSENT, STATUS_ANNULLED, STATUS_UNREAD };
struct standing {
    enum status status;
    int degree, place; /* 0: not said */
    const char *result; /* word of the set result */
};
void value_status(const char *text, bool prize_column, struct standing *out);
/* «25», «25,5», «25 б.», «25/100», «25 из 100»: 1; 0: nothing (empty, «-», «н/я»: *absent); -1: not read. */
int value_score(const struct cell *c, double *score, double *max, bool *absent);
int value_roman(const char *text); /* I, II, III or 1–3 in any letters that look so; 0 */
int value_level(const char *text); /* the same with the word «уровень» before or behind it */
/* Twelve digits of a diploma of the list; false: another form. */
bool value_diploma(const char *text, char out[16]);
bool value_date(const struct run *r, const struct cell *c, enum model_when_order order, enum model_when_window window, char out[LT_DATE_SIZE]);

/* --- row.c --- */
void rows_emit(struct run *r);
void row_problem(struct run *r, json_t *row, uint32_t column, const char *code, const char *value);

/* --- quota.c --- */
void quota_apply(struct run *r);

/* --- olympiad.c --- */
void run_emit(struct run *r, json_t *doc); /* takes the reference */

#endif
