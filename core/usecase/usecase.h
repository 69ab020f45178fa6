/* The use cases: one table, three doors.
 *
 * Each use case is a row (struct uc_row) and a function. Only uc_dispatch calls it: find → who → bind and validate →
 * resolve the target → authorise → run → log the access. The row says everything the doors need: words of the command line, HTTP
 * method and path, fields with their limits, the kind of the answer. A function takes values and gives values: no
 * argv, no HTTP, no printing.
 *
 * Adding one: docs/add-a-thing.md.
 */
#ifndef LT_USECASE_USECASE_H
#define LT_USECASE_USECASE_H

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/id.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct lt_app;
struct lt_log_ring;
struct uc_call;

/* --- the row --- */

enum uc_type {
    UC_TEXT,   /* one line, tidied, NFC; min and max count characters */
    UC_LINES,  /* several lines */
    UC_ID,     /* UUID */
    UC_INT,    /* min..max */
    UC_DEC,    /* decimal number kept as JSON real; comma accepted */
    UC_BOOL,   /* --name, or true/false/yes/no */
    UC_DATE,   /* 2026-03-05 */
    UC_ENUM,   /* a word of the value set `values` */
    UC_WORDS,  /* words of the set `values` (or free when NULL), given several times or separated by commas: JSON array of strings */
    UC_LOGIN,  /* login name of an account */
    UC_FILE,   /* the bytes of a file; in `in` stands {name, index} and call->files[index] is open for reading */
    UC_SECRET, /* password; never on a command line, never logged */
    UC_OBJECT  /* JSON object or array */
};

enum uc_field_flag {
    UC_REQUIRED = 1 << 0,
    UC_MANY = 1 << 1,       /* repeatable: JSON array of the type */
    UC_POSITIONAL = 1 << 2, /* on the command line a bare word, in the order of the fields; in HTTP part of the path when the tail names it */
};

struct uc_field {
    const char *name; /* option --name (with '-' for '_'), JSON key; label: uc_field_label */
    enum uc_type type;
    unsigned flags;
    long long min, max; /* 0,0: the type's own limits */
    const char *values; /* value set of model/values.h */
};

enum uc_reply { UC_ONE, UC_LIST, UC_NONE, UC_BYTES, UC_JOBS };

enum uc_flag {
    UC_WRITE = 1 << 0,     /* changes something */
    UC_ANONYMOUS = 1 << 1, /* needs no account */
    UC_NO_DATA = 1 << 2,   /* runs without an open data folder (school init) */
    UC_REVISION = 1 << 3,  /* carries the revision seen (field revision; If-Match) */
    UC_REPEAT = 1 << 4,    /* safe to repeat */
    UC_EXCLUSIVE = 1 << 5, /* needs the folder for itself: not forwarded, refused while a server runs */
    UC_KEPT = 1 << 6,      /* a read that rests on the index, the caller and the day alone: its answer may be kept (kept.h) */
    UC_QUIET = 1 << 7,     /* no row in the access log even though a pupil is the target (own session data) */
    UC_LONG = 1 << 8,      /* may take long: has the field `background` and can be run as a job (job.h) */
    UC_STEPS = 1 << 9,     /* several transactions: repeated after a kill it goes on instead of answering as done */
};

enum uc_door { UC_CLI = 1, UC_HTTP = 2, UC_PLUGIN = 4 };

/* What the call is about; the field that names it is `target_field`. The dispatcher resolves it, judges the right against it and
 * answers LT_NOTFOUND alike for the absent and the forbidden to see. */
enum uc_target {
    UC_T_NONE,   /* judged by the actor's roles alone */
    UC_T_PUPIL,  /* id of a pupil */
    UC_T_PORTFOLIO, /* the same, or of a portfolio that has no card any more (past.h): judged by its last one */
    UC_T_ENTRY,  /* id of an entry → its pupil */
    UC_T_REVIEW, /* id of a review → its pupil */
    UC_T_CONSENT,
    UC_T_GOAL,    /* id of a goal → its pupil; so the next two */
    UC_T_SKILL,
    UC_T_SHARE,
    UC_T_AWARD,   /* id of a nomination → its pupil */
    UC_T_CLASS,
    UC_T_GROUP,
    UC_T_PERSON,
    UC_T_EVENT,
    UC_T_PUBLICATION,
    UC_T_ACCOUNT, /* id of an account, of its person or of its pupil */
    UC_T_IMPORT,
    UC_T_JOB,
    UC_T_LIST,   /* a list: rows outside the scope of the actor are left out (uc_scope) */
    UC_T_OWN     /* the use case judges by itself (uc_require) */
};

struct uc_row {
    const char *noun, *verb;   /* id is "noun.verb"; title is message "uc.<noun>.<verb>" */
    const char *method, *tail; /* "POST", "/{id}/verify" below /api/v1/<plural> */
    enum uc_reply reply;
    unsigned flags;            /* enum uc_flag */
    unsigned doors;            /* 0: all */
    const char *right;         /* row of model/rights.h; NULL: anyone signed in (or anonymous by flag) */
    enum uc_target target;
    const char *target_field;
    const struct uc_field *fields; /* ended by name NULL; NULL: none. Lists have limit, cursor and xlsx without naming them */
    const char *gives;         /* the shape of the answer, of a list: of an item (shape.h); NULL with UC_NONE and UC_BYTES */
    const char *columns;       /* of human lists: keys separated by spaces */
    const char *sheet;         /* of the list as a workbook (field xlsx), "key" or "key:value set"; NULL: columns */
    int (*run)(struct uc_call *call, const json_t *in, json_t **out, struct lt_error *err);
    bool (*heavy)(struct uc_call *call, const json_t *in); /* UC_LONG: is this a job where nobody said so? NULL: no */
};

