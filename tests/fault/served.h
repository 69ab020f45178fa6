/* The real server in a process of its own, asked through its socket: for tests that kill it and for benches.
 *
 * Whatever goes wrong in here that is not the tested thing itself ends the program with a sentence. */
#ifndef LT_TEST_FAULT_SERVED_H
#define LT_TEST_FAULT_SERVED_H

#include "base/id.h"
#include "usecase/usecase.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct served {
    char program[512]; /* letopis */
    char dir[300];     /* data folder */
    char socket[400];
    pid_t pid;         /* 0: not running */
};

_Noreturn void served_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Remembers where things are; nothing is started. */
void served_place(struct served *s, const char *program, const char *dir);
/* `letopis school init` in dir. */
void served_init(struct served *s);
/* Starts `letopis serve` and returns once it says that it listens. Messages of the server go to DIR.log. */
void served_start(struct served *s);
void served_begin(struct served *s);     /* only begins to start it */
void served_kill(struct served *s);      /* SIGKILL, waited for */
void served_stop(struct served *s);      /* SIGTERM; dies unless the server ends with 0 */
/* VmHWM and VmRSS of the running server in KiB. */
void served_memory(const struct served *s, long *peak, long *now);

/* One call through the socket. Takes values (NULL: none). token NULL: the owner of the folder. *out (may be NULL) receives
 * the answer's body. Returns the status; *code (may be NULL) the error's code, "" when done. */
int served_call(const struct served *s, const char *token, const char *noun, const char *verb, json_t *values,
                const char *request, const char *file, json_t **out, struct lt_error *err);
/* The same where it must be done. */
json_t *served_ok(const struct served *s, const char *noun, const char *verb, json_t *values);
/* The id in the answer. */
void served_made(const struct served *s, char id[LT_ID_SIZE], const char *noun, const char *verb, json_t *values);

/* The command line itself: `letopis -C DIR words…`, answer parsed from --json. Returns the exit code. */
int served_cli(const struct served *s, json_t **out, const char *const *words);

double served_seconds(void); /* monotonic */

#endif
