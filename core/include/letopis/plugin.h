/* letopis/plugin.h: all that a plugin of Letopis sees. C99, also valid C++.
 *
 * A plugin is one shared object NAME.so that exports one constant object:
 *
 *     LETOPIS_PLUGIN_EXPORT const struct letopis_plugin letopis_plugin = {
 *         LETOPIS_PLUGIN_MAGIC, sizeof(struct letopis_plugin), LETOPIS_ABI_MAJOR, LETOPIS_ABI_MINOR,
 *         "two-columns", "1.0", my_open, my_close, my_capability };
 *
 * Where it runs. Never inside the program: always in a child process `letopis plugin-run`, one child a job, one thread.
 * Constructors and open() run with the file system read-only and limited to system libraries and data; from then on the
 * process can neither open a path, nor make a socket (publishers that ask for the network keep sockets), nor start
 * anything. Memory, processor time, wall clock and the size of all output are limited. What the program gets back is
 * checked again there; output that breaks a promise of this header ends the job with a message that names the plugin.
 *
 * The life of a child:
 *     open → capability → begin → item or row, any number of times → finish → end → close
 * end is called whenever begin succeeded, close whenever open succeeded, in a child that ends in order; a child that is
 * stopped is gone at once. Keep nothing between jobs: the next job is another process.
 *
 * Memory. Inputs are borrowed: valid until the function returns. Outputs are handed to the host's functions, which copy.
 * Nobody frees what the other has allocated. Text is UTF-8, has a length, and is NUL-terminated besides.
 *
 * Data is JSON where documents pass and structures where tables pass. In JSON a reader ignores keys it does not know: new
 * keys come without a new version. Structures begin with struct_size: a longer one is a newer one, and only
 * members within struct_size may be touched. docs/plugin-abi.md has every document with an example.
 *
 * Versions. ABI major is raised when something here changes its meaning, and plugins of another major are refused; minor is raised when
 * something is added at an end, and a plugin made for a newer minor than the program's is refused.
 */
#ifndef LETOPIS_PLUGIN_H
#define LETOPIS_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LETOPIS_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define LETOPIS_PLUGIN_EXPORT
#endif

#define LETOPIS_PLUGIN_MAGIC 0x31504c4cu /* "LLP1" */
#define LETOPIS_ABI_MAJOR 1
#define LETOPIS_ABI_MINOR 1 /* 1: flags of cells and rows, LETOPIS_IMPORTER_RECOGNISES */

/* What functions answer. */
#define LETOPIS_OK 0
#define LETOPIS_FAILED (-1) /* tell why with host->fail first */

/* --- what the program offers --- */

#define LETOPIS_LOG_ERROR 0
#define LETOPIS_LOG_WARN 1
#define LETOPIS_LOG_INFO 2

/* Valid from the call that receives it until close() returns. Every function takes ctx first. During open() only fail may be called. All answer 0, or -1
 * when the program no longer listens or the argument breaks a limit: then return LETOPIS_FAILED. */
struct letopis_host {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor; /* of the program */
    void *ctx;

    /* Hands over one result: JSON, one object of at most 256 KiB. What it holds is said at each capability. */
    int32_t (*emit)(void *ctx, const char *json, size_t len);

    /* Publishers to a folder: writes a file of the release being made. name: segments of [a-z0-9._-] that begin with a letter or digit, at most 4
     * joined by '/', each at most 80 bytes; the ending is one of html css svg txt xml json png jpg webp pdf ico. A file may be
     * handed over in several calls one after another, the last with last = 1; each name once. At most 16 MiB a file. Nothing is seen by readers
     * until finish() has answered 0. */
    int32_t (*file)(void *ctx, const char *name, const void *data, size_t len, int32_t last);

    /* A line for the log of the run, at most 500 bytes and 1000 lines. No names of people: ids only. */
    int32_t (*log)(void *ctx, int32_t level, const char *text, size_t len);

    /* Why the function that returns LETOPIS_FAILED next fails: a sentence for the reader in the language of the job, at
     * most 300 bytes. */
    void (*fail)(void *ctx, const char *text, size_t len);
};

