/* What went wrong, in a form each door can put into the reader's language.
 *
 * A function that can fail returns 0 or a negative enum lt_status and describes the failure in a struct lt_error
 * given by the caller. Describing never allocates, except for `details`. The text is looked up later by `code`
 * in the message catalogues (base/i18n.h), with the parameters put in for {name}.
 */
#ifndef LT_BASE_ERROR_H
#define LT_BASE_ERROR_H

#include <jansson.h>
#include <stddef.h>

/* The negated value is the exit code of the program (docs/cli.md). */
enum lt_status {
    LT_OK = 0,
    LT_REFUSED = -1,   /* a rule of the domain says no */
    LT_USAGE = -2,     /* the call itself is malformed */
    LT_NOTFOUND = -3,  /* absent, or not for this person to know of */
    LT_DENIED = -4,    /* known, but not allowed */
    LT_CONFLICT = -5,  /* somebody else was faster */
    LT_SYSTEM = -6     /* disk, memory, a library: nothing the person did */
};

#define LT_ERROR_PARAMS 600

struct lt_error {
    int status;                   /* enum lt_status */
    char code[64];                /* message id without its "error." prefix: "entry.revision_moved" */
    char field[64];               /* name of the input field at fault, or empty */
    char params[LT_ERROR_PARAMS]; /* name NUL value NUL ... NUL; cut at a whole pair when full */
    size_t params_len;
    json_t *details;              /* owned; NULL in most cases (rows of an import, revisions of a conflict) */
};

/* Fills err (which may be NULL) and returns status. The arguments after code are pairs of C strings, name and
 * value, ended by NULL: return lt_fail(err, LT_NOTFOUND, "entry.absent", "id", id, (char *)NULL);
 * Details set before are freed. */
int lt_fail(struct lt_error *err, int status, const char *code, ...) __attribute__((sentinel));

/* The same, naming the input field at fault. */
int lt_fail_field(struct lt_error *err, int status, const char *field, const char *code, ...)
    __attribute__((sentinel));

/* LT_SYSTEM "system.io" with what was being done, on which path and the words of errno. `doing` is a word that has a label
 * (label.doing.*: open, read, write, flush, rename, remove, mkdir, list, lock). Keeps errno. */
int lt_fail_errno(struct lt_error *err, const char *doing, const char *path);

/* LT_SYSTEM "system.memory". */
int lt_fail_memory(struct lt_error *err);

/* Takes the reference to details. */
void lt_error_details(struct lt_error *err, json_t *details);

/* One more parameter of a failure described elsewhere; nothing when it has that parameter or there is no room. */
void lt_error_param_add(struct lt_error *err, const char *name, const char *value);

/* Value of a parameter, or NULL. */
const char *lt_error_param(const struct lt_error *err, const char *name);

/* Zero a struct lt_error before its first use ({0} does); lt_error_clear makes it empty again and frees details. */
void lt_error_clear(struct lt_error *err);

/* Decimal text of a number in a buffer that lives until the end of the enclosing block:
 * lt_fail(err, LT_REFUSED, "file.too_large", "limit", LT_NUM(limit), (char *)NULL); */
#define LT_NUM(n) lt_num((char[24]){0}, (long long)(n))
char *lt_num(char buf[24], long long n);

#endif
