/* Schools of any size for the benches, filled through the use cases' own way of writing. */
#ifndef LT_BENCH_SCHOOL_H
#define LT_BENCH_SCHOOL_H

#include "served.h"

#include "usecase/call.h"

struct school {
    struct lt_app *app;
    struct served server;
    size_t pupils;
    char (*ids)[LT_ID_SIZE];
};

/* `school init` in dir, then pupils in classes of 25; the folder stays open in this process. */
void school_make(struct school *s, const char *program, const char *dir, size_t pupils);
/* Opens one that is there. */
void school_open(struct school *s, const char *program, const char *dir);
void school_close(struct school *s); /* the folder; the ids stay */

/* `each` entries into each portfolio of the pupils [first, first + n), a commit an entry, in one transaction as an import writes them.
 * verified: two of three are verified, the third awaits it; else all await it. */
void school_fill(struct school *s, size_t first, size_t n, size_t each, bool verified);

/* A deputy head of everything with a token, past the slow hash of passwords. */
void school_token(struct school *s, char token[48]);

#endif
