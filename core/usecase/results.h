/* Import of results by a plugin, inside: from its proposals and the school's documents to outcomes and documents. Nothing is
 * written here. Everything hangs on struct results and goes with it; a failed allocation is remembered in `failed`.
 *
 * Which pupil a row means is decided here and nowhere else, in the order of certainty of docs/decisions/results.md. */
#ifndef LT_USECASE_RESULTS_H
#define LT_USECASE_RESULTS_H

#include "usecase/import.h"

#include "model/klass.h"
#include "model/names.h"
#include "model/year.h"

enum { RESULTS_ROWS_MAX = 60000, RESULTS_ENTRIES_MAX = 15000, RESULTS_CANDIDATES = 12 };

#define RESULTS_CODES_SUFFIX "-codes" /* of formats that say which pupil a code means */
#define RESULTS_UIN_SUFFIX "-uin" /* of formats that bring numbers of the GTO and nothing else */

enum results_school { SCHOOL_UNSAID, SCHOOL_OURS, SCHOOL_UNSURE, SCHOOL_OTHER };

struct results_pupil {
    const char *id;               /* borrowed from the documents, as all below but the name and the keys */
    const json_t *card, *classes;
    struct model_name name;
    char *key, *two, *surname;    /* of the whole name, of surname and name, of the surname with spaces for hyphens */
    const char *birth, *number, *uin;
    const char *class_now;        /* id; "" */
    bool left, own;               /* own: of a class that the restricted actor leads */
    char klass_said[24];          /* the name of a class of the pupil, as it was parsed last */
    struct model_klass klass;
    bool wanted;                  /* rows tell of this pupil: the entries are read */
    json_t *entries;              /* [{path, doc}] */
    json_t *verdicts;             /* section → may the actor verify? */
};

struct results_person {
    const char *id;
    struct model_name name;
    char *key, *two;
};

struct results_row {
    const char *sheet;
    uint32_t number;
    json_t *doc;                  /* what the plugin emitted */
    const char *outcome, *why;
    json_t *problems, *candidates, *changes;
    const char *decision;
    struct model_name name;
    char *key;
    bool has_name;
    struct model_klass klass;
    char birth[LT_DATE_SIZE];
    const char *pupil_number, *uin, *code;
    enum results_school school;
    struct lt_date day;           /* the class is compared with that of this day */
    int year;                     /* school year of the result */
    struct results_pupil *pupil;
    json_t *in;                   /* fields of the entry, judged */
    char *identity;
    const char *mentor;           /* id of the staff member, or NULL */
    const char *entry;            /* id of the entry it becomes or is */
    json_t *shown;                /* what a person sees of it, on its way into the answer */
    bool incomplete;              /* a fact of its sheet is missing: nothing is made of it yet */
};

struct results {
    struct uc_call *call;
    const struct import_format *format;
    struct import_source *source;
    const struct import_options *options;
    struct import_proposal *out;
    bool failed, restricted;
    int year_now;
    json_t *emitted;              /* documents of the plugin, in order */
    json_t *described;            /* its sheets by name */
    json_t *missing;              /* names of missing facts */
    json_t *hidden;               /* names of sheets that are not read */
    json_t *own_classes;          /* ids; of a restricted actor */

    struct results_pupil *pupils;
    size_t pupils_len;
    struct results_person *people;
    size_t people_len;
    /* key → [index] */
    json_t *by_key, *by_two, *by_start, *by_number, *by_uin, *by_id, *by_birth, *people_by_key, *people_by_two;
    json_t *school_forms;         /* what the school is called, in the form that is compared */
    json_t *school_said;          /* text of a file → enum results_school, remembered for the run */
    json_t *schools;              /* mappings/schools.json: {ours:[…], others:[…]} or NULL */
    json_t *events;               /* of the state list by their titles (state_events.h), or NULL */

    struct results_row *rows;
    size_t rows_len, rows_cap;
};