struct uc_noun {
    const char *word, *plural; /* plural NULL: none in the path */
    const char *parent;        /* path prefix instead: "/pupils/{pupil}/portfolio" */
    const struct uc_row *rows;
    size_t len;
};

const struct uc_noun *const *uc_nouns(size_t *n);
const struct uc_row *uc_find(const char *noun, const char *verb);
const struct uc_noun *uc_noun_of(const struct uc_row *row);
/* Message "field.<noun>.<name>", else "field.<name>", else the name itself. */
const char *uc_field_label(enum lt_lang lang, const char *noun, const char *name);
/* The value set (model/values.h) a key of the row's answer belongs to: as its shape says, else the row's own field, else a field of that name of its noun, else of
 * any; the key itself where no field has the name. */
const char *uc_value_set(const struct uc_row *row, const char *key);

/* --- the application --- */

struct lt_app_config {
    const char *dir;              /* data folder */
    const struct lt_clock *clock; /* NULL: system's, with the school's offset */
    const struct lt_fs *fs;       /* NULL: system's */
    const char *program;          /* path of the letopis program, for child processes */
    const char *modules;          /* folder of its modules and plugins */
    const char *plugins;
    int lock_wait_ms;
    bool offline;                 /* open without a data folder (school init, formats) */
    bool judge_answers;           /* tests: an answer that is not as its shape says (shape.h) is told on the error stream and ends the program */
};

/* Opens vault, index (rebuilding what is behind) and system.db. */
int lt_app_open(const struct lt_app_config *config, struct lt_app **out, struct lt_error *err);
void lt_app_close(struct lt_app *app);
/* What falls due by itself (publications whose consent ended, files past their term): called by a server at its start and hourly. */
int lt_app_hourly(struct lt_app *app, const char *local_user, struct lt_error *err);

/* Where the server's log keeps its newest lines (base/logring.h), for `system log`; borrowed until lt_app_close. */
void lt_app_log(struct lt_app *app, struct lt_log_ring *ring);

/* Begins to do long work as jobs (job.h), those left by the last run first; `threads` of them at once (0: two). */
int lt_app_jobs_start(struct lt_app *app, unsigned threads, struct lt_error *err);
/* Waits until each running job ended or paused; what is not done is queued for the next start. lt_app_close does it too. */
void lt_app_jobs_stop(struct lt_app *app);

/* --- a request and its answer --- */

struct uc_input_file {
    char name[256]; /* as the person called it */
    int fd;         /* open for reading, at its beginning; closed by whoever filled it in */
};

struct uc_request {
    const char *noun, *verb;
    json_t *values;               /* borrowed; strings, numbers and booleans as the door got them, by field name */
    const struct uc_input_file *files;
    size_t files_len;
    enum lt_lang lang;
    unsigned door;
    const char *request_id;       /* from the client, or NULL: one is made */
    const char *trace;            /* the door's own id of this call, taken where request_id is NULL: the same id in its log */
    const char *peer;             /* address the call came from, for doors that have one; NULL: this machine */
    /* who: exactly one of these ways */
    const char *local_user;       /* name of the unix user that owns the data folder */
    const char *login, *password; /* --as */
    const char *token;            /* session or API token */
    const struct uc_resumed *resumed; /* a job goes on (job_run.h); NULL from doors */
    bool text;                        /* the door takes the answer of a row with UC_KEPT as text */
};

/* An answer of bytes: the door calls read until it gives 0. */
struct uc_stream {
    char content_type[128];
    char file_name[256];
    char etag[80]; /* of these bytes, without quotes; "": none */
    unsigned pages; /* of a preview: how many its file has; 0: not said */
    int64_t size;  /* -1: unknown */
    void *ctx;
    ssize_t (*read)(void *ctx, void *buf, size_t len, uint64_t off, struct lt_error *err);
    void (*close)(void *ctx);
};

/* A document as the bytes of its JSON, keys in the order of the document. Shared and never changed. Any thread. */
struct uc_text;
const char *uc_text_bytes(const struct uc_text *text, size_t *len);
/* What `pack` (malloc'ed; NULL: no gain) made of it the first time. Lives as long as the text. */
const char *uc_text_packed(struct uc_text *text, void *(*pack)(const void *data, size_t len, size_t *out_len), size_t *len);
void uc_text_free(struct uc_text *text); /* the caller's share of it */

struct uc_answer {
    json_t *body; /* owned; NULL for UC_NONE and UC_BYTES; lists are {"items":[…],"next":…} */
    struct uc_text *text; /* owned; in place of body, where the request asked for it */
    struct uc_stream stream; /* read NULL: none */
    const struct uc_row *row;
};
void uc_answer_clear(struct uc_answer *a);

/* One call. Thread-safe. */
int uc_dispatch(struct lt_app *app, const struct uc_request *request, struct uc_answer *out, struct lt_error *err);

#endif
