/* A school in a folder of its own, asked through uc_dispatch as the doors do it.
 *
 *     struct school *s = school_open();
 *     json_t *entry = ok(s, "ivan", "entry", "add", "{'pupil':'@ivan','title':'Олимпиада','file':['<scans/01-olympiad-diploma.pdf']}");
 *     refused(s, LT_NOTFOUND, "entry.absent", "teacher_b", "entry", "show", "{'id':'@e1'}");
 *
 * In values ' stands for ", @name for the id kept under the name, < for a file of BUILD/testdata, <= for a file named by its whole path. Answers
 * and errors belong to the school. Who: "local", "nobody", or a name given to person() or pupil(), whose account needs no password here.
 */
#ifndef TESTS_USECASE_SUPPORT_H
#define TESTS_USECASE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "usecase/call.h"

#include <jansson.h>
#include <stdbool.h>

struct school {
    struct lt_app *app;
    char dir[200];
    json_t *names;  /* name → id */
    json_t *tokens; /* name → token */
    json_t *kept;   /* answers */
    struct uc_answer answer; /* of the last call: its stream */
    struct lt_error err;     /* of the last call */
    int64_t now;
    /* the way calls go; NULL: uc_dispatch */
    int (*send)(struct school *s, const struct uc_request *request, struct uc_answer *out, struct lt_error *err);
    int ticks, jump_at;      /* the clock goes to jump_to when it is asked for the jump_at-th time */
    int64_t jump_to;
};

/* A day's noon at the school (Moscow). */
int64_t noon(const char *date);
#define TODAY "2026-11-20"
#define YESTERDAY "2026-11-19"
#define TOMORROW "2026-11-21"

/* An empty school: only its director. */
struct school *school_bare(void);
/* The same with people (support.c lists them), classes 3В, 9А, 9Б, 11А and pupils. */
struct school *school_open(void);
void school_close(struct school *s);
/* A table with this content; the path lives until the next. */
const char *school_csv(struct school *s, const char *content);
void school_reopen(struct school *s);
/* Opens what was closed with lt_app_close, on files of the test. */
void school_open_with(struct school *s, const struct lt_fs *fs);

const char *id_of(struct school *s, const char *name);
void name_it(struct school *s, const char *name, const char *id);
void person(struct school *s, const char *name, const char *surname);
void role(struct school *s, const char *person, const char *more); /* more: "'role':'teacher','class':'@9А'" */
void pupil(struct school *s, const char *name, const char *surname, const char *birth, const char *klass);
void guardian(struct school *s, const char *pupil, const char *person, const char *more); /* more: "" or ",'without':['see']" */
/* An account and a token for a person or pupil, past the slow hash of passwords. */
void account(struct school *s, const char *name, bool confirmed);
/* The family's consent to processing: what P1 asks for before the family may enter anything. */
void processing(struct school *s, const char *pupil);
void setting(struct school *s, const char *pair);

int call(struct school *s, const char *who, const char *noun, const char *verb, json_t **out, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
json_t *ok(struct school *s, const char *who, const char *noun, const char *verb, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void refused(struct school *s, int status, const char *code, const char *who, const char *noun, const char *verb,
             const char *format, ...) __attribute__((format(printf, 7, 8)));
/* The same with any credentials of the request (passwords, tokens, doors). */
int ask(struct school *s, struct uc_request *request, json_t **out, const char *values);

/* Reading answers: "files/0/size" is answer["files"][0]["size"]. */
json_t *at(const json_t *doc, const char *path);
const char *text(const json_t *doc, const char *path); /* "" when absent */
long long number(const json_t *doc, const char *path);  /* -1 when absent */
size_t count(const json_t *answer);                     /* of "items" */
bool holds(const json_t *answer, const char *key, const char *value); /* an item with this value */
json_t *item(const json_t *answer, const char *key, const char *value);
void *bytes(struct school *s, size_t *len); /* of the last answer's stream, malloc'ed */

/* Rows of the access log about a pupil: newest first, asked as local (which leaves a row of its own). */
json_t *log_of(struct school *s, const char *pupil);

/* An entry of the pupil, taken through its states by those who may: draft, submitted, verified. Returns its id (kept under `name`). */
const char *entry_in(struct school *s, const char *name, const char *pupil, const char *who, const char *state);

#endif