/* --- results_said.c: documents of a plugin in the form in which they go on --- */
enum results_said { RESULTS_SAID_NOTHING, RESULTS_SAID_RESULT, RESULTS_SAID_SHEET, RESULTS_SAID_SKIPPED, RESULTS_SAID_KINDS };
/* Which kind of document is it? *place, where asked for: the key that is not as docs/plugin-abi.md has it, or NULL. */
enum results_said results_said(const json_t *doc, const char **place);
/* A sheet, or a row that says nothing, with the keys that are known and in their types; NULL: out of memory. */
json_t *results_said_sheet(const json_t *doc);
json_t *results_said_skipped(const json_t *doc);

/* --- results_run.c --- */
int results_recognise(struct uc_call *call, const struct import_format *format, const struct table *table, const char *file_name, int *score,
                      struct lt_error *err);
/* Runs the plugin over the table, with the mappings remembered for such headings; fills emitted, described, missing. */
int results_emit(struct results *r, struct lt_error *err);
/* Keeps the corrections of the batch for files with the same headings. */
int results_remember(struct results *r, struct lt_error *err);

/* --- results_world.c --- */
int results_world(struct results *r, const json_t *items, struct lt_error *err);
void results_world_clear(struct results *r);
/* The item of the pupil's classes on the day of the row; *name_then: "9А" or "" also where only today's class is known. */
const json_t *results_class(const struct results *r, const struct results_row *row, const struct results_pupil *p, char name_then[24]);
const json_t *results_find(const json_t *map, const char *key); /* array of indexes or NULL */

/* --- results_school.c --- */
void results_school_names(struct results *r, const json_t *school);
enum results_school results_school(struct results *r, const char *text);

/* --- results_row.c --- */
int results_rows(struct results *r, struct lt_error *err);
void results_row_clear(struct results_row *row);
void results_outcome(struct results_row *row, const char *outcome, const char *why);
void results_problem(struct results *r, struct results_row *row, const char *code, const char *value);
/* An error of the program's own rules as a problem of the row. */
void results_error(struct results *r, struct results_row *row, const struct lt_error *err);
/* The same with words of one's own, put behind the number of the row. */
void results_tell(struct results *r, struct results_row *row, const char *code, const char *text);
/* One whose sentence names the pupil: as the file does, else the parts together. */
void results_problem_name(struct results *r, struct results_row *row, const char *code);
void results_candidate(struct results *r, struct results_row *row, const struct results_pupil *p, const char *why);
/* What a person sees of each row, into r->out. */
int results_show(struct results *r, struct lt_error *err);
/* Calls `work` for every row, in two threads where there are many: it changes its row and nothing else but `failed`. */
void results_each(struct results *r, void (*work)(struct results *r, size_t at));

/* --- results_match.c --- */
void results_match(struct results *r, struct results_row *row);
void results_mentor(struct results *r, struct results_row *row);

/* --- results_expect.c --- */
/* Of a row whose pupil was found: "of" of the plugin's document {sex, level, youngest, oldest} against the card. */
void results_expect(struct results *r, struct results_row *row);

/* --- results_plan.c --- */
/* Entries of the rows whose pupil is known; repetitions and contradictions, in the file and with the portfolio. */
int results_plan(struct results *r, struct lt_error *err);
/* Another class's pupil is the deputy head's to apply; a class teacher is told of the row and of nothing more. true: it is so. */
bool results_waits(struct results *r, struct results_row *row);

/* --- results_uin.c: formats "…-uin" --- */
int results_uin(struct results *r, struct lt_error *err);
/* Of other formats: the number of a row goes onto the card of its pupil when there is none yet. */
int results_uin_beside(struct results *r, struct lt_error *err);

/* --- results_codes.c: lists «code → pupil» of anonymous files, kept in DATA/spool/codes until the results are there --- */
char *results_code_key(const char *code); /* compared without spaces, hyphens and case; to be freed */
int results_code_find(struct uc_call *call, int year, const char *subject, const char *code, char pupil[LT_ID_SIZE], struct lt_error *err);
int results_codes_keep(struct uc_call *call, const char *batch, const json_t *codes, struct lt_error *err);
int results_codes_destroy(struct uc_call *call, const json_t *used, struct lt_error *err);

#endif
