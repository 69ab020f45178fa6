/* Import of tables: the machinery of batches, the same for every format.
 *
 * A format reads a table against what the school knows and proposes: an outcome a row, and the documents as they would become.
 * It writes nothing. A batch keeps the file, the mapping and the decisions of people in DATA/spool/<batch>/ until it is applied
 * or dropped, seven days at most; each preview and the apply propose anew from these and the index of that moment. Apply takes
 * the locks of all repositories the proposal touches, compares the documents with those the proposal was made from, and
 * writes all or nothing. What the batch changed stands in imports/<id>.json: paths and sums of documents, never rows. */
#ifndef LT_USECASE_IMPORT_H
#define LT_USECASE_IMPORT_H

#include "usecase/call.h"

#include "table/table.h"

#define IMPORT_FILE_MAX (20u << 20)
#define IMPORT_KEEP_DAYS 7

/* What a person said about the file, kept with the batch. */
struct import_batch;
struct import_options {
    const struct import_batch *batch;
    int year;              /* starting year of the school year; 0: today's */
    struct lt_date from;   /* first day of new terms and roles; none: the format decides */
    const json_t *mapping; /* {sheet: {kind, header, columns: {"B": role}, facts: {name: value}}}; sheet "*": all */
    const json_t *decisions; /* {"Sheet!14": choice, "Sheet!14.guardian1": choice, "Sheet!14.B": what the cell holds} */
    bool apply_left;
};

/* The file of a batch; it is read when a format first asks for its table. */
struct import_source {
    const struct import_batch *batch;
    struct table *table; /* NULL: not yet */
};
int import_table(struct uc_call *call, struct import_source *s, const struct table **out, struct lt_error *err);

/* A document as it would become. */
struct import_doc {
    char repo[64], path[160];
    json_t *before; /* as the proposal found it; NULL: there was none */
    json_t *doc;
    bool verify;    /* an entry, verified by the act of who applies */
    bool aside;     /* kept beside the batch: not undone with it */
};

struct import_proposal {
    json_t *rows;    /* [{kind, sheet, row, outcome, why, pupil, person, candidates, values, problems}] */
    json_t *sheets;  /* [{sheet, kind, header, columns: [{column, header, role}], problems}] */
    json_t *skipped; /* [{sheet, row, code, message}]: rows that say nothing */
    struct import_doc *docs;
    size_t docs_len, docs_cap;
    int leaving, known; /* proposals «left»; pupils of the classes named */
    json_t *missing;    /* facts that a person must give before anything can be applied: [name] */
    json_t *heads;      /* repo → head the proposal was made from; NULL: documents alone are compared */
    json_t *codes;      /* codes of anonymous files to be kept: [{year, subject, code, pupil}] */
    json_t *used_codes; /* lists that are done with: [{year, subject}] */
};
void import_proposal_clear(struct import_proposal *p);
/* Takes the references; the last document added is docs[docs_len - 1]. */
int import_proposal_add(struct import_proposal *p, const char *repo, const char *path, json_t *before, json_t *doc);

struct import_format {
    const char *name;    /* label.import_format.<name> */
    const char *plugin;  /* whose format it is; NULL: the program's own */
    const char *right;   /* row of model/rights.h */
    const char *subject; /* of the commits */
    const char *kinds;   /* which documents of the index the proposal rests on, separated by spaces */
    bool free_rows;      /* rows of nobody we know do not hold the others up */
    /* Is it a table of this kind? 0 no … 100 surely. NULL: the plugin is asked. */
    int (*recognise)(const struct table *table);
    /* items: the documents of those kinds as [{kind, id, repo, path, doc}]. */
    int (*propose)(struct uc_call *call, const struct import_format *format, struct import_source *source, const struct import_options *options,
                   const json_t *items, struct import_proposal *out, struct lt_error *err);
};

extern const struct import_format import_roster;
/* A format of a plugin; name and plugin are borrowed. */
struct import_format import_results(const char *name, const char *plugin);

