/* Importer, inside: a sheet is kept whole, its layout found, then its rows are told. */
#ifndef PLUGIN_GTO_IMPORT_H
#define PLUGIN_GTO_IMPORT_H

#include "gto.h"

enum { IMPORT_COLUMNS = 80, IMPORT_HEAD_ROWS = 40, IMPORT_ROWS = 20000, TEXT_MOST = 300 };

enum gto_role {
    GTO_R_NONE, GTO_R_NUMBER, GTO_R_NAME, GTO_R_SURNAME, GTO_R_FIRST, GTO_R_PATRONYMIC, GTO_R_UIN, GTO_R_BIRTH, GTO_R_SEX, GTO_R_LEVEL,
    GTO_R_CLASS, GTO_R_DATE, GTO_R_TEST, GTO_R_VALUE, GTO_R_BADGE, GTO_R_CERTIFICATE, GTO_R_ORDER, GTO_R_ORDER_DATE, GTO_R_SCHOOL,
    GTO_R_IGNORED, GTO_R_RESULT, /* of the column's test */
    GTO_ROLES
};
const char *gto_role_word(enum gto_role role);
enum gto_role gto_role_find(const char *word);
/* What a heading says; GTO_R_NONE when it is nothing known. */
enum gto_role gto_role_of(const char *heading);

struct gto_cell {
    char *text; /* tidy */
    unsigned column, kind;
    bool merged;
};
struct gto_line {
    unsigned row;
    struct gto_cell *cells;
    size_t len;
};

struct gto_column {
    enum gto_role role;
    int test;        /* of GTO_R_RESULT */
    char date[12];   /* of its results, when the heading says so */
    char heading[TEXT_MOST];
};

struct gto_sheet {
    char name[160];
    struct gto_line *lines;
    size_t len, cap;
    size_t head, first; /* index of the heading line and of the first line of people; head == len: none found */
    struct gto_column columns[IMPORT_COLUMNS + 1]; /* by number */
    unsigned last;
    size_t hidden;   /* rows that a filter hides: not read */
    char sex;        /* of the sheet, 0: not said */
    char level[12];  /* "" */
    char date[12], order[100], order_date[12];
    char today[12];  /* the day of the reading, for the edition of a sheet without a date */
};

void gto_sheet_clear(struct gto_sheet *s);
const struct gto_cell *gto_sheet_cell(const struct gto_line *line, unsigned column);
/* Finds headings, columns, and what stands above them. awards: of the format. mapping: what a person said of this sheet, may be NULL. */
void gto_sheet_layout(struct gto_sheet *s, const struct gto_tables *t, bool awards, const char *file_name, const json_t *mapping, enum lt_lang lang);
/* The sheet's level in the edition of its day, of today without one: index or -1. */
int gto_sheet_level(const struct gto_sheet *s, const struct gto_tables *t, const struct gto_edition **e);
/* Is the line about somebody? Do points, places or badges stand in the column, beside a result? */
bool gto_sheet_person(const struct gto_sheet *s, const struct gto_line *line);
bool gto_sheet_points(const struct gto_sheet *s, unsigned column);
/* 0…100: is this sheet of the kind? */
int gto_sheet_score(const struct gto_sheet *s, bool awards);

/* The same for a list of numbers: people and numbers, neither tests nor badges. */
int gto_sheet_numbers(const struct gto_sheet *s, const struct gto_tables *t, enum lt_lang lang);

/* --- remarks.c --- */
/* What was not read of the sheet: hidden rows, and of results columns that are no test of it. [{code, message}]; new reference. */
json_t *gto_sheet_remarks(const struct gto_sheet *s, const struct gto_tables *t, bool results, enum lt_lang lang);
/* "error.gto.<code>" with its parameters. */
void gto_problem_words(struct lt_buf *out, enum lt_lang lang, const struct gto_problem *p);
/* 1 → A, 27 → AA */
void gto_column_name(unsigned n, char out[8]);

/* --- words of cells --- */
char gto_sex_of(const char *text);                        /* 'm', 'f', 0 */
bool gto_level_in(const char *text, char out[12]);        /* «V ступень», «5», «V» */
int gto_badge_in(const char *text);                       /* GTO_NONE when there is none */
bool gto_date_in(const char *text, char out[12]);         /* a date anywhere in the text */
bool gto_footer(const char *text);
/* «Приказ … от 25.03.2026 № 45-нг». */
bool gto_order_in(const char *text, char order[100], char date[12]);
/* The same of a cell of a column of orders: «№ 45-нг от 25.03.2026», «45-нг». */
bool gto_order_cell(const char *text, char order[100], char date[12]);

extern const struct letopis_importer gto_importer;

#endif