/* --- the plugin --- */

/* Thread of all functions: the only one of the child. state is what open has put into *state; it may be NULL. */
struct letopis_plugin {
    uint32_t magic;       /* LETOPIS_PLUGIN_MAGIC */
    uint32_t struct_size; /* sizeof(struct letopis_plugin) as the plugin was compiled */
    uint16_t abi_major, abi_minor;
    const char *id;      /* the file's name without .so: [a-z][a-z0-9-]*, at most 40 bytes */
    const char *version; /* digits and dots, maybe a tail: "1.4", "2.0.1-beta"; at most 40 bytes */
    int32_t (*open)(const struct letopis_host *host, void **state); /* loads what must be read from disk */
    void (*close)(void *state);
    /* The structure of that capability ("letopis.publisher/1"), constant for the life of the child; NULL for any other. */
    const void *(*capability)(void *state, const char *id);
};

/* The object's name is always this one. */
extern LETOPIS_PLUGIN_EXPORT const struct letopis_plugin letopis_plugin;

/* --- capabilities --- */

#define LETOPIS_IMPORTER_1 "letopis.importer/1"
#define LETOPIS_EVALUATOR_1 "letopis.evaluator/1"
#define LETOPIS_WORKFLOW_1 "letopis.workflow/1"
#define LETOPIS_PUBLISHER_1 "letopis.publisher/1"

/* What a cell was in the file. Its text is always set: the number or date as the program reads it. */
#define LETOPIS_CELL_EMPTY 0
#define LETOPIS_CELL_TEXT 1
#define LETOPIS_CELL_NUMBER 2 /* number is set */
#define LETOPIS_CELL_DATE 3   /* text is 2026-03-05 */
#define LETOPIS_CELL_BOOL 4   /* text is true or false */

#define LETOPIS_CELL_MERGED 1u /* the value stands in the first cell of a merged area and is repeated here */
#define LETOPIS_CELL_HIDDEN 2u /* its row or column is hidden in the file */
#define LETOPIS_CELL_ERROR 4u  /* the text is an error of the spreadsheet: #N/A, #REF! */

struct letopis_cell {
    uint32_t column; /* from 1, as in the file */
    uint32_t kind;   /* LETOPIS_CELL_… */
    const char *text;
    size_t len;
    double number;
    uint32_t flags; /* LETOPIS_CELL_MERGED …; since 1.1 */
};

struct letopis_row {
    uint32_t struct_size;
    uint32_t row; /* from 1, as in the file, for messages */
    const char *sheet;
    size_t sheet_len;
    const struct letopis_cell *cells; /* ascending by column, empty ones may be missing */
    size_t cells_len;
    size_t cell_size; /* distance of two cells in bytes: sizeof(struct letopis_cell) of the program. Use letopis_row_cell. */
    uint32_t flags;   /* LETOPIS_ROW_HIDDEN; since 1.1 */
};
#define LETOPIS_ROW_HIDDEN 1u

/* The nth cell, whatever the version of the program. */
static inline const struct letopis_cell *letopis_row_cell(const struct letopis_row *row, size_t n)
{
    return (const struct letopis_cell *)(const void *)((const char *)(const void *)row->cells + n * row->cell_size);
}

#define LETOPIS_IMPORTER_RECOGNISES 1u /* since 1.1: takes jobs with "action":"recognise" */

/* Importer: rows of a table in, proposals out. It never writes: the program matches the pupil, shows the preview and applies. Rows come
 * sheet after sheet, in order, those without any cell left out; an importer that needs a whole sheet (headings below a title, an order of
 * day and month) keeps its rows and emits at the next sheet or in finish().
 * job: {"action":"propose" or "recognise", "format", "lang", "file_name", "today", "year", "mapping":{sheet: {"header", "columns":{"B": word},
 *       "facts":{…}}}, "settings":{}}; mapping["*"] speaks of all sheets
 * emit, a result: {"row", "sheet", "pupil":{…}, "values":{fields of an entry}, "identity", "school", "mentor", "problems":[{"column","code",
 *       "message"}]}
 * emit, a sheet: {"sheet", "kind", "header", "columns":[{"column","header","role"}], "facts":{}, "missing":[…], "problems":[…]}
 * emit, a row that says nothing: {"sheet", "row", "skipped": code, "message"}
 * emit, of "recognise" (the first rows of each sheet are given): {"score": 0…100} */