/* A format by name with the room for its texts. */
struct import_named {
    struct import_format format;
    char name[44], plugin[44];
};
/* The program's own, else a format of an enabled plugin: LT_NOTFOUND "import.format". */
int import_format_get(struct uc_call *call, const char *name, struct import_named *out, struct lt_error *err);
/* The one that fits the table best; LT_REFUSED "import.nothing_known". */
int import_format_recognise(struct uc_call *call, const struct uc_input_file *file, struct import_named *out, struct lt_error *err);
/* Of a batch: the plugin's name stands in its state, nothing is asked. */
bool import_format_of(const json_t *state, struct import_named *out);
/* May the actor import in this format? Results also a class teacher, of the own class alone. */
int import_allowed(struct uc_call *call, const struct import_format *format, struct lt_error *err);
bool import_restricted(struct uc_call *call, const struct import_format *format);
json_t *import_formats(struct uc_call *call);

/* --- a batch that waits (import_batch.c) --- */

struct import_batch {
    char id[LT_ID_SIZE];
    json_t *state; /* {id, format, file_name, sha256, size, year, from, mapping, decisions, seen, created} */
    bool brief;    /* nobody looks at the rows that are taken: they may come without their values */
};
int import_batch_new(struct uc_call *call, const struct import_format *format, const struct uc_input_file *file,
                     struct import_batch *out, struct lt_error *err);
/* LT_NOTFOUND "import.absent". */
int import_batch_open(struct uc_call *call, const char *id, struct import_batch *out, struct lt_error *err);
int import_batch_save(struct uc_call *call, const struct import_batch *b, struct lt_error *err);
/* Whoever reads, changes and keeps the state holds the lock meanwhile, and nothing longer. *out: for import_batch_unlock, which takes -1 too. */
int import_batch_lock(struct uc_call *call, const char *id, int *out, struct lt_error *err);
void import_batch_unlock(int *lock);
/* Keeps which proposal was shown last, beside what others decide meanwhile. */
int import_batch_seen(struct uc_call *call, const struct import_batch *b, const char *seen, struct lt_error *err);
/* The column of a decision about a cell; 0: it is about something else. */
uint32_t import_cell(const char *decision);
/* The file as a table, with what people put into its cells. */
int import_batch_table(struct uc_call *call, const struct import_batch *b, struct table **out, struct lt_error *err);
int import_batch_drop(struct uc_call *call, const char *id, struct lt_error *err);
void import_batch_clear(struct import_batch *b);
/* Removes what waits longer than seven days. */
int import_batch_purge(struct uc_call *call, struct lt_error *err);
/* The waiting batches as items of the list. */
int import_batch_list(struct uc_call *call, json_t *items, struct lt_error *err);
/* The proposal of a batch against the school of this moment. */
int import_batch_propose(struct uc_call *call, const struct import_batch *b, bool apply_left, struct import_proposal *out,
                         struct lt_error *err);
/* {outcome: n} of the rows, all or of one kind. */
json_t *import_counts(const struct import_proposal *p, const char *kind);
/* A sum over what a person sees of the proposal and what people said about the file, to tell whether it is still the same. */
void import_proposal_sum(const struct import_batch *b, const struct import_proposal *p, char out[65]);
void import_sha256(const void *data, size_t len, char out[65]);

/* Writes the proposal; *changed = false when there was nothing to write (import_apply.c). */
int import_write(struct uc_call *call, const struct import_batch *b, struct import_proposal *p, bool *changed,
                 struct lt_error *err);
/* Codes to be kept, and lists of codes that are done with. */
int import_codes(struct uc_call *call, const char *batch, const struct import_proposal *p, struct lt_error *err);
/* No code of the lists leads to this pupil, or came with this batch, any more. */
int import_codes_forget(struct uc_call *call, const char *id, struct lt_error *err);

/* --- rows that were not taken, for seven days after the batch was applied (import_rest.c) --- */

/* Does the row stand in the report? Rows of other schools are counted and shown in the preview only. */
bool import_stays_out(const json_t *row);
/* How many they are, or a negative status. */
int import_rest_keep(struct uc_call *call, const struct import_batch *b, const struct import_proposal *p, struct lt_error *err);
/* Appends them as items of `import rows`; none where nothing is kept. */
int import_rest_rows(struct uc_call *call, const char *batch, json_t *items, struct lt_error *err);
int import_rest_drop(struct uc_call *call, const char *batch, struct lt_error *err);
int import_rest_purge(struct uc_call *call, struct lt_error *err);

/* Is the waiting batch so long that people better not wait for its application? */
bool import_heavy(struct uc_call *call, const json_t *in);
/* Takes an applied batch back (import_undo.c). */
int import_take_back(struct uc_call *call, const char *id, json_t **out, struct lt_error *err);

#endif