struct letopis_importer {
    uint32_t struct_size;
    uint32_t flags;      /* LETOPIS_IMPORTER_… */
    const char *formats; /* JSON: [{"name","title":{"ru","en"},"columns":[{"word","title":{"ru","en"},"required"}],"facts":[{"name","title",
                            "values"}]}]; a name is the plugin's id, or begins with it and a hyphen */
    int32_t (*begin)(void *state, const struct letopis_host *host, const char *job, size_t len, void **run);
    int32_t (*row)(void *run, const struct letopis_row *row);
    int32_t (*finish)(void *run);
    void (*end)(void *run);
};

/* Evaluator: results of pupils in, findings out (norms reached, what is missing). It sees what it is given and no names.
 * job: {"lang", "today", "rules":{…}}
 * item: {"pupil", "sex", "age", "results":[{"kind", "value", "unit", "date"}]}
 * emit: {"pupil", "findings":[{"code", "params":{}, "reached", "date"}]} */
struct letopis_evaluator {
    uint32_t struct_size;
    uint32_t flags; /* 0 */
    int32_t (*begin)(void *state, const struct letopis_host *host, const char *job, size_t len, void **run);
    int32_t (*item)(void *run, const char *json, size_t len);
    int32_t (*finish)(void *run);
    void (*end)(void *run);
};

/* Workflow: which steps are allowed. One item is one question, answered by one emit. The program's own rules are asked besides: a
 * workflow can only forbid what they allow.
 * job: {"lang", "today", "settings":{…}}
 * item: {"object", "state", "event", "facts":{…}}
 * emit: {"allowed":["…"], "why":{step: sentence}} */
struct letopis_workflow {
    uint32_t struct_size;
    uint32_t flags; /* 0 */
    int32_t (*begin)(void *state, const struct letopis_host *host, const char *job, size_t len, void **run);
    int32_t (*item)(void *run, const char *json, size_t len);
    int32_t (*finish)(void *run);
    void (*end)(void *run);
};

#define LETOPIS_PUBLISHER_NETWORK 1u /* keeps sockets; certificates and addresses are read in open() */
#define LETOPIS_PUBLISHER_FOLDER 2u  /* writes through host->file; the program puts the files into the folder */

/* Publisher: documents in, a target outside. It is given only what consents cover, and everything it is given may be shown.
 * job: {"action":"publish", "lang", "channel":{"id","title","settings":{}}, "site":{"school","short_name"},
 *       "words":{set:{value: label}}}
 * item, a pupil in the order of pages: {"key", "name", "class", "entries":[{"title","section","activity","level","result","degree",
 *       "place","badge","organiser","date","year","mentor","reviews":[{"kind","text"}],"pictures":[{"file","width","height","large",…}]}],
 *       "reviews":[…]}; what is not covered is absent. key is stable and unguessable, fit for a file name. Pictures are files picture/….webp that
 *       the program itself puts into the release.
 * emit: {"pages": number} or, for targets on the network, {"key", "address"} a page */
struct letopis_publisher {
    uint32_t struct_size;
    uint32_t flags;       /* LETOPIS_PUBLISHER_… */
    const char *settings; /* JSON: [{"name","title":{"ru","en"},"values":[…] or "pattern","default"}]; NULL: none */
    int32_t (*begin)(void *state, const struct letopis_host *host, const char *job, size_t len, void **run);
    int32_t (*item)(void *run, const char *json, size_t len);
    int32_t (*finish)(void *run);
    void (*end)(void *run);
};

#ifdef __cplusplus
}
#endif

#endif
